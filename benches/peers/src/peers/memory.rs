//! Plain memory, as the limit: an ordered map of series and one of panels, both held whole.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Peer;
use crate::answer::{Answer, Question, Tally};
use crate::arithmetic;
use crate::facts::{Key, Row, World};
use crate::machine::Stopwatch;

struct Memory {
    /// The latest facts of each series, by quarter.
    series: BTreeMap<(u32, u32), Vec<Row>>,
    /// All versions of restated facts, by quarter and day.
    versions: BTreeMap<(u32, u32), Vec<Row>>,
    /// One metric and quarter of all companies, by company.
    panels: BTreeMap<(u32, u32), Vec<Row>>,
}

pub fn load(world: &World) -> Result<Duration> {
    let start = Instant::now();
    let memory = Memory::new(world);
    let elapsed = start.elapsed();
    if memory.series.is_empty() {
        bail!("nothing was loaded");
    }
    Ok(elapsed)
}

pub fn open(world: &World) -> Box<dyn Peer> {
    Box::new(Memory::new(world))
}

impl Memory {
    fn new(world: &World) -> Self {
        let mut series = BTreeMap::new();
        let mut versions = BTreeMap::new();
        let mut panels: BTreeMap<(u32, u32), Vec<Row>> = BTreeMap::new();
        for company in 0..world.companies {
            for metric in 0..world.metrics {
                let key = Key { company, metric };
                let latest = world.series(key, world.versions - 1);
                for row in &latest {
                    let panel = panels.entry((metric, row.at)).or_default();
                    panel.push(Row {
                        at: company,
                        ..*row
                    });
                }
                series.insert((metric, company), latest);
                if world.versions > 1 {
                    let mut all: Vec<Row> = (0..world.versions)
                        .flat_map(|version| world.series(key, version))
                        .collect();
                    all.sort_by_key(|row| (row.at, row.published));
                    versions.insert((metric, company), all);
                }
            }
        }
        Self {
            series,
            versions,
            panels,
        }
    }

    fn series(&self, key: Key) -> Result<&[Row]> {
        let series = self.series.get(&(key.metric, key.company));
        Ok(series.context("an unknown series")?)
    }

    fn panel(&self, metric: u32, quarter: u32) -> &[Row] {
        self.panels
            .get(&(metric, quarter))
            .map_or(&[], Vec::as_slice)
    }
}

/// The rows from one quarter to another, of rows by quarter.
fn between(rows: &[Row], first: u32, last: u32) -> &[Row] {
    let begin = rows.partition_point(|row| row.at < first);
    let end = begin + rows[begin..].partition_point(|row| row.at <= last);
    &rows[begin..end]
}

/// Of each quarter the last that was published by a day, of rows by quarter and day.
pub fn known_by(rows: &[Row], first: u32, last: u32, day: i32, out: &mut Vec<Row>) {
    for row in between(rows, first, last) {
        if row.published > day {
            continue;
        }
        match out.last_mut() {
            Some(before) if before.at == row.at => *before = *row,
            _ => out.push(*row),
        }
    }
}

impl Peer for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn can(&self, question: &Question) -> bool {
        !matches!(question, Question::Named { .. })
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        match *question {
            Question::Point { key, quarter } => {
                let rows = between(self.series(key)?, quarter, quarter);
                answer.rows.extend_from_slice(rows);
            }
            Question::Named { .. } => bail!("there are no names"),
            Question::Range { key, first, last } => {
                let rows = between(self.series(key)?, first, last);
                answer.rows.extend_from_slice(rows);
            }
            Question::AsOf {
                key,
                first,
                last,
                day,
            } => {
                let versions = self.versions.get(&(key.metric, key.company));
                let versions = versions.context("a series without versions")?;
                known_by(versions, first, last, day, &mut answer.rows);
            }
            Question::Growth { key } => {
                arithmetic::growths(self.series(key)?, &mut answer.growths);
            }
            Question::Panel { metric, quarter } => {
                answer.rows.extend_from_slice(self.panel(metric, quarter));
            }
            Question::Top {
                metric,
                quarter,
                count,
            } => arithmetic::top(
                self.panel(metric, quarter),
                self.panel(metric, quarter - 4),
                count,
                answer,
            ),
        }
        Ok(())
    }

    fn growth_of_all(&mut self, thorough: bool) -> Result<Option<(Duration, Tally)>> {
        let mut tally = Tally::default();
        let mut answer = Answer::default();
        let start = Stopwatch::start();
        for rows in self.series.values() {
            answer.clear();
            arithmetic::growths(rows, &mut answer.growths);
            tally.add(&answer, thorough);
        }
        Ok(Some((start.elapsed(), tally)))
    }
}
