//! Questions and answers: series, points, changes, panels.
//!
//! From question to answer: [`Reader`] begins it, [`SeriesQuery`] says what is meant and finds the series,
//! `stitch` makes one of several series, `apart` says which of these are not one thing, `rows` is what was known of it, `select` and `slot` turn labels into dates and find the rows that fit them,
//! [`Series`] puts these together into [`Points`], `partner` finds what a point is compared with and
//! [`Delta`] compares. `expression` does arithmetic of several metrics, and `explain` goes the way back, from an answer
//! to its cells.

pub(crate) mod amount_change;
pub(crate) mod answer;
mod apart;
pub(crate) mod cache;
mod choices;
mod cycle;
pub(crate) mod dated_amount;
pub(crate) mod delta;
pub(crate) mod derive;
pub(crate) mod disagreement;
pub(crate) mod documents;
pub(crate) mod explain;
pub(crate) mod expression;
pub(crate) mod held;
mod history;
mod in_place;
mod layout;
mod near;
pub(crate) mod panel;
pub(crate) mod panel_amounts;
pub(crate) mod panel_changes;
pub(crate) mod panel_period;
pub(crate) mod partner;
pub(crate) mod point;
pub(crate) mod points;
mod read_ahead;
pub(crate) mod reader;
pub(crate) mod request;
pub(crate) mod restatement;
pub(crate) mod rows;
pub(crate) mod select;
pub(crate) mod series;
pub(crate) mod series_amounts;
mod share_basis;
pub(crate) mod slot;
pub(crate) mod stitch;
pub(crate) mod sweep;
#[cfg(test)]
mod tests;

pub use amount_change::AmountChange;
pub use answer::{Answer, Derived, DerivedOperand, Together, Vintage};
pub use dated_amount::DatedAmount;
pub use delta::{Comparator, Delta, DeltaKind};
pub use derive::{AnswerChange, Derivations, Growth};
pub use disagreement::{Disagreement, SeriesPart};
pub use explain::{
    Basis, Computed, Excluded, Explain, Explanation, Subject, Value, Version, Versions,
};
pub use expression::{
    ChangePanel, ChangePanelRow, ExpressionPanel, ExpressionPanelQuery, ExpressionPanelRow,
    ExpressionQuery, ExpressionSeries, ExpressionStretch,
};
pub use panel::{Panel, PanelQuery, PanelRow};
pub use panel_amounts::{PanelAmount, PanelAmounts};
pub use panel_changes::{PanelAmountChange, PanelChanges};
pub use panel_period::{CalendarQuarter, PanelPeriod};
pub use point::Point;
pub use points::{Entry, Points};
pub use reader::Reader;
pub use request::SeriesQuery;
pub use restatement::{Restatement, RestatementKind, RestatementQuery, Restatements};
pub use rows::{Exclusion, Supersede};
pub use select::{FiscalLabel, FiscalRange, When};
pub use series::Series;
pub use series_amounts::SeriesAmounts;
pub use sweep::SweptSeries;
