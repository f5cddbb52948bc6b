//! How derived figures, their changes and explanations are printed: no digit that is not known, every doubt said.

use chrono::Weekday;

use super::super::build::*;
use super::{revenue, said};
use crate::Basis;
use crate::error::Error;
use crate::model::*;

const HALF: &str = "2008-04-01..2008-09-30";
const HALF_BEFORE: &str = "2007-04-01..2007-09-30";
const NINE: &str = "2008-04-01..2008-12-31";
const YEAR: &str = "2008-04-01..2009-03-31";
const YEAR_BEFORE: &str = "2007-04-01..2008-03-31";
const REVENUE: &str = "iij revenue JPY";
const COST: &str = "iij cost JPY";

fn lines(text: &str, count: usize) -> Vec<&str> {
    text.lines().take(count).map(str::trim).collect()
}

#[test]
fn a_difference_is_written_to_the_place_of_its_coarsest_operand() {
    let cases = [
        // 69.3 billion less 50,789 million is 18,511 million, give or take 50.5.
        (
            (69_300_000_000, -8),
            (50_789_000_000, -6),
            "18.5 billion JPY",
        ),
        // Give or take 50 thousand.
        ((400_123_456, 0), (210_400_000, -5), "189.7 million JPY"),
        (
            (69_731_000_000, -6),
            (50_789_000_000, -6),
            "18,942 million JPY",
        ),
        // What is left is less than half of what is known.
        (
            (400_000_000, -8),
            (380_000_000, -6),
            "0.0 billion JPY [-0.04; 0.08]",
        ),
    ];
    for ((year, year_to), (nine, nine_to), expected) in cases {
        let db = Book::iij()
            .facts(REVENUE, year_to, &[(YEAR, year)])
            .facts(REVENUE, nine_to, &[(NINE, nine)])
            .database();
        let quarter = revenue(&db, "iij").at("4Q08").unwrap();
        assert_eq!(
            quarter.to_string(),
            format!("4Q08  {expected}  [FY2008 - 9M08]")
        );
        assert_eq!(
            quarter.value(),
            Some((year - nine).into()),
            "the value is exact"
        );
    }
}

#[test]
fn a_sum_that_may_be_more_than_a_unit_off_shows_its_interval() {
    let million = 1_000_000;
    let facts = [(YEAR_BEFORE, 400), (HALF, 210), (HALF_BEFORE, 180)];
    let db = Book::iij()
        .facts(REVENUE, -6, &facts.map(|(period, n)| (period, n * million)))
        .database();
    let ttm = revenue(&db, "iij").ttm("1H08").unwrap();
    assert_eq!(ttm.figure_text(), "430 million JPY [428.5; 431.5]");
}

#[test]
fn ratios_are_explained_in_per_cent_and_their_changes_in_points() {
    let db = Book::iij()
        .metric("cost", MetricKind::Flow, Dimension::Money)
        .facts(REVENUE, 0, &[(HALF, 210), (HALF_BEFORE, 180)])
        .facts(COST, 0, &[(HALF, 150), (HALF_BEFORE, 100)])
        .database();
    let margin = db.expression("iij", "(revenue - cost) / revenue").unwrap();
    let margin = margin.load().unwrap();
    // Between 1 - 150.5/209.5 and 1 - 149.5/210.5.
    let explained = db.explain(&margin.at("1H08").unwrap()).unwrap().to_string();
    assert_eq!(
        lines(&explained, 2),
        [
            "iij (revenue - cost) / revenue 1H08 (2008-04-01..2008-09-30): 28.6% [28.1, 29.0]",
            "safe to the ten per cent: within [28.1; 29.0] %"
        ]
    );
    // 2/7 - 4/9 = -10/63, between -16.72 and -15.03 points.
    let change = margin.yoy("1H08").unwrap();
    let points = Fraction::new(-1000, 63).unwrap();
    assert_eq!(change.change.kind, ChangeKind::Points(points));
    let explained = db.explain(&change).unwrap().to_string();
    assert_eq!(
        lines(&explained, 2),
        [
            "iij (revenue - cost) / revenue 1H08 (2008-04-01..2008-09-30), YoY: -15.9 points [-16.8, -15.0]",
            "safe to the ten points: within [-16.8; -15.0] points"
        ]
    );
}

#[test]
fn a_change_of_a_derived_figure_says_what_it_compares() {
    let book = |also: &[(&str, i64)]| {
        let weeks = weekly(8, Weekday::Sat, WeekdayPick::Last, [12, 12, 12, 16], 4);
        let facts = [
            ("2018-05-06..2018-08-25", 150),
            ("2018-08-26..2019-05-04", 360),
            ("2018-08-26..2019-08-31", 520),
        ];
        Book::new()
            .company("shop", weeks)
            .metric("revenue", MetricKind::Flow, Dimension::Money)
            .document("annual", "2019-10-28")
            .facts("shop revenue USD", 0, &facts)
            .facts("shop revenue USD", 0, also)
            .database()
    };
    let quarter = "FY2019 Q4";
    let db = book(&[]);
    let change = revenue(&db, "shop").yoy(quarter).unwrap();
    let text = change.to_string();
    assert!(text.contains("160 USD"), "{text}");
    // 159/150.5 and 161/149.5.
    assert!(text.contains("   +6.7% [+5.6%, +7.7%]  ("), "{text}");
    assert!(text.ends_with(" 150)  [119 days against 112]"), "{text}");
    let explained = db.explain(&change).unwrap();
    assert_eq!(explained.notes, ["compares 119 days with 112"]);
    let db = book(&[("2018-05-06..2018-08-25", 170)]);
    let text = revenue(&db, "shop").yoy(quarter).unwrap().to_string();
    assert!(
        text.ends_with("[119 days against 112]  [base conflicting]"),
        "{text}"
    );
}

#[test]
fn growth_shows_its_interval_and_explains_itself() {
    let facts = [
        ("2005-04-01..2006-03-31", 1000),
        ("2007-04-01..2008-03-31", 1200),
    ];
    let db = Book::iij().facts(REVENUE, -2, &facts).database();
    let growth = revenue(&db, "iij").cagr("FY2005", "FY2007").unwrap();
    // The roots of 1150/1050, 1.2 and 1250/950 are 1.0465, 1.0954 and 1.1471.
    assert_eq!(
        growth.to_string(),
        "FY2005 to FY2007, 2 years  x1.20  +9.5% [+4.6%, +14.8%] a year"
    );
    let explained = db.explain(&growth).unwrap();
    assert_eq!(explained.text, "+9.5% [+4.6%, +14.8%] a year");
    assert_eq!(explained.notes, ["the rate lies within [4.65; 14.71] %"]);
    let Basis::Computed(computed) = explained.basis else {
        panic!("growth is computed")
    };
    assert_eq!(computed.formula.unwrap(), "(FY2007 / FY2005)^(1/2) - 1");
    let operands: Vec<&str> = computed.operands.iter().map(|o| o.text.as_str()).collect();
    assert_eq!(operands, ["1,200 JPY", "1,000 JPY"]);
}

#[test]
fn a_restatement_explains_both_its_figures() {
    let db = Book::iij()
        .facts(REVENUE, 0, &[(YEAR, 400)])
        .document("later", "2010-05-10")
        .facts(REVENUE, 0, &[(YEAR, 450)])
        .database();
    let restated = db.restatements("iij").unwrap().load().unwrap();
    let explained = db.explain(restated.iter().next().unwrap()).unwrap();
    let Basis::Computed(computed) = explained.basis else {
        panic!("a restatement compares")
    };
    assert_eq!(computed.formula.unwrap(), "(new - old) / old");
    let operands = computed.operands.iter();
    let told: Vec<(&str, &str)> = operands
        .map(|o| (o.name.as_str(), o.text.as_str()))
        .collect();
    assert_eq!(told, [("new", "450 JPY"), ("old", "400 JPY")]);
}

#[test]
fn a_refusal_names_figures_that_are_not_of_one_vintage() {
    let db = Book::iij()
        .metric("cost", MetricKind::Flow, Dimension::Money)
        .document("9m", "2009-02-10")
        .facts(REVENUE, 0, &[(NINE, 300)])
        .facts(COST, 0, &[(NINE, 200)])
        .document("fy", "2009-05-10")
        .facts(REVENUE, 0, &[(YEAR, 400)])
        .facts(COST, 0, &[(YEAR, 280)])
        .document("9m-after", "2010-02-10")
        .facts(REVENUE, 0, &[(NINE, 330)])
        .document("fy-after", "2010-05-10")
        .facts(REVENUE, 0, &[(YEAR, 450)])
        .database();
    // Revenue was restated, year and nine months: it is of one vintage. Cost was not restated.
    assert_eq!(
        said(revenue(&db, "iij").at("4Q08")),
        "4Q08  120 JPY  [FY2008 - 9M08]"
    );
    let margin = db.expression("iij", "(revenue - cost) / revenue").unwrap();
    let refused: Result<_, Error> = margin.at("4Q08");
    let text = refused.unwrap_err().to_string();
    let changed = "revenue FY2008 was changed on 2010-05-10, after cost FY2008 was last reported";
    assert!(text.contains(changed), "{text}");
}
