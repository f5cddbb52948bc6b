//! The domain: no bytes, no input or output.

pub(crate) mod calendar;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod company;
pub(crate) mod concept;
pub(crate) mod concept_map;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod document;
pub(crate) mod evidence;
pub(crate) mod expression;
pub(crate) mod fact;
pub(crate) mod figure;
pub(crate) mod fiscal;
pub(crate) mod fraction;
pub(crate) mod identity;
pub(crate) mod interval;
pub(crate) mod likely_cause;
pub(crate) mod limit;
pub(crate) mod measure;
pub(crate) mod metric;
pub(crate) mod outcome;
pub(crate) mod period;
pub(crate) mod quantity;
pub(crate) mod relative;
pub(crate) mod revision;
pub(crate) mod root;
pub(crate) mod scope;
pub(crate) mod split;
pub(crate) mod tags;
pub(crate) mod unit;
pub(crate) mod versions;
pub(crate) mod why;
pub(crate) mod year_end;

pub use calendar::{CalendarRule, FiscalCalendar, PLACEMENT_TOLERANCE, Placement, YearNaming};
pub use change::{Change, ChangeKind, Convention, change_between, change_of_quantities};
pub use check::{Check, Claim, Operand};
pub use company::Company;
pub use concept::Concept;
pub(crate) use concept::name_term;
pub use concept_map::{ConceptMap, ConceptTag, StandardMetric};
pub use date::{FIRST_YEAR, LAST_YEAR, parse_date};
pub(crate) use decimal::{is_within_digits, parse_exact};
pub use document::{Cell, Document, DocumentKind, Id, Rank, UtcOffset};
pub use evidence::{CalendarEvidence, Evidence, NameEvidence, SplitEvidence};
pub use expression::{
    EvaluationError, Expression, ExpressionError, ExpressionNode, Leaf, LeafKind, Operator,
    UnitConflict,
};
pub use fact::{FactKey, Observation, Reported, SeriesKey, Source};
pub use figure::{Amount, Figure, Nil, Precision, Rounding};
pub use fiscal::{FiscalPeriod, LabelStyle, Slot, Span};
pub use fraction::{ArithmeticError, Fraction};
pub use identity::{Identity, IdentityError};
pub use interval::{Bound, Interval};
pub use likely_cause::LikelyCause;
pub use limit::{CELL_TEXT_LIMIT, NAME_LIMIT, TITLE_LIMIT, WORD_LIMIT};
pub use measure::Measure;
pub use metric::{Metric, MetricKind, MetricPath};
pub use outcome::Outcome;
pub use period::{Period, PeriodKind};
pub use quantity::{Quantity, SafeDigits};
pub use scope::{Scenario, Scope};
pub use split::Split;
pub use tags::TagsDisagree;
pub use unit::{Currency, Dimension, Noun, Unit};
pub use why::{WhyCell, WhyDocument, WhyShown};
pub use year_end::{WeekdayPick, YearEnd};

#[cfg(test)]
mod tests;

/// A name, date or rule that means nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not a date written `YYYY-MM-DD`, of a year kessan keeps.
    #[error("{text:?} is not a date from 1800-01-01 to 2999-12-31 written YYYY-MM-DD")]
    Date {
        /// What was given.
        text: String,
    },
    /// Dates that are no period.
    #[error("{text:?} is not a period: {reason}")]
    Period {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not a label of the company's calendar.
    #[error(
        "{text:?} is not a period of this fiscal calendar: write it like 1Q03, Q1 FY2003, 1H03, 9M03 or FY2003"
    )]
    Label {
        /// What was given.
        text: String,
    },
    /// An impossible calendar.
    #[error("not a fiscal calendar: {reason}")]
    Calendar {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not a unit.
    #[error("{text:?} is not a unit: a currency code, JPY/share, a plural noun, Gbps, % or pure")]
    Unit {
        /// What was given.
        text: String,
    },
    /// Not a metric path.
    #[error("{text:?} is not a metric: lower-case terms joined by dots")]
    Metric {
        /// What was given.
        text: String,
    },
    /// Not a concept of a taxonomy.
    #[error("{text:?} is not a concept such as us-gaap:NetIncomeLoss")]
    Concept {
        /// What was given.
        text: String,
    },
    /// Not a scope.
    #[error(
        "{text:?} is not a scope: dimension=member pairs of lower-case terms, each dimension once"
    )]
    Scope {
        /// What was given.
        text: String,
    },
    /// Not a scenario.
    #[error("{text:?} is not a scenario: actual, target, plan or pro_forma")]
    Scenario {
        /// What was given.
        text: String,
    },
    /// Not an identifier.
    #[error("{text:?} is not an identifier: letters, digits, -, _, . and /, at most 128")]
    Id {
        /// What was given.
        text: String,
    },
    /// Not an offset from UTC.
    #[error("{text:?} is not an offset from UTC such as +09:00")]
    UtcOffset {
        /// What was given.
        text: String,
    },
    /// Not a plain decimal, or beyond 28 digits.
    #[error("{text:?} is not a plain decimal of at most 28 digits")]
    Number {
        /// What was given.
        text: String,
    },
    /// Not a ratio of a share split.
    #[error("{new} new shares for {old} old ones are no split")]
    Split {
        /// The number of shares after it.
        new: u32,
        /// The number of shares before it.
        old: u32,
    },
    /// Decimals out of range.
    #[error("{decimals} decimals are outside -28 to 28")]
    Precision {
        /// What was given.
        decimals: i8,
    },
}
