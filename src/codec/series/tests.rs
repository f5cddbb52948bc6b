//! Tests of the chunks of a current block.

use super::*;
use crate::codec::block::borrowed;
use crate::codec::block::tests::quarters;

const NEW: SeriesHeader = SeriesHeader {
    commit: 7,
    created: 3,
    chunks: 0,
    rows: 0,
    history_chunks: 0,
    history_rows: 0,
};

#[test]
fn chunks_fill_values_and_tell_how_many_they_are() {
    let rows = quarters(0..2000);
    let payloads = encode(NEW, &borrowed(&rows)).unwrap();
    let limit = envelope::PAYLOAD_LIMIT;
    assert!(payloads.iter().all(|payload| payload.len() <= limit));
    let bytes: usize = payloads.iter().map(Vec::len).sum();
    assert!(payloads.len() <= bytes.div_ceil(limit) + 1);
    let mut read = Vec::new();
    for payload in &payloads {
        let (header, block) = parse(payload).unwrap();
        let chunks = u16::try_from(payloads.len()).unwrap();
        let expected = SeriesHeader {
            chunks,
            rows: 2000,
            ..NEW
        };
        assert_eq!(header, expected);
        read.extend(block.rows().unwrap());
    }
    assert_eq!(read, rows);
}

#[test]
fn no_chunk_is_longer_than_a_value() {
    // A row takes less than 17 bytes, so that some of these fill a value to its last 34, the header.
    let limit = envelope::PAYLOAD_LIMIT;
    let mut longest = 0;
    for count in (340..600).step_by(2) {
        let payloads = encode(NEW, &borrowed(&quarters(0..count))).unwrap();
        longest = longest.max(payloads[0].len());
        assert!(payloads.iter().all(|payload| payload.len() <= limit));
    }
    assert!(longest > limit - HEADER);
}

#[test]
fn rows_are_appended_to_one_chunk_while_it_holds_them() {
    let appended = |before: u32, after: u32, chunks: u16| {
        let payload = encode(NEW, &borrowed(&quarters(0..before))).unwrap();
        let (header, block) = parse(&payload[0]).unwrap();
        let header = SeriesHeader { chunks, ..header };
        append(header, &block, &borrowed(&quarters(before..before + after)))
    };
    let encoded = encode(NEW, &borrowed(&quarters(0..40))).unwrap();
    assert_eq!(appended(30, 10, 1), Some(encoded[0].clone()));
    assert_eq!(appended(30, 10, 2), None);
    assert_eq!(appended(30, 2000, 1), None);
}
