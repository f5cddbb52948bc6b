//! Verifying: sound databases are found sound, and whatever is not as it should be is found and named.

mod changes;
mod missing;
mod records;
mod rows;
mod sound;

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::support::*;
use crate::codec::record::{Record, pack, unpack};
use crate::codec::{Key, Row, SeriesHeader, SeriesId, block, series as series_codec};
use crate::model::{Check, Claim, Identity, Operand, Reported, Scenario, Scope, Split};
use crate::store::engine::Batch;
use crate::store::{Store, VerifyReport};

pub(super) fn report(store: &Store) -> VerifyReport {
    store
        .verify(&digest, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

fn assert_sound(store: &Store) -> VerifyReport {
    let report = report(store);
    assert!(report.is_sound(), "{report}");
    report
}

/// Two companies, three documents, restated and contradicted facts, a check, an identity and a split.
pub(super) fn rich(place: &Place) -> Store {
    let store = Store::create(&place.path()).unwrap();
    let first = vec![
        fact("a", "m", quarter(0), figure(100, -1)),
        fact("a", "m", quarter(1), figure(110, 0)),
        fact("a", "n", quarter(0), figure(7, 0)),
        fact("b", "m", quarter(0), figure(50, 0)),
    ];
    let mut results = document("d1", "2001-01-01", first);
    let operand = |n| Operand {
        company: "a".parse().unwrap(),
        metric: "m".parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: quarter(n),
    };
    results.checks.push(Check {
        cell: 1,
        claim: Claim::Growth {
            of: operand(1),
            over: operand(0),
        },
        figure: figure(10, 0),
    });
    let mut package = package(vec![digested(results)]);
    package.companies[0].identities.push(Identity {
        metric: "m".parse().unwrap(),
        scope: Scope::total(),
        equals: "n".parse().unwrap(),
    });
    package.companies[0]
        .splits
        .push(Split::new(date("2005-01-01"), 2, 1).unwrap());
    store.commit(&package).unwrap();
    for (id, published, value) in [("d2", "2001-04-01", 104), ("d3", "2001-04-01", 90)] {
        store
            .commit(&simple(id, published, &[(0, value, 0), (2, value, 0)]))
            .unwrap();
    }
    store
}

/// Facts of two companies that come in any order, restated any number of times.
pub(super) fn any_packages() -> impl Strategy<Value = Vec<crate::store::Package>> {
    let new = (0..2_u32, 0..2_u32, 0..6_u32, 90..110_i64, -1..1_i8).prop_map(
        |(company, metric, n, value, decimals)| {
            let company = ["a", "b"][company as usize];
            let metric = ["m", "n"][metric as usize];
            fact(company, metric, quarter(n), figure(value, decimals))
        },
    );
    let facts = proptest::collection::vec(new, 1..8);
    proptest::collection::vec((facts, 0..3_u32), 1..6).prop_map(|documents| {
        let with_number = (0..).zip(documents);
        with_number
            .map(|(nth, (facts, day)): (u32, (Vec<Reported>, u32))| {
                let published = format!("2003-01-{:02}", day + 1);
                package(vec![document(&format!("d{nth}"), &published, facts)])
            })
            .collect()
    })
}

fn plant(store: &Store, write: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    write(&mut batch);
    store.engine.apply(&batch).unwrap();
}

/// What is found in a copy of a rich database once something is planted in it.
pub(super) fn found(write: impl FnOnce(&Store, &mut Batch)) -> Vec<String> {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    write(&store, &mut batch);
    store.engine.apply(&batch).unwrap();
    let faults = report(&store).faults;
    faults.iter().map(ToString::to_string).collect()
}

/// What is found once a record was changed.
pub(super) fn changed<T: Record>(key: &Key, change: impl FnOnce(&mut T)) -> Vec<String> {
    found(|store, batch| {
        let mut record: T = unpack(&store.engine.get(key).unwrap().unwrap()).unwrap();
        change(&mut record);
        batch.insert(key, &pack(&record).unwrap()).unwrap();
    })
}

pub(super) const AM: SeriesId = SeriesId {
    metric: 0,
    variant: 0,
    company: 0,
};

fn current(series: SeriesId) -> Key {
    Key::Current { series, chunk: 0 }
}

fn rows(store: &Store, series: SeriesId) -> (SeriesHeader, Vec<Row>) {
    let value = store.engine.get(&current(series)).unwrap().unwrap();
    let (header, block) = series_codec::parse(&value).unwrap();
    (header, block.rows().unwrap())
}

/// Writes the rows of a series anew, changed.
pub(super) fn change(
    change: impl FnOnce(&mut SeriesHeader, &mut Vec<Row>),
) -> impl FnOnce(&Store, &mut Batch) {
    |store, batch| {
        let (mut header, mut rows) = rows(store, AM);
        change(&mut header, &mut rows);
        let payloads = series_codec::encode(header, &block::borrowed(&rows)).unwrap();
        batch.insert(&current(AM), &payloads[0]).unwrap();
    }
}
