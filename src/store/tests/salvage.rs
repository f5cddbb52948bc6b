//! Salvage: what can be read of a damaged database is in the new one, and what cannot is listed.

use std::ops::ControlFlow;
use std::path::Path;

use super::support::*;
use super::verify::rich;
use crate::codec::{Key, SeriesId};
use crate::store::{Incomplete, Salvaged, Store, StoreError, UpkeepProgress};

fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn salvage(from: &Path, to: &Path, keep: Incomplete) -> Result<Salvaged, StoreError> {
    Store::salvage(from, to, keep, &digest, &mut go_on)
}

/// What all series show, without what depends on the numbers of commits.
pub(super) fn answers(store: &Store) -> Vec<Vec<String>> {
    let snapshot = store.snapshot();
    [("a", "m"), ("a", "n"), ("b", "m")]
        .map(|(company, metric)| shown(&snapshot, company, metric))
        .to_vec()
}

const AM: SeriesId = SeriesId {
    metric: 0,
    variant: 0,
    company: 0,
};

/// Salvages a rich database of which some values are broken: the report, its faults and incomplete documents in words, and what the
/// new database shows.
fn broken(
    keys: &[Key],
    keep: Incomplete,
) -> (Salvaged, Vec<String>, Vec<String>, Vec<Vec<String>>) {
    let place = Place::new();
    drop(rich(&place));
    write_anew(&place, |batch| {
        for key in keys {
            batch.insert_raw(&key.to_bytes(), b"KS\x02 broken");
        }
    });
    let saved = Place::new();
    let salvaged = salvage(&place.path(), &saved.path(), keep).unwrap();
    assert!(salvaged.verified.is_sound());
    let faults = salvaged.faults.iter().map(ToString::to_string).collect();
    let incomplete = salvaged.incomplete.iter();
    let incomplete = incomplete
        .map(|lost| format!("{} {:?} {}", lost.document, lost.facts, lost.kept))
        .collect();
    let shown = answers(&Store::open(&saved.path()).unwrap());
    (salvaged, faults, incomplete, shown)
}

#[test]
fn a_sound_database_is_salvaged_whole() {
    let place = Place::new();
    let store = rich(&place);
    let expected = answers(&store);
    let recorded = store.snapshot().recorded(3).unwrap();
    let observations = |store: &Store| store.snapshot().observations(AM).unwrap().len();
    assert_eq!(observations(&store), 6);
    drop(store);
    for (file, content) in [("MANIFEST", Some("nothing")), ("HEAD", None)] {
        match content {
            Some(content) => std::fs::write(place.file(file), content).unwrap(),
            None => std::fs::remove_file(place.file(file)).unwrap(),
        }
        assert!(Store::open(&place.path()).is_err());
        let saved = Place::new();
        let salvaged = salvage(&place.path(), &saved.path(), Incomplete::Keep).unwrap();
        assert_eq!((salvaged.whole, salvaged.faults.len()), (3, 0));
        assert!(salvaged.incomplete.is_empty());
        let again = Store::open(&saved.path()).unwrap();
        assert_eq!(answers(&again), expected);
        assert_eq!(observations(&again), 6);
        let snapshot = again.snapshot();
        assert_eq!(snapshot.recorded(snapshot.sequence()).unwrap(), recorded);
        let company = snapshot.company(&"a".parse().unwrap()).unwrap();
        assert_eq!((company.identities.len(), company.splits.len()), (1, 1));
    }
}

#[test]
fn commits_keep_their_times() {
    let place = Place::new();
    let store = crate::store::open::create(&place.path(), 1_600_000_000).unwrap();
    for (document, recorded) in [("d1", 1_600_000_100), ("d2", 1_700_000_000)] {
        let mut package = simple(document, "2020-08-13", &[(0, 1, 0)]);
        package.recorded = Some(recorded);
        store.commit(&package).unwrap();
    }
    drop(store);
    let saved = Place::new();
    salvage(&place.path(), &saved.path(), Incomplete::Keep).unwrap();
    let snapshot = Store::open(&saved.path()).unwrap().snapshot();
    let last = snapshot.sequence();
    let times = [last - 1, last].map(|commit| snapshot.recorded(commit).unwrap().timestamp());
    assert_eq!(times, [1_600_000_100, 1_700_000_000]);
}

#[test]
fn a_current_block_that_is_lost_is_made_again_of_the_history() {
    let current = Key::Current {
        series: AM,
        chunk: 0,
    };
    let (salvaged, faults, incomplete, shown) = broken(&[current], Incomplete::Keep);
    assert_eq!(
        faults[0],
        "current block chunk 0 of a m, JPY: its length is wrong"
    );
    // Quarters 0 and 2 are in the history, quarter 1 had one observation only.
    assert_eq!(incomplete, ["d1 Some(4) 3"]);
    assert_eq!(salvaged.whole, 2);
    assert_eq!(shown[0], ["90cv", "90cv"]);
    assert_eq!(shown[1..], [vec!["7".to_owned()], vec!["50".to_owned()]]);
}

#[test]
fn a_history_that_is_lost_leaves_what_was_shown() {
    let history = Key::History {
        series: AM,
        chunk: 0,
    };
    let (_, faults, incomplete, shown) = broken(&[history], Incomplete::Keep);
    assert_eq!(
        faults[0],
        "history chunk 0 of a m, JPY: its length is wrong"
    );
    assert_eq!(incomplete, ["d1 Some(4) 3", "d2 Some(2) 0"]);
    // d3 was shown: it comes last.
    assert_eq!(shown[0], ["90", "110", "90"]);
}

#[test]
fn names_documents_and_cells_that_are_lost_are_listed() {
    let (_, faults, incomplete, shown) = broken(&[Key::Company(1)], Incomplete::Keep);
    assert_eq!(faults[0], "company 1: its length is wrong");
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("its 1 observations have lost")),
        "{faults:?}"
    );
    assert_eq!(incomplete, ["d1 Some(4) 3"]);
    assert!(shown[2].is_empty());

    let (_, faults, incomplete, shown) = broken(&[Key::Document(2)], Incomplete::Keep);
    assert_eq!(faults[0], "document 2: its length is wrong");
    assert_eq!(incomplete, ["d3 None 0"]);
    assert_eq!(shown[0], ["104v", "110", "104"]);

    let cells = Key::Cells {
        document: 2,
        first: 0,
    };
    let (_, faults, incomplete, _) = broken(&[cells], Incomplete::Keep);
    assert_eq!(faults[0], "cells from 0 (document 2): its length is wrong");
    assert_eq!(incomplete, ["d3 Some(2) 0"]);
}

#[test]
fn documents_that_are_left_out_can_be_taken_in_again() {
    let place = Place::new();
    let store = rich(&place);
    let expected = answers(&store);
    drop(store);
    let cells = Key::Cells {
        document: 2,
        first: 0,
    };
    write_anew(&place, |batch| {
        for key in [cells, Key::Commit(2)] {
            batch.insert_raw(&key.to_bytes(), b"broken");
        }
    });
    let saved = Place::new();
    let salvaged = salvage(&place.path(), &saved.path(), Incomplete::LeaveOut).unwrap();
    assert_eq!((salvaged.whole, salvaged.incomplete.len()), (2, 1));
    let again = Store::open(&saved.path()).unwrap();
    assert_ne!(answers(&again), expected);
    let third = simple("d3", "2001-04-01", &[(0, 90, 0), (2, 90, 0)]);
    again.commit(&third).unwrap();
    assert_eq!(answers(&again), expected);
}

/// The settings of the engine are those of every database.
#[test]
fn what_is_lost_of_the_settings_of_the_engine_costs_nothing() {
    let place = Place::new();
    let store = rich(&place);
    let expected = answers(&store);
    drop(store);
    let conf = std::fs::read(place.file("sled/conf")).unwrap();
    let flipped: Vec<u8> = conf.iter().map(|byte| byte ^ 1).collect();
    for left in [None, Some(flipped.as_slice()), Some(&conf[..9]), Some(&[])] {
        let copy = place.copy();
        match left {
            None => std::fs::remove_file(copy.file("sled/conf")).unwrap(),
            Some(bytes) => std::fs::write(copy.file("sled/conf"), bytes).unwrap(),
        }
        let target = Place::new();
        let salvaged = salvage(&copy.path(), &target.path(), Incomplete::Keep).unwrap();
        assert_eq!((salvaged.whole, salvaged.incomplete), (3, vec![]));
        assert_eq!(answers(&Store::open(&target.path()).unwrap()), expected);
    }
}

#[test]
fn the_damaged_database_is_left_alone() {
    let place = Place::new();
    drop(rich(&place));
    for target in [place.path(), place.file("saved"), place.file("sled/saved")] {
        let error = salvage(&place.path(), &target, Incomplete::Keep).unwrap_err();
        assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    }
    let nothing = tempfile::tempdir().unwrap();
    let target = Place::new();
    let error = salvage(nothing.path(), &target.path(), Incomplete::Keep).unwrap_err();
    assert!(
        matches!(error, StoreError::EngineFileMissing { .. }),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(nothing.path()).unwrap().count(), 0);
}
