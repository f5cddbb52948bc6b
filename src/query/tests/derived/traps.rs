//! What looks derivable and is not.

use super::super::build::*;
use super::{obstacle, refused, revenue, said};
use crate::error::{Error, Obstacle, QueryError};
use crate::model::*;
use crate::query::answer::Vintage;

const H1: &str = "2008-04-01..2008-09-30";
const NINE: &str = "2008-04-01..2008-12-31";
const YEAR: &str = "2008-04-01..2009-03-31";
const JPY: &str = "iij revenue JPY";

fn of(facts: &[(&str, i64)]) -> crate::Database {
    Book::iij()
        .document("annual", "2009-05-15")
        .facts(JPY, 0, facts)
        .database()
}

fn missing(operand: &str) -> Obstacle {
    Obstacle::Missing {
        operand: operand.into(),
    }
}

#[test]
fn the_first_quarter_of_the_year_before_is_not_taken_from_this_half() {
    let db = of(&[("2007-04-01..2007-06-30", 15), (H1, 33)]);
    assert_eq!(obstacle(revenue(&db, "iij").at("2Q08")), missing("1Q08"));
}

#[test]
fn nine_months_in_a_document_about_the_third_quarter_are_nine_months() {
    let db = Book::iij()
        .document("third", "2009-02-12")
        .reports("3Q08")
        .facts(JPY, 0, &[(NINE, 51), (H1, 33)])
        .database();
    let derived = revenue(&db, "iij");
    assert_eq!(said(derived.at("3Q08")), "3Q08  18 JPY  [9M08 - 1H08]");
    assert_eq!(said(derived.at("9M08")), "9M08  51 JPY");
    let alone = Book::iij()
        .document("third", "2009-02-12")
        .reports("3Q08")
        .facts(JPY, 0, &[(NINE, 51)])
        .database();
    assert_eq!(obstacle(revenue(&alone, "iij").at("3Q08")), missing("1H08"));
}

#[test]
fn the_full_year_in_a_document_about_the_fourth_quarter_is_the_year() {
    let db = Book::iij()
        .document("fourth", "2009-05-15")
        .reports("4Q08")
        .facts(JPY, 0, &[(YEAR, 70)])
        .database();
    assert_eq!(obstacle(revenue(&db, "iij").at("4Q08")), missing("9M08"));
}

#[test]
fn a_first_quarter_that_three_documents_label_otherwise_is_one_fact() {
    // "Q1", "three months" and "H1 to date": what counts is its dates.
    let quarter = "2008-04-01..2008-06-30";
    let mut book = Book::iij();
    for (id, published, label) in [
        ("a", "2008-08-13", "1Q08"),
        ("b", "2008-11-13", "1H08"),
        ("c", "2009-05-15", "FY2008"),
    ] {
        book = book
            .document(id, published)
            .reports(label)
            .facts(JPY, 0, &[(quarter, 16)]);
    }
    let db = book.facts(JPY, 0, &[(H1, 33)]).database();
    let derived = revenue(&db, "iij");
    assert_eq!(derived.series().len(), 2);
    assert_eq!(said(derived.at("1Q08")), "1Q08  16 JPY");
    assert_eq!(said(derived.at("2Q08")), "2Q08  17 JPY  [1H08 - 1Q08]");
}

#[test]
fn a_short_year_is_no_year() {
    // March until 2014, December from 2015: the fiscal year 2014 has the nine months to December.
    let db = Book::new()
        .company("moved", changed(YearNaming::Start))
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .document("annual", "2016-02-15")
        .facts(
            "moved revenue JPY",
            0,
            &[
                ("2013-04-01..2013-12-31", 150),
                ("2013-04-01..2014-03-31", 200),
                ("2014-04-01..2014-09-30", 100),
                ("2014-04-01..2014-12-31", 160),
                ("2015-01-01..2015-09-30", 210),
                ("2015-01-01..2015-12-31", 290),
            ],
        )
        .database();
    let derived = revenue(&db, "moved");
    assert_eq!(said(derived.at("3Q14")), "3Q14  60 JPY  [9M14 - 1H14]");
    assert_eq!(said(derived.at("4Q15")), "4Q15  80 JPY  [FY2015 - 9M15]");
    // Its twelve months are those that end with it: 200 + 160 - 150.
    let twelve = derived.ttm("FY2014").unwrap();
    assert_eq!(twelve.period().to_string(), "2014-01-01..2014-12-31");
    assert_eq!(twelve.decimal(), Some(210.into()));
    let fourth = FiscalPeriod::new(2014, Slot::Q4);
    assert!(matches!(
        derived.at(fourth),
        Err(Error::Query(QueryError::NoPeriod { .. }))
    ));
    // A year and the short year after it do not make twelve months of nine months each.
    assert_eq!(
        refused(derived.ttm("9M15")).to_string(),
        "TTM 3Q15 of moved revenue cannot be derived as FY2014 + 9M15 - 9M14: the result, 2015-01-01..2015-09-30, \
         has 273 days; a year has 350 to 380"
    );
}

#[test]
fn only_flows_add_up() {
    for (kind, dimension, unit) in [
        (MetricKind::PerShare, Dimension::MoneyPer, "JPY/share"),
        (MetricKind::Average, Dimension::Count, "shares"),
        (MetricKind::Ratio, Dimension::Percent, "%"),
    ] {
        let db = Book::new()
            .company("iij", march())
            .metric("revenue", kind, dimension)
            .document("annual", "2009-05-15")
            .facts(&format!("iij revenue {unit}"), 0, &[(NINE, 51), (YEAR, 70)])
            .database();
        let derived = revenue(&db, "iij").vintage(Vintage::Any).always_derive();
        assert_eq!(obstacle(derived.at("4Q08")), Obstacle::NotAdditive { kind });
        assert_eq!(
            obstacle(derived.ttm("FY2008")),
            Obstacle::NotAdditive { kind }
        );
        assert_eq!(
            said(derived.at("FY2008")).split("  ").next(),
            Some("FY2008")
        );
    }
    let db = Book::new()
        .company("iij", march())
        .metric("revenue", MetricKind::Stock, Dimension::Money)
        .document("annual", "2009-05-15")
        .facts(
            "iij revenue JPY",
            0,
            &[("2008-12-31", 51), ("2009-03-31", 70)],
        )
        .database();
    let derived = revenue(&db, "iij");
    assert_eq!(said(derived.at("4Q08")), "4Q08  70 JPY");
    assert_eq!(
        refused(derived.at("2Q08")).to_string(),
        "2Q08 of iij revenue cannot be derived: stocks do not add up over time"
    );
}

#[test]
fn other_units_scopes_and_scenarios_are_other_series() {
    let refusal = |other: &str| {
        let db = Book::iij()
            .document("annual", "2009-05-15")
            .facts("iij revenue JPY", 0, &[(YEAR, 70)])
            .facts(other, 0, &[(NINE, 51)])
            .database();
        let yen = db
            .series("iij", "revenue")
            .unwrap()
            .unit("JPY".parse().unwrap());
        obstacle(yen.derived().unwrap().at("4Q08"))
    };
    let unit = refusal("iij revenue USD");
    assert!(matches!(unit, Obstacle::Unit { .. }));
    assert_eq!(unit.to_string(), "9M08 is in USD and FY2008 in JPY");
    let standard = refusal("iij revenue JPY actual standard=ifrs");
    assert!(matches!(standard, Obstacle::Scope { .. }));
    assert_eq!(
        standard.to_string(),
        "9M08 is of standard=ifrs and FY2008 of the total"
    );
    assert_eq!(refusal("iij revenue JPY target"), missing("9M08"));
    assert_eq!(
        refusal("iij revenue USD actual standard=ifrs"),
        missing("9M08")
    );
}

#[test]
fn shares_on_two_sides_of_a_split_are_not_added() {
    let split = Split::new(day("2009-02-01"), 2, 1).unwrap();
    let book = |unit: &str| {
        let series = format!("iij revenue {unit}");
        let dimension = unit.parse::<Unit>().unwrap().dimension();
        Book::new()
            .company("iij", march())
            .split("iij", split)
            .metric("revenue", MetricKind::Flow, dimension)
            .document("nine", "2009-01-30")
            .facts(&series, 0, &[(NINE, 51)])
            .document("annual", "2009-05-15")
            .facts(&series, 0, &[(YEAR, 140), ("2007-04-01..2008-03-31", 70)])
            .database()
    };
    assert_eq!(
        obstacle(revenue(&book("shares"), "iij").at("4Q08")),
        Obstacle::ShareBasis {
            operand: "9M08".into(),
            other: "FY2008".into()
        }
    );
    assert_eq!(
        said(revenue(&book("JPY"), "iij").at("4Q08")),
        "4Q08  89 JPY  [FY2008 - 9M08]"
    );
    let db = Book::new()
        .company("iij", march())
        .split("iij", split)
        .metric("revenue", MetricKind::PerShare, Dimension::MoneyPer)
        .document("before", "2008-05-15")
        .facts(
            "iij revenue JPY/share",
            0,
            &[("2007-04-01..2008-03-31", 70)],
        )
        .document("after", "2009-05-15")
        .facts("iij revenue JPY/share", 0, &[(YEAR, 40)])
        .database();
    let derived = revenue(&db, "iij");
    let change = derived.yoy("FY2008").unwrap().change;
    assert_eq!(change.kind, ChangeKind::ShareBasisDiffers);
    assert!(derived.cagr("FY2007", "FY2008").is_err());
}

#[test]
fn an_operand_is_a_plain_amount() {
    let seven = Amount::exact(51.into());
    for (figure, text) in [
        (
            Figure::Approximate(seven),
            "9M08 is approx. 51, not an amount",
        ),
        (Figure::AtLeast(seven), "9M08 is at least 51, not an amount"),
        (
            Figure::Qualitative("break-even".into()),
            "9M08 is break-even, not an amount",
        ),
    ] {
        let db = Book::iij()
            .document("annual", "2009-05-15")
            .facts(JPY, 0, &[(YEAR, 70)])
            .figure(JPY, NINE, figure)
            .database();
        let not = refused(revenue(&db, "iij").at("4Q08"));
        assert_eq!(not.obstacle.to_string(), text);
    }
    let nil = |nil| {
        Book::iij()
            .document("annual", "2009-05-15")
            .facts(JPY, 0, &[(YEAR, 70)])
            .figure(JPY, NINE, Figure::Nil(nil))
            .database()
    };
    assert_eq!(
        said(revenue(&nil(Nil::Zero), "iij").at("4Q08")),
        "4Q08  70 JPY  [FY2008 - 9M08]"
    );
    assert!(matches!(
        obstacle(revenue(&nil(Nil::None), "iij").at("4Q08")),
        Obstacle::NotAnAmount { .. }
    ));
}

#[test]
fn nominal_periods_are_never_operands() {
    let db = of(&[("~2008-12-31/3q", 51), (YEAR, 70)]);
    let not = refused(revenue(&db, "iij").at("4Q08"));
    assert_eq!(
        not.obstacle.to_string(),
        "9M08 is ~2008-12-31/3q, whose exact dates are not known"
    );
}

#[test]
fn what_arithmetic_cannot_hold_is_refused() {
    let great = || {
        Figure::from(Amount::exact(
            "7922816251426433759354395033.5".parse().unwrap(),
        ))
    };
    let small = Figure::from(Amount::exact(
        "0.0000000000000000000000000001".parse().unwrap(),
    ));
    let db = Book::iij()
        .document("annual", "2009-05-15")
        .figure(JPY, YEAR, great())
        .figure(JPY, NINE, small)
        .database();
    assert_eq!(
        obstacle(revenue(&db, "iij").at("4Q08")),
        Obstacle::Arithmetic(ArithmeticError::Overflow)
    );
}
