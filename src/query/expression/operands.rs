//! The figures of one period that an expression is computed from.

use std::collections::BTreeMap;

use crate::error::{Alignment, Obstacle};
use crate::model::{FiscalPeriod, Leaf, LeafKind, MetricKind, Period, PeriodKind};
use crate::query::answer::Answer;
use crate::query::derive::Derivations;
use crate::query::select::Asked;
use crate::query::slot::Shape;

use super::series::Meaning;

/// For which period figures are looked up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought {
    pub(super) asked: Asked,
    /// Whether it is the time or the instant at its end.
    pub(super) shape: Shape,
    /// The dates that figures of a sort must have.
    pub(super) pinned: Option<(Sort, Period)>,
}

/// Figures that must be of the same dates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sort {
    Duration,
    Closing,
    Opening,
    Ttm,
}

fn sort_of(leaf: &Leaf, period: &Period) -> Sort {
    match leaf.of {
        LeafKind::Opening => Sort::Opening,
        LeafKind::Ttm => Sort::Ttm,
        LeafKind::Plain | LeafKind::Average => match Shape::of(period) {
            Shape::Duration => Sort::Duration,
            Shape::Instant => Sort::Closing,
        },
    }
}

/// What was found so far: names, sorts and figures.
#[derive(Default)]
pub(super) struct Operands(Vec<(Leaf, Answer)>);

impl Operands {
    pub(super) fn push(&mut self, leaf: &Leaf, answer: Answer) {
        self.0.push((leaf.clone(), answer));
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = (Leaf, Answer)> {
        self.0.into_iter()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Leaf, Answer)> {
        self.0.iter()
    }

    /// The dates of each sort. An error has the sort and the dates that two figures of it have.
    pub(super) fn dates(&self) -> Result<BTreeMap<Sort, Period>, (Sort, Obstacle)> {
        let mut first: BTreeMap<Sort, &(Leaf, Answer)> = BTreeMap::new();
        for found in &self.0 {
            let (leaf, answer) = found;
            let sort = sort_of(leaf, &answer.period());
            let (other, other_answer) = *first.entry(sort).or_insert(found);
            if other_answer.period() != answer.period() {
                let obstacle = Obstacle::Dates {
                    operand: other.to_string(),
                    period: other_answer.period(),
                    other: leaf.to_string(),
                    other_period: answer.period(),
                    needed: Alignment::SameDates,
                };
                return Err((sort, obstacle));
            }
        }
        let period = |(sort, (_, answer)): (Sort, &(Leaf, Answer))| (sort, answer.period());
        Ok(first.into_iter().map(period).collect())
    }

    /// The dates that figures of a sort have, in the order in which they were found.
    pub(super) fn periods(&self, sort: Sort) -> Vec<Period> {
        let of_sort = self.0.iter().filter_map(|(leaf, answer)| {
            let period = answer.period();
            (sort_of(leaf, &period) == sort).then_some(period)
        });
        let mut periods: Vec<Period> = Vec::new();
        for period in of_sort {
            if !periods.contains(&period) {
                periods.push(period);
            }
        }
        periods
    }
}

impl Meaning {
    pub(super) fn derivations(&self, leaf: &Leaf) -> Option<&Derivations> {
        let (_, _, found) = self
            .series
            .iter()
            .find(|(metric, scope, _)| *metric == leaf.metric && *scope == leaf.scope)?;
        Some(found)
    }

    /// The figure of a leaf.
    pub(super) fn operand(&self, leaf: &Leaf, sought: &Sought) -> Result<Answer, Obstacle> {
        let missing = || Obstacle::Missing {
            operand: leaf.to_string(),
        };
        let from = self.derivations(leaf).ok_or_else(missing)?;
        let found = match (leaf.of, sought.asked) {
            (LeafKind::Opening, Asked::Slot(fiscal)) => {
                self.opening(from, fiscal, sought).ok_or_else(missing)
            }
            (LeafKind::Opening, Asked::Dates(period)) => period
                .opening()
                .and_then(|opening| from.series().at_dates(&opening))
                .map(Answer::from)
                .ok_or_else(missing),
            (LeafKind::Ttm, asked) => self.ttm(from, asked, missing),
            (LeafKind::Plain | LeafKind::Average, asked) => {
                plain(from, asked, sought).ok_or_else(missing)?
            }
        };
        found.and_then(|answer| {
            let reported = answer.reported().is_some();
            if reported || !self.reported_only {
                Ok(answer)
            } else {
                Err(missing())
            }
        })
    }

    fn opening(&self, from: &Derivations, fiscal: FiscalPeriod, sought: &Sought) -> Option<Answer> {
        if let Some((Sort::Opening, dates)) = sought.pinned {
            return from.series().at_dates(&dates).map(Answer::from);
        }
        let opening = self.calendar.period(fiscal)?.opening()?;
        let found = match self.calendar.place(&opening) {
            Some(placement) => from.series().at_slot(placement.fiscal, Shape::Instant),
            None => from.series().at_dates(&opening),
        };
        found.map(Answer::from)
    }

    fn ttm(
        &self,
        from: &Derivations,
        asked: Asked,
        missing: impl Fn() -> Obstacle,
    ) -> Result<Answer, Obstacle> {
        let slot = match asked {
            Asked::Slot(fiscal) => Some(fiscal),
            Asked::Dates(period) => self.calendar.place(&period).map(|placed| placed.fiscal),
        };
        let found = from
            .twelve_months(slot.ok_or_else(&missing)?)
            .map_err(Obstacle::Operand)?;
        match asked {
            Asked::Dates(period) if period.end() != found.period().end() => Err(missing()),
            _ => Ok(found),
        }
    }
}

/// `None` for a figure that does not add up and was not reported.
fn plain(from: &Derivations, asked: Asked, sought: &Sought) -> Option<Result<Answer, Obstacle>> {
    let series = from.series();
    let flow = series.kind() == MetricKind::Flow;
    let stock = series.kind() == MetricKind::Stock;
    let shape = match sought.shape {
        Shape::Duration => series.label_shape(),
        Shape::Instant => Shape::Instant,
    };
    let dates = match (asked, sought.pinned) {
        (_, Some((Sort::Duration, dates))) if shape == Shape::Duration => Some(dates),
        (_, Some((Sort::Closing, dates))) if shape == Shape::Instant => Some(dates),
        (Asked::Slot(_), _) => None,
        (Asked::Dates(period), _) if stock && period.kind() != PeriodKind::Instant => {
            Some(period.closing())
        }
        (Asked::Dates(period), _) => Some(period),
    };
    let found = match (asked, dates) {
        (Asked::Slot(fiscal), None) if flow && shape == Shape::Duration => from.slot(fiscal),
        (Asked::Slot(fiscal), None) => {
            return series.at_slot(fiscal, shape).map(|p| Ok(p.into()));
        }
        (_, Some(dates)) if flow => from.dates(&dates.to_string(), &dates),
        (_, dates) => return series.at_dates(&dates?).map(|point| Ok(point.into())),
    };
    Some(found.map_err(Obstacle::Operand))
}
