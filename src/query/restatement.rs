//! Restatements: values that were followed by other ones.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::model::revision::{Revision, revisions};
use crate::model::versions::Shown;
use crate::model::{
    Change, ChangeKind, Company, FactKey, LikelyCause, MetricKind, Observation, Period, SeriesKey,
    Split,
};
use crate::store::{CurrentRow, SeriesId, Snapshot, StoreError};

use super::choices::choices_of_publications;
use super::delta::change_of_points;
use super::point::Point;
use super::reader::Reader;
use super::rows::{About, Known};

/// Whether a value that was followed by another one can be told to differ from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestatementKind {
    /// The two differ beyond rounding.
    Restated,
    /// They differ, and whether by more than rounding cannot be told: the precision of one is unknown, or it is an
    /// approximation or words.
    ChangedPrecisionUnknown,
}

impl fmt::Display for RestatementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RestatementKind::Restated => "restated",
            RestatementKind::ChangedPrecisionUnknown => "changed (precision unknown)",
        })
    }
}

/// A value of a fact that was followed, on a later day of publication, by another one.
///
/// The old value is the one that was shown as of the day before, the new one what that day's documents say. Where
/// several of that day speak about the fact, the last by id does, as it does in every answer; what they say
/// against each other is no restatement, nor are contradictions within a document. A value that is
/// restated and then restated back is two restatements. Values that are a thousand times each other, or differ by a share
/// split, say so: see [`Restatements::with_likely_cause`]. A revised target is one too: its scenario is
/// that of its [`Point::scenario`]. None of this depends on the order in which documents were taken in.
///
/// Printed as `2009-02-12  iij revenue (target)  FY2008  73.0 billion JPY -> 69.3 billion JPY  -5.1%  [published
/// 2008-10-24 in iij-2009-02-12-3q08-results, 2009-02-12 in iij-2009-02-12-3q08-results]` on one line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Restatement {
    /// Whether the values differ beyond rounding.
    pub kind: RestatementKind,
    /// What was known before, with its document and day of publication.
    pub old: Point,
    /// What was published in its place.
    pub new: Point,
    /// The change from the old value to the new one; across a share split, that the share basis differs.
    pub change: Change,
    /// What the values say may lie behind it: a slip of scale, a share split, or both.
    pub cause: Option<LikelyCause>,
}

impl Restatement {
    /// The fact.
    #[must_use]
    pub fn fact(&self) -> FactKey {
        self.new.fact()
    }

    /// The day the new value was published.
    #[must_use]
    pub fn published(&self) -> NaiveDate {
        self.new.published()
    }
}

impl fmt::Display for Restatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Restatement {
            kind,
            old,
            new,
            change,
            cause,
        } = self;
        let cause = match cause {
            Some(cause) => format!("  likely {cause}"),
            None => String::new(),
        };
        let unknown = match kind {
            RestatementKind::Restated => String::new(),
            RestatementKind::ChangedPrecisionUnknown => format!("  {kind}"),
        };
        f.pad(&format!(
            "{}  {}  {}  {} -> {}  {change}{unknown}{cause}  [published {} in {}, {} in {}]",
            new.published(),
            new.series().without_unit(),
            new.label(),
            old.figure_text(),
            new.figure_text(),
            old.published(),
            old.document(),
            new.published(),
            new.document(),
        ))
    }
}

/// Restatements, the earliest publication first; those of one day by series and period.
///
/// Printed one a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Restatements(Vec<Restatement>);

impl Restatements {
    pub(crate) fn new(mut found: Vec<Restatement>) -> Self {
        found.sort_by_cached_key(|restatement| (restatement.published(), restatement.fact()));
        Self(found)
    }

    /// Those whose new value was published on this day or later.
    #[must_use]
    pub fn since(mut self, day: NaiveDate) -> Self {
        self.0.retain(|restatement| restatement.published() >= day);
        self
    }

    /// Those that look like a slip of scale, or were made by a share split: see [`LikelyCause`].
    #[must_use]
    pub fn with_likely_cause(mut self) -> Self {
        self.0.retain(|restatement| restatement.cause.is_some());
        self
    }

    /// The restatements, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Restatement> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Restatements {
    type Item = &'a Restatement;
    type IntoIter = std::slice::Iter<'a, Restatement>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Restatements {
    type Item = Restatement;
    type IntoIter = std::vec::IntoIter<Restatement>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Restatements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, restatement) in self.0.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{restatement}")?;
        }
        Ok(())
    }
}

/// A question about the restatements of a company, in all its series: metrics, scenarios, scopes and units.
///
/// [`SeriesQuery::restatements`](crate::SeriesQuery::restatements) asks for those of one series.
///
/// ```
/// use kessan::{Database, parse_date};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2009-02-12-3q08-results")?)?;
/// let restated = db.restatements("iij")?.load()?.since(parse_date("2009-01-01")?);
/// let revenue = restated.iter().find(|restated| restated.new.metric().as_str() == "revenue");
/// assert_eq!(
///     revenue.unwrap().to_string(),
///     "2009-02-12  iij revenue (target)  FY2008  73.0 billion JPY -> 69.3 billion JPY  -5.1%  \
///      [published 2008-10-24 in iij-2009-02-12-3q08-results, 2009-02-12 in iij-2009-02-12-3q08-results]",
/// );
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RestatementQuery {
    reader: Reader,
    company: Arc<Company>,
    known: Known,
}

impl RestatementQuery {
    /// `reader` is pinned.
    pub(crate) fn new(reader: Reader, company: Arc<Company>) -> Self {
        Self {
            reader,
            company,
            known: Known::default(),
        }
    }

    choices_of_publications!();

    /// The restatements.
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn load(&self) -> Result<Restatements, Error> {
        let snapshot = self.reader.snapshot();
        let mut found = Vec::new();
        for id in snapshot.series_of(&self.company.id) {
            let key = snapshot.series_key(id)?;
            let metric = snapshot
                .metric(&key.metric)
                .ok_or_else(|| StoreError::damaged("a series has no metric"))?;
            let about = self.about(key, metric.kind);
            found.extend(of_series(&snapshot, &self.reader, id, &about)?);
        }
        Ok(Restatements::new(found))
    }

    fn about(&self, key: SeriesKey, kind: MetricKind) -> About {
        About {
            key,
            kind,
            company: Arc::clone(&self.company),
            known: self.known,
            head: self.reader.last_commit(),
            standard: None,
            apart: None,
            told_again: Vec::new(),
        }
    }
}

/// The restatements of one series.
pub(crate) fn of_series(
    snapshot: &Snapshot,
    reader: &Reader,
    id: SeriesId,
    about: &About,
) -> Result<Vec<Restatement>, StoreError> {
    let observations = about.known.observations(snapshot, reader, id)?;
    let about = &about.clone().with_told_again(&observations);
    let order = snapshot.document_order(&observations)?;
    let facts: Vec<&[Observation]> = observations.chunk_by(|a, b| a.period == b.period).collect();
    let periods: Vec<Period> = facts
        .iter()
        .filter_map(|fact| fact.first().map(|seen| seen.period))
        .collect();
    // As of a day, so that a point's observations and candidates are those of then.
    let point = |fact: &[Observation], shown: Shown, day: NaiveDate| {
        let Some(observation) = fact.get(shown.index) else {
            return Ok(None);
        };
        let about = Arc::new(About {
            known: Known {
                published_by: Some(day),
                first: false,
                ..about.known
            },
            ..about.clone()
        });
        let standing = about
            .find_dates(&periods, &observation.period)
            .and_then(|(_, standing)| standing);
        let row = CurrentRow {
            observation: observation.clone(),
            conflicting: shown.conflicting,
            versions: fact.iter().filter(|seen| seen.published <= day).count() > 1,
        };
        let named = reader.document_cache().name(snapshot, [(about, row)])?;
        Ok::<_, StoreError>(
            named
                .into_iter()
                .next()
                .map(|row| Point::new(row, standing)),
        )
    };
    let mut found = Vec::new();
    for fact in facts {
        for revision in revisions(fact, |a, b| order.compare(a, b)) {
            let Revision {
                old,
                new,
                beyond_rounding,
            } = revision;
            let days = fact.get(new.index).map(|new| new.published);
            let Some((day, before)) = days.and_then(|day| Some((day, day.pred_opt()?))) else {
                continue;
            };
            let (Some(old), Some(new)) = (point(fact, old, before)?, point(fact, new, day)?) else {
                continue;
            };
            let mut change = change_of_points(&new, &old);
            let (from, to) = (old.share_basis(), new.share_basis());
            let splits: Vec<Split> = about.splits_between(from, to).copied().collect();
            if change.difference.is_some() && !splits.is_empty() {
                change.kind = ChangeKind::ShareBasisDiffers;
            }
            let per_share = about.kind == MetricKind::PerShare;
            let cause = old.value().zip(new.value());
            let cause = cause.and_then(|(old, new)| LikelyCause::of(old, new, &splits, per_share));
            found.push(Restatement {
                kind: if beyond_rounding {
                    RestatementKind::Restated
                } else {
                    RestatementKind::ChangedPrecisionUnknown
                },
                change,
                cause,
                old,
                new,
            });
        }
    }
    Ok(found)
}
