//! Changes of plain amounts, in brief: what is compared with what, reckoned when it is asked for.

use crate::model::relative::Scaled;
use crate::model::{
    Change, ChangeKind, Figure, FiscalPeriod, MetricKind, Quantity, change_between,
};
use crate::store::CurrentRow;

use super::dated_amount::DatedAmount;
use super::delta::{Comparator, change_in_series};
use super::partner::{Partner, lengths_differ};
use super::point::Point;
use super::rows::About;

/// The change of a fact that is a plain amount, as a [`Delta`](crate::Delta) has it: what it is compared with, and the change between
/// them.
///
/// It is small, and made of what is compared, as whole numbers of one place where the figures allow that: the change is reckoned
/// from them when it is asked for, which is the same and sooner.
///
/// ```
/// use kessan::{Comparator, Database, DeltaKind};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let revenue = db.series("iij", "revenue")?.quarters("1Q02"..="1Q03")?;
/// let changes = revenue.amount_changes(DeltaKind::YearOnYear);
/// let last = changes.last().unwrap();
/// assert_eq!(last.comparator, Comparator::Found);
/// assert_eq!(last.change().to_string(), "-15.3%");
/// assert_eq!(last.quantity().unwrap().value().percent(1).unwrap().to_string(), "-15.3");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AmountChange {
    /// The later fact.
    pub current: DatedAmount,
    /// The fact it is compared with, if [`Comparator::Found`] and it is a plain amount.
    pub base: Option<DatedAmount>,
    /// Whether there is a base, and if not, why.
    pub comparator: Comparator,
    /// Whether the two durations differ by 5 days or more.
    pub length_differs: bool,
    reckoned: Reckoned,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Reckoned {
    /// From the two amounts, relatively, in whole numbers.
    Scaled(Scaled),
    /// The same of amounts that are no whole numbers of 64 bits; or there is nothing to reckon.
    WhenAsked,
    /// What takes more than the amounts: a change in points, across a split, from a base that is no amount or of another
    /// tag.
    Before(Box<Change>),
}

impl AmountChange {
    /// How many bytes it takes beside its own.
    pub(crate) fn boxed(&self) -> usize {
        match self.reckoned {
            Reckoned::Before(_) => size_of::<Change>(),
            Reckoned::Scaled(_) | Reckoned::WhenAsked => 0,
        }
    }

    /// The change of an amount of a series from a figure that was published on a day, of the same series or of another that it
    /// is stitched with.
    pub(crate) fn from_base(
        about: &About,
        current: DatedAmount,
        of_base: &About,
        base: &CurrentRow,
        fiscal: Option<FiscalPeriod>,
    ) -> Self {
        if let Some(tags) = about.tags_apart(of_base) {
            let change = Change::none(ChangeKind::TagsDisagree(Box::new(tags)));
            return Self {
                length_differs: lengths_differ(&current.period, &base.observation.period),
                current,
                base: DatedAmount::new(base, fiscal),
                comparator: Comparator::Found,
                reckoned: Reckoned::Before(Box::new(change)),
            };
        }
        if let Some(base) = DatedAmount::new(base, fiscal) {
            let differs = lengths_differ(&current.period, &base.period);
            return Self::between(about, current, of_base, base, differs);
        }
        let seen = &base.observation;
        let (now, then) = (Figure::Amount(current.amount), &seen.figure);
        let base_day = of_base.basis_of_figure(seen.period, seen.published, then);
        let days = [base_day, about.basis_of_amount(&current)];
        let change = change_in_series(about, &now, then, days);
        Self {
            length_differs: lengths_differ(&current.period, &seen.period),
            current,
            base: None,
            comparator: Comparator::Found,
            reckoned: Reckoned::Before(Box::new(change)),
        }
    }

    /// The change of an amount of a series from another, of the same series or of one that it is stitched with.
    pub(crate) fn between(
        about: &About,
        current: DatedAmount,
        of_base: &About,
        base: DatedAmount,
        length_differs: bool,
    ) -> Self {
        let days = || {
            [
                of_base.basis_of_amount(&base),
                about.basis_of_amount(&current),
            ]
        };
        let is_split = || {
            let [earlier, later] = days();
            about.split_between(earlier, later)
        };
        let splits = about.needs_share_basis();
        let reckoned = if about.kind == MetricKind::Ratio || (splits && is_split()) {
            let (now, then) = (current.amount.into(), base.amount.into());
            let change = change_in_series(about, &now, &then, days());
            Reckoned::Before(Box::new(change))
        } else {
            let scaled = Scaled::of(&current.amount, &base.amount);
            scaled.map_or(Reckoned::WhenAsked, Reckoned::Scaled)
        };
        Self {
            length_differs,
            current,
            base: Some(base),
            comparator: Comparator::Found,
            reckoned,
        }
    }

    /// The change of an amount that has nothing to be compared with.
    pub(crate) fn without_base(current: DatedAmount, comparator: Comparator) -> Self {
        Self {
            current,
            base: None,
            comparator,
            length_differs: false,
            reckoned: Reckoned::WhenAsked,
        }
    }

    /// The same of a point, `None` where it is no plain amount.
    pub(crate) fn of_point(current: &Point, partner: &Partner) -> Option<Self> {
        let amount = current.dated_amount()?;
        Some(match partner {
            Partner::Fact(base) => {
                let fiscal = base.fiscal();
                Self::from_base(
                    current.about(),
                    amount,
                    base.about(),
                    base.current(),
                    fiscal,
                )
            }
            Partner::Gap(_) => Self::without_base(amount, Comparator::Gap),
            Partner::NotApplicable => Self::without_base(amount, Comparator::NotApplicable),
        })
    }

    /// What happened; [`ChangeKind::NoComparator`] where there is no base.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match &self.reckoned {
            Reckoned::Scaled(scaled) => scaled.kind(),
            Reckoned::Before(change) => change.kind.clone(),
            Reckoned::WhenAsked => self.change().kind,
        }
    }

    /// The relative change under its convention, or the change in points, with its interval, as
    /// [`Change::quantity`]. `None` for every other kind of change.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        match &self.reckoned {
            Reckoned::Scaled(scaled) => scaled.relative(),
            Reckoned::Before(_) | Reckoned::WhenAsked => self.change().quantity(),
        }
    }

    /// The change in full.
    #[must_use]
    pub fn change(&self) -> Change {
        match (&self.reckoned, &self.base) {
            (Reckoned::Before(change), _) => change.as_ref().clone(),
            (_, None) => Change::none(ChangeKind::NoComparator),
            (_, Some(base)) => {
                let (now, then) = (self.current.amount.into(), base.amount.into());
                change_between(&now, &then, MetricKind::Flow)
            }
        }
    }
}
