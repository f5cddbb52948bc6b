//! The packages that are made of what was saved.

use std::collections::BTreeMap;

use super::ruin::Ruin;
use super::saved::{Found, Saved};
use super::{Incomplete, IncompleteDocument};
use crate::codec::Key;
use crate::codec::record::digest_of;
use crate::model::Cell;
use crate::store::package::{Package, PackageDocument};
use crate::store::verify::{Digest, FaultKind};

impl Saved {
    /// What is taken in: the documents of each commit, with its time. All definitions come with the first.
    pub(super) fn packages(
        &mut self,
        ruin: &mut Ruin,
        keep: Incomplete,
        digest: &Digest<'_>,
    ) -> Vec<Package> {
        self.commits.lacking(ruin);
        self.lacking(ruin);
        let mut by_commit: BTreeMap<u64, BTreeMap<u32, Found>> = BTreeMap::new();
        for (number, found) in std::mem::take(&mut self.documents) {
            let of_commit = by_commit.entry(found.record.commit).or_default();
            of_commit.insert(number, found);
        }
        let mut packages = vec![Package {
            companies: self.companies.values().cloned().collect(),
            metrics: self.metrics.values().cloned().collect(),
            recorded: self
                .commits
                .records
                .values()
                .next()
                .map(|record| record.recorded),
            ..Package::default()
        }];
        for (commit, documents) in by_commit {
            let belong = self.belong(commit, &documents);
            if !belong {
                let what = "the digest of its documents";
                ruin.fault(&Key::Commit(commit), FaultKind::Differs { what });
            }
            let keep = if belong && !self.commits.is_beyond_head(commit) {
                keep
            } else {
                Incomplete::LeaveOut
            };
            let documents = documents.into_values();
            let documents: Vec<PackageDocument> = documents
                .filter_map(|found| self.document(found, belong, keep, digest))
                .collect();
            let recorded = self.commits.records.range(..=commit).next_back();
            if !documents.is_empty() {
                packages.push(Package {
                    documents,
                    recorded: recorded.map(|(_, record)| record.recorded),
                    ..Package::default()
                });
            }
        }
        for id in std::mem::take(&mut self.lost) {
            self.incomplete.push(IncompleteDocument {
                document: id,
                facts: None,
                kept: 0,
            });
        }
        packages
    }

    /// Whether documents are those of their commit, as far as that can be told: its digest is that of all of them, so one that was put in the
    /// place of another shows, unless others are lost.
    fn belong(&self, commit: u64, documents: &BTreeMap<u32, Found>) -> bool {
        let Some(record) = self.commits.records.get(&commit) else {
            return true;
        };
        let digests = documents.values().map(|found| &found.record.digest);
        u64::try_from(documents.len()).is_ok_and(|found| found < u64::from(record.documents))
            || digest_of(digests) == record.digest
    }

    /// Lists what nothing is left of, as far as the last commit counts it.
    fn lacking(&self, ruin: &mut Ruin) {
        let commits = &self.commits.records;
        let Some((sequence, last)) = commits.last_key_value() else {
            return;
        };
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
        belongs: bool,
        keep: Incomplete,
        digest: &Digest<'_>,
    ) -> Option<PackageDocument> {
        let Found {
            record,
            cells,
            checks,
            facts,
            doubted,
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
        let mut same = digest(&document);
        let is_whole = |same: Option<[u8; 32]>| same.is_none_or(|same| same == record.digest);
        if with_all && !is_whole(same) && !doubted.is_empty() {
            let sure = document.facts.len();
            document.facts.extend(doubted);
            let with_doubted = digest(&document);
            if is_whole(with_doubted) {
                same = with_doubted;
            } else {
                document.facts.truncate(sure);
            }
        }
        if belongs && with_all && is_whole(same) {
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
