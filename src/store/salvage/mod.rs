//! What can be read of a damaged database, as a new one.
//!
//! sled's log is read without sled, and only read. Every value is read by itself: one that cannot be read is listed, and does not stand in the way of
//! others. What is read is taken in by new commits, each of the documents of an old one and with its time.
//!
//! - `messages.rs`: what a segment of the log says; `log.rs`: the values of a log.
//! - `ruin.rs`: the damaged database; `commits.rs`: which commits it had.
//! - `saved.rs`: names and documents; `series.rs`: what they say of facts; `packages.rs`: what is taken in.

mod commits;
mod log;
mod messages;
mod packages;
mod ruin;
mod saved;
mod series;

use std::ops::ControlFlow;
use std::path::Path;

use self::ruin::Ruin;
use self::saved::Saved;
use super::backup::check_apart;
use super::error::StoreError;
use super::fresh::Fresh;
use super::open;
use super::progress::{Meter, UpkeepProgress, UpkeepStep, UpkeepTask};
use super::verify::{Digest, Fault, VerifyReport};
use crate::model::Id;

/// What becomes of documents that cannot be read in full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Incomplete {
    /// What can be read of them is kept. Taking such a document in again is refused, as it is known with other content.
    #[default]
    Keep,
    /// They are left out, so that they can be taken in again from where they came.
    LeaveOut,
}

/// What was saved of a damaged database.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Salvaged {
    /// How many values were read. They are read of the log of the storage engine itself, without the engine.
    pub values: u64,
    /// How many of them as they were before the last time that they were written, as their last one cannot be read.
    pub earlier: u64,
    /// What could not be read, and why.
    pub faults: Vec<Fault>,
    /// Documents that are what was taken in, by their digests.
    pub whole: u64,
    /// Documents of which something is missing or changed, and those that are lost but for their id.
    pub incomplete: Vec<IncompleteDocument>,
    /// The new database.
    pub verified: VerifyReport,
}

/// A document that could not be read in full.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct IncompleteDocument {
    /// The document.
    pub document: Id,
    /// How many figures of facts it had; `None` where that cannot be read.
    pub facts: Option<u32>,
    /// How many of them are in the new database.
    pub kept: u32,
}

impl std::fmt::Display for Salvaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        for IncompleteDocument {
            document,
            facts,
            kept,
        } in &self.incomplete
        {
            let facts = facts.map_or("an unknown number".to_owned(), |facts| facts.to_string());
            writeln!(f, "document {document}: {kept} of {facts} facts kept")?;
        }
        let incomplete = self.incomplete.len();
        writeln!(
            f,
            "{} documents are whole, {incomplete} are not",
            self.whole
        )?;
        writeln!(
            f,
            "{} values were read of the log of the storage engine, {} of them as they were before the last time that they were written",
            self.values, self.earlier
        )?;
        write!(f, "{}", self.verified)
    }
}

/// Reads what can be read of a damaged database, and makes a new database of it.
pub(super) fn salvage(
    damaged: &Path,
    target: &Path,
    incomplete: Incomplete,
    digest: &Digest<'_>,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<Salvaged, StoreError> {
    check_apart(damaged, target)?;
    let fresh = Fresh::new(target)?;
    let mut meter = Meter::new(UpkeepTask::Salvage, progress);
    let mut ruin = Ruin::open(damaged, &mut meter)?;
    let mut saved = Saved::default();
    saved.definitions(&mut ruin, &mut meter)?;
    saved.documents(&mut ruin, &mut meter)?;
    saved.series(&mut ruin, &mut meter)?;
    let packages = saved.packages(&mut ruin, incomplete, digest);
    let Ruin {
        faults,
        values,
        earlier,
        ..
    } = ruin;
    if values == 0 {
        let nothing = "nothing of a database can be read of sled/db";
        return Err(StoreError::damaged(nothing));
    }
    // No commit is recorded before its database was created.
    let first = packages.first().and_then(|package| package.recorded);
    let created = first.unwrap_or_else(|| chrono::Utc::now().timestamp());
    let store = open::create(&fresh.folder(), created)?;
    meter.begin(
        UpkeepStep::Commits,
        Some(u64::try_from(packages.len()).unwrap_or(u64::MAX)),
    )?;
    for package in &packages {
        store.commit(package)?;
        meter.tick()?;
    }
    drop(store);
    let verified = fresh.finish(None, digest, progress)?;
    Ok(Salvaged {
        values,
        earlier,
        faults,
        whole: saved.whole,
        incomplete: saved.incomplete,
        verified,
    })
}

/// The last payload of each key in the log of a database.
#[cfg(test)]
pub(super) fn payloads(folder: &Path) -> std::collections::BTreeMap<crate::codec::Key, Vec<u8>> {
    let mut go_on = |_: &_| ControlFlow::Continue(());
    let mut log = log::Log::read(folder, &mut Meter::new(UpkeepTask::Salvage, &mut go_on)).unwrap();
    let keys = crate::codec::key::Space::ALL.map(|space| log.keys(space));
    let mut newest = |key: crate::codec::Key| {
        let states = log.payloads(&key).unwrap();
        Some((key, states.into_iter().next()?))
    };
    keys.into_iter().flatten().filter_map(&mut newest).collect()
}
