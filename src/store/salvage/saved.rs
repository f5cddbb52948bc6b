//! What has been read of a damaged database, and the packages that are made of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ruin::Ruin;
use super::{Incomplete, IncompleteDocument};
use crate::codec::addition::{Addition, AdditionsRecord, SumsRecord};
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::key::Space;
use crate::codec::recent::Recent;
use crate::codec::record::{CommitRecord, CompanyRecord, DocumentRecord};
use crate::codec::{Block, Key, SeriesHeader, SeriesId, series};
use crate::model::{
    Cell, Check, Company, Id, Metric, Observation, Period, Reported, SeriesKey, Source,
};
use crate::store::Variant;
use crate::store::basis::Basis;
use crate::store::catalog;
use crate::store::error::StoreError;
use crate::store::open::{first_digest, read_manifest};
use crate::store::package::{Package, PackageDocument};
use crate::store::progress::{Meter, UpkeepStep};
use crate::store::verify::{Digest, Fault, FaultKind, FaultPlace, Part};

/// A name that something else has already.
const TWICE: FaultKind = FaultKind::Differs { what: "its name" };

/// A document with what has been found of it.
struct Found {
    record: DocumentRecord,
    cells: BTreeMap<u32, Cell>,
    checks: Vec<Check>,
    facts: Vec<Reported>,
}

/// What has been read.
#[derive(Default)]
pub(super) struct Saved {
    companies: BTreeMap<u32, Company>,
    metrics: BTreeMap<u32, Metric>,
    variants: BTreeMap<u32, Variant>,
    /// How many there are to all companies.
    additions: usize,
    /// The companies that must have a value of recent rows.
    with_recent: BTreeSet<u32>,
    documents: BTreeMap<u32, Found>,
    /// Ids of documents whose records are lost.
    lost: Vec<Id>,
    pub(super) whole: u64,
    pub(super) incomplete: Vec<IncompleteDocument>,
}

impl Saved {
    pub(super) fn definitions(
        &mut self,
        ruin: &mut Ruin,
        meter: &mut Meter<'_>,
    ) -> Result<(), StoreError> {
        meter.begin(UpkeepStep::Definitions, None)?;
        let mut ids = HashSet::new();
        for (key, record) in ruin.records::<CompanyRecord>(Space::Company) {
            if let Key::Company(number) = key {
                if record.recent {
                    self.with_recent.insert(number);
                }
                if ids.insert(record.id.clone()) {
                    self.companies.insert(number, record.into_company());
                } else {
                    ruin.fault(&key, TWICE);
                }
            }
        }
        let mut paths = HashSet::new();
        for (key, metric) in ruin.records::<Metric>(Space::Metric) {
            if let Key::Metric(number) = key {
                if paths.insert(metric.path.clone()) {
                    self.metrics.insert(number, metric);
                } else {
                    ruin.fault(&key, TWICE);
                }
            }
        }
        for (key, variant) in ruin.records::<Variant>(Space::Variant) {
            if let Key::Variant(number) = key {
                self.variants.insert(number, variant);
            }
        }
        let mut added: BTreeMap<u32, Vec<Addition>> = BTreeMap::new();
        for (key, record) in ruin.records::<SumsRecord>(Space::Sums) {
            match (record.identities(), &key) {
                (Ok(sums), Key::Sums { company, .. }) => {
                    let sums = sums.into_iter().map(Addition::Identity);
                    added.entry(*company).or_default().extend(sums);
                }
                (Err(error), key) => ruin.fault(key, FaultKind::unreadable(&error)),
                _ => {}
            }
        }
        for (key, AdditionsRecord(record)) in ruin.records(Space::Additions) {
            if let Key::Additions { company, .. } = key {
                added.entry(company).or_default().extend(record);
            }
        }
        self.additions = added.values().map(Vec::len).sum();
        for (number, added) in added {
            let Some(company) = self.companies.get_mut(&number) else {
                continue;
            };
            let (identities, basis) = Basis::of(number, added);
            company.identities = identities;
            company.splits = basis.splits();
        }
        for company in self.companies.values_mut() {
            company.splits.dedup_by_key(|split| split.date());
        }
        // In the places of faults, a name stands for its number, up to the first that is lost.
        for (number, company) in (0..).zip(self.companies.values()) {
            if !self.companies.contains_key(&number) {
                break;
            }
            ruin.names.companies.push(company.clone());
        }
        for (number, metric) in (0..).zip(self.metrics.values()) {
            if !self.metrics.contains_key(&number) {
                break;
            }
            ruin.names.metrics.push(metric.clone());
        }
        for (number, variant) in (0..).zip(self.variants.values()) {
            let new = ruin.names.variants.number(variant).is_none();
            if !self.variants.contains_key(&number) || !new {
                break;
            }
            ruin.names.variants.push(variant.clone());
        }
        Ok(())
    }

    pub(super) fn documents(
        &mut self,
        ruin: &mut Ruin,
        meter: &mut Meter<'_>,
    ) -> Result<(), StoreError> {
        meter.begin(UpkeepStep::Documents, None)?;
        let mut known: HashSet<Id> = HashSet::new();
        for (key, record) in ruin.records::<DocumentRecord>(Space::Document) {
            if let Key::Document(number) = key {
                if !known.insert(record.document.id.clone()) {
                    ruin.fault(&key, TWICE);
                    continue;
                }
                let found = Found {
                    record,
                    cells: BTreeMap::new(),
                    checks: Vec::new(),
                    facts: Vec::new(),
                };
                self.documents.insert(number, found);
                meter.tick()?;
            }
        }
        for (key, _) in ruin.space(Space::DocumentIndex) {
            if let Key::DocumentIndex(id) = key
                && !known.contains(&id)
            {
                self.lost.push(id);
            }
        }
        for (key, record) in ruin.records::<CellsRecord>(Space::Cells) {
            if let Key::Cells { document, first } = key
                && let Some(found) = self.documents.get_mut(&document)
            {
                found.cells.extend((first..).zip(record.cells()));
            }
        }
        for (key, record) in ruin.records::<ChecksRecord>(Space::Checks) {
            let Key::Checks { document, .. } = key else {
                continue;
            };
            match (record.checks(), self.documents.get_mut(&document)) {
                (Ok(checks), Some(found)) => found.checks.extend(checks),
                (Ok(_), None) => {}
                (Err(error), _) => ruin.fault(&key, FaultKind::unreadable(&error)),
            }
        }
        Ok(())
    }

    /// All observations that can be read, from current blocks, histories and recent rows, whichever is there.
    pub(super) fn series(
        &mut self,
        ruin: &mut Ruin,
        meter: &mut Meter<'_>,
    ) -> Result<(), StoreError> {
        meter.begin(UpkeepStep::Series, None)?;
        let mut all: BTreeMap<SeriesId, BTreeMap<(Period, Source), Observation>> = BTreeMap::new();
        let mut headers: HashMap<SeriesId, SeriesHeader> = HashMap::new();
        let mut chunks: BTreeSet<Key> = BTreeSet::new();
        for space in [Space::History, Space::Current] {
            for (key, value) in ruin.space(space) {
                let Some(id) = key.series() else { continue };
                let rows = if space == Space::History {
                    Block::parse(&value).and_then(|block| block.rows())
                } else {
                    series::parse(&value).and_then(|(header, block)| {
                        headers.insert(id, header);
                        block.rows()
                    })
                };
                match rows {
                    Ok(rows) => {
                        let of_series = all.entry(id).or_default();
                        for row in rows {
                            let seen = row.observation;
                            of_series.entry((seen.period, seen.source)).or_insert(seen);
                        }
                    }
                    Err(error) => ruin.fault(&key, FaultKind::unreadable(&error)),
                }
                chunks.insert(key);
            }
        }
        let without_block = self.recent_rows(ruin, &mut all);
        for space in [Space::Entry, Space::Catalog] {
            for (key, value) in ruin.space(space) {
                match catalog::read(&key, &value) {
                    Ok(listed) => {
                        let current = |(series, _)| Key::Current { series, chunk: 0 };
                        let listed = listed.into_iter();
                        let with_block = listed.filter(|(id, _)| !without_block.contains(id));
                        let current = with_block.map(current);
                        for missing in current.filter(|current| !chunks.contains(current)) {
                            ruin.fault(&missing, FaultKind::Missing);
                        }
                    }
                    Err(error) => ruin.fault(&key, FaultKind::unreadable(&error)),
                }
            }
        }
        for (id, header) in headers {
            let current = (0..header.chunks).map(|chunk| Key::Current { series: id, chunk });
            let history =
                (0..header.history_chunks).map(|chunk| Key::History { series: id, chunk });
            // A damaged header can announce any number of them.
            let missing = current.chain(history).find(|key| !chunks.contains(key));
            if let Some(missing) = missing {
                ruin.fault(&missing, FaultKind::Missing);
            }
        }
        for (id, observations) in all {
            meter.tick()?;
            let Some(key) = self.series_key(id) else {
                let count = u64::try_from(observations.len()).unwrap_or(u64::MAX);
                let kind = FaultKind::Unnamed {
                    observations: count,
                };
                ruin.fault(&Key::entry(id), kind);
                continue;
            };
            for seen in observations.into_values() {
                let Some(found) = self.documents.get_mut(&seen.source.document) else {
                    let mut fault = Fault {
                        place: FaultPlace::new(Part::Current, ""),
                        kind: FaultKind::Dangling {
                            what: "document",
                            number: seen.source.document.into(),
                        },
                    };
                    fault.place.series = Some(Box::new(key.clone()));
                    fault.place.period = Some(seen.period);
                    ruin.faults.push(fault);
                    continue;
                };
                found.facts.push(Reported {
                    series: key.clone(),
                    period: seen.period,
                    figure: seen.figure,
                    published: seen.published,
                    cell: seen.source.cell,
                    rank: seen.rank,
                });
            }
        }
        Ok(())
    }

    /// Adds the recent rows of all companies. Gives the series that need no block beside them.
    fn recent_rows(
        &mut self,
        ruin: &mut Ruin,
        all: &mut BTreeMap<SeriesId, BTreeMap<(Period, Source), Observation>>,
    ) -> HashSet<SeriesId> {
        let mut without_block = HashSet::new();
        for (key, value) in ruin.space(Space::Recent) {
            let Key::Recent(company) = key else { continue };
            self.with_recent.remove(&company);
            let recent = match Recent::parse(&value) {
                Ok(recent) => recent,
                Err(error) => {
                    ruin.fault(&key, FaultKind::unreadable(&error));
                    continue;
                }
            };
            for nth in 0..recent.len() {
                let Some((metric, variant)) = recent.pair(nth) else {
                    continue;
                };
                let id = SeriesId {
                    metric,
                    variant,
                    company,
                };
                match recent.rows(nth) {
                    Ok(rows) => {
                        let of_series = all.entry(id).or_default();
                        for row in rows {
                            let seen = row.observation;
                            of_series.entry((seen.period, seen.source)).or_insert(seen);
                        }
                    }
                    Err(error) => ruin.fault(&key, FaultKind::unreadable(&error)),
                }
                if !recent.on_block(nth) {
                    without_block.insert(id);
                }
            }
        }
        for company in std::mem::take(&mut self.with_recent) {
            ruin.fault(&Key::Recent(company), FaultKind::Missing);
        }
        without_block
    }

    fn series_key(&self, id: SeriesId) -> Option<SeriesKey> {
        let variant = self.variants.get(&id.variant)?;
        Some(SeriesKey {
            company: self.companies.get(&id.company)?.id.clone(),
            metric: self.metrics.get(&id.metric)?.path.clone(),
            scenario: variant.scenario,
            scope: variant.scope.clone(),
            unit: variant.unit.clone(),
        })
    }

    /// What is taken in: the documents of each commit, with its time. All definitions come with the first.
    pub(super) fn packages(
        &mut self,
        ruin: &mut Ruin,
        head: Option<u64>,
        keep: Incomplete,
        digest: &Digest<'_>,
    ) -> Vec<Package> {
        let commits: BTreeMap<u64, CommitRecord> = ruin
            .records::<CommitRecord>(Space::Commit)
            .into_iter()
            .map(|(_, record)| (record.sequence, record))
            .collect();
        self.lacking(ruin, head, &commits);
        let last = commits.keys().next_back().copied().max(head);
        let mut packages: BTreeMap<u64, Package> = BTreeMap::new();
        for (_, found) in std::mem::take(&mut self.documents) {
            let commit = found.record.commit;
            // A commit that was cut off never was.
            if last.is_some_and(|last| commit > last) {
                continue;
            }
            if let Some(document) = self.document(found, keep, digest) {
                let recorded = commits.range(..=commit).next_back();
                let package = packages.entry(commit).or_default();
                package.recorded = recorded.map(|(_, record)| record.recorded);
                package.documents.push(document);
            }
        }
        for id in std::mem::take(&mut self.lost) {
            self.incomplete.push(IncompleteDocument {
                document: id,
                facts: None,
                kept: 0,
            });
        }
        let first = Package {
            companies: self.companies.values().cloned().collect(),
            metrics: self.metrics.values().cloned().collect(),
            recorded: commits.values().next().map(|record| record.recorded),
            ..Package::default()
        };
        std::iter::once(first)
            .chain(packages.into_values())
            .collect()
    }

    /// Lists what nothing is left of, as far as something else tells of it: commits that HEAD knows, what the last commit counts.
    fn lacking(&self, ruin: &mut Ruin, head: Option<u64>, commits: &BTreeMap<u64, CommitRecord>) {
        let last = commits.last_key_value();
        let found = last.map(|(sequence, _)| *sequence);
        if let Some(head) = head.filter(|head| found.is_none_or(|found| found < *head)) {
            ruin.faults.push(Fault {
                place: FaultPlace::new(Part::Head, ""),
                kind: FaultKind::unreadable(&StoreError::SledBehindHead { head, found }),
            });
        }
        if let Ok(manifest) = read_manifest(&ruin.folder)
            && let Some(first) = commits.get(&0)
            && first.digest != first_digest(&manifest)
        {
            let what = "the identity of the database";
            ruin.faults.push(Fault {
                place: FaultPlace::new(Part::Manifest, ""),
                kind: FaultKind::Differs { what },
            });
        }
        let Some((sequence, last)) = last else { return };
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let documents = self.documents.len().saturating_add(self.lost.len());
        for (what, expected, found) in [
            ("commits", sequence.saturating_add(1), commits.len()),
            (
                "companies",
                last.totals.companies.into(),
                self.companies.len(),
            ),
            ("metrics", last.totals.metrics.into(), self.metrics.len()),
            ("variants", last.totals.variants.into(), self.variants.len()),
            ("documents", last.totals.documents.into(), documents),
            (
                "additions to companies",
                last.additions.unwrap_or(0),
                self.additions,
            ),
        ] {
            let found = count(found);
            if found < expected {
                let kind = FaultKind::Count {
                    what,
                    expected,
                    found,
                };
                ruin.fault(&Key::Commit(*sequence), kind);
            }
        }
    }

    /// A document as it is taken in, or nothing of it.
    fn document(
        &mut self,
        found: Found,
        keep: Incomplete,
        digest: &Digest<'_>,
    ) -> Option<PackageDocument> {
        let Found {
            record,
            cells,
            checks,
            facts,
        } = found;
        let mut document = PackageDocument {
            document: record.document,
            digest: record.digest,
            cells: Vec::new(),
            facts: Vec::new(),
            checks: Vec::new(),
        };
        // Cells are numbered by position: those behind a gap keep their numbers, those in it are empty and say why.
        let count = cells
            .keys()
            .next_back()
            .map_or(0, |last| last.saturating_add(1));
        let with_all = count == record.cells && u32::try_from(cells.len()) == Ok(count);
        let within = |cell: u32| cells.contains_key(&cell);
        document.checks = checks
            .into_iter()
            .filter(|check| within(check.cell))
            .collect();
        document.facts = facts.into_iter().filter(|fact| within(fact.cell)).collect();
        let mut cells = cells;
        document.cells = (0..count)
            .map(|cell| cells.remove(&cell).unwrap_or_else(lost_cell))
            .collect();
        let same = digest(&document);
        if with_all && same.is_none_or(|same| same == record.digest) {
            self.whole = self.whole.saturating_add(1);
            return Some(document);
        }
        let kept = match keep {
            Incomplete::Keep => u32::try_from(document.facts.len()).unwrap_or(u32::MAX),
            Incomplete::LeaveOut => 0,
        };
        self.incomplete.push(IncompleteDocument {
            document: document.document.id.clone(),
            facts: Some(record.facts),
            kept,
        });
        document.digest = same.unwrap_or(record.digest);
        (keep == Incomplete::Keep).then_some(document)
    }
}

/// Where a cell was that cannot be read.
fn lost_cell() -> Cell {
    Cell {
        address: String::new(),
        place: String::new(),
        row: String::new(),
        column: String::new(),
        text: String::new(),
        scale: 0,
        unplaced: Some("the cell could not be read".into()),
    }
}
