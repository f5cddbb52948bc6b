//! Calendars that are not a row of equal quarters: weeks, days off, changes of year end.

use chrono::Weekday;

use super::build::*;
use crate::model::{
    CalendarRule, Dimension, FiscalCalendar, LabelStyle, MetricKind, WeekdayPick, YearEnd,
    YearNaming,
};
use crate::{Comparator, Database, Entry, Point, Series};

fn flow(calendar: FiscalCalendar, facts: &[(&str, i64)]) -> Database {
    Book::new()
        .company("acme", calendar)
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .document("report", "2020-01-01")
        .facts("acme revenue USD", -6, facts)
        .database()
}

fn revenue(db: &Database) -> Series {
    db.series("acme", "revenue").unwrap().load().unwrap()
}

#[test]
fn quarters_of_14_weeks_are_compared_by_slot_and_flagged() {
    // Apple: 46,333 M in the 14 weeks to 2011-12-31, against 13 weeks before and after.
    let calendar = weekly(9, Weekday::Sat, WeekdayPick::Last, [13; 4], 1);
    let db = flow(
        calendar,
        &[
            ("2010-09-26..2010-12-25", 26_741_000_000),
            ("2010-12-26..2011-03-26", 24_667_000_000),
            ("2011-09-25..2011-12-31", 46_333_000_000),
            ("2012-01-01..2012-03-31", 39_186_000_000),
            ("2012-09-30..2012-12-29", 54_512_000_000),
        ],
    );
    let revenue = revenue(&db);
    let text = |label| revenue.yoy(label).unwrap().unwrap().to_string();
    assert_eq!(
        text("FY2012 Q1"),
        "FY2012 Q1  46,333 million USD   +73.3%  (FY2011 Q1 26,741)  [98 days against 91]"
    );
    assert_eq!(
        text("FY2012 Q2"),
        "FY2012 Q2  39,186 million USD   +58.9%  (FY2011 Q2 24,667)"
    );
    assert_eq!(
        text("FY2013 Q1"),
        "FY2013 Q1  54,512 million USD   +17.7%  (FY2012 Q1 46,333)  [91 days against 98]"
    );
    assert!(revenue.yoy("FY2013 Q1").unwrap().unwrap().length_differs);
    assert!(!revenue.yoy("FY2012 Q2").unwrap().unwrap().length_differs);
}

#[test]
fn quarters_of_12_and_16_weeks_follow_each_other() {
    let calendar = weekly(8, Weekday::Sun, WeekdayPick::Nearest, [12, 12, 12, 16], 4);
    let db = flow(
        calendar,
        &[
            ("2016-05-09..2016-08-28", 36_000_000),
            ("2016-08-29..2016-11-20", 27_000_000),
        ],
    );
    let qoq = revenue(&db).qoq("FY2017 Q1").unwrap().unwrap();
    assert_eq!(
        qoq.to_string(),
        "FY2017 Q1  27 million USD   -25.0% [-27.4%, -22.5%]  (FY2016 Q4 36)  [84 days against 112]"
    );
}

#[test]
fn of_two_periods_a_day_apart_the_better_fit_is_the_point_and_the_other_is_listed() {
    // NVIDIA reported the quarter to 2010-08-01 also as if it had ended on 2010-07-31.
    let db = flow(
        january(),
        &[
            ("2009-04-27..2009-07-26", 777_000_000),
            ("2010-05-03..2010-07-31", 811_000_000),
            ("2010-05-03..2010-08-01", 812_000_000),
        ],
    );
    let revenue = revenue(&db);
    let point = revenue.at("FY2011 Q2").unwrap().unwrap();
    assert_eq!(point.period().to_string(), "2010-05-03..2010-08-01");
    assert_eq!(point.also(), ["2010-05-03..2010-07-31".parse().unwrap()]);
    assert_eq!(
        point.to_string(),
        "FY2011 Q2  812 million USD  [also 2010-05-03..2010-07-31]"
    );
    // Neither is lost: each has its own dates, one of them the label.
    let all: Vec<String> = revenue.all().iter().map(Entry::label).collect();
    assert_eq!(all, ["FY2010 Q2", "2010-05-03..2010-07-31", "FY2011 Q2"]);
    let other = revenue.at("2010-05-03..2010-07-31").unwrap().unwrap();
    assert_eq!(
        (other.fiscal(), other.off_by(), other.also().len()),
        (None, 0, 0)
    );
    // It still has a partner, by its dates.
    let base = revenue
        .yoy("2010-05-03..2010-07-31")
        .unwrap()
        .unwrap()
        .base
        .unwrap();
    assert_eq!(base.label(), "FY2010 Q2");
}

#[test]
fn dates_a_day_off_take_the_slot_where_nothing_fits_better() {
    let db = flow(january(), &[("2010-05-03..2010-07-31", 811_000_000)]);
    let point = revenue(&db).at("FY2011 Q2").unwrap().unwrap();
    assert_eq!(point.off_by(), 1);
    assert_eq!(
        point.to_string(),
        "FY2011 Q2  811 million USD  [dates 2010-05-03..2010-07-31]"
    );
}

#[test]
fn nominal_periods_stand_in_their_slot_until_dates_are_known() {
    let nominal = [
        ("~2010-07-31/1q", 811_000_000),
        ("~2010-07-31/2q", 1_800_000_000),
    ];
    let db = flow(january(), &nominal);
    assert_eq!(
        revenue(&db).at("FY2011 Q2").unwrap().unwrap().to_string(),
        "FY2011 Q2  811 million USD  [placed by its month-end]"
    );
    assert_eq!(revenue(&db).halves(..).unwrap().len(), 1);
    let db = flow(
        january(),
        &[nominal[0], ("2010-05-03..2010-08-01", 812_000_000)],
    );
    assert_eq!(
        revenue(&db).at("FY2011 Q2").unwrap().unwrap().to_string(),
        "FY2011 Q2  812 million USD  [also ~2010-07-31/1q]"
    );
}

#[test]
fn after_a_change_of_year_end_a_year_ago_is_still_a_year_ago() {
    let db = flow(
        changed(YearNaming::Start),
        &[
            ("2013-04-01..2013-12-31", 300_000_000),
            ("2013-04-01..2014-03-31", 480_000_000),
            ("2014-01-01..2014-03-31", 130_000_000),
            ("2014-04-01..2014-06-30", 100_000_000),
            ("2014-10-01..2014-12-31", 120_000_000),
            ("2014-04-01..2014-12-31", 330_000_000),
            ("2015-01-01..2015-03-31", 143_000_000),
            ("2015-01-01..2015-12-31", 495_000_000),
        ],
    );
    let revenue = revenue(&db);
    let yoy = |label| revenue.yoy(label).unwrap().unwrap().to_string();
    // 1Q14 began in April: the first quarter of 2015 is not compared with it.
    assert_eq!(
        yoy("1Q15"),
        "1Q15  143 million USD   +10.0% [+9.1%, +10.9%]  (4Q13 130)"
    );
    assert_eq!(
        revenue.qoq("1Q15").unwrap().unwrap().to_string(),
        "1Q15  143 million USD   +19.2% [+18.2%, +20.1%]  (3Q14 120)"
    );
    // The nine months of the cut year are compared with nine months.
    assert_eq!(
        yoy("FY2014"),
        "FY2014  330 million USD  [short year, 275 days]   +10.0%  (9M13 300)"
    );
    // Twelve months are not compared with the nine of the cut year, nor with what ended three months later.
    assert_eq!(yoy("FY2015"), "FY2015  495 million USD   no comparator");
    let quarters = revenue.quarters("3Q14"..="2Q15").unwrap();
    let labels: Vec<String> = quarters.iter().map(Entry::label).collect();
    assert_eq!(
        labels,
        ["3Q14", "1Q15", "2Q15"],
        "there was no 4Q14, and that is no gap"
    );
}

#[test]
fn a_year_that_was_cut_short_says_so_wherever_it_stands() {
    // The nine months from April to December 2014 are FY2014: 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 31 days.
    let db = flow(
        changed(YearNaming::Start),
        &[
            ("2013-04-01..2014-03-31", 480_000_000),
            ("2014-04-01..2014-06-30", 110_000_000),
            ("2014-04-01..2014-12-31", 330_000_000),
            ("2015-01-01..2015-12-31", 495_000_000),
        ],
    );
    let years = revenue(&db).years(..).unwrap();
    let told: Vec<String> = years.iter().map(ToString::to_string).collect();
    let expected = [
        "FY2013  480 million USD",
        "FY2014  330 million USD  [short year, 275 days]",
        "FY2015  495 million USD",
    ];
    assert_eq!(told, expected);
    let short: Vec<bool> = years.points().map(Point::is_short_year).collect();
    assert_eq!(short, [false, true, false]);
    assert!(!revenue(&db).at("1Q14").unwrap().unwrap().is_short_year());
    let panel = db.panel("revenue").unwrap().at("FY2014").unwrap();
    assert_eq!(
        panel.to_string(),
        "acme  FY2014  330 million USD  [short year, 275 days]"
    );
    // What is computed of it is as short: twice 330.
    let twice = db.expression("acme", "revenue + revenue").unwrap();
    let twice = twice.load().unwrap();
    let answer = twice.at("FY2014").unwrap();
    assert!(answer.is_short_year());
    let text = answer.to_string();
    assert!(text.ends_with("; short year, 275 days]"), "{text}");
    assert!(!twice.at("FY2015").unwrap().is_short_year());
}

#[test]
fn twelve_months_are_four_quarters_that_follow_each_other_through_a_change_of_year_end() {
    let quarters = [
        ("2014-04-01..2014-06-30", 1_000_000),
        ("2014-07-01..2014-09-30", 20_000_000),
        ("2014-10-01..2014-12-31", 300_000_000),
        ("2015-01-01..2015-03-31", 4_000_000_000),
        ("2015-04-01..2015-06-30", 50_000_000_000),
    ];
    let db = flow(changed(YearNaming::Start), &quarters);
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let twelve = |label: &str| {
        let answer = derived.ttm(label).unwrap();
        (
            answer.decimal().unwrap(),
            answer.derived().unwrap().formula.clone(),
        )
    };
    // FY2014 has three quarters.
    let (sum, of) = twelve("1Q15");
    assert_eq!(sum, 4_321_000_000_i64.into());
    assert_eq!(of, "1Q14 + 2Q14 + 3Q14 + 1Q15");
    let (sum, of) = twelve("2Q15");
    assert_eq!(sum, 54_320_000_000_i64.into());
    assert_eq!(of, "2Q14 + 3Q14 + 1Q15 + 2Q15");
    // Named by its end, FY2014 is the year to March 2014, and what came after it has no name: it is found by dates.
    let db = flow(changed(YearNaming::End), &quarters);
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let twelve = |asked: &str| {
        let answer = derived.ttm(asked).unwrap();
        (answer.decimal().unwrap(), answer.period().to_string())
    };
    let year = "2014-07-01..2015-06-30".to_owned();
    assert_eq!(twelve("2Q15"), (54_320_000_000_i64.into(), year));
    let year = "2014-04-01..2015-03-31".to_owned();
    assert_eq!(twelve("1Q15"), (4_321_000_000_i64.into(), year));
    // Three quarters to the end of 2014 are there, the one before them is not.
    let not = derived
        .ttm("2014-10-01..2014-12-31")
        .unwrap_err()
        .to_string();
    assert!(not.contains("there is a gap: 4Q14 was neither"), "{not}");
}

#[test]
fn a_quarter_without_a_name_is_derived_by_its_dates_for_twelve_months() {
    // Nine months and six, as of a cash flow, where the quarters have no name.
    let db = flow(
        changed(YearNaming::End),
        &[
            ("2014-04-01..2014-06-30", 1_000_000),
            ("2014-04-01..2014-09-30", 21_000_000),
            ("2014-04-01..2014-12-31", 321_000_000),
            ("2015-01-01..2015-03-31", 4_000_000_000),
        ],
    );
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let answer = derived.ttm("1Q15").unwrap();
    assert_eq!(answer.decimal(), Some(4_321_000_000_i64.into()));
    assert_eq!(answer.period().to_string(), "2014-04-01..2015-03-31");
    let qoq = derived.qoq("1Q15").unwrap();
    // 4,000 against 300.
    assert_eq!(qoq.change.difference, Some(3_700_000_000_i64.into()));
}

/// Years end in December, from 2016 in May: five months, of which two are of no quarter.
fn cut_within_a_quarter() -> FiscalCalendar {
    let rule = |month, from: Option<&str>| CalendarRule {
        from: from.map(|day| day.parse().unwrap()),
        year_end: YearEnd::MonthEnd { month },
        named_by: YearNaming::End,
        labels: LabelStyle::default(),
    };
    FiscalCalendar::new(vec![rule(12, None), rule(5, Some("2016-06-01"))]).unwrap()
}

#[test]
fn twelve_months_of_a_year_that_is_cut_within_a_quarter_are_its_own() {
    let mut facts = vec![
        ("2015-01-01..2015-03-31", 1_000_000),
        ("2015-04-01..2015-06-30", 2_000_000),
        ("2015-07-01..2015-09-30", 4_000_000),
        ("2015-10-01..2015-12-31", 8_000_000),
        ("2015-01-01..2015-12-31", 15_000_000),
        ("2016-01-01..2016-03-31", 16_000_000),
        ("2016-01-01..2016-05-31", 48_000_000),
    ];
    let db = flow(cut_within_a_quarter(), &facts);
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let not = derived.ttm("FY2016").unwrap_err().to_string();
    assert!(
        not.starts_with("TTM FY2016 of acme revenue cannot be derived"),
        "{not}"
    );
    let answer = derived.ttm("FY2016 Q1").unwrap();
    assert_eq!(answer.period().to_string(), "2015-04-01..2016-03-31");
    // What was done in the last seven months of 2015 is known by the recast year.
    facts.push(("2015-06-01..2016-05-31", 61_000_000));
    let db = flow(cut_within_a_quarter(), &facts);
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let answer = derived.ttm("FY2016").unwrap();
    assert_eq!(answer.decimal(), Some(61_000_000.into()));
}

#[test]
fn a_full_year_after_a_short_one_is_compared_with_twelve_months() {
    let facts = [
        ("2015-01-01..2015-12-31", 1_000_000_000),
        ("2016-01-01..2016-05-31", 500_000_000),
        ("2016-06-01..2017-05-31", 1_100_000_000),
    ];
    let db = flow(cut_within_a_quarter(), &facts);
    let yoy = revenue(&db).yoy("FY2017").unwrap().unwrap();
    assert_eq!(
        (yoy.comparator, yoy.change_text().as_str()),
        (Comparator::Gap, "no comparator")
    );
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    assert!(derived.yoy("FY2017").unwrap().base.unwrap().is_err());
    // The report of 2017 also tells the twelve months to May 2016.
    let recast = [
        facts.as_slice(),
        &[("2015-06-01..2016-05-31", 1_000_000_000)],
    ]
    .concat();
    let db = flow(cut_within_a_quarter(), &recast);
    let yoy = revenue(&db).yoy("FY2017").unwrap().unwrap();
    assert_eq!(yoy.change_text(), "+10.0%");
    let derived = db.series("acme", "revenue").unwrap().derived().unwrap();
    let base = derived.yoy("FY2017").unwrap().base.unwrap().unwrap();
    assert_eq!(base.period().to_string(), "2015-06-01..2016-05-31");
}

#[test]
fn quarters_that_a_change_of_year_end_left_without_a_name_are_found_by_dates() {
    // Named by its end, the cut year from April 2014 would be FY2015, which the next year is called.
    let db = flow(
        changed(YearNaming::End),
        &[
            ("2014-07-01..2014-09-30", 90_000_000),
            ("2014-10-01..2014-12-31", 120_000_000),
            ("2015-01-01..2015-03-31", 150_000_000),
        ],
    );
    let revenue = revenue(&db);
    let qoq = revenue.qoq("1Q15").unwrap().unwrap();
    assert_eq!(
        qoq.to_string(),
        "1Q15  150 million USD   +25.0% [+24.0%, +26.0%]  (2014-10-01..2014-12-31 120)"
    );
    let yoy = revenue.yoy("1Q15").unwrap().unwrap();
    assert_eq!(
        (yoy.comparator, yoy.change_text().as_str()),
        (Comparator::Gap, "no comparator")
    );
}

#[test]
fn since_year_end_follows_the_calendar_through_a_change() {
    let db = Book::new()
        .company("acme", changed(YearNaming::Start))
        .metric("cash", MetricKind::Stock, Dimension::Money)
        .document("report", "2020-01-01")
        .facts(
            "acme cash USD",
            -6,
            &[
                ("2014-03-31", 100_000_000),
                ("2014-12-31", 110_000_000),
                ("2015-03-31", 121_000_000),
            ],
        )
        .database();
    let cash = db.series("acme", "cash").unwrap().load().unwrap();
    let since = |label| cash.since_year_end(label).unwrap().unwrap().to_string();
    assert_eq!(
        since("3Q14"),
        "3Q14  110 million USD   +10.0% [+8.9%, +11.1%]  (4Q13 100)"
    );
    assert_eq!(
        since("1Q15"),
        "1Q15  121 million USD   +10.0% [+9.0%, +11.0%]  (3Q14 110)"
    );
}
