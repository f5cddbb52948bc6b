//! Figures per share and numbers of shares across a split: Apple split 7:1 on 2014-06-09. Its figures here are made
//! up, in round numbers.

use super::build::*;
use crate::model::{ChangeKind, Dimension, MetricKind, Split};
use crate::{AmountChange, Database, Delta, DeltaKind};

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

/// The quarters before the split restated for it in July, and some of them told again in August as they were before it.
fn told_again(again: &[(&str, i64)]) -> Database {
    let db = database();
    Book::new()
        .document("q3-2014-comparatives", "2014-07-22")
        .facts(
            "aapl eps USD/shares",
            0,
            &[(SECOND_2013, 10), (SECOND_2014, 11)],
        )
        .document("amended", "2014-08-20")
        .facts("aapl eps USD/shares", 0, again)
        .add_to(&db);
    db
}

#[test]
fn what_is_told_again_as_before_a_split_is_on_its_old_basis() {
    let db = told_again(&[(SECOND_2013, 70)]);
    let changed = delta(&db, "eps", false, "4Q13");
    assert_eq!(
        changed.to_string(),
        "4Q13  11 USD/shares   share basis differs  (4Q12 70)"
    );
    // As known before it was told again.
    let then = db.series("aapl", "eps").unwrap().as_of(day("2014-08-19"));
    let then = then.load().unwrap().yoy("4Q13").unwrap().unwrap();
    assert_eq!(percent(&then).as_deref(), Some("10.0"));
    // And as asked of a day, more than once.
    for _ in 0..3 {
        let now = db.series("aapl", "eps").unwrap().as_of(day("2014-08-20"));
        let now = now.load().unwrap().yoy("4Q13").unwrap().unwrap();
        assert_eq!(now.change.kind, ChangeKind::ShareBasisDiffers);
    }
    // The restatement from 10 to 70 is no growth.
    let restated = db.series("aapl", "eps").unwrap().restatements().unwrap();
    let last = restated.iter().last().unwrap();
    assert_eq!(last.new.published(), day("2014-08-20"));
    assert_eq!(last.change.kind, ChangeKind::ShareBasisDiffers);
}

#[test]
fn every_way_of_asking_says_that_the_basis_differs() {
    let db = told_again(&[(SECOND_2013, 70)]);
    let kind = DeltaKind::YearOnYear;
    let differs = |change: &AmountChange| {
        assert_eq!(change.base.unwrap().amount.value(), 70.into());
        assert_eq!(change.kind(), ChangeKind::ShareBasisDiffers);
    };
    let series = db.series("aapl", "eps").unwrap();
    let quarters = series.quarters("4Q13"..="4Q13").unwrap();
    differs(&quarters.amount_changes(kind)[0]);
    let panel = db.panel("eps").unwrap().changes("4Q13", kind).unwrap();
    differs(&panel.iter().next().unwrap().change);
    let mut swept = Vec::new();
    db.each_series_of("eps", |series| {
        let changes = series.changes(kind);
        swept.extend(changes.filter(|change| change.base.is_some()));
    })
    .unwrap();
    assert_eq!(swept.len(), 1);
    differs(&swept[0]);
    let derived = series.derived().unwrap().yoy("4Q13").unwrap();
    assert_eq!(derived.change.kind, ChangeKind::ShareBasisDiffers);
}

/// Two that are both on the old basis compare, and so do they once they are told on the new one again.
#[test]
fn figures_of_one_basis_compare_whenever_they_were_told() {
    let db = told_again(&[(SECOND_2013, 70), (SECOND_2014, 77)]);
    let old = delta(&db, "eps", false, "4Q13");
    assert_eq!(percent(&old).as_deref(), Some("10.0"));
    let across = delta(&db, "eps", true, "1Q14");
    assert_eq!(
        across.to_string(),
        "1Q14  12 USD/shares   share basis differs  (4Q13 77)"
    );
    Book::new()
        .document("q3-2015-comparatives", "2015-07-22")
        .facts(
            "aapl eps USD/shares",
            0,
            &[(SECOND_2013, 10), (SECOND_2014, 11)],
        )
        .add_to(&db);
    let new = delta(&db, "eps", false, "4Q13");
    assert_eq!(percent(&new).as_deref(), Some("10.0"));
    // 12 / 11 - 1 = 9.1%
    let after = delta(&db, "eps", true, "1Q14");
    assert_eq!(percent(&after).as_deref(), Some("9.1"));
}

/// Earnings of a quarter that are the same after the split were not restated; nothing earned is nothing on any basis. A number
/// of shares of a day may be of those authorised, which stay; one that had been restated is told again as it was.
#[test]
fn what_was_never_restated_is_in_doubt_where_a_split_would_show() {
    let stock = |told: &[(&str, i64)], restated: &[(&str, i64)]| {
        let book = book()
            .metric("shares", MetricKind::Stock, Dimension::Count)
            .document("q2-2014", "2014-06-08")
            .facts("aapl shares shares", 0, told)
            .document("q3-2014", "2014-07-22")
            .facts("aapl shares shares", 0, restated)
            .document("amended", "2014-08-20")
            .facts("aapl shares shares", 0, told)
            .facts("aapl shares shares", 0, &[("2014-03-31", 770)]);
        delta(&book.database(), "shares", false, "4Q13")
    };
    let authorised = stock(&[("2013-03-31", 700)], &[]);
    assert_eq!(percent(&authorised).as_deref(), Some("10.0"));
    let outstanding = stock(&[("2013-03-31", 100)], &[("2013-03-31", 700)]);
    assert_eq!(outstanding.change.kind, ChangeKind::ShareBasisDiffers);

    let flow = |before: i64| {
        let db = book()
            .document("q2-2014", "2014-06-08")
            .facts("aapl eps USD/shares", 0, &[(SECOND_2013, before)])
            .document("q3-2014", "2014-07-22")
            .facts("aapl eps USD/shares", 0, &[(SECOND_2013, before)])
            .facts("aapl eps USD/shares", 0, &[(SECOND_2014, 11)])
            .database();
        delta(&db, "eps", false, "4Q13").change.kind
    };
    assert_eq!(flow(70), ChangeKind::ShareBasisDiffers);
    assert_eq!(flow(0), ChangeKind::FromZero);
}

/// Consolidated as it had been split: what was told before both is on the basis of after both.
#[test]
fn a_split_undone_leaves_the_first_basis() {
    let undone = book()
        .split("aapl", Split::new(day("2014-08-01"), 1, 7).unwrap())
        .document("q2-2014", "2014-06-08")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2013, 70)])
        .document("q3-2014", "2014-07-22")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2013, 10)])
        .document("amended", "2014-08-20")
        .facts("aapl eps USD/shares", 0, &[(SECOND_2013, 70)])
        .facts("aapl eps USD/shares", 0, &[(SECOND_2014, 77)]);
    let change = delta(&undone.database(), "eps", false, "4Q13");
    assert_eq!(percent(&change).as_deref(), Some("10.0"));
}
