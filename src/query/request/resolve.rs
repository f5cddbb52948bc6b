//! The series that a question means, and their rows.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::error::{Error, NoSeries, QueryError};
use crate::model::{MetricPath, Scenario, SeriesKey, Unit};
use crate::query::apart::Apart;
use crate::query::held::{Held, Rows};
use crate::query::history::History;
use crate::query::in_place;
use crate::query::point::Point;
use crate::query::rows::{About, Known, Row};
use crate::query::select::{Asked, When};
use crate::query::series::Series;
use crate::query::stitch::stitch;
use crate::store::{SeriesId, Snapshot, StoreError, Variant};

use super::{SeriesQuery, series_of};

/// What a question is answered from: one series, or those that are stitched, the preferred first.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// What the answer is about.
    pub(crate) key: SeriesKey,
    pub(crate) parts: Vec<(SeriesId, SeriesKey)>,
}

/// The rows of a series that stands in for a standard metric, and what its points share.
pub(crate) type RowsOfPart = (Arc<About>, Vec<Row>);

impl SeriesQuery {
    pub(super) fn rows(
        &self,
        snapshot: &Snapshot,
        resolved: &Resolved,
    ) -> Result<Arc<Rows>, Error> {
        let documents = self.reader.document_cache();
        let about = Arc::new(self.about_basis(snapshot, resolved.key.clone())?);
        let rows = if self.meant.is_standard() {
            self.stitched(snapshot, &resolved.parts)?
        } else {
            let current = match resolved.parts.first() {
                Some((id, _)) => self.known.rows(snapshot, &self.reader, *id)?,
                None => Vec::new(),
            };
            let rows = current.into_iter().map(|row| (Arc::clone(&about), row));
            documents.name(snapshot, rows)?
        };
        Ok(Arc::new(Rows::new(about, rows)))
    }

    /// The series as known on a day, from its history, which is kept where the series is asked for again. `None` where it has
    /// none, or it is not worth while.
    pub(super) fn as_of_history(&self, snapshot: &Snapshot) -> Result<Option<Series>, Error> {
        let by_day = self.known.is_by_day() && !self.known.first;
        let Some(day) = self.known.published_by.filter(|_| by_day) else {
            return Ok(None);
        };
        if self.meant.is_standard() || self.against_actual {
            return Ok(None);
        }
        let (question, cache) = (self.question(), self.reader.cache());
        let history = match cache.histories.get(snapshot, &question) {
            Some(history) => history,
            None if !cache.was_asked(&question) => return Ok(None),
            None => {
                let resolved = self.resolve(snapshot)?;
                let [(id, _)] = resolved.parts.as_slice() else {
                    return Ok(None);
                };
                let observed = cache.observed(snapshot, *id)?;
                let mut documents = HashMap::new();
                for seen in &observed.all {
                    let number = seen.source.document;
                    if let Entry::Vacant(place) = documents.entry(number) {
                        let known = self.reader.document_cache();
                        place.insert(known.look_up(snapshot, number)?);
                    }
                }
                let about = Arc::new(self.about(resolved.key));
                match History::new(&about, &observed, documents) {
                    Some(history) => {
                        let history = Arc::new(history);
                        cache.histories.keep(snapshot, question, &history);
                        history
                    }
                    None => return Ok(None),
                }
            }
        };
        let about = self.about(history.key().clone());
        let about = Arc::new(about.with_told_again(history.observations()));
        Ok(Some(Series::new(Arc::new(Held::as_of(
            history, about, day,
        )))))
    }

    /// The series, where it is kept.
    pub(in crate::query) fn kept(&self, snapshot: &Snapshot) -> Option<Series> {
        if self.known != Known::default() || self.against_actual {
            return None;
        }
        let kept = self.reader.cache().series.get(snapshot, &self.question());
        kept.map(Series::new)
    }

    /// Reads the series, and keeps it.
    pub(in crate::query) fn read(&self, snapshot: &Snapshot) -> Result<Series, Error> {
        if let Some(series) = self.as_of_history(snapshot)? {
            return Ok(series);
        }
        let resolved = self.resolve(snapshot)?;
        let compared = if self.against_actual && self.scenario != Scenario::Actual {
            Some(self.rows(snapshot, &self.actual(snapshot, &resolved.key)?)?)
        } else {
            None
        };
        let held = Arc::new(Held::new(self.rows(snapshot, &resolved)?));
        if self.known == Known::default() {
            let cache = self.reader.cache();
            cache.series.keep(snapshot, self.question(), &held);
        }
        Ok(match compared {
            Some(compared) => Series::against(held, compared),
            None => Series::new(held),
        })
    }

    /// Whether the whole series, which is not kept, is to be read for some of its facts: because it was asked for before, or
    /// because what is shown takes more than its current rows.
    pub(in crate::query) fn is_better_loaded(&self) -> bool {
        self.known != Known::default()
            || self.meant.is_standard()
            || self.against_actual
            || self.reader.cache().was_asked(&self.question())
    }

    /// The fact of one period as known latest, of which only its own row is read.
    pub(super) fn at_in_place(
        &self,
        snapshot: &Snapshot,
        when: &impl When,
    ) -> Result<Option<Point>, Error> {
        let resolved = self.resolve(snapshot)?;
        let [(id, _)] = resolved.parts.as_slice() else {
            return self.load()?.at(when);
        };
        let about = Arc::new(self.about_basis(snapshot, resolved.key)?);
        let asked = when.asked(&self.company.calendar);
        let asked = asked.map_err(|label| about.no_period(label))?;
        let found = snapshot.in_place(*id, |rows| {
            let found = match asked {
                Asked::Dates(period) => in_place::find_dates(&about, rows, &period)?,
                Asked::Slot(fiscal) => {
                    match about.target(fiscal, in_place::label_shape(&about, rows)?) {
                        Some(target) => in_place::find(rows, target)?,
                        None => None,
                    }
                }
            };
            let Some((index, standing)) = found else {
                return Ok(None);
            };
            Ok::<_, StoreError>(rows.row(index)?.zip(Some(standing)))
        })?;
        let Some((row, standing)) = found else {
            return Ok(None);
        };
        let named = self
            .reader
            .document_cache()
            .name(snapshot, [(about, row)])?;
        let row = named.into_iter().next();
        Ok(row.map(|row| Point::new(row, standing)))
    }

    /// The rows of several series, the preferred first, as those of one.
    fn stitched(
        &self,
        snapshot: &Snapshot,
        parts: &[(SeriesId, SeriesKey)],
    ) -> Result<Vec<Row>, Error> {
        let documents = self.reader.document_cache();
        let rows = parts
            .iter()
            .map(|(id, _)| self.known.rows(snapshot, &self.reader, *id))
            .collect::<Result<Vec<_>, _>>()?;
        let tags = parts.iter().map(|(_, key)| &key.metric);
        let tags = tags.zip(rows.iter().map(Vec::as_slice));
        let apart = Arc::new(Apart::of(&self.meant.metric, tags));
        let abouts: Vec<Arc<About>> = parts
            .iter()
            .map(|(_, key)| {
                let about = self.about_basis(snapshot, key.clone())?;
                let apart = Some(Arc::clone(&apart));
                Ok(Arc::new(About { apart, ..about }))
            })
            .collect::<Result<_, StoreError>>()?;
        let picked = stitch(snapshot, documents, self.known.supersede, rows)?;
        let rows = picked
            .into_iter()
            .filter_map(|picked| Some((Arc::clone(abouts.get(picked.part)?), picked.current)));
        Ok(documents.name(snapshot, rows)?)
    }

    /// The actual figures of the same unit; none where there are none.
    pub(super) fn actual(&self, snapshot: &Snapshot, key: &SeriesKey) -> Result<Resolved, Error> {
        let mut actual = key.clone();
        actual.scenario = Scenario::Actual;
        let query = self.clone().scenario(Scenario::Actual);
        Ok(Resolved {
            parts: query.unit(key.unit.clone()).parts(snapshot)?,
            key: actual,
        })
    }

    /// What is meant: one series, or those that stand in for a standard metric, all of one unit.
    pub(crate) fn resolve(&self, snapshot: &Snapshot) -> Result<Resolved, Error> {
        let parts = self.parts(snapshot)?;
        let mut units: Vec<Unit> = parts.iter().map(|(_, key)| key.unit.clone()).collect();
        units.sort_unstable();
        units.dedup();
        if units.len() > 1 {
            return Err(QueryError::AmbiguousUnit {
                company: self.company.id.clone(),
                metric: self.meant.metric.clone(),
                units,
            }
            .into());
        }
        match units.pop() {
            Some(unit) => Ok(Resolved {
                key: self.key(self.meant.metric.clone(), unit),
                parts,
            }),
            None => Err(self.no_series(snapshot)?.into()),
        }
    }

    /// The series of the first list of metrics that has a figure by what this question takes into account; where none
    /// has, those of the first that has a series.
    pub(super) fn parts(&self, snapshot: &Snapshot) -> Result<Vec<(SeriesId, SeriesKey)>, Error> {
        let is_meant = |variant: &Variant| {
            let dimension = self.meant.dimension;
            let unit = &variant.unit;
            variant.scenario == self.scenario
                && variant.scope == self.scope
                && match &self.unit {
                    Some(asked) => asked == unit,
                    None => dimension.is_none_or(|its| its == unit.dimension()),
                }
        };
        let mut without_figure = Vec::new();
        let lists = self.meant.lists();
        for list in &lists {
            let mut parts = Vec::new();
            for metric in list {
                for id in snapshot.series_of_metric(&self.company.id, metric) {
                    let variant = snapshot.variant(id.variant).filter(|v| is_meant(v));
                    let key = variant.map(|v| self.key((*metric).clone(), v.unit.clone()));
                    parts.extend(key.map(|key| (id, key)));
                }
            }
            if lists.len() == 1 || self.has_figure(snapshot, &parts)? {
                return Ok(parts);
            }
            if without_figure.is_empty() {
                without_figure = parts;
            }
        }
        Ok(without_figure)
    }

    fn has_figure(
        &self,
        snapshot: &Snapshot,
        parts: &[(SeriesId, SeriesKey)],
    ) -> Result<bool, Error> {
        for (id, _) in parts {
            if !self.known.rows(snapshot, &self.reader, *id)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn key(&self, metric: MetricPath, unit: Unit) -> SeriesKey {
        SeriesKey {
            company: self.company.id.clone(),
            metric,
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit,
        }
    }

    /// The rows of every part of a standard metric, and what the points of each share.
    pub(crate) fn rows_of_parts(&self) -> Result<Vec<RowsOfPart>, Error> {
        let snapshot = self.reader.snapshot();
        let documents = self.reader.document_cache();
        let parts = self.resolve(&snapshot)?.parts;
        let rows = parts.into_iter().map(|(id, key)| {
            let current = self.known.rows(&snapshot, &self.reader, id)?;
            let about = Arc::new(self.about_basis(&snapshot, key)?);
            let rows = current.into_iter().map(|row| (Arc::clone(&about), row));
            let rows = documents.name(&snapshot, rows)?;
            Ok((about, rows))
        });
        rows.collect()
    }

    fn no_series(&self, snapshot: &Snapshot) -> Result<QueryError, Error> {
        let mut existing = series_of(snapshot, &self.company.id)?;
        existing.retain(|key| self.meant.metrics().any(|metric| *metric == key.metric));
        Ok(QueryError::NoSeries(Box::new(NoSeries {
            company: self.company.id.clone(),
            metric: self.meant.metric.clone(),
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit: self.unit.clone(),
            existing,
        })))
    }
}
