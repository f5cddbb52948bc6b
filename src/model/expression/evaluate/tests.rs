mod shapes;

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::model::figure::{Amount, Precision, Rounding};
use crate::model::interval::Bound;

fn expression(text: &str) -> Expression {
    text.parse().unwrap()
}

fn amount(value: i64, rounding: Rounding) -> Quantity {
    Amount::new(value.into(), Precision::Decimals(0), rounding)
        .unwrap()
        .into()
}

/// An expression of yen.
fn of_yen(text: &str, figures: &BTreeMap<&str, Quantity>) -> Result<Quantity, String> {
    expression(text)
        .evaluate(|leaf| {
            let name = leaf.to_string();
            let figure = figures.get(name.as_str()).ok_or(name)?;
            Ok::<_, String>((*figure, "JPY".parse().unwrap()))
        })
        .map(|(quantity, _)| quantity)
        .map_err(|error| error.to_string())
}

#[test]
fn figures_used_twice_do_not_vary_apart() {
    let nearest = |value| amount(value, Rounding::Nearest);
    let truncated = |value| amount(value, Rounding::Truncated);
    for (text, figures, value, interval) in [
        // 1 - c/r is least at c = 6.5, r = 9.5 and most at c = 5.5, r = 10.5: 3/9.5 and 5/10.5.
        (
            "(a - b) / a",
            [nearest(10), nearest(6)],
            "0.4",
            "[6/19, 10/21]",
        ),
        // a in [10, 11), b in [6, 7): least near b = 7 at a = 10, most near a = 11 at b = 6.
        (
            "(a - b) / a",
            [truncated(10), truncated(6)],
            "0.4",
            "(0.3, 5/11)",
        ),
        (
            "1 - b / a",
            [truncated(10), truncated(6)],
            "0.4",
            "(0.3, 5/11)",
        ),
        // A loss: the more revenue, the less it is: a in [9.5, 10.5], b in [14.5, 15.5].
        (
            "(a - b) / a",
            [nearest(10), nearest(15)],
            "-0.5",
            "[-12/19, -8/21]",
        ),
        // Shares of a whole.
        (
            "a / (a + b)",
            [nearest(10), nearest(5)],
            "2/3",
            "[19/30, 0.7]",
        ),
        (
            "a / (a + b)",
            [truncated(10), truncated(5)],
            "2/3",
            "(0.625, 0.6875)",
        ),
        (
            "(a - b) / (a + b)",
            [nearest(3), nearest(1)],
            "0.5",
            "[0.25, 0.75]",
        ),
        // What cancels is known without error, even where neither end of a is reached.
        ("a - a", [nearest(3), nearest(1)], "0", "[0, 0]"),
        ("a - a", [truncated(0), nearest(1)], "0", "[0, 0]"),
        ("(a + b) - a", [truncated(0), truncated(1)], "1", "[1, 2)"),
        ("a / b * b", [nearest(3), nearest(1)], "3", "[2.5, 3.5]"),
        // Where the divisor may be zero there is no end.
        (
            "(b - a) / a",
            [nearest(0), nearest(3)],
            "a division by zero",
            "",
        ),
        // Of another form: each use for itself. [2.5/1.5, 3.5/0.5] less [0.5/3.5, 1.5/2.5].
        (
            "a / b - b / a",
            [nearest(3), nearest(1)],
            "8/3",
            "[16/15, 48/7]",
        ),
    ] {
        let figures = BTreeMap::from([("a", figures[0]), ("b", figures[1])]);
        let result = of_yen(text, &figures);
        if interval.is_empty() {
            assert_eq!(result.unwrap_err(), value);
            continue;
        }
        let result = result.unwrap();
        assert_eq!(result.value().to_string(), value, "{text}");
        assert_eq!(result.interval().unwrap().to_string(), interval, "{text}");
    }
}

#[test]
fn the_mean_of_a_stock_moves_with_its_ends() {
    let nearest = |value| amount(value, Rounding::Nearest);
    let figures = BTreeMap::from([("cash", nearest(30)), ("opening(cash)", nearest(10))]);
    let mean = of_yen("average(cash)", &figures).unwrap();
    assert_eq!(mean.to_string(), "20");
    assert_eq!(mean.interval().unwrap().to_string(), "[19.5, 20.5]");
    // 2c / (o + c) from 2 * 29.5 / 40 to 2 * 30.5 / 40.
    let share = of_yen("cash / average(cash)", &figures).unwrap();
    assert_eq!(share.interval().unwrap().to_string(), "[1.475, 1.525]");
}

#[test]
fn a_figure_is_asked_for_once_and_its_error_comes_back() {
    let mut asked = Vec::new();
    let result = expression("(a - b) / a + c / average(d)").evaluate(|leaf| {
        asked.push(leaf.to_string());
        let missing = leaf.metric.as_str() == "c";
        let one = (Quantity::exact(Fraction::ONE), Unit::Pure);
        if missing { Err("no c") } else { Ok(one) }
    });
    assert_eq!(result, Err(EvaluationError::Leaf("no c")));
    assert_eq!(asked, ["a", "b", "c"]);

    asked.clear();
    let result = expression("(a - b) / a + c / average(d) - d").evaluate(|leaf| {
        asked.push(leaf.to_string());
        Ok::<_, Infallible>((Quantity::exact(Fraction::ONE), Unit::Pure))
    });
    assert_eq!(result.unwrap().0, Quantity::exact(Fraction::ZERO));
    assert_eq!(asked, ["a", "b", "c", "opening(d)", "d"]);
}

#[test]
fn an_unknown_precision_makes_the_interval_unknown() {
    let unknown = Amount::new(10.into(), Precision::Unknown, Rounding::Nearest).unwrap();
    let figures = BTreeMap::from([("a", unknown.into()), ("b", amount(6, Rounding::Nearest))]);
    let margin = of_yen("(a - b) / a", &figures).unwrap();
    assert_eq!(margin, Quantity::new(Fraction::new(2, 5).unwrap(), None));
}

fn unit_of(leaf: &Leaf) -> Unit {
    let unit = match leaf.metric.as_str() {
        "margin" | "tax_rate" => "%",
        "factor" => "pure",
        "capex.usd" => "USD",
        "shares" => "shares",
        "contracts" => "contracts",
        "eps" => "JPY/share",
        "eps.usd" => "USD/share",
        "eps.ads" => "JPY/ADS",
        "ads" => "ADS",
        "unit_cost" => "JPY/Gbps",
        "bandwidth" => "Gbps",
        "bandwidth.small" => "Mbps",
        "rate" => "JPY/USD",
        _ => "JPY",
    };
    unit.parse().unwrap()
}

#[test]
fn units_of_what_has_one() {
    for (text, unit) in [
        ("revenue - cost", "JPY"),
        ("-revenue", "JPY"),
        ("revenue / cost", "pure"),
        ("2 * revenue / 4", "JPY"),
        ("revenue / shares", "JPY/share"),
        ("revenue / ads", "JPY/ADS"),
        ("revenue / contracts", "JPY/contract"),
        ("revenue / bandwidth", "JPY/Gbps"),
        ("eps * shares", "JPY"),
        ("ads * eps.ads", "JPY"),
        ("unit_cost * bandwidth", "JPY"),
        ("revenue / eps", "shares"),
        ("revenue / eps.ads", "ADS"),
        ("(revenue / shares) / eps", "pure"),
        ("(revenue / contracts) * contracts - cost", "JPY"),
        ("margin - tax_rate", "%"),
        ("margin * revenue", "JPY"),
        ("revenue / margin", "JPY"),
        ("margin / tax_rate", "pure"),
        ("margin / 2", "pure"),
        ("factor * margin", "pure"),
        ("capex.usd / shares - eps.usd", "USD/share"),
    ] {
        assert_eq!(
            expression(text).unit(unit_of).unwrap().to_string(),
            unit,
            "{text}"
        );
        let whole = |leaf: &Leaf| Ok::<_, Infallible>((Quantity::exact(7.into()), unit_of(leaf)));
        assert_eq!(
            expression(text).evaluate(whole).unwrap().1.to_string(),
            unit
        );
    }
}

#[test]
fn units_that_do_not_fit_are_refused() {
    for (text, error) in [
        (
            "revenue + capex.usd",
            "revenue (JPY) + capex.usd (USD) has no unit",
        ),
        (
            "2 * (revenue - cost / 3 - capex.usd)",
            "revenue - cost / 3 (JPY) - capex.usd (USD) has no unit",
        ),
        (
            "capex.usd / revenue",
            "capex.usd (USD) / revenue (JPY) has no unit",
        ),
        (
            "eps.usd * shares / revenue",
            "eps.usd * shares (USD) / revenue (JPY) has no unit",
        ),
        (
            "revenue / eps.usd",
            "revenue (JPY) / eps.usd (USD/share) has no unit",
        ),
        ("eps * ads", "eps (JPY/share) * ads (ADS) has no unit"),
        (
            "eps - eps.ads",
            "eps (JPY/share) - eps.ads (JPY/ADS) has no unit",
        ),
        (
            "contracts / shares",
            "contracts (contracts) / shares (shares) has no unit",
        ),
        (
            "contracts + shares",
            "contracts (contracts) + shares (shares) has no unit",
        ),
        (
            "unit_cost * bandwidth.small",
            "unit_cost (JPY/Gbps) * bandwidth.small (Mbps) has no unit",
        ),
        (
            "revenue / rate",
            "revenue (JPY) / rate (JPY/USD) has no unit",
        ),
        (
            "revenue / unit_cost",
            "revenue (JPY) / unit_cost (JPY/Gbps) has no unit",
        ),
        ("1 / revenue", "1 (pure) / revenue (JPY) has no unit"),
        ("margin + factor", "margin (%) + factor (pure) has no unit"),
    ] {
        let expression = expression(text);
        assert_eq!(expression.unit(unit_of).unwrap_err().to_string(), error);
        let whole = |leaf: &Leaf| Ok::<_, Infallible>((Quantity::exact(7.into()), unit_of(leaf)));
        assert_eq!(expression.evaluate(whole).unwrap_err().to_string(), error);
    }
}

#[test]
fn per_cent_is_a_fraction_in_products_and_points_in_sums() {
    let of = |text: &str| {
        let (quantity, unit) = expression(text)
            .evaluate(|leaf| {
                let value: Decimal = match leaf.metric.as_str() {
                    "margin" => "5.7",
                    "tax_rate" => "40",
                    _ => "2000",
                }
                .parse()
                .unwrap();
                Ok::<_, Infallible>((Quantity::exact(value.into()), unit_of(leaf)))
            })
            .unwrap();
        format!("{quantity} {unit}")
    };
    assert_eq!(of("margin * revenue"), "114 JPY");
    assert_eq!(of("revenue / tax_rate"), "5,000 JPY");
    assert_eq!(of("tax_rate - margin"), "34.3 %");
    assert_eq!(of("(tax_rate - margin) * revenue"), "686 JPY");
    assert_eq!(of("margin / tax_rate"), "0.1425 pure");
    assert_eq!(of("margin * tax_rate"), "0.0228 pure");
    assert_eq!(of("-margin / 1"), "-0.057 pure");
}

/// Expressions that are (a x + b) / (c x + d) in each of their leaves, as programs.
type Formula = fn(&[Fraction]) -> Result<Fraction, ArithmeticError>;
const FORMULAS: [(&str, Formula); 7] = [
    ("(a - b) / a", |v| v[0].minus(v[1])?.over(v[0])),
    ("(a - b - c) / a", |v| {
        v[0].minus(v[1])?.minus(v[2])?.over(v[0])
    }),
    ("a / (a + b + c)", |v| {
        v[0].over(v[0].plus(v[1])?.plus(v[2])?)
    }),
    ("(a - b) / (a + b) - c / c", |v| {
        let c = v[2].over(v[2])?;
        v[0].minus(v[1])?.over(v[0].plus(v[1])?)?.minus(c)
    }),
    ("b / a + (c - a) / a", |v| {
        v[1].over(v[0])?.plus(v[2].minus(v[0])?.over(v[0])?)
    }),
    ("1 / (a / (a + b)) * c", |v| {
        Fraction::ONE
            .over(v[0].over(v[0].plus(v[1])?)?)?
            .times(v[2])
    }),
    ("a / c - (b / c * c) / c", |v| {
        v[0].over(v[2])?.minus(v[1].over(v[2])?)
    }),
];

/// A true value in hundredths, and what is printed of it in whole units.
fn rounded(truth: i64, truncated: bool) -> Quantity {
    let units = if truncated {
        truth / 100
    } else {
        (truth + truth.signum() * 50) / 100
    };
    let rounding = if truncated {
        Rounding::Truncated
    } else {
        Rounding::Nearest
    };
    amount(units, rounding)
}

fn ends(quantity: &Quantity) -> [(Fraction, bool); 2] {
    let interval = quantity.interval().unwrap();
    [
        interval.low().value().unwrap(),
        interval.high().value().unwrap(),
    ]
}

proptest! {
    #[test]
    fn the_interval_holds_the_truth(
        which in 0..FORMULAS.len(),
        truths in prop::array::uniform3(-2000_i64..2000),
        truncated in any::<[bool; 3]>(),
    ) {
        let (text, formula) = FORMULAS[which];
        let figures: Vec<Quantity> =
            truths.iter().zip(truncated).map(|(t, truncated)| rounded(*t, truncated)).collect();
        let named = BTreeMap::from([("a", figures[0]), ("b", figures[1]), ("c", figures[2])]);
        let truth = truths.map(|t| Fraction::new(t.into(), 100).unwrap());
        if let (Ok(result), Ok(truth)) = (of_yen(text, &named), formula(&truth)) {
            prop_assert!(result.interval().unwrap().contains(truth), "{} {:?}", text, result.interval());
        }
    }

    #[test]
    fn products_of_one_figure_hold_the_truth(truth in -900_i64..900, other in -900_i64..900, truncated: bool) {
        let figures = BTreeMap::from([("a", rounded(truth, truncated)), ("b", rounded(other, !truncated))]);
        let quantity = |leaf: &Leaf| {
            Ok::<_, Infallible>((figures[leaf.to_string().as_str()], Unit::Pure))
        };
        let (result, _) = expression("a * a - a * b + b * b").evaluate(quantity).unwrap();
        let truth = truth * truth - truth * other + other * other;
        prop_assert!(result.interval().unwrap().contains(Fraction::new(truth.into(), 10_000).unwrap()));
    }

    #[test]
    fn no_end_could_be_nearer(
        which in 0..FORMULAS.len(),
        values in prop::array::uniform3(1_i64..60),
        negative in any::<[bool; 3]>(),
        truncated in any::<[bool; 3]>(),
    ) {
        let (text, formula) = FORMULAS[which];
        let figures: Vec<Quantity> = (0..3)
            .map(|i| {
                let value = if negative[i] { -values[i] } else { values[i] };
                amount(value, if truncated[i] { Rounding::Truncated } else { Rounding::Nearest })
            })
            .collect();
        let named = BTreeMap::from([("a", figures[0]), ("b", figures[1]), ("c", figures[2])]);
        prop_assume!(no_divisor_may_be_zero(text, &figures));
        let result = of_yen(text, &named).unwrap();
        let [(low, low_in), (high, high_in)] = ends(&result);
        // All corners, and points a billionth of a unit and half the way from each towards the middle.
        let little = Fraction::new(1, 1_000_000_000).unwrap();
        let points: Vec<Vec<(Fraction, bool)>> = figures.iter().map(|figure| {
            let [from, to] = ends(figure);
            let middle = from.0.plus(to.0).unwrap().over(2.into()).unwrap();
            vec![from, to, (middle, true), (from.0.plus(little).unwrap(), true), (to.0.minus(little).unwrap(), true)]
        }).collect();
        let (mut reached, mut near) = (Vec::new(), Vec::new());
        for a in &points[0] {
            for b in &points[1] {
                for c in &points[2] {
                    if let Ok(value) = formula(&[a.0, b.0, c.0]) {
                        if a.1 && b.1 && c.1 { reached.push(value) }
                        near.push(value);
                    }
                }
            }
        }
        let (least, most) = (near.iter().min().unwrap(), near.iter().max().unwrap());
        prop_assert_eq!((low, low_in), (*least, reached.contains(least)), "{}", text);
        prop_assert_eq!((high, high_in), (*most, reached.contains(most)), "{}", text);
    }
}

/// By the signs of what each formula divides by, at the ends of its figures.
fn no_divisor_may_be_zero(text: &str, figures: &[Quantity]) -> bool {
    let definite = |terms: &[usize]| {
        let sum = |end: usize| {
            terms.iter().fold(Fraction::ZERO, |sum, &i| {
                sum.plus(ends(&figures[i])[end].0).unwrap()
            })
        };
        sum(0).signum() * sum(1).signum() > 0
    };
    match text {
        "a / (a + b + c)" => definite(&[0, 1, 2]),
        "(a - b) / (a + b) - c / c" => definite(&[0, 1]) && definite(&[2]),
        "1 / (a / (a + b)) * c" => definite(&[0]) && definite(&[0, 1]),
        "a / c - (b / c * c) / c" => definite(&[2]),
        _ => definite(&[0]),
    }
}

#[test]
fn more_figures_than_are_narrowed_are_taken_apart() {
    let nearest = |value| amount(value, Rounding::Nearest);
    let names: Vec<String> = (0..NARROWED + 2).map(|i| format!("x{i}")).collect();
    let sum = names.join(" + ");
    let text = format!("({sum}) - ({sum})");
    let figures: BTreeMap<&str, Quantity> = names
        .iter()
        .map(|name| (name.as_str(), nearest(5)))
        .collect();
    let result = of_yen(&text, &figures).unwrap();
    assert_eq!(result.interval().unwrap().low(), Bound::Closed((-2).into()));
    assert_eq!(result.interval().unwrap().high(), Bound::Closed(2.into()));
}
