//! An expression with its series at hand.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::error::{Error, NotDerivable, Obstacle, QueryError};
use crate::model::{
    EvaluationError, Expression, ExpressionError, ExpressionNode, FiscalCalendar, FiscalPeriod, Id,
    Leaf, LeafKind, Measure, MetricKind, MetricPath, Quantity, Scenario, Scope, Span, Unit,
};
use crate::query::answer::{Answer, Derived, DerivedOperand, Together, Vintage};
use crate::query::delta::DeltaKind;
use crate::query::derive::{AnswerChange, Derivations, Seen, check_shares, check_tags, together};
use crate::query::partner;
use crate::query::point::Point;
use crate::query::select::{Asked, FiscalRange, When};
use crate::query::slot::{Shape, Target};

use super::operands::{Operands, Sort, Sought};

/// An expression whose series were looked up once and are held in memory, as they were known then.
///
/// **All operands are of one time.** For a label, flows, averages and ratios are those of the slot, and must be of the
/// same dates to the day; stocks are those at its end, or at its [opening](LeafKind::Opening). Of facts whose dates lie
/// a day or two apart those are taken that all metrics have. What was not reported is derived where it can be.
///
/// **And of one vintage**, as the operands of every derived figure: see [`Vintage`]. A margin of restated revenue and
/// unrestated costs is refused.
///
/// The answer is [derived](Derived), with the expression as its formula and one operand for each figure; an
/// expression that is nothing but a metric answers as the metric does.
///
/// [`ExpressionQuery::load`](crate::ExpressionQuery::load) makes one. It is cheap to clone and plain data.
#[derive(Clone, Debug)]
pub struct ExpressionSeries {
    meaning: Arc<Meaning>,
    /// What results are compared with; `None` for those of the same scenario.
    compared: Option<Arc<Meaning>>,
}

/// An expression of a company, resolved.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) company: Id,
    pub(super) calendar: FiscalCalendar,
    pub(super) expression: Expression,
    pub(super) kind: MetricKind,
    pub(super) unit: Unit,
    pub(super) scenario: Scenario,
    pub(super) scope: Scope,
    pub(super) vintage: Vintage,
    pub(super) reported_only: bool,
    /// Each metric and scope as written, with its series.
    pub(super) series: Vec<(MetricPath, Scope, Derivations)>,
}

impl ExpressionSeries {
    pub(super) fn new(meaning: Meaning, compared: Option<Meaning>) -> Self {
        Self {
            meaning: Arc::new(meaning),
            compared: compared.map(Arc::new),
        }
    }

    /// What is computed.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.meaning.expression
    }

    /// What the result is measured in.
    #[must_use]
    pub fn unit(&self) -> &Unit {
        &self.meaning.unit
    }

    /// How the result behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.meaning.kind
    }

    /// The calendar of the company.
    #[must_use]
    pub fn calendar(&self) -> &FiscalCalendar {
        &self.meaning.calendar
    }

    /// The result of one period: a label, a date (the instant) or dates (the duration, to the day). A label means
    /// the instant at its end if the expression has nothing but stocks at the end, else the time.
    ///
    /// # Errors
    /// [`QueryError::NotDerivable`] with the reason where there is no result; [`QueryError::NoPeriod`] where `when` is
    /// no period.
    pub fn at(&self, when: impl When) -> Result<Answer, Error> {
        let asked = self.meaning.asked(when)?;
        Ok(self.meaning.answer(asked)?)
    }

    pub(super) fn answer(&self, asked: Asked) -> Result<Answer, Box<NotDerivable>> {
        self.meaning.answer(asked)
    }

    /// The discrete quarters of a range, each with its result or why there is none. An open end is where the series
    /// that begins last begins, or that ends first ends.
    ///
    /// # Errors
    /// [`QueryError::NoPeriod`] where an end is no label of the company's calendar,
    /// [`QueryError::BackwardRange`] where the range ends before it begins.
    pub fn quarters(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.range(range, Span::Quarter, self.meaning.shape())
    }

    /// The halves of a range.
    ///
    /// # Errors
    /// As of [`ExpressionSeries::quarters`].
    pub fn halves(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.range(range, Span::Half, self.meaning.shape())
    }

    /// The cumulative nine months of each year of a range.
    ///
    /// # Errors
    /// As of [`ExpressionSeries::quarters`].
    pub fn nine_months(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.range(range, Span::NineMonths, self.meaning.shape())
    }

    /// The fiscal years of a range.
    ///
    /// # Errors
    /// As of [`ExpressionSeries::quarters`].
    pub fn years(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.range(range, Span::Year, self.meaning.shape())
    }

    /// The instants at the ends of the quarters of a range, whatever the expression.
    ///
    /// # Errors
    /// As of [`ExpressionSeries::quarters`].
    pub fn instants(&self, range: impl FiscalRange) -> Result<ExpressionStretch, Error> {
        self.range(range, Span::Quarter, Shape::Instant)
    }

    /// The change over the same slot of the fiscal year before, or over the dates a year earlier where that slot is not a
    /// year earlier. A ratio changes in points. See [`DeltaKind::YearOnYear`].
    ///
    /// # Errors
    /// As of [`ExpressionSeries::at`], for the result itself.
    pub fn yoy(&self, when: impl When) -> Result<AnswerChange, Error> {
        Ok(self.change(DeltaKind::YearOnYear, self.at(when)?))
    }

    /// The change over the quarter before. See [`DeltaKind::QuarterOnQuarter`].
    ///
    /// # Errors
    /// As of [`ExpressionSeries::at`], for the result itself.
    pub fn qoq(&self, when: impl When) -> Result<AnswerChange, Error> {
        Ok(self.change(DeltaKind::QuarterOnQuarter, self.at(when)?))
    }

    pub(super) fn change(&self, kind: DeltaKind, current: Answer) -> AnswerChange {
        let meaning = self.compared.as_ref().unwrap_or(&self.meaning);
        let shape = Shape::of(&current.period());
        let wanted = partner::wanted(kind, &meaning.calendar, current.fiscal(), current.period());
        let base = wanted.map(|asked| meaning.in_shape(asked, shape));
        AnswerChange::new(kind, current, base)
    }

    fn range(
        &self,
        range: impl FiscalRange,
        span: Span,
        shape: Shape,
    ) -> Result<ExpressionStretch, Error> {
        let slots = self.meaning.slots(range, span)?;
        let entries = slots
            .into_iter()
            .map(|fiscal| self.meaning.in_shape(Asked::Slot(fiscal), shape))
            .collect();
        Ok(ExpressionStretch {
            series: self.clone(),
            entries,
        })
    }
}

/// The results of a range of periods, in order, each with its answer or why there is none.
///
/// Printed one a line.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let margin = db.expression("iij", "operating_income / revenue")?.quarters("1Q02"..="1Q03")?;
/// assert_eq!(margin.len(), 5);
/// assert_eq!(margin.answers().count(), 3);
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ExpressionStretch {
    series: ExpressionSeries,
    entries: Vec<Result<Answer, Box<NotDerivable>>>,
}

impl ExpressionStretch {
    /// The expression of which this is a stretch.
    #[must_use]
    pub fn series(&self) -> &ExpressionSeries {
        &self.series
    }

    /// The periods in order, each with its result or why there is none.
    pub fn iter(&self) -> std::slice::Iter<'_, Result<Answer, Box<NotDerivable>>> {
        self.entries.iter()
    }

    /// How many periods there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the range holds no period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The results that there are, in order.
    #[must_use]
    pub fn answers(&self) -> impl DoubleEndedIterator<Item = &Answer> {
        self.entries.iter().filter_map(|entry| entry.as_ref().ok())
    }

    /// The change of every result over the same slot of the fiscal year before.
    #[must_use]
    pub fn yoy(&self) -> Vec<AnswerChange> {
        self.changes(DeltaKind::YearOnYear)
    }

    /// The change of every result over the quarter before.
    #[must_use]
    pub fn qoq(&self) -> Vec<AnswerChange> {
        self.changes(DeltaKind::QuarterOnQuarter)
    }

    fn changes(&self, kind: DeltaKind) -> Vec<AnswerChange> {
        self.answers()
            .map(|answer| self.series.change(kind, answer.clone()))
            .collect()
    }
}

impl<'a> IntoIterator for &'a ExpressionStretch {
    type Item = &'a Result<Answer, Box<NotDerivable>>;
    type IntoIter = std::slice::Iter<'a, Result<Answer, Box<NotDerivable>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ExpressionStretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, entry) in self.entries.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            match entry {
                Ok(answer) => write!(f, "{answer}")?,
                Err(not) => write!(f, "{not}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for ExpressionStretch {
    /// A sequence of `{"Ok": answer}` and `{"Err": reason}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

impl Meaning {
    pub(super) fn asked(&self, when: impl When) -> Result<Asked, QueryError> {
        when.asked(&self.calendar)
            .map_err(|text| self.no_period(text))
    }

    fn no_period(&self, label: String) -> QueryError {
        QueryError::NoPeriod {
            company: self.company.clone(),
            label,
        }
    }

    /// Whether a label means the time or the instant at its end.
    fn shape(&self) -> Shape {
        let leaves = self.expression.leaves();
        let closing_only = leaves.iter().all(|leaf| {
            leaf.of == LeafKind::Plain
                && self
                    .derivations(leaf)
                    .is_some_and(|found| found.series().label_shape() == Shape::Instant)
        });
        if closing_only && !leaves.is_empty() {
            Shape::Instant
        } else {
            Shape::Duration
        }
    }

    /// The slots of a range that lie within those of every series.
    fn slots(&self, range: impl FiscalRange, span: Span) -> Result<Vec<FiscalPeriod>, Error> {
        let ends = range
            .ends(&self.calendar)
            .map_err(|text| self.no_period(text))?;
        let mut common: Option<Vec<FiscalPeriod>> = None;
        for (_, _, found) in &self.series {
            let slots = found.slots(ends, span)?;
            common = Some(match common {
                None => slots,
                Some(mut common) => {
                    common.retain(|fiscal| slots.contains(fiscal));
                    common
                }
            });
        }
        Ok(common.unwrap_or_default())
    }

    fn answer(&self, asked: Asked) -> Result<Answer, Box<NotDerivable>> {
        self.in_shape(asked, self.shape())
    }

    /// The result of one period. Where figures of a sort are of different dates, those dates that all of them have.
    fn in_shape(&self, asked: Asked, shape: Shape) -> Result<Answer, Box<NotDerivable>> {
        let mut sought = Sought {
            asked,
            shape,
            pinned: None,
        };
        let (label, fiscal) = match asked {
            Asked::Slot(fiscal) => (self.calendar.label(fiscal), Some(fiscal)),
            Asked::Dates(period) => {
                let placed = self.calendar.place(&period).map(|placed| placed.fiscal);
                let label = placed.map(|fiscal| self.calendar.label(fiscal));
                (label.unwrap_or_else(|| period.to_string()), placed)
            }
        };
        let stop = |obstacle| match (self.expression.node(), obstacle) {
            // What is nothing but a metric is refused as the metric is.
            (ExpressionNode::Leaf(_), Obstacle::Operand(of_metric)) => of_metric,
            (_, obstacle) => Box::new(NotDerivable {
                company: self.company.clone(),
                measure: Measure::Expression(self.expression.clone()),
                label: label.clone(),
                formula: None,
                obstacle,
            }),
        };
        let (quantity, operands) = self.evaluated(&sought).map_err(stop)?;
        let (quantity, operands, dates) = match (operands.dates(), asked) {
            (Ok(dates), _) => (quantity, operands, dates),
            (Err((sort, obstacle)), Asked::Slot(_)) => {
                let pinned = operands.periods(sort).into_iter().find_map(|period| {
                    sought.pinned = Some((sort, period));
                    let (quantity, operands) = self.evaluated(&sought).ok()?;
                    let dates = operands.dates().ok()?;
                    Some((quantity, operands, dates))
                });
                pinned.ok_or_else(|| stop(obstacle))?
            }
            (Err((_, obstacle)), Asked::Dates(_)) => return Err(stop(obstacle)),
        };
        if let ExpressionNode::Leaf(leaf) = self.expression.node()
            && leaf.of != LeafKind::Average
            && let Some((_, only)) = operands.iter().next()
        {
            return Ok(only.clone());
        }
        let together = self.together(&operands).map_err(stop)?;
        let own = match (asked, shape) {
            (Asked::Dates(period), _) => Some(period),
            (Asked::Slot(fiscal), shape) => {
                Target::new(&self.calendar, fiscal, shape).map(|target| target.own)
            }
        };
        let main = match shape {
            Shape::Duration => Sort::Duration,
            Shape::Instant => Sort::Closing,
        };
        let period = dates.get(&main).copied().or(own).ok_or_else(|| {
            stop(Obstacle::NoSlot {
                slot: label.clone(),
            })
        })?;
        let operands = operands
            .into_iter()
            .map(|(leaf, answer)| DerivedOperand::new(leaf.to_string(), None, answer))
            .collect();
        Ok(Derived {
            measure: Measure::Expression(self.expression.clone()),
            company: self.company.clone(),
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit: self.unit.clone(),
            kind: self.kind,
            label: label.clone(),
            fiscal,
            period,
            formula: self.expression.to_string(),
            operands,
            quantity,
            vintage: self.vintage,
            together,
        }
        .into())
    }

    /// The result with its operands, for the time being of whatever dates and vintage.
    fn evaluated(&self, sought: &Sought) -> Result<(Quantity, Operands), Obstacle> {
        let mut operands = Operands::default();
        let result = self.expression.evaluate(|leaf| {
            let answer = self.operand(leaf, sought)?;
            let quantity = quantity(leaf, &answer)?;
            let unit = answer.unit().clone();
            operands.push(leaf, answer);
            Ok((quantity, unit))
        });
        match result {
            Ok((quantity, _)) => Ok((quantity, operands)),
            Err(EvaluationError::Leaf(obstacle)) => Err(obstacle),
            Err(EvaluationError::Arithmetic(error)) => Err(error.into()),
            Err(EvaluationError::Units(error)) => Err(of_units(error)),
        }
    }

    /// In what the reported figures stand together; they must count the same shares.
    fn together(&self, operands: &Operands) -> Result<Together, Obstacle> {
        let leaves: Vec<&Point> = operands
            .iter()
            .flat_map(|(_, answer)| answer.leaves())
            .collect();
        check_tags(&leaves)?;
        check_shares(&leaves)?;
        let mut seen: Vec<Seen<'_>> = Vec::new();
        for (leaf, answer) in operands.iter() {
            if let Some(from) = self.derivations(leaf) {
                seen.extend(from.seen(answer));
            }
        }
        match together(&seen) {
            Err(_) if self.vintage == Vintage::Any => Ok(Together::Nothing),
            found => found,
        }
    }
}

/// Two units that do not fit, as an obstacle.
fn of_units(error: ExpressionError) -> Obstacle {
    match error {
        ExpressionError::Units(conflict) => Obstacle::Unit {
            operand: conflict.left,
            unit: conflict.left_unit,
            other: conflict.right,
            other_unit: conflict.right_unit,
        },
        _ => Obstacle::NoFormula,
    }
}

fn quantity(leaf: &Leaf, answer: &Answer) -> Result<Quantity, Obstacle> {
    match answer {
        Answer::Derived(derived) => Ok(derived.quantity),
        Answer::Reported(point) => {
            let figure = point.figure();
            figure.quantity().ok_or_else(|| Obstacle::NotAnAmount {
                operand: leaf.to_string(),
                figure: Box::new(figure.clone()),
            })
        }
    }
}
