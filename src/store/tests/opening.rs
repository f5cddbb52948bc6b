//! Everything that keeps a database from being opened is an error of its own, and creates nothing.

use std::fs;

use super::support::*;
use crate::store::{Store, StoreError};

fn names(path: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_no_database_is_said_to_be_none_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let empty = folder.path().join("empty");
    let other = folder.path().join("other");
    let file = folder.path().join("file");
    fs::create_dir(&empty).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(
        other.join("MANIFEST"),
        "a list of goods, longer than a manifest of a database",
    )
    .unwrap();
    fs::write(&file, "x").unwrap();
    for path in [&missing, &empty, &other, &file] {
        let expected = StoreError::NotADatabase { path: path.clone() };
        assert_eq!(Store::open(path).unwrap_err(), expected);
    }
    assert_eq!(names(folder.path()), ["empty", "file", "other"]);
    assert_eq!(names(&other), ["MANIFEST"]);
    assert!(names(&empty).is_empty());
}

#[test]
fn a_database_is_created_in_a_new_or_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    fs::create_dir(&path).unwrap();
    drop(Store::create(&path).unwrap());
    let before = names(&path);
    assert_eq!(before, ["HEAD", "MANIFEST", "sled"]);
    let exists = |path: &std::path::Path| StoreError::Exists {
        path: path.to_owned(),
    };
    assert_eq!(Store::create(&path).unwrap_err(), exists(&path));
    assert_eq!(names(&path), before);
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert_eq!(Store::create(&file).unwrap_err(), exists(&file));
    let deep = folder.path().join("no/such/folder");
    assert!(matches!(Store::create(&deep), Err(StoreError::Io { .. })));
}

#[test]
fn a_creation_that_was_cut_off_at_its_first_file_is_unfinished() {
    for length in [0, 512, 1024] {
        let place = Place::new();
        fs::create_dir(place.path()).unwrap();
        fs::write(place.file("HEAD"), vec![0; length]).unwrap();
        let unfinished = StoreError::Unfinished { path: place.path() };
        assert_eq!(Store::open(&place.path()).unwrap_err(), unfinished);
        // Beside anything else, it is not taken for the beginnings of a database.
        fs::create_dir(place.file("sled")).unwrap();
        assert_ne!(Store::open(&place.path()).unwrap_err(), unfinished);
        let exists = StoreError::Exists { path: place.path() };
        assert_eq!(Store::create(&place.path()).unwrap_err(), exists);
        assert_eq!(fs::read(place.file("HEAD")).unwrap(), vec![0; length]);
        fs::remove_dir(place.file("sled")).unwrap();
        finish(&place);
    }
    // Another program's HEAD.
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    for other in [b"ref: refs/heads/main\n".to_vec(), vec![0; 1025]] {
        fs::write(place.file("HEAD"), &other).unwrap();
        let unfinished = StoreError::Unfinished { path: place.path() };
        assert_ne!(Store::open(&place.path()).unwrap_err(), unfinished);
        let exists = StoreError::Exists { path: place.path() };
        assert_eq!(Store::create(&place.path()).unwrap_err(), exists);
        assert_eq!(fs::read(place.file("HEAD")).unwrap(), other);
    }
}

/// Creates the database where a creation was cut off, and uses it.
fn finish(place: &Place) {
    let store = Store::create(&place.path()).unwrap();
    assert_eq!(names(&place.path()), ["HEAD", "MANIFEST", "sled"]);
    let package = simple("d1", "2001-01-01", &[(0, 10, 0)]);
    store.commit(&package).unwrap();
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(store.state().head.sequence, 1);
    assert_eq!(names(&place.path()), ["HEAD", "MANIFEST", "sled"]);
}

#[test]
fn a_creation_that_was_cut_off_is_told_from_damage() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    fs::remove_file(place.file("MANIFEST")).unwrap();
    let unfinished = StoreError::Unfinished { path: place.path() };
    assert_eq!(Store::open(&place.path()).unwrap_err(), unfinished);
    fs::write(place.file("MANIFEST.new"), "a part").unwrap();
    finish(&place);
}

/// Two damages at once: it looks like a creation that was cut off, and has a document.
#[test]
fn a_database_without_manifest_and_with_its_first_head_is_damaged_and_left_alone() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let first = fs::read(place.file("HEAD")).unwrap();
    let package = simple("d1", "2001-01-01", &[(0, 10, 0)]);
    store.commit(&package).unwrap();
    drop(store);
    fs::remove_file(place.file("MANIFEST")).unwrap();
    fs::write(place.file("HEAD"), first).unwrap();
    let log = fs::read(place.file("sled/db")).unwrap();
    let damaged = StoreError::damaged("MANIFEST is missing");
    assert_eq!(Store::open(&place.path()).unwrap_err(), damaged);
    let exists = StoreError::Exists { path: place.path() };
    assert_eq!(Store::create(&place.path()).unwrap_err(), exists);
    assert_eq!(fs::read(place.file("sled/db")).unwrap(), log);
}

#[test]
fn a_creation_that_is_under_way_is_locked_and_left_alone() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    fs::remove_file(place.file("MANIFEST")).unwrap();
    let before = fs::read(place.file("HEAD")).unwrap();
    let head = fs::File::open(place.file("HEAD")).unwrap();
    head.lock().unwrap();
    let locked = StoreError::Locked { path: place.path() };
    assert_eq!(Store::create(&place.path()).unwrap_err(), locked);
    assert_eq!(Store::open(&place.path()).unwrap_err(), locked);
    assert_eq!(names(&place.path()), ["HEAD", "sled"]);
    assert_eq!(fs::read(place.file("HEAD")).unwrap(), before);
    drop(head);
    finish(&place);
}

#[test]
fn a_database_that_lost_its_manifest_is_damaged_and_not_unfinished() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    drop(store);
    fs::remove_file(place.file("MANIFEST")).unwrap();
    let message = Store::open(&place.path()).unwrap_err().to_string();
    assert!(message.contains("MANIFEST is missing"), "{message}");
}

#[test]
fn another_format_version_is_named() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let mut bytes = fs::read(place.file("MANIFEST")).unwrap();
    bytes[11] = 7;
    let sum = crc32fast::hash(&bytes[..36]).to_be_bytes();
    bytes[36..].copy_from_slice(&sum);
    fs::write(place.file("MANIFEST"), bytes).unwrap();
    let error = Store::open(&place.path()).unwrap_err();
    assert_eq!(
        error,
        StoreError::FormatVersion {
            found: 7,
            expected: 6
        }
    );
    assert_eq!(
        error.to_string(),
        "the database is of format version 7, this library reads versions 1 to 6"
    );
}

#[test]
fn an_open_database_is_locked() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let locked = StoreError::Locked { path: place.path() };
    assert_eq!(Store::open(&place.path()).unwrap_err(), locked);
    let snapshot = store.snapshot();
    drop(store);
    assert_eq!(
        Store::open(&place.path()).unwrap_err(),
        locked,
        "a snapshot keeps it open"
    );
    drop(snapshot);
    Store::open(&place.path()).unwrap();
}

#[test]
fn closing_and_opening_goes_on_and_on() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    for _ in 0..30 {
        Store::open(&place.path()).unwrap();
    }
}

#[test]
fn missing_and_empty_files_are_damage() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 1, 0)]))
        .unwrap();
    drop(store);
    for file in ["sled/db", "sled/conf"] {
        for empty in [false, true] {
            let copy = place.copy();
            fs::remove_file(copy.file(file)).unwrap();
            if empty {
                fs::write(copy.file(file), "").unwrap();
            }
            let expected = StoreError::EngineFileMissing {
                path: copy.file(file),
            };
            assert_eq!(Store::open(&copy.path()).unwrap_err(), expected);
            assert_eq!(copy.file(file).exists(), empty, "nothing is created");
        }
    }
    let copy = place.copy();
    fs::remove_dir_all(copy.file("sled")).unwrap();
    assert!(matches!(
        Store::open(&copy.path()),
        Err(StoreError::EngineFileMissing { .. })
    ));
    for (file, content) in [
        ("HEAD", None),
        ("HEAD", Some("")),
        ("MANIFEST", Some("KESSANDB")),
    ] {
        let copy = place.copy();
        fs::remove_file(copy.file(file)).unwrap();
        if let Some(content) = content {
            fs::write(copy.file(file), content).unwrap();
        }
        let error = Store::open(&copy.path()).unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "{file}: {error}"
        );
    }
}

#[test]
fn flipped_bits_in_the_small_files_are_found() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let manifest = fs::read(place.file("MANIFEST")).unwrap();
    for byte in 0..manifest.len() {
        let mut damaged = manifest.clone();
        damaged[byte] ^= 4;
        fs::write(place.file("MANIFEST"), &damaged).unwrap();
        let error = Store::open(&place.path()).unwrap_err();
        let expected = match byte {
            0..8 => matches!(error, StoreError::NotADatabase { .. }),
            _ => matches!(error, StoreError::Damaged { .. }),
        };
        assert!(expected, "byte {byte}: {error}");
    }
    fs::write(place.file("MANIFEST"), &manifest).unwrap();
    let head = fs::read(place.file("HEAD")).unwrap();
    // Only the slot of commit 0 is written.
    for byte in 0..68 {
        let mut damaged = head.clone();
        damaged[byte] ^= 4;
        fs::write(place.file("HEAD"), &damaged).unwrap();
        let error = Store::open(&place.path()).unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "byte {byte}: {error}"
        );
    }
    fs::write(place.file("HEAD"), &head).unwrap();
    Store::open(&place.path()).unwrap();
}

/// To open a pipe waits for whoever writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_an_error() {
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    drop(Store::open(&place.path()).unwrap());
    for name in [
        "MANIFEST",
        "HEAD",
        "sled/db",
        "sled/conf",
        "sled/lock",
        "sled/snap.7",
        "sled/kept.7",
        "sled/snap.7.generating",
    ] {
        let copy = place.copy();
        let pipe = copy.file(name);
        let _ = fs::remove_file(&pipe);
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let (tell, told) = mpsc::channel();
        let path = copy.path();
        std::thread::spawn(move || {
            let opened = Store::open(&path).map(drop);
            let created = Store::create(&path).map(drop);
            tell.send((opened, created)).unwrap();
        });
        let (opened, created) = told.recv_timeout(Duration::from_secs(60)).expect(name);
        assert_eq!(opened, Err(StoreError::NotAFile { path: pipe }));
        let exists = StoreError::Exists { path: copy.path() };
        assert_eq!(created, Err(exists), "{name}");
    }
    // A creation looks into what may be unfinished.
    fs::remove_file(place.file("MANIFEST")).unwrap();
    fs::remove_file(place.file("sled/db")).unwrap();
    let made = Command::new("mkfifo").arg(place.file("sled/db")).status();
    assert!(made.unwrap().success());
    let exists = StoreError::Exists { path: place.path() };
    assert_eq!(Store::create(&place.path()).unwrap_err(), exists);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let set = |mode| {
        let file = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.file("HEAD"), file).unwrap();
    };
    set(0o444);
    if fs::OpenOptions::new()
        .write(true)
        .open(place.file("HEAD"))
        .is_ok()
    {
        skipped(
            "permissions, as this user writes whatever they say; tests/conditions is another one for it",
        );
        return;
    }
    let error = Store::open(&place.path()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    set(0o644);
    Store::open(&place.path()).unwrap();
}
