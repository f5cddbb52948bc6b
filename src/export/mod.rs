//! A database as files for people and other tools.

mod tables;
mod tidy;
mod words;

pub use tidy::{Exported, TidyExport};
