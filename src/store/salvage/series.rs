//! What the documents say of facts: the rows of blocks, histories and recent rows, whichever are there, in all their states.
//!
//! An observation does not change, and what the log has of a value before its last state is as good. But a state may be that of a commit
//! that was undone, whose number and whose numbers of documents others have now. What a later commit has written again is certain. What
//! the commit that wrote a state has added, and no later state has, counts only where the digest of its document says so.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::ruin::Ruin;
use super::saved::Saved;
use crate::codec::key::Space;
use crate::codec::recent::Recent;
use crate::codec::{Block, CodecError, Key, Row, SeriesHeader, SeriesId, series};
use crate::model::{Observation, Period, Reported, SeriesKey, Source};
use crate::store::catalog;
use crate::store::error::StoreError;
use crate::store::progress::{Meter, UpkeepStep};
use crate::store::verify::{Fault, FaultKind, FaultPlace, Part};

/// How sure it is that an observation is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Standing {
    /// In an earlier state alone, which its own commit wrote.
    Doubted,
    /// In the last state, which its own commit wrote.
    Newest,
    /// In a state that a later commit wrote.
    Certain,
}

/// The observations of a series.
#[derive(Default)]
struct Rows(BTreeMap<(Period, Source), (Standing, Observation)>);

impl Rows {
    /// Adds rows of a state that a commit wrote.
    fn add(&mut self, rows: Vec<Row>, written: u64, newest: bool) {
        for row in rows {
            let seen = row.observation;
            let standing = if seen.commit < written {
                Standing::Certain
            } else if newest {
                Standing::Newest
            } else {
                Standing::Doubted
            };
            let known = self.0.entry((seen.period, seen.source));
            let known = known.or_insert_with(|| (standing, seen.clone()));
            if known.0 < standing {
                *known = (standing, seen);
            }
        }
    }
}

fn newest_of(rows: &[Row]) -> u64 {
    let commits = rows.iter().map(|row| row.observation.commit);
    commits.max().unwrap_or(0)
}

/// The recent rows of all companies.
#[derive(Default)]
struct AllRecent {
    rows: BTreeMap<SeriesId, Rows>,
    /// Series that need no block beside them.
    without_block: HashSet<SeriesId>,
    /// Companies of which it is not known which series need none.
    unknown: BTreeSet<u32>,
}

impl Saved {
    /// All observations that can be read.
    pub(super) fn series(
        &mut self,
        ruin: &mut Ruin,
        meter: &mut Meter<'_>,
    ) -> Result<(), StoreError> {
        meter.begin(UpkeepStep::Series, None)?;
        let mut recent = self.recent_rows(ruin)?;
        let mut chunks: BTreeMap<SeriesId, Vec<Key>> = BTreeMap::new();
        for key in [Space::History, Space::Current]
            .map(|space| ruin.keys(space))
            .concat()
        {
            if let Some(id) = key.series() {
                chunks.entry(id).or_default().push(key);
            }
        }
        let mut all: BTreeSet<SeriesId> = chunks.keys().copied().collect();
        all.extend(recent.rows.keys());
        for id in all {
            meter.tick()?;
            let mut rows = recent.rows.remove(&id).unwrap_or_default();
            let mut header = None;
            let of_series = chunks.get(&id).map_or(&[][..], Vec::as_slice);
            for key in of_series {
                header = read_chunk(ruin, key, &mut rows)?.or(header);
            }
            if let Some(header) = header {
                let current = (0..header.chunks).map(|chunk| Key::Current { series: id, chunk });
                let history =
                    (0..header.history_chunks).map(|chunk| Key::History { series: id, chunk });
                // A damaged header can announce any number of them.
                let missing = current.chain(history).find(|key| !of_series.contains(key));
                if let Some(missing) = missing {
                    ruin.missing(&missing);
                }
            }
            self.give(ruin, id, rows);
        }
        for space in [Space::Entry, Space::Catalog] {
            for key in ruin.keys(space) {
                let Some(newest) = ruin.states(&key)?.into_iter().next() else {
                    continue;
                };
                match catalog::read(&key, &newest) {
                    Ok(listed) => {
                        for (series, created) in listed {
                            let may_lack = recent.without_block.contains(&series)
                                || recent.unknown.contains(&series.company)
                                || self.is_after_the_last(created);
                            if !may_lack && !chunks.contains_key(&series) {
                                ruin.missing(&Key::Current { series, chunk: 0 });
                            }
                        }
                    }
                    Err(error) => ruin.fault(&key, FaultKind::unreadable(&error)),
                }
            }
        }
        Ok(())
    }

    /// The recent rows of all companies.
    fn recent_rows(&mut self, ruin: &mut Ruin) -> Result<AllRecent, StoreError> {
        let mut all = AllRecent::default();
        for key in ruin.keys(Space::Recent) {
            let Key::Recent(company) = key else { continue };
            self.with_recent.remove(&company);
            let states = ruin.states(&key)?;
            if states.is_empty() || ruin.is_faulty(&key) {
                all.unknown.insert(company);
            }
            let mut newest = true;
            for state in states {
                if let Err(error) = all.add(company, &state, newest)
                    && newest
                {
                    ruin.fault(&key, FaultKind::unreadable(&error));
                    all.unknown.insert(company);
                }
                newest = false;
            }
        }
        for company in std::mem::take(&mut self.with_recent) {
            ruin.missing(&Key::Recent(company));
            all.unknown.insert(company);
        }
        Ok(all)
    }

    /// Gives the observations of a series to their documents.
    fn give(&mut self, ruin: &mut Ruin, id: SeriesId, rows: Rows) {
        let last = self.commits.last();
        let mut rows: Vec<_> = rows.0.into_values().collect();
        // A commit that was cut off never was.
        rows.retain(|(_, seen)| last.is_none_or(|last| seen.commit <= last));
        let Some(key) = self.series_key(id) else {
            let sure = rows
                .iter()
                .filter(|(standing, _)| *standing > Standing::Doubted);
            let observations = u64::try_from(sure.count()).unwrap_or(u64::MAX);
            if observations > 0 {
                ruin.fault(&Key::entry(id), FaultKind::Unnamed { observations });
            }
            return;
        };
        for (standing, seen) in rows {
            let Some(found) = self.documents.get_mut(&seen.source.document) else {
                if standing > Standing::Doubted {
                    ruin.faults.push(dangling(&key, &seen));
                }
                continue;
            };
            let sure = standing > Standing::Doubted && seen.commit == found.record.commit;
            let facts = if sure {
                &mut found.facts
            } else {
                &mut found.doubted
            };
            facts.push(Reported {
                series: key.clone(),
                period: seen.period,
                figure: seen.figure,
                published: seen.published,
                cell: seen.source.cell,
                rank: seen.rank,
            });
        }
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
}

impl AllRecent {
    /// Adds the recent rows of a company as they were in a state.
    fn add(&mut self, company: u32, state: &[u8], newest: bool) -> Result<(), CodecError> {
        let recent = Recent::parse(state)?;
        let mut by_series = Vec::new();
        let mut read = Ok(());
        for nth in 0..recent.len() {
            let Some((metric, variant)) = recent.pair(nth) else {
                continue;
            };
            let id = SeriesId {
                metric,
                variant,
                company,
            };
            if newest && !recent.on_block(nth) {
                self.without_block.insert(id);
            }
            match recent.rows(nth) {
                Ok(rows) => by_series.push((id, rows)),
                Err(error) => read = Err(error),
            }
        }
        let written = by_series.iter().map(|(_, rows)| newest_of(rows)).max();
        for (id, rows) in by_series {
            let of_series = self.rows.entry(id).or_default();
            of_series.add(rows, written.unwrap_or(0), newest);
        }
        read
    }
}

/// Reads a chunk of a block or of a history. Gives the header of a block.
fn read_chunk(
    ruin: &mut Ruin,
    key: &Key,
    rows: &mut Rows,
) -> Result<Option<SeriesHeader>, StoreError> {
    let mut newest = true;
    let mut last = None;
    for state in ruin.states(key)? {
        let read = if key.space() == Space::History {
            let read = Block::parse(&state).and_then(|block| block.rows());
            read.map(|found| {
                let written = newest_of(&found);
                rows.add(found, written, newest);
                None
            })
        } else {
            series::parse(&state).and_then(|(header, block)| {
                rows.add(block.rows()?, header.commit, newest);
                Ok(Some(header))
            })
        };
        match read {
            Ok(header) if newest => last = header,
            Err(error) if newest => ruin.fault(key, FaultKind::unreadable(&error)),
            _ => {}
        }
        newest = false;
    }
    Ok(last)
}

/// An observation of a document that is not there.
fn dangling(series: &SeriesKey, seen: &Observation) -> Fault {
    let mut fault = Fault {
        place: FaultPlace::new(Part::Current, ""),
        kind: FaultKind::Dangling {
            what: "document",
            number: seen.source.document.into(),
        },
    };
    fault.place.series = Some(Box::new(series.clone()));
    fault.place.period = Some(seen.period);
    fault
}
