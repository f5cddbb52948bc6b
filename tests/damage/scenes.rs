//! Databases to be damaged, with the right answers.

use std::fs;
use std::path::{Path, PathBuf};

use kessan::Database;

use crate::answers::{Answers, answers, dump, explained, said};
use crate::said::Packages;

/// A database that nobody has open, in one of the states that a database can be left in.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
    pub(crate) packages: Packages,
    /// How many packages it has.
    pub(crate) count: u32,
    /// The same database before.
    pub(crate) older: Vec<PathBuf>,
    /// Another database in the same state.
    pub(crate) other: PathBuf,
    pub(crate) right: Answers,
    pub(crate) dump: String,
    /// With one package more.
    pub(crate) right_after: Answers,
}

/// The states, in the order they come, and how many packages there are then.
const STATES: [(&str, u32); 7] = [
    ("begun", 2),
    ("closed-once", 4),
    ("closed-twice", 6),
    ("opened-and-closed", 6),
    ("killed-while-opened", 6),
    ("cut-while-opened", 6),
    ("not-closed", 8),
];

pub(crate) fn scenes(place: &Path) -> Vec<Scene> {
    let families = [0, 1].map(|family| Packages { family, wide: 5 });
    let folders = families.map(|packages| states(place, packages));
    let [own, others] = &folders;
    let mut scenes = Vec::new();
    for (at, (name, count)) in STATES.into_iter().enumerate().skip(1) {
        let packages = families[0];
        let scratch = place.join("scratch");
        copy(&own[at], &scratch);
        let db = Database::open(&scratch).unwrap();
        assert_eq!(said(&db), packages.said(count), "{name}");
        let mut right = answers(&db, packages, count, 0);
        right.extend(explained(&db));
        let text = dump(&db).unwrap();
        db.ingest(packages.package(count)).unwrap();
        db.close();
        let db = Database::open(&scratch).unwrap();
        assert_eq!(said(&db), packages.said(count + 1), "{name}");
        let right_after = answers(&db, packages, count + 1, 0);
        db.close();
        fs::remove_dir_all(&scratch).unwrap();
        scenes.push(Scene {
            name,
            folder: own[at].clone(),
            packages,
            count,
            older: own[..at].to_vec(),
            other: others[at].clone(),
            right,
            dump: text,
            right_after,
        });
    }
    scenes
}

/// A database in all states, each in a folder of its own.
fn states(place: &Path, packages: Packages) -> Vec<PathBuf> {
    let live = place.join(format!("live-{}", packages.family));
    let keep = |name: &str| {
        let folder = place.join(format!("{name}-{}", packages.family));
        copy(&live, &folder);
        folder
    };
    let db = Database::create(&live).unwrap();
    let mut next = 0;
    let mut go_on = |db: &Database, to: u32| {
        for n in next..to {
            db.ingest(packages.package(n)).unwrap();
        }
        next = to;
    };
    let mut folders = Vec::new();
    go_on(&db, STATES[0].1);
    // What was acknowledged is on disk: this is what a killed process leaves.
    folders.push(keep(STATES[0].0));
    go_on(&db, STATES[1].1);
    db.close();
    folders.push(keep(STATES[1].0));
    let db = Database::open(&live).unwrap();
    go_on(&db, STATES[2].1);
    db.close();
    folders.push(keep(STATES[2].0));
    for _ in 0..2 {
        Database::open(&live).unwrap().close();
    }
    folders.push(keep(STATES[3].0));
    // Between the two openings of sled: its snapshot is kept under another name, too, and a folder is in its way; or the cut
    // left that name alone.
    let killed = keep(STATES[4].0);
    keep_snapshot(&killed, |snapshot, kept| {
        fs::copy(snapshot, kept).unwrap();
    });
    fs::create_dir(killed.join("sled/blobs/9223372036854775807")).unwrap();
    folders.push(killed);
    let cut = keep(STATES[5].0);
    keep_snapshot(&cut, |snapshot, kept| fs::rename(snapshot, kept).unwrap());
    folders.push(cut);
    let db = Database::open(&live).unwrap();
    go_on(&db, STATES[6].1);
    folders.push(keep(STATES[6].0));
    db.close();
    folders
}

/// Gives each snapshot the name that it has while sled opens.
fn keep_snapshot(folder: &Path, keep: impl Fn(&Path, &Path)) {
    let mut kept = 0;
    for entry in fs::read_dir(folder.join("sled")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if let Some(number) = name.strip_prefix("snap.") {
            keep(&path, &path.with_file_name(format!("kept.{number}")));
            kept += 1;
        }
    }
    assert_eq!(kept, 1);
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
