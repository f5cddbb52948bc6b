//! What is asked of every company: columns, and conditions on them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kessan::{
    Answer, AnswerChange, ChangeKind, Currency, Error, Fraction, Id, MetricKind, NotDerivable,
    PanelPeriod, QueryError, Reader, Unit,
};
use rust_decimal::Decimal;

use crate::reason::Reason;

/// An expression, or its change over the year before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    pub(crate) expression: String,
    pub(crate) is_change: bool,
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let change = text.strip_prefix("yoy ");
        let expression = change.unwrap_or(text).trim();
        if expression.is_empty() {
            return Err("a column is an expression, or yoy and an expression".to_owned());
        }
        Ok(Self {
            expression: expression.to_owned(),
            is_change: change.is_some(),
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yoy = if self.is_change { "yoy " } else { "" };
        write!(f, "{yoy}{}", self.expression)
    }
}

/// What a company has in a column.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Figure(Answer),
    Change(Box<AnswerChange>),
}

impl Value {
    /// What it is sorted by and held against a limit. An amount of a short year is none: it would stand among those of
    /// twelve months. A ratio may be, and a change is over a period as long.
    pub(crate) fn rank(&self) -> Result<Fraction, Reason> {
        match (self.own_unit(), self.short_year()) {
            (Some(_), Some(days)) => Err(Reason::short_year(days)),
            _ => self.number(),
        }
    }

    /// It as a number.
    pub(crate) fn number(&self) -> Result<Fraction, Reason> {
        match self {
            Value::Figure(answer) => answer.value().ok_or(Reason::not_an_amount()),
            Value::Change(change) => match &change.change.kind {
                ChangeKind::Relative { ratio, .. } => Ok(*ratio),
                ChangeKind::Points(points) => Ok(*points),
                _ => Err(Reason::of_change(&change.change_text())),
            },
        }
    }

    /// Why there is nothing that a change is over.
    pub(crate) fn no_base(&self) -> Option<&NotDerivable> {
        match self {
            Value::Change(change) => change.base.as_ref()?.as_ref().err().map(AsRef::as_ref),
            Value::Figure(_) => None,
        }
    }

    /// The figure itself; of a change, the later one.
    pub(crate) fn answer(&self) -> &Answer {
        match self {
            Value::Figure(answer) => answer,
            Value::Change(change) => &change.current,
        }
    }

    /// Whether a figure behind it is one that its filing contradicts.
    pub(crate) fn is_doubtful(&self) -> bool {
        let conflicting =
            |answer: &Answer| answer.leaves().iter().any(|leaf| leaf.is_conflicting());
        match self {
            Value::Figure(answer) => conflicting(answer),
            Value::Change(change) => {
                let base = change.base.as_ref().and_then(|base| base.as_ref().ok());
                conflicting(&change.current) || base.is_some_and(conflicting)
            }
        }
    }

    /// Whether it is a change between periods whose lengths differ by some days, as 14 weeks and 13.
    pub(crate) fn is_of_other_length(&self) -> bool {
        matches!(self, Value::Change(change) if change.length_differs)
    }

    /// The days of its year, where a change of year end cut that short.
    pub(crate) fn short_year(&self) -> Option<i64> {
        let answer = self.answer();
        answer.period().days().filter(|_| answer.is_short_year())
    }

    /// The unit, if it is one in which figures cannot be compared with those of other units.
    pub(crate) fn own_unit(&self) -> Option<&Unit> {
        match self {
            Value::Figure(answer) if !matches!(answer.unit(), Unit::Pure | Unit::Percent) => {
                Some(answer.unit())
            }
            _ => None,
        }
    }

    /// Whether it is a ratio, which is printed in per cent.
    pub(crate) fn is_percent(&self) -> bool {
        matches!(self, Value::Figure(answer)
            if answer.kind() == MetricKind::Ratio && *answer.unit() == Unit::Pure)
    }
}

/// The values of a column, or why there is none; no entry for companies that report none of its metrics.
pub(crate) type Values = BTreeMap<Id, Result<Value, QueryError>>;

impl Column {
    pub(crate) fn ask(
        &self,
        reader: &Reader,
        at: PanelPeriod,
        currency: Option<Currency>,
    ) -> Result<Values, Error> {
        let mut query = reader.expression_panel(&self.expression)?;
        if let Some(currency) = currency {
            query = query.unit(Unit::Money(currency));
        }
        if self.is_change {
            let rows = query.yoy(at)?;
            let change = |row: &kessan::ChangePanelRow| {
                let change = row.change.clone();
                let value = change.map(|change| Value::Change(Box::new(change)));
                (row.company.clone(), value)
            };
            return Ok(rows.iter().map(change).collect());
        }
        let rows = query.at(at)?;
        let figure = |row: &kessan::ExpressionPanelRow| {
            (row.company.clone(), row.answer.clone().map(Value::Figure))
        };
        Ok(rows.iter().map(figure).collect())
    }
}

/// A condition on a column.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) column: Column,
    relation: Relation,
    limit: Fraction,
    text: String,
}

#[derive(Clone, Copy, Debug)]
enum Relation {
    AtLeast,
    AtMost,
    Above,
    Below,
}

const RELATIONS: [(&str, Relation); 4] = [
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    (">", Relation::Above),
    ("<", Relation::Below),
];
const SCALES: [(&str, i64); 4] = [
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("trillion", 1_000_000_000_000),
];

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let split = RELATIONS.iter().find_map(|(sign, relation)| {
            let (column, limit) = text.split_once(sign)?;
            Some((column, *relation, limit))
        });
        let (column, relation, limit) =
            split.ok_or("a condition is a column, one of > >= < <=, and a number")?;
        Ok(Self {
            column: column.parse()?,
            relation,
            limit: number(limit)?,
            text: text.trim().to_owned(),
        })
    }
}

/// `10%`, `-1.5`, `100 million`.
fn number(text: &str) -> Result<Fraction, String> {
    let text = text.trim();
    let scaled = SCALES.iter().find_map(|(word, scale)| {
        let number = text.strip_suffix(word)?;
        Some((number, Fraction::from(*scale)))
    });
    let (number, scale) = match (text.strip_suffix('%'), scaled) {
        (Some(number), _) => (number, Fraction::ratio(Decimal::ONE, Decimal::ONE_HUNDRED)),
        (None, Some((number, scale))) => (number, Some(scale)),
        (None, None) => (text, Some(Fraction::ONE)),
    };
    let number = Decimal::from_str_exact(number.trim());
    let number = number.map_err(|_| {
        format!("{text:?} is no number such as 0.1, 10%, 250 thousand, 100 million")
    })?;
    let limit = scale.and_then(|scale| Fraction::from(number).times(scale).ok());
    limit.ok_or_else(|| format!("{text:?} has too many digits"))
}

impl Filter {
    pub(crate) fn holds(&self, value: Fraction) -> bool {
        match self.relation {
            Relation::AtLeast => value >= self.limit,
            Relation::AtMost => value <= self.limit,
            Relation::Above => value > self.limit,
            Relation::Below => value < self.limit,
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
