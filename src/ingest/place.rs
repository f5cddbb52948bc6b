//! Where a figure stands: its metric, period, scenario and scope.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::{
    Claim, Company, Currency, FactKey, Figure, Metric, MetricKind, MetricPath, Operand, Period,
    Scenario, Scope, SeriesKey, Unit, parse_exact,
};

use super::company::Metrics;
use super::error::IngestReason;
use super::fit::{check_claim, check_fact};
use super::manifest::At;

/// Who and what a release is about.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) company: Company,
    pub(super) metrics: Metrics,
    pub(super) published: NaiveDate,
}

/// A metric at a period, under a scenario and scope.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) metric: MetricPath,
    pub(super) period: Period,
    pub(super) scenario: Scenario,
    pub(super) scope: Scope,
}

impl Subject {
    pub(super) fn metric(&self, path: &MetricPath) -> Result<&Metric, IngestReason> {
        self.metrics
            .get(path)
            .ok_or_else(|| IngestReason::UnknownMetric { path: path.clone() })
    }

    /// A period as a manifest writes it, made what the metric needs: a stock stands at the end of a
    /// duration; a flow has no instant.
    pub(super) fn period(
        &self,
        text: &str,
        metric: &Metric,
        at: Option<At>,
    ) -> Result<Period, IngestReason> {
        let written = self.dates(text)?;
        let period = match at {
            Some(At::End) => written.closing(),
            Some(At::Start) => written.opening().ok_or(IngestReason::PeriodKind {
                path: metric.path.clone(),
                kind: metric.kind,
                period: written,
            })?,
            None if metric.kind == MetricKind::Stock => written.closing(),
            None => written,
        };
        if metric.kind.admits(&period) {
            Ok(period)
        } else {
            Err(IngestReason::PeriodKind {
                path: metric.path.clone(),
                kind: metric.kind,
                period,
            })
        }
    }

    /// A label of the company's calendar, or dates.
    pub(super) fn dates(&self, text: &str) -> Result<Period, IngestReason> {
        let calendar = &self.company.calendar;
        match calendar.parse(text) {
            Ok(fiscal) => calendar
                .period(fiscal)
                .ok_or_else(|| crate::model::ModelError::Label { text: text.into() }.into()),
            // `2003-06-30` is never a label, so that its own error says what is wrong with the dates.
            Err(_) if text.contains('-') => Ok(text.parse()?),
            Err(not_a_label) => Err(not_a_label.into()),
        }
    }

    /// Whether the printed sign is to be turned, from the words of the label.
    pub(super) fn turned(positive: Option<&str>, metric: &Metric) -> Result<bool, IngestReason> {
        match positive {
            None => Ok(false),
            Some(word) if word == metric.positive => Ok(false),
            Some(word) if Some(word) == metric.negative.as_deref() => Ok(true),
            Some(word) => Err(IngestReason::Orientation {
                path: metric.path.clone(),
                found: word.into(),
                positive: metric.positive.clone(),
                negative: metric.negative.clone().unwrap_or_default(),
            }),
        }
    }

    /// Whether a figure can be what it says.
    pub(super) fn check(
        spot: &Spot,
        figure: &Figure,
        metric: &Metric,
        published: NaiveDate,
    ) -> Result<(), IngestReason> {
        check_fact(metric, spot.scenario, spot.period, figure, published)
    }

    /// Whether a claim can be made.
    pub(super) fn claim(&self, claim: Claim) -> Result<Claim, IngestReason> {
        check_claim(&claim, self.published, |path| self.metrics.get(path))?;
        Ok(claim)
    }

    pub(super) fn operand(&self, spot: Spot) -> Operand {
        Operand {
            company: self.company.id.clone(),
            metric: spot.metric,
            scenario: spot.scenario,
            scope: spot.scope,
            period: spot.period,
        }
    }

    /// The two sides of a growth rate or difference.
    pub(super) fn compared(
        &self,
        of: Spot,
        over: Spot,
    ) -> Result<(Operand, Operand), IngestReason> {
        let (of, over) = (self.operand(of), self.operand(over));
        if of == over {
            return Err(IngestReason::ComparedWithItself {
                operand: of.to_string(),
            });
        }
        Ok((of, over))
    }

    pub(super) fn fact(&self, spot: Spot, unit: Unit) -> FactKey {
        FactKey {
            series: SeriesKey {
                company: self.company.id.clone(),
                metric: spot.metric,
                scenario: spot.scenario,
                scope: spot.scope,
                unit,
            },
            period: spot.period,
        }
    }

    /// When a figure was published: the document's date, or an earlier one for which it gives evidence.
    pub(super) fn publication(
        &self,
        earlier: Option<NaiveDate>,
        evidence: Option<&str>,
    ) -> Result<NaiveDate, IngestReason> {
        match (earlier, evidence) {
            (None, None) => Ok(self.published),
            (Some(date), Some(evidence)) if date < self.published && !evidence.is_empty() => {
                Ok(date)
            }
            _ => Err(IngestReason::Publication),
        }
    }
}

/// The unit of a translated figure: that of the original, in the other currency.
pub(super) fn translated(original: Option<&Unit>, into: Currency) -> Result<Unit, IngestReason> {
    match original {
        Some(unit) if unit.currency() == Some(into) => Err(IngestReason::SameCurrency {
            unit: unit.clone(),
            currency: into,
        }),
        Some(Unit::MoneyPer(_, per)) => Ok(Unit::MoneyPer(into, per.clone())),
        _ => Ok(Unit::Money(into)),
    }
}

/// The rate of a translation, as written.
pub(super) fn rate(text: &str) -> Result<Decimal, IngestReason> {
    let rate = parse_exact(text)?;
    if rate > Decimal::ZERO {
        Ok(rate)
    } else {
        Err(IngestReason::Rate { rate })
    }
}
