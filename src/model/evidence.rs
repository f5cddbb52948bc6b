//! On what definitions of companies rest.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// On what the names, calendars and splits of a package's companies rest. By default they are declared.
///
/// ```
/// use kessan::{CalendarEvidence, Evidence, NameEvidence, SplitEvidence, parse_date};
/// let worked_out = Evidence {
///     name: NameEvidence::Inferred {
///         last: parse_date("2021-08-20")?,
///     },
///     calendar: CalendarEvidence::Inferred {
///         year_ends: 12,
///         last: parse_date("2021-08-20")?,
///     },
///     splits: Some(SplitEvidence {
///         last: parse_date("2021-08-20")?,
///         facts: 812,
///         first: parse_date("2009-05-21")?,
///     }),
/// };
/// let declared = Evidence::default();
/// assert!(worked_out.calendar > CalendarEvidence::Assumed && worked_out.calendar < declared.calendar);
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Evidence {
    /// What tells the names.
    pub name: NameEvidence,
    /// What tells the fiscal calendars.
    pub calendar: CalendarEvidence,
    /// What the splits were worked out from; `None` where they are declared.
    pub splits: Option<SplitEvidence>,
}

impl Evidence {
    /// Whether anything was worked out and not declared.
    pub(crate) fn is_inferred(&self) -> bool {
        *self != Self::default()
    }

    /// The days that it names.
    pub(crate) fn days(self) -> impl Iterator<Item = NaiveDate> {
        let splits = self.splits.map(|of| [of.first, of.last]);
        let lasts = [self.name.last(), self.calendar.last()];
        lasts
            .into_iter()
            .flatten()
            .chain(splits.into_iter().flatten())
    }
}

/// What tells the name of a company, from the least on: of two names the one with the greater evidence stands, whichever
/// came first, and of two with the same evidence the one that is greater as text.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NameEvidence {
    /// Nothing: it is made of the company's number.
    Assumed,
    /// Filings; later ones are greater evidence.
    Inferred {
        /// The day of the last filing.
        last: NaiveDate,
    },
    /// Somebody who knows it.
    #[default]
    Declared,
}

impl NameEvidence {
    /// The day of the last filing.
    pub(crate) fn last(self) -> Option<NaiveDate> {
        match self {
            NameEvidence::Inferred { last } => Some(last),
            NameEvidence::Assumed | NameEvidence::Declared => None,
        }
    }
}

/// What tells a fiscal calendar, from the least on: of two calendars of one company the one with the greater evidence
/// stands, whichever came first.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CalendarEvidence {
    /// Nothing: it is only assumed.
    Assumed,
    /// Filings. Those that tell more year ends are greater evidence, and of as many the later ones.
    Inferred {
        /// How many ends of fiscal years they tell.
        year_ends: u32,
        /// The day of the last filing.
        last: NaiveDate,
    },
    /// Somebody who knows it.
    #[default]
    Declared,
}

impl CalendarEvidence {
    /// The day of the last filing.
    pub(crate) fn last(self) -> Option<NaiveDate> {
        match self {
            CalendarEvidence::Inferred { last, .. } => Some(last),
            CalendarEvidence::Assumed | CalendarEvidence::Declared => None,
        }
    }
}

/// The filings that splits were worked out from.
///
/// Of two sets of splits of one company the one stands that was worked out from more: filings from no later to no earlier
/// days, and no fewer facts. Where neither has more, both stand, and of splits of one ratio within 370 days the one from later
/// filings. So the splits of a company are the same whatever the order in which its filings came. Declared splits stand
/// over all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SplitEvidence {
    /// The day of the last filing.
    pub last: NaiveDate,
    /// How many facts count shares, are per share, or tell the ratio of a split.
    pub facts: u64,
    /// The day of the first filing.
    pub first: NaiveDate,
}

impl SplitEvidence {
    /// Whether this is the other and perhaps more.
    pub(crate) fn covers(&self, other: &SplitEvidence) -> bool {
        self.first <= other.first && self.last >= other.last && self.facts >= other.facts
    }
}
