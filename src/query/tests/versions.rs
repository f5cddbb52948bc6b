//! What was known when: as-of, precision, contradictions, pinned readers.

use super::build::*;
use crate::model::{Rank, Scenario};
use crate::{Database, Reader, SeriesQuery};

const YEAR: &str = "2008-04-01..2009-03-31";

#[test]
fn a_target_is_absent_then_one_figure_then_another() {
    // The deck of 2009-02-12 gives evidence of the revision of 2008-10-24.
    let db = Book::iij()
        .document("deck", "2009-02-12")
        .dated(
            "iij revenue JPY target",
            YEAR,
            rounded(73_000_000_000, -8),
            "2008-10-24",
            Rank::Table,
        )
        .dated(
            "iij revenue JPY target",
            YEAR,
            rounded(69_300_000_000, -8),
            "2009-02-12",
            Rank::Table,
        )
        .database();
    let target = db
        .series("iij", "revenue")
        .unwrap()
        .scenario(Scenario::Target);
    let then = |date| {
        target
            .clone()
            .as_of(day(date))
            .at("FY2008")
            .unwrap()
            .map(|point| point.to_string())
    };
    assert_eq!(then("2008-10-23"), None);
    assert_eq!(
        then("2008-10-24").as_deref(),
        Some("FY2008  73.0 billion JPY")
    );
    assert_eq!(
        then("2009-02-11").as_deref(),
        Some("FY2008  73.0 billion JPY")
    );
    assert_eq!(
        then("2009-02-12").as_deref(),
        Some("FY2008  69.3 billion JPY")
    );
    let latest = target.at("FY2008").unwrap().unwrap();
    assert_eq!(latest.to_string(), "FY2008  69.3 billion JPY");
    assert!(latest.has_versions());
    let before = target
        .clone()
        .as_of(day("2008-10-24"))
        .at("FY2008")
        .unwrap()
        .unwrap();
    assert!(!before.has_versions(), "there was one version then");
    assert_eq!(db.observations(&latest).unwrap().len(), 2);
    assert_eq!(db.observations(&before).unwrap().len(), 1);
    let gap = target
        .as_of(day("2008-10-23"))
        .years("FY2008"..="FY2008")
        .unwrap();
    assert_eq!(gap.to_string(), "FY2008  not reported");
}

#[test]
fn comparators_too_are_those_known_then() {
    let (before, after) = ("2007-04-01..2007-06-30", "2008-04-01..2008-06-30");
    let db = Book::iij()
        .document("a", "2008-08-13")
        .facts("iij revenue JPY", 0, &[(before, 100), (after, 120)])
        .document("b", "2009-08-13")
        .facts("iij revenue JPY", 0, &[(before, 96)])
        .database();
    let yoy = |query: SeriesQuery| {
        query
            .load()
            .unwrap()
            .yoy("1Q08")
            .unwrap()
            .unwrap()
            .to_string()
    };
    let revenue = db.series("iij", "revenue").unwrap();
    assert_eq!(
        yoy(revenue.clone()),
        "1Q08  120 JPY   +25.0% [+23.8%, +26.2%]  (1Q07 96)"
    );
    assert_eq!(
        yoy(revenue.clone().as_of(day("2009-08-12"))),
        "1Q08  120 JPY   +20.0% [+18.9%, +21.2%]  (1Q07 100)"
    );
    assert!(revenue.as_of(day("2008-08-12")).load().unwrap().is_empty());
}

#[test]
fn millions_and_thousands_are_one_point_with_both_observations() {
    let quarter = "2003-04-01..2003-06-30";
    let db = Book::iij()
        .facts("iij revenue JPY", -6, &[(quarter, 8_344_000_000)])
        .facts("iij revenue JPY", -3, &[(quarter, 8_344_046_000)])
        .database();
    let all = db.series("iij", "revenue").unwrap().all().unwrap();
    assert_eq!(all.to_string(), "1Q03  8,344,046 thousand JPY");
    let point = all.points().next().unwrap();
    assert!(point.has_versions() && !point.is_conflicting());
    assert_eq!(db.observations(point).unwrap().len(), 2);
    assert_eq!(db.cell(point).unwrap().address, "t1!R2C1");
    assert_eq!(point.document().as_str(), "first");
    assert_eq!(point.published(), day("2003-08-13"));
    assert_eq!(point.commit(), 1);
}

#[test]
fn a_document_that_contradicts_itself_gives_candidates() {
    let quarter = "2003-04-01..2003-06-30";
    let db = Book::iij()
        .document("early", "2003-07-01")
        .facts("iij revenue JPY", 0, &[(quarter, 1)])
        .document("late", "2003-08-13")
        .dated(
            "iij revenue JPY",
            quarter,
            rounded(3, 0),
            "2003-08-13",
            Rank::Statement,
        )
        .dated(
            "iij revenue JPY",
            quarter,
            rounded(4, 0),
            "2003-08-13",
            Rank::Prose,
        )
        .facts("iij revenue JPY", 0, &[("2004-04-01..2004-06-30", 6)])
        .database();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let point = revenue.at("1Q03").unwrap().unwrap();
    assert!(point.is_conflicting());
    assert_eq!(point.to_string(), "1Q03  3 JPY  [conflicting]");
    let said = |seen: Vec<crate::Observation>| -> Vec<String> {
        seen.iter()
            .map(|observation| observation.figure.to_string())
            .collect()
    };
    assert_eq!(said(db.candidates(&point).unwrap()), ["3", "4"]);
    assert_eq!(said(db.observations(&point).unwrap()), ["1", "3", "4"]);
    assert_eq!(
        revenue.yoy("1Q04").unwrap().unwrap().to_string(),
        "1Q04  6 JPY   +100.0% [+57.1%, +160.0%]  (1Q03 3)  [base conflicting]"
    );
}

fn value(reader: &Reader) -> Option<String> {
    let point = reader.series("iij", "revenue").unwrap().at("1Q03").unwrap();
    point.map(|point| point.value().unwrap().to_string())
}

fn grown() -> (Database, impl FnOnce(&Database)) {
    let quarter = "2003-04-01..2003-06-30";
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[(quarter, 1)])
        .database();
    let grow = move |db: &Database| {
        Book::new()
            .document("second", "2003-09-01")
            .facts("iij revenue JPY", 0, &[(quarter, 2)])
            .add_to(db);
    };
    (db, grow)
}

#[test]
fn a_reader_follows_and_a_pinned_one_stays() {
    let (db, grow) = grown();
    let (reader, pinned) = (db.reader(), db.reader().pinned());
    let question = db.series("iij", "revenue").unwrap();
    grow(&db);
    assert_eq!((reader.last_commit(), pinned.last_commit()), (2, 1));
    assert_eq!(value(&reader).as_deref(), Some("2"));
    assert_eq!(value(&db).as_deref(), Some("2"));
    assert_eq!(value(&pinned).as_deref(), Some("1"));
    assert_eq!(pinned.documents().unwrap().len(), 1);
    assert_eq!(
        question
            .at("1Q03")
            .unwrap()
            .unwrap()
            .value()
            .unwrap()
            .to_string(),
        "1",
        "a question sees what there was when it was begun"
    );
    assert_eq!(value(&pinned.pinned()).as_deref(), Some("1"));
}

#[test]
fn answers_outlive_the_database() {
    let (db, _) = grown();
    let points = db.series("iij", "revenue").unwrap().all().unwrap();
    db.close();
    assert_eq!(points.to_string(), "1Q03  1 JPY");
    assert_eq!(points.qoq().len(), 1);
}
