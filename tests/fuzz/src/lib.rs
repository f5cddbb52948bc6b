//! What the fuzz targets share: releases and tables made of one text, and databases that take in what was read.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use kessan::{
    CELL_TEXT_LIMIT, Database, Error, NAME_LIMIT, Outcome, Package, Release, Role, StoreError,
    TITLE_LIMIT, Tidy, TidyExport, TidyOptions,
};

/// Files that stand in a folder unless the text names others: the name and content of each.
pub struct Files(&'static [(&'static str, &'static str)]);

const COMPANY: (&str, &str) = ("company.toml", include_str!("company.toml"));
const METRICS: (&str, &str) = ("metrics.toml", include_str!("metrics.toml"));

impl Files {
    /// A company and its metrics.
    pub const DEFINITIONS: Files = Files(&[COMPANY, METRICS]);

    /// The same with a release of one table.
    pub const DEFINED: Files = Files(&[
        COMPANY,
        METRICS,
        ("manifest.toml", include_str!("manifest.toml")),
        ("results.tsv", include_str!("results.tsv")),
    ]);

    /// A new folder with the [`files`] of a text and with these.
    fn placed(&self, text: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let put = |name: &str, content: &[u8]| {
            fs::write(folder.path().join(name), content).expect("a file in a temporary folder");
        };
        for (name, content) in self.0 {
            put(name, content.as_bytes());
        }
        for (name, content) in files(text) {
            put(name, content);
        }
        folder
    }
}

/// The files of a text, in which a line `=== NAME` begins a file.
pub fn files(text: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, after) = heading(rest)?;
        let end = (0..after.len())
            .find(|&at| (at == 0 || after[at - 1] == b'\n') && heading(&after[at..]).is_some());
        let (content, next) = after.split_at(end.unwrap_or(after.len()));
        rest = next;
        Some((name, content))
    })
}

/// The name of the file that a text begins with, and what is behind it.
fn heading(text: &[u8]) -> Option<(&str, &[u8])> {
    let rest = text.strip_prefix(b"=== ")?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let fits = (1..=40).contains(&name.len()) && !name.starts_with('.') && name.chars().all(plain);
    fits.then_some((name, &rest[end + 1..]))
}

/// Whether to do with an input what takes long: of some it is always done, of others never.
#[must_use]
pub fn again(input: &[u8]) -> bool {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    hasher.finish().is_multiple_of(16)
}

/// Reads a release made of a text and these files. What was read is within its limits and can be taken in.
///
/// # Panics
/// Where any of this does not hold.
pub fn read_release(text: &[u8], files: &Files) {
    let folder = files.placed(text);
    let release = match Release::read(folder.path()) {
        Ok(release) => release,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let document = release.document();
    assert!(document.title.len() <= TITLE_LIMIT && document.issuer.len() <= NAME_LIMIT);
    for figure in release.figures() {
        let cell = &figure.cell;
        for text in [
            &cell.address,
            &cell.place,
            &cell.row,
            &cell.column,
            &cell.text,
        ] {
            assert!(text.len() <= CELL_TEXT_LIMIT, "{text:?}");
        }
        if let Role::Fact {
            fact, published, ..
        } = &figure.role
        {
            assert_eq!(fact.period.to_string().parse(), Ok(fact.period));
            assert!(*published <= document.published);
        }
    }
    // Read twice, it is the same release; strict or not, it has the same figures.
    let twice = Release::read(folder.path()).expect("a release that was read before");
    assert_eq!(twice.figures(), release.figures());
    if let Ok(strict) = release.clone().strict() {
        assert_eq!(strict.figures(), release.figures());
    }
    if again(text) {
        take_in(&Package::from(&release));
    }
}

/// Reads tidy tables made of a text and these files. Rows can be listed that are refused; without such, all are
/// read.
///
/// # Panics
/// Where any of this does not hold.
pub fn read_tables(text: &[u8], files: &Files) {
    let folder = files.placed(text);
    let all = Tidy::read(folder.path());
    let listed = TidyOptions::new().list_refused().read(folder.path());
    match (all, listed) {
        (Ok(all), Ok(listed)) => {
            assert!(all.refused().is_empty());
            assert_eq!(all, listed);
            if again(text) {
                take_in(&Package::from(all));
            }
        }
        (Ok(_), Err(error)) => panic!("refused where rows may be: {error}"),
        (Err(error), Ok(listed)) => {
            let first = listed.refused().first();
            assert!(first.is_some(), "nothing was refused, yet {error}");
        }
        (Err(error), Err(_)) => assert!(!error.to_string().is_empty()),
    }
}

/// Takes in a package, or is told why not. What was taken in is audited and exported; the export reads as the same
/// documents.
///
/// # Panics
/// Where any of this does not hold.
pub fn take_in(package: &Package) {
    let db = Database::temporary().expect("a temporary database");
    if let Err(error) = db.ingest(package.clone()) {
        refused(&error);
        assert_eq!(db.last_commit(), 0, "refused and yet taken in");
        return;
    }
    let repeated = db.ingest(package.clone()).expect("a known package");
    assert!(
        repeated
            .figures()
            .iter()
            .all(|figure| figure.outcome == Outcome::Unchanged)
    );
    for filing in &package.filings {
        db.audit(filing.document.id.as_str())
            .expect("the audit of a document");
    }
    export(&db);
}

/// An export reads back, makes the same export again, and is known to the database it comes from.
fn export(db: &Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |db: &Database, name: &str| {
        let to = folder.path().join(name);
        TidyExport::new(db).to_folder(&to).expect("an export");
        to
    };
    let first = write(db, "first");
    let tidy = Tidy::read(&first).expect("an export that reads back");
    let copy = Database::temporary().expect("a temporary database");
    copy.ingest(tidy).expect("an export that can be taken in");
    same(&first, &write(&copy, "second"));
}

fn same(first: &Path, second: &Path) {
    for entry in fs::read_dir(first).expect("an export") {
        let name = entry.expect("a file of an export").file_name();
        let read = |folder: &Path| fs::read(folder.join(&name)).expect("a file of an export");
        assert!(read(first) == read(second), "{} differs", name.display());
    }
}

/// A package is refused for what it says, never for what the database is.
fn refused(error: &Error) {
    let own = matches!(
        error,
        Error::Store(
            StoreError::Damaged { .. }
                | StoreError::Io { .. }
                | StoreError::Halted
                | StoreError::EngineFileMissing { .. }
                | StoreError::SledBehindHead { .. }
        ) | Error::Query(_)
            | Error::TemporaryFolder(_)
    );
    assert!(!own, "{error}");
}
