//! kessan, by its public interface alone. Everything of the suite that knows it is in this file, but for real data.

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ::kessan::{
    Amount, AmountChange, Cell, ChangeKind, Company, Convention, Currency, Database, DatedAmount,
    DeltaKind, Dimension, Document, DocumentKind, Evidence, Figure, Filing, FiscalCalendar,
    FiscalPeriod, Fraction, Id, LoadItem, Metric, MetricKind, MetricPath, OnFailure, Package,
    PanelChanges, Point, Points, Precision, Rank, Reported, Rounding, Scenario, Scope, Series,
    SeriesKey, Slot, Unit, YearNaming,
};
use anyhow::{Context, Result, ensure};
use chrono::{Datelike, NaiveDate};

use super::Peer;
use crate::answer::{Answer, Growth, Question, Ratio, Tally, Word};
use crate::facts::{
    FIRST_YEAR, Key, Named, Release, Row, UNITS, World, company_name, document_name, metric_name,
};
use crate::machine::Stopwatch;

const FOLDER: &str = "facts.kessan";

/// What packages say alike, in types.
struct Words {
    companies: Vec<Id>,
    metrics: Vec<MetricPath>,
    units: [Unit; 3],
    calendar: FiscalCalendar,
}

impl Words {
    fn new(world: &World) -> Result<Self> {
        let companies = (0..world.companies).map(|company| company_name(company).parse());
        let metrics = (0..world.metrics).map(|metric| metric_name(metric).parse());
        let unit = |unit: usize| UNITS[unit].parse();
        Ok(Self {
            companies: companies.collect::<Result<_, _>>()?,
            metrics: metrics.collect::<Result<_, _>>()?,
            units: [unit(0)?, unit(1)?, unit(2)?],
            calendar: FiscalCalendar::month_end(3, YearNaming::Start)?,
        })
    }

    fn company(&self, company: u32) -> Company {
        Company {
            id: self.companies[company as usize].clone(),
            name: format!("Company {company}"),
            calendar: self.calendar.clone(),
            identities: vec![],
            splits: vec![],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let metric = |path: &MetricPath| Metric {
            path: path.clone(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: "amount".into(),
            negative: Some("minus".into()),
        };
        self.metrics.iter().map(metric).collect()
    }

    fn fact(&self, key: Key, row: &Row, published: NaiveDate) -> Result<Reported> {
        let period = self.calendar.period(fiscal(row.at));
        let amount = Amount::new(
            rust_decimal::Decimal::new(row.mantissa, row.scale.into()),
            Precision::Decimals(row.precision),
            Rounding::Nearest,
        )?;
        Ok(Reported {
            series: SeriesKey {
                company: self.companies[key.company as usize].clone(),
                metric: self.metrics[key.metric as usize].clone(),
                scenario: Scenario::Actual,
                scope: Scope::total(),
                unit: self.units[usize::from(row.unit)].clone(),
            },
            period: period.context("a quarter of the calendar")?,
            figure: Figure::Amount(amount),
            published,
            cell: 0,
            rank: Rank::Table,
        })
    }

    /// All facts of a company, a filing for each of its documents.
    fn item(&self, world: &World, company: u32) -> Result<LoadItem> {
        let each = world.documents_each();
        let filings =
            (0..each).map(|own| filing(company, company * each + own, world.published(own)));
        let mut filings = filings.collect::<Result<Vec<_>>>()?;
        for version in 0..world.versions {
            for metric in 0..world.metrics {
                let key = Key { company, metric };
                for row in world.series(key, version) {
                    let filing = &mut filings[(row.source - company * each) as usize];
                    let published = filing.document.published;
                    filing.facts.push(self.fact(key, &row, published)?);
                }
            }
        }
        Ok(LoadItem {
            source: company_name(company),
            bytes: 0,
            package: Package {
                companies: vec![self.company(company)],
                metrics: self.metrics(),
                filings,
                evidence: Evidence::default(),
            },
            refused: vec![],
            inferred: false,
            notes: vec![],
            fault: None,
            by_document: false,
        })
    }
}

/// A document without its facts.
fn filing(company: u32, document: u32, published: NaiveDate) -> Result<Filing> {
    Ok(Filing {
        document: Document {
            id: document_name(document).parse()?,
            title: "Generated".into(),
            issuer: company_name(company),
            kind: DocumentKind::Results,
            published,
            utc_offset: None,
            reports: None,
        },
        cells: vec![Cell {
            address: "t1!R1C1".into(),
            place: "generated".into(),
            row: String::new(),
            column: String::new(),
            text: String::new(),
            scale: 0,
            unplaced: None,
        }],
        facts: Vec::new(),
        checks: vec![],
    })
}

fn fiscal(quarter: u32) -> FiscalPeriod {
    let slot = match quarter % 4 {
        0 => Slot::Q1,
        1 => Slot::Q2,
        2 => Slot::Q3,
        _ => Slot::Q4,
    };
    let year = i32::try_from(quarter / 4).expect("a small number");
    FiscalPeriod::new(FIRST_YEAR + year, slot)
}

pub fn load(folder: &Path, world: &World) -> Result<Duration> {
    let db = Database::create(folder.join(FOLDER))?;
    let words = Words::new(world)?;
    let start = Instant::now();
    let items = (0..world.companies).map(|company| {
        let item = words.item(world, company);
        Ok(item.expect("generated facts are well-formed"))
    });
    let report = db.load(items, OnFailure::Stop, |_| ControlFlow::Continue(()))?;
    let elapsed = start.elapsed();
    ensure!(report.facts() == world.facts(), "not all facts were read");
    ensure!(report.failed.is_empty(), "{}", report.failed[0]);
    db.close();
    Ok(elapsed)
}

pub fn create(folder: &Path) -> Result<()> {
    Database::create(folder.join(FOLDER))?.close();
    Ok(())
}

pub fn open(folder: &Path, names: &Rc<Named>) -> Result<Vec<Box<dyn Peer>>> {
    let db = Rc::new(Database::open(folder.join(FOLDER))?);
    // As others are asked with numbers that the caller resolved once, companies of panels are known by their numbers.
    let mut companies = vec![None; names.companies.len()];
    for (company, name) in (0..).zip(&names.companies) {
        if let Ok(number) = db.company_number(name)
            && let Some(place) = companies.get_mut(number as usize)
        {
            *place = Some(company);
        }
    }
    Ok(vec![
        Box::new(ByName {
            db: Rc::clone(&db),
            names: Rc::clone(names),
            companies,
        }),
        Box::new(InHand {
            db,
            names: Rc::clone(names),
            held: Vec::new(),
        }),
    ])
}

/// Every question begins with the names of company and metric.
struct ByName {
    db: Rc<Database>,
    names: Rc<Named>,
    /// The numbers that the suite gives companies, by those that the database gives them.
    companies: Vec<Option<u32>>,
}

impl ByName {
    fn series(&self, key: Key) -> Result<::kessan::SeriesQuery> {
        let (company, metric) = self.names.of(key);
        Ok(self.db.series(company, metric)?)
    }

    fn company(&self, number: u32) -> Result<u32> {
        let company = self.companies.get(number as usize).copied().flatten();
        company.context("a company of the suite")
    }

    /// The companies that grew most.
    fn top(&self, changes: &PanelChanges, count: usize, answer: &mut Answer) -> Result<()> {
        let mut best: Vec<(Ratio, u32, &AmountChange)> = Vec::with_capacity(changes.len());
        for row in changes {
            if let ChangeKind::Relative { ratio, .. } = row.change.kind() {
                best.push((self::ratio(ratio), self.company(row.company)?, &row.change));
            }
        }
        let order = |a: &(Ratio, u32, _), b: &(Ratio, u32, _)| b.0.order(&a.0).then(a.1.cmp(&b.1));
        if best.len() > count {
            best.select_nth_unstable_by(count, order);
            best.truncate(count);
        }
        best.sort_unstable_by(order);
        for (_, company, change) in best {
            answer.growths.extend(growth(company, change));
        }
        Ok(())
    }
}

impl Peer for ByName {
    fn name(&self) -> &'static str {
        "kessan"
    }

    fn can(&self, _: &Question) -> bool {
        true
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        match *question {
            Question::Point { key, quarter } | Question::Named { key, quarter } => {
                let point = self.series(key)?.at(fiscal(quarter))?;
                answer.rows.extend(point.as_ref().and_then(of_point));
            }
            Question::Range { key, first, last } => {
                let quarters = self.series(key)?.amounts(fiscal(first)..=fiscal(last))?;
                rows(&quarters.key().unit, &quarters, answer);
            }
            Question::AsOf {
                key,
                first,
                last,
                day,
            } => {
                let day = NaiveDate::from_num_days_from_ce_opt(day).context("a day")?;
                let query = self.series(key)?.as_of(day);
                let quarters = query.amounts(fiscal(first)..=fiscal(last))?;
                rows(&quarters.key().unit, &quarters, answer);
            }
            Question::Growth { key } => growths(&self.series(key)?.all()?, answer),
            Question::Panel { metric, quarter } => {
                let metric = &self.names.metrics[metric as usize];
                let panel = self.db.panel(metric.as_str())?.amounts(fiscal(quarter))?;
                let units: Vec<Option<u8>> = panel.units().iter().map(unit_number).collect();
                answer.rows.reserve(panel.len());
                for line in &panel {
                    let unit = units[line.unit].context("a unit of the suite")?;
                    let at = self.company(line.company)?;
                    answer.rows.extend(row(&line.fact, at, unit));
                }
            }
            Question::Top {
                metric,
                quarter,
                count,
            } => {
                let query = self
                    .db
                    .panel(self.names.metrics[metric as usize].as_str())?;
                let changes = query.changes(fiscal(quarter), DeltaKind::YearOnYear)?;
                self.top(&changes, count, answer)?;
            }
        }
        Ok(())
    }

    fn growth_of_all(&mut self, thorough: bool) -> Result<Option<(Duration, Tally)>> {
        let mut tally = Tally::default();
        let mut answer = Answer::default();
        let start = Stopwatch::start();
        self.db.each_series(|series| {
            answer.clear();
            changes(series.changes(DeltaKind::YearOnYear), &mut answer);
            tally.add(&answer, thorough);
        })?;
        Ok(Some((start.elapsed(), tally)))
    }

    fn release(&mut self, release: &Release) -> Result<Option<Duration>> {
        let words = Words::new(&self.names.world)?;
        let Release {
            company, document, ..
        } = *release;
        let mut filing = filing(company, document, release.published)?;
        for (metric, row) in (0..).zip(&release.rows) {
            let key = Key { company, metric };
            filing.facts.push(words.fact(key, row, release.published)?);
        }
        let package = Package {
            companies: if release.new_company {
                vec![words.company(company)]
            } else {
                vec![]
            },
            metrics: if release.new_metrics {
                words.metrics()
            } else {
                vec![]
            },
            filings: vec![filing],
            evidence: Evidence::default(),
        };
        let start = Instant::now();
        self.db.ingest(package)?;
        Ok(Some(start.elapsed()))
    }
}

/// Series that the caller looked up once and holds.
struct InHand {
    db: Rc<Database>,
    names: Rc<Named>,
    /// By company and metric.
    held: Vec<Option<Series>>,
}

impl InHand {
    fn place(&self, key: Key) -> usize {
        key.company as usize * self.names.metrics.len() + key.metric as usize
    }

    fn held(&self, key: Key) -> Result<&Series> {
        let series = self.held.get(self.place(key)).and_then(Option::as_ref);
        series.context("a series that was not prepared")
    }
}

impl Peer for InHand {
    fn name(&self) -> &'static str {
        "kessan handle"
    }

    fn can(&self, question: &Question) -> bool {
        matches!(
            question,
            Question::Point { .. } | Question::Range { .. } | Question::Growth { .. }
        )
    }

    fn prepare(&mut self, questions: &[Question]) -> Result<()> {
        self.held.clear();
        self.held
            .resize(self.names.companies.len() * self.names.metrics.len(), None);
        for question in questions {
            let (Question::Point { key, .. }
            | Question::Range { key, .. }
            | Question::Growth { key }) = *question
            else {
                continue;
            };
            let place = self.place(key);
            if self.held[place].is_none() {
                let (company, metric) = self.names.of(key);
                let query = self.db.series(company, metric)?;
                self.held[place] = Some(query.load()?);
            }
        }
        Ok(())
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        match *question {
            Question::Point { key, quarter } => {
                let point = self.held(key)?.at(fiscal(quarter))?;
                answer.rows.extend(point.as_ref().and_then(of_point));
            }
            Question::Range { key, first, last } => {
                let series = self.held(key)?;
                let points = series.quarters(fiscal(first)..=fiscal(last))?;
                rows(&series.key().unit, points.amounts().iter(), answer);
            }
            Question::Growth { key } => growths(&self.held(key)?.all(), answer),
            _ => anyhow::bail!("not a question for a series in hand"),
        }
        Ok(())
    }
}

/// The place of a quarter among those of the suite.
fn quarter(fiscal: FiscalPeriod) -> Option<u32> {
    let slot = match fiscal.slot {
        Slot::Q1 => 0,
        Slot::Q2 => 1,
        Slot::Q3 => 2,
        Slot::Q4 => 3,
        _ => return None,
    };
    Some(u32::try_from(fiscal.year - FIRST_YEAR).ok()? * 4 + slot)
}

/// A fact as the suite's own row.
fn row(fact: &DatedAmount, at: u32, unit: u8) -> Option<Row> {
    let value = fact.amount.value();
    let Precision::Decimals(precision) = fact.amount.precision() else {
        return None;
    };
    Some(Row {
        mantissa: i64::try_from(value.mantissa()).ok()?,
        at,
        source: fact.source.document,
        published: fact.published.num_days_from_ce(),
        scale: u8::try_from(value.scale()).ok()?,
        precision,
        unit,
    })
}

fn of_point(point: &Point) -> Option<Row> {
    let fact = point.dated_amount()?;
    row(&fact, quarter(fact.fiscal?)?, unit_number(point.unit())?)
}

fn rows<'a>(unit: &Unit, facts: impl IntoIterator<Item = &'a DatedAmount>, answer: &mut Answer) {
    if let Some(unit) = unit_number(unit) {
        let facts = facts.into_iter();
        let rows = facts.filter_map(|fact| row(fact, quarter(fact.fiscal?)?, unit));
        answer.rows.extend(rows);
    }
}

fn unit_number(unit: &Unit) -> Option<u8> {
    match unit {
        Unit::Money(Currency::JPY) => Some(0),
        Unit::Money(Currency::USD) => Some(1),
        Unit::Money(_) => Some(2),
        _ => None,
    }
}

fn growths(points: &Points, answer: &mut Answer) {
    let facts = points.amount_changes(DeltaKind::YearOnYear);
    changes(facts.iter(), answer);
}

fn changes(changes: impl Iterator<Item = impl Borrow<AmountChange>>, answer: &mut Answer) {
    answer.growths.extend(changes.filter_map(|change| {
        let change = change.borrow();
        growth(quarter(change.current.fiscal?)?, change)
    }));
}

fn growth(at: u32, change: &AmountChange) -> Option<Growth> {
    let word = match change.kind() {
        ChangeKind::Relative { ratio, convention } => {
            let interval = change.quantity()?.interval()?;
            return Some(Growth {
                at,
                word: match convention {
                    Convention::OverBase => Word::OverBase,
                    Convention::OverAbsoluteBase => Word::OverAbsoluteBase,
                },
                ratio: self::ratio(ratio),
                low: self::ratio(interval.low().value()?.0),
                high: self::ratio(interval.high().value()?.0),
            });
        }
        ChangeKind::NoComparator => Word::NoComparator,
        ChangeKind::TurnedPositive => Word::TurnedPositive,
        ChangeKind::TurnedNegative => Word::TurnedNegative,
        ChangeKind::FromZero => Word::FromZero,
        ChangeKind::ToZero => Word::ToZero,
        ChangeKind::Unchanged => Word::Unchanged,
        ChangeKind::BaseNotDistinctFromZero => Word::BaseNotDistinctFromZero,
        _ => return None,
    };
    Some(Growth::word(at, word))
}

fn ratio(fraction: Fraction) -> Ratio {
    let (numerator, denominator) = fraction.terms();
    Ratio {
        numerator,
        denominator,
    }
}
