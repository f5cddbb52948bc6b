//! What the examples about the upkeep of a database share.

use std::error::Error;
use std::ops::ControlFlow;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use kessan::UpkeepProgress;

/// A bar that is drawn on a terminal only.
pub(crate) fn bar() -> impl FnMut(&UpkeepProgress) -> ControlFlow<()> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}") {
        bar.set_style(style);
    }
    move |progress| {
        bar.set_length(progress.of.unwrap_or(progress.done));
        bar.set_position(progress.done);
        bar.set_message(format!("{} {}", progress.task, progress.step));
        ControlFlow::Continue(())
    }
}

/// The end of a program: an error goes to stderr with its causes.
pub(crate) fn end(result: Result<ExitCode, Box<dyn Error>>) -> ExitCode {
    let error = match result {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because {inner}");
        cause = inner.source();
    }
    ExitCode::FAILURE
}
