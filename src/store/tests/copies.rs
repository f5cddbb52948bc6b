//! Copies of a database that changes or is damaged meanwhile, each at a moment that is given.

use std::ops::ControlFlow;

use super::support::*;
use super::verify::rich;
use crate::codec::{Key, SeriesId};
use crate::model::{Identity, Scope, Split};
use crate::store::engine::Batch;
use crate::store::{Store, StoreError, UpkeepStep};

/// Between the beginning of each step and the next, a commit that changes all that the step copies: a new company, additions to an old
/// one, a restatement, a new series.
#[test]
fn what_comes_while_a_copy_is_made_is_left_out() {
    for during in [
        UpkeepStep::Definitions,
        UpkeepStep::Commits,
        UpkeepStep::Documents,
        UpkeepStep::Series,
    ] {
        let place = Place::new();
        let store = rich(&place);
        // The last commit before has all of that, too.
        let mut last = package(vec![document(
            "last",
            "2001-12-01",
            vec![fact("d", "m", quarter(0), figure(1, 0))],
        )]);
        last.companies[3]
            .splits
            .push(Split::new(date("2005-01-01"), 2, 1).unwrap());
        store.commit(&last).unwrap();
        let before = everything(&store);
        let mut later = simple("later", "2002-01-01", &[(0, 1, 0), (1, 2, 0), (7, 3, 0)]);
        let other = fact("c", "n", quarter(0), figure(1, 0));
        later
            .documents
            .push(document("other", "2002-01-02", vec![other]));
        later.companies.push(company("e"));
        later.companies[0].identities.push(Identity {
            metric: "n".parse().unwrap(),
            scope: Scope::total(),
            equals: "m".parse().unwrap(),
        });
        later.metrics[0].negative = Some("loss".into());
        let target = Place::new();
        let report = store.backup(&target.path(), &digest, &mut |far| {
            if far.step == during && store.snapshot().sequence() == 4 {
                store.commit(&later).unwrap();
            }
            ControlFlow::Continue(())
        });
        assert_eq!(report.unwrap().commit, 4, "{during:?}");
        assert_eq!(store.snapshot().sequence(), 5, "{during:?}");
        let copy = Store::open(&target.path()).unwrap();
        assert_eq!(everything(&copy), before, "{during:?}");
        copy.commit(&later).unwrap();
        assert_eq!(everything(&copy), everything(&store), "{during:?}");
    }
}

#[test]
fn a_series_that_is_not_whole_is_told_from_one_that_changes() {
    let series = SeriesId {
        metric: 0,
        variant: 0,
        company: 0,
    };
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    batch.remove(&Key::History { series, chunk: 0 });
    store.engine.apply(&batch).unwrap();
    let target = Place::new();
    let failed = store.backup(&target.path(), &digest, &mut |_| ControlFlow::Continue(()));
    let first = Key::Current { series, chunk: 0 };
    let expected = StoreError::damaged_at(&first, "a chunk of its series is missing");
    assert_eq!(failed.unwrap_err(), expected);
}
