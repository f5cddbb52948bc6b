//! The figure of a row.

use rust_decimal::Decimal;

use super::error::TableError;
use super::table::{Row, any, decimal, word};
use crate::ingest::error::{IngestError, IngestReason};
use crate::ingest::figure::scaled;
use crate::ingest::manifest::Scale;
use crate::model::{Amount, Figure, Nil, Precision, Rounding};

/// The columns of one amount.
struct Columns {
    value: &'static str,
    decimals: &'static str,
    rounding: &'static str,
}

const VALUE: Columns = Columns {
    value: "value",
    decimals: "decimals",
    rounding: "rounding",
};

const HIGH: Columns = Columns {
    value: "high",
    decimals: "high_decimals",
    rounding: "high_rounding",
};

/// The figure of the columns `figure`, `value`, `high` and those of their precision.
pub(super) fn figure(row: &Row<'_, '_>) -> Result<Figure, IngestError> {
    let sort = row.said("figure").unwrap_or("amount");
    if sort != "range" {
        for column in [HIGH.value, HIGH.decimals, HIGH.rounding] {
            empty(row, column, sort)?;
        }
    }
    let nil = |nil: Nil| {
        empty(row, "value", sort)?;
        Ok(Figure::Nil(nil))
    };
    match sort {
        "amount" => amount(row, &VALUE).map(Figure::Amount),
        "approximate" => amount(row, &VALUE).map(Figure::Approximate),
        "at_least" => amount(row, &VALUE).map(Figure::AtLeast),
        "more_than" => amount(row, &VALUE).map(Figure::MoreThan),
        "at_most" => amount(row, &VALUE).map(Figure::AtMost),
        "less_than" => amount(row, &VALUE).map(Figure::LessThan),
        "range" => Ok(Figure::Range {
            low: amount(row, &VALUE)?,
            high: amount(row, &HIGH)?,
        }),
        "qualitative" => Ok(Figure::Qualitative(row.need("value", any)?)),
        "nil_zero" => nil(Nil::Zero),
        "nil_none" => nil(Nil::None),
        "nil_not_applicable" => nil(Nil::NotApplicable),
        _ => Err(row.at(
            "figure",
            TableError::Word {
                message: "a figure is amount, approximate, at_least, more_than, at_most, less_than, range, \
                          qualitative, nil_zero, nil_none or nil_not_applicable"
                    .into(),
            },
        )),
    }
}

fn empty(row: &Row<'_, '_>, column: &'static str, sort: &str) -> Result<(), IngestError> {
    match row.said(column) {
        None => Ok(()),
        Some(_) => Err(row.at(
            column,
            TableError::NotEmpty {
                figure: sort.into(),
            },
        )),
    }
}

/// The power of ten in which the numbers of a row are written.
pub(super) fn power(row: &Row<'_, '_>) -> Result<u32, IngestError> {
    let scale = row.read("scale", word::<Scale>)?;
    Ok(scale.map_or(0, Scale::power))
}

fn amount(row: &Row<'_, '_>, columns: &Columns) -> Result<Amount, IngestError> {
    let power = power(row)?;
    let value = row.need(columns.value, |text| {
        let written = decimal(text)?;
        if power == 0 {
            Ok(written)
        } else {
            scaled(written.mantissa(), written.scale(), power)
        }
    })?;
    let precision = either(row, columns.decimals, VALUE.decimals, precision)?;
    let rounding = match precision {
        Precision::Decimals(_) => either(row, columns.rounding, VALUE.rounding, word)?,
        // Such a value has not been rounded, or nobody says how.
        Precision::Exact | Precision::Unknown => row
            .read(columns.rounding, word)?
            .unwrap_or(Rounding::Nearest),
    };
    amount_of(value, precision, rounding).map_err(|reason| row.at(columns.decimals, reason))
}

fn amount_of(
    value: Decimal,
    precision: Precision,
    rounding: Rounding,
) -> Result<Amount, IngestReason> {
    Ok(Amount::new(value, precision, rounding)?)
}

/// What a column says, or another one where it says nothing.
fn either<T, E: Into<IngestReason>>(
    row: &Row<'_, '_>,
    column: &'static str,
    other: &'static str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<T, IngestError> {
    match row.read(column, &read)? {
        Some(found) => Ok(found),
        None => row.need(other, &read),
    }
}

fn precision(text: &str) -> Result<Precision, TableError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match text {
        "exact" => Ok(Precision::Exact),
        "unknown" => Ok(Precision::Unknown),
        _ if digits.bytes().all(|b| b.is_ascii_digit()) => text
            .parse()
            .ok()
            .filter(|decimals| (-Precision::LIMIT..=Precision::LIMIT).contains(decimals))
            .map(Precision::Decimals)
            .ok_or(TableError::Decimals),
        _ => Err(TableError::Decimals),
    }
}
