//! Share splits of which no filing tells the ratio.
//!
//! A filing after a split restates what it repeats of the time before: figures per share by the ratio, and numbers of shares by
//! the inverse. So do corrections of errors and slips of units, by other ratios. A split is taken from restated figures
//! alone where, in one filing,
//!
//! - at least two facts, one of them per share, changed by one [simple ratio](ratios), within the rounding of what is printed,
//!   and by no other simple ratio;
//! - no figure per share changed by another ratio, and none of a span of time stayed as it was (a par value may stay), be it
//!   across a split that is known;
//! - most average numbers of shares, where there are any, changed by it too;
//! - numbers of shares changed by it where it is a power of ten, which may be a slip of units, or no whole number, which a
//!   correction comes near to by chance;
//! - no amount of money of the same time changed as the figures per share did: that is a correction of what was earned.
//!
//! A figure that its fact had before counts for nothing: it returns to what was told before, as where a report is filed again
//! after a split as it was. It may only speak against a ratio, and where there is one, so does what is told next of the others,
//! unless it repeats them: a report on the old basis may tell anew what was told only after the split. What is told after
//! it is compared with the last figure that was told anew.
//!
//! Where figures per share changed by about one ratio and one of these fails, a note says so.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Fact, SplitNote, Version};
use crate::ingest::companyfacts::read::{Contents, at};
use crate::model::likely_cause::is_restated;
use crate::model::{ArithmeticError, Dimension, Fraction, ModelError, Period, Split};

/// The most shares for which one is exchanged, or that are made of one.
const MOST: u32 = 100;

/// The ratios of two whole numbers that are no more than five. Nearer to one than 5:4 are stock dividends, and most
/// corrections.
const BROKEN: [(u32, u32); 5] = [(3, 2), (4, 3), (5, 2), (5, 3), (5, 4)];

/// How many splits may be taken from restated figures alone. A file that seems to tell of more tells of something else.
const LIMIT: usize = 20;

/// The ratios that are looked for: new shares for old ones.
fn ratios() -> impl Iterator<Item = Ratio> {
    let up = (2..=MOST).map(|n| (n, 1)).chain(BROKEN);
    up.flat_map(|(new, old)| [Ratio { new, old }, Ratio { new: old, old: new }])
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ratio {
    new: u32,
    old: u32,
}

impl Ratio {
    /// What it multiplies a figure per share by, or a number of shares.
    fn factor(self, per_share: bool) -> Option<Fraction> {
        let (new, old) = (self.new.into(), self.old.into());
        let (above, below) = if per_share { (old, new) } else { (new, old) };
        Fraction::new(above, below).ok()
    }

    fn needs_numbers(self) -> bool {
        let most = self.new.max(self.old);
        most == 10 || most == 100 || self.new.min(self.old) > 1
    }
}

/// What a filing tells again of a fact.
struct Retold<'a> {
    fact: &'a Fact<'a>,
    /// The last that an earlier filing told anew.
    before: &'a Version<'a>,
    after: &'a Version<'a>,
    /// Whether an earlier filing has told the same figure.
    again: bool,
}

/// It, on the basis that is known.
struct Change<'a> {
    fact: &'a Fact<'a>,
    before: Decimal,
    after: Decimal,
    again: bool,
    filed: NaiveDate,
    /// By what the splits between the two that are known multiply it.
    basis: Fraction,
    /// How many decimal places are printed at least.
    places: u32,
}

impl Change<'_> {
    /// Whether it is what a factor makes of the earlier value, as far as what is printed tells.
    fn is_by(&self, factor: Fraction) -> bool {
        self.is_within(factor, self.places)
    }

    fn is_within(&self, factor: Fraction, places: u32) -> bool {
        let within = || -> Result<bool, ArithmeticError> {
            let factor = factor.times(self.basis)?;
            let expected = Fraction::from(self.before).times(factor)?;
            let of_before = self.slack(self.before, places)?.times(factor)?;
            let allowed = of_before.plus(self.slack(self.after, places)?)?;
            Ok(Fraction::from(self.after).minus(expected)?.abs()? <= allowed)
        };
        within().unwrap_or(false)
    }

    /// Half a unit of the last digit. A number of shares may end with zeros that are none of its digits, to a 2,000th of it.
    fn slack(&self, value: Decimal, places: u32) -> Result<Fraction, ArithmeticError> {
        let value = value.normalize();
        let half =
            |unit: i128| Fraction::new(1, unit.checked_mul(2).ok_or(ArithmeticError::Overflow)?);
        if self.fact.per_share || value.scale() > 0 {
            let places = value.scale().max(places);
            return half(
                10_i128
                    .checked_pow(places)
                    .ok_or(ArithmeticError::Overflow)?,
            );
        }
        let mut zeros: i128 = 1;
        while !value.is_zero() && value.mantissa() % (zeros * 10) == 0 {
            zeros *= 10;
        }
        let two_thousandth = Fraction::from(value).abs()?.times(half(1000)?)?;
        Ok(Fraction::new(zeros, 2)?.min(two_thousandth))
    }

    fn is_kept(&self) -> bool {
        self.is_within(Fraction::ONE, if self.fact.per_share { 2 } else { 0 })
    }

    /// What was told next.
    fn next(&self) -> Option<Decimal> {
        let mut later = self.fact.versions.iter();
        let next = later.find(|version| version.filed > self.filed);
        next.map(|version| version.value)
    }

    fn is_nothing(&self) -> bool {
        self.before.is_zero() && self.after.is_zero()
    }
}

/// Adds the splits that are seen in restated figures alone.
pub(super) fn infer(
    contents: &Contents,
    facts: &[Fact<'_>],
    known: &mut BTreeMap<NaiveDate, Split>,
    notes: &mut Vec<SplitNote>,
) -> Result<(), ModelError> {
    let mut money: Option<Money> = None;
    let mut found: usize = 0;
    for ((filed, accession), retold) in by_filing(facts) {
        let changes = changes(&retold, known);
        let Some((ratio, mut is_clear, about)) = simplest(&changes) else {
            continue;
        };
        is_clear = is_clear && found < LIMIT && !known.contains_key(&filed);
        if is_clear && let Some(filing) = retold.first().map(|first| first.after.filing) {
            let money = money.get_or_insert_with(|| Money::of(contents));
            is_clear = !money.changed_alike(filing, filed, &changes, ratio);
        }
        if is_clear {
            let split = Split::new(filed, ratio.new, ratio.old)?;
            known.insert(filed, split);
            notes.push(SplitNote::NotTold { split });
            found += 1;
        } else {
            notes.push(SplitNote::Unclear {
                accession: accession.to_owned(),
                filed,
                about,
            });
        }
    }
    Ok(())
}

/// What each filing tells again, the earliest first.
fn by_filing<'a>(facts: &'a [Fact<'a>]) -> BTreeMap<(NaiveDate, &'a str), Vec<Retold<'a>>> {
    let mut filings: BTreeMap<(NaiveDate, &str), Vec<Retold<'_>>> = BTreeMap::new();
    for fact in facts {
        let filed = |a: &Version<'_>, b: &Version<'_>| a.accession == b.accession;
        // What was told anew, and the day of each figure.
        let mut told: Vec<&Version<'_>> = Vec::new();
        let mut days: BTreeMap<Decimal, NaiveDate> = BTreeMap::new();
        for versions in fact.versions.chunk_by(filed) {
            // A fact that stands twice in one filing counts once.
            let Some(after) = versions.last() else {
                continue;
            };
            let earlier = told.partition_point(|version| version.filed < after.filed);
            let earlier = told.get(..earlier).unwrap_or_default();
            let first = *days.entry(after.value).or_insert(after.filed);
            let again = first < after.filed;
            if let Some(before) = earlier.last() {
                let of = filings.entry((after.filed, after.accession)).or_default();
                of.push(Retold {
                    fact,
                    before,
                    after,
                    again,
                });
            }
            if !again {
                told.push(after);
            }
        }
    }
    filings
}

/// What of it is other than nothing, on the basis that is known.
fn changes<'a>(retold: &[Retold<'a>], known: &BTreeMap<NaiveDate, Split>) -> Vec<Change<'a>> {
    let mut places: BTreeMap<u32, u32> = BTreeMap::new();
    for one in retold.iter().filter(|one| one.fact.per_share) {
        let printed = one.after.value.normalize().scale().min(2);
        let of_unit = places.entry(one.fact.unit).or_default();
        *of_unit = printed.max(*of_unit);
    }
    let change = |one: &Retold<'a>| {
        let day_after = one.before.filed.succ_opt()?;
        let mut between = known
            .range(day_after..=one.after.filed)
            .map(|(_, split)| split);
        let basis = between.try_fold(Fraction::ONE, |basis, split| {
            basis.times(split.factor(one.fact.per_share)?)
        });
        Some(Change {
            fact: one.fact,
            before: one.before.value,
            after: one.after.value,
            again: one.again,
            filed: one.after.filed,
            basis: basis.ok()?,
            places: places.get(&one.fact.unit).copied().unwrap_or(0),
        })
    };
    let all = retold.iter().filter_map(change);
    all.filter(|change| !change.is_nothing()).collect()
}

/// The ratio by which most figures per share changed, whether all else in the filing agrees to it, and by what they were divided,
/// about; `None` where no ratio stands out.
fn simplest<'a>(changes: &'a [Change<'a>]) -> Option<(Ratio, bool, Decimal)> {
    let (kept, moved): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.is_kept());
    let (per_share, numbers): (Vec<_>, Vec<_>) =
        moved.into_iter().partition(|change| change.fact.per_share);
    let fitting = |of: &[&Change<'_>], factor: Option<Fraction>| {
        let fits = |change: &&&Change<'_>| factor.is_some_and(|factor| change.is_by(factor));
        of.iter().filter(fits).count()
    };
    let anew = |of: &[&'a Change<'a>]| -> Vec<&'a Change<'a>> {
        of.iter().copied().filter(|change| !change.again).collect()
    };
    let (new_per_share, new_numbers) = (anew(&per_share), anew(&numbers));
    let seen = |ratio: Ratio| {
        let seen = fitting(&new_per_share, ratio.factor(true));
        let of_numbers = if seen == 0 {
            0
        } else {
            fitting(&new_numbers, ratio.factor(false))
        };
        (seen, of_numbers)
    };
    let all: Vec<(Ratio, (usize, usize))> = ratios().map(|ratio| (ratio, seen(ratio))).collect();
    let most = all.iter().map(|(_, seen)| *seen).max()?;
    let (of_per_share, of_numbers) = most;
    if of_per_share * 2 <= new_per_share.len() || of_per_share + of_numbers < 2 {
        return None;
    }
    let likely: Vec<Ratio> = all
        .iter()
        .filter(|(_, seen)| *seen == most)
        .map(|(ratio, _)| *ratio)
        .collect();
    let size = |ratio: &Ratio| Some(Decimal::from(ratio.new) / Decimal::from(ratio.old));
    let least = likely.iter().filter_map(size).min()?;
    let greatest = likely.iter().filter_map(size).max()?;
    // Figures of a few cents fit many ratios, and so tell none.
    if greatest > least * Decimal::new(13, 1) {
        return None;
    }
    let ratio = *likely.first()?;
    let stayed = |change: &&Change<'_>| {
        let lasts = change.fact.period.start().is_some();
        let fits = ratio
            .factor(change.fact.per_share)
            .is_some_and(|factor| change.is_within(factor, 2));
        lasts && change.fact.per_share && !fits
    };
    let averages: Vec<&Change<'_>> = numbers
        .iter()
        .chain(&kept)
        .copied()
        .filter(|one| !one.fact.per_share && one.fact.period.start().is_some())
        .collect();
    let averages_agree =
        averages.is_empty() || fitting(&averages, ratio.factor(false)) * 2 > averages.len();
    let stands = || {
        let next = |change: &&Change<'_>| Some(change.next()? == change.after);
        let mut next = new_per_share.iter().filter_map(next).peekable();
        next.peek().is_some() && next.all(|same| same)
    };
    let is_clear = likely.len() == 1
        && fitting(&per_share, ratio.factor(true)) == per_share.len()
        && !kept.iter().any(stayed)
        && averages_agree
        && (of_numbers > 0 || !ratio.needs_numbers())
        && (new_per_share.len() == per_share.len() || stands());
    Some((ratio, is_clear, size(&ratio)?.round_dp(2).normalize()))
}

type Amount = (u32, u32, Decimal);

/// Amounts of money of spans of time, by filing.
struct Money {
    versions: BTreeMap<(u32, u32, Period), Vec<(NaiveDate, Decimal)>>,
    /// Metric, unit and value.
    of_filing: BTreeMap<(u32, Period), Vec<Amount>>,
}

impl Money {
    fn of(contents: &Contents) -> Self {
        let mut money = Self {
            versions: BTreeMap::new(),
            of_filing: BTreeMap::new(),
        };
        for row in &contents.rows {
            let is_money = contents
                .units
                .get(row.unit)
                .is_some_and(|unit| unit.dimension() == Dimension::Money);
            if let Some(filing) = at(&contents.filings, row.filing)
                && is_money
                && row.period.start().is_some()
            {
                let key = (row.metric, row.unit, row.period);
                let version = (filing.filed, row.value);
                money.versions.entry(key).or_default().push(version);
                let of = money.of_filing.entry((row.filing, row.period)).or_default();
                of.push((row.metric, row.unit, row.value));
            }
        }
        for versions in money.versions.values_mut() {
            versions.sort_unstable();
        }
        money
    }

    /// Whether a filing restates an amount by the ratio of figures per share, for the time of one of them.
    fn changed_alike(
        &self,
        filing: u32,
        filed: NaiveDate,
        changes: &[Change<'_>],
        ratio: Ratio,
    ) -> bool {
        let Some(factor) = ratio.factor(true) else {
            return false;
        };
        let moved = changes
            .iter()
            .filter(|change| change.fact.per_share && !change.is_kept());
        moved.map(|change| change.fact.period).any(|period| {
            let told = self.of_filing.get(&(filing, period));
            told.into_iter().flatten().any(|(metric, unit, now)| {
                let before = self.before(filed, (*metric, *unit, period));
                before.is_some_and(|before| is_restated(before, factor, *now))
            })
        })
    }

    /// The last value before a day.
    fn before(&self, filed: NaiveDate, of: (u32, u32, Period)) -> Option<Decimal> {
        let versions = self.versions.get(&of)?;
        let earlier = versions.partition_point(|(day, _)| *day < filed);
        let (_, value) = versions.get(earlier.checked_sub(1)?)?;
        Some(*value)
    }
}

#[cfg(test)]
mod tests;
