//! A company facts file as a stream: each fact is read, kept or refused, and forgotten.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::Hash;
use std::io::{BufRead as _, BufReader, Read};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{Concept, Currency, Dimension, Metric, MetricPath, NAME_LIMIT, Period, Unit};

use super::super::error::{IngestError, IngestReason, Place};
use super::super::words::check_visible;
use super::fact::{self, Fact};
use super::refused::{FactFault, RefusedFact, clipped, escaped};
use super::utf8::Watched;

/// The largest company facts file, in bytes.
const FILE_LIMIT: u64 = 1 << 30;
/// How much of a refused fact is told, in bytes.
const TEXT_LIMIT: usize = 500;
/// The longest key, in bytes: a refused fact repeats those that lead to it.
const KEY_LIMIT: usize = 1_000;
/// How many facts of a file may be refused. One of two bytes takes many times as much to list.
const REFUSED_LIMIT: usize = 100_000;

/// All that a file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    pub(super) cik: String,
    pub(super) entity: Option<String>,
    pub(super) concepts: Vec<Concept>,
    pub(super) units: Numbered<Unit>,
    pub(super) metrics: Vec<Metric>,
    pub(super) filings: Vec<FiledUnder>,
    pub(super) focuses: Numbered<Focus>,
    pub(super) texts: Numbered<Arc<str>>,
    pub(super) rows: Vec<Row>,
    pub(super) refused: Vec<RefusedFact>,
    /// How many bytes the file has.
    pub(super) bytes: u64,
}

/// A filing, as its first fact tells it.
#[derive(Clone, Debug)]
pub(super) struct FiledUnder {
    pub(super) accession: String,
    pub(super) form: String,
    pub(super) filed: NaiveDate,
}

/// `fy` and `fp`: what the filing says it is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Focus {
    pub(super) year: Option<String>,
    pub(super) period: Option<String>,
}

/// A fact that is kept; numbers are places in the lists of [`Contents`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) concept: u32,
    pub(super) unit: u32,
    pub(super) metric: u32,
    pub(super) filing: u32,
    pub(super) focus: u32,
    pub(super) text: u32,
    pub(super) frame: Option<u32>,
    pub(super) period: Period,
    pub(super) value: Decimal,
}

/// Things that are often the same, each kept once.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T> {
    items: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, item: T) -> u32 {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        self.items.push(item.clone());
        let number = last(&self.items);
        self.numbers.insert(item, number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        at(&self.items, number)
    }
}

impl Numbered<Arc<str>> {
    fn text(&mut self, text: &str) -> u32 {
        match self.numbers.get(text) {
            Some(number) => *number,
            None => self.number(text.into()),
        }
    }
}

/// The number of the last item. No file is so large that there could be more than 32 bits count.
fn last<T>(items: &[T]) -> u32 {
    u32::try_from(items.len().saturating_sub(1)).unwrap_or(u32::MAX)
}

/// The item of that number.
pub(super) fn at<T>(items: &[T], number: u32) -> Option<&T> {
    items.get(usize::try_from(number).ok()?)
}

/// Reads a file to its end. `file` is its name, for errors.
pub(super) fn read(reader: impl Read, file: &str) -> Result<Contents, IngestError> {
    let place = Place {
        document: file.to_owned(),
        ..Place::default()
    };
    let watched = Watched::new(reader.take(FILE_LIMIT + 1));
    let mut input = BufReader::with_capacity(1 << 16, watched);
    check_encoding(&mut input, file).map_err(|reason| reason.at(&place))?;
    let mut reading = Reading::default();
    let mut json = serde_json::Deserializer::from_reader(&mut input);
    let top = Object {
        reading: &mut reading,
        level: Level::Top,
    };
    let read = top.deserialize(&mut json).and_then(|()| json.end());
    let left = input.get_ref().inner().limit();
    if left == 0 {
        let file = file.to_owned();
        let limit = FILE_LIMIT;
        return Err(IngestReason::TooLarge { file, limit }.at(&place));
    }
    if let Err(error) = read {
        let place = Place {
            table: Some(reading.place()).filter(|place| !place.is_empty()),
            ..place
        };
        let bad = input.get_ref().not_utf8();
        return Err(reason_of(&error, reading.reason, bad, file).at(&place));
    }
    let missing = |key| IngestReason::MissingKey { key }.at(&place);
    if reading.contents.cik.is_empty() {
        return Err(missing("cik"));
    }
    if !reading.facts {
        return Err(missing("facts"));
    }
    reading.contents.bytes = (FILE_LIMIT + 1).saturating_sub(left);
    Ok(reading.contents)
}

/// Passes the beginning of UTF-8 text without a byte order mark.
fn check_encoding<R: Read>(input: &mut BufReader<R>, file: &str) -> Result<(), IngestReason> {
    let file = file.to_owned();
    let start = match input.fill_buf() {
        Ok(start) => start,
        Err(error) => {
            let message = error.to_string();
            return Err(IngestReason::File { file, message });
        }
    };
    match start {
        [0xef, 0xbb, 0xbf, ..] => Err(IngestReason::ByteOrderMark { file }),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] => {
            Err(IngestReason::NotUtf8 { file, position: 0 })
        }
        [_, 0, ..] => Err(IngestReason::NotUtf8 { file, position: 1 }),
        _ => Ok(()),
    }
}

/// Our own reason where the file is JSON of another shape, that it is not UTF-8 from a byte on, or what the JSON reader says.
fn reason_of(
    error: &serde_json::Error,
    own: Option<IngestReason>,
    not_utf8: Option<u64>,
    file: &str,
) -> IngestReason {
    if let Some(own) = own {
        return own;
    }
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    if error.is_io() {
        let file = file.to_owned();
        return IngestReason::File { file, message };
    }
    if let Some(position) = not_utf8.and_then(|position| usize::try_from(position).ok()) {
        let file = file.to_owned();
        return IngestReason::NotUtf8 { file, position };
    }
    let position = format!(" at line {line} column {column}");
    let message = message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned();
    let message = if error.is_eof() {
        format!("the file ends early: {message}")
    } else {
        message
    };
    IngestReason::Json {
        line,
        column,
        message,
    }
}

/// What is known at a place of the stream.
#[derive(Default)]
struct Reading {
    contents: Contents,
    /// Whether the key `facts` has come.
    facts: bool,
    /// The keys that lead to where the stream is.
    path: Vec<String>,
    /// What is wrong with the file.
    reason: Option<IngestReason>,
    filings: HashMap<String, u32>,
    metrics: HashMap<(u32, Dimension, bool), u32>,
    by_path: HashMap<MetricPath, u32>,
}

/// What the facts of one array have in common: the numbers of their concept and unit, or why they have none.
struct Subject {
    concept: Result<u32, FactFault>,
    unit: Result<u32, FactFault>,
}

impl Reading {
    fn place(&self) -> String {
        self.path
            .iter()
            .flat_map(|part| ["/".to_owned(), escaped(part)])
            .collect()
    }

    /// Stops the reading.
    fn stop<E: Error>(&mut self, reason: IngestReason) -> E {
        let error = E::custom(&reason);
        self.reason = Some(reason);
        error
    }

    fn subject(&mut self, concept: &Result<u32, FactFault>, unit: &str) -> Subject {
        let parsed = unit.parse::<Unit>().map_err(FactFault::Unit);
        let unit = parsed.and_then(|parsed| {
            let upper = unit.to_ascii_uppercase();
            if matches!(parsed, Unit::Count(_)) && upper.parse::<Currency>().is_ok() {
                let text = unit.to_owned();
                return Err(FactFault::CurrencyCase { text });
            }
            Ok(self.contents.units.number(parsed))
        });
        Subject {
            concept: concept.clone(),
            unit,
        }
    }

    /// Keeps a fact, or says why not.
    fn fact(&mut self, index: usize, json: &str, subject: &Subject) -> Result<(), IngestReason> {
        match self.keep(json, subject) {
            Ok(()) => Ok(()),
            Err(fault) => self.refuse(format!("{}/{index}", self.place()), json, fault),
        }
    }

    fn refuse(&mut self, place: String, json: &str, fault: FactFault) -> Result<(), IngestReason> {
        let refused = &mut self.contents.refused;
        if refused.len() == REFUSED_LIMIT {
            let limit = REFUSED_LIMIT;
            return Err(IngestReason::TooManyRefused { limit });
        }
        refused.push(RefusedFact {
            place,
            text: clipped(json, TEXT_LIMIT),
            fault,
        });
        Ok(())
    }

    fn keep(&mut self, json: &str, subject: &Subject) -> Result<(), FactFault> {
        let fact = fact::read(json)?;
        let concept = subject.concept.clone()?;
        let unit = subject.unit.clone()?;
        let metric = self.metric(concept, unit, &fact.period)?;
        let filing = self.filing(&fact)?;
        let contents = &mut self.contents;
        let focus = contents.focuses.number(Focus {
            year: fact.fiscal_year.map(str::to_owned),
            period: fact.fiscal_period.map(Into::into),
        });
        let text = contents.texts.text(fact.text);
        let frame = fact.frame.map(|frame| contents.texts.text(&frame));
        contents.rows.push(Row {
            concept,
            unit,
            metric,
            filing,
            focus,
            text,
            frame,
            period: fact.period,
            value: fact.value,
        });
        Ok(())
    }

    /// The metric that a fact is a figure of.
    fn metric(&mut self, concept: u32, unit: u32, period: &Period) -> Result<u32, FactFault> {
        let contents = &mut self.contents;
        let (Some(named), Some(unit)) = (at(&contents.concepts, concept), contents.units.get(unit))
        else {
            return Err(FactFault::NotAnObject);
        };
        let sort = (concept, unit.dimension(), period.start().is_some());
        if let Some(number) = self.metrics.get(&sort) {
            return Ok(*number);
        }
        let metric = named.metric(unit, period).map_err(FactFault::Concept)?;
        let known = self.by_path.get(&metric.path).copied();
        let number = known.unwrap_or_else(|| {
            contents.metrics.push(metric.clone());
            last(&contents.metrics)
        });
        self.by_path.insert(metric.path, number);
        self.metrics.insert(sort, number);
        Ok(number)
    }

    /// The filing that a fact is from, which has one form and one day.
    fn filing(&mut self, fact: &Fact<'_>) -> Result<u32, FactFault> {
        let filings = &mut self.contents.filings;
        if let Some(number) = self.filings.get(&*fact.accession) {
            return match at(filings, *number) {
                Some(known) if known.form != fact.form || known.filed != fact.filed => {
                    Err(FactFault::OtherFiling {
                        accession: known.accession.clone(),
                        form: known.form.clone(),
                        filed: known.filed,
                    })
                }
                _ => Ok(*number),
            };
        }
        filings.push(FiledUnder {
            accession: fact.accession.clone().into_owned(),
            form: fact.form.clone().into_owned(),
            filed: fact.filed,
        });
        let number = last(filings);
        self.filings
            .insert(fact.accession.clone().into_owned(), number);
        Ok(number)
    }
}

/// An object of the file, at one of its levels.
struct Object<'r, 'l> {
    reading: &'r mut Reading,
    level: Level<'l>,
}

#[derive(Clone, Copy)]
enum Level<'l> {
    /// `cik`, `entityName` and `facts`.
    Top,
    /// Taxonomies by name.
    Taxonomies,
    /// Tags of a taxonomy.
    Tags(&'l str),
    /// `label`, `description` and `units` of a tag.
    Tag(&'l Result<u32, FactFault>),
    /// Arrays of facts by unit.
    Units(&'l Result<u32, FactFault>),
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Top => "an object with cik, entityName and facts",
            Level::Taxonomies => "an object of taxonomies",
            Level::Tags(_) => "an object of tags",
            Level::Tag(_) => "an object with units",
            Level::Units(_) => "an object of arrays of facts by unit",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object { reading, level } = self;
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.len() > KEY_LIMIT {
                return Err(reading.stop(IngestReason::TooLong {
                    what: "a key",
                    length: key.len(),
                    limit: KEY_LIMIT,
                }));
            }
            reading.path.push(key.clone());
            if !seen.insert(key.clone()) {
                let what = "the key";
                return Err(reading.stop(IngestReason::DeclaredTwice { what, name: key }));
            }
            let below = |reading, level| Object { reading, level };
            match (level, key.as_str()) {
                (Level::Top, "cik") => {
                    let value: Box<RawValue> = map.next_value()?;
                    let cik = cik(value.get()).map_err(|reason| reading.stop(reason))?;
                    reading.contents.cik = cik;
                }
                (Level::Top, "entityName") => {
                    let name: Option<String> = map.next_value()?;
                    let name = entity(name).map_err(|reason| reading.stop(reason))?;
                    reading.contents.entity = name;
                }
                (Level::Top, "facts") => {
                    reading.facts = true;
                    map.next_value_seed(below(reading, Level::Taxonomies))?;
                }
                (Level::Taxonomies, taxonomy) => {
                    map.next_value_seed(below(reading, Level::Tags(taxonomy)))?;
                }
                (Level::Tags(taxonomy), tag) => {
                    let concepts = &mut reading.contents.concepts;
                    let concept = Concept::new(taxonomy, tag).map_err(FactFault::Concept);
                    let concept = concept.map(|concept| {
                        concepts.push(concept);
                        last(concepts)
                    });
                    map.next_value_seed(below(reading, Level::Tag(&concept)))?;
                }
                (Level::Tag(concept), "units") => {
                    map.next_value_seed(below(reading, Level::Units(concept)))?;
                }
                (Level::Units(concept), unit) => {
                    let subject = reading.subject(concept, unit);
                    map.next_value_seed(Facts { reading, subject })?;
                }
                (Level::Tag(_), "label" | "description") => {
                    // Read as text, so that what is no text is an error.
                    map.next_value::<Box<RawValue>>()?;
                }
                (Level::Top | Level::Tag(_), _) => {
                    // There may be facts in it.
                    let value: Box<RawValue> = map.next_value()?;
                    let refused =
                        reading.refuse(reading.place(), value.get(), FactFault::UnknownKey { key });
                    refused.map_err(|reason| reading.stop(reason))?;
                }
            }
            reading.path.pop();
        }
        if matches!(level, Level::Tag(_)) && !seen.contains("units") {
            return Err(reading.stop(IngestReason::MissingKey { key: "units" }));
        }
        Ok(())
    }
}

/// An array of facts of one concept and unit.
struct Facts<'r> {
    reading: &'r mut Reading,
    subject: Subject,
}

impl<'de> DeserializeSeed<'de> for Facts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Facts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of facts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut facts: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(json) = facts.next_element::<Box<RawValue>>()? {
            let kept = self.reading.fact(index, json.get(), &self.subject);
            kept.map_err(|reason| self.reading.stop(reason))?;
            index += 1;
        }
        Ok(())
    }
}

/// SEC's number of a company with its leading zeros, from a number or a text.
fn cik(json: &str) -> Result<String, IngestReason> {
    let digits = json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(json);
    let fits = (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits {
        Ok(format!("{digits:0>10}"))
    } else {
        let text = clipped(json, TEXT_LIMIT);
        Err(IngestReason::Cik { text })
    }
}

/// The name of the company; some have none.
fn entity(name: Option<String>) -> Result<Option<String>, IngestReason> {
    let what = "entityName";
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        return Ok(None);
    };
    check_visible(what, &name)?;
    if name.len() > NAME_LIMIT {
        return Err(IngestReason::TooLong {
            what,
            length: name.len(),
            limit: NAME_LIMIT,
        });
    }
    Ok(Some(name))
}
