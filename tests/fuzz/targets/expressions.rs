//! Metric expressions: what is read is within its limits, and its print reads back as the same expression.
#![no_main]

use kessan::{Dimension, Expression, ExpressionNode, MetricKind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(expression) = text.parse::<Expression>() else {
        return;
    };
    let printed = expression.to_string();
    assert!(text.len() <= Expression::TEXT_LIMIT && printed.len() <= Expression::TEXT_LIMIT);
    assert!(levels(expression.node()) <= Expression::DEPTH_LIMIT);
    assert_eq!(printed.parse(), Ok(expression.clone()), "{text:?}");
    assert!(expression.leaves().len() <= printed.len());

    // Whatever its metrics are, it means something or it is said why not.
    let kinds = [
        MetricKind::Flow,
        MetricKind::Stock,
        MetricKind::Ratio,
        MetricKind::PerShare,
        MetricKind::Average,
    ];
    for kind in kinds {
        for dimension in [Dimension::Money, Dimension::Count, Dimension::Pure] {
            let _ = expression.check(|_| Some((kind, dimension)));
        }
    }
    // Metrics whose kind hangs on their name.
    let _ = expression.check(|path| {
        let length = path.to_string().len();
        let dimension = [Dimension::Money, Dimension::Count][length % 2];
        Some((kinds[length % kinds.len()], dimension))
    });
});

fn levels(node: &ExpressionNode) -> usize {
    1 + match node {
        ExpressionNode::Leaf(_) | ExpressionNode::Number(_) => 0,
        ExpressionNode::Neg(inner) => levels(inner),
        ExpressionNode::Binary { left, right, .. } => levels(left).max(levels(right)),
    }
}
