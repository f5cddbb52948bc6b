//! kessan on real filings, by its public interface alone.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use chrono::{Datelike, NaiveDate};
use kessan::{
    ChangeKind, CompanyFacts, DataSet, Database, FiscalPeriod, LoadItem, MetricKind, MetricPath,
    OnFailure, Period, PeriodKind, Point, Points, Precision, Scenario, SeriesKey, Slot, Unit,
};

use super::{About, Answer, Change, Dates, Exported, Fact, Quarter};

pub struct Ours {
    db: Database,
    facts_read: u64,
    /// By number.
    series: Vec<SeriesKey>,
    metrics: Vec<MetricPath>,
    companies: HashMap<String, u32>,
    kinds: HashMap<MetricPath, MetricKind>,
}

impl Ours {
    pub fn load(folder: &Path, files: &[PathBuf], sets: &[PathBuf]) -> Result<Self> {
        let db = Database::create(folder)?;
        let on = |_: &kessan::LoadProgress| ControlFlow::Continue(());
        let items = files
            .iter()
            .map(|file| Ok(LoadItem::from(CompanyFacts::read(file)?)));
        let report = db.load(items, OnFailure::Stop, on)?;
        ensure!(report.failed.is_empty(), "{}", report.failed[0]);
        let mut facts_read = report.facts();
        for set in sets {
            let items = DataSet::open(set)?.map(|filing| Ok(LoadItem::from(filing?)));
            let report = db.load(items, OnFailure::Stop, on)?;
            ensure!(report.failed.is_empty(), "{}", report.failed[0]);
            facts_read += report.facts();
        }
        let mut ours = Self {
            facts_read,
            series: Vec::new(),
            metrics: Vec::new(),
            companies: HashMap::new(),
            kinds: HashMap::new(),
            db,
        };
        for metric in ours.db.metrics() {
            ours.kinds.insert(metric.path.clone(), metric.kind);
            ours.metrics.push(metric.path);
        }
        for (number, company) in (0..).zip(ours.db.companies()) {
            ours.series.extend(ours.db.series_list(&company.id)?);
            ours.companies.insert(company.id.to_string(), number);
        }
        Ok(ours)
    }

    pub fn facts_read(&self) -> u64 {
        self.facts_read
    }

    pub fn is_flow_of_money(&self, series: u32) -> bool {
        let key = &self.series[series as usize];
        matches!(key.unit, Unit::Money(_)) && self.kinds.get(&key.metric) == Some(&MetricKind::Flow)
    }

    /// All plain amounts.
    pub fn export(&self) -> Result<(Vec<About>, Vec<Exported>)> {
        let metrics: HashMap<&MetricPath, u32> = self.metrics.iter().zip(0..).collect();
        let mut abouts = Vec::new();
        let mut facts = Vec::new();
        for (number, key) in (0..).zip(&self.series) {
            abouts.push(About {
                company: self.companies[key.company.as_str()],
                metric: metrics[&key.metric],
                total: key.scenario == Scenario::Actual && key.scope.is_total(),
            });
            let all = self.db.series_of(key)?.load()?.all();
            facts.extend(all.points().filter_map(|point| {
                Some(Exported {
                    series: number,
                    quarter: quarter(point),
                    fact: fact(point)?,
                })
            }));
        }
        Ok((abouts, facts))
    }

    fn query(&self, series: u32) -> Result<kessan::SeriesQuery> {
        Ok(self.db.series_of(&self.series[series as usize])?)
    }

    pub fn point(&self, series: u32, dates: Dates, answer: &mut Answer) -> Result<()> {
        let point = self.query(series)?.at(period(dates)?)?;
        answer.facts.extend(point.as_ref().and_then(fact));
        Ok(())
    }

    pub fn series(&self, series: u32, answer: &mut Answer) -> Result<()> {
        let points = self.query(series)?.all()?;
        answer.facts.extend(points.points().filter_map(fact));
        Ok(())
    }

    fn points(&self, (series, first, last): (u32, Quarter, Quarter)) -> Result<Points> {
        Ok(self.query(series)?.quarters(fiscal(first)..=fiscal(last))?)
    }

    pub fn quarters(&self, range: (u32, Quarter, Quarter), answer: &mut Answer) -> Result<()> {
        let points = self.points(range)?;
        answer.facts.extend(points.points().filter_map(fact));
        Ok(())
    }

    pub fn growth(&self, range: (u32, Quarter, Quarter), answer: &mut Answer) -> Result<()> {
        for delta in self.points(range)?.yoy() {
            let base = delta.base.as_ref().and_then(fact);
            answer.changes.push(Change {
                quarter: quarter(&delta.current).context("a quarter")?,
                ratio: match delta.change.kind {
                    ChangeKind::Relative { ratio, .. } => {
                        Some((ratio.numerator(), ratio.denominator()))
                    }
                    _ => None,
                },
                base: base.map(|base| (base.mantissa, base.scale)),
            });
        }
        Ok(())
    }

    pub fn panel(&self, metric: u32, dates: Dates, answer: &mut Answer) -> Result<()> {
        let metric = self.metrics[metric as usize].as_str();
        let panel = self.db.panel(metric)?.at(period(dates)?)?;
        for row in &panel {
            if let Some(fact) = row.point.as_ref().and_then(fact) {
                answer.facts.push(Fact {
                    company: self.companies[row.company.as_str()],
                    ..fact
                });
            }
        }
        Ok(())
    }
}

fn fact(point: &Point) -> Option<Fact> {
    let amount = point.amount()?;
    let value = amount.value().normalize();
    let period = point.period();
    let kind = period.kind();
    Some(Fact {
        company: 0,
        dates: Dates {
            end: period.end().num_days_from_ce(),
            kind: match kind {
                PeriodKind::Duration => 0,
                PeriodKind::Instant => 1,
                PeriodKind::Nominal => 2,
            },
            begin: match kind {
                PeriodKind::Duration => period.start()?.num_days_from_ce(),
                PeriodKind::Instant => 0,
                PeriodKind::Nominal => period.nominal_quarters()?.into(),
            },
        },
        mantissa: i64::try_from(value.mantissa()).ok()?,
        scale: u8::try_from(value.scale()).ok()?,
        precision: match amount.precision() {
            Precision::Decimals(decimals) => decimals.into(),
            Precision::Exact => 100,
            Precision::Unknown => 101,
        },
        published: point.published().num_days_from_ce(),
        document: point.source().document,
        cell: point.source().cell,
    })
}

fn period(dates: Dates) -> Result<Period> {
    let day = |day| NaiveDate::from_num_days_from_ce_opt(day).context("a day");
    let end = day(dates.end)?;
    Ok(match dates.kind {
        0 => Period::duration(day(dates.begin)?, end)?,
        1 => Period::instant(end)?,
        _ => Period::nominal(end, u16::try_from(dates.begin)?)?,
    })
}

/// The fiscal quarter of a duration.
fn quarter(point: &Point) -> Option<Quarter> {
    let fiscal = point.fiscal()?;
    let quarter = match fiscal.slot {
        Slot::Q1 => 1,
        Slot::Q2 => 2,
        Slot::Q3 => 3,
        Slot::Q4 => 4,
        _ => return None,
    };
    Some((fiscal.year, quarter))
}

fn fiscal((year, quarter): Quarter) -> FiscalPeriod {
    let slot = match quarter {
        1 => Slot::Q1,
        2 => Slot::Q2,
        3 => Slot::Q3,
        _ => Slot::Q4,
    };
    FiscalPeriod::new(year, slot)
}
