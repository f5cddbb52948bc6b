//! Why an answer is what it is: its operands and formula, down to the printed cells.

mod answers;
mod derived;
mod text;
mod versions;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::error::Error;
use crate::model::{
    Cell, Change, Figure, Id, Period, Quantity, Rank, Scenario, Scope, SeriesKey, Unit, WhyShown,
};

use super::reader::Reader;
use super::rows::Exclusion;

pub(crate) use answers::sealed;

/// An answer that can be explained: a [`Point`](crate::Point), a [`Delta`](crate::Delta), a
/// [`PanelRow`](crate::PanelRow), an [`Answer`](crate::Answer), a [`Growth`](crate::Growth), a
/// [`Restatement`](crate::Restatement), a [`Finding`](crate::Finding) of an audit.
pub trait Explain: sealed::Answer {}

impl<T: sealed::Answer> Explain for T {}

impl Reader {
    /// Why an answer is what it is. An answer of this database is explained as it was given: by what the
    /// question took into account, whatever was taken in since.
    ///
    /// # Errors
    /// [`QueryError::NotExplained`](crate::QueryError::NotExplained) where this reader does not see what the
    /// answer shows: it is of another database, or of a later commit than a
    /// [pinned](Reader::pinned) reader sees. [`Error::Store`] where the database cannot be read.
    ///
    /// ```
    /// use kessan::{Basis, Database};
    /// # use kessan::Release;
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let delta = db.series("iij", "backbone_cost.domestic")?.load()?.yoy("1Q03")?.unwrap();
    /// let why = db.explain(&delta)?;
    /// assert!(why.to_string().starts_with(
    ///     "iij backbone_cost.domestic 1Q03 (2003-04-01..2003-06-30), YoY: +32.1%\n"
    /// ));
    /// let Basis::Computed(computed) = why.basis else { panic!("a change is computed") };
    /// assert_eq!(computed.formula.unwrap(), "(1Q03 - 1Q02) / 1Q02");
    /// # Ok::<(), kessan::Error>(())
    /// ```
    pub fn explain(&self, answer: &impl Explain) -> Result<Explanation, Error> {
        answer.explanation(&sealed::Explainer::new(self.snapshot()))
    }
}

/// Why an answer is what it is: a tree, whose nodes are computed from those below them and whose leaves are
/// printed cells.
///
/// Printed as an indented tree: what is explained and its value, the formula and rules, then the operands; of a
/// reported figure, why it is the one that is shown, and every cell that prints the fact, by document, with the
/// shown one marked by `>`.
///
/// ```
/// use kessan::{Basis, Database};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let revenue = db.series("iij", "revenue")?.at("1Q03")?.unwrap();
/// let why = db.explain(&revenue)?;
/// let Basis::Reported(versions) = &why.basis else { panic!("revenue is reported") };
/// let shown = versions.shown().unwrap();
/// assert_eq!((shown.cell.text.as_str(), shown.cell.scale), ("8,344,046", 3));
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The name by which the formula above refers to it; at the top, its label.
    pub name: String,
    /// What it is.
    pub subject: Subject,
    /// The value in words, with its unit: `8,344,046 thousand JPY`, `-15.3%`, `not reported`.
    pub text: String,
    /// The value as an exact number, in base units, and where rounding lets the true one lie; `None` where it is no
    /// number. A relative change is a ratio: -0.153 for -15.3%.
    pub quantity: Option<Quantity>,
    /// Whether it is a ratio that is written in per cent: a relative change, a computed ratio.
    pub in_percent: bool,
    /// The figure as it was published, or the change that was taken; `None` for other computed values, and where
    /// nothing was reported.
    pub value: Option<Value>,
    /// What else to know: that it is conflicting, that its dates are not the calendar's own.
    pub notes: Vec<String>,
    /// How it came about.
    pub basis: Basis,
}

/// What an [`Explanation`] explains.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Subject {
    /// The company.
    pub company: Id,
    /// The metric, or the expression of metrics.
    pub metric: String,
    /// What is told about the metric, if not its figure itself: `YoY`.
    pub measure: Option<String>,
    /// Actual, target, plan or pro forma.
    pub scenario: Scenario,
    /// Which part of the company.
    pub scope: Scope,
    /// What its figures count.
    pub unit: Unit,
    /// The period as the company labels it, else the dates.
    pub label: String,
    /// The dates, where they are known.
    pub period: Option<Period>,
}

impl Subject {
    pub(crate) fn new(series: &SeriesKey, label: String, period: Option<Period>) -> Self {
        Self {
            company: series.company.clone(),
            metric: series.metric.to_string(),
            measure: None,
            scenario: series.scenario,
            scope: series.scope.clone(),
            unit: series.unit.clone(),
            label,
            period,
        }
    }
}

/// The value of an [`Explanation`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// A figure as it was published, in base units.
    Figure(Figure),
    /// A change of one figure against another.
    Change(Change),
}

/// How the value of an [`Explanation`] came about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// It was published.
    Reported(Versions),
    /// It was computed.
    Computed(Computed),
    /// Nothing that the question took into account gives it.
    NotReported,
}

/// How a value was computed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Computed {
    /// The formula over the names of the operands: `(1Q03 - 1Q02) / 1Q02`. `None` where nothing was computed: a
    /// change that is a word, or has no comparator.
    pub formula: Option<String>,
    /// The rules and conventions used, in words.
    pub rules: Vec<String>,
    /// The operands.
    pub operands: Vec<Explanation>,
}

/// Everything that was published about a reported fact, and which of it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Versions {
    /// What the question took into account, by day of publication, document and cell. One of them is shown.
    pub considered: Vec<Version>,
    /// Why that one is shown.
    pub why: WhyShown,
    /// What there is besides and was not taken into account.
    pub excluded: Vec<Excluded>,
}

impl Versions {
    /// The version that is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&Version> {
        self.considered.iter().find(|version| version.shown)
    }
}

/// One printing of a fact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Version {
    /// Whether it is the one that is shown.
    pub shown: bool,
    /// The figure, in base units.
    pub figure: Figure,
    /// The day it was published.
    pub published: NaiveDate,
    /// The day its document was published: later than that of the figure, where the document gives evidence of an
    /// earlier publication.
    pub issued: NaiveDate,
    /// When this database took it in.
    pub recorded: DateTime<Utc>,
    /// The document.
    pub document: Id,
    /// Its title.
    pub title: String,
    /// Statement, table or running text.
    pub rank: Rank,
    /// The cell: its page or table, row, column, printed text and printed scale.
    pub cell: Cell,
}

/// Printings of a fact that a question did not take into account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Excluded {
    /// Why not.
    pub why: Exclusion,
    /// How many there are.
    pub count: usize,
}
