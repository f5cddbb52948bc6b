//! sled, made safe to depend on: the only file that names it but for `opening.rs`.
//!
//! sled panics on some damaged files; every call into it is caught and answered with an error. Its `flush`
//! is not an fsync on Linux, so [`Engine::apply`] adds one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::ops::{Bound, Deref, RangeBounds, RangeInclusive};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::StoreError;
use super::opening::{self, Opened};
use crate::codec::key::Space;
use crate::codec::{CodecError, Key, envelope};

/// After how many changes of a page sled writes it anew.
const CHANGES: u16 = 10;
/// The tree of the pages that are changed to have sled clean its log.
const CLEANER: &[u8] = b"cleaner";
/// How many pages sled moves at most when its log is cleaned. Readers wait for as long as it takes.
const CLEANING_TURNS: u16 = 64;

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

/// A key and its value as they lie in the tree, whatever they are.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) key: sled::IVec,
    value: sled::IVec,
}

impl Raw {
    /// The length of the value, envelope included.
    pub(crate) fn len(&self) -> usize {
        self.value.len()
    }

    /// The value, its envelope checked.
    pub(crate) fn value(self) -> Result<Value, CodecError> {
        Value::check(&self.key, self.value)
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

    /// Adds a value as it lies in another tree, with its envelope.
    pub(crate) fn copy(&mut self, key: &Key, value: &Value) {
        self.0.insert(key.to_bytes(), Some(value.0.clone()));
    }

    /// Bytes under a key, for tests of what such bytes do.
    #[cfg(test)]
    pub(crate) fn insert_raw(&mut self, key: &[u8], value: &[u8]) {
        self.0.insert(key.to_vec(), Some(value.into()));
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

    /// The entries of a range of keys, in order.
    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError>;
}

impl Tree for Engine {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        Engine::range(self, range)?.collect()
    }
}

impl Tree for Arc<Engine> {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        Engine::range(self, range)?.collect()
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

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        let mut all: BTreeMap<Key, Value> =
            Engine::range(self.engine, range.clone())?.collect::<Result<_, _>>()?;
        let bytes = range.start().to_bytes()..=range.end().to_bytes();
        for batch in self.batches.iter().rev() {
            for (key, value) in batch.0.range(bytes.clone()) {
                let key = Key::parse(key).map_err(|error| unknown(key, &error))?;
                match value {
                    Some(value) => all.insert(key, Value(value.clone())),
                    None => all.remove(&key),
                };
            }
        }
        Ok(all.into_iter().collect())
    }
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

    /// Makes every later call fail as after a panic of sled's, for tests of what is done then.
    #[cfg(test)]
    pub(crate) fn break_off(&self) {
        self.broken.store(true, Ordering::Release);
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

    /// Has sled move pages out of segments of its log that hold little else than garbage, one page for each turn, so that they can
    /// be written again. What sled cannot move stays where it is.
    ///
    /// sled does this each time it writes a page anew, which is after some ten changes of it: too seldom for pages that are not
    /// changed any more, of which every segment has some. So pages of a tree of their own are changed that often: in one batch,
    /// as sled frees no segment before it ends, and with an fsync after it, as the next batch may be written over those it frees.
    pub(crate) fn clean(&self) -> Result<(), StoreError> {
        // A page that sled cannot read stands in the way of whoever wants to read it, not of others.
        let _ = self.call("clean", |db| {
            // sled does not write what is there already.
            let value = db.generate_id()?.to_be_bytes();
            let mut changes = sled::Batch::default();
            for key in 0..CLEANING_TURNS.saturating_mul(CHANGES) {
                changes.insert(key.to_be_bytes().as_slice(), value.as_slice());
            }
            db.open_tree(CLEANER)?.apply_batch(changes)?;
            db.flush().map(drop)
        });
        self.fsync()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::SeriesId;

    fn engine() -> (tempfile::TempDir, Engine) {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::create(folder.path(), &batch(0..4, b"first")).unwrap();
        (folder, engine)
    }

    fn batch(commits: std::ops::Range<u64>, payload: &[u8]) -> Batch {
        let mut batch = Batch::default();
        for commit in commits {
            batch.insert(&Key::Commit(commit), payload).unwrap();
        }
        batch
    }

    fn all(engine: &Engine) -> Result<Vec<Vec<u8>>, StoreError> {
        let entries = engine.range(Key::Commit(0)..=Key::Commit(u64::MAX))?;
        entries.map(|entry| Ok(entry?.1.to_vec())).collect()
    }

    #[test]
    fn a_panic_inside_is_an_error_from_then_on() {
        let (folder, engine) = engine();
        let panicked = engine.call::<()>("read", |_| panic!("this panic is a part of the test"));
        let failed = panicked.unwrap_err();
        assert!(
            failed.to_string().contains("open the database again"),
            "{failed}"
        );
        assert_eq!(engine.get(&Key::Commit(0)).unwrap_err(), failed);
        assert_eq!(all(&engine).unwrap_err(), failed);
        let range = Key::Commit(0)..=Key::Commit(9);
        assert_eq!(engine.last(range).unwrap_err(), failed);
        assert_eq!(engine.apply(&batch(0..1, b"second")), Err(failed));
        drop(engine);
        let engine = Engine::open(folder.path()).unwrap();
        assert_eq!(all(&engine).unwrap(), vec![b"first".to_vec(); 4]);
        engine.apply(&batch(1..2, b"second")).unwrap();
    }

    /// How long the log gets where ten companies report forty figures a quarter, for sixty quarters.
    fn grown(cleaned: bool) -> u64 {
        let (folder, engine) = engine();
        for report in 0..600 {
            let mut batch = Batch::default();
            for metric in 0..40 {
                let series = SeriesId {
                    metric,
                    variant: 0,
                    company: report % 10,
                };
                let rows = usize::try_from(report / 10).unwrap();
                let key = Key::Current { series, chunk: 0 };
                batch.insert(&key, &vec![7; 100 + 26 * rows]).unwrap();
            }
            batch.insert(&Key::Document(report), &[7; 200]).unwrap();
            batch
                .insert(&Key::Commit(report.into()), &[7; 150])
                .unwrap();
            engine.apply(&batch).unwrap();
            if cleaned && report % 3 == 0 {
                engine.clean().unwrap();
            }
        }
        drop(engine);
        fs::metadata(Engine::log_path(folder.path())).unwrap().len()
    }

    #[test]
    fn a_log_that_is_cleaned_is_not_full_of_garbage() {
        let (left, cleaned) = (grown(false), grown(true));
        assert!(cleaned < left / 2, "{cleaned} of {left} bytes");
    }

    #[test]
    fn a_tree_ahead_is_the_tree_once_its_batches_are_written() {
        let (_folder, engine) = engine();
        let mut first = batch(2..7, b"second");
        first.remove(&Key::Commit(1));
        let mut second = batch(5..6, b"third");
        second.remove(&Key::Commit(6));
        let ahead = Ahead {
            engine: &engine,
            batches: vec![&second, &first],
        };
        let read = |tree: &dyn Tree, from, to| -> Vec<(Key, Vec<u8>)> {
            let entries = tree.range(Key::Commit(from)..=Key::Commit(to)).unwrap();
            let range: Vec<_> = entries
                .into_iter()
                .map(|(key, value)| (key, value.to_vec()))
                .collect();
            let one = |n| Some((Key::Commit(n), tree.get(&Key::Commit(n)).unwrap()?.to_vec()));
            assert_eq!(range, (from..=to).filter_map(one).collect::<Vec<_>>());
            range
        };
        let ranges = [(0, 9), (1, 3), (2, 5), (6, 6), (8, 9)];
        let found = ranges.map(|(from, to)| read(&ahead, from, to));
        engine.apply(&first).unwrap();
        engine.apply(&second).unwrap();
        assert_eq!(found, ranges.map(|(from, to)| read(&engine, from, to)));
        let lengths = found.map(|entries| entries.len());
        assert_eq!(lengths, [5, 2, 4, 0, 0]);
    }

    #[test]
    fn what_a_failed_write_was_about_is_not_read() {
        let (folder, engine) = engine();
        let mut entries = engine.range(Key::Commit(0)..=Key::Commit(9)).unwrap();
        assert!(entries.next().unwrap().is_ok());
        let failed = batch(2..3, b"second").0.into_keys().collect();
        engine.unsure.set(failed).unwrap();
        // A scan that had begun, too.
        assert_eq!(entries.next().unwrap().unwrap_err(), StoreError::Halted);
        assert!(entries.next().is_none());
        drop(entries);
        assert_eq!(engine.get(&Key::Commit(2)).unwrap_err(), StoreError::Halted);
        assert_eq!(all(&engine).unwrap_err(), StoreError::Halted);
        let last = engine.last(Key::Commit(0)..=Key::Commit(2));
        assert_eq!(last.unwrap_err(), StoreError::Halted);
        assert!(engine.get(&Key::Commit(3)).unwrap().is_some());
        assert!(
            engine
                .last(Key::Commit(3)..=Key::Commit(9))
                .unwrap()
                .is_some()
        );
        drop(engine);
        let engine = Engine::open(folder.path()).unwrap();
        assert_eq!(all(&engine).unwrap().len(), 4);
    }
}
