//! From printed text to facts: release folders and tidy tables.

mod columns;
mod company;
mod companyfacts;
mod concepts;
mod contradiction;
mod dataset;
mod error;
mod figure;
mod file;
mod filing;
mod fit;
mod manifest;
mod matching;
mod place;
pub(crate) mod printed;
mod prose;
mod release;
mod table;
mod tables;
pub(crate) mod tidy;
mod unused;
mod words;

pub(crate) use company::{check_identity, check_metric, in_order};
pub use companyfacts::{
    CalendarNote, CompanyFact, CompanyFacts, FactFault, RefusedFact, SplitNote,
};
pub use dataset::{DataSet, DataSetError, DataSetFiling, DataSetLayout, DataSetOptions, RowFault};
pub use error::{IngestError, IngestReason, Place};
pub use filing::Filing;
pub(crate) use fit::{check_claim, check_figure, check_reported};
pub use printed::PrintedError;
pub use release::{Release, ReleaseFigure, Role};
pub use tidy::{TableError, Tidy, TidyOptions};
