//! Which rules years end by, one after another.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::model::date::shift;
use crate::model::{WeekdayPick, YearEnd};

/// What a rule costs against a year end that does not follow it: a slip is likelier than a rule of one year, and two
/// years are likelier a rule.
const RULE_COST: usize = 3;
const MISS_COST: usize = 2;

/// Consecutive years under one rule.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) rule: YearEnd,
    /// Whether the nearest weekday would be the same in all its years.
    pub(super) ambiguous: bool,
    /// The calendar years of the nominal ends of the years that follow the rule.
    pub(super) years: Vec<i32>,
    /// The last days of those years; none where the first year goes on.
    pub(super) ends: Vec<NaiveDate>,
}

impl Stretch {
    /// The first day of the first year.
    pub(super) fn begins(&self) -> Option<NaiveDate> {
        self.rule.start(*self.years.first()?)
    }

    /// Takes off the years that end on a day or after it; `None` where there are none.
    pub(super) fn split_off(&mut self, day: NaiveDate) -> Option<Stretch> {
        let at = self.ends.partition_point(|end| *end < day);
        let (years, ends) = (self.years.split_off(at), self.ends.split_off(at));
        (!years.is_empty()).then(|| Stretch {
            rule: self.rule.clone(),
            ambiguous: self.ambiguous,
            years,
            ends,
        })
    }
}

/// Divides the years by rules, so that few rules leave few years unexplained. Years running that do not follow the rule
/// around them, and follow another together, are a stretch of that; a stretch of one year is none.
pub(super) fn stretches(ends: &[NaiveDate]) -> Vec<Stretch> {
    let rules = candidates(ends);
    let mut costs = vec![RULE_COST; rules.len()];
    // For every year and rule, the rule of the year before.
    let mut before: Vec<Vec<usize>> = Vec::new();
    for (nth, end) in ends.iter().enumerate() {
        let cheapest = cheapest(&costs);
        let best = costs.get(cheapest).copied().unwrap_or(0);
        let (next, from): (Vec<usize>, Vec<usize>) = rules
            .iter()
            .zip(&costs)
            .enumerate()
            .map(|(own, (rule, cost))| {
                let miss = if followed(rule, *end).is_some() {
                    0
                } else {
                    MISS_COST
                };
                if nth > 0 && best + RULE_COST < *cost {
                    (best + RULE_COST + miss, cheapest)
                } else {
                    (*cost + miss, own)
                }
            })
            .unzip();
        costs = next;
        before.push(from);
    }
    let mut at = cheapest(&costs);
    let mut path: Vec<(usize, NaiveDate)> = Vec::new();
    for (end, from) in ends.iter().zip(&before).rev() {
        path.push((at, *end));
        at = from.get(at).copied().unwrap_or(at);
    }
    path.reverse();
    believe_the_second_year(&rules, &mut path);
    path.chunk_by(|a, b| a.0 == b.0)
        .filter_map(|years| {
            let (at, _) = years.first()?;
            let rule = rules.get(*at)?.clone();
            let (years, ends): (Vec<i32>, Vec<NaiveDate>) = years
                .iter()
                .filter_map(|(_, end)| Some((followed(&rule, *end)?, *end)))
                .unzip();
            let nearest = other_pick(&rule);
            let ambiguous = nearest
                .is_some_and(|other| ends.iter().all(|end| followed(&other, *end).is_some()));
            Some(Stretch {
                rule,
                ambiguous,
                years,
                ends,
            })
        })
        .collect()
}

/// Gives years running, which miss the rule of their stretch and follow one other, to that rule: it would cost two changes
/// where the company went back to the rule before, and is believed from its second year on all the same. What is left of a
/// stretch on either side goes to the stretch beside it where it is one year alone.
fn believe_the_second_year(rules: &[YearEnd], path: &mut [(usize, NaiveDate)]) {
    let (mut first, mut believed) = (0, false);
    while let Some(rest) = path.get_mut(first..).filter(|rest| !rest.is_empty()) {
        let running = |at: usize| {
            rest.iter()
                .take_while(|(own, end)| {
                    !follows(rules, &(*own, *end)) && follows(rules, &(at, *end))
                })
                .count()
        };
        // The first of the longest.
        let longest = (0..rules.len()).rev().max_by_key(|at| running(*at));
        let (at, years) = longest.map_or((0, 0), |at| (at, running(at)));
        if years >= 2 {
            believed = true;
            for (own, _) in rest.iter_mut().take(years) {
                *own = at;
            }
        }
        first += years.max(1);
    }
    if !believed {
        return;
    }
    while let Some((years, beside)) = one_year_alone(rules, path) {
        for (own, _) in path.get_mut(years).into_iter().flatten() {
            *own = beside;
        }
    }
}

/// Where the first stretch is that fewer than two years follow, and the rule of the one before it, else after it.
fn one_year_alone(rules: &[YearEnd], path: &[(usize, NaiveDate)]) -> Option<(Range<usize>, usize)> {
    let (mut from, mut before) = (0, None);
    for years in path.chunk_by(|a, b| a.0 == b.0) {
        let to = from + years.len();
        let after = path.get(to).map(|(at, _)| *at);
        let following = years.iter().filter(|year| follows(rules, year)).count();
        if let Some(beside) = before.or(after).filter(|_| following < 2) {
            return Some((from..to, beside));
        }
        (from, before) = (to, years.first().map(|(at, _)| *at));
    }
    None
}

/// Whether a year ends by the rule to which it is given.
fn follows(rules: &[YearEnd], (at, end): &(usize, NaiveDate)) -> bool {
    rules
        .get(*at)
        .is_some_and(|rule| followed(rule, *end).is_some())
}

/// The first of the least.
fn cheapest(costs: &[usize]) -> usize {
    let least = costs.iter().enumerate().min_by_key(|(_, cost)| **cost);
    least.map_or(0, |(at, _)| at)
}

/// Every rule that some year follows: month ends before weekdays, the last weekday before the nearest.
fn candidates(ends: &[NaiveDate]) -> Vec<YearEnd> {
    let mut rules = Vec::new();
    for end in ends {
        rules.push(YearEnd::MonthEnd { month: end.month() });
    }
    for pick in [WeekdayPick::Last, WeekdayPick::Nearest] {
        for end in ends {
            // The nearest weekday may be up to three days into the next month.
            for month in [Some(*end), shift(*end, -3)].into_iter().flatten() {
                rules.push(weekly(month.month(), end.weekday(), pick));
            }
        }
    }
    let mut distinct: Vec<YearEnd> = Vec::new();
    for rule in rules {
        if !distinct.contains(&rule) && ends.iter().any(|end| followed(&rule, *end).is_some()) {
            distinct.push(rule);
        }
    }
    distinct
}

/// A rule with quarters of 13 weeks, of which the fourth takes the 53rd.
pub(super) fn weekly(month: u32, weekday: Weekday, pick: WeekdayPick) -> YearEnd {
    YearEnd::Weekly {
        month,
        weekday,
        pick,
        weeks: [13; 4],
        long_quarter: 4,
    }
}

pub(super) fn other_pick(rule: &YearEnd) -> Option<YearEnd> {
    match rule {
        YearEnd::Weekly {
            month,
            weekday,
            pick: WeekdayPick::Last,
            ..
        } => Some(weekly(*month, *weekday, WeekdayPick::Nearest)),
        _ => None,
    }
}

/// The calendar year of the nominal end of the year that ends on a day by the rule.
pub(super) fn followed(rule: &YearEnd, end: NaiveDate) -> Option<i32> {
    let year = end.year();
    (year.saturating_sub(1)..=year.saturating_add(1)).find(|year| rule.date(*year) == Some(end))
}
