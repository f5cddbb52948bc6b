//! Discrete periods from cumulative ones, and back.

use chrono::Weekday;

use super::super::build::*;
use super::{obstacle, refused, revenue, said};
use crate::error::{Alignment, Obstacle};
use crate::model::*;
use crate::query::answer::{Together, Vintage};

const Q1: &str = "2008-04-01..2008-06-30";
const Q2: &str = "2008-07-01..2008-09-30";
const Q3: &str = "2008-10-01..2008-12-31";
const Q4: &str = "2009-01-01..2009-03-31";
const H1: &str = "2008-04-01..2008-09-30";
const NINE: &str = "2008-04-01..2008-12-31";
const YEAR: &str = "2008-04-01..2009-03-31";
const JPY: &str = "iij revenue JPY";

fn book() -> Book {
    Book::iij().document("annual", "2009-05-15")
}

#[test]
fn discrete_out_of_cumulative() {
    let db = book()
        .facts(
            JPY,
            -6,
            &[
                (Q1, 16_000_000),
                (H1, 33_000_000),
                (NINE, 51_000_000),
                (YEAR, 70_000_000),
            ],
        )
        .database();
    let derived = revenue(&db, "iij");
    for (label, expected) in [
        ("1Q08", "1Q08  16 million JPY"),
        ("2Q08", "2Q08  17 million JPY  [1H08 - 1Q08]"),
        ("3Q08", "3Q08  18 million JPY  [9M08 - 1H08]"),
        ("4Q08", "4Q08  19 million JPY  [FY2008 - 9M08]"),
        ("2H08", "2H08  37 million JPY  [FY2008 - 1H08]"),
        (
            "2008-10-01..2008-12-31",
            "2008-10-01..2008-12-31  18 million JPY  [9M08 - 1H08]",
        ),
    ] {
        assert_eq!(said(derived.at(label)), expected);
    }
    let fourth = derived.at("4Q08").unwrap();
    assert_eq!(fourth.period(), Q4.parse().unwrap());
    assert_eq!(fourth.fiscal(), Some(FiscalPeriod::new(2008, Slot::Q4)));
    // Two figures to the nearest million: half a million each.
    assert_eq!(
        fourth.interval().unwrap().to_string(),
        "[18000000, 20000000]"
    );
    let how = fourth.derived().unwrap();
    assert_eq!(
        (how.vintage, how.together),
        (Vintage::One, Together::Cycle(0))
    );
    assert_eq!(how.series().unwrap(), key(JPY));
    let weights: Vec<_> = how
        .operands
        .iter()
        .map(|o| o.weight.unwrap().to_string())
        .collect();
    assert_eq!(weights, ["1", "-1"]);
    let leaves: Vec<String> = fourth.leaves().iter().map(|p| p.label()).collect();
    assert_eq!(leaves, ["FY2008", "9M08"]);
    let quarters = derived.quarters("1Q08"..="4Q08").unwrap();
    let values: Vec<String> = quarters
        .into_iter()
        .map(|quarter| quarter.unwrap().decimal().unwrap().to_string())
        .collect();
    assert_eq!(values, ["16000000", "17000000", "18000000", "19000000"]);
}

#[test]
fn cumulative_out_of_discrete() {
    let db = book()
        .facts(JPY, 0, &[(Q1, 16), (Q2, 17), (Q3, 18), (Q4, 19)])
        .database();
    let derived = revenue(&db, "iij");
    for (label, expected) in [
        ("1H08", "1H08  33 JPY  [1Q08 + 2Q08]"),
        ("9M08", "9M08  51 JPY [49.5; 52.5]  [1Q08 + 2Q08 + 3Q08]"),
        (
            "FY2008",
            "FY2008  70 JPY [68.0; 72.0]  [1Q08 + 2Q08 + 3Q08 + 4Q08]",
        ),
        ("2H08", "2H08  37 JPY  [3Q08 + 4Q08]"),
    ] {
        assert_eq!(said(derived.at(label)), expected);
    }
}

#[test]
fn the_fewest_operands_that_there_are() {
    let all = |facts: &[(&str, i64)], label| {
        said(revenue(&book().facts(JPY, 0, facts).database(), "iij").at(label))
    };
    let quarters = [(Q1, 16), (Q2, 17), (Q3, 18)];
    assert_eq!(
        all(&[&quarters[..], &[(YEAR, 70)]].concat(), "4Q08"),
        "4Q08  19 JPY [17.0; 21.0]  [FY2008 - 1Q08 - 2Q08 - 3Q08]"
    );
    assert_eq!(
        all(&[(H1, 33), (Q3, 18), (YEAR, 70)], "4Q08"),
        "4Q08  19 JPY [17.5; 20.5]  [FY2008 - 1H08 - 3Q08]"
    );
    assert_eq!(
        all(&[(H1, 33), (Q2, 17)], "1Q08"),
        "1Q08  16 JPY  [1H08 - 2Q08]"
    );
    assert_eq!(
        all(&[(NINE, 51), (Q4, 19)], "FY2008"),
        "FY2008  70 JPY  [9M08 + 4Q08]"
    );
}

#[test]
fn a_reported_figure_wins_unless_asked_otherwise() {
    let db = book()
        .facts(
            JPY,
            0,
            &[(NINE, 51), (YEAR, 70), (Q4, 20), (Q3, 18), (H1, 34)],
        )
        .database();
    let derived = revenue(&db, "iij");
    assert_eq!(said(derived.at("4Q08")), "4Q08  20 JPY");
    let (reported, other) = derived
        .beside_reported(FiscalPeriod::new(2008, Slot::Q4))
        .unwrap();
    assert_eq!(reported.to_string(), "4Q08  20 JPY");
    assert_eq!(other.to_string(), "4Q08  19 JPY  [FY2008 - 9M08]");
    assert!(
        !reported
            .interval()
            .unwrap()
            .meets(&other.interval().unwrap())
            || {
                // [19.5, 20.5] and [18, 20] share points: within rounding.
                other.interval().unwrap().to_string() == "[18, 20]"
            }
    );
    let always = derived.clone().always_derive();
    assert_eq!(said(always.at("4Q08")), "4Q08  19 JPY  [FY2008 - 9M08]");
    assert_eq!(
        said(always.at("3Q08")),
        "3Q08  18 JPY",
        "only what stands at the end of a year"
    );
    let alone = book().facts(JPY, 0, &[(Q4, 20)]).database();
    assert_eq!(
        said(revenue(&alone, "iij").always_derive().at("4Q08")),
        "4Q08  20 JPY"
    );
}

#[test]
fn what_is_missing_is_named() {
    let db = book().facts(JPY, 0, &[(Q1, 16), (YEAR, 70)]).database();
    let derived = revenue(&db, "iij");
    let not = refused(derived.at("4Q08"));
    assert_eq!(
        not.to_string(),
        "4Q08 of iij revenue cannot be derived as FY2008 - 9M08: 9M08 was not reported"
    );
    assert_eq!(
        not.obstacle,
        Obstacle::Missing {
            operand: "9M08".into()
        }
    );
    assert_eq!(
        obstacle(derived.at("2Q08")),
        Obstacle::Missing {
            operand: "1H08".into()
        }
    );
    assert_eq!(
        obstacle(derived.at("FY2009")),
        Obstacle::Missing {
            operand: "9M09".into()
        }
    );
}

#[test]
fn operands_begin_on_the_same_day() {
    let db = book()
        .facts(JPY, 0, &[("2008-04-02..2008-12-31", 51), (YEAR, 70)])
        .database();
    let not = refused(revenue(&db, "iij").at("4Q08"));
    assert_eq!(
        not.to_string(),
        "4Q08 of iij revenue cannot be derived as FY2008 - 9M08: FY2008 is 2008-04-01..2009-03-31 and 9M08 is \
         2008-04-02..2008-12-31, which do not begin on the same day"
    );
    assert!(matches!(
        not.obstacle,
        Obstacle::Dates {
            needed: Alignment::SameStart,
            ..
        }
    ));
}

#[test]
fn of_facts_a_day_apart_those_that_fit_together_are_taken() {
    // The nine months that fit the calendar best begin a day after the year; others begin with it.
    let db = book()
        .facts(
            JPY,
            0,
            &[
                ("2008-04-02..2008-12-31", 50),
                ("2008-04-02..2009-03-31", 69),
                ("2008-04-01..2008-12-30", 51),
                (YEAR, 70),
            ],
        )
        .database();
    let answer = revenue(&db, "iij").at("4Q08").unwrap();
    assert_eq!(answer.decimal().unwrap().to_string(), "19");
    assert_eq!(answer.period().to_string(), "2009-01-01..2009-03-31");
}

fn weeks(weeks: [u8; 4]) -> Book {
    // Years end on the last Saturday of December.
    Book::new()
        .company(
            "shop",
            weekly(12, Weekday::Sat, WeekdayPick::Last, weeks, 4),
        )
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .document("annual", "2012-02-15")
}

#[test]
fn a_53_week_year_has_a_longer_last_quarter() {
    // 2011-12-31 is a Saturday, 2010-12-25 the last one of the year before: 371 days, 273 of them in 39 weeks.
    let db = weeks([13; 4])
        .facts(
            "shop revenue USD",
            0,
            &[
                ("2010-12-26..2011-09-24", 300),
                ("2010-12-26..2011-12-31", 410),
            ],
        )
        .database();
    let answer = revenue(&db, "shop").at("FY2011 Q4").unwrap();
    assert_eq!(
        answer.to_string(),
        "FY2011 Q4  110 USD  [FY2011 - FY2011 9M]"
    );
    assert_eq!(answer.period().days(), Some(98));
    assert_eq!(
        said(revenue(&db, "shop").ttm("FY2011 Q4")),
        "FY2011  410 USD"
    );
}

#[test]
fn quarters_of_12_12_12_and_16_weeks() {
    // 2009-12-26 and 2010-12-25 are the last Saturdays: 36 weeks to 2010-09-04, then 16.
    let db = weeks([12, 12, 12, 16])
        .facts(
            "shop revenue USD",
            0,
            &[
                ("2009-12-27..2010-03-20", 100),
                ("2009-12-27..2010-06-12", 210),
                ("2009-12-27..2010-09-04", 330),
                ("2009-12-27..2010-12-25", 500),
            ],
        )
        .database();
    let derived = revenue(&db, "shop");
    let quarters: Vec<(String, i64)> = derived
        .quarters("FY2010 Q1"..="FY2010 Q4")
        .unwrap()
        .into_iter()
        .map(|quarter| quarter.unwrap())
        .map(|quarter| {
            (
                quarter.decimal().unwrap().to_string(),
                quarter.period().days().unwrap(),
            )
        })
        .collect();
    let expected = [("100", 84), ("110", 84), ("120", 84), ("170", 112)];
    assert_eq!(
        quarters,
        expected.map(|(value, days)| (value.to_owned(), days))
    );
}

#[test]
fn a_truncating_source_leaves_its_ends_open() {
    let cut = |value: i64| -> Figure {
        Amount::new(value.into(), Precision::Decimals(0), Rounding::Truncated)
            .unwrap()
            .into()
    };
    let db = book()
        .figure(JPY, YEAR, cut(70))
        .figure(JPY, NINE, cut(51))
        .database();
    // The year lies in [70, 71), the nine months in [51, 52).
    let answer = revenue(&db, "iij").at("4Q08").unwrap();
    assert_eq!(answer.interval().unwrap().to_string(), "(18, 20)");
}

#[test]
fn an_unknown_precision_stays_unknown() {
    let unknown = |value: i64| -> Figure {
        Amount::new(value.into(), Precision::Unknown, Rounding::Nearest)
            .unwrap()
            .into()
    };
    let db = book()
        .figure(JPY, YEAR, unknown(70))
        .figure(JPY, NINE, unknown(51))
        .database();
    let answer = revenue(&db, "iij").at("4Q08").unwrap();
    assert_eq!(answer.decimal().unwrap().to_string(), "19");
    assert_eq!(answer.interval(), None);
}

#[test]
fn open_ranges_are_those_of_the_facts() {
    let db = book()
        .facts(JPY, 0, &[(H1, 33), (NINE, 51), (YEAR, 70)])
        .database();
    let derived = revenue(&db, "iij");
    let quarters = derived.quarters(..).unwrap();
    let said: Vec<String> = quarters
        .iter()
        .map(|quarter| match quarter {
            Ok(answer) => answer.to_string(),
            Err(not) => not.label.clone(),
        })
        .collect();
    assert_eq!(
        said,
        [
            "1Q08",
            "2Q08",
            "3Q08  18 JPY  [9M08 - 1H08]",
            "4Q08  19 JPY  [FY2008 - 9M08]"
        ]
    );
    assert_eq!(derived.years(..).unwrap().len(), 1);
    assert_eq!(derived.halves("1H08"..="2H08").unwrap().len(), 2);
    assert!(derived.quarters("4Q08"..="1Q08").is_err());
}
