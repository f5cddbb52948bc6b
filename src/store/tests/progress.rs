//! How far long work is said to be.

use std::ops::ControlFlow;

use super::support::*;
use super::verify::rich;
use crate::store::UpkeepStep::{Commits, Definitions, Documents, Files, Series, Values};
use crate::store::UpkeepTask::{Copy, Verify};
use crate::store::progress::Meter;
use crate::store::{Store, UpkeepProgress, UpkeepStep, UpkeepTask};

type Told = (UpkeepTask, UpkeepStep, u64, Option<u64>);

/// Everything that is told while something is done.
fn told(work: impl FnOnce(&mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>)) -> Vec<Told> {
    let mut told = Vec::new();
    work(&mut |far| {
        told.push((far.task, far.step, far.done, far.of));
        ControlFlow::Continue(())
    });
    told
}

/// The steps of a rich database: four companies, two metrics and a variant; the creation and three commits, a document each; three
/// series.
fn steps(task: UpkeepTask) -> Vec<Told> {
    let of = |step, count| {
        [
            (task, step, 0, Some(count)),
            (task, step, count, Some(count)),
        ]
    };
    let all = [(Definitions, 7), (Commits, 4), (Documents, 3), (Series, 3)];
    all.into_iter()
        .flat_map(|(step, count)| of(step, count))
        .collect()
}

#[test]
fn every_step_is_told_when_it_begins_and_when_it_is_done() {
    let place = Place::new();
    let store = rich(&place);
    let verified = [vec![(Verify, Values, 0, None)], steps(Verify)].concat();
    assert_eq!(
        told(|progress| drop(store.verify(&digest, progress).unwrap())),
        verified
    );
    let target = Place::new();
    assert_eq!(
        told(|progress| drop(store.backup(&target.path(), &digest, progress).unwrap())),
        [steps(Copy), verified.clone()].concat()
    );
    // File by file, each from nothing to its end, then the new database.
    let restored = Place::new();
    let restore = told(|progress| {
        let report = Store::restore(&target.path(), &restored.path(), &digest, progress);
        assert!(report.unwrap().is_sound());
    });
    let (files, rest) = restore.split_at(restore.len() - verified.len());
    assert_eq!(rest, verified);
    for length in [40, 1024] {
        let of = Some(length);
        let file = [(Copy, Files, 0, of), (Copy, Files, length, of)];
        assert!(files.windows(2).any(|told| told == file), "{files:?}");
    }
    let length = std::fs::metadata(target.file("sled/db")).unwrap().len();
    assert!(files.contains(&(Copy, Files, length, Some(length))));
}

#[test]
fn long_steps_are_told_now_and_then() {
    let done = |of, count: u64| -> Vec<u64> {
        let told = told(|progress| {
            let mut meter = Meter::new(Verify, progress);
            meter.begin(Series, of).unwrap();
            for _ in 0..count {
                meter.tick().unwrap();
            }
        });
        told.into_iter().map(|(_, _, done, _)| done).collect()
    };
    assert_eq!(done(Some(600), 600), [0, 256, 512, 600]);
    assert_eq!(done(Some(512), 512), [0, 256, 512]);
    assert_eq!(done(None, 600), [0, 256, 512]);
}

#[test]
fn progress_is_told_in_words() {
    let mut words = Vec::new();
    let mut meter = |far: &UpkeepProgress| {
        words.push(far.to_string());
        ControlFlow::Continue(())
    };
    let mut meter = Meter::new(Copy, &mut meter);
    meter.begin(Documents, Some(3)).unwrap();
    meter.advance(2).unwrap();
    meter.begin(Values, None).unwrap();
    assert_eq!(
        words,
        [
            "copy: 0 documents of 3",
            "copy: 2 documents of 3",
            "copy: 0 values"
        ]
    );
}
