//! The example that screens all companies, on a data set of six invented ones and on a real one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::run::{line, refusal, run, shared, text};

/// Quarters that end in March 2025, but for Umi's, which ends in April, and what Tani tells of half a year alone.
const SUB: &str = "adsh\tcik\tname\tfye\tform\tfy\tfp\tfiled
0000000001-25-000001\t1\tMINATO FOODS INC\t1231\t10-Q\t2025\tQ1\t20250512
0000000002-25-000001\t2\tKAWA STEEL CORP\t0930\t10-Q\t2025\tQ2\t20250515
0000000003-25-000001\t3\tUMI SHIPPING LTD\t0131\t10-Q\t2026\tQ1\t20250612
0000000004-25-000001\t4\tYAMA BANK\t1231\t10-Q\t2025\tQ1\t20250512
0000000005-25-000001\t5\tTANI TOOLS\t0930\t10-Q\t2025\tQ2\t20250512
0000000006-25-000001\t6\tMORI NEW\t1231\t10-Q\t2025\tQ1\t20250512
";
const TAG: &str = "tag\tversion\tdatatype\tiord
Revenues\tus-gaap/2024\tmonetary\tD
OperatingIncomeLoss\tus-gaap/2024\tmonetary\tD
NetIncomeLoss\tus-gaap/2024\tmonetary\tD
Assets\tus-gaap/2024\tmonetary\tI
";
/// Company, tag, end, quarters, currency, value in millions.
const ROWS: [(u32, &str, &str, u32, &str, i32); 17] = [
    (1, "Revenues", "20250331", 1, "USD", 120),
    (1, "Revenues", "20240331", 1, "USD", 100),
    (1, "OperatingIncomeLoss", "20250331", 1, "USD", 30),
    (1, "NetIncomeLoss", "20250331", 1, "USD", 18),
    (2, "Revenues", "20250331", 1, "USD", 1900),
    (2, "Revenues", "20240331", 1, "USD", 2000),
    (2, "Revenues", "20250331", 2, "USD", 3900),
    (2, "OperatingIncomeLoss", "20250331", 1, "USD", -190),
    (2, "OperatingIncomeLoss", "20240331", 1, "USD", 100),
    (3, "Revenues", "20250430", 1, "CAD", 50),
    (3, "Revenues", "20240430", 1, "CAD", 40),
    (3, "OperatingIncomeLoss", "20250430", 1, "CAD", 10),
    (3, "NetIncomeLoss", "20250430", 1, "CAD", 5),
    (4, "Assets", "20250331", 0, "USD", 7000),
    (5, "Revenues", "20250331", 2, "USD", 60),
    (6, "Revenues", "20250331", 1, "USD", 80),
    (6, "OperatingIncomeLoss", "20250331", 1, "USD", 8),
];

fn write_set(folder: &Path) {
    write_rows(folder, &ROWS);
}

fn write_rows(folder: &Path, rows: &[(u32, &str, &str, u32, &str, i32)]) {
    let head = "adsh\ttag\tversion\tddate\tqtrs\tuom\tvalue".to_owned();
    let rows = rows.iter().map(|(company, tag, end, quarters, unit, millions)| {
        format!(
            "{company:010}-25-000001\t{tag}\tus-gaap/2024\t{end}\t{quarters}\t{unit}\t{millions}000000.0000"
        )
    });
    let lines: Vec<String> = std::iter::once(head).chain(rows).collect();
    write_num(folder, &(lines.join("\n") + "\n"));
}

fn write_num(folder: &Path, num: &str) {
    let mut zip = ZipWriter::new(File::create(folder.join("2025q2.zip")).unwrap());
    for (name, content) in [("sub.txt", SUB), ("tag.txt", TAG), ("num.txt", num)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

fn screen(folder: &Path, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["sec.kessan"].iter().chain(arguments).copied().collect();
    text(&run("screen", &arguments, folder))
}

fn has_line(said: &str, wanted: &str) {
    let found = said.lines().any(|line| line.trim() == wanted);
    assert!(found, "no line {wanted:?} in\n{said}");
}

#[test]
fn companies_are_ranked_and_those_without_a_figure_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    let loaded = run(
        "screen",
        &["sec.kessan", "2025q2.zip", "--at", "CY2025Q1"],
        folder.path(),
    );
    let said = text(&loaded);
    let report = String::from_utf8(loaded.stderr).unwrap();
    assert_eq!(line(&report, "facts "), ["17"]);
    assert!(!report.contains(['\r', '\u{1b}']), "{report}");
    assert!(said.starts_with(
        "CY2025Q1, each company's fiscal quarter of which most days lie in 2025-01-01..2025-03-31"
    ));
    // Each amount with its unit, since they are of two; the ends are rounded.
    let umi =
        "UMI SHIPPING LTD CIK0000000003 FY2026 Q1 ~2025-04-30 50 CAD millions +25.0% 20.0% 10.0%";
    assert_eq!(line(&said, "1 ").join(" "), umi);
    let minato =
        "MINATO FOODS INC CIK0000000001 FY2025 Q1 ~2025-03-31 120 USD millions +20.0% 25.0% 15.0%";
    assert_eq!(line(&said, "2 ").join(" "), minato);
    let kawa =
        "KAWA STEEL CORP CIK0000000002 FY2025 Q2 ~2025-03-31 1,900 USD millions -5.0% -10.0% -";
    assert_eq!(line(&said, "3 ").join(" "), kawa);
    for wanted in [
        "3 of 3 companies shown, of 6 in the database; their periods end from 2025-03-31 to 2025-04-30",
        "3 cannot be placed by yoy revenue:",
        "1  not reported for the whole company, under any tag of the concept map",
        "1  revenue not reported for the period, but for longer ones with rounded dates, from which nothing is derived",
        "1  a year before: revenue of the period neither reported nor derivable",
        "1 of the 3 have no net_income / revenue:",
        "1  net_income not reported under any tag of the concept map",
    ] {
        has_line(&said, wanted);
    }
    assert!(!said.contains("YAMA"), "{said}");
    let named = screen(
        folder.path(),
        &["--at", "CY2025Q1", "--missing", "--top", "1"],
    );
    for name in ["YAMA BANK", "TANI TOOLS", "MORI NEW", "KAWA STEEL CORP"] {
        assert!(named.contains(name), "{name} in\n{named}");
    }
    has_line(
        &named,
        "1 of 3 companies shown, of 6 in the database; their periods end from 2025-03-31 to 2025-04-30",
    );
}

#[test]
fn a_figure_that_its_filing_contradicts_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = ROWS[..8].to_vec();
    rows.push((2, "Revenues", "20250331", 1, "USD", 77));
    write_rows(folder.path(), &rows);
    let all = [
        "sec.kessan",
        "2025q2.zip",
        "--at",
        "CY2025Q1",
        "--sort",
        "revenue",
    ];
    let said = text(&run("screen", &all, folder.path()));
    let marked: Vec<&str> = said.lines().filter(|line| line.contains('!')).collect();
    assert_eq!(marked.len(), 2, "{said}");
    assert!(
        marked[0].contains("KAWA STEEL") && marked[0].contains("1,900!"),
        "{said}"
    );
    has_line(
        &said,
        "!  rests on a figure for which its filing gives two values",
    );
    let csv = screen(
        folder.path(),
        &["--at", "CY2025Q1", "--sort", "revenue", "--csv"],
    );
    let kawa = csv.lines().find(|line| line.contains("KAWA")).unwrap();
    assert!(
        kawa.contains("revenue: its filing gives two values"),
        "{kawa}"
    );
    let minato = csv.lines().find(|line| line.contains("MINATO")).unwrap();
    assert!(minato.ends_with(','), "{minato}");
}

/// Annual figures of a company: first day, last day, millions, filing day, form.
fn annual_file(cik: u32, revenue: &[(&str, &str, i32, &str, &str)]) -> String {
    let facts = revenue.iter().enumerate().map(|(nth, told)| {
        let (start, end, millions, filed, form) = told;
        format!(
            r#"{{"start": "{start}", "end": "{end}", "val": {millions}000000, "fy": null, "fp": null,
            "accn": "{cik:010}-{}-{nth:06}", "form": "{form}", "filed": "{filed}"}}"#,
            &filed[2..4]
        )
    });
    let facts: Vec<String> = facts.collect();
    let facts = facts.join(", ");
    format!(
        r#"{{"cik": {cik}, "entityName": "Minato {cik}", "facts": {{"us-gaap": {{"Revenues": {{"units": {{"USD": [{facts}]}}}}}}}}}}"#
    )
}

/// Minato 7 moved its year end from December to March: January to March 2015 are its fiscal year 2015.
#[test]
fn a_year_that_was_cut_short_is_marked_and_no_amount_among_years() {
    let folder = tempfile::tempdir().unwrap();
    let changed = annual_file(
        7,
        &[
            ("2013-01-01", "2013-12-31", 1000, "2014-02-20", "10-K"),
            ("2014-01-01", "2014-12-31", 1000, "2015-02-20", "10-K"),
            ("2014-01-01", "2014-03-31", 200, "2015-05-20", "10-KT"),
            ("2015-01-01", "2015-03-31", 250, "2015-05-20", "10-KT"),
            ("2015-04-01", "2016-03-31", 1100, "2016-05-20", "10-K"),
            ("2016-04-01", "2017-03-31", 1200, "2017-05-20", "10-K"),
        ],
    );
    let other = annual_file(
        8,
        &[
            ("2014-01-01", "2014-12-31", 100, "2015-02-20", "10-K"),
            ("2015-01-01", "2015-12-31", 110, "2016-02-20", "10-K"),
        ],
    );
    std::fs::write(folder.path().join("a.json"), changed).unwrap();
    std::fs::write(folder.path().join("b.json"), other).unwrap();
    let files = &["a.json", "b.json", "--at", "FY2015"];
    // 250 over 200 is the growth of three months; 31 + 28 + 31 days.
    let said = screen(folder.path(), files);
    let short = "Minato 7 CIK0000000007 FY2015, 90 days 2015-03-31 250~ +25.0%~";
    assert_eq!(line(&said, "1 ").join(" "), short, "{said}");
    let full = "Minato 8 CIK0000000008 FY2015 2015-12-31 110 +10.0%";
    assert_eq!(line(&said, "2 ").join(" "), full, "{said}");
    has_line(
        &said,
        "~  of a year that a change of year end cut short, or a change between periods whose lengths differ by 5 days or more",
    );
    // As an amount it does not stand among those of years.
    for arguments in [["--sort", "revenue"], ["--where", "revenue > 10"]] {
        let said = screen(folder.path(), &[&files[2..], &arguments].concat());
        assert_eq!(line(&said, "1 ").join(" "), full, "{said}");
        has_line(&said, "1 of 1 companies shown, of 2 in the database");
        has_line(
            &said,
            "1  of 90 days: a change of year end cut the year short",
        );
    }
    let csv = screen(folder.path(), &["--at", "FY2015", "--csv"]);
    let doubts = "revenue: a short year, 90 days; yoy revenue: a short year, 90 days";
    assert!(csv.contains(&format!(",\"{doubts}\"\n")), "{csv}");
    let next = screen(folder.path(), &["--at", "FY2016"]);
    assert!(!next.contains('~'), "{next}");
}

/// Without operating and net income there is no margin to show, which is no reason to show nothing.
#[test]
fn columns_that_nobody_reports_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write_rows(folder.path(), &ROWS[..2]);
    let all = ["sec.kessan", "2025q2.zip", "--at", "CY2025Q1"];
    let output = run("screen", &all, folder.path());
    let said = text(&output);
    assert_eq!(
        line(&said, "1").last(),
        Some(&"+20.0%"),
        "120 over 100: {said}"
    );
    let notes = String::from_utf8(output.stderr).unwrap();
    for (column, metric) in [
        ("operating_income / revenue", "operating_income"),
        ("net_income / revenue", "net_income"),
    ] {
        let note = format!("no column {column}: nobody reports {metric}");
        assert!(notes.lines().any(|line| line == note), "{notes}");
    }
    // A column that was asked for is an error.
    let mut asked = all.to_vec();
    asked.extend(["--show", "operating_income"]);
    let refused = refusal(&run("screen", &asked, folder.path()));
    assert!(refused.contains("operating_income"), "{refused}");
}

#[test]
fn amounts_of_several_currencies_are_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    screen(folder.path(), &["2025q2.zip", "--at", "CY2025Q1"]);
    for arguments in [&["--sort", "revenue"], &["--where", "revenue > 1 million"]] {
        let arguments: Vec<&str> = ["sec.kessan", "--at", "CY2025Q1"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        assert_eq!(
            refusal(&run("screen", &arguments, folder.path())),
            "error: companies report revenue in CAD, USD, which cannot be compared: name the --currency\n"
        );
    }
    let dollars = ["--at", "CY2025Q1", "--sort", "revenue", "--currency", "USD"];
    let said = screen(folder.path(), &dollars);
    assert_eq!(line(&said, "1 ")[0], "KAWA");
    assert_eq!(line(&said, "2 ")[0], "MINATO");
    let mori = "MORI NEW CIK0000000006 FY2025 Q1 ~2025-03-31 80 - 10.0% -";
    assert_eq!(line(&said, "3 ").join(" "), mori);
    assert!(said.contains("revenue, USD millions"), "{said}");
    has_line(
        &said,
        "2  not reported in USD for the whole company, under any tag of the concept map",
    );
    has_line(
        &said,
        "1  a year before: revenue of the period neither reported nor derivable",
    );
}

#[test]
fn columns_conditions_and_order_are_the_callers() {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    let said = screen(
        folder.path(),
        &[
            "2025q2.zip",
            "--at",
            "CY2025Q1",
            "--show",
            "yoy operating_income / revenue",
            "--sort",
            "operating_income / revenue",
            "--where",
            "operating_income / revenue < 24.9%",
            "--ascending",
        ],
    );
    // From 5% of revenue to -10%.
    assert_eq!(
        line(&said, "1 ").join(" "),
        "KAWA STEEL CORP CIK0000000002 FY2025 Q2 ~2025-03-31 -15.0 points"
    );
    assert_eq!(line(&said, "2 ")[..2], ["MORI", "NEW"]);
    assert_eq!(line(&said, "3 ")[..2], ["UMI", "SHIPPING"]);
    has_line(&said, "1 fail operating_income / revenue < 24.9%");
    // One rounded end alone: Umi's is another.
    let dates = screen(folder.path(), &["--at", "~2025-03-31/1q", "--csv"]);
    let names: Vec<&str> = dates
        .lines()
        .map(|line| line.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(names[..3], ["name", "MINATO FOODS INC", "KAWA STEEL CORP"]);
    assert!(dates.contains(
        "\n1,CIK0000000001,MINATO FOODS INC,FY2025 Q1,~2025-03-31,USD,120000000,0.2,0.25,0.15,,\n"
    ));
    let wrong = run(
        "screen",
        &["sec.kessan", "--at", "CY2025Q1", "--sort", "revenues"],
        folder.path(),
    );
    assert!(refusal(&wrong).starts_with("error: there is no metric \"revenues\""));
}

/// Rows of whole companies for one quarter, by company: tag, rounded end, value.
fn quarters(num: &str, sub: &str) -> BTreeMap<String, Vec<(String, NaiveDate, Decimal)>> {
    let company: BTreeMap<&str, String> = sub
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[0], format!("CIK{:0>10}", cells[1]))
        })
        .collect();
    let head: Vec<&str> = num.lines().next().unwrap().split('\t').collect();
    let at = |name: &str| head.iter().position(|column| *column == name);
    let parts: Vec<usize> = ["coreg", "segments"].into_iter().filter_map(at).collect();
    let [adsh, tag, ddate, qtrs, value] =
        ["adsh", "tag", "ddate", "qtrs", "value"].map(|name| at(name).unwrap());
    let mut rows: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for line in num.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let whole = parts.iter().all(|part| cells[*part].is_empty());
        if whole && cells[qtrs] == "1" && !cells[value].is_empty() {
            let day = NaiveDate::parse_from_str(cells[ddate], "%Y%m%d").unwrap();
            let value = Decimal::from_str_exact(cells[value]).unwrap();
            let of_company = rows.entry(company[cells[adsh]].clone()).or_default();
            of_company.push((cells[tag].to_owned(), day, value));
        }
    }
    rows
}

/// The data set of the third quarter of 2009: every company is ranked or has a reason, and every revenue and growth can be
/// worked out from the rows of the file, which are read a second time here.
#[test]
fn a_real_data_set_is_screened_whole() {
    let Some(set) = shared("fsds/2009q3.zip") else {
        return;
    };
    let mut zip = zip::ZipArchive::new(File::open(&set).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    let (sub, num) = (read("sub.txt"), read("num.txt"));
    let rows = quarters(&num, &sub);
    let companies: BTreeSet<&str> = sub
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(1).unwrap())
        .collect();

    let folder = tempfile::tempdir().unwrap();
    let set = set.canonicalize().unwrap();
    let arguments = [set.to_str().unwrap(), "--at", "CY2009Q2", "--csv"];
    let csv = screen(folder.path(), &arguments);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), companies.len());
    let mut last = None;
    let mut ranked = 0;
    for record in &records {
        let [place, company, end, revenue, growth, missing] =
            [0, 1, 4, 6, 7, 10].map(|cell| record.get(cell).unwrap());
        if place.is_empty() {
            assert!(!missing.is_empty(), "{record:?}");
            continue;
        }
        ranked += 1;
        let end = NaiveDate::parse_from_str(end, "~%Y-%m-%d").unwrap();
        let revenue = Decimal::from_str_exact(revenue).unwrap();
        let growth = Decimal::from_str_exact(growth).unwrap();
        assert!(last.is_none_or(|last| last >= growth), "{record:?}");
        last = Some(growth);
        let told = |(tag, day, value): &&(String, NaiveDate, Decimal)| {
            tag.contains("Revenue") && *day == end && *value == revenue
        };
        assert!(rows[company].iter().any(|row| told(&row)), "{record:?}");
        let grew = rows[company].iter().any(|(tag, day, before)| {
            let year_before = (end - *day).num_days();
            tag.contains("Revenue")
                && (335..=396).contains(&year_before)
                && !before.is_zero()
                && ((revenue - before) / before.abs()).round_dp(6) == growth
        });
        assert!(grew, "{record:?}");
    }
    // The four tags of revenue are there, for a quarter of each of two years, in most filings.
    assert!(ranked > 300, "{ranked}");
}

#[test]
fn rows_refused_for_an_unknown_column_are_told_with_how_to_ignore_it() {
    let folder = tempfile::tempdir().unwrap();
    let row = |end: &str, millions: u32, told: &str| {
        format!(
            "0000000001-25-000001\tRevenues\tus-gaap/2024\t{end}\t1\tUSD\t{millions}000000\t{told}\n"
        )
    };
    let head = "adsh\ttag\tversion\tddate\tqtrs\tuom\tvalue\tdcml\n";
    let rows = [row("20250331", 120, ""), row("20240331", 100, "-6")];
    write_num(folder.path(), &format!("{head}{}", rows.concat()));
    let arguments = ["sec.kessan", "2025q2.zip", "--at", "CY2025Q1"];
    let said = run("screen", &arguments, folder.path());
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(
        said.contains("the column \"dcml\" is not known, and it is not empty"),
        "{said}"
    );
    let hint =
        "note: if the column \"dcml\" does not change what a value means: --ignore-column dcml\n";
    assert_eq!(said.matches(hint).count(), 1, "{said}");

    let ignoring = [
        &arguments[..],
        &["--ignore-column", "dcml", "--ignore-column", "nonesuch"],
    ];
    let said = run("screen", &ignoring.concat(), folder.path());
    let said = String::from_utf8(said.stderr).unwrap();
    let in_vain = "num.txt: no column \"nonesuch\" is there to be ignored";
    assert!(said.contains(in_vain), "{said}");
    assert!(
        !said.contains("--ignore-column dcml") && !said.contains("refused:"),
        "{said}"
    );
}
