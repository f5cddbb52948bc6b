//! The rows of a panel, and those that are plain amounts beside each other.

use std::sync::Arc;

use serde::Serialize;

use crate::error::Error;
use crate::model::{MetricPath, Unit};
use crate::store::Snapshot;

use super::cache::Weigh;
use super::dated_amount::DatedAmount;
use super::layout::slot_of;
use super::panel::{PanelQuery, PanelRow, find_in_place};
use super::panel_period::PanelPeriod;
use super::point::Point;

/// The figure of a row of a [`Panel`](crate::Panel) that is a plain amount, in brief.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct PanelAmount {
    /// The number of the company, in this database: see [`Reader::company_number`](crate::Reader::company_number).
    pub company: u32,
    /// The place of its row in the panel.
    pub row: usize,
    /// The place of its unit in [`Panel::units`](crate::Panel::units).
    pub unit: usize,
    /// The figure.
    pub fact: DatedAmount,
}

/// The figures of one metric of all companies, at one period, that are plain amounts: by company and unit, in brief.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let revenue = db.panel("revenue")?.amounts("CY2003Q2")?;
/// for of_company in revenue.iter() {
///     assert_eq!(of_company.company, db.company_number("iij")?);
///     assert_eq!(revenue.units()[of_company.unit].to_string(), "JPY");
///     assert_eq!(of_company.fact.amount.value().to_string(), "8344046000");
/// }
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PanelAmounts {
    metric: MetricPath,
    period: PanelPeriod,
    rows: Arc<AmountRows>,
}

impl PanelAmounts {
    /// What is measured.
    #[must_use]
    pub fn metric(&self) -> &MetricPath {
        &self.metric
    }

    /// The period that was asked for.
    #[must_use]
    pub fn period(&self) -> PanelPeriod {
        self.period
    }

    /// The figures, by company and unit.
    pub fn iter(&self) -> std::slice::Iter<'_, PanelAmount> {
        self.rows.amounts.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.amounts.len()
    }

    /// Whether no company reported a plain amount.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.amounts.is_empty()
    }

    /// The units of the panel, each once.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.rows.units
    }
}

impl<'a> IntoIterator for &'a PanelAmounts {
    type Item = &'a PanelAmount;
    type IntoIter = std::slice::Iter<'a, PanelAmount>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PanelQuery {
    /// The figures of one period that are plain amounts, as [`Panel::amounts`](crate::Panel::amounts) of [`PanelQuery::at`].
    /// It does not read the documents that they are from, which are most of the work where a panel is asked for the first
    /// time. Periods are written as for [`PanelQuery::at`].
    ///
    /// # Errors
    /// As of [`PanelQuery::at`]; what is wrong with documents is not noticed.
    pub fn amounts<P>(&self, period: P) -> Result<PanelAmounts, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        let period = period.try_into()?;
        let snapshot = self.reader.snapshot();
        let (question, cache) = (self.question(period), self.reader.cache());
        let kept = question
            .as_ref()
            .and_then(|question| cache.brief(&snapshot, question));
        let rows = match (kept, question) {
            (Some(rows), _) => rows,
            (None, question) => {
                let rows = self.amount_rows(&snapshot, period)?;
                if let Some(question) = question {
                    cache.amounts.keep(&snapshot, question, &rows);
                }
                rows
            }
        };
        Ok(PanelAmounts {
            metric: self.meant.metric.clone(),
            period,
            rows,
        })
    }

    fn amount_rows(
        &self,
        snapshot: &Snapshot,
        period: PanelPeriod,
    ) -> Result<Arc<AmountRows>, Error> {
        if self.meant.is_standard() || !self.is_known_latest() {
            return Ok(PanelRows::new(self.rows(snapshot, period)?).brief);
        }
        let mut found = Vec::new();
        for (number, variant) in self.variants(snapshot) {
            snapshot.panel(&self.meant.metric, number, |company, current| {
                if let Some(named) = snapshot.company_by_number(company) {
                    let about = self.about(snapshot, named, variant, &self.meant.metric);
                    let fact = match find_in_place(&about, current, period)? {
                        Some((index, standing)) => current
                            .row(index)?
                            .and_then(|row| DatedAmount::new(&row, slot_of(standing))),
                        None => None,
                    };
                    found.push((&named.id, &variant.unit, company, fact));
                }
                Ok::<_, Error>(())
            })?;
        }
        if found.is_empty() {
            return Err(self.no_panel());
        }
        found.sort_unstable_by_key(|(company, unit, ..)| (*company, *unit));
        let rows = found.into_iter();
        Ok(Arc::new(AmountRows::new(
            rows.map(|(_, unit, company, fact)| (unit, company, fact)),
        )))
    }
}

/// What is said in brief of the rows of a panel.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct AmountRows {
    amounts: Vec<PanelAmount>,
    units: Vec<Unit>,
}

impl AmountRows {
    /// Of each row, in order, the unit, the number of the company, and the figure, where it is a plain amount.
    fn new<'a>(rows: impl Iterator<Item = (&'a Unit, u32, Option<DatedAmount>)>) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        let mut amounts = Vec::with_capacity(rows.size_hint().0);
        for (row, (unit, company, fact)) in rows.enumerate() {
            let unit = place_of(unit, &mut units);
            amounts.extend(fact.map(|fact| PanelAmount {
                company,
                row,
                unit,
                fact,
            }));
        }
        Self { amounts, units }
    }
}

impl Weigh for AmountRows {
    fn weight(&self) -> usize {
        size_of_val(self.amounts.as_slice())
    }
}

/// The rows of a panel.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct PanelRows {
    rows: Vec<PanelRow>,
    brief: Arc<AmountRows>,
}

impl PanelRows {
    pub(crate) fn new(rows: Vec<PanelRow>) -> Self {
        let brief = AmountRows::new(rows.iter().map(|row| {
            let fact = row.point.as_ref().and_then(Point::dated_amount);
            (&row.unit, row.number(), fact)
        }));
        Self {
            rows,
            brief: Arc::new(brief),
        }
    }

    pub(crate) fn all(&self) -> &[PanelRow] {
        &self.rows
    }

    pub(crate) fn amounts(&self) -> &[PanelAmount] {
        &self.brief.amounts
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.brief.units
    }

    pub(crate) fn brief(&self) -> &Arc<AmountRows> {
        &self.brief
    }
}

impl Weigh for PanelRows {
    fn weight(&self) -> usize {
        let rows = self.rows.len().saturating_mul(PanelRow::WEIGHT);
        rows.saturating_add(self.brief.weight())
    }
}

/// The place of a unit in a list, to which it is added where it is new.
pub(super) fn place_of(unit: &Unit, units: &mut Vec<Unit>) -> usize {
    let known = units.iter().position(|known| known == unit);
    known.unwrap_or_else(|| {
        units.push(unit.clone());
        units.len() - 1
    })
}
