//! Series of several metrics as one: for each period the first that has a figure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::model::versions::is_absence;
use crate::model::{ConceptMap, Dimension, Metric, MetricKind, MetricPath, Observation, Period};
use crate::store::{CurrentRow, DocumentOrder, Snapshot, StoreError};

use super::documents::Documents;
use super::rows::Supersede;
use super::slot::Dated;

/// The metric that a question is about, and those whose figures answer it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Meant {
    pub(crate) metric: MetricPath,
    pub(crate) kind: MetricKind,
    /// What its units are, where it is a standard metric.
    pub(crate) dimension: Option<Dimension>,
    answers: Answers,
}

/// The metrics whose figures answer a question.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Answers {
    /// The metric that was asked for, by its number.
    Itself(u32),
    /// Those that stand in for it, with their numbers, the preferred first; a further list only where there is no figure
    /// under those before it.
    Lists(Arc<[Vec<(u32, MetricPath)>]>),
}

impl Meant {
    /// A metric that answers for itself.
    pub(crate) fn plain((number, metric): (u32, &Metric)) -> Self {
        Self {
            metric: metric.path.clone(),
            kind: metric.kind,
            dimension: None,
            answers: Answers::Itself(number),
        }
    }

    /// A standard metric of a map, by what a database has of it; `None` where that is nothing, or the map does not
    /// name it. A metric of its own name that is of another kind or dimension is another thing.
    pub(crate) fn standard(
        map: &ConceptMap,
        snapshot: &Snapshot,
        path: &MetricPath,
    ) -> Option<Self> {
        let standard = map.get(path)?;
        let (kind, dimension) = (standard.metric.kind, standard.metric.dimension);
        let known = |path: &MetricPath| {
            let (number, known) = snapshot.numbered_metric(path.as_str())?;
            let fits = known.kind == kind && known.dimension == dimension;
            fits.then(|| (number, path.clone()))
        };
        let preferred = standard.tags.iter().map(|tag| &tag.metric);
        let preferred: Vec<_> = std::iter::once(path).chain(preferred).collect();
        let otherwise: Vec<_> = standard.otherwise.iter().map(|tag| &tag.metric).collect();
        let lists: Vec<Vec<(u32, MetricPath)>> = [preferred, otherwise]
            .into_iter()
            .map(|list| list.into_iter().filter_map(known).collect())
            .filter(|list: &Vec<_>| !list.is_empty())
            .collect();
        (!lists.is_empty()).then(|| Self {
            metric: path.clone(),
            kind,
            dimension: Some(dimension),
            answers: Answers::Lists(lists.into()),
        })
    }

    pub(crate) fn is_standard(&self) -> bool {
        self.dimension.is_some()
    }

    /// The metric, where others may stand in for it.
    pub(crate) fn as_standard(&self) -> Option<MetricPath> {
        self.is_standard().then(|| self.metric.clone())
    }

    /// The metrics that answer, the preferred first; a further list only where there is no figure under those before it.
    pub(crate) fn lists(&self) -> Vec<Vec<&MetricPath>> {
        match &self.answers {
            Answers::Itself(_) => vec![vec![&self.metric]],
            Answers::Lists(lists) => lists
                .iter()
                .map(|list| list.iter().map(|(_, path)| path).collect())
                .collect(),
        }
    }

    pub(crate) fn metrics(&self) -> impl Iterator<Item = &MetricPath> {
        self.lists().into_iter().flatten()
    }

    /// The metrics that answer, by number.
    pub(crate) fn numbers(&self) -> Numbers {
        match &self.answers {
            Answers::Itself(number) => Numbers::One(*number),
            Answers::Lists(lists) => {
                let of_list =
                    |list: &Vec<(u32, _)>| list.iter().map(|(number, _)| *number).collect();
                Numbers::Lists(self.metric.clone(), lists.iter().map(of_list).collect())
            }
        }
    }
}

/// Which metrics a question means, by number.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Numbers {
    /// A metric that answers for itself.
    One(u32),
    /// A standard metric, and the lists of those that stand in for it.
    Lists(MetricPath, Vec<Vec<u32>>),
}

impl Numbers {
    /// Whether something holds for all of them.
    pub(crate) fn all(&self, holds: impl Fn(u32) -> bool) -> bool {
        match self {
            Numbers::One(number) => holds(*number),
            Numbers::Lists(_, lists) => lists.iter().flatten().all(|number| holds(*number)),
        }
    }
}

/// A row of a stitched series, with the number of the part it is from.
#[derive(Clone, Debug)]
pub(crate) struct Picked {
    pub(crate) part: usize,
    pub(crate) current: CurrentRow,
}

impl Dated for Picked {
    fn period(&self) -> Period {
        self.current.observation.period
    }
}

/// Of some series, the preferred first, one row a period, sorted by its dates: that of the first series that has a
/// figure. Where only periodic reports supersede, a series that has one of them comes before all that have none.
pub(crate) fn stitch(
    snapshot: &Snapshot,
    documents: &Documents,
    supersede: Supersede,
    parts: Vec<Vec<CurrentRow>>,
) -> Result<Vec<Picked>, StoreError> {
    let mut picked: BTreeMap<Period, ((bool, bool), Picked)> = BTreeMap::new();
    for (part, rows) in parts.into_iter().enumerate() {
        for current in rows {
            let seen = &current.observation;
            let other = match supersede {
                Supersede::All => false,
                Supersede::Periodic => {
                    let document = documents.look_up(snapshot, seen.source.document)?;
                    !document.kind.is_periodic()
                }
            };
            let last = (is_absence(&seen.figure), other);
            match picked.entry(seen.period) {
                Entry::Vacant(entry) => {
                    entry.insert((last, Picked { part, current }));
                }
                Entry::Occupied(mut entry) if last < entry.get().0 => {
                    entry.insert((last, Picked { part, current }));
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    Ok(picked.into_values().map(|(_, picked)| picked).collect())
}

/// The observations of some series, the preferred first, as those of one: of what a document says about a period under
/// several metrics, what it says under the first. In the order of [`Snapshot::observations`].
pub(crate) fn observations(
    parts: Vec<Vec<Observation>>,
    order: &DocumentOrder,
) -> Vec<Observation> {
    let parts = parts.into_iter().enumerate();
    let mut all: Vec<(usize, Observation)> = parts
        .flat_map(|(part, seen)| seen.into_iter().map(move |seen| (part, seen)))
        .collect();
    all.sort_by(|(a_part, a), (b_part, b)| {
        (a.period, a.published)
            .cmp(&(b.period, b.published))
            .then_with(|| order.compare(a.source.document, b.source.document))
            .then_with(|| a_part.cmp(b_part))
            .then_with(|| a.source.cell.cmp(&b.source.cell))
    });
    let of_one = |(_, a): &(usize, Observation), (_, b): &(usize, Observation)| {
        (a.period, a.published, a.source.document) == (b.period, b.published, b.source.document)
    };
    let mut left = Vec::with_capacity(all.len());
    for edition in all.chunk_by(of_one) {
        let says = |(_, seen): &&(usize, Observation)| !is_absence(&seen.figure);
        let speaker = edition.iter().find(says).or(edition.first());
        let Some((speaker, _)) = speaker else {
            continue;
        };
        let own = edition.iter().filter(|(part, _)| part == speaker);
        left.extend(own.map(|(_, seen)| seen.clone()));
    }
    left
}
