//! Figures of one fact, of one document and day, that cannot both be right.

use crate::model::Figure;

/// A figure, with what it is about and where it stands.
pub(super) struct Stated<'a, K, P> {
    pub(super) about: K,
    pub(super) figure: &'a Figure,
    pub(super) place: P,
}

/// The places of the first two figures about one thing that [contradict](Figure::contradicts) each other.
pub(super) fn contradiction<K: Ord, P: Copy>(mut stated: Vec<Stated<'_, K, P>>) -> Option<(P, P)> {
    stated.sort_by(|a, b| a.about.cmp(&b.about));
    stated.chunk_by(|a, b| a.about == b.about).find_map(|same| {
        same.iter().enumerate().find_map(|(nth, one)| {
            let mut others = same.iter().skip(nth + 1);
            let other = others.find(|other| one.figure.contradicts(other.figure))?;
            Some((one.place, other.place))
        })
    })
}
