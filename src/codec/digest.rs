//! The digest of a document: what it says, whatever the layout it was read from.
//!
//! It is the SHA-256 of bytes that `src/docs/format.md` describes: nothing of the document is left out, and no two documents have the
//! same bytes. Up to format version 3 it was that of the document as JSON, and documents of then keep that digest.

use std::io::BufWriter;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::check::CheckRecord;
use super::record::append;
use super::{CodecError, code};
use crate::model::{
    Amount, Cell, Check, Document, Figure, Nil, Period, PeriodKind, Rank, Reported, Scenario,
};

/// How many bytes are hashed at once.
const RUN: usize = 8 * 1024;

/// What the bytes begin with, so that they are never those of a JSON text.
const MAGIC: &[u8] = b"KSDG";

const COMPANY: u8 = 1;
const METRIC: u8 = 1 << 1;
const SCENARIO: u8 = 1 << 2;
const SCOPE: u8 = 1 << 3;
const UNIT: u8 = 1 << 4;
const PERIOD: u8 = 1 << 5;
const PUBLISHED: u8 = 1 << 6;
const RANK: u8 = 1 << 7;

/// All that a document says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) document: &'a Document,
    pub(crate) cells: &'a [Cell],
    pub(crate) facts: &'a [Reported],
    pub(crate) checks: &'a [Check],
}

impl Content<'_> {
    /// The digest.
    pub(crate) fn digest(&self) -> Result<[u8; 32], CodecError> {
        let mut hasher = Sha256::new();
        self.write(|bytes| hasher.update(bytes))?;
        Ok(hasher.finalize().into())
    }

    /// The digest that format versions up to 3 made.
    fn older_digest(&self) -> Result<[u8; 32], CodecError> {
        #[derive(Serialize)]
        struct Json<'a> {
            document: &'a Document,
            cells: &'a [Cell],
            facts: Vec<&'a Reported>,
            checks: &'a [Check],
        }
        let json = Json {
            document: self.document,
            cells: self.cells,
            facts: self.facts_in_order(),
            checks: self.checks,
        };
        let mut writer = BufWriter::with_capacity(RUN, Sha256::new());
        serde_json::to_writer(&mut writer, &json).map_err(|_| CodecError::Record)?;
        let hasher = writer.into_inner().map_err(|_| CodecError::Record)?;
        Ok(hasher.finalize().into())
    }

    /// Whether a digest is [the older one](Self::older_digest).
    pub(crate) fn is_older(&self, digest: &[u8; 32]) -> bool {
        self.older_digest().is_ok_and(|own| own == *digest)
    }

    /// Hands on the bytes, in runs.
    fn write(&self, mut take: impl FnMut(&[u8])) -> Result<(), CodecError> {
        let mut bytes = Bytes(Vec::with_capacity(RUN + 1024));
        bytes.0.extend_from_slice(MAGIC);
        append(&mut bytes.0, self.document)?;
        bytes.count(self.cells.len());
        for cell in self.cells {
            append(&mut bytes.0, cell)?;
            bytes.hand_on(&mut take);
        }
        bytes.count(self.facts.len());
        let mut before: Option<&Reported> = None;
        for fact in self.facts_in_order() {
            bytes.fact(before, fact);
            bytes.hand_on(&mut take);
            before = Some(fact);
        }
        bytes.count(self.checks.len());
        for check in self.checks {
            append(&mut bytes.0, &CheckRecord::from(check))?;
            bytes.hand_on(&mut take);
        }
        take(&bytes.0);
        Ok(())
    }

    /// The facts by cell, series and dates, as readers give them: so the digest can be made again from what is stored.
    fn facts_in_order(&self) -> Vec<&Reported> {
        let compare = |a: &&Reported, b: &&Reported| {
            let by_fact = || (&a.series, a.period).cmp(&(&b.series, b.period));
            a.cell.cmp(&b.cell).then_with(by_fact)
        };
        let mut facts: Vec<&Reported> = self.facts.iter().collect();
        if !facts.is_sorted_by(|a, b| compare(a, b).is_le()) {
            facts.sort_by(compare);
        }
        facts
    }
}

/// Bytes that are hashed in runs.
struct Bytes(Vec<u8>);

impl Bytes {
    fn hand_on(&mut self, take: &mut impl FnMut(&[u8])) {
        if self.0.len() >= RUN {
            take(&self.0);
            self.0.clear();
        }
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.extend_from_slice(&bytes);
    }

    fn count(&mut self, count: usize) {
        self.put(u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn day(&mut self, day: NaiveDate) {
        self.put(day.num_days_from_ce().to_be_bytes());
    }

    /// A fact, without what it has in common with the one before.
    fn fact(&mut self, before: Option<&Reported>, fact: &Reported) {
        let series = &fact.series;
        let parts = before.map_or(u8::MAX, |before| {
            let part = |bit: u8, differs: bool| if differs { bit } else { 0 };
            let other = &before.series;
            part(COMPANY, other.company != series.company)
                | part(METRIC, other.metric != series.metric)
                | part(SCENARIO, other.scenario != series.scenario)
                | part(SCOPE, other.scope != series.scope)
                | part(UNIT, other.unit != series.unit)
                | part(PERIOD, before.period != fact.period)
                | part(PUBLISHED, before.published != fact.published)
                | part(RANK, before.rank != fact.rank)
        });
        self.put([parts]);
        if parts & COMPANY != 0 {
            self.text(series.company.as_str());
        }
        if parts & METRIC != 0 {
            self.text(series.metric.as_str());
        }
        if parts & SCENARIO != 0 {
            self.put([match series.scenario {
                Scenario::Actual => 0,
                Scenario::Target => 1,
                Scenario::Plan => 2,
                Scenario::ProForma => 3,
            }]);
        }
        if parts & SCOPE != 0 {
            self.count(series.scope.members().count());
            for (dimension, member) in series.scope.members() {
                self.text(dimension);
                self.text(member);
            }
        }
        if parts & UNIT != 0 {
            self.text(&series.unit.to_string());
        }
        if parts & PERIOD != 0 {
            self.period(&fact.period);
        }
        if parts & PUBLISHED != 0 {
            self.day(fact.published);
        }
        if parts & RANK != 0 {
            self.put([match fact.rank {
                Rank::Prose => 0,
                Rank::Table => 1,
                Rank::Statement => 2,
            }]);
        }
        self.put(fact.cell.to_be_bytes());
        self.figure(&fact.figure);
    }

    fn period(&mut self, period: &Period) {
        match (period.kind(), period.start(), period.nominal_quarters()) {
            (PeriodKind::Duration, Some(start), _) => {
                self.put([0]);
                self.day(start);
            }
            (PeriodKind::Nominal, _, Some(quarters)) => {
                self.put([2]);
                self.put(quarters.to_be_bytes());
            }
            _ => self.put([1]),
        }
        self.day(period.end());
    }

    fn figure(&mut self, figure: &Figure) {
        let (kind, low, high) = match figure {
            Figure::Amount(amount) => (0, Some(amount), None),
            Figure::Approximate(amount) => (1, Some(amount), None),
            Figure::AtLeast(amount) => (2, Some(amount), None),
            Figure::MoreThan(amount) => (3, Some(amount), None),
            Figure::AtMost(amount) => (4, Some(amount), None),
            Figure::LessThan(amount) => (5, Some(amount), None),
            Figure::Range { low, high } => (6, Some(low), Some(high)),
            Figure::Qualitative(_) => (7, None, None),
            Figure::Nil(Nil::Zero) => (8, None, None),
            Figure::Nil(Nil::None) => (9, None, None),
            Figure::Nil(Nil::NotApplicable) => (10, None, None),
        };
        self.put([kind]);
        for amount in [low, high].into_iter().flatten() {
            self.amount(amount);
        }
        if let Figure::Qualitative(words) = figure {
            self.text(words);
        }
    }

    fn amount(&mut self, amount: &Amount) {
        let value = amount.value();
        self.put(value.mantissa().to_be_bytes());
        self.put(value.scale().to_be_bytes());
        let small = |code: i128| i8::try_from(code).unwrap_or(i8::MAX).to_be_bytes();
        self.put(small(code::precision(amount.precision())));
        self.put(small(code::rounding(amount.rounding())));
    }
}

#[cfg(test)]
mod tests;
