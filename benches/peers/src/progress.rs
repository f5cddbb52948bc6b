//! How far a run is.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// A line that tells what is being done: in place on a terminal, else one below the other.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    pub fn new() -> Result<Self> {
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{elapsed} {msg}")?);
        bar.enable_steady_tick(Duration::from_millis(500));
        Ok(Self {
            bar,
            start: Instant::now(),
        })
    }

    pub fn say(&self, what: impl Into<String>) {
        let what = what.into();
        if self.bar.is_hidden() {
            eprintln!("{:.0} s: {what}", self.start.elapsed().as_secs_f64());
        } else {
            self.bar.set_message(what);
        }
    }

    /// Prints a result, and goes on.
    pub fn result(&self, result: impl Display) {
        self.bar.suspend(|| println!("{result}"));
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
        let seconds = self.start.elapsed().as_secs_f64();
        println!("done in {seconds:.0} s");
    }
}
