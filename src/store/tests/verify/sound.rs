//! Sound databases are found sound, however verifying goes about it and whatever else is done meanwhile.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{assert_sound, plant, rich};
use crate::codec::Key;
use crate::codec::cells::CellsRecord;
use crate::codec::record::{pack, unpack};
use crate::store::tests::support::*;
use crate::store::verify::verify;
use crate::store::{Store, VerifyEnd};

#[test]
fn sound_databases_are_found_sound_and_counted() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let empty = assert_sound(&store);
    assert_eq!((empty.commits, empty.values), (0, 1));
    drop(store);

    let place = Place::new();
    let store = rich(&place);
    let report = assert_sound(&store);
    // Worked out from what `rich` takes in.
    assert_eq!((report.commit, report.commits, report.documents), (3, 3, 3));
    assert_eq!(
        (report.companies, report.metrics, report.variants),
        (4, 2, 1)
    );
    assert_eq!((report.cells, report.checks), (4 + 2 + 2, 1));
    // a m: quarters 0, 1, 2; a n and b m: quarter 0.
    assert_eq!((report.series, report.facts), (3, 3 + 1 + 1));
    assert_eq!(report.observations, 4 + 2 + 2);
    drop(store);
    assert_sound(&Store::open(&place.path()).unwrap());
}

#[test]
fn long_series_and_commits_of_many_batches_are_sound() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts: Vec<(u32, i64, i8)> = (0..900).map(|n| (n, i64::from(n) * 37, 0)).collect();
    for id in ["d1", "d2"] {
        store.commit(&simple(id, "2001-01-01", &facts)).unwrap();
    }
    for (id, value) in [("w1", 1), ("w2", 2)] {
        store.commit(&wide_package(id, value, 400)).unwrap();
    }
    let report = assert_sound(&store);
    assert_eq!((report.facts, report.observations), (900 + 400, 1800 + 800));
    // Digests are the same however little of a document is held at a time.
    for pending in [0, 1, 500] {
        let again = verify(&store, &digest, pending, &mut |_| ControlFlow::Continue(()));
        assert_eq!(again.unwrap(), report);
    }
}

#[test]
fn a_document_that_waits_for_another_pass_is_digested_then() {
    let place = Place::new();
    let store = rich(&place);
    let key = Key::Cells {
        document: 2,
        first: 0,
    };
    let value = store.engine.get(&key).unwrap().unwrap();
    let cells: CellsRecord = unpack(&value).unwrap();
    let mut cells: Vec<_> = cells.cells().collect();
    cells[1].text = "1,234".into();
    let changed = crate::codec::cells::split(&cells).unwrap();
    plant(&store, |batch| {
        batch.insert(&key, &pack(&changed[0]).unwrap()).unwrap();
    });
    for pending in [0, 1, 3, 1000] {
        let report = verify(&store, &digest, pending, &mut |_| ControlFlow::Continue(())).unwrap();
        let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            ["document 2 of d3: what is stored of it is not what was taken in"]
        );
    }
}

#[test]
fn verifying_is_broken_off_when_the_caller_says_so() {
    let place = Place::new();
    let store = rich(&place);
    let mut calls = 0;
    let report = store
        .verify(&digest, &mut |_| {
            calls += 1;
            if calls == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!((calls, report.end), (3, VerifyEnd::Cancelled));
    assert!(!report.is_sound() && report.faults.is_empty());
}

#[test]
fn nothing_is_blamed_on_a_writer_that_is_at_work() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&wide_package("w0", 1, 300)).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..20 {
                let id = format!("w{n}");
                store.commit(&wide_package(&id, n, 300)).unwrap();
                let facts: Vec<(u32, i64, i8)> = (0..400).map(|q| (q, n, 0)).collect();
                store
                    .commit(&simple(&format!("s{n}"), "2001-01-01", &facts))
                    .unwrap();
            }
            over.store(true, Ordering::Release);
        });
        let mut rounds = 0;
        while !over.load(Ordering::Acquire) || rounds == 0 {
            let report = assert_sound(&store);
            assert!(report.commit <= store.snapshot().sequence());
            rounds += 1;
        }
    });
    assert_sound(&store);
}
