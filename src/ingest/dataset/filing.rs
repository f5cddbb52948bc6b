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
use super::fact::Fact;
use super::submission::{OfCompany, Submission};

/// A filing of a [`DataSet`](crate::DataSet): its facts, and the rows that were refused.
#[derive(Clone, PartialEq, Debug)]
pub struct DataSetFiling {
    company: Company,
    notes: Vec<CalendarNote>,
    evidence: Evidence,
    metrics: Vec<Metric>,
    filing: Filing,
    refused: Vec<IngestError>,
    bytes: u64,
}

impl DataSetFiling {
    pub(super) fn new(
        of: &Submission,
        of_company: OfCompany,
        mut facts: Vec<Fact>,
        refused: Vec<IngestError>,
        bytes: u64,
    ) -> Result<Self, ModelError> {
        let OfCompany {
            company,
            notes,
            evidence,
        } = of_company;
        // By what they say and not by where the file has them, so that a document is always the same.
        facts.sort_by(|a, b| {
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
        for (cell, fact) in (0_u32..).zip(facts) {
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
        if let Some(first) = self.refused.first() {
            return Err(first.clone());
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
        let Some((one, other)) = contradiction(stated.collect()) else {
            return Ok(self);
        };
        let cell_of = |reported: &Reported| {
            let index = usize::try_from(reported.cell).ok();
            index.and_then(|index| cells.get(index))
        };
        let said = |reported| cell_of(reported).map_or_else(String::new, |cell| cell.text.clone());
        let place = Place {
            document: document.id.to_string(),
            row: cell_of(other).map(|cell| cell.row.clone()),
            column: cell_of(other).map(|cell| cell.column.clone()),
            text: Some(said(other)),
            ..Place::default()
        };
        Err(IngestReason::Contradiction {
            other: cell_of(one).map_or_else(String::new, |cell| cell.address.clone()),
            text: said(one),
            fact: format!("{} {}", one.series, one.period),
        }
        .at(&place))
    }

    pub(crate) fn into_parts(self) -> (Company, Vec<Metric>, Filing) {
        (self.company, self.metrics, self.filing)
    }
}
