//! Databases of format versions 2 to 5: what they know stands, and they are written on in version 6.

use std::fs;
use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::crashes::begin;
use super::support::*;
use crate::model::{
    CalendarEvidence, Cell, Check, Company, Document, Evidence, FiscalCalendar, NameEvidence,
    Reported, Split, SplitEvidence, YearNaming,
};
use crate::store::opening::is_locked;
use crate::store::{Incomplete, Package, PackageDocument, Store, StoreError, UpkeepProgress};

const SLOT: usize = 512;

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// sled itself, once it is free: now and then it holds its lock for a moment after a database was closed.
fn tree_of(place: &Place) -> sled::Db {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match sled::open(place.file("sled")) {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            opened => return opened.unwrap(),
        }
    }
}

/// Makes a closed database one of an older version, by what `src/docs/format.md` says: what it has must be in that version.
fn as_of_version(place: &Place, version: u8) {
    let mut manifest = fs::read(place.file("MANIFEST")).unwrap();
    put(&mut manifest, 8, version.into());
    let sum = crc32fast::hash(&manifest[..36]);
    put(&mut manifest, 36, sum);
    fs::write(place.file("MANIFEST"), manifest).unwrap();
    let tree = tree_of(place);
    let all: Vec<_> = tree.iter().map(Result::unwrap).collect();
    let commits = older_commits(&all);
    rewrite_head(place, version, &commits);
    for (key, value) in all {
        if key[0] == CATALOG && version < 5 {
            for (entry, created) in entries(&key, &value[12..]) {
                tree.insert(&entry, sealed(&entry, version, &created))
                    .unwrap();
            }
            tree.remove(key).unwrap();
            continue;
        }
        let mut payload = &value[12..];
        match key[0] {
            RECENT => panic!("recent rows are of version 6"),
            COMMIT => payload = &commits[usize::try_from(number(&key, 5)).unwrap()],
            COMPANY => {
                let (without, recent) = payload.split_at(payload.len() - 1);
                assert_eq!(recent, [0]);
                payload = without;
            }
            _ => {}
        }
        tree.insert(&key, sealed(&key, version, payload)).unwrap();
    }
    tree.flush().unwrap();
}

/// Has HEAD name commits in other bytes, and another version.
fn rewrite_head(place: &Place, version: u8, commits: &[Vec<u8>]) {
    let mut head = fs::read(place.file("HEAD")).unwrap();
    for slot in head.chunks_mut(SLOT).filter(|slot| slot[0] == b'K') {
        put(slot, 4, version.into());
        let sequence = usize::try_from(number(slot, 28)).unwrap();
        slot[32..64].copy_from_slice(&Sha256::digest(&commits[sequence]));
        let sum = crc32fast::hash(&slot[..64]);
        put(slot, 64, sum);
    }
    fs::write(place.file("HEAD"), head).unwrap();
}

/// Makes the commits of a closed database ones of version 5, and nothing else.
pub(super) fn commits_of_version_5(place: &Place) {
    let tree = tree_of(place);
    let all: Vec<_> = tree.iter().map(Result::unwrap).collect();
    let commits = older_commits(&all);
    rewrite_head(place, 5, &commits);
    let keys = all.iter().filter(|(key, _)| key[0] == COMMIT);
    for ((key, _), commit) in keys.zip(&commits) {
        tree.insert(key, sealed(key, 5, commit)).unwrap();
    }
    tree.flush().unwrap();
}

/// The records of commits without the number of additions, which is of version 6 and one byte here, each with the hash of the one
/// before it.
fn older_commits(all: &[(sled::IVec, sled::IVec)]) -> Vec<Vec<u8>> {
    let commits = all.iter().filter(|(key, _)| key[0] == COMMIT);
    let mut older: Vec<Vec<u8>> = Vec::new();
    for (_, value) in commits {
        let mut record = value[12..value.len() - 1].to_vec();
        if let Some(before) = older.last() {
            record[..32].copy_from_slice(&Sha256::digest(before));
        }
        older.push(record);
    }
    older
}

/// A payload in its envelope.
fn sealed(key: &[u8], version: u8, payload: &[u8]) -> Vec<u8> {
    let mut value = b"KS".to_vec();
    value.extend([version, key[0]]);
    value.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
    let sum = crc32fast::hash(&[key, &value, payload].concat());
    value.extend(sum.to_be_bytes());
    value.extend(payload);
    value
}

const ENTRY: u8 = 0x12;
const CATALOG: u8 = 0x13;
const RECENT: u8 = 0x14;
const COMPANY: u8 = 0x20;
const COMMIT: u8 = 0x40;

/// The entries of version 4 for a record of the catalog.
fn entries(key: &[u8], record: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (company, commit) = (
        &key[1..5],
        u64::from_be_bytes(key[5..13].try_into().unwrap()),
    );
    assert!(commit <= 250, "one byte is enough for its number");
    let mut bytes = record.iter().copied();
    let mut number = || match bytes.next().unwrap() {
        small @ ..=250 => u32::from(small),
        251 => u32::from_be_bytes([0, 0, bytes.next().unwrap(), bytes.next().unwrap()]),
        other => panic!("{other:02x}"),
    };
    let count = number();
    let entry = |_| {
        let (metric, variant) = (number().to_be_bytes(), number().to_be_bytes());
        let key = [&[ENTRY], company, &metric, &variant].concat();
        (key, vec![u8::try_from(commit).unwrap()])
    };
    (0..count).map(entry).collect()
}

/// The versions of all values, by key space.
fn versions(place: &Place) -> Vec<(u8, u8)> {
    let tree = tree_of(place);
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
    commit_to_blocks(&store, &first).unwrap();
    let company = known(&store);
    drop(store);
    as_of_version(&place, 2);
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
    assert_eq!(slots, [6, 2], "commit 2 and commit 1");
    let versions = versions(&place);
    assert!(versions.contains(&(0x20, 2)), "the company of then");
    assert!(versions.contains(&(0x24, 6)), "what the newer file added");
}

/// The digest that version 3 made: of the document as JSON, with its facts by cell.
fn digest_of_version_3(document: &PackageDocument) -> [u8; 32] {
    #[derive(Serialize)]
    struct Json<'a> {
        document: &'a Document,
        cells: &'a [Cell],
        facts: &'a [Reported],
        checks: &'a [Check],
    }
    let PackageDocument {
        document,
        digest: _,
        cells,
        facts,
        checks,
    } = document;
    let json = Json {
        document,
        cells,
        facts,
        checks,
    };
    Sha256::digest(serde_json::to_vec(&json).unwrap()).into()
}

#[test]
fn a_document_that_version_3_took_in_keeps_its_digest() {
    let go_on = |_: &UpkeepProgress| ControlFlow::Continue(());
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut first = simple("d1", "2021-08-25", &[(0, 10, 0), (1, 20, -3)]);
    first.documents[0].digest = digest_of_version_3(&first.documents[0]);
    commit_to_blocks(&store, &first).unwrap();
    drop(store);
    as_of_version(&place, 3);

    let store = Store::open(&place.path()).unwrap();
    let mut again = first.clone();
    again.documents[0].digest = again.documents[0].content().digest().unwrap();
    assert_ne!(again.documents[0].digest, first.documents[0].digest);
    assert_eq!(
        store.commit(&again).unwrap().commit,
        None,
        "the same document"
    );
    let mut other = simple("d1", "2021-08-25", &[(0, 10, 0), (1, 21, -3)]);
    other.documents[0].digest = other.documents[0].content().digest().unwrap();
    assert!(matches!(
        store.commit(&other),
        Err(StoreError::DocumentDiffers { .. })
    ));
    let mut second = simple("d2", "2022-08-25", &[(2, 30, 0)]);
    second.documents[0].digest = second.documents[0].content().digest().unwrap();
    assert_eq!(store.commit(&second).unwrap().commit, Some(2));
    assert_eq!(store.commit(&second).unwrap().commit, None);

    let report = store
        .verify(&PackageDocument::digest_again, &mut { go_on })
        .unwrap();
    assert!(report.is_sound(), "{report}");
    let mut text = Vec::new();
    store.snapshot().dump(&mut text, &mut { go_on }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let [copy, loaded, saved] = ["copy", "loaded", "saved"].map(|name| folder.path().join(name));
    store
        .backup(&copy, &PackageDocument::digest_again, &mut { go_on })
        .unwrap();
    Store::load_dump(
        &mut text.as_slice(),
        &loaded,
        &PackageDocument::digest_again,
        &mut { go_on },
    )
    .unwrap();
    drop(store);
    let salvaged = Store::salvage(
        &place.path(),
        &saved,
        Incomplete::LeaveOut,
        &PackageDocument::digest_again,
        &mut { go_on },
    );
    assert_eq!(salvaged.unwrap().whole, 2);
    for path in [copy, loaded, saved] {
        let store = Store::open(&path).unwrap();
        for package in [&first, &again, &second] {
            assert_eq!(store.commit(package).unwrap().commit, None, "{path:?}");
        }
    }
}

#[test]
fn a_change_to_a_document_of_version_3_is_found() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut first = simple("d1", "2021-08-25", &[(0, 10, 0), (1, 20, -3)]);
    let other = simple("d1", "2021-08-25", &[(0, 10, 0), (1, 21, -3)]);
    first.documents[0].digest = digest_of_version_3(&other.documents[0]);
    store.commit(&first).unwrap();
    let report = store
        .verify(&PackageDocument::digest_again, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(!report.is_sound());
}

/// The key spaces of the catalog that have something.
fn catalogs(place: &Place) -> Vec<u8> {
    let mut spaces: Vec<u8> = versions(place).iter().map(|(space, _)| *space).collect();
    spaces.retain(|space| [ENTRY, CATALOG].contains(space));
    spaces.dedup();
    spaces
}

#[test]
fn a_catalog_of_version_4_is_read_beside_what_is_added_to_it() {
    let go_on = |_: &UpkeepProgress| ControlFlow::Continue(());
    let packages = [
        wide_package("wide", 0, 300),
        simple("d1", "1999-01-01", &[(0, 1, 0), (1, 2, 0)]),
        wide_package("wider", 1, 310),
        package(vec![document(
            "d2",
            "1999-06-01",
            vec![fact("b", "n", quarter(0), figure(5, 0))],
        )]),
    ];
    let (old, new) = packages.split_at(2);
    let place = Place::new();
    let expected = Place::new();
    for place in [&place, &expected] {
        let store = Store::create(&place.path()).unwrap();
        for package in old {
            commit_to_blocks(&store, package).unwrap();
        }
    }
    as_of_version(&place, 4);
    assert_eq!(catalogs(&place), [ENTRY]);
    let expected = Store::open(&expected.path()).unwrap();
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), everything(&expected));
    for package in new {
        store.commit(package).unwrap();
        expected.commit(package).unwrap();
    }
    let all = everything(&expected);
    assert_eq!(everything(&store), all);
    drop(store);
    assert_eq!(catalogs(&place), [ENTRY, CATALOG]);

    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), all);
    let report = store.verify(&digest, &mut { go_on }).unwrap();
    assert!(report.is_sound(), "{report}");
    let folder = tempfile::tempdir().unwrap();
    let [copy, loaded, saved] = ["copy", "loaded", "saved"].map(|name| folder.path().join(name));
    store.backup(&copy, &digest, &mut { go_on }).unwrap();
    let dumped = |store: &Store| {
        let mut text = Vec::new();
        store.snapshot().dump(&mut text, &mut { go_on }).unwrap();
        text
    };
    let text = dumped(&store);
    Store::load_dump(&mut text.as_slice(), &loaded, &digest, &mut { go_on }).unwrap();
    drop(store);
    for path in [&copy, &loaded] {
        assert_eq!(everything(&Store::open(path).unwrap()), all, "{path:?}");
    }
    let salvaged = Store::salvage(&place.path(), &saved, Incomplete::LeaveOut, &digest, &mut {
        go_on
    });
    let salvaged = salvaged.unwrap();
    assert_eq!((salvaged.whole, salvaged.faults.len()), (4, 0));
}

#[test]
fn a_commit_of_version_4_that_was_cut_off_is_undone() {
    let first = simple("d1", "1999-01-01", &[(0, 1, 0)]);
    let second = wide_package("wide", 0, 300);
    let mut batches = 1;
    loop {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        commit_to_blocks(&store, &first).unwrap();
        let before = everything(&store);
        let all = begin(&store, &second, batches);
        drop(store);
        if batches == all {
            assert!(all > 3, "{all} batches");
            break;
        }
        as_of_version(&place, 4);
        let store = Store::open(&place.path()).unwrap();
        assert_eq!(everything(&store), before, "{batches} of {all} batches");
        drop(store);
        assert_eq!(catalogs(&place), [ENTRY], "only that of the first commit");
        assert_eq!(
            versions(&place)
                .iter()
                .filter(|(space, _)| *space == ENTRY)
                .count(),
            1
        );
        batches += 1;
    }
}

#[test]
fn a_database_of_version_5_gains_recent_rows() {
    let go_on = |_: &UpkeepProgress| ControlFlow::Continue(());
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    commit_to_blocks(&store, &simple("d1", "1999-01-01", &[(0, 1, 0), (1, 2, 0)])).unwrap();
    drop(store);
    as_of_version(&place, 5);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["1", "2"]);
    let report = store.verify(&digest, &mut { go_on }).unwrap();
    assert!(report.is_sound(), "{report}");
    // A fact that is new, and then one that is not.
    store
        .commit(&simple("d2", "1999-02-01", &[(2, 3, 0)]))
        .unwrap();
    let beside = fact("b", "m", quarter(0), figure(5, 0));
    commit_to_blocks(
        &store,
        &package(vec![document("d3", "1999-03-01", vec![beside])]),
    )
    .unwrap();
    let all = everything(&store);
    drop(store);
    let found = versions(&place);
    assert!(found.contains(&(RECENT, 6)), "the new fact");
    assert!(found.contains(&(0x10, 5)), "the block of then");
    let companies: Vec<u8> = found
        .iter()
        .filter(|(space, _)| *space == COMPANY)
        .map(|(_, version)| *version)
        .collect();
    assert_eq!(companies, [6, 5, 5, 5], "that it has recent rows");

    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), all);
    store
        .commit(&simple(
            "d4",
            "1999-04-01",
            &[(1, 20, 0), (2, 30, 0), (3, 4, 0)],
        ))
        .unwrap();
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["1", "20v", "30v", "4"]);
    let report = store.verify(&digest, &mut { go_on }).unwrap();
    assert!(report.is_sound(), "{report}");
}
