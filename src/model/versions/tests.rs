//! Which observation is shown, and what a new one is.

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
fn a_zero_is_more_precise_than_a_nil_mark() {
    let nil = |mut history: Vec<Observation>| {
        history[1].figure = Figure::Nil(Nil::Zero);
        shown(&history, numbers).unwrap().index
    };
    assert_eq!(nil(history(&[(0, Some(0)), (0, Some(0))])), 0);
    assert_eq!(nil(history(&[(0, None), (0, Some(0))])), 1);
}

#[test]
fn why_the_first_document_speaks() {
    let why = |observations: &[Observation]| first(observations, numbers).unwrap().why.document;
    let told = |day, document, cell| observation(day, document, cell, Rank::Table, (5, Some(0)));
    assert_eq!(why(&[told(13, 1, 0)]), WhyDocument::Only);
    assert_eq!(why(&[told(13, 1, 0), told(13, 1, 1)]), WhyDocument::Only);
    let mut both = [told(13, 1, 0), told(14, 2, 0)];
    assert_eq!(why(&both), WhyDocument::First);
    both[0].figure = Figure::Nil(Nil::None);
    assert_eq!(why(&both), WhyDocument::FirstFigure);
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
