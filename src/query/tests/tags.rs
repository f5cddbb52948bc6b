//! Tags that mean different things are not reckoned with together.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::build::*;
use crate::error::{Error, NotDerivable, Obstacle, QueryError};
use crate::model::*;
use crate::query::Reader;
use crate::{Comparator, Database, Delta, DeltaKind, Points, Vintage};

const A: &str = "minato x.a.flow JPY";
const B: &str = "minato x.b.flow JPY";

fn standard(path: &str, kind: MetricKind, tags: &[&str]) -> StandardMetric {
    let tag = |name: &&str| {
        let concept: Concept = name.parse().unwrap();
        ConceptTag {
            metric: concept.path_of(kind, Dimension::Money).unwrap().unwrap(),
            concept,
            seen: None,
        }
    };
    StandardMetric {
        metric: Metric {
            path: path.parse().unwrap(),
            kind,
            dimension: Dimension::Money,
            positive: "more".into(),
            negative: None,
        },
        tags: tags.iter().map(tag).collect(),
        otherwise: Vec::new(),
    }
}

/// Revenue is under A, the revenue from contracts, or B, the total; cash under P or Q.
fn with_map(db: &Database) -> Reader {
    db.with_concepts(ConceptMap::new(
        1,
        vec![
            standard("revenue", MetricKind::Flow, &["x:A", "x:B"]),
            standard("profit", MetricKind::Flow, &["x:C"]),
            standard("cash", MetricKind::Stock, &["x:P", "x:Q"]),
        ],
    ))
}

fn book() -> Book {
    let of = |kind| move |book: Book, name: &&str| book.metric(name, kind, Dimension::Money);
    let book = Book::new().company("minato", march());
    let flows = ["x.a.flow", "x.b.flow", "x.c.flow"];
    let book = flows.iter().fold(book, of(MetricKind::Flow));
    ["x.p.stock", "x.q.stock"]
        .iter()
        .fold(book, of(MetricKind::Stock))
}

const FY04: &str = "2004-04-01..2005-03-31";
const FY05: &str = "2005-04-01..2006-03-31";
const FY06: &str = "2006-04-01..2007-03-31";

/// The total in every report, the contracts in the note of an annual report, for its year and the one before.
fn noted() -> Book {
    book()
        .document("1q04", "2004-08-10")
        .facts(B, 0, &[("2004-04-01..2004-06-30", 9)])
        .document("3q04", "2005-02-10")
        .facts(B, 0, &[("2004-04-01..2004-12-31", 30)])
        .document("4q04", "2005-05-10")
        .facts(B, 0, &[(FY04, 42)])
        .document("1q05", "2005-08-10")
        .facts(
            B,
            0,
            &[
                ("2004-04-01..2004-06-30", 9),
                ("2005-04-01..2005-06-30", 10),
            ],
        )
        .document("2q05", "2005-11-10")
        .facts(B, 0, &[("2005-04-01..2005-09-30", 21)])
        .document("3q05", "2006-02-10")
        .facts(
            B,
            0,
            &[
                ("2004-04-01..2004-12-31", 30),
                ("2005-04-01..2005-12-31", 33),
            ],
        )
        .document("4q05", "2006-05-10")
        .facts(B, 0, &[(FY05, 46), (FY04, 42)])
        .facts(A, 0, &[(FY05, 37), (FY04, 34)])
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> NotDerivable {
    match answer {
        Err(Error::Query(QueryError::NotDerivable(not))) => *not,
        other => panic!("not refused: {other:?}"),
    }
}

fn tags(metric: &str, other: &str, period: &str) -> TagsDisagree {
    TagsDisagree {
        metric: metric.parse().unwrap(),
        other: other.parse().unwrap(),
        period: period.parse().unwrap(),
    }
}

/// What stands in the way at the bottom of it.
fn apart(not: &NotDerivable) -> Option<&TagsDisagree> {
    match &not.obstacle {
        Obstacle::Operand(inner) => apart(inner),
        Obstacle::TagsDisagree { tags, .. } => Some(tags),
        _ => None,
    }
}

#[test]
fn a_year_of_one_tag_less_nine_months_of_another_is_no_quarter() {
    let db = noted().database();
    let reader = with_map(&db);
    let revenue = reader.series("minato", "revenue").unwrap();
    for vintage in [Vintage::One, Vintage::Any] {
        let derived = revenue.derived().unwrap().vintage(vintage);
        // 37 - 33 would be 4, where the quarter was 13 in all.
        let not = refused(derived.at("4Q05"));
        assert_eq!(
            not.to_string(),
            "4Q05 of minato revenue cannot be derived as FY2005 - 9M05: FY2005 is of x.a.flow and 9M05 of x.b.flow, tags \
             that disagree for 2005-04-01..2006-03-31"
        );
        assert_eq!(
            not.obstacle,
            Obstacle::TagsDisagree {
                operand: "FY2005".into(),
                other: "9M05".into(),
                tags: Box::new(tags("x.a.flow", "x.b.flow", FY05)),
            }
        );
        // FY2004 + 1Q05 - 1Q04, and FY2004 + 9M05 - 9M04.
        assert!(apart(&refused(derived.ttm("1Q05"))).is_some());
        assert!(apart(&refused(derived.ttm("3Q05"))).is_some());
        assert!(apart(&refused(derived.calendar_year(2005))).is_some());
        assert!(
            refused(derived.ttm_yoy("3Q05"))
                .to_string()
                .contains("tags that disagree")
        );
        // What is of one tag stays: 21 - 10, 37 over 34, 10 over 9.
        assert_eq!(
            derived.at("2Q05").unwrap().to_string(),
            "2Q05  11 JPY  [1H05 - 1Q05]"
        );
        assert_eq!(derived.ttm("4Q05").unwrap().to_string(), "FY2005  37 JPY");
        let percent = |change: crate::AnswerChange| change.change.percent(1).unwrap().to_string();
        assert_eq!(percent(derived.yoy("FY2005").unwrap()), "8.8");
        assert_eq!(percent(derived.yoy("1Q05").unwrap()), "11.1");
    }
    let total = reader
        .series("minato", "x.b.flow")
        .unwrap()
        .derived()
        .unwrap();
    assert_eq!(
        total.at("4Q05").unwrap().to_string(),
        "4Q05  13 JPY  [FY2005 - 9M05]"
    );
}

#[test]
fn what_is_known_on_the_day_decides_whether_tags_disagree() {
    let db = noted().database();
    let revenue = with_map(&db).series("minato", "revenue").unwrap();
    let then = revenue.clone().as_of(day("2006-05-09")).derived().unwrap();
    // 42 + 33 - 30.
    assert_eq!(
        then.ttm("3Q05").unwrap().value().unwrap(),
        Fraction::from(45)
    );
    let now = revenue.as_of(day("2006-05-10")).derived().unwrap();
    assert!(apart(&refused(now.ttm("3Q05"))).is_some());
}

#[test]
fn tags_that_agree_are_operands_of_one_derivation() {
    let quarters = |of_a: i64| {
        let db = book()
            .document("3q", "2006-02-10")
            .facts(B, -3, &[("2005-04-01..2005-12-31", 70_000_000)])
            .document("4q", "2006-05-10")
            .facts(B, -3, &[(FY05, 96_098_000)])
            .facts(A, -6, &[(FY05, of_a)])
            .database();
        let revenue = with_map(&db).series("minato", "revenue").unwrap();
        revenue.derived().unwrap().at("4Q05")
    };
    // 96 million is 96,098 thousand, rounded.
    let quarter = quarters(96_000_000).unwrap();
    assert_eq!(quarter.value().unwrap(), Fraction::from(26_000_000));
    assert!(apart(&refused(quarters(95_000_000))).is_some());
}

/// Of unknown precision, as in company facts, it cannot be told whether 104 is 100.
#[test]
fn tags_of_unknown_precision_disagree_unless_they_are_equal() {
    let unknown = |value: i64| Figure::Amount(Amount::of_unknown_precision(value.into()));
    let change = |of_a: i64| {
        let db = book()
            .document("one", "2006-05-10")
            .figure(A, FY04, unknown(of_a))
            .figure(B, FY04, unknown(104))
            .figure(B, FY05, unknown(130))
            .database();
        let revenue = with_map(&db).series("minato", "revenue").unwrap();
        let change = revenue.load().unwrap().yoy("FY2005").unwrap().unwrap();
        change.change_text()
    };
    assert_eq!(change(104), "+25.0%");
    assert_eq!(change(100), "tags disagree");
}

/// A later report repeats the year before under the other tag only: what is preferred is older, and another thing.
fn moved() -> Book {
    book()
        .document("fy04", "2005-05-10")
        .facts(A, 0, &[(FY04, 102)])
        .facts("minato x.c.flow JPY", 0, &[(FY04, 20)])
        .document("fy05", "2006-05-10")
        .facts(B, 0, &[(FY04, 90), (FY05, 95)])
        .facts("minato x.c.flow JPY", 0, &[(FY05, 19)])
}

#[test]
fn a_change_from_one_tag_to_another_is_not_a_number() {
    let db = moved().database();
    let reader = with_map(&db);
    let query = reader.series("minato", "revenue").unwrap();
    let expected = ChangeKind::TagsDisagree(Box::new(tags("x.b.flow", "x.a.flow", FY04)));
    let delta = query.load().unwrap().yoy("FY2005").unwrap().unwrap();
    assert_eq!(delta.change, Change::none(expected.clone()));
    assert_eq!(delta.comparator, Comparator::Found);
    assert_eq!(
        delta.to_string(),
        "FY2005  95 JPY   tags disagree  (FY2004 102)  [x.b.flow and x.a.flow disagree for 2004-04-01..2005-03-31]"
    );
    let derived = query.derived().unwrap();
    let change = derived.yoy("FY2005").unwrap();
    assert_eq!(change.change, Change::none(expected.clone()));
    assert_eq!(change.to_string(), delta.to_string());
    assert!(apart(&refused(derived.cagr("FY2004", "FY2005"))).is_some());
    let why = reader.explain(&delta).unwrap().to_string();
    assert!(why.contains("the two are of tags that disagree"), "{why}");

    // A margin of the one is not compared with a margin of the other: 19 / 95 and 20 / 102.
    let margin = reader.expression("minato", "profit / revenue").unwrap();
    let change = margin.load().unwrap().yoy("FY2005").unwrap();
    assert_eq!(change.change.kind, expected);
    let panel = reader.expression_panel("revenue").unwrap();
    let panel = panel.yoy("FY2005").unwrap();
    let row = panel.iter().next().unwrap().change.as_ref().unwrap();
    assert_eq!(row.change.kind, expected);
    // Who asks for a tag by its name means it: 102 - 90.
    let both = reader.expression("minato", "revenue - x.b.flow").unwrap();
    let both = both.vintage(Vintage::Any).at("FY2004").unwrap();
    assert_eq!(both.value().unwrap(), Fraction::from(12));
}

#[test]
fn quarters_of_different_tags_have_no_change() {
    let db = book()
        .document("1q", "2005-08-10")
        .facts(A, 0, &[("2005-04-01..2005-06-30", 8)])
        .facts(B, 0, &[("2005-04-01..2005-06-30", 10)])
        .document("2q", "2005-11-10")
        .facts(B, 0, &[("2005-07-01..2005-09-30", 11)])
        .document("3q", "2006-02-10")
        .facts(B, 0, &[("2005-10-01..2005-12-31", 12)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let changes = query.quarters("1Q05"..="3Q05").unwrap().qoq();
    let told: Vec<String> = changes.iter().map(Delta::change_text).collect();
    assert_eq!(
        told,
        [
            "no comparator (4Q04 was not reported)",
            "tags disagree",
            "+9.1% [0.0%, +19.1%]"
        ]
    );
}

/// In brief as in full, of a company or of all of them.
#[test]
fn changes_in_brief_say_so_too() {
    let db = moved().database();
    let reader = with_map(&db);
    let query = reader.series("minato", "revenue").unwrap();
    let agree = |points: &Points| {
        let brief: Vec<Change> = points
            .amount_changes(DeltaKind::YearOnYear)
            .iter()
            .map(crate::AmountChange::change)
            .collect();
        let full: Vec<Change> = points.yoy().into_iter().map(|delta| delta.change).collect();
        assert_eq!(brief, full);
        assert_eq!(brief.len(), 2);
    };
    agree(&query.all().unwrap());
    agree(&query.years("FY2004"..="FY2005").unwrap());
    agree(&query.clone().as_of(day("2006-05-10")).all().unwrap());
    let expected = ChangeKind::TagsDisagree(Box::new(tags("x.b.flow", "x.a.flow", FY04)));
    let panel = reader.panel("revenue").unwrap();
    for panel in [panel.clone(), panel.as_of(day("2006-12-31"))] {
        let changes = panel.changes("FY2005", DeltaKind::YearOnYear).unwrap();
        let change = &changes.iter().next().unwrap().change;
        assert_eq!(change.kind(), expected);
        assert_eq!(change.quantity(), None);
        assert_eq!(change.base.unwrap().amount.value(), 102.into());
    }
}

#[test]
fn balances_of_different_tags_have_no_average() {
    let db = book()
        .document("one", "2006-05-10")
        .facts("minato x.p.stock JPY", 0, &[("2005-03-31", 50)])
        .facts(
            "minato x.q.stock JPY",
            0,
            &[("2005-03-31", 40), ("2006-03-31", 60)],
        )
        .database();
    let cash = with_map(&db).series("minato", "cash").unwrap();
    let not = refused(cash.derived().unwrap().average("FY2005"));
    assert_eq!(
        apart(&not),
        Some(&tags("x.p.stock", "x.q.stock", "2005-03-31"))
    );
    let change = cash
        .load()
        .unwrap()
        .since_year_end("FY2005")
        .unwrap()
        .unwrap();
    assert_eq!(change.change_text(), "tags disagree");
}

/// A target is held against an actual figure of the same tag only.
#[test]
fn targets_and_actual_figures_of_tags_that_disagree_are_not_compared() {
    let db = moved()
        .document("plan", "2006-05-11")
        .facts("minato x.a.flow JPY target", 0, &[(FY06, 120)])
        .database();
    let target = with_map(&db).series("minato", "revenue").unwrap();
    let target = target.scenario(Scenario::Target).against_actual();
    let change = target.load().unwrap().yoy("FY2006").unwrap().unwrap();
    assert!(change.against_actual);
    assert_eq!(change.change_text(), "tags disagree");
}

const DAYS: [&str; 3] = ["2009-05-10", "2010-05-10", "2011-05-10"];

/// What is known of the tags A and B, by year: of each fact what the last document says.
type Known = BTreeMap<(usize, i32), i64>;

fn disagree(known: &Known) -> bool {
    (2004..2009).any(|year| {
        let both = known.get(&(0, year)).zip(known.get(&(1, year)));
        both.is_some_and(|(a, b)| a != b)
    })
}

/// The tag of a year, with its figure.
fn shown(known: &Known, year: i32) -> Option<(usize, i64)> {
    (0..2).find_map(|tag| Some((tag, *known.get(&(tag, year))?)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a naive model: what is of two tags has a change only where the tags agree everywhere, on every day, in full,
    /// in brief and in a panel.
    #[test]
    fn changes_are_those_of_a_naive_model(
        said in proptest::collection::btree_map((0..3_usize, 0..2_usize, 2004..2009), 2..4_i64, 1..14),
    ) {
        let mut book = book();
        for (document, day) in DAYS.into_iter().enumerate() {
            book = book.document(day, day);
            for ((_, tag, year), value) in said.iter().filter(|((of, ..), _)| *of == document) {
                let period = format!("{year}-04-01..{}-03-31", year + 1);
                book = book.facts([A, B][*tag], 0, &[(&period, *value)]);
            }
        }
        let db = book.database();
        let reader = with_map(&db);
        for (document, date) in DAYS.into_iter().enumerate() {
            let mut known = Known::new();
            for ((_, tag, year), value) in said.iter().filter(|((of, ..), _)| *of <= document) {
                known.insert((*tag, *year), *value);
            }
            let Ok(revenue) = reader.series("minato", "revenue") else { continue };
            let revenue = revenue.as_of(day(date));
            prop_assert_eq!(
                revenue.disagreements().unwrap().is_empty(),
                !disagree(&known)
            );
            let series = revenue.load().unwrap();
            let brief = series.all();
            let brief = brief.amount_changes(DeltaKind::YearOnYear);
            let shown_years = (2004..2009).filter(|year| shown(&known, *year).is_some());
            for (place, year) in shown_years.enumerate() {
                let label = format!("FY{year}");
                let change = series.yoy(&*label).unwrap().unwrap().change;
                let (tag, now) = shown(&known, year).unwrap();
                let before = shown(&known, year - 1);
                let apart = before.is_some_and(|(other, _)| other != tag) && disagree(&known);
                let ratio = before
                    .filter(|_| !apart)
                    .map(|(_, then)| Fraction::new((now - then).into(), then.into()).unwrap());
                prop_assert_eq!(change.ratio_minus_one, ratio, "{} as of {}", label, date);
                prop_assert_eq!(matches!(change.kind, ChangeKind::TagsDisagree(_)), apart);
                prop_assert_eq!(&brief[place].change(), &change);
                let panel = reader.panel("revenue").unwrap().as_of(day(date));
                let panel = panel.changes(&*label, DeltaKind::YearOnYear).unwrap();
                prop_assert_eq!(panel.iter().next().unwrap().change.change(), change);
            }
        }
    }
}
