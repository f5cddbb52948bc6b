//! Why a finding is what it is.

use crate::error::Error;
use crate::model::{
    Claim, FactKey, Operand, Rank, SeriesKey, Unit, WhyCell, WhyDocument, WhyShown,
};
use crate::query::explain::sealed::{Answer, Explainer};
use crate::query::{Basis, Computed, Explanation, Subject, Value, Version, Versions};

use super::finding::{Finding, Relation, Used};
use super::printing::Printing;

impl Answer for Finding {
    /// The class, the arithmetic, and every figure of it with its printings, the judged one first.
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let about = self.about();
        let label = explainer.label(&about.series.company, about.period);
        let mut subject = Subject::new(&about.series, label, Some(about.period));
        subject.measure = Some("audit".to_owned());
        let mut operands = vec![self.judged(explainer, &subject)?];
        for used in &self.operands {
            operands.push(self.operand(explainer, &subject, used)?);
        }
        for missing in &self.missing {
            operands.push(Explanation::not_reported(Subject {
                measure: None,
                metric: missing.clone(),
                label: missing.clone(),
                period: None,
                ..subject.clone()
            }));
        }
        Ok(Explanation {
            name: subject.label.clone(),
            subject,
            text: format!("{}: {}", self.class, self.title),
            quantity: self.recomputed,
            in_percent: false,
            value: None,
            notes: self.remarks(),
            basis: Basis::Computed(Computed {
                formula: Some(self.arithmetic.clone()).filter(|formula| !formula.is_empty()),
                rules: vec!["both sides agree if they can be roundings of one value".to_owned()],
                operands,
            }),
        })
    }
}

impl Finding {
    /// The fact that it is mostly about.
    fn about(&self) -> FactKey {
        let of_operand = |operand: &Operand| FactKey {
            series: SeriesKey {
                company: operand.company.clone(),
                metric: operand.metric.clone(),
                scenario: operand.scenario,
                scope: operand.scope.clone(),
                unit: self.printed.unit.clone().unwrap_or(Unit::Pure),
            },
            period: operand.period,
        };
        match &self.relation {
            Relation::Claim(claim) | Relation::RepeatedClaim(claim) => of_operand(match claim {
                Claim::Growth { of, .. }
                | Claim::Difference { of, .. }
                | Claim::Translation { of, .. }
                | Claim::Revision { of, .. } => of,
                Claim::Share { part, .. } => part,
            }),
            Relation::GrowthAndDifference { of, .. } => of_operand(of),
            Relation::RepeatedFact(fact)
            | Relation::EarlierDocument(fact)
            | Relation::LaterDocument(fact)
            | Relation::Identity { left: fact, .. }
            | Relation::Tiling { whole: fact, .. } => fact.clone(),
        }
    }

    /// What else to know, in words.
    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = Vec::new();
        remarks.extend(
            self.convention
                .map(|convention| format!("it holds by {convention}")),
        );
        remarks.extend(self.undecided.map(|reason| reason.to_string()));
        for cause in &self.causes {
            let word = if self.cause().is_some() {
                "explained by"
            } else {
                "perhaps"
            };
            remarks.push(format!("{word} {}: {}", cause.kind, cause.printed));
        }
        if let Some(suspect) = &self.suspect {
            remarks.push(format!("probably wrong: {suspect}"));
        }
        remarks
    }

    /// The figure that was judged.
    fn judged(&self, explainer: &Explainer, subject: &Subject) -> Result<Explanation, Error> {
        let why = WhyShown {
            document: WhyDocument::Only,
            cell: WhyCell::Only,
            contradicted: false,
        };
        let printings = [&self.printed];
        Ok(Explanation {
            name: "printed".to_owned(),
            subject: Subject {
                measure: None,
                ..subject.clone()
            },
            text: self.printed.figure_text(),
            quantity: self.printed.quantity(),
            in_percent: false,
            value: Some(Value::Figure(self.printed.figure.clone())),
            notes: Vec::new(),
            basis: Basis::Reported(versions(explainer, &printings, why)?),
        })
    }

    fn operand(
        &self,
        explainer: &Explainer,
        above: &Subject,
        used: &Used,
    ) -> Result<Explanation, Error> {
        let subject = match &used.fact {
            Some(fact) => {
                let label = explainer.label(&fact.series.company, fact.period);
                Subject::new(&fact.series, label, Some(fact.period))
            }
            None => Subject {
                measure: None,
                ..above.clone()
            },
        };
        let printings: Vec<&Printing> =
            used.printings.iter().chain(&used.contradicted_by).collect();
        let first = used.printings.first();
        let beside = first.is_some_and(|first| first.cell.place == self.printed.cell.place);
        let why = WhyShown {
            document: WhyDocument::Only,
            cell: match (printings.len(), beside) {
                (0 | 1, _) => WhyCell::Only,
                (_, true) => WhyCell::Beside,
                (_, false) => WhyCell::Agreed,
            },
            contradicted: !used.contradicted_by.is_empty(),
        };
        Ok(Explanation {
            name: subject.label.clone(),
            subject,
            text: first.map_or_else(String::new, Printing::figure_text),
            quantity: used.quantity,
            in_percent: false,
            value: first.map(|first| Value::Figure(first.figure.clone())),
            notes: Vec::new(),
            basis: Basis::Reported(versions(explainer, &printings, why)?),
        })
    }
}

/// Printings as versions of a fact, of which the first is shown.
fn versions(
    explainer: &Explainer,
    printings: &[&Printing],
    why: WhyShown,
) -> Result<Versions, Error> {
    let mut considered: Vec<Version> = Vec::new();
    for printing in printings {
        let rank = printing.rank.unwrap_or(if printing.is_prose() {
            Rank::Prose
        } else {
            Rank::Table
        });
        let mut version = explainer.printing(
            &printing.document,
            printing.published,
            rank,
            &printing.cell,
            &printing.figure,
        )?;
        version.shown = considered.is_empty();
        considered.push(version);
    }
    Ok(Versions {
        considered,
        why,
        excluded: Vec::new(),
    })
}
