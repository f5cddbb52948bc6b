//! Which commit last wrote what, so that what was read before can be kept for as long as it holds.
//!
//! A fixed number of stamps, whatever the size of the database: several series share one. A stamp may be newer than any
//! of what it stands for was written, never older.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::codec::SeriesId;

/// How many stamps there are of series, and of metrics.
const SERIES: usize = 1 << 15;
const METRICS: usize = 1 << 10;

#[derive(Debug)]
pub(super) struct Stamps {
    /// By company and metric.
    series: Box<[AtomicU64]>,
    /// By metric.
    metrics: Box<[AtomicU64]>,
}

impl Default for Stamps {
    fn default() -> Self {
        let stamps = |count| {
            std::iter::repeat_with(AtomicU64::default)
                .take(count)
                .collect()
        };
        Self {
            series: stamps(SERIES),
            metrics: stamps(METRICS),
        }
    }
}

impl Stamps {
    /// Notes what a commit writes. To be called before anybody can see the commit.
    pub(super) fn write(&self, series: &[SeriesId], commit: u64) {
        for id in series {
            let both = [
                self.of_series(id.company, id.metric),
                self.of_metric(id.metric),
            ];
            for stamp in both.into_iter().flatten() {
                stamp.fetch_max(commit, Ordering::AcqRel);
            }
        }
    }

    /// The last commit since the database was opened that may have written a series of a company and metric; 0 if none.
    pub(super) fn last_of_series(&self, company: u32, metric: u32) -> u64 {
        let stamp = self.of_series(company, metric);
        stamp.map_or(u64::MAX, |stamp| stamp.load(Ordering::Acquire))
    }

    /// The last commit since the database was opened that may have written a series of a metric; 0 if none.
    pub(super) fn last_of_metric(&self, metric: u32) -> u64 {
        let stamp = self.of_metric(metric);
        stamp.map_or(u64::MAX, |stamp| stamp.load(Ordering::Acquire))
    }

    fn of_series(&self, company: u32, metric: u32) -> Option<&AtomicU64> {
        self.series.get(place((company, metric), SERIES))
    }

    fn of_metric(&self, metric: u32) -> Option<&AtomicU64> {
        self.metrics.get(place((metric, 0), METRICS))
    }
}

/// Where a pair of numbers belongs among so many.
fn place(pair: (u32, u32), count: usize) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(pair);
    usize::try_from(hash % count as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_never_older_than_what_was_written() {
        let stamps = Stamps::default();
        let id = |company, metric| SeriesId {
            metric,
            variant: 0,
            company,
        };
        assert_eq!(
            (stamps.last_of_series(1, 2), stamps.last_of_metric(2)),
            (0, 0)
        );
        stamps.write(&[id(1, 2), id(3, 4)], 7);
        stamps.write(&[id(1, 2)], 5);
        assert_eq!(
            (stamps.last_of_series(1, 2), stamps.last_of_metric(2)),
            (7, 7)
        );
        for company in 0..100_000 {
            stamps.write(&[id(company, company)], u64::from(company));
        }
        for company in 0..100_000 {
            assert!(stamps.last_of_series(company, company) >= u64::from(company));
            assert!(stamps.last_of_metric(company) >= u64::from(company));
        }
    }
}
