//! Makes a database of the text that the example dump wrote, and verifies it.
//!
//! `cargo run --release --example load_dump -- FILE DATABASE`.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::Database;

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Makes a database of the text that the example dump wrote, and verifies it.
#[derive(Parser)]
struct Arguments {
    /// The text.
    file: PathBuf,
    /// The folder to make, which does not exist or is empty.
    database: PathBuf,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let path = &arguments.file;
    let file =
        File::open(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let loaded = Database::load_dump(BufReader::new(file), &arguments.database, upkeep::bar())
        .map_err(|error| format!("{} is not loaded: {error}", path.display()))?;
    writeln!(io::stdout(), "{loaded}")?;
    Ok(ExitCode::SUCCESS)
}
