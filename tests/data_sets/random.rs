//! Spoilt at random: an error, or every row a fact or refused; never a panic.

use std::io::Cursor;

use kessan::{DataSet, Package};
use proptest::prelude::*;

use super::support::{ROWS, SUB, TAG, num, open, packed};

/// Counts what became of the rows.
fn accounted(set: DataSet) {
    let rows = usize::try_from(set.rows()).unwrap();
    let of_num = |error: &&kessan::IngestError| error.place.table.as_deref() == Some("num.txt");
    let mut seen = set.refused().iter().filter(of_num).count();
    for filing in set {
        let filing = filing.unwrap();
        seen += filing.refused().len() + filing.filing().facts.len();
        let package = Package::from(filing);
        assert_eq!(package.filings.len(), 1);
    }
    assert_eq!(seen, rows);
}

/// Cuts out bytes and puts others in their place.
fn spoilt(text: &str, at: usize, cut: usize, put: &[u8]) -> Vec<u8> {
    let start = at % text.len();
    let end = (start + cut).min(text.len());
    let mut bytes = text.as_bytes().to_vec();
    bytes.splice(start..end, put.iter().copied());
    bytes
}

proptest! {
    #[test]
    fn every_row_is_accounted_for(
        file in 0_usize..3,
        at in any::<usize>(),
        cut in 0_usize..12,
        put in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..8),
            "[\t\n0-9A-Z=;.-]{0,8}".prop_map(String::into_bytes),
        ],
    ) {
        let rows = num(&ROWS);
        let mut files = [SUB.as_bytes().to_vec(), TAG.as_bytes().to_vec(), rows.clone().into_bytes()];
        files[file] = spoilt([SUB, TAG, &rows][file], at, cut, &put);
        let [sub, tag, num] = &files;
        if let Ok(set) = open(sub, tag, num) {
            accounted(set);
        }
    }

    #[test]
    fn an_archive_is_read_or_refused(
        at in any::<usize>(),
        put in proptest::collection::vec(any::<u8>(), 1..6),
        keep in any::<usize>(),
    ) {
        let mut bytes = packed(SUB.as_bytes(), TAG.as_bytes(), num(&ROWS).as_bytes());
        let start = at % bytes.len();
        let end = (start + put.len()).min(bytes.len());
        bytes.splice(start..end, put);
        if keep % 4 == 0 {
            bytes.truncate(keep / 4 % bytes.len());
        }
        if let Ok(set) = DataSet::from_reader(Cursor::new(bytes), "s.zip") {
            accounted(set);
        }
    }
}
