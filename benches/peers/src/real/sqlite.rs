//! SQLite on the same facts: a table by series and dates, an index by fiscal quarter, and one that covers panels.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, Params, params};

use super::{About, Answer, Change, Dates, Exported, Fact, Quarter};

const TABLES: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -262144;
PRAGMA mmap_size = 17179869184;
CREATE TABLE facts(
    series INTEGER NOT NULL, end INTEGER NOT NULL, kind INTEGER NOT NULL, begin INTEGER NOT NULL,
    company INTEGER NOT NULL, metric INTEGER NOT NULL, total INTEGER NOT NULL, year INTEGER, quarter INTEGER,
    mantissa INTEGER NOT NULL, scale INTEGER NOT NULL, precision INTEGER NOT NULL,
    published INTEGER NOT NULL, document INTEGER NOT NULL, cell INTEGER NOT NULL,
    PRIMARY KEY(series, end, kind, begin)
) WITHOUT ROWID;
";
const INDEXES: &str = "
CREATE INDEX quarters ON facts(series, year, quarter, end, kind, begin, mantissa, scale, precision, published, document,
    cell) WHERE quarter IS NOT NULL;
CREATE INDEX panels ON facts(metric, end, kind, begin, company, series, mantissa, scale, precision, published, document,
    cell) WHERE total;
";
const POINT: &str =
    "SELECT 0, end, kind, begin, mantissa, scale, precision, published, document, cell FROM facts
    WHERE series = ?1 AND end = ?2 AND kind = ?3 AND begin = ?4";
const SERIES: &str =
    "SELECT 0, end, kind, begin, mantissa, scale, precision, published, document, cell FROM facts
    WHERE series = ?1 ORDER BY end, kind, begin";
/// By the row values that SQLite compares in order.
const QUARTERS: &str = "SELECT 0, end, kind, begin, mantissa, scale, precision, published, document, cell, year, quarter
    FROM facts WHERE series = ?1 AND (year, quarter) >= (?2, ?3) AND (year, quarter) <= (?4, ?5)
        AND quarter IS NOT NULL
    ORDER BY year, quarter";
const PANEL: &str = "SELECT company, end, kind, begin, mantissa, scale, precision, published, document, cell FROM facts
    WHERE metric = ?1 AND end = ?2 AND kind = ?3 AND begin = ?4 AND total ORDER BY company, series";

pub struct Theirs {
    db: Connection,
}

impl Theirs {
    pub fn load(path: &Path, abouts: &[About], facts: &[Exported]) -> Result<Self> {
        let mut db = Connection::open(path)?;
        db.execute_batch(TABLES)?;
        let transaction = db.transaction()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO facts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?;
            for one in facts {
                let about = abouts[one.series as usize];
                let Fact {
                    dates,
                    mantissa,
                    scale,
                    precision,
                    published,
                    document,
                    cell,
                    ..
                } = one.fact;
                insert.execute(params![
                    one.series,
                    dates.end,
                    dates.kind,
                    dates.begin,
                    about.company,
                    about.metric,
                    about.total,
                    one.quarter.map(|(year, _)| year),
                    one.quarter.map(|(_, quarter)| quarter),
                    mantissa,
                    scale,
                    precision,
                    published,
                    document,
                    cell
                ])?;
            }
        }
        transaction.commit()?;
        db.execute_batch(INDEXES)?;
        Ok(Self { db })
    }

    fn facts(&self, text: &str, with: impl Params, out: &mut Vec<Fact>) -> Result<()> {
        let mut statement = self.db.prepare_cached(text)?;
        let mut found = statement.query(with)?;
        while let Some(row) = found.next()? {
            out.push(fact(row)?);
        }
        Ok(())
    }

    pub fn point(&self, series: u32, dates: Dates, answer: &mut Answer) -> Result<()> {
        let with = (series, dates.end, dates.kind, dates.begin);
        self.facts(POINT, with, &mut answer.facts)
    }

    pub fn series(&self, series: u32, answer: &mut Answer) -> Result<()> {
        self.facts(SERIES, [series], &mut answer.facts)
    }

    pub fn quarters(&self, range: (u32, Quarter, Quarter), answer: &mut Answer) -> Result<()> {
        let (series, (year, quarter), (last_year, last_quarter)) = range;
        let with = (series, year, quarter, last_year, last_quarter);
        self.facts(QUARTERS, with, &mut answer.facts)
    }

    /// The caller finds the quarter of the year before, which may be missing or before the range, and reckons.
    pub fn growth(&self, range: (u32, Quarter, Quarter), answer: &mut Answer) -> Result<()> {
        let (series, first, (last_year, last_quarter)) = range;
        let mut statement = self.db.prepare_cached(QUARTERS)?;
        let with = (series, first.0 - 1, first.1, last_year, last_quarter);
        let mut found = statement.query(with)?;
        let mut facts: Vec<(Quarter, Fact)> = Vec::new();
        while let Some(row) = found.next()? {
            facts.push(((row.get(10)?, row.get(11)?), fact(row)?));
        }
        for (at, (quarter, now)) in facts.iter().enumerate() {
            if *quarter < first {
                continue;
            }
            let wanted = (quarter.0 - 1, quarter.1);
            let mut before = facts[at.saturating_sub(4)..at].iter();
            let base = before.find(|(quarter, _)| *quarter == wanted);
            answer.changes.push(Change {
                quarter: *quarter,
                ratio: base.and_then(|(_, base)| ratio(now, base)),
                base: base.map(|(_, base)| (base.mantissa, base.scale)),
            });
        }
        Ok(())
    }

    pub fn panel(&self, metric: u32, dates: Dates, answer: &mut Answer) -> Result<()> {
        let with = (metric, dates.end, dates.kind, dates.begin);
        self.facts(PANEL, with, &mut answer.facts)
    }
}

fn fact(row: &rusqlite::Row) -> Result<Fact> {
    Ok(Fact {
        company: row.get(0)?,
        dates: Dates {
            end: row.get(1)?,
            kind: row.get(2)?,
            begin: row.get(3)?,
        },
        mantissa: row.get(4)?,
        scale: row.get(5)?,
        precision: row.get(6)?,
        published: row.get(7)?,
        document: row.get(8)?,
        cell: row.get(9)?,
    })
}

/// Over |base|, in lowest terms; `None` where the signs differ or one is zero.
fn ratio(now: &Fact, base: &Fact) -> Option<(i128, i128)> {
    if now.mantissa.signum() != base.mantissa.signum() || base.mantissa == 0 {
        return None;
    }
    let scale = now.scale.max(base.scale);
    let lift = |fact: &Fact| i128::from(fact.mantissa) * 10_i128.pow((scale - fact.scale).into());
    let (numerator, denominator) = (lift(now) - lift(base), lift(base).abs());
    let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a).ok()?;
    Some((numerator / divisor, denominator / divisor))
}
