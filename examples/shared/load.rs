//! Loading files with a progress bar, and the report of it.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use kessan::{
    CompanyFacts, Database, Id, IngestError, LoadEnd, LoadItem, LoadNote, LoadReport, OnFailure,
    Outcome,
};

/// How many refused facts a terminal shows.
const SHOWN: usize = 20;

/// How a load goes on where something is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Care {
    /// Nothing is taken in of a file of which a fact is refused, or two of one filing contradict each other.
    pub(crate) strict: bool,
    /// The load ends at the first file that cannot be taken in.
    pub(crate) stop: bool,
}

impl Care {
    pub(crate) fn on_failure(self) -> OnFailure {
        if self.stop {
            OnFailure::Stop
        } else {
            OnFailure::Continue
        }
    }
}

/// A file, or the files of a folder with one of some endings, by name.
pub(crate) fn files_of(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| format!("{} cannot be read: {error}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if endings.iter().any(|ending| has_ending(&file, ending)) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
        let endings = endings.join(" or ");
        return Err(format!("{} has no {endings} files", path.display()).into());
    }
    Ok(files)
}

pub(crate) fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|own| own == ending)
}

/// A bar that is drawn on a terminal only.
pub(crate) fn bar(length: u64, template: &str) -> Result<ProgressBar, Box<dyn Error>> {
    Ok(ProgressBar::new(length).with_style(ProgressStyle::with_template(template)?))
}

/// Loads files of company facts: what became of them, and the companies they are about.
pub(crate) fn company_facts(
    db: &Database,
    files: &[PathBuf],
    care: Care,
) -> Result<(LoadReport, BTreeSet<Id>), Box<dyn Error>> {
    let sizes = files
        .iter()
        .filter_map(|file| Some(file.metadata().ok()?.len()));
    let bar = bar(
        sizes.sum(),
        "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left, {msg}",
    )?;
    let companies = Mutex::new(BTreeSet::new());
    let read = |path: &PathBuf| -> Result<LoadItem, kessan::Error> {
        let facts = CompanyFacts::read(path)?;
        let item = if care.strict {
            LoadItem::strict_facts(facts)
        } else {
            LoadItem::from(facts)
        };
        let ids = item
            .package
            .companies
            .iter()
            .map(|company| company.id.clone());
        if let Ok(mut companies) = companies.lock() {
            companies.extend(ids);
        }
        Ok(item)
    };
    let report = db.load(files.iter().map(read), care.on_failure(), |progress| {
        bar.set_position(progress.bytes);
        bar.set_message(format!("{} facts", progress.facts));
        ControlFlow::Continue(())
    })?;
    bar.finish_and_clear();
    Ok((report, companies.into_inner()?))
}

/// What was refused goes to stderr one a line: all of it into a file, the first of it to a terminal.
pub(crate) fn complain(refused: &[IngestError]) {
    let shown = if io::stderr().is_terminal() {
        SHOWN
    } else {
        refused.len()
    };
    for refused in refused.iter().take(shown) {
        eprintln!("refused: {refused}");
    }
    let more = refused.len().saturating_sub(shown);
    if more > 0 {
        eprintln!("... and {more} more refused; all of them: the same command with 2>refused.txt");
    }
}

/// What is uncertain goes to stderr, each said once, with the first package it is true of.
fn notes(notes: &[LoadNote], what: &str) {
    let mut said: Vec<(String, &str, usize)> = Vec::new();
    for LoadNote { source, note, .. } in notes {
        let note = note.to_string();
        match said.iter_mut().find(|(other, ..)| *other == note) {
            Some((.., more)) => *more += 1,
            None => said.push((note, source, 0)),
        }
    }
    for (note, source, more) in &said {
        match more {
            0 => eprintln!("note: {source}: {note}"),
            1 => eprintln!("note: {source} and one more: {note}"),
            more => eprintln!("note: {source} and {more} more {what}: {note}"),
        }
    }
}

/// The report of a load; `what` names its packages: files, filings.
pub(crate) fn print(report: &LoadReport, what: &str, out: &mut dyn Write) -> io::Result<()> {
    complain(&report.refused);
    for failed in &report.failed {
        eprintln!("failed: {failed}");
    }
    for differing in &report.differing_documents {
        eprintln!("note: {differing}");
    }
    for kept in &report.kept_definitions {
        eprintln!("note: {kept}");
    }
    notes(&report.notes, what);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for outcome in Outcome::ALL {
        table.add_row([outcome.to_string(), report.count(outcome).to_string()]);
    }
    table.add_row(["refused".to_owned(), report.refused.len().to_string()]);
    let failed: u64 = report.failed.iter().map(|failure| failure.facts).sum();
    table.add_row([format!("in {what} that failed"), failed.to_string()]);
    table.add_row(["facts".to_owned(), report.facts().to_string()]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    writeln!(
        out,
        "{} {what} taken in, {} known before, {} failed; {} new documents",
        report.committed,
        report.unchanged,
        report.failed.len(),
        report.new_documents
    )?;
    if report.end == LoadEnd::Stopped {
        writeln!(
            out,
            "ended at the {} that failed",
            what.trim_end_matches('s')
        )?;
    }
    Ok(())
}
