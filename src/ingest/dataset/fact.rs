//! A row of `num.txt` as a fact.

use rust_decimal::Decimal;

use crate::model::{
    CELL_TEXT_LIMIT, Concept, Currency, Metric, Noun, Period, Scope, Unit, parse_exact,
};

use super::super::error::IngestError;
use super::super::fit::may_have_ended;
use super::error::RowFault;
use super::scope;
use super::submission::{Submission, date};
use super::table::{Cells, Header, Origin};
use super::tag::{Datatype, Tag, Tags};

/// The columns of all layouts.
pub(super) const COLUMNS: [&str; 10] = [
    "adsh", "tag", "version", "ddate", "qtrs", "uom", "segments", "coreg", "value", "footnote",
];

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) adsh: usize,
    tag: usize,
    version: usize,
    ddate: usize,
    qtrs: usize,
    uom: usize,
    value: usize,
    segments: Option<usize>,
    coreg: Option<usize>,
    /// Those that nobody knows.
    unknown: Vec<(usize, String)>,
}

/// What a row says.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) concept: Concept,
    pub(super) unit: Unit,
    pub(super) metric: Metric,
    pub(super) period: Period,
    pub(super) scope: Scope,
    /// `None` is null.
    pub(super) value: Option<Decimal>,
    /// Tag and version as written.
    pub(super) row: String,
    /// All else that identifies the fact, as written.
    pub(super) column: String,
    /// The value as written.
    pub(super) text: String,
}

impl Columns {
    pub(super) fn new(
        header: &Header,
        ignored: &[String],
        origin: Origin<'_>,
    ) -> Result<Self, IngestError> {
        let unknown = header.unknown(&COLUMNS);
        Ok(Self {
            adsh: header.required("adsh", origin)?,
            tag: header.required("tag", origin)?,
            version: header.required("version", origin)?,
            ddate: header.required("ddate", origin)?,
            qtrs: header.required("qtrs", origin)?,
            uom: header.required("uom", origin)?,
            value: header.required("value", origin)?,
            segments: header.position("segments"),
            coreg: header.position("coreg"),
            unknown: unknown
                .filter(|(_, name)| !ignored.iter().any(|ignored| ignored == name))
                .map(|(at, name)| (at, name.to_owned()))
                .collect(),
        })
    }

    pub(super) fn fact(
        &self,
        cells: &Cells<'_>,
        filing: &Submission,
        tags: &Tags,
    ) -> Result<Fact, RowFault> {
        let unknown = self.unknown.iter().find(|(at, _)| cells.is_filled(*at));
        if let Some((_, column)) = unknown {
            let column = column.clone();
            return Err(RowFault::UnknownColumn { column });
        }
        let text = |at: usize, column| cells.text(Some(at), column);
        let (name, version) = (text(self.tag, "tag")?, text(self.version, "version")?);
        let (ddate, qtrs) = (text(self.ddate, "ddate")?, text(self.qtrs, "qtrs")?);
        let (uom, value) = (text(self.uom, "uom")?, text(self.value, "value")?);
        let segments = cells.text(self.segments, "segments")?;
        let coreg = cells.text(self.coreg, "coreg")?;

        let tag = tags.get(name, version)?;
        let concept = concept(name, version, filing)?;
        let period = period(ddate, qtrs, tag, filing)?;
        let unit = unit(uom, tag.datatype, tags)?;
        let metric = concept.metric(&unit, &period).map_err(RowFault::Concept)?;
        let column = [
            &format!("ddate {ddate}, qtrs {qtrs}, {uom}"),
            segments,
            coreg,
        ];
        let column: Vec<&str> = column.into_iter().filter(|part| !part.is_empty()).collect();
        Ok(Fact {
            unit,
            metric,
            period,
            scope: scope::of(segments, coreg)?,
            value: match value {
                "" => None,
                text => Some(parse_exact(text).map_err(|_| RowFault::Value)?),
            },
            row: short(format!("{name}, {version}"), "tag")?,
            column: short(column.join(", "), "segments")?,
            text: short(value.to_owned(), "value")?,
            concept,
        })
    }
}

/// A text that a cell can hold.
fn short(text: String, what: &'static str) -> Result<String, RowFault> {
    let limit = CELL_TEXT_LIMIT;
    if text.len() <= limit {
        Ok(text)
    } else {
        Err(RowFault::TooLong { what, limit })
    }
}

/// The concept of a tag: of a taxonomy, whatever its year, or of the company that made the tag.
fn concept(tag: &str, version: &str, filing: &Submission) -> Result<Concept, RowFault> {
    if version == filing.accession {
        let own = format!("cik{}", filing.cik);
        return Concept::new(&own, tag).map_err(RowFault::Concept);
    }
    let bad = || RowFault::Version {
        text: version.chars().take(100).collect(),
    };
    let (taxonomy, year) = version.split_once('/').ok_or_else(bad)?;
    let is_year = (4..=7).contains(&year.len()) && year.starts_with(|c: char| c.is_ascii_digit());
    if !is_year || taxonomy.starts_with("cik") {
        return Err(bad());
    }
    let taxonomy = match taxonomy {
        // The name that its namespace has, and company facts give it.
        "ifrs" => "ifrs-full",
        other => other,
    };
    Concept::new(taxonomy, tag).map_err(RowFault::Concept)
}

fn period(ddate: &str, qtrs: &str, tag: Tag, filing: &Submission) -> Result<Period, RowFault> {
    let digits = !qtrs.is_empty() && qtrs.bytes().all(|b| b.is_ascii_digit());
    let quarters: Option<u16> = qtrs.parse().ok().filter(|_| digits);
    let quarters = quarters.ok_or(RowFault::Quarters)?;
    match (tag.instant, quarters) {
        (None, _) => return Err(RowFault::Abstract),
        (Some(false), 0) => return Err(RowFault::NoQuarters),
        (Some(true), 1..) => return Err(RowFault::LongInstant { quarters }),
        (Some(true), 0) | (Some(false), 1..) => {}
    }
    let period = Period::nominal(date(ddate, "ddate")?, quarters).map_err(RowFault::Period)?;
    if may_have_ended(&period, filing.filed) {
        Ok(period)
    } else {
        let filed = filing.filed;
        Err(RowFault::NotYetEnded { period, filed })
    }
}

/// The unit: a currency stands for money, and for money per share where the tag is of that.
fn unit(uom: &str, datatype: Datatype, tags: &Tags) -> Result<Unit, RowFault> {
    let unit: Unit = uom.parse().map_err(RowFault::Unit)?;
    match (unit, datatype) {
        (Unit::Money(currency), Datatype::PerShare) => {
            let share: Noun = "shares".parse().map_err(RowFault::Unit)?;
            Ok(Unit::MoneyPer(currency, share))
        }
        (Unit::Money(_), Datatype::Other(_)) => Err(RowFault::AmountOrPer {
            unit: uom.to_owned(),
            datatype: tags.name(datatype).to_owned(),
        }),
        (Unit::Count(_), _) if uom.to_ascii_uppercase().parse::<Currency>().is_ok() => {
            let text = uom.to_owned();
            Err(RowFault::CurrencyCase { text })
        }
        (unit, _) => Ok(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_plain_decimals() {
        let (nines, ones) = ("9".repeat(28), "1".repeat(29));
        let padded = format!("{nines}.0000");
        for (text, expected) in [
            ("500000.0000", Some("500000")),
            ("-0.0700", Some("-0.07")),
            ("0.0000", Some("0")),
            ("-0.0000", Some("0")),
            ("100", Some("100")),
            (&nines, Some(nines.as_str())),
            (&padded, Some(nines.as_str())),
            (&ones, None),
            ("5.", None),
            (".5", None),
            ("-", None),
            ("", None),
            ("1.5.0", None),
            ("1.0.0", None),
            ("--1", None),
            ("+1", None),
            ("1e3", None),
            ("1_000", None),
            ("0x10", None),
        ] {
            let found = parse_exact(text)
                .ok()
                .map(|value| value.normalize().to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
