//! The rows of a panel, and those that are plain amounts beside each other.

use serde::Serialize;

use crate::model::Unit;

use super::dated_amount::DatedAmount;
use super::panel::PanelRow;
use super::point::Point;

/// The figure of a row of a [`Panel`](crate::Panel) that is a plain amount, in brief.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct PanelAmount {
    /// The number of the company, in this database: see [`Reader::company_number`](crate::Reader::company_number).
    pub company: u32,
    /// The place of its row in the panel.
    pub row: usize,
    /// The place of its unit in [`Panel::units`](crate::Panel::units).
    pub unit: usize,
    /// The figure.
    pub fact: DatedAmount,
}

/// The rows of a panel.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct PanelRows {
    rows: Vec<PanelRow>,
    amounts: Vec<PanelAmount>,
    units: Vec<Unit>,
}

impl PanelRows {
    pub(crate) fn new(rows: Vec<PanelRow>) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        let mut amounts = Vec::with_capacity(rows.len());
        for (row, of_row) in rows.iter().enumerate() {
            let unit = place_of(&of_row.unit, &mut units);
            let fact = of_row.point.as_ref().and_then(Point::dated_amount);
            amounts.extend(fact.map(|fact| PanelAmount {
                company: of_row.number(),
                row,
                unit,
                fact,
            }));
        }
        Self {
            rows,
            amounts,
            units,
        }
    }

    pub(crate) fn all(&self) -> &[PanelRow] {
        &self.rows
    }

    pub(crate) fn amounts(&self) -> &[PanelAmount] {
        &self.amounts
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The bytes it takes, by estimate.
    pub(crate) fn weight(&self) -> usize {
        let rows = self.rows.len().saturating_mul(PanelRow::WEIGHT);
        rows.saturating_add(size_of_val(self.amounts.as_slice()))
    }
}

/// The place of a unit in a list, to which it is added where it is new.
pub(super) fn place_of(unit: &Unit, units: &mut Vec<Unit>) -> usize {
    let known = units.iter().position(|known| known == unit);
    known.unwrap_or_else(|| {
        units.push(unit.clone());
        units.len() - 1
    })
}
