//! The example that reports what does not agree in a document.

use std::path::Path;

use crate::run::{quickstart, refusal, run, text};

fn release(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iij");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn audit_of_a_release_folder() {
    let folder = tempfile::tempdir().unwrap();
    let results = release("2003-08-13-1q03-results");
    let report = text(&run("audit", &[&results], folder.path()));
    let mut lines = report.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .contains("iij-2003-08-13-1q03-results")
    );
    assert!(
        lines.next().unwrap().contains("6 cannot be reconciled"),
        "{report}"
    );
    // The story of Table 9 comes first, with place, row, column, printed text, arithmetic and cause.
    let (_, story) = report
        .split_once("\n\n6 findings: cannot be reconciled: Table 9")
        .unwrap();
    for part in [
        "row \"Income tax benefit (expense)\", column \"1Q03\": \"-390\"",
        "= -2,769.00 million in [-2,771.50, -2,766.50], printed -1,989 million",
        "cause     a flipped sign",
    ] {
        assert!(story.contains(part), "{part}");
    }
    assert!(!report.contains("\nconsistent within rounding: "));
    let all = text(&run("audit", &["--all", &results], folder.path()));
    assert!(all.contains("\nconsistent within rounding: "));
}

#[test]
fn audit_of_a_database_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let report = text(&run("audit", &["iij.kessan"], folder.path()));
    let documents = report.lines().filter(|line| line.contains(" relations: "));
    assert_eq!(documents.count(), 4);

    let only = [
        "iij.kessan",
        "--json",
        "--document",
        "iij-2013-07-02-share-issuance",
    ];
    let json: serde_json::Value =
        serde_json::from_str(&text(&run("audit", &only, folder.path()))).unwrap();
    let relations = json[0]["relations"].as_array().unwrap();
    let missing: Vec<_> = relations
        .iter()
        .filter(|relation| relation["class"] == "operands_missing")
        .collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["printed"]["cell"]["text"], "11.8%");
}

#[test]
fn audit_of_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = refusal(&run("audit", &["nowhere"], folder.path()));
    assert!(nothing.starts_with("error: "), "{nothing}");
    assert!(!folder.path().join("nowhere").exists());
    let unknown = ["--document", "x", &release("2003-09-16-ntt-subscription")];
    let unknown = refusal(&run("audit", &unknown, folder.path()));
    assert!(unknown.contains("there is no document \"x\""), "{unknown}");
}
