//! The current rows of a series, read where they lie.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use super::error::StoreError;
use crate::codec::{Block, Key, Plain, Row};
use crate::model::{Period, PeriodKind};

/// The rows of a series, sorted by their dates. Only those that are asked for are decoded.
#[derive(Debug)]
pub(crate) struct Current<'a>(Rows<'a>);

#[derive(Debug)]
enum Rows<'a> {
    Block {
        key: &'a Key,
        /// The commit that wrote it.
        commit: u64,
        block: &'a Block<'a>,
    },
    Decoded(Vec<Row>),
}

impl<'a> Current<'a> {
    pub(super) fn block(key: &'a Key, commit: u64, block: &'a Block<'a>) -> Self {
        Self(Rows::Block { key, commit, block })
    }

    pub(super) fn rows(rows: Vec<Row>) -> Self {
        Self(Rows::Decoded(rows))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Rows::Block { block, .. } => block.len(),
            Rows::Decoded(rows) => rows.len(),
        }
    }

    /// A row; `None` where there are not so many.
    pub(crate) fn row(&self, index: usize) -> Result<Option<Row>, StoreError> {
        match &self.0 {
            Rows::Block { block, .. } if index >= block.len() => Ok(None),
            Rows::Block { key, commit, block } => match block.row(index) {
                Ok(row) => older(key, *commit, row).map(Some),
                Err(error) => Err(StoreError::decoding(key, &error)),
            },
            Rows::Decoded(rows) => Ok(rows.get(index).cloned()),
        }
    }

    /// Reads the columns of rows that are all plain amounts, in place of what was read before; `false` where they are not.
    pub(crate) fn read_plain(&self, plain: &mut Plain) -> bool {
        match &self.0 {
            Rows::Block { block, .. } => plain.read(block).is_some(),
            Rows::Decoded(_) => false,
        }
    }

    /// All rows.
    pub(crate) fn all(&self) -> Result<Vec<Row>, StoreError> {
        match &self.0 {
            Rows::Block { key, commit, block } => {
                let rows = block.rows();
                let rows = rows.map_err(|error| StoreError::decoding(key, &error))?;
                if !rows.is_sorted_by(|a, b| a.observation.period < b.observation.period) {
                    return Err(StoreError::damaged_at(key, "its rows are not in order"));
                }
                let own = |row| older(key, *commit, row);
                rows.into_iter().map(own).collect()
            }
            Rows::Decoded(rows) => Ok(rows.clone()),
        }
    }

    /// The dates of the rows that end from one day to another, and the number of the first.
    pub(crate) fn ending(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<(usize, Vec<Period>), StoreError> {
        let (first, last) = (first.num_days_from_ce(), last.num_days_from_ce());
        let start = self.first_from(first)?;
        let end = self.first_from(last.saturating_add(1))?;
        Ok((start, self.periods(start..end)?))
    }

    /// That a row is no row.
    pub(crate) fn meaningless(&self) -> StoreError {
        match &self.0 {
            Rows::Block { key, .. } => StoreError::damaged_at(key, "a row means nothing"),
            Rows::Decoded(_) => StoreError::damaged("a row means nothing"),
        }
    }

    /// The dates of all rows.
    pub(crate) fn all_periods(&self) -> Result<Vec<Period>, StoreError> {
        self.periods(0..self.len())
    }

    /// Whether there are rows, and all of them are of instants.
    pub(crate) fn are_instants(&self) -> Result<bool, StoreError> {
        let instant = |period: &Period| {
            period.kind() == PeriodKind::Instant || period.nominal_quarters() == Some(0)
        };
        Ok(self.len() > 0 && self.all_periods()?.iter().all(instant))
    }

    /// The number of the first row that ends on a day, counted from 0001-01-01, or later.
    fn first_from(&self, day: i32) -> Result<usize, StoreError> {
        match &self.0 {
            Rows::Decoded(rows) => {
                Ok(rows
                    .partition_point(|row| row.observation.period.end().num_days_from_ce() < day))
            }
            Rows::Block { key, block, .. } => {
                let (mut low, mut high) = (0, block.len());
                while low < high {
                    let middle = usize::midpoint(low, high);
                    let end = block.end.get(middle).ok_or_else(|| undated(key))?;
                    if end < i128::from(day) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                Ok(low)
            }
        }
    }

    fn periods(&self, rows: Range<usize>) -> Result<Vec<Period>, StoreError> {
        match &self.0 {
            Rows::Decoded(all) => Ok(all
                .get(rows)
                .unwrap_or_default()
                .iter()
                .map(|row| row.observation.period)
                .collect()),
            Rows::Block { key, block, .. } => {
                let periods = rows.map(|row| block.period(row).ok_or_else(|| undated(key)));
                let periods: Vec<Period> = periods.collect::<Result<_, _>>()?;
                if periods.is_sorted_by(|a, b| a < b) {
                    Ok(periods)
                } else {
                    Err(StoreError::damaged_at(key, "its rows are not in order"))
                }
            }
        }
    }
}

/// A row, which must not be newer than its block.
fn older(key: &Key, commit: u64, row: Row) -> Result<Row, StoreError> {
    if row.observation.commit <= commit {
        Ok(row)
    } else {
        Err(StoreError::damaged_at(
            key,
            "it holds rows that are newer than it",
        ))
    }
}

fn undated(key: &Key) -> StoreError {
    StoreError::damaged_at(key, "the dates of a row mean nothing")
}
