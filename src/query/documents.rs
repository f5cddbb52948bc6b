//! Documents, remembered.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::versions::is_absence;
use crate::model::{Document, Observation};
use crate::store::{CurrentRow, Snapshot, StoreError};

use super::rows::{About, Row};

/// How many documents are remembered before all are forgotten.
const LIMIT: usize = 1 << 16;

/// Documents by their numbers, as far as they were asked for. A number never comes to
/// mean another document, so what is remembered holds for all snapshots of the database.
#[derive(Debug, Default)]
pub(crate) struct Documents(RwLock<HashMap<u32, Arc<Document>>>);

impl Documents {
    /// Rows with what they are about and their documents.
    pub(crate) fn name(
        &self,
        snapshot: &Snapshot,
        rows: impl IntoIterator<Item = (Arc<About>, CurrentRow)>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = rows.into_iter();
        let mut named = Vec::with_capacity(rows.size_hint().0);
        let mut last: Option<(u32, Arc<Document>)> = None;
        for (about, current) in rows {
            let number = current.observation.source.document;
            let document = match &last {
                Some((of, document)) if *of == number => Arc::clone(document),
                _ => self.look_up(snapshot, number)?,
            };
            last = Some((number, Arc::clone(&document)));
            named.push(Row {
                current,
                document,
                about,
            });
        }
        Ok(named)
    }

    /// One document.
    pub(crate) fn look_up(
        &self,
        snapshot: &Snapshot,
        number: u32,
    ) -> Result<Arc<Document>, StoreError> {
        let met = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = met.get(&number) {
            return Ok(Arc::clone(document));
        }
        drop(met);
        let document = Arc::new(snapshot.document(number)?);
        let mut met = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if met.len() >= LIMIT {
            met.clear();
        }
        met.insert(number, Arc::clone(&document));
        Ok(document)
    }

    /// What is left of the observations of a series, sorted by fact, under [`Supersede::Periodic`](
    /// super::rows::Supersede::Periodic): where a periodic report gives a figure of a fact, those of other documents
    /// are left out.
    pub(crate) fn periodic(
        &self,
        snapshot: &Snapshot,
        observations: &[Observation],
    ) -> Result<Vec<Observation>, StoreError> {
        let mut left = Vec::with_capacity(observations.len());
        for fact in observations.chunk_by(|a, b| a.period == b.period) {
            if let [only] = fact {
                left.push(only.clone());
                continue;
            }
            let periodic = fact
                .iter()
                .map(|seen| {
                    let document = self.look_up(snapshot, seen.source.document)?;
                    Ok(document.kind.is_periodic())
                })
                .collect::<Result<Vec<bool>, StoreError>>()?;
            let reported = fact
                .iter()
                .zip(&periodic)
                .any(|(seen, periodic)| *periodic && !is_absence(&seen.figure));
            let kept = fact
                .iter()
                .zip(&periodic)
                .filter(|(_, periodic)| !reported || **periodic)
                .map(|(seen, _)| seen.clone());
            left.extend(kept);
        }
        Ok(left)
    }
}
