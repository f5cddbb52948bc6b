//! Every series, one after the other, in one pass over the database.

use std::rc::Rc;
use std::sync::Arc;

use crate::error::Error;
use crate::model::{MetricKind, SeriesKey};
use crate::store::{Current, CurrentRow, Plain, PlainRow, SeriesId, Snapshot, StoreError};

use super::amount_change::AmountChange;
use super::dated_amount::DatedAmount;
use super::delta::DeltaKind;
use super::layout::{Base, Layout, Layouts};
use super::reader::Reader;
use super::rows::{About, Known};

/// A series as a pass over many of them meets it, as known latest: its facts that are plain amounts, and their changes.
///
/// [`Reader::each_series`] gives them.
#[derive(Debug)]
pub struct SweptSeries<'a> {
    company: u32,
    about: About,
    layout: Rc<Layout>,
    amounts: &'a [DatedAmount],
    /// All rows, where some are no plain amounts.
    rows: Option<Vec<CurrentRow>>,
}

impl SweptSeries<'_> {
    /// What the figures are, but for their dates.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.about.key
    }

    /// The number of the company, in this database: see [`Reader::company_number`].
    #[must_use]
    pub fn company_number(&self) -> u32 {
        self.company
    }

    /// How the metric behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.about.kind
    }

    /// The facts that are plain amounts, in order of their dates, as [`Points::amounts`](crate::Points::amounts) of
    /// [`Series::all`](crate::Series::all).
    #[must_use]
    pub fn amounts(&self) -> &[DatedAmount] {
        self.amounts
    }

    /// Their changes, as [`Points::amount_changes`](crate::Points::amount_changes).
    pub fn changes(&self, kind: DeltaKind) -> impl Iterator<Item = AmountChange> {
        let rows = self.rows.as_deref();
        let count = rows.map_or(self.amounts.len(), <[CurrentRow]>::len);
        let bases = self.layout.bases(kind).iter().take(count).enumerate();
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
                AmountChange::between(&self.about, current, base, length_differs)
            }
        })
    }

    fn change_of_rows(
        &self,
        rows: &[CurrentRow],
        index: usize,
        base: Base,
    ) -> Option<AmountChange> {
        let fiscal = self.layout.fiscal.get(index).copied().flatten();
        let current = DatedAmount::new(rows.get(index)?, fiscal)?;
        Some(match base {
            Base::None(comparator) => AmountChange::without_base(current, comparator),
            Base::Row { index, fiscal, .. } => {
                let about = &self.about;
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

    fn sweep(
        &self,
        metric: Option<u32>,
        mut show: impl FnMut(&SweptSeries<'_>),
    ) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let mut sweep = Sweep::default();
        snapshot.sweep(metric, |id, current| {
            if let Some(about) = about(&snapshot, id)? {
                sweep.show(id.company, about, current, &mut show)?;
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(())
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
    Ok(kind.map(|kind| About {
        key,
        kind,
        company: Arc::clone(company),
        known: Known::default(),
        head: snapshot.sequence(),
        standard: None,
        apart: None,
    }))
}

/// What is used again for each series.
#[derive(Default)]
struct Sweep {
    layouts: Layouts,
    plain: Plain,
    amounts: Vec<DatedAmount>,
}

impl Sweep {
    fn show(
        &mut self,
        company: u32,
        about: About,
        current: &Current<'_>,
        show: &mut impl FnMut(&SweptSeries<'_>),
    ) -> Result<(), StoreError> {
        self.amounts.clear();
        let calendar = &about.company.calendar;
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
                self.amounts.push(DatedAmount {
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
            let layout = Rc::new(Layout::new(calendar, periods));
            let dated = rows.iter().zip(&layout.fiscal);
            let amounts = dated.filter_map(|(row, fiscal)| DatedAmount::new(row, *fiscal));
            self.amounts.extend(amounts);
            (layout, Some(rows))
        };
        show(&SweptSeries {
            company,
            about,
            layout,
            amounts: &self.amounts,
            rows,
        });
        Ok(())
    }
}
