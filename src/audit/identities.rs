//! What must hold between a company's figures: totals and their parts, roll-forwards, products, ratios.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Company, Expression, FactKey, Identity, Leaf, LeafKind, MetricKind, Period, PeriodKind,
    Scenario, SeriesKey,
};

use super::case::{Case, Slot};
use super::finding::Relation;
use super::formula::{Asked, Equation, Formula};
use super::material::Material;
use super::partial;
use super::printing::{Known, Printing};
use super::tiling;

/// Every identity for every printing of its left side: with the figures that stand in the same place where that has
/// all of them; where no place has, once with those of the whole document, also such as make up the period. Tells how often a left side is printed and
/// not all of its right side; a ratio then is a claim whose operands are missing, and of a total it is looked whether its
/// parts speak against its sign.
pub(crate) fn collect(material: &Material, cases: &mut Vec<Case>) -> usize {
    let mut complete: BTreeSet<&FactKey> = BTreeSet::new();
    let mut in_part: Vec<(Subject, &Vec<Printing>)> = Vec::new();
    for company in &material.companies {
        for identity in &company.identities {
            for (fact, printings) in left_sides(material, company, identity) {
                let before = cases.len();
                for period in periods(material, identity, fact) {
                    let subject = Subject {
                        identity,
                        fact,
                        period,
                    };
                    subject.collect(material, printings, cases);
                }
                if cases.len() > before {
                    complete.insert(fact);
                    continue;
                }
                let ratio = material
                    .metric(&identity.metric)
                    .is_some_and(|metric| metric.kind == MetricKind::Ratio);
                if let Some(printing) = printings.first().filter(|_| ratio) {
                    cases.push(without_operands(material, identity, fact, printing));
                } else {
                    let period = fact.period;
                    let subject = Subject {
                        identity,
                        fact,
                        period,
                    };
                    in_part.push((subject, printings));
                }
            }
        }
    }
    for (subject, printings) in &in_part {
        // Another identity of the total, printed whole, has spoken.
        if !complete.contains(subject.fact) {
            let doubt = |printing: &Printing| subject.in_part(material, printing);
            cases.extend(printings.iter().filter_map(doubt));
        }
    }
    in_part.len()
}

/// The facts of the document that are the left side of an identity.
fn left_sides<'m>(
    material: &'m Material,
    company: &'m Company,
    identity: &'m Identity,
) -> impl Iterator<Item = (&'m FactKey, &'m Vec<Printing>)> {
    material.facts.iter().filter(move |(fact, _)| {
        let series = &fact.series;
        (&series.company, &series.metric, &series.scope)
            == (&company.id, &identity.metric, &identity.scope)
    })
}

/// The periods that can be meant where the left side is at one: its own, or, where flows move it to that instant, the
/// durations of those that end there.
fn periods(material: &Material, identity: &Identity, left: &FactKey) -> Vec<Period> {
    if left.period.kind() != PeriodKind::Instant {
        return vec![left.period];
    }
    let leaves = identity.equals.leaves();
    let mut found: Vec<Period> = material
        .facts
        .keys()
        .filter(|fact| {
            fact.period.kind() == PeriodKind::Duration
                && fact.period.end() == left.period.end()
                && leaves.iter().any(|leaf| {
                    (&leaf.metric, &leaf.scope) == (&fact.series.metric, &fact.series.scope)
                })
        })
        .map(|fact| fact.period)
        .collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        // Stocks, a ratio at an instant, or a flow of a period that only its column tells.
        found.push(left.period);
    }
    found
}

fn is_stock(material: &Material, leaf: &Leaf) -> bool {
    material
        .metric(&leaf.metric)
        .is_some_and(|metric| metric.kind == MetricKind::Stock)
}

/// A printed ratio whose operands are missing.
fn without_operands(
    material: &Material,
    identity: &Identity,
    fact: &FactKey,
    printing: &Printing,
) -> Case {
    let subject = Subject {
        identity,
        fact,
        period: fact.period,
    };
    let by = material.document.published;
    let operands = subject.asked().into_iter().map(|leaf| {
        let known = subject
            .leaf_fact(material, &leaf)
            .and_then(|fact| material.own(&fact, &printing.cell.place, by));
        let name = leaf.to_string();
        Slot { name, known }
    });
    Case {
        relation: Relation::Identity {
            identity: identity.clone(),
            left: fact.clone(),
            period: fact.period,
        },
        subject: printing.clone(),
        confirmed: false,
        formula: Formula::Unknown,
        operands: operands.collect(),
    }
}

/// One left side at one period.
struct Subject<'a> {
    identity: &'a Identity,
    fact: &'a FactKey,
    period: Period,
}

impl Subject<'_> {
    fn collect(&self, material: &Material, printings: &[Printing], cases: &mut Vec<Case>) {
        let leaves = self.asked();
        let before = cases.len();
        for printing in printings {
            let operands: Option<Vec<Vec<Known>>> = leaves
                .iter()
                .map(|leaf| Some(vec![self.in_place(material, leaf, printing)?]))
                .collect();
            if let Some(operands) = operands {
                let confirmed = material.confirms(self.fact, printing);
                let whole = &self.identity.equals;
                cases.extend(self.case(printing, confirmed, whole, &leaves, operands));
            }
        }
        if cases.len() > before {
            return;
        }
        let by = material.document.published;
        let operands: Option<Vec<Vec<Known>>> = leaves
            .iter()
            .map(|leaf| self.in_document(material, leaf))
            .collect();
        let left = material.own(self.fact, "", by);
        if let (Some(left), Some(operands)) = (left, operands) {
            let finest = left.cluster.members.iter();
            if let Some(subject) = finest.max_by_key(|printing| printing.fineness()) {
                let confirmed = left.cluster.members.len() > 1;
                let whole = &self.identity.equals;
                cases.extend(self.case(subject, confirmed, whole, &leaves, operands));
            }
        }
    }

    /// What the document prints for a leaf: the figure itself, or of a flow those of the durations that make up its
    /// period.
    fn in_document(&self, material: &Material, leaf: &Leaf) -> Option<Vec<Known>> {
        let by = material.document.published;
        let own = self.leaf_fact(material, leaf);
        if let Some(own) = own.and_then(|fact| material.own(&fact, "", by)) {
            return Some(vec![own]);
        }
        let metric = material.metric(&leaf.metric)?;
        if metric.kind != MetricKind::Flow || leaf.of != LeafKind::Plain {
            return None;
        }
        let left = &self.fact.series;
        let mut series: BTreeMap<&SeriesKey, Vec<Period>> = BTreeMap::new();
        for fact in material.facts.keys() {
            let key = &fact.series;
            if (&key.company, &key.metric, &key.scope, key.scenario)
                == (&left.company, &leaf.metric, &leaf.scope, left.scenario)
            {
                series.entry(key).or_default().push(fact.period);
            }
        }
        series.into_iter().find_map(|(key, periods)| {
            let tilings = tiling::tilings(self.period, &periods);
            let parts = tilings.into_iter().min_by_key(Vec::len)?;
            let fact = |period| FactKey {
                series: key.clone(),
                period,
            };
            let known = |period| material.own(&fact(period), "", by);
            parts.into_iter().map(known).collect()
        })
    }

    /// A total of which the place prints only some parts, if these speak against its sign.
    fn in_part(&self, material: &Material, printing: &Printing) -> Option<Case> {
        let parts: Vec<(Leaf, bool, Known)> = partial::signed_parts(self.identity.equals.node())?
            .into_iter()
            .filter_map(|(leaf, negative)| {
                let known = self.in_place(material, &leaf, printing)?;
                Some((leaf, negative, known))
            })
            .collect();
        if !partial::speaks_against(printing, &parts) {
            return None;
        }
        let terms = parts
            .iter()
            .map(|(leaf, negative, _)| format!("{} {leaf}", if *negative { '-' } else { '+' }));
        let sum = terms.collect::<Vec<_>>().join(" ");
        let expression = sum.strip_prefix("+ ").unwrap_or(&sum).parse().ok()?;
        let (leaves, operands): (Vec<Leaf>, Vec<Vec<Known>>) = parts
            .into_iter()
            .map(|(leaf, _, known)| (leaf, vec![known]))
            .unzip();
        let mut case = self.case(printing, false, &expression, &leaves, operands)?;
        if let Formula::Equation(equation) = case.formula {
            case.formula = Formula::SumInPart(equation);
        }
        Some(case)
    }

    /// The leaves that evaluation asks for: each once; an average by its two ends.
    fn asked(&self) -> Vec<Leaf> {
        let mut asked: Vec<Leaf> = Vec::new();
        for leaf in self.identity.equals.leaves() {
            let kinds: &[LeafKind] = match &leaf.of {
                LeafKind::Average => &[LeafKind::Opening, LeafKind::Plain],
                kind => std::slice::from_ref(kind),
            };
            for kind in kinds {
                let leaf = Leaf {
                    of: *kind,
                    ..leaf.clone()
                };
                if !asked.contains(&leaf) {
                    asked.push(leaf);
                }
            }
        }
        asked
    }

    /// The fact that a leaf means, as far as dates tell.
    fn leaf_fact(&self, material: &Material, leaf: &Leaf) -> Option<FactKey> {
        let stock = is_stock(material, leaf);
        let period = match leaf.of {
            LeafKind::Plain if stock => self.period.closing(),
            LeafKind::Plain => self.period,
            LeafKind::Opening => self.period.opening()?,
            LeafKind::Ttm => self
                .period
                .days()
                .filter(|days| (350..=380).contains(days))
                .map(|_| self.period)?,
            LeafKind::Average => return None,
        };
        let series = &self.fact.series;
        let unit = material.unit_in(leaf, &series.company, series.scenario, period)?;
        Some(FactKey {
            series: SeriesKey {
                company: series.company.clone(),
                metric: leaf.metric.clone(),
                scenario: series.scenario,
                scope: leaf.scope.clone(),
                unit,
            },
            period,
        })
    }

    /// What the place of a printing gives for a leaf: the fact itself, or else, in a table, the one figure of that
    /// metric and scope in the same column.
    fn in_place(&self, material: &Material, leaf: &Leaf, beside: &Printing) -> Option<Known> {
        let at = |fact: &FactKey| {
            let printings = material.facts.get(fact)?;
            printings
                .iter()
                .find(|printing| {
                    printing.cell.place == beside.cell.place
                        && printing.published == beside.published
                })
                .map(|printing| material.alone(fact, printing))
        };
        if let Some(fact) = self.leaf_fact(material, leaf) {
            return at(&fact);
        }
        if beside.is_prose() {
            return None;
        }
        let mut others = material.facts.iter().filter_map(|(fact, printings)| {
            let series = &fact.series;
            let means = (&series.company, &series.metric, &series.scope)
                == (&self.fact.series.company, &leaf.metric, &leaf.scope)
                && fact != self.fact
                && (leaf.of != LeafKind::Opening || fact.period.end() < self.fact.period.end());
            let same_column = printings.iter().find(|printing| {
                printing.cell.place == beside.cell.place
                    && printing.cell.column == beside.cell.column
                    && !printing.is_prose()
            })?;
            means.then_some((fact, same_column))
        });
        let (fact, printing) = others.next()?;
        if others.next().is_some() {
            return None;
        }
        Some(material.alone(fact, printing))
    }

    fn case(
        &self,
        subject: &Printing,
        confirmed: bool,
        expression: &Expression,
        leaves: &[Leaf],
        operands: Vec<Vec<Known>>,
    ) -> Option<Case> {
        let asked = |(leaf, operands): (&Leaf, &Vec<Known>)| {
            Some(Asked {
                leaf: leaf.clone(),
                unit: operands.first()?.fact.as_ref()?.series.unit.clone(),
                operands: operands.len(),
            })
        };
        let asked = leaves.iter().zip(&operands).map(asked);
        let equation = Equation {
            expression: expression.clone(),
            leaves: asked.collect::<Option<_>>()?,
            unit: self.fact.series.unit.clone(),
        };
        if !equation.fits() {
            return None;
        }
        Some(Case {
            relation: Relation::Identity {
                identity: self.identity.clone(),
                left: self.fact.clone(),
                period: self.period,
            },
            subject: subject.clone(),
            confirmed,
            formula: Formula::Equation(Box::new(equation)),
            operands: operands
                .into_iter()
                .flatten()
                .map(|known| Slot {
                    name: String::new(),
                    known: Some(known),
                })
                .collect(),
        })
    }
}

impl Material {
    /// The unit in which the document prints a leaf at a period.
    fn unit_in(
        &self,
        leaf: &Leaf,
        company: &crate::model::Id,
        scenario: Scenario,
        period: Period,
    ) -> Option<crate::model::Unit> {
        let fact = self.facts.keys().find(|fact| {
            let series = &fact.series;
            fact.period == period
                && series.scenario == scenario
                && (&series.company, &series.metric, &series.scope)
                    == (company, &leaf.metric, &leaf.scope)
        })?;
        Some(fact.series.unit.clone())
    }
}
