//! How many mutants were found, and what was said of them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::audit::finding::{CauseKind, Class, Finding, GrowthConvention};
use crate::audit::printing::Printing;

use super::bundled::Mutant;
use super::printed::Mutation;
use super::reckoning::Reckoned;

type Standing = (u8, Option<GrowthConvention>);

/// What an audit says of the release as it is: the gravest class of every relation and judged cell.
pub(super) struct Before(HashMap<(String, u32), Standing>);

fn standing(finding: &Finding) -> Standing {
    let grade = match finding.class {
        // A sign in doubt is no relation that fails.
        Class::Consistent | Class::OperandsMissing | Class::Undecided | Class::SignInDoubt => 0,
        Class::Convention => 1,
        Class::LastDigit => 2,
        Class::Irreconcilable | Class::Restated => 3,
    };
    (grade, finding.convention)
}

fn key(finding: &Finding) -> (String, u32) {
    (finding.title.clone(), finding.printed.number)
}

impl Before {
    pub(super) fn new(findings: &[Finding]) -> Self {
        let mut gravest = HashMap::new();
        for finding in findings {
            let known = gravest.entry(key(finding)).or_insert((0, None));
            *known = standing(finding).max(*known);
        }
        Self(gravest)
    }

    /// The findings that are new, or graver, and name a figure.
    pub(super) fn fresh<'f>(&self, findings: &'f [Finding], number: u32) -> Vec<&'f Finding> {
        let worse = |finding: &&Finding| {
            let before = self.0.get(&key(finding)).copied().unwrap_or_default();
            let now = standing(finding);
            now.0 > before.0 || now.0 == 1 && now != before
        };
        let findings = findings.iter().filter(worse);
        findings.filter(|finding| names(finding, number)).collect()
    }
}

/// Whether a printed figure is among those of a finding.
fn names(finding: &Finding, number: u32) -> bool {
    let operands = finding.operands.iter().flat_map(|used| {
        let others = used.contradicted_by.iter();
        used.printings.iter().chain(others)
    });
    std::iter::once(&finding.printed)
        .chain(operands)
        .any(|printing| is_at(printing, finding, number))
}

fn is_at(printing: &Printing, finding: &Finding, number: u32) -> bool {
    printing.number == number && printing.document == finding.printed.document
}

/// What was said of one mutant.
#[expect(clippy::struct_excessive_bools, reason = "each is counted by itself")]
pub(super) struct Said {
    pub(super) found: bool,
    /// Only as another convention.
    convention: bool,
    /// The one cause of a finding, or its suspect, is the spoilt figure.
    pointed: bool,
    /// The one cause of a finding is the spoilt figure and the mistake that was made.
    caused: bool,
    /// It is among several causes of a finding.
    listed: bool,
    /// No finding points at the spoilt figure, and one at another.
    pub(super) misled: bool,
}

impl Said {
    pub(super) fn of(fresh: &[&Finding], mutant: &Mutant) -> Self {
        let right = |kind: &CauseKind| match mutant.mutation {
            Mutation::Sign => matches!(kind, CauseKind::FlippedSign | CauseKind::DirectionWord),
            Mutation::Scale => *kind == CauseKind::Scale { power: 3 },
            Mutation::Transposition => matches!(kind, CauseKind::TransposedDigits { .. }),
            Mutation::LastDigit => false,
        };
        let (mut pointed, mut caused, mut listed, mut elsewhere) = (false, false, false, false);
        for finding in fresh {
            let is_it = |printing: &Printing| is_at(printing, finding, mutant.number);
            let made = |cause: &&crate::Cause| is_it(&cause.printed) && right(&cause.kind);
            caused |= finding.cause().as_ref().is_some_and(made);
            listed |= finding.causes.iter().any(|cause| made(&cause));
            // A cause of these kinds says which figure fits instead, not which is wrong.
            let instead = |kind: &CauseKind| {
                matches!(
                    kind,
                    CauseKind::OtherColumn { .. } | CauseKind::OtherPrinting
                )
            };
            let cause = finding.cause().filter(|cause| !instead(&cause.kind));
            let cause = cause.map(|cause| &cause.printed);
            let blamed = finding.suspect.as_ref().or(cause);
            pointed |= blamed.is_some_and(is_it);
            elsewhere |= blamed.is_some_and(|printing| !is_it(printing));
        }
        Self {
            found: !fresh.is_empty(),
            convention: !fresh.is_empty() && fresh.iter().all(|f| f.class == Class::Convention),
            pointed,
            caused,
            listed,
            misled: elsewhere && !pointed,
        }
    }
}

/// Counts of one document and mutation.
#[derive(Clone, Default)]
pub(super) struct Counts {
    mutants: usize,
    refused: usize,
    found: usize,
    convention: usize,
    pointed: usize,
    caused: usize,
    listed: usize,
    misled: usize,
    undetected: BTreeMap<Reckoned, usize>,
}

impl Counts {
    pub(super) fn add(&mut self, mutant: &Mutant, reckoned: Reckoned, said: &Said) {
        self.mutants += 1;
        self.refused += usize::from(mutant.refused);
        self.found += usize::from(said.found);
        self.convention += usize::from(said.convention);
        self.pointed += usize::from(said.pointed);
        self.caused += usize::from(said.caused);
        self.listed += usize::from(said.listed);
        self.misled += usize::from(said.misled);
        if !said.found {
            *self.undetected.entry(reckoned).or_default() += 1;
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut undetected = self.undetected.clone();
        for (reason, count) in &other.undetected {
            *undetected.entry(*reason).or_default() += count;
        }
        Self {
            mutants: self.mutants + other.mutants,
            refused: self.refused + other.refused,
            found: self.found + other.found,
            convention: self.convention + other.convention,
            pointed: self.pointed + other.pointed,
            caused: self.caused + other.caused,
            listed: self.listed + other.listed,
            misled: self.misled + other.misled,
            undetected,
        }
    }

    pub(super) fn undetected(&self, reason: Reckoned) -> usize {
        self.undetected.get(&reason).copied().unwrap_or(0)
    }

    /// Mutants of figures that redundancy touches.
    pub(super) fn touched(&self) -> usize {
        self.mutants - self.undetected(Reckoned::NoRedundancy)
    }

    pub(super) fn found(&self) -> usize {
        self.found
    }
}

/// The counts of all, by document and mutation, and the mutants that were not found or mistaken for others.
#[derive(Default)]
pub(super) struct Tally {
    counts: BTreeMap<(&'static str, Mutation), Counts>,
    listed: Vec<String>,
}

impl Tally {
    pub(super) fn add(
        &mut self,
        folder: &'static str,
        text: &str,
        mutant: &Mutant,
        reckoned: Reckoned,
        said: &Said,
    ) {
        let counts = self.counts.entry((folder, mutant.mutation));
        counts.or_default().add(mutant, reckoned, said);
        if !said.found || said.misled {
            let Mutant {
                address,
                text: spoilt,
                ..
            } = mutant;
            let mutation = mutant.mutation.name();
            let reason = if said.found {
                "points elsewhere"
            } else {
                reckoned.name()
            };
            self.listed.push(format!(
                "{folder} {address}: {text:?} -> {spoilt:?}, {mutation}: {reason}"
            ));
        }
    }

    pub(super) fn merge(&mut self, other: Tally) {
        for (key, counts) in other.counts {
            let known = self.counts.entry(key).or_default();
            *known = known.plus(&counts);
        }
        self.listed.extend(other.listed);
    }

    /// Every mutant that is not found, with the reason, and every one whose findings point elsewhere, one a line.
    pub(super) fn listed(&self) -> String {
        self.listed.join("\n")
    }

    pub(super) fn sum(&self, of: impl Fn(&'static str, Mutation) -> bool) -> Counts {
        let counts = self
            .counts
            .iter()
            .filter(|((folder, mutation), _)| of(folder, *mutation));
        counts.fold(Counts::default(), |sum, (_, counts)| sum.plus(counts))
    }
}

impl fmt::Display for Tally {
    /// The table of `docs::audit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<(String, Counts)> = Vec::new();
        for mutation in Mutation::ALL {
            let counts = self.sum(|_, other| other == mutation);
            rows.push((mutation.name().to_owned(), counts));
        }
        let mut folders: Vec<&str> = self.counts.keys().map(|(folder, _)| *folder).collect();
        folders.dedup();
        for folder in folders {
            let counts = self.sum(|other, _| other == folder);
            rows.push((format!("`{folder}`"), counts));
        }
        rows.push(("all".to_owned(), self.sum(|_, _| true)));
        write!(f, "| | mutants | found |")?;
        for reason in Reckoned::UNDETECTED {
            write!(f, " {} |", reason.name())?;
        }
        writeln!(f)?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for (name, counts) in &rows {
            write!(f, "| {name} | {} | {} |", counts.mutants, counts.found)?;
            for reason in Reckoned::UNDETECTED {
                write!(f, " {} |", counts.undetected(reason))?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "\n| | found | points at it | names the mistake | lists it | only a convention | points elsewhere | refused when read |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for (name, counts) in &rows {
            let Counts {
                found,
                pointed,
                caused,
                listed,
                convention,
                misled,
                refused,
                ..
            } = counts;
            writeln!(
                f,
                "| {name} | {found} | {pointed} | {caused} | {listed} | {convention} | {misled} | {refused} |"
            )?;
        }
        Ok(())
    }
}
