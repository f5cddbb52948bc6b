//! sled, made safe to depend on: the only file that names it.
//!
//! sled panics on some damaged files; every call into it is caught and answered with an error. Its `flush`
//! is not an fsync on Linux, so [`Engine::apply`] adds one.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::ops::{Bound, Deref, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::error::StoreError;
use crate::codec::{CodecError, Key, envelope};

/// sled's own cache of pages, in bytes.
const CACHE: u64 = 64 << 20;
/// How long a lock is waited for: sled sometimes holds it briefly after it was closed.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// An open tree.
pub(crate) struct Engine {
    /// `None` only while it is dropped.
    db: Option<sled::Db>,
    /// sled's log, opened again to fsync it.
    log: File,
    path: PathBuf,
    /// Set when sled panicked: its state is unknown.
    broken: AtomicBool,
}

/// A key and its value.
pub(crate) type Entry = (Key, Value);

/// A value of the tree, its envelope checked.
#[derive(Clone, Debug)]
pub(crate) struct Value(sled::IVec);

impl Value {
    fn check(key: &[u8], value: sled::IVec) -> Result<Value, CodecError> {
        envelope::open(key, &value)?;
        Ok(Value(value))
    }
}

impl Deref for Value {
    type Target = [u8];

    /// The payload.
    fn deref(&self) -> &[u8] {
        self.0.get(envelope::HEADER..).unwrap_or_default()
    }
}

/// What is written at once: for each key its value, or that it is removed.
#[derive(Debug, Default)]
pub(crate) struct Batch(BTreeMap<Vec<u8>, Option<sled::IVec>>);

impl Batch {
    pub(crate) fn insert(&mut self, key: &Key, payload: &[u8]) -> Result<(), StoreError> {
        let key = key.to_bytes();
        let value = envelope::seal(&key, payload)?;
        self.0.insert(key, Some(value.into()));
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.0.insert(key.to_bytes(), None);
    }

    /// How many keys it writes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds what is to be written after it.
    pub(crate) fn append(&mut self, mut later: Batch) {
        self.0.append(&mut later.0);
    }
}

/// What values are read from: the tree as it is, or as it will be.
pub(crate) trait Tree {
    /// The value of a key.
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError>;
}

impl Tree for Engine {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }
}

impl Tree for Arc<Engine> {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }
}

/// The tree as it will be once batches are written, those that are not yet and those that perhaps are.
#[derive(Debug)]
pub(crate) struct Ahead<'a> {
    pub(crate) engine: &'a Engine,
    /// The last one first.
    pub(crate) batches: Vec<&'a Batch>,
}

impl Tree for Ahead<'_> {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let bytes = key.to_bytes();
        match self.batches.iter().find_map(|batch| batch.0.get(&bytes)) {
            Some(value) => Ok(value.clone().map(Value)),
            None => self.engine.get(key),
        }
    }
}

impl Engine {
    /// The file that holds the data, in a database's folder.
    pub(crate) fn log_path(folder: &Path) -> PathBuf {
        folder.join("sled").join("db")
    }

    /// Creates the tree of a new database, down to the disk.
    pub(crate) fn create(folder: &Path, first: &Batch) -> Result<Engine, StoreError> {
        let engine = Self::start(folder)?;
        engine.apply(first)?;
        for file in ["conf", "blobs", ""] {
            sync_path(&engine.path.join(file))?;
        }
        Ok(engine)
    }

    /// Opens the tree of a database. sled would create what is missing, so that is looked for first.
    pub(crate) fn open(folder: &Path) -> Result<Engine, StoreError> {
        for path in [Self::log_path(folder), folder.join("sled").join("conf")] {
            let filled = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() > 0);
            if !filled {
                return Err(StoreError::EngineFileMissing { path });
            }
        }
        // A process that was killed may not have come to its fsync. Snapshot and HEAD must not get ahead of the data.
        sync_path(&Self::log_path(folder))?;
        Self::start(folder)
    }

    fn start(folder: &Path) -> Result<Engine, StoreError> {
        let path = folder.join("sled");
        let config = sled::Config::new()
            .path(&path)
            .cache_capacity(CACHE)
            .flush_every_ms(None);
        let deadline = Instant::now() + LOCK_PATIENCE;
        let mut unfinished = unfinished_snapshots(&path);
        let db = loop {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()))
                .map_err(|_| StoreError::damaged("the storage engine cannot read its files"))?;
            match opened {
                Ok(db) => break db,
                Err(error) if is_locked(&error) => {
                    if Instant::now() >= deadline {
                        return Err(StoreError::Locked {
                            path: folder.to_owned(),
                        });
                    }
                    std::thread::sleep(Duration::from_millis(10));
                }
                // sled takes a snapshot that it was writing when it was cut off for its newest one. The one before it is
                // removed only when the new one is whole.
                Err(sled::Error::Corruption { .. }) if !unfinished.is_empty() => {
                    for snapshot in unfinished.drain(..) {
                        fs::remove_file(&snapshot)
                            .map_err(|e| StoreError::io("remove", &snapshot, &e))?;
                    }
                }
                Err(error) => return Err(translate("open the storage engine", &path, error)),
            }
        };
        let log_path = Self::log_path(folder);
        let log =
            File::open(&log_path).map_err(|e| StoreError::io("open sled/db", &log_path, &e))?;
        Ok(Engine {
            db: Some(db),
            log,
            path,
            broken: AtomicBool::new(false),
        })
    }

    /// Calls sled; a panic becomes an error, now and for every later call.
    fn call<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        let broken = || StoreError::damaged("the storage engine failed on its files");
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

    /// The value of a key.
    pub(crate) fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let bytes = key.to_bytes();
        self.call("read", |db| db.get(&bytes))?
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
        let mut entries = self.call("read", |db| Ok(db.range(range)))?;
        let mut over = false;
        Ok(std::iter::from_fn(move || {
            if over {
                return None;
            }
            let next = self.call("read", |_| entries.next().transpose());
            let entry = next.and_then(|entry| {
                entry
                    .map(|(key, value)| read_entry(&key, value))
                    .transpose()
            });
            over = !matches!(entry, Ok(Some(_)));
            entry.transpose()
        }))
    }

    /// The last entry of a range of keys.
    pub(crate) fn last(&self, range: impl RangeBounds<Key>) -> Result<Option<Entry>, StoreError> {
        let bytes = |bound: Bound<&Key>| bound.map(Key::to_bytes);
        let range = (bytes(range.start_bound()), bytes(range.end_bound()));
        self.call("read", |db| db.range(range).next_back().transpose())?
            .map(|(key, value)| read_entry(&key, value))
            .transpose()
    }

    /// Writes a batch, and returns when it survives a power cut.
    pub(crate) fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut writes = sled::Batch::default();
        for (key, value) in &batch.0 {
            match value {
                Some(value) => writes.insert(key.as_slice(), value.clone()),
                None => writes.remove(key.as_slice()),
            }
        }
        self.call("write", |db| db.apply_batch(writes))?;
        self.call("flush", |db| db.flush())?;
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

fn read_entry(key: &[u8], value: sled::IVec) -> Result<Entry, StoreError> {
    let parsed =
        Key::parse(key).map_err(|error| StoreError::damaged(format!("key {key:02x?}: {error}")))?;
    let value = Value::check(key, value).map_err(|e| StoreError::decoding(&parsed, &e))?;
    Ok((parsed, value))
}

/// Snapshots that sled was writing when it was cut off.
fn unfinished_snapshots(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "generating"))
        .collect()
}

fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(e) if e.to_string().contains("could not acquire lock"))
}

fn translate(doing: &'static str, path: &Path, error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => StoreError::io(doing, path, &error),
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
