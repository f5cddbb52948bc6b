//! Company facts that cannot be kept, files that cannot be read, and files that come again with more in them. All
//! files are made here.

use kessan::{
    CalendarNote, CompanyFacts, Database, FactFault, IngestReason, LabelStyle, Outcome, YearEnd,
};

use proptest::prelude::*;

/// A good fact, with all keys.
const FACT: &str = r#"{"start":"2023-01-01","end":"2023-12-31","val":1250,"accn":"0000000123-24-000001","fy":2023,"fp":"FY","form":"10-K","filed":"2024-02-20","frame":"CY2023"}"#;

/// A file of facts of revenue in US dollars.
fn revenue(facts: &[&str]) -> String {
    of_unit("USD", facts)
}

fn of_unit(unit: &str, facts: &[&str]) -> String {
    let facts = facts.join(",\n");
    format!(
        r#"{{"cik":123,"entityName":"Minato Foods Inc.","facts":{{"us-gaap":{{"Revenues":{{"label":null,"description":null,"units":{{"{unit}":[
{facts}
]}}}}}}}}}}"#
    )
}

fn read(json: &str) -> CompanyFacts {
    CompanyFacts::from_reader(json.as_bytes(), "file").unwrap()
}

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

/// What is wrong with a file as a whole.
fn reason(bytes: &[u8]) -> IngestReason {
    *CompanyFacts::from_reader(bytes, "file").unwrap_err().reason
}

#[test]
fn a_file_that_is_cut_off_or_of_another_shape_is_an_error() {
    let good = revenue(&[FACT]);
    for end in 0..good.len() {
        assert!(
            matches!(reason(&good.as_bytes()[..end]), IngestReason::Json { .. }),
            "{end}"
        );
    }
    let deep = "[".repeat(100);
    for json in [
        "[]".to_owned(),
        "5".into(),
        format!("{good} 1"),
        good.replace(r#"{"label":null"#, r"{label:null"),
        r#"{"cik":1,"facts":{"us-gaap":[]}}"#.into(),
        r#"{"cik":1,"facts":{"us-gaap":{"Assets":null}}}"#.into(),
        r#"{"cik":1,"facts":{"us-gaap":{"Assets":{"units":[]}}}}"#.into(),
        r#"{"cik":1,"facts":{"us-gaap":{"Assets":{"units":{"USD":{}}}}}}"#.into(),
        r#"{"cik":1,"facts":{},"entityName":7}"#.into(),
        format!(r#"{{"cik":1,"facts":{deep}"#),
        format!(r#"{{"cik":1,"other":{}"#, "[".repeat(1_000_000)),
    ] {
        assert!(
            matches!(reason(json.as_bytes()), IngestReason::Json { .. }),
            "{json:.60}"
        );
    }
    let error = CompanyFacts::from_reader(&good.as_bytes()[..200], "file").unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("file: /facts/us-gaap/Revenues/units/USD: line 2, column"),
        "{text}"
    );
    for (from, to, name) in [
        (r#""cik":123"#, r#""cik":123,"cik":123"#, "cik"),
        (r#""label":null"#, r#""units":{},"label":null"#, "units"),
        (
            r#""Revenues":"#,
            r#""Revenues":{"units":{}},"Revenues":"#,
            "Revenues",
        ),
        (r#""USD":"#, r#""USD":[],"USD":"#, "USD"),
    ] {
        let reason = reason(good.replace(from, to).as_bytes());
        let IngestReason::DeclaredTwice { name: found, .. } = &reason else {
            panic!("{reason}");
        };
        assert_eq!(found, name);
    }
    for (json, key) in [(r#"{"cik":1}"#, "facts"), (r#"{"facts":{}}"#, "cik")] {
        assert_eq!(reason(json.as_bytes()), IngestReason::MissingKey { key });
    }
    let tag = good.replace("units", "unit");
    let error = CompanyFacts::from_reader(tag.as_bytes(), "file").unwrap_err();
    assert_eq!(
        error.to_string(),
        "file: /facts/us-gaap/Revenues: the key \"units\" is missing"
    );
    for cik in ["-1", "1.5", "\"\"", "\"12345678901\"", "null", "\"CIK1\""] {
        let json = format!(r#"{{"cik":{cik},"facts":{{}}}}"#);
        assert!(
            matches!(reason(json.as_bytes()), IngestReason::Cik { .. }),
            "{cik}"
        );
    }
}

#[test]
fn a_file_in_another_encoding_is_an_error() {
    let good = revenue(&[FACT]);
    let wide = |bytes: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let with_mark = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    for bytes in [
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        with_mark(&[0xff, 0xfe], &wide(u16::to_le_bytes)),
        with_mark(&[0xfe, 0xff], &wide(u16::to_be_bytes)),
    ] {
        assert!(matches!(reason(&bytes), IngestReason::NotUtf8 { .. }));
    }
    let marked = with_mark(&[0xef, 0xbb, 0xbf], good.as_bytes());
    assert!(matches!(
        reason(&marked),
        IngestReason::ByteOrderMark { .. }
    ));
    // Shift_JIS of 売上, wherever it stands.
    for place in [
        "Minato Foods Inc.",
        "\"label\":null",
        "Revenues",
        "CY2023",
        "2023-12-31",
    ] {
        let (before, after) = good.split_once(place).unwrap();
        let text: &[u8] = &[0x94, 0x84, 0x8f, 0xe3];
        let text = if place.starts_with('"') {
            [b"\"label\":\"", text, b"\""].concat()
        } else {
            text.to_vec()
        };
        let bytes = [before.as_bytes(), &text, after.as_bytes()].concat();
        let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap();
        assert!(
            matches!(reason(&bytes), IngestReason::NotUtf8 { position, .. } if position == first),
            "{place}"
        );
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

/// All of a file, or what can be kept of it.
#[test]
fn the_caller_chooses_whether_a_file_with_refused_facts_is_taken_in() {
    let bad = FACT.replace("1250", "1e400");
    let facts = read(&revenue(&[FACT, &bad]));
    let db = Database::temporary().unwrap();
    assert!(facts.clone().strict().is_err());
    assert_eq!(db.ingest(&facts).unwrap().figures().len(), 1);
    assert!(read(&revenue(&[FACT])).strict().is_ok());
}

/// Two values in one filing that no rounding reconciles. 1,250 and 1,300 may be one value, the other rounded to hundreds.
#[test]
fn a_filing_that_contradicts_itself_is_kept_as_conflicting_or_not_taken_in() {
    let other = |value: &str| FACT.replace("1250", value);
    let facts = read(&revenue(&[FACT, &other("99900")]));
    let db = Database::temporary().unwrap();
    let done = db.ingest(&facts).unwrap();
    let outcomes: Vec<Outcome> = done.figures().iter().map(|figure| figure.outcome).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Conflicting]);
    let error = facts.strict().unwrap_err();
    assert_eq!(
        error.to_string(),
        "file: row \"us-gaap:Revenues\", column \"USD, 2023-01-01..2023-12-31\", text \"99900\": it contradicts another \
         fact of 0000000123-24-000001 (\"1250\") about us_gaap.revenues.flow 2023-01-01..2023-12-31"
    );
    assert!(read(&revenue(&[FACT, &other("1300")])).strict().is_ok());
    // Another filing may say otherwise.
    let later = other("99900").replace("24-000001", "24-000002");
    assert!(read(&revenue(&[FACT, &later])).strict().is_ok());
}

#[test]
fn a_path_that_is_no_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = CompanyFacts::read(folder.path()).unwrap_err();
    assert!(matches!(*error.reason, IngestReason::NotAFile { .. }));
    let error = CompanyFacts::read(folder.path().join("none.json")).unwrap_err();
    assert!(matches!(*error.reason, IngestReason::File { .. }));
    let path = folder.path().join("CIK0000000123.json");
    std::fs::write(&path, revenue(&[FACT])).unwrap();
    assert_eq!(CompanyFacts::read(&path).unwrap().len(), 1);
}

#[test]
fn a_newer_file_brings_only_what_is_new() {
    let amended = FACT
        .replace("24-000001", "24-000009")
        .replace("10-K", "10-K/A");
    let amended = amended
        .replace("1250", "1300")
        .replace("2024-02-20", "2024-05-01");
    let marked_no_more = FACT.replace(r#","frame":"CY2023""#, "");
    let before = read(&revenue(&[FACT]));
    // SEC puts facts in between, moves its mark, and writes the company's present name.
    let after = revenue(&[&amended, &marked_no_more])
        .replace("Minato Foods Inc.", "Minato Group Inc.")
        .replace(
            r#""description":null"#,
            r#""description":"Income from customers""#,
        );
    let after = read(&after);

    let db = Database::temporary().unwrap();
    db.ingest(&before).unwrap();
    let ingested = db.ingest(&after).unwrap();
    assert_eq!(
        db.company("CIK0000000123").unwrap().name,
        "Minato Group Inc."
    );
    assert_eq!(ingested.count(Outcome::Unchanged), 1);
    assert_eq!(ingested.count(Outcome::ChangedPrecisionUnknown), 1);
    let series = db
        .series("CIK0000000123", "us_gaap.revenues.flow")
        .unwrap()
        .load()
        .unwrap();
    let point = series.at("2023-01-01..2023-12-31").unwrap().unwrap();
    assert_eq!(
        point.document().as_str(),
        "CIK0000000123/0000000123-24-000009"
    );
    assert_eq!(db.observations(&point).unwrap().len(), 2);
}

#[test]
fn a_company_may_have_an_id_and_calendar_of_its_own() {
    let facts = read(&revenue(&[FACT]));
    let mut company = facts.company().clone();
    company.id = "minato".parse().unwrap();
    company.calendar = kessan::FiscalCalendar::month_end(12, kessan::YearNaming::Start).unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(facts.with_company(company)).unwrap();
    let series = db
        .series("minato", "us_gaap.revenues.flow")
        .unwrap()
        .load()
        .unwrap();
    let point = series.at("FY2023").unwrap().unwrap();
    assert_eq!(point.to_string(), "FY2023  1,250 USD");
    assert_eq!(
        point.document().as_str(),
        "CIK0000000123/0000000123-24-000001"
    );
    let cell = db.cell(&point).unwrap();
    assert_eq!(cell.row, "us-gaap:Revenues");
    assert_eq!(cell.column, "USD, 2023-01-01..2023-12-31");
    assert_eq!(
        (cell.place.as_str(), cell.text.as_str()),
        ("10-K, fy 2023, fp FY", "1250")
    );
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

#[test]
fn a_filing_that_contradicts_itself_is_flagged() {
    let of = |value: &str| FACT.replace("1250", value);
    let db = Database::temporary().unwrap();
    db.ingest(read(&revenue(&[&of("100"), &of("100"), &of("-5")])))
        .unwrap();
    let revenue = db.series("CIK0000000123", "us_gaap.revenues.flow").unwrap();
    let point = revenue.at("FY2023").unwrap().unwrap();
    assert!(point.is_conflicting());
    assert_eq!(db.candidates(&point).unwrap().len(), 3);
}

#[test]
fn a_fact_that_is_told_twice_is_taken_in_twice() {
    let facts = read(&revenue(&[FACT, FACT]));
    let db = Database::temporary().unwrap();
    let ingested = db.ingest(&facts).unwrap();
    assert_eq!(ingested.figures().len(), 2);
    assert_eq!(ingested.count(Outcome::Created), 1);
    assert_eq!(ingested.count(Outcome::Unchanged), 1);
}

#[test]
fn a_tag_of_two_shapes_is_two_metrics_whichever_company_comes_first() {
    let instant = FACT.replace(r#""start":"2023-01-01","#, "");
    let first = read(&revenue(&[FACT]));
    let other = revenue(&[&instant]).replace(r#""cik":123"#, r#""cik":456"#);
    let other = read(&other.replace("Minato", "Hama"));
    for order in [[&first, &other], [&other, &first]] {
        let db = Database::temporary().unwrap();
        for facts in order {
            db.ingest(facts).unwrap();
        }
        let paths: Vec<String> = db.metrics().iter().map(|m| m.path.to_string()).collect();
        assert_eq!(paths.len(), 2);
        for path in ["us_gaap.revenues.flow", "us_gaap.revenues.stock"] {
            assert!(paths.iter().any(|found| found == path), "{paths:?}");
        }
    }
}

#[test]
fn a_company_without_a_year_has_calendar_years_and_says_so() {
    let quarter = FACT
        .replace("2023-01-01", "2023-10-01")
        .replace("10-K", "10-Q");
    let facts = read(&revenue(&[&quarter]));
    assert_eq!(facts.calendar_notes(), [CalendarNote::NoYears]);
    let rule = &facts.company().calendar.rules()[0];
    assert_eq!(rule.year_end, YearEnd::MonthEnd { month: 12 });
    assert_eq!(rule.labels, LabelStyle::FiscalYearQuarter);
    // One year is a rule, and said to be one.
    let facts = read(&revenue(&[FACT]));
    let end = kessan::parse_date("2023-12-31").unwrap();
    assert_eq!(facts.calendar_notes(), [CalendarNote::OneYear { end }]);
    let known = facts.company().clone();
    assert!(facts.with_company(known).calendar_notes().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands in a file, it is an error or every fact is kept or refused, and what is kept can be taken in.
    #[test]
    fn a_spoilt_file_is_an_error_or_accounted_for(
        spoilt in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(b"\"{}[],:-.eE019nulUS/ \\\n\x00\x7f\xe3".to_vec())),
            1..4,
        ),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let instant = FACT.replace(r#""start":"2023-01-01","#, "").replace("24-000001", "24-000002");
        let mut bytes = revenue(&[FACT, &instant]).into_bytes();
        for (at, byte) in spoilt {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(facts) = CompanyFacts::from_reader(bytes.as_slice(), "file") {
            // Under a spoilt key there may be anything.
            let refused = facts.refused().iter().filter(|fact| fact.place.contains("/units/"));
            let found = facts.len() + refused.count();
            prop_assert!(found == 2, "{found}: {}", String::from_utf8_lossy(&bytes));
            if !facts.is_empty() {
                let ingested = Database::temporary().unwrap().ingest(&facts);
                prop_assert!(ingested.is_ok(), "{ingested:?}: {}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

/// Latin-1 and Shift-JIS: the names are Müller and ソニー, and the second byte of ソ is a backslash in ASCII.
#[test]
fn a_file_in_another_encoding_is_not_utf8_from_a_byte_on() {
    for name in [&b"M\xfcller"[..], b"\x83\x5c\x83\x6a\x81\x5b"] {
        let before = br#"{"cik": 123, "entityName": ""#;
        let json = [before, name, br#"", "facts": {}}"#].concat();
        let error = CompanyFacts::from_reader(json.as_slice(), "x.json").unwrap_err();
        let first = before.len() + name.iter().position(|byte| *byte > 0x7f).unwrap();
        let expected = format!("x.json is not UTF-8 text (byte {first})");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[test]
fn a_file_that_is_cut_off_ends_early() {
    let whole = revenue(&[FACT]).replace("Minato", "決算");
    for (at, _) in whole.char_indices() {
        // Between characters, and inside of one.
        for cut in [at, (at + 1).min(whole.len() - 1)] {
            let json = &whole.as_bytes()[..cut];
            let error = CompanyFacts::from_reader(json, "x.json").unwrap_err();
            let error = error.to_string();
            assert!(error.contains(": the file ends early: "), "{cut}: {error}");
            assert!(error.contains("line "), "{cut}: {error}");
        }
    }
}
