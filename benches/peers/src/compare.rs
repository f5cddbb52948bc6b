//! All peers on one world, and on the smaller ones that show what it cannot.

use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::answer::{Answer, Question, Tally};
use crate::facts::{Named, Random, World};
use crate::machine::{self, Load};
use crate::measure::{Asked, Cell, Line, Unit, compare, line};
use crate::peers::{Kind, Peer};
use crate::progress::Progress;
use crate::questions::{PANELS, POINTS, any, as_of_questions, in_use, shuffled, some, some_key};
use crate::reckoning;
use crate::releases::{cold_release, empty_release, releases_of_companies, warm_releases};

/// How large the worlds are, and how often everything is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub main: World,
    /// How often all peers load it.
    pub loads: usize,
    /// Rounds of short questions.
    pub rounds: usize,
    /// Rounds of opening, of the year over year of everything, and of cold commits.
    pub long_rounds: usize,
}

/// A metric of as many companies as a panel is asked for.
const WIDE: [World; 2] = [
    World {
        companies: 500,
        metrics: 10,
        quarters: 80,
        versions: 1,
        by_quarter: false,
    },
    World {
        companies: 5000,
        metrics: 4,
        quarters: 20,
        versions: 1,
        by_quarter: false,
    },
];
/// Facts that were restated four times.
const RESTATED: World = World {
    companies: 20,
    metrics: 100,
    quarters: 40,
    versions: 5,
    by_quarter: false,
};
/// What is taken in release by release.
const STEPWISE: World = World {
    companies: 10,
    metrics: 100,
    quarters: 80,
    versions: 1,
    by_quarter: true,
};
/// The same, of more companies, to be asked.
const GROWN: World = World {
    companies: 100,
    metrics: 100,
    quarters: 8,
    versions: 1,
    by_quarter: true,
};
/// After as many seconds and two samples a peer is not asked again for the year over year of everything.
const LONG_ENOUGH: f64 = 20.0;
/// Releases taken in with pages in memory.
const WARM_RELEASES: u32 = 30;

pub struct Compare<'a> {
    pub plan: Plan,
    pub kinds: &'a [Kind],
    pub folder: &'a Path,
    pub progress: &'a Progress,
}

impl Compare<'_> {
    /// Everything, in the order of the table.
    pub fn run(&self) -> Result<Vec<Line>> {
        let main = self.plan.main;
        let mut lines = Vec::new();
        let loads = self.loads(&main)?;
        let names = Rc::new(Named::new(main));
        {
            let mut peers = self.open("main", &names)?;
            lines.extend(self.series_questions(&main, &mut peers)?);
            lines.push(self.panels(&main, &mut peers)?);
            lines.push(self.any_panels("", &main, &mut peers)?);
            lines.push(self.screen(&main, &mut peers)?);
            lines.push(self.growth_of_all(&main, &mut peers)?);
        }
        for world in WIDE {
            if world.companies == main.companies {
                continue;
            }
            let name = format!("wide-{}", world.companies);
            let mut peers = self.loaded(&name, &world)?;
            lines.push(self.panels(&world, &mut peers)?);
            lines.push(self.screen(&world, &mut peers)?);
        }
        {
            let mut peers = self.loaded("restated", &RESTATED)?;
            lines.extend(self.versions(&RESTATED, &mut peers)?);
        }
        lines.extend(self.grown()?);
        lines.extend(loads);
        lines.push(self.memory(&main)?);
        lines.extend(self.openings(&names)?);
        lines.extend(self.releases(&names)?);
        lines.extend(self.stepwise()?);
        Ok(lines)
    }

    fn open(&self, name: &str, names: &Rc<Named>) -> Result<Vec<Box<dyn Peer>>> {
        let mut peers = Vec::new();
        for kind in self.kinds {
            let folder = self.folder.join(name).join(kind.name());
            let opened = kind.open(&folder, names);
            peers.extend(opened.with_context(|| format!("opening {}", kind.name()))?);
        }
        Ok(peers)
    }

    /// A world besides the main one: loaded, and open.
    fn loaded(&self, name: &str, world: &World) -> Result<Vec<Box<dyn Peer>>> {
        for kind in self.kinds.iter().filter(|kind| kind.is_on_disk()) {
            self.progress
                .say(format!("{} loads {} facts", kind.name(), world.facts()));
            machine::load(*kind, &self.folder.join(name).join(kind.name()), world)?;
        }
        self.open(name, &Rc::new(Named::new(*world)))
    }

    fn loads(&self, world: &World) -> Result<Vec<Line>> {
        let mut speed = Line::new("bulk load", Unit::FactsPerSecond);
        let mut peak = Line::new("bulk load, most memory", Unit::Bytes);
        let mut size = Line::new("bulk loaded, on disk", Unit::BytesPerFact);
        for _ in 0..self.plan.loads {
            for kind in self.kinds {
                self.progress
                    .say(format!("{} loads {} facts", kind.name(), world.facts()));
                let folder = self.folder.join("main").join(kind.name());
                let Load {
                    time,
                    peak: most,
                    disk,
                } = machine::load(*kind, &folder, world)?;
                let facts = float(world.facts());
                speed.add(kind.name(), facts / time.as_secs_f64());
                peak.add(kind.name(), float(most));
                if kind.is_on_disk() {
                    size.add(kind.name(), float(disk) / facts);
                }
            }
        }
        Ok(vec![speed, peak, size])
    }

    fn line(
        &self,
        work: &str,
        world: &World,
        peers: &mut [Box<dyn Peer>],
        questions: impl FnMut(usize) -> Vec<Question>,
    ) -> Result<Line> {
        self.progress.say(work.to_owned());
        let rounds = self.plan.rounds;
        line(work, world, peers, rounds, Asked::Often, questions)
    }

    fn series_questions(&self, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Vec<Line>> {
        let last = world.quarters - 1;
        let point = |key, random: &mut Random| Question::Point {
            key,
            quarter: random.below(world.quarters),
        };
        let twenty = |key, random: &mut Random| {
            let first = random.below(world.quarters - 19);
            Question::Range {
                key,
                first,
                last: first + 19,
            }
        };
        let mut lines = vec![
            self.line("point, 1,000 series in use", world, peers, |_| {
                in_use(world, POINTS, point)
            })?,
            self.line("point, any series", world, peers, |round| {
                any(world, round, POINTS, point)
            })?,
            self.line("point, company and metric by name", world, peers, |_| {
                in_use(world, POINTS, |key, random| Question::Named {
                    key,
                    quarter: random.below(world.quarters),
                })
            })?,
            self.line("20 quarters, 1,000 series in use", world, peers, |_| {
                in_use(world, POINTS, twenty)
            })?,
            self.line("20 quarters, any series", world, peers, |round| {
                any(world, round, POINTS, twenty)
            })?,
        ];
        let whole = format!("{} quarters", last + 1);
        lines.push(self.line(&whole, world, peers, |_| {
            in_use(world, POINTS, |key, _| Question::Range {
                key,
                first: 0,
                last,
            })
        })?);
        let whole = format!("{whole}, YoY with interval");
        lines.push(self.line(&whole, world, peers, |_| {
            in_use(world, POINTS / 10, |key, _| Question::Growth { key })
        })?);
        Ok(lines)
    }

    fn panels(&self, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Line> {
        let work = format!("panel, {} companies", world.companies);
        let questions = some(world, |metric, quarter| Question::Panel { metric, quarter });
        self.line(&work, world, peers, |_| questions.clone())
    }

    /// Panels of other metrics and quarters in each round.
    fn any_panels(&self, of: &str, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Line> {
        let work = format!("panel, {} companies, any{of}", world.companies);
        self.progress.say(work.clone());
        let panels = shuffled(world.metrics * world.quarters, 13);
        let rounds = self.plan.rounds;
        ensure!(
            rounds * PANELS <= panels.len(),
            "there are too few panels for other ones in each round"
        );
        line(&work, world, peers, rounds, Asked::Once, |round| {
            let other = panels.iter().skip(round * PANELS).take(PANELS);
            let panel = |number: &u32| Question::Panel {
                metric: number / world.quarters,
                quarter: number % world.quarters,
            };
            other.map(panel).collect()
        })
    }

    fn screen(&self, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Line> {
        let work = format!("top 10 of {} companies by YoY", world.companies);
        let questions = some(world, |metric, quarter| Question::Top {
            metric,
            quarter,
            count: 10,
        });
        self.line(&work, world, peers, |_| questions.clone())
    }

    fn versions(&self, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Vec<Line>> {
        let range = |random: &mut Random| {
            let first = random.below(world.quarters - 19);
            (first, first + 19)
        };
        let latest = self.line("20 quarters, latest of 5 versions", world, peers, |_| {
            in_use(world, POINTS, |key, random| {
                let (first, last) = range(random);
                Question::Range { key, first, last }
            })
        })?;
        let as_of = self.line("20 quarters as of a day, 5 versions", world, peers, |_| {
            as_of_questions(world, POINTS / 4)
        })?;
        Ok(vec![latest, as_of])
    }

    /// The year over year of everything. All peers must come to the same tally.
    fn growth_of_all(&self, world: &World, peers: &mut [Box<dyn Peer>]) -> Result<Line> {
        let mut line = Line::new("YoY with interval of all series", Unit::Seconds);
        let mut agreed: Option<(Tally, String)> = None;
        for peer in peers.iter_mut() {
            self.progress
                .say(format!("{} is compared on all changes", peer.name()));
            let Some((_, tally)) = peer.growth_of_all(true)? else {
                continue;
            };
            let changes: u64 = tally.words.iter().sum();
            ensure!(changes == world.facts(), "{} lacks changes", peer.name());
            // Rounded ratios have another digest.
            let exact = !matches!(peer.name(), "SQLite" | "DuckDB");
            match &agreed {
                Some((first, of)) => ensure!(
                    first.words == tally.words && (!exact || first.digest == tally.digest),
                    "{} has {tally:?}, {of} {first:?}",
                    peer.name()
                ),
                None if exact => agreed = Some((tally, peer.name().to_owned())),
                None => {}
            }
        }
        for _ in 0..self.plan.long_rounds {
            for peer in peers.iter_mut() {
                self.progress.say(format!("{}: {}", line.work, peer.name()));
                let enough = |cell: &Cell| {
                    cell.samples.len() > 1 && cell.samples.iter().sum::<f64>() > LONG_ENOUGH
                };
                if line.cell(peer.name()).is_some_and(enough) {
                    continue;
                }
                if let Some((time, _)) = peer.growth_of_all(false)? {
                    line.add(peer.name(), time.as_secs_f64());
                }
            }
        }
        Ok(line)
    }

    /// Those that a program opens itself; Python takes longer to start than any of them.
    fn opened_here(&self) -> impl Iterator<Item = Kind> {
        let here = |kind: &Kind| kind.is_on_disk() && *kind != Kind::Duckdb;
        self.kinds.iter().copied().filter(here)
    }

    fn openings(&self, names: &Rc<Named>) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for (cold, how) in [(false, "pages in memory"), (true, "cold")] {
            let mut open = Line::new(format!("open and first point, {how}"), Unit::Seconds);
            let mut panel = Line::new(format!("first panel after open, {how}"), Unit::Seconds);
            self.progress.say(open.work.clone());
            let mut random = Random::new(17);
            for _ in 0..self.plan.long_rounds {
                let key = some_key(&names.world, &mut random);
                let quarter = random.below(names.world.quarters);
                for kind in self.opened_here() {
                    let folder = self.folder.join("main").join(kind.name());
                    let mut answer = Answer::default();
                    let fresh = || {
                        if cold {
                            machine::forget(&folder)
                        } else {
                            Ok(())
                        }
                    };
                    fresh()?;
                    let point = Question::Point { key, quarter };
                    let start = Instant::now();
                    let mut peer = kind.open_one(&folder, names)?;
                    peer.ask(&point, &mut answer)?;
                    open.add(kind.name(), start.elapsed().as_secs_f64());
                    reckoning::check(&names.world, &point, &answer)?;
                    drop(peer);
                    fresh()?;
                    let mut peer = kind.open_one(&folder, names)?;
                    let question = Question::Panel {
                        metric: key.metric,
                        quarter,
                    };
                    answer.clear();
                    let start = Instant::now();
                    peer.ask(&question, &mut answer)?;
                    panel.add(kind.name(), start.elapsed().as_secs_f64());
                    reckoning::check(&names.world, &question, &answer)?;
                }
            }
            lines.extend([open, panel]);
        }
        Ok(lines)
    }

    /// Releases of a hundred figures into the loaded database, with pages in memory and cold, and into an empty one.
    fn releases(&self, names: &Rc<Named>) -> Result<Vec<Line>> {
        let folder = self.folder.join("main");
        let kinds: Vec<Kind> = self
            .kinds
            .iter()
            .copied()
            .filter(|k| k.is_on_disk())
            .collect();
        let [mut warm, mut cold, mut empty] = ["pages in memory", "cold", "empty database"]
            .map(|how| Line::new(format!("durable commit of a release, {how}"), Unit::Seconds));
        self.progress.say("durable commits of releases");
        let mut releases = releases_of_companies(&names.world);
        let rounds = u32::try_from(self.plan.long_rounds)?;
        ensure!(
            WARM_RELEASES + rounds <= names.world.companies,
            "too few companies"
        );
        warm_releases(
            &folder,
            names,
            &kinds,
            releases.by_ref().take(WARM_RELEASES as usize),
            &mut warm,
        )?;
        for release in releases.take(self.plan.long_rounds) {
            cold_release(&folder, names, &kinds, &release, &mut cold)?;
        }
        for _ in 0..self.plan.long_rounds {
            empty_release(&self.folder.join("empty"), &kinds, &mut empty)?;
        }
        Ok(vec![warm, cold, empty])
    }

    /// A database that grows by one release after the other, in the order of quarters.
    fn stepwise(&self) -> Result<Vec<Line>> {
        let mut commit = Line::new(
            "durable commit of a release, one after the other",
            Unit::Seconds,
        );
        let mut size = Line::new("release by release, on disk", Unit::BytesPerFact);
        let world = STEPWISE;
        let mut peers = self.by_releases("stepwise", &world, &mut commit)?;
        let whole = any(&world, 0, POINTS, |key, _| Question::Range {
            key,
            first: 0,
            last: world.quarters - 1,
        });
        for peer in &mut peers {
            compare(&world, peer.as_mut(), &whole)?;
        }
        drop(peers);
        for kind in self.kinds.iter().filter(|kind| kind.is_on_disk()) {
            let folder = self.folder.join("stepwise").join(kind.name());
            let bytes = float(machine::disk(&folder)?);
            size.add(kind.name(), bytes / float(world.facts()));
        }
        Ok(vec![commit, size])
    }

    /// Questions to a database that grew by releases.
    fn grown(&self) -> Result<Vec<Line>> {
        let world = GROWN;
        let mut commits = Line::new("releases of many companies", Unit::Seconds);
        let mut peers = self.by_releases("grown", &world, &mut commits)?;
        let work = "8 quarters, any series, after releases";
        let series = self.line(work, &world, &mut peers, |round| {
            any(&world, round, POINTS, |key, _| Question::Range {
                key,
                first: 0,
                last: world.quarters - 1,
            })
        })?;
        let panel = self.any_panels(", after releases", &world, &mut peers)?;
        Ok(vec![series, panel])
    }

    /// A world that every peer takes in release by release, quarter after quarter; then all are open.
    fn by_releases(
        &self,
        name: &str,
        world: &World,
        commit: &mut Line,
    ) -> Result<Vec<Box<dyn Peer>>> {
        let names = Rc::new(Named::new(*world));
        for kind in self.kinds.iter().filter(|kind| kind.is_on_disk()) {
            self.progress
                .say(format!("{}, release by release", kind.name()));
            let folder = self.folder.join(name).join(kind.name());
            if folder.exists() {
                std::fs::remove_dir_all(&folder)?;
            }
            kind.create(&folder)?;
            let mut peer = kind.open_one(&folder, &names)?;
            for quarter in 0..world.quarters {
                for company in 0..world.companies {
                    let document = world.document(company, quarter);
                    let mut release = world.release_of(company, quarter, document);
                    release.new_company = quarter == 0;
                    release.new_metrics = (company, quarter) == (0, 0);
                    let time = peer.release(&release)?.context("it takes in releases")?;
                    commit.add(kind.name(), time.as_secs_f64());
                }
            }
        }
        self.open(name, &names)
    }

    /// What memory it takes to open the loaded database and ask it everything.
    fn memory(&self, world: &World) -> Result<Line> {
        let mut line = Line::new("open and ask everything, most memory", Unit::Bytes);
        for kind in self.opened_here() {
            self.progress
                .say(format!("{} is asked everything", kind.name()));
            let folder = self.folder.join("main").join(kind.name());
            line.add(kind.name(), float(machine::ask(kind, &folder, world)?));
        }
        Ok(line)
    }
}

#[expect(clippy::cast_precision_loss, reason = "for ratios")]
pub fn float(number: u64) -> f64 {
    number as f64
}
