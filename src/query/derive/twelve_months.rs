//! Trailing twelve months, and calendar quarters and years.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::error::{Alignment, NotDerivable, Obstacle};
use crate::model::{FiscalPeriod, MetricKind, Period, Slot};
use crate::query::answer::{Answer, DerivedOperand};
use crate::query::panel_period::CalendarQuarter;
use crate::query::partner::quarter_to;
use crate::query::slot::{self, Shape};

use super::Derivations;
use super::combine::{Aim, formula, signed};

/// Twelve months in days: 52 or 53 weeks, and some days more where quarters are counted in weeks.
const DAYS: RangeInclusive<i64> = 350..=380;

impl Derivations {
    /// The twelve months that end with a slot.
    pub(crate) fn twelve_months(&self, fiscal: FiscalPeriod) -> Result<Answer, Box<NotDerivable>> {
        let calendar = self.series.calendar();
        let label = self.ending(fiscal);
        let Some(own) = calendar.period(fiscal) else {
            let slot = calendar.label(fiscal);
            return Err(self.not_derivable(&label, None, Obstacle::NoSlot { slot }));
        };
        self.twelve_months_to(own.end(), &label)
    }

    /// What twelve months are called that end with a slot: by the quarter, where a quarter ends with it.
    pub(crate) fn ending(&self, fiscal: FiscalPeriod) -> String {
        let calendar = self.series.calendar();
        let (_, last) = fiscal.slot.quarters();
        let quarter = match calendar.period(fiscal) {
            Some(own) => slot::quarter_to(calendar, own.end()),
            None => quarter(last).map(|slot| FiscalPeriod::new(fiscal.year, slot)),
        };
        format!("TTM {}", calendar.label(quarter.unwrap_or(fiscal)))
    }

    /// The twelve months that end on a day: by years and what was done since if a quarter of the calendar ends on it, by four
    /// quarters, or by what adds up to their dates.
    pub(crate) fn twelve_months_to(
        &self,
        end: NaiveDate,
        label: &str,
    ) -> Result<Answer, Box<NotDerivable>> {
        let kind = self.series.kind();
        if kind != MetricKind::Flow {
            return Err(self.not_derivable(label, None, Obstacle::NotAdditive { kind }));
        }
        let aim = |period| Aim {
            label: label.to_owned(),
            fiscal: None,
            period,
        };
        let quarters = || self.in_sequence(&aim, label, self.four_quarters_to(end));
        let Some(ending) = slot::quarter_to(self.series.calendar(), end) else {
            // A change of year end has cut a quarter short, or has left it without a name.
            let whole = slot::months_to(end, 12).map(|whole| self.dates(label, &whole));
            return match whole {
                Some(Ok(answer)) => Ok(answer),
                _ => quarters(),
            };
        };
        let by_years = || self.by_years(&aim, ending);
        if self.always_derive {
            return quarters().or_else(|not| by_years().map_err(|_| not));
        }
        by_years().or_else(|not| {
            let of_operand = matches!(not.obstacle, Obstacle::Operand(_) | Obstacle::Dates { .. });
            quarters().map_err(|gap| if of_operand { gap } else { not })
        })
    }

    /// The four quarters that end on a day, one before the other.
    fn four_quarters_to(&self, end: NaiveDate) -> Vec<(String, Result<Answer, Box<NotDerivable>>)> {
        let mut parts = Vec::new();
        let mut end = Some(end);
        while let Some(day) = end
            && parts.len() < 4
        {
            let quarter = self.quarter_to(day);
            let opening = quarter.own.and_then(|own| own.opening());
            end = opening.map(|opening| opening.end());
            parts.push((quarter.name, quarter.answer));
        }
        parts.reverse();
        parts
    }

    /// The quarter that ends on a day, or the instant at its end: that of the calendar, or, where a change of year end has
    /// left it without a name, one that was reported, or what is near three whole months or thirteen weeks.
    pub(crate) fn quarter_to(&self, day: NaiveDate) -> Quarter {
        let calendar = self.series.calendar();
        if let Some(fiscal) = slot::quarter_to(calendar, day) {
            return Quarter {
                name: calendar.label(fiscal),
                own: calendar.period(fiscal),
                answer: self.slot(fiscal),
            };
        }
        let shape = self.series.label_shape();
        let own = quarter_to(self.series.periods(), shape, day).or_else(|| match shape {
            Shape::Duration => slot::months_to(day, 3).or_else(|| thirteen_weeks_to(day)),
            Shape::Instant => Period::instant(day).ok(),
        });
        let name = own.map_or_else(
            || format!("the quarter that ends on {day}"),
            |own| own.to_string(),
        );
        let answer = if let Some(own) = own {
            self.near(&own)
        } else {
            let slot = name.clone();
            Err(self.not_derivable(&name, None, Obstacle::NoSlot { slot }))
        };
        let own = answer.as_ref().map_or(own, |found| Some(found.period()));
        Quarter { name, own, answer }
    }

    /// A calendar year out of figures that begin and end with it, or out of its four quarters.
    pub(crate) fn of_calendar_year(&self, year: i32) -> Result<Answer, Box<NotDerivable>> {
        let label = format!("CY{year:04}");
        let quarters: Vec<CalendarQuarter> = (1..=4)
            .filter_map(|quarter| CalendarQuarter::new(year, quarter).ok())
            .collect();
        let (Some(first), Some(last)) = (quarters.first(), quarters.last()) else {
            let slot = label.clone();
            return Err(self.not_derivable(&label, None, Obstacle::NoSlot { slot }));
        };
        let aim = |period| Aim {
            label: label.clone(),
            fiscal: None,
            period,
        };
        let (start, end) = (first.period().start(), last.period().end());
        let whole = start.and_then(|start| Period::duration(start, end).ok());
        let at_once = whole.map(|whole| self.dates(&label, &whole));
        if let Some(Ok(answer)) = at_once {
            return Ok(answer);
        }
        let parts = quarters
            .into_iter()
            .map(|quarter| (quarter.to_string(), self.of_calendar_quarter(quarter)))
            .collect();
        match (self.in_sequence(&aim, &label, parts), at_once) {
            (Err(_), Some(Err(not))) if !matches!(not.obstacle, Obstacle::NoFormula) => Err(not),
            (found, _) => found,
        }
    }

    /// A calendar quarter out of figures that begin and end with it.
    pub(crate) fn of_calendar_quarter(
        &self,
        quarter: CalendarQuarter,
    ) -> Result<Answer, Box<NotDerivable>> {
        self.dates(&quarter.to_string(), &quarter.period())
    }

    /// The year itself, or the year before, and what was done since less what was done by then.
    fn by_years(
        &self,
        aim: &impl Fn(Period) -> Aim,
        fiscal: FiscalPeriod,
    ) -> Result<Answer, Box<NotDerivable>> {
        let (_, last) = fiscal.slot.quarters();
        let at = |year: i32, slot| {
            let fiscal = FiscalPeriod::new(year, slot);
            self.slot(fiscal).map_err(|not| {
                let label = format!("TTM {}", self.series.calendar().label(fiscal));
                self.not_derivable(&label, None, Obstacle::Operand(not))
            })
        };
        let so_far = match last {
            1 => Slot::Q1,
            2 => Slot::H1,
            3 => Slot::NineMonths,
            _ => {
                let year = at(fiscal.year, Slot::Year)?;
                self.check_length(aim, &year.label(), year.period())?;
                return Ok(year);
            }
        };
        let before = fiscal.year.saturating_sub(1);
        let operands = [
            (at(before, Slot::Year)?, false),
            (at(fiscal.year, so_far)?, false),
            (at(before, so_far)?, true),
        ]
        .map(|(answer, taken_off)| signed(answer, taken_off));
        let formula = formula(&operands);
        let [year, current, prior] = &operands;
        let stop = |a: &DerivedOperand, b: &DerivedOperand, needed| {
            let obstacle = apart(&a.answer, &b.answer, needed);
            Err(self.not_derivable(
                &aim(a.answer.period()).label,
                Some(formula.clone()),
                obstacle,
            ))
        };
        if year.answer.period().start() != prior.answer.period().start() {
            return stop(year, prior, Alignment::SameStart);
        }
        if !follows(&year.answer, &current.answer) {
            return stop(year, current, Alignment::Contiguous);
        }
        let period = prior.answer.period().end().succ_opt();
        let period =
            period.and_then(|day| Period::duration(day, current.answer.period().end()).ok());
        let Some(period) = period else {
            return stop(prior, current, Alignment::Contiguous);
        };
        self.check_length(aim, &formula, period)?;
        self.sum(&aim(period), operands.into(), formula)
    }

    /// The sum of figures that follow one upon the other, a year long together.
    fn in_sequence(
        &self,
        aim: &impl Fn(Period) -> Aim,
        label: &str,
        parts: Vec<(String, Result<Answer, Box<NotDerivable>>)>,
    ) -> Result<Answer, Box<NotDerivable>> {
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(" + ");
        let stop = |obstacle| self.not_derivable(label, Some(names.clone()), obstacle);
        let mut operands: Vec<DerivedOperand> = Vec::new();
        for (name, part) in parts {
            let answer = part.map_err(|not| match not.obstacle {
                Obstacle::Missing { .. } | Obstacle::NoSlot { .. } | Obstacle::NoFormula => {
                    stop(Obstacle::Gap { missing: name })
                }
                _ => stop(Obstacle::Operand(not)),
            })?;
            if let Some(before) = operands.last()
                && !follows(&before.answer, &answer)
            {
                return Err(stop(apart(&before.answer, &answer, Alignment::Contiguous)));
            }
            operands.push(signed(answer, false));
        }
        let ends = operands.first().zip(operands.last());
        let period = ends.and_then(|(first, last)| {
            let start = first.answer.period().start()?;
            Period::duration(start, last.answer.period().end()).ok()
        });
        let Some(period) = period else {
            return Err(stop(Obstacle::NoFormula));
        };
        self.check_length(aim, &names, period)?;
        let formula = formula(&operands);
        self.sum(&aim(period), operands, formula)
    }

    fn check_length(
        &self,
        aim: &impl Fn(Period) -> Aim,
        formula: &str,
        period: Period,
    ) -> Result<(), Box<NotDerivable>> {
        let days = period.days().unwrap_or_default();
        if DAYS.contains(&days) {
            return Ok(());
        }
        let obstacle = Obstacle::Length {
            period,
            days,
            what: "a year",
            least: *DAYS.start(),
            most: *DAYS.end(),
        };
        Err(self.not_derivable(&aim(period).label, Some(formula.to_owned()), obstacle))
    }
}

/// A quarter, whether the calendar has a name for it or not.
pub(crate) struct Quarter {
    name: String,
    own: Option<Period>,
    pub(crate) answer: Result<Answer, Box<NotDerivable>>,
}

fn thirteen_weeks_to(day: NaiveDate) -> Option<Period> {
    let start = day.checked_sub_days(chrono::Days::new(13 * 7 - 1))?;
    Period::duration(start, day).ok()
}

/// The quarter of a number.
fn quarter(number: u8) -> Option<Slot> {
    [Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4]
        .into_iter()
        .find(|slot| slot.quarters().1 == number)
}

/// Whether a figure begins on the day after another ends.
fn follows(before: &Answer, after: &Answer) -> bool {
    before.period().end().succ_opt() == after.period().start()
}

fn apart(a: &Answer, b: &Answer, needed: Alignment) -> Obstacle {
    Obstacle::Dates {
        operand: a.label(),
        period: a.period(),
        other: b.label(),
        other_period: b.period(),
        needed,
    }
}
