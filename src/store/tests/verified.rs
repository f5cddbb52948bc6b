//! Verifying, one thing at a time: of several things that have to be equal, each is looked at.

use super::support::*;
use super::verify::{AM, change, changed, found, report, rich};
use crate::codec::addition::{Addition, AdditionsRecord};
use crate::codec::record::{CommitRecord, CompanyRecord, Totals};
use crate::codec::{Block, Key, Row, block};
use crate::model::NameEvidence;
use crate::store::engine::Batch;
use crate::store::recover::additions;
use crate::store::{Store, Variant};

#[test]
fn the_bytes_of_all_keys_and_values_are_counted() {
    let place = Place::new();
    let store = rich(&place);
    let report = report(&store);
    let entries = store.engine.scan(..).unwrap().map(Result::unwrap);
    let lengths: Vec<usize> = entries
        .map(|entry| {
            let key = entry.key.len();
            // 12 bytes are around every value.
            key + 12 + entry.value().unwrap().len()
        })
        .collect();
    assert_eq!(report.values, lengths.len() as u64);
    assert_eq!(report.bytes, lengths.iter().sum::<usize>() as u64);
}

#[test]
fn the_first_commit_names_the_database_and_nothing_before_it() {
    let identity = "commit 0: the identity of the database is not what it should be";
    let changes: [fn(&mut CommitRecord); 2] = [
        |record| record.previous[31] ^= 1,
        |record| record.digest[0] ^= 1,
    ];
    for change in changes {
        assert_eq!(changed(&Key::Commit(0), change)[0], identity);
    }
}

/// The last commit counts a series or an addition more than there are; or one before it more additions than it.
#[test]
fn what_the_last_commit_counts_is_held_against_what_there_is() {
    let differs = |commit: u64| format!("commit {commit}: what it counts is not what it should be");
    let changes: [fn(&mut CommitRecord); 2] = [
        |record| record.totals.series += 1,
        |record| record.additions = record.additions.map(|additions| additions + 1),
    ];
    for change in changes {
        let faults = changed(&Key::Commit(3), change);
        assert!(faults.contains(&differs(3)), "{faults:?}");
    }
    let before = changed(&Key::Commit(2), |record: &mut CommitRecord| {
        record.additions = Some(99);
    });
    assert!(before.contains(&differs(3)), "{before:?}");
}

/// Commit 2 of 3 counts one document or fact too many, or one thing less than the commit before it.
#[test]
fn every_count_of_a_commit_is_held_against_the_commit_before() {
    let changes: [fn(&mut Totals); 6] = [
        |totals| totals.documents += 1,
        |totals| totals.rows += 1,
        |totals| totals.companies -= 1,
        |totals| totals.metrics -= 1,
        |totals| totals.variants -= 1,
        |totals| totals.series -= 1,
    ];
    for (nth, change) in changes.into_iter().enumerate() {
        let faults = changed(&Key::Commit(2), |record: &mut CommitRecord| {
            change(&mut record.totals);
        });
        let words = "commit 2: what it counts is not what it should be".to_owned();
        assert!(faults.contains(&words), "{nth}: {faults:?}");
    }
}

#[test]
fn every_part_of_a_definition_is_held_against_the_name() {
    let words = |place: &str| vec![format!("{place}: its definition is not what it should be")];
    let name = changed(&Key::Company(1), |record: &mut CompanyRecord| {
        record.name.push('x');
    });
    assert_eq!(name, words("company 1 of b"));
    let positive = changed(&Key::Metric(1), |record: &mut crate::model::Metric| {
        record.positive.push('x');
    });
    assert_eq!(positive, words("metric 1 of n"));
    let unit = changed(&Key::Variant(0), |record: &mut Variant| {
        record.unit = crate::model::Unit::Pure;
    });
    assert_eq!(unit, words("variant 0"));
}

/// Commit 1 gave company `a` an identity and a split.
#[test]
fn everything_that_was_added_to_a_company_is_looked_at() {
    let changes: [fn(&mut Vec<Addition>); 3] = [
        |added| added.retain(|added| !matches!(added, Addition::Identity(_))),
        |added| added.retain(|added| !matches!(added, Addition::Split(_))),
        |added| added.push(Addition::Name(NameEvidence::Assumed)),
    ];
    let what = "what was added to the company is not what it should be";
    for change in changes {
        let faults = changed(&additions(0, 1, 0), |record: &mut AdditionsRecord| {
            let before = record.0.clone();
            change(&mut record.0);
            assert_ne!(record.0, before);
        });
        assert_eq!(faults, [format!("additions 0 of a: {what}")]);
    }
}

/// What is found once the history of a m, with three rows for each of quarters 0 and 2, less one, was written anew.
fn history(change: impl FnOnce(&mut Vec<Row>)) -> Vec<String> {
    found(|store, batch| {
        let key = Key::History {
            series: AM,
            chunk: 0,
        };
        let value = store.engine.get(&key).unwrap().unwrap();
        let mut rows = Block::parse(&value).unwrap().rows().unwrap();
        assert_eq!(rows.len(), 5);
        change(&mut rows);
        batch.insert(&key, &block::encode(&rows).unwrap()).unwrap();
    })
}

#[test]
fn rows_of_a_history_have_no_flags_and_come_once() {
    let flags =
        "history chunk 0 of a m, JPY: the flags of a row is not what it should be".to_owned();
    let versions = history(|rows| rows[1].versions = true);
    assert!(versions.contains(&flags), "{versions:?}");
    let conflicting = history(|rows| rows[1].conflicting = true);
    assert!(conflicting.contains(&flags), "{conflicting:?}");
    // The first two rows are of quarter 0, from the first cells of documents 0 and 1.
    let twice = history(|rows| {
        let source = rows[0].observation.source;
        assert_eq!((source.document, source.cell), (0, 0));
        assert_eq!(rows[0].observation.period, rows[1].observation.period);
        rows[1] = rows[0].clone();
    });
    let quarter = quarter(0);
    let words = format!(
        "current block chunk 0 of a m, JPY, {quarter}: cell 0 of document 0 is there twice for one fact"
    );
    assert!(twice.contains(&words), "{twice:?}");
}

#[test]
fn a_period_that_is_there_twice_is_no_order() {
    let twice = found(change(|_, rows| rows.insert(1, rows[1].clone())));
    let words = "current block chunk 0 of a m, JPY: its rows are not in order".to_owned();
    assert!(twice.contains(&words), "{twice:?}");
}

/// A fact of a commit before the one that, as its block says, created the series.
#[test]
fn no_row_is_older_than_its_series() {
    let faults = found(|store, batch| {
        change(|header, _| header.created = 2)(store, batch);
    });
    let quarter = quarter(1);
    let words = format!(
        "current block chunk 0 of a m, JPY, {quarter}: the commit that created it is not what it should be"
    );
    assert!(faults.contains(&words), "{faults:?}");
}

/// A database of several series is sound, of each of which the last commit wrote something else: a new one, a row, a history.
#[test]
fn what_the_last_commit_wrote_is_sound() {
    let place = Place::new();
    let store = rich(&place);
    let facts = vec![
        fact("c", "n", quarter(0), figure(1, 0)),
        fact("a", "m", quarter(8), figure(2, 0)),
        fact("b", "m", quarter(0), figure(3, 0)),
    ];
    let mut last = package(vec![document("last", "2005-01-01", facts)]);
    last.companies[3]
        .splits
        .push(crate::model::Split::new(date("2005-01-01"), 2, 1).unwrap());
    last.companies.push(company("e"));
    last.metrics.push(metric("o"));
    store.commit(&last).unwrap();
    let sound = report(&store);
    assert!(sound.is_sound(), "{sound}");
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(report(&store), sound);
    let mut batch = Batch::default();
    batch.remove(&Key::Metric(2));
    store.engine.apply(&batch).unwrap();
    assert_eq!(report(&store).faults.len(), 1);
}

/// Of a company whose series two commits created, the catalog lost those of the second.
#[test]
fn a_series_that_is_not_listed_is_named_though_others_are() {
    let place = Place::new();
    let store = rich(&place);
    let mut more = package(vec![document(
        "more",
        "2005-01-01",
        vec![fact("a", "o", quarter(0), figure(1, 0))],
    )]);
    more.metrics.push(metric("o"));
    store.commit(&more).unwrap();
    let mut batch = Batch::default();
    batch.remove(&crate::store::catalog::record(0, 4, 0));
    store.engine.apply(&batch).unwrap();
    let faults = report(&store).faults;
    let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["catalog of a o, JPY: it is missing"]);
}
