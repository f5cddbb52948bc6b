//! Fiscal years, quarters and the other named slots of a fiscal year.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A named part of a fiscal year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// First quarter.
    Q1,
    /// Second quarter.
    Q2,
    /// Third quarter.
    Q3,
    /// Fourth quarter.
    Q4,
    /// First half (quarters one and two).
    H1,
    /// Second half (quarters three and four).
    H2,
    /// First nine months (quarters one to three).
    NineMonths,
    /// The whole fiscal year.
    Year,
}

/// How long a slot is, whichever its place in the year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Three months, or 12 to 17 weeks.
    Quarter,
    /// Two quarters.
    Half,
    /// Three quarters from the start of the year.
    NineMonths,
    /// A fiscal year.
    Year,
}

impl Slot {
    /// All slots.
    pub const ALL: [Slot; 8] = [
        Slot::Q1,
        Slot::Q2,
        Slot::Q3,
        Slot::Q4,
        Slot::H1,
        Slot::H2,
        Slot::NineMonths,
        Slot::Year,
    ];

    /// How long this slot is.
    #[must_use]
    pub fn span(self) -> Span {
        match self {
            Slot::Q1 | Slot::Q2 | Slot::Q3 | Slot::Q4 => Span::Quarter,
            Slot::H1 | Slot::H2 => Span::Half,
            Slot::NineMonths => Span::NineMonths,
            Slot::Year => Span::Year,
        }
    }

    /// The first and last quarter (1 to 4) of this slot.
    #[must_use]
    pub fn quarters(self) -> (u8, u8) {
        match self {
            Slot::Q1 => (1, 1),
            Slot::Q2 => (2, 2),
            Slot::Q3 => (3, 3),
            Slot::Q4 => (4, 4),
            Slot::H1 => (1, 2),
            Slot::H2 => (3, 4),
            Slot::NineMonths => (1, 3),
            Slot::Year => (1, 4),
        }
    }
}

/// A named slot of a numbered fiscal year of some company, such as the first quarter of fiscal 2003.
///
/// Its dates and its label are given by the company's [`FiscalCalendar`](crate::FiscalCalendar).
///
/// ```
/// use kessan::{FiscalPeriod, Slot};
/// let q1 = FiscalPeriod::new(2003, Slot::Q1);
/// assert_eq!(q1.previous(), FiscalPeriod::new(2002, Slot::Q4));
/// assert_eq!(q1.year_ago(), FiscalPeriod::new(2002, Slot::Q1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FiscalPeriod {
    /// The fiscal year, by the company's own numbering.
    pub year: i32,
    /// The part of it.
    pub slot: Slot,
}

impl FiscalPeriod {
    /// A slot of a fiscal year.
    #[must_use]
    pub fn new(year: i32, slot: Slot) -> Self {
        Self { year, slot }
    }

    /// The next slot of the same span: after Q4 comes Q1 of the next year, after nine months those of
    /// the next year.
    #[must_use]
    pub fn next(self) -> Self {
        let (over, slot) = match self.slot {
            Slot::Q1 => (0, Slot::Q2),
            Slot::Q2 => (0, Slot::Q3),
            Slot::Q3 => (0, Slot::Q4),
            Slot::Q4 => (1, Slot::Q1),
            Slot::H1 => (0, Slot::H2),
            Slot::H2 => (1, Slot::H1),
            Slot::NineMonths => (1, Slot::NineMonths),
            Slot::Year => (1, Slot::Year),
        };
        Self::new(self.year.saturating_add(over), slot)
    }

    /// The slot of the same span before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        let (back, slot) = match self.slot {
            Slot::Q1 => (1, Slot::Q4),
            Slot::Q2 => (0, Slot::Q1),
            Slot::Q3 => (0, Slot::Q2),
            Slot::Q4 => (0, Slot::Q3),
            Slot::H1 => (1, Slot::H2),
            Slot::H2 => (0, Slot::H1),
            Slot::NineMonths => (1, Slot::NineMonths),
            Slot::Year => (1, Slot::Year),
        };
        Self::new(self.year.saturating_sub(back), slot)
    }

    /// The same slot one fiscal year earlier.
    #[must_use]
    pub fn year_ago(self) -> Self {
        Self::new(self.year.saturating_sub(1), self.slot)
    }
}

/// How a company writes its fiscal periods.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum LabelStyle {
    /// `1Q03`, `1H03`, `9M03`, `FY2003`.
    #[default]
    #[serde(rename = "1Q03")]
    QuarterShortYear,
    /// `1Q2003`, `1H2003`, `9M2003`, `FY2003`.
    #[serde(rename = "1Q2003")]
    QuarterYear,
    /// `Q1 FY2003`, `H1 FY2003`, `9M FY2003`, `FY2003`.
    #[serde(rename = "Q1 FY2003")]
    QuarterFiscalYear,
    /// `FY2003 Q1`, `FY2003 H1`, `FY2003 9M`, `FY2003`.
    #[serde(rename = "FY2003 Q1")]
    FiscalYearQuarter,
    /// `2003Q1`, `2003H1`, `2003 9M`, `FY2003`.
    #[serde(rename = "2003Q1")]
    YearQuarter,
}

impl LabelStyle {
    /// Writes a fiscal period in this style. Years outside 1970-2069 are written with four digits,
    /// so that a label always reads back as the period it was made of.
    #[must_use]
    pub fn label(self, period: FiscalPeriod) -> String {
        let year = period.year;
        if period.slot == Slot::Year {
            return format!("FY{year:04}");
        }
        let (letter_last, letter_first) = match period.slot {
            Slot::Q1 => ("1Q", "Q1"),
            Slot::Q2 => ("2Q", "Q2"),
            Slot::Q3 => ("3Q", "Q3"),
            Slot::Q4 => ("4Q", "Q4"),
            Slot::H1 => ("1H", "H1"),
            Slot::H2 => ("2H", "H2"),
            Slot::NineMonths | Slot::Year => ("9M", "9M"),
        };
        match self {
            LabelStyle::QuarterShortYear if (1970..2070).contains(&year) => {
                format!("{letter_last}{:02}", year.rem_euclid(100))
            }
            LabelStyle::QuarterShortYear | LabelStyle::QuarterYear => {
                format!("{letter_last}{year:04}")
            }
            LabelStyle::QuarterFiscalYear => format!("{letter_first} FY{year:04}"),
            LabelStyle::FiscalYearQuarter => format!("FY{year:04} {letter_first}"),
            LabelStyle::YearQuarter if letter_first == "9M" => format!("{year:04} 9M"),
            LabelStyle::YearQuarter => format!("{year:04}{letter_first}"),
        }
    }
}

/// Reads a label in any of the known styles; the year is taken as written.
///
/// Two-digit years pivot at 70: `70` to `99` are 1970-1999, `00` to `69` are 2000-2069.
pub(crate) fn parse_label(text: &str) -> Option<FiscalPeriod> {
    let upper = text.trim().to_ascii_uppercase();
    let words: Vec<&str> = upper.split_ascii_whitespace().collect();
    let (slot, year) = match words.as_slice() {
        [one] => split_compact(one)?,
        [a, b] => match (slot_word(a), slot_word(b)) {
            (Some(slot), None) => (slot, *b),
            (None, Some(slot)) => (slot, *a),
            _ => return None,
        },
        _ => return None,
    };
    Some(FiscalPeriod::new(
        year_number(year.strip_prefix("FY").unwrap_or(year))?,
        slot,
    ))
}

fn slot_word(word: &str) -> Option<Slot> {
    Some(match word {
        "1Q" | "Q1" => Slot::Q1,
        "2Q" | "Q2" => Slot::Q2,
        "3Q" | "Q3" => Slot::Q3,
        "4Q" | "Q4" => Slot::Q4,
        "1H" | "H1" => Slot::H1,
        "2H" | "H2" => Slot::H2,
        "9M" => Slot::NineMonths,
        _ => return None,
    })
}

/// `1Q03`, `1QFY03`, `9M2003`, `FY2003`, `2003Q1`, `FY2003Q1`.
fn split_compact(word: &str) -> Option<(Slot, &str)> {
    if let Some(slot) = word.get(..2).and_then(slot_word) {
        return Some((slot, word.get(2..)?));
    }
    let cut = word.len().checked_sub(2)?;
    if let Some(slot) = word.get(cut..).and_then(slot_word) {
        let year = word.get(..cut)?;
        // `031Q` would be read as year 03; only the four-digit form is in use.
        let digits = year.strip_prefix("FY").unwrap_or(year);
        return (digits.len() == 4).then_some((slot, year));
    }
    word.strip_prefix("FY").map(|year| (Slot::Year, year))
}

fn year_number(digits: &str) -> Option<i32> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    match digits.len() {
        2 if number >= 70 => Some(1900 + number),
        2 => Some(2000 + number),
        4 => Some(number),
        _ => None,
    }
}

impl fmt::Display for FiscalPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&LabelStyle::FiscalYearQuarter.label(*self))
    }
}
