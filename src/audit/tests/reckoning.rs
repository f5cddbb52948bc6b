//! What must be found, reckoned without the audit: the redundancy of a document as a list of equations over its
//! printed figures, each figure known between two ends, plain decimals, tried at the corners.
//!
//! It shares the rules with the audit (which printing an operand is taken from, what agrees, what a last digit is) and
//! none of its code.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::{
    Claim, Company, ExpressionNode, FactKey, Figure, Identity, Leaf, LeafKind, MetricKind, Nil,
    Operand, Operator, Period, PeriodKind, Precision, Rank, Rounding, SeriesKey, Unit,
};

type Ends = (Option<Decimal>, Option<Decimal>);

/// A printed figure.
#[derive(Clone)]
struct Printed {
    /// Its number in the document; `None` of another document.
    number: Option<u32>,
    document: (NaiveDate, String),
    place: String,
    column: String,
    prose: bool,
    rank: Option<Rank>,
    published: NaiveDate,
    scale: u32,
    figure: Figure,
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

    fn fineness(&self) -> Option<Decimal> {
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
struct Slot {
    printings: Vec<usize>,
    beside: Option<usize>,
}

#[derive(Clone)]
enum Right {
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
struct Equation {
    subject: usize,
    right: Right,
    slots: Vec<Slot>,
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

struct Builder<'a> {
    company: &'a Company,
    metrics: &'a [crate::Metric],
    published: NaiveDate,
    printed: Vec<Printed>,
    /// Facts with the printings of the document, and with those of others.
    facts: BTreeMap<FactKey, (Vec<usize>, Vec<usize>)>,
    claims: Vec<(Claim, usize)>,
    equations: Vec<Equation>,
}

impl Reckoning {
    pub(super) fn new(release: &crate::Release, others: &[&crate::Release]) -> Self {
        let mut builder = Builder {
            company: release.company(),
            metrics: release.metrics(),
            published: release.document().published,
            printed: Vec::new(),
            facts: BTreeMap::new(),
            claims: Vec::new(),
            equations: Vec::new(),
        };
        builder.add(release, true);
        for other in others {
            builder.add(other, false);
        }
        builder.claims();
        builder.beside();
        builder.identities();
        builder.tilings();
        let mut reckoning = Self {
            pairs: builder.pairs(),
            printed: builder.printed,
            equations: builder.equations,
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

impl Builder<'_> {
    fn add(&mut self, release: &crate::Release, own: bool) {
        let document = release.document();
        for (number, printed) in (0..).zip(release.figures()) {
            let at = self.printed.len();
            let (figure, published, rank) = match &printed.role {
                crate::Role::Fact {
                    fact,
                    figure,
                    published,
                } => {
                    let entry = self.facts.entry(fact.clone()).or_default();
                    if own { &mut entry.0 } else { &mut entry.1 }.push(at);
                    (figure, *published, Some(printed.rank))
                }
                crate::Role::Check { claim, figure } if own => {
                    self.claims.push((claim.clone(), at));
                    (figure, document.published, None)
                }
                _ => continue,
            };
            let cell = &printed.cell;
            self.printed.push(Printed {
                number: own.then_some(number),
                document: (published, document.id.to_string()),
                place: cell.place.clone(),
                column: cell.column.clone(),
                prose: printed.rank == Rank::Prose,
                rank,
                published,
                scale: cell.scale,
                figure: figure.clone(),
            });
        }
    }

    fn kind(&self, metric: &crate::MetricPath) -> Option<MetricKind> {
        let mut metrics = self.metrics.iter();
        Some(metrics.find(|known| known.path == *metric)?.kind)
    }

    /// Of some printings those of the last day up to one.
    fn latest(&self, printings: &[usize], by: NaiveDate) -> Vec<usize> {
        let known = || {
            printings
                .iter()
                .filter(|at| self.printed[**at].published <= by)
        };
        let last = known().map(|at| &self.printed[*at].document).max();
        known()
            .filter(|at| Some(&self.printed[**at].document) == last)
            .copied()
            .collect()
    }

    fn slot(&self, fact: &FactKey, place: &str, by: NaiveDate) -> Option<Slot> {
        let printings = self.latest(&self.facts.get(fact)?.0, by);
        let beside = printings
            .iter()
            .find(|at| self.printed[**at].place == place);
        let beside = beside.copied();
        (!printings.is_empty()).then_some(Slot { printings, beside })
    }

    fn operand(&self, operand: &Operand, place: &str, by: NaiveDate) -> Option<Slot> {
        let is_it = |fact: &&FactKey| {
            let series = &fact.series;
            (
                &series.company,
                &series.metric,
                series.scenario,
                &series.scope,
                fact.period,
            ) == (
                &operand.company,
                &operand.metric,
                operand.scenario,
                &operand.scope,
                operand.period,
            )
        };
        let facts: Vec<&FactKey> = self.facts.keys().filter(is_it).collect();
        let own: Vec<Slot> = facts
            .iter()
            .filter_map(|fact| self.slot(fact, place, by))
            .collect();
        let elsewhere = facts.iter().filter_map(|fact| {
            let printings = self.latest(&self.facts[*fact].1, by);
            (!printings.is_empty()).then_some(Slot {
                printings,
                beside: None,
            })
        });
        let elsewhere: Vec<Slot> = elsewhere.collect();
        match (own.as_slice(), elsewhere.as_slice()) {
            ([slot], _) | ([], [slot]) => Some(slot.clone()),
            _ => None,
        }
    }

    fn claims(&mut self) {
        for (claim, subject) in &self.claims {
            let place = &self.printed[*subject].place;
            let known = |operand: &Operand, by| self.operand(operand, place, by);
            let today = self.published;
            let (right, slots) = match claim {
                Claim::Growth { of, over } => {
                    (Right::Growth, vec![known(of, today), known(over, today)])
                }
                Claim::Difference { of, over } => (
                    Right::Difference,
                    vec![known(of, today), known(over, today)],
                ),
                Claim::Share { part, whole } => {
                    (Right::Share, vec![known(part, today), known(whole, today)])
                }
                Claim::Translation { of, rate, .. } => (Right::Rate(*rate), vec![known(of, today)]),
                Claim::Revision { of, from, to } => {
                    (Right::Difference, vec![known(of, *to), known(of, *from)])
                }
            };
            if let Some(slots) = slots.into_iter().collect() {
                self.equations.push(Equation {
                    subject: *subject,
                    right,
                    slots,
                });
            }
        }
    }

    /// Growth rates beside differences, where one of the two figures is not printed.
    fn beside(&mut self) {
        for (claim, subject) in &self.claims {
            let Claim::Growth { of, over } = claim else {
                continue;
            };
            let place = &self.printed[*subject].place;
            let difference = self.claims.iter().find(|(other, at)| {
                matches!(other, Claim::Difference { of: a, over: b } if (a, b) == (of, over))
                    && self.printed[*at].place == *place
            });
            let Some((_, difference)) = difference else {
                continue;
            };
            let difference = Slot {
                printings: vec![*difference],
                beside: Some(*difference),
            };
            let known = |operand: &Operand| self.operand(operand, place, self.published);
            let (right, slots) = match (known(of), known(over)) {
                (Some(of), None) => (Right::GrowthByDifference, vec![of, difference]),
                (None, Some(over)) => (Right::DifferenceOverBase, vec![difference, over]),
                _ => continue,
            };
            self.equations.push(Equation {
                subject: *subject,
                right,
                slots,
            });
        }
    }

    /// Two printings of one fact on one day, or of one claim.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        let mut every = |alike: &[usize]| {
            for (nth, a) in alike.iter().enumerate() {
                let same_day =
                    |b: &&usize| self.printed[*a].published == self.printed[**b].published;
                pairs.extend(alike[nth + 1..].iter().filter(same_day).map(|b| (*a, *b)));
            }
        };
        for (own, _) in self.facts.values() {
            every(own);
        }
        for (nth, (claim, at)) in self.claims.iter().enumerate() {
            for (other, beside) in &self.claims[nth + 1..] {
                if other == claim {
                    every(&[*at, *beside]);
                }
            }
        }
        pairs
    }

    fn identities(&mut self) {
        let mut found = Vec::new();
        for identity in &self.company.identities {
            for (left, (own, _)) in &self.facts {
                if own.is_empty()
                    || (&left.series.metric, &left.series.scope)
                        != (&identity.metric, &identity.scope)
                {
                    continue;
                }
                for period in self.periods(identity, left) {
                    found.extend(self.identity(identity, left, own, period));
                }
            }
        }
        self.equations.extend(found);
    }

    /// A stock that flows move: at the end of each duration in which they are printed.
    fn periods(&self, identity: &Identity, left: &FactKey) -> Vec<Period> {
        let leaves = identity.equals.leaves();
        let moves = leaves.iter().any(|leaf| {
            leaf.of != LeafKind::Plain || self.kind(&leaf.metric) != Some(MetricKind::Stock)
        });
        if left.period.kind() != PeriodKind::Instant || !moves {
            return vec![left.period];
        }
        let mut periods: Vec<Period> = self
            .facts
            .iter()
            .filter(|(fact, (own, _))| {
                !own.is_empty()
                    && fact.period.kind() == PeriodKind::Duration
                    && fact.period.end() == left.period.end()
                    && leaves.iter().any(|leaf| {
                        (&leaf.metric, &leaf.scope) == (&fact.series.metric, &fact.series.scope)
                    })
            })
            .map(|(fact, _)| fact.period)
            .collect();
        periods.sort_unstable();
        periods.dedup();
        if periods.is_empty() {
            periods.push(left.period);
        }
        periods
    }

    fn identity(
        &self,
        identity: &Identity,
        left: &FactKey,
        own: &[usize],
        period: Period,
    ) -> Vec<Equation> {
        let mut leaves: Vec<Leaf> = Vec::new();
        for leaf in identity.equals.leaves() {
            assert!(matches!(leaf.of, LeafKind::Plain | LeafKind::Opening));
            if !leaves.contains(leaf) {
                leaves.push(leaf.clone());
            }
        }
        let right = |leaves: Vec<Leaf>| Right::Expression {
            node: identity.equals.node().clone(),
            leaves,
            percent: left.series.unit == Unit::Percent && identity.equals.to_string().contains('/'),
        };
        let alone = |at: usize| Slot {
            printings: vec![at],
            beside: Some(at),
        };
        let mut equations = Vec::new();
        for subject in own {
            let slots = leaves
                .iter()
                .map(|leaf| self.in_place(leaf, left, period, *subject));
            if let Some(slots) = slots.map(|at| at.map(alone)).collect() {
                equations.push(Equation {
                    subject: *subject,
                    right: right(leaves.clone()),
                    slots,
                });
            }
        }
        if !equations.is_empty() {
            return equations;
        }
        let slots = leaves.iter().map(|leaf| {
            let slots = self.whole_or_parts(leaf, left, period)?;
            Some(slots.into_iter().map(|slot| (leaf.clone(), slot)))
        });
        let finest = own.iter().max_by_key(|at| self.printed[**at].fineness());
        if let (Some(slots), Some(subject)) = (slots.collect::<Option<Vec<_>>>(), finest) {
            let (leaves, slots) = slots.into_iter().flatten().unzip();
            equations.push(Equation {
                subject: *subject,
                right: right(leaves),
                slots,
            });
        }
        equations
    }

    /// The printings of a leaf; of a flow that is printed only in parts of the period, those of the fewest parts.
    fn whole_or_parts(&self, leaf: &Leaf, left: &FactKey, period: Period) -> Option<Vec<Slot>> {
        let slot = |fact: &FactKey| self.slot(fact, "", self.published);
        if let Some(fact) = self.leaf(leaf, left, period) {
            return Some(vec![slot(fact)?]);
        }
        let adds_up = self.kind(&leaf.metric) == Some(MetricKind::Flow);
        if !adds_up || leaf.of == LeafKind::Opening {
            return None;
        }
        let of_leaf = |(fact, (own, _)): &(&FactKey, &(Vec<usize>, Vec<usize>))| {
            let series = &fact.series;
            !own.is_empty()
                && series.scenario == left.series.scenario
                && (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
        };
        let facts: Vec<&FactKey> = self.facts.iter().filter(of_leaf).map(|(f, _)| f).collect();
        let periods: Vec<Period> = facts.iter().map(|fact| fact.period).collect();
        let fewest = made_up(period, &periods)
            .into_iter()
            .min_by_key(|parts| (parts.len(), std::cmp::Reverse(parts[0].end())))?;
        let of = |part: Period| slot(facts.iter().find(|fact| fact.period == part)?);
        fewest.into_iter().map(of).collect()
    }

    /// The fact that a leaf means.
    fn leaf(&self, leaf: &Leaf, left: &FactKey, period: Period) -> Option<&FactKey> {
        let period = match leaf.of {
            LeafKind::Opening => period.opening()?,
            _ if self.kind(&leaf.metric) == Some(MetricKind::Stock) => period.closing(),
            _ => period,
        };
        let found = self.facts.iter().find(|(fact, (own, _))| {
            let series = &fact.series;
            !own.is_empty()
                && fact.period == period
                && series.scenario == left.series.scenario
                && (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
        });
        found.map(|(fact, _)| fact)
    }

    /// Its printing in the place of another; in a table also the one figure of the column that it can be.
    fn in_place(
        &self,
        leaf: &Leaf,
        left: &FactKey,
        period: Period,
        subject: usize,
    ) -> Option<usize> {
        let subject = &self.printed[subject];
        let here = |at: &&usize| self.printed[**at].place == subject.place;
        if let Some(fact) = self.leaf(leaf, left, period) {
            let mut own = self.facts[fact].0.iter();
            let same_day = |at: &&usize| self.printed[**at].published == subject.published;
            return own.find(|at| here(at) && same_day(at)).copied();
        }
        if subject.prose {
            return None;
        }
        let mut found = self.facts.iter().filter_map(|(fact, (own, _))| {
            let series = &fact.series;
            let means = (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
                && fact != left
                && (leaf.of != LeafKind::Opening || fact.period.end() < left.period.end());
            let mut own = own.iter().filter(|_| means);
            own.find(|at| here(at) && self.printed[**at].column == subject.column)
        });
        match (found.next(), found.next()) {
            (Some(at), None) => Some(*at),
            _ => None,
        }
    }

    /// Durations of a flow that shorter ones make up.
    fn tilings(&mut self) {
        let mut series: BTreeMap<&SeriesKey, Vec<Period>> = BTreeMap::new();
        for (fact, (own, _)) in &self.facts {
            let flow = self.kind(&fact.series.metric) == Some(MetricKind::Flow);
            if flow && !own.is_empty() && fact.period.kind() == PeriodKind::Duration {
                series.entry(&fact.series).or_default().push(fact.period);
            }
        }
        let mut found = Vec::new();
        for (key, periods) in series {
            let slot = |period: Period| {
                let series = key.clone();
                self.slot(&FactKey { series, period }, "", self.published)
            };
            for whole in &periods {
                for parts in made_up(*whole, &periods) {
                    let slots = parts.iter().map(|part| slot(*part)).collect();
                    if let (Some(slots), Some(left)) = (slots, slot(*whole)) {
                        // The printing that most speaks for the whole.
                        found.push((left, slots));
                    }
                }
            }
        }
        for (left, slots) in found {
            let subject = left.printings[0];
            self.equations.push(Equation {
                subject,
                right: Right::Sum,
                slots,
            });
        }
    }
}

/// The ways to make up a duration of others, for each of those that begin with it: on with the longest that fits.
fn made_up(whole: Period, periods: &[Period]) -> Vec<Vec<Period>> {
    let mut ways = Vec::new();
    for first in periods.iter().filter(|first| **first != whole) {
        let mut parts = vec![*first];
        let inside = |part: &&Period| part.end() <= whole.end() && **part != whole;
        while parts[parts.len() - 1].end() < whole.end() {
            let next = parts[parts.len() - 1].end().succ_opt();
            let next = periods.iter().filter(inside).filter(|p| p.start() == next);
            match next.max_by_key(|part| part.end()) {
                Some(part) => parts.push(*part),
                None => break,
            }
        }
        if first.start() == whole.start() && parts[parts.len() - 1].end() == whole.end() {
            ways.push(parts);
        }
    }
    ways
}
