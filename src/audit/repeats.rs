//! Facts that are printed several times.

use std::collections::BTreeMap;

use super::case::Case;
use super::claims::compare;
use super::finding::Relation;
use super::material::Material;
use super::printing::{Known, Printing};

/// Every fact of several printings, by the day of which each is.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) {
    for (fact, printings) in &material.facts {
        let mut editions: BTreeMap<_, Vec<Printing>> = BTreeMap::new();
        for printing in printings {
            editions
                .entry(printing.published)
                .or_default()
                .push(printing.clone());
        }
        for edition in editions.values() {
            compare(
                edition,
                || Relation::RepeatedFact(fact.clone()),
                |cluster| Known::new(Some(fact.clone()), cluster),
                cases,
            );
        }
    }
}
