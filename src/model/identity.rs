//! Identities: what must hold between a company's figures.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::expression::{Expression, ExpressionError, LeafKind};
use super::metric::{MetricKind, MetricPath};
use super::scope::Scope;
use super::unit::Dimension;

/// An equation between figures of one company, period and scenario: a total and its parts, a roll-forward from the
/// opening to the closing instant, a price times a number of shares, a ratio.
///
/// It holds as far as rounding tells. Scopes are as written: without one, a metric is that of the whole company. A
/// ratio in per cent may equal a pure number: 5.7% is 0.057.
///
/// Printed as `cash = opening(cash) + net_cash.change`.
///
/// ```
/// use kessan::{Dimension, Identity, MetricKind, Scope};
/// let identity = Identity {
///     metric: "operating_margin".parse()?,
///     scope: Scope::total(),
///     equals: "operating_income / revenue".parse()?,
/// };
/// identity.check(|path| {
///     Some(match path.as_str() {
///         "operating_margin" => (MetricKind::Ratio, Dimension::Percent),
///         _ => (MetricKind::Flow, Dimension::Money),
///     })
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The metric on the left side.
    pub metric: MetricPath,
    /// The part of the company on the left side.
    #[serde(default)]
    pub scope: Scope,
    /// The right side.
    pub equals: Expression,
}

/// An identity that means nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The right side is no expression, or means nothing.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// The right side has the left side in it, which says nothing or another thing.
    #[error("it has its own left side on the right")]
    Circular,
    /// The sides are of different kind or dimension.
    #[error("a {} of {} equals a {} of {}", .left.0, .left.1, .right.0, .right.1)]
    Sides {
        /// Kind and dimension of the left side.
        left: (MetricKind, Dimension),
        /// Kind and dimension of the right side.
        right: (MetricKind, Dimension),
    },
}

impl Identity {
    /// Whether both sides are of one kind and dimension, given those of each metric; `None` for one that is not
    /// defined. See [`Expression::check`].
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn check(
        &self,
        metric: impl Fn(&MetricPath) -> Option<(MetricKind, Dimension)>,
    ) -> Result<(), IdentityError> {
        let left = metric(&self.metric).ok_or_else(|| ExpressionError::UnknownMetric {
            path: self.metric.clone(),
        })?;
        let right = self.equals.check(metric)?;
        let circular = self.equals.leaves().into_iter().any(|leaf| {
            leaf.of == LeafKind::Plain && (&leaf.metric, &leaf.scope) == (&self.metric, &self.scope)
        });
        if circular {
            return Err(IdentityError::Circular);
        }
        let fraction = |(kind, dimension)| match dimension {
            Dimension::Percent => (kind, Dimension::Pure),
            _ => (kind, dimension),
        };
        if fraction(left) == fraction(right) {
            Ok(())
        } else {
            Err(IdentityError::Sides { left, right })
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = if self.scope.is_total() {
            self.metric.to_string()
        } else {
            format!("{}[{}]", self.metric, self.scope)
        };
        f.pad(&format!("{left} = {}", self.equals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(path: &MetricPath) -> Option<(MetricKind, Dimension)> {
        Some(match path.as_str() {
            "cash" => (MetricKind::Stock, Dimension::Money),
            "net_cash" | "price" | "revenue" => (MetricKind::Flow, Dimension::Money),
            "shares" => (MetricKind::Flow, Dimension::Count),
            "issue_price" => (MetricKind::PerShare, Dimension::MoneyPer),
            "margin" => (MetricKind::Ratio, Dimension::Percent),
            _ => return None,
        })
    }

    fn check(metric: &str, scope: &str, equals: &str) -> Result<(), String> {
        let identity = Identity {
            metric: metric.parse().unwrap(),
            scope: scope.parse().unwrap(),
            equals: equals.parse().unwrap(),
        };
        identity.check(metrics).map_err(|error| error.to_string())
    }

    #[test]
    fn both_sides_are_of_one_kind_and_dimension() {
        for (metric, scope, equals) in [
            ("revenue", "", "revenue[area=east] + revenue[area=west]"),
            ("cash", "", "opening(cash) + net_cash"),
            ("price", "by=a", "shares[by=a] * issue_price"),
            ("margin", "", "price / revenue"),
            ("margin", "", "margin[area=east] - margin[area=west]"),
        ] {
            assert_eq!(check(metric, scope, equals), Ok(()), "{metric} = {equals}");
        }
        for (metric, scope, equals, error) in [
            ("sales", "", "price", "the metric sales is not defined"),
            ("price", "", "sales", "the metric sales is not defined"),
            (
                "cash",
                "",
                "net_cash",
                "a stock of money equals a flow of money",
            ),
            (
                "revenue",
                "",
                "price / net_cash",
                "a flow of money equals a ratio of pure",
            ),
            (
                "price",
                "",
                "cash + shares",
                "cash (stock of money) + shares (flow of count) means nothing",
            ),
            (
                "price",
                "by=a",
                "revenue + price[by=a]",
                "it has its own left side on the right",
            ),
        ] {
            assert_eq!(
                check(metric, scope, equals),
                Err(error.to_owned()),
                "{metric} = {equals}"
            );
        }
    }
}
