//! Records: everything but blocks, in bincode. The only place that names bincode.
//!
//! Whole numbers are variable-width and big-endian; reading is from a slice, limited, and refuses trailing
//! bytes. What is decoded goes through the model's own checks, and is checked against the limits here.

use bincode::Options;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{CodecError, SeriesId, VALUE_LIMIT, check_length, envelope};
use crate::model::date::check_date;
use crate::model::{
    Company, Document, FiscalCalendar, Id, Metric, NAME_LIMIT, Scenario, Scope, TITLE_LIMIT, Unit,
    WORD_LIMIT,
};

/// The most series in one intent record.
pub(crate) const INTENT_SERIES: usize = 400;

/// What is stored in one value.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// Checks what the types do not: limits, mostly. Before writing, and again after reading.
    fn check(&self) -> Result<(), CodecError>;

    /// Decodes it, also as older versions wrote it.
    fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        options()
            .deserialize(payload)
            .map_err(|_| CodecError::Record)
    }
}

fn options() -> impl Options + Copy {
    bincode::DefaultOptions::new()
        .with_big_endian()
        .with_varint_encoding()
        .with_limit(VALUE_LIMIT as u64)
        .reject_trailing_bytes()
}

/// The payload of a record.
pub(crate) fn pack<T: Record>(record: &T) -> Result<Vec<u8>, CodecError> {
    record.check()?;
    let length = packed_len(record)?;
    if length > envelope::PAYLOAD_LIMIT {
        return Err(CodecError::TooLong {
            what: "a record",
            length,
            limit: envelope::PAYLOAD_LIMIT,
        });
    }
    options().serialize(record).map_err(|_| CodecError::Record)
}

/// Adds something as it stands in a record to some bytes.
pub(super) fn append<T: Serialize>(bytes: &mut Vec<u8>, value: &T) -> Result<(), CodecError> {
    bincode::DefaultOptions::new()
        .with_big_endian()
        .with_varint_encoding()
        .serialize_into(bytes, value)
        .map_err(|_| CodecError::Record)
}

/// Reads what [`append`] added from the beginning of some bytes.
#[cfg(test)]
pub(super) fn take<T: DeserializeOwned>(bytes: &mut &[u8]) -> T {
    let options = bincode::DefaultOptions::new()
        .with_big_endian()
        .with_varint_encoding();
    options.deserialize_from(bytes).unwrap()
}

/// The record of a payload.
pub(crate) fn unpack<T: Record>(payload: &[u8]) -> Result<T, CodecError> {
    let record = T::decode(payload)?;
    record.check().map_err(|_| CodecError::Record)?;
    Ok(record)
}

/// The number of bytes that something takes in a record.
pub(crate) fn packed_len<T: Serialize>(value: &T) -> Result<usize, CodecError> {
    let length = bincode::DefaultOptions::new()
        .with_big_endian()
        .serialized_size(value)
        .map_err(|_| CodecError::Record)?;
    usize::try_from(length).map_err(|_| CodecError::Record)
}

/// A company without its identities and splits, which grow and are stored apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct CompanyRecord {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) calendar: FiscalCalendar,
    /// Whether there is a value of its recent rows.
    pub(crate) recent: bool,
}

/// As versions 1 to 5 wrote it. No record is both: the other one has a byte more.
#[derive(Deserialize)]
struct WithoutRecent {
    id: Id,
    name: String,
    calendar: FiscalCalendar,
}

impl CompanyRecord {
    pub(crate) fn of(company: &Company, recent: bool) -> Self {
        Self {
            id: company.id.clone(),
            name: company.name.clone(),
            calendar: company.calendar.clone(),
            recent,
        }
    }

    /// The company, as yet without identities and splits.
    pub(crate) fn into_company(self) -> Company {
        Company {
            id: self.id,
            name: self.name,
            calendar: self.calendar,
            identities: Vec::new(),
            splits: Vec::new(),
        }
    }
}

impl Record for CompanyRecord {
    fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        if let Ok(record) = options().deserialize(payload) {
            return Ok(record);
        }
        let older = options().deserialize(payload);
        let WithoutRecent { id, name, calendar } = older.map_err(|_| CodecError::Record)?;
        Ok(Self {
            id,
            name,
            calendar,
            recent: false,
        })
    }

    fn check(&self) -> Result<(), CodecError> {
        check_length("the name of a company", &self.name, NAME_LIMIT)
    }
}

impl Record for Metric {
    fn check(&self) -> Result<(), CodecError> {
        let words = [Some(&self.positive), self.negative.as_ref()];
        words
            .into_iter()
            .flatten()
            .try_for_each(|word| check_length("what a metric's sign means", word, WORD_LIMIT))
    }
}

/// What besides company, metric and dates makes a fact: interned, as few of them are in use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Variant {
    pub(crate) scenario: Scenario,
    pub(crate) scope: Scope,
    pub(crate) unit: Unit,
}

impl Record for Variant {
    fn check(&self) -> Result<(), CodecError> {
        Ok(())
    }
}

/// That a company has a series: of versions 1 to 4, which had one record for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct EntryRecord {
    /// The commit that created it.
    pub(crate) created: u64,
}

impl Record for EntryRecord {
    fn check(&self) -> Result<(), CodecError> {
        Ok(())
    }
}

/// The series of a company that one commit created, by metric and variant: their numbers, in order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct CatalogRecord(pub(crate) Vec<(u32, u32)>);

impl Record for CatalogRecord {
    fn check(&self) -> Result<(), CodecError> {
        if self.0.is_sorted_by(|a, b| a < b) {
            Ok(())
        } else {
            Err(CodecError::Record)
        }
    }
}

/// A document, and how much of it there is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct DocumentRecord {
    pub(crate) document: Document,
    /// SHA-256 of what was taken in.
    pub(crate) digest: [u8; 32],
    /// The commit that recorded it.
    pub(crate) commit: u64,
    pub(crate) cells: u32,
    pub(crate) facts: u32,
    pub(crate) checks: u32,
}

impl Record for DocumentRecord {
    fn check(&self) -> Result<(), CodecError> {
        let document = &self.document;
        check_length("the title of a document", &document.title, TITLE_LIMIT)?;
        check_length("the issuer of a document", &document.issuer, NAME_LIMIT)?;
        let reports = document.reports.as_deref().unwrap_or_default();
        check_length("the period a document reports on", reports, WORD_LIMIT)?;
        check_date(document.published).map_err(|_| CodecError::Record)?;
        Ok(())
    }
}

/// The number of the document with an id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct DocumentNumber(pub(crate) u32);

impl Record for DocumentNumber {
    fn check(&self) -> Result<(), CodecError> {
        Ok(())
    }
}

/// How much there is of everything after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) companies: u32,
    pub(crate) metrics: u32,
    pub(crate) variants: u32,
    pub(crate) documents: u32,
    pub(crate) series: u64,
    /// Observations.
    pub(crate) rows: u64,
}

/// A commit. The hash of its payload is the chain hash that the next one names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct CommitRecord {
    /// The chain hash of the commit before; of the first, numbered 0, zeros.
    pub(crate) previous: [u8; 32],
    pub(crate) sequence: u64,
    /// Seconds since 1970-01-01 UTC; never less than that of the commit before.
    pub(crate) recorded: i64,
    /// The number of documents it brought.
    pub(crate) documents: u32,
    /// The number of observations it brought.
    pub(crate) rows: u64,
    /// SHA-256 of the digests of its documents; of commit 0 the id of the database, and zeros.
    pub(crate) digest: [u8; 32],
    pub(crate) totals: Totals,
    /// How many additions there are to all companies after it; versions 1 to 5 did not say.
    #[serde(serialize_with = "number_if_any", deserialize_with = "some_number")]
    pub(crate) additions: Option<u64>,
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn number_if_any<S: Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.serialize_u64(*number),
        None => serializer.serialize_unit(),
    }
}

fn some_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}

impl Record for CommitRecord {
    fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        if let Ok(record) = options().deserialize(payload) {
            return Ok(record);
        }
        // Of versions 1 to 5, with a number that it does not have. No record is both: that one is shorter.
        let longer = [payload, &[0]].concat();
        let older: Self = options()
            .deserialize(&longer)
            .map_err(|_| CodecError::Record)?;
        Ok(Self {
            additions: None,
            ..older
        })
    }

    fn check(&self) -> Result<(), CodecError> {
        Ok(())
    }
}

/// The chain hash of a commit record's payload, which begins with that of the commit before.
pub(crate) fn chain(payload: &[u8]) -> [u8; 32] {
    Sha256::digest(payload).into()
}

/// SHA-256 of several digests, one after the other.
pub(crate) fn digest_of<'a>(digests: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for digest in digests {
        hasher.update(digest);
    }
    hasher.finalize().into()
}

/// Series that a commit of several batches is about to write.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct IntentRecord {
    pub(crate) sequence: u64,
    /// The number of intent records of this commit.
    pub(crate) chunks: u32,
    /// Metric, variant and company.
    series: Vec<(u32, u32, u32)>,
}

impl IntentRecord {
    pub(crate) fn new(sequence: u64, chunks: u32, series: &[SeriesId]) -> Self {
        let series = series
            .iter()
            .map(|s| (s.metric, s.variant, s.company))
            .collect();
        Self {
            sequence,
            chunks,
            series,
        }
    }

    pub(crate) fn series(&self) -> impl Iterator<Item = SeriesId> {
        self.series
            .iter()
            .map(|&(metric, variant, company)| SeriesId {
                metric,
                variant,
                company,
            })
    }
}

impl Record for IntentRecord {
    fn check(&self) -> Result<(), CodecError> {
        if self.series.len() <= INTENT_SERIES {
            Ok(())
        } else {
            Err(CodecError::Record)
        }
    }
}

/// Splits items into runs that fit into one record each.
pub(crate) fn split_by_size<T: Serialize + Clone>(
    what: &'static str,
    items: &[T],
) -> Result<Vec<Vec<T>>, CodecError> {
    // What the count of a record's items takes at most.
    let limit = envelope::PAYLOAD_LIMIT - 5;
    let mut runs: Vec<Vec<T>> = Vec::new();
    let mut run = Vec::new();
    let mut length = 0;
    for item in items {
        let size = packed_len(item)?;
        if size > limit {
            return Err(CodecError::TooLong {
                what,
                length: size,
                limit,
            });
        }
        if length + size > limit {
            runs.push(std::mem::take(&mut run));
            length = 0;
        }
        length += size;
        run.push(item.clone());
    }
    if !run.is_empty() {
        runs.push(run);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests;
