//! Recomputes documents from their own figures and reports what does not agree.
//!
//! `cargo run --release --example audit -- PATH...`; a path is a database or a release folder (`data/README.md`).
//! Several release folders are audited together, so that what an earlier one said is known to the later.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kessan::{Audit, Class, Database, Release};

#[path = "shared/end.rs"]
mod end;

/// Recomputes documents from their own figures and reports what does not agree.
#[derive(Parser)]
struct Arguments {
    /// A database, or one or more release folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only this document.
    #[arg(long)]
    document: Option<String>,
    /// List also what is consistent within rounding.
    #[arg(long)]
    all: bool,
    /// Print the audits as JSON.
    #[arg(long, conflicts_with = "all")]
    json: bool,
}

fn main() -> ExitCode {
    end::end(run(&Arguments::parse()).map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let db = open(&arguments.paths)?;
    let mut audits = Vec::new();
    match &arguments.document {
        Some(id) => audits.push(db.audit(id)?),
        None => {
            for document in db.documents()? {
                audits.push(db.audit(&document.id)?);
            }
        }
    }
    Ok(print(arguments, &audits)?)
}

fn print(arguments: &Arguments, audits: &[Audit]) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(audits)?)?;
        return out.flush();
    }
    for audit in audits {
        writeln!(out, "{audit}\n")?;
        if arguments.all {
            for finding in audit.of(Class::Consistent) {
                writeln!(out, "{finding}\n")?;
            }
        }
    }
    out.flush()
}

/// A database as it is, or a temporary one of release folders.
fn open(paths: &[PathBuf]) -> Result<Database, Box<dyn Error>> {
    let is_release = |path: &Path| path.join("manifest.toml").exists();
    if let [path] = paths
        && !is_release(path)
    {
        return Ok(Database::open(path)?);
    }
    let db = Database::temporary()?;
    for path in paths {
        if !is_release(path) {
            return Err(format!("{} is not a release folder", path.display()).into());
        }
        db.ingest(&Release::read(path)?)?;
    }
    Ok(db)
}
