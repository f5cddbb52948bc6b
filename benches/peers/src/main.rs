//! kessan beside SQLite, redb, DuckDB and plain memory: the same facts, the same questions, the same answers.
//!
//! `benches/peers/run` builds and runs it; `benches/peers/README.md` says what is measured and how.

mod answer;
mod arithmetic;
mod compare;
mod facts;
mod growth;
mod machine;
mod measure;
mod output;
mod peers;
mod progress;
mod questions;
mod real;
mod reckoning;
mod releases;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use compare::{Compare, Plan};
use facts::World;
use growth::Growth;
use measure::Line;
use peers::Kind;
use progress::Progress;

/// Measures kessan beside other databases, and fails where any of them answers anything else.
#[derive(Parser)]
#[command(args_override_self = true)]
struct Arguments {
    /// How many facts.
    #[arg(long, value_enum, default_value_t = Facts::K400)]
    facts: Facts,
    /// What is run; everything unless named.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Times questions by the processor time of the process that answers, not by the clock: for a machine that is busy.
    /// Loads, openings and commits are always timed by the clock.
    #[arg(long)]
    processor_time: bool,
    /// A folder with SEC files: `companyfacts/*.json`, `fsds/*.zip`.
    #[arg(long)]
    real: Option<PathBuf>,
    /// Where databases are made, and deleted afterwards.
    #[arg(long, default_value = "peers-run")]
    folder: PathBuf,
    /// Where the tables and charts are written.
    #[arg(long, default_value = "peers-results")]
    output: PathBuf,
    #[command(subcommand)]
    inner: Option<Inner>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Facts {
    #[value(name = "400k")]
    K400,
    #[value(name = "4m")]
    M4,
    #[value(name = "20m")]
    M20,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// All peers beside each other.
    Peers,
    /// Growth of cost.
    Growth,
    /// Real filings, where `--real` says where they are.
    Real,
}

/// What the program starts itself for.
#[derive(Subcommand)]
enum Inner {
    /// Loads a world into the database of a peer.
    #[command(hide = true)]
    Load {
        kind: String,
        world: String,
        database: PathBuf,
    },
    /// Asks the database of a peer all there is to ask.
    #[command(hide = true)]
    Ask {
        kind: String,
        world: String,
        database: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.inner {
        Some(Inner::Load {
            kind,
            world,
            database,
        }) => return machine::load_here(kind, world, database),
        Some(Inner::Ask {
            kind,
            world,
            database,
        }) => return machine::ask_here(kind, world, database),
        None => {}
    }
    if arguments.processor_time {
        machine::use_processor_time();
        println!("questions are timed by processor time");
    }
    let kinds = kinds()?;
    println!("{}", machine::description());
    std::fs::create_dir_all(&arguments.output)?;
    let progress = Progress::new()?;
    let runs = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let plan = arguments.facts.plan();
    let told = |name: &str, title: &str, lines: &[Line]| -> Result<()> {
        progress.result(format!("\n{title}\n{}", output::table(lines)));
        let path = |ending: &str| arguments.output.join(format!("{name}.{ending}"));
        output::csv(lines, &path("csv"))?;
        output::chart(
            lines,
            &format!("{title}: times that of SQLite"),
            &path("svg"),
        )
    };
    let scale = arguments.facts.name();
    if runs(Part::Peers) {
        let folder = arguments.folder.join("peers");
        let compare = Compare {
            plan,
            kinds: &kinds,
            folder: &folder,
            progress: &progress,
        };
        let title = format!("{} facts", plan.main.facts());
        told(&format!("peers-{scale}"), &title, &compare.run()?)?;
        std::fs::remove_dir_all(&folder)?;
    }
    if runs(Part::Growth) {
        let folder = arguments.folder.join("growth");
        let growth = Growth {
            folder: &folder,
            progress: &progress,
            rounds: 9,
            companies: plan.main.companies,
        };
        let title = "growth of cost".to_owned();
        told(&format!("growth-{scale}"), &title, &growth.run()?)?;
        std::fs::remove_dir_all(&folder)?;
    }
    if let Some(data) = arguments.real.as_ref().filter(|_| runs(Part::Real)) {
        let folder = arguments.folder.join("real");
        let lines = real::run(data, &folder, &progress, plan.rounds)?;
        told("real", "real filings", &lines)?;
        std::fs::remove_dir_all(&folder)?;
    }
    progress.end();
    Ok(())
}

/// All peers that are here.
fn kinds() -> Result<Vec<Kind>> {
    let mut kinds = Kind::ALL.to_vec();
    if peers::python().is_some() {
        println!("DuckDB {}", peers::duckdb_version()?);
    } else {
        println!("without DuckDB: KESSAN_PEERS_PYTHON is not set");
        kinds.retain(|kind| *kind != Kind::Duckdb);
    }
    Ok(kinds)
}

impl Facts {
    fn name(self) -> &'static str {
        match self {
            Facts::K400 => "400k",
            Facts::M4 => "4m",
            Facts::M20 => "20m",
        }
    }

    fn plan(self) -> Plan {
        let (companies, loads, rounds, long_rounds) = match self {
            Facts::K400 => (50, 3, 15, 7),
            Facts::M4 => (500, 3, 25, 7),
            Facts::M20 => (2500, 1, 15, 3),
        };
        Plan {
            main: World {
                companies,
                metrics: 100,
                quarters: 80,
                versions: 1,
                by_quarter: false,
            },
            loads,
            rounds,
            long_rounds,
        }
    }
}
