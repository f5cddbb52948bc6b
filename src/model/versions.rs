//! Which of a fact's observations is its value.

use std::cmp::Ordering;

use super::fact::Observation;
use super::figure::{Figure, Nil, Precision};
use super::outcome::Outcome;
use super::why::{WhyCell, WhyDocument, WhyShown};

/// The observation shown for a fact, why it is, and whether what was published on that day contradicts itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    /// The index of the observation.
    pub(crate) index: usize,
    /// Whether figures of the fact published on the day of the document that speaks contradict each other, be they of that
    /// document or of others.
    pub(crate) conflicting: bool,
    /// Why it is shown.
    pub(crate) why: WhyShown,
    /// The index of the observation with which that document speaks: another one where an earlier, more precise
    /// figure is shown in its place.
    pub(crate) speaker: usize,
}

/// Chooses among the observations of one fact. `by_document` orders documents by their own id, so that the
/// choice does not depend on the order in which they were taken in.
///
/// Observations are ordered by publication and document. The last document speaks: by its most precise
/// figure, or, where its figures contradict each other, by the one of highest rank (statement over table
/// over running text). Where an earlier, more precise figure agrees with it and with all that was published
/// in between, the earlier one is shown. A later approximation or outlook in words speaks for itself; "none" and
/// "n/a" never hide a figure.
///
/// Documents of one day are of one time: that the last of them by id speaks says nothing about which is right, so
/// where they contradict each other the answer is as conflicting as where one contradicts itself.
pub(crate) fn shown(
    observations: &[Observation],
    by_document: impl Fn(u32, u32) -> Ordering,
) -> Option<Shown> {
    if observations.len() == 1 {
        return Some(Shown {
            index: 0,
            conflicting: false,
            speaker: 0,
            why: WhyShown {
                document: WhyDocument::Only,
                cell: WhyCell::Only,
                contradicted: false,
            },
        });
    }
    let Editions { all, telling } = editions(observations, by_document);
    let mut chosen = latest(observations, &telling)?;
    let of_day = |index| of_one_day(observations, &telling, index);
    let last = all.last().is_some_and(|last| last.index == chosen.index);
    chosen.why.document = match chosen.why.document {
        WhyDocument::MorePrecise if same_day(observations, chosen.index, chosen.speaker) => {
            WhyDocument::MorePreciseOfDay
        }
        WhyDocument::MorePrecise => WhyDocument::MorePrecise,
        _ if all.len() == 1 => WhyDocument::Only,
        _ if of_day(chosen.index) > 1 => WhyDocument::LastOfDay,
        _ if last => WhyDocument::Last,
        _ => WhyDocument::LastFigure,
    };
    Some(chosen)
}

/// Chooses the observation that was published first, by the same order: of the first document that gives a figure,
/// what it speaks with. Only where no document gives one, "none" or "n/a".
pub(crate) fn first(
    observations: &[Observation],
    by_document: impl Fn(u32, u32) -> Ordering,
) -> Option<Shown> {
    let Editions { all, telling } = editions(observations, by_document);
    let mut chosen = telling.first().copied()?;
    let first = all.first().is_some_and(|first| first.index == chosen.index);
    chosen.why.document = match (all.len(), first) {
        (1, _) => WhyDocument::Only,
        _ if of_one_day(observations, &telling, chosen.index) > 1 => WhyDocument::FirstOfDay,
        (_, true) => WhyDocument::First,
        (_, false) => WhyDocument::FirstFigure,
    };
    Some(chosen)
}

fn same_day(observations: &[Observation], a: usize, b: usize) -> bool {
    let published = |index: usize| observations.get(index).map(|seen| seen.published);
    published(a) == published(b)
}

/// How many editions are of the day of an observation.
fn of_one_day(observations: &[Observation], editions: &[Shown], index: usize) -> usize {
    let of_day = |edition: &&Shown| same_day(observations, edition.index, index);
    editions.iter().filter(of_day).count()
}

/// Whether two of these say what cannot both be true.
fn contradict(seen: &[&Observation]) -> bool {
    seen.iter().enumerate().any(|(nth, a)| {
        seen.iter()
            .skip(nth + 1)
            .any(|b| a.figure.contradicts(&b.figure))
    })
}

/// What each document says about one fact, in the order of publication and document.
pub(super) struct Editions {
    all: Vec<Shown>,
    /// Those that give a figure, if any does: "none" and "n/a" say nothing against it.
    pub(super) telling: Vec<Shown>,
}

pub(super) fn editions(
    observations: &[Observation],
    by_document: impl Fn(u32, u32) -> Ordering,
) -> Editions {
    let mut order: Vec<usize> = (0..observations.len()).collect();
    let at = |index: usize| observations.get(index);
    let same_edition = |a: &Observation, b: &Observation| {
        a.published == b.published && a.source.document == b.source.document
    };
    order.sort_by(|&a, &b| match (at(a), at(b)) {
        (Some(a), Some(b)) => a
            .published
            .cmp(&b.published)
            .then_with(|| by_document(a.source.document, b.source.document))
            .then_with(|| a.source.cell.cmp(&b.source.cell)),
        _ => Ordering::Equal,
    });
    let all: Vec<Shown> = order
        .chunk_by(|&a, &b| same_day(observations, a, b))
        .flat_map(|day| {
            let printed: Vec<&Observation> = day.iter().filter_map(|&index| at(index)).collect();
            let conflicting = contradict(&printed);
            day.chunk_by(|&a, &b| match (at(a), at(b)) {
                (Some(a), Some(b)) => same_edition(a, b),
                _ => false,
            })
            .filter_map(|edition| spoken(observations, edition))
            .map(move |edition| Shown {
                conflicting,
                ..edition
            })
            .collect::<Vec<_>>()
        })
        .collect();
    let telling: Vec<Shown> = all
        .iter()
        .copied()
        .filter(|edition| at(edition.index).is_some_and(|seen| !is_absence(&seen.figure)))
        .collect();
    let telling = if telling.is_empty() {
        all.clone()
    } else {
        telling
    };
    Editions { all, telling }
}

/// What is shown once these editions are out.
pub(super) fn latest(observations: &[Observation], editions: &[Shown]) -> Option<Shown> {
    let at = |index: usize| observations.get(index);
    let (last, earlier) = editions.split_last()?;
    let mut best = *last;
    let mut since = vec![&at(last.index)?.figure];
    for edition in earlier.iter().rev() {
        let figure = &at(edition.index)?.figure;
        let agrees = since
            .iter()
            .all(|later| figure.agrees_with(later) == Some(true));
        if agrees && tells_more(figure, &at(best.index)?.figure) {
            best.index = edition.index;
            best.why = WhyShown {
                document: WhyDocument::MorePrecise,
                ..edition.why
            };
        }
        since.push(figure);
    }
    Some(best)
}

/// Whether it says that there is no figure.
pub(crate) fn is_absence(figure: &Figure) -> bool {
    matches!(figure, Figure::Nil(Nil::None | Nil::NotApplicable))
}

/// Whether a plain figure is known more precisely than another figure that it agrees with: finer decimals, or a
/// number where the other is only a bound or a range. An unknown precision is neither.
fn tells_more(figure: &Figure, other: &Figure) -> bool {
    match (figure, other) {
        (Figure::Amount(a), Figure::Amount(b)) => a.precision().is_finer_than(b.precision()),
        (Figure::Amount(a), Figure::Nil(_)) => a.precision() != Precision::Unknown,
        (Figure::Amount(_), _) => true,
        _ => false,
    }
}

/// What one document says: indices of its observations of the fact, in the order of their cells.
fn spoken(observations: &[Observation], edition: &[usize]) -> Option<Shown> {
    let all: Vec<(usize, &Observation)> = edition
        .iter()
        .filter_map(|&index| Some((index, observations.get(index)?)))
        .collect();
    let printed: Vec<&Observation> = all.iter().map(|(_, seen)| *seen).collect();
    let conflicting = contradict(&printed);
    let rules = if conflicting {
        [
            WhyCell::Figure,
            WhyCell::Rank,
            WhyCell::Plainer,
            WhyCell::MorePrecise,
        ]
    } else {
        [
            WhyCell::Figure,
            WhyCell::Plainer,
            WhyCell::MorePrecise,
            WhyCell::Rank,
        ]
    };
    let better = |a, b| {
        let told = rules.iter().map(|rule| compare(*rule, a, b));
        told.fold(Ordering::Equal, Ordering::then)
    };
    let (index, best) = all.iter().copied().reduce(|best, next| {
        if better(next.1, best.1) == Ordering::Greater {
            next
        } else {
            best
        }
    })?;
    let cell = if all.len() == 1 {
        WhyCell::Only
    } else {
        let others = || all.iter().filter(|(other, _)| *other != index);
        // Cells without a figure decide only where there are no others.
        let alone = others().all(|(_, other)| is_absence(&other.figure));
        let told = |rule: &WhyCell| {
            others()
                .filter(|(_, other)| alone || !is_absence(&other.figure))
                .any(|(_, other)| compare(*rule, best, other) == Ordering::Greater)
        };
        rules.into_iter().find(told).unwrap_or(WhyCell::First)
    };
    Some(Shown {
        index,
        conflicting,
        speaker: index,
        why: WhyShown {
            document: WhyDocument::Only,
            cell,
            contradicted: conflicting,
        },
    })
}

/// How two cells of one document compare by one rule: the greater is preferred.
fn compare(rule: WhyCell, a: &Observation, b: &Observation) -> Ordering {
    match rule {
        WhyCell::Figure => is_absence(&b.figure).cmp(&is_absence(&a.figure)),
        WhyCell::Plainer => plainness(&a.figure).cmp(&plainness(&b.figure)),
        WhyCell::MorePrecise => fineness(&a.figure).cmp(&fineness(&b.figure)),
        WhyCell::Rank => a.rank.cmp(&b.rank),
        WhyCell::Only | WhyCell::First | WhyCell::Beside | WhyCell::Agreed => Ordering::Equal,
    }
}

/// A plain figure tells more than an approximate one, that more than a bound, that more than words.
fn plainness(figure: &Figure) -> u8 {
    match figure {
        Figure::Amount(_) => 5,
        Figure::Nil(_) => 4,
        Figure::Approximate(_) => 3,
        Figure::Range { .. } => 2,
        Figure::AtLeast(_) | Figure::MoreThan(_) | Figure::AtMost(_) | Figure::LessThan(_) => 1,
        Figure::Qualitative(_) => 0,
    }
}

fn fineness(figure: &Figure) -> i16 {
    match figure.number().map(super::figure::Amount::precision) {
        Some(Precision::Exact) => i16::MAX,
        Some(Precision::Decimals(decimals)) => i16::from(decimals),
        Some(Precision::Unknown) | None => i16::MIN,
    }
}

/// What a new observation does to those that are known of its fact (none of which is the same cell).
///
/// It is held against what was published on the same day first, by its own document or another, then against what was
/// shown before it.
pub(crate) fn outcome(
    known: &[Observation],
    new: &Observation,
    by_document: impl Fn(u32, u32) -> Ordering,
) -> Outcome {
    let contradicts = |other: &&Observation| {
        other.published == new.published && other.figure.contradicts(&new.figure)
    };
    if known.iter().find(contradicts).is_some() {
        return Outcome::Conflicting;
    }
    let Some(before) = shown(known, &by_document).and_then(|shown| known.get(shown.index)) else {
        return Outcome::Created;
    };
    match (is_absence(&before.figure), is_absence(&new.figure)) {
        (false, true) => return Outcome::LessPrecise,
        (true, false) => return Outcome::MorePrecise,
        _ => {}
    }
    match before.figure.agrees_with(&new.figure) {
        Some(false) => Outcome::Restated,
        None if says_less(known, new, by_document) => Outcome::LessPrecise,
        None => Outcome::ChangedPrecisionUnknown,
        Some(true) if tells_more(&new.figure, &before.figure) => Outcome::MorePrecise,
        Some(true) if tells_more(&before.figure, &new.figure) => Outcome::LessPrecise,
        Some(true) => Outcome::Unchanged,
    }
}

/// Whether a new observation speaks last, and only says less precisely what an earlier one says.
fn says_less(
    known: &[Observation],
    new: &Observation,
    by_document: impl Fn(u32, u32) -> Ordering,
) -> bool {
    let all: Vec<Observation> = known.iter().chain([new]).cloned().collect();
    shown(&all, by_document)
        .is_some_and(|after| after.speaker == known.len() && after.index != after.speaker)
}

#[cfg(test)]
mod tests;
