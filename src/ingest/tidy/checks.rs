//! `checks.csv`: printed figures that others determine.

use std::collections::BTreeMap;
use std::path::Path;

use super::Reading;
use super::columns::CHECKS;
use super::documents::all;
use super::error::TableError;
use super::figure::figure;
use super::table::{Row, Table, decimal, name, whole_number};
use crate::ingest::error::IngestError;
use crate::ingest::filing::Filing;
use crate::ingest::fit::{check_claim, check_figure};
use crate::model::{Check, Claim, Id, Operand, parse_date};

/// Reads the checks of documents, in the order of their rows.
pub(super) fn read(
    path: &Path,
    reading: &mut Reading,
    filings: &mut [Filing],
) -> Result<(), IngestError> {
    let declared = BTreeMap::new();
    let mut table = Table::open(path, all(&CHECKS, &declared))?;
    let numbers: BTreeMap<Id, usize> = filings
        .iter()
        .enumerate()
        .map(|(number, filing)| (filing.document.id.clone(), number))
        .collect();
    while let Some(row) = table.row()? {
        let checked = check(&row, reading, filings, &numbers);
        if let Some((number, check)) = reading.accept(checked)?
            && let Some(filing) = filings.get_mut(number)
        {
            filing.checks.push(check);
        }
    }
    Ok(())
}

fn check(
    row: &Row<'_, '_>,
    reading: &Reading,
    filings: &[Filing],
    numbers: &BTreeMap<Id, usize>,
) -> Result<(usize, Check), IngestError> {
    row.whole()?;
    let source_id: Id = row.need("source", name)?;
    let number = numbers.get(&source_id).copied();
    let Some((number, filing)) = number.and_then(|n| Some((n, filings.get(n)?))) else {
        return Err(row.at("source", TableError::NoDocument { source_id }));
    };
    let cell = row.need("cell", whole_number)?;
    let count = filing.cells.len();
    if usize::try_from(cell).map_or(true, |cell| cell >= count) {
        return Err(row.at(
            "cell",
            TableError::NoCell {
                source_id,
                cell,
                count,
            },
        ));
    }
    let claim = claim(row)?;
    let figure = figure(row)?;
    check_figure(&figure).map_err(|reason| row.at("value", reason))?;
    let published = filing.document.published;
    check_claim(&claim, published, |path| reading.metric(path))
        .map_err(|reason| row.at("claim", reason))?;
    Ok((
        number,
        Check {
            cell,
            claim,
            figure,
        },
    ))
}

fn claim(row: &Row<'_, '_>) -> Result<Claim, IngestError> {
    let of = || operand(row, ["company", "metric", "scenario", "scope", "period"]);
    let base = || {
        operand(
            row,
            [
                "base_company",
                "base_metric",
                "base_scenario",
                "base_scope",
                "base_period",
            ],
        )
    };
    match row.text("claim") {
        "growth" => Ok(Claim::Growth {
            of: of()?,
            over: base()?,
        }),
        "difference" => Ok(Claim::Difference {
            of: of()?,
            over: base()?,
        }),
        "share" => Ok(Claim::Share {
            part: of()?,
            whole: base()?,
        }),
        "translation" => Ok(Claim::Translation {
            of: of()?,
            into: row.need("currency", name)?,
            rate: row.need("rate", decimal)?,
        }),
        "revision" => Ok(Claim::Revision {
            of: of()?,
            from: row.need("from", parse_date)?,
            to: row.need("to", parse_date)?,
        }),
        _ => Err(row.at(
            "claim",
            TableError::Word {
                message: "a claim is growth, difference, share, translation or revision".into(),
            },
        )),
    }
}

fn operand(row: &Row<'_, '_>, columns: [&'static str; 5]) -> Result<Operand, IngestError> {
    let [company, metric, scenario, scope, period] = columns;
    Ok(Operand {
        company: row.need(company, name)?,
        metric: row.need(metric, name)?,
        scenario: row.read(scenario, name)?.unwrap_or_default(),
        scope: row.read(scope, name)?.unwrap_or_default(),
        period: row.need(period, name)?,
    })
}
