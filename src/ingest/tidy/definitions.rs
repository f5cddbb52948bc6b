//! The companies and metrics that stand beside a tidy table.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::columns::{COMPANIES_FILE, METRICS_FILE};
use super::table::{TABLE_LIMIT, at_file};
use crate::ingest::company::{
    CalendarEntry, IdentityEntry, SplitEntry, beside, calendar, check_identity, read_company,
    read_metrics, splits,
};
use crate::ingest::error::{IngestError, IngestReason, Place};
use crate::ingest::file::{parse_toml, read_text_within};
use crate::model::{Company, Id, Metric, MetricPath};

/// What a tidy table speaks of: what is defined beside it, and what is known already.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) companies: BTreeMap<Id, Company>,
    pub(super) metrics: BTreeMap<MetricPath, Metric>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompaniesFile {
    #[serde(default)]
    company: Vec<CompanyEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyEntry {
    id: Id,
    name: String,
    calendar: Vec<CalendarEntry>,
    #[serde(default)]
    split: Vec<SplitEntry>,
    #[serde(default)]
    identity: Vec<IdentityEntry>,
}

impl Definitions {
    /// Reads `companies.toml` and `metrics.toml`, or `company.toml` and `metrics.toml` as they stand beside a
    /// release. Without them there are no definitions.
    pub(super) fn read(folder: &Path) -> Result<Self, IngestError> {
        let companies = folder.join(COMPANIES_FILE);
        if !companies.exists() && beside(folder, "company.toml").is_some() {
            let (company, metrics) = read_company(folder)?;
            return Ok(Self {
                companies: BTreeMap::from([(company.id.clone(), company)]),
                metrics,
            });
        }
        let mut definitions = Self::default();
        if let Some(path) = beside(folder, METRICS_FILE) {
            let place = at_file(&path);
            let (metrics, identities) = read_metrics(&path, &place)?;
            if !identities.is_empty() {
                let role = "metrics of several companies (identities stand in companies.toml)";
                return Err(IngestReason::UnusedKey {
                    key: "identity",
                    role,
                }
                .at(&place));
            }
            definitions.metrics = metrics;
        }
        if companies.exists() {
            definitions.read_companies(&companies)?;
        }
        Ok(definitions)
    }

    fn read_companies(&mut self, path: &Path) -> Result<(), IngestError> {
        let place = at_file(path);
        let text = read_text_within(path, TABLE_LIMIT, &place)?;
        let file: CompaniesFile = parse_toml(path, &text, &place)?;
        for entry in file.company {
            let company = entry.read().map_err(|reason| reason.at(&place))?;
            let name = company.id.to_string();
            if self.companies.insert(company.id.clone(), company).is_some() {
                let what = "company";
                return Err(IngestReason::DeclaredTwice { what, name }.at(&place));
            }
        }
        Ok(())
    }

    /// Passes definitions whose identities are of metrics that are defined here or known.
    pub(super) fn check_identities(
        &self,
        known: &Definitions,
        place: &Place,
    ) -> Result<(), IngestError> {
        let companies = self.companies.values();
        for identity in companies.flat_map(|company| &company.identities) {
            check_identity(identity, |path| self.metric(path, known))
                .map_err(|reason| reason.at(place))?;
        }
        Ok(())
    }

    pub(super) fn company<'a>(&'a self, id: &Id, known: &'a Definitions) -> Option<&'a Company> {
        self.companies.get(id).or_else(|| known.companies.get(id))
    }

    pub(super) fn metric<'a>(
        &'a self,
        path: &MetricPath,
        known: &'a Definitions,
    ) -> Option<&'a Metric> {
        self.metrics.get(path).or_else(|| known.metrics.get(path))
    }
}

impl CompanyEntry {
    fn read(self) -> Result<Company, IngestReason> {
        let mut identities = Vec::new();
        for entry in self.identity {
            identities.push(entry.read()?);
        }
        identities.sort();
        identities.dedup();
        Ok(Company {
            id: self.id,
            name: self.name,
            calendar: calendar(self.calendar)?,
            identities,
            splits: splits(self.split)?,
        })
    }
}
