//! Changes reckoned in whole numbers: the quick way for what most figures are.

use rust_decimal::Decimal;

use super::change::{ChangeKind, Convention};
use super::figure::{Amount, Precision, Rounding};
use super::fraction::Fraction;
use super::interval::Interval;
use super::quantity::Quantity;

/// What numbers are at most, so that sums of two of them fit into 64 bits, and decimals of these sums are exact.
const MOST: u64 = 1 << 62;

/// Powers of ten of 64 bits.
#[expect(
    clippy::indexing_slicing,
    reason = "a constant is reckoned by the compiler"
)]
const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Two amounts as whole numbers of one decimal place, each with half the unit it was rounded to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Scaled {
    now: i64,
    now_half: i64,
    then: i64,
    then_half: i64,
    /// Whether both are known to some precision; the halves of unknown ones are zero.
    known: bool,
}

impl Scaled {
    /// `None` where an amount was truncated, or has more digits than fit.
    pub(crate) fn of(now: &Amount, then: &Amount) -> Option<Self> {
        let (now, then) = (Rounded::of(now)?, Rounded::of(then)?);
        let places = now.places().max(then.places());
        let now_half = now.half_in_units(places)?;
        Some(Self {
            now: now.in_units(places)?,
            now_half,
            then: then.in_units(places)?,
            // Figures of a series are mostly rounded alike.
            then_half: if then.half == now.half {
                now_half
            } else {
                then.half_in_units(places)?
            },
            known: now.known && then.known,
        })
    }

    /// As [`change_between`](super::change_between) finds it for what does not change in points.
    pub(crate) fn kind(&self) -> ChangeKind {
        match (self.then.signum(), self.now.signum()) {
            (0, 0) => ChangeKind::Unchanged,
            (0, _) => ChangeKind::FromZero,
            _ if self.base_may_be_zero() => ChangeKind::BaseNotDistinctFromZero,
            (_, 0) => ChangeKind::ToZero,
            (-1, 1) => ChangeKind::TurnedPositive,
            (1, -1) => ChangeKind::TurnedNegative,
            (base, _) => ChangeKind::Relative {
                ratio: Fraction::of_64_bits(self.now - self.then, self.then.abs()),
                convention: if base < 0 {
                    Convention::OverAbsoluteBase
                } else {
                    Convention::OverBase
                },
            },
        }
    }

    fn base_may_be_zero(&self) -> bool {
        self.then.abs() <= self.then_half
    }

    /// now / then - 1 with its interval; `None` where the base may be zero.
    pub(super) fn over_base(&self) -> Option<Quantity> {
        // The ratio of the opposites is the same, and so are the intervals of opposites.
        self.over_positive(self.then.signum(), 1)
    }

    /// A relative change under its convention, with its interval, as [`Change::quantity`](super::Change::quantity);
    /// `None` for other changes.
    pub(crate) fn relative(&self) -> Option<Quantity> {
        let sign = self.then.signum();
        if self.now.signum() != sign {
            return None;
        }
        self.over_positive(sign, sign)
    }

    /// The ratio minus one of both numbers times `sign`, which makes the base positive, and then times `turned`.
    fn over_positive(&self, sign: i64, turned: i64) -> Option<Quantity> {
        if self.base_may_be_zero() {
            return None;
        }
        let (now, then) = (self.now * sign, self.then * sign);
        let less_one = |now: i64, then: i64| Fraction::of_64_bits(turned * (now - then), then);
        let interval = || {
            let (low, high) = (now - self.now_half, now + self.now_half);
            let (least, most) = (then - self.then_half, then + self.then_half);
            let low = less_one(low, if low < 0 { least } else { most });
            let high = less_one(high, if high < 0 { most } else { least });
            if turned < 0 {
                Interval::between(high, low)
            } else {
                Interval::between(low, high)
            }
        };
        Some(Quantity::new(
            less_one(now, then),
            self.known.then(interval),
        ))
    }
}

/// Whether rounding lets the true value be zero, as far as it is known.
pub(super) fn may_be_zero(amount: &Amount) -> bool {
    let quick = || {
        let rounded = Rounded::of(amount)?;
        let places = rounded.places();
        let (value, half) = (rounded.in_units(places)?, rounded.half_in_units(places)?);
        Some(rounded.known && value.abs() <= half)
    };
    let slowly = || {
        amount
            .interval()
            .is_some_and(|i| i.contains(Fraction::ZERO))
    };
    quick().unwrap_or_else(slowly)
}

/// A value of 64 bits, and half the unit it was rounded to: a digit, 5 or 0, and its decimal place.
struct Rounded {
    value: i64,
    scale: i32,
    half: (i64, i32),
    known: bool,
}

impl Rounded {
    fn of(amount: &Amount) -> Option<Self> {
        let (half, known) = match (amount.precision(), amount.rounding()) {
            (Precision::Exact, _) => ((0, 0), true),
            (Precision::Unknown, _) => ((0, 0), false),
            (Precision::Decimals(decimals), Rounding::Nearest) => {
                ((5, i32::from(decimals) + 1), true)
            }
            (Precision::Decimals(_), Rounding::Truncated) => return None,
        };
        let value = amount.value();
        Some(Self {
            value: mantissa(value)?,
            scale: i32::try_from(value.scale()).ok()?,
            half,
            known,
        })
    }

    /// How many decimal places it takes.
    fn places(&self) -> i32 {
        self.scale.max(self.half.1)
    }

    /// The value in units of the last of so many places.
    fn in_units(&self, places: i32) -> Option<i64> {
        lifted(self.value, places - self.scale)
    }

    fn half_in_units(&self, places: i32) -> Option<i64> {
        lifted(self.half.0, places - self.half.1)
    }
}

/// The mantissa of a decimal, where it fits into 64 bits.
fn mantissa(value: Decimal) -> Option<i64> {
    let parts = value.unpack();
    let size = u64::from(parts.mid) << 32 | u64::from(parts.lo);
    let size = i64::try_from(size).ok().filter(|_| parts.hi == 0)?;
    Some(if parts.negative { -size } else { size })
}

/// A number times a power of ten, if it is not too great.
fn lifted(number: i64, power: i32) -> Option<i64> {
    if number == 0 {
        return Some(0);
    }
    let factor = POWERS.get(usize::try_from(power).ok()?)?;
    let product = number.checked_mul(*factor)?;
    (product.unsigned_abs() < MOST).then_some(product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MetricKind, change_between};
    use proptest::prelude::*;

    fn amount() -> impl Strategy<Value = Amount> {
        let mantissa = prop_oneof![
            6 => -2_000_i64..2_000,
            2 => -2_i64..3,
            3 => -2_000_000_000_000_i64..2_000_000_000_000,
            1 => any::<i64>(),
        ];
        let precision = prop_oneof![
            6 => (-9_i8..6).prop_map(Precision::Decimals),
            1 => Just(Precision::Exact),
            1 => Just(Precision::Unknown),
        ];
        let rounding = prop_oneof![4 => Just(Rounding::Nearest), 1 => Just(Rounding::Truncated)];
        (mantissa, 0_u32..6, precision, rounding).prop_filter_map(
            "an amount",
            |(mantissa, scale, precision, rounding)| {
                Amount::new(Decimal::new(mantissa, scale), precision, rounding).ok()
            },
        )
    }

    fn over_base(now: &Amount, then: &Amount) -> Option<Quantity> {
        Scaled::of(now, then)?.over_base()
    }

    fn slowly(now: Amount, then: Amount) -> Option<Quantity> {
        let ratio = Quantity::from(now).over(then.into()).ok()?;
        ratio.minus(Quantity::exact(Fraction::ONE)).ok()
    }

    #[test]
    fn ninety_six_over_ninety_one_millions() {
        let millions =
            |n: i64| Amount::new(n.into(), Precision::Decimals(0), Rounding::Nearest).unwrap();
        // (95.5 - 91.5) / 91.5 and (96.5 - 90.5) / 90.5, by hand.
        let growth = over_base(&millions(96), &millions(91)).unwrap();
        let fraction = |n, d| Fraction::new(n, d).unwrap();
        let expected = Interval::between(fraction(40, 915), fraction(60, 905));
        assert_eq!(growth, Quantity::new(fraction(5, 91), Some(expected)));
        assert_eq!(over_base(&millions(3), &millions(0)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn the_quick_way_is_the_long_way(now in amount(), then in amount()) {
            if let Some(both) = Scaled::of(&now, &then) {
                let change = change_between(&now.into(), &then.into(), MetricKind::Flow);
                prop_assert_eq!(both.kind(), change.kind, "{:?} over {:?}", now, then);
                let relative = matches!(both.kind(), ChangeKind::Relative { .. });
                let slowly = slowly(now, then).filter(|_| relative);
                let slowly = slowly.map(|raw| if then.value() < Decimal::ZERO {
                    raw.negated().unwrap()
                } else {
                    raw
                });
                prop_assert_eq!(both.relative(), slowly, "{:?} over {:?}", now, then);
            }
            let quick = over_base(&now, &then);
            let reaches_zero = now.interval().is_some_and(|i| i.contains(Fraction::ZERO));
            prop_assert_eq!(may_be_zero(&now), reaches_zero, "{:?}", now);
            if let Some(quick) = quick {
                prop_assert_eq!(Some(quick), slowly(now, then), "{:?} over {:?}", now, then);
            } else {
                let distinct = then.interval().is_some_and(|i| !i.contains(Fraction::ZERO));
                prop_assert!(Scaled::of(&now, &then).is_none() || !distinct, "{now:?} over {then:?}");
            }
        }
    }
}
