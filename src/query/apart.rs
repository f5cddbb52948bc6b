//! Which tags of a standard metric a company uses for different things.

use std::cmp::Ordering;

use crate::model::versions::is_absence;
use crate::model::{MetricPath, Period, TagsDisagree};
use crate::store::CurrentRow;

use super::point::Point;
use super::rows::About;
use super::slot::Dated;

/// The pairs of tags that disagree where a company's figures of a standard metric are stitched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Apart {
    standard: MetricPath,
    pairs: Vec<TagsDisagree>,
}

impl Apart {
    /// Of some series of one unit, scenario and scope, each sorted by its dates.
    pub(crate) fn of<'a>(
        standard: &MetricPath,
        parts: impl Iterator<Item = (&'a MetricPath, &'a [CurrentRow])>,
    ) -> Self {
        let parts: Vec<_> = parts.collect();
        let mut pairs = Vec::new();
        for (at, (metric, rows)) in parts.iter().enumerate() {
            for (other, other_rows) in parts.iter().skip(at + 1) {
                let found = disagreement(rows, other_rows);
                pairs.extend(found.map(|period| TagsDisagree {
                    metric: (*metric).clone(),
                    other: (*other).clone(),
                    period,
                }));
            }
        }
        let standard = standard.clone();
        Self { standard, pairs }
    }

    fn between(&self, metric: &MetricPath, other: &MetricPath) -> Option<TagsDisagree> {
        self.pairs.iter().find_map(|pair| {
            let there = pair.metric == *metric && pair.other == *other;
            let back = pair.metric == *other && pair.other == *metric;
            (there || back).then(|| TagsDisagree {
                metric: metric.clone(),
                other: other.clone(),
                period: pair.period,
            })
        })
    }
}

/// The last period for which two series have figures that do not agree.
fn disagreement(rows: &[CurrentRow], other: &[CurrentRow]) -> Option<Period> {
    let (mut rows, mut other) = (rows.iter().rev().peekable(), other.iter().rev().peekable());
    while let (Some(a), Some(b)) = (rows.peek(), other.peek()) {
        match a.period().cmp(&b.period()) {
            Ordering::Greater => drop(rows.next()),
            Ordering::Less => drop(other.next()),
            Ordering::Equal => {
                if disagree(a, b) {
                    return Some(a.period());
                }
                rows.next();
                other.next();
            }
        }
    }
    None
}

/// Whether two rows of one period, under two tags, have figures that are not the same: beyond rounding, or where that cannot
/// be told as a precision is unknown.
pub(crate) fn disagree(a: &CurrentRow, b: &CurrentRow) -> bool {
    let (a, b) = (&a.observation.figure, &b.observation.figure);
    !is_absence(a) && !is_absence(b) && a.agrees_with(b) != Some(true)
}

impl About {
    /// Why figures of this series and of another cannot be reckoned with together: both answer one question about a standard
    /// metric, under tags that disagree.
    pub(crate) fn tags_apart(&self, other: &About) -> Option<TagsDisagree> {
        let (own, others) = (self.apart.as_ref()?, other.apart.as_ref()?);
        let (metric, other_metric) = (&self.key.metric, &other.key.metric);
        if metric == other_metric || own.standard != others.standard {
            return None;
        }
        own.between(metric, other_metric)
            .or_else(|| others.between(metric, other_metric))
    }
}

/// The first two of some figures that are of tags that disagree.
pub(crate) fn tags_apart<'a>(leaves: &[&'a Point]) -> Option<(&'a Point, &'a Point, TagsDisagree)> {
    let mut pairs = leaves
        .iter()
        .enumerate()
        .flat_map(|(at, a)| leaves.iter().skip(at + 1).map(move |b| (*a, *b)));
    pairs.find_map(|(a, b)| Some((a, b, a.about().tags_apart(b.about())?)))
}
