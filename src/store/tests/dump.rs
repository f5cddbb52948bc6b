//! Dumps: a database as text, the same database again, and no other text.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::support::*;
use super::verify::{any_packages, rich};
use crate::store::{DumpFault, Store, StoreError, UpkeepProgress, VerifyReport};

fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn dump(store: &Store) -> String {
    let mut text = Vec::new();
    store.snapshot().dump(&mut text, &mut go_on).unwrap();
    String::from_utf8(text).unwrap()
}

fn load(text: &str, to: &Path) -> Result<VerifyReport, StoreError> {
    Store::load_dump(&mut text.as_bytes(), to, &digest, &mut go_on)
}

/// Why a text is not loaded. Nothing is left of it.
fn refused(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = load(text, &folder.path().join("db")).unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    error.to_string()
}

/// Loads a dump and compares all that can be asked.
fn round_trip(store: &Store) {
    let text = dump(store);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let report = load(&text, &path).unwrap();
    let loaded = Store::open(&path).unwrap();
    assert_eq!(everything(&loaded), everything(store));
    assert!(dump(&loaded) == text);
    let (own, other) = (store.snapshot(), loaded.snapshot());
    assert_eq!(report.commit, own.sequence());
    for commit in 0..=own.sequence() {
        assert_eq!(
            own.recorded(commit).unwrap(),
            other.recorded(commit).unwrap()
        );
    }
    assert_eq!(store.state().head, loaded.state().head);
    for number in 0..own.document_count() {
        let commits = [&own, &other].map(|snapshot| snapshot.document_commit(number).unwrap());
        assert_eq!(commits[0], commits[1]);
    }
    // It goes on as the original does.
    let more = simple("more", "2010-01-01", &[(0, 1, 0), (7, 2, 0)]);
    assert_eq!(store.commit(&more), loaded.commit(&more));
    assert_eq!(everything(&loaded), everything(store));
}

#[test]
fn a_dump_is_loaded_as_the_same_database() {
    let place = Place::new();
    round_trip(&Store::create(&place.path()).unwrap());
    let place = Place::new();
    round_trip(&rich(&place));
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts: Vec<(u32, i64, i8)> = (0..700).map(|n| (n, i64::from(n) * 37, 0)).collect();
    for (id, day) in [
        ("d2", "2001-01-01"),
        ("d1", "2001-01-01"),
        ("d3", "2001-01-02"),
    ] {
        store.commit(&simple(id, day, &facts)).unwrap();
    }
    store.commit(&wide_package("w1", 1, 300)).unwrap();
    round_trip(&store);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_taken_in_is_the_same_again(packages in any_packages()) {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        for package in &packages {
            store.commit(package).unwrap();
        }
        round_trip(&store);
    }
}

#[test]
fn a_dump_beside_a_writer_is_of_one_commit() {
    let place = Place::new();
    let store = rich(&place);
    let before = dump(&store);
    let snapshot = store.snapshot();
    let mut n = 0;
    let mut text = Vec::new();
    snapshot
        .dump(&mut text, &mut |_| {
            // Each time something else changes.
            n += 1;
            let facts = [(0, n, 0), (2, n, 0), (9, n, 0)];
            let day = format!("2002-01-{n:02}");
            store
                .commit(&simple(&format!("n{n}"), &day, &facts))
                .unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(n > 4);
    assert!(String::from_utf8(text).unwrap() == before);
}

#[test]
fn every_cut_and_every_edited_byte_is_refused() {
    let place = Place::new();
    let text = dump(&rich(&place));
    let lines: Vec<&str> = text.lines().collect();
    for kept in 0..lines.len() {
        let cut = lines[..kept].join("\n") + if kept == 0 { "" } else { "\n" };
        let said = refused(&cut);
        let expected = if kept == 0 {
            "line 1 of the dump: it is not the first line of a dump".to_owned()
        } else {
            format!("line {} of the dump: the dump is cut off here", kept + 1)
        };
        assert_eq!(said, expected);
    }
    let end = text.trim_end().len();
    assert!(refused(&text[..end]).ends_with("the dump is cut off here"));
    assert!(refused(&format!("{text}\n")).ends_with("there is more after the end of the dump"));
    assert!(refused(&format!("{text}{text}")).ends_with("there is more after the end of the dump"));
    // Digits are what makes a figure another.
    let digits = text.char_indices().filter(|(_, c)| c.is_ascii_digit());
    for (at, digit) in digits.step_by(37) {
        let mut edited = text.clone().into_bytes();
        edited[at] = if digit == '7' { b'8' } else { b'7' };
        refused(&String::from_utf8(edited).unwrap());
    }
    for nth in 1..lines.len() - 1 {
        let mut swapped = lines.clone();
        swapped.swap(nth, nth + 1);
        if swapped != lines {
            refused(&(swapped.join("\n") + "\n"));
        }
        let mut without = lines.clone();
        without.remove(nth);
        refused(&(without.join("\n") + "\n"));
    }
}

/// A text with the right last line, whatever is before it.
fn ended(lines: &[String]) -> String {
    let mut text = lines.join("\n") + "\n";
    let mut sum = String::new();
    for byte in Sha256::digest(&text) {
        write!(sum, "{byte:02x}").unwrap();
    }
    let count = lines.len() + 1;
    writeln!(
        text,
        "{{\"end\":{{\"lines\":{count},\"sha256\":\"{sum}\"}}}}"
    )
    .unwrap();
    text
}

/// Where a line begins, what of it is edited and how, and what is wrong then.
const EDITS: [(&str, &str, &str, &str); 13] = [
    (
        "{\"commit",
        "\"number\":0",
        "\"number\":7",
        "it names commit 7, which is not known",
    ),
    (
        "{\"kessan",
        "\"version\":3",
        "\"version\":4",
        "the dump is of version 4, this library reads versions 1 to 3",
    ),
    (
        "{\"kessan",
        "\"created\"",
        "\"made\"",
        "it is not the first line of a dump",
    ),
    (
        "{\"company",
        "\"name\"",
        "\"note\":1,\"name\"",
        "it is not written as a dump of this version has it",
    ),
    (
        "{\"metric",
        ":{",
        ": {",
        "it is not written as a dump of this version has it",
    ),
    ("{\"metric", "\"m\"", "\"M!\"", "it cannot be read: "),
    (
        "{\"series",
        "\"metric\":\"m\"",
        "\"metric\":\"x\"",
        "it names metric x, which is not known",
    ),
    (
        "{\"series",
        "\"company\":\"a\"",
        "\"company\":\"x\"",
        "it names company x, which is not known",
    ),
    (
        "{\"series",
        "\"scenario\":\"actual\",\"scope\":{}",
        "\"scenario\":\"target\",\"scope\":{\"part\":\"x\"}",
        "it names the variant target [part=x], JPY, which is not known",
    ),
    (
        "{\"document",
        "\"cells\":4",
        "\"cells\":1048577",
        "1048577 cells of a document are announced, there may be 1048576 at most",
    ),
    (
        "{\"document",
        "\"checks\":1",
        "\"checks\":4000000000",
        "4000000000 checks of a document are announced, there may be 1048576 at most",
    ),
    (
        "{\"document",
        "\"number\":0",
        "\"number\":1",
        "it names document 1, which is not known",
    ),
    (
        "{\"identity",
        "\"company\":\"a\"",
        "\"company\":\"b\"",
        "it names company b, which is not known",
    ),
];

#[test]
fn lines_that_do_not_fit_are_named() {
    let place = Place::new();
    let text = dump(&rich(&place));
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let lines = &lines[..lines.len() - 1];
    assert_eq!(ended(lines), text);
    let at = |begin: &str| {
        lines
            .iter()
            .position(|line| line.starts_with(begin))
            .unwrap()
    };
    let edit = |begin: &str, from: &str, to: &str| {
        let mut edited = lines.to_vec();
        let line = &mut edited[at(begin)];
        assert!(line.contains(from), "{line}");
        *line = line.replacen(from, to, 1);
        (refused(&ended(&edited)), at(begin) + 1)
    };
    for (begin, from, to, fault) in EDITS {
        let (said, line) = edit(begin, from, to);
        assert!(
            said.starts_with(&format!("line {line} of the dump: {fault}")),
            "{from}: {said}"
        );
    }
    for (begin, name) in [
        ("{\"company", "company a"),
        ("{\"metric", "metric m"),
        ("{\"variant", "the variant actual, JPY"),
    ] {
        let mut twice = lines.to_vec();
        twice.insert(at(begin), lines[at(begin)].clone());
        let line = at(begin) + 2;
        assert_eq!(
            refused(&ended(&twice)),
            format!("line {line} of the dump: {name} is there twice")
        );
    }
    // As many as there may be are not refused for their number.
    let (said, _) = edit("{\"document", "\"cells\":4", "\"cells\":1048576");
    assert!(said.ends_with("a check where a cell should be"), "{said}");
    let (said, _) = edit("{\"document", "\"cells\":4", "\"cells\":5");
    assert!(said.ends_with("a check where a cell should be"), "{said}");
    let (said, _) = edit("{\"commit", "\"recorded\":", "\"recorded\":1");
    assert!(
        said.ends_with("the commits before it are not those that the first line names"),
        "{said}"
    );
    // Each line is well formed, and the figure is another: its document knows.
    let (said, _) = edit("{\"observation", "\"value\":\"", "\"value\":\"1");
    assert!(
        said.contains("what is stored of it is not what was taken in"),
        "{said}"
    );
    let (said, _) = edit("{\"observation", "\"cell\":0", "\"cell\":9");
    assert!(
        said.contains("it names cell 9, which is not there"),
        "{said}"
    );
    let endless = format!("{}\n{}", lines[0], "x".repeat(3 << 20));
    assert_eq!(
        refused(&endless),
        "line 2 of the dump: it is longer than any line of a dump"
    );
    assert!(matches!(
        load("", &place.path()),
        Err(StoreError::Dump {
            line: 1,
            fault: DumpFault::NotADump
        })
    ));
    assert!(matches!(
        load(&text, &place.path()),
        Err(StoreError::Exists { .. })
    ));
}

#[test]
fn lines_out_of_order_are_named() {
    let place = Place::new();
    let text = dump(&rich(&place));
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let lines = &lines[..lines.len() - 1];
    let at = |begin: &str| {
        let mut lines = lines.iter();
        lines.position(|line| line.starts_with(begin)).unwrap()
    };
    let (before, series) = lines.split_at(at("{\"series"));
    let second = 1 + series[1..]
        .iter()
        .position(|line| line.starts_with("{\"series"))
        .unwrap();
    let (first, others) = series.split_at(second);
    let line = before.len() + first.len() + 1;
    assert_eq!(
        refused(&ended(&[before, first, first, others].concat())),
        format!("line {line} of the dump: the series a m, JPY is there twice")
    );
    let line = lines.len() + 1;
    assert_eq!(
        refused(&ended(&[before, others, first].concat())),
        format!(
            "line {} of the dump: a series that belongs before the last one where a later one should be",
            line - first.len()
        )
    );
    // Of one series: another period, another day of one period.
    let seen = at("{\"observation");
    let order = "an observation that belongs before the last one where a later one should be";
    let mut refusals = 0;
    for nth in seen..lines.len() - 1 {
        if [nth, nth + 1]
            .iter()
            .all(|at| lines[*at].starts_with("{\"observation"))
        {
            let mut swapped = lines.to_vec();
            swapped.swap(nth, nth + 1);
            let said = refused(&ended(&swapped));
            assert_eq!(said, format!("line {} of the dump: {order}", nth + 2));
            refusals += 1;
        }
    }
    assert!(refusals > 4, "{refusals}");
}

/// A damaged line is not repeated, however long it is.
#[test]
fn an_error_repeats_little_of_a_line() {
    let place = Place::new();
    let text = dump(&rich(&place));
    let first = text.lines().next().unwrap();
    for (line, said) in [
        (
            format!("{{\"company\":\"{}\"}}", "決".repeat(300_000)),
            format!(
                "it cannot be read: invalid type: string \"{} ... at byte 900013",
                "決".repeat(59)
            ),
        ),
        (
            format!("{{\"{}\":1}}", "x".repeat(900_000)),
            format!(
                "it cannot be read: unknown variant `{} ... at byte 900003",
                "x".repeat(183)
            ),
        ),
        (
            "{\"company\":1}".to_owned(),
            "it cannot be read: invalid type: integer `1`, expected struct Company at byte 12"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            refused(&format!("{first}\n{line}\n")),
            format!("line 2 of the dump: {said}")
        );
    }
}

/// Brackets in brackets are an error, and never overflow the stack.
#[test]
fn a_deep_line_is_refused() {
    let place = Place::new();
    let text = dump(&rich(&place));
    let first = text.lines().next().unwrap();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let said = refused(&format!("{first}\n{{\"company\":{{\"x\":{deep}}}}}\n"));
    assert_eq!(
        said,
        "line 2 of the dump: it cannot be read: missing field `id` at byte 200018"
    );
    let said = refused(&format!("{{\"kessan_dump\":{{\"x\":{deep}}}}}\n"));
    assert_eq!(
        said,
        "line 1 of the dump: it is not the first line of a dump"
    );
}
