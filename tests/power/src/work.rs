//! The process that is killed, or whose disk loses power: it writes to a database, and journals what is done.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use kessan::{Database, Incomplete, LoadItem, OnFailure, VerifyReport};

use crate::facts::{Name, Shape};
use crate::journal::{Journal, Known};

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Plan {
    /// A database is created; then a package or two.
    Create,
    /// Package by package, each a batch.
    Ingest,
    /// Commits of several batches, with small ones between.
    Wide,
    /// Three threads at once.
    Threads,
    /// Bulk loads, many commits to a batch.
    Load,
    /// Every series of a big company anew, again and again: sled uses its segments a second time.
    Aged,
    /// Package by package, and now and then a backup, and a database that is made of it.
    Copies,
    /// Releases of one company, whose recent rows go to their blocks.
    Recent,
    /// All but the copies in turn.
    Mixed,
}

pub const PLANS: [Plan; 9] = [
    Plan::Create,
    Plan::Ingest,
    Plan::Wide,
    Plan::Threads,
    Plan::Load,
    Plan::Aged,
    Plan::Copies,
    Plan::Recent,
    Plan::Mixed,
];

struct Work {
    folder: PathBuf,
    db: Database,
    journal: Journal,
    seed: u64,
    next: AtomicU32,
}

/// Opens or creates the database of a folder and writes a plan's packages to it.
pub fn run(folder: &Path, seed: u64, plan: Plan, rounds: u32) -> Result<()> {
    let known = Known::read(folder)?;
    let journal = Journal::open(folder)?;
    let db = Database::open_or_create(folder.join("db"))?;
    if !known.created {
        journal.created()?;
    }
    let work = Work {
        folder: folder.to_owned(),
        db,
        journal,
        seed,
        next: AtomicU32::new(known.next()),
    };
    for round in 0..rounds {
        work.round(plan, round)?;
    }
    work.db.close();
    Ok(())
}

impl Work {
    fn round(&self, plan: Plan, round: u32) -> Result<()> {
        match plan {
            Plan::Create | Plan::Ingest => self.ingest(Shape::Release),
            Plan::Wide => {
                self.ingest(Shape::Release)?;
                self.ingest(Shape::Wide)
            }
            Plan::Threads => self.threads(),
            Plan::Copies => {
                self.ingest(Shape::Release)?;
                self.ingest(Shape::Tiny)?;
                self.copies(round)
            }
            Plan::Load => self.load(&[Shape::Tiny; 40]),
            Plan::Aged => match round {
                0 => self.ingest(Shape::Long),
                _ if round.is_multiple_of(4) => self.ingest(Shape::Release),
                _ => self.ingest(Shape::Restated),
            },
            Plan::Recent => self.ingest(Shape::Recent),
            // Where it begins, too, is another one each time.
            Plan::Mixed => match (self.next.load(Ordering::Relaxed) / 3 + round) % 8 {
                0 => self.ingest(Shape::Release),
                1 => self.ingest(Shape::Wide),
                2 => self.threads(),
                3 => self.ingest(Shape::Restated),
                4 => self.load(&[Shape::Tiny; 30]),
                5 => self.load(&[Shape::Release, Shape::Wide, Shape::Restated, Shape::Tiny]),
                6 => (0..3).try_for_each(|_| self.ingest(Shape::Recent)),
                _ => self.ingest(Shape::Tiny),
            },
        }
    }

    fn name(&self, shape: Shape) -> Name {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Name { number, shape }
    }

    fn ingest(&self, shape: Shape) -> Result<()> {
        let name = self.name(shape);
        self.journal.begin(&[name])?;
        let taken = self.db.ingest(name.package(self.seed)?)?;
        ensure!(!taken.unchanged(), "{name} was known");
        self.journal.done(&[name])
    }

    /// A backup, and what is made of it in one of the three ways that there are.
    fn copies(&self, round: u32) -> Result<()> {
        let go_on = |_: &_| ControlFlow::Continue(());
        let backup = self.copy("backup", |to| Ok(self.db.backup(to, go_on)?))?;
        let again = match round % 3 {
            0 => self.copy("restored", |to| Ok(Database::restore(&backup, to, go_on)?)),
            1 => self.copy("loaded", |to| {
                let mut text = Vec::new();
                self.db.dump(&mut text, go_on)?;
                Ok(Database::load_dump(text.as_slice(), to, go_on)?)
            }),
            _ => self.copy("salvaged", |to| {
                let salvaged = Database::salvage(&backup, to, Incomplete::Keep, go_on)?;
                ensure!(salvaged.faults.is_empty(), "{}", salvaged.faults[0]);
                Ok(salvaged.verified)
            }),
        };
        again.map(drop)
    }

    fn copy(&self, how: &str, make: impl FnOnce(&Path) -> Result<VerifyReport>) -> Result<PathBuf> {
        let packages = self.next.load(Ordering::Relaxed);
        let name = format!("{how}-{packages}");
        let path = self.folder.join(&name);
        ensure!(make(&path)?.is_sound(), "{name} is not sound");
        self.journal.copied(&name)?;
        Ok(path)
    }

    fn threads(&self) -> Result<()> {
        thread::scope(|scope| {
            let threads = [Shape::Release, Shape::Wide, Shape::Tiny].map(|shape| {
                scope.spawn(move || {
                    self.ingest(shape)?;
                    self.ingest(Shape::Release)
                })
            });
            for thread in threads {
                thread.join().ok().context("a thread panicked")??;
            }
            Ok(())
        })
    }

    fn load(&self, shapes: &[Shape]) -> Result<()> {
        let names: Vec<Name> = shapes.iter().map(|shape| self.name(*shape)).collect();
        self.journal.begin(&names)?;
        let items = names.iter().map(|name| {
            Ok(LoadItem {
                source: name.to_string(),
                bytes: 0,
                package: name.package(self.seed).expect("a package"),
                refused: vec![],
                inferred: false,
                by_document: false,
                notes: vec![],
                fault: None,
            })
        });
        let mut journalled = 0;
        let mut written = Ok(());
        let report = self.db.load(items, OnFailure::Stop, |progress| {
            written = self.journal.done(&names[journalled..progress.packages]);
            journalled = progress.packages;
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        written?;
        ensure!(report.failed.is_empty(), "{}", report.failed[0]);
        ensure!(report.committed == names.len(), "not all was taken in");
        Ok(())
    }
}
