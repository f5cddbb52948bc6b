//! Files that cannot be read as a whole.

use kessan::{CompanyFacts, Database, IngestReason};
use proptest::prelude::*;

use super::{FACT, reason, revenue};

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
