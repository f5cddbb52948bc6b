//! The sums that version 1 gave to companies are identities in whatever is made of such a database.

use std::ops::ControlFlow;

use super::older::commits_of_version_5;
use super::support::*;
use super::verify::rich;
use crate::codec::Key;
use crate::codec::addition::{SumRecord, SumsRecord};
use crate::codec::record::pack;
use crate::model::Identity;
use crate::store::engine::Batch;
use crate::store::{Incomplete, Store, UpkeepProgress};

fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A rich database of which company `b`, the second, has sums from commit 1.
fn with_sums(place: &Place, sums: &[(&str, &[&str])]) -> Store {
    let store = rich(place);
    let record = |&(total, parts): &(&str, &[&str])| SumRecord {
        total: total.into(),
        parts: parts.iter().map(|part| (*part).into()).collect(),
    };
    let key = Key::Sums {
        company: 1,
        commit: 1,
        chunk: 0,
    };
    let mut batch = Batch::default();
    let sums = SumsRecord(sums.iter().map(record).collect());
    batch.insert(&key, &pack(&sums).unwrap()).unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    commits_of_version_5(place);
    Store::open(&place.path()).unwrap()
}

/// The identities of `b`.
fn known(store: &Store) -> Vec<Identity> {
    let snapshot = store.snapshot();
    snapshot.company_by_number(1).unwrap().identities.clone()
}

#[test]
fn sums_are_verified_copied_dumped_and_salvaged() {
    let place = Place::new();
    let store = with_sums(&place, &[("m", &["n", "-o"]), ("o", &["p", "q"])]);
    let expected = [("m", "n - o"), ("o", "p + q")].map(|(metric, equals)| Identity {
        metric: metric.parse().unwrap(),
        scope: crate::model::Scope::total(),
        equals: equals.parse().unwrap(),
    });
    assert_eq!(known(&store), expected);
    let report = store.verify(&digest, &mut go_on).unwrap();
    assert!(report.is_sound(), "{report}");

    let copied = Place::new();
    store.backup(&copied.path(), &digest, &mut go_on).unwrap();
    assert_eq!(known(&Store::open(&copied.path()).unwrap()), expected);

    let mut text = Vec::new();
    store.snapshot().dump(&mut text, &mut go_on).unwrap();
    let loaded = Place::new();
    Store::load_dump(&mut text.as_slice(), &loaded.path(), &digest, &mut go_on).unwrap();
    assert_eq!(known(&Store::open(&loaded.path()).unwrap()), expected);

    drop(store);
    let saved = Place::new();
    let keep = Incomplete::Keep;
    let salvaged = Store::salvage(&place.path(), &saved.path(), keep, &digest, &mut go_on);
    assert_eq!(salvaged.unwrap().faults, []);
    assert_eq!(known(&Store::open(&saved.path()).unwrap()), expected);
}

#[test]
fn sums_that_mean_nothing_are_listed_by_salvage() {
    let place = Place::new();
    let store = rich(&place);
    let sum = SumRecord {
        total: "no metric".into(),
        parts: vec!["n".into()],
    };
    let key = Key::Sums {
        company: 1,
        commit: 1,
        chunk: 0,
    };
    let mut batch = Batch::default();
    batch
        .insert(&key, &pack(&SumsRecord(vec![sum])).unwrap())
        .unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    let saved = Place::new();
    let keep = Incomplete::Keep;
    let salvaged = Store::salvage(&place.path(), &saved.path(), keep, &digest, &mut go_on);
    let salvaged = salvaged.unwrap();
    let faults: Vec<String> = salvaged.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        ["additions 0 of commit 1 (company 1): its record is malformed"]
    );
    assert_eq!(salvaged.whole, 3);
}
