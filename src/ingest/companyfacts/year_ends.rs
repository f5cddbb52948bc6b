//! A fiscal calendar from the years that annual reports are about.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::model::date::shift;
use crate::model::{
    CalendarRule, FiscalCalendar, LabelStyle, ModelError, WeekdayPick, YearEnd, YearNaming,
};

/// What is uncertain about a fiscal calendar that was inferred.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CalendarNote {
    /// No annual report has figures of a year: calendar years are assumed.
    NoYears,
    /// The years that annual reports are about end by no rule: calendar years are assumed.
    NoRule,
    /// All rests on one year end.
    OneYear {
        /// It.
        end: NaiveDate,
    },
    /// A year that an annual report is about ends otherwise than by the rule: a slip, or the first year
    /// of a new rule, which is believed from its second year on.
    OtherEnd {
        /// Its last day.
        end: NaiveDate,
    },
    /// The last such weekday of the month and the one nearest to its end were the same in all years; the last is
    /// taken.
    LastOrNearest {
        /// The weekday.
        weekday: Weekday,
        /// The month.
        month: u32,
    },
    /// No reports, or too few, show how many weeks the quarters have: the first that fits of 13 weeks each, or
    /// another division, is taken.
    QuarterWeeks,
    /// No report shows which quarter takes the 53rd week: the first that fits, the fourth before the others, is taken.
    LongQuarter,
    /// The year end is rounded to the end of a month: on which day, or on which weekday, years end is not told.
    RoundedYearEnd {
        /// The month.
        month: u32,
    },
    /// Another filing of the company says that its years end with that month.
    OtherMonth {
        /// The month.
        month: u32,
    },
    /// No filing says when years end: calendar years are assumed.
    NoYearEnd,
}

impl fmt::Display for CalendarNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CalendarNote::NoYears => {
                f.write_str("no annual report has figures of a year: calendar years are assumed")
            }
            CalendarNote::NoRule => {
                f.write_str("the fiscal years end by no rule: calendar years are assumed")
            }
            CalendarNote::OneYear { end } => {
                write!(f, "the fiscal calendar rests on one year end, {end}")
            }
            CalendarNote::OtherEnd { end } => {
                write!(
                    f,
                    "an annual report is about a year that ends on {end}, against the rule"
                )
            }
            CalendarNote::LastOrNearest { weekday, month } => write!(
                f,
                "years end on the last {weekday} of month {month}, or on the one nearest to its end: \
                 no year tells them apart"
            ),
            CalendarNote::QuarterWeeks => {
                f.write_str("too few reports show how many weeks the quarters have")
            }
            CalendarNote::LongQuarter => {
                f.write_str("no report shows which quarter takes the 53rd week")
            }
            CalendarNote::RoundedYearEnd { month } => write!(
                f,
                "years are taken to end with month {month}: the data set rounds the day to a month-end"
            ),
            CalendarNote::OtherMonth { month } => write!(
                f,
                "another filing says that the fiscal years end with month {month}"
            ),
            CalendarNote::NoYearEnd => {
                f.write_str("no filing says when fiscal years end: calendar years are assumed")
            }
        }
    }
}

/// What a filing tells of periods.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Whether it is an annual report.
    pub(super) annual: bool,
    /// How many facts have these first and last days.
    pub(super) durations: BTreeMap<(NaiveDate, NaiveDate), u32>,
}

/// What a rule costs against a year end that does not follow it: a slip is likelier than a rule of one year, and two
/// years are likelier a rule.
const RULE_COST: usize = 3;
const MISS_COST: usize = 2;

/// How many days may lie between two days that are told for one year's end.
const SAME_END: i64 = 20;

/// What reports tell of a fiscal calendar.
#[derive(Debug)]
pub(super) struct Years {
    pub(super) calendar: FiscalCalendar,
    pub(super) notes: Vec<CalendarNote>,
    /// How many year ends the calendar rests on: none where it is assumed.
    pub(super) ends: usize,
}

/// The calendar that the annual reports follow, and what is uncertain about it.
pub(super) fn infer(reports: &[Report], labels: LabelStyle) -> Result<Years, ModelError> {
    let mut notes = Vec::new();
    let ends = year_ends(reports, &mut notes);
    let stretches = stretches(&ends);
    let fallback = |note| {
        let calendar = FiscalCalendar::new(vec![CalendarRule {
            from: None,
            year_end: YearEnd::MonthEnd { month: 12 },
            named_by: YearNaming::End,
            labels,
        }])?;
        Ok(Years {
            calendar,
            notes: vec![note],
            ends: 0,
        })
    };
    if ends.is_empty() {
        return fallback(CalendarNote::NoYears);
    }
    let followed: usize = stretches.iter().map(|stretch| stretch.years.len()).sum();
    let too_few = |stretch: &Stretch| {
        let weekly = matches!(stretch.rule, YearEnd::Weekly { .. });
        weekly && stretch.years.len() < 2
    };
    if followed * 3 < ends.len() * 2 || stretches.iter().any(too_few) {
        return fallback(CalendarNote::NoRule);
    }
    for end in &ends {
        if !stretches.iter().any(|stretch| stretch.ends.contains(end)) {
            notes.push(CalendarNote::OtherEnd { end: *end });
        }
    }
    if let [end] = ends.as_slice() {
        notes.push(CalendarNote::OneYear { end: *end });
    }
    let observed: HashSet<(NaiveDate, NaiveDate)> = reports
        .iter()
        .flat_map(|report| report.durations.keys().copied())
        .collect();
    let mut rules = Vec::new();
    for (nth, stretch) in stretches.iter().enumerate() {
        let first = stretch.years.first().and_then(|year| year.checked_sub(1));
        let start = first.and_then(|year| stretch.rule.date(year)?.succ_opt());
        rules.push(CalendarRule {
            from: start.filter(|_| nth > 0),
            year_end: stretch.with_quarters(&observed, nth + 1 == stretches.len(), &mut notes),
            named_by: YearNaming::End,
            labels,
        });
    }
    Ok(Years {
        calendar: FiscalCalendar::new(rules)?,
        notes,
        ends: ends.len(),
    })
}

/// The last days of the years that annual reports are about, and of the years before them that they compare
/// with, in order. Of days so near to each other that they are meant for one year's end, the most told one. A year that is
/// only compared with and shares months with one that a report is about was recast after a change of year end.
fn year_ends(reports: &[Report], notes: &mut Vec<CalendarNote>) -> Vec<NaiveDate> {
    let mut told: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    let mut reported: BTreeSet<NaiveDate> = BTreeSet::new();
    for report in reports.iter().filter(|report| report.annual) {
        let mut years: BTreeMap<NaiveDate, (NaiveDate, u32)> = BTreeMap::new();
        for ((start, end), facts) in &report.durations {
            let is_year = (350..=380).contains(&days_between(*start, *end));
            if is_year && years.get(end).is_none_or(|(_, most)| facts > most) {
                years.insert(*end, (*start, *facts));
            }
        }
        let most = years.values().map(|(_, facts)| *facts).max().unwrap_or(0);
        let own = years.iter().rev().find(|(_, (_, facts))| facts * 2 >= most);
        reported.extend(own.map(|(end, _)| *end));
        // Its own year, then the year that ends on the day before, and so on.
        let mut next = own.map(|(end, _)| *end);
        while let Some(end) = next {
            let Some((start, facts)) = years.get(&end) else {
                break;
            };
            *told.entry(end).or_insert(0) += facts;
            next = start.pred_opt();
        }
    }
    let shares_months = |end: NaiveDate| {
        let mut apart = reported.iter().map(|own| days_between(*own, end).abs());
        apart.any(|days| days > SAME_END && days < 350)
    };
    told.retain(|end, _| reported.contains(end) || !shares_months(*end));
    let mut ends: Vec<(NaiveDate, u32)> = Vec::new();
    for (end, facts) in told {
        match ends.last_mut() {
            Some(last) if days_between(last.0, end) <= SAME_END => {
                let other = if facts > last.1 { last.0 } else { end };
                notes.push(CalendarNote::OtherEnd { end: other });
                if facts > last.1 {
                    *last = (end, facts);
                }
            }
            _ => ends.push((end, facts)),
        }
    }
    ends.into_iter().map(|(end, _)| end).collect()
}

fn days_between(earlier: NaiveDate, later: NaiveDate) -> i64 {
    later.signed_duration_since(earlier).num_days()
}

/// Consecutive years under one rule.
#[derive(Debug)]
struct Stretch {
    rule: YearEnd,
    /// Whether the nearest weekday would be the same in all its years.
    ambiguous: bool,
    /// The calendar years of the nominal ends of the years that follow the rule.
    years: Vec<i32>,
    /// The last days of those years.
    ends: Vec<NaiveDate>,
}

/// Divides the years by rules, so that few rules leave few years unexplained.
fn stretches(ends: &[NaiveDate]) -> Vec<Stretch> {
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
fn weekly(month: u32, weekday: Weekday, pick: WeekdayPick) -> YearEnd {
    YearEnd::Weekly {
        month,
        weekday,
        pick,
        weeks: [13; 4],
        long_quarter: 4,
    }
}

fn other_pick(rule: &YearEnd) -> Option<YearEnd> {
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
fn followed(rule: &YearEnd, end: NaiveDate) -> Option<i32> {
    let year = end.year();
    (year.saturating_sub(1)..=year.saturating_add(1)).find(|year| rule.date(*year) == Some(end))
}

impl Stretch {
    /// The rule with the quarters that the reports of these years show.
    fn with_quarters(
        &self,
        observed: &HashSet<(NaiveDate, NaiveDate)>,
        goes_on: bool,
        notes: &mut Vec<CalendarNote>,
    ) -> YearEnd {
        let YearEnd::Weekly {
            month,
            weekday,
            pick,
            ..
        } = self.rule
        else {
            return self.rule.clone();
        };
        if self.ambiguous {
            notes.push(CalendarNote::LastOrNearest { weekday, month });
        }
        // The year after the last annual report has quarterly reports already.
        let after = self.years.last().and_then(|year| year.checked_add(1));
        let years: Vec<i32> = self
            .years
            .iter()
            .copied()
            .chain(after.filter(|_| goes_on))
            .collect();
        let fits = |rule: &YearEnd| -> usize {
            let bounds = years.iter().filter_map(|year| rule.boundaries(*year));
            bounds
                .map(|[start, inner @ .., _]| {
                    let ends = inner.iter().filter_map(NaiveDate::pred_opt);
                    ends.filter(|end| observed.contains(&(start, *end))).count()
                })
                .sum()
        };
        let divisions = divisions().into_iter().map(|(weeks, long_quarter)| {
            let rule = YearEnd::Weekly {
                month,
                weekday,
                pick,
                weeks,
                long_quarter,
            };
            (fits(&rule), weeks, rule)
        });
        let divisions: Vec<(usize, [u8; 4], YearEnd)> = divisions.collect();
        let most = divisions.iter().map(|(fits, ..)| *fits).max();
        let best: Vec<_> = divisions
            .iter()
            .filter(|(fits, ..)| Some(*fits) == most)
            .collect();
        let Some((_, weeks, rule)) = best.first() else {
            return self.rule.clone();
        };
        if best.iter().any(|(_, other, _)| other != weeks) {
            notes.push(CalendarNote::QuarterWeeks);
        } else if best.len() > 1 {
            notes.push(CalendarNote::LongQuarter);
        }
        rule.clone()
    }
}

/// Every division of 52 weeks into quarters, and the quarter that takes the 53rd week, the usual first.
fn divisions() -> Vec<([u8; 4], u8)> {
    let mut weeks: Vec<[u8; 4]> = vec![[13; 4]];
    for first in 12..=17_u8 {
        for second in 12..=17 {
            for third in 12..=17 {
                let fourth = 52 - first - second - third;
                let division = [first, second, third, fourth];
                if (12..=17).contains(&fourth) && division != [13; 4] {
                    weeks.push(division);
                }
            }
        }
    }
    weeks
        .into_iter()
        .flat_map(|weeks| [4, 1, 2, 3].map(|long| (weeks, long)))
        .collect()
}

#[cfg(test)]
mod tests;
