//! From printed text to facts: release folders.

mod columns;
mod company;
mod companyfacts;
mod error;
mod figure;
mod file;
mod fit;
mod manifest;
mod matching;
mod place;
mod printed;
mod prose;
mod release;
mod table;
mod tables;
mod unused;
mod words;

pub(crate) use company::{check_identity, check_metric, in_order};
pub use companyfacts::{CalendarNote, CompanyFact, CompanyFacts, FactFault, RefusedFact};
pub use error::{IngestError, IngestReason, Place};
pub(crate) use fit::{check_claim, check_fact, check_figure};
pub use printed::PrintedError;
pub use release::{Release, ReleaseFigure, Role};
