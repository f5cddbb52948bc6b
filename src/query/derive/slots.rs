//! Discrete and cumulative periods out of each other.

use std::ops::RangeInclusive;

use crate::error::{Alignment, NotDerivable, Obstacle};
use crate::model::{
    FiscalPeriod, MetricKind, PLACEMENT_TOLERANCE, Period, PeriodKind, SeriesKey, Slot, Span,
};
use crate::query::answer::Answer;
use crate::query::partner::{LENGTH_TOLERANCE, lengths_apart};
use crate::query::point::Point;
use crate::query::slot::{Fit, Shape, Target, days_apart};

use super::Derivations;
use super::combine::{Aim, formula, not_an_amount, signed};
use super::path::Step;

/// The most reported figures that a period is derived from: a year less three quarters, or of two years that a
/// calendar year cuts.
const MOST: usize = 5;

/// How long a period is that bears the name of a span, in days.
fn days_of(span: Span) -> RangeInclusive<i64> {
    match span {
        Span::Quarter => 70..=120,
        Span::Half => 150..=200,
        Span::NineMonths => 240..=310,
        Span::Year => 350..=380,
    }
}

fn name_of(span: Span) -> &'static str {
    match span {
        Span::Quarter => "a quarter",
        Span::Half => "a half year",
        Span::NineMonths => "nine months",
        Span::Year => "a year",
    }
}

/// How the slot is derived most often: of these two, the second taken off or added.
fn usual(slot: Slot) -> (Slot, Slot, Alignment) {
    match slot {
        Slot::Q1 => (Slot::H1, Slot::Q2, Alignment::SameEnd),
        Slot::Q2 => (Slot::H1, Slot::Q1, Alignment::SameStart),
        Slot::Q3 => (Slot::NineMonths, Slot::H1, Alignment::SameStart),
        Slot::Q4 => (Slot::Year, Slot::NineMonths, Alignment::SameStart),
        Slot::H1 => (Slot::Q1, Slot::Q2, Alignment::Contiguous),
        Slot::H2 => (Slot::Year, Slot::H1, Alignment::SameStart),
        Slot::NineMonths => (Slot::H1, Slot::Q3, Alignment::Contiguous),
        Slot::Year => (Slot::NineMonths, Slot::Q4, Alignment::Contiguous),
    }
}

impl Derivations {
    /// The figure of a slot, reported or derived.
    pub(crate) fn slot(&self, fiscal: FiscalPeriod) -> Result<Answer, Box<NotDerivable>> {
        let shape = self.series.label_shape();
        let reported = self.series.at_slot(fiscal, shape);
        let derives = self.always_derive
            && self.series.kind() == MetricKind::Flow
            && matches!(fiscal.slot, Slot::Q4 | Slot::H2);
        match reported {
            Some(point) if !derives => Ok(point.into()),
            reported => self
                .derived_slot(fiscal, shape)
                .or_else(|not| reported.map(Answer::from).ok_or(not)),
        }
    }

    /// The figure of a slot out of others, whether it was reported or not.
    pub(crate) fn derived_slot(
        &self,
        fiscal: FiscalPeriod,
        shape: Shape,
    ) -> Result<Answer, Box<NotDerivable>> {
        let label = self.series.calendar().label(fiscal);
        if self.series.kind() != MetricKind::Flow {
            let kind = self.series.kind();
            return Err(self.not_derivable(&label, None, Obstacle::NotAdditive { kind }));
        }
        let Some(target) = Target::new(self.series.calendar(), fiscal, shape) else {
            let slot = label.clone();
            return Err(self.not_derivable(&label, None, Obstacle::NoSlot { slot }));
        };
        self.by_dates(&label, &target.own, Some(&target))
            .unwrap_or_else(|| Err(self.usual_obstacle(fiscal, &label)))
    }

    /// The figure of these very dates, reported or derived.
    pub(crate) fn dates(&self, label: &str, period: &Period) -> Result<Answer, Box<NotDerivable>> {
        if let Some(point) = self.series.at_dates(period) {
            return Ok(point.into());
        }
        let stop = |obstacle| Err(self.not_derivable(label, None, obstacle));
        let kind = self.series.kind();
        if kind != MetricKind::Flow {
            return stop(Obstacle::NotAdditive { kind });
        }
        match period.kind() {
            PeriodKind::Instant => stop(Obstacle::NoFormula),
            PeriodKind::Nominal => stop(Obstacle::Nominal {
                operand: label.to_owned(),
                period: *period,
            }),
            PeriodKind::Duration => self
                .by_dates(label, period, None)
                .unwrap_or_else(|| stop(Obstacle::NoFormula)),
        }
    }

    /// Out of what the dates of reported figures allow, the fewest first. `None` where they allow nothing; the obstacle
    /// is that of the first way. A target may be missed by the days by which a reported figure may miss it.
    fn by_dates(
        &self,
        label: &str,
        own: &Period,
        target: Option<&Target>,
    ) -> Option<Result<Answer, Box<NotDerivable>>> {
        let fits = |period: &Period| match target {
            Some(target) => target.fit(period),
            None => Some(Fit::EXACT),
        };
        let tolerance = target.map_or(0, |_| PLACEMENT_TOLERANCE);
        let fiscal = target.map(|target| target.fiscal);
        self.within(label, own, fiscal, tolerance, fits)
    }

    /// The figure of these dates, or of others of that length within some days of them, as years of weeks move.
    pub(super) fn near(&self, period: &Period) -> Result<Answer, Box<NotDerivable>> {
        let label = period.to_string();
        self.dates(&label, period).or_else(|not| {
            if self.series.kind() != MetricKind::Flow || period.kind() != PeriodKind::Duration {
                return Err(not);
            }
            let fits = |other: &Period| {
                let fit = Fit {
                    nominal: false,
                    off_by: days_apart(other.end(), period.end()),
                };
                (lengths_apart(other, period) <= LENGTH_TOLERANCE).then_some(fit)
            };
            self.within(&label, period, None, PLACEMENT_TOLERANCE, fits)
                .unwrap_or(Err(not))
        })
    }

    /// Out of what the dates of reported figures allow, for dates within some days of others that fit.
    fn within(
        &self,
        label: &str,
        own: &Period,
        fiscal: Option<FiscalPeriod>,
        tolerance: i64,
        fits: impl Fn(&Period) -> Option<Fit>,
    ) -> Option<Result<Answer, Box<NotDerivable>>> {
        let mut first = None;
        let mut goals = Vec::new();
        for from in self.ways.days_near(own.start()?, tolerance) {
            for after in self.ways.days_near(own.end().succ_opt()?, tolerance) {
                let period = Period::duration(from, after.pred_opt()?);
                let fit = period.as_ref().ok().and_then(&fits);
                if let (Ok(period), Some(fit)) = (period, fit) {
                    goals.push((fit, period, from, after));
                }
            }
        }
        goals.sort_unstable();
        for (_, period, from, after) in goals {
            for steps in 2..=MOST {
                for way in self.ways.between(from, after, steps) {
                    let aim = Aim {
                        label: label.to_owned(),
                        fiscal,
                        period,
                    };
                    match self.along(&aim, &way) {
                        Ok(answer) => return Some(Ok(answer)),
                        Err(not) => first = first.or(Some(not)),
                    }
                }
            }
        }
        first.map(Err)
    }

    fn along(&self, aim: &Aim, way: &[Step]) -> Result<Answer, Box<NotDerivable>> {
        let operands: Vec<_> = way
            .iter()
            .filter_map(|step| {
                let point = self.series.at_dates(&step.period)?;
                Some(signed(point.into(), step.taken_off))
            })
            .collect();
        let formula = formula(&operands);
        if let Some(fiscal) = aim.fiscal {
            let span = fiscal.slot.span();
            let (days, wanted) = (aim.period.days().unwrap_or_default(), days_of(span));
            if !wanted.contains(&days) {
                let obstacle = Obstacle::Length {
                    period: aim.period,
                    days,
                    what: name_of(span),
                    least: *wanted.start(),
                    most: *wanted.end(),
                };
                return Err(self.not_derivable(&aim.label, Some(formula), obstacle));
            }
        }
        self.sum(aim, operands, formula)
    }

    /// What stands in the way of the usual formula, where the dates of the figures allow none.
    fn usual_obstacle(&self, fiscal: FiscalPeriod, label: &str) -> Box<NotDerivable> {
        let (first, second, needed) = usual(fiscal.slot);
        let name = |slot| {
            self.series
                .calendar()
                .label(FiscalPeriod::new(fiscal.year, slot))
        };
        let sign = match needed {
            Alignment::Contiguous => '+',
            _ => '-',
        };
        let formula = format!("{} {sign} {}", name(first), name(second));
        let found = |slot| {
            self.series
                .at_slot(FiscalPeriod::new(fiscal.year, slot), Shape::Duration)
                .ok_or_else(|| Obstacle::Missing {
                    operand: name(slot),
                })
                .and_then(usable)
        };
        let obstacle = match (found(first), found(second)) {
            (Ok(a), Ok(b)) => Obstacle::Dates {
                operand: a.label(),
                period: a.period(),
                other: b.label(),
                other_period: b.period(),
                needed,
            },
            (Ok(a), Err(obstacle)) => self.elsewhere(fiscal.year, second, &a).unwrap_or(obstacle),
            (Err(obstacle), Ok(b)) => self.elsewhere(fiscal.year, first, &b).unwrap_or(obstacle),
            (Err(obstacle), Err(_)) => obstacle,
        };
        self.not_derivable(label, Some(formula), obstacle)
    }

    /// That an operand is reported in another unit, of another scope, or only under a tag of another meaning, where it is not
    /// reported in this series.
    fn elsewhere(&self, year: i32, slot: Slot, other: &Point) -> Option<Obstacle> {
        let fiscal = FiscalPeriod::new(year, slot);
        let target = Target::new(self.series.calendar(), fiscal, Shape::Duration)?;
        if self.series.at_slot(fiscal, Shape::Duration).is_some() {
            return None;
        }
        let own = self.series.key();
        let reported = |alike: &dyn Fn(&SeriesKey) -> bool| {
            self.siblings
                .iter()
                .find(|(key, periods)| {
                    alike(key) && periods.iter().any(|period| target.fit(period).is_some())
                })
                .map(|(key, _)| key.clone())
        };
        let operand = self.series.calendar().label(fiscal);
        if let Some(key) = reported(&|key| key.scope == own.scope && key.unit != own.unit) {
            return Some(Obstacle::Unit {
                operand,
                unit: key.unit,
                other: other.label(),
                other_unit: own.unit.clone(),
            });
        }
        if let Some(key) = reported(&|key| key.scope != own.scope && key.unit == own.unit) {
            return Some(Obstacle::Scope {
                operand,
                scope: key.scope,
                other: other.label(),
                other_scope: own.scope.clone(),
            });
        }
        reported(&|key| key.scope == own.scope && key.unit == own.unit).map(|key| {
            Obstacle::OtherMeaning {
                operand,
                metric: key.metric,
            }
        })
    }
}

/// A reported figure that can be an operand.
pub(crate) fn usable(point: Point) -> Result<Point, Obstacle> {
    if point.period().kind() == PeriodKind::Nominal {
        return Err(Obstacle::Nominal {
            operand: point.label(),
            period: point.period(),
        });
    }
    match point.figure().quantity() {
        Some(_) => Ok(point),
        None => Err(not_an_amount(&point)),
    }
}
