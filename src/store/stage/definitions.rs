//! The metrics and companies of a package: new ones, and what it says of known ones.

use std::collections::{BTreeMap, HashSet};

use super::Staged;
use crate::codec::Key;
use crate::codec::addition::{Addition, AdditionsRecord};
use crate::codec::record::{CompanyRecord, pack, split_by_size};
use crate::model::{Company, Metric, MetricPath};
use crate::store::definitions::{Described, metric_differs};
use crate::store::error::StoreError;
use crate::store::package::{Kept, Package, Standing};
use crate::store::write::{Write, chunks};

/// Takes in the metrics, but for those that only documents which are passed over have figures of.
pub(super) fn metrics(
    staged: &mut Staged,
    package: &Package,
    standings: &[Standing],
) -> Result<(), StoreError> {
    let passed_over = passed_over(package, standings);
    let used = |metric: &&Metric| !passed_over.contains(&metric.path);
    for metric in package.metrics.iter().filter(used) {
        match staged.names.metrics.by_name(&metric.path) {
            Some(known) if known == metric => {}
            Some(known) => {
                let merged = known
                    .merged(metric)
                    .ok_or_else(|| metric_differs(known, metric))?;
                if merged != *known
                    && let Some(number) = staged.names.metrics.number(&metric.path)
                {
                    let payload = pack(&merged)?;
                    staged
                        .replaced
                        .push(Write::put(Key::Metric(number), payload));
                    staged.names.metrics.replace(number, merged);
                }
            }
            None => {
                let payload = pack(metric)?;
                let number = staged.names.metrics.push(metric.clone());
                let number = number.ok_or(StoreError::Full { what: "metrics" })?;
                staged.put(Key::Metric(number), payload);
            }
        }
    }
    Ok(())
}

/// The metrics that only documents which are passed over have figures of.
fn passed_over<'a>(package: &'a Package, standings: &[Standing]) -> HashSet<&'a MetricPath> {
    let of = |differs: bool| -> HashSet<&MetricPath> {
        let documents = package.documents.iter().zip(standings);
        documents
            .filter(|(_, standing)| (**standing == Standing::Differs) == differs)
            .flat_map(|(document, _)| &document.facts)
            .map(|fact| &fact.series.metric)
            .collect()
    };
    let mut passed_over = of(true);
    if !passed_over.is_empty() {
        let used = of(false);
        passed_over.retain(|path| !used.contains(path));
    }
    passed_over
}

/// Takes in the companies, and lists what is added to each.
pub(super) fn companies(staged: &mut Staged, package: &Package) -> Result<(), StoreError> {
    let mut added: BTreeMap<u32, Vec<Addition>> = BTreeMap::new();
    for company in &package.companies {
        let known = staged.names.companies.number(&company.id);
        let number = match known {
            Some(number) => number,
            None => new_company(staged, company)?,
        };
        let Some(before) = staged.names.companies.get(number).cloned() else {
            continue;
        };
        let basis = staged.names.basis(number, &before);
        let mut now = Described::new(before.clone(), basis.clone());
        if known.is_none() {
            now.rest_on(package.evidence);
        }
        let id = || company.id.clone();
        now.describe(company, package.evidence, package.inferred)
            .map_err(|what| StoreError::CompanyDiffers { id: id(), what })?;
        let kept = now.kept.into_iter();
        staged.kept.extend(kept.map(|what| Kept {
            company: id(),
            what,
        }));
        if now.company.name != before.name || now.company.calendar != before.calendar {
            let recent = staged.names.has_recent(number);
            let payload = pack(&CompanyRecord::of(&now.company, recent))?;
            staged
                .replaced
                .push(Write::put(Key::Company(number), payload));
        }
        if now.basis != basis {
            staged.names.set_basis(number, now.basis)?;
        }
        if now.company != before {
            staged.names.companies.replace(number, now.company);
        }
        if !now.added.is_empty() {
            added.entry(number).or_default().extend(now.added);
        }
    }
    for (company, additions) in added {
        let count = u64::try_from(additions.len()).unwrap_or(u64::MAX);
        staged.additions = staged.additions.saturating_add(count);
        let runs = split_by_size("what is added to a company", &additions)?;
        for (chunk, run) in chunks("additions to one company in one commit", runs)? {
            let key = Key::Additions {
                company,
                commit: staged.sequence,
                chunk,
            };
            staged.put(key, pack(&AdditionsRecord(run))?);
        }
    }
    Ok(())
}

/// Adds a company without its identities and splits.
fn new_company(staged: &mut Staged, company: &Company) -> Result<u32, StoreError> {
    let record = CompanyRecord::of(company, false);
    let payload = pack(&record)?;
    let number = staged.names.companies.push(record.into_company());
    let number = number.ok_or(StoreError::Full { what: "companies" })?;
    staged.put(Key::Company(number), payload);
    Ok(number)
}
