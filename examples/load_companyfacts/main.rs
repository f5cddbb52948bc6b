//! Loads SEC company facts into a database, says what became of every fact, and shows the quarters of each company.
//!
//! `cargo run --release --example load_companyfacts -- DATABASE FILE_OR_FOLDER...`: files such as `CIK0000320193.json`, or
//! folders of them. Break it off when you like: the same command goes on where it was.

mod quarters;
mod rows;
#[path = "../shared/mod.rs"]
mod shared;
mod table;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::{ConceptMap, Currency, Database};

use shared::load::{self, Care};

/// Loads SEC company facts into a database, says what became of every fact, and shows the last quarters of each company:
/// revenue, net income and operating cash flow, whatever the tags, with the change year over year and the trailing
/// twelve months, TTM.
///
/// A quarter that was not reported is derived from longer periods where they begin on the same day and are of one
/// vintage; it is marked with *, and the notes say how. A quarter that cannot be derived is refused, with the reason. What
/// rests on a figure that looks like a slip of scale, or that its filing contradicts, is marked with !. Each year is shown by the shortest
/// periods that are known of it, quarters, half years or the year; what a change of year end left without a fiscal quarter, and
/// what begins or ends within one, is shown by its dates. Facts
/// of the SEC do not tell their precision: figures are rounded to the scale of the table, --csv has them exactly.
#[derive(Parser)]
struct Arguments {
    /// The database; created if it is not there.
    database: PathBuf,
    /// Files of company facts, or folders of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Take in no file of which a fact is refused, or of which two facts of one filing contradict each other.
    #[arg(long)]
    strict: bool,
    /// End at the first file that cannot be taken in.
    #[arg(long)]
    stop: bool,
    /// How many quarters are shown, up to the last one known.
    #[arg(long, default_value_t = 12, value_name = "N")]
    quarters: usize,
    /// How many companies are shown, of those in the files.
    #[arg(long, default_value_t = 10, value_name = "N")]
    companies: usize,
    /// The currency of companies that report in several.
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// The quarters of all companies as CSV on stdout, exact; the report goes to stderr.
    #[arg(long)]
    csv: bool,
}

fn main() -> ExitCode {
    shared::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in &arguments.files {
        files.extend(load::files_of(path, &["json"])?);
    }
    let care = Care {
        strict: arguments.strict,
        stop: arguments.stop,
    };
    let db = Database::open_or_create(&arguments.database)?;
    let (report, companies) = load::company_facts(&db, &files, care)?;
    let mut stdout = io::stdout().lock();
    if arguments.csv {
        load::print(&report, "files", &mut io::stderr())?;
    } else {
        load::print(&report, "files", &mut stdout)?;
    }

    let reader = db.with_concepts(ConceptMap::standard()?);
    let shown = if arguments.csv {
        companies.len()
    } else {
        arguments.companies.min(companies.len())
    };
    let mut csv = table::csv();
    for id in companies.iter().take(shown) {
        let company = match reader.company(id) {
            Ok(company) => company,
            // Its file failed.
            Err(kessan::Error::Query(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let quarters = quarters::of(&reader, &company, arguments.quarters, arguments.currency)?;
        if arguments.csv {
            table::records(&mut csv, &company, &quarters)?;
        } else {
            table::print(&company, &quarters, &mut stdout)?;
        }
    }
    if arguments.csv {
        stdout.write_all(&csv.into_inner()?)?;
    } else if shown < companies.len() {
        writeln!(
            stdout,
            "\nthe first {shown} of {} companies are shown; --companies {0} shows all, --csv writes them",
            companies.len()
        )?;
    }
    Ok(if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
