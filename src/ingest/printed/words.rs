//! The words and signs that are known.

use super::Qualifier;
use super::cursor::Cursor;
use crate::model::Currency;

/// Longer phrases before those they begin with.
const QUALIFIERS: [(&str, Qualifier); 14] = [
    ("approximately", Qualifier::Approximate),
    ("approx.", Qualifier::Approximate),
    ("approx", Qualifier::Approximate),
    ("about", Qualifier::Approximate),
    ("around", Qualifier::Approximate),
    ("nearly", Qualifier::Approximate),
    ("約", Qualifier::Approximate),
    ("more than", Qualifier::MoreThan),
    ("over", Qualifier::MoreThan),
    ("at least", Qualifier::AtLeast),
    ("up to", Qualifier::AtMost),
    ("at most", Qualifier::AtMost),
    ("less than", Qualifier::LessThan),
    ("under", Qualifier::LessThan),
];

pub(super) const SCALES: [(&str, u32); 10] = [
    ("thousand", 3),
    ("thousands", 3),
    ("million", 6),
    ("millions", 6),
    ("mn", 6),
    ("billion", 9),
    ("billions", 9),
    ("bn", 9),
    ("trillion", 12),
    ("trillions", 12),
];

/// Longer words before those they begin with. Two of them in a row (`千億`) are two scales, an error.
pub(super) const JAPANESE_SCALES: [(&str, u32); 6] = [
    ("百万", 6),
    ("十億", 9),
    ("千", 3),
    ("万", 4),
    ("億", 8),
    ("兆", 12),
];

const SYMBOLS: [(&str, &str); 5] = [
    ("US$", "USD"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("€", "EUR"),
    ("£", "GBP"),
];

pub(super) const CURRENCY_WORDS: [(&str, &str); 5] = [
    ("yen", "JPY"),
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
];

pub(super) const PERCENT: [&str; 2] = ["percent", "pct"];
pub(super) const POINTS: [&str; 7] = ["points", "point", "pts", "pt", "pp", "ppt", "ppts"];

/// Units that may touch their number (`64kbps`); any other noun stands apart.
pub(super) const BANDWIDTHS: [&str; 5] = ["bps", "kbps", "Mbps", "Gbps", "Tbps"];

/// Words that change the number before them, or join it to another: never a counted thing.
pub(super) const NO_NOUNS: [&str; 18] = [
    "and", "or", "of", "per", "in", "by", "from", "than", "to", "plus", "minus", "times",
    "hundred", "hundreds", "dozen", "lakh", "crore", "cents",
];

/// Passes a phrase such as `more than`.
pub(super) fn qualifier(cursor: &mut Cursor) -> Option<Qualifier> {
    QUALIFIERS.iter().find_map(|(phrase, qualifier)| {
        let mut ahead = *cursor;
        let whole =
            ahead.eat_text(phrase) && !ahead.peek().is_some_and(|c| c.is_ascii_alphabetic());
        whole.then(|| {
            *cursor = ahead;
            *qualifier
        })
    })
}

/// Passes a currency sign or code: `¥`, `US$`, `JPY`.
pub(super) fn leading_currency(cursor: &mut Cursor) -> Option<Currency> {
    for (symbol, code) in SYMBOLS {
        if cursor.eat_text(symbol) {
            return code.parse().ok();
        }
    }
    let mut ahead = *cursor;
    let currency = letters(&mut ahead).parse().ok()?;
    *cursor = ahead;
    Some(currency)
}

/// Passes the word between the ends of a range: `0.90 to 1.00`.
pub(super) fn range_word(cursor: &mut Cursor) -> bool {
    let mut ahead = *cursor;
    let found = ahead.spaces() && ahead.eat_text("to") && ahead.spaces();
    if found {
        *cursor = ahead;
    }
    found
}

/// Whether a character is a sign of a number.
pub(super) fn is_sign(character: char) -> bool {
    matches!(character, '-' | '–' | '−' | '+' | '△' | '▲')
}

/// Whether a character is a dash of some length, a minus among them; nil marks are made of these.
pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '–' | '—' | '―' | '−' | '─' | 'ー')
}

/// Passes the ASCII letters that come next.
pub(super) fn letters<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take(|c| c.is_ascii_alphabetic())
}

/// Whether a word is in a list, in whatever case.
pub(super) fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| word.eq_ignore_ascii_case(entry))
}
