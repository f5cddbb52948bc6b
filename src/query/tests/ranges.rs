//! Ranges: which periods they hold, open and closed, with gaps; how their entries read.

use std::ops::Bound;

use super::build::*;
use crate::model::{Dimension, FiscalPeriod, MetricKind, Period, Scope, Slot};
use crate::{Database, Points};

fn labels(points: &Points) -> Vec<String> {
    points
        .iter()
        .map(|entry| {
            let mark = if entry.is_gap() { "-" } else { "" };
            format!("{mark}{}", entry.label())
        })
        .collect()
}

/// 1Q02 to 4Q03 without 3Q02; two years, a half, nine months.
fn revenue() -> Database {
    Book::iij()
        .facts(
            "iij revenue JPY",
            0,
            &[
                ("2002-04-01..2002-06-30", 1),
                ("2002-07-01..2002-09-30", 2),
                ("2003-01-01..2003-03-31", 4),
                ("2003-04-01..2003-06-30", 5),
                ("2003-07-01..2003-09-30", 6),
                ("2003-10-01..2003-12-31", 7),
                ("2004-01-01..2004-03-31", 8),
                ("2002-04-01..2003-03-31", 10),
                ("2003-04-01..2004-03-31", 26),
                ("2003-10-01..2004-03-31", 15),
                ("2003-04-01..2003-12-31", 18),
            ],
        )
        .database()
}

#[test]
fn ranges_are_closed_half_open_and_open() {
    let db = revenue();
    let series = db.series("iij", "revenue").unwrap().load().unwrap();
    assert_eq!(
        labels(&series.quarters("1Q02"..="1Q03").unwrap()),
        ["1Q02", "2Q02", "-3Q02", "4Q02", "1Q03"]
    );
    assert_eq!(
        labels(&series.quarters("1Q02".."1Q03").unwrap()),
        ["1Q02", "2Q02", "-3Q02", "4Q02"]
    );
    assert_eq!(
        labels(&series.quarters("3Q03"..).unwrap()),
        ["3Q03", "4Q03"]
    );
    assert_eq!(
        labels(&series.quarters(..="2Q02").unwrap()),
        ["1Q02", "2Q02"]
    );
    assert_eq!(labels(&series.quarters(.."2Q02").unwrap()), ["1Q02"]);
    assert_eq!(series.quarters(..).unwrap().len(), 8);
    assert_eq!(
        labels(&series.quarters("4Q03"..="2Q04").unwrap()),
        ["4Q03", "-1Q04", "-2Q04"]
    );
    assert!(
        series.quarters("1Q05"..).unwrap().is_empty(),
        "the series ends before"
    );
    assert!(series.quarters("1Q03".."1Q03").unwrap().is_empty());
    assert_eq!(
        labels(
            &series
                .quarters((Bound::Excluded("1Q02"), Bound::Included("4Q02")))
                .unwrap()
        ),
        ["2Q02", "-3Q02", "4Q02"]
    );
}

#[test]
fn every_span_has_its_range() {
    let db = revenue();
    let series = db.series("iij", "revenue").unwrap();
    assert_eq!(labels(&series.years(..).unwrap()), ["FY2002", "FY2003"]);
    assert_eq!(labels(&series.halves(..).unwrap()), ["2H03"]);
    assert_eq!(
        labels(&series.halves("FY2003"..="FY2003").unwrap()),
        ["-1H03", "2H03"]
    );
    assert_eq!(
        labels(&series.nine_months("FY2002"..="FY2003").unwrap()),
        ["-9M02", "9M03"]
    );
    assert_eq!(
        labels(&series.nine_months("9M03"..="9M03").unwrap()),
        ["9M03"]
    );
    assert!(series.instants(..).unwrap().is_empty());
    assert_eq!(
        labels(&series.instants("1Q02"..="2Q02").unwrap()),
        ["-1Q02", "-2Q02"]
    );
}

#[test]
fn ends_may_be_typed_or_of_another_span() {
    let db = revenue();
    let series = db.series("iij", "revenue").unwrap();
    let quarter = |year, slot| FiscalPeriod::new(year, slot);
    assert_eq!(
        labels(
            &series
                .quarters(quarter(2003, Slot::Q1)..=quarter(2003, Slot::Q2))
                .unwrap()
        ),
        ["1Q03", "2Q03"]
    );
    assert_eq!(
        labels(&series.quarters(String::from("FY03")..).unwrap()),
        ["1Q03", "2Q03", "3Q03", "4Q03"]
    );
    assert_eq!(
        labels(&series.quarters("2H03"..="2H03").unwrap()),
        ["3Q03", "4Q03"]
    );
    assert_eq!(
        labels(&series.years("1Q02"..="3Q03").unwrap()),
        ["FY2002"],
        "FY2003 is not within"
    );
}

#[test]
fn a_time_may_be_a_label_a_date_dates_or_typed() {
    let db = revenue();
    let series = db.series("iij", "revenue").unwrap().load().unwrap();
    let quarter: Period = "2003-04-01..2003-06-30".parse().unwrap();
    let point = series.at("1Q03").unwrap().unwrap();
    assert_eq!(point.period(), quarter);
    assert_eq!(point.fiscal(), Some(FiscalPeriod::new(2003, Slot::Q1)));
    assert_eq!(series.at("Q1 FY2003").unwrap().unwrap(), point);
    assert_eq!(series.at(quarter).unwrap().unwrap(), point);
    assert_eq!(
        series
            .at(FiscalPeriod::new(2003, Slot::Q1))
            .unwrap()
            .unwrap(),
        point
    );
    assert_eq!(series.at("2003-04-01..2003-06-30").unwrap().unwrap(), point);
    assert_eq!(
        series.at(day("2003-06-30")).unwrap(),
        None,
        "the instant is another fact"
    );
    assert_eq!(
        series.at("2003-04-02..2003-06-30").unwrap(),
        None,
        "dates are exact"
    );
    assert_eq!(series.at("3Q02").unwrap(), None);
}

#[test]
fn all_is_every_fact_by_its_dates() {
    let db = revenue();
    let all = db.series("iij", "revenue").unwrap().all().unwrap();
    assert_eq!(all.len(), 11);
    assert_eq!(all.points().count(), 11);
    assert_eq!(
        labels(&all),
        [
            "1Q02", "2Q02", "FY2002", "4Q02", "1Q03", "2Q03", "9M03", "3Q03", "FY2003", "2H03",
            "4Q03"
        ]
    );
}

#[test]
fn scopes_are_series_of_their_own() {
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[("2003-04-01..2003-06-30", 10)])
        .facts(
            "iij revenue JPY actual business=current",
            0,
            &[("2003-04-01..2003-06-30", 7)],
        )
        .database();
    let revenue = db.series("iij", "revenue").unwrap();
    let current: Scope = "business=current".parse().unwrap();
    let value = |point: Option<crate::Point>| point.unwrap().value().unwrap().to_string();
    assert_eq!(value(revenue.at("1Q03").unwrap()), "10");
    let part = revenue.clone().scope(current.clone()).at("1Q03").unwrap();
    assert_eq!(part.as_ref().unwrap().scope(), &current);
    assert_eq!(value(part), "7");
}

#[test]
fn points_read_one_a_line_and_gaps_say_so() {
    let points = revenue()
        .series("iij", "revenue")
        .unwrap()
        .quarters("2Q02"..="4Q02")
        .unwrap();
    assert_eq!(
        points.to_string(),
        "2Q02  2 JPY\n3Q02  not reported\n4Q02  4 JPY"
    );
    let gap = points.iter().nth(1).unwrap();
    assert_eq!(gap.period().to_string(), "2002-10-01..2002-12-31");
    assert!(gap.point().is_none());
    let mut count = 0;
    for entry in &points {
        count += usize::from(entry.is_gap());
    }
    assert_eq!(count, 1);
    assert_eq!(points.at("1Q03").unwrap().unwrap().label(), "1Q03");
    assert_eq!(
        format!("{:>12}|", points.points().next().unwrap()),
        " 2Q02  2 JPY|"
    );
}

#[test]
fn points_are_written_with_serde() {
    let points = revenue()
        .series("iij", "revenue")
        .unwrap()
        .quarters("2Q02"..="3Q02")
        .unwrap();
    let json = serde_json::to_value(&points).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({
            "label": "2Q02",
            "period": "2002-07-01..2002-09-30",
            "point": {
                "company": "iij", "metric": "revenue", "scenario": "actual", "scope": {}, "unit": "JPY",
                "label": "2Q02", "fiscal": {"year": 2002, "slot": "q2"}, "period": "2002-07-01..2002-09-30",
                "figure": {"amount": {"value": "2", "precision": {"decimals": 0}, "rounding": "nearest"}},
                "published": "2003-08-13", "document": "first", "cell": 1, "commit": 1,
                "reporting_cycle": 1, "comparative": true,
                "conflicting": false, "versions": false, "short_year": false, "off_by": 0, "also": [],
            },
        })
    );
    assert_eq!(
        json[1],
        serde_json::json!({"label": "3Q02", "period": "2002-10-01..2002-12-31", "point": null})
    );
}

#[test]
fn ratios_of_instants_are_read_at_instants() {
    let db = Book::iij()
        .metric("ownership", MetricKind::Ratio, Dimension::Percent)
        .figure("iij ownership %", "2003-09-30", decimal("31.6", 1))
        .database();
    let ownership = db.series("iij", "ownership").unwrap();
    assert_eq!(
        ownership.at("2Q03").unwrap().unwrap().to_string(),
        "2Q03  31.6%"
    );
}
