//! Reading printed numbers: what a release prints in a cell, exactly, or an error.
//!
//! | printed | read |
//! |---|---|
//! | `8,344` `8 344 046` `8'344` `８，３４４` | digits, grouped in threes by one kind of mark |
//! | `-97` `−97` `(1,060)` `△1,060` `(5.7)%` | negative; two signs at once are an error |
//! | `JPY8,344 million` `$ -0.8 million` `8,344百万円` | currency and scale word, each once |
//! | `0.90-1.00` `10～12%` | a range; its ends share what only one of them prints |
//! | `329⁶` `5,056 (1)` `100*1` `JPY2,000 (Annual)` | a number with its marks and remarks |
//! | `-` `—` `$ —` / `n/a` / `n.m.` | nil, not applicable, not meaningful |
//!
//! A number keeps the digits it was printed with, so that `1.10` is known to two places. What can be read in
//! two ways (`1.234,5` without a declared decimal comma, `- 97`, a `.344` that may have lost its thousands)
//! is an error; nothing is guessed, dropped or taken for zero. An `Err` carries no place: the caller knows it.

mod cursor;
mod digits;
mod faults;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod marks;
mod number;
mod plain;
#[cfg(test)]
mod tests;
mod units;
mod words;

use cursor::Cursor;

use crate::model::Currency;

/// The longest cell that is read, in bytes.
const LONGEST: usize = 256;

/// How the numbers of a document are written, as its manifest declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reading {
    /// `1.234,5` rather than `1,234.5`. Spaces and apostrophes group digits either way.
    pub(crate) decimal_comma: bool,
}

/// What a cell holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Printed {
    /// One number.
    Number(PrintedNumber),
    /// `0.90-1.00`: from the first to the second, which is not smaller.
    Range(PrintedNumber, PrintedNumber),
    /// A nil mark: `-`, `—`. The manifest says what it means.
    Nil,
    /// `n.m.`, `NM`.
    NotMeaningful,
    /// `n/a`, `N/A`.
    NotApplicable,
    /// Nothing: not reported.
    Empty,
}

/// A number as printed: its value is `mantissa` / 10^`places` × 10^`scale`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct PrintedNumber {
    /// The signed digits without the point; at most 28.
    pub(crate) mantissa: i128,
    /// How many of the digits were printed after the point; at most 28.
    pub(crate) places: u32,
    /// A percent sign or word was printed.
    pub(crate) percent: bool,
    /// Percentage points: `0.2 points`.
    pub(crate) points: bool,
    /// The printed currency.
    pub(crate) currency: Option<Currency>,
    /// The printed scale word as a power of ten: 6 for `million`.
    pub(crate) scale: Option<u32>,
    /// The one word that says what is counted: `41,297,800 shares`.
    pub(crate) noun: Option<String>,
    /// A word that makes the number a bound or an approximation.
    pub(crate) qualifier: Option<Qualifier>,
    /// Footnote marks and parenthesised remarks after the number, as printed: `⁴`, `(1)`, `(Annual)`.
    pub(crate) notes: Vec<String>,
}

/// How a printed word limits its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Qualifier {
    /// `approx.`, `about`, `around`, `nearly`, `約`.
    Approximate,
    /// `more than`, `over`.
    MoreThan,
    /// `at least`.
    AtLeast,
    /// `up to`, `at most`.
    AtMost,
    /// `less than`, `under`.
    LessThan,
}

/// Why a cell cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintedError {
    /// A cell of prose, or a damaged one.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// `JPY`, `%`: digits are missing.
    #[error("not a number")]
    NotANumber,
    /// More figures than the one expected.
    #[error("several figures where one is expected")]
    Several,
    /// `80 142` or `8 USD 70` where several figures may stand.
    #[error("a space that may part two figures or join one")]
    AmbiguousSpace,
    /// `8,344 (69.6)`, a negative or the same figure in other words; `8,344 (million yen)`.
    #[error("parentheses after a figure hold another figure or a unit")]
    AmbiguousParentheses,
    /// `1,23,4`, `12,34`, `1234,567`.
    #[error("grouping is not in threes")]
    NotInThrees,
    /// `8,344 046`.
    #[error("digits are grouped by different marks")]
    MixedGrouping,
    /// `1.234,5`: is the decimal mark a comma?
    #[error("digits are grouped after the decimal mark")]
    GroupedFraction,
    /// `1.2.3`.
    #[error("two decimal marks")]
    TwoDecimalMarks,
    /// `8.`, `,344`.
    #[error("{mark:?} does not stand between digits")]
    StrayMark {
        /// The mark.
        mark: char,
    },
    /// `046`, `0,344`: digits may have been lost before it.
    #[error("a whole number that begins with a zero")]
    LeadingZero,
    /// A number that no exact decimal holds.
    #[error("more than 28 digits")]
    TooManyDigits,
    /// `1O,000`, `l,060`.
    #[error("the letter {letter} stands for a {digit}")]
    LetterForDigit {
        /// The letter.
        letter: char,
        /// The digit it was taken for.
        digit: char,
    },
    /// `٣`, `½`, `①`.
    #[error("{digit:?} is neither an ASCII nor a full-width digit")]
    ForeignDigit {
        /// The digit.
        digit: char,
    },
    /// `(-97)`, `△(97)`, `--97`.
    #[error("contradictory signs")]
    ContradictorySigns,
    /// `- 97`, `97-`.
    #[error("{sign:?} is neither a sign before digits, nor a range, nor a nil mark")]
    LooseSign {
        /// The sign or dash.
        sign: char,
    },
    /// `8,344)`, `()`, `((97))`.
    #[error("parentheses are unbalanced, nested or empty")]
    Parentheses,
    /// `JPY 5%`, `million billion`.
    #[error("units contradict or repeat each other")]
    Units,
    /// A word that says something this reader does not know.
    #[error("unknown word {word:?}")]
    Word {
        /// The word.
        word: String,
    },
    /// `10%-12`, `5-3`, `about 10-12`.
    #[error("the ends of a range do not fit together")]
    Range,
    /// `<i`, `<5%>`.
    #[error("\"<\" that begins no markup")]
    Markup,
    /// A character with no place in a number.
    #[error("unexpected character {character:?}")]
    Character {
        /// The character.
        character: char,
    },
}

/// What the text of a cell is read with.
#[derive(Clone, Copy, Debug)]
struct Context {
    reading: Reading,
    /// Whether more than one figure may follow, so that spaces may part figures.
    several: bool,
}

/// Reads a cell of one figure.
///
/// # Errors
/// [`PrintedError`] where the text is not exactly one figure, a nil mark or empty.
pub(crate) fn read(text: &str, reading: Reading) -> Result<Printed, PrintedError> {
    let several = false;
    let mut figures = figures(text, Context { reading, several })?.into_iter();
    match (figures.next(), figures.next()) {
        (None, _) => Ok(Printed::Empty),
        (Some(figure), None) => Ok(figure),
        (Some(_), Some(_)) => Err(PrintedError::Several),
    }
}

/// Reads every figure of a cell that may hold several, in printed order; none where it is empty. Markup
/// separates figures, and so do spaces, except where they may as well group digits (`80 142`: an error).
///
/// # Errors
/// [`PrintedError`] for the first figure that cannot be read.
pub(crate) fn read_all(text: &str, reading: Reading) -> Result<Vec<Printed>, PrintedError> {
    let several = true;
    figures(text, Context { reading, several })
}

fn figures(text: &str, context: Context) -> Result<Vec<Printed>, PrintedError> {
    let mut figures = Vec::new();
    for piece in plain::pieces(text)? {
        figures.append(&mut piece_figures(&piece, context)?);
    }
    Ok(figures)
}

/// The figures of a text without markup.
fn piece_figures(piece: &str, context: Context) -> Result<Vec<Printed>, PrintedError> {
    if let Some(stand_in) = marks::stand_in(piece) {
        return Ok(vec![stand_in]);
    }
    let mut figures = Vec::new();
    let mut cursor = Cursor::new(piece);
    loop {
        let apart = cursor.spaces() || figures.is_empty();
        if cursor.is_empty() {
            return Ok(figures);
        }
        if !apart {
            return Err(faults::unexpected(cursor, true));
        }
        figures.push(number::figure(&mut cursor, context)?);
    }
}
