//! A printed figure, and which printings of a fact agree.

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::{
    Amount, Cell, FactKey, Figure, Fraction, Id, Interval, Nil, Precision, Quantity, Rank,
    Rounding, Unit,
};

/// One figure as one document prints it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Printing {
    /// The document.
    pub document: Id,
    /// The number of the cell in it, from 0.
    pub number: u32,
    /// The cell: place, row, column, printed text and scale.
    pub cell: Cell,
    /// The figure, in base units; a growth rate or share in per cent.
    pub figure: Figure,
    /// Its unit, where it is known: of a difference it is that of its operands.
    pub unit: Option<Unit>,
    /// When it was published.
    pub published: NaiveDate,
    /// Statement, table or running text; not known of figures that are no facts.
    pub rank: Option<Rank>,
    /// How its document rounds what it prints as nil.
    #[serde(skip)]
    pub(crate) nil_rounding: Rounding,
}

impl Printing {
    /// Whether it stands in running text, where no row or column says what it is.
    pub(crate) fn is_prose(&self) -> bool {
        self.rank == Some(Rank::Prose) || (self.cell.row.is_empty() && self.cell.column.is_empty())
    }

    /// The values that it allows. A nil that was declared zero is zero to the scale of its table.
    pub(crate) fn allowed(&self) -> Option<Interval> {
        match &self.figure {
            Figure::Nil(Nil::Zero) => {
                let decimals = i8::try_from(self.cell.scale).ok()?.checked_neg()?;
                let zero = Precision::Decimals(decimals);
                let zero = Amount::new(0.into(), zero, self.nil_rounding).ok()?;
                zero.interval()
            }
            figure => figure.possible(),
        }
    }

    /// It as an operand: a plain amount, or a nil that was declared zero.
    pub(crate) fn quantity(&self) -> Option<Quantity> {
        match &self.figure {
            Figure::Nil(Nil::Zero) => Some(Quantity::new(Fraction::ZERO, self.allowed())),
            figure => figure.quantity(),
        }
    }

    pub(crate) fn is_at(&self, other: &Printing) -> bool {
        (&self.document, self.number) == (&other.document, other.number)
    }

    /// Whether it agrees with another. Of one day, what contradicts it does not, though a precision be unknown.
    pub(crate) fn agrees_with(&self, other: &Printing) -> Option<bool> {
        let agrees = self.figure.agrees_with(&other.figure);
        agrees.or_else(|| {
            let at_once = self.published == other.published;
            (at_once && self.figure.contradicts(&other.figure)).then_some(false)
        })
    }

    pub(crate) fn fineness(&self) -> i16 {
        match self.figure.amount().map(Amount::precision) {
            Some(Precision::Exact) => i16::MAX,
            Some(Precision::Decimals(decimals)) => decimals.into(),
            Some(Precision::Unknown) | None => i16::MIN,
        }
    }
}

/// Printings of one fact that can be roundings of one value, and those that say something else.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// The one that was asked for, first; then those that agree with it and with each other.
    pub(crate) members: Vec<Printing>,
    /// Those that contradict a member.
    pub(crate) others: Vec<Printing>,
}

impl Cluster {
    /// Those of some printings that agree with the one at `seed`.
    pub(crate) fn around(seed: usize, printings: &[Printing]) -> Option<Cluster> {
        let first = printings.get(seed)?.clone();
        let mut rest: Vec<&Printing> = printings
            .iter()
            .filter(|printing| !printing.is_at(&first))
            .collect();
        rest.sort_by_key(|printing| std::cmp::Reverse((printing.rank, printing.fineness())));
        let mut cluster = Cluster {
            members: vec![first],
            others: Vec::new(),
        };
        for printing in rest {
            let verdicts: Vec<Option<bool>> = cluster
                .members
                .iter()
                .map(|member| member.agrees_with(printing))
                .collect();
            if verdicts.contains(&Some(false)) {
                cluster.others.push(printing.clone());
            } else if verdicts.iter().all(|verdict| *verdict == Some(true)) {
                cluster.members.push(printing.clone());
            }
        }
        Some(cluster)
    }

    /// The largest cluster; of several, that of the highest rank, then of the finest figure, then the first.
    pub(crate) fn main(printings: &[Printing]) -> Option<Cluster> {
        let clusters = (0..printings.len()).filter_map(|seed| Self::around(seed, printings));
        clusters.reduce(|best, next| {
            if next.weight() > best.weight() {
                next
            } else {
                best
            }
        })
    }

    fn weight(&self) -> (usize, Option<Rank>, i16) {
        let rank = self.members.iter().map(|member| member.rank).max();
        let fineness = self.members.iter().map(Printing::fineness).max();
        (
            self.members.len(),
            rank.flatten(),
            fineness.unwrap_or(i16::MIN),
        )
    }

    /// The value of the finest member, in the interval that all members allow. `None` where no member is a number.
    pub(crate) fn quantity(&self) -> Option<Quantity> {
        let numbers = || {
            self.members
                .iter()
                .filter_map(|member| Some((member.fineness(), member.quantity()?)))
        };
        let (_, finest) = numbers().max_by_key(|(fineness, _)| *fineness)?;
        let mut interval: Option<Interval> = None;
        for (_, number) in numbers() {
            let Some(next) = number.interval() else {
                continue;
            };
            interval = Some(match interval {
                None => next,
                Some(known) => known.intersection(&next)?,
            });
        }
        Some(Quantity::new(finest.value(), interval))
    }
}

/// What a fact is recomputed from: its printings, as a quantity.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// `None` where it is a claim that is used in another.
    pub(crate) fact: Option<FactKey>,
    pub(crate) cluster: Cluster,
    pub(crate) quantity: Option<Quantity>,
    /// Whether another printing of the document says the same: then it is not doubted.
    pub(crate) confirmed: bool,
}

impl Known {
    pub(crate) fn new(fact: Option<FactKey>, cluster: Cluster) -> Self {
        Self {
            fact,
            quantity: cluster.quantity(),
            confirmed: cluster.members.len() > 1,
            cluster,
        }
    }

    /// The printing that it was taken from.
    pub(crate) fn first(&self) -> Option<&Printing> {
        self.cluster.members.first()
    }
}
