//! Figures in running text become facts, checks of other figures, or unplaced.

use crate::model::{Cell, Claim, Dimension, Figure, Nil, Rank, Rounding};

use super::error::{IngestError, IngestReason, Place};
use super::figure::Declared;
use super::manifest::{FigurePair, ProseEntry, ProseFigure};
use super::place::{Spot, Subject, rate, translated};
use super::printed::{Printed, Reading, read};
use super::release::{ReleaseFigure, Role};
use super::unused::check_prose;

/// Maps the figures of one sentence.
pub(super) fn read_prose(
    subject: &Subject,
    entry: &ProseEntry,
    defaults: (Rounding, Option<Nil>),
    document: &Place,
) -> Result<Vec<ReleaseFigure>, IngestError> {
    let mut figures = Vec::new();
    for (index, figure) in entry.figures.iter().enumerate() {
        let text = figure.text.as_ref().or(figure.qualitative.as_ref());
        let place = Place {
            table: Some(format!("{}!{}", entry.id, index + 1)),
            row: Some(entry.place.clone()),
            text: text.cloned(),
            ..document.clone()
        };
        let (role, power) = role(subject, figure, defaults).map_err(|reason| reason.at(&place))?;
        figures.push(ReleaseFigure {
            cell: Cell {
                address: format!("{}!{}", entry.id, index + 1),
                place: entry.place.clone(),
                row: String::new(),
                column: String::new(),
                text: text.cloned().unwrap_or_default(),
                scale: power,
                unplaced: None,
            },
            rank: Rank::Prose,
            role,
        });
    }
    Ok(figures)
}

fn role(
    subject: &Subject,
    entry: &ProseFigure,
    defaults: (Rounding, Option<Nil>),
) -> Result<(Role, u32), IngestReason> {
    let roles = [
        entry.metric.is_some(),
        entry.growth.is_some(),
        entry.change.is_some(),
        entry.share.is_some(),
        entry.translation.is_some(),
        entry.revision.is_some(),
        entry.unplaced.is_some(),
    ];
    let found = roles.iter().filter(|given| **given).count();
    if found != 1 || entry.text.is_some() == entry.qualitative.is_some() {
        return Err(IngestReason::Role {
            what: "a figure of running text",
            roles: "metric, growth, change, share, translation, revision, unplaced; and text or qualitative",
            found,
        });
    }
    check_prose(entry)?;
    if let Some(reason) = &entry.unplaced {
        return Ok((Role::Unplaced(reason.clone()), 0));
    }
    if let Some(path) = &entry.metric {
        return fact(subject, entry, path, defaults);
    }
    let printed = printed(entry)?;
    check(subject, entry, &printed, defaults)
}

fn printed(entry: &ProseFigure) -> Result<Printed, IngestReason> {
    let text = entry.text.as_deref().unwrap_or_default();
    let printed = read(text, Reading::default())?;
    if matches!(printed, Printed::Range(..)) != entry.range {
        return Err(IngestReason::Range);
    }
    if entry.nil.is_some() && printed != Printed::Nil {
        let (key, role) = ("nil", "a printed number");
        return Err(IngestReason::UnusedKey { key, role });
    }
    Ok(printed)
}

fn declared(entry: &ProseFigure, defaults: (Rounding, Option<Nil>)) -> Declared {
    Declared {
        own_unit: entry.unit.clone(),
        table_unit: None,
        own_scale: entry.scale,
        table_scale: None,
        decimals: entry.decimals,
        rounding: entry.rounding.unwrap_or(defaults.0),
        nil: entry.nil.or(defaults.1),
        bound: entry.bound,
        approximate: entry.approximate,
        direction: entry.direction,
        turned: false,
    }
}

fn fact(
    subject: &Subject,
    entry: &ProseFigure,
    path: &crate::model::MetricPath,
    defaults: (Rounding, Option<Nil>),
) -> Result<(Role, u32), IngestReason> {
    let metric = subject.metric(path)?;
    let published = subject.publication(entry.published, entry.evidence.as_deref())?;
    let period = entry.period.as_deref().ok_or(IngestReason::MissingPeriod)?;
    let spot = Spot {
        metric: path.clone(),
        period: subject.period(period, metric, entry.at)?,
        scenario: entry.scenario.unwrap_or_default(),
        scope: entry.scope.clone(),
    };
    let declared = Declared {
        turned: Subject::turned(entry.positive.as_deref(), metric)?,
        ..declared(entry, defaults)
    };
    let (figure, unit, power) = if let Some(words) = &entry.qualitative {
        let unit = entry.unit.clone().ok_or(IngestReason::MissingUnit)?;
        if unit.dimension() != metric.dimension {
            return Err(IngestReason::WrongDimension {
                path: path.clone(),
                dimension: metric.dimension,
                unit,
            });
        }
        (Figure::Qualitative(words.clone()), unit, 0)
    } else {
        let read = declared.figure(&printed(entry)?, metric)?;
        (read.figure, read.unit, read.power)
    };
    Subject::check(&spot, &figure, metric, published)?;
    let fact = subject.fact(spot, unit);
    Ok((
        Role::Fact {
            fact,
            figure,
            published,
        },
        power,
    ))
}

fn check(
    subject: &Subject,
    entry: &ProseFigure,
    printed: &Printed,
    defaults: (Rounding, Option<Nil>),
) -> Result<(Role, u32), IngestReason> {
    let declared = declared(entry, defaults);
    let turned = |metric| {
        Ok::<_, IngestReason>(Declared {
            turned: Subject::turned(entry.positive.as_deref(), metric)?,
            ..declared.clone()
        })
    };
    let spot = |path: &crate::model::MetricPath, scope: &crate::model::Scope, period: &str| {
        let metric = subject.metric(path)?;
        Ok::<_, IngestReason>(Spot {
            metric: path.clone(),
            period: subject.period(period, metric, entry.at)?,
            scenario: entry.scenario.unwrap_or_default(),
            scope: entry.scope.narrowed(scope),
        })
    };
    let operand = |path, scope, period| spot(path, scope, period).map(|spot| subject.operand(spot));
    let compared = |pair: &FigurePair| {
        subject.compared(
            spot(&pair.metric, &pair.scope, &pair.period)?,
            spot(&pair.metric, &pair.scope, &pair.base)?,
        )
    };
    let (claim, read) = if let Some(pair) = &entry.growth {
        let (of, over) = compared(pair)?;
        (Claim::Growth { of, over }, declared.percentage(printed)?)
    } else if let Some(pair) = &entry.change {
        let metric = subject.metric(&pair.metric)?;
        let (of, over) = compared(pair)?;
        let claim = Claim::Difference { of, over };
        (claim, turned(metric)?.difference(printed, metric)?)
    } else if let Some(share) = &entry.share {
        let claim = Claim::Share {
            part: operand(&share.metric, &share.scope, &share.period)?,
            whole: subject.operand(Spot {
                scope: crate::model::Scope::total(),
                ..spot(&share.of, &share.scope, &share.period)?
            }),
        };
        (claim, declared.percentage(printed)?)
    } else if let Some(translation) = &entry.translation {
        let metric = subject.metric(&translation.metric)?;
        if entry.unit.is_some() && metric.dimension != Dimension::MoneyPer {
            let (key, role) = ("unit", "a translation of money");
            return Err(IngestReason::UnusedKey { key, role });
        }
        let unit = translated(entry.unit.as_ref(), translation.currency)?;
        let claim = Claim::Translation {
            of: operand(&translation.metric, &translation.scope, &translation.period)?,
            into: translation.currency,
            rate: rate(&translation.rate)?,
        };
        let declared = Declared {
            own_unit: Some(unit),
            ..turned(metric)?
        };
        (claim, declared.figure(printed, metric)?)
    } else if let Some(revision) = &entry.revision {
        let metric = subject.metric(&revision.metric)?;
        let of = Spot {
            scenario: revision.scenario,
            ..spot(&revision.metric, &revision.scope, &revision.period)?
        };
        let claim = Claim::Revision {
            of: subject.operand(of),
            from: revision.from,
            to: revision.to,
        };
        (claim, turned(metric)?.difference(printed, metric)?)
    } else {
        return Err(IngestReason::NotAFigure);
    };
    Ok((
        Role::Check {
            claim: subject.claim(claim)?,
            figure: read.figure,
        },
        read.power,
    ))
}
