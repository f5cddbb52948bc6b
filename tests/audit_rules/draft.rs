//! An invented document, cell by cell.

use kessan::{
    Amount, Audit, Cell, Check, Claim, Company, Database, Dimension, Document, DocumentKind,
    Evidence, Figure, Filing, Finding, FiscalCalendar, Identity, Metric, MetricKind, Operand,
    Package, Precision, Rank, Relation, Reported, Rounding, Scenario, Scope, SeriesKey, YearNaming,
    parse_date,
};
use rust_decimal::Decimal;

pub(super) const THIS: &str = "2021-04-01..2021-06-30";
pub(super) const BEFORE: &str = "2021-01-01..2021-03-31";
pub(super) const HALF: &str = "2021-01-01..2021-06-30";
pub(super) const YEAR_AGO: &str = "2020-04-01..2020-06-30";
/// The instants at which that quarter ends, and the one before.
pub(super) const CLOSING: &str = "2021-06-30";
pub(super) const OPENING: &str = "2021-03-31";

/// A document to be audited, cell by cell.
pub(super) struct Draft {
    pub(super) id: &'static str,
    pub(super) published: &'static str,
    pub(super) rounding: Rounding,
    pub(super) cells: Vec<Cell>,
    pub(super) facts: Vec<Reported>,
    pub(super) checks: Vec<Check>,
    pub(super) identities: Vec<Identity>,
}

pub(super) fn draft() -> Draft {
    Draft {
        id: "d",
        published: "2021-08-10",
        rounding: Rounding::Nearest,
        cells: Vec::new(),
        facts: Vec::new(),
        checks: Vec::new(),
        identities: Vec::new(),
    }
}

pub(super) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

impl Draft {
    pub(super) fn amount(&self, value: &str) -> Figure {
        let value = decimal(value);
        let decimals = i8::try_from(value.scale()).unwrap();
        let precision = Precision::Decimals(decimals);
        Amount::new(value, precision, self.rounding).unwrap().into()
    }

    pub(super) fn cell(&mut self, place: &str, row: &str, column: &str, text: &str) -> u32 {
        let number = u32::try_from(self.cells.len()).unwrap();
        self.cells.push(Cell {
            address: format!("c{number}"),
            place: place.into(),
            row: row.into(),
            column: column.into(),
            text: text.into(),
            scale: 0,
            unplaced: None,
        });
        number
    }

    /// A fact in a table of thousands (3) or millions (6).
    pub(super) fn scaled(
        mut self,
        place: &str,
        metric: &str,
        period: &str,
        value: &str,
        scale: u8,
    ) -> Self {
        let cell = self.cell(place, metric, period, value);
        let zeros = "0".repeat(scale.into());
        let precision = Precision::Decimals(-i8::try_from(scale).unwrap());
        let value = decimal(&format!("{value}{zeros}"));
        let amount = Amount::new(value, precision, self.rounding).unwrap();
        self.report(cell, metric, period, amount.into());
        self
    }

    /// A fact in a table.
    pub(super) fn fact(mut self, place: &str, metric: &str, period: &str, value: &str) -> Self {
        let cell = self.cell(place, metric, period, value);
        let figure = self.amount(value);
        self.report(cell, metric, period, figure);
        self
    }

    pub(super) fn report(&mut self, cell: u32, metric: &str, period: &str, figure: Figure) {
        let unit = match metric.split('.').next() {
            Some("per_share") => "JPY/share",
            Some("margin") => "%",
            Some("turnover") => "pure",
            _ => "JPY",
        };
        self.facts.push(Reported {
            series: SeriesKey {
                company: "c".parse().unwrap(),
                metric: metric.parse().unwrap(),
                scenario: Scenario::Actual,
                scope: Scope::total(),
                unit: unit.parse().unwrap(),
            },
            period: period.parse().unwrap(),
            figure,
            published: parse_date(self.published).unwrap(),
            cell,
            rank: Rank::Table,
        });
    }

    /// A fact in a cell of any place, row and column.
    pub(super) fn at(
        mut self,
        [place, row, column]: [&str; 3],
        metric: &str,
        period: &str,
        value: &str,
    ) -> Self {
        let cell = self.cell(place, row, column, value);
        let figure = self.amount(value);
        self.report(cell, metric, period, figure);
        self
    }

    /// A fact of any figure in a table.
    pub(super) fn figure(mut self, metric: &str, period: &str, figure: Figure) -> Self {
        let cell = self.cell("t", metric, period, &figure.to_string());
        self.report(cell, metric, period, figure);
        self
    }

    /// The last fact in US dollars.
    pub(super) fn in_dollars(mut self) -> Self {
        self.facts.last_mut().unwrap().series.unit = "USD".parse().unwrap();
        self
    }

    /// A claim in a table, or, without a row, in running text.
    pub(super) fn claim(mut self, place: &str, row: &str, claim: Claim, value: &str) -> Self {
        let column = if row.is_empty() { "" } else { "claim" };
        let cell = self.cell(place, row, column, value.trim_start_matches('-'));
        let figure = self.amount(value);
        self.checks.push(Check {
            cell,
            claim,
            figure,
        });
        self
    }

    pub(super) fn identity(mut self, metric: &str, equals: &str) -> Self {
        self.identities.push(Identity {
            metric: metric.parse().unwrap(),
            scope: Scope::total(),
            equals: equals.parse().unwrap(),
        });
        self
    }

    pub(super) fn package(self) -> Package {
        let metric = |path: &str, kind, dimension| Metric {
            path: path.parse().unwrap(),
            kind,
            dimension,
            positive: "more".into(),
            negative: path.starts_with("income").then(|| "loss".into()),
        };
        Package {
            companies: vec![Company {
                id: "c".parse().unwrap(),
                name: "C".into(),
                calendar: FiscalCalendar::month_end(12, YearNaming::End).unwrap(),
                identities: self.identities,
                splits: vec![],
            }],
            metrics: vec![
                metric("sales", MetricKind::Flow, Dimension::Money),
                metric("income.a", MetricKind::Flow, Dimension::Money),
                metric("income.b", MetricKind::Flow, Dimension::Money),
                metric("income", MetricKind::Flow, Dimension::Money),
                metric("cash", MetricKind::Stock, Dimension::Money),
                metric("margin", MetricKind::Ratio, Dimension::Percent),
                metric("turnover", MetricKind::Ratio, Dimension::Pure),
                metric("per_share", MetricKind::PerShare, Dimension::MoneyPer),
                metric("per_share.a", MetricKind::PerShare, Dimension::MoneyPer),
                metric("per_share.b", MetricKind::PerShare, Dimension::MoneyPer),
            ],
            evidence: Evidence::default(),
            filings: vec![Filing {
                document: Document {
                    id: self.id.parse().unwrap(),
                    title: "T".into(),
                    issuer: "C".into(),
                    kind: DocumentKind::Results,
                    published: parse_date(self.published).unwrap(),
                    utc_offset: None,
                    reports: None,
                },
                cells: self.cells,
                facts: self.facts,
                checks: self.checks,
            }],
        }
    }

    pub(super) fn audit(self) -> Audit {
        let id = self.id;
        let db = Database::temporary().unwrap();
        db.ingest(self.package()).unwrap();
        db.audit(id).unwrap()
    }
}

pub(super) fn operand(metric: &str, period: &str) -> Operand {
    Operand {
        company: "c".parse().unwrap(),
        metric: metric.parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: period.parse().unwrap(),
    }
}

pub(super) fn growth(metric: &str, of: &str, over: &str) -> Claim {
    Claim::Growth {
        of: operand(metric, of),
        over: operand(metric, over),
    }
}

pub(super) fn difference(metric: &str, of: &str, over: &str) -> Claim {
    Claim::Difference {
        of: operand(metric, of),
        over: operand(metric, over),
    }
}

/// A number of which the source does not say how exactly it is known.
pub(super) fn unknown(value: &str) -> Figure {
    Amount::of_unknown_precision(decimal(value)).into()
}

/// The one claim of an audit.
pub(super) fn only_claim(audit: &Audit) -> &Finding {
    let mut claims = audit
        .relations()
        .iter()
        .filter(|finding| matches!(finding.relation, Relation::Claim(_)));
    let claim = claims.next().unwrap();
    assert!(claims.next().is_none());
    claim
}

pub(super) fn total(parts: [&str; 2], whole: &str) -> Draft {
    draft()
        .identity("income", "income.a + income.b")
        .fact("t", "income", THIS, whole)
        .fact("t", "income.a", THIS, parts[0])
        .fact("t", "income.b", THIS, parts[1])
}

pub(super) fn share(metric: &str, whole: &str) -> Claim {
    Claim::Share {
        part: operand(metric, THIS),
        whole: operand(whole, THIS),
    }
}
