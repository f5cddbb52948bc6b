//! Finding a fact among rows of which only those that end near it are looked at.

use chrono::NaiveDate;

use crate::model::Period;
use crate::store::{Current, StoreError};

use super::rows::{About, Standing};
use super::slot::{self, Shape, Target};

/// The number of a row, and the slot it stands in, where it stands in one.
pub(crate) type Found = Option<(usize, Option<Standing>)>;

/// As [`About::shape_of_labels`].
pub(crate) fn label_shape(about: &About, rows: &Current<'_>) -> Result<Shape, StoreError> {
    Ok(match about.shape_of_all_labels() {
        Some(shape) => shape,
        None if rows.are_instants()? => Shape::Instant,
        None => Shape::Duration,
    })
}

/// As [`slot::find`].
pub(crate) fn find(rows: &Current<'_>, target: Target) -> Result<Found, StoreError> {
    let (first, periods) = near(rows, target.own.end())?;
    Ok(slot::find(&periods, &target).map(|found| {
        let index = first.saturating_add(found.index);
        (index, Some(Standing::new(target, found)))
    }))
}

/// As [`About::find_dates`].
pub(crate) fn find_dates(
    about: &About,
    rows: &Current<'_>,
    period: &Period,
) -> Result<Found, StoreError> {
    let (first, periods) = near(rows, period.end())?;
    let Some(index) = slot::find_exact(&periods, period) else {
        return Ok(None);
    };
    let index = first.saturating_add(index);
    let standing = match about.place(period) {
        Some(target) => find(rows, target)?,
        None => None,
    };
    let own = standing.filter(|(found, _)| *found == index);
    Ok(Some((index, own.and_then(|(_, standing)| standing))))
}

fn near(rows: &Current<'_>, day: NaiveDate) -> Result<(usize, Vec<Period>), StoreError> {
    let (first, last) = slot::ends_near(day);
    rows.ending(first, last)
}
