//! Packages by number: what each of them says follows from the seed and its name alone.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use chrono::{Days, NaiveDate};
use kessan::{
    Amount, Cell, Company, Dimension, Document, DocumentKind, Evidence, Figure, Filing,
    FiscalCalendar, FiscalPeriod, Id, Metric, MetricKind, Package, Precision, Rank, Reported,
    Rounding, Scenario, Scope, SeriesKey, Slot, YearNaming,
};
use rust_decimal::Decimal;

/// What sort of package it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shape {
    /// A quarter of one of some companies, with the year before: most of it restates what is there.
    Release,
    /// A little about one of many companies, as a bulk load has it.
    Tiny,
    /// Twenty years of a hundred metrics.
    Long,
    /// Four quarters of each of those metrics, which writes every one of the long series anew.
    Restated,
    /// More keys than a batch takes.
    Wide,
    /// One of many releases of one company: its recent rows fill their value, and go to the blocks of their series.
    Recent,
}

/// A package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name {
    pub number: u32,
    pub shape: Shape,
}

const SHAPES: [(Shape, &str); 6] = [
    (Shape::Release, "release"),
    (Shape::Tiny, "tiny"),
    (Shape::Long, "long"),
    (Shape::Restated, "restated"),
    (Shape::Wide, "wide"),
    (Shape::Recent, "recent"),
];

impl fmt::Display for Name {
    /// The id of its document, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = SHAPES.iter().find(|(shape, _)| *shape == self.shape);
        write!(f, "{}-{}", shape.map_or("", |(_, name)| name), self.number)
    }
}

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (shape, number) = text.split_once('-').context("a name has a hyphen")?;
        let Some((shape, _)) = SHAPES.iter().find(|(_, name)| *name == shape) else {
            bail!("no package is called {text}");
        };
        Ok(Self {
            number: number.parse()?,
            shape: *shape,
        })
    }
}

/// What one package says about one fact: in hundredths, by metric and quarter.
type Figures = BTreeMap<(u32, u32), i64>;

impl Name {
    fn company(self) -> String {
        match self.shape {
            Shape::Release => format!("r{}", self.number % 6),
            Shape::Tiny => format!("t{:03}", self.number % 400),
            Shape::Long | Shape::Restated => "long".to_owned(),
            Shape::Wide => format!("w{}", self.number % 3),
            Shape::Recent => "recent".to_owned(),
        }
    }

    /// The facts of which it says something, by metric and quarter.
    pub fn facts(self) -> Vec<(u32, u32)> {
        let number = self.number;
        let (metrics, quarters) = match self.shape {
            Shape::Release => (25, vec![number % 40, number % 40 + 4]),
            Shape::Tiny => (6, vec![number % 5, number % 5 + 1]),
            Shape::Long => (120, (0..200).collect()),
            Shape::Restated => (120, vec![number % 3, 20, 40, 60]),
            Shape::Wide => (300, vec![number % 8]),
            Shape::Recent => return recent(number),
        };
        (0..metrics)
            .flat_map(|metric| quarters.iter().map(move |quarter| (metric, *quarter)))
            .collect()
    }

    fn figures(self, seed: u64) -> Figures {
        let number = self.number;
        let mut random = fastrand::Rng::with_seed(seed ^ (u64::from(number) << 20));
        self.facts()
            .into_iter()
            .map(|fact| (fact, random.i64(1..10_i64.pow(15))))
            .collect()
    }

    /// Later ones are published later.
    fn published(self) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2060, 1, 1).expect("a day");
        first + Days::new(self.number.into())
    }

    /// The package.
    pub fn package(self, seed: u64) -> Result<Package> {
        let calendar = FiscalCalendar::month_end(3, YearNaming::Start)?;
        let company: Id = self.company().parse()?;
        let mut filing = Filing {
            document: Document {
                id: self.to_string().parse()?,
                title: format!("Package {self}"),
                issuer: company.to_string(),
                kind: DocumentKind::Results,
                published: self.published(),
                utc_offset: None,
                reports: None,
            },
            cells: Vec::new(),
            facts: Vec::new(),
            checks: vec![],
        };
        let mut metrics: BTreeMap<u32, Metric> = BTreeMap::new();
        for ((metric, quarter), hundredths) in self.figures(seed) {
            let path = metric_path(metric);
            if let std::collections::btree_map::Entry::Vacant(entry) = metrics.entry(metric) {
                entry.insert(Metric {
                    path: path.parse()?,
                    kind: MetricKind::Flow,
                    dimension: Dimension::Money,
                    positive: "amount".into(),
                    negative: None,
                });
                filing.cells.push(Cell {
                    address: format!("t1!R{metric}C1"),
                    place: "generated".into(),
                    row: path.clone(),
                    column: "all".into(),
                    text: hundredths.to_string(),
                    scale: 0,
                    unplaced: None,
                });
            }
            let amount = Amount::new(
                Decimal::new(hundredths, 2),
                Precision::Decimals(2),
                Rounding::Nearest,
            )?;
            filing.facts.push(Reported {
                series: SeriesKey {
                    company: company.clone(),
                    metric: path.parse()?,
                    scenario: Scenario::Actual,
                    scope: Scope::total(),
                    unit: "JPY".parse()?,
                },
                period: calendar
                    .period(fiscal(quarter))
                    .context("a quarter of the calendar")?,
                figure: Figure::Amount(amount),
                published: self.published(),
                cell: u32::try_from(filing.cells.len() - 1)?,
                rank: Rank::Table,
            });
        }
        Ok(Package {
            evidence: Evidence::default(),
            companies: vec![Company {
                name: format!("Company {company}"),
                id: company,
                calendar,
                identities: vec![],
                splits: vec![],
            }],
            metrics: metrics.into_values().collect(),
            filings: vec![filing],
        })
    }
}

/// How many metrics the company of many releases has. Each release is about those after the ones of the release before.
const METRICS: u32 = 640;

/// Its quarters, after which it begins anew: all of them end before the first release. As many as a long series has.
const QUARTERS: u32 = 200;

/// How many metrics a release of it is about, and how many of each kind it restates. Each fifth takes several batches.
fn share(number: u32) -> (u32, u32) {
    if number % 5 == 4 { (180, 16) } else { (80, 8) }
}

/// The first metric of a release, counted through all of them.
fn first(number: u32) -> u32 {
    500 * (number / 5) + 80 * (number % 5)
}

/// The last release but some that is about a metric.
fn about(metric: u32, but: u32) -> Option<u32> {
    (0..=but).rev().find(|release| {
        (metric + METRICS - first(*release) % METRICS) % METRICS < share(*release).0
    })
}

/// A quarter of some metrics, and of others again what was said before: recent rows, rows in blocks of series without recent rows, and
/// rows in blocks of series with some.
fn recent(number: u32) -> Vec<(u32, u32)> {
    let (new, restated) = share(number);
    let first = first(number) + METRICS;
    let mut facts: Vec<_> = (first..first + new)
        .map(|metric| (metric % METRICS, number % QUARTERS))
        .collect();
    // Of the release before, and of those whose rows have long gone to their blocks.
    for (back, but) in [(20, 1), (40, 2), (440, 1)] {
        let metrics = (first - back..first - back + restated).map(|metric| metric % METRICS);
        let said = metrics.filter_map(|metric| {
            let release = about(metric, number.checked_sub(but)?)?;
            Some((metric, release % QUARTERS))
        });
        facts.extend(said);
    }
    facts
}

fn metric_path(metric: u32) -> String {
    format!("metric.m{metric:03}")
}

fn fiscal(quarter: u32) -> FiscalPeriod {
    let slot = [Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4][quarter as usize % 4];
    let year = i32::try_from(quarter / 4).expect("a small number");
    FiscalPeriod::new(2000 + year, slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quick machine writes thousands of packages before it is killed.
    #[test]
    fn packages_of_any_number_can_be_ingested() {
        let folder = tempfile::tempdir().unwrap();
        let database = kessan::Database::create(folder.path().join("db")).unwrap();
        for (shape, _) in SHAPES {
            for number in [0, 199, 200, 307, 308, 10_003] {
                let name = Name { number, shape };
                database.ingest(name.package(1).unwrap()).unwrap();
            }
        }
    }
}
