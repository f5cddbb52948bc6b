//! The database as a whole, and the lists it gives.

use super::build::*;
use crate::model::{Dimension, MetricKind};
use crate::{Database, Points, Reader, Series, SeriesQuery};

#[test]
fn a_temporary_database_is_gone_with_its_last_reader() {
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[("2003-04-01..2003-06-30", 1)])
        .database();
    let path = db.path().to_owned();
    let reader = db.reader();
    db.close();
    assert!(path.exists());
    assert!(
        reader
            .series("iij", "revenue")
            .unwrap()
            .at("1Q03")
            .unwrap()
            .is_some()
    );
    drop(reader);
    assert!(!path.exists());
}

#[test]
fn databases_are_created_opened_and_either() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.kessan");
    assert!(Database::open(&path).is_err());
    Database::open_or_create(&path).unwrap().close();
    assert!(Database::create(&path).is_err());
    assert_eq!(Database::open(&path).unwrap().last_commit(), 0);
    Database::open_or_create(&path).unwrap().close();
    std::fs::remove_file(path.join("MANIFEST")).unwrap();
    assert!(Database::open(&path).is_err(), "its creation was cut off");
    Database::open_or_create(&path).unwrap().close();
    let empty = tempfile::tempdir().unwrap();
    Database::open_or_create(empty.path()).unwrap().close();
    std::fs::write(folder.path().join("file"), "text").unwrap();
    assert!(
        Database::open_or_create(folder.path()).is_err(),
        "a folder of something else"
    );
    assert!(Database::open_or_create(folder.path().join("file")).is_err());
}

#[test]
fn lists_are_in_order_whatever_came_first() {
    let db = Book::new()
        .company("b", march())
        .company("a", march())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .metric("cash", MetricKind::Stock, Dimension::Money)
        .document("late", "2004-01-01")
        .facts("b revenue JPY target", 0, &[("2003-04-01..2003-06-30", 1)])
        .facts("b revenue JPY", 0, &[("2003-04-01..2003-06-30", 1)])
        .facts("b cash JPY", 0, &[("2003-06-30", 1)])
        .document("early", "2003-01-01")
        .database();
    let ids: Vec<String> = db.companies().iter().map(|c| c.id.to_string()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(db.company("a").unwrap().name, "A");
    let paths: Vec<String> = db.metrics().iter().map(|m| m.path.to_string()).collect();
    assert_eq!(paths, ["cash", "revenue"]);
    assert_eq!(db.metric("cash").unwrap().kind, MetricKind::Stock);
    let documents: Vec<String> = db
        .documents()
        .unwrap()
        .iter()
        .map(|d| d.id.to_string())
        .collect();
    assert_eq!(documents, ["early", "late"]);
    assert_eq!(db.document("late").unwrap().title, "LATE");
    assert_eq!(db.cells("late").unwrap().len(), 3);
    assert!(db.checks("late").unwrap().is_empty());
    let series: Vec<String> = db
        .series_list("b")
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        series,
        ["b cash, JPY", "b revenue, JPY", "b revenue (target), JPY"]
    );
    assert!(db.series_list("a").unwrap().is_empty());
}

#[test]
fn names_may_be_typed() {
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[("2003-04-01..2003-06-30", 1)])
        .database();
    let (company, metric) = (db.company("iij").unwrap(), db.metric("revenue").unwrap());
    assert!(
        db.series(&company.id, &metric.path)
            .unwrap()
            .at("1Q03")
            .unwrap()
            .is_some()
    );
}

#[test]
fn handles_cross_threads() {
    fn crosses<T: Send + Sync + Clone + 'static>() {}
    fn moves<T: Send + Sync + 'static>() {}
    crosses::<Reader>();
    crosses::<SeriesQuery>();
    crosses::<Series>();
    crosses::<Points>();
    moves::<Database>();
}
