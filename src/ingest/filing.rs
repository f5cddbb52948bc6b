//! A document with what it says, wherever it was read from.

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::{Cell, Check, Document, Figure, Period, Rank, SeriesKey};

/// A document with all its figures.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Filing {
    /// The document.
    pub document: Document,
    /// Its cells, numbered by position.
    pub cells: Vec<Cell>,
    /// What they say about facts.
    pub facts: Vec<Reported>,
    /// What they say that other figures determine.
    pub checks: Vec<Check>,
}

/// What one cell says about a fact.
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
