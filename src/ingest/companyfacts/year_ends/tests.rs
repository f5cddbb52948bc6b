//! Calendars inferred from reports that are made of known ones.

use chrono::Datelike;
use proptest::prelude::*;

mod new_years;

use super::*;
use crate::model::date::shift;
use crate::model::{FiscalPeriod, Period, Slot, WeekdayPick, parse_date};

type Dates = (NaiveDate, NaiveDate);

fn dates(period: &Period) -> Dates {
    (period.start().unwrap(), period.end())
}

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn report(annual: bool, durations: &[(Dates, u32)]) -> Report {
    let kind = if annual {
        ReportKind::Annual
    } else {
        ReportKind::Quarterly
    };
    Report {
        kind,
        durations: durations.iter().copied().collect(),
    }
}

/// An annual report of so many facts of its year, and fewer of the years that are given before it.
fn annual(years: &[(&str, &str)]) -> Report {
    let facts = [30, 20, 20];
    let durations: Vec<(Dates, u32)> = years
        .iter()
        .zip(facts)
        .map(|((start, end), facts)| ((day(start), day(end)), facts))
        .collect();
    report(true, &durations)
}

fn calendar_of(rules: &[(Option<&str>, YearEnd)]) -> FiscalCalendar {
    let rules = rules.iter().map(|(from, year_end)| CalendarRule {
        from: from.map(day),
        year_end: year_end.clone(),
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    });
    FiscalCalendar::new(rules.collect()).unwrap()
}

/// The reports of a company with this calendar: three quarterly ones and an annual one a year, each with the year before
/// beside it, and a few facts over other periods.
fn filed(calendar: &FiscalCalendar, years: std::ops::RangeInclusive<i32>) -> Vec<Report> {
    let mut reports = Vec::new();
    for year in years {
        for slots in [
            &[Slot::Q1][..],
            &[Slot::Q2, Slot::H1],
            &[Slot::Q3, Slot::NineMonths],
            &[Slot::Year],
        ] {
            let mut durations = Vec::new();
            for (nth, slot) in slots.iter().enumerate() {
                let facts = 40 - u32::try_from(nth).unwrap();
                let own = calendar.period(FiscalPeriod::new(year, *slot));
                let prior = calendar.period(FiscalPeriod::new(year - 1, *slot));
                durations.extend(own.map(|period| (dates(&period), facts)));
                durations.extend(prior.map(|period| (dates(&period), facts - 5)));
            }
            if let Some(((start, end), _)) = durations.first().copied() {
                durations.push(((shift(start, 9).unwrap(), shift(end, 9).unwrap()), 1));
                durations.push(((shift(end, -20).unwrap(), end), 2));
            }
            reports.push(report(slots == [Slot::Year], &durations));
        }
    }
    reports
}

fn inferred(reports: &[Report]) -> (Vec<(Option<NaiveDate>, YearEnd)>, Vec<CalendarNote>) {
    let Years {
        calendar, notes, ..
    } = infer(reports, LabelStyle::FiscalYearQuarter).unwrap();
    let rules = calendar.rules().iter();
    (
        rules
            .map(|rule| (rule.from, rule.year_end.clone()))
            .collect(),
        notes,
    )
}

fn month(month: u32) -> YearEnd {
    YearEnd::MonthEnd { month }
}

#[test]
fn years_of_months() {
    // February ends on two days.
    for number in 1..=12 {
        let calendar = calendar_of(&[(None, month(number))]);
        let found = inferred(&filed(&calendar, 2010..=2016));
        assert_eq!(found, (vec![(None, month(number))], vec![]));
    }
}

#[test]
fn weeks_of_known_companies() {
    let rule = |month, weekday, pick, weeks, long_quarter| YearEnd::Weekly {
        month,
        weekday,
        pick,
        weeks,
        long_quarter,
    };
    for year_end in [
        // Johnson & Johnson: the Sunday nearest to the end of December.
        rule(12, Weekday::Sun, WeekdayPick::Nearest, [13; 4], 4),
        // Costco: the Sunday nearest to the end of August; 12, 12, 12 and 16 weeks.
        rule(8, Weekday::Sun, WeekdayPick::Nearest, [12, 12, 12, 16], 4),
        // Kroger: the Saturday nearest to the end of January; 16, 12, 12 and 12 weeks.
        rule(1, Weekday::Sat, WeekdayPick::Nearest, [16, 12, 12, 12], 4),
        // Cisco: the last Saturday of July.
        rule(7, Weekday::Sat, WeekdayPick::Last, [13; 4], 3),
    ] {
        let calendar = calendar_of(&[(None, year_end.clone())]);
        let found = inferred(&filed(&calendar, 2009..=2024));
        assert_eq!(found, (vec![(None, year_end)], vec![]));
    }
}

#[test]
fn a_change_of_year_end_is_a_rule_from_its_second_year_on() {
    let before = annual(&[
        ("2013-04-01", "2014-03-31"),
        ("2012-04-01", "2013-03-31"),
        ("2011-04-01", "2012-03-31"),
    ]);
    let first = annual(&[("2015-01-01", "2015-12-31")]);
    let second = annual(&[("2016-01-01", "2016-12-31"), ("2015-01-01", "2015-12-31")]);
    let mut reports = vec![before, first];
    let (rules, notes) = inferred(&reports);
    assert_eq!(rules, [(None, month(3))]);
    let end = day("2015-12-31");
    assert_eq!(notes, [CalendarNote::OtherEnd { end }]);
    reports.push(second);
    let Years {
        calendar, notes, ..
    } = infer(&reports, LabelStyle::FiscalYearQuarter).unwrap();
    assert_eq!(notes, []);
    assert_eq!(
        calendar,
        calendar_of(&[(None, month(3)), (Some("2015-01-01"), month(12))])
    );
    // What was known under the old rule keeps its label.
    let label = |text: &str| calendar.label_of(&text.parse().unwrap());
    assert_eq!(label("2013-04-01..2014-03-31"), "FY2014");
    assert_eq!(label("2013-04-01..2013-06-30"), "FY2014 Q1");
    assert_eq!(label("2015-01-01..2015-12-31"), "FY2015");
    let earlier = infer(&reports[..2], LabelStyle::FiscalYearQuarter)
        .unwrap()
        .calendar;
    assert!(calendar.extends(&earlier), "a database takes the new rule");
}

#[test]
fn years_recast_after_a_change_of_year_end_relabel_nothing() {
    let mut reports = vec![
        annual(&[("2014-01-01", "2014-12-31"), ("2013-01-01", "2013-12-31")]),
        annual(&[("2015-01-01", "2015-12-31"), ("2014-01-01", "2014-12-31")]),
        report(true, &[((day("2016-01-01"), day("2016-06-30")), 40)]),
        // Twelve months on the new basis beside the first full year, and twenty-four.
        annual(&[
            ("2016-07-01", "2017-06-30"),
            ("2015-07-01", "2016-06-30"),
            ("2014-07-01", "2015-06-30"),
        ]),
        annual(&[("2017-07-01", "2018-06-30"), ("2016-07-01", "2017-06-30")]),
    ];
    let changed = calendar_of(&[(None, month(12)), (Some("2016-07-01"), month(6))]);
    let Years {
        calendar, notes, ..
    } = infer(&reports, LabelStyle::FiscalYearQuarter).unwrap();
    assert_eq!((&calendar, notes), (&changed, vec![]));
    let label = |text: &str| calendar.label_of(&text.parse().unwrap());
    assert_eq!(label("2015-01-01..2015-12-31"), "FY2015");
    assert_eq!(label("2015-07-01..2015-09-30"), "FY2015 Q3");
    // Where no report is about the earlier years, the recast ones are all there is.
    let of_new = reports.split_off(3);
    let (rules, notes) = inferred(&of_new);
    assert_eq!((rules, notes), (vec![(None, month(6))], vec![]));
}

#[test]
fn a_change_from_weeks_to_months_leaves_the_last_year_of_weeks_whole() {
    // The Saturday nearest to the end of December until 2016-01-02, the last day of the month from then on. 2016-12-31 is
    // both.
    let weeks = YearEnd::Weekly {
        month: 12,
        weekday: Weekday::Sat,
        pick: WeekdayPick::Nearest,
        weeks: [13; 4],
        long_quarter: 4,
    };
    let mut reports = filed(&calendar_of(&[(None, weeks)]), 2010..=2015);
    let years = [
        ("2016-01-03", "2016-12-31"),
        ("2017-01-01", "2017-12-31"),
        ("2018-01-01", "2018-12-31"),
        ("2019-01-01", "2019-12-31"),
    ];
    reports.extend(years.windows(2).map(|years| annual(&[years[1], years[0]])));
    let calendar = infer(&reports, LabelStyle::FiscalYearQuarter)
        .unwrap()
        .calendar;
    let dates = |label: &str| {
        let fiscal = calendar.parse(label).unwrap();
        calendar.period(fiscal).unwrap().to_string()
    };
    assert_eq!(dates("FY2015"), "2015-01-04..2016-01-02");
    assert_eq!(dates("FY2015 Q4"), "2015-10-04..2016-01-02");
    assert_eq!(dates("FY2016"), "2016-01-03..2016-12-31");
    assert_eq!(dates("FY2017"), "2017-01-01..2017-12-31");
    assert_eq!(dates("FY2018 Q1"), "2018-01-01..2018-03-31");
}

/// An annual report that tells each of these periods by as many facts.
fn annual_of_equals(periods: &[(&str, &str)]) -> Report {
    let durations: Vec<(Dates, u32)> = periods
        .iter()
        .map(|(start, end)| ((day(start), day(end)), 30))
        .collect();
    report(true, &durations)
}

#[test]
fn twelve_months_to_the_new_year_end_are_no_year_where_they_share_months_with_one() {
    // Years to March; the nine months to December 2015; years to December. The report of the nine months also tells
    // the twelve months to their end.
    let mut reports = vec![
        annual(&[("2013-04-01", "2014-03-31"), ("2012-04-01", "2013-03-31")]),
        annual(&[("2014-04-01", "2015-03-31"), ("2013-04-01", "2014-03-31")]),
        annual_of_equals(&[
            ("2015-04-01", "2015-12-31"),
            ("2015-01-01", "2015-12-31"),
            ("2014-04-01", "2015-03-31"),
            ("2013-04-01", "2014-03-31"),
        ]),
        annual(&[("2016-01-01", "2016-12-31"), ("2015-01-01", "2015-12-31")]),
        annual(&[
            ("2017-01-01", "2017-12-31"),
            ("2016-01-01", "2016-12-31"),
            ("2015-01-01", "2015-12-31"),
        ]),
    ];
    let changed = calendar_of(&[(None, month(3)), (Some("2016-01-01"), month(12))]);
    for _ in 0..reports.len() {
        reports.rotate_left(1);
        let Years {
            calendar, notes, ..
        } = infer(&reports, LabelStyle::FiscalYearQuarter).unwrap();
        assert_eq!((&calendar, notes), (&changed, vec![]));
        let label = |text: &str| calendar.label_of(&text.parse().unwrap());
        assert_eq!(label("2014-04-01..2015-03-31"), "FY2015");
        assert_eq!(label("2015-01-01..2015-03-31"), "FY2015 Q4");
        assert_eq!(label("2016-01-01..2016-12-31"), "FY2016");
    }
}

#[test]
fn a_year_told_by_mistake_takes_no_month_from_the_years_after_it() {
    // Once, twelve months to the end of a quarter instead of the year.
    let mut reports = filed(&calendar_of(&[(None, month(6))]), 2010..=2016);
    reports.push(annual_of_equals(&[("2012-10-01", "2013-09-30")]));
    let (rules, notes) = inferred(&reports);
    let end = day("2013-09-30");
    assert_eq!(rules, [(None, month(6))]);
    assert_eq!(notes, [CalendarNote::OtherEnd { end }]);
}

/// Annual reports of years to these ends, each with the year before it if that was twelve months.
fn annuals(ends: &[&str]) -> Vec<Report> {
    let start = |end: NaiveDate| {
        let after = end.succ_opt().unwrap();
        after.with_year(after.year() - 1).unwrap()
    };
    let mut reports = Vec::new();
    let mut before = None;
    for end in ends {
        let own = (start(day(end)), day(end));
        let mut durations = vec![(own, 30)];
        durations.extend(
            before
                .filter(|(_, end): &Dates| end.succ_opt() == Some(own.0))
                .map(|b| (b, 20)),
        );
        reports.push(report(true, &durations));
        before = Some(own);
    }
    reports
}

#[test]
fn a_rule_of_two_years_is_believed_also_where_the_company_went_back() {
    let ends = [
        "2008-12-31",
        "2009-12-31",
        "2010-12-31",
        "2011-12-31",
        // Nine months to September 2012.
        "2013-09-30",
        "2014-09-30",
        // Three months to December 2014.
        "2015-12-31",
        "2016-12-31",
        "2017-12-31",
    ];
    let other = |end: &str| CalendarNote::OtherEnd { end: day(end) };
    let (december, september) = ((None, month(12)), (Some(day("2012-10-01")), month(9)));
    let again = (Some(day("2015-01-01")), month(12));
    let one = vec![december.clone()];
    let two = vec![december.clone(), september.clone()];
    let three = vec![december, september, again];
    // After each year: a rule counts from its second year on, and then for good.
    for (years, rules, notes) in [
        (4, &one, vec![]),
        (5, &one, vec![other("2013-09-30")]),
        (6, &two, vec![]),
        (7, &two, vec![other("2015-12-31")]),
        (8, &three, vec![]),
        (9, &three, vec![]),
    ] {
        let mut reports = annuals(&ends[..years]);
        let found = inferred(&reports);
        assert_eq!((&found.0, &found.1), (rules, &notes), "{years}");
        reports.reverse();
        assert_eq!(inferred(&reports), found, "{years}");
    }
}

#[test]
fn single_years_against_the_rule_make_no_rule() {
    // Every other year otherwise, and two years running that follow no common rule.
    let (rules, notes) = inferred(&annuals(&[
        "2010-12-31",
        "2011-12-31",
        "2013-09-30",
        "2014-12-31",
        "2016-09-30",
        "2017-12-31",
        "2018-12-31",
    ]));
    assert_eq!(rules, [(None, month(12))]);
    assert_eq!(notes.len(), 2, "{notes:?}");
    let (rules, notes) = inferred(&annuals(&[
        "2010-12-31",
        "2011-12-31",
        "2012-12-31",
        "2014-09-30",
        "2015-10-31",
        "2017-12-31",
        "2018-12-31",
    ]));
    assert_eq!(rules, [(None, month(12))]);
    assert_eq!(notes.len(), 2, "{notes:?}");
}

#[test]
fn weeks_follow_months_where_the_company_changed_to_them() {
    let weeks = YearEnd::Weekly {
        month: 12,
        weekday: Weekday::Sat,
        pick: WeekdayPick::Last,
        weeks: [13; 4],
        long_quarter: 4,
    };
    let old = calendar_of(&[(None, month(12))]);
    let new = calendar_of(&[(None, month(12)), (Some("2015-01-01"), weeks.clone())]);
    let mut reports = filed(&old, 2008..=2014);
    reports.extend(filed(&new, 2016..=2024));
    let (rules, notes) = inferred(&reports);
    assert_eq!(notes, []);
    let kinds: Vec<&YearEnd> = rules.iter().map(|(_, year_end)| year_end).collect();
    assert_eq!(kinds, [&month(12), &weeks]);
}

#[test]
fn a_slip_is_no_rule() {
    let calendar = calendar_of(&[(None, month(6))]);
    let mut reports = filed(&calendar, 2010..=2016);
    // One annual report with a wrong day, and more facts than the report of the next year has of that year.
    reports.push(report(
        true,
        &[((day("2011-07-01"), day("2012-06-28")), 10)],
    ));
    let (rules, notes) = inferred(&reports);
    assert_eq!(rules, [(None, month(6))]);
    let end = day("2012-06-28");
    assert_eq!(notes, [CalendarNote::OtherEnd { end }]);
    reports.push(report(
        true,
        &[((day("2011-07-01"), day("2012-06-28")), 900)],
    ));
    let (rules, notes) = inferred(&reports);
    assert_eq!(rules, [(None, month(6))]);
    let ends = [day("2012-06-30"), end];
    assert_eq!(notes, ends.map(|end| CalendarNote::OtherEnd { end }));
}

#[test]
fn what_cannot_be_inferred_is_said() {
    let calendar_years = vec![(None, month(12))];
    assert_eq!(
        inferred(&[]),
        (calendar_years.clone(), vec![CalendarNote::NoYears])
    );
    let quarters = report(false, &[((day("2015-01-01"), day("2015-12-31")), 9)]);
    assert_eq!(inferred(&[quarters]).1, [CalendarNote::NoYears]);
    // A weekday of one year is no rule; nor are days without one.
    let one = annual(&[("2014-09-28", "2015-09-26")]);
    assert_eq!(
        inferred(&[one]),
        (calendar_years.clone(), vec![CalendarNote::NoRule])
    );
    let odd = [
        "2010-03-05",
        "2011-03-17",
        "2012-03-20",
        "2013-02-28",
        "2014-03-11",
    ];
    let odd: Vec<Report> = odd
        .iter()
        .map(|end| report(true, &[((shift(day(end), -364).unwrap(), day(end)), 9)]))
        .collect();
    assert_eq!(inferred(&odd), (calendar_years, vec![CalendarNote::NoRule]));
    let one = annual(&[("2014-10-01", "2015-09-30")]);
    let end = day("2015-09-30");
    assert_eq!(
        inferred(&[one]),
        (vec![(None, month(9))], vec![CalendarNote::OneYear { end }])
    );
    // The Saturdays of these years are the last of September and nearest to its end, and no quarter is known.
    let three = annual(&[
        ("2013-09-29", "2014-09-27"),
        ("2012-09-30", "2013-09-28"),
        ("2011-10-02", "2012-09-29"),
    ]);
    let (rules, notes) = inferred(&[three]);
    let YearEnd::Weekly {
        pick,
        weeks,
        long_quarter,
        ..
    } = rules[0].1
    else {
        panic!("{rules:?}");
    };
    assert_eq!((pick, weeks, long_quarter), (WeekdayPick::Last, [13; 4], 4));
    let ambiguous = CalendarNote::LastOrNearest {
        weekday: Weekday::Sat,
        month: 9,
    };
    assert_eq!(notes, [ambiguous, CalendarNote::QuarterWeeks]);
}

#[test]
fn the_quarter_of_the_53rd_week_is_said_to_be_unknown_until_a_report_shows_it() {
    let year_end = YearEnd::Weekly {
        month: 9,
        weekday: Weekday::Sat,
        pick: WeekdayPick::Last,
        weeks: [13; 4],
        long_quarter: 1,
    };
    let calendar = calendar_of(&[(None, year_end.clone())]);
    // The year ended 2017-09-30 has 53 weeks; those ended in 2018 to 2022 have 52.
    let (_, notes) = inferred(&filed(&calendar, 2019..=2022));
    assert!(notes.contains(&CalendarNote::LongQuarter), "{notes:?}");
    let found = inferred(&filed(&calendar, 2012..=2022));
    assert_eq!(found, (vec![(None, year_end)], vec![]));
}

fn any_year_end() -> impl Strategy<Value = YearEnd> {
    let weekdays = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
    let weekly = (
        1_u32..=12,
        prop::sample::select(weekdays.to_vec()),
        any::<bool>(),
        prop::sample::select(divisions()),
    );
    prop_oneof![
        (1_u32..=12).prop_map(month),
        weekly.prop_map(|(month, weekday, last, (weeks, long_quarter))| {
            YearEnd::Weekly {
                month,
                weekday,
                pick: if last {
                    WeekdayPick::Last
                } else {
                    WeekdayPick::Nearest
                },
                weeks,
                long_quarter,
            }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever calendar the reports were made by, its years, quarters, halves and nine months come out as they were.
    #[test]
    fn every_period_reported_is_where_it_was(year_end in any_year_end(), first in 1995_i32..2015, years in 4_i32..20) {
        let calendar = calendar_of(&[(None, year_end)]);
        let years = first..=first + years;
        let Years { calendar: found, notes, .. } = infer(&filed(&calendar, years.clone()), LabelStyle::FiscalYearQuarter).unwrap();
        for year in years {
            for slot in Slot::ALL {
                let fiscal = FiscalPeriod::new(year, slot);
                prop_assert_eq!(found.period(fiscal), calendar.period(fiscal), "{:?} {:?}", found, notes);
            }
        }
    }
}
