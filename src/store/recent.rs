//! Recent rows: what packages that came alone have said of a company, in one value, until it goes to the blocks of its series.
//!
//! A block has all rows of its series up to the commit that wrote it, the value those after it. Rows go from the value to a block,
//! never back: whoever reads the value first and then the block misses none of them, and those found in both are of commits up to
//! that of the block. The record of the company says that the value must be there.

use std::collections::BTreeMap;

use super::engine::{Tree, Value};
use super::error::StoreError;
use super::listed::Pair;
use super::stage::Write;
use crate::codec::envelope::PAYLOAD_LIMIT;
use crate::codec::recent::{Recent, SeriesRows, encode};
use crate::codec::{CodecError, Key, Row, SeriesHeader, SeriesId, block};

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
