//! Facts: a figure of a metric, for a company, over a period.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::{Id, Rank};
use super::figure::Figure;
use super::metric::MetricPath;
use super::period::Period;
use super::scope::{Scenario, Scope};
use super::unit::Unit;

/// What makes figures one series: all but their dates.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The company the figures are about.
    pub company: Id,
    /// What is measured.
    pub metric: MetricPath,
    /// Actual, target, plan or pro forma.
    pub scenario: Scenario,
    /// Which part of the company; the total if empty.
    pub scope: Scope,
    /// What is counted.
    pub unit: Unit,
}

impl SeriesKey {
    /// As it is printed before a figure that names its unit: `iij revenue (target)`.
    pub(crate) fn without_unit(&self) -> String {
        let scope = if self.scope.is_total() {
            String::new()
        } else {
            format!("[{}]", self.scope)
        };
        let scenario = match self.scenario {
            Scenario::Actual => String::new(),
            other => format!(" ({other})"),
        };
        format!("{} {}{scope}{scenario}", self.company, self.metric)
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}, {}", self.without_unit(), self.unit))
    }
}

/// A fact is a series and a period; what documents say about it are its observations.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FactKey {
    /// The series.
    pub series: SeriesKey,
    /// The dates.
    pub period: Period,
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.series, self.period))
    }
}

/// Where a stored figure was printed: the number of its document in this database, and that of its cell
/// in the document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The number of the document.
    pub document: u32,
    /// The number of the cell in it, from 0.
    pub cell: u32,
}

/// What one cell of a document says about a fact, before it is taken in.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Reported {
    /// The series. Its company and metric are in the package or in the database.
    pub series: SeriesKey,
    /// The dates.
    pub period: Period,
    /// The figure, in base units.
    pub figure: Figure,
    /// When it was published: the document's date, or an earlier one it gives evidence for.
    pub published: NaiveDate,
    /// The number of its cell.
    pub cell: u32,
    /// In a statement, a table or running text.
    pub rank: Rank,
}

/// What one cell of one document says about a fact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Observation {
    /// The dates of the fact.
    pub period: Period,
    /// The figure, in base units.
    pub figure: Figure,
    /// When it was published: the document's date, or the earlier one it gives evidence for.
    pub published: NaiveDate,
    /// The cell.
    pub source: Source,
    /// Statement, table or running text.
    pub rank: Rank,
    /// The commit that recorded it.
    pub commit: u64,
}
