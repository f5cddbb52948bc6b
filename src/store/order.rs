//! The order of documents by their own ids, which does not depend on the order they were taken in.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::engine::Tree;
use super::error::StoreError;
use crate::codec::Key;
use crate::codec::record::{DocumentNumber, DocumentRecord, unpack};
use crate::model::{Id, Observation, Source};

/// Orders the numbers of documents by their ids, as [`shown`](crate::model::versions::shown) wants it.
///
/// It knows the documents of the observations it was made for, as far as their order matters: documents
/// published on different days are never compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentOrder {
    ids: HashMap<u32, Id>,
}

impl DocumentOrder {
    /// How two documents are ordered.
    pub(crate) fn compare(&self, a: u32, b: u32) -> Ordering {
        match (self.ids.get(&a), self.ids.get(&b)) {
            (Some(first), Some(second)) => first.cmp(second),
            _ => a.cmp(&b),
        }
    }

    /// How two observations of a series are ordered: by period, publication, document and cell.
    pub(super) fn of(&self, a: &Observation, b: &Observation) -> Ordering {
        let days = (a.period, a.published).cmp(&(b.period, b.published));
        days.then_with(|| self.compare(a.source.document, b.source.document))
            .then_with(|| a.source.cell.cmp(&b.source.cell))
    }

    /// Adds a document.
    pub(super) fn add(&mut self, number: u32, id: Id) {
        self.ids.insert(number, id);
    }

    /// That one cell of a document it knows says two things about one fact.
    pub(super) fn cell_twice(&self, source: Source) -> StoreError {
        match self.ids.get(&source.document) {
            Some(id) => StoreError::CellTwice {
                document: id.clone(),
                cell: source.cell,
            },
            None => StoreError::damaged("a cell says two things about one fact"),
        }
    }

    /// Looks up the documents whose order matters for some observations of one or many facts.
    pub(super) fn learn<'a>(
        &mut self,
        tree: &dyn Tree,
        observations: impl IntoIterator<Item = &'a Observation>,
    ) -> Result<(), StoreError> {
        let mut days = HashMap::new();
        for observation in observations {
            let document = observation.source.document;
            let first = *days.entry(observation.published).or_insert(document);
            if first != document {
                self.look_up(tree, first)?;
                self.look_up(tree, document)?;
            }
        }
        Ok(())
    }

    fn look_up(&mut self, tree: &dyn Tree, number: u32) -> Result<(), StoreError> {
        if let std::collections::hash_map::Entry::Vacant(place) = self.ids.entry(number) {
            place.insert(document(tree, number)?.document.id);
        }
        Ok(())
    }
}

/// The record of a document that the database refers to.
pub(super) fn document(tree: &dyn Tree, number: u32) -> Result<DocumentRecord, StoreError> {
    let key = Key::Document(number);
    let value = tree
        .get(&key)?
        .ok_or_else(|| StoreError::damaged_at(&key, "it is missing"))?;
    unpack(&value).map_err(|error| StoreError::decoding(&key, &error))
}

/// The number of the document with an id, visible or not.
pub(super) fn document_number(tree: &dyn Tree, id: &Id) -> Result<Option<u32>, StoreError> {
    let key = Key::DocumentIndex(id.clone());
    let Some(value) = tree.get(&key)? else {
        return Ok(None);
    };
    let DocumentNumber(number) =
        unpack(&value).map_err(|error| StoreError::decoding(&key, &error))?;
    Ok(Some(number))
}
