//! Blocks of plain figures whose numbers all fit into 64 bits, which is nearly every block: the same bytes with less work.

use super::{Block, CONFLICTING, Row, VERSIONS, day, extent, kind, parts};
use crate::codec::code;
use crate::codec::column::{Column, Narrow};
use crate::model::{Amount, Figure, Observation};

/// Encodes rows as a block; `None` where a figure is a range or words, or a number does not fit into 64 bits.
pub(super) fn encode(rows: &[Row]) -> Option<Vec<u8>> {
    encode_after(None, rows)
}

/// Encodes the rows of a block and others after them, without decoding those of the block.
pub(super) fn append(before: &Block<'_>, rows: &[Row]) -> Option<Vec<u8>> {
    let unused = [
        before.high_mantissa,
        before.high_exponent,
        before.high_precision,
        before.high_rounding,
        before.text_end,
    ];
    if unused.iter().any(|column| column.constant() != Some(0)) {
        return None;
    }
    encode_after(Some(before), rows)
}

fn encode_after(before: Option<&Block<'_>>, rows: &[Row]) -> Option<Vec<u8>> {
    let length = before.map_or(0, Block::len).checked_add(rows.len())?;
    let count = u16::try_from(length).ok()?;
    let words = |row: &Row| {
        let figure = &row.observation.figure;
        matches!(figure, Figure::Range { .. } | Figure::Qualitative(_))
    };
    if rows.iter().any(words) {
        return None;
    }
    let mut block = Columns {
        before,
        rows,
        values: Vec::with_capacity(length),
        done: Narrow::default(),
    };
    block.push(|block| block.end, |row| day(row.observation.period.end()))?;
    block.push(|block| block.kind, |row| kind(&row.observation.period))?;
    block.push(|block| block.extent, |row| extent(&row.observation.period))?;
    block.push(|block| block.figure, |row| parts(&row.observation.figure).0)?;
    block.push_mantissas()?;
    block.push(
        |block| block.precision,
        |row| number(&row.observation).map_or(0, |amount| code::precision(amount.precision())),
    )?;
    block.push(
        |block| block.rounding,
        |row| number(&row.observation).map_or(0, |amount| code::rounding(amount.rounding())),
    )?;
    // The upper ends of ranges, and words.
    for _ in 0..5 {
        block.done.push_constant(0);
    }
    block.push(
        |block| block.published,
        |row| day(row.observation.published),
    )?;
    block.push(
        |block| block.document,
        |row| row.observation.source.document.into(),
    )?;
    block.push(|block| block.cell, |row| row.observation.source.cell.into())?;
    block.push(|block| block.rank, |row| code::rank(row.observation.rank))?;
    block.push(|block| block.commit, |row| row.observation.commit.into())?;
    block.push(
        |block| block.flags,
        |row| {
            (if row.conflicting { CONFLICTING } else { 0 })
                | (if row.versions { VERSIONS } else { 0 })
        },
    )?;
    let Narrow {
        descriptors,
        bases,
        data,
    } = block.done;
    Some([&count.to_be_bytes(), descriptors.as_slice(), &bases, &data].concat())
}

/// The columns of some rows.
struct Columns<'a> {
    before: Option<&'a Block<'a>>,
    rows: &'a [Row],
    /// Those of one column, to be used again for the next.
    values: Vec<i64>,
    done: Narrow,
}

impl<'a> Columns<'a> {
    /// Adds a column; `None` where a value does not fit into 64 bits.
    fn push(
        &mut self,
        column: impl Fn(&Block<'a>) -> Column<'a>,
        value: impl Fn(&Row) -> i128,
    ) -> Option<()> {
        let new = self.rows.iter().map(|row| i64::try_from(value(row)).ok());
        let new: Vec<i64> = new.collect::<Option<_>>()?;
        self.values.clear();
        if let Some(before) = self.before {
            let column = column(before);
            if self.done.extend(&column, new.iter().copied()) {
                return Some(());
            }
            column.read_into(before.len(), &mut self.values)?;
        }
        self.values.extend(new);
        self.done.push(&self.values);
        Some(())
    }

    /// Adds the columns of mantissas and exponents.
    fn push_mantissas(&mut self) -> Option<()> {
        if let Some(before) = self.before
            && let Some((exponent, new)) = mantissas_at(before, self.rows)
            && self.done.extend(&before.mantissa, new.into_iter())
        {
            self.done.push_constant(exponent);
            return Some(());
        }
        let (mantissas, exponent) = mantissas(self.before, self.rows)?;
        self.done.push(&mantissas);
        self.done.push_constant(exponent);
        Some(())
    }
}

fn number(observation: &Observation) -> Option<&Amount> {
    parts(&observation.figure).1
}

/// The mantissas of rows at the exponent of a block, and that exponent, where it stays the greatest that all rows allow; `None`
/// where it may not.
fn mantissas_at(before: &Block<'_>, rows: &[Row]) -> Option<(i64, Vec<i64>)> {
    if before.mantissa.constant() == Some(0) {
        return None;
    }
    let exponent = i64::try_from(before.exponent.constant()?).ok()?;
    let at_exponent = |row: &Row| {
        let Some(amount) = number(&row.observation) else {
            return Some(0);
        };
        let value = amount.value();
        let mantissa = i64::try_from(value.mantissa()).ok()?;
        let shift = exponent.checked_neg()?.checked_sub(value.scale().into())?;
        if shift >= 0 {
            return mantissa.checked_mul(power(shift)?);
        }
        let divisor = power(shift.checked_neg()?)?;
        (mantissa % divisor == 0).then(|| mantissa / divisor)
    };
    Some((
        exponent,
        rows.iter().map(at_exponent).collect::<Option<_>>()?,
    ))
}

/// The mantissas of all rows at the greatest exponent that all of them allow, and that exponent; zeros allow any.
fn mantissas(before: Option<&Block<'_>>, rows: &[Row]) -> Option<(Vec<i64>, i64)> {
    let mut values = Vec::with_capacity(rows.len());
    let mut least: i64 = 0;
    if let Some(before) = before {
        before.mantissa.read_into(before.len(), &mut values)?;
        let exponent = i64::try_from(before.exponent.constant()?).ok()?;
        let scales = rows.iter().filter_map(scale);
        least = scales.map(|scale| -scale).fold(exponent, i64::min);
        let lift = power(exponent.checked_sub(least)?)?;
        for value in &mut values {
            *value = value.checked_mul(lift)?;
        }
    } else if let Some(greatest) = rows.iter().filter_map(scale).max() {
        least = -greatest;
    }
    for row in rows {
        values.push(match number(&row.observation) {
            Some(amount) => {
                let value = amount.value();
                let lift = power(least.checked_neg()?.checked_sub(value.scale().into())?)?;
                i64::try_from(value.mantissa()).ok()?.checked_mul(lift)?
            }
            None => 0,
        });
    }
    if values.iter().all(|value| *value == 0) {
        return Some((values, 0));
    }
    // No number of 64 bits ends in more zeros.
    let mut zeros: u32 = 18;
    let mut divisor = 10_i64.pow(zeros);
    for value in &values {
        while value % divisor != 0 {
            divisor /= 10;
            zeros -= 1;
        }
    }
    for value in &mut values {
        *value /= divisor;
    }
    Some((values, i64::from(zeros) + least))
}

/// The decimals of a row's number.
fn scale(row: &Row) -> Option<i64> {
    Some(number(&row.observation)?.value().scale().into())
}

fn power(exponent: i64) -> Option<i64> {
    10_i64.checked_pow(u32::try_from(exponent).ok()?)
}
