//! How the results of all companies changed.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, QueryError};
use crate::model::{Expression, Id};
use crate::query::delta::DeltaKind;
use crate::query::derive::AnswerChange;
use crate::query::explain::Explanation;
use crate::query::explain::sealed::{Answer as Explained, Explainer};
use crate::query::panel_period::PanelPeriod;

use super::panel::{ExpressionPanelQuery, with_text};

impl ExpressionPanelQuery {
    /// The change of each company's result over the same slot of the fiscal year before, as
    /// [`ExpressionSeries::yoy`](crate::ExpressionSeries::yoy) tells it. Ratios change in points.
    ///
    /// An expression may be nothing but a metric: `db.expression_panel("revenue")?.yoy("CY2003Q2")?` is the growth of
    /// all companies.
    ///
    /// # Errors
    /// As of [`ExpressionPanelQuery::at`]. Where there is a result, but none of a year before, is no error: the change
    /// has no comparator, and says why.
    pub fn yoy<P>(&self, period: P) -> Result<ChangePanel, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        self.changes(DeltaKind::YearOnYear, period.try_into()?)
    }

    /// The change of each company's result over the quarter before, as [`ExpressionPanelQuery::yoy`].
    ///
    /// # Errors
    /// As of [`ExpressionPanelQuery::yoy`].
    pub fn qoq<P>(&self, period: P) -> Result<ChangePanel, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        self.changes(DeltaKind::QuarterOnQuarter, period.try_into()?)
    }

    fn changes(&self, kind: DeltaKind, period: PanelPeriod) -> Result<ChangePanel, Error> {
        let rows = self.of_each(period, |series, asked| {
            Ok(series.change(kind, series.answer(asked)?))
        })?;
        let row = |(company, change)| ChangePanelRow { company, change };
        Ok(ChangePanel {
            expression: self.expression().clone(),
            kind,
            period,
            rows: rows.into_iter().map(row).collect(),
        })
    }
}

/// How the results of one period changed, for every company that reports any of the metrics, by company.
///
/// [`ExpressionPanelQuery::yoy`] makes one. Printed one row a line.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let growth = db.expression_panel("revenue")?.yoy("CY2003Q2")?;
/// assert_eq!(growth.to_string(), "iij  1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangePanel {
    expression: Expression,
    kind: DeltaKind,
    period: PanelPeriod,
    rows: Vec<ChangePanelRow>,
}

/// A row of a [`ChangePanel`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct ChangePanelRow {
    /// The company.
    pub company: Id,
    /// The change with both results, or why there is no result of the period; see
    /// [`ExpressionPanelRow::answer`](crate::ExpressionPanelRow::answer).
    #[serde(serialize_with = "with_text")]
    pub change: Result<AnswerChange, QueryError>,
}

impl Explained for ChangePanelRow {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        match &self.change {
            Ok(change) => change.explanation(explainer),
            Err(reason) => Err(Error::Query(reason.clone())),
        }
    }
}

impl ChangePanel {
    /// What changed.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Which comparison it is.
    #[must_use]
    pub fn kind(&self) -> DeltaKind {
        self.kind
    }

    /// The period that was asked for.
    #[must_use]
    pub fn period(&self) -> PanelPeriod {
        self.period
    }

    /// The rows, by company.
    pub fn iter(&self) -> std::slice::Iter<'_, ChangePanelRow> {
        self.rows.iter()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Always false: a panel without a row is an error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<'a> IntoIterator for &'a ChangePanel {
    type Item = &'a ChangePanelRow;
    type IntoIter = std::slice::Iter<'a, ChangePanelRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ChangePanelRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.change {
            Ok(change) => change.to_string(),
            Err(reason) => reason.to_string(),
        };
        f.pad(&format!("{}  {text}", self.company))
    }
}

impl fmt::Display for ChangePanel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, row) in self.rows.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{row}")?;
        }
        Ok(())
    }
}
