//! Rows that are refused, each with file, line and reason.

use std::ops::ControlFlow;

use kessan::{LoadItem, OnFailure};

use super::support::{MINATO, ROWS, SUB, TAG, all, num, of_rows, open, told};

/// The good rows with one more, and what is said of that one.
fn refused(row: &str) -> String {
    let mut rows: Vec<&str> = ROWS.to_vec();
    rows.push(row);
    let mut set = of_rows(&rows);
    assert_eq!(set.rows(), 12);
    let mut errors = set.refused().to_vec();
    let mut facts = 0;
    for filing in set.by_ref() {
        let filing = filing.unwrap();
        facts += told(&filing).len();
        errors.extend(filing.refused().iter().cloned());
    }
    assert_eq!((facts, errors.len()), (11, 1), "{row}: {errors:?}");
    let error = errors[0].to_string();
    assert_eq!(errors[0].place.table.as_deref(), Some("num.txt"));
    assert_eq!(errors[0].place.line, Some(13));
    assert!(
        error.starts_with("s.zip: num.txt, line 13, text "),
        "{error}"
    );
    errors[0].reason.to_string()
}

#[test]
fn a_row_that_says_nothing_sure_is_refused() {
    let row = |edits: &[(usize, &str)]| {
        let mut cells: Vec<&str> = ROWS[0].split('\t').collect();
        for (at, text) in edits {
            cells[*at] = text;
        }
        cells.join("\t")
    };
    let long = "1".repeat(29);
    let far = format!("{}=B;", "A".repeat(70));
    let name = "Aa".repeat(120);
    for (edits, expected) in [
        (
            vec![(0, "0000000123-25-0001")],
            "is not an accession number",
        ),
        (
            vec![(0, "0000000123-25-000009")],
            "sub.txt does not have the filing",
        ),
        (
            vec![(1, "Sales")],
            "tag.txt does not have this tag and version",
        ),
        (
            vec![(2, "us-gaap/2023")],
            "tag.txt does not have this tag and version",
        ),
        (
            vec![(1, "Heading")],
            "does not say that the tag has instants or durations",
        ),
        (
            vec![(3, "20250330")],
            "a nominal period ends on the last day of a month",
        ),
        (vec![(3, "20250231")], "ddate is not a date"),
        (vec![(3, "2025-3-1")], "ddate is not a date"),
        (vec![(3, "")], "ddate is not a date"),
        (
            vec![(3, "20250531")],
            "~2025-05-31/1q ends after it was filed on 2025-05-12",
        ),
        (vec![(4, "")], "qtrs is not a whole number"),
        (vec![(4, "-1")], "qtrs is not a whole number"),
        (vec![(4, "+1")], "qtrs is not a whole number"),
        (vec![(4, "1.0")], "qtrs is not a whole number"),
        (vec![(4, "99999")], "qtrs is not a whole number"),
        (vec![(4, "0")], "a duration of less than half a quarter"),
        (vec![(1, "Assets")], "the tag has instants, but qtrs is 1"),
        (vec![(5, "")], "is not a unit"),
        (vec![(5, "usd")], "neither the currency"),
        (vec![(5, "USD per share")], "is not a unit"),
        (
            vec![(1, "Yield")],
            "the unit USD of a percent tag may be an amount or",
        ),
        (
            vec![(6, "BusinessSegments")],
            "segments are written Axis=Member;",
        ),
        (vec![(6, "A=B;A=C;")], "segments are written Axis=Member;"),
        (vec![(6, "A=Å;")], "segments are written Axis=Member;"),
        (vec![(6, &far)], "is not a scope"),
        (
            vec![(6, "LegalEntity=A;"), (7, "B")],
            "another than the legal entity",
        ),
        (vec![(8, "1e400")], "no plain decimal of at most 28 digits"),
        (vec![(8, &long)], "no plain decimal of at most 28 digits"),
        (vec![(8, "1,250")], "no plain decimal of at most 28 digits"),
        (vec![(8, ".5")], "no plain decimal of at most 28 digits"),
        (vec![(8, "NaN")], "no plain decimal of at most 28 digits"),
        (
            vec![(8, "\"1250\"")],
            "no plain decimal of at most 28 digits",
        ),
        (vec![(8, " ")], "no plain decimal of at most 28 digits"),
        (vec![(1, &name)], "tag.txt does not have"),
    ] {
        let found = refused(&row(&edits));
        assert!(found.contains(expected), "{edits:?}: {found}");
    }
    assert_eq!(
        refused("a\tb"),
        "the row has 2 cells, the file has 10 columns"
    );
    assert_eq!(refused(""), "the row has 1 cells, the file has 10 columns");
    let long = format!("{}{}", ROWS[0], "x".repeat(1 << 18));
    assert!(refused(&long).contains("the row is longer than 262144 bytes"));
}

#[test]
fn the_caller_chooses_whether_a_filing_with_refused_rows_is_taken_in() {
    let bad = ROWS[0].replace("1250000000.0000", "1.25e9");
    let filing = all(of_rows(&[&bad, ROWS[2]])).remove(0);
    let error = filing.clone().strict().unwrap_err();
    assert_eq!(error, filing.refused()[0]);
    let place = "s.zip: num.txt, line 2, text \"0000000123-25-000001\\tRevenues\\tus-gaap/2024\\t";
    assert!(error.to_string().starts_with(place), "{error}");
    let db = kessan::Database::temporary().unwrap();
    assert_eq!(db.ingest(filing).unwrap().figures().len(), 1);
    assert!(all(of_rows(&[ROWS[2]])).remove(0).strict().is_ok());
}

#[test]
fn a_filing_that_contradicts_itself_is_not_taken_in_where_the_caller_is_strict() {
    let other = ROWS[5].replace("-7.2500", "72.5000");
    let filing = all(of_rows(&[ROWS[5], &other])).remove(0);
    let error = filing.clone().strict().unwrap_err().to_string();
    assert_eq!(
        error,
        "s.zip: num.txt, row \"Assets, us-gaap/2024\" (line 3), column \"ddate 20250331, qtrs 0, USD\", text \"72.5000\": \
         it contradicts line 2 (\"-7.2500\") about CIK0000000123 us_gaap.assets.stock, USD ~2025-03-31/0q in \
         CIK0000000123/0000000123-25-000001/fsds"
    );
    // The other way round, the other line.
    let swapped = all(of_rows(&[&other, ROWS[5]])).remove(0);
    let error = swapped.strict().unwrap_err().to_string();
    assert!(
        error.contains("(line 3)") && error.contains("it contradicts line 2 (\"72.5000\")"),
        "{error}"
    );
    // Of a part of the company, it is another fact.
    let part = other.replace("USD\t\t", "USD\tLegalEntity=Kawa;\t");
    assert!(all(of_rows(&[ROWS[5], &part])).remove(0).strict().is_ok());
}

#[test]
fn text_in_shift_jis_is_refused_where_it_is_needed() {
    let japanese = |text: &str, of: &str| -> Vec<u8> {
        let (before, after) = text.split_once(of).unwrap();
        // 売上
        [
            before.as_bytes(),
            &[0x94, 0x84, 0x8f, 0xe3],
            after.as_bytes(),
        ]
        .concat()
    };
    let rows = japanese(&num(&ROWS[..1]), "USD");
    let filing = all(open(SUB.as_bytes(), TAG.as_bytes(), &rows).unwrap()).remove(0);
    let error = filing.refused()[0].to_string();
    assert!(error.ends_with(": uom is not UTF-8 text"), "{error}");
    let sub = japanese(SUB, "MINATO FOODS INC");
    let set = open(&sub, TAG.as_bytes(), num(&ROWS[..1]).as_bytes()).unwrap();
    let error = set.refused()[0].to_string();
    assert!(error.starts_with("s.zip: sub.txt, line 3, "), "{error}");
    assert!(error.ends_with(": name is not UTF-8 text"), "{error}");
    assert_eq!(set.refused().len(), 2, "the row of its fact, too");
}

#[test]
fn a_month_end_may_lie_after_the_filing_by_half_a_month() {
    // Shares on 2025-05-20 are of 2025-05-31, and can be filed on 2025-05-21.
    let sub = SUB.replace("20250512", "20250521");
    let row = ROWS[8].replace("\t20250331", "\t20250531");
    let set = open(sub.as_bytes(), TAG.as_bytes(), num(&[&row]).as_bytes()).unwrap();
    let filing = all(set).remove(1);
    assert_eq!(filing.filing().facts.len(), 1, "{:?}", filing.refused());
    let db = kessan::Database::temporary().unwrap();
    db.ingest(filing).unwrap();
}

#[test]
fn quotes_are_letters_and_28_digits_are_kept() {
    let value = "-999999999999999999999999.9999";
    let row = ROWS[0].replace(
        "1250000000.0000\t",
        &format!("{value}\t\"open, \"\"and\" shut"),
    );
    let filing = all(of_rows(&[&row])).remove(0);
    let amount = filing.filing().facts[0].figure.amount().unwrap().value();
    assert_eq!(amount.to_string(), value);
}

#[test]
fn text_that_is_not_utf_8_is_refused_where_it_is_needed() {
    // A label and a footnote are not needed.
    let latin = |text: &str| -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    };
    let tag = latin(&TAG.replace("Goods in store", "Güter"));
    let rows = latin(&num(&ROWS).replace("As \"adjusted", "§ é"));
    let filings = all(open(SUB.as_bytes(), &tag, &rows).unwrap());
    assert_eq!(filings, all(open(SUB.as_bytes(), &tag, &rows).unwrap()));
    assert_eq!(
        filings
            .iter()
            .map(|f| f.filing().facts.len())
            .sum::<usize>(),
        11
    );
    // A value is.
    let rows = latin(&num(&ROWS).replace("\t99.5000", "\t99½"));
    let filings = all(open(SUB.as_bytes(), TAG.as_bytes(), &rows).unwrap());
    assert_eq!(
        filings[1].refused()[0].reason.to_string(),
        "value is not UTF-8 text"
    );
    // So is the name of a company: its filing is refused, row by row.
    let sub = latin(&SUB.replace("MINATO", "MÜNATO"));
    let set = open(&sub, TAG.as_bytes(), num(&ROWS).as_bytes()).unwrap();
    assert_eq!((set.len(), set.refused().len()), (1, 8));
    assert_eq!(
        set.refused()[0].reason.to_string(),
        "name is not UTF-8 text"
    );
    assert_eq!(set.refused()[0].place.table.as_deref(), Some("sub.txt"));
    let expected = format!("the row of the filing {MINATO} in sub.txt is refused");
    assert!(
        set.refused()[1..]
            .iter()
            .all(|e| e.reason.to_string() == expected)
    );
    assert!(set.strict().is_err());
}

#[test]
fn a_submission_that_says_nothing_sure_is_refused() {
    for (from, to, expected) in [
        ("\t123\t", "\t12x\t", "is not a CIK"),
        ("\t123\t", "\t\t", "is not a CIK"),
        ("\t123\t", "\t12345678901\t", "is not a CIK"),
        ("MINATO FOODS INC", " ", "name is empty"),
        (
            "MINATO FOODS INC",
            "MINATO\u{202e}",
            "characters that are not seen",
        ),
        ("10-Q", "", "form is empty"),
        ("20250512", "2025-05-12", "filed is not a date"),
        ("20250512", "", "filed is not a date"),
        ("1231", "1331", "fye is not a date"),
        ("\t20250512", "", "the row has 8 cells"),
        (MINATO, "0000000123", "is not an accession number"),
    ] {
        let sub = SUB.replacen(from, to, 1);
        let set = open(sub.as_bytes(), TAG.as_bytes(), num(&ROWS).as_bytes()).unwrap();
        let refused = set.refused();
        assert_eq!(refused.len(), 8, "{from} {to}");
        assert_eq!(refused[0].place.line, Some(3));
        assert!(refused[0].to_string().contains(expected), "{}", refused[0]);
        assert_eq!(
            all(set)
                .iter()
                .map(|f| f.filing().facts.len())
                .sum::<usize>(),
            4
        );
    }
}

/// Of the first filing a row is refused and another kept; of the second two rows contradict each other.
#[test]
fn rows_of_filings_refused_whole_are_counted() {
    let bad = ROWS[0].replace("1250000000.0000", "1.25e9");
    let other = ROWS[1].replace("99.5000", "-1.0000");
    let set = of_rows(&[&bad, ROWS[2], ROWS[1], &other]);
    let items = set.map(|filing| Ok(LoadItem::strict_filing(filing.unwrap())));
    let db = kessan::Database::temporary().unwrap();
    let go_on = |_: &kessan::LoadProgress| ControlFlow::Continue(());
    let report = db.load(items, OnFailure::Continue, go_on).unwrap();
    let failed: u64 = report.failed.iter().map(|failed| failed.facts).sum();
    assert_eq!(
        (report.failed.len(), failed, report.refused.len()),
        (2, 3, 1)
    );
    assert_eq!((report.facts(), report.committed), (4, 0));
    assert_eq!(db.last_commit(), 0);
}
