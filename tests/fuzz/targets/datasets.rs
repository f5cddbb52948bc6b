//! Data sets: an archive as it is, or one made of the files of a text. Every filing is read or it is said why not, and
//! can be taken in.
#![no_main]

use std::io::{Cursor, Write};

use kessan::{DataSet, Package};
use kessan_fuzz::{again, files, take_in};
use libfuzzer_sys::fuzz_target;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fuzz_target!(|input: &[u8]| {
    let archive = if input.starts_with(b"=== ") {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, content) in files(input) {
            // A name that stands twice is not written.
            if zip.start_file(name, stored).is_ok() {
                zip.write_all(content).expect("an archive in memory");
            }
        }
        zip.finish().expect("an archive in memory").into_inner()
    } else {
        input.to_vec()
    };
    let Ok(set) = DataSet::from_reader(Cursor::new(archive), "fuzz.zip") else {
        return;
    };
    let stray = set
        .refused()
        .iter()
        .filter(|error| error.place.table.as_deref() == Some("num.txt"))
        .count();
    let rows = set.rows();
    let mut seen = u64::try_from(stray).expect("a count");
    for filing in set {
        let Ok(filing) = filing else { return };
        let facts = filing.filing().facts.len();
        seen += u64::try_from(facts + filing.refused().len()).expect("a count");
        assert_eq!(filing.refused().is_empty(), filing.clone().strict().is_ok());
        if again(input) && facts > 0 {
            take_in(&Package::from(filing));
        }
    }
    assert_eq!(seen, rows, "each row is a fact, or refused");
});
