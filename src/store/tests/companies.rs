//! What a company gains over time stays, in order, whatever the order and version in which it came.

use super::support::*;
use crate::codec::Key;
use crate::codec::addition::{SumRecord, SumsRecord};
use crate::codec::record::pack;
use crate::model::{Identity, Scope, Split};
use crate::store::engine::Batch;
use crate::store::{Package, Store, StoreError};

fn identity(metric: &str, equals: &str) -> Identity {
    Identity {
        metric: metric.parse().unwrap(),
        scope: Scope::total(),
        equals: equals.parse().unwrap(),
    }
}

#[test]
fn a_company_gains_identities_and_keeps_them() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let with = |identities: &[(&str, &str)]| {
        let mut company = company("a");
        company.identities = identities.iter().map(|(m, e)| identity(m, e)).collect();
        Package {
            companies: vec![company],
            ..Package::default()
        }
    };
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        let company = snapshot.company_by_number(0).unwrap();
        company.identities.clone()
    };
    let (m, b) = (("m", "x - y"), ("b", "x + z"));
    store.commit(&with(&[m])).unwrap();
    let old = store.snapshot();
    assert_eq!(store.commit(&with(&[m])).unwrap().commit, None);
    assert_eq!(store.commit(&with(&[m, b])).unwrap().commit, Some(2));
    assert_eq!(store.commit(&with(&[])).unwrap().commit, None);
    assert_eq!(
        known(&store),
        [identity("b", "x + z"), identity("m", "x - y")]
    );
    assert_eq!(old.company_by_number(0).unwrap().identities.len(), 1);
    // More than one value holds.
    let many: Vec<String> = (0..2000).map(|n| format!("total_{n}")).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|total| (total.as_str(), "part_one + part_two"))
        .collect();
    store.commit(&with(&many)).unwrap();
    drop((store, old));
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store).len(), 2002);
    assert!(known(&store).is_sorted());
}

#[test]
fn a_company_gains_splits_and_keeps_them() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let with = |splits: &[(&str, u32)]| {
        let mut company = company("a");
        let split = |&(day, new): &(&str, u32)| Split::new(date(day), new, 1).unwrap();
        company.splits = splits.iter().map(split).collect();
        Package {
            companies: vec![company],
            ..Package::default()
        }
    };
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        let splits = &snapshot.company_by_number(0).unwrap().splits;
        splits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (early, late) = (("2003-01-01", 3), ("2014-06-09", 7));
    store.commit(&with(&[late])).unwrap();
    assert_eq!(store.commit(&with(&[late])).unwrap().commit, None);
    // In the order of their dates, whatever the order in which they come.
    assert_eq!(store.commit(&with(&[early])).unwrap().commit, Some(2));
    assert_eq!(known(&store), ["2003-01-01 3:1", "2014-06-09 7:1"]);
    let other = with(&[("2003-02-02", 2), ("2014-06-09", 5)]);
    let refused = StoreError::CompanyDiffers {
        id: "a".parse().unwrap(),
        what: "share splits",
    };
    assert_eq!(store.commit(&other), Err(refused));
    assert_eq!(known(&store).len(), 2);
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store), ["2003-01-01 3:1", "2014-06-09 7:1"]);
}

/// What files let infer changes with the filings in them: a split that is known is not told a second time.
#[test]
fn an_inferred_split_that_is_known_is_no_other_split() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let inferred = |splits: &[(&str, u32)]| {
        let mut company = company("a");
        let split = |&(day, new): &(&str, u32)| Split::new(date(day), new, 1).unwrap();
        company.splits = splits.iter().map(split).collect();
        Package {
            companies: vec![company],
            inferred: true,
            ..Package::default()
        }
    };
    let kept = |splits: &[(&str, u32)]| {
        let done = store.commit(&inferred(splits)).unwrap();
        let kept: Vec<&str> = done.kept.iter().map(|kept| kept.what).collect();
        let snapshot = store.snapshot();
        let known = &snapshot.company_by_number(0).unwrap().splits;
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        (kept, known.join(", "))
    };
    let first = [("2021-06-03", 4)];
    assert_eq!(kept(&first), (vec![], "2021-06-03 4:1".into()));
    assert_eq!(kept(&first), (vec![], "2021-06-03 4:1".into()));
    let moved = ("2021-07-19", 4);
    assert_eq!(
        kept(&[moved, ("2024-06-07", 10)]),
        (
            vec!["day of a share split"],
            "2021-06-03 4:1, 2024-06-07 10:1".into()
        )
    );
    let other_ratio = ("2024-06-07", 5);
    // The same ratio again, more than a quarter later, is another split.
    assert_eq!(
        kept(&[("2021-10-02", 4), other_ratio]),
        (
            vec!["ratio of a share split"],
            "2021-06-03 4:1, 2021-10-02 4:1, 2024-06-07 10:1".into()
        )
    );
}

/// A database of version 1: its company has a sum, which is read as an identity, known when it comes again, and beside
/// which others are added.
#[test]
fn sums_of_version_1_are_identities() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let bare = Package {
        companies: vec![company("a")],
        ..Package::default()
    };
    store.commit(&bare).unwrap();
    let sum = SumRecord {
        total: "m".into(),
        parts: vec!["x".into(), "-y".into()],
    };
    let key = Key::Sums {
        company: 0,
        commit: 1,
        chunk: 0,
    };
    let mut batch = Batch::default();
    batch
        .insert(&key, &pack(&SumsRecord(vec![sum])).unwrap())
        .unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);

    let store = Store::open(&place.path()).unwrap();
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        snapshot.company_by_number(0).unwrap().identities.clone()
    };
    assert_eq!(known(&store), [identity("m", "x - y")]);
    let mut more = bare;
    more.companies[0].identities = vec![identity("m", "x - y"), identity("m", "z")];
    assert_eq!(store.commit(&more).unwrap().commit, Some(2));
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store), [identity("m", "z"), identity("m", "x - y")]);
}
