//! Splits, slips of scale, and tags that disagree.

use std::collections::BTreeSet;

use kessan::{CompanyFacts, ConceptMap, Period, SplitNote};

use super::shared::{APPLE, LPA, NVIDIA, facts, reader};

/// Each company's splits, by the facts alone. Apple's took effect after the close of 2014-06-06 and of 2020-08-28.
/// NVIDIA's shares were distributed on 2021-07-19, and after the close of 2024-06-07, for which its filings tell no day
/// but the months of May and June.
#[test]
fn splits_are_found_in_the_facts() {
    for (company, expected) in [
        (APPLE, vec!["2014-06-06 7:1", "2020-08-28 4:1"]),
        (NVIDIA, vec!["2021-07-19 4:1", "2024-06-30 10:1"]),
        (LPA, vec![]),
    ] {
        let Some(facts) = facts(company) else { return };
        let splits = facts.company().splits.iter().map(ToString::to_string);
        assert_eq!(splits.collect::<Vec<_>>(), expected, "{company}");
        // Of NVIDIA's second, the filings tell a month. LPA's shares were exchanged at 168,142,740 to 28,600,000, which is no
        // simple ratio: 0.048 became 0.28, and 0.019 became 0.11.
        let expected: &[&str] = if company == LPA {
            &[
                "figures per share were divided by about 0.17 in filing 0001997711-25-000030 of 2025-04-02; no split is told, \
               and none is inferred",
            ]
        } else if company == NVIDIA {
            &[
                "the day of the split 2024-06-30 10:1 is not certain: it is told for 2024-06-01..2024-06-30, and may have been \
               earlier in that time or month",
            ]
        } else {
            &[]
        };
        let notes = facts.split_notes().iter().map(SplitNote::to_string);
        assert_eq!(notes.collect::<Vec<_>>(), expected);
    }
}

/// The dates of the bundled map are those of the three files.
#[test]
fn the_standard_map_tells_the_validity_seen_in_the_facts() {
    let map = ConceptMap::standard().unwrap();
    let mut all = Vec::new();
    for company in [APPLE, NVIDIA, LPA] {
        let Some(facts) = facts(company) else { return };
        all.push(facts);
    }
    for standard in &map {
        for tag in standard.tags.iter().chain(&standard.otherwise) {
            let ends = all
                .iter()
                .flat_map(CompanyFacts::facts)
                .filter(|fact| fact.metric.path == tag.metric)
                .map(|fact| fact.period.end())
                .collect::<BTreeSet<_>>();
            let (first, last) = (ends.first().copied(), ends.last().copied());
            let seen = tag
                .seen
                .map(|seen| (seen.start().unwrap_or(seen.end()), seen.end()));
            assert_eq!(seen, first.zip(last), "{}", tag.concept);
        }
    }
}

/// Apple's authorised shares at 2013-09-28: 1,800,000,000; then, a thousand-fold slip, 1,800,000; then, split and
/// corrected at once, 12,600,000,000.
#[test]
fn slips_and_splits_are_kept_and_reported() {
    let Some(reader) = reader() else { return };
    let found = reader.restatements(APPLE).unwrap().load().unwrap();
    let found = found.with_likely_cause();
    let at: Period = "2013-09-28".parse().unwrap();
    let lines: Vec<String> = found
        .iter()
        .filter(|found| found.fact().period == at)
        .filter(|found| found.new.metric().as_str().contains("shares_authorized"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        lines,
        [
            "2014-04-24  CIK0000320193 us_gaap.common_stock_shares_authorized.count  FY2013 Q4  1,800,000,000 shares -> \
             1,800,000 shares  -99.9%  changed (precision unknown)  likely scale x1/1000  [published 2014-01-28 in \
             CIK0000320193/0001193125-14-024487, 2014-04-24 in CIK0000320193/0001193125-14-157311]",
            "2014-07-23  CIK0000320193 us_gaap.common_stock_shares_authorized.count  FY2013 Q4  1,800,000 shares -> \
             12,600,000,000 shares  share basis differs  changed (precision unknown)  likely scale x1000, split \
             2014-06-06 7:1  [published 2014-04-24 in CIK0000320193/0001193125-14-157311, 2014-07-23 in \
             CIK0000320193/0001193125-14-277160]",
        ]
    );
    // The versions are all kept.
    let series = reader
        .series(APPLE, "us_gaap.common_stock_shares_authorized.count")
        .unwrap();
    let point = series.at("2013-09-28").unwrap().unwrap();
    let versions = reader.observations(&point).unwrap();
    let values: Vec<String> = versions
        .iter()
        .map(|seen| seen.figure.to_string())
        .collect();
    let (old, slip, new) = ("1,800,000,000", "1,800,000", "12,600,000,000");
    assert_eq!(values, [old, old, slip, new, new, new]);
    // The same document has the same slip in two more numbers of shares of that day, and in no other figure.
    let slips = found
        .iter()
        .filter(|found| found.cause.as_ref().unwrap().scale.is_some());
    let slips: Vec<(&str, String)> = slips
        .map(|found| (found.new.metric().as_str(), found.published().to_string()))
        .collect();
    let metrics = [
        "us_gaap.common_stock_shares_authorized.count",
        "us_gaap.common_stock_shares_issued.count",
        "us_gaap.common_stock_shares_outstanding.count",
    ];
    for day in ["2014-04-24", "2014-07-23"] {
        for metric in metrics {
            assert!(slips.contains(&(metric, day.to_owned())), "{metric} {day}");
        }
    }
    assert_eq!(slips.len(), 6);
}

/// Depreciation of Apple stands under three tags: in the cash flow statement with accretion, in a note without. For 2015
/// all three have a figure.
#[test]
fn tags_that_disagree_are_findings() {
    let Some(reader) = reader() else { return };
    let query = reader
        .series(APPLE, "depreciation_and_amortization")
        .unwrap();
    let found = query.disagreements().unwrap();
    let year = found
        .iter()
        .find(|found| found.period.to_string() == "2014-09-28..2015-09-26")
        .unwrap();
    assert_eq!(
        year.to_string(),
        "FY2015  us_gaap.depreciation_amortization_and_accretion_net.flow 11,257,000,000 USD [2017-11-03 in \
         CIK0000320193/0000320193-17-000070] | us_gaap.depreciation_depletion_and_amortization.flow 9,200,000,000 USD \
         [2017-11-03 in CIK0000320193/0000320193-17-000070] | us_gaap.depreciation_and_amortization.flow \
         9,200,000,000 USD [2016-10-26 in CIK0000320193/0001628280-16-020309]"
    );
    let shown = query.at("FY2015").unwrap().unwrap();
    assert_eq!(shown, year.points[0]);

    // Of revenue, thirteen periods stand under two tags or more, and none disagrees.
    let revenue = reader.series(APPLE, "revenue").unwrap();
    assert_eq!(revenue.disagreements().unwrap(), []);
    let parts = revenue.parts_used().unwrap();
    let facts: Vec<usize> = parts.iter().map(|part| part.facts).collect();
    assert_eq!(facts, [53, 11, 72]);
    let shown: usize = parts.iter().map(|part| part.shown).sum();
    assert_eq!(shown, revenue.all().unwrap().len());
    assert_eq!(parts[0].shown, 53);
}

/// One row a company, each under its own tag: 383,285 million of Apple, 26,974 million of NVIDIA (its year ended January
/// 2023), 39,436,343 of Logistic Properties.
#[test]
fn a_panel_of_companies_with_different_tags() {
    let Some(reader) = reader() else { return };
    let panel = reader.panel("revenue").unwrap().at("FY2023").unwrap();
    let rows: Vec<String> = panel.iter().map(ToString::to_string).collect();
    assert_eq!(
        rows,
        [
            "CIK0000320193  FY2023  383,285,000,000 USD",
            "CIK0001045810  FY2023  26,974,000,000 USD",
            "CIK0001997711  FY2023  39,436,343 USD",
        ]
    );
    let tags: Vec<&str> = panel
        .points()
        .map(|point| point.metric().as_str())
        .collect();
    assert_eq!(
        tags,
        [
            "us_gaap.revenue_from_contract_with_customer_excluding_assessed_tax.flow",
            "us_gaap.revenues.flow",
            "ifrs_full.revenue.flow",
        ]
    );
    for metric in &ConceptMap::standard().unwrap() {
        let panel = reader.panel(&metric.metric.path).unwrap();
        for row in &panel.at("FY2023").unwrap() {
            let one = reader.series(&row.company, &metric.metric.path).unwrap();
            assert_eq!(
                row.point,
                one.at("FY2023").unwrap(),
                "{}",
                metric.metric.path
            );
        }
    }
}
