//! The examples that look after a database.

use std::fs;

use super::run::{quickstart, refusal, run, text};

#[test]
fn verify_counts_what_is_there_and_says_that_it_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let said = text(&run("verify", &["iij.kessan"], folder.path()));
    assert!(
        said.starts_with("as of commit 4: 4 commits, 4 documents with "),
        "{said}"
    );
    assert!(said.ends_with("\nsound\n"), "{said}");
    fs::write(folder.path().join("iij.kessan/sled/blobs/9"), "x").unwrap();
    let damaged = run("verify", &["iij.kessan"], folder.path());
    assert!(!damaged.status.success());
    let said = String::from_utf8(damaged.stdout).unwrap();
    assert!(
        said.ends_with("\nsled/blobs 9: nothing knows it\ndamaged\n"),
        "{said}"
    );
    let nothing = refusal(&run("verify", &["nowhere"], folder.path()));
    assert!(nothing.contains("is not a kessan database"), "{nothing}");
}

#[test]
fn a_backup_is_restored_and_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let saved = text(&run("backup", &["iij.kessan", "saved"], folder.path()));
    let restored = text(&run("restore", &["saved", "restored"], folder.path()));
    assert!(saved.ends_with("\nsound\n"), "{saved}");
    assert_eq!(saved, restored);
    let asked = |database: &str| {
        let question = [database, "iij", "revenue", "--from", "1Q02", "--to", "1Q03"];
        text(&run("query", &question, folder.path()))
    };
    assert_eq!(asked("restored"), asked("iij.kessan"));
    let again = refusal(&run("backup", &["iij.kessan", "saved"], folder.path()));
    assert!(
        again.contains("exists and is not an empty folder"),
        "{again}"
    );
}
