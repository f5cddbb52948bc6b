//! The database as a whole.

use std::fmt;
use std::io::{BufRead, Write};
use std::ops::{ControlFlow, Deref};
use std::path::Path;

use crate::error::Error;
use crate::load;
use crate::load::{LoadItem, LoadProgress, LoadReport, OnFailure};
use crate::package::{Ingested, Package, digest_of, ingested};
use crate::query::Reader;
use crate::query::cache::Cache;
use crate::query::documents::Documents;
use crate::query::reader::Open;
use crate::store::{Dumped, Incomplete, Salvaged, Store, StoreError, UpkeepProgress, VerifyReport};

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
    /// Makes a database in a folder that does not exist yet, or is empty, or whose creation was cut off before it was a
    /// database.
    ///
    /// # Errors
    /// [`Error::Store`] where there is something already, or somebody else is creating it, or the folder cannot be written to.
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

    /// Opens a database, or makes one where the folder does not exist or is empty, or where its creation was cut off.
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
            return Self::create(path);
        }
        match Self::open(path) {
            Err(Error::Store(StoreError::Unfinished { .. })) => Self::create(path),
            opened => opened,
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

    /// Reads all of the database, and holds every part against the others: every stored value against its checksum, the
    /// commits against each other and against HEAD, what is listed against what is there, what is shown against what documents said,
    /// and what is stored of each document against the digest that was made when it was taken in.
    /// What is wrong is listed in the report, each with its place, however much it is.
    ///
    /// Readers and a writer go on meanwhile. What is verified is the database as it was at the last commit when this began. It
    /// holds the facts of one company and one document at a time (of documents about many companies up to a million facts, and
    /// reads all series once more for every further million), and some 40 bytes for every document.
    ///
    /// `progress` is called now and then, and can break it off.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use kessan::{Database, Release};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let report = db.verify(|_| ControlFlow::Continue(()))?;
    /// assert!(report.is_sound(), "{report}");
    /// assert_eq!((report.commits, report.documents), (1, 1));
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Halted`] where an earlier write failed: only opening again tells what is on disk.
    pub fn verify(
        &self,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, Error> {
        Ok(self.reader.store().verify(&digest_of, &mut progress)?)
    }

    /// Copies the database, as it is at its last commit, to a new folder: it does not exist yet, or is empty. Readers and a writer go on
    /// meanwhile. The copy is a database like any other, of the same commits.
    ///
    /// It is made beside its place under the name `.NAME.xxxxxx.unfinished`, [verified](Self::verify), fsynced, and gets its
    /// name at last: what has the name is whole. If this fails, nothing is left of it.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use kessan::{Database, Release};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let [monday, restored] = ["monday.kessan", "restored.kessan"].map(|name| folder.path().join(name));
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let copied = db.backup(&monday, |_| ControlFlow::Continue(()))?;
    /// assert_eq!(copied.commit, 1);
    ///
    /// Database::restore(&monday, &restored, |_| ControlFlow::Continue(()))?;
    /// assert_eq!(Database::open(&restored)?.series("iij", "revenue")?.at("1Q03")?.unwrap().to_string(),
    ///     "1Q03  8,344,046 thousand JPY");
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`]: [`Exists`](crate::StoreError::Exists) where there is something, [`Damaged`](crate::StoreError::Damaged) or
    /// [`Unsound`](crate::StoreError::Unsound) where the database is damaged, [`Cancelled`](crate::StoreError::Cancelled) where
    /// `progress` breaks it off, or what the disk says.
    pub fn backup(
        &self,
        to: impl AsRef<Path>,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, Error> {
        let store = self.reader.store();
        Ok(store.backup(to.as_ref(), &digest_of, &mut progress)?)
    }

    /// Copies a [backup](Self::backup), or another database that nobody has open, to a new folder, and [verifies](Self::verify) the
    /// copy before it gets its name. The backup is only read: it may be on a read-only medium.
    ///
    /// # Errors
    /// As of [`Database::backup`] and [`Database::open`]. Nothing is left of it then.
    pub fn restore(
        backup: impl AsRef<Path>,
        to: impl AsRef<Path>,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, Error> {
        let (backup, to) = (backup.as_ref(), to.as_ref());
        Ok(Store::restore(backup, to, &digest_of, &mut progress)?)
    }

    /// Writes the database, as it is at its last commit, as lines of text: all that is in it, whatever the storage engine and the version
    /// of the format. [`docs::dump`](crate::docs::dump) describes them. Readers and a writer go on meanwhile.
    ///
    /// [`Database::load_dump`] makes the same database of it: the same commits with their times, documents, cells, claims, definitions
    /// and versions of every fact, so that its dump is the same text. It goes line by line: a series and a document are in memory at a time.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use kessan::{Database, Release};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("again.kessan");
    /// let go_on = |_: &_| ControlFlow::Continue(());
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let mut text = Vec::new(); // or a file
    /// db.dump(&mut text, go_on)?;
    ///
    /// Database::load_dump(text.as_slice(), &path, go_on)?;
    /// let mut again = Vec::new();
    /// Database::open(&path)?.dump(&mut again, go_on)?;
    /// assert!(again == text);
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`] where the database is damaged, `out` refuses, or `progress` breaks it off. What was written by then has no last
    /// line, and is not loaded as a dump.
    pub fn dump(
        &self,
        mut out: impl Write,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<Dumped, Error> {
        let snapshot = self.reader.store().snapshot();
        Ok(snapshot.dump(&mut out, &mut progress)?)
    }

    /// Makes a database in a new folder of what [`Database::dump`] has written, and [verifies](Self::verify) it before it gets its name.
    ///
    /// # Errors
    /// [`Error::Store`]: [`Dump`](crate::StoreError::Dump) names the line that is not as it was written, be it cut off or edited;
    /// [`Unsound`](crate::StoreError::Unsound) where the lines do not fit each other. Otherwise as of [`Database::backup`]. Nothing is left
    /// of it then.
    pub fn load_dump(
        mut dump: impl BufRead,
        to: impl AsRef<Path>,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, Error> {
        let loaded = Store::load_dump(&mut dump, to.as_ref(), &digest_of, &mut progress)?;
        Ok(loaded)
    }

    /// Makes a database in a new folder of what can be read of a damaged one, and [verifies](Self::verify) it. The damaged one is only
    /// read, and best before anything else has tried to open it: the storage engine clears what follows a damaged place. Its values are read without the
    /// engine, as [`docs::format`](crate::docs::format) tells.
    ///
    /// Whatever cannot be read is listed with its place, and does not stand in the way of the rest. Every document is held against its
    /// digest: those that are whole are what was taken in, the others are listed, and kept as far as they can be read or left out.
    /// The new database has an identity and commits of its own: a first one of companies and metrics, and one for the documents of each
    /// old one, with the time of that. Identities
    /// and splits that cannot be read are not missed by anything: they are lost silently where their records are gone.
    ///
    /// All observations that can be read are in memory while this goes on.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use kessan::{Database, Incomplete, Release};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let [damaged, saved] = ["damaged.kessan", "saved.kessan"].map(|name| folder.path().join(name));
    /// let db = Database::create(&damaged)?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// db.close();
    /// # std::fs::remove_file(damaged.join("HEAD")).unwrap();
    /// assert!(Database::open(&damaged).is_err()); // HEAD is missing
    ///
    /// let salvaged = Database::salvage(&damaged, &saved, Incomplete::Keep, |_| ControlFlow::Continue(()))?;
    /// assert_eq!((salvaged.whole, salvaged.incomplete.len()), (1, 0));
    /// let point = Database::open(&saved)?.series("iij", "revenue")?.at("1Q03")?.unwrap();
    /// assert_eq!(point.to_string(), "1Q03  8,344,046 thousand JPY");
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`] where nothing of a database can be read. Otherwise as of [`Database::backup`]. Nothing is left of it
    /// then.
    pub fn salvage(
        damaged: impl AsRef<Path>,
        to: impl AsRef<Path>,
        incomplete: Incomplete,
        mut progress: impl FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<Salvaged, Error> {
        let (damaged, to) = (damaged.as_ref(), to.as_ref());
        let salvaged = Store::salvage(damaged, to, incomplete, &digest_of, &mut progress);
        Ok(salvaged?)
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
