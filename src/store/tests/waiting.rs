//! A lock that somebody else is about to let go is waited for. sled holds its own for a moment after it was closed.

use std::fs::File;
use std::thread;
use std::time::Duration;

use super::support::*;
use crate::store::head::HeadFile;
use crate::store::{Store, StoreError};

/// Holds the lock of a file for a small part of the second that it is waited for, and does something meanwhile; again, where a
/// busy machine took all of that second.
fn held<T>(file: &File, meanwhile: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let once = || {
        file.lock().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(30));
                file.unlock().unwrap();
            });
            meanwhile()
        })
    };
    (0..4).fold(once(), |done, _| done.or_else(|_| once()))
}

#[test]
fn a_database_that_is_about_to_be_closed_is_opened() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    for name in ["sled/lock", "sled/db"] {
        let file = File::options().write(true).open(place.file(name)).unwrap();
        let opened = held(&file, || Store::open(&place.path()));
        assert!(opened.is_ok(), "{name}: {opened:?}");
    }
    // One that stays open is not.
    let file = File::open(place.file("sled/db")).unwrap();
    file.lock().unwrap();
    let locked = StoreError::Locked { path: place.path() };
    assert_eq!(Store::open(&place.path()).unwrap_err(), locked);
}

#[test]
fn a_creation_that_is_about_to_end_is_waited_for() {
    let place = Place::new();
    drop(Store::create(&place.path()).unwrap());
    let file = File::open(place.file("HEAD")).unwrap();
    let other = HeadFile::open(&place.path()).unwrap();
    held(&file, || other.lock(&place.path())).unwrap();
}
