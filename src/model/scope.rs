//! Scenario and scope: which figure of a metric it is, besides its dates.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ModelError;
use super::metric::is_term;

/// Whether a figure happened, is aimed at, is planned, or is assumed. Part of a series' identity.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Reported as having happened.
    #[default]
    Actual,
    /// A published target or forecast of results; its versions are kept like restatements.
    Target,
    /// A plan of measures: facility investments, use of proceeds.
    Plan,
    /// As if an event had happened: shares after an offering.
    ProForma,
}

impl Scenario {
    /// The name used in manifests: `actual`, `target`, `plan`, `pro_forma`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scenario::Actual => "actual",
            Scenario::Target => "target",
            Scenario::Plan => "plan",
            Scenario::ProForma => "pro_forma",
        }
    }
}

impl FromStr for Scenario {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        [Self::Actual, Self::Target, Self::Plan, Self::ProForma]
            .into_iter()
            .find(|scenario| scenario.as_str() == text)
            .ok_or_else(|| ModelError::Scenario { text: text.into() })
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which part or view of a company a figure is about: an open set of dimensions, each with one member.
/// The empty set is the total.
///
/// Printed and parsed as `business=current,segment=network`, dimensions in alphabetical order.
///
/// ```
/// use kessan::Scope;
/// let scope: Scope = "segment=network,business=current".parse()?;
/// assert_eq!(scope.to_string(), "business=current,segment=network");
/// assert!(Scope::total().is_total());
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, String>",
    into = "BTreeMap<String, String>"
)]
pub struct Scope(BTreeMap<String, String>);

impl Scope {
    /// The whole company.
    #[must_use]
    pub fn total() -> Self {
        Self::default()
    }

    /// Whether this is the whole company.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.0.is_empty()
    }

    /// The dimensions and their members, in order.
    pub fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(d, m)| (d.as_str(), m.as_str()))
    }

    /// This scope, narrowed by the members of another, which win.
    #[must_use]
    pub fn narrowed(&self, by: &Scope) -> Scope {
        let mut members = self.0.clone();
        members.extend(by.0.clone());
        Scope(members)
    }
}

impl TryFrom<BTreeMap<String, String>> for Scope {
    type Error = ModelError;

    fn try_from(members: BTreeMap<String, String>) -> Result<Self, ModelError> {
        let scope = Self(members);
        let fits = scope.0.len() <= 16
            && scope
                .members()
                .all(|(d, m)| is_term(d) && is_term(m) && d.len() <= 64 && m.len() <= 128);
        if fits {
            Ok(scope)
        } else {
            Err(ModelError::Scope {
                text: scope.to_string(),
            })
        }
    }
}

impl From<Scope> for BTreeMap<String, String> {
    fn from(scope: Scope) -> Self {
        scope.0
    }
}

impl FromStr for Scope {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let bad = || ModelError::Scope { text: text.into() };
        let mut members = BTreeMap::new();
        for pair in text.split(',').filter(|_| !text.is_empty()) {
            let (dimension, member) = pair.split_once('=').ok_or_else(bad)?;
            if members
                .insert(dimension.to_owned(), member.to_owned())
                .is_some()
            {
                return Err(bad());
            }
        }
        Self::try_from(members).map_err(|_| bad())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.members().map(|(d, m)| format!("{d}={m}")).collect();
        f.pad(&pairs.join(","))
    }
}
