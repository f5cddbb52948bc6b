//! Digits with their grouping and decimal mark.

use super::cursor::{Cursor, is_space};
use super::plain::TIE;
use super::{Context, PrintedError, Reading, faults};

/// The most digits that an exact decimal holds.
const MOST: usize = 28;

impl Reading {
    fn decimal_mark(self) -> char {
        if self.decimal_comma { ',' } else { '.' }
    }

    fn group_mark(self) -> char {
        if self.decimal_comma { '.' } else { ',' }
    }
}

/// Reads an unsigned number: its digits without the point, and how many of them stood after it.
pub(super) fn read(cursor: &mut Cursor, context: Context) -> Result<(i128, u32), PrintedError> {
    let whole = whole(cursor, context)?;
    let fraction = fraction(cursor, context.reading)?;
    if whole.is_empty() {
        check_bare_fraction(*cursor, fraction, context.reading)?;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(PrintedError::LeadingZero);
    }
    mantissa(&whole, fraction)
}

/// The digits before the decimal mark, without grouping.
fn whole(cursor: &mut Cursor, context: Context) -> Result<String, PrintedError> {
    let first = take_digits(cursor);
    let mut whole = String::from(first);
    let mut grouping = None;
    while !whole.is_empty() {
        let mut ahead = *cursor;
        let Some(mark) = group_mark(&mut ahead, context.reading) else {
            break;
        };
        let group = take_digits(&mut ahead);
        if mark == ' ' {
            if group.len() != 3 {
                break;
            }
            if context.several {
                return Err(PrintedError::AmbiguousSpace);
            }
        }
        // A space that ties and one that does not are one kind of grouping.
        let kind = if mark == TIE { ' ' } else { mark };
        if *grouping.get_or_insert(kind) != kind {
            return Err(PrintedError::MixedGrouping);
        }
        if group.len() != 3 || first.len() > 3 {
            return Err(faults::misread_digit(ahead).unwrap_or(PrintedError::NotInThrees));
        }
        whole.push_str(group);
        *cursor = ahead;
    }
    Ok(whole)
}

/// Passes a mark that groups digits, if a digit follows it.
fn group_mark(cursor: &mut Cursor, reading: Reading) -> Option<char> {
    let mark = cursor.peek()?;
    let groups = mark == reading.group_mark() || mark == '\'' || is_space(mark);
    if !groups || !cursor.peek_second()?.is_ascii_digit() {
        return None;
    }
    cursor.skip();
    Some(mark)
}

/// The digits after the decimal mark; none where there is no mark.
fn fraction<'a>(cursor: &mut Cursor<'a>, reading: Reading) -> Result<&'a str, PrintedError> {
    let mut fraction = "";
    if starts_fraction(*cursor, reading) {
        cursor.skip();
        fraction = take_digits(cursor);
        if starts_fraction(*cursor, reading) {
            return Err(PrintedError::TwoDecimalMarks);
        }
        if group_mark(&mut cursor.clone(), reading).is_some_and(|mark| mark != ' ') {
            return Err(PrintedError::GroupedFraction);
        }
    }
    match cursor.peek() {
        Some(mark @ (',' | '.' | '\'')) => Err(faults::stray_mark(*cursor, mark)),
        _ => Ok(fraction),
    }
}

fn starts_fraction(cursor: Cursor, reading: Reading) -> bool {
    cursor.peek() == Some(reading.decimal_mark())
        && cursor.peek_second().is_some_and(|c| c.is_ascii_digit())
}

/// `.5` is read as 0.5, as American releases print it; `.344` is not, since it may be the end of `1.344` or
/// `8,344`, and neither is `,5`, which nobody prints.
fn check_bare_fraction(
    cursor: Cursor,
    fraction: &str,
    reading: Reading,
) -> Result<(), PrintedError> {
    if fraction.is_empty() {
        Err(faults::unexpected(cursor, false))
    } else if fraction.len() == 3 || reading.decimal_comma {
        let mark = reading.decimal_mark();
        Err(PrintedError::StrayMark { mark })
    } else {
        Ok(())
    }
}

fn mantissa(whole: &str, fraction: &str) -> Result<(i128, u32), PrintedError> {
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.len() > MOST || fraction.len() > MOST {
        return Err(PrintedError::TooManyDigits);
    }
    let mantissa = match digits {
        "" => 0,
        digits => digits.parse().map_err(|_| PrintedError::TooManyDigits)?,
    };
    let places = u32::try_from(fraction.len()).map_err(|_| PrintedError::TooManyDigits)?;
    Ok((mantissa, places))
}

fn take_digits<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take(|c| c.is_ascii_digit())
}
