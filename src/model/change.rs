//! Changes between two figures: typed, exact, never infinity.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::decimal::{exact_sum, grouped};
use super::figure::{Figure, Nil};
use super::interval::Interval;
use super::metric::MetricKind;

/// An exact ratio of two integers, reduced, with a positive denominator.
///
/// ```
/// use kessan::Fraction;
/// use rust_decimal::Decimal;
/// let growth = Fraction::ratio(Decimal::new(-15, 1), Decimal::from(10)).unwrap();
/// assert_eq!(growth.percent(1).unwrap().to_string(), "-15.0");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `a` / `b`; `None` where `b` is zero or the digits are beyond 38.
    #[must_use]
    pub fn ratio(a: Decimal, b: Decimal) -> Option<Self> {
        let (a, b) = (a.normalize(), b.normalize());
        let scale = a.scale().max(b.scale());
        let lift = |d: Decimal| {
            d.mantissa()
                .checked_mul(10_i128.checked_pow(scale - d.scale())?)
        };
        let (mut numerator, mut denominator) = (lift(a)?, lift(b)?);
        if denominator == 0 {
            return None;
        }
        if denominator < 0 {
            numerator = numerator.checked_neg()?;
            denominator = denominator.checked_neg()?;
        }
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()?;
        Some(Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        })
    }

    /// The numerator, which carries the sign.
    #[must_use]
    pub fn numerator(&self) -> i128 {
        self.numerator
    }

    /// The denominator, above zero.
    #[must_use]
    pub fn denominator(&self) -> i128 {
        self.denominator
    }

    /// The ratio in per cent, rounded half away from zero to so many places as releases print it; `None`
    /// where the digits are beyond what a decimal holds.
    #[must_use]
    pub fn percent(&self, places: u32) -> Option<Decimal> {
        let factor = 10_i128.checked_pow(places.checked_add(2)?)?;
        let scaled = self.numerator.checked_mul(factor)?;
        let (whole, rest) = (scaled / self.denominator, scaled % self.denominator);
        let up = rest.unsigned_abs() >= self.denominator.unsigned_abs() - rest.unsigned_abs();
        let rounded = whole.checked_add(if up { scaled.signum() } else { 0 })?;
        Decimal::try_from_i128_with_scale(rounded, places).ok()
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Against which base a relative change was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// (current - base) / base, with a positive base.
    OverBase,
    /// (current - base) / |base|, with a negative base: a growing loss is a negative change.
    OverAbsoluteBase,
}

/// How one figure differs from another. Sign changes and zero are words; there is no infinity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A relative change.
    Relative {
        /// The exact ratio.
        ratio: Fraction,
        /// The convention it follows.
        convention: Convention,
    },
    /// A change of a ratio or percentage, in percentage points (or units of the ratio).
    Points(Decimal),
    /// From below to above zero.
    TurnedPositive,
    /// From above to below zero.
    TurnedNegative,
    /// From zero to something.
    FromZero,
    /// From something to zero.
    ToZero,
    /// From zero to zero.
    Unchanged,
    /// There is nothing to compare with.
    NoComparator,
    /// Only one side is a plain amount: the other is a bound, a range, an approximation, words or nil.
    NotAnAmount,
    /// The base cannot be told from zero: its rounding interval contains zero.
    BaseNotDistinctFromZero,
    /// The digits are beyond what exact arithmetic holds.
    Overflow,
}

/// A change, with the absolute difference and the raw ratio beside it.
///
/// Printed as an analyst writes it: `-15.3%`, `+0.2 points`, `turned negative`.
///
/// ```
/// use kessan::{Amount, MetricKind, change_between};
/// let of = |n: i64| Amount::exact(n.into()).into();
/// let change = change_between(&of(-97), &of(329), MetricKind::Flow);
/// assert_eq!(change.to_string(), "turned negative");
/// // "Ratio minus one", as some companies print it:
/// assert_eq!(change.ratio_minus_one.unwrap().percent(1).unwrap().to_string(), "-129.5");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// current - base, in the figures' own unit, where both are amounts.
    pub difference: Option<Decimal>,
    /// current / base - 1, whatever the signs: the raw convention, under which a growing loss has a
    /// positive change. `None` where the base is zero.
    pub ratio_minus_one: Option<Fraction>,
}

impl Change {
    /// A change that could not be computed.
    #[must_use]
    pub fn none(kind: ChangeKind) -> Self {
        Self {
            kind,
            difference: None,
            ratio_minus_one: None,
        }
    }

    /// The relative change in per cent, rounded half away from zero to so many places; `None` for every
    /// other kind of change.
    #[must_use]
    pub fn percent(&self, places: u32) -> Option<Decimal> {
        match &self.kind {
            ChangeKind::Relative { ratio, .. } => ratio.percent(places),
            _ => None,
        }
    }
}

/// The change from `base` to `current`, two figures of one metric and unit.
///
/// Percentages and ratios ([`MetricKind::Ratio`]) change in points; everything else relatively. A nil that
/// was declared zero counts as zero. See [`ChangeKind`] for what is not a number.
#[must_use]
pub fn change_between(current: &Figure, base: &Figure, kind: MetricKind) -> Change {
    let (Some(now), Some(then)) = (operand(current), operand(base)) else {
        return Change::none(ChangeKind::NotAnAmount);
    };
    let Some(difference) = exact_sum(now.value, -then.value) else {
        return Change::none(ChangeKind::Overflow);
    };
    let ratio_minus_one = Fraction::ratio(difference, then.value);
    let of = |kind| Change {
        kind,
        difference: Some(difference),
        ratio_minus_one,
    };
    if kind == MetricKind::Ratio {
        return of(ChangeKind::Points(difference));
    }
    let (now_sign, then_sign) = (sign(now.value), sign(then.value));
    match (then_sign, now_sign) {
        (0, 0) => of(ChangeKind::Unchanged),
        (0, _) => of(ChangeKind::FromZero),
        _ if then.interval.is_some_and(|i| i.contains(Decimal::ZERO)) => {
            of(ChangeKind::BaseNotDistinctFromZero)
        }
        (_, 0) => of(ChangeKind::ToZero),
        (-1, 1) => of(ChangeKind::TurnedPositive),
        (1, -1) => of(ChangeKind::TurnedNegative),
        (base_sign, _) => {
            let convention = if base_sign < 0 {
                Convention::OverAbsoluteBase
            } else {
                Convention::OverBase
            };
            match Fraction::ratio(difference, then.value.abs()) {
                Some(ratio) => of(ChangeKind::Relative { ratio, convention }),
                None => of(ChangeKind::Overflow),
            }
        }
    }
}

struct Operand {
    value: Decimal,
    interval: Option<Interval>,
}

fn operand(figure: &Figure) -> Option<Operand> {
    match figure {
        Figure::Amount(amount) => Some(Operand {
            value: amount.value(),
            interval: amount.interval(),
        }),
        Figure::Nil(Nil::Zero) => Some(Operand {
            value: Decimal::ZERO,
            interval: None,
        }),
        _ => None,
    }
}

fn sign(value: Decimal) -> i8 {
    if value.is_zero() {
        0
    } else if value.is_sign_negative() {
        -1
    } else {
        1
    }
}

/// A signed number of points as it is written: `+0.2`.
fn signed(value: Decimal) -> String {
    let plus = if sign(value) > 0 { "+" } else { "" };
    format!("{plus}{}", grouped(value.normalize()))
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.kind {
            ChangeKind::Relative { ratio, .. } => match ratio.percent(1) {
                Some(percent) => {
                    let plus = if sign(percent) > 0 { "+" } else { "" };
                    format!("{plus}{}%", grouped(percent))
                }
                None => "beyond exact arithmetic".into(),
            },
            ChangeKind::Points(points) => format!("{} points", signed(*points)),
            ChangeKind::TurnedPositive => "turned positive".into(),
            ChangeKind::TurnedNegative => "turned negative".into(),
            ChangeKind::FromZero => "from zero".into(),
            ChangeKind::ToZero => "to zero".into(),
            ChangeKind::Unchanged => "unchanged".into(),
            ChangeKind::NoComparator => "no comparator".into(),
            ChangeKind::NotAnAmount => "not a plain amount".into(),
            ChangeKind::BaseNotDistinctFromZero => "base not distinct from zero".into(),
            ChangeKind::Overflow => "beyond exact arithmetic".into(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::figure::{Amount, Precision, Rounding};

    fn of(value: i64) -> Figure {
        Amount::exact(value.into()).into()
    }

    fn flow(current: i64, base: i64) -> Change {
        change_between(&of(current), &of(base), MetricKind::Flow)
    }

    #[test]
    fn changes_read_as_an_analyst_writes_them() {
        for (current, base, expected) in [
            (8_344_046, 9_849_202, "-15.3%"),
            (96_098, 90_780, "+5.9%"),
            (591_572, 318_627, "+85.7%"),
            (100, 100, "0.0%"),
            (-97, 329, "turned negative"),
            (97, -329, "turned positive"),
            (97, 0, "from zero"),
            (0, 97, "to zero"),
            (0, 0, "unchanged"),
        ] {
            assert_eq!(
                flow(current, base).to_string(),
                expected,
                "{current} {base}"
            );
        }
    }

    #[test]
    fn a_growing_loss_has_both_conventions() {
        // Statement of operations 2003-08-13: operating loss 1,059,574 against 464,155, printed 128.3%.
        let change = flow(-1_059_574, -464_155);
        assert_eq!(change.to_string(), "-128.3%");
        assert!(matches!(
            change.kind,
            ChangeKind::Relative {
                convention: Convention::OverAbsoluteBase,
                ..
            }
        ));
        assert_eq!(
            change.ratio_minus_one.unwrap().percent(1),
            Some(Decimal::new(1283, 1))
        );
    }

    #[test]
    fn ratios_change_in_points() {
        let percent = |text: &str| Figure::Amount(Amount::exact(text.parse().unwrap()));
        let change = change_between(&percent("3.5"), &percent("10.3"), MetricKind::Ratio);
        assert_eq!(change.to_string(), "-6.8 points");
    }

    #[test]
    fn a_base_that_may_be_zero_has_no_ratio() {
        let base = Amount::new(
            Decimal::new(-1, 2),
            Precision::Decimals(1),
            Rounding::Nearest,
        );
        let change = change_between(&of(5), &base.unwrap().into(), MetricKind::Flow);
        assert_eq!(change.kind, ChangeKind::BaseNotDistinctFromZero);
    }

    #[test]
    fn what_is_no_amount_has_no_change() {
        let approximate = Figure::Approximate(Amount::exact(5.into()));
        assert_eq!(
            change_between(&of(1), &approximate, MetricKind::Flow).kind,
            ChangeKind::NotAnAmount
        );
        let nil = Figure::Nil(Nil::Zero);
        assert_eq!(
            change_between(&of(1), &nil, MetricKind::Flow).kind,
            ChangeKind::FromZero
        );
    }

    #[test]
    fn halves_round_away_from_zero() {
        let half = Fraction::ratio(Decimal::new(-125, 5), Decimal::ONE).unwrap();
        assert_eq!(half.percent(2).unwrap().to_string(), "-0.13");
        assert_eq!(half.percent(3).unwrap().to_string(), "-0.125");
    }
}
