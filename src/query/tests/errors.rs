//! Questions that cannot be answered as put: what the errors say.

use proptest::prelude::*;

use super::build::*;
use crate::model::{Dimension, FiscalPeriod, MetricKind, Scenario, Slot};
use crate::{Database, Error, QueryError};

fn world() -> Database {
    Book::iij()
        .company("ntt", march())
        .metric("cost_of_revenue", MetricKind::Flow, Dimension::Money)
        .facts("iij revenue JPY", 0, &[("2003-04-01..2003-06-30", 10)])
        .facts("iij revenue USD", 0, &[("2003-04-01..2003-06-30", 1)])
        .facts(
            "iij revenue JPY target",
            0,
            &[("2003-04-01..2004-03-31", 40)],
        )
        .facts(
            "iij revenue JPY actual business=current",
            0,
            &[("2003-04-01..2003-06-30", 7)],
        )
        .database()
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Query(_)), "{error:?}");
    error.to_string()
}

#[test]
fn unknown_names_are_named_with_those_near_them() {
    let db = world();
    assert_eq!(
        message(db.series("ij", "revenue")),
        "there is no company \"ij\"; there is iij"
    );
    assert_eq!(message(db.company("sony")), "there is no company \"sony\"");
    assert_eq!(message(db.company("../x")), "there is no company \"../x\"");
    assert_eq!(
        message(db.series("iij", "Revenu")),
        "there is no metric \"Revenu\"; there is revenue, cost_of_revenue"
    );
    assert_eq!(message(db.panel("cash")), "there is no metric \"cash\"");
    assert_eq!(
        message(db.document("frist")),
        "there is no document \"frist\"; there is first"
    );
    assert_eq!(
        message(db.cells("nothing")),
        "there is no document \"nothing\""
    );
    assert_eq!(
        message(db.series_list("nt")),
        "there is no company \"nt\"; there is ntt"
    );
}

#[test]
fn a_series_that_is_not_there_tells_which_are() {
    let db = world();
    let revenue = db.series("iij", "revenue").unwrap();
    assert_eq!(
        message(revenue.clone().scenario(Scenario::Plan).at("1Q03")),
        "iij has no series revenue (plan); it has: revenue in JPY; revenue in USD; \
         revenue[business=current] in JPY; revenue (target) in JPY"
    );
    assert_eq!(
        message(
            db.series("ntt", "revenue")
                .unwrap()
                .unit("EUR".parse().unwrap())
                .load()
        ),
        "ntt has no series revenue in EUR, nor any other of that metric"
    );
    let Err(Error::Query(QueryError::NoSeries(missing))) =
        revenue.scope("business=new".parse().unwrap()).load()
    else {
        panic!("another error");
    };
    assert_eq!(missing.existing.len(), 4);
}

#[test]
fn several_units_want_a_name() {
    let db = world();
    let revenue = db.series("iij", "revenue").unwrap();
    assert_eq!(
        message(revenue.at("1Q03")),
        "iij reports revenue in JPY and USD: name the unit"
    );
    let dollars = revenue
        .clone()
        .unit("USD".parse().unwrap())
        .at("1Q03")
        .unwrap()
        .unwrap();
    assert_eq!(dollars.to_string(), "1Q03  1 USD");
    // Only one unit in this scenario.
    assert!(
        revenue
            .scenario(Scenario::Target)
            .at("FY2003")
            .unwrap()
            .is_some()
    );
}

#[test]
fn times_that_are_none_are_refused() {
    let db = world();
    let revenue = db
        .series("iij", "revenue")
        .unwrap()
        .unit("JPY".parse().unwrap());
    for bad in [
        "5Q03",
        "",
        "2003",
        "2003-06-31",
        "2003-06-30..2003-04-01",
        "June",
    ] {
        assert_eq!(
            message(revenue.at(bad)),
            format!("{bad:?} is neither a fiscal period of iij nor a date nor dates")
        );
    }
    assert_eq!(
        message(revenue.at(FiscalPeriod::new(9999, Slot::Q1))),
        "\"FY9999 Q1\" is neither a fiscal period of iij nor a date nor dates"
    );
    assert!(message(revenue.quarters("1Q03"..="x")).starts_with("\"x\" is neither"));
    assert!(message(revenue.quarters("2003-04-01"..)).starts_with("\"2003-04-01\" is neither"));
    assert_eq!(
        message(revenue.quarters("1Q03"..="4Q02")),
        "the range of iij revenue from 1Q03 to 4Q02 runs backward"
    );
    assert!(matches!(
        revenue.years("FY2004".."FY2003"),
        Err(Error::Query(QueryError::BackwardRange { .. }))
    ));
}

#[test]
fn panels_refuse_what_is_no_period_and_what_nobody_reports() {
    let db = world();
    assert_eq!(
        message(db.panel("revenue").unwrap().at("June")),
        "\"June\" is no period for a panel: a label such as 1Q03, a calendar quarter such as CY2003Q2, a date \
         or dates"
    );
    assert_eq!(
        message(
            db.panel("revenue")
                .unwrap()
                .scenario(Scenario::Plan)
                .at("1Q03")
        ),
        "no company has a series revenue (plan)"
    );
    assert_eq!(
        message(
            db.panel("cost_of_revenue")
                .unwrap()
                .unit("JPY".parse().unwrap())
                .at("1Q03")
        ),
        "no company has a series cost_of_revenue in JPY"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is typed is answered or refused.
    #[test]
    fn no_text_or_number_is_answered_with_a_panic(
        text in "\\PC{0,12}|[0-9QHMFYC ~./-]{0,14}|[1-4]Q[0-9]{2}",
        other in "[1-4]Q[0-9]{2}|FY[0-9]{4}",
        year in any::<i32>(),
        slot in 0_usize..8,
    ) {
        thread_local!(static DB: Database = world());
        let typed = FiscalPeriod::new(year, Slot::ALL[slot]);
        DB.with(|db| {
            let series = db.series("iij", "revenue").unwrap().unit("JPY".parse().unwrap()).load().unwrap();
            for points in [
                series.quarters(&text..),
                series.quarters(text.as_str()..=other.as_str()),
                series.halves(..typed),
                series.years(typed..),
                series.instants(other.as_str()..),
            ].into_iter().flatten() {
                let _ = points.yoy();
                let _ = points.qoq();
            }
            let _ = series.yoy(text.as_str());
            let _ = series.since_year_end(typed);
            let _ = db.panel("revenue").unwrap().at(text.as_str());
            let _ = db.panel("revenue").unwrap().at(typed);
            let _ = (db.series(&text, &other).is_ok(), db.document(&text).is_ok());
        });
    }
}
