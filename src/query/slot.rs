//! Fiscal slots as dates: which of them a range holds, and which row fits one best.

use std::ops::Bound;

use chrono::{Datelike, Months, NaiveDate, TimeDelta};

use crate::model::{
    FIRST_YEAR, FiscalCalendar, FiscalPeriod, LAST_YEAR, PLACEMENT_TOLERANCE, Period, PeriodKind,
    Slot, Span,
};

use super::select::Ends;

/// How many days a rounded month-end may lie from the true end.
const NOMINAL_TOLERANCE: i64 = 16;

/// Whether a slot means the time it takes or the instant at which it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Duration,
    Instant,
}

impl Shape {
    /// That of given dates.
    pub(crate) fn of(period: &Period) -> Shape {
        match (period.kind(), period.nominal_quarters()) {
            (PeriodKind::Instant, _) | (_, Some(0)) => Shape::Instant,
            _ => Shape::Duration,
        }
    }
}

/// How well dates fit a slot, the best first: exact dates before nominal ones, then the fewest days off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Fit {
    pub(crate) nominal: bool,
    pub(crate) off_by: i64,
}

impl Fit {
    /// To the day.
    pub(crate) const EXACT: Fit = Fit {
        nominal: false,
        off_by: 0,
    };
}

/// A slot with its own dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target {
    pub(crate) fiscal: FiscalPeriod,
    /// The dates by the calendar: of an instant, its day.
    pub(crate) own: Period,
    /// How many quarters a nominal period of this slot has.
    quarters: u16,
}

impl Target {
    /// `None` where the calendar has no such slot.
    pub(crate) fn new(
        calendar: &FiscalCalendar,
        fiscal: FiscalPeriod,
        shape: Shape,
    ) -> Option<Self> {
        let own = calendar.period(fiscal)?;
        Some(match shape {
            Shape::Instant => Self {
                fiscal,
                own: own.closing(),
                quarters: 0,
            },
            Shape::Duration => Self {
                fiscal,
                own,
                quarters: quarters_of(fiscal.slot),
            },
        })
    }

    /// How well dates fit, if they lie within the tolerance of [`FiscalCalendar::place`].
    pub(crate) fn fit(&self, period: &Period) -> Option<Fit> {
        let end_off = days_apart(period.end(), self.own.end());
        if let Some(quarters) = period.nominal_quarters() {
            let fits = quarters == self.quarters && end_off <= NOMINAL_TOLERANCE;
            return fits.then_some(Fit {
                nominal: true,
                off_by: end_off,
            });
        }
        let start_off = match (period.start(), self.own.start()) {
            (Some(a), Some(b)) => days_apart(a, b),
            (None, None) => 0,
            _ => return None,
        };
        (start_off.max(end_off) <= PLACEMENT_TOLERANCE).then_some(Fit {
            nominal: false,
            off_by: start_off + end_off,
        })
    }
}

/// A row of a series, sorted by its dates.
pub(crate) trait Dated {
    fn period(&self) -> Period;
}

/// What was found in a slot: the number of the row that fits best, how well, and the dates of those that fit less.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) index: usize,
    pub(crate) fit: Fit,
    pub(crate) also: Vec<Period>,
}

/// The row that fits a slot best. Of two that fit equally well, the first by dates.
pub(crate) fn find<R: Dated>(rows: &[R], target: &Target) -> Option<Found> {
    let (earliest, latest) = ends_near(target.own.end());
    let first = rows.partition_point(|row| row.period().end() < earliest);
    let window = (first..).zip(rows.get(first..).unwrap_or_default());
    let fitting = window
        .take_while(|(_, row)| row.period().end() <= latest)
        .filter_map(|(index, row)| Some((target.fit(&row.period())?, index, row.period())));
    let mut best: Option<(Found, Period)> = None;
    for (fit, index, period) in fitting {
        best = Some(match best {
            None => {
                let also = Vec::new();
                (Found { index, fit, also }, period)
            }
            Some((mut found, of_best)) if fit < found.fit => {
                found.also.push(of_best);
                (
                    Found {
                        index,
                        fit,
                        ..found
                    },
                    period,
                )
            }
            Some((mut found, of_best)) => {
                found.also.push(period);
                (found, of_best)
            }
        });
    }
    let (mut found, _) = best?;
    found.also.sort_unstable();
    Some(found)
}

/// From which day to which what fits a slot that ends on a day, or has exactly its dates, can end.
pub(crate) fn ends_near(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let days = TimeDelta::days(NOMINAL_TOLERANCE);
    let first = day.checked_sub_signed(days).unwrap_or(NaiveDate::MIN);
    let last = day.checked_add_signed(days).unwrap_or(NaiveDate::MAX);
    (first, last)
}

/// The number of the row of exactly these dates.
pub(crate) fn find_exact<R: Dated>(rows: &[R], period: &Period) -> Option<usize> {
    rows.binary_search_by(|row| row.period().cmp(period)).ok()
}

/// The slot of a span that dates fit best.
pub(crate) fn slot_of(
    calendar: &FiscalCalendar,
    period: &Period,
    span: Span,
    shape: Shape,
) -> Option<FiscalPeriod> {
    if Shape::of(period) != shape {
        return None;
    }
    years_around(period.end())
        .flat_map(|year| slots_of(span).map(move |slot| FiscalPeriod::new(year, slot)))
        .filter_map(|fiscal| {
            let target = Target::new(calendar, fiscal, shape)?;
            Some((target.fit(period)?, fiscal))
        })
        .min()
        .map(|(_, fiscal)| fiscal)
}

/// The first and the last slot of a span and shape that has one of some rows.
pub(crate) fn ends<R: Dated>(
    calendar: &FiscalCalendar,
    rows: &[R],
    span: Span,
    shape: Shape,
) -> Option<(FiscalPeriod, FiscalPeriod)> {
    let slot_of = |row: &R| slot_of(calendar, &row.period(), span, shape);
    let first = rows.iter().find_map(slot_of)?;
    let last = rows.iter().rev().find_map(slot_of)?;
    Some((first, last))
}

/// The fiscal year in which a day lies.
pub(crate) fn year_of(calendar: &FiscalCalendar, day: NaiveDate) -> Option<FiscalPeriod> {
    years_around(day)
        .map(|year| FiscalPeriod::new(year, Slot::Year))
        .find(|year| {
            calendar
                .period(*year)
                .is_some_and(|own| own.end() >= day && own.start().is_some_and(|s| s <= day))
        })
}

/// The fiscal years that may hold a day, whichever way they are named.
pub(crate) fn years_around(day: NaiveDate) -> impl Iterator<Item = i32> {
    day.year().saturating_sub(1)..=day.year().saturating_add(1)
}

/// The slots of a span in a year, in order.
pub(crate) fn slots_of(span: Span) -> impl Iterator<Item = Slot> {
    Slot::ALL
        .into_iter()
        .filter(move |slot| slot.span() == span)
}

/// The same slot a fiscal year earlier, if that is a year earlier and as long: after a change of year end it is another span.
pub(crate) fn year_ago(
    calendar: &FiscalCalendar,
    fiscal: FiscalPeriod,
    shape: Shape,
) -> Option<FiscalPeriod> {
    let wanted = fiscal.year_ago();
    let (earlier, later) = (calendar.period(wanted)?, calendar.period(fiscal)?);
    let begin = || Some(year_apart(earlier.start()?, later.start()?));
    let same_start = shape == Shape::Instant || begin()?;
    (same_start && year_apart(earlier.end(), later.end())).then_some(wanted)
}

/// The quarter of a calendar that ends on a day.
pub(crate) fn quarter_to(calendar: &FiscalCalendar, day: NaiveDate) -> Option<FiscalPeriod> {
    years_around(day)
        .flat_map(|year| slots_of(Span::Quarter).map(move |slot| FiscalPeriod::new(year, slot)))
        .find(|fiscal| calendar.period(*fiscal).is_some_and(|own| own.end() == day))
}

/// Whether `earlier` is a year before `later`, give or take the tolerance: 52/53-week years move by days,
/// a change of year end by months.
fn year_apart(earlier: NaiveDate, later: NaiveDate) -> bool {
    year_before(later).is_some_and(|day| days_apart(earlier, day) <= PLACEMENT_TOLERANCE)
}

/// The months of a number that end on a day, where they are whole: the day after it is the first of one.
pub(crate) fn months_to(day: NaiveDate, months: u32) -> Option<Period> {
    let next = day.succ_opt()?;
    let start = next.checked_sub_months(Months::new(months))?;
    (next.day() == 1).then(|| Period::duration(start, day).ok())?
}

/// The same dates one calendar year earlier.
pub(crate) fn dates_year_before(period: &Period) -> Option<Period> {
    let end = year_before(period.end())?;
    match period.start() {
        Some(start) => {
            let start = year_before(start.pred_opt()?)?.succ_opt()?;
            Period::duration(start, end).ok()
        }
        None => Period::instant(end).ok(),
    }
}

/// The same day one calendar year earlier: of the last of a month, the last.
pub(crate) fn year_before(day: NaiveDate) -> Option<NaiveDate> {
    let next = day.succ_opt()?;
    let ends_month = next.day() == 1;
    let earlier = |day: NaiveDate| day.checked_sub_months(Months::new(12));
    if ends_month {
        earlier(next)?.pred_opt()
    } else {
        earlier(day)
    }
}

pub(crate) fn days_apart(a: NaiveDate, b: NaiveDate) -> i64 {
    a.signed_duration_since(b).num_days().abs()
}

fn quarters_of(slot: Slot) -> u16 {
    let (first, last) = slot.quarters();
    u16::from(last.saturating_sub(first)) + 1
}

/// The first and last quarter of a fiscal period, counted through all years.
fn quarter_numbers(fiscal: FiscalPeriod) -> (i64, i64) {
    let (first, last) = fiscal.slot.quarters();
    let before = i64::from(fiscal.year) * 4;
    (before + i64::from(first) - 1, before + i64::from(last) - 1)
}

/// The first quarter of a fiscal period, counted through all years.
pub(crate) fn quarter_number(fiscal: FiscalPeriod) -> i64 {
    quarter_numbers(fiscal).0
}

/// A range that ends before it begins.
#[derive(Debug)]
pub(crate) struct Backward {
    pub(crate) from: FiscalPeriod,
    pub(crate) to: FiscalPeriod,
}

/// The first and the last quarter of a range, counted through all years; `None` where an end is open and there is no
/// `first` or `last` slot that it could be.
pub(crate) fn quarters_within(
    ends: Ends,
    first: impl FnOnce() -> Option<FiscalPeriod>,
    last: impl FnOnce() -> Option<FiscalPeriod>,
) -> Result<Option<(i64, i64)>, Backward> {
    let begin = |fiscal| quarter_numbers(fiscal).0;
    let end = |fiscal| quarter_numbers(fiscal).1;
    let backward = match ends {
        (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b)) if begin(a) > end(b) => {
            Some((a, b))
        }
        (Bound::Included(a) | Bound::Excluded(a), Bound::Excluded(b)) if begin(a) > begin(b) => {
            Some((a, b))
        }
        _ => None,
    };
    if let Some((from, to)) = backward {
        return Err(Backward { from, to });
    }
    let low = match ends.0 {
        Bound::Included(fiscal) => Some(begin(fiscal)),
        Bound::Excluded(fiscal) => Some(end(fiscal) + 1),
        Bound::Unbounded => first().map(begin),
    };
    let high = match ends.1 {
        Bound::Included(fiscal) => Some(end(fiscal)),
        Bound::Excluded(fiscal) => Some(begin(fiscal) - 1),
        Bound::Unbounded => last().map(end),
    };
    Ok(low.zip(high))
}

/// The slots of a span that lie wholly within a range, in order. Open ends are those of the `first` and
/// `last` slot given.
pub(crate) fn slots_within(
    ends: Ends,
    span: Span,
    first: impl FnOnce() -> Option<FiscalPeriod>,
    last: impl FnOnce() -> Option<FiscalPeriod>,
) -> Result<Vec<FiscalPeriod>, Backward> {
    let Some((low, high)) = quarters_within(ends, first, last)? else {
        return Ok(Vec::new());
    };
    let years = low.div_euclid(4).max(i64::from(FIRST_YEAR) - 1)
        ..=high.div_euclid(4).min(i64::from(LAST_YEAR) + 1);
    Ok(years
        .filter_map(|year| i32::try_from(year).ok())
        .flat_map(|year| slots_of(span).map(move |slot| FiscalPeriod::new(year, slot)))
        .filter(|fiscal| {
            let (first, last) = quarter_numbers(*fiscal);
            first >= low && last <= high
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::YearNaming;

    struct Only(Period);

    impl Dated for Only {
        fn period(&self) -> Period {
            self.0
        }
    }

    fn rows(dates: &[&str]) -> Vec<Only> {
        let mut rows: Vec<Only> = dates.iter().map(|d| Only(d.parse().unwrap())).collect();
        rows.sort_by_key(Dated::period);
        rows
    }

    fn target(label: &str, shape: Shape) -> Target {
        let calendar = FiscalCalendar::month_end(3, YearNaming::Start).unwrap();
        Target::new(&calendar, calendar.parse(label).unwrap(), shape).unwrap()
    }

    fn found(dates: &[&str], target: &Target) -> Option<(String, i64, bool, Vec<String>)> {
        let rows = rows(dates);
        find(&rows, target).map(|found| {
            (
                rows[found.index].0.to_string(),
                found.fit.off_by,
                found.fit.nominal,
                found.also.iter().map(ToString::to_string).collect(),
            )
        })
    }

    #[test]
    fn the_row_that_fits_best_is_found_and_the_others_are_listed() {
        let quarter = target("3Q08", Shape::Duration);
        let exact = "2008-10-01..2008-12-31";
        assert_eq!(
            found(
                &[
                    "2008-04-01..2008-12-31",
                    exact,
                    "2008-12-31",
                    "~2008-12-31/3q"
                ],
                &quarter
            ),
            Some((exact.into(), 0, false, vec![]))
        );
        assert_eq!(
            found(
                &[
                    "2008-10-01..2008-12-30",
                    exact,
                    "2008-10-03..2008-12-31",
                    "~2008-12-31/1q"
                ],
                &quarter
            ),
            Some((
                exact.into(),
                0,
                false,
                vec![
                    "2008-10-01..2008-12-30".into(),
                    "2008-10-03..2008-12-31".into(),
                    "~2008-12-31/1q".into()
                ]
            ))
        );
        // Dates, even days off, say more than a month-end.
        assert_eq!(
            found(&["~2008-12-31/1q", "2008-09-29..2008-12-28"], &quarter),
            Some((
                "2008-09-29..2008-12-28".into(),
                5,
                false,
                vec!["~2008-12-31/1q".into()]
            ))
        );
        assert_eq!(
            found(&["~2008-12-31/1q"], &quarter),
            Some(("~2008-12-31/1q".into(), 0, true, vec![]))
        );
        assert_eq!(
            found(
                &["2008-10-12..2008-12-31", "2008-10-01..2009-01-11"],
                &quarter
            ),
            None
        );
    }

    #[test]
    fn an_instant_is_found_where_instants_are_asked_for() {
        let close = target("3Q08", Shape::Instant);
        assert_eq!(
            found(
                &["2008-10-01..2008-12-31", "2008-12-31", "~2008-12-31/0q"],
                &close
            ),
            Some(("2008-12-31".into(), 0, false, vec!["~2008-12-31/0q".into()]))
        );
        assert_eq!(found(&["2008-10-01..2008-12-31"], &close), None);
    }

    #[test]
    fn ranges_hold_what_lies_within_them() {
        let at = |year, slot| FiscalPeriod::new(year, slot);
        let none = || None;
        let labels = |ends, span| {
            slots_within(ends, span, none, none)
                .map(|slots| slots.iter().map(ToString::to_string).collect::<Vec<_>>())
                .map_err(|_| ())
        };
        let (q1, q3) = (at(2007, Slot::Q1), at(2008, Slot::Q3));
        let (y7, y8) = (at(2007, Slot::Year), at(2008, Slot::Year));
        assert_eq!(
            labels((Bound::Included(q1), Bound::Included(q3)), Span::Quarter)
                .unwrap()
                .len(),
            7
        );
        assert_eq!(
            labels((Bound::Included(q1), Bound::Excluded(q3)), Span::Quarter)
                .unwrap()
                .len(),
            6
        );
        assert_eq!(
            labels((Bound::Included(y7), Bound::Included(y8)), Span::Quarter)
                .unwrap()
                .len(),
            8
        );
        assert_eq!(
            labels((Bound::Included(y7), Bound::Excluded(y8)), Span::Quarter)
                .unwrap()
                .len(),
            4
        );
        assert_eq!(
            labels((Bound::Included(q1), Bound::Included(q3)), Span::Year).unwrap(),
            ["FY2007"]
        );
        assert_eq!(
            labels((Bound::Included(q1), Bound::Included(q3)), Span::NineMonths).unwrap(),
            ["FY2007 9M", "FY2008 9M"]
        );
        assert_eq!(
            labels((Bound::Included(q1), Bound::Included(q3)), Span::Half).unwrap(),
            ["FY2007 H1", "FY2007 H2", "FY2008 H1"]
        );
        assert_eq!(
            labels((Bound::Included(q1), Bound::Excluded(q1)), Span::Quarter),
            Ok(vec![])
        );
        assert_eq!(
            labels((Bound::Included(q3), Bound::Included(q1)), Span::Quarter),
            Err(())
        );
        assert_eq!(
            labels((Bound::Included(q3), Bound::Excluded(q1)), Span::Quarter),
            Err(())
        );
        assert_eq!(
            labels((Bound::Unbounded, Bound::Included(q1)), Span::Quarter),
            Ok(vec![])
        );
    }

    #[test]
    fn a_year_before_the_end_of_february_is_its_end() {
        let day = |text: &str| text.parse().unwrap();
        for (later, earlier) in [
            ("2017-02-28", "2016-02-29"),
            ("2016-02-29", "2015-02-28"),
            ("2016-02-28", "2015-02-28"),
            ("2017-03-01", "2016-03-01"),
            ("2017-01-31", "2016-01-31"),
        ] {
            assert_eq!(year_before(day(later)), Some(day(earlier)), "{later}");
        }
    }

    #[test]
    fn a_year_is_a_year_give_or_take_days() {
        let day = |text: &str| text.parse().unwrap();
        assert!(year_apart(day("2011-12-31"), day("2012-12-29")));
        assert!(year_apart(day("2012-02-28"), day("2013-02-28")));
        assert!(!year_apart(day("2014-06-30"), day("2015-03-31")));
    }
}
