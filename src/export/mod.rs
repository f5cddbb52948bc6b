//! A database as files for people and other tools.

mod formula;
mod tables;
mod tidy;
mod words;

pub use formula::formula_safe;
pub use tidy::{Exported, TidyExport};
