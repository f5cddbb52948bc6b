//! SEC's company facts: one JSON file a company, with every fact of its filings.

mod fact;
mod number;
mod read;
mod refused;
mod splits;
mod utf8;
mod year_ends;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::{
    Amount, CalendarEvidence, Company, Concept, DocumentKind, Evidence, Figure, Id, LabelStyle,
    Metric, ModelError, NameEvidence, Period, Unit,
};

use super::contradiction::{Stated, contradiction};
use super::error::{IngestError, IngestReason, Place};
use super::file::read_unchanged;
use read::{Contents, Row, at};
pub use refused::{FactFault, RefusedFact};
pub use splits::SplitNote;
pub use year_ends::CalendarNote;
use year_ends::{Report, ReportKind, infer};

/// A company facts file of the SEC (`CIK0000320193.json`): what a company's filings said, fact by fact.
///
/// The file is read as a stream. A fact that cannot be kept is [refused](Self::refused), with its place and the
/// reason; the others are taken in without it, or none of them is, as the caller chooses ([`Self::strict`]).
/// Each filing becomes a document, its id the company's number and its own. A filing that is known with other content (a
/// fact was corrected, or added) is refused by [`Database::load`](crate::Database::load), the others being taken in, or
/// none of them is, by the same choice.
///
/// - A fact's period is its dates. `fy` and `fp` say what the *filing* is about; they are kept in the cell.
/// - Its metric is that of its [`Concept`]. Its precision is unknown: the file does not tell `decimals`.
/// - `frame` marks are SEC's choice among the facts of *one* file: they move when a later filing repeats a fact.
///   They can be [read](CompanyFact::frame), but are no part of a document, so that a newer file brings the
///   documents that are known unchanged. So are `label`, `description` and the fact's place in the file; the
///   issuer is the company's number, not its name, for the same reason.
/// - The fiscal calendar is inferred from the years of the annual reports; [`Self::calendar_notes`] says what
///   is uncertain about it. Years are named by the calendar year in which they end: the file does not tell how
///   the company names them.
/// - Share splits are those of which filings tell the ratio and by which figures were restated; or, where none is told, those
///   by whose simple ratio one filing restated figures per share, with nothing that speaks against it: all this in any
///   taxonomy, but ratios are told in us-gaap alone. [`Self::split_notes`] says where that is unclear. The file does not tell
///   the day reliably (an announcement, the end of a month): a split is dated by the told day between the last filing on
///   the old basis and the first on the new one; a note says where there is none. A newer file may date it
///   better: what was inferred from more filings [replaces](crate::SplitEvidence) what was inferred from fewer.
///
/// ```
/// use kessan::{CompanyFacts, Database};
/// let json = r#"{"cik": 123, "entityName": "Minato Foods Inc.", "facts": {"us-gaap": {"Revenues": {"units": {"USD": [
///     {"start": "2023-01-01", "end": "2023-12-31", "val": 1250000000, "accn": "0000000123-24-000001", "fy": 2023,
///      "fp": "FY", "form": "10-K", "filed": "2024-02-20"},
///     {"start": "2024-01-01", "end": "2024-12-31", "val": "1.3 billion", "accn": "0000000123-25-000001",
///      "fy": 2024, "fp": "FY", "form": "10-K", "filed": "2025-02-20"}
/// ]}}}}}"#;
/// let facts = CompanyFacts::from_reader(json.as_bytes(), "CIK0000000123.json")?; // or CompanyFacts::read(path)
/// assert_eq!(facts.len(), 1);
/// assert_eq!(facts.refused()[0].place, "/facts/us-gaap/Revenues/units/USD/1");
///
/// let db = Database::temporary()?;
/// db.ingest(facts)?; // without what was refused; facts.strict()? would be an error
/// let revenue = db.series("CIK0000000123", "us_gaap.revenues.flow")?.at("FY2023")?.unwrap();
/// assert_eq!(revenue.to_string(), "FY2023  1,250,000,000 USD");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CompanyFacts {
    file: String,
    contents: Contents,
    company: Company,
    notes: Vec<CalendarNote>,
    split_notes: Vec<SplitNote>,
    /// The ids of the documents that the filings become.
    documents: Vec<Id>,
    evidence: Evidence,
    strict: bool,
}

/// One fact, as its file tells it.
#[derive(Clone, PartialEq, Debug)]
pub struct CompanyFact<'a> {
    /// The taxonomy and tag.
    pub concept: &'a Concept,
    /// The unit.
    pub unit: &'a Unit,
    /// The metric it is a figure of.
    pub metric: &'a Metric,
    /// The dates.
    pub period: Period,
    /// The value.
    pub value: Decimal,
    /// The value as written.
    pub text: &'a str,
    /// The id of the document that the filing becomes: `CIK0000320193/0001193125-09-214859`.
    pub document: &'a Id,
    /// The number of the filing: `0001193125-09-214859`.
    pub accession: &'a str,
    /// The form of the filing: `10-K`.
    pub form: &'a str,
    /// When it was filed.
    pub filed: NaiveDate,
    /// The fiscal year that the filing is about, by what it says of itself.
    pub fiscal_year: Option<&'a str>,
    /// The part of it: `FY`, `Q1`.
    pub fiscal_period: Option<&'a str>,
    /// SEC's mark on the fact that stands for its period.
    pub frame: Option<&'a str>,
}

impl CompanyFacts {
    /// Reads a file.
    ///
    /// # Errors
    /// [`IngestError`] where it cannot be read, changed meanwhile, is not UTF-8, is cut off or no JSON, has a key
    /// twice, or is not of the shape of company facts; or where more than 100,000 of its facts would be refused. What is
    /// wrong with a single fact is no error.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        read_unchanged(path.as_ref(), |file, name| Self::from_reader(file, name))
    }

    /// Reads a file from wherever it stands; `name` names it in errors.
    ///
    /// # Errors
    /// As of [`Self::read`].
    pub fn from_reader(reader: impl Read, name: &str) -> Result<Self, IngestError> {
        let contents = read::read(reader, name)?;
        let place = Place {
            document: name.to_owned(),
            ..Place::default()
        };
        let at_file = |error: ModelError| IngestReason::from(error).at(&place);
        let number = format!("CIK{}", contents.cik);
        let documents = contents
            .filings
            .iter()
            .map(|filing| format!("{number}/{}", filing.accession).parse())
            .collect::<Result<_, _>>()
            .map_err(at_file)?;
        let years = infer(&reports(&contents), LabelStyle::FiscalYearQuarter).map_err(at_file)?;
        let filed = contents.filings.iter().map(|filing| filing.filed);
        let last = filed.max();
        let told = last.filter(|_| years.ends > 0);
        let splits = splits::infer(&contents).map_err(at_file)?;
        let evidence = Evidence {
            name: last
                .filter(|_| contents.entity.is_some())
                .map_or(NameEvidence::Assumed, |last| NameEvidence::Inferred {
                    last,
                }),
            calendar: match told {
                Some(last) => CalendarEvidence::Inferred {
                    year_ends: u32::try_from(years.ends).unwrap_or(u32::MAX),
                    last,
                },
                None => CalendarEvidence::Assumed,
            },
            splits: splits.evidence,
        };
        let company = Company {
            id: number.parse().map_err(at_file)?,
            name: contents.entity.clone().unwrap_or(number),
            calendar: years.calendar,
            identities: Vec::new(),
            splits: splits.found,
        };
        Ok(Self {
            file: name.to_owned(),
            contents,
            company,
            notes: years.notes,
            split_notes: splits.notes,
            documents,
            evidence,
            strict: false,
        })
    }

    /// Passes a file of which no fact was refused, and no two of one filing contradict each other. A
    /// [load](crate::Database::load) takes all of it in, or nothing where one of its filings is known with other content.
    ///
    /// # Errors
    /// [`IngestReason::Fact`] at the place of the first fact that was; [`IngestReason::Contradiction`] with both values.
    pub fn strict(self) -> Result<Self, IngestError> {
        match self.fault() {
            None => Ok(Self {
                strict: true,
                ..self
            }),
            Some(fault) => Err(fault),
        }
    }

    /// Why it is not strict; `None` if it is.
    pub(crate) fn fault(&self) -> Option<IngestError> {
        if let Some(first) = self.contents.refused.first() {
            let place = Place {
                document: self.file.clone(),
                table: Some(first.place.clone()),
                text: Some(first.text.clone()),
                ..Place::default()
            };
            let fault = first.fault.clone();
            let refused = self.contents.refused.len();
            return Some(IngestReason::Fact { fault, refused }.at(&place));
        }
        let rows = &self.contents.rows;
        let figures: Vec<Figure> = rows.iter().map(|row| figure(row.value)).collect();
        let stated = rows.iter().zip(&figures).map(|(row, figure)| Stated {
            about: (row.filing, row.metric, row.unit, row.period),
            figure,
            place: row,
        });
        let (one, other) = contradiction(stated.collect())?;
        let (one, other) = (self.fact(one)?, self.fact(other)?);
        let place = Place {
            document: self.file.clone(),
            row: Some(other.concept.to_string()),
            column: Some(format!("{}, {}", other.unit, other.period)),
            text: Some(other.text.to_owned()),
            ..Place::default()
        };
        let reason = IngestReason::Contradiction {
            other: format!("another fact of {}", one.accession),
            text: one.text.to_owned(),
            fact: format!("{} {}", one.metric.path, one.period),
        };
        Some(reason.at(&place))
    }

    /// The same facts as those of another definition of the company: with an id of one's own, with a calendar that
    /// is known better than it can be inferred, or with another name. Its name, calendar and splits are declared then, and stand
    /// over what is inferred from other files.
    #[must_use]
    pub fn with_company(self, company: Company) -> Self {
        Self {
            company,
            notes: Vec::new(),
            evidence: Evidence::default(),
            split_notes: Vec::new(),
            ..self
        }
    }

    /// The company: its id is `CIK` and ten digits.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// SEC's number of the company, in ten digits.
    #[must_use]
    pub fn cik(&self) -> &str {
        &self.contents.cik
    }

    /// On what the company's name, calendar and splits rest.
    pub(crate) fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Whether the file is to be taken in [whole](Self::strict) or not at all.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many bytes the file has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.contents.bytes
    }

    /// What is uncertain about the fiscal calendar; empty where one was [given](Self::with_company).
    #[must_use]
    pub fn calendar_notes(&self) -> &[CalendarNote] {
        &self.notes
    }

    /// What is uncertain about the share splits; empty where a company was [given](Self::with_company).
    #[must_use]
    pub fn split_notes(&self) -> &[SplitNote] {
        &self.split_notes
    }

    /// The metrics of its facts.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.contents.metrics
    }

    /// How many facts were read and not refused.
    #[must_use]
    pub fn len(&self) -> usize {
        self.contents.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contents.rows.is_empty()
    }

    /// The facts, in the order of the file.
    pub fn facts(&self) -> impl Iterator<Item = CompanyFact<'_>> {
        self.contents.rows.iter().filter_map(|row| self.fact(row))
    }

    fn fact(&self, row: &Row) -> Option<CompanyFact<'_>> {
        let contents = &self.contents;
        let filing = at(&contents.filings, row.filing)?;
        let focus = contents.focuses.get(row.focus)?;
        Some(CompanyFact {
            concept: at(&contents.concepts, row.concept)?,
            unit: contents.units.get(row.unit)?,
            metric: at(&contents.metrics, row.metric)?,
            period: row.period,
            value: row.value,
            text: contents.texts.get(row.text)?,
            document: at(&self.documents, row.filing)?,
            accession: &filing.accession,
            form: &filing.form,
            filed: filing.filed,
            fiscal_year: focus.year.as_deref(),
            fiscal_period: focus.period.as_deref(),
            frame: match row.frame {
                Some(frame) => Some(contents.texts.get(frame)?),
                None => None,
            },
        })
    }

    /// Every fact that was refused, in the order of the file.
    #[must_use]
    pub fn refused(&self) -> &[RefusedFact] {
        &self.contents.refused
    }
}

/// The durations of each filing.
fn reports(contents: &Contents) -> Vec<Report> {
    let mut reports: Vec<Report> = contents
        .filings
        .iter()
        .map(|filing| Report {
            kind: ReportKind::of(&filing.form),
            durations: BTreeMap::new(),
        })
        .collect();
    for row in &contents.rows {
        let report = usize::try_from(row.filing)
            .ok()
            .and_then(|number| reports.get_mut(number));
        if let (Some(report), Some(start)) = (report, row.period.start()) {
            *report
                .durations
                .entry((start, row.period.end()))
                .or_insert(0) += 1;
        }
    }
    reports
}

/// A value as a figure: the precision of company facts is not told.
fn figure(value: Decimal) -> Figure {
    Figure::Amount(Amount::of_unknown_precision(value))
}

impl CompanyFact<'_> {
    /// The figure.
    pub(crate) fn figure(&self) -> Figure {
        figure(self.value)
    }

    /// What sort of document its filing is, by its form, amended or not.
    #[must_use]
    pub fn document_kind(&self) -> DocumentKind {
        kind_of(self.form)
    }
}

/// What sort of document a filing is, by its form.
pub(super) fn kind_of(form: &str) -> DocumentKind {
    let is_one_of = |forms: &[&str]| forms.iter().any(|known| form.starts_with(known));
    if is_one_of(&["10-K", "20-F", "40-F"]) {
        DocumentKind::AnnualReport
    } else if is_one_of(&["10-Q"]) {
        DocumentKind::QuarterlyReport
    } else if is_one_of(&["DEF", "PRE"]) && form.contains("14A") {
        DocumentKind::Proxy
    } else {
        DocumentKind::Other
    }
}
