//! A document with what it says, wherever it was read from.

use serde::Serialize;

use crate::model::{Cell, Check, Document, Reported};

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
