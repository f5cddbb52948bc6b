//! A database as lines of text, whatever the engine and the format: `src/docs/dump.md` describes them.
//!
//! Both ways go line by line. A series and a document are in memory at a time, and all names.

mod line;
mod lines;
mod read;
mod write;

pub(super) use read::load;
pub(super) use write::write;

use std::fmt::Write as _;

/// The version of dumps that this library writes. It reads those before it, too.
const VERSION: u32 = 3;

/// What was written of a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Dumped {
    /// The last commit that is in it.
    pub commit: u64,
    /// The number of lines, the last one included.
    pub lines: u64,
    /// SHA-256 of all lines but the last, which has it.
    pub sha256: [u8; 32],
}

/// What is wrong with a line of a dump.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpFault {
    /// The first line is not that of a dump.
    #[error("it is not the first line of a dump")]
    NotADump,
    /// A dump of another version.
    #[error("the dump is of version {found}, this library reads versions 1 to {expected}")]
    Version {
        /// The version of the dump.
        found: u32,
        /// The newest version that this library reads.
        expected: u32,
    },
    /// A line longer than any that a dump has.
    #[error("it is longer than any line of a dump")]
    TooLong,
    /// A line that is not of this version.
    #[error("it cannot be read: {message}")]
    Malformed {
        /// What is wrong with it.
        message: String,
    },
    /// A line that means something, but is not written as this version writes it: it has fields that are not known, or was edited.
    #[error("it is not written as a dump of this version has it")]
    Unusual,
    /// A line that does not belong here.
    #[error("{found} where {expected} should be")]
    Order {
        /// What it is.
        found: &'static str,
        /// What should be here.
        expected: &'static str,
    },
    /// A name that no line before it has defined.
    #[error("it names {name}, which is not known")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A name or number that is there twice.
    #[error("{name} is there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// A document with more of something than one may have.
    #[error("{found} {what} of a document are announced, there may be {limit} at most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are announced.
        found: u32,
        /// How many there may be.
        limit: usize,
    },
    /// Something that there are more or fewer of than was announced.
    #[error("there are {found} {what}, {expected} were announced")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many were announced.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The text ends before the last line of a dump.
    #[error("the dump is cut off here")]
    CutOff,
    /// There is more text after the last line of a dump.
    #[error("there is more after the end of the dump")]
    More,
    /// The lines are not those that were written.
    #[error("the lines before it are not those that were written: their SHA-256 is another")]
    Checksum,
    /// The commits are not those of the head.
    #[error("the commits before it are not those that the first line names")]
    Chain,
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // A String takes all of it.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits = hex.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}
