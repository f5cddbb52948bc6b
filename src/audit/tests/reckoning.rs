//! What must be found, reckoned without the audit: the redundancy of a document as a list of equations over its
//! printed figures, each figure known between two ends, plain decimals, tried at the corners.
//!
//! It shares the rules with the audit (which printing an operand is taken from, what agrees, what a last digit is) and
//! none of its code.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::{ExpressionNode, Figure, Leaf, Nil, Operator, Precision, Rank, Rounding};

use super::redundancy::Redundancy;

type Ends = (Option<Decimal>, Option<Decimal>);

/// A printed figure.
#[derive(Clone)]
pub(super) struct Printed {
    /// Its number in the document; `None` of another document.
    pub(super) number: Option<u32>,
    pub(super) document: (NaiveDate, String),
    pub(super) place: String,
    pub(super) column: String,
    pub(super) prose: bool,
    pub(super) rank: Option<Rank>,
    pub(super) published: NaiveDate,
    pub(super) scale: u32,
    pub(super) figure: Figure,
}

/// The power of ten of the last digit, and the value.
fn amount(figure: &Figure) -> Option<(Decimal, Decimal)> {
    let amount = figure.amount()?;
    assert_eq!(
        amount.rounding(),
        Rounding::Nearest,
        "of all bundled releases"
    );
    let unit = match amount.precision() {
        Precision::Decimals(decimals) if decimals >= 0 => {
            Decimal::new(1, u32::from(decimals.unsigned_abs()))
        }
        Precision::Decimals(decimals) => Decimal::from(10_i128.pow(decimals.unsigned_abs().into())),
        Precision::Exact => Decimal::ZERO,
        Precision::Unknown => return None,
    };
    Some((amount.value(), unit))
}

impl Printed {
    fn ends(&self) -> Option<Ends> {
        let two = Decimal::TWO;
        Some(match &self.figure {
            Figure::AtLeast(a) | Figure::MoreThan(a) => (Some(a.value()), None),
            Figure::AtMost(a) | Figure::LessThan(a) => (None, Some(a.value())),
            Figure::Range { low, high } => (Some(low.value()), Some(high.value())),
            Figure::Nil(Nil::Zero) => {
                let unit = Decimal::from(10_i128.pow(self.scale));
                (Some(-unit / two), Some(unit / two))
            }
            figure => {
                let (value, unit) = amount(figure)?;
                (Some(value - unit / two), Some(value + unit / two))
            }
        })
    }

    /// A number to calculate with.
    fn is_number(&self) -> bool {
        matches!(self.figure, Figure::Amount(_) | Figure::Nil(Nil::Zero))
    }

    pub(super) fn fineness(&self) -> Option<Decimal> {
        amount(&self.figure).map(|(_, unit)| -unit)
    }

    /// Whether both can be roundings of one value; at one precision they are then equal.
    fn agrees(&self, other: &Printed) -> Option<bool> {
        if let (Some((a, unit)), Some((b, other_unit))) =
            (amount(&self.figure), amount(&other.figure))
            && unit == other_unit
        {
            return Some(a == b);
        }
        let zero = |printed: &Printed| match printed.figure {
            Figure::Nil(Nil::Zero) => Some((Some(Decimal::ZERO), Some(Decimal::ZERO))),
            _ => printed.ends(),
        };
        Some(meet(zero(self)?, zero(other)?))
    }
}

fn meet(a: Ends, b: Ends) -> bool {
    let below = |low: Option<Decimal>, high: Option<Decimal>| match (low, high) {
        (Some(low), Some(high)) => low <= high,
        _ => true,
    };
    below(a.0, b.1) && below(b.0, a.1)
}

/// The printings from which an operand is taken: the one beside the judged figure, narrowed by those that agree with
/// it; else the greatest number of those that agree.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) printings: Vec<usize>,
    pub(super) beside: Option<usize>,
}

#[derive(Clone)]
pub(super) enum Right {
    Growth,
    Difference,
    Share,
    Rate(Decimal),
    Sum,
    GrowthByDifference,
    DifferenceOverBase,
    Expression {
        node: ExpressionNode,
        /// One for each figure; those of one leaf add up to it.
        leaves: Vec<Leaf>,
        percent: bool,
    },
}

impl Right {
    fn value(&self, at: &[Decimal]) -> Option<Decimal> {
        let hundred = Decimal::ONE_HUNDRED;
        match self {
            Right::Growth => Some((at[0].checked_div(at[1])? - Decimal::ONE) * hundred),
            Right::Difference => Some(at[0] - at[1]),
            Right::Share | Right::DifferenceOverBase => Some(at[0].checked_div(at[1])? * hundred),
            Right::Rate(rate) => at[0].checked_div(*rate),
            Right::Sum => Some(at.iter().sum()),
            Right::GrowthByDifference => Some(at[1].checked_div(at[0] - at[1])? * hundred),
            Right::Expression {
                node,
                leaves,
                percent,
            } => {
                let value = evaluate(node, leaves, at)?;
                Some(if *percent { value * hundred } else { value })
            }
        }
    }
}

fn evaluate(node: &ExpressionNode, leaves: &[Leaf], at: &[Decimal]) -> Option<Decimal> {
    Some(match node {
        ExpressionNode::Leaf(leaf) => {
            let parts = leaves.iter().zip(at).filter(|(known, _)| *known == leaf);
            parts.map(|(_, value)| *value).sum()
        }
        ExpressionNode::Number(number) => *number,
        ExpressionNode::Neg(inner) => -evaluate(inner, leaves, at)?,
        ExpressionNode::Binary {
            operator,
            left,
            right,
        } => {
            let (left, right) = (evaluate(left, leaves, at)?, evaluate(right, leaves, at)?);
            match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left.checked_mul(right)?,
                Operator::Divide => left.checked_div(right)?,
            }
        }
    })
}

/// A judged figure and what it must equal.
pub(super) struct Equation {
    pub(super) subject: usize,
    pub(super) right: Right,
    pub(super) slots: Vec<Slot>,
}

/// How an equation stands, the graver the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Standing {
    Mute,
    Holds,
    OtherConvention,
    UnlikeItsPlace,
    LastDigit,
    Broken,
}

impl Standing {
    fn grade(self) -> u8 {
        match self {
            Standing::Mute | Standing::Holds => 0,
            Standing::OtherConvention | Standing::UnlikeItsPlace => 1,
            Standing::LastDigit => 2,
            Standing::Broken => 3,
        }
    }

    fn worse_than(self, before: Standing) -> bool {
        self.grade() > before.grade() || self.grade() == 1 && before != self
    }
}

/// What becomes of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Reckoned {
    /// A relation that held does not hold any more, or is further from it.
    Found,
    /// Nothing determines the figure.
    NoRedundancy,
    /// What determines it still holds: the rounding of the figures leaves room for the mistake.
    WithinRounding,
    /// What determines it did not hold before, either.
    AlreadyFound,
    /// What determines it cannot be judged.
    Unjudged,
}

impl Reckoned {
    pub(super) const UNDETECTED: [Reckoned; 4] = [
        Reckoned::NoRedundancy,
        Reckoned::WithinRounding,
        Reckoned::AlreadyFound,
        Reckoned::Unjudged,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Reckoned::Found => "found",
            Reckoned::NoRedundancy => "no redundancy",
            Reckoned::WithinRounding => "within rounding",
            Reckoned::AlreadyFound => "a finding before",
            Reckoned::Unjudged => "cannot be judged",
        }
    }
}

/// The redundancy of a document.
pub(super) struct Reckoning {
    printed: Vec<Printed>,
    equations: Vec<Equation>,
    /// Pairs of printings of one fact or claim.
    pairs: Vec<(usize, usize)>,
    standings: Vec<Standing>,
    pair_standings: Vec<Standing>,
}

impl Reckoning {
    pub(super) fn new(release: &crate::Release, others: &[&crate::Release]) -> Self {
        let Redundancy {
            printed,
            equations,
            pairs,
        } = Redundancy::of(release, others);
        let mut reckoning = Self {
            printed,
            equations,
            pairs,
            standings: Vec::new(),
            pair_standings: Vec::new(),
        };
        reckoning.standings = reckoning
            .equations
            .iter()
            .map(|equation| reckoning.standing(equation))
            .collect();
        reckoning.pair_standings = reckoning
            .pairs
            .iter()
            .map(|pair| reckoning.of_pair(*pair))
            .collect();
        reckoning
    }

    /// What becomes of the document with another figure in the place of one.
    pub(super) fn of(&mut self, number: u32, figure: &Figure) -> Reckoned {
        let at = self
            .printed
            .iter()
            .position(|printed| printed.number == Some(number))
            .unwrap();
        let before = std::mem::replace(&mut self.printed[at].figure, figure.clone());
        let mut touched = Vec::new();
        for (pair, before) in self.pairs.iter().zip(&self.pair_standings) {
            if pair.0 == at || pair.1 == at {
                touched.push((*before, self.of_pair(*pair)));
            }
        }
        for (equation, before) in self.equations.iter().zip(&self.standings) {
            let used = |slot: &Slot| slot.printings.contains(&at);
            if equation.subject == at || equation.slots.iter().any(used) {
                touched.push((*before, self.standing(equation)));
            }
        }
        self.printed[at].figure = before;
        if touched.iter().any(|(before, now)| now.worse_than(*before)) {
            Reckoned::Found
        } else if touched.is_empty() {
            Reckoned::NoRedundancy
        } else if touched.iter().any(|(before, _)| before.grade() > 0) {
            Reckoned::AlreadyFound
        } else if touched.iter().any(|(_, now)| *now == Standing::Holds) {
            Reckoned::WithinRounding
        } else {
            Reckoned::Unjudged
        }
    }

    fn of_pair(&self, (a, b): (usize, usize)) -> Standing {
        let (a, b) = (&self.printed[a], &self.printed[b]);
        match a.agrees(b) {
            None => return Standing::Mute,
            Some(true) => return Standing::Holds,
            Some(false) => {}
        }
        let coarse = if a.fineness() <= b.fineness() { a } else { b };
        let other = if a.fineness() <= b.fineness() { b } else { a };
        let Some((value, unit)) = amount(&coarse.figure) else {
            return Standing::Broken;
        };
        let moved = |by: Decimal| {
            let amount = coarse.figure.amount().unwrap();
            let amount = crate::Amount::new(value + by, amount.precision(), amount.rounding());
            Printed {
                figure: amount.unwrap().into(),
                ..coarse.clone()
            }
        };
        let near = [unit, -unit].into_iter().any(|by| {
            (value + by) * value >= Decimal::ZERO && moved(by).agrees(other) == Some(true)
        });
        if near {
            Standing::LastDigit
        } else {
            Standing::Broken
        }
    }

    /// The ends between which the printings of a slot leave the value.
    fn ends(&self, slot: &Slot) -> Option<(Decimal, Decimal)> {
        let members = match slot.beside {
            Some(seed) => self.around(seed, &slot.printings),
            None => slot
                .printings
                .iter()
                .map(|seed| self.around(*seed, &slot.printings))
                .rev()
                .max_by_key(|members| {
                    let rank = members.iter().map(|at| self.printed[*at].rank).max();
                    let fine = members.iter().map(|at| self.printed[*at].fineness()).max();
                    (members.len(), rank, fine)
                })?,
        };
        let numbers = members.iter().map(|at| &self.printed[*at]);
        let ends: Vec<Ends> = numbers
            .filter(|printed| printed.is_number())
            .filter_map(Printed::ends)
            .collect();
        let low = ends.iter().filter_map(|ends| ends.0).max()?;
        let high = ends.iter().filter_map(|ends| ends.1).min()?;
        Some((low, high))
    }

    fn around(&self, seed: usize, printings: &[usize]) -> Vec<usize> {
        let mut rest: Vec<usize> = printings.iter().copied().filter(|at| *at != seed).collect();
        rest.sort_by_key(|at| {
            let printed = &self.printed[*at];
            std::cmp::Reverse((printed.rank, printed.fineness()))
        });
        let mut members = vec![seed];
        for at in rest {
            let agrees = |member: &usize| self.printed[*member].agrees(&self.printed[at]);
            if members.iter().all(|member| agrees(member) == Some(true)) {
                members.push(at);
            }
        }
        members
    }

    fn standing(&self, equation: &Equation) -> Standing {
        let standing = self.plainly(equation);
        if standing == Standing::Holds && self.base_is_negative(equation) {
            // Most rates of the place over losses follow the other convention.
            let place = &self.printed[equation.subject].place;
            let alike = |other: &&Equation| {
                self.printed[other.subject].place == *place && self.base_is_negative(other)
            };
            let others: Vec<Standing> = self
                .equations
                .iter()
                .filter(alike)
                .map(|other| self.plainly(other))
                .collect();
            let count = |of: Standing| others.iter().filter(|other| **other == of).count();
            if count(Standing::OtherConvention) > count(Standing::Holds) {
                return Standing::UnlikeItsPlace;
            }
        }
        standing
    }

    fn base_is_negative(&self, equation: &Equation) -> bool {
        matches!(equation.right, Right::Growth)
            && self
                .ends(&equation.slots[1])
                .is_some_and(|(low, high)| low + high < Decimal::ZERO)
    }

    fn plainly(&self, equation: &Equation) -> Standing {
        let subject = &self.printed[equation.subject];
        let boxes: Option<Vec<(Decimal, Decimal)>> =
            equation.slots.iter().map(|slot| self.ends(slot)).collect();
        let (Some(allowed), Some(boxes)) = (subject.ends(), boxes) else {
            return Standing::Mute;
        };
        let middle: Vec<Decimal> = boxes.iter().map(|b| (b.0 + b.1) / Decimal::TWO).collect();
        let divides = matches!(
            equation.right,
            Right::Growth | Right::Share | Right::DifferenceOverBase
        );
        if divides && boxes[1].0 <= Decimal::ZERO && boxes[1].1 >= Decimal::ZERO {
            return Standing::Mute;
        }
        let Some((low, high)) = extremes(&equation.right, &boxes, &middle) else {
            return Standing::Mute;
        };
        let negative = |at: usize| middle[at] < Decimal::ZERO;
        let turned = (-high, -low);
        let (plain, other) = match equation.right {
            Right::Growth if negative(1) => (turned, Some((low, high))),
            Right::Difference if negative(0) && negative(1) => ((low, high), Some(turned)),
            _ => ((low, high), None),
        };
        let within = |(low, high): (Decimal, Decimal), by: Decimal| {
            let moved = (allowed.0.map(|end| end + by), allowed.1.map(|end| end + by));
            meet(moved, (Some(low), Some(high)))
        };
        if within(plain, Decimal::ZERO) {
            return Standing::Holds;
        }
        if other.is_some_and(|other| within(other, Decimal::ZERO)) {
            return Standing::OtherConvention;
        }
        let Some((value, unit)) = amount(&subject.figure) else {
            return Standing::Broken;
        };
        let same_sign = value * (plain.0 + plain.1) >= Decimal::ZERO;
        if unit > Decimal::ZERO && same_sign && (within(plain, unit) || within(plain, -unit)) {
            Standing::LastDigit
        } else {
            Standing::Broken
        }
    }
}

/// The least and the greatest value in a box, of something that only rises or only falls along each side.
fn extremes(
    right: &Right,
    boxes: &[(Decimal, Decimal)],
    middle: &[Decimal],
) -> Option<(Decimal, Decimal)> {
    let mut corners = Vec::new();
    if boxes.len() <= 3 {
        for corner in 0..1_usize << boxes.len() {
            let side = |(at, ends): (usize, &(Decimal, Decimal))| {
                if corner >> at & 1 == 0 {
                    ends.0
                } else {
                    ends.1
                }
            };
            corners.push(boxes.iter().enumerate().map(side).collect::<Vec<_>>());
        }
    } else {
        let (mut lowest, mut highest) = (middle.to_vec(), middle.to_vec());
        for (at, ends) in boxes.iter().enumerate() {
            let with = |end: Decimal| {
                let mut point = middle.to_vec();
                point[at] = end;
                right.value(&point)
            };
            let rises = with(ends.1)? >= with(ends.0)?;
            (lowest[at], highest[at]) = if rises { *ends } else { (ends.1, ends.0) };
        }
        corners = vec![lowest, highest];
    }
    let values: Option<Vec<Decimal>> = corners.iter().map(|corner| right.value(corner)).collect();
    let values = values?;
    Some((*values.iter().min()?, *values.iter().max()?))
}
