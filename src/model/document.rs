//! Documents and cells: where a figure came from.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::ModelError;

/// A short identifier of a company or document: letters, digits, `-`, `_`, `.` and `/`, at most 128 bytes.
///
/// ```
/// use kessan::Id;
/// assert!("iij-2003-08-13-1q03-results".parse::<Id>().is_ok());
/// assert!("../secrets".parse::<Id>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(Arc<str>);

impl Id {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let fits = (1..=128).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text.contains("..")
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(ModelError::Id { text: text.into() })
        }
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.as_str().to_owned()
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What sort of document it is. Periodic reports and others can be told apart when versions compete.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// An earnings release.
    Results,
    /// A presentation of results.
    Presentation,
    /// An annual report (10-K, 20-F, 有価証券報告書).
    AnnualReport,
    /// A quarterly or half-year report (10-Q).
    QuarterlyReport,
    /// A notice of one event: an issue of shares, a revision of targets.
    Notice,
    /// A proxy statement; its figures are often repeated at another scale.
    Proxy,
    /// Anything else.
    Other,
}

impl DocumentKind {
    /// Whether it reports on a fiscal period as a matter of course.
    #[must_use]
    pub fn is_periodic(self) -> bool {
        matches!(
            self,
            Self::Results | Self::Presentation | Self::AnnualReport | Self::QuarterlyReport
        )
    }
}

/// What was published: one release, one filing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// Its identity; the same id again is the same document.
    pub id: Id,
    /// Its title.
    pub title: String,
    /// Who published it; not always the company its facts are about.
    pub issuer: String,
    /// What sort of document it is.
    pub kind: DocumentKind,
    /// The day it was published.
    pub published: NaiveDate,
    /// The zone in which that day holds, where known, such as `+09:00`.
    pub utc_offset: Option<UtcOffset>,
    /// The fiscal period it reports on, as it labels it.
    pub reports: Option<String>,
}

/// An offset from UTC, written `+09:00`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UtcOffset(FixedOffset);

impl FromStr for UtcOffset {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        text.parse()
            .map(UtcOffset)
            .map_err(|_| ModelError::UtcOffset { text: text.into() })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl TryFrom<String> for UtcOffset {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<UtcOffset> for String {
    fn from(offset: UtcOffset) -> String {
        offset.to_string()
    }
}

/// Which part of a document outranks which, where they contradict each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Running text.
    Prose,
    /// A table in the text.
    Table,
    /// A financial statement.
    Statement,
}

/// A printed figure, as it stands in its document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cell {
    /// Its address in the release folder: `t1!R3C2` (line and cell of a table file) or `p1!2` (figure of a
    /// sentence).
    pub address: String,
    /// The page, table or section.
    pub place: String,
    /// The row label, as printed.
    pub row: String,
    /// The column heading, as printed.
    pub column: String,
    /// The printed text.
    pub text: String,
    /// The printed scale as a power of ten: 6 for millions.
    pub scale: u32,
    /// Why its figure is neither a fact nor a check, where the document does not give its meaning.
    pub unplaced: Option<String>,
}
