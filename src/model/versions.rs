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
        (Figure::Amount(_), other) => plainness(other) < plainness(figure),
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
mod tests {
    use super::*;
    use crate::model::{Amount, Period, Rank, Rounding, Source, parse_date};
    use proptest::prelude::*;

    /// A figure: its value, and its decimals, `None` if unknown.
    type Told = (i64, Option<i8>);

    fn observation(
        day: u32,
        document: u32,
        cell: u32,
        rank: Rank,
        (value, decimals): Told,
    ) -> Observation {
        let precision = decimals.map_or(Precision::Unknown, Precision::Decimals);
        let amount = Amount::new(value.into(), precision, Rounding::Nearest).unwrap();
        Observation {
            period: Period::instant(parse_date("2003-06-30").unwrap()).unwrap(),
            figure: Figure::Amount(amount),
            published: parse_date(&format!("2003-08-{day:02}")).unwrap(),
            source: Source { document, cell },
            rank,
            commit: 1,
        }
    }

    /// One document a day, each with one table cell.
    fn history(told: &[Told]) -> Vec<Observation> {
        (1..)
            .zip(told)
            .map(|(day, told)| observation(day, day, 0, Rank::Table, *told))
            .collect()
    }

    fn numbers(a: u32, b: u32) -> Ordering {
        a.cmp(&b)
    }

    #[test]
    fn the_last_document_speaks_unless_it_only_says_less_precisely_what_was_known() {
        let at = |value, decimals| (value, Some(decimals));
        let cases: [(&str, &[Told], usize); 10] = [
            ("one", &[at(500, 0)], 0),
            ("a restatement", &[at(500, 0), at(510, 0)], 1),
            ("repeated in hundreds", &[at(512, 0), at(500, -2)], 0),
            ("more precise now", &[at(500, -2), at(512, 0)], 1),
            ("rounded, but not from that", &[at(560, 0), at(500, -2)], 1),
            (
                "restated, then repeated in hundreds",
                &[at(512, 0), at(530, 0), at(500, -2)],
                1,
            ),
            (
                "what was restated is not shown again",
                &[at(512, 0), at(610, 0), at(500, -2)],
                2,
            ),
            ("precision unknown", &[at(512, 0), (512, None)], 1),
            (
                "the same value in between, precision unknown",
                &[at(512, 0), (512, None), at(500, -2)],
                0,
            ),
            (
                "another value in between, precision unknown",
                &[at(512, 0), (510, None), at(500, -2)],
                2,
            ),
        ];
        for (name, told, expected) in cases {
            let found = shown(&history(told), numbers).unwrap();
            assert_eq!(found.index, expected, "{name}");
            assert!(!found.conflicting, "{name}");
        }
        assert_eq!(shown(&[], numbers), None);
    }

    #[test]
    fn within_a_document_the_more_precise_of_what_agrees_is_shown() {
        let millions = observation(13, 1, 0, Rank::Statement, (8_344_000_000, Some(-6)));
        let thousands = observation(13, 1, 7, Rank::Prose, (8_344_046_000, Some(-3)));
        let found = shown(&[millions, thousands], numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (1, false));
    }

    #[test]
    fn a_document_that_contradicts_itself_is_flagged_and_shown_by_rank() {
        let prose = observation(13, 1, 0, Rank::Prose, (390_035_000, Some(-3)));
        let table = observation(13, 1, 1, Rank::Table, (390_000_000, Some(-6)));
        let statement = observation(13, 1, 2, Rank::Statement, (-390_000_000, Some(-6)));
        let found = shown(&[prose, table, statement], numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (2, true));
    }

    #[test]
    fn documents_of_one_day_that_contradict_each_other_are_flagged() {
        let seen = |day, document, told| observation(day, document, 0, Rank::Table, told);
        let (a, z) = (seen(13, 1, (410, Some(0))), seen(13, 2, (400, Some(0))));
        let one = [a.clone()];
        assert_eq!(outcome(&one, &z, numbers), Outcome::Conflicting);
        let both = [z.clone(), a.clone()];
        let last = shown(&both, numbers).unwrap();
        assert_eq!((last.index, last.conflicting), (0, true));
        assert_eq!(last.why.document, WhyDocument::LastOfDay);
        assert!(!last.why.contradicted, "neither contradicts itself");
        let earliest = first(&both, numbers).unwrap();
        assert_eq!((earliest.index, earliest.conflicting), (1, true));
        assert_eq!(earliest.why.document, WhyDocument::FirstOfDay);
        // What is published later settles it, where it says which.
        let settled = shown(&[a.clone(), z, seen(14, 1, (410, Some(0)))], numbers).unwrap();
        assert_eq!((settled.index, settled.conflicting), (2, false));
        // Within rounding, the finer one is shown, and there is nothing to flag.
        let rounded = shown(&[a, seen(13, 2, (400, Some(-2)))], numbers).unwrap();
        assert_eq!((rounded.index, rounded.conflicting), (0, false));
        assert_eq!(rounded.why.document, WhyDocument::MorePreciseOfDay);
    }

    #[test]
    fn a_document_that_contradicts_itself_is_flagged_though_its_precision_is_unknown() {
        let cell = |cell, value| observation(13, 1, cell, Rank::Statement, (value, None));
        let all = [cell(0, -5), cell(1, 100), cell(2, 100)];
        let found = shown(&all, numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (0, true));
        assert_eq!(
            (found.why.cell, found.why.contradicted),
            (WhyCell::First, true)
        );
        assert_eq!(outcome(&all[..1], &all[1], numbers), Outcome::Conflicting);
        assert_eq!(outcome(&all[..2], &all[2], numbers), Outcome::Conflicting);
        let found = shown(&[cell(0, 200), cell(1, 100)], numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (0, true));
        // 100 may be 104 to the hundred.
        let both = [cell(0, 100), cell(1, 104)];
        assert!(!shown(&both, numbers).unwrap().conflicting);
        let changed = Outcome::ChangedPrecisionUnknown;
        assert_eq!(outcome(&both[..1], &both[1], numbers), changed);
        // What is published later has changed, and contradicts nothing.
        let later = history(&[(100, None), (-5, None)]);
        let found = shown(&later, numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (1, false));
        assert_eq!(outcome(&later[..1], &later[1], numbers), changed);
    }

    #[test]
    fn an_earlier_date_in_a_later_document_is_an_earlier_version() {
        // The deck of the 12th tells the target of the 4th beside its own.
        let previous = observation(4, 1, 0, Rank::Table, (730, Some(-1)));
        let new = observation(12, 1, 1, Rank::Table, (693, Some(-1)));
        let found = shown(&[new, previous], numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (0, false));
    }

    #[test]
    fn a_plain_figure_tells_more_than_words() {
        let mut words = observation(13, 1, 0, Rank::Statement, (0, Some(0)));
        words.figure = Figure::Nil(Nil::NotApplicable);
        let plain = observation(13, 1, 1, Rank::Prose, (5, Some(0)));
        assert_eq!(shown(&[words, plain], numbers).unwrap().index, 1);
    }

    #[test]
    fn a_later_bound_that_agrees_does_not_hide_the_figure() {
        let exact = observation(12, 1, 0, Rank::Table, (8_344, Some(0)));
        let mut bound = observation(13, 2, 0, Rank::Prose, (8_000, Some(-3)));
        bound.figure = Figure::MoreThan(*bound.figure.amount().unwrap());
        let known = [exact, bound];
        assert_eq!(shown(&known, numbers).unwrap().index, 0);
        let less = outcome(&known[..1], &known[1], numbers);
        assert_eq!(less, Outcome::LessPrecise);
        // A bound that the figure lies outside of restates it.
        let mut other = known[1].clone();
        other.figure = Figure::LessThan(Amount::exact(8_000.into()));
        assert_eq!(shown(&[known[0].clone(), other], numbers).unwrap().index, 1);
    }

    #[test]
    fn what_does_not_apply_hides_no_figure_of_another_document() {
        let exact = observation(12, 1, 0, Rank::Table, (1_250, Some(0)));
        let rounded = observation(14, 3, 0, Rank::Table, (1_300, Some(-2)));
        for nil in [Nil::NotApplicable, Nil::None] {
            let mut absent = observation(13, 2, 0, Rank::Statement, (0, Some(0)));
            absent.figure = Figure::Nil(nil);
            let both = [exact.clone(), absent.clone()];
            assert_eq!(shown(&both, numbers).unwrap().index, 0);
            assert_eq!(outcome(&both[..1], &absent, numbers), Outcome::LessPrecise);
            assert_eq!(outcome(&both[1..], &exact, numbers), Outcome::MorePrecise);
            // Nor does it keep a later, rounded figure from being known as the exact one.
            let all = [exact.clone(), absent.clone(), rounded.clone()];
            assert_eq!(shown(&all, numbers).unwrap().index, 0);
            assert_eq!(shown(&[absent], numbers).unwrap().index, 0);
        }
    }

    #[test]
    fn what_does_not_apply_hides_no_figure_of_its_own_document() {
        let mut absent = observation(13, 1, 0, Rank::Statement, (0, Some(0)));
        absent.figure = Figure::Nil(Nil::NotApplicable);
        let mut about = observation(13, 1, 1, Rank::Prose, (18_000, Some(-3)));
        about.figure = Figure::Approximate(*about.figure.amount().unwrap());
        assert_eq!(shown(&[absent.clone(), about], numbers).unwrap().index, 1);
        // Nor where the figures beside it contradict each other.
        let table = observation(13, 1, 1, Rank::Table, (5, Some(0)));
        let prose = observation(13, 1, 2, Rank::Prose, (7, Some(0)));
        let found = shown(&[absent, table, prose], numbers).unwrap();
        assert_eq!((found.index, found.conflicting), (1, true));
    }

    #[test]
    fn a_later_outlook_in_words_speaks_for_itself() {
        let number = observation(12, 1, 0, Rank::Table, (100, Some(0)));
        let mut words = observation(13, 2, 0, Rank::Prose, (0, Some(0)));
        words.figure = Figure::Qualitative("break-even".into());
        let mut about = observation(14, 3, 0, Rank::Prose, (120, Some(-1)));
        about.figure = Figure::Approximate(*about.figure.amount().unwrap());
        assert_eq!(
            shown(&[number.clone(), words.clone()], numbers)
                .unwrap()
                .index,
            1
        );
        assert_eq!(shown(&[number, words, about], numbers).unwrap().index, 2);
    }

    #[test]
    fn outcomes_by_name() {
        let at = |value, decimals| (value, Some(decimals));
        for (known, new, expected) in [
            (&[][..], at(500, 0), Outcome::Created),
            (&[at(500, 0)], at(500, 0), Outcome::Unchanged),
            (&[at(500, -2)], at(512, 0), Outcome::MorePrecise),
            (&[at(512, 0)], at(500, -2), Outcome::LessPrecise),
            (&[at(512, 0)], at(513, 0), Outcome::Restated),
            (&[at(512, 0)], (513, None), Outcome::ChangedPrecisionUnknown),
            (&[at(512, 0)], (512, None), Outcome::Unchanged),
        ] {
            let known = history(known);
            let day = u32::try_from(known.len()).unwrap() + 1;
            let new = observation(day, day, 0, Rank::Table, new);
            assert_eq!(outcome(&known, &new, numbers), expected, "{new:?}");
        }
        // Shown is 512 all the time: first to the unit, then of unknown precision, then to the unit again.
        let known = history(&[at(512, 0), (512, None)]);
        let hundreds = observation(3, 3, 0, Rank::Table, at(500, -2));
        assert_eq!(outcome(&known, &hundreds, numbers), Outcome::LessPrecise);
        let tens = observation(3, 3, 0, Rank::Table, at(520, -1));
        let changed = Outcome::ChangedPrecisionUnknown;
        assert_eq!(outcome(&known, &tens, numbers), changed);
        // A document that was published before those that are known restates nothing, but differs from them.
        let late = [observation(13, 2, 0, Rank::Table, at(512, 0))];
        let early = observation(12, 1, 0, Rank::Table, at(513, 0));
        assert_eq!(outcome(&late, &early, numbers), Outcome::Restated);
        let known = [observation(13, 1, 0, Rank::Table, at(512, 0))];
        let other_cell = observation(13, 1, 1, Rank::Table, at(513, 0));
        assert_eq!(outcome(&known, &other_cell, numbers), Outcome::Conflicting);
    }

    proptest! {
        /// What is shown depends on what was published when, not on the order in which it came in.
        #[test]
        fn the_order_of_arrival_changes_nothing(
            told in prop::collection::vec((0_u32..4, 0_u32..3, 490_i64..520, -2_i8..1, 0_u8..3), 1..8),
            seed in any::<prop::sample::Index>(),
        ) {
            let all: Vec<Observation> = (0..)
                .zip(told)
                .map(|(cell, (day, document, value, decimals, rank))| {
                    let rank = [Rank::Prose, Rank::Table, Rank::Statement][usize::from(rank)];
                    observation(day + 1, document, cell, rank, (value, Some(decimals)))
                })
                .collect();
            let mut turned = all.clone();
            turned.rotate_left(seed.index(all.len()));
            turned.reverse();
            let first = shown(&all, numbers).unwrap();
            let second = shown(&turned, numbers).unwrap();
            prop_assert_eq!(&all[first.index], &turned[second.index]);
            prop_assert_eq!(first.conflicting, second.conflicting);
            prop_assert_eq!(first.why, second.why);
        }
    }
}
