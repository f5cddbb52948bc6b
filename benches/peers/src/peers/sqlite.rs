//! SQLite: a table of the latest facts by company, metric and quarter, without row ids; an index by metric and quarter
//! that covers panels; all versions of restated facts in a table of their own. Statements are prepared once.

use std::fs::File;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, Params, Statement, params};
use self_cell::self_cell;

use super::Peer;
use crate::answer::{Answer, Question, Tally};
use crate::arithmetic;
use crate::facts::{Key, Named, Release, Row, World, company_name, document_name, metric_name};
use crate::machine::Stopwatch;

const FILE: &str = "facts.sqlite";

const TABLES: &str = "
CREATE TABLE companies(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE metrics(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE documents(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE facts(
    company INTEGER NOT NULL, metric INTEGER NOT NULL, quarter INTEGER NOT NULL,
    mantissa INTEGER NOT NULL, scale INTEGER NOT NULL, precision INTEGER NOT NULL, unit INTEGER NOT NULL,
    published INTEGER NOT NULL, source INTEGER NOT NULL,
    PRIMARY KEY(company, metric, quarter)
) WITHOUT ROWID;
CREATE TABLE versions(
    company INTEGER NOT NULL, metric INTEGER NOT NULL, quarter INTEGER NOT NULL, published INTEGER NOT NULL,
    mantissa INTEGER NOT NULL, scale INTEGER NOT NULL, precision INTEGER NOT NULL, unit INTEGER NOT NULL,
    source INTEGER NOT NULL,
    PRIMARY KEY(company, metric, quarter, published)
) WITHOUT ROWID;
";
const INDEX: &str = "
CREATE INDEX panels ON facts(metric, quarter, company, mantissa, scale, precision, unit, published, source);
";

/// Durable at every commit, a cache of 256 MB, and files mapped into memory for reading.
const SETTINGS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -262144;
PRAGMA mmap_size = 17179869184;
PRAGMA temp_store = MEMORY;
";

/// For the load alone: nothing is safe until it is done. The index is made afterwards, which is faster.
const LOAD_SETTINGS: &str = "
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -65536;
PRAGMA mmap_size = 0;
";

pub fn load(folder: &Path, world: &World) -> Result<Duration> {
    let path = folder.join(FILE);
    let mut db = Connection::open(&path)?;
    let start = Instant::now();
    db.execute_batch(LOAD_SETTINGS)?;
    db.execute_batch(TABLES)?;
    let transaction = db.transaction()?;
    {
        let mut company_in = transaction.prepare(NEW_COMPANY)?;
        let mut metric_in = transaction.prepare(NEW_METRIC)?;
        let mut document_in = transaction.prepare(NEW_DOCUMENT)?;
        let mut fact_in = transaction.prepare(NEW_FACT)?;
        let mut version_in = transaction.prepare(NEW_VERSION)?;
        for metric in 0..world.metrics {
            metric_in.execute(params![metric, metric_name(metric)])?;
        }
        for company in 0..world.companies {
            company_in.execute(params![company, company_name(company)])?;
            for own in 0..world.documents_each() {
                let document = company * world.documents_each() + own;
                document_in.execute(params![document, document_name(document)])?;
            }
            for metric in 0..world.metrics {
                let key = Key { company, metric };
                for row in world.series(key, world.versions - 1) {
                    insert(&mut fact_in, key, &row)?;
                }
                if world.versions > 1 {
                    let versions: Vec<_> = (0..world.versions)
                        .map(|version| world.series(key, version))
                        .collect();
                    for quarter in 0..world.quarters as usize {
                        for rows in &versions {
                            insert(&mut version_in, key, &rows[quarter])?;
                        }
                    }
                }
            }
        }
    }
    transaction.commit()?;
    db.execute_batch(INDEX)?;
    db.execute_batch("PRAGMA journal_mode = WAL;")?;
    db.close().map_err(|(_, error)| error)?;
    File::open(&path)?.sync_all()?;
    Ok(start.elapsed())
}

pub fn create(folder: &Path) -> Result<()> {
    let db = Connection::open(folder.join(FILE))?;
    db.execute_batch(SETTINGS)?;
    db.execute_batch(TABLES)?;
    db.execute_batch(INDEX)?;
    Ok(())
}

pub fn open(folder: &Path, names: &Rc<Named>) -> Result<Vec<Box<dyn Peer>>> {
    Ok(vec![
        open_with(folder, names, Arithmetic::Decimal)?,
        open_with(folder, names, Arithmetic::Integer)?,
    ])
}

pub fn open_one(folder: &Path, names: &Rc<Named>) -> Result<Box<dyn Peer>> {
    open_with(folder, names, Arithmetic::Decimal)
}

fn open_with(folder: &Path, names: &Rc<Named>, arithmetic: Arithmetic) -> Result<Box<dyn Peer>> {
    let db = Connection::open(folder.join(FILE))?;
    db.execute_batch(SETTINGS)?;
    Ok(Box::new(Sqlite {
        session: Session::try_new(db, |db| Statements::new(db))?,
        arithmetic,
        rows: Vec::new(),
        base: Vec::new(),
        names: Rc::clone(names),
    }))
}

const NEW_COMPANY: &str = "INSERT INTO companies VALUES(?1, ?2)";
const NEW_METRIC: &str = "INSERT INTO metrics VALUES(?1, ?2)";
const NEW_DOCUMENT: &str = "INSERT INTO documents VALUES(?1, ?2)";
const NEW_FACT: &str = "INSERT INTO facts(company, metric, quarter, mantissa, scale, precision, unit, published, source)
    VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const NEW_VERSION: &str =
    "INSERT INTO versions(company, metric, quarter, mantissa, scale, precision, unit, published,
    source) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

fn insert(statement: &mut Statement, key: Key, row: &Row) -> Result<()> {
    statement.execute(params![
        key.company,
        key.metric,
        row.at,
        row.mantissa,
        row.scale,
        row.precision,
        row.unit,
        row.published,
        row.source
    ])?;
    Ok(())
}

/// How the caller reckons changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Decimal,
    Integer,
}

struct Statements<'db> {
    db: &'db Connection,
    point: Statement<'db>,
    named: Statement<'db>,
    range: Statement<'db>,
    as_of: Statement<'db>,
    panel: Statement<'db>,
    all: Statement<'db>,
    new_company: Statement<'db>,
    new_metric: Statement<'db>,
    new_document: Statement<'db>,
    new_fact: Statement<'db>,
}

self_cell!(
    struct Session {
        owner: Connection,
        #[not_covariant]
        dependent: Statements,
    }
);

impl<'db> Statements<'db> {
    fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            db,
            point: db.prepare(
                "SELECT quarter, mantissa, scale, precision, unit, published, source FROM facts
                 WHERE company = ?1 AND metric = ?2 AND quarter = ?3",
            )?,
            named: db.prepare(
                "SELECT quarter, mantissa, scale, precision, unit, published, source FROM facts
                 WHERE company = (SELECT id FROM companies WHERE name = ?1)
                     AND metric = (SELECT id FROM metrics WHERE path = ?2) AND quarter = ?3",
            )?,
            range: db.prepare(
                "SELECT quarter, mantissa, scale, precision, unit, published, source FROM facts
                 WHERE company = ?1 AND metric = ?2 AND quarter BETWEEN ?3 AND ?4 ORDER BY quarter",
            )?,
            // With max(published) the other columns are those of the row that has it.
            as_of: db.prepare(
                "SELECT quarter, mantissa, scale, precision, unit, max(published), source FROM versions
                 WHERE company = ?1 AND metric = ?2 AND quarter BETWEEN ?3 AND ?4 AND published <= ?5
                 GROUP BY quarter ORDER BY quarter",
            )?,
            panel: db.prepare(
                "SELECT company, mantissa, scale, precision, unit, published, source FROM facts
                 WHERE metric = ?1 AND quarter = ?2 ORDER BY company",
            )?,
            all: db.prepare(
                "SELECT quarter, mantissa, scale, precision, unit, published, source, company, metric FROM facts
                 ORDER BY company, metric, quarter",
            )?,
            new_company: db.prepare(NEW_COMPANY)?,
            new_metric: db.prepare(NEW_METRIC)?,
            new_document: db.prepare(NEW_DOCUMENT)?,
            new_fact: db.prepare(NEW_FACT)?,
        })
    }

    fn release(&mut self, release: &Release) -> Result<()> {
        let Release {
            company, document, ..
        } = *release;
        let transaction = self.db.unchecked_transaction()?;
        if release.new_company {
            self.new_company
                .execute(params![company, company_name(company)])?;
        }
        if release.new_metrics {
            for (metric, _) in (0_u32..).zip(&release.rows) {
                self.new_metric
                    .execute(params![metric, metric_name(metric)])?;
            }
        }
        self.new_document
            .execute(params![document, document_name(document)])?;
        for (metric, row) in (0..).zip(&release.rows) {
            insert(&mut self.new_fact, Key { company, metric }, row)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// All changes, in one pass over the table.
    fn growth_of_all(&mut self, arithmetic: Arithmetic, thorough: bool) -> Result<Tally> {
        let mut tally = Tally::default();
        let mut answer = Answer::default();
        let mut series = Vec::new();
        let mut last = None;
        let mut found = self.all.query([])?;
        while let Some(columns) = found.next()? {
            let key: (u32, u32) = (columns.get(7)?, columns.get(8)?);
            if last.is_some_and(|last| last != key) {
                growths(&series, arithmetic, &mut answer);
                tally.add(&answer, thorough);
                answer.clear();
                series.clear();
            }
            last = Some(key);
            series.push(row(columns)?);
        }
        growths(&series, arithmetic, &mut answer);
        tally.add(&answer, thorough);
        Ok(tally)
    }
}

fn row(columns: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        at: columns.get(0)?,
        mantissa: columns.get(1)?,
        scale: columns.get(2)?,
        precision: columns.get(3)?,
        unit: columns.get(4)?,
        published: columns.get(5)?,
        source: columns.get(6)?,
    })
}

fn rows(statement: &mut Statement, with: impl Params, out: &mut Vec<Row>) -> Result<()> {
    let mut found = statement.query(with)?;
    while let Some(columns) = found.next()? {
        out.push(row(columns)?);
    }
    Ok(())
}

fn growths(series: &[Row], arithmetic: Arithmetic, answer: &mut Answer) {
    match arithmetic {
        Arithmetic::Decimal => arithmetic::decimal_growths(series, &mut answer.decimals),
        Arithmetic::Integer => arithmetic::growths(series, &mut answer.growths),
    }
}

struct Sqlite {
    session: Session,
    arithmetic: Arithmetic,
    rows: Vec<Row>,
    base: Vec<Row>,
    names: Rc<Named>,
}

impl Peer for Sqlite {
    fn name(&self) -> &'static str {
        match self.arithmetic {
            Arithmetic::Decimal => "SQLite",
            Arithmetic::Integer => "SQLite i128",
        }
    }

    fn can(&self, question: &Question) -> bool {
        self.arithmetic == Arithmetic::Decimal || matches!(question, Question::Growth { .. })
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        let Self {
            session,
            arithmetic,
            rows: kept,
            base,
            names,
        } = self;
        session.with_dependent_mut(|_, statements| -> Result<()> {
            match *question {
                Question::Point { key, quarter } => rows(
                    &mut statements.point,
                    (key.company, key.metric, quarter),
                    &mut answer.rows,
                ),
                Question::Named { key, quarter } => {
                    let (company, metric) = names.of(key);
                    rows(
                        &mut statements.named,
                        (company, metric, quarter),
                        &mut answer.rows,
                    )
                }
                Question::Range { key, first, last } => rows(
                    &mut statements.range,
                    (key.company, key.metric, first, last),
                    &mut answer.rows,
                ),
                Question::AsOf {
                    key,
                    first,
                    last,
                    day,
                } => rows(
                    &mut statements.as_of,
                    (key.company, key.metric, first, last, day),
                    &mut answer.rows,
                ),
                Question::Growth { key } => {
                    kept.clear();
                    rows(
                        &mut statements.range,
                        (key.company, key.metric, 0, u32::MAX),
                        kept,
                    )?;
                    growths(kept, *arithmetic, answer);
                    Ok(())
                }
                Question::Panel { metric, quarter } => {
                    rows(&mut statements.panel, (metric, quarter), &mut answer.rows)
                }
                Question::Top {
                    metric,
                    quarter,
                    count,
                } => {
                    kept.clear();
                    base.clear();
                    rows(&mut statements.panel, (metric, quarter), kept)?;
                    rows(&mut statements.panel, (metric, quarter - 4), base)?;
                    arithmetic::top(kept, base, count, answer);
                    Ok(())
                }
            }
        })
    }

    fn growth_of_all(&mut self, thorough: bool) -> Result<Option<(Duration, Tally)>> {
        let arithmetic = self.arithmetic;
        let start = Stopwatch::start();
        let tally = self
            .session
            .with_dependent_mut(|_, statements| statements.growth_of_all(arithmetic, thorough))?;
        Ok(Some((start.elapsed(), tally)))
    }

    fn release(&mut self, release: &Release) -> Result<Option<Duration>> {
        if self.arithmetic != Arithmetic::Decimal {
            return Ok(None);
        }
        let start = Instant::now();
        self.session
            .with_dependent_mut(|_, statements| statements.release(release))?;
        Ok(Some(start.elapsed()))
    }
}
