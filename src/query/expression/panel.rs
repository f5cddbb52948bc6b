//! An expression of all companies at one period.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::{Error, NotDerivable, Obstacle, QueryError};
use crate::model::{
    Company, Dimension, Expression, Id, Measure, MetricKind, Scenario, Scope, Unit,
};
use crate::query::answer::{Answer, Vintage};
use crate::query::explain::Explanation;
use crate::query::explain::sealed::{Answer as Explained, Explainer};
use crate::query::panel_period::PanelPeriod;
use crate::query::reader::Reader;
use crate::query::rows::Known;
use crate::query::select::Asked;

use super::request::ExpressionQuery;
use super::series::ExpressionSeries;
use crate::query::choices::{choices_of_publications, choices_of_versions};

/// A question about arithmetic of metrics, of all companies.
///
/// Unless asked otherwise it is about actual figures, of whole companies, as known latest, of one [`Vintage`].
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let panel = db.expression_panel("(revenue - cost_of_revenue) / revenue")?.at("CY2003Q2")?;
/// assert_eq!(panel.to_string(), "iij  1Q03  5.6993%");
/// // A ratio of two metrics can be asked of a panel:
/// let panel = db.panel("cost_of_revenue")?.over("revenue")?.at("CY2003Q2")?;
/// assert_eq!(panel.to_string(), "iij  1Q03  94.3007%");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ExpressionPanelQuery {
    reader: Reader,
    checked: (Expression, MetricKind, Dimension),
    scenario: Scenario,
    scope: Scope,
    unit: Option<Unit>,
    known: Known,
    vintage: Vintage,
    reported_only: bool,
}

impl ExpressionPanelQuery {
    /// `reader` is pinned, the expression checked.
    pub(crate) fn new(reader: Reader, checked: (Expression, MetricKind, Dimension)) -> Self {
        Self {
            reader,
            checked,
            scenario: Scenario::default(),
            scope: Scope::total(),
            unit: None,
            known: Known::default(),
            vintage: Vintage::default(),
            reported_only: false,
        }
    }

    /// Asks for targets, plans or pro forma figures in place of actual ones.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Asks for a part of each company in place of the total, of every metric that is written without a scope.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Names the unit of metrics, as [`ExpressionQuery::unit`] does.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    choices_of_publications!();
    choices_of_versions!();

    /// Says whether figures of different vintage may be combined.
    #[must_use]
    pub fn vintage(mut self, policy: Vintage) -> Self {
        self.vintage = policy;
        self
    }

    /// Takes figures only as they were reported.
    #[must_use]
    pub fn reported_only(mut self) -> Self {
        self.reported_only = true;
        self
    }

    /// As a panel of one metric asks.
    pub(crate) fn choices(
        mut self,
        scenario: Scenario,
        scope: Scope,
        unit: Option<Unit>,
        known: Known,
    ) -> Self {
        (self.scenario, self.scope, self.unit, self.known) = (scenario, scope, unit, known);
        self
    }

    /// The results of one period, as [`PanelQuery::at`](crate::PanelQuery::at) takes it, for each company that
    /// reports any of the metrics; with the reason where there is none.
    ///
    /// # Errors
    /// [`QueryError::NoPanelPeriod`] where `period` is none, [`QueryError::NoExpressionPanel`] where no company reports
    /// any of the metrics so, [`Error::Store`] where the database cannot be read.
    pub fn at<P>(&self, period: P) -> Result<ExpressionPanel, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        let period = period.try_into()?;
        let rows = self.of_each(period, ExpressionSeries::answer)?;
        let row = |(company, answer)| ExpressionPanelRow { company, answer };
        Ok(ExpressionPanel {
            expression: self.expression().clone(),
            period,
            rows: rows.into_iter().map(row).collect(),
        })
    }

    pub(super) fn expression(&self) -> &Expression {
        &self.checked.0
    }

    /// What is said of each company that reports any of the metrics, or why there is nothing to say.
    pub(super) fn of_each<T>(
        &self,
        period: PanelPeriod,
        say: impl Fn(&ExpressionSeries, Asked) -> Result<T, Box<NotDerivable>>,
    ) -> Result<Said<T>, Error> {
        let mut rows = Vec::new();
        for company in self.reader.companies() {
            let query = self.of(&company)?;
            let said = match query.load() {
                Ok(series) => asked(&company, period)
                    .ok_or_else(|| self.no_slot(&company, period))
                    .and_then(|asked| say(&series, asked))
                    .map_err(QueryError::from),
                Err(Error::Query(QueryError::NoSeries(_))) if !query.has_any()? => continue,
                Err(Error::Query(reason)) => Err(reason),
                Err(error) => return Err(error),
            };
            rows.push((company.id, said));
        }
        if rows.is_empty() {
            return Err(QueryError::NoExpressionPanel {
                expression: self.expression().clone(),
                scenario: self.scenario,
            }
            .into());
        }
        Ok(rows)
    }

    fn of(&self, company: &Company) -> Result<ExpressionQuery, Error> {
        let query = ExpressionQuery::new(&self.reader, company.id.as_str(), self.checked.clone())?;
        let mut query = query
            .scenario(self.scenario)
            .scope(self.scope.clone())
            .vintage(self.vintage)
            .known(self.known);
        if let Some(unit) = &self.unit {
            query = query.unit(unit.clone());
        }
        Ok(if self.reported_only {
            query.reported_only()
        } else {
            query
        })
    }

    fn no_slot(&self, company: &Company, period: PanelPeriod) -> Box<NotDerivable> {
        Box::new(NotDerivable {
            company: company.id.clone(),
            measure: Measure::Expression(self.expression().clone()),
            label: period.to_string(),
            formula: None,
            obstacle: Obstacle::NoSlot {
                slot: period.to_string(),
            },
        })
    }
}

/// What is said of companies, or why there is nothing to say.
pub(super) type Said<T> = Vec<(Id, Result<T, QueryError>)>;

/// What the period of a panel is for a company.
fn asked(company: &Company, period: PanelPeriod) -> Option<Asked> {
    Some(match period {
        PanelPeriod::Fiscal(fiscal) => {
            company.calendar.period(fiscal)?;
            Asked::Slot(fiscal)
        }
        PanelPeriod::CalendarQuarter(quarter) => quarter.asked(&company.calendar),
        PanelPeriod::Dates(period) => Asked::Dates(period),
    })
}

/// The results of one period for every company that reports any of the metrics, by company.
///
/// Printed one row a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExpressionPanel {
    expression: Expression,
    period: PanelPeriod,
    rows: Vec<ExpressionPanelRow>,
}

/// A row of an [`ExpressionPanel`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct ExpressionPanelRow {
    /// The company.
    pub company: Id,
    /// The result, or why there is none: most often [`QueryError::NotDerivable`], or [`QueryError::NoSeries`] where the
    /// company does not report a metric at all. Written with serde as `{"Ok": answer}` or `{"Err": text}`.
    #[serde(serialize_with = "with_text")]
    pub answer: Result<Answer, QueryError>,
}

pub(super) fn with_text<T: Serialize, S: Serializer>(
    answer: &Result<T, QueryError>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let answer = answer.as_ref().map_err(ToString::to_string);
    answer.serialize(serializer)
}

impl Explained for ExpressionPanelRow {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        match &self.answer {
            Ok(answer) => answer.explanation(explainer),
            Err(reason) => Err(Error::Query(reason.clone())),
        }
    }
}

impl ExpressionPanel {
    /// What is computed.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The period that was asked for.
    #[must_use]
    pub fn period(&self) -> PanelPeriod {
        self.period
    }

    /// The rows, by company.
    pub fn iter(&self) -> std::slice::Iter<'_, ExpressionPanelRow> {
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

    /// The results that there are, by company.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.rows.iter().filter_map(|row| row.answer.as_ref().ok())
    }
}

impl<'a> IntoIterator for &'a ExpressionPanel {
    type Item = &'a ExpressionPanelRow;
    type IntoIter = std::slice::Iter<'a, ExpressionPanelRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ExpressionPanelRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.answer {
            Ok(answer) => format!("{}  {}", answer.label(), answer.figure_text()),
            Err(reason) => reason.to_string(),
        };
        f.pad(&format!("{}  {text}", self.company))
    }
}

impl fmt::Display for ExpressionPanel {
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
