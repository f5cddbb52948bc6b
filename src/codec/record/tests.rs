//! Tests of what a record may hold.

use super::*;
use crate::codec::addition::{SumRecord, SumsRecord};
use crate::model::{
    CalendarRule, Dimension, DocumentKind, LabelStyle, MetricKind, YearEnd, YearNaming,
};

#[test]
fn what_is_longer_than_its_limit_is_no_record() {
    let calendar = FiscalCalendar::new(vec![CalendarRule {
        from: None,
        year_end: YearEnd::MonthEnd { month: 3 },
        named_by: YearNaming::Start,
        labels: LabelStyle::QuarterShortYear,
    }]);
    let calendar = calendar.unwrap();
    let company = |name: usize| {
        pack(&CompanyRecord {
            id: "iij".parse().unwrap(),
            name: "x".repeat(name),
            calendar: calendar.clone(),
            recent: false,
        })
    };
    let metric = |positive: usize, negative: usize| {
        pack(&Metric {
            path: "profit".parse().unwrap(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: "x".repeat(positive),
            negative: Some("x".repeat(negative)),
        })
    };
    let document = |title: usize, issuer: usize, reports: usize, published: &str| {
        pack(&DocumentRecord {
            document: Document {
                id: "d".parse().unwrap(),
                title: "x".repeat(title),
                issuer: "x".repeat(issuer),
                kind: DocumentKind::Results,
                published: published.parse().unwrap(),
                utc_offset: None,
                reports: Some("x".repeat(reports)),
            },
            digest: [0; 32],
            commit: 1,
            cells: 0,
            facts: 0,
            checks: 0,
        })
    };
    let series = SeriesId {
        metric: 0,
        variant: 0,
        company: 0,
    };
    let intent = |count: usize| pack(&IntentRecord::new(1, 1, &vec![series; count]));
    let day = "2003-08-13";
    for (longest, longer) in [
        (company(500), company(501)),
        (metric(200, 200), metric(201, 200)),
        (metric(200, 200), metric(200, 201)),
        (document(1000, 500, 200, day), document(1001, 500, 200, day)),
        (document(1000, 500, 200, day), document(1000, 501, 200, day)),
        (document(1000, 500, 200, day), document(1000, 500, 201, day)),
        (
            document(1, 1, 1, "2999-12-31"),
            document(1, 1, 1, "3000-01-01"),
        ),
        (intent(400), intent(401)),
    ] {
        assert!(longest.is_ok(), "{longest:?}");
        assert!(longer.is_err());
    }
}

#[test]
fn a_record_is_as_long_as_a_value_can_be() {
    // One sum, a text of more than 250 bytes with its length in three bytes, no parts.
    let record = |text: usize| {
        pack(&SumsRecord(vec![SumRecord {
            total: "x".repeat(text),
            parts: Vec::new(),
        }]))
    };
    let limit = envelope::PAYLOAD_LIMIT;
    assert_eq!(record(limit - 5).map(|bytes| bytes.len()), Ok(limit));
    assert_eq!(
        record(limit - 4),
        Err(CodecError::TooLong {
            what: "a record",
            length: limit + 1,
            limit
        })
    );
}

#[test]
fn items_are_split_where_the_next_one_does_not_fit() {
    let limit = envelope::PAYLOAD_LIMIT - 5;
    // The length of a text of more than 250 bytes takes three bytes.
    let runs = |sizes: &[usize]| {
        let items: Vec<String> = sizes.iter().map(|size| "x".repeat(size - 3)).collect();
        let runs = split_by_size("a text", &items)?;
        let sizes = runs.iter().map(|run| run.iter().map(|text| text.len() + 3));
        Ok(sizes.map(Iterator::collect).collect::<Vec<Vec<usize>>>())
    };
    for (sizes, expected) in [
        (&[][..], vec![]),
        (&[limit], vec![vec![limit]]),
        (&[1000, limit - 1000], vec![vec![1000, limit - 1000]]),
        (&[1000, limit - 999], vec![vec![1000], vec![limit - 999]]),
        (
            &[limit - 1000, 600, 600, limit - 1200],
            vec![vec![limit - 1000, 600], vec![600, limit - 1200]],
        ),
    ] {
        assert_eq!(runs(sizes), Ok(expected));
    }
    assert_eq!(
        runs(&[1000, limit + 1]),
        Err(CodecError::TooLong {
            what: "a text",
            length: limit + 1,
            limit
        })
    );
}

#[test]
fn a_digest_of_digests_is_sha_256() {
    // As `sha256sum` has it of nothing and of 32 and 64 bytes of zero.
    for (count, digest) in [
        (
            0,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            1,
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925",
        ),
        (
            2,
            "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b",
        ),
    ] {
        let expected: Vec<u8> = (0..64)
            .step_by(2)
            .map(|at| u8::from_str_radix(&digest[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(digest_of(&vec![[0; 32]; count]).as_slice(), expected);
    }
}
