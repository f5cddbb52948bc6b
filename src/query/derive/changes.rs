//! Changes of answers, derived ones too.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, NotDerivable, Obstacle};
use crate::model::change::change_of_ratios;
use crate::model::{
    Change, ChangeKind, Convention, FiscalPeriod, MetricKind, Span, Unit, change_of_quantities,
};
use crate::query::answer::Answer;
use crate::query::apart::tags_apart;
use crate::query::delta::{DeltaKind, doubts, short_beside, tags_told};
use crate::query::partner::{LENGTH_TOLERANCE, dates_year_ago, lengths_apart};
use crate::query::point::Point;
use crate::query::select::{FiscalRange, When};
use crate::query::slot::{self, Shape};

use super::{Derivations, check_shares};

/// The change of an answer, with the answer it is compared with.
///
/// Printed as `4Q08  18,942 million JPY  [FY2008 - 9M08]   +4.1%  (4Q07 18,196)`, with the two lengths
/// behind it where [they differ](AnswerChange::length_differs), and that the base is conflicting where a figure of it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct AnswerChange {
    /// Which comparison it is.
    pub kind: DeltaKind,
    /// The later figure.
    pub current: Answer,
    /// What it is compared with, or why there is nothing; `None` where this kind of period has no such comparison.
    pub base: Option<Result<Answer, Box<NotDerivable>>>,
    /// The change; [`ChangeKind::NoComparator`] where there is no base.
    pub change: Change,
    /// Whether the two durations differ by 5 days or more.
    pub length_differs: bool,
}

impl AnswerChange {
    pub(crate) fn new(
        kind: DeltaKind,
        current: Answer,
        base: Option<Result<Answer, Box<NotDerivable>>>,
    ) -> Self {
        let found = base.as_ref().and_then(|base| base.as_ref().ok());
        let mut change = match found.map(|base| (current.quantity(), base.quantity())) {
            None => Change::none(ChangeKind::NoComparator),
            Some((Some(now), Some(then))) if is_pure_ratio(&current) => change_of_ratios(now, then),
            Some((Some(now), Some(then))) => change_of_quantities(now, then, current.kind()),
            Some(_) => Change::none(ChangeKind::NotAnAmount),
        };
        let split = |base: &Answer| check_shares(&leaves(&current, base)).is_err();
        // Difference and raw ratio stay; of figures that are no amounts there is nothing to say.
        // A pure number is the same on either basis.
        let counts = !matches!(current.unit(), Unit::Pure | Unit::Percent);
        if counts && change.difference_quantity().is_some() && found.is_some_and(split) {
            change.kind = ChangeKind::ShareBasisDiffers;
        }
        if let Some((_, _, tags)) = found.and_then(|base| tags_apart(&leaves(&current, base))) {
            change = Change::none(ChangeKind::TagsDisagree(Box::new(tags)));
        }
        Self {
            kind,
            length_differs: found.is_some_and(|base| {
                lengths_apart(&current.period(), &base.period()) >= LENGTH_TOLERANCE
            }),
            current,
            change,
            base,
        }
    }
}

fn leaves<'a>(current: &'a Answer, base: &'a Answer) -> Vec<&'a Point> {
    let leaves = current.leaves().into_iter();
    leaves.chain(base.leaves()).collect()
}

fn is_pure_ratio(answer: &Answer) -> bool {
    answer.kind() == MetricKind::Ratio && *answer.unit() == Unit::Pure
}

impl AnswerChange {
    /// How many days both durations have, where they differ in length.
    pub(crate) fn lengths(&self) -> Option<(i64, i64)> {
        let base = self.base.as_ref()?.as_ref().ok()?;
        let days = self.current.period().days().zip(base.period().days());
        days.filter(|_| self.length_differs)
    }

    /// The change in words: `-15.3%`, `+128.3% over |base|`, `-3.4 points`, `no comparator`.
    #[must_use]
    pub fn change_text(&self) -> String {
        let points = match self.current.unit() {
            Unit::Pure => self.change.percentage_points(),
            _ => None,
        };
        match &self.change.kind {
            ChangeKind::Relative {
                convention: Convention::OverAbsoluteBase,
                ..
            } => format!("{} over |base|", self.change),
            _ => points.unwrap_or_else(|| self.change.to_string()),
        }
    }
}

impl fmt::Display for AnswerChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![format!("{}   {}", self.current, self.change_text())];
        match &self.base {
            None => parts.push(format!("(has no {})", self.kind)),
            Some(Err(not)) => parts.push(format!("({not})")),
            Some(Ok(base)) => {
                let (figure, current) = (base.number_text(), self.current.number_text());
                let figure = short_beside(&figure, &current);
                parts.push(format!("({} {figure})", base.label()));
                let conflicting = base.leaves().iter().any(|leaf| leaf.is_conflicting());
                parts.extend(tags_told(&self.change));
                parts.extend(doubts(self.lengths(), conflicting));
            }
        }
        f.pad(&parts.join("  "))
    }
}

impl Derivations {
    /// The change over the same slot of the fiscal year before, or over the same dates a year earlier where that slot is
    /// not a year earlier. Both figures are reported or derived; each is of one vintage in itself.
    ///
    /// # Errors
    /// As of [`Derivations::at`], for the figure itself.
    pub fn yoy(&self, when: impl When) -> Result<AnswerChange, Error> {
        let current = self.at(when)?;
        Ok(self.changed(DeltaKind::YearOnYear, current))
    }

    /// The change over the discrete quarter before, as [`Derivations::yoy`].
    ///
    /// # Errors
    /// As of [`Derivations::at`], for the figure itself.
    pub fn qoq(&self, when: impl When) -> Result<AnswerChange, Error> {
        let current = self.at(when)?;
        Ok(self.changed(DeltaKind::QuarterOnQuarter, current))
    }

    /// The change of the trailing twelve months over those of a year before.
    ///
    /// # Errors
    /// As of [`Derivations::ttm`].
    pub fn ttm_yoy(&self, when: impl When) -> Result<AnswerChange, Error> {
        let (end, label) = self.asked_end(when)?;
        let current = self.twelve_months_to(end, &label)?;
        let calendar = self.series.calendar();
        let before = slot::quarter_to(calendar, end)
            .and_then(|quarter| slot::year_ago(calendar, quarter, Shape::Duration));
        let base = match (before, slot::months_to(end, 12)) {
            (Some(before), _) => self.twelve_months(before),
            (None, Some(year)) => {
                let day = year.opening().map_or(end, |opening| opening.end());
                self.twelve_months_to(day, &format!("TTM {day}"))
            }
            (None, None) => {
                let slot = format!("twelve months before {label}");
                Err(self.not_derivable(&slot.clone(), None, Obstacle::NoSlot { slot }))
            }
        };
        Ok(AnswerChange::new(
            DeltaKind::YearOnYear,
            current,
            Some(base),
        ))
    }

    /// The changes of the quarters of a range that have a figure, in order.
    ///
    /// # Errors
    /// As of [`Derivations::quarters`].
    pub fn quarterly_changes(
        &self,
        range: impl FiscalRange,
        kind: DeltaKind,
    ) -> Result<Vec<AnswerChange>, Error> {
        let answers = self.quarters(range)?.into_iter().filter_map(Result::ok);
        Ok(answers.map(|current| self.changed(kind, current)).collect())
    }

    fn changed(&self, kind: DeltaKind, current: Answer) -> AnswerChange {
        let base = match kind {
            DeltaKind::YearOnYear => Some(self.year_before(&current)),
            DeltaKind::QuarterOnQuarter => self.quarter_before(&current),
            DeltaKind::SinceYearEnd => self.year_end_before(&current),
        };
        AnswerChange::new(kind, current, base)
    }

    fn year_before(&self, current: &Answer) -> Result<Answer, Box<NotDerivable>> {
        let calendar = self.series.calendar();
        let shape = Shape::of(&current.period());
        let year_ago = |fiscal| slot::year_ago(calendar, fiscal, shape);
        if let Some(wanted) = current.fiscal().and_then(year_ago) {
            return self.slot(wanted);
        }
        let period = current.period();
        if let Some(reported) = dates_year_ago(self.series.periods(), &period) {
            return self.at_period(&reported);
        }
        self.near(&slot::dates_year_before(&period).unwrap_or(period))
    }

    fn quarter_before(&self, current: &Answer) -> Option<Result<Answer, Box<NotDerivable>>> {
        let fiscal = self.quarter_of(current)?;
        let calendar = self.series.calendar();
        let opening = calendar.period(fiscal)?.opening()?;
        Some(self.quarter_to(opening.end()).answer)
    }

    /// The quarter that a discrete quarter, or an instant at its end, stands for.
    fn quarter_of(&self, answer: &Answer) -> Option<FiscalPeriod> {
        let calendar = self.series.calendar();
        let fiscal = answer.fiscal()?;
        if answer.period().start().is_some() {
            return (fiscal.slot.span() == Span::Quarter).then_some(fiscal);
        }
        let closing = calendar.closing(fiscal)?;
        Some(calendar.place(&closing)?.fiscal)
    }

    fn year_end_before(&self, current: &Answer) -> Option<Result<Answer, Box<NotDerivable>>> {
        if current.period().start().is_some() {
            return None;
        }
        let fiscal = self.quarter_of(current)?;
        let last = FiscalPeriod::new(fiscal.year.checked_sub(1)?, crate::model::Slot::Q4);
        Some(self.slot(last))
    }
}
