//! A disk, as a log of calls leaves it, and what a power cut may leave of it.
//!
//! What was written before a sync of its file began, and returned, is there after a power cut. Of everything else any part
//! may be: of a file any sector of 512 bytes, as it was at any time since the last sync, and any of the sizes it had; of a
//! folder any of its changes.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;

use crate::cut::{Content, Cut};
use crate::event::{Call, Event};

/// What is left of what was not synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Mode {
    /// Nothing.
    Dropped,
    /// Everything.
    Kept,
    /// Some calls, others not.
    Some,
    /// Some sectors of what was written, others not.
    Torn,
}

pub const MODES: [Mode; 4] = [Mode::Dropped, Mode::Kept, Mode::Some, Mode::Torn];

/// A sync that says it was done, and was not. The disk then has to lose something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Lie {
    /// No sync of any file or folder that ends after the database was created.
    All,
    /// No sync of the file with the data.
    Data,
    /// No sync of anything but the database itself: of its copies and of the folder around all.
    Copies,
}

/// The disk.
pub struct Disk {
    pub log: Vec<u8>,
    /// The folder that was watched is the first.
    pub nodes: Vec<Node>,
    /// Places of events that begin the sync of a file, and of those that begin a write to the journal.
    syncs: Vec<usize>,
    journalled: Vec<usize>,
    /// Where each event ends in the log.
    ends: Vec<usize>,
    pending: Vec<(u64, Option<usize>)>,
}

/// A file or folder.
#[derive(Default)]
pub struct Node {
    pub folder: bool,
    pub changes: Vec<Change>,
    /// Beginning and end of each sync.
    pub syncs: Vec<(usize, usize)>,
}

pub struct Change {
    pub begin: usize,
    /// Greater than every place where it did not return.
    pub end: usize,
    pub what: What,
}

pub enum What {
    Write {
        offset: usize,
        data: Range<usize>,
    },
    Size(usize),
    /// Names that mean something else now, or nothing; all at once.
    Names(Vec<(String, Option<usize>)>),
}

impl Disk {
    /// Reads a log.
    pub fn read(log: Vec<u8>) -> Result<Self> {
        let mut disk = Disk {
            log: Vec::new(),
            nodes: vec![Node {
                folder: true,
                ..Node::default()
            }],
            syncs: Vec::new(),
            journalled: Vec::new(),
            ends: Vec::new(),
            pending: Vec::new(),
        };
        let mut reading = Reading::default();
        let mut at = 0;
        while at < log.len() {
            let length = log.get(at..at + 4).context("a torn event")?;
            let length = u32::from_le_bytes(length.try_into()?);
            let next = at + 4 + length as usize;
            let event = Event::read(log.get(at + 4..next).context("a torn event")?);
            let event = event.map_err(anyhow::Error::msg)?;
            disk.add(event, next, &mut reading)
                .with_context(|| format!("event {}", disk.ends.len()))?;
            disk.ends.push(next);
            at = next;
        }
        let calls = reading.calls.into_iter().map(|(call, pending)| {
            let length = match pending {
                Pending::Change(node, index) => match &disk.nodes[node].changes[index].what {
                    What::Write { data, .. } => Some(data.len()),
                    _ => Some(0),
                },
                _ => None,
            };
            (call, length)
        });
        disk.pending = calls.collect();
        disk.log = log;
        Ok(disk)
    }

    /// Adds an event that ends at a place of the log.
    fn add(&mut self, event: Event, log: usize, reading: &mut Reading) -> Result<()> {
        let place = self.ends.len();
        match event {
            Event::Begin { call, what } => {
                let pending = self.begin(place, log, &what, reading)?;
                reading.calls.insert(call, pending);
            }
            Event::End { call, result } => {
                let pending = reading.calls.remove(&call).context("it has no beginning")?;
                self.end(place, call, result, pending, reading)?;
            }
        }
        Ok(())
    }

    fn begin(
        &mut self,
        place: usize,
        log: usize,
        what: &Call,
        reading: &Reading,
    ) -> Result<Pending> {
        let node = |handle: u64| {
            let node = reading.handles.get(&handle).copied();
            node.with_context(|| format!("nothing was opened by call {handle}"))
        };
        Ok(match *what {
            Call::Write {
                handle,
                offset,
                data,
            } => {
                let node = node(handle)?;
                if reading.live.get("journal") == Some(&node) {
                    self.journalled.push(place);
                }
                let what = What::Write {
                    offset: usize::try_from(offset)?,
                    data: log - data.len()..log,
                };
                self.change(node, place, what)
            }
            Call::Truncate { handle, length } => {
                self.change(node(handle)?, place, What::Size(usize::try_from(length)?))
            }
            Call::Sync { handle } => {
                self.syncs.push(place);
                Pending::Sync(node(handle)?, place)
            }
            Call::Open {
                path,
                create,
                truncate,
            } => Pending::Open {
                path: path.to_owned(),
                create,
                truncate,
            },
            Call::Rename { from, to } => Pending::Rename(from.to_owned(), to.to_owned()),
            Call::Remove { path } => Pending::Remove(path.to_owned()),
            Call::MakeFolder { path } => Pending::MakeFolder(path.to_owned()),
        })
    }

    /// Begins to change a node.
    fn change(&mut self, node: usize, begin: usize, what: What) -> Pending {
        let changes = &mut self.nodes[node].changes;
        changes.push(Change {
            begin,
            end: usize::MAX,
            what,
        });
        Pending::Change(node, changes.len() - 1)
    }

    fn end(
        &mut self,
        place: usize,
        call: u64,
        result: i64,
        pending: Pending,
        reading: &mut Reading,
    ) -> Result<()> {
        match pending {
            Pending::Change(node, index) => {
                let change = &mut self.nodes[node].changes[index];
                change.end = place;
                if let What::Write { data, .. } = &mut change.what {
                    data.end = data.start + usize::try_from(result).unwrap_or(0).min(data.len());
                }
                ensure!(result >= 0, "a write failed");
            }
            Pending::Sync(node, begin) if result == 0 => {
                self.nodes[node].syncs.push((begin, place));
            }
            Pending::Open {
                path,
                create,
                truncate,
            } if result >= 0 => {
                let node = match reading.live.get(&path) {
                    Some(node) => *node,
                    None if path.is_empty() => 0,
                    None if create => self.make(&path, false, place, reading)?,
                    None => bail!("{path} was opened and is not there"),
                };
                if truncate {
                    self.done(node, place, What::Size(0));
                }
                reading.handles.insert(call, node);
            }
            Pending::MakeFolder(path) if result == 0 => {
                self.make(&path, true, place, reading)?;
            }
            Pending::Rename(from, to) if result == 0 => {
                let (folder, name) = reading.folder_of(&from)?;
                let (other, new) = reading.folder_of(&to)?;
                let node = reading.rename(&from, &to)?;
                let (new, old) = ((new, Some(node)), (name, None));
                if folder == other {
                    self.done(folder, place, What::Names(vec![new, old]));
                } else {
                    // Two folders: each of them may have reached the disk without the other.
                    self.done(other, place, What::Names(vec![new]));
                    self.done(folder, place, What::Names(vec![old]));
                }
            }
            Pending::Remove(path) if result == 0 => {
                reading.live.remove(&path).context("nothing to remove")?;
                ensure!(reading.below(&path).is_empty(), "{path} was not empty");
                let (folder, name) = reading.folder_of(&path)?;
                self.done(folder, place, What::Names(vec![(name, None)]));
            }
            // What failed changed nothing.
            _ => {}
        }
        Ok(())
    }

    fn make(
        &mut self,
        path: &str,
        folder: bool,
        place: usize,
        reading: &mut Reading,
    ) -> Result<usize> {
        let (parent, name) = reading.folder_of(path)?;
        let node = self.nodes.len();
        self.nodes.push(Node {
            folder,
            ..Node::default()
        });
        self.done(parent, place, What::Names(vec![(name, Some(node))]));
        reading.live.insert(path.to_owned(), node);
        Ok(node)
    }

    fn done(&mut self, node: usize, place: usize, what: What) {
        self.nodes[node].changes.push(Change {
            begin: place,
            end: place,
            what,
        });
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The log before a place.
    pub fn events(&self, place: usize) -> &[u8] {
        let end = place.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.log[..end]
    }

    /// Calls that have not returned, with what those return that change a file if they do.
    pub fn pending(&self) -> &[(u64, Option<usize>)] {
        &self.pending
    }

    /// The file or folder of a path, as it is at the end.
    pub fn node(&self, path: &str) -> Option<&Node> {
        path.split('/')
            .try_fold(self.nodes.first()?, |folder, name| {
                let meanings = folder.changes.iter().rev().filter_map(|change| {
                    let What::Names(names) = &change.what else {
                        return None;
                    };
                    names.iter().find(|(each, _)| each == name)
                });
                let (_, node) = meanings.into_iter().next()?;
                self.nodes.get((*node)?)
            })
    }

    /// Where lines of the journal begin to be written: each a place, and where its event ends in the log.
    pub fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let places = self.journalled.iter();
        places.map(|place| (*place, self.ends[*place]))
    }

    /// When the database was created, as the journal has it.
    pub fn created(&self) -> usize {
        self.journalled.first().copied().unwrap_or(usize::MAX)
    }

    /// The first line of the journal after a place, or the end.
    pub fn journalled(&self, first: usize) -> usize {
        let mut lines = self.journalled.iter();
        lines
            .find(|place| **place >= first)
            .copied()
            .unwrap_or(self.len())
    }

    /// A place to cut at: any, or one where much is at stake, before a sync or after a line of the journal.
    pub fn place(&self, first: usize, random: &mut Rng) -> usize {
        let any = random.usize(first..=self.len());
        let near = match random.u8(0..3) {
            0 => self.syncs.get(random.usize(0..self.syncs.len().max(1))),
            1 => self
                .journalled
                .get(random.usize(0..self.journalled.len().max(1))),
            _ => None,
        };
        near.copied().filter(|near| *near >= first).unwrap_or(any)
    }

    /// Everything as it is at the end.
    pub fn whole(&self) -> BTreeMap<String, Content> {
        self.cut(self.len(), Mode::Kept, None, &mut Rng::with_seed(0))
    }

    /// The disk after a power cut before the event at a place.
    pub fn cut(
        &self,
        place: usize,
        mode: Mode,
        lie: Option<Lie>,
        random: &mut Rng,
    ) -> BTreeMap<String, Content> {
        let mut all = BTreeMap::new();
        let cut = Cut {
            disk: self,
            place,
            mode,
            lie,
        };
        cut.folder("", 0, random, &mut all);
        all
    }

    /// The journal with all that began before a place.
    pub fn journal(&self, place: usize) -> Vec<u8> {
        let of = |node: &&Node| {
            let mut begins = node.changes.iter().map(|change| change.begin);
            begins.any(|begin| self.journalled.first() == Some(&begin))
        };
        let mut file = Vec::new();
        for change in self
            .nodes
            .iter()
            .find(of)
            .iter()
            .flat_map(|node| &node.changes)
        {
            if change.begin < place {
                self.apply(change, &mut file);
            }
        }
        file
    }

    /// Makes a change to a file.
    pub fn apply(&self, change: &Change, file: &mut Vec<u8>) {
        match &change.what {
            What::Write { offset, data } => {
                let data = &self.log[data.clone()];
                let end = offset + data.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(data);
            }
            What::Size(size) => file.resize(*size, 0),
            What::Names(_) => {}
        }
    }
}

/// What is known while a log is read.
struct Reading {
    /// What the paths mean that are there.
    live: BTreeMap<String, usize>,
    handles: HashMap<u64, usize>,
    calls: HashMap<u64, Pending>,
}

/// A call that has begun.
enum Pending {
    /// A change of a node, by its number.
    Change(usize, usize),
    Sync(usize, usize),
    Open {
        path: String,
        create: bool,
        truncate: bool,
    },
    Rename(String, String),
    Remove(String),
    MakeFolder(String),
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            live: BTreeMap::from([(String::new(), 0)]),
            handles: HashMap::new(),
            calls: HashMap::new(),
        }
    }
}

impl Reading {
    /// The folder of a path, and the name in it.
    fn folder_of(&self, path: &str) -> Result<(usize, String)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let node = self.live.get(folder);
        let node = node.with_context(|| format!("there is no folder {folder}"))?;
        Ok((*node, name.to_owned()))
    }

    /// The paths below a folder.
    fn below(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let all = self.live.range(prefix.clone()..);
        let below = all.map(|(path, _)| path.clone());
        below.take_while(|path| path.starts_with(&prefix)).collect()
    }

    /// Gives a path and all below it another name.
    fn rename(&mut self, from: &str, to: &str) -> Result<usize> {
        let node = self.live.remove(from).context("nothing to rename")?;
        for path in self.below(from) {
            let moved = format!("{to}{}", &path[from.len()..]);
            let node = self.live.remove(&path).context("nothing to move")?;
            self.live.insert(moved, node);
        }
        self.live.insert(to.to_owned(), node);
        Ok(node)
    }
}
