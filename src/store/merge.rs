//! The new state of one series: what a package's facts do to it.

use std::collections::{BTreeMap, HashSet};

use super::engine::{Tree, Value};
use super::error::StoreError;
use super::order::DocumentOrder;
use super::recent::{self, Waiting};
use super::series::{self, Stored};
use super::write::Write;
use crate::codec::envelope::PAYLOAD_LIMIT;
use crate::codec::{Block, Key, Row, RowRef, SeriesHeader, SeriesId, block};
use crate::model::versions::outcome;
use crate::model::{Observation, Outcome, Period, Reported, Source};

/// What merging did.
pub(super) struct Merged {
    /// In the order of the new observations.
    pub(super) outcomes: Vec<Outcome>,
    /// All keys of the series that change. They go into one batch, so that readers find them together.
    pub(super) writes: Vec<Write>,
    pub(super) created: bool,
    /// Its recent rows, where it has some now.
    pub(super) waiting: Option<Waiting>,
}

/// What there is of a series beside its blocks, and where what is said of it goes.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Its recent rows, which it has no more afterwards unless they are given back.
    pub(super) waiting: Option<Waiting>,
    /// Whether facts that are said for the first time become recent rows.
    pub(super) stays: bool,
}

/// One fact while it is merged.
#[derive(Default)]
struct Fact {
    /// As stored.
    row: Option<Row>,
    /// All its observations, if it is touched.
    known: Option<Vec<Observation>>,
    /// How many of them, from the first, are in the history.
    in_history: usize,
}

/// A fact that a package brings, and the number of its document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) fact: &'a Reported,
    pub(super) document: u32,
}

impl<'a> Said<'a> {
    fn source(&self) -> Source {
        Source {
            document: self.document,
            cell: self.fact.cell,
        }
    }

    /// The row of a fact of which this is the only observation.
    fn row(&self, commit: u64) -> RowRef<'a> {
        let fact = self.fact;
        RowRef {
            period: fact.period,
            figure: &fact.figure,
            published: fact.published,
            source: self.source(),
            rank: fact.rank,
            commit,
            conflicting: false,
            versions: false,
        }
    }

    pub(super) fn observation(&self, commit: u64) -> Observation {
        let fact = self.fact;
        Observation {
            period: fact.period,
            figure: fact.figure.clone(),
            published: fact.published,
            source: self.source(),
            rank: fact.rank,
            commit,
        }
    }
}

/// Merges what is said of one series, in the order of the package. All is of commit `sequence`. A series that cannot
/// exist yet is not looked up.
pub(super) fn merge(
    tree: &dyn Tree,
    order: &mut DocumentOrder,
    id: SeriesId,
    may_exist: bool,
    place: Place,
    new: &[Said<'_>],
    sequence: u64,
) -> Result<Merged, StoreError> {
    let Place { waiting, stays } = place;
    if stays
        && let Some(merged) = recent::add(tree, id, may_exist, waiting.as_ref(), new, sequence)?
    {
        return Ok(merged);
    }
    let stored = if !may_exist {
        None
    } else if let Some(waiting) = waiting {
        Some(recent::joined(tree, id, waiting)?)
    } else {
        if ascend(new) {
            let rows: Vec<RowRef<'_>> = new.iter().map(|said| said.row(sequence)).collect();
            let appended = first_chunk(tree, id)?
                .map(|first| appended(id, &first, &rows, sequence))
                .transpose()?;
            if let Some(write) = appended.flatten() {
                return Ok(Merged {
                    outcomes: vec![Outcome::Created; new.len()],
                    writes: vec![write],
                    created: false,
                    waiting: None,
                });
            }
        }
        series::read(tree, id)?
    };
    let created = stored.is_none();
    if created && ascend(new) {
        return begun(id, new, sequence);
    }
    let new: Vec<Observation> = new.iter().map(|said| said.observation(sequence)).collect();
    let Stored { header, rows } = stored.unwrap_or_else(|| Stored {
        header: empty(sequence),
        rows: Vec::new(),
    });
    let Changed {
        rows,
        outcomes,
        additions,
    } = if are_new(&rows, &new) {
        added(rows, new)
    } else {
        let history =
            |wanted: &dyn Fn(&Period) -> bool| series::read_history(tree, id, &header, wanted);
        changed(tree, order, history, rows, new)?
    };
    let mut writes = Vec::new();
    let header = append_history(tree, id, header, additions, &mut writes)?;
    let header = SeriesHeader {
        commit: sequence,
        ..header
    };
    write_current(id, header, &block::borrowed(&rows), &mut writes)?;
    Ok(Merged {
        outcomes,
        writes,
        created,
        waiting: None,
    })
}

/// Whether each is of another period, and they are in their order.
fn ascend(new: &[Said<'_>]) -> bool {
    new.is_sorted_by(|a, b| a.fact.period < b.fact.period)
}

/// A new series, of facts that are [in order](ascend).
fn begun(id: SeriesId, new: &[Said<'_>], sequence: u64) -> Result<Merged, StoreError> {
    let rows: Vec<RowRef<'_>> = new.iter().map(|said| said.row(sequence)).collect();
    let mut writes = Vec::with_capacity(1);
    write_current(id, empty(sequence), &rows, &mut writes)?;
    Ok(Merged {
        outcomes: vec![Outcome::Created; new.len()],
        writes,
        created: true,
        waiting: None,
    })
}

pub(super) fn first_chunk(tree: &dyn Tree, id: SeriesId) -> Result<Option<Value>, StoreError> {
    tree.get(&first_key(id))
}

pub(super) fn first_key(series: SeriesId) -> Key {
    Key::Current { series, chunk: 0 }
}

pub(super) fn parse(id: SeriesId, first: &Value) -> Result<(SeriesHeader, Block<'_>), StoreError> {
    let parsed = crate::codec::series::parse(first);
    parsed.map_err(|error| StoreError::decoding(&first_key(id), &error))
}

/// Adds rows, in order, of facts that come after all those of a series to its block, without decoding this; `None` where they do
/// not, or that cannot be done.
pub(super) fn appended(
    id: SeriesId,
    first: &Value,
    rows: &[RowRef<'_>],
    sequence: u64,
) -> Result<Option<Write>, StoreError> {
    let (header, block) = parse(id, first)?;
    let Some(last) = block.len().checked_sub(1).and_then(|row| block.period(row)) else {
        return Ok(None);
    };
    let follow = rows.first().is_some_and(|first| first.period > last);
    if !follow || usize::try_from(header.rows) != Ok(block.len()) {
        return Ok(None);
    }
    check_newest(id, &header, &block)?;
    let header = SeriesHeader {
        commit: sequence,
        ..header
    };
    let payload = crate::codec::series::append(header, &block, rows);
    Ok(payload.map(|payload| Write::put(first_key(id), payload)))
}

pub(super) fn check_newest(
    id: SeriesId,
    header: &SeriesHeader,
    block: &Block<'_>,
) -> Result<(), StoreError> {
    let newest = block.commit.greatest(block.len());
    if newest > Some(header.commit.into()) {
        let what = "it holds rows that are newer than it";
        return Err(StoreError::damaged_at(&first_key(id), what));
    }
    Ok(())
}

pub(super) fn missing(id: SeriesId) -> StoreError {
    StoreError::damaged_at(&first_key(id), "it is missing")
}

/// What new observations make of the rows of a series.
#[derive(PartialEq, Debug)]
struct Changed {
    rows: Vec<Row>,
    /// In the order of the new observations.
    outcomes: Vec<Outcome>,
    /// What belongs into the history besides what is in it.
    additions: Vec<Row>,
}

/// Whether every new observation is the only one of its fact.
fn are_new(rows: &[Row], new: &[Observation]) -> bool {
    let last = rows.last().map(|row| row.observation.period);
    let ascend = |a: &Observation, b: &Observation| a.period < b.period;
    if new.is_sorted_by(ascend) && new.first().map(|first| first.period) > last {
        return true;
    }
    let mut periods: Vec<Period> = new.iter().map(|observation| observation.period).collect();
    periods.sort_unstable();
    periods.is_sorted_by(|a, b| a < b)
        && periods.iter().all(|period| {
            let known = rows.binary_search_by_key(period, |row| row.observation.period);
            known.is_err()
        })
}

/// Adds observations that [are each the only one](are_new) of their fact.
fn added(mut rows: Vec<Row>, new: Vec<Observation>) -> Changed {
    let outcomes = vec![Outcome::Created; new.len()];
    rows.extend(new.into_iter().map(Row::from));
    rows.sort_by_key(|row| row.observation.period);
    Changed {
        rows,
        outcomes,
        additions: Vec::new(),
    }
}

/// Adds any observations. `history_of` reads those of some periods from the history.
fn changed(
    tree: &dyn Tree,
    order: &mut DocumentOrder,
    history_of: impl Fn(&dyn Fn(&Period) -> bool) -> Result<Vec<Observation>, StoreError>,
    rows: Vec<Row>,
    new: Vec<Observation>,
) -> Result<Changed, StoreError> {
    let mut facts: BTreeMap<Period, Fact> = BTreeMap::new();
    for row in rows {
        let period = row.observation.period;
        facts.entry(period).or_default().row = Some(row);
    }
    let touched: HashSet<Period> = new.iter().map(|observation| observation.period).collect();
    let mut history: Option<Vec<Observation>> = None;
    let mut outcomes = Vec::with_capacity(new.len());
    for observation in new {
        let fact = facts.entry(observation.period).or_default();
        let known = match fact.known.take() {
            Some(known) => known,
            None => match &fact.row {
                None => Vec::new(),
                Some(row) if !row.versions => vec![row.observation.clone()],
                Some(_) => {
                    let all = match history.take() {
                        Some(all) => all,
                        None => history_of(&|period| touched.contains(period))?,
                    };
                    let own = |o: &&Observation| o.period == observation.period;
                    let known: Vec<_> = all.iter().filter(own).cloned().collect();
                    history = Some(all);
                    fact.in_history = known.len();
                    known
                }
            },
        };
        if known.iter().any(|other| other.source == observation.source) {
            return Err(order.cell_twice(observation.source));
        }
        if known.is_empty() {
            outcomes.push(Outcome::Created);
        } else {
            order.learn(tree, known.iter().chain([&observation]))?;
            outcomes.push(outcome(&known, &observation, |a, b| order.compare(a, b)));
        }
        let known = fact.known.insert(known);
        known.push(observation);
    }
    let mut rows = Vec::with_capacity(facts.len());
    let mut additions: Vec<Row> = Vec::new();
    for fact in facts.into_values() {
        match (fact.known, fact.row) {
            (Some(known), _) => {
                if known.len() > 1 {
                    additions.extend(known.iter().skip(fact.in_history).cloned().map(Row::from));
                }
                rows.push(series::row_of(known, order)?);
            }
            (None, Some(row)) => rows.push(row),
            (None, None) => {}
        }
    }
    Ok(Changed {
        rows,
        outcomes,
        additions,
    })
}

pub(super) fn empty(sequence: u64) -> SeriesHeader {
    SeriesHeader {
        commit: sequence,
        created: sequence,
        chunks: 0,
        rows: 0,
        history_chunks: 0,
        history_rows: 0,
    }
}

/// Writes all chunks of a current block, and removes those that `header` counts beyond them.
pub(super) fn write_current(
    id: SeriesId,
    header: SeriesHeader,
    rows: &[RowRef<'_>],
    writes: &mut Vec<Write>,
) -> Result<(), StoreError> {
    let key = |chunk| Key::Current { series: id, chunk };
    let payloads = crate::codec::series::encode(header, rows)?;
    let mut next: u16 = 0;
    for payload in payloads {
        writes.push(Write::put(key(next), payload));
        next = next.saturating_add(1);
    }
    writes.extend((next..header.chunks).map(|chunk| Write::remove(key(chunk))));
    Ok(())
}

/// Adds rows to the history: the last chunk is filled up, the rest goes into new ones.
fn append_history(
    tree: &dyn Tree,
    id: SeriesId,
    header: SeriesHeader,
    additions: Vec<Row>,
    writes: &mut Vec<Write>,
) -> Result<SeriesHeader, StoreError> {
    if additions.is_empty() {
        return Ok(header);
    }
    let key = |chunk| Key::History { series: id, chunk };
    let added = u64::try_from(additions.len()).unwrap_or(u64::MAX);
    let mut next = header.history_chunks;
    let mut rows = Vec::new();
    let mut left = header.history_rows;
    for chunk in 0..next {
        let value = tree
            .get(&key(chunk))?
            .ok_or_else(|| StoreError::damaged_at(&key(chunk), "it is missing"))?;
        let block = series::history_block(&key(chunk), &value)?;
        let more = || StoreError::damaged_at(&key(chunk), "it holds rows that are not counted");
        left = left.checked_sub(series::length(&block)).ok_or_else(more)?;
        if chunk + 1 == next {
            let mut stored = Vec::new();
            series::read_history_block(&key(chunk), &block, u64::MAX, |_| true, &mut stored)?;
            rows.extend(stored.into_iter().map(Row::from));
        }
    }
    if left > 0 {
        let what = "rows of the history are missing";
        return Err(StoreError::damaged_at(&key(next), what));
    }
    let old = rows.len();
    rows.extend(additions);
    let fit = fitting(&rows, old)?;
    let (first, rest) = rows.split_at_checked(fit).unwrap_or((&rows, &[]));
    if fit > old {
        let last = next.checked_sub(1).filter(|_| old > 0).unwrap_or(next);
        writes.push(Write::put(key(last), block::encode(first)?));
        next = last.checked_add(1).ok_or(StoreError::Full {
            what: "history blocks",
        })?;
    }
    if !rest.is_empty() {
        for payload in block::encode_split(&block::borrowed(rest), PAYLOAD_LIMIT)? {
            writes.push(Write::put(key(next), payload));
            next = next.checked_add(1).ok_or(StoreError::Full {
                what: "history blocks",
            })?;
        }
    }
    Ok(SeriesHeader {
        history_chunks: next,
        history_rows: header.history_rows.saturating_add(added),
        ..header
    })
}

/// How many of the rows fit into one chunk; `old` of them do.
fn fitting(rows: &[Row], old: usize) -> Result<usize, StoreError> {
    let fits = |count: usize| -> Result<bool, StoreError> {
        let head = rows.get(..count).unwrap_or_default();
        Ok(u16::try_from(count).is_ok() && block::encode(head)?.len() <= PAYLOAD_LIMIT)
    };
    if fits(rows.len())? {
        return Ok(rows.len());
    }
    let (mut fit, mut unfit) = (old, rows.len());
    while unfit - fit > 1 {
        let middle = usize::midpoint(fit, unfit);
        if fits(middle)? {
            fit = middle;
        } else {
            unfit = middle;
        }
    }
    Ok(fit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::ops::RangeInclusive;

    use super::*;
    use crate::codec::block::tests::any_row;
    use crate::model::{Scenario, Scope, SeriesKey, Unit};
    use crate::store::engine::Entry;
    use crate::store::engine::Value;

    /// A tree without anything: the facts of these tests need no document.
    struct Nothing;

    impl Tree for Nothing {
        fn range(&self, _: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
            Ok(Vec::new())
        }

        fn get(&self, _: &Key) -> Result<Option<Value>, StoreError> {
            Ok(None)
        }
    }

    fn any_said() -> impl Strategy<Value = Reported> {
        any_row().prop_map(|row| Reported {
            series: SeriesKey {
                company: "a".parse().unwrap(),
                metric: "m".parse().unwrap(),
                scenario: Scenario::Actual,
                scope: Scope::total(),
                unit: Unit::Pure,
            },
            period: row.observation.period,
            figure: row.observation.figure,
            published: row.observation.published,
            cell: row.observation.source.cell,
            rank: row.observation.rank,
        })
    }

    fn rows(of: Vec<Row>) -> Vec<Row> {
        let plain = of.into_iter().map(|row| Row::from(row.observation));
        let by_period: BTreeMap<Period, Row> =
            plain.map(|row| (row.observation.period, row)).collect();
        by_period.into_values().collect()
    }

    proptest! {
        #[test]
        fn new_facts_are_added_as_any_are(
            known in proptest::collection::vec(any_row(), 0..20),
            new in proptest::collection::vec(any_row(), 0..20),
        ) {
            let (known, new) = (rows(known), rows(new).into_iter().rev());
            let periods: HashSet<Period> = known.iter().map(|row| row.observation.period).collect();
            let new: Vec<Observation> = new.map(|row| row.observation).collect();
            let fresh: Vec<Observation> =
                new.iter().filter(|o| !periods.contains(&o.period)).cloned().collect();
            prop_assert_eq!(are_new(&known, &new), fresh.len() == new.len());
            prop_assert!(are_new(&known, &fresh));
            let twice: Vec<Observation> = fresh.iter().chain(fresh.first()).cloned().collect();
            prop_assert!(twice.is_empty() || !are_new(&known, &twice));
            let none = |_: &dyn Fn(&Period) -> bool| Ok(Vec::new());
            let mut order = DocumentOrder::default();
            let plain = changed(&Nothing, &mut order, none, known.clone(), fresh.clone()).unwrap();
            prop_assert_eq!(added(known, fresh), plain);
        }

        #[test]
        fn a_new_series_begins_as_any_series_is_changed(
            mut facts in proptest::collection::vec(any_said(), 1..40), commit in any::<u64>(),
        ) {
            facts.sort_by_key(|fact| fact.period);
            facts.dedup_by_key(|fact| fact.period);
            let said: Vec<Said<'_>> =
                (7..).zip(&facts).map(|(document, fact)| Said { fact, document }).collect();
            prop_assert!(ascend(&said));
            let id = SeriesId { metric: 1, variant: 2, company: 3 };
            let begun = begun(id, &said, commit).unwrap();

            let observations = said.iter().map(|said| said.observation(commit)).collect();
            let none = |_: &dyn Fn(&Period) -> bool| Ok(Vec::new());
            let mut order = DocumentOrder::default();
            let plain = changed(&Nothing, &mut order, none, Vec::new(), observations).unwrap();
            prop_assert_eq!(plain.additions, vec![]);
            prop_assert_eq!(begun.outcomes, plain.outcomes);
            let mut writes = Vec::new();
            write_current(id, empty(commit), &block::borrowed(&plain.rows), &mut writes).unwrap();
            let written = |writes: Vec<Write>| -> Vec<(Key, Option<Vec<u8>>)> {
                writes.into_iter().map(|write| (write.key, write.payload)).collect()
            };
            prop_assert_eq!(written(begun.writes), written(writes));
        }
    }
}
