//! Backups of what was taken in the usual ways, while more is loaded.

use std::ops::ControlFlow;

use kessan::{Database, TidyExport};

use crate::support::{go_on, load_generated, tables, take_in_bundled};

#[test]
fn a_backup_answers_as_the_database_did_when_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let [saved, restored] = ["saved", "restored"].map(|name| folder.path().join(name));
    let db = Database::temporary().unwrap();
    take_in_bundled(&db);
    load_generated(&db, 0..3, 3);
    let before = tables(&TidyExport::new(&db));
    // More is loaded while it is being made.
    let mut loaded = false;
    let report = db.backup(&saved, |_| {
        if !loaded {
            loaded = true;
            load_generated(&db, 0..6, 4);
        }
        ControlFlow::Continue(())
    });
    let report = report.unwrap();
    assert_ne!(tables(&TidyExport::new(&db)), before);
    Database::restore(&saved, &restored, go_on).unwrap();
    for path in [saved, restored] {
        let copy = Database::open(path).unwrap();
        assert_eq!(copy.last_commit(), report.commit);
        assert_eq!(tables(&TidyExport::new(&copy)), before);
    }
}
