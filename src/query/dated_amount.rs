//! Facts that are plain amounts, in brief.

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::{Amount, Figure, FiscalPeriod, Period, Source};
use crate::store::CurrentRow;

/// A fact that is a plain amount, with its place in time and its source: what is left of a [`Point`](crate::Point) without
/// the series it is of.
///
/// It is small and is copied, so that many of them lie beside each other in memory:
/// [`Points::amounts`](crate::Points::amounts), [`Panel::amounts`](crate::Panel::amounts).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct DatedAmount {
    /// The figure, in base units, with its precision.
    pub amount: Amount,
    /// The dates.
    pub period: Period,
    /// As [`Point::fiscal`](crate::Point::fiscal).
    pub fiscal: Option<FiscalPeriod>,
    /// The day it was published.
    pub published: NaiveDate,
    /// The numbers, in this database, of the document and its cell.
    pub source: Source,
    /// As [`Point::is_conflicting`](crate::Point::is_conflicting).
    pub conflicting: bool,
    /// As [`Point::has_versions`](crate::Point::has_versions).
    pub versions: bool,
}

impl DatedAmount {
    /// `None` where the figure is no plain amount.
    pub(crate) fn new(row: &CurrentRow, fiscal: Option<FiscalPeriod>) -> Option<Self> {
        let seen = &row.observation;
        let Figure::Amount(amount) = seen.figure else {
            return None;
        };
        Some(Self {
            amount,
            period: seen.period,
            fiscal,
            published: seen.published,
            source: seen.source,
            conflicting: row.conflicting,
            versions: row.versions,
        })
    }
}
