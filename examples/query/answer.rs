//! One period of a series, with its changes, remarks and printings.

use std::error::Error;

use kessan::{
    ChangeKind, Comparator, Convention, Database, Delta, Entry, Explanation, Figure, Nil,
    Observation, PeriodKind, Point, Precision, Scenario, Series, SeriesKey, Unit,
};
use serde::Serialize;

use crate::{Arguments, Explained};

/// One period of a series. The fields are described at the top.
#[derive(Serialize)]
pub(crate) struct Answer {
    pub(crate) company: String,
    pub(crate) metric: String,
    pub(crate) scenario: String,
    pub(crate) scope: String,
    pub(crate) period: String,
    pub(crate) dates: String,
    pub(crate) days: Option<i64>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) figure: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) unit: String,
    pub(crate) decimals: Option<Decimals>,
    pub(crate) yoy: Option<String>,
    pub(crate) yoy_kind: Option<&'static str>,
    pub(crate) yoy_percent: Option<String>,
    pub(crate) yoy_base_days: Option<i64>,
    pub(crate) qoq: Option<String>,
    pub(crate) qoq_kind: Option<&'static str>,
    pub(crate) qoq_percent: Option<String>,
    pub(crate) qoq_base_days: Option<i64>,
    pub(crate) published: Option<String>,
    pub(crate) document: Option<String>,
    pub(crate) remark: String,
    /// The name of the series and the figure with its unit, for the table.
    #[serde(skip)]
    pub(crate) shown: [String; 2],
    #[serde(skip)]
    pub(crate) cells: Vec<Printing>,
    #[serde(skip)]
    pub(crate) explanation: Option<Explanation>,
}

/// One printing of a figure.
#[derive(Serialize)]
pub(crate) struct Printing {
    /// Whether this is the cell that the answer shows.
    pub(crate) shown: bool,
    pub(crate) printed: String,
    pub(crate) published: String,
    pub(crate) document: String,
    pub(crate) place: String,
    pub(crate) row: String,
    pub(crate) column: String,
    pub(crate) address: String,
}

pub(crate) const FIELDS: [&str; 23] = [
    "company",
    "metric",
    "scenario",
    "scope",
    "period",
    "dates",
    "days",
    "kind",
    "figure",
    "value",
    "unit",
    "decimals",
    "yoy",
    "yoy_kind",
    "yoy_percent",
    "yoy_base_days",
    "qoq",
    "qoq_kind",
    "qoq_percent",
    "qoq_base_days",
    "published",
    "document",
    "remark",
];
pub(crate) const CELL_FIELDS: [&str; 8] = [
    "cell_shown",
    "cell_printed",
    "cell_published",
    "cell_document",
    "cell_place",
    "cell_row",
    "cell_column",
    "cell_address",
];

/// A precision: a number of decimals, or a word.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Decimals {
    Number(i8),
    Word(&'static str),
}

/// A change as it is written.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) text: Option<String>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) percent: Option<String>,
    pub(crate) base_days: Option<i64>,
}

pub(crate) fn answer(
    db: &Database,
    series: &Series,
    entry: &Entry,
    arguments: &Arguments,
) -> Result<Answer, Box<dyn Error>> {
    let key = series.key();
    let mut remarks = Vec::new();
    let (mut yoy, mut qoq) = (Written::default(), Written::default());
    let mut printings = Vec::new();
    let mut explanation = None;
    if let Some(point) = entry.point() {
        let observations = db.observations(point)?;
        remarks.extend(point_remarks(point, &observations));
        if let Some(delta) = series.yoy(point.period())? {
            remarks.extend(change_remarks(&delta));
            yoy = written(&delta);
        }
        if let Some(delta) = series.qoq(point.period())? {
            remarks.extend(change_remarks(&delta));
            qoq = written(&delta);
        }
        if arguments.cells {
            for seen in &observations {
                printings.push(printing(db, point, seen)?);
            }
        }
        explanation = explain(db, series, point, arguments)?;
    } else {
        remarks.push("not reported".to_owned());
    }
    let figure = entry.point().map(Point::figure);
    Ok(Answer {
        company: key.company.to_string(),
        metric: key.metric.to_string(),
        scenario: key.scenario.to_string(),
        scope: key.scope.to_string(),
        period: entry.label(),
        dates: entry.period().to_string(),
        days: entry.period().days(),
        kind: figure.map(kind),
        figure: figure.map(Figure::to_string),
        value: figure.and_then(value),
        unit: key.unit.to_string(),
        decimals: figure.and_then(decimals),
        yoy: yoy.text,
        yoy_kind: yoy.kind,
        yoy_percent: yoy.percent,
        yoy_base_days: yoy.base_days,
        qoq: qoq.text,
        qoq_kind: qoq.kind,
        qoq_percent: qoq.percent,
        qoq_base_days: qoq.base_days,
        published: entry.point().map(|point| point.published().to_string()),
        document: entry.point().map(|point| point.document().to_string()),
        remark: remarks.join("; "),
        shown: [
            name(key),
            figure.map_or_else(String::new, |figure| with_unit(figure, &key.unit)),
        ],
        cells: printings,
        explanation,
    })
}

/// The explanation that was asked for.
fn explain(
    db: &Database,
    series: &Series,
    point: &Point,
    arguments: &Arguments,
) -> Result<Option<Explanation>, kessan::Error> {
    let delta = match arguments.explain {
        None => return Ok(None),
        Some(Explained::Figure) => return db.explain(point).map(Some),
        Some(Explained::Yoy) => series.yoy(point.period())?,
        Some(Explained::Qoq) => series.qoq(point.period())?,
    };
    delta.map(|delta| db.explain(&delta)).transpose()
}

/// What to know about a figure. `observations` is all that was published about it.
pub(crate) fn point_remarks(point: &Point, observations: &[Observation]) -> Vec<String> {
    let mut remarks = Vec::new();
    if point.is_conflicting() {
        remarks.push("conflicting".to_owned());
    }
    // What an earlier document said, if it is more than another rounding of the same figure.
    let last = observations.last().map(|seen| seen.published);
    let before = observations.iter().rev().find(|seen| {
        Some(seen.published) < last && seen.figure.agrees_with(point.figure()) == Some(false)
    });
    if let Some(before) = before {
        remarks.push(format!(
            "restated, was {} ({})",
            before.figure, before.published
        ));
    }
    if let Some(days) = point.period().days().filter(|_| point.is_short_year()) {
        remarks.push(format!("short year, {days} days"));
    }
    if point.period().kind() == PeriodKind::Nominal {
        remarks.push("placed by its month-end".to_owned());
    } else if point.off_by() != 0 {
        remarks.push(format!("dates {}", point.period()));
    }
    if !point.also().is_empty() {
        let dates: Vec<String> = point.also().iter().map(ToString::to_string).collect();
        remarks.push(format!("also reported for {}", dates.join(", ")));
    }
    remarks
}

/// What to know about a change.
pub(crate) fn change_remarks(delta: &Delta) -> Vec<String> {
    let Some(base) = &delta.base else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    if is_over_absolute_base(delta) {
        remarks.push(format!("{} over |base|", delta.kind));
    }
    if delta.length_differs
        && let (Some(now), Some(then)) = (delta.current.period().days(), base.period().days())
    {
        remarks.push(format!("{} compares {now} days with {then}", delta.kind));
    }
    if delta.against_actual {
        remarks.push(format!("{} against actual", delta.kind));
    }
    if base.is_conflicting() {
        remarks.push(format!("{} base conflicting", delta.kind));
    }
    remarks
}

pub(crate) fn is_over_absolute_base(delta: &Delta) -> bool {
    matches!(
        delta.change.kind,
        ChangeKind::Relative {
            convention: Convention::OverAbsoluteBase,
            ..
        }
    )
}

pub(crate) fn written(delta: &Delta) -> Written {
    if delta.comparator == Comparator::NotApplicable {
        return Written::default();
    }
    let kind = match &delta.change.kind {
        ChangeKind::Relative { .. } if is_over_absolute_base(delta) => "relative_to_absolute_base",
        ChangeKind::Relative { .. } => "relative",
        ChangeKind::Points(_) => "points",
        ChangeKind::TurnedPositive => "turned_positive",
        ChangeKind::TurnedNegative => "turned_negative",
        ChangeKind::FromZero => "from_zero",
        ChangeKind::ToZero => "to_zero",
        ChangeKind::Unchanged => "unchanged",
        ChangeKind::NoComparator => "no_comparator",
        ChangeKind::ShareBasisDiffers => "share_basis_differs",
        ChangeKind::TagsDisagree(_) => "tags_disagree",
        ChangeKind::NotAnAmount => "not_an_amount",
        ChangeKind::BaseNotDistinctFromZero => "base_not_distinct_from_zero",
        ChangeKind::Overflow => "overflow",
    };
    Written {
        text: delta.base.as_ref().map(|_| delta.change.to_string()),
        kind: Some(kind),
        percent: delta.change.percent(2).map(|percent| percent.to_string()),
        base_days: delta.base.as_ref().and_then(|base| base.period().days()),
    }
}

pub(crate) fn kind(figure: &Figure) -> &'static str {
    match figure {
        Figure::Amount(_) => "amount",
        Figure::Approximate(_) => "approximate",
        Figure::AtLeast(_) | Figure::MoreThan(_) | Figure::AtMost(_) | Figure::LessThan(_) => {
            "bound"
        }
        Figure::Range { .. } => "range",
        Figure::Qualitative(_) => "qualitative",
        Figure::Nil(_) => "nil",
    }
}

pub(crate) fn value(figure: &Figure) -> Option<String> {
    match figure {
        Figure::Nil(Nil::Zero) => Some("0".to_owned()),
        _ => figure.amount().map(|amount| amount.value().to_string()),
    }
}

pub(crate) fn decimals(figure: &Figure) -> Option<Decimals> {
    let number = match figure {
        Figure::Range { low, .. } => Some(low),
        _ => figure.number(),
    };
    number.map(|number| match number.precision() {
        Precision::Decimals(decimals) => Decimals::Number(decimals),
        Precision::Exact => Decimals::Word("exact"),
        Precision::Unknown => Decimals::Word("unknown"),
    })
}

/// A figure as one reads it: `8,344,046 thousand JPY`, `5.7%`, `break-even`.
pub(crate) fn with_unit(figure: &Figure, unit: &Unit) -> String {
    match (figure, unit) {
        (Figure::Qualitative(_) | Figure::Nil(Nil::None | Nil::NotApplicable), _)
        | (_, Unit::Pure) => figure.to_string(),
        (_, Unit::Percent) => format!("{figure}%"),
        _ => format!("{figure} {unit}"),
    }
}

pub(crate) fn printing(
    db: &Database,
    point: &Point,
    seen: &Observation,
) -> Result<Printing, kessan::Error> {
    let cell = db.cell_of(seen)?;
    Ok(Printing {
        shown: seen.source == point.source(),
        printed: cell.text,
        published: seen.published.to_string(),
        document: db.document_of(seen)?.id.to_string(),
        place: cell.place,
        row: cell.row,
        column: cell.column,
        address: cell.address,
    })
}

/// A series as one reads it: `operating_margin[business=current] (target)`.
pub(crate) fn name(key: &SeriesKey) -> String {
    let scope = if key.scope.is_total() {
        String::new()
    } else {
        format!("[{}]", key.scope)
    };
    let scenario = match key.scenario {
        Scenario::Actual => String::new(),
        other => format!(" ({other})"),
    };
    format!("{}{scope}{scenario}", key.metric)
}
