//! Random histories against a naive model, and rounding against the truth.

use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::build::*;
use super::revenue;
use crate::model::*;
use crate::{Database, Error, QueryError};

const PERIODS: [&str; 4] = [
    "2008-04-01..2008-06-30",
    "2008-04-01..2008-09-30",
    "2008-04-01..2008-12-31",
    "2008-04-01..2009-03-31",
];

/// A filing of fiscal 2008 figures: on a day, what it prints of each cumulative period.
#[derive(Clone, Debug)]
struct Filing {
    day: NaiveDate,
    figures: [Option<i64>; 4],
}

/// Days around two year ends; figures of two generations, so that restatements and repetitions both occur.
fn filings() -> impl Strategy<Value = Vec<Filing>> {
    let filing = (0_i64..30, prop::array::uniform4(prop::option::of(0_i64..2))).prop_map(
        |(month, generations)| {
            let mut figures = [None; 4];
            for (index, (figure, generation)) in (1..).zip(figures.iter_mut().zip(generations)) {
                *figure = generation.map(|generation| index * 100 + generation * 7);
            }
            Filing {
                day: day("2008-05-10") + chrono::Duration::days(month * 29),
                figures,
            }
        },
    );
    prop::collection::vec(filing, 1..9).prop_map(|mut filings: Vec<Filing>| {
        filings.sort_by_key(|filing| filing.day);
        filings.dedup_by_key(|filing| filing.day);
        filings
    })
}

/// Which fiscal year a filing reports on: March years named by their start, by the last quarter that had ended.
fn reported_year(day: NaiveDate) -> i32 {
    use chrono::Datelike;
    let quarter_end = (1..=120).find_map(|back| {
        let end = day - chrono::Duration::days(back);
        ([(3, 31), (6, 30), (9, 30), (12, 31)].contains(&(end.month(), end.day()))).then_some(end)
    });
    let end = quarter_end.unwrap();
    if end.month() <= 3 {
        end.year() - 1
    } else {
        end.year()
    }
}

/// What is known of a cumulative period by a day: all (day, value), in order.
fn known(filings: &[Filing], period: usize, by: NaiveDate) -> Vec<(NaiveDate, i64)> {
    filings
        .iter()
        .filter(|filing| filing.day <= by)
        .filter_map(|filing| Some((filing.day, filing.figures[period]?)))
        .collect()
}

/// The discrete quarter by the rules, told without any of the library: cumulative less cumulative before, of one
/// vintage or not at all.
fn naive(filings: &[Filing], quarter: usize, by: NaiveDate) -> Option<i64> {
    let of = |period| known(filings, period, by);
    if quarter == 0 {
        return Some(of(0).last()?.1);
    }
    let operands = [of(quarter), of(quarter - 1)];
    let value = |operand: &[(NaiveDate, i64)]| operand.last().map(|seen| seen.1);
    let values = [value(&operands[0])?, value(&operands[1])?];
    let fits = |cycle: i32| {
        let within = operands.clone().map(|operand| {
            let seen = operand.into_iter();
            seen.filter(|(day, _)| reported_year(*day) - 2008 == cycle)
                .collect::<Vec<_>>()
        });
        let observed = |i: usize| within[i].iter().any(|(_, seen)| *seen == values[i]);
        if !observed(0) || !observed(1) {
            return false;
        }
        (0..2).all(|one| {
            let other = 1 - one;
            let last = within[other].last().unwrap().0;
            let before = |operand: usize| {
                operands[operand]
                    .iter()
                    .rfind(|(day, _)| *day < within[operand][0].0)
            };
            let within_it = within[one]
                .windows(2)
                .any(|pair| pair[0].1 != pair[1].1 && pair[1].0 > last);
            let entering = before(one).is_some_and(|seen| seen.1 != within[one][0].1)
                && before(other).is_some_and(|seen| seen.1 == within[other][0].1)
                && within[one][0].0 > last;
            // The value that is used was said before another one replaced that of the other operand.
            let used = |operand: usize| {
                let seen = &within[operand];
                seen.iter()
                    .position(|seen| seen.1 == values[operand])
                    .unwrap()
            };
            let replaced = within[one][used(one)..]
                .iter()
                .find(|seen| seen.1 != values[one]);
            let too_late = replaced.is_some_and(|seen| seen.0 <= within[other][used(other)].0);
            !within_it && !entering && !too_late
        })
    };
    let one_document = operands[0].last()?.0 == operands[1].last()?.0;
    ((-2..4).any(fits) || one_document).then(|| values[0] - values[1])
}

fn book() -> Book {
    Book::new()
        .company("iij", march())
        .metric("revenue", MetricKind::Flow, Dimension::Money)
}

fn add(db: &Database, filing: &Filing) {
    let mut package =
        Book::new().document(&format!("filed-{}", filing.day), &filing.day.to_string());
    for (period, value) in PERIODS.iter().zip(filing.figures) {
        if let Some(value) = value {
            let amount = Amount::exact(value.into());
            package = package.figure("iij revenue JPY", period, amount.into());
        }
    }
    package.add_to(db);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_derived_quarter_published_and_recorded_by_any_day_is_that_of_a_naive_model(
        (filings, order) in filings().prop_flat_map(|filings| {
            let order: Vec<usize> = (0..filings.len()).collect();
            (Just(filings), Just(order).prop_shuffle())
        })
    ) {
        let any = filings.iter().any(|filing| filing.figures.iter().any(Option::is_some));
        prop_assume!(any);
        let db = book().database();
        let mut recorded = Vec::new();
        let mut so_far = Vec::new();
        for index in order {
            add(&db, &filings[index]);
            so_far.push(filings[index].clone());
            so_far.sort_by_key(|filing| filing.day);
            recorded.push((db.last_commit(), so_far.clone()));
        }
        for (commit, filings) in recorded {
            for by in filings.iter().map(|filing| filing.day) {
                let query = db.series("iij", "revenue").unwrap().as_of(by).recorded_by(commit);
                let derived = query.derived().unwrap();
                for (quarter, label) in ["1Q08", "2Q08", "3Q08", "4Q08"].into_iter().enumerate() {
                    let expected = naive(&filings, quarter, by).map(Decimal::from);
                    let answer = match derived.at(label) {
                        Ok(answer) => answer.decimal(),
                        Err(Error::Query(QueryError::NotDerivable(_))) => None,
                        Err(other) => panic!("{other}"),
                    };
                    prop_assert_eq!(answer, expected, "{} as of {}, recorded by {}", label, by, commit);
                }
            }
        }
    }

    #[test]
    fn the_truth_lies_within(
        truth in prop::array::uniform4(-99_999_i64..99_999),
        decimals in -3_i8..=0,
        truncated: bool,
    ) {
        // True quarters; cumulative figures rounded to a coarser place.
        let unit = 10_i64.pow(u32::from(decimals.unsigned_abs()));
        let rounding = if truncated { Rounding::Truncated } else { Rounding::Nearest };
        let mut package = Book::iij();
        let mut sum = 0;
        for (period, quarter) in PERIODS.iter().zip(truth) {
            sum += quarter;
            let units = if truncated { sum / unit } else { (sum + sum.signum() * unit / 2) / unit };
            let amount = Amount::new((units * unit).into(), Precision::Decimals(decimals), rounding);
            package = package.figure("iij revenue JPY", period, amount.unwrap().into());
        }
        let db = package.database();
        let derived = revenue(&db, "iij");
        for (label, quarter) in ["1Q08", "2Q08", "3Q08", "4Q08"].into_iter().zip(truth) {
            let answer = derived.at(label).unwrap();
            prop_assert!(answer.interval().unwrap().contains(quarter), "{label}: {answer}");
        }
        let half = derived.at("2H08").unwrap();
        prop_assert!(half.interval().unwrap().contains(truth[2] + truth[3]));
        let year = derived.clone().always_derive().ttm("FY2008").unwrap();
        prop_assert!(year.interval().unwrap().contains(truth.iter().sum::<i64>()));
    }
}
