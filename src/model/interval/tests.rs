//! Ends of intervals, by hand and against random values.

use super::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn amount(value: i64, decimals: i8, rounding: Rounding) -> Interval {
    Amount::new(value.into(), Precision::Decimals(decimals), rounding)
        .unwrap()
        .interval()
        .unwrap()
}

#[test]
fn intervals_of_published_values() {
    for (value, decimals, rounding, expected) in [
        (8344, 0, Rounding::Nearest, "[8343.5, 8344.5]"),
        (-97_000_000, -6, Rounding::Nearest, "[-97500000, -96500000]"),
        (97, 0, Rounding::Truncated, "[97, 98)"),
        (-97, 0, Rounding::Truncated, "(-98, -97]"),
        (0, 0, Rounding::Truncated, "(-1, 1)"),
    ] {
        assert_eq!(amount(value, decimals, rounding).to_string(), expected);
    }
}

#[test]
fn open_ends_do_not_touch() {
    let truncated = amount(97, 0, Rounding::Truncated);
    assert!(!truncated.meets(&Interval::point(98.into())));
    assert!(
        amount(97, 0, Rounding::Nearest).meets(&amount(98, 0, Rounding::Nearest)),
        "both may be 97.5"
    );
    assert!(truncated.contains(97) && !truncated.contains(98));
    assert!(truncated.contains(Decimal::new(979_999, 4)));
}

#[test]
fn an_intersection_holds_what_both_hold() {
    for (a, b, expected) in [
        ("[1, 3]", "[2, 4]", Some("[2, 3]")),
        ("[1, 2]", "[2, 4]", Some("[2, 2]")),
        ("[1, 2)", "[2, 4]", None),
        ("(1, 3]", "[1, 3)", Some("(1, 3)")),
        ("(-inf, 3]", "[1, inf)", Some("[1, 3]")),
        ("[1, 2]", "[3, 4]", None),
    ] {
        let (a, b) = (written(a), written(b));
        let found = a.intersection(&b).map(|i| i.to_string());
        assert_eq!(found.as_deref(), expected, "{a} and {b}");
        assert_eq!(b.intersection(&a).map(|i| i.to_string()), found);
    }
}

/// Intervals as they are written, so that a test reads like a table.
fn written(text: &str) -> Interval {
    let inner = &text[1..text.len() - 1];
    let (low, high) = inner.split_once(", ").unwrap();
    let bound = |value: &str, closed| match value {
        "-inf" | "inf" => Bound::Unbounded,
        value => Bound::at(value.parse::<Decimal>().unwrap().into(), closed),
    };
    Interval {
        low: bound(low, text.starts_with('[')),
        high: bound(high, text.ends_with(']')),
    }
}

#[test]
fn products_and_quotients_keep_their_ends() {
    for (a, b, product, quotient) in [
        ("[2, 3]", "[4, 5)", "[8, 15)", "(0.4, 0.75]"),
        ("(-2, 3]", "[4, 5]", "(-10, 15]", "(-0.5, 0.75]"),
        ("[-2, 3)", "[-4, 5]", "(-12, 15)", "(-inf, inf)"),
        ("[0, 1]", "(0, 2)", "[0, 2)", "[0, inf)"),
        ("(0, 1)", "[0, 2]", "[0, 2)", "(0, inf)"),
        ("[1, 2]", "[0, 4]", "[0, 8]", "[0.25, inf)"),
        ("[1, 2]", "[-4, 0)", "[-8, 0)", "(-inf, -0.25]"),
        ("[0, 0]", "[-4, 1)", "[0, 0]", "[0, 0]"),
        ("[2, 4]", "[2, inf)", "[4, inf)", "(0, 2]"),
        ("(0, 4]", "[2, inf)", "(0, inf)", "(0, 2]"),
        ("[-1, 4]", "(-inf, -2]", "(-inf, inf)", "[-2, 0.5]"),
    ] {
        let (left, right) = (written(a), written(b));
        assert_eq!(
            left.times(&right).unwrap().to_string(),
            product,
            "{a} x {b}"
        );
        assert_eq!(
            left.over(&right).unwrap().to_string(),
            quotient,
            "{a} / {b}"
        );
    }
    assert_eq!(
        written("[1, 2]").over(&written("[0, 0]")),
        Err(ArithmeticError::DivisionByZero)
    );
}

fn interval() -> impl Strategy<Value = Interval> {
    let end = (-40_i64..40, 1_i64..4);
    (end.clone(), end, any::<[bool; 2]>()).prop_map(|(a, b, [low_in, high_in])| {
        let of = |(n, d): (i64, i64)| Fraction::new(n.into(), d.into()).unwrap();
        let (low, high) = (of(a).min(of(b)), of(a).max(of(b)));
        let closed = low == high;
        Interval {
            low: Bound::at(low, low_in || closed),
            high: Bound::at(high, high_in || closed),
        }
    })
}

/// A value inside, `part` of 8 of the way.
fn inside(interval: &Interval, part: i64) -> Fraction {
    let ((low, low_in), (high, high_in)) = (
        interval.low.value().unwrap(),
        interval.high.value().unwrap(),
    );
    let part = part.clamp(i64::from(!low_in), 8 - i64::from(!high_in));
    let way = Fraction::new(part.into(), 8).unwrap();
    low.plus(high.minus(low).unwrap().times(way).unwrap())
        .unwrap()
}

proptest! {
    #[test]
    fn a_result_lies_in_the_interval_of_results(
        a in interval(), b in interval(), at in 0_i64..=8, bt in 0_i64..=8
    ) {
        let (x, y) = (inside(&a, at), inside(&b, bt));
        prop_assert!(a.plus(&b).unwrap().contains(x.plus(y).unwrap()));
        prop_assert!(a.minus(&b).unwrap().contains(x.minus(y).unwrap()));
        prop_assert!(a.times(&b).unwrap().contains(x.times(y).unwrap()));
        if let Ok(quotient) = x.over(y) {
            prop_assert!(a.over(&b).unwrap().contains(quotient));
        }
    }

    #[test]
    fn every_end_is_reached_if_closed_and_approached_if_open(a in interval(), b in interval()) {
        // Against all corners, and points a millionth of the width inside of them.
        let near = |interval: &Interval| {
            let ((low, low_in), (high, high_in)) =
                (interval.low.value().unwrap(), interval.high.value().unwrap());
            let little = high.minus(low).unwrap()
                .times(Fraction::new(1, 1_000_000).unwrap()).unwrap();
            let mut points = vec![low.plus(little).unwrap(), high.minus(little).unwrap()];
            points.extend(low_in.then_some(low));
            points.extend(high_in.then_some(high));
            if interval.contains(0) { points.push(Fraction::ZERO) }
            points
        };
        let product = a.times(&b).unwrap();
        let all: Vec<Fraction> = near(&a).iter()
            .flat_map(|x| near(&b).into_iter().map(|y| x.times(y).unwrap()).collect::<Vec<_>>())
            .collect();
        let (least, most) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
        for (bound, found) in [(product.low, least), (product.high, most)] {
            match bound {
                Bound::Closed(value) => prop_assert_eq!(value, found),
                Bound::Open(value) => {
                    let apart = value.minus(found).unwrap().abs().unwrap();
                    prop_assert!(value != found && apart < Fraction::new(1, 100).unwrap());
                }
                Bound::Unbounded => prop_assert!(false, "bounded operands"),
            }
        }
    }
}

fn positive_or_not() -> impl Strategy<Value = Interval> {
    let end = || (-20_i64..60, any::<bool>(), 0..10);
    (end(), end()).prop_filter_map(
        "an interval",
        |((low, low_in, none), (high, high_in, above))| {
            let bound = |value: i64, closed| Bound::at(value.into(), closed);
            let low = if none == 0 {
                Bound::Unbounded
            } else {
                bound(low, low_in)
            };
            let high = if above == 0 {
                Bound::Unbounded
            } else {
                bound(high, high_in)
            };
            match (low.value(), high.value()) {
                (Some((a, a_in)), Some((b, b_in))) if a > b || (a == b && !(a_in && b_in)) => None,
                _ => Some(Interval { low, high }),
            }
        },
    )
}

proptest! {
    #[test]
    fn the_product_of_positive_intervals_is_that_of_their_corners(
        a in positive_or_not(), b in positive_or_not()
    ) {
        prop_assert_eq!(a.times(&b), a.times_by_corners(&b), "{} x {}", a, b);
    }
}
