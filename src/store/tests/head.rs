//! The HEAD file by itself, and how writes are filled into batches.

use std::fs;

use super::super::commit::{Batches, fill};
use super::super::engine::Batch;
use super::super::error::StoreError;
use super::super::head::HeadFile;
use super::super::write::Write;
use crate::codec::Key;
use crate::codec::manifest::{Head, SLOT_LENGTH};

fn head(sequence: u64) -> Head {
    Head {
        database: [7; 16],
        sequence,
        chain: [9; 32],
    }
}

#[test]
fn a_head_is_blank_until_something_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("HEAD");
    let mut last_byte = vec![0; 2 * SLOT_LENGTH];
    last_byte[2 * SLOT_LENGTH - 1] = 1;
    for (bytes, blank) in [
        (vec![], true),
        (vec![0], true),
        (vec![0; 2 * SLOT_LENGTH], true),
        (vec![0; 2 * SLOT_LENGTH + 1], false),
        (vec![1], false),
        (last_byte, false),
    ] {
        fs::write(&path, &bytes).unwrap();
        let mut file = HeadFile::open(folder.path()).unwrap();
        assert_eq!(file.is_blank(), blank, "{} bytes", bytes.len());
    }
}

#[test]
fn commits_have_their_slots_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = HeadFile::create(folder.path(), head(0)).unwrap();
    file.unlock().unwrap();
    assert!(file.has_slot_of(head(0)).unwrap());
    assert!(file.has_slot_of(head(2)).unwrap(), "whatever commit it has");
    assert!(!file.has_slot_of(head(1)).unwrap());
    file.write(head(1)).unwrap();
    assert!(file.has_slot_of(head(1)).unwrap());
    assert_eq!(file.read().unwrap(), head(1));
    // Half a slot of the next one: the one before counts.
    let path = HeadFile::path(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[..SLOT_LENGTH / 2].fill(0xff);
    fs::write(&path, bytes).unwrap();
    assert!(!file.has_slot_of(head(2)).unwrap());
    assert_eq!(HeadFile::look(folder.path()).unwrap(), head(1));
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        HeadFile::open(folder.path()),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn a_head_is_locked_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = HeadFile::create(folder.path(), head(0)).unwrap();
    let second = HeadFile::open(folder.path()).unwrap();
    assert!(matches!(
        second.lock(folder.path()),
        Err(StoreError::Locked { .. })
    ));
    first.unlock().unwrap();
    assert!(second.lock(folder.path()).is_ok());
}

#[test]
fn groups_of_writes_are_filled_into_batches_and_never_split() {
    for (groups, filled) in [
        (&[][..], &[][..]),
        (&[3, 3], &[6]),
        (&[3, 3, 1], &[6, 1]),
        (&[3, 4], &[3, 4]),
        (&[7], &[7]),
        (&[7, 1, 5, 1], &[7, 6, 1]),
        (&[2, 2], &[4]),
    ] {
        let groups = groups.iter().map(|count| {
            let write = |number| Write::put(Key::Company(number), Vec::new());
            (0..*count).map(write).collect()
        });
        let batches: Vec<usize> = fill(groups.collect(), 6).iter().map(Vec::len).collect();
        assert_eq!(batches, filled);
    }
}

#[test]
fn a_commit_of_one_batch_needs_no_announcement() {
    let batches = |intent: usize, data: usize| Batches {
        intent: (0..intent).map(|_| Batch::default()).collect(),
        data: (0..data).map(|_| Batch::default()).collect(),
        cleanup: Vec::new(),
    };
    for (intent, data, single) in [(0, 1, true), (0, 2, false), (1, 1, false), (0, 0, false)] {
        let result = batches(intent, data).single();
        assert_eq!(result.is_ok(), single, "{intent} {data}");
        if let Err(itself) = result {
            assert_eq!((itself.intent.len(), itself.data.len()), (intent, data));
        }
    }
}
