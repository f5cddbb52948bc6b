//! Growth rates beside differences of the same two figures: each tells of the other, also where the base is not
//! printed.

use crate::model::{Claim, Operand};

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::Formula;
use super::material::Material;
use super::printing::{Cluster, Known, Printing};

/// Every growth rate with the difference that stands beside it, where one of the two figures is not known.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) {
    for (check, growth) in &material.checks {
        let Claim::Growth { of, over } = &check.claim else {
            continue;
        };
        let beside = material.checks.iter().find_map(|(other, printing)| {
            let same = matches!(&other.claim, Claim::Difference { of: a, over: b } if (a, b) == (of, over));
            (same && printing.cell.place == growth.cell.place).then_some(printing)
        });
        if let Some(difference) = beside {
            cases.extend(pair(material, of, over, growth, difference));
        }
    }
}

fn pair(
    material: &Material,
    of: &Operand,
    over: &Operand,
    growth: &Printing,
    difference: &Printing,
) -> Option<Case> {
    let by = material.document.published;
    let known = |operand: &Operand| Slot {
        name: material.name(operand),
        known: material.known(operand, &growth.cell.place, by),
    };
    let claimed = Slot {
        name: "the difference".to_owned(),
        known: Some(Known::new(
            None,
            Cluster {
                members: vec![difference.clone()],
                others: Vec::new(),
            },
        )),
    };
    let (current, base) = (known(of), known(over));
    let may_be_negative = material
        .metric(&of.metric)
        .is_none_or(|metric| metric.negative.is_some());
    let (formula, operands) = match (current.known.is_some(), base.known.is_some()) {
        // Then each claim is judged by itself.
        (true, true) => return None,
        (true, false) => (Formula::GrowthByDifference, vec![current, claimed]),
        (false, true) => (Formula::DifferenceOverBase, vec![claimed, base]),
        // Over a base that may be negative, conventions differ about the sign.
        (false, false) if may_be_negative => return None,
        (false, false) => (Formula::Direction, vec![claimed]),
    };
    Some(Case {
        relation: Relation::GrowthAndDifference {
            of: of.clone(),
            over: over.clone(),
        },
        subject: growth.clone(),
        confirmed: false,
        formula,
        operands,
    })
}
