//! Reading: the database as one commit left it.

use std::io::Write;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::current::Current;
use super::dump::{self, Dumped};
use super::engine::Engine;
use super::error::StoreError;
use super::listed::Listed;
use super::order::{self, DocumentOrder};
use super::progress::UpkeepProgress;
use super::recent::{self, Waiting};
use super::series::{self, Stored};
use super::stamps::Stamps;
use super::unsettled::Unsettled;
use super::{State, Variant, recover};
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::record::{Record, unpack};
use crate::codec::{Block, CodecError, Key, Row, RowRef, SeriesHeader, SeriesId};
use crate::model::{
    Cell, Check, Company, Document, Id, Metric, MetricPath, Observation, SeriesKey, Source,
};

/// The database as one commit left it. Later commits do not change it.
///
/// It is cheap to take and to clone, and can be sent to and shared by threads. It never waits for a writer
/// to parse, encode or fsync.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(super) engine: Arc<Engine>,
    pub(super) state: Arc<State>,
    stamps: Arc<Stamps>,
    pub(super) listed: Arc<Listed>,
    pub(super) unsettled: Arc<Unsettled>,
}

/// What a head knows of a series.
pub(super) struct Known {
    pub(super) stored: Option<Stored>,
    /// What its block does not have.
    pub(super) recent: Vec<Row>,
}

impl Snapshot {
    pub(super) fn new(
        engine: Arc<Engine>,
        state: Arc<State>,
        stamps: Arc<Stamps>,
        listed: Arc<Listed>,
        unsettled: Arc<Unsettled>,
    ) -> Self {
        Self {
            engine,
            state,
            stamps,
            listed,
            unsettled,
        }
    }

    /// What has to be equal for two snapshots to have the same definitions of companies and metrics, but for new ones.
    pub(crate) fn definitions(&self) -> u64 {
        self.state.names.replaced()
    }

    /// Whether the series of a company and metric are certainly here what they were at another head.
    pub(crate) fn has_series_of(&self, head: u64, company: u32, metric: u32) -> bool {
        let own = self.sequence();
        head == own || self.stamps.last_of_series(company, metric) <= head.min(own)
    }

    /// Whether the series of a metric are certainly here what they were at another head.
    pub(crate) fn has_metric_of(&self, head: u64, metric: u32) -> bool {
        let own = self.sequence();
        head == own || self.stamps.last_of_metric(metric) <= head.min(own)
    }

    /// The last commit it sees, 0 where there is none.
    pub(crate) fn sequence(&self) -> u64 {
        self.state.head.sequence
    }

    /// When a commit was recorded.
    pub(crate) fn recorded(&self, commit: u64) -> Result<DateTime<Utc>, StoreError> {
        let found = if commit <= self.sequence() {
            recover::commit_record(&self.engine, commit)?
        } else {
            None
        };
        let no_such = StoreError::NoSuchNumber {
            what: "commit",
            number: commit,
        };
        let (record, _) = found.ok_or(no_such)?;
        DateTime::from_timestamp(record.recorded, 0)
            .ok_or_else(|| StoreError::damaged_at(&Key::Commit(commit), "its time is no time"))
    }

    /// The last commit that was recorded by a time, 0 where there was none yet. Commits are recorded in the
    /// order of their numbers, to the second.
    pub(crate) fn recorded_by(&self, time: DateTime<Utc>) -> Result<u64, StoreError> {
        let (mut low, mut high) = (0, self.sequence().saturating_add(1));
        // Commit `low` was recorded by then, or is 0; commit `high` was not, or is none.
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if self.recorded(middle)? <= time {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// All companies, by number.
    pub(crate) fn companies(&self) -> impl Iterator<Item = &Company> {
        self.state
            .names
            .companies
            .iter()
            .map(|(_, company)| company)
    }

    pub(crate) fn company(&self, id: &Id) -> Option<&Company> {
        self.state.names.companies.by_name(id)
    }

    /// The company of an id, with its number.
    pub(crate) fn numbered_company(&self, id: &str) -> Option<(u32, &Arc<Company>)> {
        let companies = &self.state.names.companies;
        let number = companies.number(id)?;
        Some((number, companies.shared(number)?))
    }

    /// The metric of a path, with its number.
    pub(crate) fn numbered_metric(&self, path: &str) -> Option<(u32, &Metric)> {
        let metrics = &self.state.names.metrics;
        let number = metrics.number(path)?;
        Some((number, metrics.get(number)?))
    }

    pub(crate) fn company_by_number(&self, number: u32) -> Option<&Arc<Company>> {
        self.state.names.companies.shared(number)
    }

    pub(crate) fn metric_by_number(&self, number: u32) -> Option<&Metric> {
        self.state.names.metrics.get(number)
    }

    /// All metrics, by number.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.state.names.metrics.iter().map(|(_, metric)| metric)
    }

    pub(crate) fn metric(&self, path: &MetricPath) -> Option<&Metric> {
        self.state.names.metrics.by_name(path)
    }

    /// The variant with a number.
    pub(crate) fn variant(&self, number: u32) -> Option<&Variant> {
        self.state.names.variants.get(number)
    }

    /// All variants, with their numbers.
    pub(crate) fn variants(&self) -> impl Iterator<Item = (u32, &Variant)> {
        self.state.names.variants.iter()
    }

    /// The numbers of a series; `None` where there is no such series.
    pub(crate) fn series_id(&self, key: &SeriesKey) -> Option<SeriesId> {
        let names = &self.state.names;
        let variant = Variant {
            scenario: key.scenario,
            scope: key.scope.clone(),
            unit: key.unit.clone(),
        };
        let id = SeriesId {
            metric: names.metrics.number(&key.metric)?,
            variant: names.variants.number(&variant)?,
            company: names.companies.number(&key.company)?,
        };
        self.is_listed(id).then_some(id)
    }

    /// Whether the catalog lists a series at this head.
    fn is_listed(&self, id: SeriesId) -> bool {
        let listed = self.of_company(id.company, id.metric..=id.metric);
        listed.contains(&id)
    }

    /// What the numbers of a series stand for.
    pub(crate) fn series_key(&self, id: SeriesId) -> Result<SeriesKey, StoreError> {
        let names = &self.state.names;
        let no_such = |what, number: u32| StoreError::NoSuchNumber {
            what,
            number: number.into(),
        };
        let company = names.companies.get(id.company);
        let metric = names.metrics.get(id.metric);
        let variant = names.variants.get(id.variant);
        let variant = variant.ok_or_else(|| no_such("variant", id.variant))?;
        Ok(SeriesKey {
            company: company
                .ok_or_else(|| no_such("company", id.company))?
                .id
                .clone(),
            metric: metric
                .ok_or_else(|| no_such("metric", id.metric))?
                .path
                .clone(),
            scenario: variant.scenario,
            scope: variant.scope.clone(),
            unit: variant.unit.clone(),
        })
    }

    /// All series of a company, by metric and variant.
    pub(crate) fn series_of(&self, company: &Id) -> Vec<SeriesId> {
        let company = self.state.names.companies.number(company);
        company.map_or(Vec::new(), |company| self.of_company(company, 0..=u32::MAX))
    }

    /// All series of one metric of a company, by variant.
    pub(crate) fn series_of_metric(&self, company: &Id, metric: &MetricPath) -> Vec<SeriesId> {
        let names = &self.state.names;
        let numbers = names
            .companies
            .number(company)
            .zip(names.metrics.number(metric));
        match numbers {
            Some((company, metric)) => self.of_company(company, metric..=metric),
            None => Vec::new(),
        }
    }

    fn of_company(&self, company: u32, metrics: RangeInclusive<u32>) -> Vec<SeriesId> {
        self.listed.of_company(company, metrics, self.sequence())
    }

    /// One row per fact of a series, by period; none where there is no such series.
    pub(crate) fn current(&self, id: SeriesId) -> Result<Vec<Row>, StoreError> {
        let Known { stored, recent } = self.known(id)?;
        let Some(stored) = stored else {
            return Ok(recent);
        };
        let mut rows = series::rows_at(&self.engine, id, stored, self.sequence())?;
        series::add_recent(&mut rows, recent);
        Ok(rows)
    }

    /// Shows the rows of a series, as [`Snapshot::current`] gives them, where they lie.
    pub(crate) fn in_place<T, E: From<StoreError>>(
        &self,
        id: SeriesId,
        show: impl FnOnce(&Current<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = first_of(id);
        // The recent rows first, as they may go to the block meanwhile.
        let waiting = self.waiting(id)?;
        let Some(payload) = self.engine.get(&key)? else {
            return show(&Current::rows(self.current(id)?));
        };
        let (header, block) =
            crate::codec::series::parse(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
        self.show_block(id, &header, &block, waiting.as_ref(), show)
    }

    /// Shows the first chunk of a series, and the recent rows behind it, in place if that is all of it at this head.
    pub(super) fn show_block<T, E: From<StoreError>>(
        &self,
        id: SeriesId,
        header: &SeriesHeader,
        block: &Block<'_>,
        waiting: Option<&Waiting>,
        show: impl FnOnce(&Current<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = first_of(id);
        if header.chunks != 1 || header.commit > self.sequence() {
            return show(&Current::rows(self.current(id)?));
        }
        if usize::try_from(header.rows) != Ok(block.len()) {
            return Err(StoreError::damaged_at(&key, "rows are missing").into());
        }
        let recent = waiting.iter().flat_map(|waiting| &waiting.rows);
        let recent = recent
            .filter(|row| row.observation.commit > header.commit)
            .filter(|row| row.observation.commit <= self.sequence());
        let recent: Vec<RowRef<'_>> = recent.map(Row::borrowed).collect();
        let Some(first) = recent.first() else {
            return show(&Current::block(&key, header.commit, block));
        };
        let last = block.len().checked_sub(1).and_then(|row| block.period(row));
        let newest = block.commit.greatest(block.len());
        let joined = if last.is_some_and(|last| last < first.period)
            && newest <= Some(header.commit.into())
        {
            crate::codec::series::append(*header, block, &recent)
        } else {
            None
        };
        let Some(joined) = joined else {
            return show(&Current::rows(self.current(id)?));
        };
        let (_, block) =
            crate::codec::series::parse(&joined).map_err(|e| StoreError::decoding(&key, &e))?;
        show(&Current::block(&key, self.sequence(), &block))
    }

    /// The recent rows of a series. To be read before its block.
    fn waiting(&self, id: SeriesId) -> Result<Option<Waiting>, StoreError> {
        if self.state.names.has_recent(id.company) {
            recent::of_series(&self.engine, id)
        } else {
            Ok(None)
        }
    }

    /// The current block of a series, and the recent rows that it does not have and this head knows. A series that is listed and
    /// not there is damage.
    pub(super) fn known(&self, id: SeriesId) -> Result<Known, StoreError> {
        let waiting = self.waiting(id)?;
        let stored = series::read(&self.engine, id)?;
        if stored.is_none() {
            let must_be_there = match &waiting {
                Some(waiting) => waiting.on_block,
                None => self.is_listed(id),
            };
            if must_be_there {
                return Err(StoreError::damaged_at(&first_of(id), "it is missing"));
            }
        }
        let recent = waiting.map_or(Vec::new(), |mut waiting| {
            waiting.until(self.sequence());
            if let Some(stored) = &stored {
                waiting.beyond(&stored.header);
            }
            waiting.rows
        });
        Ok(Known { stored, recent })
    }

    /// All observations of all facts of a series, by period, publication, document id and cell.
    pub(crate) fn observations(&self, id: SeriesId) -> Result<Vec<Observation>, StoreError> {
        let Known { stored, recent } = self.known(id)?;
        let mut all: Vec<Observation> = recent.into_iter().map(|row| row.observation).collect();
        if let Some(stored) = stored {
            let history = series::read_history(&self.engine, id, &stored.header, |_| true)?;
            all.extend(series::all_until(self.sequence(), &stored.rows, history));
        }
        let order = self.document_order(&all)?;
        all.sort_by(|a, b| order.of(a, b));
        Ok(all)
    }

    /// What orders the documents of some observations, for [`shown`](crate::model::versions::shown).
    pub(crate) fn document_order(
        &self,
        observations: &[Observation],
    ) -> Result<DocumentOrder, StoreError> {
        let mut order = DocumentOrder::default();
        order.learn(&self.engine, observations)?;
        Ok(order)
    }

    /// Writes all of it as lines of text.
    pub(crate) fn dump(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<Dumped, StoreError> {
        let state = &self.state;
        dump::write(self, &self.engine, state, out, progress)
    }

    /// How many documents there are; they are numbered from 0.
    pub(crate) fn document_count(&self) -> u32 {
        self.state.totals.documents
    }

    /// All documents, by number.
    pub(crate) fn documents(&self) -> Result<Vec<Document>, StoreError> {
        (0..self.document_count())
            .map(|number| self.document(number))
            .collect()
    }

    /// The document with a number.
    pub(crate) fn document(&self, number: u32) -> Result<Document, StoreError> {
        self.check_document(number)?;
        Ok(order::document(&self.engine, number)?.document)
    }

    fn check_document(&self, number: u32) -> Result<(), StoreError> {
        if number < self.state.totals.documents {
            Ok(())
        } else {
            Err(StoreError::NoSuchNumber {
                what: "document",
                number: number.into(),
            })
        }
    }

    /// How many facts' figures a document has.
    pub(crate) fn fact_count(&self, number: u32) -> Result<u32, StoreError> {
        self.check_document(number)?;
        Ok(order::document(&self.engine, number)?.facts)
    }

    /// The commit that recorded a document.
    pub(crate) fn document_commit(&self, number: u32) -> Result<u64, StoreError> {
        self.check_document(number)?;
        Ok(order::document(&self.engine, number)?.commit)
    }

    /// The number of the document with an id.
    pub(crate) fn document_number(&self, id: &Id) -> Result<Option<u32>, StoreError> {
        let number = order::document_number(&self.engine, id)?;
        Ok(number.filter(|number| *number < self.state.totals.documents))
    }

    /// The cell that a figure was printed in.
    pub(crate) fn cell(&self, source: Source) -> Result<Cell, StoreError> {
        let Source { document, cell } = source;
        self.check_document(document)?;
        let key = |first| Key::Cells { document, first };
        let found = match self.engine.last(key(0)..=key(cell))? {
            Some((found @ Key::Cells { first, .. }, payload)) => {
                let record: CellsRecord = decode(&found, &payload)?;
                usize::try_from(cell - first)
                    .ok()
                    .and_then(|index| record.cell(index))
            }
            _ => None,
        };
        if found.is_none() && cell < order::document(&self.engine, document)?.cells {
            return Err(StoreError::damaged_at(&key(cell), "it is missing"));
        }
        found.ok_or(StoreError::NoSuchNumber {
            what: "cell",
            number: cell.into(),
        })
    }

    /// All cells of a document, in order.
    pub(crate) fn cells(&self, document: u32) -> Result<Vec<Cell>, StoreError> {
        self.check_document(document)?;
        let key = |first| Key::Cells { document, first };
        let mut cells: Vec<Cell> = Vec::new();
        for entry in self.engine.range(key(0)..=key(u32::MAX))? {
            let (found, payload) = entry?;
            if u32::try_from(cells.len()).map(key) != Ok(found.clone()) {
                return Err(StoreError::damaged_at(
                    &found,
                    "cells before it are missing",
                ));
            }
            let record: CellsRecord = decode(&found, &payload)?;
            cells.extend(record.cells());
        }
        let expected = order::document(&self.engine, document)?.cells;
        check_count(&key(0), cells.len(), expected)?;
        Ok(cells)
    }

    /// All checks of a document, in order.
    pub(crate) fn checks(&self, document: u32) -> Result<Vec<Check>, StoreError> {
        self.check_document(document)?;
        let key = |chunk| Key::Checks { document, chunk };
        let mut checks = Vec::new();
        for entry in self.engine.range(key(0)..=key(u32::MAX))? {
            let (found, payload) = entry?;
            let record: ChecksRecord = decode(&found, &payload)?;
            checks.extend(
                record
                    .checks()
                    .map_err(|e| StoreError::decoding(&found, &e))?,
            );
        }
        let expected = order::document(&self.engine, document)?.checks;
        check_count(&key(0), checks.len(), expected)?;
        Ok(checks)
    }
}

/// The first chunk of the current block of a series.
pub(super) fn first_of(series: SeriesId) -> Key {
    Key::Current { series, chunk: 0 }
}

fn check_count(key: &Key, found: usize, expected: u32) -> Result<(), StoreError> {
    if usize::try_from(expected) == Ok(found) {
        Ok(())
    } else {
        Err(StoreError::damaged_at(
            key,
            format!("{found} of {expected} are there"),
        ))
    }
}

fn decode<T: Record>(key: &Key, payload: &[u8]) -> Result<T, StoreError> {
    unpack(payload).map_err(|error: CodecError| StoreError::decoding(key, &error))
}
