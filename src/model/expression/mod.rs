//! Expressions of metrics: `(revenue - cost_of_revenue) / revenue`.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::metric::{MetricKind, MetricPath};
use super::scope::Scope;
use super::unit::{Dimension, Unit};

mod check;
mod evaluate;
mod parse;
#[cfg(test)]
pub(crate) mod tests;
mod units;

pub use evaluate::EvaluationError;

/// Arithmetic of metrics, read from text.
///
/// Always well formed and bounded: at most [`Expression::TEXT_LIMIT`] bytes, as given and as printed, and a tree of at
/// most [`Expression::DEPTH_LIMIT`] levels, so that walking it by recursion is safe. Equal expressions print alike;
/// what is printed reads back as the same expression. It stands as its text in data.
///
/// | written | means |
/// |---|---|
/// | `revenue`, `backbone_cost.international` | a metric |
/// | `subscription.shares[subscriber=ntt]` | a metric in a [`Scope`], as that is written |
/// | `opening(cash)` | a stock at the instant at which the period begins |
/// | `average(total_assets)` | the mean of a stock at the instants at which the period begins and ends |
/// | `ttm(revenue)` | a flow of the twelve months that end with the period |
/// | `2`, `119.87` | an exact decimal, as [`Figure`](crate::Figure)s have |
/// | `a + b`, `a - b`, `a * b`, `a / b`, `-a`, `(a)` | arithmetic: the sign binds closest, then `*` and `/`, then `+` and `-`, each from the left |
///
/// A stock that stands alone is that at the end of the period. Blanks and line ends are free between these, but not
/// in a scope.
///
/// ```
/// use kessan::{Dimension, Expression, MetricKind};
/// let margin: Expression = "(revenue-cost_of_revenue)/revenue".parse()?;
/// assert_eq!(margin.to_string(), "(revenue - cost_of_revenue) / revenue");
/// assert_eq!(margin.leaves().len(), 3);
/// // Of two flows of money it makes a ratio:
/// let kind = margin.check(|_| Some((MetricKind::Flow, Dimension::Money)))?;
/// assert_eq!(kind, (MetricKind::Ratio, Dimension::Pure));
/// # Ok::<(), kessan::ExpressionError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression(ExpressionNode);

/// A node of the tree of an [`Expression`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ExpressionNode {
    /// A metric.
    Leaf(Leaf),
    /// A number without a unit, not below zero.
    Number(Decimal),
    /// The negative of something.
    Neg(Box<ExpressionNode>),
    /// Two operands.
    Binary {
        /// What is done with them.
        operator: Operator,
        /// The left operand.
        left: Box<ExpressionNode>,
        /// The right operand.
        right: Box<ExpressionNode>,
    },
}

/// A metric in an [`Expression`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Leaf {
    /// The metric.
    pub metric: MetricPath,
    /// The part of the company.
    pub scope: Scope,
    /// Which of its figures, seen from the period that is asked for.
    pub of: LeafKind,
}

/// Which figure of a metric a [`Leaf`] is, seen from the period that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LeafKind {
    /// That of the period; of a stock, at its end.
    Plain,
    /// A stock at the instant at which the period begins.
    Opening,
    /// The mean of a stock at the instants at which the period begins and ends.
    Average,
    /// A flow of the twelve months that end with the period.
    Ttm,
}

impl LeafKind {
    /// The name of the function; of a plain figure none.
    #[must_use]
    pub fn function(self) -> Option<&'static str> {
        match self {
            LeafKind::Plain => None,
            LeafKind::Opening => Some("opening"),
            LeafKind::Average => Some("average"),
            LeafKind::Ttm => Some("ttm"),
        }
    }
}

/// An operator of two operands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operator {
    /// The sign it is written with.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Operator::Add => '+',
            Operator::Subtract => '-',
            Operator::Multiply => '*',
            Operator::Divide => '/',
        }
    }

    /// How close it binds.
    fn level(self) -> u8 {
        match self {
            Operator::Add | Operator::Subtract => 1,
            Operator::Multiply | Operator::Divide => 2,
        }
    }
}

/// A text that is no expression, or an expression that means nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Something else is written where an operand, an operator or a bracket must stand.
    #[error("expected {expected} at byte {at}, found {}", seen(*.found))]
    Syntax {
        /// The byte at which it stands, from 0.
        at: usize,
        /// What could have stood there.
        expected: &'static str,
        /// What is there; `None` at the end.
        found: Option<char>,
    },
    /// The text is too long, as given or as it would be printed.
    #[error(
        "an expression of {length} bytes, more than {}",
        Expression::TEXT_LIMIT
    )]
    TooLong {
        /// How long it is.
        length: usize,
    },
    /// Too many brackets, signs or operators are within each other. A sum of *n* terms has *n* levels.
    #[error("more than {} levels at byte {at}", Expression::DEPTH_LIMIT)]
    TooDeep {
        /// The byte at which the limit is passed.
        at: usize,
    },
    /// A metric is not defined.
    #[error("the metric {path} is not defined")]
    UnknownMetric {
        /// The metric.
        path: MetricPath,
    },
    /// A function is used on a metric that does not have such a figure.
    #[error("{leaf}: {metric} is a {found}, not a {needed}")]
    Function {
        /// The leaf as written.
        leaf: String,
        /// Its metric.
        metric: MetricPath,
        /// The kind that the function needs.
        needed: MetricKind,
        /// The metric's kind.
        found: MetricKind,
    },
    /// Two operands that have nothing to do with each other in this way: of different dimension, not of the same time,
    /// or with a result that has no name.
    #[error("{left} ({} of {}) {} {right} ({} of {}) means nothing", .left_is.0, .left_is.1, .operator.sign(), .right_is.0, .right_is.1)]
    Operation {
        /// What was to be done.
        operator: Operator,
        /// The left operand as printed.
        left: String,
        /// Its kind and dimension.
        left_is: (MetricKind, Dimension),
        /// The right operand as printed.
        right: String,
        /// Its kind and dimension.
        right_is: (MetricKind, Dimension),
    },
    /// Two operands whose units do not fit.
    #[error(transparent)]
    Units(#[from] Box<UnitConflict>),
}

/// Two operands whose units do not fit: yen and dollars, shares and contracts.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{left} ({left_unit}) {} {right} ({right_unit}) has no unit", .operator.sign())]
#[non_exhaustive]
pub struct UnitConflict {
    /// What was to be done.
    pub operator: Operator,
    /// The left operand as printed.
    pub left: String,
    /// Its unit.
    pub left_unit: Unit,
    /// The right operand as printed.
    pub right: String,
    /// Its unit.
    pub right_unit: Unit,
}

fn seen(found: Option<char>) -> String {
    found.map_or("the end".into(), |c| format!("{c:?}"))
}

impl Expression {
    /// The most bytes of an expression, as given and as printed.
    pub const TEXT_LIMIT: usize = 4000;

    /// The most levels of its tree, and of brackets and signs in its text.
    pub const DEPTH_LIMIT: usize = 128;

    /// The root of its tree.
    #[must_use]
    pub fn node(&self) -> &ExpressionNode {
        &self.0
    }

    /// Its metrics, in the order they are written, as often as they are.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Leaf> {
        fn collect<'e>(node: &'e ExpressionNode, leaves: &mut Vec<&'e Leaf>) {
            match node {
                ExpressionNode::Leaf(leaf) => leaves.push(leaf),
                ExpressionNode::Number(_) => {}
                ExpressionNode::Neg(inner) => collect(inner, leaves),
                ExpressionNode::Binary { left, right, .. } => {
                    collect(left, leaves);
                    collect(right, leaves);
                }
            }
        }
        let mut leaves = Vec::new();
        collect(&self.0, &mut leaves);
        leaves
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        parse::parse(text)
    }
}

impl TryFrom<String> for Expression {
    type Error = ExpressionError;

    fn try_from(text: String) -> Result<Self, ExpressionError> {
        text.parse()
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> String {
        expression.to_string()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// Written with no more brackets than its meaning needs.
impl fmt::Display for ExpressionNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |inner: &ExpressionNode, needed: bool, f: &mut fmt::Formatter<'_>| {
            if needed {
                write!(f, "({inner})")
            } else {
                write!(f, "{inner}")
            }
        };
        let level = |node: &ExpressionNode| match node {
            ExpressionNode::Binary { operator, .. } => operator.level(),
            _ => u8::MAX,
        };
        match self {
            ExpressionNode::Leaf(leaf) => write!(f, "{leaf}"),
            ExpressionNode::Number(number) => write!(f, "{number}"),
            ExpressionNode::Neg(inner) => {
                f.write_str("-")?;
                bracketed(inner, level(inner) < u8::MAX, f)
            }
            ExpressionNode::Binary {
                operator,
                left,
                right,
            } => {
                bracketed(left, level(left) < operator.level(), f)?;
                write!(f, " {} ", operator.sign())?;
                bracketed(right, level(right) <= operator.level(), f)
            }
        }
    }
}

/// Written `revenue`, `subscription.shares[subscriber=ntt]`, `opening(cash)`.
impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.scope.is_total() {
            self.metric.to_string()
        } else {
            format!("{}[{}]", self.metric, self.scope)
        };
        match self.of.function() {
            Some(function) => f.pad(&format!("{function}({name})")),
            None => f.pad(&name),
        }
    }
}
