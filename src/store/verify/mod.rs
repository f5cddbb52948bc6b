//! Reading all of a database, and holding each part against the others.
//!
//! What is looked at is the state of one commit, beside a writer if there is one. A scan can see half of a commit, so
//! a fault counts only if it is there, too, while no commit is under way; what is newer than that commit is
//! held against the commit that is the last by then.

mod digests;
mod documents;
mod files;
mod names;
mod place;
mod report;
mod series;
mod values;

pub use report::{Fault, FaultKind, FaultPlace, Part, VerifyEnd, VerifyReport};

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::engine::{Engine, Value};
use super::error::StoreError;
use super::package::PackageDocument;
use super::progress::{Meter, UpkeepProgress, UpkeepTask};
use super::{State, Store, order};
use crate::codec::record::{Record, unpack};
use crate::codec::{CodecError, Key};
pub(super) use digests::PENDING;
use digests::Pending;
use documents::Known;
pub(super) use place::of as place_of;

/// Reads all of a database.
///
/// Fails only where an earlier write failed, so that nobody knows what should be on disk.
pub(super) fn verify(
    store: &Store,
    digest: &Digest<'_>,
    pending: usize,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<VerifyReport, StoreError> {
    let state = store.state();
    let mut verify = Verify {
        store,
        engine: &store.engine,
        report: VerifyReport {
            commit: state.head.sequence,
            ..VerifyReport::default()
        },
        state,
        meter: Meter::new(UpkeepTask::Verify, progress),
        documents: Vec::new(),
        digest,
        pending: Pending::new(pending),
    };
    verify.report.end = match verify.run() {
        Ok(()) => VerifyEnd::Complete,
        Err(StoreError::Cancelled) => VerifyEnd::Cancelled,
        Err(StoreError::Halted) => return Err(StoreError::Halted),
        Err(error) => {
            verify.report.add(Fault {
                place: FaultPlace::new(Part::Engine, ""),
                kind: FaultKind::unreadable(&error),
            });
            VerifyEnd::Unreadable
        }
    };
    Ok(verify.report)
}

struct Verify<'a> {
    store: &'a Store,
    engine: &'a Engine,
    /// What is verified.
    state: Arc<State>,
    report: VerifyReport,
    meter: Meter<'a>,
    /// By number.
    documents: Vec<Known>,
    digest: &'a Digest<'a>,
    pending: Pending,
}

/// What makes the digest of a document, where it can be made.
pub(crate) type Digest<'a> = dyn Fn(&PackageDocument) -> Option<[u8; 32]> + 'a;

/// A stored value, as it is found.
enum Found<T> {
    Value(T),
    /// It is there and cannot be read.
    Bad,
    Missing,
}

/// What a look at a part of the database gives: faults, and what is worth knowing if there are none.
type Look<T> = Result<(Vec<Fault>, T), StoreError>;

impl Verify<'_> {
    fn run(&mut self) -> Result<(), StoreError> {
        self.files()?;
        self.values()?;
        self.definitions()?;
        self.commits()?;
        self.series()
    }

    /// Looks at something, and once more without a writer if that finds faults.
    fn look<T>(&mut self, look: impl Fn(&Self) -> Look<T>) -> Result<T, StoreError> {
        let (faults, seen) = look(self)?;
        if faults.is_empty() {
            return Ok(seen);
        }
        let writer = self.store.writer.lock();
        let writer = writer.unwrap_or_else(PoisonError::into_inner);
        if writer.halted {
            return Err(StoreError::Halted);
        }
        let (faults, seen) = look(self)?;
        drop(writer);
        for fault in faults {
            self.report.add(fault);
        }
        Ok(seen)
    }

    /// The state that is the last one now.
    fn now(&self) -> Arc<State> {
        self.store.state()
    }

    /// A value. One that cannot be opened has been reported with all values.
    fn value(&self, key: &Key) -> Result<Found<Value>, StoreError> {
        Ok(match self.engine.look(key)? {
            None => Found::Missing,
            Some(Ok(value)) => Found::Value(value),
            Some(Err(_)) => Found::Bad,
        })
    }

    /// A record. One that is there and does not decode is a fault.
    fn record<T: Record>(
        &self,
        key: &Key,
        faults: &mut Vec<Fault>,
    ) -> Result<Found<T>, StoreError> {
        Ok(match self.value(key)? {
            Found::Missing => Found::Missing,
            Found::Bad => Found::Bad,
            Found::Value(value) => match unpack(&value) {
                Ok(record) => Found::Value(record),
                Err(error) => {
                    faults.push(self.unreadable(key, &error));
                    Found::Bad
                }
            },
        })
    }

    /// A record that must be there.
    fn required<T: Record>(
        &self,
        key: &Key,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<T>, StoreError> {
        Ok(match self.record(key, faults)? {
            Found::Value(record) => Some(record),
            Found::Bad => None,
            Found::Missing => {
                faults.push(self.fault(key, FaultKind::Missing));
                None
            }
        })
    }

    fn unreadable(&self, key: &Key, error: &CodecError) -> Fault {
        self.fault(key, FaultKind::unreadable(&error))
    }

    fn fault(&self, key: &Key, kind: FaultKind) -> Fault {
        Fault {
            place: self.place(key),
            kind,
        }
    }

    fn place(&self, key: &Key) -> FaultPlace {
        let document = |number: u32| {
            let record = order::document(self.engine, number).ok()?;
            Some(record.document.id)
        };
        place::of(key, &self.now().names, document)
    }
}

/// A fault if something is not as often there as it should be.
fn counted(what: &'static str, expected: u64, found: u64) -> Option<FaultKind> {
    (expected != found).then_some(FaultKind::Count {
        what,
        expected,
        found,
    })
}
