//! Figures: exact decimals with the precision they were published with.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::decimal::grouped;
use super::fraction::Fraction;
use super::interval::Interval;

/// How exactly a value was published.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Known without error (XBRL `INF`).
    Exact,
    /// Rounded to so many decimal places (XBRL `decimals`): -6 is to the million, 0 to the unit, 2 to
    /// the hundredth. -28 to 28.
    Decimals(i8),
    /// The source does not say. An interval that involves such a value is unknown, never of zero width.
    Unknown,
}

impl Precision {
    /// The greatest number of decimal places, to either side.
    pub const LIMIT: i8 = 28;

    /// Whether this precision is known and finer than the other, also known, one.
    #[must_use]
    pub fn is_finer_than(self, other: Precision) -> bool {
        match (self, other) {
            (Precision::Exact, Precision::Decimals(_)) => true,
            (Precision::Decimals(a), Precision::Decimals(b)) => a > b,
            _ => false,
        }
    }
}

/// How a source rounds. A property of the source, not of the figure's digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest unit: the true value lies within half a unit, ends included.
    #[default]
    Nearest,
    /// Toward zero: the true value lies within one unit away from zero (XBRL Calculations 1.1). Common
    /// in Japanese filings.
    Truncated,
}

/// An exact decimal in base units with its precision and rounding: `8,344` printed in millions of yen
/// is 8,344,000,000 to -6 decimals.
///
/// Two amounts are equal if value, precision and rounding are; the value's trailing zeros do not count.
///
/// ```
/// use kessan::{Amount, Precision, Rounding};
/// use rust_decimal::Decimal;
/// let printed = Amount::new(Decimal::from(8_344_000_000_i64), Precision::Decimals(-6), Rounding::Nearest)?;
/// let interval = printed.interval().unwrap();
/// assert_eq!(interval.to_string(), "[8343500000, 8344500000]");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "AmountFields")]
pub struct Amount {
    value: Decimal,
    precision: Precision,
    rounding: Rounding,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AmountFields {
    value: Decimal,
    precision: Precision,
    rounding: Rounding,
}

impl TryFrom<AmountFields> for Amount {
    type Error = ModelError;
    fn try_from(fields: AmountFields) -> Result<Self, ModelError> {
        Self::new(fields.value, fields.precision, fields.rounding)
    }
}

impl Amount {
    /// An amount.
    ///
    /// # Errors
    /// [`ModelError::Precision`] where the decimals lie outside -28..=28. A value may have digits beyond its
    /// precision: a source may print more digits than it knows.
    pub fn new(
        value: Decimal,
        precision: Precision,
        rounding: Rounding,
    ) -> Result<Self, ModelError> {
        let value = value.normalize();
        if let Precision::Decimals(decimals) = precision {
            let limit = Precision::LIMIT;
            if !(-limit..=limit).contains(&decimals) {
                return Err(ModelError::Precision { decimals });
            }
        }
        Ok(Self {
            value,
            precision,
            rounding,
        })
    }

    /// mantissa / 10^scale, quickly; `None` where the scale is beyond what a decimal holds.
    pub(crate) fn of_mantissa(
        mut mantissa: i64,
        mut scale: u32,
        precision: Precision,
        rounding: Rounding,
    ) -> Option<Self> {
        while scale > 0 && mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        Some(Self {
            value: Decimal::try_new(mantissa, scale).ok()?,
            precision,
            rounding,
        })
    }

    /// An amount known without error.
    #[must_use]
    pub fn exact(value: Decimal) -> Self {
        Self {
            value: value.normalize(),
            precision: Precision::Exact,
            rounding: Rounding::Nearest,
        }
    }

    /// An amount of which the source does not say how exactly it is known.
    #[must_use]
    pub fn of_unknown_precision(value: Decimal) -> Self {
        Self {
            precision: Precision::Unknown,
            ..Self::exact(value)
        }
    }

    /// The printed value in base units.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// How exactly it was published.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// How its source rounds.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// Where the true value lies; `None` where the precision is unknown, or the bounds are beyond what a
    /// decimal holds.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        Interval::of(self)
    }

    /// The amount with its sign turned.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            value: if self.value.is_zero() {
                self.value
            } else {
                -self.value
            },
            ..*self
        }
    }

    /// Whether two amounts can be roundings of one true value: equal precision needs equal values, else the
    /// intervals must share a point (SEC EDGAR Filer Manual 6.5.12). `None` where a precision is unknown and
    /// the values differ.
    #[must_use]
    pub fn agrees_with(&self, other: &Amount) -> Option<bool> {
        if self.value == other.value {
            return Some(true);
        }
        if self.precision == other.precision
            && self.rounding == other.rounding
            && self.precision != Precision::Unknown
        {
            return Some(false);
        }
        Some(self.interval()?.meets(&other.interval()?))
    }
}

/// A reported figure: a plain amount, or what else a release prints in its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// A number, exact or rounded.
    Amount(Amount),
    /// "approx. 18,000".
    Approximate(Amount),
    /// "at least 100".
    AtLeast(Amount),
    /// "more than 10%".
    MoreThan(Amount),
    /// "up to 18,773".
    AtMost(Amount),
    /// "less than 5%".
    LessThan(Amount),
    /// "0.90-1.00".
    Range {
        /// The lower end.
        low: Amount,
        /// The upper end.
        high: Amount,
    },
    /// "break-even".
    Qualitative(String),
    /// A printed nil mark.
    Nil(Nil),
}

/// What a printed nil mark (`-`, `—`) was declared to mean. Only [`Nil::Zero`] enters a sum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nil {
    /// The amount is zero (to the table's precision).
    Zero,
    /// There is none.
    None,
    /// The question does not arise.
    NotApplicable,
}

impl Figure {
    /// The longest text of a qualitative figure, in bytes.
    pub const TEXT_LIMIT: usize = 256;

    /// The plain amount, exact or rounded; `None` for every other kind.
    #[must_use]
    pub fn amount(&self) -> Option<&Amount> {
        match self {
            Figure::Amount(amount) => Some(amount),
            _ => None,
        }
    }

    /// The printed number of any kind that has one.
    #[must_use]
    pub fn number(&self) -> Option<&Amount> {
        match self {
            Figure::Amount(a)
            | Figure::Approximate(a)
            | Figure::AtLeast(a)
            | Figure::MoreThan(a)
            | Figure::AtMost(a)
            | Figure::LessThan(a) => Some(a),
            Figure::Range { .. } | Figure::Qualitative(_) | Figure::Nil(_) => None,
        }
    }

    /// The figure with its sign turned: a lower bound becomes an upper bound.
    #[must_use]
    pub fn negated(&self) -> Figure {
        match self {
            Figure::Amount(a) => Figure::Amount(a.negated()),
            Figure::Approximate(a) => Figure::Approximate(a.negated()),
            Figure::AtLeast(a) => Figure::AtMost(a.negated()),
            Figure::AtMost(a) => Figure::AtLeast(a.negated()),
            Figure::MoreThan(a) => Figure::LessThan(a.negated()),
            Figure::LessThan(a) => Figure::MoreThan(a.negated()),
            Figure::Range { low, high } => Figure::Range {
                low: high.negated(),
                high: low.negated(),
            },
            Figure::Qualitative(_) | Figure::Nil(_) => self.clone(),
        }
    }

    /// Whether two figures can be about one true value; `None` where that cannot be told (unknown
    /// precision, words, a nil that is not zero).
    #[must_use]
    pub fn agrees_with(&self, other: &Figure) -> Option<bool> {
        if self == other {
            return Some(true);
        }
        match (self, other) {
            (Figure::Amount(a), Figure::Amount(b)) => a.agrees_with(b),
            (Figure::Amount(a), Figure::Nil(Nil::Zero))
            | (Figure::Nil(Nil::Zero), Figure::Amount(a))
                if a.value().is_zero() =>
            {
                Some(true)
            }
            _ => Some(self.possible()?.meets(&other.possible()?)),
        }
    }

    /// Whether two figures that are said at one time cannot both be right: where they do not
    /// [agree](Self::agrees_with), and, where a precision is unknown, where none that their digits allow makes them
    /// agree. A number is rounded no coarser than its last digit that is not zero. So 100 and 104 of unknown precision
    /// may be one value, 100 and 200 or -5 may not; zero may be a rounding of any.
    #[must_use]
    pub fn contradicts(&self, other: &Figure) -> bool {
        if let Some(agrees) = self.agrees_with(other) {
            return !agrees;
        }
        let others = other.readings();
        self.readings().iter().all(|own| {
            others
                .iter()
                .all(|other| own.agrees_with(other) == Some(false))
        })
    }

    /// As precisely known as this can be meant at the coarsest, and one digit finer: two of one precision agree only
    /// where they are equal. Itself where the precision is known, or could be any.
    fn readings(&self) -> Vec<Figure> {
        let amount = match self {
            Figure::Amount(amount) if amount.precision == Precision::Unknown => amount,
            _ => return vec![self.clone()],
        };
        let Some(coarsest) = last_digit(amount.value) else {
            return vec![self.clone()];
        };
        [coarsest, coarsest.saturating_add(1)]
            .into_iter()
            .filter_map(|decimals| {
                let precision = Precision::Decimals(decimals);
                Amount::new(amount.value, precision, amount.rounding).ok()
            })
            .map(Figure::Amount)
            .collect()
    }

    /// The values this figure allows; `None` where it does not say.
    pub(crate) fn possible(&self) -> Option<Interval> {
        match self {
            Figure::Amount(a) => a.interval(),
            Figure::AtLeast(a) => Some(Interval::from_low(a.value().into(), true)),
            Figure::MoreThan(a) => Some(Interval::from_low(a.value().into(), false)),
            Figure::AtMost(a) => Some(Interval::to_high(a.value().into(), true)),
            Figure::LessThan(a) => Some(Interval::to_high(a.value().into(), false)),
            Figure::Range { low, high } => {
                Some(Interval::between(low.value().into(), high.value().into()))
            }
            Figure::Nil(Nil::Zero) => Some(Interval::point(Fraction::ZERO)),
            Figure::Approximate(_) | Figure::Qualitative(_) | Figure::Nil(_) => None,
        }
    }
}

impl From<Amount> for Figure {
    fn from(amount: Amount) -> Self {
        Figure::Amount(amount)
    }
}

/// The decimal place of the last digit that is not zero; `None` of zero.
fn last_digit(value: Decimal) -> Option<i8> {
    let value = value.normalize();
    let mut rest = value.mantissa();
    if rest == 0 {
        return None;
    }
    let mut decimals = i8::try_from(value.scale()).ok()?;
    while rest % 10 == 0 {
        rest /= 10;
        decimals -= 1;
    }
    Some(decimals)
}

/// The power of ten and the word of the scale in which an amount is read: 17.5 billion is known to a tenth of a
/// billion, 8,344 million to the million. Small amounts are not read in billions, however coarse.
fn scale_of(amount: &Amount) -> (u32, &'static str) {
    let Precision::Decimals(decimals) = amount.precision else {
        return (0, "");
    };
    let reaches = |power: u32| {
        amount.value.is_zero() || amount.value.abs() >= Decimal::from(10_i64.pow(power))
    };
    match decimals {
        -8 | -7 => (9, "billion"),
        ..=-9 if reaches(9) => (9, "billion"),
        ..=-5 if reaches(6) || decimals >= -6 => (6, "million"),
        ..=-3 if reaches(3) || decimals >= -4 => (3, "thousand"),
        _ => (0, ""),
    }
}

/// An amount at a scale, exactly; `None` where its digits are too many.
fn at_scale(value: Decimal, power: u32) -> Option<Decimal> {
    let scale = value.scale().checked_add(power)?;
    let scaled = Decimal::try_from_i128_with_scale(value.mantissa(), scale).ok()?;
    Some(scaled.normalize())
}

impl fmt::Display for Amount {
    /// The value at its published scale and precision: `8,344,046 thousand`, `17.5 billion`, `-43.98`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (power, word) = scale_of(self);
        let (scaled, power, word) = match at_scale(self.value, power) {
            Some(scaled) => (scaled, power, word),
            None => (self.value, 0, ""),
        };
        let mut shown = scaled;
        if let Precision::Decimals(decimals) = self.precision {
            let places = i64::from(decimals) + i64::from(power);
            if let Ok(places) = u32::try_from(places.max(0))
                && places >= scaled.scale()
            {
                shown.rescale(places);
            }
        }
        let mut text = grouped(shown);
        if !word.is_empty() {
            text.push(' ');
            text.push_str(word);
        }
        f.pad(&text)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Figure::Amount(a) => a.to_string(),
            Figure::Approximate(a) => format!("approx. {a}"),
            Figure::AtLeast(a) => format!("at least {a}"),
            Figure::MoreThan(a) => format!("more than {a}"),
            Figure::AtMost(a) => format!("up to {a}"),
            Figure::LessThan(a) => format!("less than {a}"),
            Figure::Range { low, high } => format!("{low} to {high}"),
            Figure::Qualitative(words) => words.clone(),
            Figure::Nil(Nil::Zero) => "nil (zero)".into(),
            Figure::Nil(Nil::None) => "none".into(),
            Figure::Nil(Nil::NotApplicable) => "n/a".into(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(value: i64, scale: u32, decimals: i8) -> Amount {
        Amount::new(
            Decimal::new(value, scale),
            Precision::Decimals(decimals),
            Rounding::Nearest,
        )
        .unwrap()
    }

    #[test]
    fn amounts_print_at_their_published_scale() {
        for (amount, expected) in [
            (amount(8_344_046_000, 0, -3), "8,344,046 thousand"),
            (amount(8_344_000_000, 0, -6), "8,344 million"),
            (amount(17_500_000_000, 0, -8), "17.5 billion"),
            (amount(70_000_000_000, 0, -8), "70.0 billion"),
            (amount(-97_000_000, 0, -6), "-97 million"),
            (amount(-4398, 2, 2), "-43.98"),
            (amount(350, 2, 1), "3.5"),
            (amount(591_572, 0, 0), "591,572"),
            (amount(10_350_000_000, 0, -7), "10.35 billion"),
            (amount(0, 0, -6), "0 million"),
            (amount(-10_000_000, 0, -7), "-0.01 billion"),
            (amount(1_000_000, 0, -28), "1 million"),
            (amount(5, 0, -28), "5"),
            (amount(70_000_000_000, 0, -9), "70 billion"),
            (amount(1_234_567_890, 9, -3), "0.00123456789 thousand"),
        ] {
            assert_eq!(amount.to_string(), expected);
        }
        let exact = Amount::exact(Decimal::new(120, 2));
        assert_eq!(exact.to_string(), "1.2");
    }

    #[test]
    fn an_impossible_precision_cannot_be_deserialised() {
        let json = |decimals: i8| {
            format!(r#"{{"value":"1","precision":{{"decimals":{decimals}}},"rounding":"nearest"}}"#)
        };
        assert!(serde_json::from_str::<Amount>(&json(-28)).is_ok());
        assert!(serde_json::from_str::<Amount>(&json(-29)).is_err());
        assert!(serde_json::from_str::<Amount>(&json(-128)).is_err());
    }

    #[test]
    fn agreement_follows_the_filer_manual() {
        let at = |value: i64, decimals| amount(value, 0, decimals);
        assert_eq!(at(500, -2).agrees_with(&at(550, -1)), Some(true));
        assert_eq!(at(748_000, -3).agrees_with(&at(749_000, -3)), Some(false));
        assert_eq!(
            at(8_344_000_000, -6).agrees_with(&at(8_344_046_000, -3)),
            Some(true)
        );
        assert_eq!(
            at(8_345_000_000, -6).agrees_with(&at(8_344_046_000, -3)),
            Some(false)
        );
        let unknown = Amount::new(Decimal::from(7), Precision::Unknown, Rounding::Nearest).unwrap();
        assert_eq!(unknown.agrees_with(&at(8, 0)), None);
        assert_eq!(unknown.agrees_with(&at(7, 0)), Some(true));
        let zero = Amount::new(Decimal::ZERO, Precision::Unknown, Rounding::Nearest).unwrap();
        let nil = Figure::Nil(Nil::Zero);
        assert_eq!(nil.agrees_with(&Figure::Amount(zero)), Some(true));
        assert_eq!(nil.agrees_with(&Figure::Amount(unknown)), None);
    }

    #[test]
    fn what_no_precision_reconciles_contradicts() {
        let unknown =
            |text: &str| -> Figure { Amount::of_unknown_precision(text.parse().unwrap()).into() };
        for (a, b, expected) in [
            // To the hundred, 100 is anything from 50 to 150, and so on.
            ("100", "104", false),
            ("100", "149", false),
            ("100", "150", false),
            ("100", "151", true),
            ("100", "-5", true),
            // Both to the hundred they are two values; finer, they are further apart.
            ("100", "200", true),
            ("600", "550", false),
            ("600", "540", true),
            ("-1000000", "-1400000", false),
            ("-1000000", "1000000", true),
            ("0.4", "0.39", false),
            ("0.4", "0.33", true),
            ("0.40", "0.4", false),
            // To ten billion, both are zero.
            ("0", "4999999999", false),
            ("0", "0", false),
        ] {
            let (a, b) = (unknown(a), unknown(b));
            assert_eq!(a.contradicts(&b), expected, "{a} {b}");
            assert_eq!(b.contradicts(&a), expected, "{b} {a}");
        }
        // Against what is known.
        let at = |value: i64, decimals: i8| {
            Amount::new(
                value.into(),
                Precision::Decimals(decimals),
                Rounding::Nearest,
            )
            .unwrap()
        };
        let hundred = unknown("100");
        for (known, expected) in [
            (at(149, 0), false),
            (at(152, 0), true),
            (at(200, -2), true),
            (at(0, -3), false),
        ] {
            let known = Figure::Amount(known);
            assert_eq!(hundred.contradicts(&known), expected, "{known}");
            assert_eq!(known.contradicts(&hundred), expected, "{known}");
        }
        assert!(unknown("5").contradicts(&Figure::Nil(Nil::Zero)));
        assert!(!unknown("5").contradicts(&Figure::Nil(Nil::None)));
        assert!(!unknown("5").contradicts(&Figure::Qualitative("break-even".into())));
        let ten = Amount::exact(Decimal::from(10));
        assert!(unknown("5").contradicts(&Figure::AtLeast(ten)));
        assert!(!unknown("10").contradicts(&Figure::MoreThan(ten)));
        // A source that cuts digits off has 199 as 100.
        let cut = Amount::new(100.into(), Precision::Unknown, Rounding::Truncated).unwrap();
        assert!(!Figure::Amount(cut).contradicts(&unknown("199")));
        assert!(Figure::Amount(cut).contradicts(&unknown("99")));
    }

    #[test]
    fn a_bound_agrees_with_what_it_allows() {
        let ten = amount(10, 0, 0);
        assert_eq!(
            Figure::MoreThan(ten).agrees_with(&Figure::Amount(Amount::exact(Decimal::from(10)))),
            Some(false)
        );
        assert_eq!(
            Figure::AtLeast(ten).agrees_with(&Figure::Amount(Amount::exact(Decimal::from(10)))),
            Some(true)
        );
        assert_eq!(
            Figure::MoreThan(ten).negated(),
            Figure::LessThan(ten.negated())
        );
    }
}
