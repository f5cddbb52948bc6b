//! The example that loads company facts.

use std::fs;

use super::run::{line, refusal, run, text};

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
    assert!(said.ends_with("2 files taken in, 0 known before, 0 failed; 3 new documents\n"));
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
    assert!(said.ends_with("1 files taken in, 2 known before, 1 failed; 2 new documents\n"));
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaints.contains("failed: files/c.json: "),
        "{complaints}"
    );

    let strict = ["strict.kessan", "files", "--strict", "--stop"];
    let output = run("load_companyfacts", &strict, folder.path());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 files taken in, 0 known before, 1 failed"));
    assert!(said.ends_with("ended at the file that failed\n"), "{said}");
}

#[test]
fn a_folder_without_files_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    let output = run("load_companyfacts", &["sec.kessan", "files"], folder.path());
    assert_eq!(refusal(&output), "error: files has no .json files\n");
}
