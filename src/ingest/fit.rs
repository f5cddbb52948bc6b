//! Whether a figure and a claim can be what they say, whichever way they come in.

use chrono::NaiveDate;

use crate::model::date::check_date;
use crate::model::{Amount, Claim, Figure, Metric, MetricPath, Operand, Period, Scenario};

use super::error::IngestReason;
use super::words::{check_said, check_visible};

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
    if scenario == Scenario::Actual && period.end() > published {
        return Err(IngestReason::NotYetEnded { period, published });
    }
    Ok(())
}

/// A figure that is well formed: its range runs upwards, its words say something.
pub(crate) fn check_figure(figure: &Figure) -> Result<(), IngestReason> {
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
        Claim::Translation { of, .. } => {
            define(of)?;
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
