//! The facts of a package's new documents, series by series.

use std::collections::HashMap;
use std::ops::Range;

use super::Staged;
use crate::codec::record::{Variant, pack};
use crate::codec::{Key, SeriesId};
use crate::model::SeriesKey;
use crate::store::error::StoreError;
use crate::store::merge::Said;
use crate::store::package::Package;
use crate::store::recent;

/// The facts of new documents.
pub(super) struct Facts<'a> {
    /// In the order of the package.
    all: Vec<Placed<'a>>,
    /// The numbers of all, series by series, and in their order for each.
    by_series: Vec<usize>,
    /// Where those of each series are, by id.
    series: Vec<(SeriesId, Range<usize>)>,
}

/// A fact with the numbers of its document and of itself in the package.
pub(super) struct Placed<'a> {
    pub(super) said: Said<'a>,
    pub(super) document: usize,
    pub(super) place: usize,
}

/// A series that a package speaks of.
struct Found<'a> {
    key: &'a SeriesKey,
    id: SeriesId,
    facts: usize,
    /// The one that came after it when it came last.
    next: usize,
}

impl<'a> Facts<'a> {
    /// Sorts the facts of those documents that have numbers.
    pub(super) fn sorted(
        staged: &mut Staged,
        package: &'a Package,
        numbers: &[Option<u32>],
    ) -> Result<Facts<'a>, StoreError> {
        let new = || package.documents.iter().zip(numbers).enumerate();
        let count = new().filter(|(_, (_, number))| number.is_some());
        let count = count.map(|(_, (document, _))| document.facts.len()).sum();
        let mut all = Vec::with_capacity(count);
        let mut of: Vec<usize> = Vec::with_capacity(count);
        let mut series: Vec<Found<'a>> = Vec::new();
        let mut found: HashMap<&SeriesKey, usize> = HashMap::new();
        let mut last = 0;
        for (nth, (document, number)) in new() {
            let Some(number) = *number else { continue };
            for (place, fact) in document.facts.iter().enumerate() {
                let key = &fact.series;
                // Often the next fact is of the same series, or of the one that came after it in the document before.
                let after = series.get(last).map_or(last, |last| last.next);
                let is_of = |index: &usize| series.get(*index).is_some_and(|one| *one.key == *key);
                let guess = [last, after].into_iter().find(is_of);
                let index = if let Some(index) = guess.or_else(|| found.get(key).copied()) {
                    index
                } else {
                    series.push(Found {
                        key,
                        id: series_id(staged, key)?,
                        facts: 0,
                        next: series.len(),
                    });
                    *found.entry(key).or_insert(series.len() - 1)
                };
                if index != last
                    && let Some(last) = series.get_mut(last)
                {
                    last.next = index;
                }
                last = index;
                if let Some(series) = series.get_mut(index) {
                    series.facts += 1;
                }
                of.push(index);
                all.push(Placed {
                    said: Said {
                        fact,
                        document: number,
                    },
                    document: nth,
                    place,
                });
            }
        }
        let mut begin = 0;
        let mut begins = Vec::with_capacity(series.len());
        let mut ranges = Vec::with_capacity(series.len());
        for one in &series {
            begins.push(begin);
            ranges.push((one.id, begin..begin + one.facts));
            begin += one.facts;
        }
        let mut by_series = vec![0; all.len()];
        for (number, index) in of.into_iter().enumerate() {
            if let Some(begin) = begins.get_mut(index) {
                if let Some(slot) = by_series.get_mut(*begin) {
                    *slot = number;
                }
                *begin += 1;
            }
        }
        ranges.sort_unstable_by_key(|(id, _)| *id);
        Ok(Facts {
            all,
            by_series,
            series: ranges,
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether they are of one company, and no more than there is room for among its recent rows.
    pub(super) fn are_few(&self) -> bool {
        let mut companies = self.series.iter().map(|(id, _)| id.company);
        let first = companies.next();
        companies.all(|company| Some(company) == first) && self.all.len() <= recent::ROWS
    }

    /// The series that they are of, by id, each with its facts in the order of the package.
    pub(super) fn by_series(
        &self,
    ) -> impl Iterator<Item = (SeriesId, impl Iterator<Item = &Placed<'a>> + Clone)> {
        self.series.iter().map(|(id, range)| {
            let numbers = self.by_series.get(range.clone()).unwrap_or_default();
            let placed = numbers.iter().filter_map(|number| self.all.get(*number));
            (*id, placed)
        })
    }
}

/// The numbers of a series; a new variant gets one.
fn series_id(staged: &mut Staged, key: &SeriesKey) -> Result<SeriesId, StoreError> {
    let company = staged.names.companies.number(&key.company);
    let company = company.ok_or_else(|| StoreError::UnknownCompany {
        id: key.company.clone(),
    })?;
    let metric = staged.names.metrics.number(&key.metric);
    let metric = metric.ok_or_else(|| StoreError::UnknownMetric {
        path: key.metric.clone(),
    })?;
    let variant = Variant {
        scenario: key.scenario,
        scope: key.scope.clone(),
        unit: key.unit.clone(),
    };
    let variant = if let Some(number) = staged.names.variants.number(&variant) {
        number
    } else {
        let payload = pack(&variant)?;
        let number = staged.names.variants.push(variant);
        let number = number.ok_or(StoreError::Full { what: "variants" })?;
        staged.put(Key::Variant(number), payload);
        number
    };
    Ok(SeriesId {
        metric,
        variant,
        company,
    })
}
