//! Totals of which only some parts are printed, and these speak for the opposite sign.

use crate::model::{ExpressionNode, Fraction, Leaf, Operator, Quantity};

use super::printing::{Known, Printing};

/// The parts of a sum with their signs; `None` for any other expression.
pub(crate) fn signed_parts(node: &ExpressionNode) -> Option<Vec<(Leaf, bool)>> {
    fn collect(node: &ExpressionNode, negative: bool, parts: &mut Vec<(Leaf, bool)>) -> Option<()> {
        match node {
            ExpressionNode::Leaf(leaf) => parts.push((leaf.clone(), negative)),
            ExpressionNode::Neg(inner) => collect(inner, !negative, parts)?,
            ExpressionNode::Binary {
                operator,
                left,
                right,
            } => {
                let right_is_negative = match operator {
                    Operator::Add => negative,
                    Operator::Subtract => !negative,
                    Operator::Multiply | Operator::Divide => return None,
                };
                collect(left, negative, parts)?;
                collect(right, right_is_negative, parts)?;
            }
            ExpressionNode::Number(_) => return None,
        }
        Some(())
    }
    let mut parts = Vec::new();
    collect(node, false, &mut parts)?;
    Some(parts)
}

/// Whether the printed parts speak against the sign of their total: what is left for the parts that are not printed
/// would be larger than the total and each printed part, but with the sign of the total turned smaller than any of them.
/// Two parts at least.
pub(crate) fn speaks_against(total: &Printing, parts: &[(Leaf, bool, Known)]) -> bool {
    let value = |(_, negative, known): &(Leaf, bool, Known)| {
        let value = known.quantity.as_ref().map(Quantity::value)?;
        if *negative {
            value.negated().ok()
        } else {
            Some(value)
        }
    };
    let judged = || {
        let parts = parts.iter().map(value).collect::<Option<Vec<_>>>()?;
        against(total.figure.amount()?.value().into(), &parts)
    };
    judged().unwrap_or(false)
}

fn against(total: Fraction, parts: &[Fraction]) -> Option<bool> {
    let size = |value: &Fraction| value.abs().ok();
    let sum = parts
        .iter()
        .try_fold(Fraction::ZERO, |sum, part| sum.plus(*part).ok())?;
    let sizes = parts.iter().map(size).collect::<Option<Vec<_>>>()?;
    let (least, most) = (sizes.iter().min()?, sizes.iter().max()?);
    let left = size(&total.minus(sum).ok()?)?;
    let left_if_turned = size(&total.plus(sum).ok()?)?;
    // Then it is larger than the total, too: else the parts would have its sign, and with it turned more would be left.
    Some(parts.len() > 1 && left > *most && left_if_turned < *least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_sums_keep_their_signs() {
        let parts = |text: &str| {
            let expression: crate::model::Expression = text.parse().unwrap();
            let parts = signed_parts(expression.node())?;
            let written = parts
                .iter()
                .map(|(leaf, negative)| format!("{}{leaf}", if *negative { "-" } else { "+" }));
            Some(written.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(parts("a - (b - c) + -d").unwrap(), "+a -b +c -d");
        assert_eq!(parts("a * b"), None);
        assert_eq!(parts("a + 1"), None);
    }

    #[test]
    fn parts_speak_against_a_sign_only_if_turning_it_leaves_less_than_any_part() {
        for (total, parts, expected) in [
            (892, &[-915, 37][..], true),
            (-892, &[-915, 37][..], false),
            // Net loss beside one of its smaller parts.
            (-1989, &[202, 21][..], false),
            (-1989, &[202][..], false),
            // Two large parts of a small total.
            (168, &[731, -567][..], false),
            (811, &[-1104][..], false),
            // Just as much is left as the largest part is, or as the smallest one with the sign turned.
            (2, &[-5, 2][..], false),
            (5, &[-5, 2][..], false),
            (3, &[-5, 2][..], true),
        ] {
            let of = |value: i64| Fraction::from(value);
            let parts: Vec<Fraction> = parts.iter().copied().map(of).collect();
            assert_eq!(
                against(of(total), &parts),
                Some(expected),
                "{total} {parts:?}"
            );
        }
    }
}
