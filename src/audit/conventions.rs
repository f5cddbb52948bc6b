//! Growth rates over negative bases, where one place follows two conventions.

use std::collections::HashMap;

use crate::model::Claim;

use super::finding::{Class, Finding, GrowthConvention, Relation};

/// How many rates over negative bases follow which convention.
#[derive(Clone, Copy, Default)]
struct Tally {
    over_absolute_base: usize,
    ratio_minus_one: usize,
}

/// Where most growth rates of a place that have a negative base are the ratio minus one, one over the absolute base
/// holds, and yet follows another convention: its sign may be the wrong one.
pub(crate) fn compare(findings: &mut [Finding]) {
    let mut places: HashMap<String, Tally> = HashMap::new();
    for finding in findings.iter().filter(|finding| has_negative_base(finding)) {
        let tally = places
            .entry(finding.printed.cell.place.clone())
            .or_default();
        match finding.class {
            Class::Consistent => tally.over_absolute_base += 1,
            Class::Convention => tally.ratio_minus_one += 1,
            _ => {}
        }
    }
    for finding in findings {
        let outnumbered = places
            .get(&finding.printed.cell.place)
            .is_some_and(|tally| tally.ratio_minus_one > tally.over_absolute_base);
        if outnumbered && finding.class == Class::Consistent && has_negative_base(finding) {
            finding.class = Class::Convention;
            finding.convention = Some(GrowthConvention::OverAbsoluteBase);
        }
    }
}

fn has_negative_base(finding: &Finding) -> bool {
    let base = finding.operands.get(1).and_then(|used| used.quantity);
    matches!(finding.relation, Relation::Claim(Claim::Growth { .. }))
        && base.is_some_and(|base| base.value().signum() < 0)
}
