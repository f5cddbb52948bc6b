//! What goes into a commit, and what comes out of it.

use crate::codec::digest::Content;
use crate::model::{Cell, Check, Company, Document, Evidence, Id, Metric, Outcome, Reported};

/// What is taken in at once: visible all at once or not at all.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Package {
    /// Companies to create, or to extend by identities, splits and later calendar rules.
    pub(crate) companies: Vec<Company>,
    /// Metrics to create; a known one must be the same.
    pub(crate) metrics: Vec<Metric>,
    pub(crate) documents: Vec<PackageDocument>,
    /// Whether names, calendars and splits of companies were worked out from data, so that they may give way to known ones.
    pub(crate) inferred: bool,
    /// Whether a document that is known with other content is passed over and the others are taken in. Otherwise it refuses
    /// the package.
    pub(crate) by_document: bool,
    /// On what calendars and splits of companies rest.
    pub(crate) evidence: Evidence,
    /// When it was recorded, where that was before: seconds since 1970-01-01 UTC. Otherwise it is now.
    pub(crate) recorded: Option<i64>,
}

/// A document with everything in it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PackageDocument {
    pub(crate) document: Document,
    /// SHA-256 of the document and everything below; the same id with the same digest is the same document.
    pub(crate) digest: [u8; 32],
    /// Numbered by position.
    pub(crate) cells: Vec<Cell>,
    pub(crate) facts: Vec<Reported>,
    pub(crate) checks: Vec<Check>,
}

impl PackageDocument {
    /// What its digest is made of.
    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            document: &self.document,
            cells: &self.cells,
            facts: &self.facts,
            checks: &self.checks,
        }
    }

    /// The digest, made anew as the format version made it that took the document in; `None` where it cannot be made.
    pub(crate) fn digest_again(&self) -> Option<[u8; 32]> {
        let content = self.content();
        let digest = content.digest().ok()?;
        let older = digest != self.digest && content.is_older(&self.digest);
        Some(if older { self.digest } else { digest })
    }
}

/// What a commit did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Committed {
    /// The number of the commit; `None` where there was nothing new and nothing was written.
    pub(crate) commit: Option<u64>,
    /// One for each document of the package.
    pub(crate) documents: Vec<DocumentOutcome>,
    pub(crate) kept: Vec<Kept>,
}

/// A known company's definition that stands, where the package inferred another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Kept {
    pub(crate) company: Id,
    /// What of it differs.
    pub(crate) what: &'static str,
}

/// What became of one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DocumentOutcome {
    pub(crate) standing: Standing,
    /// One for each of its facts; none where it was passed over.
    pub(crate) outcomes: Vec<Outcome>,
}

/// How a document stands to the one of its id that the database has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// There was none.
    New,
    /// It was taken in before.
    Known,
    /// That one has other content, and stands: this one was passed over.
    Differs,
}
