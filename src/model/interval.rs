//! Where a true value lies, exactly: open and closed ends, no rounding.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::decimal::exact_sum;
use super::figure::{Amount, Precision, Rounding};

/// One end of an [`Interval`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The value itself is included.
    Closed(Decimal),
    /// The value itself is not included.
    Open(Decimal),
    /// There is no end.
    Unbounded,
}

impl Bound {
    /// The value at this end, and whether it is included.
    #[must_use]
    pub fn value(&self) -> Option<(Decimal, bool)> {
        match self {
            Bound::Closed(value) => Some((*value, true)),
            Bound::Open(value) => Some((*value, false)),
            Bound::Unbounded => None,
        }
    }
}

/// The values that a published figure allows.
///
/// Nearest rounding allows v ± half a unit, ends included. Truncation allows `[v, v+u)` above zero,
/// `(v-u, v]` below, `(-u, u)` at zero (XBRL Calculations 1.1).
///
/// ```
/// use kessan::{Amount, Precision, Rounding};
/// let truncated = Amount::new((-97).into(), Precision::Decimals(0), Rounding::Truncated)?;
/// assert_eq!(truncated.interval().unwrap().to_string(), "(-98, -97]");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Interval {
    low: Bound,
    high: Bound,
}

impl Interval {
    pub(crate) fn of(amount: &Amount) -> Option<Interval> {
        let value = amount.value();
        let decimals = match amount.precision() {
            Precision::Exact => return Some(Self::between(value, value)),
            Precision::Unknown => return None,
            Precision::Decimals(decimals) => decimals,
        };
        match amount.rounding() {
            Rounding::Nearest => {
                let half = exact_power(5, -i32::from(decimals) - 1)?;
                Some(Self {
                    low: Bound::Closed(exact_sum(value, -half)?),
                    high: Bound::Closed(exact_sum(value, half)?),
                })
            }
            Rounding::Truncated => {
                let unit = exact_power(1, -i32::from(decimals))?;
                let above = exact_sum(value, unit)?;
                let below = exact_sum(value, -unit)?;
                Some(if value.is_zero() {
                    Self {
                        low: Bound::Open(below),
                        high: Bound::Open(above),
                    }
                } else if value.is_sign_positive() {
                    Self {
                        low: Bound::Closed(value),
                        high: Bound::Open(above),
                    }
                } else {
                    Self {
                        low: Bound::Open(below),
                        high: Bound::Closed(value),
                    }
                })
            }
        }
    }

    pub(crate) fn between(low: Decimal, high: Decimal) -> Self {
        Self {
            low: Bound::Closed(low),
            high: Bound::Closed(high),
        }
    }

    pub(crate) fn from_low(low: Decimal, closed: bool) -> Self {
        Self {
            low: if closed {
                Bound::Closed(low)
            } else {
                Bound::Open(low)
            },
            high: Bound::Unbounded,
        }
    }

    pub(crate) fn to_high(high: Decimal, closed: bool) -> Self {
        Self {
            low: Bound::Unbounded,
            high: if closed {
                Bound::Closed(high)
            } else {
                Bound::Open(high)
            },
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

    /// Whether a value lies in it.
    #[must_use]
    pub fn contains(&self, value: Decimal) -> bool {
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
}

/// `digit` x 10^`power`, where a decimal holds it.
fn exact_power(digit: i64, power: i32) -> Option<Decimal> {
    if power >= 0 {
        let factor = 10_i128.checked_pow(u32::try_from(power).ok()?)?;
        Decimal::try_from_i128_with_scale(i128::from(digit).checked_mul(factor)?, 0).ok()
    } else {
        Decimal::try_new(digit, u32::try_from(-power).ok()?).ok()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = match self.low {
            Bound::Closed(value) => format!("[{}", value.normalize()),
            Bound::Open(value) => format!("({}", value.normalize()),
            Bound::Unbounded => "(-inf".into(),
        };
        let high = match self.high {
            Bound::Closed(value) => format!("{}]", value.normalize()),
            Bound::Open(value) => format!("{})", value.normalize()),
            Bound::Unbounded => "inf)".into(),
        };
        f.pad(&format!("{low}, {high}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(value: i64, decimals: i8, rounding: Rounding) -> String {
        Amount::new(
            Decimal::from(value),
            Precision::Decimals(decimals),
            rounding,
        )
        .unwrap()
        .interval()
        .unwrap()
        .to_string()
    }

    #[test]
    fn intervals_of_published_values() {
        assert_eq!(interval(8344, 0, Rounding::Nearest), "[8343.5, 8344.5]");
        assert_eq!(
            interval(-97_000_000, -6, Rounding::Nearest),
            "[-97500000, -96500000]"
        );
        assert_eq!(interval(97, 0, Rounding::Truncated), "[97, 98)");
        assert_eq!(interval(-97, 0, Rounding::Truncated), "(-98, -97]");
        assert_eq!(interval(0, 0, Rounding::Truncated), "(-1, 1)");
    }

    #[test]
    fn open_ends_do_not_touch() {
        let at = |value: i64, rounding| {
            Amount::new(Decimal::from(value), Precision::Decimals(0), rounding)
                .unwrap()
                .interval()
                .unwrap()
        };
        let truncated = at(97, Rounding::Truncated);
        let exact_98 = Interval::between(98.into(), 98.into());
        assert!(!truncated.meets(&exact_98));
        assert!(
            at(97, Rounding::Nearest).meets(&at(98, Rounding::Nearest)),
            "both may be 97.5"
        );
        assert!(truncated.contains(97.into()) && !truncated.contains(98.into()));
    }
}
