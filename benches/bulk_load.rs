//! Bulk load of generated company facts files, and of real data sets: `cargo bench --bench bulk_load`.
//!
//! For 200 and 2,000 files (or as many as are named: `cargo bench --bench bulk_load -- 50 500`), and for each data set that
//! is named (`-- ../shared/data/fsds/2009q3.zip`): facts a second, peak memory, bytes on disk a fact, and the same load once
//! more, when everything is known. Each load is a process of its own, so that its peak memory is. Memory should not grow
//! with the number of files, but for names of companies.
#![allow(missing_docs, reason = "a program")]

#[path = "generator/companyfacts.rs"]
mod companyfacts;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use kessan::{CompanyFacts, DataSet, Database, LoadItem, LoadReport, OnFailure};

/// How many years each company reports.
const YEARS: u32 = 6;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [task, from, database] = arguments.as_slice() {
        match task.as_str() {
            "load" => return load(Path::new(from), Path::new(database)),
            "load-set" => return load_set(Path::new(from), Path::new(database)),
            _ => {}
        }
    }
    let named: Vec<usize> = arguments.iter().filter_map(|n| n.parse().ok()).collect();
    let is_set = |name: &&String| {
        Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "zip")
    };
    let sets: Vec<&String> = arguments.iter().filter(is_set).collect();
    let counts = if named.is_empty() && sets.is_empty() {
        vec![200, 2000]
    } else {
        named
    };
    let below = tempfile::tempdir().expect("a folder");
    let folder = below.path().join("files");
    std::fs::create_dir(&folder).expect("a folder");
    let mut written = 0;
    for files in counts {
        for company in written..files {
            let path = folder.join(format!("CIK{}.json", companyfacts::cik(company)));
            std::fs::write(path, companyfacts::file(company, YEARS, usize::MAX)).expect("written");
        }
        written = written.max(files);
        twice(
            "load",
            &folder,
            &below.path().join(format!("{files}.kessan")),
        );
    }
    for (number, set) in sets.into_iter().enumerate() {
        twice(
            "load-set",
            Path::new(set),
            &below.path().join(format!("set{number}.kessan")),
        );
    }
}

/// Loads in a process of its own, and once more.
fn twice(task: &str, from: &Path, database: &Path) {
    for _ in 0..2 {
        let program = std::env::current_exe().expect("this program");
        let done = Command::new(program)
            .arg(task)
            .args([from, database])
            .status();
        assert!(done.expect("started").success());
    }
}

fn load(folder: &Path, database: &Path) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let count = files.len();
    let db = Database::open_or_create(database).expect("a database");
    let start = Instant::now();
    let items = files
        .into_iter()
        .map(|path| Ok(LoadItem::from(CompanyFacts::read(path)?)));
    let report = db
        .load(items, OnFailure::Stop, |_| ControlFlow::Continue(()))
        .expect("loaded");
    let milliseconds = start.elapsed().as_millis().max(1);
    db.close();
    assert!(report.refused.is_empty());
    print(
        &format!("{count} files"),
        &report,
        milliseconds,
        size(database),
    );
}

fn load_set(file: &Path, database: &Path) {
    let db = Database::open_or_create(database).expect("a database");
    let start = Instant::now();
    let set = DataSet::open(file).expect("a data set");
    let name = format!("{}, {} filings", file.display(), set.len());
    let items = set.map(|filing| Ok(LoadItem::from(filing?)));
    let report = db
        .load(items, OnFailure::Stop, |_| ControlFlow::Continue(()))
        .expect("loaded");
    let milliseconds = start.elapsed().as_millis().max(1);
    db.close();
    print(&name, &report, milliseconds, size(database));
}

fn print(what: &str, report: &LoadReport, milliseconds: u128, disk: u64) {
    assert!(report.failed.is_empty());
    let facts = report.facts();
    println!(
        "{what}, {} commits, {} documents known: {facts} facts, {} refused, in {}.{:03} s, {} facts/s, {} MB/s read, \
         {} ms of processor time, peak memory {} MB, {} bytes on disk a fact",
        report.committed,
        report.known_documents,
        report.refused.len(),
        milliseconds / 1000,
        milliseconds % 1000,
        u128::from(facts) * 1000 / milliseconds,
        u128::from(report.bytes) / 1000 / milliseconds,
        processor_time().map_or("?".into(), |milliseconds| milliseconds.to_string()),
        peak().map_or("?".into(), |kilobytes| (kilobytes / 1000).to_string()),
        disk / facts.max(1),
    );
}

/// How long all threads of this process ran, in milliseconds, where the system tells: on a machine with other work to do,
/// this says more than the clock.
fn processor_time() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    // In hundredths of a second, whatever the clock of the system.
    Some((user + system) * 10)
}

/// The most memory this process had, in kilobytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn size(path: &Path) -> u64 {
    if path.is_dir() {
        std::fs::read_dir(path)
            .expect("a folder")
            .map(|entry| size(&entry.expect("an entry").path()))
            .sum()
    } else {
        path.metadata().expect("a file").len()
    }
}
