//! What the explanations of derived figures tell.

use crate::error::Error;
use crate::model::{ChangeKind, MetricKind};
use crate::query::answer::{Answer, Derived, Together};
use crate::query::derive::{AnswerChange, Growth};
use crate::query::restatement::Restatement;

use super::answers::{convention, formula};
use super::sealed::{Answer as Explained, Explainer};
use super::{Basis, Computed, Explanation, Subject, Value};

impl Explained for Answer {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        match self {
            Answer::Reported(point) => point.explanation(explainer),
            Answer::Derived(derived) => derived.explanation(explainer),
        }
    }
}

impl Explained for Derived {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let operands = self
            .operands
            .iter()
            .map(|operand| {
                let mut explanation = operand.answer.explanation(explainer)?;
                explanation.name.clone_from(&operand.name);
                Ok(explanation)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Explanation {
            name: self.label.clone(),
            subject: Subject {
                company: self.company.clone(),
                metric: self.measure.to_string(),
                measure: None,
                scenario: self.scenario,
                scope: self.scope.clone(),
                unit: self.unit.clone(),
                label: self.label.clone(),
                period: Some(self.period),
            },
            text: self.figure_text(),
            quantity: Some(self.quantity),
            in_percent: self.in_percent(),
            value: None,
            notes: Vec::new(),
            basis: Basis::Computed(Computed {
                formula: Some(self.formula.clone()),
                rules: self.rules(),
                operands,
            }),
        })
    }
}

impl Explained for AnswerChange {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let current = self.current.explanation(explainer)?;
        let mut subject = current.subject.clone();
        subject.measure = Some(self.kind.to_string());
        let base = match &self.base {
            None => None,
            Some(Ok(base)) => Some(base.explanation(explainer)?),
            Some(Err(not)) => {
                let mut missing = Explanation::not_reported(Subject {
                    label: not.label.clone(),
                    period: None,
                    ..current.subject.clone()
                });
                missing.notes.push(not.to_string());
                Some(missing)
            }
        };
        let kind = &self.change.kind;
        Ok(Explanation {
            name: current.name.clone(),
            subject,
            text: self.change_text(),
            quantity: self.change.quantity(),
            in_percent: matches!(kind, ChangeKind::Relative { .. }),
            value: Some(Value::Change(self.change.clone())),
            notes: self
                .lengths()
                .map(|(now, then)| format!("compares {now} days with {then}"))
                .into_iter()
                .collect(),
            basis: Basis::Computed(Computed {
                formula: base
                    .as_ref()
                    .and_then(|base| formula(kind, &current.name, &base.name)),
                rules: convention(kind).map(str::to_owned).into_iter().collect(),
                operands: [Some(current), base].into_iter().flatten().collect(),
            }),
        })
    }
}

impl Explained for Growth {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let operands = [&self.to, &self.from].map(|answer| answer.explanation(explainer));
        let [to, from] = operands;
        let (to, from) = (to?, from?);
        let name = format!("{} to {}", from.name, to.name);
        let within = self.rate_interval(2);
        let within = within.map(|(low, high)| format!("the rate lies within [{low}; {high}] %"));
        Ok(Explanation {
            name: name.clone(),
            subject: Subject {
                measure: Some("compound annual growth rate".to_owned()),
                label: name,
                period: None,
                ..to.subject.clone()
            },
            text: self.rate_text(),
            quantity: None,
            in_percent: true,
            value: None,
            notes: within.into_iter().collect(),
            basis: Basis::Computed(Computed {
                formula: Some(format!(
                    "({} / {})^(1/{}) - 1",
                    to.name, from.name, self.years
                )),
                rules: vec![vintage(self.together)],
                operands: vec![to, from],
            }),
        })
    }
}

impl Explained for Restatement {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let mut operands = Vec::new();
        for (name, point) in [("new", &self.new), ("old", &self.old)] {
            let mut operand = point.explanation(explainer)?;
            name.clone_into(&mut operand.name);
            operands.push(operand);
        }
        let kind = &self.change.kind;
        let mut subject =
            Subject::new(self.new.series(), self.new.label(), Some(self.new.period()));
        subject.measure = Some(self.kind.to_string());
        let shown = "each is what was known once its document was out".to_owned();
        Ok(Explanation {
            name: self.new.label(),
            subject,
            text: self.change.to_string(),
            quantity: self.change.quantity(),
            in_percent: matches!(kind, ChangeKind::Relative { .. }),
            value: Some(Value::Change(self.change.clone())),
            notes: Vec::new(),
            basis: Basis::Computed(Computed {
                formula: formula(kind, "new", "old"),
                rules: [shown]
                    .into_iter()
                    .chain(convention(kind).map(str::to_owned))
                    .collect(),
                operands,
            }),
        })
    }
}

impl Derived {
    fn rules(&self) -> Vec<String> {
        let vintage = vintage(self.together);
        let dates = (self.kind == MetricKind::Flow && self.series().is_some())
            .then(|| "the dates of the operands add up to those of the result".to_owned());
        dates.into_iter().chain([vintage]).collect()
    }
}

fn vintage(together: Together) -> String {
    match together {
        Together::Cycle(0) => {
            "the figures are of one vintage: together in the documents of their own fiscal year"
                .to_owned()
        }
        Together::Cycle(cycle) => format!(
            "the figures are of one vintage: together in the documents of reporting cycle {cycle}"
        ),
        Together::Document => "the figures are of one vintage: from one document".to_owned(),
        Together::Nothing => {
            "the figures are of different vintage, which the question allowed".to_owned()
        }
    }
}
