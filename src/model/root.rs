//! Roots of fractions, as decimals that enclose them.

use rust_decimal::Decimal;

use super::fraction::Fraction;

/// The greatest number of so many decimal places whose `degree`th power is not above a fraction; whether it is that
/// root itself. `None` for a fraction below zero, a degree of zero, or digits beyond what a decimal holds.
///
/// Exact: by bisection over whole numbers, whose powers are compared with all their digits.
pub(crate) fn root_below(value: Fraction, degree: u32, places: u32) -> Option<(Decimal, bool)> {
    let numerator = u128::try_from(value.numerator()).ok()?;
    let denominator = u128::try_from(value.denominator()).ok()?;
    if degree == 0 {
        return None;
    }
    let unit = 10_u128.checked_pow(places)?;
    // root = units / unit, so that units^degree * denominator <= numerator * unit^degree.
    let goal = power(unit, degree, numerator);
    let compare = |units: u128| power(units, degree, denominator).cmp_to(&goal);
    let whole = (numerator / denominator).checked_add(1)?;
    let (mut low, mut high) = (0_u128, whole.checked_mul(unit)?.checked_add(1)?);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if compare(middle).is_le() {
            low = middle;
        } else {
            high = middle;
        }
    }
    let root = Decimal::try_from_i128_with_scale(i128::try_from(low).ok()?, places).ok()?;
    Some((root, compare(low).is_eq()))
}

/// base^exponent * factor.
fn power(base: u128, exponent: u32, factor: u128) -> Whole {
    let mut product = Whole::from(factor);
    for _ in 0..exponent {
        product = product.times(&Whole::from(base));
    }
    product
}

/// A whole number of any size, the lowest 32 bits first, without zeros at the top.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Whole(Vec<u32>);

impl From<u128> for Whole {
    fn from(mut value: u128) -> Self {
        let mut limbs = Vec::new();
        while value > 0 {
            limbs.push(low_half(value));
            value >>= 32;
        }
        Self(limbs)
    }
}

fn low_half(value: u128) -> u32 {
    u32::try_from(value & u128::from(u32::MAX)).unwrap_or(0)
}

impl Whole {
    fn times(&self, other: &Self) -> Self {
        let mut sum = vec![0_u32; self.0.len() + other.0.len()];
        for (shift, &a) in self.0.iter().enumerate() {
            let mut carry = 0_u128;
            let others = other.0.iter().copied().chain(std::iter::repeat(0));
            for (limb, b) in sum.iter_mut().skip(shift).zip(others) {
                let total = u128::from(*limb) + u128::from(a) * u128::from(b) + carry;
                *limb = low_half(total);
                carry = total >> 32;
            }
        }
        while sum.last() == Some(&0) {
            sum.pop();
        }
        Self(sum)
    }

    fn cmp_to(&self, other: &Self) -> std::cmp::Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn root(numerator: i128, denominator: i128, degree: u32, places: u32) -> Option<String> {
        let (root, exact) =
            root_below(Fraction::new(numerator, denominator).ok()?, degree, places)?;
        Some(format!("{root}{}", if exact { "" } else { "+" }))
    }

    #[test]
    fn roots_are_cut_off_not_rounded() {
        // 2^(1/2) = 1.41421356..., 3^(1/3) = 1.44224957..., by any table.
        for (numerator, denominator, degree, places, expected) in [
            (2, 1, 2, 4, Some("1.4142+")),
            (3, 1, 3, 7, Some("1.4422495+")),
            (9, 4, 2, 2, Some("1.50")),
            (1, 2, 1, 3, Some("0.500")),
            (0, 1, 5, 2, Some("0.00")),
            (1024, 1, 10, 6, Some("2.000000")),
            (-1, 1, 2, 2, None),
            (1, 1, 0, 2, None),
            (i128::MAX, 1, 1, 28, None),
        ] {
            assert_eq!(
                root(numerator, denominator, degree, places).as_deref(),
                expected,
                "{numerator}/{denominator}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_power_has_its_root(base in 0_u32..2000, degree in 1_u32..=10) {
            let power = i128::from(base).checked_pow(degree);
            prop_assume!(power.is_some());
            let expected = format!("{base}.00");
            prop_assert_eq!(root(power.unwrap(), 1, degree, 2), Some(expected));
        }

        #[test]
        fn the_next_number_is_too_great(n in 1_i64..1_000_000, d in 1_i64..1_000_000, degree in 1_u32..=6) {
            let value = Fraction::new(n.into(), d.into()).unwrap();
            let (low, exact) = root_below(value, degree, 3).unwrap();
            let raised = |root: Decimal| (0..degree).try_fold(Fraction::ONE, |product, _| {
                product.times(root.into())
            }).unwrap();
            prop_assert!(raised(low) <= value);
            prop_assert_eq!(exact, raised(low) == value);
            prop_assert!(raised(low + Decimal::new(1, 3)) > value);
        }
    }
}
