//! Series that were read before, kept while they hold.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync;

use crate::model::{Scenario, Scope, Unit};
use crate::store::Snapshot;

use super::held::Held;
use super::stitch::Numbers;

/// How many bytes are kept, by estimate.
const BYTES: u64 = 64 << 20;
/// How many series that may be: what the cache is laid out for.
const SERIES: usize = 1 << 14;

/// What a series was asked for, as known latest.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Question {
    pub(crate) company: u32,
    pub(crate) metrics: Numbers,
    pub(crate) scenario: Scenario,
    pub(crate) scope: Scope,
    pub(crate) unit: Option<Unit>,
}

/// A series as it was at a head.
#[derive(Clone, Debug)]
struct Kept {
    held: Arc<Held>,
    head: u64,
    definitions: u64,
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<Question, Kept> for Bytes {
    fn weight(&self, _: &Question, kept: &Kept) -> u64 {
        kept.held.weight()
    }
}

/// Series as known latest, by what was asked for. What does not hold any more at the head of a question is not given.
#[derive(Debug)]
pub(crate) struct Cache {
    series: sync::Cache<Question, Kept, Bytes>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            series: sync::Cache::with_weighter(SERIES, BYTES, Bytes),
        }
    }
}

impl Cache {
    /// The answer to a question, if it is known.
    pub(crate) fn series(&self, snapshot: &Snapshot, question: &Question) -> Option<Arc<Held>> {
        let kept = self.series.get(question)?;
        let same = |metric| snapshot.has_series_of(kept.head, question.company, metric);
        let holds = kept.definitions == snapshot.definitions() && question.metrics.all(same);
        holds.then_some(kept.held)
    }

    /// Keeps the answer to a question.
    pub(crate) fn keep(&self, snapshot: &Snapshot, question: Question, held: &Arc<Held>) {
        let kept = Kept {
            held: Arc::clone(held),
            head: snapshot.sequence(),
            definitions: snapshot.definitions(),
        };
        self.series.insert(question, kept);
    }
}
