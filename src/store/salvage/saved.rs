//! What has been read of a damaged database: names and documents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::IncompleteDocument;
use super::commits::Commits;
use super::ruin::Ruin;
use crate::codec::Key;
use crate::codec::addition::{Addition, AdditionsRecord, SumsRecord};
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::key::Space;
use crate::codec::record::{CompanyRecord, DocumentNumber, DocumentRecord};
use crate::model::{Cell, Check, Company, Id, Metric, Reported};
use crate::store::Variant;
use crate::store::basis::Basis;
use crate::store::error::StoreError;
use crate::store::head::HeadFile;
use crate::store::progress::{Meter, UpkeepStep};
use crate::store::verify::FaultKind;

/// A name that something else has already.
const TWICE: FaultKind = FaultKind::Differs { what: "its name" };

/// A document with what has been found of it.
pub(super) struct Found {
    pub(super) record: DocumentRecord,
    pub(super) cells: BTreeMap<u32, Cell>,
    pub(super) checks: Vec<Check>,
    pub(super) facts: Vec<Reported>,
    /// What may be of it or of another one that was undone.
    pub(super) doubted: Vec<Reported>,
}

/// What has been read.
#[derive(Default)]
pub(super) struct Saved {
    pub(super) commits: Commits,
    pub(super) companies: BTreeMap<u32, Company>,
    pub(super) metrics: BTreeMap<u32, Metric>,
    pub(super) variants: BTreeMap<u32, Variant>,
    /// How many there are to all companies.
    pub(super) additions: usize,
    /// The companies that must have a value of recent rows.
    pub(super) with_recent: BTreeSet<u32>,
    pub(super) documents: BTreeMap<u32, Found>,
    /// Ids of documents whose records are lost.
    pub(super) lost: Vec<Id>,
    pub(super) whole: u64,
    pub(super) incomplete: Vec<IncompleteDocument>,
}

impl Saved {
    pub(super) fn definitions(
        &mut self,
        ruin: &mut Ruin,
        meter: &mut Meter<'_>,
    ) -> Result<(), StoreError> {
        let head = HeadFile::look(&ruin.folder);
        self.commits = Commits::read(ruin, head.ok())?;
        meter.begin(UpkeepStep::Definitions, None)?;
        let mut ids = HashSet::new();
        for (key, record) in ruin.records::<CompanyRecord>(Space::Company)? {
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
        for (key, metric) in ruin.records::<Metric>(Space::Metric)? {
            if let Key::Metric(number) = key {
                if paths.insert(metric.path.clone()) {
                    self.metrics.insert(number, metric);
                } else {
                    ruin.fault(&key, TWICE);
                }
            }
        }
        for (key, variant) in ruin.records::<Variant>(Space::Variant)? {
            if let Key::Variant(number) = key {
                self.variants.insert(number, variant);
            }
        }
        // What a commit that was cut off has named.
        if let Some(last) = self.commits.latest().map(|last| last.totals) {
            self.companies.split_off(&last.companies);
            self.metrics.split_off(&last.metrics);
            self.variants.split_off(&last.variants);
        }
        let mut added: BTreeMap<u32, Vec<Addition>> = BTreeMap::new();
        for (key, record) in ruin.records::<SumsRecord>(Space::Sums)? {
            match (record.identities(), &key) {
                (Ok(sums), Key::Sums { company, .. }) => {
                    let sums = sums.into_iter().map(Addition::Identity);
                    added.entry(*company).or_default().extend(sums);
                }
                (Err(error), key) => ruin.fault(key, FaultKind::unreadable(&error)),
                _ => {}
            }
        }
        for (key, AdditionsRecord(record)) in ruin.records(Space::Additions)? {
            if let Key::Additions {
                company, commit, ..
            } = key
                && !self.is_after_the_last(commit)
            {
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
        let mut numbers: HashMap<Id, u32> = HashMap::new();
        for (key, DocumentNumber(number)) in ruin.records(Space::DocumentIndex)? {
            if let Key::DocumentIndex(id) = key {
                numbers.insert(id, number);
            }
        }
        let mut known: HashSet<Id> = HashSet::new();
        for (key, record) in ruin.records::<DocumentRecord>(Space::Document)? {
            let Key::Document(number) = key else { continue };
            if self.is_undone(number, &record) {
                continue;
            }
            let id = &record.document.id;
            let is_another = numbers.get(id).is_some_and(|other| *other != number);
            if is_another || !known.insert(id.clone()) {
                ruin.fault(&key, TWICE);
                continue;
            }
            let found = Found {
                record,
                cells: BTreeMap::new(),
                checks: Vec::new(),
                facts: Vec::new(),
                doubted: Vec::new(),
            };
            self.documents.insert(number, found);
            meter.tick()?;
        }
        let count = self.commits.latest().map(|last| last.totals.documents);
        let lost = numbers.into_iter().filter(|(id, number)| {
            let may_be = count.is_none_or(|count| *number < count);
            may_be && !known.contains(id) && !self.documents.contains_key(number)
        });
        self.lost = lost.map(|(id, _)| id).collect();
        self.lost.sort();
        for (key, record) in ruin.records::<CellsRecord>(Space::Cells)? {
            if let Key::Cells { document, first } = key
                && let Some(found) = self.documents.get_mut(&document)
            {
                found.cells.extend((first..).zip(record.cells()));
            }
        }
        for (key, record) in ruin.records::<ChecksRecord>(Space::Checks)? {
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

    /// Whether a document is of a commit that was cut off or undone, as far as the commits tell.
    fn is_undone(&self, number: u32, record: &DocumentRecord) -> bool {
        let commit = record.commit;
        self.is_after_the_last(commit)
            || self.commits.records.get(&commit).is_some_and(|commit| {
                let end = commit.totals.documents;
                !(end.saturating_sub(commit.documents)..end).contains(&number)
            })
    }

    /// Whether a commit was cut off.
    pub(super) fn is_after_the_last(&self, commit: u64) -> bool {
        self.commits.last().is_some_and(|last| commit > last)
    }
}
