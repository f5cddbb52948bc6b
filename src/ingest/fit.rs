//! Whether a figure and a claim can be what they say, whichever way they come in.

use chrono::NaiveDate;

use crate::model::date::check_date;
use crate::model::{
    Amount, Claim, Document, Figure, Metric, MetricPath, Operand, Period, PeriodKind, Reported,
    Scenario, is_within_digits,
};

use super::error::IngestReason;
use super::words::{check_said, check_visible};

/// A figure of its metric's dimension, at a period it can have, and published by its document.
pub(crate) fn check_reported(
    document: &Document,
    fact: &Reported,
    metric: Option<&Metric>,
) -> Result<(), IngestReason> {
    check_date(fact.published)?;
    if fact.published > document.published {
        return Err(IngestReason::Publication);
    }
    let metric = metric.ok_or_else(|| IngestReason::UnknownMetric {
        path: fact.series.metric.clone(),
    })?;
    if fact.series.unit.dimension() != metric.dimension {
        return Err(IngestReason::WrongDimension {
            path: metric.path.clone(),
            dimension: metric.dimension,
            unit: fact.series.unit.clone(),
        });
    }
    if !metric.kind.admits(&fact.period) {
        return Err(IngestReason::PeriodKind {
            path: metric.path.clone(),
            kind: metric.kind,
            period: fact.period,
        });
    }
    let scenario = fact.series.scenario;
    check_fact(metric, scenario, fact.period, &fact.figure, fact.published)
}

/// A figure of a fact: well formed, with a meaning for its sign, and of a period that had ended if it is actual.
pub(crate) fn check_fact(
    metric: &Metric,
    scenario: Scenario,
    period: Period,
    figure: &Figure,
    published: NaiveDate,
) -> Result<(), IngestReason> {
    check_figure(figure)?;
    let below_zero = |amount: &Amount| amount.value().is_sign_negative();
    let negative = match figure {
        Figure::Range { low, .. } => below_zero(low),
        other => other.number().is_some_and(below_zero),
    };
    if negative && metric.negative.is_none() {
        return Err(IngestReason::NoNegative {
            path: metric.path.clone(),
        });
    }
    if scenario == Scenario::Actual && !may_have_ended(&period, published) {
        return Err(IngestReason::NotYetEnded { period, published });
    }
    Ok(())
}

/// How many days the end of a month may lie after the true end that was rounded to it.
const ROUNDED_UP: i64 = 16;

/// Whether a period had ended on a day, or may have where its end is rounded.
pub(super) fn may_have_ended(period: &Period, day: NaiveDate) -> bool {
    let after = period.end().signed_duration_since(day).num_days();
    match period.kind() {
        PeriodKind::Nominal => after <= ROUNDED_UP,
        PeriodKind::Duration | PeriodKind::Instant => after <= 0,
    }
}

/// A figure that is well formed: its digits are within the limit, its range runs upwards, its words say something.
pub(crate) fn check_figure(figure: &Figure) -> Result<(), IngestReason> {
    let fits = |amount: &Amount| is_within_digits(amount.value());
    let within = match figure {
        Figure::Range { low, high } => fits(low) && fits(high),
        other => other.number().is_none_or(fits),
    };
    if !within {
        return Err(IngestReason::TooManyDigits);
    }
    match figure {
        Figure::Range { low, high } if low.value() > high.value() => {
            Err(IngestReason::RangeReversed {
                low: low.to_string(),
                high: high.to_string(),
            })
        }
        Figure::Qualitative(words) => {
            check_said("a qualitative figure", words)?;
            check_visible("a qualitative figure", words)?;
            if words.len() > Figure::TEXT_LIMIT {
                return Err(IngestReason::TooLong {
                    what: "a qualitative figure",
                    length: words.len(),
                    limit: Figure::TEXT_LIMIT,
                });
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A claim about metrics that are defined: a share of one dimension, a revision forwards in time.
pub(crate) fn check_claim<'m>(
    claim: &Claim,
    published: NaiveDate,
    metric: impl Fn(&MetricPath) -> Option<&'m Metric>,
) -> Result<(), IngestReason> {
    let define = |operand: &Operand| {
        metric(&operand.metric).ok_or_else(|| IngestReason::UnknownMetric {
            path: operand.metric.clone(),
        })
    };
    match claim {
        Claim::Growth { of, over } | Claim::Difference { of, over } => {
            define(of)?;
            define(over)?;
        }
        Claim::Share { part, whole } => {
            let (part, whole) = (define(part)?, define(whole)?);
            if part.dimension != whole.dimension {
                return Err(IngestReason::ShareOfOther {
                    part: part.path.clone(),
                    whole: whole.path.clone(),
                });
            }
        }
        Claim::Translation { of, rate, .. } => {
            define(of)?;
            if !is_within_digits(*rate) {
                return Err(IngestReason::TooManyDigits);
            }
        }
        Claim::Revision { of, from, to } => {
            define(of)?;
            check_date(*from)?;
            check_date(*to)?;
            if from >= to || *to > published {
                return Err(IngestReason::Revision {
                    from: *from,
                    to: *to,
                });
            }
        }
    }
    Ok(())
}
