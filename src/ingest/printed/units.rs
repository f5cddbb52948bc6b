//! Units after the digits: currency, scale word, percent sign, counted noun.

use super::cursor::Cursor;
use super::faults::{digit_like, unexpected};
use super::words::{
    BANDWIDTHS, CURRENCY_WORDS, JAPANESE_SCALES, NO_NOUNS, PERCENT, POINTS, SCALES, is_one_of,
    is_sign, leading_currency, letters, qualifier,
};
use super::{PrintedError, PrintedNumber};
use crate::model::Currency;

/// A word or sign after the digits.
#[derive(Clone, Copy)]
enum Word<'a> {
    Percent,
    Points,
    Scale(u32),
    Currency(Currency),
    Noun(&'a str),
}

/// Passes one unit word or sign and adds it to the number; `false` where none comes next. `apart`: a space
/// stands before it; `open`: the parenthesis of a negative number is still open.
pub(super) fn unit(
    cursor: &mut Cursor,
    number: &mut PrintedNumber,
    apart: bool,
    open: bool,
) -> Result<bool, PrintedError> {
    let mut ahead = *cursor;
    let Some(word) = unit_word(&mut ahead, apart && !open)? else {
        return Ok(false);
    };
    add(number, word)?;
    *cursor = ahead;
    Ok(true)
}

/// Whether words speak of money, a scale or a percentage: `in millions`, `up 5.0% YoY`.
pub(super) fn are_mentioned(text: &str) -> bool {
    let sign = |c| matches!(c, '%' | '$' | '¥' | '€' | '£' | '円');
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    text.contains(sign)
        || words.any(|word| {
            is_one_of(word, &PERCENT)
                || named(word, &SCALES).is_some()
                || named(word, &CURRENCY_WORDS).is_some()
                || word.parse::<Currency>().is_ok()
        })
}

fn unit_word<'a>(
    cursor: &mut Cursor<'a>,
    may_count: bool,
) -> Result<Option<Word<'a>>, PrintedError> {
    if cursor.eat('%') {
        return Ok(Some(percent_or_points(cursor)));
    }
    if let Some(word) = japanese_word(cursor) {
        return Ok(Some(word));
    }
    if prices_next_figure(*cursor)? || begins_figure(*cursor) {
        return Ok(None);
    }
    if let Some(currency) = leading_currency(cursor) {
        return Ok(Some(Word::Currency(currency)));
    }
    if !cursor.peek().is_some_and(char::is_alphabetic) {
        return Ok(None);
    }
    let start = *cursor;
    match english_word(cursor, may_count) {
        Some(word) if !cursor.peek().is_some_and(char::is_alphanumeric) => Ok(Some(word)),
        _ => Err(unexpected(start, true)),
    }
}

/// Whether a phrase of the next figure begins here: `over 5`, `to 12`.
fn begins_figure(mut cursor: Cursor) -> bool {
    qualifier(&mut cursor).is_some() || letters(&mut cursor).eq_ignore_ascii_case("to")
}

/// `%`, but `% points`.
fn percent_or_points(cursor: &mut Cursor) -> Word<'static> {
    let mut ahead = *cursor;
    ahead.spaces();
    if is_one_of(letters(&mut ahead), &POINTS) {
        *cursor = ahead;
        return Word::Points;
    }
    Word::Percent
}

fn japanese_word(cursor: &mut Cursor) -> Option<Word<'static>> {
    if cursor.eat('円') {
        return Some(Word::Currency(Currency::JPY));
    }
    if cursor.eat_text("ポイント") {
        return Some(Word::Points);
    }
    let scale = JAPANESE_SCALES
        .iter()
        .find(|(word, _)| cursor.eat_text(word));
    scale.map(|(_, power)| Word::Scale(*power))
}

/// Whether a currency sign or code belongs to the figure after it: `8,344 $70`. One that might belong to
/// either (`8,344 USD 70`) is an error.
fn prices_next_figure(mut cursor: Cursor) -> Result<bool, PrintedError> {
    let always_first =
        matches!(cursor.peek(), Some('$' | '¥' | '£')) || cursor.clone().eat_text("US$");
    if leading_currency(&mut cursor).is_none() {
        return Ok(false);
    }
    if always_first || begins_number(cursor) {
        return Ok(true);
    }
    if cursor.spaces() && begins_number(cursor) {
        return Err(PrintedError::AmbiguousSpace);
    }
    Ok(false)
}

fn begins_number(cursor: Cursor) -> bool {
    cursor
        .peek()
        .is_some_and(|c| c.is_ascii_digit() || c == '.' || is_sign(c))
}

fn english_word<'a>(cursor: &mut Cursor<'a>, may_count: bool) -> Option<Word<'a>> {
    let word = letters(cursor);
    if word.eq_ignore_ascii_case("percentage") && cursor.spaces() {
        return is_one_of(letters(cursor), &POINTS).then_some(Word::Points);
    }
    if is_one_of(word, &PERCENT) {
        return Some(Word::Percent);
    }
    if is_one_of(word, &POINTS) {
        return Some(Word::Points);
    }
    if let Some(power) = named(word, &SCALES) {
        return Some(Word::Scale(power));
    }
    if let Some(code) = named(word, &CURRENCY_WORDS) {
        return code.parse().ok().map(Word::Currency);
    }
    let counts = BANDWIDTHS.contains(&word) || (may_count && is_noun(word));
    counts.then_some(Word::Noun(word))
}

/// What a word means, in whatever case.
fn named<T: Copy>(word: &str, meanings: &[(&str, T)]) -> Option<T> {
    let (_, meaning) = meanings
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))?;
    Some(*meaning)
}

fn is_noun(word: &str) -> bool {
    word.len() > 1 && !is_one_of(word, &NO_NOUNS) && !word.chars().all(|c| digit_like(c).is_some())
}

/// Adds a word to a number that has nothing of its kind yet.
fn add(number: &mut PrintedNumber, word: Word) -> Result<(), PrintedError> {
    let relative = number.percent || number.points;
    let counted = number.noun.is_some();
    let priced = number.currency.is_some();
    let scaled = number.scale.is_some();
    let fits = match word {
        Word::Percent | Word::Points => !(relative || counted || priced || scaled),
        Word::Scale(_) => !(relative || counted || scaled),
        Word::Currency(_) | Word::Noun(_) => !(relative || counted || priced),
    };
    match word {
        Word::Noun(noun) if !fits => return Err(PrintedError::Word { word: noun.into() }),
        _ if !fits => return Err(PrintedError::Units),
        Word::Percent => number.percent = true,
        Word::Points => number.points = true,
        Word::Scale(power) => number.scale = Some(power),
        Word::Currency(currency) => number.currency = Some(currency),
        Word::Noun(noun) => number.noun = Some(noun.into()),
    }
    Ok(())
}
