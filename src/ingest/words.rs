//! The words of a manifest: none is blank, none holds what a reader cannot see.

use crate::model::CELL_TEXT_LIMIT;

use super::error::{IngestError, IngestReason, Place};
use super::manifest::{ColumnEntry, Manifest, ProseEntry, RowEntry, TableEntry};

/// Passes words that say something.
pub(super) fn check_said(what: &'static str, words: &str) -> Result<(), IngestReason> {
    if words.trim().is_empty() {
        return Err(IngestReason::Blank { what });
    }
    check_visible(what, words)
}

/// Passes words, or none, without characters that are not seen.
pub(super) fn check_visible(what: &'static str, words: &str) -> Result<(), IngestReason> {
    match words.chars().find(|c| is_invisible(*c)) {
        None => Ok(()),
        Some(character) => Err(IngestReason::Invisible {
            what,
            code: u32::from(character),
        }),
    }
}

/// Passes a label, or none: visible, and no longer than what is kept. Each cell of its row or column has a copy.
pub(super) fn check_label(what: &'static str, words: &str) -> Result<(), IngestReason> {
    let (length, limit) = (words.len(), CELL_TEXT_LIMIT);
    if length > limit {
        return Err(IngestReason::TooLong {
            what,
            length,
            limit,
        });
    }
    check_visible(what, words)
}

/// Passes words that say something and can be kept.
fn check_kept(what: &'static str, words: &str) -> Result<(), IngestReason> {
    check_label(what, words).and_then(|()| check_said(what, words))
}

/// A control character, or one that breaks lines or turns the direction of writing.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Every word and id of a manifest.
pub(super) fn check_words(manifest: &Manifest, place: &Place) -> Result<(), IngestError> {
    let document = &manifest.document;
    check_said("the title", &document.title)
        .and_then(|()| check_said("the issuer", &document.issuer))
        .map_err(|reason| reason.at(place))?;
    for table in &manifest.table {
        check_table(table, place)?;
    }
    manifest
        .prose
        .iter()
        .try_for_each(|prose| check_prose(prose, place))
}

fn check_id(id: &str) -> Result<(), IngestReason> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if (1..=32).contains(&id.len()) && id.bytes().all(plain) {
        Ok(())
    } else {
        Err(IngestReason::EntryId { id: id.into() })
    }
}

fn check_table(table: &TableEntry, document: &Place) -> Result<(), IngestError> {
    check_id(&table.id).map_err(|reason| reason.at(document))?;
    let place = Place {
        table: Some(table.id.clone()),
        ..document.clone()
    };
    check_kept("the table's title", &table.title)
        .and_then(|()| check_kept("the table's place", &table.place))
        .map_err(|reason| reason.at(&place))?;
    for column in &table.columns {
        check_column(column).map_err(|reason| {
            reason.at(&Place {
                column: Some(column.head.clone()),
                ..place.clone()
            })
        })?;
    }
    for row in &table.rows {
        check_row(row).map_err(|reason| {
            reason.at(&Place {
                row: Some(row.label.clone()),
                ..place.clone()
            })
        })?;
    }
    Ok(())
}

fn check_column(column: &ColumnEntry) -> Result<(), IngestReason> {
    check_label("the heading", &column.head)?;
    let figures = column.figures.iter().flatten();
    let reasons = figures.filter_map(|figure| figure.unplaced.as_ref());
    for reason in reasons.chain(&column.unplaced) {
        check_kept("the reason for unplaced", reason)?;
    }
    if let Some(id) = &column.id {
        check_kept("the column's id", id)?;
    }
    if let Some(evidence) = &column.evidence {
        check_kept("the evidence", evidence)?;
    }
    Ok(())
}

fn check_row(row: &RowEntry) -> Result<(), IngestReason> {
    check_label("the label", &row.label)?;
    let cells = row.cells.values();
    let reasons = cells.filter_map(|cell| cell.unplaced.as_ref());
    for reason in reasons.chain(&row.unplaced) {
        check_kept("the reason for unplaced", reason)?;
    }
    Ok(())
}

fn check_prose(prose: &ProseEntry, document: &Place) -> Result<(), IngestError> {
    check_id(&prose.id).map_err(|reason| reason.at(document))?;
    let place = |address: String| Place {
        table: Some(address),
        ..document.clone()
    };
    check_kept("the sentence's place", &prose.place)
        .map_err(|reason| reason.at(&place(prose.id.clone())))?;
    for (index, figure) in prose.figures.iter().enumerate() {
        let words = [
            ("the text", &figure.text),
            ("a qualitative figure", &figure.qualitative),
            ("the reason for unplaced", &figure.unplaced),
            ("the evidence", &figure.evidence),
        ];
        for (what, words) in words {
            let Some(words) = words else { continue };
            check_kept(what, words)
                .map_err(|reason| reason.at(&place(format!("{}!{}", prose.id, index + 1))))?;
        }
    }
    Ok(())
}
