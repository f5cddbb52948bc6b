//! Companies.

use serde::{Deserialize, Serialize};

use super::calendar::FiscalCalendar;
use super::document::Id;
use super::metric::Sum;

/// A company, its fiscal calendar, and how its statements add up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Company {
    /// Its identity, such as `iij`.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its fiscal calendar.
    pub calendar: FiscalCalendar,
    /// Its totals and their parts.
    pub sums: Vec<Sum>,
}
