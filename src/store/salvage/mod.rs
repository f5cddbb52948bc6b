//! What can be read of a damaged database, as a new one.
//!
//! Works on a copy of its files. Every value is read by itself: one that cannot be read is listed, and does not stand in the way of
//! others. What is read is taken in by new commits, each of the documents of an old one and with its time.

mod ruin;
mod saved;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use self::ruin::Ruin;
use self::saved::Saved;
use super::backup::{check_apart, copy_files};
use super::error::StoreError;
use super::fresh::Fresh;
use super::head::HeadFile;
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
        write!(f, "{}", self.verified)
    }
}

/// Copies a damaged database, reads what can be read of the copy, and makes a new database of it.
pub(super) fn salvage(
    damaged: &Path,
    target: &Path,
    incomplete: Incomplete,
    digest: &Digest<'_>,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<Salvaged, StoreError> {
    check_apart(damaged, target)?;
    let fresh = Fresh::new(target)?;
    let copy = fresh.beside("copy")?;
    let mut ruin = Ruin::open(&copy, |copy| copy_files(damaged, copy, progress))?;
    let mut meter = Meter::new(UpkeepTask::Salvage, progress);
    let mut saved = Saved::default();
    saved.definitions(&mut ruin, &mut meter)?;
    saved.documents(&mut ruin, &mut meter)?;
    saved.series(&mut ruin, &mut meter)?;
    let head = HeadFile::look(&copy).map(|head| head.sequence);
    let packages = saved.packages(&mut ruin, head.ok(), incomplete, digest);
    let Ruin { faults, .. } = ruin;
    fs::remove_dir_all(&copy).map_err(|error| StoreError::io("delete", &copy, &error))?;
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
        faults,
        whole: saved.whole,
        incomplete: saved.incomplete,
        verified,
    })
}
