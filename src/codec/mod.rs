//! From model to bytes and back: keys, envelopes, blocks, records, and the two small files beside sled.
//!
//! Pure: no input or output. Decoding is total: any bytes give a value or a [`CodecError`], and what is
//! allocated is bounded by the size of the input. The layouts are described byte by byte in
//! `src/docs/format.md`; `golden.rs` pins them.

pub(crate) mod addition;
pub(crate) mod block;
pub(crate) mod cells;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod column;
pub(crate) mod digest;
pub(crate) mod envelope;
#[cfg(test)]
mod golden;
pub(crate) mod key;
pub(crate) mod manifest;
pub(crate) mod read;
pub(crate) mod recent;
pub(crate) mod record;
pub(crate) mod series;

pub(crate) use block::{Block, Plain, PlainRow, Row, RowRef};
pub(crate) use key::{Key, SeriesId};
pub(crate) use series::SeriesHeader;

/// The version of everything this module writes.
pub(crate) const FORMAT_VERSION: u8 = 6;

/// The oldest version it reads. A database of an older version than it writes keeps its MANIFEST and what is not
/// written anew.
pub(crate) const OLDEST_VERSION: u8 = 1;

/// Whether something of a version can be read.
fn is_known(version: u32) -> bool {
    (u32::from(OLDEST_VERSION)..=u32::from(FORMAT_VERSION)).contains(&version)
}

/// The longest value in the tree, envelope included. sled writes pages that grow too big into files which
/// it never fsyncs.
pub(crate) const VALUE_LIMIT: usize = 6 * 1024;

/// Bytes that are not what they should be, or a value that cannot be written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum CodecError {
    /// The bytes are not a value of this database.
    #[error("it does not start with the magic bytes")]
    Magic,
    /// A value of another format.
    #[error("it is of format version {found}")]
    Version { found: u32 },
    /// A value of another key space.
    #[error("it belongs to another key space")]
    Kind,
    /// More or fewer bytes than the header says.
    #[error("its length is wrong")]
    Length,
    /// Bytes changed after they were written, or a value under another key.
    #[error("its checksum is wrong")]
    Checksum,
    /// Not a key.
    #[error("it is not a key of this database")]
    Key,
    /// A record that does not decode.
    #[error("its record is malformed")]
    Record,
    /// A block that does not decode.
    #[error("its block is malformed: {reason}")]
    Block { reason: &'static str },
    /// A sum of version 1 with more parts than an identity holds.
    #[error("its sum of {total} is longer than an identity may be")]
    Sum { total: String },
    /// Something that does not fit into a value.
    #[error("{what} takes {length} bytes, at most {limit} can be stored")]
    TooLong {
        what: &'static str,
        length: usize,
        limit: usize,
    },
}

/// Refuses a text that is longer than its limit.
pub(crate) fn check_length(what: &'static str, text: &str, limit: usize) -> Result<(), CodecError> {
    if text.len() <= limit {
        Ok(())
    } else {
        Err(CodecError::TooLong {
            what,
            length: text.len(),
            limit,
        })
    }
}
