use proptest::prelude::*;

use super::*;
use crate::model::unit::Dimension::{Bandwidth, Count, Money, MoneyPer, Percent, Pure};
use MetricKind::{Average, Flow, PerShare, Ratio, Stock};

fn expression(text: &str) -> Expression {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn expressions_print_with_the_brackets_they_need() {
    for (text, printed) in [
        ("revenue", "revenue"),
        (" ( (revenue) ) ", "revenue"),
        (
            "(revenue-cost_of_revenue)/revenue",
            "(revenue - cost_of_revenue) / revenue",
        ),
        ("a-b-c", "a - b - c"),
        ("(a-b)-c", "a - b - c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a+(b+c)", "a + (b + c)"),
        ("a/b/c", "a / b / c"),
        ("a/(b*c)", "a / (b * c)"),
        ("a+b*c", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("-a*b", "-a * b"),
        ("-(a*b)", "-(a * b)"),
        ("a--b", "a - -b"),
        ("--a", "--a"),
        ("1.50 * a", "1.5 * a"),
        (
            "opening ( cash\n)\t+ average(cash) + ttm(x.y)",
            "opening(cash) + average(cash) + ttm(x.y)",
        ),
        ("opening(cash[b=c,a=b])", "opening(cash[a=b,b=c])"),
        ("opening + ttm", "opening + ttm"),
    ] {
        assert_eq!(expression(text).to_string(), printed, "{text}");
    }
}

#[test]
fn the_tree_of_an_expression() {
    let leaf = |metric: &str, of| {
        ExpressionNode::Leaf(Leaf {
            metric: metric.parse().unwrap(),
            scope: "a=b".parse().unwrap(),
            of,
        })
    };
    let expected = ExpressionNode::Binary {
        operator: Operator::Subtract,
        left: Box::new(leaf("cash", LeafKind::Opening)),
        right: Box::new(ExpressionNode::Binary {
            operator: Operator::Multiply,
            left: Box::new(ExpressionNode::Neg(Box::new(ExpressionNode::Number(
                Decimal::new(25, 1),
            )))),
            right: Box::new(leaf("ttm", LeafKind::Ttm)),
        }),
    };
    let parsed = expression("opening(cash[a=b]) - -2.5 * ttm(ttm[a=b])");
    assert_eq!(parsed.node(), &expected);
    let leaves: Vec<String> = parsed.leaves().iter().map(ToString::to_string).collect();
    assert_eq!(leaves, ["opening(cash[a=b])", "ttm(ttm[a=b])"]);
}

/// Texts, and why each is no expression.
const REFUSED: &[(&str, &str)] = &[
    (
        "",
        "expected a metric, a number, a function, a sign or an opening bracket at byte 0, found the end",
    ),
    (
        "a + ",
        "expected a metric, a number, a function, a sign or an opening bracket at byte 4, found the end",
    ),
    (
        "a b",
        "expected an operator or the end at byte 2, found 'b'",
    ),
    (
        "(a b)",
        "expected an operator or a closing bracket at byte 3, found 'b'",
    ),
    (
        "(a",
        "expected an operator or a closing bracket at byte 2, found the end",
    ),
    ("a)", "expected an operator or the end at byte 1, found ')'"),
    (
        "a + 売上",
        "expected a metric, a number, a function, a sign or an opening bracket at byte 4, found '売'",
    ),
    (
        "Revenue",
        "expected a metric, lower-case terms joined by dots, at byte 0, found 'R'",
    ),
    (
        "a + b..c",
        "expected a metric, lower-case terms joined by dots, at byte 4, found 'b'",
    ),
    (
        "a * sum(b)",
        "expected opening, average or ttm at byte 4, found 's'",
    ),
    (
        "opening(3)",
        "expected a metric, lower-case terms joined by dots, at byte 8, found '3'",
    ),
    (
        "opening(a + b)",
        "expected a closing bracket at byte 10, found '+'",
    ),
    (
        "opening(opening(a))",
        "expected a closing bracket at byte 15, found '('",
    ),
    (
        "a[x]",
        "expected a scope such as segment=network at byte 2, found 'x'",
    ),
    (
        "a[x=y",
        "expected a closing square bracket at byte 5, found the end",
    ),
    (
        "a[x=y, z=w]",
        "expected a scope such as segment=network at byte 2, found 'x'",
    ),
    (
        "a [x=y]",
        "expected an operator or the end at byte 2, found '['",
    ),
    (
        "1.",
        "expected a plain decimal of at most 28 digits at byte 0, found '1'",
    ),
    (
        "1.2.3",
        "expected a plain decimal of at most 28 digits at byte 0, found '1'",
    ),
    (
        "2 * 99999999999999999999999999999",
        "expected a plain decimal of at most 28 digits at byte 4, found '9'",
    ),
    (
        "0.00000000000000000000000000001",
        "expected a plain decimal of at most 28 digits at byte 0, found '0'",
    ),
    (
        "1e3",
        "expected an operator or the end at byte 1, found 'e'",
    ),
    (
        "1,000",
        "expected an operator or the end at byte 1, found ','",
    ),
    (
        "+a",
        "expected a metric, a number, a function, a sign or an opening bracket at byte 0, found '+'",
    ),
    (
        "a ^ b",
        "expected an operator or the end at byte 2, found '^'",
    ),
];

#[test]
fn what_is_no_expression_is_refused_at_its_place() {
    for (text, error) in REFUSED {
        assert_eq!(
            &text.parse::<Expression>().unwrap_err().to_string(),
            error,
            "{text}"
        );
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let parse = |text: String| text.parse::<Expression>();
    let (many, most) = (100_000, Expression::DEPTH_LIMIT);
    for mark in ["(", "-", "a+", "1", "a"] {
        let length = mark.len() * many;
        assert_eq!(
            parse(mark.repeat(many)),
            Err(ExpressionError::TooLong { length })
        );
    }
    for mark in ["(", "-", "a+", "a*", "a*(", "-("] {
        let error = parse(mark.repeat(1300)).unwrap_err();
        assert!(
            matches!(error, ExpressionError::TooDeep { .. }),
            "{mark}: {error}"
        );
    }
    let brackets = |n: usize| parse(format!("{}a{}", "(".repeat(n), ")".repeat(n)));
    assert!(brackets(most - 1).is_ok());
    assert_eq!(
        brackets(most),
        Err(ExpressionError::TooDeep { at: most }),
        "one too many"
    );
    let terms = |n: usize| parse(vec!["a"; n].join("-"));
    assert_eq!(terms(most).unwrap().leaves().len(), most);
    assert!(terms(most + 1).is_err());
    assert!(parse("-".repeat(most - 1) + "a").is_ok());
    assert!(parse("-".repeat(most) + "a").is_err());

    // Blanks are added when it is printed: what is too long then is refused, as it would not read back. Each of the 61
    // products of 22 is 43 bytes as given and 85 as printed; with the sums between them 2683 and 5365.
    let wide = vec![vec!["a"; 22].join("*"); 61].join("+");
    assert_eq!(
        parse(wide),
        Err(ExpressionError::TooLong {
            length: 61 * 85 + 60 * 3
        })
    );
    let blanks = format!("a{}", " ".repeat(Expression::TEXT_LIMIT - 1));
    assert_eq!(parse(blanks).unwrap().to_string(), "a");
}

fn metrics(path: &MetricPath) -> Option<(MetricKind, Dimension)> {
    Some(match path.as_str() {
        "revenue" | "cost" | "net_income" | "net_cash" | "proceeds" => (Flow, Money),
        "cash" | "equity" => (Stock, Money),
        "margin" | "tax_rate" => (Ratio, Percent),
        "factor" => (Ratio, Pure),
        "index" => (Stock, Pure),
        "eps" | "dividend" | "share_price" => (PerShare, MoneyPer),
        "fee" => (Stock, MoneyPer),
        "toll" => (Flow, MoneyPer),
        "unit_cost" => (Average, MoneyPer),
        "average_shares" => (Average, Count),
        "shares" | "contracts" => (Stock, Count),
        "shares_issued" => (Flow, Count),
        "bandwidth" => (Stock, Bandwidth),
        _ => return None,
    })
}

#[test]
fn kinds_and_dimensions_of_what_means_something() {
    for (text, result) in [
        ("revenue - cost", (Flow, Money)),
        ("-revenue", (Flow, Money)),
        ("cash + equity", (Stock, Money)),
        ("eps - dividend", (PerShare, MoneyPer)),
        ("average(shares) + average_shares", (Average, Count)),
        // Ratios.
        ("(revenue - cost) / revenue", (Ratio, Pure)),
        ("net_income / average(equity)", (Ratio, Pure)),
        ("dividend / eps", (Ratio, Pure)),
        ("1 - cost / revenue", (Ratio, Pure)),
        ("factor * factor", (Ratio, Pure)),
        // Pure numbers scale.
        ("2 * revenue", (Flow, Money)),
        ("cash / 2", (Stock, Money)),
        ("revenue / factor", (Flow, Money)),
        ("factor * index", (Stock, Pure)),
        ("index * factor", (Stock, Pure)),
        ("index / 2", (Stock, Pure)),
        ("index / index", (Ratio, Pure)),
        ("revenue / index", (Flow, Money)),
        // Per cent is a fraction where it is multiplied, points where it is added.
        ("margin - tax_rate", (Ratio, Percent)),
        ("margin * revenue", (Flow, Money)),
        ("cash / tax_rate", (Stock, Money)),
        ("margin / tax_rate", (Ratio, Pure)),
        ("margin * tax_rate", (Ratio, Pure)),
        ("(1 - cost / revenue) * tax_rate", (Ratio, Pure)),
        // Money for each.
        ("net_income / average_shares", (PerShare, MoneyPer)),
        ("equity / shares", (PerShare, MoneyPer)),
        ("proceeds / shares_issued", (PerShare, MoneyPer)),
        ("revenue / bandwidth", (PerShare, MoneyPer)),
        ("eps * average_shares", (Flow, Money)),
        ("shares_issued * share_price", (Flow, Money)),
        ("share_price * shares", (Stock, Money)),
        ("fee * contracts", (Stock, Money)),
        ("unit_cost * bandwidth", (Flow, Money)),
        ("proceeds / share_price", (Flow, Count)),
        // Stocks rolled forward.
        ("opening(cash) + net_cash + revenue - cost", (Stock, Money)),
        ("net_cash + opening(cash)", (Stock, Money)),
        ("opening(shares) + shares_issued", (Stock, Count)),
        ("opening(cash) + net_cash - cash", (Stock, Money)),
        ("cash - opening(cash)", (Flow, Money)),
        ("cash - opening(cash) + revenue", (Flow, Money)),
        ("opening(cash)", (Stock, Money)),
        ("average(cash)", (Average, Money)),
        ("ttm(revenue) - ttm(cost)", (Flow, Money)),
        ("ttm(revenue) / average(equity)", (Ratio, Pure)),
    ] {
        assert_eq!(expression(text).check(metrics), Ok(result), "{text}");
    }
}

#[test]
fn what_means_nothing_is_refused() {
    for text in [
        // Of different dimension.
        "margin + revenue",
        "factor + revenue",
        "1 + revenue",
        "margin + factor",
        "margin + 1",
        "eps + revenue",
        "shares + cash",
        // Of different kind.
        "revenue + cash",
        "cash - revenue",
        "revenue - opening(cash)",
        "shares + average_shares",
        "index + 1",
        "fee + eps",
        // Of different instants or lengths.
        "cash + opening(cash)",
        "cash + average(cash)",
        "opening(cash) + average(cash)",
        "ttm(revenue) + revenue",
        "opening(cash) + ttm(net_cash)",
        "opening(fee) * contracts",
        "ttm(shares_issued) * opening(fee) + proceeds",
        "ttm(toll) * shares_issued",
        "toll * ttm(shares_issued)",
        // Without a name.
        "revenue * cost",
        "revenue * shares",
        "shares / revenue",
        "shares * shares",
        "1 / revenue",
        "eps / revenue",
        "eps * fee",
        "bandwidth / shares",
        "index * index",
    ] {
        let error = expression(text).check(metrics).unwrap_err();
        assert!(
            matches!(error, ExpressionError::Operation { .. }),
            "{text}: {error}"
        );
    }
    let error = |text: &str| expression(text).check(metrics).unwrap_err().to_string();
    assert_eq!(
        error("2 * (margin + net_income)"),
        "margin (ratio of percent) + net_income (flow of money) means nothing"
    );
    assert_eq!(error("revenue + sales"), "the metric sales is not defined");
    for (text, expected) in [
        (
            "opening(revenue)",
            "opening(revenue): revenue is a flow, not a stock",
        ),
        (
            "average(eps)",
            "average(eps): eps is a per_share, not a stock",
        ),
        (
            "ttm(cash[a=b])",
            "ttm(cash[a=b]): cash is a stock, not a flow",
        ),
    ] {
        assert_eq!(error(text), expected);
    }
}

fn any_node() -> impl Strategy<Value = ExpressionNode> {
    let metric = prop_oneof![Just("a"), Just("net_cash.operating"), Just("opening")];
    let scope = prop_oneof![Just(""), Just("x=y"), Just("p=q,x=3y")];
    let of = prop_oneof![
        Just(LeafKind::Plain),
        Just(LeafKind::Opening),
        Just(LeafKind::Average),
        Just(LeafKind::Ttm)
    ];
    let leaf = (metric, scope, of).prop_map(|(metric, scope, of)| {
        ExpressionNode::Leaf(Leaf {
            metric: metric.parse().unwrap(),
            scope: scope.parse().unwrap_or_default(),
            of,
        })
    });
    let number = (0..i64::MAX, 0_u32..29)
        .prop_map(|(m, scale)| ExpressionNode::Number(Decimal::new(m, scale).normalize()));
    let operator = prop_oneof![
        Just(Operator::Add),
        Just(Operator::Subtract),
        Just(Operator::Multiply),
        Just(Operator::Divide)
    ];
    let tip = prop_oneof![4 => leaf, 1 => number];
    tip.prop_recursive(6, 40, 2, move |inner| {
        let binary = (operator.clone(), inner.clone(), inner.clone());
        prop_oneof![
            1 => inner.prop_map(|inner| ExpressionNode::Neg(Box::new(inner))),
            3 => binary.prop_map(|(operator, left, right)| ExpressionNode::Binary {
                operator,
                left: Box::new(left),
                right: Box::new(right),
            }),
        ]
    })
}

/// The text without each pair of brackets that are not a function's, in turn.
fn without_a_pair(text: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut texts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '(' => open.push(at),
            ')' => {
                let start = open.pop().unwrap();
                let function = text[..start].ends_with(char::is_alphanumeric);
                if !function {
                    let (before, inner) = (&text[..start], &text[start + 1..at]);
                    texts.push(format!("{before}{inner}{}", &text[at + 1..]));
                }
            }
            _ => {}
        }
    }
    texts
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(node in any_node()) {
        let printed = Expression(node);
        let text = printed.to_string();
        prop_assert_eq!(&expression(&text), &printed);
        let tight: String = text.split(' ').collect();
        prop_assert_eq!(&expression(&tight), &printed);
        let data = serde_json::to_string(&printed).unwrap();
        prop_assert_eq!(&data, &format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<Expression>(&data).unwrap(), printed);
    }

    #[test]
    fn no_bracket_is_printed_in_vain(node in any_node()) {
        let printed = Expression(node);
        for shorter in without_a_pair(&printed.to_string()) {
            prop_assert_ne!(shorter.parse(), Ok(printed.clone()), "{}", shorter);
        }
    }

    #[test]
    fn any_text_is_an_expression_or_an_error(text in r"[a-c0-9.()\[\]=,+*/ -]{0,40}|.{0,40}") {
        if let Ok(read) = text.parse::<Expression>() {
            prop_assert_eq!(expression(&read.to_string()), read);
        }
    }
}
