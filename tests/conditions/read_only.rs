//! A folder without the permissions, and a medium that cannot be written.

use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use kessan::{Database, StoreError};

use super::full_disk::on_small_disk;
use super::support::{check, ingest, play, scene, skipped, stage, store_error, this_program};

/// That a path cannot be written, and what to do.
fn assert_refused<T: std::fmt::Debug>(result: Result<T, kessan::Error>, path: &Path) {
    let error = store_error(result.unwrap_err());
    let StoreError::ReadOnly { path: at, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(at.starts_with(path), "{error}");
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    assert!(text.contains("allow that, or work on a copy"), "{text}");
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Sets a folder and everything in it, so that folders can still be listed.
fn set_all(folder: &Path, mode: u32) {
    set(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            set_all(&path, mode);
        } else {
            set(&path, mode);
        }
    }
    set(folder, mode | 0o111);
}

/// Runs a scene as a user who is bound by permissions: this one, or for root nobody. Who may not even come to the folder of
/// temporary files is told apart.
pub(crate) fn as_nobody(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let root = Command::new("true").uid(65534).status().is_ok();
    if !root {
        return play(scene(&[], &this_program(), name, folder.path()));
    }
    let program = folder.path().join("conditions");
    fs::copy(this_program(), &program).unwrap();
    set(folder.path(), 0o777);
    let mut found = Command::new("test");
    found.arg("-x").arg(&program).uid(65534).gid(65534);
    if !found.status().is_ok_and(|status| status.success()) {
        skipped(&format!(
            "{name}, as nobody may not come to {}",
            folder.path().display()
        ));
        return;
    }
    let mut scene = scene(&[], &program, name, folder.path());
    scene.uid(65534).gid(65534).current_dir(folder.path());
    play(scene);
}

/// That a backup that cannot be written makes a database elsewhere.
fn assert_restored(saved: &Path, to: &Path) {
    assert_refused(Database::open(saved), saved);
    let go_on = |_: &_| ControlFlow::Continue(());
    let report = Database::restore(saved, to, go_on).unwrap();
    assert!(report.is_sound(), "{report}");
    let db = Database::open(to).unwrap();
    assert_eq!(check(&db, 1), 1);
    ingest(&db, 1);
}

#[test]
fn a_folder_without_permission() {
    as_nobody("read_only::scene_of_permissions");
}

#[test]
#[ignore = "a scene of a_folder_without_permission"]
fn scene_of_permissions() {
    let Some(folder) = stage() else { return };
    // Nothing can be made in it.
    let closed = folder.join("closed");
    fs::create_dir(&closed).unwrap();
    set(&closed, 0o555);
    assert_refused(Database::create(&closed), &closed);
    assert_refused(Database::create(closed.join("db")), &closed);
    assert_refused(Database::open_or_create(closed.join("db")), &closed);
    assert!(fs::read_dir(&closed).unwrap().next().is_none());
    set(&closed, 0o755);
    drop(Database::create(closed.join("db")).unwrap());

    let path = folder.join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    let saved = folder.join("saved");
    let go_on = |_: &_| ControlFlow::Continue(());
    db.backup(&saved, go_on).unwrap();
    db.close();
    set_all(&saved, 0o444);
    assert_restored(&saved, &folder.join("restored"));
    set_all(&saved, 0o644);
    // Whatever of it may not be read or written.
    for (name, mode, before) in [
        ("", 0o000, 0o755),
        ("", 0o666, 0o755),
        ("MANIFEST", 0o000, 0o644),
        ("HEAD", 0o444, 0o644),
        ("HEAD", 0o000, 0o644),
        ("sled", 0o000, 0o755),
        ("sled", 0o555, 0o755),
        ("sled/db", 0o444, 0o644),
        ("sled/db", 0o000, 0o644),
        ("sled/conf", 0o000, 0o644),
    ] {
        let of = if name.is_empty() {
            path.clone()
        } else {
            path.join(name)
        };
        set(&of, mode);
        let opened = Database::open(&path);
        let written = opened.and_then(|db| {
            // Where a folder may not be written, that is seen when a file is to be made in it.
            assert_eq!((name, mode), ("sled", 0o555), "{of:?} {mode:o}");
            ingest(&db, check(&db, 1));
            db.close();
            Database::open(&path).map(drop)
        });
        if (name, mode) != ("sled", 0o555) {
            assert_refused(written, &path);
        }
        set(&of, before);
        let db = Database::open(&path).unwrap();
        assert!(check(&db, 1) <= 2, "{of:?}");
    }
    let db = Database::open(&path).unwrap();
    let there = check(&db, 1);
    ingest(&db, there);
}

#[test]
fn a_medium_that_cannot_be_written() {
    on_small_disk("12m", "read_only::scene_of_medium");
}

#[test]
#[ignore = "a scene of a_medium_that_cannot_be_written"]
fn scene_of_medium() {
    let Some(folder) = stage() else { return };
    let mount = |how: &str| {
        let how = format!("remount,{how}");
        let status = Command::new("mount")
            .args(["-o", &how, "kessan"])
            .arg(&folder)
            .status();
        assert!(status.unwrap().success());
    };
    let path = folder.join("db");
    let db = Database::create(&path).unwrap();
    ingest(&db, 0);
    let saved = folder.join("saved");
    let go_on = |_: &_| ControlFlow::Continue(());
    db.backup(&saved, go_on).unwrap();
    db.close();
    mount("ro");
    let elsewhere = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    assert_restored(&saved, &elsewhere.path().join("restored"));
    assert_refused(Database::open(&path), &path);
    assert_refused(Database::open_or_create(&path), &path);
    assert_refused(Database::create(folder.join("new")), &folder);
    mount("rw");
    let db = Database::open(&path).unwrap();
    assert_eq!(check(&db, 1), 1);
    ingest(&db, 1);
}
