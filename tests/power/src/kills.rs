//! A process that is killed, again and again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fastrand::Rng;

use crate::child;
use crate::cut;
use crate::cuts::Image;
use crate::journal::Known;
use crate::judge::Outcome;
use crate::work::{PLANS, Plan};

/// What came of it.
#[derive(Default, Debug)]
pub struct Tally {
    pub trials: usize,
    /// Databases that lived through it with everything that was done, and those that had not been created.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// Packages that were done before, in all trials.
    pub done: usize,
    pub failures: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, what: &str, done: usize, judged: Result<Outcome, String>) {
        self.trials += 1;
        self.done += done;
        match judged {
            Ok(outcome) => *self.outcomes.entry(outcome).or_default() += 1,
            Err(failure) => {
                self.failures.push(format!("{what}: {failure}"));
            }
        }
    }

    pub fn print(&self, what: &str) {
        for failure in &self.failures {
            println!("{failure}");
        }
        let count = |outcome| self.outcomes.get(&outcome).copied().unwrap_or(0);
        println!(
            "{what}: {} trials, {} whole, {} not created yet, {} failures; {} acknowledged packages looked for",
            self.trials,
            count(Outcome::Whole),
            count(Outcome::Unfinished),
            self.failures.len(),
            self.done,
        );
    }
}

/// Kills a process so many times, and judges what it leaves. It carries out one plan, or all in turn; `before` is there already, with
/// the same seed.
pub fn run(
    place: &Path,
    seed: u64,
    kills: usize,
    only: Option<Plan>,
    before: Option<&Image>,
) -> Result<Tally> {
    let mut random = Rng::with_seed(seed);
    let mut tally = Tally::default();
    let mut folder: Option<(PathBuf, u64)> = None;
    for trial in 0..kills {
        // Some rounds on the same database, then another one.
        if trial % 10 == 0
            && let Some((old, _)) = folder.take()
        {
            std::fs::remove_dir_all(old)?;
        }
        if folder.is_none() {
            let path = place.join(format!("kill-{trial}"));
            std::fs::create_dir(&path)?;
            if let Some(before) = before {
                cut::write(before, &path)?;
            }
            let own = random.u64(..);
            folder = Some((path, if before.is_some() { seed } else { own }));
        }
        let (path, own) = folder.as_ref().context("a folder")?;
        let plan = only.unwrap_or(match trial % 10 {
            0 => PLANS[trial / 10 % PLANS.len()],
            _ => Plan::Mixed,
        });
        // Creation takes some 10 milliseconds; what follows, seconds.
        let most = match random.u8(0..4) {
            0 => 30,
            1 => 150,
            _ => 700,
        };
        let delay = Duration::from_micros(random.u64(0..most * 1000));
        let mut child = child::work(path, *own, plan, u32::MAX)?.spawn()?;
        let ended = child::wait(&mut child, delay)?;
        ensure!(ended.is_none(), "{}", child::complaint(&mut child));
        let done = Known::read(path)?.done.len();
        let judged = child::judge(path, *own);
        let what = format!("kill {trial}, plan {plan:?}, after {delay:?}");
        let failed = judged.is_err();
        tally.add(&what, done, judged);
        if failed {
            let kept = place.join(format!("failed-kill-{trial}"));
            std::fs::rename(path, kept)?;
            folder = None;
        }
    }
    Ok(tally)
}
