//! When fiscal years end, and how their quarters divide them.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::date::{month_end, shift};

/// When a fiscal year ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "YearEndFields", into = "YearEndFields")]
pub enum YearEnd {
    /// On the last day of a month; quarters are three calendar months.
    MonthEnd {
        /// 1 (January) to 12.
        month: u32,
    },
    /// On a weekday, so that years have 52 or 53 weeks.
    Weekly {
        /// The nominal month of the year end, 1 to 12.
        month: u32,
        /// The weekday on which years end.
        weekday: Weekday,
        /// Which such weekday.
        pick: WeekdayPick,
        /// The weeks of each quarter of a 52-week year.
        weeks: [u8; 4],
        /// The quarter (1 to 4) that takes the 53rd week.
        long_quarter: u8,
    },
}

/// Which weekday ends a 52/53-week year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekdayPick {
    /// The last one of the month.
    Last,
    /// The one nearest to the end of the month; it may fall in the next.
    Nearest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearEndFields {
    month: u32,
    #[serde(default)]
    weekday: Option<Weekday>,
    #[serde(default)]
    pick: Option<WeekdayPick>,
    #[serde(default)]
    weeks: Option<[u8; 4]>,
    #[serde(default)]
    long_quarter: Option<u8>,
}

impl TryFrom<YearEndFields> for YearEnd {
    type Error = ModelError;

    fn try_from(fields: YearEndFields) -> Result<Self, ModelError> {
        let bad = |reason| Err(ModelError::Calendar { reason });
        match (fields.weekday, fields.pick) {
            (None, None) if fields.weeks.is_none() && fields.long_quarter.is_none() => {
                Ok(YearEnd::MonthEnd {
                    month: fields.month,
                })
            }
            (Some(weekday), Some(pick)) => Ok(YearEnd::Weekly {
                month: fields.month,
                weekday,
                pick,
                weeks: fields.weeks.unwrap_or([13; 4]),
                long_quarter: fields.long_quarter.unwrap_or(4),
            }),
            (Some(_), None) => bad("a year end on a weekday needs pick = \"last\" or \"nearest\""),
            (None, _) => bad("pick, weeks and long_quarter go with a weekday"),
        }
    }
}

impl From<YearEnd> for YearEndFields {
    fn from(year_end: YearEnd) -> Self {
        match year_end {
            YearEnd::MonthEnd { month } => YearEndFields {
                month,
                weekday: None,
                pick: None,
                weeks: None,
                long_quarter: None,
            },
            YearEnd::Weekly {
                month,
                weekday,
                pick,
                weeks,
                long_quarter,
            } => YearEndFields {
                month,
                weekday: Some(weekday),
                pick: Some(pick),
                weeks: Some(weeks),
                long_quarter: Some(long_quarter),
            },
        }
    }
}

impl YearEnd {
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let bad = |reason| Err(ModelError::Calendar { reason });
        match self {
            YearEnd::MonthEnd { month } | YearEnd::Weekly { month, .. }
                if !(1..=12).contains(month) =>
            {
                bad("a month is 1 to 12")
            }
            YearEnd::Weekly { weeks, .. } if weeks.iter().any(|w| !(12..=17).contains(w)) => {
                bad("a quarter has 12 to 17 weeks")
            }
            YearEnd::Weekly { weeks, .. }
                if weeks.iter().map(|&w| u32::from(w)).sum::<u32>() != 52 =>
            {
                bad("the weeks of the four quarters do not add up to 52")
            }
            YearEnd::Weekly { long_quarter, .. } if !(1..=4).contains(long_quarter) => {
                bad("the quarter that takes the 53rd week is 1 to 4")
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn month(&self) -> u32 {
        match self {
            YearEnd::MonthEnd { month } | YearEnd::Weekly { month, .. } => *month,
        }
    }

    /// The last day of the fiscal year whose nominal end is in that calendar year.
    pub(crate) fn date(&self, calendar_year: i32) -> Option<NaiveDate> {
        let nominal = month_end(calendar_year, self.month())?;
        match self {
            YearEnd::MonthEnd { .. } => Some(nominal),
            YearEnd::Weekly { weekday, pick, .. } => {
                let back = i64::from(nominal.weekday().days_since(*weekday));
                let ahead_is_nearer = *pick == WeekdayPick::Nearest && back > 3;
                shift(nominal, if ahead_is_nearer { 7 - back } else { -back })
            }
        }
    }

    /// The first day of the fiscal year whose nominal end is in that calendar year.
    pub(crate) fn start(&self, calendar_year: i32) -> Option<NaiveDate> {
        self.date(calendar_year.checked_sub(1)?)?.succ_opt()
    }

    /// The first day of a fiscal year that is nearest to a day, at most so many days from it.
    pub(crate) fn start_near(&self, day: NaiveDate, days: i64) -> Option<NaiveDate> {
        let apart = |start: &NaiveDate| start.signed_duration_since(day).num_days().abs();
        (day.year().saturating_sub(1)..=day.year().saturating_add(2))
            .filter_map(|year| self.start(year))
            .filter(|start| apart(start) <= days)
            .min_by_key(apart)
    }

    /// The first day of each quarter, and the day after the year.
    pub(crate) fn boundaries(&self, calendar_year: i32) -> Option<[NaiveDate; 5]> {
        let YearEnd::Weekly {
            weeks,
            long_quarter,
            ..
        } = self
        else {
            let bound = |quarter| self.boundary(calendar_year, quarter);
            return Some([bound(0)?, bound(1)?, bound(2)?, bound(3)?, bound(4)?]);
        };
        let start = self.start(calendar_year)?;
        let after = self.date(calendar_year)?.succ_opt()?;
        let extra = after.signed_duration_since(start).num_days() - 364;
        let mut bounds = [after; 5];
        let mut day = start;
        for (quarter, (bound, weeks)) in bounds.iter_mut().zip(weeks).enumerate() {
            *bound = day;
            let long = quarter + 1 == usize::from(*long_quarter);
            let days = i64::from(*weeks) * 7 + if long { extra } else { 0 };
            day = shift(day, days)?;
        }
        Some(bounds)
    }

    /// One of the [boundaries](YearEnd::boundaries).
    pub(crate) fn boundary(&self, calendar_year: i32, quarter: u8) -> Option<NaiveDate> {
        match self {
            YearEnd::MonthEnd { month } if quarter <= 4 => {
                // The month after the last one of the quarter before, counted from January of the year before.
                let months = month + 3 * u32::from(quarter);
                let year = calendar_year
                    .checked_sub(1)?
                    .checked_add(i32::try_from(months / 12).ok()?)?;
                NaiveDate::from_ymd_opt(year, months % 12 + 1, 1)
            }
            YearEnd::MonthEnd { .. } => None,
            YearEnd::Weekly { .. } => self
                .boundaries(calendar_year)?
                .get(usize::from(quarter))
                .copied(),
        }
    }
}
