//! Where the rows of a series stand in the calendar, and which is compared with which: the same for all series that have the
//! same dates in the same calendar.

use std::sync::{Arc, OnceLock};

use crate::model::{FiscalCalendar, FiscalPeriod, Period};

use super::delta::{Comparator, DeltaKind};
use super::partner::{Found, Placed, lengths_differ};
use super::rows::{Standing, find_dates};

/// How many layouts are remembered.
const LIMIT: usize = 16;

/// The slots of rows, and their partners.
#[derive(Debug)]
pub(crate) struct Layout {
    calendar: FiscalCalendar,
    /// Sorted.
    pub(crate) periods: Vec<Period>,
    /// The slots in which they stand.
    pub(crate) fiscal: Vec<Option<FiscalPeriod>>,
    bases: [OnceLock<Vec<Base>>; 3],
}

/// With which row another is compared, if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    Row {
        index: usize,
        /// The slot in which it stands.
        fiscal: Option<FiscalPeriod>,
        /// Whether the two durations differ by 5 days or more.
        length_differs: bool,
    },
    None(Comparator),
}

impl Layout {
    pub(crate) fn new(calendar: &FiscalCalendar, periods: Vec<Period>) -> Self {
        let fiscal = periods.iter().map(|period| {
            let (_, standing) = find_dates(calendar, &periods, period)?;
            slot_of(standing)
        });
        Self {
            fiscal: fiscal.collect(),
            calendar: calendar.clone(),
            periods,
            bases: Default::default(),
        }
    }

    /// What each row is compared with.
    pub(crate) fn bases(&self, kind: DeltaKind) -> &[Base] {
        kind.of(&self.bases).get_or_init(|| {
            let rows = Placed {
                calendar: &self.calendar,
                rows: &self.periods,
            };
            let slots = self.periods.iter().zip(&self.fiscal);
            let bases = slots.map(
                |(period, fiscal)| match rows.partner(kind, *fiscal, *period) {
                    Found::Row(index, standing) => Base::Row {
                        index,
                        fiscal: slot_of(standing),
                        length_differs: self
                            .periods
                            .get(index)
                            .is_some_and(|base| lengths_differ(period, base)),
                    },
                    Found::Gap(_) => Base::None(Comparator::Gap),
                    Found::NotApplicable => Base::None(Comparator::NotApplicable),
                },
            );
            bases.collect()
        })
    }
}

pub(super) fn slot_of(standing: Option<Standing>) -> Option<FiscalPeriod> {
    standing.map(|standing| standing.target.fiscal)
}

/// The layouts that were met last: the series of one metric often have the same dates.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    /// With last days, kinds and extents as they are stored.
    met: Vec<([Vec<i64>; 3], Arc<Layout>)>,
    /// Which was found last.
    last: usize,
}

impl Layouts {
    /// The layout of a series whose dates are stored so; `periods` are they, decoded.
    pub(crate) fn get<E>(
        &mut self,
        calendar: &FiscalCalendar,
        stored: &[Vec<i64>; 3],
        periods: impl FnOnce() -> Result<Vec<Period>, E>,
    ) -> Result<Arc<Layout>, E> {
        let is_it = |(of, layout): &&([Vec<i64>; 3], Arc<Layout>)| {
            of == stored && layout.calendar == *calendar
        };
        if let Some((_, layout)) = self.met.get(self.last).filter(is_it) {
            return Ok(Arc::clone(layout));
        }
        if let Some(place) = self.met.iter().position(|met| is_it(&met))
            && let Some((_, layout)) = self.met.get(place)
        {
            self.last = place;
            return Ok(Arc::clone(layout));
        }
        let layout = Arc::new(Layout::new(calendar, periods()?));
        let met = (stored.clone(), Arc::clone(&layout));
        self.last = if self.met.len() < LIMIT {
            self.met.len()
        } else {
            (self.last + 1) % LIMIT
        };
        if let Some(oldest) = self.met.get_mut(self.last) {
            *oldest = met;
        } else {
            self.met.push(met);
        }
        Ok(layout)
    }
}
