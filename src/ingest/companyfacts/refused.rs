//! Facts that a file states and that cannot be kept, each with its place and reason.

use std::fmt;

use chrono::NaiveDate;

use crate::model::{ModelError, Period};

use super::super::error::Readable;

/// A fact of a company facts file that was refused.
///
/// Printed as `/facts/us-gaap/Assets/units/USD/12, text "{...}": the key "val" is missing`, on one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedFact {
    /// Its place in the file, as a JSON pointer: `/facts/us-gaap/Assets/units/USD/12`.
    pub place: String,
    /// What stands there, up to its first 500 bytes.
    pub text: String,
    /// Why it was refused.
    pub fault: FactFault,
}

impl fmt::Display for RefusedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, text, fault } = self;
        write!(f, "{}, text {text:?}: {fault}", Readable(place))
    }
}

/// What is wrong with one fact of a company facts file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactFault {
    /// Something else stands where a fact must.
    #[error("it is no object")]
    NotAnObject,
    /// A key that facts do not have, or their file or tag. It may say that the fact is of a part of the company, or hold
    /// facts, so it is not passed over.
    #[error("the key {key:?} is not known")]
    UnknownKey {
        /// The key.
        key: String,
    },
    /// A key that stands twice.
    #[error("the key {key:?} stands twice")]
    RepeatedKey {
        /// The key.
        key: &'static str,
    },
    /// A key that every fact has.
    #[error("the key {key:?} is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value of another type than its key's.
    #[error("{key:?} is not {expected}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A number beyond exact arithmetic.
    #[error("the number {text} is beyond 28 digits")]
    TooManyDigits {
        /// The number, as written, up to its first 100 bytes.
        text: String,
    },
    /// A date that is none, or dates that are no period.
    #[error("{0}")]
    Dates(ModelError),
    /// A period that had not ended when the filing was made: a plan, or a wrong date.
    #[error("{period} ends after it was filed on {filed}")]
    NotYetEnded {
        /// The period.
        period: Period,
        /// The day of the filing.
        filed: NaiveDate,
    },
    /// Not the number of a filing.
    #[error("{text:?} is not an accession number such as 0001193125-09-214859")]
    Accession {
        /// What is given.
        text: String,
    },
    /// The form or the day is another than that of the filing's first fact in the file.
    #[error("an earlier fact says that {accession} is a {form} filed on {filed}")]
    OtherFiling {
        /// The number of the filing.
        accession: String,
        /// The form that was given first.
        form: String,
        /// The day that was given first.
        filed: NaiveDate,
    },
    /// A taxonomy and tag that no metric can be named after.
    #[error("{0}")]
    Concept(ModelError),
    /// A unit that cannot be kept.
    #[error("{0}")]
    Unit(ModelError),
    /// The code of a currency in other letters than its own.
    #[error("the unit {text:?} is neither the currency nor a thing that is counted")]
    CurrencyCase {
        /// The unit.
        text: String,
    },
}

/// The beginning of a text, at most so many bytes.
pub(super) fn clipped(text: &str, limit: usize) -> String {
    let end = (0..=limit.min(text.len())).rev();
    let end = end.into_iter().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}

/// A part of a JSON pointer (RFC 6901).
pub(super) fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}
