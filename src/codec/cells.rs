//! Cells, several to a record; labels that many cells share are stored once.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::record::{Record, packed_len};
use super::{CodecError, check_length, envelope};
use crate::model::{CELL_TEXT_LIMIT, Cell};

/// Consecutive cells of one document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CellsRecord {
    labels: Vec<String>,
    cells: Vec<Packed>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Packed {
    address: String,
    /// Numbers of labels.
    place: u16,
    row: u16,
    column: u16,
    text: String,
    scale: u32,
    unplaced: Option<String>,
}

impl CellsRecord {
    /// The number of cells.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell by its place in the record.
    pub(crate) fn cell(&self, index: usize) -> Option<Cell> {
        let packed = self.cells.get(index)?;
        let label = |number: u16| self.labels.get(usize::from(number)).cloned();
        Some(Cell {
            address: packed.address.clone(),
            place: label(packed.place)?,
            row: label(packed.row)?,
            column: label(packed.column)?,
            text: packed.text.clone(),
            scale: packed.scale,
            unplaced: packed.unplaced.clone(),
        })
    }

    /// All cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell> {
        (0..self.len()).filter_map(|index| self.cell(index))
    }
}

impl Record for CellsRecord {
    fn check(&self) -> Result<(), CodecError> {
        let long = |text: &String| check_length("the text of a cell", text, CELL_TEXT_LIMIT);
        self.labels.iter().try_for_each(long)?;
        for cell in &self.cells {
            long(&cell.address)?;
            long(&cell.text)?;
            cell.unplaced.iter().try_for_each(long)?;
            for label in [cell.place, cell.row, cell.column] {
                if self.labels.get(usize::from(label)).is_none() {
                    return Err(CodecError::Record);
                }
            }
        }
        Ok(())
    }
}

/// The records that hold cells in order.
pub(crate) fn split(cells: &[Cell]) -> Result<Vec<CellsRecord>, CodecError> {
    let mut records = Vec::new();
    let mut packer = Packer::default();
    for cell in cells {
        if packer.length + packer.added_by(cell)? > Packer::LIMIT && packer.record.len() > 0 {
            records.push(std::mem::take(&mut packer).record);
        }
        packer.push(cell)?;
    }
    if packer.record.len() > 0 {
        records.push(packer.record);
    }
    Ok(records)
}

/// A record that is being filled.
#[derive(Default)]
struct Packer<'a> {
    record: CellsRecord,
    numbers: HashMap<&'a str, u16>,
    length: usize,
}

impl<'a> Packer<'a> {
    /// What is left beside the counts of labels and cells.
    const LIMIT: usize = envelope::PAYLOAD_LIMIT - 10;

    /// The bytes that a cell would add, at most.
    fn added_by(&self, cell: &'a Cell) -> Result<usize, CodecError> {
        let mut size = packed_len(&(
            &cell.address,
            &cell.text,
            cell.scale,
            [u16::MAX; 3],
            &cell.unplaced,
        ))?;
        for label in [&cell.place, &cell.row, &cell.column] {
            if !self.numbers.contains_key(label.as_str()) {
                size += packed_len(label)?;
            }
        }
        Ok(size)
    }

    fn push(&mut self, cell: &'a Cell) -> Result<(), CodecError> {
        self.length += self.added_by(cell)?;
        let packed = Packed {
            address: cell.address.clone(),
            place: self.number(&cell.place)?,
            row: self.number(&cell.row)?,
            column: self.number(&cell.column)?,
            text: cell.text.clone(),
            scale: cell.scale,
            unplaced: cell.unplaced.clone(),
        };
        self.record.cells.push(packed);
        Ok(())
    }

    fn number(&mut self, label: &'a str) -> Result<u16, CodecError> {
        if let Some(number) = self.numbers.get(label) {
            return Ok(*number);
        }
        let number = u16::try_from(self.record.labels.len()).map_err(|_| CodecError::Record)?;
        self.record.labels.push(label.to_owned());
        self.numbers.insert(label, number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::record::{pack, unpack};

    fn any_cell() -> impl Strategy<Value = Cell> {
        let text = || prop_oneof![Just(String::new()), "[a-c]{1,2}", "[ -~決算]{0,300}"];
        let unplaced = prop::option::of(text());
        (
            text(),
            text(),
            text(),
            text(),
            text(),
            any::<u32>(),
            unplaced,
        )
            .prop_map(
                |(address, place, row, column, text, scale, unplaced)| Cell {
                    address,
                    place,
                    row,
                    column,
                    text,
                    scale,
                    unplaced,
                },
            )
    }

    proptest! {
        #[test]
        fn cells_read_back(cells in proptest::collection::vec(any_cell(), 0..60)) {
            let mut read = Vec::new();
            for record in split(&cells).unwrap() {
                let record: CellsRecord = unpack(&pack(&record).unwrap()).unwrap();
                read.extend(record.cells());
            }
            prop_assert_eq!(read, cells);
        }

        #[test]
        fn any_bytes_are_cells_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack::<CellsRecord>(&bytes);
        }
    }

    #[test]
    fn the_longest_cell_fits() {
        let long = |c: char| c.to_string().repeat(CELL_TEXT_LIMIT);
        let cell = Cell {
            address: long('a'),
            place: long('b'),
            row: long('c'),
            column: long('d'),
            text: long('e'),
            scale: u32::MAX,
            unplaced: Some(long('z')),
        };
        let cells = vec![cell.clone(), cell];
        let records = split(&cells).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records.iter().all(|record| pack(record).is_ok()));
    }

    #[test]
    fn a_longer_text_is_refused() {
        let cell = Cell {
            address: String::new(),
            place: String::new(),
            row: "x".repeat(CELL_TEXT_LIMIT + 1),
            column: String::new(),
            text: String::new(),
            scale: 0,
            unplaced: None,
        };
        let records = split(&[cell]).unwrap();
        assert_eq!(
            pack(&records[0]),
            Err(CodecError::TooLong {
                what: "the text of a cell",
                length: CELL_TEXT_LIMIT + 1,
                limit: CELL_TEXT_LIMIT
            })
        );
    }

    #[test]
    fn cells_fill_their_records() {
        let cell = |row: String| Cell {
            address: "a".repeat(20),
            place: "p".repeat(40),
            row,
            column: "c".repeat(40),
            text: "t".repeat(20),
            scale: 1000,
            unplaced: None,
        };
        let records = |cells: &[Cell]| split(cells).unwrap().len();
        assert_eq!(records(&[]), 0);
        // Of each cell after the first, its address, text, scale, three numbers and a row of its own: at most
        // 21 + 21 + 3 + 9 + 1 + 61 = 116 bytes, of some 6 KiB. Place and column are there once.
        let cells: Vec<Cell> = (0..52).map(|n| cell(format!("{n:060}"))).collect();
        assert_eq!(records(&cells[..50]), 1);
        assert_eq!(records(&cells), 1);
        // Without a row of its own, 55 bytes.
        let alike = vec![cell("row".into()); 105];
        assert_eq!(records(&alike), 1);
        assert_eq!(records(&[alike.as_slice(), &alike].concat()), 2);
    }
}
