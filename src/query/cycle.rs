//! On which period a document reports, and how long after the fact's own that is.

use chrono::{Datelike, NaiveDate};

use crate::model::calendar::is_short_year;
use crate::model::{
    Document, DocumentKind, FiscalCalendar, FiscalPeriod, Observation, PLACEMENT_TOLERANCE, Period,
    Slot, Span,
};

use super::slot;

/// The fewest days of a part of a year on which an annual report reports: less is an event after the year's end.
const SHORTEST_PART: i64 = 70;

/// Of what a document tells, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tells<'a> {
    /// Of these periods, and no others of the series.
    These(&'a [Period]),
    /// Of this one, and maybe of others.
    AtLeast(&'a Period),
}

impl Tells<'_> {
    /// Whether of a year that a change of year end cut short.
    fn of_short(self, year: &Period) -> bool {
        let near = |told: &Period| slot::days_apart(told.end(), year.end()) <= PLACEMENT_TOLERANCE;
        match self {
            Tells::These(told) => told.iter().any(near),
            Tells::AtLeast(_) => true,
        }
    }

    /// Whether of the first months of a year that goes on: what a report on a transition period does before it is known
    /// that the year was cut short.
    fn of_first_part(self, year: &Period, day: NaiveDate) -> bool {
        let part = |told: &Period| {
            let begins = told.start().zip(year.start());
            begins.is_some_and(|(a, b)| slot::days_apart(a, b) <= PLACEMENT_TOLERANCE)
                && told.days().is_some_and(|days| days >= SHORTEST_PART)
                && told.end() < day
        };
        match self {
            Tells::These(told) => told.iter().any(part),
            Tells::AtLeast(told) => part(told),
        }
    }
}

/// The fiscal year of an observation's document minus that of the fact.
pub(crate) fn reporting_cycle(
    calendar: &FiscalCalendar,
    document: &Document,
    observation: &Observation,
    tells: Tells<'_>,
) -> Option<i32> {
    let day = observation.published;
    let reported = reported(calendar, document, day, |fiscal, own| {
        if own.end() < day {
            !is_short_year(fiscal, own) || tells.of_short(own)
        } else {
            fiscal.slot == Slot::Year && tells.of_first_part(own, day)
        }
    })?;
    reported
        .year
        .checked_sub(fiscal_year(calendar, &observation.period)?)
}

/// Whether an observation's document reports on a later period than the fact's.
pub(crate) fn is_comparative(
    calendar: &FiscalCalendar,
    document: &Document,
    observation: &Observation,
) -> bool {
    let day = observation.published;
    reported(calendar, document, day, |_, own| own.end() < day)
        .and_then(|reported| calendar.period(reported))
        .is_some_and(|own| {
            let later = own
                .end()
                .signed_duration_since(observation.period.end())
                .num_days();
            later > PLACEMENT_TOLERANCE
        })
}

/// The fiscal period that a document reports on: as it says, else the last that had ended when it was published.
/// What it shows to have been published on an earlier day was not published by it.
///
/// An annual report comes out within months of its year: by then a year that was cut short may have ended after it. That
/// is the one it reports on only if it tells of it. Or a year goes on that will be cut short. `may_be` says which it may be
/// on.
fn reported(
    calendar: &FiscalCalendar,
    document: &Document,
    published: NaiveDate,
    may_be: impl Fn(FiscalPeriod, &Period) -> bool,
) -> Option<FiscalPeriod> {
    let said = document.reports.as_ref();
    said.filter(|_| published == document.published)
        .and_then(|label| calendar.parse(label).ok())
        .or_else(|| {
            let span = match document.kind {
                DocumentKind::AnnualReport => Span::Year,
                _ => Span::Quarter,
            };
            last(calendar, span, published, may_be)
        })
}

/// The last slot around a day of those that it may be.
fn last(
    calendar: &FiscalCalendar,
    span: Span,
    day: NaiveDate,
    may_be: impl Fn(FiscalPeriod, &Period) -> bool,
) -> Option<FiscalPeriod> {
    let year = day.year();
    // A year that is named by its start ends up to a year later.
    (year.saturating_sub(2)..=year.saturating_add(1))
        .flat_map(|year| slot::slots_of(span).map(move |slot| FiscalPeriod::new(year, slot)))
        .filter_map(|fiscal| Some((calendar.period(fiscal)?, fiscal)))
        .filter(|(own, fiscal)| may_be(*fiscal, own))
        .max_by_key(|(own, fiscal)| (own.end(), *fiscal))
        .map(|(_, fiscal)| fiscal)
}

/// The fiscal year whose slot dates fit, else the one in which they end. What a change of year end has left without a
/// fiscal year counts with the one before it, as the documents do that report on it.
fn fiscal_year(calendar: &FiscalCalendar, period: &Period) -> Option<i32> {
    let fiscal = match calendar.place(period) {
        Some(placement) => placement.fiscal,
        None => slot::year_of(calendar, period.end()).or_else(|| {
            let day = period.end();
            last(calendar, Span::Year, day, |_, own| own.end() < day)
        })?,
    };
    Some(fiscal.year)
}
