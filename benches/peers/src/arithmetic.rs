//! Year over year with its rounding interval, as a caller of a peer would write it: in whole numbers, and in decimals.

use rust_decimal::Decimal;

use crate::answer::{Answer, DecimalGrowth, Growth, Ratio, Word};
use crate::facts::Row;

/// Powers of ten that a mantissa may be lifted by.
const POWERS: [i128; 13] = {
    let mut powers = [1; 13];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// A change that is no ratio.
fn word(now: i64, then: i64, base_may_be_zero: bool) -> Option<Word> {
    Some(match (then.signum(), now.signum()) {
        (0, 0) => Word::Unchanged,
        (0, _) => Word::FromZero,
        _ if base_may_be_zero => Word::BaseNotDistinctFromZero,
        (_, 0) => Word::ToZero,
        (-1, 1) => Word::TurnedPositive,
        (1, -1) => Word::TurnedNegative,
        _ => return None,
    })
}

/// The change of two figures of one metric, exactly.
pub fn growth(now: &Row, then: &Row) -> Growth {
    // Everything in halves of the last place of all: value and half unit of precision are then whole numbers.
    let places = |row: &Row| {
        row.precision
            .max(i8::try_from(row.scale).unwrap_or(i8::MAX))
    };
    let places = places(now).max(places(then));
    let value = |row: &Row| {
        let lift = usize::from(places.unsigned_abs()) - usize::from(row.scale);
        i128::from(row.mantissa) * 2 * POWERS[lift]
    };
    let half = |row: &Row| POWERS[usize::from((places - row.precision).unsigned_abs())];
    let (a, b) = (value(now), value(then));
    let (a_half, b_half) = (half(now), half(then));
    if let Some(word) = word(now.mantissa, then.mantissa, b.abs() <= b_half) {
        return Growth::word(now.at, word);
    }
    // Both have one sign; over |base| a growing loss is a negative change.
    let (word, sign) = if b > 0 {
        (Word::OverBase, 1)
    } else {
        (Word::OverAbsoluteBase, -1)
    };
    let (a, b) = (a.abs(), b.abs());
    let less = Ratio {
        numerator: sign * ((a - a_half) - (b + b_half)),
        denominator: b + b_half,
    };
    let more = Ratio {
        numerator: sign * ((a + a_half) - (b - b_half)),
        denominator: b - b_half,
    };
    let (low, high) = if sign > 0 { (less, more) } else { (more, less) };
    Growth {
        at: now.at,
        word,
        ratio: Ratio {
            numerator: sign * (a - b),
            denominator: b,
        },
        low,
        high,
    }
}

/// The same with decimals, which round to 28 digits.
pub fn decimal_growth(now: &Row, then: &Row) -> DecimalGrowth {
    let value = |row: &Row| Decimal::new(row.mantissa, row.scale.into());
    let half = |row: &Row| match row.precision {
        places @ 0.. => Decimal::new(5, u32::from(places.unsigned_abs()) + 1),
        places => Decimal::new(5 * 10_i64.pow(u32::from(places.unsigned_abs()) - 1), 0),
    };
    let (a, b) = (value(now), value(then));
    let (a_half, b_half) = (half(now), half(then));
    if let Some(word) = word(now.mantissa, then.mantissa, b.abs() <= b_half) {
        return DecimalGrowth {
            at: now.at,
            word,
            ratio: Decimal::ZERO,
            low: Decimal::ZERO,
            high: Decimal::ZERO,
        };
    }
    let negative = b.is_sign_negative();
    let (a, b) = (a.abs(), b.abs());
    let over = |a: Decimal, b: Decimal| {
        let ratio = a
            .checked_sub(b)
            .and_then(|difference| difference.checked_div(b));
        let ratio = ratio.expect("far from overflow");
        if negative { -ratio } else { ratio }
    };
    let less = over(a - a_half, b + b_half);
    let more = over(a + a_half, b - b_half);
    let (low, high) = if negative { (more, less) } else { (less, more) };
    DecimalGrowth {
        at: now.at,
        word: if negative {
            Word::OverAbsoluteBase
        } else {
            Word::OverBase
        },
        ratio: over(a, b),
        low,
        high,
    }
}

/// The changes of a whole series, whose rows are by quarter without repetition.
pub fn growths(rows: &[Row], out: &mut Vec<Growth>) {
    for (index, now) in rows.iter().enumerate() {
        out.push(match year_ago(rows, index) {
            Some(then) => growth(now, then),
            None => Growth::word(now.at, Word::NoComparator),
        });
    }
}

/// The same with decimals.
pub fn decimal_growths(rows: &[Row], out: &mut Vec<DecimalGrowth>) {
    for (index, now) in rows.iter().enumerate() {
        out.push(match year_ago(rows, index) {
            Some(then) => decimal_growth(now, then),
            None => DecimalGrowth {
                at: now.at,
                word: Word::NoComparator,
                ratio: Decimal::ZERO,
                low: Decimal::ZERO,
                high: Decimal::ZERO,
            },
        });
    }
}

/// The row of the same quarter of the year before: four rows before, or nearer where some were not reported.
fn year_ago(rows: &[Row], index: usize) -> Option<&Row> {
    let wanted = rows[index].at.checked_sub(4)?;
    let mut before = rows[index.saturating_sub(4)..index].iter();
    before.find(|row| row.at == wanted)
}

/// The companies that grew most, of two panels by company.
pub fn top(now: &[Row], then: &[Row], count: usize, answer: &mut Answer) {
    let mut then = then.iter().peekable();
    for now in now {
        while then.next_if(|then| then.at < now.at).is_some() {}
        if let Some(then) = then.peek()
            && then.at == now.at
        {
            let growth = growth(now, then);
            if matches!(growth.word, Word::OverBase | Word::OverAbsoluteBase) {
                answer.growths.push(growth);
            }
        }
    }
    let best = |a: &Growth, b: &Growth| b.ratio.order(&a.ratio).then(a.at.cmp(&b.at));
    if answer.growths.len() > count {
        answer.growths.select_nth_unstable_by(count, best);
        answer.growths.truncate(count);
    }
    answer.growths.sort_unstable_by(best);
}
