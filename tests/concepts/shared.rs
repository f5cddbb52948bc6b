//! The shared data, where they are.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kessan::{CompanyFacts, ConceptMap, Database, Reader};

pub(crate) const APPLE: &str = "CIK0000320193";
pub(crate) const NVIDIA: &str = "CIK0001045810";
pub(crate) const LPA: &str = "CIK0001997711";

/// A file below `data` of the shared folder.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let path = shared.join("data").join(name);
    if !path.exists() {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            path.display()
        );
        return None;
    }
    Some(path)
}

pub(crate) fn facts(company: &str) -> Option<CompanyFacts> {
    let path = file(&format!("companyfacts/{company}.json"))?;
    Some(CompanyFacts::read(path).unwrap())
}

/// The three companies in one database, by standard metrics.
pub(crate) fn reader() -> Option<&'static Reader> {
    static READER: OnceLock<Option<Reader>> = OnceLock::new();
    let reader = READER.get_or_init(|| {
        let db = Database::temporary().unwrap();
        for company in [APPLE, NVIDIA, LPA] {
            db.ingest(facts(company)?).unwrap();
        }
        Some(db.with_concepts(ConceptMap::standard().unwrap()))
    });
    reader.as_ref()
}
