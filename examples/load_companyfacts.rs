//! Loads SEC company facts into a database, and says what became of every fact.
//!
//! `cargo run --release --example load_companyfacts -- DATABASE FILE_OR_FOLDER...`: files such as `CIK0000320193.json`, or
//! folders of them. Break it off when you like: the same command goes on where it was.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use kessan::{CompanyFacts, Database, LoadEnd, LoadItem, LoadReport, OnFailure, Outcome};

/// Loads SEC company facts into a database.
#[derive(Parser)]
struct Arguments {
    /// The database; created if it is not there.
    database: PathBuf,
    /// Files of company facts, or folders of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Take in no file of which a fact is refused.
    #[arg(long)]
    strict: bool,
    /// End at the first file that cannot be taken in.
    #[arg(long)]
    stop: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(done) => done,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in &arguments.files {
        files.extend(files_of(path)?);
    }
    let sizes = files
        .iter()
        .filter_map(|file| Some(file.metadata().ok()?.len()));
    // Drawn on a terminal only.
    let bar = ProgressBar::new(sizes.sum()).with_style(ProgressStyle::with_template(
        "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left, {msg}",
    )?);
    let read = |path: &PathBuf| -> Result<LoadItem, kessan::Error> {
        let facts = CompanyFacts::read(path)?;
        let facts = if arguments.strict {
            facts.strict()?
        } else {
            facts
        };
        Ok(facts.into())
    };
    let on_failure = if arguments.stop {
        OnFailure::Stop
    } else {
        OnFailure::Continue
    };
    let db = Database::open_or_create(&arguments.database)?;
    let report = db.load(files.iter().map(read), on_failure, |progress| {
        bar.set_position(progress.bytes);
        bar.set_message(format!("{} facts", progress.facts));
        ControlFlow::Continue(())
    })?;
    bar.finish_and_clear();
    print(&report);
    Ok(if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A file, or the JSON files of a folder by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| format!("{} cannot be read: {error}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending == "json") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{} has no .json files", path.display()).into());
    }
    Ok(files)
}

fn print(report: &LoadReport) {
    for refused in &report.refused {
        eprintln!("refused: {refused}");
    }
    for failed in &report.failed {
        eprintln!("failed: {failed}");
    }
    for kept in &report.kept_definitions {
        eprintln!("note: {kept}");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for outcome in Outcome::ALL {
        table.add_row([outcome.to_string(), report.count(outcome).to_string()]);
    }
    table.add_row(["refused".to_owned(), report.refused.len().to_string()]);
    let failed: u64 = report.failed.iter().map(|failure| failure.facts).sum();
    table.add_row(["in files that failed".to_owned(), failed.to_string()]);
    table.add_row(["facts".to_owned(), report.facts().to_string()]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    println!(
        "{} files taken in, {} known before, {} failed; {} new documents",
        report.committed,
        report.unchanged,
        report.failed.len(),
        report.new_documents
    );
    if report.end == LoadEnd::Stopped {
        println!("ended at the file that failed");
    }
}
