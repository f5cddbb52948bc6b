//! Periods: what a figure's dates are.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::date::{check_date, month_end, parse_date};

/// The dates a figure is about. Its identity: two facts are the same fact only if their periods
/// are equal.
///
/// Labels such as `1Q03` are views made by a [`FiscalCalendar`](crate::FiscalCalendar); a period
/// knows nothing of them. Both ends of a duration are included. An instant is the end of its day
/// (XBRL: the balance of 30 June is that of midnight after it).
///
/// Periods sort by end date, then kind, then start date, which is the order of a series.
///
/// It prints and parses as `2003-06-30`, `2003-04-01..2003-06-30`, or for nominal periods
/// `~2009-06-30/2q`.
///
/// ```
/// use kessan::Period;
/// let quarter: Period = "2003-04-01..2003-06-30".parse()?;
/// assert_eq!(quarter.days(), Some(91));
/// assert!("2003-06-30..2003-04-01".parse::<Period>().is_err());
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Dates);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Dates {
    Instant(NaiveDate),
    Duration { start: NaiveDate, end: NaiveDate },
    Nominal { end: NaiveDate, quarters: u16 },
}

/// What sort of dates a [`Period`] has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// From a first to a last day, both known.
    Duration,
    /// The end of one day.
    Instant,
    /// A rounded month-end and a number of quarters (0 is an instant); the exact dates are unknown.
    /// SEC's Financial Statement Data Sets publish these.
    Nominal,
}

impl Period {
    /// From `start` to `end`, both included.
    ///
    /// # Errors
    /// [`ModelError::Period`] where `end` is before `start`, [`ModelError::Date`] for a year out of range.
    pub fn duration(start: NaiveDate, end: NaiveDate) -> Result<Period, ModelError> {
        check_date(start)?;
        check_date(end)?;
        if end < start {
            return Err(ModelError::Period {
                text: format!("{start}..{end}"),
                reason: "it ends before it starts",
            });
        }
        Ok(Period(Dates::Duration { start, end }))
    }

    /// The end of a day.
    ///
    /// # Errors
    /// [`ModelError::Date`] for a year out of range.
    pub fn instant(date: NaiveDate) -> Result<Period, ModelError> {
        Ok(Period(Dates::Instant(check_date(date)?)))
    }

    /// A period of which only a rounded month-end and the number of quarters are known.
    ///
    /// # Errors
    /// [`ModelError::Period`] where `end` is not the last day of a month.
    pub fn nominal(end: NaiveDate, quarters: u16) -> Result<Period, ModelError> {
        use chrono::Datelike;
        check_date(end)?;
        if month_end(end.year(), end.month()) != Some(end) {
            return Err(ModelError::Period {
                text: format!("~{end}/{quarters}q"),
                reason: "a nominal period ends on the last day of a month",
            });
        }
        Ok(Period(Dates::Nominal { end, quarters }))
    }

    /// Which sort of dates this is.
    #[must_use]
    pub fn kind(&self) -> PeriodKind {
        match self.0 {
            Dates::Instant(_) => PeriodKind::Instant,
            Dates::Duration { .. } => PeriodKind::Duration,
            Dates::Nominal { .. } => PeriodKind::Nominal,
        }
    }

    /// The last day (of an instant its day, of a nominal period the rounded month-end).
    #[must_use]
    pub fn end(&self) -> NaiveDate {
        match self.0 {
            Dates::Instant(end) | Dates::Duration { end, .. } | Dates::Nominal { end, .. } => end,
        }
    }

    /// The first day of a duration.
    #[must_use]
    pub fn start(&self) -> Option<NaiveDate> {
        match self.0 {
            Dates::Duration { start, .. } => Some(start),
            _ => None,
        }
    }

    /// The number of quarters of a nominal period.
    #[must_use]
    pub fn nominal_quarters(&self) -> Option<u16> {
        match self.0 {
            Dates::Nominal { quarters, .. } => Some(quarters),
            _ => None,
        }
    }

    /// The number of days of a duration, both ends included.
    #[must_use]
    pub fn days(&self) -> Option<i64> {
        self.start()
            .map(|start| self.end().signed_duration_since(start).num_days() + 1)
    }

    /// The instant at which this period ends.
    #[must_use]
    pub fn closing(&self) -> Period {
        Period(Dates::Instant(self.end()))
    }

    /// The instant at which a duration begins: the end of the day before it.
    #[must_use]
    pub fn opening(&self) -> Option<Period> {
        let day = self.start()?.pred_opt()?;
        Period::instant(day).ok()
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |p: &Period| (p.end(), p.kind(), p.start(), p.nominal_quarters());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            Dates::Instant(date) => date.to_string(),
            Dates::Duration { start, end } => format!("{start}..{end}"),
            Dates::Nominal { end, quarters } => format!("~{end}/{quarters}q"),
        };
        f.pad(&text)
    }
}

impl FromStr for Period {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(nominal) = text.strip_prefix('~') {
            let parts = nominal
                .strip_suffix('q')
                .and_then(|rest| rest.split_once('/'))
                .and_then(|(end, quarters)| Some((end, quarters.parse().ok()?)));
            let Some((end, quarters)) = parts else {
                return Err(ModelError::Period {
                    text: text.into(),
                    reason: "a nominal period is written ~2009-06-30/2q",
                });
            };
            return Period::nominal(parse_date(end)?, quarters);
        }
        match text.split_once("..") {
            Some((start, end)) => Period::duration(parse_date(start)?, parse_date(end)?),
            None => Period::instant(parse_date(text)?),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}
