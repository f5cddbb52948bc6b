//! Why a company has no figure, in words that are the same for all companies.

use std::fmt;

use kessan::{Currency, NotDerivable, Obstacle, QueryError};

/// A reason that companies are counted by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Reason(String);

impl Reason {
    /// The company is in no row of the panel.
    pub(crate) fn nothing_reported(currency: Option<Currency>) -> Self {
        let currency = currency.map_or_else(String::new, |code| format!(" in {code}"));
        Self(format!(
            "not reported{currency} for the whole company, under any tag of the concept map"
        ))
    }

    pub(crate) fn not_an_amount() -> Self {
        Self("not a plain amount".to_owned())
    }

    /// The amount is of fewer than twelve months.
    pub(crate) fn short_year(days: i64) -> Self {
        Self(format!(
            "of {days} days: a change of year end cut the year short"
        ))
    }

    /// Of a change that is no number: `turned positive`.
    pub(crate) fn of_change(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// There is a figure of the period, and none to compare it with.
    pub(crate) fn no_base(not: &NotDerivable) -> Self {
        Self(format!("a year before: {}", of_obstacle(not)))
    }

    pub(crate) fn of(error: &QueryError) -> Self {
        Self(match error {
            QueryError::NotDerivable(not) => of_obstacle(not),
            QueryError::NoSeries(none) if none.existing.is_empty() => {
                format!(
                    "{} not reported under any tag of the concept map",
                    none.metric
                )
            }
            QueryError::NoSeries(none) if none.unit.is_some() => {
                format!(
                    "{} reported in another unit, or of parts of the company only",
                    none.metric
                )
            }
            QueryError::NoSeries(none) => {
                format!("{} reported of parts of the company only", none.metric)
            }
            QueryError::AmbiguousUnit { metric, .. } => {
                format!("{metric} reported in several units: name the --currency")
            }
            other => other.to_string(),
        })
    }
}

/// In words without the company and its labels.
fn of_obstacle(not: &NotDerivable) -> String {
    let measure = &not.measure;
    match &not.obstacle {
        Obstacle::Operand(inner) => of_obstacle(inner),
        Obstacle::Missing { .. } | Obstacle::NoFormula | Obstacle::Gap { .. } => {
            format!("{measure} of the period neither reported nor derivable")
        }
        Obstacle::Nominal { .. } => format!(
            "{measure} not reported for the period, but for longer ones with rounded dates, from which nothing is derived"
        ),
        Obstacle::NotAdditive { .. } => format!("{measure} of the period not reported"),
        Obstacle::Vintage { .. } => {
            format!("{measure} would be of restated and unrestated figures")
        }
        Obstacle::TagsDisagree { .. } => {
            format!("{measure} would be of tags that disagree")
        }
        Obstacle::Dates { .. } => format!("{measure} has no figures of the same days"),
        Obstacle::NoSlot { .. } => "the company's calendar has no such period".to_owned(),
        Obstacle::NotAnAmount { .. } => format!("{measure} is not a plain amount"),
        Obstacle::Unit { .. } => format!("{measure} is of different units"),
        Obstacle::Arithmetic(error) => format!("{measure}: {error}"),
        other => format!("{measure}: {other}"),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
