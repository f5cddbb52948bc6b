//! What is taken in at once, and what became of it.

mod companyfacts;
mod dataset;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::codec::digest::Content;
use crate::error::Error;
use crate::ingest::{
    Filing, IngestError, IngestReason, Place, Release, Role, Tidy, check_claim, check_figure,
    check_identity, check_metric, check_reported, in_order,
};
use crate::model::date::check_date;
use crate::model::limit::DOCUMENT_LIMIT;
use crate::model::{
    Cell, Check, Company, Evidence, FactKey, Figure, Metric, MetricPath, Outcome, Reported,
};
use crate::store::{self, Snapshot};

/// What is taken in by one commit: visible all at once or not at all.
///
/// A [`Release`] is a package of one document, [`CompanyFacts`](crate::CompanyFacts) are one of many. Programs that have facts of their own build one directly.
///
/// ```
/// use kessan::*;
/// let package = Package {
///     companies: vec![Company {
///         id: "minato".parse()?,
///         name: "Minato Foods KK".into(),
///         calendar: FiscalCalendar::month_end(12, YearNaming::End)?,
///         identities: vec![],
///         splits: vec![],
///     }],
///     metrics: vec![Metric {
///         path: "revenue".parse()?,
///         kind: MetricKind::Flow,
///         dimension: Dimension::Money,
///         positive: "revenue".into(),
///         negative: None,
///     }],
///     filings: vec![Filing {
///         document: Document {
///             id: "minato-2021-q2".parse()?,
///             title: "Second quarter of 2021".into(),
///             issuer: "Minato Foods KK".into(),
///             kind: DocumentKind::Results,
///             published: parse_date("2021-08-10")?,
///             utc_offset: None,
///             reports: None,
///         },
///         cells: vec![Cell {
///             address: "t1!R2C2".into(),
///             place: "page 1".into(),
///             row: "Revenue".into(),
///             column: "2Q2021".into(),
///             text: "1,250".into(),
///             scale: 6,
///             unplaced: None,
///         }],
///         facts: vec![Reported {
///             series: SeriesKey {
///                 company: "minato".parse()?,
///                 metric: "revenue".parse()?,
///                 scenario: Scenario::Actual,
///                 scope: Scope::total(),
///                 unit: "JPY".parse()?,
///             },
///             period: "2021-04-01..2021-06-30".parse()?,
///             figure: Amount::new(1_250_000_000.into(), Precision::Decimals(-6), Rounding::Nearest)?.into(),
///             published: parse_date("2021-08-10")?,
///             cell: 0,
///             rank: Rank::Table,
///         }],
///         checks: vec![],
///     }],
///     evidence: Evidence::default(),
/// };
/// let db = Database::temporary()?;
/// db.ingest(package)?;
/// assert_eq!(db.series("minato", "revenue")?.at("2Q21")?.unwrap().to_string(), "2Q21  1,250 million JPY");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Package {
    /// Companies to create, or to extend by identities, splits and later calendar rules. The name of a known one must
    /// be the same if both are declared, and splits of one day, too.
    pub companies: Vec<Company>,
    /// Metrics to create; a known one must be the same, but for a meaning of negative that is added.
    pub metrics: Vec<Metric>,
    /// The documents with their figures.
    pub filings: Vec<Filing>,
    /// On what the names, calendars and splits of the companies rest: by default they are declared.
    pub evidence: Evidence,
}

impl From<&Release> for Package {
    fn from(release: &Release) -> Self {
        let mut filing = Filing {
            document: release.document().clone(),
            cells: Vec::new(),
            facts: Vec::new(),
            checks: Vec::new(),
        };
        for (number, printed) in (0..).zip(release.figures()) {
            let unplaced = match &printed.role {
                Role::Unplaced(reason) => Some(reason.clone()),
                Role::Fact { .. } | Role::Check { .. } => None,
            };
            filing.cells.push(Cell {
                unplaced,
                ..printed.cell.clone()
            });
            match &printed.role {
                Role::Fact {
                    fact,
                    figure,
                    published,
                } => filing.facts.push(Reported {
                    series: fact.series.clone(),
                    period: fact.period,
                    figure: figure.clone(),
                    published: *published,
                    cell: number,
                    rank: printed.rank,
                }),
                Role::Check { claim, figure } => filing.checks.push(Check {
                    cell: number,
                    claim: claim.clone(),
                    figure: figure.clone(),
                }),
                Role::Unplaced(_) => {}
            }
        }
        Package {
            companies: vec![release.company().clone()],
            metrics: release.metrics().to_vec(),
            filings: vec![filing],
            evidence: Evidence::default(),
        }
    }
}

impl From<Tidy> for Package {
    /// What was read. Rows that were [refused](Tidy::refused) are not in it.
    fn from(tidy: Tidy) -> Self {
        let Tidy {
            companies,
            metrics,
            filings,
            ..
        } = tidy;
        Package {
            companies,
            metrics,
            filings,
            evidence: Evidence::default(),
        }
    }
}

/// What became of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ingested {
    commit: Option<u64>,
    figures: Vec<IngestedFigure>,
}

/// What became of one fact's figure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct IngestedFigure {
    /// The cell it was printed in.
    pub cell: Cell,
    /// The fact it is about.
    pub fact: FactKey,
    /// The figure.
    pub figure: Figure,
    /// What taking it in did.
    pub outcome: Outcome,
}

impl Ingested {
    /// The number of the commit; `None` where every document was known and nothing was written.
    #[must_use]
    pub fn commit(&self) -> Option<u64> {
        self.commit
    }

    /// Whether every document was known, and nothing was written.
    #[must_use]
    pub fn unchanged(&self) -> bool {
        self.commit.is_none()
    }

    /// Every figure of a fact, in the order of the package.
    #[must_use]
    pub fn figures(&self) -> &[IngestedFigure] {
        &self.figures
    }

    /// How many figures had an outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.figures
            .iter()
            .filter(|figure| figure.outcome == outcome)
            .count()
    }
}

impl Package {
    /// Passes a package whose every figure fits its metric.
    pub(crate) fn check(&self, known: &Snapshot) -> Result<(), Error> {
        let own: BTreeMap<&MetricPath, &Metric> = self
            .metrics
            .iter()
            .map(|metric| (&metric.path, metric))
            .collect();
        let metric = |path: &MetricPath| own.get(path).copied().or_else(|| known.metric(path));
        for metric in &self.metrics {
            check_metric(metric).map_err(|reason| reason.at(&whole(metric.path.as_str())))?;
        }
        for company in &self.companies {
            let at = |reason: IngestReason| reason.at(&whole(company.id.as_str()));
            for identity in &company.identities {
                check_identity(identity, metric).map_err(at)?;
            }
            in_order(company.splits.clone()).map_err(at)?;
            for day in self.evidence.days() {
                check_date(day).map_err(|error| at(error.into()))?;
            }
        }
        let mut in_turn = InTurn::default();
        for filing in &self.filings {
            let document = &filing.document;
            for (what, found) in [
                ("cells in the document", filing.cells.len()),
                ("claims in the document", filing.checks.len()),
            ] {
                if found > DOCUMENT_LIMIT {
                    let limit = DOCUMENT_LIMIT;
                    let reason = IngestReason::TooMany { what, limit };
                    return Err(reason.at(&whole(document.id.as_str())).into());
                }
            }
            check_date(document.published)
                .map_err(|error| IngestReason::from(error).at(&whole(document.id.as_str())))?;
            for fact in &filing.facts {
                let metric = in_turn.find(&fact.series.metric, metric);
                check_reported(document, fact, metric)
                    .map_err(|reason| misfit(filing, fact.cell, reason))?;
            }
            for check in &filing.checks {
                check_figure(&check.figure)
                    .and_then(|()| check_claim(&check.claim, document.published, metric))
                    .map_err(|reason| misfit(filing, check.cell, reason))?;
            }
        }
        Ok(())
    }

    /// The package with the digests of its documents. `inferred`: whether what is said of its companies is, and may give way;
    /// `by_document`: whether one that is known with other content is passed over alone.
    pub(crate) fn digested(self, inferred: bool, by_document: bool) -> Result<Digested, Error> {
        let digest = |filing: &Filing| {
            let content = Content {
                document: &filing.document,
                cells: &filing.cells,
                facts: &filing.facts,
                checks: &filing.checks,
            };
            content.digest().map_err(|error| {
                let message = error.to_string();
                IngestReason::Digest { message }.at(&whole(filing.document.id.as_str()))
            })
        };
        Ok(Digested {
            digests: self.filings.iter().map(digest).collect::<Result<_, _>>()?,
            package: self,
            inferred,
            by_document,
        })
    }
}

/// Metrics in the order in which facts came, as documents often speak of the same ones in the same order.
#[derive(Default)]
struct InTurn<'m> {
    metrics: Vec<&'m Metric>,
    /// The place of the last one.
    last: usize,
}

impl<'m> InTurn<'m> {
    /// How many are remembered.
    const MOST: usize = 4096;

    /// The metric of a path, which is looked up unless it is the last one again, or that which came after it before.
    fn find(
        &mut self,
        path: &MetricPath,
        look_up: impl Fn(&MetricPath) -> Option<&'m Metric>,
    ) -> Option<&'m Metric> {
        for place in [self.last, self.last + 1, 0] {
            if let Some(metric) = self.metrics.get(place)
                && metric.path == *path
            {
                self.last = place;
                return Some(metric);
            }
        }
        let metric = look_up(path)?;
        if self.metrics.len() < Self::MOST {
            self.last = self.metrics.len();
            self.metrics.push(metric);
        }
        Some(metric)
    }
}

/// The digest of what is stored of a document; `None` where it cannot be made.
pub(crate) fn digest_of(document: &store::PackageDocument) -> Option<[u8; 32]> {
    document.digest_again()
}

/// A package with the digests of its documents.
pub(crate) struct Digested {
    package: Package,
    digests: Vec<[u8; 32]>,
    inferred: bool,
    by_document: bool,
}

impl Digested {
    /// Passes a package whose every figure fits its metric.
    pub(crate) fn check(&self, known: &Snapshot) -> Result<(), Error> {
        self.package.check(known)
    }

    /// The package as the store takes it.
    pub(crate) fn staged(self) -> store::Package {
        let documents = self.package.filings.into_iter().zip(self.digests);
        store::Package {
            companies: self.package.companies,
            metrics: self.package.metrics,
            documents: documents
                .map(|(filing, digest)| store::PackageDocument {
                    document: filing.document,
                    digest,
                    cells: filing.cells,
                    facts: filing.facts,
                    checks: filing.checks,
                })
                .collect(),
            inferred: self.inferred,
            by_document: self.by_document,
            evidence: self.package.evidence,
            recorded: None,
        }
    }
}

/// The place of something that is no single figure.
fn whole(document: &str) -> Place {
    Place {
        document: document.to_owned(),
        ..Place::default()
    }
}

fn misfit(filing: &Filing, cell: u32, reason: IngestReason) -> IngestError {
    let cell = usize::try_from(cell)
        .ok()
        .and_then(|number| filing.cells.get(number));
    reason.at(&Place {
        document: filing.document.id.to_string(),
        table: cell.map(|cell| cell.address.clone()),
        row: cell.map(|cell| cell.row.clone()),
        line: None,
        column: cell.map(|cell| cell.column.clone()),
        text: cell.map(|cell| cell.text.clone()),
    })
}

/// The outcomes of a commit beside the figures they are about.
pub(crate) fn ingested(package: store::Package, committed: store::Committed) -> Ingested {
    let mut figures = Vec::new();
    for (document, outcome) in package.documents.into_iter().zip(committed.documents) {
        figures.reserve(document.facts.len());
        for (fact, outcome) in document.facts.into_iter().zip(outcome.outcomes) {
            let cell = usize::try_from(fact.cell)
                .ok()
                .and_then(|number| document.cells.get(number));
            // The store has refused a fact whose cell is not there.
            let Some(cell) = cell else { continue };
            figures.push(IngestedFigure {
                cell: cell.clone(),
                fact: FactKey {
                    series: fact.series,
                    period: fact.period,
                },
                figure: fact.figure,
                outcome,
            });
        }
    }
    Ingested {
        commit: committed.commit,
        figures,
    }
}

#[cfg(test)]
mod tests;
