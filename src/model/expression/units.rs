//! What a result is measured in.

use super::{Expression, ExpressionError, ExpressionNode, Leaf, Operator, UnitConflict};
use crate::model::unit::{Currency, Noun, Unit};

impl Expression {
    /// The unit of what it makes, given that of each leaf.
    ///
    /// Sums and differences need one unit. Of products and quotients:
    ///
    /// | operands | result |
    /// |---|---|
    /// | x / x | `pure` |
    /// | pure * x, x * pure, x / pure | that of x |
    /// | `JPY` / `shares`, `JPY` / `Gbps` | `JPY/share`, `JPY/Gbps` |
    /// | `JPY/share` * `shares`, `JPY/Gbps` * `Gbps` | `JPY` |
    /// | `JPY` / `JPY/share` | `shares` |
    ///
    /// A number is pure; so is per cent where it is multiplied or divided ([`Expression::check`]). Everything else is an
    /// error: yen and dollars in one expression, and a translation at an exchange rate.
    ///
    /// ```
    /// use kessan::{Expression, Leaf};
    /// let unit = |leaf: &Leaf| match leaf.metric.as_str() {
    ///     "shares" => "shares".parse().unwrap(),
    ///     "capex.usd" => "USD".parse().unwrap(),
    ///     _ => "JPY".parse().unwrap(),
    /// };
    /// let of = |text: &str| text.parse::<Expression>()?.unit(unit);
    /// assert_eq!(of("net_income / shares")?.to_string(), "JPY/share");
    /// assert_eq!(
    ///     of("revenue - capex.usd").unwrap_err().to_string(),
    ///     "revenue (JPY) - capex.usd (USD) has no unit"
    /// );
    /// # Ok::<(), kessan::ExpressionError>(())
    /// ```
    ///
    /// # Errors
    /// [`ExpressionError::Units`] for the first operation from the left that has no unit.
    pub fn unit(&self, mut leaf: impl FnMut(&Leaf) -> Unit) -> Result<Unit, ExpressionError> {
        of_node(self.node(), &mut leaf)
    }
}

fn of_node(
    node: &ExpressionNode,
    leaf: &mut impl FnMut(&Leaf) -> Unit,
) -> Result<Unit, ExpressionError> {
    match node {
        ExpressionNode::Leaf(found) => Ok(leaf(found)),
        ExpressionNode::Number(_) => Ok(Unit::Pure),
        ExpressionNode::Neg(inner) => of_node(inner, leaf),
        ExpressionNode::Binary {
            operator,
            left,
            right,
        } => {
            let units = (of_node(left, leaf)?, of_node(right, leaf)?);
            combined(*operator, (left, &units.0), (right, &units.1))
        }
    }
}

/// The unit of an operation.
pub(super) fn combined(
    operator: Operator,
    (left, left_unit): (&ExpressionNode, &Unit),
    (right, right_unit): (&ExpressionNode, &Unit),
) -> Result<Unit, ExpressionError> {
    let unit = match operator {
        Operator::Add | Operator::Subtract => (left_unit == right_unit).then(|| left_unit.clone()),
        Operator::Multiply => product(fraction(left_unit), fraction(right_unit)),
        Operator::Divide => quotient(fraction(left_unit), fraction(right_unit)),
    };
    let conflict = || UnitConflict {
        operator,
        left: left.to_string(),
        left_unit: left_unit.clone(),
        right: right.to_string(),
        right_unit: right_unit.clone(),
    };
    unit.ok_or_else(|| Box::new(conflict()).into())
}

/// Per cent as the pure number it stands for.
fn fraction(unit: &Unit) -> &Unit {
    match unit {
        Unit::Percent => &Unit::Pure,
        _ => unit,
    }
}

fn product(a: &Unit, b: &Unit) -> Option<Unit> {
    match (a, b) {
        (Unit::Pure, unit) | (unit, Unit::Pure) => Some(unit.clone()),
        (Unit::MoneyPer(currency, per), things) | (things, Unit::MoneyPer(currency, per)) => {
            is_one_of(per, things).then_some(Unit::Money(*currency))
        }
        _ => None,
    }
}

fn quotient(a: &Unit, b: &Unit) -> Option<Unit> {
    match (a, b) {
        (unit, Unit::Pure) => Some(unit.clone()),
        (a, b) if a == b => Some(Unit::Pure),
        (Unit::Money(currency), Unit::Count(noun)) => {
            Some(Unit::MoneyPer(*currency, noun.singular()))
        }
        (Unit::Money(currency), Unit::Bandwidth(noun)) => {
            Some(Unit::MoneyPer(*currency, noun.clone()))
        }
        (Unit::Money(a), Unit::MoneyPer(b, per)) if a == b => counted(per),
        _ => None,
    }
}

/// Whether money per one of something is per one of these.
fn is_one_of(per: &Noun, things: &Unit) -> bool {
    match things {
        Unit::Count(noun) => noun.singular() == per.singular(),
        Unit::Bandwidth(noun) => noun == per,
        _ => false,
    }
}

/// The things of which there is a price; not currencies and bandwidths.
fn counted(per: &Noun) -> Option<Unit> {
    let is_currency = per.as_str().parse::<Currency>().is_ok();
    let unit: Unit = per.plural().as_str().parse().ok()?;
    Some(unit).filter(|unit| !is_currency && matches!(unit, Unit::Count(_)))
}
