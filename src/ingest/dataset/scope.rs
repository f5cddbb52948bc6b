//! Segments and co-registrants as a scope.

use std::collections::BTreeMap;

use crate::model::{Scope, name_term};

use super::error::RowFault;

/// The axis of the legal entity, whose members co-registrants are.
const ENTITY: &str = "LegalEntity";

/// The scope of `BusinessSegments=Timber;LegalEntity=Subsidiaries;` and a co-registrant: axes and members in the words
/// of metrics, `business_segments=timber,legal_entity=subsidiaries`.
pub(super) fn of(segments: &str, coreg: &str) -> Result<Scope, RowFault> {
    let mut members = BTreeMap::new();
    let pairs = segments.strip_suffix(';').unwrap_or(segments);
    for pair in pairs.split(';').filter(|_| !segments.is_empty()) {
        let (axis, member) = pair.split_once('=').ok_or(RowFault::Segments)?;
        let names = name_term(axis).zip(name_term(member));
        let (axis, member) = names.ok_or(RowFault::Segments)?;
        if members.insert(axis, member).is_some() {
            return Err(RowFault::Segments);
        }
    }
    if !coreg.is_empty() {
        let names = name_term(ENTITY).zip(name_term(coreg));
        let (entity, coreg) = names.ok_or(RowFault::Segments)?;
        if members.get(&entity).is_some_and(|known| *known != coreg) {
            return Err(RowFault::OtherEntity);
        }
        members.insert(entity, coreg);
    }
    Scope::try_from(members).map_err(RowFault::Scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_and_members_in_words() {
        for (segments, coreg, expected) in [
            ("", "", ""),
            ("BusinessSegments=Timber;", "", "business_segments=timber"),
            ("BusinessSegments=Timber", "", "business_segments=timber"),
            (
                "LegalEntity=ParentCompany;",
                "ParentCompany",
                "legal_entity=parent_company",
            ),
            ("", "SubsidiariesGECS", "legal_entity=subsidiaries_gecs_"),
            (
                "Scenario=ScenarioAdjustment;EquityComponents=RetainedEarnings;LegalEntity=A;",
                "",
                "equity_components=retained_earnings,legal_entity=a,scenario=scenario_adjustment",
            ),
        ] {
            let scope = of(segments, coreg).unwrap();
            assert_eq!(scope.to_string(), expected, "{segments} {coreg}");
        }
        let entity = of("LegalEntity=Parent;", "Subsidiary");
        assert_eq!(entity, Err(RowFault::OtherEntity));
        for bad in [
            ";", "A", "A=", "=B;", "A=B;;", "A=B;A=C;", "A=B;A=B;", "A=B=C;",
        ] {
            assert_eq!(of(bad, ""), Err(RowFault::Segments), "{bad}");
        }
        let long = format!("{}=B;", "Aa".repeat(30));
        assert!(matches!(of(&long, ""), Err(RowFault::Scope(_))));
    }
}
