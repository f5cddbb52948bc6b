//! Keys that an entry of a manifest gives though its role makes no use of them.

use super::columns::{Column, Kind};
use super::error::IngestReason;
use super::manifest::{CellEntry, ColumnEntry, ColumnPair, ColumnShare, ProseFigure, RowEntry};

/// Names of keys, each with whether it is given.
type Keys<const N: usize> = [(&'static str, bool); N];

fn only<const N: usize>(
    keys: Keys<N>,
    role: &'static str,
    is_used: impl Fn(&str) -> bool,
) -> Result<(), IngestReason> {
    match keys
        .into_iter()
        .find(|(key, given)| *given && !is_used(key))
    {
        None => Ok(()),
        Some((key, _)) => Err(IngestReason::UnusedKey { key, role }),
    }
}

/// Every key of a column is used by its figures.
pub(super) fn check_column(entry: &ColumnEntry, kinds: &[Kind<'_>]) -> Result<(), IngestReason> {
    let keys = [
        ("scenario", entry.scenario.is_some()),
        ("scope", !entry.scope.is_total()),
        ("published", entry.published.is_some()),
        ("evidence", entry.evidence.is_some()),
        ("unit", entry.unit.is_some()),
        ("scale", entry.scale.is_some()),
        ("decimals", entry.decimals.is_some()),
        ("rounding", entry.rounding.is_some()),
        ("nil", entry.nil.is_some()),
    ];
    let role = match kinds {
        [] => "a column of words",
        [Kind::Facts(_)] => "a column of facts",
        [Kind::Growth(_)] => "a growth column",
        [Kind::Change(_)] => "a change column",
        [Kind::Share(_)] => "a share column",
        [Kind::Translation(_)] => "a translation column",
        [Kind::Unplaced(_)] => "an unplaced column",
        _ => "the figures of this column",
    };
    only(keys, role, |key| {
        kinds.iter().any(|kind| column_uses(*kind, key))
    })
}

fn column_uses(kind: Kind<'_>, key: &str) -> bool {
    match key {
        "published" | "evidence" => is_fact(kind),
        "scenario" | "scope" => is_placed_by_its_column(kind),
        "unit" => is_fact(kind) || matches!(kind, Kind::Change(_)),
        "scale" => has_unit(kind),
        _ => is_read(kind),
    }
}

fn is_fact(kind: Kind<'_>) -> bool {
    matches!(kind, Kind::Facts(_))
}

fn is_read(kind: Kind<'_>) -> bool {
    !matches!(kind, Kind::Unplaced(_))
}

/// Growth rates and shares are in per cent and nothing else.
fn has_unit(kind: Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::Facts(_) | Kind::Change(_) | Kind::Translation(_)
    )
}

/// Figures that name periods, and not other columns.
fn is_placed_by_its_column(kind: Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::Facts(_)
            | Kind::Growth(ColumnPair::Periods(_))
            | Kind::Change(ColumnPair::Periods(_))
            | Kind::Share(ColumnShare::Metric(_))
    )
}

/// Every key of a row is used by the figures of some column.
pub(super) fn check_row(entry: &RowEntry, columns: &[Column<'_>]) -> Result<(), IngestReason> {
    let keys = [
        ("cells", !entry.cells.is_empty()),
        ("positive", entry.positive.is_some()),
        ("at", entry.at.is_some()),
        ("period", entry.period.is_some()),
        ("scenario", entry.scenario.is_some()),
        ("scope", !entry.scope.is_total()),
        ("unit", entry.unit.is_some()),
        ("scale", entry.scale.is_some()),
        ("decimals", entry.decimals.is_some()),
        ("rounding", entry.rounding.is_some()),
        ("nil", entry.nil.is_some()),
    ];
    if entry.heading {
        return only(keys, "a heading row", |_| false);
    }
    if entry.unplaced.is_some() {
        return only(keys, "an unplaced row", |key| key == "cells");
    }
    only(keys, "any column of this table", |key| {
        let mut kinds = columns.iter().flat_map(|column| &column.kinds);
        key == "cells" || kinds.any(|kind| row_uses(*kind, key))
    })
}

fn row_uses(kind: Kind<'_>, key: &str) -> bool {
    match key {
        "positive" | "unit" | "scale" => has_unit(kind),
        "decimals" => is_fact(kind) || matches!(kind, Kind::Change(_)),
        "period" => is_fact(kind),
        _ => is_read(kind),
    }
}

/// Every key of what one cell says differently is used by its figures.
pub(super) fn check_cell(
    row: &RowEntry,
    entry: &CellEntry,
    kinds: &[Kind<'_>],
) -> Result<(), IngestReason> {
    let keys = [
        ("unplaced", entry.unplaced.is_some()),
        ("period", entry.period.is_some()),
        ("scenario", entry.scenario.is_some()),
        ("scope", !entry.scope.is_total()),
        ("unit", entry.unit.is_some()),
        ("scale", entry.scale.is_some()),
        ("decimals", entry.decimals.is_some()),
        ("nil", entry.nil.is_some()),
    ];
    if !kinds.is_empty() && (row.unplaced.is_some() || entry.unplaced.is_some()) {
        return only(keys, "an unplaced cell", |key| key == "unplaced");
    }
    only(keys, "the figures of this cell", |key| {
        kinds.iter().any(|kind| cell_uses(*kind, key))
    })
}

fn cell_uses(kind: Kind<'_>, key: &str) -> bool {
    match key {
        "period" => is_fact(kind),
        _ => column_uses(kind, key),
    }
}

/// Every key of a figure in running text is used by its role.
pub(super) fn check_prose(entry: &ProseFigure) -> Result<(), IngestReason> {
    let keys = [
        ("direction", entry.direction.is_some()),
        ("positive", entry.positive.is_some()),
        ("bound", entry.bound.is_some()),
        ("approximate", entry.approximate),
        ("range", entry.range),
        ("at", entry.at.is_some()),
        ("period", entry.period.is_some()),
        ("scenario", entry.scenario.is_some()),
        ("scope", !entry.scope.is_total()),
        ("published", entry.published.is_some()),
        ("evidence", entry.evidence.is_some()),
        ("unit", entry.unit.is_some()),
        ("scale", entry.scale.is_some()),
        ("decimals", entry.decimals.is_some()),
        ("rounding", entry.rounding.is_some()),
        ("nil", entry.nil.is_some()),
    ];
    only(keys, prose_role(entry), |key| prose_uses(entry, key))
}

fn prose_role(entry: &ProseFigure) -> &'static str {
    if entry.unplaced.is_some() {
        "an unplaced figure"
    } else if entry.qualitative.is_some() {
        "a qualitative figure"
    } else if entry.growth.is_some() {
        "a growth rate"
    } else if entry.change.is_some() {
        "a change"
    } else if entry.share.is_some() {
        "a share"
    } else if entry.translation.is_some() {
        "a translation"
    } else if entry.revision.is_some() {
        "a revision"
    } else {
        "a fact"
    }
}

fn prose_uses(entry: &ProseFigure, key: &str) -> bool {
    let fact = entry.metric.is_some();
    let difference = entry.change.is_some() || entry.revision.is_some();
    match key {
        _ if entry.unplaced.is_some() => false,
        "period" | "published" | "evidence" => fact,
        "at" | "scope" => true,
        "scenario" => entry.revision.is_none(),
        "unit" if entry.qualitative.is_some() => true,
        _ if entry.qualitative.is_some() => false,
        "direction" => difference || entry.growth.is_some(),
        "positive" | "unit" | "scale" => fact || difference || entry.translation.is_some(),
        _ => true,
    }
}
