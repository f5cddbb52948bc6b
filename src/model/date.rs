//! Calendar dates within the years kessan keeps.

use chrono::{Datelike, NaiveDate};

use super::ModelError;

/// The first year of a date kessan accepts.
pub const FIRST_YEAR: i32 = 1800;
/// The last year of a date kessan accepts.
pub const LAST_YEAR: i32 = 2999;

/// Reads a date written `YYYY-MM-DD`, with exactly four, two and two digits.
///
/// # Errors
/// [`ModelError::Date`] for any other form, an impossible day, or a year outside
/// [`FIRST_YEAR`]..=[`LAST_YEAR`].
///
/// ```
/// assert!(kessan::parse_date("2003-06-30").is_ok());
/// assert!(kessan::parse_date("2003-6-30").is_err());
/// assert!(kessan::parse_date("2003-02-29").is_err());
/// ```
pub fn parse_date(text: &str) -> Result<NaiveDate, ModelError> {
    let bad = || ModelError::Date { text: text.into() };
    let shape = |(i, b): (usize, u8)| match i {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return Err(bad());
    }
    let date: NaiveDate = text.parse().map_err(|_| bad())?;
    check_date(date)
}

/// Passes a date of the years kessan keeps.
pub(crate) fn check_date(date: NaiveDate) -> Result<NaiveDate, ModelError> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        Ok(date)
    } else {
        Err(ModelError::Date {
            text: date.to_string(),
        })
    }
}

/// The last day of a month.
pub(crate) fn month_end(year: i32, month: u32) -> Option<NaiveDate> {
    let (next_year, next_month) = if month == 12 {
        (year.checked_add(1)?, 1)
    } else {
        (year, month.checked_add(1)?)
    };
    NaiveDate::from_ymd_opt(next_year, next_month, 1)?.pred_opt()
}

/// `date` moved by so many days, where that is a date.
pub(crate) fn shift(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(chrono::TimeDelta::try_days(days)?)
}
