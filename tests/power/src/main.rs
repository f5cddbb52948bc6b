//! Processes that are killed and disks that lose power, and what is left of a kessan database; see `run`.

mod child;
mod cut;
mod cuts;
mod event;
mod facts;
mod journal;
mod judge;
mod kills;
mod model;
mod reached;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use fastrand::Rng;

use cuts::{Image, Recording};
use judge::Outcome;
use kills::Tally;
use model::Lie;
use work::Plan;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kills processes and cuts the power, and judges what is left.
    Test {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many processes are killed.
        #[arg(long, default_value_t = 0)]
        kills: usize,
        /// At how many places the power is cut, each in four ways.
        #[arg(long, default_value_t = 0)]
        cuts: usize,
        /// At how many places of an opening the power is cut besides, each in four ways.
        #[arg(long, default_value_t = 0)]
        openings: usize,
        /// At how many places the power of disks is cut that lie about what is durable, which must be found out.
        #[arg(long, default_value_t = 0)]
        lies: usize,
        /// Only what is written by this plan.
        #[arg(long)]
        plan: Option<Plan>,
        /// How long it goes on.
        #[arg(long)]
        rounds: Option<u32>,
        /// A folder that `work` has left with the same seed, perhaps that of an older version: what is written comes after it.
        #[arg(long)]
        after: Option<PathBuf>,
    },
    /// Writes to the database of a folder, and journals what is done.
    #[command(hide = true)]
    Work {
        folder: PathBuf,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        plan: Plan,
        #[arg(long)]
        rounds: u32,
    },
    /// Judges the database of a folder by its journal.
    #[command(hide = true)]
    Judge {
        folder: PathBuf,
        #[arg(long)]
        seed: u64,
    },
}

/// Plans that are recorded, with how long they go on.
const RECORDED: [(Plan, u32); 9] = [
    (Plan::Create, 1),
    (Plan::Ingest, 12),
    (Plan::Wide, 6),
    (Plan::Threads, 4),
    (Plan::Load, 3),
    (Plan::Aged, 16),
    (Plan::Copies, 3),
    (Plan::Recent, 20),
    (Plan::Mixed, 8),
];

/// At how many places a recording is cut that is made for it.
const AT_ONCE: usize = 5;

fn main() -> Result<ExitCode> {
    match Arguments::parse().command {
        Command::Work {
            folder,
            seed,
            plan,
            rounds,
        } => work::run(&folder, seed, plan, rounds)?,
        Command::Judge { folder, seed } => {
            return Ok(match judge::judge(&folder, seed)? {
                Outcome::Whole => ExitCode::SUCCESS,
                Outcome::Unfinished => ExitCode::from(2),
            });
        }
        Command::Test {
            seed,
            kills,
            cuts,
            openings,
            lies,
            plan,
            rounds,
            after,
        } => {
            let plans = RECORDED
                .iter()
                .filter(|(each, _)| plan.is_none_or(|only| only == *each));
            let plans: Vec<_> = plans
                .map(|(plan, usual)| (*plan, rounds.unwrap_or(*usual)))
                .collect();
            let mut test = Test::new(seed, after)?;
            test.kill(kills, plan)?;
            test.cuts(&plans, cuts, openings)?;
            test.lies(lies)?;
            return Ok(test.end());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Kills and cuts, and whether all went well.
struct Test {
    place: tempfile::TempDir,
    seed: u64,
    /// What every database begins as.
    before: Option<Image>,
    random: Rng,
    failures: usize,
}

impl Test {
    fn new(seed: u64, after: Option<PathBuf>) -> Result<Self> {
        Ok(Self {
            place: tempfile::Builder::new().prefix("kessan-power-").tempdir()?,
            seed,
            before: after.map(|folder| cut::read(&folder)).transpose()?,
            random: Rng::with_seed(seed),
            failures: 0,
        })
    }

    fn add(&mut self, what: &str, tally: &Tally) {
        tally.print(what);
        self.failures += tally.failures.len();
    }

    fn kill(&mut self, kills: usize, plan: Option<Plan>) -> Result<()> {
        if kills == 0 {
            return Ok(());
        }
        let tally = kills::run(
            self.place.path(),
            self.seed,
            kills,
            plan,
            self.before.as_ref(),
        )?;
        self.add("kills", &tally);
        Ok(())
    }

    fn recording(&mut self, name: &str) -> Result<Recording> {
        let own = self.random.u64(..);
        let seed = if self.before.is_some() {
            self.seed
        } else {
            own
        };
        Recording::new(self.place.path(), name, seed, self.before.as_ref())
    }

    /// Cuts the power at so many places in all, and at so many of openings.
    fn cuts(&mut self, plans: &[(Plan, u32)], cuts: usize, openings: usize) -> Result<()> {
        if cuts == 0 && openings == 0 {
            return Ok(());
        }
        let each = cuts.div_ceil(plans.len() + 2);
        let mut recordings = Vec::new();
        for (plan, rounds) in plans {
            recordings.push(self.cut(*plan, *rounds, each)?);
        }
        if cuts > 0 {
            self.cut_after_kill(&recordings, each)?;
            self.cut_twice(&recordings, each)?;
        }
        if openings > 0 {
            self.cut_openings(&recordings, openings)?;
        }
        Ok(())
    }

    /// The power is cut while a plan is carried out.
    fn cut(&mut self, plan: Plan, rounds: u32, cuts: usize) -> Result<Recording> {
        let name = format!("{plan:?}").to_lowercase();
        let mut recording = self.recording(&name)?;
        recording.run(plan, rounds)?;
        if plan == Plan::Recent && self.before.is_none() {
            reached::check(&recording.disk()?, rounds)?;
        }
        let mut tally = Tally::default();
        if cuts > 0 {
            recording.cut(cuts, None, &mut self.random, &mut tally)?;
            self.add(&format!("cuts, {name}"), &tally);
        }
        Ok(recording)
    }

    /// A process is killed, another one goes on in its place, and then the power is cut.
    fn cut_after_kill(&mut self, before: &[Recording], cuts: usize) -> Result<()> {
        let mut tally = Tally::default();
        for trial in 0..cuts.div_ceil(AT_ONCE) {
            let first = &before[trial % before.len()];
            let mut recording = first.killed(&format!("killed-{trial}"), &mut self.random)?;
            recording.run(first.after(Plan::Wide), 1)?;
            recording.cut(AT_ONCE, None, &mut self.random, &mut tally)?;
            recording.remove()?;
        }
        self.add("cuts, after a kill", &tally);
        Ok(())
    }

    /// The power is cut again while a database recovers from the first time.
    fn cut_twice(&mut self, before: &[Recording], cuts: usize) -> Result<()> {
        let mut tally = Tally::default();
        for trial in 0..cuts.div_ceil(AT_ONCE) {
            let first = &before[trial % before.len()];
            let image = first.any_image(&mut self.random)?;
            let name = format!("again-{trial}");
            let mut recording =
                Recording::new(self.place.path(), &name, first.seed(), Some(&image))?;
            recording.run(first.after(Plan::Wide), 1)?;
            recording.cut(AT_ONCE, None, &mut self.random, &mut tally)?;
            recording.remove()?;
        }
        self.add("cuts, a second time", &tally);
        Ok(())
    }

    /// The power is cut while what a killed process or a power cut left is opened, and again when that was killed in turn.
    fn cut_openings(&mut self, before: &[Recording], cuts: usize) -> Result<()> {
        let mut tally = Tally::default();
        for trial in 0..cuts.div_ceil(2 * AT_ONCE) {
            let first = &before[trial % before.len()];
            let name = format!("opening-{trial}");
            let mut recording = if trial % 2 == 0 {
                first.killed(&name, &mut self.random)?
            } else {
                let image = first.any_image(&mut self.random)?;
                Recording::new(self.place.path(), &name, first.seed(), Some(&image))?
            };
            recording.run(first.after(Plan::Ingest), 2)?;
            recording.cut_opening(AT_ONCE, &mut self.random, &mut tally)?;
            let mut next = recording.killed(&format!("reopening-{trial}"), &mut self.random)?;
            next.run(first.after(Plan::Ingest), 1)?;
            next.cut_opening(AT_ONCE, &mut self.random, &mut tally)?;
            next.remove()?;
            recording.remove()?;
        }
        self.add("cuts, while it opens", &tally);
        Ok(())
    }

    /// Disks that lie about what is durable must be found out.
    fn lies(&mut self, cuts: usize) -> Result<()> {
        if cuts == 0 {
            return Ok(());
        }
        for (lie, plan, rounds) in [
            (Lie::All, Plan::Ingest, 8),
            (Lie::Data, Plan::Ingest, 8),
            (Lie::Copies, Plan::Copies, 3),
        ] {
            let mut recording = self.recording(&format!("lie-{lie:?}"))?;
            recording.run(plan, rounds)?;
            let mut tally = Tally::default();
            recording.cut(cuts, Some(lie), &mut self.random, &mut tally)?;
            println!(
                "a disk that lies, {lie:?}: {} of {} trials found it out",
                tally.failures.len(),
                tally.trials
            );
            ensure!(!tally.failures.is_empty(), "a lie was not found out");
        }
        Ok(())
    }

    fn end(mut self) -> ExitCode {
        if self.failures == 0 {
            return ExitCode::SUCCESS;
        }
        self.place.disable_cleanup(true);
        let place = self.place.path().display();
        println!(
            "{} failures; what is left of them is in {place}",
            self.failures
        );
        ExitCode::FAILURE
    }
}
