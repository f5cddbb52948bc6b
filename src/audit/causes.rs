//! The simple mistakes that each explain a gap exactly.

use rust_decimal::Decimal;

use crate::model::{Amount, Claim, Figure, Precision};

use super::case::{Case, Slot};
use super::columns;
use super::finding::{Cause, CauseKind, Relation};
use super::formula::Formula;
use super::judge;
use super::material::Material;
use super::printing::{Cluster, Known, Printing};

/// The powers of ten that are taken for each other: thousands, millions, a misplaced point.
const POWERS: [i8; 8] = [3, -3, 6, -6, 1, -1, 2, -2];

/// Every simple mistake that, undone, makes both sides consistent within rounding.
pub(crate) fn find(material: &Material, case: &Case) -> Vec<Cause> {
    let mut causes = Vec::new();
    if case.formula == Formula::Direction {
        causes.push(Cause {
            kind: CauseKind::DirectionWord,
            printed: case.subject.clone(),
            meant: Vec::new(),
        });
        return causes;
    }
    if !case.confirmed {
        of_the_subject(case, &mut causes);
    }
    for group in case.formula.groups(case.operands.len()) {
        let knowns = case.operands.get(group).into_iter().flatten();
        let knowns: Vec<&Known> = knowns.filter_map(|slot| slot.known.as_ref()).collect();
        if !turned(case, &knowns, &mut causes) {
            for known in &knowns {
                turned(case, &[known], &mut causes);
            }
        }
        for known in knowns {
            of_an_operand(case, known, &mut causes);
        }
    }
    columns::find(material, case, &mut causes);
    if causes.is_empty() {
        for (index, slot) in case.operands.iter().enumerate() {
            of_another_printing(case, index, slot, &mut causes);
        }
    }
    causes
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

fn of_the_subject(case: &Case, causes: &mut Vec<Cause>) {
    let subject = &case.subject;
    let Some(amount) = subject.figure.amount() else {
        return;
    };
    for (kind, changed) in corrected(amount) {
        if judge::holds(&case.with(subject, &changed)) {
            causes.push(of_a_figure(case, subject, kind, changed));
        }
    }
}

fn of_a_figure(case: &Case, printed: &Printing, kind: CauseKind, meant: Amount) -> Cause {
    let digits = kind != CauseKind::FlippedSign;
    Cause {
        kind: worded(case, printed, kind),
        printed: printed.clone(),
        meant: digits
            .then(|| (printed.clone(), meant))
            .into_iter()
            .collect(),
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

/// Whether the other sign of a figure, or of all that make it up, explains it. Also where another printing confirms it:
/// one misreading of a label turns all printings.
fn turned(case: &Case, knowns: &[&Known], causes: &mut Vec<Cause>) -> bool {
    let signed = |known: &&Known| known.quantity.is_some_and(|q| q.value().signum() != 0);
    let Some(first) = knowns.first().and_then(|known| known.first()) else {
        return false;
    };
    let same = case.formula == Formula::Same && knowns.iter().any(|known| known.confirmed);
    if same || !knowns.iter().any(signed) {
        return false;
    }
    let turn = |case: Case, member: &Printing| match member.figure.amount() {
        Some(amount) => case.with(member, &amount.negated()),
        None => case,
    };
    let members = knowns.iter().flat_map(|known| &known.cluster.members);
    let explains = judge::holds(&members.fold(case.clone(), turn));
    if explains {
        causes.push(Cause {
            kind: worded(case, first, CauseKind::FlippedSign),
            printed: first.clone(),
            meant: Vec::new(),
        });
    }
    explains
}

/// What may be wrong with the digits of one operand that no other printing confirms.
fn of_an_operand(case: &Case, known: &Known, causes: &mut Vec<Cause>) {
    if !known.confirmed
        && let [only] = known.cluster.members.as_slice()
        && let Figure::Amount(amount) = &only.figure
    {
        let changes = corrected(amount).into_iter();
        for (kind, changed) in changes.filter(|(kind, _)| *kind != CauseKind::FlippedSign) {
            if judge::holds(&case.with(only, &changed)) {
                causes.push(of_a_figure(case, only, kind, changed));
            }
        }
    }
}

/// Whether an operand as it is printed elsewhere, and otherwise, explains it.
fn of_another_printing(case: &Case, index: usize, slot: &Slot, causes: &mut Vec<Cause>) {
    let Some(known) = &slot.known else { return };
    let other = Cluster::main(&known.cluster.others);
    if case.formula != Formula::Same
        && let Some(other) = other
        && let Some(first) = other.members.first().cloned()
        && judge::holds(&case.with_operand(index, Known::new(known.fact.clone(), other)))
    {
        causes.push(Cause {
            kind: CauseKind::OtherPrinting,
            printed: first,
            meant: Vec::new(),
        });
    }
}
