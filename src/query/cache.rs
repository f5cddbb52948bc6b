//! Series and panels that were read before, kept while they hold.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quick_cache::sync::{Cache as Keeping, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::model::{Scenario, Scope, Unit};
use crate::store::{SeriesId, Snapshot, StoreError};

use super::delta::DeltaKind;
use super::held::Held;
use super::history::History;
use super::panel_amounts::{AmountRows, PanelRows};
use super::panel_changes::ChangeRows;
use super::panel_period::PanelPeriod;
use super::rows::Observed;
use super::stitch::Numbers;

/// How many bytes are kept of series, by estimate. One of 80 quarters takes 34 KB, if it was asked for its amounts, and 170 KB, if for all
/// there is.
const SERIES_BYTES: u64 = 128 << 20;
/// The same of observations, and of panels.
const BYTES: u64 = 64 << 20;
/// How many series and panels that may be: what the cache is laid out for.
const SERIES: usize = 1 << 12;
const PANELS: usize = 1 << 9;
/// The same of histories: they hold observations too, so that a thousand of 400 observations take 90 MB.
const HISTORY_BYTES: u64 = 128 << 20;
/// The same of panels in brief, and of their changes.
const BRIEF_BYTES: u64 = 32 << 20;
/// How many questions are remembered, in so many places of some each: about as many as there is room for long series. Of
/// more, what is kept would drive out what is asked for again.
const PLACES: usize = 1 << 8;
const EACH: usize = 4;
/// 2^32 by the golden ratio: multiples of it fall evenly and in no order that a caller has.
const GOLDEN: u32 = 0x9E37_79B9;

/// What a series was asked for, as known latest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Question {
    pub(crate) company: u32,
    pub(crate) metrics: Numbers,
    pub(crate) scenario: Scenario,
    pub(crate) scope: Scope,
    pub(crate) unit: Option<Unit>,
}

impl Hash for Question {
    /// Of what nearly always tells questions apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.company.hash(state);
        self.metrics.hash(state);
        if !self.scope.is_total() {
            self.scope.hash(state);
        }
    }
}

/// What a panel was asked for, as known latest.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PanelQuestion {
    pub(crate) metrics: Numbers,
    pub(crate) scenario: Scenario,
    pub(crate) scope: Scope,
    pub(crate) unit: Option<Unit>,
    pub(crate) period: PanelPeriod,
}

/// A question whose answer holds as long as nothing is written that it rests on.
pub(crate) trait Asked: Hash + Eq {
    /// The metrics that the answer rests on.
    fn metrics(&self) -> &Numbers;

    /// Whether what it rests on of a metric is the same as it was at a head.
    fn is_same(&self, snapshot: &Snapshot, head: u64, metric: u32) -> bool;
}

impl Asked for Question {
    fn metrics(&self) -> &Numbers {
        &self.metrics
    }

    fn is_same(&self, snapshot: &Snapshot, head: u64, metric: u32) -> bool {
        snapshot.has_series_of(head, self.company, metric)
    }
}

impl Asked for PanelQuestion {
    fn metrics(&self) -> &Numbers {
        &self.metrics
    }

    fn is_same(&self, snapshot: &Snapshot, head: u64, metric: u32) -> bool {
        snapshot.has_metric_of(head, metric)
    }
}

impl Asked for (PanelQuestion, DeltaKind) {
    fn metrics(&self) -> &Numbers {
        self.0.metrics()
    }

    fn is_same(&self, snapshot: &Snapshot, head: u64, metric: u32) -> bool {
        self.0.is_same(snapshot, head, metric)
    }
}

/// An answer as it was at a head.
#[derive(Debug)]
struct Kept<T> {
    answer: Arc<T>,
    head: u64,
    definitions: u64,
    /// What it weighed when it was kept.
    weight: usize,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            answer: Arc::clone(&self.answer),
            ..*self
        }
    }
}

impl<T: Weigh> Kept<T> {
    fn at(snapshot: &Snapshot, answer: &Arc<T>) -> Self {
        Self {
            answer: Arc::clone(answer),
            head: snapshot.sequence(),
            definitions: snapshot.definitions(),
            weight: answer.weight(),
        }
    }
}

/// What takes memory while it is kept.
pub(crate) trait Weigh {
    /// How many bytes it takes, by estimate.
    fn weight(&self) -> usize;

    /// Whether it may take more than when it was weighed last.
    fn has_grown(&self) -> bool {
        false
    }
}

#[derive(Clone, Debug)]
struct Bytes;

impl<Q, T> Weighter<Q, Kept<T>> for Bytes {
    fn weight(&self, _: &Q, kept: &Kept<T>) -> u64 {
        u64::try_from(kept.weight.saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

/// Answers of one kind, by question. What may not hold any more at the head of a question is not given.
#[derive(Debug)]
pub(crate) struct Answers<Q, T>(Keeping<Q, Kept<T>, Bytes>);

impl<Q: Asked + Clone, T: Weigh> Answers<Q, T> {
    /// The answer to a question, if it is known.
    pub(crate) fn get(&self, snapshot: &Snapshot, question: &Q) -> Option<Arc<T>> {
        let kept = self.0.get(question)?;
        let same = |metric| question.is_same(snapshot, kept.head, metric);
        let holds = kept.definitions == snapshot.definitions() && question.metrics().all(same);
        if !holds {
            return None;
        }
        if kept.answer.has_grown() {
            let weight = kept.answer.weight();
            let weighed = Kept {
                weight,
                ..kept.clone()
            };
            self.0.insert(question.clone(), weighed);
        }
        Some(kept.answer)
    }

    /// Keeps the answer to a question.
    pub(crate) fn keep(&self, snapshot: &Snapshot, question: Q, answer: &Arc<T>) {
        self.0.insert(question, Kept::at(snapshot, answer));
    }
}

/// Series and panels as known latest, by what was asked for.
#[derive(Debug)]
pub(crate) struct Cache {
    pub(crate) series: Answers<Question, Held>,
    /// What was asked for lately, by a part of its hash.
    asked: Box<[[AtomicU32; EACH]]>,
    /// What is forgotten next, as good as drawn by lot: in turn, questions that come round in one order would drive out each other.
    turn: AtomicU32,
    /// The histories of the series of questions.
    pub(crate) histories: Answers<Question, History>,
    observed: Keeping<SeriesId, Kept<Observed>, Bytes>,
    pub(crate) panels: Answers<PanelQuestion, PanelRows>,
    /// Panels in brief.
    pub(crate) amounts: Answers<PanelQuestion, AmountRows>,
    pub(crate) changes: Answers<(PanelQuestion, DeltaKind), ChangeRows>,
}

/// A cache that has room for each answer up to its whole budget. By default it is divided by hash, the budget too, and
/// answers as large as panels of thousands of companies would not be kept where a few of them fall together.
fn undivided<Q: Hash + Eq, T: Weigh>(answers: usize, bytes: u64) -> Answers<Q, T> {
    let options = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity(answers)
        .weight_capacity(bytes)
        .build();
    Answers(match options {
        Ok(options) => Keeping::with_options(
            options,
            Bytes,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        ),
        // Both numbers are given.
        Err(_) => Keeping::with_weighter(answers, bytes, Bytes),
    })
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            series: Answers(Keeping::with_weighter(SERIES, SERIES_BYTES, Bytes)),
            asked: std::iter::repeat_with(Default::default)
                .take(PLACES)
                .collect(),
            turn: AtomicU32::new(0),
            histories: Answers(Keeping::with_weighter(SERIES, HISTORY_BYTES, Bytes)),
            observed: Keeping::with_weighter(SERIES, BYTES, Bytes),
            panels: undivided(PANELS, BYTES),
            amounts: undivided(PANELS, BRIEF_BYTES),
            changes: undivided(PANELS, BRIEF_BYTES),
        }
    }
}

impl Cache {
    /// Whether a question was asked before, lately: then it is worth while to keep the answer. It may be mistaken.
    pub(crate) fn was_asked(&self, question: &Question) -> bool {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(question);
        let place = usize::try_from(hash % PLACES as u64).unwrap_or(0);
        // The upper half, of which the place says nothing.
        let mark = u32::try_from(hash >> 32).unwrap_or(0).max(1);
        let Some(asked) = self.asked.get(place) else {
            return false;
        };
        if asked.iter().any(|one| one.load(Ordering::Relaxed) == mark) {
            return true;
        }
        let turn = self.turn.fetch_add(GOLDEN, Ordering::Relaxed);
        let lot = usize::try_from(turn >> 16).unwrap_or(0) % EACH;
        if let Some(one) = asked.get(lot) {
            one.store(mark, Ordering::Relaxed);
        }
        false
    }

    /// All observations of a series, read if they are not known.
    pub(crate) fn observed(
        &self,
        snapshot: &Snapshot,
        id: SeriesId,
    ) -> Result<Arc<Observed>, StoreError> {
        if let Some(kept) = self.observed.get(&id)
            && snapshot.has_series_of(kept.head, id.company, id.metric)
        {
            return Ok(kept.answer);
        }
        let observed = Arc::new(Observed::read(snapshot, id)?);
        self.observed.insert(id, Kept::at(snapshot, &observed));
        Ok(observed)
    }

    /// The rows of a panel in brief, if they are known.
    pub(crate) fn brief(
        &self,
        snapshot: &Snapshot,
        question: &PanelQuestion,
    ) -> Option<Arc<AmountRows>> {
        let brief = self.amounts.get(snapshot, question);
        brief.or_else(|| Some(Arc::clone(self.panels.get(snapshot, question)?.brief())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn question(number: u32) -> Question {
        Question {
            company: number / 10,
            metrics: Numbers::One(number % 10),
            scenario: Scenario::default(),
            scope: Scope::total(),
            unit: None,
        }
    }

    #[test]
    fn questions_are_remembered_until_many_others_were_asked() {
        let cache = Cache::default();
        let asked = |numbers: std::ops::Range<u32>| {
            numbers
                .filter(|number| cache.was_asked(&question(*number)))
                .count()
        };
        assert_eq!(asked(0..60), 0);
        assert!(asked(0..60) > 50);
        assert_eq!(asked(1_000_000..1_100_000), 0);
        assert_eq!(asked(0..60), 0);
    }

    #[test]
    fn a_thousand_questions_that_come_round_in_one_order_are_all_remembered_in_the_end() {
        let cache = Cache::default();
        let mut left: Vec<_> = (0..1000).map(question).collect();
        for _ in 0..12 {
            left.retain(|question| !cache.was_asked(question));
        }
        assert_eq!(left, []);
    }

    #[test]
    fn large_panels_are_kept_as_long_as_there_is_room_for_them_wherever_their_hashes_fall() {
        let cache: Answers<u32, Large> = undivided(PANELS, BRIEF_BYTES);
        let kept = Kept {
            answer: Arc::new(Large),
            head: 1,
            definitions: 1,
            weight: Large.weight(),
        };
        for number in 0..15 {
            cache.0.insert(number, kept.clone());
        }
        for number in 0..15 {
            assert!(cache.0.get(&number).is_some(), "{number} is not kept");
        }
    }

    #[test]
    fn what_has_grown_is_weighed_again_when_it_is_asked_for() {
        let database = crate::Database::temporary().unwrap();
        let snapshot = database.reader().snapshot();
        let cache: Answers<Question, Growing> = undivided(8, 100_000);
        let answers: Vec<_> = (0..4).map(|_| Arc::new(Growing::default())).collect();
        let all = || (0..).map(question).zip(&answers);
        for (question, answer) in all() {
            cache.keep(&snapshot, question, answer);
        }
        assert_eq!(cache.0.weight(), 4 * 1024);
        answers[2].0.store(50_000, Ordering::Relaxed);
        assert!(cache.get(&snapshot, &question(2)).is_some());
        assert_eq!(cache.0.weight(), 4 * 1024 + 50_000);
        for (question, answer) in all() {
            answer.0.store(50_000, Ordering::Relaxed);
            let _ = cache.get(&snapshot, &question);
        }
        assert_eq!(cache.0.weight(), 1024 + 50_000, "one of them has room");
    }

    #[derive(Debug, Default)]
    struct Growing(AtomicUsize);

    impl Weigh for Growing {
        fn weight(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }

        fn has_grown(&self) -> bool {
            self.weight() > 0
        }
    }

    #[derive(Debug)]
    struct Large;

    impl Weigh for Large {
        fn weight(&self) -> usize {
            2 << 20
        }
    }
}
