//! How a figure is recomputed.

use std::ops::Range;

use crate::model::{
    ArithmeticError, EvaluationError, Expression, ExpressionNode, Fraction, Leaf, Operator,
    Quantity, Unit,
};

use super::finding::GrowthConvention;

/// A leaf of an expression, and how it is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Asked {
    pub(crate) leaf: Leaf,
    pub(crate) unit: Unit,
    /// How many operands it is the sum of: one, or the durations that make up its period.
    pub(crate) operands: usize,
}

/// The right side of an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Equation {
    pub(crate) expression: Expression,
    /// What the operands stand for, in their order.
    pub(crate) leaves: Vec<Asked>,
    /// The unit of the left side.
    pub(crate) unit: Unit,
}

/// A leaf without an operand, or of a unit that does not fit.
struct Misfit;

impl Equation {
    /// Whether the units of the operands fit each other and the left side.
    pub(crate) fn fits(&self) -> bool {
        let ones =
            vec![Quantity::exact(Fraction::ONE); self.groups().map(|group| group.len()).sum()];
        match self.evaluate(&ones) {
            // Both sides are of one dimension, but a ratio may be printed in per cent.
            Ok((_, unit)) => unit == self.unit || matches!(unit, Unit::Pure | Unit::Percent),
            Err(error) => matches!(error, EvaluationError::Arithmetic(_)),
        }
    }

    fn evaluate(&self, operands: &[Quantity]) -> Result<(Quantity, Unit), EvaluationError<Misfit>> {
        self.expression.evaluate(|leaf| {
            let found = self.asked(leaf).and_then(|(asked, group)| {
                let sum = sum(operands.get(group)?).ok()?;
                Some((sum, asked.unit.clone()))
            });
            found.ok_or(Misfit)
        })
    }

    /// Which operands each leaf is the sum of.
    fn groups(&self) -> impl Iterator<Item = Range<usize>> {
        self.leaves.iter().scan(0, |end, asked| {
            let start = *end;
            *end += asked.operands;
            Some(start..*end)
        })
    }

    fn asked(&self, leaf: &Leaf) -> Option<(&Asked, Range<usize>)> {
        let mut all = self.leaves.iter().zip(self.groups());
        all.find(|(asked, _)| asked.leaf == *leaf)
    }

    fn compute(&self, operands: &[Quantity]) -> Result<Quantity, ArithmeticError> {
        let (result, unit) = self.evaluate(operands).map_err(|error| match error {
            EvaluationError::Arithmetic(error) => error,
            // Those that do not fit are no equations.
            _ => ArithmeticError::Overflow,
        })?;
        let hundred = Quantity::exact(Fraction::from(100));
        match (&self.unit, unit) {
            (Unit::Percent, Unit::Pure) => result.times(hundred),
            (Unit::Pure, Unit::Percent) => result.over(hundred),
            _ => Ok(result),
        }
    }

    /// The expression with its operands in the place of its metrics.
    fn text(&self, operands: &[String]) -> String {
        self.node_text(self.expression.node(), operands).0
    }

    /// The text, and how close its outermost operator binds.
    fn node_text(&self, node: &ExpressionNode, operands: &[String]) -> (String, u8) {
        const CLOSED: u8 = 3;
        match node {
            ExpressionNode::Leaf(leaf) => {
                let group = self.asked(leaf).map(|(_, group)| group);
                match group.and_then(|group| operands.get(group)) {
                    Some([operand]) => (operand.clone(), CLOSED),
                    Some(parts) => (parts.join(" + "), 1),
                    None => (leaf.to_string(), CLOSED),
                }
            }
            ExpressionNode::Number(number) => (number.to_string(), CLOSED),
            ExpressionNode::Neg(inner) => {
                let (text, level) = self.node_text(inner, operands);
                let text = if level < CLOSED {
                    format!("-({text})")
                } else {
                    format!("-{text}")
                };
                (text, 2)
            }
            ExpressionNode::Binary {
                operator,
                left,
                right,
            } => {
                let own = match operator {
                    Operator::Add | Operator::Subtract => 1,
                    Operator::Multiply | Operator::Divide => 2,
                };
                let side = |node, least: u8| {
                    let (text, level) = self.node_text(node, operands);
                    if level < least {
                        format!("({text})")
                    } else {
                        text
                    }
                };
                let after =
                    own + u8::from(matches!(operator, Operator::Subtract | Operator::Divide));
                let (left, right) = (side(left, own), side(right, after));
                (format!("{left} {} {right}", operator.sign()), own)
            }
        }
    }
}

/// What makes a figure of its operands. Growth and shares are in per cent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Formula {
    /// of, over
    Growth,
    /// of, over
    Difference,
    /// part, whole
    Share,
    /// of
    Translation(Fraction),
    /// the figure itself
    Same,
    /// the parts
    Sum,
    /// of, its difference to the base
    GrowthByDifference,
    /// the difference, over
    DifferenceOverBase,
    /// the figures of an identity
    Equation(Box<Equation>),
    /// some parts of an identity's total
    SumInPart(Box<Equation>),
    /// figures of which some are missing
    Unknown,
    /// the difference, of which only the direction says something
    Direction,
}

impl Formula {
    /// The result by the convention of this library.
    pub(crate) fn compute(&self, operands: &[Quantity]) -> Result<Quantity, ArithmeticError> {
        match (self, operands) {
            (Self::Growth, [of, over]) => growth(*of, *over),
            (Self::Difference, [of, over]) => of.minus(*over),
            (Self::Share, [part, whole]) => percent(part.over(*whole)?),
            (Self::Translation(rate), [of]) => of.over(Quantity::exact(*rate)),
            (Self::Same | Self::Direction, [same]) => Ok(*same),
            (Self::Sum, parts) => sum(parts),
            // d / (of - d) = 1 / (of / d - 1), where each figure stands once.
            (Self::GrowthByDifference, [of, difference]) => {
                let one = Quantity::exact(Fraction::ONE);
                let base = of.over(*difference)?.minus(one)?;
                percent(one.over(base)?)
            }
            (Self::DifferenceOverBase, [difference, over]) => percent(difference.over(*over)?),
            (Self::Equation(equation) | Self::SumInPart(equation), operands) => {
                equation.compute(operands)
            }
            _ => Err(ArithmeticError::DivisionByZero),
        }
    }

    /// The operands that are one figure together: each by itself, or those that make up one of an identity.
    pub(crate) fn groups(&self, operands: usize) -> Vec<Range<usize>> {
        match self {
            Self::Equation(equation) => equation.groups().collect(),
            _ => (0..operands).map(|index| index..index + 1).collect(),
        }
    }

    /// The operand by which it divides.
    pub(crate) fn divisor(&self) -> Option<usize> {
        match self {
            Self::Growth | Self::Share | Self::DifferenceOverBase => Some(1),
            _ => None,
        }
    }

    /// The results by other conventions.
    pub(crate) fn otherwise(
        &self,
        operands: &[Quantity],
    ) -> Option<(GrowthConvention, Result<Quantity, ArithmeticError>)> {
        let negative = |quantity: &Quantity| quantity.value().signum() < 0;
        match (self, operands) {
            (Self::Growth, [of, over]) if negative(over) => {
                Some((GrowthConvention::RatioMinusOne, ratio_minus_one(*of, *over)))
            }
            (Self::Difference, [of, over]) if negative(of) && negative(over) => {
                let turned = of.minus(*over).and_then(Quantity::negated);
                Some((GrowthConvention::DifferenceOfLosses, turned))
            }
            _ => None,
        }
    }

    /// The formula with its operands.
    pub(crate) fn text(&self, operands: &[String], negative_base: bool) -> String {
        match (self, operands) {
            (Self::Growth, [of, over]) if negative_base => format!("({of} - {over}) / |{over}|"),
            (Self::Growth, [of, over]) => format!("{of} / {over} - 1"),
            (Self::Difference, [of, over]) => format!("{of} - {over}"),
            (Self::Share | Self::DifferenceOverBase, [part, whole]) => format!("{part} / {whole}"),
            (Self::Translation(rate), [of]) => format!("{of} / {rate}"),
            (Self::GrowthByDifference, [of, difference]) => {
                format!("{difference} / ({of} - {difference})")
            }
            (Self::Sum, parts) => parts.join(" + "),
            (Self::Equation(equation) | Self::SumInPart(equation), operands) => {
                equation.text(operands)
            }
            (Self::Unknown, _) => String::new(),
            (_, operands) => operands.join(", "),
        }
    }
}

fn sum(parts: &[Quantity]) -> Result<Quantity, ArithmeticError> {
    let zero = Quantity::exact(Fraction::ZERO);
    parts.iter().try_fold(zero, |sum, part| sum.plus(*part))
}

fn percent(ratio: Quantity) -> Result<Quantity, ArithmeticError> {
    ratio.times(Quantity::exact(Fraction::from(100)))
}

fn ratio_minus_one(of: Quantity, over: Quantity) -> Result<Quantity, ArithmeticError> {
    percent(of.over(over)?.minus(Quantity::exact(Fraction::ONE))?)
}

/// (of - over) / |over|, written so that each figure stands once.
fn growth(of: Quantity, over: Quantity) -> Result<Quantity, ArithmeticError> {
    let raw = ratio_minus_one(of, over)?;
    if over.value().signum() < 0 {
        raw.negated()
    } else {
        Ok(raw)
    }
}
