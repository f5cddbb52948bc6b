//! Ad-hoc questions from the command line.
//!
//! ```sh
//! query DATABASE                                       # which companies there are
//! query DATABASE iij                                   # which series one has
//! query DATABASE iij revenue --from 1Q02 --to 1Q03     # a range of quarters with YoY and QoQ
//! query DATABASE iij 'backbone_cost.*' --at 1Q03       # a pattern, one period
//! query DATABASE iij revenue --at 1Q03 --cells         # where every printing of a figure stands
//! query DATABASE iij revenue --at 1Q03 --explain        # why a figure is what it is, down to its cells
//! query DATABASE iij revenue --at 1Q03 --explain=yoy    # the same of a change
//! query DATABASE iij revenue --span years --scenario target --as-of 2008-10-24 --format json
//! query DATABASE iij --expression '(revenue - cost_of_revenue) / revenue' --from 1Q02 --to 1Q03
//! query DATABASE --expression 'operating_income / revenue' --at CY2003Q2   # of every company
//! ```
//!
//! CSV and JSON have the same fields, one record a period:
//!
//! | field | |
//! |---|---|
//! | `company`, `metric`, `scenario`, `scope`, `unit` | the series; the scope is empty for the whole company |
//! | `period`, `dates`, `days` | the company's label, the dates, and of a duration how many days they are |
//! | `kind` | `amount`, `approximate`, `bound`, `range`, `qualitative` or `nil`; nothing where the period was not reported |
//! | `figure` | the figure as it reads, at its published scale |
//! | `value` | the exact value in base units, of an amount; 0 for a nil that was declared zero |
//! | `decimals` | its precision: `-3` is to the thousand; or `exact`, or `unknown` |
//! | `yoy`, `qoq` | the change in words; nothing where there is none |
//! | `yoy_kind`, `qoq_kind` | `relative`, `relative_to_absolute_base`, `points`, `turned_negative`, ..., `no_comparator` |
//! | `yoy_percent`, `qoq_percent` | a relative change in per cent, rounded from the exact ratio to two places |
//! | `yoy_base_days`, `qoq_base_days` | the days of the duration compared with |
//! | `published`, `document` | where the figure was published |
//! | `remark` | what else to know, as in the table |
//!
//! With `--cells` each record of JSON has its `cells`, and CSV has one line a cell: the same fields again, then the cell's.
//! With `--explain` each record of JSON has its `explanation`, a tree; CSV has no place for one.

mod answer;
#[path = "../shared/end.rs"]
mod end;
mod expression;
mod output;

use std::error::Error;
use std::ops::Bound;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use kessan::{Database, Entry, MetricKind, Points, Scenario, Scope, Series, SeriesKey, parse_date};

use answer::{answer, name};
use output::{list_series, print, print_answers};

/// Asks a database about a company's series.
#[derive(Parser)]
struct Arguments {
    /// The database.
    database: PathBuf,
    /// The company; without it, the companies are listed.
    company: Option<String>,
    /// A metric, or a pattern with `*`; without it, the company's series are listed.
    metric: Option<String>,
    /// Arithmetic of metrics in place of a metric, such as `operating_income / revenue`. Without a company, of all of
    /// them at one period.
    #[arg(long, conflicts_with_all = ["metric", "cells"])]
    expression: Option<String>,
    /// The first period, in the company's own labels (1Q02, FY2003).
    #[arg(long)]
    from: Option<String>,
    /// The last period.
    #[arg(long)]
    to: Option<String>,
    /// One period: a label, a date, or dates such as 2003-04-01..2003-06-30.
    #[arg(long, conflicts_with_all = ["from", "to", "span"])]
    at: Option<String>,
    /// Which periods a range is made of. Default: quarters, or for stocks the quarter ends.
    #[arg(long)]
    span: Option<Spans>,
    /// actual, target, plan or `pro_forma`.
    #[arg(long, default_value = "actual")]
    scenario: Scenario,
    /// A part of the company, such as business=current.
    #[arg(long, default_value = "")]
    scope: String,
    /// Only what was published by this day.
    #[arg(long)]
    as_of: Option<String>,
    /// Compare a target with the actual figures of the year before.
    #[arg(long)]
    against_actual: bool,
    /// Also list every printed cell of each figure.
    #[arg(long)]
    cells: bool,
    /// Also explain each figure, or a change of it, down to the printed cells.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "figure")]
    explain: Option<Explained>,
    #[arg(long, default_value = "table")]
    format: Format,
}

/// What is explained.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Explained {
    Figure,
    Yoy,
    Qoq,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Spans {
    Quarters,
    Halves,
    NineMonths,
    Years,
    Instants,
    /// Every fact there is, whatever its dates.
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

fn main() -> ExitCode {
    end::end(run(&Arguments::parse()).map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.explain.is_some() && arguments.format == Format::Csv {
        return Err(
            "an explanation is a tree, which CSV has no place for: use table or json".into(),
        );
    }
    let db = Database::open(&arguments.database)?;
    if let Some(text) = &arguments.expression {
        return expression::ask(&db, text, arguments);
    }
    let Some(company) = &arguments.company else {
        let rows = db
            .companies()
            .into_iter()
            .map(|company| [company.id.to_string(), company.name])
            .collect();
        return print(&["company", "name"], &[], rows, arguments.format);
    };
    let Some(metric) = &arguments.metric else {
        return list_series(&db, company, arguments.format);
    };
    let mut answers = Vec::new();
    let mut empty = Vec::new();
    for key in wanted(&db, company, metric, arguments)? {
        let mut query = db.series_of(&key)?;
        if let Some(day) = &arguments.as_of {
            query = query.as_of(parse_date(day)?);
        }
        if arguments.against_actual {
            query = query.against_actual();
        }
        let series = query.load()?;
        let entries = entries(arguments, &series)?;
        if entries.is_empty() {
            empty.push(instead(&db, arguments, &series)?);
        }
        for entry in &entries {
            answers.push(answer(&db, &series, entry, arguments)?);
        }
    }
    print_answers(&answers, arguments)?;
    if answers.is_empty() {
        for reason in &empty {
            eprintln!("{reason}");
        }
    } else if !empty.is_empty() {
        eprintln!(
            "{} other series fit {metric:?} and have nothing there",
            empty.len()
        );
    }
    Ok(())
}

/// The series that a metric or pattern means. The error says what there is instead.
fn wanted(
    db: &Database,
    company: &str,
    metric: &str,
    arguments: &Arguments,
) -> Result<Vec<SeriesKey>, Box<dyn Error>> {
    let scope: Scope = arguments.scope.parse()?;
    let mut fitting = db.series_list(company)?;
    fitting.retain(|key| fits(metric, key.metric.as_str()));
    let wanted: Vec<SeriesKey> = fitting
        .iter()
        .filter(|key| key.scenario == arguments.scenario && key.scope == scope)
        .cloned()
        .collect();
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    if metric.contains('*') {
        let names: Vec<String> = fitting.iter().take(8).map(name).collect();
        let more = match fitting.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        return Err(match names.as_slice() {
            [] => format!("no metric of {company} fits {metric:?}").into(),
            names => format!(
                "{company} has no such series {metric:?}; it has: {}{more}",
                names.join("; ")
            )
            .into(),
        });
    }
    db.series(company, metric)?
        .scenario(arguments.scenario)
        .scope(scope)
        .load()?;
    Ok(wanted)
}

/// Whether a metric is the one named, or fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, metric: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == metric,
        Some((head, rest)) => metric.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len())
                .filter_map(|at| tail.get(at..))
                .any(|tail| fits(rest, tail))
        }),
    }
}

/// The periods that were asked for, gaps included.
fn entries(arguments: &Arguments, series: &Series) -> Result<Vec<Entry>, Box<dyn Error>> {
    if let Some(at) = &arguments.at {
        return Ok(series
            .at(at.as_str())?
            .map(Entry::from)
            .into_iter()
            .collect());
    }
    let range = (bound(arguments.from.as_ref()), bound(arguments.to.as_ref()));
    Ok(stretch(series, span(arguments, series), range)?
        .into_iter()
        .collect())
}

fn bound(label: Option<&String>) -> Bound<&str> {
    label.map_or(Bound::Unbounded, |label| Bound::Included(label.as_str()))
}

fn span(arguments: &Arguments, series: &Series) -> Spans {
    let stock = series.kind() == MetricKind::Stock;
    let usual = if stock {
        Spans::Instants
    } else {
        Spans::Quarters
    };
    arguments.span.unwrap_or(usual)
}

fn stretch(
    series: &Series,
    span: Spans,
    range: (Bound<&str>, Bound<&str>),
) -> Result<Points, kessan::Error> {
    match span {
        Spans::Quarters => series.quarters(range),
        Spans::Halves => series.halves(range),
        Spans::NineMonths => series.nine_months(range),
        Spans::Years => series.years(range),
        Spans::Instants => series.instants(range),
        Spans::All => Ok(series.all()),
    }
}

/// What there is where a series has nothing of what was asked for.
fn instead(
    db: &Database,
    arguments: &Arguments,
    series: &Series,
) -> Result<String, Box<dyn Error>> {
    let name = name(series.key());
    if series.is_empty() {
        let mut first = None;
        for point in db.series_of(series.key())?.all()?.points() {
            let published = db.observations(point)?.first().map(|seen| seen.published);
            first = match (first, published) {
                (Some(first), Some(published)) => Some(std::cmp::min(first, published)),
                (first, published) => first.or(published),
            };
        }
        let day = arguments.as_of.as_deref().unwrap_or("then");
        let first = first.map_or_else(String::new, |day| format!("; its first figure is of {day}"));
        return Ok(format!("{name}: nothing was published by {day}{first}"));
    }
    let count = match series.len() {
        1 => "the series has 1 fact".to_owned(),
        count => format!("the series has {count} facts"),
    };
    if let Some(at) = &arguments.at {
        let is_date = parse_date(at).is_ok();
        let is_dates = !is_date && at.contains("..");
        let why = match series.kind() {
            MetricKind::Flow if is_date => {
                format!("{} is a flow: it has durations", series.key().metric)
            }
            MetricKind::Average if is_date => {
                format!("{} is an average: it has durations", series.key().metric)
            }
            MetricKind::Stock if is_dates => {
                format!("{} is a stock: it has instants", series.key().metric)
            }
            _ => format!("{count}: see --span all"),
        };
        return Ok(format!("{name}: no fact at {at}; {why}"));
    }
    let everything = (Bound::Unbounded, Bound::Unbounded);
    let mut others = Vec::new();
    for other in [
        Spans::Quarters,
        Spans::Halves,
        Spans::NineMonths,
        Spans::Years,
        Spans::Instants,
    ] {
        if stretch(series, other, everything)?
            .points()
            .next()
            .is_some()
        {
            others.push(format!("--span {}", word(other)));
        }
    }
    others.push("--span all".to_owned());
    let asked = word(span(arguments, series)).replace('-', " ");
    Ok(format!(
        "{name}: no {asked} with figures; {count}: try {}",
        others.join(" or ")
    ))
}

/// A span as it is written on the command line.
fn word(span: Spans) -> String {
    span.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
