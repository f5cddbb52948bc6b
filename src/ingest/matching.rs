//! The columns and rows of a manifest, side by side with those of the table file.

use std::collections::HashMap;

use super::columns::Column;
use super::error::{IngestError, IngestReason, Place};
use super::manifest::RowEntry;
use super::table::Grid;

type Counts<'a> = HashMap<&'a str, usize>;

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> Counts<'a> {
    let mut counts = Counts::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The first name that is declared more often than it is printed, and printed at all.
fn mapped_twice<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    printed: &Counts<'_>,
) -> Option<&'a str> {
    let declared = counts(names.clone());
    let mut names = names;
    names.find(|name| {
        printed
            .get(name)
            .is_some_and(|n| declared.get(name) > Some(n))
    })
}

/// Every column of the manifest is that of the table.
pub(super) fn match_columns(
    columns: &[Column<'_>],
    grid: &Grid,
    place: &Place,
) -> Result<(), IngestError> {
    let at = |column: &str| Place {
        column: Some(column.into()),
        ..place.clone()
    };
    let printed = counts(grid.headings.iter().map(String::as_str));
    let heads = columns.iter().map(|column| column.entry.head.as_str());
    if let Some(head) = mapped_twice(heads.clone(), &printed) {
        return Err(IngestReason::MappedTwice.at(&at(head)));
    }
    if columns.len() != grid.headings.len() {
        return Err(IngestReason::ColumnCount {
            expected: columns.len(),
            found: grid.headings.len(),
        }
        .at(place));
    }
    for (head, found) in heads.zip(&grid.headings) {
        if head != found {
            return Err(IngestReason::Heading {
                expected: head.into(),
                found: found.clone(),
            }
            .at(&at(found)));
        }
    }
    Ok(())
}

/// Every row of the manifest is that of the table.
pub(super) fn match_rows(rows: &[RowEntry], grid: &Grid, place: &Place) -> Result<(), IngestError> {
    let at = |label: &str, line| Place {
        row: Some(label.into()),
        line,
        ..place.clone()
    };
    let printed = counts(grid.lines.iter().map(|line| line.label.as_str()));
    let labels = rows.iter().map(|row| row.label.as_str());
    if let Some(label) = mapped_twice(labels.clone(), &printed) {
        return Err(IngestReason::MappedTwice.at(&at(label, None)));
    }
    let mut expected = labels.clone();
    for line in &grid.lines {
        let declared = expected.next();
        if declared == Some(line.label.as_str()) {
            continue;
        }
        let expected = declared.unwrap_or_default().to_owned();
        let elsewhere = labels.clone().any(|label| label == line.label);
        let reason = if elsewhere {
            IngestReason::LabelOrder { expected }
        } else {
            IngestReason::UnknownLabel { expected }
        };
        return Err(reason.at(&at(&line.label, Some(line.number))));
    }
    match expected.next() {
        None => Ok(()),
        Some(label) => Err(IngestReason::MissingRow.at(&at(label, None))),
    }
}
