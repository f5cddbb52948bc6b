//! The rows of a tidy export.

use serde::Serialize;

use super::words::{escaped, figure, word};
use crate::model::{
    CalendarRule, Cell, Check, Claim, Company, Document, Id, Identity, LabelStyle, Metric,
    MetricPath, Observation, Operand, Scope, SeriesKey, Split, YearEnd, YearNaming,
};

pub(super) fn fact(series: &SeriesKey, seen: &Observation, source: &Id) -> [String; 17] {
    let [
        sort,
        value,
        decimals,
        rounding,
        high,
        high_decimals,
        high_rounding,
    ] = figure(&seen.figure);
    [
        series.company.to_string(),
        series.metric.to_string(),
        series.scenario.to_string(),
        series.scope.to_string(),
        seen.period.to_string(),
        sort,
        value,
        series.unit.to_string(),
        decimals,
        rounding,
        high,
        high_decimals,
        high_rounding,
        seen.published.to_string(),
        word(seen.rank),
        source.to_string(),
        seen.source.cell.to_string(),
    ]
}

pub(super) fn document(document: &Document) -> [String; 7] {
    [
        document.id.to_string(),
        document.title.clone(),
        document.issuer.clone(),
        word(document.kind),
        document.published.to_string(),
        document
            .utc_offset
            .map_or_else(String::new, |o| o.to_string()),
        escaped(document.reports.as_ref()),
    ]
}

pub(super) fn cell(source: &Id, number: usize, cell: &Cell) -> [String; 9] {
    [
        source.to_string(),
        number.to_string(),
        cell.address.clone(),
        cell.place.clone(),
        cell.row.clone(),
        cell.column.clone(),
        cell.text.clone(),
        cell.scale.to_string(),
        escaped(cell.unplaced.as_ref()),
    ]
}

pub(super) fn check(source: &Id, check: &Check) -> Vec<String> {
    let none = String::new;
    let (claim, of, base, rest) = match &check.claim {
        Claim::Growth { of, over } => ("growth", of, Some(over), [none(), none(), none(), none()]),
        Claim::Difference { of, over } => (
            "difference",
            of,
            Some(over),
            [none(), none(), none(), none()],
        ),
        Claim::Share { part, whole } => {
            ("share", part, Some(whole), [none(), none(), none(), none()])
        }
        Claim::Translation { of, into, rate } => (
            "translation",
            of,
            None,
            [into.to_string(), rate.to_string(), none(), none()],
        ),
        Claim::Revision { of, from, to } => (
            "revision",
            of,
            None,
            [none(), none(), from.to_string(), to.to_string()],
        ),
    };
    let mut row = vec![source.to_string(), check.cell.to_string(), claim.to_owned()];
    row.extend(operand(Some(of)));
    row.extend(operand(base));
    row.extend(rest);
    row.extend(figure(&check.figure));
    row
}

fn operand(operand: Option<&Operand>) -> [String; 5] {
    match operand {
        None => Default::default(),
        Some(operand) => [
            operand.company.to_string(),
            operand.metric.to_string(),
            operand.scenario.to_string(),
            operand.scope.to_string(),
            operand.period.to_string(),
        ],
    }
}

/// A company as `companies.toml` has it.
#[derive(Debug, Serialize)]
pub(super) struct Companies<'a> {
    company: [CompanyEntry<'a>; 1],
}

#[derive(Debug, Serialize)]
struct CompanyEntry<'a> {
    id: &'a Id,
    name: &'a str,
    calendar: Vec<CalendarEntry<'a>>,
    split: Vec<SplitEntry>,
    identity: Vec<IdentityEntry<'a>>,
}

/// A [`CalendarRule`] with its date as TOML writes it.
#[derive(Debug, Serialize)]
struct CalendarEntry<'a> {
    from: Option<String>,
    named_by: YearNaming,
    labels: LabelStyle,
    year_end: &'a YearEnd,
}

/// A [`Split`] with its date as TOML writes it.
#[derive(Debug, Serialize)]
struct SplitEntry {
    date: String,
    new: u32,
    old: u32,
}

impl From<&Split> for SplitEntry {
    fn from(split: &Split) -> Self {
        Self {
            date: split.date().to_string(),
            new: split.new_shares(),
            old: split.old_shares(),
        }
    }
}

/// An [`Identity`] with its right side in words.
#[derive(Debug, Serialize)]
struct IdentityEntry<'a> {
    metric: &'a MetricPath,
    #[serde(skip_serializing_if = "Scope::is_total")]
    scope: &'a Scope,
    equals: String,
}

impl<'a> From<&'a Identity> for IdentityEntry<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self {
            metric: &identity.metric,
            scope: &identity.scope,
            equals: identity.equals.to_string(),
        }
    }
}

impl<'a> From<&'a Company> for Companies<'a> {
    fn from(company: &'a Company) -> Self {
        let entry = |rule: &'a CalendarRule| CalendarEntry {
            from: rule.from.map(|date| date.to_string()),
            named_by: rule.named_by,
            labels: rule.labels,
            year_end: &rule.year_end,
        };
        Companies {
            company: [CompanyEntry {
                id: &company.id,
                name: &company.name,
                calendar: company.calendar.rules().iter().map(entry).collect(),
                split: company.splits.iter().map(SplitEntry::from).collect(),
                identity: company.identities.iter().map(IdentityEntry::from).collect(),
            }],
        }
    }
}

/// A metric as `metrics.toml` has it.
#[derive(Debug, Serialize)]
pub(super) struct Metrics<'a> {
    metric: [&'a Metric; 1],
}

impl<'a> From<&'a Metric> for Metrics<'a> {
    fn from(metric: &'a Metric) -> Self {
        Metrics { metric: [metric] }
    }
}
