//! Columns of whole numbers, stored constant or as offsets from the smallest, read in place.
//!
//! A column is a descriptor byte (its high half the width of the base, its low half that of the offsets), a
//! signed base, and one unsigned offset per row. Widths are 0, 1, 2, 4, 8 or 16 bytes: an offset width of 0
//! is a constant column, a base width of 0 a base of zero.

use super::block::COLUMNS;
use super::read::Reader;

const WIDTHS: [usize; 6] = [0, 1, 2, 4, 8, 16];

/// A column as it is to be written.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) descriptor: u8,
    pub(crate) base: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

/// Encodes a column in the narrowest widths that hold it.
pub(crate) fn encode(values: &[i128]) -> Encoded {
    let least = values.iter().copied().min().unwrap_or(0);
    let most = values.iter().copied().max().unwrap_or(0);
    let width = offset_width(most.abs_diff(least));
    let base_width = base_width(least);
    let mut data = Vec::with_capacity(values.len() * width);
    for value in values {
        push_low_bytes(&mut data, value.abs_diff(least).to_be_bytes(), width);
    }
    let mut base = Vec::with_capacity(base_width);
    push_low_bytes(&mut base, least.to_be_bytes(), base_width);
    Encoded {
        descriptor: (width_code(base_width) << 4) | width_code(width),
        base,
        data,
    }
}

/// Adds columns to what is written, each encoded: all descriptors, all bases, all offsets.
pub(crate) fn append_all<const N: usize>(columns: [Vec<i128>; N], bytes: &mut Vec<u8>) {
    let columns = columns.map(|values| encode(&values));
    bytes.extend(columns.iter().map(|column| column.descriptor));
    for column in &columns {
        bytes.extend(&column.base);
    }
    for column in &columns {
        bytes.extend(&column.data);
    }
}

/// Columns of so many rows each, [all of which](append_all) come next in the reader.
pub(crate) fn read_all<'a, const N: usize>(
    rows: usize,
    reader: &mut Reader<'a>,
) -> Option<[Column<'a>; N]> {
    let descriptors: [u8; N] = reader.array()?;
    let mut columns = [Column::ZERO; N];
    for (column, descriptor) in columns.iter_mut().zip(descriptors) {
        *column = Column::read_base(descriptor, reader)?;
    }
    for column in &mut columns {
        *column = column.with_data(rows, reader)?;
    }
    Some(columns)
}

/// Columns of numbers of 64 bits as they are written, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Narrow {
    pub(crate) descriptors: Vec<u8>,
    pub(crate) bases: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

impl Narrow {
    /// Nothing yet, with room for the columns of so many rows as they mostly are.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            descriptors: Vec::with_capacity(COLUMNS),
            bases: Vec::with_capacity(4 * COLUMNS),
            data: Vec::with_capacity(COLUMNS.saturating_mul(rows)),
        }
    }

    /// Adds a column, in the same bytes as [`encode`].
    pub(crate) fn push(&mut self, values: &[i64]) {
        let first = values.first().copied().unwrap_or(0);
        let wider = |(least, most): (i64, i64), value: &i64| (least.min(*value), most.max(*value));
        let (least, most) = values.iter().fold((first, first), wider);
        let width = offset_width(most.abs_diff(least).into());
        let base_width = base_width(least.into());
        let code = (width_code(base_width) << 4) | width_code(width);
        self.descriptors.push(code);
        push_low_bytes(&mut self.bases, i128::from(least).to_be_bytes(), base_width);
        let offsets = values
            .iter()
            .map(|value| value.abs_diff(least).to_be_bytes());
        match width {
            0 => {}
            1 => self.data.extend(offsets.map(|[.., a]| a)),
            2 => self.data.extend(offsets.flat_map(|[.., a, b]| [a, b])),
            4 => {
                let low = offsets.flat_map(|[.., a, b, c, d]| [a, b, c, d]);
                self.data.extend(low);
            }
            _ => self.data.extend(offsets.flatten()),
        }
    }

    /// Adds a stored column with more values after its own, in the same bytes as [`encode`] of all of them, without decoding
    /// it; `false`, with nothing added, where the values take another base or wider offsets.
    pub(crate) fn extend(
        &mut self,
        column: &Column<'_>,
        values: impl Iterator<Item = i64> + Clone,
    ) -> bool {
        let Ok(base) = i64::try_from(column.base) else {
            return false;
        };
        let fits =
            |value: i64| value >= base && offset_width(value.abs_diff(base).into()) <= column.width;
        if column.width > 8 || !values.clone().all(fits) {
            return false;
        }
        let base_width = base_width(column.base);
        self.descriptors
            .push((width_code(base_width) << 4) | width_code(column.width));
        push_low_bytes(&mut self.bases, column.base.to_be_bytes(), base_width);
        self.data.extend_from_slice(column.data);
        for value in values {
            let offset = u128::from(value.abs_diff(base));
            push_low_bytes(&mut self.data, offset.to_be_bytes(), column.width);
        }
        true
    }

    /// Adds a column of one value for any number of rows.
    pub(crate) fn push_constant(&mut self, value: i64) {
        self.push(&[value]);
    }
}

fn push_low_bytes(to: &mut Vec<u8>, big_endian: [u8; 16], width: usize) {
    match (width, big_endian) {
        (0, _) => {}
        (1, [.., a]) => to.push(a),
        (2, [.., a, b]) => to.extend([a, b]),
        (_, all) => to.extend_from_slice(all.get(16 - width..).unwrap_or_default()),
    }
}

fn offset_width(range: u128) -> usize {
    match range {
        0 => 0,
        0x1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        0x1_0000_0000..=0xffff_ffff_ffff_ffff => 8,
        _ => 16,
    }
}

fn base_width(base: i128) -> usize {
    if base == 0 {
        0
    } else if i8::try_from(base).is_ok() {
        1
    } else if i16::try_from(base).is_ok() {
        2
    } else if i32::try_from(base).is_ok() {
        4
    } else if i64::try_from(base).is_ok() {
        8
    } else {
        16
    }
}

fn width_code(width: usize) -> u8 {
    (0..)
        .zip(WIDTHS)
        .find_map(|(code, w)| (w == width).then_some(code))
        .unwrap_or(5)
}

/// The width of the base and that of the offsets.
fn widths(descriptor: u8) -> Option<(usize, usize)> {
    let width = |code: u8| WIDTHS.get(usize::from(code)).copied();
    Some((width(descriptor >> 4)?, width(descriptor & 0xf)?))
}

/// A column as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    base: i128,
    width: usize,
    data: &'a [u8],
}

impl<'a> Column<'a> {
    /// Zero in every row.
    const ZERO: Column<'static> = Column {
        base: 0,
        width: 0,
        data: &[],
    };

    /// A column whose base comes next in the reader.
    pub(crate) fn read_base(descriptor: u8, reader: &mut Reader<'a>) -> Option<Column<'a>> {
        let (base_width, width) = widths(descriptor)?;
        let base = match base_width {
            0 => 0,
            1 => i128::from(i8::from_be_bytes(reader.array()?)),
            2 => i128::from(i16::from_be_bytes(reader.array()?)),
            4 => i128::from(i32::from_be_bytes(reader.array()?)),
            8 => i128::from(i64::from_be_bytes(reader.array()?)),
            _ => i128::from_be_bytes(reader.array()?),
        };
        Some(Column {
            base,
            width,
            ..Column::ZERO
        })
    }

    /// The column with its offsets, which come next in the reader.
    pub(crate) fn with_data(self, rows: usize, reader: &mut Reader<'a>) -> Option<Column<'a>> {
        let data = reader.bytes(rows.checked_mul(self.width)?)?;
        Some(Column { data, ..self })
    }

    /// The value all rows share, if the column is constant.
    pub(crate) fn constant(&self) -> Option<i128> {
        (self.width == 0).then_some(self.base)
    }

    /// The value of a row. A constant column has it for any row.
    pub(crate) fn get(&self, row: usize) -> Option<i128> {
        let offset: u128 = match self.width {
            0 => return Some(self.base),
            1 => u8::from_be_bytes(self.offset(row)?).into(),
            2 => u16::from_be_bytes(self.offset(row)?).into(),
            4 => u32::from_be_bytes(self.offset(row)?).into(),
            8 => u64::from_be_bytes(self.offset(row)?).into(),
            _ => u128::from_be_bytes(self.offset(row)?),
        };
        self.base.checked_add_unsigned(offset)
    }

    /// Adds the values of all rows to others; `None` where one does not fit into 64 bits.
    pub(crate) fn read_into(&self, rows: usize, values: &mut Vec<i64>) -> Option<()> {
        let base = i64::try_from(self.base).ok()?;
        match self.width {
            0 => values.extend(std::iter::repeat_n(base, rows)),
            1 => push_all(
                self.data.iter().map(|offset| u64::from(*offset)),
                base,
                values,
            )?,
            2 => {
                let offsets = self.data.as_chunks().0.iter();
                let offsets = offsets.map(|bytes| u64::from(u16::from_be_bytes(*bytes)));
                push_all(offsets, base, values)?;
            }
            4 => {
                let offsets = self.data.as_chunks().0.iter();
                let offsets = offsets.map(|bytes| u64::from(u32::from_be_bytes(*bytes)));
                push_all(offsets, base, values)?;
            }
            _ => {
                for row in 0..rows {
                    values.push(i64::try_from(self.get(row)?).ok()?);
                }
            }
        }
        Some(())
    }

    /// The greatest value of so many rows; `None` where there is none.
    pub(crate) fn greatest(&self, rows: usize) -> Option<i128> {
        if rows == 0 {
            return None;
        }
        if let Some(constant) = self.constant() {
            return Some(constant);
        }
        // Offsets of one width are in the order of their bytes.
        let greatest = self.data.chunks_exact(self.width).max()?;
        let offset = greatest
            .iter()
            .fold(0, |offset: u128, byte| (offset << 8) | u128::from(*byte));
        self.base.checked_add_unsigned(offset)
    }

    fn offset<const N: usize>(&self, row: usize) -> Option<[u8; N]> {
        self.data.get(row.checked_mul(N)?..)?.first_chunk().copied()
    }
}

/// Adds a base and its offsets to some values; `None` where one does not fit.
fn push_all(offsets: impl Iterator<Item = u64>, base: i64, values: &mut Vec<i64>) -> Option<()> {
    values.reserve(offsets.size_hint().0);
    for offset in offsets {
        values.push(base.checked_add_unsigned(offset)?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(encoded: &Encoded, rows: usize) -> Vec<i128> {
        let mut reader = Reader::new(&encoded.base);
        let column = Column::read_base(encoded.descriptor, &mut reader).unwrap();
        reader.end().unwrap();
        let mut reader = Reader::new(&encoded.data);
        let column = column.with_data(rows, &mut reader).unwrap();
        reader.end().unwrap();
        (0..rows).map(|row| column.get(row).unwrap()).collect()
    }

    fn value() -> impl Strategy<Value = i128> {
        prop_oneof![
            any::<i8>().prop_map(i128::from),
            any::<i16>().prop_map(i128::from),
            any::<i64>().prop_map(i128::from),
            any::<i128>(),
            Just(i128::MIN),
            Just(i128::MAX),
        ]
    }

    fn narrow_value() -> impl Strategy<Value = i64> {
        prop_oneof![
            (0_i64..3),
            any::<i8>().prop_map(i64::from),
            any::<i16>().prop_map(i64::from),
            any::<i32>().prop_map(i64::from),
            any::<i64>(),
            Just(i64::MIN),
            Just(i64::MAX),
        ]
    }

    proptest! {
        #[test]
        fn narrow_columns_are_the_same_bytes(
            columns in proptest::collection::vec(proptest::collection::vec(narrow_value(), 0..20), 0..4),
        ) {
            let mut narrow = Narrow::default();
            let mut any = Narrow::default();
            for values in &columns {
                narrow.push(values);
                let values: Vec<i128> = values.iter().copied().map(i128::from).collect();
                let encoded = encode(&values);
                any.descriptors.push(encoded.descriptor);
                any.bases.extend(encoded.base);
                any.data.extend(encoded.data);
            }
            prop_assert_eq!(format!("{narrow:?}"), format!("{any:?}"));
        }

        #[test]
        fn extended_columns_are_the_same_bytes(
            before in proptest::collection::vec(narrow_value(), 1..20),
            after in proptest::collection::vec(narrow_value(), 0..4),
        ) {
            let mut stored = Narrow::default();
            stored.push(&before);
            let column = Column::read_base(stored.descriptors[0], &mut Reader::new(&stored.bases)).unwrap();
            let column = column.with_data(before.len(), &mut Reader::new(&stored.data)).unwrap();
            let mut extended = Narrow::default();
            let fits = extended.extend(&column, after.iter().copied());
            let all = [before.as_slice(), &after].concat();
            let mut whole = Narrow::default();
            whole.push(&all);
            let same_place = all.iter().min() == before.iter().min();
            prop_assert_eq!(fits, same_place && whole.descriptors == stored.descriptors);
            let expected = if fits { whole } else { Narrow::default() };
            prop_assert_eq!(format!("{extended:?}"), format!("{expected:?}"));
        }

        #[test]
        fn columns_of_64_bits_are_read_whole(values in proptest::collection::vec(narrow_value(), 0..40)) {
            let wide: Vec<i128> = values.iter().copied().map(i128::from).collect();
            let Encoded { descriptor, base, data } = encode(&wide);
            let column = Column::read_base(descriptor, &mut Reader::new(&base)).unwrap();
            let column = column.with_data(values.len(), &mut Reader::new(&data)).unwrap();
            let mut read = Vec::new();
            prop_assert_eq!(column.read_into(values.len(), &mut read), Some(()));
            prop_assert_eq!(read, values);
        }

        #[test]
        fn columns_read_back(values in proptest::collection::vec(value(), 0..40)) {
            let encoded = encode(&values);
            prop_assert_eq!(&decode(&encoded, values.len()), &values);
            let column = Column::read_base(encoded.descriptor, &mut Reader::new(&encoded.base)).unwrap();
            let column = column.with_data(values.len(), &mut Reader::new(&encoded.data)).unwrap();
            prop_assert_eq!(column.greatest(values.len()), values.iter().copied().max());
        }
    }

    #[test]
    fn columns_are_as_narrow_as_their_values() {
        for (values, descriptor, base, data) in [
            (vec![7; 3], 0x10, vec![7], vec![]),
            (vec![0, 0], 0x00, vec![], vec![]),
            (vec![-1, 0, 254], 0x11, vec![0xff], vec![0, 1, 255]),
            (vec![-1, 255], 0x12, vec![0xff], vec![0, 0, 1, 0]),
            (vec![300, 301], 0x21, vec![1, 44], vec![0, 1]),
            (vec![0, 65_536], 0x03, vec![], vec![0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let encoded = encode(&values);
            assert_eq!(encoded.descriptor, descriptor, "{values:?}");
            assert_eq!(encoded.base, base, "{values:?}");
            assert_eq!(encoded.data, data, "{values:?}");
        }
    }

    #[test]
    fn a_width_that_does_not_exist_is_refused() {
        for descriptor in [0x06, 0x60, 0xff] {
            assert!(Column::read_base(descriptor, &mut Reader::new(&[0; 64])).is_none());
        }
    }
}
