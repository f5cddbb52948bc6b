//! Blocks of plain figures whose numbers all fit into 64 bits, which is nearly every block: the same bytes with less work.

use super::{Block, RowRef, day, extent, kind, parts};
use crate::codec::code;
use crate::codec::column::{Column, Narrow};
use crate::model::{Amount, Figure};

/// Encodes rows as a block; `None` where a figure is a range or words, or a number does not fit into 64 bits.
pub(super) fn encode(rows: &[RowRef<'_>]) -> Option<Vec<u8>> {
    encode_after(None, rows)
}

/// Encodes the rows of a block and others after them, without decoding those of the block.
pub(super) fn append(before: &Block<'_>, rows: &[RowRef<'_>]) -> Option<Vec<u8>> {
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

fn encode_after(before: Option<&Block<'_>>, rows: &[RowRef<'_>]) -> Option<Vec<u8>> {
    let length = before.map_or(0, Block::len).checked_add(rows.len())?;
    let count = u16::try_from(length).ok()?;
    let words =
        |row: &RowRef<'_>| matches!(row.figure, Figure::Range { .. } | Figure::Qualitative(_));
    if rows.iter().any(words) {
        return None;
    }
    let mut block = Columns {
        before,
        rows,
        values: Vec::with_capacity(length),
        done: Narrow::with_capacity(length),
    };
    block.push(|block| block.end, |row| short(day(row.period.end())))?;
    block.push(|block| block.kind, |row| short(kind(&row.period)))?;
    block.push(|block| block.extent, |row| short(extent(&row.period)))?;
    block.push(|block| block.figure, |row| short(parts(row.figure).0))?;
    block.push_mantissas()?;
    let of_number =
        |row: &RowRef<'_>, value: fn(&Amount) -> i128| short(number(row).map_or(0, value));
    block.push(
        |block| block.precision,
        |row| of_number(row, |amount| code::precision(amount.precision())),
    )?;
    block.push(
        |block| block.rounding,
        |row| of_number(row, |amount| code::rounding(amount.rounding())),
    )?;
    // The upper ends of ranges, and words.
    for _ in 0..5 {
        block.done.push_constant(0);
    }
    block.push(|block| block.published, |row| short(day(row.published)))?;
    block.push(
        |block| block.document,
        |row| Some(row.source.document.into()),
    )?;
    block.push(|block| block.cell, |row| Some(row.source.cell.into()))?;
    block.push(|block| block.rank, |row| short(code::rank(row.rank)))?;
    block.push(|block| block.commit, |row| i64::try_from(row.commit).ok())?;
    block.push(|block| block.flags, |row| Some(row.flags().into()))?;
    let Narrow {
        descriptors,
        bases,
        data,
    } = block.done;
    Some([&count.to_be_bytes(), descriptors.as_slice(), &bases, &data].concat())
}

fn short(value: i128) -> Option<i64> {
    i64::try_from(value).ok()
}

/// The columns of some rows.
struct Columns<'a> {
    before: Option<&'a Block<'a>>,
    rows: &'a [RowRef<'a>],
    /// Those of one column, to be used again for the next.
    values: Vec<i64>,
    done: Narrow,
}

impl<'a> Columns<'a> {
    /// Adds a column; `None` where a value does not fit into 64 bits.
    fn push(
        &mut self,
        column: impl Fn(&Block<'a>) -> Column<'a>,
        value: impl Fn(&RowRef<'_>) -> Option<i64>,
    ) -> Option<()> {
        self.values.clear();
        if let Some(before) = self.before {
            let column = column(before);
            let new: Vec<i64> = self.rows.iter().map(&value).collect::<Option<_>>()?;
            if self.done.extend(&column, new.iter().copied()) {
                return Some(());
            }
            column.read_into(before.len(), &mut self.values)?;
            self.values.extend(new);
        } else {
            for row in self.rows {
                self.values.push(value(row)?);
            }
        }
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

fn number<'a>(row: &RowRef<'a>) -> Option<&'a Amount> {
    parts(row.figure).1
}

/// The mantissas of rows at the exponent of a block, and that exponent, where it stays the greatest that all rows allow; `None`
/// where it may not.
fn mantissas_at(before: &Block<'_>, rows: &[RowRef<'_>]) -> Option<(i64, Vec<i64>)> {
    if before.mantissa.constant() == Some(0) {
        return None;
    }
    let exponent = i64::try_from(before.exponent.constant()?).ok()?;
    let at_exponent = |row: &RowRef<'_>| {
        let Some(amount) = number(row) else {
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
fn mantissas(before: Option<&Block<'_>>, rows: &[RowRef<'_>]) -> Option<(Vec<i64>, i64)> {
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
        values.push(match number(row) {
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
        if zeros == 0 {
            break;
        }
    }
    if zeros > 0 {
        for value in &mut values {
            *value /= divisor;
        }
    }
    Some((values, i64::from(zeros) + least))
}

/// The decimals of a row's number.
fn scale(row: &RowRef<'_>) -> Option<i64> {
    Some(number(row)?.value().scale().into())
}

fn power(exponent: i64) -> Option<i64> {
    10_i64.checked_pow(u32::try_from(exponent).ok()?)
}
