//! On which period a document reports, and how long after the fact's own that is.

use chrono::{Datelike, NaiveDate};

use crate::model::{
    Document, DocumentKind, FiscalCalendar, FiscalPeriod, Observation, PLACEMENT_TOLERANCE, Period,
    Span,
};

use super::slot;

/// The fiscal year of an observation's document minus that of the fact.
pub(crate) fn reporting_cycle(
    calendar: &FiscalCalendar,
    document: &Document,
    observation: &Observation,
) -> Option<i32> {
    let reported = reported(calendar, document, observation.published)?;
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
    reported(calendar, document, observation.published)
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
fn reported(
    calendar: &FiscalCalendar,
    document: &Document,
    published: NaiveDate,
) -> Option<FiscalPeriod> {
    let said = document.reports.as_ref();
    said.filter(|_| published == document.published)
        .and_then(|label| calendar.parse(label).ok())
        .or_else(|| {
            let span = match document.kind {
                DocumentKind::AnnualReport => Span::Year,
                _ => Span::Quarter,
            };
            last_ended(calendar, span, published)
        })
}

fn last_ended(calendar: &FiscalCalendar, span: Span, day: NaiveDate) -> Option<FiscalPeriod> {
    let year = day.year();
    // A year that is named by its start ends up to a year later.
    (year.saturating_sub(2)..=year.saturating_add(1))
        .flat_map(|year| slot::slots_of(span).map(move |slot| FiscalPeriod::new(year, slot)))
        .filter_map(|fiscal| Some((calendar.period(fiscal)?.end(), fiscal)))
        .filter(|(end, _)| *end < day)
        .max()
        .map(|(_, fiscal)| fiscal)
}

/// The fiscal year whose slot dates fit, else the one in which they end. What a change of year end has left without a
/// fiscal year counts with the one before it, as the documents do that report on it.
fn fiscal_year(calendar: &FiscalCalendar, period: &Period) -> Option<i32> {
    let fiscal = match calendar.place(period) {
        Some(placement) => placement.fiscal,
        None => slot::year_of(calendar, period.end())
            .or_else(|| last_ended(calendar, Span::Year, period.end()))?,
    };
    Some(fiscal.year)
}
