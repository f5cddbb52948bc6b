//! A table with a header, read row by row.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Take};
use std::path::Path;

use csv::{ByteRecord, StringRecord};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use super::error::TableError;
use super::strict::Strict;
use crate::ingest::error::{IngestError, IngestReason, Place};
use crate::ingest::file::{State, open_regular};
use crate::model::{ModelError, parse_exact};

/// The largest table, in bytes.
pub(crate) const TABLE_LIMIT: u64 = 1 << 30;

/// How much of a cell an error repeats, in characters.
const SHOWN: usize = 100;

/// A table file whose header has been read.
#[derive(Debug)]
pub(super) struct Table<'o> {
    header: Header<'o>,
    reader: csv::Reader<Strict<Take<BufReader<File>>>>,
    /// The file, and what it was when it was opened.
    file: File,
    opened: State,
}

/// Which columns a table has, and what stands for those it has not.
#[derive(Debug)]
pub(super) struct Header<'o> {
    place: Place,
    positions: BTreeMap<&'static str, usize>,
    declared: BTreeMap<&'static str, &'o str>,
    width: usize,
}

/// What a caller says about the columns of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<'o> {
    pub(super) known: &'static [&'static str],
    /// Further ways to say the same.
    pub(super) also: &'static [&'static str],
    /// Columns the table lacks, with one text for all rows.
    pub(super) declared: &'o BTreeMap<String, String>,
    /// Columns that are passed over.
    pub(super) ignored: &'o [String],
}

/// The place of a file.
pub(super) fn at_file(path: &Path) -> Place {
    Place {
        document: path.display().to_string(),
        ..Place::default()
    }
}

impl<'o> Table<'o> {
    /// Opens a file: tab-separated if it is named `.tsv`, else comma-separated.
    pub(super) fn open(path: &Path, columns: Columns<'o>) -> Result<Self, IngestError> {
        let place = at_file(path);
        let tabs = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
        let file = open_regular(path, TABLE_LIMIT, &place)?;
        let failed = |error: io::Error| unreadable(path, &error, &place);
        let opened = State::of(&file).map_err(failed)?;
        let watched = file.try_clone().map_err(failed)?;
        let mut file = BufReader::new(file);
        let begin = file.fill_buf().map_err(failed)?;
        // With the mark of UTF-16, or a header in it without one.
        if matches!(begin, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
            || matches!(begin, [0, 1..=255, ..] | [1..=255, 0, ..])
        {
            return Err(IngestReason::from(TableError::Utf16).at(&place));
        }
        // Spreadsheets mark UTF-8 so.
        if begin.starts_with(b"\xef\xbb\xbf") {
            file.consume(3);
        }
        let separator = if tabs { b'\t' } else { b',' };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .quoting(!tabs)
            .from_reader(Strict::new(file.take(TABLE_LIMIT), separator, !tabs));
        let mut table = Table {
            header: Header {
                place,
                positions: BTreeMap::new(),
                declared: BTreeMap::new(),
                width: 0,
            },
            reader,
            file: watched,
            opened,
        };
        let (_, names) = table
            .record()?
            .ok_or_else(|| IngestReason::EmptyTable.at(&table.header.place))?;
        table.header.name(&names, columns)?;
        Ok(table)
    }

    pub(super) fn header(&self) -> &Header<'o> {
        &self.header
    }

    /// The next row.
    pub(super) fn row(&mut self) -> Result<Option<Row<'_, 'o>>, IngestError> {
        Ok(self.record()?.map(|(line, cells)| Row {
            header: &self.header,
            cells,
            line,
        }))
    }

    /// Passes a file that nobody wrote to since it was opened.
    fn check_unchanged(&self) -> Result<(), IngestError> {
        let place = &self.header.place;
        let now = State::of(&self.file);
        let now = now.map_err(|error| unreadable(Path::new(&place.document), &error, place))?;
        if now == self.opened {
            return Ok(());
        }
        let file = place.document.clone();
        Err(IngestReason::Changed { file }.at(place))
    }

    fn record(&mut self) -> Result<Option<(usize, StringRecord)>, IngestError> {
        let mut record = ByteRecord::new();
        let read = self.reader.read_byte_record(&mut record);
        let at = |line| Place {
            line: Some(line),
            ..self.header.place.clone()
        };
        let read = read.map_err(|error| match self.reader.get_ref().fault() {
            Some((line, reason)) => reason.clone().at(&at(*line)),
            None => IngestReason::File {
                file: self.header.place.document.clone(),
                message: error.to_string(),
            }
            .at(&self.header.place),
        })?;
        if !read {
            self.check_unchanged()?;
            return Ok(None);
        }
        let line = record.position().map_or(0, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        match StringRecord::from_byte_record(record) {
            Ok(cells) => Ok(Some((line, cells))),
            Err(_) => Err(IngestReason::from(TableError::NotUtf8).at(&at(line))),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error, place: &Place) -> IngestError {
    IngestReason::File {
        file: path.display().to_string(),
        message: error.to_string(),
    }
    .at(place)
}

impl<'o> Header<'o> {
    fn name(&mut self, names: &StringRecord, columns: Columns<'o>) -> Result<(), IngestError> {
        let known = |name: &str| {
            let mut all = columns.known.iter().chain(columns.also);
            all.find(|known| **known == name).copied()
        };
        let unknown = || TableError::UnknownColumn {
            known: columns.known.iter().chain(columns.also).copied().collect(),
        };
        self.width = names.len();
        if self.width < 2 {
            return Err(IngestReason::OneColumn.at(&self.place));
        }
        for (position, name) in names.iter().enumerate() {
            if columns.ignored.iter().any(|ignored| ignored == name) {
                continue;
            }
            let column = known(name).ok_or_else(|| self.refused(name, unknown()))?;
            if self.positions.insert(column, position).is_some() {
                return Err(self.refused(name, TableError::ColumnTwice));
            }
        }
        for (name, text) in columns.declared {
            let column = known(name).ok_or_else(|| self.refused(name, unknown()))?;
            if self.positions.contains_key(column) {
                return Err(self.refused(name, TableError::DeclaredBeside));
            }
            self.declared.insert(column, text);
        }
        Ok(())
    }

    /// Whether the table has a column, or it is declared for all rows.
    pub(super) fn has(&self, column: &'static str) -> bool {
        self.positions.contains_key(column) || self.declared.contains_key(column)
    }

    /// Passes a table that has a column.
    pub(super) fn need(&self, column: &'static str) -> Result<(), IngestError> {
        if self.has(column) {
            Ok(())
        } else {
            let missing = TableError::MissingColumn { column };
            Err(IngestReason::from(missing).at(&self.place))
        }
    }

    /// Something wrong with a column as a whole.
    pub(super) fn refused(&self, column: &str, error: TableError) -> IngestError {
        self.at_line(1, column, error)
    }

    /// Something wrong on a line that was read before.
    pub(super) fn at_line(
        &self,
        line: usize,
        column: &str,
        reason: impl Into<IngestReason>,
    ) -> IngestError {
        reason.into().at(&Place {
            line: Some(line),
            column: Some(column.to_owned()),
            ..self.place.clone()
        })
    }
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row<'t, 'o> {
    header: &'t Header<'o>,
    cells: StringRecord,
    line: usize,
}

impl Row<'_, '_> {
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Passes a row with as many cells as the header.
    pub(super) fn whole(&self) -> Result<(), IngestError> {
        let (expected, found) = (self.header.width, self.cells.len());
        if expected == found {
            Ok(())
        } else {
            Err(IngestReason::RaggedRow { expected, found }.at(&self.place()))
        }
    }

    /// Whether the table has a column.
    pub(super) fn has(&self, column: &'static str) -> bool {
        self.header.has(column)
    }

    /// The text of a cell; empty where the table has no such column.
    pub(super) fn text(&self, column: &'static str) -> &str {
        match self.header.positions.get(column) {
            Some(position) => self.cells.get(*position).unwrap_or_default(),
            None => self
                .header
                .declared
                .get(column)
                .copied()
                .unwrap_or_default(),
        }
    }

    /// The text of a cell that says something.
    pub(super) fn said(&self, column: &'static str) -> Option<&str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// What a cell says, if it says something.
    pub(super) fn read<T, E: Into<IngestReason>>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, IngestError> {
        self.said(column)
            .map(|text| read(text).map_err(|error| self.at(column, error)))
            .transpose()
    }

    /// What a cell says, which must say something.
    pub(super) fn need<T, E: Into<IngestReason>>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, IngestError> {
        self.header.need(column)?;
        self.read(column, read)?
            .ok_or_else(|| self.at(column, TableError::Empty))
    }

    /// Something wrong with a cell.
    pub(super) fn at(&self, column: &'static str, reason: impl Into<IngestReason>) -> IngestError {
        let text: String = self.text(column).chars().take(SHOWN).collect();
        reason.into().at(&Place {
            column: Some(column.to_owned()),
            text: Some(text).filter(|text| !text.is_empty()),
            ..self.place()
        })
    }

    /// The place of the row.
    pub(super) fn place(&self) -> Place {
        Place {
            line: Some(self.line),
            ..self.header.place.clone()
        }
    }
}

/// Reads a name of the model.
pub(super) fn name<T: std::str::FromStr<Err = ModelError>>(text: &str) -> Result<T, ModelError> {
    text.parse()
}

/// Reads one of a few words.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, TableError> {
    let text: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(text).map_err(|error| TableError::Word {
        message: error.to_string(),
    })
}

/// Reads a whole number from 0, in plain digits.
pub(super) fn whole_number(text: &str) -> Result<u32, TableError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    Some(text)
        .filter(|_| plain)
        .and_then(|text| text.parse().ok())
        .ok_or(TableError::WholeNumber)
}

/// Reads a text that may be absent: `\` is the empty text, and a text that begins with a backslash has one more.
#[expect(clippy::unnecessary_wraps, reason = "reads as the others do")]
pub(super) fn escaped(text: &str) -> Result<String, ModelError> {
    Ok(text.strip_prefix('\\').unwrap_or(text).to_owned())
}

/// A text of any kind.
#[expect(clippy::unnecessary_wraps, reason = "reads as the others do")]
pub(super) fn any(text: &str) -> Result<String, ModelError> {
    Ok(text.to_owned())
}

/// Reads a plain decimal.
pub(super) fn decimal(text: &str) -> Result<rust_decimal::Decimal, ModelError> {
    parse_exact(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_table_that_is_written_to_while_it_is_read_is_refused() {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(b"company,value\nminato,1\nminato,2\n")
            .unwrap();
        let path = file.path().to_owned();
        let declared = BTreeMap::new();
        let open = || {
            let columns = Columns {
                known: &["company", "value"],
                also: &[],
                declared: &declared,
                ignored: &[],
            };
            Table::open(&path, columns).unwrap()
        };
        let mut quiet = open();
        assert_eq!(quiet.row().unwrap().unwrap().text("value"), "1");
        assert_eq!(quiet.row().unwrap().unwrap().text("value"), "2");
        assert!(quiet.row().unwrap().is_none());

        let mut table = open();
        assert_eq!(table.row().unwrap().unwrap().text("value"), "1");
        file.write_all(b"minato,3\n").unwrap();
        let error = loop {
            match table.row() {
                Ok(row) => assert!(row.is_some(), "the change was not noticed"),
                Err(error) => break error,
            }
        };
        assert!(matches!(*error.reason, IngestReason::Changed { .. }));
        assert_eq!(error.place.document, path.display().to_string());
    }
}
