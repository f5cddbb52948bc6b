//! Recent rows that are lost, broken or wrong.

use super::recent::{blocks, faults, filled, go_on, release, waiting};
use super::support::*;
use crate::codec::{Key, Row, SeriesId};
use crate::store::engine::Batch;
use crate::store::recent::{self, OfCompany};
use crate::store::{Incomplete, Store, StoreError};

/// Everything that reads series of a company, and what it said.
fn reads(store: &Store, company: u32) -> Vec<Result<(), StoreError>> {
    let snapshot = store.snapshot();
    let listed = crate::store::catalog::of_company(&store.engine, company).unwrap();
    let mut reads = Vec::new();
    for (id, _) in listed {
        reads.push(snapshot.current(id).map(drop));
        reads.push(snapshot.observations(id).map(drop));
        reads.push(snapshot.in_place(id, |current| current.all().map(drop)));
    }
    reads.push(snapshot.sweep(None, |_, current| current.all().map(drop)));
    reads
}

fn change(store: &Store, change: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    change(&mut batch);
    store.engine.apply(&batch).unwrap();
}

#[test]
fn recent_rows_that_are_lost_or_broken_are_an_error_for_whoever_reads_them() {
    let place = Place::new();
    drop(filled(&place));
    let recent = Key::Recent(0);
    let missing = StoreError::damaged_at(&recent, "it is missing");
    for reopen in [false, true] {
        let copy = place.copy();
        let mut store = Store::open(&copy.path()).unwrap();
        change(&store, |batch| batch.remove(&recent));
        if reopen {
            drop(store);
            store = Store::open(&copy.path()).unwrap();
        }
        for read in reads(&store, 0) {
            assert_eq!(read, Err(missing.clone()));
        }
        // Nor is anything written over the loss.
        for package in [release("a", 9, 0..2), release("a", 9, 0..300)] {
            assert_eq!(store.commit(&package), Err(missing.clone()));
        }
        assert_eq!(
            commit_to_blocks(&store, &release("a", 9, 0..2)),
            Err(missing.clone())
        );
        // Other companies do not suffer.
        assert_eq!(
            reads(&store, 1).iter().filter(|read| read.is_err()).count(),
            1
        );
        store.commit(&release("b", 9, 0..2)).unwrap();
        store.commit(&release("c", 9, 0..2)).unwrap();
        assert!(faults(&store).contains(&"recent rows 0 of a: it is missing".to_owned()));
    }
    let store = Store::open(&place.path()).unwrap();
    change(&store, |batch| {
        batch.insert_raw(&recent.to_bytes(), b"KS broken");
    });
    for read in reads(&store, 0) {
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
    }
}

#[test]
fn a_scan_reads_the_recent_rows_of_those_companies_only_that_have_some_of_its_series() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&release("a", 0, 0..3)).unwrap();
    store.commit(&release("b", 0, 2..5)).unwrap();
    let panel = |metric: &str| {
        let mut companies = Vec::new();
        let metric = metric.parse().unwrap();
        let read = store.snapshot().panel(&metric, 0, |company, _| {
            companies.push(company);
            Ok::<_, StoreError>(())
        });
        read.map(|()| companies)
    };
    assert_eq!(panel("w1"), Ok(vec![0]));
    // Of one that has gone to its block, too.
    commit_to_blocks(&store, &release("b", 1, 4..5)).unwrap();
    change(&store, |batch| batch.remove(&Key::Recent(1)));
    let missing = StoreError::damaged_at(&Key::Recent(1), "it is missing");
    assert_eq!(panel("w1"), Ok(vec![0]));
    assert_eq!(panel("w2"), Err(missing.clone()));
    assert_eq!(panel("w3"), Err(missing));
    assert_eq!(panel("w4"), Ok(vec![1]));
    // What comes to recent rows is read from then on.
    store.commit(&release("a", 2, 4..5)).unwrap();
    assert_eq!(panel("w4"), Ok(vec![0, 1]));
}

#[test]
fn a_broken_row_is_an_error_of_its_series() {
    let place = Place::new();
    let store = filled(&place);
    let all = waiting(&store, 0);
    let mut spoiled = all.clone();
    let mut last = spoiled.last_entry().unwrap();
    let pair = *last.key();
    last.get_mut().rows.last_mut().unwrap().versions = true;
    let payload = recent::payload(&spoiled).unwrap();
    change(&store, |batch| {
        batch.insert(&Key::Recent(0), &payload).unwrap();
    });
    let snapshot = store.snapshot();
    for (metric, variant) in all.into_keys() {
        let id = SeriesId {
            metric,
            variant,
            company: 0,
        };
        let read = snapshot.current(id);
        assert_eq!(read.is_err(), (metric, variant) == pair, "{read:?}");
    }
}

#[test]
fn a_block_that_is_lost_is_noticed_beside_recent_rows() {
    let place = Place::new();
    drop(filled(&place));
    let store = Store::open(&place.path()).unwrap();
    let recent = waiting(&store, 0);
    let all = blocks(&store);
    drop(store);
    let with = recent.iter().find(|(_, waiting)| waiting.on_block);
    let with = with.unwrap().0.0;
    let without = all
        .keys()
        .find(|metric| !recent.contains_key(&(**metric, 0)));
    for metric in [with, *without.unwrap()] {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        let series = SeriesId {
            metric,
            variant: 0,
            company: 0,
        };
        let first = Key::Current { series, chunk: 0 };
        change(&store, |batch| batch.remove(&first));
        let snapshot = store.snapshot();
        let missing = StoreError::damaged_at(&first, "it is missing");
        assert_eq!(snapshot.current(series), Err(missing.clone()));
        assert_eq!(snapshot.observations(series), Err(missing.clone()));
        let swept = snapshot.sweep(Some(metric), |_, _| Ok::<_, StoreError>(()));
        assert_eq!(swept, Err(missing.clone()));
        assert_eq!(store.commit(&release("a", 9, 0..40)), Err(missing));
        assert!(!faults(&store).is_empty());
    }
}

#[test]
fn every_mismatch_of_recent_rows_is_found() {
    let place = Place::new();
    drop(filled(&place));
    let found = |spoil: &dyn Fn(&mut OfCompany)| {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        let mut series = waiting(&store, 0);
        spoil(&mut series);
        let payload = recent::payload(&series).unwrap();
        change(&store, |batch| {
            batch.insert(&Key::Recent(0), &payload).unwrap();
        });
        faults(&store)
    };
    assert_eq!(found(&|_| {}), [""; 0]);
    let first = |series: &mut OfCompany, on_block| -> (u32, u32) {
        let mut of = series
            .iter()
            .filter(|(_, waiting)| waiting.on_block == on_block);
        *of.next().unwrap().0
    };
    let any = |faults: &[String], part: &str| {
        assert!(
            faults.iter().any(|fault| fault.contains(part)),
            "{part}: {faults:#?}"
        );
    };
    // Rows that are lost, with their series or alone.
    let lost = found(&|series| drop(series.pop_first()));
    any(&lost, "facts, there should be");
    any(&lost, "observations, there should be");
    let lost = found(&|series| {
        let pair = first(series, false);
        series.remove(&pair);
    });
    any(&lost, "it is missing");
    // A series that nobody knows of, and one that is of another metric.
    let strange = found(&|series| {
        let copied = series.values().next().unwrap().clone();
        series.insert((7, 77), copied);
    });
    any(&strange, "variant 77");
    // Whether there is a block.
    for on_block in [true, false] {
        let other = found(&|series| {
            let pair = first(series, on_block);
            series.get_mut(&pair).unwrap().on_block = !on_block;
        });
        let word = if on_block {
            "whether a series has a block"
        } else {
            "it is missing"
        };
        any(&other, word);
    }
    // Rows that the block has, or that no commit or document wrote.
    let with_row = |change: &dyn Fn(&mut Row)| {
        found(&|series| {
            let pair = first(series, true);
            let rows = &mut series.get_mut(&pair).unwrap().rows;
            change(rows.first_mut().unwrap());
        })
    };
    any(
        &with_row(&|row| row.observation.commit = 1),
        "the block of its series has it, too",
    );
    any(
        &with_row(&|row| row.observation.period = quarter(0)),
        "the block of its series has it, too",
    );
    any(&with_row(&|row| row.observation.commit = 99), "commit 99");
    any(
        &with_row(&|row| row.observation.source.document = 99),
        "document 99",
    );
    any(
        &with_row(&|row| row.observation.source.cell = 99),
        "cell 99",
    );
    any(
        &with_row(&|row| row.observation.figure = figure(4, 0)),
        "not what was taken in",
    );
    let created = found(&|series| {
        let pair = first(series, false);
        let rows = &mut series.get_mut(&pair).unwrap().rows;
        rows.first_mut().unwrap().observation.commit = 2;
    });
    any(&created, "the commit that created it");
    // A value that nothing knows, or that means nothing.
    let store = Store::open(&place.path()).unwrap();
    let payload = recent::payload(&OfCompany::new()).unwrap();
    change(&store, |batch| {
        batch.insert(&Key::Recent(2), &payload).unwrap();
    });
    assert_eq!(faults(&store), ["recent rows 2 of c: nothing knows it"]);
    change(&store, |batch| {
        batch.remove(&Key::Recent(2));
        batch.insert(&Key::Recent(9999), &payload).unwrap();
        batch.insert(&Key::Recent(0), b"nothing").unwrap();
    });
    let all = faults(&store);
    any(&all, "recent rows 9999: nothing knows it");
    any(&all, "recent rows 0 of a: its block is malformed");
}

#[test]
fn salvage_tells_of_recent_rows_that_are_lost() {
    let salvaged = |spoil: &dyn Fn(&OfCompany, &mut Batch)| {
        let place = Place::new();
        let store = filled(&place);
        let series = waiting(&store, 0);
        drop(store);
        write_anew(&place, |batch| spoil(&series, batch));
        let saved = Place::new();
        let keep = Incomplete::Keep;
        let salvaged =
            Store::salvage(&place.path(), &saved.path(), keep, &digest, &mut go_on).unwrap();
        let faults: Vec<String> = salvaged.faults.iter().map(ToString::to_string).collect();
        let shown = shown(&Store::open(&saved.path()).unwrap().snapshot(), "b", "w0");
        (faults, salvaged.whole, shown)
    };
    let recent = Key::Recent(0);
    // The first five documents have a row each in what is lost; series that never had a block are not missed.
    let (faults, whole, b) = salvaged(&|_, batch| batch.remove(&recent));
    assert_eq!(faults, ["recent rows 0 of a: it is missing"]);
    assert_eq!((whole, b), (2, vec!["0".to_owned()]));
    let (faults, whole, b) =
        salvaged(&|_, batch| batch.insert_raw(&recent.to_bytes(), b"KS broken"));
    assert_eq!(faults, ["recent rows 0 of a: its length is wrong"]);
    assert_eq!((whole, b), (2, vec!["0".to_owned()]));
    // Of one series alone.
    let (faults, whole, b) = salvaged(&|series, batch| {
        let mut series = series.clone();
        let (_, last) = series.iter_mut().next_back().unwrap();
        assert_eq!(
            last.rows.len(),
            5,
            "one of each of the first five documents"
        );
        last.rows[0].versions = true;
        let payload = recent::payload(&series).unwrap();
        batch.insert(&recent, &payload).unwrap();
    });
    assert_eq!(
        faults,
        ["recent rows 0 of a: its block is malformed: its rows are not in order"]
    );
    assert_eq!((whole, b), (2, vec!["0".to_owned()]));
}

/// Verifying beside a writer meets series that came after it has read the catalog. None of the others is looked at twice for that.
#[test]
fn a_series_that_is_not_listed_does_not_hide_those_that_are() {
    let place = Place::new();
    let store = filled(&place);
    let mut series = waiting(&store, 0);
    let row = series.values().next().unwrap().clone();
    assert_eq!(series.insert((0, 77), row), None);
    let payload = recent::payload(&series).unwrap();
    change(&store, |batch| {
        batch.insert(&Key::Recent(0), &payload).unwrap();
    });
    let counted = |fault: &&String| fault.contains(" of b") && fault.contains("there should be");
    let faults = faults(&store);
    assert!(faults.iter().any(|fault| fault.contains("variant 77")));
    assert_eq!(faults.iter().filter(counted).count(), 0, "{faults:#?}");
    let series = faults
        .iter()
        .find(|fault| fault.starts_with("totals: ") && fault.contains(" series"));
    assert_eq!(series, None);
}
