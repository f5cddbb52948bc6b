//! A fiscal calendar from the years that annual reports are about.

mod rules;
mod transition;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use chrono::{NaiveDate, Weekday};

use crate::model::{
    CalendarRule, DocumentKind, FiscalCalendar, LabelStyle, ModelError, YearEnd, YearNaming,
};

use super::kind_of;

use rules::{Stretch, followed, stretches};
use transition::add_new_years;

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
    /// A year that an annual report is about ends otherwise than by the rule: a slip, the first year
    /// of a new rule that no transition period tells, which is believed from its second year on, or twelve months that share some with the year before.
    OtherEnd {
        /// Its last day.
        end: NaiveDate,
    },
    /// Years are taken to end otherwise from a day on, by the transition period to that day and the reports after it:
    /// no annual report is about such a year yet.
    NewYearEnd {
        /// The last day of the transition period.
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
            CalendarNote::NewYearEnd { end } => {
                write!(
                    f,
                    "fiscal years are taken to begin after {end}, where a transition period ends: no annual \
                     report is about such a year yet"
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

/// What sort of report a filing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReportKind {
    /// On an annual form, also where it is about a transition period.
    Annual,
    /// On a quarterly form, or on that for reports from abroad within the year.
    Quarterly,
    /// On the quarterly form for transition periods.
    Transition,
    Other,
}

impl ReportKind {
    pub(super) fn of(form: &str) -> Self {
        match kind_of(form) {
            DocumentKind::AnnualReport => ReportKind::Annual,
            DocumentKind::QuarterlyReport if form.starts_with("10-QT") => ReportKind::Transition,
            DocumentKind::QuarterlyReport => ReportKind::Quarterly,
            _ if form.starts_with("6-K") => ReportKind::Quarterly,
            _ => ReportKind::Other,
        }
    }
}

/// What a filing tells of periods.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) kind: ReportKind,
    /// How many facts have these first and last days.
    pub(super) durations: BTreeMap<(NaiveDate, NaiveDate), u32>,
}

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
    let YearEnds {
        fiscal: ends,
        shared,
    } = year_ends(reports, &mut notes);
    let mut stretches = stretches(&ends);
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
    let too_few = |stretch: &Stretch| {
        let weekly = matches!(stretch.rule, YearEnd::Weekly { .. });
        weekly && stretch.years.len() < 2
    };
    if stretches.iter().any(too_few) {
        return fallback(CalendarNote::NoRule);
    }
    add_new_years(&mut stretches, &ends, reports);
    let by_rules: usize = stretches.iter().map(|stretch| stretch.ends.len()).sum();
    if by_rules * 3 < ends.len() * 2 {
        return fallback(CalendarNote::NoRule);
    }
    let by_rule = |end: &NaiveDate| {
        let mut rules = stretches.iter().map(|stretch| &stretch.rule);
        rules.any(|rule| followed(rule, *end).is_some())
    };
    for end in &ends {
        if !stretches.iter().any(|stretch| stretch.ends.contains(end)) {
            notes.push(CalendarNote::OtherEnd { end: *end });
        }
    }
    let others = shared.iter().filter(|end| !by_rule(end));
    notes.extend(others.map(|end| CalendarNote::OtherEnd { end: *end }));
    if let [end] = ends.as_slice() {
        notes.push(CalendarNote::OneYear { end: *end });
    }
    let observed: HashSet<(NaiveDate, NaiveDate)> = reports
        .iter()
        .flat_map(|report| report.durations.keys().copied())
        .collect();
    let mut rules = Vec::new();
    for (nth, stretch) in stretches.iter().enumerate() {
        let start = stretch.begins();
        let before = start.and_then(|start| start.pred_opt());
        if let Some(end) = before.filter(|_| stretch.ends.is_empty()) {
            notes.push(CalendarNote::NewYearEnd { end });
        }
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

/// The last days of years.
struct YearEnds {
    /// Those of fiscal years, in order.
    fiscal: Vec<NaiveDate>,
    /// Those of the latest years of annual reports that share months with a fiscal year before them.
    shared: Vec<NaiveDate>,
}

/// The last days of the years that annual reports are about, and of the years before them that they compare
/// with, in order. Of days so near to each other that they are meant for one year's end, the most told one. A year that is
/// only compared with and shares months with one that a report is about was recast after a change of year end.
///
/// A report is about the latest year that it tells by many facts, unless that shares months with the year before it that a
/// report is about: fiscal years follow each other. What is left after an old year is a transition period, and its
/// report may tell the twelve months to its end too.
fn year_ends(reports: &[Report], notes: &mut Vec<CalendarNote>) -> YearEnds {
    let mut told: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    // The first day by the last; of several, the latest.
    let mut latest: BTreeMap<NaiveDate, NaiveDate> = BTreeMap::new();
    for report in reports
        .iter()
        .filter(|report| report.kind == ReportKind::Annual)
    {
        let mut years: BTreeMap<NaiveDate, (NaiveDate, u32)> = BTreeMap::new();
        for ((start, end), facts) in &report.durations {
            let is_year = (350..=380).contains(&days_between(*start, *end));
            if is_year && years.get(end).is_none_or(|(_, most)| facts > most) {
                years.insert(*end, (*start, *facts));
            }
        }
        let most = years.values().map(|(_, facts)| *facts).max().unwrap_or(0);
        let own = years.iter().rev().find(|(_, (_, facts))| facts * 2 >= most);
        if let Some((end, (start, _))) = own {
            let first = latest.entry(*end).or_insert(*start);
            *first = (*first).max(*start);
        }
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
    let (reported, shared) = follow_each_other(&latest);
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
    YearEnds {
        fiscal: ends.into_iter().map(|(end, _)| end).collect(),
        shared,
    }
}

/// The last days of the years of which none begins before the one before it has ended, and those of the others.
fn follow_each_other(
    years: &BTreeMap<NaiveDate, NaiveDate>,
) -> (BTreeSet<NaiveDate>, Vec<NaiveDate>) {
    let (mut following, mut shared) = (BTreeSet::new(), Vec::new());
    for (end, start) in years {
        let overlaps = following.last().is_some_and(|before| {
            days_between(*start, *before) > SAME_END && days_between(*before, *end) > SAME_END
        });
        if overlaps {
            shared.push(*end);
        } else {
            following.insert(*end);
        }
    }
    (following, shared)
}

fn days_between(earlier: NaiveDate, later: NaiveDate) -> i64 {
    later.signed_duration_since(earlier).num_days()
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
