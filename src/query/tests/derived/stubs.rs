//! Periods that begin or end within a quarter, or are of another year end: what follows from two of them, and what does not.

use super::super::build::*;
use super::{refused, revenue, said};
use crate::model::*;
use crate::{Database, Derivations};

/// Years of which each ends with a month, from a day on.
fn years(rules: &[(Option<&str>, u32)]) -> FiscalCalendar {
    let rules = rules.iter().map(|(from, month)| CalendarRule {
        from: from.map(day),
        year_end: YearEnd::MonthEnd { month: *month },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    });
    FiscalCalendar::new(rules.collect()).unwrap()
}

fn told(calendar: FiscalCalendar, facts: &[(&str, i64)]) -> Database {
    Book::new()
        .company("acme", calendar)
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .metric("assets", MetricKind::Stock, Dimension::Money)
        .document("report", "2024-01-01")
        .facts("acme revenue USD", 0, facts)
        .facts("acme assets USD", 0, &[("2015-12-31", 9)])
        .database()
}

fn derived(calendar: FiscalCalendar, facts: &[(&str, i64)]) -> Derivations {
    revenue(&told(calendar, facts), "acme")
}

#[test]
fn the_last_quarter_of_a_year_in_which_the_company_was_founded() {
    let derived = derived(
        years(&[(None, 12)]),
        &[
            ("2020-08-20..2020-09-30", 40),
            ("2020-08-20..2020-12-31", 140),
            ("2021-01-01..2021-03-31", 90),
            ("2021-01-01..2021-06-30", 200),
        ],
    );
    assert_eq!(
        said(derived.at("FY2020 Q4")),
        "FY2020 Q4  100 USD  [2020-08-20..2020-12-31 - 2020-08-20..2020-09-30]"
    );
    let quarters = derived.quarters(..).unwrap();
    let labels = quarters.iter().map(|found| found.as_ref().unwrap().label());
    let labels: Vec<String> = labels.collect();
    assert_eq!(labels, ["FY2020 Q4", "FY2021 Q1", "FY2021 Q2"]);
    // There was no third quarter, and no year.
    refused(derived.at("FY2020 Q3"));
    refused(derived.at("FY2020"));
    assert_eq!(
        said(derived.at("FY2021 Q2")),
        "FY2021 Q2  110 USD  [FY2021 H1 - FY2021 Q1]"
    );
}

#[test]
fn a_successor_is_not_added_to_its_predecessor() {
    let derived = derived(
        years(&[(None, 12)]),
        &[
            ("2016-01-01..2016-03-31", 50),
            ("2016-01-01..2016-04-15", 58),
            ("2016-04-16..2016-06-30", 45),
            ("2016-04-16..2016-09-30", 100),
            ("2016-04-16..2016-12-31", 160),
        ],
    );
    // 160 - 100 and 100 - 45, each of the successor alone, and 58 - 50 of the predecessor.
    let number = |when: &str| derived.at(when).unwrap().decimal().unwrap();
    assert_eq!(number("FY2016 Q4"), 60.into());
    assert_eq!(number("FY2016 Q3"), 55.into());
    assert_eq!(number("2016-04-01..2016-04-15"), 8.into());
    for both in ["FY2016 Q2", "FY2016", "FY2016 H1", "FY2016 9M"] {
        refused(derived.at(both));
    }
    assert!(derived.ttm("FY2016 Q4").is_err());
}

#[test]
fn quarters_that_were_recast_for_another_year_end_are_compared_with() {
    // Years to November, from 2016 on to December. 2015 was told again by the months of the new year: 185 - 90 = 95, and
    // 110 over 95 is 3/19 more.
    let derived = derived(
        years(&[(None, 11), (Some("2016-01-01"), 12)]),
        &[
            ("2014-12-01..2015-11-30", 405),
            ("2015-01-01..2015-03-31", 90),
            ("2015-01-01..2015-06-30", 185),
            ("2016-01-01..2016-03-31", 100),
            ("2016-01-01..2016-06-30", 210),
        ],
    );
    let change = derived.yoy("FY2016 Q2").unwrap();
    let base = change.base.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(base.period().to_string(), "2015-04-01..2015-06-30");
    assert_eq!(base.decimal(), Some(95.into()));
    assert_eq!(change.change.percent(2).unwrap().to_string(), "15.79");
}

#[test]
fn the_end_of_february_is_a_year_after_the_end_of_february() {
    // Years to February, from September 2016 on to August. The last quarter of 2016 is 400 - 290 = 110.
    let derived = derived(
        years(&[(None, 2), (Some("2016-09-01"), 8)]),
        &[
            ("2015-03-01..2015-11-30", 290),
            ("2015-03-01..2016-02-29", 400),
            ("2016-09-01..2016-11-30", 100),
            ("2016-09-01..2017-02-28", 221),
        ],
    );
    let change = derived.yoy("FY2017 Q2").unwrap();
    let base = change.base.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(base.period().to_string(), "2015-12-01..2016-02-29");
    assert_eq!(change.change.percent(1).unwrap().to_string(), "10.0");
}

#[test]
fn a_calendar_quarter_that_has_no_fiscal_name_is_its_days() {
    // October to December 2015 follow the year to September: the year to December 2016 bears the number that they had.
    let db = told(
        years(&[(None, 9), (Some("2016-01-01"), 12)]),
        &[
            ("2014-10-01..2014-12-31", 5),
            ("2015-10-01..2015-12-31", 6),
            ("2016-01-01..2016-03-31", 7),
        ],
    );
    let at = |quarter: &str| db.panel("revenue").unwrap().at(quarter).unwrap();
    assert_eq!(
        at("CY2015Q4").to_string(),
        "acme  2015-10-01..2015-12-31  6 USD"
    );
    assert_eq!(at("CY2016Q1").to_string(), "acme  FY2016 Q1  7 USD");
    let growth = db.expression_panel("revenue").unwrap();
    let growth = growth.yoy("CY2015Q4").unwrap();
    let change = growth.iter().next().unwrap().change.as_ref().unwrap();
    assert_eq!(change.change.percent(1).unwrap().to_string(), "20.0");
    let assets = db.panel("assets").unwrap().at("CY2015Q4").unwrap();
    assert_eq!(assets.to_string(), "acme  2015-12-31  9 USD");
}

/// From the last Friday of September to that of December, with a stub of thirteen weeks.
#[test]
fn years_of_weeks_are_compared_across_a_change_of_their_end() {
    let rule = |from: Option<&str>, month| CalendarRule {
        from: from.map(day),
        year_end: YearEnd::Weekly {
            month,
            weekday: chrono::Weekday::Fri,
            pick: WeekdayPick::Last,
            weeks: [13; 4],
            long_quarter: 4,
        },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    };
    let calendar = FiscalCalendar::new(vec![rule(None, 9), rule(Some("2014-12-27"), 12)]).unwrap();
    let derived = derived(
        calendar,
        &[
            ("2013-09-28..2013-12-27", 100),
            ("2013-12-28..2014-03-28", 110),
            ("2014-03-29..2014-06-27", 120),
            ("2013-09-28..2014-09-26", 460),
            ("2014-09-27..2014-12-26", 105),
            ("2014-12-27..2015-03-27", 121),
            ("2015-03-28..2015-06-26", 126),
            ("2014-12-27..2015-09-25", 388),
            ("2014-12-27..2015-12-25", 500),
        ],
    );
    // Beside 110, 120, 460 - 330 and the stub's 105.
    for (quarter, change) in [
        ("FY2015 Q1", "+10.0%"),
        ("FY2015 Q2", "+5.0%"),
        ("FY2015 Q3", "+8.5%"),
        ("FY2015 Q4", "+6.7%"),
    ] {
        let yoy = derived.yoy(quarter).unwrap();
        assert!(yoy.change_text().starts_with(change), "{yoy}");
        assert!(!yoy.length_differs);
    }
    // 121 beside 105.
    let qoq = derived.qoq("FY2015 Q1").unwrap();
    assert!(qoq.change_text().starts_with("+15.2%"), "{qoq}");
    let twelve_months = |when: &str| derived.ttm(when).unwrap();
    let first = twelve_months("FY2015 Q1");
    assert_eq!(first.decimal(), Some((120 + 130 + 105 + 121).into()));
    assert_eq!(first.period(), "2014-03-29..2015-03-27".parse().unwrap());
    let stub = twelve_months("2014-09-27..2014-12-26");
    assert_eq!(stub.decimal(), Some((110 + 120 + 130 + 105).into()));
}

/// The stub's second quarter, of months to a month's end, was reported in six months only.
#[test]
fn twelve_months_go_on_through_a_quarter_of_weeks_that_is_derived() {
    let weeks = CalendarRule {
        from: None,
        year_end: YearEnd::Weekly {
            month: 6,
            weekday: chrono::Weekday::Sat,
            pick: WeekdayPick::Last,
            weeks: [13; 4],
            long_quarter: 4,
        },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    };
    let months = CalendarRule {
        from: Some(day("2016-01-01")),
        year_end: YearEnd::MonthEnd { month: 12 },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    };
    let derived = derived(
        FiscalCalendar::new(vec![weeks, months]).unwrap(),
        &[
            ("2014-12-28..2015-03-28", 120),
            ("2015-03-29..2015-06-27", 125),
            ("2015-06-28..2015-09-26", 130),
            ("2015-06-28..2015-12-31", 277),
            ("2016-01-01..2016-03-31", 135),
        ],
    );
    let months = derived.ttm("FY2016 Q1").unwrap();
    assert_eq!(months.decimal(), Some((125 + 130 + 147 + 135).into()));
    assert_eq!(months.period(), "2015-03-29..2016-03-31".parse().unwrap());
    let qoq = derived.qoq("FY2016 Q1").unwrap();
    assert!(qoq.change_text().starts_with("-8.2%"), "{qoq}");
    let yoy = derived.yoy("FY2016 Q1").unwrap();
    assert!(yoy.change_text().starts_with("+12.5%"), "{yoy}");
}

#[test]
fn a_year_is_not_what_two_years_leave() {
    let derived = derived(
        years(&[(None, 12)]),
        &[
            ("2013-01-01..2013-12-31", 500),
            ("2014-01-01..2014-09-30", 370),
            // One wrong digit: of 2014.
            ("2013-01-01..2014-12-31", 510),
        ],
    );
    refused(derived.at("FY2014"));
    refused(derived.at("FY2014 Q4"));
    refused(derived.ttm("FY2014 Q4"));
}
