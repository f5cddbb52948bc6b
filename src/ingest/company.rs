//! `company.toml` and `metrics.toml`: who a release is about, and what its metrics mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::model::{
    CalendarRule, Company, Expression, FiscalCalendar, Id, Identity, IdentityError, LabelStyle,
    Metric, MetricPath, Scope, Split, YearEnd, YearNaming,
};

use super::error::{IngestError, IngestReason, Place};
use super::file::read_toml;
use super::manifest::{date, optional_date};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyFile {
    id: Id,
    name: String,
    calendar: Vec<CalendarEntry>,
    #[serde(default)]
    split: Vec<SplitEntry>,
}

/// A [`CalendarRule`] with its date as TOML writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarEntry {
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

/// A [`Split`] with its date as TOML writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitEntry {
    #[serde(deserialize_with = "date")]
    date: NaiveDate,
    new: u32,
    old: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsFile {
    #[serde(default)]
    metric: Vec<Metric>,
    #[serde(default)]
    identity: Vec<IdentityEntry>,
}

/// An [`Identity`] whose right side has not been read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityEntry {
    metric: MetricPath,
    #[serde(default)]
    scope: Scope,
    equals: String,
}

impl SplitEntry {
    fn read(self) -> Result<Split, IngestReason> {
        Ok(Split::new(self.date, self.new, self.old)?)
    }
}

impl IdentityEntry {
    pub(super) fn read(self) -> Result<Identity, IngestReason> {
        match self.equals.parse::<Expression>() {
            Ok(equals) => Ok(Identity {
                metric: self.metric,
                scope: self.scope,
                equals,
            }),
            Err(error) => Err(IngestReason::Identity {
                identity: format!("{} = {}", self.metric, self.equals),
                error: error.into(),
            }),
        }
    }
}

/// The metrics of a company, by path.
pub(super) type Metrics = BTreeMap<MetricPath, Metric>;

/// Reads both files, from the release folder or its parent.
pub(super) fn read_company(folder: &Path) -> Result<(Company, Metrics), IngestError> {
    let (path, place) = find(folder, "company.toml")?;
    let company: CompanyFile = read_toml(&path, &place)?;
    let calendar = calendar(company.calendar).map_err(|reason| reason.at(&place))?;
    let splits = splits(company.split).map_err(|reason| reason.at(&place))?;

    let (path, place) = find(folder, "metrics.toml")?;
    let (metrics, entries) = read_metrics(&path, &place)?;
    let mut identities = Vec::new();
    for entry in entries {
        let identity = entry.read().and_then(|identity| {
            check_identity(&identity, |path| metrics.get(path)).map(|()| identity)
        });
        identities.push(identity.map_err(|reason| reason.at(&place))?);
    }
    identities.sort();
    identities.dedup();
    Ok((
        Company {
            id: company.id,
            name: company.name,
            calendar,
            identities,
            splits,
        },
        metrics,
    ))
}

/// The calendar of some rules.
pub(super) fn calendar(entries: Vec<CalendarEntry>) -> Result<FiscalCalendar, IngestReason> {
    let rules = entries.into_iter().map(Into::into).collect();
    Ok(FiscalCalendar::new(rules)?)
}

/// Splits in the order of their dates, one a day.
pub(super) fn splits(entries: Vec<SplitEntry>) -> Result<Vec<Split>, IngestReason> {
    in_order(
        entries
            .into_iter()
            .map(SplitEntry::read)
            .collect::<Result<_, _>>()?,
    )
}

/// The metrics of a file, and the identities of the company it stands beside.
pub(super) fn read_metrics(
    path: &Path,
    place: &Place,
) -> Result<(Metrics, Vec<IdentityEntry>), IngestError> {
    let file: MetricsFile = read_toml(path, place)?;
    let mut metrics = Metrics::new();
    for metric in file.metric {
        check_metric(&metric).map_err(|reason| reason.at(place))?;
        let name = metric.path.to_string();
        if metrics.insert(metric.path.clone(), metric).is_some() {
            let what = "metric";
            return Err(IngestReason::DeclaredTwice { what, name }.at(place));
        }
    }
    Ok((metrics, file.identity))
}

/// The path of a file in a folder, else in its parent.
pub(super) fn beside(folder: &Path, name: &str) -> Option<PathBuf> {
    // The folder may be given as ".", which names no parent.
    [folder.join(name), folder.join("..").join(name)]
        .into_iter()
        .find(|path| path.exists())
}

/// The file in the release folder, else in its parent.
fn find(folder: &Path, name: &str) -> Result<(PathBuf, Place), IngestError> {
    let found = beside(folder, name);
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

/// Both sides of an identity are defined, and of one kind and dimension.
pub(crate) fn check_identity<'m>(
    identity: &Identity,
    metric: impl Fn(&MetricPath) -> Option<&'m Metric>,
) -> Result<(), IngestReason> {
    let define = |path: &MetricPath| metric(path).map(|metric| (metric.kind, metric.dimension));
    identity
        .check(define)
        .map_err(|error: IdentityError| IngestReason::Identity {
            identity: identity.to_string(),
            error,
        })
}

/// Splits in the order of their dates, one a day.
pub(crate) fn in_order(mut splits: Vec<Split>) -> Result<Vec<Split>, IngestReason> {
    splits.sort();
    for pair in splits.windows(2) {
        if let [a, b] = pair
            && a.date() == b.date()
        {
            let (what, name) = ("split", a.date().to_string());
            return Err(IngestReason::DeclaredTwice { what, name });
        }
    }
    Ok(splits)
}
