//! Splits of made files, where it is known what was done when.

use super::SplitNote;
use crate::ingest::CompanyFacts;

/// Ratio, number of shares at a day, earnings per share of the year that ended then.
const RATIO: &str = "StockholdersEquityNoteStockSplitConversionRatio1";
const SHARES: &str = "CommonStockSharesOutstanding";
const EARNINGS: &str = "EarningsPerShareDiluted";

/// A fact: its tag, its day, its value, and the day it was filed.
type Told<'a> = (&'a str, &'a str, &'a str, &'a str);

fn facts(told: &[Told<'_>]) -> CompanyFacts {
    let tag = |name: &str, unit: &str| {
        let facts: Vec<String> = told
            .iter()
            .filter(|(tag, ..)| *tag == name)
            .map(|(_, end, value, filed)| {
                let year: i32 = end[..4].parse().unwrap();
                let start = if name == EARNINGS {
                    format!(r#""start": "{}{}", "#, year - 1, &end[4..])
                } else {
                    String::new()
                };
                let digits = filed.replace('-', "");
                format!(
                    r#"{{{start}"end": "{end}", "val": {value}, "accn": "00{digits}-{}-000001", "fy": {year}, "fp": "FY",
                     "form": "10-Q", "filed": "{filed}"}}"#,
                    &filed[2..4]
                )
            })
            .collect();
        let facts = facts.join(", ");
        format!(r#""{name}": {{"units": {{"{unit}": [{facts}]}}}}"#)
    };
    let tags = [
        tag(RATIO, "pure"),
        tag(SHARES, "shares"),
        tag(EARNINGS, "USD/shares"),
    ];
    let tags = tags.join(", ");
    let json =
        format!(r#"{{"cik": 1, "entityName": "Minato", "facts": {{"us-gaap": {{{tags}}}}}}}"#);
    let facts = CompanyFacts::from_reader(json.as_bytes(), "minato.json").unwrap();
    assert_eq!(facts.refused(), []);
    facts
}

fn splits(told: &[Told<'_>]) -> (Vec<String>, Vec<String>) {
    let facts = facts(told);
    let splits = &facts.company().splits;
    (
        splits.iter().map(ToString::to_string).collect(),
        facts
            .split_notes()
            .iter()
            .map(SplitNote::to_string)
            .collect(),
    )
}

/// The number of shares at the end of a year, on the old basis and on the new one.
fn restated<'a>(
    old: &'a str,
    old_filed: &'a str,
    new: &'a str,
    new_filed: &'a str,
) -> [Told<'a>; 2] {
    [
        (SHARES, "2013-09-28", old, old_filed),
        (SHARES, "2013-09-28", new, new_filed),
    ]
}

fn only(split: &str) -> (Vec<String>, Vec<String>) {
    (vec![split.to_owned()], vec![])
}

#[test]
fn a_split_is_dated_by_the_day_between_its_filings() {
    let shares = restated("899213000", "2014-04-24", "6294491000", "2014-07-23");
    let mut told = vec![
        (RATIO, "2014-06-06", "7", "2014-07-23"),
        (RATIO, "2014-06-06", "7", "2014-10-27"),
    ];
    told.extend(shares);
    assert_eq!(splits(&told), only("2014-06-06 7:1"));
    // The day of the announcement, before a filing on the old basis, is not the day.
    told.push((RATIO, "2014-04-23", "7", "2014-04-24"));
    assert_eq!(splits(&told), only("2014-06-06 7:1"));
    // What was filed last is better known.
    told.push((RATIO, "2014-06-09", "7", "2015-01-28"));
    assert_eq!(splits(&told), only("2014-06-09 7:1"));
}

#[test]
fn earnings_show_a_split_as_far_as_their_cents_do() {
    let ratio = (RATIO, "2014-06-06", "7", "2014-10-27");
    let earnings = |new| {
        [
            ratio,
            (EARNINGS, "2012-09-29", "44.15", "2013-10-30"),
            (EARNINGS, "2012-09-29", new, "2014-10-27"),
        ]
    };
    assert_eq!(splits(&earnings("6.31")), only("2014-06-06 7:1"));
    let (none, notes) = splits(&earnings("6.4"));
    assert!(none.is_empty());
    assert_eq!(
        notes,
        ["a split ratio of 7 is told for 2014-06-06, and no figure was restated by it"]
    );
}

/// Announced in February, on the old basis in April, on the new one in July, and no filing tells the day.
#[test]
fn without_a_day_in_between_it_is_the_day_of_the_first_filing_on_the_new_basis() {
    let mut told = vec![(RATIO, "2022-02-01", "20", "2022-02-10")];
    told.extend(restated("10000", "2022-04-28", "200000", "2022-07-29"));
    assert_eq!(
        splits(&told),
        (
            vec!["2022-07-29 20:1".to_owned()],
            vec!["the split 2022-07-29 20:1 is dated by the first filing on its basis".to_owned()]
        )
    );
}

#[test]
fn what_was_announced_and_not_done_is_no_split() {
    let told = [
        (RATIO, "2022-02-01", "20", "2022-02-10"),
        (SHARES, "2021-12-31", "10000", "2022-02-10"),
        (SHARES, "2021-12-31", "10000", "2022-04-28"),
        (SHARES, "2021-12-31", "10100", "2022-07-29"),
    ];
    let (none, notes) = splits(&told);
    assert!(none.is_empty());
    assert_eq!(notes.len(), 1);
}

#[test]
fn figures_restated_without_a_ratio_are_no_split() {
    let told = restated("10000", "2022-04-28", "200000", "2022-07-29");
    assert_eq!(splits(&told), (vec![], vec![]));
}

#[test]
fn a_consolidation_is_told_by_either_ratio() {
    for ratio in ["10", "0.1"] {
        let mut told = vec![(RATIO, "2022-06-01", ratio, "2022-07-29")];
        told.extend(restated("10000", "2022-04-28", "1000", "2022-07-29"));
        assert_eq!(splits(&told), only("2022-06-01 1:10"), "{ratio}");
    }
}

#[test]
fn ratios_that_are_no_whole_numbers() {
    for (ratio, old, new, split) in [
        ("1.5", "10000", "15000", "2022-06-01 3:2"),
        ("1.10", "10000", "11000", "2022-06-01 11:10"),
        ("0.0333", "30000", "1000", "2022-06-01 1:30"),
        ("0.6667", "30000", "20000", "2022-06-01 2:3"),
    ] {
        let mut told = vec![(RATIO, "2022-06-01", ratio, "2022-07-29")];
        told.extend(restated(old, "2022-04-28", new, "2022-07-29"));
        assert_eq!(splits(&told), only(split), "{ratio}");
    }
    // One for one, none, and less than none are no splits, whatever was restated.
    for ratio in ["1", "0", "-2", "9999999999999999999999999999"] {
        let mut told = vec![(RATIO, "2022-06-01", ratio, "2022-07-29")];
        told.extend(restated("10000", "2022-04-28", "20000", "2022-07-29"));
        assert!(splits(&told).0.is_empty(), "{ratio}");
    }
}

#[test]
fn the_same_ratio_twice_is_two_splits() {
    let told = [
        (RATIO, "2015-06-01", "2", "2015-07-29"),
        (RATIO, "2020-06-01", "2", "2020-07-29"),
        (SHARES, "2014-12-31", "100", "2015-04-28"),
        (SHARES, "2014-12-31", "200", "2015-07-29"),
        (SHARES, "2019-12-31", "210", "2020-04-28"),
        (SHARES, "2019-12-31", "420", "2020-07-29"),
    ];
    let both = vec!["2015-06-01 2:1".to_owned(), "2020-06-01 2:1".to_owned()];
    assert_eq!(splits(&told), (both, vec![]));
}

/// A year's earnings of two cents that were corrected to one are no sign of a split of two for one, years away; nor are
/// they near it, where three facts tell another day.
#[test]
fn most_facts_tell_the_day() {
    let mut told = vec![
        (RATIO, "2015-06-01", "2", "2015-07-29"),
        (EARNINGS, "2018-12-31", "0.02", "2019-03-01"),
        (EARNINGS, "2018-12-31", "0.01", "2019-05-01"),
        (EARNINGS, "2014-12-31", "0.02", "2015-02-01"),
        (EARNINGS, "2014-12-31", "0.01", "2015-03-01"),
    ];
    for (day, old, new) in [
        ("2014-12-31", "100", "200"),
        ("2015-03-31", "110", "220"),
        ("2013-12-31", "90", "180"),
    ] {
        told.push((SHARES, day, old, "2015-04-28"));
        told.push((SHARES, day, new, "2015-07-29"));
    }
    assert_eq!(splits(&told), only("2015-06-01 2:1"));
}

/// Three numbers of shares are restated by the split of 2015, of which one quarterly report tells but one. All of the old ones
/// are told again in May 2016, the new ones in July: neither is a change of basis.
#[test]
fn old_figures_told_again_after_a_told_split_do_not_date_it() {
    let mut told = vec![(RATIO, "2015-06-01", "2", "2015-07-29")];
    for (day, old, new, first) in [
        ("2014-12-31", "100", "200", "2015-07-29"),
        ("2015-03-31", "110", "220", "2015-10-29"),
        ("2013-12-31", "90", "180", "2016-02-20"),
    ] {
        told.push((SHARES, day, old, "2015-04-28"));
        told.push((SHARES, day, new, first));
        told.push((SHARES, day, old, "2016-03-10"));
        told.push((SHARES, day, new, "2016-04-28"));
    }
    assert_eq!(splits(&told), only("2015-06-01 2:1"));
    // A split of one for two that is told as well, and not done.
    told.push((RATIO, "2016-03-01", "0.5", "2016-03-10"));
    let (found, notes) = splits(&told);
    assert_eq!(found, ["2015-06-01 2:1"]);
    assert_eq!(
        notes,
        ["a split ratio of 0.5 is told for 2016-03-01, and no figure was restated by it"]
    );
}
