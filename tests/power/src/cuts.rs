//! Power cuts, of a process that was recorded.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;

use crate::child;
use crate::cut::{self, Content};
use crate::event::{Call, Event};
use crate::journal::Known;
use crate::kills::Tally;
use crate::model::{Disk, Lie, MODES, Mode};
use crate::work::Plan;

/// What a process did to a folder.
pub struct Recording {
    name: String,
    seed: u64,
    folder: PathBuf,
    log: PathBuf,
    /// How many processes wrote there, one after the other.
    sessions: u32,
    /// What was there before.
    first: usize,
    /// What was written last.
    plan: Option<Plan>,
}

impl Recording {
    /// Records a new folder, or one that a power cut left.
    pub fn new(place: &Path, name: &str, seed: u64, before: Option<&Image>) -> Result<Self> {
        let folder = place.join(name);
        fs::create_dir(&folder)?;
        let folder = folder.canonicalize()?;
        let mut recording = Self {
            name: name.to_owned(),
            seed,
            log: folder.with_extension("log"),
            folder,
            sessions: 0,
            first: 0,
            plan: None,
        };
        let mut log = Log::new(1);
        if let Some(before) = before {
            cut::write(before, &recording.folder)?;
            log.all(before);
        }
        fs::write(&recording.log, log.bytes)?;
        recording.first = recording.disk()?.len();
        Ok(recording)
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What is written after it: recent rows after recent rows.
    pub fn after(&self, usual: Plan) -> Plan {
        match self.plan {
            Some(Plan::Recent) => Plan::Recent,
            _ => usual,
        }
    }

    pub fn remove(self) -> Result<()> {
        fs::remove_dir_all(&self.folder)?;
        fs::remove_file(&self.log)?;
        Ok(())
    }

    pub fn disk(&self) -> Result<Disk> {
        Disk::read(fs::read(&self.log)?).with_context(|| format!("the log of {}", self.name))
    }

    /// The same folder as a process leaves it that is killed somewhere after the creation: what was not synced is there, and
    /// is not synced.
    pub fn killed(&self, name: &str, random: &mut Rng) -> Result<Self> {
        let folder = self.folder.with_file_name(name);
        fs::create_dir(&folder)?;
        let disk = self.disk()?;
        let place = disk.place(disk.created().max(self.first), random);
        cut::write(&disk.cut(place, Mode::Kept, None, random), &folder)?;
        let mut killed = Self {
            name: format!("{name} of {} at {place}", self.name),
            seed: self.seed,
            log: folder.with_extension("log"),
            folder,
            sessions: self.sessions,
            first: 0,
            plan: self.plan,
        };
        killed.settle(disk.events(place))?;
        killed.first = killed.disk()?.len();
        Ok(killed)
    }

    /// Runs a process in it, to its end.
    pub fn run(&mut self, plan: Plan, rounds: u32) -> Result<()> {
        self.sessions += 1;
        self.plan = Some(plan);
        let command = child::work(&self.folder, self.seed, plan, rounds)?;
        let command = child::recorded(command, &self.folder, &self.log, self.sessions + 1)?;
        child::finish(command).with_context(|| self.name.clone())?;
        let disk = self.disk()?;
        ensure!(disk.pending().is_empty(), "calls did not return");
        ensure!(
            disk.whole() == cut::read(&self.folder)?,
            "{}: the log does not lead to the files that are there",
            self.name
        );
        Ok(())
    }

    /// Writes a log, and to its end what calls did that were killed half-way: what is really there.
    fn settle(&mut self, events: &[u8]) -> Result<()> {
        let mut log = Log::new(0x4000_0000 + self.sessions);
        log.bytes = events.to_vec();
        for (call, length) in Disk::read(log.bytes.clone())?.pending() {
            let result = length.map_or(-1, |length| length.try_into().unwrap_or(i64::MAX));
            log.end(*call, result);
        }
        let model = Disk::read(log.bytes.clone())?.whole();
        let real = cut::read(&self.folder)?;
        log.lead(&model, &real);
        fs::write(&self.log, &log.bytes)?;
        ensure!(self.disk()?.whole() == real, "{} is not settled", self.name);
        Ok(())
    }

    /// Cuts the power at so many places, each with everything that may be left of it, and judges what is left.
    pub fn cut(
        &self,
        cuts: usize,
        lie: Option<Lie>,
        random: &mut Rng,
        tally: &mut Tally,
    ) -> Result<()> {
        let disk = self.disk()?;
        for _ in 0..cuts {
            let place = disk.place(self.first, random);
            self.cut_at(&disk, place, lie, random, tally)?;
        }
        Ok(())
    }

    /// The same while the last process opens what was there before it.
    pub fn cut_opening(&self, cuts: usize, random: &mut Rng, tally: &mut Tally) -> Result<()> {
        let disk = self.disk()?;
        let opened = disk.journalled(self.first);
        for _ in 0..cuts {
            let place = random.usize(self.first..=opened);
            self.cut_at(&disk, place, None, random, tally)?;
        }
        Ok(())
    }

    fn cut_at(
        &self,
        disk: &Disk,
        place: usize,
        lie: Option<Lie>,
        random: &mut Rng,
        tally: &mut Tally,
    ) -> Result<()> {
        for mode in MODES {
            let chance = random.u64(..);
            let image = Self::image(disk, place, mode, lie, chance);
            let folder = self.folder.with_file_name("cut");
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(&folder)?;
            cut::write(&image, &folder)?;
            let done = Known::read(&folder)?.done.len();
            let judged = child::judge(&folder, self.seed);
            let what = format!(
                "{} cut at {place} of {}, {mode:?}, chance {chance}",
                self.name,
                disk.len()
            );
            if judged.is_err() && lie.is_none() {
                let kept = format!("failed-{}-{place}-{mode:?}-{chance}", self.name);
                let kept = self.folder.with_file_name(kept);
                fs::create_dir_all(&kept)?;
                cut::write(&image, &kept)?;
                fs::copy(&self.log, kept.with_extension("log"))?;
            }
            tally.add(&what, done, judged);
        }
        Ok(())
    }

    fn image(disk: &Disk, place: usize, mode: Mode, lie: Option<Lie>, chance: u64) -> Image {
        let mut image = disk.cut(place, mode, lie, &mut Rng::with_seed(chance));
        // The journal is no part of what is judged.
        image.insert("journal".to_owned(), Content::File(disk.journal(place)));
        image
    }

    /// What a cut somewhere after the creation leaves, to go on from there.
    pub fn any_image(&self, random: &mut Rng) -> Result<Image> {
        let disk = self.disk()?;
        let place = disk.place(disk.created().max(self.first), random);
        let mode = *random.choice(MODES.iter()).context("a mode")?;
        Ok(Self::image(&disk, place, mode, None, random.u64(..)))
    }
}

/// Files and folders.
pub type Image = std::collections::BTreeMap<String, Content>;

/// A log that this program writes itself.
struct Log {
    bytes: Vec<u8>,
    last: u64,
}

impl Log {
    fn new(session: u32) -> Self {
        Self {
            bytes: Vec::new(),
            last: u64::from(session) << 32,
        }
    }

    fn end(&mut self, call: u64, result: i64) {
        Event::End { call, result }.write(&mut self.bytes);
    }

    fn call(&mut self, what: Call, result: usize) -> u64 {
        self.last += 1;
        let call = self.last;
        Event::Begin { call, what }.write(&mut self.bytes);
        self.end(call, i64::try_from(result).unwrap_or(i64::MAX));
        call
    }

    fn open(&mut self, path: &str, create: bool) -> u64 {
        let what = Call::Open {
            path,
            create,
            truncate: false,
        };
        self.call(what, 0)
    }

    /// Everything that is there, down to the disk.
    fn all(&mut self, image: &Image) {
        self.lead(&Image::new(), image);
        let paths = image.keys().map(String::as_str);
        for path in paths.chain([""]) {
            let handle = self.open(path, false);
            self.call(Call::Sync { handle }, 0);
        }
    }

    /// From what is there to what shall be.
    fn lead(&mut self, from: &Image, to: &Image) {
        // What is in a folder before the folder.
        for path in from.keys().rev().filter(|path| !to.contains_key(*path)) {
            self.call(Call::Remove { path }, 0);
        }
        for (path, content) in to {
            let before = from.get(path);
            let Content::File(bytes) = content else {
                if before.is_none() {
                    self.call(Call::MakeFolder { path }, 0);
                }
                continue;
            };
            let before = match before {
                Some(Content::File(before)) if before == bytes => continue,
                Some(Content::File(before)) => before.as_slice(),
                _ => &[],
            };
            let handle = self.open(path, true);
            let same = before.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                let data = &bytes[same..];
                let offset = same as u64;
                let what = Call::Write {
                    handle,
                    offset,
                    data,
                };
                self.call(what, data.len());
            }
            if before.len() > bytes.len() {
                let length = bytes.len() as u64;
                self.call(Call::Truncate { handle, length }, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a process is killed while it cuts a file off, it is as long as before, or not.
    #[test]
    fn a_file_that_was_being_cut_off_is_settled() {
        let place = tempfile::tempdir().unwrap();
        let mut log = Log::new(1);
        let handle = log.open("journal", true);
        let data = b"created\nbegin ti";
        let offset = 0;
        let what = Call::Write {
            handle,
            offset,
            data,
        };
        log.call(what, data.len());
        let call = log.last + 1;
        let what = Call::Truncate { handle, length: 8 };
        Event::Begin { call, what }.write(&mut log.bytes);
        for left in [data.as_slice(), b"created\n"] {
            let name = format!("killed-{}", left.len());
            let mut killed = Recording::new(place.path(), &name, 0, None).unwrap();
            fs::write(killed.folder.join("journal"), left).unwrap();
            killed.settle(&log.bytes).unwrap();
            let all = killed.disk().unwrap().whole();
            assert_eq!(all["journal"], Content::File(left.to_vec()));
        }
    }

    /// Where a process is killed while it writes a line, the next one cuts that off and writes over it.
    #[test]
    fn a_line_of_the_journal_that_was_cut_off_is_written_over() {
        let image =
            |text: &[u8]| Image::from([("journal".to_owned(), Content::File(text.to_vec()))]);
        let mut log = Log::new(1);
        let steps = [
            "",
            "created\n",
            "created\nbegin tiny-1\n",
            "created\n\0\0\0",
            "created\n",
            "created\nbegin tiny-2\n",
        ];
        for (before, after) in steps.iter().zip(&steps[1..]) {
            log.lead(&image(before.as_bytes()), &image(after.as_bytes()));
        }
        let disk = Disk::read(log.bytes).unwrap();
        assert_eq!(disk.journal(disk.len()), b"created\nbegin tiny-2\n");
    }
}
