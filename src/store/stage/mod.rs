//! From a package to everything a commit will write. Reads only.
//!
//! - `documents.rs`: which documents are new, and their records, cells and checks.
//! - `definitions.rs`: metrics and companies.
//! - `facts.rs`: the facts of new documents, sorted by series.
//! - `series.rs`: what facts make of their series; `recent.rs`: of the recent rows of their companies.

mod definitions;
mod documents;
mod facts;
mod recent;
mod series;

use super::State;
use super::catalog;
use super::commit::Written;
use super::engine::Tree;
use super::error::StoreError;
use super::names::Names;
use super::order::DocumentOrder;
use super::package::{DocumentOutcome, Kept, Package};
use super::write::Write;
use crate::codec::record::Totals;
use crate::codec::{Key, SeriesId};
use facts::Facts;
use recent::Recent;
use series::Merging;

/// Everything that a commit changes.
#[derive(Debug)]
pub(super) struct Staged {
    /// The number of the commit.
    sequence: u64,
    pub(super) names: Names,
    pub(super) totals: Totals,
    /// How many additions there are to all companies.
    pub(super) additions: u64,
    /// Keys that belong into one batch, in the order to write them.
    pub(super) groups: Vec<Vec<Write>>,
    /// Definitions that are written anew, and recent rows: with the commit record, so that an aborted commit leaves the old ones.
    pub(super) replaced: Vec<Write>,
    pub(super) written: Written,
    /// Other series, whose recent rows go to their blocks.
    pub(super) settled: Vec<SeriesId>,
    /// The number of documents and observations that are new.
    pub(super) new_documents: u32,
    pub(super) new_rows: u64,
    pub(super) digest: [u8; 32],
    pub(super) outcomes: Vec<DocumentOutcome>,
    /// Inferred definitions that do not stand.
    pub(super) kept: Vec<Kept>,
}

/// The most definitions that one commit may write anew.
const REPLACED: usize = 100;

/// Works out what a package changes, as commit `sequence`. What it says of one company may become recent rows of up to `room` bytes.
pub(super) fn stage(
    tree: &dyn Tree,
    state: &State,
    package: &Package,
    sequence: u64,
    room: Option<usize>,
) -> Result<Staged, StoreError> {
    let mut staged = Staged::upon(state, sequence);
    let standings = documents::standings(tree, package)?;
    definitions::metrics(&mut staged, package, &standings)?;
    definitions::companies(&mut staged, package)?;
    let mut order = DocumentOrder::default();
    let numbers = documents::add(&mut staged, &mut order, package, &standings)?;
    staged.outcomes = documents::outcomes(package, &standings);
    let facts = Facts::sorted(&mut staged, package, &numbers)?;
    let room = room.filter(|_| facts.are_few());
    let mut merging = Merging::new(tree, state.totals, order, Recent::new(tree, room));
    merging.take_in(&mut staged, &facts)?;
    if staged.replaced.len() > REPLACED {
        let what = "changed definitions in one commit";
        return Err(StoreError::Full { what });
    }
    merging.recent.write(&mut staged)?;
    let listed = catalog::list(&staged.written.created)?;
    staged
        .groups
        .extend(listed.into_iter().map(|write| vec![write]));
    staged.count(state.totals);
    Ok(staged)
}

impl Staged {
    /// A commit that changes nothing yet.
    fn upon(state: &State, sequence: u64) -> Staged {
        Staged {
            sequence,
            names: state.names.clone(),
            totals: state.totals,
            additions: state.additions,
            groups: Vec::new(),
            replaced: Vec::new(),
            written: Written::default(),
            settled: Vec::new(),
            new_documents: 0,
            new_rows: 0,
            digest: [0; 32],
            outcomes: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Adds a key that stands alone.
    fn put(&mut self, key: Key, payload: Vec<u8>) {
        self.groups.push(vec![Write::put(key, payload)]);
    }

    /// Counts what there is after it.
    fn count(&mut self, before: Totals) {
        self.totals.companies = self.names.companies.len();
        self.totals.metrics = self.names.metrics.len();
        self.totals.variants = self.names.variants.len();
        self.totals.rows = self.totals.rows.saturating_add(self.new_rows);
        self.new_documents = self.totals.documents - before.documents;
    }
}
