//! Many packages, one after the other: what is handed over, and what became of all of it.

mod report;
mod run;

pub use report::{DifferingDocument, KeptDefinition, LoadEnd, LoadFailure, LoadNote, LoadReport};
pub(crate) use run::run;

use std::fmt;

use crate::ingest::{
    CalendarNote, CompanyFacts, DataSetFiling, IngestError, IngestReason, Place, SplitNote, Tidy,
};
use crate::package::Package;

/// One package of a bulk load, with what its reader refused.
///
/// [`CompanyFacts`], [`Tidy`] tables and the filings of a [`DataSet`](crate::DataSet) become one; readers of other data build one.
///
/// ```
/// use std::ops::ControlFlow;
/// use kessan::{CompanyFacts, Database, LoadItem, OnFailure, Outcome};
/// # let folder = tempfile::tempdir().unwrap();
/// # let json = r#"{"cik": 123, "entityName": "Minato Foods Inc.", "facts": {"us-gaap": {"Revenues": {"units": {"USD": [
/// #     {"start": "2023-01-01", "end": "2023-12-31", "val": 1250, "accn": "0000000123-24-000001", "fy": 2023,
/// #      "fp": "FY", "form": "10-K", "filed": "2024-02-20"},
/// #     {"start": "2024-01-01", "end": "2024-12-31", "val": "1.3 billion", "accn": "0000000123-25-000001",
/// #      "fy": 2024, "fp": "FY", "form": "10-K", "filed": "2025-02-20"}]}}}}}"#;
/// # let files = [folder.path().join("CIK0000000123.json"), folder.path().join("CIK0000000124.json")];
/// # std::fs::write(&files[0], json).unwrap();
/// let items = files.iter().map(|file| Ok(LoadItem::from(CompanyFacts::read(file)?)));
///
/// let db = Database::temporary()?;
/// let report = db.load(items, OnFailure::Continue, |progress| {
///     println!("{} files, {} facts", progress.packages, progress.facts);
///     ControlFlow::Continue(()) // Break(()) would end the load, to be continued another time
/// })?;
/// assert_eq!(report.facts(), 2);
/// assert_eq!(report.count(Outcome::Created), 1);
/// let place = report.refused[0].place.table.as_deref();
/// assert_eq!(place, Some("/facts/us-gaap/Revenues/units/USD/1"));
/// assert!(report.failed[0].to_string().contains("CIK0000000124.json")); // which is not there
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct LoadItem {
    /// What it was read from, for reports: a file, or a filing of an archive.
    pub source: String,
    /// How many bytes of the source were read for it, for progress; 0 where that is not known.
    pub bytes: u64,
    /// What is taken in: whole, or not at all, but for what [`Self::by_document`] says.
    pub package: Package,
    /// What stands in the source and is not in the package, each with its place and reason.
    pub refused: Vec<IngestError>,
    /// Whether the names, calendars and splits of its companies are worked out from its data. What of them does not stand
    /// against what the database knows is then in the [report](LoadReport::kept_definitions); of a package that declares them
    /// it fails the package. [`Package::evidence`] tells which of two stands.
    pub inferred: bool,
    /// Whether a document that the database knows with other content is refused alone, with all its facts, and the rest of
    /// the package taken in: the [report](LoadReport::differing_documents) says so. Otherwise it fails the package.
    ///
    /// Company facts that are not [strict](CompanyFacts::strict) are loaded so: their file is one package, and a filing
    /// that changes in it is no reason to go without those that come later.
    pub by_document: bool,
    /// What is uncertain about what was worked out, or could not be.
    pub notes: Vec<DefinitionNote>,
    /// Why nothing of it is to be taken in, where that is so: the package [fails](LoadReport::failed), and its facts are
    /// counted there. So it is with what is not [strict](Self::strict_facts).
    pub fault: Option<IngestError>,
}

/// What is uncertain about a definition that was worked out from filings.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DefinitionNote {
    /// About the fiscal calendar.
    Calendar(CalendarNote),
    /// About the share splits.
    Split(SplitNote),
}

impl fmt::Display for DefinitionNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DefinitionNote::Calendar(note) => note.fmt(f),
            DefinitionNote::Split(note) => note.fmt(f),
        }
    }
}

impl From<CompanyFacts> for LoadItem {
    /// The facts that were not refused, and those that were.
    fn from(facts: CompanyFacts) -> Self {
        let refused = facts.refused().iter().map(|refused| {
            let place = Place {
                document: facts.file().to_owned(),
                table: Some(refused.place.clone()),
                text: Some(refused.text.clone()),
                ..Place::default()
            };
            IngestReason::RefusedFact(refused.fault.clone()).at(&place)
        });
        let calendar = facts.calendar_notes().iter().cloned();
        let calendar = calendar.map(DefinitionNote::Calendar);
        let splits = facts.split_notes().iter().cloned();
        let splits = splits.map(DefinitionNote::Split);
        Self {
            source: facts.file().to_owned(),
            bytes: facts.bytes(),
            refused: refused.collect(),
            inferred: facts.evidence().is_inferred(),
            by_document: !facts.is_strict(),
            notes: calendar.chain(splits).collect(),
            fault: None,
            package: Package::from(facts),
        }
    }
}

impl From<DataSetFiling> for LoadItem {
    /// The facts that were not refused, and the rows that were. Rows of no filing are in
    /// [`DataSet::refused`](crate::DataSet::refused).
    fn from(filing: DataSetFiling) -> Self {
        let notes = filing.calendar_notes().to_vec().into_iter();
        let notes = notes.map(DefinitionNote::Calendar);
        Self {
            source: filing.filing().document.id.to_string(),
            bytes: filing.bytes(),
            refused: filing.refused().to_vec(),
            inferred: true,
            by_document: false,
            notes: notes.collect(),
            fault: None,
            package: Package::from(filing),
        }
    }
}

impl LoadItem {
    /// A tidy table under the name of its file: the rows that were not refused, and those that were.
    #[must_use]
    pub fn tidy(source: impl Into<String>, tidy: Tidy) -> Self {
        Self {
            source: source.into(),
            bytes: 0,
            refused: tidy.refused().to_vec(),
            inferred: false,
            by_document: false,
            notes: Vec::new(),
            fault: None,
            package: Package::from(tidy),
        }
    }

    /// A file of company facts that is taken in whole or not at all: one that [`CompanyFacts::strict`] does not pass fails,
    /// and its facts are counted as those of a package that failed.
    #[must_use]
    pub fn strict_facts(facts: CompanyFacts) -> Self {
        Self {
            fault: facts.fault(),
            by_document: false,
            ..Self::from(facts)
        }
    }

    /// The same of a filing of a data set, by [`DataSetFiling::strict`].
    #[must_use]
    pub fn strict_filing(filing: DataSetFiling) -> Self {
        Self {
            fault: filing.fault(),
            ..Self::from(filing)
        }
    }
}

/// What a load does when a package cannot be read or taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnFailure {
    /// It is listed, and the load goes on with the next.
    #[default]
    Continue,
    /// It is listed, and the load ends. What was taken in before stays.
    Stop,
}

/// How far a load is. Everything that is counted here is on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct LoadProgress {
    /// Packages done: taken in, known before, or failed.
    pub packages: usize,
    /// How many there are in all, where the iterator knows.
    pub of_packages: Option<usize>,
    /// Bytes of sources done, of packages that could be read.
    pub bytes: u64,
    /// Facts read.
    pub facts: u64,
    /// Facts and rows refused.
    pub refused: usize,
    /// Packages that failed.
    pub failed: usize,
}
