//! The bytes that digests are made of.

use proptest::prelude::*;

use super::*;
use crate::codec::block::tests::{any_date, any_period, any_row};
use crate::codec::check::ChecksRecord;
use crate::codec::check::tests::any_check;
use crate::codec::golden::hex;
use crate::codec::record::take;
use crate::model::{
    Cell, Document, DocumentKind, Precision, Rounding, Scenario, Scope, SeriesKey, parse_date,
};

/// A document that tests own.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Filing {
    document: Document,
    cells: Vec<Cell>,
    facts: Vec<Reported>,
    checks: Vec<Check>,
}

impl Filing {
    fn content(&self) -> Content<'_> {
        Content {
            document: &self.document,
            cells: &self.cells,
            facts: &self.facts,
            checks: &self.checks,
        }
    }

    fn in_order(mut self) -> Filing {
        self.facts
            .sort_by_key(|fact| (fact.cell, fact.series.clone(), fact.period));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let taken = self.content().write(|run| bytes.extend_from_slice(run));
        taken.unwrap();
        bytes
    }
}

/// Digests are made of the bytes that follow. They are part of the format: a database made before a
/// change here would refuse documents it knows.
fn filing() -> Filing {
    let published = parse_date("2021-08-10").unwrap();
    let amount = Amount::new(
        1_250_000_000.into(),
        Precision::Decimals(-6),
        Rounding::Nearest,
    );
    Filing {
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
    }
}

#[test]
fn the_bytes_that_a_digest_is_made_of() {
    let mut filing = filing();
    let mut second = filing.facts[0].clone();
    second.series.metric = "margin".parse().unwrap();
    second.series.unit = "%".parse().unwrap();
    second.figure = Figure::Qualitative("ok".into());
    second.cell = 300;
    filing.facts.push(second);
    let expected = hex(concat!(
        "'KSDG'",
        "01'd' 01'T' 01'I' 00 0a'2021-08-10' 01 06'+09:00' 00", // document
        "0000000000000001",                                     // cells
        "07't1!R2C2' 06'page 1' 07'Revenue' 04'2Q21' 05'1,250' 06 00",
        "0000000000000002",          // facts
        "ff",                        // of the first everything
        "0000000000000001'c'",       // company
        "0000000000000007'revenue'", // metric
        "00",                        // scenario: actual
        "0000000000000001",          // scope
        "0000000000000004'area' 0000000000000004'west'",
        "0000000000000003'JPY'",                     // unit
        "00 000b4259 000b42b3",                      // period
        "000b42dc",                                  // published
        "01",                                        // rank: table
        "00000000",                                  // cell
        "00",                                        // figure: amount
        "0000000000000000000000004a817c80 00000000", // mantissa and scale
        "fa 00",                                     // precision: -6, rounding
        "12",                                        // of the second metric and unit
        "0000000000000006'margin' 0000000000000001'%'",
        "0000012c",                // cell
        "07 0000000000000002'ok'", // figure: words
        "0000000000000000",        // checks
    ));
    assert_eq!(filing.bytes(), expected);
    let hashed: [u8; 32] = Sha256::digest(&expected).into();
    assert_eq!(filing.content().digest(), Ok(hashed));
    assert!(!filing.content().is_older(&hashed));
}

#[test]
fn the_bytes_that_digests_of_older_versions_are_made_of() {
    let filing = filing();
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
    assert!(filing.content().is_older(&hashed));
    assert_ne!(filing.content().digest(), Ok(hashed));
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
    fn an_older_digest_is_that_of_the_json_with_the_facts_in_order(filing in any_filing()) {
        let ordered = filing.clone().in_order();
        let json: [u8; 32] = Sha256::digest(serde_json::to_vec(&ordered).unwrap()).into();
        prop_assert_eq!(filing.content().older_digest(), Ok(json));
    }

    /// So that no two documents have the same.
    #[test]
    fn the_document_can_be_read_from_the_bytes_of_its_digest(filing in any_filing()) {
        let bytes = filing.bytes();
        let hashed: [u8; 32] = Sha256::digest(&bytes).into();
        prop_assert_eq!(filing.content().digest(), Ok(hashed));
        prop_assert_eq!(read(&bytes), filing.in_order());
    }

    #[test]
    fn the_order_of_facts_does_not_matter(filing in any_filing()) {
        let ordered = filing.clone().in_order();
        prop_assert_eq!(filing.content().digest(), ordered.content().digest());
    }
}

fn bytes<const N: usize>(from: &mut &[u8]) -> [u8; N] {
    let (bytes, rest) = from.split_first_chunk().unwrap();
    *from = rest;
    *bytes
}

fn count(from: &mut &[u8]) -> usize {
    u64::from_be_bytes(bytes(from)).try_into().unwrap()
}

fn text(from: &mut &[u8]) -> String {
    let length = count(from);
    let (text, rest) = from.split_at(length);
    *from = rest;
    String::from_utf8(text.to_vec()).unwrap()
}

fn date(from: &mut &[u8]) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes(bytes(from))).unwrap()
}

fn period(from: &mut &[u8]) -> Period {
    match bytes(from) {
        [0] => Period::duration(date(from), date(from)),
        [1] => Period::instant(date(from)),
        _ => {
            let quarters = u16::from_be_bytes(bytes(from));
            Period::nominal(date(from), quarters)
        }
    }
    .unwrap()
}

fn amount(from: &mut &[u8]) -> Amount {
    let mantissa = i128::from_be_bytes(bytes(from));
    let value =
        rust_decimal::Decimal::from_i128_with_scale(mantissa, u32::from_be_bytes(bytes(from)));
    let precision = i8::from_be_bytes(bytes(from));
    let rounding = i8::from_be_bytes(bytes(from));
    let precision = code::precision_of(precision.into()).unwrap();
    Amount::new(
        value,
        precision,
        code::rounding_of(rounding.into()).unwrap(),
    )
    .unwrap()
}

fn figure(from: &mut &[u8]) -> Figure {
    match bytes(from) {
        [0] => Figure::Amount(amount(from)),
        [1] => Figure::Approximate(amount(from)),
        [2] => Figure::AtLeast(amount(from)),
        [3] => Figure::MoreThan(amount(from)),
        [4] => Figure::AtMost(amount(from)),
        [5] => Figure::LessThan(amount(from)),
        [6] => Figure::Range {
            low: amount(from),
            high: amount(from),
        },
        [7] => Figure::Qualitative(text(from)),
        [8] => Figure::Nil(Nil::Zero),
        [9] => Figure::Nil(Nil::None),
        _ => Figure::Nil(Nil::NotApplicable),
    }
}

fn fact(before: Option<&Reported>, from: &mut &[u8]) -> Reported {
    let [parts] = bytes(from);
    let mut differs = (0..8).map(|bit| parts >> bit & 1 == 1);
    let mut differs = || differs.next().unwrap();
    let same = || before.cloned().unwrap();
    let company = if differs() {
        text(from).parse().unwrap()
    } else {
        same().series.company
    };
    let metric = if differs() {
        text(from).parse().unwrap()
    } else {
        same().series.metric
    };
    let scenario = if differs() {
        let [scenario] = bytes(from);
        [
            Scenario::Actual,
            Scenario::Target,
            Scenario::Plan,
            Scenario::ProForma,
        ][usize::from(scenario)]
    } else {
        same().series.scenario
    };
    let scope = if differs() {
        let members: std::collections::BTreeMap<_, _> =
            (0..count(from)).map(|_| (text(from), text(from))).collect();
        members.try_into().unwrap()
    } else {
        same().series.scope
    };
    let unit = if differs() {
        text(from).parse().unwrap()
    } else {
        same().series.unit
    };
    let period = if differs() {
        period(from)
    } else {
        same().period
    };
    let published = if differs() {
        date(from)
    } else {
        same().published
    };
    let rank = if differs() {
        let [rank] = bytes(from);
        [Rank::Prose, Rank::Table, Rank::Statement][usize::from(rank)]
    } else {
        same().rank
    };
    Reported {
        series: SeriesKey {
            company,
            metric,
            scenario,
            scope,
            unit,
        },
        period,
        published,
        rank,
        cell: u32::from_be_bytes(bytes(from)),
        figure: figure(from),
    }
}

/// Reads the bytes that a digest is made of, by `src/docs/format.md`.
fn read(mut from: &[u8]) -> Filing {
    let from = &mut from;
    assert_eq!(&bytes(from), b"KSDG");
    let document = take(from);
    let cells = (0..count(from)).map(|_| take(from)).collect();
    let mut facts: Vec<Reported> = Vec::new();
    for _ in 0..count(from) {
        let fact = fact(facts.last(), from);
        facts.push(fact);
    }
    let checks: Vec<CheckRecord> = (0..count(from)).map(|_| take(from)).collect();
    let checks = ChecksRecord(checks).checks().unwrap();
    assert!(from.is_empty());
    Filing {
        document,
        cells,
        facts,
        checks,
    }
}
