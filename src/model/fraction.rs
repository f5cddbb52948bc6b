//! Exact ratios of integers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use rust_decimal::Decimal;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::decimal::grouped;

/// Exact arithmetic that has no result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArithmeticError {
    /// The digits are beyond what exact arithmetic holds: 38 each of numerator and denominator.
    #[error("the digits are beyond exact arithmetic")]
    Overflow,
    /// A division by zero.
    #[error("a division by zero")]
    DivisionByZero,
}

/// An exact ratio of two integers.
///
/// Arithmetic is exact or an error: nothing is rounded before [`Fraction::rounded`] or [`Fraction::percent`]
/// is asked to. It is as small as it can be wherever it shows; inside, it is reduced only when its digits run out.
///
/// ```
/// use kessan::Fraction;
/// use rust_decimal::Decimal;
/// let growth = Fraction::ratio(Decimal::new(-15, 1), Decimal::from(10)).unwrap();
/// assert_eq!(growth.percent(1).unwrap().to_string(), "-15.0");
/// assert_eq!(growth.to_string(), "-0.15");
/// ```
#[derive(Clone, Copy)]
pub struct Fraction {
    numerator: i128,
    // Above zero. It may share divisors with the numerator.
    denominator: i128,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Fraction = Fraction {
        numerator: 0,
        denominator: 1,
    };
    /// One.
    pub const ONE: Fraction = Fraction {
        numerator: 1,
        denominator: 1,
    };

    /// `numerator` / `denominator`.
    ///
    /// # Errors
    /// [`ArithmeticError`] where the denominator is zero or a sign cannot be turned.
    pub fn new(numerator: i128, denominator: i128) -> Result<Self, ArithmeticError> {
        if denominator == 0 {
            return Err(ArithmeticError::DivisionByZero);
        }
        let (mut numerator, mut denominator) = (numerator, denominator);
        if denominator < 0 {
            let turned = |n: i128| n.checked_neg().ok_or(ArithmeticError::Overflow);
            (numerator, denominator) = (turned(numerator)?, turned(denominator)?);
        }
        Ok(Self {
            numerator,
            denominator,
        })
    }

    /// `numerator` / `denominator`, of which the denominator is above zero.
    pub(super) fn of_64_bits(numerator: i64, denominator: i64) -> Self {
        debug_assert!(denominator > 0, "{denominator}");
        Self {
            numerator: numerator.into(),
            denominator: denominator.into(),
        }
    }

    /// Numerator and denominator of the ratio as it stands, which may share divisors; the denominator is above zero. Quicker
    /// than [`Fraction::numerator`] and [`Fraction::denominator`], which reduce it.
    #[must_use]
    pub fn terms(&self) -> (i128, i128) {
        (self.numerator, self.denominator)
    }

    /// The same ratio, as small as it can be.
    fn reduced(self) -> Self {
        let (numerator, denominator) = (self.numerator, self.denominator);
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        // It is at most the denominator.
        let divisor = i128::try_from(divisor).unwrap_or(1);
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// `a` / `b`; `None` where `b` is zero or the digits are beyond 38.
    #[must_use]
    pub fn ratio(a: Decimal, b: Decimal) -> Option<Self> {
        let lifted = |a: Decimal, b: Decimal| {
            let scale = a.scale().max(b.scale());
            let lift = |d: Decimal| match scale - d.scale() {
                0 => Some(d.mantissa()),
                power => d.mantissa().checked_mul(10_i128.checked_pow(power)?),
            };
            Some((lift(a)?, lift(b)?))
        };
        let (a, b) = lifted(a, b).or_else(|| lifted(a.normalize(), b.normalize()))?;
        Self::new(a, b).ok()
    }

    /// The numerator of the reduced ratio, which carries the sign.
    #[must_use]
    pub fn numerator(&self) -> i128 {
        self.reduced().numerator
    }

    /// The denominator of the reduced ratio, above zero.
    #[must_use]
    pub fn denominator(&self) -> i128 {
        self.reduced().denominator
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn signum(&self) -> i8 {
        match self.numerator.cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// Without its sign.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn abs(self) -> Result<Self, ArithmeticError> {
        if self.numerator < 0 {
            self.negated()
        } else {
            Ok(self)
        }
    }

    /// With its sign turned.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn negated(self) -> Result<Self, ArithmeticError> {
        // Only the least of all numerators has no counterpart, and reducing may be what helps.
        let turned = |of: Self| {
            Some(Self {
                numerator: of.numerator.checked_neg()?,
                denominator: of.denominator,
            })
        };
        turned(self)
            .or_else(|| turned(self.reduced()))
            .ok_or(ArithmeticError::Overflow)
    }

    /// The exact sum.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        let quick = || {
            let (numerator, denominator) = if self.denominator == other.denominator {
                let sum = self.numerator.checked_add(other.numerator)?;
                (sum, self.denominator)
            } else {
                let left = self.numerator.checked_mul(other.denominator)?;
                let right = other.numerator.checked_mul(self.denominator)?;
                let denominator = self.denominator.checked_mul(other.denominator)?;
                (left.checked_add(right)?, denominator)
            };
            Some(Self {
                numerator,
                denominator,
            })
        };
        match quick() {
            Some(sum) => Ok(sum),
            None => self.reduced().plus_reduced(other.reduced()),
        }
    }

    /// The sum of reduced fractions, over the least denominator there is.
    fn plus_reduced(self, other: Self) -> Result<Self, ArithmeticError> {
        let sum = || {
            let shared = greatest_common_divisor(
                self.denominator.unsigned_abs(),
                other.denominator.unsigned_abs(),
            );
            let shared = i128::try_from(shared).ok()?;
            let left = self.numerator.checked_mul(other.denominator / shared)?;
            let right = other.numerator.checked_mul(self.denominator / shared)?;
            let denominator = (self.denominator / shared).checked_mul(other.denominator)?;
            Some((left.checked_add(right)?, denominator))
        };
        let (numerator, denominator) = sum().ok_or(ArithmeticError::Overflow)?;
        Self::new(numerator, denominator)
    }

    /// The exact difference.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, ArithmeticError> {
        self.plus(other.negated()?)
    }

    /// The exact product.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn times(self, other: Self) -> Result<Self, ArithmeticError> {
        let quick = || {
            Some(Self {
                numerator: self.numerator.checked_mul(other.numerator)?,
                denominator: self.denominator.checked_mul(other.denominator)?,
            })
        };
        match quick() {
            Some(product) => Ok(product),
            None => self.reduced().times_reduced(other.reduced()),
        }
    }

    /// The product of reduced fractions, reduced crosswise first so that it is as small as it can be.
    fn times_reduced(self, other: Self) -> Result<Self, ArithmeticError> {
        let left = Self::new(self.numerator, other.denominator)?.reduced();
        let right = Self::new(other.numerator, self.denominator)?.reduced();
        let product = |a: i128, b: i128| a.checked_mul(b).ok_or(ArithmeticError::Overflow);
        Ok(Self {
            numerator: product(left.numerator, right.numerator)?,
            denominator: product(left.denominator, right.denominator)?,
        })
    }

    /// The exact quotient.
    ///
    /// # Errors
    /// [`ArithmeticError`].
    pub fn over(self, other: Self) -> Result<Self, ArithmeticError> {
        let reciprocal = |of: Self| Self::new(of.denominator, of.numerator);
        match reciprocal(other) {
            Err(ArithmeticError::Overflow) => self.times(reciprocal(other.reduced())?),
            reciprocal => self.times(reciprocal?),
        }
    }

    /// The same number as a decimal; `None` where it has none of at most 28 digits.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        self.reduced().decimal_of_reduced()
    }

    fn decimal_of_reduced(self) -> Option<Decimal> {
        let (mut rest, mut twos, mut fives) = (self.denominator, 0_u32, 0_u32);
        while rest % 2 == 0 {
            (rest, twos) = (rest / 2, twos + 1);
        }
        while rest % 5 == 0 {
            (rest, fives) = (rest / 5, fives + 1);
        }
        if rest != 1 {
            return None;
        }
        let scale = twos.max(fives);
        let factor = 10_i128.checked_pow(scale)? / self.denominator;
        let mantissa = self.numerator.checked_mul(factor)?;
        Decimal::try_from_i128_with_scale(mantissa, scale).ok()
    }

    /// Rounded half away from zero to so many decimal places, as releases print it; `None` where the digits are
    /// beyond what a decimal holds.
    #[must_use]
    pub fn rounded(&self, places: u32) -> Option<Decimal> {
        self.decimal_to(places, Ends::HalfAway)
    }

    /// The ratio in per cent, rounded half away from zero to so many places as releases print it; `None`
    /// where the digits are beyond what a decimal holds.
    #[must_use]
    pub fn percent(&self, places: u32) -> Option<Decimal> {
        let hundred = Self {
            numerator: 100,
            denominator: 1,
        };
        self.times(hundred).ok()?.rounded(places)
    }

    /// The nearest decimal of so many places that is not above, or not below.
    pub(crate) fn decimal_to(&self, places: u32, ends: Ends) -> Option<Decimal> {
        let factor = 10_i128.checked_pow(places)?;
        let units = self.units(factor, ends)?;
        Decimal::try_from_i128_with_scale(units, places).ok()
    }

    /// How many times 1 / `factor` it is, as a whole number.
    pub(crate) fn units(&self, factor: i128, ends: Ends) -> Option<i128> {
        let scaled = Self {
            numerator: factor,
            denominator: 1,
        };
        let scaled = self.times(scaled).ok()?;
        Some(scaled.whole(ends))
    }

    /// The whole number nearest to it.
    pub(crate) fn whole(&self, ends: Ends) -> i128 {
        let (quotient, rest) = (
            self.numerator / self.denominator,
            self.numerator % self.denominator,
        );
        let (rest_size, size) = (rest.unsigned_abs(), self.denominator.unsigned_abs());
        let away = match ends {
            Ends::HalfAway => rest_size >= size - rest_size,
            Ends::HalfTowards => rest_size > size - rest_size,
            Ends::Down => rest < 0,
            Ends::Up => rest > 0,
        };
        // A fraction with a rest has a denominator of at least 2: the quotient is not at the edge.
        quotient + if away { self.numerator.signum() } else { 0 }
    }
}

/// How a fraction is made a decimal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ends {
    /// To the nearest; a tie goes away from zero.
    HalfAway,
    /// To the nearest; a tie goes towards zero.
    HalfTowards,
    /// Not above.
    Down,
    /// Not below.
    Up,
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return of_64_bits(a, b).into();
        }
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Divisions of 64 bits are many times faster than those of 128.
fn of_64_bits(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl From<Decimal> for Fraction {
    fn from(value: Decimal) -> Self {
        Self {
            numerator: value.mantissa(),
            // A decimal's scale is at most 28.
            denominator: 10_i128.pow(value.scale()),
        }
    }
}

impl From<i64> for Fraction {
    fn from(value: i64) -> Self {
        Self {
            numerator: value.into(),
            denominator: 1,
        }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl Hash for Fraction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            numerator,
            denominator,
        } = self.reduced();
        (numerator, denominator).hash(state);
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator(), self.denominator())
    }
}

impl Serialize for Fraction {
    /// A map of `numerator` and `denominator`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reduced = self.reduced();
        let mut fields = serializer.serialize_struct("Fraction", 2)?;
        fields.serialize_field("numerator", &reduced.numerator)?;
        fields.serialize_field("denominator", &reduced.denominator)?;
        fields.end()
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let crosswise = (
            self.numerator.checked_mul(other.denominator),
            other.numerator.checked_mul(self.denominator),
        );
        match crosswise {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => by_whole_parts(*self, *other),
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares by whole parts, then by the reciprocals of what remains.
fn by_whole_parts(a: Fraction, b: Fraction) -> Ordering {
    let whole = |f: Fraction| {
        (
            f.numerator.div_euclid(f.denominator),
            f.numerator.rem_euclid(f.denominator),
        )
    };
    let ((mut a_whole, mut a_rest), (mut b_whole, mut b_rest)) = (whole(a), whole(b));
    let (mut a_over, mut b_over) = (a.denominator, b.denominator);
    let mut order = Ordering::Equal;
    let mut turned = false;
    loop {
        order = order.then(a_whole.cmp(&b_whole));
        if order == Ordering::Equal && (a_rest == 0 || b_rest == 0) {
            order = a_rest.cmp(&b_rest);
            if order == Ordering::Equal {
                return Ordering::Equal;
            }
        }
        if order != Ordering::Equal {
            return if turned { order.reverse() } else { order };
        }
        (a_whole, a_rest, a_over) = (a_over / a_rest, a_over % a_rest, a_rest);
        (b_whole, b_rest, b_over) = (b_over / b_rest, b_over % b_rest, b_rest);
        turned = !turned;
    }
}

impl fmt::Display for Fraction {
    /// As a decimal where it is one, else as `numerator/denominator`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(decimal) => f.pad(&grouped(decimal.normalize())),
            None => f.pad(&format!("{}/{}", self.numerator(), self.denominator())),
        }
    }
}

#[cfg(test)]
mod tests;
