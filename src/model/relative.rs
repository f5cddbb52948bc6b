//! Where a relative change lies, reckoned in whole numbers: the quick way for what most figures are.

use rust_decimal::Decimal;

use super::figure::{Amount, Precision, Rounding};
use super::fraction::Fraction;
use super::interval::Interval;
use super::quantity::Quantity;

/// now / then - 1 with its interval, of amounts that were rounded to the nearest and a base that is not zero. `None`
/// for all others, and where 38 digits do not hold it: [`Quantity`] knows what it is then, if anything does.
pub(super) fn over_base(now: &Amount, then: &Amount) -> Option<Quantity> {
    let (now, then) = (Rounded::of(now)?, Rounded::of(then)?);
    let places = now.places().max(then.places());
    let (now, now_half) = now.in_units(places)?;
    let (then, then_half) = then.in_units(places)?;
    // The ratio of the opposites is the same, and so are the intervals of opposites.
    let (now, then) = if then < 0 { (-now, -then) } else { (now, then) };
    if then <= then_half {
        return None;
    }
    let less_one = |now: i128, then: i128| Fraction::new(now.checked_sub(then)?, then).ok();
    let (low, high) = (now.checked_sub(now_half)?, now.checked_add(now_half)?);
    let (least, most) = (then - then_half, then.checked_add(then_half)?);
    let low = less_one(low, if low < 0 { least } else { most })?;
    let high = less_one(high, if high < 0 { most } else { least })?;
    Some(Quantity::new(
        less_one(now, then)?,
        Some(Interval::between(low, high)),
    ))
}

/// Whether rounding lets the true value be zero, as far as it is known.
pub(super) fn may_be_zero(amount: &Amount) -> bool {
    let quick = || {
        let rounded = Rounded::of(amount)?;
        let (value, half) = rounded.in_units(rounded.places())?;
        Some(value.unsigned_abs() <= half.unsigned_abs())
    };
    let slowly = || {
        amount
            .interval()
            .is_some_and(|i| i.contains(Fraction::ZERO))
    };
    quick().unwrap_or_else(slowly)
}

/// A value, and half the unit it was rounded to: a digit, 5 or 0, and its decimal place.
struct Rounded {
    value: Decimal,
    half: (i128, i32),
}

impl Rounded {
    fn of(amount: &Amount) -> Option<Self> {
        let value = amount.value();
        let half = match (amount.precision(), amount.rounding()) {
            (Precision::Exact, _) => (0, 0),
            (Precision::Decimals(decimals), Rounding::Nearest) => (5, i32::from(decimals) + 1),
            (Precision::Decimals(_), Rounding::Truncated) | (Precision::Unknown, _) => return None,
        };
        Some(Self { value, half })
    }

    /// How many decimal places it takes.
    fn places(&self) -> i32 {
        let scale = i32::try_from(self.value.scale()).unwrap_or(0);
        scale.max(self.half.1)
    }

    /// Both in units of the last of so many places.
    fn in_units(&self, places: i32) -> Option<(i128, i128)> {
        let factor = |scale: i32| 10_i128.checked_pow(u32::try_from(places - scale).ok()?);
        let scale = i32::try_from(self.value.scale()).ok()?;
        let value = self.value.mantissa().checked_mul(factor(scale)?)?;
        Some((value, self.half.0.checked_mul(factor(self.half.1)?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount() -> impl Strategy<Value = Amount> {
        let mantissa = prop_oneof![
            6 => -2_000_i64..2_000,
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
            let quick = over_base(&now, &then);
            let reaches_zero = now.interval().is_some_and(|i| i.contains(Fraction::ZERO));
            prop_assert_eq!(may_be_zero(&now), reaches_zero, "{:?}", now);
            if let Some(quick) = quick {
                prop_assert_eq!(Some(quick), slowly(now, then), "{:?} over {:?}", now, then);
            } else {
                let distinct = then.interval().is_some_and(|i| !i.contains(Fraction::ZERO));
                let plain = Rounded::of(&now).is_some() && Rounded::of(&then).is_some();
                prop_assert!(!plain || !distinct, "{now:?} over {then:?}");
            }
        }
    }
}
