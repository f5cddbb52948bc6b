//! The database as a whole.

use std::fmt;
use std::ops::{ControlFlow, Deref};
use std::path::Path;

use crate::error::Error;
use crate::load;
use crate::load::{LoadItem, LoadProgress, LoadReport, OnFailure};
use crate::package::{Ingested, Package, ingested};
use crate::query::Reader;
use crate::query::cache::Cache;
use crate::query::documents::Documents;
use crate::query::reader::Open;
use crate::store::Store;

/// A database: a folder that this process has open.
///
/// All questions are asked through [`Reader`], which a database derefs to. What a release says is visible all
/// at once or not at all, and is on disk when it has been taken in.
///
/// One process at a time can have a folder open. It is closed when the database and the last [`Reader`] and
/// question made from it are gone; points and other answers are plain data and do not keep it open.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("iij.kessan");
/// let db = Database::open_or_create(path)?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// assert_eq!(db.companies()[0].name, "Internet Initiative Japan Inc.");
/// let point = db.series("iij", "revenue")?.at("1Q03")?.unwrap();
/// assert_eq!(point.to_string(), "1Q03  8,344,046 thousand JPY");
/// # Ok::<(), kessan::Error>(())
/// ```
pub struct Database {
    reader: Reader,
}

impl Database {
    /// Makes a database in a folder that does not exist yet, or is empty.
    ///
    /// # Errors
    /// [`Error::Store`] where there is something already, or the folder cannot be written to.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self::with(Store::create(path)?, path, None))
    }

    /// Opens a database that exists.
    ///
    /// # Errors
    /// [`Error::Store`] where there is none, another process has it open, it is of another format, or it is
    /// damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self::with(Store::open(path)?, path, None))
    }

    /// Opens a database, or makes one where the folder does not exist or is empty.
    ///
    /// # Errors
    /// As of [`Database::open`] and [`Database::create`].
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let vacant = match std::fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        };
        if vacant {
            Self::create(path)
        } else {
            Self::open(path)
        }
    }

    /// A database in a new folder of the system's temporary directory, which is deleted when it is closed.
    ///
    /// # Errors
    /// [`Error::TemporaryFolder`] where no folder can be made, [`Error::Store`] where it cannot be written to.
    pub fn temporary() -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("kessan-")
            .tempdir()
            .map_err(Error::TemporaryFolder)?;
        let path = folder.path().to_owned();
        Ok(Self::with(Store::create(&path)?, &path, Some(folder)))
    }

    fn with(store: Store, path: &Path, folder: Option<tempfile::TempDir>) -> Self {
        Self {
            reader: Reader::new(Open {
                store,
                path: path.to_owned(),
                _folder: folder,
                documents: Documents::default(),
                cache: Cache::default(),
            }),
        }
    }

    /// A handle for other threads, and for whoever shall not write.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Takes in a [`Release`](crate::Release), [`CompanyFacts`](crate::CompanyFacts), a filing of a [`DataSet`](crate::DataSet)
    /// or a [`Package`] of one's own:
    /// whole, or not at all.
    ///
    /// When this returns, what was taken in survives a power cut. Taking in a document again changes nothing.
    ///
    /// # Errors
    /// [`Error::Ingest`] where a figure does not fit its metric. [`Error::Store`] where a document of the same id
    /// but other content, or a company or metric of the same name but another meaning is known, or the disk
    /// refuses. Nothing was changed then.
    pub fn ingest(&self, package: impl Into<Package>) -> Result<Ingested, Error> {
        let package = package.into();
        package.check(&self.reader.snapshot())?;
        let staged = package.digested(false, false)?.staged();
        let committed = self.reader.store().commit(&staged)?;
        Ok(ingested(staged, committed))
    }

    /// Takes in many packages, one after the other: each is a commit, whole or not at all, and on disk when it is counted.
    /// [`LoadItem`] has an example.
    ///
    /// `items` are read in another thread while those before them are written; five runs of some thousand facts are in
    /// memory at a time, or five packages that are larger. A load that ends early waits until the item that is just
    /// being read is there.
    ///
    /// `progress` is called between batches, and can break the load off. A load that was broken off or killed is
    /// continued by doing it again: documents that are known change nothing. A package that cannot be read (an `Err` of
    /// `items`) or taken in is listed in the report, and `on_failure` says whether the load goes on.
    ///
    /// # Errors
    /// [`Error::Store`] where the disk refuses or the database is damaged. What was counted before is on disk.
    pub fn load<I>(
        &self,
        items: I,
        on_failure: OnFailure,
        progress: impl FnMut(&LoadProgress) -> ControlFlow<()>,
    ) -> Result<LoadReport, Error>
    where
        I: IntoIterator<Item = Result<LoadItem, Error>, IntoIter: Send>,
    {
        load::run(self.reader.store(), items.into_iter(), on_failure, progress)
    }

    /// Closes the database. Nothing is lost without it: what was taken in is on disk already. Readers and
    /// questions that are still about keep the folder open until they are gone.
    pub fn close(self) {
        drop(self);
    }
}

impl Deref for Database {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path())
            .field("last_commit", &self.last_commit())
            .finish_non_exhaustive()
    }
}
