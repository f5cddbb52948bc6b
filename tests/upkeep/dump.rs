//! What was taken in the usual ways, as text and back.

use kessan::{Database, TidyExport};

use crate::support::{go_on, load_generated, load_real, tables, take_in_bundled};

fn round_trip(db: &Database) {
    let mut text = Vec::new();
    let dumped = db.dump(&mut text, go_on).unwrap();
    assert_eq!(dumped.commit, db.last_commit());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("again");
    let report = Database::load_dump(text.as_slice(), &path, go_on).unwrap();
    assert_eq!(report.commit, dumped.commit);
    let again = Database::open(&path).unwrap();
    let mut other = Vec::new();
    assert_eq!(again.dump(&mut other, go_on).unwrap(), dumped);
    assert!(other == text);
    let written = [db, &again].map(|db| tables(&TidyExport::new(db)));
    assert!(written[0] == written[1]);
}

#[test]
fn what_releases_and_loads_make_is_the_same_again() {
    let db = Database::temporary().unwrap();
    take_in_bundled(&db);
    load_generated(&db, 0..3, 3);
    round_trip(&db);
}

#[test]
fn what_real_filings_make_is_the_same_again() {
    let db = Database::temporary().unwrap();
    if load_real(&db, 1) {
        round_trip(&db);
    }
}
