//! Which cell is probably wrong, where several relations that share it do not hold.

use std::collections::HashMap;

use crate::model::Id;

use super::case::Case;
use super::causes;
use super::finding::{Class, Finding, Used};
use super::judge;
use super::printing::Printing;

type CellKey = (Id, u32);

/// How many relations a cell takes part in.
#[derive(Clone, Copy, Default)]
struct Tally {
    failing: usize,
    /// Of those, beyond a last digit.
    irreconcilable: usize,
    holding: usize,
}

/// Names in every finding that fails the cell that takes part in several that fail and in none that holds, where
/// there is one that does so more than the others. Passes over causes that other relations contradict.
///
/// The findings are those of the cases, in their order.
pub(crate) fn name(findings: &mut [Finding], cases: &[Case]) {
    let mut tallies: HashMap<CellKey, Tally> = HashMap::new();
    let mut holding: HashMap<CellKey, Vec<&Case>> = HashMap::new();
    for (finding, case) in findings.iter().zip(cases) {
        if finding.fails() {
            for printing in doubted(finding) {
                let tally = tallies.entry(key(printing)).or_default();
                tally.failing += 1;
                tally.irreconcilable += usize::from(finding.class == Class::Irreconcilable);
            }
        } else if matches!(finding.class, Class::Consistent | Class::Convention) {
            for printing in confirmed(finding) {
                tallies.entry(key(printing)).or_default().holding += 1;
                holding.entry(key(printing)).or_default().push(case);
            }
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.fails()) {
        // The figure that was meant must not break what holds.
        finding.causes.retain(|cause| {
            let Some(meant) = causes::meant(cause) else {
                return true;
            };
            let cases = holding.get(&key(&cause.printed)).into_iter().flatten();
            let mut corrected = cases.map(|case| case.with(&cause.printed, &meant));
            corrected.all(|case| judge::holds(&case))
        });
        finding.suspect = most_doubted(finding, &tallies);
    }
}

/// The cell of a finding that most speaks against; of several the one that its cause is about. What is off by a last
/// digit elsewhere does not speak against a cell of what cannot be reconciled.
fn most_doubted(finding: &Finding, tallies: &HashMap<CellKey, Tally>) -> Option<Printing> {
    let failing = |printing: &Printing| {
        let tally = tallies.get(&key(printing)).filter(|t| t.holding == 0);
        let failing = tally.map_or(0, |tally| match finding.class {
            Class::Irreconcilable => tally.irreconcilable,
            _ => tally.failing,
        });
        if failing > 1 { failing } else { 0 }
    };
    let most = doubted(finding).map(failing).max().unwrap_or(0);
    let mut first: Vec<&Printing> = Vec::new();
    for printing in doubted(finding) {
        let known = first.iter().any(|other| other.is_at(printing));
        if most > 0 && failing(printing) == most && !known {
            first.push(printing);
        }
    }
    let named = finding.cause().map(|cause| &cause.printed);
    match first.as_slice() {
        [only] => Some((*only).clone()),
        several => named
            .filter(|named| several.iter().any(|other| other.is_at(named)))
            .cloned(),
    }
}

fn key(printing: &Printing) -> CellKey {
    (printing.document.clone(), printing.number)
}

/// The judged cell, and those from which the operands were taken.
fn doubted(finding: &Finding) -> impl Iterator<Item = &Printing> {
    let operands = finding
        .operands
        .iter()
        .filter_map(|used| used.printings.first());
    std::iter::once(&finding.printed).chain(operands)
}

/// The judged cell, and all that agree with the operands. A figure over itself is 100 % whatever it is: that confirms
/// none.
fn confirmed(finding: &Finding) -> impl Iterator<Item = &Printing> {
    let used = &finding.operands;
    let once = |one: &&Used| used.iter().filter(|other| other.fact == one.fact).count() == 1;
    let operands = used
        .iter()
        .filter(move |one| one.fact.is_none() || once(one));
    let operands = operands.flat_map(|used| &used.printings);
    std::iter::once(&finding.printed).chain(operands)
}
