//! Which cell is probably wrong, where several relations that share it do not hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Amount, Id};

use super::case::Case;
use super::finding::{Cause, CauseKind, Class, Finding, Used};
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
        finding.causes.retain(|cause| goes_with(cause, &holding));
    }
    prefer_what_explains_more(findings);
    for finding in findings.iter_mut().filter(|finding| finding.fails()) {
        finding.suspect = most_doubted(finding, &tallies);
    }
}

/// Whether the figures that were meant break nothing that holds.
fn goes_with(cause: &Cause, holding: &HashMap<CellKey, Vec<&Case>>) -> bool {
    let cases = |printed: &Printing| holding.get(&key(printed)).into_iter().flatten();
    let corrected = |case: &Case| {
        let with = |case: Case, (printed, amount): &(Printing, Amount)| case.with(printed, amount);
        cause.meant.iter().fold(case.clone(), with)
    };
    let mut touched = cause.meant.iter().flat_map(|(printed, _)| cases(printed));
    touched.all(|case| judge::holds(&corrected(case)))
}

/// Leaves only the one cause of a finding that explains more findings than each of its others.
fn prefer_what_explains_more(findings: &mut [Finding]) {
    let of = |cause: &Cause| (key(&cause.printed), cause.kind.clone());
    let mut explained: BTreeMap<(CellKey, CauseKind), usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.fails()) {
        let causes: BTreeSet<_> = finding.causes.iter().map(of).collect();
        for cause in causes {
            *explained.entry(cause).or_default() += 1;
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.fails()) {
        let explains = |cause: &Cause| explained.get(&of(cause)).copied().unwrap_or(0);
        let most = finding.causes.iter().map(explains).max().unwrap_or(0);
        let mut first = finding.causes.iter().filter(|c| explains(c) == most);
        if let (Some(cause), None) = (first.next().cloned(), first.next()) {
            finding.causes = vec![cause];
        }
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
