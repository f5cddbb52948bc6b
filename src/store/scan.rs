//! Reading one metric of all companies, or everything: a scan of current blocks, beside which recent rows are read.

use std::iter::Peekable;
use std::ops::RangeInclusive;

use super::Snapshot;
use super::current::Current;
use super::engine::Value;
use super::error::StoreError;
use super::listed::Pair;
use super::recent::{self, Waiting};
use super::snapshot::first_of;
use crate::codec::recent::Recent;
use crate::codec::{Key, SeriesId, series};
use crate::model::MetricPath;

impl Snapshot {
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
        // The recent rows first, as they may go to the blocks meanwhile.
        let waiting = AllRecent::read(self, &range)?;
        let mut waiting = waiting.iter().peekable();
        let (first, last) = (first_of(*range.start()), last_of(*range.end()));
        let mut last_id = None;
        let mut found = Found::default();
        for entry in self.engine.range(first..=last)? {
            let (key, payload) = entry?;
            let Key::Current { series: id, chunk } = key else {
                continue;
            };
            // A scan can see a part of a batch: a series of several chunks is read by itself.
            if last_id.replace(id) == Some(id) {
                continue;
            }
            self.without_blocks(&mut waiting, Some(id), &mut found, &mut show)?;
            let recent = waiting.next_if(|next| next.as_ref().is_ok_and(|(next, _)| *next == id));
            let recent = recent.transpose()?.map(|(_, recent)| recent);
            let (header, block) =
                series::parse(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
            if header.created <= self.sequence() {
                found.add(id);
            }
            let mut show = |current: &Current<'_>| match current.len() {
                0 => Ok(()),
                _ => show(id, current),
            };
            if chunk == 0 {
                self.show_block(id, &header, &block, recent.as_ref(), show)?;
            } else {
                show(&Current::rows(self.current(id)?))?;
            }
        }
        self.without_blocks(&mut waiting, None, &mut found, &mut show)?;
        let pair = |id: &SeriesId| (id.metric, id.variant);
        let pairs = pair(range.start())..=pair(range.end());
        match self.listed.differing(pairs, &found.0, self.sequence()) {
            Some(pair) => Err(self.missing_of(pair)?.into()),
            None => Ok(()),
        }
    }

    /// Shows the series that are nothing but recent rows, up to one that has a block.
    fn without_blocks<E: From<StoreError>>(
        &self,
        waiting: &mut Peekable<impl Iterator<Item = Result<(SeriesId, Waiting), StoreError>>>,
        before: Option<SeriesId>,
        found: &mut Found,
        show: &mut impl FnMut(SeriesId, &Current<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_before = |next: &Result<(SeriesId, Waiting), StoreError>| {
            let id = next.as_ref().map(|(id, _)| *id);
            before.is_none_or(|before| id.is_ok_and(|id| id < before))
        };
        while let Some(next) = waiting.next_if(is_before) {
            let (id, mut recent) = next?;
            if recent.on_block {
                return Err(StoreError::damaged_at(&first_of(id), "it is missing").into());
            }
            recent.until(self.sequence());
            if !recent.rows.is_empty() {
                found.add(id);
                show(id, &Current::rows(recent.rows))?;
            }
        }
        Ok(())
    }

    /// What is wrong where not every series of a metric and variant is there, or one more.
    fn missing_of(&self, (metric, variant): Pair) -> Result<StoreError, StoreError> {
        for company in 0..self.state.names.companies.len() {
            let id = SeriesId {
                metric,
                variant,
                company,
            };
            self.known(id)?;
        }
        Ok(StoreError::damaged(format!(
            "metric {metric} has other series of variant {variant} than the catalog lists"
        )))
    }
}

fn last_of(series: SeriesId) -> Key {
    Key::Current {
        series,
        chunk: u16::MAX,
    }
}

/// How many series of each metric and variant were found.
#[derive(Default)]
struct Found(Vec<(Pair, u64)>);

impl Found {
    fn add(&mut self, id: SeriesId) {
        let pair = (id.metric, id.variant);
        match self.0.last_mut().filter(|(last, _)| *last == pair) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.push((pair, 1)),
        }
    }
}

/// The recent rows of all companies, as far as they are of a range of series.
struct AllRecent {
    values: Vec<(Key, Value)>,
    /// The series by id, with the numbers of their values, and of themselves there.
    series: Vec<(SeriesId, usize, usize)>,
}

impl AllRecent {
    fn read(
        snapshot: &Snapshot,
        range: &RangeInclusive<SeriesId>,
    ) -> Result<AllRecent, StoreError> {
        let mut all = AllRecent {
            values: Vec::new(),
            series: Vec::new(),
        };
        let (first, last) = (range.start(), range.end());
        for company in snapshot.state.names.with_recent() {
            let key = Key::Recent(company);
            let value = recent::value(&snapshot.engine, company)?;
            let recent = Recent::parse(&value).map_err(|e| StoreError::decoding(&key, &e))?;
            let begin = match recent.find(first.metric, first.variant) {
                Ok(nth) | Err(nth) => nth,
            };
            for nth in begin..recent.len() {
                let Some((metric, variant)) = recent.pair(nth) else {
                    break;
                };
                if (metric, variant) > (last.metric, last.variant) {
                    break;
                }
                let id = SeriesId {
                    metric,
                    variant,
                    company,
                };
                all.series.push((id, all.values.len(), nth));
            }
            all.values.push((key, value));
        }
        all.series.sort_unstable();
        Ok(all)
    }

    fn iter(&self) -> impl Iterator<Item = Result<(SeriesId, Waiting), StoreError>> {
        self.series.iter().filter_map(|(id, value, nth)| {
            let (key, value) = self.values.get(*value)?;
            let read = Recent::parse(value).and_then(|recent| recent::nth_of(&recent, *nth));
            let read = read.map_err(|error| StoreError::decoding(key, &error));
            Some(read.map(|waiting| (*id, waiting)))
        })
    }
}
