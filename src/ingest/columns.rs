//! The columns of a table, with what their cells are.

use chrono::NaiveDate;

use crate::model::Period;

use super::error::{IngestError, IngestReason, Place};
use super::manifest::{ColumnEntry, ColumnPair, ColumnShare, ColumnTranslation, TableEntry};
use super::place::Subject;
use super::unused::check_column;

/// What a column's cells are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'m> {
    /// Facts of a period.
    Facts(&'m str),
    Growth(&'m ColumnPair),
    Change(&'m ColumnPair),
    Share(&'m ColumnShare),
    Translation(&'m ColumnTranslation),
    Unplaced(&'m str),
}

/// A column of the manifest with what its cells are; none for words.
pub(super) struct Column<'m> {
    pub(super) id: &'m str,
    pub(super) entry: &'m ColumnEntry,
    pub(super) kinds: Vec<Kind<'m>>,
    pub(super) published: NaiveDate,
    /// The dates of a column of facts, whatever their label.
    period: Option<Period>,
}

impl Column<'_> {
    /// Whether both columns are the same facts, unless their rows say otherwise.
    fn repeats(&self, other: &Column<'_>, table: &TableEntry) -> bool {
        let unit =
            |column: &Column<'_>| column.entry.unit.as_ref().or(table.unit.as_ref()).cloned();
        self.period.is_some()
            && self.period == other.period
            && self.entry.scenario.unwrap_or_default() == other.entry.scenario.unwrap_or_default()
            && self.entry.scope == other.entry.scope
            && self.published == other.published
            && unit(self) == unit(other)
    }
}

/// The columns with their roles.
pub(super) fn columns<'m>(
    subject: &Subject,
    entry: &'m TableEntry,
    place: &Place,
) -> Result<Vec<Column<'m>>, IngestError> {
    let mut columns: Vec<Column<'m>> = Vec::new();
    for column in &entry.columns {
        let at = Place {
            column: Some(column.head.clone()),
            ..place.clone()
        };
        let id = column.id.as_deref().unwrap_or(&column.head);
        if columns.iter().any(|other| other.id == id) {
            return Err(IngestReason::DeclaredTwice {
                what: "column",
                name: id.into(),
            }
            .at(&at));
        }
        let column = one_column(subject, column, id).map_err(|reason| reason.at(&at))?;
        if let Some(other) = columns.iter().find(|other| column.repeats(other, entry)) {
            let other = other.id.to_owned();
            return Err(IngestReason::DuplicateColumn { other }.at(&at));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn one_column<'m>(
    subject: &Subject,
    entry: &'m ColumnEntry,
    id: &'m str,
) -> Result<Column<'m>, IngestReason> {
    let kinds = kinds(entry)?;
    check_column(entry, &kinds)?;
    let period = entry.period.as_deref().map(|text| subject.dates(text));
    Ok(Column {
        id,
        entry,
        kinds,
        published: subject.publication(entry.published, entry.evidence.as_deref())?,
        period: period.transpose()?,
    })
}

fn kinds(column: &ColumnEntry) -> Result<Vec<Kind<'_>>, IngestReason> {
    let mut kinds = one_kind(
        column.period.as_deref(),
        column.growth.as_ref(),
        column.change.as_ref(),
        column.share.as_ref(),
        column.unplaced.as_deref(),
    );
    kinds.extend(column.translation.as_ref().map(Kind::Translation));
    let mut roles = kinds.len() + usize::from(column.text);
    if let Some(figures) = &column.figures {
        roles += 1;
        for figure in figures {
            let kind = one_kind(
                figure.period.as_deref(),
                figure.growth.as_ref(),
                figure.change.as_ref(),
                figure.share.as_ref(),
                figure.unplaced.as_deref(),
            );
            if kind.len() != 1 {
                return Err(IngestReason::Role {
                    what: "each of a column's figures",
                    roles: "period, growth, change, share, unplaced",
                    found: kind.len(),
                });
            }
            kinds.extend(kind);
        }
    }
    if roles == 1 && (column.percent.is_none() || column.period.is_some()) {
        Ok(kinds)
    } else {
        Err(IngestReason::Role {
            what: "a column",
            roles: "period (which percent may go with), growth, change, share, translation, text, unplaced, figures",
            found: roles + usize::from(column.percent.is_some()),
        })
    }
}

fn one_kind<'m>(
    period: Option<&'m str>,
    growth: Option<&'m ColumnPair>,
    change: Option<&'m ColumnPair>,
    share: Option<&'m ColumnShare>,
    unplaced: Option<&'m str>,
) -> Vec<Kind<'m>> {
    [
        period.map(Kind::Facts),
        growth.map(Kind::Growth),
        change.map(Kind::Change),
        share.map(Kind::Share),
        unplaced.map(Kind::Unplaced),
    ]
    .into_iter()
    .flatten()
    .collect()
}
