//! Comparing what is printed with what is recomputed.

use crate::model::{Amount, ArithmeticError, Figure, Fraction, Interval, Precision, Quantity};

use super::case::Case;
use super::causes;
use super::finding::{Class, Finding, GrowthConvention, Relation, Undecided, Used};
use super::formula::Formula;
use super::material::Material;
use super::printing::{Known, Printing};
use super::report;
use super::titles;

/// What comparing gave.
enum Verdict {
    Class(Class),
    Convention(GrowthConvention),
    Undecided(Undecided),
}

/// Whether a case holds, by rounding or by a convention.
pub(crate) fn holds(case: &Case) -> bool {
    let knowns = case.operands.iter().map(|slot| slot.known.as_ref());
    let Some(knowns) = knowns.collect::<Option<Vec<&Known>>>() else {
        return false;
    };
    let quantities: Option<Vec<Quantity>> = knowns.iter().map(|known| known.quantity).collect();
    let verdict = verdict(case, &knowns, quantities.as_deref(), case.subject.allowed());
    matches!(
        verdict,
        Verdict::Class(Class::Consistent) | Verdict::Convention(_)
    )
}

/// Judges one case.
pub(crate) fn judge(material: &Material, case: &Case) -> Finding {
    let allowed = case.subject.allowed();
    let missing: Vec<String> = case
        .operands
        .iter()
        .filter(|slot| slot.known.is_none())
        .map(|slot| slot.name.clone())
        .collect();
    let knowns: Vec<&Known> = case
        .operands
        .iter()
        .filter_map(|slot| slot.known.as_ref())
        .collect();
    let quantities: Option<Vec<Quantity>> = knowns.iter().map(|known| known.quantity).collect();
    let recomputed = quantities
        .as_ref()
        .filter(|_| missing.is_empty())
        .and_then(|quantities| case.formula.compute(quantities).ok());
    let verdict = if missing.is_empty() {
        verdict(case, &knowns, quantities.as_deref(), allowed)
    } else {
        Verdict::Class(Class::OperandsMissing)
    };
    let (mut class, convention, undecided) = match verdict {
        Verdict::Class(class) => (class, None, None),
        Verdict::Convention(convention) => (Class::Convention, Some(convention), None),
        Verdict::Undecided(reason) => (Class::Undecided, None, Some(reason)),
    };
    let causes = match class {
        Class::Irreconcilable => causes::find(material, case),
        _ => Vec::new(),
    };
    let across = matches!(
        case.relation,
        Relation::EarlierDocument(_) | Relation::LaterDocument(_)
    );
    if across && matches!(class, Class::Irreconcilable | Class::LastDigit) {
        class = Class::Restated;
    }
    let as_printed = match (&recomputed, allowed) {
        (Some(recomputed), Some(allowed)) => allowed.contains(recomputed.value()),
        _ => false,
    };
    let arithmetic = report::arithmetic(case, recomputed.as_ref(), allowed.as_ref());
    Finding {
        class,
        title: titles::title(material, &case.relation),
        relation: case.relation.clone(),
        printed: case.subject.clone(),
        operands: case
            .operands
            .iter()
            .filter_map(|slot| slot.known.clone())
            .map(|known| Used {
                fact: known.fact,
                quantity: known.quantity,
                printings: known.cluster.members,
                contradicted_by: known.cluster.others,
            })
            .collect(),
        missing,
        recomputed,
        allowed,
        as_printed,
        arithmetic,
        convention,
        undecided,
        causes,
        suspect: None,
    }
}

fn verdict(
    case: &Case,
    knowns: &[&Known],
    quantities: Option<&[Quantity]>,
    allowed: Option<Interval>,
) -> Verdict {
    if matches!(case.formula, Formula::SumInPart(_)) {
        return Verdict::Class(Class::SignInDoubt);
    }
    if case.formula == Formula::Same {
        return same(&case.subject, knowns);
    }
    let Some(quantities) = quantities else {
        return Verdict::Undecided(Undecided::NotAnAmount);
    };
    let unknown = |printing: &Printing| {
        printing.figure.number().map(Amount::precision) == Some(Precision::Unknown)
    };
    let Some(allowed) = allowed else {
        return Verdict::Undecided(if unknown(&case.subject) {
            Undecided::PrecisionUnknown
        } else {
            Undecided::NotAnAmount
        });
    };
    let zero = |index: usize| quantities.get(index).is_some_and(Quantity::may_be_zero);
    if case.formula.divisor().is_some_and(zero) {
        return Verdict::Undecided(Undecided::BaseMayBeZero);
    }
    if case.formula == Formula::Direction {
        return direction(&case.subject, quantities);
    }
    let meets = |result: Result<Quantity, ArithmeticError>, allowed: &Interval| {
        let result = result.map_err(|error| match error {
            ArithmeticError::DivisionByZero => Undecided::BaseMayBeZero,
            ArithmeticError::Overflow => Undecided::Overflow,
        })?;
        match result.interval() {
            None => Err(Undecided::PrecisionUnknown),
            Some(Interval::EVERYTHING) => Err(Undecided::BaseMayBeZero),
            Some(interval) => Ok(interval.meets(allowed)),
        }
    };
    match meets(case.formula.compute(quantities), &allowed) {
        Ok(true) => return Verdict::Class(Class::Consistent),
        Ok(false) => {}
        Err(reason) => return Verdict::Undecided(reason),
    }
    if let Some((convention, result)) = case.formula.otherwise(quantities)
        && meets(result, &allowed) == Ok(true)
    {
        return Verdict::Convention(convention);
    }
    let computed = case.formula.compute(quantities);
    let beside = case.subject.figure.amount().and_then(one_last_digit);
    let near = beside.into_iter().flatten().any(|moved| {
        meets(computed, &moved) == Ok(true) && keeps_its_sign(&case.subject, computed)
    });
    Verdict::Class(if near {
        Class::LastDigit
    } else {
        Class::Irreconcilable
    })
}

/// What an amount would allow with one unit of its last digit more or less.
fn one_last_digit(amount: &Amount) -> Option<[Interval; 2]> {
    let interval = amount.interval()?;
    let unit = Interval::point(last_digit(amount)?);
    Some([interval.plus(&unit).ok()?, interval.minus(&unit).ok()?])
}

/// One unit of an amount's last digit.
fn last_digit(amount: &Amount) -> Option<Fraction> {
    let Precision::Decimals(decimals) = amount.precision() else {
        return None;
    };
    let power = 10_i128.checked_pow(decimals.unsigned_abs().into())?;
    if decimals > 0 {
        Fraction::new(1, power).ok()
    } else {
        Fraction::new(power, 1).ok()
    }
}

/// A last digit never makes up for a sign.
fn keeps_its_sign(subject: &Printing, computed: Result<Quantity, ArithmeticError>) -> bool {
    let (Some(printed), Ok(computed)) = (subject.figure.amount(), computed) else {
        return false;
    };
    let printed = Fraction::from(printed.value()).signum();
    printed * computed.value().signum() >= 0
}

/// Whether a printing agrees with those it is compared with.
fn same(subject: &Printing, knowns: &[&Known]) -> Verdict {
    let members = || knowns.iter().flat_map(|known| &known.cluster.members);
    let agree = |printing: &Printing| {
        let verdicts: Vec<Option<bool>> = members()
            .map(|member| member.agrees_with(printing))
            .collect();
        if verdicts.contains(&Some(false)) {
            Some(false)
        } else {
            verdicts.contains(&Some(true)).then_some(true)
        }
    };
    match agree(subject) {
        Some(true) => return Verdict::Class(Class::Consistent),
        Some(false) => {}
        None => {
            let unknown = members().chain([subject]).any(|printing| {
                printing.figure.number().map(Amount::precision) == Some(Precision::Unknown)
            });
            return Verdict::Undecided(if unknown {
                Undecided::PrecisionUnknown
            } else {
                Undecided::NotAnAmount
            });
        }
    }
    let opposite = |member: &Printing| sign(&member.figure) * sign(&subject.figure) < 0;
    if members().any(opposite) {
        return Verdict::Class(Class::Irreconcilable);
    }
    let near = subject.figure.amount().is_some_and(|amount| {
        neighbours(amount).is_some_and(|moved| {
            moved.into_iter().any(|amount| {
                let figure = amount.into();
                let moved = Printing {
                    figure,
                    ..subject.clone()
                };
                agree(&moved) == Some(true)
            })
        })
    });
    Verdict::Class(if near {
        Class::LastDigit
    } else {
        Class::Irreconcilable
    })
}

/// An amount with one unit of its last digit more or less, of the same sign.
fn neighbours(amount: &Amount) -> Option<Vec<Amount>> {
    let unit = last_digit(amount)?;
    let value = Fraction::from(amount.value());
    let moved = [value.plus(unit).ok()?, value.minus(unit).ok()?];
    Some(
        moved
            .into_iter()
            .filter(|moved| moved.signum() * value.signum() >= 0)
            .filter_map(|moved| {
                Amount::new(moved.decimal()?, amount.precision(), amount.rounding()).ok()
            })
            .collect(),
    )
}

/// The sign of a figure's number; 0 without one.
fn sign(figure: &Figure) -> i8 {
    figure
        .number()
        .map_or(0, |amount| Fraction::from(amount.value()).signum())
}

fn direction(subject: &Printing, quantities: &[Quantity]) -> Verdict {
    let other = quantities
        .first()
        .map_or(0, |quantity| quantity.value().signum());
    Verdict::Class(if sign(&subject.figure) * other < 0 {
        Class::Irreconcilable
    } else {
        Class::Consistent
    })
}
