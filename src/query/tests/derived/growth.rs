//! Growth rates over years and averages.

use super::super::build::*;
use super::{obstacle, revenue, said};
use crate::error::{Error, Obstacle, QueryError};
use crate::model::*;
use crate::query::answer::Answer;
use crate::{Database, Growth};

fn years(facts: &[(&str, i64)]) -> Database {
    Book::iij()
        .document("annual", "2009-05-15")
        .facts("iij revenue JPY", 0, facts)
        .database()
}

fn not(growth: Result<Growth, Error>) -> Obstacle {
    match growth {
        Err(Error::Query(QueryError::NotDerivable(not))) => not.obstacle,
        other => panic!("{other:?}"),
    }
}

#[test]
fn compound_annual_growth() {
    let db = years(&[
        ("2005-04-01..2006-03-31", 1000),
        ("2007-04-01..2008-03-31", 1210),
        ("2008-04-01..2009-03-31", 2000),
    ]);
    let derived = revenue(&db, "iij");
    // 1.1 squared is 1.21.
    let growth = derived.cagr("FY2005", "FY2007").unwrap();
    assert_eq!(growth.years, 2);
    assert_eq!(growth.ratio.value().to_string(), "1.21");
    assert_eq!(
        growth.rate(3),
        Some(("10.000".parse().unwrap(), "10.000".parse().unwrap()))
    );
    assert_eq!(
        growth.to_string(),
        "FY2005 to FY2007, 2 years  x1.21  +10.0% a year"
    );
    // The third root of two is 1.25992104...
    let growth = derived.cagr("FY2005", "FY2008").unwrap();
    assert_eq!(
        growth.rate(2),
        Some(("25.99".parse().unwrap(), "26.00".parse().unwrap()))
    );
    assert_eq!(growth.percent(1).unwrap().to_string(), "26.0");
    // 1999.5/1000.5 and 2000.5/999.5, the third roots 1.25963... and 1.26023...
    assert_eq!(
        growth.rate_interval(2),
        Some(("25.96".parse().unwrap(), "26.03".parse().unwrap()))
    );
    let down = years(&[
        ("2006-04-01..2007-03-31", 400),
        ("2008-04-01..2009-03-31", 100),
    ]);
    let growth = revenue(&down, "iij").cagr("FY2006", "FY2008").unwrap();
    assert_eq!(growth.percent(1).unwrap().to_string(), "-50.0");
}

#[test]
fn there_is_no_rate_from_or_to_a_loss() {
    let db = years(&[
        ("2005-04-01..2006-03-31", -5),
        ("2006-04-01..2007-03-31", 0),
        ("2007-04-01..2008-03-31", 7),
        ("2008-04-01..2008-06-30", 2),
    ]);
    let derived = revenue(&db, "iij");
    let from = |label: &str| Obstacle::NotPositive {
        operand: label.into(),
    };
    assert_eq!(not(derived.cagr("FY2005", "FY2007")), from("FY2005"));
    assert_eq!(not(derived.cagr("FY2006", "FY2007")), from("FY2006"));
    for (a, b) in [
        ("FY2007", "FY2005"),
        ("FY2007", "FY2007"),
        ("FY2007", "1Q08"),
    ] {
        assert!(
            matches!(not(derived.cagr(a, b)), Obstacle::NotYearsApart { .. }),
            "{a} {b}"
        );
    }
}

#[test]
fn the_average_of_begin_and_end() {
    let db = Book::new()
        .company("iij", march())
        .metric("revenue", MetricKind::Stock, Dimension::Money)
        .document("annual", "2009-05-15")
        .facts(
            "iij revenue JPY",
            0,
            &[("2008-03-31", 10), ("2009-03-31", 15)],
        )
        .database();
    let derived = revenue(&db, "iij");
    let answer = derived.average("FY2008").unwrap();
    assert_eq!(
        answer.to_string(),
        "average FY2008  12.5 JPY  [(4Q07 + 4Q08) / 2]"
    );
    assert_eq!(answer.interval().unwrap().to_string(), "[12, 13]");
    assert_eq!(
        obstacle(derived.average("4Q08")),
        Obstacle::Missing {
            operand: "3Q08".into()
        }
    );
    let flow = years(&[("2008-04-01..2009-03-31", 15)]);
    assert_eq!(
        obstacle(revenue(&flow, "iij").average("FY2008")),
        Obstacle::NotAStock {
            kind: MetricKind::Flow
        }
    );
}

#[test]
fn a_growth_of_thirds_prints() {
    let db = years(&[("2007-04-01..2008-03-31", 3), ("2008-04-01..2009-03-31", 4)]);
    let growth = revenue(&db, "iij").cagr("FY2007", "FY2008").unwrap();
    assert_eq!(
        growth.to_string(),
        "FY2007 to FY2008, 1 year  x1.33  +33.3% [0.0%, +80.0%] a year"
    );
    assert!(matches!(growth.from, Answer::Reported(_)));
    assert_eq!(said(Ok(growth.to)), "FY2008  4 JPY");
}
