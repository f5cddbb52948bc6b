//! A database that is opened and closed again and again leaves no file open, no thread, and no growing heap of files.

use std::fs;
use std::path::Path;

use kessan::Database;

use super::support::{check, ingest, whole};

/// How many entries a folder of the system has that tells about this process.
fn count(of: &str) -> Option<usize> {
    Some(fs::read_dir(Path::new("/proc/self").join(of)).ok()?.count())
}

/// The bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                size(&entry.path())
            } else {
                entry.metadata().unwrap().len()
            }
        })
        .sum()
}

/// Opens and closes; every so often something is taken in. Other tests of this program run beside it, so the counts may be
/// theirs: they are looked at for growth with the number of cycles.
fn cycle(times: u32, every: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    drop(Database::create(&path).unwrap());
    let mut taken_in = 0;
    let mut early = None;
    for n in 0..times {
        let db = Database::open(&path).unwrap();
        assert_eq!(whole(&db.pinned()).map_or(0, |n| n + 1), taken_in);
        if n.is_multiple_of(every) && taken_in < 20 {
            ingest(&db, taken_in);
            taken_in += 1;
        }
        db.close();
        if n == times / 4 {
            early = Some((count("fd"), count("task"), size(&path)));
        }
    }
    let (files, threads, bytes) = early.unwrap();
    let grown = size(&path);
    println!(
        "{times} cycles: {files:?} files, {threads:?} threads, {bytes} bytes at a quarter of them"
    );
    println!(
        "{:?} files, {:?} threads, {grown} bytes at the end",
        count("fd"),
        count("task")
    );
    let most =
        |early: Option<usize>| early.map(|early| early + usize::try_from(times / 4).unwrap());
    assert!(count("fd") <= most(files), "open files");
    assert!(count("task") <= most(threads), "threads");
    assert!(grown <= bytes + (4 << 20), "{bytes} bytes, then {grown}");
    assert_eq!(check(&Database::open(&path).unwrap(), taken_in), taken_in);
}

#[test]
fn three_hundred_cycles() {
    cycle(300, 20);
}

#[test]
#[ignore = "minutes: cargo test --release --test conditions -- --ignored ten_thousand"]
fn ten_thousand_cycles() {
    cycle(10_000, 600);
}
