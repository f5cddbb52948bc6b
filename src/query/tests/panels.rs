//! Panels: one period, many companies, each with its own calendar.

use super::build::*;
use crate::model::{
    Dimension, FiscalCalendar, FiscalPeriod, MetricKind, Period, Scenario, Slot, YearNaming,
};
use crate::{CalendarQuarter, Database, Error, Panel, QueryError};

/// A company of March years named by their start, one of December, one of the last Sunday of January.
fn world() -> Database {
    Book::new()
        .company("iij", march())
        .company(
            "dec",
            FiscalCalendar::month_end(12, YearNaming::End).unwrap(),
        )
        .company("nvda", january())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .metric("cash", MetricKind::Stock, Dimension::Money)
        .document("a", "2003-08-13")
        .facts(
            "iij revenue JPY",
            0,
            &[
                ("2003-01-01..2003-03-31", 11),
                ("2003-04-01..2003-06-30", 12),
                ("2003-04-01..2004-03-31", 48),
            ],
        )
        .facts(
            "dec revenue USD",
            0,
            &[
                ("2003-01-01..2003-03-31", 21),
                ("2003-04-01..2003-06-30", 22),
            ],
        )
        .facts(
            "nvda revenue USD",
            0,
            &[
                ("2003-01-27..2003-04-27", 31),
                ("2003-04-28..2003-07-27", 32),
            ],
        )
        .facts("dec cash USD", 0, &[("2003-06-30", 9)])
        .facts("nvda cash USD", 0, &[("2003-07-27", 8)])
        .document("b", "2003-09-01")
        .facts("dec revenue USD", 0, &[("2003-04-01..2003-06-30", 23)])
        .facts("dec revenue JPY", 0, &[("2003-04-01..2003-06-30", 2_300)])
        .facts(
            "dec revenue USD target",
            0,
            &[("2003-04-01..2003-06-30", 30)],
        )
        .database()
}

fn lines(panel: &Panel) -> Vec<String> {
    panel.iter().map(ToString::to_string).collect()
}

#[test]
fn a_label_is_read_in_each_calendar() {
    let db = world();
    let panel = db
        .panel("revenue")
        .unwrap()
        .unit("USD".parse().unwrap())
        .at("1Q03")
        .unwrap();
    assert_eq!(lines(&panel), ["dec  1Q03  21 USD", "nvda  not reported"]);
    let panel = db.panel("revenue").unwrap().at("1Q03").unwrap();
    assert_eq!(
        lines(&panel),
        [
            "dec  not reported",
            "dec  1Q03  21 USD",
            "iij  1Q03  12 JPY",
            "nvda  not reported"
        ],
        "a company that reports in two units has two rows"
    );
    assert_eq!(panel.points().count(), 2);
    let typed = db
        .panel("revenue")
        .unwrap()
        .at(FiscalPeriod::new(2003, Slot::Q1))
        .unwrap();
    assert_eq!(typed, panel);
}

#[test]
fn a_calendar_quarter_is_the_fiscal_quarter_that_shares_most_days() {
    let db = world();
    let revenue = db.panel("revenue").unwrap();
    assert_eq!(
        lines(&revenue.at("CY2003Q2").unwrap()),
        [
            "dec  2Q03  2,300 JPY",
            "dec  2Q03  23 USD",
            "iij  1Q03  12 JPY",
            "nvda  FY2004 Q2  32 USD"
        ]
    );
    assert_eq!(
        lines(&revenue.at(CalendarQuarter::new(2003, 1).unwrap()).unwrap()),
        [
            "dec  not reported",
            "dec  1Q03  21 USD",
            "iij  4Q02  11 JPY",
            "nvda  FY2004 Q1  31 USD"
        ]
    );
    let cash = db.panel("cash").unwrap();
    assert_eq!(
        lines(&cash.at("CY2003Q2").unwrap()),
        ["dec  2Q03  9 USD", "nvda  FY2004 Q2  8 USD"]
    );
}

#[test]
fn dates_are_those_very_dates() {
    let db = world();
    let quarter: Period = "2003-04-01..2003-06-30".parse().unwrap();
    let panel = db.panel("revenue").unwrap().at(quarter).unwrap();
    assert_eq!(
        lines(&panel),
        [
            "dec  2Q03  2,300 JPY",
            "dec  2Q03  23 USD",
            "iij  1Q03  12 JPY",
            "nvda  not reported"
        ]
    );
    assert_eq!(
        lines(&db.panel("cash").unwrap().at("2003-06-30").unwrap()),
        ["dec  2Q03  9 USD", "nvda  not reported"]
    );
    assert_eq!(panel.period().to_string(), "2003-04-01..2003-06-30");
    assert_eq!(panel.metric().as_str(), "revenue");
}

#[test]
fn panels_know_scenario_and_day() {
    let db = world();
    let revenue = db.panel("revenue").unwrap();
    assert_eq!(
        lines(
            &revenue
                .clone()
                .scenario(Scenario::Target)
                .at("CY2003Q2")
                .unwrap()
        ),
        ["dec  2Q03  30 USD"]
    );
    let usd = revenue.unit("USD".parse().unwrap());
    assert_eq!(
        lines(&usd.clone().as_of(day("2003-08-31")).at("CY2003Q2").unwrap())[0],
        "dec  2Q03  22 USD"
    );
    assert_eq!(
        lines(&usd.clone().as_of(day("2003-08-12")).at("CY2003Q2").unwrap())[0],
        "dec  not reported"
    );
    assert_eq!(lines(&usd.at("CY2003Q2").unwrap())[0], "dec  2Q03  23 USD");
}

#[test]
fn panels_are_written_with_serde() {
    let panel = world().panel("cash").unwrap().at("CY2003Q2").unwrap();
    let json = serde_json::to_value(&panel).unwrap();
    assert_eq!(json["metric"], "cash");
    assert_eq!(json["period"], "CY2003Q2");
    assert_eq!(json["rows"][0]["company"], "dec");
    assert_eq!(json["rows"][0]["point"]["label"], "2Q03");
}

#[test]
fn calendar_quarters_read_back_as_they_print() {
    assert_eq!(
        "CY2003Q4".parse::<CalendarQuarter>().unwrap().to_string(),
        "CY2003Q4"
    );
    for bad in [
        "CY2003Q0",
        "CY2003Q5",
        "CY03Q1",
        "2003Q1",
        "CY2003",
        "CY2003Q+1",
        "CY9999Q1",
        "",
    ] {
        assert!(bad.parse::<CalendarQuarter>().is_err(), "{bad}");
    }
}

/// 12 of 11 is between 11.5 of 11.5 and 12.5 of 10.5. One company reports in two currencies, one calls the quarter another.
#[test]
fn changes_of_all_companies() {
    let db = world();
    let query = db.expression_panel("revenue").unwrap();
    let lines = |panel: crate::ChangePanel| -> Vec<String> {
        panel.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        lines(query.qoq("CY2003Q2").unwrap()),
        [
            "dec  dec reports revenue in JPY and USD: name the unit",
            "iij  1Q03  12 JPY   +9.1% [0.0%, +19.1%]  (4Q02 11)",
            "nvda  FY2004 Q2  32 USD   +3.2% [0.0%, +6.6%]  (FY2004 Q1 31)",
        ]
    );
    let dollars = query.clone().unit("USD".parse().unwrap());
    let panel = dollars.qoq("CY2003Q2").unwrap();
    assert_eq!(panel.len(), 2);
    assert_eq!(panel.expression().to_string(), "revenue");
    assert_eq!(panel.period().to_string(), "CY2003Q2");
    assert_eq!(
        lines(panel),
        [
            "dec  2Q03  23 USD   +9.5% [+4.6%, +14.7%]  (1Q03 21)",
            "nvda  FY2004 Q2  32 USD   +3.2% [0.0%, +6.6%]  (FY2004 Q1 31)",
        ]
    );
    // There is a figure, and none of a year before: that is no error, and says why. What has no figure says that.
    assert_eq!(
        lines(dollars.yoy("CY2003Q2").unwrap())[0],
        "dec  2Q03  23 USD   no comparator  (2Q02 of dec revenue cannot be derived as 1H02 - 1Q02: 1H02 was not reported)"
    );
    let none = dollars.yoy("CY2003Q3").unwrap();
    let row = none.iter().next().unwrap();
    assert!(matches!(row.change, Err(QueryError::NotDerivable(_))));
    assert!(matches!(
        query.unit("EUR".parse().unwrap()).yoy("CY2003Q2"),
        Err(Error::Query(QueryError::NoExpressionPanel { .. }))
    ));
    // It is explained as the change is.
    let row = dollars.qoq("CY2003Q2").unwrap();
    let why = db.explain(row.iter().next().unwrap()).unwrap();
    assert!(why.to_string().contains("+9.5%"), "{why}");
}
