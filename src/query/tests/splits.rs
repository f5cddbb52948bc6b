//! Figures per share and numbers of shares across a split: Apple split 7:1 on 2014-06-09. Its figures here are made
//! up, in round numbers.

use super::build::*;
use crate::model::{ChangeKind, Dimension, MetricKind, Split};
use crate::{Database, Delta};

const SECOND_2013: &str = "2013-01-01..2013-03-31";
const SECOND_2014: &str = "2014-01-01..2014-03-31";
const THIRD_2014: &str = "2014-04-01..2014-06-30";

fn book() -> Book {
    Book::new()
        .company("aapl", march())
        .split("aapl", Split::new(day("2014-06-09"), 7, 1).unwrap())
        .metric("net_income", MetricKind::Flow, Dimension::Money)
        .metric("eps", MetricKind::PerShare, Dimension::MoneyPer)
        .metric("shares_average", MetricKind::Average, Dimension::Count)
        .metric("stores", MetricKind::Stock, Dimension::Count)
}

/// Each quarter as first published: two before the split, one after it.
fn database() -> Database {
    book()
        .document("q2-2013", "2013-04-23")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2013, 70)])
        .document("q2-2014", "2014-06-08")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2014, 77)])
        .facts("aapl net_income USD", 0, &[(SECOND_2014, 7700)])
        .facts("aapl shares_average shares", 0, &[(SECOND_2014, 100)])
        .facts("aapl stores stores", 0, &[("2014-03-31", 400)])
        .document("q3-2014", "2014-06-09")
        .facts("aapl eps USD/shares", 0, &[(THIRD_2014, 12)])
        .facts("aapl net_income USD", 0, &[(THIRD_2014, 8470)])
        .facts("aapl shares_average shares", 0, &[(THIRD_2014, 700)])
        .facts("aapl stores stores", 0, &[("2014-06-30", 440)])
        .database()
}

fn delta(db: &Database, metric: &str, qoq: bool, label: &str) -> Delta {
    let points = db.series("aapl", metric).unwrap().load().unwrap();
    let delta = if qoq {
        points.qoq(label)
    } else {
        points.yoy(label)
    };
    delta.unwrap().unwrap()
}

/// The relative change in per cent, where there is one.
fn percent(delta: &Delta) -> Option<String> {
    delta.change.percent(1).map(|percent| percent.to_string())
}

#[test]
fn figures_of_two_share_bases_do_not_compare() {
    let db = database();
    // Both published before the split: the release of 2014-06-08 is of the last day on the old basis.
    let before = delta(&db, "eps", false, "4Q13");
    assert_eq!(percent(&before).as_deref(), Some("10.0"));
    let across = delta(&db, "eps", true, "1Q14");
    assert_eq!(across.change.kind, ChangeKind::ShareBasisDiffers);
    assert_eq!(
        across.to_string(),
        "1Q14  12 USD/shares   share basis differs  (4Q13 77)"
    );
    assert_eq!(percent(&across), None);
    assert_eq!(across.change.quantity(), None);
    let why = db.explain(&across).unwrap().to_string();
    assert!(why.contains("on two sides of a share split"), "{why}");
    // What 12 and 77 are as numbers is there: 12 / 77 - 1.
    let raw = across.change.ratio_minus_one.unwrap();
    assert_eq!((raw.numerator(), raw.denominator()), (-65, 77));
    assert_eq!(
        delta(&db, "shares_average", true, "1Q14").change.kind,
        ChangeKind::ShareBasisDiffers
    );
}

#[test]
fn a_split_says_nothing_of_money_and_other_counts() {
    let db = database();
    for metric in ["net_income", "stores"] {
        assert_eq!(
            delta(&db, metric, true, "1Q14").change.to_string(),
            "+10.0%",
            "{metric}"
        );
    }
}

#[test]
fn comparatives_of_a_later_document_are_on_its_basis() {
    let db = database();
    Book::new()
        .document("q3-2014-comparatives", "2014-07-22")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2014, 11)])
        .add_to(&db);
    let after = delta(&db, "eps", true, "1Q14");
    assert_eq!(percent(&after).as_deref(), Some("9.1"));
    // The base is on the new basis now, the quarter a year before it on the old one.
    assert_eq!(
        delta(&db, "eps", false, "4Q13").change.kind,
        ChangeKind::ShareBasisDiffers
    );
    let then = db.series("aapl", "eps").unwrap().as_of(day("2014-07-21"));
    let then = then.load().unwrap().qoq("1Q14").unwrap().unwrap();
    assert_eq!(then.change.kind, ChangeKind::ShareBasisDiffers);
}

#[test]
fn a_split_is_known_from_when_it_is_taken_in() {
    let plain = Book::new()
        .company("aapl", march())
        .metric("eps", MetricKind::PerShare, Dimension::MoneyPer)
        .document("q2-2014", "2014-06-08")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2014, 77)])
        .document("q3-2014", "2014-06-09")
        .facts("aapl eps USD/shares", 0, &[(THIRD_2014, 11)]);
    let db = plain.database();
    let unaware = delta(&db, "eps", true, "1Q14");
    assert_eq!(percent(&unaware).as_deref(), Some("-85.7"));
    book().add_to(&db);
    assert_eq!(
        delta(&db, "eps", true, "1Q14").change.to_string(),
        "share basis differs"
    );
}
