//! A new year end that no two annual reports tell yet: from the transition period before it and the reports after it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::model::date::shift;
use crate::model::{WeekdayPick, YearEnd};

use super::rules::{Stretch, followed, other_pick, weekly};
use super::{Report, ReportKind, SAME_END, days_between};

/// The days of a fiscal year, weeks allowed for.
const YEAR_DAYS: std::ops::RangeInclusive<i64> = 350..=380;

/// Adds the rules under which years begin where a transition period ends, as far as filings show it.
///
/// A filing's own periods are those that end on the last day of which it tells much: what it compares with ends
/// earlier. The transition period follows the last year under the rule before, and is no year. Where it is the own
/// period of an annual report or of one on form 10-QT, one report of the new year is enough: of its first quarter, of a
/// longer part, or of the whole. Otherwise two reports of different lengths, the longer of half a year or more, have to begin
/// on the same day, and not where a quarter of the old year began; or one of them is a quarterly report on the time to
/// the old year's end, which then is none, or the annual report of the new year. For a company that is founded or taken over
/// within its year reports from that day on just as well: it is the old year's end that tells them apart.
pub(super) fn add_new_years(
    stretches: &mut Vec<Stretch>,
    fiscal: &[NaiveDate],
    reports: &[Report],
) {
    let told: Vec<Own> = reports.iter().filter_map(Own::of).collect();
    let starts: BTreeSet<NaiveDate> = told
        .iter()
        .flat_map(|own| match own.kind {
            ReportKind::Annual => own.starts.clone(),
            ReportKind::Quarterly => own.starts.first().copied().into_iter().collect(),
            ReportKind::Transition | ReportKind::Other => Vec::new(),
        })
        .collect();
    for start in starts {
        let under = stretches
            .iter()
            .rposition(|stretch| stretch.begins().is_some_and(|first| first <= start))
            .unwrap_or(0);
        let new = stretches
            .get(under)
            .and_then(|old| Change::at(start, &old.rule, fiscal)?.new_years(&told));
        if let Some(new) = new {
            insert(stretches, under, start, new);
        }
    }
}

/// What a filing is about itself.
struct Own {
    kind: ReportKind,
    end: NaiveDate,
    /// The first days of what ends then and is told much, no longer than a year.
    starts: Vec<NaiveDate>,
}

impl Own {
    fn of(report: &Report) -> Option<Self> {
        let within_a_year = report.durations.iter().filter(|((start, end), _)| {
            (SAME_END..=*YEAR_DAYS.end()).contains(&days_between(*start, *end))
        });
        let durations: Vec<_> = within_a_year.collect();
        let most = durations.iter().map(|(_, facts)| **facts).max()?;
        let much = durations.iter().filter(|(_, facts)| **facts * 2 >= most);
        let end = much.map(|((_, end), _)| *end).max()?;
        let here = durations.iter().filter(|((_, other), _)| *other == end);
        let most = here.clone().map(|(_, facts)| **facts).max()?;
        // Those of quarterly reports that have twelve months beside their own.
        let longest = match report.kind {
            ReportKind::Annual => *YEAR_DAYS.end(),
            _ => *YEAR_DAYS.start() - 1,
        };
        let mut starts: Vec<NaiveDate> = here
            .filter(|(_, facts)| **facts * 2 >= most)
            .map(|((start, _), _)| *start)
            .filter(|start| days_between(*start, end) <= longest)
            .collect();
        starts.sort_unstable();
        Some(Self {
            kind: report.kind,
            end,
            starts,
        })
    }
}

/// A day on which a new fiscal year may begin, within a year of the rule before.
struct Change<'a> {
    start: NaiveDate,
    /// The last day of the time before it.
    before: NaiveDate,
    old: &'a YearEnd,
    /// The last day of the last year under the rule before.
    last: NaiveDate,
}

/// What filings show of a new year.
#[derive(Default)]
struct Shown {
    /// The parts of it from its first day, in quarters, that quarterly reports are about.
    parts: BTreeSet<u8>,
    /// Whether one of these is about the time to the end of a year under the rule before.
    past_old_end: bool,
    /// The end of the year, where it has its annual report.
    year: Option<NaiveDate>,
}

impl<'a> Change<'a> {
    /// `None` where a year begins by the rule, or no report is about the year before.
    fn at(start: NaiveDate, old: &'a YearEnd, fiscal: &[NaiveDate]) -> Option<Self> {
        let before = start.pred_opt()?;
        let ends = || year_ends_around(old, before);
        let last = ends().filter(|end| *end < start).max()?;
        let next = ends().filter(|end| *end >= start).min()?;
        let within = days_between(last, before) > SAME_END && days_between(before, next) > SAME_END;
        let reported = |end: &NaiveDate| days_between(*end, last).abs() <= SAME_END;
        (within && fiscal.iter().any(reported)).then_some(Self {
            start,
            before,
            old,
            last,
        })
    }

    /// The years from the day on, where filings show that they begin there.
    fn new_years(&self, told: &[Own]) -> Option<Stretch> {
        if self.is_refuted(told) {
            return None;
        }
        let has_report = told.iter().any(|own| self.is_transition_report(own));
        let shown = self.rules().into_iter().map(|rule| {
            let shown = self.shown(&rule, told);
            (rule, shown)
        });
        // The first of those that fit most.
        let shown: Vec<(YearEnd, Shown)> = shown.collect();
        let (rule, shown) = shown
            .into_iter()
            .rev()
            .max_by_key(|(_, shown)| shown.parts.len() + usize::from(shown.year.is_some()))?;
        // On which weekday of the month years end takes two of them.
        let same_weekday = match (&rule, self.old) {
            (YearEnd::Weekly { weekday, .. }, YearEnd::Weekly { weekday: old, .. }) => {
                weekday == old
            }
            (YearEnd::Weekly { .. }, YearEnd::MonthEnd { .. }) => false,
            (YearEnd::MonthEnd { .. }, _) => true,
        };
        let several = shown.parts.len() > 1;
        let beyond_a_quarter = shown.parts.iter().any(|quarters| *quarters > 1);
        let of_other_quarters = self.is_within_a_quarter();
        let is_shown = match (has_report, shown.year) {
            (_, None) if !same_weekday => false,
            (true, Some(_)) => true,
            (true, None) => !shown.parts.is_empty(),
            (false, Some(_)) => beyond_a_quarter || of_other_quarters && !shown.parts.is_empty(),
            (false, None) => several && (of_other_quarters || shown.past_old_end),
        };
        let first = followed(&rule, self.before)?.checked_add(1)?;
        let mut ends = [Some(self.before), shown.year].into_iter().flatten();
        let ambiguous =
            other_pick(&rule).is_some_and(|other| ends.all(|end| followed(&other, end).is_some()));
        is_shown.then(|| Stretch {
            ambiguous,
            rule,
            years: vec![first],
            ends: shown.year.into_iter().collect(),
        })
    }

    /// Whether an annual report tells that years end as before: its own period ends then, before the new year could. Or
    /// a quarterly report that the old year goes on.
    fn is_refuted(&self, told: &[Own]) -> bool {
        let goes_on = |own: &Own| {
            let from_old_start = |start: &NaiveDate| self.follows_last(*start);
            own.end > self.start && own.starts.first().is_some_and(from_old_start)
        };
        told.iter().any(|own| {
            if own.kind == ReportKind::Quarterly {
                return goes_on(own);
            }
            let within =
                own.end >= self.start && days_between(self.start, own.end) < *YEAR_DAYS.start();
            own.kind == ReportKind::Annual && within && self.is_old_year_end(own.end)
        })
    }

    fn is_old_year_end(&self, day: NaiveDate) -> bool {
        year_ends_around(self.old, day).any(|end| days_between(end, day).abs() <= SAME_END)
    }

    /// Whether what begins on a day follows the last year under the rule before.
    fn follows_last(&self, start: NaiveDate) -> bool {
        (days_between(self.last, start) - 1).abs() <= SAME_END
    }

    /// Whether a filing is about the time between the last year and the new one.
    fn is_transition_report(&self, own: &Own) -> bool {
        let follows = |start: &NaiveDate| self.follows_last(*start);
        matches!(own.kind, ReportKind::Annual | ReportKind::Transition)
            && own.end == self.before
            && own.starts.iter().any(follows)
    }

    /// Whether the new year begins where no quarter of the year before did.
    fn is_within_a_quarter(&self) -> bool {
        let years = self.start.year()..=self.start.year().saturating_add(1);
        let mut bounds = years.filter_map(|year| self.old.boundaries(year)).flatten();
        !bounds.any(|bound| days_between(bound, self.start).abs() <= SAME_END)
    }

    /// By which rules years may end as the time before the new year did, the likeliest first.
    fn rules(&self) -> Vec<YearEnd> {
        let end = self.before;
        let mut rules = vec![YearEnd::MonthEnd { month: end.month() }];
        let weekday = end.weekday();
        for pick in [WeekdayPick::Last, WeekdayPick::Nearest] {
            let months = [Some(end), shift(end, -3)].into_iter().flatten();
            rules.extend(months.map(|day| weekly(day.month(), weekday, pick)));
        }
        rules.retain(|rule| followed(rule, end).is_some());
        // As before, where that is possible.
        let unlike = |rule: &YearEnd| match (rule, self.old) {
            (YearEnd::MonthEnd { .. }, YearEnd::MonthEnd { .. }) => 0,
            (
                YearEnd::Weekly { weekday, pick, .. },
                YearEnd::Weekly {
                    weekday: old_weekday,
                    pick: old_pick,
                    ..
                },
            ) => u8::from(weekday != old_weekday) * 2 + u8::from(pick != old_pick),
            _ => 2,
        };
        rules.sort_by_key(unlike);
        rules
    }

    fn shown(&self, rule: &YearEnd, told: &[Own]) -> Shown {
        let mut shown = Shown::default();
        for own in told {
            match own.kind {
                ReportKind::Quarterly if own.starts.first() == Some(&self.start) => {
                    if let Some(quarters) = self.quarters(rule, own.end) {
                        shown.parts.insert(quarters);
                        shown.past_old_end |= self.is_old_year_end(own.end);
                    }
                }
                ReportKind::Annual if own.starts.contains(&self.start) => {
                    let own_year = || followed(rule, own.end).zip(followed(rule, self.before));
                    if own_year().is_some_and(|(year, before)| year == before.saturating_add(1)) {
                        shown.year = Some(own.end);
                    }
                }
                _ => {}
            }
        }
        shown
    }

    /// How many quarters of the new year there are to a day.
    fn quarters(&self, rule: &YearEnd, end: NaiveDate) -> Option<u8> {
        match rule {
            YearEnd::MonthEnd { .. } => {
                let year = followed(rule, self.before)?.checked_add(1)?;
                (1..=3).find(|quarter| rule.boundary(year, *quarter) == end.succ_opt())
            }
            YearEnd::Weekly { weekday, .. } if end.weekday() == *weekday => {
                match days_between(self.before, end) / 7 {
                    12..=17 => Some(1),
                    24..=34 => Some(2),
                    36..=41 => Some(3),
                    _ => None,
                }
            }
            YearEnd::Weekly { .. } => None,
        }
    }
}

fn year_ends_around(rule: &YearEnd, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let years = day.year().saturating_sub(2)..=day.year().saturating_add(2);
    years.filter_map(|year| rule.date(year))
}

/// Puts new years into the stretch in which they begin, which goes on after them where it has years there.
fn insert(stretches: &mut Vec<Stretch>, under: usize, start: NaiveDate, mut new: Stretch) {
    let Some(old) = stretches.get_mut(under) else {
        return;
    };
    let goes_on = old.split_off(start);
    let next = under.saturating_add(1);
    match stretches.get_mut(next) {
        Some(same) if goes_on.is_none() && same.rule == new.rule => {
            new.years.append(&mut same.years);
            new.ends.append(&mut same.ends);
            new.years.dedup();
            new.ends.dedup();
            same.years = new.years;
            same.ends = new.ends;
        }
        _ => {
            stretches.splice(next..next, [Some(new), goes_on].into_iter().flatten());
        }
    }
}
