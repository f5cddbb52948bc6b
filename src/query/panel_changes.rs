//! The changes of one metric of all companies at one period.

use std::sync::Arc;

use crate::error::Error;
use crate::model::{MetricPath, Unit};
use crate::store::{CurrentRow, Snapshot, StoreError};

use super::amount_change::AmountChange;
use super::cache::Weigh;
use super::dated_amount::DatedAmount;
use super::delta::{Comparator, DeltaKind};
use super::layout::slot_of;
use super::panel::{PanelQuery, find};
use super::panel_amounts::place_of;
use super::panel_period::PanelPeriod;
use super::partner::{Found, Placed};
use super::rows::About;
use super::slot::Dated;
use super::stitch::{Picked, stitch};

/// How one metric of all companies changed, at one period: of each series the change of its figure where that is a plain
/// amount, by company and unit.
///
/// Each figure is compared with its own partner in its company's calendar, as [`Series::yoy`](crate::Series::yoy) finds it.
///
/// ```
/// use kessan::{Database, DeltaKind};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let changes = db.panel("revenue")?.changes("CY2003Q2", DeltaKind::YearOnYear)?;
/// for of_company in changes.iter() {
///     assert_eq!(of_company.company, db.company_number("iij")?);
///     assert_eq!(of_company.change.change().to_string(), "-15.3%");
/// }
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PanelChanges {
    metric: MetricPath,
    period: PanelPeriod,
    kind: DeltaKind,
    rows: Arc<ChangeRows>,
}

/// A row of [`PanelChanges`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PanelAmountChange {
    /// The number of the company, in this database: see [`Reader::company_number`](crate::Reader::company_number).
    pub company: u32,
    /// The place of its unit in [`PanelChanges::units`].
    pub unit: usize,
    /// The change.
    pub change: AmountChange,
}

#[derive(Debug)]
pub(crate) struct ChangeRows {
    rows: Vec<PanelAmountChange>,
    units: Vec<Unit>,
    weight: usize,
}

impl Weigh for ChangeRows {
    fn weight(&self) -> usize {
        self.weight
    }
}

impl PanelChanges {
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

    /// Which comparison it is.
    #[must_use]
    pub fn kind(&self) -> DeltaKind {
        self.kind
    }

    /// The changes, by company and unit.
    pub fn iter(&self) -> std::slice::Iter<'_, PanelAmountChange> {
        self.rows.rows.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.rows.len()
    }

    /// Whether no company reported a plain amount.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.rows.is_empty()
    }

    /// The units of the rows, each once.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.rows.units
    }
}

impl<'a> IntoIterator for &'a PanelChanges {
    type Item = &'a PanelAmountChange;
    type IntoIter = std::slice::Iter<'a, PanelAmountChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PanelQuery {
    /// The changes of the figures of one period that are plain amounts; periods are written as for [`PanelQuery::at`].
    ///
    /// # Errors
    /// As of [`PanelQuery::at`].
    pub fn changes<P>(&self, period: P, kind: DeltaKind) -> Result<PanelChanges, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        let period = period.try_into()?;
        let snapshot = self.reader.snapshot();
        let question = self.question(period).map(|panel| (panel, kind));
        let cache = self.reader.cache();
        let kept = question
            .as_ref()
            .and_then(|question| cache.changes.get(&snapshot, question));
        let rows = match (kept, question) {
            (Some(rows), _) => rows,
            (None, question) => {
                let rows = Arc::new(self.change_rows(&snapshot, period, kind)?);
                if let Some(question) = question {
                    cache.changes.keep(&snapshot, question, &rows);
                }
                rows
            }
        };
        Ok(PanelChanges {
            metric: self.meant.metric.clone(),
            period,
            kind,
            rows,
        })
    }

    fn change_rows(
        &self,
        snapshot: &Snapshot,
        period: PanelPeriod,
        kind: DeltaKind,
    ) -> Result<ChangeRows, Error> {
        let (mut found, mut any) = (Vec::new(), false);
        let mut add = |company: u32, about: &About, change: Option<AmountChange>| {
            any = true;
            let name = (about.key.company.clone(), about.key.unit.clone());
            found.extend(change.map(|change| (name, company, change)));
        };
        if self.meant.is_standard() {
            for (company, parts) in self.parts(snapshot)? {
                let (abouts, rows) = self.put_apart(parts);
                let documents = self.reader.document_cache();
                let picked = stitch(snapshot, documents, self.known.supersede, rows)?;
                let row = |index| {
                    let row: Option<&Picked> = picked.get(index);
                    Ok(row.and_then(|row| Some((row.current.clone(), abouts.get(row.part)?))))
                };
                if let Some(about) = abouts.first() {
                    add(
                        company,
                        about,
                        change_at(about, &picked, row, period, kind)?,
                    );
                }
            }
        } else {
            for (number, variant) in self.variants(snapshot) {
                snapshot.panel(&self.meant.metric, number, |company, current| {
                    let Some(named) = snapshot.company_by_number(company) else {
                        return Ok(());
                    };
                    let about = self.about(snapshot, named, variant, &self.meant.metric);
                    let about = about.with_share_basis(snapshot, &self.reader)?;
                    let change = if self.is_known_latest() {
                        let row = |index| Ok(current.row(index)?.map(|row| (row, &about)));
                        change_at(&about, &current.all_periods()?, row, period, kind)?
                    } else {
                        let rows = self.known_rows(snapshot, &about, current)?;
                        let row = |index| {
                            Ok(rows
                                .get(index)
                                .map(|row: &CurrentRow| (row.clone(), &about)))
                        };
                        change_at(&about, &rows, row, period, kind)?
                    };
                    add(company, &about, change);
                    Ok::<_, Error>(())
                })?;
            }
        }
        if !any {
            return Err(self.no_panel());
        }
        found.sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
        let mut units = Vec::new();
        let rows: Vec<PanelAmountChange> = found
            .into_iter()
            .map(|((_, unit), company, change)| PanelAmountChange {
                company,
                unit: place_of(&unit, &mut units),
                change,
            })
            .collect();
        let boxed: usize = rows.iter().map(|row| row.change.boxed()).sum();
        Ok(ChangeRows {
            weight: size_of_val(rows.as_slice()) + boxed,
            rows,
            units,
        })
    }
}

/// The change of the fact of a series at the period of a panel; `None` where there is none, or it is no plain amount.
fn change_at<'a, R: Dated>(
    about: &About,
    rows: &[R],
    row: impl Fn(usize) -> Result<Option<(CurrentRow, &'a About)>, StoreError>,
    period: PanelPeriod,
    kind: DeltaKind,
) -> Result<Option<AmountChange>, StoreError> {
    let Some((index, standing)) = find(about, rows, period) else {
        return Ok(None);
    };
    let current = row(index)?
        .and_then(|(row, part)| Some((DatedAmount::new(&row, slot_of(standing))?, part)));
    let Some((current, part)) = current else {
        return Ok(None);
    };
    let rows = Placed {
        calendar: &about.company.calendar,
        rows,
    };
    let comparator = match rows.partner(kind, current.fiscal, current.period) {
        Found::Row(index, standing) => {
            if let Some((base, of_base)) = row(index)? {
                let fiscal = slot_of(standing);
                let change = AmountChange::from_base(part, current, of_base, &base, fiscal);
                return Ok(Some(change));
            }
            Comparator::Gap
        }
        Found::Gap(_) => Comparator::Gap,
        Found::NotApplicable => Comparator::NotApplicable,
    };
    Ok(Some(AmountChange::without_base(current, comparator)))
}
