//! Printed figures that repeat what other figures say: growth rates, shares, differences, translations.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::document::Id;
use super::figure::Figure;
use super::metric::MetricPath;
use super::period::Period;
use super::scope::{Scenario, Scope};
use super::unit::Currency;

/// A figure that a check refers to. Unlike a [`FactKey`](super::FactKey) it names no unit: a growth rate does
/// not print one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Operand {
    /// The company.
    pub company: Id,
    /// What is measured.
    pub metric: MetricPath,
    /// Actual, target, plan or pro forma.
    pub scenario: Scenario,
    /// Which part of the company.
    pub scope: Scope,
    /// The dates.
    pub period: Period,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.scope.is_total() {
            String::new()
        } else {
            format!("[{}]", self.scope)
        };
        let scenario = match self.scenario {
            Scenario::Actual => String::new(),
            other => format!(" ({other})"),
        };
        f.pad(&format!("{}{scope}{scenario} {}", self.metric, self.period))
    }
}

/// What a printed figure claims about others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The relative change of `of` over `over`, in per cent.
    Growth {
        /// The later figure.
        of: Operand,
        /// The base.
        over: Operand,
    },
    /// `of` minus `over`, in their unit, or in points for percentages.
    Difference {
        /// The later figure.
        of: Operand,
        /// What it is compared with.
        over: Operand,
    },
    /// `part` as a share of `whole`, in per cent.
    Share {
        /// The part.
        part: Operand,
        /// The whole.
        whole: Operand,
    },
    /// `of` in another currency, at `rate` units of its own currency for one of that.
    Translation {
        /// The original.
        of: Operand,
        /// The other currency.
        into: Currency,
        /// How many units of the original's currency one unit of the other is.
        rate: Decimal,
    },
    /// What `of` was as published on `to`, minus what it was as published on `from`.
    Revision {
        /// The fact with both versions.
        of: Operand,
        /// The date of the earlier version.
        from: NaiveDate,
        /// The date of the later one.
        to: NaiveDate,
    },
}

impl Claim {
    /// The figures it is about; of a revision, the one of which it compares two versions.
    #[must_use]
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Claim::Growth { of, over } | Claim::Difference { of, over } => vec![of, over],
            Claim::Share { part, whole } => vec![part, whole],
            Claim::Translation { of, .. } | Claim::Revision { of, .. } => vec![of],
        }
    }
}

/// A printed figure that other figures of the document (or of earlier ones) determine. It never enters a
/// series.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// The number of its cell in the document, from 0.
    pub cell: u32,
    /// What it claims.
    pub claim: Claim,
    /// The printed figure: percentages in per cent, differences and translations in base units.
    pub figure: Figure,
}
