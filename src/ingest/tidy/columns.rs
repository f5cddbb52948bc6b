//! The columns of tidy tables, in the order in which they are written.

/// The table of facts, and the tables that stand beside it.
pub(crate) const FACTS_FILE: &str = "facts.csv";
pub(crate) const DOCUMENTS_FILE: &str = "documents.csv";
pub(crate) const CELLS_FILE: &str = "cells.csv";
pub(crate) const CHECKS_FILE: &str = "checks.csv";
pub(crate) const COMPANIES_FILE: &str = "companies.toml";
pub(crate) const METRICS_FILE: &str = "metrics.toml";

pub(crate) const FACTS: [&str; 17] = [
    "company",
    "metric",
    "scenario",
    "scope",
    "period",
    "figure",
    "value",
    "unit",
    "decimals",
    "rounding",
    "high",
    "high_decimals",
    "high_rounding",
    "published",
    "rank",
    "source",
    "cell",
];

/// Other ways to say what [`FACTS`] say; they are read and never written.
pub(crate) const FACTS_ALSO: [&str; 3] = ["start", "end", "scale"];

pub(crate) const DOCUMENTS: [&str; 7] = [
    "source",
    "title",
    "issuer",
    "kind",
    "published",
    "utc_offset",
    "reports",
];

pub(crate) const CELLS: [&str; 9] = [
    "source", "cell", "address", "place", "row", "column", "text", "scale", "unplaced",
];

pub(crate) const CHECKS: [&str; 24] = [
    "source",
    "cell",
    "claim",
    "company",
    "metric",
    "scenario",
    "scope",
    "period",
    "base_company",
    "base_metric",
    "base_scenario",
    "base_scope",
    "base_period",
    "currency",
    "rate",
    "from",
    "to",
    "figure",
    "value",
    "decimals",
    "rounding",
    "high",
    "high_decimals",
    "high_rounding",
];
