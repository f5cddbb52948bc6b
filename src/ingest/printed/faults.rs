//! Naming what is wrong with a text.

use super::PrintedError;
use super::cursor::Cursor;
use super::words::{is_dash, is_sign};

/// Why what comes next cannot stand there. `after_digits`: it follows a number.
pub(super) fn unexpected(cursor: Cursor, after_digits: bool) -> PrintedError {
    match cursor.peek() {
        None | Some('%') => PrintedError::NotANumber,
        Some('(' | ')') => PrintedError::Parentheses,
        Some(mark @ (',' | '.' | '\'')) => stray_mark(cursor, mark),
        Some(sign) if is_sign(sign) || is_dash(sign) => PrintedError::LooseSign { sign },
        Some(digit) if digit.is_ascii_digit() => PrintedError::Several,
        Some(letter) if letter.is_alphabetic() => unknown_word(cursor, after_digits),
        Some(digit) if digit.is_numeric() => PrintedError::ForeignDigit { digit },
        Some(character) => PrintedError::Character { character },
    }
}

/// Why a mark of grouping or decimals that stands here cannot.
pub(super) fn stray_mark(cursor: Cursor, mark: char) -> PrintedError {
    let mut after = cursor;
    after.skip();
    misread_digit(after).unwrap_or(PrintedError::StrayMark { mark })
}

/// A word, or a misread number: `1O,000`.
fn unknown_word(cursor: Cursor, after_digits: bool) -> PrintedError {
    let has_digits = number_like(cursor).contains(|c: char| c.is_ascii_digit());
    let misread = (after_digits || has_digits).then(|| misread_digit(cursor));
    misread.flatten().unwrap_or_else(|| PrintedError::Word {
        word: cursor.clone().take(char::is_alphanumeric).into(),
    })
}

/// A letter that was taken for a digit, where what comes next holds no other letters.
pub(super) fn misread_digit(cursor: Cursor) -> Option<PrintedError> {
    let mut letters = number_like(cursor).chars().filter(|c| c.is_alphabetic());
    let letter = letters.next()?;
    let digit = digit_like(letter)?;
    let alone = letters.all(|c| digit_like(c).is_some());
    alone.then_some(PrintedError::LetterForDigit { letter, digit })
}

/// The letters, digits and marks that come next.
fn number_like(mut cursor: Cursor<'_>) -> &str {
    cursor.take(|c| c.is_alphanumeric() || matches!(c, ',' | '.'))
}

/// The digit for which a letter is mistaken.
pub(super) fn digit_like(letter: char) -> Option<char> {
    match letter {
        'O' | 'o' => Some('0'),
        'l' | 'I' => Some('1'),
        _ => None,
    }
}
