//! How a figure is recomputed.

use crate::model::{
    ArithmeticError, EvaluationError, Expression, ExpressionNode, Fraction, Leaf, Operator,
    Quantity, Unit,
};

use super::finding::GrowthConvention;

/// The right side of an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Equation {
    pub(crate) expression: Expression,
    /// What the operands stand for, with their units.
    pub(crate) leaves: Vec<(Leaf, Unit)>,
    /// The unit of the left side.
    pub(crate) unit: Unit,
}

/// A leaf without an operand, or of a unit that does not fit.
struct Misfit;

impl Equation {
    /// Whether the units of the operands fit each other and the left side.
    pub(crate) fn fits(&self) -> bool {
        let ones = vec![Quantity::exact(Fraction::ONE); self.leaves.len()];
        match self.evaluate(&ones) {
            Ok((_, unit)) => {
                let ratio = |unit: &Unit| matches!(unit, Unit::Pure | Unit::Percent);
                unit == self.unit || (ratio(&unit) && ratio(&self.unit))
            }
            Err(error) => matches!(error, EvaluationError::Arithmetic(_)),
        }
    }

    fn evaluate(&self, operands: &[Quantity]) -> Result<(Quantity, Unit), EvaluationError<Misfit>> {
        self.expression.evaluate(|leaf| {
            let index = self.leaves.iter().position(|(known, _)| known == leaf);
            let found = index.and_then(|index| {
                let (_, unit) = self.leaves.get(index)?;
                Some((*operands.get(index)?, unit.clone()))
            });
            found.ok_or(Misfit)
        })
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
                let index = self.leaves.iter().position(|(known, _)| known == leaf);
                let operand = index.and_then(|index| operands.get(index));
                (operand.cloned().unwrap_or_else(|| leaf.to_string()), CLOSED)
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
            (Self::Sum, parts) => parts
                .iter()
                .try_fold(Quantity::exact(Fraction::ZERO), |sum, part| sum.plus(*part)),
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
