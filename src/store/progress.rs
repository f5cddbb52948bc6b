//! How far a long piece of work is, and whether it shall go on.

use std::fmt;
use std::ops::ControlFlow;

use super::error::StoreError;

/// How far verifying, copying, dumping, loading or salvaging a database is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UpkeepProgress {
    /// What is being done.
    pub task: UpkeepTask,
    /// With what.
    pub step: UpkeepStep,
    /// How many of them are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub of: Option<u64>,
}

/// What is being done with a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum UpkeepTask {
    /// It is verified.
    Verify,
    /// It is copied.
    Copy,
    /// It is written as text.
    Dump,
    /// It is made from text.
    Load,
    /// What can be read of it is taken over.
    Salvage,
}

/// What a step goes through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum UpkeepStep {
    /// All stored values, as bytes.
    Values,
    /// The bytes of a file.
    Files,
    /// Companies, metrics and variants.
    Definitions,
    /// Commits.
    Commits,
    /// Documents with their cells and checks.
    Documents,
    /// Series with all their observations.
    Series,
}

impl fmt::Display for UpkeepTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Verify => "verify",
            Self::Copy => "copy",
            Self::Dump => "dump",
            Self::Load => "load",
            Self::Salvage => "salvage",
        })
    }
}

impl fmt::Display for UpkeepStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Values => "values",
            Self::Files => "bytes",
            Self::Definitions => "definitions",
            Self::Commits => "commits",
            Self::Documents => "documents",
            Self::Series => "series",
        })
    }
}

impl fmt::Display for UpkeepProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.task, self.done, self.step)?;
        match self.of {
            Some(of) => write!(f, " of {of}"),
            None => Ok(()),
        }
    }
}

/// How many things are done between two reports.
const STRIDE: u64 = 256;

/// Counts, reports now and then, and ends the work when it is told to.
pub(crate) struct Meter<'a> {
    report: &'a mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    far: UpkeepProgress,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(
        task: UpkeepTask,
        report: &'a mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
    ) -> Self {
        let far = UpkeepProgress {
            task,
            step: UpkeepStep::Values,
            done: 0,
            of: None,
        };
        Self { report, far }
    }

    /// Begins a step.
    pub(crate) fn begin(&mut self, step: UpkeepStep, of: Option<u64>) -> Result<(), StoreError> {
        self.far = UpkeepProgress {
            step,
            done: 0,
            of,
            ..self.far
        };
        self.tell()
    }

    /// One more is done.
    pub(crate) fn tick(&mut self) -> Result<(), StoreError> {
        self.far.done = self.far.done.saturating_add(1);
        if self.far.done.is_multiple_of(STRIDE) || self.far.of == Some(self.far.done) {
            self.tell()
        } else {
            Ok(())
        }
    }

    /// So many more are done.
    pub(crate) fn advance(&mut self, more: u64) -> Result<(), StoreError> {
        self.far.done = self.far.done.saturating_add(more);
        self.tell()
    }

    fn tell(&mut self) -> Result<(), StoreError> {
        match (self.report)(&self.far) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(StoreError::Cancelled),
        }
    }
}
