//! Processes, memory, files.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::time::ClockId;
use serde::{Deserialize, Serialize};

use crate::facts::World;
use crate::peers::{Kind, load_duckdb};
use crate::questions;

/// Whether questions are timed by the processor time of this process; else by the clock on the wall.
static PROCESSOR_TIME: AtomicBool = AtomicBool::new(false);

/// Times questions by processor time from now on.
pub fn use_processor_time() {
    PROCESSOR_TIME.store(true, Ordering::Relaxed);
}

pub fn uses_processor_time() -> bool {
    PROCESSOR_TIME.load(Ordering::Relaxed)
}

/// A clock for questions.
pub struct Stopwatch(Duration);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Self::now())
    }

    pub fn elapsed(&self) -> Duration {
        Self::now().saturating_sub(self.0)
    }

    fn now() -> Duration {
        let clock = if uses_processor_time() {
            ClockId::ProcessCPUTime
        } else {
            ClockId::Monotonic
        };
        Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
    }
}

/// What a load took.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub time: Duration,
    /// The most memory that its process had, in bytes.
    pub peak: u64,
    /// Bytes on disk.
    pub disk: u64,
}

#[derive(Serialize, Deserialize)]
struct Told {
    seconds: f64,
    peak_kilobytes: u64,
}

/// Loads a world into a folder, which is emptied before, in a process of its own.
pub fn load(kind: Kind, folder: &Path, world: &World) -> Result<Load> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let (time, peak_kilobytes) = if kind == Kind::Duckdb {
        load_duckdb(folder, world)?
    } else {
        let told = process("load", kind, folder, world)?;
        (Duration::from_secs_f64(told.seconds), told.peak_kilobytes)
    };
    Ok(Load {
        time,
        peak: peak_kilobytes * 1024,
        disk: if kind.is_on_disk() { disk(folder)? } else { 0 },
    })
}

/// The most memory of a process that opens the database of a peer and asks it all there is to ask, in bytes.
pub fn ask(kind: Kind, folder: &Path, world: &World) -> Result<u64> {
    Ok(process("ask", kind, folder, world)?.peak_kilobytes * 1024)
}

/// Runs this program on the database of a peer.
fn process(what: &str, kind: Kind, folder: &Path, world: &World) -> Result<Told> {
    let output = Command::new(std::env::current_exe()?)
        .args([what, kind.name(), &world.argument()])
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "{}: {what} failed", kind.name());
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What the process of [`load`] does.
pub fn load_here(kind: &str, world: &str, folder: &Path) -> Result<()> {
    let time = Kind::parse(kind)?.load(folder, &World::parse(world)?)?;
    tell(time)
}

/// What the process of [`ask`] does.
pub fn ask_here(kind: &str, world: &str, folder: &Path) -> Result<()> {
    let start = Instant::now();
    questions::ask_everything(Kind::parse(kind)?, &World::parse(world)?, folder)?;
    tell(start.elapsed())
}

/// Tells the process that started this one what it took.
fn tell(time: Duration) -> Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().nth(1));
    let told = Told {
        seconds: time.as_secs_f64(),
        peak_kilobytes: peak.context("no VmHWM")?.parse()?,
    };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

/// Bytes that the files of a folder take on disk.
pub fn disk(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    each_file(folder, &mut |path| {
        bytes += path.metadata()?.blocks() * 512;
        Ok(())
    })?;
    Ok(bytes)
}

/// Tells the system to forget what it has in memory of the files of a folder, which nobody has open.
pub fn forget(folder: &Path) -> Result<()> {
    each_file(folder, &mut |path| {
        let file = File::open(path)?;
        // Pages that are not written yet would stay.
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        Ok(())
    })
}

fn each_file(folder: &Path, with: &mut impl FnMut(&Path) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            each_file(&path, with)?;
        } else {
            with(&path)?;
        }
    }
    Ok(())
}

/// The processor, and how busy the machine is.
pub fn description() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("an unknown processor", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{model}, {cores} cores, load before the run {load}")
}
