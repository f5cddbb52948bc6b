//! What keeps a creation from its folder, and what is left of one that fails.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::*;
use crate::codec::manifest::Head;
use crate::store::head::HeadFile;
use crate::store::{Store, StoreError};

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    fs::write(place.file("note"), "mine").unwrap();
    let exists = StoreError::Exists { path: place.path() };
    assert_eq!(Store::create(&place.path()).unwrap_err(), exists);
    assert_eq!(names(&place.path()), ["note"]);
}

#[test]
fn a_path_that_cannot_be_one_is_not_said_to_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let long = folder.path().join("x".repeat(300));
    for path in [file.join("db"), long.clone()] {
        let error = Store::create(&path).unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
    }
    // So it is for a copy.
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let restored = Store::restore(&place.path(), &long, &digest, &mut |_| {
        std::ops::ControlFlow::Continue(())
    });
    assert!(matches!(restored, Err(StoreError::Io { .. })));
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_not_said_to_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
    let error = Store::create(&link).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert_eq!(names(folder.path()), ["link"]);
}

/// Linux takes paths of 4095 bytes: of a folder of 4088, HEAD and sled have one, and the files in sled have none.
#[cfg(target_os = "linux")]
#[test]
fn a_creation_that_fails_leaves_what_was_there_before() {
    const LENGTH: usize = 4088;
    let folder = tempfile::tempdir().unwrap();
    let mut around: PathBuf = folder.path().to_owned();
    while LENGTH - around.as_os_str().len() > 200 {
        around.push("x".repeat(100));
    }
    fs::create_dir_all(&around).unwrap();
    let path = around.join("x".repeat(LENGTH - around.as_os_str().len() - 1));
    let create = || {
        let error = Store::create(&path).unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
    };
    create();
    assert!(names(&around).is_empty());
    fs::create_dir(&path).unwrap();
    create();
    assert_eq!(names(&around).len(), 1);
    assert!(names(&path).is_empty());
}

/// The beginnings of a database, of which one thing is not what a creation leaves, and cannot be removed like it.
#[test]
fn what_is_unfinished_is_not_begun_again_where_it_cannot_be_removed() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    fs::remove_file(place.file("MANIFEST")).unwrap();
    let head = fs::read(place.file("HEAD")).unwrap();
    fs::create_dir(place.file("MANIFEST.new")).unwrap();
    fs::write(place.file("MANIFEST.new/note"), "mine").unwrap();
    let error = Store::create(&place.path()).unwrap_err();
    assert!(
        error.to_string().contains("delete what was unfinished"),
        "{error}"
    );
    assert_eq!(names(&place.path()), ["HEAD", "MANIFEST.new", "sled"]);
    assert_eq!(fs::read(place.file("HEAD")).unwrap(), head);
}

#[test]
fn a_head_is_made_once_and_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let head = Head {
        database: [7; 16],
        sequence: 0,
        chain: [9; 32],
    };
    drop(HeadFile::create(folder.path(), head).unwrap());
    let other = Head {
        sequence: 1,
        ..head
    };
    let exists = StoreError::Exists {
        path: folder.path().to_owned(),
    };
    assert_eq!(HeadFile::create(folder.path(), other).unwrap_err(), exists);
    assert_eq!(HeadFile::look(folder.path()), Ok(head));
    // What is there and is no file is not missing.
    let path = HeadFile::path(folder.path());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = HeadFile::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}

/// Files that may not be looked at are not missing.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_said_to_be_so() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let set = |mode| {
        let folder = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.file("sled"), folder).unwrap();
    };
    set(0o000);
    if fs::metadata(place.file("sled/db")).is_ok() {
        skipped(
            "permissions, as this user reads whatever they say; tests/conditions is another one for it",
        );
        return;
    }
    let error = Store::open(&place.path()).unwrap_err();
    set(0o755);
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    Store::open(&place.path()).unwrap();
}
