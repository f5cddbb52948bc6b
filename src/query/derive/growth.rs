//! Growth over years, and averages of stocks.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{Error, NotDerivable, Obstacle};
use crate::model::decimal::exact_sum;
use crate::model::root::root_below;
use crate::model::{
    FiscalPeriod, Fraction, MetricKind, PLACEMENT_TOLERANCE, Period, Quantity, Slot,
};
use crate::query::answer::{Answer, DerivedOperand, Together};
use crate::query::partner::{LENGTH_TOLERANCE, lengths_apart};
use crate::query::select::When;
use crate::query::slot::{self, Shape};

use super::combine::{Aim, not_an_amount};
use super::{Derivations, check_shares, check_tags};

/// Growth from one figure to another of the same slot some years later: the exact ratio of the two, and the compound
/// annual growth rate, which is its root.
///
/// A root is rarely a decimal: the rate is given between two of them. Printed as
/// `FY2003 to FY2008, 5 years  x1.85  +13.1% a year`, its rate rounded, and with its
/// interval where the true one may lie more than half a per cent off: `+5.2% [+4.1%, +6.4%] a year`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Growth {
    /// The first figure.
    pub from: Answer,
    /// The last one.
    pub to: Answer,
    /// How many years lie between them.
    pub years: u32,
    /// The last over the first, with its interval.
    pub ratio: Quantity,
    /// In what the reported figures below it stand together.
    pub together: Together,
}

impl Growth {
    /// The annual rate in per cent, as two decimals of so many places that enclose it; both are the same where it is such
    /// a decimal. `None` where the digits are beyond what a decimal holds.
    #[must_use]
    pub fn rate(&self, places: u32) -> Option<(Decimal, Decimal)> {
        let value = self.ratio.value();
        Some((
            rate(value, self.years, places, false)?,
            rate(value, self.years, places, true)?,
        ))
    }

    /// The annual rates that rounding allows, in per cent, as two decimals of so many places that enclose them all.
    /// `None` where the precision of a figure is unknown, or as for [`Growth::rate`].
    #[must_use]
    pub fn rate_interval(&self, places: u32) -> Option<(Decimal, Decimal)> {
        let interval = self.ratio.interval()?;
        Some((
            rate(interval.low().value()?.0, self.years, places, false)?,
            rate(interval.high().value()?.0, self.years, places, true)?,
        ))
    }

    /// The annual rate in per cent, rounded half away from zero to so many places. `None` as for [`Growth::rate`].
    #[must_use]
    pub fn percent(&self, places: u32) -> Option<Decimal> {
        let (low, high) = self.rate(places)?;
        if low == high {
            return Some(low);
        }
        // The number half way between them decides, with one more place of the root.
        let (finer, _) = self.rate(places.checked_add(1)?)?;
        let half = low.checked_add(Decimal::try_new(5, places + 1).ok()?)?;
        let tie = finer == half && !self.is_cut_off(places + 1);
        let upper = if tie {
            half > Decimal::ZERO
        } else {
            finer >= half
        };
        Some(if upper { high } else { low })
    }

    /// The rate in words: `+13.1% a year`, with its interval where rounding lets the true one lie more than half a per
    /// cent off.
    pub(crate) fn rate_text(&self) -> String {
        let signed = |rate: Decimal| {
            let plus = if rate > Decimal::ZERO { "+" } else { "" };
            format!("{plus}{rate}%")
        };
        let Some(rate) = self.percent(1) else {
            return "beyond exact arithmetic".to_owned();
        };
        let half = Decimal::new(5, 1);
        let far = |(low, high): &(Decimal, Decimal)| {
            exact_sum(rate, -*low).is_none_or(|off| off > half)
                || exact_sum(*high, -rate).is_none_or(|off| off > half)
        };
        let interval = self.rate_interval(1).filter(far);
        let interval = interval.map_or_else(String::new, |(low, high)| {
            format!(" [{}, {}]", signed(low), signed(high))
        });
        format!("{}{interval} a year", signed(rate))
    }

    /// Whether the rate has more decimal places than these.
    fn is_cut_off(&self, places: u32) -> bool {
        self.rate(places).is_some_and(|(low, high)| low != high)
    }
}

/// 100 (ratio^(1/years) - 1), cut off below or above.
fn rate(ratio: Fraction, years: u32, places: u32, above: bool) -> Option<Decimal> {
    let (root, exact) = root_below(ratio, years, places.checked_add(2)?)?;
    let mut units = root.mantissa();
    if above && !exact {
        units = units.checked_add(1)?;
    }
    let one = 10_i128.checked_pow(places + 2)?;
    Decimal::try_from_i128_with_scale(units.checked_sub(one)?, places).ok()
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to, years) = (self.from.label(), self.to.label(), self.years);
        let times = match self.ratio.value().rounded(2) {
            Some(times) => format!("x{times}"),
            None => format!("x{}", self.ratio),
        };
        let rate = self.rate_text();
        let plural = if years == 1 { "year" } else { "years" };
        f.pad(&format!(
            "{from} to {to}, {years} {plural}  {times}  {rate}"
        ))
    }
}

impl Derivations {
    /// The growth from one period to the same slot of a later year, with the compound annual growth rate. Both figures
    /// are reported or derived, above zero beyond rounding, of one length give or take 5 days
    /// (52 and 53 weeks differ by 7, and are taken as a year each), whole years apart, and of one vintage.
    ///
    /// # Errors
    /// As of [`Derivations::at`] for each figure and for the two together.
    pub fn cagr(&self, from: impl When, to: impl When) -> Result<Growth, Error> {
        let (from, to) = (self.at(from)?, self.at(to)?);
        let label = format!("CAGR {} to {}", from.label(), to.label());
        let stop = |obstacle| self.not_derivable(&label, None, obstacle);
        let years = years_between(&from, &to).ok_or_else(|| {
            stop(Obstacle::NotYearsApart {
                from: from.label(),
                to: to.label(),
            })
        })?;
        let positive = |answer: &Answer| {
            let quantity = match (answer.quantity(), answer.reported()) {
                (Some(quantity), _) => quantity,
                (None, Some(point)) => return Err(stop(not_an_amount(point))),
                (None, None) => return Err(stop(Obstacle::NoFormula)),
            };
            if quantity.value().signum() <= 0 || quantity.may_be_zero() {
                let operand = answer.label();
                return Err(stop(Obstacle::NotPositive { operand }));
            }
            Ok(quantity)
        };
        let ratio = positive(&to)?
            .over(positive(&from)?)
            .map_err(|error| stop(error.into()))?;
        let leaves: Vec<_> = from.leaves().into_iter().chain(to.leaves()).collect();
        check_tags(&leaves).map_err(stop)?;
        check_shares(&leaves).map_err(stop)?;
        let seen: Vec<_> = [&from, &to]
            .into_iter()
            .flat_map(|answer| self.seen(answer))
            .collect();
        let together = self.together(&seen).map_err(stop)?;
        Ok(Growth {
            from,
            to,
            years,
            ratio,
            together,
        })
    }

    /// The mean of a stock at the instants at which a slot begins and ends. Both are reported, and of one vintage.
    ///
    /// # Errors
    /// As of [`Derivations::at`].
    pub fn average(&self, when: impl When) -> Result<Answer, Error> {
        let fiscal = self.asked_slot(when)?;
        Ok(self.mean(fiscal)?)
    }

    fn mean(&self, fiscal: FiscalPeriod) -> Result<Answer, Box<NotDerivable>> {
        let calendar = self.series.calendar();
        let name = calendar.label(fiscal);
        let label = format!("average {name}");
        let kind = self.series.kind();
        let stop = |obstacle| self.not_derivable(&label, None, obstacle);
        if kind != MetricKind::Stock {
            return Err(stop(Obstacle::NotAStock { kind }));
        }
        let own = calendar.period(fiscal);
        let Some((own, opening)) = own.and_then(|own| Some((own, own.opening()?))) else {
            return Err(stop(Obstacle::NoSlot { slot: name }));
        };
        let at = |instant: Period| {
            let placed = calendar.place(&instant);
            let point = match placed {
                Some(placed) => self.series.at_slot(placed.fiscal, Shape::Instant),
                None => self.series.at_dates(&instant),
            };
            point.ok_or_else(|| {
                stop(Obstacle::Missing {
                    operand: placed
                        .map_or_else(|| instant.to_string(), |p| calendar.label(p.fiscal)),
                })
            })
        };
        let half = Fraction::new(1, 2).map_err(|error| stop(error.into()))?;
        let operands = [at(opening)?, at(own.closing())?].map(|point| {
            let answer = Answer::from(point);
            DerivedOperand::new(answer.label(), Some(half), answer)
        });
        let [first, last] = &operands;
        let formula = format!("({} + {}) / 2", first.name, last.name);
        let aim = Aim {
            label: label.clone(),
            fiscal: Some(fiscal),
            period: own,
        };
        self.sum(&aim, operands.into(), formula)
    }
}

/// How many whole years lie between two figures of one slot.
fn years_between(from: &Answer, to: &Answer) -> Option<u32> {
    let (a, b) = (from.period(), to.period());
    let same_slot = match (from.fiscal(), to.fiscal()) {
        (Some(a), Some(b)) => instant_slot(a, from) == instant_slot(b, to),
        _ => false,
    };
    let a_week_longer = LENGTH_TOLERANCE + 7;
    if a.kind() != b.kind() || !same_slot || lengths_apart(&a, &b) > a_week_longer {
        return None;
    }
    let days = b.end().signed_duration_since(a.end()).num_days();
    let years = u32::try_from((days + 183) / 365)
        .ok()
        .filter(|years| *years > 0)?;
    let expected = a
        .end()
        .checked_add_months(chrono::Months::new(years.checked_mul(12)?))?;
    (slot::days_apart(expected, b.end()) <= PLACEMENT_TOLERANCE).then_some(years)
}

/// The slot of a figure; of an instant, the quarter it closes.
fn instant_slot(fiscal: FiscalPeriod, answer: &Answer) -> Slot {
    match (answer.period().start(), fiscal.slot) {
        (None, Slot::Year | Slot::H2) => Slot::Q4,
        (None, Slot::H1) => Slot::Q2,
        (None, Slot::NineMonths) => Slot::Q3,
        (_, slot) => slot,
    }
}
