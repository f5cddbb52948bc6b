//! The main job in one run: every release under `data/` goes into a database on disk, and out come the
//! company's series with year-over-year and quarter-over-quarter changes, beside the percentages the
//! company printed itself.
//!
//! `cargo run --release --example quickstart [DATABASE]` (default: `quickstart.kessan` in this folder).

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use kessan::{
    Change, ChangeKind, Check, Claim, Class, Convention, Database, Delta, Figure, FiscalPeriod,
    Outcome, Period, Point, Precision, Release, Scenario, parse_date,
};

#[path = "shared/end.rs"]
mod end;

/// Takes in every release under data/ and prints what they say.
#[derive(Parser)]
struct Arguments {
    /// The database; created if it is not there.
    #[arg(default_value = "quickstart.kessan")]
    database: PathBuf,
    /// The folder with one folder per company.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data"))]
    data: PathBuf,
}

const COMPANY: &str = "iij";
const QUARTER: &str = "1Q03";

fn main() -> ExitCode {
    let ended = run(&Arguments::parse());
    progress("");
    end::end(ended.map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let db = Database::open_or_create(&arguments.database)?;
    let was_there = db.last_commit() > 0;

    writeln!(
        io::stdout(),
        "Releases into {}",
        arguments.database.display()
    )?;
    let changed = ingest_all(&db, &arguments.data)?;
    if changed {
        writeln!(io::stdout(), "{OUTCOMES}")?;
    } else if was_there {
        writeln!(
            io::stdout(),
            "The database was there already, at {}, with all of this in it: everything is unchanged.",
            std::fs::canonicalize(db.path())?.display()
        )?;
    }

    print_comparison(&db)?;
    print_both_conventions(&db)?;
    print_durations(&db)?;
    print_targets(&db)?;
    print_printings(&db)?;
    print_conflicts(&db)?;
    print_audits(&db)
}

const OUTCOMES: &str = "\
Counted are printed figures: created = the first of its point; unchanged = says what was known; more, less precise = agrees
at another rounding; restated = an earlier figure differs; changed = differs, but a precision is unknown; conflicting =
another cell of its own document differs.";

/// Ingests every release folder below `data`, in order of their names. Tells whether anything changed.
fn ingest_all(db: &Database, data: &Path) -> Result<bool, Box<dyn Error>> {
    let mut changed = false;
    for company in folders(data)? {
        for folder in folders(&company)? {
            progress(&format!("  taking in {} ...", folder.display()));
            let release = Release::read(&folder)?;
            let done = db.ingest(&release)?;
            progress("");
            changed |= !done.unchanged();
            let counts: Vec<String> = Outcome::ALL
                .iter()
                .filter_map(|outcome| match done.count(*outcome) {
                    0 => None,
                    count => Some(format!("{count} {}", short(*outcome))),
                })
                .collect();
            writeln!(
                io::stdout(),
                "  {}  {:<31}  {}",
                release.document().published,
                release.document().id,
                if done.unchanged() {
                    "unchanged".to_owned()
                } else {
                    counts.join(", ")
                }
            )?;
        }
    }
    Ok(changed)
}

/// An outcome without what [`OUTCOMES`] says of it.
fn short(outcome: Outcome) -> String {
    match outcome {
        Outcome::LessPrecise => "less precise".to_owned(),
        Outcome::ChangedPrecisionUnknown => "changed".to_owned(),
        other => other.to_string(),
    }
}

fn folders(below: &Path) -> Result<Vec<PathBuf>, io::Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Shows on a terminal what is being done, in place of what was shown before.
fn progress(text: &str) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        // A terminal that has gone away is no reason to stop.
        let _ = write!(terminal, "\r\x1b[K{text}");
        let _ = terminal.flush();
    }
}

/// Groups of rows: how a row is called, and its metric.
const ROWS: [&[(&str, &str)]; 5] = [
    &[
        ("Revenue", "revenue"),
        (
            "  Connectivity and value-added",
            "revenue.connectivity_and_value_added",
        ),
        (
            "    Dedicated access",
            "revenue.connectivity.dedicated_access",
        ),
        ("    Dial-up access", "revenue.connectivity.dial_up"),
        ("    Value-added", "revenue.value_added"),
        ("  Systems integration", "revenue.systems_integration"),
        ("  Equipment sales", "revenue.equipment_sales"),
    ],
    &[
        ("Costs and expenses", "costs_and_expenses"),
        ("  Cost of revenue", "cost_of_revenue"),
        ("  Sales and marketing", "sga.sales_and_marketing"),
        (
            "  General and administrative",
            "sga.general_and_administrative",
        ),
        ("  Research and development", "research_and_development"),
    ],
    &[
        ("Operating income", "operating_income"),
        ("Net income", "net_income"),
        ("Adjusted EBITDA", "ebitda.adjusted"),
    ],
    &[
        (
            "Backbone cost, international",
            "backbone_cost.international",
        ),
        ("Backbone cost, domestic", "backbone_cost.domestic"),
    ],
    &[
        ("Contracts, dedicated access", "contracts.dedicated_access"),
        ("Contracts, dial-up access", "contracts.dial_up"),
    ],
];

const MARKS: &str = "\
Each change is computed from the two figures shown; \"printed\" is the rate the release gives for it, where it gives one.
† The base is negative, or the sign turned. A change over a negative base is taken over |base|: a growing loss is a negative
  change. The release prints the ratio minus one, under which a growing loss is a positive one.
* The last printed digit differs: the company computes from unrounded figures, and prints rounded ones.";

/// One quarter of each metric with its changes, and the growth the release prints.
fn print_comparison(db: &Database) -> Result<(), Box<dyn Error>> {
    let calendar = db.company(COMPANY)?.calendar;
    let quarter = calendar.parse(QUARTER)?;
    let bases = [quarter.year_ago(), quarter.previous()];
    let label = |fiscal: FiscalPeriod| calendar.label(fiscal);
    let months: Vec<String> = std::iter::once(quarter)
        .chain(bases)
        .filter_map(|fiscal| {
            Some(format!(
                "{} is {}",
                label(fiscal),
                months(calendar.period(fiscal)?)
            ))
        })
        .collect();
    writeln!(
        io::stdout(),
        "\n{} against the year and the quarter before",
        label(quarter)
    )?;
    writeln!(io::stdout(), "{}\n", months.join("; "))?;

    let mut checks = Vec::new();
    for document in db.documents()? {
        checks.extend(db.checks(document.id.as_str())?);
    }
    let [year_ago, previous] = bases.map(label);
    let mut table = new_table(
        &[
            "", QUARTER, &year_ago, "YoY ", "printed ", &previous, "QoQ ", "printed ",
        ],
        &[1, 2, 3, 4, 5, 6, 7],
    );
    for (group, rows) in ROWS.iter().enumerate() {
        if group > 0 {
            table.add_row([""]);
        }
        for (name, metric) in *rows {
            let series = db.series(COMPANY, *metric)?.load()?;
            let Some(point) = series.at(quarter)? else {
                continue;
            };
            let figure = format!("{} {}", point.figure(), point.unit());
            let mut row = vec![(*name).to_owned(), figure];
            for delta in [series.yoy(quarter)?, series.qoq(quarter)?] {
                row.extend(delta.map_or_else(Default::default, |delta| compared(&delta, &checks)));
            }
            table.add_row(row);
        }
    }
    writeln!(io::stdout(), "{}\n\n{MARKS}", table.trim_fmt())?;
    Ok(())
}

/// The months of a period in words: `April to June 2003`.
fn months(period: Period) -> String {
    let end = period.end().format("%B %Y");
    match period.start() {
        Some(start) => format!("{} to {end}", start.format("%B")),
        None => format!("the end of {end}"),
    }
}

/// The base of a change, the change, and the rate printed for it.
fn compared(delta: &Delta, checks: &[Check]) -> [String; 3] {
    let Some(base) = &delta.base else {
        return [String::new(), delta.change_text(), String::new()];
    };
    let over_absolute_base = matches!(
        delta.change.kind,
        ChangeKind::Relative {
            convention: Convention::OverAbsoluteBase,
            ..
        }
    );
    let mark = if over_absolute_base { "†" } else { " " };
    [
        base_text(base, &delta.current),
        format!("{}{mark}", delta.change),
        printed_growth(checks, &delta.current, base)
            .map_or_else(String::new, |rate| rate_text(rate, &delta.change)),
    ]
}

/// A base without what its row says already: unit, and scale if it is the same.
fn base_text(base: &Point, current: &Point) -> String {
    let (text, beside) = (base.figure().to_string(), current.figure().to_string());
    match (text.split_once(' '), beside.split_once(' ')) {
        (Some((number, scale)), Some((_, same))) if scale == same => number.to_owned(),
        _ => text,
    }
}

/// The growth that a document prints between two points, if any.
fn printed_growth<'c>(checks: &'c [Check], current: &Point, base: &Point) -> Option<&'c Figure> {
    let claimed = |check: &&Check| match &check.claim {
        Claim::Growth { of, over } => {
            of.company == *current.company()
                && of.metric == *current.metric()
                && of.scope == *current.scope()
                && of.scenario == current.scenario()
                && of.period == current.period()
                && over.period == base.period()
        }
        _ => false,
    };
    checks.iter().find(claimed).map(|check| &check.figure)
}

/// A printed rate with its sign, marked where the computed change, at as many digits, is another.
fn rate_text(rate: &Figure, change: &Change) -> String {
    let Some(amount) = rate.amount() else {
        return format!("{rate}% ");
    };
    let (value, places) = match amount.precision() {
        Precision::Decimals(decimals) => (amount.value(), u32::try_from(decimals).unwrap_or(0)),
        _ => (amount.value(), amount.value().scale()),
    };
    let ratio_minus_one = change.ratio_minus_one.and_then(|raw| raw.percent(places));
    let mark = if change.percent(places) == Some(value) {
        " "
    } else if ratio_minus_one == Some(value) {
        "†"
    } else {
        "*"
    };
    let plus = if value.is_sign_positive() && !value.is_zero() {
        "+"
    } else {
        ""
    };
    format!("{plus}{rate}%{mark}")
}

/// A change that turned its sign, in words and as the release prints it.
fn print_both_conventions(db: &Database) -> Result<(), Box<dyn Error>> {
    let ebitda = db.series(COMPANY, "ebitda.adjusted")?.load()?;
    if let Some(delta) = ebitda.yoy(QUARTER)? {
        writeln!(io::stdout(), "\nAdjusted EBITDA: {delta}")?;
        if let Some(raw) = delta.change.ratio_minus_one.and_then(|raw| raw.percent(1)) {
            writeln!(
                io::stdout(),
                "  by the raw convention (ratio minus one), as the release prints it: {raw}%"
            )?;
        }
    }
    Ok(())
}

/// Two facts that a document heads with one label.
fn print_durations(db: &Database) -> Result<(), Box<dyn Error>> {
    writeln!(
        io::stdout(),
        "\nOne label, two durations: the deck of 2009-02-12 heads both \"3Q08\""
    )?;
    let revenue = db.series(COMPANY, "revenue")?;
    for (label, name) in [("9M08", "nine months"), ("3Q08", "three months")] {
        if let Some(point) = revenue.at(label)? {
            writeln!(io::stdout(), "  {name:<13} {}  {point}", point.period())?;
        }
    }
    Ok(())
}

/// One target as it was known on three days.
fn print_targets(db: &Database) -> Result<(), Box<dyn Error>> {
    writeln!(
        io::stdout(),
        "\nRevenue target for fiscal 2008, as known on"
    )?;
    for day in ["2008-10-23", "2008-10-24", "2009-02-12"] {
        let known = db
            .series(COMPANY, "revenue")?
            .scenario(Scenario::Target)
            .as_of(parse_date(day)?)
            .at("FY2008")?;
        match known {
            Some(point) => writeln!(io::stdout(), "  {day}  {} {}", point.figure(), point.unit())?,
            None => writeln!(io::stdout(), "  {day}  none published")?,
        }
    }
    Ok(())
}

/// Every cell that says something about one point.
fn print_printings(db: &Database) -> Result<(), Box<dyn Error>> {
    let Some(point) = db.series(COMPANY, "revenue")?.at(QUARTER)? else {
        return Ok(());
    };
    writeln!(
        io::stdout(),
        "\nRevenue {QUARTER} is one point, shown as printed most precisely; every printing of it is kept"
    )?;
    let mut table = new_table(&["  figure", "printed", "in"], &[0]);
    for seen in &db.observations(&point)? {
        let cell = db.cell_of(seen)?;
        table.add_row([
            format!("  {} {}", seen.figure, point.unit()),
            format!("{:?}", cell.text),
            cell.place,
        ]);
    }
    writeln!(io::stdout(), "{}", table.trim_fmt())?;
    Ok(())
}

/// Every point whose last document contradicts itself, with all that it says.
fn print_conflicts(db: &Database) -> Result<(), Box<dyn Error>> {
    let mut table = new_table(&["  metric", "period", "shown", "printed", "in"], &[2, 3]);
    let mut count = 0;
    for company in db.companies() {
        for key in db.series_list(company.id.as_str())? {
            for point in db.series_of(&key)?.all()?.points() {
                if !point.is_conflicting() {
                    continue;
                }
                count += 1;
                let scope = if key.scope.is_total() {
                    String::new()
                } else {
                    format!("[{}]", key.scope)
                };
                let mut head = [
                    format!("  {}{scope}", key.metric),
                    point.label(),
                    format!("{} {}", point.figure(), key.unit),
                ];
                for candidate in &db.candidates(point)? {
                    let [metric, period, shown] = std::mem::take(&mut head);
                    let printed = candidate.figure.to_string();
                    let place = db.cell_of(candidate)?.place;
                    table.add_row([metric, period, shown, printed, place]);
                }
            }
        }
    }
    if count > 0 {
        writeln!(
            io::stdout(),
            "\n{count} points on which a document contradicts itself, with all its printings of each (shown is the statement's\n\
             figure before a table's, a table's before running text's)"
        )?;
        writeln!(io::stdout(), "{}", table.trim_fmt())?;
    }
    Ok(())
}

/// What recomputing every document from its own figures finds, in numbers.
fn print_audits(db: &Database) -> Result<(), Box<dyn Error>> {
    writeln!(
        io::stdout(),
        "\nEvery document recomputed from its own figures: growth, shares, differences, totals, translations, repetitions\n\
         (the example audit lists the findings with their cells and arithmetic)"
    )?;
    for document in db.documents()? {
        let audit = db.audit(&document.id)?;
        writeln!(
            io::stdout(),
            "  {}: {} relations",
            document.id,
            audit.relations().len()
        )?;
        let counts = Class::ALL.map(|class| (class, audit.count(class)));
        for (class, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            writeln!(io::stdout(), "  {count:>6}  {class}")?;
        }
    }
    Ok(())
}

/// A table without frames, some of whose columns are numbers.
fn new_table(header: &[&str], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if numbers.contains(&number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
