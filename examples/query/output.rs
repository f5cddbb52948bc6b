//! Answers as a table, CSV or JSON.

use std::error::Error;
use std::io::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use kessan::{Database, Explanation};
use serde::Serialize;

use crate::answer::{Answer, CELL_FIELDS, FIELDS, Printing};
use crate::{Arguments, Format};

pub(crate) fn print_answers(
    answers: &[Answer],
    arguments: &Arguments,
) -> Result<(), Box<dyn Error>> {
    match arguments.format {
        Format::Json => print_json(answers, arguments),
        Format::Csv => print_csv(answers, arguments.cells),
        Format::Table if answers.is_empty() => Ok(()),
        Format::Table => {
            let rows = answers.iter().map(|answer| {
                let [name, figure] = answer.shown.clone();
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let (yoy, qoq) = (text(&answer.yoy), text(&answer.qoq));
                [
                    name,
                    answer.period.clone(),
                    figure,
                    yoy,
                    qoq,
                    answer.remark.clone(),
                ]
            });
            print(
                &["metric", "period", "figure", "YoY", "QoQ", "remark"],
                &[2, 3, 4],
                rows.collect(),
                Format::Table,
            )?;
            answers.iter().try_for_each(print_cells)?;
            for explanation in answers
                .iter()
                .filter_map(|answer| answer.explanation.as_ref())
            {
                writeln!(std::io::stdout(), "\n{explanation}")?;
            }
            Ok(())
        }
    }
}

/// The printings of one answer by document, the shown one marked.
pub(crate) fn print_cells(answer: &Answer) -> Result<(), Box<dyn Error>> {
    if answer.cells.is_empty() {
        return Ok(());
    }
    let mut stdout = std::io::stdout();
    let ([name, figure], period) = (&answer.shown, &answer.period);
    writeln!(stdout, "\n{name} {period}, {}: {figure}", answer.dates)?;
    let edition = |cell: &Printing| (cell.published.clone(), cell.document.clone());
    for cells in answer.cells.chunk_by(|a, b| edition(a) == edition(b)) {
        if let Some(Printing {
            published,
            document,
            ..
        }) = cells.first()
        {
            writeln!(stdout, "  published {published} in {document}")?;
        }
        let rows = cells.iter().map(|cell| {
            [
                if cell.shown { "shown" } else { "" }.to_owned(),
                cell.printed.clone(),
                cell.address.clone(),
                cell.place.clone(),
                cell.row.clone(),
                cell.column.clone(),
            ]
        });
        print(
            &["", "printed", "address", "place", "row", "column"],
            &[0, 1],
            rows.collect(),
            Format::Table,
        )?;
    }
    Ok(())
}

/// An answer with its cells and its explanation, where they were asked for.
#[derive(Serialize)]
pub(crate) struct WithCells<'a> {
    #[serde(flatten)]
    pub(crate) answer: &'a Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cells: Option<&'a [Printing]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explanation: Option<&'a Explanation>,
}

pub(crate) fn print_json(answers: &[Answer], arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let answers: Vec<WithCells> = answers
        .iter()
        .map(|answer| WithCells {
            answer,
            cells: arguments.cells.then_some(answer.cells.as_slice()),
            explanation: answer.explanation.as_ref(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&answers)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

pub(crate) fn print_csv(answers: &[Answer], cells: bool) -> Result<(), Box<dyn Error>> {
    let mut out = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    let of_cells: &[&str] = if cells { &CELL_FIELDS } else { &[] };
    out.write_record(FIELDS.iter().chain(of_cells))?;
    for answer in answers {
        if !cells {
            out.serialize(answer)?;
        } else if answer.cells.is_empty() {
            out.serialize((answer, CELL_FIELDS.map(|_| "")))?;
        } else {
            for cell in &answer.cells {
                out.serialize((answer, cell))?;
            }
        }
    }
    Ok(std::io::stdout().write_all(&out.into_inner()?)?)
}

pub(crate) fn list_series(
    db: &Database,
    company: &str,
    format: Format,
) -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    for key in db.series_list(company)? {
        let points = db.series_of(&key)?.load()?.len();
        rows.push([
            key.metric.to_string(),
            key.scenario.to_string(),
            key.scope.to_string(),
            key.unit.to_string(),
            points.to_string(),
        ]);
    }
    print(
        &["metric", "scenario", "scope", "unit", "facts"],
        &[4],
        rows,
        format,
    )
}

/// Rows of text as a table, CSV, or a JSON array of objects.
pub(crate) fn print<const N: usize>(
    header: &[&str; N],
    numbers: &[usize],
    rows: Vec<[String; N]>,
    format: Format,
) -> Result<(), Box<dyn Error>> {
    let mut stdout = std::io::stdout();
    match format {
        Format::Table => {
            let mut table = Table::new();
            table.load_preset(presets::NOTHING).set_header(header);
            table.add_rows(rows);
            for (number, column) in table.column_iter_mut().enumerate() {
                column.set_padding((0, 2));
                if numbers.contains(&number) {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
            writeln!(stdout, "{}", table.trim_fmt())?;
        }
        Format::Csv => {
            let mut out = csv::Writer::from_writer(Vec::new());
            out.write_record(header)?;
            for row in rows {
                out.write_record(row)?;
            }
            stdout.write_all(&out.into_inner()?)?;
        }
        Format::Json => {
            let objects: Vec<serde_json::Map<String, serde_json::Value>> = rows
                .into_iter()
                .map(|row| {
                    header
                        .iter()
                        .zip(row)
                        .map(|(name, text)| ((*name).to_owned(), text.into()))
                        .collect()
                })
                .collect();
            writeln!(stdout, "{}", serde_json::to_string_pretty(&objects)?)?;
        }
    }
    Ok(())
}
