//! `company.toml` and `metrics.toml`: who a release is about, and what its metrics mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::model::{
    CalendarRule, Company, FiscalCalendar, Id, LabelStyle, Metric, MetricPath, Sum, Term, YearEnd,
    YearNaming,
};

use super::error::{IngestError, IngestReason, Place};
use super::file::read_toml;
use super::manifest::optional_date;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyFile {
    id: Id,
    name: String,
    calendar: Vec<CalendarEntry>,
}

/// A [`CalendarRule`] with its date as TOML writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarEntry {
    #[serde(default, deserialize_with = "optional_date")]
    from: Option<NaiveDate>,
    year_end: YearEnd,
    named_by: YearNaming,
    #[serde(default)]
    labels: LabelStyle,
}

impl From<CalendarEntry> for CalendarRule {
    fn from(entry: CalendarEntry) -> Self {
        Self {
            from: entry.from,
            year_end: entry.year_end,
            named_by: entry.named_by,
            labels: entry.labels,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsFile {
    #[serde(default)]
    metric: Vec<Metric>,
    #[serde(default)]
    sum: Vec<Sum>,
}

/// The metrics of a company, by path.
pub(super) type Metrics = BTreeMap<MetricPath, Metric>;

/// Reads both files, from the release folder or its parent.
pub(super) fn read_company(folder: &Path) -> Result<(Company, Metrics), IngestError> {
    let (path, place) = find(folder, "company.toml")?;
    let company: CompanyFile = read_toml(&path, &place)?;
    let rules = company.calendar.into_iter().map(Into::into).collect();
    let calendar = FiscalCalendar::new(rules).map_err(|e| IngestReason::from(e).at(&place))?;

    let (path, place) = find(folder, "metrics.toml")?;
    let file: MetricsFile = read_toml(&path, &place)?;
    let mut metrics = Metrics::new();
    for metric in file.metric {
        check_metric(&metric).map_err(|reason| reason.at(&place))?;
        let name = metric.path.to_string();
        if metrics.insert(metric.path.clone(), metric).is_some() {
            let what = "metric";
            return Err(IngestReason::DeclaredTwice { what, name }.at(&place));
        }
    }
    let mut sums = file.sum;
    for sum in &sums {
        check_sum(sum, |path| metrics.get(path)).map_err(|reason| reason.at(&place))?;
    }
    sums.sort();
    sums.dedup();
    Ok((
        Company {
            id: company.id,
            name: company.name,
            calendar,
            sums,
        },
        metrics,
    ))
}

/// The file in the release folder, else in its parent.
fn find(folder: &Path, name: &str) -> Result<(PathBuf, Place), IngestError> {
    // The folder may be given as ".", which names no parent.
    let found = [folder.join(name), folder.join("..").join(name)]
        .into_iter()
        .find(|path| path.exists());
    let place = |document: &Path| Place {
        document: document.display().to_string(),
        ..Place::default()
    };
    match found {
        Some(path) => {
            let place = place(&path);
            Ok((path, place))
        }
        None => Err(IngestReason::NotFound { file: name.into() }.at(&place(folder))),
    }
}

/// A metric's kind and dimension go together, and its words mean something.
pub(crate) fn check_metric(metric: &Metric) -> Result<(), IngestReason> {
    let path = metric.path.clone();
    if !metric.is_coherent() {
        return Err(IngestReason::Incoherent {
            path,
            kind: metric.kind,
            dimension: metric.dimension,
        });
    }
    if !metric.has_meaning() {
        return Err(IngestReason::NoMeaning { path });
    }
    Ok(())
}

/// A total and its parts are defined, and of one kind and dimension.
pub(crate) fn check_sum<'m>(
    sum: &Sum,
    metric: impl Fn(&MetricPath) -> Option<&'m Metric>,
) -> Result<(), IngestReason> {
    let define = |term: &Term| {
        metric(&term.metric).ok_or_else(|| IngestReason::UnknownMetric {
            path: term.metric.clone(),
        })
    };
    let total = define(&sum.total)?;
    let own = |part: &&Term| (&part.metric, &part.scope) == (&sum.total.metric, &sum.total.scope);
    if sum.parts.is_empty() || sum.parts.iter().any(|part| own(&part)) {
        return Err(IngestReason::NoSum {
            total: sum.total.to_string(),
        });
    }
    for part in &sum.parts {
        let metric = define(part)?;
        if (metric.kind, metric.dimension) != (total.kind, total.dimension) {
            return Err(IngestReason::MixedSum {
                total: sum.total.to_string(),
                part: part.to_string(),
            });
        }
    }
    Ok(())
}
