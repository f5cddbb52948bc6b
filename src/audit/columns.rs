//! Mistakes of columns: the figure of another period of the same row was taken.

use crate::model::{Amount, FactKey, Period};

use super::case::{Case, Slot};
use super::finding::{Cause, CauseKind, Relation};
use super::formula::Formula;
use super::judge;
use super::material::Material;
use super::printing::{Known, Printing};

/// What figures of other columns explain.
pub(crate) fn find(material: &Material, case: &Case, causes: &mut Vec<Cause>) {
    for moved in moves(case) {
        of_a_period(material, case, &moved, causes);
    }
    in_place_of_the_subject(material, case, causes);
    exchanged(case, causes);
}

fn fact_of(case: &Case, index: usize) -> Option<&FactKey> {
    case.operands.get(index)?.known.as_ref()?.fact.as_ref()
}

fn caused_by(taken: Period, printed: &Printing, meant: Vec<(Printing, Amount)>) -> Cause {
    Cause {
        kind: CauseKind::OtherColumn { taken },
        printed: printed.clone(),
        meant,
    }
}

/// The operands that can be taken from another column together: all of one period, and each by itself.
fn moves(case: &Case) -> Vec<Vec<usize>> {
    let operands = || 0..case.operands.len();
    let of = |index: usize| fact_of(case, index).map(|fact| fact.period);
    let mut periods: Vec<Period> = operands().filter_map(of).collect();
    periods.sort_unstable();
    periods.dedup();
    let mut moves: Vec<Vec<usize>> = periods
        .into_iter()
        .map(|period| operands().filter(|i| of(*i) == Some(period)).collect())
        .collect();
    for index in operands().filter(|index| of(*index).is_some()) {
        if !moves.contains(&vec![index]) {
            moves.push(vec![index]);
        }
    }
    moves
}

/// Whether operands of one period, taken from another one, explain it. One of several is its own mistake: then its cell
/// has the figure of the other.
fn of_a_period(material: &Material, case: &Case, moved: &[usize], causes: &mut Vec<Cause>) {
    let place = &case.subject.cell.place;
    let Some(first) = moved.first().and_then(|index| fact_of(case, *index)) else {
        return;
    };
    let alike = (0..case.operands.len())
        .filter(|i| fact_of(case, *i).is_some_and(|fact| fact.period == first.period));
    let alone = moved.len() < alike.count();
    for taken in other_periods(material, place, first) {
        let mut changed = case.clone();
        let mut printed: Option<Printing> = None;
        let mut meant = Vec::new();
        let mut complete = true;
        for &index in moved {
            let other = fact_of(case, index).and_then(|fact| {
                let mut fact = fact.clone();
                fact.period = taken;
                material.own(&fact, place, material.document.published)
            });
            let own = case
                .operands
                .get(index)
                .and_then(|slot| slot.known.as_ref());
            let (Some(own), Some(other)) = (own, other) else {
                complete = false;
                break;
            };
            if alone {
                complete &= !own.confirmed;
                meant.extend(instead(own, &other));
            }
            printed = printed.or(other.first().cloned());
            changed = changed.with_operand(index, other);
        }
        if complete
            && judge::holds(&changed)
            && let Some(printed) = printed
        {
            causes.push(caused_by(taken, &printed, meant));
        }
    }
}

/// The cell of the one with the figure of the other.
fn instead(own: &Known, other: &Known) -> Option<(Printing, Amount)> {
    let amount = other.first()?.figure.amount()?;
    Some((own.first()?.clone(), *amount))
}

/// Whether the total, as another column has it, explains it.
fn in_place_of_the_subject(material: &Material, case: &Case, causes: &mut Vec<Cause>) {
    let (Relation::Identity { left: fact, .. } | Relation::Tiling { whole: fact, .. }) =
        &case.relation
    else {
        return;
    };
    let subject = &case.subject;
    if case.confirmed {
        return;
    }
    for taken in other_periods(material, &subject.cell.place, fact) {
        let mut other = fact.clone();
        other.period = taken;
        let printings = material.facts.get(&other).into_iter().flatten();
        for printing in printings.filter(|printing| in_one_row(printing, subject)) {
            if let Some(amount) = printing.figure.amount()
                && judge::holds(&case.with(subject, amount))
            {
                let meant = vec![(subject.clone(), *amount)];
                causes.push(caused_by(taken, printing, meant));
            }
        }
    }
}

/// Whether a change of two figures of one row is that of the one to the other, the wrong way round.
fn exchanged(case: &Case, causes: &mut Vec<Cause>) {
    if !matches!(case.formula, Formula::Growth | Formula::Difference) {
        return;
    }
    let [
        Slot {
            known: Some(of), ..
        },
        Slot {
            known: Some(over), ..
        },
    ] = case.operands.as_slice()
    else {
        return;
    };
    let (Some(later), Some(base)) = (of.first(), over.first()) else {
        return;
    };
    let Some(taken) = over.fact.as_ref().map(|fact| fact.period) else {
        return;
    };
    if of.confirmed || over.confirmed || !in_one_row(later, base) {
        return;
    }
    let turned = case
        .with_operand(0, over.clone())
        .with_operand(1, of.clone());
    if judge::holds(&turned) {
        let meant = instead(of, over).into_iter().chain(instead(over, of));
        causes.push(caused_by(taken, base, meant.collect()));
    }
}

/// Whether two figures stand in different columns of one row.
fn in_one_row(one: &Printing, other: &Printing) -> bool {
    let (one_cell, other_cell) = (&one.cell, &other.cell);
    !one.is_prose()
        && (&one.document, &one_cell.place, &one_cell.row)
            == (&other.document, &other_cell.place, &other_cell.row)
        && one_cell.column != other_cell.column
}

/// The other periods that a place prints for the series of a fact.
fn other_periods(material: &Material, place: &str, fact: &FactKey) -> Vec<Period> {
    material
        .facts
        .iter()
        .filter(|(other, printings)| {
            other.series == fact.series
                && other.period != fact.period
                && printings
                    .iter()
                    .any(|printing| printing.cell.place == *place)
        })
        .map(|(other, _)| other.period)
        .collect()
}
