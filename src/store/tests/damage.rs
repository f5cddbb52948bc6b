//! Damage to what sled stores is an error or does no harm; it is never another answer.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::support::*;
use crate::codec::{Key, SeriesId};
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
        let error = Store::open(&copy.path()).unwrap_err();
        let expected = matches!(
            error,
            StoreError::Damaged { .. } | StoreError::SledBehindHead { .. }
        );
        assert!(expected, "{key:?}: {error}");
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
        // Reading may find the damage, too.
        if let Ok(store) = Store::open(&copy.path())
            && let Ok(text) = catch_unwind(AssertUnwindSafe(|| everything(&store)))
        {
            assert_eq!(text, before, "trial {trial}: a silent change");
        }
    }
}
