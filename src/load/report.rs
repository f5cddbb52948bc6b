//! What became of everything that a load was given.

use std::collections::BTreeSet;
use std::fmt;

use super::DefinitionNote;
use crate::error::Error;
use crate::ingest::IngestError;
use crate::model::{Id, Outcome};

/// What became of every package of a load, and of every fact in them.
///
/// Every fact that a reader found is counted once: [`Self::facts`] is the sum of [`Self::count`] over all outcomes, the
/// number of [`Self::refused`], and the facts of packages that [failed](Self::failed).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LoadReport {
    /// How the load ended.
    pub end: LoadEnd,
    /// Packages that were taken in.
    pub committed: usize,
    /// Packages of which every document was known or refused, so that nothing was written.
    pub unchanged: usize,
    /// Documents that are new.
    pub new_documents: u64,
    /// Documents that were known, with the same content.
    pub known_documents: u64,
    /// Bytes of sources read, where readers tell.
    pub bytes: u64,
    /// Everything that was refused while reading, and the facts of [documents that differ](Self::differing_documents), in
    /// the order of the sources.
    pub refused: Vec<IngestError>,
    /// Packages that could not be read or taken in. Nothing of them is in the database.
    pub failed: Vec<LoadFailure>,
    /// Documents that are known with other content, of packages of which the rest was taken in.
    pub differing_documents: Vec<DifferingDocument>,
    /// Companies of which the database knows another name or calendar, or other splits than a package inferred, which do not give
    /// way to those of the package.
    pub kept_definitions: BTreeSet<KeptDefinition>,
    /// What is uncertain about the calendars and splits that were worked out, of packages that did not fail, in their order.
    pub notes: Vec<LoadNote>,
    pub(super) outcomes: [u64; Outcome::ALL.len()],
}

impl LoadReport {
    /// How many facts had an outcome. Those of known documents are unchanged.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> u64 {
        let place = Outcome::ALL.iter().position(|one| *one == outcome);
        place
            .and_then(|place| self.outcomes.get(place))
            .copied()
            .unwrap_or(0)
    }

    /// How many facts were read, whatever became of them.
    #[must_use]
    pub fn facts(&self) -> u64 {
        let refused = u64::try_from(self.refused.len()).unwrap_or(u64::MAX);
        let failed = self.failed.iter().map(|failure| failure.facts);
        self.outcomes
            .iter()
            .copied()
            .chain([refused])
            .chain(failed)
            .fold(0, u64::saturating_add)
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        let place = Outcome::ALL.iter().position(|one| *one == outcome);
        if let Some(count) = place.and_then(|place| self.outcomes.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
}

/// How a load ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LoadEnd {
    /// There were no more packages.
    #[default]
    Complete,
    /// The progress callback broke it off.
    Cancelled,
    /// A package failed, and the caller wanted it to stop then.
    Stopped,
}

/// A package that could not be read or taken in.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadFailure {
    /// What it was read from; empty where the error alone tells.
    pub source: String,
    /// How many facts it has that were not refused while reading; 0 where it could not be read.
    pub facts: u64,
    /// Why.
    pub error: Error,
}

impl fmt::Display for LoadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            // It names its place itself.
            Error::Ingest(error) => error.fmt(f),
            error => write!(f, "{}: {error}", self.source),
        }
    }
}

/// A document that the database knows with other content: what is known stands, and the facts of the other one are
/// refused.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DifferingDocument {
    /// What it was read from.
    pub source: String,
    /// The document.
    pub document: Id,
    /// How many facts it has, all of which are in [`LoadReport::refused`].
    pub facts: u64,
}

impl fmt::Display for DifferingDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            document,
            facts,
        } = self;
        write!(
            f,
            "{source}: document {document} is known with other content, which stands; its facts ({facts}) are refused"
        )
    }
}

/// What is uncertain about a definition that was worked out from a source.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LoadNote {
    /// What it was read from.
    pub source: String,
    /// What is uncertain.
    pub note: DefinitionNote,
}

impl fmt::Display for LoadNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.note)
    }
}

/// A company that the database knows otherwise than a package inferred, on greater [evidence](crate::Evidence): what is known
/// stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub struct KeptDefinition {
    /// The company.
    pub company: Id,
    /// What of it differs: `name`, `fiscal calendar`, `day of a share split`, `ratio of a share split` or
    /// `list of share splits`.
    pub what: &'static str,
}

impl fmt::Display for KeptDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { company, what } = self;
        write!(f, "{company} is known with another {what}, which stands")
    }
}
