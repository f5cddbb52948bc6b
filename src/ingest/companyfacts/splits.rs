//! Share splits, from the facts that tell their ratios and from what was restated by them.

mod restated;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use crate::model::likely_cause::is_restated;
use crate::model::{
    Dimension, Fraction, MetricKind, ModelError, Period, Split, SplitEvidence, Unit,
};

use super::read::{Contents, at};

/// The tags that tell the ratio of a split.
const RATIO_TAGS: [&str; 2] = [
    "StockholdersEquityNoteStockSplitConversionRatio",
    "StockholdersEquityNoteStockSplitConversionRatio1",
];

/// How many days a told date may lie from the filings between which figures were restated: a split may be announced
/// long before it takes effect, and is told by the end of its month.
const TOLD_BEFORE: i64 = 370;
const TOLD_AFTER: i64 = 31;

/// The most shares for which one is exchanged, or the reverse, where a ratio is no whole number.
const MOST: u32 = 20;

/// What is uncertain about the splits of a company facts file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SplitNote {
    /// Filings tell a ratio, and no figure was restated by it: it is not taken for a split. It may have been announced
    /// and not been done, or the filings do not repeat older figures.
    NotSeen {
        /// The ratio as filed.
        ratio: Decimal,
        /// The date or dates for which it was filed last.
        told: Period,
    },
    /// No told date lies between the last filing of the old basis and the first of the new one: the split is dated by the
    /// day of the latter.
    DayOfFiling {
        /// The split.
        split: Split,
    },
    /// The filings tell no day, but a span of days, or the end of a month: the split is dated by the end of it, and may have
    /// taken effect before.
    SpanOfDays {
        /// The split.
        split: Split,
        /// The dates for which it is told.
        told: Period,
    },
    /// No filing tells a ratio; one restates figures by it, among them figures per share, and nothing speaks against it.
    /// The split is dated by the day of that filing.
    NotTold {
        /// The split.
        split: Split,
    },
    /// A filing restates figures per share by about one ratio, and tells no split: too little speaks for it, or something
    /// against it. None is inferred, so figures before and after that are compared as they are.
    Unclear {
        /// The number of the filing.
        accession: String,
        /// Its day.
        filed: NaiveDate,
        /// By what the figures per share were divided, about.
        about: Decimal,
    },
}

impl fmt::Display for SplitNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SplitNote::NotSeen { ratio, told } => write!(
                f,
                "a split ratio of {ratio} is told for {told}, and no figure was restated by it"
            ),
            SplitNote::DayOfFiling { split } => {
                write!(
                    f,
                    "the split {split} is dated by the first filing on its basis"
                )
            }
            SplitNote::SpanOfDays { split, told } => write!(
                f,
                "the day of the split {split} is not certain: it is told for {told}, and may have been earlier in that time or month"
            ),
            SplitNote::NotTold { split } => write!(
                f,
                "no filing tells the split {split}: figures were restated by it, and the first filing on its basis dates it"
            ),
            SplitNote::Unclear {
                accession,
                filed,
                about,
            } => write!(
                f,
                "figures per share were divided by about {about} in filing {accession} of {filed}; \
                 no split is told, and none is inferred"
            ),
        }
    }
}

/// A ratio with the dates for which it was told, by the days of filing.
type Told = BTreeMap<Decimal, Vec<(NaiveDate, Period)>>;

/// A fact that counts shares, or is per share.
struct Fact<'a> {
    unit: u32,
    period: Period,
    per_share: bool,
    /// The earliest filing first.
    versions: Vec<Version<'a>>,
}

impl Fact<'_> {
    /// Whether one of the first versions has the figure of a later one: then that is a return to what was told before, and
    /// shows no change of basis.
    fn has_told(&self, later: &Version<'_>, first: usize) -> bool {
        let mut earlier = self.versions.iter().take(first);
        earlier.any(|version| version.filed < later.filed && version.value == later.value)
    }
}

/// Its figure, as one filing has it.
struct Version<'a> {
    filed: NaiveDate,
    accession: &'a str,
    /// The number of the filing.
    filing: u32,
    value: Decimal,
}

/// What a file tells of splits.
#[derive(Debug, Default)]
pub(super) struct Splits {
    pub(super) found: Vec<Split>,
    pub(super) notes: Vec<SplitNote>,
    /// `None` where no fact could tell of one.
    pub(super) evidence: Option<SplitEvidence>,
}

/// The splits that a file tells.
///
/// A ratio alone is no split: it may be announced and withdrawn, and its date is that of the announcement as often as
/// the day it took effect. The restated figures tell more: where a later filing has the same fact, a number of shares or a
/// figure per share, at the ratio of the earlier one, the basis changed after the earlier filing and not after the later.
/// A figure that the fact had before is none of these: it returns to what was told before, and proves nothing new.
/// All these pairs together leave the days between the last filing on the old basis and the first on the new one. The
/// split is dated by the told date in between that was filed last; any day in between separates the filings alike.
///
/// Where no ratio is told, what was restated [may do alone](restated).
pub(super) fn infer(contents: &Contents) -> Result<Splits, ModelError> {
    let (mut splits, mut notes) = (BTreeMap::new(), Vec::new());
    let told = told(contents);
    let facts = share_facts(contents);
    let evidence = evidence(contents, &told, &facts);
    for (ratio, mut dates) in told {
        dates.sort_by_key(|(filed, period)| (period.end(), *filed));
        let far = |a: &(NaiveDate, Period), b: &(NaiveDate, Period)| {
            days_between(a.1.end(), b.1.end()) > TOLD_BEFORE
        };
        for dates in dates.chunk_by(|a, b| !far(a, b)) {
            let found = shares(ratio).and_then(|shares| effective(shares, dates, &facts));
            let Some((new, old, date)) = found else {
                let last = dates.iter().max_by_key(|(filed, _)| *filed);
                notes.extend(last.map(|(_, told)| SplitNote::NotSeen { ratio, told: *told }));
                continue;
            };
            let split = match date {
                Dated::Told(told) => {
                    let split = Split::new(told.end(), new, old)?;
                    if told.start().is_some() || ends_a_month(told.end()) {
                        notes.push(SplitNote::SpanOfDays { split, told });
                    }
                    split
                }
                Dated::Filed(day) => {
                    let split = Split::new(day, new, old)?;
                    notes.push(SplitNote::DayOfFiling { split });
                    split
                }
            };
            splits.entry(split.date()).or_insert(split);
        }
    }
    restated::infer(contents, &facts, &mut splits, &mut notes)?;
    Ok(Splits {
        found: splits.into_values().collect(),
        notes,
        evidence,
    })
}

/// The filings of a file, and how many of its facts tell of splits.
fn evidence(contents: &Contents, told: &Told, facts: &[Fact<'_>]) -> Option<SplitEvidence> {
    let filed = contents.filings.iter().map(|filing| filing.filed);
    let told = told.values().map(Vec::len);
    let facts: usize = told
        .chain(facts.iter().map(|fact| fact.versions.len()))
        .sum();
    if facts == 0 {
        return None;
    }
    Some(SplitEvidence {
        last: filed.clone().max()?,
        facts: u64::try_from(facts).unwrap_or(u64::MAX),
        first: filed.min()?,
    })
}

fn told(contents: &Contents) -> Told {
    let mut told = Told::new();
    for row in &contents.rows {
        let concept = at(&contents.concepts, row.concept);
        let is_ratio = concept.is_some_and(|concept| {
            concept.taxonomy() == "us-gaap" && RATIO_TAGS.contains(&concept.tag())
        });
        if let (true, Some(filing)) = (is_ratio, at(&contents.filings, row.filing)) {
            told.entry(row.value.normalize())
                .or_default()
                .push((filing.filed, row.period));
        }
    }
    told
}

/// Every fact that counts shares, or is per share.
fn share_facts(contents: &Contents) -> Vec<Fact<'_>> {
    let mut facts: BTreeMap<(u32, u32, Period), Fact<'_>> = BTreeMap::new();
    for row in &contents.rows {
        let (Some(metric), Some(unit), Some(filing)) = (
            at(&contents.metrics, row.metric),
            contents.units.get(row.unit),
            at(&contents.filings, row.filing),
        ) else {
            continue;
        };
        let per_share = metric.kind == MetricKind::PerShare;
        let counts = match unit {
            Unit::Count(noun) => noun.as_str() == "shares",
            unit => per_share && unit.dimension() == Dimension::MoneyPer,
        };
        if counts {
            let key = (row.metric, row.unit, row.period);
            let fact = facts.entry(key).or_insert_with(|| Fact {
                unit: row.unit,
                period: row.period,
                per_share,
                versions: Vec::new(),
            });
            fact.versions.push(Version {
                filed: filing.filed,
                accession: &filing.accession,
                filing: row.filing,
                value: row.value,
            });
        }
    }
    let mut facts: Vec<_> = facts.into_values().collect();
    for fact in &mut facts {
        let versions = &mut fact.versions;
        versions.sort_by_key(|version| (version.filed, version.accession));
    }
    facts
}

/// How many shares become how many by a ratio as filed, `7`, `1.5`: exactly, or where it was cut off at its third decimal
/// place or later, `0.0333`, within half a unit of its last.
fn shares(ratio: Decimal) -> Option<(u32, u32)> {
    let half = || Fraction::new(1, 10_i128.checked_pow(ratio.scale())?.checked_mul(2)?).ok();
    let is_cut_off = ratio.scale() > 2;
    let allowed = is_cut_off.then(half).flatten();
    [Some(Fraction::ZERO), allowed]
        .into_iter()
        .flatten()
        .find_map(|allowed| shares_within(ratio, allowed))
}

fn shares_within(ratio: Decimal, allowed: Fraction) -> Option<(u32, u32)> {
    let within = |new: u32, old: u32| {
        let exact = Fraction::new(new.into(), old.into()).ok()?;
        let apart = Fraction::from(ratio).minus(exact).ok()?.abs().ok()?;
        (apart <= allowed && new != old).then_some((new, old))
    };
    let nearest = |value: Decimal| u32::try_from(value.round()).ok().filter(|n| *n > 0);
    let by_old = |old: u32| within(nearest(ratio.checked_mul(old.into())?)?, old);
    let by_new = |new: u32| within(new, nearest(Decimal::from(new).checked_div(ratio)?)?);
    (1..=MOST)
        .find_map(by_old)
        .or_else(|| (1..=MOST).find_map(by_new))
}

/// On what the date of a split rests.
enum Dated {
    Told(Period),
    Filed(NaiveDate),
}

/// Which way a ratio was done, and from which day on. A consolidation is told by its ratio or by the inverse of it.
fn effective(
    (new, old): (u32, u32),
    told: &[(NaiveDate, Period)],
    facts: &[Fact<'_>],
) -> Option<(u32, u32, Dated)> {
    let basis = |new, old| Some((new, old, change_of_basis(new, old, told, facts)?));
    let found = [basis(new, old), basis(old, new)].into_iter().flatten();
    let (new, old, basis) = found.rev().max_by_key(|(_, _, basis)| basis.seen)?;
    let inside = told.iter().filter(|(_, period)| {
        let day = period.end();
        basis.last_old < day && day <= basis.first_new
    });
    let date = match inside.max_by_key(|(filed, period)| (*filed, period.end())) {
        Some((_, period)) => Dated::Told(*period),
        None => Dated::Filed(basis.first_new),
    };
    Some((new, old, date))
}

/// The filings between which the basis changed, and how many facts show it.
struct Basis {
    last_old: NaiveDate,
    first_new: NaiveDate,
    seen: usize,
}

/// The change of basis that most facts show, near to the told dates.
fn change_of_basis(
    new: u32,
    old: u32,
    told: &[(NaiveDate, Period)],
    facts: &[Fact<'_>],
) -> Option<Basis> {
    let counts = Fraction::new(new.into(), old.into()).ok()?;
    let per_share = Fraction::new(old.into(), new.into()).ok()?;
    let mut pairs = BTreeSet::new();
    for (number, fact) in facts.iter().enumerate() {
        let factor = if fact.per_share { per_share } else { counts };
        for (nth, pair) in fact.versions.windows(2).enumerate() {
            let [before, after] = pair else { continue };
            if before.filed < after.filed
                && is_restated(before.value, factor, after.value)
                && !fact.has_told(after, nth)
            {
                pairs.insert((after.filed, before.filed, number));
            }
        }
    }
    // Pairs that share the days before the first of their later filings are of one change.
    let mut found: Vec<Basis> = Vec::new();
    for (after, before, _) in pairs {
        match found.last_mut() {
            Some(basis) if before < basis.first_new => {
                basis.last_old = basis.last_old.max(before);
                basis.seen += 1;
            }
            _ => found.push(Basis {
                last_old: before,
                first_new: after,
                seen: 1,
            }),
        }
    }
    let near = |basis: &Basis| {
        told.iter().any(|(_, period)| {
            let (from, to) = (period.start().unwrap_or(period.end()), period.end());
            days_between(to, basis.last_old) <= TOLD_BEFORE
                && days_between(basis.first_new, from) <= TOLD_AFTER
        })
    };
    found.retain(near);
    found.into_iter().rev().max_by_key(|basis| basis.seen)
}

fn days_between(earlier: NaiveDate, later: NaiveDate) -> i64 {
    later.signed_duration_since(earlier).num_days()
}

fn ends_a_month(day: NaiveDate) -> bool {
    day.succ_opt().is_none_or(|next| next.day() == 1)
}

#[cfg(test)]
mod tests;
