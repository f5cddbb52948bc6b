//! From a database to lines.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::line::{Addition, Commit, Company, DocumentLine, End, Header, Line, Seen, Series};
use super::{Dumped, VERSION, hex};
use crate::codec::addition::{Addition as Added, AdditionsRecord, SumsRecord};
use crate::codec::record::unpack;
use crate::codec::{CodecError, Key, SeriesId};
use crate::store::catalog;
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::open::read_manifest;
use crate::store::progress::{Meter, UpkeepProgress, UpkeepStep, UpkeepTask};
use crate::store::recover::{additions, commit_record, sums};
use crate::store::{Snapshot, State, order};

/// Writes all of a database as it is in a snapshot.
pub(in crate::store) fn write(
    snapshot: &Snapshot,
    engine: &Engine,
    state: &State,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<Dumped, StoreError> {
    let mut dump = Dump {
        snapshot,
        engine,
        state,
        lines: Lines {
            out,
            hasher: Sha256::new(),
            count: 0,
        },
        meter: Meter::new(UpkeepTask::Dump, progress),
    };
    let manifest = read_manifest(engine.folder())?;
    dump.lines.line(&Line::KessanDump(Header {
        version: VERSION,
        database: hex(&state.head.database),
        created: manifest.created,
        commit: state.head.sequence,
        chain: hex(&state.head.chain),
    }))?;
    dump.commits()?;
    dump.definitions()?;
    dump.documents()?;
    dump.series()?;
    dump.lines.end(state.head.sequence)
}

/// Where lines go.
struct Lines<'a> {
    out: &'a mut dyn Write,
    hasher: Sha256,
    count: u64,
}

impl Lines<'_> {
    fn line(&mut self, line: &Line) -> Result<(), StoreError> {
        let text = text_of(line)?;
        self.hasher.update(&text);
        self.count = self.count.saturating_add(1);
        self.out.write_all(&text).map_err(|error| failed(&error))
    }

    fn end(self, commit: u64) -> Result<Dumped, StoreError> {
        let sha256: [u8; 32] = self.hasher.finalize().into();
        let lines = self.count.saturating_add(1);
        let text = text_of(&Line::End(End {
            lines,
            sha256: hex(&sha256),
        }))?;
        let written = self.out.write_all(&text);
        written
            .and_then(|()| self.out.flush())
            .map_err(|error| failed(&error))?;
        Ok(Dumped {
            commit,
            lines,
            sha256,
        })
    }
}

fn text_of(line: &Line) -> Result<Vec<u8>, StoreError> {
    let mut text = serde_json::to_vec(line)
        .map_err(|error| StoreError::damaged(format!("it cannot be written as text: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

fn failed(error: &io::Error) -> StoreError {
    StoreError::io("write", Path::new("the dump"), error)
}

struct Dump<'a> {
    snapshot: &'a Snapshot,
    engine: &'a Engine,
    state: &'a State,
    lines: Lines<'a>,
    meter: Meter<'a>,
}

impl Dump<'_> {
    fn commits(&mut self) -> Result<(), StoreError> {
        let head = self.state.head.sequence;
        self.meter
            .begin(UpkeepStep::Commits, Some(head.saturating_add(1)))?;
        for sequence in 0..=head {
            let found = commit_record(self.engine, sequence)?;
            let missing = || StoreError::damaged_at(&Key::Commit(sequence), "it is missing");
            let (record, _) = found.ok_or_else(missing)?;
            self.lines.line(&Line::Commit(Commit::of(&record)))?;
            self.meter.tick()?;
        }
        Ok(())
    }

    fn definitions(&mut self) -> Result<(), StoreError> {
        let names = &self.state.names;
        let totals = self.state.totals;
        let all = [totals.companies, totals.metrics, totals.variants];
        let all = all.into_iter().map(u64::from).sum();
        self.meter.begin(UpkeepStep::Definitions, Some(all))?;
        for (number, company) in names.companies.iter() {
            self.lines.line(&Line::Company(Company {
                id: company.id.clone(),
                name: company.name.clone(),
                calendar: company.calendar.clone(),
            }))?;
            for (commit, added) in self.added_to(number)? {
                let company = company.id.clone();
                self.lines.line(&match added {
                    Added::Identity(is) => Line::Identity(Addition {
                        company,
                        commit,
                        is,
                    }),
                    Added::Split(is) => Line::Split(Addition {
                        company,
                        commit,
                        is,
                    }),
                    Added::Inferred(is) => Line::SplitInference(Addition {
                        company,
                        commit,
                        is,
                    }),
                    Added::Calendar(is) => Line::CalendarEvidence(Addition {
                        company,
                        commit,
                        is,
                    }),
                    Added::Name(is) => Line::NameEvidence(Addition {
                        company,
                        commit,
                        is,
                    }),
                })?;
            }
            self.meter.tick()?;
        }
        for (_, metric) in names.metrics.iter() {
            self.lines.line(&Line::Metric(metric.clone()))?;
            self.meter.tick()?;
        }
        for (_, variant) in names.variants.iter() {
            self.lines.line(&Line::Variant(variant.clone()))?;
            self.meter.tick()?;
        }
        Ok(())
    }

    /// What commits added to a company, in their order.
    fn added_to(&self, company: u32) -> Result<Vec<(u64, Added)>, StoreError> {
        let head = self.state.head.sequence;
        let mut all = Vec::new();
        for key in [sums as fn(u32, u64, u16) -> Key, additions] {
            for entry in self
                .engine
                .range(key(company, 0, 0)..=key(company, head, u16::MAX))?
            {
                let (key, value) = entry?;
                let decoding = |error: CodecError| StoreError::decoding(&key, &error);
                match key {
                    Key::Sums { commit, .. } => {
                        let sums = unpack::<SumsRecord>(&value)
                            .and_then(|record| record.identities())
                            .map_err(decoding)?;
                        let sums = sums.into_iter().map(Added::Identity);
                        all.extend(sums.map(|sum| (commit, sum)));
                    }
                    Key::Additions { commit, .. } => {
                        let AdditionsRecord(added) = unpack(&value).map_err(decoding)?;
                        all.extend(added.into_iter().map(|added| (commit, added)));
                    }
                    _ => {}
                }
            }
        }
        all.sort_by_key(|(commit, _)| *commit);
        Ok(all)
    }

    fn documents(&mut self) -> Result<(), StoreError> {
        let count = self.state.totals.documents;
        self.meter
            .begin(UpkeepStep::Documents, Some(count.into()))?;
        for number in 0..count {
            let record = order::document(self.engine, number)?;
            let cells = self.snapshot.cells(number)?;
            let checks = self.snapshot.checks(number)?;
            self.lines.line(&Line::Document(DocumentLine {
                number,
                commit: record.commit,
                digest: hex(&record.digest),
                cells: record.cells,
                checks: record.checks,
                facts: record.facts,
                is: record.document,
            }))?;
            for cell in cells {
                self.lines.line(&Line::Cell(cell))?;
            }
            for check in checks {
                self.lines.line(&Line::Check(check))?;
            }
            self.meter.tick()?;
        }
        Ok(())
    }

    fn series(&mut self) -> Result<(), StoreError> {
        let all = self.state.totals.series;
        self.meter.begin(UpkeepStep::Series, Some(all))?;
        let mut count: u64 = 0;
        for company in 0..self.state.totals.companies {
            for (id, created) in catalog::of_company(self.engine, company)? {
                if created <= self.state.head.sequence {
                    self.one_series(id, created)?;
                    count = count.saturating_add(1);
                    self.meter.tick()?;
                }
            }
        }
        if count == all {
            Ok(())
        } else {
            let what = format!("{count} series are listed, the last commit counts {all}");
            Err(StoreError::damaged(what))
        }
    }

    fn one_series(&mut self, id: SeriesId, created: u64) -> Result<(), StoreError> {
        let observations = self.snapshot.observations(id)?;
        self.lines.line(&Line::Series(Series {
            created,
            observations: u64::try_from(observations.len()).unwrap_or(u64::MAX),
            is: self.snapshot.series_key(id)?,
        }))?;
        for seen in observations {
            self.lines.line(&Line::Observation(Seen {
                period: seen.period,
                figure: seen.figure,
                published: seen.published,
                document: seen.source.document,
                cell: seen.source.cell,
                rank: seen.rank,
                commit: seen.commit,
            }))?;
        }
        Ok(())
    }
}
