//! Opening sled, so that a power cut meanwhile loses nothing.
//!
//! When sled opens, it writes a snapshot of its log, gives it its name, removes the snapshot before it, and then writes zeros over
//! segments of the log that the new snapshot does without. It does not fsync the folder. If the zeros outlive a power cut and
//! the name does not, sled misses a segment that the headers of later ones count on, and takes the log to have ended before it.
//!
//! So it is opened twice. A folder in the way, where sled looks for files that it may delete, stops it the first time: after the
//! snapshot, before the zeros. Then its folder is fsynced, and it is opened for good. The snapshot before is kept under
//! another name until then, as its removal may outlive a power cut without the name of the new one, too.

use std::fs::{self, File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::engine::{sync_path, translate};
use super::error::StoreError;

/// sled's own cache of pages, in bytes.
const CACHE: u64 = 64 << 20;
/// How long a lock is waited for: sled sometimes holds it briefly after it was closed.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(1);
/// A name in `sled/blobs` that says that it is newer than the log. sled deletes such files when it opens; at a folder it fails.
const BARRIER: &str = "9223372036854775807";
/// What sled's snapshots are called, before their number.
const SNAPSHOT: &str = "snap.";
/// What they are called while the next one is written.
const KEPT: &str = "kept.";

/// The lock of a database, and sled.
pub(super) struct Opened {
    pub(super) lock: File,
    pub(super) db: sled::Db,
}

/// Opens sled in a new folder.
pub(super) fn create(path: &Path) -> Result<Opened, StoreError> {
    fs::create_dir(path).map_err(|e| StoreError::io("create the folder", path, &e))?;
    let opening = Opening::begin(path)?;
    match opening.start()? {
        Some(db) => Ok(opening.end(db)),
        None => Err(StoreError::damaged(
            "sled/blobs of a new database has files",
        )),
    }
}

/// Opens sled in a folder that has its files.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let opening = Opening::begin(path)?;
    let db = match opening.advance()? {
        Some(db) => db,
        None => opening
            .start()?
            .ok_or_else(|| StoreError::damaged("sled/blobs has a folder"))?,
    };
    for kept in numbered(path, KEPT)? {
        remove(&kept)?;
    }
    Ok(opening.end(db))
}

/// Whoever opens a database, alone.
pub(super) struct Opening<'a> {
    path: &'a Path,
    config: sled::Config,
    lock: File,
    deadline: Instant,
}

impl Opening<'_> {
    pub(super) fn begin(path: &Path) -> Result<Opening<'_>, StoreError> {
        // Where the system has no thread for it, sled would wait for ever.
        thread::Builder::new()
            .spawn(|| ())
            .map(drop)
            .map_err(|error| StoreError::no_thread(&error))?;
        // sled opens whatever has the name of a snapshot.
        let failed = |error: io::Error| StoreError::io("read the folder", path, &error);
        for entry in fs::read_dir(path).map_err(failed)? {
            check_file(&entry.map_err(failed)?.path())?;
        }
        let deadline = Instant::now() + LOCK_PATIENCE;
        Ok(Opening {
            path,
            config: sled::Config::new()
                .path(path)
                .cache_capacity(CACHE)
                .flush_every_ms(None),
            lock: lock(path, deadline)?,
            deadline,
        })
    }

    fn end(self, db: sled::Db) -> Opened {
        Opened {
            lock: self.lock,
            db,
        }
    }

    /// Has sled write its snapshot, and fsyncs the name of it. A log without anything in it has none; sled is open then.
    pub(super) fn advance(&self) -> Result<Option<sled::Db>, StoreError> {
        self.keep()?;
        let barrier = self.path.join("blobs").join(BARRIER);
        fs::create_dir_all(&barrier).map_err(|e| StoreError::io("create", &barrier, &e))?;
        let started = self.start();
        fs::remove_dir(&barrier).map_err(|e| StoreError::io("remove", &barrier, &e))?;
        let started = started?;
        sync_path(self.path)?;
        Ok(started)
    }

    /// Keeps the newest snapshot, down to the disk; or puts it back, if a power cut left no other.
    fn keep(&self) -> Result<(), StoreError> {
        let failed = |error: io::Error| StoreError::io("keep the snapshot", self.path, &error);
        let mut newest = numbered(self.path, SNAPSHOT)?.pop();
        if newest.is_none()
            && let Some(kept) = numbered(self.path, KEPT)?.pop()
        {
            let back = renamed(&kept, SNAPSHOT);
            fs::rename(&kept, &back).map_err(failed)?;
            newest = Some(back);
        }
        let Some(newest) = newest else { return Ok(()) };
        let kept = renamed(&newest, KEPT);
        // Its name must outlive the copy that is written over, which may be what it was put back from, also by a process that was killed.
        sync_path(self.path)?;
        fs::copy(&newest, &kept).map_err(failed)?;
        sync_path(&kept)?;
        sync_path(self.path)
    }

    /// Opens sled. `None` where a folder is in the way.
    pub(super) fn start(&self) -> Result<Option<sled::Db>, StoreError> {
        let mut unfinished = unfinished_snapshots(self.path);
        loop {
            let opened = catch_unwind(AssertUnwindSafe(|| self.config.open()))
                .map_err(|_| StoreError::damaged("the storage engine cannot read its files"))?;
            match opened {
                Ok(db) => return Ok(Some(db)),
                Err(error) if is_locked(&error) => wait(self.path, self.deadline)?,
                // sled takes a snapshot that it was writing when it was cut off for its newest one.
                Err(sled::Error::Corruption { .. }) if !unfinished.is_empty() => {
                    for snapshot in unfinished.drain(..) {
                        remove(&snapshot)?;
                    }
                }
                Err(sled::Error::Io(error)) if self.is_barred(&error) => return Ok(None),
                Err(error) => {
                    return Err(translate("open the storage engine", self.path, error));
                }
            }
        }
    }

    fn is_barred(&self, error: &io::Error) -> bool {
        // Which of the two a folder is that shall be deleted like a file depends on the system.
        let kinds = [io::ErrorKind::IsADirectory, io::ErrorKind::PermissionDenied];
        kinds.contains(&error.kind()) && self.path.join("blobs").join(BARRIER).is_dir()
    }
}

/// Passes what can be opened without waiting for anybody: a file, a folder, or nothing.
pub(super) fn check_file(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => Err(StoreError::NotAFile {
            path: path.to_owned(),
        }),
        // Whoever opens it is told.
        _ => Ok(()),
    }
}

/// Takes the lock of a database. sled's own is free for a moment between its two openings.
fn lock(path: &Path, deadline: Instant) -> Result<File, StoreError> {
    let file = path.join("lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&file)
        .map_err(|e| StoreError::io("open", &file, &e))?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => wait(path, deadline)?,
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", &file, &error)),
        }
    }
}

/// Waits for a lock, for a while.
fn wait(path: &Path, deadline: Instant) -> Result<(), StoreError> {
    if Instant::now() >= deadline {
        return Err(StoreError::Locked {
            path: path.parent().unwrap_or(path).to_owned(),
        });
    }
    thread::sleep(Duration::from_millis(10));
    Ok(())
}

fn remove(file: &Path) -> Result<(), StoreError> {
    fs::remove_file(file).map_err(|e| StoreError::io("remove", file, &e))
}

/// Snapshots of a kind that are whole, the oldest first.
fn numbered(path: &Path, kind: &str) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |error: io::Error| StoreError::io("read the folder", path, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(kind));
        if number.is_some_and(|number| !number.contains('.')) {
            found.push(path.join(name));
        }
    }
    found.sort();
    Ok(found)
}

/// The name that a snapshot has as one of another kind.
fn renamed(snapshot: &Path, kind: &str) -> PathBuf {
    let number = snapshot.extension().unwrap_or_default().to_string_lossy();
    snapshot.with_file_name(format!("{kind}{number}"))
}

/// Snapshots that sled was writing when it was cut off.
fn unfinished_snapshots(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "generating"))
        .collect()
}

pub(super) fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(e) if e.to_string().contains("could not acquire lock"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::{Batch, Engine};

    #[test]
    fn only_a_folder_in_the_way_bars_an_opening() {
        let folder = tempfile::tempdir().unwrap();
        let opening = Opening::begin(folder.path()).unwrap();
        let barred = |kind: io::ErrorKind| opening.is_barred(&kind.into());
        assert!(!barred(io::ErrorKind::IsADirectory));
        fs::create_dir_all(folder.path().join("blobs").join(BARRIER)).unwrap();
        assert!(barred(io::ErrorKind::IsADirectory) && barred(io::ErrorKind::PermissionDenied));
        assert!(!barred(io::ErrorKind::NotFound) && !barred(io::ErrorKind::WouldBlock));
    }

    /// sled takes such a name for that of its newest snapshot.
    #[test]
    fn another_folder_in_the_way_is_an_error_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        drop(Engine::create(folder.path(), &Batch::default()).unwrap());
        let other = folder.path().join("sled/snap.7FFFFFFFFFFFFFFF.generating");
        fs::create_dir(&other).unwrap();
        let error = open(&folder.path().join("sled")).map(drop).unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
        fs::remove_dir(&other).unwrap();
        assert!(open(&folder.path().join("sled")).is_ok());
    }
}
