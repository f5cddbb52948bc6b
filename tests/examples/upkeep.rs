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
        again.contains("already, and a new or empty folder is needed"),
        "{again}"
    );
}

#[test]
fn a_dump_is_loaded_and_dumped_the_same() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let said = text(&run("dump", &["iij.kessan", "iij.dump"], folder.path()));
    let dump = fs::read_to_string(folder.path().join("iij.dump")).unwrap();
    let lines = dump.lines().count();
    assert_eq!(said, format!("{lines} lines, as of commit 4\n"));
    text(&run("load_dump", &["iij.dump", "again"], folder.path()));
    text(&run("dump", &["again", "again.dump"], folder.path()));
    assert!(fs::read_to_string(folder.path().join("again.dump")).unwrap() == dump);

    let edited = dump.replacen("8344046000", "8344046001", 1);
    assert_ne!(edited, dump);
    fs::write(folder.path().join("edited.dump"), edited).unwrap();
    let refused = refusal(&run("load_dump", &["edited.dump", "edited"], folder.path()));
    assert!(refused.contains("their SHA-256 is another"), "{refused}");
    assert!(!folder.path().join("edited").exists());
}

#[test]
fn a_database_that_cannot_be_opened_is_salvaged() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    fs::write(folder.path().join("iij.kessan/MANIFEST"), "nothing").unwrap();
    refusal(&run("verify", &["iij.kessan"], folder.path()));
    let said = text(&run("salvage", &["iij.kessan", "saved"], folder.path()));
    assert!(
        said.starts_with("4 documents are whole, 0 are not\n"),
        "{said}"
    );
    let question = ["saved", "iij", "revenue", "--from", "1Q02", "--to", "1Q03"];
    let answer = text(&run("query", &question, folder.path()));
    assert!(answer.contains("8,344,046"), "{answer}");
}
