//! Whether figures are of one vintage: what was observed of each, in which reporting cycle, and when it was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::error::{Changed, Obstacle};
use crate::model::versions::{is_absence, shown};
use crate::model::{Document, Figure, FiscalCalendar, Observation, Period};
use crate::query::answer::Together;
use crate::query::cycle::{Tells, reporting_cycle};
use crate::query::point::Point;
use crate::store::DocumentOrder;

/// What one document says about a fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edition {
    pub(crate) published: NaiveDate,
    pub(crate) document: u32,
    /// The reporting cycle; `None` where the calendar does not tell. A year cut short by a change of year end is that of an
    /// annual report only where the report tells a figure of the series to its end, and a year that goes on only where it
    /// tells one of its first months.
    pub(crate) cycle: Option<i32>,
    pub(crate) figure: Figure,
    /// Against what was known before it; `None` where nothing was.
    pub(crate) said: Option<Said>,
}

/// How an edition stands to what was known before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// It says the same, within rounding.
    Again,
    /// It differs, or may: a change of unknown precision is one.
    Otherwise,
}

/// All editions of the facts of a series, by publication.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct History(BTreeMap<Period, Vec<Edition>>);

impl History {
    /// Of observations by fact, publication and document, as a query takes them into account.
    pub(crate) fn new(
        observations: &[Observation],
        order: &DocumentOrder,
        calendar: &FiscalCalendar,
        documents: &BTreeMap<u32, Arc<Document>>,
    ) -> Self {
        let same_edition = |a: &Observation, b: &Observation| {
            (a.published, a.source.document) == (b.published, b.source.document)
        };
        let mut told_by: BTreeMap<u32, Vec<Period>> = BTreeMap::new();
        for seen in observations {
            let told = told_by.entry(seen.source.document).or_default();
            told.push(seen.period);
        }
        let mut facts = BTreeMap::new();
        for fact in observations.chunk_by(|a, b| a.period == b.period) {
            let speaks = |seen: &[Observation]| {
                let shown = shown(seen, |a, b| order.compare(a, b))?;
                let figure = &seen.get(shown.index)?.figure;
                (!is_absence(figure)).then(|| figure.clone())
            };
            let mut editions = Vec::new();
            let mut told = 0;
            for edition in fact.chunk_by(same_edition) {
                let before = speaks(fact.get(..told).unwrap_or_default());
                told += edition.len();
                let (Some(figure), Some(first)) = (speaks(edition), edition.first()) else {
                    continue;
                };
                editions.push(Edition {
                    published: first.published,
                    document: first.source.document,
                    cycle: documents.get(&first.source.document).and_then(|document| {
                        let told = told_by.get(&first.source.document)?;
                        reporting_cycle(calendar, document, first, Tells::These(told))
                    }),
                    said: before.map(|before| match figure.agrees_with(&before) {
                        Some(true) => Said::Again,
                        _ => Said::Otherwise,
                    }),
                    figure,
                });
            }
            if let Some(first) = fact.first() {
                facts.insert(first.period, editions);
            }
        }
        Self(facts)
    }

    /// A figure as an operand, with all that was said about its fact.
    pub(crate) fn seen<'a>(&'a self, point: &'a Point) -> Seen<'a> {
        Seen {
            point,
            editions: self.0.get(&point.period()).map_or(&[], Vec::as_slice),
        }
    }
}

/// A figure that is used, and what was said about its fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    point: &'a Point,
    editions: &'a [Edition],
}

impl Seen<'_> {
    /// Its label; with its metric where there are several.
    fn name(&self, all: &[Seen<'_>]) -> String {
        let (metric, label) = (self.point.metric(), self.point.label());
        if all.iter().any(|other| other.point.metric() != metric) {
            format!("{metric} {label}")
        } else {
            label
        }
    }

    /// What was said in a cycle, if the figure that is used was.
    fn in_cycle(&self, cycle: i32) -> Option<InCycle<'_>> {
        let editions: Vec<&Edition> = self
            .editions
            .iter()
            .filter(|edition| edition.cycle == Some(cycle))
            .collect();
        let used =
            |edition: &&Edition| edition.figure.agrees_with(self.point.figure()) == Some(true);
        let first = editions.iter().position(used)?;
        let since = editions.get(first..).unwrap_or_default();
        Some(InCycle {
            operand: *self,
            from: since.first()?.published,
            until: since
                .iter()
                .find(|edition| !used(edition))
                .map(|edition| edition.published),
            last: editions.last()?.published,
            editions,
        })
    }
}

/// What was said about a figure in one reporting cycle.
struct InCycle<'a> {
    operand: Seen<'a>,
    editions: Vec<&'a Edition>,
    /// The day of the first edition with the figure that is used.
    from: NaiveDate,
    /// The day on which another figure was said after it.
    until: Option<NaiveDate>,
    /// The day of the last edition.
    last: NaiveDate,
}

impl InCycle<'_> {
    /// Whether the cycle repeats what had been said before it.
    fn repeats(&self) -> bool {
        let first = self.editions.first();
        first.is_some_and(|edition| edition.said == Some(Said::Again))
    }

    /// The day of the last change that another operand, last observed earlier, does not reflect: one in the cycle; or
    /// one on entering it, where the other is only repeated in it as it was before.
    fn change_unseen_by(&self, other: &InCycle<'_>) -> Option<NaiveDate> {
        let within = self
            .editions
            .windows(2)
            .filter_map(|pair| match pair {
                [before, after] => (after.figure.agrees_with(&before.figure) != Some(true))
                    .then_some(after.published),
                _ => None,
            })
            .next_back();
        let entering = self
            .editions
            .first()
            .filter(|first| first.said == Some(Said::Otherwise) && other.repeats())
            .map(|first| first.published);
        within.max(entering).filter(|day| *day > other.last)
    }
}

/// In what figures stand together: the first reporting cycle in which each of them was observed with the value that is
/// used, and none was changed after the last observation of another; else one document.
pub(crate) fn together(seen: &[Seen<'_>]) -> Result<Together, Obstacle> {
    standing(seen).map_err(|changed| Obstacle::Vintage {
        operands: seen.iter().map(|operand| operand.name(seen)).collect(),
        changed: changed.or_else(|| last_change_unseen(seen)),
    })
}

/// As [`together`]; else the change in the cycle that comes nearest, where there is one.
fn standing(seen: &[Seen<'_>]) -> Result<Together, Option<Changed>> {
    let cycles: BTreeSet<i32> = seen
        .iter()
        .flat_map(|operand| operand.editions.iter().filter_map(|edition| edition.cycle))
        .collect();
    let mut changed = None;
    for cycle in cycles {
        let all: Option<Vec<InCycle<'_>>> =
            seen.iter().map(|operand| operand.in_cycle(cycle)).collect();
        let Some(all) = all else { continue };
        match apart(seen, &all) {
            None => return Ok(Together::Cycle(cycle)),
            unseen => changed = changed.or(unseen),
        }
    }
    let mut documents = seen.iter().map(|operand| operand.point.source().document);
    let first = documents.next();
    if first.is_some() && documents.all(|document| Some(document) == first) {
        return Ok(Together::Document);
    }
    Err(changed)
}

/// The last change of one operand, whatever the cycle, after which another was not observed any more: of two that are
/// not of one vintage by themselves, if there are such.
fn last_change_unseen(seen: &[Seen<'_>]) -> Option<Changed> {
    let mut changes: Vec<(NaiveDate, &Seen<'_>)> = seen
        .iter()
        .filter_map(|one| {
            let otherwise = |edition: &&Edition| edition.said == Some(Said::Otherwise);
            let change = one.editions.iter().rev().find(otherwise)?;
            Some((change.published, one))
        })
        .collect();
    changes.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    let unseen = |apart_only: bool| {
        changes.iter().find_map(|(on, one)| {
            seen.iter().find_map(|other| {
                let last_seen = other.editions.last()?.published;
                let apart = || standing(&[**one, *other]).is_err();
                (last_seen < *on && (!apart_only || apart())).then(|| Changed {
                    operand: one.name(seen),
                    on: *on,
                    other: other.name(seen),
                    last_seen,
                })
            })
        })
    };
    unseen(true).or_else(|| unseen(false))
}

/// A change of one operand in a cycle that another does not reflect.
fn apart(seen: &[Seen<'_>], all: &[InCycle<'_>]) -> Option<Changed> {
    all.iter().find_map(|one| {
        all.iter().find_map(|other| {
            if one.operand.point.fact() == other.operand.point.fact() {
                return None;
            }
            let replaced = one.until.filter(|day| *day <= other.from);
            let (on, last_seen) = match (one.change_unseen_by(other), replaced) {
                (Some(day), _) => (day, other.last),
                (None, Some(day)) => (day, one.from),
                (None, None) => return None,
            };
            Some(Changed {
                operand: one.operand.name(seen),
                on,
                other: other.operand.name(seen),
                last_seen,
            })
        })
    })
}
