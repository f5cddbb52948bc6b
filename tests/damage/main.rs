//! Damaged databases: flipped bits, zeros, cut, deleted, emptied, swapped and outdated files. Each opens and answers
//! everything rightly, or says that it is damaged.
//!
//! At full length: `cargo test --release --test damage -- --ignored --nocapture`; other seeds than 0 to 5999 with
//! `KESSAN_DAMAGE_SEEDS=6000-9999`.

mod answers;
mod harm;
mod random;
mod said;
mod scenes;
mod trial;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::panic;
use std::sync::Arc;
use std::thread;

use trial::{Outcome, trial};

/// The panics of sled that are caught are not worth a line each.
fn quiet() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some("trial") {
            told(panic);
        }
    }));
}

fn run(seeds: &RangeInclusive<u64>, threads: u64) {
    quiet();
    let place = tempfile::tempdir().unwrap();
    let scenes = Arc::new(scenes::scenes(place.path()));
    let part = |own: u64| {
        let scenes = &scenes;
        let own = seeds.clone().filter(move |seed| seed % threads == own);
        own.map(|seed| trial(scenes, seed)).collect::<Vec<_>>()
    };
    let trials = thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|own| scope.spawn(move || part(own)))
            .collect();
        let parts = parts.into_iter().flat_map(|part| part.join().unwrap());
        parts.collect::<Vec<_>>()
    });
    let mut counts: BTreeMap<_, u32> = BTreeMap::new();
    let mut all: BTreeMap<_, u32> = BTreeMap::new();
    let mut bad = Vec::new();
    for trial in &trials {
        let word = match &trial.outcome {
            Outcome::Refused => "refused",
            Outcome::Unreadable => "unreadable",
            Outcome::Right => "right",
            Outcome::Silent(_) => "SILENT",
            Outcome::Panicked(_) => "PANICKED",
            Outcome::Hung => "HUNG",
        };
        *counts
            .entry((trial.harm.victim, trial.harm.kind, word))
            .or_default() += 1;
        *all.entry(word).or_default() += 1;
        if !matches!(
            trial.outcome,
            Outcome::Refused | Outcome::Unreadable | Outcome::Right
        ) {
            bad.push(format!(
                "seed {}, {}, {}: {:?} (first error {:?})",
                trial.seed, trial.scene, trial.harm, trial.outcome, trial.error
            ));
        }
    }
    for ((victim, kind, word), count) in counts {
        println!("{victim:?} {kind:?} {word}: {count}");
    }
    println!("{} trials: {all:?}", trials.len());
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Some of the thousands of trials that a longer run makes.
#[test]
fn damage_is_an_error_or_does_no_harm() {
    run(&(0..=99), 2);
}

#[test]
#[ignore = "takes minutes: run it with --release"]
fn damage_is_an_error_or_does_no_harm_thousands_of_times() {
    let seeds = std::env::var("KESSAN_DAMAGE_SEEDS");
    let seeds = seeds.map_or(0..=5999, |seeds| {
        let (first, last) = seeds.split_once('-').unwrap();
        first.parse().unwrap()..=last.parse().unwrap()
    });
    run(&seeds, 2);
}
