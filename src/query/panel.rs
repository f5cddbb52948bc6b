//! One metric of all companies at one period.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::error::{Error, QueryError};
use crate::model::{Company, Id, MetricPath, Period, Scenario, Scope, SeriesKey, Unit};
use crate::store::{Current, CurrentRow, Snapshot, StoreError, Variant};

use super::apart::Apart;
use super::cache::PanelQuestion;
use super::choices::{choices_of_publications, choices_of_versions};
use super::explain::Subject;
use super::expression::{ExpressionPanelQuery, checked};
use super::in_place;
use super::panel_amounts::{PanelAmount, PanelRows};
use super::panel_period::PanelPeriod;
use super::point::Point;
use super::reader::Reader;
use super::rows::{About, Known, Row, Standing};
use super::select;
use super::slot::{self, Dated, Shape, Target};
use super::stitch::{Meant, stitch};

/// A question about one metric of all companies.
///
/// Unless asked otherwise it is about actual figures, of whole companies, as known latest, in whatever unit
/// each reports. It sees the database as it was when the question was begun.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let panel = db.panel("revenue")?.at("CY2003Q2")?;
/// for row in &panel {
///     assert_eq!(row.to_string(), "iij  1Q03  8,344,046 thousand JPY");
/// }
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PanelQuery {
    pub(super) reader: Reader,
    pub(super) meant: Meant,
    scenario: Scenario,
    scope: Scope,
    unit: Option<Unit>,
    pub(super) known: Known,
}

impl PanelQuery {
    /// `reader` is pinned.
    pub(crate) fn new(reader: Reader, meant: Meant) -> Self {
        Self {
            reader,
            meant,
            scenario: Scenario::default(),
            scope: Scope::total(),
            unit: None,
            known: Known::default(),
        }
    }

    /// Asks for targets, plans or pro forma figures in place of actual ones.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Asks for a part of each company in place of the total.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Asks for figures of one unit only.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    choices_of_publications!();
    choices_of_versions!();

    /// Asks for the ratio of this metric to another: a margin, a turnover. See [`ExpressionPanelQuery`].
    ///
    /// # Errors
    /// [`QueryError::UnknownMetric`], with names near to what was asked; [`QueryError::Expression`] where the ratio means
    /// nothing.
    pub fn over(&self, metric: impl AsRef<str>) -> Result<ExpressionPanelQuery, Error> {
        let divisor = self.reader.metric(metric)?.path;
        let checked = checked(&self.reader, &format!("{} / {divisor}", self.meant.metric))?;
        let query = ExpressionPanelQuery::new(self.reader.clone(), checked);
        let (scope, unit) = (self.scope.clone(), self.unit.clone());
        Ok(query.choices(self.scenario, scope, unit, self.known))
    }

    /// The figures of one period: a label in each company's own calendar (`"1Q03"`), a calendar quarter
    /// (`"CY2003Q2"`), a date or dates, or their typed forms.
    ///
    /// # Errors
    /// [`QueryError::NoPanelPeriod`] where `period` is none of these, [`QueryError::NoPanel`] where no
    /// company reports the metric so, [`Error::Store`] where the database cannot be read.
    pub fn at<P>(&self, period: P) -> Result<Panel, Error>
    where
        P: TryInto<PanelPeriod>,
        Error: From<P::Error>,
    {
        let period = period.try_into()?;
        let snapshot = self.reader.snapshot();
        let question = self.question(period);
        let kept = question
            .as_ref()
            .and_then(|question| self.reader.cache().panels.get(&snapshot, question));
        let rows = match (kept, question) {
            (Some(rows), _) => rows,
            (None, question) => {
                let rows = Arc::new(PanelRows::new(self.rows(&snapshot, period)?));
                if let Some(question) = question {
                    self.reader.cache().panels.keep(&snapshot, question, &rows);
                }
                rows
            }
        };
        Ok(Panel {
            metric: self.meant.metric.clone(),
            period,
            rows,
        })
    }

    /// As it is kept; `None` where it is not.
    pub(super) fn question(&self, period: PanelPeriod) -> Option<PanelQuestion> {
        self.is_known_latest().then(|| PanelQuestion {
            metrics: self.meant.numbers(),
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit: self.unit.clone(),
            period,
        })
    }

    pub(super) fn is_known_latest(&self) -> bool {
        self.known == Known::default()
    }

    pub(super) fn rows(
        &self,
        snapshot: &Snapshot,
        period: PanelPeriod,
    ) -> Result<Vec<PanelRow>, Error> {
        let mut rows = Vec::new();
        if self.meant.is_standard() {
            rows = self.stitched(snapshot, period)?;
        } else {
            for (number, variant) in self.variants(snapshot) {
                snapshot.panel(&self.meant.metric, number, |company, current| {
                    if let Some(named) = snapshot.company_by_number(company) {
                        let named = (company, named);
                        rows.push(self.row(snapshot, named, variant, current, period)?);
                    }
                    Ok::<_, Error>(())
                })?;
            }
        }
        if rows.is_empty() {
            return Err(self.no_panel());
        }
        rows.sort_unstable_by(|a, b| (&a.company, &a.unit).cmp(&(&b.company, &b.unit)));
        Ok(rows)
    }

    pub(super) fn no_panel(&self) -> Error {
        QueryError::NoPanel {
            metric: self.meant.metric.clone(),
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit: self.unit.clone(),
        }
        .into()
    }

    pub(super) fn variants<'s>(
        &self,
        snapshot: &'s Snapshot,
    ) -> impl Iterator<Item = (u32, &'s Variant)> {
        snapshot.variants().filter(|(_, variant)| {
            variant.scenario == self.scenario
                && variant.scope == self.scope
                && self.unit.as_ref().is_none_or(|unit| *unit == variant.unit)
        })
    }

    /// The rows of a standard metric.
    fn stitched(&self, snapshot: &Snapshot, period: PanelPeriod) -> Result<Vec<PanelRow>, Error> {
        let mut rows = Vec::new();
        for (company, parts) in self.parts(snapshot)? {
            rows.extend(self.stitched_row(snapshot, company, parts, period)?);
        }
        Ok(rows)
    }

    /// What a standard metric is stitched of: of each company, by number, and unit, those series of the first list of metrics
    /// that has a figure.
    pub(super) fn parts(&self, snapshot: &Snapshot) -> Result<Vec<(u32, Vec<Part>)>, Error> {
        let mut found: BTreeMap<(u32, u32), Vec<Vec<Part>>> = BTreeMap::new();
        for (list, metrics) in self.meant.lists().into_iter().enumerate() {
            for metric in metrics {
                for (number, variant) in self.variants(snapshot) {
                    snapshot.panel(metric, number, |company, current| {
                        let Some(named) = snapshot.company_by_number(company) else {
                            return Ok(());
                        };
                        let about = self.about(snapshot, named, variant, metric);
                        let about = about.with_share_basis(snapshot, &self.reader)?;
                        let current = self.known_rows(snapshot, &about, current)?;
                        let lists = found.entry((company, number)).or_default();
                        lists.resize_with(lists.len().max(list + 1), Vec::new);
                        if let Some(parts) = lists.get_mut(list) {
                            parts.push((about, current));
                        }
                        Ok::<_, Error>(())
                    })?;
                }
            }
        }
        let chosen = found.into_iter().map(|((company, _), lists)| {
            let has_figure =
                |parts: &Vec<Part>| parts.iter().any(|(_, current)| !current.is_empty());
            let chosen = lists.iter().position(has_figure);
            let chosen = chosen.or_else(|| lists.iter().position(|parts| !parts.is_empty()));
            let parts = chosen.and_then(|chosen| lists.into_iter().nth(chosen));
            (company, parts.unwrap_or_default())
        });
        Ok(chosen.collect())
    }

    fn stitched_row(
        &self,
        snapshot: &Snapshot,
        number: u32,
        parts: Vec<Part>,
        period: PanelPeriod,
    ) -> Result<Option<PanelRow>, Error> {
        let (abouts, rows) = self.put_apart(parts);
        let Some(first) = abouts.first() else {
            return Ok(None);
        };
        let mut about = first.clone();
        about.key.metric = self.meant.metric.clone();
        about.standard = None;
        about.apart = None;
        let documents = self.reader.document_cache();
        let picked = stitch(snapshot, documents, self.known.supersede, rows)?;
        let found = find(&about, &picked, period);
        let found = found.and_then(|(index, standing)| Some((picked.get(index)?, standing)));
        let (row, standing) = found.unzip();
        let own = row.and_then(|row| Some((Arc::new(abouts.get(row.part)?.clone()), row)));
        let own = own.map(|(about, row)| (about, row.current.clone()));
        let named = documents.name(snapshot, own)?.into_iter().next();
        Ok(Some(PanelRow {
            company: about.key.company.clone(),
            unit: about.key.unit.clone(),
            point: named.map(|row| Point::new(row, standing.flatten())),
            asked: Asked {
                number,
                about: Arc::new(about),
                period,
            },
        }))
    }

    fn row(
        &self,
        snapshot: &Snapshot,
        (number, company): (u32, &Arc<Company>),
        variant: &Variant,
        current: &Current<'_>,
        period: PanelPeriod,
    ) -> Result<PanelRow, Error> {
        let about = self.about(snapshot, company, variant, &self.meant.metric);
        let about = Arc::new(about.with_share_basis(snapshot, &self.reader)?);
        let found = if self.is_known_latest() {
            let found = find_in_place(&about, current, period)?;
            match found {
                Some((index, standing)) => current.row(index)?.zip(Some(standing)),
                None => None,
            }
        } else {
            let rows = self.known_rows(snapshot, &about, current)?;
            find(&about, &rows, period)
                .and_then(|(index, standing)| Some((rows.into_iter().nth(index)?, standing)))
        };
        let (row, standing) = found.unzip();
        let own = row.map(|row| (Arc::clone(&about), row));
        let named = self.reader.document_cache().name(snapshot, own)?;
        Ok(PanelRow {
            company: company.id.clone(),
            unit: variant.unit.clone(),
            point: named
                .into_iter()
                .next()
                .map(|row| Point::new(row, standing.flatten())),
            asked: Asked {
                number,
                about,
                period,
            },
        })
    }

    pub(super) fn about(
        &self,
        snapshot: &Snapshot,
        company: &Arc<Company>,
        variant: &Variant,
        metric: &MetricPath,
    ) -> About {
        let standard = self.meant.as_standard();
        About {
            standard: standard.filter(|standard| standard != metric),
            key: SeriesKey {
                company: company.id.clone(),
                metric: metric.clone(),
                scenario: variant.scenario,
                scope: variant.scope.clone(),
                unit: variant.unit.clone(),
            },
            kind: self.meant.kind,
            company: Arc::clone(company),
            known: self.known,
            head: snapshot.sequence(),
            apart: None,
            told_again: Vec::new(),
        }
    }

    /// The parts of a standard metric of one company and unit, each told which of their tags disagree.
    pub(super) fn put_apart(&self, parts: Vec<Part>) -> (Vec<About>, Vec<Vec<CurrentRow>>) {
        let tags = parts
            .iter()
            .map(|(about, rows)| (&about.key.metric, rows.as_slice()));
        let apart = Arc::new(Apart::of(&self.meant.metric, tags));
        let told = parts.into_iter().map(|(about, rows)| {
            let apart = Some(Arc::clone(&apart));
            (About { apart, ..about }, rows)
        });
        told.unzip()
    }

    pub(super) fn known_rows(
        &self,
        snapshot: &Snapshot,
        about: &About,
        current: &Current<'_>,
    ) -> Result<Vec<CurrentRow>, Error> {
        if self.is_known_latest() {
            return Ok(current.all()?);
        }
        Ok(match snapshot.series_id(&about.key) {
            Some(id) => self.known.rows(snapshot, &self.reader, id)?,
            None => Vec::new(),
        })
    }
}

/// A series of a company, with what was known of it.
pub(super) type Part = (About, Vec<CurrentRow>);

/// The row of a company's series at the period of a panel.
pub(super) fn find<R: Dated>(
    about: &About,
    rows: &[R],
    period: PanelPeriod,
) -> Option<(usize, Option<Standing>)> {
    let shape = match period {
        PanelPeriod::Dates(_) => Shape::Duration,
        _ => about.shape_of_labels(rows),
    };
    match sought(about, shape, period)? {
        Sought::Slot(target) => {
            let found = slot::find(rows, &target)?;
            Some((found.index, Some(Standing::new(target, found))))
        }
        Sought::Dates(dates) => about.find_dates(rows, &dates),
    }
}

/// The same, of rows that are read in place.
pub(super) fn find_in_place(
    about: &About,
    rows: &Current<'_>,
    period: PanelPeriod,
) -> Result<Option<(usize, Option<Standing>)>, StoreError> {
    let shape = match period {
        PanelPeriod::Dates(_) => Shape::Duration,
        _ => in_place::label_shape(about, rows)?,
    };
    match sought(about, shape, period) {
        Some(Sought::Slot(target)) => in_place::find(rows, target),
        Some(Sought::Dates(dates)) => in_place::find_dates(about, rows, &dates),
        None => Ok(None),
    }
}

/// What a panel's period is for a company.
enum Sought {
    Slot(Target),
    Dates(Period),
}

/// `None` where the company's calendar has no such period.
fn sought(about: &About, shape: Shape, period: PanelPeriod) -> Option<Sought> {
    let asked = match period {
        PanelPeriod::Dates(dates) => return Some(Sought::Dates(dates)),
        PanelPeriod::Fiscal(fiscal) => select::Asked::Slot(fiscal),
        PanelPeriod::CalendarQuarter(quarter) => quarter.asked(&about.company.calendar),
    };
    match (asked, shape) {
        (select::Asked::Slot(fiscal), _) => about.target(fiscal, shape).map(Sought::Slot),
        (select::Asked::Dates(dates), Shape::Duration) => Some(Sought::Dates(dates)),
        (select::Asked::Dates(dates), Shape::Instant) => Some(Sought::Dates(dates.closing())),
    }
}

/// One metric at one period, for every company that reports it: a row for each series, by company. A company
/// that reports the metric in two units has two rows.
///
/// Printed one row a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Panel {
    metric: MetricPath,
    period: PanelPeriod,
    #[serde(serialize_with = "as_sequence")]
    rows: Arc<PanelRows>,
}

fn as_sequence<S: Serializer>(rows: &Arc<PanelRows>, serializer: S) -> Result<S::Ok, S::Error> {
    rows.all().serialize(serializer)
}

/// A row of a [`Panel`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct PanelRow {
    /// The company.
    pub company: Id,
    /// The unit in which it reports.
    pub unit: Unit,
    /// The figure; `None` where the company did not report it for this period.
    pub point: Option<Point>,
    #[serde(skip)]
    asked: Asked,
}

/// What a row was asked for, for its explanation where there is no point.
#[derive(Clone, Debug)]
struct Asked {
    /// The number of the company.
    number: u32,
    about: Arc<About>,
    period: PanelPeriod,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.about.key == other.about.key && self.period == other.period
    }
}

impl Eq for Asked {}

impl PanelRow {
    /// The bytes that one takes, by estimate.
    pub(crate) const WEIGHT: usize = size_of::<Self>() + size_of::<Row>() + size_of::<About>() + 64;

    /// The number of the company.
    pub(crate) fn number(&self) -> u32 {
        self.asked.number
    }

    /// What the row is about, as far as it is known without its point.
    pub(crate) fn subject(&self) -> Subject {
        let Asked { about, period, .. } = &self.asked;
        let (label, dates) = match period {
            PanelPeriod::Fiscal(fiscal) => (about.company.calendar.label(*fiscal), None),
            PanelPeriod::CalendarQuarter(quarter) => (quarter.to_string(), Some(quarter.period())),
            PanelPeriod::Dates(dates) => (dates.to_string(), Some(*dates)),
        };
        Subject::new(&about.key, label, dates)
    }
}

impl Panel {
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

    /// The rows, by company and unit.
    pub fn iter(&self) -> std::slice::Iter<'_, PanelRow> {
        self.rows.all().iter()
    }

    /// The figures that are plain amounts, by company and unit, in brief: they lie beside each other in memory, so that
    /// walking them is many times quicker than walking the rows.
    ///
    /// ```
    /// # use kessan::{Database, Release};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let panel = db.panel("revenue")?.at("CY2003Q2")?;
    /// for of_company in panel.amounts() {
    ///     assert_eq!(of_company.company, db.company_number("iij")?);
    ///     assert_eq!(panel.units()[of_company.unit].to_string(), "JPY");
    ///     assert_eq!(of_company.fact.amount.value().to_string(), "8344046000");
    /// }
    /// # Ok::<(), kessan::Error>(())
    /// ```
    #[must_use]
    pub fn amounts(&self) -> &[PanelAmount] {
        self.rows.amounts()
    }

    /// The units of the rows, each once.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        self.rows.units()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.all().len()
    }

    /// Always false: a panel without a row is an error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.all().is_empty()
    }

    /// The figures that there are.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.iter().filter_map(|row| row.point.as_ref())
    }
}

impl<'a> IntoIterator for &'a Panel {
    type Item = &'a PanelRow;
    type IntoIter = std::slice::Iter<'a, PanelRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for PanelRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.point {
            Some(point) => format!("{}  {point}", self.company),
            None => format!("{}  not reported", self.company),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, row) in self.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{row}")?;
        }
        Ok(())
    }
}
