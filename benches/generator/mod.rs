//! Deterministic facts: companies with a hundred metrics over eighty quarters.

use kessan::{
    Amount, Cell, Company, Dimension, Document, DocumentKind, Evidence, Figure, Filing,
    FiscalCalendar, FiscalPeriod, Id, Metric, MetricKind, MetricPath, Package, Precision, Rank,
    Reported, Rounding, Scenario, Scope, SeriesKey, Slot, Unit, YearNaming,
};

pub(crate) const METRICS: usize = 100;
pub(crate) const QUARTERS: usize = 80;
/// The first fiscal year.
const FIRST_YEAR: i32 = 2004;

/// xorshift64*: the same facts on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

pub(crate) fn company_id(company: usize) -> Id {
    format!("c{company:04}").parse().expect("an id")
}

pub(crate) fn metric_path(metric: usize) -> MetricPath {
    format!("metric.m{metric:03}").parse().expect("a metric")
}

fn calendar() -> FiscalCalendar {
    FiscalCalendar::month_end(3, YearNaming::Start).expect("a calendar")
}

pub(crate) fn quarters() -> Vec<FiscalPeriod> {
    let mut quarter = FiscalPeriod::new(FIRST_YEAR, Slot::Q1);
    let mut quarters = Vec::new();
    for _ in 0..QUARTERS {
        quarters.push(quarter);
        quarter = quarter.next();
    }
    quarters
}

/// One company's facts, as one document: revenues of some billions that drift by a few per cent a quarter,
/// a tenth of the series with losses, all in thousands of yen.
pub(crate) fn package(company: usize) -> Package {
    restated(company, METRICS, QUARTERS, 0)
}

/// What one company says of one quarter, as a document of its own.
#[allow(dead_code, reason = "not every benchmark has releases")]
pub(crate) fn release(company: usize, quarter: usize) -> Package {
    let version = u32::try_from(quarter).expect("small");
    let mut package = restated(company, METRICS, quarter + 1, version);
    let period = calendar().period(quarters()[quarter]);
    for filing in &mut package.filings {
        filing.facts.retain(|fact| Some(fact.period) == period);
    }
    package
}

/// The facts of the first metrics and quarters of a company, a thousand yen more in every version; each version is a
/// document, a day after the one before.
pub(crate) fn restated(company: usize, metrics: usize, count: usize, version: u32) -> Package {
    let calendar = calendar();
    let id = company_id(company);
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (company as u64 + 1));
    let first = kessan::parse_date("2024-05-10").expect("a date");
    let later = if version == 0 {
        String::new()
    } else {
        format!("-{version:02}")
    };
    let document = Document {
        id: format!("doc-{company:04}{later}").parse().expect("an id"),
        title: "Generated".into(),
        issuer: id.to_string(),
        kind: DocumentKind::Results,
        published: first + chrono::Days::new(version.into()),
        utc_offset: None,
        reports: None,
    };
    let periods: Vec<_> = quarters()
        .into_iter()
        .take(count)
        .filter_map(|quarter| calendar.period(quarter))
        .collect();
    let mut facts = Vec::with_capacity(metrics * count);
    for metric in 0..metrics {
        let series = SeriesKey {
            company: id.clone(),
            metric: metric_path(metric),
            scenario: Scenario::Actual,
            scope: Scope::total(),
            unit: Unit::Money(kessan::Currency::JPY),
        };
        let mut thousands = i64::try_from(random.next() % 10_000_000).expect("small") + 100_000;
        let sign = if metric % 10 == 9 { -1 } else { 1 };
        for period in &periods {
            let drift = i64::try_from(random.next() % 100).expect("small") - 45;
            thousands += thousands * drift / 1000;
            let amount = Amount::new(
                (sign * (thousands + i64::from(version)) * 1000).into(),
                Precision::Decimals(-3),
                Rounding::Nearest,
            );
            facts.push(Reported {
                series: series.clone(),
                period: *period,
                figure: Figure::Amount(amount.expect("an amount")),
                published: document.published,
                cell: 0,
                rank: Rank::Table,
            });
        }
    }
    Package {
        companies: vec![Company {
            id,
            name: format!("Company {company}"),
            calendar,
            identities: vec![],
            splits: vec![],
        }],
        metrics: (0..metrics)
            .map(|metric| Metric {
                path: metric_path(metric),
                kind: MetricKind::Flow,
                dimension: Dimension::Money,
                positive: "amount".into(),
                negative: Some("minus".into()),
            })
            .collect(),
        evidence: Evidence::default(),
        filings: vec![Filing {
            document,
            cells: vec![Cell {
                address: "t1!R1C1".into(),
                place: "generated".into(),
                row: String::new(),
                column: String::new(),
                text: String::new(),
                scale: 3,
                unplaced: None,
            }],
            facts,
            checks: vec![],
        }],
    }
}
