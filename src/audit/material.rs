//! What a document prints, and what others say about the same facts.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use crate::error::Error;
use crate::model::{
    Amount, Cell, Check, Claim, Company, Document, FactKey, Id, Metric, MetricPath, Observation,
    Operand, Period, Rounding, Scenario, SeriesKey, Source, Unit,
};
use crate::store::Snapshot;

use super::printing::{Cluster, Known, Printing};

/// Everything that an audit looks at.
pub(crate) struct Material {
    pub(crate) document: Document,
    /// The claims, each with the printing that makes it.
    pub(crate) checks: Vec<(Check, Printing)>,
    /// The facts of the document with its printings, in the order of their cells.
    pub(crate) facts: BTreeMap<FactKey, Vec<Printing>>,
    pub(crate) companies: Vec<Company>,
    metrics: HashMap<MetricPath, Metric>,
    /// What other documents print about the facts of the companies.
    elsewhere: BTreeMap<FactKey, Vec<Printing>>,
    units: HashMap<(Id, MetricPath), Vec<Unit>>,
}

impl Material {
    pub(crate) fn gather(snapshot: &Snapshot, number: u32) -> Result<Self, Error> {
        let document = snapshot.document(number)?;
        let cells = snapshot.cells(number)?;
        let checks = snapshot.checks(number)?;
        let mut material = Self {
            checks: Vec::new(),
            facts: BTreeMap::new(),
            companies: Vec::new(),
            metrics: snapshot
                .metrics()
                .map(|metric| (metric.path.clone(), metric.clone()))
                .collect(),
            elsewhere: BTreeMap::new(),
            units: HashMap::new(),
            document,
        };
        let mut facts = Facts {
            snapshot,
            number,
            cells: &cells,
            documents: HashMap::new(),
            found: 0,
            others: Vec::new(),
        };
        let expected = snapshot.fact_count(number)?;
        for company in likely_first(snapshot, &material.document, &checks) {
            let claimed = checks.iter().any(|check| names(check, &company.id));
            if facts.found >= expected && !claimed {
                continue;
            }
            facts.read(&mut material, company)?;
        }
        for (fact, seen) in std::mem::take(&mut facts.others) {
            let claimed = || checks.iter().any(|check| is_about(check, &fact));
            if material.facts.contains_key(&fact) || claimed() {
                let printing = facts.printing(&fact, seen)?;
                material.elsewhere.entry(fact).or_default().push(printing);
            }
        }
        for check in checks {
            let cell = usize::try_from(check.cell).ok().and_then(|n| cells.get(n));
            let Some(cell) = cell else { continue };
            let printing = Printing {
                document: material.document.id.clone(),
                number: check.cell,
                cell: cell.clone(),
                figure: check.figure.clone(),
                unit: material.unit_of(&check),
                published: material.document.published,
                rank: None,
                nil_rounding: Rounding::default(),
            };
            material.checks.push((check, printing));
        }
        material.settle_nils();
        Ok(material)
    }

    /// A nil is rounded as the document rounds its numbers.
    fn settle_nils(&mut self) {
        let facts = self.facts.values().flatten();
        let mut numbers = facts.filter_map(|printing| printing.figure.number());
        let rounding = numbers.next().map(Amount::rounding).unwrap_or_default();
        let facts = self.facts.values_mut().flatten();
        let checks = self.checks.iter_mut().map(|(_, printing)| printing);
        for printing in facts.chain(checks) {
            printing.nil_rounding = rounding;
        }
    }

    /// The unit of what a claim says.
    fn unit_of(&self, check: &Check) -> Option<Unit> {
        match &check.claim {
            Claim::Growth { .. } | Claim::Share { .. } => Some(Unit::Percent),
            Claim::Difference { of, .. } | Claim::Revision { of, .. } => self.unit(of),
            Claim::Translation { of, into, .. } => Some(match self.unit(of) {
                Some(Unit::MoneyPer(_, noun)) => Unit::MoneyPer(*into, noun),
                _ => Unit::Money(*into),
            }),
        }
    }

    /// The one unit in which a metric is known.
    fn unit(&self, operand: &Operand) -> Option<Unit> {
        let key = (operand.company.clone(), operand.metric.clone());
        match self.units.get(&key).map(Vec::as_slice) {
            Some([unit]) => Some(unit.clone()),
            _ => None,
        }
    }

    /// A period as the company labels it.
    pub(crate) fn label(&self, company: &Id, period: Period) -> String {
        let company = self.companies.iter().find(|known| known.id == *company);
        company.map_or_else(
            || period.to_string(),
            |company| company.calendar.label_of(&period),
        )
    }

    /// An operand with its period as the company labels it.
    pub(crate) fn name(&self, operand: &Operand) -> String {
        let scope = if operand.scope.is_total() {
            String::new()
        } else {
            format!("[{}]", operand.scope)
        };
        let scenario = match operand.scenario {
            Scenario::Actual => String::new(),
            other => format!(" ({other})"),
        };
        let period = self.label(&operand.company, operand.period);
        format!("{}{scope}{scenario} {period}", operand.metric)
    }

    pub(crate) fn metric(&self, path: &MetricPath) -> Option<&Metric> {
        self.metrics.get(path)
    }

    /// What the document prints for an operand, as of a day; else what others had published by then. Of several
    /// printings that contradict each other, those that agree with the one that stands in `place`, else with the one
    /// that most others agree with. `None` where nothing is printed, or in several units.
    pub(crate) fn known(&self, operand: &Operand, place: &str, by: NaiveDate) -> Option<Known> {
        let key = (operand.company.clone(), operand.metric.clone());
        let facts = self.units.get(&key)?.iter().map(|unit| FactKey {
            series: SeriesKey {
                company: operand.company.clone(),
                metric: operand.metric.clone(),
                scenario: operand.scenario,
                scope: operand.scope.clone(),
                unit: unit.clone(),
            },
            period: operand.period,
        });
        let mut own: Vec<Known> = Vec::new();
        let mut other: Vec<Known> = Vec::new();
        for fact in facts {
            if let Some(known) = self.own(&fact, place, by) {
                own.push(known);
            } else if let Some(known) = self.told_elsewhere(&fact, by) {
                other.push(known);
            }
        }
        match (own.len(), other.len()) {
            (1, _) => own.pop(),
            (0, 1) => other.pop(),
            _ => None,
        }
    }

    /// What the document itself prints for a fact, as of a day.
    pub(crate) fn own(&self, fact: &FactKey, place: &str, by: NaiveDate) -> Option<Known> {
        let printings = last_edition(self.facts.get(fact)?, by);
        let beside = printings
            .iter()
            .position(|printing| printing.cell.place == place);
        let cluster = match beside {
            Some(seed) => Cluster::around(seed, &printings),
            None => Cluster::main(&printings),
        }?;
        Some(Known::new(Some(fact.clone()), cluster))
    }

    /// One printing of a fact by itself.
    pub(crate) fn alone(&self, fact: &FactKey, printing: &Printing) -> Known {
        let others = self.facts.get(fact).into_iter().flatten();
        let others = others.filter(|other| {
            other.published == printing.published && other.agrees_with(printing) == Some(false)
        });
        let cluster = Cluster {
            members: vec![printing.clone()],
            others: others.cloned().collect(),
        };
        Known {
            confirmed: self.confirms(fact, printing),
            ..Known::new(Some(fact.clone()), cluster)
        }
    }

    /// Whether more printings of the document agree with one than contradict it.
    pub(crate) fn confirms(&self, fact: &FactKey, printing: &Printing) -> bool {
        let others = self.facts.get(fact).into_iter().flatten();
        let verdicts: Vec<bool> = others
            .filter(|other| !other.is_at(printing) && other.published == printing.published)
            .filter_map(|other| other.agrees_with(printing))
            .collect();
        let agreeing = verdicts.iter().filter(|agrees| **agrees).count();
        agreeing > verdicts.len() - agreeing
    }

    fn told_elsewhere(&self, fact: &FactKey, by: NaiveDate) -> Option<Known> {
        let printings = last_edition(self.elsewhere.get(fact)?, by);
        Some(Known::new(Some(fact.clone()), Cluster::main(&printings)?))
    }

    /// What documents published before this one and after it print for a fact. Those of one day are ordered by id.
    pub(crate) fn elsewhere(&self, fact: &FactKey) -> (Vec<Printing>, Vec<Printing>) {
        let all = self.elsewhere.get(fact).into_iter().flatten().cloned();
        let own = (self.document.published, &self.document.id);
        all.partition(|printing| (printing.published, &printing.document) < own)
    }
}

/// The printings that were published last, by a day.
fn last_edition(printings: &[Printing], by: NaiveDate) -> Vec<Printing> {
    let known = || printings.iter().filter(|printing| printing.published <= by);
    let last = known()
        .map(|printing| (printing.published, &printing.document))
        .max();
    known()
        .filter(|printing| Some((printing.published, &printing.document)) == last)
        .cloned()
        .collect()
}

fn is_about(check: &Check, fact: &FactKey) -> bool {
    let operands = check.claim.operands();
    operands.iter().any(|operand| {
        operand.period == fact.period
            && operand.metric == fact.series.metric
            && operand.company == fact.series.company
    })
}

fn names(check: &Check, company: &Id) -> bool {
    let operands = check.claim.operands();
    operands.iter().any(|operand| operand.company == *company)
}

/// The companies in the order in which the document is likely to be about them: a document does not say which.
fn likely_first<'s>(
    snapshot: &'s Snapshot,
    document: &Document,
    checks: &[Check],
) -> Vec<&'s Company> {
    let mut companies: Vec<&Company> = snapshot.companies().collect();
    companies.sort_by_cached_key(|company| {
        let named = checks.iter().any(|check| names(check, &company.id));
        (
            !named,
            company.name != document.issuer,
            !document.id.as_str().starts_with(company.id.as_str()),
            company.id.clone(),
        )
    });
    companies
}

/// Reads facts, and counts those of the document.
struct Facts<'a> {
    snapshot: &'a Snapshot,
    number: u32,
    cells: &'a [Cell],
    documents: HashMap<u32, Id>,
    found: u32,
    /// What other documents say.
    others: Vec<(FactKey, Observation)>,
}

impl Facts<'_> {
    fn read(&mut self, material: &mut Material, company: &Company) -> Result<(), Error> {
        material.companies.push(company.clone());
        for id in self.snapshot.series_of(&company.id) {
            let key = self.snapshot.series_key(id)?;
            let units = material
                .units
                .entry((company.id.clone(), key.metric.clone()))
                .or_default();
            if !units.contains(&key.unit) {
                units.push(key.unit.clone());
            }
            for seen in self.snapshot.observations(id)? {
                let fact = FactKey {
                    series: key.clone(),
                    period: seen.period,
                };
                if seen.source.document == self.number {
                    self.found += 1;
                    let printing = self.printing(&fact, seen)?;
                    material.facts.entry(fact).or_default().push(printing);
                } else {
                    self.others.push((fact, seen));
                }
            }
        }
        Ok(())
    }

    fn printing(&mut self, fact: &FactKey, seen: Observation) -> Result<Printing, Error> {
        let Source { document, cell } = seen.source;
        let own = (document == self.number)
            .then(|| usize::try_from(cell).ok().and_then(|n| self.cells.get(n)))
            .flatten();
        let printed = match own {
            Some(cell) => cell.clone(),
            None => self.snapshot.cell(seen.source)?,
        };
        let id = if let Some(id) = self.documents.get(&document) {
            id.clone()
        } else {
            let id = self.snapshot.document(document)?.id;
            self.documents.insert(document, id.clone());
            id
        };
        Ok(Printing {
            document: id,
            number: cell,
            cell: printed,
            figure: seen.figure,
            unit: Some(fact.series.unit.clone()),
            published: seen.published,
            rank: Some(seen.rank),
            nil_rounding: Rounding::default(),
        })
    }
}
