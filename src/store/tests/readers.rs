//! Readers see whole commits only, and the one they began with.

use std::sync::atomic::{AtomicBool, Ordering};

use super::support::*;
use crate::codec::{Block, Key, block};
use crate::store::engine::Batch;
use crate::store::series::{all_until, read, read_history, rows_at};
use crate::store::{Store, StoreError};

#[test]
fn a_snapshot_is_not_changed_by_later_commits() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut seen = vec![(store.snapshot(), Vec::new())];
    for (id, published, facts) in [
        ("d1", "2001-01-01", vec![(0, 1000, -3), (1, 5, 0)]),
        ("d2", "2002-01-01", vec![(0, 1200, -2), (2, 6, 0)]),
        ("d3", "2001-06-01", vec![(0, 1210, -1), (1, 5, 0)]),
        ("d4", "2004-01-01", vec![(0, 3000, -3)]),
        ("d5", "2004-01-01", vec![(0, 3100, -2), (0, 3200, -2)]),
    ] {
        store.commit(&simple(id, published, &facts)).unwrap();
        let snapshot = store.snapshot();
        let rows = shown(&snapshot, "a", "m");
        seen.push((snapshot, rows));
    }
    let rows: Vec<&Vec<String>> = seen.iter().map(|(_, rows)| rows).collect();
    assert_eq!(rows[1], &["1000", "5"]);
    assert_eq!(rows[2], &["1200v", "5", "6"]);
    assert_eq!(rows[3], &["1210v", "5v", "6"]);
    assert_eq!(rows[4], &["3000v", "5v", "6"]);
    assert_eq!(rows[5], &["3100cv", "5v", "6"]);
    for (snapshot, rows) in &seen {
        assert_eq!(
            &shown(snapshot, "a", "m"),
            rows,
            "at {}",
            snapshot.sequence()
        );
        let panel = panel(snapshot, &"m".parse().unwrap(), 0);
        let count = panel.first().map_or(0, |(_, rows)| rows.len());
        assert_eq!(count, rows.len());
    }
    let counts: Vec<usize> = seen
        .iter()
        .map(|(snapshot, _)| {
            let id = snapshot.series_id(&series("a", "m"));
            id.map_or(0, |id| snapshot.observations(id).unwrap().len())
        })
        .collect();
    assert_eq!(counts, [0, 2, 4, 6, 7, 9]);
    let last = &seen[5].0;
    let id = last.series_id(&series("a", "m")).unwrap();
    let published: Vec<String> = last
        .observations(id)
        .unwrap()
        .iter()
        .filter(|o| o.period == quarter(0))
        .map(|o| format!("{} {}", o.published, o.source.cell))
        .collect();
    assert_eq!(
        published,
        [
            "2001-01-01 0",
            "2001-06-01 0",
            "2002-01-01 0",
            "2004-01-01 0",
            "2004-01-01 0",
            "2004-01-01 1"
        ]
    );
}

/// Every commit gives all of 300 series, in several batches, the number of the commit as their value.
#[test]
fn readers_beside_a_writer_see_whole_commits() {
    const WIDTH: usize = 300;
    const COMMITS: i64 = 12;
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let done = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !done.load(Ordering::Acquire) || reads == 0 {
                        let snapshot = store.snapshot();
                        let sequence = snapshot.sequence();
                        let all = snapshot.series_of(&"a".parse().unwrap());
                        assert_eq!(all.len(), if sequence == 0 { 0 } else { WIDTH });
                        for id in all {
                            let rows = snapshot.current(id).unwrap();
                            assert_eq!(rows.len(), 1);
                            let value = rows[0].observation.figure.amount().unwrap().value();
                            assert_eq!(value, sequence.into());
                            assert_eq!(rows[0].versions, sequence > 1);
                        }
                        let metric = "w0".parse().unwrap();
                        let panel = panel(&snapshot, &metric, 0);
                        assert_eq!(panel.len(), usize::from(sequence > 0));
                        let documents = snapshot.documents().unwrap();
                        assert_eq!(documents.len() as u64, sequence);
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        for n in 1..=COMMITS {
            store
                .commit(&wide_package(&format!("d{n}"), n, WIDTH))
                .unwrap();
        }
        done.store(true, Ordering::Release);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum::<usize>()
    });
    assert!(reads > 5, "{reads} reads");
}

/// A series of many chunks, all rows of which every commit rewrites.
#[test]
fn readers_beside_a_writer_see_whole_series() {
    const ROWS: u32 = 1500;
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts = |value: i64| {
        // From commit to commit the columns change their width, and so the chunks their number.
        (0..ROWS)
            .map(|n| {
                (
                    n,
                    value * [1, 1000, 1_000_000][usize::try_from(value % 3).unwrap()]
                        + i64::from(n),
                    0,
                )
            })
            .collect()
    };
    let commit = |value: i64| {
        let facts: Vec<(u32, i64, i8)> = facts(value);
        let id = format!("d{value}");
        store
            .commit(&simple(&id, &format!("{}-01-01", 2400 + value), &facts))
            .unwrap();
    };
    commit(1);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let snapshot = store.snapshot();
                    let id = snapshot.series_id(&series("a", "m")).unwrap();
                    let rows = snapshot.current(id).unwrap();
                    assert_eq!(rows.len(), ROWS as usize);
                    let value = i64::try_from(snapshot.sequence()).unwrap();
                    for (n, (row, (_, expected, _))) in rows.iter().zip(facts(value)).enumerate() {
                        let value = row.observation.figure.amount().unwrap().value();
                        assert_eq!(value, expected.into(), "row {n}");
                    }
                }
            });
        }
        for value in 2..8 {
            commit(value);
        }
        done.store(true, Ordering::Release);
    });
}

/// A reader has read the block of a series when a writer restates a fact of it, and reads the history after that: the first figure of
/// the fact is in both then.
#[test]
fn what_comes_between_block_and_history_is_not_seen() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts = [(0, 10, 0), (1, 20, 0), (2, 30, 0)];
    commit_to_blocks(&store, &simple("d1", "2001-01-01", &facts)).unwrap();
    let before = simple("d2", "2002-01-01", &[(0, 11, 0)]);
    commit_to_blocks(&store, &before).unwrap();
    let id = store.snapshot().series_id(&series("a", "m"));
    let id = id.unwrap();
    let stored = read(&store.engine, id).unwrap().unwrap();
    for (nth, (id, published)) in [("d3", "2003-01-01"), ("d4", "2004-01-01")]
        .into_iter()
        .enumerate()
    {
        let quarter = u32::try_from(nth).unwrap() + 1;
        commit_to_blocks(&store, &simple(id, published, &[(quarter, 21, 0)])).unwrap();
    }
    // As commit 2 left them: quarter 0 twice, and each other one once.
    for (head, expected) in [
        (1, vec!["10", "20", "30"]),
        (2, vec!["10", "11", "20", "30"]),
    ] {
        let history = read_history(&store.engine, id, &stored.header, |_| true).unwrap();
        let seen = all_until(head, &stored.rows, history);
        let mut values: Vec<String> = seen.map(|seen| seen.figure.to_string()).collect();
        values.sort();
        assert_eq!(values, expected, "at {head}");
        let rows = rows_at(&store.engine, id, stored.clone(), head).unwrap();
        let versions: Vec<bool> = rows.iter().map(|row| row.versions).collect();
        assert_eq!(versions, [head == 2, false, false], "at {head}");
    }
}

/// More rows of a history than its series counts are what half a commit left: nothing is added to them.
#[test]
fn a_history_with_rows_that_are_not_counted_is_not_written_on() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for (id, published, value) in [("d1", "2001-01-01", 10), ("d2", "2002-01-01", 11)] {
        commit_to_blocks(&store, &simple(id, published, &[(0, value, 0), (1, 20, 0)])).unwrap();
    }
    let key = Key::History {
        series: store.snapshot().series_id(&series("a", "m")).unwrap(),
        chunk: 0,
    };
    let history = store.engine.get(&key).unwrap().unwrap();
    let mut rows = Block::parse(&history).unwrap().rows().unwrap();
    rows.extend(rows.clone());
    let mut batch = Batch::default();
    batch.insert(&key, &block::encode(&rows).unwrap()).unwrap();
    store.engine.apply(&batch).unwrap();
    let error = store.commit(&simple("d3", "2003-01-01", &[(0, 12, 0)]));
    let what = "it holds rows that are not counted";
    assert_eq!(error.unwrap_err(), StoreError::damaged_at(&key, what));
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["11v", "20v"]);
}

#[test]
fn a_history_that_has_lost_rows_is_not_written_on() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let first = simple("d1", "2001-01-01", &[(0, 10, 0), (1, 20, 0)]);
    commit_to_blocks(&store, &first).unwrap();
    commit_to_blocks(&store, &simple("d2", "2001-01-01", &[(0, 11, 0)])).unwrap();
    let series = store.snapshot().series_id(&series("a", "m"));
    let key = |chunk| Key::History {
        series: series.unwrap(),
        chunk,
    };
    let history = store.engine.get(&key(0)).unwrap().unwrap();
    let rows = Block::parse(&history).unwrap().rows().unwrap();
    assert_eq!(rows.len(), 2);
    let mut batch = Batch::default();
    batch
        .insert(&key(0), &block::encode(&rows[..1]).unwrap())
        .unwrap();
    store.engine.apply(&batch).unwrap();
    let missing = StoreError::damaged_at(&key(1), "rows of the history are missing");
    // Of a fact that had no history.
    let again = simple("d3", "2003-01-01", &[(1, 21, 0)]);
    assert_eq!(store.commit(&again).unwrap_err(), missing);
}
