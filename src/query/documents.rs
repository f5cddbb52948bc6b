//! The identities of documents, remembered.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::Id;
use crate::store::{CurrentRow, Snapshot, StoreError};

use super::rows::Row;

/// How many identities are remembered before all are forgotten.
const LIMIT: usize = 1 << 16;

/// The identities of documents by their numbers, as far as they were asked for. A number never comes to
/// mean another document, so what is remembered holds for all snapshots of the database.
#[derive(Debug, Default)]
pub(crate) struct Documents(RwLock<HashMap<u32, Arc<Id>>>);

impl Documents {
    /// Rows with their documents' identities.
    pub(crate) fn name(
        &self,
        snapshot: &Snapshot,
        rows: Vec<CurrentRow>,
    ) -> Result<Vec<Row>, StoreError> {
        let known: Vec<Option<Arc<Id>>> = {
            let met = self.0.read().unwrap_or_else(PoisonError::into_inner);
            rows.iter()
                .map(|row| met.get(&row.observation.source.document).cloned())
                .collect()
        };
        rows.into_iter()
            .zip(known)
            .map(|(current, known)| {
                let document = match known {
                    Some(id) => id,
                    None => self.look_up(snapshot, current.observation.source.document)?,
                };
                Ok(Row { current, document })
            })
            .collect()
    }

    /// The identity of a document.
    pub(crate) fn look_up(&self, snapshot: &Snapshot, number: u32) -> Result<Arc<Id>, StoreError> {
        let met = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = met.get(&number) {
            return Ok(Arc::clone(id));
        }
        drop(met);
        let id = Arc::new(snapshot.document(number)?.id);
        let mut met = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if met.len() >= LIMIT {
            met.clear();
        }
        met.insert(number, Arc::clone(&id));
        Ok(id)
    }
}
