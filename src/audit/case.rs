//! Something that can be recomputed, before it is.

use crate::model::Amount;

use super::finding::Relation;
use super::formula::Formula;
use super::printing::{Known, Printing};

/// A printed figure, and how it is recomputed from others.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) relation: Relation,
    pub(crate) subject: Printing,
    /// Whether another printing of the document says the same as the subject.
    pub(crate) confirmed: bool,
    pub(crate) formula: Formula,
    pub(crate) operands: Vec<Slot>,
}

/// An operand, known or not.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) known: Option<Known>,
}

impl Case {
    /// The case with another amount in the place of a printed one, in all that it is made of.
    pub(crate) fn with(&self, printed: &Printing, amount: &Amount) -> Case {
        let mut case = self.clone();
        let correct = |printing: &mut Printing| {
            if printing.is_at(printed) {
                printing.figure = (*amount).into();
            }
        };
        correct(&mut case.subject);
        for known in case
            .operands
            .iter_mut()
            .filter_map(|slot| slot.known.as_mut())
        {
            known.cluster.members.iter_mut().for_each(correct);
            known.quantity = known.cluster.quantity();
        }
        case
    }

    /// The case with another operand in a place.
    pub(crate) fn with_operand(&self, index: usize, known: Known) -> Case {
        let mut case = self.clone();
        if let Some(slot) = case.operands.get_mut(index) {
            slot.known = Some(known);
        }
        case
    }
}
