//! What was reported first, and in which reporting cycle a figure stands.

use super::build::*;
use crate::model::{Dimension, DocumentKind, Figure, MetricKind, Nil, Rank, Scenario};
use crate::{Database, SeriesQuery};

const Q02: &str = "2002-04-01..2002-06-30";
const Q03: &str = "2003-04-01..2003-06-30";

/// The first quarter of 2002 is known from comparative columns only, the first of 2003 is restated.
fn world() -> Database {
    Book::new()
        .company("iij", march())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .document("1q03", "2003-08-13")
        .reports("1Q03")
        .facts("iij revenue JPY", 0, &[(Q02, 100), (Q03, 80)])
        .document("1q04", "2004-08-12")
        .reports("1Q04")
        .facts(
            "iij revenue JPY",
            0,
            &[(Q03, 84), ("2004-04-01..2004-06-30", 90)],
        )
        .document("1q05", "2005-08-12")
        .reports("1Q05")
        .facts("iij revenue JPY", 0, &[(Q02, 90)])
        .database()
}

fn revenue(db: &Database) -> SeriesQuery {
    db.series("iij", "revenue").unwrap()
}

#[test]
fn first_and_latest_are_one_call_each() {
    let db = world();
    let first = revenue(&db).first_reported();
    assert_eq!(
        first.all().unwrap().to_string(),
        "1Q02  100 JPY  [comparative column]\n1Q03  80 JPY\n1Q04  90 JPY"
    );
    let latest = "1Q02  90 JPY\n1Q03  84 JPY\n1Q04  90 JPY";
    assert_eq!(first.clone().latest().all().unwrap().to_string(), latest);
    assert_eq!(revenue(&db).all().unwrap().to_string(), latest);
    // Comparators were reported first, too.
    let yoy = first.load().unwrap().yoy("1Q03").unwrap().unwrap();
    assert_eq!(
        yoy.to_string(),
        "1Q03  80 JPY   -20.0% [-20.9%, -19.0%]  (1Q02 100)"
    );
    let panel = db.panel("revenue").unwrap().first_reported();
    assert_eq!(panel.at("1Q03").unwrap().to_string(), "iij  1Q03  80 JPY");
    let panel = panel.latest();
    assert_eq!(panel.at("1Q03").unwrap().to_string(), "iij  1Q03  84 JPY");
    // All of it was published, whichever is shown.
    let point = first.at("1Q03").unwrap().unwrap();
    assert!(point.has_versions());
    assert_eq!(db.observations(&point).unwrap().len(), 2);
    assert_eq!(db.candidates(&point).unwrap()[0].figure, rounded(80, 0));
}

#[test]
fn a_point_says_in_which_cycle_its_figure_stands() {
    let db = world();
    let cycle = |query: SeriesQuery, label: &str| {
        let point = query.at(label).unwrap().unwrap();
        (point.reporting_cycle(), point.is_comparative())
    };
    assert_eq!(
        cycle(revenue(&db).first_reported(), "1Q02"),
        (Some(1), true)
    );
    assert_eq!(cycle(revenue(&db), "1Q02"), (Some(3), true));
    assert_eq!(
        cycle(revenue(&db).first_reported(), "1Q03"),
        (Some(0), false)
    );
    assert_eq!(cycle(revenue(&db), "1Q03"), (Some(1), true));
    assert_eq!(cycle(revenue(&db), "1Q04"), (Some(0), false));
    let point = revenue(&db).at("1Q03").unwrap().unwrap();
    let json = serde_json::to_value(&point).unwrap();
    assert_eq!(json["reporting_cycle"], 1);
    assert_eq!(json["comparative"], true);
}

#[test]
fn a_document_that_does_not_say_reports_on_what_had_just_ended() {
    let year = "2002-04-01..2003-03-31";
    for (kind, published, label, expected) in [
        // Results of the year come out in the next one.
        (DocumentKind::Results, "2003-05-14", year, (Some(0), false)),
        // An annual report may come out in the second quarter of the next one.
        (
            DocumentKind::AnnualReport,
            "2003-07-28",
            year,
            (Some(0), false),
        ),
        (DocumentKind::Results, "2003-08-13", year, (Some(1), true)),
        (
            DocumentKind::AnnualReport,
            "2004-07-28",
            year,
            (Some(1), true),
        ),
        // Within a year, an earlier quarter is a comparative column.
        (DocumentKind::Results, "2003-11-13", Q03, (Some(0), true)),
        // Dates of no slot count by the year in which they end.
        (
            DocumentKind::Results,
            "2003-08-13",
            "2003-04-01..2003-04-30",
            (Some(0), true),
        ),
    ] {
        let db = Book::iij()
            .document("some", published)
            .kind(kind)
            .facts("iij revenue JPY", 0, &[(label, 1)])
            .database();
        let point = revenue(&db).at(label).unwrap().unwrap();
        let found = (point.reporting_cycle(), point.is_comparative());
        assert_eq!(found, expected, "{kind:?} of {published}");
    }
}

#[test]
fn a_target_lies_ahead_and_an_earlier_publication_counts_by_its_day() {
    let db = Book::iij()
        .document("results", "2009-05-14")
        .reports("FY2008")
        .facts(
            "iij revenue JPY target",
            0,
            &[("2009-04-01..2010-03-31", 80)],
        )
        .dated(
            "iij revenue JPY target",
            "2008-04-01..2009-03-31",
            rounded(73, 0),
            "2008-05-14",
            Rank::Table,
        )
        .database();
    let target = revenue(&db).scenario(Scenario::Target);
    let at = |label: &str| target.at(label).unwrap().unwrap();
    assert_eq!(at("FY2009").reporting_cycle(), Some(-1));
    // What was said on 2008-05-14 was said when FY2007 had just ended.
    assert_eq!(at("FY2008").reporting_cycle(), Some(-1));
    assert!(!at("FY2008").is_comparative());
}

#[test]
fn no_figure_is_not_what_was_reported_first() {
    let db = Book::iij()
        .document("early", "2003-08-01")
        .figure("iij revenue JPY", Q03, Figure::Nil(Nil::NotApplicable))
        .document("late", "2003-08-14")
        .facts("iij revenue JPY", 0, &[(Q03, 80)])
        .database();
    let first = revenue(&db).first_reported();
    assert_eq!(
        first.at("1Q03").unwrap().unwrap().document().as_str(),
        "late"
    );
}

#[test]
fn candidates_are_of_the_document_that_speaks() {
    let db = Book::iij()
        .document("two-figures", "2003-08-14")
        .facts("iij revenue JPY", 0, &[(Q03, 80), (Q03, 81)])
        .document("none", "2003-09-14")
        .figure("iij revenue JPY", Q03, Figure::Nil(Nil::NotApplicable))
        .database();
    let point = revenue(&db).at("1Q03").unwrap().unwrap();
    assert!(point.is_conflicting());
    let figures: Vec<Figure> = db
        .candidates(&point)
        .unwrap()
        .into_iter()
        .map(|seen| seen.figure)
        .collect();
    assert_eq!(figures, [rounded(80, 0), rounded(81, 0)]);
}
