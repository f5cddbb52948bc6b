//! Makes a database of a backup, and verifies it. The backup is only read.
//!
//! `cargo run --release --example restore -- BACKUP FOLDER`.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::Database;

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Makes a database of a backup, and verifies it. The backup is only read.
#[derive(Parser)]
struct Arguments {
    /// The backup: the folder that the example backup made.
    backup: PathBuf,
    /// The folder to make, which does not exist or is empty.
    folder: PathBuf,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let restored = Database::restore(&arguments.backup, &arguments.folder, upkeep::bar())?;
    writeln!(io::stdout(), "{restored}")?;
    Ok(ExitCode::SUCCESS)
}
