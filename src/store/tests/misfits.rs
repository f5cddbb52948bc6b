//! Stored rows that do not fit their header or each other are an error wherever they are read, and so is what is to be added to them.

use super::support::*;
use super::verify::rich;
use crate::codec::{Key, Row, SeriesHeader, SeriesId, block, series as series_codec};
use crate::store::engine::Batch;
use crate::store::{Snapshot, Store, StoreError};

const AM: SeriesId = SeriesId {
    metric: 0,
    variant: 0,
    company: 0,
};

const FIRST: Key = Key::Current {
    series: AM,
    chunk: 0,
};

/// A rich database in which the block of a m, of quarters 0 to 2, was written anew.
fn changed(place: &Place, change: impl FnOnce(&mut SeriesHeader, &mut Vec<Row>)) -> Store {
    let store = rich(place);
    let value = store.engine.get(&FIRST).unwrap().unwrap();
    let (mut header, block) = series_codec::parse(&value).unwrap();
    let mut rows = block.rows().unwrap();
    assert_eq!((header.commit, header.rows, rows.len()), (3, 3, 3));
    header.rows = 0;
    change(&mut header, &mut rows);
    let payloads = series_codec::encode(header, &block::borrowed(&rows)).unwrap();
    let mut payload = payloads.into_iter().next().unwrap();
    if header.rows > 0 {
        payload[18..22].copy_from_slice(&header.rows.to_be_bytes());
    }
    let mut batch = Batch::default();
    batch.insert(&FIRST, &payload).unwrap();
    store.engine.apply(&batch).unwrap();
    store
}

/// How all of the rows can be read.
fn reads(snapshot: &Snapshot) -> [Option<StoreError>; 4] {
    fn ignore<T>(_: T) {}
    let mut swept = Ok(());
    let sweep = snapshot.sweep(Some(0), |id, current| {
        if id == AM {
            swept = current.all().map(ignore);
        }
        Ok::<_, StoreError>(())
    });
    [
        snapshot.current(AM).map(ignore),
        snapshot.in_place(AM, |current| current.all().map(ignore)),
        snapshot.in_place(AM, |current| current.all_periods().map(ignore)),
        sweep.and(swept),
    ]
    .map(Result::err)
}

fn assert_damaged(errors: &[Option<StoreError>], words: &str) {
    for error in errors {
        let said = error.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(said.contains(words), "{said:?}, not {words:?}");
    }
}

#[test]
fn rows_that_are_twice_or_not_in_order_are_damage() {
    let swapped = |_: &mut SeriesHeader, rows: &mut Vec<Row>| rows.swap(0, 2);
    let twice = |_: &mut SeriesHeader, rows: &mut Vec<Row>| rows.insert(1, rows[1].clone());
    for change in [swapped, twice] {
        let place = Place::new();
        let store = changed(&place, change);
        let [whole, rest @ ..] = reads(&store.snapshot());
        assert_damaged(&[whole], "its rows are not those its header announces");
        assert_damaged(&rest, "its rows are not in order");
    }
    let place = Place::new();
    let sound = changed(&place, |_, _| {});
    assert_eq!(reads(&sound.snapshot()), [const { None }; 4]);
}

#[test]
fn rows_that_the_header_does_not_count_are_damage() {
    for count in [2, 4] {
        let place = Place::new();
        let store = changed(&place, |header, _| header.rows = count);
        let [whole, rest @ ..] = reads(&store.snapshot());
        assert_damaged(&[whole], "its rows are not those its header announces");
        assert_damaged(&rest, "rows are missing");
    }
    // a m has six observations: those of quarters 0 and 2 are in the history.
    let place = Place::new();
    let store = changed(&place, |header, _| header.history_rows = 6);
    let observations = store.snapshot().observations(AM).unwrap_err();
    assert_damaged(&[Some(observations)], "rows of the history are missing");
}

/// A fact after the last one is added without reading the rows before it, but not to a block that is damaged.
#[test]
fn nothing_is_added_to_rows_that_are_newer_than_their_block() {
    let later = simple("later", "2002-01-01", &[(9, 1, 0)]);
    for (commit, is_sound) in [(2, false), (3, true)] {
        let place = Place::new();
        let store = changed(&place, |header, _| header.commit = commit);
        let error = store.commit(&later).err();
        if is_sound {
            assert_eq!(error, None);
        } else {
            assert_damaged(&[error], "it holds rows that are newer than it");
        }
    }
}

#[test]
fn nothing_is_added_to_rows_that_the_header_does_not_count() {
    let later = simple("later", "2002-01-01", &[(9, 1, 0)]);
    for count in [2, 4] {
        let place = Place::new();
        let store = changed(&place, |header, _| header.rows = count);
        let error = store.commit(&later).err();
        assert_damaged(&[error], "its rows are not those its header announces");
    }
}

/// A series that is listed and lost does not begin anew.
#[test]
fn nothing_is_added_to_a_series_that_is_lost() {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    batch.remove(&FIRST);
    store.engine.apply(&batch).unwrap();
    let later = simple("later", "2002-01-01", &[(9, 1, 0)]);
    let missing = StoreError::damaged_at(&FIRST, "it is missing");
    assert_eq!(store.commit(&later), Err(missing));
    // Another one of that company and metric does, and so does that metric of another company.
    let mut others = [("a", "segment=x"), ("c", "total")].map(|(company, scope)| {
        let mut fact = fact(company, "m", quarter(0), figure(1, 0));
        if scope != "total" {
            fact.series.scope = scope.parse().unwrap();
        }
        fact
    });
    others[0].figure = figure(2, 0);
    let others = package(vec![document("others", "2002-01-01", others.into())]);
    assert_eq!(store.commit(&others).unwrap().commit, Some(4));
}
