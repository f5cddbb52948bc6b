//! Damage to what sled stores is an error or does no harm; it is never another answer.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::support::*;
use crate::codec::manifest::Head;
use crate::codec::record::{CatalogRecord, pack};
use crate::codec::{Key, SeriesId};
use crate::store::catalog;
use crate::store::engine::Batch;
use crate::store::{Store, StoreError};

fn filled(place: &Place) -> Store {
    let store = Store::create(&place.path()).unwrap();
    let facts: Vec<(u32, i64, i8)> = (0..900).map(|n| (n, i64::from(n), 0)).collect();
    for id in ["d1", "d2"] {
        store.commit(&simple(id, "2001-01-01", &facts)).unwrap();
    }
    store
}

fn remove(store: &Store, key: &Key) {
    let mut batch = Batch::default();
    batch.remove(key);
    store.engine.apply(&batch).unwrap();
}

#[test]
fn a_value_that_is_missing_is_noticed_where_it_is_read() {
    let place = Place::new();
    drop(filled(&place));
    let series = SeriesId {
        metric: 0,
        variant: 0,
        company: 0,
    };
    let read = |key: Key| {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        assert!(store.engine.get(&key).unwrap().is_some(), "{key:?}");
        remove(&store, &key);
        let snapshot = store.snapshot();
        let results = [
            snapshot.current(series).map(|_| ()),
            snapshot.observations(series).map(|_| ()),
            snapshot.cells(0).map(|_| ()),
            snapshot.documents().map(|_| ()),
        ];
        results
            .into_iter()
            .filter_map(Result::err)
            .collect::<Vec<StoreError>>()
    };
    for (key, errors) in [
        (Key::Current { series, chunk: 0 }, 2),
        (Key::Current { series, chunk: 1 }, 2),
        (Key::History { series, chunk: 0 }, 1),
        (Key::History { series, chunk: 1 }, 1),
        (
            Key::Cells {
                document: 0,
                first: 0,
            },
            1,
        ),
        (Key::Document(0), 3),
    ] {
        let found = read(key.clone());
        assert_eq!(found.len(), errors, "{key:?}: {found:?}");
        assert!(
            found
                .iter()
                .all(|e| matches!(e, StoreError::Damaged { .. })),
            "{found:?}"
        );
    }
}

#[test]
fn names_and_commits_that_are_missing_are_noticed_at_opening() {
    let place = Place::new();
    drop(filled(&place));
    for key in [
        Key::Company(0),
        Key::Company(1),
        Key::Company(3),
        Key::Metric(0),
        Key::Variant(0),
        Key::Commit(2),
    ] {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        remove(&store, &key);
        drop(store);
        let expected = match key {
            Key::Commit(head) => StoreError::SledBehindHead {
                head,
                found: Some(1),
            },
            _ => StoreError::damaged_at(&key, "it is missing"),
        };
        assert_eq!(Store::open(&copy.path()).unwrap_err(), expected);
    }
}

/// Companies `a` to `c` with a series each, the last of a later commit.
fn three_companies(place: &Place) -> Store {
    let store = Store::create(&place.path()).unwrap();
    let reported = |company| fact(company, "m", quarter(0), figure(7, 0));
    for (id, companies) in [("d1", &["a", "b"][..]), ("d2", &["c"])] {
        let facts = companies.iter().map(|company| reported(company)).collect();
        let document = document(id, "2001-01-01", facts);
        commit_to_blocks(&store, &package(vec![document])).unwrap();
    }
    store
}

fn first_of(company: u32) -> Key {
    let series = SeriesId {
        metric: 0,
        variant: 0,
        company,
    };
    Key::Current { series, chunk: 0 }
}

#[test]
fn a_series_that_is_missing_is_noticed_by_what_reads_all_companies() {
    let place = Place::new();
    drop(three_companies(&place));
    for (company, reopen) in [(0, false), (1, true), (2, false), (2, true)] {
        let copy = place.copy();
        let mut store = Store::open(&copy.path()).unwrap();
        remove(&store, &first_of(company));
        if reopen {
            drop(store);
            store = Store::open(&copy.path()).unwrap();
        }
        let snapshot = store.snapshot();
        let panel = snapshot.panel(&metric("m").path, 0, |_, _| Ok::<_, StoreError>(()));
        let all = snapshot.sweep(None, |_, _| Ok::<_, StoreError>(()));
        let of_metric = snapshot.sweep(Some(0), |_, _| Ok::<_, StoreError>(()));
        let of_other = snapshot.sweep(Some(1), |_, _| Ok::<_, StoreError>(()));
        let expected = StoreError::damaged_at(&first_of(company), "it is missing");
        for read in [panel, all, of_metric] {
            assert_eq!(read, Err(expected.clone()), "{company}");
        }
        assert_eq!(of_other, Ok(()));
    }
}

#[test]
fn a_reader_misses_no_series_that_came_after_it() {
    let place = Place::new();
    let store = three_companies(&place);
    let before = store.snapshot();
    let later = fact("d", "m", quarter(0), figure(7, 0));
    let later = package(vec![document("d3", "2001-01-02", vec![later])]);
    store.commit(&later).unwrap();
    assert_eq!(panel(&before, &metric("m").path, 0).len(), 3);
    assert_eq!(panel(&store.snapshot(), &metric("m").path, 0).len(), 4);
    // Of commits that are worked out together, each counts its own.
    let other = |company: &str, id: &str| {
        let facts = vec![fact(company, "n", quarter(0), figure(7, 0))];
        package(vec![document(id, "2001-01-03", facts)])
    };
    let (_, ended) = store.commit_all(&[other("a", "e1"), other("b", "e2"), other("c", "e3")]);
    ended.unwrap();
    assert_eq!(panel(&before, &metric("n").path, 0).len(), 0);
    assert_eq!(panel(&store.snapshot(), &metric("n").path, 0).len(), 3);
    drop(before);
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(panel(&store.snapshot(), &metric("n").path, 0).len(), 3);
}

#[test]
fn a_catalog_that_is_not_that_of_the_last_commit_is_noticed_at_opening() {
    let place = Place::new();
    drop(three_companies(&place));
    let found = |change: &dyn Fn(&Store)| {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        change(&store);
        drop(store);
        Store::open(&copy.path()).unwrap_err().to_string()
    };
    let missing = found(&|store| remove(store, &catalog::record(1, 1, 0)));
    assert!(
        missing.ends_with("the catalog lists 2 series, there should be 3"),
        "{missing}"
    );
    let newer = found(&|store| {
        let mut batch = Batch::default();
        let record = pack(&CatalogRecord(vec![(0, 0)])).unwrap();
        batch.remove(&catalog::record(1, 1, 0));
        batch.insert(&catalog::record(1, 3, 0), &record).unwrap();
        store.engine.apply(&batch).unwrap();
    });
    assert!(
        newer.contains("the last commit does not know it"),
        "{newer}"
    );
}

/// Damage to either slot of HEAD, at any byte that counts or all of it, and both as they were before.
#[test]
fn a_damaged_head_loses_no_commit_and_is_mended() {
    for commits in [1, 2, 3] {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        let mut heads = vec![fs::read(place.file("HEAD")).unwrap()];
        for n in 1..=commits {
            let facts = [(n, i64::from(n), 0)];
            store
                .commit(&simple(&format!("d{n}"), "2001-01-01", &facts))
                .unwrap();
            heads.push(fs::read(place.file("HEAD")).unwrap());
        }
        let before = everything(&store);
        drop(store);
        let whole = heads.last().unwrap().clone();
        let mut damaged = heads.clone();
        for slot in [0, 512] {
            for at in [0, 7, 8, 31, 32, 63, 67] {
                let mut head = whole.clone();
                head[slot + at] ^= 0x10;
                damaged.push(head);
            }
            let mut head = whole.clone();
            head[slot..slot + 512].fill(0);
            damaged.push(head);
        }
        for head in damaged {
            fs::write(place.file("HEAD"), &head).unwrap();
            let store = Store::open(&place.path()).unwrap();
            assert_eq!(everything(&store), before);
            drop(store);
            // Whichever slot is damaged next, the other one is whole.
            let mended = fs::read(place.file("HEAD")).unwrap();
            let slots = [&mended[..512], &mended[512..]].map(Head::parse_slot);
            let numbers = slots.map(|slot| slot.unwrap().sequence);
            assert_eq!(numbers.into_iter().max(), Some(commits.into()));
        }
    }
}

/// A few dozen of the thousands of trials that a longer run makes.
#[test]
fn flipped_bits_cut_and_zeroed_pages_give_an_error_or_the_same_answers() {
    let place = Place::new();
    let before = everything(&filled(&place));
    damage(&place, &before, 0);
    // After a clean opening, sled reads a snapshot of its own instead of its whole log.
    for _ in 0..2 {
        drop(Store::open(&place.path()).unwrap());
    }
    damage(&place, &before, 18);
}

fn damage(place: &Place, before: &str, first: usize) {
    let log = fs::read(place.file("sled/db")).unwrap();
    let used = log.iter().rposition(|byte| *byte != 0).unwrap();
    assert_eq!(
        everything(&Store::open(&place.copy().path()).unwrap()),
        before,
        "unharmed"
    );
    let later = simple("later", "2002-01-01", &[(1, 5, 0), (950, 5, 0)]);
    let copy = place.copy();
    let store = Store::open(&copy.path()).unwrap();
    store.commit(&later).unwrap();
    let after = everything(&store);
    drop(store);
    for trial in first..first + 18 {
        let copy = place.copy();
        let mut damaged = log.clone();
        // Fixed places all over the used part of the file.
        let at = (trial * 7919 + 13) * 104_729 % used;
        match trial % 3 {
            0 => damaged[at] ^= 1 << (trial % 8),
            1 => damaged[at..(at + 4096).min(used)].fill(0),
            _ => damaged.truncate(at),
        }
        fs::write(copy.file("sled/db"), &damaged).unwrap();
        let Ok(store) = Store::open(&copy.path()) else {
            continue;
        };
        // Reading may find the damage, too.
        let read = |store: &Store| catch_unwind(AssertUnwindSafe(|| everything(store)));
        if let Ok(text) = read(&store) {
            assert_eq!(text, before, "trial {trial}: a silent change");
        }
        // So may writing, which leaves nothing or all of a commit.
        let written = store.commit(&later);
        drop(store);
        if let Ok(store) = Store::open(&copy.path())
            && let Ok(text) = read(&store)
        {
            let whole = text == after || (written.is_err() && text == before);
            assert!(whole, "trial {trial}: half a commit, or none");
        }
    }
}
