//! What may lie behind two values of one fact that are far apart.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::fraction::{ArithmeticError, Fraction};
use super::split::Split;

/// Powers of ten by which filers mistake the scale of a figure.
const SLIPS: [i8; 6] = [3, -3, 6, -6, 9, -9];

/// Why the values of one fact probably differ: they are a thousand, a million or a billion times each other, or the
/// number of shares that a split made of one, or both at once.
///
/// It is a finding for a reader, taken from the values alone: both stay as they were published. The values need not
/// be exact multiples: they may differ by half a per cent, and across splits by the rounding of their last decimal places.
///
/// Printed as `scale x1000`, `split 2014-06-09 7:1`, `scale x1000, split 2014-06-09 7:1`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct LikelyCause {
    /// The power of ten that takes the old value to the new one: 3, 6, 9 or their negatives. `None` where the scale is
    /// the same.
    pub scale: Option<i8>,
    /// The splits between the two publications, where the values differ by them.
    pub splits: Vec<Split>,
}

impl LikelyCause {
    /// By the values, and the splits by which figures of these two days differ, if any: `per_share` says whether the
    /// figures become smaller by them, not greater.
    pub(crate) fn of(
        old: Decimal,
        new: Decimal,
        splits: &[Split],
        per_share: bool,
    ) -> Option<LikelyCause> {
        let product = splits.iter().try_fold(Fraction::ONE, |product, split| {
            product.times(split.factor(per_share)?)
        });
        let ratio = product.ok().filter(|_| !splits.is_empty());
        Self::of_splits(old, new, splits, ratio)
    }

    fn of_splits(
        old: Decimal,
        new: Decimal,
        splits: &[Split],
        ratio: Option<Fraction>,
    ) -> Option<LikelyCause> {
        if let Some(ratio) = ratio
            && is_restated(old, ratio, new)
        {
            return Some(LikelyCause {
                scale: None,
                splits: splits.to_vec(),
            });
        }
        let at_scale = |ratio: Fraction, scale: i8| {
            let factor = ratio.times(power(scale).ok()?).ok()?;
            is_nearly(old, factor, new).ok()?.then_some(scale)
        };
        let slip = |ratio| SLIPS.into_iter().find_map(|scale| at_scale(ratio, scale));
        if let Some(scale) = slip(Fraction::ONE) {
            return Some(LikelyCause {
                scale: Some(scale),
                splits: Vec::new(),
            });
        }
        slip(ratio?).map(|scale| LikelyCause {
            scale: Some(scale),
            splits: splits.to_vec(),
        })
    }
}

/// Whether a value is another one, times a factor, give or take half a per cent.
fn is_nearly(old: Decimal, factor: Fraction, new: Decimal) -> Result<bool, ArithmeticError> {
    let expected = Fraction::from(old).times(factor)?;
    if expected.signum() == 0 {
        return Ok(false);
    }
    let apart = Fraction::from(new).minus(expected)?.abs()?;
    Ok(apart.times(Fraction::from(200))? <= expected.abs()?)
}

/// Whether a figure per share, or a number of shares, is another one that was restated by the factor of a split: nearly,
/// or as exactly as decimal places let both be printed, of which trailing zeros may be missing.
pub(crate) fn is_restated(old: Decimal, factor: Fraction, new: Decimal) -> bool {
    let rounded = || -> Result<bool, ArithmeticError> {
        if is_nearly(old, factor, new)? {
            return Ok(true);
        }
        let places = old.normalize().scale().max(new.normalize().scale());
        if places == 0 || old.is_zero() || new.is_zero() {
            return Ok(false);
        }
        let ten = 10_i128
            .checked_pow(places.max(2))
            .ok_or(ArithmeticError::Overflow)?;
        let half = Fraction::new(1, ten.checked_mul(2).ok_or(ArithmeticError::Overflow)?)?;
        let allowed = half.plus(half.times(factor)?)?;
        let expected = Fraction::from(old).times(factor)?;
        Ok(Fraction::from(new).minus(expected)?.abs()? <= allowed)
    };
    rounded().unwrap_or(false)
}

fn power(scale: i8) -> Result<Fraction, ArithmeticError> {
    let power = 10_i128
        .checked_pow(scale.unsigned_abs().into())
        .ok_or(ArithmeticError::Overflow)?;
    if scale < 0 {
        Fraction::new(1, power)
    } else {
        Fraction::new(power, 1)
    }
}

impl fmt::Display for LikelyCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale.map(|scale| {
            let zeros = "0".repeat(scale.unsigned_abs().into());
            format!("scale {}1{zeros}", if scale < 0 { "x1/" } else { "x" })
        });
        let splits = self.splits.iter().map(|split| format!("split {split}"));
        let parts: Vec<String> = scale.into_iter().chain(splits).collect();
        f.pad(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(old: &str, new: &str, splits: &[(u32, u32)], per_share: bool) -> Option<String> {
        let day = "2014-06-09".parse().unwrap();
        let splits: Vec<Split> = splits
            .iter()
            .map(|(new, old)| Split::new(day, *new, *old).unwrap())
            .collect();
        let (old, new) = (old.parse().unwrap(), new.parse().unwrap());
        LikelyCause::of(old, new, &splits, per_share).map(|cause| cause.to_string())
    }

    #[test]
    fn thousands_and_splits_are_told_from_other_differences() {
        let none: &[(u32, u32)] = &[];
        let seven = &[(7, 1)];
        for (old, new, splits, per_share, expected) in [
            ("1800000000", "1800000", none, false, Some("scale x1/1000")),
            ("1800000", "1800000000", none, false, Some("scale x1000")),
            ("-24", "-24000000", none, false, Some("scale x1000000")),
            ("24578", "24600000", none, false, Some("scale x1000")), // three digits
            ("24578", "25000000", none, false, None),
            ("100", "101", none, false, None),
            ("0", "1000", none, false, None),
            ("1000", "0", none, false, None),
            ("5", "-5000", none, false, None),
            ("100", "700", none, false, None),
            ("100", "700", seven, false, Some("split 2014-06-09 7:1")),
            ("44.15", "6.31", seven, true, Some("split 2014-06-09 7:1")),
            ("44.15", "6.35", seven, true, None),
            ("44.15", "309.05", seven, true, None),
            ("0.25", "0.04", seven, true, Some("split 2014-06-09 7:1")),
            ("0.25", "0.06", seven, true, None),
            ("30", "1", &[(1, 30)], false, Some("split 2014-06-09 1:30")),
            (
                "1800000",
                "12600000000",
                seven,
                false,
                Some("scale x1000, split 2014-06-09 7:1"),
            ),
            // Two splits between the publications.
            (
                "100",
                "2800",
                &[(7, 1), (4, 1)],
                false,
                Some("split 2014-06-09 7:1, split 2014-06-09 4:1"),
            ),
        ] {
            assert_eq!(
                cause(old, new, splits, per_share).as_deref(),
                expected,
                "{old} {new}"
            );
        }
    }

    #[test]
    fn what_is_beyond_exact_arithmetic_has_no_known_cause() {
        let huge = "7922816251426433759354395033";
        assert_eq!(
            cause(huge, "0.0000000000000000000000000001", &[(7, 1)], true),
            None
        );
    }
}
