//! The table of facts.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::Reading;
use super::columns::{FACTS, FACTS_ALSO};
use super::documents::Documents;
use super::error::TableError;
use super::figure::{figure, power};
use super::table::{Columns, Header, Row, Table, name, whole_number, word};
use crate::ingest::error::{IngestError, IngestReason};
use crate::ingest::filing::Filing;
use crate::ingest::fit::check_reported;
use crate::model::{
    Cell, Company, Document, DocumentKind, Id, Metric, MetricKind, MetricPath, ModelError, Period,
    Rank, Reported, SeriesKey, parse_date,
};

/// What one row says.
#[derive(Debug)]
struct Said {
    line: usize,
    source: Id,
    fact: Reported,
    /// The cell to make of the row, where none is given.
    made: Option<Cell>,
}

/// Reads the table of facts into the documents it is of.
pub(super) fn read(
    path: &Path,
    reading: &mut Reading,
    documents: Option<Documents>,
    declared: &BTreeMap<String, String>,
    ignored: &[String],
) -> Result<Vec<Filing>, IngestError> {
    let columns = Columns {
        known: &FACTS,
        also: &FACTS_ALSO,
        declared,
        ignored,
    };
    let mut table = Table::open(path, columns)?;
    let with_cells = documents.as_ref().is_some_and(|d| d.with_cells);
    check_header(table.header(), documents.is_some(), with_cells)?;
    let mut documents = documents;
    let mut of: BTreeMap<Id, Vec<Said>> = BTreeMap::new();
    while let Some(row) = table.row()? {
        let said = said(&row, reading, documents.as_mut(), with_cells);
        if let Some(said) = reading.accept(said)? {
            of.entry(said.source.clone()).or_default().push(said);
        }
    }
    let header = table.header();
    let mut filings = match documents {
        Some(documents) => documents.filings,
        None => make_documents(&mut of, reading, header)?,
    };
    for filing in &mut filings {
        let rows = of.remove(&filing.document.id).unwrap_or_default();
        fill(filing, rows, with_cells, reading, header)?;
    }
    reading.refused.sort_by_key(|error| error.place.line);
    Ok(filings)
}

fn check_header(
    header: &Header<'_>,
    with_documents: bool,
    with_cells: bool,
) -> Result<(), IngestError> {
    if header.has("period") {
        for other in ["start", "end"] {
            if header.has(other) {
                return Err(header.refused(other, TableError::Beside { other: "period" }));
            }
        }
    } else if header.has("start") {
        header.need("end")?;
    } else if !header.has("end") {
        header.need("period")?;
    }
    for column in ["company", "metric", "unit", "value", "source"] {
        header.need(column)?;
    }
    if !with_documents {
        header.need("published")?;
    }
    match (with_cells, header.has("cell")) {
        (true, false) => header.need("cell"),
        (false, true) => Err(header.refused("cell", TableError::NoCells)),
        _ => Ok(()),
    }
}

fn said(
    row: &Row<'_, '_>,
    reading: &Reading,
    documents: Option<&mut Documents>,
    with_cells: bool,
) -> Result<Said, IngestError> {
    row.whole()?;
    let company: Id = row.need("company", name)?;
    let calendar = reading.company(&company).ok_or_else(|| {
        let company = company.clone();
        row.at("company", TableError::UnknownCompany { company })
    })?;
    let path: MetricPath = row.need("metric", name)?;
    let metric = reading.metric(&path).ok_or_else(|| {
        let path = path.clone();
        row.at("metric", IngestReason::UnknownMetric { path })
    })?;
    let period = period(row, calendar, metric)?;
    let source: Id = row.need("source", name)?;
    let (published, cell) = match documents {
        Some(documents) => {
            let filing = documents.of(row)?;
            let published = row.read("published", parse_date)?;
            let published = published.unwrap_or(filing.document.published);
            let cell = if with_cells { cell(row, filing)? } else { 0 };
            (published, cell)
        }
        None => (row.need("published", parse_date)?, 0),
    };
    let fact = Reported {
        series: SeriesKey {
            company,
            metric: path,
            scenario: row.read("scenario", name)?.unwrap_or_default(),
            scope: row.read("scope", name)?.unwrap_or_default(),
            unit: row.need("unit", name)?,
        },
        period,
        figure: figure(row)?,
        published,
        cell,
        rank: row.read("rank", word)?.unwrap_or(Rank::Table),
    };
    let made = if with_cells {
        None
    } else {
        Some(made(row, &fact)?)
    };
    Ok(Said {
        line: row.line(),
        source,
        fact,
        made,
    })
}

/// The number of a cell that is there.
fn cell(row: &Row<'_, '_>, filing: &Filing) -> Result<u32, IngestError> {
    let cell = row.need("cell", whole_number)?;
    let count = filing.cells.len();
    if usize::try_from(cell).is_ok_and(|number| number < count) {
        Ok(cell)
    } else {
        let source_id = filing.document.id.clone();
        Err(row.at(
            "cell",
            TableError::NoCell {
                source_id,
                cell,
                count,
            },
        ))
    }
}

/// The dates of a row. A label means of a stock the instant at its end, else the time; dates mean themselves.
fn period(row: &Row<'_, '_>, company: &Company, metric: &Metric) -> Result<Period, IngestError> {
    let Some(text) = row.said("period") else {
        if let Some(start) = row.read("start", parse_date)? {
            let end = row.need("end", parse_date)?;
            return Period::duration(start, end).map_err(|error| row.at("end", error));
        }
        let column = if row.has("period") { "period" } else { "end" };
        let end = row.need(column, parse_date)?;
        return Period::instant(end).map_err(|error| row.at(column, error));
    };
    let calendar = &company.calendar;
    let read = match calendar.parse(text) {
        Ok(fiscal) if metric.kind == MetricKind::Stock => calendar.closing(fiscal),
        Ok(fiscal) => calendar.period(fiscal),
        Err(_) if text.contains('-') => {
            return text
                .parse()
                .map_err(|error: ModelError| row.at("period", error));
        }
        Err(_) => None,
    };
    read.ok_or_else(|| row.at("period", ModelError::Label { text: text.into() }))
}

/// The cell that a row is, where none is given. Its address is numbered later.
fn made(row: &Row<'_, '_>, fact: &Reported) -> Result<Cell, IngestError> {
    let scope = match row.said("scope") {
        Some(scope) => format!("[{scope}]"),
        None => String::new(),
    };
    let dates = match (row.said("period"), row.said("start")) {
        (Some(period), _) => period.to_owned(),
        (None, Some(start)) => format!("{start}..{}", row.text("end")),
        (None, None) => row.text("end").to_owned(),
    };
    let text = match (row.said("value"), row.said("high")) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(value), None) => value.to_owned(),
        (None, _) => row.text("figure").to_owned(),
    };
    Ok(Cell {
        address: String::new(),
        place: "tidy table".into(),
        row: format!("{}{scope}", fact.series.metric),
        column: dates,
        text,
        scale: power(row)?,
        unplaced: None,
    })
}

/// The documents of rows that only name them: each was published on the day of its rows by the company that
/// they are about.
fn make_documents(
    of: &mut BTreeMap<Id, Vec<Said>>,
    reading: &mut Reading,
    header: &Header<'_>,
) -> Result<Vec<Filing>, IngestError> {
    let mut filings = Vec::new();
    for (source, rows) in &mut *of {
        let Some(first) = rows.first() else { continue };
        let (published, company) = (first.fact.published, first.fact.series.company.clone());
        let other_day = rows.iter().find(|row| row.fact.published != published);
        let other_company = rows.iter().find(|row| row.fact.series.company != company);
        let source_id = source.clone();
        let wrong = match (other_day, other_company) {
            (Some(row), _) => {
                let other = published;
                Some((
                    row.line,
                    "published",
                    TableError::Published { source_id, other },
                ))
            }
            (None, Some(row)) => {
                let other = company.clone();
                Some((row.line, "company", TableError::Issuer { source_id, other }))
            }
            (None, None) => None,
        };
        if let Some((line, column, error)) = wrong {
            reading.accept::<()>(Err(header.at_line(line, column, error.clone())))?;
            // Of which document the others are cannot be told either.
            for row in rows.drain(..).filter(|row| row.line != line) {
                reading.accept::<()>(Err(header.at_line(row.line, column, error.clone())))?;
            }
            continue;
        }
        let issuer = reading
            .company(&company)
            .map(|company| company.name.clone());
        filings.push(Filing {
            document: made_document(source.clone(), issuer.unwrap_or_default(), published),
            cells: Vec::new(),
            facts: Vec::new(),
            checks: Vec::new(),
        });
    }
    filings.sort_by(|a, b| {
        let key = |filing: &Filing| (filing.document.published, filing.document.id.clone());
        key(a).cmp(&key(b))
    });
    Ok(filings)
}

fn made_document(id: Id, issuer: String, published: NaiveDate) -> Document {
    Document {
        title: id.to_string(),
        id,
        issuer,
        kind: DocumentKind::Other,
        published,
        utc_offset: None,
        reports: None,
    }
}

/// Puts the rows of a document in order, whatever their order in the table: by cell, then series and dates.
fn fill(
    filing: &mut Filing,
    mut rows: Vec<Said>,
    with_cells: bool,
    reading: &mut Reading,
    header: &Header<'_>,
) -> Result<(), IngestError> {
    let mut fitting = Vec::with_capacity(rows.len());
    rows.sort_by(|a, b| {
        let key = |said: &Said| (said.fact.cell, said.fact.period, said.line);
        let cells = a.fact.cell.cmp(&b.fact.cell);
        cells
            .then_with(|| a.fact.series.cmp(&b.fact.series))
            .then_with(|| key(a).cmp(&key(b)))
    });
    let same = |a: &Said, b: &Said| {
        (a.fact.cell, &a.fact.series, a.fact.period) == (b.fact.cell, &b.fact.series, b.fact.period)
    };
    for run in rows.chunk_by(same) {
        let [first, second, ..] = run else {
            fitting.push(true);
            continue;
        };
        for row in run {
            // Which of them is meant cannot be told.
            let line = if row.line == first.line {
                second.line
            } else {
                first.line
            };
            let error = header.at_line(row.line, "source", TableError::Twice { line });
            reading.accept::<()>(Err(error))?;
            fitting.push(false);
        }
    }
    for (said, fits) in rows.into_iter().zip(fitting) {
        if !fits {
            continue;
        }
        let metric = reading.metric(&said.fact.series.metric);
        let checked = check_reported(&filing.document, &said.fact, metric)
            .map_err(|reason| header.at_line(said.line, column_of(&reason, header), reason));
        if reading.accept(checked)?.is_none() {
            continue;
        }
        let mut fact = said.fact;
        if let Some(cell) = said.made.filter(|_| !with_cells) {
            // A table of 1 GiB has fewer rows than that.
            fact.cell = u32::try_from(filing.cells.len()).unwrap_or(u32::MAX);
            filing.cells.push(Cell {
                address: format!("f{}", filing.cells.len() + 1),
                ..cell
            });
        }
        filing.facts.push(fact);
    }
    Ok(())
}

/// The column that does not fit.
fn column_of(reason: &IngestReason, header: &Header<'_>) -> &'static str {
    match reason {
        IngestReason::WrongDimension { .. } => "unit",
        IngestReason::PeriodKind { .. } | IngestReason::NotYetEnded { .. } => {
            if header.has("period") {
                "period"
            } else {
                "end"
            }
        }
        IngestReason::Publication => "published",
        _ => "value",
    }
}
