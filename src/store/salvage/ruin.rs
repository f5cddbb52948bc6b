//! The copy of a damaged database, as far as it can be read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::codec::Key;
use crate::codec::key::Space;
use crate::codec::record::{Record, unpack};
use crate::store::engine::{Batch, Engine, Value};
use crate::store::error::StoreError;
use crate::store::names::Names;
use crate::store::verify::{Fault, FaultKind, FaultPlace, Part, place_of};

/// How often the storage engine is opened again after it failed.
const FAILURES: u32 = 100;

/// The copy, as far as it can be read.
pub(super) struct Ruin {
    pub(super) folder: PathBuf,
    engine: Option<Engine>,
    failures: u32,
    pub(super) faults: Vec<Fault>,
    /// For the places of faults.
    pub(super) names: Names,
}

impl Ruin {
    /// Opens the copy that is made by `copy` in an empty folder: as it is; without sled's snapshots, as the engine reads its whole log then; or
    /// also with the settings of a new database, which are those of all. What the engine has tried to open is copied anew: it has
    /// written to it.
    pub(super) fn open(
        folder: &Path,
        mut copy: impl FnMut(&Path) -> Result<(), StoreError>,
    ) -> Result<Ruin, StoreError> {
        copy(folder)?;
        let (engine, fault) = match Engine::open(folder) {
            Ok(engine) => (engine, None),
            Err(first) => {
                let mut again = || -> Result<(), StoreError> {
                    let failed = |error| StoreError::io("empty", folder, &error);
                    fs::remove_dir_all(folder).map_err(failed)?;
                    fs::create_dir(folder).map_err(failed)?;
                    copy(folder)?;
                    remove_snapshots(folder);
                    Ok(())
                };
                again()?;
                if !folder.join("sled/db").is_file() {
                    return Err(first);
                }
                let (engine, what) = if let Ok(engine) = Engine::open(folder) {
                    (engine, "snapshot")
                } else {
                    again()?;
                    set_anew(folder)?;
                    let engine = Engine::open(folder).map_err(|_| first.clone())?;
                    (engine, "settings or log")
                };
                let fault = Fault {
                    place: FaultPlace::new(Part::Engine, what),
                    kind: FaultKind::unreadable(&first),
                };
                (engine, Some(fault))
            }
        };
        Ok(Ruin {
            folder: folder.to_owned(),
            engine: Some(engine),
            failures: 0,
            faults: fault.into_iter().collect(),
            names: Names::default(),
        })
    }

    pub(super) fn fault(&mut self, key: &Key, kind: FaultKind) {
        let place = place_of(key, &self.names, |_| None);
        self.faults.push(Fault { place, kind });
    }

    /// Opens the engine again after it failed. Gives up where it fails again and again.
    fn reopen(&mut self, error: &StoreError) -> bool {
        self.faults.push(Fault {
            place: FaultPlace::new(Part::Engine, ""),
            kind: FaultKind::unreadable(error),
        });
        self.failures = self.failures.saturating_add(1);
        self.engine = None;
        if self.failures < FAILURES {
            self.engine = Engine::open(&self.folder).ok();
        }
        self.engine.is_some()
    }

    /// All values of a key space that can be read.
    pub(super) fn space(&mut self, space: Space) -> Vec<(Key, Value)> {
        let mut found = Vec::new();
        // Where the engine fails, its next key is tried once more, then the space is given up.
        for _ in 0..2 {
            found.clear();
            let Some(engine) = &self.engine else { break };
            let mut faults = Vec::new();
            let mut failed = None;
            match engine.space(space) {
                Ok(entries) => {
                    for entry in entries {
                        match entry {
                            Ok(raw) => match Key::parse(&raw.key) {
                                Ok(key) => match raw.value() {
                                    Ok(value) => found.push((key, value)),
                                    Err(error) => faults.push((key, error)),
                                },
                                Err(error) => self.faults.push(Fault {
                                    place: FaultPlace::new(
                                        Part::Key,
                                        format!("{:02x?}", &*raw.key),
                                    ),
                                    kind: FaultKind::unreadable(&error),
                                }),
                            },
                            Err(error) => failed = Some(error),
                        }
                    }
                }
                Err(error) => failed = Some(error),
            }
            let Some(error) = failed else {
                for (key, error) in faults {
                    self.fault(&key, FaultKind::unreadable(&error));
                }
                return found;
            };
            if !self.reopen(&error) {
                break;
            }
        }
        found
    }

    /// All records of a key space that can be read.
    pub(super) fn records<T: Record>(&mut self, space: Space) -> Vec<(Key, T)> {
        let mut records = Vec::new();
        for (key, value) in self.space(space) {
            match unpack(&value) {
                Ok(record) => records.push((key, record)),
                Err(error) => self.fault(&key, FaultKind::unreadable(&error)),
            }
        }
        records
    }
}

fn remove_snapshots(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder.join("sled")) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") || name.starts_with("kept.") {
            // What cannot be deleted is tried as it is.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives a copy the settings of a new database, and an empty folder of blobs.
fn set_anew(folder: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("copy", folder, &error);
    let new = folder.join("new");
    fs::create_dir(&new).map_err(failed)?;
    drop(Engine::create(&new, &Batch::default())?);
    let blobs = folder.join("sled/blobs");
    if !blobs.is_dir() {
        // It may be a file, or not there.
        let _ = fs::remove_file(&blobs);
        fs::create_dir(&blobs).map_err(failed)?;
    }
    fs::copy(new.join("sled/conf"), folder.join("sled/conf")).map_err(failed)?;
    fs::remove_dir_all(&new).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The copy of a database of nine commits, and how its engine fails for good.
    fn ruin(folder: &Path) -> Ruin {
        let mut batch = Batch::default();
        for commit in 0..9 {
            batch.insert(&Key::Commit(commit), b"x").unwrap();
        }
        let made = |folder: &Path| Engine::create(folder, &batch).map(drop);
        Ruin::open(folder, made).unwrap()
    }

    fn break_engine(ruin: &Ruin) {
        let engine = ruin.engine.as_ref().unwrap();
        engine.break_off();
    }

    #[test]
    fn an_engine_that_fails_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut ruin = ruin(folder.path());
        for faults in 1..4 {
            break_engine(&ruin);
            let found = ruin.space(Space::Commit);
            let keys: Vec<Key> = found.into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, (0..9).map(Key::Commit).collect::<Vec<_>>());
            assert_eq!(ruin.faults.len(), faults);
            assert_eq!(ruin.faults[faults - 1].place.part, Part::Engine);
        }
    }

    #[test]
    fn an_engine_that_fails_again_and_again_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut ruin = ruin(folder.path());
        let mut reads = 0;
        while ruin.engine.is_some() {
            break_engine(&ruin);
            reads += 1;
            let found = ruin.space(Space::Commit).len();
            assert_eq!(found, if reads < FAILURES { 9 } else { 0 });
        }
        assert_eq!((reads, ruin.faults.len()), (FAILURES, FAILURES as usize));
        // Then nothing more is tried.
        assert!(ruin.space(Space::Commit).is_empty());
        assert_eq!(ruin.faults.len(), FAILURES as usize);
    }
}
