//! Reading one series: its current block, its history, and what they were at an earlier head.

use std::collections::BTreeMap;

use super::engine::{Tree, Value};
use super::error::StoreError;
use super::order::DocumentOrder;
use crate::codec::{Block, CodecError, Key, Row, SeriesHeader, SeriesId, series};
use crate::model::versions::shown;
use crate::model::{Observation, Period};

/// How often a current block of several chunks is read again when a writer came between.
const TRIES: usize = 1000;

/// A series as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) header: SeriesHeader,
    /// One row per fact, by period.
    pub(super) rows: Vec<Row>,
}

/// The current block of a series; `None` where there is none.
pub(super) fn read(tree: &dyn Tree, series: SeriesId) -> Result<Option<Stored>, StoreError> {
    let first = Key::Current { series, chunk: 0 };
    for _ in 0..TRIES {
        let Some(value) = tree.get(&first)? else {
            return Ok(None);
        };
        let (header, rows) = decode(&first, &value)?;
        if let Some(stored) = read_rest(tree, series, header, rows)? {
            return Ok(Some(stored));
        }
        std::thread::yield_now();
    }
    Err(StoreError::damaged_at(
        &first,
        "the chunks of its series do not belong together",
    ))
}

/// Reads the chunks behind the first; `None` where they are not of its state.
fn read_rest(
    tree: &dyn Tree,
    series: SeriesId,
    header: SeriesHeader,
    mut rows: Vec<Row>,
) -> Result<Option<Stored>, StoreError> {
    for chunk in 1..header.chunks {
        let key = Key::Current { series, chunk };
        let Some(value) = tree.get(&key)? else {
            return Ok(None);
        };
        let (own, more) = decode(&key, &value)?;
        if own != header {
            return Ok(None);
        }
        rows.extend(more);
    }
    let sorted = rows.is_sorted_by(|a, b| a.observation.period < b.observation.period);
    if usize::try_from(header.rows) != Ok(rows.len()) || !sorted {
        let key = Key::Current { series, chunk: 0 };
        return Err(StoreError::damaged_at(
            &key,
            "its rows are not those its header announces",
        ));
    }
    Ok(Some(Stored { header, rows }))
}

/// A chunk of a current block, which must hold rows of commits up to its own only.
fn decode(key: &Key, value: &Value) -> Result<(SeriesHeader, Vec<Row>), StoreError> {
    let decoding = |error: CodecError| StoreError::decoding(key, &error);
    let (header, block) = series::parse(value).map_err(decoding)?;
    let rows = block.rows().map_err(decoding)?;
    if rows
        .iter()
        .any(|row| row.observation.commit > header.commit)
    {
        return Err(StoreError::damaged_at(
            key,
            "it holds rows that are newer than it",
        ));
    }
    Ok((header, rows))
}

/// The history of a series whose current block was read before, as far as it is about wanted periods.
///
/// A history only grows. What a writer has added since is behind the rows that the header counts, and left out: it may be an observation
/// that the block read has, too, of a fact that had no other one then.
pub(super) fn read_history(
    tree: &dyn Tree,
    series: SeriesId,
    header: &SeriesHeader,
    wanted: impl Fn(&Period) -> bool,
) -> Result<Vec<Observation>, StoreError> {
    let key = |chunk| Key::History { series, chunk };
    let mut observations = Vec::new();
    let mut rows: u64 = 0;
    for chunk in 0..header.history_chunks {
        let value = tree.get(&key(chunk))?;
        let value = value.ok_or_else(|| StoreError::damaged_at(&key(chunk), "it is missing"))?;
        let left = header.history_rows.saturating_sub(rows);
        let block = history_block(&key(chunk), &value)?;
        read_history_block(&key(chunk), &block, left, &wanted, &mut observations)?;
        rows = rows.saturating_add(length(&block));
    }
    if rows < header.history_rows {
        return Err(StoreError::damaged_at(
            &key(header.history_chunks),
            "rows of the history are missing",
        ));
    }
    Ok(observations)
}

pub(super) fn history_block<'a>(key: &Key, value: &'a Value) -> Result<Block<'a>, StoreError> {
    Block::parse(value).map_err(|error| StoreError::decoding(key, &error))
}

/// How many rows there are in a block.
pub(super) fn length(block: &Block<'_>) -> u64 {
    u64::try_from(block.len()).unwrap_or(u64::MAX)
}

/// Adds those of the first observations of one history chunk that are about wanted periods.
pub(super) fn read_history_block(
    key: &Key,
    block: &Block<'_>,
    first: u64,
    wanted: impl Fn(&Period) -> bool,
    observations: &mut Vec<Observation>,
) -> Result<(), StoreError> {
    let rows = usize::try_from(first).map_or(block.len(), |first| first.min(block.len()));
    for row in 0..rows {
        // A period that does not decode is one for `row` to complain about.
        if block.period(row).is_none_or(|period| wanted(&period)) {
            let row = block.row(row);
            let row = row.map_err(|error| StoreError::decoding(key, &error))?;
            observations.push(row.observation);
        }
    }
    Ok(())
}

/// The rows of a series at an earlier head.
pub(super) fn rows_at(
    tree: &dyn Tree,
    series: SeriesId,
    stored: Stored,
    head: u64,
) -> Result<Vec<Row>, StoreError> {
    if stored.header.commit <= head {
        return Ok(stored.rows);
    }
    let history = read_history(tree, series, &stored.header, |_| true)?;
    let mut facts: BTreeMap<Period, Vec<Observation>> = BTreeMap::new();
    for observation in all_until(head, &stored.rows, history) {
        facts
            .entry(observation.period)
            .or_default()
            .push(observation);
    }
    let mut order = DocumentOrder::default();
    facts
        .into_values()
        .map(|observations| {
            order.learn(tree, &observations)?;
            row_of(observations, &order)
        })
        .collect()
}

/// Adds recent rows to those that are in the block of their series.
pub(super) fn add_recent(rows: &mut Vec<Row>, recent: Vec<Row>) {
    rows.extend(recent);
    rows.sort_by_key(|row| row.observation.period);
}

/// All observations of a series that a head knows.
pub(super) fn all_until(
    head: u64,
    rows: &[Row],
    history: Vec<Observation>,
) -> impl Iterator<Item = Observation> {
    rows.iter()
        .filter(|row| !row.versions)
        .map(|row| row.observation.clone())
        .chain(history)
        .filter(move |observation| observation.commit <= head)
}

/// The row of a fact with these observations.
pub(super) fn row_of(
    mut observations: Vec<Observation>,
    order: &DocumentOrder,
) -> Result<Row, StoreError> {
    let chosen = shown(&observations, |a, b| order.compare(a, b))
        .filter(|chosen| chosen.index < observations.len())
        .ok_or_else(|| StoreError::damaged("a fact has no observation"))?;
    let versions = observations.len() > 1;
    Ok(Row {
        observation: observations.swap_remove(chosen.index),
        conflicting: chosen.conflicting,
        versions,
    })
}
