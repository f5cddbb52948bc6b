//! Rows put in order with bounded memory: sorted runs go to temporary files and are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};

/// Takes rows in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    /// How many bytes are held in memory, about.
    limit: usize,
    bytes: Vec<u8>,
    rows: Vec<Entry>,
    runs: Vec<Run>,
}

/// A row in memory. Sorted by group, and by line in its group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    group: u32,
    line: u64,
    start: usize,
    end: usize,
}

/// Sorted rows.
#[derive(Debug)]
enum Run {
    Memory {
        bytes: Vec<u8>,
        rows: std::vec::IntoIter<Entry>,
    },
    Disk(BufReader<File>),
}

impl Sorter {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: Vec::new(),
            rows: Vec::new(),
            runs: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, group: u32, line: u64, row: &[u8]) -> io::Result<()> {
        let held = self.bytes.len() + self.rows.len() * size_of::<Entry>();
        if held + row.len() > self.limit && !self.rows.is_empty() {
            self.spill()?;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(row);
        let end = self.bytes.len();
        self.rows.push(Entry {
            group,
            line,
            start,
            end,
        });
        Ok(())
    }

    /// Writes what is held to a temporary file that no folder names.
    fn spill(&mut self) -> io::Result<()> {
        self.rows.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile()?);
        for entry in self.rows.drain(..) {
            let row = self.bytes.get(entry.start..entry.end).unwrap_or_default();
            let length = u32::try_from(row.len()).map_err(io::Error::other)?;
            file.write_all(&entry.group.to_be_bytes())?;
            file.write_all(&entry.line.to_be_bytes())?;
            file.write_all(&length.to_be_bytes())?;
            file.write_all(row)?;
        }
        self.bytes.clear();
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs
            .push(Run::Disk(BufReader::with_capacity(1 << 16, file)));
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        self.rows.sort_unstable();
        self.runs.push(Run::Memory {
            bytes: self.bytes,
            rows: self.rows.into_iter(),
        });
        let mut sorted = Sorted {
            heads: BinaryHeap::new(),
            rows: vec![Vec::new(); self.runs.len()],
            runs: self.runs,
        };
        for number in 0..sorted.runs.len() {
            sorted.advance(number)?;
        }
        Ok(sorted)
    }
}

/// Gives rows in order.
#[derive(Debug)]
pub(super) struct Sorted {
    runs: Vec<Run>,
    /// The first row of each run that is not given yet.
    rows: Vec<Vec<u8>>,
    /// Group and line of it, and the number of the run.
    heads: BinaryHeap<Reverse<(u32, u64, usize)>>,
}

impl Sorted {
    /// All rows of a group with their lines, where no row of an earlier group is left.
    pub(super) fn group(&mut self, group: u32) -> io::Result<Vec<(u64, Vec<u8>)>> {
        let mut rows = Vec::new();
        while let Some(Reverse((_, line, number))) =
            self.heads.peek().copied().filter(|head| head.0.0 == group)
        {
            self.heads.pop();
            if let Some(row) = self.rows.get_mut(number) {
                rows.push((line, std::mem::take(row)));
            }
            self.advance(number)?;
        }
        Ok(rows)
    }

    /// Reads the next row of a run.
    fn advance(&mut self, number: usize) -> io::Result<()> {
        let (Some(run), Some(row)) = (self.runs.get_mut(number), self.rows.get_mut(number)) else {
            return Ok(());
        };
        let head = match run {
            Run::Memory { bytes, rows } => rows.next().map(|entry| {
                row.extend_from_slice(bytes.get(entry.start..entry.end).unwrap_or_default());
                (entry.group, entry.line)
            }),
            Run::Disk(file) => next_of(file, row)?,
        };
        if let Some((group, line)) = head {
            self.heads.push(Reverse((group, line, number)));
        }
        Ok(())
    }
}

/// Reads the next row of a temporary file.
fn next_of(file: &mut BufReader<File>, row: &mut Vec<u8>) -> io::Result<Option<(u32, u64)>> {
    let mut group = [0; 4];
    let first = file.read(group.get_mut(..1).unwrap_or_default())?;
    if first == 0 {
        return Ok(None);
    }
    file.read_exact(group.get_mut(1..).unwrap_or_default())?;
    let (mut line, mut length) = ([0; 8], [0; 4]);
    file.read_exact(&mut line)?;
    file.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    row.resize(length, 0);
    file.read_exact(row)?;
    Ok(Some((u32::from_be_bytes(group), u64::from_be_bytes(line))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever fits in memory, rows come by group and line, as a sort of all of them would give.
        #[test]
        fn rows_come_in_order(
            rows in proptest::collection::vec((0_u32..6, proptest::collection::vec(any::<u8>(), 0..20)), 0..60),
            limit in 0_usize..1500,
        ) {
            let mut sorter = Sorter::new(limit);
            for (line, (group, row)) in (2..).zip(&rows) {
                sorter.push(*group, line, row).unwrap();
            }
            prop_assert!(limit > 0 || sorter.runs.len() + 1 >= rows.len());
            let mut sorted = sorter.finish().unwrap();
            for group in 0..6 {
                let expected: Vec<(u64, Vec<u8>)> = (2..)
                    .zip(&rows)
                    .filter(|(_, (of, _))| *of == group)
                    .map(|(line, (_, row))| (line, row.clone()))
                    .collect();
                prop_assert_eq!(sorted.group(group).unwrap(), expected);
            }
        }
    }
}
