//! Whether documents are what was taken in: their digests, made again from what is stored.
//!
//! The facts of a document lie in many series. They are gathered while series are read; a document whose facts are all
//! there is done. Documents that do not fit into memory beside the others wait for another pass over all series.

use std::collections::BTreeMap;

use super::{FaultKind, Found, Look, Verify};
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::key::Space;
use crate::codec::record::{DocumentRecord, Record, unpack};
use crate::codec::{CodecError, Key, SeriesId};
use crate::model::{Observation, Reported, SeriesKey};
use crate::store::catalog;
use crate::store::error::StoreError;
use crate::store::package::PackageDocument;

/// How many observations wait for the others of their documents at most.
pub(in crate::store) const PENDING: usize = 1_000_000;

type Facts = Vec<(SeriesId, Observation)>;

/// Documents of which some facts have been found.
pub(super) struct Pending {
    limit: usize,
    count: usize,
    facts: BTreeMap<u32, Facts>,
}

impl Pending {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            count: 0,
            facts: BTreeMap::new(),
        }
    }
}

impl Verify<'_> {
    /// Takes note of an observation.
    pub(super) fn said(
        &mut self,
        series: SeriesId,
        observation: Observation,
    ) -> Result<(), StoreError> {
        let document = observation.source.document;
        let place = usize::try_from(document).ok();
        let Some(known) = place.and_then(|place| self.documents.get_mut(place)) else {
            return Ok(());
        };
        known.found = known.found.saturating_add(1);
        if known.about.is_none() || known.later {
            return Ok(());
        }
        self.gather(series, observation)?;
        while self.pending.count > self.pending.limit
            && self.pending.facts.len() > 1
            && let Some((document, facts)) = self.pending.facts.pop_last()
        {
            self.pending.count = self.pending.count.saturating_sub(facts.len());
            let place = usize::try_from(document).ok();
            if let Some(known) = place.and_then(|place| self.documents.get_mut(place)) {
                known.later = true;
            }
        }
        Ok(())
    }

    /// Puts an observation to the others of its document, and makes the digest when they are complete.
    fn gather(&mut self, series: SeriesId, observation: Observation) -> Result<(), StoreError> {
        let document = observation.source.document;
        let expected = self.facts_of(document);
        let facts = self.pending.facts.entry(document).or_default();
        facts.push((series, observation));
        self.pending.count = self.pending.count.saturating_add(1);
        if facts.len() < expected {
            return Ok(());
        }
        let facts = self.pending.facts.remove(&document).unwrap_or_default();
        self.pending.count = self.pending.count.saturating_sub(facts.len());
        self.digest(document, &facts)
    }

    fn facts_of(&self, document: u32) -> usize {
        let place = usize::try_from(document).ok();
        let known = place.and_then(|place| self.documents.get(place));
        let about = known.and_then(|known| known.about);
        about.map_or(0, |about| {
            usize::try_from(about.facts).unwrap_or(usize::MAX)
        })
    }

    /// Makes the digests of documents without facts, and of those that waited.
    pub(super) fn digests_left(&mut self) -> Result<(), StoreError> {
        // What is left lacks facts, which is a fault of its own.
        self.pending = Pending::new(self.pending.limit);
        let numbers = 0..u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        let mut later: Vec<u32> = Vec::new();
        for (number, known) in numbers.zip(&self.documents) {
            if known.later {
                later.push(number);
            }
        }
        for number in 0..u32::try_from(self.documents.len()).unwrap_or(u32::MAX) {
            let place = usize::try_from(number).unwrap_or(usize::MAX);
            let known = self.documents.get(place);
            if known
                .and_then(|known| known.about)
                .is_some_and(|about| about.facts == 0)
            {
                self.digest(number, &[])?;
            }
        }
        let mut later = later.into_iter().peekable();
        while later.peek().is_some() {
            let mut facts: usize = 0;
            let mut batch = Vec::new();
            while let Some(number) = later.next_if(|number| {
                let more = facts.saturating_add(self.facts_of(*number));
                batch.is_empty() || more <= self.pending.limit
            }) {
                facts = facts.saturating_add(self.facts_of(number));
                batch.push(number);
            }
            self.pass(&batch)?;
        }
        Ok(())
    }

    /// Reads all series once more, for some documents.
    fn pass(&mut self, documents: &[u32]) -> Result<(), StoreError> {
        self.pending = Pending::new(self.pending.limit);
        for space in [Space::Entry, Space::Catalog] {
            for entry in self.engine.space(space)? {
                let raw = entry?;
                let Ok(key) = Key::parse(&raw.key) else {
                    continue;
                };
                // Faults have been reported, here and of the series.
                let listed = raw.value().and_then(|value| catalog::read(&key, &value));
                for (id, created) in listed.unwrap_or_default() {
                    let (_, seen) = self.one_series(id, Some(created))?;
                    for observation in seen.observations {
                        let document = observation.source.document;
                        if documents.binary_search(&document).is_ok() {
                            self.gather(id, observation)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn digest(
        &mut self,
        document: u32,
        facts: &[(SeriesId, Observation)],
    ) -> Result<(), StoreError> {
        self.look(|this| this.digested(document, facts))
    }

    fn digested(&self, number: u32, facts: &[(SeriesId, Observation)]) -> Look<()> {
        let key = Key::Document(number);
        // What cannot be read has been reported.
        let Found::Value(record) = self.record::<DocumentRecord>(&key, &mut Vec::new())? else {
            return Ok((Vec::new(), ()));
        };
        let Some(document) = self.whole(number, &record, facts)? else {
            return Ok((Vec::new(), ()));
        };
        let digest = (self.digest)(&document);
        let changed = digest.is_some_and(|digest| digest != record.digest);
        let fault = changed.then(|| self.fault(&key, FaultKind::Digest));
        Ok((fault.into_iter().collect(), ()))
    }

    /// A document with everything in it; `None` where that cannot be read.
    fn whole(
        &self,
        number: u32,
        record: &DocumentRecord,
        facts: &[(SeriesId, Observation)],
    ) -> Result<Option<PackageDocument>, StoreError> {
        let key = |first| Key::Cells {
            document: number,
            first,
        };
        let cells: Option<Vec<CellsRecord>> = self.all(key(0)..=key(u32::MAX))?;
        let key = |chunk| Key::Checks {
            document: number,
            chunk,
        };
        let checks: Option<Vec<ChecksRecord>> = self.all(key(0)..=key(u32::MAX))?;
        let (Some(cells), Some(checks)) = (cells, checks) else {
            return Ok(None);
        };
        let checks: Result<Vec<_>, CodecError> = checks.iter().map(ChecksRecord::checks).collect();
        let now = self.now();
        let series = |id: SeriesId| {
            let variant = now.names.variants.get(id.variant)?;
            Some(SeriesKey {
                company: now.names.companies.get(id.company)?.id.clone(),
                metric: now.names.metrics.get(id.metric)?.path.clone(),
                scenario: variant.scenario,
                scope: variant.scope.clone(),
                unit: variant.unit.clone(),
            })
        };
        let mut named: Vec<Reported> = Vec::with_capacity(facts.len());
        let mut last: Option<(SeriesId, SeriesKey)> = None;
        for (id, observation) in facts {
            let key = match last.take().filter(|(known, _)| known == id) {
                Some((_, key)) => key,
                None => match series(*id) {
                    Some(key) => key,
                    None => return Ok(None),
                },
            };
            named.push(Reported {
                series: key.clone(),
                period: observation.period,
                figure: observation.figure.clone(),
                published: observation.published,
                cell: observation.source.cell,
                rank: observation.rank,
            });
            last = Some((*id, key));
        }
        let Ok(checks) = checks else { return Ok(None) };
        Ok(Some(PackageDocument {
            document: record.document.clone(),
            digest: record.digest,
            cells: cells.iter().flat_map(CellsRecord::cells).collect(),
            facts: named,
            checks: checks.into_iter().flatten().collect(),
        }))
    }

    /// All records of a range; `None` where one cannot be read.
    fn all<T: Record>(
        &self,
        range: std::ops::RangeInclusive<Key>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let mut records = Vec::new();
        for entry in self.engine.scan(range)? {
            let read = entry?.value().and_then(|value| unpack(&value));
            let Ok(record) = read else { return Ok(None) };
            records.push(record);
        }
        Ok(Some(records))
    }
}
