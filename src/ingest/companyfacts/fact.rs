//! One fact of a company facts file, from its JSON.

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{Period, parse_date};

use super::super::words::check_said;
use super::number::exact;
use super::refused::{FactFault, clipped};

/// The longest form, fiscal period or frame that is kept, in bytes.
const LABEL_LIMIT: usize = 100;

/// What one fact says, but for what stands around it in the file.
#[derive(Debug)]
pub(super) struct Fact<'a> {
    pub(super) period: Period,
    pub(super) value: Decimal,
    pub(super) text: &'a str,
    pub(super) accession: Cow<'a, str>,
    pub(super) fiscal_year: Option<&'a str>,
    pub(super) fiscal_period: Option<Cow<'a, str>>,
    pub(super) form: Cow<'a, str>,
    pub(super) filed: NaiveDate,
    pub(super) frame: Option<Cow<'a, str>>,
}

/// The values of a fact as they stand, and the first thing that is wrong with its keys.
#[derive(Default)]
struct Fields<'a> {
    start: Option<&'a RawValue>,
    end: Option<&'a RawValue>,
    val: Option<&'a RawValue>,
    accn: Option<&'a RawValue>,
    fy: Option<&'a RawValue>,
    fp: Option<&'a RawValue>,
    form: Option<&'a RawValue>,
    filed: Option<&'a RawValue>,
    frame: Option<&'a RawValue>,
    fault: Option<FactFault>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Start,
    End,
    Val,
    Accn,
    Fy,
    Fp,
    Form,
    Filed,
    Frame,
    Other(String),
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fact")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<Key>()? {
            let value: &RawValue = map.next_value()?;
            let (key, field) = match key {
                Key::Start => ("start", &mut fields.start),
                Key::End => ("end", &mut fields.end),
                Key::Val => ("val", &mut fields.val),
                Key::Accn => ("accn", &mut fields.accn),
                Key::Fy => ("fy", &mut fields.fy),
                Key::Fp => ("fp", &mut fields.fp),
                Key::Form => ("form", &mut fields.form),
                Key::Filed => ("filed", &mut fields.filed),
                Key::Frame => ("frame", &mut fields.frame),
                Key::Other(key) => {
                    let key = clipped(&key, LABEL_LIMIT);
                    fields.fault.get_or_insert(FactFault::UnknownKey { key });
                    continue;
                }
            };
            if field.replace(value).is_some() {
                fields.fault.get_or_insert(FactFault::RepeatedKey { key });
            }
        }
        Ok(fields)
    }
}

/// Reads a fact.
pub(super) fn read(json: &str) -> Result<Fact<'_>, FactFault> {
    let fields: Fields<'_> = serde_json::from_str(json).map_err(|_| FactFault::NotAnObject)?;
    if let Some(fault) = fields.fault {
        return Err(fault);
    }
    let text = number_text("val", required("val", fields.val)?)?;
    let value = exact(text).ok_or_else(|| FactFault::TooManyDigits {
        text: clipped(text, LABEL_LIMIT),
    })?;
    let end = date("end", required("end", fields.end)?)?;
    let period = match fields.start {
        Some(start) => Period::duration(date("start", start)?, end),
        None => Period::instant(end),
    };
    let period = period.map_err(FactFault::Dates)?;
    let filed = date("filed", required("filed", fields.filed)?)?;
    if period.end() > filed {
        return Err(FactFault::NotYetEnded { period, filed });
    }
    Ok(Fact {
        period,
        value,
        text,
        accession: accession(required("accn", fields.accn)?)?,
        fiscal_year: present(fields.fy).map(year).transpose()?,
        fiscal_period: present(fields.fp).map(|fp| label("fp", fp)).transpose()?,
        form: label("form", required("form", fields.form)?)?,
        filed,
        frame: present(fields.frame)
            .map(|frame| label("frame", frame))
            .transpose()?,
    })
}

fn required<'a>(key: &'static str, value: Option<&'a RawValue>) -> Result<&'a RawValue, FactFault> {
    value.ok_or(FactFault::MissingKey { key })
}

/// A value that is there and is not null.
fn present(value: Option<&RawValue>) -> Option<&RawValue> {
    value.filter(|value| value.get() != "null")
}

/// A text; without escapes it stands in the file as it is.
fn text<'a>(key: &'static str, value: &'a RawValue) -> Result<Cow<'a, str>, FactFault> {
    let json = value.get();
    let plain = json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('\\'));
    match plain {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => serde_json::from_str(json)
            .map(Cow::Owned)
            .map_err(|_| FactFault::WrongType {
                key,
                expected: "a text",
            }),
    }
}

/// A short text that can be seen.
fn label<'a>(key: &'static str, value: &'a RawValue) -> Result<Cow<'a, str>, FactFault> {
    let expected = "a short text";
    let text = text(key, value)?;
    if text.len() > LABEL_LIMIT || check_said(key, &text).is_err() {
        return Err(FactFault::WrongType { key, expected });
    }
    Ok(text)
}

fn number_text<'a>(key: &'static str, value: &'a RawValue) -> Result<&'a str, FactFault> {
    let text = value.get();
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        let expected = "a number";
        return Err(FactFault::WrongType { key, expected });
    }
    if text.len() > LABEL_LIMIT {
        let text = clipped(text, LABEL_LIMIT);
        return Err(FactFault::TooManyDigits { text });
    }
    Ok(text)
}

fn date(key: &'static str, value: &RawValue) -> Result<NaiveDate, FactFault> {
    parse_date(&text(key, value)?).map_err(FactFault::Dates)
}

fn year(value: &RawValue) -> Result<&str, FactFault> {
    let text = value.get();
    if (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(FactFault::WrongType {
            key: "fy",
            expected: "a year",
        })
    }
}

/// The number of a filing: `0001193125-09-214859`.
fn accession(value: &RawValue) -> Result<Cow<'_, str>, FactFault> {
    let text = text("accn", value)?;
    let shape = |(at, b): (usize, u8)| match at {
        10 | 13 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    if text.len() == 20 && text.bytes().enumerate().all(shape) {
        Ok(text)
    } else {
        Err(FactFault::Accession {
            text: clipped(&text, LABEL_LIMIT),
        })
    }
}
