//! The rows of a series, as known to a query.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::QueryError;
use crate::model::versions::{Shown, first, shown};
use crate::model::{
    Company, Document, FiscalCalendar, FiscalPeriod, MetricKind, MetricPath, Observation, Period,
    SeriesKey, Split, Unit,
};
use crate::store::{CurrentRow, DocumentOrder, SeriesId, Snapshot, StoreError};

use super::apart::Apart;
use super::cache::Weigh;
use super::reader::Reader;
use super::share_basis::ToldAgain;
use super::slot::{self, Backward, Dated, Fit, Found, Shape, Target};

/// Which documents may supersede what others say about a fact.
///
/// A notice or proxy statement may repeat the figures of a report at a wrong scale, or in other words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supersede {
    /// Any document.
    #[default]
    All,
    /// Periodic reports only ([`DocumentKind::is_periodic`](crate::DocumentKind::is_periodic)): where one of
    /// them gives a figure of a fact, what other documents say about that fact is left out of the answer, be it
    /// earlier or later. A fact of which no periodic report gives a figure is answered from all documents: there
    /// is nothing to be superseded.
    Periodic,
}

/// Which observations a query takes into account, and which of them it shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Known {
    /// Only those published by this day; all, if there is none.
    pub(crate) published_by: Option<NaiveDate>,
    /// Only those of commits up to this one; all, if there is none.
    pub(crate) recorded_by: Option<u64>,
    /// Only those of the document of this number; all, if there is none.
    pub(crate) printed_in: Option<u32>,
    /// Whose observations may supersede others.
    pub(crate) supersede: Supersede,
    /// Whether the first observation of each fact is shown, not the last.
    pub(crate) first: bool,
}

impl Known {
    fn holds(self, observation: &Observation) -> bool {
        self.excludes(observation).is_none()
    }

    /// Why an observation is not taken into account; `None` if it is.
    pub(crate) fn excludes(self, observation: &Observation) -> Option<Exclusion> {
        if self
            .published_by
            .is_some_and(|day| observation.published > day)
        {
            return Some(Exclusion::PublishedLater);
        }
        if self
            .recorded_by
            .is_some_and(|commit| observation.commit > commit)
        {
            return Some(Exclusion::RecordedLater);
        }
        self.printed_in
            .is_some_and(|document| observation.source.document != document)
            .then_some(Exclusion::OtherDocument)
    }

    /// The observations of a series that are taken into account, by fact and in the order of
    /// [`Snapshot::observations`].
    pub(crate) fn observations(
        self,
        snapshot: &Snapshot,
        reader: &Reader,
        id: SeriesId,
    ) -> Result<Vec<Observation>, StoreError> {
        let observed = reader.cache().observed(snapshot, id)?;
        let held = observed.all.iter().filter(|seen| self.holds(seen));
        let observations: Vec<Observation> = held.cloned().collect();
        match self.supersede {
            Supersede::All => Ok(observations),
            Supersede::Periodic => {
                let documents = reader.document_cache();
                documents.periodic(snapshot, &observations)
            }
        }
    }

    /// Which of one fact's observations is shown.
    pub(crate) fn shown(self, fact: &[Observation], order: &DocumentOrder) -> Option<Shown> {
        let choose = if self.first { first } else { shown };
        choose(fact, &|a, b| order.compare(a, b))
    }

    /// The shown row of every fact of a series, sorted by its dates.
    pub(crate) fn rows(
        self,
        snapshot: &Snapshot,
        reader: &Reader,
        id: SeriesId,
    ) -> Result<Vec<CurrentRow>, StoreError> {
        if self == Known::default() {
            return snapshot.current(id);
        }
        let observed = reader.cache().observed(snapshot, id)?;
        if self.is_by_day() {
            return Ok(observed.rows(self).collect());
        }
        let observations = self.observations(snapshot, reader, id)?;
        let facts = observations.chunk_by(|a, b| a.period == b.period);
        Ok(facts
            .filter_map(|fact| self.row(fact, &observed.order))
            .collect())
    }

    /// How a fact of these observations stands.
    fn row(self, fact: &[Observation], order: &DocumentOrder) -> Option<CurrentRow> {
        let shown = self.shown(fact, order)?;
        Some(CurrentRow {
            observation: fact.get(shown.index)?.clone(),
            conflicting: shown.conflicting,
            versions: fact.len() > 1,
        })
    }

    /// Whether what is taken into account depends on the day of publication only.
    pub(crate) fn is_by_day(self) -> bool {
        let others = Known {
            published_by: self.published_by,
            first: self.first,
            ..Known::default()
        };
        self == others
    }
}

/// All observations of a series, by fact and in the order of [`Snapshot::observations`].
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) all: Vec<Observation>,
    order: DocumentOrder,
}

impl Observed {
    pub(crate) fn read(snapshot: &Snapshot, id: SeriesId) -> Result<Self, StoreError> {
        let all = snapshot.observations(id)?;
        let order = snapshot.document_order(&all)?;
        Ok(Self { all, order })
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = &[Observation]> {
        self.all.chunk_by(|a, b| a.period == b.period)
    }

    /// The shown row of every fact by a day.
    pub(crate) fn rows(&self, known: Known) -> impl Iterator<Item = CurrentRow> {
        self.facts().filter_map(move |fact| self.row(fact, known))
    }

    /// The shown row of one of the facts by a day.
    pub(crate) fn row(&self, fact: &[Observation], known: Known) -> Option<CurrentRow> {
        // Of one fact they are in the order of their publication.
        let day = known.published_by;
        let published = fact.partition_point(|seen| day.is_none_or(|day| seen.published <= day));
        known.row(fact.get(..published)?, &self.order)
    }
}

impl Weigh for Observed {
    fn weight(&self) -> usize {
        self.all.len().saturating_mul(size_of::<Observation>())
    }
}

/// Why a question does not take a printed figure into account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exclusion {
    /// It was recorded after the question was begun, or after the commit the question asks about.
    RecordedLater,
    /// It was published after the day the question asks about.
    PublishedLater,
    /// The question is about what another document prints.
    OtherDocument,
    /// Its document may not supersede the periodic reports that give the fact.
    NotPeriodic,
}

impl Exclusion {
    /// In words, behind a number of figures.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Exclusion::RecordedLater => "recorded after the question was begun",
            Exclusion::PublishedLater => "published after the day asked about",
            Exclusion::OtherDocument => "in other documents",
            Exclusion::NotPeriodic => "in documents that are no periodic reports",
        }
    }
}

impl Dated for Period {
    fn period(&self) -> Period {
        *self
    }
}

impl Dated for CurrentRow {
    fn period(&self) -> Period {
        self.observation.period
    }
}

/// A shown row, with its document and the series it is of.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) current: CurrentRow,
    pub(crate) document: Arc<Document>,
    pub(crate) about: Arc<About>,
}

impl Dated for Row {
    fn period(&self) -> Period {
        self.current.observation.period
    }
}

/// What all points of a series share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct About {
    pub(crate) key: SeriesKey,
    pub(crate) kind: MetricKind,
    pub(crate) company: Arc<Company>,
    pub(crate) known: Known,
    /// The last commit that the question sees.
    pub(crate) head: u64,
    /// The standard metric that was asked for, where this one stands in for it.
    pub(crate) standard: Option<MetricPath>,
    /// Of a part of a standard metric, which of its tags disagree; `None` of what stands for itself.
    pub(crate) apart: Option<Arc<Apart>>,
    /// Which figures were told again after a share split as they were before it: see [`About::with_share_basis`].
    pub(crate) told_again: Vec<ToldAgain>,
}

impl About {
    /// Whether the figures are per share, or numbers of shares.
    pub(crate) fn counts_shares(&self) -> bool {
        match &self.key.unit {
            Unit::Count(noun) => noun.as_str() == "shares",
            _ => self.kind == MetricKind::PerShare,
        }
    }

    /// Whether the figures are per share, or numbers of shares, and there is a split between the days of their bases.
    pub(crate) fn split_between(&self, one: NaiveDate, other: NaiveDate) -> bool {
        self.splits_between(one, other).next().is_some()
    }

    /// The splits between two days, where the figures are per share or numbers of shares.
    pub(crate) fn splits_between(
        &self,
        one: NaiveDate,
        other: NaiveDate,
    ) -> impl Iterator<Item = &Split> {
        let shares = self.counts_shares();
        self.company
            .splits
            .iter()
            .filter(move |split| shares && split.separates(one, other))
    }

    /// That words or dates are no period of the company's calendar.
    pub(crate) fn no_period(&self, label: String) -> QueryError {
        QueryError::NoPeriod {
            company: self.key.company.clone(),
            label,
        }
    }

    pub(crate) fn backward_range(&self, Backward { from, to }: &Backward) -> QueryError {
        let calendar = &self.company.calendar;
        QueryError::BackwardRange {
            company: self.key.company.clone(),
            metric: self.key.metric.clone(),
            from: calendar.label(*from),
            to: calendar.label(*to),
        }
    }

    pub(crate) fn target(&self, fiscal: FiscalPeriod, shape: Shape) -> Option<Target> {
        Target::new(&self.company.calendar, fiscal, shape)
    }

    /// Whether a label means the time or the instant at its end: the instant for stocks, and for ratios
    /// and figures per share that have nothing but instants.
    pub(crate) fn shape_of_labels<R: Dated>(&self, rows: &[R]) -> Shape {
        let instants_only = || {
            !rows.is_empty()
                && rows
                    .iter()
                    .all(|row| Shape::of(&row.period()) == Shape::Instant)
        };
        match self.shape_of_all_labels() {
            Some(shape) => shape,
            None if instants_only() => Shape::Instant,
            None => Shape::Duration,
        }
    }

    /// What labels mean, where that does not depend on the facts that there are.
    pub(crate) fn shape_of_all_labels(&self) -> Option<Shape> {
        match self.kind {
            MetricKind::Stock => Some(Shape::Instant),
            MetricKind::Ratio | MetricKind::PerShare => None,
            _ => Some(Shape::Duration),
        }
    }

    /// The slot that dates are placed in, as a target.
    pub(crate) fn place(&self, period: &Period) -> Option<Target> {
        place(&self.company.calendar, period)
    }

    /// What is found at these very dates: the row, and the slot it stands in if none fits that better.
    pub(crate) fn find_dates<R: Dated>(
        &self,
        rows: &[R],
        period: &Period,
    ) -> Option<(usize, Option<Standing>)> {
        find_dates(&self.company.calendar, rows, period)
    }
}

fn place(calendar: &FiscalCalendar, period: &Period) -> Option<Target> {
    let placement = calendar.place(period)?;
    Target::new(calendar, placement.fiscal, Shape::of(period))
}

/// As [`About::find_dates`].
pub(crate) fn find_dates<R: Dated>(
    calendar: &FiscalCalendar,
    rows: &[R],
    period: &Period,
) -> Option<(usize, Option<Standing>)> {
    let index = slot::find_exact(rows, period)?;
    let standing = place(calendar, period).and_then(|target| {
        let found = slot::find(rows, &target)?;
        (found.index == index).then(|| Standing::new(target, found))
    });
    Some((index, standing))
}

/// Where a fact stands in its company's calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    pub(crate) target: Target,
    pub(crate) fit: Fit,
    /// The dates of other facts of the slot, which fit it less well.
    pub(crate) also: Vec<Period>,
}

impl Standing {
    pub(crate) fn new(target: Target, found: Found) -> Self {
        Self {
            target,
            fit: found.fit,
            also: found.also,
        }
    }
}
