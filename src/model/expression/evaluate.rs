//! What an expression makes of figures, known as narrowly as they allow.

use super::units::combined;
use super::{Expression, ExpressionError, ExpressionNode, Leaf, LeafKind, Operator};
use crate::model::fraction::{ArithmeticError, Fraction};
use crate::model::interval::Interval;
use crate::model::quantity::Quantity;
use crate::model::unit::Unit;

#[cfg(test)]
mod tests;

/// An expression that has no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError<E> {
    /// A leaf has no figure.
    #[error("{0}")]
    Leaf(E),
    /// The units of the figures do not fit.
    #[error("{0}")]
    Units(ExpressionError),
    /// A division by zero, or digits beyond exact arithmetic.
    #[error("{0}")]
    Arithmetic(ArithmeticError),
}

/// The most leaves used more than once for which the interval is narrowed.
const NARROWED: usize = 8;

impl Expression {
    /// What it makes of the figures of its leaves: exact value, interval and unit.
    ///
    /// Each leaf is asked for once, in the order of the text; [`average`](LeafKind::Average) is not asked for but
    /// computed from the stock at the opening and at the end. Per cent is a fraction where it is multiplied or divided:
    /// 5.7 (%) enters as 0.057.
    ///
    /// The interval always holds the true result. It is the narrowest that does where each leaf is used once, and where
    /// the expression has the form (a x + b) / (c x + d) in each leaf x that is used more often and no divisor can be
    /// zero, as in margins; this for the first 8 leaves used more often. Elsewhere uses of one leaf are taken as if they
    /// did not depend on each other, which is wider. It is unknown where that of a leaf is.
    ///
    /// ```
    /// use kessan::{Amount, Expression, Leaf, Precision, Quantity, Rounding, Unit};
    /// let margin: Expression = "(revenue - cost_of_revenue) / revenue".parse()?;
    /// let (margin, unit) = margin.evaluate(|leaf: &Leaf| {
    ///     let value = if leaf.metric.as_str() == "revenue" { 10 } else { 6 };
    ///     let amount = Amount::new(value.into(), Precision::Decimals(0), Rounding::Nearest)?;
    ///     Ok::<_, kessan::ModelError>((amount.into(), "JPY".parse()?))
    /// })?;
    /// assert_eq!((margin.to_string(), unit), ("0.4".into(), Unit::Pure));
    /// // From 1 - 6.5 / 9.5 to 1 - 5.5 / 10.5; not from 3 / 10.5 to 5 / 9.5.
    /// assert_eq!(margin.percent_interval_text(1).unwrap(), "[31.5, 47.7]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EvaluationError`]; what a leaf answers comes back as it is.
    pub fn evaluate<E>(
        &self,
        leaf: impl FnMut(&Leaf) -> Result<(Quantity, Unit), E>,
    ) -> Result<(Quantity, Unit), EvaluationError<E>> {
        let mut operands = Operands {
            leaf,
            found: Vec::new(),
        };
        let (term, unit) = operands.term(self.node())?;
        let given: Vec<Quantity> = operands.found.iter().map(|(_, given, _)| *given).collect();
        let whole = term.of(&given).map_err(EvaluationError::Arithmetic)?;
        let intervals: Option<Vec<Interval>> = given.iter().map(Quantity::interval).collect();
        let narrowed = intervals.and_then(|intervals| term.narrowed(&intervals));
        let interval = narrowed.or(whole.interval());
        Ok((Quantity::new(whole.value(), interval), unit))
    }
}

/// The distinct leaves that were asked for so far.
struct Operands<F> {
    leaf: F,
    found: Vec<(Leaf, Quantity, Unit)>,
}

impl<F, E> Operands<F>
where
    F: FnMut(&Leaf) -> Result<(Quantity, Unit), E>,
{
    fn term(&mut self, node: &ExpressionNode) -> Result<(Term, Unit), EvaluationError<E>> {
        match node {
            ExpressionNode::Leaf(leaf) if leaf.of == LeafKind::Average => {
                let at = |of| Leaf { of, ..leaf.clone() };
                let end = |of| ExpressionNode::Leaf(at(of));
                let (opening, opening_unit) = self.operand(&at(LeafKind::Opening))?;
                let (closing, closing_unit) = self.operand(&at(LeafKind::Plain))?;
                let unit = combined(
                    Operator::Add,
                    (&end(LeafKind::Opening), &opening_unit),
                    (&end(LeafKind::Plain), &closing_unit),
                );
                let sum = Term::new(Operator::Add, opening, closing);
                let mean = Term::new(Operator::Divide, sum, Term::Number(2.into()));
                Ok((mean, unit.map_err(EvaluationError::Units)?))
            }
            ExpressionNode::Leaf(leaf) => self.operand(leaf),
            ExpressionNode::Number(number) => Ok((Term::Number((*number).into()), Unit::Pure)),
            ExpressionNode::Neg(inner) => {
                let (inner, unit) = self.term(inner)?;
                let negative = Term::new(Operator::Subtract, Term::Number(Fraction::ZERO), inner);
                Ok((negative, unit))
            }
            ExpressionNode::Binary {
                operator,
                left,
                right,
            } => {
                let (a, a_unit) = self.term(left)?;
                let (b, b_unit) = self.term(right)?;
                let unit = combined(*operator, (left, &a_unit), (right, &b_unit))
                    .map_err(EvaluationError::Units)?;
                let term = match operator {
                    Operator::Add | Operator::Subtract => Term::new(*operator, a, b),
                    Operator::Multiply | Operator::Divide => {
                        Term::new(*operator, a.fraction(&a_unit), b.fraction(&b_unit))
                    }
                };
                Ok((term, unit))
            }
        }
    }

    fn operand(&mut self, leaf: &Leaf) -> Result<(Term, Unit), EvaluationError<E>> {
        let known = self.found.iter().position(|(found, ..)| found == leaf);
        if let Some((index, (_, _, unit))) = known.and_then(|at| Some((at, self.found.get(at)?))) {
            return Ok((Term::Operand(index), unit.clone()));
        }
        let (quantity, unit) = (self.leaf)(leaf).map_err(EvaluationError::Leaf)?;
        self.found.push((leaf.clone(), quantity, unit.clone()));
        Ok((Term::Operand(self.found.len() - 1), unit))
    }
}

/// An expression with its operands by number and its units resolved.
#[derive(PartialEq, Eq, Debug)]
enum Term {
    Operand(usize),
    Number(Fraction),
    Binary(Operator, Box<Term>, Box<Term>),
}

impl Term {
    fn new(operator: Operator, left: Term, right: Term) -> Self {
        Term::Binary(operator, Box::new(left), Box::new(right))
    }

    /// As it enters a product or quotient.
    fn fraction(self, unit: &Unit) -> Self {
        match unit {
            Unit::Percent => Self::new(Operator::Divide, self, Term::Number(100.into())),
            _ => self,
        }
    }

    /// With each use of an operand taken for itself.
    fn of(&self, operands: &[Quantity]) -> Result<Quantity, ArithmeticError> {
        match self {
            Term::Operand(index) => {
                let operand = operands.get(*index).copied();
                Ok(operand.unwrap_or(Quantity::new(Fraction::ZERO, None)))
            }
            Term::Number(number) => Ok(Quantity::exact(*number)),
            Term::Binary(operator, left, right) => {
                let (a, b) = (left.of(operands)?, right.of(operands)?);
                match operator {
                    Operator::Add => a.plus(b),
                    Operator::Subtract => a.minus(b),
                    Operator::Multiply => a.times(b),
                    Operator::Divide => a.over(b),
                }
            }
        }
    }

    /// The same of intervals alone. `None` where a divisor may be zero, or the digits are beyond exact arithmetic.
    fn range(&self, operands: &[Interval]) -> Option<Interval> {
        match self {
            Term::Operand(index) => operands.get(*index).copied(),
            Term::Number(number) => Some(Interval::point(*number)),
            Term::Binary(operator, left, right) => {
                let (a, b) = (left.range(operands)?, right.range(operands)?);
                match operator {
                    Operator::Add => a.plus(&b),
                    Operator::Subtract => a.minus(&b),
                    Operator::Multiply => a.times(&b),
                    Operator::Divide if b.contains(Fraction::ZERO) => return None,
                    Operator::Divide => a.over(&b),
                }
                .ok()
            }
        }
    }

    /// The range where operands used more than once are held to one value. `None` where it is no narrower.
    ///
    /// A function (a x + b) / (c x + d) without a pole rises, falls or stays as x goes up, whatever the other operands
    /// are. So the ends of the range are met where each such x is at one of its ends; with every other operand used
    /// once, what remains there is exact.
    fn narrowed(&self, operands: &[Interval]) -> Option<Interval> {
        let closed: Vec<Interval> = operands.iter().map(Interval::closed).collect();
        self.range(&closed)?;
        let mut corners = vec![(operands.to_vec(), true)];
        let repeated = (0..operands.len())
            .filter(|index| self.uses(*index) > 1 && self.shape(*index) != Shape::Other)
            .take(NARROWED);
        for index in repeated {
            let stops = stops(operands.get(index)?)?;
            let mut next = Vec::with_capacity(corners.len() * stops.len());
            for (corner, reached) in corners {
                for (stop, included) in &stops {
                    let mut corner = corner.clone();
                    *corner.get_mut(index)? = Interval::point(*stop);
                    next.push((corner, reached && *included));
                }
            }
            corners = next;
        }
        if corners.len() == 1 {
            return None;
        }
        let mut range: Option<Interval> = None;
        for (corner, reached) in corners {
            let here = self.range(&corner)?;
            let here = if reached { here } else { here.opened() };
            range = Some(range.map_or(here, |range| range.joined(&here)));
        }
        range
    }

    fn uses(&self, operand: usize) -> usize {
        match self {
            Term::Operand(index) => usize::from(*index == operand),
            Term::Number(_) => 0,
            Term::Binary(_, left, right) => left.uses(operand) + right.uses(operand),
        }
    }

    fn shape(&self, operand: usize) -> Shape<'_> {
        match self {
            Term::Operand(index) if *index == operand => Shape::Linear,
            Term::Operand(_) | Term::Number(_) => Shape::Free,
            Term::Binary(operator, left, right) => {
                let (a, b) = (left.shape(operand), right.shape(operand));
                match operator {
                    Operator::Add | Operator::Subtract => a.added(b),
                    Operator::Multiply => match (a, b) {
                        (Shape::Over(Some(divisor)), Shape::Linear) if *divisor == **right => {
                            Shape::Linear
                        }
                        (Shape::Linear, Shape::Over(Some(divisor))) if *divisor == **left => {
                            Shape::Linear
                        }
                        (Shape::Free, shape) | (shape, Shape::Free) => shape,
                        _ => Shape::Other,
                    },
                    Operator::Divide => match (a, b) {
                        (shape, Shape::Free) => shape,
                        (Shape::Free | Shape::Linear, Shape::Linear) => Shape::Over(Some(right)),
                        (Shape::Free, Shape::Over(_)) => Shape::Over(None),
                        (Shape::Over(Some(a)), Shape::Over(Some(b))) if a == b => Shape::Over(None),
                        _ => Shape::Other,
                    },
                }
            }
        }
    }
}

/// How a term depends on one operand x, with a, b, c and d free of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape<'t> {
    /// Not.
    Free,
    /// a x + b
    Linear,
    /// (a x + b) / (c x + d), with the divisor where it is a known term.
    Over(Option<&'t Term>),
    /// In some other way.
    Other,
}

impl Shape<'_> {
    fn added(self, other: Self) -> Self {
        match (self, other) {
            (Shape::Free, shape) | (shape, Shape::Free) => shape,
            (Shape::Linear, Shape::Linear) => Shape::Linear,
            (Shape::Over(Some(a)), Shape::Over(Some(b))) if a == b => self,
            _ => Shape::Other,
        }
    }
}

/// The ends of an interval, and whether each is included; with a value between them if neither is, for a function
/// that stays at its extreme from end to end. `None` where there is no end.
fn stops(interval: &Interval) -> Option<Vec<(Fraction, bool)>> {
    if let Some(single) = interval.single() {
        return Some(vec![(single, true)]);
    }
    let (low, high) = (interval.low().value()?, interval.high().value()?);
    let mut stops = vec![low, high];
    if !low.1 && !high.1 {
        let middle = low.0.plus(high.0).and_then(|sum| sum.over(2.into()));
        stops.push((middle.ok()?, true));
    }
    Some(stops)
}
