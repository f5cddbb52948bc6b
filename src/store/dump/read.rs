//! From lines to a new database.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::ControlFlow;
use std::path::Path;

use sha2::Digest as _;

use super::line::{Addition, Commit, Company, DocumentLine, End, Header, Line, Seen, Series};
use super::lines::Lines;
use super::{DumpFault, bytes, hex};
use crate::codec::addition::{Addition as Added, AdditionsRecord};
use crate::codec::check::{CheckRecord, ChecksRecord};
use crate::codec::manifest::{Head, Manifest};
use crate::codec::record::{
    CommitRecord, CompanyRecord, DocumentNumber, DocumentRecord, chain, pack, split_by_size,
};
use crate::codec::{Key, SeriesHeader, SeriesId, cells};
use crate::model::limit::DOCUMENT_LIMIT;
use crate::model::{Metric, Observation, Period, Source};
use crate::store::Variant;
use crate::store::catalog::{self, Created};
use crate::store::error::StoreError;
use crate::store::fresh::{Builder, Fresh};
use crate::store::names::{Named, Names, Table};
use crate::store::order::DocumentOrder;
use crate::store::progress::{Meter, UpkeepProgress, UpkeepStep, UpkeepTask};
use crate::store::recover::{additions, series_of};
use crate::store::verify::{Digest, VerifyReport};
use crate::store::write::chunks;

/// Makes a new database of a dump, verifies it, and says what was verified.
pub(in crate::store) fn load(
    from: &mut dyn BufRead,
    target: &Path,
    digest: &Digest<'_>,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<VerifyReport, StoreError> {
    let mut lines = Lines::new(from);
    let first = match lines.next() {
        Ok(Line::KessanDump(header)) => header,
        Ok(_) => return lines.fail(DumpFault::NotADump),
        Err(StoreError::Dump { fault, .. }) => {
            return lines.fail(match fault {
                DumpFault::Version { .. } => fault,
                _ => DumpFault::NotADump,
            });
        }
        Err(error) => return Err(error),
    };
    let hashes = bytes(&first.database).zip(bytes(&first.chain));
    let Some((id, head)) = hashes else {
        return lines.fail(DumpFault::NotADump);
    };
    let fresh = Fresh::new(target)?;
    let mut load = Load {
        lines,
        builder: Builder::new(&fresh.folder())?,
        names: Names::default(),
        meter: Meter::new(UpkeepTask::Load, progress),
    };
    let head = Head {
        database: id,
        sequence: first.commit,
        chain: head,
    };
    load.commits(&first, head)?;
    load.definitions()?;
    load.documents()?;
    load.series()?;
    load.end()?;
    let manifest = Manifest {
        id,
        created: first.created,
    };
    load.builder.end(&manifest, head)?;
    fresh.finish(Some(head), digest, progress)
}

struct Load<'a> {
    lines: Lines<'a>,
    builder: Builder,
    names: Names,
    meter: Meter<'a>,
}

impl Load<'_> {
    fn put(
        &mut self,
        key: &Key,
        record: &impl crate::codec::record::Record,
    ) -> Result<(), StoreError> {
        self.builder.put(key, &pack(record)?)
    }

    /// Commits, in order: their records are those that the head's hash is of.
    fn commits(&mut self, first: &Header, head: Head) -> Result<(), StoreError> {
        let all = first.commit.checked_add(1);
        self.meter.begin(UpkeepStep::Commits, all)?;
        let mut previous = [0; 32];
        for sequence in 0..=first.commit {
            let line = match self.lines.next()? {
                Line::Commit(line) if line.number == sequence => line,
                Line::Commit(line) => {
                    let name = format!("commit {}", line.number);
                    return self.lines.fail(DumpFault::Unknown { name });
                }
                other => return self.lines.unexpected(&other, "a commit"),
            };
            let Commit {
                number,
                recorded,
                documents,
                observations,
                digest,
                totals,
                additions,
            } = line;
            let Some(digest) = bytes(&digest) else {
                return self.lines.fail(DumpFault::Unusual);
            };
            let payload = pack(&CommitRecord {
                previous,
                sequence: number,
                recorded,
                documents,
                rows: observations,
                digest,
                totals,
                additions,
            })?;
            previous = chain(&payload);
            self.builder.put(&Key::Commit(sequence), &payload)?;
            self.meter.tick()?;
        }
        if previous == head.chain {
            Ok(())
        } else {
            self.lines.fail(DumpFault::Chain)
        }
    }

    fn definitions(&mut self) -> Result<(), StoreError> {
        self.meter.begin(UpkeepStep::Definitions, None)?;
        loop {
            match self.lines.next()? {
                Line::Company(company) => self.company(company)?,
                Line::Metric(metric) => self.metric(&metric)?,
                Line::Variant(variant) => self.variant(&variant)?,
                other => {
                    self.lines.put_back(other);
                    return Ok(());
                }
            }
            self.meter.tick()?;
        }
    }

    fn company(&mut self, line: Company) -> Result<(), StoreError> {
        let Company { id, name, calendar } = line;
        let company = crate::model::Company {
            id,
            name,
            calendar,
            identities: Vec::new(),
            splits: Vec::new(),
        };
        let record = CompanyRecord::of(&company, false);
        let id = company.id.clone();
        let name = format!("company {id}");
        let number = number_of(&self.lines, &mut self.names.companies, company, name)?;
        self.put(&Key::Company(number), &record)?;
        let mut by_commit: BTreeMap<u64, Vec<Added>> = BTreeMap::new();
        loop {
            let (of, commit, added) = match self.lines.next()? {
                Line::Identity(Addition {
                    company,
                    commit,
                    is,
                }) => (company, commit, Added::Identity(is)),
                Line::Split(Addition {
                    company,
                    commit,
                    is,
                }) => (company, commit, Added::Split(is)),
                Line::SplitInference(Addition {
                    company,
                    commit,
                    is,
                }) => (company, commit, Added::Inferred(is)),
                Line::CalendarEvidence(Addition {
                    company,
                    commit,
                    is,
                }) => (company, commit, Added::Calendar(is)),
                Line::NameEvidence(Addition {
                    company,
                    commit,
                    is,
                }) => (company, commit, Added::Name(is)),
                other => {
                    self.lines.put_back(other);
                    break;
                }
            };
            if of != id {
                let name = format!("company {of}");
                return self.lines.fail(DumpFault::Unknown { name });
            }
            by_commit.entry(commit).or_default().push(added);
        }
        for (commit, added) in by_commit {
            let runs = split_by_size("an identity of a company", &added)?;
            for (chunk, run) in chunks("additions to one company in one commit", runs)? {
                self.put(&additions(number, commit, chunk), &AdditionsRecord(run))?;
            }
        }
        Ok(())
    }

    fn metric(&mut self, metric: &Metric) -> Result<(), StoreError> {
        let name = format!("metric {}", metric.path);
        let number = number_of(&self.lines, &mut self.names.metrics, metric.clone(), name)?;
        self.put(&Key::Metric(number), metric)
    }

    fn variant(&mut self, variant: &Variant) -> Result<(), StoreError> {
        let name = described(variant);
        let number = number_of(&self.lines, &mut self.names.variants, variant.clone(), name)?;
        self.put(&Key::Variant(number), variant)
    }

    fn documents(&mut self) -> Result<(), StoreError> {
        self.meter.begin(UpkeepStep::Documents, None)?;
        let mut next: u32 = 0;
        loop {
            match self.lines.next()? {
                Line::Document(document) if document.number == next => {
                    self.document(document)?;
                }
                Line::Document(document) => {
                    let name = format!("document {}", document.number);
                    return self.lines.fail(DumpFault::Unknown { name });
                }
                other => {
                    self.lines.put_back(other);
                    return Ok(());
                }
            }
            next = next
                .checked_add(1)
                .ok_or(StoreError::Full { what: "documents" })?;
            self.meter.tick()?;
        }
    }

    fn document(&mut self, line: DocumentLine) -> Result<(), StoreError> {
        let DocumentLine {
            number,
            commit,
            digest,
            cells,
            checks,
            facts,
            is,
        } = line;
        let Some(digest) = bytes(&digest) else {
            return self.lines.fail(DumpFault::Unusual);
        };
        for (what, found) in [("cells", cells), ("checks", checks)] {
            if usize::try_from(found).map_or(true, |found| found > DOCUMENT_LIMIT) {
                let limit = DOCUMENT_LIMIT;
                return self.lines.fail(DumpFault::TooMany { what, found, limit });
            }
        }
        let index = Key::DocumentIndex(is.id.clone());
        let record = DocumentRecord {
            document: is,
            digest,
            commit,
            cells,
            facts,
            checks,
        };
        self.put(&Key::Document(number), &record)?;
        self.put(&index, &DocumentNumber(number))?;
        let mut printed = Vec::new();
        for _ in 0..cells {
            match self.lines.next()? {
                Line::Cell(cell) => printed.push(cell),
                other => return self.lines.unexpected(&other, "a cell"),
            }
        }
        let mut first: u32 = 0;
        for record in cells::split(&printed)? {
            let key = Key::Cells {
                document: number,
                first,
            };
            self.put(&key, &record)?;
            first = first.saturating_add(u32::try_from(record.len()).unwrap_or(u32::MAX));
        }
        let mut claims = Vec::new();
        for _ in 0..checks {
            match self.lines.next()? {
                Line::Check(check) => claims.push(CheckRecord::from(&check)),
                other => return self.lines.unexpected(&other, "a check"),
            }
        }
        for (chunk, claims) in (0..).zip(split_by_size("a check", &claims)?) {
            let key = Key::Checks {
                document: number,
                chunk,
            };
            self.put(&key, &ChecksRecord(claims))?;
        }
        Ok(())
    }

    fn series(&mut self) -> Result<(), StoreError> {
        self.meter.begin(UpkeepStep::Series, None)?;
        let mut last: Option<(u32, u32, u32)> = None;
        let mut listed: Vec<Created> = Vec::new();
        loop {
            let Series {
                created,
                observations,
                is,
            } = match self.lines.next()? {
                Line::Series(series) => series,
                other => {
                    self.lines.put_back(other);
                    return self.list(&mut listed);
                }
            };
            let variant = Variant {
                scenario: is.scenario,
                scope: is.scope.clone(),
                unit: is.unit.clone(),
            };
            let known = self.names.metrics.number(&is.metric);
            let metric = self.known(known, || format!("metric {}", is.metric))?;
            let known = self.names.variants.number(&variant);
            let variant = self.known(known, || described(&variant))?;
            let known = self.names.companies.number(&is.company);
            let company = self.known(known, || format!("company {}", is.company))?;
            let id = SeriesId {
                metric,
                variant,
                company,
            };
            let place = (company, metric, variant);
            if last == Some(place) {
                let name = format!("the series {is}");
                return self.lines.fail(DumpFault::Twice { name });
            }
            if last.is_some_and(|last| last > place) {
                let (found, expected) =
                    ("a series that belongs before the last one", "a later one");
                return self.lines.fail(DumpFault::Order { found, expected });
            }
            if last.is_some_and(|(before, ..)| before != company) {
                self.list(&mut listed)?;
            }
            listed.push((id, created));
            last = Some(place);
            self.observations(id, created, observations)?;
            self.meter.tick()?;
        }
    }

    fn known(&self, number: Option<u32>, name: impl Fn() -> String) -> Result<u32, StoreError> {
        number.map_or_else(|| self.lines.fail(DumpFault::Unknown { name: name() }), Ok)
    }

    /// Lists the series of a company.
    fn list(&mut self, created: &mut Vec<Created>) -> Result<(), StoreError> {
        for write in catalog::list(created)? {
            if let Some(payload) = write.payload {
                self.builder.put(&write.key, &payload)?;
            }
        }
        created.clear();
        Ok(())
    }

    fn observations(&mut self, id: SeriesId, created: u64, count: u64) -> Result<(), StoreError> {
        let mut facts: BTreeMap<Period, Vec<Observation>> = BTreeMap::new();
        let mut order = DocumentOrder::default();
        let mut newest = created;
        for _ in 0..count {
            let seen = match self.lines.next()? {
                Line::Observation(seen) => seen,
                other => return self.lines.unexpected(&other, "an observation"),
            };
            let Seen {
                period,
                figure,
                published,
                document,
                cell,
                rank,
                commit,
            } = seen;
            newest = newest.max(commit);
            let observation = Observation {
                period,
                figure,
                published,
                source: Source { document, cell },
                rank,
                commit,
            };
            if let Some(last) = facts.values().next_back().and_then(|all| all.last()) {
                order.learn(&self.builder.tree(), [last, &observation])?;
                if order.of(last, &observation).is_gt() {
                    let found = "an observation that belongs before the last one";
                    let expected = "a later one";
                    return self.lines.fail(DumpFault::Order { found, expected });
                }
            }
            facts.entry(period).or_default().push(observation);
        }
        let header = SeriesHeader {
            commit: newest,
            created,
            chunks: 0,
            rows: 0,
            history_chunks: 0,
            history_rows: 0,
        };
        let made = series_of(&self.builder.tree(), id, header, facts)?;
        for write in made.writes {
            if let Some(payload) = write.payload {
                self.builder.put(&write.key, &payload)?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), StoreError> {
        let End { lines, sha256 } = match self.lines.next()? {
            Line::End(end) => end,
            other => return self.lines.unexpected(&other, "the end"),
        };
        let found: [u8; 32] = self.lines.hasher.clone().finalize().into();
        if hex(&found) != sha256 {
            return self.lines.fail(DumpFault::Checksum);
        }
        if lines != self.lines.line {
            let (expected, found) = (lines, self.lines.line);
            let what = "lines";
            return self.lines.fail(DumpFault::Count {
                what,
                expected,
                found,
            });
        }
        match self.lines.text() {
            Ok(None) => Ok(()),
            _ => self.lines.fail(DumpFault::More),
        }
    }
}

/// The number of a new item, which is called so in messages.
fn number_of<T: Named>(
    lines: &Lines<'_>,
    table: &mut Table<T>,
    item: T,
    name: String,
) -> Result<u32, StoreError> {
    if table.number(item.name()).is_some() {
        return lines.fail(DumpFault::Twice { name });
    }
    let full = StoreError::Full { what: "names" };
    table.push(item).ok_or(full)
}

/// What a variant is called in messages.
fn described(variant: &Variant) -> String {
    let Variant {
        scenario,
        scope,
        unit,
    } = variant;
    let scope = if scope.is_total() {
        String::new()
    } else {
        format!(" [{scope}]")
    };
    format!("the variant {scenario}{scope}, {unit}")
}
