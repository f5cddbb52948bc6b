//! Recent rows: what packages that came alone have said of a company, in one value, until it goes to the blocks of its series.
//!
//! A block has all rows of its series up to the commit that wrote it, the value those after it. Rows go from the value to a block,
//! never back: whoever reads the value first and then the block misses none of them, and those found in both are of commits up to
//! that of the block. The record of the company says that the value must be there.

use std::collections::BTreeMap;

use super::engine::{Tree, Value};
use super::error::StoreError;
use super::listed::Pair;
use super::merge::{
    Merged, Said, appended, check_newest, empty, first_chunk, first_key, missing, parse,
    write_current,
};
use super::series::{self, Stored};
use super::write::Write;
use crate::codec::envelope::PAYLOAD_LIMIT;
use crate::codec::recent::{Recent, SeriesRows, encode};
use crate::codec::{Block, CodecError, Key, Row, SeriesHeader, SeriesId, block};
use crate::model::{Outcome, Period};

/// The most bytes of recent rows of a company.
pub(super) const BOUND: usize = PAYLOAD_LIMIT;

/// The most rows of a package that become recent rows: about as many as there is room for.
pub(super) const ROWS: usize = 250;

/// The recent rows of a series.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Waiting {
    /// Whether the series has a block, too.
    pub(super) on_block: bool,
    /// By period, each the only one of its fact.
    pub(super) rows: Vec<Row>,
}

/// The recent rows of a company, by metric and variant.
pub(super) type OfCompany = BTreeMap<Pair, Waiting>;

impl Waiting {
    /// Leaves those rows that a block does not have.
    pub(super) fn beyond(&mut self, block: &SeriesHeader) {
        self.rows
            .retain(|row| row.observation.commit > block.commit);
    }

    /// Leaves those rows that a head knows.
    pub(super) fn until(&mut self, head: u64) {
        self.rows.retain(|row| row.observation.commit <= head);
    }

    /// The commit of its oldest row.
    pub(super) fn oldest(&self) -> Option<u64> {
        let commits = self.rows.iter().map(|row| row.observation.commit);
        commits.min()
    }
}

/// The recent rows of a series, of a company that has such a value.
pub(super) fn of_series(tree: &dyn Tree, id: SeriesId) -> Result<Option<Waiting>, StoreError> {
    let key = Key::Recent(id.company);
    let value = value(tree, id.company)?;
    let decoding = |error: CodecError| StoreError::decoding(&key, &error);
    let recent = Recent::parse(&value).map_err(decoding)?;
    let found = recent.find(id.metric, id.variant).ok();
    found
        .map(|nth| nth_of(&recent, nth).map_err(decoding))
        .transpose()
}

/// The recent rows of a company that has such a value.
pub(super) fn of_company(tree: &dyn Tree, company: u32) -> Result<OfCompany, StoreError> {
    let value = value(tree, company)?;
    decode(&value).map_err(|error| StoreError::decoding(&Key::Recent(company), &error))
}

/// The value of a company that has one.
pub(super) fn value(tree: &dyn Tree, company: u32) -> Result<Value, StoreError> {
    let key = Key::Recent(company);
    let value = tree.get(&key)?;
    value.ok_or_else(|| StoreError::damaged_at(&key, "it is missing"))
}

pub(super) fn decode(payload: &[u8]) -> Result<OfCompany, CodecError> {
    let recent = Recent::parse(payload)?;
    (0..recent.len())
        .filter_map(|nth| Some((recent.pair(nth)?, nth)))
        .map(|(pair, nth)| Ok((pair, nth_of(&recent, nth)?)))
        .collect()
}

/// The recent rows of one of the series of a value.
pub(super) fn nth_of(recent: &Recent<'_>, nth: usize) -> Result<Waiting, CodecError> {
    Ok(Waiting {
        on_block: recent.on_block(nth),
        rows: recent.rows(nth)?,
    })
}

/// The value of a company's recent rows.
pub(super) fn payload(series: &OfCompany) -> Result<Vec<u8>, CodecError> {
    let all = series
        .iter()
        .map(|(&(metric, variant), waiting)| SeriesRows {
            metric,
            variant,
            on_block: waiting.on_block,
            rows: block::borrowed(&waiting.rows),
        });
    let all: Vec<SeriesRows<'_>> = all.collect();
    encode(&all)
}

pub(super) fn write(company: u32, series: &OfCompany) -> Result<Write, StoreError> {
    Ok(Write::put(Key::Recent(company), payload(series)?))
}

/// Takes out the series that have waited longest, until the others take no more bytes than a bound. Gives them, and the bytes of the
/// others.
pub(super) fn overflow(
    series: &mut OfCompany,
    bound: usize,
) -> Result<(OfCompany, Vec<u8>), CodecError> {
    let mut over = OfCompany::new();
    let age = |(pair, waiting): (&Pair, &Waiting)| (waiting.oldest(), *pair);
    let mut by_age: Vec<_> = series.iter().map(age).collect();
    by_age.sort_unstable();
    let mut by_age = by_age.into_iter();
    loop {
        let payload = payload(series)?;
        let Some(mut excess) = payload
            .len()
            .checked_sub(bound)
            .filter(|excess| *excess > 0)
        else {
            return Ok((over, payload));
        };
        let rows: usize = series.values().map(|waiting| waiting.rows.len()).sum();
        let row = payload.len().div_ceil(rows.max(1));
        // As many as it probably takes; then it is looked at again.
        while excess > 0
            && let Some((_, pair)) = by_age.next()
            && let Some(waiting) = series.remove(&pair)
        {
            excess = excess.saturating_sub(row.saturating_mul(waiting.rows.len()));
            over.insert(pair, waiting);
        }
        if series.is_empty() {
            return Ok((over, self::payload(series)?));
        }
    }
}

/// Adds new observations to the recent rows of a series; `None` where not every one is the only one of its fact.
pub(super) fn add(
    tree: &dyn Tree,
    id: SeriesId,
    may_exist: bool,
    waiting: Option<&Waiting>,
    new: &[Said<'_>],
    sequence: u64,
) -> Result<Option<Merged>, StoreError> {
    let first = if may_exist {
        first_chunk(tree, id)?
    } else {
        None
    };
    let on_block = first.is_some();
    if !on_block && waiting.is_some_and(|waiting| waiting.on_block) {
        return Err(missing(id));
    }
    let mut rows = waiting.map_or(Vec::new(), |waiting| waiting.rows.clone());
    let periods: Vec<Period> = new.iter().map(|said| said.fact.period).collect();
    if let Some(first) = first {
        let (header, block) = parse(id, &first)?;
        check_newest(id, &header, &block)?;
        if has_any(tree, id, &header, &block, &periods)? {
            return Ok(None);
        }
        rows.retain(|row| row.observation.commit > header.commit);
    }
    let said = new.iter().map(|said| said.observation(sequence));
    rows.extend(said.map(Row::from));
    rows.sort_by_key(|row| row.observation.period);
    if !rows.is_sorted_by(|a, b| a.observation.period < b.observation.period) {
        return Ok(None);
    }
    Ok(Some(Merged {
        outcomes: vec![Outcome::Created; new.len()],
        writes: Vec::new(),
        created: !on_block && waiting.is_none(),
        waiting: Some(Waiting { on_block, rows }),
    }))
}

/// Whether the block of a series has a row of one of some periods.
fn has_any(
    tree: &dyn Tree,
    id: SeriesId,
    header: &SeriesHeader,
    block: &Block<'_>,
    periods: &[Period],
) -> Result<bool, StoreError> {
    if usize::try_from(header.rows) != Ok(block.len()) {
        let Stored { rows, .. } = series::read(tree, id)?.ok_or_else(|| missing(id))?;
        let has = |period: &Period| {
            let place = rows.binary_search_by_key(period, |row| row.observation.period);
            place.is_ok()
        };
        return Ok(periods.iter().any(has));
    }
    // Mostly, what is new comes after all that is known.
    for row in (0..block.len()).rev() {
        let undated = || StoreError::damaged_at(&first_key(id), "the dates of a row mean nothing");
        let known = block.period(row).ok_or_else(undated)?;
        if periods.iter().all(|period| *period > known) {
            return Ok(false);
        }
        if periods.contains(&known) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A series with its recent rows, as if they were in its block.
pub(super) fn joined(
    tree: &dyn Tree,
    id: SeriesId,
    mut waiting: Waiting,
) -> Result<Stored, StoreError> {
    let Some(Stored { header, mut rows }) = series::read(tree, id)? else {
        if waiting.on_block {
            return Err(missing(id));
        }
        return Ok(Stored {
            header: empty(waiting.oldest().unwrap_or(0)),
            rows: waiting.rows,
        });
    };
    waiting.beyond(&header);
    series::add_recent(&mut rows, waiting.rows);
    Ok(Stored { header, rows })
}

/// Writes the recent rows of a series to its block.
pub(super) fn settle(
    tree: &dyn Tree,
    id: SeriesId,
    mut waiting: Waiting,
    sequence: u64,
) -> Result<Vec<Write>, StoreError> {
    if let Some(first) = first_chunk(tree, id)? {
        let (header, _) = parse(id, &first)?;
        waiting.beyond(&header);
        if waiting.rows.is_empty() {
            return Ok(Vec::new());
        }
        let rows = block::borrowed(&waiting.rows);
        if let Some(write) = appended(id, &first, &rows, sequence)? {
            return Ok(vec![write]);
        }
    }
    let Stored { header, rows } = joined(tree, id, waiting)?;
    let header = SeriesHeader {
        commit: sequence,
        ..header
    };
    let mut writes = Vec::new();
    write_current(id, header, &block::borrowed(&rows), &mut writes)?;
    Ok(writes)
}
