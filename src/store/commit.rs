//! What a commit writes, in which batches.

use super::State;
use super::catalog::Created;
use super::engine::{Batch, Tree};
use super::error::StoreError;
use super::package::{Committed, Package};
use super::stage::stage;
use super::unsettled::Turn;
use super::write::Write;
use crate::codec::manifest::Head;
use crate::codec::record::{CommitRecord, INTENT_SERIES, IntentRecord, chain, pack};
use crate::codec::{Key, SeriesId};

/// The most keys in a batch, as far as one series' keys allow. sled keeps the memory of big ones.
pub(super) const BATCH: usize = 250;

/// A commit that only has to be written.
pub(super) struct Prepared {
    /// `None` where there is nothing to write.
    pub(super) batches: Option<Batches>,
    /// The state it leads to.
    pub(super) state: State,
    pub(super) written: Written,
    pub(super) committed: Committed,
}

/// What commits write, for those who read it.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) series: Vec<SeriesId>,
    /// Those of them that are new, with their commits.
    pub(super) created: Vec<Created>,
    /// What comes to recent rows, and what leaves them.
    pub(super) turns: Vec<Turn>,
}

impl Written {
    /// Adds what a later commit writes.
    pub(super) fn append(&mut self, later: Written) {
        self.series.extend(later.series);
        self.created.extend(later.created);
        self.turns.extend(later.turns);
    }
}

/// Works out what a package writes. What it says may become recent rows of up to `room` bytes.
pub(super) fn prepare(
    tree: &dyn Tree,
    before: &State,
    package: &Package,
    room: Option<usize>,
) -> Result<Prepared, StoreError> {
    let full = StoreError::Full { what: "commits" };
    let sequence = before.head.sequence.checked_add(1).ok_or(full)?;
    let staged = stage(tree, before, package, sequence, room)?;
    if staged.groups.is_empty() && staged.replaced.is_empty() {
        return Ok(Prepared {
            batches: None,
            state: before.clone(),
            written: Written::default(),
            committed: Committed {
                commit: None,
                documents: staged.outcomes,
                kept: staged.kept,
            },
        });
    }
    let record = CommitRecord {
        previous: before.head.chain,
        sequence,
        // A clock that was set back does not turn the order of commits around.
        recorded: package
            .recorded
            .unwrap_or_else(|| chrono::Utc::now().timestamp())
            .max(before.recorded),
        documents: staged.new_documents,
        rows: staged.new_rows,
        digest: staged.digest,
        totals: staged.totals,
        additions: Some(staged.additions),
    };
    let payload = pack(&record)?;
    let state = State {
        head: Head {
            sequence,
            chain: chain(&payload),
            ..before.head
        },
        recorded: record.recorded,
        totals: staged.totals,
        additions: staged.additions,
        names: staged.names,
    };
    let record = Write::put(Key::Commit(sequence), payload);
    let mut announced = staged.written.series.clone();
    announced.extend(staged.settled);
    Ok(Prepared {
        batches: Some(Batches::new(
            staged.groups,
            staged.replaced,
            &announced,
            record,
            sequence,
        )?),
        state,
        written: staged.written,
        committed: Committed {
            commit: Some(sequence),
            documents: staged.outcomes,
            kept: staged.kept,
        },
    })
}

/// The batches of one commit, in the order to write them.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// The announcement of several batches.
    pub(super) intent: Vec<Batch>,
    /// The last one has the commit record, and removes the announcement.
    pub(super) data: Vec<Batch>,
    /// Removes what is left of a long announcement; after HEAD.
    pub(super) cleanup: Vec<Batch>,
}

impl Batches {
    /// The only batch of a commit that needs no announcement; of another, itself.
    pub(super) fn single(mut self) -> Result<Batch, Batches> {
        match self.data.pop() {
            Some(batch) if self.intent.is_empty() && self.data.is_empty() => Ok(batch),
            last => {
                self.data.extend(last);
                Err(self)
            }
        }
    }

    fn new(
        groups: Vec<Vec<Write>>,
        replaced: Vec<Write>,
        series: &[SeriesId],
        record: Write,
        sequence: u64,
    ) -> Result<Batches, StoreError> {
        let keys: usize = groups.iter().map(Vec::len).sum();
        let mut intent = Vec::new();
        let mut cleanup = Vec::new();
        let mut last = replaced;
        last.push(record);
        let alone = keys + last.len() <= BATCH;
        if !alone {
            let chunks = intent_chunks(series, sequence)?;
            cleanup = chunks
                .iter()
                .skip(1)
                .map(|write| Write::remove(write.key.clone()))
                .collect();
            last.push(Write::remove(Key::Intent(0)));
            // The first chunk is what announces; it comes last.
            intent = chunks.into_iter().rev().map(|write| vec![write]).collect();
        }
        let mut data = fill(groups, BATCH - last.len());
        match data.last_mut() {
            Some(batch) => batch.extend(last),
            None => data.push(last),
        }
        let cleanup = cleanup.into_iter().map(|write| vec![write]).collect();
        Ok(Batches {
            intent: encode(fill(intent, BATCH))?,
            data: encode(data)?,
            cleanup: encode(fill(cleanup, BATCH))?,
        })
    }
}

/// The intent records of a commit.
fn intent_chunks(series: &[SeriesId], sequence: u64) -> Result<Vec<Write>, StoreError> {
    let full = || StoreError::Full {
        what: "series of one commit",
    };
    let count = series.len().div_ceil(INTENT_SERIES).max(1);
    let count = u32::try_from(count).map_err(|_| full())?;
    let mut runs = series.chunks(INTENT_SERIES);
    (0..count)
        .map(|chunk| {
            let record = IntentRecord::new(sequence, count, runs.next().unwrap_or_default());
            Ok(Write::put(Key::Intent(chunk), pack(&record)?))
        })
        .collect()
}

/// Fills groups into batches of at most `limit` keys; a group is never split.
pub(super) fn fill(groups: Vec<Vec<Write>>, limit: usize) -> Vec<Vec<Write>> {
    let mut batches: Vec<Vec<Write>> = Vec::new();
    for group in groups {
        match batches.last_mut() {
            Some(batch) if batch.len() + group.len() <= limit => batch.extend(group),
            _ => batches.push(group),
        }
    }
    batches
}

pub(super) fn encode(batches: Vec<Vec<Write>>) -> Result<Vec<Batch>, StoreError> {
    batches
        .into_iter()
        .map(|writes| {
            let mut batch = Batch::default();
            for Write { key, payload } in writes {
                match payload {
                    Some(payload) => batch.insert(&key, &payload)?,
                    None => batch.remove(&key),
                }
            }
            Ok(batch)
        })
        .collect()
}
