//! What fuzzing reaches that is not public: only there with `--cfg fuzzing`, which `tests/fuzz/run` sets.

use std::fmt::Debug;

use crate::codec::addition::{AdditionsRecord, SumsRecord};
use crate::codec::cells::{self, CellsRecord};
use crate::codec::check::ChecksRecord;
use crate::codec::key::Space;
use crate::codec::manifest::{Head, Manifest};
use crate::codec::recent::Recent;
use crate::codec::record::{
    self, CatalogRecord, CommitRecord, CompanyRecord, DocumentNumber, DocumentRecord, EntryRecord,
    IntentRecord, Record, Variant,
};
use crate::codec::{Block, Key, block, envelope, series};
use crate::ingest::printed;
use crate::model::Metric;

/// Reads the text of a cell, with a decimal comma and without.
///
/// # Panics
/// Where the ways to read it do not agree, or what was read does not read back.
pub fn printed(text: &str) {
    printed::fuzzing::read_and_back(text);
}

/// Decodes bytes as what a number stands for: a key, a sealed value, a file beside the tree, or the value of a key
/// space.
///
/// # Panics
/// Where what was decoded is not written as itself again.
pub fn decode(kind: u8, bytes: &[u8]) {
    match kind {
        b'k' => key(bytes),
        b'e' => sealed(bytes),
        b'm' => {
            if let Ok(manifest) = Manifest::parse(bytes) {
                assert_eq!(Manifest::parse(&manifest.to_bytes()), Ok(manifest));
            }
        }
        b'h' => {
            if let Some(head) = Head::parse(bytes).or_else(|| Head::parse_slot(bytes)) {
                assert_eq!(Head::parse_slot(&head.to_slot().1), Some(head));
            }
        }
        _ => value(kind, bytes),
    }
}

fn key(bytes: &[u8]) {
    if let Ok(key) = Key::parse(bytes) {
        assert_eq!(key.to_bytes(), bytes);
        assert_eq!(Space::of(key.space().byte()), Some(key.space()));
    }
}

/// A key of so many bytes as the first byte says, and its value.
fn sealed(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first() else {
        return;
    };
    let Some((key, bytes)) = rest.split_at_checked(usize::from(*length)) else {
        return;
    };
    if let Ok(payload) = envelope::open(key, bytes) {
        value(bytes.get(3).copied().unwrap_or(0), payload);
    }
    // As a checksum is hardly ever hit, the bytes are also sealed.
    if let Ok(sealed) = envelope::seal(key, bytes) {
        assert_eq!(envelope::open(key, &sealed), Ok(bytes));
    }
}

/// What an envelope of a key space holds.
fn value(space: u8, bytes: &[u8]) {
    let Some(space) = Space::of(space) else {
        return;
    };
    match space {
        Space::Current => {
            if let Ok((header, block)) = series::parse(bytes)
                && let Some(rows) = rows(&block)
                && let Ok(chunks) = series::encode(header, &block::borrowed(&rows))
                && let [chunk] = chunks.as_slice()
            {
                let again = series::parse(chunk).and_then(|(_, block)| block.rows());
                assert_eq!(again, Ok(rows));
            }
        }
        Space::History => {
            if let Ok(block) = Block::parse(bytes) {
                let _ = rows(&block);
            }
        }
        Space::Entry => record::<EntryRecord>(bytes),
        Space::Catalog => record::<CatalogRecord>(bytes),
        Space::Recent => {
            if let Ok(recent) = Recent::parse(bytes) {
                for nth in 0..recent.len() {
                    assert!(recent.pair(nth).is_some());
                    let _ = recent.rows(nth);
                }
            }
        }
        Space::Company => record::<CompanyRecord>(bytes),
        Space::Metric => record::<Metric>(bytes),
        Space::Variant => record::<Variant>(bytes),
        Space::Sums => {
            record::<SumsRecord>(bytes);
            if let Ok(sums) = record::unpack::<SumsRecord>(bytes) {
                let _ = sums.identities();
            }
        }
        Space::Additions => record::<AdditionsRecord>(bytes),
        Space::Document => record::<DocumentRecord>(bytes),
        Space::DocumentIndex => record::<DocumentNumber>(bytes),
        Space::Cells => {
            record::<CellsRecord>(bytes);
            if let Ok(record) = record::unpack::<CellsRecord>(bytes) {
                let all: Vec<_> = record.cells().collect();
                assert_eq!(all.len(), record.len());
                if let Ok(split) = cells::split(&all) {
                    assert!(split.iter().flat_map(CellsRecord::cells).eq(all));
                }
            }
        }
        Space::Checks => record::<ChecksRecord>(bytes),
        Space::Commit => record::<CommitRecord>(bytes),
        Space::Intent => record::<IntentRecord>(bytes),
    }
}

/// All rows of a block; those of a good block are those of the block they make.
fn rows(block: &Block<'_>) -> Option<Vec<block::Row>> {
    let rows = block.rows().ok()?;
    assert_eq!(rows.len(), block.len());
    if let Ok(bytes) = block::encode(&rows) {
        let again = Block::parse(&bytes).and_then(|block| block.rows());
        assert_eq!(again, Ok(rows.clone()));
    }
    Some(rows)
}

/// What is unpacked can be packed, and is the same then.
fn record<T: Record + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(record) = record::unpack::<T>(bytes)
        && let Ok(packed) = record::pack(&record)
    {
        assert_eq!(record::unpack::<T>(&packed), Ok(record));
    }
}
