//! Changes between two figures: typed, exact, never infinity.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::decimal::{exact_sum, grouped};
use super::figure::{Amount, Figure, Nil};
use super::fraction::{Ends, Fraction};
use super::interval::{Bound, Interval};
use super::metric::MetricKind;
use super::quantity::{Quantity, SafeDigits};
use super::relative::{Scaled, may_be_zero};
use super::tags::TagsDisagree;

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
    /// A change of a ratio or percentage, in units of the figures compared. In every answer these are percentage points:
    /// [`Delta`](crate::Delta), [`AnswerChange`](crate::AnswerChange) and [`Restatement`](crate::Restatement) take
    /// the change of a pure ratio between its values in per cent.
    Points(Fraction),
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
    /// Figures per share, or numbers of shares, that are on two sides of a [`Split`](crate::Split), by the days they were
    /// published, or because one was told again after the split as it was before it: the raw
    /// difference and ratio are of different things. Found where the company is known: [`change_between`] does not.
    ShareBasisDiffers,
    /// Figures of a standard metric under two tags that the company uses for different things: there is no difference either.
    /// Found where the series is known: [`change_between`] does not.
    TagsDisagree(Box<TagsDisagree>),
    /// Only one side is a plain amount: the other is a bound, a range, an approximation, words or nil.
    NotAnAmount,
    /// The base cannot be told from zero: its rounding interval contains zero.
    BaseNotDistinctFromZero,
    /// The digits are beyond what exact arithmetic holds.
    Overflow,
}

/// A change, with the absolute difference and the raw ratio beside it, each with the interval in which rounding lets
/// the true one lie.
///
/// Printed as an analyst writes it: `-15.3%`, `+0.2 points`, `turned negative`. Where rounding leaves even the whole per
/// cent open, by half of one or more, the interval stands behind it, its ends rounded outward: `+5.5% [+4.3%, +6.7%]`.
///
/// ```
/// use kessan::{Amount, MetricKind, Precision, Rounding, change_between};
/// let of = |n: i64| Amount::exact(n.into()).into();
/// let change = change_between(&of(-97), &of(329), MetricKind::Flow);
/// assert_eq!(change.to_string(), "turned negative");
/// // "Ratio minus one", as some companies print it:
/// assert_eq!(change.ratio_minus_one.unwrap().percent(1).unwrap().to_string(), "-129.5");
///
/// let millions = |n: i64| Amount::new(n.into(), Precision::Decimals(0), Rounding::Nearest).map(Into::into);
/// let change = change_between(&millions(96)?, &millions(91)?, MetricKind::Flow);
/// assert_eq!(change.to_string(), "+5.5% [+4.3%, +6.7%]");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// current - base, in the figures' own unit, where both are amounts and it is a decimal: that of thirds is not. Of
    /// pure ratios, in every answer, in percentage points.
    pub difference: Option<Decimal>,
    /// current / base - 1, whatever the signs: the raw convention, under which a growing loss has a
    /// positive change. `None` where the base is zero.
    pub ratio_minus_one: Option<Fraction>,
    operands: Option<Operands>,
}

/// What was compared: current and base.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Operands {
    Amounts(Amount, Amount),
    Quantities(Box<(Quantity, Quantity)>),
}

impl Change {
    /// A change that could not be computed.
    #[must_use]
    pub fn none(kind: ChangeKind) -> Self {
        Self {
            kind,
            difference: None,
            ratio_minus_one: None,
            operands: None,
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

    /// The relative change under its convention, or the change in points, with its interval. `None` for every other
    /// kind of change.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        match &self.kind {
            ChangeKind::Relative { ratio, convention } => {
                let raw = self.raw_quantity()?.interval();
                let interval = match convention {
                    Convention::OverBase => raw,
                    Convention::OverAbsoluteBase => raw.and_then(|raw| raw.negated().ok()),
                };
                Some(Quantity::new(*ratio, interval))
            }
            ChangeKind::Points(_) => self.difference_quantity(),
            _ => None,
        }
    }

    fn operands(&self) -> Option<(Quantity, Quantity)> {
        match self.operands.as_ref()? {
            Operands::Amounts(current, base) => Some(((*current).into(), (*base).into())),
            Operands::Quantities(both) => Some(**both),
        }
    }

    /// current - base with its interval, in the figures' own unit, where both are amounts.
    #[must_use]
    pub fn difference_quantity(&self) -> Option<Quantity> {
        let (current, base) = self.operands()?;
        current.minus(base).ok()
    }

    /// current / base - 1 with its interval, whatever the signs. `None` where the base is zero.
    #[must_use]
    pub fn raw_quantity(&self) -> Option<Quantity> {
        if let Some(Operands::Amounts(current, base)) = &self.operands
            && let Some(quick) = Scaled::of(current, base).and_then(|both| both.over_base())
        {
            return Some(quick);
        }
        let (current, base) = self.operands()?;
        let ratio = current.over(base).ok()?;
        ratio.minus(Quantity::exact(Fraction::ONE)).ok()
    }

    /// To how many decimal places the change is safe to print, in per cent or points. `None` for a change that is
    /// neither.
    #[must_use]
    pub fn safe_digits(&self) -> Option<SafeDigits> {
        let quantity = self.quantity()?;
        Some(match self.kind {
            ChangeKind::Points(_) => quantity.safe_digits(),
            _ => quantity.safe_percent(),
        })
    }
}

impl Serialize for Change {
    /// A map of `kind`, `difference` and `ratio_minus_one`, the interval of each (null where it is unknown), and the
    /// decimal places that are `safe` to print.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            kind: &'a ChangeKind,
            interval: Option<Interval>,
            safe: Option<SafeDigits>,
            difference: Option<Decimal>,
            difference_interval: Option<Interval>,
            ratio_minus_one: Option<Fraction>,
            ratio_minus_one_interval: Option<Interval>,
        }
        let interval = |quantity: Option<Quantity>| quantity.and_then(|q| q.interval());
        Written {
            kind: &self.kind,
            interval: interval(self.quantity()),
            safe: self.safe_digits(),
            difference: self.difference,
            difference_interval: interval(self.difference_quantity()),
            ratio_minus_one: self.ratio_minus_one,
            ratio_minus_one_interval: interval(self.raw_quantity()),
        }
        .serialize(serializer)
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
    let Some(difference) = exact_sum(now.value(), -then.value()) else {
        return Change::none(ChangeKind::Overflow);
    };
    let ratio_minus_one = Fraction::ratio(difference, then.value());
    let of = |kind| Change {
        kind,
        difference: Some(difference),
        ratio_minus_one,
        operands: Some(Operands::Amounts(now, then)),
    };
    if kind == MetricKind::Ratio {
        return of(ChangeKind::Points(difference.into()));
    }
    let (now_sign, then_sign) = (sign(now.value()), sign(then.value()));
    match (then_sign, now_sign) {
        (0, 0) => of(ChangeKind::Unchanged),
        (0, _) => of(ChangeKind::FromZero),
        _ if may_be_zero(&then) => of(ChangeKind::BaseNotDistinctFromZero),
        (_, 0) => of(ChangeKind::ToZero),
        (-1, 1) => of(ChangeKind::TurnedPositive),
        (1, -1) => of(ChangeKind::TurnedNegative),
        (base_sign, _) => {
            let convention = if base_sign < 0 {
                Convention::OverAbsoluteBase
            } else {
                Convention::OverBase
            };
            let ratio = match convention {
                Convention::OverBase => ratio_minus_one,
                Convention::OverAbsoluteBase => ratio_minus_one.and_then(|raw| raw.negated().ok()),
            };
            match ratio {
                Some(ratio) => of(ChangeKind::Relative { ratio, convention }),
                None => of(ChangeKind::Overflow),
            }
        }
    }
}

/// The change from `base` to `current`, two figures of one metric and unit, computed ones too. As of
/// [`change_between`].
#[must_use]
pub fn change_of_quantities(current: Quantity, base: Quantity, kind: MetricKind) -> Change {
    let (now, then) = (current.value(), base.value());
    let Ok(difference) = now.minus(then) else {
        return Change::none(ChangeKind::Overflow);
    };
    let of = |kind| Change {
        kind,
        difference: difference.decimal(),
        ratio_minus_one: difference.over(then).ok(),
        operands: Some(Operands::Quantities(Box::new((current, base)))),
    };
    if kind == MetricKind::Ratio {
        return of(ChangeKind::Points(difference));
    }
    match (then.signum(), now.signum()) {
        (0, 0) => of(ChangeKind::Unchanged),
        (0, _) => of(ChangeKind::FromZero),
        _ if base.may_be_zero() => of(ChangeKind::BaseNotDistinctFromZero),
        (_, 0) => of(ChangeKind::ToZero),
        (-1, 1) => of(ChangeKind::TurnedPositive),
        (1, -1) => of(ChangeKind::TurnedNegative),
        (base_sign, _) => {
            let convention = if base_sign < 0 {
                Convention::OverAbsoluteBase
            } else {
                Convention::OverBase
            };
            match then.abs().and_then(|base| difference.over(base)) {
                Ok(ratio) => of(ChangeKind::Relative { ratio, convention }),
                Err(_) => of(ChangeKind::Overflow),
            }
        }
    }
}

/// The change from `base` to `current`, two pure ratios, in percentage points.
pub(crate) fn change_of_ratios(current: Quantity, base: Quantity) -> Change {
    let hundred = Quantity::exact(Fraction::from(100));
    match (current.times(hundred), base.times(hundred)) {
        (Ok(current), Ok(base)) => change_of_quantities(current, base, MetricKind::Ratio),
        _ => Change::none(ChangeKind::Overflow),
    }
}

fn operand(figure: &Figure) -> Option<Amount> {
    match figure {
        Figure::Amount(amount) => Some(*amount),
        Figure::Nil(Nil::Zero) => Some(Amount::of_unknown_precision(Decimal::ZERO)),
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

/// A number of points as it is written: `+0.2`.
fn signed(value: Decimal) -> String {
    signed_to(value.normalize())
}

/// With its sign and all its decimals: `+5.0`.
fn signed_to(value: Decimal) -> String {
    let plus = if sign(value) > 0 { "+" } else { "" };
    format!("{plus}{}", grouped(value))
}

impl Change {
    /// A change in points, to the places that are safe: `-3.3705 points`. `None` for every other kind of change.
    pub(crate) fn percentage_points(&self) -> Option<String> {
        let ChangeKind::Points(_) = self.kind else {
            return None;
        };
        let (points, interval) = self.difference_quantity()?.rounded_text()?;
        Some(format!("{} points{interval}", signed_to(points)))
    }

    /// The interval behind a relative change that may be more than half a per cent off what is printed.
    fn doubt(&self, printed: Decimal) -> Option<String> {
        let interval = self.quantity()?.interval()?;
        let end = |bound: Bound, ends| {
            let (value, _) = bound.value()?;
            value.times(Fraction::from(100)).ok()?.decimal_to(1, ends)
        };
        let (low, high) = (
            end(interval.low(), Ends::Down)?,
            end(interval.high(), Ends::Up)?,
        );
        let half = Decimal::new(5, 1);
        let far = low < exact_sum(printed, -half)? || high > exact_sum(printed, half)?;
        far.then(|| format!(" [{}%, {}%]", signed_to(low), signed_to(high)))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.kind {
            ChangeKind::Relative { ratio, .. } => match ratio.percent(1) {
                Some(percent) => {
                    let doubt = self.doubt(percent).unwrap_or_default();
                    format!("{}%{doubt}", signed_to(percent))
                }
                None => "beyond exact arithmetic".into(),
            },
            ChangeKind::Points(points) => match points.decimal().or_else(|| points.rounded(4)) {
                Some(points) => format!("{} points", signed(points)),
                None => "beyond exact arithmetic".into(),
            },
            ChangeKind::TurnedPositive => "turned positive".into(),
            ChangeKind::TurnedNegative => "turned negative".into(),
            ChangeKind::FromZero => "from zero".into(),
            ChangeKind::ToZero => "to zero".into(),
            ChangeKind::Unchanged => "unchanged".into(),
            ChangeKind::NoComparator => "no comparator".into(),
            ChangeKind::ShareBasisDiffers => "share basis differs".into(),
            ChangeKind::TagsDisagree(_) => "tags disagree".into(),
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
    use crate::model::figure::{Precision, Rounding};

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
