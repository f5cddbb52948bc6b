//! Real filings: SEC company facts and a data set, taken in by kessan, exported by its queries into SQLite, and asked of
//! both. SEC gives no precision, so changes have no interval.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::facts::Random;
use crate::machine::Stopwatch;
use crate::measure::{Line, Unit};
use crate::progress::Progress;

mod ours;
mod sqlite;

/// A fact as an answer has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fact {
    /// Of a panel the company, else nothing.
    company: u32,
    dates: Dates,
    /// The value is mantissa / 10^scale.
    mantissa: i64,
    scale: u8,
    /// Decimals, or 100 where it is exact, or 101 where it is unknown.
    precision: i16,
    published: i32,
    document: u32,
    cell: u32,
}

/// The dates of a fact, in the order in which a series is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Dates {
    end: i32,
    /// 0 for a duration, 1 for an instant, 2 for a nominal period.
    kind: u8,
    /// The first day of a duration, the quarters of a nominal period.
    begin: i32,
}

/// A fiscal quarter: the year, and from 1 to 4.
type Quarter = (i32, u8);

/// The change of a fact over the year before, with what it is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Change {
    quarter: Quarter,
    /// The exact ratio in lowest terms, over |base|; `None` for changes that are words.
    ratio: Option<(i128, i128)>,
    /// The mantissa and scale of the base, where there is one.
    base: Option<(i64, u8)>,
}

/// A fact as it is exported.
#[derive(Clone, Debug)]
struct Exported {
    series: u32,
    quarter: Option<Quarter>,
    fact: Fact,
}

/// A series as it is exported. Companies and metrics are numbered in the order in which they come.
#[derive(Clone, Copy, Debug)]
struct About {
    company: u32,
    metric: u32,
    /// Whether it is of the whole company, and actual.
    total: bool,
}

/// What an answer is made of.
#[derive(Clone, Default, PartialEq, Debug)]
struct Answer {
    facts: Vec<Fact>,
    changes: Vec<Change>,
}

const QUESTIONS: usize = 400;
/// Changes and panels are longer.
const LONG_QUESTIONS: usize = 60;

pub fn run(data: &Path, folder: &Path, progress: &Progress, rounds: usize) -> Result<Vec<Line>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let files = files(&data.join("companyfacts"), "json")?;
    let sets = files_or_none(&data.join("fsds"), "zip")?;
    progress.say("kessan takes in the filings");
    let start = Instant::now();
    let ours = ours::Ours::load(&folder.join("real.kessan"), &files, &sets)?;
    let mut load = Line::new("real filings: parse and load", Unit::FactsPerSecond);
    let facts = crate::compare::float(ours.facts_read());
    load.add("kessan", facts / start.elapsed().as_secs_f64());

    progress.say("export into SQLite");
    let (abouts, facts) = ours.export()?;
    println!(
        "real filings: {} facts in {} series exported",
        facts.len(),
        abouts.len()
    );
    let theirs = sqlite::Theirs::load(&folder.join("real.sqlite"), &abouts, &facts)?;

    let mut random = Random::new(23);
    let mut pick = |from: usize| random.below(u32::try_from(from).unwrap_or(u32::MAX)) as usize;
    let points: Vec<(u32, Dates)> = (0..QUESTIONS)
        .map(|_| {
            let one = &facts[pick(facts.len())];
            (one.series, one.fact.dates)
        })
        .collect();
    // Series of money with quarters enough.
    let mut quarters: BTreeMap<u32, Vec<Quarter>> = BTreeMap::new();
    for one in &facts {
        if let Some(quarter) = one.quarter
            && ours.is_flow_of_money(one.series)
        {
            quarters.entry(one.series).or_default().push(quarter);
        }
    }
    let long: Vec<(u32, Quarter, Quarter)> = quarters
        .iter_mut()
        .filter_map(|(series, quarters)| {
            quarters.sort_unstable();
            let long_enough = quarters.len() >= 12;
            let ends = quarters.first().copied().zip(quarters.last().copied());
            ends.filter(|_| long_enough)
                .map(|(first, last)| (*series, first, last))
        })
        .collect();
    ensure!(!long.is_empty(), "no series is long enough");
    let long: Vec<_> = (0..QUESTIONS).map(|_| long[pick(long.len())]).collect();
    let total: Vec<&Exported> = facts
        .iter()
        .filter(|one| abouts[one.series as usize].total)
        .collect();
    let panels: Vec<(u32, Dates)> = (0..LONG_QUESTIONS)
        .map(|_| {
            let one = total[pick(total.len())];
            (abouts[one.series as usize].metric, one.fact.dates)
        })
        .collect();

    let mut lines = vec![load];
    let mut ask = |work: &str,
                   count: usize,
                   ours: &dyn Fn(usize, &mut Answer) -> Result<()>,
                   theirs: &dyn Fn(usize, &mut Answer) -> Result<()>|
     -> Result<()> {
        progress.say(work.to_owned());
        lines.push(side_by_side(work, rounds, count, ours, theirs)?);
        Ok(())
    };
    ask(
        "real filings: point by dates",
        points.len(),
        &|at, answer| ours.point(points[at].0, points[at].1, answer),
        &|at, answer| theirs.point(points[at].0, points[at].1, answer),
    )?;
    ask(
        "real filings: whole series",
        points.len(),
        &|at, answer| ours.series(points[at].0, answer),
        &|at, answer| theirs.series(points[at].0, answer),
    )?;
    ask(
        "real filings: all quarters of a series",
        long.len(),
        &|at, answer| ours.quarters(long[at], answer),
        &|at, answer| theirs.quarters(long[at], answer),
    )?;
    ask(
        "real filings: all quarters with YoY",
        LONG_QUESTIONS,
        &|at, answer| ours.growth(long[at], answer),
        &|at, answer| theirs.growth(long[at], answer),
    )?;
    ask(
        "real filings: panel of one metric and dates",
        panels.len(),
        &|at, answer| ours.panel(panels[at].0, panels[at].1, answer),
        &|at, answer| theirs.panel(panels[at].0, panels[at].1, answer),
    )?;
    Ok(lines)
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let found = files_or_none(folder, ending)?;
    ensure!(
        !found.is_empty(),
        "{} has no {ending} files",
        folder.display()
    );
    Ok(found)
}

fn files_or_none(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Compares all answers, then times both in turn.
fn side_by_side(
    work: &str,
    rounds: usize,
    count: usize,
    ours: &dyn Fn(usize, &mut Answer) -> Result<()>,
    theirs: &dyn Fn(usize, &mut Answer) -> Result<()>,
) -> Result<Line> {
    for at in 0..count {
        let (mut one, mut other) = (Answer::default(), Answer::default());
        ours(at, &mut one)?;
        theirs(at, &mut other)?;
        if one != other {
            let facts = one.facts.iter().zip(&other.facts);
            let fact = facts.clone().find(|(one, other)| one != other);
            let changes = one.changes.iter().zip(&other.changes);
            let change = changes.clone().find(|(one, other)| one != other);
            bail!(
                "{work}, question {at}: kessan has {} facts and {} changes, SQLite {} and {}; first differences: \
                 {fact:?}, {change:?}",
                one.facts.len(),
                one.changes.len(),
                other.facts.len(),
                other.changes.len(),
            );
        }
    }
    let mut line = Line::new(work, Unit::Seconds);
    let mut answer = Answer::default();
    for _ in 0..rounds {
        for (peer, ask) in [("kessan", ours), ("SQLite", theirs)] {
            let start = Stopwatch::start();
            for at in 0..count {
                answer.facts.clear();
                answer.changes.clear();
                ask(black_box(at), &mut answer)?;
                black_box(&mut answer);
            }
            let count = u32::try_from(count)?;
            line.add(peer, start.elapsed().as_secs_f64() / f64::from(count));
        }
    }
    Ok(line)
}
