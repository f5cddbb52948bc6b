//! Databases of the bundled releases, of generated filings, and of shared real ones.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kessan::{CompanyFacts, Database, LoadItem, OnFailure, Release, TidyExport, UpkeepProgress};

#[path = "../../benches/generator/companyfacts.rs"]
mod generated;

pub(crate) fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Takes in the bundled releases, a commit each.
pub(crate) fn take_in_bundled(db: &Database) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iij");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("manifest.toml").exists())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 4);
    for folder in folders {
        db.ingest(&Release::read(folder).unwrap()).unwrap();
    }
}

/// Loads files of company facts of so many made-up companies, each with restatements.
pub(crate) fn load_generated(db: &Database, companies: std::ops::Range<usize>, years: u32) {
    let items = companies.map(|company| {
        let json = generated::file(company, years, 2);
        let facts = CompanyFacts::from_reader(json.as_bytes(), &format!("{company}.json"))?;
        Ok(LoadItem::from(facts))
    });
    let items: Vec<Result<LoadItem, kessan::Error>> = items.collect();
    let loaded = db.load(items, OnFailure::Stop, |_| ControlFlow::Continue(()));
    assert!(loaded.unwrap().failed.is_empty());
}

/// Loads real company facts, where they are.
pub(crate) fn load_real(db: &Database, most: usize) -> bool {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let folder = shared.join("data/companyfacts");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            folder.display()
        );
        return false;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort_by_key(|file| file.metadata().unwrap().len());
    files.truncate(most);
    assert!(!files.is_empty());
    let items = files
        .iter()
        .map(|file| Ok(LoadItem::from(CompanyFacts::read(file)?)));
    let items: Vec<Result<LoadItem, kessan::Error>> = items.collect();
    let loaded = db.load(items, OnFailure::Stop, |_| ControlFlow::Continue(()));
    assert!(loaded.unwrap().failed.is_empty());
    true
}

/// A database as tables: the same facts, versions and sources are the same bytes.
pub(crate) fn tables(export: &TidyExport) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = tempfile::tempdir().unwrap();
    let folder = below.path().join("tables");
    export.to_folder(&folder).unwrap();
    std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().into(),
                std::fs::read(path).unwrap(),
            )
        })
        .collect()
}
