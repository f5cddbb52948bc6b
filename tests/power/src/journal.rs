//! What was begun and what is done, outside the database.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::facts::Name;

/// What a journal says.
#[derive(Default, Debug)]
pub struct Known {
    /// Whether the database was created.
    pub created: bool,
    pub begun: BTreeSet<Name>,
    pub done: BTreeSet<Name>,
    /// Folders of copies that are done.
    pub copies: BTreeSet<String>,
}

impl Known {
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("journal");
        if !path.exists() {
            return Ok(Self::default());
        }
        Self::parse(&std::fs::read_to_string(path)?)
    }

    pub fn parse(text: &str) -> Result<Self> {
        let mut known = Self::default();
        // The last line may be cut off.
        for line in text
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'))
        {
            match line.split_once(' ') {
                None => known.created = true,
                Some(("begin", name)) => _ = known.begun.insert(name.parse()?),
                Some(("copied", name)) => _ = known.copies.insert(name.to_owned()),
                Some((_, name)) => _ = known.done.insert(name.parse()?),
            }
        }
        Ok(known)
    }

    /// The number of the next package.
    pub fn next(&self) -> u32 {
        let numbers = self.begun.iter().map(|name| name.number + 1);
        numbers.max().unwrap_or(0)
    }
}

/// The journal while it is written. A line is on disk when it is written.
pub struct Journal(Mutex<File>);

impl Journal {
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("journal");
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .context("the journal")?;
        // Over a line that was cut off.
        let whole = known.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
        Ok(Self(Mutex::new(file)))
    }

    fn add(&self, lines: &str) -> Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(lines.as_bytes())?;
        file.sync_data()?;
        Ok(())
    }

    pub fn created(&self) -> Result<()> {
        self.add("created\n")
    }

    pub fn begin(&self, names: &[Name]) -> Result<()> {
        self.add(&lines("begin", names))
    }

    pub fn copied(&self, name: &str) -> Result<()> {
        self.add(&format!("copied {name}\n"))
    }

    pub fn done(&self, names: &[Name]) -> Result<()> {
        self.add(&lines("done", names))
    }
}

fn lines(word: &str, names: &[Name]) -> String {
    let mut lines = String::new();
    for name in names {
        lines.extend([word, " ", &name.to_string(), "\n"]);
    }
    lines
}
