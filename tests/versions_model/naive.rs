//! The rules of versions, written down once more and slowly: every question looks at all observations.
//!
//! Values are whole numbers; sets of possible values are counted in halves, so that there are no fractions.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How exactly a number is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    Exactly,
    /// To a power of ten; and whether its source cuts off digits.
    To(u8, bool),
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    Number(i64, Known),
    /// A nil mark that means zero.
    Zero,
    None,
    NotApplicable,
}

/// What one cell says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) fact: usize,
    pub(crate) said: Said,
    pub(crate) day: u32,
    pub(crate) document: String,
    pub(crate) cell: u32,
    /// Running text 0, table 1, statement 2.
    pub(crate) rank: u8,
    pub(crate) periodic: bool,
    pub(crate) commit: u64,
}

/// The lowest and the highest half, and whether each is one of them.
type Possible = ((i64, bool), (i64, bool));

impl Said {
    pub(crate) fn is_absence(self) -> bool {
        matches!(self, Said::None | Said::NotApplicable)
    }

    /// The value that is shown.
    fn value(self) -> Option<i64> {
        match self {
            Said::Number(value, _) => Some(value),
            Said::Zero => Some(0),
            Said::None | Said::NotApplicable => None,
        }
    }

    /// All that can be the true value.
    fn possible(self) -> Option<Possible> {
        Some(match self {
            Said::Number(value, known) => {
                let twice = 2 * value;
                match known {
                    Known::Unknown => return None,
                    Known::Exactly => ((twice, true), (twice, true)),
                    Known::To(power, cut_off) => {
                        let unit = 10_i64.pow(power.into());
                        match (cut_off, value.signum()) {
                            (false, _) => ((twice - unit, true), (twice + unit, true)),
                            (true, 1) => ((twice, true), (twice + 2 * unit, false)),
                            (true, -1) => ((twice - 2 * unit, false), (twice, true)),
                            (true, _) => ((-2 * unit, false), (2 * unit, false)),
                        }
                    }
                }
            }
            Said::Zero => ((0, true), (0, true)),
            Said::None | Said::NotApplicable => return None,
        })
    }

    /// Whether both can be true. `None`: cannot be told.
    fn agrees(self, other: Said) -> Option<bool> {
        if self == other || (self.value().is_some() && self.value() == other.value()) {
            return Some(true);
        }
        if let (Said::Number(_, a), Said::Number(_, b)) = (self, other)
            && a == b
            && a != Known::Unknown
        {
            return Some(false);
        }
        let (own, others) = (self.possible()?, other.possible()?);
        // The first lies wholly below the second.
        let below = |first: Possible, second: Possible| {
            let ((_, high), (low, _)) = (first, second);
            high.0 < low.0 || (high.0 == low.0 && !(high.1 && low.1))
        };
        Some(!below(own, others) && !below(others, own))
    }

    /// Whether both, said on one day, cannot be true: by no precision that an unknown one may be. Digits that are not
    /// zero were not rounded away.
    fn contradicts(self, other: Said) -> bool {
        let meant = |said: Said| -> Vec<Said> {
            match said {
                Said::Number(value, Known::Unknown) if value != 0 => (0..5)
                    .filter(|power| value % 10_i64.pow(*power) == 0)
                    .map(|power| Said::Number(value, Known::To(power.try_into().unwrap(), false)))
                    .chain([Said::Number(value, Known::Exactly)])
                    .collect(),
                _ => vec![said],
            }
        };
        if self.agrees(other) == Some(true) {
            return false;
        }
        let pairs = meant(self)
            .into_iter()
            .flat_map(|own| meant(other).into_iter().map(move |other| own.agrees(other)));
        pairs.into_iter().all(|agrees| agrees == Some(false))
    }

    /// Greater is better known; `None` cannot be compared.
    fn fineness(self) -> Option<i16> {
        match self {
            Said::Number(_, Known::Exactly) => Some(i16::MAX),
            Said::Number(_, Known::To(power, _)) => Some(-i16::from(power)),
            Said::Number(_, Known::Unknown) | Said::None | Said::NotApplicable => None,
            Said::Zero => Some(i16::MIN),
        }
    }

    fn finer_than(self, other: Said) -> bool {
        matches!((self.fineness(), other.fineness()), (Some(a), Some(b)) if a > b)
    }
}

/// An answer about one fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) shown: &'a Seen,
    pub(crate) conflicting: bool,
    /// What was printed on the day of the document that speaks.
    pub(crate) candidates: Vec<&'a Seen>,
}

/// What each document says of one fact, by day and id; those without a figure only if none has one.
fn editions<'a>(seen: &[&'a Seen]) -> Vec<Answer<'a>> {
    let keys: BTreeSet<(u32, &str)> = seen.iter().map(|s| (s.day, s.document.as_str())).collect();
    let mut editions: Vec<Answer<'a>> = keys
        .into_iter()
        .map(|key| {
            let mut cells: Vec<&Seen> = seen
                .iter()
                .copied()
                .filter(|s| (s.day, s.document.as_str()) == key)
                .collect();
            cells.sort_by_key(|s| s.cell);
            let conflicting = cells
                .iter()
                .any(|a| cells.iter().any(|b| a.said.contradicts(b.said)));
            let precise = |s: &Seen| {
                let number = matches!(s.said, Said::Number(..));
                (number, number.then(|| s.said.fineness()).flatten())
            };
            let shown = cells
                .iter()
                .copied()
                .max_by_key(|s| {
                    let (by_rank, then_by_rank) = if conflicting {
                        (s.rank, 0)
                    } else {
                        (0, s.rank)
                    };
                    (
                        !s.said.is_absence(),
                        by_rank,
                        precise(s),
                        then_by_rank,
                        Reverse(s.cell),
                    )
                })
                .unwrap();
            // What one day says is of one time, whoever says it.
            let mut of_day: Vec<&Seen> = seen.iter().copied().filter(|s| s.day == key.0).collect();
            of_day.sort_by_key(|s| (&s.document, s.cell));
            Answer {
                shown,
                conflicting: of_day
                    .iter()
                    .any(|a| of_day.iter().any(|b| a.said.contradicts(b.said))),
                candidates: of_day,
            }
        })
        .collect();
    if editions
        .iter()
        .any(|edition| !edition.shown.said.is_absence())
    {
        editions.retain(|edition| !edition.shown.said.is_absence());
    }
    editions
}

/// What was reported first.
pub(crate) fn first<'a>(seen: &[&'a Seen]) -> Option<Answer<'a>> {
    editions(seen).into_iter().next()
}

/// What is known latest.
pub(crate) fn latest<'a>(seen: &[&'a Seen]) -> Option<Answer<'a>> {
    let editions = editions(seen);
    let last = editions.last()?;
    let agrees_since = |nth: usize| {
        editions[nth + 1..]
            .iter()
            .all(|later| editions[nth].shown.said.agrees(later.shown.said) == Some(true))
    };
    let better = (0..editions.len())
        .filter(|nth| agrees_since(*nth))
        .filter(|nth| editions[*nth].shown.said.finer_than(last.shown.said))
        .max_by_key(|nth| (editions[*nth].shown.said.fineness(), *nth));
    let mut answer = last.clone();
    if let Some(nth) = better {
        answer.shown = editions[nth].shown;
    }
    Some(answer)
}

/// "Periodic reports only": where one of them gives a figure, only they count.
pub(crate) fn periodic_only(seen: &mut Vec<&Seen>) {
    if seen.iter().any(|s| s.periodic && !s.said.is_absence()) {
        seen.retain(|s| s.periodic);
    }
}

/// Old, new, and whether they differ beyond rounding: day by day.
pub(crate) fn restatements<'a>(seen: &[&'a Seen]) -> Vec<(&'a Seen, &'a Seen, bool)> {
    let days: BTreeSet<u32> = seen.iter().map(|s| s.day).collect();
    let mut found = Vec::new();
    for day in days {
        let of = |holds: &dyn Fn(u32) -> bool| {
            let some: Vec<&Seen> = seen.iter().copied().filter(|s| holds(s.day)).collect();
            latest(&some).map(|answer| answer.shown)
        };
        let (old, new, after) = (of(&|d| d < day), of(&|d| d == day), of(&|d| d <= day));
        let (Some(old), Some(new), Some(after)) = (old, new, after) else {
            continue;
        };
        if old.said.is_absence() || new.said.is_absence() {
            continue;
        }
        match old.said.agrees(new.said) {
            Some(false) => found.push((old, new, true)),
            None if after.day == day => found.push((old, new, false)),
            Some(true) | None => {}
        }
    }
    found
}

/// The name of what taking in `new` did to what was known of its fact.
pub(crate) fn outcome(known: &[&Seen], new: &Seen) -> &'static str {
    let mut of_that_day = known.iter().filter(|s| s.day == new.day);
    if of_that_day.any(|s| s.said.contradicts(new.said)) {
        return "conflicting";
    }
    let Some(before) = latest(known).map(|answer| answer.shown.said) else {
        return "created";
    };
    match (before.is_absence(), new.said.is_absence()) {
        (false, true) => return "less precise but consistent",
        (true, false) => return "more precise",
        _ => {}
    }
    match before.agrees(new.said) {
        Some(false) => "restated",
        Some(true) if new.said.finer_than(before) => "more precise",
        Some(true) if before.finer_than(new.said) => "less precise but consistent",
        Some(true) => "unchanged",
        None => {
            // What speaks last and is known better from before changes nothing.
            let all: Vec<&Seen> = known.iter().copied().chain([new]).collect();
            let after = latest(&all).unwrap();
            let speaks = editions(&all).pop().unwrap().shown == new;
            if speaks && after.shown != new {
                "less precise but consistent"
            } else {
                "changed (precision unknown)"
            }
        }
    }
}
