//! Reading one metric of all companies, or everything: a scan of current blocks, beside which recent rows are read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
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
        let series = self.unsettled.of(range.clone(), &self.engine)?;
        let values = self.recent_values(&series)?;
        let recents = Recents {
            series,
            companies: parsed(&values)?,
        };
        let mut waiting = recents.iter().peekable();
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

    /// The recent rows of the companies of some series.
    fn recent_values(&self, series: &[SeriesId]) -> Result<HashMap<u32, Value>, StoreError> {
        let mut values = HashMap::new();
        for id in series {
            if let Entry::Vacant(place) = values.entry(id.company) {
                place.insert(recent::value(&self.engine, id.company)?);
            }
        }
        Ok(values)
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

fn parsed(values: &HashMap<u32, Value>) -> Result<HashMap<u32, Recent<'_>>, StoreError> {
    let parsed = values.iter().map(|(company, value)| {
        let decoding = |error| StoreError::decoding(&Key::Recent(*company), &error);
        Ok((*company, Recent::parse(value).map_err(decoding)?))
    });
    parsed.collect()
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

/// The recent rows of the companies that have some of the series of a scan.
struct Recents<'a> {
    /// The series, in order.
    series: Vec<SeriesId>,
    companies: HashMap<u32, Recent<'a>>,
}

impl Recents<'_> {
    /// The recent rows of each series, as far as they have not gone to its block.
    fn iter(&self) -> impl Iterator<Item = Result<(SeriesId, Waiting), StoreError>> {
        self.series.iter().filter_map(|id| {
            let recent = self.companies.get(&id.company)?;
            let nth = recent.find(id.metric, id.variant).ok()?;
            let read = recent::nth_of(recent, nth);
            let decoding = |error| StoreError::decoding(&Key::Recent(id.company), &error);
            Some(read.map(|waiting| (*id, waiting)).map_err(decoding))
        })
    }
}
