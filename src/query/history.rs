//! A series as it was known on every day, for those who ask as of many days.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::model::{Document, FiscalPeriod, Observation, SeriesKey, Slot, Span};

use super::cache::Weigh;
use super::dated_amount::DatedAmount;
use super::held::Rows;
use super::rows::{About, Known, Observed, Row};
use super::slot::{self, Shape, Target};

/// All observations of a series, and what stood in each of its quarters from which day on.
///
/// It is made only for series of which no quarter has two facts that fit it: then which of them was known does not matter
/// for the others.
#[derive(Debug)]
pub(crate) struct History {
    key: SeriesKey,
    observed: Arc<Observed>,
    documents: HashMap<u32, Arc<Document>>,
    shape: Shape,
    /// The first quarter, counted through all years, and the versions of it and of all that follow.
    first: i64,
    quarters: Vec<Vec<Version>>,
}

/// What was shown of a fact from a day on.
#[derive(Debug)]
struct Version {
    from: NaiveDate,
    /// `None` for what is no plain amount.
    amount: Option<DatedAmount>,
}

impl History {
    /// `None` where a quarter has two facts that fit, or what labels mean depends on what was known.
    pub(crate) fn new(
        about: &About,
        observed: &Arc<Observed>,
        documents: HashMap<u32, Arc<Document>>,
    ) -> Option<Self> {
        let shape = about.shape_of_all_labels()?;
        let facts: Vec<&[Observation]> = observed.facts().collect();
        let periods: Vec<_> = facts
            .iter()
            .filter_map(|fact| Some(fact.first()?.period))
            .collect();
        let ends = slot::ends(&about.company.calendar, &periods, Span::Quarter, shape);
        let first = ends.map_or(0, |(first, _)| slot::quarter_number(first));
        let last = ends.map_or(-1, |(_, last)| slot::quarter_number(last));
        let versions = |quarter: i64| {
            let target = about.target(fiscal(quarter)?, shape);
            let Some((target, found)) = target.and_then(|t| Some((t, slot::find(&periods, &t)?)))
            else {
                return Some(Vec::new());
            };
            let fact = facts.get(found.index)?;
            found
                .also
                .is_empty()
                .then(|| versions(observed, fact, &target))
        };
        let quarters = (first..=last).map(versions).collect::<Option<_>>()?;
        Some(Self {
            key: about.key.clone(),
            observed: Arc::clone(observed),
            documents,
            shape,
            first,
            quarters,
        })
    }

    /// What the figures are, but for their dates.
    pub(crate) fn key(&self) -> &SeriesKey {
        &self.key
    }

    /// All observations of the series, by fact and publication.
    pub(crate) fn observations(&self) -> &[Observation] {
        &self.observed.all
    }

    /// What labels mean.
    pub(crate) fn label_shape(&self) -> Shape {
        self.shape
    }

    /// The rows by the day of a question.
    pub(crate) fn rows(&self, about: &Arc<About>) -> Rows {
        let rows = self.observed.rows(about.known).filter_map(|current| {
            let document = self.documents.get(&current.observation.source.document)?;
            Some(Row {
                current,
                document: Arc::clone(document),
                about: Arc::clone(about),
            })
        });
        Rows::new(Arc::clone(about), rows.collect())
    }

    /// The plain amounts of the quarters from one to another, counted through all years, as known on a day.
    pub(crate) fn amounts(&self, low: i64, high: i64, day: NaiveDate) -> Vec<DatedAmount> {
        let place = |quarter: i64| usize::try_from(quarter.saturating_sub(self.first)).unwrap_or(0);
        let end = place(high.saturating_add(1)).min(self.quarters.len());
        let stretch = self.quarters.get(place(low)..end).unwrap_or_default();
        let shown = stretch.iter().filter_map(|versions| {
            let known = versions.partition_point(|version| version.from <= day);
            versions.get(known.checked_sub(1)?)?.amount
        });
        let mut amounts = Vec::with_capacity(stretch.len());
        amounts.extend(shown);
        amounts
    }
}

impl Weigh for History {
    fn weight(&self) -> usize {
        let version = size_of::<Observation>() + size_of::<Version>();
        let versions = self.observed.all.len().saturating_mul(version);
        versions.saturating_add(
            self.quarters
                .len()
                .saturating_mul(size_of::<Vec<Version>>()),
        )
    }
}

/// A quarter by its number.
fn fiscal(quarter: i64) -> Option<FiscalPeriod> {
    let slot = match quarter.rem_euclid(4) {
        0 => Slot::Q1,
        1 => Slot::Q2,
        2 => Slot::Q3,
        _ => Slot::Q4,
    };
    let year = i32::try_from(quarter.div_euclid(4)).ok()?;
    Some(FiscalPeriod::new(year, slot))
}

fn versions(observed: &Observed, fact: &[Observation], target: &Target) -> Vec<Version> {
    let days = fact.chunk_by(|a, b| a.published == b.published);
    let days = days.filter_map(|day| Some(day.first()?.published));
    let shown = days.filter_map(|from| {
        let known = Known {
            published_by: Some(from),
            ..Known::default()
        };
        let row = observed.row(fact, known)?;
        Some(Version {
            from,
            amount: DatedAmount::new(&row, Some(target.fiscal)),
        })
    });
    shown.collect()
}
