//! sled, made safe to depend on: nothing else names it but `opening.rs`.
//!
//! sled panics on some damaged files; every call into it is caught and answered with an error. Its `flush`
//! is not an fsync on Linux, so [`Engine::apply`] adds one.
//!
//! - `value.rs`: values and batches of them; `tree.rs`: reading them, written or about to be.
//! - `clean.rs`: cleaning the log.

mod clean;
#[cfg(test)]
mod tests;
mod tree;
mod value;

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;
use super::opening::{self, Opened, check_file};
use crate::codec::key::Space;
use crate::codec::{CodecError, Key};

pub(crate) use tree::{Ahead, Tree};
pub(crate) use value::{Batch, Entry, Raw, Value};

/// An open tree.
pub(crate) struct Engine {
    /// `None` only while it is dropped.
    db: Option<sled::Db>,
    /// sled's log, opened again to fsync it.
    log: File,
    path: PathBuf,
    /// Set when sled panicked: its state is unknown.
    broken: AtomicBool,
    /// The keys of a batch that could not be written. Which of them have changed is known only after opening again.
    unsure: OnceLock<BTreeSet<Vec<u8>>>,
    /// Held as long as the tree is open.
    #[expect(dead_code, reason = "it is there to be dropped last")]
    lock: File,
}

impl Engine {
    /// The file that holds the data, in a database's folder.
    pub(crate) fn log_path(folder: &Path) -> PathBuf {
        folder.join("sled").join("db")
    }

    /// Creates the tree of a new database, down to the disk.
    pub(crate) fn create(folder: &Path, first: &Batch) -> Result<Engine, StoreError> {
        let path = folder.join("sled");
        let opened = opening::create(&path)?;
        let engine = Self::start(path, opened)?;
        engine.apply(first)?;
        for file in ["conf", "blobs", ""] {
            sync_path(&engine.path.join(file))?;
        }
        Ok(engine)
    }

    /// Opens the tree of a database. sled would create what is missing, so that is looked for first.
    pub(crate) fn open(folder: &Path) -> Result<Engine, StoreError> {
        for path in [Self::log_path(folder), folder.join("sled").join("conf")] {
            check_file(&path)?;
            match fs::metadata(&path) {
                Ok(meta) if meta.is_file() && meta.len() > 0 => {}
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    return Err(StoreError::io("open", &path, &error));
                }
                _ => return Err(StoreError::EngineFileMissing { path }),
            }
        }
        // A process that was killed may not have come to its fsync. Snapshot and HEAD must not get ahead of the data.
        sync_path(&Self::log_path(folder))?;
        let path = folder.join("sled");
        let opened = opening::open(&path)?;
        Self::start(path, opened)
    }

    fn start(path: PathBuf, opened: Opened) -> Result<Engine, StoreError> {
        let log = path.join("db");
        let log = File::open(&log).map_err(|e| StoreError::io("open sled/db", &log, &e))?;
        Ok(Engine {
            db: Some(opened.db),
            log,
            path,
            broken: AtomicBool::new(false),
            unsure: OnceLock::new(),
            lock: opened.lock,
        })
    }

    /// Calls sled; a panic becomes an error, now and for every later call.
    fn call<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        let broken = || {
            StoreError::damaged("the storage engine failed on its files: open the database again")
        };
        let db = self.db.as_ref().ok_or_else(broken)?;
        if self.broken.load(Ordering::Acquire) {
            return Err(broken());
        }
        if let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(db))) {
            result.map_err(|error| translate(doing, &self.path, error))
        } else {
            self.broken.store(true, Ordering::Release);
            Err(broken())
        }
    }

    /// Calls sled to read from a range of keys. After a write that failed, what it was about is not read any more, and sled
    /// may not be able to read other things, either.
    fn read<T>(
        &self,
        range: &impl RangeBounds<Vec<u8>>,
        work: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        match self.unsure.get() {
            None => self.call("read", work),
            Some(unsure) if unsure.iter().any(|key| range.contains(key)) => Err(StoreError::Halted),
            Some(_) => self.call("read", work).map_err(|_| StoreError::Halted),
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let bytes = key.to_bytes();
        let only = (Bound::Included(&bytes), Bound::Included(&bytes));
        self.read(&only, |db| db.get(&bytes))?
            .map(|value| Value::check(&bytes, value))
            .transpose()
            .map_err(|error| StoreError::decoding(key, &error))
    }

    /// The entries of a range of keys, in order. The other space's keys never come up as long as both ends
    /// are of one space.
    pub(crate) fn range(
        &self,
        range: impl RangeBounds<Key>,
    ) -> Result<impl Iterator<Item = Result<Entry, StoreError>>, StoreError> {
        let bytes = |bound: Bound<&Key>| bound.map(Key::to_bytes);
        let range = (bytes(range.start_bound()), bytes(range.end_bound()));
        let mut entries = self.read(&range, |db| Ok(db.range(range.clone())))?;
        let mut over = false;
        Ok(std::iter::from_fn(move || {
            if over {
                return None;
            }
            let next = self.read(&range, |_| entries.next().transpose());
            let entry = next.and_then(|entry| {
                entry
                    .map(|(key, value)| read_entry(&key, value))
                    .transpose()
            });
            over = !matches!(entry, Ok(Some(_)));
            entry.transpose()
        }))
    }

    /// The value of a key, or why it is none.
    pub(crate) fn look(&self, key: &Key) -> Result<Option<Result<Value, CodecError>>, StoreError> {
        let bytes = key.to_bytes();
        let value = self.call("read", |db| db.get(&bytes))?;
        Ok(value.map(|value| Value::check(&bytes, value)))
    }

    /// The entries of a range of keys, unchecked: damage to one does not hide the others.
    pub(crate) fn scan(
        &self,
        range: impl RangeBounds<Key>,
    ) -> Result<impl Iterator<Item = Result<Raw, StoreError>>, StoreError> {
        let bytes = |bound: Bound<&Key>| bound.map(Key::to_bytes);
        self.raw((bytes(range.start_bound()), bytes(range.end_bound())))
    }

    /// The entries of a key space, unchecked.
    pub(crate) fn space(
        &self,
        space: Space,
    ) -> Result<impl Iterator<Item = Result<Raw, StoreError>>, StoreError> {
        let first = space.byte();
        let end = Bound::Excluded(vec![first.saturating_add(1)]);
        self.raw((Bound::Included(vec![first]), end))
    }

    fn raw(
        &self,
        range: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    ) -> Result<impl Iterator<Item = Result<Raw, StoreError>>, StoreError> {
        let mut entries = self.call("read", |db| Ok(db.range(range)))?;
        let mut over = false;
        Ok(std::iter::from_fn(move || {
            if over {
                return None;
            }
            let next = self.call("read", |_| entries.next().transpose());
            over = !matches!(next, Ok(Some(_)));
            next.map(|entry| entry.map(|(key, value)| Raw { key, value }))
                .transpose()
        }))
    }

    /// The folder of the database.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The last entry of a range of keys.
    pub(crate) fn last(&self, range: impl RangeBounds<Key>) -> Result<Option<Entry>, StoreError> {
        let bytes = |bound: Bound<&Key>| bound.map(Key::to_bytes);
        let range = (bytes(range.start_bound()), bytes(range.end_bound()));
        self.read(&range, |db| db.range(range.clone()).next_back().transpose())?
            .map(|(key, value)| read_entry(&key, value))
            .transpose()
    }

    /// Writes a batch, and returns when it survives a power cut.
    pub(crate) fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        let written = self.write(batch);
        if written.is_err() {
            self.unsure
                .get_or_init(|| batch.0.keys().cloned().collect());
        }
        written
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        // Where sled comes upon a page that it cannot read, it leaves a batch half done, and keeps the half that is.
        for key in batch.0.keys() {
            self.call("read", |db| db.get(key))?;
        }
        let mut writes = sled::Batch::default();
        for (key, value) in &batch.0 {
            match value {
                Some(value) => writes.insert(key.as_slice(), value.clone()),
                None => writes.remove(key.as_slice()),
            }
        }
        self.call("write", |db| db.apply_batch(writes))?;
        self.call("flush", |db| db.flush())?;
        self.fsync()
    }

    fn fsync(&self) -> Result<(), StoreError> {
        self.log
            .sync_all()
            .map_err(|e| StoreError::io("fsync sled/db", &self.path, &e))
    }
}

impl fmt::Debug for Engine {
    /// Not the tree, which sled would print whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let db = self.db.take();
        // sled writes when it is closed, and may panic over damaged files.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
    }
}

fn unknown(key: &[u8], error: &CodecError) -> StoreError {
    StoreError::damaged(format!("key {key:02x?}: {error}"))
}

fn read_entry(key: &[u8], value: sled::IVec) -> Result<Entry, StoreError> {
    let parsed = Key::parse(key).map_err(|error| unknown(key, &error))?;
    let value = Value::check(key, value).map_err(|e| StoreError::decoding(&parsed, &e))?;
    Ok((parsed, value))
}

pub(super) fn translate(doing: &'static str, path: &Path, error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => StoreError::io(doing, path, &error),
        sled::Error::Corruption { .. } => StoreError::damaged(
            "the storage engine cannot read a part of its files: `salvage` copies out what can be read",
        ),
        other => StoreError::damaged(format!("the storage engine: {other}")),
    }
}

/// Makes a file's content, or a folder's list of files, survive a power cut.
pub(crate) fn sync_path(path: &Path) -> Result<(), StoreError> {
    // Only Unix can open a folder to sync it.
    if cfg!(not(unix)) && path.is_dir() {
        return Ok(());
    }
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| StoreError::io("fsync", path, &e))
}
