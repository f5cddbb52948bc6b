//! Damage to the files of a database.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::random::Random;

/// What is done to a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    BitFlip,
    Zeros512,
    Zeros4096,
    Cut,
    Deleted,
    Emptied,
    Swapped,
    Older,
}

const KINDS: [Kind; 8] = [
    Kind::BitFlip,
    Kind::Zeros512,
    Kind::Zeros4096,
    Kind::Cut,
    Kind::Deleted,
    Kind::Emptied,
    Kind::Swapped,
    Kind::Older,
];

/// Which file it is done to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Victim {
    Manifest,
    Head,
    Conf,
    Log,
    Snapshot,
    /// The snapshot before, while sled opens.
    Kept,
    Lock,
    Blobs,
}

impl Victim {
    fn name(self) -> &'static str {
        match self {
            Victim::Manifest => "MANIFEST",
            Victim::Head => "HEAD",
            Victim::Conf => "sled/conf",
            Victim::Log => "sled/db",
            Victim::Snapshot => "sled/snap.*",
            Victim::Kept => "sled/kept.*",
            Victim::Lock => "sled/lock",
            Victim::Blobs => "sled/blobs",
        }
    }
}

/// One damage.
#[derive(Clone, Debug)]
pub(crate) struct Harm {
    pub(crate) victim: Victim,
    pub(crate) kind: Kind,
    what: String,
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?} {}", self.victim.name(), self.kind, self.what)
    }
}

/// The length of a segment of sled's log.
const SEGMENT: usize = 512 << 10;

/// Damages a database, by chance. `older` are earlier states of it, `other` is another database.
pub(crate) fn harm(folder: &Path, older: &[PathBuf], other: &Path, random: &mut Random) -> Harm {
    let victim = match random.below(100) {
        0..6 => Victim::Manifest,
        6..18 => Victim::Head,
        18..26 => Victim::Conf,
        26..72 => Victim::Log,
        72..86 => Victim::Snapshot,
        86..94 => Victim::Kept,
        94..96 => Victim::Lock,
        _ => Victim::Blobs,
    };
    let Some(file) = find(folder, victim) else {
        // There is no snapshot everywhere, and one is kept only while sled opens.
        return harm(folder, older, other, random);
    };
    let kind = match random.below(10) {
        // What damages a part of a big file can do so in many places.
        0..7 if victim == Victim::Log => KINDS[random.below(4)],
        _ => *random.of(&KINDS),
    };
    let what = match victim {
        Victim::Blobs => harm_blobs(&file, kind),
        Victim::Lock => harm_lock(&file, kind),
        _ => harm_file(&file, victim, kind, older, other, random),
    };
    Harm { victim, kind, what }
}

/// The file in a folder; of several snapshots the last.
fn find(folder: &Path, victim: Victim) -> Option<PathBuf> {
    let begin = match victim {
        Victim::Snapshot => "snap.",
        Victim::Kept => "kept.",
        _ => return Some(folder.join(victim.name())),
    };
    let entries = fs::read_dir(folder.join("sled")).unwrap();
    let snapshot = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(begin)
    };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(snapshot)
        .max()
}

/// The folder that must be empty: it is gone, a file, or has a file in it.
fn harm_blobs(folder: &Path, kind: Kind) -> String {
    match kind {
        Kind::Deleted | Kind::Cut => {
            fs::remove_dir_all(folder).unwrap();
            String::new()
        }
        Kind::Emptied | Kind::Older => {
            fs::remove_dir_all(folder).unwrap();
            fs::write(folder, b"").unwrap();
            "a file in its place".into()
        }
        _ => {
            fs::write(folder.join("12345"), b"what is not there").unwrap();
            "a file in it".into()
        }
    }
}

/// The file without bytes that is locked: it is gone, a folder, or has bytes.
fn harm_lock(file: &Path, kind: Kind) -> String {
    match kind {
        Kind::Deleted | Kind::Cut => {
            fs::remove_file(file).unwrap();
            String::new()
        }
        Kind::Emptied | Kind::Older => {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
            "a folder in its place".into()
        }
        _ => {
            fs::write(file, b"what is not there").unwrap();
            "bytes in it".into()
        }
    }
}

fn harm_file(
    file: &Path,
    victim: Victim,
    kind: Kind,
    older: &[PathBuf],
    other: &Path,
    random: &mut Random,
) -> String {
    let mut bytes = fs::read(file).unwrap();
    // The end of the log is zeros that were not written yet.
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let mut place = |length: usize| {
        let at = random.below(used.max(1));
        match random.below(3) {
            // Where a segment of the log begins, or a page of the disk.
            0 if victim == Victim::Log => at / SEGMENT * SEGMENT + random.below(64),
            1 => at / length.max(1) * length.max(1),
            _ => at,
        }
    };
    match kind {
        Kind::BitFlip => {
            let at = place(1).min(used.saturating_sub(1));
            let bit = random.below(8);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
            fs::write(file, bytes).unwrap();
            format!("bit {bit} of byte {at} of {used}")
        }
        Kind::Zeros512 | Kind::Zeros4096 => {
            let length = if kind == Kind::Zeros512 { 512 } else { 4096 };
            let at = place(length).min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes[at..end].fill(0);
            fs::write(file, bytes).unwrap();
            format!("from byte {at} of {used} on")
        }
        Kind::Cut => {
            let at = place(512);
            bytes.truncate(at);
            fs::write(file, bytes).unwrap();
            format!("after {at} of {used}")
        }
        Kind::Deleted => {
            fs::remove_file(file).unwrap();
            String::new()
        }
        Kind::Emptied => {
            fs::write(file, b"").unwrap();
            String::new()
        }
        Kind::Swapped => replace(file, victim, other),
        Kind::Older => replace(file, victim, random.of::<PathBuf>(older)),
    }
}

fn replace(file: &Path, victim: Victim, by: &Path) -> String {
    let name = by.file_name().unwrap().to_string_lossy();
    if let Some(found) = find(by, victim) {
        fs::copy(&found, file).unwrap();
        format!("by that of {name}")
    } else {
        fs::remove_file(file).unwrap();
        format!("there was none in {name}")
    }
}
