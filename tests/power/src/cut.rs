//! What a power cut leaves of files and folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use fastrand::Rng;

use crate::model::{Change, Disk, Lie, Mode, Node, What};

const SECTOR: usize = 512;

/// Of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    Folder,
    File(Vec<u8>),
}

/// A power cut.
pub struct Cut<'a> {
    pub disk: &'a Disk,
    /// Before the event of this place.
    pub place: usize,
    pub mode: Mode,
    pub lie: Option<Lie>,
}

impl Cut<'_> {
    /// Adds what is left below a folder.
    pub fn folder(
        &self,
        path: &str,
        node: usize,
        random: &mut Rng,
        all: &mut BTreeMap<String, Content>,
    ) {
        for (name, node) in self.names(path, &self.disk.nodes[node], random) {
            let path = match path {
                "" => name,
                _ => format!("{path}/{name}"),
            };
            if self.disk.nodes[node].folder {
                all.insert(path.clone(), Content::Folder);
                self.folder(&path, node, random, all);
            } else {
                let content = self.file(&path, &self.disk.nodes[node], random);
                all.insert(path, Content::File(content));
            }
        }
    }

    /// When the last sync began that was done before the cut.
    fn synced(&self, path: &str, node: &Node) -> usize {
        let lie = match self.lie {
            None => usize::MAX,
            Some(Lie::Data) if path != "db/sled/db" => usize::MAX,
            Some(Lie::Copies) if path == "db" || path.starts_with("db/") => usize::MAX,
            Some(_) => self.disk.created(),
        };
        let done = node
            .syncs
            .iter()
            .filter(|(_, end)| *end < self.place.min(lie));
        done.map(|(begin, _)| *begin).max().unwrap_or(0)
    }

    fn names(&self, path: &str, node: &Node, random: &mut Rng) -> BTreeMap<String, usize> {
        let synced = self.synced(path, node);
        let changes = node.changes.iter();
        let changes: Vec<_> = changes.filter(|change| change.end < self.place).collect();
        // Most file systems keep the order of names; they need not.
        let count = random.usize(0..=changes.len());
        let in_order = random.bool();
        let mut names = BTreeMap::new();
        for (index, change) in changes.into_iter().enumerate() {
            let kept = match self.mode {
                _ if change.end < synced => true,
                Mode::Dropped => false,
                Mode::Kept => true,
                Mode::Some | Mode::Torn if in_order => index < count,
                Mode::Some | Mode::Torn => random.bool(),
            };
            let What::Names(meanings) = &change.what else {
                continue;
            };
            for (name, node) in meanings.iter().filter(|_| kept) {
                match node {
                    Some(node) => names.insert(name.clone(), *node),
                    None => names.remove(name),
                };
            }
        }
        names
    }

    fn file(&self, path: &str, node: &Node, random: &mut Rng) -> Vec<u8> {
        let synced = self.synced(path, node);
        let begun = node.changes.iter();
        let begun: Vec<&Change> = begun.filter(|change| change.begin < self.place).collect();
        let unsynced = begun.iter().filter(|change| change.end >= synced).count();
        // Of the changes that are not synced, up to which one the size is known.
        let sized = match self.mode {
            Mode::Dropped => 0,
            Mode::Kept => unsynced,
            Mode::Some | Mode::Torn => random.usize(0..=unsynced),
        };
        // Disks may write the last thing first.
        let late = match self.mode {
            Mode::Some if random.bool() => Some(random.usize(0..=unsynced)),
            _ => None,
        };
        let mut file = File::default();
        let mut size = 0;
        let mut seen = 0;
        for change in begun {
            if change.end < synced {
                self.disk.apply(change, &mut file.all);
                self.disk.apply(change, &mut file.left);
                if seen <= sized {
                    size = file.all.len();
                }
                continue;
            }
            let before = file.all.len();
            self.disk.apply(change, &mut file.all);
            seen += 1;
            if seen <= sized {
                size = file.all.len();
                if file.all.len() < before {
                    file.left.truncate(file.all.len());
                }
            }
            // It may have been under way.
            let kept = match self.mode {
                Mode::Dropped => false,
                Mode::Kept => change.end < self.place || random.bool(),
                Mode::Some => late.map_or_else(|| random.bool(), |late| seen > late),
                Mode::Torn => true,
            };
            if kept && let What::Write { offset, data } = &change.what {
                file.keep(
                    *offset,
                    offset + data.len(),
                    self.mode == Mode::Torn,
                    random,
                );
            }
        }
        file.left.resize(size, 0);
        file.left
    }
}

#[derive(Default)]
struct File {
    /// As programs see it.
    all: Vec<u8>,
    /// As it is on the disk.
    left: Vec<u8>,
}

impl File {
    /// Writes sectors out, as they are now.
    fn keep(&mut self, start: usize, end: usize, torn: bool, random: &mut Rng) {
        let mut at = start / SECTOR * SECTOR;
        while at < end {
            let to = (at + SECTOR).min(self.all.len());
            if !torn || random.bool() {
                if self.left.len() < to {
                    self.left.resize(to, 0);
                }
                self.left[at..to].copy_from_slice(&self.all[at..to]);
            }
            at += SECTOR;
        }
    }
}

/// Writes files and folders into an empty folder.
pub fn write(all: &BTreeMap<String, Content>, folder: &Path) -> Result<()> {
    for (path, content) in all {
        match content {
            Content::Folder => fs::create_dir(folder.join(path))?,
            Content::File(bytes) => fs::write(folder.join(path), bytes)?,
        }
    }
    Ok(())
}

/// Reads the files and folders of a folder.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Content>> {
    fn walk(folder: &Path, before: &str, all: &mut BTreeMap<String, Content>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                all.insert(path.clone(), Content::Folder);
                walk(&entry.path(), &format!("{path}/"), all)?;
            } else {
                all.insert(path, Content::File(fs::read(entry.path())?));
            }
        }
        Ok(())
    }
    let mut all = BTreeMap::new();
    walk(folder, "", &mut all)?;
    Ok(all)
}
