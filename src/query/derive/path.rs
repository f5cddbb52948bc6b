//! Which reported durations add up to a stretch of time, by their dates alone.
//!
//! A duration leads from its first day to the day after its last, with its figure; the way back takes the figure off.
//! What leads from the first day of a stretch to the day after it adds up to its figure: to 4Q08 lead back 9M08, then
//! forth FY2008.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::model::{FiscalCalendar, Period, PeriodKind};
use crate::query::slot::year_of;

/// How many steps a search tries at most: facts whose dates lie a day apart multiply the ways.
const BUDGET: usize = 20_000;

/// The most days that a period without a place in the calendar may have.
const LONGEST: i64 = 380;

/// The durations of a series as ways from day to day.
///
/// Those that have their place in the company's calendar, or lie where a change of year end has left it without a fiscal
/// year, lead on from one to the next. The others (of a company founded within its year, under a predecessor, or told again for
/// another year end) do not: nothing says that one goes on where another ended. They count two at a time, with one first or
/// one last day: nine months less six.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Ways {
    on: BTreeMap<NaiveDate, Vec<Way>>,
    /// First day and the day after the last, of all.
    all: BTreeSet<(NaiveDate, NaiveDate)>,
    /// Of those that do not lead on.
    loose: Vec<(NaiveDate, NaiveDate)>,
    /// On which one begins, or which follow one.
    days: BTreeSet<NaiveDate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Way {
    to: NaiveDate,
    step: Step,
}

/// A duration, added or taken off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Step {
    pub(crate) taken_off: bool,
    pub(crate) period: Period,
}

impl Ways {
    pub(crate) fn new(calendar: &FiscalCalendar, periods: impl Iterator<Item = Period>) -> Self {
        let mut ways = Self::default();
        for period in periods.filter(|period| period.kind() == PeriodKind::Duration) {
            let (Some(from), Some(to)) = (period.start(), period.end().succ_opt()) else {
                continue;
            };
            let leads_on = calendar.place(&period).is_some() || is_between_years(calendar, &period);
            // Two years, or what a slip in a date makes of one.
            if !leads_on && period.days().is_none_or(|days| days > LONGEST) {
                continue;
            }
            ways.all.insert((from, to));
            ways.days.extend([from, to]);
            if !leads_on {
                ways.loose.push((from, to));
                continue;
            }
            let mut add = |from, to, taken_off| {
                let step = Step { taken_off, period };
                ways.on.entry(from).or_default().push(Way { to, step });
            };
            add(from, to, false);
            add(to, from, true);
        }
        ways
    }

    /// The days within some days of a given one on which a duration begins, or that follow one; the nearest first.
    pub(crate) fn days_near(&self, day: NaiveDate, tolerance: i64) -> Vec<NaiveDate> {
        let apart = |other: &NaiveDate| other.signed_duration_since(day).num_days().abs();
        let mut near: Vec<NaiveDate> = self
            .days
            .iter()
            .copied()
            .filter(|other| apart(other) <= tolerance)
            .collect();
        near.sort_by_key(|other| (apart(other), *other));
        near
    }

    /// The ways of so many steps from a day to another: those that take less off first, then by their dates. What is
    /// added stands before what is taken off, each in order of time. Differences of those that do not lead on come last.
    pub(crate) fn between(&self, from: NaiveDate, to: NaiveDate, steps: usize) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        if self.on.contains_key(&from) && self.on.contains_key(&to) {
            found = self.walked(from, to, steps);
        }
        if steps == 2 {
            let loose = self.differences(from, to);
            found.extend(loose.into_iter().map(Vec::from));
        }
        found
    }

    /// What is the one and not the other of two durations, of which one at least does not lead on.
    fn differences(&self, from: NaiveDate, to: NaiveDate) -> BTreeSet<[Step; 2]> {
        let mut found = BTreeSet::new();
        for (start, after) in &self.loose {
            let pairs = [
                // Both with one first day, this the shorter or the longer one; then with one last day.
                (*after == from).then_some(((*start, to), (*start, from))),
                (*after == to).then_some(((*start, to), (*start, from))),
                (*start == from).then_some(((from, *after), (to, *after))),
                (*start == to).then_some(((from, *after), (to, *after))),
            ];
            for (whole, part) in pairs.into_iter().flatten() {
                if !self.all.contains(&whole) || !self.all.contains(&part) {
                    continue;
                }
                let step = |(from, after): (NaiveDate, NaiveDate), taken_off| {
                    let period = Period::duration(from, after.pred_opt()?).ok()?;
                    Some(Step { taken_off, period })
                };
                if let (Some(whole), Some(part)) = (step(whole, false), step(part, true)) {
                    found.insert([whole, part]);
                }
            }
        }
        found
    }

    fn walked(&self, from: NaiveDate, to: NaiveDate, steps: usize) -> Vec<Vec<Step>> {
        let mut walk = Walk {
            ways: self,
            to,
            budget: BUDGET,
            visited: vec![from],
            steps: Vec::new(),
            found: Vec::new(),
        };
        walk.on(from, steps);
        let mut found = walk.found;
        for steps in &mut found {
            steps.sort_unstable();
        }
        found.sort_unstable_by_key(|steps| {
            let taken_off = steps.iter().filter(|step| step.taken_off).count();
            (taken_off, steps.clone())
        });
        found.dedup();
        found
    }
}

fn is_between_years(calendar: &FiscalCalendar, period: &Period) -> bool {
    let free = |day| year_of(calendar, day).is_none();
    period.start().is_some_and(free) && free(period.end())
}

struct Walk<'a> {
    ways: &'a Ways,
    to: NaiveDate,
    budget: usize,
    visited: Vec<NaiveDate>,
    steps: Vec<Step>,
    found: Vec<Vec<Step>>,
}

impl Walk<'_> {
    fn on(&mut self, at: NaiveDate, left: usize) {
        for way in self.ways.on.get(&at).into_iter().flatten() {
            let Some(budget) = self.budget.checked_sub(1) else {
                return;
            };
            self.budget = budget;
            let arrives = way.to == self.to;
            if arrives != (left == 1) || self.visited.contains(&way.to) {
                continue;
            }
            self.steps.push(way.step);
            if arrives {
                self.found.push(self.steps.clone());
            } else {
                self.visited.push(way.to);
                self.on(way.to, left - 1);
                self.visited.pop();
            }
            self.steps.pop();
        }
    }
}
