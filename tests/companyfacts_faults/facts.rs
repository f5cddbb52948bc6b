//! Facts that cannot be kept are refused, each alone and with its place, and no more of them than a file may have.

use kessan::{CompanyFacts, Database, FactFault, IngestReason};

use super::{FACT, of_unit, read, reason, revenue};

/// One fact that is refused, between two that are kept.
fn fault(json: &str) -> FactFault {
    let later = FACT
        .replace("24-000001", "24-000002")
        .replace("2023", "2022");
    let facts = read(&revenue(&[FACT, json, &later]));
    assert_eq!((facts.len(), facts.refused().len()), (2, 1), "{json}");
    let refused = &facts.refused()[0];
    assert_eq!(refused.place, "/facts/us-gaap/Revenues/units/USD/1");
    assert!(json.starts_with(refused.text.as_str()));
    let error = facts.clone().strict().unwrap_err();
    assert_eq!(error.place.table.as_deref(), Some(refused.place.as_str()));
    refused.fault.clone()
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn a_fact_that_says_something_impossible_is_refused_alone() {
    let edit = |from: &str, to: &str| {
        assert_eq!(FACT.matches(from).count(), 1, "{from}");
        FACT.replace(from, to)
    };
    let deep = format!(r#""val":{}1{}"#, "[".repeat(100), "]".repeat(100));
    let long = format!(r#""val":0.{}1"#, "0".repeat(4_000));
    for (json, expected) in [
        ("5".to_owned(), "it is no object"),
        ("null".into(), "it is no object"),
        ("[]".into(), "it is no object"),
        ("{}".into(), "the key \"val\" is missing"),
        (
            edit(r#""val":1250"#, r#""val":null"#),
            "\"val\" is not a number",
        ),
        (
            edit(r#""val":1250"#, r#""val":"1250""#),
            "\"val\" is not a number",
        ),
        (
            edit(r#""val":1250"#, r#""val":true"#),
            "\"val\" is not a number",
        ),
        (edit(r#""val":1250"#, &deep), "\"val\" is not a number"),
        (
            edit(r#""val":1250"#, r#""val":1e400"#),
            "the number 1e400 is beyond 28 digits",
        ),
        (
            edit(r#""val":1250"#, r#""val":12345678901234567890123456789"#),
            "the number 12345678901234567890123456789 is beyond 28 digits",
        ),
        (edit(r#""val":1250"#, &long), "is beyond 28 digits"),
        (
            edit(r#""val":1250"#, r#""val":1250,"val":1250"#),
            "the key \"val\" stands twice",
        ),
        (edit(r#""val":1250,"#, ""), "the key \"val\" is missing"),
        (
            edit(r#""end":"2023-12-31","#, ""),
            "the key \"end\" is missing",
        ),
        (
            edit(r#""end":"2023-12-31""#, r#""end":null"#),
            "\"end\" is not a text",
        ),
        (
            edit(r#""end":"2023-12-31""#, r#""end":"2023-02-29""#),
            "\"2023-02-29\" is not a date",
        ),
        (
            edit(r#""end":"2023-12-31""#, r#""end":"2023-12-31T00:00""#),
            "is not a date",
        ),
        (
            edit(r#""end":"2023-12-31""#, r#""end":"2022-12-31""#),
            "it ends before it starts",
        ),
        (
            edit(r#""end":"2023-12-31""#, r#""end":"2024-12-31""#),
            "ends after it was filed on 2024-02-20",
        ),
        (
            edit(r#""start":"2023-01-01""#, r#""start":null"#),
            "\"start\" is not a text",
        ),
        (
            edit(r#""start":"2023-01-01""#, r#""start":20230101"#),
            "\"start\" is not a text",
        ),
        (
            edit(r#""start":"2023-01-01""#, r#""start":"0001-01-01""#),
            "is not a date",
        ),
        (
            edit(r#""filed":"2024-02-20""#, r#""filed":"2024-2-20""#),
            "is not a date",
        ),
        (
            edit(r#""filed":"2024-02-20""#, r#""filed":"2024-02-21""#),
            "0000000123-24-000001 is a 10-K filed on 2024-02-20",
        ),
        (
            edit(r#""form":"10-K""#, r#""form":"10-Q""#),
            "0000000123-24-000001 is a 10-K filed on 2024-02-20",
        ),
        (
            edit(r#""form":"10-K""#, r#""form":null"#),
            "\"form\" is not a text",
        ),
        (
            edit(r#""form":"10-K""#, r#""form":" ""#),
            "\"form\" is not a short text",
        ),
        (
            edit(r#""form":"10-K""#, r#""form":"10\u202eK""#),
            "\"form\" is not a short text",
        ),
        (
            edit(r#""fy":2023"#, r#""fy":2023.5"#),
            "\"fy\" is not a year",
        ),
        (
            edit(r#""fy":2023"#, r#""fy":"2023""#),
            "\"fy\" is not a year",
        ),
        (edit(r#""fp":"FY""#, r#""fp":7"#), "\"fp\" is not a text"),
        (
            edit("0000000123-24-000001", "0000000123-24-1"),
            "is not an accession number",
        ),
        (
            edit("0000000123-24-000001", "../../../etc/pass.-w"),
            "is not an accession number",
        ),
        (
            edit(r#""frame":"CY2023""#, r#""frame":[1]"#),
            "\"frame\" is not a text",
        ),
        (
            edit(r#""frame":"CY2023""#, r#""segment":"west""#),
            "the key \"segment\" is not known",
        ),
    ] {
        let fault = fault(&json).to_string();
        assert!(fault.contains(expected), "{json}: {fault}");
    }
}

#[test]
fn nulls_and_absences_that_sec_sends_are_read() {
    let json = FACT
        .replace(r#""fy":2023,"fp":"FY""#, r#""fy":null,"fp":null"#)
        .replace(r#","frame":"CY2023""#, "")
        .replace("10-K", "DEF 14A");
    let facts = read(&revenue(&[&json]));
    assert!(facts.refused().is_empty());
    let fact = facts.facts().next().unwrap();
    assert_eq!(
        (fact.fiscal_year, fact.fiscal_period, fact.frame),
        (None, None, None)
    );
    let package = kessan::Package::from(&facts);
    assert_eq!(
        package.filings[0].cells[0].place,
        "DEF 14A, fy null, fp null"
    );
    assert_eq!(
        package.filings[0].document.kind,
        kessan::DocumentKind::Proxy
    );
    // No name, and the number as a text.
    let json = r#"{"facts":{},"entityName":null,"cik":"0000000123","later":{"a":[1]}}"#;
    let facts = read(json);
    assert!(facts.is_empty());
    assert_eq!(facts.company().name, "CIK0000000123");
}

#[test]
fn what_has_no_unit_or_metric_is_refused_fact_by_fact() {
    for (unit, expected) in [
        ("shares/USD", "is not a unit"),
        ("USD/shares/day", "is not a unit"),
        ("", "is not a unit"),
        ("acre feet", "is not a unit"),
        ("円", "is not a unit"),
        ("usd", "neither the currency"),
    ] {
        let facts = read(&of_unit(unit, &[FACT, FACT]));
        assert!(facts.is_empty());
        let faults: Vec<String> = facts
            .refused()
            .iter()
            .map(|f| f.fault.to_string())
            .collect();
        assert_eq!(faults.len(), 2);
        assert!(
            faults.iter().all(|fault| fault.contains(expected)),
            "{faults:?}"
        );
    }
    for unit in [
        "EUR",
        "JPY/shares",
        "EUR/USD",
        "pure",
        "Year",
        "segment",
        "MMBTU",
        "Rate",
    ] {
        let facts = read(&of_unit(unit, &[FACT]));
        assert!(facts.refused().is_empty(), "{unit}");
        assert_eq!(facts.facts().next().unwrap().unit.to_string(), unit);
        Database::temporary().unwrap().ingest(facts).unwrap();
    }
    for (from, to) in [
        ("\"us-gaap\"", "\"US GAAP\""),
        ("Revenues", "Rev enues"),
        ("Revenues", "1Revenues"),
    ] {
        let facts = read(&revenue(&[FACT]).replace(from, to));
        assert!(facts.is_empty());
        let fault = facts.refused()[0].fault.to_string();
        assert!(fault.contains("is not a concept"), "{fault}");
    }
}

/// There may be facts under a key that is not known: it is refused by its place, and the rest is taken in.
#[test]
fn what_stands_under_unknown_keys_is_refused() {
    let good = revenue(&[FACT]);
    let json = good
        .replace(r#""cik":123"#, r#""cik":123,"more/facts":{"us-gaap":{}}"#)
        .replace(r#""label":null"#, r#""label":null,"segments":[{"val":7}]"#);
    let facts = read(&json);
    assert_eq!(facts.len(), 1);
    let refused = facts.refused().iter().map(ToString::to_string);
    let refused: Vec<String> = refused.collect();
    assert_eq!(
        refused,
        [
            r#"/more~1facts, text "{\"us-gaap\":{}}": the key "more/facts" is not known"#,
            r#"/facts/us-gaap/Revenues/segments, text "[{\"val\":7}]": the key "segments" is not known"#,
        ]
    );
    assert!(facts.strict().is_err());
}

#[test]
fn places_are_printed_on_one_line_whatever_stands_in_a_file() {
    let json = revenue(&["{\n\"val\": 1}"]);
    let facts = read(&json);
    let place = "/facts/us-gaap/Revenues/units/USD/0";
    let said = r#"text "{\n\"val\": 1}": the key "end" is missing"#;
    assert_eq!(facts.refused()[0].to_string(), format!("{place}, {said}"));
    let error = facts.strict().unwrap_err().to_string();
    assert_eq!(
        error,
        format!("file: {place}, {said} (facts refused in all: 1)")
    );
    // A key that would clear the screen.
    let facts = read(&json.replace("us-gaap", r"us\u001b[2J"));
    let place = r#""/facts/us\u{1b}[2J/Revenues/units/USD/0""#;
    assert_eq!(facts.refused()[0].to_string(), format!("{place}, {said}"));
    let error = facts.strict().unwrap_err().to_string();
    assert!(error.starts_with(&format!("file: {place}, ")), "{error}");
    // The name of a file.
    let error = CompanyFacts::from_reader(&b""[..], "a\u{1b}[2J\nb").unwrap_err();
    assert!(error.to_string().starts_with(r#""a\u{1b}[2J\nb": "#));
}

/// A small file cannot make a large list of refused facts.
#[test]
fn what_is_refused_is_bounded() {
    let good = revenue(&[FACT]);
    for (from, level) in [("cik", 1), ("us-gaap", 2), ("Revenues", 3), ("USD", 5)] {
        let long = |bytes: usize| good.replacen(from, &"k".repeat(bytes), 1);
        let error = reason(long(1_001).as_bytes());
        let expected = "a key has 1001 bytes, at most 1000 are kept";
        assert_eq!(error.to_string(), expected, "{level}");
    }
    let facts = read(&good.replace("Revenues", &"k".repeat(1_000)));
    assert_eq!((facts.len(), facts.refused().len()), (0, 1));

    let zeros = |count: usize| {
        let zeros = vec!["0"; count].join(",");
        good.replace(FACT, &format!("{zeros},{FACT}"))
    };
    let facts = read(&zeros(100_000));
    assert_eq!((facts.len(), facts.refused().len()), (1, 100_000));
    let error = reason(zeros(100_001).as_bytes());
    let limit = 100_000;
    assert_eq!(error, IngestReason::TooManyRefused { limit });
}

#[test]
fn a_period_may_end_on_the_day_of_the_filing_and_not_later() {
    for (filed, kept) in [("2023-12-31", true), ("2023-12-30", false)] {
        let facts = read(&revenue(&[&FACT.replace("2024-02-20", filed)]));
        assert_eq!(
            (facts.len(), facts.refused().is_empty()),
            (usize::from(kept), kept)
        );
        let not_ended =
            |refused: &kessan::RefusedFact| matches!(refused.fault, FactFault::NotYetEnded { .. });
        assert!(facts.refused().iter().all(not_ended));
    }
}
