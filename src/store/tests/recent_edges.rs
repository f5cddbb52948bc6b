//! The edges of recent rows: what just fits, what a block has as well, what came later.

use super::recent::{assert_sound, blocks, filled, go_on, release, value, waiting};
use super::support::*;
use crate::codec::{Key, Row, SeriesHeader, SeriesId};
use crate::model::Period;
use crate::store::engine::Batch;
use crate::store::recent::{OfCompany, Waiting, overflow, payload};
use crate::store::{Snapshot, Store, StoreError};

/// The first series of company `a` with a block and recent rows.
fn on_block(store: &Store) -> SeriesId {
    let waiting = waiting(store, 0);
    let mut with = waiting.iter().filter(|(_, waiting)| waiting.on_block);
    let (metric, variant) = *with.next().unwrap().0;
    SeriesId {
        metric,
        variant,
        company: 0,
    }
}

fn put(store: &Store, key: &Key, payload: Option<&[u8]>) {
    let mut batch = Batch::default();
    match payload {
        Some(payload) => batch.insert(key, payload).unwrap(),
        None => batch.remove(key),
    }
    store.engine.apply(&batch).unwrap();
}

/// The rows of a series in each way they are read; `None` where a scan does not show it.
fn ways(snapshot: &Snapshot, id: SeriesId) -> [Result<Option<Vec<Row>>, StoreError>; 3] {
    let mut swept = None;
    let sweep = snapshot.sweep(Some(id.metric), |found, current| {
        if found == id {
            swept = Some(current.all()?);
        }
        Ok::<_, StoreError>(())
    });
    let current = |rows: Vec<Row>| Some(rows).filter(|rows| !rows.is_empty());
    [
        snapshot.current(id).map(current),
        snapshot.in_place(id, |rows| rows.all().map(current)),
        sweep.map(|()| swept),
    ]
}

#[test]
fn a_value_of_just_the_bound_stays_whole() {
    let place = Place::new();
    let store = filled(&place);
    let all = waiting(&store, 0);
    let bytes = value(&store, 0).unwrap().to_vec();
    let mut left = all.clone();
    let (over, payload_left) = overflow(&mut left, bytes.len()).unwrap();
    assert_eq!(
        (over, &left, payload_left),
        (OfCompany::new(), &all, bytes.clone())
    );
    let (over, shorter) = overflow(&mut left, bytes.len() - 1).unwrap();
    assert!(!over.is_empty() && !left.is_empty());
    assert!(shorter.len() < bytes.len());
    assert_eq!(payload(&left).unwrap(), shorter);
    let newest = over.values().filter_map(Waiting::oldest).max();
    let oldest = left.values().filter_map(Waiting::oldest).min();
    assert!(newest <= oldest, "{newest:?} {oldest:?}");
    left.extend(over);
    assert_eq!(left, all);
}

#[test]
fn a_row_of_the_commit_of_its_block_counts_as_in_the_block() {
    let place = Place::new();
    let mut store = filled(&place);
    let id = on_block(&store);
    let pair = (id.metric, id.variant);
    let before = ways(&store.snapshot(), id);
    let observations = store.snapshot().observations(id).unwrap();
    let block = blocks(&store)[&id.metric];
    let mut series = waiting(&store, 0);
    let rows = &mut series.get_mut(&pair).unwrap().rows;
    let mut known = rows[0].clone();
    assert!(known.observation.commit > block);
    known.observation.commit = block;
    // Between the last period of the block and the first that waits.
    let end = known.observation.period.end() - chrono::Days::new(1);
    let start = known.observation.period.start().unwrap();
    known.observation.period = Period::duration(start, end).unwrap();
    let period = known.observation.period;
    rows.insert(0, known);
    put(&store, &Key::Recent(0), Some(&payload(&series).unwrap()));
    assert_eq!(ways(&store.snapshot(), id), before);
    assert_eq!(store.snapshot().observations(id).unwrap(), observations);
    // What is added does not take it along.
    store.room = usize::MAX;
    store.commit(&release("a", 9, 0..40)).unwrap();
    let rows = &waiting(&store, 0)[&pair].rows;
    assert!(rows.len() > 1);
    assert!(rows.iter().all(|row| row.observation.period != period));
}

#[test]
fn a_block_with_rows_that_are_newer_than_it_is_an_error_beside_recent_rows() {
    let place = Place::new();
    let store = filled(&place);
    let id = on_block(&store);
    let first = Key::Current {
        series: id,
        chunk: 0,
    };
    let value = store.engine.get(&first).unwrap().unwrap();
    let (header, block) = crate::codec::series::parse(&value).unwrap();
    let rows = block.rows().unwrap();
    let newest = rows.iter().map(|row| row.observation.commit).max();
    let header = SeriesHeader {
        commit: newest.unwrap() - 1,
        ..header
    };
    let older = crate::codec::series::encode(header, &crate::codec::block::borrowed(&rows));
    put(&store, &first, Some(&older.unwrap()[0]));
    let newer = StoreError::damaged_at(&first, "it holds rows that are newer than it");
    let expected = [(); 3].map(|()| Err(newer.clone()));
    assert_eq!(ways(&store.snapshot(), id), expected);
    assert_eq!(store.commit(&release("a", 9, 0..40)), Err(newer));
}

#[test]
fn a_backup_without_a_block_that_must_be_there_is_refused() {
    let place = Place::new();
    drop(filled(&place));
    let store = Store::open(&place.path()).unwrap();
    let with = on_block(&store);
    let recent = waiting(&store, 0);
    let without = blocks(&store)
        .into_keys()
        .find(|metric| !recent.contains_key(&(*metric, 0)));
    drop(store);
    for metric in [with.metric, without.unwrap()] {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        let series = SeriesId { metric, ..with };
        let first = Key::Current { series, chunk: 0 };
        put(&store, &first, None);
        let folder = tempfile::tempdir().unwrap();
        let made = store.backup(&folder.path().join("copy"), &digest, &mut go_on);
        let missing = StoreError::damaged_at(&first, "it is missing");
        assert_eq!(made.map(|report| report.commit), Err(missing));
    }
}

#[test]
fn a_snapshot_shows_no_recent_rows_that_came_after_it() {
    let place = Place::new();
    let mut store = Store::create(&place.path()).unwrap();
    store.room = usize::MAX;
    let pinned = store.snapshot();
    store.commit(&release("a", 0, 0..2)).unwrap();
    let first = store.snapshot();
    let ids = first.series_of(&"a".parse().unwrap());
    assert_eq!(ids.len(), 2);
    let before: Vec<_> = ids.iter().map(|id| ways(&first, *id)).collect();
    store.commit(&release("a", 1, 0..2)).unwrap();
    for (id, before) in ids.into_iter().zip(before) {
        assert_eq!(ways(&first, id), before);
        assert_eq!(first.observations(id).unwrap().len(), 1);
        assert_eq!(ways(&pinned, id), [Ok(None), Ok(None), Ok(None)]);
        assert_eq!(pinned.observations(id).unwrap(), []);
    }
}

#[test]
fn a_load_takes_every_series_that_it_speaks_of_out_of_the_recent_rows() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&release("a", 0, 0..5)).unwrap();
    for (n, metrics, left) in [(1, 0..2, 3), (2, 2..5, 0)] {
        commit_to_blocks(&store, &release("a", n, metrics)).unwrap();
        assert_eq!(waiting(&store, 0).len(), left);
        assert_sound(&store);
    }
}
