//! Copies a database to a new folder, while others may read it in this process, and verifies the copy.
//!
//! `cargo run --release --example backup -- DATABASE FOLDER`; the example restore goes the other way.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::Database;

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Copies a database to a new folder, and verifies the copy.
#[derive(Parser)]
struct Arguments {
    /// The database.
    database: PathBuf,
    /// The folder to make, which does not exist or is empty.
    folder: PathBuf,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let db = Database::open(&arguments.database)?;
    let copied = db.backup(&arguments.folder, upkeep::bar())?;
    writeln!(io::stdout(), "{copied}")?;
    Ok(ExitCode::SUCCESS)
}
