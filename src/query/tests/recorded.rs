//! When something was recorded is another question than when it was published.

use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::build::*;
use crate::{Database, Supersede};

const QUARTER: &str = "2003-04-01..2003-06-30";

/// The restatement of September is taken in first, the release of August a second later.
fn world() -> (Database, [DateTime<Utc>; 2]) {
    let db = Book::iij()
        .document("september", "2003-09-01")
        .facts("iij revenue JPY", 0, &[(QUARTER, 2)])
        .database();
    let first = db.recorded(1).unwrap();
    while Utc::now() < first + TimeDelta::seconds(1) {
        thread::sleep(Duration::from_millis(20));
    }
    Book::new()
        .document("august", "2003-08-13")
        .facts("iij revenue JPY", 0, &[(QUARTER, 1)])
        .add_to(&db);
    let second = db.recorded(2).unwrap();
    assert!(first < second);
    (db, [first, second])
}

#[test]
fn recorded_and_published_are_two_dates() {
    let (db, [first, second]) = world();
    let then = |time: DateTime<Utc>, published: &str| {
        let query = db.series("iij", "revenue").unwrap();
        let query = query.as_of(day(published)).recorded_as_of(time).unwrap();
        let panel = db.panel("revenue").unwrap().as_of(day(published));
        let panel = panel.recorded_as_of(time).unwrap().at(QUARTER).unwrap();
        let point = query.at("1Q03").unwrap();
        assert_eq!(panel.points().next(), point.as_ref());
        point.map(|point| point.value().unwrap().to_string())
    };
    let before = first - TimeDelta::seconds(1);
    for (time, published, expected) in [
        (before, "2003-12-31", None),
        (first, "2003-08-31", None),
        (first, "2003-12-31", Some("2")),
        (second - TimeDelta::nanoseconds(1), "2003-08-31", None),
        (second, "2003-08-12", None),
        (second, "2003-08-31", Some("1")),
        (second, "2003-12-31", Some("2")),
        (second + TimeDelta::days(36_500), "2003-08-31", Some("1")),
        (DateTime::<Utc>::MIN_UTC, "2003-12-31", None),
        (DateTime::<Utc>::MAX_UTC, "2003-12-31", Some("2")),
    ] {
        let found = then(time, published);
        assert_eq!(found.as_deref(), expected, "{time}, {published}");
    }
    // What was not known yet is no restatement.
    let restated = db.restatements("iij").unwrap();
    let at = |time| restated.clone().recorded_as_of(time).unwrap().load();
    assert_eq!(at(first).unwrap().len(), 0);
    assert_eq!(at(second).unwrap().len(), 1);
}

#[test]
fn commits_are_told_apart_by_number() {
    let (db, _) = world();
    let by = |commit| {
        let query = db.series("iij", "revenue").unwrap().recorded_by(commit);
        let point = query.first_reported().at("1Q03").unwrap();
        point.map(|point| (point.value().unwrap().to_string(), point.has_versions()))
    };
    assert_eq!(by(0), None);
    assert_eq!(by(1), Some(("2".into(), false)));
    assert_eq!(by(2), Some(("1".into(), true)));
    assert_eq!(by(u64::MAX), by(2));
}

#[test]
fn every_commit_is_found_by_its_time() {
    let db = Book::iij().database();
    for number in 0..20 {
        Book::new()
            .document(&format!("d{number}"), "2003-09-01")
            .facts("iij revenue JPY", 0, &[(QUARTER, number)])
            .add_to(&db);
    }
    let snapshot = db.snapshot();
    for commit in 0..=db.last_commit() {
        let time = db.recorded(commit).unwrap();
        let last = (0..=db.last_commit())
            .filter(|other| db.recorded(*other).unwrap() <= time)
            .max();
        assert_eq!(Some(snapshot.recorded_by(time).unwrap()), last);
    }
    let query = db.series("iij", "revenue").unwrap();
    let all = query.supersede(Supersede::All).recorded_by(u64::MAX);
    assert_eq!(all.at("1Q03").unwrap().unwrap().document().as_str(), "d9");
}
