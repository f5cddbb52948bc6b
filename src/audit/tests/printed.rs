//! Spoilt printed figures: one mistake in one number of a cell, as text.

use std::ops::Range;

/// What is done to a printed figure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Mutation {
    /// The sign is flipped.
    Sign,
    /// The point moves three places to the left: the figure is a thousand times too small, its precision too.
    Scale,
    /// The last two neighbouring digits that differ are swapped.
    Transposition,
    /// The last digit is two more, or two less where it is 8 or 9.
    LastDigit,
}

impl Mutation {
    pub(super) const ALL: [Mutation; 4] = [
        Mutation::Sign,
        Mutation::Scale,
        Mutation::Transposition,
        Mutation::LastDigit,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Mutation::Sign => "sign flipped",
            Mutation::Scale => "scale moved by 1,000",
            Mutation::Transposition => "two digits transposed",
            Mutation::LastDigit => "last digit changed by two",
        }
    }

    /// The text with the number at a place changed; `None` where that number cannot have this mistake.
    pub(super) fn of(self, text: &str, number: &Range<usize>) -> Option<String> {
        if self == Mutation::Sign {
            return flipped(text, number);
        }
        let digits = text.get(number.clone())?;
        let changed = match self {
            Mutation::Scale => thousandth(digits)?,
            Mutation::Transposition => transposed(digits)?,
            _ => two_off(digits)?,
        };
        let mut spoilt = text.to_owned();
        spoilt.replace_range(number.clone(), &changed);
        Some(spoilt)
    }
}

/// Where the numbers of a cell stand: runs of digits with points and commas between them, outside of markup and of
/// remarks in words.
pub(super) fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut markup = false;
    for (at, c) in text.char_indices() {
        match c {
            '<' => markup = true,
            '>' => markup = false,
            _ => {}
        }
        let inside = |c: char| c.is_ascii_digit();
        let joins = matches!(c, ',' | '.')
            && text[at + 1..].starts_with(inside)
            && found.last().is_some_and(|last| last.end == at);
        if markup || !(inside(c) || joins) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

fn is_zero(digits: &str) -> bool {
    digits.chars().all(|c| matches!(c, '0' | '.' | ','))
}

fn flipped(text: &str, number: &Range<usize>) -> Option<String> {
    if is_zero(&text[number.clone()]) {
        return None;
    }
    let (before, after) = (&text[..number.start], &text[number.end..]);
    let digits = &text[number.clone()];
    let (start, currency) = match before.strip_suffix("JPY") {
        Some(start) => (start, "JPY"),
        None => (before, ""),
    };
    if let Some(start) = start.strip_suffix('-') {
        return Some(format!("{start}{currency}{digits}{after}"));
    }
    let percent = if after.starts_with('%') { "%" } else { "" };
    let rest = &after[percent.len()..];
    match (start.strip_suffix('('), rest.strip_prefix(')')) {
        (Some(start), Some(rest)) => Some(format!("{start}{currency}{digits}{percent}{rest}")),
        _ => Some(format!("{start}-{currency}{digits}{after}")),
    }
}

fn thousandth(digits: &str) -> Option<String> {
    if is_zero(digits) {
        return None;
    }
    let plain: String = digits.chars().filter(|c| *c != ',').collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let whole = format!("{whole:0>4}");
    let (whole, moved) = whole.split_at(whole.len() - 3);
    Some(format!("{whole}.{moved}{fraction}"))
}

fn transposed(digits: &str) -> Option<String> {
    let mut bytes = digits.as_bytes().to_vec();
    let places: Vec<usize> = (0..bytes.len())
        .filter(|&at| bytes[at].is_ascii_digit())
        .collect();
    let leading = places.iter().take_while(|&&at| bytes[at] == b'0').count();
    let pair = places[leading..].windows(2).rev().find(|pair| {
        let first = pair[0] == places[leading];
        bytes[pair[0]] != bytes[pair[1]] && !(first && bytes[pair[1]] == b'0')
    })?;
    bytes.swap(pair[0], pair[1]);
    String::from_utf8(bytes).ok()
}

fn two_off(digits: &str) -> Option<String> {
    let last = digits.chars().next_back()?.to_digit(10)?;
    let changed = if last < 8 { last + 2 } else { last - 2 };
    Some(format!("{}{changed}", &digits[..digits.len() - 1]))
}

#[test]
fn mistakes_in_printed_figures() {
    let spoilt = |text: &str, nth: usize| {
        Mutation::ALL.map(|mutation| mutation.of(text, &numbers(text)[nth]).unwrap_or_default())
    };
    let expected = |texts: [&str; 4]| texts.map(str::to_owned);
    assert_eq!(
        spoilt("8,344", 0),
        expected(["-8,344", "8.344", "8,434", "8,346"])
    );
    assert_eq!(
        spoilt("(5.7%)", 0),
        expected(["5.7%", "(0.0057%)", "(7.5%)", "(5.9%)"])
    );
    assert_eq!(
        spoilt("(JPY18,764)", 0),
        expected(["JPY18,764", "(JPY18.764)", "(JPY18,746)", "(JPY18,766)"])
    );
    assert_eq!(
        spoilt("<i>80.8%</i> 14.2", 1),
        expected([
            "<i>80.8%</i> -14.2",
            "<i>80.8%</i> 0.0142",
            "<i>80.8%</i> 12.4",
            "<i>80.8%</i> 14.4"
        ])
    );
    assert_eq!(spoilt("-97", 0), expected(["97", "-0.097", "-79", "-99"]));
    // A zero has no sign and no scale; 100 has no two digits that differ and leave a number of three digits.
    assert_eq!(spoilt("0.0", 0), expected(["", "", "", "0.2"]));
    assert_eq!(spoilt("100", 0), expected(["-100", "0.100", "", "102"]));
    assert_eq!(spoilt("9", 0), expected(["-9", "0.009", "", "7"]));
}
