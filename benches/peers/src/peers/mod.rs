//! Who takes part.

use std::hint::black_box;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::answer::{Answer, Question, Tally};
use crate::facts::{Named, Release, World};
use crate::machine::Stopwatch;

mod duckdb;
mod kessan;
mod memory;
mod redb;
mod sqlite;

/// The databases that take part, and plain memory. One may answer in more than one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Kessan,
    Sqlite,
    Redb,
    Memory,
    Duckdb,
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::Kessan,
        Kind::Sqlite,
        Kind::Redb,
        Kind::Memory,
        Kind::Duckdb,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Kessan => "kessan",
            Kind::Sqlite => "SQLite",
            Kind::Redb => "redb",
            Kind::Memory => "memory",
            Kind::Duckdb => "DuckDB",
        }
    }

    pub fn parse(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|kind| kind.name() == name) {
            Some(kind) => Ok(kind),
            None => bail!("no peer is called {name}"),
        }
    }

    /// Whether it keeps anything on disk.
    pub fn is_on_disk(self) -> bool {
        self != Kind::Memory
    }

    /// Makes a database of all facts of a world in a folder that does not exist yet. How long it took is the time
    /// from the first fact to the last one being safe on disk.
    pub fn load(self, folder: &Path, world: &World) -> Result<Duration> {
        std::fs::create_dir_all(folder)?;
        match self {
            Kind::Kessan => kessan::load(folder, world),
            Kind::Sqlite => sqlite::load(folder, world),
            Kind::Redb => redb::load(folder, world),
            Kind::Memory => memory::load(world),
            Kind::Duckdb => bail!("its package loads it, in a process of its own"),
        }
    }

    /// Makes a database without a fact.
    pub fn create(self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        match self {
            Kind::Kessan => kessan::create(folder),
            Kind::Sqlite => sqlite::create(folder),
            Kind::Redb => redb::create(folder),
            Kind::Memory => Ok(()),
            Kind::Duckdb => duckdb::create(folder),
        }
    }

    /// Opens a database: every way in which it answers.
    pub fn open(self, folder: &Path, names: &Rc<Named>) -> Result<Vec<Box<dyn Peer>>> {
        match self {
            Kind::Kessan => kessan::open(folder, names),
            Kind::Sqlite => sqlite::open(folder, names),
            Kind::Redb => Ok(vec![redb::open(folder)?]),
            Kind::Memory => Ok(vec![memory::open(&names.world)]),
            Kind::Duckdb => duckdb::open(folder),
        }
    }

    /// Opens a database in the first of the ways in which it answers.
    pub fn open_one(self, folder: &Path, names: &Rc<Named>) -> Result<Box<dyn Peer>> {
        match self {
            Kind::Sqlite => sqlite::open_one(folder, names),
            kind => Ok(kind.open(folder, names)?.swap_remove(0)),
        }
    }
}

pub use duckdb::{load as load_duckdb, python, version as duckdb_version};

/// An open database, or a way in which it answers.
pub trait Peer {
    fn name(&self) -> &'static str;

    /// Whether it answers such a question.
    fn can(&self, question: &Question) -> bool;

    /// Gets hold of what a caller would have in hand before asking.
    fn prepare(&mut self, _: &[Question]) -> Result<()> {
        Ok(())
    }

    /// Answers one question; the answer is empty before.
    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()>;

    /// How long all questions take, several times over.
    fn time(&mut self, questions: &[Question], times: u32) -> Result<Duration> {
        let mut answer = Answer::default();
        let start = Stopwatch::start();
        for _ in 0..times {
            for question in questions {
                answer.clear();
                self.ask(black_box(question), &mut answer)?;
                black_box(&mut answer);
            }
        }
        Ok(start.elapsed())
    }

    /// The change of every fact of every series over the year before. `None` where it does not do that, or not in
    /// this way. `thorough`: with a [`Tally`] to be compared.
    fn growth_of_all(&mut self, _: bool) -> Result<Option<(Duration, Tally)>> {
        Ok(None)
    }

    /// Takes in a release: how long until it is safe on disk. `None` where it does not, or not in this way.
    fn release(&mut self, _: &Release) -> Result<Option<Duration>> {
        Ok(None)
    }
}
