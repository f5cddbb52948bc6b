//! A database of format version 2: what it knows stands, and it is written on in version 3.

use std::fs;

use super::support::*;
use crate::model::{
    CalendarEvidence, Company, Evidence, FiscalCalendar, NameEvidence, Split, SplitEvidence,
    YearNaming,
};
use crate::store::{Package, Store};

const SLOT: usize = 512;

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// Makes a closed database one of version 2, by what `src/docs/format.md` says: what it has must be in that version.
fn as_of_version_2(place: &Place) {
    let mut manifest = fs::read(place.file("MANIFEST")).unwrap();
    put(&mut manifest, 8, 2);
    let sum = crc32fast::hash(&manifest[..36]);
    put(&mut manifest, 36, sum);
    fs::write(place.file("MANIFEST"), manifest).unwrap();
    let mut head = fs::read(place.file("HEAD")).unwrap();
    for slot in head.chunks_mut(SLOT).filter(|slot| slot[0] == b'K') {
        put(slot, 4, 2);
        let sum = crc32fast::hash(&slot[..64]);
        put(slot, 64, sum);
    }
    fs::write(place.file("HEAD"), head).unwrap();
    let tree = sled::open(place.file("sled")).unwrap();
    let all: Vec<_> = tree.iter().map(Result::unwrap).collect();
    for (key, value) in all {
        let mut value = value.to_vec();
        value[2] = 2;
        let sum = crc32fast::hash(&[&key, &value[..8], &value[12..]].concat());
        put(&mut value, 8, sum);
        tree.insert(key, value).unwrap();
    }
    tree.flush().unwrap();
}

/// The versions of all values, by key space.
fn versions(place: &Place) -> Vec<(u8, u8)> {
    let tree = sled::open(place.file("sled")).unwrap();
    let all = tree.iter().map(Result::unwrap);
    all.map(|(key, value)| (key[0], value[2])).collect()
}

#[test]
fn a_database_of_version_2_opens_and_is_written_on() {
    let known = |store: &Store| -> Company {
        let company = store.snapshot().company_by_number(0).cloned();
        company.unwrap().as_ref().clone()
    };
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    // As version 2 wrote what it had inferred: a split among the additions, and nothing of the calendar.
    let mut first = simple("d1", "2021-08-25", &[(0, 10, 0)]);
    let told_first = Split::new(date("2021-06-03"), 4, 1).unwrap();
    first.companies[0].splits = vec![told_first];
    store.commit(&first).unwrap();
    let company = known(&store);
    drop(store);
    as_of_version_2(&place);
    assert!(versions(&place).iter().all(|(_, version)| *version == 2));

    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store), company);
    assert_eq!(store.commit(&first).unwrap().commit, None);
    // A newer file knows better, but what stands there may be declared.
    let mut newer = simple("d2", "2024-08-28", &[(1, 20, 0)]);
    let other = FiscalCalendar::month_end(6, YearNaming::End).unwrap();
    assert_ne!(company.calendar, other);
    newer.companies[0].calendar = other;
    let second = Split::new(date("2024-06-07"), 10, 1).unwrap();
    newer.companies[0].splits = vec![Split::new(date("2021-07-19"), 4, 1).unwrap(), second];
    let last = date("2024-08-28");
    let newer = Package {
        inferred: true,
        evidence: Evidence {
            name: NameEvidence::Inferred { last },
            calendar: CalendarEvidence::Inferred { year_ends: 9, last },
            splits: Some(SplitEvidence {
                last,
                facts: 99,
                first: date("2009-01-01"),
            }),
        },
        ..newer
    };
    let done = store.commit(&newer).unwrap();
    let kept: Vec<&str> = done.kept.iter().map(|kept| kept.what).collect();
    assert_eq!(kept, ["fiscal calendar", "day of a share split"]);
    let expected = Company {
        splits: vec![told_first, second],
        ..company
    };
    assert_eq!(known(&store), expected);
    drop(store);

    assert_eq!(known(&Store::open(&place.path()).unwrap()), expected);
    let manifest = fs::read(place.file("MANIFEST")).unwrap();
    assert_eq!(number(&manifest, 8), 2);
    let head = fs::read(place.file("HEAD")).unwrap();
    let slots: Vec<u32> = head.chunks(SLOT).map(|slot| number(slot, 4)).collect();
    assert_eq!(slots, [3, 2], "commit 2 and commit 1");
    let versions = versions(&place);
    assert!(versions.contains(&(0x20, 2)), "the company of then");
    assert!(versions.contains(&(0x24, 3)), "what the newer file added");
}
