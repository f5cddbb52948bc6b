//! Facts that earlier documents gave.

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::Formula;
use super::material::Material;
use super::printing::{Cluster, Known};

/// Every fact that an earlier document gave, against the last one that did.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) {
    for (fact, own) in &material.facts {
        let earlier = material.earlier(fact);
        let Some(last) = earlier
            .iter()
            .map(|printing| (printing.published, &printing.document))
            .max()
        else {
            continue;
        };
        let last: Vec<_> = earlier
            .iter()
            .filter(|printing| (printing.published, &printing.document) == last)
            .cloned()
            .collect();
        let newest = own.iter().map(|printing| printing.published).max();
        let own: Vec<_> = own
            .iter()
            .filter(|printing| Some(printing.published) == newest)
            .cloned()
            .collect();
        let (Some(own), Some(before)) = (Cluster::main(&own), Cluster::main(&last)) else {
            continue;
        };
        let Some(subject) = own.members.first() else {
            continue;
        };
        cases.push(Case {
            relation: Relation::EarlierDocument(fact.clone()),
            subject: subject.clone(),
            confirmed: false,
            formula: Formula::Same,
            operands: vec![Slot {
                name: String::new(),
                known: Some(Known::new(Some(fact.clone()), before)),
            }],
        });
    }
}
