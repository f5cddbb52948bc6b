//! Whatever was taken in the usual ways is found sound, down to the digests of its documents.

use kessan::Database;

use crate::support::{go_on, load_generated, load_real, take_in_bundled};

#[test]
fn what_releases_and_loads_make_is_sound() {
    let db = Database::temporary().unwrap();
    take_in_bundled(&db);
    load_generated(&db, 0..5, 4);
    let report = db.verify(go_on).unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.commit, db.last_commit());
    assert_eq!(report.companies, 1 + 5);
    let documents = u64::try_from(db.documents().unwrap().len()).unwrap();
    assert_eq!(report.documents, documents);
    assert!(report.observations > report.facts && report.facts > report.series);
}

#[test]
fn what_real_filings_make_is_sound() {
    let db = Database::temporary().unwrap();
    if load_real(&db, 2) {
        let report = db.verify(go_on).unwrap();
        assert!(report.is_sound(), "{report}");
    }
}
