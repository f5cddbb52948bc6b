//! A filing of a data set: what is taken in at once.

use std::collections::BTreeMap;

use crate::model::{
    Amount, Cell, Company, Document, Evidence, Figure, Metric, MetricPath, ModelError, Nil, Rank,
    Reported, Scenario, SeriesKey,
};

use super::super::companyfacts::{CalendarNote, kind_of};
use super::super::contradiction::{Stated, contradiction};
use super::super::error::{IngestError, IngestReason, Place};
use super::super::filing::Filing;
use super::NUM;
use super::fact::Fact;
use super::submission::{OfCompany, Submission};

/// A filing of a [`DataSet`](crate::DataSet): its facts, and the rows that were refused. Two are equal that say the same, on
/// whatever lines.
#[derive(Clone, Debug)]
pub struct DataSetFiling {
    company: Company,
    notes: Vec<CalendarNote>,
    evidence: Evidence,
    metrics: Vec<Metric>,
    filing: Filing,
    refused: Vec<IngestError>,
    bytes: u64,
    /// The name of the data set.
    archive: String,
    /// The line of each cell, in `num.txt`.
    lines: Vec<u64>,
}

/// What was read of a filing in `num.txt`.
pub(super) struct OfFiling<'a> {
    /// The name of the data set.
    pub(super) archive: &'a str,
    /// With their lines.
    pub(super) facts: Vec<(u64, Fact)>,
    pub(super) refused: Vec<IngestError>,
    pub(super) bytes: u64,
}

impl PartialEq for DataSetFiling {
    fn eq(&self, other: &Self) -> bool {
        self.company == other.company
            && self.evidence == other.evidence
            && self.bytes == other.bytes
            && self.notes == other.notes
            && self.metrics == other.metrics
            && self.filing == other.filing
            && self.refused == other.refused
    }
}

impl DataSetFiling {
    pub(super) fn new(
        of: &Submission,
        of_company: OfCompany,
        read: OfFiling<'_>,
    ) -> Result<Self, ModelError> {
        let OfFiling {
            archive,
            mut facts,
            refused,
            bytes,
        } = read;
        let OfCompany {
            company,
            notes,
            evidence,
        } = of_company;
        // By what they say and not by where the file has them, so that a document is always the same.
        facts.sort_by(|(_, a), (_, b)| {
            (&a.concept, &a.unit, &a.period, &a.scope)
                .cmp(&(&b.concept, &b.unit, &b.period, &b.scope))
                .then_with(|| (&a.row, &a.column, &a.text).cmp(&(&b.row, &b.column, &b.text)))
        });
        let mut metrics: BTreeMap<MetricPath, Metric> = BTreeMap::new();
        let mut filing = Filing {
            document: Document {
                id: format!("CIK{}/{}/fsds", of.cik, of.accession).parse()?,
                title: format!(
                    "{} {}, in a financial statement data set",
                    of.form, of.accession
                ),
                issuer: format!("CIK{}", of.cik),
                kind: kind_of(&of.form),
                published: of.filed,
                utc_offset: None,
                reports: None,
            },
            cells: Vec::with_capacity(facts.len()),
            facts: Vec::with_capacity(facts.len()),
            checks: Vec::new(),
        };
        let mut lines = Vec::with_capacity(facts.len());
        for (cell, (line, fact)) in (0_u32..).zip(facts) {
            lines.push(line);
            filing.cells.push(Cell {
                address: format!("f{}", u64::from(cell) + 1),
                place: format!("{}, fy {}, fp {}", of.form, of.year, of.period),
                row: fact.row,
                column: fact.column,
                text: fact.text,
                scale: 0,
                unplaced: None,
            });
            filing.facts.push(Reported {
                series: SeriesKey {
                    company: company.id.clone(),
                    metric: fact.metric.path.clone(),
                    scenario: Scenario::Actual,
                    scope: fact.scope,
                    unit: fact.unit,
                },
                period: fact.period,
                figure: match fact.value {
                    Some(value) => Figure::Amount(Amount::of_unknown_precision(value)),
                    None => Figure::Nil(Nil::NotApplicable),
                },
                published: of.filed,
                cell,
                rank: Rank::Statement,
            });
            metrics
                .entry(fact.metric.path.clone())
                .or_insert(fact.metric);
        }
        Ok(Self {
            company,
            notes,
            evidence,
            metrics: metrics.into_values().collect(),
            filing,
            refused,
            bytes,
            archive: archive.to_owned(),
            lines,
        })
    }

    /// The company: its id is `CIK` and ten digits, its name the one that its last filing in the data set gives.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// The same facts as those of another definition of the company: with an id of one's own, with a calendar that
    /// is known better than it can be inferred, or with another name. Its name,
    /// calendar and splits are declared then, and stand over what is inferred from other files.
    #[must_use]
    pub fn with_company(mut self, company: Company) -> Self {
        for fact in &mut self.filing.facts {
            fact.series.company.clone_from(&company.id);
        }
        Self {
            company,
            notes: Vec::new(),
            evidence: Evidence::default(),
            ..self
        }
    }

    /// What is uncertain about the fiscal calendar; empty where one was [given](Self::with_company).
    #[must_use]
    pub fn calendar_notes(&self) -> &[CalendarNote] {
        &self.notes
    }

    /// On what the calendar rests.
    pub(crate) fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// The metrics of its facts.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The document with its cells and facts.
    #[must_use]
    pub fn filing(&self) -> &Filing {
        &self.filing
    }

    /// Every row of the filing that was refused, in the order of the file, each with line and reason.
    #[must_use]
    pub fn refused(&self) -> &[IngestError] {
        &self.refused
    }

    /// How many bytes of `num.txt` its rows have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Passes a filing of which no row was refused, and no two contradict each other.
    ///
    /// # Errors
    /// The first row that was; [`IngestReason::Contradiction`] with both values.
    pub fn strict(self) -> Result<Self, IngestError> {
        match self.fault() {
            None => Ok(self),
            Some(fault) => Err(fault),
        }
    }

    /// Why it is not strict; `None` if it is.
    pub(crate) fn fault(&self) -> Option<IngestError> {
        if let Some(first) = self.refused.first() {
            return Some(first.clone());
        }
        let Filing {
            document,
            cells,
            facts,
            ..
        } = &self.filing;
        let stated = facts.iter().map(|reported| Stated {
            about: (&reported.series, reported.period),
            figure: &reported.figure,
            place: reported,
        });
        let (one, other) = contradiction(stated.collect())?;
        let index = |reported: &Reported| usize::try_from(reported.cell).ok();
        let cell_of = |reported| cells.get(index(reported)?);
        let line_of = |reported| usize::try_from(*self.lines.get(index(reported)?)?).ok();
        let said = |reported| cell_of(reported).map_or_else(String::new, |cell| cell.text.clone());
        // The later line contradicts the one before it.
        let (one, other) = if line_of(one) <= line_of(other) {
            (one, other)
        } else {
            (other, one)
        };
        let place = Place {
            document: self.archive.clone(),
            table: Some(NUM.to_owned()),
            line: line_of(other),
            row: cell_of(other).map(|cell| cell.row.clone()),
            column: cell_of(other).map(|cell| cell.column.clone()),
            text: Some(said(other)),
        };
        let reason = IngestReason::Contradiction {
            other: line_of(one).map_or_else(String::new, |line| format!("line {line}")),
            text: said(one),
            fact: format!("{} {} in {}", one.series, one.period, document.id),
        };
        Some(reason.at(&place))
    }

    pub(crate) fn into_parts(self) -> (Company, Vec<Metric>, Filing) {
        (self.company, self.metrics, self.filing)
    }
}
