//! A damaged database, as far as it can be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::log::Log;
use crate::codec::Key;
use crate::codec::key::Space;
use crate::codec::record::{Record, unpack};
use crate::store::error::StoreError;
use crate::store::names::Names;
use crate::store::progress::Meter;
use crate::store::verify::{Fault, FaultKind, FaultPlace, Part, place_of};

/// A damaged database, as far as it can be read.
pub(super) struct Ruin {
    pub(super) folder: PathBuf,
    log: Log,
    pub(super) faults: Vec<Fault>,
    /// What a fault is told of.
    faulty: BTreeSet<Key>,
    /// How many values were read.
    pub(super) values: u64,
    /// How many of them as they were before they were written last, as that cannot be read.
    pub(super) earlier: u64,
    /// For the places of faults.
    pub(super) names: Names,
}

impl Ruin {
    pub(super) fn open(folder: &Path, meter: &mut Meter<'_>) -> Result<Ruin, StoreError> {
        let log = Log::read(folder, meter)?;
        let unread = log.gaps.iter().map(|gap| {
            let bytes = format!("bytes {} to {} cannot be read", gap.start, gap.end);
            Fault {
                place: FaultPlace::new(Part::Engine, "log"),
                kind: FaultKind::unreadable(&bytes),
            }
        });
        Ok(Ruin {
            folder: folder.to_owned(),
            faults: unread.collect(),
            log,
            faulty: BTreeSet::new(),
            values: 0,
            earlier: 0,
            names: Names::default(),
        })
    }

    pub(super) fn fault(&mut self, key: &Key, kind: FaultKind) {
        let place = place_of(key, &self.names, |_| None);
        self.faults.push(Fault { place, kind });
        self.faulty.insert(key.clone());
    }

    /// Tells that a value is not there, unless something else is told of it.
    pub(super) fn missing(&mut self, key: &Key) {
        if !self.faulty.contains(key) {
            self.fault(key, FaultKind::Missing);
        }
    }

    /// Whether a fault is told of a value.
    pub(super) fn is_faulty(&self, key: &Key) -> bool {
        self.faulty.contains(key)
    }

    /// The keys of a key space.
    pub(super) fn keys(&self, space: Space) -> Vec<Key> {
        self.log.keys(space)
    }

    /// All states in which a value can be read, the newest first. Tells if the last one is not among them.
    pub(super) fn states(&mut self, key: &Key) -> Result<Vec<Vec<u8>>, StoreError> {
        let states = self.log.payloads(key)?;
        if !states.is_empty() {
            self.values = self.values.saturating_add(1);
        }
        if let Some(error) = self.log.broken(key) {
            let kind = FaultKind::unreadable(error);
            self.fault(key, kind);
            if !states.is_empty() {
                self.earlier = self.earlier.saturating_add(1);
            }
        }
        Ok(states)
    }

    /// All records of a key space that can be read.
    pub(super) fn records<T: Record>(&mut self, space: Space) -> Result<Vec<(Key, T)>, StoreError> {
        let mut records = Vec::new();
        for key in self.keys(space) {
            let Some(newest) = self.states(&key)?.into_iter().next() else {
                continue;
            };
            match unpack(&newest) {
                Ok(record) => records.push((key, record)),
                Err(error) => self.fault(&key, FaultKind::unreadable(&error)),
            }
        }
        Ok(records)
    }
}
