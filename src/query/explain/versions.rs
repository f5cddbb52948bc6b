//! The leaves: everything that was published about a fact, and why one of it is shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::error::{Error, QueryError};
use crate::model::{Cell, Document, Figure, Id, Observation, Rank};

use super::sealed::Explainer;
use super::{Excluded, Version, Versions};
use crate::query::documents::Documents;
use crate::query::point::Point;
use crate::query::reader::find_document;
use crate::query::rows::{Exclusion, Supersede};

impl Explainer {
    /// Everything that was published about the fact of a point, of which it shows one, and the day of the document that
    /// speaks.
    pub(super) fn versions(&self, point: &Point) -> Result<(Versions, NaiveDate), Error> {
        let about = point.about();
        let mut excluded: BTreeMap<Exclusion, usize> = BTreeMap::new();
        let mut observations = match self.snapshot.series_id(point.series()) {
            Some(id) => self.snapshot.observations(id)?,
            None => Vec::new(),
        };
        observations.retain(|seen| {
            let why = if seen.period != point.period() {
                return false;
            } else if seen.commit > about.head {
                Some(Exclusion::RecordedLater)
            } else {
                about.known.excludes(seen)
            };
            if let Some(why) = why {
                *excluded.entry(why).or_default() += 1;
            }
            why.is_none()
        });
        if about.known.supersede == Supersede::Periodic {
            let left = Documents::default().periodic(&self.snapshot, &observations)?;
            match observations.len() - left.len() {
                0 => {}
                count => *excluded.entry(Exclusion::NotPeriodic).or_default() += count,
            }
            observations = left;
        }
        let order = self.snapshot.document_order(&observations)?;
        let chosen = about.known.shown(&observations, &order);
        let chosen = chosen.filter(|chosen| {
            observations.get(chosen.index).is_some_and(|seen| {
                seen.figure == *point.figure()
                    && seen.published == point.published()
                    && seen.source.cell == point.source().cell
            })
        });
        let not_explained = || QueryError::NotExplained {
            fact: Box::new(point.fact()),
        };
        let chosen = chosen.ok_or_else(not_explained)?;
        let spoken = observations.get(chosen.speaker).map(|seen| seen.published);
        let spoken = spoken.ok_or_else(not_explained)?;
        let mut documents = BTreeMap::new();
        let considered = observations
            .into_iter()
            .enumerate()
            .map(|(index, seen)| self.version(&mut documents, index == chosen.index, seen))
            .collect::<Result<Vec<_>, _>>()?;
        let versions = Versions {
            considered,
            why: chosen.why,
            excluded: excluded
                .into_iter()
                .map(|(why, count)| Excluded { why, count })
                .collect(),
        };
        // The number of a document is that of one database; its id holds everywhere.
        match versions.shown() {
            Some(version) if version.document == *point.document() => Ok((versions, spoken)),
            _ => Err(not_explained().into()),
        }
    }

    /// A printing of a document of this database, as an audit tells it.
    pub(crate) fn printing(
        &self,
        document: &Id,
        published: NaiveDate,
        rank: Rank,
        cell: &Cell,
        figure: &Figure,
    ) -> Result<Version, Error> {
        let number = find_document(&self.snapshot, document.as_str())?;
        let known = self.snapshot.document(number)?;
        let commit = self.snapshot.document_commit(number)?;
        Ok(Version {
            shown: false,
            published,
            issued: known.published,
            recorded: self.snapshot.recorded(commit)?,
            document: known.id,
            title: known.title,
            rank,
            cell: cell.clone(),
            figure: figure.clone(),
        })
    }

    fn version(
        &self,
        documents: &mut BTreeMap<u32, Document>,
        shown: bool,
        seen: Observation,
    ) -> Result<Version, Error> {
        let number = seen.source.document;
        let document = match documents.entry(number) {
            std::collections::btree_map::Entry::Occupied(met) => met.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(self.snapshot.document(number)?)
            }
        };
        Ok(Version {
            shown,
            published: seen.published,
            issued: document.published,
            recorded: self.snapshot.recorded(seen.commit)?,
            document: document.id.clone(),
            title: document.title.clone(),
            rank: seen.rank,
            cell: self.snapshot.cell(seen.source)?,
            figure: seen.figure,
        })
    }
}
