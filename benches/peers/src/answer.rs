//! Questions and answers, the same for every peer.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::facts::{Key, Row};

/// What a peer is asked. Quarters are counted from 0; both ends of a range belong to it.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// One fact.
    Point { key: Key, quarter: u32 },
    /// One fact of a company and metric that are given by name.
    Named { key: Key, quarter: u32 },
    /// The latest facts of a range.
    Range { key: Key, first: u32, last: u32 },
    /// The facts of a range as they were known on a day.
    AsOf {
        key: Key,
        first: u32,
        last: u32,
        day: i32,
    },
    /// The change of every fact of a series over the year before.
    Growth { key: Key },
    /// One metric and quarter of all companies.
    Panel { metric: u32, quarter: u32 },
    /// The companies whose metric grew most over the year before.
    Top {
        metric: u32,
        quarter: u32,
        count: usize,
    },
}

/// Facts or changes, by quarter or, of all companies, by company; the best first.
#[derive(Clone, Default, Debug)]
pub struct Answer {
    pub rows: Vec<Row>,
    pub growths: Vec<Growth>,
    pub decimals: Vec<DecimalGrowth>,
    pub floats: Vec<FloatGrowth>,
}

impl Answer {
    pub fn clear(&mut self) {
        self.rows.clear();
        self.growths.clear();
        self.decimals.clear();
        self.floats.clear();
    }
}

/// What sort of change it is: see kessan's `ChangeKind`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    NoComparator,
    OverBase,
    OverAbsoluteBase,
    TurnedPositive,
    TurnedNegative,
    FromZero,
    ToZero,
    Unchanged,
    BaseNotDistinctFromZero,
}

impl Word {
    pub const ALL: usize = 9;
}

/// An exact ratio with a positive denominator, not always reduced.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    pub numerator: i128,
    pub denominator: i128,
}

impl Ratio {
    pub const NONE: Ratio = Ratio {
        numerator: 0,
        denominator: 1,
    };

    pub fn order(&self, other: &Self) -> Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

/// A change over the year before: exact, and with the interval that rounding of both figures allows. The ratios are of
/// `OverBase` and `OverAbsoluteBase` only.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The quarter; in a screen the company.
    pub at: u32,
    pub word: Word,
    pub ratio: Ratio,
    pub low: Ratio,
    pub high: Ratio,
}

impl Growth {
    pub fn word(at: u32, word: Word) -> Self {
        Self {
            at,
            word,
            ratio: Ratio::NONE,
            low: Ratio::NONE,
            high: Ratio::NONE,
        }
    }
}

/// The same with decimals of 28 digits in place of exact ratios.
#[derive(Clone, Copy, Debug)]
pub struct DecimalGrowth {
    pub at: u32,
    pub word: Word,
    pub ratio: Decimal,
    pub low: Decimal,
    pub high: Decimal,
}

/// The same with floats.
#[derive(Clone, Copy, Debug)]
pub struct FloatGrowth {
    pub at: u32,
    pub word: Word,
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
}

/// What became of the changes of all series: how many there are of each word, and something that needs all ratios.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    pub words: [u64; Word::ALL],
    /// A number that needs all ratios: the sum of their numerators, or, where peers are compared, the sum of all
    /// ratios to nine decimal places, each cut off towards zero.
    pub digest: i128,
}

impl Tally {
    /// `thorough`: with a digest to be compared, which takes longer.
    pub fn add(&mut self, answer: &Answer, thorough: bool) {
        for growth in &answer.growths {
            self.words[growth.word as usize] += 1;
            for ratio in [growth.ratio, growth.low, growth.high] {
                self.digest += if thorough {
                    ratio.numerator * 1_000_000_000 / ratio.denominator
                } else {
                    ratio.numerator
                };
            }
        }
        for growth in &answer.decimals {
            self.words[growth.word as usize] += 1;
            for ratio in [growth.ratio, growth.low, growth.high] {
                // Of many digits each: it may come round.
                self.digest = self.digest.wrapping_add(ratio.mantissa());
            }
        }
    }
}
