//! Quarters of one series, in brief.

use std::sync::Arc;

use crate::error::Error;
use crate::model::{SeriesKey, Span};
use crate::store::{Current, Snapshot};

use super::dated_amount::DatedAmount;
use super::in_place;
use super::points::Points;
use super::request::SeriesQuery;
use super::rows::About;
use super::select::{Ends, FiscalRange};
use super::series::is_open;
use super::slot::{self, Target};

/// The figures of the quarters of a range that are plain amounts, in order and in brief.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let revenue = db.series("iij", "revenue")?.amounts("1Q02"..="1Q03")?;
/// let values: Vec<String> = revenue.iter().map(|fact| fact.amount.value().to_string()).collect();
/// assert_eq!(values, ["9849202000", "13036439000", "8344046000"]);
/// assert_eq!(revenue.key().unit.to_string(), "JPY");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesAmounts {
    about: Arc<About>,
    amounts: Vec<DatedAmount>,
}

impl SeriesAmounts {
    fn of(quarters: &Points) -> Self {
        Self {
            about: Arc::clone(quarters.series().about()),
            amounts: quarters.amounts().into_owned(),
        }
    }

    /// What the figures are, but for their dates.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.about.key
    }

    /// The figures, in order of their quarters.
    pub fn iter(&self) -> std::slice::Iter<'_, DatedAmount> {
        self.amounts.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.amounts.len()
    }

    /// Whether no quarter of the range has a plain amount.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty()
    }
}

impl<'a> IntoIterator for &'a SeriesAmounts {
    type Item = &'a DatedAmount;
    type IntoIter = std::slice::Iter<'a, DatedAmount>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl SeriesQuery {
    /// The discrete quarters of a range that are plain amounts, as [`Points::amounts`](crate::Points::amounts) of
    /// [`SeriesQuery::quarters`]. Of a series that was not asked for before it reads the rows of these quarters only, and not
    /// the documents that they are from.
    ///
    /// # Errors
    /// As of [`SeriesQuery::quarters`]; what is wrong with other rows, or with documents, may not be noticed.
    pub fn amounts(&self, range: impl FiscalRange) -> Result<SeriesAmounts, Error> {
        let snapshot = self.view();
        let series = match self.kept(&snapshot) {
            Some(series) => series,
            None if self.is_better_loaded() => self.read(&snapshot)?,
            None => return self.amounts_in_place(&snapshot, range),
        };
        Ok(SeriesAmounts::of(&series.quarters(range)?))
    }

    /// As [`SeriesQuery::amounts`], of a series that is not kept.
    pub(super) fn amounts_in_place(
        &self,
        snapshot: &Snapshot,
        range: impl FiscalRange,
    ) -> Result<SeriesAmounts, Error> {
        let resolved = self.resolve(snapshot)?;
        let [(id, _)] = resolved.parts.as_slice() else {
            return Ok(SeriesAmounts::of(&self.read(snapshot)?.quarters(range)?));
        };
        let about = Arc::new(self.about_basis(snapshot, resolved.key)?);
        let ends = range.ends(self.calendar());
        let ends = ends.map_err(|label| about.no_period(label))?;
        let amounts = snapshot.in_place(*id, |rows| quarters_in_place(&about, rows, ends))?;
        Ok(SeriesAmounts { about, amounts })
    }
}

fn quarters_in_place(
    about: &About,
    rows: &Current<'_>,
    ends: Ends,
) -> Result<Vec<DatedAmount>, Error> {
    let shape = in_place::label_shape(about, rows)?;
    let of_all = if is_open(ends) {
        let periods = rows.all_periods()?;
        slot::ends(&about.company.calendar, &periods, Span::Quarter, shape)
    } else {
        None
    };
    let (first, last) = of_all.unzip();
    let slots = slot::slots_within(ends, Span::Quarter, || first, || last);
    let slots = slots.map_err(|backward| about.backward_range(&backward))?;
    let targets = slots
        .into_iter()
        .filter_map(|slot| about.target(slot, shape));
    let targets: Vec<Target> = targets.collect();
    let days = targets.iter().map(|target| target.own.end());
    let Some((first, last)) = days.clone().min().zip(days.max()) else {
        return Ok(Vec::new());
    };
    let (before, periods) = rows.ending(slot::ends_near(first).0, slot::ends_near(last).1)?;
    let mut amounts = Vec::with_capacity(targets.len());
    for target in targets {
        if let Some(found) = slot::find(&periods, &target)
            && let Some(row) = rows.row(before.saturating_add(found.index))?
        {
            amounts.extend(DatedAmount::new(&row, Some(target.fiscal)));
        }
    }
    Ok(amounts)
}
