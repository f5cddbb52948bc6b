//! What a finding is about, in words.

use crate::model::{Claim, FactKey, Operand, Scenario};

use super::finding::Relation;
use super::material::Material;

/// The relation in words, with periods as the company labels them.
pub(crate) fn title(material: &Material, relation: &Relation) -> String {
    match relation {
        Relation::Claim(claim) => of_claim(material, claim),
        Relation::RepeatedClaim(claim) => {
            format!("{}, printed several times", of_claim(material, claim))
        }
        Relation::GrowthAndDifference { of, over } => {
            format!(
                "growth beside difference of {}",
                pair(material, of, over, "over")
            )
        }
        Relation::RepeatedFact(fact) => {
            format!("{}, printed several times", of_fact(material, fact))
        }
        Relation::Identity {
            identity,
            left,
            period,
        } => {
            let period = material.label(&left.series.company, *period);
            let scenario = match left.series.scenario {
                Scenario::Actual => String::new(),
                other => format!(" ({other})"),
            };
            format!("{identity}{scenario}, {period}")
        }
        Relation::Tiling { whole, parts } => {
            let company = &whole.series.company;
            let parts: Vec<String> = parts
                .iter()
                .map(|part| material.label(company, *part))
                .collect();
            format!(
                "{} made up of {}",
                of_fact(material, whole),
                parts.join(" and ")
            )
        }
        Relation::LaterDocument(fact) => {
            format!("{}, given by a later document", of_fact(material, fact))
        }
        Relation::EarlierDocument(fact) => {
            format!("{}, given by an earlier document", of_fact(material, fact))
        }
    }
}

fn of_fact(material: &Material, fact: &FactKey) -> String {
    let series = &fact.series;
    material.name(&Operand {
        company: series.company.clone(),
        metric: series.metric.clone(),
        scenario: series.scenario,
        scope: series.scope.clone(),
        period: fact.period,
    })
}

fn of_claim(material: &Material, claim: &Claim) -> String {
    match claim {
        Claim::Growth { of, over } => format!("growth of {}", pair(material, of, over, "over")),
        Claim::Difference { of, over } => {
            format!("difference of {}", pair(material, of, over, "to"))
        }
        Claim::Share { part, whole } => {
            format!("share of {}", pair(material, part, whole, "in"))
        }
        Claim::Translation { of, into, rate } => {
            format!("{} in {into} at {rate}", material.name(of))
        }
        Claim::Revision { of, from, to } => {
            format!("revision of {} from {from} to {to}", material.name(of))
        }
    }
}

/// Two operands, of the second what it does not share with the first.
fn pair(material: &Material, first: &Operand, second: &Operand, word: &str) -> String {
    let same_metric = (&first.metric, &first.scope, first.scenario)
        == (&second.metric, &second.scope, second.scenario);
    let second = if same_metric {
        material.label(&second.company, second.period)
    } else if (&first.scope, first.scenario, first.period)
        == (&second.scope, second.scenario, second.period)
    {
        second.metric.to_string()
    } else {
        material.name(second)
    };
    format!("{} {word} {second}", material.name(first))
}
