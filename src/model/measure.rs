//! What a computed figure measures.

use std::fmt;

use serde::Serialize;

use super::expression::Expression;
use super::metric::MetricPath;

/// What a computed figure measures.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A metric.
    Metric(MetricPath),
    /// Arithmetic of metrics.
    Expression(Expression),
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Measure::Metric(path) => path.fmt(f),
            Measure::Expression(expression) => expression.fmt(f),
        }
    }
}
