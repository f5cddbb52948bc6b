//! Of which shape an expression is in a figure that it uses twice: whether it only rises or only falls with it.

use super::*;

/// The interval of an expression in which `a` lies between 1 and 5, and the other figures are
/// known exactly.
fn interval(text: &str, others: &[(&'static str, &str)]) -> Interval {
    let exact = |value: &str| Quantity::exact(value.parse::<Decimal>().unwrap().into());
    let (low, high) = (Fraction::from(1), Fraction::from(5));
    let a = Quantity::new(Fraction::from(3), Some(Interval::between(low, high)));
    let mut figures = BTreeMap::from([("a", a)]);
    figures.extend(others.iter().map(|(name, value)| (*name, exact(value))));
    let pure = |leaf: &Leaf| Ok::<_, Infallible>((figures[&*leaf.to_string()], Unit::Pure));
    let (quantity, _) = expression(text).evaluate(pure).unwrap();
    quantity.interval().unwrap()
}

#[test]
fn what_cancels_or_stays_a_ratio_is_as_narrow_as_its_ends() {
    for (text, others, expected) in [
        ("b / a * a", &[("b", "2")][..], "[2, 2]"),
        ("a * (b / a)", &[("b", "2")], "[2, 2]"),
        // (a + 1) / (a + 3) rises from 2/4 to 6/8.
        (
            "(a + b) / (a + c) / ((a + d) / (a + c))",
            &[("b", "1"), ("c", "2"), ("d", "3")],
            "[0.5, 0.75]",
        ),
        // 2 / (a + 1) falls from 1 to 1/3.
        (
            "b / (a + c) + b / (a + c)",
            &[("b", "1"), ("c", "1")],
            "[1/3, 1]",
        ),
    ] {
        assert_eq!(interval(text, others).to_string(), expected, "{text}");
    }
}

#[test]
fn what_turns_between_its_ends_is_not_taken_from_them() {
    for (text, others, least, most, between) in [
        // (a - 5) (a - 1) / (a + 1): 0 at both ends, -1 at 3.
        (
            "(a - b) / (a + c) * (a - d)",
            &[("b", "5"), ("c", "1"), ("d", "1")][..],
            "0",
            "0",
            "-1",
        ),
        (
            "(a - d) * ((a - b) / (a + c))",
            &[("b", "5"), ("c", "1"), ("d", "1")],
            "0",
            "0",
            "-1",
        ),
        // The same as a quotient, with a - 0.9: -0.2 and 0 at the ends, -1.05 at 3.
        (
            "(a - b) / (a + c) / (c / (a - d))",
            &[("b", "5"), ("c", "1"), ("d", "0.9")],
            "-0.2",
            "0",
            "-1.05",
        ),
        // 1.2 at both ends, 2/3 at 3.
        (
            "b / a + b / (c - a)",
            &[("b", "1"), ("c", "6")],
            "1.2",
            "1.2",
            "2/3",
        ),
    ] {
        let found = interval(text, others);
        let value = |text: &str| {
            let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
            let part = |text: &str| Fraction::from(text.parse::<Decimal>().unwrap());
            part(numerator).over(part(denominator)).unwrap()
        };
        for reached in [least, most, between] {
            assert!(
                found.contains(value(reached)),
                "{text}: {reached} in {found}"
            );
        }
    }
}

#[test]
fn between_the_sides_of_a_pole_there_is_no_end() {
    // a / (a - 2) is -1 at 1, 5/3 at 5, and 5 at 2.5.
    let found = interval("a / (a - b)", &[("b", "2")]);
    assert_eq!(found, Interval::EVERYTHING);
}

#[test]
fn figures_that_are_used_once_take_no_place_of_those_that_are_narrowed() {
    // With more of them than are narrowed: (a + 10) / a falls from 11 to 3.
    let names: Vec<String> = (0..NARROWED + 2).map(|i| format!("x{i}")).collect();
    let text = format!("({} + a) / a", names.join(" + "));
    let one = Quantity::exact(Fraction::ONE);
    let a = Interval::between(Fraction::from(1), Fraction::from(5));
    let pure = |leaf: &Leaf| {
        let of_a = Quantity::new(Fraction::from(3), Some(a));
        let quantity = if leaf.to_string() == "a" { of_a } else { one };
        Ok::<_, Infallible>((quantity, Unit::Pure))
    };
    let (quantity, _) = expression(&text).evaluate(pure).unwrap();
    assert_eq!(quantity.interval().unwrap().to_string(), "[3, 11]");
}
