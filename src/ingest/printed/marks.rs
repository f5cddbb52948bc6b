//! Footnote marks, remarks, and the marks printed in place of a number.

use super::cursor::Cursor;
use super::plain::is_superscript;
use super::{Context, Printed, PrintedError, piece_figures, units, words};

const ABBREVIATIONS: [(&str, Printed); 5] = [
    ("n.m.", Printed::NotMeaningful),
    ("n/m", Printed::NotMeaningful),
    ("nm", Printed::NotMeaningful),
    ("n/a", Printed::NotApplicable),
    ("n.a.", Printed::NotApplicable),
];

/// A whole text that stands for a number: `—`, `(-)`, `$ —`, `-%`, `n/a`, `n.m. (1)`.
pub(super) fn stand_in(text: &str) -> Option<Printed> {
    let mut cursor = Cursor::new(text.trim());
    let open = cursor.eat('(');
    let stand_in = abbreviation(&mut cursor).or_else(|| nil(&mut cursor))?;
    if open && !cursor.eat(')') {
        return None;
    }
    // `- (1)` may be a nil with a footnote or minus one.
    if stand_in != Printed::Nil {
        cursor.spaces();
        parenthesised_mark(&mut cursor);
    }
    cursor.spaces();
    mark(&mut cursor);
    cursor.is_empty().then_some(stand_in)
}

fn abbreviation(cursor: &mut Cursor) -> Option<Printed> {
    ABBREVIATIONS
        .iter()
        .find(|(text, _)| cursor.eat_text(text))
        .map(|(_, meaning)| meaning.clone())
}

/// A dash, or up to three of them, with the currency or percent sign of its column.
fn nil(cursor: &mut Cursor) -> Option<Printed> {
    words::leading_currency(cursor);
    cursor.spaces();
    let dashes = cursor.take(words::is_dash).chars().count();
    cursor.spaces();
    cursor.eat('%');
    matches!(dashes, 1..=3).then_some(Printed::Nil)
}

/// Passes a footnote mark: `⁴`, `⁽¹⁾`, `*`, `*1`, `※2`, `[1]`.
pub(super) fn mark(cursor: &mut Cursor) -> Option<String> {
    let raised = cursor.take(is_superscript);
    if !raised.is_empty() {
        return Some(raised.into());
    }
    starred_mark(cursor).or_else(|| enclosed_mark(cursor, '[', ']'))
}

/// Passes `(1)`, `(a)`, `(*2)`.
fn parenthesised_mark(cursor: &mut Cursor) -> Option<String> {
    enclosed_mark(cursor, '(', ')')
}

fn starred_mark(cursor: &mut Cursor) -> Option<String> {
    let mut ahead = *cursor;
    let stars = ahead.take(is_star);
    let number = ahead.take(|c| c.is_ascii_digit());
    if stars.is_empty() || number.len() > 2 {
        return None;
    }
    *cursor = ahead;
    Some(format!("{stars}{number}"))
}

fn enclosed_mark(cursor: &mut Cursor, open: char, close: char) -> Option<String> {
    let mut ahead = *cursor;
    if !ahead.eat(open) {
        return None;
    }
    let inside = ahead.take_until(close)?;
    if !is_mark(inside) {
        return None;
    }
    *cursor = ahead;
    Some(format!("{open}{inside}{close}"))
}

/// Passes what stands in parentheses after a number: a mark (`(1)`) or a remark (`(Annual)`, `(9 months)`).
/// `None` where it is the next figure of the cell, `after_negative` being one in parentheses like it.
pub(super) fn parenthesised(
    cursor: &mut Cursor,
    context: Context,
    after_negative: bool,
) -> Result<Option<String>, PrintedError> {
    let mut ahead = *cursor;
    if let Some(mark) = parenthesised_mark(&mut ahead) {
        if context.several && after_negative && mark.contains(|c: char| c.is_ascii_digit()) {
            return Err(PrintedError::AmbiguousParentheses);
        }
        *cursor = ahead;
        return Ok(Some(mark));
    }
    ahead.skip();
    let inside = ahead.take_until(')').ok_or(PrintedError::Parentheses)?;
    if inside.trim().is_empty() || inside.contains('(') {
        return Err(PrintedError::Parentheses);
    }
    if is_remark(inside, context)? {
        *cursor = ahead;
        Ok(Some(format!("({inside})")))
    } else if !context.several {
        Err(PrintedError::Several)
    } else if after_negative {
        Ok(None)
    } else {
        Err(PrintedError::AmbiguousParentheses)
    }
}

/// Whether a text is words, or a count such as `9 months`, rather than a figure. A misprinted figure or a
/// unit is an error and never a remark.
fn is_remark(inside: &str, context: Context) -> Result<bool, PrintedError> {
    match piece_figures(inside, context).as_deref() {
        Ok([Printed::Number(number)]) => Ok(number.noun.is_some()),
        Ok(_) => Ok(false),
        Err(PrintedError::Word { .. }) if units::are_mentioned(inside) => {
            Err(PrintedError::AmbiguousParentheses)
        }
        Err(PrintedError::Word { .. }) => Ok(true),
        Err(error) => Err(error.clone()),
    }
}

/// The inside of a footnote mark: one or two digits, a letter, or stars.
fn is_mark(inside: &str) -> bool {
    let mut cursor = Cursor::new(inside);
    cursor.take(is_star);
    let number = cursor.take(|c| c.is_ascii_digit());
    let letter = inside.len() == 1 && inside.starts_with(|c: char| c.is_ascii_alphabetic());
    letter || (cursor.is_empty() && !inside.is_empty() && number.len() <= 2)
}

fn is_star(character: char) -> bool {
    matches!(character, '*' | '※' | '†' | '‡')
}
