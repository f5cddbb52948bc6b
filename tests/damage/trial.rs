//! One damaged database, and what becomes of it.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use kessan::{Database, Error, Fault, FaultKind, Incomplete, StoreError};

use crate::answers::{Difference, answers, compare, dump, explained, said};
use crate::harm::{Harm, harm};
use crate::random::Random;
use crate::scenes::{Scene, copy};

/// How long a trial may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a trial ended.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Outcome {
    /// It does not open, and says why.
    Refused,
    /// Some answers are errors, and all others are right.
    Unreadable,
    /// All answers are right.
    Right,
    /// An answer is wrong or missing, and nothing says so.
    Silent(String),
    Panicked(String),
    Hung,
}

/// What a trial was about and how it ended.
pub(crate) struct Trial {
    pub(crate) seed: u64,
    pub(crate) scene: &'static str,
    pub(crate) harm: Harm,
    pub(crate) outcome: Outcome,
    /// The first error.
    pub(crate) error: Option<StoreError>,
}

/// Damages a copy of a database and asks it everything, in a thread of its own.
pub(crate) fn trial(scenes: &Arc<Vec<Scene>>, seed: u64) -> Trial {
    let mut random = Random::new(seed);
    let at = random.below(scenes.len());
    let scene = &scenes[at];
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("db");
    copy(&scene.folder, &folder);
    let done = harm(&folder, &scene.older, &scene.other, &mut random);
    let (tell, told) = mpsc::channel();
    let all = Arc::clone(scenes);
    let thread = thread::Builder::new().name("trial".into());
    let thread = thread.spawn(move || {
        let mut errors = Vec::new();
        let outcome = examine(&all[at], &folder, &mut random, &mut errors);
        let _ = tell.send((outcome, errors.into_iter().next()));
    });
    let thread = thread.unwrap();
    let (outcome, error) = match told.recv_timeout(PATIENCE) {
        Ok(ended) => ended,
        Err(RecvTimeoutError::Timeout) => (Outcome::Hung, None),
        Err(RecvTimeoutError::Disconnected) => {
            let panic = thread.join().unwrap_err();
            (Outcome::Panicked(message(panic.as_ref())), None)
        }
    };
    if !matches!(
        outcome,
        Outcome::Refused | Outcome::Unreadable | Outcome::Right
    ) {
        // What sled writes is never the same twice, so a seed alone does not bring it back.
        let mut random = Random::new(seed);
        let at = random.below(scenes.len());
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-{seed}"));
        let _ = fs::remove_dir_all(&kept);
        copy(&scenes[at].folder, &kept);
        let other = &scenes[at].other;
        let _ = harm(&kept, &scenes[at].older, other, &mut random);
    }
    Trial {
        seed,
        scene: scene.name,
        harm: done,
        outcome,
        error,
    }
}

fn message(panic: &dyn Any) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

fn store_error(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => panic!("an error that is not of the store: {other}"),
    }
}

/// What a folder has in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
    files
}

/// Saves what can be read; `Some` where it is not what was taken in, or the damaged database is not as it was.
fn saved_wrongly(scene: &Scene, folder: &Path) -> Option<String> {
    let before = files(folder);
    let saved = folder.with_file_name("saved");
    let go_on = |_: &_| ControlFlow::Continue(());
    let salvaged = Database::salvage(folder, &saved, Incomplete::Keep, go_on);
    if files(folder) != before {
        return Some("salvage changed what it read".into());
    }
    let Ok(salvaged) = salvaged.map_err(store_error) else {
        return None;
    };
    let identity = "the identity of the database";
    let differs =
        |fault: &Fault| matches!(fault.kind, FaultKind::Differs { what } if what == identity);
    if salvaged.faults.iter().any(differs) {
        // What is saved are the data of another database, and it says so.
        return None;
    }
    let right = scene.packages.said(scene.count);
    let found = said(&Database::open(&saved).unwrap());
    for (fact, observations) in &found {
        let known = right.get(fact).map_or(&[][..], Vec::as_slice);
        if let Some(other) = observations.iter().find(|one| !known.contains(one)) {
            return Some(format!("salvage made up {other:?} of {fact:?}"));
        }
    }
    let told = !salvaged.faults.is_empty() || !salvaged.incomplete.is_empty();
    (found != right && !told && fs::exists(folder.join("HEAD")).unwrap())
        .then(|| "salvage lost something and does not say so".into())
}

/// Opens, reads, verifies, writes, and opens and reads again.
fn examine(
    scene: &Scene,
    folder: &Path,
    random: &mut Random,
    errors: &mut Vec<StoreError>,
) -> Outcome {
    if random.below(4) == 0
        && let Some(wrong) = saved_wrongly(scene, folder)
    {
        return Outcome::Silent(wrong);
    }
    let db = match Database::open(folder) {
        Ok(db) => db,
        Err(error) => {
            errors.push(store_error(error));
            return Outcome::Refused;
        }
    };
    let Scene {
        packages,
        count,
        right,
        right_after,
        ..
    } = scene;
    let mut found = answers(&db, *packages, *count, random.below(6));
    found.extend(explained(&db));
    let difference = compare(right, found);
    if let Some(wrong) = difference.wrong.first() {
        return silent("asked at first", wrong, &difference);
    }
    errors.extend(difference.failed.iter().map(|(_, error)| error.clone()));
    match dump(&db) {
        Ok(text) if text == scene.dump => {}
        Ok(_) => return Outcome::Silent("the dump is another one".into()),
        Err(error) => errors.push(error),
    }
    db.close();
    let unreadable = !errors.is_empty();

    // Verify sees what readers see, and more.
    let db = match Database::open(folder) {
        Ok(db) => db,
        Err(error) => {
            errors.push(store_error(error));
            return Outcome::Unreadable;
        }
    };
    let verified = db.verify(|_| ControlFlow::Continue(()));
    let sound = verified.is_ok_and(|report| report.is_sound());
    if unreadable && sound {
        return Outcome::Silent(format!("verify finds nothing, but: {}", errors[0]));
    }
    let written = db.ingest(packages.package(*count)).map_err(store_error);
    db.close();

    let ended = if unreadable {
        Outcome::Unreadable
    } else {
        Outcome::Right
    };
    let db = match Database::open(folder) {
        Ok(db) => db,
        Err(error) => {
            errors.push(store_error(error));
            return Outcome::Unreadable;
        }
    };
    let after = compare(right_after, answers(&db, *packages, count + 1, 0));
    match written {
        Ok(_) => {
            if let Some(wrong) = after.wrong.first() {
                return silent("after one package more", wrong, &after);
            }
            if after.failed.is_empty() {
                ended
            } else {
                errors.extend(after.failed.into_iter().map(|(_, error)| error));
                Outcome::Unreadable
            }
        }
        Err(error) => {
            errors.push(error);
            let mut before = answers(&db, *packages, *count, 0);
            before.extend(explained(&db));
            let before = compare(right, before);
            match before.wrong.first() {
                Some(wrong) if !after.wrong.is_empty() => {
                    let wrong = format!("{wrong} or {}", after.wrong[0]);
                    silent("after a package that failed", &wrong, &before)
                }
                _ => Outcome::Unreadable,
            }
        }
    }
}

fn silent(when: &str, wrong: &str, difference: &Difference) -> Outcome {
    let (all, failed) = (difference.wrong.len(), difference.failed.len());
    Outcome::Silent(format!("{when}, {all} wrong, {failed} failed: {wrong}"))
}
