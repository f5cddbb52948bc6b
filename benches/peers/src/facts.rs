//! The facts that every peer is given: made from a seed, the same on every machine.

use anyhow::{Context, Result};
use chrono::{Datelike, Days, NaiveDate};

/// The fiscal year of the first quarter. Years end in March and are named by the calendar year in which they start.
pub const FIRST_YEAR: i32 = 2004;
/// Days from the end of a quarter to its release.
const DAYS_TO_RELEASE: u64 = 40;
/// Days from one version of a restated fact to the next.
const DAYS_BETWEEN_VERSIONS: u64 = 30;
/// Units of money; a company has one of them.
pub const UNITS: [&str; 3] = ["JPY", "USD", "EUR"];
/// The greatest mantissa.
const GREATEST: i64 = 1_000_000_000;

/// Which series: numbers of the company and the metric.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    pub company: u32,
    pub metric: u32,
}

/// A fact as an answer has it: value, unit, precision, day of publication and document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// The value is mantissa / 10^scale.
    pub mantissa: i64,
    /// The quarter, from 0; in a panel the company.
    pub at: u32,
    /// The document.
    pub source: u32,
    /// Days from the first of January of the year 1, which is day 1.
    pub published: i32,
    pub scale: u8,
    /// To how many decimal places the value is known; -3 are thousands.
    pub precision: i8,
    /// A place in [`UNITS`].
    pub unit: u8,
}

impl Row {
    /// The same row with the smallest scale that its value allows.
    pub fn normalized(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}

/// How many of everything there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct World {
    pub companies: u32,
    pub metrics: u32,
    pub quarters: u32,
    /// How often each fact is published. Where it is once, there is a document for each company and quarter, else one
    /// for each company and version that restates every fact.
    pub versions: u32,
    /// Whether it is taken in by releases, quarter after quarter, so that documents are numbered by quarter and company.
    pub by_quarter: bool,
}

/// A world and its names, as a caller would have them.
#[derive(Debug)]
pub struct Named {
    pub world: World,
    pub companies: Vec<String>,
    pub metrics: Vec<String>,
}

impl Named {
    pub fn new(world: World) -> Self {
        Self {
            world,
            companies: (0..world.companies).map(company_name).collect(),
            metrics: (0..world.metrics).map(metric_name).collect(),
        }
    }

    /// The names of company and metric.
    pub fn of(&self, key: Key) -> (&str, &str) {
        (
            &self.companies[key.company as usize],
            &self.metrics[key.metric as usize],
        )
    }
}

/// What one company publishes after all that a world holds: a figure for each metric in the next quarter.
#[derive(Clone, Debug)]
pub struct Release {
    pub company: u32,
    pub quarter: u32,
    pub document: u32,
    pub published: NaiveDate,
    /// By metric.
    pub rows: Vec<Row>,
    /// Whether nothing is known of the company before.
    pub new_company: bool,
    /// Whether nothing is known of the metrics before.
    pub new_metrics: bool,
}

/// What the series of one key has in common.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub scale: u8,
    pub precision: i8,
    pub unit: u8,
}

/// xorshift64*.
pub struct Random(u64);

impl Random {
    /// Numbers that follow from the seed, whichever it is.
    pub fn new(seed: u64) -> Self {
        // splitmix64, so that neighbouring seeds have nothing in common.
        let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((z ^ (z >> 31)).max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from 0 to one below the limit.
    pub fn below(&mut self, limit: u32) -> u32 {
        u32::try_from((self.next() >> 16) % u64::from(limit)).expect("below a u32")
    }
}

pub fn company_name(company: u32) -> String {
    format!("c{company:05}")
}

pub fn metric_name(metric: u32) -> String {
    format!("metric.m{metric:04}")
}

pub fn document_name(document: u32) -> String {
    format!("doc-{document:08}")
}

/// The last day of a quarter.
pub fn quarter_end(quarter: u32) -> NaiveDate {
    // Quarters are counted from April; the month after a quarter begins it.
    let months = quarter * 3 + 6;
    let year = FIRST_YEAR + i32::try_from(months / 12).expect("a year");
    let next = NaiveDate::from_ymd_opt(year, months % 12 + 1, 1).expect("a date");
    next - Days::new(1)
}

pub fn style(key: Key) -> Style {
    let (scale, precision) = match (key.company + key.metric) % 5 {
        0 => (0, 0),
        1 => (1, 1),
        2 => (2, 2),
        3 => (3, 3),
        _ => (0, -3),
    };
    let unit = u8::try_from(key.company % 3).expect("one of three");
    Style {
        scale,
        precision,
        unit,
    }
}

/// The mantissas of a series as first published: a level that grows by half a per cent a quarter in the mean. A tenth of
/// the metrics is negative, a tenth changes its sign now and then and is zero at times.
pub fn mantissas(key: Key, quarters: u32) -> impl Iterator<Item = i64> {
    let mut random = Random::new((u64::from(key.company) << 32) | u64::from(key.metric));
    let coarse = style(key).precision < 0;
    let mut level = i64::from(random.below(400_000_000)) + 100_000;
    (0..quarters).map(move |_| {
        level =
            (level + level * (i64::from(random.below(100)) - 44) / 1000).clamp(10_000, GREATEST);
        let value = match key.metric % 10 {
            9 => -level,
            8 => match random.below(50) {
                0 => 0,
                turn => level * (i64::from(turn) - 15) / 40,
            },
            _ => level,
        };
        if coarse { value / 1000 * 1000 } else { value }
    })
}

impl World {
    pub fn facts(&self) -> u64 {
        u64::from(self.companies)
            * u64::from(self.metrics)
            * u64::from(self.quarters)
            * u64::from(self.versions)
    }

    pub fn documents(&self) -> u32 {
        self.companies * self.documents_each()
    }

    /// How many documents a company has.
    pub fn documents_each(&self) -> u32 {
        if self.versions == 1 {
            self.quarters
        } else {
            self.versions
        }
    }

    /// The number of a document of a company.
    pub fn document(&self, company: u32, own: u32) -> u32 {
        if self.by_quarter {
            own * self.companies + company
        } else {
            company * self.documents_each() + own
        }
    }

    /// The day on which a document of a company is published; documents of a company are numbered from 0.
    pub fn published(&self, own_document: u32) -> NaiveDate {
        if self.versions == 1 {
            quarter_end(own_document) + Days::new(DAYS_TO_RELEASE)
        } else {
            quarter_end(self.quarters - 1)
                + Days::new(DAYS_TO_RELEASE + DAYS_BETWEEN_VERSIONS * u64::from(own_document))
        }
    }

    /// All facts of a series in one version, by quarter.
    pub fn series(&self, key: Key, version: u32) -> Vec<Row> {
        let Style {
            scale,
            precision,
            unit,
        } = style(key);
        // One unit of the last known place more in each version.
        let unit_of_precision = if precision < 0 { 1000 } else { 1 };
        let more = i64::from(version) * unit_of_precision;
        let rows = (0..).zip(mantissas(key, self.quarters));
        rows.map(|(quarter, mantissa)| {
            let own_document = if self.versions == 1 { quarter } else { version };
            Row {
                mantissa: mantissa + more,
                at: quarter,
                source: self.document(key.company, own_document),
                published: self.published(own_document).num_days_from_ce(),
                scale,
                precision,
                unit,
            }
        })
        .collect()
    }

    /// The release of a company for the quarter after those of the world, which is the `number`th document after its own.
    pub fn release(&self, company: u32, number: u32) -> Release {
        self.release_of(company, self.quarters, self.documents() + number)
    }

    /// The release of a company for any quarter, as a document of any number.
    pub fn release_of(&self, company: u32, quarter: u32, document: u32) -> Release {
        let until = World {
            quarters: quarter + 1,
            versions: 1,
            ..*self
        };
        let rows = (0..self.metrics).map(|metric| {
            let rows = until.series(Key { company, metric }, 0);
            let last = *rows.last().expect("a quarter");
            Row {
                source: document,
                ..last
            }
        });
        Release {
            company,
            quarter,
            document,
            published: until.published(quarter),
            rows: rows.collect(),
            new_company: false,
            new_metrics: false,
        }
    }

    /// The world as an argument of a program: `500x100x80x1`.
    pub fn argument(&self) -> String {
        let World {
            companies,
            metrics,
            quarters,
            versions,
            by_quarter: _,
        } = self;
        format!("{companies}x{metrics}x{quarters}x{versions}")
    }

    pub fn parse(argument: &str) -> Result<Self> {
        let numbers: Result<Vec<u32>, _> = argument.split('x').map(str::parse).collect();
        let numbers = numbers.context("a world is four numbers")?;
        let [companies, metrics, quarters, versions] = numbers[..] else {
            anyhow::bail!("a world is four numbers, not {argument}");
        };
        Ok(Self {
            companies,
            metrics,
            quarters,
            versions,
            by_quarter: false,
        })
    }
}
