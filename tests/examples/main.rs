//! The examples, run as programs the way a user runs them.

mod audit;
mod load_companyfacts;
mod query;
mod read_only;
mod rows;
mod run;
mod screen;
mod tidy_table;
mod upkeep;

use run::{line, quickstart, refusal, run, text, unread};

#[test]
fn quickstart_prints_figures_and_changes_beside_the_printed_ones() {
    let folder = tempfile::tempdir().unwrap();
    let first = quickstart(folder.path());

    // The printed rates stand in the release: (15.3%) and (36.0%) in the statements of operations.
    let revenue = [
        "8,344,046",
        "thousand",
        "JPY",
        "9,849,202",
        "-15.3%",
        "-15.3%",
        "13,036,439",
        "-36.0%",
        "-36.0%",
    ];
    assert_eq!(line(&first, "Revenue  "), revenue);
    let dedicated = [
        "3,321,229",
        "thousand",
        "JPY",
        "3,523,334",
        "-5.7%",
        "-5.7%",
        "3,341,255",
        "-0.6%",
        "-0.6%",
    ];
    assert_eq!(line(&first, "Dedicated access  "), dedicated);
    // A growth is printed without a sign: 14.1 and 6.0.
    let value_added = [
        "987,198", "thousand", "JPY", "865,161", "+14.1%", "+14.1%", "931,399", "+6.0%", "+6.0%",
    ];
    assert_eq!(line(&first, "Value-added  "), value_added);
    // Computed from 261 and 315 million the quarter's change is -17.14%; the release prints -17.2%.
    let international = [
        "261", "million", "JPY", "449", "-41.9%", "-41.9%", "315", "-17.1%", "-17.2%*",
    ];
    assert_eq!(line(&first, "Backbone cost, international"), international);
    // A loss that grew from 464,155 to 1,059,574 thousand: printed 128.3, the ratio minus one.
    let operating = [
        "-1,059,574",
        "thousand",
        "JPY",
        "-464,155",
        "-128.3%†",
        "+128.3%†",
        "-446,432",
        "-137.3%†",
        "+137.3%†",
    ];
    assert_eq!(line(&first, "Operating income"), operating);
    let ebitda = [
        "-97",
        "million",
        "JPY",
        "329",
        "turned",
        "negative",
        "-129.5%†",
        "459",
        "turned",
        "negative",
        "-121.1%†",
    ];
    assert_eq!(line(&first, "Adjusted EBITDA  "), ebitda);
    assert!(
        first.contains("\nAdjusted EBITDA: 1Q03  -97 million JPY   turned negative  (1Q02 329)\n")
    );
    assert!(
        first
            .contains("by the raw convention (ratio minus one), as the release prints it: -129.5%")
    );
    assert_eq!(
        line(&first, "Contracts, dial-up access"),
        [
            "591,572",
            "contracts",
            "318,627",
            "+85.7%",
            "529,784",
            "+11.7%"
        ]
    );
    // What the audit of a document finds, at the end.
    let (_, audits) = first.split_once("recomputed from its own figures").unwrap();
    let (_, release) = audits.split_once("iij-2003-08-13-1q03-results: ").unwrap();
    let (release, _) = release.split_once("ntt-2003").unwrap();
    assert_eq!(line(release, "6  "), ["cannot", "be", "reconciled"]);
    assert_eq!(line(release, "26  "), ["off", "by", "one", "last", "digit"]);
    assert!(first.contains(
        "1Q03 is April to June 2003; 1Q02 is April to June 2002; 4Q02 is January to March 2003"
    ));
    for line in first.lines() {
        assert_eq!(line, line.trim_end(), "no blanks at the end");
        assert!(line.chars().count() <= 140, "{line}");
    }
}

#[test]
fn quickstart_from_an_empty_folder_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = quickstart(folder.path());
    assert_eq!(
        line(&first, "nine months"),
        ["2008-04-01..2008-12-31", "9M08", "50,789", "million", "JPY"]
    );
    assert_eq!(
        line(&first, "three months"),
        ["2008-10-01..2008-12-31", "3Q08", "17.5", "billion", "JPY"]
    );
    assert_eq!(line(&first, "2008-10-23"), ["none", "published"]);
    assert_eq!(line(&first, "2008-10-24"), ["73.0", "billion", "JPY"]);
    assert!(
        first.contains("\n  2009-02-12  69.3 billion JPY\n"),
        "{first}"
    );

    let second = quickstart(folder.path());
    let taken_in: Vec<&str> = second
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .collect();
    assert_eq!(taken_in.len(), 4);
    for line in taken_in {
        assert!(line.ends_with(" unchanged"), "{line}");
    }
    let there = second
        .lines()
        .find(|line| line.contains("was there already"));
    let there = there.unwrap();
    assert!(there.contains("iij.kessan") && there.contains("everything is unchanged"));
    let answers = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(answers(&first), answers(&second));
}

#[test]
fn ingest_release_takes_in_a_folder_and_refuses_a_spoilt_one() {
    let folder = tempfile::tempdir().unwrap();
    let release = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/iij/2003-08-13-1q03-results"
    );
    let done = text(&run(
        "ingest_release",
        &["own.kessan", release],
        folder.path(),
    ));
    assert!(done.contains("894 printed figures"), "{done}");
    assert!(
        done.contains("reports 1Q03 (2003-04-01..2003-06-30)"),
        "{done}"
    );
    assert!(done.contains("the example audit compares them"), "{done}");
    // The statement's tax benefit of 390,035 thousand stands as an expense in Table 9.
    let tax = done
        .lines()
        .find(|line| line.contains("-390,035 thousand JPY"));
    let tax = tax.unwrap();
    assert!(
        tax.contains("income_tax    1Q03")
            && tax.contains("conflicting   390 million JPY  Table 9"),
        "{tax}"
    );
    let again = text(&run(
        "ingest_release",
        &["own.kessan", release],
        folder.path(),
    ));
    assert!(again.contains("unchanged"), "{again}");
    let all = text(&run(
        "ingest_release",
        &["--all", "all.kessan", release],
        folder.path(),
    ));
    assert!(all.contains("growth of revenue over 1Q02"), "{all}");
    let swapped = refusal(&run(
        "ingest_release",
        &[release, "own.kessan"],
        folder.path(),
    ));
    assert!(
        swapped.contains("the database comes first, then the release folder"),
        "{swapped}"
    );
    // The release contradicts itself: its table of adjusted EBITDA has the tax the wrong way round.
    let strict = refusal(&run(
        "ingest_release",
        &["--strict", "other.kessan", release],
        folder.path(),
    ));
    assert!(
        strict.contains("income_tax") && strict.contains("t9!R"),
        "{strict}"
    );
    assert!(
        !folder.path().join("other.kessan").exists(),
        "nothing was made"
    );
    let missing = refusal(&run(
        "ingest_release",
        &["own.kessan", "nowhere"],
        folder.path(),
    ));
    assert!(
        missing.contains("nowhere") && missing.contains("manifest.toml"),
        "{missing}"
    );
}

#[test]
fn link_as_library_prints_one_change() {
    let folder = tempfile::tempdir().unwrap();
    let printed = text(&run("link_as_library", &[], folder.path()));
    assert_eq!(
        printed,
        "1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)\n"
    );
}

/// Whoever reads may have had enough. What was to be done is done, and what failed has failed all the same.
#[test]
fn an_example_that_nobody_reads_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let release = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/iij/2003-08-13-1q03-results"
    );
    quickstart(folder);
    let quarters = ["iij.kessan", "iij", "revenue", "--from", "1Q02"];
    for (name, arguments) in [
        ("quickstart", &["iij.kessan"][..]),
        ("ingest_release", &["own.kessan", release]),
        ("ingest_release", &["own.kessan", release]),
        ("query", &quarters),
        ("audit", &["iij.kessan"]),
        ("verify", &["iij.kessan"]),
        ("backup", &["iij.kessan", "saved"]),
        ("restore", &["saved", "restored"]),
        ("dump", &["iij.kessan", "iij.dump"]),
        ("load_dump", &["iij.dump", "loaded"]),
        ("salvage", &["iij.kessan", "salvaged"]),
        ("tidy_table", &["export", "iij.kessan", "tables"]),
        ("tidy_table", &["import", "tidy.kessan", "tables"]),
    ] {
        let ended = unread(name, arguments, folder);
        assert_eq!(ended, (true, String::new()), "{name}");
    }
    for name in ["restored", "loaded", "salvaged", "tidy.kessan"] {
        text(&run("query", &[name], folder));
    }
    std::fs::write(folder.join("iij.kessan/sled/blobs/9"), "x").unwrap();
    let damaged = unread("verify", &["iij.kessan"], folder);
    assert_eq!(damaged, (false, String::new()));
}
