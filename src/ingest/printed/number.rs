//! One figure: a number with all that is printed around it, or a range of two.

use super::cursor::{Cursor, is_space};
use super::{Context, Printed, PrintedError, PrintedNumber, digits, marks, units, words};
use crate::model::Currency;

/// What stands before the digits.
#[derive(Default)]
struct Head {
    currency: Option<Currency>,
    sign: Option<char>,
    parenthesis: bool,
}

impl Head {
    fn is_negative(&self) -> bool {
        self.parenthesis || self.sign.is_some_and(|sign| sign != '+')
    }
}

/// Reads a number or a range.
pub(super) fn figure(cursor: &mut Cursor, context: Context) -> Result<Printed, PrintedError> {
    let first = number(cursor, context)?;
    if !range_mark(cursor, context)? {
        return Ok(Printed::Number(first));
    }
    let second = number(cursor, context)?;
    range(first, second).ok_or(PrintedError::Range)
}

fn number(cursor: &mut Cursor, context: Context) -> Result<PrintedNumber, PrintedError> {
    let qualifier = words::qualifier(cursor);
    let head = head(cursor)?;
    let (mantissa, places) = digits::read(cursor, context)?;
    let mut number = PrintedNumber {
        mantissa: if head.is_negative() {
            -mantissa
        } else {
            mantissa
        },
        places,
        currency: head.currency,
        qualifier,
        ..PrintedNumber::default()
    };
    tail(cursor, context, &mut number, head.parenthesis)?;
    Ok(number)
}

/// Signs, currency and the parenthesis of a negative number, in any order.
fn head(cursor: &mut Cursor) -> Result<Head, PrintedError> {
    let mut head = Head::default();
    loop {
        cursor.spaces();
        if let Some(currency) = words::leading_currency(cursor) {
            if head.currency.replace(currency).is_some() {
                return Err(PrintedError::Units);
            }
        } else if let Some(sign) = sign(cursor)? {
            if head.sign.replace(sign).is_some() {
                return Err(PrintedError::ContradictorySigns);
            }
        } else if cursor.eat('(') {
            if std::mem::replace(&mut head.parenthesis, true) {
                return Err(PrintedError::Parentheses);
            }
        } else if head.parenthesis && head.sign.is_some() {
            return Err(PrintedError::ContradictorySigns);
        } else {
            return Ok(head);
        }
    }
}

/// A dash is a sign only where it touches its number: before a space it may be a bullet or a nil mark.
fn sign(cursor: &mut Cursor) -> Result<Option<char>, PrintedError> {
    let Some(sign) = cursor.peek().filter(|c| words::is_sign(*c)) else {
        return Ok(None);
    };
    cursor.skip();
    let apart = cursor.peek().is_none_or(is_space);
    if apart && !matches!(sign, '△' | '▲') {
        return Err(PrintedError::LooseSign { sign });
    }
    Ok(Some(sign))
}

/// Units, marks and remarks after the digits, and the end of a parenthesis around them.
fn tail(
    cursor: &mut Cursor,
    context: Context,
    number: &mut PrintedNumber,
    parenthesis: bool,
) -> Result<(), PrintedError> {
    let mut open = parenthesis;
    loop {
        let before = *cursor;
        let apart = cursor.spaces();
        if open && cursor.eat(')') {
            open = false;
        } else if let Some(mark) = marks::mark(cursor) {
            number.notes.push(mark);
        } else if !open && cursor.peek() == Some('(') {
            let Some(note) = marks::parenthesised(cursor, context, parenthesis)? else {
                *cursor = before;
                return Ok(());
            };
            number.notes.push(note);
        } else if !units::unit(cursor, number, apart, open)? {
            *cursor = before;
            return if open {
                Err(PrintedError::Parentheses)
            } else {
                Ok(())
            };
        }
    }
}

/// Passes what joins the ends of a range. A dash does so with a space on both sides or on neither; with one
/// before it only, it is the sign of the next figure.
fn range_mark(cursor: &mut Cursor, context: Context) -> Result<bool, PrintedError> {
    if words::range_word(cursor) {
        return Ok(true);
    }
    let mut ahead = *cursor;
    let before = ahead.spaces();
    let Some(sign @ ('-' | '–' | '~')) = ahead.peek() else {
        return Ok(false);
    };
    ahead.skip();
    let after = ahead.spaces();
    if sign != '~' {
        let nil = before && after && context.several;
        if nil || ahead.is_empty() || (after && !before) {
            return Err(PrintedError::LooseSign { sign });
        }
        if before && !after {
            return Ok(false);
        }
        if ahead.peek().is_some_and(words::is_dash) {
            return Err(PrintedError::ContradictorySigns);
        }
    }
    *cursor = ahead;
    Ok(true)
}

/// Two numbers as a range: `JPY10-12 million` is in millions of yen at both ends.
fn range(mut low: PrintedNumber, mut high: PrintedNumber) -> Option<Printed> {
    low.currency = low.currency.or(high.currency);
    high.currency = high.currency.or(low.currency);
    if low.scale.is_none() && low.noun.is_none() && !low.percent && !low.points {
        low.scale = high.scale;
        low.noun.clone_from(&high.noun);
        low.percent = high.percent;
        low.points = high.points;
    }
    let alike = low.currency == high.currency
        && low.scale.is_some() == high.scale.is_some()
        && low.noun == high.noun
        && low.percent == high.percent
        && low.points == high.points;
    let plain = low.qualifier.is_none() && high.qualifier.is_none();
    let ascending = magnitude(&low)? <= magnitude(&high)?;
    (alike && plain && ascending).then_some(Printed::Range(low, high))
}

/// The whole part of a number's value, and its fraction in units of 10^-28: these sort as the values do.
fn magnitude(number: &PrintedNumber) -> Option<(i128, i128)> {
    let power = |exponent| 10_i128.checked_pow(exponent);
    let scaled = number
        .mantissa
        .checked_mul(power(number.scale.unwrap_or(0))?)?;
    let one = power(number.places)?;
    let whole = scaled.checked_div(one)?;
    let rest = scaled.checked_rem(one)?;
    Some((
        whole,
        rest.checked_mul(power(28_u32.checked_sub(number.places)?)?)?,
    ))
}
