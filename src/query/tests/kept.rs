//! Answers that are kept, and what later commits make of them.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::build::*;
use crate::model::{CalendarRule, Dimension, FiscalCalendar, MetricKind, YearEnd};
use crate::{Database, DatedAmount, DeltaKind, LabelStyle, Point, Reader, YearNaming};

const COMPANIES: [&str; 2] = ["a", "b"];
const METRICS: [&str; 2] = ["revenue", "cost"];
const QUARTERS: [(&str, &str); 4] = [
    ("1Q03", "2003-04-01..2003-06-30"),
    ("2Q03", "2003-07-01..2003-09-30"),
    ("3Q03", "2003-10-01..2003-12-31"),
    ("4Q03", "2004-01-01..2004-03-31"),
];

/// Company, metric and quarter of a fact, by number.
type Place = (usize, usize, usize);

/// What every document says, a document a day: its values tell its number.
#[derive(Default)]
struct Naive(BTreeMap<Place, Vec<(usize, i64)>>);

impl Naive {
    /// What was said last by the first so many documents.
    fn last(&self, place: Place, documents: usize) -> Option<i64> {
        let said = self.0.get(&place)?;
        let known = said.iter().filter(|(document, _)| *document < documents);
        known.map(|(_, value)| *value).next_back()
    }
}

fn published(document: usize) -> NaiveDate {
    day("2005-01-01") + Days::new(document as u64)
}

fn value(point: &Point) -> i64 {
    i64::try_from(point.value().unwrap().mantissa()).unwrap()
}

fn in_brief(fact: &DatedAmount) -> i64 {
    i64::try_from(fact.amount.value().mantissa()).unwrap()
}

/// Asks everything, again and again, so that what is kept is asked too.
fn compare(reader: &Reader, naive: &Naive, documents: usize, day: Option<usize>) {
    let known = day.map_or(documents, |day| documents.min(day + 1));
    for round in 0..3 {
        for (c, company) in COMPANIES.iter().enumerate() {
            for (m, metric) in METRICS.iter().enumerate() {
                let expected: Vec<Option<i64>> =
                    (0..4).map(|q| naive.last((c, m, q), known)).collect();
                let mut query = reader.series(company, metric).unwrap();
                if let Some(day) = day {
                    query = query.as_of(published(day));
                }
                if (0..4).all(|q| naive.last((c, m, q), documents).is_none()) {
                    assert!(query.load().is_err(), "nothing reported yet");
                    continue;
                }
                for ((label, _), expected) in QUARTERS.iter().zip(&expected) {
                    let point = query.at(*label).unwrap();
                    assert_eq!(
                        point.as_ref().map(value),
                        *expected,
                        "round {round} {label}"
                    );
                }
                let points = query.quarters("1Q03"..="4Q03").unwrap();
                let found: Vec<Option<i64>> = points
                    .iter()
                    .map(|entry| entry.point().map(value))
                    .collect();
                assert_eq!(found, expected, "round {round}");
                let brief = query.amounts("1Q03"..="4Q03").unwrap();
                let brief: Vec<i64> = brief.iter().map(in_brief).collect();
                let all: Vec<i64> = expected.into_iter().flatten().collect();
                assert_eq!(brief, all, "round {round}");
            }
        }
        for (m, metric) in METRICS.iter().enumerate() {
            for (q, (label, _)) in QUARTERS.iter().enumerate() {
                let mut query = reader.panel(metric).unwrap();
                if let Some(day) = day {
                    query = query.as_of(published(day));
                }
                let places = (0..2).flat_map(|c| (0..4).map(move |q| (c, m, q)));
                let mut of_metric = places.map(|place| naive.last(place, documents));
                let panel = match query.at(*label) {
                    Ok(panel) => panel,
                    Err(error) => {
                        assert!(of_metric.all(|said| said.is_none()), "{error}");
                        continue;
                    }
                };
                for row in &panel {
                    let c = COMPANIES.iter().position(|c| *c == row.company.as_str());
                    let expected = naive.last((c.unwrap(), m, q), known);
                    assert_eq!(row.point.as_ref().map(value), expected, "round {round}");
                }
                let now = |c: usize| Some((c, naive.last((c, m, q), known)?));
                let reported: Vec<(usize, i64)> = (0..2).filter_map(now).collect();
                assert_eq!(panel.points().count(), reported.len());
                let number = |company: u32| {
                    let is = |name: &&str| reader.company_number(name).unwrap() == company;
                    COMPANIES.iter().position(is).unwrap()
                };
                let brief = query.amounts(*label).unwrap();
                let brief = brief
                    .iter()
                    .map(|row| (number(row.company), in_brief(&row.fact)));
                assert_eq!(brief.collect::<Vec<_>>(), reported, "round {round}");
                let changes = query.changes(*label, DeltaKind::QuarterOnQuarter).unwrap();
                let changes = changes.iter().map(|row| {
                    let base = row.change.base.as_ref().map(in_brief);
                    (number(row.company), in_brief(&row.change.current), base)
                });
                let before = |c: usize| naive.last((c, m, q.checked_sub(1)?), known);
                let expected = reported.iter().map(|(c, now)| (*c, *now, before(*c)));
                assert!(changes.eq(expected), "round {round}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn what_is_kept_is_what_would_be_read(
        commits in proptest::collection::vec(
            proptest::collection::btree_set((0..2_usize, 0..2_usize, 0..4_usize), 1..6), 1..7)
    ) {
        let db = Database::temporary().unwrap();
        let mut naive = Naive::default();
        let mut pinned = Vec::new();
        for (number, places) in commits.iter().enumerate() {
            let mut book = Book::new();
            for company in COMPANIES {
                book = book.company(company, march());
            }
            for metric in METRICS {
                book = book.metric(metric, MetricKind::Flow, Dimension::Money);
            }
            let day = published(number).to_string();
            book = book.document(&format!("d{number}"), &day);
            for &(c, m, q) in places {
                let said = i64::try_from(1000 * (number + 1) + 100 * c + 10 * m + q).unwrap();
                let series = format!("{} {} JPY", COMPANIES[c], METRICS[m]);
                book = book.facts(&series, 0, &[(QUARTERS[q].1, said)]);
                naive.0.entry((c, m, q)).or_default().push((number, said));
            }
            book.add_to(&db);
            compare(&db.reader(), &naive, number + 1, None);
            for day in 0..=number {
                compare(&db.reader(), &naive, number + 1, Some(day));
            }
            pinned.push(db.reader().pinned());
            for (before, reader) in pinned.iter().enumerate() {
                compare(reader, &naive, before + 1, None);
                compare(reader, &naive, before + 1, Some(number));
            }
        }
    }
}

/// The same dates have another name once the year ends in another month.
#[test]
fn a_calendar_that_goes_on_is_seen_by_what_was_asked_before() {
    let rule = |from: Option<&str>, month| CalendarRule {
        from: from.map(day),
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::Start,
        labels: LabelStyle::QuarterShortYear,
    };
    let before = FiscalCalendar::new(vec![rule(None, 3)]).unwrap();
    let after = FiscalCalendar::new(vec![rule(None, 3), rule(Some("2004-01-01"), 12)]).unwrap();
    let book = |id: &str, calendar: FiscalCalendar, published: &str, period: &str| {
        Book::new()
            .company("iij", calendar)
            .metric("revenue", MetricKind::Flow, Dimension::Money)
            .document(id, published)
            .facts("iij revenue JPY", 0, &[(period, 7)])
    };
    let db = book("one", before, "2004-05-01", "2004-01-01..2004-03-31").database();
    let label = |reader: &Reader| {
        let all = reader.series("iij", "revenue").unwrap().all().unwrap();
        all.points().next().unwrap().label()
    };
    let pinned = db.reader().pinned();
    for reader in [&db.reader(), &pinned, &db.reader(), &pinned] {
        assert_eq!(label(reader), "4Q03");
        assert!(
            reader
                .panel("revenue")
                .unwrap()
                .at("4Q03")
                .unwrap()
                .points()
                .count()
                == 1
        );
    }
    book("two", after, "2004-08-01", "2004-04-01..2004-06-30").add_to(&db);
    for _ in 0..2 {
        assert_eq!(label(&db.reader()), "1Q04");
        let panel = db.panel("revenue").unwrap();
        assert_eq!(panel.at("1Q04").unwrap().points().count(), 1);
        assert_eq!(panel.at("4Q03").unwrap().points().count(), 0);
        assert_eq!(label(&pinned), "4Q03");
    }
}

/// Quarters are counted off where they follow each other, and looked up where a change of year end left some out.
#[test]
fn a_quarter_of_a_year_that_was_cut_short_is_found_again() {
    let rule = |from: Option<&str>, month| CalendarRule {
        from: from.map(day),
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    };
    let short = FiscalCalendar::new(vec![rule(None, 12), rule(Some("2004-07-01"), 6)]).unwrap();
    let plain = FiscalCalendar::new(vec![rule(None, 12)]).unwrap();
    // The year 2004 has two quarters, and then begins that of 2005.
    let facts = [
        ("2003-10-01..2003-12-31", 34),
        ("2004-01-01..2004-03-31", 41),
        ("2004-04-01..2004-06-30", 42),
        ("2004-07-01..2004-09-30", 51),
        ("2005-01-01..2005-03-31", 53),
    ];
    let labels = |cut: bool| {
        let after = if cut {
            [
                ("FY2005 Q1", Some(51)),
                ("FY2005 Q2", None),
                ("FY2005 Q3", Some(53)),
            ]
        } else {
            [
                ("FY2004 Q3", Some(51)),
                ("FY2004 Q4", None),
                ("FY2005 Q1", Some(53)),
            ]
        };
        let before = [
            ("FY2003 Q3", None),
            ("FY2003 Q4", Some(34)),
            ("FY2004 Q1", Some(41)),
            ("FY2004 Q2", Some(42)),
        ];
        before.into_iter().chain(after)
    };
    for (calendar, cut) in [(short, true), (plain, false)] {
        let db = Book::new()
            .company("a", calendar)
            .metric("revenue", MetricKind::Flow, Dimension::Money)
            .document("one", "2006-01-01")
            .facts("a revenue JPY", 0, &facts)
            .database();
        let series = db.series("a", "revenue").unwrap().load().unwrap();
        for _ in 0..3 {
            for (label, expected) in labels(cut) {
                let found = series.at(label).unwrap();
                assert_eq!(found.as_ref().map(value), expected, "{label}");
            }
            let missing = series.at("FY2004 Q3");
            assert_eq!(missing.is_err(), cut);
        }
        let range = series.quarters("FY2004 Q2".."FY2005 Q3").unwrap();
        let found: Vec<Option<i64>> = range.iter().map(|entry| entry.point().map(value)).collect();
        let expected: &[_] = if cut {
            &[Some(42), Some(51), None]
        } else {
            &[Some(42), Some(51), None, Some(53), None]
        };
        assert_eq!(found, expected);
    }
}
