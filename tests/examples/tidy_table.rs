//! The example that takes in tables and writes them.

use std::fs;
use std::path::Path;

use super::run::{quickstart, refusal, run, text};

const COMPANY: &str = "id = \"minato\"\nname = \"Minato Foods KK\"\n[[calendar]]\nyear_end = { month = 12 }\nnamed_by = \"end\"\n";
const METRICS: &str = "[[metric]]\npath = \"revenue\"\nkind = \"flow\"\ndimension = \"money\"\npositive = \"revenue\"\n";
const TABLE: &str =
    "period,value,published,source\n2Q21,1250,2021-08-10,q2\n2Q20,1000,2020-08-11,q2-2020\n";

fn place(folder: &Path, table: &str) {
    fs::write(folder.join("company.toml"), COMPANY).unwrap();
    fs::write(folder.join("metrics.toml"), METRICS).unwrap();
    fs::write(folder.join("revenue.csv"), table).unwrap();
}

const SET: [&str; 12] = [
    "--set",
    "company=minato",
    "--set",
    "metric=revenue",
    "--set",
    "unit=JPY",
    "--set",
    "scale=millions",
    "--set",
    "decimals=-6",
    "--set",
    "rounding=nearest",
];

fn import(folder: &Path, more: &[&str]) -> std::process::Output {
    let mut arguments = vec!["import", "own.kessan", "revenue.csv"];
    arguments.extend(SET);
    arguments.extend(more);
    run("tidy_table", &arguments, folder)
}

#[test]
fn a_table_goes_in_and_its_figures_come_out() {
    let folder = tempfile::tempdir().unwrap();
    place(folder.path(), TABLE);
    let said = text(&import(folder.path(), &[]));
    assert_eq!(said, "2 figures of 2 documents\n       2  created\n");
    let again = text(&import(folder.path(), &[]));
    assert!(again.ends_with("unchanged: all of them were taken in before\n"));

    let table = [
        "query",
        "own.kessan",
        "minato",
        "revenue",
        "--from",
        "2Q21",
        "--to",
        "2Q21",
    ];
    let answer = text(&run(table[0], &table[1..], folder.path()));
    assert!(
        answer.contains("1,250") && answer.contains("+25.0%"),
        "{answer}"
    );
}

#[test]
fn a_bad_row_stops_it_or_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    place(
        folder.path(),
        &format!("{TABLE}1Q21,\"1,100\",2021-05-11,q1\n"),
    );
    let reason = "revenue.csv: line 4, column \"value\", text \"1,100\": \"1,100\" is not a plain decimal of at most 28 digits\n";
    let error = refusal(&import(folder.path(), &[]));
    assert_eq!(error, format!("error: {reason}"));
    assert!(!folder.path().join("own.kessan").exists());

    let output = import(folder.path(), &["--list-refused"]);
    assert!(!output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("2 figures of 2 documents\n       2  created\n1 rows were refused:\n  {reason}")
    );
}

#[test]
fn a_database_goes_out_and_in_again() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let written = text(&run(
        "tidy_table",
        &["export", "iij.kessan", "tables"],
        folder.path(),
    ));
    assert!(written.contains("       4  documents\n"), "{written}");
    text(&run(
        "tidy_table",
        &["import", "copy.kessan", "tables"],
        folder.path(),
    ));
    text(&run(
        "tidy_table",
        &["export", "copy.kessan", "again"],
        folder.path(),
    ));
    for entry in fs::read_dir(folder.path().join("tables")).unwrap() {
        let name = entry.unwrap().file_name();
        let read =
            |folder_name: &str| fs::read(folder.path().join(folder_name).join(&name)).unwrap();
        assert!(read("tables") == read("again"), "{name:?}");
    }
    let error = refusal(&run(
        "tidy_table",
        &["export", "iij.kessan", "tables"],
        folder.path(),
    ));
    assert!(
        error.starts_with("error: tables cannot be written\n"),
        "{error}"
    );
}
