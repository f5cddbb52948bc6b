//! Facts that other documents give too.

use chrono::NaiveDate;

use crate::model::Id;

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::Formula;
use super::material::Material;
use super::printing::{Cluster, Known, Printing};

/// Every fact that an earlier document gave, against the last one that did; and, where asked, every fact that a later
/// one gives, against the first that does.
pub(crate) fn collect(material: &Material, later: bool, cases: &mut Vec<Case>) {
    for (fact, own) in &material.facts {
        let (before, after) = material.elsewhere(fact);
        let newest = own.iter().map(|printing| printing.published).max();
        let own: Vec<Printing> = own
            .iter()
            .filter(|printing| Some(printing.published) == newest)
            .cloned()
            .collect();
        let earlier = of_edition(&before, before.iter().map(edition).max());
        cases.extend(case(
            Relation::EarlierDocument(fact.clone()),
            &own,
            &earlier,
        ));
        if later {
            let later = of_edition(&after, after.iter().map(edition).min());
            cases.extend(case(Relation::LaterDocument(fact.clone()), &own, &later));
        }
    }
}

/// By what documents are ordered.
fn edition(printing: &Printing) -> (NaiveDate, &Id) {
    (printing.published, &printing.document)
}

/// The printings of one document.
fn of_edition(printings: &[Printing], chosen: Option<(NaiveDate, &Id)>) -> Vec<Printing> {
    let printings = printings.iter();
    let of = printings.filter(|printing| Some(edition(printing)) == chosen);
    of.cloned().collect()
}

fn case(relation: Relation, own: &[Printing], other: &[Printing]) -> Option<Case> {
    let (Relation::EarlierDocument(fact) | Relation::LaterDocument(fact)) = &relation else {
        return None;
    };
    let known = Known::new(Some(fact.clone()), Cluster::main(other)?);
    let subject = Cluster::main(own)?.members.into_iter().next()?;
    Some(Case {
        relation,
        subject,
        confirmed: false,
        formula: Formula::Same,
        operands: vec![Slot {
            name: String::new(),
            known: Some(known),
        }],
    })
}
