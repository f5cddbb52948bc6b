//! What can be wrong with a release, and where.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::{
    Currency, Dimension, IdentityError, MetricKind, MetricPath, ModelError, Period, Unit,
};

use super::companyfacts::FactFault;
use super::dataset::{DataSetError, RowFault};
use super::printed::PrintedError;
use super::tidy::TableError;
use super::words::is_invisible;

/// Why a release was refused, and the place of it. Nothing of the release has been taken in.
///
/// Printed as `iij-2003-08-13: table t1, row "Other" (line 6), column "1Q03", text "1O": ...`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct IngestError {
    /// Where it is.
    pub place: Box<Place>,
    /// What is wrong.
    pub reason: Box<IngestReason>,
}

/// A place in a release, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The document's id, or the folder or file before that is known.
    pub document: String,
    /// The table or sentence: the `id` in the manifest.
    pub table: Option<String>,
    /// The row label.
    pub row: Option<String>,
    /// The line of the table file, or the number of the figure in its sentence, from 1.
    pub line: Option<usize>,
    /// The column heading.
    pub column: Option<String>,
    /// The printed text.
    pub text: Option<String>,
}

/// What is wrong with a release.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestReason {
    /// A file could not be read.
    #[error("{file} cannot be read: {message}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        message: String,
    },
    /// A file that stands beside a release is not there.
    #[error("{file} is neither in the release folder nor in its parent")]
    NotFound {
        /// The file.
        file: String,
    },
    /// A file is larger than any release's.
    #[error("{file} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// A file name that leaves the release folder.
    #[error("{file:?} is not a plain file name inside the release folder")]
    OutsideFolder {
        /// The name.
        file: String,
    },
    /// A directory, pipe or device where a file must be.
    #[error("{file} is not a regular file")]
    NotAFile {
        /// What was named.
        file: String,
    },
    /// A link to a file elsewhere.
    #[error("{file} is a link that leads out of its folder; put the file itself there")]
    LinkOutside {
        /// The link.
        file: String,
    },
    /// A file that is not UTF-8 text.
    #[error("{file} is not UTF-8 text (byte {position})")]
    NotUtf8 {
        /// The file.
        file: String,
        /// The first bad byte, from 0.
        position: usize,
    },
    /// A file that begins with a byte order mark.
    #[error("{file} begins with a byte order mark; save it as UTF-8 without one")]
    ByteOrderMark {
        /// The file.
        file: String,
    },
    /// A file whose lines end in CRLF or CR.
    #[error("line {line} of {file} ends with a carriage return; lines end with a line feed alone")]
    CarriageReturn {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A TOML file that does not say what it must.
    #[error("{file}, line {line}: {message}")]
    Toml {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A JSON file that is cut off, is no JSON, or is not of the shape it must have.
    #[error("line {line}, column {column}: {message}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 at the beginning of a line.
        column: usize,
        /// What the JSON reader says.
        message: String,
    },
    /// A key without which a file says nothing.
    #[error("the key {key:?} is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// Not SEC's number of a company.
    #[error("{text} is not a CIK: at most ten digits")]
    Cik {
        /// What is given.
        text: String,
    },
    /// A file that was written to while it was read.
    #[error("{file} changed while it was read")]
    Changed {
        /// The file.
        file: String,
    },
    /// More facts of a company facts file are refused than are listed, so that none of it is read.
    #[error("more than {limit} facts are refused")]
    TooManyRefused {
        /// How many are listed.
        limit: usize,
    },
    /// A fact of a company facts file, in strict mode.
    #[error("{fault} (facts refused in all: {refused})")]
    Fact {
        /// What is wrong with it.
        fault: FactFault,
        /// How many facts of the file are refused.
        refused: usize,
    },
    /// A fact of a company facts file that was refused, the others being taken in.
    #[error("{0}")]
    RefusedFact(FactFault),
    /// A fact of a document that is known with other content. The known one stands; the rest of the package was taken in.
    #[error("the document is known with other content, which stands")]
    KnownOtherwise,
    /// A concept map of another format version.
    #[error("concept map format {found} is not known; this library reads format {expected}")]
    ConceptMapFormat {
        /// The format of the file.
        found: u32,
        /// The format this library reads.
        expected: u32,
    },
    /// A tag of a concept map under which no figure of the metric's kind and dimension can be.
    #[error("{tag} has no figures of kind {kind} and dimension {dimension}")]
    TagSort {
        /// The tag.
        tag: String,
        /// The kind of the metric.
        kind: MetricKind,
        /// The dimension of the metric.
        dimension: Dimension,
    },
    /// A manifest of another format version.
    #[error("manifest format {found} is not known; this library reads format {expected}")]
    ManifestFormat {
        /// What the manifest says.
        found: u32,
        /// What is read.
        expected: u32,
    },
    /// Two entries of one name.
    #[error("{what} {name:?} is declared twice")]
    DeclaredTwice {
        /// What sort of entry.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A table file without figures.
    #[error("the table is empty")]
    EmptyTable,
    /// A table file of one column.
    #[error("the lines have one cell each: is a .tsv separated by tabs, a .csv by commas?")]
    OneColumn,
    /// A line of a table file without any cell.
    #[error("line {line} is blank; a table has no blank lines")]
    BlankLine {
        /// The line, from 1.
        line: usize,
    },
    /// A line with more or fewer cells than the first.
    #[error("the line has {found} cells, the first line has {expected}")]
    RaggedRow {
        /// The cells of the first line.
        expected: usize,
        /// The cells of this line.
        found: usize,
    },
    /// The manifest and the table have different numbers of columns.
    #[error("the manifest has {expected} columns, the table {found}")]
    ColumnCount {
        /// Columns in the manifest.
        expected: usize,
        /// Columns in the table, besides the label.
        found: usize,
    },
    /// A column's heading is not that of the manifest.
    #[error("the heading is {found:?}, the manifest says {expected:?}")]
    Heading {
        /// What the manifest says.
        expected: String,
        /// What the table has.
        found: String,
    },
    /// A row of the table that the manifest has nowhere.
    #[error("no row of the manifest has this label; here it says {expected:?}")]
    UnknownLabel {
        /// What the manifest says; empty at its end.
        expected: String,
    },
    /// A row of the table that the manifest has at another place.
    #[error("the manifest's rows are in another order: here it says {expected:?}")]
    LabelOrder {
        /// What the manifest says; empty at its end.
        expected: String,
    },
    /// A row of the manifest that the table does not have.
    #[error("the manifest has a row that the table does not have")]
    MissingRow,
    /// Two manifest entries for one printed cell.
    #[error("the manifest maps one printed row or column twice")]
    MappedTwice,
    /// Two columns that are the same facts.
    #[error("the column holds the same facts as column {other:?}")]
    DuplicateColumn {
        /// The other column.
        other: String,
    },
    /// A column, row or figure without a role, or with several.
    #[error("{what} needs exactly one role ({roles}), it has {found}")]
    Role {
        /// What it is.
        what: &'static str,
        /// The roles there are.
        roles: &'static str,
        /// How many are given.
        found: usize,
    },
    /// A key that says something of which its role makes no use.
    #[error("{key} is not used by {role}; leave it out")]
    UnusedKey {
        /// The key.
        key: &'static str,
        /// What does not use it.
        role: &'static str,
    },
    /// An id that no ledger could use.
    #[error("{id:?} is not an id of a table or sentence: 1 to 32 letters, digits, - and _")]
    EntryId {
        /// The id.
        id: String,
    },
    /// Words that say nothing.
    #[error("{what} is blank")]
    Blank {
        /// What it is.
        what: &'static str,
    },
    /// A control character, or one that turns the direction of writing.
    #[error("{what} has the invisible character U+{code:04X}; leave it out")]
    Invisible {
        /// What it is.
        what: &'static str,
        /// The character's code point.
        code: u32,
    },
    /// A growth rate or difference of a figure with itself.
    #[error(
        "{operand} is compared with itself (two published versions of one figure are a revision)"
    )]
    ComparedWithItself {
        /// The figure.
        operand: String,
    },
    /// A printed number of points that is no difference of percentages.
    #[error("points are printed; only a change of a percentage is in points")]
    Points,
    /// A rate of translation that is not positive.
    #[error("the rate of a translation is above zero, not {rate}")]
    Rate {
        /// The rate.
        rate: Decimal,
    },
    /// A translation into the currency of the original.
    #[error("{unit} is not translated into {currency}: the original has another currency")]
    SameCurrency {
        /// The unit of the original.
        unit: Unit,
        /// The currency of the translation.
        currency: Currency,
    },
    /// A heading row with figures.
    #[error("the manifest calls the row a heading, but it has figures")]
    FiguresInHeading,
    /// A cell with another number of figures than its column declares.
    #[error("the cell has {found} figures, the manifest declares {expected}")]
    FigureCount {
        /// What is declared.
        expected: usize,
        /// What is printed.
        found: usize,
    },
    /// A column that another one refers to does not exist.
    #[error("there is no column of figures {name:?}")]
    NoColumn {
        /// The name.
        name: String,
    },
    /// A row that a share refers to does not exist, or exists twice.
    #[error("there is not exactly one row of figures labelled {label:?}")]
    NoRow {
        /// The label.
        label: String,
    },
    /// A metric that is not defined.
    #[error("metric {path} is not defined")]
    UnknownMetric {
        /// The metric.
        path: MetricPath,
    },
    /// A metric whose kind and dimension do not go together.
    #[error(
        "{path} is a {kind} of dimension {dimension}: percentages are ratios, ratios are percent or pure, and amounts per share are money_per"
    )]
    Incoherent {
        /// The metric.
        path: MetricPath,
        /// Its kind.
        kind: MetricKind,
        /// Its dimension.
        dimension: Dimension,
    },
    /// A metric whose words for positive and negative say nothing, or the same.
    #[error(
        "{path} needs a word for what positive means, and another one for negative if it has one"
    )]
    NoMeaning {
        /// The metric.
        path: MetricPath,
    },
    /// A share of something of another dimension.
    #[error("{part} cannot be a share of {whole}, which is of another dimension")]
    ShareOfOther {
        /// The part.
        part: MetricPath,
        /// The whole.
        whole: MetricPath,
    },
    /// A revision that does not lead from an earlier to a later day, up to the document's own.
    #[error("a revision leads from an earlier to a later publication, not from {from} to {to}")]
    Revision {
        /// The earlier day.
        from: NaiveDate,
        /// The later day.
        to: NaiveDate,
    },
    /// One cell, or two cells of one row, that give one fact twice.
    #[error("it gives {fact} again, which {other} gives already")]
    GivenTwice {
        /// The fact.
        fact: String,
        /// The address of the other cell, or of this one.
        other: String,
    },
    /// A range whose lower end is above the upper one.
    #[error("the range runs from {low} down to {high}")]
    RangeReversed {
        /// The lower end.
        low: String,
        /// The upper end.
        high: String,
    },
    /// An identity that means nothing.
    #[error("the identity {identity:?}: {error}")]
    Identity {
        /// The identity, as far as it could be read.
        identity: String,
        /// What is wrong with it.
        error: IdentityError,
    },
    /// A meaning of positive that is neither of the metric's.
    #[error(
        "positive is {found:?}, but {path} knows only {positive:?}{}",
        Other(negative)
    )]
    Orientation {
        /// The metric.
        path: MetricPath,
        /// What the row says.
        found: String,
        /// The metric's positive.
        positive: String,
        /// The metric's negative.
        negative: String,
    },
    /// No unit is declared or printed.
    #[error("no unit is declared or printed: give one on the table, column, row or figure")]
    MissingUnit,
    /// No scale is declared or printed.
    #[error(
        "no scale is declared or printed: give one on the table, column, row or figure, and with every unit of \
         another dimension than the table's"
    )]
    MissingScale,
    /// No period is declared.
    #[error("no period is declared")]
    MissingPeriod,
    /// A unit of another dimension than the metric's.
    #[error(
        "{unit} is not a unit of {path}, whose dimension is {dimension}: give the row or figure its own unit and scale"
    )]
    WrongDimension {
        /// The metric.
        path: MetricPath,
        /// Its dimension.
        dimension: Dimension,
        /// The unit given.
        unit: Unit,
    },
    /// A printed currency, noun or percent sign against the declared unit.
    #[error("the text says {printed}, the declared unit is {unit}")]
    ContradictsUnit {
        /// What is printed.
        printed: String,
        /// What is declared.
        unit: Unit,
    },
    /// A printed scale word against the figure's own declared scale.
    #[error("the text is in 10^{printed}, the declared scale is 10^{declared}")]
    ContradictsScale {
        /// The power of ten that is printed.
        printed: u32,
        /// The power of ten that is declared.
        declared: u32,
    },
    /// A declared precision finer than the printed digits.
    #[error("{declared} decimals are declared, but only {printed} are printed")]
    FinerThanPrinted {
        /// What is declared.
        declared: i8,
        /// What the digits show.
        printed: i64,
    },
    /// A period that a metric of this kind cannot have.
    #[error("{path} is a {kind}, which has no figure at {period}")]
    PeriodKind {
        /// The metric.
        path: MetricPath,
        /// Its kind.
        kind: MetricKind,
        /// The period.
        period: Period,
    },
    /// A printed nil mark whose meaning is not declared.
    #[error("a nil mark is printed, but nil is not declared as zero, none or not_applicable")]
    NilNotDeclared,
    /// A word where a figure is expected.
    #[error("a figure is expected here")]
    NotAFigure,
    /// A range that is not declared as one, or the reverse.
    #[error("a range such as 0.90-1.00 goes with range = true, and nothing else does")]
    Range,
    /// A negative figure of a metric that has no meaning for one.
    #[error(
        "the figure is negative, but {path} says only what positive means: give it a negative in metrics.toml, or the row its positive"
    )]
    NoNegative {
        /// The metric.
        path: MetricPath,
    },
    /// An actual figure of a period that had not ended.
    #[error(
        "it is an actual figure for {period}, which ends after it was published on {published}: is it a target, or the calendar wrong?"
    )]
    NotYetEnded {
        /// The period.
        period: Period,
        /// The day of publication.
        published: NaiveDate,
    },
    /// A direction word beside a printed sign.
    #[error("the text has a sign of its own beside the word for its direction")]
    DirectionAndSign,
    /// A declared bound, approximation or direction against what is printed.
    #[error("the declared bound, approximation or direction is not what the text says")]
    ContradictsWords,
    /// A publication date after the document's, or without evidence.
    #[error("an earlier publication needs a date before the document's and its evidence")]
    Publication,
    /// A text longer than a database keeps.
    #[error("{what} has {length} bytes, at most {limit} are kept")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// More of something than any release has.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A number that cannot be read exactly.
    #[error("{0}")]
    Number(#[from] PrintedError),
    /// A number of more than 28 digits, which exact arithmetic does not always hold.
    #[error("the number is beyond 28 digits in base units")]
    TooManyDigits,
    /// Cells that contradict each other, in strict mode.
    #[error("it contradicts {other} ({text:?}) about {fact}")]
    Contradiction {
        /// The address of the other cell.
        other: String,
        /// The text of the other cell.
        text: String,
        /// The fact both are about.
        fact: String,
    },
    /// A tidy table that cannot be read.
    #[error("{0}")]
    Table(#[from] TableError),
    /// A data set that cannot be read.
    #[error("{0}")]
    DataSet(#[from] DataSetError),
    /// A row of a data set that is refused.
    #[error("{0}")]
    Row(#[from] RowFault),
    /// The document's digest could not be computed.
    #[error("the document's digest cannot be computed: {message}")]
    Digest {
        /// Why.
        message: String,
    },
    /// A name, date or rule that means nothing.
    #[error("{0}")]
    Model(#[from] ModelError),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Readable(&self.document))?;
        let mut mark = ": ";
        let mut part = |f: &mut fmt::Formatter<'_>, text: String| {
            let result = write!(f, "{mark}{text}");
            mark = ", ";
            result
        };
        if let Some(table) = &self.table {
            part(f, Readable(table).to_string())?;
        }
        match (&self.row, self.line) {
            (Some(row), Some(line)) => part(f, format!("row {row:?} (line {line})"))?,
            (Some(row), None) => part(f, format!("row {row:?}"))?,
            (None, Some(line)) => part(f, format!("line {line}"))?,
            (None, None) => {}
        }
        if let Some(column) = &self.column {
            part(f, format!("column {column:?}"))?;
        }
        if let Some(text) = &self.text {
            part(f, format!("text {text:?}"))?;
        }
        Ok(())
    }
}

/// A name or place as it is; in quotes, with escapes, where it has characters that are not seen.
pub(super) struct Readable<'a>(pub(super) &'a str);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(is_invisible) {
            write!(f, "{:?}", self.0)
        } else {
            f.write_str(self.0)
        }
    }
}

impl IngestReason {
    /// This, at a place.
    pub(crate) fn at(self, place: &Place) -> IngestError {
        IngestError {
            place: Box::new(place.clone()),
            reason: Box::new(self),
        }
    }
}

/// The other meaning of a sign, if there is one.
struct Other<'a>(&'a str);

impl fmt::Display for Other<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " and {:?}", self.0)
        }
    }
}
