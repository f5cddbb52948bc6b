//! Restatements as a query.

use super::build::*;
use crate::model::{
    Amount, ChangeKind, Dimension, Figure, MetricKind, Nil, Precision, Rank, Rounding, Split,
};
use crate::{Database, RestatementKind};

const QUARTER: &str = "2003-04-01..2003-06-30";

fn unknown(value: i64) -> Figure {
    Amount::new(value.into(), Precision::Unknown, Rounding::Nearest)
        .unwrap()
        .into()
}

/// Documents of one figure each, published a day after the other from 2003-08-01, taken in in this order.
fn taken_in(figures: &[Figure], order: impl Iterator<Item = usize>) -> Database {
    let db = Book::iij().database();
    for nth in order {
        Book::new()
            .document(&format!("d{nth}"), &format!("2003-08-{:02}", nth + 1))
            .figure("iij revenue JPY", QUARTER, figures[nth].clone())
            .add_to(&db);
    }
    db
}

/// What is listed: old, new, and whether beyond rounding. The same in any order of ingest.
fn listed(figures: &[Figure]) -> Vec<(usize, usize, bool)> {
    let ask = |db: &Database| {
        let number = |id: &str| id[1..].parse().unwrap();
        let series = db.series("iij", "revenue").unwrap().restatements().unwrap();
        assert_eq!(series, db.restatements("iij").unwrap().load().unwrap());
        series
            .iter()
            .map(|restated| {
                (
                    number(restated.old.document().as_str()),
                    number(restated.new.document().as_str()),
                    restated.kind == RestatementKind::Restated,
                )
            })
            .collect::<Vec<_>>()
    };
    let forward = ask(&taken_in(figures, 0..figures.len()));
    let backward = ask(&taken_in(figures, (0..figures.len()).rev()));
    assert_eq!(forward, backward);
    forward
}

#[test]
fn what_is_a_restatement_and_what_is_not() {
    let nil = |nil| Figure::Nil(nil);
    let words = Figure::Qualitative("break-even".into());
    for (name, figures, expected) in [
        ("once", vec![rounded(512, 0)], vec![]),
        ("repeated", vec![rounded(512, 0), rounded(512, 0)], vec![]),
        ("rounded", vec![rounded(512, 0), rounded(500, -2)], vec![]),
        (
            "better known",
            vec![rounded(500, -2), rounded(512, 0)],
            vec![],
        ),
        (
            "restated",
            vec![rounded(512, 0), rounded(513, 0)],
            vec![(0, 1, true)],
        ),
        (
            "and back",
            vec![rounded(512, 0), rounded(513, 0), rounded(512, 0)],
            vec![(0, 1, true), (1, 2, true)],
        ),
        (
            "repeated in hundreds before it is restated",
            vec![rounded(512, 0), rounded(500, -2), rounded(530, 0)],
            vec![(0, 2, true)],
        ),
        (
            "549 is not 600 in hundreds, though 550 in tens may be both",
            vec![rounded(549, 0), rounded(550, -1), rounded(600, -2)],
            vec![(0, 2, true)],
        ),
        (
            "the same, precision unknown",
            vec![rounded(512, 0), unknown(512)],
            vec![],
        ),
        (
            "another one, precision unknown",
            vec![rounded(512, 0), unknown(513), rounded(513, 0)],
            vec![(0, 1, false)],
        ),
        (
            "repeated in hundreds after its precision was not said: 512 is shown all the time",
            vec![rounded(512, 0), unknown(512), rounded(500, -2)],
            vec![],
        ),
        (
            "words, then a figure",
            vec![words, rounded(5, 0)],
            vec![(0, 1, false)],
        ),
        (
            "no figure in between",
            vec![
                rounded(512, 0),
                nil(Nil::None),
                nil(Nil::NotApplicable),
                rounded(513, 0),
            ],
            vec![(0, 3, true)],
        ),
        (
            "never a figure",
            vec![nil(Nil::None), nil(Nil::NotApplicable)],
            vec![],
        ),
        (
            "a declared zero",
            vec![rounded(5, 0), nil(Nil::Zero)],
            vec![(0, 1, true)],
        ),
    ] {
        assert_eq!(listed(&figures), expected, "{name}");
    }
}

#[test]
fn contradictions_of_one_day_are_no_restatements() {
    let db = Book::iij()
        .document("first-of-all", "2003-08-01")
        .facts("iij revenue JPY", 0, &[(QUARTER, 100)])
        .document("deck", "2003-08-13")
        .facts("iij revenue JPY", 0, &[(QUARTER, 110), (QUARTER, 111)])
        .document("release", "2003-08-13")
        .facts("iij revenue JPY", 0, &[(QUARTER, 120)])
        .database();
    let restated = db.restatements("iij").unwrap().load().unwrap();
    assert_eq!(
        restated.to_string(),
        "2003-08-13  iij revenue  1Q03  100 JPY -> 120 JPY  +20.0% [+18.9%, +21.2%]  \
         [published 2003-08-01 in first-of-all, 2003-08-13 in release]"
    );
    let only = restated.iter().next().unwrap();
    assert_eq!(
        db.observations(&only.old).unwrap().len(),
        1,
        "as of the day before"
    );
    assert_eq!(db.observations(&only.new).unwrap().len(), 4);
    assert!(!only.old.has_versions() && only.new.has_versions());
}

#[test]
fn a_list_over_all_series_by_day_with_scenarios() {
    let year = "2003-04-01..2004-03-31";
    let db = Book::iij()
        .facts("iij revenue JPY", -6, &[(QUARTER, 8_344_000_000)])
        .facts("iij revenue JPY target", -8, &[(year, 73_000_000_000)])
        .document("later", "2003-11-13")
        .facts("iij revenue JPY target", -8, &[(year, 69_300_000_000)])
        .document("last", "2004-02-12")
        .figure("iij revenue JPY", QUARTER, unknown(8_400_000_000))
        .database();
    let restated = db.restatements("iij").unwrap().load().unwrap();
    let (target, quarter) = (
        "2003-11-13  iij revenue (target)  FY2003  73.0 billion JPY -> 69.3 billion JPY  -5.1%  \
         [published 2003-08-13 in first, 2003-11-13 in later]",
        "2004-02-12  iij revenue  1Q03  8,344 million JPY -> 8,400,000,000 JPY  +0.7%  \
         changed (precision unknown)  [published 2003-08-13 in first, 2004-02-12 in last]",
    );
    assert_eq!(restated.to_string(), format!("{target}\n{quarter}"));
    let since = restated.clone().since(day("2003-11-14"));
    assert_eq!(since.to_string(), quarter);
    let then = db.restatements("iij").unwrap().as_of(day("2003-11-13"));
    assert_eq!(then.load().unwrap().to_string(), target);
    let json = serde_json::to_value(&restated).unwrap();
    assert_eq!(json[0]["kind"], "restated");
    assert_eq!(json[0]["new"]["scenario"], "target");
    assert_eq!(json[0]["old"]["document"], "first");
    assert_eq!(json[0]["change"]["difference"], "-3700000000");
    assert_eq!(json[1]["kind"], "changed_precision_unknown");
    assert!(db.restatements("ij").is_err());
}

#[test]
fn an_earlier_version_told_by_a_later_document_is_restated_by_it() {
    let year = "2008-04-01..2009-03-31";
    let db = Book::iij()
        .document("deck", "2009-02-12")
        .facts("iij revenue JPY target", -8, &[(year, 69_300_000_000)])
        .dated(
            "iij revenue JPY target",
            year,
            rounded(73_000_000_000, -8),
            "2008-10-24",
            Rank::Table,
        )
        .database();
    let restated = db.restatements("iij").unwrap().load().unwrap();
    assert_eq!(restated.len(), 1);
    assert_eq!(
        restated.iter().next().unwrap().old.published(),
        day("2008-10-24")
    );
}

#[test]
fn figures_per_share_are_restated_by_a_split_on_another_share_basis() {
    let db = Book::new()
        .company("aapl", march())
        .split("aapl", Split::new(day("2014-06-09"), 7, 1).unwrap())
        .metric("eps", MetricKind::PerShare, Dimension::MoneyPer)
        .document("before", "2014-04-23")
        .facts("aapl eps USD/shares", 0, &[(QUARTER, 70)])
        .document("after", "2014-07-22")
        .facts("aapl eps USD/shares", 0, &[(QUARTER, 10)])
        .database();
    let restated = db.restatements("aapl").unwrap().load().unwrap();
    assert_eq!(restated.len(), 1);
    let change = &restated.iter().next().unwrap().change;
    assert_eq!(change.kind, ChangeKind::ShareBasisDiffers);
}
