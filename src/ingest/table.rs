//! A table file as a grid of printed cells.

use std::path::Path;

use crate::model::CELL_TEXT_LIMIT;

use super::error::{IngestError, IngestReason, Place};
use super::file::read_text;
use super::words::check_label;

/// The most cells of a table, labels and headings among them.
const CELL_LIMIT: usize = 1 << 18;

/// A table as printed: heading lines, then lines of a label and cells.
#[derive(Debug)]
pub(super) struct Grid {
    /// The headings of the columns after the label, joined from the heading lines.
    pub(super) headings: Vec<String>,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug)]
pub(super) struct Line {
    /// The line of the file, from 1.
    pub(super) number: usize,
    pub(super) label: String,
    pub(super) cells: Vec<String>,
}

/// Reads a `.tsv` or `.csv` file with so many heading lines.
pub(super) fn read_grid(
    path: &Path,
    header_rows: usize,
    place: &Place,
) -> Result<Grid, IngestError> {
    let text = read_text(path, place)?;
    let comma = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let mut lines = read_lines(&text, comma, path, place)?;
    let Some(expected) = lines.first().map(|(_, cells)| cells.len()) else {
        return Err(IngestReason::EmptyTable.at(place));
    };
    if let Some((number, cells)) = lines.iter().find(|(_, cells)| cells.len() != expected) {
        let at = Place {
            row: cells.first().cloned(),
            line: Some(*number),
            ..place.clone()
        };
        let found = cells.len();
        return Err(IngestReason::RaggedRow { expected, found }.at(&at));
    }
    if expected < 2 {
        return Err(IngestReason::OneColumn.at(place));
    }
    if lines.len() <= header_rows {
        return Err(IngestReason::EmptyTable.at(place));
    }
    let body = lines.split_off(header_rows);
    let grid = Grid {
        headings: headings(&lines, expected).map_err(|reason| reason.at(place))?,
        lines: body.into_iter().map(line).collect(),
    };
    check_grid(&grid, place)?;
    Ok(grid)
}

fn line((number, mut cells): (usize, Vec<String>)) -> Line {
    let label = if cells.is_empty() {
        String::new()
    } else {
        cells.remove(0)
    };
    Line {
        number,
        label,
        cells,
    }
}

/// The cells of every line, with its number from 1. The reader would pass over blank lines.
fn read_lines(
    text: &str,
    comma: bool,
    path: &Path,
    place: &Place,
) -> Result<Vec<(usize, Vec<String>)>, IngestError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if comma { b',' } else { b'\t' })
        .quoting(comma)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut lines = Vec::new();
    let mut number = 1;
    let mut cells: usize = 0;
    let mut rest = text;
    while let Some(first) = rest.lines().next() {
        if first.trim_matches(' ').is_empty() {
            return Err(IngestReason::BlankLine { line: number }.at(place));
        }
        reader.read_record(&mut record).map_err(|error| {
            IngestReason::File {
                file: path.display().to_string(),
                message: error.to_string(),
            }
            .at(place)
        })?;
        cells = cells.saturating_add(record.len());
        if cells > CELL_LIMIT {
            let (what, limit) = ("cells in the table", CELL_LIMIT);
            return Err(IngestReason::TooMany { what, limit }.at(place));
        }
        lines.push((number, record.iter().map(str::to_owned).collect()));
        let read = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        let after = text.get(read..).unwrap_or_default();
        let passed = rest.get(..rest.len() - after.len()).unwrap_or_default();
        number += passed.matches('\n').count();
        rest = after;
    }
    Ok(lines)
}

fn check_grid(grid: &Grid, place: &Place) -> Result<(), IngestError> {
    for heading in &grid.headings {
        check_label("the heading", heading).map_err(|reason| {
            reason.at(&Place {
                column: Some(heading.clone()),
                ..place.clone()
            })
        })?;
    }
    for line in &grid.lines {
        check_label("the label", &line.label).map_err(|reason| {
            reason.at(&Place {
                row: Some(line.label.clone()),
                line: Some(line.number),
                ..place.clone()
            })
        })?;
    }
    Ok(())
}

/// The heading of each column after the label: its heading cells top-down, where an empty one above the
/// last line takes the cell to its left.
fn headings(lines: &[(usize, Vec<String>)], width: usize) -> Result<Vec<String>, IngestReason> {
    let mut columns: Vec<Vec<&str>> = vec![Vec::new(); width];
    for (index, (_, cells)) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        let mut spanning = "";
        for (nth, (column, cell)) in columns.iter_mut().zip(cells).enumerate() {
            // The label's own heading does not span the columns of figures.
            if !cell.is_empty() || last || nth == 1 {
                spanning = cell;
            }
            if !spanning.is_empty() {
                column.push(spanning);
            }
        }
    }
    columns
        .iter()
        .skip(1)
        .map(|parts| {
            // One long cell can span a great many columns: its length is looked at before it is copied for each.
            let length = parts.iter().map(|part| part.len() + 3).sum::<usize>();
            let (what, limit) = ("the heading", CELL_TEXT_LIMIT);
            match length.saturating_sub(3) {
                length if length <= limit => Ok(parts.join(" / ")),
                length => Err(IngestReason::TooLong {
                    what,
                    length,
                    limit,
                }),
            }
        })
        .collect()
}
