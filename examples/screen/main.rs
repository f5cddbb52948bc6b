//! Screens all companies of a database: growth and margins of one quarter, in order.
//!
//! `cargo run --release --example screen -- DATABASE --at CY2009Q2 [FILE...]`: a database as `load_companyfacts` makes it, or
//! files to be loaded into one first: data sets such as `2009q3.zip`, company facts such as `CIK0000320193.json`.

mod column;
mod data_set;
mod reason;
mod screen;
#[path = "../shared/mod.rs"]
mod shared;
mod table;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kessan::{ConceptMap, Currency, Database, PanelPeriod};

use column::{Column, Filter};
use screen::Screen;
use shared::load::{self, Care};

/// Screens all companies of a database: growth and margins of one period, sorted, the first of them.
///
/// A fiscal quarter means other days for every company. --at CY2009Q2 takes of each company the fiscal quarter of which
/// most days lie in April to June 2009, by its own calendar: those shown end at most half a quarter before or after the
/// end of June, and the table tells each end. --at "FY2009 Q2" takes what each company calls so: the dates may be months
/// apart. A year that a change of year end cut short is marked with ~, and an amount of it is not placed among those of
/// years. --at 2009-04-01..2009-06-30 takes these very days alone.
///
/// Facts of SEC data sets have no days, only a rounded month-end and a number of quarters: they are placed in the
/// company's calendar by these, and their ends are written ~2009-06-30. Nothing is derived from them, since one cannot
/// tell whether two of them begin on the same day: a fourth quarter that was not reported stays missing.
/// --at ~2009-06-30/1q takes those of this rounded end alone.
///
/// A company without a figure is never dropped silently: it is counted below the table with the reason, and --missing
/// names it. Ratios of companies that report in different currencies can be compared, amounts cannot: these are sorted
/// and filtered in one --currency only.
#[derive(Parser)]
struct Arguments {
    /// The database; created if it is not there and there are files.
    database: PathBuf,
    /// Files to be loaded first: data sets (.zip), company facts (.json), or folders of them.
    files: Vec<PathBuf>,
    /// A column of data sets that kessan does not know, and that does not change what a value means: a row that has
    /// something in it is refused otherwise. May be repeated.
    #[arg(long = "ignore-column", value_name = "NAME")]
    ignored: Vec<String>,
    /// The period: CY2009Q2, "FY2009 Q2", FY2008, 2009-04-01..2009-06-30, 2009-06-30, ~2009-06-30/1q.
    #[arg(long, value_name = "PERIOD")]
    at: PanelPeriod,
    /// A column: an expression of metrics, such as `operating_income / revenue`, or its change over the year before, such
    /// as `yoy revenue`. May be repeated. Without it: `revenue`, `yoy revenue`,
    /// `operating_income / revenue` and `net_income / revenue`, as far as anybody in the database reports them.
    #[arg(long, value_name = "COLUMN")]
    show: Vec<Column>,
    /// The column to sort by, which need not be shown.
    #[arg(long, value_name = "COLUMN", default_value = "yoy revenue")]
    sort: Column,
    /// The least first.
    #[arg(long)]
    ascending: bool,
    /// Only companies of which this is true: `revenue > 100 million`, `net_income / revenue >= 10%`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    filters: Vec<Filter>,
    /// How many companies are shown.
    #[arg(long, default_value_t = 20, value_name = "N")]
    top: usize,
    /// Only amounts of this currency.
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// Name every company without a figure, with the reason.
    #[arg(long)]
    missing: bool,
    /// Every company that fails no condition as CSV on stdout, with the reason where a figure is missing: amounts in base
    /// units, ratios and changes as numbers of six places (0.05 is 5%).
    #[arg(long)]
    csv: bool,
}

fn main() -> ExitCode {
    shared::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let db = if arguments.files.is_empty() {
        Database::open(&arguments.database)?
    } else {
        Database::open_or_create(&arguments.database)?
    };
    let complete = load_files(&db, arguments)?;
    let reader = db.with_concepts(ConceptMap::standard()?);
    let screen = Screen::new(&reader, arguments)?;
    let mut stdout = io::stdout().lock();
    if arguments.csv {
        stdout.write_all(&table::csv(&screen)?)?;
    } else {
        table::print(&screen, arguments, &mut stdout)?;
    }
    Ok(if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether all files could be taken in.
fn load_files(db: &Database, arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in &arguments.files {
        files.extend(load::files_of(path, &["zip", "json"])?);
    }
    let (sets, facts): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| load::has_ending(file, "zip"));
    let mut out = io::stderr();
    let mut complete = true;
    for set in sets {
        let (report, strays) = data_set::load(db, &set, &arguments.ignored, Care::default())?;
        writeln!(out, "{}", set.display())?;
        load::complain(&strays);
        load::print(&report, "filings", &mut out)?;
        data_set::hint(&report.refused);
        if !strays.is_empty() {
            writeln!(out, "{} rows that are of no filing refused", strays.len())?;
        }
        complete &= report.failed.is_empty();
    }
    if !facts.is_empty() {
        let (report, _) = load::company_facts(db, &facts, Care::default())?;
        load::print(&report, "files", &mut out)?;
        complete &= report.failed.is_empty();
    }
    Ok(complete)
}
