//! Arithmetic of several metrics: operands of one time, one vintage and fitting units, or a reason why not.

use super::build::*;
use crate::error::{Alignment, Error, NotDerivable, Obstacle, QueryError};
use crate::model::{Dimension, FiscalCalendar, Fraction, MetricKind, Scenario, YearNaming};
use crate::query::answer::{Answer, Together, Vintage};
use crate::{Basis, Database, ExpressionPanel, ExpressionQuery};

const Q1: &str = "2003-04-01..2003-06-30";
const NINE: &str = "2003-04-01..2003-12-31";
const YEAR: &str = "2003-04-01..2004-03-31";
const MARGIN: &str = "(revenue - cost) / revenue";

fn book() -> Book {
    Book::new()
        .company("iij", march())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .metric("cost", MetricKind::Flow, Dimension::Money)
        .metric("cash", MetricKind::Stock, Dimension::Money)
        .metric("debt", MetricKind::Stock, Dimension::Money)
        .metric("shares", MetricKind::Average, Dimension::Count)
        .metric("tax_rate", MetricKind::Ratio, Dimension::Percent)
        .document("first", "2004-05-13")
}

fn ask(db: &Database, text: &str) -> ExpressionQuery {
    db.expression("iij", text).unwrap()
}

fn said(answer: Result<Answer, Error>) -> String {
    match answer {
        Ok(answer) => format!("{} {}", answer.label(), answer.figure_text()),
        Err(error) => error.to_string(),
    }
}

fn refused(answer: Result<Answer, Error>) -> NotDerivable {
    match answer {
        Err(Error::Query(QueryError::NotDerivable(not))) => *not,
        other => panic!("not refused: {other:?}"),
    }
}

fn fraction(numerator: i128, denominator: i128) -> Option<Fraction> {
    Fraction::new(numerator, denominator).ok()
}

#[test]
fn operands_are_derived_where_they_can_be() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(NINE, 290), (YEAR, 400)])
        .facts("iij cost JPY", 0, &[(NINE, 250), (YEAR, 327)])
        .database();
    let margin = ask(&db, MARGIN);
    // 110 and 77: (110 - 77) / 110.
    let fourth = margin.at("4Q03").unwrap();
    assert_eq!(fourth.value(), fraction(3, 10));
    assert_eq!(fourth.period().to_string(), "2004-01-01..2004-03-31");
    let operands: Vec<String> = fourth
        .derived()
        .unwrap()
        .operands
        .iter()
        .map(|operand| operand.answer.to_string())
        .collect();
    assert_eq!(
        operands,
        [
            "4Q03  110 JPY  [FY2003 - 9M03]",
            "4Q03  77 JPY  [FY2003 - 9M03]"
        ]
    );
    // Each of the four is half a yen off at most: 110 and 77 by one each.
    let interval = fourth.interval().unwrap().to_string();
    assert_eq!(interval, "[31/109, 35/111]");
    assert_eq!(
        refused(margin.clone().reported_only().at("4Q03")).obstacle,
        Obstacle::Missing {
            operand: "revenue".into()
        }
    );
    // 73 / 400 = 18.25 %, between 72/399.5 and 74/400.5.
    let year = said(margin.clone().reported_only().at("FY2003"));
    assert_eq!(year, "FY2003 18.3%");
    let third = refused(margin.at("3Q03"));
    assert!(matches!(third.obstacle, Obstacle::Operand(inner) if inner.label == "3Q03"));
}

#[test]
fn an_expression_explains_itself_down_to_the_cells() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(NINE, 290), (YEAR, 400)])
        .facts("iij cost JPY", 0, &[(NINE, 250), (YEAR, 327)])
        .database();
    let why = db.explain(&ask(&db, MARGIN).at("4Q03").unwrap()).unwrap();
    let Basis::Computed(margin) = &why.basis else {
        panic!("a margin is computed")
    };
    assert_eq!(margin.formula.as_deref(), Some(MARGIN));
    let names: Vec<&str> = margin.operands.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["revenue", "cost"]);
    let Basis::Computed(cost) = &margin.operands[1].basis else {
        panic!("the fourth quarter is computed")
    };
    let Basis::Reported(year) = &cost.operands[0].basis else {
        panic!("the year is reported")
    };
    assert_eq!(year.shown().unwrap().cell.text, "327");
    let panel = db.expression_panel(MARGIN).unwrap().at("4Q03").unwrap();
    let row = panel.iter().next().unwrap();
    assert_eq!(db.explain(row).unwrap(), why);
}

#[test]
fn operands_have_the_same_dates() {
    // NVIDIA's days: revenue twice, a day apart; costs only on the later days.
    let days = [
        "2003-04-28..2003-07-26",
        "2003-04-28..2003-07-27",
        "2003-04-28..2003-07-28",
    ];
    let nvda = || {
        Book::new()
            .company("iij", january())
            .metric("revenue", MetricKind::Flow, Dimension::Money)
            .metric("cost", MetricKind::Flow, Dimension::Money)
            .document("first", "2003-09-01")
    };
    let db = nvda()
        .facts("iij revenue JPY", 0, &[(days[1], 200), (days[2], 300)])
        .facts("iij cost JPY", 0, &[(days[2], 150)])
        .database();
    // Alone, the second quarter is the first of them; with costs it is that of their dates.
    let alone = said(ask(&db, "revenue").at("FY2004 Q2"));
    assert_eq!(alone, "FY2004 Q2 200 JPY");
    let margin = ask(&db, MARGIN).at("FY2004 Q2").unwrap();
    assert_eq!(margin.value(), fraction(1, 2));
    assert_eq!(margin.period().to_string(), days[2]);
    let db = nvda()
        .facts("iij revenue JPY", 0, &[(days[1], 200)])
        .facts("iij cost JPY", 0, &[(days[2], 150)])
        .database();
    let not = refused(ask(&db, MARGIN).at("FY2004 Q2"));
    assert!(
        matches!(
            not.obstacle,
            Obstacle::Dates {
                needed: Alignment::SameDates,
                ..
            }
        ),
        "{not}"
    );
    assert!(not.to_string().ends_with(
        "revenue is 2003-04-28..2003-07-27 and cost is 2003-04-28..2003-07-28, which do not have the same dates"
    ));
}

#[test]
fn yen_and_dollars_do_not_mix() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 1000)])
        .facts("iij revenue USD", 0, &[(Q1, 8)])
        .facts("iij cost USD", 0, &[(Q1, 6)])
        .facts("iij shares shares", 0, &[(Q1, 4)])
        .database();
    let of = |text: &str| ask(&db, text);
    let unit = |text: &str| text.parse().unwrap();
    assert_eq!(
        said(of(MARGIN).at("1Q03")),
        "iij reports revenue in JPY and USD: name the unit"
    );
    // Whatever is named must fit: costs are in dollars.
    assert_eq!(
        of(MARGIN).unit(unit("USD")).at("1Q03").unwrap().value(),
        fraction(1, 4)
    );
    assert!(
        said(of(MARGIN).unit(unit("JPY")).at("1Q03"))
            .starts_with("iij has no series cost in JPY; it has: cost in USD")
    );
    let each = of("revenue / shares").unit(unit("JPY")).at("1Q03").unwrap();
    assert_eq!(
        (each.unit().to_string(), each.value()),
        ("JPY/share".into(), fraction(250, 1))
    );
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 1000)])
        .facts("iij cost USD", 0, &[(Q1, 6)])
        .database();
    assert_eq!(
        said(ask(&db, MARGIN).at("1Q03")),
        "revenue (JPY) - cost (USD) has no unit"
    );
}

#[test]
fn operands_are_of_one_vintage() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 100)])
        .facts("iij cost JPY", 0, &[(Q1, 60)])
        .document("restated", "2004-08-12")
        .facts("iij revenue JPY", 0, &[(Q1, 80)])
        .database();
    let margin = ask(&db, MARGIN);
    let not = refused(margin.at("1Q03"));
    assert!(matches!(not.obstacle, Obstacle::Vintage { .. }), "{not}");
    let mixed = margin.clone().vintage(Vintage::Any).at("1Q03").unwrap();
    assert_eq!(mixed.value(), fraction(1, 4));
    assert_eq!(mixed.derived().unwrap().together, Together::Nothing);
    // As of the day before, both are what the first document says.
    let then = margin.clone().as_of(day("2004-08-11")).at("1Q03").unwrap();
    assert_eq!(then.value(), fraction(2, 5));
    let printed = margin.printed_in("first").unwrap().at("1Q03").unwrap();
    assert_eq!(printed.value(), fraction(2, 5));
    assert!(matches!(
        printed.derived().unwrap().together,
        Together::Cycle(_) | Together::Document
    ));
}

#[test]
fn every_leaf_is_of_the_same_day_and_policy() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 100)])
        .facts("iij cost JPY", 0, &[(Q1, 60)])
        .database();
    let before = db.last_commit();
    let restated = Book::iij()
        .metric("cost", MetricKind::Flow, Dimension::Money)
        .document("restated", "2004-08-12")
        .facts("iij revenue JPY", 0, &[(Q1, 80)])
        .facts("iij cost JPY", 0, &[(Q1, 50)]);
    restated.add_to(&db);
    let margin = || ask(&db, MARGIN);
    let (first, last) = (fraction(2, 5), fraction(3, 8));
    let value = |query: ExpressionQuery| query.at("1Q03").unwrap().value();
    assert_eq!(value(margin()), last);
    assert_eq!(value(margin().first_reported()), first);
    assert_eq!(value(margin().first_reported().latest()), last);
    assert_eq!(value(margin().recorded_by(before)), first);
    assert_eq!(value(margin().as_of(day("2004-08-11"))), first);
    assert_eq!(value(margin().as_of(day("2004-08-12"))), last);
    let panel = db.expression_panel(MARGIN).unwrap();
    let of_panel = |query: crate::ExpressionPanelQuery| {
        let panel = query.at("1Q03").unwrap();
        panel.answers().next().unwrap().value()
    };
    assert_eq!(of_panel(panel.clone()), last);
    assert_eq!(of_panel(panel.clone().first_reported()), first);
    assert_eq!(of_panel(panel.clone().recorded_by(before)), first);
    assert_eq!(of_panel(panel.as_of(day("2004-08-11"))), first);
}

#[test]
fn stocks_and_twelve_months() {
    let db = book()
        .facts(
            "iij revenue JPY",
            0,
            &[
                ("2003-07-01..2003-09-30", 20),
                ("2003-10-01..2003-12-31", 30),
                ("2004-01-01..2004-03-31", 40),
                ("2004-04-01..2004-06-30", 50),
            ],
        )
        .facts(
            "iij cash JPY",
            0,
            &[("2003-06-30", 5), ("2004-03-31", 60), ("2004-06-30", 10)],
        )
        .facts("iij debt JPY", 0, &[("2004-06-30", 20)])
        .database();
    for (text, when, expected) in [
        ("cash - opening(cash)", "1Q04", "1Q04 -50 JPY"),
        ("average(cash)", "1Q04", "1Q04 35 JPY"),
        ("ttm(revenue)", "1Q04", "TTM 1Q04 140 JPY [138.0; 142.0]"),
        (
            "revenue + cash - cash",
            "1Q04",
            "revenue (flow of money) + cash (stock of money) means nothing",
        ),
        ("cash / debt", "1Q04", "1Q04 50.0% [46.3, 53.9]"),
        ("cash / debt", "2004-06-30", "1Q04 50.0% [46.3, 53.9]"),
    ] {
        let answer = db.expression("iij", text).and_then(|query| query.at(when));
        let found = said(answer);
        assert_eq!(found, expected, "{text} {when}");
    }
    // 10 / 20, 14 times revenue of the year: of the right period each.
    let turnover = ask(&db, "ttm(revenue) / average(cash)").at("1Q04").unwrap();
    assert_eq!(turnover.value(), fraction(4, 1));
    assert_eq!(turnover.period().to_string(), "2004-04-01..2004-06-30");
    let names: Vec<String> = turnover
        .derived()
        .unwrap()
        .operands
        .iter()
        .map(|operand| format!("{} = {}", operand.name, operand.answer.figure_text()))
        .collect();
    assert_eq!(
        names,
        [
            "ttm(revenue) = 140 JPY [138.0; 142.0]",
            "opening(cash) = 60 JPY",
            "cash = 10 JPY"
        ]
    );
    assert_eq!(
        refused(ask(&db, "cash / debt").at("4Q03")).obstacle,
        Obstacle::Missing {
            operand: "debt".into()
        }
    );
    // The year before of June 30 has cash, and no debt.
    let change = ask(&db, "cash").load().unwrap().yoy("1Q04").unwrap();
    assert_eq!(
        change.base.unwrap().unwrap().period().to_string(),
        "2003-06-30"
    );
}

#[test]
fn margins_change_in_points_and_by_slot() {
    let quarter = |year: i32| format!("{year}-04-01..{year}-06-30");
    let (then, now) = (quarter(2002), quarter(2003));
    let before = "2003-01-01..2003-03-31";
    let db = book()
        .facts(
            "iij revenue JPY",
            2,
            &[(&then, 100), (&now, 200), (before, 50)],
        )
        .facts("iij cost JPY", 2, &[(&then, 90), (&now, 150), (before, 60)])
        .database();
    let margin = ask(&db, MARGIN).load().unwrap();
    let points = |change: crate::AnswerChange| change.change.quantity().unwrap().value();
    assert_eq!(Some(points(margin.yoy("1Q03").unwrap())), fraction(15, 1));
    assert_eq!(Some(points(margin.qoq("1Q03").unwrap())), fraction(45, 1));
    // A gap has no comparator, and no row before it takes its place.
    let first = margin.yoy("4Q02").unwrap();
    assert!(first.base.unwrap().is_err());
    assert_eq!(first.change.to_string(), "no comparator");
    let year = ask(&db, "revenue").load().unwrap();
    assert!(year.qoq("1Q02").unwrap().base.unwrap().is_err());
    let stretch = margin.quarters("1Q02"..="1Q03").unwrap();
    assert_eq!(stretch.len(), 5);
    assert_eq!(stretch.yoy().len(), 3);
    assert_eq!(stretch.qoq().len(), 3);
    // Open ends are where every series has figures.
    assert_eq!(margin.quarters(..).unwrap().len(), 5);
}

#[test]
fn per_cent_is_points_alone_and_a_fraction_with_others() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 2000)])
        .figure("iij tax_rate %", Q1, decimal("40.0", 1))
        .figure(
            "iij cost JPY",
            Q1,
            crate::model::Figure::Qualitative("break-even".into()),
        )
        .database();
    assert_eq!(
        said(ask(&db, "revenue * tax_rate").at("1Q03")),
        "1Q03 800 JPY [798.8; 801.3]"
    );
    assert_eq!(
        ask(&db, "tax_rate - tax_rate")
            .at("1Q03")
            .unwrap()
            .interval()
            .unwrap()
            .to_string(),
        "[0, 0]"
    );
    let not = refused(ask(&db, MARGIN).at("1Q03"));
    assert!(matches!(not.obstacle, Obstacle::NotAnAmount { operand, .. } if operand == "cost"));
    let zero = refused(ask(&db, "revenue / (revenue - revenue)").at("1Q03"));
    assert!(matches!(zero.obstacle, Obstacle::Arithmetic(_)));
}

#[test]
fn a_scope_is_of_the_question_unless_it_is_written() {
    let db = book()
        .facts("iij revenue JPY", 0, &[(Q1, 100)])
        .facts("iij revenue JPY actual segment=network", 0, &[(Q1, 80)])
        .facts("iij cost JPY actual segment=network", 0, &[(Q1, 20)])
        .database();
    let share = ask(&db, "revenue[segment=network] / revenue")
        .at("1Q03")
        .unwrap();
    assert_eq!(share.value(), fraction(4, 5));
    let network = || "segment=network".parse().unwrap();
    let margin = ask(&db, MARGIN).scope(network()).at("1Q03").unwrap();
    assert_eq!(
        (margin.value(), margin.scope()),
        (fraction(3, 4), &network())
    );
    assert!(matches!(
        ask(&db, MARGIN).at("1Q03"),
        Err(Error::Query(QueryError::NoSeries(_)))
    ));
}

fn world() -> Database {
    book()
        .company(
            "dec",
            FiscalCalendar::month_end(12, YearNaming::End).unwrap(),
        )
        .company("none", march())
        .company("half", march())
        .company("bank", march())
        .facts("iij revenue JPY", 0, &[(Q1, 100), (NINE, 300), (YEAR, 400)])
        .facts("iij cost JPY", 0, &[(Q1, 60), (NINE, 200), (YEAR, 260)])
        .facts("dec revenue USD", 0, &[(Q1, 10)])
        .facts("dec cost USD", 0, &[(Q1, 9)])
        .facts("half revenue JPY", 0, &[(Q1, 10)])
        .facts("bank revenue JPY", 0, &[(Q1, 10), (NINE, 10)])
        .facts("bank cost JPY", 0, &[(NINE, 5)])
        .facts("none cash JPY", 0, &[("2003-06-30", 1)])
        .database()
}

fn lines(panel: &ExpressionPanel) -> Vec<String> {
    panel.iter().map(ToString::to_string).collect()
}

#[test]
fn a_panel_names_those_for_which_there_is_no_result() {
    let db = world();
    let query = db.expression_panel("cost / revenue").unwrap();
    let panel = query.at("CY2003Q2").unwrap();
    let values: Vec<(String, Option<Fraction>)> = panel
        .iter()
        .map(|row| {
            let value = row.answer.as_ref().ok().and_then(Answer::value);
            (row.company.to_string(), value)
        })
        .collect();
    assert_eq!(
        values,
        [
            ("bank".to_owned(), None),
            ("dec".to_owned(), fraction(9, 10)),
            ("half".to_owned(), None),
            ("iij".to_owned(), fraction(3, 5)),
        ]
    );
    let reasons: Vec<&QueryError> = panel
        .iter()
        .filter_map(|row| row.answer.as_ref().err())
        .collect();
    assert!(matches!(reasons[0], QueryError::NotDerivable(_)));
    assert!(matches!(reasons[1], QueryError::NoSeries(_)));
    assert_eq!(panel.answers().count(), 2);
    // The calendar year of one is another quarter of the other.
    let labels: Vec<String> = panel.answers().map(Answer::label).collect();
    assert_eq!(labels, ["2Q03", "1Q03"]);
    let dates = query.at(Q1).unwrap();
    assert_eq!(dates.answers().count(), 2);
    let over = db.panel("cost").unwrap().over("revenue").unwrap();
    assert_eq!(over.at("CY2003Q2").unwrap(), panel);
    assert_eq!(
        over.as_of(day("2004-05-12"))
            .at("CY2003Q2")
            .unwrap()
            .answers()
            .count(),
        0
    );
    let json = serde_json::to_value(&panel).unwrap();
    assert_eq!(json["expression"], "cost / revenue");
    assert_eq!(json["rows"][1]["company"], "dec");
    assert!(
        json["rows"][2]["answer"]["Err"]
            .as_str()
            .unwrap()
            .contains("no series cost")
    );
}

#[test]
fn a_panel_derives_and_refuses_as_a_question_does() {
    let db = world();
    let panel = db.expression_panel(MARGIN).unwrap().at("4Q03").unwrap();
    // 40 of 100, between 38/99 and 42/101 of it.
    assert_eq!(lines(&panel)[3], "iij  4Q03  40.0% [38.3, 41.6]");
    let reported = db
        .expression_panel(MARGIN)
        .unwrap()
        .reported_only()
        .at("4Q03")
        .unwrap();
    assert_eq!(reported.answers().count(), 0);
    assert!(matches!(
        db.expression_panel("debt / shares").unwrap().at("1Q03"),
        Err(Error::Query(QueryError::NoExpressionPanel { .. }))
    ));
    assert!(matches!(
        db.expression_panel("cost / revenue")
            .unwrap()
            .scenario(Scenario::Plan)
            .at("1Q03"),
        Err(Error::Query(QueryError::NoExpressionPanel { .. }))
    ));
    assert!(matches!(
        db.panel("cost").unwrap().over("revenues"),
        Err(Error::Query(QueryError::UnknownMetric { .. }))
    ));
}
