//! redb: one block of fixed-width rows per series, by metric and company; all versions of restated facts in blocks of
//! their own.

use std::path::Path;
use std::time::{Duration, Instant};

use ::redb::{
    Builder, Database, Durability, ReadOnlyTable, ReadableDatabase, ReadableTable, TableDefinition,
};
use anyhow::{Context, Result, bail};

use super::Peer;
use super::memory::known_by;
use crate::answer::{Answer, Question, Tally};
use crate::arithmetic;
use crate::facts::{Key, Release, Row, World, company_name, document_name, metric_name};
use crate::machine::Stopwatch;

const FILE: &str = "facts.redb";
/// As much as SQLite has.
const CACHE: usize = 256 << 20;
/// Companies loaded in one transaction.
const COMPANIES: u32 = 20;

/// The latest facts of a series by quarter: the key is metric and company, the block is [`encode`]d.
const SERIES: TableDefinition<(u32, u32), &[u8]> = TableDefinition::new("series");
/// All versions of restated facts, by quarter and day.
const VERSIONS: TableDefinition<(u32, u32), &[u8]> = TableDefinition::new("versions");
const NAMES_OF_COMPANIES: TableDefinition<u32, &str> = TableDefinition::new("companies");
const NAMES_OF_METRICS: TableDefinition<u32, &str> = TableDefinition::new("metrics");
const NAMES_OF_DOCUMENTS: TableDefinition<u32, &str> = TableDefinition::new("documents");

/// Bytes of a row: mantissa 8, quarter 4, source 4, published 4, scale, precision, unit.
const WIDTH: usize = 23;

fn encode(rows: &[Row], out: &mut Vec<u8>) {
    for row in rows {
        out.extend_from_slice(&row.mantissa.to_le_bytes());
        out.extend_from_slice(&row.at.to_le_bytes());
        out.extend_from_slice(&row.source.to_le_bytes());
        out.extend_from_slice(&row.published.to_le_bytes());
        out.extend_from_slice(&[row.scale, row.precision.to_le_bytes()[0], row.unit]);
    }
}

fn bytes<const N: usize>(from: &[u8; WIDTH], at: usize) -> [u8; N] {
    std::array::from_fn(|index| from[at + index])
}

fn decode(row: &[u8; WIDTH]) -> Row {
    Row {
        mantissa: i64::from_le_bytes(bytes(row, 0)),
        at: u32::from_le_bytes(bytes(row, 8)),
        source: u32::from_le_bytes(bytes(row, 12)),
        published: i32::from_le_bytes(bytes(row, 16)),
        scale: row[20],
        precision: i8::from_le_bytes([row[21]]),
        unit: row[22],
    }
}

/// The rows of a block, which are read in place.
fn rows_of(block: &[u8]) -> &[[u8; WIDTH]] {
    block.as_chunks().0
}

fn quarter(row: &[u8; WIDTH]) -> u32 {
    u32::from_le_bytes(bytes(row, 8))
}

fn between(rows: &[[u8; WIDTH]], first: u32, last: u32) -> &[[u8; WIDTH]] {
    let begin = rows.partition_point(|row| quarter(row) < first);
    let end = begin + rows[begin..].partition_point(|row| quarter(row) <= last);
    &rows[begin..end]
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    builder
}

pub fn create(folder: &Path) -> Result<()> {
    let db = builder().create(folder.join(FILE))?;
    let transaction = db.begin_write()?;
    transaction.open_table(SERIES)?;
    transaction.open_table(VERSIONS)?;
    transaction.open_table(NAMES_OF_COMPANIES)?;
    transaction.open_table(NAMES_OF_METRICS)?;
    transaction.open_table(NAMES_OF_DOCUMENTS)?;
    transaction.commit()?;
    Ok(())
}

pub fn load(folder: &Path, world: &World) -> Result<Duration> {
    let start = Instant::now();
    create(folder)?;
    let mut db = builder().set_cache_size(64 << 20).open(folder.join(FILE))?;
    let mut first = 0;
    while first < world.companies {
        let last = (first + COMPANIES).min(world.companies);
        let mut transaction = db.begin_write()?;
        // The last transaction makes them all safe.
        if last < world.companies {
            transaction.set_durability(Durability::None)?;
        }
        {
            let mut series = transaction.open_table(SERIES)?;
            let mut versions = transaction.open_table(VERSIONS)?;
            let mut companies = transaction.open_table(NAMES_OF_COMPANIES)?;
            let mut metrics = transaction.open_table(NAMES_OF_METRICS)?;
            let mut documents = transaction.open_table(NAMES_OF_DOCUMENTS)?;
            if first == 0 {
                for metric in 0..world.metrics {
                    metrics.insert(metric, metric_name(metric).as_str())?;
                }
            }
            let mut block = Vec::new();
            for company in first..last {
                companies.insert(company, company_name(company).as_str())?;
                for own in 0..world.documents_each() {
                    let document = company * world.documents_each() + own;
                    documents.insert(document, document_name(document).as_str())?;
                }
                for metric in 0..world.metrics {
                    let key = Key { company, metric };
                    block.clear();
                    encode(&world.series(key, world.versions - 1), &mut block);
                    series.insert((metric, company), block.as_slice())?;
                    if world.versions > 1 {
                        let mut all: Vec<Row> = (0..world.versions)
                            .flat_map(|version| world.series(key, version))
                            .collect();
                        all.sort_by_key(|row| (row.at, row.published));
                        block.clear();
                        encode(&all, &mut block);
                        versions.insert((metric, company), block.as_slice())?;
                    }
                }
            }
        }
        transaction.commit()?;
        first = last;
    }
    let elapsed = start.elapsed();
    // Not part of the load: it makes the file as small as it can be.
    db.compact()?;
    Ok(elapsed)
}

pub fn open(folder: &Path) -> Result<Box<dyn Peer>> {
    let db = builder().open(folder.join(FILE))?;
    let mut redb = Redb {
        db,
        series: None,
        versions: None,
        rows: Vec::new(),
        base: Vec::new(),
    };
    redb.begin_read()?;
    Ok(Box::new(redb))
}

struct Redb {
    db: Database,
    /// Of a read transaction that is begun anew after each release.
    series: Option<ReadOnlyTable<(u32, u32), &'static [u8]>>,
    versions: Option<ReadOnlyTable<(u32, u32), &'static [u8]>>,
    rows: Vec<Row>,
    base: Vec<Row>,
}

impl Redb {
    fn begin_read(&mut self) -> Result<()> {
        let transaction = self.db.begin_read()?;
        self.series = Some(transaction.open_table(SERIES)?);
        self.versions = Some(transaction.open_table(VERSIONS)?);
        Ok(())
    }

    fn series(&self) -> Result<&ReadOnlyTable<(u32, u32), &'static [u8]>> {
        self.series.as_ref().context("no read transaction")
    }

    fn range(&self, key: Key, first: u32, last: u32, out: &mut Vec<Row>) -> Result<()> {
        let block = self.series()?.get((key.metric, key.company))?;
        let block = block.context("an unknown series")?;
        let rows = between(rows_of(block.value()), first, last);
        out.extend(rows.iter().map(decode));
        Ok(())
    }

    fn panel(&self, metric: u32, quarter: u32, out: &mut Vec<Row>) -> Result<()> {
        for entry in self.series()?.range((metric, 0)..=(metric, u32::MAX))? {
            let (key, block) = entry?;
            let rows = between(rows_of(block.value()), quarter, quarter);
            let (_, company) = key.value();
            out.extend(rows.iter().map(|row| Row {
                at: company,
                ..decode(row)
            }));
        }
        Ok(())
    }
}

impl Peer for Redb {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn can(&self, question: &Question) -> bool {
        !matches!(question, Question::Named { .. })
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        match *question {
            Question::Point { key, quarter } => self.range(key, quarter, quarter, &mut answer.rows),
            Question::Named { .. } => bail!("names are not looked up here"),
            Question::Range { key, first, last } => self.range(key, first, last, &mut answer.rows),
            Question::AsOf {
                key,
                first,
                last,
                day,
            } => {
                let versions = self.versions.as_ref().context("no read transaction")?;
                let block = versions.get((key.metric, key.company))?;
                let block = block.context("a series without versions")?;
                let rows = between(rows_of(block.value()), first, last);
                self.rows.clear();
                self.rows.extend(rows.iter().map(decode));
                known_by(&self.rows, first, last, day, &mut answer.rows);
                Ok(())
            }
            Question::Growth { key } => {
                let mut rows = std::mem::take(&mut self.rows);
                rows.clear();
                self.range(key, 0, u32::MAX, &mut rows)?;
                arithmetic::growths(&rows, &mut answer.growths);
                self.rows = rows;
                Ok(())
            }
            Question::Panel { metric, quarter } => self.panel(metric, quarter, &mut answer.rows),
            Question::Top {
                metric,
                quarter,
                count,
            } => {
                let mut now = std::mem::take(&mut self.rows);
                let mut then = std::mem::take(&mut self.base);
                now.clear();
                then.clear();
                self.panel(metric, quarter, &mut now)?;
                self.panel(metric, quarter - 4, &mut then)?;
                arithmetic::top(&now, &then, count, answer);
                (self.rows, self.base) = (now, then);
                Ok(())
            }
        }
    }

    fn growth_of_all(&mut self, thorough: bool) -> Result<Option<(Duration, Tally)>> {
        let mut tally = Tally::default();
        let mut answer = Answer::default();
        let mut rows = Vec::new();
        let start = Stopwatch::start();
        for entry in self.series()?.iter()? {
            let (_, block) = entry?;
            rows.clear();
            rows.extend(rows_of(block.value()).iter().map(decode));
            answer.clear();
            arithmetic::growths(&rows, &mut answer.growths);
            tally.add(&answer, thorough);
        }
        Ok(Some((start.elapsed(), tally)))
    }

    fn release(&mut self, release: &Release) -> Result<Option<Duration>> {
        let Release {
            company, document, ..
        } = *release;
        self.series = None;
        self.versions = None;
        let start = Instant::now();
        let transaction = self.db.begin_write()?;
        {
            let mut series = transaction.open_table(SERIES)?;
            if release.new_company {
                let mut companies = transaction.open_table(NAMES_OF_COMPANIES)?;
                companies.insert(company, company_name(company).as_str())?;
            }
            if release.new_metrics {
                let mut metrics = transaction.open_table(NAMES_OF_METRICS)?;
                for (metric, _) in (0..).zip(&release.rows) {
                    metrics.insert(metric, metric_name(metric).as_str())?;
                }
            }
            let mut documents = transaction.open_table(NAMES_OF_DOCUMENTS)?;
            documents.insert(document, document_name(document).as_str())?;
            let mut block = Vec::new();
            for (metric, row) in (0..).zip(&release.rows) {
                block.clear();
                if let Some(known) = series.get((metric, company))? {
                    block.extend_from_slice(known.value());
                }
                encode(std::slice::from_ref(row), &mut block);
                series.insert((metric, company), block.as_slice())?;
            }
        }
        transaction.commit()?;
        let elapsed = start.elapsed();
        self.begin_read()?;
        Ok(Some(elapsed))
    }
}
