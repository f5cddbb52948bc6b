//! Tidy tables: what a program or spreadsheet writes is read exactly or refused with its place, and what a
//! database writes makes the same database again.

#[path = "../common/mod.rs"]
mod common;
mod contents;
mod files;
mod hostile;
mod plain;
mod random;
mod round_trip;
