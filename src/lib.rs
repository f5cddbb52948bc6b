//! **kessan** (決算, the closing of accounts): an embedded investor-relations time-series database.
//!
//! It takes in what companies report each quarter, keeps every figure exactly, by fiscal period, as printed, with
//! the cell it came from, and answers period ranges and year-over-year and quarter-over-quarter changes, as known
//! on any date.
//!
//! ```
//! use kessan::{Database, Release};
//!
//! let db = Database::temporary()?; // or Database::create("iij.kessan"), Database::open("iij.kessan")
//! db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
//!
//! let revenue = db.series("iij", "revenue")?.load()?; // actual, the whole company, latest known
//! let change = revenue.yoy("1Q03")?.unwrap();
//! assert_eq!(change.to_string(), "1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)");
//! # Ok::<(), kessan::Error>(())
//! ```
//!
//! # The way of the data
//!
//! A [`Release`] is a folder of tables as printed with a manifest that says what they mean. Reading one turns cells
//! into [figures](Figure) with unit and [precision](Precision), placed at a [metric](MetricPath), a
//! [period](Period), a [scenario](Scenario) and a [scope](Scope). [`Database::ingest`] takes it in whole or not at all,
//! and says what became of every figure. [`CompanyFacts`] reads what the SEC publishes of a company, all its filings in
//! one file; a [`DataSet`] what it publishes of a quarter, the statements of all companies. A [`Tidy`] table has one
//! observation a row, for data that is there already; programs with facts of their own build a [`Package`].
//! [`Database::load`] takes in thousands of files, and reports on every fact. [`TidyExport`] writes a database as tidy
//! tables.
//! A [`Company`] keeps its calendar, its [splits](Split) and its [identities](Identity): what holds between its figures, as an
//! [`Expression`] of metrics.
//!
//! [`Reader::series`] asks for a series and gives [points](Point), ranges with their gaps, and
//! [changes](Delta); [`Reader::panel`] one metric and period of all companies; [`Reader::expression`] does arithmetic of several
//! metrics, such as margins. Companies that file with the SEC report `revenue` under many tags: [`Reader::with_concepts`] makes
//! one series of them, by a [`ConceptMap`]. [`SeriesQuery::derived`] finds quarters and trailing twelve months that were not
//! reported from what was, each with its operands; every change has the [interval](Interval) in which rounding lets it lie;
//! [`SeriesQuery::as_of`] asks as known on a day, and [`Reader::restatements`] what was changed later. Each point knows its document and
//! [cell](Cell), and what other printings of it there are; [`Reader::explain`] says why an answer is what it is, down to
//! the printed cells.
//!
//! Programs that walk many figures take them in brief: [`SeriesQuery::amounts`], [`Points::amounts`],
//! [`Points::amount_changes`], [`PanelQuery::amounts`], [`PanelQuery::changes`] for screens, [`Reader::each_series`] for
//! everything in one pass.
//!
//! [`Database::verify`] reads all of a database and says what is wrong with it, [`Database::backup`] copies one that is in use,
//! [`Database::dump`] writes it as text, [`Database::salvage`] saves what can be read of a damaged one.
//!
//! [`Reader::audit`] recomputes a document from its own figures and gives [findings](Finding).
//!
//! # What it is not
//!
//! Not a server: one process opens a database folder at a time. Not a source of data. Not a general time-series
//! database. And it does not guess: a figure whose unit, scale or period is not declared is an [`IngestError`] with its
//! place.
//!
//! # More
//!
//! The release format is taught in `data/README.md`, tables in [`docs::tidy`]. [`docs::design`] says how the house is built and why,
//! [`docs::format`] describes the bytes on disk, [`docs::dump`] a database as text, [`docs::audit`] what the audit finds and
//! what it cannot, [`docs::limits`] what is refused for its size, and what happens on a full disk or without permission,
//! [`docs::performance`] how fast it is beside others, [`docs::reliability`] what was done to databases to break them.
#![cfg_attr(
    not(test),
    deny(
        clippy::float_arithmetic,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

mod audit;
mod codec;
mod db;
pub mod docs;
mod error;
mod export;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod ingest;
mod load;
mod model;
mod package;
mod query;
mod store;

pub use audit::{
    Audit, Cause, CauseKind, Class, Finding, GrowthConvention, Printing, Relation, Undecided, Used,
};
pub use db::Database;
pub use error::{Alignment, Changed, Error, NoSeries, NotDerivable, Obstacle, QueryError};
pub use export::{Exported, TidyExport, formula_safe};
pub use ingest::{
    CalendarNote, CompanyFact, CompanyFacts, DataSet, DataSetError, DataSetFiling, DataSetLayout,
    DataSetOptions, FactFault, Filing, IngestError, IngestReason, Place, PrintedError, RefusedFact,
    Release, ReleaseFigure, Role, RowFault, SplitNote, TableError, Tidy, TidyOptions,
};
pub use load::{
    DefinitionNote, DifferingDocument, KeptDefinition, LoadEnd, LoadFailure, LoadItem, LoadNote,
    LoadProgress, LoadReport, OnFailure,
};
pub use model::*;
pub use package::{Ingested, IngestedFigure, Package};
pub use query::*;
pub use store::{
    DumpFault, Dumped, Fault, FaultKind, FaultPlace, Incomplete, IncompleteDocument, Part,
    Salvaged, StoreError, UpkeepProgress, UpkeepStep, UpkeepTask, VerifyEnd, VerifyReport,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
