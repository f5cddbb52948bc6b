//! Margins and other arithmetic on the bundled documents, against what they print and what is worked out by hand from
//! their tables.

use std::path::Path;

use kessan::{
    Answer, Database, Error, Fraction, NotDerivable, Obstacle, QueryError, Release, SafeDigits,
    Scenario, Together, Unit, Vintage, parse_date,
};

fn of(names: &[&str]) -> Database {
    let db = Database::temporary().unwrap();
    for name in names {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("data/iij")
            .join(name);
        db.ingest(&Release::read(folder).unwrap()).unwrap();
    }
    db
}

fn both() -> Database {
    of(&["2003-08-13-1q03-results", "2009-02-12-3q08-results"])
}

fn ask(db: &Database, expression: &str, period: &str) -> Answer {
    db.expression("iij", expression)
        .unwrap()
        .at(period)
        .unwrap()
}

fn refused(answer: Result<Answer, Error>) -> NotDerivable {
    match answer {
        Err(Error::Query(QueryError::NotDerivable(not))) => *not,
        other => panic!("not refused: {other:?}"),
    }
}

fn fraction(numerator: i128, denominator: i128) -> Fraction {
    Fraction::new(numerator, denominator).unwrap()
}

#[test]
fn the_gross_margin_of_the_statement_of_operations() {
    let db = both();
    let margin = "(revenue - cost_of_revenue) / revenue";
    // 8,344,046 - 7,868,496 = 475,550; 9,849,202 - 8,955,900 = 893,302; 13,036,439 - 11,919,290 = 1,117,149, in
    // thousands.
    for (period, gross, revenue, percent) in [
        ("1Q03", 475_550, 8_344_046, "5.6993"),
        ("1Q02", 893_302, 9_849_202, "9.0698"),
        ("4Q02", 1_117_149, 13_036_439, "8.5694"),
    ] {
        let answer = ask(&db, margin, period);
        let quantity = answer.quantity().unwrap();
        assert_eq!(quantity.value(), fraction(gross, revenue), "{period}");
        assert_eq!(quantity.value().percent(4).unwrap().to_string(), percent);
        // 1 - c / r with half a thousand on each: both ends where they move apart.
        let end = |sign: i128| {
            let (cost, revenue) = (2 * (revenue - gross) + sign, 2 * revenue - sign);
            Fraction::ONE.minus(fraction(cost, revenue)).unwrap()
        };
        let interval = quantity.interval().unwrap();
        assert_eq!(interval.low().value(), Some((end(1), true)), "{period}");
        assert_eq!(interval.high().value(), Some((end(-1), true)), "{period}");
        assert_eq!(answer.unit(), &Unit::Pure);
    }
    let how = ask(&db, margin, "1Q03");
    let how = how.derived().unwrap();
    let operands: Vec<String> = how
        .operands
        .iter()
        .map(|operand| format!("{} = {}", operand.name, operand.answer))
        .collect();
    assert_eq!(
        operands,
        [
            "revenue = 1Q03  8,344,046 thousand JPY",
            "cost_of_revenue = 1Q03  7,868,496 thousand JPY"
        ]
    );
    assert_eq!(how.formula, margin);
    assert_eq!(how.together, Together::Cycle(0));
    assert_eq!(how.period.to_string(), "2003-04-01..2003-06-30");
}

#[test]
fn gross_margins_are_as_the_release_prints_them() {
    // "The gross margin ratio for SI deteriorated to 3.5% in 1Q03 compared to 10.3% in 1Q02 and 13.4% in 4Q02."
    let db = both();
    let part = "systems_integration";
    let margin = format!("(revenue.{part} - cost_of_revenue.{part}) / revenue.{part}");
    let printed = format!("gross_margin_ratio.{part}");
    for (period, expected) in [("1Q03", "3.5"), ("1Q02", "10.3"), ("4Q02", "13.4")] {
        let computed = ask(&db, &margin, period).value().unwrap();
        assert_eq!(computed.percent(1).unwrap().to_string(), expected);
        let printed = ask(&db, &printed, period);
        assert_eq!(printed.decimal().unwrap().to_string(), expected);
        let hundred = Fraction::from(100);
        assert!(
            printed
                .interval()
                .unwrap()
                .contains(computed.times(hundred).unwrap())
        );
    }
    // "% of Total Revenues" of the statement: operating loss (12.7), (4.7), (3.4).
    for (period, expected) in [("1Q03", "-12.7"), ("1Q02", "-4.7"), ("4Q02", "-3.4")] {
        let share = ask(&db, "operating_income / revenue", period);
        assert_eq!(
            share.value().unwrap().percent(1).unwrap().to_string(),
            expected
        );
    }
}

#[test]
fn margins_of_billions_are_known_as_far_as_billions_are() {
    let db = both();
    // 9M07: gross margin 9.7 of revenues 48.3: 9.65/48.35 = 19.9586... to 9.75/48.25 = 20.2072...
    let margin = ask(&db, "gross_profit / revenue", "9M07")
        .quantity()
        .unwrap();
    assert_eq!(margin.value(), fraction(97, 483));
    assert_eq!(margin.percent_interval_text(2).unwrap(), "[19.95, 20.21]");
    assert_eq!(margin.safe_percent(), SafeDigits::Places(0));
}

#[test]
fn margins_change_in_points() {
    let db = both();
    let margin = db
        .expression("iij", "(revenue - cost_of_revenue) / revenue")
        .unwrap();
    let margin = margin.load().unwrap();
    // 5.69927... less 9.06979... and less 8.56943...
    let yoy = margin.yoy("1Q03").unwrap();
    let points = yoy.change.quantity().unwrap().value();
    let expected = fraction(475_550, 8_344_046)
        .minus(fraction(893_302, 9_849_202))
        .unwrap();
    let expected = expected.times(fraction(100, 1)).unwrap();
    assert_eq!(points, expected);
    assert_eq!(
        yoy.to_string(),
        "1Q03  5.6993%  [(revenue - cost_of_revenue) / revenue]   -3.3705 points  (1Q02 9.0698%)"
    );
    assert_eq!(
        margin.qoq("1Q03").unwrap().to_string(),
        "1Q03  5.6993%  [(revenue - cost_of_revenue) / revenue]   -2.870 points  (4Q02 8.5694%)"
    );
}

#[test]
fn a_target_is_what_it_was_on_the_day() {
    let db = both();
    let margin = db
        .expression("iij", "operating_income / revenue")
        .unwrap()
        .scenario(Scenario::Target);
    let at = |day: &str| {
        let day = parse_date(day).unwrap();
        margin.clone().as_of(day).at("FY2008")
    };
    let before = refused(at("2008-10-23"));
    assert_eq!(
        before.to_string(),
        "FY2008 of iij operating_income / revenue cannot be derived: FY2008 of iij operating_income cannot be derived \
         as 9M08 + 4Q08: 9M08 was not reported"
    );
    // 3.8 of 73.0, then 2.8 of 69.3.
    let previous = at("2008-10-24").unwrap();
    assert_eq!(previous.value(), Some(fraction(38, 730)));
    let interval = |answer: &Answer| answer.quantity().unwrap().percent_interval_text(2).unwrap();
    assert_eq!(interval(&previous), "[5.13, 5.28]");
    assert_eq!(at("2009-02-11").unwrap().value(), Some(fraction(38, 730)));
    let new = at("2009-02-12").unwrap();
    assert_eq!(new.value(), Some(fraction(28, 693)));
    assert_eq!(interval(&new), "[3.96, 4.12]");
    assert_eq!(new.scenario(), Scenario::Target);
    // Against the actual year before: 4.8 of 66.8.
    let against = margin
        .against_actual()
        .load()
        .unwrap()
        .yoy("FY2008")
        .unwrap();
    let base = against.base.unwrap().unwrap();
    assert_eq!(
        (base.scenario(), base.value()),
        (Scenario::Actual, Some(fraction(48, 668)))
    );
}

#[test]
fn stocks_stand_at_the_ends_of_their_period() {
    let db = both();
    // The deck: cash 8,955 and 11,471, printed change (2,516); total assets 52,558 and 55,703, in millions.
    let change = ask(&db, "cash - opening(cash)", "9M08");
    assert_eq!(change.decimal().unwrap().to_string(), "-2516000000");
    assert_eq!(change.kind(), kessan::MetricKind::Flow);
    let average = ask(&db, "average(total_assets)", "9M08");
    assert_eq!(average.decimal().unwrap().to_string(), "54130500000");
    let turnover = ask(&db, "revenue / average(total_assets)", "9M08");
    // 50,789 / 54,130.5; the mean is known to half a million, as its terms are.
    assert_eq!(turnover.value(), Some(fraction(507_890, 541_305)));
    let low = fraction(507_885, 541_310);
    assert_eq!(
        turnover.interval().unwrap().low().value(),
        Some((low, true))
    );
    assert_eq!(turnover.derived().unwrap().together, Together::Document);
    // A label of stocks alone is the instant; the instants are stocks at quarter ends.
    let equity = db
        .expression("iij", "shareholders_equity / total_assets")
        .unwrap();
    let answer = equity.at("3Q08").unwrap();
    assert_eq!(answer.period().to_string(), "2008-12-31");
    assert_eq!(answer.value(), Some(fraction(24_382, 52_558)));
    assert_eq!(answer, equity.at("2008-12-31").unwrap());
    let stretch = equity.instants("4Q07"..="3Q08").unwrap();
    let known: Vec<bool> = stretch.iter().map(Result::is_ok).collect();
    assert_eq!(known, [true, false, false, true]);
}

#[test]
fn what_is_missing_is_named() {
    let db = both();
    let margin = db.expression("iij", "gross_profit / revenue").unwrap();
    let quarters = margin.quarters("1Q08"..="3Q08").unwrap();
    assert_eq!(quarters.len(), 3);
    let first = quarters.iter().next().unwrap().as_ref().unwrap_err();
    assert!(matches!(&first.obstacle, Obstacle::Operand(inner) if inner.label == "1Q08"));
    assert!(quarters.iter().nth(2).unwrap().is_ok());
    let only = of(&["2003-08-13-1q03-results"]);
    let margin = only
        .expression("iij", "revenue / average(total_assets)")
        .unwrap();
    // Balance sheets of June 30 and March 31, 2003.
    assert!(margin.at("1Q03").is_ok());
    assert_eq!(
        refused(margin.at("1Q02")).obstacle,
        Obstacle::Missing {
            operand: "opening(total_assets)".into()
        }
    );
}

#[test]
fn any_vintage_says_so() {
    let db = both();
    let query = db.expression("iij", "operating_income / revenue").unwrap();
    let answer = query.vintage(Vintage::Any).at("1Q03").unwrap();
    let derived = answer.derived().unwrap();
    assert_eq!(derived.vintage, Vintage::Any);
    assert_eq!(derived.together, Together::Cycle(0));
}

#[test]
fn questions_that_mean_nothing_are_errors_with_their_place() {
    let db = both();
    let error = |text: &str| db.expression("iij", text).unwrap_err().to_string();
    assert_eq!(
        error("(revenue - cost_of_revenue / revenue"),
        "expected an operator or a closing bracket at byte 36, found the end"
    );
    assert!(error("revenu / cash").starts_with("there is no metric \"revenu\"; there is revenue"));
    assert_eq!(
        error("2 * (revenue + cash)"),
        "revenue (flow of money) + cash (stock of money) means nothing"
    );
    assert_eq!(
        error("opening(revenue)"),
        "opening(revenue): revenue is a flow, not a stock"
    );
    let company = db.expression("ijj", "revenue").unwrap_err().to_string();
    assert!(
        company.starts_with("there is no company \"ijj\"; there is iij"),
        "{company}"
    );
    let margin = db.expression("iij", "operating_income / revenue").unwrap();
    assert!(matches!(
        margin.at("5Q03"),
        Err(Error::Query(QueryError::NoPeriod { .. }))
    ));
    assert!(matches!(
        margin.quarters("1Q08"..="1Q03"),
        Err(Error::Query(QueryError::BackwardRange { .. }))
    ));
}
