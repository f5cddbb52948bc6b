//! Periods that mean something to all companies at once.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::QueryError;
use crate::model::date::month_end;
use crate::model::fiscal::parse_label;
use crate::model::{FiscalCalendar, FiscalPeriod, ModelError, Period, Span};

use super::select::Asked;
use super::slot;

/// A quarter of the calendar year, the same days for all companies.
///
/// Printed and parsed as `CY2003Q2`.
///
/// ```
/// use kessan::CalendarQuarter;
/// let quarter: CalendarQuarter = "CY2003Q2".parse()?;
/// assert_eq!(quarter.period().to_string(), "2003-04-01..2003-06-30");
/// assert!("CY2003Q5".parse::<CalendarQuarter>().is_err());
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarQuarter {
    period: Period,
    year: i32,
    quarter: u8,
}

impl CalendarQuarter {
    /// The quarter, 1 to 4, of a calendar year.
    ///
    /// # Errors
    /// [`ModelError::Period`] for another quarter, [`ModelError::Date`] for a year out of range.
    pub fn new(year: i32, quarter: u8) -> Result<Self, ModelError> {
        let bad = || ModelError::Period {
            text: format!("CY{year}Q{quarter}"),
            reason: "a calendar quarter is written CY2003Q2",
        };
        if !(1..=4).contains(&quarter) {
            return Err(bad());
        }
        let last = u32::from(quarter) * 3;
        let start = NaiveDate::from_ymd_opt(year, last - 2, 1).ok_or_else(bad)?;
        let end = month_end(year, last).ok_or_else(bad)?;
        Ok(Self {
            period: Period::duration(start, end)?,
            year,
            quarter,
        })
    }

    /// Its days.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The fiscal quarter that is meant, or the very days where a change of year end has left them without one.
    pub(crate) fn asked(&self, calendar: &FiscalCalendar) -> Asked {
        let fiscal = self.fiscal(calendar);
        fiscal.map_or(Asked::Dates(self.period), Asked::Slot)
    }

    /// The fiscal quarter of which most days lie in this quarter.
    fn fiscal(&self, calendar: &FiscalCalendar) -> Option<FiscalPeriod> {
        let (start, end) = (self.period.start()?, self.period.end());
        slot::years_around(end)
            .flat_map(|year| {
                slot::slots_of(Span::Quarter).map(move |slot| FiscalPeriod::new(year, slot))
            })
            .filter_map(|fiscal| {
                let own = calendar.period(fiscal)?;
                let (first, last) = (own.start()?.max(start), own.end().min(end));
                let shared = last.signed_duration_since(first).num_days() + 1;
                (shared * 2 > own.days()?).then_some((shared, Reverse(own.end()), fiscal))
            })
            .max()
            .map(|(_, _, fiscal)| fiscal)
    }
}

impl FromStr for CalendarQuarter {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let digits = |part: &str, count| {
            (part.len() == count && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i32>().ok())?
        };
        text.strip_prefix("CY")
            .and_then(|rest| rest.split_once('Q'))
            .and_then(|(year, quarter)| Some((digits(year, 4)?, digits(quarter, 1)?)))
            .and_then(|(year, quarter)| Self::new(year, u8::try_from(quarter).ok()?).ok())
            .ok_or_else(|| ModelError::Period {
                text: text.into(),
                reason: "a calendar quarter is written CY2003Q2",
            })
    }
}

impl fmt::Display for CalendarQuarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("CY{:04}Q{}", self.year, self.quarter))
    }
}

impl TryFrom<String> for CalendarQuarter {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<CalendarQuarter> for String {
    fn from(quarter: CalendarQuarter) -> String {
        quarter.to_string()
    }
}

/// The period of a [`Panel`](crate::Panel).
///
/// Printed and parsed as `FY2003 Q1` (any label), `CY2003Q2`, `2003-06-30`, `2003-04-01..2003-06-30`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum PanelPeriod {
    /// The period that each company calls so in its own calendar: the dates may be months apart.
    Fiscal(FiscalPeriod),
    /// The fiscal quarter of each company of which most days lie in this calendar quarter; of a stock, its
    /// end. Where a change of year end has left a company without such a quarter, these very days.
    CalendarQuarter(CalendarQuarter),
    /// These very dates.
    Dates(Period),
}

impl From<FiscalPeriod> for PanelPeriod {
    fn from(fiscal: FiscalPeriod) -> Self {
        Self::Fiscal(fiscal)
    }
}

impl From<CalendarQuarter> for PanelPeriod {
    fn from(quarter: CalendarQuarter) -> Self {
        Self::CalendarQuarter(quarter)
    }
}

impl From<Period> for PanelPeriod {
    fn from(period: Period) -> Self {
        Self::Dates(period)
    }
}

impl TryFrom<NaiveDate> for PanelPeriod {
    type Error = ModelError;
    fn try_from(day: NaiveDate) -> Result<Self, ModelError> {
        Period::instant(day).map(Self::Dates)
    }
}

impl FromStr for PanelPeriod {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        parse_label(text)
            .map(Self::Fiscal)
            .or_else(|| text.parse().ok().map(Self::CalendarQuarter))
            .or_else(|| text.parse().ok().map(Self::Dates))
            .ok_or_else(|| QueryError::NoPanelPeriod { text: text.into() })
    }
}

impl TryFrom<&str> for PanelPeriod {
    type Error = QueryError;
    fn try_from(text: &str) -> Result<Self, QueryError> {
        text.parse()
    }
}

impl TryFrom<String> for PanelPeriod {
    type Error = QueryError;
    fn try_from(text: String) -> Result<Self, QueryError> {
        text.parse()
    }
}

impl From<PanelPeriod> for String {
    fn from(period: PanelPeriod) -> String {
        period.to_string()
    }
}

impl fmt::Display for PanelPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fiscal(fiscal) => fiscal.fmt(f),
            Self::CalendarQuarter(quarter) => quarter.fmt(f),
            Self::Dates(period) => period.fmt(f),
        }
    }
}
