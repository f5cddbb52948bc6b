//! Writes a database as lines of text, which any version of kessan can read: `src/docs/dump.md` describes them.
//!
//! `cargo run --release --example dump -- DATABASE FILE`; the example `load_dump` makes a database of it again.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::Database;

#[path = "shared/upkeep.rs"]
mod upkeep;

/// Writes a database as lines of text.
#[derive(Parser)]
struct Arguments {
    /// The database.
    database: PathBuf,
    /// The file to write, which must not exist yet.
    file: PathBuf,
}

fn main() -> ExitCode {
    upkeep::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let path = &arguments.file;
    let db = Database::open(&arguments.database)?;
    let file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{} exists", path.display()),
        _ => format!("{} cannot be written: {error}", path.display()),
    })?;
    let failed = |error: &dyn Error| format!("{} is not written: {error}", path.display()).into();
    let dumped = db.dump(BufWriter::new(&file), upkeep::bar());
    let dumped = match dumped {
        Ok(dumped) => dumped,
        Err(error) => {
            // What is there is no dump.
            let _ = fs::remove_file(path);
            return Err(failed(&error));
        }
    };
    file.sync_all().map_err(|error| failed(&error))?;
    writeln!(
        io::stdout(),
        "{} lines, as of commit {}",
        dumped.lines,
        dumped.commit
    )?;
    Ok(ExitCode::SUCCESS)
}
