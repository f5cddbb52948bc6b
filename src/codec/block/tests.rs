//! Tests of blocks, and strategies for rows that other tests use too.

use proptest::prelude::*;

use super::*;
use crate::model::{FIRST_YEAR, LAST_YEAR, Precision, Rank, Rounding};

pub(crate) fn any_date() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1)
        .unwrap()
        .num_days_from_ce();
    let last = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31)
        .unwrap()
        .num_days_from_ce();
    prop_oneof![Just(first), Just(last), first..=last, 730_000..735_000]
        .prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).unwrap())
}

pub(crate) fn any_period() -> BoxedStrategy<Period> {
    let nominal = (any_date(), any::<u16>()).prop_map(|(date, quarters)| {
        let end = crate::model::date::month_end(date.year(), date.month()).unwrap();
        Period::nominal(end, quarters).unwrap()
    });
    prop_oneof![
        any_date().prop_map(|date| Period::instant(date).unwrap()),
        (any_date(), any_date()).prop_map(|(a, b)| Period::duration(a.min(b), a.max(b)).unwrap()),
        nominal,
    ]
    .boxed()
}

pub(crate) fn any_amount() -> impl Strategy<Value = Amount> {
    let value = prop_oneof![
        (any::<i32>(), 0_u32..4).prop_map(|(m, scale)| Decimal::new(m.into(), scale)),
        (any::<i64>(), 0_u32..29).prop_map(|(m, scale)| Decimal::new(m, scale)),
        (0_i64..10_000, 0_u32..18)
            .prop_map(|(m, zeros)| Decimal::from(m) * Decimal::from(10_i64.pow(zeros.min(14)))),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::ZERO),
        Just(Decimal::new(1, 28)),
    ];
    let precision = prop_oneof![
        Just(Precision::Exact),
        Just(Precision::Unknown),
        (-28_i8..=28).prop_map(Precision::Decimals),
    ];
    let rounding = prop_oneof![Just(Rounding::Nearest), Just(Rounding::Truncated)];
    (value, precision, rounding)
        .prop_map(|(value, precision, rounding)| Amount::new(value, precision, rounding).unwrap())
}

pub(crate) fn any_figure() -> BoxedStrategy<Figure> {
    prop_oneof![
        6 => any_amount().prop_map(Figure::Amount),
        1 => any_amount().prop_map(Figure::Approximate),
        1 => any_amount().prop_map(Figure::AtLeast),
        1 => any_amount().prop_map(Figure::MoreThan),
        1 => any_amount().prop_map(Figure::AtMost),
        1 => any_amount().prop_map(Figure::LessThan),
        1 => (any_amount(), any_amount()).prop_map(|(low, high)| Figure::Range { low, high }),
        1 => "[a-zé決 ]{0,40}".prop_map(Figure::Qualitative),
        1 => prop_oneof![Just(Nil::Zero), Just(Nil::None), Just(Nil::NotApplicable)]
            .prop_map(Figure::Nil),
    ]
    .boxed()
}

pub(crate) fn any_row() -> impl Strategy<Value = Row> {
    let rank = prop_oneof![Just(Rank::Prose), Just(Rank::Table), Just(Rank::Statement)];
    let source = (any::<u32>(), any::<u32>());
    let rest = (rank, any::<u64>(), any::<bool>(), any::<bool>());
    (any_period(), any_figure(), any_date(), source, rest).prop_map(
        |(period, figure, published, (document, cell), (rank, commit, conflicting, versions))| {
            Row {
                observation: Observation {
                    period,
                    figure,
                    published,
                    source: Source { document, cell },
                    rank,
                    commit,
                },
                conflicting,
                versions,
            }
        },
    )
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec(any_row(), 0..24)
}

/// Rows as most of them are: numbers with up to four decimals or up to ten zeros, nils.
fn plain_rows() -> impl Strategy<Value = Vec<Row>> {
    let mantissa = prop_oneof![1 => Just(0), 4 => -99_i64..99, 4 => -1_000_000_i64..1_000_000];
    let value = prop_oneof![
        (mantissa.clone(), 0_u32..=4).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        (mantissa, 0_u32..=8)
            .prop_map(|(mantissa, zeros)| Decimal::from(mantissa * 10_i64.pow(zeros))),
    ];
    let precision = prop_oneof![
        Just(Precision::Unknown),
        (-9_i8..=4).prop_map(Precision::Decimals)
    ];
    let amount = (value, precision).prop_map(|(value, precision)| {
        Figure::Amount(Amount::new(value, precision, Rounding::Nearest).unwrap())
    });
    let figure = prop_oneof![9 => amount, 1 => Just(Figure::Nil(Nil::None))];
    let row = (any_row(), figure).prop_map(|(mut row, figure)| {
        row.observation.figure = figure;
        row.observation.commit >>= 1;
        row
    });
    proptest::collection::vec(row, 0..24)
}

fn quarter(n: u32, value: i64) -> Row {
    let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new((91 * n).into());
    let end = start + chrono::Days::new(90);
    Row::from(Observation {
        period: Period::duration(start, end).unwrap(),
        figure: Figure::Amount(
            Amount::new(
                Decimal::from(value),
                Precision::Decimals(-3),
                Rounding::Nearest,
            )
            .unwrap(),
        ),
        published: end + chrono::Days::new(40),
        source: Source {
            document: n,
            cell: n % 7,
        },
        rank: Rank::Statement,
        commit: n.into(),
    })
}

/// Quarters of a company that grows.
pub(crate) fn quarters(which: std::ops::Range<u32>) -> Vec<Row> {
    which
        .map(|n| quarter(n, 1_000_000 + i64::from(n) * 3000))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_read_back(rows in rows()) {
        let bytes = encode(&rows).unwrap();
        prop_assert_eq!(Block::parse(&bytes).unwrap().rows(), Ok(rows));
    }

    #[test]
    fn amounts_of_64_bits_are_those_of_any_length(
        mantissa in prop_oneof![
            -3_000_i128..3_000,
            any::<i64>().prop_map(i128::from),
            (any::<i64>(), 0_u32..18).prop_map(|(m, zeros)| i128::from(m) * 10_i128.pow(zeros)),
            any::<i128>(),
        ],
        exponent in prop_oneof![-30_i128..30, any::<i128>()],
        precision in -30_i128..104,
        rounding in -1_i128..3,
    ) {
        let long = || {
            let (precision, rounding) = (code::precision_of(precision)?, code::rounding_of(rounding)?);
            Amount::new(decimal(mantissa, exponent)?, precision, rounding).ok()
        };
        // Decimals are equal whatever their scale.
        let parts = |amount: Amount| (amount, amount.value().scale());
        prop_assert_eq!(amount(mantissa, exponent, precision, rounding).map(parts), long().map(parts));
    }

    #[test]
    fn narrow_blocks_are_the_same_bytes(rows in prop_oneof![rows(), plain_rows()]) {
        if let Some(block) = narrow::encode(&borrowed(&rows)) {
            prop_assert_eq!(block, encode_any(&borrowed(&rows)).unwrap());
        }
    }

    #[test]
    fn appended_rows_are_the_same_bytes(
        (first, second) in prop_oneof![(rows(), rows()), (plain_rows(), plain_rows())],
    ) {
        let before = encode(&first).unwrap();
        if let Some(block) = append(&Block::parse(&before).unwrap(), &borrowed(&second)) {
            prop_assert_eq!(block, encode_any(&borrowed(&[first, second].concat())).unwrap());
        }
    }

    #[test]
    fn quarters_appended_to_a_series_are_the_same_bytes(
        values in proptest::collection::vec((-99_i64..99, 0_u32..3), 1..20),
        new in proptest::collection::vec((-99_i64..99, 0_u32..3), 1..3),
    ) {
        let value = |&(mantissa, zeros): &(i64, u32)| mantissa * 10_i64.pow(zeros);
        let all = values.iter().chain(&new);
        let rows: Vec<Row> = (0..).zip(all).map(|(n, v)| quarter(n, value(v))).collect();
        let before = encode(&rows[..values.len()]).unwrap();
        let block = append(&Block::parse(&before).unwrap(), &borrowed(&rows[values.len()..]));
        prop_assert_eq!(block, Some(encode_any(&borrowed(&rows)).unwrap()));
    }

    #[test]
    fn plain_figures_are_appended_without_decoding((first, second) in (plain_rows(), plain_rows())) {
        let before = encode(&first).unwrap();
        prop_assert!(append(&Block::parse(&before).unwrap(), &borrowed(&second)).is_some());
    }

    #[test]
    fn blocks_of_plain_figures_are_narrow(rows in plain_rows()) {
        prop_assert!(narrow::encode(&borrowed(&rows)).is_some());
    }

    #[test]
    fn split_blocks_hold_the_same_rows(rows in rows(), limit in 700_usize..2000) {
        let blocks = encode_split(&borrowed(&rows), limit).unwrap();
        let mut read = Vec::new();
        for block in &blocks {
            prop_assert!(block.len() <= limit);
            read.extend(Block::parse(block).unwrap().rows().unwrap());
        }
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn any_bytes_are_a_block_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(block) = Block::parse(&bytes) {
            let _ = block.rows();
        }
    }

    #[test]
    fn a_damaged_block_decodes_or_fails(
        rows in rows(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&rows).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(block) = Block::parse(&bytes) {
            let _ = block.rows();
        }
    }

    #[test]
    fn a_cut_block_is_an_error(rows in rows(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&rows).unwrap();
        let cut = cut.index(bytes.len());
        prop_assert!(Block::parse(&bytes[..cut]).is_err());
    }
}

#[test]
fn plain_quarters_share_an_exponent_and_take_few_bytes() {
    let rows: Vec<Row> = (0..80)
        .map(|n| quarter(n, 8_344_046_000 + i64::from(n) * 1_000_000_000))
        .collect();
    let bytes = encode(&rows).unwrap();
    let block = Block::parse(&bytes).unwrap();
    assert_eq!(block.exponent.constant(), Some(3));
    assert_eq!(block.mantissa.get(0), Some(8_344_046));
    assert_eq!(block.rows().unwrap(), rows);
    assert!(bytes.len() / 80 <= 14, "{} bytes a row", bytes.len() / 80);
}

#[test]
fn values_too_far_apart_keep_their_own_exponents() {
    let mut rows = vec![quarter(0, 1), quarter(1, 2)];
    let wide = |value| Figure::Amount(Amount::exact(value));
    rows[0].observation.figure = wide(Decimal::MAX);
    rows[1].observation.figure = wide(Decimal::new(1, 28));
    let bytes = encode(&rows).unwrap();
    let block = Block::parse(&bytes).unwrap();
    assert_eq!(block.exponent.constant(), None);
    assert_eq!(block.rows().unwrap(), rows);
}

#[test]
fn figures_appended_at_the_exponent_of_a_block_are_the_same_bytes() {
    // In thousands, from below zero up: what comes fits the offsets that are there.
    for (before, after) in [
        (&[-9_000, 7_000][..], &[5_000][..]),
        (&[-9_000, 7_000], &[5_000, -5_000, 0]),
        (&[-9_000, 7_000], &[5_500]),
        (&[0, 7], &[3]),
        (&[0, 0], &[0]),
        (&[0, 0], &[5_000]),
    ] {
        let rows = |values: &[i64], first: u32| -> Vec<Row> {
            let of = (first..).zip(values);
            of.map(|(n, value)| quarter(n, *value)).collect()
        };
        let (before, after) = (rows(before, 0), rows(after, 9));
        let stored = encode(&before).unwrap();
        let appended = append(&Block::parse(&stored).unwrap(), &borrowed(&after));
        let all = encode_any(&borrowed(&[before, after].concat())).unwrap();
        assert_eq!(appended, Some(all));
    }
}

#[test]
fn an_instant_of_several_days_is_an_error() {
    let bytes = encode(&[quarter(0, 1)]).unwrap();
    // Two bytes of count, 19 descriptors, the end in four bytes; a kind of zero has no base.
    let base = 2 + COLUMNS + 4;
    assert_eq!(bytes[2..4], [0x30, 0x00]);
    let kind = |number: u8| {
        let mut bytes = bytes.clone();
        bytes[3] = 0x10;
        bytes.insert(base, number);
        let rows = Block::parse(&bytes).unwrap().rows();
        rows.map(|rows| rows[0].observation.period.kind())
    };
    assert_eq!(kind(0), Ok(PeriodKind::Duration));
    assert!(kind(1).is_err());
}

#[test]
fn numbers_have_at_most_28_decimals() {
    let read = |mantissa, exponent| {
        let (precision, rounding) = (Precision::Exact, Rounding::Nearest);
        amount(
            mantissa,
            exponent,
            code::precision(precision),
            code::rounding(rounding),
        )
    };
    let least = Amount::exact(Decimal::new(1, 28));
    assert_eq!(read(1, -28), Some(least));
    // It would be the same number.
    assert_eq!(read(10, -29), None);
}

/// Rows in words, of which the first so many are long.
fn words(count: u32, long: usize, length: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..count).map(|n| quarter(n, 1)).collect();
    for (index, row) in rows.iter_mut().enumerate() {
        let length = if index < long { length } else { 1 };
        row.observation.figure = Figure::Qualitative("x".repeat(length));
    }
    rows
}

#[test]
fn rows_of_uneven_length_are_split_until_each_block_fits() {
    // Two long rows in one block do not fit, and three blocks of four equal parts are two of two rows each.
    // 24 rows of 256 bytes do not fit in 6 KiB, and 25 blocks of 576 rows are 24 of 24 rows each.
    for (rows, limit, size) in [(words(4, 2, 256), 450, 1), (words(576, 48, 256), 6_100, 23)] {
        let blocks = encode_split(&borrowed(&rows), limit).unwrap();
        let read: Vec<Vec<Row>> = blocks
            .iter()
            .map(|block| Block::parse(block).unwrap().rows().unwrap())
            .collect();
        assert!(blocks.iter().all(|block| block.len() <= limit));
        assert!(read[0].len() <= size, "{} rows", read[0].len());
        assert_eq!(read.concat(), rows);
    }
}

#[test]
fn a_long_text_is_refused() {
    let mut row = quarter(0, 1);
    row.observation.figure = Figure::Qualitative("x".repeat(257));
    assert!(matches!(
        encode(&[row]),
        Err(CodecError::TooLong { length: 257, .. })
    ));
}
