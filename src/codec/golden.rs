//! The bytes of format versions 1 to 6, written out by hand from `src/docs/format.md`.
//!
//! A test here that fails means that databases of these versions can no longer be read, or those of version 6 no longer
//! written. Do not change the bytes: change the format version.

mod records;

use super::block::{self, Block, Row};
use super::manifest::{Head, Manifest};
use super::recent::{self, Recent, SeriesRows};
use super::record::{Record, pack, unpack};
use super::{Key, SeriesHeader, SeriesId, envelope, series};
use crate::model::{Amount, Figure, Observation, Precision, Rank, Rounding, Source};
use rust_decimal::Decimal;

/// Bytes written in hexadecimal, with spaces anywhere; text between quotes stands for itself.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (n, part) in text.split('\'').enumerate() {
        if n % 2 == 1 {
            bytes.extend(part.as_bytes());
            continue;
        }
        let digits: String = part.split_whitespace().collect();
        assert!(digits.len().is_multiple_of(2), "{part}");
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        bytes.extend((0..digits.len()).step_by(2).map(byte));
    }
    bytes
}

/// A record and its bytes, in both directions.
fn pinned<T: Record + PartialEq + std::fmt::Debug>(record: &T, bytes: &str) {
    assert_eq!(pack(record).unwrap(), hex(bytes));
    assert_eq!(&unpack::<T>(&hex(bytes)).unwrap(), record);
}

const SERIES: SeriesId = SeriesId {
    metric: 1,
    variant: 2,
    company: 3,
};

#[test]
fn keys() {
    for (key, bytes) in [
        (
            Key::Current {
                series: SERIES,
                chunk: 4,
            },
            "10 00000001 00000002 00000003 0004",
        ),
        (
            Key::History {
                series: SERIES,
                chunk: 4,
            },
            "11 00000001 00000002 00000003 00000004",
        ),
        (Key::entry(SERIES), "12 00000003 00000001 00000002"),
        (
            Key::Catalog {
                company: 1,
                commit: 2,
                chunk: 3,
            },
            "13 00000001 0000000000000002 0003",
        ),
        (Key::Recent(258), "14 00000102"),
        (Key::Company(258), "20 00000102"),
        (Key::Metric(258), "21 00000102"),
        (Key::Variant(258), "22 00000102"),
        (
            Key::Sums {
                company: 1,
                commit: 2,
                chunk: 3,
            },
            "23 00000001 0000000000000002 0003",
        ),
        (
            Key::Additions {
                company: 1,
                commit: 2,
                chunk: 3,
            },
            "24 00000001 0000000000000002 0003",
        ),
        (Key::Document(258), "30 00000102"),
        (
            Key::DocumentIndex("iij/1q03".parse().unwrap()),
            "31 'iij/1q03'",
        ),
        (
            Key::Cells {
                document: 1,
                first: 2,
            },
            "32 00000001 00000002",
        ),
        (
            Key::Checks {
                document: 1,
                chunk: 2,
            },
            "33 00000001 00000002",
        ),
        (Key::Commit(258), "40 0000000000000102"),
        (Key::Intent(258), "41 00000102"),
    ] {
        assert_eq!(key.to_bytes(), hex(bytes), "{key:?}");
        assert_eq!(Key::parse(&hex(bytes)), Ok(key));
    }
}

#[test]
fn the_envelope() {
    let key = hex("21 00000001");
    let value = hex("'KS' 06 21 00000003 f715624a 'abc'");
    assert_eq!(envelope::seal(&key, b"abc").unwrap(), value);
    assert_eq!(envelope::open(&key, &value), Ok(b"abc".as_slice()));
    for older in [
        "'KS' 01 21 00000003 93740f83 'abc'",
        "'KS' 02 21 00000003 aaf93346 'abc'",
        "'KS' 03 21 00000003 bd822705 'abc'",
        "'KS' 04 21 00000003 d9e34acc 'abc'",
        "'KS' 05 21 00000003 ce985e8f 'abc'",
    ] {
        assert_eq!(envelope::open(&key, &hex(older)), Ok(b"abc".as_slice()));
    }
}

fn amount(value: Decimal, precision: Precision, rounding: Rounding) -> Amount {
    Amount::new(value, precision, rounding).unwrap()
}

fn row(period: &str, figure: Figure, published: &str, source: (u32, u32), rank: Rank) -> Row {
    Row::from(Observation {
        period: period.parse().unwrap(),
        figure,
        published: published.parse().unwrap(),
        source: Source {
            document: source.0,
            cell: source.1,
        },
        rank,
        commit: 7,
    })
}

fn thousands(value: i64) -> Figure {
    let value = Decimal::from(value * 1000);
    Figure::Amount(amount(value, Precision::Decimals(-3), Rounding::Nearest))
}

#[test]
fn a_block_of_every_sort_of_row() {
    let mut range = row(
        "2003-06-30",
        Figure::Range {
            low: amount(
                Decimal::new(-90, 2),
                Precision::Decimals(2),
                Rounding::Truncated,
            ),
            high: amount(Decimal::new(11, 1), Precision::Exact, Rounding::Nearest),
        },
        "2003-08-14",
        (300, 6),
        Rank::Prose,
    );
    range.conflicting = true;
    range.versions = true;
    let mut words = row(
        "~2009-06-30/2q",
        Figure::Qualitative("ok".into()),
        "2003-08-13",
        (2, 5),
        Rank::Table,
    );
    words.observation.commit = 9;
    let rows = [
        row(
            "2003-04-01..2003-06-30",
            thousands(8_344_046),
            "2003-08-13",
            (2, 5),
            Rank::Statement,
        ),
        range,
        words,
    ];
    let bytes = hex(concat!(
        "0003",                                               // rows
        "32 01 01 01",          // descriptors: end, kind, extent, figure
        "14 10 11 01",          // mantissa, exponent, precision, rounding
        "01 10 01 00",          // those of the upper end
        "01 31 12 11 01 11 01", // text end to flags
        "000b2904",             // end: 2003-06-30
        "f7",                   // mantissa: -9
        "ff",                   // exponent: -1
        "fd",                   // precision: -3
        "ff",                   // exponent of the upper end: -1
        "000b2930",             // published: 2003-08-13
        "02",                   // document
        "05",                   // cell
        "07",                   // commit
        "0000 0000 0890",       // end: the last 2192 days later
        "00 01 02",             // kind: duration, instant, nominal
        "5a 00 02",             // extent: 90 days, 2 quarters
        "00 06 07",             // figure: amount, range, qualitative
        "000000136d7060e9 0000000000000000 0000000000000009", // mantissa: 83440460000, -9, 0
        "00 05 03",             // precision: -3, 2, 0
        "00 01 00",             // rounding
        "00 0b 00",             // upper end: 1.1
        "00 64 00",             // its precision: exact
        "00 00 02",             // text end
        "00 01 00",             // published
        "0000 012a 0000",       // document: 2, 300, 2
        "00 01 00",             // cell
        "02 00 01",             // rank
        "00 00 02",             // commit
        "00 03 00",             // flags
        "'ok'",                 // texts
    ));
    assert_eq!(block::encode(&rows).unwrap(), bytes);
    assert_eq!(Block::parse(&bytes).unwrap().rows().unwrap(), rows);
}

#[test]
fn a_current_block_and_its_envelope() {
    let plain = |period, value, cell| {
        let mut row = row(
            period,
            thousands(value),
            "2003-08-13",
            (0, cell),
            Rank::Statement,
        );
        row.observation.commit = 1;
        row
    };
    let rows = [
        plain("2003-04-01..2003-06-30", 8_344_046, 4),
        plain("2003-07-01..2003-09-30", 9_849_202, 5),
    ];
    let header = SeriesHeader {
        commit: 9,
        created: 1,
        chunks: 1,
        rows: 2,
        history_chunks: 0,
        history_rows: 0,
    };
    let payload = hex(concat!(
        "0000000000000009 0000000000000001 0001 00000002 00000000 0000000000000000",
        "0002",
        "31 00 11 00 33 10 10 00 00 00 00 00 00 30 00 11 10 10 00",
        "000b2904 5a 007f51ee 03 fd 000b2930 04 02 01", // bases
        "00 5c",                                        // end: 92 days later
        "00 01",                                        // extent: 90, 91
        "00000000 0016f784",                            // mantissa
        "00 01",                                        // cell
    ));
    assert_eq!(
        series::encode(header, &block::borrowed(&rows)).unwrap(),
        std::slice::from_ref(&payload)
    );
    let (read, block) = series::parse(&payload).unwrap();
    assert_eq!(read, header);
    assert_eq!(block.rows().unwrap(), rows);
    let key = Key::Current {
        series: SERIES,
        chunk: 0,
    };
    let value = envelope::seal(&key.to_bytes(), &payload).unwrap();
    let header = hex("'KS' 06 10 00000057 14f103db");
    assert_eq!(value, [header, payload].concat());
}

#[test]
fn recent_rows_of_three_series() {
    let recent = |period, value, (document, cell), commit| {
        let published = "2003-08-13";
        let mut row = row(
            period,
            thousands(value),
            published,
            (document, cell),
            Rank::Table,
        );
        row.observation.commit = commit;
        row
    };
    let rows = [
        recent("2003-04-01..2003-06-30", 8_344_046, (3, 0), 7),
        recent("2003-07-01..2003-09-30", 9_849_202, (4, 1), 8),
        recent("2003-07-01..2003-09-30", 12, (4, 2), 8),
        recent("2003-07-01..2003-09-30", 13, (4, 3), 8),
    ];
    let of = |metric, variant, on_block, rows| SeriesRows {
        metric,
        variant,
        on_block,
        rows: block::borrowed(rows),
    };
    let series = [
        of(1, 0, true, &rows[..2]),
        of(1, 300, false, &rows[2..3]),
        of(5, 2, false, &rows[3..]),
    ];
    let bytes = hex(concat!(
        "0003",           // series
        "11 02 11 01",    // descriptors: metric, variant, end of rows, whether there is a block
        "01 02",          // bases of metric and end of rows
        "00 00 04",       // metric: 1, 1, 5
        "0000 012c 0002", // variant: 0, 300, 2
        "00 01 02",       // end of rows: 2, 3, 4
        "01 00 00",       // a block of the first one
        "0004",           // rows
        "31 00 11 00 13 10 10 00 00 00 00 00 00 30 11 01 10 11 00",
        "000b2904 5a 0c 03 fd 000b2930 03 01 07", // bases
        "00 5c 5c 5c",                            // end: 92 days later
        "00 01 01 01",                            // extent: 90, 91
        "007f51e2 00964966 00000000 00000001",    // mantissa: from 12 on
        "00 01 01 01",                            // document
        "00 01 02 03",                            // cell
        "00 01 01 01",                            // commit
    ));
    assert_eq!(recent::encode(&series).unwrap(), bytes);
    let read = Recent::parse(&bytes).unwrap();
    let pairs: Vec<_> = (0..4).map(|nth| read.pair(nth)).collect();
    assert_eq!(pairs, [Some((1, 0)), Some((1, 300)), Some((5, 2)), None]);
    let on_block: Vec<_> = (0..3).map(|nth| read.on_block(nth)).collect();
    assert_eq!(on_block, [true, false, false]);
    for (nth, expected) in [&rows[..2], &rows[2..3], &rows[3..]].iter().enumerate() {
        assert_eq!(read.rows(nth).unwrap(), *expected);
    }
    let none =
        hex("0000 00 00 00 00 0000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assert_eq!(recent::encode(&[]).unwrap(), none);
    assert_eq!(Recent::parse(&none).unwrap().len(), 0);
}

const ID: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

#[test]
fn the_manifest() {
    let manifest = Manifest {
        id: ID,
        created: 1_060_700_400,
    };
    let bytes = |version: &str, checksum: &str| {
        hex(&format!(
            "'KESSANDB' {version} 000102030405060708090a0b0c0d0e0f 000000003f3900f0 {checksum}"
        ))
    };
    let six = bytes("00000006", "1a126b08");
    assert_eq!(manifest.to_bytes(), six);
    assert_eq!(Manifest::parse(&six), Ok(manifest));
    for older in [
        bytes("00000001", "d44297a0"),
        bytes("00000002", "e1af21f3"),
        bytes("00000003", "4424b1fd"),
        bytes("00000004", "8a744d55"),
        bytes("00000005", "2fffdd5b"),
    ] {
        assert_eq!(Manifest::parse(&older), Ok(manifest));
    }
}

#[test]
fn a_slot_of_head() {
    let head = Head {
        database: ID,
        sequence: 7,
        chain: [0xaa; 32],
    };
    let bytes = |version: &str, checksum: &str| {
        let mut bytes = hex(&format!(
            "'KSHD' {version} 000102030405060708090a0b0c0d0e0f 0000000000000007"
        ));
        bytes.extend([0xaa; 32]);
        bytes.extend(hex(checksum));
        bytes.resize(512, 0);
        bytes
    };
    let six = bytes("00000006", "d9a6ffb8");
    assert_eq!(head.to_slot(), (1, six.clone()));
    assert_eq!(Head::parse_slot(&six), Some(head));
    for older in [
        bytes("00000001", "92f2c084"),
        bytes("00000002", "bb0db628"),
        bytes("00000003", "a3a7644c"),
        bytes("00000004", "e8f35b70"),
        bytes("00000005", "f0598914"),
    ] {
        assert_eq!(Head::parse_slot(&older), Some(head));
    }
}
