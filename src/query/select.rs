//! From what a caller writes (labels, dates, ranges of labels) to periods.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use chrono::NaiveDate;

use crate::model::{FiscalCalendar, FiscalPeriod, Period};

/// A fiscal period as a caller names it: a label in the company's own calendar (`"1Q03"`), or a
/// [`FiscalPeriod`].
pub trait FiscalLabel: sealed::Fiscal {}

/// A range of fiscal periods: any of Rust's ranges, of labels or [`FiscalPeriod`]s.
///
/// Ends may be open (`"1Q02"..`, `..`): the range then begins or ends with the series' own facts. A
/// label may be of another span than the one asked for: quarters of `"FY2007"..="FY2008"` are the eight
/// quarters of these years. What does not lie wholly within the range is not part of it.
pub trait FiscalRange: sealed::Bounds {}

/// A time as a caller names it: a label (`"1Q03"`), a date (`"2003-06-30"`, the instant), dates
/// (`"2003-04-01..2003-06-30"`, the duration), or a [`FiscalPeriod`], [`Period`] or [`NaiveDate`].
pub trait When: sealed::Time {}

impl<T: sealed::Fiscal> FiscalLabel for T {}
impl<T: sealed::Bounds> FiscalRange for T {}
impl<T: sealed::Time> When for T {}

pub(crate) use sealed::{Asked, Ends};

pub(crate) mod sealed {
    use super::{
        Bound, FiscalCalendar, FiscalPeriod, NaiveDate, Period, Range, RangeBounds, RangeFrom,
        RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
    };

    /// Both ends of a range. What cannot be read is returned as the error of these traits.
    pub(crate) type Ends = (Bound<FiscalPeriod>, Bound<FiscalPeriod>);

    /// What a `When` asks for.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Asked {
        /// A slot of the fiscal calendar.
        Slot(FiscalPeriod),
        /// Dates.
        Dates(Period),
    }

    pub trait Fiscal {
        fn fiscal(&self, calendar: &FiscalCalendar) -> Result<FiscalPeriod, String>;
    }

    impl Fiscal for str {
        fn fiscal(&self, calendar: &FiscalCalendar) -> Result<FiscalPeriod, String> {
            calendar.parse(self).map_err(|_| self.to_owned())
        }
    }

    impl Fiscal for String {
        fn fiscal(&self, calendar: &FiscalCalendar) -> Result<FiscalPeriod, String> {
            calendar.parse(self).map_err(|_| self.to_owned())
        }
    }

    impl Fiscal for FiscalPeriod {
        fn fiscal(&self, calendar: &FiscalCalendar) -> Result<FiscalPeriod, String> {
            if calendar.has(*self) {
                Ok(*self)
            } else {
                Err(self.to_string())
            }
        }
    }

    impl<T: Fiscal + ?Sized> Fiscal for &T {
        fn fiscal(&self, calendar: &FiscalCalendar) -> Result<FiscalPeriod, String> {
            (**self).fiscal(calendar)
        }
    }

    pub trait Bounds: Sized {
        fn ends(self, calendar: &FiscalCalendar) -> Result<Ends, String>;
    }

    fn end<L: Fiscal>(
        bound: Bound<&L>,
        calendar: &FiscalCalendar,
    ) -> Result<Bound<FiscalPeriod>, String> {
        Ok(match bound {
            Bound::Included(label) => Bound::Included(label.fiscal(calendar)?),
            Bound::Excluded(label) => Bound::Excluded(label.fiscal(calendar)?),
            Bound::Unbounded => Bound::Unbounded,
        })
    }

    macro_rules! bounds_of_ranges {
        ($($range:ty),*) => {$(
            impl<L: Fiscal> Bounds for $range {
                fn ends(self, calendar: &FiscalCalendar) -> Result<Ends, String> {
                    Ok((end(self.start_bound(), calendar)?, end(self.end_bound(), calendar)?))
                }
            }
        )*};
    }
    bounds_of_ranges!(
        Range<L>,
        RangeInclusive<L>,
        RangeFrom<L>,
        RangeTo<L>,
        RangeToInclusive<L>,
        (Bound<L>, Bound<L>)
    );

    impl Bounds for RangeFull {
        fn ends(self, _: &FiscalCalendar) -> Result<Ends, String> {
            Ok((Bound::Unbounded, Bound::Unbounded))
        }
    }

    pub trait Time {
        fn asked(&self, calendar: &FiscalCalendar) -> Result<Asked, String>;
    }

    impl Time for str {
        fn asked(&self, calendar: &FiscalCalendar) -> Result<Asked, String> {
            match calendar.parse(self) {
                Ok(fiscal) => Ok(Asked::Slot(fiscal)),
                Err(_) => self.parse().map(Asked::Dates).map_err(|_| self.to_owned()),
            }
        }
    }

    impl Time for String {
        fn asked(&self, calendar: &FiscalCalendar) -> Result<Asked, String> {
            self.as_str().asked(calendar)
        }
    }

    impl Time for FiscalPeriod {
        fn asked(&self, calendar: &FiscalCalendar) -> Result<Asked, String> {
            self.fiscal(calendar).map(Asked::Slot)
        }
    }

    impl Time for Period {
        fn asked(&self, _: &FiscalCalendar) -> Result<Asked, String> {
            Ok(Asked::Dates(*self))
        }
    }

    impl Time for NaiveDate {
        fn asked(&self, _: &FiscalCalendar) -> Result<Asked, String> {
            Period::instant(*self)
                .map(Asked::Dates)
                .map_err(|_| self.to_string())
        }
    }

    impl<T: Time + ?Sized> Time for &T {
        fn asked(&self, calendar: &FiscalCalendar) -> Result<Asked, String> {
            (**self).asked(calendar)
        }
    }
}
