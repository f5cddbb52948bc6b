use proptest::prelude::*;

use super::*;
use crate::model::WeekdayPick;
use chrono::Weekday;

fn japanese() -> FiscalCalendar {
    FiscalCalendar::month_end(3, YearNaming::Start).unwrap()
}

fn dates(calendar: &FiscalCalendar, label: &str) -> String {
    let fiscal = calendar.parse(label).unwrap();
    calendar.period(fiscal).unwrap().to_string()
}

#[test]
fn labels_of_a_march_year_named_by_its_start() {
    let calendar = japanese();
    for (label, expected) in [
        ("1Q03", "2003-04-01..2003-06-30"),
        ("1Q2003", "2003-04-01..2003-06-30"),
        ("Q1 FY2003", "2003-04-01..2003-06-30"),
        ("FY2003 Q1", "2003-04-01..2003-06-30"),
        ("2003Q1", "2003-04-01..2003-06-30"),
        ("4Q02", "2003-01-01..2003-03-31"),
        ("FY03", "2003-04-01..2004-03-31"),
        ("FY2003", "2003-04-01..2004-03-31"),
        ("1H08", "2008-04-01..2008-09-30"),
        ("2H08", "2008-10-01..2009-03-31"),
        ("9M08", "2008-04-01..2008-12-31"),
        ("3Q99", "1999-10-01..1999-12-31"),
        ("3Q69", "2069-10-01..2069-12-31"),
        ("3Q70", "1970-10-01..1970-12-31"),
    ] {
        assert_eq!(dates(&calendar, label), expected, "{label}");
    }
    for bad in [
        "",
        "Q5 FY2003",
        "1Q3",
        "03Q1",
        "FY",
        "1Q003",
        "2003",
        "1Q+3",
        "Q1 Q2",
        "１Q03",
    ] {
        assert!(calendar.parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_same_dates_have_another_name_where_the_year_is_named_by_its_end() {
    let calendar = FiscalCalendar::month_end(3, YearNaming::End).unwrap();
    assert_eq!(dates(&calendar, "FY2004 Q1"), "2003-04-01..2003-06-30");
    assert_eq!(dates(&calendar, "FY2004"), "2003-04-01..2004-03-31");
}

fn weekly(
    month: u32,
    weekday: Weekday,
    pick: WeekdayPick,
    weeks: [u8; 4],
    long_quarter: u8,
) -> FiscalCalendar {
    FiscalCalendar::new(vec![CalendarRule {
        from: None,
        year_end: YearEnd::Weekly {
            month,
            weekday,
            pick,
            weeks,
            long_quarter,
        },
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    }])
    .unwrap()
}

#[test]
fn weeks_of_apple() {
    // Apple 10-K: fiscal 2012 was the 53 weeks ended 2012-09-29, its first quarter the 14 weeks
    // ended 2011-12-31; fiscal 2013 the 52 weeks ended 2013-09-28.
    let calendar = weekly(9, Weekday::Sat, WeekdayPick::Last, [13; 4], 1);
    assert_eq!(dates(&calendar, "FY2012"), "2011-09-25..2012-09-29");
    assert_eq!(dates(&calendar, "FY2012 Q1"), "2011-09-25..2011-12-31");
    assert_eq!(dates(&calendar, "FY2012 Q2"), "2012-01-01..2012-03-31");
    assert_eq!(dates(&calendar, "FY2013 Q4"), "2013-06-30..2013-09-28");
}

#[test]
fn the_nominal_year_end_names_the_year() {
    // Johnson & Johnson: the Sunday nearest to the end of December; fiscal 2020 ended 2021-01-03.
    let calendar = weekly(12, Weekday::Sun, WeekdayPick::Nearest, [13; 4], 4);
    assert_eq!(dates(&calendar, "FY2020"), "2019-12-30..2021-01-03");
    assert_eq!(dates(&calendar, "FY2021"), "2021-01-04..2022-01-02");
}

#[test]
fn quarters_of_12_12_12_and_16_weeks() {
    // Costco: the Sunday nearest to the end of August; fiscal 2017 was the 53 weeks ended 2017-09-03,
    // its fourth quarter the 17 weeks from 2017-05-08.
    let calendar = weekly(8, Weekday::Sun, WeekdayPick::Nearest, [12, 12, 12, 16], 4);
    assert_eq!(dates(&calendar, "FY2017"), "2016-08-29..2017-09-03");
    assert_eq!(dates(&calendar, "FY2017 Q4"), "2017-05-08..2017-09-03");
    assert_eq!(dates(&calendar, "FY2017 Q1"), "2016-08-29..2016-11-20");
}

#[test]
fn a_change_of_year_end_keeps_the_labels_of_history() {
    let rule = |from, month| CalendarRule {
        from,
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::Start,
        labels: LabelStyle::QuarterShortYear,
    };
    let from = NaiveDate::from_ymd_opt(2015, 1, 1);
    let calendar = FiscalCalendar::new(vec![rule(None, 3), rule(from, 12)]).unwrap();
    assert_eq!(dates(&calendar, "1Q13"), "2013-04-01..2013-06-30");
    assert_eq!(dates(&calendar, "3Q14"), "2014-10-01..2014-12-31");
    assert!(calendar.parse("4Q14").is_err(), "cut off by the change");
    assert_eq!(dates(&calendar, "FY2014"), "2014-04-01..2014-12-31");
    assert_eq!(dates(&calendar, "1Q15"), "2015-01-01..2015-03-31");
}

#[test]
fn dates_are_placed_in_the_slot_they_fit_best() {
    let calendar = japanese();
    let place = |text: &str| {
        calendar
            .place(&text.parse().unwrap())
            .map(|p| (calendar.label(p.fiscal), p.off_by, p.nominal))
    };
    let at = |label: &str, off_by, nominal| Some((label.to_owned(), off_by, nominal));
    assert_eq!(place("2003-04-01..2003-06-30"), at("1Q03", 0, false));
    assert_eq!(place("2008-04-01..2008-12-31"), at("9M08", 0, false));
    assert_eq!(place("2003-04-02..2003-06-28"), at("1Q03", 3, false));
    assert_eq!(place("2003-06-30"), at("1Q03", 0, false));
    assert_eq!(place("2003-05-31"), None);
    assert_eq!(
        place("2007-06-01..2007-12-31"),
        None,
        "seven months have no slot"
    );
    assert_eq!(place("~2009-06-30/1q"), at("1Q09", 0, true));
    assert_eq!(place("~2009-12-31/3q"), at("9M09", 0, true));
    assert_eq!(
        place("~2009-12-31/2q"),
        None,
        "no half year ends in December"
    );
    // Costco: the second quarter of fiscal 2020 ended on 2020-02-16, 13 days before the nearest end of a month.
    let costco = weekly(8, Weekday::Sun, WeekdayPick::Nearest, [12, 12, 12, 16], 4);
    let place = |text: &str| costco.place(&text.parse().unwrap());
    let second = place("~2020-02-29/1q").unwrap();
    assert_eq!(
        costco.period(second.fiscal).unwrap().end().to_string(),
        "2020-02-16"
    );
    assert_eq!((second.off_by, second.nominal), (13, true));
    assert_eq!(
        place("2020-02-29"),
        None,
        "an instant is nearer to its quarter's end"
    );
}

#[test]
fn a_rule_begins_with_a_year_of_its_own() {
    let rule = |from: Option<&str>, month| CalendarRule {
        from: from.map(|day| crate::model::parse_date(day).unwrap()),
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::Start,
        labels: LabelStyle::default(),
    };
    let with = |from| FiscalCalendar::new(vec![rule(None, 3), rule(Some(from), 12)]);
    assert!(with("2015-01-01").is_ok());
    // What lies between the old year's end and the first new year is a transition period.
    for bad in ["2014-04-01", "2015-01-02", "2014-05-17"] {
        assert!(with(bad).is_err(), "{bad}");
    }
    let before = FiscalCalendar::new(vec![rule(None, 3)]).unwrap();
    assert!(with("2015-01-01").unwrap().extends(&before));
    assert!(!before.extends(&with("2015-01-01").unwrap()));
}

#[test]
fn impossible_rules_are_refused() {
    assert!(FiscalCalendar::new(vec![]).is_err());
    assert!(FiscalCalendar::month_end(13, YearNaming::End).is_err());
    assert!(FiscalCalendar::month_end(0, YearNaming::End).is_err());
}

fn rule(from: Option<&str>, year_end: YearEnd) -> CalendarRule {
    CalendarRule {
        from: from.map(|day| crate::model::parse_date(day).unwrap()),
        year_end,
        named_by: YearNaming::End,
        labels: LabelStyle::FiscalYearQuarter,
    }
}

fn weeks(month: u32, weekday: Weekday, pick: WeekdayPick) -> YearEnd {
    YearEnd::Weekly {
        month,
        weekday,
        pick,
        weeks: [13; 4],
        long_quarter: 4,
    }
}

/// The year, its nine months and its quarters, as dates.
fn parts(calendar: &FiscalCalendar, year: &str) -> Vec<String> {
    let parts = ["", " Q1", " Q2", " Q3", " Q4"];
    parts
        .map(|part| dates(calendar, &format!("{year}{part}")))
        .to_vec()
}

#[test]
fn a_change_by_a_few_days_cuts_no_year_and_leaves_no_days_over() {
    // The Saturday nearest to the end of December, then its last day: 2016-01-02 was the Saturday of 2015.
    let near = weeks(12, Weekday::Sat, WeekdayPick::Nearest);
    let december = YearEnd::MonthEnd { month: 12 };
    let calendar = FiscalCalendar::new(vec![
        rule(None, near),
        rule(Some("2016-01-01"), december.clone()),
    ])
    .unwrap();
    assert_eq!(
        parts(&calendar, "FY2015"),
        [
            "2015-01-04..2016-01-02",
            "2015-01-04..2015-04-04",
            "2015-04-05..2015-07-04",
            "2015-07-05..2015-10-03",
            "2015-10-04..2016-01-02",
        ]
    );
    assert_eq!(
        parts(&calendar, "FY2016"),
        [
            "2016-01-03..2016-12-31",
            "2016-01-03..2016-03-31",
            "2016-04-01..2016-06-30",
            "2016-07-01..2016-09-30",
            "2016-10-01..2016-12-31",
        ]
    );
    assert_eq!(dates(&calendar, "9M2016"), "2016-01-03..2016-09-30");
    assert_eq!(dates(&calendar, "FY2017"), "2017-01-01..2017-12-31");
    // The last Saturday: five days before the end of the month.
    let last = weeks(12, Weekday::Sat, WeekdayPick::Last);
    let calendar = FiscalCalendar::new(vec![
        rule(None, last.clone()),
        rule(Some("2016-01-01"), december.clone()),
    ])
    .unwrap();
    assert_eq!(dates(&calendar, "FY2015 Q4"), "2015-09-27..2015-12-26");
    assert_eq!(dates(&calendar, "FY2016"), "2015-12-27..2016-12-31");
    assert_eq!(dates(&calendar, "FY2016 Q1"), "2015-12-27..2016-03-31");
    // And back: the first year of weeks begins after the year of months.
    let calendar =
        FiscalCalendar::new(vec![rule(None, december), rule(Some("2015-12-27"), last)]).unwrap();
    assert_eq!(dates(&calendar, "FY2015"), "2015-01-01..2015-12-31");
    assert_eq!(dates(&calendar, "FY2015 Q4"), "2015-10-01..2015-12-31");
    assert_eq!(dates(&calendar, "FY2016"), "2016-01-01..2016-12-31");
    assert_eq!(dates(&calendar, "FY2016 Q1"), "2016-01-01..2016-03-26");
    assert_eq!(dates(&calendar, "FY2017 Q1"), "2017-01-01..2017-04-01");
    let day = "2015-12-29..2015-12-31".parse().unwrap();
    assert_eq!(calendar.place(&day), None);
}

#[test]
fn another_weekday_cuts_no_year() {
    // The last Saturday of September, then the last Friday: 2013-09-28 and 2013-09-27 for one year.
    let saturday = weeks(9, Weekday::Sat, WeekdayPick::Last);
    let friday = weeks(9, Weekday::Fri, WeekdayPick::Last);
    let calendar =
        FiscalCalendar::new(vec![rule(None, saturday), rule(Some("2013-09-28"), friday)]).unwrap();
    assert_eq!(
        parts(&calendar, "FY2013"),
        [
            "2012-09-30..2013-09-28",
            "2012-09-30..2012-12-29",
            "2012-12-30..2013-03-30",
            "2013-03-31..2013-06-29",
            "2013-06-30..2013-09-28",
        ]
    );
    assert_eq!(dates(&calendar, "FY2014"), "2013-09-29..2014-09-26");
    assert_eq!(dates(&calendar, "FY2014 Q1"), "2013-09-29..2013-12-27");
}

#[test]
fn the_last_quarter_before_a_change_ends_with_what_is_left_of_the_year() {
    // Thirteen weeks to 2014-12-27, and the four days to the first year of months.
    let weekly = weeks(3, Weekday::Sat, WeekdayPick::Last);
    let december = YearEnd::MonthEnd { month: 12 };
    let calendar = FiscalCalendar::new(vec![
        rule(None, weekly.clone()),
        rule(Some("2015-01-01"), december.clone()),
    ])
    .unwrap();
    let place = |text: &str| calendar.place(&text.parse().unwrap());
    assert_eq!(dates(&calendar, "FY2014"), "2013-03-31..2014-03-29");
    assert_eq!(dates(&calendar, "FY2014 Q4"), "2013-12-29..2014-03-29");
    assert_eq!(dates(&calendar, "FY2015"), "2015-01-01..2015-12-31");
    assert_eq!(place("2014-12-28..2014-12-31"), None);
    // Named by its start, the short year has a name: its third quarter ends with it.
    let start = |mut rule: CalendarRule| {
        rule.named_by = YearNaming::Start;
        rule
    };
    let calendar = FiscalCalendar::new(vec![
        start(rule(None, weekly)),
        start(rule(Some("2015-01-01"), december)),
    ])
    .unwrap();
    assert_eq!(dates(&calendar, "FY2014"), "2014-03-30..2014-12-31");
    assert_eq!(dates(&calendar, "FY2014 Q2"), "2014-06-29..2014-09-27");
    assert_eq!(dates(&calendar, "FY2014 Q3"), "2014-09-28..2014-12-31");
    assert_eq!(dates(&calendar, "9M2014"), "2014-03-30..2014-12-31");
    assert!(calendar.parse("FY2014 Q4").is_err());
    // A quarter of months that the first week of a year of weeks would cut ends before it.
    let march = YearEnd::MonthEnd { month: 3 };
    let last = weeks(12, Weekday::Sat, WeekdayPick::Last);
    let calendar = FiscalCalendar::new(vec![
        start(rule(None, march)),
        start(rule(Some("2014-12-28"), last)),
    ])
    .unwrap();
    assert_eq!(dates(&calendar, "FY2014 Q3"), "2014-10-01..2014-12-27");
    assert_eq!(dates(&calendar, "FY2014"), "2014-04-01..2014-12-27");
}

proptest! {
    /// Whichever rules of one month follow each other, the years do to the day, and the quarters within them.
    #[test]
    fn years_and_quarters_tile_time_through_a_change_by_days(
        month in 1_u32..=12,
        ends in [(0_usize..7, any::<bool>()), (0_usize..8, any::<bool>())],
        year in 1995_i32..2030,
    ) {
        let weekdays = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        let year_end = |(day, last): (usize, bool)| {
            let pick = if last { WeekdayPick::Last } else { WeekdayPick::Nearest };
            weekdays.get(day).map_or(YearEnd::MonthEnd { month }, |day| weeks(month, *day, pick))
        };
        for [old, new] in [[ends[0], ends[1]], [ends[1], ends[0]]] {
            let (old, new) = (year_end(old), year_end(new));
            let from = new.date(year).unwrap().succ_opt();
            let mut rules = vec![rule(None, old.clone()), rule(None, new)];
            rules[1].from = from;
            let calendar = FiscalCalendar::new(rules).unwrap();
            let dates = |year, slot| calendar.period(FiscalPeriod::new(year, slot)).unwrap();
            let last = dates(year, Slot::Year);
            prop_assert_eq!(Some(last.end()), old.date(year));
            for year in year - 2..year + 3 {
                let whole = dates(year, Slot::Year);
                let mut day = whole.start();
                for slot in [Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4] {
                    let quarter = dates(year, slot);
                    prop_assert_eq!(quarter.start(), day);
                    day = quarter.end().succ_opt();
                }
                prop_assert_eq!(whole.end().succ_opt(), day);
                prop_assert_eq!(dates(year + 1, Slot::Year).start(), day);
            }
        }
    }

    /// What a calendar is quickly said to have is what has dates, from before the first year that dates have to after the last.
    #[test]
    fn what_a_calendar_has_is_what_has_dates(
        month in 1_u32..=12,
        day in 0_usize..8,
        last in any::<bool>(),
        by_start in any::<bool>(),
        changed in proptest::option::of((1_u32..=12, 1900_i32..2100)),
    ) {
        let weekday = Weekday::try_from(u8::try_from(day).unwrap()).ok();
        let pick = if last { WeekdayPick::Last } else { WeekdayPick::Nearest };
        let year_end = weekday.map_or(YearEnd::MonthEnd { month }, |day| weeks(month, day, pick));
        let mut rules = vec![rule(None, year_end)];
        if let Some((month, year)) = changed {
            let year_end = YearEnd::MonthEnd { month };
            let from = year_end.start(year).unwrap().to_string();
            rules.push(rule(Some(&from), year_end));
        }
        for rule in &mut rules {
            rule.named_by = if by_start { YearNaming::Start } else { YearNaming::End };
        }
        let calendar = FiscalCalendar::new(rules).unwrap();
        let years = (FIRST_YEAR - 5..FIRST_YEAR + 8).chain(1890..2110).chain(LAST_YEAR - 8..LAST_YEAR + 5);
        for year in years {
            for slot in Slot::ALL {
                let fiscal = FiscalPeriod::new(year, slot);
                prop_assert_eq!(calendar.has(fiscal), calendar.period(fiscal).is_some(), "{}", fiscal);
            }
        }
    }
}

#[test]
fn of_two_slots_that_are_near_the_nearer_one_is_taken() {
    // Years to the last Wednesday of September, quarters of 12, 16, 12 and 12 weeks: the first one of 2013 ends on
    // 2013-12-18, and the year is cut on 2013-12-29, the Sunday nearest to the end of December.
    let year_end = |month, weekday, pick, weeks| YearEnd::Weekly {
        month,
        weekday,
        pick,
        weeks,
        long_quarter: 4,
    };
    let old = year_end(9, Weekday::Wed, WeekdayPick::Last, [12, 16, 12, 12]);
    let new = year_end(12, Weekday::Sun, WeekdayPick::Nearest, [13; 4]);
    let old = CalendarRule {
        named_by: YearNaming::Start,
        ..rule(None, old)
    };
    let rules = vec![old, rule(Some("2013-12-30"), new)];
    let calendar = FiscalCalendar::new(rules).unwrap();
    for (end, slot, off_by) in [
        ("2013-12-18", Slot::Q1, 0),
        ("2013-12-23", Slot::Q1, 5),
        ("2013-12-24", Slot::Year, 5),
        ("2013-12-29", Slot::Year, 0),
    ] {
        let period = format!("2013-09-26..{end}").parse().unwrap();
        let placed = calendar.place(&period).unwrap();
        assert_eq!((placed.fiscal.slot, placed.off_by), (slot, off_by), "{end}");
    }
}
