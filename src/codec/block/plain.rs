//! Blocks of nothing but amounts, read column by column in numbers of 64 bits.

use chrono::NaiveDate;

use super::{Block, CONFLICTING, VERSIONS, code, date};
use crate::model::{Amount, Source};

/// The columns of a block whose figures are all plain amounts.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    /// Last days, kinds and extents.
    pub(crate) periods: [Vec<i64>; 3],
    /// Values are mantissas times the factor, in units of so many decimal places.
    factor: i64,
    scale: u32,
    mantissa: Vec<i64>,
    precision: Vec<i64>,
    rounding: Vec<i64>,
    published: Vec<i64>,
    document: Vec<i64>,
    cell: Vec<i64>,
    flags: Vec<i64>,
}

/// A row of such a block but for its dates, rank and commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainRow {
    pub(crate) amount: Amount,
    pub(crate) published: NaiveDate,
    pub(crate) source: Source,
    pub(crate) conflicting: bool,
    pub(crate) versions: bool,
}

impl Plain {
    /// Reads the columns of a block in place of what was read before; `None` where a figure is no plain amount, the figures
    /// have several exponents, or a number, or a figure in whole units, does not fit into 64 bits.
    pub(crate) fn read(&mut self, block: &Block<'_>) -> Option<()> {
        if block.figure.constant() != Some(0) {
            return None;
        }
        let exponent = i32::try_from(block.exponent.constant()?).ok()?;
        (self.factor, self.scale) = match u32::try_from(exponent) {
            Ok(power) => (10_i64.checked_pow(power)?, 0),
            Err(_) => (1, exponent.unsigned_abs()),
        };
        let [end, kind, extent] = &mut self.periods;
        for (column, values) in [
            (&block.end, end),
            (&block.kind, kind),
            (&block.extent, extent),
            (&block.mantissa, &mut self.mantissa),
            (&block.precision, &mut self.precision),
            (&block.rounding, &mut self.rounding),
            (&block.published, &mut self.published),
            (&block.document, &mut self.document),
            (&block.cell, &mut self.cell),
            (&block.flags, &mut self.flags),
        ] {
            values.clear();
            column.read_into(block.len(), values)?;
        }
        let most = self
            .mantissa
            .iter()
            .map(|mantissa| mantissa.unsigned_abs())
            .max();
        i64::try_from(most.unwrap_or(0))
            .ok()?
            .checked_mul(self.factor)?;
        Some(())
    }

    /// The rows, in order; `None` for one that means nothing.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Option<PlainRow>> {
        let figures = self
            .mantissa
            .iter()
            .zip(&self.precision)
            .zip(&self.rounding);
        let sources = self.published.iter().zip(&self.document).zip(&self.cell);
        let rows = figures.zip(sources).zip(&self.flags);
        let mut last_day = None;
        let mut last_precision = None;
        rows.map(
            move |((((mantissa, precision_code), rounding), ((day, document), cell)), flags)| {
                let published = match last_day {
                    Some((of, date)) if of == *day => date,
                    _ => date((*day).into())?,
                };
                last_day = Some((*day, published));
                let precision = match last_precision {
                    Some((of, precision)) if of == *precision_code => precision,
                    _ => code::precision_of((*precision_code).into())?,
                };
                last_precision = Some((*precision_code, precision));
                let rounding = code::rounding_of((*rounding).into())?;
                let flags = u8::try_from(*flags).ok()?;
                (flags & !(CONFLICTING | VERSIONS) == 0).then_some(())?;
                Some(PlainRow {
                    amount: Amount::of_mantissa(
                        mantissa * self.factor,
                        self.scale,
                        precision,
                        rounding,
                    )?,
                    published,
                    source: Source {
                        document: u32::try_from(*document).ok()?,
                        cell: u32::try_from(*cell).ok()?,
                    },
                    conflicting: flags & CONFLICTING != 0,
                    versions: flags & VERSIONS != 0,
                })
            },
        )
    }
}
