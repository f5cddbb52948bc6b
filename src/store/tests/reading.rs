//! What a snapshot tells of numbers, counts and definitions, and for how long what was read before holds.

use super::support::*;
use super::verify::rich;
use crate::codec::{Key, SeriesId};
use crate::model::{Identity, Scope, Source};
use crate::store::current::Current;
use crate::store::engine::Batch;
use crate::store::{Package, Snapshot, Store, StoreError};

fn id(company: u32, metric: u32) -> SeriesId {
    SeriesId {
        metric,
        variant: 0,
        company,
    }
}

#[test]
fn documents_and_series_are_counted() {
    let place = Place::new();
    let store = rich(&place);
    let snapshot = store.snapshot();
    // What `rich` takes in: d1 with four facts, then d2 and d3 with two each, a commit each.
    for (number, facts, commit) in [(0, 4, 1), (1, 2, 2), (2, 2, 3)] {
        assert_eq!(snapshot.fact_count(number), Ok(facts));
        assert_eq!(snapshot.document_commit(number), Ok(commit));
    }
    let none = StoreError::NoSuchNumber {
        what: "document",
        number: 3,
    };
    assert_eq!(snapshot.fact_count(3), Err(none.clone()));
    assert_eq!(snapshot.document_commit(3), Err(none.clone()));
    assert_eq!(snapshot.document(3).unwrap_err(), none);
    // a m and b m; a n.
    let counts = [None, Some(0), Some(1), Some(2)].map(|metric| snapshot.series_count(metric));
    assert_eq!(counts, [3, 2, 1, 0]);
}

#[test]
fn a_document_that_came_later_has_no_number() {
    let place = Place::new();
    let store = rich(&place);
    let before = store.snapshot();
    let later = simple("later", "2002-01-01", &[(0, 1, 0)]);
    store.commit(&later).unwrap();
    let id = "later".parse().unwrap();
    assert_eq!(before.document_number(&id), Ok(None));
    assert_eq!(store.snapshot().document_number(&id), Ok(Some(3)));
}

#[test]
fn cells_that_are_lost_are_damage_and_cells_that_never_were_are_not() {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    batch.remove(&Key::Cells {
        document: 0,
        first: 0,
    });
    store.engine.apply(&batch).unwrap();
    let snapshot = store.snapshot();
    let damaged = |read: Option<StoreError>| matches!(read, Some(StoreError::Damaged { .. }));
    assert!(damaged(snapshot.cells(0).err()));
    for cell in 0..6 {
        let read = snapshot.cell(Source { document: 0, cell });
        if cell < 4 {
            assert!(damaged(read.err()), "cell {cell}");
        } else {
            let number = cell.into();
            let what = "cell";
            assert_eq!(read, Err(StoreError::NoSuchNumber { what, number }));
        }
    }
    assert_eq!(snapshot.cells(1).unwrap().len(), 2);
}

#[test]
fn the_series_of_a_company_are_those_of_its_time() {
    let place = Place::new();
    let store = rich(&place);
    let before = store.snapshot();
    let mut more = package(vec![document(
        "more",
        "2005-01-01",
        vec![fact("a", "o", quarter(0), figure(1, 0))],
    )]);
    more.metrics.push(metric("o"));
    store.commit(&more).unwrap();
    let now = store.snapshot();
    let a = "a".parse().unwrap();
    assert_eq!(before.series_of(&a), [id(0, 0), id(0, 1)]);
    assert_eq!(now.series_of(&a), [id(0, 0), id(0, 1), id(0, 2)]);
    for (snapshot, metric, expected) in [
        (&before, "m", &[id(0, 0)][..]),
        (&before, "o", &[]),
        (&now, "n", &[id(0, 1)]),
        (&now, "o", &[id(0, 2)]),
    ] {
        let found = snapshot.series_of_metric(&a, &metric.parse().unwrap());
        assert_eq!(found, expected, "{metric}");
    }
}

/// Two snapshots that have the same number have the same definitions, but for new ones.
#[test]
fn definitions_that_were_changed_are_told_from_those_before() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 1, 0)]))
        .unwrap();
    let first = store.snapshot().definitions();
    let mut new = simple("d2", "2001-01-02", &[(1, 1, 0)]);
    new.companies.push(company("e"));
    new.metrics.push(metric("o"));
    store.commit(&new).unwrap();
    assert_eq!(store.snapshot().definitions(), first);
    let mut seen = vec![first];
    for n in 0..4_u32 {
        let mut changed = Package {
            companies: vec![company("a")],
            metrics: vec![metric(["m", "n"][n as usize / 2])],
            ..Package::default()
        };
        // In turn: a metric, a company, another metric, the company again.
        if n % 2 == 0 {
            changed.metrics[0].negative = Some("loss".into());
        } else {
            changed.companies[0].identities.push(Identity {
                metric: "m".parse().unwrap(),
                scope: Scope::total(),
                equals: format!("n * {n}").parse().unwrap(),
            });
        }
        store.commit(&changed).unwrap();
        let now = store.snapshot().definitions();
        assert!(!seen.contains(&now), "change {n}: {now} of {seen:?}");
        seen.push(now);
    }
}

#[test]
fn what_was_read_holds_until_it_is_written() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let said = [("a", "m"), ("b", "m"), ("a", "n")];
    let facts = said.map(|(company, metric)| fact(company, metric, quarter(0), figure(1, 0)));
    let all = package(vec![document("d1", "2001-01-01", facts.into())]);
    store.commit(&all).unwrap();
    let first = store.snapshot();
    store
        .commit(&simple("d2", "2001-01-02", &[(0, 2, 0)]))
        .unwrap();
    let second = store.snapshot();
    let holds = |snapshot: &Snapshot, head: u64| {
        let series = [(0, 0), (1, 0), (0, 1)];
        let series = series.map(|(company, metric)| snapshot.has_series_of(head, company, metric));
        let metrics = [0, 1].map(|metric| snapshot.has_metric_of(head, metric));
        (series, metrics)
    };
    // Commit 2 wrote a m alone. At its own commit, a snapshot has everything, whatever came after it.
    let a_m_changed = ([false, true, true], [false, true]);
    for (snapshot, head, expected) in [
        (&first, 1, ([true; 3], [true; 2])),
        (&second, 2, ([true; 3], [true; 2])),
        (&second, 1, a_m_changed),
        (&first, 2, a_m_changed),
    ] {
        let at = (snapshot.sequence(), head);
        assert_eq!(holds(snapshot, head), expected, "{at:?}");
    }
    // What commit 1 wrote has not changed between 2 and 3.
    store
        .commit(&package(vec![document(
            "d3",
            "2001-01-03",
            vec![fact("b", "n", quarter(0), figure(1, 0))],
        )]))
        .unwrap();
    let third = store.snapshot();
    assert_eq!(holds(&third, 2), ([true; 3], [true, false]));
    assert_eq!(holds(&third, 1), ([false, true, true], [false, false]));
}

/// The rows of a series, read where they lie.
fn in_place(snapshot: &Snapshot, id: SeriesId) -> Vec<String> {
    let rows = snapshot.in_place(id, |current| {
        let rows = current.all()?;
        assert_eq!(current.len(), rows.len());
        let periods: Vec<_> = rows.iter().map(|row| row.observation.period).collect();
        assert_eq!(current.all_periods()?, periods);
        Ok::<_, StoreError>(rows)
    });
    let rows = rows.unwrap();
    let value = |row: &crate::store::CurrentRow| {
        let value = row.observation.figure.amount().unwrap().value();
        format!("{value}{}", if row.versions { "v" } else { "" })
    };
    rows.iter().map(value).collect()
}

#[test]
fn rows_are_the_same_where_they_lie() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 1, 0), (1, 2, 0)]))
        .unwrap();
    let first = store.snapshot();
    let facts: Vec<(u32, i64, i8)> = (0..900).map(|n| (n, i64::from(n), 0)).collect();
    let mut long = simple("d2", "2002-01-01", &facts);
    for fact in &mut long.documents[0].facts {
        fact.series.company = "b".parse().unwrap();
    }
    long.documents[0] = digested(long.documents[0].clone());
    store.commit(&long).unwrap();
    let second = store.snapshot();
    store
        .commit(&simple("d3", "2003-01-01", &[(0, 3, 0), (2, 4, 0)]))
        .unwrap();
    let third = store.snapshot();
    let many: Vec<String> = (0..900).map(|n: u32| n.to_string()).collect();
    for (snapshot, a_m, b_m) in [
        (&first, &["1", "2"][..], &[][..]),
        (&second, &["1", "2"], &many),
        (&third, &["3v", "2", "4"], &many),
    ] {
        assert_eq!(in_place(snapshot, id(0, 0)), a_m);
        assert_eq!(in_place(snapshot, id(1, 0)), b_m);
    }
}

#[test]
fn no_rows_are_rows_of_no_kind() {
    let none = Current::rows(Vec::new());
    assert_eq!(none.are_instants(), Ok(false));
    assert_eq!(none.row(0), Ok(None));
}
