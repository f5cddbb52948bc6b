//! The example that loads company facts, and shows the quarters of companies.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde::Deserialize;

use super::run::{examples, line, refusal, run, shared, text};

#[path = "../../benches/generator/companyfacts.rs"]
mod generated;

fn file(cik: u32, values: [&str; 2]) -> String {
    let fact = |year: u32, value: &str| {
        format!(
            r#"{{"start": "{year}-01-01", "end": "{year}-12-31", "val": {value}, "accn": "{cik:010}-{:02}-000001",
            "fy": {year}, "fp": "FY", "form": "10-K", "filed": "{}-02-20"}}"#,
            year - 1999,
            year + 1
        )
    };
    format!(
        r#"{{"cik": {cik}, "entityName": "Minato {cik}", "facts": {{"us-gaap": {{"Revenues": {{"units": {{"USD": [{}, {}]}}}}}}}}}}"#,
        fact(2022, values[0]),
        fact(2023, values[1]),
    )
}

#[test]
fn files_are_loaded_and_what_is_wrong_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    fs::write(files.join("a.json"), file(1, ["1250", "1300"])).unwrap();
    fs::write(files.join("b.json"), file(2, ["17", "\"x\""])).unwrap();
    fs::write(files.join("notes.txt"), "not a file of facts").unwrap();
    let arguments = ["sec.kessan", "files"];
    let output = run("load_companyfacts", &arguments, folder.path());
    let said = text(&output);
    assert_eq!(line(&said, "created "), ["3"]);
    assert_eq!(line(&said, "refused "), ["1"]);
    assert_eq!(line(&said, "facts "), ["4"]);
    assert!(said.contains("\n2 files taken in, 0 known before, 0 failed; 3 new documents\n"));
    let complaints = String::from_utf8(output.stderr).unwrap();
    let place = "b.json: /facts/us-gaap/Revenues/units/USD/1, ";
    // No progress bar: this is no terminal.
    assert!(complaints.starts_with("refused: "), "{complaints}");
    assert!(!complaints.contains(['\r', '\u{1b}']), "{complaints}");
    assert!(complaints.contains(place), "{complaints}");

    // Again, and with a file that is cut off.
    let cut_off = file(3, ["1", "2"]);
    fs::write(files.join("c.json"), &cut_off[..cut_off.len() - 9]).unwrap();
    fs::write(files.join("d.json"), file(4, ["1", "2"])).unwrap();
    let output = run("load_companyfacts", &arguments, folder.path());
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(line(&said, "unchanged "), ["3"]);
    assert!(said.contains("\n1 files taken in, 2 known before, 1 failed; 2 new documents\n"));
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaints.contains("failed: files/c.json: ") && complaints.contains("the file ends early"),
        "{complaints}"
    );

    let strict = ["strict.kessan", "files", "--strict", "--stop"];
    let output = run("load_companyfacts", &strict, folder.path());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 files taken in, 0 known before, 1 failed"));
    // Of b.json, that one fact was refused and one was not.
    assert_eq!(line(&said, "refused "), ["1"]);
    assert_eq!(line(&said, "in files that failed "), ["1"]);
    assert_eq!(line(&said, "facts "), ["4"]);
    assert!(said.contains("\nended at the file that failed\n"), "{said}");
}

#[test]
fn a_folder_without_files_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    let output = run("load_companyfacts", &["sec.kessan", "files"], folder.path());
    assert_eq!(refusal(&output), "error: files has no .json files\n");
}

/// A fact, published in a filing of its own: start, end, value in millions, filed, form.
pub(super) type Told = (&'static str, &'static str, i32, &'static str, &'static str);

/// Revenue in quarters and sums, net income likewise, cash flow in sums alone.
const REVENUE: [Told; 10] = [
    ("2022-01-01", "2022-03-31", 100, "2022-04-20", "10-Q"),
    ("2022-04-01", "2022-06-30", 110, "2022-07-20", "10-Q"),
    ("2022-07-01", "2022-09-30", 120, "2022-10-20", "10-Q"),
    ("2022-01-01", "2022-09-30", 330, "2022-10-20", "10-Q"),
    ("2022-01-01", "2022-12-31", 460, "2023-02-20", "10-K"),
    ("2023-01-01", "2023-03-31", 120, "2023-04-20", "10-Q"),
    ("2023-04-01", "2023-06-30", 99, "2023-07-20", "10-Q"),
    ("2023-07-01", "2023-09-30", 132, "2023-10-20", "10-Q"),
    ("2023-01-01", "2023-09-30", 351, "2023-10-20", "10-Q"),
    ("2023-01-01", "2023-12-31", 500, "2024-02-20", "10-K"),
];
const NET_INCOME: [Told; 11] = [
    ("2022-01-01", "2022-03-31", 10, "2022-04-20", "10-Q"),
    ("2022-04-01", "2022-06-30", -5, "2022-07-20", "10-Q"),
    ("2022-07-01", "2022-09-30", 8, "2022-10-20", "10-Q"),
    ("2022-01-01", "2022-09-30", 13, "2022-10-20", "10-Q"),
    ("2022-01-01", "2022-12-31", 20, "2023-02-20", "10-K"),
    ("2023-01-01", "2023-03-31", -10, "2023-04-20", "10-Q"),
    ("2023-04-01", "2023-06-30", -6, "2023-07-20", "10-Q"),
    ("2023-07-01", "2023-09-30", 8, "2023-10-20", "10-Q"),
    ("2023-01-01", "2023-09-30", -8, "2023-10-20", "10-Q"),
    ("2023-01-01", "2023-12-31", 2, "2024-02-20", "10-K"),
    // Restated: what was reported of nine months was not.
    ("2023-01-01", "2023-12-31", 5, "2024-06-03", "10-K/A"),
];
const CASH_FLOW: [Told; 8] = [
    ("2022-01-01", "2022-03-31", 30, "2022-04-20", "10-Q"),
    ("2022-01-01", "2022-06-30", 50, "2022-07-20", "10-Q"),
    ("2022-01-01", "2022-09-30", 90, "2022-10-20", "10-Q"),
    ("2022-01-01", "2022-12-31", 140, "2023-02-20", "10-K"),
    ("2023-01-01", "2023-03-31", 33, "2023-04-20", "10-Q"),
    ("2023-01-01", "2023-06-30", 50, "2023-07-20", "10-Q"),
    ("2023-01-01", "2023-09-30", 95, "2023-10-20", "10-Q"),
    ("2023-01-01", "2023-12-31", 139, "2024-02-20", "10-K"),
];

/// A file of company facts of tags with their facts. A day has one filing.
pub(super) fn quarterly(cik: u32, tags: &[(&str, &[Told])]) -> String {
    let tags: Vec<String> = tags
        .iter()
        .map(|(tag, facts)| {
            let facts: Vec<String> = facts
                .iter()
                .map(|(start, end, millions, filed, form)| {
                    let (year, number) = (&filed[2..4], filed[5..].replace('-', ""));
                    format!(
                        r#"{{"start": "{start}", "end": "{end}", "val": {millions}000000, "fy": null, "fp": null,
                        "accn": "{cik:010}-{year}-00{number}", "form": "{form}", "filed": "{filed}"}}"#
                    )
                })
                .collect();
            format!(r#""{tag}": {{"units": {{"USD": [{}]}}}}"#, facts.join(", "))
        })
        .collect();
    format!(
        r#"{{"cik": {cik}, "entityName": "Minato {cik}", "facts": {{"us-gaap": {{{}}}}}}}"#,
        tags.join(", ")
    )
}

pub(super) fn minato() -> String {
    let tags: [(&str, &[Told]); 3] = [
        ("Revenues", &REVENUE),
        ("NetIncomeLoss", &NET_INCOME),
        ("NetCashProvidedByUsedInOperatingActivities", &CASH_FLOW),
    ];
    quarterly(9, &tags)
}

/// Worked out by hand: 130 is 460 - 330, and TTM of the first quarter of 2023 480 = 460 + 120 - 100.
#[test]
fn quarters_are_shown_with_changes_and_how_they_were_derived() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), minato()).unwrap();
    let said = text(&run(
        "load_companyfacts",
        &["a.kessan", "a.json"],
        folder.path(),
    ));
    let head = said.lines().find(|line| line.starts_with("Minato 9"));
    assert_eq!(head, Some("Minato 9  CIK0000000009  USD thousands"));
    let columns = "ends revenue YoY TTM net income YoY TTM operating cash flow YoY TTM";
    assert_eq!(line(&said, "quarter").join(" "), columns);
    for (quarter, expected) in [
        ("FY2022 Q1", "2022-03-31 100,000 - - 10,000 - - 30,000 - -"),
        ("FY2022 Q2", "2022-06-30 110,000 - - -5,000 - - 20,000* - -"),
        ("FY2022 Q3", "2022-09-30 120,000 - - 8,000 - - 40,000* - -"),
        (
            "FY2022 Q4",
            "2022-12-31 130,000* - 460,000 7,000* - 20,000 50,000* - 140,000",
        ),
        (
            "FY2023 Q1",
            "2023-03-31 120,000 +20.0% 480,000 -10,000 turned negative 0 33,000 +10.0% 143,000",
        ),
        (
            "FY2023 Q2",
            "2023-06-30 99,000 -10.0% 469,000 -6,000 -20.0% over |base| -1,000 17,000* -15.0% 140,000",
        ),
        (
            "FY2023 Q3",
            "2023-09-30 132,000 +10.0% 481,000 8,000 0.0% -1,000 45,000* +12.5% 145,000",
        ),
        (
            "FY2023 Q4",
            "2023-12-31 149,000* +14.6% 500,000 refused - 5,000 44,000* -12.0% 139,000",
        ),
    ] {
        assert_eq!(line(&said, quarter).join(" "), expected, "{quarter}");
    }
    for note in [
        "refused: FY2023 Q4 net income: FY2023 Q4 of CIK0000000009 net_income cannot be derived as FY2023 - FY2023 9M: \
         FY2023 and FY2023 9M are not of one vintage: FY2023 was changed on 2024-06-03, after FY2023 9M was last \
         reported on 2023-10-20",
        "*  derived: revenue = FY - 9M in FY2022 Q4, FY2023 Q4",
        "*  derived: net income = FY - 9M in FY2022 Q4",
        "*  derived: operating cash flow = H1 - Q1 in FY2022 Q2, FY2023 Q2",
        "*  derived: operating cash flow = 9M - H1 in FY2022 Q3, FY2023 Q3",
        "*  derived: operating cash flow = FY - 9M in FY2022 Q4, FY2023 Q4",
    ] {
        assert!(said.lines().any(|line| line == note), "{note}\n{said}");
    }
    // The last three quarters, and nothing of those before.
    let last = ["a.kessan", "a.json", "--quarters", "3"];
    let said = text(&run("load_companyfacts", &last, folder.path()));
    assert!(!said.contains("FY2023 Q1  2023"), "{said}");
    assert_eq!(line(&said, "FY2023 Q2")[1], "99,000");
}

pub(super) fn shows(file: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), file).unwrap();
    let arguments = [&["a.kessan", "a.json"], arguments].concat();
    text(&run("load_companyfacts", &arguments, folder.path()))
}

#[test]
fn a_company_that_reports_in_two_currencies_is_told_how_to_choose() {
    let file = quarterly(9, &[("Revenues", &REVENUE)]);
    let usd = file.split_once(r#""USD": "#).unwrap().1;
    let usd = usd.split_once(']').unwrap().0;
    let euros = file.replace(r#"{"USD": "#, &format!(r#"{{"EUR": {usd}], "USD": "#));
    let said = shows(&euros, &[]);
    let note = "revenue: reported in EUR and USD: name one with --currency";
    assert!(said.lines().any(|line| line == note), "{said}");
    let csv = records(&shows(&euros, &["--csv"]));
    let revenue = csv
        .iter()
        .find(|record| record.metric == "revenue")
        .unwrap();
    assert_eq!(format!("revenue: {}", revenue.refused), note);
    let said = shows(&euros, &["--currency", "EUR"]);
    assert!(
        said.contains("Minato 9  CIK0000000009  EUR millions"),
        "{said}"
    );
}

/// The first quarter of 2023 is repeated, a year later, as if it had been in thousands.
#[test]
fn what_rests_on_a_slip_of_scale_is_marked() {
    let mut file = quarterly(9, &[("Revenues", &REVENUE)]);
    let slip = r#"{"start": "2023-01-01", "end": "2023-03-31", "val": 120000, "fy": null, "fp": null,
        "accn": "0000000009-24-000420", "form": "10-Q", "filed": "2024-04-20"},
        {"start": "2024-01-01", "end": "2024-03-31", "val": 150000000, "fy": null, "fp": null,
        "accn": "0000000009-24-000420", "form": "10-Q", "filed": "2024-04-20"}"#;
    let end = file.rfind(']').unwrap();
    file.insert_str(end, &format!(", {slip}"));
    let said = shows(&file, &[]);
    let shown = |start: &str| line(&said, start)[..3].join(" ");
    assert!(said.contains("USD millions"), "{said}");
    assert_eq!(shown("FY2023 Q1"), "2023-03-31 0.12! -99.9%!", "{said}");
    // 150,000,000 over 120,000.
    assert_eq!(shown("FY2024 Q1"), "2024-03-31 150 +124,900.0%!", "{said}");
    assert_eq!(shown("FY2023 Q2"), "2023-06-30 99 -10.0%", "{said}");
    let note = said
        .lines()
        .find(|line| line.starts_with("!  revenue: 2024-04-20"));
    let note = note.unwrap_or_else(|| panic!("{said}"));
    assert!(note.contains("120,000,000 USD -> 120,000 USD"), "{note}");
    assert!(note.contains("likely scale x1/1000"), "{note}");
    let csv = records(&shows(&file, &["--csv"]));
    let of = |quarter: &str| csv.iter().find(|record| record.quarter == quarter).unwrap();
    assert!(of("FY2023 Q1").slips.contains("likely scale x1/1000"));
    assert!(of("FY2024 Q1").slips.contains("likely scale x1/1000"));
    assert_eq!(of("FY2023 Q3").slips, "");
}

/// One filing says 120 and 12 of the same quarter.
#[test]
fn what_rests_on_a_contradiction_is_marked() {
    let facts: [Told; 4] = [
        ("2022-01-01", "2022-03-31", 100, "2022-05-10", "10-Q"),
        ("2023-01-01", "2023-03-31", 12, "2023-05-10", "10-Q"),
        ("2023-01-01", "2023-03-31", 120, "2023-05-10", "10-Q"),
        ("2024-01-01", "2024-03-31", 150, "2024-05-10", "10-Q"),
    ];
    let file = quarterly(9, &[("Revenues", &facts)]);
    let said = shows(&file, &[]);
    assert!(!line(&said, "FY2022 Q1").join(" ").contains('!'), "{said}");
    for quarter in ["FY2023 Q1", "FY2024 Q1"] {
        assert!(line(&said, quarter).join(" ").contains("%!"), "{said}");
    }
    let note = "!  revenue: conflicting: FY2023 Q1 has several values in one filing";
    assert!(said.lines().any(|line| line == note), "{said}");
    let csv = records(&shows(&file, &["--csv"]));
    for record in csv.iter().filter(|record| record.metric == "revenue") {
        let doubtful = ["FY2023 Q1", "FY2024 Q1"].contains(&record.quarter.as_str());
        let told = if doubtful { "FY2023 Q1" } else { "" };
        assert_eq!(record.conflicting, told, "{}", record.quarter);
    }
}

/// The years also under the tag of contracts, and less: no quarter is a year of the one less nine months of the other.
#[test]
fn tags_that_disagree_are_told_and_not_mixed() {
    let contracts: [Told; 2] = [
        ("2022-01-01", "2022-12-31", 368, "2023-02-20", "10-K"),
        ("2023-01-01", "2023-12-31", 400, "2024-02-20", "10-K"),
    ];
    let tag = "RevenueFromContractWithCustomerExcludingAssessedTax";
    let file = quarterly(9, &[("Revenues", &REVENUE), (tag, &contracts)]);
    let said = shows(&file, &[]);
    assert_eq!(
        line(&said, "FY2023 Q1")[1..4],
        ["120", "+20.0%", "refused"],
        "{said}"
    );
    assert_eq!(
        line(&said, "FY2023 Q4").join(" "),
        "2023-12-31 refused - 400"
    );
    let metric = "us_gaap.revenue_from_contract_with_customer_excluding_assessed_tax.flow";
    for note in [
        format!(
            "refused: FY2022 Q4, TTM FY2023 Q1, TTM FY2023 Q2, TTM FY2023 Q3, FY2023 Q4 revenue: {metric} and \
             us_gaap.revenues.flow disagree for 2023-01-01..2023-12-31"
        ),
        format!(
            "tags disagree: revenue of 2 periods, FY2023 the last: {metric} 400,000,000, us_gaap.revenues.flow 500,000,000"
        ),
    ] {
        assert!(said.lines().any(|line| line == note), "{note}\n{said}");
    }
    let csv = records(&shows(&file, &["--csv"]));
    let first = csv
        .iter()
        .find(|record| record.quarter == "FY2023 Q1")
        .unwrap();
    assert_eq!(first.tags, "us_gaap.revenues.flow");
}

#[derive(Deserialize)]
pub(super) struct Record {
    metric: String,
    pub(super) end: String,
    pub(super) value: String,
    formula: String,
    yoy_percent: String,
    ttm: String,
    refused: String,
    pub(super) quarter: String,
    tags: String,
    slips: String,
    conflicting: String,
}

pub(super) fn records(csv: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn csv_has_exact_values_and_the_report_stands_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), minato()).unwrap();
    let output = run(
        "load_companyfacts",
        &["a.kessan", "a.json", "--csv"],
        folder.path(),
    );
    let records = records(&text(&output));
    assert_eq!(records.len(), 24);
    let of = |metric: &str, quarter: &str| {
        let mut all = records.iter();
        all.find(|one| one.metric == metric && one.quarter == quarter)
            .unwrap()
    };
    let derived = of("revenue", "FY2023 Q4");
    assert_eq!(derived.value, "149000000");
    assert_eq!(derived.formula, "FY2023 - FY2023 9M");
    // 19 of 130.
    assert_eq!(derived.yoy_percent, "14.6154");
    assert_eq!(derived.ttm, "500000000");
    let refused = of("net income", "FY2023 Q4");
    assert_eq!(
        (refused.value.as_str(), refused.ttm.as_str()),
        ("", "5000000")
    );
    assert!(refused.refused.contains("not of one vintage"));
    let report = String::from_utf8(output.stderr).unwrap();
    assert_eq!(line(&report, "facts "), ["29"]);
}

#[derive(Deserialize)]
struct Expected {
    quarters: Vec<Quarter>,
}

#[derive(Deserialize)]
struct Quarter {
    end: String,
    value: i64,
    reported_q4: Option<ReportedQ4>,
    ttm: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReportedQ4 {
    Value(i64),
    Fact { value: i64 },
}

/// Every quarter of Apple that was computed independently from the same file, but for those that mix vintages.
#[test]
fn the_quarters_of_apple_are_those_computed_independently() {
    let Some(facts) = shared("companyfacts/CIK0000320193.json") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let facts = facts.canonicalize().unwrap();
    let facts = facts.to_str().unwrap();
    let all = ["a.kessan", facts, "--csv", "--quarters", "200"];
    let csv = text(&run("load_companyfacts", &all, folder.path()));
    let records = records(&csv);
    let mut refused = Vec::new();
    for (metric, name) in [
        ("revenue", "revenue"),
        ("net income", "net_income"),
        ("operating cash flow", "operating_cash_flow"),
    ] {
        let Some(expected) = shared(&format!("expected/AAPL_{name}_latest.json")) else {
            return;
        };
        let expected: Expected =
            serde_json::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
        let own = records.iter().filter(|record| record.metric == metric);
        let by_end: BTreeMap<&str, &Record> = own
            .clone()
            .map(|record| (record.end.as_str(), record))
            .collect();
        for quarter in &expected.quarters {
            let Some(record) = by_end.get(quarter.end.as_str()) else {
                refused.push(format!("{metric} {}", quarter.end));
                continue;
            };
            let value = match quarter.reported_q4 {
                Some(ReportedQ4::Value(value) | ReportedQ4::Fact { value }) => value,
                None => quarter.value,
            };
            assert_eq!(record.value, value.to_string(), "{metric} {}", quarter.end);
            if let Some(ttm) = quarter.ttm.filter(|_| !record.ttm.is_empty()) {
                assert_eq!(record.ttm, ttm.to_string(), "{metric} {}", quarter.end);
            }
        }
        let shown = own.filter(|record| !record.refused.is_empty());
        assert!(shown.clone().all(|record| record.value.is_empty()));
    }
    assert_eq!(
        refused,
        [
            "revenue 2008-09-27",
            "net income 2008-09-27",
            "operating cash flow 2016-09-24",
        ]
    );
}

/// The tables of a database, by name.
fn tables(folder: &Path, database: &str) -> BTreeMap<String, Vec<u8>> {
    let tables = format!("tables-of-{database}");
    text(&run("tidy_table", &["export", database, &tables], folder));
    fs::read_dir(folder.join(&tables))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn a_load_that_is_killed_goes_on_where_it_was() {
    const FILES: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("files")).unwrap();
    for company in 0..FILES {
        let name = format!("CIK{}.json", generated::cik(company));
        let json = generated::file(company, 4, 6);
        fs::write(folder.join("files").join(name), json).unwrap();
    }
    text(&run(
        "load_companyfacts",
        &["whole.kessan", "files"],
        folder,
    ));
    let whole = fs::metadata(folder.join("whole.kessan/sled/db"))
        .unwrap()
        .len();

    // Killed as soon as some part of what a whole load writes has been written.
    let mut killed = 0;
    for part in 1..8 {
        let program = format!("load_companyfacts{}", std::env::consts::EXE_SUFFIX);
        let mut load = Command::new(examples().join(program))
            .args(["killed.kessan", "files"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while load.try_wait().unwrap().is_none() {
            let written = fs::metadata(folder.join("killed.kessan/sled/db"));
            if written.is_ok_and(|db| db.len() * 8 > whole * part) {
                load.kill().unwrap();
                killed += 1;
                break;
            }
            sleep(Duration::from_millis(1));
        }
        load.wait().unwrap();
    }
    assert!(killed > 1, "no load was killed");

    let said = text(&run(
        "load_companyfacts",
        &["killed.kessan", "files"],
        folder,
    ));
    let ended = said.lines().find(|line| line.contains(" known before, "));
    let words: Vec<&str> = ended.unwrap().split(' ').collect();
    let (new, known): (usize, usize) = (words[0].parse().unwrap(), words[4].parse().unwrap());
    assert_eq!(new + known, FILES, "{said}");
    assert!(known > 0, "{said}");
    assert_eq!(
        tables(folder, "killed.kessan"),
        tables(folder, "whole.kessan")
    );
}
