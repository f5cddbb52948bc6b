//! What can go wrong with a database.

use std::io;
use std::path::{Path, PathBuf};

use super::dump::DumpFault;
use crate::codec::{CodecError, Key, SeriesId};
use crate::model::{Id, MetricPath};

/// A database that cannot be opened, read or written, or a package that cannot be taken in.
///
/// An error of a commit means that nothing of the package is visible; after
/// [`Io`](StoreError::Io) the database has to be opened again to know whether it was made durable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The path is not a database, or there is nothing.
    #[error("{path:?} is not a kessan database")]
    NotADatabase {
        /// What was to be opened.
        path: PathBuf,
    },
    /// A database is created in a new or empty folder only.
    #[error("there is something at {path:?} already, and a new or empty folder is needed")]
    Exists {
        /// Where it was to be created.
        path: PathBuf,
    },
    /// The folder of a database whose creation was interrupted. It holds nothing; creating it again makes it whole.
    #[error(
        "the creation of {path:?} was cut off, and there is nothing in it: create it again, or delete the folder"
    )]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// A database of another format.
    #[error(
        "the database is of format version {found}, this library reads versions 1 to {expected}"
    )]
    FormatVersion {
        /// The version of the database.
        found: u32,
        /// The newest version that this library reads.
        expected: u32,
    },
    /// Somebody has the database open.
    #[error("{path:?} is locked: it is open in this or another process, and was for a second")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// A folder or medium that cannot be written, or not even read.
    #[error(
        "{path:?} cannot be written: {message}; a database is made and opened only where its folder and files can be \
         both read and written: allow that, or work on a copy"
    )]
    ReadOnly {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// Bytes on disk that are not what was written.
    #[error("the database is damaged: {what}")]
    Damaged {
        /// What is wrong where.
        what: String,
    },
    /// A file of the storage engine is missing or empty.
    #[error("the database is damaged: {path:?} is missing or empty")]
    EngineFileMissing {
        /// The file.
        path: PathBuf,
    },
    /// A pipe, socket or device where a file of a database should be: to open it could wait for ever. Or, in a copy, a symbolic link,
    /// which copies do not follow.
    #[error("{path:?} is not a regular file, and copies do not follow links")]
    NotAFile {
        /// What is there, in the folder that was given.
        path: PathBuf,
    },
    /// The storage engine lost commits that were made durable: files of different ages, or damage.
    #[error(
        "the database is damaged: commit {head} was made durable, the stored data {}",
        found.map_or("have none".to_owned(), |found| format!("end at commit {found}"))
    )]
    SledBehindHead {
        /// The last durable commit.
        head: u64,
        /// The last commit that is there, if any.
        found: Option<u64>,
    },
    /// The system refused to read or write.
    #[error("cannot {doing} at {path:?}: {message}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The database, or the file in it.
        path: PathBuf,
        /// What sort of failure it was.
        kind: io::ErrorKind,
        /// What the system said.
        message: String,
    },
    /// An earlier write failed; what is on disk is known only after opening the database again.
    #[error("an earlier write failed: open the database again")]
    Halted,
    /// A copy that was made is not what it should be, and was thrown away.
    #[error("{path:?} is not made: {fault}{}", match more { 0 => String::new(), more => format!(", and {more} more faults") })]
    Unsound {
        /// Where it was to be.
        path: PathBuf,
        /// The first thing that is wrong with it.
        fault: String,
        /// How many more there are.
        more: u64,
    },
    /// A text that is no dump, or not one as it was written.
    #[error("line {line} of the dump: {fault}")]
    Dump {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        fault: DumpFault,
    },
    /// The caller broke it off. Nothing is left of it.
    #[error("it was broken off")]
    Cancelled,
    /// The system has no thread left for what needs one.
    #[error("no thread could be started: {message}")]
    NoThread {
        /// What the system said.
        message: String,
    },
    /// A document with this id is known, and has other content. A corrected transcription needs an id of
    /// its own.
    #[error(
        "document {id} is known with other content: a correction is a document with an id of its own, or goes \
         into a new database"
    )]
    DocumentDiffers {
        /// The document.
        id: Id,
    },
    /// A metric with this path is known, and means something else.
    #[error(
        "metric {path} is known with {what} {known}, here it has {new}: one path means one thing"
    )]
    MetricDiffers {
        /// The metric.
        path: MetricPath,
        /// What of its definition differs.
        what: &'static str,
        /// What it is in the database.
        known: String,
        /// What it is in the package.
        new: String,
    },
    /// A company with this id is known, and has another name, or another calendar or other splits that are declared.
    #[error("company {id} is known with another {what}")]
    CompanyDiffers {
        /// The company.
        id: Id,
        /// What of it differs.
        what: &'static str,
    },
    /// A fact of a company that is neither in the package nor in the database.
    #[error("company {id} is not known")]
    UnknownCompany {
        /// The company.
        id: Id,
    },
    /// A fact of a metric that is neither in the package nor in the database.
    #[error("metric {path} is not known")]
    UnknownMetric {
        /// The metric.
        path: MetricPath,
    },
    /// A fact or check that points to a cell which its document does not have.
    #[error("document {document} has no cell {cell}")]
    NoSuchCell {
        /// The document.
        document: Id,
        /// The number of the cell.
        cell: u32,
    },
    /// One cell that says two things about one fact.
    #[error("cell {cell} of document {document} is given twice for one fact")]
    CellTwice {
        /// The document.
        document: Id,
        /// The number of the cell.
        cell: u32,
    },
    /// Something longer than what can be stored.
    #[error("{what} takes {length} bytes, at most {limit} can be stored")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A number that no longer fits its field.
    #[error("the database cannot number more {what}")]
    Full {
        /// What there are too many of.
        what: &'static str,
    },
    /// A series, document or cell number that is not one of this database.
    #[error("there is no {what} {number}")]
    NoSuchNumber {
        /// What was asked for.
        what: &'static str,
        /// Its number.
        number: u64,
    },
}

impl StoreError {
    /// Whether a package was refused for what it is. Everything else is about the database or the disk.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::DocumentDiffers { .. }
            | Self::MetricDiffers { .. }
            | Self::CompanyDiffers { .. }
            | Self::UnknownCompany { .. }
            | Self::UnknownMetric { .. }
            | Self::NoSuchCell { .. }
            | Self::CellTwice { .. }
            | Self::TooLong { .. }
            | Self::Full { .. } => true,
            Self::NotADatabase { .. }
            | Self::Exists { .. }
            | Self::Unfinished { .. }
            | Self::FormatVersion { .. }
            | Self::Locked { .. }
            | Self::ReadOnly { .. }
            | Self::Damaged { .. }
            | Self::EngineFileMissing { .. }
            | Self::NotAFile { .. }
            | Self::SledBehindHead { .. }
            | Self::Io { .. }
            | Self::Halted
            | Self::Unsound { .. }
            | Self::Dump { .. }
            | Self::Cancelled
            | Self::NoThread { .. }
            | Self::NoSuchNumber { .. } => false,
        }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// Something about a key's value.
    pub(crate) fn damaged_at(key: &Key, what: impl std::fmt::Display) -> Self {
        Self::damaged(format!("{} {}: {what}", key.space().name(), numbers(key)))
    }

    /// A value of the tree that does not decode.
    pub(crate) fn decoding(key: &Key, error: &CodecError) -> Self {
        match error {
            CodecError::Version { found } => Self::FormatVersion {
                found: *found,
                expected: crate::codec::FORMAT_VERSION.into(),
            },
            other => Self::damaged_at(key, other),
        }
    }

    pub(crate) fn no_thread(error: &io::Error) -> Self {
        Self::NoThread {
            message: error.to_string(),
        }
    }

    pub(crate) fn io(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly {
                path: path.to_owned(),
                message: error.to_string(),
            },
            kind => Self::Io {
                doing,
                path: path.to_owned(),
                kind,
                message: error.to_string(),
            },
        }
    }
}

/// The numbers of a key, for messages.
fn numbers(key: &Key) -> String {
    let of_series = |series: &SeriesId| {
        let SeriesId {
            metric,
            variant,
            company,
        } = series;
        format!("metric {metric}, variant {variant}, company {company}")
    };
    match key {
        Key::Current { series, chunk } => format!("chunk {chunk} ({})", of_series(series)),
        Key::History { series, chunk } => format!("chunk {chunk} ({})", of_series(series)),
        Key::Entry {
            company,
            metric,
            variant,
        } => format!("metric {metric}, variant {variant}, company {company}"),
        Key::Catalog {
            company,
            commit,
            chunk,
        }
        | Key::Sums {
            company,
            commit,
            chunk,
        }
        | Key::Additions {
            company,
            commit,
            chunk,
        } => format!("{chunk} of commit {commit} (company {company})"),
        Key::Cells { document, first } => format!("from {first} (document {document})"),
        Key::Checks { document, chunk } => format!("chunk {chunk} (document {document})"),
        Key::DocumentIndex(id) => id.to_string(),
        Key::Recent(number)
        | Key::Company(number)
        | Key::Metric(number)
        | Key::Variant(number)
        | Key::Document(number)
        | Key::Intent(number) => number.to_string(),
        Key::Commit(number) => number.to_string(),
    }
}

impl From<CodecError> for StoreError {
    /// Of an encoder: what it was given does not fit.
    fn from(error: CodecError) -> Self {
        match error {
            CodecError::TooLong {
                what,
                length,
                limit,
            } => Self::TooLong {
                what,
                length,
                limit,
            },
            other => Self::damaged(format!("a value cannot be written: {other}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_permission_and_a_read_only_medium_are_one_error() {
        for kind in [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ReadOnlyFilesystem,
        ] {
            let error = StoreError::io("open HEAD", Path::new("x"), &kind.into());
            assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
        }
        let error = StoreError::io(
            "open HEAD",
            Path::new("x"),
            &io::ErrorKind::StorageFull.into(),
        );
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
    }

    #[test]
    fn damage_names_its_place() {
        let series = SeriesId {
            metric: 1,
            variant: 2,
            company: 3,
        };
        let (company, commit, chunk, document) = (3, 4, 5, 6);
        for (key, place) in [
            (
                Key::Current { series, chunk },
                "current block chunk 5 (metric 1, variant 2, company 3)",
            ),
            (
                Key::Entry {
                    company,
                    metric: 1,
                    variant: 2,
                },
                "catalog entry metric 1, variant 2, company 3",
            ),
            (
                Key::Additions {
                    company,
                    commit,
                    chunk,
                },
                "additions record 5 of commit 4 (company 3)",
            ),
            (
                Key::Cells { document, first: 7 },
                "cells record from 7 (document 6)",
            ),
            (
                Key::DocumentIndex("d1".parse().unwrap()),
                "document index entry d1",
            ),
            (Key::Document(7), "document record 7"),
        ] {
            let error = StoreError::decoding(&key, &CodecError::Checksum);
            assert_eq!(
                error.to_string(),
                format!("the database is damaged: {place}: its checksum is wrong")
            );
        }
    }

    /// After one, the packages behind it can be taken in.
    #[test]
    fn a_refusal_is_about_what_a_package_says() {
        let id = || "a".parse().unwrap();
        for refusal in [
            StoreError::DocumentDiffers { id: id() },
            StoreError::UnknownCompany { id: id() },
            StoreError::NoSuchCell {
                document: id(),
                cell: 1,
            },
            StoreError::Full { what: "companies" },
        ] {
            assert!(refusal.is_refusal(), "{refusal}");
        }
        let path = PathBuf::from("db");
        let full = io::Error::from(io::ErrorKind::StorageFull);
        for failure in [
            StoreError::Halted,
            StoreError::damaged("a page"),
            StoreError::Locked { path: path.clone() },
            StoreError::io("write HEAD", &path, &full),
        ] {
            assert!(!failure.is_refusal(), "{failure}");
        }
    }
}
