//! Processes of this program that are started, killed and judged.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::judge::Outcome;
use crate::work::Plan;

/// How long a process may take before it counts as one that hangs. They take a second or two.
const PATIENCE: Duration = Duration::from_secs(120);

fn program() -> Result<PathBuf> {
    Ok(std::env::current_exe()?)
}

/// A process that writes to the database of a folder.
pub fn work(folder: &Path, seed: u64, plan: Plan, rounds: u32) -> Result<Command> {
    let plan = clap::ValueEnum::to_possible_value(&plan).context("a plan")?;
    let mut command = Command::new(program()?);
    command
        .arg("work")
        .arg(folder)
        .args(["--seed", &seed.to_string(), "--plan", plan.get_name()])
        .args(["--rounds", &rounds.to_string()])
        .stderr(Stdio::piped());
    Ok(command)
}

/// The same with what it does to files written down.
pub fn recorded(mut command: Command, folder: &Path, log: &Path, session: u32) -> Result<Command> {
    let library = program()?.with_file_name("libkessan_recorder.so");
    ensure!(library.is_file(), "{} is missing", library.display());
    command
        .env("LD_PRELOAD", library)
        .env("KESSAN_POWER_ROOT", folder)
        .env("KESSAN_POWER_LOG", log)
        .env("KESSAN_POWER_SESSION", session.to_string());
    Ok(command)
}

/// Waits for a process, and kills it after a while. `None` where it was killed.
pub fn wait(child: &mut Child, patience: Duration) -> Result<Option<std::process::ExitStatus>> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let now = Instant::now();
        if now >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause.min(deadline - now));
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Runs a process to its end, which must be a good one.
pub fn finish(mut command: Command) -> Result<()> {
    let mut child = command.spawn()?;
    let status = wait(&mut child, PATIENCE)?.context("it hangs")?;
    ensure!(status.success(), "{status}: {}", complaint(&mut child));
    Ok(())
}

/// What a process said of its failure.
pub fn complaint(child: &mut Child) -> String {
    let mut text = String::new();
    if let Some(stderr) = &mut child.stderr {
        let _ = stderr.read_to_string(&mut text);
    }
    text.trim().to_owned()
}

/// Judges a folder in a process of its own: whatever happens there, it does not take this one with it.
pub fn judge(folder: &Path, seed: u64) -> Result<Outcome, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let errors = folder.join("judgement");
    let stderr = fs::File::create(&errors).map_err(|e| failed(&e))?;
    let mut child = Command::new(program().map_err(|e| failed(&e))?)
        .arg("judge")
        .arg(folder)
        .args(["--seed", &seed.to_string()])
        .stderr(stderr)
        .spawn()
        .map_err(|e| failed(&e))?;
    let status = wait(&mut child, PATIENCE).map_err(|e| failed(&e))?;
    let said = fs::read_to_string(&errors).unwrap_or_default();
    let _ = fs::remove_file(&errors);
    match status.map(|status| (status, status.code())) {
        Some((_, Some(0))) => Ok(Outcome::Whole),
        Some((_, Some(2))) => Ok(Outcome::Unfinished),
        Some((_, Some(1))) => Err(said.trim().to_owned()),
        Some((status, _)) => Err(format!("{status}, which nobody caught: {}", said.trim())),
        None => Err("it hangs".to_owned()),
    }
}
