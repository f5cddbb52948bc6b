//! A clock that is set back turns no order around.

use chrono::{DateTime, TimeDelta, Utc};

use super::support::*;
use crate::store::commit::Written;
use crate::store::{State, Store};

/// Makes the last commit one of a time when the clock was fast by a day.
fn fast(store: &Store) -> DateTime<Utc> {
    let mut state: State = (*store.state()).clone();
    state.recorded += 86_400;
    let time = DateTime::from_timestamp(state.recorded, 0).unwrap();
    store.publish(state, &Written::default());
    time
}

fn commit(store: &Store, n: u32) {
    let package = simple(&format!("d{n}"), "2001-01-01", &[(n, 10, 0)]);
    store.commit(&package).unwrap();
}

#[test]
fn commits_keep_the_time_of_those_before_them_until_the_clock_has_caught_up() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    commit(&store, 1);
    let honest = store.snapshot().recorded(1).unwrap();
    let wrong = fast(&store);
    commit(&store, 2);
    let packages = [3, 4].map(|n| simple(&format!("d{n}"), "2001-01-01", &[(n, 10, 0)]));
    store.commit_all(&packages).1.unwrap();
    drop(store);
    // Another process, which knows only what is on disk.
    let store = Store::open(&place.path()).unwrap();
    commit(&store, 5);
    let snapshot = store.snapshot();
    for n in 2..=5 {
        assert_eq!(snapshot.recorded(n).unwrap(), wrong, "commit {n}");
    }
    // What was known when is still told by time, and in the order of the commits.
    let by = |time| snapshot.recorded_by(time).unwrap();
    assert_eq!(by(honest), 1);
    assert_eq!(by(wrong - TimeDelta::seconds(1)), 1);
    assert_eq!(by(wrong), 5);
    assert_eq!(by(honest - TimeDelta::days(1)), 0);
}
