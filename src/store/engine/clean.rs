//! Cleaning sled's log of garbage.

use std::collections::BTreeSet;

use super::Engine;
use crate::store::error::StoreError;

/// After how many changes of a page sled writes it anew.
const CHANGES: u16 = 10;
/// The tree of the pages that are changed to have sled clean its log.
const CLEANER: &[u8] = b"cleaner";
/// How many pages sled moves at most when its log is cleaned. Readers wait for as long as it takes.
const TURNS: u16 = 64;

impl Engine {
    /// Has sled move pages out of segments of its log that hold little else than garbage, one page for each turn, so that they can
    /// be written again. What sled cannot move stays where it is.
    ///
    /// sled does this each time it writes a page anew, which is after some ten changes of it: too seldom for pages that are not
    /// changed any more, of which every segment has some. So pages of a tree of their own are changed that often: in one batch,
    /// as sled frees no segment before it ends, and with an fsync after it, as the next batch may be written over those it frees.
    pub(crate) fn clean(&self) -> Result<(), StoreError> {
        let cleaned = self.call("clean", |db| {
            // sled does not write what is there already.
            let value = db.generate_id()?.to_be_bytes();
            let mut changes = sled::Batch::default();
            for key in 0..TURNS.saturating_mul(CHANGES) {
                changes.insert(key.to_be_bytes().as_slice(), value.as_slice());
            }
            db.open_tree(CLEANER)?.apply_batch(changes)?;
            db.flush().map(drop)
        });
        match cleaned {
            // sled answers everything alike from then on: no write is to be tried.
            Err(error @ StoreError::Io { .. }) => {
                self.unsure.get_or_init(BTreeSet::new);
                Err(error)
            }
            // A page that sled cannot read stands in the way of whoever wants to read it, not of others.
            _ => self.fsync(),
        }
    }
}
