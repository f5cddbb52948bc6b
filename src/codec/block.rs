//! Blocks: rows of one series in columns, read in place.
//!
//! A block is the number of its rows, a descriptor for each column, their bases, their offsets, and the
//! texts of qualitative figures. The values of a block share one exponent wherever their mantissas then fit
//! into 64 bits, so that arithmetic over a block is arithmetic on integers.

mod narrow;
mod plain;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

pub(crate) use plain::{Plain, PlainRow};

use super::column::{self, Column};
use super::read::Reader;
use super::{CodecError, check_length, code};
use crate::model::{Amount, Figure, Nil, Observation, Period, PeriodKind, Rank, Source};

/// The number of columns.
pub(crate) const COLUMNS: usize = 19;

const CONFLICTING: u8 = 1;
const VERSIONS: u8 = 2;

/// One row of a block: an observation, and, in a current block, how its fact stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    /// The observation; in a current block the one that is shown.
    pub(crate) observation: Observation,
    /// Whether the document that speaks last contradicts itself about the fact.
    pub(crate) conflicting: bool,
    /// Whether the fact has more than one observation.
    pub(crate) versions: bool,
}

impl From<Observation> for Row {
    /// The row of a fact's only observation.
    fn from(observation: Observation) -> Self {
        Self {
            observation,
            conflicting: false,
            versions: false,
        }
    }
}

impl Row {
    /// The row as it is encoded.
    pub(crate) fn borrowed(&self) -> RowRef<'_> {
        let observation = &self.observation;
        RowRef {
            period: observation.period,
            figure: &observation.figure,
            published: observation.published,
            source: observation.source,
            rank: observation.rank,
            commit: observation.commit,
            conflicting: self.conflicting,
            versions: self.versions,
        }
    }
}

/// Rows as they are encoded.
pub(crate) fn borrowed(rows: &[Row]) -> Vec<RowRef<'_>> {
    rows.iter().map(Row::borrowed).collect()
}

/// A row that is to be encoded, wherever its figure is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowRef<'a> {
    pub(crate) period: Period,
    pub(crate) figure: &'a Figure,
    pub(crate) published: NaiveDate,
    pub(crate) source: Source,
    pub(crate) rank: Rank,
    pub(crate) commit: u64,
    pub(crate) conflicting: bool,
    pub(crate) versions: bool,
}

impl RowRef<'_> {
    fn flags(&self) -> u8 {
        (if self.conflicting { CONFLICTING } else { 0 })
            | (if self.versions { VERSIONS } else { 0 })
    }
}

/// A mantissa and a power of ten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Scaled {
    mantissa: i128,
    exponent: i32,
}

impl Scaled {
    const ZERO: Scaled = Scaled {
        mantissa: 0,
        exponent: 0,
    };

    /// The value with the smallest mantissa.
    fn of(value: Decimal) -> Scaled {
        let value = value.normalize();
        let mut mantissa = value.mantissa();
        let mut exponent = -i32::try_from(value.scale()).unwrap_or(0);
        while mantissa != 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        if mantissa == 0 {
            Scaled::ZERO
        } else {
            Scaled { mantissa, exponent }
        }
    }
}

/// Brings all values to the least of their exponents, if the mantissas then fit into 64 bits.
fn align(values: &mut [Scaled]) {
    let Some(least) = values
        .iter()
        .filter(|v| v.mantissa != 0)
        .map(|v| v.exponent)
        .min()
    else {
        return;
    };
    let lifted: Option<Vec<i128>> = values
        .iter()
        .map(|value| {
            if value.mantissa == 0 {
                return Some(0);
            }
            let power = 10_i128.checked_pow(u32::try_from(value.exponent - least).ok()?)?;
            let mantissa = value.mantissa.checked_mul(power)?;
            i64::try_from(mantissa).ok().map(i128::from)
        })
        .collect();
    if let Some(lifted) = lifted {
        for (value, mantissa) in values.iter_mut().zip(lifted) {
            *value = Scaled {
                mantissa,
                exponent: least,
            };
        }
    }
}

/// The number of a figure's kind, its amount, and the upper end of a range.
fn parts(figure: &Figure) -> (i128, Option<&Amount>, Option<&Amount>) {
    match figure {
        Figure::Amount(a) => (0, Some(a), None),
        Figure::Approximate(a) => (1, Some(a), None),
        Figure::AtLeast(a) => (2, Some(a), None),
        Figure::MoreThan(a) => (3, Some(a), None),
        Figure::AtMost(a) => (4, Some(a), None),
        Figure::LessThan(a) => (5, Some(a), None),
        Figure::Range { low, high } => (6, Some(low), Some(high)),
        Figure::Qualitative(_) => (7, None, None),
        Figure::Nil(Nil::Zero) => (8, None, None),
        Figure::Nil(Nil::None) => (9, None, None),
        Figure::Nil(Nil::NotApplicable) => (10, None, None),
    }
}

fn kind(period: &Period) -> i128 {
    match period.kind() {
        PeriodKind::Duration => 0,
        PeriodKind::Instant => 1,
        PeriodKind::Nominal => 2,
    }
}

/// The days from start to end of a duration, the quarters of a nominal period.
fn extent(period: &Period) -> i128 {
    match (period.days(), period.nominal_quarters()) {
        (Some(days), _) => i128::from(days) - 1,
        (None, Some(quarters)) => quarters.into(),
        (None, None) => 0,
    }
}

fn day(date: NaiveDate) -> i128 {
    date.num_days_from_ce().into()
}

/// Encodes rows as one block, whatever its length.
pub(crate) fn encode(rows: &[Row]) -> Result<Vec<u8>, CodecError> {
    encode_refs(&borrowed(rows))
}

/// Encodes rows as one block, wherever they are kept.
pub(super) fn encode_refs(rows: &[RowRef<'_>]) -> Result<Vec<u8>, CodecError> {
    match narrow::encode(rows) {
        Some(block) => Ok(block),
        None => encode_any(rows),
    }
}

/// Encodes the rows of a block and others after them, in the same bytes as all of them together; `None` where that takes
/// decoding them.
pub(crate) fn append(block: &Block<'_>, rows: &[RowRef<'_>]) -> Option<Vec<u8>> {
    narrow::append(block, rows)
}

/// Encodes rows of any figures. Those that are all [narrow] come out the same there, and sooner.
fn encode_any(rows: &[RowRef<'_>]) -> Result<Vec<u8>, CodecError> {
    let count = u16::try_from(rows.len()).map_err(|_| CodecError::TooLong {
        what: "a block",
        length: rows.len(),
        limit: u16::MAX.into(),
    })?;
    let figures = || rows.iter().map(|row| parts(row.figure));
    let scaled = |amount: Option<&Amount>| amount.map_or(Scaled::ZERO, |a| Scaled::of(a.value()));
    let mut low: Vec<Scaled> = figures().map(|(_, amount, _)| scaled(amount)).collect();
    let mut high: Vec<Scaled> = figures().map(|(_, _, amount)| scaled(amount)).collect();
    align(&mut low);
    align(&mut high);
    let mut heap: Vec<u8> = Vec::new();
    let mut text_ends = Vec::with_capacity(rows.len());
    for row in rows {
        if let Figure::Qualitative(text) = row.figure {
            check_length("a qualitative figure", text, Figure::TEXT_LIMIT)?;
            heap.extend(text.as_bytes());
        }
        text_ends.push(i128::try_from(heap.len()).unwrap_or(i128::MAX));
    }
    let of_rows =
        |value: fn(&RowRef<'_>) -> i128| -> Vec<i128> { rows.iter().map(value).collect() };
    let of_amounts = |high: bool, value: fn(&Amount) -> i128| -> Vec<i128> {
        figures()
            .map(|(_, a, b)| if high { b } else { a }.map_or(0, value))
            .collect()
    };
    let columns: [Vec<i128>; COLUMNS] = [
        of_rows(|o| day(o.period.end())),
        of_rows(|o| kind(&o.period)),
        of_rows(|o| extent(&o.period)),
        figures().map(|(kind, _, _)| kind).collect(),
        low.iter().map(|v| v.mantissa).collect(),
        low.iter().map(|v| v.exponent.into()).collect(),
        of_amounts(false, |a| code::precision(a.precision())),
        of_amounts(false, |a| code::rounding(a.rounding())),
        high.iter().map(|v| v.mantissa).collect(),
        high.iter().map(|v| v.exponent.into()).collect(),
        of_amounts(true, |a| code::precision(a.precision())),
        of_amounts(true, |a| code::rounding(a.rounding())),
        text_ends,
        of_rows(|o| day(o.published)),
        of_rows(|o| o.source.document.into()),
        of_rows(|o| o.source.cell.into()),
        of_rows(|o| code::rank(o.rank)),
        of_rows(|o| o.commit.into()),
        of_rows(|o| o.flags().into()),
    ];
    let mut bytes = Vec::new();
    bytes.extend(count.to_be_bytes());
    column::append_all(columns, &mut bytes);
    bytes.extend(heap);
    Ok(bytes)
}

/// Encodes rows as equal blocks of at most `limit` bytes each, as few as it takes; one for no rows.
pub(crate) fn encode_split(rows: &[RowRef<'_>], limit: usize) -> Result<Vec<Vec<u8>>, CodecError> {
    let mut pieces = 1;
    let mut most = usize::from(u16::MAX);
    loop {
        let size = rows.len().div_ceil(pieces).clamp(1, most);
        let blocks: Vec<Vec<u8>> = if rows.is_empty() {
            vec![encode_refs(rows)?]
        } else {
            rows.chunks(size)
                .map(encode_refs)
                .collect::<Result<_, _>>()?
        };
        let longest = blocks.iter().map(Vec::len).max().unwrap_or(0);
        if longest <= limit {
            return Ok(blocks);
        }
        if size == 1 {
            return Err(CodecError::TooLong {
                what: "a row",
                length: longest,
                limit,
            });
        }
        let total: usize = blocks.iter().map(Vec::len).sum();
        pieces = total.div_ceil(limit).max(blocks.len() + 1);
        // One piece more may be pieces of the same size: of 4 rows, 2 and 3 pieces are of two rows each.
        most = size - 1;
    }
}

/// A parsed block: its columns in the bytes it was read from.
///
/// Parsing checks that every column is there in full; what a row's numbers mean is checked when it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    rows: usize,
    /// Last days, counted from day 1 = 0001-01-01.
    pub(crate) end: Column<'a>,
    /// 0 duration, 1 instant, 2 nominal.
    pub(crate) kind: Column<'a>,
    /// Days from the first to the last of a duration, quarters of a nominal period.
    pub(crate) extent: Column<'a>,
    /// Kinds of figures.
    pub(crate) figure: Column<'a>,
    /// Values (of a range the lower ends), to be multiplied by ten to the `exponent`.
    pub(crate) mantissa: Column<'a>,
    pub(crate) exponent: Column<'a>,
    pub(crate) precision: Column<'a>,
    pub(crate) rounding: Column<'a>,
    pub(crate) high_mantissa: Column<'a>,
    pub(crate) high_exponent: Column<'a>,
    pub(crate) high_precision: Column<'a>,
    pub(crate) high_rounding: Column<'a>,
    /// Where the row's text ends in the heap; it begins where that of the row before ends.
    pub(crate) text_end: Column<'a>,
    pub(crate) published: Column<'a>,
    pub(crate) document: Column<'a>,
    pub(crate) cell: Column<'a>,
    pub(crate) rank: Column<'a>,
    pub(crate) commit: Column<'a>,
    /// 1 conflicting, 2 versions.
    pub(crate) flags: Column<'a>,
    heap: &'a [u8],
}

impl<'a> Block<'a> {
    /// Finds the columns of a block.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Block<'a>, CodecError> {
        Self::find(bytes).ok_or(CodecError::Block {
            reason: "its columns do not fit its length",
        })
    }

    fn find(bytes: &'a [u8]) -> Option<Block<'a>> {
        let mut reader = Reader::new(bytes);
        let rows = usize::from(reader.u16()?);
        let [
            end,
            kind,
            extent,
            figure,
            mantissa,
            exponent,
            precision,
            rounding,
            high_mantissa,
            high_exponent,
            high_precision,
            high_rounding,
            text_end,
            published,
            document,
            cell,
            rank,
            commit,
            flags,
        ]: [Column<'a>; COLUMNS] = column::read_all(rows, &mut reader)?;
        let block = Block {
            rows,
            end,
            kind,
            extent,
            figure,
            mantissa,
            exponent,
            precision,
            rounding,
            high_mantissa,
            high_exponent,
            high_precision,
            high_rounding,
            text_end,
            published,
            document,
            cell,
            rank,
            commit,
            flags,
            heap: reader.rest(),
        };
        let text = match rows.checked_sub(1) {
            Some(last) => usize::try_from(block.text_end.get(last)?).ok()?,
            None => 0,
        };
        (text == block.heap.len()).then_some(block)
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The dates of a row.
    pub(crate) fn period(&self, row: usize) -> Option<Period> {
        let end_day = self.end.get(row)?;
        let extent = self.extent.get(row)?;
        let end = date(end_day)?;
        match self.kind.get(row)? {
            0 => Period::duration(date(end_day.checked_sub(extent)?)?, end).ok(),
            1 if extent == 0 => Period::instant(end).ok(),
            2 => Period::nominal(end, u16::try_from(extent).ok()?).ok(),
            _ => None,
        }
    }

    /// The figure of a row.
    pub(crate) fn figure(&self, row: usize) -> Option<Figure> {
        let low = || {
            amount(
                self.mantissa.get(row)?,
                self.exponent.get(row)?,
                self.precision.get(row)?,
                self.rounding.get(row)?,
            )
        };
        let high = || {
            amount(
                self.high_mantissa.get(row)?,
                self.high_exponent.get(row)?,
                self.high_precision.get(row)?,
                self.high_rounding.get(row)?,
            )
        };
        Some(match self.figure.get(row)? {
            0 => Figure::Amount(low()?),
            1 => Figure::Approximate(low()?),
            2 => Figure::AtLeast(low()?),
            3 => Figure::MoreThan(low()?),
            4 => Figure::AtMost(low()?),
            5 => Figure::LessThan(low()?),
            6 => Figure::Range {
                low: low()?,
                high: high()?,
            },
            7 => Figure::Qualitative(self.text(row)?.to_owned()),
            8 => Figure::Nil(Nil::Zero),
            9 => Figure::Nil(Nil::None),
            10 => Figure::Nil(Nil::NotApplicable),
            _ => return None,
        })
    }

    fn text(&self, row: usize) -> Option<&'a str> {
        let start = match row.checked_sub(1) {
            Some(before) => usize::try_from(self.text_end.get(before)?).ok()?,
            None => 0,
        };
        let end = usize::try_from(self.text_end.get(row)?).ok()?;
        let text = std::str::from_utf8(self.heap.get(start..end)?).ok()?;
        (text.len() <= Figure::TEXT_LIMIT).then_some(text)
    }

    /// A row in full.
    pub(crate) fn row(&self, row: usize) -> Result<Row, CodecError> {
        self.decode(row).ok_or(CodecError::Block {
            reason: "a row means nothing",
        })
    }

    fn decode(&self, row: usize) -> Option<Row> {
        if row >= self.rows {
            return None;
        }
        let flags = u8::try_from(self.flags.get(row)?).ok()?;
        if flags & !(CONFLICTING | VERSIONS) != 0 {
            return None;
        }
        Some(Row {
            observation: Observation {
                period: self.period(row)?,
                figure: self.figure(row)?,
                published: date(self.published.get(row)?)?,
                source: Source {
                    document: u32::try_from(self.document.get(row)?).ok()?,
                    cell: u32::try_from(self.cell.get(row)?).ok()?,
                },
                rank: code::rank_of(self.rank.get(row)?)?,
                commit: u64::try_from(self.commit.get(row)?).ok()?,
            },
            conflicting: flags & CONFLICTING != 0,
            versions: flags & VERSIONS != 0,
        })
    }

    /// All rows in full.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, CodecError> {
        (0..self.rows).map(|row| self.row(row)).collect()
    }
}

fn date(day: i128) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

fn amount(mantissa: i128, exponent: i128, precision: i128, rounding: i128) -> Option<Amount> {
    let precision = code::precision_of(precision)?;
    let rounding = code::rounding_of(rounding)?;
    match of_64_bits(mantissa, exponent) {
        Some((mantissa, scale)) => Amount::of_mantissa(mantissa, scale, precision, rounding),
        None => Amount::new(decimal(mantissa, exponent)?, precision, rounding).ok(),
    }
}

/// A mantissa and its decimal places, where the value is a number of 64 bits over a power of ten.
fn of_64_bits(mantissa: i128, exponent: i128) -> Option<(i64, u32)> {
    let mantissa = i64::try_from(mantissa).ok()?;
    let exponent = i32::try_from(exponent).ok()?;
    if let Ok(power) = u32::try_from(exponent) {
        return Some((mantissa.checked_mul(10_i64.checked_pow(power)?)?, 0));
    }
    let scale = exponent.unsigned_abs();
    (scale <= Decimal::MAX_SCALE).then_some((mantissa, scale))
}

fn decimal(mantissa: i128, exponent: i128) -> Option<Decimal> {
    if exponent >= 0 {
        let power = 10_i128.checked_pow(u32::try_from(exponent).ok()?)?;
        Decimal::try_from_i128_with_scale(mantissa.checked_mul(power)?, 0).ok()
    } else {
        let scale = u32::try_from(exponent.checked_neg()?).ok()?;
        Decimal::try_from_i128_with_scale(mantissa, scale).ok()
    }
}

#[cfg(test)]
pub(crate) mod tests;
