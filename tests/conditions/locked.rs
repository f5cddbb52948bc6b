//! One process at a time has a database open, and one handle.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use kessan::{Database, StoreError};

use super::support::{check, ingest, scene, stage, store_error, this_program};

fn assert_locked(result: Result<Database, kessan::Error>, path: &Path) {
    let error = store_error(result.map(drop).unwrap_err());
    let expected = StoreError::Locked {
        path: path.to_owned(),
    };
    assert_eq!(error, expected);
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    assert!(text.contains("open in this or another process"), "{text}");
}

/// Another process that has a database open. It closes it when it is sent a line, some time later.
fn another(folder: &Path) -> Child {
    let mut scene = scene(&[], &this_program(), "locked::scene_of_another", folder);
    scene.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = scene.spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("it is open") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "the scene ended");
    }
    // What it says later must not fill the pipe, nor break it.
    thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
    child
}

#[test]
#[ignore = "a scene of the tests of locks"]
fn scene_of_another() {
    let Some(folder) = stage() else { return };
    let db = Database::open(folder.join("db")).unwrap();
    println!("it is open");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    thread::sleep(Duration::from_millis(200));
    ingest(&db, 1);
}

#[test]
fn another_process_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    db.close();
    let mut other = another(folder.path());
    assert_locked(Database::open(&path), &path);
    assert_locked(Database::open_or_create(&path), &path);
    let exists = store_error(Database::create(&path).unwrap_err());
    assert!(matches!(exists, StoreError::Exists { .. }), "{exists}");
    // It is waited for while it is closed.
    other.stdin.take().unwrap().write_all(b"\n").unwrap();
    let db = Database::open(&path).unwrap();
    assert!(other.wait().unwrap().success());
    assert_eq!(check(&db, 2), 2, "what the other took in is there");
    ingest(&db, 2);
}

#[test]
fn another_process_that_is_killed_leaves_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    db.close();
    for _ in 0..3 {
        let mut other = another(folder.path());
        other.kill().unwrap();
        let db = Database::open(&path).unwrap();
        assert_eq!(check(&db, 1), 1);
        other.wait().unwrap();
    }
}

#[test]
fn this_process_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    assert_locked(Database::open(&path), &path);
    // A question keeps it open, as a reader does.
    let question = db.series("minato", "part.p0").unwrap();
    db.close();
    assert_locked(Database::open(&path), &path);
    let closing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        drop(question);
    });
    let db = Database::open(&path).unwrap();
    closing.join().unwrap();
    ingest(&db, check(&db, 1));
}

/// Of threads that open one database at once, each gets it, or is told that it is locked.
#[test]
fn threads_open_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    drop(Database::create(&path).unwrap());
    let opened: u32 = thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let mut opened = 0;
                    for _ in 0..5 {
                        match Database::open(&path) {
                            Ok(db) => {
                                ingest(&db, check(&db, u32::try_from(db.last_commit()).unwrap()));
                                opened += 1;
                            }
                            Err(error) => assert_locked(Err(error), &path),
                        }
                    }
                    opened
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert!(opened > 0);
    let db = Database::open(&path).unwrap();
    assert_eq!(check(&db, opened), opened);
}

/// Of threads that create one database at once, one makes it.
#[test]
fn threads_create_it_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let made: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Database::create(&path).map(|db| ingest(&db, 0))))
                .collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results
                .filter_map(|result| result.map_err(store_error).ok())
                .count()
        });
        assert_eq!(made, 1);
        let db = Database::open(&path).unwrap();
        assert_eq!(check(&db, 1), 1);
    }
}
