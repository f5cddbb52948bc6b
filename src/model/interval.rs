//! Where a true value lies, exactly: open and closed ends, no rounding.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

use super::figure::{Amount, Precision, Rounding};
use super::fraction::{ArithmeticError, Fraction};

/// One end of an [`Interval`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The value itself is included.
    Closed(Fraction),
    /// The value itself is not included.
    Open(Fraction),
    /// There is no end.
    Unbounded,
}

impl Bound {
    /// The value at this end, and whether it is included.
    #[must_use]
    pub fn value(&self) -> Option<(Fraction, bool)> {
        match self {
            Bound::Closed(value) => Some((*value, true)),
            Bound::Open(value) => Some((*value, false)),
            Bound::Unbounded => None,
        }
    }

    fn at(value: Fraction, closed: bool) -> Self {
        if closed {
            Bound::Closed(value)
        } else {
            Bound::Open(value)
        }
    }

    fn negated(self) -> Result<Self, ArithmeticError> {
        Ok(match self {
            Bound::Closed(value) => Bound::Closed(value.negated()?),
            Bound::Open(value) => Bound::Open(value.negated()?),
            Bound::Unbounded => Bound::Unbounded,
        })
    }

    fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        Ok(match (self.value(), other.value()) {
            (Some((a, a_in)), Some((b, b_in))) => Self::at(a.plus(b)?, a_in && b_in),
            _ => Bound::Unbounded,
        })
    }
}

/// The values that a figure, or what is computed from figures, allows.
///
/// Nearest rounding allows v ± half a unit, ends included. Truncation allows `[v, v+u)` above zero,
/// `(v-u, v]` below, `(-u, u)` at zero (XBRL Calculations 1.1).
///
/// Sums, differences, products and quotients are exact and, for operands that do not depend on each other, as narrow
/// as can be: every value of the result is reached.
///
/// ```
/// use kessan::{Amount, Precision, Rounding};
/// let truncated = Amount::new((-97).into(), Precision::Decimals(0), Rounding::Truncated)?;
/// assert_eq!(truncated.interval().unwrap().to_string(), "(-98, -97]");
/// let nearest = Amount::new(91.into(), Precision::Decimals(0), Rounding::Nearest)?.interval().unwrap();
/// assert_eq!(nearest.plus(&truncated.interval().unwrap())?.to_string(), "(-7.5, -5.5]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Interval {
    low: Bound,
    high: Bound,
}

impl Interval {
    /// Every number.
    pub const EVERYTHING: Interval = Interval {
        low: Bound::Unbounded,
        high: Bound::Unbounded,
    };

    pub(crate) fn of(amount: &Amount) -> Option<Interval> {
        let value = Fraction::from(amount.value());
        let decimals = match amount.precision() {
            Precision::Exact => return Some(Self::point(value)),
            Precision::Unknown => return None,
            Precision::Decimals(decimals) => i32::from(decimals),
        };
        match amount.rounding() {
            Rounding::Nearest => {
                let half = power_of_ten(5, -decimals - 1)?;
                Some(Self {
                    low: Bound::Closed(value.minus(half).ok()?),
                    high: Bound::Closed(value.plus(half).ok()?),
                })
            }
            Rounding::Truncated => {
                let unit = power_of_ten(1, -decimals)?;
                let above = value.plus(unit).ok()?;
                let below = value.minus(unit).ok()?;
                Some(match value.signum() {
                    0 => Self {
                        low: Bound::Open(below),
                        high: Bound::Open(above),
                    },
                    1 => Self {
                        low: Bound::Closed(value),
                        high: Bound::Open(above),
                    },
                    _ => Self {
                        low: Bound::Open(below),
                        high: Bound::Closed(value),
                    },
                })
            }
        }
    }

    /// One value, known without error.
    #[must_use]
    pub fn point(value: Fraction) -> Self {
        Self::between(value, value)
    }

    pub(crate) fn between(low: Fraction, high: Fraction) -> Self {
        Self {
            low: Bound::Closed(low),
            high: Bound::Closed(high),
        }
    }

    pub(crate) fn from_low(low: Fraction, closed: bool) -> Self {
        Self {
            low: Bound::at(low, closed),
            high: Bound::Unbounded,
        }
    }

    pub(crate) fn to_high(high: Fraction, closed: bool) -> Self {
        Self {
            low: Bound::Unbounded,
            high: Bound::at(high, closed),
        }
    }

    /// The lower end.
    #[must_use]
    pub fn low(&self) -> Bound {
        self.low
    }

    /// The upper end.
    #[must_use]
    pub fn high(&self) -> Bound {
        self.high
    }

    /// The one value it holds, if it holds no other.
    #[must_use]
    pub fn single(&self) -> Option<Fraction> {
        match (self.low, self.high) {
            (Bound::Closed(low), Bound::Closed(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// Whether a value lies in it.
    #[must_use]
    pub fn contains(&self, value: impl Into<Fraction>) -> bool {
        let value = value.into();
        let above = match self.low.value() {
            None => true,
            Some((low, closed)) => value > low || (closed && value == low),
        };
        let below = match self.high.value() {
            None => true,
            Some((high, closed)) => value < high || (closed && value == high),
        };
        above && below
    }

    /// Whether two intervals share a point.
    #[must_use]
    pub fn meets(&self, other: &Interval) -> bool {
        let reaches = |low: Bound, high: Bound| match (low.value(), high.value()) {
            (Some((low, low_in)), Some((high, high_in))) => {
                low < high || (low == high && low_in && high_in)
            }
            _ => true,
        };
        reaches(self.low, other.high) && reaches(other.low, self.high)
    }

    /// With both ends included.
    pub(crate) fn closed(&self) -> Self {
        let closed = |bound: Bound| {
            let value = bound.value().map(|(value, _)| Bound::Closed(value));
            value.unwrap_or(Bound::Unbounded)
        };
        Self {
            low: closed(self.low),
            high: closed(self.high),
        }
    }

    /// With neither end included.
    pub(crate) fn opened(&self) -> Self {
        let opened = |bound: Bound| {
            let value = bound.value().map(|(value, _)| Bound::Open(value));
            value.unwrap_or(Bound::Unbounded)
        };
        Self {
            low: opened(self.low),
            high: opened(self.high),
        }
    }

    /// The least interval that holds both.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let (low, high) = (Reach::low(self.low), Reach::high(self.high));
        Self {
            low: low.further(Reach::low(other.low), Ordering::Less).bound(),
            high: high
                .further(Reach::high(other.high), Ordering::Greater)
                .bound(),
        }
    }

    /// The values that both hold; `None` where they share none.
    #[must_use]
    pub fn intersection(&self, other: &Interval) -> Option<Interval> {
        if !self.meets(other) {
            return None;
        }
        // Of two ends at one value, the open one holds less.
        let inner = |a: Bound, b: Bound, higher: Ordering| match (a.value(), b.value()) {
            (None, _) => b,
            (_, None) => a,
            (Some((x, x_in)), Some((y, _))) => match x.cmp(&y) {
                Ordering::Equal if x_in => b,
                Ordering::Equal => a,
                order if order == higher => a,
                _ => b,
            },
        };
        Some(Self {
            low: inner(self.low, other.low, Ordering::Greater),
            high: inner(self.high, other.high, Ordering::Less),
        })
    }

    /// The values with their sign turned.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`], as of all arithmetic here.
    pub fn negated(&self) -> Result<Self, ArithmeticError> {
        Ok(Self {
            low: self.high.negated()?,
            high: self.low.negated()?,
        })
    }

    /// The sums of a value of this and one of the other.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(&self, other: &Self) -> Result<Self, ArithmeticError> {
        Ok(Self {
            low: self.low.plus(other.low)?,
            high: self.high.plus(other.high)?,
        })
    }

    /// The differences of a value of this and one of the other.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn minus(&self, other: &Self) -> Result<Self, ArithmeticError> {
        self.plus(&other.negated()?)
    }

    /// The products of a value of this and one of the other.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn times(&self, other: &Self) -> Result<Self, ArithmeticError> {
        if self.is_above_zero() && other.is_above_zero() {
            let low = Reach::low(self.low).times(Reach::low(other.low))?;
            let high = Reach::high(self.high).times(Reach::high(other.high))?;
            return Ok(Self {
                low: low.bound(),
                high: high.bound(),
            });
        }
        self.times_by_corners(other)
    }

    /// Whether it holds nothing below zero.
    fn is_above_zero(&self) -> bool {
        self.low.value().is_some_and(|(low, _)| low.signum() >= 0)
    }

    fn times_by_corners(&self, other: &Self) -> Result<Self, ArithmeticError> {
        let mut low: Option<Reach> = None;
        let mut high: Option<Reach> = None;
        for a in [Reach::low(self.low), Reach::high(self.high)] {
            for b in [Reach::low(other.low), Reach::high(other.high)] {
                let corner = a.times(b)?;
                low = Some(low.map_or(corner, |low| corner.further(low, Ordering::Less)));
                high = Some(high.map_or(corner, |high| corner.further(high, Ordering::Greater)));
            }
        }
        Ok(Self {
            low: low.map_or(Bound::Unbounded, Reach::bound),
            high: high.map_or(Bound::Unbounded, Reach::bound),
        })
    }

    /// The quotients of a value of this and one of the other, wherever that is not zero: `[1, 2]` over `[0, 1]` is all
    /// from 1 up.
    ///
    /// # Errors
    /// [`ArithmeticError`]; a division by zero where the other holds nothing else.
    pub fn over(&self, other: &Self) -> Result<Self, ArithmeticError> {
        if other.single() == Some(Fraction::ZERO) {
            return Err(ArithmeticError::DivisionByZero);
        }
        let sign = |bound: Bound| bound.value().map(|(value, _)| value.signum());
        let reciprocal = |bound: Bound| match bound.value() {
            None => Ok(Bound::Open(Fraction::ZERO)),
            Some((value, _)) if value == Fraction::ZERO => Ok(Bound::Unbounded),
            Some((value, closed)) => Ok(Bound::at(Fraction::ONE.over(value)?, closed)),
        };
        match (sign(other.low), sign(other.high)) {
            (Some(0 | 1), _) | (_, Some(0 | -1)) => self.times(&Self {
                low: reciprocal(other.high)?,
                high: reciprocal(other.low)?,
            }),
            // Divisors of both signs, as near to zero as one likes.
            _ if self.single() == Some(Fraction::ZERO) => Ok(*self),
            _ => Ok(Self::EVERYTHING),
        }
    }
}

/// An end of an interval, on its way through a product.
#[derive(Clone, Copy)]
enum Reach {
    Below,
    At(Fraction, bool),
    Above,
}

impl Reach {
    fn low(bound: Bound) -> Self {
        bound
            .value()
            .map_or(Reach::Below, |(value, closed)| Reach::At(value, closed))
    }

    fn high(bound: Bound) -> Self {
        bound
            .value()
            .map_or(Reach::Above, |(value, closed)| Reach::At(value, closed))
    }

    fn bound(self) -> Bound {
        match self {
            Reach::At(value, closed) => Bound::at(value, closed),
            Reach::Below | Reach::Above => Bound::Unbounded,
        }
    }

    fn signum(self) -> i8 {
        match self {
            Reach::Below => -1,
            Reach::At(value, _) => value.signum(),
            Reach::Above => 1,
        }
    }

    fn times(self, other: Self) -> Result<Self, ArithmeticError> {
        let zero = |reach: Self| matches!(reach, Reach::At(value, true) if value == Fraction::ZERO);
        Ok(match (self, other) {
            // A zero that is reached makes zero of whatever the other side reaches.
            _ if zero(self) || zero(other) => Reach::At(Fraction::ZERO, true),
            (Reach::At(a, a_in), Reach::At(b, b_in)) => Reach::At(a.times(b)?, a_in && b_in),
            _ => match self.signum() * other.signum() {
                0 => Reach::At(Fraction::ZERO, false),
                1 => Reach::Above,
                _ => Reach::Below,
            },
        })
    }

    /// The one of the two that lies further to a side; of two at one value, the one that is reached.
    fn further(self, other: Self, side: Ordering) -> Self {
        let order = match (self, other) {
            (Reach::Below, Reach::Below) | (Reach::Above, Reach::Above) => Ordering::Equal,
            (Reach::Below, _) | (_, Reach::Above) => Ordering::Less,
            (Reach::Above, _) | (_, Reach::Below) => Ordering::Greater,
            (Reach::At(a, a_in), Reach::At(b, b_in)) => match a.cmp(&b) {
                Ordering::Equal if a_in && !b_in => side,
                Ordering::Equal => side.reverse(),
                order => order,
            },
        };
        if order == side { self } else { other }
    }
}

/// `digit` x 10^`power`, where 38 digits hold it.
fn power_of_ten(digit: i128, power: i32) -> Option<Fraction> {
    let factor = 10_i128.checked_pow(power.unsigned_abs())?;
    if power >= 0 {
        Fraction::new(digit.checked_mul(factor)?, 1).ok()
    } else {
        Fraction::new(digit, factor).ok()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |value: Fraction| match value.decimal() {
            Some(decimal) => decimal.normalize().to_string(),
            None => value.to_string(),
        };
        let low = match self.low {
            Bound::Closed(value) => format!("[{}", plain(value)),
            Bound::Open(value) => format!("({}", plain(value)),
            Bound::Unbounded => "(-inf".into(),
        };
        let high = match self.high {
            Bound::Closed(value) => format!("{}]", plain(value)),
            Bound::Open(value) => format!("{})", plain(value)),
            Bound::Unbounded => "inf)".into(),
        };
        f.pad(&format!("{low}, {high}"))
    }
}

#[cfg(test)]
mod tests;
