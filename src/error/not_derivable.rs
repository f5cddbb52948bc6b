//! Why a figure cannot be derived.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::{
    ArithmeticError, Figure, Id, Measure, MetricKind, MetricPath, Period, Scope, TagsDisagree, Unit,
};

/// Why a figure was neither reported nor can be derived: what was to be derived, how, and what stands in the way.
///
/// Printed as a sentence: `4Q08 of iij revenue cannot be derived as FY2008 - 9M08: 9M08 was not reported`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, thiserror::Error)]
#[error("{label} of {company} {measure} cannot be derived{}: {obstacle}", As(.formula.as_deref()))]
#[non_exhaustive]
pub struct NotDerivable {
    /// The company.
    pub company: Id,
    /// What was to be derived.
    pub measure: Measure,
    /// For which period, as the company labels it.
    pub label: String,
    /// How it was to be computed, if it came to that.
    pub formula: Option<String>,
    /// What stands in the way.
    pub obstacle: Obstacle,
}

struct As<'a>(Option<&'a str>);

impl fmt::Display for As<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |formula| write!(f, " as {formula}"))
    }
}

/// What stands in the way of deriving a figure. Operands are named as in the formula.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// An operand was not reported.
    #[error("{operand} was not reported")]
    Missing {
        /// Its name.
        operand: String,
    },
    /// An operand cannot be derived in its turn.
    #[error("{0}")]
    Operand(Box<NotDerivable>),
    /// Two operands that must begin, or end, on the same day do not.
    #[error("{operand} is {period} and {other} is {other_period}, which do not {needed}")]
    Dates {
        /// One operand.
        operand: String,
        /// Its dates.
        period: Period,
        /// The other.
        other: String,
        /// Its dates.
        other_period: Period,
        /// How they must lie.
        needed: Alignment,
    },
    /// An operand has nominal dates: it is not known on which days it begins and ends.
    #[error("{operand} is {period}, whose exact dates are not known")]
    Nominal {
        /// Its name.
        operand: String,
        /// Its nominal dates.
        period: Period,
    },
    /// The operands are of different unit.
    #[error("{operand} is in {unit} and {other} in {other_unit}")]
    Unit {
        /// One operand.
        operand: String,
        /// Its unit.
        unit: Unit,
        /// The other.
        other: String,
        /// Its unit.
        other_unit: Unit,
    },
    /// The operands are of different scope, which includes the accounting standard.
    #[error("{operand} is of {} and {other} of {}", Part(.scope), Part(.other_scope))]
    Scope {
        /// One operand.
        operand: String,
        /// Its scope.
        scope: Scope,
        /// The other.
        other: String,
        /// Its scope.
        other_scope: Scope,
    },
    /// An operand was reported only under a tag of another meaning, which a [`ConceptMap`](crate::ConceptMap) does not mix
    /// with those of the series.
    #[error("{operand} was reported only as {metric}, which has another meaning")]
    OtherMeaning {
        /// Its name.
        operand: String,
        /// The metric of the tag.
        metric: MetricPath,
    },
    /// The operands are of two tags that the company uses for different things.
    #[error("{operand} is of {} and {other} of {}, tags that disagree for {}", .tags.metric, .tags.other, .tags.period)]
    TagsDisagree {
        /// One operand.
        operand: String,
        /// The other.
        other: String,
        /// Their tags, in this order.
        tags: Box<TagsDisagree>,
    },
    /// The operands are of different vintage.
    #[error("{} are not of one vintage{}", Names(.operands), Why(.changed.as_ref()))]
    Vintage {
        /// Their names.
        operands: Vec<String>,
        /// The change that one of them saw and another did not, where there is one in the cycle that comes nearest.
        changed: Option<Changed>,
    },
    /// Such figures do not add up over time.
    #[error("{} do not add up over time", Kinds(*.kind))]
    NotAdditive {
        /// How they behave in time.
        kind: MetricKind,
    },
    /// The result is not as long as what it would be called.
    #[error("the result, {period}, has {days} days; {what} has {least} to {most}")]
    Length {
        /// Its dates.
        period: Period,
        /// How long they are.
        days: i64,
        /// What it would be called.
        what: &'static str,
        /// The least days of such a period.
        least: i64,
        /// The most.
        most: i64,
    },
    /// The result is not what the calendar says.
    #[error("the result is {period}; by the company's calendar it is {own}")]
    OtherDates {
        /// The dates of the result.
        period: Period,
        /// Those of the slot.
        own: Period,
    },
    /// A stretch of time is covered by nothing.
    #[error("there is a gap: {missing} was neither reported nor can be derived")]
    Gap {
        /// What is missing.
        missing: String,
    },
    /// There is no such slot in the company's calendar: a change of year end cut it off, or it is out of range.
    #[error("the company's calendar has no {slot}")]
    NoSlot {
        /// The slot.
        slot: String,
    },
    /// It was not reported, and it is not a kind of period that is derived.
    #[error("it was not reported, and there is no formula for it")]
    NoFormula,
    /// An operand is not a plain amount: it is approximate, a bound, a range, words, or a nil that is not zero.
    #[error("{operand} is {figure}, not an amount")]
    NotAnAmount {
        /// Its name.
        operand: String,
        /// What was reported.
        figure: Box<Figure>,
    },
    /// The arithmetic has no result.
    #[error("{0}")]
    Arithmetic(#[from] ArithmeticError),
    /// The operands lie on different sides of a share split.
    #[error("the share basis of {operand} differs from that of {other}")]
    ShareBasis {
        /// One operand.
        operand: String,
        /// The other.
        other: String,
    },
    /// Averages of begin and end are of stocks.
    #[error("averages of begin and end are of stocks, and these are {}", Kinds(*.kind))]
    NotAStock {
        /// How it behaves in time.
        kind: MetricKind,
    },
    /// Two figures are not of one slot, one length, and whole years apart.
    #[error("{from} and {to} are not the same part of two years")]
    NotYearsApart {
        /// The first.
        from: String,
        /// The last.
        to: String,
    },
    /// There is no rate of growth from or to a figure that is not above zero.
    #[error("{operand} is not above zero beyond rounding")]
    NotPositive {
        /// Its name.
        operand: String,
    },
}

/// How the dates of two operands must lie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// They begin on the same day.
    SameStart,
    /// They end on the same day.
    SameEnd,
    /// The second begins on the day after the first ends.
    Contiguous,
    /// They have the same dates.
    SameDates,
}

impl fmt::Display for Alignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Alignment::SameStart => "begin on the same day",
            Alignment::SameEnd => "end on the same day",
            Alignment::Contiguous => "follow one upon the other",
            Alignment::SameDates => "have the same dates",
        })
    }
}

/// A change of one operand after the last observation of another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The operand that was changed.
    pub operand: String,
    /// The day the changed figure was published.
    pub on: NaiveDate,
    /// The operand that was not seen since.
    pub other: String,
    /// The day of its last observation.
    pub last_seen: NaiveDate,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{} was changed on {}, after {} was last reported on {}",
            self.operand, self.on, self.other, self.last_seen
        ))
    }
}

struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("the operands"),
            [only] => f.write_str(only),
            [first @ .., last] => write!(f, "{} and {last}", first.join(", ")),
        }
    }
}

struct Why<'a>(Option<&'a Changed>);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(changed) => write!(f, ": {changed}"),
            None => f.write_str(
                ": they were not reported with these values in the same reporting cycle",
            ),
        }
    }
}

struct Part<'a>(&'a Scope);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_total() {
            f.write_str("the total")
        } else {
            self.0.fmt(f)
        }
    }
}

struct Kinds(MetricKind);

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            MetricKind::Flow => "flows",
            MetricKind::Stock => "stocks",
            MetricKind::Ratio => "ratios",
            MetricKind::PerShare => "figures per share",
            MetricKind::Average => "averages",
        })
    }
}
