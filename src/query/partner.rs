//! With which fact another is compared: found by fiscal slot or by dates, never by row offset.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::model::{
    FiscalCalendar, FiscalPeriod, PLACEMENT_TOLERANCE, Period, PeriodKind, Slot, Span,
};

use super::delta::DeltaKind;
use super::held::Rows;
use super::point::Point;
use super::rows::{Standing, find_dates};
use super::select::Asked;
use super::slot::{self, Dated, Shape, Target};

/// How many days two lengths may differ before it is worth saying.
pub(crate) const LENGTH_TOLERANCE: i64 = 5;

/// The lengths of a discrete quarter.
const QUARTER_DAYS: RangeInclusive<i64> = 70..=120;

/// What a point is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Partner {
    /// This fact.
    Fact(Point),
    /// Nothing, as this slot was not reported, or (`None`) nothing of fitting dates.
    Gap(Option<FiscalPeriod>),
    /// The comparison has no meaning for this period.
    NotApplicable,
}

impl Rows {
    /// What a point of this series, or of another scenario of it, is compared with.
    pub(crate) fn partner(&self, kind: DeltaKind, current: &Point) -> Partner {
        let rows = Placed {
            calendar: &self.about().company.calendar,
            rows: self.as_slice(),
        };
        match rows.partner(kind, current.fiscal(), current.period()) {
            Found::Row(index, standing) => match self.as_slice().get(index) {
                Some(row) => Partner::Fact(Point::new(row.clone(), standing)),
                None => Partner::Gap(None),
            },
            Found::Gap(wanted) => Partner::Gap(wanted),
            Found::NotApplicable => Partner::NotApplicable,
        }
    }
}

/// Which row a fact is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// The row of this number, which stands so in its slot.
    Row(usize, Option<Standing>),
    /// As [`Partner::Gap`].
    Gap(Option<FiscalPeriod>),
    /// As [`Partner::NotApplicable`].
    NotApplicable,
}

impl Found {
    fn at(row: Option<(usize, Option<Standing>)>, wanted: Option<FiscalPeriod>) -> Self {
        match row {
            Some((index, standing)) => Found::Row(index, standing),
            None => Found::Gap(wanted),
        }
    }
}

/// The rows of a series, sorted by their dates, in the calendar of their company.
#[derive(Debug)]
pub(crate) struct Placed<'a, R> {
    pub(crate) calendar: &'a FiscalCalendar,
    pub(crate) rows: &'a [R],
}

impl<R: Dated> Placed<'_, R> {
    /// What a fact of this slot and these dates is compared with.
    pub(crate) fn partner(
        &self,
        kind: DeltaKind,
        fiscal: Option<FiscalPeriod>,
        period: Period,
    ) -> Found {
        match kind {
            DeltaKind::YearOnYear => self.year_ago(fiscal, &period),
            DeltaKind::QuarterOnQuarter => self.quarter_before(fiscal, Shape::of(&period)),
            DeltaKind::SinceYearEnd => self.year_end_before(fiscal, &period),
        }
    }

    fn at_slot(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<(usize, Option<Standing>)> {
        let target = Target::new(self.calendar, fiscal, shape)?;
        let found = slot::find(self.rows, &target)?;
        Some((found.index, Some(Standing::new(target, found))))
    }

    fn at_dates(&self, period: &Period) -> Option<(usize, Option<Standing>)> {
        find_dates(self.calendar, self.rows, period)
    }

    fn periods(&self) -> impl Iterator<Item = Period> {
        self.rows.iter().map(Dated::period)
    }

    /// The same slot a fiscal year earlier, if that is a year earlier and as long: after a change of year end it is not,
    /// and the dates decide, as they do for what fits no slot.
    fn year_ago(&self, fiscal: Option<FiscalPeriod>, period: &Period) -> Found {
        let shape = Shape::of(period);
        let wanted = fiscal.and_then(|fiscal| slot::year_ago(self.calendar, fiscal, shape));
        match wanted {
            Some(wanted) => Found::at(self.at_slot(wanted, shape), Some(wanted)),
            None => Found::at(self.year_ago_by_dates(period), None),
        }
    }

    fn year_ago_by_dates(&self, period: &Period) -> Option<(usize, Option<Standing>)> {
        self.at_dates(&dates_year_ago(self.periods(), period)?)
    }

    /// The discrete quarter, or the quarter-end instant, that ends where this one begins.
    fn quarter_before(&self, fiscal: Option<FiscalPeriod>, shape: Shape) -> Found {
        let calendar = self.calendar;
        let Some(quarter) = fiscal.and_then(|fiscal| match shape {
            Shape::Duration => (fiscal.slot.span() == Span::Quarter).then_some(fiscal),
            Shape::Instant => calendar
                .place(&calendar.closing(fiscal)?)
                .map(|placement| placement.fiscal),
        }) else {
            return Found::NotApplicable;
        };
        let opening = calendar.period(quarter).and_then(|own| own.opening());
        // A change of year end may have cut quarters off the year before.
        let before = std::iter::successors(Some(quarter.previous()), |slot| Some(slot.previous()))
            .take(4)
            .find_map(|slot| Some((slot, calendar.period(slot)?)));
        match (opening, before) {
            (Some(opening), Some((wanted, own)))
                if slot::days_apart(opening.end(), own.end()) <= PLACEMENT_TOLERANCE =>
            {
                Found::at(self.at_slot(wanted, shape), Some(wanted))
            }
            (Some(opening), _) => Found::at(self.quarter_before_by_dates(&opening, shape), None),
            (None, _) => Found::Gap(None),
        }
    }

    /// What is a quarter long and ends where a quarter begins, but has no slot next to it: the quarters of a
    /// year that a change of year end left without a name.
    fn quarter_before_by_dates(
        &self,
        opening: &Period,
        shape: Shape,
    ) -> Option<(usize, Option<Standing>)> {
        self.at_dates(&quarter_to(self.periods(), shape, opening.end())?)
    }

    /// The instant at which the fiscal year of an instant began.
    fn year_end_before(&self, fiscal: Option<FiscalPeriod>, period: &Period) -> Found {
        if Shape::of(period) != Shape::Instant {
            return Found::NotApplicable;
        }
        let calendar = self.calendar;
        let year = match fiscal {
            Some(fiscal) => Some(FiscalPeriod::new(fiscal.year, Slot::Year)),
            None => slot::year_of(calendar, period.end()),
        };
        let opening = year
            .and_then(|year| calendar.period(year))
            .and_then(|own| own.opening());
        let Some(opening) = opening else {
            return Found::Gap(None);
        };
        match calendar.place(&opening) {
            Some(placement) => Found::at(
                self.at_slot(placement.fiscal, Shape::Instant),
                Some(placement.fiscal),
            ),
            None => Found::at(self.at_dates(&opening), None),
        }
    }
}

/// Of some dates those that lie a year before others: as long, and ending on the same day, give or take the days by which years
/// of weeks move.
pub(crate) fn dates_year_ago(
    reported: impl Iterator<Item = Period>,
    period: &Period,
) -> Option<Period> {
    let day = slot::year_before(period.end())?;
    let alike = reported.filter(|other| {
        other.kind() == period.kind() && other.nominal_quarters() == period.nominal_quarters()
    });
    let nearest = alike.filter_map(|other| {
        let end_off = slot::days_apart(other.end(), day);
        let length_off = lengths_apart(&other, period);
        (end_off <= PLACEMENT_TOLERANCE && length_off <= LENGTH_TOLERANCE)
            .then_some((end_off, length_off, other))
    });
    nearest.min().map(|(_, _, other)| other)
}

/// Of some dates those of a discrete quarter, or of the instant at its end, that end on a day, give or take the tolerance.
pub(crate) fn quarter_to(
    reported: impl Iterator<Item = Period>,
    shape: Shape,
    day: NaiveDate,
) -> Option<Period> {
    reported
        .filter(|other| Shape::of(other) == shape)
        .filter(|other| other.days().is_none_or(|days| QUARTER_DAYS.contains(&days)))
        .filter(|other| {
            other
                .nominal_quarters()
                .is_none_or(|quarters| quarters <= 1)
        })
        .map(|other| (slot::days_apart(other.end(), day), other))
        .filter(|(off, _)| *off <= PLACEMENT_TOLERANCE)
        .min()
        .map(|(_, other)| other)
}

/// What a computed figure is compared with. `None` where the comparison has no meaning for its period.
pub(crate) fn wanted(
    kind: DeltaKind,
    calendar: &FiscalCalendar,
    fiscal: Option<FiscalPeriod>,
    period: Period,
) -> Option<Asked> {
    let quarter = || match (fiscal?, Shape::of(&period)) {
        (fiscal, Shape::Duration) => (fiscal.slot.span() == Span::Quarter).then_some(fiscal),
        (fiscal, Shape::Instant) => Some(calendar.place(&calendar.closing(fiscal)?)?.fiscal),
    };
    let end = |fiscal| Some(calendar.period(fiscal)?.end());
    match kind {
        DeltaKind::YearOnYear => {
            let shape = Shape::of(&period);
            if let Some(wanted) = fiscal.and_then(|fiscal| slot::year_ago(calendar, fiscal, shape))
            {
                return Some(Asked::Slot(wanted));
            }
            slot::dates_year_before(&period).map(Asked::Dates)
        }
        DeltaKind::QuarterOnQuarter => {
            let opening = calendar.period(quarter()?)?.opening()?;
            let closed = |fiscal: &FiscalPeriod| end(*fiscal) == Some(opening.end());
            // A change of year end may have cut quarters off the year before.
            std::iter::successors(Some(quarter()?.previous()), |slot| Some(slot.previous()))
                .take(4)
                .find(closed)
                .map(Asked::Slot)
        }
        DeltaKind::SinceYearEnd => {
            let year = quarter()
                .filter(|_| Shape::of(&period) == Shape::Instant)?
                .year;
            let opening = calendar
                .period(FiscalPeriod::new(year, Slot::Year))?
                .opening()?;
            Some(match calendar.place(&opening) {
                Some(placement) => Asked::Slot(placement.fiscal),
                None => Asked::Dates(opening),
            })
        }
    }
}

/// Whether two durations differ in length by so much that it is worth saying.
pub(crate) fn lengths_differ(a: &Period, b: &Period) -> bool {
    lengths_apart(a, b) >= LENGTH_TOLERANCE
}

/// By how many days the lengths of two durations differ; 0 where they have none.
pub(crate) fn lengths_apart(a: &Period, b: &Period) -> i64 {
    match (a.kind(), b.kind()) {
        (PeriodKind::Duration, PeriodKind::Duration) => a
            .days()
            .unwrap_or_default()
            .abs_diff(b.days().unwrap_or_default())
            .try_into()
            .unwrap_or(i64::MAX),
        _ => 0,
    }
}
