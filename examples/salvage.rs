//! Makes a new database of what can be read of a damaged one, and says what could not. The damaged one is only read.
//!
//! `cargo run --release --example salvage -- DAMAGED FOLDER`.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::{Database, Incomplete};

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Makes a new database of what can be read of a damaged one, and says what could not. The damaged one is only read.
#[derive(Parser)]
struct Arguments {
    /// The damaged database, which nobody has open.
    damaged: PathBuf,
    /// The folder to make, which does not exist or is empty.
    folder: PathBuf,
    /// Leave documents out that cannot be read in full, so that they can be taken in again from where they came.
    #[arg(long)]
    leave_out: bool,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let incomplete = if arguments.leave_out {
        Incomplete::LeaveOut
    } else {
        Incomplete::Keep
    };
    let (damaged, folder) = (&arguments.damaged, &arguments.folder);
    let salvaged = Database::salvage(damaged, folder, incomplete, upkeep::bar())?;
    writeln!(io::stdout(), "{salvaged}")?;
    Ok(ExitCode::SUCCESS)
}
