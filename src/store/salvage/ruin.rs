//! The copy of a damaged database, as far as it can be read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::codec::Key;
use crate::codec::key::Space;
use crate::codec::record::{Record, unpack};
use crate::store::engine::{Engine, Value};
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
    pub(super) fn open(folder: &Path) -> Result<Ruin, StoreError> {
        let mut faults = Vec::new();
        let engine = match Engine::open(folder) {
            Ok(engine) => engine,
            Err(first) => {
                // The engine reads its whole log where it has no snapshot of its own.
                remove_snapshots(folder);
                let engine = Engine::open(folder).map_err(|_| first.clone())?;
                faults.push(Fault {
                    place: FaultPlace::new(Part::Engine, "snapshot"),
                    kind: FaultKind::unreadable(&first),
                });
                engine
            }
        };
        Ok(Ruin {
            folder: folder.to_owned(),
            engine: Some(engine),
            failures: 0,
            faults,
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
