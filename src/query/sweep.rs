//! Every series, one after the other, in one pass over the database.

use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use crate::error::Error;
use crate::model::{MetricKind, SeriesKey};
use crate::store::{Current, CurrentRow, Plain, PlainRow, SeriesId, Snapshot, StoreError};

use super::amount_change::AmountChange;
use super::dated_amount::DatedAmount;
use super::delta::DeltaKind;
use super::layout::{Base, Layout, Layouts};
use super::read_ahead::{HandOver, Stopped, read_ahead};
use super::reader::Reader;
use super::rows::{About, Known};

/// From how many series on a second thread is worth while.
const MANY: u64 = 256;
/// How many facts a batch has at least, where a second thread makes them: as many as stay near the processor.
const BATCH: usize = 2048;

/// A series as a pass over many of them meets it, as known latest: its facts that are plain amounts, and their changes.
///
/// [`Reader::each_series`] gives them.
#[derive(Debug)]
pub struct SweptSeries<'a> {
    found: &'a Found,
    amounts: &'a [DatedAmount],
}

/// What a pass found of a series.
#[derive(Debug)]
struct Found {
    company: u32,
    about: About,
    layout: Arc<Layout>,
    /// Where its amounts are among those of its batch.
    amounts: Range<usize>,
    /// All rows, where some are no plain amounts.
    rows: Option<Vec<CurrentRow>>,
}

/// Series that follow each other.
#[derive(Debug, Default)]
struct Batch {
    series: Vec<Found>,
    amounts: Vec<DatedAmount>,
    /// How many facts there are, those that are no plain amounts included.
    facts: usize,
}

impl Batch {
    fn show(&self, show: &mut impl FnMut(&SweptSeries<'_>)) {
        for found in &self.series {
            let amounts = self.amounts.get(found.amounts.clone());
            let amounts = amounts.unwrap_or_default();
            show(&SweptSeries { found, amounts });
        }
    }

    fn clear(&mut self) {
        self.series.clear();
        self.amounts.clear();
        self.facts = 0;
    }
}

impl SweptSeries<'_> {
    /// What the figures are, but for their dates.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.found.about.key
    }

    /// The number of the company, in this database: see [`Reader::company_number`].
    #[must_use]
    pub fn company_number(&self) -> u32 {
        self.found.company
    }

    /// How the metric behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.found.about.kind
    }

    /// The facts that are plain amounts, in order of their dates, as [`Points::amounts`](crate::Points::amounts) of
    /// [`Series::all`](crate::Series::all).
    #[must_use]
    pub fn amounts(&self) -> &[DatedAmount] {
        self.amounts
    }

    /// Their changes, as [`Points::amount_changes`](crate::Points::amount_changes).
    pub fn changes(&self, kind: DeltaKind) -> impl Iterator<Item = AmountChange> {
        let rows = self.found.rows.as_deref();
        let count = rows.map_or(self.amounts.len(), <[CurrentRow]>::len);
        let bases = self.found.layout.bases(kind).iter().take(count).enumerate();
        bases.filter_map(move |(index, base)| match rows {
            None => self.change_of_amounts(index, *base),
            Some(rows) => self.change_of_rows(rows, index, *base),
        })
    }

    fn change_of_amounts(&self, index: usize, base: Base) -> Option<AmountChange> {
        let current = *self.amounts.get(index)?;
        Some(match base {
            Base::None(comparator) => AmountChange::without_base(current, comparator),
            Base::Row {
                index,
                fiscal,
                length_differs,
            } => {
                let base = DatedAmount {
                    fiscal,
                    ..*self.amounts.get(index)?
                };
                let about = &self.found.about;
                AmountChange::between(about, current, about, base, length_differs)
            }
        })
    }

    fn change_of_rows(
        &self,
        rows: &[CurrentRow],
        index: usize,
        base: Base,
    ) -> Option<AmountChange> {
        let fiscal = self.found.layout.fiscal.get(index).copied().flatten();
        let current = DatedAmount::new(rows.get(index)?, fiscal)?;
        Some(match base {
            Base::None(comparator) => AmountChange::without_base(current, comparator),
            Base::Row { index, fiscal, .. } => {
                let about = &self.found.about;
                AmountChange::from_base(about, current, about, rows.get(index)?, fiscal)
            }
        })
    }
}

impl Reader {
    /// Shows every series of the database as known latest, by metric: one pass, which costs many times less than asking for one
    /// series after the other.
    ///
    /// ```
    /// use kessan::{ChangeKind, Database, DeltaKind};
    /// # use kessan::Release;
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let mut fallen = Vec::new();
    /// db.each_series(|series| {
    ///     for change in series.changes(DeltaKind::YearOnYear) {
    ///         if let ChangeKind::Relative { ratio, .. } = change.kind() && ratio.signum() < 0 {
    ///             fallen.push(series.key().metric.to_string());
    ///         }
    ///     }
    /// })?;
    /// assert!(fallen.iter().any(|metric| metric == "revenue"));
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read; series shown before that were read well.
    pub fn each_series(&self, show: impl FnMut(&SweptSeries<'_>)) -> Result<(), Error> {
        self.sweep(None, show)
    }

    /// The same of the series of one metric.
    ///
    /// # Errors
    /// [`QueryError::UnknownMetric`](crate::QueryError::UnknownMetric), or as of [`Reader::each_series`].
    pub fn each_series_of(
        &self,
        metric: impl AsRef<str>,
        show: impl FnMut(&SweptSeries<'_>),
    ) -> Result<(), Error> {
        let number = self.metric_number(metric.as_ref())?;
        self.sweep(Some(number), show)
    }

    fn sweep(&self, metric: Option<u32>, show: impl FnMut(&SweptSeries<'_>)) -> Result<(), Error> {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let ahead = self.snapshot().series_count(metric) >= MANY && cores() > 1;
        self.sweep_by(metric, ahead, show)
    }

    /// As [`Reader::each_series`]; with a thread that reads ahead, if there is one to be had, or without.
    pub(super) fn sweep_by(
        &self,
        metric: Option<u32>,
        ahead: bool,
        mut show: impl FnMut(&SweptSeries<'_>),
    ) -> Result<(), Error> {
        let snapshot = self.snapshot();
        if ahead {
            let make = |hand_over: &mut HandOver<'_, Batch>| {
                Sweep::new(BATCH, hand_over).run(&snapshot, metric)
            };
            if let Some(ended) = read_ahead(&make, |batch: &Batch| batch.show(&mut show)) {
                return Ok(ended?);
            }
        }
        let mut hand_over = |batch: Batch| {
            batch.show(&mut show);
            Ok(batch)
        };
        Ok(Sweep::new(1, &mut hand_over).run(&snapshot, metric)?)
    }
}

/// What the points of a series share; `None` where its company is not of this snapshot.
fn about(snapshot: &Snapshot, id: SeriesId) -> Result<Option<About>, StoreError> {
    let Some(company) = snapshot.company_by_number(id.company) else {
        return Ok(None);
    };
    let key = snapshot.series_key(id)?;
    let kind = snapshot
        .metric_by_number(id.metric)
        .map(|metric| metric.kind);
    let about = kind.map(|kind| About {
        key,
        kind,
        company: Arc::clone(company),
        known: Known::default(),
        head: snapshot.sequence(),
        standard: None,
        apart: None,
        told_again: Vec::new(),
    });
    match about {
        Some(about) if about.needs_share_basis() => {
            let observations = snapshot.observations(id)?;
            Ok(Some(about.with_told_again(&observations)))
        }
        about => Ok(about),
    }
}

/// A pass that puts series into batches.
struct Sweep<'a> {
    /// How many facts a batch has at least.
    size: usize,
    batch: Batch,
    hand_over: &'a mut HandOver<'a, Batch>,
    layouts: Layouts,
    plain: Plain,
}

/// Why a pass ended before its end.
enum Ended {
    Stopped,
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stopped> for Ended {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl<'a> Sweep<'a> {
    fn new(size: usize, hand_over: &'a mut HandOver<'a, Batch>) -> Self {
        Self {
            size,
            batch: Batch::default(),
            hand_over,
            layouts: Layouts::default(),
            plain: Plain::default(),
        }
    }

    /// Hands over all series, those before an error too.
    fn run(mut self, snapshot: &Snapshot, metric: Option<u32>) -> Result<(), StoreError> {
        let ended = snapshot.sweep(metric, |id, current| {
            if let Some(about) = about(snapshot, id)? {
                self.add(id.company, about, current)?;
            }
            if self.batch.facts >= self.size {
                self.hand_over()?;
            }
            Ok(())
        });
        match ended {
            Ok(()) => {
                let _ = self.hand_over();
                Ok(())
            }
            Err(Ended::Failed(error)) => {
                let _ = self.hand_over();
                Err(error)
            }
            Err(Ended::Stopped) => Ok(()),
        }
    }

    fn hand_over(&mut self) -> Result<(), Stopped> {
        let made = mem::take(&mut self.batch);
        self.batch = (self.hand_over)(made)?;
        self.batch.clear();
        Ok(())
    }

    fn add(&mut self, company: u32, about: About, current: &Current<'_>) -> Result<(), StoreError> {
        let calendar = &about.company.calendar;
        let amounts = &mut self.batch.amounts;
        let first = amounts.len();
        let (layout, rows) = if current.read_plain(&mut self.plain) {
            let stored = &self.plain.periods;
            let layout = self
                .layouts
                .get(calendar, stored, || current.all_periods())?;
            let dates = layout.periods.iter().zip(&layout.fiscal);
            for (row, (period, fiscal)) in self.plain.rows().zip(dates) {
                let PlainRow {
                    amount,
                    published,
                    source,
                    conflicting,
                    versions,
                } = row.ok_or_else(|| current.meaningless())?;
                amounts.push(DatedAmount {
                    amount,
                    period: *period,
                    fiscal: *fiscal,
                    published,
                    source,
                    conflicting,
                    versions,
                });
            }
            (layout, None)
        } else {
            let rows = current.all()?;
            let periods = rows.iter().map(|row| row.observation.period).collect();
            let layout = Arc::new(Layout::new(calendar, periods));
            let dated = rows.iter().zip(&layout.fiscal);
            amounts.extend(dated.filter_map(|(row, fiscal)| DatedAmount::new(row, *fiscal)));
            (layout, Some(rows))
        };
        self.batch.facts += current.len();
        self.batch.series.push(Found {
            company,
            about,
            layout,
            amounts: first..amounts.len(),
            rows,
        });
        Ok(())
    }
}
