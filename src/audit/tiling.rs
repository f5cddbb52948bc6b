//! Quarters against half years, nine months and years: durations that shorter ones make up.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{FactKey, MetricKind, Period, PeriodKind, SeriesKey};

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::Formula;
use super::material::Material;

/// Every duration of a flow that others of its series make up, by the longest parts that do.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) {
    let mut series: BTreeMap<&SeriesKey, Vec<Period>> = BTreeMap::new();
    for fact in material.facts.keys() {
        let flow = material
            .metric(&fact.series.metric)
            .is_some_and(|metric| metric.kind == MetricKind::Flow);
        if flow && fact.period.kind() == PeriodKind::Duration {
            series.entry(&fact.series).or_default().push(fact.period);
        }
    }
    for (key, periods) in series {
        for whole in &periods {
            for parts in tilings(*whole, &periods) {
                push(material, key, *whole, parts, cases);
            }
        }
    }
}

/// The ways to make up a duration of two or more others. Of those that begin with the same part, the one that goes on
/// with the longest.
pub(crate) fn tilings(whole: Period, periods: &[Period]) -> Vec<Vec<Period>> {
    let starting = |start: NaiveDate| {
        let mut found: Vec<Period> = periods
            .iter()
            .filter(|part| {
                part.start() == Some(start) && part.end() <= whole.end() && **part != whole
            })
            .copied()
            .collect();
        found.sort_by_key(|part| std::cmp::Reverse(part.end()));
        found
    };
    let Some(start) = whole.start() else {
        return Vec::new();
    };
    starting(start)
        .into_iter()
        .filter_map(|first| {
            let mut parts = vec![first];
            let mut end = first.end();
            while end < whole.end() {
                let next = starting(end.succ_opt()?).into_iter().next()?;
                end = next.end();
                parts.push(next);
            }
            Some(parts)
        })
        .collect()
}

fn push(
    material: &Material,
    series: &SeriesKey,
    whole: Period,
    parts: Vec<Period>,
    cases: &mut Vec<Case>,
) {
    let fact = |period| FactKey {
        series: series.clone(),
        period,
    };
    let by = material.document.published;
    let known = |period| material.own(&fact(period), "", by);
    let Some(left) = known(whole) else { return };
    let Some(subject) = left.first().cloned() else {
        return;
    };
    cases.push(Case {
        relation: Relation::Tiling {
            whole: fact(whole),
            parts: parts.clone(),
        },
        subject,
        confirmed: left.confirmed,
        formula: Formula::Sum,
        operands: parts
            .into_iter()
            .map(|part| Slot {
                name: String::new(),
                known: known(part),
            })
            .collect(),
    });
}
