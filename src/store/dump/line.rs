//! The lines of a dump.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codec::addition::SplitInference;
use crate::codec::record::{CommitRecord, Totals, Variant};
use crate::model::{
    CalendarEvidence, Cell, Check, Document, Figure, FiscalCalendar, Id, Identity, Metric,
    NameEvidence, Period, Rank, SeriesKey, Split,
};

/// One line: an object with one field, which says what it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    KessanDump(Header),
    Commit(Commit),
    Company(Company),
    Metric(Metric),
    Variant(Variant),
    Identity(Addition<Identity>),
    Split(Addition<Split>),
    SplitInference(Addition<SplitInference>),
    CalendarEvidence(Addition<CalendarEvidence>),
    NameEvidence(Addition<NameEvidence>),
    Document(DocumentLine),
    Cell(Cell),
    Check(Check),
    Series(Series),
    Observation(Seen),
    End(End),
}

impl Line {
    /// What it is called in messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::KessanDump(_) => "a first line",
            Self::Commit(_) => "a commit",
            Self::Company(_) => "a company",
            Self::Metric(_) => "a metric",
            Self::Variant(_) => "a variant",
            Self::Identity(_) => "an identity",
            Self::Split(_) => "a split",
            Self::SplitInference(_) => "an inference of splits",
            Self::CalendarEvidence(_) => "what tells a calendar",
            Self::NameEvidence(_) => "what tells a name",
            Self::Document(_) => "a document",
            Self::Cell(_) => "a cell",
            Self::Check(_) => "a check",
            Self::Series(_) => "a series",
            Self::Observation(_) => "an observation",
            Self::End(_) => "the end",
        }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) version: u32,
    /// The identity of the database.
    pub(super) database: String,
    /// Seconds since 1970-01-01 UTC.
    pub(super) created: i64,
    /// The last commit.
    pub(super) commit: u64,
    /// Its chain hash.
    pub(super) chain: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Commit {
    pub(super) number: u64,
    pub(super) recorded: i64,
    pub(super) documents: u32,
    pub(super) observations: u64,
    pub(super) digest: String,
    /// What there is after it.
    pub(super) totals: Totals,
    /// How many additions to all companies there are after it, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) additions: Option<u64>,
}

impl Commit {
    pub(super) fn of(record: &CommitRecord) -> Self {
        Self {
            number: record.sequence,
            recorded: record.recorded,
            documents: record.documents,
            observations: record.rows,
            digest: super::hex(&record.digest),
            totals: record.totals,
            additions: record.additions,
        }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Company {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) calendar: FiscalCalendar,
}

/// Something that a commit added to a company.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Addition<T> {
    pub(super) company: Id,
    pub(super) commit: u64,
    pub(super) is: T,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct DocumentLine {
    pub(super) number: u32,
    pub(super) commit: u64,
    pub(super) digest: String,
    /// How many lines of each follow.
    pub(super) cells: u32,
    pub(super) checks: u32,
    /// How many observations in series are of it.
    pub(super) facts: u32,
    pub(super) is: Document,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) created: u64,
    /// How many lines of them follow.
    pub(super) observations: u64,
    pub(super) is: SeriesKey,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) period: Period,
    pub(super) figure: Figure,
    pub(super) published: NaiveDate,
    pub(super) document: u32,
    pub(super) cell: u32,
    pub(super) rank: Rank,
    pub(super) commit: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct End {
    /// How many lines there are, with this one.
    pub(super) lines: u64,
    /// Of all lines before it.
    pub(super) sha256: String,
}
