//! A process that may start no more threads.

use std::ops::ControlFlow;
use std::process::Command;

use kessan::{Database, LoadItem, OnFailure, StoreError};

use super::read_only::as_nobody;
use super::support::{check, ingest, package, stage, store_error};

fn items(packages: std::ops::Range<u32>) -> Vec<Result<LoadItem, kessan::Error>> {
    let item = |n: u32| LoadItem {
        source: n.to_string(),
        bytes: 0,
        package: package(n, 0),
        refused: vec![],
        inferred: false,
        by_document: false,
        notes: vec![],
        fault: None,
    };
    packages.map(|n| Ok(item(n))).collect()
}

fn no_more_threads() -> bool {
    let own = std::process::id().to_string();
    let limited = Command::new("prlimit")
        .args(["--pid", &own, "--nproc=1:1"])
        .status();
    limited.is_ok_and(|status| status.success())
        && std::thread::Builder::new().spawn(|| ()).is_err()
}

#[test]
fn no_thread_is_left() {
    as_nobody("no_thread::scene_of_no_thread");
}

#[test]
#[ignore = "a scene of no_thread_is_left"]
fn scene_of_no_thread() {
    let Some(folder) = stage() else { return };
    let path = folder.join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    // They run out while a load goes on: what would be written by another thread is written by the one that is there.
    let mut limited = None;
    let report = db.load(items(1..150), OnFailure::Continue, |_| {
        limited.get_or_insert_with(no_more_threads);
        ControlFlow::Continue(())
    });
    let report = report.unwrap();
    assert_eq!((report.committed, report.failed.len()), (149, 0));
    assert_eq!(check(&db, 150), 150);
    if limited != Some(true) {
        println!("skipped: the number of threads cannot be limited here");
        return;
    }
    // A load needs threads of its own, and says that it has none.
    let go_on = |_: &_| ControlFlow::Continue(());
    let error = db.load(items(150..160), OnFailure::Continue, go_on);
    let error = store_error(error.unwrap_err());
    assert!(matches!(error, StoreError::NoThread { .. }), "{error:?}");
    assert!(error.to_string().contains("no thread"), "{error}");
    assert_eq!(check(&db, 150), 150);
    // What can do without does.
    ingest(&db, 150);
    db.close();
    let error = store_error(Database::open(&path).unwrap_err());
    assert!(matches!(error, StoreError::NoThread { .. }), "{error:?}");
    let error = store_error(Database::create(folder.join("new")).unwrap_err());
    assert!(matches!(error, StoreError::NoThread { .. }), "{error:?}");
    assert!(!folder.join("new").exists());
}
