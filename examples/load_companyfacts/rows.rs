//! Which periods are shown: quarters, or halves or years where there are no quarters, and what a change of year end has left
//! without a name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use kessan::{
    Answer, Company, Derivations, Error, FiscalPeriod, NotDerivable, PLACEMENT_TOLERANCE, Period,
    PeriodKind, Point,
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

/// The last rows up to the last one of any series, and none before the first.
pub(crate) fn of(company: &Company, series: &[&Derivations], count: usize) -> Result<Rows, Error> {
    for span in ["quarter", "half year", "year"] {
        let slots = slots(company, series, span)?;
        let mut all: Vec<Row> = Vec::new();
        let mut before = None;
        for slot in slots.keys() {
            let gap = before.and_then(|before| between(company, before, *slot));
            if let Some((first, last)) = gap {
                all.extend(unnamed(series, first, last)?.into_iter().map(Row::Dates));
            }
            all.push(Row::Slot(*slot));
            before = Some(*slot);
        }
        let all = all.split_off(all.len().saturating_sub(count));
        let has_figure = |row: &Row| match row {
            Row::Slot(slot) => slots.get(slot) == Some(&true),
            Row::Dates(_) => true,
        };
        if all.iter().any(has_figure) {
            return Ok(Rows { all, span });
        }
    }
    Ok(Rows {
        all: Vec::new(),
        span: "year",
    })
}

/// The slots of all series, and whether there is a figure of them, or one that is refused.
fn slots(
    company: &Company,
    series: &[&Derivations],
    span: &str,
) -> Result<BTreeMap<FiscalPeriod, bool>, Error> {
    let mut slots = BTreeMap::new();
    for one in series {
        let answers = match span {
            "quarter" => one.quarters(..)?,
            "half year" => one.halves(..)?,
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

/// The days between two slots that follow one upon the other, where there are some: a change of year end has cut them off.
fn between(
    company: &Company,
    before: FiscalPeriod,
    after: FiscalPeriod,
) -> Option<(NaiveDate, NaiveDate)> {
    let calendar = &company.calendar;
    let mut next = std::iter::successors(Some(before.next()), |slot| Some(slot.next())).take(8);
    if next.find(|slot| calendar.period(*slot).is_some())? != after {
        return None;
    }
    let first = calendar.period(before)?.end().succ_opt()?;
    let last = calendar.period(after)?.start()?.pred_opt()?;
    (first < last).then_some((first, last))
}

/// The time between two days, cut wherever something that was reported within it begins or ends: three months, six and nine
/// give three quarters.
fn unnamed(
    series: &[&Derivations],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<BTreeSet<Period>, Error> {
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
        if edges
            .range(day - tolerance..=day + tolerance)
            .next()
            .is_none()
        {
            edges.insert(day);
        }
    }
    let mut periods = BTreeSet::new();
    let mut start = None;
    for edge in edges {
        match start {
            // Dates that lie days apart are one.
            Some(start) if edge - start <= tolerance => continue,
            Some(start) => {
                periods.extend(
                    edge.pred_opt()
                        .map(|end| Period::duration(start, end))
                        .transpose()?,
                );
            }
            None => {}
        }
        start = Some(edge);
    }
    Ok(periods)
}
