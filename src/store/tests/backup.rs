//! Backups: each is the database as some whole commit left it, or there is none.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::support::*;
use crate::codec::cells::{self, CellsRecord};
use crate::codec::record::{pack, unpack};
use crate::codec::{Key, SeriesId};
use crate::store::catalog;
use crate::store::engine::Batch;
use crate::store::{Package, Store, StoreError, UpkeepProgress, UpkeepTask, VerifyReport};

fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn backup(store: &Store, to: &Path) -> Result<VerifyReport, StoreError> {
    store.backup(to, &digest, &mut go_on)
}

fn restore(from: &Path, to: &Path) -> Result<VerifyReport, StoreError> {
    Store::restore(from, to, &digest, &mut go_on)
}

/// What is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Packages of which each restates many series, extends a calendar or gives a metric a meaning, adds companies, identities
/// and long histories.
fn packages() -> Vec<Package> {
    let mut packages = Vec::new();
    for n in 0..8_u32 {
        let value = i64::from(n);
        let mut wide = wide_package(&format!("w{n}"), value, 280);
        wide.companies.push(company(&format!("x{n}")));
        if n % 3 == 2 {
            wide.companies[1].identities.push(crate::model::Identity {
                metric: "m".parse().unwrap(),
                scope: crate::model::Scope::total(),
                equals: format!("n * {n}").parse().unwrap(),
            });
        }
        if n >= 4 {
            wide.metrics[0].negative = Some("loss".into());
        }
        packages.push(wide);
        let facts: Vec<(u32, i64, i8)> = (0..250).map(|q| (q, value, 0)).collect();
        let day = format!("2004-01-{:02}", n + 1);
        let mut long = simple(&format!("s{n}"), &day, &facts);
        if n >= 4 {
            long.metrics[0].negative = Some("loss".into());
        }
        packages.push(long);
    }
    packages
}

#[test]
fn a_backup_beside_a_writer_is_what_some_whole_commit_left() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let packages = packages();
    let over = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let mut backups: Vec<(PathBuf, u64)> = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for package in &packages {
                store.commit(package).unwrap();
            }
            over.store(true, Ordering::Release);
        });
        while !over.load(Ordering::Acquire) || backups.is_empty() {
            let path = folder.path().join(backups.len().to_string());
            let report = backup(&store, &path).unwrap();
            backups.push((path, report.commit));
        }
    });
    let path = folder.path().join("last");
    let last = backup(&store, &path).unwrap();
    assert_eq!(last.commit, u64::try_from(packages.len()).unwrap());
    backups.push((path, last.commit));
    let mut reference = (Place::new(), 0);
    let written = Store::create(&reference.0.path()).unwrap();
    for (path, commit) in backups {
        for package in &packages[reference.1..usize::try_from(commit).unwrap()] {
            written.commit(package).unwrap();
        }
        reference.1 = usize::try_from(commit).unwrap();
        let copy = Store::open(&path).unwrap();
        assert_eq!(everything(&copy), everything(&written), "commit {commit}");
        for sequence in 0..=commit {
            assert_eq!(
                copy.snapshot().recorded(sequence).unwrap(),
                store.snapshot().recorded(sequence).unwrap()
            );
        }
        // It goes on as the original did.
        for package in &packages[reference.1..] {
            copy.commit(package).unwrap();
        }
        assert_eq!(everything(&copy), everything(&store));
    }
}

#[test]
fn a_backup_is_restored_from_a_folder_that_is_only_read() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for package in packages().iter().take(5) {
        store.commit(package).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let [saved, restored] = ["saved", "restored"].map(|name| folder.path().join(name));
    // An empty folder is as good as none.
    std::fs::create_dir(&saved).unwrap();
    let report = backup(&store, &saved).unwrap();
    let files = ["HEAD", "MANIFEST", "sled/conf", "sled/db"];
    let bytes = || files.map(|file| std::fs::read(saved.join(file)).unwrap());
    let before = (names(&saved), names(&saved.join("sled")), bytes());
    assert_eq!(restore(&saved, &restored).unwrap(), report);
    assert_eq!((names(&saved), names(&saved.join("sled")), bytes()), before);
    assert_eq!(
        everything(&Store::open(&restored).unwrap()),
        everything(&store)
    );
    assert_eq!(names(folder.path()), ["restored", "saved"]);
}

#[test]
fn what_fails_or_is_broken_off_leaves_nothing() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for package in packages().iter().take(4) {
        store.commit(package).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("saved");
    // Broken off at a dozen moments.
    let mut moments = 0;
    store
        .backup(&target, &digest, &mut |_| {
            moments += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    std::fs::remove_dir_all(&target).unwrap();
    let mut tasks = Vec::new();
    for last in (0..moments).step_by(moments / 12) {
        let mut calls = 0;
        let ended = store.backup(&target, &digest, &mut |progress| {
            calls += 1;
            if calls > last {
                tasks.push(progress.task);
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(ended.unwrap_err(), StoreError::Cancelled);
        assert!(
            names(folder.path()).is_empty(),
            "moment {last} of {moments}"
        );
    }
    assert!(tasks.contains(&UpkeepTask::Copy) && tasks.contains(&UpkeepTask::Verify));

    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("note"), "mine").unwrap();
    for refused in [backup(&store, &target), restore(&place.path(), &target)] {
        assert!(
            matches!(refused, Err(StoreError::Exists { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(names(&target), ["note"]);
    let file = target.join("note");
    assert!(matches!(
        backup(&store, &file),
        Err(StoreError::Exists { .. })
    ));
    assert_eq!(names(&target), ["note"]);
    let nowhere = folder.path().join("no").join("where");
    assert!(matches!(
        backup(&store, &nowhere),
        Err(StoreError::Io { .. })
    ));
    let nothing = folder.path().join("nothing");
    let refused = restore(&nowhere, &nothing).unwrap_err();
    assert!(
        matches!(refused, StoreError::NotADatabase { .. }),
        "{refused}"
    );
    assert_eq!(names(folder.path()), ["saved"]);
}

#[test]
fn a_damaged_database_gives_no_backup_and_a_damaged_backup_no_database() {
    let am = SeriesId {
        metric: 0,
        variant: 0,
        company: 0,
    };
    let damage = |write: &dyn Fn(&Store, &mut Batch)| {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        for package in packages().iter().take(4) {
            store.commit(package).unwrap();
        }
        let facts: Vec<(u32, i64, i8)> = (0..900).map(|q| (q, 1, 0)).collect();
        for id in ["l1", "l2"] {
            store.commit(&simple(id, "2004-02-01", &facts)).unwrap();
        }
        let mut batch = Batch::default();
        write(&store, &mut batch);
        store.engine.apply(&batch).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let error = backup(&store, &folder.path().join("saved")).unwrap_err();
        drop(store);
        let again = restore(&place.path(), &folder.path().join("restored")).unwrap_err();
        assert!(names(folder.path()).is_empty());
        (error.to_string(), again.to_string())
    };
    for key in [
        Key::Current {
            series: am,
            chunk: 0,
        },
        Key::Current {
            series: am,
            chunk: 1,
        },
        Key::History {
            series: am,
            chunk: 1,
        },
        Key::Document(1),
        Key::Cells {
            document: 1,
            first: 0,
        },
        catalog::record(0, 1, 0),
        Key::DocumentIndex("s1".parse().unwrap()),
    ] {
        let (error, again) = damage(&|store, batch| {
            assert!(store.engine.get(&key).unwrap().is_some(), "{key:?}");
            batch.remove(&key);
        });
        for error in [&error, &again] {
            let named = error.contains("missing") || error.contains("there should be");
            assert!(named, "{key:?}: {error}");
        }
    }
    let (error, again) = damage(&|store, batch| {
        let key = Key::Cells {
            document: 1,
            first: 0,
        };
        let record: CellsRecord = unpack(&store.engine.get(&key).unwrap().unwrap()).unwrap();
        let mut cells: Vec<_> = record.cells().collect();
        cells[1].text = "1,234".into();
        let changed = cells::split(&cells).unwrap();
        batch.insert(&key, &pack(&changed[0]).unwrap()).unwrap();
    });
    let words = "document 1 of s0: what is stored of it is not what was taken in";
    assert!(
        error.contains(words) && again.contains(words),
        "{error}\n{again}"
    );
}
