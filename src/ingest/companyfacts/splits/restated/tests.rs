//! Made files of which no filing tells a split: what it restates is worked out by hand.

use super::super::SplitNote;
use crate::ingest::CompanyFacts;

const EARNINGS: &str = "EarningsPerShareDiluted";
const BASIC: &str = "EarningsPerShareBasic";
const PAR: &str = "CommonStockParOrStatedValuePerShare";
const AVERAGE: &str = "WeightedAverageNumberOfDilutedSharesOutstanding";
const ISSUED: &str = "CommonStockSharesIssued";
const PROFIT: &str = "ProfitLoss";

/// The year before the split is told in 2021, and again in 2022.
const BEFORE: &str = "2021-02-20";
const AFTER: &str = "2022-02-20";

/// A fact: its tag, the year that it is of, its value, and the day it was filed.
type Told<'a> = (&'a str, i32, &'a str, &'a str);

fn read(taxonomy: &str, told: &[Told<'_>]) -> CompanyFacts {
    let tag = |name: &str| {
        let unit = match name {
            EARNINGS | BASIC | PAR => "EUR/shares",
            AVERAGE | ISSUED => "shares",
            _ => "EUR",
        };
        let facts: Vec<String> = told
            .iter()
            .filter(|(tag, ..)| *tag == name)
            .map(|(_, year, value, filed)| {
                let start = match name {
                    PAR | ISSUED => String::new(),
                    _ => format!(r#""start": "{year}-01-01", "#),
                };
                let digits = filed.replace('-', "");
                format!(
                    r#"{{{start}"end": "{year}-12-31", "val": {value}, "accn": "00{digits}-{}-000001", "fy": {year},
                     "fp": "FY", "form": "20-F", "filed": "{filed}"}}"#,
                    &filed[2..4]
                )
            })
            .collect();
        format!(
            r#""{name}": {{"units": {{"{unit}": [{}]}}}}"#,
            facts.join(", ")
        )
    };
    let tags = [EARNINGS, BASIC, PAR, AVERAGE, ISSUED, PROFIT].map(tag);
    let tags = tags.join(", ");
    let json =
        format!(r#"{{"cik": 1, "entityName": "Minato", "facts": {{"{taxonomy}": {{{tags}}}}}}}"#);
    let facts = CompanyFacts::from_reader(json.as_bytes(), "minato.json").unwrap();
    assert_eq!(facts.refused(), []);
    facts
}

fn splits(told: &[Told<'_>]) -> (Vec<String>, Vec<String>) {
    let of = |taxonomy| {
        let facts = read(taxonomy, told);
        let splits = facts.company().splits.iter().map(ToString::to_string);
        let notes = facts.split_notes().iter().map(SplitNote::to_string);
        (splits.collect(), notes.collect())
    };
    let found = of("us-gaap");
    for other in ["ifrs-full", "minato"] {
        assert_eq!(found, of(other), "{other}");
    }
    found
}

/// What each tag says of a year before, and after.
fn restated<'a>(all: &[(&'a str, i32, &'a str, &'a str)]) -> Vec<Told<'a>> {
    let both = |&(tag, year, old, new)| [(tag, year, old, BEFORE), (tag, year, new, AFTER)];
    all.iter().flat_map(both).collect()
}

fn only(ratio: &str) -> (Vec<String>, Vec<String>) {
    let split = format!("{AFTER} {ratio}");
    let note = format!(
        "no filing tells the split {split}: figures were restated by it, and the first filing on its basis dates it"
    );
    (vec![split], vec![note])
}

fn unclear(about: &str) -> (Vec<String>, Vec<String>) {
    let note = format!(
        "figures per share were divided by about {about} in filing 0020220220-22-000001 of {AFTER}; no split is told, and \
         none is inferred"
    );
    (vec![], vec![note])
}

fn nothing() -> (Vec<String>, Vec<String>) {
    (vec![], vec![])
}

#[test]
fn two_figures_restated_by_one_ratio_are_a_split() {
    for (all, ratio) in [
        // Two years; 7.5 / 3 = 2.5, 7.2 / 3 = 2.4.
        (
            vec![
                (EARNINGS, 2020, "7.5", "2.5"),
                (EARNINGS, 2019, "7.2", "2.4"),
            ],
            "3:1",
        ),
        // Two tags of one year: 44.15 / 7 = 6.307, 44.64 / 7 = 6.377.
        (
            vec![
                (EARNINGS, 2020, "44.15", "6.31"),
                (BASIC, 2020, "44.64", "6.38"),
            ],
            "7:1",
        ),
        // A figure per share, and a number of shares.
        (
            vec![
                (EARNINGS, 2020, "-1.21", "-24.2"),
                (ISSUED, 2020, "24600000", "1230000"),
            ],
            "1:20",
        ),
        (
            vec![
                (EARNINGS, 2020, "3.06", "2.04"),
                (AVERAGE, 2020, "1000400", "1500600"),
            ],
            "3:2",
        ),
        (
            vec![
                (EARNINGS, 2020, "31.4", "3.14"),
                (AVERAGE, 2020, "55500", "555000"),
            ],
            "10:1",
        ),
        // Par values and authorised shares may stay; nothing is nothing on any basis.
        (
            vec![
                (EARNINGS, 2020, "7.5", "2.5"),
                (EARNINGS, 2019, "7.2", "2.4"),
                (EARNINGS, 2018, "0", "0"),
                (PAR, 2020, "0.01", "0.01"),
                (ISSUED, 2020, "5000", "5000"),
            ],
            "3:1",
        ),
        // A year of a few cents fits; 0.01 / 3 is printed as 0.
        (
            vec![
                (EARNINGS, 2020, "7.55", "2.52"),
                (EARNINGS, 2019, "7.21", "2.40"),
                (EARNINGS, 2018, "0.01", "0.00"),
            ],
            "3:1",
        ),
    ] {
        assert_eq!(splits(&restated(&all)), only(ratio), "{all:?}");
    }
}

#[test]
fn what_speaks_against_a_split_is_noted() {
    for (all, about) in [
        // One year tells another ratio, or is told again as it was.
        (
            vec![
                (EARNINGS, 2020, "7.5", "2.5"),
                (EARNINGS, 2019, "7.2", "2.4"),
                (EARNINGS, 2018, "6.9", "5.1"),
            ],
            "3",
        ),
        (
            vec![
                (EARNINGS, 2020, "7.5", "2.5"),
                (EARNINGS, 2019, "7.2", "2.4"),
                (BASIC, 2019, "7.3", "7.3"),
            ],
            "3",
        ),
        // As many shares as before.
        (
            vec![
                (EARNINGS, 2020, "7.5", "2.5"),
                (EARNINGS, 2019, "7.2", "2.4"),
                (AVERAGE, 2020, "10010", "10010"),
            ],
            "3",
        ),
        // Another basis, but of 5.879 shares for one.
        (
            vec![
                (EARNINGS, 2020, "0.048", "0.28"),
                (EARNINGS, 2019, "0.019", "0.11"),
                (AVERAGE, 2020, "168142740", "28600000"),
            ],
            "0.17",
        ),
        // Cents for euros, and a ratio that is no whole number, without shares.
        (
            vec![
                (EARNINGS, 2020, "2.51", "251"),
                (EARNINGS, 2019, "2.42", "242"),
            ],
            "0.01",
        ),
        (
            vec![
                (EARNINGS, 2020, "31.4", "3.14"),
                (EARNINGS, 2019, "30.2", "3.02"),
            ],
            "10",
        ),
        (
            vec![
                (EARNINGS, 2020, "3.06", "2.04"),
                (EARNINGS, 2019, "3.12", "2.08"),
            ],
            "1.5",
        ),
        // Half of what was earned was a mistake.
        (
            vec![
                (EARNINGS, 2020, "7.24", "3.62"),
                (BASIC, 2020, "7.26", "3.63"),
                (PROFIT, 2020, "7240000", "3620000"),
            ],
            "2",
        ),
    ] {
        assert_eq!(splits(&restated(&all)), unclear(about), "{all:?}");
    }
}

#[test]
fn corrections_and_slips_are_no_splits() {
    for all in [
        // One figure alone; numbers of shares alone.
        vec![(EARNINGS, 2020, "7.5", "2.5")],
        vec![
            (ISSUED, 2020, "5000", "15000"),
            (AVERAGE, 2020, "4800", "14400"),
        ],
        vec![
            (ISSUED, 2020, "5000", "5000000"),
            (AVERAGE, 2020, "4800", "4800000"),
        ],
        // A thousand for one is no simple ratio, nor are corrections.
        vec![
            (EARNINGS, 2020, "2.51", "2510"),
            (EARNINGS, 2019, "2.42", "2420"),
        ],
        vec![
            (EARNINGS, 2020, "7.5", "7.1"),
            (EARNINGS, 2019, "7.2", "6.8"),
        ],
        // A loss for a profit.
        vec![
            (EARNINGS, 2020, "7.5", "-2.5"),
            (EARNINGS, 2019, "7.2", "-2.4"),
        ],
        // Few cents: 2 : 1, 3 : 2 or 3 : 1.
        vec![
            (EARNINGS, 2020, "0.02", "0.01"),
            (BASIC, 2020, "0.02", "0.01"),
        ],
        vec![(EARNINGS, 2020, "0", "2.5"), (EARNINGS, 2019, "0", "2.4")],
    ] {
        assert_eq!(splits(&restated(&all)), nothing(), "{all:?}");
    }
}

/// The reports of each year tell three years: each of them restates by itself only what was told before.
/// Figures of 2018 were left out in 2022, and told again in 2023 as they had been before the split.
#[test]
fn what_is_told_again_as_it_was_is_no_split() {
    let restated = restated(&[
        (EARNINGS, 2020, "7.5", "2.5"),
        (EARNINGS, 2019, "7.2", "2.4"),
    ]);
    let old = |tag, value| [BEFORE, "2023-02-20"].map(|filed| (tag, 2018, value, filed));
    let told = [
        restated,
        old(EARNINGS, "6.6").into(),
        old(BASIC, "6.8").into(),
        old(AVERAGE, "63000000").into(),
    ];
    assert_eq!(splits(&told.concat()), only("3:1"));
}

/// An amended report of 2023 tells figures again as they were before the split, and the annual report of 2024 again as they
/// are after it: each is a return to what was told before.
#[test]
fn a_return_to_what_was_told_before_is_no_split() {
    let again = |all: &[(&'static str, i32, &'static str, &'static str)], filed, old: bool| {
        let value =
            |&(tag, year, before, after)| (tag, year, if old { before } else { after }, filed);
        all.iter().map(value).collect::<Vec<Told<'_>>>()
    };
    let two_years = [
        (EARNINGS, 2020, "7.5", "2.5"),
        (EARNINGS, 2019, "7.2", "2.4"),
    ];
    let one_year = [
        (EARNINGS, 2020, "44.15", "6.31"),
        (BASIC, 2020, "44.64", "6.38"),
        (AVERAGE, 2020, "20000", "140000"),
    ];
    for (all, ratio) in [(&two_years[..], "3:1"), (&one_year[..], "7:1")] {
        let mut told = restated(all);
        told.extend(again(all, "2023-02-20", true));
        assert_eq!(splits(&told), only(ratio), "old again: {all:?}");
        told.extend(again(all, "2024-02-20", false));
        assert_eq!(splits(&told), only(ratio), "and new again: {all:?}");
    }
}

/// After old figures were told again, the next change is from what was told anew last: 7.5 and 7.2 became 2.5 and 2.4 by
/// 3:1, and these 1.25 and 1.2 by 2:1. And what is restated at last, 6.6 as 2.2, is by the split that is known.
#[test]
fn what_follows_a_return_is_compared_with_what_was_told_anew() {
    let mut told = restated(&[
        (EARNINGS, 2020, "7.5", "2.5"),
        (EARNINGS, 2019, "7.2", "2.4"),
    ]);
    for (year, value, filed) in [
        (2020, "7.5", "2023-02-20"),
        (2019, "7.2", "2023-02-20"),
        (2018, "6.6", BEFORE),
        (2017, "6.3", BEFORE),
        (2018, "6.6", "2023-02-20"),
        (2017, "6.3", "2023-02-20"),
        (2018, "2.2", "2023-08-20"),
        (2017, "2.1", "2023-08-20"),
    ] {
        told.push((EARNINGS, year, value, filed));
    }
    assert_eq!(splits(&told), only("3:1"));
    told.push((EARNINGS, 2020, "1.25", "2024-02-20"));
    told.push((EARNINGS, 2019, "1.2", "2024-02-20"));
    let (found, _) = splits(&told);
    assert_eq!(found, ["2022-02-20 3:1", "2024-02-20 2:1"]);
}

/// In 2023, 2021 is told anew at three times as much, and 2020 as it once was. It is a consolidation of one for three if the next
/// report says so too, and old figures if that has those of before; without a next report it is in doubt.
#[test]
fn a_split_is_undone_where_the_next_report_says_so_too() {
    let mut told = restated(&[
        (EARNINGS, 2020, "7.5", "2.5"),
        (EARNINGS, 2019, "7.2", "2.4"),
    ]);
    for (tag, year, value, filed) in [
        (EARNINGS, 2021, "2.6", AFTER),
        (BASIC, 2021, "2.7", AFTER),
        (EARNINGS, 2021, "7.8", "2023-02-20"),
        (BASIC, 2021, "8.1", "2023-02-20"),
        (EARNINGS, 2020, "7.5", "2023-02-20"),
    ] {
        told.push((tag, year, value, filed));
    }
    let only_split = vec!["2022-02-20 3:1".to_owned()];
    let (found, notes) = splits(&told);
    assert_eq!((&found, notes.len()), (&only_split, 2));
    assert!(notes[1].contains("divided by about 0.33"), "{notes:?}");
    for (earnings, basic, undone) in [("7.8", "8.1", true), ("2.6", "2.7", false)] {
        let mut told = told.clone();
        told.push((EARNINGS, 2021, earnings, "2024-02-20"));
        told.push((BASIC, 2021, basic, "2024-02-20"));
        let (found, _) = splits(&told);
        assert_eq!(found.len(), if undone { 2 } else { 1 }, "{found:?}");
        assert_eq!(found.contains(&"2023-02-20 1:3".to_owned()), undone);
    }
}

#[test]
fn a_split_is_found_once_and_by_its_first_filing() {
    let mut told = Vec::new();
    let old = ["6.30", "6.60", "6.90", "7.20", "7.50", "7.80", "8.10"];
    let new = ["2.10", "2.20", "2.30", "2.40", "2.50", "2.60", "2.70"];
    let filed = [
        "2019-02-20",
        "2020-02-20",
        "2021-02-20",
        "2022-02-20",
        "2023-02-20",
    ];
    for (nth, (filed, last)) in filed.iter().zip(2018..).enumerate() {
        let values = if last < 2021 { old } else { new };
        for back in 0..3 {
            told.push((
                EARNINGS,
                last - i32::try_from(back).unwrap(),
                values[nth + 2 - back],
                *filed,
            ));
        }
    }
    assert_eq!(splits(&told), only("3:1"));
}
