//! Expressions of metrics, asked of a company or of all.
//!
//! `request` says what is meant and looks up the series, `operands` finds the figures of one period, `series` puts them
//! together into [`Answer`](super::answer::Answer)s, `panel` asks all companies, and `changes` how their results changed.

mod changes;
mod operands;
mod panel;
mod request;
mod series;

pub use changes::{ChangePanel, ChangePanelRow};
pub use panel::{ExpressionPanel, ExpressionPanelQuery, ExpressionPanelRow};
pub use request::ExpressionQuery;
pub(crate) use request::checked;
pub use series::{ExpressionSeries, ExpressionStretch};
