//! A series at hand: its rows, and what stands in its fiscal slots.

use std::borrow::Cow;
use std::ops::{Bound, Range};
use std::sync::Arc;

use crate::error::{Error, QueryError};
use crate::model::{FiscalCalendar, FiscalPeriod, MetricKind, Period, SeriesKey, Span};

use super::amount_change::AmountChange;
use super::dated_amount::DatedAmount;
use super::delta::{Delta, DeltaKind};
use super::held::{Held, Rows, Shelf};
use super::point::Point;
use super::points::{Entry, Points, Which};
use super::rows::About;
use super::select::{Asked, Ends, FiscalRange, When};
use super::slot::{self, Backward, Dated, Shape};

/// A series that was looked up once and is held in memory, as it was known when it was looked up. Asking it
/// again reads nothing.
///
/// [`SeriesQuery::load`](crate::SeriesQuery::load) makes one. It is cheap to clone and plain data.
#[derive(Clone, Debug)]
pub struct Series {
    held: Arc<Held>,
    /// The series in which comparators are looked up, if it is not itself: the actual one.
    compared: Option<Arc<Rows>>,
}

impl Series {
    pub(crate) fn new(held: Arc<Held>) -> Self {
        Self {
            held,
            compared: None,
        }
    }

    /// A series whose comparators are looked up in another one.
    pub(crate) fn against(held: Arc<Held>, compared: Arc<Rows>) -> Self {
        Self {
            held,
            compared: Some(compared),
        }
    }

    fn rows(&self) -> &Arc<Rows> {
        self.held.rows()
    }

    /// What its points share.
    pub(crate) fn about(&self) -> &Arc<About> {
        self.held.about()
    }

    /// The rows among which comparators are looked up.
    fn compared(&self) -> &Rows {
        self.compared.as_ref().unwrap_or_else(|| self.rows())
    }

    /// What the figures are, but for their dates.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.held.about().key
    }

    /// How the metric behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.held.about().kind
    }

    /// The calendar of the company.
    #[must_use]
    pub fn calendar(&self) -> &FiscalCalendar {
        &self.held.about().company.calendar
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows().as_slice().len()
    }

    /// Whether nothing was known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows().as_slice().is_empty()
    }

    /// The fact of one period, `None` where it was not reported. For a stock a label means the instant at
    /// its end, for everything else the time; a date is the instant, dates are the duration, to the day.
    ///
    /// # Errors
    /// [`QueryError::NoPeriod`] where `when` is none of these.
    pub fn at(&self, when: impl When) -> Result<Option<Point>, Error> {
        Ok(match self.asked(when)? {
            Asked::Slot(fiscal) => self.held.at_slot(fiscal, self.held.label_shape()),
            Asked::Dates(period) => self.rows().at_dates(&period),
        })
    }

    /// The discrete quarters of a range, each with its fact or a gap; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// [`QueryError::NoPeriod`] where an end is no label of the company's calendar,
    /// [`QueryError::BackwardRange`] where the range ends before it begins.
    pub fn quarters(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Quarter, self.held.label_shape())
    }

    /// The halves of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn halves(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Half, self.held.label_shape())
    }

    /// The cumulative nine months of each year of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn nine_months(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::NineMonths, self.held.label_shape())
    }

    /// The fiscal years of a range; of a stock, the instants at their ends.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn years(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.range(range, Span::Year, self.held.label_shape())
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
        Points::of_shelf(self.clone(), Which::Facts, 0..self.len())
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

    /// What the series keeps.
    pub(crate) fn shelf(&self, which: Which) -> &Shelf {
        match which {
            Which::Quarters => self.held.quarters().shelf(),
            Which::Facts => self.held.facts(),
        }
    }

    /// The plain amounts of a stretch of what the series keeps.
    pub(crate) fn kept_amounts(&self, which: Which, stretch: &Range<usize>) -> &[DatedAmount] {
        self.shelf(which).amounts(&self.held, stretch)
    }

    /// The changes of a stretch of what the series keeps.
    pub(crate) fn compare_kept(
        &self,
        kind: DeltaKind,
        which: Which,
        stretch: &Range<usize>,
    ) -> Vec<Delta> {
        let kept = self.shelf(which);
        let entries = kept.entries().get(stretch.clone()).unwrap_or_default();
        if self.compared.is_some() {
            let points = entries.iter().filter_map(Entry::point);
            return points.map(|point| self.compare(kind, point)).collect();
        }
        let partners = kept.partners(&self.held, kind);
        let partners = partners.get(stretch.clone()).unwrap_or_default();
        let mut deltas = Vec::with_capacity(entries.len());
        for (entry, partner) in entries.iter().zip(partners) {
            if let (Some(point), Some(partner)) = (entry.point(), partner) {
                deltas.push(Delta::new(kind, point, partner));
            }
        }
        deltas
    }

    /// The changes of the plain amounts of a stretch of what the series keeps.
    pub(crate) fn compare_amounts(
        &self,
        kind: DeltaKind,
        which: Which,
        stretch: &Range<usize>,
    ) -> Cow<'_, [AmountChange]> {
        let kept = self.shelf(which);
        if self.compared.is_none() {
            return Cow::Borrowed(kept.amount_changes(&self.held, kind, stretch));
        }
        let entries = kept.entries().get(stretch.clone()).unwrap_or_default();
        let points = entries.iter().filter_map(Entry::point);
        Cow::Owned(
            points
                .filter_map(|point| self.compare_amount(kind, point))
                .collect(),
        )
    }

    /// The change of one of this series' points, if it is a plain amount.
    pub(crate) fn compare_amount(&self, kind: DeltaKind, current: &Point) -> Option<AmountChange> {
        AmountChange::of_point(current, &self.compared().partner(kind, current))
    }

    /// The change of one of this series' points.
    pub(crate) fn compare(&self, kind: DeltaKind, current: &Point) -> Delta {
        Delta::new(kind, current, &self.compared().partner(kind, current))
    }

    /// Whether a label means the time or the instant at its end.
    pub(crate) fn label_shape(&self) -> Shape {
        self.held.label_shape()
    }

    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        self.held.at_slot(fiscal, shape)
    }

    /// The fact of these very dates.
    pub(crate) fn at_dates(&self, period: &Period) -> Option<Point> {
        self.rows().at_dates(period)
    }

    /// What a caller asks for.
    pub(crate) fn asked(&self, when: impl When) -> Result<Asked, QueryError> {
        when.asked(self.calendar())
            .map_err(|text| self.no_period(text))
    }

    /// The dates of all facts, in order.
    pub(crate) fn periods(&self) -> impl Iterator<Item = Period> {
        self.rows().as_slice().iter().map(Dated::period)
    }

    fn range(&self, range: impl FiscalRange, span: Span, shape: Shape) -> Result<Points, Error> {
        let ends = self.ends(range)?;
        if span == Span::Quarter && shape == self.held.label_shape() {
            if let Some(points) = self.quarters_as_of(ends)? {
                return Ok(points);
            }
            if is_open(ends) || !self.held.is_asked_first() {
                let quarters = self.held.quarters();
                let (first, last) = quarters.first_and_last().unzip();
                let asked = slot::quarters_within(ends, || first, || last);
                let asked = asked.map_err(|backward| self.backward(&backward))?;
                if let Some(stretch) = asked.and_then(|(low, high)| quarters.within(low, high)) {
                    return Ok(Points::of_shelf(self.clone(), Which::Quarters, stretch));
                }
            }
        }
        let entries = self.entries(ends, span, shape);
        Ok(Points::new(
            self.clone(),
            entries.map_err(|backward| self.backward(&backward))?,
        ))
    }

    /// Quarters as known on a day, of which only the plain amounts are looked up; `None` where that cannot be.
    fn quarters_as_of(&self, ends: Ends) -> Result<Option<Points>, Error> {
        if is_open(ends) {
            return Ok(None);
        }
        let asked = slot::quarters_within(ends, || None, || None);
        let asked = asked.map_err(|backward| self.backward(&backward))?;
        let amounts = asked.and_then(|(low, high)| self.held.amounts_as_of(low, high));
        Ok(amounts.map(|amounts| Points::in_brief(self.clone(), ends, amounts)))
    }

    /// The entries of a range of slots.
    pub(crate) fn entries(
        &self,
        ends: Ends,
        span: Span,
        shape: Shape,
    ) -> Result<Vec<Entry>, Backward> {
        let rows = self.rows();
        let first = || Some(rows.ends(span, shape)?.0);
        let last = || Some(rows.ends(span, shape)?.1);
        let slots = slot::slots_within(ends, span, first, last)?;
        let entries = slots.into_iter();
        Ok(entries
            .filter_map(|fiscal| rows.entry(fiscal, shape))
            .collect())
    }

    /// The slots of a span within a range. Open ends are those of the `first` and `last` slot given.
    pub(crate) fn slots_within(
        &self,
        range: impl FiscalRange,
        span: Span,
        first: impl FnOnce() -> Option<FiscalPeriod>,
        last: impl FnOnce() -> Option<FiscalPeriod>,
    ) -> Result<Vec<FiscalPeriod>, QueryError> {
        slot::slots_within(self.ends(range)?, span, first, last)
            .map_err(|backward| self.backward(&backward))
    }

    fn ends(&self, range: impl FiscalRange) -> Result<Ends, QueryError> {
        range
            .ends(self.calendar())
            .map_err(|text| self.no_period(text))
    }

    fn backward(&self, backward: &Backward) -> QueryError {
        self.about().backward_range(backward)
    }

    fn no_period(&self, label: String) -> QueryError {
        self.about().no_period(label)
    }
}

/// Whether a range is open to one side.
pub(super) fn is_open(ends: Ends) -> bool {
    matches!(ends, (Bound::Unbounded, _) | (_, Bound::Unbounded))
}
