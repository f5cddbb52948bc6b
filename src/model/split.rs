//! Share splits.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::date::check_date;
use super::fraction::{ArithmeticError, Fraction};

/// A share split or consolidation: from its date on, `new` shares are what `old` shares were.
///
/// A figure per share, or a number of shares, is on the basis of the day it was published; one that is told again after
/// a split as it was before it is on the basis of the day it was first told. Across a split two such
/// figures do not compare: see [`ChangeKind::ShareBasisDiffers`](crate::ChangeKind).
///
/// The ratio is kept in lowest terms. Splits are in the order of their dates.
///
/// ```
/// use kessan::{Split, parse_date};
/// let split = Split::new(parse_date("2014-06-09")?, 14, 2)?;
/// assert_eq!(split.to_string(), "2014-06-09 7:1");
/// assert!(Split::new(parse_date("2014-06-09")?, 7, 0).is_err());
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Split {
    date: NaiveDate,
    new: u32,
    old: u32,
}

/// A split that has not been checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    date: NaiveDate,
    new: u32,
    old: u32,
}

impl TryFrom<Parts> for Split {
    type Error = ModelError;

    fn try_from(parts: Parts) -> Result<Self, ModelError> {
        Split::new(parts.date, parts.new, parts.old)
    }
}

impl Split {
    /// A split, effective on a date: so many new shares for so many old ones.
    ///
    /// # Errors
    /// [`ModelError::Split`] where a number is zero or both are the same; [`ModelError::Date`].
    pub fn new(date: NaiveDate, new: u32, old: u32) -> Result<Self, ModelError> {
        check_date(date)?;
        if new == 0 || old == 0 || new == old {
            return Err(ModelError::Split { new, old });
        }
        let (mut a, mut b) = (new, old);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Ok(Self {
            date,
            new: new / a,
            old: old / a,
        })
    }

    /// The first day on the new basis.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// How many shares there are after it for [`Split::old_shares`] before.
    #[must_use]
    pub fn new_shares(&self) -> u32 {
        self.new
    }

    /// How many shares before it became [`Split::new_shares`].
    #[must_use]
    pub fn old_shares(&self) -> u32 {
        self.old
    }

    /// What it multiplies a number of shares by, or a figure per share.
    pub(crate) fn factor(&self, per_share: bool) -> Result<Fraction, ArithmeticError> {
        let (new, old) = (self.new.into(), self.old.into());
        if per_share {
            Fraction::new(old, new)
        } else {
            Fraction::new(new, old)
        }
    }

    /// Whether figures published on two days are on different bases because of it.
    #[must_use]
    pub fn separates(&self, one: NaiveDate, other: NaiveDate) -> bool {
        (one < self.date) != (other < self.date)
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}:{}", self.date, self.new, self.old))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_separates_the_day_before_from_its_own() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let split = Split::new(day("2014-06-09"), 7, 1).unwrap();
        for (one, other, apart) in [
            ("2014-06-08", "2014-06-09", true),
            ("2014-06-09", "2014-06-08", true),
            ("2013-01-01", "2015-01-01", true),
            ("2014-06-09", "2014-06-10", false),
            ("2014-06-07", "2014-06-08", false),
        ] {
            assert_eq!(
                split.separates(day(one), day(other)),
                apart,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn a_ratio_is_of_two_different_numbers_of_shares() {
        let day = "2014-06-09".parse().unwrap();
        for (new, old) in [(0, 1), (1, 0), (0, 0), (3, 3)] {
            assert_eq!(
                Split::new(day, new, old),
                Err(ModelError::Split { new, old })
            );
        }
        let consolidation = Split::new(day, 10, 100).unwrap();
        assert_eq!(
            (consolidation.new_shares(), consolidation.old_shares()),
            (1, 10)
        );
        assert!(Split::new(NaiveDate::MAX, 2, 1).is_err());
    }
}
