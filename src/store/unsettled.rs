//! Which series have recent rows, so that a scan reads those of the companies that it needs, and no others.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use super::engine::Tree;
use super::error::StoreError;
use super::recent;
use crate::codec::recent::Recent;
use crate::codec::{Key, SeriesId};

/// That a series has recent rows from now on, or has none any more.
pub(super) type Turn = (SeriesId, bool);

/// The series that have recent rows.
///
/// One that is not among them has all its rows in its block, as far as anybody can see them: rows come to be visible after the
/// series is noted, and it is struck out after they are in the block.
#[derive(Debug)]
pub(super) struct Unsettled(Mutex<Noted>);

#[derive(Debug)]
struct Noted {
    /// The companies that may have some.
    companies: BTreeSet<u32>,
    /// `None` until somebody asks.
    series: Option<BTreeSet<SeriesId>>,
}

impl Unsettled {
    /// Those of a database in which these companies have recent rows.
    pub(super) fn new(companies: impl Iterator<Item = u32>) -> Unsettled {
        Unsettled(Mutex::new(Noted {
            companies: companies.collect(),
            series: None,
        }))
    }

    /// Notes what commits change. To be called when it is written, and before anybody can see it.
    pub(super) fn turn(&self, turns: &[Turn]) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Noted { companies, series } = &mut *noted;
        for &(id, has_recent) in turns {
            if has_recent {
                companies.insert(id.company);
            }
            match series {
                Some(series) if has_recent => {
                    series.insert(id);
                }
                Some(series) => {
                    series.remove(&id);
                }
                None => {}
            }
        }
    }

    /// Those of a range, in order. For whoever asks first, the recent rows of all companies are read.
    pub(super) fn of(
        &self,
        range: RangeInclusive<SeriesId>,
        tree: &dyn Tree,
    ) -> Result<Vec<SeriesId>, StoreError> {
        // A commit that is written meanwhile waits to note its series until all are read.
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Noted { companies, series } = &mut *noted;
        let series = match series {
            Some(series) => series,
            unread => unread.insert(read(tree, companies)?),
        };
        Ok(series.range(range).copied().collect())
    }
}

fn read(tree: &dyn Tree, companies: &BTreeSet<u32>) -> Result<BTreeSet<SeriesId>, StoreError> {
    let mut all = BTreeSet::new();
    for &company in companies {
        let value = recent::value(tree, company)?;
        let recent = Recent::parse(&value);
        let recent = recent.map_err(|e| StoreError::decoding(&Key::Recent(company), &e))?;
        let pairs = (0..recent.len()).filter_map(|nth| recent.pair(nth));
        all.extend(pairs.map(|(metric, variant)| SeriesId {
            metric,
            variant,
            company,
        }));
    }
    Ok(all)
}
