//! The new state of one series: what a package's facts do to it.

use std::collections::{BTreeMap, HashSet};

use super::engine::Tree;
use super::error::StoreError;
use super::order::DocumentOrder;
use super::series::{self, Stored};
use super::stage::Write;
use crate::codec::envelope::PAYLOAD_LIMIT;
use crate::codec::record::{CatalogRecord, pack};
use crate::codec::{Key, Row, SeriesHeader, SeriesId, block};
use crate::model::versions::outcome;
use crate::model::{Observation, Outcome, Period};

/// What merging did.
pub(super) struct Merged {
    /// In the order of the new observations.
    pub(super) outcomes: Vec<Outcome>,
    /// All keys of the series that change. They go into one batch, so that readers find them together.
    pub(super) writes: Vec<Write>,
    pub(super) created: bool,
}

/// One fact while it is merged.
#[derive(Default)]
struct Fact {
    /// As stored.
    row: Option<Row>,
    /// All its observations, if it is touched.
    known: Option<Vec<Observation>>,
    /// How many of them, from the first, are in the history.
    in_history: usize,
}

/// Merges new observations of one series, in the order of their package. All are of commit `sequence`.
pub(super) fn merge(
    tree: &dyn Tree,
    order: &mut DocumentOrder,
    id: SeriesId,
    new: Vec<Observation>,
    sequence: u64,
) -> Result<Merged, StoreError> {
    let stored = series::read(tree, id)?;
    let created = stored.is_none();
    if created && tree.get(&Key::catalog(id))?.is_some() {
        let key = Key::Current {
            series: id,
            chunk: 0,
        };
        return Err(StoreError::damaged_at(&key, "it is missing"));
    }
    let Stored { header, rows } = stored.unwrap_or_else(|| Stored {
        header: empty(sequence),
        rows: Vec::new(),
    });
    let mut facts: BTreeMap<Period, Fact> = BTreeMap::new();
    for row in rows {
        let period = row.observation.period;
        facts.entry(period).or_default().row = Some(row);
    }
    let touched: HashSet<Period> = new.iter().map(|observation| observation.period).collect();
    let mut history: Option<Vec<Observation>> = None;
    let mut outcomes = Vec::with_capacity(new.len());
    for observation in new {
        let fact = facts.entry(observation.period).or_default();
        let known = match fact.known.take() {
            Some(known) => known,
            None => match &fact.row {
                None => Vec::new(),
                Some(row) if !row.versions => vec![row.observation.clone()],
                Some(_) => {
                    let all = match history.take() {
                        Some(all) => all,
                        None => series::read_history(tree, id, &header, |p| touched.contains(p))?,
                    };
                    let own = |o: &&Observation| o.period == observation.period;
                    let known: Vec<_> = all.iter().filter(own).cloned().collect();
                    history = Some(all);
                    fact.in_history = known.len();
                    known
                }
            },
        };
        if known.iter().any(|other| other.source == observation.source) {
            return Err(order.cell_twice(observation.source));
        }
        order.learn(tree, known.iter().chain([&observation]))?;
        outcomes.push(outcome(&known, &observation, |a, b| order.compare(a, b)));
        let known = fact.known.insert(known);
        known.push(observation);
    }
    let mut rows = Vec::with_capacity(facts.len());
    let mut additions: Vec<Row> = Vec::new();
    for fact in facts.into_values() {
        match (fact.known, fact.row) {
            (Some(known), _) => {
                if known.len() > 1 {
                    additions.extend(known.iter().skip(fact.in_history).cloned().map(Row::from));
                }
                rows.push(series::row_of(known, order)?);
            }
            (None, Some(row)) => rows.push(row),
            (None, None) => {}
        }
    }
    let mut writes = Vec::new();
    let header = append_history(tree, id, header, additions, &mut writes)?;
    let header = SeriesHeader {
        commit: sequence,
        ..header
    };
    write_current(id, header, &rows, &mut writes)?;
    if created {
        let record = CatalogRecord { created: sequence };
        writes.push(Write::put(Key::catalog(id), pack(&record)?));
    }
    Ok(Merged {
        outcomes,
        writes,
        created,
    })
}

fn empty(sequence: u64) -> SeriesHeader {
    SeriesHeader {
        commit: sequence,
        created: sequence,
        chunks: 0,
        rows: 0,
        history_chunks: 0,
        history_rows: 0,
    }
}

/// Writes all chunks of a current block, and removes those that `header` counts beyond them.
pub(super) fn write_current(
    id: SeriesId,
    header: SeriesHeader,
    rows: &[Row],
    writes: &mut Vec<Write>,
) -> Result<(), StoreError> {
    let key = |chunk| Key::Current { series: id, chunk };
    let payloads = crate::codec::series::encode(header, rows)?;
    let mut next: u16 = 0;
    for payload in payloads {
        writes.push(Write::put(key(next), payload));
        next = next.saturating_add(1);
    }
    writes.extend((next..header.chunks).map(|chunk| Write::remove(key(chunk))));
    Ok(())
}

/// Adds rows to the history: the last chunk is filled up, the rest goes into new ones.
fn append_history(
    tree: &dyn Tree,
    id: SeriesId,
    header: SeriesHeader,
    additions: Vec<Row>,
    writes: &mut Vec<Write>,
) -> Result<SeriesHeader, StoreError> {
    if additions.is_empty() {
        return Ok(header);
    }
    let key = |chunk| Key::History { series: id, chunk };
    let added = u64::try_from(additions.len()).unwrap_or(u64::MAX);
    let mut next = header.history_chunks;
    let mut rows = Vec::new();
    if let Some(last) = next.checked_sub(1) {
        let value = tree
            .get(&key(last))?
            .ok_or_else(|| StoreError::damaged_at(&key(last), "it is missing"))?;
        let mut stored = Vec::new();
        series::read_history_block(&key(last), &value, |_| true, &mut stored)?;
        rows.extend(stored.into_iter().map(Row::from));
    }
    let old = rows.len();
    rows.extend(additions);
    let fit = fitting(&rows, old)?;
    let (first, rest) = rows.split_at_checked(fit).unwrap_or((&rows, &[]));
    if fit > old {
        let last = next.checked_sub(1).filter(|_| old > 0).unwrap_or(next);
        writes.push(Write::put(key(last), block::encode(first)?));
        next = last.checked_add(1).ok_or(StoreError::Full {
            what: "history blocks",
        })?;
    }
    if !rest.is_empty() {
        for payload in block::encode_split(rest, PAYLOAD_LIMIT)? {
            writes.push(Write::put(key(next), payload));
            next = next.checked_add(1).ok_or(StoreError::Full {
                what: "history blocks",
            })?;
        }
    }
    Ok(SeriesHeader {
        history_chunks: next,
        history_rows: header.history_rows.saturating_add(added),
        ..header
    })
}

/// How many of the rows fit into one chunk; `old` of them do.
fn fitting(rows: &[Row], old: usize) -> Result<usize, StoreError> {
    let fits = |count: usize| -> Result<bool, StoreError> {
        let head = rows.get(..count).unwrap_or_default();
        Ok(u16::try_from(count).is_ok() && block::encode(head)?.len() <= PAYLOAD_LIMIT)
    };
    if fits(rows.len())? {
        return Ok(rows.len());
    }
    let (mut fit, mut unfit) = (old, rows.len());
    while unfit - fit > 1 {
        let middle = usize::midpoint(fit, unfit);
        if fits(middle)? {
            fit = middle;
        } else {
            unfit = middle;
        }
    }
    Ok(fit)
}
