//! Labels of fiscal periods, and periods: what is read prints, and its print reads back; a period that a label names
//! is placed at what names it.
#![no_main]

use std::sync::LazyLock;

use kessan::{CalendarRule, FiscalCalendar, LabelStyle, Period, YearEnd, YearNaming, parse_date};
use kessan::{WeekdayPick, YearEnd::MonthEnd};
use libfuzzer_sys::fuzz_target;

/// Calendars of many kinds, each in a style of its own.
static CALENDARS: LazyLock<Vec<FiscalCalendar>> = LazyLock::new(|| {
    let rule = |from: Option<&str>, year_end: YearEnd, named_by, labels| CalendarRule {
        from: from.map(|date| parse_date(date).expect("a date")),
        year_end,
        named_by,
        labels,
    };
    let weekly = |month, pick, weeks, long_quarter| YearEnd::Weekly {
        month,
        weekday: "Sat".parse().expect("a weekday"),
        pick,
        weeks,
        long_quarter,
    };
    let march = MonthEnd { month: 3 };
    let december = MonthEnd { month: 12 };
    let apple = weekly(9, WeekdayPick::Last, [13; 4], 1);
    let costco = weekly(8, WeekdayPick::Nearest, [12, 12, 12, 16], 4);
    [
        vec![rule(
            None,
            march.clone(),
            YearNaming::Start,
            LabelStyle::QuarterYear,
        )],
        vec![rule(
            None,
            december.clone(),
            YearNaming::End,
            LabelStyle::YearQuarter,
        )],
        vec![rule(
            None,
            apple,
            YearNaming::End,
            LabelStyle::FiscalYearQuarter,
        )],
        vec![rule(
            None,
            costco,
            YearNaming::Start,
            LabelStyle::QuarterFiscalYear,
        )],
        vec![
            rule(None, march, YearNaming::Start, LabelStyle::QuarterShortYear),
            rule(
                Some("2015-01-01"),
                december,
                YearNaming::End,
                LabelStyle::QuarterShortYear,
            ),
        ],
    ]
    .map(|rules| FiscalCalendar::new(rules).expect("a calendar"))
    .into()
});

fuzz_target!(|text: &str| {
    for calendar in CALENDARS.iter() {
        if let Ok(fiscal) = calendar.parse(text) {
            let period = calendar
                .period(fiscal)
                .expect("the dates of a label that was read");
            let label = calendar.label(fiscal);
            assert_eq!(calendar.parse(&label), Ok(fiscal), "{text:?} {label:?}");
            let placed = calendar
                .place(&period)
                .expect("the place of what a label names");
            assert_eq!(calendar.period(placed.fiscal), Some(period), "{text:?}");
            assert_eq!((placed.off_by, placed.nominal), (0, false), "{text:?}");
            read_back(&period);
            for near in [fiscal.next(), fiscal.previous(), fiscal.year_ago()] {
                let _ = calendar.period(near).map(|period| calendar.place(&period));
            }
        }
    }
    if let Ok(period) = text.parse::<Period>() {
        read_back(&period);
        for calendar in CALENDARS.iter() {
            let label = calendar.label_of(&period);
            assert!(!label.is_empty());
        }
    }
    if let Ok(date) = parse_date(text) {
        assert_eq!(date.to_string(), text);
    }
});

fn read_back(period: &Period) {
    assert!(period.start().is_none_or(|start| start <= period.end()));
    assert_eq!(period.to_string().parse(), Ok(*period));
}
