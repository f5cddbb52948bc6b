//! The database on disk: one commit per package, readers that see whole commits only.
//!
//! A database is a folder: `MANIFEST` (what it is), `HEAD` (the last durable commit) and `sled/` (the
//! data). A commit computes the new state of what it touches, writes it in one batch or, announced
//! by an intent record, in several, makes that durable, then HEAD, and then shows it to new snapshots.
//! Rows carry the number of their commit, so a snapshot recognises and leaves out what is newer than it.
//!
//! - `engine/`: sled; `opening.rs`: how it is opened. Nothing else names it.
//! - `head.rs`, `open.rs`, `recover.rs`: creating, opening, and what a crash leaves behind.
//! - `stage/`, `definitions.rs`, `merge.rs`, `commit.rs`: from a package to batches; `group.rs`: several packages to one batch.
//! - `recent.rs`: what comes alone waits in one value of its company, until it goes to the blocks of its series.
//! - `series.rs`, `snapshot.rs`, `scan.rs`: reading; `stamps.rs`: what has been written since it was read; `listed.rs`: which series there are;
//!   `unsettled.rs`: of which series recent rows are to be read.
//! - `verify/`: reading all of it, to find what is wrong; `progress.rs`: how far such work is.
//! - `backup.rs`: copies; `fresh.rs`: new databases that are made under another name.
//! - `dump/`: a database as lines of text, and back.
//! - `salvage/`: what can be read of a damaged database.
//! - `names.rs`, `order.rs`: names of companies, metrics and variants; the order of documents.

use std::io::BufRead;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

mod backup;
mod basis;
mod catalog;
mod commit;
mod current;
mod definitions;
mod dump;
mod engine;
mod error;
mod fresh;
mod group;
mod head;
mod listed;
mod merge;
mod names;
mod open;
mod opening;
mod order;
mod package;
mod progress;
mod recent;
mod recover;
mod salvage;
mod scan;
mod series;
mod snapshot;
mod stage;
mod stamps;
#[cfg(test)]
mod tests;
mod unsettled;
mod verify;
mod write;

pub(crate) use current::Current;
pub use dump::{DumpFault, Dumped};
pub use error::StoreError;
pub(crate) use order::DocumentOrder;
pub(crate) use package::{Committed, Package, PackageDocument, Standing};
pub use progress::{UpkeepProgress, UpkeepStep, UpkeepTask};
pub use salvage::{Incomplete, IncompleteDocument, Salvaged};
pub(crate) use snapshot::Snapshot;
pub(crate) use verify::Digest;
pub use verify::{Fault, FaultKind, FaultPlace, Part, VerifyEnd, VerifyReport};

pub(crate) use crate::codec::record::Variant;
pub(crate) use crate::codec::{Plain, PlainRow};
/// One fact as the latest view shows it.
pub(crate) use crate::codec::{Row as CurrentRow, SeriesId};

use crate::codec::manifest::Head;
use crate::codec::record::Totals;
use commit::Written;
use engine::Engine;
use head::HeadFile;
use listed::Listed;
use names::Names;
use stamps::Stamps;
use unsettled::Unsettled;

/// An open database.
///
/// Dropping it closes it, once its snapshots are dropped too: until then the folder stays locked.
#[derive(Debug)]
pub(crate) struct Store {
    engine: Arc<Engine>,
    /// What new snapshots see. Locked only to take or replace the `Arc`.
    state: RwLock<Arc<State>>,
    stamps: Arc<Stamps>,
    listed: Arc<Listed>,
    unsettled: Arc<Unsettled>,
    writer: Mutex<Writer>,
    /// How many bytes of recent rows a company may have.
    room: usize,
}

/// What a commit left behind.
#[derive(Clone, Debug)]
struct State {
    head: Head,
    /// When it was recorded: seconds since 1970-01-01 UTC.
    recorded: i64,
    totals: Totals,
    /// How many additions there are to all companies.
    additions: u64,
    names: Names,
}

/// What only one commit at a time may have.
#[derive(Debug)]
struct Writer {
    head: HeadFile,
    /// Set when a write failed: what is on disk is known only after opening again.
    halted: bool,
    /// How many keys were written since the log was cleaned.
    uncleaned: usize,
}

impl Store {
    /// Creates a database in a folder that does not exist or is empty.
    pub(crate) fn create(path: &Path) -> Result<Store, StoreError> {
        open::create(path, chrono::Utc::now().timestamp())
    }

    /// Opens a database, and finishes or undoes what a crash left behind.
    pub(crate) fn open(path: &Path) -> Result<Store, StoreError> {
        open::open(path)
    }

    /// Takes in a package: visible and durable when this returns, or not at all.
    pub(crate) fn commit(&self, package: &Package) -> Result<Committed, StoreError> {
        let (committed, ended) = self.commit_all(std::slice::from_ref(package));
        ended?;
        committed.into_iter().next().ok_or(StoreError::Halted)
    }

    /// Takes in packages one after the other, each as a commit of its own, up to the first that is refused. Gives what
    /// became of those before it, which are visible and durable when this returns.
    pub(crate) fn commit_all(
        &self,
        packages: &[Package],
    ) -> (Vec<Committed>, Result<(), StoreError>) {
        group::commit(self, packages)
    }

    /// The database as the last commit left it, for as long as it is held.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::new(
            Arc::clone(&self.engine),
            self.state(),
            Arc::clone(&self.stamps),
            Arc::clone(&self.listed),
            Arc::clone(&self.unsettled),
        )
    }

    /// Reads all of it, and holds every part against the others.
    pub(crate) fn verify(
        &self,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, StoreError> {
        verify::verify(self, digest, verify::PENDING, progress)
    }

    /// Copies it as of its last commit to a new folder, and verifies the copy.
    pub(crate) fn backup(
        &self,
        target: &Path,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, StoreError> {
        backup::backup(self, target, digest, progress)
    }

    /// Copies a closed database to a new folder, and verifies the copy.
    pub(crate) fn restore(
        backup: &Path,
        target: &Path,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, StoreError> {
        backup::restore(backup, target, digest, progress)
    }

    /// Makes a new database of a dump, and verifies it.
    pub(crate) fn load_dump(
        from: &mut dyn BufRead,
        target: &Path,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<VerifyReport, StoreError> {
        dump::load(from, target, digest, progress)
    }

    /// Makes a new database of what can be read of a damaged one.
    pub(crate) fn salvage(
        damaged: &Path,
        target: &Path,
        incomplete: Incomplete,
        digest: &Digest<'_>,
        progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Result<Salvaged, StoreError> {
        salvage::salvage(damaged, target, incomplete, digest, progress)
    }

    /// Writes what is no block in the place of that of a series, for tests of what that does.
    #[cfg(test)]
    pub(crate) fn spoil(&self, series: SeriesId) {
        let mut batch = engine::Batch::default();
        let key = crate::codec::Key::Current { series, chunk: 0 };
        batch.insert(&key, b"no block").unwrap();
        self.engine.apply(&batch).unwrap();
    }

    fn new(engine: Engine, head: HeadFile, state: State, listed: Listed) -> Store {
        let unsettled = Unsettled::new(state.names.with_recent());
        Store {
            engine: Arc::new(engine),
            state: RwLock::new(Arc::new(state)),
            stamps: Arc::default(),
            listed: Arc::new(listed),
            unsettled: Arc::new(unsettled),
            room: recent::BOUND,
            writer: Mutex::new(Writer {
                head,
                halted: false,
                uncleaned: 0,
            }),
        }
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows what commits wrote.
    fn publish(&self, state: State, written: &Written) {
        self.stamps.write(&written.series, state.head.sequence);
        self.listed.add(&written.created);
        self.unsettled.turn(&written.turns);
        let state = Arc::new(state);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}
