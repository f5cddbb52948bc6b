//! Reads all of a database and says what is wrong with it.
//!
//! `cargo run --release --example verify -- DATABASE`. It ends with an error if anything is.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kessan::Database;

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Reads all of a database and says what is wrong with it.
#[derive(Parser)]
struct Arguments {
    /// The database.
    database: PathBuf,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse().database))
}

fn run(database: &Path) -> Result<ExitCode, Box<dyn Error>> {
    // Opening checks what it needs, and refuses a database that cannot be opened; the example salvage saves what is left of it.
    let report = Database::open(database)?.verify(upkeep::bar())?;
    let printed = writeln!(io::stdout(), "{report}");
    // Also where nobody reads it.
    if !report.is_sound() {
        return Ok(ExitCode::FAILURE);
    }
    printed?;
    Ok(ExitCode::SUCCESS)
}
