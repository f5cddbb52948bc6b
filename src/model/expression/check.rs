//! What an expression is: kinds and dimensions.

use super::{Expression, ExpressionError, ExpressionNode, Leaf, LeafKind, Operator};
use crate::model::metric::{MetricKind, MetricPath};
use crate::model::unit::Dimension;

impl Expression {
    /// The kind and dimension of what it makes, given those of each metric; `None` for one that is not defined.
    ///
    /// Units are not seen here: that yen are not added to dollars is for whoever has the figures.
    ///
    /// **Sums and differences** need one dimension, and one kind, with these exceptions. A stock at the opening and
    /// flows make the stock at the end (a roll-forward); the stock at the end less that at the opening is the flow of
    /// the period. Nothing else adds stocks of different instants, or flows of different length.
    ///
    /// **Products and quotients:**
    ///
    /// | operands | result |
    /// |---|---|
    /// | x / x | [`Ratio`](MetricKind::Ratio), [`Pure`](Dimension::Pure) |
    /// | pure * x, x * pure, x / pure | what x is |
    /// | money / count, money / bandwidth | [`PerShare`](MetricKind::PerShare), [`MoneyPer`](Dimension::MoneyPer) |
    /// | money per * count, money per * bandwidth | money: a stock if what is counted is a stock and the price is no average or flow; else a flow |
    /// | money / money per | count, of the kind of the money |
    ///
    /// A number is pure. Everything else has no name, and is an error.
    ///
    /// **Per cent** is added to and taken from per cent alone. In products and quotients 5.7% is 0.057, a pure number:
    /// `revenue * operating_margin` is money, `operating_margin / tax_rate` is pure.
    ///
    /// ```
    /// use kessan::{Dimension, Expression, MetricKind, MetricPath};
    /// let metric = |path: &MetricPath| match path.as_str() {
    ///     "cash" => Some((MetricKind::Stock, Dimension::Money)),
    ///     "net_cash" => Some((MetricKind::Flow, Dimension::Money)),
    ///     _ => None,
    /// };
    /// let of = |text: &str| text.parse::<Expression>()?.check(metric);
    /// assert_eq!(of("opening(cash) + net_cash")?, (MetricKind::Stock, Dimension::Money));
    /// assert_eq!(of("cash - opening(cash)")?, (MetricKind::Flow, Dimension::Money));
    /// assert!(of("cash + net_cash").is_err());
    /// # Ok::<(), kessan::ExpressionError>(())
    /// ```
    ///
    /// # Errors
    /// [`ExpressionError::UnknownMetric`], [`Function`](ExpressionError::Function) or
    /// [`Operation`](ExpressionError::Operation), for the first place from the left.
    pub fn check(
        &self,
        metric: impl Fn(&MetricPath) -> Option<(MetricKind, Dimension)>,
    ) -> Result<(MetricKind, Dimension), ExpressionError> {
        let whole = typed(self.node(), &metric)?;
        Ok(whole.public())
    }
}

/// The kind of a quantity, with the time it is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Flow,
    /// A flow of twelve months.
    Ttm,
    /// A stock at the end of the period.
    Closing,
    /// A stock at its beginning.
    Opening,
    /// A stock at its end, rolled forward from the beginning: it takes more flows.
    Rolled,
    Ratio,
    PerShare,
    Average,
}

#[derive(Clone, Copy)]
struct Typed {
    kind: Kind,
    dimension: Dimension,
}

impl Typed {
    const PURE: Typed = Typed {
        kind: Kind::Ratio,
        dimension: Dimension::Pure,
    };

    fn public(self) -> (MetricKind, Dimension) {
        let kind = match self.kind {
            Kind::Flow | Kind::Ttm => MetricKind::Flow,
            Kind::Closing | Kind::Opening | Kind::Rolled => MetricKind::Stock,
            Kind::Ratio => MetricKind::Ratio,
            Kind::PerShare => MetricKind::PerShare,
            Kind::Average => MetricKind::Average,
        };
        (kind, self.dimension)
    }
}

fn typed(
    node: &ExpressionNode,
    metric: &impl Fn(&MetricPath) -> Option<(MetricKind, Dimension)>,
) -> Result<Typed, ExpressionError> {
    match node {
        ExpressionNode::Leaf(leaf) => of_leaf(leaf, metric),
        ExpressionNode::Number(_) => Ok(Typed::PURE),
        ExpressionNode::Neg(inner) => typed(inner, metric),
        ExpressionNode::Binary {
            operator,
            left,
            right,
        } => {
            let (a, b) = (typed(left, metric)?, typed(right, metric)?);
            let result = match operator {
                Operator::Add => sum(a, b),
                Operator::Subtract => difference(a, b),
                Operator::Multiply => product(fraction(a), fraction(b)),
                Operator::Divide => quotient(fraction(a), fraction(b)),
            };
            result.ok_or_else(|| ExpressionError::Operation {
                operator: *operator,
                left: left.to_string(),
                left_is: a.public(),
                right: right.to_string(),
                right_is: b.public(),
            })
        }
    }
}

fn of_leaf(
    leaf: &Leaf,
    metric: &impl Fn(&MetricPath) -> Option<(MetricKind, Dimension)>,
) -> Result<Typed, ExpressionError> {
    let (found, dimension) =
        metric(&leaf.metric).ok_or_else(|| ExpressionError::UnknownMetric {
            path: leaf.metric.clone(),
        })?;
    let needs = |needed, kind| {
        if found == needed {
            Ok(kind)
        } else {
            Err(ExpressionError::Function {
                leaf: leaf.to_string(),
                metric: leaf.metric.clone(),
                needed,
                found,
            })
        }
    };
    let kind = match leaf.of {
        LeafKind::Opening => needs(MetricKind::Stock, Kind::Opening)?,
        LeafKind::Average => needs(MetricKind::Stock, Kind::Average)?,
        LeafKind::Ttm => needs(MetricKind::Flow, Kind::Ttm)?,
        LeafKind::Plain => match found {
            MetricKind::Flow => Kind::Flow,
            MetricKind::Stock => Kind::Closing,
            MetricKind::Ratio => Kind::Ratio,
            MetricKind::PerShare => Kind::PerShare,
            MetricKind::Average => Kind::Average,
        },
    };
    Ok(Typed { kind, dimension })
}

fn added(a: Typed, b: Typed, kind: impl Fn(Kind, Kind) -> Option<Kind>) -> Option<Typed> {
    let dimension = Some(a.dimension).filter(|dimension| *dimension == b.dimension)?;
    let kind = kind(a.kind, b.kind)?;
    Some(Typed { kind, dimension })
}

fn sum(a: Typed, b: Typed) -> Option<Typed> {
    added(a, b, |a, b| match (a, b) {
        (Kind::Opening | Kind::Rolled, Kind::Flow) | (Kind::Flow, Kind::Opening | Kind::Rolled) => {
            Some(Kind::Rolled)
        }
        (Kind::Rolled, Kind::Closing) | (Kind::Closing, Kind::Rolled) => Some(Kind::Closing),
        (a, b) => (a == b).then_some(a),
    })
}

fn difference(a: Typed, b: Typed) -> Option<Typed> {
    added(a, b, |a, b| match (a, b) {
        (Kind::Opening | Kind::Rolled, Kind::Flow) => Some(Kind::Rolled),
        (Kind::Closing | Kind::Rolled, Kind::Opening)
        | (Kind::Opening, Kind::Closing | Kind::Rolled) => Some(Kind::Flow),
        (Kind::Closing | Kind::Rolled, Kind::Closing | Kind::Rolled) => Some(Kind::Closing),
        (a, b) => (a == b).then_some(a),
    })
}

/// Per cent as the pure number it stands for.
fn fraction(quantity: Typed) -> Typed {
    match quantity.dimension {
        Dimension::Percent => Typed::PURE,
        _ => quantity,
    }
}

fn product(a: Typed, b: Typed) -> Option<Typed> {
    match (a.dimension, b.dimension) {
        (Dimension::Pure, Dimension::Pure) => match (a.kind, b.kind) {
            (Kind::Ratio, _) => Some(b),
            (_, Kind::Ratio) => Some(a),
            _ => None,
        },
        (Dimension::Pure, _) => Some(b),
        (_, Dimension::Pure) => Some(a),
        (Dimension::MoneyPer, Dimension::Count | Dimension::Bandwidth) => priced(a.kind, b.kind),
        (Dimension::Count | Dimension::Bandwidth, Dimension::MoneyPer) => priced(b.kind, a.kind),
        _ => None,
    }
}

/// The money that so many things at a price are.
fn priced(price: Kind, things: Kind) -> Option<Typed> {
    let stock = |kind| matches!(kind, Kind::Closing | Kind::Opening | Kind::Rolled);
    let kind = match (price, things) {
        (Kind::PerShare, things) if stock(things) => things,
        (price, things) if stock(price) && stock(things) => {
            let opening = |kind| kind == Kind::Opening;
            (opening(price) == opening(things)).then_some(things)?
        }
        (Kind::Ttm, Kind::Flow) | (Kind::Flow, Kind::Ttm) => return None,
        (Kind::Ttm, _) | (_, Kind::Ttm) => Kind::Ttm,
        _ => Kind::Flow,
    };
    Some(Typed {
        kind,
        dimension: Dimension::Money,
    })
}

fn quotient(a: Typed, b: Typed) -> Option<Typed> {
    match (a.dimension, b.dimension) {
        (_, Dimension::Pure) if b.kind == Kind::Ratio => Some(a),
        (x, y) if x == y => Some(Typed::PURE),
        (_, Dimension::Pure) => Some(a),
        (Dimension::Money, Dimension::Count | Dimension::Bandwidth) => Some(Typed {
            kind: Kind::PerShare,
            dimension: Dimension::MoneyPer,
        }),
        (Dimension::Money, Dimension::MoneyPer) => Some(Typed {
            kind: a.kind,
            dimension: Dimension::Count,
        }),
        _ => None,
    }
}
