//! Figures that were told again after a share split as they were before it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::likely_cause::is_restated;
use crate::model::{Figure, Fraction, Observation, Period, Unit};
use crate::store::{Snapshot, StoreError};

use super::dated_amount::DatedAmount;
use super::reader::Reader;
use super::rows::About;

/// A figure that repeats, after a split, what was published before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ToldAgain {
    period: Period,
    published: NaiveDate,
    value: Decimal,
    /// The day it was first published: its basis is that of this day.
    first: NaiveDate,
}

impl About {
    /// The same, told which of its figures are on an older basis than that of the day they were published.
    pub(crate) fn with_share_basis(
        self,
        snapshot: &Snapshot,
        reader: &Reader,
    ) -> Result<Self, StoreError> {
        if !self.needs_share_basis() {
            return Ok(self);
        }
        let Some(id) = snapshot.series_id(&self.key) else {
            return Ok(self);
        };
        let observations = self.known.observations(snapshot, reader, id)?;
        Ok(self.with_told_again(&observations))
    }

    /// Whether there are splits that matter to its figures.
    pub(crate) fn needs_share_basis(&self) -> bool {
        self.counts_shares() && !self.company.splits.is_empty()
    }

    /// As [`About::with_share_basis`], of these observations, by fact and publication.
    pub(crate) fn with_told_again(self, observations: &[Observation]) -> Self {
        let mut told_again = Vec::new();
        if self.needs_share_basis() {
            for fact in observations.chunk_by(|a, b| a.period == b.period) {
                self.add_told_again(fact, &mut told_again);
            }
        }
        Self { told_again, ..self }
    }

    /// A figure of a span of time that is the same before and after a split was not restated by it, as long as its rounding
    /// would show that. One of a day, a par value or a number of shares authorised, may stay as it is: it is taken so
    /// only if it was restated in between.
    fn add_told_again(&self, fact: &[Observation], found: &mut Vec<ToldAgain>) {
        let mut firsts: BTreeMap<Decimal, NaiveDate> = BTreeMap::new();
        for seen in fact {
            let Some(value) = value_of(&seen.figure).filter(|value| !value.is_zero()) else {
                continue;
            };
            let published = seen.published;
            let first = *firsts.entry(value).or_insert(published);
            let is_restated_as = |other: Decimal, day: NaiveDate| {
                let factor = self.share_factor(first, day);
                factor.is_some_and(|factor| is_restated(value, factor, other))
            };
            let was_restated = || {
                let mut others = firsts.iter().filter(|(other, _)| **other != value);
                others.any(|(other, day)| is_restated_as(*other, *day))
            };
            if self.split_between(first, published)
                && !is_restated_as(value, published)
                && (seen.period.start().is_some() || was_restated())
            {
                found.push(ToldAgain {
                    period: seen.period,
                    published,
                    value,
                    first,
                });
            }
        }
    }

    /// What the splits between two days multiply a figure by; `None` where there is none between, or they are beyond exact
    /// arithmetic.
    fn share_factor(&self, earlier: NaiveDate, later: NaiveDate) -> Option<Fraction> {
        let per_share = !matches!(self.key.unit, Unit::Count(_));
        let mut splits = self.splits_between(earlier, later).peekable();
        splits.peek()?;
        let mut splits = splits.map(|split| split.factor(per_share));
        splits
            .try_fold(Fraction::ONE, |product, factor| product.times(factor?))
            .ok()
    }

    /// The day on whose share basis a figure is.
    pub(crate) fn basis_of_figure(
        &self,
        period: Period,
        published: NaiveDate,
        figure: &Figure,
    ) -> NaiveDate {
        self.basis(period, published, || value_of(figure))
    }

    /// The same of a plain amount.
    pub(crate) fn basis_of_amount(&self, fact: &DatedAmount) -> NaiveDate {
        self.basis(fact.period, fact.published, || Some(fact.amount.value()))
    }

    fn basis(
        &self,
        period: Period,
        published: NaiveDate,
        value: impl Fn() -> Option<Decimal>,
    ) -> NaiveDate {
        let day = (period, published);
        let day_of = |told: &ToldAgain| (told.period, told.published);
        let before = self.told_again.partition_point(|told| day_of(told) < day);
        let of_day = self.told_again.iter().skip(before);
        let told = of_day
            .take_while(|told| day_of(told) == day)
            .find(|told| Some(told.value) == value());
        told.map_or(published, |told| told.first)
    }
}

fn value_of(figure: &Figure) -> Option<Decimal> {
    Some(figure.amount()?.value())
}
