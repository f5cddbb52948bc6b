//! What opening makes of a commit that was cut off: it is undone, to the last key, or said not to fit.

use std::fs;
use std::ops::ControlFlow;

use super::crashes::begin;
use super::support::*;
use super::verify::rich;
use crate::codec::manifest::Head;
use crate::codec::record::{IntentRecord, pack};
use crate::codec::{Key, SeriesId};
use crate::store::engine::Batch;
use crate::store::{Package, Store, StoreError};

/// A package of several batches that changes all that is there: restates, adds to a history, names companies, gives identities.
fn long() -> Package {
    let mut package = wide_package("wide", 1, 300);
    let more = simple("more", "2003-01-01", &[(0, 21, 0), (1, 30, 0), (9, 40, 0)]);
    package.documents.extend(more.documents);
    package.companies.push(company("e"));
    package.companies[1]
        .identities
        .push(crate::model::Identity {
            metric: "n".parse().unwrap(),
            scope: crate::model::Scope::total(),
            equals: "m".parse().unwrap(),
        });
    package
}

#[test]
fn what_is_left_of_a_commit_that_was_undone_is_sound() {
    let place = Place::new();
    let store = rich(&place);
    // The last commit added something to a company, too.
    let mut last = simple("d4", "2001-05-01", &[(5, 1, 0)]);
    last.companies[2].identities = long().companies[1].identities.clone();
    store.commit(&last).unwrap();
    let before = everything(&store);
    let count = begin(&store, &long(), 0);
    assert!(count > 3, "{count} batches");
    begin(&store, &long(), count - 1);
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), before);
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let report = store.verify(&digest, go_on).unwrap();
    assert!(report.is_sound(), "{report}");
}

#[test]
fn an_announcement_that_does_not_fit_the_last_commit_is_damage() {
    let id = SeriesId {
        metric: 0,
        variant: 0,
        company: 0,
    };
    // Each with its key, its commit and how many there are said to be; the last commit is 3.
    for (announced, fits) in [
        (&[(0, 4, 1)][..], true),
        (&[(0, 4, 2), (1, 4, 2)], true),
        // Of an announcement without its first part, nothing is left to do.
        (&[(1, 9, 2)], true),
        (&[(0, 5, 1)], false),
        (&[(0, 3, 1)], false),
        (&[(0, 4, 2)], false),
        (&[(0, 4, 1), (1, 4, 1)], false),
        (&[(0, 4, 2), (2, 4, 2)], false),
        (&[(0, 4, 2), (1, 5, 2)], false),
        (&[(0, 4, 2), (1, 4, 3)], false),
    ] {
        let place = Place::new();
        let store = rich(&place);
        let before = everything(&store);
        let mut batch = Batch::default();
        for (number, commit, count) in announced {
            let record = IntentRecord::new(*commit, *count, &[id]);
            let payload = pack(&record).unwrap();
            batch.insert(&Key::Intent(*number), &payload).unwrap();
        }
        store.engine.apply(&batch).unwrap();
        drop(store);
        let opened = Store::open(&place.path());
        if fits {
            let store = opened.unwrap();
            assert_eq!(everything(&store), before, "{announced:?}");
            assert_eq!(intents(&store), 0);
        } else {
            let error = StoreError::damaged_at(&Key::Intent(0), "it does not fit the last commit");
            assert_eq!(opened.unwrap_err(), error, "{announced:?}");
        }
    }
}

/// A slot of HEAD that opening has mended is as good as the other one.
#[test]
fn a_mended_head_is_followed_when_the_other_slot_is_lost() {
    for commits in 1..=3_u32 {
        for lost in 0..2 {
            let place = Place::new();
            let store = Store::create(&place.path()).unwrap();
            for n in 1..=commits {
                let facts = [(n, i64::from(n), 0)];
                store
                    .commit(&simple(&format!("d{n}"), "2001-01-01", &facts))
                    .unwrap();
            }
            let before = everything(&store);
            drop(store);
            let lose = |slot: usize| {
                let mut head = fs::read(place.file("HEAD")).unwrap();
                head[slot * 512..(slot + 1) * 512].fill(0);
                fs::write(place.file("HEAD"), head).unwrap();
            };
            for slot in [lost, 1 - lost] {
                lose(slot);
                let store = Store::open(&place.path()).unwrap();
                assert_eq!(everything(&store), before, "{commits} commits, slot {slot}");
            }
            // Both name commits that the data have.
            let head = fs::read(place.file("HEAD")).unwrap();
            let slots = [&head[..512], &head[512..]].map(|slot| Head::parse_slot(slot).unwrap());
            let store = Store::open(&place.path()).unwrap();
            for head in slots {
                let (_, chain) = crate::store::recover::commit_record(&store.engine, head.sequence)
                    .unwrap()
                    .unwrap();
                assert_eq!(head.chain, chain, "commit {}", head.sequence);
            }
        }
    }
}

/// A metric under another number would give its facts to it.
#[test]
fn names_that_are_not_numbered_in_turn_are_damage() {
    let place = Place::new();
    let store = rich(&place);
    let metric = store.engine.get(&Key::Metric(0)).unwrap().unwrap();
    let mut batch = Batch::default();
    batch.remove(&Key::Metric(0));
    batch.insert(&Key::Metric(2), &metric).unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    let error = Store::open(&place.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    let place = Place::new();
    let store = rich(&place);
    let metric = store.engine.get(&Key::Metric(1)).unwrap().unwrap();
    let mut batch = Batch::default();
    batch.remove(&Key::Metric(1));
    batch.insert(&Key::Metric(2), &metric).unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    let error = Store::open(&place.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}
