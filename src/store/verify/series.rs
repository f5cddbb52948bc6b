//! Series: catalog, current blocks and histories against each other, and against the documents.

use std::collections::{BTreeMap, HashSet};

use super::{Fault, FaultKind, Found, Look, Verify, counted};
use crate::codec::key::Space;
use crate::codec::recent::Recent;
use crate::codec::{Block, Key, Row, SeriesHeader, SeriesId, series};
use crate::model::{Metric, Observation, Period, Source};
use crate::store::Variant;
use crate::store::catalog::{self, Created};
use crate::store::engine::Raw;
use crate::store::error::StoreError;
use crate::store::order::DocumentOrder;
use crate::store::progress::UpkeepStep;
use crate::store::recent::{self, Waiting};
use crate::store::series::row_of;

/// What is counted of a series that was read.
#[derive(Default)]
pub(super) struct Seen {
    /// Whether the commit that is verified knows it.
    known: bool,
    facts: u64,
    pub(super) observations: Vec<Observation>,
}

/// The current block of a series.
struct Current {
    header: SeriesHeader,
    rows: Vec<Row>,
    /// Whether all of it could be read.
    whole: bool,
}

impl Verify<'_> {
    /// Every series is listed, whole, and shows what its observations say.
    ///
    /// By company first, as the catalog has them: a document is nearly always of one company.
    pub(super) fn series(&mut self) -> Result<(), StoreError> {
        let all = self.state.totals.series;
        self.meter.begin(UpkeepStep::Series, Some(all))?;
        let mut count: u64 = 0;
        let mut known = Vec::new();
        for space in [Space::Entry, Space::Catalog] {
            for entry in self.engine.space(space)? {
                for (id, created) in self.listed_by(entry?)? {
                    known.push(id);
                    count = count.saturating_add(self.read_series(id, Some(created))?);
                    self.meter.tick()?;
                }
            }
        }
        known.sort_unstable();
        // What is there of series that are not listed.
        let mut unlisted = Vec::new();
        for entry in self.engine.space(Space::Recent)? {
            for id in recent_of(entry?) {
                if known.binary_search(&id).is_err() {
                    count = count.saturating_add(self.read_series(id, None)?);
                    unlisted.push(id);
                }
            }
        }
        known.extend(unlisted);
        known.sort_unstable();
        for space in [Space::Current, Space::History] {
            let mut last = None;
            for entry in self.engine.space(space)? {
                let Ok(key) = Key::parse(&entry?.key) else {
                    continue;
                };
                let Some(id) = key.series().filter(|id| last != Some(*id)) else {
                    continue;
                };
                last = Some(id);
                if known.binary_search(&id).is_ok() {
                    continue;
                }
                if space == Space::Current {
                    count = count.saturating_add(self.read_series(id, None)?);
                } else if self.engine.look(&first(id))?.is_none() {
                    self.look(|this| {
                        let alone = this.engine.look(&first(id))?.is_none()
                            && this.engine.look(&key)?.is_some();
                        let fault = alone.then(|| this.fault(&key, FaultKind::Surplus));
                        Ok((fault.into_iter().collect(), ()))
                    })?;
                }
            }
        }
        self.report.series = count;
        self.digests_left()?;
        self.totals(count);
        Ok(())
    }

    /// Looks at a series and counts what is in it. Gives 1 for a series that is known, else 0.
    ///
    /// `listed` is the commit that created it, as the catalog has it, if it was found there.
    fn read_series(&mut self, id: SeriesId, listed: Option<u64>) -> Result<u64, StoreError> {
        let seen = self.look(|this| this.one_series(id, listed))?;
        let report = &mut self.report;
        report.facts = report.facts.saturating_add(seen.facts);
        for observation in seen.observations {
            self.report.observations = self.report.observations.saturating_add(1);
            self.said(id, observation)?;
        }
        Ok(seen.known.into())
    }

    pub(super) fn one_series(&self, id: SeriesId, listed: Option<u64>) -> Look<Seen> {
        let mut faults = Vec::new();
        let (metric, variant) = self.names_of(id, &mut faults);
        let listed = match listed {
            Some(created) => Some(created),
            None => self.listed(id, &mut faults)?,
        };
        let waiting = self.waiting(id)?;
        let alone = match &waiting {
            Found::Value(waiting) => !waiting.on_block,
            Found::Bad => true,
            Found::Missing => false,
        };
        let current = if alone && self.engine.look(&first(id))?.is_none() {
            without_block(&waiting)
        } else {
            self.current(id, &mut faults)?
        };
        let Some(mut current) = current else {
            return Ok((faults, Seen::default()));
        };
        match waiting {
            Found::Value(waiting) => self.add_recent(id, &mut current, waiting, &mut faults),
            Found::Bad => current.whole = false,
            Found::Missing => {}
        }
        let Current {
            header,
            rows,
            whole,
        } = &current;
        if listed.is_some_and(|created| created != header.created) {
            let what = "the commit that created it";
            faults.push(self.fault(&first(id), FaultKind::Differs { what }));
        }
        if header.commit > self.now().head.sequence {
            let kind = FaultKind::Dangling {
                what: "commit",
                number: header.commit,
            };
            faults.push(self.fault(&first(id), kind));
        }
        let history = self.history(id, header, &mut faults)?;
        let single = rows.iter().filter(|row| !row.versions);
        let single = single.map(|row| &row.observation);
        let kept = history.as_deref().unwrap_or_default();
        let mut seen = Seen {
            known: header.created <= self.state.head.sequence,
            ..Seen::default()
        };
        let mut periods = HashSet::new();
        for observation in single.chain(kept) {
            if observation.commit > self.state.head.sequence {
                continue;
            }
            periods.insert(observation.period);
            seen.observations.push(observation.clone());
            let misfit = self.misfit(observation, header, metric.as_ref(), variant.as_ref());
            if let Some(kind) = misfit {
                faults.push(self.about(id, observation.period, kind));
            }
        }
        seen.facts = u64::try_from(periods.len()).unwrap_or(u64::MAX);
        if let (true, Some(history)) = (*whole, history) {
            self.shown(id, rows, history, &mut faults)?;
        }
        Ok((faults, seen))
    }

    /// The recent rows of a series. What is wrong with the value that has them is reported with its company.
    fn waiting(&self, id: SeriesId) -> Result<Found<Waiting>, StoreError> {
        if !self.now().names.has_recent(id.company) {
            return Ok(Found::Missing);
        }
        let Found::Value(value) = self.value(&Key::Recent(id.company))? else {
            return Ok(Found::Bad);
        };
        let Ok(recent) = Recent::parse(&value) else {
            return Ok(Found::Bad);
        };
        Ok(match recent.find(id.metric, id.variant) {
            Ok(nth) => recent::nth_of(&recent, nth).map_or(Found::Bad, Found::Value),
            Err(_) => Found::Missing,
        })
    }

    /// Adds recent rows to those of the block, which must have none of them.
    fn add_recent(
        &self,
        id: SeriesId,
        current: &mut Current,
        waiting: Waiting,
        faults: &mut Vec<Fault>,
    ) {
        let Current { header, rows, .. } = current;
        let at = Key::Recent(id.company);
        if waiting.on_block != (header.chunks > 0) {
            let what = "whether a series has a block";
            faults.push(self.fault(&at, FaultKind::Differs { what }));
        }
        let last = self.now().head.sequence;
        for row in waiting.rows {
            let Observation { period, commit, .. } = row.observation;
            let known = rows.binary_search_by_key(&period, |row| row.observation.period);
            if commit <= header.commit || known.is_ok() {
                faults.push(self.about(id, period, FaultKind::InBlock));
                continue;
            }
            if commit > last {
                let kind = FaultKind::Dangling {
                    what: "commit",
                    number: commit,
                };
                faults.push(self.about(id, period, kind));
            }
            let (Ok(place) | Err(place)) = known;
            rows.insert(place.min(rows.len()), row);
        }
    }

    fn names_of(&self, id: SeriesId, faults: &mut Vec<Fault>) -> (Option<Metric>, Option<Variant>) {
        let now = self.now();
        let metric = now.names.metrics.get(id.metric).cloned();
        let variant = now.names.variants.get(id.variant).cloned();
        let company = now.names.companies.get(id.company).is_some();
        for (there, what, number) in [
            (company, "company", id.company),
            (metric.is_some(), "metric", id.metric),
            (variant.is_some(), "variant", id.variant),
        ] {
            if !there {
                let number = number.into();
                faults.push(self.fault(&first(id), FaultKind::Dangling { what, number }));
            }
        }
        let fits =
            |metric: &Metric, variant: &Variant| variant.unit.dimension() == metric.dimension;
        if let (Some(metric), Some(variant)) = (&metric, &variant)
            && !fits(metric, variant)
        {
            faults.push(self.fault(&first(id), FaultKind::Misfit { what: "unit" }));
        }
        (metric, variant)
    }

    /// The series that a value of the catalog lists.
    pub(super) fn listed_by(&mut self, raw: Raw) -> Result<Vec<Created>, StoreError> {
        // What cannot be opened has been reported with all values.
        let Ok(key) = Key::parse(&raw.key) else {
            return Ok(Vec::new());
        };
        let Ok(value) = raw.value() else {
            return Ok(Vec::new());
        };
        catalog::read(&key, &value).or_else(|error| {
            let fault = self.unreadable(&key, &error);
            self.report.add(fault);
            Ok(Vec::new())
        })
    }

    /// The commit that created a series of which the catalog was not known to list it.
    fn listed(&self, id: SeriesId, faults: &mut Vec<Fault>) -> Result<Option<u64>, StoreError> {
        match catalog::of_company(self.engine, id.company) {
            Ok(all) => {
                let own = all.into_iter().find(|(listed, _)| *listed == id);
                if own.is_none() {
                    faults.push(self.fault(&Key::entry(id), FaultKind::Missing));
                }
                Ok(own.map(|(_, created)| created))
            }
            // What it lists besides what has been reported cannot be known.
            Err(StoreError::Damaged { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The rows of the current block; `None` where not even the first chunk can be read.
    fn current(
        &self,
        id: SeriesId,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Current>, StoreError> {
        let key = |chunk| Key::Current { series: id, chunk };
        let mut current: Option<Current> = None;
        let mut chunk = 0;
        loop {
            match self.value(&key(chunk))? {
                Found::Value(value) => {
                    let read = series::parse(&value).and_then(|(h, block)| Ok((h, block.rows()?)));
                    match (read, &mut current) {
                        (Ok((header, rows)), None) => {
                            current = Some(Current {
                                header,
                                rows,
                                whole: true,
                            });
                        }
                        (Ok((header, rows)), Some(current)) => {
                            if current.header != header {
                                faults.push(self.fault(&key(chunk), FaultKind::Torn));
                                current.whole = false;
                            }
                            current.rows.extend(rows);
                        }
                        (Err(error), current) => {
                            faults.push(self.unreadable(&key(chunk), &error));
                            let Some(current) = current else {
                                return Ok(None);
                            };
                            current.whole = false;
                        }
                    }
                }
                bad => {
                    if matches!(bad, Found::Missing) {
                        faults.push(self.fault(&key(chunk), FaultKind::Missing));
                    }
                    let Some(current) = &mut current else {
                        return Ok(None);
                    };
                    current.whole = false;
                }
            }
            chunk = chunk.saturating_add(1);
            let more = |current: &Current| chunk < current.header.chunks;
            if !current.as_ref().is_some_and(more) {
                break;
            }
        }
        let Some(current) = current else {
            return Ok(None);
        };
        let Current {
            header,
            rows,
            whole,
        } = &current;
        for entry in self
            .engine
            .scan(key(header.chunks.max(1))..=key(u16::MAX))?
        {
            if let Ok(surplus) = Key::parse(&entry?.key) {
                faults.push(self.fault(&surplus, FaultKind::Surplus));
            }
        }
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let miscounted = counted("rows", header.rows.into(), count).filter(|_| *whole);
        let newest = rows.iter().map(|row| row.observation.commit).max();
        let newest = newest.filter(|newest| *newest > header.commit);
        let newer = newest.map(|newest| FaultKind::Newer {
            newest,
            written: header.commit,
        });
        let sorted = rows.is_sorted_by(|a, b| a.observation.period < b.observation.period);
        let unsorted = (!sorted).then_some(FaultKind::Order);
        for kind in [miscounted, newer, unsorted].into_iter().flatten() {
            faults.push(self.fault(&key(0), kind));
        }
        Ok(Some(current))
    }

    /// What is in the history up to the commit of a header; `None` where not all of it can be read.
    fn history(
        &self,
        id: SeriesId,
        header: &SeriesHeader,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Vec<Observation>>, StoreError> {
        let key = |chunk| Key::History { series: id, chunk };
        let mut observations = Vec::new();
        let mut whole = true;
        for chunk in 0..header.history_chunks {
            let value = match self.value(&key(chunk))? {
                Found::Value(value) => value,
                Found::Bad => {
                    whole = false;
                    continue;
                }
                Found::Missing => {
                    faults.push(self.fault(&key(chunk), FaultKind::Missing));
                    whole = false;
                    // A damaged header can announce any number of them.
                    break;
                }
            };
            let rows = match Block::parse(&value).and_then(|block| block.rows()) {
                Ok(rows) => rows,
                Err(error) => {
                    faults.push(self.unreadable(&key(chunk), &error));
                    whole = false;
                    continue;
                }
            };
            if rows.iter().any(|row| row.versions || row.conflicting) {
                let what = "the flags of a row";
                faults.push(self.fault(&key(chunk), FaultKind::Differs { what }));
            }
            let own = rows.into_iter().map(|row| row.observation);
            observations.extend(own.filter(|own| own.commit <= header.commit));
        }
        for entry in self
            .engine
            .scan(key(header.history_chunks)..=key(u32::MAX))?
        {
            if let Ok(surplus) = Key::parse(&entry?.key) {
                faults.push(self.fault(&surplus, FaultKind::Surplus));
            }
        }
        if !whole {
            return Ok(None);
        }
        let count = u64::try_from(observations.len()).unwrap_or(u64::MAX);
        if let Some(kind) = counted("rows in the history", header.history_rows, count) {
            faults.push(self.fault(&first(id), kind));
        }
        Ok(Some(observations))
    }

    /// Whether an observation is of a document and cell that are there, and fits its metric.
    fn misfit(
        &self,
        observation: &Observation,
        header: &SeriesHeader,
        metric: Option<&Metric>,
        variant: Option<&Variant>,
    ) -> Option<FaultKind> {
        let Source { document, cell } = observation.source;
        let known = usize::try_from(document).ok();
        let Some(known) = known.and_then(|number| self.documents.get(number)) else {
            return Some(FaultKind::Dangling {
                what: "document",
                number: document.into(),
            });
        };
        if observation.commit < header.created {
            let what = "the commit that created it";
            return Some(FaultKind::Differs { what });
        }
        if let Some(about) = known.about {
            if cell >= about.cells {
                return Some(FaultKind::Dangling {
                    what: "cell",
                    number: cell.into(),
                });
            }
            if observation.commit != about.commit {
                let what = "the commit of a row";
                return Some(FaultKind::Differs { what });
            }
            if observation.published > about.published {
                let what = "day of publication";
                return Some(FaultKind::Misfit { what });
            }
        }
        let (Some(metric), Some(_)) = (metric, variant) else {
            return None;
        };
        let period = metric.kind.admits(&observation.period);
        (!period).then_some(FaultKind::Misfit { what: "period" })
    }

    /// Whether each row is the one that its observations give.
    fn shown(
        &self,
        id: SeriesId,
        rows: &[Row],
        history: Vec<Observation>,
        faults: &mut Vec<Fault>,
    ) -> Result<(), StoreError> {
        let mut facts: BTreeMap<Period, Vec<Observation>> = BTreeMap::new();
        for observation in history {
            let of_fact = facts.entry(observation.period).or_default();
            of_fact.push(observation);
        }
        let mut order = DocumentOrder::default();
        for row in rows {
            let period = row.observation.period;
            let fits = match (row.versions, facts.remove(&period)) {
                (false, None) => !row.conflicting,
                (true, Some(observations)) if observations.len() > 1 => {
                    if let Some(Source { document, cell }) = twice(&observations) {
                        let kind = FaultKind::Twice { document, cell };
                        faults.push(self.about(id, period, kind));
                    }
                    // Documents that cannot be read have been reported.
                    if order.learn(self.engine, &observations).is_err() {
                        continue;
                    }
                    row_of(observations, &order)? == *row
                }
                _ => false,
            };
            if !fits {
                faults.push(self.about(id, period, FaultKind::NotCurrent));
            }
        }
        for period in facts.into_keys() {
            faults.push(self.about(id, period, FaultKind::NotCurrent));
        }
        Ok(())
    }

    /// A fault of one fact.
    fn about(&self, id: SeriesId, period: Period, kind: FaultKind) -> Fault {
        let mut fault = self.fault(&first(id), kind);
        fault.place.period = Some(period);
        fault
    }
}

/// A series of which there are only recent rows, without them.
fn without_block(waiting: &Found<Waiting>) -> Option<Current> {
    let Found::Value(waiting) = waiting else {
        return None;
    };
    Some(Current {
        header: SeriesHeader {
            commit: 0,
            created: waiting.oldest()?,
            chunks: 0,
            rows: 0,
            history_chunks: 0,
            history_rows: 0,
        },
        rows: Vec::new(),
        whole: true,
    })
}

/// The series that a value of recent rows has.
fn recent_of(raw: Raw) -> Vec<SeriesId> {
    // What cannot be read has been reported.
    let Ok(Key::Recent(company)) = Key::parse(&raw.key) else {
        return Vec::new();
    };
    let Ok(value) = raw.value() else {
        return Vec::new();
    };
    let Ok(recent) = Recent::parse(&value) else {
        return Vec::new();
    };
    let pairs = (0..recent.len()).filter_map(|nth| recent.pair(nth));
    pairs
        .map(|(metric, variant)| SeriesId {
            metric,
            variant,
            company,
        })
        .collect()
}

fn first(series: SeriesId) -> Key {
    Key::Current { series, chunk: 0 }
}

/// A source that is there twice.
fn twice(observations: &[Observation]) -> Option<Source> {
    let mut sources = HashSet::new();
    let mut all = observations.iter().map(|observation| observation.source);
    all.find(|source| !sources.insert(*source))
}
