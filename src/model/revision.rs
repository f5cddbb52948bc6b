//! Which values of a fact were followed by another one.

use std::cmp::Ordering;

use super::fact::Observation;
use super::versions::{Shown, editions, is_absence, latest};

/// A value that was followed by another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Revision {
    /// What was shown the day before.
    pub(crate) old: Shown,
    /// What the day's documents say in its place.
    pub(crate) new: Shown,
    /// Whether it differs beyond rounding; else that cannot be told.
    pub(crate) beyond_rounding: bool,
}

/// The revisions of one fact, the earliest first: the days on which another value was published than the one that was
/// shown the day before.
///
/// Documents of one day are of one time: the last of them speaks for the day, by the order of [`shown`](super::versions::shown), and what
/// they say against each other is no revision. A figure that cannot be held against the one before it (unknown
/// precision, words) is one only if it takes its place.
pub(crate) fn revisions(
    observations: &[Observation],
    by_document: impl Fn(u32, u32) -> Ordering,
) -> Vec<Revision> {
    let editions = editions(observations, by_document).telling;
    let published = |shown: &Shown| observations.get(shown.index).map(|seen| seen.published);
    let figure = |shown: &Shown| observations.get(shown.index).map(|seen| &seen.figure);
    let mut revisions = Vec::new();
    let mut known = 0;
    for day in editions.chunk_by(|a, b| published(a) == published(b)) {
        let (before, until) = (known, known + day.len());
        known = until;
        let shown_after = |count| latest(observations, editions.get(..count).unwrap_or_default());
        let (Some(old), Some(said), Some(after)) = (
            shown_after(before),
            latest(observations, day),
            shown_after(until),
        ) else {
            continue;
        };
        let (Some(then), Some(now)) = (figure(&old), figure(&said)) else {
            continue;
        };
        if is_absence(now) {
            continue;
        }
        let beyond_rounding = match then.agrees_with(now) {
            Some(false) => true,
            None if published(&after) == published(&said) => false,
            Some(true) | None => continue,
        };
        revisions.push(Revision {
            old,
            new: said,
            beyond_rounding,
        });
    }
    revisions
}
