//! Tidy tables: one observation a row.
//!
//! `definitions` says who and what the rows speak of, `documents` where they were printed; `strict` and `table`
//! read rows, `facts`, `figure` and `checks` what they say.

mod checks;
pub(crate) mod columns;
mod definitions;
mod documents;
mod error;
mod facts;
mod figure;
mod strict;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::{IngestError, IngestReason};
use super::filing::Filing;
use crate::model::{Company, Metric};

use columns::{CELLS_FILE, CHECKS_FILE, FACTS_FILE};
use definitions::Definitions;
use documents::Documents;
pub use error::TableError;
use table::at_file;

/// A table of figures, one observation a row, that was read and can be taken in.
///
/// The columns and the files that may stand beside the table are taught by [`docs::tidy`](crate::docs::tidy).
/// [`TidyExport`](crate::TidyExport) writes such tables.
///
/// ```
/// use kessan::{Database, Tidy};
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("figures.csv");
/// # std::fs::write(folder.path().join("company.toml"), "id = 'minato'\nname = 'Minato Foods KK'\n\
/// #     [[calendar]]\nyear_end = { month = 12 }\nnamed_by = 'end'\n").unwrap();
/// # std::fs::write(folder.path().join("metrics.toml"), "[[metric]]\npath = 'revenue'\nkind = 'flow'\n\
/// #     dimension = 'money'\npositive = 'revenue'\n").unwrap();
/// # let table =
/// "company,metric,period,value,unit,decimals,rounding,published,source
/// minato,revenue,2Q21,1250000000,JPY,-6,nearest,2021-08-10,minato-2021-q2
/// minato,revenue,2Q20,1000000000,JPY,-6,nearest,2021-08-10,minato-2021-q2
/// "
/// # ;
/// # std::fs::write(&path, table).unwrap();
/// // company.toml and metrics.toml stand beside the table.
/// let db = Database::temporary()?;
/// db.ingest(Tidy::read(path)?)?;
/// let change = db.series("minato", "revenue")?.load()?.yoy("2Q21")?.unwrap();
/// assert_eq!(change.to_string(), "2Q21  1,250 million JPY   +25.0%  (2Q20 1,000)");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tidy {
    pub(crate) companies: Vec<Company>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) filings: Vec<Filing>,
    pub(crate) refused: Vec<IngestError>,
}

impl Tidy {
    /// Reads a table with the files beside it, all or nothing: [`TidyOptions::read`] without options.
    ///
    /// # Errors
    /// [`IngestError`] with the place of the first thing that is wrong.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        TidyOptions::new().read(path)
    }

    /// The companies that are defined beside the table.
    #[must_use]
    pub fn companies(&self) -> &[Company] {
        &self.companies
    }

    /// The metrics that are defined beside the table.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The documents with their cells and figures.
    #[must_use]
    pub fn filings(&self) -> &[Filing] {
        &self.filings
    }

    /// How many facts there are.
    #[must_use]
    pub fn facts(&self) -> usize {
        self.filings.iter().map(|filing| filing.facts.len()).sum()
    }

    /// The rows that were not read, each with its place and reason, by file and line. Empty unless
    /// [`TidyOptions::list_refused`] was asked for.
    #[must_use]
    pub fn refused(&self) -> &[IngestError] {
        &self.refused
    }
}

/// How to read a tidy table.
///
/// ```
/// use kessan::{Database, TidyOptions};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("figures.tsv");
/// # std::fs::write(&path, "period\tvalue\n2Q03\t8500\n3Q03\t8.6e3\n").unwrap();
///
/// // figures.tsv has the columns period and value; all rows share the rest.
/// let table = TidyOptions::new()
///     .known(db.companies(), db.metrics())
///     .declare("company", "iij")
///     .declare("metric", "revenue")
///     .declare("unit", "JPY")
///     .declare("scale", "millions")
///     .declare("decimals", "-6")
///     .declare("rounding", "nearest")
///     .declare("published", "2004-02-12")
///     .declare("source", "notes-2004")
///     .list_refused()
///     .read(path)?;
/// assert_eq!(table.facts(), 1);
/// assert!(table.refused()[0].to_string().ends_with(
///     "figures.tsv: line 3, column \"value\", text \"8.6e3\": \
///      \"8.6e3\" is not a plain decimal of at most 28 digits"
/// ));
/// db.ingest(table)?;
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TidyOptions {
    companies: Vec<Company>,
    metrics: Vec<Metric>,
    declared: BTreeMap<String, String>,
    ignored: Vec<String>,
    list_refused: bool,
}

impl TidyOptions {
    /// A table that has all it needs, or nothing of it is read.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Companies and metrics of which the rows may speak besides those defined beside the table: those of the
    /// database, as a rule.
    #[must_use]
    pub fn known(mut self, companies: Vec<Company>, metrics: Vec<Metric>) -> Self {
        self.companies = companies;
        self.metrics = metrics;
        self
    }

    /// A column that the table lacks, with one text for all rows. A table that has the column is refused.
    #[must_use]
    pub fn declare(mut self, column: impl Into<String>, text: impl Into<String>) -> Self {
        self.declared.insert(column.into(), text.into());
        self
    }

    /// A column of the table that says nothing to kessan. Any other unknown column is an error.
    #[must_use]
    pub fn ignore(mut self, column: impl Into<String>) -> Self {
        self.ignored.push(column.into());
        self
    }

    /// Reads what can be read, and [lists](Tidy::refused) the rows of facts and checks that cannot. Everything
    /// else that is wrong (a column, a definition, a document, text that is no table) still is an error.
    #[must_use]
    pub fn list_refused(mut self) -> Self {
        self.list_refused = true;
        self
    }

    /// Reads a table, or the table `facts.csv` (or `.tsv`) of a folder, with the files beside it.
    ///
    /// The whole table is held in memory. A file is at most 1 GiB long, a row 64 KiB.
    ///
    /// # Errors
    /// [`IngestError`] with file, line and column of the first thing that is wrong.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Tidy, IngestError> {
        let path = path.as_ref();
        let (folder, facts) = if path.is_dir() {
            let tabs = path.join("facts.tsv");
            let commas = path.join(FACTS_FILE);
            let found = if tabs.exists() && !commas.exists() {
                tabs
            } else {
                commas
            };
            (path.to_owned(), found)
        } else {
            (parent(path), path.to_owned())
        };
        let mut known = Definitions::default();
        for company in &self.companies {
            known.companies.insert(company.id.clone(), company.clone());
        }
        for metric in &self.metrics {
            known.metrics.insert(metric.path.clone(), metric.clone());
        }
        let own = Definitions::read(&folder)?;
        own.check_identities(&known, &at_file(&folder))?;
        let documents = Documents::read(&folder)?;
        let mut reading = Reading {
            own,
            known,
            list_refused: self.list_refused,
            refused: Vec::new(),
        };
        let checks = folder.join(CHECKS_FILE);
        let with_cells = documents.as_ref().is_some_and(|d| d.with_cells);
        if checks.exists() && !with_cells {
            let file = CELLS_FILE.into();
            return Err(IngestReason::NotFound { file }.at(&at_file(&checks)));
        }
        let mut filings = facts::read(
            &facts,
            &mut reading,
            documents,
            &self.declared,
            &self.ignored,
        )?;
        if checks.exists() {
            checks::read(&checks, &mut reading, &mut filings)?;
        }
        let Reading { own, refused, .. } = reading;
        Ok(Tidy {
            companies: own.companies.into_values().collect(),
            metrics: own.metrics.into_values().collect(),
            filings,
            refused,
        })
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What is known while rows are read, and what became of those that were refused.
#[derive(Debug)]
struct Reading {
    own: Definitions,
    known: Definitions,
    list_refused: bool,
    refused: Vec<IngestError>,
}

impl Reading {
    /// What a row says; `None` where it was refused and is listed.
    fn accept<T>(&mut self, row: Result<T, IngestError>) -> Result<Option<T>, IngestError> {
        match row {
            Ok(said) => Ok(Some(said)),
            Err(error) if self.list_refused => {
                self.refused.push(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn company(&self, id: &crate::model::Id) -> Option<&Company> {
        self.own.company(id, &self.known)
    }

    fn metric(&self, path: &crate::model::MetricPath) -> Option<&Metric> {
        self.own.metric(path, &self.known)
    }
}
