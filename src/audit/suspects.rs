//! Which cell is probably wrong, where several relations that share it do not hold.

use std::collections::HashMap;

use crate::model::Id;

use super::finding::{CauseKind, Class, Finding};
use super::printing::Printing;

type CellKey = (Id, u32);

/// How many relations a cell takes part in.
#[derive(Clone, Copy, Default)]
struct Tally {
    failing: usize,
    holding: usize,
}

/// Names in every finding that fails the cell that takes part in several that fail and in none that holds, where
/// there is one that does so more than the others.
pub(crate) fn name(findings: &mut [Finding]) {
    let mut tallies: HashMap<CellKey, Tally> = HashMap::new();
    for finding in findings.iter() {
        if finding.fails() {
            for printing in doubted(finding) {
                tallies.entry(key(printing)).or_default().failing += 1;
            }
        } else if matches!(finding.class, Class::Consistent | Class::Convention) {
            for printing in confirmed(finding) {
                tallies.entry(key(printing)).or_default().holding += 1;
            }
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.fails()) {
        // A figure with which other relations hold is not of the wrong size; all that hold may have the wrong sign.
        finding.causes.retain(|cause| {
            let holds = tallies
                .get(&key(&cause.printed))
                .is_some_and(|tally| tally.holding > 0);
            let of_digits = matches!(
                cause.kind,
                CauseKind::Scale { .. } | CauseKind::TransposedDigits { .. }
            );
            !(of_digits && holds)
        });
        let failing = |printing: &Printing| {
            tallies
                .get(&key(printing))
                .filter(|tally| tally.holding == 0 && tally.failing > 1)
                .map_or(0, |tally| tally.failing)
        };
        let most = doubted(finding).map(failing).max().unwrap_or(0);
        let mut first: Vec<Printing> = Vec::new();
        for printing in doubted(finding) {
            let known = first.iter().any(|other| other.is_at(printing));
            if most > 0 && failing(printing) == most && !known {
                first.push(printing.clone());
            }
        }
        let named = finding.cause().map(|cause| cause.printed.clone());
        finding.suspect = match first.as_slice() {
            [only] => Some(only.clone()),
            several => named.filter(|named| several.iter().any(|other| other.is_at(named))),
        };
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

/// The judged cell, and all that agree with the operands.
fn confirmed(finding: &Finding) -> impl Iterator<Item = &Printing> {
    let operands = finding.operands.iter().flat_map(|used| &used.printings);
    std::iter::once(&finding.printed).chain(operands)
}
