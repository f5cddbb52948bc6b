//! What questions and releases cost as one thing grows and everything else stays: kessan beside SQLite.

use std::path::Path;
use std::rc::Rc;

use anyhow::Result;

use crate::answer::Question;
use crate::facts::{Named, World};
use crate::machine;
use crate::measure::{Asked, Line, Unit, line};
use crate::peers::{Kind, Peer};
use crate::progress::Progress;
use crate::questions::{as_of_questions, in_use, some};
use crate::releases::{cold_release, empty_release, releases_of_companies, warm_releases};

const KINDS: [Kind; 2] = [Kind::Kessan, Kind::Sqlite];
/// Releases into each size of database, warm and cold.
const RELEASES: [usize; 2] = [20, 5];
const QUESTIONS: usize = 500;

pub struct Growth<'a> {
    pub folder: &'a Path,
    pub progress: &'a Progress,
    pub rounds: usize,
    /// The most companies of a database with 100 metrics and 80 quarters.
    pub companies: u32,
}

const fn world(companies: u32, metrics: u32, quarters: u32, versions: u32) -> World {
    World {
        companies,
        metrics,
        quarters,
        versions,
        by_quarter: false,
    }
}

/// What grows, and the worlds in which it does.
const DIMENSIONS: [(&str, [World; 3]); 4] = [
    (
        "companies",
        [
            world(10, 10, 40, 1),
            world(100, 10, 40, 1),
            world(1000, 10, 40, 1),
        ],
    ),
    (
        "metrics",
        [
            world(20, 10, 40, 1),
            world(20, 100, 40, 1),
            world(20, 1000, 40, 1),
        ],
    ),
    (
        "quarters",
        [
            world(20, 20, 20, 1),
            world(20, 20, 80, 1),
            world(20, 20, 320, 1),
        ],
    ),
    (
        "versions",
        [
            world(20, 10, 40, 1),
            world(20, 10, 40, 5),
            world(20, 10, 40, 25),
        ],
    ),
];

/// Sizes of whole databases, in companies of 8,000 facts.
const SIZES: [u32; 4] = [25, 50, 500, 2500];

impl Growth<'_> {
    pub fn run(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for (name, worlds) in DIMENSIONS {
            for world in worlds {
                let count = match name {
                    "companies" => world.companies,
                    "metrics" => world.metrics,
                    "quarters" => world.quarters,
                    _ => world.versions,
                };
                let folder = self.folder.join(format!("{name}-{count}"));
                let mut peers = self.loaded(&folder, &world)?;
                let of = format!("{count} {name}");
                lines.extend(self.questions(&of, &world, &mut peers)?);
                drop(peers);
                std::fs::remove_dir_all(&folder)?;
            }
        }
        lines.extend(self.sizes()?);
        Ok(lines)
    }

    fn loaded(&self, folder: &Path, world: &World) -> Result<Vec<Box<dyn Peer>>> {
        let names = Rc::new(Named::new(*world));
        let mut peers = Vec::new();
        for kind in KINDS {
            self.progress
                .say(format!("{} loads {} facts", kind.name(), world.facts()));
            let folder = folder.join(kind.name());
            machine::load(kind, &folder, world)?;
            peers.extend(kind.open(&folder, &names)?);
        }
        Ok(peers)
    }

    fn questions(&self, of: &str, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut ask = |work: &str, questions: Vec<Question>| -> Result<()> {
            let work = format!("{of}: {work}");
            self.progress.say(work.clone());
            lines.push(line(
                &work,
                world,
                peers,
                self.rounds,
                Asked::Often,
                |_| questions.clone(),
            )?);
            Ok(())
        };
        ask(
            "point",
            in_use(world, QUESTIONS, |key, random| Question::Point {
                key,
                quarter: random.below(world.quarters),
            }),
        )?;
        ask(
            "20 quarters",
            in_use(world, QUESTIONS, |key, random| {
                let first = random.below(world.quarters - 19);
                let last = first + 19;
                Question::Range { key, first, last }
            }),
        )?;
        if world.versions > 1 {
            ask("20 quarters as of a day", as_of_questions(world, QUESTIONS))?;
        }
        ask(
            "YoY of a series",
            in_use(world, QUESTIONS / 5, |key, _| Question::Growth { key }),
        )?;
        ask(
            "panel",
            some(world, |metric, quarter| Question::Panel { metric, quarter }),
        )?;
        Ok(lines)
    }

    /// The same questions of databases of all sizes, and one more release into each.
    fn sizes(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut empty = Line::new("empty database: commit", Unit::Seconds);
        for _ in 0..RELEASES[1] {
            empty_release(&self.folder.join("empty"), &KINDS, &mut empty)?;
        }
        lines.push(empty);
        for companies in SIZES {
            if companies > self.companies {
                break;
            }
            let world = world(companies, 100, 80, 1);
            let of = format!("{} k facts", world.facts() / 1000);
            let folder = self.folder.join(format!("size-{companies}"));
            let mut peers = self.loaded(&folder, &world)?;
            lines.extend(self.questions(&of, &world, &mut peers)?);
            drop(peers);
            self.progress.say(format!("{of}: commits"));
            let names = Rc::new(Named::new(world));
            let mut warm = Line::new(format!("{of}: commit, pages in memory"), Unit::Seconds);
            let mut cold = Line::new(format!("{of}: commit, cold"), Unit::Seconds);
            let mut releases = releases_of_companies(&world);
            let first = releases.by_ref().take(RELEASES[0]);
            warm_releases(&folder, &names, &KINDS, first, &mut warm)?;
            for release in releases.take(RELEASES[1]) {
                cold_release(&folder, &names, &KINDS, &release, &mut cold)?;
            }
            lines.extend([warm, cold]);
            std::fs::remove_dir_all(&folder)?;
        }
        Ok(lines)
    }
}
