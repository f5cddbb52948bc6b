//! Something that can be recomputed, before it is.

use super::finding::Relation;
use super::formula::Formula;
use super::printing::{Known, Printing};

/// A printed figure, and how it is recomputed from others.
pub(crate) struct Case {
    pub(crate) relation: Relation,
    pub(crate) subject: Printing,
    /// Whether another printing of the document says the same as the subject.
    pub(crate) confirmed: bool,
    pub(crate) formula: Formula,
    pub(crate) operands: Vec<Slot>,
}

/// An operand, known or not.
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) known: Option<Known>,
}
