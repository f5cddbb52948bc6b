//! What can go wrong.

use std::convert::Infallible;
use std::fmt;

use crate::ingest::IngestError;
use crate::model::{
    Expression, ExpressionError, FactKey, Id, MetricPath, ModelError, Scenario, Scope, SeriesKey,
    Unit,
};
use crate::store::StoreError;

mod not_derivable;

pub use not_derivable::{Alignment, Changed, NotDerivable, Obstacle};

/// Any error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name, date or rule that means nothing.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A release or package that cannot be taken in.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A question that has no answer in this database.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The database could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A table could not be written.
    #[error("{file} cannot be written")]
    Export {
        /// The file or folder.
        file: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// No folder could be made for a temporary database.
    #[error("no folder could be made for a temporary database")]
    TemporaryFolder(#[source] std::io::Error),
}

impl From<Infallible> for Error {
    /// What cannot fail has no error: typed periods need no parsing.
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A question that cannot be answered as it was put. Absence of a reported figure is none of these: a fact that was
/// not reported is `None` or a gap.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// No document has brought this company.
    #[error("there is no company {company:?}{}", Near(.near))]
    UnknownCompany {
        /// What was asked for.
        company: String,
        /// Companies of similar name, the most similar first.
        near: Vec<String>,
    },
    /// No document has brought this metric.
    #[error("there is no metric {metric:?}{}", Near(.near))]
    UnknownMetric {
        /// What was asked for.
        metric: String,
        /// Metrics of similar name, the most similar first.
        near: Vec<String>,
    },
    /// There is no such document.
    #[error("there is no document {document:?}{}", Near(.near))]
    UnknownDocument {
        /// What was asked for.
        document: String,
        /// Documents of similar name, the most similar first.
        near: Vec<String>,
    },
    /// The company does not report the metric so; the error says how it does.
    #[error("{0}")]
    NoSeries(Box<NoSeries>),
    /// The company reports the metric in several units, and none was named.
    #[error("{company} reports {metric} in {}: name the unit", List(.units))]
    AmbiguousUnit {
        /// The company.
        company: Id,
        /// The metric.
        metric: MetricPath,
        /// The units to choose from, in order.
        units: Vec<Unit>,
    },
    /// Neither a date, nor dates, nor a label of the company's fiscal calendar.
    #[error("{label:?} is neither a fiscal period of {company} nor a date nor dates")]
    NoPeriod {
        /// The company.
        company: Id,
        /// What was asked for.
        label: String,
    },
    /// A range that ends before it begins.
    #[error("the range of {company} {metric} from {from} to {to} runs backward")]
    BackwardRange {
        /// The company.
        company: Id,
        /// The metric.
        metric: MetricPath,
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// Neither a label, nor a calendar quarter, nor a date, nor dates.
    #[error(
        "{text:?} is no period for a panel: a label such as 1Q03, a calendar quarter such as CY2003Q2, \
         a date or dates"
    )]
    NoPanelPeriod {
        /// What was asked for.
        text: String,
    },
    /// The answer shows what the reader that was asked to explain it does not see: it is of another database, or
    /// of a later commit.
    #[error("this reader does not see the figure of {fact} that is to be explained")]
    NotExplained {
        /// The fact.
        fact: Box<FactKey>,
    },
    /// The figure was not reported and cannot be derived; the error says why.
    #[error(transparent)]
    NotDerivable(#[from] Box<NotDerivable>),
    /// A text that is no expression, or one that means nothing; the error has the place.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// No company reports any metric of the expression so.
    #[error("no company has any series of {expression} ({scenario})")]
    NoExpressionPanel {
        /// The expression.
        expression: Expression,
        /// The scenario asked for.
        scenario: Scenario,
    },
    /// No company reports the metric so.
    #[error("no company has a series {}", series_text(.metric, *.scenario, .scope, .unit.as_ref()))]
    NoPanel {
        /// The metric.
        metric: MetricPath,
        /// The scenario asked for.
        scenario: Scenario,
        /// The scope asked for.
        scope: Scope,
        /// The unit asked for, if any.
        unit: Option<Unit>,
    },
}

/// A series that was asked for and does not exist, and those of the same company and metric that do.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct NoSeries {
    /// The company.
    pub company: Id,
    /// The metric.
    pub metric: MetricPath,
    /// The scenario asked for.
    pub scenario: Scenario,
    /// The scope asked for.
    pub scope: Scope,
    /// The unit asked for, if any.
    pub unit: Option<Unit>,
    /// What there is of this company and metric, in order.
    pub existing: Vec<SeriesKey>,
}

impl fmt::Display for NoSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = series_text(&self.metric, self.scenario, &self.scope, self.unit.as_ref());
        write!(f, "{} has no series {wanted}", self.company)?;
        if self.existing.is_empty() {
            return f.write_str(", nor any other of that metric");
        }
        let shown: Vec<String> = self
            .existing
            .iter()
            .take(LISTED)
            .map(|key| series_text(&key.metric, key.scenario, &key.scope, Some(&key.unit)))
            .collect();
        write!(f, "; it has: {}", shown.join("; "))?;
        match self.existing.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// How many alternatives a message lists.
const LISTED: usize = 8;

fn series_text(
    metric: &MetricPath,
    scenario: Scenario,
    scope: &Scope,
    unit: Option<&Unit>,
) -> String {
    let mut text = metric.to_string();
    if !scope.is_total() {
        text = format!("{text}[{scope}]");
    }
    if scenario != Scenario::Actual {
        text = format!("{text} ({scenario})");
    }
    match unit {
        Some(unit) => format!("{text} in {unit}"),
        None => text,
    }
}

struct Near<'a>(&'a [String]);

impl fmt::Display for Near<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            near => write!(f, "; there is {}", near.join(", ")),
        }
    }
}

struct List<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join(" and "))
    }
}

impl From<Box<NotDerivable>> for Error {
    fn from(reason: Box<NotDerivable>) -> Self {
        Error::Query(QueryError::NotDerivable(reason))
    }
}
