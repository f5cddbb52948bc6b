//! Quick arithmetic against that on reduced fractions.

use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;

use super::*;

fn hash(fraction: Fraction) -> u64 {
    let mut hasher = DefaultHasher::new();
    fraction.hash(&mut hasher);
    hasher.finish()
}

fn part() -> impl Strategy<Value = i128> {
    prop_oneof![
        4 => -1_000_i128..1_000,
        4 => any::<i64>().prop_map(i128::from),
        2 => any::<i128>(),
        1 => Just(i128::MAX),
        1 => Just(i128::MIN),
    ]
}

fn fraction() -> impl Strategy<Value = Fraction> {
    (part(), part(), 1_i128..1_000).prop_filter_map("a fraction", |(numerator, denominator, k)| {
        // Divisors in common, so that there is something to reduce.
        let times = |n: i128| n.checked_mul(k).unwrap_or(n);
        Fraction::new(times(numerator), times(denominator)).ok()
    })
}

/// Numerator and denominator of the reduced ratio, by the book.
fn by_the_book(f: Fraction) -> (i128, i128) {
    let mut divisor = f.numerator.unsigned_abs();
    let mut rest = f.denominator.unsigned_abs();
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let divisor = i128::try_from(divisor.max(1)).unwrap();
    (f.numerator / divisor, f.denominator / divisor)
}

#[test]
fn a_ratio_is_shown_as_small_as_it_can_be() {
    let half = Fraction::new(-500, -1000).unwrap();
    assert_eq!((half.numerator(), half.denominator()), (1, 2));
    assert_eq!(half, Fraction::new(1, 2).unwrap());
    assert_eq!(format!("{half:?}"), "1/2");
    assert_eq!(
        serde_json::to_string(&half).unwrap(),
        r#"{"numerator":1,"denominator":2}"#
    );
    let third = Fraction::new(6, 18).unwrap();
    assert_eq!((third.to_string(), third.decimal()), ("1/3".into(), None));
    assert_eq!(Fraction::new(6, 3).unwrap().decimal(), Some(2.into()));
}

#[test]
fn what_reducing_makes_room_for_is_no_overflow() {
    let big = Fraction::new(i128::MAX - 1, 2).unwrap();
    assert_eq!(big.plus(Fraction::ONE).unwrap().denominator(), 1);
    let least = Fraction::new(i128::MIN, 2).unwrap();
    assert_eq!(least.negated().unwrap().numerator(), 1 << 126);
    assert_eq!(
        Fraction::new(i128::MIN, 1).unwrap().negated(),
        Err(ArithmeticError::Overflow)
    );
    assert_eq!(
        Fraction::ONE.over(least).unwrap(),
        Fraction::new(-1, 1 << 126).unwrap()
    );
}

proptest! {
    #[test]
    fn quick_arithmetic_is_that_on_reduced_fractions(a in fraction(), b in fraction()) {
        let (x, y) = (a.reduced(), b.reduced());
        prop_assert_eq!((x.numerator, x.denominator), by_the_book(a));
        prop_assert_eq!(a.plus(b), x.plus_reduced(y));
        prop_assert_eq!(a.times(b), x.times_reduced(y));
        if y.numerator != 0 && y.numerator != i128::MIN {
            let reciprocal = Fraction::new(y.denominator, y.numerator).unwrap();
            prop_assert_eq!(a.over(b), x.times_reduced(reciprocal));
        }
        prop_assert_eq!(a.cmp(&b), by_whole_parts(x, y));
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        prop_assert_eq!(hash(a), hash(x));
        prop_assert_eq!(a == b, by_the_book(a) == by_the_book(b));
        for ends in [Ends::HalfAway, Ends::HalfTowards, Ends::Down, Ends::Up] {
            prop_assert_eq!(a.whole(ends), x.whole(ends));
        }
    }
}
