//! Takes in a table of your own, one observation a row, or writes a database as such tables.
//!
//! `cargo run --release --example tidy_table -- import DATABASE TABLE`,
//! `cargo run --release --example tidy_table -- export DATABASE FOLDER`; `src/docs/tidy.md` teaches the columns.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kessan::{Database, IngestError, Ingested, Outcome, TidyExport, TidyOptions};

#[path = "shared/end.rs"]
mod end;

/// Takes in a table of one observation a row, or writes a database as such tables.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Takes in a table, or the tables of a folder.
    Import {
        /// The database; created if it is not there.
        database: PathBuf,
        /// A .csv or .tsv file, or a folder with facts.csv.
        table: PathBuf,
        /// A column that the table lacks, with its text for all rows: unit=JPY.
        #[arg(long = "set", value_name = "COLUMN=TEXT", value_parser = declared)]
        declared: Vec<(String, String)>,
        /// A column that says nothing to kessan.
        #[arg(long, value_name = "COLUMN")]
        ignore: Vec<String>,
        /// Take in what can be read, and list the rows that cannot.
        #[arg(long)]
        list_refused: bool,
    },
    /// Writes a database as tables.
    Export {
        /// The database.
        database: PathBuf,
        /// The folder to write, which must not exist yet.
        folder: PathBuf,
        /// For a spreadsheet: no cell that it would take for a formula. Such tables cannot be imported.
        #[arg(long)]
        formula_safe: bool,
    },
}

fn declared(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=');
    let (column, text) = pair.ok_or("write it COLUMN=TEXT")?;
    Ok((column.to_owned(), text.to_owned()))
}

fn main() -> ExitCode {
    end::end(run(Arguments::parse().task))
}

fn run(task: Task) -> Result<ExitCode, Box<dyn Error>> {
    match task {
        Task::Import {
            database,
            table,
            declared,
            ignore,
            list_refused,
        } => {
            let mut options = TidyOptions::new();
            for (column, text) in declared {
                options = options.declare(column, text);
            }
            for column in ignore {
                options = options.ignore(column);
            }
            if list_refused {
                options = options.list_refused();
            }
            import(&database, &table, options)
        }
        Task::Export {
            database,
            folder,
            formula_safe,
        } => export(&database, &folder, formula_safe),
    }
}

fn import(database: &Path, table: &Path, options: TidyOptions) -> Result<ExitCode, Box<dyn Error>> {
    // A table that cannot be read makes no database.
    let tidy = if database.exists() {
        let db = Database::open(database)?;
        options.known(db.companies(), db.metrics()).read(table)?
    } else {
        options.read(table)?
    };
    let refused = tidy.refused().to_vec();
    let (documents, facts) = (tidy.filings().len(), tidy.facts());
    let done = Database::open_or_create(database)?.ingest(tidy)?;

    let printed = print_import(&done, facts, documents, &refused);
    if refused.is_empty() {
        printed?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// What became of a table.
fn print_import(
    done: &Ingested,
    facts: usize,
    documents: usize,
    refused: &[IngestError],
) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{facts} figures of {documents} documents")?;
    if done.unchanged() {
        writeln!(out, "unchanged: all of them were taken in before")?;
    } else {
        for outcome in Outcome::ALL {
            match done.count(outcome) {
                0 => {}
                count => writeln!(out, "  {count:>6}  {outcome}")?,
            }
        }
    }
    if !refused.is_empty() {
        writeln!(out, "{} rows were refused:", refused.len())?;
    }
    for error in refused {
        writeln!(out, "  {error}")?;
    }
    Ok(())
}

fn export(database: &Path, folder: &Path, formula_safe: bool) -> Result<ExitCode, Box<dyn Error>> {
    let db = Database::open(database)?;
    let mut tables = TidyExport::new(&db);
    if formula_safe {
        tables = tables.formula_safe();
    }
    let written = tables.to_folder(folder)?;
    for (rows, what) in [
        (written.companies, "companies"),
        (written.metrics, "metrics"),
        (written.documents, "documents"),
        (written.cells, "cells"),
        (written.facts, "facts"),
        (written.checks, "checks"),
    ] {
        writeln!(io::stdout(), "{rows:>8}  {what}")?;
    }
    Ok(ExitCode::SUCCESS)
}
