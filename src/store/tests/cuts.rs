//! What a power cut may leave of an opening: sled's files of some moments of it, put together.
//!
//! `tests/power` cuts the power at all moments, and needs a recorded process for it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::support::copy_folder;
use crate::codec::Key;
use crate::store::StoreError;
use crate::store::engine::{Batch, Engine};
use crate::store::opening::Opening;

/// A copy of a database's folder, which may be open: as a killed process would leave it.
fn copy(folder: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());
    copy
}

/// The names of one moment, and the log of another.
fn cut(names: &TempDir, log: &TempDir) -> TempDir {
    let cut = copy(names);
    fs::copy(log_of(log), log_of(&cut)).unwrap();
    cut
}

fn log_of(folder: &TempDir) -> std::path::PathBuf {
    Engine::log_path(folder.path())
}

fn snapshots(folder: &TempDir, kind: &str) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(folder.path().join("sled")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let of = |path: &Path| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with(kind)
    };
    files.filter(|path| of(path)).collect()
}

/// The first part of opening, up to where the name of the snapshot is on the disk.
fn advance(folder: &TempDir) {
    let path = folder.path().join("sled");
    let opening = Opening::begin(&path).unwrap();
    assert!(opening.advance().unwrap().is_none());
}

/// Keys 0 to 250 of a round, of up to 6 kB: some segments of sled's log, in one batch.
fn round(number: u64) -> Batch {
    let mut batch = Batch::default();
    for key in 0..250 {
        let length = 2000 + (number * 7919 + key * 104_729) % 4000;
        let payload = vec![u8::try_from(number % 251).unwrap(); usize::try_from(length).unwrap()];
        batch.insert(&Key::Commit(key), &payload).unwrap();
    }
    batch
}

fn small(number: u64) -> Batch {
    let mut batch = Batch::default();
    batch
        .insert(&Key::Commit(1000), &number.to_be_bytes())
        .unwrap();
    batch
}

fn all(folder: &TempDir) -> Result<Vec<Vec<u8>>, StoreError> {
    let engine = Engine::open(folder.path())?;
    let entries = engine.range(Key::Commit(0)..=Key::Commit(u64::MAX))?;
    entries.map(|entry| Ok(entry?.1.to_vec())).collect()
}

#[test]
fn a_power_cut_while_it_opens_loses_nothing() {
    let place = tempfile::tempdir().unwrap();
    let engine = Engine::create(place.path(), &round(0)).unwrap();
    let mut dangers = (0, 0);
    for number in 1..60 {
        engine.apply(&round(number)).unwrap();
        let killed = copy(&place);
        let is = all(&copy(&place)).unwrap();
        let begun = copy(&killed);
        advance(&begun);
        let opened = copy(&killed);
        all(&opened).unwrap();
        // Before the name is on the disk, the log needs no other snapshot than it did; from then on, it may be zeros.
        assert_eq!(all(&cut(&killed, &begun)), Ok(is.clone()), "round {number}");
        assert_eq!(all(&cut(&begun, &opened)), Ok(is.clone()), "round {number}");
        // What sled does by itself.
        if all(&cut(&killed, &opened)) == Ok(is) {
            continue;
        }
        dangers.0 += 1;
        // Another commit and another opening: now the snapshot before is needed until the next one has its name.
        let engine = Engine::open(opened.path()).unwrap();
        engine.apply(&small(number)).unwrap();
        let killed = copy(&opened);
        drop(engine);
        let is = all(&copy(&killed)).unwrap();
        let begun = copy(&killed);
        advance(&begun);
        let removed = copy(&begun);
        for snapshot in snapshots(&removed, "snap.") {
            fs::remove_file(snapshot).unwrap();
        }
        let without = copy(&removed);
        for snapshot in snapshots(&without, "kept.") {
            fs::remove_file(snapshot).unwrap();
        }
        assert_eq!(all(&removed), Ok(is.clone()), "round {number}");
        dangers.1 += usize::from(all(&without) != Ok(is));
        if dangers.0 >= 2 && dangers.1 >= 2 {
            return;
        }
    }
    panic!("without what opening does, nothing would have been lost: {dangers:?}");
}
