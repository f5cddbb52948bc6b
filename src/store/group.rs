//! Making commits durable, several at once, then visible.
//!
//! While one write is on its way to the disk, the commits after it are worked out, as if it were there. One write at a time is
//! under way: the next one begins when that one is durable and HEAD says so.

use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};
use std::thread::{self, Scope, ScopedJoinHandle};

use super::commit::{BATCH, Batches, Prepared, Written, prepare};
use super::engine::{Ahead, Batch, Engine};
use super::error::StoreError;
use super::package::{Committed, Package};
use super::{State, Store, Writer};
use crate::codec::manifest::Head;

/// After how many keys that packages wrote one by one the log is cleaned. Measured with releases of 100 figures, which write some 25
/// keys: after 300 a database takes 89 bytes a fact, after 150 some 54, after 100 some 47, with a tenth more processor time each.
const CLEANING: usize = 150;

/// The same where packages come together, which write each block once. Measured with loads of 4 M facts: after 1,000 keys a database takes 27
/// bytes a fact instead of 33, with a sixth more processor time.
const CLEANING_LOADS: usize = 1000;

/// Takes in packages, each as a commit of its own, up to the first that is refused. Small ones share a batch: one fsync and
/// one HEAD for all of them.
///
/// What is given of the first packages is on disk. The error is about the one after them, or the disk.
pub(super) fn commit(
    store: &Store,
    packages: &[Package],
) -> (Vec<Committed>, Result<(), StoreError>) {
    let Ok(mut writer) = store.writer.lock() else {
        return (Vec::new(), Err(StoreError::Halted));
    };
    let alone = packages.len() == 1;
    let disk = Disk {
        store,
        writer: &mut writer,
        alone,
    };
    thread::scope(|scope| {
        let mut group = Group {
            scope,
            store,
            room: alone.then_some(store.room),
            disk: Some(disk),
            under_way: None,
            state: (*store.state()).clone(),
            heads: Vec::new(),
            written: Written::default(),
            batch: Batch::default(),
            committed: Vec::with_capacity(packages.len()),
            durable: 0,
        };
        let ended = group.take_in(packages);
        let ended = group.settle().and(ended);
        group.committed.truncate(group.durable);
        (group.committed, ended)
    })
}

/// Commits that are worked out, one upon the other, and written together.
struct Group<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    store: &'scope Store,
    /// How many bytes of recent rows a company may have, where packages come alone.
    room: Option<usize>,
    /// `None` while a write is under way.
    disk: Option<Disk<'scope>>,
    under_way: Option<UnderWay<'scope>>,
    /// As the last of them leaves it.
    state: State,
    /// The heads of those that are not handed over yet.
    heads: Vec<Head>,
    /// What they write.
    written: Written,
    batch: Batch,
    committed: Vec<Committed>,
    /// How many of them are on disk.
    durable: usize,
}

/// A write that another thread carries out.
struct UnderWay<'scope> {
    thread: ScopedJoinHandle<'scope, Option<(Disk<'scope>, Result<(), StoreError>)>>,
    work: Arc<Work>,
    /// How many commits are durable after it.
    committed: usize,
}

impl Group<'_, '_> {
    fn take_in(&mut self, packages: &[Package]) -> Result<(), StoreError> {
        let last = packages.len().saturating_sub(1);
        for (nth, package) in packages.iter().enumerate() {
            if self.disk.as_ref().is_some_and(|disk| disk.writer.halted) {
                return Err(StoreError::Halted);
            }
            let under_way = self
                .under_way
                .iter()
                .flat_map(|write| write.work.batches.data.iter().rev());
            let tree = Ahead {
                engine: &self.store.engine,
                batches: [&self.batch].into_iter().chain(under_way).collect(),
            };
            match prepare(&tree, &self.state, package, self.room) {
                Ok(prepared) => self.add(prepared, nth == last)?,
                Err(refused) => {
                    self.write(Batches::default())?;
                    return Err(refused);
                }
            }
        }
        self.write(Batches::default())
    }

    /// Adds a commit, and writes those before it, or itself, where a batch cannot have them all.
    fn add(&mut self, prepared: Prepared, is_last: bool) -> Result<(), StoreError> {
        let Prepared {
            batches,
            state,
            written,
            committed,
        } = prepared;
        let Some(batches) = batches else {
            self.committed.push(committed);
            return Ok(());
        };
        let single = batches.single();
        let fits = |batch: &Batch| self.batch.len() + batch.len() <= BATCH;
        match &single {
            Ok(batch) if fits(batch) => {}
            Ok(_) => self.hand_over(Batches::default())?,
            Err(_) if self.batch.len() > 0 => self.hand_over(Batches::default())?,
            Err(_) => {}
        }
        self.state = state;
        self.heads.push(self.state.head);
        self.written.append(written);
        self.committed.push(committed);
        match single {
            Ok(batch) => {
                self.batch.append(batch);
                Ok(())
            }
            // Nothing is worked out beside the last one.
            Err(batches) if is_last => self.write(batches),
            Err(batches) => self.hand_over(batches),
        }
    }

    /// What is worked out, to be written: the batch of the group, or those of a commit that needs several.
    fn work(&mut self, mut batches: Batches) -> Work {
        if self.batch.len() > 0 {
            batches.data.push(std::mem::take(&mut self.batch));
        }
        Work {
            batches,
            heads: std::mem::take(&mut self.heads),
            written: std::mem::take(&mut self.written),
            state: self.state.clone(),
        }
    }

    /// Writes what is worked out, and returns when it is durable.
    fn write(&mut self, batches: Batches) -> Result<(), StoreError> {
        self.settle()?;
        let work = self.work(batches);
        let disk = self.disk.as_mut().ok_or(StoreError::Halted)?;
        disk.write(&work)?;
        self.durable = self.committed.len();
        Ok(())
    }

    /// Begins to write what is worked out, when what was begun before is durable.
    fn hand_over(&mut self, batches: Batches) -> Result<(), StoreError> {
        self.settle()?;
        let work = Arc::new(self.work(batches));
        let mut disk = self.disk.take().ok_or(StoreError::Halted)?;
        let own = Arc::clone(&work);
        let (give, given) = mpsc::channel::<Disk>();
        let started = thread::Builder::new().spawn_scoped(self.scope, move || {
            let mut disk = given.recv().ok()?;
            let ended = disk.write(&own);
            Some((disk, ended))
        });
        let committed = self.committed.len();
        let Ok(thread) = started else {
            // The system has none to spare: what needs no thread is only slower.
            let ended = disk.write(&work);
            self.disk = Some(disk);
            ended?;
            self.durable = committed;
            return Ok(());
        };
        // A thread that has started waits for it.
        give.send(disk).map_err(|_| StoreError::Halted)?;
        self.under_way = Some(UnderWay {
            thread,
            work,
            committed,
        });
        Ok(())
    }

    /// Waits for the write that is under way.
    fn settle(&mut self) -> Result<(), StoreError> {
        let Some(write) = self.under_way.take() else {
            return Ok(());
        };
        let written = write.thread.join();
        let written = written.unwrap_or_else(|panic| resume_unwind(panic));
        let (disk, ended) = written.ok_or(StoreError::Halted)?;
        self.disk = Some(disk);
        ended?;
        self.durable = write.committed;
        Ok(())
    }
}

/// What is written together.
struct Work {
    batches: Batches,
    /// Of the commits in it, in order; none where there is nothing to write.
    heads: Vec<Head>,
    written: Written,
    /// As the last of them leaves it.
    state: State,
}

/// Where it is written to.
struct Disk<'a> {
    store: &'a Store,
    writer: &'a mut Writer,
    /// Whether a package comes alone, not with others.
    alone: bool,
}

impl Disk<'_> {
    /// Makes commits durable, then visible.
    fn write(&mut self, work: &Work) -> Result<(), StoreError> {
        let Work {
            batches,
            heads,
            written,
            state,
        } = work;
        if heads.is_empty() {
            return Ok(());
        }
        if self.writer.halted {
            return Err(StoreError::Halted);
        }
        let engine = &self.store.engine;
        // Until all of it is written, what is on disk is known only after opening again.
        self.writer.halted = true;
        apply(engine, &batches.intent)?;
        apply(engine, &batches.data)?;
        // Slots take turns. After an even number of commits the last has the slot of the head that is on disk; the
        // one before it goes first, so that a whole slot is left whenever a write tears.
        let slots = if heads.len().is_multiple_of(2) { 2 } else { 1 };
        for head in heads.iter().skip(heads.len().saturating_sub(slots)) {
            self.writer.head.write(*head)?;
        }
        self.store.publish(state.clone(), written);
        // The commits stand. What is left of an announcement would be removed by the next open, too.
        let tidied = apply(engine, &batches.cleanup).and_then(|()| self.clean(&batches.data));
        self.writer.halted = tidied.is_err();
        Ok(())
    }

    /// Cleans the log, if enough was written since it was cleaned last.
    fn clean(&mut self, written: &[Batch]) -> Result<(), StoreError> {
        self.writer.uncleaned += written.iter().map(Batch::len).sum::<usize>();
        let limit = if self.alone { CLEANING } else { CLEANING_LOADS };
        if self.writer.uncleaned < limit {
            return Ok(());
        }
        self.writer.uncleaned = 0;
        self.store.engine.clean()
    }
}

fn apply(engine: &Engine, batches: &[Batch]) -> Result<(), StoreError> {
    batches.iter().try_for_each(|batch| engine.apply(batch))
}
