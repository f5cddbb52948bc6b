//! Making commits durable, several at once, then visible.

use super::commit::{BATCH, Batches, Prepared, prepare};
use super::engine::{Ahead, Batch, Engine};
use super::error::StoreError;
use super::package::{Committed, Package};
use super::{State, Store, Writer};
use crate::codec::SeriesId;
use crate::codec::manifest::Head;

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
    let mut group = Group {
        store,
        writer: &mut writer,
        state: (*store.state()).clone(),
        heads: Vec::new(),
        series: Vec::new(),
        batch: Batch::default(),
        committed: Vec::with_capacity(packages.len()),
        durable: 0,
    };
    let ended = group.take_in(packages);
    group.committed.truncate(group.durable);
    (group.committed, ended)
}

/// Commits that are worked out, one upon the other, and written together.
struct Group<'a> {
    store: &'a Store,
    writer: &'a mut Writer,
    /// As the last of them leaves it.
    state: State,
    /// The heads of those that are not written yet.
    heads: Vec<Head>,
    /// The series that they write.
    series: Vec<SeriesId>,
    batch: Batch,
    committed: Vec<Committed>,
    /// How many of them are on disk.
    durable: usize,
}

impl Group<'_> {
    fn take_in(&mut self, packages: &[Package]) -> Result<(), StoreError> {
        for package in packages {
            if self.writer.halted {
                return Err(StoreError::Halted);
            }
            let tree = Ahead {
                engine: &self.store.engine,
                batch: &self.batch,
            };
            match prepare(&tree, &self.state, package) {
                Ok(prepared) => self.add(prepared)?,
                Err(refused) => {
                    self.write(Batches::default())?;
                    return Err(refused);
                }
            }
        }
        self.write(Batches::default())
    }

    /// Adds a commit, and writes those before it, or itself, where a batch cannot have them all.
    fn add(&mut self, prepared: Prepared) -> Result<(), StoreError> {
        let Prepared {
            batches,
            state,
            series,
            committed,
        } = prepared;
        let Some(batches) = batches else {
            self.committed.push(committed);
            return Ok(());
        };
        let single = batches.single();
        let fits = |batch: &Batch| self.batch.len() + batch.len() <= BATCH;
        if !single.as_ref().is_ok_and(fits) {
            self.write(Batches::default())?;
        }
        self.state = state;
        self.heads.push(self.state.head);
        self.series.extend(series);
        self.committed.push(committed);
        match single {
            Ok(batch) => {
                self.batch.append(batch);
                Ok(())
            }
            Err(batches) => self.write(batches),
        }
    }

    /// Writes the batch of the group, or those of a commit that needs several.
    fn write(&mut self, mut batches: Batches) -> Result<(), StoreError> {
        let engine = &self.store.engine;
        if self.batch.len() > 0 {
            batches.data.push(std::mem::take(&mut self.batch));
        }
        if !self.heads.is_empty() {
            // Until all of it is written, what is on disk is known only after opening again.
            self.writer.halted = true;
            apply(engine, batches.intent)?;
            apply(engine, batches.data)?;
            // Slots take turns. After an even number of commits the last has the slot of the head that is on disk; the
            // one before it goes first, so that a whole slot is left whenever a write tears.
            let written = if self.heads.len().is_multiple_of(2) {
                2
            } else {
                1
            };
            let passed_over = self.heads.len().saturating_sub(written);
            for head in self.heads.drain(..).skip(passed_over) {
                self.writer.head.write(head)?;
            }
            self.store.publish(self.state.clone(), &self.series);
            self.series.clear();
            // The commits stand. What is left of an announcement would be removed by the next open, too.
            self.writer.halted = apply(engine, batches.cleanup).is_err();
        }
        self.durable = self.committed.len();
        Ok(())
    }
}

fn apply(engine: &Engine, batches: Vec<Batch>) -> Result<(), StoreError> {
    batches
        .into_iter()
        .try_for_each(|batch| engine.apply(batch))
}
