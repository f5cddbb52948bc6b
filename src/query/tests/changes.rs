//! Changes: which fact is compared with which, and what the answer says.

use super::build::*;
use crate::model::{Dimension, Figure, MetricKind, Scenario};
use crate::{Comparator, Database, Delta};

fn texts(deltas: &[Delta]) -> Vec<String> {
    deltas.iter().map(ToString::to_string).collect()
}

/// Revenue of IIJ as its release of 2003-08-13 has it; the second and third quarter are not in it.
fn release() -> Database {
    Book::iij()
        .facts(
            "iij revenue JPY",
            -3,
            &[
                ("2002-04-01..2002-06-30", 9_849_202_000),
                ("2003-04-01..2003-06-30", 8_344_046_000),
            ],
        )
        .facts(
            "iij revenue JPY",
            -6,
            &[("2003-01-01..2003-03-31", 13_036_000_000)],
        )
        .database()
}

#[test]
fn a_quarter_is_compared_with_the_same_quarter_and_with_the_one_before() {
    let db = release();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let yoy = revenue.yoy("1Q03").unwrap().unwrap();
    assert_eq!(
        yoy.to_string(),
        "1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)"
    );
    assert_eq!(yoy.comparator, Comparator::Found);
    assert_eq!(yoy.base.as_ref().unwrap().label(), "1Q02");
    assert!(!yoy.length_differs && !yoy.against_actual);
    let qoq = revenue.qoq("1Q03").unwrap().unwrap();
    // A base of another scale keeps its own word.
    assert_eq!(
        qoq.to_string(),
        "1Q03  8,344,046 thousand JPY   -36.0%  (4Q02 13,036 million)"
    );
}

#[test]
fn comparators_are_looked_up_beyond_the_range() {
    let points = release()
        .series("iij", "revenue")
        .unwrap()
        .quarters("1Q03"..="1Q03")
        .unwrap();
    assert_eq!(
        texts(&points.yoy()),
        ["1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)"]
    );
    assert_eq!(
        texts(&points.qoq()),
        ["1Q03  8,344,046 thousand JPY   -36.0%  (4Q02 13,036 million)"]
    );
}

#[test]
fn a_gap_is_no_comparator_and_never_the_row_before_it() {
    let points = release()
        .series("iij", "revenue")
        .unwrap()
        .quarters("1Q02"..="1Q03")
        .unwrap();
    assert_eq!(
        texts(&points.qoq()),
        [
            "1Q02  9,849,202 thousand JPY   no comparator (4Q01 was not reported)",
            "4Q02  13,036 million JPY   no comparator (3Q02 was not reported)",
            "1Q03  8,344,046 thousand JPY   -36.0%  (4Q02 13,036 million)",
        ]
    );
    let yoy = points.yoy();
    assert_eq!(yoy[1].comparator, Comparator::Gap);
    assert_eq!(yoy[1].missing.as_deref(), Some("4Q01"));
    assert!(yoy[1].base.is_none() && yoy[1].change.difference.is_none());
}

#[test]
fn signs_and_negative_bases_are_said_in_words() {
    let quarters = ["2002-04-01..2002-06-30", "2003-04-01..2003-06-30"];
    let db = Book::iij()
        .metric("ebitda.adjusted", MetricKind::Flow, Dimension::Money)
        .metric("operating_income", MetricKind::Flow, Dimension::Money)
        .facts(
            "iij ebitda.adjusted JPY",
            -6,
            &[(quarters[0], 329_000_000), (quarters[1], -97_000_000)],
        )
        .facts(
            "iij operating_income JPY",
            -3,
            &[(quarters[0], -464_155_000), (quarters[1], -1_059_574_000)],
        )
        .database();
    let yoy = |metric| {
        db.series("iij", metric)
            .unwrap()
            .load()
            .unwrap()
            .yoy("1Q03")
            .unwrap()
            .unwrap()
    };
    let raw = |delta: &Delta| {
        delta
            .change
            .ratio_minus_one
            .unwrap()
            .percent(1)
            .unwrap()
            .to_string()
    };
    let ebitda = yoy("ebitda.adjusted");
    assert_eq!(
        ebitda.to_string(),
        "1Q03  -97 million JPY   turned negative  (1Q02 329)"
    );
    assert_eq!(raw(&ebitda), "-129.5");
    // The release prints 128.3%, ratio minus one.
    let loss = yoy("operating_income");
    assert_eq!(
        loss.to_string(),
        "1Q03  -1,059,574 thousand JPY   -128.3% over |base|  (1Q02 -464,155)"
    );
    assert_eq!(raw(&loss), "128.3");
}

#[test]
fn percentages_change_in_points() {
    let db = Book::iij()
        .metric("margin", MetricKind::Ratio, Dimension::Percent)
        .figure("iij margin %", "2002-04-01..2002-06-30", decimal("10.3", 1))
        .figure("iij margin %", "2003-04-01..2003-06-30", decimal("3.5", 1))
        .database();
    let yoy = db
        .series("iij", "margin")
        .unwrap()
        .load()
        .unwrap()
        .yoy("1Q03")
        .unwrap()
        .unwrap();
    assert_eq!(yoy.to_string(), "1Q03  3.5%   -6.8 points  (1Q02 10.3%)");
}

#[test]
fn what_is_no_amount_has_no_change_but_a_base() {
    let db = Book::iij()
        .facts(
            "iij revenue JPY",
            -8,
            &[("2002-04-01..2003-03-31", 44_000_000_000)],
        )
        .figure(
            "iij revenue JPY",
            "2003-04-01..2004-03-31",
            Figure::Qualitative("break-even".into()),
        )
        .database();
    let yoy = db
        .series("iij", "revenue")
        .unwrap()
        .load()
        .unwrap()
        .yoy("FY2003")
        .unwrap()
        .unwrap();
    assert_eq!(
        yoy.to_string(),
        "FY2003  break-even   not a plain amount  (FY2002 44.0 billion)"
    );
}

#[test]
fn nine_months_and_three_months_of_one_end_are_two_facts() {
    let db = Book::iij()
        .facts(
            "iij revenue JPY",
            -6,
            &[
                ("2007-04-01..2007-12-31", 46_172_000_000),
                ("2008-04-01..2008-12-31", 50_789_000_000),
            ],
        )
        .facts(
            "iij revenue JPY",
            -8,
            &[("2008-10-01..2008-12-31", 17_500_000_000)],
        )
        .database();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let at = |when| revenue.at(when).unwrap().unwrap().to_string();
    assert_eq!(at("9M08"), "9M08  50,789 million JPY");
    assert_eq!(at("3Q08"), "3Q08  17.5 billion JPY");
    assert_eq!(at("2008-04-01..2008-12-31"), "9M08  50,789 million JPY");
    assert_eq!(revenue.at("2008-12-31").unwrap(), None, "no instant");
    let yoy = revenue.yoy("9M08").unwrap().unwrap();
    assert_eq!(
        yoy.to_string(),
        "9M08  50,789 million JPY   +10.0%  (9M07 46,172)"
    );
    let qoq = revenue.qoq("9M08").unwrap().unwrap();
    assert_eq!(qoq.comparator, Comparator::NotApplicable);
    assert_eq!(qoq.to_string(), "9M08  50,789 million JPY   has no QoQ");
    assert_eq!(
        revenue.qoq("FY2008").unwrap(),
        None,
        "the year itself was not reported"
    );
}

/// Contracts at quarter ends: 2Q08 is missing.
fn contracts() -> Database {
    Book::iij()
        .metric("contracts", MetricKind::Stock, Dimension::Count)
        .facts(
            "iij contracts contracts",
            0,
            &[
                ("2007-12-31", 900),
                ("2008-03-31", 1_000),
                ("2008-06-30", 1_100),
                ("2008-12-31", 1_210),
                ("2009-03-31", 1_250),
                ("2008-11-15", 7),
            ],
        )
        .database()
}

#[test]
fn stocks_are_read_at_the_end_of_what_a_label_names() {
    let db = contracts();
    let contracts = db.series("iij", "contracts").unwrap().load().unwrap();
    let at = |when| contracts.at(when).unwrap().map(|point| point.to_string());
    assert_eq!(at("3Q08").as_deref(), Some("3Q08  1,210 contracts"));
    assert_eq!(at("9M08").as_deref(), Some("9M08  1,210 contracts"));
    assert_eq!(at("FY2008").as_deref(), Some("FY2008  1,250 contracts"));
    assert_eq!(at("2008-12-31").as_deref(), Some("3Q08  1,210 contracts"));
    assert_eq!(at("2008-11-15").as_deref(), Some("2008-11-15  7 contracts"));
    assert_eq!(at("2Q08"), None);
    assert_eq!(at("2008-10-01..2008-12-31"), None);
}

#[test]
fn instants_have_all_three_changes() {
    let db = contracts();
    let points = db
        .series("iij", "contracts")
        .unwrap()
        .quarters("1Q08"..="4Q08")
        .unwrap();
    assert_eq!(
        texts(&points.yoy()),
        [
            "1Q08  1,100 contracts   no comparator (1Q07 was not reported)",
            "3Q08  1,210 contracts   +34.4%  (3Q07 900)",
            "4Q08  1,250 contracts   +25.0%  (4Q07 1,000)",
        ]
    );
    assert_eq!(
        texts(&points.qoq()),
        [
            "1Q08  1,100 contracts   +10.0%  (4Q07 1,000)",
            "3Q08  1,210 contracts   no comparator (2Q08 was not reported)",
            "4Q08  1,250 contracts   +3.3%  (3Q08 1,210)",
        ]
    );
    assert_eq!(
        texts(&points.since_year_end()),
        [
            "1Q08  1,100 contracts   +10.0%  (4Q07 1,000)",
            "3Q08  1,210 contracts   +21.0%  (4Q07 1,000)",
            "4Q08  1,250 contracts   +25.0%  (4Q07 1,000)",
        ]
    );
}

#[test]
fn year_end_instants_have_a_quarter_before_and_odd_days_a_year_end() {
    let db = contracts();
    let contracts = db.series("iij", "contracts").unwrap().load().unwrap();
    let qoq = contracts.qoq("FY2008").unwrap().unwrap();
    assert_eq!(
        qoq.to_string(),
        "FY2008  1,250 contracts   +3.3%  (3Q08 1,210)"
    );
    let odd = contracts.since_year_end("2008-11-15").unwrap().unwrap();
    assert_eq!(
        odd.to_string(),
        "2008-11-15  7 contracts   -99.3%  (4Q07 1,000)"
    );
    assert_eq!(
        contracts.qoq("2008-11-15").unwrap().unwrap().comparator,
        Comparator::NotApplicable
    );
    let flow = release();
    let revenue = flow.series("iij", "revenue").unwrap().load().unwrap();
    let since = revenue.since_year_end("1Q03").unwrap().unwrap();
    assert_eq!(since.change_text(), "has no since year end");
}

#[test]
fn what_fits_no_slot_is_compared_by_its_dates() {
    // Seven months; those of 2006 are six days shorter than those of 2007.
    let db = Book::iij()
        .facts(
            "iij revenue JPY",
            0,
            &[
                ("2006-06-01..2006-12-25", 50),
                ("2007-06-01..2007-12-31", 100),
                ("2008-06-03..2008-12-30", 120),
                ("2008-07-01..2008-12-31", 1),
            ],
        )
        .database();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let yoy = |dates| revenue.yoy(dates).unwrap().unwrap().to_string();
    assert_eq!(
        yoy("2008-06-03..2008-12-30"),
        "2008-06-03..2008-12-30  120 JPY   +20.0% [+18.9%, +21.2%]  (2007-06-01..2007-12-31 100)"
    );
    assert_eq!(
        yoy("2007-06-01..2007-12-31"),
        "2007-06-01..2007-12-31  100 JPY   no comparator"
    );
    assert_eq!(
        revenue
            .qoq("2007-06-01..2007-12-31")
            .unwrap()
            .unwrap()
            .comparator,
        Comparator::NotApplicable
    );
}

#[test]
fn targets_are_compared_with_targets_unless_asked_otherwise() {
    let db = Book::iij()
        .facts(
            "iij revenue JPY",
            -8,
            &[("2007-04-01..2008-03-31", 57_100_000_000)],
        )
        .facts(
            "iij revenue JPY target",
            -8,
            &[("2008-04-01..2009-03-31", 69_300_000_000)],
        )
        .database();
    let target = db
        .series("iij", "revenue")
        .unwrap()
        .scenario(Scenario::Target);
    let yoy = target.load().unwrap().yoy("FY2008").unwrap().unwrap();
    assert_eq!(
        yoy.to_string(),
        "FY2008  69.3 billion JPY   no comparator (FY2007 was not reported)"
    );
    let yoy = target
        .clone()
        .against_actual()
        .load()
        .unwrap()
        .yoy("FY2008")
        .unwrap()
        .unwrap();
    assert_eq!(
        yoy.to_string(),
        "FY2008  69.3 billion JPY   +21.4%  (FY2007 actual 57.1)"
    );
    assert!(yoy.against_actual);
    // The actual series stays as it is, and a target without any actual series has no comparator.
    let actual = db
        .series("iij", "revenue")
        .unwrap()
        .against_actual()
        .load()
        .unwrap();
    assert!(actual.at("FY2008").unwrap().is_none());
    let db = Book::iij()
        .facts(
            "iij revenue JPY target",
            -8,
            &[("2008-04-01..2009-03-31", 69_300_000_000)],
        )
        .database();
    let target = db
        .series("iij", "revenue")
        .unwrap()
        .scenario(Scenario::Target)
        .against_actual();
    let yoy = target.load().unwrap().yoy("FY2008").unwrap().unwrap();
    assert_eq!(yoy.comparator, Comparator::Gap);
}

#[test]
fn changes_are_written_with_serde() {
    let delta = release()
        .series("iij", "revenue")
        .unwrap()
        .load()
        .unwrap()
        .yoy("1Q03")
        .unwrap()
        .unwrap();
    let json = serde_json::to_value(&delta).unwrap();
    assert_eq!(json["kind"], "year_on_year");
    assert_eq!(json["comparator"], "found");
    assert_eq!(json["base"]["label"], "1Q02");
    assert_eq!(json["change"]["difference"], "-1505156000");
    assert_eq!(json["length_differs"], false);
    assert!(json["missing"].is_null());
}
