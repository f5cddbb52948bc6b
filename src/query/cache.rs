//! Series and panels that were read before, kept while they hold.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quick_cache::sync::{Cache as Keeping, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::model::{Observation, Scenario, Scope, Unit};
use crate::store::{SeriesId, Snapshot, StoreError};

use super::delta::DeltaKind;
use super::held::Held;
use super::history::History;
use super::panel_amounts::{AmountRows, PanelRows};
use super::panel_changes::ChangeRows;
use super::panel_period::PanelPeriod;
use super::rows::Observed;
use super::stitch::Numbers;

/// How many bytes are kept of series, of their observations, and of panels, by estimate.
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

/// An answer as it was at a head.
#[derive(Debug)]
struct Kept<T> {
    answer: Arc<T>,
    head: u64,
    definitions: u64,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            answer: Arc::clone(&self.answer),
            ..*self
        }
    }
}

impl<T> Kept<T> {
    fn at(snapshot: &Snapshot, answer: &Arc<T>) -> Self {
        Self {
            answer: Arc::clone(answer),
            head: snapshot.sequence(),
            definitions: snapshot.definitions(),
        }
    }

    /// The answer, if it is the same at another head.
    fn holding(
        self,
        snapshot: &Snapshot,
        metrics: &Numbers,
        same: impl Fn(u32) -> bool,
    ) -> Option<Arc<T>> {
        let holds = self.definitions == snapshot.definitions() && metrics.all(same);
        holds.then_some(self.answer)
    }
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<Question, Kept<Held>> for Bytes {
    fn weight(&self, _: &Question, kept: &Kept<Held>) -> u64 {
        kept.answer.weight()
    }
}

impl Weighter<SeriesId, Kept<Observed>> for Bytes {
    fn weight(&self, _: &SeriesId, kept: &Kept<Observed>) -> u64 {
        let bytes = kept
            .answer
            .all
            .len()
            .saturating_mul(size_of::<Observation>());
        u64::try_from(bytes.saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

impl Weighter<Question, Kept<History>> for Bytes {
    fn weight(&self, _: &Question, kept: &Kept<History>) -> u64 {
        u64::try_from(kept.answer.weight().saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

impl Weighter<PanelQuestion, Kept<PanelRows>> for Bytes {
    fn weight(&self, _: &PanelQuestion, kept: &Kept<PanelRows>) -> u64 {
        let bytes = kept.answer.weight();
        u64::try_from(bytes.saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

impl Weighter<PanelQuestion, Kept<AmountRows>> for Bytes {
    fn weight(&self, _: &PanelQuestion, kept: &Kept<AmountRows>) -> u64 {
        u64::try_from(kept.answer.weight().saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

impl Weighter<(PanelQuestion, DeltaKind), Kept<ChangeRows>> for Bytes {
    fn weight(&self, _: &(PanelQuestion, DeltaKind), kept: &Kept<ChangeRows>) -> u64 {
        u64::try_from(kept.answer.weight().saturating_add(1024)).unwrap_or(u64::MAX)
    }
}

/// Series and panels as known latest, by what was asked for. What may not hold any more at the head of a question is
/// not given.
#[derive(Debug)]
pub(crate) struct Cache {
    series: Keeping<Question, Kept<Held>, Bytes>,
    /// What was asked for lately, by a part of its hash.
    asked: Box<[[AtomicU32; EACH]]>,
    /// What is forgotten next, as good as drawn by lot: in turn, questions that come round in one order would drive out each other.
    turn: AtomicU32,
    histories: Keeping<Question, Kept<History>, Bytes>,
    observed: Keeping<SeriesId, Kept<Observed>, Bytes>,
    panels: Keeping<PanelQuestion, Kept<PanelRows>, Bytes>,
    amounts: Keeping<PanelQuestion, Kept<AmountRows>, Bytes>,
    changes: Keeping<(PanelQuestion, DeltaKind), Kept<ChangeRows>, Bytes>,
}

/// A cache that has room for each answer up to its whole budget. By default it is divided by hash, the budget too, and
/// answers as large as panels of thousands of companies would not be kept where a few of them fall together.
fn undivided<Q: Hash + Eq, T>(answers: usize, bytes: u64) -> Keeping<Q, T, Bytes>
where
    T: Clone,
    Bytes: Weighter<Q, T>,
{
    let options = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity(answers)
        .weight_capacity(bytes)
        .build();
    match options {
        Ok(options) => Keeping::with_options(
            options,
            Bytes,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        ),
        // Both numbers are given.
        Err(_) => Keeping::with_weighter(answers, bytes, Bytes),
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            series: Keeping::with_weighter(SERIES, BYTES, Bytes),
            asked: std::iter::repeat_with(Default::default)
                .take(PLACES)
                .collect(),
            turn: AtomicU32::new(0),
            histories: Keeping::with_weighter(SERIES, HISTORY_BYTES, Bytes),
            observed: Keeping::with_weighter(SERIES, BYTES, Bytes),
            panels: undivided(PANELS, BYTES),
            amounts: undivided(PANELS, BRIEF_BYTES),
            changes: undivided(PANELS, BRIEF_BYTES),
        }
    }
}

impl Cache {
    /// The answer to a question, if it is known.
    pub(crate) fn series(&self, snapshot: &Snapshot, question: &Question) -> Option<Arc<Held>> {
        of_series(self.series.get(question)?, snapshot, question)
    }

    /// The history of the series of a question, if it is known.
    pub(crate) fn history(&self, snapshot: &Snapshot, question: &Question) -> Option<Arc<History>> {
        of_series(self.histories.get(question)?, snapshot, question)
    }

    /// Keeps the history of the series of a question.
    pub(crate) fn keep_history(
        &self,
        snapshot: &Snapshot,
        question: Question,
        history: &Arc<History>,
    ) {
        self.histories.insert(question, Kept::at(snapshot, history));
    }

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

    /// Keeps the answer to a question.
    pub(crate) fn keep(&self, snapshot: &Snapshot, question: Question, held: &Arc<Held>) {
        self.series.insert(question, Kept::at(snapshot, held));
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

    /// The rows of a panel, if they are known.
    pub(crate) fn panel(
        &self,
        snapshot: &Snapshot,
        question: &PanelQuestion,
    ) -> Option<Arc<PanelRows>> {
        of_panel(self.panels.get(question)?, snapshot, question)
    }

    /// Keeps the rows of a panel.
    pub(crate) fn keep_panel(
        &self,
        snapshot: &Snapshot,
        question: PanelQuestion,
        rows: &Arc<PanelRows>,
    ) {
        self.panels.insert(question, Kept::at(snapshot, rows));
    }

    /// The rows of a panel in brief, if they are known.
    pub(crate) fn panel_amounts(
        &self,
        snapshot: &Snapshot,
        question: &PanelQuestion,
    ) -> Option<Arc<AmountRows>> {
        let brief = self.amounts.get(question);
        let brief = brief.and_then(|kept| of_panel(kept, snapshot, question));
        brief.or_else(|| Some(Arc::clone(self.panel(snapshot, question)?.brief())))
    }

    /// Keeps the rows of a panel in brief.
    pub(crate) fn keep_panel_amounts(
        &self,
        snapshot: &Snapshot,
        question: PanelQuestion,
        rows: &Arc<AmountRows>,
    ) {
        self.amounts.insert(question, Kept::at(snapshot, rows));
    }

    /// The changes of a panel, if they are known.
    pub(crate) fn panel_changes(
        &self,
        snapshot: &Snapshot,
        question: &(PanelQuestion, DeltaKind),
    ) -> Option<Arc<ChangeRows>> {
        of_panel(self.changes.get(question)?, snapshot, &question.0)
    }

    /// Keeps the changes of a panel.
    pub(crate) fn keep_panel_changes(
        &self,
        snapshot: &Snapshot,
        question: (PanelQuestion, DeltaKind),
        rows: &Arc<ChangeRows>,
    ) {
        self.changes.insert(question, Kept::at(snapshot, rows));
    }
}

fn of_series<T>(kept: Kept<T>, snapshot: &Snapshot, question: &Question) -> Option<Arc<T>> {
    let (head, company) = (kept.head, question.company);
    let same = |metric| snapshot.has_series_of(head, company, metric);
    kept.holding(snapshot, &question.metrics, same)
}

fn of_panel<T>(kept: Kept<T>, snapshot: &Snapshot, question: &PanelQuestion) -> Option<Arc<T>> {
    let head = kept.head;
    let same = |metric| snapshot.has_metric_of(head, metric);
    kept.holding(snapshot, &question.metrics, same)
}

#[cfg(test)]
mod tests {
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
        let cache: Keeping<u32, Kept<Large>, Bytes> = undivided(PANELS, BRIEF_BYTES);
        let kept = Kept {
            answer: Arc::new(Large),
            head: 1,
            definitions: 1,
        };
        for number in 0..15 {
            cache.insert(number, kept.clone());
        }
        for number in 0..15 {
            assert!(cache.get(&number).is_some(), "{number} is not kept");
        }
    }

    #[derive(Debug)]
    struct Large;

    impl Weighter<u32, Kept<Large>> for Bytes {
        fn weight(&self, _: &u32, _: &Kept<Large>) -> u64 {
            2 << 20
        }
    }
}
