//! What can be wrong with a data set, and with a row of it.

use chrono::NaiveDate;

use crate::model::{ModelError, Period};

/// What is wrong with a data set as a whole, so that nothing of it is read; the [`Place`](crate::Place) of its error
/// names the archive and the file in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataSetError {
    /// No zip archive, or one that is cut off or damaged.
    #[error("the archive cannot be read: {message}")]
    Archive {
        /// What the zip reader says.
        message: String,
    },
    /// Two files of one name.
    #[error("the archive has several files of one name")]
    NameTwice,
    /// A file whose name leads out of the folder that it would be unpacked into.
    #[error("the archive has a file {name:?}, which leads out of it")]
    Outside {
        /// The name.
        name: String,
    },
    /// A file without which it is no data set.
    #[error("the archive has no such file")]
    Missing,
    /// A file that needs a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// A file compressed otherwise than data sets are.
    #[error("the file is compressed by {method}; data sets are deflated or stored")]
    Compression {
        /// How.
        method: String,
    },
    /// A file that would unpack to more than any of a data set does.
    #[error("the file unpacks to {length} bytes, the limit is {limit}")]
    TooLarge {
        /// How large it is.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// A file that is small only in its archive.
    #[error("the file unpacks from {packed} to {length} bytes, more than {limit} times as many")]
    Ratio {
        /// How large it is in the archive.
        packed: u64,
        /// How large it is.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// A file that cannot be unpacked whole, or whose checksum is another.
    #[error("the file cannot be unpacked: {message}")]
    Damaged {
        /// What the zip reader says.
        message: String,
    },
    /// A file without a line that names its columns.
    #[error("the file is empty")]
    Empty,
    /// A file whose lines end with a carriage return and a line feed.
    #[error("its lines end with a carriage return and a line feed, not with a line feed alone")]
    LineEnds,
    /// A file that is not UTF-8.
    #[error(
        "the line that names the columns is not plain UTF-8 text, or begins with a byte order mark"
    )]
    Encoding,
    /// Two columns of one name.
    #[error("the file has the column {column:?} twice")]
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// A column that is needed.
    #[error("the file has no column {column}")]
    MissingColumn {
        /// The column.
        column: &'static str,
    },
    /// Two rows of one key.
    #[error("an earlier row has the key {key:?}")]
    KeyTwice {
        /// The key.
        key: String,
    },
    /// More rows of a filing than any has, or more rows of no filing than can be listed.
    #[error("the file has more than {limit} rows of {of}")]
    TooManyRows {
        /// What they are of.
        of: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The rows could not be put in order on disk.
    #[error("a temporary file failed: {message}")]
    Temporary {
        /// What the system says.
        message: String,
    },
}

/// Why a row of a data set is not taken in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// A row with more or fewer cells than there are columns.
    #[error("the row has {found} cells, the file has {expected} columns")]
    Ragged {
        /// The columns.
        expected: usize,
        /// The cells.
        found: usize,
    },
    /// A row or a text longer than any is.
    #[error("{what} is longer than {limit} bytes")]
    TooLong {
        /// The row or the column.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A cell that is not UTF-8.
    #[error("{column} is not UTF-8 text")]
    NotUtf8 {
        /// The column.
        column: &'static str,
    },
    /// A cell with nothing in it, or with characters that are not seen, where a text is needed.
    #[error("{column} is empty, or has characters that are not seen")]
    NoText {
        /// The column.
        column: &'static str,
    },
    /// Not the number of a filing.
    #[error("{text:?} is not an accession number such as 0001193125-09-214859")]
    Accession {
        /// What is given.
        text: String,
    },
    /// Not SEC's number of a company.
    #[error("{text:?} is not a CIK: at most ten digits")]
    Cik {
        /// What is given.
        text: String,
    },
    /// A filing that `sub.txt` does not have.
    #[error("sub.txt does not have the filing {accession}")]
    NoSubmission {
        /// Its number.
        accession: String,
    },
    /// A filing whose row in `sub.txt` was refused.
    #[error("the row of the filing {accession} in sub.txt is refused")]
    RefusedSubmission {
        /// Its number.
        accession: String,
    },
    /// Something in a column that such files do not have. It may say that the figure is of a part of the company, so it
    /// is not passed over.
    #[error("the column {column:?} is not known, and it is not empty")]
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// A version that is neither a taxonomy and a year nor the filing's own number.
    #[error("the version {text:?} is neither a taxonomy, such as us-gaap/2009, nor this filing")]
    Version {
        /// What is given.
        text: String,
    },
    /// A tag that `tag.txt` does not have.
    #[error("tag.txt does not have this tag and version")]
    NoTag,
    /// A tag that has no figures by `tag.txt`.
    #[error("tag.txt does not say that the tag has instants or durations")]
    Abstract,
    /// Not a date.
    #[error("{column} is not a date such as 20090630")]
    Date {
        /// The column.
        column: &'static str,
    },
    /// A date that is not the end of a month, or out of range.
    #[error("{0}")]
    Period(ModelError),
    /// Not a number of quarters.
    #[error("qtrs is not a whole number from 0")]
    Quarters,
    /// A duration that rounds to no quarters: its length is not told, and it is no instant.
    #[error("the tag has durations, but qtrs is 0: a duration of less than half a quarter")]
    NoQuarters,
    /// An instant with a length.
    #[error("the tag has instants, but qtrs is {quarters}")]
    LongInstant {
        /// The number of quarters.
        quarters: u16,
    },
    /// A period that had not ended when the filing was made, even if its end was rounded up.
    #[error("{period} ends after it was filed on {filed}")]
    NotYetEnded {
        /// The period.
        period: Period,
        /// The day of the filing.
        filed: NaiveDate,
    },
    /// A number beyond exact arithmetic, or none.
    #[error("the value is no plain decimal of at most 28 digits")]
    Value,
    /// A unit that cannot be kept.
    #[error("{0}")]
    Unit(ModelError),
    /// The code of a currency in other letters than its own.
    #[error("the unit {text:?} is neither the currency nor a thing that is counted")]
    CurrencyCase {
        /// The unit.
        text: String,
    },
    /// A currency for a tag that is neither of money nor of money per share. Data sets leave out what money is divided by.
    #[error(
        "the unit {unit} of a {datatype} tag may be an amount or an amount for each of something"
    )]
    AmountOrPer {
        /// The unit.
        unit: String,
        /// The data type of the tag.
        datatype: String,
    },
    /// A tag that no metric can be named after.
    #[error("{0}")]
    Concept(ModelError),
    /// Segments that are not pairs of an axis and a member.
    #[error("segments are written Axis=Member;Axis=Member;")]
    Segments,
    /// An axis or a member that no scope can be named after.
    #[error("{0}")]
    Scope(ModelError),
    /// A co-registrant that the segments contradict.
    #[error("the co-registrant is another than the legal entity of the segments")]
    OtherEntity,
}
