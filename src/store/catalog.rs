//! The catalog: which series each company has, and the commit that created it.
//!
//! A commit writes one record of all series that it creates of a company. Versions 1 to 4 wrote an entry for each series; these stay.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::engine::{Engine, Entry, Tree};
use super::error::StoreError;
use super::write::{Write, chunks};
use crate::codec::record::{CatalogRecord, EntryRecord, pack, split_by_size, unpack};
use crate::codec::{CodecError, Key, SeriesId};

/// A series, and the commit that created it.
pub(super) type Created = (SeriesId, u64);

/// The series of all companies, as the keys of the catalog list them.
pub(super) fn all(
    engine: &Engine,
) -> Result<impl Iterator<Item = Result<(Key, Vec<Created>), StoreError>>, StoreError> {
    let range = entry(0, 0)..=record(u32::MAX, u64::MAX, u16::MAX);
    Ok(engine.range(range)?.map(|entry| {
        let (key, payload) = entry?;
        let created = checked(&key, &payload)?;
        Ok((key, created))
    }))
}

/// The values that list the series of a company.
pub(super) fn values_of(tree: &dyn Tree, company: u32) -> Result<Vec<Entry>, StoreError> {
    let mut all = tree.range(entries(company..=company))?;
    all.extend(tree.range(records(company..=company))?);
    Ok(all)
}

/// The series of a company, by metric and variant.
pub(super) fn of_company(tree: &dyn Tree, company: u32) -> Result<Vec<Created>, StoreError> {
    let mut all = Vec::new();
    for (key, payload) in values_of(tree, company)? {
        all.extend(checked(&key, &payload)?);
    }
    all.sort_unstable();
    Ok(all)
}

/// What is written to list series.
pub(super) fn list(created: &[Created]) -> Result<Vec<Write>, StoreError> {
    let mut by_commit: BTreeMap<(u32, u64), Vec<(u32, u32)>> = BTreeMap::new();
    for (id, commit) in created {
        let pairs = by_commit.entry((id.company, *commit)).or_default();
        pairs.push((id.metric, id.variant));
    }
    let mut writes = Vec::new();
    for ((company, commit), mut pairs) in by_commit {
        pairs.sort_unstable();
        let runs = split_by_size("the numbers of a series", &pairs)?;
        for (chunk, run) in chunks("series of one company in one commit", runs)? {
            let key = record(company, commit, chunk);
            writes.push(Write::put(key, pack(&CatalogRecord(run))?));
        }
    }
    Ok(writes)
}

/// The series that a value of the catalog lists.
pub(super) fn read(key: &Key, payload: &[u8]) -> Result<Vec<Created>, CodecError> {
    match *key {
        Key::Entry { .. } => {
            let EntryRecord { created } = unpack(payload)?;
            Ok(key.series().map(|id| (id, created)).into_iter().collect())
        }
        Key::Catalog {
            company, commit, ..
        } => {
            let CatalogRecord(pairs) = unpack(payload)?;
            let id = |(metric, variant)| SeriesId {
                metric,
                variant,
                company,
            };
            Ok(pairs.into_iter().map(|pair| (id(pair), commit)).collect())
        }
        _ => Err(CodecError::Key),
    }
}

fn checked(key: &Key, payload: &[u8]) -> Result<Vec<Created>, StoreError> {
    read(key, payload).map_err(|error| StoreError::decoding(key, &error))
}

pub(super) fn record(company: u32, commit: u64, chunk: u16) -> Key {
    Key::Catalog {
        company,
        commit,
        chunk,
    }
}

/// The first or the last entry of a company.
fn entry(company: u32, number: u32) -> Key {
    Key::Entry {
        company,
        metric: number,
        variant: number,
    }
}

fn records(companies: RangeInclusive<u32>) -> RangeInclusive<Key> {
    record(*companies.start(), 0, 0)..=record(*companies.end(), u64::MAX, u16::MAX)
}

fn entries(companies: RangeInclusive<u32>) -> RangeInclusive<Key> {
    entry(*companies.start(), 0)..=entry(*companies.end(), u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::envelope::PAYLOAD_LIMIT;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn what_is_listed_is_read(
            created in proptest::collection::btree_map(
                (0..2_u32, 0..3_u32, prop_oneof![0..9_u32, 0..90_000_u32]),
                prop_oneof![3 => Just(1), 1 => 2..5_u64],
                0..6000,
            ),
        ) {
            let id = |(company, variant, metric)| SeriesId { metric, variant, company };
            let created: Vec<Created> =
                created.into_iter().map(|(place, commit)| (id(place), commit)).collect();
            let mut read_back = Vec::new();
            let mut keys = Vec::new();
            for write in list(&created).unwrap() {
                let payload = write.payload.unwrap();
                prop_assert!(payload.len() <= PAYLOAD_LIMIT);
                read_back.extend(read(&write.key, &payload).unwrap());
                keys.push(write.key);
            }
            prop_assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
            read_back.sort_unstable();
            let mut expected = created;
            expected.sort_unstable();
            prop_assert_eq!(read_back, expected);
        }
    }
}
