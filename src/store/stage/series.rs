//! What facts make of their series.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::Staged;
use super::facts::Facts;
use super::recent::Recent;
use crate::codec::record::Totals;
use crate::codec::{Key, SeriesId};
use crate::model::Outcome;
use crate::store::catalog;
use crate::store::engine::Tree;
use crate::store::error::StoreError;
use crate::store::merge::{Merged, Place, Said, merge};
use crate::store::order::DocumentOrder;

/// Facts on their way into series.
pub(super) struct Merging<'a> {
    tree: &'a dyn Tree,
    /// As the commit before left them.
    before: Totals,
    order: DocumentOrder,
    /// The series that companies have already, as far as that was asked.
    listed: HashMap<u32, HashSet<SeriesId>>,
    pub(super) recent: Recent<'a>,
}

impl<'a> Merging<'a> {
    pub(super) fn new(
        tree: &'a dyn Tree,
        before: Totals,
        order: DocumentOrder,
        recent: Recent<'a>,
    ) -> Self {
        Self {
            tree,
            before,
            order,
            listed: HashMap::new(),
            recent,
        }
    }

    /// Merges facts into their series, and notes what becomes of each.
    pub(super) fn take_in(
        &mut self,
        staged: &mut Staged,
        facts: &Facts<'_>,
    ) -> Result<(), StoreError> {
        staged.new_rows = u64::try_from(facts.len()).unwrap_or(u64::MAX);
        let mut new: Vec<Said<'_>> = Vec::new();
        for (id, placed) in facts.by_series() {
            new.clear();
            new.extend(placed.clone().map(|placed| placed.said));
            let outcomes = self.merge(staged, id, &new)?;
            staged.written.series.push(id);
            for (placed, outcome) in placed.zip(outcomes) {
                let slot = staged
                    .outcomes
                    .get_mut(placed.document)
                    .and_then(|document| document.outcomes.get_mut(placed.place));
                if let Some(slot) = slot {
                    *slot = outcome;
                }
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        staged: &mut Staged,
        id: SeriesId,
        new: &[Said<'_>],
    ) -> Result<Vec<Outcome>, StoreError> {
        let may_exist = self.may_exist(id);
        let place = Place {
            waiting: self.recent.take(&staged.names, id)?,
            stays: self.recent.stay(),
        };
        let Merged {
            outcomes,
            writes,
            created,
            waiting,
        } = merge(
            self.tree,
            &mut self.order,
            id,
            may_exist,
            place,
            new,
            staged.sequence,
        )?;
        if created && may_exist && self.is_listed(id)? {
            let chunk = 0;
            let key = Key::Current { series: id, chunk };
            return Err(StoreError::damaged_at(&key, "it is missing"));
        }
        if created {
            staged.written.created.push((id, staged.sequence));
            staged.totals.series = staged.totals.series.saturating_add(1);
        }
        staged.groups.push(writes);
        if let Some(waiting) = waiting {
            self.recent.put(id, waiting);
        }
        Ok(outcomes)
    }

    /// Whether the database may have a series: not if its company, metric or variant is new.
    fn may_exist(&self, id: SeriesId) -> bool {
        let Totals {
            companies,
            metrics,
            variants,
            ..
        } = self.before;
        id.company < companies && id.metric < metrics && id.variant < variants
    }

    /// Whether a company has a series already.
    fn is_listed(&mut self, id: SeriesId) -> Result<bool, StoreError> {
        let listed = match self.listed.entry(id.company) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let all = catalog::of_company(self.tree, id.company)?;
                place.insert(all.into_iter().map(|(id, _)| id).collect())
            }
        };
        Ok(listed.contains(&id))
    }
}
