//! Makes databases out of short texts.

use chrono::{NaiveDate, Weekday};
use rust_decimal::Decimal;

use crate::Database;
use crate::model::*;
use crate::store::{Package, PackageDocument};

/// A package in the making. Facts belong to the document named last.
pub(super) struct Book(Package);

impl Book {
    pub(super) fn new() -> Self {
        Self(Package {
            companies: Vec::new(),
            metrics: Vec::new(),
            documents: Vec::new(),
            inferred: false,
            by_document: false,
            evidence: Evidence::default(),
            recorded: None,
        })
    }

    /// A company with IIJ's calendar, and revenue to report.
    pub(super) fn iij() -> Self {
        Self::new()
            .company("iij", march())
            .metric("revenue", MetricKind::Flow, Dimension::Money)
            .document("first", "2003-08-13")
    }

    pub(super) fn company(mut self, id: &str, calendar: FiscalCalendar) -> Self {
        self.0.companies.push(Company {
            id: id.parse().unwrap(),
            name: id.to_uppercase(),
            calendar,
            identities: Vec::new(),
            splits: Vec::new(),
        });
        self
    }

    pub(super) fn split(mut self, company: &str, split: Split) -> Self {
        let companies = &mut self.0.companies;
        let company = companies.iter_mut().find(|c| c.id.as_str() == company);
        company.unwrap().splits.push(split);
        self
    }

    pub(super) fn metric(mut self, path: &str, kind: MetricKind, dimension: Dimension) -> Self {
        self.0.metrics.push(Metric {
            path: path.parse().unwrap(),
            kind,
            dimension,
            positive: "more".into(),
            negative: None,
        });
        self
    }

    pub(super) fn document(mut self, id: &str, published: &str) -> Self {
        self.0.documents.push(PackageDocument {
            document: Document {
                id: id.parse().unwrap(),
                title: id.to_uppercase(),
                issuer: "somebody".into(),
                kind: DocumentKind::Results,
                published: day(published),
                utc_offset: None,
                reports: None,
            },
            digest: digest(id),
            cells: Vec::new(),
            facts: Vec::new(),
            checks: Vec::new(),
        });
        self
    }

    /// Says of what kind the last document is.
    pub(super) fn kind(mut self, kind: DocumentKind) -> Self {
        self.0.documents.last_mut().unwrap().document.kind = kind;
        self
    }

    /// Says on which period the last document reports.
    pub(super) fn reports(mut self, label: &str) -> Self {
        self.0.documents.last_mut().unwrap().document.reports = Some(label.into());
        self
    }

    /// A fact of the last document. The series is written `company metric unit scenario scope`, the last two
    /// may be left out.
    pub(super) fn figure(mut self, series: &str, period: &str, figure: Figure) -> Self {
        let published = self.0.documents.last().unwrap().document.published;
        self.push(series, period, figure, published, Rank::Table);
        self
    }

    /// Amounts, each rounded to so many decimals.
    pub(super) fn facts(mut self, series: &str, decimals: i8, facts: &[(&str, i64)]) -> Self {
        for (period, value) in facts {
            self = self.figure(series, period, rounded(*value, decimals));
        }
        self
    }

    /// An amount that the last document says was published on another day, or ranks otherwise.
    pub(super) fn dated(
        mut self,
        series: &str,
        period: &str,
        figure: Figure,
        published: &str,
        rank: Rank,
    ) -> Self {
        self.push(series, period, figure, day(published), rank);
        self
    }

    fn push(
        &mut self,
        series: &str,
        period: &str,
        figure: Figure,
        published: NaiveDate,
        rank: Rank,
    ) {
        let document = self.0.documents.last_mut().unwrap();
        let cell = u32::try_from(document.cells.len()).unwrap();
        document.cells.push(Cell {
            address: format!("t1!R{}C1", cell + 1),
            place: "Table 1".into(),
            row: series.into(),
            column: period.into(),
            text: figure.to_string(),
            scale: 0,
            unplaced: None,
        });
        document.facts.push(Reported {
            series: key(series),
            period: period.parse().unwrap(),
            figure,
            published,
            cell,
            rank,
        });
    }

    pub(super) fn add_to(self, db: &Database) {
        db.store().commit(&self.0).unwrap();
    }

    pub(super) fn database(self) -> Database {
        let db = Database::temporary().unwrap();
        self.add_to(&db);
        db
    }
}

pub(super) fn key(series: &str) -> SeriesKey {
    let mut words = series.split(' ');
    let mut next = || words.next();
    SeriesKey {
        company: next().unwrap().parse().unwrap(),
        metric: next().unwrap().parse().unwrap(),
        unit: next().unwrap().parse().unwrap(),
        scenario: next().map_or(Scenario::Actual, |text| text.parse().unwrap()),
        scope: next().map_or_else(Scope::total, |text| text.parse().unwrap()),
    }
}

fn digest(id: &str) -> [u8; 32] {
    let mut digest = [0; 32];
    for (byte, letter) in digest.iter_mut().zip(id.bytes()) {
        *byte = letter;
    }
    digest
}

pub(super) fn rounded(value: i64, decimals: i8) -> Figure {
    Amount::new(
        Decimal::from(value),
        Precision::Decimals(decimals),
        Rounding::Nearest,
    )
    .unwrap()
    .into()
}

pub(super) fn decimal(text: &str, decimals: i8) -> Figure {
    Amount::new(
        text.parse().unwrap(),
        Precision::Decimals(decimals),
        Rounding::Nearest,
    )
    .unwrap()
    .into()
}

pub(super) fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

/// IIJ: years end in March and are named by their start.
pub(super) fn march() -> FiscalCalendar {
    FiscalCalendar::month_end(3, YearNaming::Start).unwrap()
}

pub(super) fn weekly(
    month: u32,
    weekday: Weekday,
    pick: WeekdayPick,
    weeks: [u8; 4],
    long_quarter: u8,
) -> FiscalCalendar {
    FiscalCalendar::new(vec![CalendarRule {
        from: None,
        year_end: YearEnd::Weekly {
            month,
            weekday,
            pick,
            weeks,
            long_quarter,
        },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    }])
    .unwrap()
}

/// NVIDIA: the last Sunday of January, named by the end.
pub(super) fn january() -> FiscalCalendar {
    weekly(1, Weekday::Sun, WeekdayPick::Last, [13; 4], 4)
}

/// March until 2014, December from 2015-01-01.
pub(super) fn changed(named_by: YearNaming) -> FiscalCalendar {
    let rule = |from, month| CalendarRule {
        from,
        year_end: YearEnd::MonthEnd { month },
        named_by,
        labels: LabelStyle::QuarterShortYear,
    };
    FiscalCalendar::new(vec![rule(None, 3), rule(Some(day("2015-01-01")), 12)]).unwrap()
}
