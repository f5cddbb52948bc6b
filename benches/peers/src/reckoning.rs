//! What every answer must be: reckoned from the generator, changes in ratios of big integers from their definition.

use anyhow::{Result, bail, ensure};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::answer::{Answer, DecimalGrowth, FloatGrowth, Growth, Question, Ratio, Word};
use crate::facts::{Key, Row, World};

/// A change as it must be.
#[derive(Clone, Debug)]
struct Change {
    at: u32,
    word: Word,
    ratio: BigRational,
    low: BigRational,
    high: BigRational,
}

/// Compares an answer with what it must be; the error tells the first difference.
pub fn check(world: &World, question: &Question, answer: &Answer) -> Result<()> {
    match *question {
        Question::Point { key, quarter } | Question::Named { key, quarter } => {
            same_rows(answer, &latest(world, key, quarter, quarter))
        }
        Question::Range { key, first, last } => same_rows(answer, &latest(world, key, first, last)),
        Question::AsOf {
            key,
            first,
            last,
            day,
        } => {
            let mut rows: Vec<Row> = Vec::new();
            for version in 0..world.versions {
                for row in world.series(key, version) {
                    if !(first..=last).contains(&row.at) || row.published > day {
                        continue;
                    }
                    match rows.iter_mut().find(|known| known.at == row.at) {
                        Some(known) => *known = row,
                        None => rows.push(row),
                    }
                }
            }
            rows.sort_by_key(|row| row.at);
            same_rows(answer, &rows)
        }
        Question::Growth { key } => {
            let rows = latest(world, key, 0, world.quarters - 1);
            let changes: Vec<Change> = rows
                .iter()
                .map(|now| {
                    let then = rows.iter().find(|then| then.at + 4 == now.at);
                    change(now, then)
                })
                .collect();
            same_changes(answer, &changes)
        }
        Question::Panel { metric, quarter } => same_rows(answer, &panel(world, metric, quarter)),
        Question::Top {
            metric,
            quarter,
            count,
        } => {
            let then = panel(world, metric, quarter - 4);
            let mut changes: Vec<Change> = panel(world, metric, quarter)
                .iter()
                .map(|now| change(now, then.iter().find(|then| then.at == now.at)))
                .filter(|change| matches!(change.word, Word::OverBase | Word::OverAbsoluteBase))
                .collect();
            changes.sort_by(|a, b| b.ratio.cmp(&a.ratio).then(a.at.cmp(&b.at)));
            changes.truncate(count);
            same_changes(answer, &changes)
        }
    }
}

fn latest(world: &World, key: Key, first: u32, last: u32) -> Vec<Row> {
    let mut rows = world.series(key, world.versions - 1);
    rows.retain(|row| (first..=last).contains(&row.at));
    rows
}

fn panel(world: &World, metric: u32, quarter: u32) -> Vec<Row> {
    let of = |company| {
        let row = latest(world, Key { company, metric }, quarter, quarter)[0];
        Row { at: company, ..row }
    };
    (0..world.companies).map(of).collect()
}

fn power(exponent: i32) -> BigRational {
    let ten = BigInt::from(10);
    let size = ten.pow(exponent.unsigned_abs());
    if exponent < 0 {
        BigRational::new(1.into(), size)
    } else {
        size.into()
    }
}

/// The change between two figures from its definition: the extremes of the quotient over both intervals.
fn change(now: &Row, then: Option<&Row>) -> Change {
    let plain = |word| Change {
        at: now.at,
        word,
        ratio: BigRational::zero(),
        low: BigRational::zero(),
        high: BigRational::zero(),
    };
    let Some(then) = then else {
        return plain(Word::NoComparator);
    };
    let value =
        |row: &Row| BigRational::from_integer(row.mantissa.into()) * power(-i32::from(row.scale));
    let half = |row: &Row| power(-i32::from(row.precision)) / BigInt::from(2);
    let ends = |row: &Row| [value(row) - half(row), value(row) + half(row)];
    let (a, b) = (value(now), value(then));
    if b.is_zero() {
        return plain(if a.is_zero() {
            Word::Unchanged
        } else {
            Word::FromZero
        });
    }
    let [b_low, b_high] = ends(then);
    if !b_low.is_positive() && !b_high.is_negative() {
        return plain(Word::BaseNotDistinctFromZero);
    }
    if a.is_zero() {
        return plain(Word::ToZero);
    }
    if a.is_positive() != b.is_positive() {
        return plain(if a.is_positive() {
            Word::TurnedPositive
        } else {
            Word::TurnedNegative
        });
    }
    let one = BigRational::from_integer(1.into());
    let mut corners = Vec::new();
    for a in ends(now) {
        for b in [&b_low, &b_high] {
            let raw = &a / b - &one;
            corners.push(if b.is_negative() { -raw } else { raw });
        }
    }
    corners.sort();
    Change {
        at: now.at,
        word: if b.is_negative() {
            Word::OverAbsoluteBase
        } else {
            Word::OverBase
        },
        ratio: (&a - &b) / b.abs(),
        low: corners.remove(0),
        high: corners.pop().expect("four corners"),
    }
}

fn same_rows(answer: &Answer, expected: &[Row]) -> Result<()> {
    ensure!(
        answer.rows.len() == expected.len(),
        "{} rows in place of {}",
        answer.rows.len(),
        expected.len()
    );
    for (found, expected) in answer.rows.iter().zip(expected) {
        let (found, expected) = (found.normalized(), expected.normalized());
        ensure!(found == expected, "{found:?} in place of {expected:?}");
    }
    Ok(())
}

fn same_changes(answer: &Answer, expected: &[Change]) -> Result<()> {
    let found = answer.growths.len() + answer.decimals.len() + answer.floats.len();
    ensure!(
        found == expected.len(),
        "{found} changes in place of {}",
        expected.len()
    );
    for (found, expected) in answer.growths.iter().zip(expected) {
        if !exactly(found, expected) {
            bail!("{found:?} in place of {expected:?}");
        }
    }
    for (found, expected) in answer.floats.iter().zip(expected) {
        if !to_nine_digits(found, expected) {
            bail!("{found:?} in place of {expected:?}");
        }
    }
    for (found, expected) in answer.decimals.iter().zip(expected) {
        if !to_28_digits(found, expected) {
            bail!("{found:?} in place of {expected:?}");
        }
    }
    Ok(())
}

fn exactly(found: &Growth, expected: &Change) -> bool {
    let same = |found: Ratio, expected: &BigRational| {
        BigInt::from(found.numerator) * expected.denom()
            == BigInt::from(found.denominator) * expected.numer()
    };
    found.at == expected.at
        && found.word == expected.word
        && same(found.ratio, &expected.ratio)
        && same(found.low, &expected.low)
        && same(found.high, &expected.high)
}

/// A decimal has 28 digits; the last two are not counted on.
fn to_28_digits(found: &DecimalGrowth, expected: &Change) -> bool {
    let near = |found: rust_decimal::Decimal, expected: &BigRational| {
        let scale = i32::try_from(found.scale()).expect("at most 28");
        let found = BigRational::from_integer(found.mantissa().into()) * power(-scale);
        (found - expected).abs() <= (expected.abs() + BigInt::from(1)) * power(-26)
    };
    found.at == expected.at
        && found.word == expected.word
        && near(found.ratio, &expected.ratio)
        && near(found.low, &expected.low)
        && near(found.high, &expected.high)
}

/// A float that was subtracted from one of its size has not many more.
fn to_nine_digits(found: &FloatGrowth, expected: &Change) -> bool {
    let near = |found: f64, expected: &BigRational| {
        let expected = expected.to_f64().unwrap_or(f64::NAN);
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
    };
    let relative = matches!(found.word, Word::OverBase | Word::OverAbsoluteBase);
    found.at == expected.at
        && found.word == expected.word
        && (!relative
            || near(found.ratio, &expected.ratio)
                && near(found.low, &expected.low)
                && near(found.high, &expected.high))
}
