//! `manifest.toml`: what a release says about its tables and sentences. See `data/README.md`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::model::{
    Currency, DocumentKind, Id, MetricPath, Nil, Precision, Rank, Rounding, Scenario, Scope, Unit,
    UtcOffset, parse_date,
};

/// The version of the manifest format this library reads.
pub(crate) const FORMAT: u32 = 1;

/// What every manifest says, of whatever format.
#[derive(Debug, Deserialize)]
pub(crate) struct AnyManifest {
    pub(crate) format: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(rename = "format")]
    _format: u32,
    pub(crate) document: DocumentEntry,
    #[serde(default)]
    pub(crate) table: Vec<TableEntry>,
    #[serde(default)]
    pub(crate) prose: Vec<ProseEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentEntry {
    pub(crate) id: Id,
    pub(crate) title: String,
    pub(crate) issuer: String,
    pub(crate) kind: DocumentKind,
    #[serde(deserialize_with = "date")]
    pub(crate) published: NaiveDate,
    #[serde(default)]
    pub(crate) utc_offset: Option<UtcOffset>,
    #[serde(default)]
    pub(crate) reports: Option<String>,
    pub(crate) rounding: Rounding,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableEntry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) place: String,
    pub(crate) rank: Rank,
    pub(crate) file: String,
    pub(crate) header_rows: usize,
    #[serde(default)]
    pub(crate) decimal_comma: bool,
    #[serde(default)]
    pub(crate) unit: Option<Unit>,
    #[serde(default)]
    pub(crate) scale: Option<Scale>,
    #[serde(default)]
    pub(crate) rounding: Option<Rounding>,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
    pub(crate) columns: Vec<ColumnEntry>,
    pub(crate) rows: Vec<RowEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnEntry {
    pub(crate) head: String,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) period: Option<String>,
    #[serde(default)]
    pub(crate) growth: Option<ColumnPair>,
    #[serde(default)]
    pub(crate) change: Option<ColumnPair>,
    #[serde(default)]
    pub(crate) share: Option<ColumnShare>,
    #[serde(default)]
    pub(crate) translation: Option<ColumnTranslation>,
    #[serde(default)]
    pub(crate) text: bool,
    #[serde(default)]
    pub(crate) unplaced: Option<String>,
    #[serde(default)]
    pub(crate) figures: Option<Vec<ColumnFigure>>,
    #[serde(default)]
    pub(crate) percent: Option<ColumnPercent>,
    /// Why `published` may lie before the document's own date.
    #[serde(default)]
    pub(crate) evidence: Option<String>,
    #[serde(default)]
    pub(crate) scenario: Option<Scenario>,
    #[serde(default)]
    pub(crate) scope: Scope,
    #[serde(default, deserialize_with = "optional_date")]
    pub(crate) published: Option<NaiveDate>,
    #[serde(default)]
    pub(crate) unit: Option<Unit>,
    #[serde(default)]
    pub(crate) scale: Option<Scale>,
    #[serde(default)]
    pub(crate) decimals: Option<Decimals>,
    #[serde(default)]
    pub(crate) rounding: Option<Rounding>,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
}

/// Two columns of the table, or two periods.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected { of = COLUMN, over = COLUMN } or { period = PERIOD, base = PERIOD }"
)]
pub(crate) enum ColumnPair {
    Columns(OfOver),
    Periods(PeriodBase),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfOver {
    pub(crate) of: String,
    pub(crate) over: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodBase {
    pub(crate) period: String,
    pub(crate) base: String,
}

/// A share of a row of a column, or of a metric in a period.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected { of = COLUMN, row = LABEL } or { of = METRIC, period = PERIOD }"
)]
pub(crate) enum ColumnShare {
    Row(ShareOfRow),
    Metric(ShareOfMetric),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareOfRow {
    /// The column; left out in `percent`, where it is the column itself.
    #[serde(default)]
    pub(crate) of: Option<String>,
    pub(crate) row: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareOfMetric {
    pub(crate) of: MetricPath,
    pub(crate) period: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnTranslation {
    pub(crate) of: String,
    pub(crate) currency: Currency,
    pub(crate) rate: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnFigure {
    #[serde(default)]
    pub(crate) period: Option<String>,
    #[serde(default)]
    pub(crate) growth: Option<ColumnPair>,
    #[serde(default)]
    pub(crate) change: Option<ColumnPair>,
    #[serde(default)]
    pub(crate) share: Option<ColumnShare>,
    #[serde(default)]
    pub(crate) unplaced: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnPercent {
    pub(crate) share: ColumnShare,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowEntry {
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) heading: bool,
    #[serde(default)]
    pub(crate) metric: Option<MetricPath>,
    #[serde(default)]
    pub(crate) unplaced: Option<String>,
    #[serde(default)]
    pub(crate) positive: Option<String>,
    #[serde(default)]
    pub(crate) at: Option<At>,
    #[serde(default)]
    pub(crate) cells: BTreeMap<String, CellEntry>,
    #[serde(default)]
    pub(crate) period: Option<String>,
    #[serde(default)]
    pub(crate) scenario: Option<Scenario>,
    #[serde(default)]
    pub(crate) scope: Scope,
    #[serde(default)]
    pub(crate) unit: Option<Unit>,
    #[serde(default)]
    pub(crate) scale: Option<Scale>,
    #[serde(default)]
    pub(crate) decimals: Option<Decimals>,
    #[serde(default)]
    pub(crate) rounding: Option<Rounding>,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
}

/// What one cell of a row says differently.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CellEntry {
    #[serde(default)]
    pub(crate) period: Option<String>,
    #[serde(default)]
    pub(crate) scenario: Option<Scenario>,
    #[serde(default)]
    pub(crate) scope: Scope,
    #[serde(default)]
    pub(crate) unit: Option<Unit>,
    #[serde(default)]
    pub(crate) scale: Option<Scale>,
    #[serde(default)]
    pub(crate) decimals: Option<Decimals>,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
    #[serde(default)]
    pub(crate) unplaced: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    Start,
    End,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProseEntry {
    pub(crate) id: String,
    pub(crate) place: String,
    pub(crate) figures: Vec<ProseFigure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProseFigure {
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) qualitative: Option<String>,
    #[serde(default)]
    pub(crate) metric: Option<MetricPath>,
    #[serde(default)]
    pub(crate) growth: Option<FigurePair>,
    #[serde(default)]
    pub(crate) change: Option<FigurePair>,
    #[serde(default)]
    pub(crate) share: Option<FigureShare>,
    #[serde(default)]
    pub(crate) translation: Option<FigureTranslation>,
    #[serde(default)]
    pub(crate) revision: Option<FigureRevision>,
    #[serde(default)]
    pub(crate) unplaced: Option<String>,
    #[serde(default)]
    pub(crate) direction: Option<Direction>,
    #[serde(default)]
    pub(crate) positive: Option<String>,
    #[serde(default)]
    pub(crate) bound: Option<BoundWord>,
    #[serde(default)]
    pub(crate) approximate: bool,
    /// The text is a range such as `0.90-1.00`.
    #[serde(default)]
    pub(crate) range: bool,
    #[serde(default)]
    pub(crate) at: Option<At>,
    #[serde(default)]
    pub(crate) period: Option<String>,
    #[serde(default)]
    pub(crate) scenario: Option<Scenario>,
    #[serde(default)]
    pub(crate) scope: Scope,
    #[serde(default, deserialize_with = "optional_date")]
    pub(crate) published: Option<NaiveDate>,
    #[serde(default)]
    pub(crate) evidence: Option<String>,
    #[serde(default)]
    pub(crate) unit: Option<Unit>,
    #[serde(default)]
    pub(crate) scale: Option<Scale>,
    #[serde(default)]
    pub(crate) decimals: Option<Decimals>,
    #[serde(default)]
    pub(crate) rounding: Option<Rounding>,
    #[serde(default)]
    pub(crate) nil: Option<Nil>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigurePair {
    pub(crate) metric: MetricPath,
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) period: String,
    pub(crate) base: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigureShare {
    pub(crate) metric: MetricPath,
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) of: MetricPath,
    pub(crate) period: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigureTranslation {
    pub(crate) metric: MetricPath,
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) period: String,
    pub(crate) currency: Currency,
    pub(crate) rate: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigureRevision {
    pub(crate) metric: MetricPath,
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) period: String,
    pub(crate) scenario: Scenario,
    #[serde(deserialize_with = "date")]
    pub(crate) from: NaiveDate,
    #[serde(deserialize_with = "date")]
    pub(crate) to: NaiveDate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    #[serde(alias = "up")]
    Increase,
    #[serde(alias = "down")]
    Decrease,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BoundWord {
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
}

/// A scale word; its power of ten is [`Scale::power`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scale {
    Ones,
    Thousands,
    TenThousands,
    Millions,
    HundredMillions,
    Billions,
    Trillions,
}

impl Scale {
    pub(crate) fn power(self) -> u32 {
        match self {
            Scale::Ones => 0,
            Scale::Thousands => 3,
            Scale::TenThousands => 4,
            Scale::Millions => 6,
            Scale::HundredMillions => 8,
            Scale::Billions => 9,
            Scale::Trillions => 12,
        }
    }
}

/// A declared precision: a number of decimals, `"exact"` or `"unknown"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Decimals(pub(crate) Precision);

impl<'de> Deserialize<'de> for Decimals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "decimals is -28 to 28, \"exact\" or \"unknown\""
        )]
        enum Written {
            Number(i8),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) if (-Precision::LIMIT..=Precision::LIMIT).contains(&number) => {
                Ok(Decimals(Precision::Decimals(number)))
            }
            Written::Word(word) if word == "exact" => Ok(Decimals(Precision::Exact)),
            Written::Word(word) if word == "unknown" => Ok(Decimals(Precision::Unknown)),
            _ => Err(D::Error::custom(
                "decimals is -28 to 28, \"exact\" or \"unknown\"",
            )),
        }
    }
}

/// A date as TOML writes it (`2003-08-13`), or the same in quotes.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a date such as 2003-08-13")]
    enum Written {
        Toml(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Toml(datetime) => datetime.to_string(),
        Written::Text(text) => text,
    };
    parse_date(&text).map_err(D::Error::custom)
}

pub(super) fn optional_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    date(deserializer).map(Some)
}
