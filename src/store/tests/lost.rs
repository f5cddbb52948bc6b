//! What salvage tells of things that nothing is left of, and of files that can only be read without others.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::support::*;
use super::verify::rich;
use crate::codec::{Key, SeriesId};
use crate::model::Scope;
use crate::store::engine::Batch;
use crate::store::verify::Digest;
use crate::store::{Incomplete, Salvaged, Store};

fn salvage(place: &Place, digest: &Digest<'_>) -> Salvaged {
    let saved = Place::new();
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let keep = Incomplete::Keep;
    let salvaged = Store::salvage(&place.path(), &saved.path(), keep, digest, go_on);
    let salvaged = salvaged.unwrap();
    assert!(salvaged.verified.is_sound());
    salvaged
}

fn words(salvaged: &Salvaged) -> Vec<String> {
    salvaged.faults.iter().map(ToString::to_string).collect()
}

/// What is told of a rich database without some keys.
fn without(keys: &[Key]) -> Vec<String> {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    for key in keys {
        assert!(store.engine.get(key).unwrap().is_some(), "{key:?}");
        batch.remove(key);
    }
    store.engine.apply(&batch).unwrap();
    drop(store);
    words(&salvage(&place, &digest))
}

#[test]
fn what_the_last_commit_and_head_count_and_is_not_there_is_told() {
    assert_eq!(without(&[]), [""; 0]);
    let lost = |what| format!("commit 3: {what}");
    assert_eq!(
        without(&[Key::Company(3)]),
        [lost("3 companies, there should be 4")]
    );
    let metric = without(&[Key::Metric(1)]);
    assert!(
        metric.contains(&lost("1 metrics, there should be 2")),
        "{metric:?}"
    );
    let additions = Key::Additions {
        company: 0,
        commit: 1,
        chunk: 0,
    };
    let additions = without(&[additions]);
    assert!(
        additions.contains(&lost("0 additions to companies, there should be 2")),
        "{additions:?}"
    );
    let variant = without(&[Key::Variant(0)]);
    assert!(
        variant.contains(&lost("0 variants, there should be 1")),
        "{variant:?}"
    );
    let index = Key::DocumentIndex("d2".parse().unwrap());
    let document = without(&[Key::Document(1), index]);
    assert!(
        document.contains(&lost("2 documents, there should be 3")),
        "{document:?}"
    );
    // Of a document of which the id is left, that is told.
    let document = without(&[Key::Document(1)]);
    assert!(
        !document
            .iter()
            .any(|fault| fault.contains("there should be")),
        "{document:?}"
    );
    assert_eq!(
        without(&[Key::Commit(1)]),
        [lost("3 commits, there should be 4")]
    );
    let behind = |found| {
        let durable = "the database is damaged: commit 3 was made durable, the stored data";
        vec![format!("HEAD: {durable} {found}")]
    };
    assert_eq!(without(&[Key::Commit(3)]), behind("end at commit 2"));
    let all = [0, 1, 2, 3].map(Key::Commit);
    assert_eq!(without(&all), behind("have none"));
}

#[test]
fn data_of_another_database_are_told_from_their_own() {
    let (place, other) = (Place::new(), Place::new());
    drop(rich(&place));
    drop(rich(&other));
    for (file, expected) in [
        (
            "MANIFEST",
            &["MANIFEST: the identity of the database is not what it should be"][..],
        ),
        ("HEAD", &[]),
    ] {
        let mixed = place.copy();
        fs::copy(other.file(file), mixed.file(file)).unwrap();
        assert_eq!(words(&salvage(&mixed, &digest)), expected, "{file}");
    }
}

/// Where no digest can be made, a document is whole if all its cells are there.
#[test]
fn a_document_without_all_its_cells_is_not_whole() {
    let facts: Vec<_> = (0..900)
        .map(|n| fact("a", "m", quarter(n), figure(n.into(), 0)))
        .collect();
    let keys = |store: &Store| -> Vec<Key> {
        let cells = |first| Key::Cells { document: 0, first };
        let entries = store.engine.range(cells(0)..=cells(u32::MAX)).unwrap();
        entries.map(|entry| entry.unwrap().0).collect()
    };
    let none = |_: &_| None;
    // Of three values or more that the cells take: none is lost, the first, one in the middle, the last.
    for lost in [None, Some(0), Some(1), Some(usize::MAX)] {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        let document = document("d1", "2001-01-01", facts.clone());
        store.commit(&package(vec![document])).unwrap();
        let keys = keys(&store);
        assert!(keys.len() > 2);
        if let Some(lost) = lost {
            let mut batch = Batch::default();
            batch.remove(&keys[lost.min(keys.len() - 1)]);
            store.engine.apply(&batch).unwrap();
        }
        drop(store);
        let salvaged = salvage(&place, &none);
        let whole = u64::from(lost.is_none());
        assert_eq!(salvaged.whole, whole, "{lost:?}");
        assert_eq!(salvaged.incomplete.len() as u64, 1 - whole, "{lost:?}");
    }
}

/// In the places of faults, a name must not stand for another number than its own.
#[test]
fn places_behind_a_lost_name_are_numbered() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let scopes = [Scope::total(), "segment=x".parse().unwrap()];
    let facts = scopes.map(|scope| {
        let mut fact = fact("a", "m", quarter(0), figure(1, 0));
        fact.series.scope = scope;
        fact
    });
    let both = package(vec![document("d1", "2001-01-01", facts.into())]);
    commit_to_blocks(&store, &both).unwrap();
    drop(store);
    let current = |variant| Key::Current {
        series: SeriesId {
            metric: 0,
            variant,
            company: 0,
        },
        chunk: 0,
    };
    write_anew(&place, |batch| {
        batch.remove(&Key::Variant(0));
        for variant in 0..2 {
            batch.insert_raw(&current(variant).to_bytes(), b"KS broken");
        }
    });
    let faults = words(&salvage(&place, &digest));
    for variant in 0..2 {
        let numbered = format!(
            "current block chunk 0 (metric 0, variant {variant}, company 0) of a: its length is wrong"
        );
        let found = faults.iter().filter(|fault| **fault == numbered);
        assert_eq!(found.count(), 1, "{faults:?}");
    }
}

#[test]
fn what_was_saved_is_told_in_words() {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    batch.remove(&Key::Cells {
        document: 1,
        first: 0,
    });
    batch.remove(&Key::Document(2));
    store.engine.apply(&batch).unwrap();
    drop(store);
    let salvaged = salvage(&place, &digest);
    let text = salvaged.to_string();
    let expected = [
        words(&salvaged),
        vec![
            "document d2: 0 of 2 facts kept".into(),
            "document d3: 0 of an unknown number facts kept".into(),
            "1 documents are whole, 2 are not".into(),
            format!(
                "{} values were read of the log of the storage engine, 0 of them as they were before the last time that they were written",
                28 - 2
            ),
            salvaged.verified.to_string(),
        ],
    ];
    assert_eq!(text, expected.concat().join("\n"));
}

fn snapshots(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.file("sled")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().contains("/snap."))
        .collect()
}

/// The log has all that the snapshot is made of.
#[test]
fn a_snapshot_is_not_needed() {
    let place = Place::new();
    drop(rich(&place));
    drop(Store::open(&place.path()).unwrap());
    let files = snapshots(&place);
    assert_eq!(files.len(), 1);
    let mut damaged = fs::read(&files[0]).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&files[0], &damaged).unwrap();
    assert!(Store::open(&place.copy().path()).is_err());
    let salvaged = salvage(&place, &digest);
    assert_eq!((salvaged.whole, words(&salvaged)), (3, vec![]));
}
