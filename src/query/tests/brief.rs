//! Answers in brief say what full ones do, whatever is stored: random series with every trap there is.

use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::build::*;
use crate::model::{
    Amount, Dimension, Figure, FiscalCalendar, MetricKind, Nil, Period, Precision, Rounding, Split,
};
use crate::{
    AmountChange, Database, DatedAmount, Delta, DeltaKind, Entry, PanelPeriod, Points, Reader,
    Series, SeriesQuery, Slot, YearNaming,
};

const KINDS: [DeltaKind; 3] = [
    DeltaKind::YearOnYear,
    DeltaKind::QuarterOnQuarter,
    DeltaKind::SinceYearEnd,
];
/// Metrics with what they are of.
const METRICS: [(&str, MetricKind, Dimension, &[&str]); 5] = [
    (
        "revenue",
        MetricKind::Flow,
        Dimension::Money,
        &["JPY", "USD"],
    ),
    ("cash", MetricKind::Stock, Dimension::Money, &["JPY"]),
    ("margin", MetricKind::Ratio, Dimension::Pure, &["pure"]),
    (
        "eps",
        MetricKind::PerShare,
        Dimension::MoneyPer,
        &["USD/shares"],
    ),
    ("shares", MetricKind::Average, Dimension::Count, &["shares"]),
];
const COMPANIES: usize = 3;

fn company(number: usize) -> (&'static str, FiscalCalendar) {
    match number {
        0 => ("iij", march()),
        1 => ("nvda", january()),
        _ => ("moved", changed(YearNaming::Start)),
    }
}

/// What a document says: company, metric, unit, dates and figure.
type Said = (usize, usize, usize, String, Figure);

/// Dates around slots of a calendar: as they should be, days off, cumulative, instants, month-ends, or of no slot.
fn period() -> impl Strategy<Value = String> {
    let quarters = (
        2012_i32..2017,
        0_usize..8,
        0_usize..COMPANIES,
        -4_i64..5,
        0..10,
    );
    quarters.prop_filter_map("dates", |(year, slot, of, off, how)| {
        let (_, calendar) = company(of);
        let own = calendar.period(crate::FiscalPeriod::new(year, Slot::ALL[slot]))?;
        let moved = |day: NaiveDate| day + chrono::TimeDelta::days(off);
        let period = match how {
            0 => Period::duration(own.start()?, moved(own.end())).ok()?,
            1 => Period::duration(moved(own.start()?), own.end()).ok()?,
            2 => Period::instant(moved(own.end())).ok()?,
            3 | 4 => own.closing(),
            5 => {
                let end = crate::model::date::month_end(
                    chrono::Datelike::year(&own.end()),
                    chrono::Datelike::month(&own.end()),
                )?;
                let (first, last) = Slot::ALL[slot].quarters();
                Period::nominal(end, u16::from(last - first) + 1).ok()?
            }
            6 => Period::duration(own.start()?, own.end() + Days::new(40)).ok()?,
            _ => own,
        };
        Some(period.to_string())
    })
}

fn figure() -> impl Strategy<Value = Figure> {
    let precision = prop_oneof![
        6 => (-3_i8..3).prop_map(Precision::Decimals),
        1 => Just(Precision::Exact),
        2 => Just(Precision::Unknown),
    ];
    let mantissa = prop_oneof![
        6 => -3_000_i64..9_000,
        1 => Just(0),
        1 => any::<i64>(),
    ];
    let rounding = prop_oneof![5 => Just(Rounding::Nearest), 1 => Just(Rounding::Truncated)];
    let amount = (mantissa, 0_u32..4, precision, rounding).prop_map(
        |(value, scale, precision, rounding)| {
            Amount::new(Decimal::new(value, scale), precision, rounding).unwrap()
        },
    );
    (amount, 0..24).prop_map(|(amount, how)| match how {
        0 => Figure::AtLeast(amount),
        1 => Figure::Qualitative("break-even".into()),
        2 => Figure::Nil(Nil::Zero),
        3 => Figure::Nil(Nil::None),
        _ => Figure::Amount(amount),
    })
}

fn said() -> impl Strategy<Value = Said> {
    (
        0..COMPANIES,
        0..METRICS.len(),
        0..2_usize,
        period(),
        figure(),
    )
}

/// Some metrics have nothing but plain amounts.
fn documents() -> impl Strategy<Value = Vec<Vec<Said>>> {
    let plain = select(vec![true, true, false]);
    let documents = proptest::collection::vec(proptest::collection::vec(said(), 1..40), 1..6);
    (plain, documents).prop_map(|(plain, mut documents)| {
        let said = documents.iter_mut().flatten();
        for (.., figure) in said.filter(|_| plain) {
            if !matches!(figure, Figure::Amount(_)) {
                *figure = rounded(77, 0);
            }
        }
        documents
    })
}

fn published(document: usize) -> NaiveDate {
    day("2014-03-01") + Days::new(100 * document as u64)
}

fn database(documents: &[Vec<Said>]) -> Database {
    let db = Database::temporary().unwrap();
    for (number, said) in documents.iter().enumerate() {
        let mut book = Book::new();
        for number in 0..COMPANIES {
            let (id, calendar) = company(number);
            book = book.company(id, calendar);
        }
        book = book.split("nvda", Split::new(day("2014-06-09"), 7, 1).unwrap());
        for (path, kind, dimension, _) in METRICS {
            book = book.metric(path, kind, dimension);
        }
        book = book.document(&format!("d{number}"), &published(number).to_string());
        // Of two figures of one fact the document contradicts itself, perhaps.
        let mut facts: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for (of, metric, unit, period, figure) in said {
            let (path, _, _, units) = METRICS[*metric];
            let series = format!("{} {path} {}", company(*of).0, units[unit % units.len()]);
            let count = facts.entry((series.clone(), period)).or_default();
            *count += 1;
            if *count < 3 {
                book = book.figure(&series, period, figure.clone());
            }
        }
        book.add_to(&db);
    }
    db
}

/// A change in brief and the full one, which must say the same.
fn same_change(brief: &AmountChange, full: &Delta) {
    assert_eq!(Some(brief.current), full.current.dated_amount());
    let base = full.base.as_ref().and_then(crate::Point::dated_amount);
    assert_eq!(brief.base, base, "{full}");
    assert_eq!(brief.comparator, full.comparator, "{full}");
    assert_eq!(brief.length_differs, full.length_differs, "{full}");
    assert_eq!(brief.kind(), full.change.kind, "{full}");
    assert_eq!(brief.quantity(), full.change.quantity(), "{full}");
    let change = brief.change();
    assert_eq!(change.kind, full.change.kind);
    assert_eq!(change.difference, full.change.difference);
    assert_eq!(change.ratio_minus_one, full.change.ratio_minus_one);
    assert_eq!(
        change.difference_quantity(),
        full.change.difference_quantity()
    );
    assert_eq!(change.raw_quantity(), full.change.raw_quantity());
}

fn same_changes<'a>(brief: impl IntoIterator<Item = &'a AmountChange>, full: &[Delta]) {
    let full: Vec<&Delta> = full
        .iter()
        .filter(|delta| delta.current.amount().is_some())
        .collect();
    let brief: Vec<_> = brief.into_iter().collect();
    assert_eq!(brief.len(), full.len());
    for (brief, full) in brief.into_iter().zip(full) {
        same_change(brief, full);
    }
}

fn amounts(points: &Points) -> Vec<DatedAmount> {
    points
        .points()
        .filter_map(crate::Point::dated_amount)
        .collect()
}

fn stretches(series: &Series) -> Vec<Points> {
    vec![
        series.all(),
        series.quarters(..).unwrap(),
        series
            .quarters("1Q13"..="2Q15")
            .unwrap_or_else(|_| series.all()),
        series.instants(..).unwrap(),
        series.years(..).unwrap(),
    ]
}

fn queries(reader: &Reader) -> Vec<SeriesQuery> {
    let mut queries = Vec::new();
    for number in 0..COMPANIES {
        let (id, _) = company(number);
        for key in reader.series_list(id).unwrap() {
            queries.push(reader.series_of(&key).unwrap());
        }
    }
    queries
}

fn entries(points: &Points) -> Vec<Entry> {
    points.iter().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn stretches_in_brief_are_stretches(documents in documents()) {
        let db = database(&documents);
        for query in queries(&db) {
            let series = query.load().unwrap();
            for points in stretches(&series) {
                assert_eq!(points.amounts().as_ref(), amounts(&points));
                for kind in KINDS {
                    same_changes(points.amount_changes(kind).iter(), &points.deltas(kind));
                }
            }
        }
    }

    #[test]
    fn quarters_in_brief_are_quarters(
        documents in documents(),
        ranges in proptest::collection::vec((2010_i32..2018, 1..5_i32, -3..30_i32), 1..4),
    ) {
        let db = database(&documents);
        let bound = |label: String, how: usize| match how {
            0 => Bound::Unbounded,
            1 => Bound::Excluded(label),
            _ => Bound::Included(label),
        };
        for query in queries(&db) {
            // Each time the ends are others.
            for round in 0..4 {
                for (number, (year, quarter, length)) in ranges.iter().enumerate() {
                    let label = |quarter: i32| {
                        let year = (quarter.div_euclid(4)).rem_euclid(100);
                        format!("{}Q{year:02}", quarter.rem_euclid(4) + 1)
                    };
                    let first = year * 4 + quarter - 1;
                    let range = || (
                        bound(label(first), (number + round) % 7),
                        bound(label(first + length), (number + round) % 5),
                    );
                    let in_place = query.amounts_in_place(&query.view(), range());
                    let in_brief = query.amounts(range());
                    let plain = query.load().unwrap().quarters(range());
                    for brief in [in_place, in_brief] {
                        match (brief, &plain) {
                            (Ok(brief), Ok(plain)) => {
                                assert_eq!(brief.iter().as_slice(), amounts(plain));
                                assert_eq!(brief.key(), plain.series().key());
                            }
                            (Err(brief), Err(plain)) => assert_eq!(brief.to_string(), plain.to_string()),
                            (brief, plain) => panic!("{brief:?} but {plain:?}"),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_sweep_meets_every_series(documents in documents()) {
        let db = database(&documents);
        let mut met = Vec::new();
        for ahead in [false, true] {
            let mut of_pass = Vec::new();
            db.sweep_by(None, ahead, |swept| {
                let series = db.series_of(swept.key()).unwrap().load().unwrap();
                let all = series.all();
                assert_eq!(swept.kind(), series.kind());
                assert_eq!(swept.company_number(), db.company_number(&swept.key().company).unwrap());
                assert_eq!(swept.amounts(), all.amounts().as_ref());
                for kind in KINDS {
                    let changes: Vec<_> = swept.changes(kind).collect();
                    same_changes(&changes, &all.deltas(kind));
                }
                of_pass.push(swept.key().clone());
            }).unwrap();
            met.push(of_pass);
        }
        let [mut met, ahead] = <[_; 2]>::try_from(met).unwrap();
        assert_eq!(ahead, met);
        let mut of_metrics = Vec::new();
        for (metric, ..) in METRICS {
            db.each_series_of(metric, |swept| of_metrics.push(swept.key().clone())).unwrap();
        }
        prop_assert_eq!(of_metrics.len(), met.len());
        let listed = (0..COMPANIES).flat_map(|of| db.series_list(company(of).0).unwrap());
        let mut listed: Vec<_> = listed.collect();
        met.sort();
        listed.sort();
        prop_assert_eq!(met, listed);
    }

    #[test]
    fn panels_in_brief_are_panels(documents in documents(), label in "[1-4]Q1[2-6]|CY201[3-5]Q[1-4]") {
        let db = database(&documents);
        for (metric, ..) in METRICS {
            let query = db.panel(metric).unwrap();
            let latest = [query.clone(), query.clone(), query.as_of(published(1))];
            for query in latest {
                let period: PanelPeriod = label.parse().unwrap();
                let without_rows = query.amounts(period);
                let Ok(panel) = query.at(period) else {
                    assert!(without_rows.is_err());
                    assert!(query.changes(period, KINDS[0]).is_err());
                    continue;
                };
                for in_brief in [without_rows.unwrap(), query.amounts(period).unwrap()] {
                    assert_eq!(in_brief.iter().as_slice(), panel.amounts());
                    assert_eq!(in_brief.units(), panel.units());
                }
                let rows: Vec<_> = panel.iter().collect();
                let full = rows.iter().enumerate().filter_map(|(row, of)| {
                    Some((row, of.point.as_ref()?.dated_amount()?))
                });
                let brief = panel.amounts().iter().map(|of| (of.row, of.fact));
                assert_eq!(brief.collect::<Vec<_>>(), full.collect::<Vec<_>>());
                for of in panel.amounts() {
                    let row = rows[of.row];
                    assert_eq!(panel.units()[of.unit], row.unit);
                    assert_eq!(of.company, db.company_number(&row.company).unwrap());
                }
                for kind in KINDS {
                    let changes = query.changes(period, kind).unwrap();
                    let points = rows.iter().filter_map(|row| row.point.as_ref());
                    let points: Vec<_> = points.filter(|point| point.amount().is_some()).collect();
                    assert_eq!(changes.len(), points.len());
                    for (brief, point) in changes.iter().zip(points) {
                        let series = db.series_of(point.series()).unwrap();
                        let series = match query.known.published_by {
                            Some(day) => series.as_of(day),
                            None => series,
                        };
                        let series = series.load().unwrap();
                        same_change(&brief.change, &series.compare(kind, point));
                        assert_eq!(changes.units()[brief.unit], *point.unit());
                        assert_eq!(brief.company, db.company_number(point.company()).unwrap());
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn what_was_known_on_a_day_is_the_same_from_a_history(documents in documents()) {
        let db = database(&documents);
        for round in 0..2 {
            for query in queries(&db) {
                for document in 0..documents.len() {
                    for before in [0, 1] {
                        let as_of = query.clone().as_of(published(document) - Days::new(before));
                        // Such a question is never answered from a history.
                        let plain = as_of.clone().recorded_by(db.last_commit()).load().unwrap();
                        let series = as_of.load().unwrap();
                        assert_eq!(series.len(), plain.len(), "round {round}");
                        for range in [("1Q12", "4Q16"), ("2Q13", "1Q15"), ("1Q10", "4Q11"), ("1Q16", "4Q19")] {
                            let (Ok(plain), Ok(points)) = (
                                plain.quarters(range.0..=range.1),
                                as_of.quarters(range.0..=range.1),
                            ) else {
                                continue;
                            };
                            assert_eq!(points.amounts().as_ref(), amounts(&plain), "round {round}");
                            for kind in KINDS {
                                let changes = points.amount_changes(kind);
                                same_changes(changes.iter(), &plain.deltas(kind));
                            }
                            assert_eq!(entries(&points), entries(&plain), "round {round}");
                        }
                        for (points, plain) in stretches(&series).iter().zip(stretches(&plain)) {
                            assert_eq!(entries(points), entries(&plain));
                            assert_eq!(points.amounts().as_ref(), amounts(&plain));
                        }
                    }
                }
            }
        }
    }
}
