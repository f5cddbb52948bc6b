//! A file of a data set: lines of cells between tabs, the first of which names the columns. No cell is quoted.

use std::io::{self, BufRead as _, BufReader, Read};

use super::super::error::{IngestError, IngestReason, Place};
use super::error::{DataSetError, RowFault};

/// The longest row, in bytes.
pub(super) const ROW_LIMIT: usize = 1 << 18;
/// How much of a refused row is told, in bytes.
const SHOWN: usize = 500;

/// Which file of which archive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) archive: &'a str,
    pub(super) file: &'static str,
}

impl Origin<'_> {
    pub(super) fn whole(&self, error: DataSetError) -> IngestError {
        error.at(self.archive, Some(self.file))
    }

    /// An error of one row.
    pub(super) fn row(
        &self,
        line: u64,
        row: &[u8],
        reason: impl Into<IngestReason>,
    ) -> IngestError {
        let shown = row.get(..SHOWN).unwrap_or(row);
        reason.into().at(&Place {
            document: self.archive.to_owned(),
            table: Some(self.file.to_owned()),
            line: usize::try_from(line).ok(),
            text: Some(String::from_utf8_lossy(shown).into_owned()),
            ..Place::default()
        })
    }
}

/// The names of a file's columns.
#[derive(Clone, Debug)]
pub(super) struct Header {
    names: Vec<String>,
}

impl Header {
    fn read(line: &[u8], origin: Origin<'_>) -> Result<Self, IngestError> {
        if line.ends_with(b"\r") {
            return Err(origin.whole(DataSetError::LineEnds));
        }
        let text = std::str::from_utf8(line).ok();
        let plain = |text: &&str| {
            !text.chars().any(|c| c.is_control() && c != '\t') && !text.starts_with('\u{feff}')
        };
        let text = text.filter(plain);
        let text = text.ok_or_else(|| origin.whole(DataSetError::Encoding))?;
        let names: Vec<String> = text.split('\t').map(str::to_owned).collect();
        let twice =
            |(nth, name): &(usize, &String)| names.iter().take(*nth).any(|other| other == *name);
        if let Some((_, column)) = names.iter().enumerate().find(twice) {
            let column = column.clone();
            return Err(origin.whole(DataSetError::ColumnTwice { column }));
        }
        Ok(Self { names })
    }

    /// Where a column stands, if the file has it.
    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name == column)
    }

    /// Where a column stands.
    pub(super) fn required(
        &self,
        column: &'static str,
        origin: Origin<'_>,
    ) -> Result<usize, IngestError> {
        let missing = || origin.whole(DataSetError::MissingColumn { column });
        self.position(column).ok_or_else(missing)
    }

    /// The columns that are not among those, and where they stand.
    pub(super) fn unknown<'a>(
        &'a self,
        known: &'a [&str],
    ) -> impl Iterator<Item = (usize, &'a str)> {
        let names = self.names.iter().map(String::as_str).enumerate();
        names.filter(|(_, name)| !known.contains(name))
    }

    /// The cells of a row.
    pub(super) fn cells<'r>(&self, row: &'r [u8]) -> Result<Cells<'r>, RowFault> {
        let cells: Vec<&[u8]> = row.split(|b| *b == b'\t').collect();
        let (expected, found) = (self.names.len(), cells.len());
        if expected == found {
            Ok(Cells(cells))
        } else {
            Err(RowFault::Ragged { expected, found })
        }
    }
}

/// The cells of one row.
#[derive(Debug)]
pub(super) struct Cells<'r>(Vec<&'r [u8]>);

impl<'r> Cells<'r> {
    /// The text of a cell; empty where there is none.
    pub(super) fn text(
        &self,
        position: Option<usize>,
        column: &'static str,
    ) -> Result<&'r str, RowFault> {
        let cell = position.and_then(|at| self.0.get(at)).copied();
        std::str::from_utf8(cell.unwrap_or_default()).map_err(|_| RowFault::NotUtf8 { column })
    }

    /// Whether there is something in a cell.
    pub(super) fn is_filled(&self, position: usize) -> bool {
        self.0.get(position).is_some_and(|cell| !cell.is_empty())
    }
}

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Rows<'a, R> {
    input: BufReader<R>,
    origin: Origin<'a>,
    line: u64,
    row: Vec<u8>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    /// The number of its line, from 1; the header is line 1.
    pub(super) line: u64,
    /// The row, or its beginning where it is too long.
    pub(super) bytes: &'r [u8],
    pub(super) too_long: bool,
}

impl<'a, R: Read> Rows<'a, R> {
    /// Reads the header.
    pub(super) fn new(input: R, origin: Origin<'a>) -> Result<(Header, Self), IngestError> {
        let mut rows = Self {
            input: BufReader::with_capacity(1 << 16, input),
            origin,
            line: 0,
            row: Vec::new(),
        };
        let first = rows.next()?;
        let first = first.ok_or_else(|| origin.whole(DataSetError::Empty))?;
        let header = Header::read(first.bytes, origin)?;
        Ok((header, rows))
    }

    /// The next row; at the end of the file, its checksum has been compared.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, IngestError> {
        self.row.clear();
        let read = self.fill().map_err(|error| {
            let message = error.to_string();
            self.origin.whole(DataSetError::Damaged { message })
        })?;
        let Some(too_long) = read else {
            return Ok(None);
        };
        self.line += 1;
        Ok(Some(Row {
            line: self.line,
            bytes: &self.row,
            too_long,
        }))
    }

    /// Reads a line; `None` at the end, else whether it is too long.
    fn fill(&mut self) -> io::Result<Option<bool>> {
        let mut begun = false;
        let mut too_long = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(begun.then_some(too_long));
            }
            begun = true;
            let end = buffer.iter().position(|b| *b == b'\n');
            let part = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            let fits = ROW_LIMIT.saturating_sub(self.row.len()).min(part.len());
            too_long |= fits < part.len();
            self.row.extend(part.iter().take(fits));
            let length = part.len() + usize::from(end.is_some());
            self.input.consume(length);
            if end.is_some() {
                return Ok(Some(too_long));
            }
        }
    }
}

impl Row<'_> {
    /// The cells of this row.
    pub(super) fn cells(&self, header: &Header) -> Result<Cells<'_>, RowFault> {
        if self.too_long {
            let (what, limit) = ("the row", ROW_LIMIT);
            return Err(RowFault::TooLong { what, limit });
        }
        header.cells(self.bytes)
    }
}
