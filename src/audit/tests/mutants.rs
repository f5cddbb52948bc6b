//! What the audit makes of mutants.

use std::sync::LazyLock;
use std::thread;

use super::bundled::{Bundled, FOLDERS, Mutant, put};
use super::printed::Mutation;
use super::reckoning::{Reckoned, Reckoning};
use super::tally::{Before, Said, Tally};
use crate::audit::recompute;

static BUNDLED: LazyLock<Vec<Bundled>> =
    LazyLock::new(|| FOLDERS.iter().map(|folder| Bundled::read(folder)).collect());

/// The releases that were published before one.
fn earlier(one: &Bundled) -> Vec<&'static crate::Release> {
    let published = |bundled: &Bundled| bundled.release.document().published;
    let before = BUNDLED
        .iter()
        .filter(|other| published(other) < published(one));
    before.map(|other| &other.release).collect()
}

/// Some mutants in an order that looks like chance and is the same every time.
fn sample(mut mutants: Vec<Mutant>, count: usize) -> Vec<Mutant> {
    mutants.sort_by_cached_key(|mutant| {
        let name = format!(
            "{} {} {}",
            mutant.mutation.name(),
            mutant.address,
            mutant.text
        );
        crc32fast::hash(name.as_bytes())
    });
    mutants.truncate(count);
    mutants
}

/// Audits some mutants of each document. What is found must be what is reckoned, mutant by mutant; so the undetected
/// ones have the reasons that the reckoning gives.
fn run(some: impl Fn(Vec<Mutant>) -> Vec<Mutant>) -> Tally {
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for bundled in BUNDLED.iter() {
        let mut material = bundled.material(&BUNDLED);
        let before = Before::new(&recompute(&material, false).0);
        let mut reckoning = Reckoning::new(&bundled.release, &earlier(bundled));
        for mutant in some(bundled.mutants()) {
            let reckoned = reckoning.of(mutant.number, &mutant.figure);
            let (text, figure) = put(&mut material, mutant.number, &mutant.text, &mutant.figure);
            let (findings, _) = recompute(&material, false);
            put(&mut material, mutant.number, &text, &figure);
            let fresh = before.fresh(&findings, mutant.number);
            let said = Said::of(&fresh, &mutant);
            if said.found != (reckoned == Reckoned::Found) {
                let told: Vec<String> = fresh.iter().map(ToString::to_string).collect();
                let told = told.join("\n");
                wrong.push(format!("{mutant:?}: reckoned {reckoned:?}, told {told:?}"));
            }
            tally.add(bundled.folder, &text, &mutant, reckoned, &said);
        }
    }
    let differ = wrong.len();
    assert!(wrong.is_empty(), "{differ} differ:\n{}", wrong.join("\n"));
    tally
}

/// Of the mutants that redundancy touches so many per cent are found.
fn share_found(tally: &Tally, of: impl Fn(Mutation) -> bool) -> usize {
    let counts = tally.sum(|_, mutation| of(mutation));
    counts.found() * 100 / counts.touched()
}

#[test]
fn a_sample_of_mutants_is_found_where_the_reckoning_says() {
    let tally = run(|mutants| sample(mutants, 16));
    assert!(share_found(&tally, |_| true) >= 80, "{tally}");
}

/// Run by `.ci/run`; prints the tables of `docs::audit` and every mutant that is not found.
#[test]
#[ignore = "a minute where it is optimised, half an hour where it is not"]
fn every_mutant_is_found_where_the_reckoning_says() {
    LazyLock::force(&BUNDLED);
    let mut all = Tally::default();
    thread::scope(|scope| {
        let of = |mutation| {
            move || {
                run(|mutants| {
                    mutants
                        .into_iter()
                        .filter(|m| m.mutation == mutation)
                        .collect()
                })
            }
        };
        let runs = Mutation::ALL.map(|mutation| scope.spawn(of(mutation)));
        for run in runs {
            all.merge(run.join().unwrap());
        }
    });
    println!("{all}\n{}", all.listed());
    assert!(share_found(&all, |_| true) >= 90);
    assert!(share_found(&all, |mutation| mutation != Mutation::LastDigit) >= 98);
    let page = include_str!("../../docs/audit.md");
    assert!(
        page.contains(&all.to_string()),
        "docs/audit.md has other tables"
    );
}

/// The whole way of a spoilt file: read, taken in, audited. It gives what putting the figure into the material gives.
#[test]
fn a_spoilt_file_is_audited_like_a_spoilt_figure() {
    for bundled in BUNDLED.iter() {
        let (refused, read): (Vec<Mutant>, Vec<Mutant>) = bundled
            .mutants()
            .into_iter()
            .partition(|mutant| mutant.refused);
        for mutant in sample(refused, 1) {
            let error = bundled.read_mutant(&mutant).unwrap_err();
            let reason = matches!(*error.reason, crate::IngestReason::NoNegative { .. });
            assert!(reason, "{error}");
            let text = error.place.text.as_deref();
            assert_eq!(text, Some(mutant.text.as_str()));
        }
        let mut material = bundled.material(&BUNDLED);
        for mutant in sample(read, 2) {
            let db = crate::Database::temporary().unwrap();
            for other in BUNDLED.iter() {
                if other.folder == bundled.folder {
                    db.ingest(&bundled.read_mutant(&mutant).unwrap()).unwrap();
                } else {
                    db.ingest(&other.release).unwrap();
                }
            }
            let audit = db.audit(bundled.id()).unwrap();
            let (text, figure) = put(&mut material, mutant.number, &mutant.text, &mutant.figure);
            let (findings, _) = recompute(&material, false);
            put(&mut material, mutant.number, &text, &figure);
            assert_eq!(audit.relations(), findings, "{mutant:?}");
        }
    }
}
