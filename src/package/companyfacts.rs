//! Company facts as a package: a document a filing, a cell a fact.

use crate::ingest::{CompanyFact, CompanyFacts};
use crate::model::{Cell, Document, Rank, Scenario, Scope, SeriesKey};

use super::{Filing, Package, Reported};

impl From<&CompanyFacts> for Package {
    fn from(facts: &CompanyFacts) -> Self {
        let mut sorted: Vec<CompanyFact<'_>> = facts.facts().collect();
        // By what the facts say and not by where the file has them, so that a document is always the same.
        sorted.sort_by(|a, b| {
            (a.filed, a.document)
                .cmp(&(b.filed, b.document))
                .then_with(|| a.concept.cmp(b.concept))
                .then_with(|| a.unit.cmp(b.unit))
                .then_with(|| a.period.cmp(&b.period))
                .then_with(|| a.value.cmp(&b.value))
                .then_with(|| a.text.cmp(b.text))
                .then_with(|| a.fiscal_year.cmp(&b.fiscal_year))
                .then_with(|| a.fiscal_period.cmp(&b.fiscal_period))
        });
        let filings = sorted
            .chunk_by(|a, b| a.document == b.document)
            .filter_map(|of_one| filing(facts, of_one));
        Package {
            companies: vec![facts.company().clone()],
            metrics: facts.metrics().to_vec(),
            filings: filings.collect(),
            evidence: facts.evidence(),
        }
    }
}

impl From<CompanyFacts> for Package {
    fn from(facts: CompanyFacts) -> Self {
        Package::from(&facts)
    }
}

fn filing(facts: &CompanyFacts, of_one: &[CompanyFact<'_>]) -> Option<Filing> {
    let first = of_one.first()?;
    Some(Filing {
        document: Document {
            id: first.document.clone(),
            title: format!("{} {}", first.form, first.accession),
            issuer: format!("CIK{}", facts.cik()),
            kind: first.document_kind(),
            published: first.filed,
            utc_offset: None,
            reports: None,
        },
        cells: (1..)
            .zip(of_one)
            .map(|(number, fact)| cell(number, fact))
            .collect(),
        facts: (0..)
            .zip(of_one)
            .map(|(cell, fact)| Reported {
                series: SeriesKey {
                    company: facts.company().id.clone(),
                    metric: fact.metric.path.clone(),
                    scenario: Scenario::Actual,
                    scope: Scope::total(),
                    unit: fact.unit.clone(),
                },
                period: fact.period,
                figure: fact.figure(),
                published: fact.filed,
                cell,
                rank: Rank::Statement,
            })
            .collect(),
        checks: Vec::new(),
    })
}

/// Row and column say what the fact is, the place what the filing says of itself, each in words that many
/// cells share; the address is the number of the fact in its filing.
fn cell(number: u32, fact: &CompanyFact<'_>) -> Cell {
    let year = fact.fiscal_year.unwrap_or("null");
    let period = fact.fiscal_period.unwrap_or("null");
    Cell {
        address: format!("f{number}"),
        place: format!("{}, fy {year}, fp {period}", fact.form),
        row: fact.concept.to_string(),
        column: format!("{}, {}", fact.unit, fact.period),
        text: fact.text.to_owned(),
        scale: 0,
        unplaced: None,
    }
}
