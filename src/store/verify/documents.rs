//! The chain of commits, and the documents that each of them brought.

use chrono::NaiveDate;

use super::{Fault, FaultKind, FaultPlace, Found, Look, Part, Verify, counted};
use crate::codec::Key;
use crate::codec::cells::CellsRecord;
use crate::codec::check::ChecksRecord;
use crate::codec::manifest::Manifest;
use crate::codec::record::{
    CommitRecord, DocumentNumber, DocumentRecord, chain, digest_of, unpack,
};
use crate::store::error::StoreError;
use crate::store::open::first_digest;
use crate::store::progress::UpkeepStep;

/// What the observations of a document are held against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// `None` where its record cannot be read.
    pub(super) about: Option<About>,
    /// How many observations of it have been found.
    pub(super) found: u32,
    /// Whether its digest is still to be made, in another pass.
    pub(super) later: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) commit: u64,
    pub(super) published: NaiveDate,
    pub(super) cells: u32,
    pub(super) facts: u32,
}

/// A commit, and its chain hash.
type Link = (CommitRecord, [u8; 32]);

impl Verify<'_> {
    /// Every commit follows the one before it and brought what it says; nobody else brought anything.
    pub(super) fn commits(&mut self) -> Result<(), StoreError> {
        let head = self.state.head;
        let totals = self.state.totals;
        self.report.commits = head.sequence;
        self.meter
            .begin(UpkeepStep::Commits, Some(head.sequence.saturating_add(1)))?;
        let mut before: Option<Link> = None;
        let mut next = 0;
        for sequence in 0..=head.sequence {
            let link = self.look(|this| this.commit(sequence, before.as_ref()))?;
            if let Some((record, _)) = &link {
                let end = record.totals.documents.min(totals.documents);
                let own = end.saturating_sub(record.documents);
                // Those of a commit that cannot be read.
                self.documents_of(next..own, None)?;
                self.documents_of(own.max(next)..end, Some(record))?;
                next = end.max(next);
            }
            before = link;
            self.meter.tick()?;
        }
        self.documents_of(next..totals.documents, None)?;
        self.index()
    }

    fn commit(&self, sequence: u64, before: Option<&Link>) -> Look<Option<Link>> {
        let key = Key::Commit(sequence);
        let mut faults = Vec::new();
        let (record, hash) = match self.value(&key)? {
            Found::Value(value) => match unpack::<CommitRecord>(&value) {
                Ok(record) => (record, chain(&value)),
                Err(error) => return Ok((vec![self.unreadable(&key, &error)], None)),
            },
            Found::Bad => return Ok((faults, None)),
            Found::Missing => return Ok((vec![self.fault(&key, FaultKind::Missing)], None)),
        };
        let mut differs = |is: bool, what| {
            if is {
                faults.push(self.fault(&key, FaultKind::Differs { what }));
            }
        };
        differs(record.sequence != sequence, "its number");
        if sequence == 0 {
            let manifest = Manifest {
                id: self.state.head.database,
                created: 0,
            };
            let first = record.previous != [0; 32] || record.digest != first_digest(&manifest);
            differs(first, "the identity of the database");
        }
        if let Some((previous, hash)) = before {
            differs(record.previous != *hash, "the hash of the commit before it");
            differs(record.recorded < previous.recorded, "its time");
            let (was, is) = (previous.totals, record.totals);
            let grown = was.documents.checked_add(record.documents) == Some(is.documents)
                && was.rows.checked_add(record.rows) == Some(is.rows)
                && was.companies <= is.companies
                && was.metrics <= is.metrics
                && was.variants <= is.variants
                && was.series <= is.series
                && previous.additions <= record.additions;
            differs(!grown, "what it counts");
        }
        if sequence == self.state.head.sequence {
            differs(hash != self.state.head.chain, "its hash, which HEAD has,");
            let counts = record.totals == self.state.totals
                && record
                    .additions
                    .is_none_or(|additions| additions == self.state.additions);
            differs(!counts, "what it counts");
        }
        Ok((faults, Some((record, hash))))
    }

    /// Looks at documents in a row: all that a commit brought, if it is known.
    fn documents_of(
        &mut self,
        numbers: std::ops::Range<u32>,
        commit: Option<&CommitRecord>,
    ) -> Result<(), StoreError> {
        let mut digests = Vec::new();
        let mut facts: u64 = 0;
        let mut whole = true;
        for number in numbers {
            let record = self.look(|this| this.document(number, commit))?;
            let about = record.as_ref().map(|record| About {
                commit: record.commit,
                published: record.document.published,
                cells: record.cells,
                facts: record.facts,
            });
            let known = Known {
                about,
                ..Known::default()
            };
            self.documents.push(known);
            let report = &mut self.report;
            report.documents = report.documents.saturating_add(1);
            if let Some(record) = record {
                report.cells = report.cells.saturating_add(record.cells.into());
                report.checks = report.checks.saturating_add(record.checks.into());
                facts = facts.saturating_add(record.facts.into());
                digests.push(record.digest);
            } else {
                whole = false;
            }
        }
        let Some(commit) = commit.filter(|commit| whole && commit.sequence > 0) else {
            return Ok(());
        };
        let key = Key::Commit(commit.sequence);
        if digest_of(&digests) != commit.digest {
            let what = "the digest of its documents";
            self.report
                .add(self.fault(&key, FaultKind::Differs { what }));
        }
        if let Some(kind) = counted("facts in its documents", commit.rows, facts) {
            self.report.add(self.fault(&key, kind));
        }
        Ok(())
    }

    fn document(&self, number: u32, commit: Option<&CommitRecord>) -> Look<Option<DocumentRecord>> {
        let key = Key::Document(number);
        let mut faults = Vec::new();
        let record: Option<DocumentRecord> = self.required(&key, &mut faults)?;
        let Some(record) = record else {
            return Ok((faults, None));
        };
        let other = |commit: &CommitRecord| commit.sequence != record.commit;
        if commit.is_some_and(other) {
            let what = "the commit that recorded it";
            faults.push(self.fault(&key, FaultKind::Differs { what }));
        }
        let index = Key::DocumentIndex(record.document.id.clone());
        let indexed: Option<DocumentNumber> = self.required(&index, &mut faults)?;
        if indexed.is_some_and(|DocumentNumber(indexed)| indexed != number) {
            let what = "its number";
            faults.push(self.fault(&index, FaultKind::Differs { what }));
        }
        self.cells(number, &record, &mut faults)?;
        self.checks(number, &record, &mut faults)?;
        Ok((faults, Some(record)))
    }

    fn cells(
        &self,
        document: u32,
        record: &DocumentRecord,
        faults: &mut Vec<Fault>,
    ) -> Result<(), StoreError> {
        let key = |first| Key::Cells { document, first };
        let mut next: u32 = 0;
        let mut whole = true;
        for entry in self.engine.scan(key(0)..=key(u32::MAX))? {
            let raw = entry?;
            let Ok(found) = Key::parse(&raw.key) else {
                continue;
            };
            if whole && found != key(next) {
                faults.push(self.fault(&key(next), FaultKind::Missing));
                whole = false;
            }
            match raw.value().map(|value| unpack::<CellsRecord>(&value)) {
                Ok(Ok(cells)) => {
                    let count = u32::try_from(cells.len()).unwrap_or(u32::MAX);
                    next = next.saturating_add(count);
                }
                Ok(Err(error)) => {
                    faults.push(self.unreadable(&found, &error));
                    whole = false;
                }
                // Reported with all values.
                Err(_) => whole = false,
            }
        }
        if let Some(kind) = counted("cells", record.cells.into(), next.into()).filter(|_| whole) {
            faults.push(self.fault(&Key::Document(document), kind));
        }
        Ok(())
    }

    fn checks(
        &self,
        document: u32,
        record: &DocumentRecord,
        faults: &mut Vec<Fault>,
    ) -> Result<(), StoreError> {
        let key = |chunk| Key::Checks { document, chunk };
        let mut found: u64 = 0;
        let mut next = 0;
        let mut whole = true;
        for entry in self.engine.scan(key(0)..=key(u32::MAX))? {
            let raw = entry?;
            let Ok(at) = Key::parse(&raw.key) else {
                continue;
            };
            if whole && at != key(next) {
                faults.push(self.fault(&key(next), FaultKind::Missing));
                whole = false;
            }
            next = next.saturating_add(1);
            let Ok(value) = raw.value() else {
                whole = false;
                continue;
            };
            match unpack::<ChecksRecord>(&value).and_then(|record| record.checks()) {
                Ok(checks) => {
                    for check in checks {
                        found = found.saturating_add(1);
                        if check.cell >= record.cells {
                            let kind = FaultKind::Dangling {
                                what: "cell",
                                number: check.cell.into(),
                            };
                            faults.push(self.fault(&at, kind));
                        }
                    }
                }
                Err(error) => {
                    faults.push(self.unreadable(&at, &error));
                    whole = false;
                }
            }
        }
        if let Some(kind) = counted("checks", record.checks.into(), found).filter(|_| whole) {
            faults.push(self.fault(&Key::Document(document), kind));
        }
        Ok(())
    }

    /// Every entry of the index is of the document it names.
    fn index(&mut self) -> Result<(), StoreError> {
        self.meter.begin(
            UpkeepStep::Documents,
            Some(self.state.totals.documents.into()),
        )?;
        let keys = self.engine.space(crate::codec::key::Space::DocumentIndex)?;
        for entry in keys {
            self.meter.tick()?;
            let Ok(key) = Key::parse(&entry?.key) else {
                continue;
            };
            self.look(|this| {
                let mut faults = Vec::new();
                let Key::DocumentIndex(id) = &key else {
                    return Ok((faults, ()));
                };
                let Found::Value(DocumentNumber(number)) = this.record(&key, &mut faults)? else {
                    return Ok((faults, ()));
                };
                // A damaged document has been reported.
                match this.record::<DocumentRecord>(&Key::Document(number), &mut Vec::new())? {
                    Found::Value(record) if record.document.id == *id => {}
                    Found::Bad => {}
                    Found::Value(_) | Found::Missing => {
                        let what = "document";
                        let number = number.into();
                        faults.push(this.fault(&key, FaultKind::Dangling { what, number }));
                    }
                }
                Ok((faults, ()))
            })?;
        }
        Ok(())
    }

    /// Every document has as many facts as it says, and the whole as many as the last commit says.
    pub(super) fn totals(&mut self, series: u64) {
        for (number, known) in (0..).zip(std::mem::take(&mut self.documents)) {
            let Some(about) = known.about else { continue };
            let counted = counted("facts", about.facts.into(), known.found.into());
            if let Some(kind) = counted {
                self.report.add(self.fault(&Key::Document(number), kind));
            }
        }
        let totals = self.state.totals;
        for kind in [
            counted("series", totals.series, series),
            counted("observations", totals.rows, self.report.observations),
        ]
        .into_iter()
        .flatten()
        {
            self.report.add(Fault {
                place: FaultPlace::new(Part::Totals, ""),
                kind,
            });
        }
    }
}
