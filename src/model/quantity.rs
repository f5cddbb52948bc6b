//! Exact values known as far as rounding allows.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::decimal::grouped;
use super::figure::{Amount, Figure, Nil};
use super::fraction::{ArithmeticError, Ends, Fraction};
use super::interval::{Bound, Interval};

/// The result of arithmetic on published figures: the exact result on the printed values, and the interval in which
/// rounding lets the true result lie.
///
/// The interval is `None` where it is unknown, because the precision of an operand is; it is never of zero width for
/// want of knowledge. Where one figure is used twice the interval may be wider than need be, but always holds the true
/// result.
///
/// ```
/// use kessan::{Amount, Precision, Quantity, Rounding, SafeDigits};
/// let millions = |n: i64| Amount::new(n.into(), Precision::Decimals(0), Rounding::Nearest).map(Quantity::from);
/// let growth = millions(96)?.over(millions(91)?)?.minus(Quantity::exact(1.into()))?;
/// assert_eq!(growth.value().percent(2).unwrap().to_string(), "5.49");
/// assert_eq!(growth.percent_interval_text(2).unwrap(), "[4.37, 6.63]");
/// assert_eq!(growth.safe_percent(), SafeDigits::None); // neither 4 % nor 7 %, but "about 5 %"
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Quantity {
    value: Fraction,
    interval: Option<Interval>,
}

/// To how many decimal places a result can be printed so that every value that rounding allows is printed the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SafeDigits {
    /// The precision of an operand is unknown.
    Unknown,
    /// Not even the leading digit of the result is safe.
    None,
    /// So many decimal places are safe and no more; -3 are thousands.
    Places(i8),
    /// The result is known without error.
    All,
}

/// The finest and the coarsest place that [`SafeDigits`] considers.
const PLACES: std::ops::RangeInclusive<i8> = -18..=12;

impl Quantity {
    /// A value known without error.
    #[must_use]
    pub fn exact(value: Fraction) -> Self {
        Self {
            value,
            interval: Some(Interval::point(value)),
        }
    }

    /// A value with the interval it lies in, `None` if unknown.
    #[must_use]
    pub fn new(value: Fraction, interval: Option<Interval>) -> Self {
        Self { value, interval }
    }

    /// The exact result on the printed values.
    #[must_use]
    pub fn value(&self) -> Fraction {
        self.value
    }

    /// Where the true result lies; `None` where it is not known.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        self.interval
    }

    /// Whether rounding lets the true result be zero, as far as is known.
    #[must_use]
    pub fn may_be_zero(&self) -> bool {
        match self.interval {
            Some(interval) => interval.contains(Fraction::ZERO),
            None => self.value == Fraction::ZERO,
        }
    }

    /// With its sign turned.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`], as of all arithmetic here.
    pub fn negated(self) -> Result<Self, ArithmeticError> {
        Ok(Self {
            value: self.value.negated()?,
            interval: self.interval.map(|i| i.negated()).transpose()?,
        })
    }

    /// The sum.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combined(other, Fraction::plus, Interval::plus)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combined(other, Fraction::minus, Interval::minus)
    }

    /// The product.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn times(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combined(other, Fraction::times, Interval::times)
    }

    /// The quotient. Where rounding lets the divisor be zero, the interval has no end on that side.
    ///
    /// # Errors
    /// [`ArithmeticError`].
    pub fn over(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combined(other, Fraction::over, Interval::over)
    }

    fn combined(
        self,
        other: Self,
        of_values: fn(Fraction, Fraction) -> Result<Fraction, ArithmeticError>,
        of_intervals: fn(&Interval, &Interval) -> Result<Interval, ArithmeticError>,
    ) -> Result<Self, ArithmeticError> {
        let interval = match (self.interval, other.interval) {
            (Some(a), Some(b)) => Some(of_intervals(&a, &b)?),
            _ => None,
        };
        Ok(Self {
            value: of_values(self.value, other.value)?,
            interval,
        })
    }

    /// To how many places the result is safe to print.
    #[must_use]
    pub fn safe_digits(&self) -> SafeDigits {
        self.safe(0)
    }

    /// To how many places the result is safe to print in per cent.
    #[must_use]
    pub fn safe_percent(&self) -> SafeDigits {
        self.safe(2)
    }

    /// `power`: the power of ten by which it is multiplied to be printed.
    fn safe(&self, power: i8) -> SafeDigits {
        let Some(interval) = self.interval else {
            return SafeDigits::Unknown;
        };
        if interval.single().is_some() {
            return SafeDigits::All;
        }
        let (Some((low, low_in)), Some((high, high_in))) =
            (interval.low().value(), interval.high().value())
        else {
            return SafeDigits::None;
        };
        // Just inside an open end, a tie falls to the inner side.
        let towards = |inner_is_nearer_to_zero: bool, closed: bool| {
            if inner_is_nearer_to_zero && !closed {
                Ends::HalfTowards
            } else {
                Ends::HalfAway
            }
        };
        for places in PLACES.rev() {
            let Some(unit) = units_of(places, power) else {
                continue;
            };
            let printed = |end: Fraction, ends| Some(end.times(unit).ok()?.whole(ends));
            let from = printed(low, towards(low.signum() < 0, low_in));
            let to = printed(high, towards(high.signum() > 0, high_in));
            if let (Some(from), Some(to)) = (from, to)
                && from == to
            {
                let reaches = |value: Fraction| value.abs() >= Ok(Fraction::ONE);
                let says_something = places >= 0 || self.value.times(unit).is_ok_and(reaches);
                return if says_something {
                    SafeDigits::Places(places)
                } else {
                    SafeDigits::None
                };
            }
        }
        SafeDigits::None
    }

    /// The interval in per cent, its ends rounded outward to so many places: `[4.37, 6.63]`. `None` where it is
    /// unknown or beyond what a decimal holds.
    #[must_use]
    pub fn percent_interval_text(&self, places: u32) -> Option<String> {
        let hundred = Self::exact(Fraction::from(100));
        self.times(hundred).ok()?.interval_text(places)
    }

    /// A ratio in per cent as it is written, less the sign for per cent. As of [`Quantity::rounded_text`].
    pub(crate) fn percent_text(&self) -> Option<(Decimal, String)> {
        self.times(Self::exact(Fraction::from(100)))
            .ok()?
            .rounded_text()
    }

    /// To the places that are safe, 1 to 4; with its interval where not even the whole is safe.
    pub(crate) fn rounded_text(&self) -> Option<(Decimal, String)> {
        let safe = self.safe_digits();
        let places = match safe {
            SafeDigits::Places(places) => u32::try_from(places.clamp(1, 4)).ok()?,
            SafeDigits::All => 4,
            SafeDigits::None | SafeDigits::Unknown => 1,
        };
        let interval = match safe {
            SafeDigits::None | SafeDigits::Places(..0) => self.interval_text(1),
            _ => None,
        };
        let interval = interval.map_or_else(String::new, |interval| format!(" {interval}"));
        Some((self.value.rounded(places)?, interval))
    }

    /// The interval, its ends rounded outward to so many places. `None` where it is unknown or beyond what a decimal
    /// holds.
    #[must_use]
    pub fn interval_text(&self, places: u32) -> Option<String> {
        let interval = self.interval?;
        let end = |value: Fraction, ends| Some(grouped(value.decimal_to(places, ends)?));
        let low = match interval.low() {
            Bound::Unbounded => "(-inf".to_owned(),
            Bound::Closed(value) => format!("[{}", end(value, Ends::Down)?),
            Bound::Open(value) => format!("({}", end(value, Ends::Down)?),
        };
        let high = match interval.high() {
            Bound::Unbounded => "inf)".to_owned(),
            Bound::Closed(value) => format!("{}]", end(value, Ends::Up)?),
            Bound::Open(value) => format!("{})", end(value, Ends::Up)?),
        };
        Some(format!("{low}, {high}"))
    }
}

/// How many units of the last of so many places there are in one.
fn units_of(places: i8, power: i8) -> Option<Fraction> {
    let exponent = i32::from(places) + i32::from(power);
    let factor = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        Fraction::new(factor, 1).ok()
    } else {
        Fraction::new(1, factor).ok()
    }
}

impl From<Amount> for Quantity {
    fn from(amount: Amount) -> Self {
        Self {
            value: amount.value().into(),
            interval: amount.interval(),
        }
    }
}

impl Figure {
    /// The figure as an operand of arithmetic: a plain amount, or a nil that was declared zero. That is zero to the
    /// precision of its table, which the figure does not carry: its interval is unknown. `None` for bounds, ranges,
    /// approximations, words and other nils.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        match self {
            Figure::Amount(amount) => Some((*amount).into()),
            Figure::Nil(Nil::Zero) => Some(Quantity::new(Fraction::ZERO, None)),
            _ => None,
        }
    }
}

impl fmt::Display for Quantity {
    /// The exact value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Precision, Rounding};
    use proptest::prelude::*;

    fn of(low: &str, high: &str, open: bool) -> SafeDigits {
        let at = |text: &str| Fraction::from(text.parse::<Decimal>().unwrap());
        let mut interval = Interval::point(at(low))
            .plus(&Interval::between(
                Fraction::ZERO,
                at(high).minus(at(low)).unwrap(),
            ))
            .unwrap();
        if open {
            let nothing = Amount::new(Decimal::ZERO, Precision::Decimals(12), Rounding::Truncated);
            let nothing = nothing.unwrap().interval().unwrap();
            interval = interval.plus(&nothing).unwrap();
        }
        Quantity::new(at(low), Some(interval)).safe_digits()
    }

    #[test]
    fn digits_are_safe_where_all_values_print_the_same() {
        for (low, high, expected) in [
            ("5.46", "5.49", SafeDigits::Places(1)),
            ("5.49", "5.51", SafeDigits::Places(1)),
            ("4.37", "6.63", SafeDigits::None),
            ("-15.34", "-15.26", SafeDigits::Places(1)),
            ("5.45", "5.55", SafeDigits::None),
            ("5.45", "5.549", SafeDigits::Places(1)),
            ("56", "63", SafeDigits::Places(-1)),
            ("0.1", "0.4", SafeDigits::Places(0)),
            ("-0.4", "0.4", SafeDigits::Places(0)),
            ("-0.5", "0.4", SafeDigits::None),
            ("10", "40", SafeDigits::None),
            ("7", "7", SafeDigits::All),
        ] {
            assert_eq!(of(low, high, false), expected, "{low} to {high}");
        }
        assert_eq!(
            Quantity::new(Fraction::ONE, None).safe_digits(),
            SafeDigits::Unknown
        );
    }

    #[test]
    fn a_tie_that_is_not_reached_does_not_count() {
        let truncated = |value: Decimal, decimals| {
            Quantity::from(
                Amount::new(value, Precision::Decimals(decimals), Rounding::Truncated).unwrap(),
            )
        };
        // [0.25, 0.35) plus nothing prints as 0.3; so does (-0.35, -0.25].
        let quarter = Quantity::exact(Fraction::new(1, 20).unwrap());
        let positive = truncated(Decimal::new(3, 1), 1).minus(quarter).unwrap();
        assert_eq!(positive.interval().unwrap().to_string(), "[0.25, 0.35)");
        assert_eq!(positive.safe_digits(), SafeDigits::Places(1));
        let negative = positive.negated().unwrap();
        assert_eq!(negative.safe_digits(), SafeDigits::Places(1));
        let nearest = Amount::new(
            Decimal::new(3, 1),
            Precision::Decimals(1),
            Rounding::Nearest,
        );
        assert_eq!(
            Quantity::from(nearest.unwrap()).safe_digits(),
            SafeDigits::Places(0)
        );
        assert_eq!(of("0.25", "0.35", true), SafeDigits::Places(0));
    }

    proptest! {
        #[test]
        fn rounding_true_values_and_computing_never_excludes_the_truth(
            a in -99_999_i64..99_999, b in -99_999_i64..99_999, decimals in -2_i8..=2, truncated: bool
        ) {
            // True values in thousandths, rounded to a coarser place.
            let truth = |n: i64| Fraction::new(n.into(), 1000).unwrap();
            let rounding = if truncated { Rounding::Truncated } else { Rounding::Nearest };
            let rounded = |n: i64| {
                let unit = 10_i64.pow(u32::try_from(3 - decimals).unwrap());
                let units = if truncated { n / unit } else { (n + n.signum() * unit / 2) / unit };
                Quantity::from(Amount::new(
                    Decimal::new(units * unit, 3), Precision::Decimals(decimals), rounding,
                ).unwrap())
            };
            let (x, y) = (rounded(a), rounded(b));
            let (tx, ty) = (truth(a), truth(b));
            let within = |q: Quantity, t: Fraction| q.interval().unwrap().contains(t);
            prop_assert!(within(x, tx) && within(y, ty));
            prop_assert!(within(x.plus(y).unwrap(), tx.plus(ty).unwrap()));
            prop_assert!(within(x.minus(y).unwrap(), tx.minus(ty).unwrap()));
            prop_assert!(within(x.times(y).unwrap(), tx.times(ty).unwrap()));
            if let (Ok(q), Ok(t)) = (x.over(y), tx.over(ty)) {
                prop_assert!(within(q, t));
                // What is safe to print is what the truth prints as.
                if let SafeDigits::Places(places @ 0..) = q.safe_percent() {
                    let places = u32::try_from(places).unwrap();
                    prop_assert_eq!(q.value().percent(places), t.percent(places));
                }
            }
        }
    }
}
