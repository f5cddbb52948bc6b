//! Sums of figures, with the checks that every derived figure passes.

use std::collections::BTreeMap;

use crate::error::{NotDerivable, Obstacle};
use crate::model::{FiscalPeriod, Fraction, Measure, Period, Quantity};
use crate::query::answer::{Answer, Derived, DerivedOperand, Together, Vintage};
use crate::query::apart::tags_apart;
use crate::query::point::Point;

use super::{Derivations, Seen, together};

/// What is to be derived.
#[derive(Clone, Debug)]
pub(crate) struct Aim {
    pub(crate) label: String,
    pub(crate) fiscal: Option<FiscalPeriod>,
    pub(crate) period: Period,
}

impl Derivations {
    /// The weighted sum of some answers.
    pub(crate) fn sum(
        &self,
        aim: &Aim,
        operands: Vec<DerivedOperand>,
        formula: String,
    ) -> Result<Answer, Box<NotDerivable>> {
        let stop = |obstacle| self.not_derivable(&aim.label, Some(formula.clone()), obstacle);
        let mut terms = Terms::default();
        for operand in &operands {
            let weight = operand.weight.unwrap_or(Fraction::ONE);
            terms.add(&operand.answer, weight).map_err(stop)?;
        }
        let quantity = terms.sum().map_err(stop)?;
        let leaves: Vec<&Point> = operands.iter().flat_map(|o| o.answer.leaves()).collect();
        check_tags(&leaves).map_err(stop)?;
        check_shares(&leaves).map_err(stop)?;
        let seen: Vec<Seen<'_>> = operands.iter().flat_map(|o| self.seen(&o.answer)).collect();
        let together = self.together(&seen).map_err(stop)?;
        let key = self.series.key();
        Ok(Derived {
            measure: Measure::Metric(key.metric.clone()),
            company: key.company.clone(),
            scenario: key.scenario,
            scope: key.scope.clone(),
            unit: key.unit.clone(),
            kind: self.series.kind(),
            label: aim.label.clone(),
            fiscal: aim.fiscal,
            period: aim.period,
            formula,
            operands,
            quantity,
            vintage: self.vintage,
            together,
        }
        .into())
    }

    /// In what reported figures of this series stand together, by the policy of this view.
    pub(crate) fn together(&self, seen: &[Seen<'_>]) -> Result<Together, Obstacle> {
        match together(seen) {
            Err(_) if self.vintage == Vintage::Any => Ok(Together::Nothing),
            found => found,
        }
    }

    pub(crate) fn not_derivable(
        &self,
        label: &str,
        formula: Option<String>,
        obstacle: Obstacle,
    ) -> Box<NotDerivable> {
        let key = self.series.key();
        Box::new(NotDerivable {
            company: key.company.clone(),
            measure: Measure::Metric(key.metric.clone()),
            label: label.to_owned(),
            formula,
            obstacle,
        })
    }
}

/// Reported figures with their weights, each fact once: what is added and taken off again does not count.
#[derive(Default)]
struct Terms(BTreeMap<Period, (Fraction, Quantity)>);

impl Terms {
    fn add(&mut self, answer: &Answer, weight: Fraction) -> Result<(), Obstacle> {
        match answer {
            Answer::Reported(point) => {
                let quantity = point
                    .figure()
                    .quantity()
                    .ok_or_else(|| not_an_amount(point))?;
                let term = self
                    .0
                    .entry(point.period())
                    .or_insert((Fraction::ZERO, quantity));
                term.0 = term.0.plus(weight)?;
            }
            Answer::Derived(derived) => {
                for operand in &derived.operands {
                    let inner = operand.weight.unwrap_or(Fraction::ONE);
                    self.add(&operand.answer, weight.times(inner)?)?;
                }
            }
        }
        Ok(())
    }

    fn sum(&self) -> Result<Quantity, Obstacle> {
        let mut sum = Quantity::exact(Fraction::ZERO);
        for (weight, quantity) in self.0.values() {
            if *weight != Fraction::ZERO {
                sum = sum.plus(Quantity::exact(*weight).times(*quantity)?)?;
            }
        }
        Ok(sum)
    }
}

/// Whether two figures count shares, and a split lies between the days of their bases.
pub(crate) fn split_between(a: &Point, b: &Point) -> bool {
    a.about().split_between(a.share_basis(), b.share_basis())
}

/// That no two of the figures are of tags that disagree.
pub(crate) fn check_tags(leaves: &[&Point]) -> Result<(), Obstacle> {
    match tags_apart(leaves) {
        Some((a, b, tags)) => Err(Obstacle::TagsDisagree {
            operand: a.label(),
            other: b.label(),
            tags: Box::new(tags),
        }),
        None => Ok(()),
    }
}

/// That no split lies between those of the figures that count shares.
pub(crate) fn check_shares(leaves: &[&Point]) -> Result<(), Obstacle> {
    let pairs = leaves
        .iter()
        .enumerate()
        .flat_map(|(at, a)| leaves.iter().skip(at + 1).map(move |b| (a, b)));
    for (a, b) in pairs {
        if split_between(a, b) && split_between(b, a) {
            let (a, b) = if b.share_basis() < a.share_basis() {
                (b, a)
            } else {
                (a, b)
            };
            return Err(Obstacle::ShareBasis {
                operand: a.label(),
                other: b.label(),
            });
        }
    }
    Ok(())
}

pub(crate) fn not_an_amount(point: &Point) -> Obstacle {
    Obstacle::NotAnAmount {
        operand: point.label(),
        figure: Box::new(point.figure().clone()),
    }
}

/// `FY2008 - 9M08`, `1Q08 + 2Q08`: operands of weight 1 or -1 in their order, those that are added first.
pub(crate) fn formula(operands: &[DerivedOperand]) -> String {
    let mut text = String::new();
    for operand in operands {
        let taken_off = operand.weight.is_some_and(|weight| weight.signum() < 0);
        text += match (text.is_empty(), taken_off) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text += &operand.name;
    }
    text
}

/// An answer that is added, or taken off.
pub(crate) fn signed(answer: Answer, taken_off: bool) -> DerivedOperand {
    let weight = if taken_off {
        Fraction::from(-1)
    } else {
        Fraction::ONE
    };
    DerivedOperand::new(answer.label(), Some(weight), answer)
}
