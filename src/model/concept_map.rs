//! Standard metrics, and the concepts of taxonomies whose facts are figures of them.

use super::concept::Concept;
use super::metric::{Metric, MetricPath};
use super::period::Period;

/// Names standard metrics, such as `revenue`, by the concepts of taxonomies under which companies report them.
///
/// Companies change tags, and each its own way. A reader that was [given](crate::Reader::with_concepts) a map answers a
/// question about a standard metric from all of its tags, *stitched* by period: for each period the first tag of the
/// list that has a figure, by what the question takes into account. Facts under the standard metric's own name, as
/// release folders have them, come before all tags. Every [point](crate::Point::metric) keeps the tag it is from.
///
/// [`ConceptMap::standard`] is the one that comes with the crate, `data/concepts.toml`, where its format is taught;
/// [`ConceptMap::read`] reads one of your own.
///
/// ```
/// use kessan::ConceptMap;
/// let map = ConceptMap::standard()?;
/// let revenue = map.get(&"revenue".parse()?).unwrap();
/// let tags: Vec<String> = revenue.tags.iter().map(|tag| tag.concept.to_string()).collect();
/// assert!(tags.contains(&"us-gaap:SalesRevenueNet".to_owned()));
/// assert!(tags.contains(&"ifrs-full:Revenue".to_owned()));
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConceptMap {
    version: u32,
    /// By path.
    metrics: Vec<StandardMetric>,
}

/// A standard metric of a [`ConceptMap`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct StandardMetric {
    /// What it means.
    pub metric: Metric,
    /// The tags whose facts are figures of it, the preferred first.
    pub tags: Vec<ConceptTag>,
    /// Tags of a wider or narrower meaning: used, in the same way, only where a company has no figure at all under the
    /// others, so that no series mixes meanings.
    pub otherwise: Vec<ConceptTag>,
}

/// A tag of a [`StandardMetric`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ConceptTag {
    /// The taxonomy and tag.
    pub concept: Concept,
    /// The metric that its raw facts are figures of: `us_gaap.sales_revenue_net.flow`.
    pub metric: MetricPath,
    /// From the first to the last end of the periods for which facts under this tag were seen when the map was made.
    /// It documents the map and limits nothing.
    pub seen: Option<Period>,
}

impl ConceptMap {
    /// Of metrics with different paths.
    pub(crate) fn new(version: u32, mut metrics: Vec<StandardMetric>) -> Self {
        metrics.sort_by(|a, b| a.metric.path.cmp(&b.metric.path));
        Self { version, metrics }
    }

    /// The version of its contents: answers of two versions may differ.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The standard metrics, by path.
    pub fn iter(&self) -> std::slice::Iter<'_, StandardMetric> {
        self.metrics.iter()
    }

    /// One standard metric; `None` where the map does not name it.
    #[must_use]
    pub fn get(&self, path: &MetricPath) -> Option<&StandardMetric> {
        let place = self
            .metrics
            .binary_search_by(|standard| standard.metric.path.cmp(path));
        self.metrics.get(place.ok()?)
    }
}

impl<'a> IntoIterator for &'a ConceptMap {
    type Item = &'a StandardMetric;
    type IntoIter = std::slice::Iter<'a, StandardMetric>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
