//! What verifying a database tells.

use std::fmt;

use crate::model::{Id, MetricPath, Period, SeriesKey};

/// How many faults a report lists; the others are counted.
const LISTED: usize = 10_000;

/// What verifying a database counted and found. Printed, it is a few lines, and one for each fault.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct VerifyReport {
    /// The commit it is about: the last one when it began. Later ones are left out.
    pub commit: u64,
    /// Whether all of it was looked at.
    pub end: VerifyEnd,
    /// Stored values.
    pub values: u64,
    /// Their bytes, and those of their keys.
    pub bytes: u64,
    /// Commits, not counting the creation of the database.
    pub commits: u64,
    /// Companies.
    pub companies: u64,
    /// Metrics.
    pub metrics: u64,
    /// Combinations of scenario, scope and unit.
    pub variants: u64,
    /// Documents.
    pub documents: u64,
    /// Printed cells.
    pub cells: u64,
    /// Claims of documents that can be recomputed.
    pub checks: u64,
    /// Series.
    pub series: u64,
    /// Facts: rows of current blocks.
    pub facts: u64,
    /// What documents say about them.
    pub observations: u64,
    /// What is wrong, in the order it was found; ten thousand at most.
    pub faults: Vec<Fault>,
    /// How many faults were found that are not listed.
    pub more_faults: u64,
}

/// How verifying a database ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum VerifyEnd {
    /// All of it was looked at.
    Complete,
    /// The caller broke it off.
    Cancelled,
    /// The storage engine could not read on; the last fault says why.
    #[default]
    Unreadable,
}

impl VerifyReport {
    /// Whether all of it was looked at, and nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.end == VerifyEnd::Complete && self.faults.is_empty()
    }

    pub(super) fn add(&mut self, fault: Fault) {
        if self.faults.len() < LISTED {
            self.faults.push(fault);
        } else {
            self.more_faults = self.more_faults.saturating_add(1);
        }
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            commit,
            commits,
            companies,
            metrics,
            documents,
            cells,
            series,
            facts,
            observations,
            values,
            bytes,
            ..
        } = self;
        writeln!(
            f,
            "as of commit {commit}: {commits} commits, {documents} documents with {cells} cells, {companies} companies, \
             {metrics} metrics,\n{series} series with {facts} facts of {observations} observations; {values} values, \
             {bytes} bytes"
        )?;
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        if self.more_faults > 0 {
            writeln!(f, "and {} more", self.more_faults)?;
        }
        match self.end {
            VerifyEnd::Cancelled => f.write_str("broken off"),
            VerifyEnd::Unreadable => f.write_str("the rest cannot be read"),
            VerifyEnd::Complete if self.is_sound() => f.write_str("sound"),
            VerifyEnd::Complete => f.write_str("damaged"),
        }
    }
}

/// Something in a database that is not as it was written, or does not fit the rest.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// Where.
    pub place: FaultPlace,
    /// What.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

/// Where something is wrong, in words where the words can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FaultPlace {
    /// Which part of a database.
    pub part: Part,
    /// The number or the name of that part: of a commit, a company, a file.
    pub name: String,
    /// The company.
    pub company: Option<Id>,
    /// The metric.
    pub metric: Option<MetricPath>,
    /// The series.
    pub series: Option<Box<SeriesKey>>,
    /// The document.
    pub document: Option<Id>,
    /// The period of the fact.
    pub period: Option<Period>,
}

impl FaultPlace {
    pub(crate) fn new(part: Part, name: impl Into<String>) -> Self {
        Self {
            part,
            name: name.into(),
            company: None,
            metric: None,
            series: None,
            document: None,
            period: None,
        }
    }
}

impl fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part)?;
        if !self.name.is_empty() {
            write!(f, " {}", self.name)?;
        }
        if let Some(series) = &self.series {
            write!(f, " of {series}")?;
        } else if let Some(document) = &self.document {
            write!(f, " of {document}")?;
        } else if let Some(company) = &self.company {
            write!(f, " of {company}")?;
        } else if let Some(metric) = &self.metric {
            write!(f, " of {metric}")?;
        }
        match &self.period {
            Some(period) => write!(f, ", {period}"),
            None => Ok(()),
        }
    }
}

/// A part of a database, as [`docs::format`](crate::docs::format) describes it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Part {
    /// The file MANIFEST.
    Manifest,
    /// The file HEAD.
    Head,
    /// The folder `sled/blobs`.
    Blobs,
    /// The storage engine and its files.
    Engine,
    /// A key of no kind that is known.
    Key,
    /// What the last commit counts.
    Totals,
    /// A commit.
    Commit,
    /// The announcement of a commit.
    Intent,
    /// The name and calendar of a company.
    Company,
    /// The identities and splits of a company.
    Additions,
    /// A metric.
    Metric,
    /// A scenario, scope and unit.
    Variant,
    /// A document.
    Document,
    /// The number of a document's id.
    DocumentIndex,
    /// The cells of a document.
    Cells,
    /// The checks of a document.
    Checks,
    /// Which series a company has.
    Catalog,
    /// What came last of a company, before it goes to its series.
    Recent,
    /// The facts of a series as they are shown.
    Current,
    /// All observations of facts that have several.
    History,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Manifest => "MANIFEST",
            Self::Head => "HEAD",
            Self::Blobs => "sled/blobs",
            Self::Engine => "storage engine",
            Self::Key => "key",
            Self::Totals => "totals",
            Self::Commit => "commit",
            Self::Intent => "intent",
            Self::Company => "company",
            Self::Additions => "additions",
            Self::Metric => "metric",
            Self::Variant => "variant",
            Self::Document => "document",
            Self::DocumentIndex => "document index",
            Self::Cells => "cells",
            Self::Checks => "checks",
            Self::Catalog => "catalog",
            Self::Recent => "recent rows",
            Self::Current => "current block",
            Self::History => "history",
        })
    }
}

/// What is wrong with something.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// It should be there.
    #[error("it is missing")]
    Missing,
    /// Its bytes are not what was written.
    #[error("{reason}")]
    Unreadable {
        /// How that is known.
        reason: String,
    },
    /// Nothing knows it.
    #[error("nothing knows it")]
    Surplus,
    /// There are more or fewer of something than there should be.
    #[error("{found} {what}, there should be {expected}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It refers to something that is not there.
    #[error("it names {what} {number}, which is not there")]
    Dangling {
        /// What it refers to.
        what: &'static str,
        /// The number of that.
        number: u64,
    },
    /// Observations of a series of which the company, the metric or the variant is lost.
    #[error("its {observations} observations have lost their company, metric or variant")]
    Unnamed {
        /// How many there are.
        observations: u64,
    },
    /// It is not the same as what it should be equal to.
    #[error("{what} is not what it should be")]
    Differs {
        /// What of it.
        what: &'static str,
    },
    /// Rows that are not sorted by period, or two of one period.
    #[error("its rows are not in order")]
    Order,
    /// It holds rows of later commits than the one it says it was written by.
    #[error("it holds rows of commit {newest}, and says it was written by commit {written}")]
    Newer {
        /// The newest commit of its rows.
        newest: u64,
        /// The commit it says it was written by.
        written: u64,
    },
    /// Chunks that were not written together.
    #[error("its chunks do not belong together")]
    Torn,
    /// The fact that is shown is not the one that its observations give.
    #[error("it does not show what its observations say")]
    NotCurrent,
    /// A recent row of a fact that the block of its series has.
    #[error("the block of its series has it, too")]
    InBlock,
    /// One cell says two things about one fact.
    #[error("cell {cell} of document {document} is there twice for one fact")]
    Twice {
        /// The number of the document.
        document: u32,
        /// The number of the cell.
        cell: u32,
    },
    /// What is stored of a document is not what was taken in: a figure, a cell or a claim of it changed.
    #[error("what is stored of it is not what was taken in")]
    Digest,
    /// A figure that its metric cannot have.
    #[error("its {what} does not fit its metric")]
    Misfit {
        /// What of it.
        what: &'static str,
    },
}

impl FaultKind {
    pub(crate) fn unreadable(reason: &impl ToString) -> Self {
        Self::Unreadable {
            reason: reason.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(commit: usize) -> Fault {
        Fault {
            place: FaultPlace::new(Part::Commit, commit.to_string()),
            kind: FaultKind::Missing,
        }
    }

    #[test]
    fn ten_thousand_faults_are_listed_and_the_others_counted() {
        let mut report = VerifyReport::default();
        for (faults, listed, more) in [(9_999, 9_999, 0), (10_000, 10_000, 0), (10_003, 10_000, 3)]
        {
            for commit in report.faults.len()..faults {
                report.add(fault(commit));
            }
            assert_eq!((report.faults.len(), report.more_faults), (listed, more));
        }
        assert_eq!(report.faults.last(), Some(&fault(9_999)));
    }

    #[test]
    fn a_report_says_what_is_wrong_and_how_it_ended() {
        let report = |end, faults: usize, more_faults| VerifyReport {
            commit: 3,
            end,
            values: 21,
            bytes: 1234,
            commits: 3,
            companies: 4,
            metrics: 2,
            documents: 5,
            cells: 8,
            series: 6,
            facts: 7,
            observations: 9,
            faults: (0..faults).map(fault).collect(),
            more_faults,
            ..VerifyReport::default()
        };
        let counted = "as of commit 3: 3 commits, 5 documents with 8 cells, 4 companies, 2 metrics,\n\
                       6 series with 7 facts of 9 observations; 21 values, 1234 bytes\n";
        let one = "commit 0: it is missing\n";
        for (report, words, is_sound) in [
            (report(VerifyEnd::Complete, 0, 0), "sound".to_owned(), true),
            (
                report(VerifyEnd::Cancelled, 0, 0),
                "broken off".to_owned(),
                false,
            ),
            (
                report(VerifyEnd::Complete, 1, 0),
                format!("{one}damaged"),
                false,
            ),
            (
                report(VerifyEnd::Complete, 1, 1),
                format!("{one}and 1 more\ndamaged"),
                false,
            ),
            (
                report(VerifyEnd::Unreadable, 1, 2),
                format!("{one}and 2 more\nthe rest cannot be read"),
                false,
            ),
        ] {
            assert_eq!(report.to_string(), format!("{counted}{words}"));
            assert_eq!(report.is_sound(), is_sound);
        }
    }
}
