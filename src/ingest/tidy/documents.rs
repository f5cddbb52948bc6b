//! `documents.csv` and `cells.csv`: where the figures of a tidy table were printed.

use std::collections::BTreeMap;
use std::path::Path;

use super::columns::{CELLS, CELLS_FILE, DOCUMENTS, DOCUMENTS_FILE};
use super::error::TableError;
use super::table::{Columns, Row, Table, escaped, name, whole_number, word};
use crate::ingest::error::IngestError;
use crate::ingest::filing::Filing;
use crate::model::{Cell, Document, Id, parse_date};

/// The documents beside a table, in their order.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) filings: Vec<Filing>,
    /// The number of each in `filings`.
    numbers: BTreeMap<Id, usize>,
    /// Whether their cells are given too.
    pub(super) with_cells: bool,
}

impl Documents {
    /// Reads both files; `None` where there is no `documents.csv`.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, IngestError> {
        let (documents, cells) = (folder.join(DOCUMENTS_FILE), folder.join(CELLS_FILE));
        if !documents.exists() && !cells.exists() {
            return Ok(None);
        }
        let mut read = Self {
            filings: Vec::new(),
            numbers: BTreeMap::new(),
            with_cells: cells.exists(),
        };
        read.read_documents(&documents)?;
        if read.with_cells {
            read.read_cells(&cells)?;
        }
        Ok(Some(read))
    }

    /// The document that a row is of.
    pub(super) fn of(&mut self, row: &Row<'_, '_>) -> Result<&mut Filing, IngestError> {
        let source: Id = row.need("source", name)?;
        let number = self.numbers.get(&source);
        number
            .and_then(|number| self.filings.get_mut(*number))
            .ok_or_else(|| row.at("source", TableError::NoDocument { source_id: source }))
    }

    fn read_documents(&mut self, path: &Path) -> Result<(), IngestError> {
        let declared = BTreeMap::new();
        let mut table = Table::open(path, all(&DOCUMENTS, &declared))?;
        for column in ["title", "issuer"] {
            table.header().need(column)?;
        }
        let mut lines = BTreeMap::new();
        while let Some(row) = table.row()? {
            let document = document(&row)?;
            let id = document.id.clone();
            if let Some(line) = lines.insert(id.clone(), row.line()) {
                return Err(row.at("source", TableError::Twice { line }));
            }
            self.numbers.insert(id, self.filings.len());
            self.filings.push(Filing {
                document,
                cells: Vec::new(),
                facts: Vec::new(),
                checks: Vec::new(),
            });
        }
        Ok(())
    }

    /// Cells stand in any order, and each number has one.
    fn read_cells(&mut self, path: &Path) -> Result<(), IngestError> {
        let declared = BTreeMap::new();
        let mut table = Table::open(path, all(&CELLS, &declared))?;
        for column in ["address", "place", "row", "column", "text"] {
            table.header().need(column)?;
        }
        let mut found: BTreeMap<(Id, u32), (usize, Cell)> = BTreeMap::new();
        while let Some(row) = table.row()? {
            row.whole()?;
            let id = self.of(&row)?.document.id.clone();
            let key = (id, row.need("cell", whole_number)?);
            let cell = cell(&row)?;
            if let Some((line, _)) = found.get(&key) {
                return Err(row.at("cell", TableError::Twice { line: *line }));
            }
            found.insert(key, (row.line(), cell));
        }
        for ((source_id, number), (line, cell)) in found {
            let filing = self.numbers.get(&source_id);
            let Some(filing) = filing.and_then(|number| self.filings.get_mut(*number)) else {
                continue;
            };
            let count = filing.cells.len();
            if usize::try_from(number) != Ok(count) {
                let missing = TableError::CellBefore { number: count };
                return Err(table.header().at_line(line, "cell", missing));
            }
            filing.cells.push(cell);
        }
        Ok(())
    }
}

pub(super) fn all<'o>(
    known: &'static [&'static str],
    declared: &'o BTreeMap<String, String>,
) -> Columns<'o> {
    Columns {
        known,
        also: &[],
        declared,
        ignored: &[],
    }
}

fn document(row: &Row<'_, '_>) -> Result<Document, IngestError> {
    row.whole()?;
    Ok(Document {
        id: row.need("source", name)?,
        title: row.text("title").to_owned(),
        issuer: row.text("issuer").to_owned(),
        kind: row.need("kind", word)?,
        published: row.need("published", parse_date)?,
        utc_offset: row.read("utc_offset", name)?,
        reports: row.read("reports", escaped)?,
    })
}

fn cell(row: &Row<'_, '_>) -> Result<Cell, IngestError> {
    let text = |column| row.text(column).to_owned();
    Ok(Cell {
        address: text("address"),
        place: text("place"),
        row: text("row"),
        column: text("column"),
        text: text("text"),
        scale: row.need("scale", whole_number)?,
        unplaced: row.read("unplaced", escaped)?,
    })
}
