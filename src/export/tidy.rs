//! A database as tidy tables.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

use super::formula::formula_safe;
use super::tables::{self, Companies, Metrics};
use crate::error::Error;
use crate::ingest::tidy::columns::{
    CELLS, CELLS_FILE, CHECKS, CHECKS_FILE, COMPANIES_FILE, DOCUMENTS, DOCUMENTS_FILE, FACTS,
    FACTS_FILE, METRICS_FILE,
};
use crate::model::Id;
use crate::query::Reader;
use crate::query::request::series_of;

/// A database as tidy tables: one observation a row, with the documents, cells, checks, companies and metrics.
///
/// [`Tidy`](crate::Tidy) reads what this writes: a database made of it has the same facts, with all their
/// versions and sources. Only its commits are its own: when the figures were recorded here is not
/// written. The files are taught by [`docs::tidy`](crate::docs::tidy).
///
/// The order of rows does not depend on the order in which documents were taken in: the same database is
/// written as the same bytes. An export sees the database as it was when the export was made, whatever is taken
/// in meanwhile. It holds one series and one document at a time, and an id of every document.
///
/// ```
/// use kessan::{Database, Release, Tidy, TidyExport};
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// # let parent = tempfile::tempdir().unwrap();
/// # let folder = parent.path().join("iij");
/// let written = TidyExport::new(&db).to_folder(&folder)?;
/// assert_eq!(written.documents, 1);
///
/// let copy = Database::temporary()?;
/// copy.ingest(Tidy::read(&folder)?)?;
/// assert_eq!(
///     copy.series("iij", "revenue")?.at("1Q03")?.unwrap().to_string(),
///     db.series("iij", "revenue")?.at("1Q03")?.unwrap().to_string(),
/// );
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TidyExport {
    reader: Reader,
    formula_safe: bool,
}

/// How many rows of each table were written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exported {
    /// Companies.
    pub companies: u64,
    /// Metrics.
    pub metrics: u64,
    /// Documents.
    pub documents: u64,
    /// Printed cells.
    pub cells: u64,
    /// Observations of facts.
    pub facts: u64,
    /// Figures that others determine.
    pub checks: u64,
}

impl TidyExport {
    /// An export of the database as it is now.
    #[must_use]
    pub fn new(reader: &Reader) -> Self {
        Self {
            reader: reader.pinned(),
            formula_safe: false,
        }
    }

    /// Writes no cell that a spreadsheet would take for a formula, as [`formula_safe`] has it: for people who open the tables
    /// in one. Such tables are not to be read back, since printed texts may have an apostrophe that nobody printed;
    /// their files in [a folder](Self::to_folder) end in `.safe.csv`, which [`Tidy`](crate::Tidy) does not look for.
    #[must_use]
    pub fn formula_safe(mut self) -> Self {
        self.formula_safe = true;
        self
    }

    /// Writes all tables to a folder that does not exist yet. It appears when all of it is written: until then
    /// it has the ending `.partial`. Where that fails, it is removed.
    ///
    /// # Errors
    /// [`Error::Export`] where the folder or its `.partial` exists or cannot be written to, [`Error::Store`]
    /// where the database cannot be read.
    pub fn to_folder(&self, folder: impl AsRef<Path>) -> Result<Exported, Error> {
        let folder = folder.as_ref();
        let failed = |path: &Path| {
            let file = path.display().to_string();
            move |error| Error::Export { file, error }
        };
        if folder.symlink_metadata().is_ok() {
            let exists = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(failed(folder)(exists));
        }
        let mut partial = folder.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        fs::create_dir(&partial).map_err(failed(&partial))?;
        let exported = self.fill(&partial);
        let done = exported.and_then(|exported| {
            fs::rename(&partial, folder).map_err(failed(folder))?;
            Ok(exported)
        });
        if done.is_err() {
            // On a full disk it would be in the way of the next try.
            let _ = fs::remove_dir_all(&partial);
        }
        done
    }

    /// Writes all tables to an empty folder.
    fn fill(&self, folder: &Path) -> Result<Exported, Error> {
        let failed = |path: &Path| {
            let file = path.display().to_string();
            move |error| Error::Export { file, error }
        };
        let write = |name: &str, table: Table| {
            let path = match name.strip_suffix(".csv") {
                Some(stem) if self.formula_safe => folder.join(format!("{stem}.safe.csv")),
                _ => folder.join(name),
            };
            let file = File::create_new(&path).map_err(failed(&path))?;
            let mut file = BufWriter::new(file);
            let rows = table(self, &mut file)?;
            let file = file
                .into_inner()
                .map_err(|e| failed(&path)(e.into_error()))?;
            file.sync_all().map_err(failed(&path))?;
            Ok::<u64, Error>(rows)
        };
        Ok(Exported {
            companies: write(COMPANIES_FILE, |export, file| export.companies(file))?,
            metrics: write(METRICS_FILE, |export, file| export.metrics(file))?,
            documents: write(DOCUMENTS_FILE, |export, file| export.documents(file))?,
            cells: write(CELLS_FILE, |export, file| export.cells(file))?,
            checks: write(CHECKS_FILE, |export, file| export.checks(file))?,
            facts: write(FACTS_FILE, |export, file| export.facts(file))?,
        })
    }

    /// Writes `facts.csv`: every observation of every fact, by company, series, dates, publication and document.
    ///
    /// # Errors
    /// [`Error::Export`] where it cannot be written, [`Error::Store`] where the database cannot be read.
    pub fn facts(&self, to: impl Write) -> Result<u64, Error> {
        let mut sheet = self.sheet(FACTS_FILE, to, &FACTS)?;
        let snapshot = self.reader.snapshot();
        for company in self.reader.companies() {
            for key in series_of(&snapshot, &company.id)? {
                let Some(id) = snapshot.series_id(&key) else {
                    continue;
                };
                for seen in snapshot.observations(id)? {
                    let documents = self.reader.document_cache();
                    let source = documents.look_up(&snapshot, seen.source.document)?;
                    sheet.row(&tables::fact(&key, &seen, &source.id))?;
                }
            }
        }
        sheet.finish()
    }

    /// Writes `documents.csv`, by day of publication and id.
    ///
    /// # Errors
    /// As of [`TidyExport::facts`].
    pub fn documents(&self, to: impl Write) -> Result<u64, Error> {
        let mut sheet = self.sheet(DOCUMENTS_FILE, to, &DOCUMENTS)?;
        let snapshot = self.reader.snapshot();
        for (number, _) in self.order()? {
            sheet.row(&tables::document(&snapshot.document(number)?))?;
        }
        sheet.finish()
    }

    /// Writes `cells.csv`, by document and number.
    ///
    /// # Errors
    /// As of [`TidyExport::facts`].
    pub fn cells(&self, to: impl Write) -> Result<u64, Error> {
        let mut sheet = self.sheet(CELLS_FILE, to, &CELLS)?;
        let snapshot = self.reader.snapshot();
        for (document, source) in self.order()? {
            for (number, cell) in snapshot.cells(document)?.iter().enumerate() {
                sheet.row(&tables::cell(&source, number, cell))?;
            }
        }
        sheet.finish()
    }

    /// Writes `checks.csv`, by document, in the order of the document.
    ///
    /// # Errors
    /// As of [`TidyExport::facts`].
    pub fn checks(&self, to: impl Write) -> Result<u64, Error> {
        let mut sheet = self.sheet(CHECKS_FILE, to, &CHECKS)?;
        let snapshot = self.reader.snapshot();
        for (document, source) in self.order()? {
            for check in snapshot.checks(document)? {
                sheet.row(&tables::check(&source, &check))?;
            }
        }
        sheet.finish()
    }

    /// Writes `companies.toml`, by id.
    ///
    /// # Errors
    /// As of [`TidyExport::facts`].
    pub fn companies(&self, to: impl Write) -> Result<u64, Error> {
        let companies = self.reader.companies();
        entries(COMPANIES_FILE, to, companies.iter().map(Companies::from))
    }

    /// Writes `metrics.toml`, by path.
    ///
    /// # Errors
    /// As of [`TidyExport::facts`].
    pub fn metrics(&self, to: impl Write) -> Result<u64, Error> {
        let metrics = self.reader.metrics();
        entries(METRICS_FILE, to, metrics.iter().map(Metrics::from))
    }

    fn sheet<W: Write>(
        &self,
        file: &'static str,
        to: W,
        header: &[&str],
    ) -> Result<Sheet<W>, Error> {
        let mut sheet = Sheet {
            file,
            writer: csv::Writer::from_writer(to),
            rows: 0,
            formula_safe: self.formula_safe,
        };
        sheet.put(header)?;
        Ok(sheet)
    }

    /// The numbers and ids of all documents, by day of publication and id.
    fn order(&self) -> Result<Vec<(u32, Id)>, Error> {
        let snapshot = self.reader.snapshot();
        let mut order: Vec<(NaiveDate, Id, u32)> = Vec::new();
        for number in 0..snapshot.document_count() {
            let document = snapshot.document(number)?;
            order.push((document.published, document.id, number));
        }
        order.sort_unstable();
        Ok(order
            .into_iter()
            .map(|(_, id, number)| (number, id))
            .collect())
    }
}

type Table = fn(&TidyExport, &mut BufWriter<File>) -> Result<u64, Error>;

/// A table that is being written.
struct Sheet<W: Write> {
    file: &'static str,
    writer: csv::Writer<W>,
    rows: u64,
    formula_safe: bool,
}

impl<W: Write> Sheet<W> {
    fn row(&mut self, cells: &[String]) -> Result<(), Error> {
        self.rows += 1;
        if self.formula_safe {
            let safe: Vec<_> = cells.iter().map(|cell| formula_safe(cell)).collect();
            let safe: Vec<&str> = safe.iter().map(AsRef::as_ref).collect();
            return self.put(&safe);
        }
        self.put(cells)
    }

    fn put<T: AsRef<[u8]>>(&mut self, cells: &[T]) -> Result<(), Error> {
        let written = self.writer.write_record(cells);
        written.map_err(|error| failed(self.file, io::Error::from(error)))
    }

    fn finish(mut self) -> Result<u64, Error> {
        let flushed = self.writer.flush();
        flushed.map_err(|error| failed(self.file, error))?;
        Ok(self.rows)
    }
}

fn failed(file: &str, error: io::Error) -> Error {
    Error::Export {
        file: file.to_owned(),
        error,
    }
}

/// Writes entries of an array of TOML tables, one at a time.
fn entries<T: Serialize>(
    file: &str,
    mut to: impl Write,
    entries: impl Iterator<Item = T>,
) -> Result<u64, Error> {
    let mut rows = 0;
    for entry in entries {
        let text =
            toml::to_string(&entry).map_err(|error| failed(file, io::Error::other(error)))?;
        let gap = if rows == 0 { "" } else { "\n" };
        write!(to, "{gap}{text}").map_err(|error| failed(file, error))?;
        rows += 1;
    }
    to.flush().map_err(|error| failed(file, error))?;
    Ok(rows)
}
