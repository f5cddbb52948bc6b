//! The series that the catalog lists, in memory: which ones a company has, and how many there are of each metric and variant, so that a
//! scan over companies knows what it must find.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::{PoisonError, RwLock};

use super::catalog::{self, Created};
use super::engine::Engine;
use super::error::StoreError;
use crate::codec::SeriesId;

/// A metric and a variant, by number.
pub(super) type Pair = (u32, u32);

/// All series, at every commit.
#[derive(Debug, Default)]
pub(super) struct Listed(RwLock<All>);

#[derive(Debug, Default)]
struct All {
    /// The numbers of series of all metrics and variants.
    pairs: BTreeMap<Pair, Counts>,
    /// The series of each company, in order, with the commits that created them.
    companies: HashMap<u32, Vec<(Pair, u64)>>,
}

/// Commits that created series, in order, each with the number of series after it.
type Counts = Vec<(u64, u64)>;

impl Listed {
    /// Reads the catalog, which must list so many series, of commits up to the last one.
    pub(super) fn read(engine: &Engine, head: u64, series: u64) -> Result<Listed, StoreError> {
        let mut created = Vec::new();
        for listed in catalog::all(engine)? {
            let (key, listed) = listed?;
            if listed.iter().any(|(_, commit)| *commit > head) {
                let what = "the last commit does not know it";
                return Err(StoreError::damaged_at(&key, what));
            }
            created.extend(listed);
        }
        if u64::try_from(created.len()) != Ok(series) {
            let found = created.len();
            let what = format!("the catalog lists {found} series, there should be {series}");
            return Err(StoreError::damaged(what));
        }
        created.sort_unstable_by_key(|(id, commit)| (*commit, *id));
        let listed = Listed::default();
        listed.add(&created);
        Ok(listed)
    }

    /// Notes series with the commits that created them, which come after all that were noted. To be called before anybody can see
    /// these commits.
    pub(super) fn add(&self, created: &[Created]) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let All { pairs, companies } = &mut *all;
        for (id, commit) in created {
            let pair = (id.metric, id.variant);
            let of_company = companies.entry(id.company).or_default();
            let place = of_company.partition_point(|(known, _)| *known < pair);
            of_company.insert(place, (pair, *commit));
            let counts = pairs.entry(pair).or_default();
            match counts.last_mut() {
                Some((last, count)) if last == commit => *count = count.saturating_add(1),
                Some((_, count)) => {
                    let count = count.saturating_add(1);
                    counts.push((*commit, count));
                }
                None => counts.push((*commit, 1)),
            }
        }
    }

    /// The series of a company and some metrics that there are at a head, in order.
    pub(super) fn of_company(
        &self,
        company: u32,
        metrics: RangeInclusive<u32>,
        head: u64,
    ) -> Vec<SeriesId> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_company = all.companies.get(&company).map_or(&[][..], Vec::as_slice);
        let begin = of_company.partition_point(|((metric, _), _)| metric < metrics.start());
        let wanted = of_company.iter().skip(begin);
        let wanted = wanted.take_while(|((metric, _), _)| metric <= metrics.end());
        let known = wanted.filter(|(_, created)| *created <= head);
        let id = |&((metric, variant), _): &(Pair, u64)| SeriesId {
            metric,
            variant,
            company,
        };
        known.map(id).collect()
    }

    /// How many series of a range of pairs there are at a head.
    pub(super) fn count(&self, range: RangeInclusive<Pair>, head: u64) -> u64 {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.pairs
            .range(range)
            .map(|(_, counts)| at(counts, head))
            .sum()
    }

    /// The first pair of a range of which not so many series were found as there are at a head. What was found is in order,
    /// without the pairs that nothing was found of.
    pub(super) fn differing(
        &self,
        range: RangeInclusive<Pair>,
        found: &[(Pair, u64)],
        head: u64,
    ) -> Option<Pair> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = found.iter().peekable();
        for (pair, counts) in all.pairs.range(range) {
            let expected = at(counts, head);
            if let Some((before, _)) = found.next_if(|(other, _)| other < pair) {
                return Some(*before);
            }
            let there = found.next_if(|(other, _)| other == pair);
            if there.map_or(0, |(_, count)| *count) != expected {
                return Some(*pair);
            }
        }
        found.next().map(|(pair, _)| *pair)
    }
}

/// How many series there are at a head.
fn at(counts: &Counts, head: u64) -> u64 {
    let known = counts.partition_point(|(commit, _)| *commit <= head);
    let last = known.checked_sub(1).and_then(|last| counts.get(last));
    last.map_or(0, |(_, count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(metric: u32, variant: u32, company: u32) -> SeriesId {
        SeriesId {
            metric,
            variant,
            company,
        }
    }

    #[test]
    fn what_was_found_is_held_against_every_head() {
        let listed = Listed::default();
        listed.add(&[(id(1, 0, 0), 1), (id(1, 0, 1), 1), (id(3, 2, 0), 1)]);
        listed.add(&[(id(1, 0, 2), 4), (id(2, 0, 2), 4)]);
        let all = (0, 0)..=(u32::MAX, u32::MAX);
        let differing = |found: &[(Pair, u64)], head| listed.differing(all.clone(), found, head);
        for (found, head) in [
            (&[][..], 0),
            (&[((1, 0), 2), ((3, 2), 1)], 1),
            (&[((1, 0), 2), ((3, 2), 1)], 3),
            (&[((1, 0), 3), ((2, 0), 1), ((3, 2), 1)], 4),
        ] {
            assert_eq!(differing(found, head), None, "{head}");
        }
        for (found, head, pair) in [
            (&[((1, 0), 2)][..], 1, (3, 2)),
            (&[((3, 2), 1)], 1, (1, 0)),
            (&[((1, 0), 3), ((3, 2), 1)], 1, (1, 0)),
            (&[((1, 0), 3), ((3, 2), 1)], 4, (2, 0)),
            (&[((0, 9), 1), ((1, 0), 2), ((3, 2), 1)], 1, (0, 9)),
            (&[((1, 0), 2), ((1, 1), 1), ((3, 2), 1)], 1, (1, 1)),
            (&[((1, 0), 2), ((3, 2), 1), ((9, 9), 1)], 1, (9, 9)),
        ] {
            assert_eq!(differing(found, head), Some(pair), "{found:?} at {head}");
        }
        let counts = [0, 1, 3, 4].map(|head| listed.count(all.clone(), head));
        assert_eq!(counts, [0, 3, 3, 5]);
        assert_eq!(listed.count((1, 0)..=(2, u32::MAX), 4), 4);
        let one = |pair| listed.differing(pair..=pair, &[], 4);
        assert_eq!((one((2, 0)), one((2, 1))), (Some((2, 0)), None));
    }
}
