//! A new database that is made under a temporary name and gets its own when it is whole.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Store;
use super::commit::BATCH;
use super::engine::{Ahead, Batch, Engine, Value, sync_path};
use super::error::StoreError;
use super::head::HeadFile;
use super::open::write_manifest;
use super::progress::UpkeepProgress;
use super::verify::{Digest, VerifyEnd, VerifyReport};
use crate::codec::Key;
use crate::codec::manifest::{Head, Manifest};

/// A folder beside the one that a database is to have. It is deleted unless it is [finished](Fresh::finish).
#[derive(Debug)]
pub(super) struct Fresh {
    /// Around the folder, which then has the usual permissions.
    around: TempDir,
    target: PathBuf,
}

impl Fresh {
    /// Begins a database that is to be at a path where there is nothing, or an empty folder.
    pub(super) fn new(target: &Path) -> Result<Fresh, StoreError> {
        check_vacant(target)?;
        let absolute = std::path::absolute(target)
            .map_err(|error| StoreError::io("find the folder", target, &error))?;
        let exists = || StoreError::Exists {
            path: target.to_owned(),
        };
        let name = absolute.file_name().ok_or_else(exists)?.to_string_lossy();
        let parent = absolute.parent().ok_or_else(exists)?;
        let around = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".unfinished")
            .tempdir_in(parent)
            .map_err(|error| StoreError::io("create a folder", parent, &error))?;
        let fresh = Fresh {
            around,
            target: absolute,
        };
        fs::create_dir(fresh.folder())
            .map_err(|error| StoreError::io("create the folder", target, &error))?;
        Ok(fresh)
    }

    /// Where it is made.
    pub(super) fn folder(&self) -> PathBuf {
        self.around.path().join("database")
    }

    /// Opens and verifies what was made; gives it its name if it is sound and of the commit that is expected.
    pub(super) fn finish(
        self,
        head: Option<Head>,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, StoreError> {
        let folder = self.folder();
        let store = Store::open(&folder)?;
        if let Some(expected) = head
            && store.state().head != expected
        {
            return Err(StoreError::damaged("the copy is of another commit"));
        }
        let report = store.verify(digest, progress)?;
        drop(store);
        if report.end == VerifyEnd::Cancelled {
            return Err(StoreError::Cancelled);
        }
        if !report.is_sound() {
            return Err(unsound(&self.target, &report));
        }
        sync_all(&folder)?;
        let failed =
            |error: io::Error| StoreError::io("rename the new folder", &self.target, &error);
        match fs::remove_dir(&self.target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => fs::rename(&folder, &self.target).map_err(failed)?,
        }
        if let Some(parent) = self.target.parent() {
            sync_path(parent)?;
        }
        Ok(report)
    }
}

/// Passes a path where there is nothing, or an empty folder.
fn check_vacant(path: &Path) -> Result<(), StoreError> {
    let vacant = match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => false,
        Err(error) => return Err(StoreError::io("read the folder", path, &error)),
    };
    if vacant {
        Ok(())
    } else {
        Err(StoreError::Exists {
            path: path.to_owned(),
        })
    }
}

/// That a database that was verified is not sound.
pub(super) fn unsound(path: &Path, report: &VerifyReport) -> StoreError {
    let first = report.faults.first().map(ToString::to_string);
    let listed = u64::try_from(report.faults.len()).unwrap_or(u64::MAX);
    StoreError::Unsound {
        path: path.to_owned(),
        fault: first.unwrap_or_default(),
        more: listed.saturating_add(report.more_faults).saturating_sub(1),
    }
}

/// Makes a folder and all in it survive a power cut.
fn sync_all(folder: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::io("fsync", folder, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            sync_path(&path)?;
        }
    }
    sync_path(folder)
}

/// Writes the data of a new database, in batches.
pub(super) struct Builder {
    folder: PathBuf,
    engine: Engine,
    batch: Batch,
}

impl Builder {
    pub(super) fn new(folder: &Path) -> Result<Builder, StoreError> {
        Ok(Builder {
            folder: folder.to_owned(),
            engine: Engine::create(folder, &Batch::default())?,
            batch: Batch::default(),
        })
    }

    /// What has been written so far.
    pub(super) fn tree(&self) -> Ahead<'_> {
        Ahead {
            engine: &self.engine,
            batches: vec![&self.batch],
        }
    }

    /// Adds a value as it lies in another tree.
    pub(super) fn copy(&mut self, key: &Key, value: &Value) -> Result<(), StoreError> {
        self.batch.copy(key, value);
        self.apply_full()
    }

    pub(super) fn put(&mut self, key: &Key, payload: &[u8]) -> Result<(), StoreError> {
        self.batch.insert(key, payload)?;
        self.apply_full()
    }

    fn apply_full(&mut self) -> Result<(), StoreError> {
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.apply()
    }

    /// Writes what is waiting.
    pub(super) fn apply(&mut self) -> Result<(), StoreError> {
        self.engine.apply(&std::mem::take(&mut self.batch))
    }

    /// Makes it a database, and closes it.
    pub(super) fn end(mut self, manifest: &Manifest, head: Head) -> Result<(), StoreError> {
        self.apply()?;
        HeadFile::create(&self.folder, head)?;
        sync_path(&self.folder)?;
        write_manifest(&self.folder, manifest)
    }
}
