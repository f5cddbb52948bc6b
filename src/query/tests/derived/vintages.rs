//! One vintage: what was restated is not combined with what was not.
//!
//! Apple's revenue of the fiscal years 2008 and 2009, in millions of dollars, as its filings print it. In January 2010
//! the years were restated for a new way of accounting for iPhones; the nine months of 2009 only in July.

use chrono::Weekday;
use rust_decimal::Decimal;

use super::super::build::*;
use super::{obstacle, refused, said};
use crate::error::Obstacle;
use crate::model::*;
use crate::query::answer::{Together, Vintage};
use crate::{Basis, Database, Derivations};

const USD: &str = "apple revenue USD";
const NINE_08: &str = "2007-09-30..2008-06-28";
const YEAR_08: &str = "2007-09-30..2008-09-27";
const NINE_09: &str = "2008-09-28..2009-06-27";
const YEAR_09: &str = "2008-09-28..2009-09-26";

fn apple() -> Book {
    Book::new()
        .company(
            "apple",
            weekly(9, Weekday::Sat, WeekdayPick::Last, [13; 4], 4),
        )
        .metric("revenue", MetricKind::Flow, Dimension::Money)
}

/// Each filing: its day, and what it prints.
type Filings<'a> = &'a [(&'a str, &'a [(&'a str, i64)])];

fn filed(filings: Filings<'_>) -> Database {
    let mut book = apple();
    for (published, facts) in filings {
        book = book.document(&format!("filed-{published}"), published);
        if *published == AMENDED {
            book = book.reports("FY2009");
        }
        for (period, value) in *facts {
            let amount = Amount::new(Decimal::from(*value), Precision::Unknown, Rounding::Nearest);
            book = book.figure(USD, period, amount.unwrap().into());
        }
    }
    book.database()
}

/// The day of the amended annual report of 2009.
const AMENDED: &str = "2010-01-25";

const HISTORY: Filings<'_> = &[
    ("2008-07-23", &[(NINE_08, 24_584)]),
    ("2008-11-05", &[(YEAR_08, 32_479)]),
    ("2009-07-22", &[(NINE_09, 26_667), (NINE_08, 24_584)]),
    ("2009-10-27", &[(YEAR_09, 36_537), (YEAR_08, 32_479)]),
    (AMENDED, &[(YEAR_09, 42_905), (YEAR_08, 37_491)]),
    ("2010-07-21", &[(NINE_09, 30_698)]),
    ("2010-10-27", &[(YEAR_09, 42_905), (YEAR_08, 37_491)]),
];

fn as_of(db: &Database, date: &str) -> Derivations {
    let query = db.series("apple", "revenue").unwrap().as_of(day(date));
    query.derived().unwrap()
}

#[test]
fn apple_2009() {
    let db = filed(HISTORY);
    let fourth = |date| as_of(&db, date).at("FY2009 Q4");
    // Before the year was out, nothing; then 36,537 - 26,667.
    assert_eq!(
        obstacle(fourth("2009-10-26")),
        Obstacle::Missing {
            operand: "FY2009".into()
        }
    );
    assert_eq!(fourth("2010-01-24").unwrap().decimal(), Some(9_870.into()));
    // The restated year and the unrestated nine months would make 16,238.
    let not = refused(fourth("2010-01-25"));
    assert_eq!(
        not.to_string(),
        "FY2009 Q4 of apple revenue cannot be derived as FY2009 - FY2009 9M: FY2009 and FY2009 9M are not of one \
         vintage: FY2009 was changed on 2010-01-25, after FY2009 9M was last reported on 2009-07-22"
    );
    // Restated nine months, of a year that was not seen in that cycle yet.
    assert!(matches!(
        obstacle(fourth("2010-07-21")),
        Obstacle::Vintage { .. }
    ));
    let answer = fourth("2010-10-27").unwrap();
    assert_eq!(answer.decimal(), Some(12_207.into()));
    assert_eq!(answer.derived().unwrap().together, Together::Cycle(1));
}

#[test]
fn apple_2008_was_never_restated_in_nine_months() {
    let db = filed(HISTORY);
    let fourth = |date| as_of(&db, date).at("FY2008 Q4");
    assert_eq!(fourth("2008-11-05").unwrap().decimal(), Some(7_895.into()));
    // Both repeated a year later, unchanged.
    assert_eq!(fourth("2009-12-31").unwrap().decimal(), Some(7_895.into()));
    for date in ["2010-01-25", "2020-01-01"] {
        assert!(
            matches!(obstacle(fourth(date)), Obstacle::Vintage { .. }),
            "{date}"
        );
    }
    let any = as_of(&db, "2020-01-01")
        .vintage(Vintage::Any)
        .at("FY2008 Q4")
        .unwrap();
    assert_eq!(
        any.to_string(),
        "FY2008 Q4  12,907 USD  [FY2008 - FY2008 9M; of different vintage]"
    );
    let how = any.derived().unwrap();
    assert_eq!(
        (how.vintage, how.together),
        (Vintage::Any, Together::Nothing)
    );
}

#[test]
fn a_year_restated_in_the_year_after_against_nine_months_repeated_there() {
    let db = filed(&[
        ("2009-07-22", &[(NINE_09, 27)]),
        ("2009-10-27", &[(YEAR_09, 36)]),
        ("2010-07-21", &[(NINE_09, 27)]),
        ("2010-10-27", &[(YEAR_09, 42)]),
    ]);
    let not = refused(as_of(&db, "2011-01-01").at("FY2009 Q4"));
    let Obstacle::Vintage {
        changed: Some(changed),
        ..
    } = not.obstacle
    else {
        panic!("{not}");
    };
    assert_eq!(
        changed.to_string(),
        "FY2009 was changed on 2010-10-27, after FY2009 9M was last reported on 2010-07-21"
    );
}

#[test]
fn a_restatement_that_goes_through_the_comparatives_of_a_year_is_one_vintage() {
    // Operating cash flow of Apple's fiscal 2017, restated in 2018: half year in May, nine months in August, year in
    // November.
    let half = "2008-09-28..2009-03-28";
    let db = filed(&[
        ("2009-05-03", &[(half, 39_579)]),
        ("2009-08-02", &[(NINE_09, 47_942)]),
        ("2009-11-03", &[(YEAR_09, 63_598)]),
        ("2010-05-02", &[(half, 39_804)]),
        ("2010-08-01", &[(NINE_09, 48_476)]),
        ("2010-11-05", &[(YEAR_09, 64_225)]),
    ]);
    let derived = as_of(&db, "2011-01-01");
    for (label, expected) in [("FY2009 Q3", 8_672), ("FY2009 Q4", 15_749)] {
        let answer = derived.at(label).unwrap();
        assert_eq!(answer.decimal(), Some(expected.into()), "{label}");
        assert_eq!(answer.derived().unwrap().together, Together::Cycle(1));
    }
    // In between, the year is still the old one.
    assert!(matches!(
        obstacle(as_of(&db, "2010-08-01").at("FY2009 Q4")),
        Obstacle::Vintage { .. }
    ));
}

#[test]
fn as_first_restated_and_both_at_once() {
    let db = filed(&[
        ("2009-07-22", &[(NINE_09, 27)]),
        ("2009-10-27", &[(YEAR_09, 36)]),
        ("2009-12-15", &[(NINE_09, 30), (YEAR_09, 41)]),
    ]);
    assert_eq!(
        as_of(&db, "2009-12-15").at("FY2009 Q4").unwrap().decimal(),
        Some(11.into())
    );
}

#[test]
fn restated_nine_months_against_a_year_repeated_before() {
    // The annual report comes out again, then the nine months are restated in a late filing.
    let db = filed(&[
        ("2009-07-22", &[(NINE_09, 27)]),
        ("2009-10-27", &[(YEAR_09, 36)]),
        ("2009-12-01", &[(NINE_09, 30)]),
    ]);
    assert!(matches!(
        obstacle(as_of(&db, "2011-01-01").at("FY2009 Q4")),
        Obstacle::Vintage {
            changed: Some(_),
            ..
        }
    ));
    assert_eq!(
        as_of(&db, "2009-11-30").at("FY2009 Q4").unwrap().decimal(),
        Some(9.into())
    );
}

#[test]
fn restated_and_then_seen_together_again_is_one_vintage() {
    let db = filed(&[
        ("2009-07-22", &[(NINE_09, 27)]),
        ("2009-10-27", &[(YEAR_09, 36)]),
        ("2009-12-01", &[(NINE_09, 30)]),
        ("2009-12-15", &[(YEAR_09, 41), (NINE_09, 30)]),
    ]);
    let answer = as_of(&db, "2011-01-01").at("FY2009 Q4").unwrap();
    assert_eq!(answer.decimal(), Some(11.into()));
    assert_eq!(answer.derived().unwrap().together, Together::Cycle(0));
}

#[test]
fn a_more_precise_repetition_is_no_change() {
    let db = apple()
        .document("third", "2009-07-22")
        .facts(USD, -6, &[(NINE_09, 26_667_000_000)])
        .document("year", "2009-10-27")
        .facts(USD, -6, &[(YEAR_09, 36_537_000_000)])
        .document("again", "2009-12-01")
        .facts(USD, -3, &[(YEAR_09, 36_537_123_000)])
        .database();
    let answer = as_of(&db, "2011-01-01").at("FY2009 Q4").unwrap();
    assert_eq!(answer.decimal().unwrap().to_string(), "9870123000");
}

#[test]
fn figures_of_one_document_are_of_one_vintage() {
    // A prospectus of 2011 prints restated nine months of 2009 and the year before: of different cycles, but together.
    let cumulative = ["2007-09-30..2007-12-29", "2008-09-28..2008-12-27"];
    let mut filings: Vec<(&str, Vec<(&str, i64)>)> = vec![
        ("2008-01-22", vec![(cumulative[0], 9)]),
        ("2008-11-05", vec![(YEAR_08, 32)]),
        ("2009-01-21", vec![(cumulative[1], 10)]),
    ];
    filings.push((
        "2009-02-01",
        vec![(YEAR_08, 37), (cumulative[0], 10), (cumulative[1], 12)],
    ));
    let filings: Vec<(&str, &[(&str, i64)])> = filings
        .iter()
        .map(|(day, facts)| (*day, facts.as_slice()))
        .collect();
    let db = filed(&filings);
    let answer = as_of(&db, "2009-02-01").ttm("FY2009 Q1").unwrap();
    assert_eq!(answer.decimal(), Some(39.into()));
    assert_eq!(answer.derived().unwrap().together, Together::Document);
    assert_eq!(
        as_of(&db, "2009-01-31").ttm("FY2009 Q1").unwrap().decimal(),
        Some(33.into())
    );
}

#[test]
fn as_printed_in_one_document() {
    let db = filed(HISTORY);
    let query = db.series("apple", "revenue").unwrap();
    let one = query
        .clone()
        .printed_in("filed-2009-07-22")
        .unwrap()
        .derived()
        .unwrap();
    assert_eq!(
        obstacle(one.at("FY2009 Q4")),
        Obstacle::Missing {
            operand: "FY2009".into()
        }
    );
    assert_eq!(said(one.at("FY2009 9M")), "FY2009 9M  26,667 USD");
}

#[test]
fn as_first_reported() {
    let db = filed(HISTORY);
    let first = db
        .series("apple", "revenue")
        .unwrap()
        .first_reported()
        .derived()
        .unwrap();
    assert_eq!(first.at("FY2008 Q4").unwrap().decimal(), Some(7_895.into()));
    // The amended report changed the year within its own cycle: what came first does not stand alone.
    assert!(matches!(
        obstacle(first.at("FY2009 Q4")),
        Obstacle::Vintage { .. }
    ));
}

#[test]
fn a_document_says_itself_which_year_it_reports_on() {
    // Published before the year is out, about the year before: its cycle is 1, not 0.
    let db = apple()
        .document("third", "2009-07-22")
        .facts(USD, 0, &[(NINE_09, 27)])
        .document("recast", "2009-11-01")
        .reports("FY2010 Q1")
        .facts(USD, 0, &[(NINE_09, 27)])
        .document("year", "2009-11-02")
        .reports("FY2010 Q1")
        .facts(USD, 0, &[(YEAR_09, 36)])
        .database();
    let answer = as_of(&db, "2011-01-01").at("FY2009 Q4").unwrap();
    assert_eq!(answer.derived().unwrap().together, Together::Cycle(1));
}

/// Years to December until 2015, the month of January 2016, and years to January.
fn january_from_2016() -> Book {
    let rule = |from, month| CalendarRule {
        from,
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    };
    let rules = vec![rule(None, 12), rule(Some(day("2016-02-01")), 1)];
    Book::new()
        .company("apple", FiscalCalendar::new(rules).unwrap())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
}

#[test]
fn an_annual_report_does_not_report_on_a_short_year_that_it_tells_nothing_of() {
    // The report of 2015 comes out when January 2016, a fiscal year of its own, has ended.
    let (nine, year) = ("2015-01-01..2015-09-30", "2015-01-01..2015-12-31");
    let reported = january_from_2016()
        .document("third", "2015-11-05")
        .kind(DocumentKind::QuarterlyReport)
        .facts(USD, 0, &[(nine, 27)])
        .document("year", "2016-02-29")
        .kind(DocumentKind::AnnualReport)
        .facts(USD, 0, &[(year, 36)]);
    let answer = as_of(&reported.database(), "2017-01-01")
        .at("FY2015 Q4")
        .unwrap();
    assert_eq!(answer.decimal(), Some(9.into()));
    assert_eq!(answer.derived().unwrap().together, Together::Cycle(0));
    // A report of January does, and the year before is a comparative in it.
    let stub = "2016-01-01..2016-01-31";
    let transition = january_from_2016()
        .document("third", "2015-11-05")
        .kind(DocumentKind::QuarterlyReport)
        .facts(USD, 0, &[(nine, 27)])
        .document("year", "2016-02-29")
        .kind(DocumentKind::AnnualReport)
        .facts(USD, 0, &[(year, 36)])
        .document("transition", "2016-04-15")
        .kind(DocumentKind::AnnualReport)
        .facts(USD, 0, &[(stub, 3), (year, 41), (nine, 30)])
        .database();
    let answer = as_of(&transition, "2017-01-01").at("FY2015 Q4").unwrap();
    assert_eq!(answer.decimal(), Some(11.into()));
    assert_eq!(answer.derived().unwrap().together, Together::Cycle(1));
    let before = as_of(&transition, "2016-04-14").at("FY2015 Q4").unwrap();
    assert_eq!(before.decimal(), Some(9.into()));
}

#[test]
fn an_answer_explains_itself_down_to_the_cells() {
    let db = filed(HISTORY);
    let answer = as_of(&db, "2020-01-01").at("FY2009 Q4").unwrap();
    let why = db.explain(&answer).unwrap();
    let Basis::Computed(computed) = &why.basis else {
        panic!("{why}");
    };
    assert_eq!(computed.formula.as_deref(), Some("FY2009 - FY2009 9M"));
    let shown: Vec<String> = computed
        .operands
        .iter()
        .map(|operand| match &operand.basis {
            Basis::Reported(versions) => versions.shown().unwrap().document.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["filed-2010-10-27", "filed-2010-07-21"]);
    assert_eq!(why.text, "12,207 USD");
}

/// Years to March. A report on the nine months to December 2015 comes out in February 2016, on an annual form, when
/// nobody says yet that the year ended with them.
fn with_transition_report(year_before: i64) -> Derivations {
    let nine_months = [
        ("2015-04-01..2015-12-31", 335),
        ("2014-04-01..2015-03-31", year_before),
    ];
    let quarterly = |book: Book, day: &str, facts: &[(&str, i64)]| {
        let book = book.document(day, day).kind(DocumentKind::QuarterlyReport);
        book.facts("iij revenue JPY", 0, facts)
    };
    let annual = |book: Book, day: &str, facts: &[(&str, i64)]| {
        let book = book.document(day, day).kind(DocumentKind::AnnualReport);
        book.facts("iij revenue JPY", 0, facts)
    };
    let book =
        Book::new()
            .company("iij", march())
            .metric("revenue", MetricKind::Flow, Dimension::Money);
    let book = quarterly(book, "2015-02-05", &[("2014-04-01..2014-12-31", 300)]);
    let book = annual(book, "2015-05-25", &[("2014-04-01..2015-03-31", 405)]);
    let book = quarterly(book, "2015-11-05", &[("2015-04-01..2015-09-30", 221)]);
    let db = annual(book, "2016-02-25", &nine_months).database();
    db.series("iij", "revenue").unwrap().derived().unwrap()
}

#[test]
fn a_transition_report_before_the_year_would_have_ended_is_of_the_year_of_its_months() {
    let derived = with_transition_report(405);
    let point = derived.series().at("9M15").unwrap().unwrap();
    assert_eq!(point.reporting_cycle(), Some(0));
    assert!(!point.is_comparative());
    // 335 - 221, and 405 + 335 - 300.
    let quarter = derived.at("3Q15").unwrap();
    assert_eq!(quarter.decimal(), Some(114.into()));
    assert_eq!(quarter.derived().unwrap().together, Together::Cycle(0));
    let twelve = derived.ttm("3Q15").unwrap();
    assert_eq!(twelve.decimal(), Some(440.into()));
    // The year before is restated beside the nine months, and its own nine months are not.
    let derived = with_transition_report(410);
    assert_eq!(derived.at("3Q15").unwrap().decimal(), Some(114.into()));
    assert!(matches!(
        obstacle(derived.ttm("3Q15")),
        Obstacle::Vintage { .. }
    ));
}
