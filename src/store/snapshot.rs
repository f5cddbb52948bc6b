//! Reading: the database as one commit left it.

use std::io::Write;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::catalog;
use super::current::Current;
use super::dump::{self, Dumped};
use super::engine::Engine;
use super::error::StoreError;
use super::listed::{Listed, Pair};
use super::order::{self, DocumentOrder};
use super::progress::UpkeepProgress;
use super::series::{self, Stored};
use super::stage::document_number;
use super::stamps::Stamps;
use super::{State, Variant, recover};
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::record::{Record, unpack};
use crate::codec::{CodecError, Key, Row, SeriesId};
use crate::model::{
    Cell, Check, Company, Document, Id, Metric, MetricPath, Observation, SeriesKey, Source,
};

/// The database as one commit left it. Later commits do not change it.
///
/// It is cheap to take and to clone, and can be sent to and shared by threads. It never waits for a writer
/// to parse, encode or fsync.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    engine: Arc<Engine>,
    state: Arc<State>,
    stamps: Arc<Stamps>,
    listed: Arc<Listed>,
}

impl Snapshot {
    pub(super) fn new(
        engine: Arc<Engine>,
        state: Arc<State>,
        stamps: Arc<Stamps>,
        listed: Arc<Listed>,
    ) -> Self {
        Self {
            engine,
            state,
            stamps,
            listed,
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
    pub(crate) fn series_id(&self, key: &SeriesKey) -> Result<Option<SeriesId>, StoreError> {
        let names = &self.state.names;
        let variant = Variant {
            scenario: key.scenario,
            scope: key.scope.clone(),
            unit: key.unit.clone(),
        };
        let numbers = (
            names.metrics.number(&key.metric),
            names.variants.number(&variant),
            names.companies.number(&key.company),
        );
        let (Some(metric), Some(variant), Some(company)) = numbers else {
            return Ok(None);
        };
        let id = SeriesId {
            metric,
            variant,
            company,
        };
        Ok(self.is_listed(id)?.then_some(id))
    }

    /// Whether the catalog lists a series at this head.
    fn is_listed(&self, id: SeriesId) -> Result<bool, StoreError> {
        let listed = self.listed(id.company, id.metric..=id.metric)?;
        Ok(listed.contains(&id))
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
    pub(crate) fn series_of(&self, company: &Id) -> Result<Vec<SeriesId>, StoreError> {
        let Some(company) = self.state.names.companies.number(company) else {
            return Ok(Vec::new());
        };
        self.listed(company, 0..=u32::MAX)
    }

    /// All series of one metric of a company, by variant.
    pub(crate) fn series_of_metric(
        &self,
        company: &Id,
        metric: &MetricPath,
    ) -> Result<Vec<SeriesId>, StoreError> {
        let names = &self.state.names;
        let numbers = names
            .companies
            .number(company)
            .zip(names.metrics.number(metric));
        match numbers {
            Some((company, metric)) => self.listed(company, metric..=metric),
            None => Ok(Vec::new()),
        }
    }

    fn listed(
        &self,
        company: u32,
        metrics: RangeInclusive<u32>,
    ) -> Result<Vec<SeriesId>, StoreError> {
        let all = catalog::of_company(&self.engine, company)?;
        let wanted = all
            .into_iter()
            .filter(|(id, created)| metrics.contains(&id.metric) && *created <= self.sequence());
        Ok(wanted.map(|(id, _)| id).collect())
    }

    /// One row per fact of a series, by period; none where there is no such series.
    pub(crate) fn current(&self, id: SeriesId) -> Result<Vec<Row>, StoreError> {
        match self.stored(id)? {
            Some(stored) => series::rows_at(&self.engine, id, stored, self.sequence()),
            None => Ok(Vec::new()),
        }
    }

    /// Shows the rows of a series, as [`Snapshot::current`] gives them, where they lie.
    pub(crate) fn in_place<T, E: From<StoreError>>(
        &self,
        id: SeriesId,
        show: impl FnOnce(&Current<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = Key::Current {
            series: id,
            chunk: 0,
        };
        if let Some(payload) = self.engine.get(&key)? {
            let (header, block) = crate::codec::series::parse(&payload)
                .map_err(|e| StoreError::decoding(&key, &e))?;
            if header.chunks == 1 && header.commit <= self.sequence() {
                if usize::try_from(header.rows) != Ok(block.len()) {
                    return Err(StoreError::damaged_at(&key, "rows are missing").into());
                }
                return show(&Current::block(&key, header.commit, &block));
            }
        }
        show(&Current::rows(self.current(id)?))
    }

    /// The current block of a series. A series that is listed and not there is damage.
    fn stored(&self, id: SeriesId) -> Result<Option<Stored>, StoreError> {
        let stored = series::read(&self.engine, id)?;
        if stored.is_none() && self.is_listed(id)? {
            let key = Key::Current {
                series: id,
                chunk: 0,
            };
            return Err(StoreError::damaged_at(&key, "it is missing"));
        }
        Ok(stored)
    }

    /// All observations of all facts of a series, by period, publication, document id and cell.
    pub(crate) fn observations(&self, id: SeriesId) -> Result<Vec<Observation>, StoreError> {
        let Some(stored) = self.stored(id)? else {
            return Ok(Vec::new());
        };
        let history = series::read_history(&self.engine, id, &stored.header, |_| true)?;
        let mut all: Vec<Observation> =
            series::all_until(self.sequence(), &stored.rows, history).collect();
        let order = self.document_order(&all)?;
        all.sort_by(|a, b| {
            let days = (a.period, a.published).cmp(&(b.period, b.published));
            days.then_with(|| order.compare(a.source.document, b.source.document))
                .then_with(|| a.source.cell.cmp(&b.source.cell))
        });
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

    /// Shows the current rows of every company for one metric and variant, by number of the company: one scan.
    pub(crate) fn panel<E: From<StoreError>>(
        &self,
        metric: &MetricPath,
        variant: u32,
        mut show: impl FnMut(u32, &Current<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(metric) = self.state.names.metrics.number(metric) else {
            return Ok(());
        };
        let series = |company| SeriesId {
            metric,
            variant,
            company,
        };
        self.scan(series(0)..=series(u32::MAX), |id, current| {
            show(id.company, current)
        })
    }

    /// Shows the current rows of every series, or of those of a metric, by metric, variant and company: one scan.
    pub(crate) fn sweep<E: From<StoreError>>(
        &self,
        metric: Option<u32>,
        show: impl FnMut(SeriesId, &Current<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let series = |metric, other| SeriesId {
            metric,
            variant: other,
            company: other,
        };
        let first = series(metric.unwrap_or(0), 0);
        let last = series(metric.unwrap_or(u32::MAX), u32::MAX);
        self.scan(first..=last, show)
    }

    /// How many series the catalog lists, or of those of a metric.
    pub(crate) fn series_count(&self, metric: Option<u32>) -> u64 {
        let pairs = (metric.unwrap_or(0), 0)..=(metric.unwrap_or(u32::MAX), u32::MAX);
        self.listed.count(pairs, self.sequence())
    }

    fn scan<E: From<StoreError>>(
        &self,
        range: RangeInclusive<SeriesId>,
        mut show: impl FnMut(SeriesId, &Current<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let key = |series: &SeriesId, chunk| Key::Current {
            series: *series,
            chunk,
        };
        let (first, last) = (key(range.start(), 0), key(range.end(), u16::MAX));
        let mut last_id = None;
        let mut found_of: Vec<(Pair, u64)> = Vec::new();
        for entry in self.engine.range(first..=last)? {
            let (found, payload) = entry?;
            let Key::Current { series: id, chunk } = found else {
                continue;
            };
            // A scan can see a part of a batch: a series of several chunks is read by itself.
            if last_id.replace(id) == Some(id) {
                continue;
            }
            let (header, block) = crate::codec::series::parse(&payload)
                .map_err(|e| StoreError::decoding(&found, &e))?;
            if header.created <= self.sequence() {
                let pair = (id.metric, id.variant);
                match found_of.last_mut().filter(|(last, _)| *last == pair) {
                    Some((_, count)) => *count = count.saturating_add(1),
                    None => found_of.push((pair, 1)),
                }
            }
            if chunk == 0 && header.chunks == 1 && header.commit <= self.sequence() {
                if usize::try_from(header.rows) != Ok(block.len()) {
                    return Err(StoreError::damaged_at(&found, "rows are missing").into());
                }
                if block.len() > 0 {
                    show(id, &Current::block(&found, header.commit, &block))?;
                }
            } else {
                let rows = self.current(id)?;
                if !rows.is_empty() {
                    show(id, &Current::rows(rows))?;
                }
            }
        }
        let pair = |id: &SeriesId| (id.metric, id.variant);
        let pairs = pair(range.start())..=pair(range.end());
        match self.listed.differing(pairs, &found_of, self.sequence()) {
            Some(pair) => Err(self.missing_of(pair)?.into()),
            None => Ok(()),
        }
    }

    /// What is wrong where not every series of a metric and variant is there, or one more.
    fn missing_of(&self, (metric, variant): Pair) -> Result<StoreError, StoreError> {
        for company in 0..self.state.names.companies.len() {
            let id = SeriesId {
                metric,
                variant,
                company,
            };
            self.stored(id)?;
        }
        Ok(StoreError::damaged(format!(
            "metric {metric} has other series of variant {variant} than the catalog lists"
        )))
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
        let number = document_number(&self.engine, id)?;
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
