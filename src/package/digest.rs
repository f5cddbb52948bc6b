//! The digest of a document: what it says, whatever the layout it was read from.
//!
//! It is the SHA-256 of the filing as JSON. Facts are nearly all of it and much alike, so their JSON is written here,
//! to the byte as `serde_json` writes it; what is not plain, and everything else, `serde_json` writes itself.

use std::io::Write as _;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ingest::Filing;
use crate::model::{
    Amount, Figure, Period, PeriodKind, Precision, Rank, Reported, Rounding, SeriesKey,
};

/// How many bytes are hashed at once.
const RUN: usize = 8 * 1024;

/// The digest of a document.
pub(super) fn digest(filing: &Filing) -> Result<[u8; 32], serde_json::Error> {
    let Filing {
        document,
        cells,
        facts,
        checks,
    } = filing;
    let mut json = Json {
        bytes: Vec::with_capacity(RUN + 1024),
        hasher: Sha256::new(),
    };
    json.text("{\"document\":");
    json.value(document)?;
    json.text(",\"cells\":[");
    for (nth, cell) in cells.iter().enumerate() {
        json.comma(nth);
        json.value(cell)?;
    }
    json.text("],\"facts\":[");
    // Often the next fact is of the same series.
    let mut series: Option<&SeriesKey> = None;
    let mut series_json = Vec::new();
    for (nth, fact) in in_order(facts).into_iter().enumerate() {
        json.comma(nth);
        if series != Some(&fact.series) {
            series_json.clear();
            serde_json::to_writer(&mut series_json, &fact.series)?;
            series = Some(&fact.series);
        }
        json.fact(fact, &series_json)?;
    }
    json.text("],\"checks\":");
    json.value(checks)?;
    json.text("}");
    json.hasher.update(&json.bytes);
    Ok(json.hasher.finalize().into())
}

/// The facts by cell, series and dates, as readers give them: so the digest can be made again from what is stored.
fn in_order(facts: &[Reported]) -> Vec<&Reported> {
    let compare = |a: &&Reported, b: &&Reported| {
        let by_fact = || (&a.series, a.period).cmp(&(&b.series, b.period));
        a.cell.cmp(&b.cell).then_with(by_fact)
    };
    let mut facts: Vec<&Reported> = facts.iter().collect();
    if !facts.is_sorted_by(|a, b| compare(a, b).is_le()) {
        facts.sort_by(compare);
    }
    facts
}

/// JSON that is hashed as it is written.
struct Json {
    bytes: Vec<u8>,
    hasher: Sha256,
}

impl Json {
    fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// What stands before the nth item of a list; what stands before that is hashed when there is enough of it.
    fn comma(&mut self, nth: usize) {
        if self.bytes.len() >= RUN {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
        if nth > 0 {
            self.bytes.push(b',');
        }
    }

    fn value(&mut self, value: &impl Serialize) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut self.bytes, value)
    }

    fn fact(&mut self, fact: &Reported, series: &[u8]) -> Result<(), serde_json::Error> {
        let Reported {
            series: _,
            period,
            figure,
            published,
            cell,
            rank,
        } = fact;
        self.text("{\"series\":");
        self.bytes.extend_from_slice(series);
        self.text(",\"period\":");
        self.period(period)?;
        self.text(",\"figure\":");
        match figure {
            Figure::Amount(amount) => {
                self.text("{\"amount\":");
                self.amount(amount)?;
                self.text("}");
            }
            other => self.value(other)?,
        }
        self.text(",\"published\":\"");
        self.date(*published);
        self.text("\",\"cell\":");
        self.number((*cell).into());
        self.text(match rank {
            Rank::Prose => ",\"rank\":\"prose\"}",
            Rank::Table => ",\"rank\":\"table\"}",
            Rank::Statement => ",\"rank\":\"statement\"}",
        });
        Ok(())
    }

    fn period(&mut self, period: &Period) -> Result<(), serde_json::Error> {
        match (period.kind(), period.start()) {
            (PeriodKind::Duration, Some(start)) => {
                self.text("\"");
                self.date(start);
                self.text("..");
                self.date(period.end());
                self.text("\"");
                Ok(())
            }
            _ => self.value(period),
        }
    }

    fn amount(&mut self, amount: &Amount) -> Result<(), serde_json::Error> {
        self.text("{\"value\":\"");
        self.decimal(amount.value());
        self.text("\",\"precision\":");
        match amount.precision() {
            Precision::Decimals(decimals) => {
                self.text("{\"decimals\":");
                if decimals < 0 {
                    self.text("-");
                }
                self.number(decimals.unsigned_abs().into());
                self.text("}");
            }
            other => self.value(&other)?,
        }
        self.text(match amount.rounding() {
            Rounding::Nearest => ",\"rounding\":\"nearest\"}",
            Rounding::Truncated => ",\"rounding\":\"truncated\"}",
        });
        Ok(())
    }

    fn decimal(&mut self, value: Decimal) {
        match (value.scale(), i64::try_from(value.mantissa())) {
            (0, Ok(whole)) if whole != 0 => {
                if whole < 0 {
                    self.text("-");
                }
                self.number(whole.unsigned_abs());
            }
            _ => self.print(value),
        }
    }

    fn date(&mut self, date: NaiveDate) {
        match u32::try_from(date.year()) {
            Ok(year @ 0..=9999) => {
                let [century, year] = [year / 100, year % 100].map(two_digits);
                let [month, day] = [date.month(), date.day()].map(two_digits);
                self.bytes.extend_from_slice(
                    [century, year, [b'-', month[0]], [month[1], b'-'], day].as_flattened(),
                );
            }
            _ => self.print(date),
        }
    }

    fn number(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        let mut rest = number;
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            first = place;
            if rest == 0 {
                break;
            }
        }
        self.bytes
            .extend_from_slice(digits.get(first..).unwrap_or_default());
    }

    fn print(&mut self, value: impl std::fmt::Display) {
        // A Vec takes all of it.
        let _ = write!(self.bytes, "{value}");
    }
}

/// A number below 100.
fn two_digits(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + u8::try_from(digit).unwrap_or(0))
}

#[cfg(test)]
mod tests;
