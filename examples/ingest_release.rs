//! Takes in one release folder of your own and says what became of every figure.
//!
//! `cargo run --release --example ingest_release -- DATABASE FOLDER`; `data/README.md` teaches the format.

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use kessan::{
    Claim, Database, Figure, FiscalCalendar, Ingested, IngestedFigure, Nil, Observation, Operand,
    Outcome, Release, ReleaseFigure, Role, Scenario, Scope, SeriesKey, Unit,
};

#[path = "shared/end.rs"]
mod end;

/// Takes in a release folder and says what became of every figure.
#[derive(Parser)]
struct Arguments {
    /// The database; created if it is not there.
    database: PathBuf,
    /// The release folder: manifest.toml and the tables as printed.
    folder: PathBuf,
    /// Refuse a release whose cells contradict each other.
    #[arg(long)]
    strict: bool,
    /// List every printed figure, checks and unplaced ones too, not only those that differ from others.
    #[arg(long)]
    all: bool,
}

fn main() -> ExitCode {
    let ended = run(&Arguments::parse());
    progress("");
    end::end(ended.map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    check_order(&arguments.database, &arguments.folder)?;
    progress("reading the release ...");
    let mut release = Release::read(&arguments.folder)?;
    if arguments.strict {
        release = release.strict()?;
    }
    let db = Database::open_or_create(&arguments.database)?;
    progress("writing it to the database ...");
    let done = db.ingest(&release)?;
    progress("");

    print_document(&release)?;
    if done.unchanged() {
        writeln!(io::stdout(), "unchanged: the document was taken in before")?;
        return Ok(());
    }
    print_counts(&release, &done)?;
    print_figures(&db, &release, &done, arguments.all)
}

/// Refuses arguments that are the wrong way round before anything is made of them.
fn check_order(database: &Path, folder: &Path) -> Result<(), String> {
    let is_release = |path: &Path| path.join("manifest.toml").exists();
    let is_database = |path: &Path| path.join("MANIFEST").exists() && path.join("HEAD").exists();
    if is_release(database) {
        return Err(format!(
            "{} is a release folder, not a database: the database comes first, then the release folder",
            database.display()
        ));
    }
    if is_database(folder) {
        return Err(format!(
            "{} is a database, not a release folder: the database comes first, then the release folder",
            folder.display()
        ));
    }
    Ok(())
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

fn print_document(release: &Release) -> Result<(), Box<dyn Error>> {
    let document = release.document();
    writeln!(
        io::stdout(),
        "{}  {} ({})",
        document.published,
        document.title,
        document.id
    )?;
    if let Some(label) = &document.reports {
        let calendar = &release.company().calendar;
        match calendar.period(calendar.parse(label)?) {
            Some(dates) => writeln!(io::stdout(), "reports {label} ({dates})")?,
            None => writeln!(io::stdout(), "reports {label}")?,
        }
    }
    Ok(())
}

fn print_counts(release: &Release, done: &Ingested) -> io::Result<()> {
    let count = |wanted: fn(&Role) -> bool| {
        let figures = release.figures().iter();
        figures.filter(|figure| wanted(&figure.role)).count()
    };
    writeln!(
        io::stdout(),
        "{} printed figures: {} of facts, {} checks, {} unplaced",
        release.figures().len(),
        count(|role| matches!(role, Role::Fact { .. })),
        count(|role| matches!(role, Role::Check { .. })),
        count(|role| matches!(role, Role::Unplaced(_))),
    )?;
    writeln!(io::stdout(), "\nfacts")?;
    for outcome in Outcome::ALL {
        match done.count(outcome) {
            0 => {}
            count => writeln!(io::stdout(), "  {count:>6}  {outcome}")?,
        }
    }
    let of_claim = |wanted: fn(&Claim) -> bool| {
        let claims = release
            .figures()
            .iter()
            .filter_map(|figure| match &figure.role {
                Role::Check { claim, .. } => Some(claim),
                _ => None,
            });
        claims.filter(|claim| wanted(claim)).count()
    };
    let checks = [
        (
            "growth rates",
            of_claim(|claim| matches!(claim, Claim::Growth { .. })),
        ),
        (
            "differences",
            of_claim(|claim| matches!(claim, Claim::Difference { .. })),
        ),
        (
            "shares",
            of_claim(|claim| matches!(claim, Claim::Share { .. })),
        ),
        (
            "translations",
            of_claim(|claim| matches!(claim, Claim::Translation { .. })),
        ),
        (
            "revisions",
            of_claim(|claim| matches!(claim, Claim::Revision { .. })),
        ),
    ];
    if checks.iter().any(|(_, count)| *count > 0) {
        writeln!(
            io::stdout(),
            "checks: printed figures that others determine, kept; the example audit compares them"
        )?;
    }
    for (name, count) in checks {
        if count > 0 {
            writeln!(io::stdout(), "  {count:>6}  {name}")?;
        }
    }
    Ok(())
}

/// One printed figure as the list shows it.
#[derive(Default)]
struct Line {
    cell: String,
    what: String,
    period: String,
    figure: String,
    outcome: String,
    was: String,
    printed_in: String,
}

/// The figures that differ from others of the same fact, or all.
fn print_figures(
    db: &Database,
    release: &Release,
    done: &Ingested,
    all: bool,
) -> Result<(), Box<dyn Error>> {
    let company = release.company();
    let series = db.series_list(company.id.as_str())?;
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header([
        "cell",
        "figure of",
        "period",
        "figure",
        "outcome",
        "differs from",
        "printed in",
    ]);
    // What became of the facts is in the order in which the release prints them.
    let mut ingested = done.figures().iter();
    for printed in release.figures() {
        let line = match &printed.role {
            Role::Fact { .. } => match ingested.next() {
                Some(figure) if all || differs(figure.outcome) => fact_line(db, release, figure)?,
                _ => continue,
            },
            Role::Check { claim, figure } if all => {
                check_line(&company.calendar, &series, printed, claim, figure)
            }
            Role::Unplaced(reason) if all => Line {
                cell: printed.cell.address.clone(),
                what: reason.clone(),
                figure: printed.cell.text.clone(),
                outcome: "unplaced".to_owned(),
                ..Line::default()
            },
            Role::Check { .. } | Role::Unplaced(_) => continue,
        };
        table.add_row([
            line.cell,
            line.what,
            line.period,
            line.figure,
            line.outcome,
            line.was,
            line.printed_in,
        ]);
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if [3, 5].contains(&number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if !table.is_empty() {
        writeln!(io::stdout(), "\n{}", table.trim_fmt())?;
    }
    Ok(())
}

/// Whether a figure says something else than what was known, or than its own document.
fn differs(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Restated | Outcome::ChangedPrecisionUnknown | Outcome::Conflicting
    )
}

fn fact_line(
    db: &Database,
    release: &Release,
    ingested: &IngestedFigure,
) -> Result<Line, kessan::Error> {
    let series = &ingested.fact.series;
    let mut line = Line {
        cell: ingested.cell.address.clone(),
        what: named(series.metric.as_str(), &series.scope, series.scenario),
        period: release.company().calendar.label_of(&ingested.fact.period),
        figure: with_unit(&ingested.figure, &series.unit),
        outcome: ingested.outcome.to_string(),
        ..Line::default()
    };
    if differs(ingested.outcome)
        && let Some((figure, place)) = other(db, release, ingested)?
    {
        line.was = with_unit(&figure, &series.unit);
        line.printed_in = place;
    }
    Ok(line)
}

/// The figure from which one differs, and where it stands: for a conflict the first other cell of the
/// same document, otherwise what was last said before it.
fn other(
    db: &Database,
    release: &Release,
    ingested: &IngestedFigure,
) -> Result<Option<(Figure, String)>, kessan::Error> {
    let series = db.series_of(&ingested.fact.series)?;
    let Some(point) = series.at(ingested.fact.period)? else {
        return Ok(None);
    };
    let observations = db.observations(&point)?;
    let mut own = None;
    for (number, seen) in observations.iter().enumerate() {
        if db.cell_of(seen)? == ingested.cell && db.document_of(seen)?.id == release.document().id {
            own = Some((number, seen));
        }
    }
    let Some((number, own)) = own else {
        return Ok(None);
    };
    let contradicts = |seen: &&Observation| seen.figure.agrees_with(&own.figure) != Some(true);
    let found = if ingested.outcome == Outcome::Conflicting {
        let edition = (own.published, own.source.document);
        observations
            .iter()
            .filter(|seen| (seen.published, seen.source.document) == edition)
            .find(contradicts)
    } else {
        let (before, after) = observations.split_at(number);
        before.iter().rev().chain(after).find(contradicts)
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let place = if found.source.document == own.source.document {
        db.cell_of(found)?.place
    } else {
        db.document_of(found)?.id.to_string()
    };
    let place = if found.published == own.published {
        place
    } else {
        format!("{place}, published {}", found.published)
    };
    Ok(Some((found.figure.clone(), place)))
}

/// A check in words, with what it claims.
fn check_line(
    calendar: &FiscalCalendar,
    series: &[SeriesKey],
    printed: &ReleaseFigure,
    claim: &Claim,
    figure: &Figure,
) -> Line {
    let label = |operand: &Operand| calendar.label_of(&operand.period);
    let name = |operand: &Operand| named(operand.metric.as_str(), &operand.scope, operand.scenario);
    // Differences are in the unit of their operands, or in points.
    let difference = |operand: &Operand| {
        let unit = series
            .iter()
            .find(|key| {
                (&key.metric, &key.scope, key.scenario)
                    == (&operand.metric, &operand.scope, operand.scenario)
            })
            .map(|key| &key.unit);
        match unit {
            Some(Unit::Percent) => format!("{figure} points"),
            Some(unit) => with_unit(figure, unit),
            None => figure.to_string(),
        }
    };
    let (what, of, figure) = match claim {
        Claim::Growth { of, over } => (
            format!("growth of {} over {}", name(of), label(over)),
            of,
            format!("{figure}%"),
        ),
        Claim::Difference { of, over } => (
            format!("difference of {} to {}", name(of), label(over)),
            of,
            difference(of),
        ),
        Claim::Share { part, whole } => (
            format!("share of {} in {}", name(part), name(whole)),
            part,
            format!("{figure}%"),
        ),
        Claim::Translation { of, into, rate } => (
            format!("{} in {into} at {rate}", name(of)),
            of,
            format!("{figure} {into}"),
        ),
        Claim::Revision { of, from, to } => (
            format!("revision of {} from {from} to {to}", name(of)),
            of,
            difference(of),
        ),
    };
    Line {
        cell: printed.cell.address.clone(),
        what,
        period: label(of),
        figure,
        outcome: "check".to_owned(),
        ..Line::default()
    }
}

/// A metric with its scope and scenario: `operating_margin[business=current] (target)`.
fn named(metric: &str, scope: &Scope, scenario: Scenario) -> String {
    let scope = if scope.is_total() {
        String::new()
    } else {
        format!("[{scope}]")
    };
    match scenario {
        Scenario::Actual => format!("{metric}{scope}"),
        other => format!("{metric}{scope} ({other})"),
    }
}

/// A figure as one reads it: `8,344,046 thousand JPY`, `5.7%`, `break-even`.
fn with_unit(figure: &Figure, unit: &Unit) -> String {
    match (figure, unit) {
        (Figure::Qualitative(_) | Figure::Nil(Nil::None | Nil::NotApplicable), _)
        | (_, Unit::Pure) => figure.to_string(),
        (_, Unit::Percent) => format!("{figure}%"),
        _ => format!("{figure} {unit}"),
    }
}
