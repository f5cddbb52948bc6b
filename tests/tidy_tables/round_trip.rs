//! A database written as tidy tables and read again is the same database.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kessan::{Database, Release, Tidy, TidyExport};
use proptest::prelude::*;

use crate::contents::Contents;
use crate::random::package;

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A database made of the export of another, once both are shown to say the same and to be written the same.
fn copied(db: &Database) -> Database {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let written = TidyExport::new(db).to_folder(&first).unwrap();
    let copy = Database::temporary().unwrap();
    let tidy = Tidy::read(&first).unwrap();
    assert!(tidy.refused().is_empty());
    copy.ingest(tidy).unwrap();
    let contents = Contents::of(db);
    assert_eq!(Contents::of(&copy), contents);
    let count = |count: usize| u64::try_from(count).unwrap();
    assert_eq!(written.facts, count(contents.facts()));
    assert_eq!(written.cells, count(contents.cells()));
    assert_eq!(written.checks, count(contents.checks()));
    TidyExport::new(&copy).to_folder(&second).unwrap();
    let (first, second) = (files(&first), files(&second));
    for (name, bytes) in &first {
        assert!(second.get(name) == Some(bytes), "{name} differs");
    }
    assert_eq!(first.len(), second.len());
    copy
}

fn releases() -> Vec<Release> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iij");
    let mut releases: Vec<Release> = fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("manifest.toml").exists())
        .map(|path| Release::read(path).unwrap())
        .collect();
    releases.sort_by(|a, b| a.document().id.cmp(&b.document().id));
    assert_eq!(releases.len(), 4);
    releases
}

#[test]
fn the_bundled_releases_come_back_whole() {
    let releases = releases();
    let db = Database::temporary().unwrap();
    for release in &releases {
        db.ingest(release).unwrap();
    }
    let copy = copied(&db);
    // Every printed figure of the folders is there, whatever became of it.
    let printed: usize = releases.iter().map(|r| r.figures().len()).sum();
    assert_eq!(Contents::of(&copy).cells(), printed);
    // The documents are known for the very same.
    for release in &releases {
        assert!(copy.ingest(release).unwrap().unchanged());
    }
}

#[test]
fn the_order_of_ingestion_does_not_show_in_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let mut exports = Vec::new();
    let mut releases = releases();
    for name in ["forward", "backward"] {
        let db = Database::temporary().unwrap();
        for release in &releases {
            db.ingest(release).unwrap();
        }
        let path = folder.path().join(name);
        TidyExport::new(&db).to_folder(&path).unwrap();
        exports.push(files(&path));
        releases.reverse();
    }
    assert!(exports[0] == exports[1]);
}

#[test]
fn an_empty_database_comes_back_empty() {
    let db = Database::temporary().unwrap();
    let copy = copied(&db);
    assert_eq!(copy.last_commit(), 0);
    assert_eq!(Contents::of(&copy).facts(), 0);
}

#[test]
fn an_export_is_of_the_moment_it_was_made() {
    let releases = releases();
    let db = Database::temporary().unwrap();
    db.ingest(&releases[0]).unwrap();
    let export = TidyExport::new(&db);
    let mut before = Vec::new();
    export.facts(&mut before).unwrap();
    db.ingest(&releases[2]).unwrap();
    let mut after = Vec::new();
    export.facts(&mut after).unwrap();
    assert!(before == after);
    let mut now = Vec::new();
    TidyExport::new(&db).facts(&mut now).unwrap();
    assert!(now.len() > after.len());
}

#[test]
fn an_export_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::temporary().unwrap();
    for (taken, named) in [("here", "here"), ("there.partial", "there")] {
        let path = folder.path().join(taken);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("facts.csv"), "mine").unwrap();
        let error = TidyExport::new(&db)
            .to_folder(folder.path().join(named))
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with(&format!("{taken} cannot be written")),
            "{error}"
        );
        assert_eq!(fs::read(path.join("facts.csv")).unwrap(), b"mine");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_package_comes_back_whole(package in package()) {
        let db = Database::temporary().unwrap();
        db.ingest(package.clone()).unwrap();
        let copy = copied(&db);
        prop_assert!(copy.ingest(package).unwrap().unchanged());
    }
}
