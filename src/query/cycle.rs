//! On which period a document reports, and how long after the fact's own that is.

use chrono::{Datelike, NaiveDate};

use crate::model::{
    Document, DocumentKind, FiscalCalendar, FiscalPeriod, Observation, PLACEMENT_TOLERANCE, Period,
    Span,
};

use super::slot;

/// The fewest days of a year that no change of year end cut short, weeks and a change by days allowed for.
const SHORTEST_YEAR: i64 = 350;

/// The fiscal year of an observation's document minus that of the fact. `tells` says whether the document tells of a year
/// that a change of year end cut short, where it has to be asked.
pub(crate) fn reporting_cycle(
    calendar: &FiscalCalendar,
    document: &Document,
    observation: &Observation,
    tells: impl Fn(&Period) -> bool,
) -> Option<i32> {
    let reported = reported(calendar, document, observation.published, tells)?;
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
    reported(calendar, document, observation.published, |_| true)
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
/// is the one it reports on only if it tells of it.
fn reported(
    calendar: &FiscalCalendar,
    document: &Document,
    published: NaiveDate,
    tells: impl Fn(&Period) -> bool,
) -> Option<FiscalPeriod> {
    let said = document.reports.as_ref();
    said.filter(|_| published == document.published)
        .and_then(|label| calendar.parse(label).ok())
        .or_else(|| {
            let span = match document.kind {
                DocumentKind::AnnualReport => Span::Year,
                _ => Span::Quarter,
            };
            last_ended(calendar, span, published, tells)
        })
}

fn last_ended(
    calendar: &FiscalCalendar,
    span: Span,
    day: NaiveDate,
    tells: impl Fn(&Period) -> bool,
) -> Option<FiscalPeriod> {
    let year = day.year();
    // A year that is named by its start ends up to a year later.
    (year.saturating_sub(2)..=year.saturating_add(1))
        .flat_map(|year| slot::slots_of(span).map(move |slot| FiscalPeriod::new(year, slot)))
        .filter_map(|fiscal| Some((calendar.period(fiscal)?, fiscal)))
        .filter(|(own, _)| own.end() < day)
        .filter(|(own, _)| span != Span::Year || is_full(own) || tells(own))
        .max_by_key(|(own, fiscal)| (own.end(), *fiscal))
        .map(|(_, fiscal)| fiscal)
}

fn is_full(year: &Period) -> bool {
    year.days().is_some_and(|days| days >= SHORTEST_YEAR)
}

/// The fiscal year whose slot dates fit, else the one in which they end.
fn fiscal_year(calendar: &FiscalCalendar, period: &Period) -> Option<i32> {
    let fiscal = match calendar.place(period) {
        Some(placement) => placement.fiscal,
        None => slot::year_of(calendar, period.end())?,
    };
    Some(fiscal.year)
}
