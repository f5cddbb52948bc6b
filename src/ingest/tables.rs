//! A table and its manifest entry become figures: facts, checks of other cells, or unplaced.

use std::collections::HashMap;
use std::path::Path;

use crate::model::{Cell, Claim, FactKey, Metric, Nil, Operand, Rounding, Scope, Unit};

use super::columns::{Column, Kind, columns};
use super::error::{IngestError, IngestReason, Place};
use super::figure::Declared;
use super::file::inside;
use super::manifest::{CellEntry, ColumnPair, ColumnShare, RowEntry, TableEntry};
use super::matching::{match_columns, match_rows};
use super::place::{Spot, Subject, rate, translated};
use super::printed::{Printed, Reading, read, read_all};
use super::release::{ReleaseFigure, Role};
use super::table::{Grid, Line, read_grid};
use super::unused::{check_cell, check_row};

struct Table<'m> {
    subject: &'m Subject,
    entry: &'m TableEntry,
    columns: Vec<Column<'m>>,
    /// The rows of figures of each label.
    labelled: HashMap<&'m str, Vec<&'m RowEntry>>,
    rounding: Rounding,
    nil: Option<Nil>,
}

/// Reads a table file and maps its cells.
pub(super) fn read_table(
    folder: &Path,
    subject: &Subject,
    entry: &TableEntry,
    defaults: (Rounding, Option<Nil>),
    document: &Place,
) -> Result<Vec<ReleaseFigure>, IngestError> {
    let place = Place {
        table: Some(entry.id.clone()),
        ..document.clone()
    };
    let path = inside(folder, &entry.file, &place)?;
    let grid = read_grid(&path, entry.header_rows, &place)?;
    let table = Table {
        subject,
        entry,
        columns: columns(subject, entry, &place)?,
        labelled: labelled(&entry.rows),
        rounding: entry.rounding.unwrap_or(defaults.0),
        nil: entry.nil.or(defaults.1),
    };
    match_columns(&table.columns, &grid, &place)?;
    match_rows(&entry.rows, &grid, &place)?;
    let mut figures = Vec::new();
    for (line, row) in grid.lines.iter().zip(&entry.rows) {
        let at = Place {
            row: Some(line.label.clone()),
            line: Some(line.number),
            ..place.clone()
        };
        table.read_line(&grid, line, row, &at, &mut figures)?;
    }
    if figures.is_empty() {
        return Err(IngestReason::EmptyTable.at(&place));
    }
    Ok(figures)
}

fn labelled(rows: &[RowEntry]) -> HashMap<&str, Vec<&RowEntry>> {
    let mut labelled: HashMap<&str, Vec<&RowEntry>> = HashMap::new();
    for row in rows.iter().filter(|row| row.metric.is_some()) {
        labelled.entry(&row.label).or_default().push(row);
    }
    labelled
}

impl<'m> Table<'m> {
    fn read_line(
        &self,
        grid: &Grid,
        line: &Line,
        row: &'m RowEntry,
        place: &Place,
        figures: &mut Vec<ReleaseFigure>,
    ) -> Result<(), IngestError> {
        let roles = usize::from(row.heading)
            + usize::from(row.metric.is_some())
            + usize::from(row.unplaced.is_some());
        if roles != 1 {
            return Err(IngestReason::Role {
                what: "a row",
                roles: "heading, metric, unplaced",
                found: roles,
            }
            .at(place));
        }
        self.check_keys(row, place)?;
        let first = figures.len();
        let cells = line.cells.iter().zip(&self.columns).zip(&grid.headings);
        for (index, ((text, column), heading)) in cells.enumerate() {
            if text.is_empty() || column.kinds.is_empty() && !row.heading {
                continue;
            }
            let at = Place {
                column: Some(heading.clone()),
                text: Some(text.clone()),
                ..place.clone()
            };
            if row.heading {
                return Err(IngestReason::FiguresInHeading.at(&at));
            }
            let cell = Cell {
                address: format!("{}!R{}C{}", self.entry.id, line.number, index + 2),
                place: self.printed_place(),
                row: line.label.clone(),
                column: heading.clone(),
                text: text.clone(),
                scale: 0,
                unplaced: None,
            };
            self.read_cell(row, column, &cell, figures)
                .and_then(|()| given_once(figures.get(first..).unwrap_or_default()))
                .map_err(|reason| reason.at(&at))?;
        }
        Ok(())
    }

    fn check_keys(&self, row: &RowEntry, place: &Place) -> Result<(), IngestError> {
        check_row(row, &self.columns).map_err(|reason| reason.at(place))?;
        for (id, cell) in &row.cells {
            let Some(column) = self.column(id) else {
                return Err(IngestReason::NoColumn { name: id.clone() }.at(place));
            };
            let at = Place {
                column: Some(column.entry.head.clone()),
                ..place.clone()
            };
            check_cell(row, cell, &column.kinds).map_err(|reason| reason.at(&at))?;
        }
        Ok(())
    }

    fn read_cell(
        &self,
        row: &'m RowEntry,
        column: &Column<'m>,
        cell: &Cell,
        figures: &mut Vec<ReleaseFigure>,
    ) -> Result<(), IngestReason> {
        let reading = Reading {
            decimal_comma: self.entry.decimal_comma,
        };
        let own = row.cells.get(column.id);
        let unplaced = own
            .and_then(|cell| cell.unplaced.as_deref())
            .or(row.unplaced.as_deref());
        let parts: Vec<(Printed, Kind<'_>)> = if let Some(reason) = unplaced {
            let all = read_all(&cell.text, reading)?;
            all.into_iter()
                .map(|printed| (printed, Kind::Unplaced(reason)))
                .collect()
        } else if let (Some(percent), [fact]) = (&column.entry.percent, column.kinds.as_slice()) {
            let all = read_all(&cell.text, reading)?;
            let is_percent = |printed: &Printed| matches!(printed, Printed::Number(n) if n.percent);
            let shares = all.iter().filter(|printed| is_percent(printed)).count();
            if all.len() - shares != 1 || shares > 1 {
                return Err(IngestReason::FigureCount {
                    expected: 2,
                    found: all.len(),
                });
            }
            all.into_iter()
                .map(|printed| {
                    let kind = if is_percent(&printed) {
                        Kind::Share(&percent.share)
                    } else {
                        *fact
                    };
                    (printed, kind)
                })
                .collect()
        } else if column.entry.figures.is_some() {
            let all = read_all(&cell.text, reading)?;
            if all.len() != column.kinds.len() {
                return Err(IngestReason::FigureCount {
                    expected: column.kinds.len(),
                    found: all.len(),
                });
            }
            all.into_iter().zip(column.kinds.iter().copied()).collect()
        } else {
            let printed = read(&cell.text, reading)?;
            column
                .kinds
                .iter()
                .map(|kind| (printed.clone(), *kind))
                .collect()
        };
        for (printed, kind) in parts {
            let (role, power) = self.role(row, column, own, &printed, kind)?;
            figures.push(ReleaseFigure {
                cell: Cell {
                    scale: power,
                    ..cell.clone()
                },
                rank: self.entry.rank,
                role,
            });
        }
        Ok(())
    }

    /// What a printed figure is, and the power of ten of its scale.
    fn role(
        &self,
        row: &'m RowEntry,
        column: &Column<'m>,
        own: Option<&CellEntry>,
        printed: &Printed,
        kind: Kind<'_>,
    ) -> Result<(Role, u32), IngestReason> {
        if let Kind::Unplaced(reason) = kind {
            return Ok((Role::Unplaced(reason.to_owned()), 0));
        }
        let metric = self.metric(row)?;
        let declared = self.declared(row, column, own, metric)?;
        let check = |claim, read: super::figure::Read| {
            Ok((
                Role::Check {
                    claim: self.subject.claim(claim)?,
                    figure: read.figure,
                },
                read.power,
            ))
        };
        // A row's declared precision is that of its facts, not of the percentages beside them.
        let beside = Declared {
            decimals: own.and_then(|cell| cell.decimals).or(column.entry.decimals),
            ..declared.clone()
        };
        match kind {
            Kind::Facts(period) => {
                let read = declared.figure(printed, metric)?;
                let spot = self.spot_in(row, column, Some(period))?;
                Subject::check(&spot, &read.figure, metric, column.published)?;
                let fact: FactKey = self.subject.fact(spot, read.unit);
                Ok((
                    Role::Fact {
                        fact,
                        figure: read.figure,
                        published: column.published,
                    },
                    read.power,
                ))
            }
            Kind::Growth(pair) => {
                let (of, over) = self.pair(row, column, pair)?;
                let claim = Claim::Growth { of, over };
                check(claim, beside.percentage(printed)?)
            }
            Kind::Change(pair) => {
                let (of, over) = self.pair(row, column, pair)?;
                let claim = Claim::Difference { of, over };
                check(claim, declared.difference(printed, metric)?)
            }
            Kind::Share(share) => {
                let (part, whole) = self.share(row, column, share)?;
                let claim = Claim::Share {
                    part: self.subject.operand(part),
                    whole: self.subject.operand(whole),
                };
                check(claim, beside.percentage(printed)?)
            }
            Kind::Translation(translation) => {
                let original = self.facts_column(&translation.of)?;
                let of = self.spot(row, original)?;
                let unit = own_unit(row, original);
                let unit = unit.or(self.entry.unit.as_ref());
                let unit = translated(unit, translation.currency)?;
                let beside = Declared {
                    own_unit: Some(unit),
                    ..beside
                };
                let claim = Claim::Translation {
                    of: self.subject.operand(of),
                    into: translation.currency,
                    rate: rate(&translation.rate)?,
                };
                check(claim, beside.figure(printed, metric)?)
            }
            Kind::Unplaced(reason) => Ok((Role::Unplaced(reason.to_owned()), 0)),
        }
    }

    /// Where the table stands, with its title where that begins so: "Table 1. Revenues".
    fn printed_place(&self) -> String {
        let (place, title) = (&self.entry.place, &self.entry.title);
        if title.starts_with(place) {
            title.clone()
        } else {
            place.clone()
        }
    }

    fn metric(&self, row: &RowEntry) -> Result<&Metric, IngestReason> {
        match &row.metric {
            Some(path) => self.subject.metric(path),
            None => Err(IngestReason::NotAFigure),
        }
    }

    fn declared(
        &self,
        row: &RowEntry,
        column: &Column<'_>,
        own: Option<&CellEntry>,
        metric: &Metric,
    ) -> Result<Declared, IngestReason> {
        let entry = column.entry;
        Ok(Declared {
            own_unit: own_unit(row, column).cloned(),
            table_unit: self.entry.unit.clone(),
            own_scale: own.and_then(|c| c.scale).or(row.scale).or(entry.scale),
            table_scale: self.entry.scale,
            decimals: own
                .and_then(|c| c.decimals)
                .or(row.decimals)
                .or(entry.decimals),
            rounding: row.rounding.or(entry.rounding).unwrap_or(self.rounding),
            nil: own
                .and_then(|c| c.nil)
                .or(row.nil)
                .or(entry.nil)
                .or(self.nil),
            bound: None,
            approximate: false,
            direction: None,
            turned: Subject::turned(row.positive.as_deref(), metric)?,
        })
    }

    fn column(&self, id: &str) -> Option<&Column<'m>> {
        self.columns.iter().find(|column| column.id == id)
    }

    fn facts_column(&self, id: &str) -> Result<&Column<'m>, IngestReason> {
        self.column(id)
            .filter(|column| column.entry.period.is_some())
            .ok_or_else(|| IngestReason::NoColumn { name: id.into() })
    }

    /// Where the fact of a row and a column stands.
    fn spot(&self, row: &RowEntry, column: &Column<'_>) -> Result<Spot, IngestReason> {
        self.spot_in(row, column, column.entry.period.as_deref())
    }

    /// The same, unless row or cell say otherwise in a period of the column.
    fn spot_in(
        &self,
        row: &RowEntry,
        column: &Column<'_>,
        period: Option<&str>,
    ) -> Result<Spot, IngestReason> {
        let own = row.cells.get(column.id);
        let period = own
            .and_then(|cell| cell.period.as_deref())
            .or(row.period.as_deref())
            .or(period)
            .ok_or(IngestReason::MissingPeriod)?;
        self.spot_at(row, column, period)
    }

    fn spot_at(
        &self,
        row: &RowEntry,
        column: &Column<'_>,
        period: &str,
    ) -> Result<Spot, IngestReason> {
        let own = row.cells.get(column.id);
        let metric = self.metric(row)?;
        let scope = column.entry.scope.narrowed(&row.scope);
        Ok(Spot {
            metric: metric.path.clone(),
            period: self.subject.period(period, metric, row.at)?,
            scenario: own
                .and_then(|cell| cell.scenario)
                .or(row.scenario)
                .or(column.entry.scenario)
                .unwrap_or_default(),
            scope: own.map_or_else(|| scope.clone(), |cell| scope.narrowed(&cell.scope)),
        })
    }

    fn pair(
        &self,
        row: &RowEntry,
        column: &Column<'_>,
        pair: &ColumnPair,
    ) -> Result<(Operand, Operand), IngestReason> {
        let (of, over) = match pair {
            ColumnPair::Columns(pair) => (
                self.spot(row, self.facts_column(&pair.of)?)?,
                self.spot(row, self.facts_column(&pair.over)?)?,
            ),
            ColumnPair::Periods(pair) => (
                self.spot_at(row, column, &pair.period)?,
                self.spot_at(row, column, &pair.base)?,
            ),
        };
        self.subject.compared(of, over)
    }

    fn share(
        &self,
        row: &RowEntry,
        column: &Column<'m>,
        share: &ColumnShare,
    ) -> Result<(Spot, Spot), IngestReason> {
        match share {
            ColumnShare::Row(share) => {
                let of = match &share.of {
                    Some(id) => self.facts_column(id)?,
                    None => column,
                };
                match self.labelled.get(share.row.as_str()).map(Vec::as_slice) {
                    Some([whole]) => Ok((self.spot(row, of)?, self.spot(whole, of)?)),
                    _ => Err(IngestReason::NoRow {
                        label: share.row.clone(),
                    }),
                }
            }
            ColumnShare::Metric(share) => {
                let part = self.spot_at(row, column, &share.period)?;
                let whole = self.subject.metric(&share.of)?;
                let whole = Spot {
                    metric: whole.path.clone(),
                    period: self.subject.period(&share.period, whole, None)?,
                    scenario: part.scenario,
                    scope: Scope::total(),
                };
                Ok((part, whole))
            }
        }
    }
}

/// The unit of a cell, its row or its column.
fn own_unit<'a>(row: &'a RowEntry, column: &Column<'a>) -> Option<&'a Unit> {
    let cell = row.cells.get(column.id);
    cell.and_then(|cell| cell.unit.as_ref())
        .or(row.unit.as_ref())
        .or(column.entry.unit.as_ref())
}

/// The figures of one row give no fact twice.
fn given_once(row: &[ReleaseFigure]) -> Result<(), IngestReason> {
    let mut given = HashMap::new();
    for printed in row {
        if let Role::Fact {
            fact, published, ..
        } = &printed.role
            && let Some(other) = given.insert((fact, published), &printed.cell.address)
        {
            return Err(IngestReason::GivenTwice {
                fact: fact.to_string(),
                other: other.clone(),
            });
        }
    }
    Ok(())
}
