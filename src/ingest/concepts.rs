//! Concept maps, from their files.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::model::{
    Concept, ConceptMap, ConceptTag, Dimension, Metric, MetricKind, MetricPath, ModelError, Period,
    StandardMetric,
};

use super::company::check_metric;
use super::error::{IngestError, IngestReason, Place};
use super::file::{parse_toml, read_text};

/// The format of the file, which is refused if it is another.
const FORMAT: u32 = 1;

/// The map that comes with the crate.
const STANDARD: &str = include_str!("../../data/concepts.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    format: u32,
    version: u32,
    #[serde(default)]
    metric: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: MetricPath,
    kind: MetricKind,
    dimension: Dimension,
    positive: String,
    #[serde(default)]
    negative: Option<String>,
    tags: Vec<TagEntry>,
    #[serde(default)]
    otherwise: Vec<TagEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagEntry {
    tag: String,
    #[serde(default)]
    seen: Option<String>,
}

impl ConceptMap {
    /// The map that comes with the crate: the usual lines of income statement, cash flow statement and balance sheet,
    /// for us-gaap and ifrs-full.
    ///
    /// # Errors
    /// None: its file is a part of the crate, and tested.
    pub fn standard() -> Result<Self, IngestError> {
        parse(Path::new("data/concepts.toml"), STANDARD)
    }

    /// Reads a map of one's own, in the format of `data/concepts.toml`.
    ///
    /// # Errors
    /// [`IngestError`] where the file cannot be read, is of another format, has a metric or a tag of a metric twice, or
    /// a tag that can have no figures of its metric's kind and dimension.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        let path = path.as_ref();
        parse(path, &read_text(path, &place(path))?)
    }
}

fn place(path: &Path) -> Place {
    Place {
        document: path.display().to_string(),
        ..Place::default()
    }
}

fn parse(path: &Path, text: &str) -> Result<ConceptMap, IngestError> {
    let place = place(path);
    let file: MapFile = parse_toml(path, text, &place)?;
    if file.format != FORMAT {
        let found = file.format;
        return Err(IngestReason::ConceptMapFormat {
            found,
            expected: FORMAT,
        }
        .at(&place));
    }
    let mut paths = BTreeSet::new();
    let mut metrics = Vec::new();
    for entry in file.metric {
        let place = Place {
            row: Some(entry.path.to_string()),
            ..place.clone()
        };
        if !paths.insert(entry.path.clone()) {
            let (what, name) = ("metric", entry.path.to_string());
            return Err(IngestReason::DeclaredTwice { what, name }.at(&place));
        }
        metrics.push(entry.read().map_err(|reason| reason.at(&place))?);
    }
    Ok(ConceptMap::new(file.version, metrics))
}

impl Entry {
    fn read(self) -> Result<StandardMetric, IngestReason> {
        let metric = Metric {
            path: self.path,
            kind: self.kind,
            dimension: self.dimension,
            positive: self.positive,
            negative: self.negative,
        };
        check_metric(&metric)?;
        let mut met = BTreeSet::new();
        let mut tags = |entries: Vec<TagEntry>| -> Result<Vec<ConceptTag>, IngestReason> {
            let read = entries.into_iter().map(|entry| {
                let tag = entry.read(&metric)?;
                if met.insert(tag.metric.clone()) {
                    return Ok(tag);
                }
                let (what, name) = ("tag", tag.concept.to_string());
                Err(IngestReason::DeclaredTwice { what, name })
            });
            read.collect()
        };
        let (preferred, otherwise) = (tags(self.tags)?, tags(self.otherwise)?);
        Ok(StandardMetric {
            metric,
            tags: preferred,
            otherwise,
        })
    }
}

impl TagEntry {
    fn read(self, metric: &Metric) -> Result<ConceptTag, IngestReason> {
        let concept: Concept = self.tag.parse()?;
        let (kind, dimension) = (metric.kind, metric.dimension);
        let Some(path) = concept.path_of(kind, dimension)? else {
            let tag = concept.to_string();
            return Err(IngestReason::TagSort {
                tag,
                kind,
                dimension,
            });
        };
        let seen = self.seen.map(|dates| dates.parse::<Period>());
        let seen = seen.transpose().map_err(|error: ModelError| error)?;
        Ok(ConceptTag {
            concept,
            metric: path,
            seen,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConceptMap, IngestError> {
        parse(Path::new("my.toml"), text)
    }

    const GOOD: &str = r#"
format = 1
version = 7

[[metric]]
path = "sales"
kind = "flow"
dimension = "money"
positive = "sales"
tags = [{ tag = "us-gaap:Revenues", seen = "2010-01-01..2020-12-31" }, { tag = "x:Sales" }]
otherwise = [{ tag = "us-gaap:SalesRevenueNet" }]

[[metric]]
path = "cash"
kind = "stock"
dimension = "money"
positive = "cash"
tags = [{ tag = "us-gaap:Cash" }]
"#;

    #[test]
    fn a_map_of_ones_own() {
        let map = read(GOOD).unwrap();
        assert_eq!(map.version(), 7);
        let paths: Vec<&str> = map.iter().map(|s| s.metric.path.as_str()).collect();
        assert_eq!(paths, ["cash", "sales"]);
        let sales = map.get(&"sales".parse().unwrap()).unwrap();
        let tags = |tags: &[ConceptTag]| -> Vec<String> {
            tags.iter().map(|tag| tag.metric.to_string()).collect()
        };
        assert_eq!(tags(&sales.tags), ["us_gaap.revenues.flow", "x.sales.flow"]);
        assert_eq!(tags(&sales.otherwise), ["us_gaap.sales_revenue_net.flow"]);
        assert_eq!(
            sales.tags[0].seen.unwrap().to_string(),
            "2010-01-01..2020-12-31"
        );
        let cash = map.get(&"cash".parse().unwrap()).unwrap();
        assert_eq!(tags(&cash.tags), ["us_gaap.cash.stock"]);
        assert!(map.get(&"us_gaap.cash.stock".parse().unwrap()).is_none());
    }

    #[test]
    fn spoilt_maps_are_refused_with_their_place() {
        for (from, to, expected) in [
            ("format = 1", "format = 2", "format 2 is not known"),
            ("path = \"cash\"", "path = \"sales\"", "sales"),
            (
                "tag = \"us-gaap:Cash\"",
                "tag = \"us-gaap Cash\"",
                "us-gaap Cash",
            ),
            ("x:Sales", "us-gaap:Revenues", "us-gaap:Revenues"),
            (
                "us-gaap:SalesRevenueNet",
                "us-gaap:Revenues",
                "us-gaap:Revenues",
            ),
            (
                "us-gaap:SalesRevenueNet",
                "us-gaap:AverageSales",
                "AverageSales",
            ),
            (
                "2010-01-01..2020-12-31",
                "2020-12-31..2010-01-01",
                "2020-12-31",
            ),
            ("kind = \"stock\"", "kind = \"ratio\"", "ratio"),
            ("positive = \"cash\"", "positive = \" \"", "cash"),
            ("version = 7", "", "version"),
            ("version = 7", "version = 7\nmore = 1", "more"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let error = read(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(
                error.contains("my.toml") && error.contains(expected),
                "{error}"
            );
        }
    }

    /// Every metric of the bundled map has tags of its own kind and dimension, each once.
    #[test]
    fn the_standard_map_is_whole() {
        let map = ConceptMap::standard().unwrap();
        let names = [
            "capital_expenditures",
            "cash",
            "cost_of_revenue",
            "depreciation_and_amortization",
            "earnings_per_share.basic",
            "earnings_per_share.diluted",
            "gross_profit",
            "net_cash.financing",
            "net_cash.investing",
            "net_cash.operating",
            "net_income",
            "operating_income",
            "research_and_development",
            "revenue",
            "sga",
            "shareholders_equity",
            "shares_outstanding",
            "total_assets",
            "total_liabilities",
        ];
        let mut paths = Vec::new();
        for standard in &map {
            paths.push(standard.metric.path.as_str());
            for taxonomy in ["us-gaap", "ifrs-full"] {
                let mut tags = standard.tags.iter();
                assert!(tags.any(|tag| tag.concept.taxonomy() == taxonomy));
            }
        }
        assert_eq!(paths, names);
    }
}
