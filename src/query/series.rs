//! A series at hand: its rows, and what stands in its fiscal slots.

use std::sync::Arc;

use crate::error::{Error, QueryError};
use crate::model::{FiscalCalendar, FiscalPeriod, MetricKind, Period, SeriesKey, Span};

use super::delta::{Delta, DeltaKind};
use super::point::Point;
use super::points::{Entry, Points};
use super::rows::{About, Row, Standing};
use super::select::{Asked, FiscalRange, When};
use super::slot::{self, Backward, Dated, Found, Shape, Target};

/// A series that was looked up once and is held in memory, as it was known when it was looked up. Asking it
/// again reads nothing.
///
/// [`SeriesQuery::load`](crate::SeriesQuery::load) makes one. It is cheap to clone and plain data.
#[derive(Clone, Debug)]
pub struct Series {
    rows: Arc<Rows>,
    /// The series in which comparators are looked up: itself, unless it is compared with the actual one.
    compared: Arc<Rows>,
}

/// The rows of one series, sorted by their dates.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) about: Arc<About>,
    pub(crate) rows: Vec<Row>,
}

impl Rows {
    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        self.at_target(self.about.target(fiscal, shape)?)
    }

    fn at_target(&self, target: Target) -> Option<Point> {
        let Found { row, fit, also } = slot::find(&self.rows, &target)?;
        Some(self.point(row, Some(Standing { target, fit, also })))
    }

    /// The fact of these very dates.
    pub(crate) fn at_dates(&self, period: &Period) -> Option<Point> {
        let (row, standing) = self.about.find_dates(&self.rows, period)?;
        Some(self.point(row, standing))
    }

    fn point(&self, row: &Row, standing: Option<Standing>) -> Point {
        let about = row.about.as_ref().unwrap_or(&self.about);
        Point::new(Arc::clone(about), row.clone(), standing)
    }

    fn label_shape(&self) -> Shape {
        self.about.shape_of_labels(&self.rows)
    }
}

impl Series {
    pub(crate) fn new(rows: Arc<Rows>, compared: Arc<Rows>) -> Self {
        Self { rows, compared }
    }

    /// What the figures are, but for their dates.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.rows.about.key
    }

    /// How the metric behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.rows.about.kind
    }

    /// The calendar of the company.
    #[must_use]
    pub fn calendar(&self) -> &FiscalCalendar {
        &self.rows.about.calendar
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.rows.len()
    }

    /// Whether nothing was known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.rows.is_empty()
    }

    /// The fact of one period, `None` where it was not reported. For a stock a label means the instant at
    /// its end, for everything else the time; a date is the instant, dates are the duration, to the day.
    ///
    /// # Errors
    /// [`QueryError::NoPeriod`] where `when` is none of these.
    pub fn at(&self, when: impl When) -> Result<Option<Point>, Error> {
        Ok(match self.asked(when)? {
            Asked::Slot(fiscal) => self.rows.at_slot(fiscal, self.rows.label_shape()),
            Asked::Dates(period) => self.rows.at_dates(&period),
        })
    }

    /// The discrete quarters of a range, each with its fact or a gap; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// [`QueryError::NoPeriod`] where an end is no label of the company's calendar,
    /// [`QueryError::BackwardRange`] where the range ends before it begins.
    pub fn quarters(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Quarter, self.rows.label_shape())
    }

    /// The halves of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn halves(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Half, self.rows.label_shape())
    }

    /// The cumulative nine months of each year of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn nine_months(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::NineMonths, self.rows.label_shape())
    }

    /// The fiscal years of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn years(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Year, self.rows.label_shape())
    }

    /// The instants at the ends of the quarters of a range, whatever the metric.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn instants(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Quarter, Shape::Instant)
    }

    /// Every fact in order of its dates, also those that fit no slot. There are no gaps.
    #[must_use]
    pub fn all(&self) -> Points {
        let entries = self
            .rows
            .rows
            .iter()
            .map(|row| {
                let standing = self
                    .rows
                    .about
                    .find_dates(&self.rows.rows, &row.period())
                    .and_then(|(_, standing)| standing);
                Entry::from(self.rows.point(row, standing))
            })
            .collect();
        Points::new(self.clone(), entries)
    }

    /// The change over the same slot of the fiscal year before; `None` where the fact itself was not
    /// reported. See [`DeltaKind::YearOnYear`].
    ///
    /// # Errors
    /// As of [`Series::at`].
    pub fn yoy(&self, when: impl When) -> Result<Option<Delta>, Error> {
        self.delta(DeltaKind::YearOnYear, when)
    }

    /// The change over the quarter before; `None` where the fact itself was not reported. See
    /// [`DeltaKind::QuarterOnQuarter`].
    ///
    /// # Errors
    /// As of [`Series::at`].
    pub fn qoq(&self, when: impl When) -> Result<Option<Delta>, Error> {
        self.delta(DeltaKind::QuarterOnQuarter, when)
    }

    /// The change of an instant since the end of the fiscal year before; `None` where the fact itself was
    /// not reported. See [`DeltaKind::SinceYearEnd`].
    ///
    /// # Errors
    /// As of [`Series::at`].
    pub fn since_year_end(&self, when: impl When) -> Result<Option<Delta>, Error> {
        self.delta(DeltaKind::SinceYearEnd, when)
    }

    fn delta(&self, kind: DeltaKind, when: impl When) -> Result<Option<Delta>, Error> {
        Ok(self.at(when)?.map(|current| self.compare(kind, &current)))
    }

    /// The change of one of this series' points.
    pub(crate) fn compare(&self, kind: DeltaKind, current: &Point) -> Delta {
        Delta::new(kind, current, self.compared.partner(kind, current))
    }

    /// Whether a label means the time or the instant at its end.
    pub(crate) fn label_shape(&self) -> Shape {
        self.rows.label_shape()
    }

    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        self.rows.at_slot(fiscal, shape)
    }

    /// The fact of these very dates.
    pub(crate) fn at_dates(&self, period: &Period) -> Option<Point> {
        self.rows.at_dates(period)
    }

    /// What a caller asks for.
    pub(crate) fn asked(&self, when: impl When) -> Result<Asked, QueryError> {
        when.asked(self.calendar())
            .map_err(|text| self.no_period(text))
    }

    /// The dates of all facts, in order.
    pub(crate) fn periods(&self) -> impl Iterator<Item = Period> {
        self.rows.rows.iter().map(Dated::period)
    }

    fn range(&self, range: impl FiscalRange, span: Span, shape: Shape) -> Result<Points, Error> {
        let calendar = self.calendar();
        let slot_of = |row: &Row| slot::slot_of(calendar, &row.period(), span, shape);
        let rows = &self.rows.rows;
        let slots = self.slots_within(
            range,
            span,
            || rows.iter().find_map(slot_of),
            || rows.iter().rev().find_map(slot_of),
        )?;
        let entries = slots
            .into_iter()
            .filter_map(|fiscal| self.rows.about.target(fiscal, shape))
            .map(|target| {
                let label = || calendar.label(target.fiscal);
                match self.rows.at_target(target) {
                    Some(point) => Entry::from(point),
                    None => Entry::gap(label(), target.fiscal, target.own),
                }
            })
            .collect();
        Ok(Points::new(self.clone(), entries))
    }

    /// The slots of a span within a range. Open ends are those of the `first` and `last` slot given.
    pub(crate) fn slots_within(
        &self,
        range: impl FiscalRange,
        span: Span,
        first: impl FnOnce() -> Option<FiscalPeriod>,
        last: impl FnOnce() -> Option<FiscalPeriod>,
    ) -> Result<Vec<FiscalPeriod>, QueryError> {
        let calendar = self.calendar();
        let ends = range.ends(calendar).map_err(|text| self.no_period(text))?;
        slot::slots_within(ends, span, first, last).map_err(|Backward { from, to }| {
            QueryError::BackwardRange {
                company: self.key().company.clone(),
                metric: self.key().metric.clone(),
                from: calendar.label(from),
                to: calendar.label(to),
            }
        })
    }

    fn no_period(&self, label: String) -> QueryError {
        QueryError::NoPeriod {
            company: self.key().company.clone(),
            label,
        }
    }
}
