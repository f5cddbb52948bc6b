//! A release folder, read and mapped: every printed figure with its disposition.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::{
    CELL_TEXT_LIMIT, Cell, Claim, Company, Document, FactKey, Figure, Metric, NAME_LIMIT, Rank,
    TITLE_LIMIT, WORD_LIMIT,
};

use super::company::read_company;
use super::contradiction::{Stated, contradiction};
use super::error::{IngestError, IngestReason, Place};
use super::file::{parse_toml, read_text};
use super::manifest::{AnyManifest, FORMAT, Manifest};
use super::place::Subject;
use super::prose::read_prose;
use super::tables::read_table;
use super::words::{check_said, check_visible, check_words};

/// The most figures of a release.
const FIGURE_LIMIT: usize = 1 << 18;

/// A release read from its folder: its document, its company, and every printed figure, placed.
///
/// Reading is all or nothing: a release that can be read has no figure that was guessed or left out. The
/// format is taught in `data/README.md`.
///
/// ```
/// use kessan::Release;
/// let release = Release::read("data/iij/2003-08-13-1q03-results")?;
/// assert_eq!(release.document().title, "IIJ Announces First Quarter 2003 Results");
/// # Ok::<(), kessan::IngestError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Release {
    company: Company,
    metrics: Vec<Metric>,
    document: Document,
    figures: Vec<ReleaseFigure>,
}

/// A printed figure and what it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReleaseFigure {
    /// Where it is printed.
    pub cell: Cell,
    /// In a statement, a table or running text.
    pub rank: Rank,
    /// What it is.
    pub role: Role,
}

/// What a printed figure is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A figure of a series.
    Fact {
        /// The fact it is about.
        fact: FactKey,
        /// The figure in base units, positive as the metric means it.
        figure: Figure,
        /// When it was published: the document's date, or an earlier one it gives evidence for.
        published: NaiveDate,
    },
    /// A figure that others determine; it enters no series.
    Check {
        /// What it claims.
        claim: Claim,
        /// The figure: percentages in per cent, others in base units.
        figure: Figure,
    },
    /// A figure whose meaning the document does not give, with the reason.
    Unplaced(String),
}

impl Release {
    /// Reads a release folder.
    ///
    /// # Errors
    /// [`IngestError`] with the place of the first thing that is wrong.
    pub fn read(folder: impl AsRef<Path>) -> Result<Release, IngestError> {
        let folder = folder.as_ref();
        let mut place = Place {
            document: folder.display().to_string(),
            ..Place::default()
        };
        let manifest = read_manifest(folder, &place)?;
        let (company, metrics) = read_company(folder)?;
        place.document = manifest.document.id.to_string();
        check_words(&manifest, &place)?;
        let entry = manifest.document;
        let subject = Subject {
            company,
            metrics,
            published: entry.published,
        };
        if let Some(reports) = &entry.reports {
            let fiscal = subject.company.calendar.parse(reports);
            fiscal.map_err(|error| IngestReason::from(error).at(&place))?;
        }
        let names = manifest.table.iter().map(|table| &table.id);
        declared_once(
            names.chain(manifest.prose.iter().map(|prose| &prose.id)),
            &place,
        )?;

        let defaults = (entry.rounding, entry.nil);
        let mut figures = Vec::new();
        for table in &manifest.table {
            figures.extend(read_table(folder, &subject, table, defaults, &place)?);
            check_count(figures.len()).map_err(|reason| reason.at(&place))?;
        }
        for prose in &manifest.prose {
            figures.extend(read_prose(&subject, prose, defaults, &place)?);
            check_count(figures.len()).map_err(|reason| reason.at(&place))?;
        }
        let document = Document {
            id: entry.id,
            title: entry.title,
            issuer: entry.issuer,
            kind: entry.kind,
            published: entry.published,
            utc_offset: entry.utc_offset,
            reports: entry.reports,
        };
        check_lengths(&subject, &document, &figures, &place)?;
        Ok(Release {
            company: subject.company,
            metrics: subject.metrics.into_values().collect(),
            document,
            figures,
        })
    }

    /// Passes a release in which no two cells contradict each other beyond rounding. Without this, they are
    /// taken in as *conflicting*.
    ///
    /// # Errors
    /// [`IngestReason::Contradiction`] with both cells.
    pub fn strict(self) -> Result<Release, IngestError> {
        let facts = self
            .figures
            .iter()
            .filter_map(|printed| match &printed.role {
                Role::Fact {
                    fact,
                    figure,
                    published,
                } => Some(Stated {
                    about: (fact, published),
                    figure,
                    place: (&printed.cell, fact),
                }),
                _ => None,
            });
        let Some(((one, fact), (other, _))) = contradiction(facts.collect()) else {
            return Ok(self);
        };
        let place = Place {
            document: self.document.id.to_string(),
            table: Some(other.address.clone()),
            row: Some(other.row.clone()).filter(|row| !row.is_empty()),
            column: Some(other.column.clone()).filter(|column| !column.is_empty()),
            text: Some(other.text.clone()),
            line: None,
        };
        Err(IngestReason::Contradiction {
            other: one.address.clone(),
            text: one.text.clone(),
            fact: fact.to_string(),
        }
        .at(&place))
    }

    /// The company the figures are about.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// The metrics defined beside the release.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Every printed figure, tables first, in printed order.
    #[must_use]
    pub fn figures(&self) -> &[ReleaseFigure] {
        &self.figures
    }
}

/// The manifest, where it is of the known format.
fn read_manifest(folder: &Path, place: &Place) -> Result<Manifest, IngestError> {
    let path = folder.join("manifest.toml");
    let text = read_text(&path, place)?;
    let AnyManifest { format } = parse_toml(&path, &text, place)?;
    if format == FORMAT {
        return parse_toml(&path, &text, place);
    }
    let unknown = IngestReason::ManifestFormat {
        found: format,
        expected: FORMAT,
    };
    Err(unknown.at(place))
}

/// Passes no more figures than a release may have: its tables may all be one file.
fn check_count(figures: usize) -> Result<(), IngestReason> {
    if figures > FIGURE_LIMIT {
        let (what, limit) = ("figures in the release", FIGURE_LIMIT);
        return Err(IngestReason::TooMany { what, limit });
    }
    Ok(())
}

/// Every text is short enough to be kept.
fn check_lengths(
    subject: &Subject,
    document: &Document,
    figures: &[ReleaseFigure],
    place: &Place,
) -> Result<(), IngestError> {
    let check = |what, text: &str, limit, place: &Place| {
        let length = text.len();
        if length <= limit {
            Ok(())
        } else {
            let too_long = IngestReason::TooLong {
                what,
                length,
                limit,
            };
            Err(too_long.at(place))
        }
    };
    check("the title", &document.title, TITLE_LIMIT, place)?;
    check("the issuer", &document.issuer, NAME_LIMIT, place)?;
    check(
        "the company's name",
        &subject.company.name,
        NAME_LIMIT,
        place,
    )?;
    if let Some(reports) = &document.reports {
        check("the period reported on", reports, WORD_LIMIT, place)?;
    }
    check_said("the company's name", &subject.company.name).map_err(|reason| reason.at(place))?;
    for metric in subject.metrics.values() {
        for word in std::iter::once(&metric.positive).chain(&metric.negative) {
            check("what a metric's sign means", word, WORD_LIMIT, place)?;
            check_visible("what a metric's sign means", word).map_err(|reason| reason.at(place))?;
        }
    }
    for ReleaseFigure { cell, .. } in figures {
        let at = Place {
            table: Some(cell.address.chars().take(80).collect()),
            ..place.clone()
        };
        check("an address", &cell.address, CELL_TEXT_LIMIT, &at)?;
        check("a place", &cell.place, CELL_TEXT_LIMIT, &at)?;
        check("a row label", &cell.row, CELL_TEXT_LIMIT, &at)?;
        check("a column heading", &cell.column, CELL_TEXT_LIMIT, &at)?;
        check("a printed text", &cell.text, CELL_TEXT_LIMIT, &at)?;
    }
    Ok(())
}

fn declared_once<'a>(
    names: impl Iterator<Item = &'a String>,
    place: &Place,
) -> Result<(), IngestError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(IngestReason::DeclaredTwice {
                what: "table or sentence",
                name: name.clone(),
            }
            .at(place));
        }
    }
    Ok(())
}
