//! Trailing twelve months, and calendar years of fiscal ones.

use super::super::build::*;
use super::{obstacle, refused, revenue, said};
use crate::error::Obstacle;
use crate::model::*;
use crate::query::delta::DeltaKind;

const JPY: &str = "iij revenue JPY";

fn of(facts: &[(&str, i64)]) -> crate::Database {
    Book::iij()
        .document("annual", "2009-05-15")
        .facts(JPY, 0, facts)
        .database()
}

const DISCRETE: [(&str, i64); 8] = [
    ("2007-04-01..2007-06-30", 10),
    ("2007-07-01..2007-09-30", 11),
    ("2007-10-01..2007-12-31", 12),
    ("2008-01-01..2008-03-31", 13),
    ("2008-04-01..2008-06-30", 14),
    ("2008-07-01..2008-09-30", 15),
    ("2008-10-01..2008-12-31", 16),
    ("2009-01-01..2009-03-31", 18),
];

const CUMULATIVE: [(&str, i64); 5] = [
    ("2007-04-01..2007-09-30", 21),
    ("2007-04-01..2008-03-31", 46),
    ("2008-04-01..2008-09-30", 29),
    ("2008-04-01..2008-12-31", 45),
    ("2008-04-01..2009-03-31", 63),
];

#[test]
fn four_quarters() {
    let derived = revenue(&of(&DISCRETE), "iij");
    // 12 + 13 + 14 + 15, by way of the year that is the sum of its quarters.
    let answer = derived.ttm("2Q08").unwrap();
    assert_eq!(answer.decimal(), Some(54.into()));
    assert_eq!(answer.period().to_string(), "2007-10-01..2008-09-30");
    assert_eq!(answer.label(), "TTM 2Q08");
    // What is added and taken off again does not widen the interval: four quarters, half each.
    assert_eq!(answer.interval().unwrap().to_string(), "[52, 56]");
    assert_eq!(
        said(derived.always_derive().ttm("2Q08")),
        "TTM 2Q08  54 JPY [52.0; 56.0]  [3Q07 + 4Q07 + 1Q08 + 2Q08]"
    );
}

#[test]
fn the_year_before_and_what_came_since() {
    let derived = revenue(&of(&CUMULATIVE), "iij");
    assert_eq!(
        said(derived.ttm("2Q08")),
        "TTM 2Q08  54 JPY [52.5; 55.5]  [FY2007 + 1H08 - 1H07]"
    );
    assert_eq!(said(derived.ttm("1H08")), said(derived.ttm("2Q08")));
    assert_eq!(said(derived.ttm("4Q08")), "FY2008  63 JPY");
    assert_eq!(said(derived.ttm("2008-09-30")), said(derived.ttm("2Q08")));
}

#[test]
fn a_gap_makes_it_underivable() {
    let mut facts = DISCRETE.to_vec();
    facts.remove(3);
    let not = refused(revenue(&of(&facts), "iij").ttm("2Q08"));
    assert_eq!(
        not.to_string(),
        "TTM 2Q08 of iij revenue cannot be derived as 3Q07 + 4Q07 + 1Q08 + 2Q08: there is a gap: 4Q07 was neither \
         reported nor can be derived"
    );
    assert_eq!(
        not.obstacle,
        Obstacle::Gap {
            missing: "4Q07".into()
        }
    );
}

#[test]
fn changes_of_derived_figures() {
    let db = of(&[
        ("2007-04-01..2007-12-31", 33),
        ("2007-04-01..2008-03-31", 46),
        ("2008-04-01..2008-12-31", 45),
        ("2008-04-01..2009-03-31", 63),
    ]);
    let derived = revenue(&db, "iij");
    let change = derived.yoy("4Q08").unwrap();
    // 18 against 13, each within one: 17/14 to 19/12.
    assert_eq!(change.change.percent(1).unwrap().to_string(), "38.5");
    assert_eq!(change.change.difference, Some(5.into()));
    assert_eq!(
        change
            .change
            .quantity()
            .unwrap()
            .percent_interval_text(1)
            .unwrap(),
        "[21.4, 58.4]"
    );
    let change = derived.qoq("4Q08").unwrap();
    assert_eq!(change.change.kind, ChangeKind::NoComparator);
    assert!(change.to_string().ends_with("no comparator  (3Q08 of iij revenue cannot be derived as 9M08 - 1H08: 1H08 was not reported)"));
    let all = derived
        .quarterly_changes("4Q07"..="4Q08", DeltaKind::YearOnYear)
        .unwrap();
    assert_eq!(all.len(), 2);
    assert!(derived.yoy("3Q08").is_err());
    assert_eq!(
        derived.ttm_yoy("FY2008").unwrap().change.to_string(),
        "+37.0% [+34.4%, +39.6%]"
    );
    assert_eq!(derived.qoq("FY2008").unwrap().base, None);
}

#[test]
fn a_calendar_year_of_a_march_company() {
    // 13 + 14 + 15 + 16.
    let derived = revenue(&of(&DISCRETE), "iij");
    assert_eq!(
        said(derived.calendar_year(2008)),
        "CY2008  58 JPY [56.0; 60.0]  [4Q07 + 1Q08 + 2Q08 + 3Q08]"
    );
    let quarter = "CY2008Q1".parse().unwrap();
    assert_eq!(said(derived.calendar_quarter(quarter)), "4Q07  13 JPY");
    let mut facts = CUMULATIVE.to_vec();
    facts.push(("2007-04-01..2007-12-31", 33));
    let derived = revenue(&of(&facts), "iij");
    assert_eq!(
        said(derived.calendar_year(2008)),
        "CY2008  58 JPY [56.5; 59.5]  [FY2007 + 9M08 - 9M07]"
    );
    assert_eq!(
        said(derived.calendar_quarter(quarter)),
        "CY2008Q1  13 JPY  [FY2007 - 9M07]"
    );
}

#[test]
fn months_are_not_weighted() {
    // Years end in January.
    let db = Book::new()
        .company(
            "shop",
            FiscalCalendar::month_end(1, YearNaming::End).unwrap(),
        )
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .document("annual", "2010-03-15")
        .facts(
            "shop revenue USD",
            0,
            &[
                ("2008-02-01..2009-01-31", 120),
                ("2009-02-01..2010-01-31", 130),
            ],
        )
        .database();
    assert!(matches!(
        obstacle(revenue(&db, "shop").calendar_year(2009)),
        Obstacle::Gap { .. }
    ));
}
