//! The rows of one series, held in memory, and what stands in its quarters.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use crate::model::{FiscalPeriod, Period, Span};

use super::amount_change::AmountChange;
use super::cache::Weigh;
use super::dated_amount::DatedAmount;
use super::delta::DeltaKind;
use super::history::History;
use super::partner::Partner;
use super::point::Point;
use super::points::Entry;
use super::rows::{About, Row, Standing};
use super::slot::{self, Dated, Shape, Target};

/// The rows of one series, sorted by their dates.
#[derive(Debug)]
pub(crate) struct Rows {
    about: Arc<About>,
    by_dates: Vec<Row>,
    /// What a label means.
    label_shape: Shape,
}

impl Rows {
    pub(crate) fn new(about: Arc<About>, by_dates: Vec<Row>) -> Self {
        Self {
            label_shape: about.shape_of_labels(&by_dates),
            about,
            by_dates,
        }
    }

    pub(crate) fn about(&self) -> &Arc<About> {
        &self.about
    }

    pub(crate) fn as_slice(&self) -> &[Row] {
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
        Some(Point::new(row.clone(), Some(standing)))
    }

    /// The fact of these very dates.
    pub(crate) fn at_dates(&self, period: &Period) -> Option<Point> {
        let (index, standing) = self.about.find_dates(&self.by_dates, period)?;
        let row = self.by_dates.get(index)?;
        Some(Point::new(row.clone(), standing))
    }

    /// The first and the last slot of a span and shape that has a fact.
    pub(crate) fn ends(&self, span: Span, shape: Shape) -> Option<(FiscalPeriod, FiscalPeriod)> {
        slot::ends(&self.about.company.calendar, &self.by_dates, span, shape)
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
    about: Arc<About>,
    /// What a label means.
    label_shape: Shape,
    rows: OnceLock<Arc<Rows>>,
    /// What the rows are made of when they are asked for, if they are not there from the beginning.
    history: Option<(Arc<History>, NaiveDate)>,
    quarters: OnceLock<Quarters>,
    facts: OnceLock<Shelf>,
    /// Whether a quarter was asked for: the first is not worth finding all of them.
    asked: AtomicBool,
    /// Whether anything was found that was not there when it was weighed.
    grown: AtomicBool,
}

impl Held {
    pub(crate) fn new(rows: Arc<Rows>) -> Self {
        Self {
            about: Arc::clone(rows.about()),
            label_shape: rows.label_shape(),
            rows: OnceLock::from(rows),
            history: None,
            quarters: OnceLock::new(),
            facts: OnceLock::new(),
            asked: AtomicBool::new(false),
            grown: AtomicBool::new(false),
        }
    }

    /// A series as known on a day; `about` says which.
    pub(crate) fn as_of(history: Arc<History>, about: Arc<About>, day: NaiveDate) -> Self {
        Self {
            about,
            label_shape: history.label_shape(),
            rows: OnceLock::new(),
            history: Some((history, day)),
            quarters: OnceLock::new(),
            facts: OnceLock::new(),
            asked: AtomicBool::new(false),
            grown: AtomicBool::new(false),
        }
    }

    pub(crate) fn about(&self) -> &Arc<About> {
        &self.about
    }

    pub(crate) fn rows(&self) -> &Arc<Rows> {
        self.rows.get_or_init(|| match &self.history {
            Some((history, _)) => Arc::new(history.rows(&self.about)),
            None => Arc::new(Rows::new(Arc::clone(&self.about), Vec::new())),
        })
    }

    /// Whether a label means the time or the instant at its end.
    pub(crate) fn label_shape(&self) -> Shape {
        self.label_shape
    }

    /// The plain amounts of the quarters from one to another, where that is known without the rows.
    pub(crate) fn amounts_as_of(&self, low: i64, high: i64) -> Option<Vec<DatedAmount>> {
        let (history, day) = self.history.as_ref()?;
        Some(history.amounts(low, high, *day))
    }

    /// Whether quarters are asked for the first time, and not all of them are known.
    pub(crate) fn is_asked_first(&self) -> bool {
        self.quarters.get().is_none() && !self.asked.swap(true, Relaxed)
    }

    pub(crate) fn quarters(&self) -> &Quarters {
        self.quarters.get_or_init(|| {
            self.grow();
            Quarters::of(self.rows())
        })
    }

    fn grow(&self) {
        self.grown.store(true, Relaxed);
    }

    /// Every fact, in order of its dates.
    pub(crate) fn facts(&self) -> &Shelf {
        self.facts.get_or_init(|| {
            self.grow();
            let points = self.rows().as_slice().iter();
            let points = points.filter_map(|row| self.rows().at_dates(&row.period()));
            Shelf::new(points.map(Entry::from).collect())
        })
    }

    /// The fact of a slot.
    pub(crate) fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Point> {
        let quarter = fiscal.slot.span() == Span::Quarter && shape == self.label_shape;
        if quarter
            && !self.is_asked_first()
            && let Some(entry) = self.quarters().at(fiscal)
        {
            return entry.point().cloned();
        }
        self.rows().at_slot(fiscal, shape)
    }
}

impl Weigh for Held {
    /// Of what it has found so far, or will have at the least if it goes on as usual: its quarters, in brief, with their changes.
    fn weight(&self) -> usize {
        let rows = self.rows.get().map_or(&[][..], |rows| rows.as_slice());
        let entry = size_of::<Entry>() + Point::WEIGHT;
        let usual = entry + size_of::<DatedAmount>() + size_of::<AmountChange>();
        let quarters = self.quarters.get().map_or(0, |all| all.shelf.weight());
        let facts = self.facts.get().map_or(0, Shelf::weight);
        size_of_val(rows) + (quarters + facts).max(rows.len() * usual)
    }

    fn has_grown(&self) -> bool {
        self.grown.load(Relaxed) && self.grown.swap(false, Relaxed)
    }
}

/// Entries that are kept, with what they are compared with.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    entries: Vec<Entry>,
    partners: [OnceLock<Vec<Option<Partner>>>; 3],
    amounts: OnceLock<Brief<DatedAmount>>,
    changes: [OnceLock<Brief<AmountChange>>; 3],
}

impl Weigh for Shelf {
    fn weight(&self) -> usize {
        let entries = self.entries.len() * (size_of::<Entry>() + Point::WEIGHT);
        let partner = size_of::<Option<Partner>>() + Point::WEIGHT;
        let partners = self.partners.iter().filter_map(OnceLock::get);
        let partners: usize = partners.map(|all| all.len() * partner).sum();
        let amounts = self.amounts.get().map_or(0, Weigh::weight);
        let changes = self.changes.iter().filter_map(OnceLock::get);
        let changes: usize = changes.map(Weigh::weight).sum();
        entries + partners + amounts + changes
    }
}

/// What is said in brief of those entries that are plain amounts.
#[derive(Debug)]
struct Brief<T> {
    said: Vec<T>,
    /// How many of them stand before each entry, where that is not the number of the entry.
    before: Option<Vec<usize>>,
}

impl<T> Weigh for Brief<T> {
    fn weight(&self) -> usize {
        let before = self.before.as_deref().unwrap_or_default();
        size_of_val(self.said.as_slice()) + size_of_val(before)
    }
}

impl<T> Brief<T> {
    fn new(entries: impl Iterator<Item = Option<T>>) -> Self {
        let mut said = Vec::with_capacity(entries.size_hint().0);
        let mut before = vec![0];
        for entry in entries {
            said.extend(entry);
            before.push(said.len());
        }
        let all = said.len() + 1 == before.len();
        Self {
            said,
            before: (!all).then_some(before),
        }
    }

    /// What is said of a stretch of entries.
    fn of(&self, stretch: &Range<usize>) -> &[T] {
        let stretch = match &self.before {
            None => stretch.clone(),
            Some(before) => {
                let at = |entry| before.get(entry).copied().unwrap_or(self.said.len());
                at(stretch.start)..at(stretch.end)
            }
        };
        self.said.get(stretch).unwrap_or_default()
    }
}

impl Shelf {
    fn new(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// For each entry what its fact is compared with; `None` for a gap. `held` has this shelf.
    pub(crate) fn partners(&self, held: &Held, kind: DeltaKind) -> &[Option<Partner>] {
        kind.of(&self.partners).get_or_init(|| {
            held.grow();
            let partner = |point| held.rows().partner(kind, point);
            let partners = self.entries.iter().map(|entry| entry.point().map(partner));
            partners.collect()
        })
    }

    /// The plain amounts of a stretch of entries. `held` has this shelf.
    pub(crate) fn amounts(&self, held: &Held, stretch: &Range<usize>) -> &[DatedAmount] {
        let amounts = self.amounts.get_or_init(|| {
            held.grow();
            let entries = self.entries.iter();
            Brief::new(entries.map(|entry| entry.point().and_then(Point::dated_amount)))
        });
        amounts.of(stretch)
    }

    /// The changes of the plain amounts of a stretch of entries. `held` has this shelf.
    pub(crate) fn amount_changes(
        &self,
        held: &Held,
        kind: DeltaKind,
        stretch: &Range<usize>,
    ) -> &[AmountChange] {
        let changes = kind.of(&self.changes).get_or_init(|| {
            held.grow();
            let rows = held.rows();
            Brief::new(self.entries.iter().map(|entry| {
                let point = entry.point()?;
                AmountChange::of_point(point, &rows.partner(kind, point))
            }))
        });
        changes.of(stretch)
    }
}

/// Every quarter of a series from the first that has a fact to the last, gaps included; of a stock, the instants at
/// their ends.
#[derive(Debug)]
pub(crate) struct Quarters {
    shelf: Shelf,
    /// That of the first entry, counted through all years.
    first: i64,
    /// Those of all entries, where a change of year end left a year short, so that they do not follow each other.
    numbers: Option<Vec<i64>>,
    /// The first and last.
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
        let entries = quarters.filter_map(|quarter| {
            let entry = rows.entry(quarter, shape)?;
            Some((slot::quarter_number(quarter), entry))
        });
        let (numbers, entries): (Vec<i64>, Vec<Entry>) = entries.unzip();
        let first = numbers.first().copied().unwrap_or(0);
        let follow = (first..)
            .zip(&numbers)
            .all(|(next, number)| next == *number);
        Self {
            shelf: Shelf::new(entries),
            first,
            numbers: (!follow).then_some(numbers),
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
        match &self.numbers {
            None => {
                let before = usize::try_from(quarter.saturating_sub(self.first));
                before.unwrap_or(0).min(self.shelf.entries.len())
            }
            Some(numbers) => numbers.partition_point(|number| *number < quarter),
        }
    }

    fn at(&self, fiscal: FiscalPeriod) -> Option<&Entry> {
        let quarter = slot::quarter_number(fiscal);
        let index = match &self.numbers {
            None => usize::try_from(quarter.checked_sub(self.first)?).ok()?,
            Some(numbers) => numbers.binary_search(&quarter).ok()?,
        };
        self.shelf.entries.get(index)
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
