//! Companies.

use serde::{Deserialize, Serialize};

use super::calendar::FiscalCalendar;
use super::document::Id;
use super::identity::Identity;
use super::split::Split;

/// A company, its fiscal calendar, what holds between its figures, and its share splits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Company {
    /// Its identity, such as `iij`.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its fiscal calendar.
    pub calendar: FiscalCalendar,
    /// What holds between its figures: totals and their parts, roll-forwards, products, ratios. In order, once each,
    /// when it comes from a database; in any order when it is taken in.
    pub identities: Vec<Identity>,
    /// Its share splits, one a day at most; ordered like its identities.
    pub splits: Vec<Split>,
}
