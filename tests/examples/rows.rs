//! The rows of `load_companyfacts` where years are not four quarters: halves, stubs, changes of year end.

use std::fs;

use super::load_companyfacts::{Told, minato, quarterly, records, shows};
use super::run::{line, run, text};

#[test]
fn a_company_without_quarters_is_shown_by_halves_or_years() {
    let years: [Told; 2] = [
        ("2022-01-01", "2022-12-31", 460, "2023-02-20", "20-F"),
        ("2023-01-01", "2023-12-31", 500, "2024-02-20", "20-F"),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.json"),
        quarterly(7, &[("Revenues", &years)]),
    )
    .unwrap();
    fs::write(folder.path().join("b.json"), minato()).unwrap();
    let arguments = ["a.kessan", "a.json", "b.json", "--companies", "1"];
    let said = text(&run("load_companyfacts", &arguments, folder.path()));
    assert_eq!(line(&said, "year").join(" "), "ends revenue YoY TTM");
    assert_eq!(line(&said, "FY2022").join(" "), "2022-12-31 460 - 460");
    assert_eq!(line(&said, "FY2023").join(" "), "2023-12-31 500 +8.7% 500");
    assert!(!said.contains(" Q4") && !said.contains("neither"), "{said}");
    for note in [
        "net income: not reported under any of its tags",
        "operating cash flow: not reported under any of its tags",
        "the first 1 of 2 companies are shown; --companies 2 shows all, --csv writes them",
    ] {
        assert!(said.lines().any(|line| line == note), "{note}\n{said}");
    }

    // With half years: 500 - 240.
    let halves: [Told; 3] = [
        years[0],
        ("2023-01-01", "2023-06-30", 240, "2023-08-20", "6-K"),
        years[1],
    ];
    let said = shows(&quarterly(7, &[("Revenues", &halves)]), &[]);
    assert_eq!(line(&said, "period").join(" "), "ends revenue YoY TTM");
    assert_eq!(line(&said, "FY2022").join(" "), "2022-12-31 460 - 460");
    assert_eq!(line(&said, "FY2023 H1").join(" "), "2023-06-30 240 - -");
    assert_eq!(line(&said, "FY2023 H2").join(" "), "2023-12-31 260* - 500");
}

/// June becomes December by a report of six months: it has no fiscal name, nor has its quarter.
#[test]
fn what_a_change_of_year_end_left_unnamed_is_shown_by_its_dates() {
    let facts: [Told; 11] = [
        ("2016-07-01", "2017-06-30", 140, "2017-08-20", "10-K"),
        ("2017-07-01", "2017-09-30", 32, "2017-11-09", "10-Q"),
        ("2017-07-01", "2017-12-31", 80, "2018-02-09", "10-Q"),
        ("2017-07-01", "2018-06-30", 160, "2018-08-20", "10-K"),
        ("2018-07-01", "2018-09-30", 40, "2018-11-09", "10-Q"),
        ("2018-07-01", "2018-12-31", 100, "2019-02-20", "10-KT"),
        ("2019-01-01", "2019-03-31", 50, "2019-05-10", "10-Q"),
        ("2019-04-01", "2019-06-30", 51, "2019-08-09", "10-Q"),
        ("2019-07-01", "2019-09-30", 52, "2019-11-09", "10-Q"),
        ("2019-01-01", "2019-12-31", 206, "2020-02-20", "10-K"),
        ("2020-01-01", "2020-12-31", 220, "2021-02-20", "10-K"),
    ];
    let file = quarterly(9, &[("Revenues", &facts)]);
    let said = shows(&file, &["--quarters", "30"]);
    // 40 over 32, 100 - 40 over 80 - 32, and 52 over 40 in the year after. The calendar year 2018 is 160 - 80 + 100, the
    // twelve months to September 2018 are 160 - 32 + 40, those to June 2019 100 + 50 + 51.
    let (quarter, second) = ("2018-07-01..2018-09-30", "2018-10-01..2018-12-31");
    let shown = |start: &str| line(&said, start).join(" ");
    assert_eq!(shown(quarter), "2018-09-30 40,000 +25.0% 168,000", "{said}");
    assert_eq!(shown(second), "2018-12-31 60,000* +25.0% 180,000", "{said}");
    assert_eq!(shown("FY2019 Q2"), "2019-06-30 51,000 - 201,000", "{said}");
    assert_eq!(
        shown("FY2019 Q3"),
        "2019-09-30 52,000 +30.0% 213,000",
        "{said}"
    );
    // 53 over 60.
    assert_eq!(
        shown("FY2019 Q4"),
        "2019-12-31 53,000* -11.7% 206,000",
        "{said}"
    );
    let rows: Vec<&str> = said.lines().collect();
    let place = |start: &str| rows.iter().position(|row| row.starts_with(start)).unwrap();
    assert_eq!(place("FY2018 Q4") + 1, place(quarter));
    assert_eq!(place(quarter) + 1, place(second));
    assert_eq!(place(second) + 1, place("FY2019 Q1"));
    let csv = records(&shows(&file, &["--csv", "--quarters", "30"]));
    let second = csv.iter().find(|record| record.quarter == second).unwrap();
    assert_eq!(second.end, "2018-12-31");
    assert_eq!(second.value, "60000000");
}

/// An annual filer whose year end moves from December to June by a report of six months, and one that reports by half
/// years and moves it from June to December.
#[test]
fn each_year_is_shown_by_the_shortest_periods_that_are_known_of_it() {
    let facts: [Told; 5] = [
        ("2013-01-01", "2013-12-31", 800, "2014-04-20", "20-F"),
        ("2014-01-01", "2014-12-31", 900, "2015-04-20", "20-F"),
        ("2015-01-01", "2015-06-30", 480, "2015-10-20", "20-F"),
        ("2015-07-01", "2016-06-30", 1000, "2016-10-20", "20-F"),
        ("2016-07-01", "2017-06-30", 1100, "2017-10-20", "20-F"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    assert_eq!(shown("period"), "ends revenue YoY TTM", "{said}");
    assert_eq!(shown("FY2014"), "2014-12-31 900 +12.5% 900", "{said}");
    assert_eq!(shown("FY2015 H1"), "2015-06-30 480 - -", "{said}");
    assert_eq!(shown("FY2016"), "2016-06-30 1,000 - 1,000", "{said}");
    assert_eq!(shown("FY2017"), "2017-06-30 1,100 +10.0% 1,100", "{said}");
    assert!(!said.contains("neither"), "{said}");

    let facts: [Told; 7] = [
        ("2013-07-01", "2013-12-31", 400, "2014-02-20", "6-K"),
        ("2013-07-01", "2014-06-30", 810, "2014-10-20", "20-F"),
        ("2014-07-01", "2014-12-31", 420, "2015-02-20", "6-K"),
        ("2014-07-01", "2015-06-30", 850, "2015-10-20", "20-F"),
        ("2015-07-01", "2015-12-31", 441, "2016-04-20", "20-F"),
        ("2016-01-01", "2016-06-30", 450, "2016-08-20", "6-K"),
        ("2016-01-01", "2016-12-31", 910, "2017-04-20", "20-F"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    assert_eq!(shown("half year"), "ends revenue YoY TTM", "{said}");
    // 850 - 420, over 810 - 400; 441 over 420; 850 - 420 + 441; 910 - 450 over 441.
    assert_eq!(shown("FY2015 H2"), "2015-06-30 430* +4.9% 850", "{said}");
    let months = "2015-07-01..2015-12-31";
    assert_eq!(shown(months), "2015-12-31 441 +5.0% 871", "{said}");
    assert_eq!(shown("FY2016 H2"), "2016-12-31 460* +4.3% 910", "{said}");
}

/// Five months to May 2015 between years to December and years to May: 31 + 28 + 31 + 30 + 31 days.
#[test]
fn a_short_year_among_years_is_told_with_its_days() {
    let facts: [Told; 5] = [
        ("2013-01-01", "2013-12-31", 800, "2014-04-20", "20-F"),
        ("2014-01-01", "2014-12-31", 900, "2015-04-20", "20-F"),
        ("2015-01-01", "2015-05-31", 400, "2015-09-20", "20-F"),
        ("2015-06-01", "2016-05-31", 1000, "2016-09-20", "20-F"),
        ("2016-06-01", "2017-05-31", 1100, "2017-09-20", "20-F"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    assert_eq!(shown("year"), "ends revenue YoY TTM", "{said}");
    assert!(shown("FY2015").starts_with("2015-05-31 400 - "), "{said}");
    assert_eq!(shown("FY2016"), "2016-05-31 1,000 - 1,000", "{said}");
    let note = "FY2015 has 151 days: a change of year end cut it short";
    assert!(said.lines().any(|line| line == note), "{said}");
    assert_eq!(said.matches("cut it short").count(), 1, "{said}");
}

/// Founded on 20 August 2020; another was taken over on 16 April 2016.
#[test]
fn what_begins_within_a_quarter_is_shown_by_its_dates() {
    let facts: [Told; 4] = [
        ("2020-08-20", "2020-09-30", 40, "2020-11-05", "10-Q"),
        ("2020-08-20", "2020-12-31", 140, "2021-03-05", "10-K"),
        ("2021-01-01", "2021-03-31", 90, "2021-05-05", "10-Q"),
        ("2021-01-01", "2021-12-31", 410, "2022-03-05", "10-K"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    assert_eq!(
        shown("2020-08-20..2020-09-30"),
        "2020-09-30 40 - -",
        "{said}"
    );
    // 140 - 40.
    assert_eq!(shown("FY2020 Q4"), "2020-12-31 100* - -", "{said}");
    assert!(!said.contains("FY2020 Q3"), "{said}");

    let facts: [Told; 7] = [
        ("2015-01-01", "2015-12-31", 200, "2016-02-20", "10-K"),
        ("2016-01-01", "2016-03-31", 50, "2016-05-05", "10-Q"),
        ("2016-01-01", "2016-04-15", 58, "2016-08-05", "10-Q"),
        ("2016-04-16", "2016-06-30", 45, "2016-08-05", "10-Q"),
        ("2016-04-16", "2016-09-30", 100, "2016-11-05", "10-Q"),
        ("2016-04-16", "2016-12-31", 160, "2017-02-20", "10-K"),
        ("2017-01-01", "2017-12-31", 230, "2018-02-20", "10-K"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    // 58 - 50 of the predecessor, then 100 - 45 and 160 - 100 of the successor.
    assert_eq!(
        shown("2016-04-01..2016-04-15"),
        "2016-04-15 8,000* - -",
        "{said}"
    );
    assert_eq!(
        shown("2016-04-16..2016-06-30"),
        "2016-06-30 45,000 - -",
        "{said}"
    );
    assert_eq!(shown("FY2016 Q3"), "2016-09-30 55,000* - -", "{said}");
    assert_eq!(shown("FY2016 Q4"), "2016-12-31 60,000* - -", "{said}");
}

/// January becomes December by a report of eleven months, and some quarters were told again by the months of the new year.
#[test]
fn months_without_a_name_are_cut_by_what_was_reported_first_of_them() {
    let facts: [Told; 14] = [
        ("2013-02-01", "2014-01-31", 390, "2014-03-20", "10-K"),
        ("2014-02-01", "2015-01-31", 400, "2015-03-20", "10-K"),
        ("2015-02-01", "2015-04-30", 100, "2015-06-05", "10-Q"),
        ("2015-02-01", "2015-07-31", 201, "2015-09-05", "10-Q"),
        ("2015-02-01", "2015-10-31", 303, "2015-12-05", "10-Q"),
        ("2015-02-01", "2015-12-31", 370, "2016-03-01", "10-KT"),
        ("2016-01-01", "2016-03-31", 110, "2016-05-05", "10-Q"),
        ("2015-04-01", "2015-06-30", 95, "2016-08-05", "10-Q"),
        ("2016-01-01", "2016-06-30", 221, "2016-08-05", "10-Q"),
        ("2015-07-01", "2015-09-30", 98, "2016-11-05", "10-Q"),
        ("2016-01-01", "2016-09-30", 333, "2016-11-05", "10-Q"),
        ("2016-01-01", "2016-12-31", 450, "2017-03-01", "10-K"),
        ("2017-01-01", "2017-03-31", 120, "2017-05-05", "10-Q"),
        ("2017-01-01", "2017-12-31", 480, "2018-03-01", "10-K"),
    ];
    let said = shows(
        &quarterly(7, &[("Revenues", &facts)]),
        &["--quarters", "30"],
    );
    let shown = |start: &str| line(&said, start)[..2].join(" ");
    // 201 - 100, 303 - 201 and 370 - 303.
    assert_eq!(shown("2015-02-01..2015-04-30"), "2015-04-30 100", "{said}");
    assert_eq!(shown("2015-05-01..2015-07-31"), "2015-07-31 101*", "{said}");
    assert_eq!(shown("2015-08-01..2015-10-31"), "2015-10-31 102*", "{said}");
    assert_eq!(shown("2015-11-01..2015-12-31"), "2015-12-31 67*", "{said}");
    assert_eq!(shown("FY2016 Q1"), "2016-03-31 110", "{said}");
    let dated = said.lines().filter(|row| row.starts_with("2015-"));
    assert_eq!(dated.count(), 4, "{said}");
    // 111 over 95.
    assert_eq!(line(&said, "FY2016 Q2")[2], "+16.8%", "{said}");
}

/// Years to November until 2015, then to December: the month between has its own report.
#[test]
fn after_a_transition_report_the_first_quarter_bears_the_name_of_the_new_year() {
    let facts: [Told; 6] = [
        ("2012-12-01", "2013-11-30", 390, "2014-01-20", "10-K"),
        ("2013-12-01", "2014-11-30", 400, "2015-01-20", "10-K"),
        ("2014-12-01", "2015-11-30", 410, "2016-01-20", "10-K"),
        ("2015-12-01", "2015-12-31", 33, "2016-02-20", "10-KT"),
        ("2016-01-01", "2016-03-31", 101, "2016-05-05", "10-Q"),
        ("2016-04-01", "2016-06-30", 102, "2016-08-05", "10-Q"),
    ];
    let said = shows(&quarterly(7, &[("Revenues", &facts)]), &[]);
    let shown = |start: &str| line(&said, start).join(" ");
    let month = "2015-12-01..2015-12-31";
    assert_eq!(shown(month), "2015-12-31 33 - -", "{said}");
    assert_eq!(shown("FY2016 Q1"), "2016-03-31 101 - -", "{said}");
    assert_eq!(shown("FY2016 Q2"), "2016-06-30 102 - -", "{said}");
}

/// December becomes November by a report of eleven months: two of them are of no quarter that anything was reported of.
#[test]
fn months_that_nothing_was_reported_of_by_themselves_are_shown_all_the_same() {
    let facts: [Told; 12] = [
        ("2015-01-01", "2015-12-31", 100, "2016-02-20", "10-K"),
        ("2016-01-01", "2016-03-31", 21, "2016-05-10", "10-Q"),
        ("2016-01-01", "2016-06-30", 43, "2016-08-10", "10-Q"),
        ("2016-01-01", "2016-09-30", 66, "2016-11-10", "10-Q"),
        ("2016-01-01", "2016-11-30", 83, "2017-01-20", "10-KT"),
        ("2016-12-01", "2017-02-28", 25, "2017-04-10", "10-Q"),
        ("2016-12-01", "2017-05-31", 51, "2017-07-10", "10-Q"),
        ("2016-12-01", "2017-08-31", 78, "2017-10-10", "10-Q"),
        ("2014-01-01", "2014-12-31", 90, "2016-02-20", "10-K"),
        ("2016-12-01", "2017-11-30", 106, "2018-01-20", "10-K"),
        ("2017-12-01", "2018-11-30", 120, "2019-01-20", "10-K"),
        ("2018-12-01", "2019-11-30", 130, "2020-01-20", "10-K"),
    ];
    let said = shows(
        &quarterly(9, &[("Revenues", &facts)]),
        &["--quarters", "30"],
    );
    // 83 less 66.
    let months = "2016-10-01..2016-11-30";
    let shown = line(&said, months)[..2].join(" ");
    assert_eq!(shown, "2016-11-30 17,000*", "{said}");
    let rows: Vec<&str> = said.lines().collect();
    let place = |start: &str| rows.iter().position(|row| row.starts_with(start)).unwrap();
    assert_eq!(place("FY2016 Q3") + 1, place(months));
    assert_eq!(place(months) + 1, place("FY2017 Q1"));
}
