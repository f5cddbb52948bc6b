//! SEC's Financial Statement Data Sets: the statements of all filings of a quarter, in one zip archive.
//!
//! `archive` unpacks, `table` reads lines, `submission` and `tag` what filings and tags are. The rows of facts come in
//! any order: `sort` brings together those of a filing; `fact`, `scope` and `filing` say what they mean.

mod archive;
mod error;
mod fact;
mod filing;
mod scope;
mod sort;
mod submission;
mod table;
mod tag;

use std::fmt;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use super::error::{IngestError, IngestReason, Place};
use super::file::read_unchanged;
use archive::Archive;
pub use error::{DataSetError, RowFault};
pub use filing::DataSetFiling;
use filing::OfFiling;
use sort::{Sorted, Sorter};
use submission::{Submission, Submissions, accession};
use table::{Header, Origin, Rows};
use tag::Tags;

/// The largest files, in bytes: those of the largest data sets have a few MB, some 50 MB and some 600 MB.
const SUB_LIMIT: u64 = 1 << 26;
const TAG_LIMIT: u64 = 1 << 28;
const NUM_LIMIT: u64 = 1 << 32;
/// The files of a data set, with those that say nothing of facts: where a statement shows them, and the manual.
const FILES: [&str; 5] = [SUB, TAG, NUM, "pre.txt", "readme.htm"];
const SUB: &str = "sub.txt";
const TAG: &str = "tag.txt";
const NUM: &str = "num.txt";
/// How many bytes of rows are put in order in memory; more go to temporary files.
const MEMORY: usize = 1 << 25;
/// The rows that one filing may have, and that may belong to no filing.
const FILING_LIMIT: usize = 1 << 20;
const STRAY_LIMIT: usize = 100_000;

/// A Financial Statement Data Set of the SEC (`2009q3.zip`): the figures of the primary statements of all filings of a
/// quarter. It gives one filing after the other, by day and number; each can be taken in.
///
/// What it opens has been read to its end and agrees with the checksums. Memory holds the filings and tags, one
/// filing's facts and 32 MiB of rows; the rest of the rows waits in temporary files, since a data set has them in any
/// order. Files of the archive are never unpacked under their own names.
///
/// Every row of `num.txt` is a fact of a filing, or [refused](DataSetFiling::refused) there with line and reason, or
/// of no filing and [refused here](Self::refused).
///
/// - Periods are [nominal](crate::Period::nominal): `ddate` is a rounded month-end, `qtrs` a rounded number of
///   quarters. They are never the same fact as exact dates, so that a company may come from here and from
///   [company facts](crate::CompanyFacts): exact dates win in a series, and a point that is placed by its month-end
///   says so.
/// - The metric is that of the [`Concept`](crate::Concept). The year of a taxonomy is kept in the cell alone. A tag of
///   the company's own is one of the taxonomy `cik0000123456`, whichever filing has it.
/// - A data set writes `USD` for dollars and for dollars per share: the data type of the tag tells which. Where it
///   tells neither, the row is refused.
/// - `segments` and `coreg` are the [scope](crate::Scope). Precision is unknown. A null value is a nil that is
///   [not applicable](crate::Nil::NotApplicable): XBRL says that such a fact has no value, not that it is zero or that
///   there is none. Footnotes are passed over, and so is `pre.txt`.
/// - The document's id ends in `/fsds`: what company facts tell of the same filing is another document.
/// - The calendar is inferred from `fye`, which is rounded to a month-end: weeks of a 52/53-week year are not told.
///   [`DataSetFiling::calendar_notes`] says so.
/// - Columns may stand in any order. [`Self::layout`] tells which are missing or not known. A row with something in a
///   column of `num.txt` that is not known is refused, unless that column is to be [ignored](DataSetOptions::ignore).
///
/// ```
/// use kessan::{DataSet, Database};
/// # use std::io::Write;
/// # let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
/// # for (name, text) in [
/// #     ("sub.txt", "adsh\tcik\tname\tfye\tform\tfy\tfp\tfiled\n0000000123-25-000001\t123\tMINATO FOODS INC\t1231\t10-Q\t2025\tQ1\t20250512\n"),
/// #     ("tag.txt", "tag\tversion\tdatatype\tiord\nRevenues\tus-gaap/2024\tmonetary\tD\n"),
/// #     ("num.txt", "adsh\ttag\tversion\tddate\tqtrs\tuom\tvalue\n\
/// #         0000000123-25-000001\tRevenues\tus-gaap/2024\t20250331\t1\tUSD\t1250000000.0000\n\
/// #         0000000123-25-000001\tRevenues\tus-gaap/2024\t20240331\t1\tUSD\t1.2 billion\n"),
/// # ] {
/// #     zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
/// #     zip.write_all(text.as_bytes()).unwrap();
/// # }
/// # let archive = zip.finish().unwrap();
/// let db = Database::temporary()?;
/// for filing in DataSet::from_reader(archive, "2025q2.zip")? { // or DataSet::open(path)
///     let filing = filing?;
///     assert!(filing.refused()[0].to_string().starts_with("2025q2.zip: num.txt, line 3, "));
///     db.ingest(filing)?; // without what was refused; filing.strict()? would be an error
/// }
/// let revenue = db.series("CIK0000000123", "us_gaap.revenues.flow")?.at("FY2025 Q1")?.unwrap();
/// assert_eq!(revenue.to_string(), "FY2025 Q1  1,250,000,000 USD  [placed by its month-end]");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Debug)]
pub struct DataSet {
    name: String,
    layout: DataSetLayout,
    submissions: Submissions,
    tags: Tags,
    header: Header,
    columns: fact::Columns,
    sorted: Sorted,
    rows: u64,
    refused: Vec<IngestError>,
    next: u32,
}

/// How a data set is laid out, other than the data sets that are known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct DataSetLayout {
    /// Columns that are not known, as file and name.
    pub unknown_columns: Vec<(&'static str, String)>,
    /// Columns that other layouts have, as file and name.
    pub missing_columns: Vec<(&'static str, &'static str)>,
    /// Files of the archive that are not known and were not read.
    pub unknown_files: Vec<String>,
    /// Columns that were to be [ignored](DataSetOptions::ignore), and are none of the unknown ones of `num.txt`.
    pub ignored_in_vain: Vec<String>,
}

/// How to read a data set.
///
/// ```no_run
/// use kessan::DataSetOptions;
/// let set = DataSetOptions::new().ignore("dcml").open("2030q1.zip")?;
/// assert_eq!(set.layout().unknown_columns, [("num.txt", "dcml".to_owned())]);
/// # Ok::<(), kessan::IngestError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DataSetOptions {
    ignored: Vec<String>,
}

impl DataSetOptions {
    /// A data set without columns that are to be ignored.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A column of `num.txt` that does not say what a figure is about. Rows with something in any other unknown column
    /// are refused.
    #[must_use]
    pub fn ignore(mut self, column: impl Into<String>) -> Self {
        self.ignored.push(column.into());
        self
    }

    /// Opens a data set and reads it to its end.
    ///
    /// # Errors
    /// [`IngestError`] where it cannot be read or changed meanwhile, is no archive, or its files are not those of
    /// a data set: [`DataSetError`]. What is wrong with a single row is no error.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<DataSet, IngestError> {
        read_unchanged(path.as_ref(), |file, name| {
            self.read(BufReader::new(file), name)
        })
    }

    /// Reads a data set from wherever it stands; `name` names it in errors.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub fn read(&self, reader: impl Read + Seek, name: &str) -> Result<DataSet, IngestError> {
        let mut archive = Archive::open(reader, name)?;
        // What a damaged file seems to say is no reason to refuse it for.
        self.tables(&mut archive, name)
            .map_err(|error| damage_behind(&mut archive, &error).unwrap_or(error))
    }

    fn tables(
        &self,
        archive: &mut Archive<impl Read + Seek>,
        name: &str,
    ) -> Result<DataSet, IngestError> {
        let mut layout = DataSetLayout {
            unknown_files: archive.others(&FILES),
            ..DataSetLayout::default()
        };
        let of = |file| Origin {
            archive: name,
            file,
        };
        let (header, mut submissions) = Submissions::read(archive.file(SUB, SUB_LIMIT)?, of(SUB))?;
        layout.compare(SUB, &header, &submission::COLUMNS);
        let (header, mut tags) = Tags::read(archive.file(TAG, TAG_LIMIT)?, of(TAG))?;
        layout.compare(TAG, &header, &tag::COLUMNS);

        let origin = of(NUM);
        let (header, mut rows) = Rows::new(archive.file(NUM, NUM_LIMIT)?, origin)?;
        layout.compare(NUM, &header, &fact::COLUMNS);
        let columns = fact::Columns::new(&header, &self.ignored, origin)?;
        let in_vain = |column: &&String| {
            !header
                .unknown(&fact::COLUMNS)
                .any(|(_, name)| name == column.as_str())
        };
        layout.ignored_in_vain = self.ignored.iter().filter(in_vain).cloned().collect();
        let mut refused = std::mem::take(&mut submissions.refused);
        refused.append(&mut tags.refused);
        let mut counts = vec![0; submissions.filings.len()];
        let mut strays = 0;
        let mut sorter = Sorter::new(MEMORY);
        let mut total = 0;
        while let Some(row) = rows.next()? {
            total += 1;
            let cells = row.cells(&header);
            match cells.and_then(|cells| submissions.number(accession(&cells, columns.adsh)?)) {
                Ok(number) => {
                    let count = usize::try_from(number).ok();
                    if let Some(count) = count.and_then(|at| counts.get_mut(at)) {
                        count_one(count, "one filing", FILING_LIMIT, origin)?;
                    }
                    let pushed = sorter.push(number, row.line, row.bytes);
                    pushed.map_err(|error| temporary(&error, origin))?;
                }
                Err(fault) => {
                    count_one(&mut strays, "no filing", STRAY_LIMIT, origin)?;
                    refused.push(origin.row(row.line, row.bytes, fault));
                }
            }
        }
        let in_order = sorter.finish().map_err(|error| temporary(&error, origin))?;
        Ok(DataSet {
            name: name.to_owned(),
            layout,
            submissions,
            tags,
            header,
            columns,
            sorted: in_order,
            rows: total,
            refused,
            next: 0,
        })
    }
}

/// The damage of the file that an error is about, if the archive has it damaged.
fn damage_behind(
    archive: &mut Archive<impl Read + Seek>,
    error: &IngestError,
) -> Option<IngestError> {
    let limits = [(SUB, SUB_LIMIT), (TAG, TAG_LIMIT), (NUM, NUM_LIMIT)];
    let about = |(file, _): &(&str, u64)| error.place.table.as_deref() == Some(*file);
    let (file, limit) = limits.into_iter().find(about)?;
    archive.damage(file, limit)
}

/// Counts a row, up to a limit.
fn count_one(
    count: &mut usize,
    of: &'static str,
    limit: usize,
    origin: Origin<'_>,
) -> Result<(), IngestError> {
    *count += 1;
    if *count > limit {
        return Err(origin.whole(DataSetError::TooManyRows { of, limit }));
    }
    Ok(())
}

fn temporary(error: &std::io::Error, origin: Origin<'_>) -> IngestError {
    let message = error.to_string();
    origin.whole(DataSetError::Temporary { message })
}

impl DataSet {
    /// Opens a data set: [`DataSetOptions::open`] without options.
    ///
    /// # Errors
    /// As there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        DataSetOptions::new().open(path)
    }

    /// Reads a data set from wherever it stands; `name` names it in errors.
    ///
    /// # Errors
    /// As of [`DataSetOptions::open`].
    pub fn from_reader(reader: impl Read + Seek, name: &str) -> Result<Self, IngestError> {
        DataSetOptions::new().read(reader, name)
    }

    /// Which columns and files are missing or not known.
    #[must_use]
    pub fn layout(&self) -> &DataSetLayout {
        &self.layout
    }

    /// How many rows `num.txt` has, without the one that names the columns.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Every row that was refused and is of no filing: those of `sub.txt`, `tag.txt` and `num.txt`, each with line and
    /// reason.
    #[must_use]
    pub fn refused(&self) -> &[IngestError] {
        &self.refused
    }

    /// Passes a data set of which all rows are of a filing.
    ///
    /// # Errors
    /// The first row that is not.
    pub fn strict(self) -> Result<Self, IngestError> {
        match self.refused.first() {
            None => Ok(self),
            Some(first) => Err(first.clone()),
        }
    }

    fn filing(&mut self, number: u32, of: &Submission) -> Result<DataSetFiling, IngestError> {
        let origin = Origin {
            archive: &self.name,
            file: NUM,
        };
        let rows = self.sorted.group(number);
        let rows = rows.map_err(|error| temporary(&error, origin))?;
        let (mut facts, mut refused, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (line, row) in &rows {
            bytes += u64::try_from(row.len()).unwrap_or(u64::MAX) + 1;
            let cells = self.header.cells(row);
            match cells.and_then(|cells| self.columns.fact(&cells, of, &self.tags)) {
                Ok(fact) => facts.push((*line, fact)),
                Err(fault) => refused.push(origin.row(*line, row, fault)),
            }
        }
        let company = self.submissions.company(of);
        let read = OfFiling {
            archive: &self.name,
            facts,
            refused,
            bytes,
        };
        company
            .and_then(|company| DataSetFiling::new(of, company, read))
            .map_err(|error| {
                IngestReason::from(error).at(&Place {
                    document: self.name.clone(),
                    row: Some(of.accession.clone()),
                    ..Place::default()
                })
            })
    }
}

impl Iterator for DataSet {
    type Item = Result<DataSetFiling, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.next;
        let filings = &self.submissions.filings;
        let of = filings.get(usize::try_from(number).ok()?)?.clone();
        self.next += 1;
        Some(self.filing(number, &of))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let given = usize::try_from(self.next).unwrap_or(usize::MAX);
        let left = self.submissions.filings.len().saturating_sub(given);
        (left, Some(left))
    }
}

impl ExactSizeIterator for DataSet {}

impl DataSetLayout {
    fn compare(&mut self, file: &'static str, header: &Header, known: &[&'static str]) {
        let unknown = header.unknown(known);
        let unknown = unknown.map(|(_, column)| (file, column.to_owned()));
        self.unknown_columns.extend(unknown);
        let missing = known
            .iter()
            .filter(|known| header.position(known).is_none());
        self.missing_columns
            .extend(missing.map(|column| (file, *column)));
    }

    /// Whether it is laid out as the data sets that are known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for DataSetLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.unknown_columns.iter();
        let unknown =
            unknown.map(|(file, column)| format!("{file}: the column {column:?} is not known"));
        let missing = self.missing_columns.iter();
        let missing = missing.map(|(file, column)| format!("{file}: there is no column {column}"));
        let files = self.unknown_files.iter();
        let files = files.map(|file| format!("the file {file:?} is not known"));
        let in_vain = self.ignored_in_vain.iter();
        let in_vain = in_vain.map(|column| {
            format!("{NUM}: no column {column:?} is there to be ignored, or it is a known one")
        });
        let all = unknown.chain(missing).chain(files).chain(in_vain);
        let all: Vec<String> = all.collect();
        f.pad(&all.join("\n"))
    }
}
