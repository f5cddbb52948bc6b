//! Which periods are shown: quarters, or halves or years where there are no quarters, and by its dates what has no name: what
//! a change of year end has left, and what begins or ends within a quarter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use kessan::{
    Answer, Company, Derivations, Error, FiscalPeriod, NotDerivable, PLACEMENT_TOLERANCE, Period,
    PeriodKind, Point, Slot, Span,
};

use crate::quarters::is_missing;

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    Slot(FiscalPeriod),
    /// Dates that are of no fiscal year.
    Dates(Period),
}

impl Row {
    pub(crate) fn label(self, company: &Company) -> String {
        match self {
            Row::Slot(fiscal) => company.calendar.label(fiscal),
            Row::Dates(period) => period.to_string(),
        }
    }

    /// By the calendar.
    pub(crate) fn period(self, company: &Company) -> Option<Period> {
        match self {
            Row::Slot(fiscal) => company.calendar.period(fiscal),
            Row::Dates(period) => Some(period),
        }
    }
}

/// The rows of a company, in order, and what they are called.
pub(crate) struct Rows {
    pub(crate) all: Vec<Row>,
    pub(crate) span: &'static str,
}

/// The last rows up to the last one of any series, and none before the first: each year by the shortest periods of which
/// something is known.
pub(crate) fn of(company: &Company, series: &[&Derivations], count: usize) -> Result<Rows, Error> {
    let mut spans = Vec::new();
    for (name, span) in SPANS {
        spans.push((name, slots(company, series, span)?));
    }
    let years = spans.iter().flat_map(|(_, slots)| slots.keys());
    let years: BTreeSet<i32> = years.map(|slot| slot.year).collect();
    let of_year = |slots: &Slots, year| -> Vec<(FiscalPeriod, bool)> {
        let own = slots.iter().filter(|(slot, _)| slot.year == year);
        own.map(|(slot, known)| (*slot, *known)).collect()
    };
    let mut all: Vec<(&str, Row)> = Vec::new();
    let (mut before, mut usual) = (None, None);
    for year in years {
        let known = |(_, slots): &&(&'static str, Slots)| {
            of_year(slots, year).iter().any(|(_, known)| *known)
        };
        let found = spans.iter().find(known);
        // Before the first of which anything is known, and where nothing is, as in the year before.
        let Some((name, slots)) = found.or(usual) else {
            continue;
        };
        let finer = usual.map_or(*name, |(name, _)| *name);
        usual = found.or(usual);
        if before.is_none() {
            // The company may have been founded within a quarter before the first that is known.
            let earlier = Slot::ALL
                .into_iter()
                .filter(|slot| slot.span() == Span::Quarter);
            let earlier = earlier.map(|slot| FiscalPeriod::new(year, slot));
            for slot in earlier.take_while(|slot| !slots.contains_key(slot)) {
                let parts = parts(company, series, slot)?;
                all.extend(parts.into_iter().map(|dates| (*name, Row::Dates(dates))));
            }
        }
        for (slot, known) in of_year(slots, year) {
            let gap = before.and_then(|before| between(company, before, slot));
            if let Some((first, last)) = gap {
                let unnamed = unnamed(series, first, last)?;
                all.extend(unnamed.into_iter().map(|dates| (*name, Row::Dates(dates))));
            }
            let parts = if known {
                Vec::new()
            } else {
                parts(company, series, slot)?
            };
            if parts.is_empty() {
                // Among quarters a short year is what a change of year end has left.
                let own = company.calendar.period(slot);
                let own = own.filter(|_| *name != finer && company.calendar.is_short_year(slot));
                all.push((*name, own.map_or(Row::Slot(slot), Row::Dates)));
            }
            all.extend(parts.into_iter().map(|dates| (*name, Row::Dates(dates))));
            before = Some(slot);
        }
    }
    let all = all.split_off(all.len().saturating_sub(count));
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
    let span = match (names.first(), names.len()) {
        (Some(name), 1) => name,
        (None, _) => "year",
        _ => "period",
    };
    Ok(Rows {
        all: all.into_iter().map(|(_, row)| row).collect(),
        span,
    })
}

/// What a slot of which nothing is known is cut into by what was reported within it, as far as that is known or follows: a
/// company that was founded or taken over on a day of it.
fn parts(
    company: &Company,
    series: &[&Derivations],
    slot: FiscalPeriod,
) -> Result<Vec<Period>, Error> {
    let Some(own) = company.calendar.period(slot) else {
        return Ok(Vec::new());
    };
    let Some(first) = own.start() else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    for dates in unnamed(series, first, own.end())? {
        let known = series.iter().any(|one| one.at(dates).is_ok());
        if known && dates != own {
            parts.push(dates);
        }
    }
    Ok(parts)
}

/// The spans of rows, the shortest first, with their names.
const SPANS: [(&str, Span); 3] = [
    ("quarter", Span::Quarter),
    ("half year", Span::Half),
    ("year", Span::Year),
];

/// Slots, and whether there is a figure of them, or one that is refused.
type Slots = BTreeMap<FiscalPeriod, bool>;

/// Those of all series.
fn slots(company: &Company, series: &[&Derivations], span: Span) -> Result<Slots, Error> {
    let mut slots = BTreeMap::new();
    for one in series {
        let answers = match span {
            Span::Quarter => one.quarters(..)?,
            Span::Half => one.halves(..)?,
            _ => one.years(..)?,
        };
        for answer in &answers {
            let slot = |answer: &Result<Answer, Box<NotDerivable>>| match answer {
                Ok(answer) => answer.fiscal(),
                Err(not) => company.calendar.parse(&not.label).ok(),
            };
            let known = answer.as_ref().err().is_none_or(|not| !is_missing(not));
            if let Some(slot) = slot(answer) {
                *slots.entry(slot).or_insert(false) |= known;
            }
        }
    }
    Ok(slots)
}

/// The days between two slots, where there are some that are of no quarter: a change of year end has cut them off.
fn between(
    company: &Company,
    before: FiscalPeriod,
    after: FiscalPeriod,
) -> Option<(NaiveDate, NaiveDate)> {
    let calendar = &company.calendar;
    let first = calendar.period(before)?.end().succ_opt()?;
    let last = calendar.period(after)?.start()?.pred_opt()?;
    let quarters = (before.year..=after.year).flat_map(|year| {
        let quarters = [Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4];
        quarters.map(|slot| FiscalPeriod::new(year, slot))
    });
    let within = |own: &Period| own.start() >= Some(first) && own.end() <= last;
    let mut quarters = quarters.filter_map(|quarter| calendar.period(quarter));
    (first < last && !quarters.any(|own| within(&own))).then_some((first, last))
}

/// The time between two days, cut where something that was reported within it begins or ends: three months, six and nine
/// give three quarters. Of several ways to cut it, as where quarters were told again for another year end, that of which the
/// most days are known, in the most periods.
fn unnamed(
    series: &[&Derivations],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<Period>, Error> {
    let edges = edges(series, first, last);
    // For every edge, the days before it that are not known, how many periods fewer than none, and the periods.
    let mut ways: Vec<(i64, i64, Vec<Period>)> = vec![(0, 0, Vec::new())];
    for (place, edge) in edges.iter().enumerate().skip(1) {
        let mut best: Option<(i64, i64, Vec<Period>)> = None;
        for (from, (start, way)) in edges.iter().zip(&ways).enumerate() {
            let Some(end) = edge.pred_opt() else {
                continue;
            };
            let dates = Period::duration(*start, end)?;
            let known = series.iter().any(|one| one.at(dates).is_ok());
            if !known && from + 1 < place {
                continue;
            }
            let unknown = if known {
                0
            } else {
                (*edge - *start).num_days()
            };
            let cost = (way.0 + unknown, way.1 - 1);
            if best
                .as_ref()
                .is_none_or(|(days, fewer, _)| cost < (*days, *fewer))
            {
                let periods = way.2.iter().copied().chain([dates]).collect();
                best = Some((cost.0, cost.1, periods));
            }
        }
        ways.extend(best);
    }
    Ok(ways.pop().map_or_else(Vec::new, |(.., periods)| periods))
}

/// The days on which something that was reported between two days begins, or which follow its end, those two included. Days
/// that lie some days apart are one.
fn edges(series: &[&Derivations], first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let tolerance = TimeDelta::days(PLACEMENT_TOLERANCE);
    let within = |period: &Period| {
        let starts = period
            .start()
            .is_some_and(|start| start >= first - tolerance);
        starts && period.kind() == PeriodKind::Duration && period.end() <= last + tolerance
    };
    let mut edges = BTreeSet::new();
    for one in series {
        let all = one.series().all();
        for period in all.points().map(Point::period).filter(within) {
            edges.extend(period.start());
            edges.extend(period.end().succ_opt());
        }
    }
    for day in [Some(first), last.succ_opt()].into_iter().flatten() {
        let mut near = edges.range(day - tolerance..=day + tolerance);
        if near.next().is_none() {
            edges.insert(day);
        }
    }
    let mut apart: Vec<NaiveDate> = Vec::new();
    for edge in edges {
        if apart.last().is_none_or(|before| edge - *before > tolerance) {
            apart.push(edge);
        }
    }
    apart
}
