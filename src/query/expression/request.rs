//! Asking for an expression.

use chrono::{DateTime, NaiveDate, Utc};

use crate::error::{Error, QueryError};
use crate::model::{
    Dimension, Expression, FiscalCalendar, Id, Leaf, Metric, MetricKind, MetricPath, Scenario,
    Scope, Unit,
};
use crate::query::answer::{Answer, Vintage};
use crate::query::derive::Derivations;
use crate::query::reader::Reader;
use crate::query::request::SeriesQuery;
use crate::query::rows::{Known, Supersede};
use crate::query::select::{FiscalRange, When};

use super::series::{ExpressionSeries, ExpressionStretch, Meaning};

/// A question about arithmetic of the metrics of one company, as [`SeriesQuery`] is about one metric.
///
/// Unless asked otherwise it is about actual figures, of the whole company, as known latest, of one
/// [`Vintage`]. What is asked for holds for every metric; a scope that is written with a metric goes before
/// [`ExpressionQuery::scope`].
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let margin = db.expression("iij", "(revenue - cost_of_revenue) / revenue")?;
/// let answer = margin.at("1Q03")?;
/// assert_eq!(answer.to_string(), "1Q03  5.6993%  [(revenue - cost_of_revenue) / revenue]");
/// assert_eq!(answer.quantity().unwrap().percent_interval_text(4).unwrap(), "[5.6992, 5.6993]");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ExpressionQuery {
    company: Id,
    calendar: FiscalCalendar,
    expression: Expression,
    kind: MetricKind,
    scenario: Scenario,
    scope: Scope,
    unit: Option<Unit>,
    vintage: Vintage,
    reported_only: bool,
    against_actual: bool,
    /// The question about each metric and scope that is written, once.
    parts: Vec<Part>,
}

/// A metric in a scope, as written.
#[derive(Clone, Debug)]
struct Part {
    metric: MetricPath,
    scope: Scope,
    query: SeriesQuery,
}

/// The text of an expression checked against the metrics of a database: what its result is.
pub(crate) fn checked(
    reader: &Reader,
    text: &str,
) -> Result<(Expression, MetricKind, Dimension), Error> {
    let expression: Expression = text.parse().map_err(QueryError::Expression)?;
    let mut metrics: Vec<Metric> = Vec::new();
    for leaf in expression.leaves() {
        metrics.push(reader.metric(leaf.metric.as_str())?);
    }
    let known = |path: &MetricPath| {
        let metric = metrics.iter().find(|metric| metric.path == *path)?;
        Some((metric.kind, metric.dimension))
    };
    let (kind, dimension) = expression.check(known).map_err(QueryError::Expression)?;
    Ok((expression, kind, dimension))
}

impl ExpressionQuery {
    /// `reader` is pinned, the expression checked.
    pub(crate) fn new(
        reader: &Reader,
        company: &str,
        (expression, kind, _): (Expression, MetricKind, Dimension),
    ) -> Result<Self, Error> {
        let company = reader.company(company)?;
        let mut parts: Vec<Part> = Vec::new();
        for Leaf { metric, scope, .. } in expression.leaves() {
            let known = |part: &Part| part.metric == *metric && part.scope == *scope;
            if !parts.iter().any(known) {
                let query = reader.series(company.id.as_str(), metric.as_str())?;
                parts.push(Part {
                    metric: metric.clone(),
                    scope: scope.clone(),
                    query: query.scope(scope.clone()),
                });
            }
        }
        Ok(Self {
            company: company.id,
            calendar: company.calendar,
            expression,
            kind,
            scenario: Scenario::default(),
            scope: Scope::total(),
            unit: None,
            vintage: Vintage::default(),
            reported_only: false,
            against_actual: false,
            parts,
        })
    }

    fn each(mut self, change: impl Fn(SeriesQuery) -> SeriesQuery) -> Self {
        for part in &mut self.parts {
            part.query = change(part.query.clone());
        }
        self
    }

    /// Asks for targets, plans or pro forma figures in place of actual ones.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self.each(|query| query.scenario(scenario))
    }

    /// Asks for a part of the company in place of the total, of every metric that is written without a scope.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        for part in self.parts.iter_mut().filter(|part| part.scope.is_total()) {
            part.query = part.query.clone().scope(scope.clone());
        }
        self.scope = scope;
        self
    }

    /// Names the unit of metrics. A unit with a currency holds for every metric that has one, whether an amount of money
    /// or money per something; any other for metrics of its dimension. Needed only where the company reports a metric in
    /// several.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Takes into account only what was published by this day, everywhere: inside of derived figures, in ranges and in
    /// comparators.
    #[must_use]
    pub fn as_of(self, day: NaiveDate) -> Self {
        self.each(|query| query.as_of(day))
    }

    /// Takes into account only what this database had taken in by a time; see [`SeriesQuery::recorded_as_of`].
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn recorded_as_of(mut self, time: DateTime<Utc>) -> Result<Self, Error> {
        for part in &mut self.parts {
            part.query = part.query.clone().recorded_as_of(time)?;
        }
        Ok(self)
    }

    /// Takes into account only what this database had taken in by a commit, that one included.
    #[must_use]
    pub fn recorded_by(self, commit: u64) -> Self {
        self.each(|query| query.recorded_by(commit))
    }

    /// Says which documents may supersede what others say: all of them, unless asked otherwise.
    #[must_use]
    pub fn supersede(self, policy: Supersede) -> Self {
        self.each(|query| query.supersede(policy))
    }

    /// Asks for each fact as it was first reported; see [`SeriesQuery::first_reported`].
    #[must_use]
    pub fn first_reported(self) -> Self {
        self.each(SeriesQuery::first_reported)
    }

    /// Asks for each fact as it is known latest, restated or not. That is the default.
    #[must_use]
    pub fn latest(self) -> Self {
        self.each(SeriesQuery::latest)
    }

    /// Takes into account only what one document prints, comparative columns included.
    ///
    /// # Errors
    /// [`QueryError::UnknownDocument`] where there is no such document.
    pub fn printed_in(mut self, document: impl AsRef<str>) -> Result<Self, Error> {
        for part in &mut self.parts {
            part.query = part.query.clone().printed_in(document.as_ref())?;
        }
        Ok(self)
    }

    /// Says whether figures of different vintage may be combined, within one metric and between several.
    #[must_use]
    pub fn vintage(mut self, policy: Vintage) -> Self {
        self.vintage = policy;
        self
    }

    /// Takes figures only as they were reported: a fourth quarter that is not printed is missing, not derived.
    #[must_use]
    pub fn reported_only(mut self) -> Self {
        self.reported_only = true;
        self
    }

    /// Compares the result of targets, plans or pro forma figures with that of the actual figures of earlier periods, in
    /// place of those of the same scenario.
    #[must_use]
    pub fn against_actual(mut self) -> Self {
        self.against_actual = true;
        self
    }

    pub(super) fn known(self, known: Known) -> Self {
        self.each(|query| query.known(known))
    }

    /// Whether the company reports any of the metrics so.
    pub(super) fn has_any(&self) -> Result<bool, Error> {
        for part in &self.parts {
            match self.part(&part.query) {
                Err(Error::Query(QueryError::NoSeries(_))) => {}
                Err(Error::Query(_)) | Ok(_) => return Ok(true),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Looks all series up and keeps them in memory.
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`], for each metric; [`QueryError::Expression`] where their units do not fit.
    pub fn load(&self) -> Result<ExpressionSeries, Error> {
        let own = self.loaded(self.scenario)?;
        let compared = if self.against_actual && self.scenario != Scenario::Actual {
            Some(
                self.clone()
                    .scenario(Scenario::Actual)
                    .loaded(Scenario::Actual)?,
            )
        } else {
            None
        };
        Ok(ExpressionSeries::new(own, compared))
    }

    fn loaded(&self, scenario: Scenario) -> Result<Meaning, Error> {
        let mut series: Vec<(MetricPath, Scope, Derivations)> = Vec::new();
        for part in &self.parts {
            let derivations = self.part(&part.query)?.vintage(self.vintage);
            series.push((part.metric.clone(), part.scope.clone(), derivations));
        }
        let unit_of = |leaf: &Leaf| {
            let of_leaf = series
                .iter()
                .find(|(metric, scope, _)| *metric == leaf.metric && *scope == leaf.scope);
            of_leaf.map_or(Unit::Pure, |(_, _, found)| {
                found.series().key().unit.clone()
            })
        };
        let unit = self
            .expression
            .unit(unit_of)
            .map_err(QueryError::Expression)?;
        Ok(Meaning {
            company: self.company.clone(),
            calendar: self.calendar.clone(),
            expression: self.expression.clone(),
            kind: self.kind,
            unit,
            scenario,
            scope: self.scope.clone(),
            vintage: self.vintage,
            reported_only: self.reported_only,
            series,
        })
    }

    /// The series of a metric in the unit that is named.
    fn part(&self, query: &SeriesQuery) -> Result<Derivations, Error> {
        let Some(named) = &self.unit else {
            return query.derived();
        };
        let in_its_place = |unit: &Unit| match (unit, named.currency()) {
            (Unit::Money(_), Some(currency)) => Some(Unit::Money(currency)),
            (Unit::MoneyPer(_, per), Some(currency)) => Some(Unit::MoneyPer(currency, per.clone())),
            (unit, None) if unit.dimension() == named.dimension() => Some(named.clone()),
            _ => None,
        };
        match query.derived() {
            Ok(found) => match in_its_place(&found.series().key().unit) {
                Some(unit) if unit != found.series().key().unit => {
                    query.clone().unit(unit).derived()
                }
                _ => Ok(found),
            },
            Err(Error::Query(QueryError::AmbiguousUnit {
                company,
                metric,
                units,
            })) => {
                let fitting: Vec<&Unit> = units
                    .iter()
                    .filter(|unit| in_its_place(unit).as_ref() == Some(*unit))
                    .collect();
                let not_there = units.iter().find_map(in_its_place);
                match (fitting.as_slice(), not_there) {
                    ([only], _) => query.clone().unit((*only).clone()).derived(),
                    ([], Some(named)) => query.clone().unit(named).derived(),
                    _ => Err(QueryError::AmbiguousUnit {
                        company,
                        metric,
                        units,
                    }
                    .into()),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// See [`ExpressionSeries::at`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::at`].
    pub fn at(&self, when: impl When) -> Result<Answer, Error> {
        self.load()?.at(when)
    }

    /// See [`ExpressionSeries::quarters`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::quarters`].
    pub fn quarters(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.load()?.quarters(range)
    }

    /// See [`ExpressionSeries::halves`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::quarters`].
    pub fn halves(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.load()?.halves(range)
    }

    /// See [`ExpressionSeries::nine_months`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::quarters`].
    pub fn nine_months(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.load()?.nine_months(range)
    }

    /// See [`ExpressionSeries::years`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::quarters`].
    pub fn years(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.load()?.years(range)
    }

    /// See [`ExpressionSeries::instants`].
    ///
    /// # Errors
    /// As of [`ExpressionQuery::load`] and [`ExpressionSeries::quarters`].
    pub fn instants(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.load()?.instants(range)
    }
}
