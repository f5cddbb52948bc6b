//! The `query` example.

use super::run::{line, quickstart, refusal, run, text};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

#[test]
fn query_answers_in_tables_csv_and_json() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |arguments: &[&str]| {
        let all: Vec<&str> = ["iij.kessan"].iter().chain(arguments).copied().collect();
        run("query", &all, folder.path())
    };

    assert!(text(&ask(&[])).contains("Internet Initiative Japan Inc."));
    assert!(text(&ask(&["iij"])).contains("backbone_cost.international"));

    let table = text(&ask(&["iij", "revenue", "--from", "1Q02", "--to", "1Q03"]));
    assert_eq!(
        line(&table, "metric"),
        ["period", "figure", "YoY", "QoQ", "remark"]
    );
    assert_eq!(line(&table, "revenue  2Q02"), ["not", "reported"]);
    let column = |line: &str, word: &str| line.find(word).unwrap();
    let gap = table.lines().find(|line| line.contains("2Q02")).unwrap();
    let header = table.lines().next().unwrap();
    assert_eq!(column(gap, "not reported"), column(header, "remark"));
    assert_eq!(
        line(&table, "revenue  1Q03"),
        ["8,344,046", "thousand", "JPY", "-15.3%", "-36.0%"]
    );

    let csv = text(&ask(&[
        "iij",
        "backbone_cost.*",
        "--at",
        "1Q03",
        "--format",
        "csv",
    ]));
    let rows = records(&csv);
    let of = |metric: &str| rows.iter().find(|row| row["metric"] == metric).unwrap();
    let international = of("backbone_cost.international");
    assert_eq!(international["company"], "iij");
    assert_eq!(international["scenario"], "actual");
    assert_eq!(international["kind"], "amount");
    assert_eq!(international["value"], "261000000");
    assert_eq!(international["decimals"], "-6");
    // 261 over 449 is 0.58129, over 315 is 0.82857. April to June is 91 days, January to March 2003 is 90.
    assert_eq!(international["yoy_percent"], "-41.87");
    assert_eq!(international["qoq_percent"], "-17.14");
    assert_eq!(international["days"], "91");
    assert_eq!(international["qoq_base_days"], "90");
    assert_eq!(of("backbone_cost.domestic")["yoy"], "+32.1%");

    let json = text(&ask(&[
        "iij",
        "revenue",
        "--span",
        "years",
        "--scenario",
        "target",
        "--as-of",
        "2008-10-24",
        "--format",
        "json",
    ]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let year = json
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["period"] == "FY2008")
        .unwrap();
    assert_eq!(year["value"], "73000000000");
    assert_eq!(year["published"], "2008-10-24");

    let target = text(&ask(&[
        "iij",
        "revenue",
        "--at",
        "FY2008",
        "--scenario",
        "target",
        "--against-actual",
    ]));
    // The deck prints 3.7% from unrounded figures; 69.3 against 66.8 billion is 3.74%.
    assert_eq!(
        line(&target, "revenue (target)  FY2008"),
        [
            "69.3",
            "billion",
            "JPY",
            "+3.7%",
            "restated,",
            "was",
            "73.0",
            "billion",
            "(2008-10-24);",
            "YoY",
            "against",
            "actual"
        ]
    );
}

#[test]
fn query_explains_figures_and_changes() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |arguments: &[&str]| {
        let question = ["iij.kessan", "iij", "revenue", "--at", "1Q03"];
        let all: Vec<&str> = question.iter().chain(arguments).copied().collect();
        run("query", &all, folder.path())
    };

    let table = text(&ask(&["--explain"]));
    assert_eq!(
        line(&table, "iij revenue 1Q03").join(" "),
        "(2003-04-01..2003-06-30): 8,344,046 thousand JPY"
    );
    assert_eq!(
        line(&table, "shown:").join(" "),
        "the only document that gives it; of its cells the most precise"
    );
    assert_eq!(
        line(&table, "> \"8,344,046\"").join(" "),
        "(thousands) = 8,344,046 thousand statement Statements of operations row \"Total revenues\" \
         column \"Year-over-year Comparison / Jun 30, 2003 / JPY\""
    );
    assert!(!text(&ask(&[])).contains("shown:"));

    let json = text(&ask(&["--explain=yoy", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let computed = &json[0]["explanation"]["basis"]["computed"];
    assert_eq!(computed["formula"], "(1Q03 - 1Q02) / 1Q02");
    let base = &computed["operands"][1]["basis"]["reported"]["considered"];
    let printed: Vec<&str> = base
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|version| version["cell"]["text"].as_str())
        .collect();
    assert_eq!(printed, ["9,849", "9,849,202"]);

    let refused = refusal(&ask(&["--explain", "--format", "csv"]));
    assert!(refused.contains("use table or json"), "{refused}");
}

/// The lines of a CSV text by their column names.
#[test]
fn query_does_arithmetic_of_metrics() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |arguments: &[&str]| {
        let all = [&["iij.kessan"], arguments].concat();
        run("query", &all, folder.path())
    };
    let margin = "(revenue - cost_of_revenue) / revenue";
    let table = text(&ask(&[
        "iij",
        "--expression",
        margin,
        "--from",
        "4Q02",
        "--to",
        "1Q03",
    ]));
    // 1 - 11,919,290 / 13,036,439 and 1 - 7,868,496 / 8,344,046; 9.0698% a year before.
    let line = |period: &str| {
        let line = table.lines().find(|line| line.contains(period));
        line.unwrap().split_whitespace().collect::<Vec<_>>()
    };
    assert_eq!(line(" 4Q02 ")[2], "8.5694%");
    let first = line(" 1Q03 ");
    assert_eq!(first[2], "5.6993%");
    assert!(
        first.contains(&"-3.3705") && first.contains(&"-2.870"),
        "{table}"
    );

    let csv = text(&ask(&[
        "iij",
        "--expression",
        "operating_income / revenue",
        "--span",
        "years",
        "--from",
        "FY2008",
        "--to",
        "FY2008",
        "--scenario",
        "target",
        "--as-of",
        "2008-10-24",
        "--format",
        "csv",
    ]));
    let record = &records(&csv)[0];
    // 3.8 of 73.0.
    assert_eq!(
        (record["value"].as_str(), record["unit"].as_str()),
        ("19/365", "pure")
    );
    assert_eq!(record["interval"], "[5.1334, 5.2776]%");

    let json = text(&ask(&[
        "--expression",
        "cost_of_revenue / revenue",
        "--at",
        "CY2003Q2",
        "--format",
        "json",
    ]));
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&rows[0]["company"], &rows[0]["result"]),
        (&"iij".into(), &"94.3007%".into())
    );

    let gap = text(&ask(&["iij", "--expression", margin, "--at", "2Q03"]));
    assert!(gap.contains("was not reported"), "{gap}");
    let explained = text(&ask(&[
        "iij",
        "--expression",
        margin,
        "--at",
        "1Q03",
        "--explain",
    ]));
    assert!(explained.contains("7,868,496"), "{explained}");
    let refused = refusal(&ask(&["iij", "--expression", "revenue +", "--at", "1Q03"]));
    assert!(refused.contains("at byte 9, found the end"), "{refused}");
}

fn records(text: &str) -> Vec<HashMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.unwrap())
        .collect()
}

#[test]
fn query_lists_every_printing_of_a_figure() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |format: &str| {
        let question = [
            "iij.kessan",
            "iij",
            "revenue",
            "--at",
            "1Q03",
            "--cells",
            "--format",
        ];
        let all: Vec<&str> = question.into_iter().chain([format]).collect();
        text(&run("query", &all, folder.path()))
    };
    // Printed in Table 1, in the statements of operations, in the first highlight and on page 2.
    let printed = [
        "8,344",
        "8,344,046",
        "JPY 8,344 million",
        "JPY8,344 million",
    ];
    let table = ask("table");
    assert!(table.contains("published 2003-08-13 in iij-2003-08-13-1q03-results"));
    for text in printed {
        assert!(table.contains(text), "{text} in\n{table}");
    }
    assert_eq!(line(&table, "shown")[0], "8,344,046");

    let json: serde_json::Value = serde_json::from_str(&ask("json")).unwrap();
    let cells = json[0]["cells"].as_array().unwrap();
    let texts: Vec<&str> = cells
        .iter()
        .filter_map(|cell| cell["printed"].as_str())
        .collect();
    assert_eq!(texts, printed);
    let shown: Vec<_> = cells.iter().filter(|cell| cell["shown"] == true).collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["place"], "Statements of operations");
    assert_eq!(shown[0]["row"], "Total revenues");

    let csv = records(&ask("csv"));
    assert_eq!(csv.len(), 4);
    assert_eq!(csv[1]["cell_shown"], "true");
    assert_eq!(csv[1]["cell_row"], "Total revenues");
    assert_eq!(csv[2]["cell_place"], "Highlights, bullet 1");
    // The same fields in CSV and JSON.
    let fields: BTreeSet<&String> = csv[0]
        .keys()
        .filter(|name| !name.starts_with("cell_"))
        .collect();
    let keys: BTreeSet<&String> = json[0]
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "cells")
        .collect();
    assert_eq!(fields, keys);
}

#[test]
fn query_says_what_there_is_instead_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |arguments: &[&str]| {
        let all: Vec<&str> = ["iij.kessan", "iij"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let output = run("query", &all, folder.path());
        let said = String::from_utf8(output.stderr.clone()).unwrap();
        (text(&output), said.trim_end().to_owned())
    };
    let (table, said) = ask(&["dividends_per_share"]);
    assert_eq!(table, "");
    assert_eq!(
        said,
        "dividends_per_share: no quarters with figures; the series has 1 fact: try --span years or --span all"
    );
    let (_, said) = ask(&["revenue", "--as-of", "2002-12-31"]);
    assert_eq!(
        said,
        "revenue: nothing was published by 2002-12-31; its first figure is of 2003-08-13"
    );
    let (_, said) = ask(&["revenue", "--at", "2025-09-30"]);
    assert_eq!(
        said,
        "revenue: no fact at 2025-09-30; revenue is a flow: it has durations"
    );
    let (json, _) = ask(&["revenue", "--at", "2025-09-30", "--format", "json"]);
    assert_eq!(json.trim(), "[]");
    let (csv, _) = ask(&["revenue", "--at", "2025-09-30", "--format", "csv"]);
    assert!(
        csv.starts_with("company,metric,") && csv.lines().count() == 1,
        "{csv}"
    );
}

/// A retailer whose year ends on the last Saturday of September, with two releases of its first quarter:
/// that of fiscal 2023 is a week longer than the one before, and is restated a year later.
fn retailer(folder: &Path) -> [PathBuf; 2] {
    let company = r#"
        id = "minato"
        name = "Minato Stores"
        [[calendar]]
        year_end = { month = 9, weekday = "saturday", pick = "last", long_quarter = 1 }
        named_by = "end"
    "#;
    let metrics = r#"
        [[metric]]
        path = "revenue"
        kind = "flow"
        dimension = "money"
        positive = "revenue"
    "#;
    std::fs::write(folder.join("company.toml"), company).unwrap();
    std::fs::write(folder.join("metrics.toml"), metrics).unwrap();
    [
        ("2023-02-02", "1Q23", "1Q22", "128,400\t117,100"),
        ("2024-02-01", "1Q24", "1Q23", "121,000\t127,900"),
    ]
    .map(|(published, now, before, figures)| {
        let release = folder.join(published);
        std::fs::create_dir(&release).unwrap();
        let manifest = format!(
            r#"
            format = 1
            [document]
            id = "minato-{published}"
            title = "Results of {now}"
            issuer = "Minato Stores"
            kind = "results"
            published = {published}
            reports = "{now}"
            rounding = "nearest"
            [[table]]
            id = "t1"
            title = "Results"
            place = "Table 1"
            rank = "table"
            file = "table.tsv"
            header_rows = 1
            unit = "USD"
            scale = "thousands"
            columns = [
              {{ head = "{now}", period = "{now}" }},
              {{ head = "{before}", period = "{before}" }},
            ]
            rows = [{{ label = "Revenue", metric = "revenue" }}]
            "#
        );
        let table = format!("\t{now}\t{before}\nRevenue\t{figures}\n");
        std::fs::write(release.join("manifest.toml"), manifest).unwrap();
        std::fs::write(release.join("table.tsv"), table).unwrap();
        release
    })
}

#[test]
fn a_longer_quarter_and_a_restatement_are_marked() {
    let folder = tempfile::tempdir().unwrap();
    let releases = retailer(folder.path());
    let [first, second] = releases.map(|release| {
        let release = release.display().to_string();
        text(&run(
            "ingest_release",
            &["own.kessan", &release],
            folder.path(),
        ))
    });
    // Fiscal 2022 ended on Saturday, 24 September 2022; 14 weeks later is the end of the year.
    assert!(
        first.contains("reports 1Q23 (2022-09-25..2022-12-31)"),
        "{first}"
    );
    assert!(!first.contains("differs from"), "nothing to list:\n{first}");
    assert_eq!(
        line(&second, "t1!R2C3"),
        [
            "revenue",
            "1Q23",
            "127,900",
            "thousand",
            "USD",
            "restated",
            "128,400",
            "thousand",
            "USD",
            "minato-2023-02-02,",
            "published",
            "2023-02-02"
        ]
    );

    let ask = |arguments: &[&str]| {
        let all: Vec<&str> = ["own.kessan", "minato", "revenue"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        text(&run("query", &all, folder.path()))
    };
    let table = ask(&[]);
    let of = |label: &str| table.lines().find(|line| line.contains(label)).unwrap();
    // 127,900 over 117,100 is 1.0922; 121,000 over 127,900 is 0.9461.
    assert!(of("1Q23").contains("+9.2%"), "{table}");
    assert!(
        of("1Q23")
            .ends_with("restated, was 128,400 thousand (2023-02-02); YoY compares 98 days with 91"),
        "{table}"
    );
    assert!(of("1Q24").contains("-5.4%"), "{table}");
    assert!(
        of("1Q24").ends_with("YoY compares 91 days with 98"),
        "{table}"
    );
    let then = ask(&["--at", "1Q23", "--as-of", "2023-12-31"]);
    assert!(
        then.contains("128,400 thousand USD") && !then.contains("restated"),
        "{then}"
    );
    let csv = records(&ask(&["--at", "1Q23", "--format", "csv"]));
    assert_eq!(
        (csv[0]["days"].as_str(), csv[0]["yoy_base_days"].as_str()),
        ("98", "91")
    );
}

#[test]
fn a_short_year_is_marked() {
    // Years to December, then to March: January to March 2015.
    let folder = tempfile::tempdir().unwrap();
    let told = [
        ("2013-01-01", "2013-12-31", 990, "2014-02-20", "10-K"),
        ("2014-01-01", "2014-12-31", 1000, "2015-02-20", "10-K"),
        ("2015-01-01", "2015-03-31", 250, "2015-05-20", "10-KT"),
        ("2015-04-01", "2016-03-31", 1100, "2016-05-20", "10-K"),
        ("2016-04-01", "2017-03-31", 1200, "2017-05-20", "10-K"),
    ];
    let facts = told.iter().enumerate().map(|(nth, told)| {
        let (start, end, value, filed, form) = told;
        format!(
            r#"{{"start": "{start}", "end": "{end}", "val": {value}, "fy": null, "fp": null,
            "accn": "0000000007-{}-{nth:06}", "form": "{form}", "filed": "{filed}"}}"#,
            &filed[2..4]
        )
    });
    let facts: Vec<String> = facts.collect();
    let json = format!(
        r#"{{"cik": 7, "entityName": "Minato", "facts": {{"us-gaap": {{"Revenues": {{"units": {{"USD": [{}]}}}}}}}}}}"#,
        facts.join(", ")
    );
    std::fs::write(folder.path().join("a.json"), json).unwrap();
    text(&run(
        "load_companyfacts",
        &["a.kessan", "a.json"],
        folder.path(),
    ));
    let company = "CIK0000000007";
    let asked = [
        "a.kessan",
        company,
        "us_gaap.revenues.flow",
        "--span",
        "years",
    ];
    let said = text(&run(
        "query",
        &[&asked[..], &["--format", "csv"]].concat(),
        folder.path(),
    ));
    let remarks: Vec<(String, String)> = records(&said)
        .into_iter()
        .map(|mut record| {
            let mut field = |name: &str| record.remove(name).unwrap();
            (field("period"), field("remark"))
        })
        .collect();
    let expected = [
        ("FY2013", ""),
        ("FY2014", ""),
        ("FY2015", "short year, 90 days"),
        ("FY2016", ""),
        ("FY2017", ""),
    ];
    assert_eq!(
        remarks,
        expected.map(|(period, remark)| (period.to_owned(), remark.to_owned()))
    );
    let of_all = [
        "a.kessan",
        "--expression",
        "us_gaap.revenues.flow",
        "--at",
        "FY2015",
    ];
    let said = text(&run("query", &of_all, folder.path()));
    assert!(said.contains("short year, 90 days"), "{said}");
}

#[test]
fn query_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let ask = |arguments: &[&str]| refusal(&run("query", arguments, folder.path()));
    assert!(ask(&["nowhere.kessan"]).contains("nowhere.kessan"));
    // Near names are offered.
    assert!(ask(&["iij.kessan", "ijj", "revenue"]).ends_with("there is iij\n"));
    assert!(ask(&["iij.kessan", "iij", "revenues"]).ends_with("there is revenue\n"));
    assert!(ask(&["iij.kessan", "iij", "revenue", "--from", "Q5"]).contains("Q5"));
    assert!(ask(&["iij.kessan", "iij", "revenue", "--as-of", "yesterday"]).contains("yesterday"));
}
