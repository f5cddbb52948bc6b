//! A new year end before its second annual report: what filings have to show, and what shows nothing.

use super::*;

type Rules = Vec<(Option<NaiveDate>, YearEnd)>;

/// A filing that tells each of these periods by as many facts.
fn filing(form: &str, periods: &[&str]) -> Report {
    let told = periods.iter().map(|text| {
        let (start, end) = text.split_once("..").unwrap();
        ((day(start), day(end)), 30)
    });
    Report {
        kind: ReportKind::of(form),
        durations: told.collect(),
    }
}

/// The rules after each of these filings that changes them: its number, and the rules from then on.
fn after_each(filings: &[Report]) -> Vec<(usize, Rules)> {
    let mut found: Vec<(usize, Rules)> = Vec::new();
    for count in 1..=filings.len() {
        let mut known: Vec<&Report> = filings[..count].iter().collect();
        let rules = inferred_of(&known);
        known.reverse();
        assert_eq!(inferred_of(&known), rules, "in another order");
        if found.last().is_none_or(|(_, last)| *last != rules) {
            found.push((count, rules));
        }
    }
    found
}

fn inferred_of(reports: &[&Report]) -> Rules {
    let copy = |report: &&Report| Report {
        kind: report.kind,
        durations: report.durations.clone(),
    };
    let reports: Vec<Report> = reports.iter().map(copy).collect();
    inferred(&reports).0
}

fn changed(first: YearEnd, from: &str, second: YearEnd) -> Rules {
    vec![(None, first), (Some(day(from)), second)]
}

/// Annual reports of the years to November 2013, 2014 and 2015.
fn years_to_november() -> Vec<Report> {
    vec![
        filing("10-K", &["2012-12-01..2013-11-30"]),
        filing(
            "10-K",
            &["2013-12-01..2014-11-30", "2012-12-01..2013-11-30"],
        ),
        filing(
            "10-K",
            &["2014-12-01..2015-11-30", "2013-12-01..2014-11-30"],
        ),
    ]
}

#[test]
fn one_quarter_after_a_transition_report_shows_the_new_year() {
    let mut filings = years_to_november();
    filings.extend([
        filing(
            "10-KT",
            &["2015-12-01..2015-12-31", "2014-12-01..2015-11-30"],
        ),
        filing(
            "10-Q",
            &["2016-01-01..2016-03-31", "2015-01-01..2015-03-31"],
        ),
        filing(
            "10-Q",
            &["2016-04-01..2016-06-30", "2016-01-01..2016-06-30"],
        ),
        filing(
            "10-Q",
            &["2016-07-01..2016-09-30", "2016-01-01..2016-09-30"],
        ),
        filing(
            "10-K",
            &["2016-01-01..2016-12-31", "2014-12-01..2015-11-30"],
        ),
        filing(
            "10-K",
            &["2017-01-01..2017-12-31", "2016-01-01..2016-12-31"],
        ),
    ]);
    let new = changed(month(11), "2016-01-01", month(12));
    assert_eq!(
        after_each(&filings),
        [(1, vec![(None, month(11))]), (5, new)]
    );
    let notes = |count: usize| inferred(&filings[..count]).1;
    let end = day("2015-12-31");
    assert_eq!(notes(4), []);
    assert_eq!(notes(5), [CalendarNote::NewYearEnd { end }]);
    assert_eq!(notes(7), [CalendarNote::NewYearEnd { end }]);
    // The year has its annual report.
    assert_eq!(notes(8), []);
    let calendar = infer(&filings[..5], LabelStyle::FiscalYearQuarter)
        .unwrap()
        .calendar;
    let label = |text: &str| calendar.label_of(&text.parse().unwrap());
    assert_eq!(label("2014-12-01..2015-11-30"), "FY2015");
    assert_eq!(label("2015-09-01..2015-11-30"), "FY2015 Q4");
    assert_eq!(label("2016-01-01..2016-03-31"), "FY2016 Q1");
    assert_eq!(label("2016-01-01..2016-09-30"), "FY2016 9M");
}

#[test]
fn quarters_that_are_no_quarters_of_the_old_year_show_the_new_one_by_two_lengths() {
    // A month that is told in the first quarterly report needs none of its own.
    let mut filings = years_to_november();
    filings.extend([
        filing(
            "10-Q",
            &["2016-01-01..2016-03-31", "2015-12-01..2015-12-31"],
        ),
        filing(
            "10-Q",
            &["2016-04-01..2016-06-30", "2016-01-01..2016-06-30"],
        ),
    ]);
    let new = changed(month(11), "2016-01-01", month(12));
    assert_eq!(
        after_each(&filings),
        [(1, vec![(None, month(11))]), (5, new)]
    );
    // Three months each: which of them is the first quarter is told by nothing.
    let mut filings = years_to_november();
    filings.extend([
        filing("10-Q", &["2016-01-01..2016-03-31"]),
        filing("10-Q", &["2016-04-01..2016-06-30"]),
        filing("10-Q", &["2016-07-01..2016-09-30"]),
    ]);
    assert_eq!(after_each(&filings), [(1, vec![(None, month(11))])]);
}

/// Annual reports of the years to December 2014 and 2015, and the first three months of 2016.
fn years_to_december(form_of_three_months: &str) -> Vec<Report> {
    vec![
        filing(
            "10-K",
            &["2014-01-01..2014-12-31", "2013-01-01..2013-12-31"],
        ),
        filing(
            "10-K",
            &["2015-01-01..2015-12-31", "2014-01-01..2014-12-31"],
        ),
        filing(
            form_of_three_months,
            &["2016-01-01..2016-03-31", "2015-01-01..2015-03-31"],
        ),
    ]
}

#[test]
fn where_quarters_stay_the_old_year_end_has_to_pass_or_a_form_tells() {
    let quarters = [
        filing("10-Q", &["2016-04-01..2016-06-30"]),
        filing(
            "10-Q",
            &["2016-07-01..2016-09-30", "2016-04-01..2016-09-30"],
        ),
        filing(
            "10-Q",
            &["2016-10-01..2016-12-31", "2016-04-01..2016-12-31"],
        ),
    ];
    let old = vec![(None, month(12))];
    let new = changed(month(12), "2016-04-01", month(3));
    // Until then a company that was taken over on the first of April 2016 reports the same.
    for (form, shown) in [("10-Q", 6), ("10-QT", 4), ("10-KT", 4), ("10-K", 4)] {
        let mut filings = years_to_december(form);
        filings.extend(quarters.iter().map(|report| Report {
            kind: report.kind,
            durations: report.durations.clone(),
        }));
        let expected = [(1, old.clone()), (shown, new.clone())];
        assert_eq!(after_each(&filings), expected, "{form}");
    }
}

#[test]
fn a_company_that_was_taken_over_within_its_year_keeps_its_year_end() {
    let successor = |start: &str| {
        let to = |end: &str| format!("{start}..{end}");
        vec![
            filing("10-Q", &[&to("2016-06-30"), "2016-01-01..2016-03-31"]),
            filing(
                "10-Q",
                &[
                    "2016-07-01..2016-09-30",
                    &to("2016-09-30"),
                    "2016-01-01..2016-03-31",
                ],
            ),
            filing("10-K", &[&to("2016-12-31"), "2015-01-01..2015-12-31"]),
            filing("10-Q", &["2017-01-01..2017-03-31", &to("2016-06-30")]),
            filing("10-K", &["2017-01-01..2017-12-31", &to("2016-12-31")]),
        ]
    };
    let old = vec![(1, vec![(None, month(12))])];
    for start in ["2016-04-01", "2016-04-16", "2016-05-01", "2016-06-01"] {
        let mut filings = years_to_december("10-Q");
        filings.extend(successor(start));
        assert_eq!(after_each(&filings), old, "{start}");
    }
    // Also where the time before has an annual report of its own: the one after it is about the old year's end.
    let mut filings = years_to_december("10-K");
    filings.extend(successor("2016-04-01"));
    assert_eq!(inferred(&filings).0, [(None, month(12))]);
}

#[test]
fn single_facts_and_single_filings_move_no_year_end() {
    let calendar = calendar_of(&[(None, month(12))]);
    let count = |reports: &[Report]| inferred(reports).0.len();
    // A few facts of two quarterly reports that begin on a wrong day.
    let mut reports = filed(&calendar, 2012..=2016);
    let wrong = (day("2016-02-01"), day("2016-06-30"));
    for report in &mut reports {
        for end in ["2016-04-30", "2016-07-31"] {
            report.durations.insert((day("2016-02-01"), day(end)), 3);
        }
        report.durations.insert(wrong, 3);
    }
    assert_eq!(count(&reports), 1);
    // A whole quarterly report does.
    let mut reports = filed(&calendar, 2012..=2016);
    reports.push(filing(
        "10-Q",
        &["2016-05-01..2016-07-31", "2016-02-01..2016-07-31"],
    ));
    assert_eq!(count(&reports), 1);
    // A quarterly report on a form for a transition period.
    for form in ["10-KT", "10-QT"] {
        let mut reports = filed(&calendar, 2012..=2015);
        let quarter = &["2016-01-01..2016-03-31", "2015-01-01..2015-03-31"];
        reports.push(filing(form, quarter));
        reports.push(filing(
            "10-Q",
            &["2016-04-01..2016-06-30", "2016-01-01..2016-06-30"],
        ));
        assert_eq!(count(&reports), 1, "{form}");
    }
    // One that tells three months each, until one tells that the old year goes on.
    let mut reports = filed(&calendar, 2012..=2015);
    reports.push(filing("10-KT", &["2016-01-01..2016-03-31"]));
    reports.push(filing("10-Q", &["2016-04-01..2016-06-30"]));
    assert_eq!(count(&reports), 2);
    reports.push(filing(
        "10-Q",
        &["2016-07-01..2016-09-30", "2016-01-01..2016-09-30"],
    ));
    assert_eq!(count(&reports), 1);
    // Quarters recast for a prospectus or a current report.
    for form in ["8-K", "S-4", "424B3"] {
        let mut reports = filed(&calendar, 2012..=2015);
        reports.push(filing(form, &["2015-02-01..2015-04-30"]));
        reports.push(filing(form, &["2015-02-01..2015-07-31"]));
        assert_eq!(count(&reports), 1, "{form}");
    }
}

#[test]
fn a_transition_report_and_one_year_show_the_new_year_of_an_annual_filer() {
    let mut filings = years_to_november();
    filings.extend([
        filing(
            "20-F",
            &["2015-12-01..2016-06-30", "2014-12-01..2015-11-30"],
        ),
        filing(
            "20-F",
            &["2016-07-01..2017-06-30", "2014-12-01..2015-11-30"],
        ),
    ]);
    let new = changed(month(11), "2016-07-01", month(6));
    assert_eq!(
        after_each(&filings),
        [(1, vec![(None, month(11))]), (5, new)]
    );
    // The year alone may be a slip.
    filings.remove(3);
    assert_eq!(after_each(&filings), [(1, vec![(None, month(11))])]);
    let end = day("2017-06-30");
    assert_eq!(inferred(&filings).1, [CalendarNote::OtherEnd { end }]);
}

#[test]
fn a_half_and_a_year_from_one_day_show_the_new_year_without_a_transition_report() {
    let mut filings = vec![
        filing(
            "20-F",
            &["2013-07-01..2014-06-30", "2012-07-01..2013-06-30"],
        ),
        filing(
            "20-F",
            &["2014-07-01..2015-06-30", "2013-07-01..2014-06-30"],
        ),
        filing("6-K", &["2015-07-01..2015-12-31", "2014-07-01..2014-12-31"]),
        filing("6-K", &["2016-01-01..2016-06-30", "2015-01-01..2015-06-30"]),
        filing(
            "20-F",
            &["2016-01-01..2016-12-31", "2014-07-01..2015-06-30"],
        ),
    ];
    let old = vec![(None, month(6))];
    let new = changed(month(6), "2016-01-01", month(12));
    assert_eq!(after_each(&filings), [(1, old.clone()), (5, new)]);
    // The year alone, or with a first quarter, may be a slip.
    filings[3] = filing("10-Q", &["2016-01-01..2016-03-31"]);
    assert_eq!(after_each(&filings), [(1, old)]);
}

#[test]
fn one_year_between_two_changes_has_its_quarters() {
    let filings = [
        filing("10-K", &["2011-07-01..2012-06-30"]),
        filing(
            "10-K",
            &["2012-07-01..2013-06-30", "2011-07-01..2012-06-30"],
        ),
        filing(
            "10-KT",
            &["2013-07-01..2013-09-30", "2012-07-01..2013-06-30"],
        ),
        filing("10-Q", &["2013-10-01..2013-12-31"]),
        filing(
            "10-K",
            &["2013-10-01..2014-09-30", "2013-07-01..2013-09-30"],
        ),
        filing(
            "10-KT",
            &["2014-10-01..2015-06-30", "2013-10-01..2014-09-30"],
        ),
        filing("10-Q", &["2015-07-01..2015-09-30"]),
        filing(
            "10-K",
            &["2015-07-01..2016-06-30", "2014-10-01..2015-06-30"],
        ),
        filing(
            "10-K",
            &["2016-07-01..2017-06-30", "2015-07-01..2016-06-30"],
        ),
    ];
    let one = vec![(None, month(6))];
    let two = changed(month(6), "2013-10-01", month(9));
    let mut three = two.clone();
    three.push((Some(day("2015-07-01")), month(6)));
    assert_eq!(after_each(&filings), [(1, one), (4, two), (7, three)]);
}

#[test]
fn weeks_go_on_as_weeks_and_begin_with_the_second_year_end() {
    let saturday = |month| YearEnd::Weekly {
        month,
        weekday: Weekday::Sat,
        pick: WeekdayPick::Nearest,
        weeks: [13; 4],
        long_quarter: 4,
    };
    let january = calendar_of(&[(None, saturday(1))]);
    // Years to 2015-01-31, then 48 weeks to the Saturday nearest to the end of December.
    let mut reports = filed(&january, 2011..=2015);
    reports.push(filing(
        "10-KT",
        &["2015-02-01..2016-01-02", "2014-02-02..2015-01-31"],
    ));
    reports.push(filing("10-Q", &["2016-01-03..2016-04-02"]));
    let (rules, notes) = inferred(&reports);
    assert_eq!(rules, changed(saturday(1), "2016-01-03", saturday(12)));
    let end = day("2016-01-02");
    let expected = [CalendarNote::NewYearEnd { end }, CalendarNote::QuarterWeeks];
    assert_eq!(notes, expected, "one quarter shows no division of the year");
    // From months to weeks: a Saturday that is the last of the month, or nearest to its end, is not known from one.
    let mut reports = years_to_november();
    reports.extend([
        filing(
            "10-KT",
            &["2015-12-01..2016-01-30", "2014-12-01..2015-11-30"],
        ),
        filing("10-Q", &["2016-01-31..2016-04-30"]),
        filing(
            "10-Q",
            &["2016-05-01..2016-07-30", "2016-01-31..2016-07-30"],
        ),
    ]);
    assert_eq!(after_each(&reports), [(1, vec![(None, month(11))])]);
    reports.push(filing("10-K", &["2016-01-31..2017-01-28"]));
    let (rules, _) = inferred(&reports);
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert_eq!(rules[1].0, Some(day("2016-01-31")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever month years ended with, and by how many they are moved: a transition report and the first quarter show
    /// the new years, the later filings change nothing, and no old year is named anew.
    #[test]
    fn after_a_transition_report_the_first_quarter_names_the_new_year(
        old in 1_u32..=12,
        months in 1_u32..12,
        last in 2009_i32..2020,
    ) {
        let before = calendar_of(&[(None, month(old))]);
        let mut reports = filed(&before, last - 3..=last);
        let first = month_end_after(last, old, 0);
        let end = month_end_after(last, old, months);
        let own = (first.succ_opt().unwrap(), end);
        let year = dates(&before.period(FiscalPeriod::new(last, Slot::Year)).unwrap());
        reports.push(report(true, &[(own, 40), (year, 35)]));
        prop_assert_eq!(&inferred(&reports).0, &vec![(None, month(old))]);
        let start = end.succ_opt().unwrap();
        let after = calendar_of(&[
            (None, month(old)),
            (Some(&start.to_string()), month(end.month())),
        ]);
        let new = filed(&calendar_of(&[(None, month(end.month()))]), end.year() + 1..=end.year() + 3);
        for later in new {
            reports.push(later);
            let found = infer(&reports, LabelStyle::FiscalYearQuarter).unwrap().calendar;
            prop_assert_eq!(&found, &after);
        }
    }
}

/// The end of the month so many after that with which a year ends.
fn month_end_after(year: i32, month: u32, months: u32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
    let next = first.checked_add_months(chrono::Months::new(months + 1));
    next.unwrap().pred_opt().unwrap()
}
