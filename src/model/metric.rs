//! Metrics: what is measured.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ModelError;
use super::period::{Period, PeriodKind};
use super::unit::Dimension;

/// The name of a metric: field terms from general to particular, joined by dots, such as
/// `revenue.connectivity.dedicated_access`.
///
/// Terms are lower-case letters, digits and `_`, starting with a letter; the whole is at most 200 bytes.
///
/// ```
/// use kessan::MetricPath;
/// let path: MetricPath = "backbone_cost.international".parse()?;
/// assert!(path.is_under(&"backbone_cost".parse()?));
/// assert!("Backbone Cost".parse::<MetricPath>().is_err());
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetricPath(Arc<str>);

impl MetricPath {
    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the other metric or one of its parts by name.
    #[must_use]
    pub fn is_under(&self, general: &MetricPath) -> bool {
        self.0
            .strip_prefix(general.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Whether a text is a term of a name: lower-case letters, digits and `_`, starting with a letter.
pub(crate) fn is_term(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl FromStr for MetricPath {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        if text.len() <= 200 && text.split('.').all(is_term) {
            Ok(Self(text.into()))
        } else {
            Err(ModelError::Metric { text: text.into() })
        }
    }
}

impl AsRef<str> for MetricPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MetricPath {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<MetricPath> for String {
    fn from(path: MetricPath) -> String {
        path.as_str().to_owned()
    }
}

impl Borrow<str> for MetricPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How a metric behaves in time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// Adds up over time: revenue. Has durations.
    Flow,
    /// Stands at an instant: cash, contracts.
    Stock,
    /// A ratio or percentage; changes in percentage points.
    Ratio,
    /// Per share; never summed over time.
    PerShare,
    /// An average over a period: weighted average shares; never summed over time.
    Average,
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            MetricKind::Flow => "flow",
            MetricKind::Stock => "stock",
            MetricKind::Ratio => "ratio",
            MetricKind::PerShare => "per_share",
            MetricKind::Average => "average",
        })
    }
}

impl MetricKind {
    /// Whether such a metric can have a figure at a period: flows and averages have no instant, a stock has
    /// nothing else. A nominal period of no quarters is an instant.
    #[must_use]
    pub fn admits(self, period: &Period) -> bool {
        let instant = period.kind() == PeriodKind::Instant || period.nominal_quarters() == Some(0);
        match self {
            MetricKind::Flow | MetricKind::Average => !instant,
            MetricKind::Stock => instant,
            MetricKind::Ratio | MetricKind::PerShare => true,
        }
    }
}

/// What a metric means, the same for all companies that report it.
///
/// A definition does not change: a second one under the same path must be equal, or it is refused. Only a
/// meaning of negative may be added later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name.
    pub path: MetricPath,
    /// How it behaves in time.
    pub kind: MetricKind,
    /// The class of its units.
    pub dimension: Dimension,
    /// What a positive figure means: `expense`.
    pub positive: String,
    /// What a negative figure means, where there can be one: `benefit`.
    #[serde(default)]
    pub negative: Option<String>,
}

impl Metric {
    /// Whether kind and dimension go together: percentages are ratios, and ratios are percentages or pure
    /// numbers, so that a percentage changes in points and an amount never does.
    #[must_use]
    pub fn is_coherent(&self) -> bool {
        match self.kind {
            MetricKind::Ratio => matches!(self.dimension, Dimension::Percent | Dimension::Pure),
            MetricKind::PerShare => self.dimension == Dimension::MoneyPer,
            MetricKind::Flow | MetricKind::Stock | MetricKind::Average => {
                self.dimension != Dimension::Percent
            }
        }
    }

    /// Whether its words for positive and negative say something, and not the same.
    #[must_use]
    pub fn has_meaning(&self) -> bool {
        let says = |word: &String| !word.trim().is_empty();
        says(&self.positive)
            && self
                .negative
                .as_ref()
                .is_none_or(|negative| says(negative) && *negative != self.positive)
    }

    /// This definition and another of the same metric as one: a meaning of negative may be added to one that
    /// had none. `None` where they contradict each other.
    #[must_use]
    pub fn merged(&self, other: &Metric) -> Option<Metric> {
        let negative = match (&self.negative, &other.negative) {
            (Some(a), Some(b)) if a != b => return None,
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let merged = Metric {
            negative: negative.clone(),
            ..self.clone()
        };
        let other = Metric {
            negative,
            ..other.clone()
        };
        (merged == other).then_some(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_of_negative_may_be_added() {
        let metric = |positive: &str, negative: Option<&str>| Metric {
            path: "m".parse().unwrap(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: positive.into(),
            negative: negative.map(str::to_owned),
        };
        let (plain, both) = (metric("income", None), metric("income", Some("loss")));
        assert_eq!(plain.merged(&both), Some(both.clone()));
        assert_eq!(both.merged(&plain), Some(both.clone()));
        assert_eq!(both.merged(&metric("income", Some("deficit"))), None);
        assert_eq!(both.merged(&metric("profit", Some("loss"))), None);
    }

    #[test]
    fn percentages_are_ratios_and_amounts_are_not() {
        let metric = |kind, dimension| Metric {
            path: "m".parse().unwrap(),
            kind,
            dimension,
            positive: "more".into(),
            negative: None,
        };
        assert!(metric(MetricKind::Ratio, Dimension::Percent).is_coherent());
        assert!(!metric(MetricKind::Stock, Dimension::Percent).is_coherent());
        assert!(!metric(MetricKind::Ratio, Dimension::Money).is_coherent());
        assert!(metric(MetricKind::Stock, Dimension::MoneyPer).is_coherent());
    }

    #[test]
    fn a_part_by_name_is_under_its_metric() {
        let path = |text: &str| text.parse::<MetricPath>().unwrap();
        assert!(path("revenue.a").is_under(&path("revenue")));
        assert!(!path("revenues").is_under(&path("revenue")));
    }
}
