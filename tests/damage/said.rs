//! What the documents of a database say, worked out without it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kessan::{
    Amount, Cell, Check, Claim, Company, Currency, Dimension, Document, DocumentKind, Evidence,
    Figure, Filing, FiscalCalendar, Identity, Metric, MetricKind, Operand, Package, Period,
    Precision, Rank, Reported, Rounding, Scenario, Scope, SeriesKey, Unit, YearNaming,
};

pub(crate) const COMPANIES: [&str; 3] = ["akari", "minato", "tsuki"];
pub(crate) const METRICS: [&str; 4] = ["costs", "income", "revenue", "taxes"];
/// Metrics that the widest package has one figure of each: so many keys need several batches.
const WIDE: u32 = 125;
/// How many cells beside those of its figures a document has, and how long their texts are: for the size.
const CELLS: u32 = 8;
const TEXT: usize = 990;

/// What is said about each fact, the first document first: the day, the document, and the value.
pub(crate) type Said = BTreeMap<(SeriesKey, Period), Vec<(NaiveDate, String, i64)>>;

pub(crate) fn wide() -> impl Iterator<Item = String> {
    (0..WIDE).map(|n| format!("wide.w{n:03}"))
}

pub(crate) fn series(company: &str, metric: &str) -> SeriesKey {
    SeriesKey {
        company: company.parse().unwrap(),
        metric: metric.parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        unit: Unit::Money(Currency::JPY),
    }
}

/// The nth quarter from April 2001 on.
fn quarter(n: u32) -> Period {
    let day = |n: u32| {
        let (year, month) = (2001 + (n + 1) / 4, (n + 1) % 4 * 3 + 1);
        NaiveDate::from_ymd_opt(i32::try_from(year).unwrap(), month, 1).unwrap()
    };
    Period::duration(day(n), day(n + 1).pred_opt().unwrap()).unwrap()
}

/// Packages of a database: the nth has the nth quarter of each company, and another value for the same quarter of the year
/// before. Those whose number is odd come with four times the cells. Of most, there is one company only, so that what they say becomes
/// recent rows.
#[derive(Clone, Copy)]
pub(crate) struct Packages {
    /// Another family of packages has other figures, documents and cells.
    pub(crate) family: u32,
    /// The one that needs several batches.
    pub(crate) wide: u32,
}

impl Packages {
    pub(crate) fn package(self, n: u32) -> Package {
        let metric = |path: String| Metric {
            path: path.parse().unwrap(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: "income".into(),
            negative: Some("loss".into()),
        };
        let mut metrics: Vec<Metric> = METRICS.map(|path| metric(path.into())).into();
        if n == self.wide {
            metrics.extend(wide().map(metric));
        }
        Package {
            companies: COMPANIES
                .map(|id| Company {
                    id: id.parse().unwrap(),
                    name: format!("{id} of family {}", self.family),
                    calendar: FiscalCalendar::month_end(3, YearNaming::Start).unwrap(),
                    identities: vec![Identity {
                        metric: "income".parse().unwrap(),
                        scope: Scope::total(),
                        equals: "revenue - costs".parse().unwrap(),
                    }],
                    splits: vec![],
                })
                .into(),
            metrics,
            filings: self.companies(n).map(|at| self.filing(n, at)).collect(),
            evidence: Evidence::default(),
        }
    }

    /// Which companies the nth package speaks of.
    fn companies(self, n: u32) -> impl Iterator<Item = usize> {
        let alone = !n.is_multiple_of(4) && n != self.wide;
        let only = usize::try_from(n).unwrap() % COMPANIES.len();
        (0..COMPANIES.len()).filter(move |at| !alone || *at == only)
    }

    fn value(self, n: u32, company: usize, metric: usize, quarter: u32) -> i64 {
        let company = i64::try_from(company + 1).unwrap();
        let metric = i64::try_from(metric + 1).unwrap();
        let base = (company * 1_000 + metric * 37 + i64::from(quarter)) * 1_000_003;
        base + i64::from(n) * 5_000_011 + i64::from(self.family) * 101
    }

    fn filing(self, n: u32, at: usize) -> Filing {
        let company = COMPANIES[at];
        let published =
            NaiveDate::from_ymd_opt(2001, 8, 10).unwrap() + Days::new(91 * u64::from(n));
        let mut facts = Vec::new();
        let mut cells = Vec::new();
        let mut say = |metric: &str, period: Period, value: i64| {
            facts.push(Reported {
                series: series(company, metric),
                period,
                figure: Figure::Amount(
                    Amount::new(value.into(), Precision::Decimals(0), Rounding::Nearest).unwrap(),
                ),
                published,
                cell: u32::try_from(facts.len()).unwrap(),
                rank: Rank::Statement,
            });
            cells.push((metric.to_owned(), value.to_string()));
        };
        for (number, metric) in METRICS.iter().enumerate() {
            say(metric, quarter(n), self.value(n, at, number, n));
            if let Some(before) = n.checked_sub(4) {
                say(metric, quarter(before), self.value(n, at, number, before));
            }
        }
        if n == self.wide && at == 0 {
            for (number, metric) in wide().enumerate() {
                say(&metric, quarter(n), self.value(n, at, number + 99, n));
            }
        }
        let count = if n.is_multiple_of(2) {
            CELLS
        } else {
            4 * CELLS
        };
        for cell in 0..count {
            // Texts that are all different.
            let text = (0..TEXT / 10).map(|k| {
                let number = u64::from(cell * 7919 + n * 104_729 + self.family);
                format!(
                    "{:010}",
                    number.wrapping_mul(2_654_435_761 + k as u64) % 10_000_000_000
                )
            });
            cells.push(("note".into(), text.collect()));
        }
        let cells = (1..).zip(cells).map(|(row, (label, text))| Cell {
            address: format!("t1!R{row}C1"),
            place: "Table 1".into(),
            row: label,
            column: "Quarter".into(),
            text,
            scale: 0,
            unplaced: None,
        });
        let checks = n.checked_sub(4).map(|before| {
            let of = |period| Operand {
                company: company.parse().unwrap(),
                metric: "revenue".parse().unwrap(),
                scenario: Scenario::Actual,
                scope: Scope::total(),
                period,
            };
            Check {
                cell: 0,
                claim: Claim::Growth {
                    of: of(quarter(n)),
                    over: of(quarter(before)),
                },
                figure: Figure::Amount(
                    Amount::new(12.into(), Precision::Decimals(0), Rounding::Nearest).unwrap(),
                ),
            }
        });
        Filing {
            document: Document {
                id: self.document(n, company).parse().unwrap(),
                title: format!("Quarter {n}"),
                issuer: company.into(),
                kind: DocumentKind::Results,
                published,
                utc_offset: None,
                reports: None,
            },
            cells: cells.collect(),
            facts,
            checks: checks.into_iter().collect(),
        }
    }

    fn document(self, n: u32, company: &str) -> String {
        format!("{company}-{}-{n:02}", self.family)
    }

    /// The documents of the first packages.
    pub(crate) fn documents(self, count: u32) -> Vec<String> {
        let of = |n| {
            let companies = self.companies(n);
            companies.map(move |at| self.document(n, COMPANIES[at]))
        };
        (0..count).flat_map(of).collect()
    }

    /// What the first packages say.
    pub(crate) fn said(self, count: u32) -> Said {
        let mut said = Said::new();
        for filing in (0..count).flat_map(|n| self.package(n).filings) {
            for fact in filing.facts {
                let value = fact.figure.amount().unwrap().value();
                let by = filing.document.id.to_string();
                said.entry((fact.series, fact.period)).or_default().push((
                    fact.published,
                    by,
                    value.try_into().unwrap(),
                ));
            }
        }
        said
    }
}
