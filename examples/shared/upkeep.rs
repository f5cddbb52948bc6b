//! What the examples about the upkeep of a database share.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use kessan::UpkeepProgress;

#[path = "end.rs"]
mod end;

pub(crate) use end::end;

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
