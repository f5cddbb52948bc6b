//! Archives and files that are refused as a whole.

use std::io::Cursor;

use kessan::{DataSet, DataSetError, IngestReason};
use zip::CompressionMethod;

use super::support::{ROWS, SUB, TAG, archive, num, open, packed};

fn good() -> Vec<u8> {
    packed(SUB.as_bytes(), TAG.as_bytes(), num(&ROWS).as_bytes())
}

/// What is wrong with an archive, and in which file of it.
fn fault(archive: Vec<u8>) -> (DataSetError, Option<String>) {
    let error = DataSet::from_reader(Cursor::new(archive), "s.zip").unwrap_err();
    assert_eq!(error.place.document, "s.zip");
    match *error.reason {
        IngestReason::DataSet(fault) => (fault, error.place.table),
        other => panic!("{other}"),
    }
}

fn places(bytes: &[u8], of: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(of.len()).enumerate();
    windows
        .filter(|(_, found)| *found == of)
        .map(|(at, _)| at)
        .collect()
}

/// Writes bytes into the local and central headers of a file, at their offsets there.
fn patch(archive: &mut [u8], name: &str, local: usize, central: usize, with: &[u8]) {
    // A local header is 30 bytes long before the name, a central one 46.
    for at in places(archive, name.as_bytes()) {
        let starts = |before: usize, magic: &[u8]| {
            at.checked_sub(before)
                .filter(|start| archive[*start..].starts_with(magic))
        };
        let field = match (starts(30, b"PK\x03\x04"), starts(46, b"PK\x01\x02")) {
            (Some(start), _) => start + local,
            (_, Some(start)) => start + central,
            _ => continue,
        };
        archive[field..field + with.len()].copy_from_slice(with);
    }
}

#[test]
fn what_is_no_archive() {
    for bytes in [Vec::new(), b"adsh\tcik\n".to_vec(), vec![0; 5000]] {
        assert!(matches!(fault(bytes), (DataSetError::Archive { .. }, None)));
    }
    let whole = good();
    for keep in [1, 30, whole.len() / 2, whole.len() - 1] {
        let (error, _) = fault(whole[..keep].to_vec());
        assert!(
            matches!(error, DataSetError::Archive { .. }),
            "{keep}: {error}"
        );
    }
}

#[test]
fn files_that_are_missing_doubled_or_outside() {
    for missing in ["sub.txt", "tag.txt", "num.txt"] {
        let texts = [("sub.txt", SUB), ("tag.txt", TAG), ("num.txt", "adsh\n")];
        let files: Vec<(&str, &[u8])> = texts
            .iter()
            .filter(|(name, _)| *name != missing)
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        let (error, file) = fault(archive(&files, CompressionMethod::Stored));
        assert_eq!(
            (error, file.as_deref()),
            (DataSetError::Missing, Some(missing))
        );
    }
    // A file in a folder is not the file.
    let files = [("2025q2/sub.txt", SUB.as_bytes())];
    assert_eq!(
        fault(archive(&files, CompressionMethod::Stored)).0,
        DataSetError::Missing
    );

    let rows = num(&ROWS);
    let files = [
        ("sub.txt", SUB.as_bytes()),
        ("tag.txt", TAG.as_bytes()),
        ("num.txt", rows.as_bytes()),
        ("nux.txt", rows.as_bytes()),
    ];
    let mut twice = archive(&files, CompressionMethod::Stored);
    for at in places(&twice, b"nux.txt") {
        twice[at..at + 7].copy_from_slice(b"num.txt");
    }
    assert_eq!(fault(twice), (DataSetError::NameTwice, None));

    for outside in ["../n.txt", "a/../../n", "/n.text", "C:\\n.txt", "..\\n.txt"] {
        // Written under a plain name of the same length: the writer would not have it.
        let plain = "x".repeat(outside.len());
        let mut files = files[..3].to_vec();
        files.push((&plain, b"1"));
        let mut bytes = archive(&files, CompressionMethod::Stored);
        for at in places(&bytes, plain.as_bytes()) {
            bytes[at..at + plain.len()].copy_from_slice(outside.as_bytes());
        }
        let name = outside.to_owned();
        assert_eq!(fault(bytes), (DataSetError::Outside { name }, None));
    }
    let mut files = files.to_vec();
    files[3].0 = "notes.txt";
    let set = DataSet::from_reader(
        Cursor::new(archive(&files, CompressionMethod::Stored)),
        "s.zip",
    );
    assert_eq!(set.unwrap().layout().unknown_files, ["notes.txt"]);
}

#[test]
fn files_that_cannot_be_unpacked() {
    let of_num = |error| (error, Some("num.txt".to_owned()));
    let mut bytes = good();
    patch(&mut bytes, "num.txt", 6, 8, &[1, 0]);
    assert_eq!(fault(bytes), of_num(DataSetError::Encrypted));

    let mut bytes = good();
    patch(&mut bytes, "num.txt", 8, 10, &[12, 0]);
    let (error, _) = fault(bytes);
    assert!(matches!(error, DataSetError::Compression { .. }), "{error}");

    // The checksum is another, or the text is.
    let mut bytes = good();
    patch(&mut bytes, "num.txt", 14, 16, &[1, 2, 3, 4]);
    let (error, file) = fault(bytes);
    assert!(matches!(error, DataSetError::Damaged { .. }), "{error}");
    assert_eq!(file.as_deref(), Some("num.txt"));
    for file in ["sub.txt", "tag.txt", "num.txt"] {
        let rows = num(&ROWS);
        let files = [("sub.txt", SUB), ("tag.txt", TAG), ("num.txt", &rows)];
        let files = files.map(|(name, text)| (name, text.as_bytes()));
        let mut bytes = archive(&files, CompressionMethod::Stored);
        let last = files.iter().find(|(name, _)| *name == file).unwrap().1;
        let at = places(&bytes, last)[0] + last.len() - 3;
        bytes[at] ^= 1;
        let (error, place) = fault(bytes);
        assert!(
            matches!(error, DataSetError::Damaged { .. }),
            "{file}: {error}"
        );
        assert_eq!(place.as_deref(), Some(file));
    }
}

#[test]
fn a_damaged_file_is_told_from_one_that_says_something_impossible() {
    // Rows of no filing, more than are read, and a header without a needed column: reading ends before the checksum.
    let strays = num(&vec!["x\t\t\t\t\t\t\t\t\t"; 100_001]);
    let headless = num(&ROWS).replacen("qtrs", "other", 1);
    for text in [strays, headless] {
        let files = [("sub.txt", SUB), ("tag.txt", TAG), ("num.txt", &text)];
        let files = files.map(|(name, text)| (name, text.as_bytes()));
        let mut bytes = archive(&files, CompressionMethod::Stored);
        let whole = fault(bytes.clone()).0;
        assert!(
            matches!(
                whole,
                DataSetError::TooManyRows { .. } | DataSetError::MissingColumn { .. }
            ),
            "{whole}"
        );
        let last = places(&bytes, b"num.txt")[0] + "num.txt".len() + text.len() - 2;
        bytes[last] ^= 1;
        let (error, file) = fault(bytes);
        assert!(matches!(error, DataSetError::Damaged { .. }), "{error}");
        assert_eq!(file.as_deref(), Some("num.txt"));
    }
}

#[test]
fn files_that_are_not_as_long_as_they_say() {
    let length = u32::try_from(num(&ROWS).len()).unwrap();
    for (says, expected) in [
        (length - 1, "larger than its declared uncompressed size"),
        (length + 1, "shorter than the archive says"),
    ] {
        let mut bytes = good();
        patch(&mut bytes, "num.txt", 22, 24, &says.to_le_bytes());
        let (error, _) = fault(bytes);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let mut bytes = good();
    patch(
        &mut bytes,
        "sub.txt",
        22,
        24,
        &0x1000_0000_u32.to_le_bytes(),
    );
    let limit = 1 << 26;
    let length = 1 << 28;
    assert_eq!(fault(bytes).0, DataSetError::TooLarge { length, limit });
}

#[test]
fn a_file_that_is_small_only_in_its_archive() {
    let zeros = vec![b'0'; 20 << 20];
    let bytes = packed(SUB.as_bytes(), TAG.as_bytes(), &zeros);
    assert!(bytes.len() < 100_000);
    let (error, file) = fault(bytes);
    assert!(
        matches!(error, DataSetError::Ratio { limit: 200, .. }),
        "{error}"
    );
    assert_eq!(file.as_deref(), Some("num.txt"));
}

#[test]
fn files_that_are_not_tables_of_a_data_set() {
    let rows = num(&ROWS);
    let utf_16: Vec<u8> = rows.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &utf_16].concat();
    let japanese = b"adsh\x82\xa0\n".to_vec();
    for bytes in [
        utf_16,
        marked,
        japanese,
        format!("\u{feff}{rows}").into_bytes(),
    ] {
        let error = open(SUB.as_bytes(), TAG.as_bytes(), &bytes).unwrap_err();
        assert_eq!(*error.reason, DataSetError::Encoding.into());
    }
    let bytes = rows.replace('\n', "\r\n").into_bytes();
    let error = open(SUB.as_bytes(), TAG.as_bytes(), &bytes).unwrap_err();
    assert_eq!(*error.reason, DataSetError::LineEnds.into());
    let error = |sub: &str, tag: &str, num: &str| {
        let error = open(sub.as_bytes(), tag.as_bytes(), num.as_bytes()).unwrap_err();
        (
            error.place.table.unwrap(),
            error.place.line,
            error.reason.to_string(),
        )
    };
    let of = |file: &str, line, reason: &str| (file.to_owned(), line, reason.to_owned());
    assert_eq!(
        error("", TAG, &rows),
        of("sub.txt", None, "the file is empty")
    );
    assert_eq!(
        error(SUB, &TAG.replace("\tdoc\n", "\ttag\n"), &rows),
        of("tag.txt", None, "the file has the column \"tag\" twice")
    );
    for (column, file) in [("cik", "sub.txt"), ("iord", "tag.txt"), ("qtrs", "num.txt")] {
        let without = |text: &str| text.replacen(column, "other", 1);
        let found = error(&without(SUB), &without(TAG), &without(&rows));
        assert_eq!(
            found,
            of(file, None, &format!("the file has no column {column}"))
        );
    }
    let line = SUB.lines().nth(2).unwrap();
    assert_eq!(
        error(&format!("{SUB}{line}\n"), TAG, &rows),
        of(
            "sub.txt",
            Some(4),
            "an earlier row has the key \"0000000123-25-000001\""
        )
    );
    let line = TAG.lines().nth(1).unwrap();
    assert_eq!(
        error(SUB, &format!("{TAG}{line}\n"), &rows),
        of(
            "tag.txt",
            Some(10),
            "an earlier row has the key \"Revenues us-gaap/2024\""
        )
    );
    // No line feed at the end is no harm: the archive knows the length.
    assert!(open(SUB.as_bytes(), TAG.as_bytes(), rows.trim_end().as_bytes()).is_ok());
    // A data set may have no filings, as that of the first quarter of 2009.
    let first = |text: &str| format!("{}\n", text.lines().next().unwrap());
    let mut empty = open(
        first(SUB).as_bytes(),
        first(TAG).as_bytes(),
        first(&rows).as_bytes(),
    )
    .unwrap();
    assert!(empty.next().is_none() && empty.rows() == 0);
}
