//! The bytes that digests are made of.

use proptest::prelude::*;

use super::*;
use crate::codec::block::tests::{any_date, any_period, any_row};
use crate::codec::check::tests::any_check;
use crate::model::{Cell, Document, DocumentKind, Scenario, Scope, parse_date};

/// The digest of a document is one of these bytes. They are part of the format: a database made before a
/// change here would refuse documents it knows.
#[test]
fn the_bytes_that_a_digest_is_made_of() {
    let published = parse_date("2021-08-10").unwrap();
    let amount = Amount::new(
        1_250_000_000.into(),
        Precision::Decimals(-6),
        Rounding::Nearest,
    );
    let filing = Filing {
        document: Document {
            id: "d".parse().unwrap(),
            title: "T".into(),
            issuer: "I".into(),
            kind: DocumentKind::Results,
            published,
            utc_offset: Some("+09:00".parse().unwrap()),
            reports: None,
        },
        cells: vec![Cell {
            address: "t1!R2C2".into(),
            place: "page 1".into(),
            row: "Revenue".into(),
            column: "2Q21".into(),
            text: "1,250".into(),
            scale: 6,
            unplaced: None,
        }],
        facts: vec![Reported {
            series: SeriesKey {
                company: "c".parse().unwrap(),
                metric: "revenue".parse().unwrap(),
                scenario: Scenario::Actual,
                scope: "area=west".parse::<Scope>().unwrap(),
                unit: "JPY".parse().unwrap(),
            },
            period: "2021-04-01..2021-06-30".parse().unwrap(),
            figure: Figure::Amount(amount.unwrap()),
            published,
            cell: 0,
            rank: Rank::Table,
        }],
        checks: vec![],
    };
    let expected = concat!(
        r#"{"document":{"id":"d","title":"T","issuer":"I","kind":"results","published":"2021-08-10","#,
        r#""utc_offset":"+09:00","reports":null},"#,
        r#""cells":[{"address":"t1!R2C2","place":"page 1","row":"Revenue","column":"2Q21","text":"1,250","scale":6,"unplaced":null}],"#,
        r#""facts":[{"series":{"company":"c","metric":"revenue","scenario":"actual","scope":{"area":"west"},"unit":"JPY"},"#,
        r#""period":"2021-04-01..2021-06-30","#,
        r#""figure":{"amount":{"value":"1250000000","precision":{"decimals":-6},"rounding":"nearest"}},"#,
        r#""published":"2021-08-10","cell":0,"rank":"table"}],"checks":[]}"#,
    );
    assert_eq!(serde_json::to_string(&filing).unwrap(), expected);
    let hashed: [u8; 32] = Sha256::digest(expected).into();
    assert_eq!(digest(&filing).unwrap(), hashed);
}

fn any_series() -> impl Strategy<Value = SeriesKey> {
    let scope = prop_oneof![
        Just(""),
        Just("area=west"),
        Just("area=west,segment=network")
    ];
    let unit = prop_oneof![
        Just("JPY"),
        Just("USD/share"),
        Just("%"),
        Just("shares"),
        Just("pure")
    ];
    let scenario = prop_oneof![Just(Scenario::Actual), Just(Scenario::ProForma)];
    ("[a-c]", "[a-c]", scenario, scope, unit).prop_map(
        |(company, metric, scenario, scope, unit)| SeriesKey {
            company: company.parse().unwrap(),
            metric: metric.parse().unwrap(),
            scenario,
            scope: scope.parse().unwrap(),
            unit: unit.parse().unwrap(),
        },
    )
}

fn any_fact() -> impl Strategy<Value = Reported> {
    (any_series(), any_period(), any_row()).prop_map(|(series, period, row)| Reported {
        series,
        period,
        figure: row.observation.figure,
        published: row.observation.published,
        cell: row.observation.source.cell,
        rank: row.observation.rank,
    })
}

fn any_filing() -> impl Strategy<Value = Filing> {
    let text = || "[ -~決算\n\u{1}]{0,20}";
    let cell = (text(), text(), any::<u32>(), prop::option::of(text()));
    let cell = cell.prop_map(|(text, row, scale, unplaced)| Cell {
        address: "t1!R1C1".into(),
        place: row.clone(),
        row,
        column: text.clone(),
        text,
        scale,
        unplaced,
    });
    (
        (text(), text(), any_date(), prop::option::of(text())),
        prop::collection::vec(cell, 0..5),
        // Enough of them now and then that they are hashed in several runs.
        prop_oneof![
            prop::collection::vec(any_fact(), 0..9),
            prop::collection::vec(any_fact(), 80..90)
        ],
        prop::collection::vec(any_check(), 0..5),
    )
        .prop_map(
            |((title, issuer, published, reports), cells, facts, checks)| Filing {
                document: Document {
                    id: "d".parse().unwrap(),
                    title,
                    issuer,
                    kind: DocumentKind::Other,
                    published,
                    utc_offset: None,
                    reports,
                },
                cells,
                facts,
                checks,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_digest_is_that_of_the_json_with_the_facts_in_order(filing in any_filing()) {
        let found = digest(&filing).unwrap();
        let mut filing = filing;
        filing.facts.sort_by_key(|fact| (fact.cell, fact.series.clone(), fact.period));
        let json: [u8; 32] = Sha256::digest(serde_json::to_vec(&filing).unwrap()).into();
        prop_assert_eq!(found, json);
    }
}
