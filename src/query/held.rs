//! The rows of one series, held in memory, and what stands in its quarters.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use crate::model::{FiscalPeriod, Period, Span};

use super::delta::DeltaKind;
use super::partner::Partner;
use super::point::Point;
use super::points::Entry;
use super::rows::{About, Row, Standing};
use super::slot::{self, Dated, Shape, Target};

/// The rows of one series, sorted by their dates.
#[derive(Debug)]
pub(crate) struct Rows {
    about: Arc<About>,
    by_dates: Vec<Arc<Row>>,
    /// What a label means.
    label_shape: Shape,
}

impl Rows {
    pub(crate) fn new(about: Arc<About>, by_dates: Vec<Arc<Row>>) -> Self {
        Self {
            label_shape: about.shape_of_labels(&by_dates),
            about,
            by_dates,
        }
    }

    pub(crate) fn about(&self) -> &Arc<About> {
        &self.about
    }

    pub(crate) fn as_slice(&self) -> &[Arc<Row>] {
        &self.by_dates
    }

    /// Whether a label means the time or the instant at its end.
    pub(crate) fn label_shape(&self) -> Shape {
        self.label_shape
    }

    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        self.at_target(self.about.target(fiscal, shape)?)
    }

    pub(crate) fn at_target(&self, target: Target) -> Option<Point> {
        let found = slot::find(&self.by_dates, &target)?;
        let row = self.by_dates.get(found.index)?;
        let standing = Standing::new(target, found);
        Some(Point::new(Arc::clone(row), Some(standing)))
    }

    /// The fact of these very dates.
    pub(crate) fn at_dates(&self, period: &Period) -> Option<Point> {
        let (index, standing) = self.about.find_dates(&self.by_dates, period)?;
        let row = self.by_dates.get(index)?;
        Some(Point::new(Arc::clone(row), standing))
    }

    /// The first and the last slot of a span and shape that has a fact.
    pub(crate) fn ends(&self, span: Span, shape: Shape) -> Option<(FiscalPeriod, FiscalPeriod)> {
        let calendar = &self.about.company.calendar;
        let slot_of = |row: &Arc<Row>| slot::slot_of(calendar, &row.period(), span, shape);
        let first = self.by_dates.iter().find_map(slot_of)?;
        let last = self.by_dates.iter().rev().find_map(slot_of)?;
        Some((first, last))
    }

    /// The entry of a slot; `None` where the calendar has no such slot.
    pub(crate) fn entry(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Entry> {
        let target = self.about.target(fiscal, shape)?;
        Some(match self.at_target(target) {
            Some(point) => Entry::from(point),
            None => Entry::gap(
                self.about.company.calendar.label(fiscal),
                fiscal,
                target.own,
            ),
        })
    }
}

/// The rows of a series with what they make up, which is found when it is first asked for.
#[derive(Debug)]
pub(crate) struct Held {
    rows: Arc<Rows>,
    quarters: OnceLock<Quarters>,
    facts: OnceLock<Shelf>,
    /// Whether a quarter was asked for: the first is not worth finding all of them.
    asked: AtomicBool,
}

impl Held {
    pub(crate) fn new(rows: Arc<Rows>) -> Self {
        Self {
            rows,
            quarters: OnceLock::new(),
            facts: OnceLock::new(),
            asked: AtomicBool::new(false),
        }
    }

    pub(crate) fn rows(&self) -> &Arc<Rows> {
        &self.rows
    }

    /// The bytes it takes, with its quarters and what they are compared with, by estimate.
    pub(crate) fn weight(&self) -> u64 {
        let row = size_of::<Row>() + size_of::<Standing>() + size_of::<Option<Partner>>() + 96;
        let bytes = self.rows.as_slice().len().saturating_mul(row);
        u64::try_from(bytes.saturating_add(1024)).unwrap_or(u64::MAX)
    }

    pub(crate) fn quarters(&self) -> &Quarters {
        self.quarters.get_or_init(|| Quarters::of(&self.rows))
    }

    /// Every fact, in order of its dates.
    pub(crate) fn facts(&self) -> &Shelf {
        self.facts.get_or_init(|| {
            let points = self.rows.as_slice().iter();
            let points = points.filter_map(|row| self.rows.at_dates(&row.period()));
            Shelf::new(points.map(Entry::from).collect())
        })
    }

    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        let quarter = fiscal.slot.span() == Span::Quarter && shape == self.rows.label_shape();
        let kept = quarter && (self.quarters.get().is_some() || self.asked.swap(true, Relaxed));
        if kept && let Some(entry) = self.quarters().at(fiscal) {
            return entry.point().cloned();
        }
        self.rows.at_slot(fiscal, shape)
    }
}

/// Entries that are kept, with what they are compared with.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    entries: Vec<Entry>,
    partners: [OnceLock<Vec<Option<Partner>>>; 3],
}

impl Shelf {
    fn new(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            partners: Default::default(),
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// For each entry what its fact is compared with; `None` for a gap. `rows` are those of the entries.
    pub(crate) fn partners(&self, rows: &Rows, kind: DeltaKind) -> &[Option<Partner>] {
        let [yoy, qoq, since] = &self.partners;
        let found = match kind {
            DeltaKind::YearOnYear => yoy,
            DeltaKind::QuarterOnQuarter => qoq,
            DeltaKind::SinceYearEnd => since,
        };
        found.get_or_init(|| {
            let partner = |point| rows.partner(kind, point);
            let partners = self.entries.iter().map(|entry| entry.point().map(partner));
            partners.collect()
        })
    }
}

/// Every quarter of a series from the first that has a fact to the last, gaps included; of a stock, the instants at
/// their ends.
#[derive(Debug)]
pub(crate) struct Quarters {
    shelf: Shelf,
    /// The first and last. There may be fewer entries than quarters from one to the other, where a change of year end
    /// left a year short.
    ends: Option<(FiscalPeriod, FiscalPeriod)>,
}

impl Quarters {
    fn of(rows: &Rows) -> Self {
        let shape = rows.label_shape();
        let ends = rows.ends(Span::Quarter, shape);
        let quarters = std::iter::successors(ends.map(|(first, _)| first), |quarter| {
            ends.filter(|(_, last)| quarter < last)
                .map(|_| quarter.next())
        });
        let entries = quarters.filter_map(|quarter| rows.entry(quarter, shape));
        Self {
            shelf: Shelf::new(entries.collect()),
            ends,
        }
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    pub(crate) fn first_and_last(&self) -> Option<(FiscalPeriod, FiscalPeriod)> {
        self.ends
    }

    /// How many entries stand before a quarter, counted through all years.
    fn before(&self, quarter: i64) -> usize {
        self.shelf.entries.partition_point(|entry| {
            let fiscal = entry.fiscal();
            fiscal.is_some_and(|fiscal| slot::quarter_number(fiscal) < quarter)
        })
    }

    fn at(&self, fiscal: FiscalPeriod) -> Option<&Entry> {
        let entry = self
            .shelf
            .entries
            .get(self.before(slot::quarter_number(fiscal)))?;
        (entry.fiscal() == Some(fiscal)).then_some(entry)
    }

    /// Where the quarters from one to another stand among the entries; `None` where these do not reach so far.
    pub(crate) fn within(&self, low: i64, high: i64) -> Option<Range<usize>> {
        let (first, last) = self.ends?;
        if low < slot::quarter_number(first) || high > slot::quarter_number(last) {
            return None;
        }
        let start = self.before(low);
        Some(start..self.before(high.saturating_add(1)).max(start))
    }
}
