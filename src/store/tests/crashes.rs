//! What a crash leaves behind is finished or undone by the next open.
//!
//! Interrupted commits are made by writing the first batches of one and dropping the database, or by
//! putting an older HEAD beside newer data.

use std::fs;

use super::support::*;
use crate::codec::{Key, SeriesId};
use crate::store::commit::{Prepared, encode, prepare};
use crate::store::recover::strip;
use crate::store::write::Write;
use crate::store::{Package, Store, StoreError};

/// Writes at most so many batches of a commit and stops. Gives the number of batches it has.
pub(super) fn begin(store: &Store, package: &Package, batches: usize) -> usize {
    let Prepared { batches: all, .. } =
        prepare(&store.engine, &store.state(), package, Some(store.room)).unwrap();
    let all = all.unwrap();
    let all: Vec<_> = all.intent.into_iter().chain(all.data).collect();
    let count = all.len();
    for batch in all.into_iter().take(batches) {
        store.engine.apply(&batch).unwrap();
    }
    count
}

/// Names, identities, documents, cells, series old and new, history old and new.
fn start(place: &Place) -> Store {
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple(
            "d1",
            "1999-01-01",
            &[(0, 1, 0), (1, 2, 0), (2, 3, 0)],
        ))
        .unwrap();
    store
        .commit(&simple("d2", "1999-06-01", &[(1, 20, 0)]))
        .unwrap();
    store.commit(&wide_package("wide-0", 0, 300)).unwrap();
    store
}

fn interrupted() -> Package {
    let mut package = wide_package("wide-1", 1, 500);
    let more = simple("d3", "2003-01-01", &[(1, 21, 0), (2, 30, 0), (3, 40, 0)]);
    package.documents.extend(more.documents);
    package.companies.push(company("e"));
    package.companies[0]
        .identities
        .push(crate::model::Identity {
            metric: "m".parse().unwrap(),
            scope: crate::model::Scope::total(),
            equals: "n".parse().unwrap(),
        });
    package
}

#[test]
fn a_commit_cut_off_between_batches_is_undone() {
    let place = Place::new();
    let store = start(&place);
    let before = everything(&store);
    let count = prepare(
        &store.engine,
        &store.state(),
        &interrupted(),
        Some(store.room),
    )
    .unwrap()
    .batches
    .unwrap();
    let count = count.intent.len() + count.data.len();
    assert!(count >= 4, "{count} batches");
    drop(store);
    let mut finished = None;
    for batches in 0..=count {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        begin(&store, &interrupted(), batches);
        // Nothing of it is visible beside it, either.
        assert_eq!(
            everything(&store),
            before,
            "{batches} of {count} batches, before closing"
        );
        drop(store);
        let store = Store::open(&copy.path()).unwrap();
        if batches == count {
            assert_eq!(
                store.snapshot().sequence(),
                4,
                "it was whole, only HEAD was not written"
            );
        } else {
            assert_eq!(everything(&store), before, "{batches} of {count} batches");
            assert_eq!(store.commit(&interrupted()).unwrap().commit, Some(4));
        }
        assert_eq!(intents(&store), 0);
        let after = everything(&store);
        assert_eq!(finished.get_or_insert_with(|| after.clone()), &after);
        drop(store);
        assert_eq!(everything(&Store::open(&copy.path()).unwrap()), after);
        assert_no_blobs(&copy);
    }
}

#[test]
fn an_undo_that_is_cut_off_is_done_again() {
    let place = Place::new();
    let store = start(&place);
    let before = everything(&store);
    let count = begin(&store, &interrupted(), 0);
    begin(&store, &interrupted(), count - 1);
    // Some series are stripped, some documents and names removed, and then the lights go out again.
    let mut undone = Vec::new();
    for metric in (0..500).step_by(3) {
        let id = SeriesId {
            metric,
            variant: 0,
            company: 0,
        };
        undone.extend(strip(&store.engine, id, 3).unwrap().unwrap_or_default());
    }
    assert!(undone.len() > 100, "{} keys", undone.len());
    let totals = store.state().totals;
    undone.push(Write::remove(Key::Document(totals.documents)));
    undone.push(Write::remove(Key::DocumentIndex("wide-1".parse().unwrap())));
    undone.push(Write::remove(Key::Metric(totals.metrics + 7)));
    for batch in encode(vec![undone]).unwrap() {
        store.engine.apply(&batch).unwrap();
    }
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), before);
    assert_eq!(intents(&store), 0);
}

#[test]
fn the_files_of_a_killed_process_open() {
    let place = Place::new();
    let store = start(&place);
    let before = everything(&store);
    begin(&store, &interrupted(), 3);
    // Copied while they are open, so without anything that closing would write.
    let copy = Place::new();
    copy_folder(&place.path(), &copy.path());
    assert_eq!(everything(&Store::open(&copy.path()).unwrap()), before);
}

#[test]
fn a_snapshot_that_sled_was_writing_is_passed_over() {
    let place = Place::new();
    let store = start(&place);
    let after = everything(&store);
    drop(store);
    // Once without a snapshot before it, and once beside one.
    for _ in 0..2 {
        let whole = fs::read_dir(place.file("sled")).unwrap();
        let whole = whole.map(|entry| entry.unwrap().path());
        let whole = whole.filter(|path| path.to_string_lossy().contains("/snap."));
        let bytes = whole.map(|path| fs::read(path).unwrap()).last();
        let bytes = bytes.unwrap_or_else(|| vec![7; 1000]);
        for length in [0, 5, bytes.len() - 1] {
            let torn = place.file("sled/snap.7FFFFFFFFFFFFFFF.generating");
            fs::write(&torn, &bytes[..length]).unwrap();
            let store = Store::open(&place.path()).unwrap();
            assert_eq!(everything(&store), after, "{length} bytes");
            assert!(!torn.exists());
        }
    }
}

#[test]
fn data_ahead_of_head_by_whole_commits_are_a_normal_crash() {
    let place = Place::new();
    let store = start(&place);
    let old_head = fs::read(place.file("HEAD")).unwrap();
    for n in 0..3_u32 {
        let id = format!("ahead-{n}");
        store
            .commit(&simple(&id, "2005-01-01", &[(n, 7, 0)]))
            .unwrap();
    }
    let after = everything(&store);
    drop(store);
    fs::write(place.file("HEAD"), &old_head).unwrap();
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), after);
    drop(store);
    assert_ne!(
        fs::read(place.file("HEAD")).unwrap(),
        old_head,
        "HEAD moved on"
    );
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), after);
}

#[test]
fn a_torn_slot_of_head_is_made_up_for() {
    let place = Place::new();
    let store = start(&place);
    let after = everything(&store);
    drop(store);
    let head = fs::read(place.file("HEAD")).unwrap();
    for slot in 0..2 {
        let mut torn = head.clone();
        torn[slot * 512 + 20..(slot + 1) * 512].fill(0);
        fs::write(place.file("HEAD"), &torn).unwrap();
        assert_eq!(
            everything(&Store::open(&place.path()).unwrap()),
            after,
            "slot {slot}"
        );
    }
}

#[test]
fn data_behind_head_are_an_error() {
    let place = Place::new();
    drop(start(&place));
    let old = place.copy();
    let store = Store::open(&place.path()).unwrap();
    store
        .commit(&simple("d9", "2005-01-01", &[(0, 7, 0)]))
        .unwrap();
    store
        .commit(&simple("d10", "2005-01-01", &[(1, 7, 0)]))
        .unwrap();
    drop(store);
    fs::copy(place.file("HEAD"), old.file("HEAD")).unwrap();
    assert_eq!(
        Store::open(&old.path()).unwrap_err(),
        StoreError::SledBehindHead {
            head: 5,
            found: Some(3)
        }
    );
}

#[test]
fn another_history_of_commits_is_an_error() {
    let place = Place::new();
    drop(start(&place));
    let other = place.copy();
    let commit = |place: &Place, id: &str| {
        let store = Store::open(&place.path()).unwrap();
        store
            .commit(&simple(id, "2005-01-01", &[(0, 7, 0)]))
            .unwrap();
    };
    commit(&place, "one");
    commit(&other, "two");
    fs::copy(place.file("HEAD"), other.file("HEAD")).unwrap();
    let error = Store::open(&other.path()).unwrap_err();
    assert!(error.to_string().contains("another history"), "{error}");
}

#[test]
fn files_of_two_databases_do_not_pass_for_one() {
    let (place, other) = (Place::new(), Place::new());
    drop(start(&place));
    drop(start(&other));
    let mixed = place.copy();
    fs::copy(other.file("HEAD"), mixed.file("HEAD")).unwrap();
    let error = Store::open(&mixed.path()).unwrap_err();
    assert!(
        error.to_string().contains("HEAD is that of another"),
        "{error}"
    );
    let mixed = place.copy();
    fs::remove_dir_all(mixed.file("sled")).unwrap();
    copy_folder(&other.file("sled"), &mixed.file("sled"));
    let error = Store::open(&mixed.path()).unwrap_err();
    assert!(error.to_string().contains("of another database"), "{error}");
}

/// A HEAD that cannot be written: whether the commit is durable is known only after opening again.
#[cfg(target_os = "linux")]
#[test]
fn a_write_that_fails_halts_the_writer_and_not_the_readers() {
    use crate::store::head::HeadFile;

    let place = Place::new();
    let store = start(&place);
    let before = everything(&store);
    let pinned = store.snapshot();
    store.writer.lock().unwrap().head = HeadFile::full();
    let package = simple("d9", "2005-01-01", &[(0, 7, 0)]);
    let failed = store.commit(&package).unwrap_err();
    let full = std::io::ErrorKind::StorageFull;
    assert!(
        matches!(failed, StoreError::Io { kind, .. } if kind == full),
        "{failed}"
    );
    for package in [&package, &simple("d10", "2005-01-01", &[(1, 7, 0)])] {
        assert_eq!(store.commit(package), Err(StoreError::Halted));
        assert_eq!(
            store.commit_all(std::slice::from_ref(package)).1,
            Err(StoreError::Halted)
        );
    }
    assert_eq!(everything(&store), before);
    assert_eq!(shown(&pinned, "a", "m"), shown(&store.snapshot(), "a", "m"));
    drop((store, pinned));
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(store.snapshot().sequence(), 4, "it was durable");
    assert_eq!(store.commit(&package).unwrap().commit, None);
    let next = simple("d10", "2005-01-01", &[(1, 7, 0)]);
    assert_eq!(store.commit(&next).unwrap().commit, Some(5));
}
