//! The simple mistakes that each explain a gap exactly.

use rust_decimal::Decimal;

use crate::model::{Amount, Claim, Figure, Interval, Period, Precision, Quantity};

use super::case::{Case, Slot};
use super::finding::{Cause, CauseKind, Relation};
use super::formula::Formula;
use super::material::Material;
use super::printing::{Cluster, Printing};

/// The powers of ten that are taken for each other: thousands, millions, a misplaced point.
const POWERS: [i8; 8] = [3, -3, 6, -6, 1, -1, 2, -2];

/// Every simple mistake that, undone, makes both sides consistent within rounding.
pub(crate) fn find(material: &Material, case: &Case, quantities: &[Quantity]) -> Vec<Cause> {
    let Some(allowed) = case.subject.allowed() else {
        return Vec::new();
    };
    let mut causes = Vec::new();
    if case.formula == Formula::Direction {
        causes.push(Cause {
            kind: CauseKind::DirectionWord,
            printed: case.subject.clone(),
        });
        return causes;
    }
    if !case.confirmed {
        of_the_subject(case, quantities, &mut causes);
    }
    for (index, slot) in case.operands.iter().enumerate() {
        of_an_operand(case, index, slot, quantities, &allowed, &mut causes);
    }
    of_a_column(material, case, quantities, &allowed, &mut causes);
    if causes.is_empty() {
        for (index, slot) in case.operands.iter().enumerate() {
            of_another_printing(case, index, slot, quantities, &allowed, &mut causes);
        }
    }
    causes
}

/// Whether the operands give what is allowed, by one convention or the other.
fn explains(formula: &Formula, operands: &[Quantity], allowed: &Interval) -> bool {
    let meets = |result: Result<Quantity, _>| {
        result
            .ok()
            .and_then(|quantity: Quantity| quantity.interval())
            .is_some_and(|interval| interval != Interval::EVERYTHING && interval.meets(allowed))
    };
    meets(formula.compute(operands))
        || formula
            .otherwise(operands)
            .is_some_and(|(_, result)| meets(result))
}

/// The amount that was meant, where a cause is about the digits of a figure.
pub(crate) fn meant(cause: &Cause) -> Option<Amount> {
    let digits = matches!(
        cause.kind,
        CauseKind::Scale { .. } | CauseKind::TransposedDigits { .. }
    );
    let amount = cause.printed.figure.amount().filter(|_| digits)?;
    let mut all = corrected(amount).into_iter();
    all.find(|(kind, _)| *kind == cause.kind)
        .map(|(_, amount)| amount)
}

/// An amount as it would be without a mistake, for every mistake that one figure can have.
fn corrected(amount: &Amount) -> Vec<(CauseKind, Amount)> {
    let mut all = vec![(CauseKind::FlippedSign, amount.negated())];
    for power in POWERS {
        let scaled = scaled(amount, power).map(|scaled| (CauseKind::Scale { power }, scaled));
        all.extend(scaled);
    }
    all.extend(transposed(amount).into_iter().map(|swapped| {
        let instead = swapped.to_string();
        (CauseKind::TransposedDigits { instead }, swapped)
    }));
    all.retain(|(_, changed)| changed.value() != amount.value());
    all
}

fn scaled(amount: &Amount, power: i8) -> Option<Amount> {
    let value = shifted(amount.value(), power)?;
    let precision = match amount.precision() {
        Precision::Decimals(decimals) => Precision::Decimals(decimals.checked_sub(power)?),
        other => other,
    };
    Amount::new(value, precision, amount.rounding()).ok()
}

/// A decimal times a power of ten, exactly.
fn shifted(value: Decimal, power: i8) -> Option<Decimal> {
    let value = value.normalize();
    let scale = i64::from(value.scale()) - i64::from(power);
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(value.mantissa(), scale).ok();
    }
    let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
    Decimal::try_from_i128_with_scale(value.mantissa().checked_mul(factor)?, 0).ok()
}

/// The amounts with two neighbouring printed digits swapped.
fn transposed(amount: &Amount) -> Vec<Amount> {
    let decimals = match amount.precision() {
        Precision::Decimals(decimals) => decimals,
        _ => i8::try_from(amount.value().scale()).unwrap_or(0),
    };
    let printed = shifted(amount.value().abs(), decimals).map(|digits| digits.normalize());
    let Some(printed) = printed.filter(|digits| digits.scale() == 0) else {
        return Vec::new();
    };
    let digits: Vec<char> = printed.mantissa().to_string().chars().collect();
    (1..digits.len())
        .filter_map(|at| {
            let mut swapped = digits.clone();
            swapped.swap(at - 1, at);
            if swapped.first() == Some(&'0') {
                return None;
            }
            let number: String = swapped.into_iter().collect();
            let number = Decimal::from_i128_with_scale(number.parse().ok()?, 0);
            let value = shifted(number, decimals.checked_neg()?)?;
            let value = if amount.value().is_sign_negative() {
                -value
            } else {
                value
            };
            Amount::new(value, amount.precision(), amount.rounding()).ok()
        })
        .collect()
}

fn of_the_subject(case: &Case, quantities: &[Quantity], causes: &mut Vec<Cause>) {
    let Some(amount) = case.subject.figure.amount() else {
        return;
    };
    for (kind, changed) in corrected(amount) {
        let Some(allowed) = changed.interval() else {
            continue;
        };
        if explains(&case.formula, quantities, &allowed) {
            causes.push(Cause {
                kind: worded(case, &case.subject, kind),
                printed: case.subject.clone(),
            });
        }
    }
}

/// Of a change in running text the sign comes from the words around it.
fn worded(case: &Case, printing: &Printing, kind: CauseKind) -> CauseKind {
    let change = match &case.relation {
        Relation::Claim(claim) | Relation::RepeatedClaim(claim) => matches!(
            claim,
            Claim::Growth { .. } | Claim::Difference { .. } | Claim::Revision { .. }
        ),
        Relation::GrowthAndDifference { .. } => true,
        _ => false,
    };
    let minus = ['-', '(', '\u{2212}', '\u{25b3}', '\u{25b2}'];
    let claims = printing.rank.is_none() && printing.is_prose();
    if kind == CauseKind::FlippedSign && change && claims && !printing.cell.text.contains(minus) {
        CauseKind::DirectionWord
    } else {
        kind
    }
}

/// What may be wrong with one operand. Where another printing confirms it, only its sign can be: one misreading of a
/// label turns all printings.
fn of_an_operand(
    case: &Case,
    index: usize,
    slot: &Slot,
    quantities: &[Quantity],
    allowed: &Interval,
    causes: &mut Vec<Cause>,
) {
    let Some(known) = &slot.known else { return };
    let Some(first) = known.first() else { return };
    let mut push = |kind, changed: Quantity| {
        if explains(&case.formula, &with(quantities, index, changed), allowed) {
            causes.push(Cause {
                kind: worded(case, first, kind),
                printed: first.clone(),
            });
        }
    };
    if let Some(turned) = known.quantity.and_then(|quantity| quantity.negated().ok())
        && turned.value().signum() != 0
        && !(known.confirmed && case.formula == Formula::Same)
    {
        push(CauseKind::FlippedSign, turned);
    }
    if !known.confirmed
        && let [only] = known.cluster.members.as_slice()
        && let Figure::Amount(amount) = &only.figure
    {
        let changes = corrected(amount).into_iter();
        for (kind, changed) in changes.filter(|(kind, _)| *kind != CauseKind::FlippedSign) {
            push(kind, changed.into());
        }
    }
}

/// The operands with another one in a place.
fn with(quantities: &[Quantity], index: usize, quantity: Quantity) -> Vec<Quantity> {
    let mut changed = quantities.to_vec();
    if let Some(place) = changed.get_mut(index) {
        *place = quantity;
    }
    changed
}

/// Whether an operand as it is printed elsewhere, and otherwise, explains it.
fn of_another_printing(
    case: &Case,
    index: usize,
    slot: &Slot,
    quantities: &[Quantity],
    allowed: &Interval,
    causes: &mut Vec<Cause>,
) {
    let Some(known) = &slot.known else { return };
    let other = Cluster::main(&known.cluster.others);
    if let Some(other) = other
        && case.formula != Formula::Same
        && let Some(quantity) = other.quantity()
        && explains(&case.formula, &with(quantities, index, quantity), allowed)
        && let Some(first) = other.members.first()
    {
        causes.push(Cause {
            kind: CauseKind::OtherPrinting,
            printed: first.clone(),
        });
    }
}

/// Whether the figures of another period explain it: all operands of one period are taken from another one.
fn of_a_column(
    material: &Material,
    case: &Case,
    quantities: &[Quantity],
    allowed: &Interval,
    causes: &mut Vec<Cause>,
) {
    let place = &case.subject.cell.place;
    let facts: Vec<_> = case
        .operands
        .iter()
        .map(|slot| slot.known.as_ref().and_then(|known| known.fact.as_ref()))
        .collect();
    let mut periods: Vec<Period> = facts.iter().flatten().map(|fact| fact.period).collect();
    periods.sort_unstable();
    periods.dedup();
    for period in periods {
        let moved: Vec<usize> = (0..facts.len())
            .filter(|&index| matches!(facts.get(index), Some(Some(fact)) if fact.period == period))
            .collect();
        for taken in other_periods(material, place, &facts, &moved, period) {
            let mut changed = quantities.to_vec();
            let mut printed = None;
            let mut complete = true;
            for &index in &moved {
                let known = facts.get(index).copied().flatten().and_then(|fact| {
                    let mut fact = fact.clone();
                    fact.period = taken;
                    material.own(&fact, place, material.document.published)
                });
                let quantity = known.as_ref().and_then(|known| known.quantity);
                match (quantity, changed.get_mut(index)) {
                    (Some(quantity), Some(place)) => *place = quantity,
                    _ => complete = false,
                }
                printed = printed.or(known.and_then(|known| known.first().cloned()));
            }
            if complete
                && explains(&case.formula, &changed, allowed)
                && let Some(printed) = printed
            {
                causes.push(Cause {
                    kind: CauseKind::OtherColumn { taken },
                    printed,
                });
            }
        }
    }
}

/// The other periods that the same place prints for the first of some operands.
fn other_periods(
    material: &Material,
    place: &str,
    facts: &[Option<&crate::model::FactKey>],
    moved: &[usize],
    period: Period,
) -> Vec<Period> {
    let Some(first) = moved
        .first()
        .and_then(|&index| facts.get(index).copied().flatten())
    else {
        return Vec::new();
    };
    material
        .facts
        .iter()
        .filter(|(fact, printings)| {
            fact.series == first.series
                && fact.period != period
                && printings
                    .iter()
                    .any(|printing| printing.cell.place == *place)
        })
        .map(|(fact, _)| fact.period)
        .collect()
}
