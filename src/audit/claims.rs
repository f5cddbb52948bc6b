//! Printed figures that others determine: growth rates, differences, shares, translations, revisions.

use std::collections::HashMap;

use crate::model::{Claim, Operand};

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::Formula;
use super::material::Material;
use super::printing::{Cluster, Known, Printing};

/// Every claim with its operands.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) {
    let today = material.document.published;
    for (check, printing) in &material.checks {
        let place = &printing.cell.place;
        let by = |operand: &Operand, day| Slot {
            name: material.name(operand),
            known: material.known(operand, place, day),
        };
        let slot = |operand: &Operand| by(operand, today);
        let (formula, operands) = match &check.claim {
            Claim::Growth { of, over } => (Formula::Growth, vec![slot(of), slot(over)]),
            Claim::Difference { of, over } => (Formula::Difference, vec![slot(of), slot(over)]),
            Claim::Share { part, whole } => (Formula::Share, vec![slot(part), slot(whole)]),
            Claim::Translation { of, rate, .. } => {
                (Formula::Translation((*rate).into()), vec![slot(of)])
            }
            Claim::Revision { of, from, to } => {
                let as_of = |day| Slot {
                    name: format!("{} as of {day}", material.name(of)),
                    ..by(of, day)
                };
                (Formula::Difference, vec![as_of(*to), as_of(*from)])
            }
        };
        cases.push(Case {
            relation: Relation::Claim(check.claim.clone()),
            subject: printing.clone(),
            confirmed: false,
            formula,
            operands,
        });
    }
}

/// Claims that are printed several times.
pub(crate) fn repeated(material: &Material, cases: &mut Vec<Case>) {
    let mut order: Vec<&Claim> = Vec::new();
    let mut by_operands: HashMap<Vec<&Operand>, Vec<(&Claim, Vec<Printing>)>> = HashMap::new();
    for (check, printing) in &material.checks {
        let alike = by_operands.entry(check.claim.operands()).or_default();
        if let Some((_, printings)) = alike.iter_mut().find(|(claim, _)| **claim == check.claim) {
            printings.push(printing.clone());
        } else {
            order.push(&check.claim);
            alike.push((&check.claim, vec![printing.clone()]));
        }
    }
    for claim in order {
        let alike = by_operands.get(&claim.operands()).into_iter().flatten();
        for (_, printings) in alike.filter(|(other, _)| *other == claim) {
            let relation = || Relation::RepeatedClaim(claim.clone());
            compare(
                printings,
                relation,
                |cluster| Known::new(None, cluster),
                cases,
            );
        }
    }
}

/// Cases that compare each printing with the largest cluster of those that agree.
pub(crate) fn compare(
    printings: &[Printing],
    relation: impl Fn() -> Relation,
    known: impl Fn(Cluster) -> Known,
    cases: &mut Vec<Case>,
) {
    let Some(cluster) = Cluster::main(printings) else {
        return;
    };
    let Some(first) = cluster.members.first().cloned() else {
        return;
    };
    for printing in printings.iter().filter(|printing| !printing.is_at(&first)) {
        let alone = Cluster {
            members: vec![first.clone()],
            others: Vec::new(),
        };
        let agrees = cluster.members.iter().any(|member| member.is_at(printing));
        let operand = known(if agrees { alone } else { cluster.clone() });
        cases.push(Case {
            relation: relation(),
            subject: printing.clone(),
            confirmed: false,
            formula: Formula::Same,
            operands: vec![Slot {
                name: String::new(),
                known: Some(operand),
            }],
        });
    }
}
