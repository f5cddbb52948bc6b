//! Asking for a series.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Error;
use crate::model::{
    Company, FiscalCalendar, Id, Observation, Period, Scenario, Scope, SeriesKey, Unit,
};
use crate::store::{Snapshot, StoreError};

use super::cache::Question;
use super::choices::{choices_of_publications, choices_of_versions};
use super::documents::Documents;
use super::point::Point;
use super::points::Points;
use super::reader::{Reader, find_document};
use super::restatement::{self, Restatements};
use super::rows::{About, Known, Supersede};
use super::select::{FiscalRange, When};
use super::series::Series;
use super::stitch::{self, Meant};

mod resolve;

/// A question about one metric of one company.
///
/// Unless asked otherwise it is about actual figures, of the whole company, as known latest. It sees the
/// database as it was when the question was begun with [`Reader::series`](crate::Reader::series), whatever is
/// taken in meanwhile. A question can be asked several times; one that is asked often is better
/// [loaded](SeriesQuery::load).
///
/// ```
/// use kessan::{Database, Scenario, parse_date};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// db.ingest(&Release::read("data/iij/2009-02-12-3q08-results")?)?;
///
/// let revenue = db.series("iij", "revenue")?;
/// assert_eq!(revenue.quarters("1Q02"..="1Q03")?.len(), 5); // two of them gaps
/// assert_eq!(revenue.nine_months("9M08"..)?.to_string(), "9M08  50,789 million JPY");
///
/// let target = db.series("iij", "revenue")?.scenario(Scenario::Target);
/// let then = target.clone().as_of(parse_date("2008-10-24")?).at("FY2008")?;
/// assert_eq!(then.unwrap().to_string(), "FY2008  73.0 billion JPY");
/// assert_eq!(target.at("FY2008")?.unwrap().to_string(), "FY2008  69.3 billion JPY");
///
/// let current = db.series("iij", "operating_margin")?.scope("business=current".parse()?);
/// assert_eq!(current.at("3Q08")?.unwrap().to_string(), "3Q08  6.9%");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SeriesQuery {
    reader: Reader,
    company: Arc<Company>,
    /// The number of the company.
    number: u32,
    meant: Meant,
    scenario: Scenario,
    scope: Scope,
    unit: Option<Unit>,
    known: Known,
    against_actual: bool,
}

impl SeriesQuery {
    /// `reader` is pinned.
    pub(crate) fn new(
        reader: Reader,
        (number, company): (u32, Arc<Company>),
        meant: Meant,
    ) -> Self {
        Self {
            reader,
            company,
            number,
            meant,
            scenario: Scenario::default(),
            scope: Scope::total(),
            unit: None,
            known: Known::default(),
            against_actual: false,
        }
    }

    /// Asks for targets, plans or pro forma figures in place of actual ones.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Asks for a part of the company in place of the total.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Names the unit. Needed only where the company reports the metric in several.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    choices_of_publications!();
    choices_of_versions!();

    pub(crate) fn known(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// Takes into account only what one document prints, comparative columns included: changes are then as the
    /// company itself would print them there, both operands from the same document.
    ///
    /// # Errors
    /// [`QueryError::UnknownDocument`](crate::QueryError::UnknownDocument) where there is no such document.
    ///
    /// ```
    /// # use kessan::{Database, Release};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// db.ingest(&Release::read("data/iij/2009-02-12-3q08-results")?)?;
    /// let cash = db.series("iij", "cash")?.printed_in("iij-2009-02-12-3q08-results")?;
    /// assert_eq!(cash.all()?.len(), 2); // December and March 2008
    /// # Ok::<(), kessan::Error>(())
    /// ```
    pub fn printed_in(mut self, document: impl AsRef<str>) -> Result<Self, Error> {
        let snapshot = self.reader.snapshot();
        self.known.printed_in = Some(find_document(&snapshot, document.as_ref())?);
        Ok(self)
    }

    /// Compares a target, plan or pro forma figure with the actual figures of earlier periods, in place of
    /// those of its own scenario. Every [`Delta`](crate::Delta) of it says so.
    #[must_use]
    pub fn against_actual(mut self) -> Self {
        self.against_actual = true;
        self
    }

    /// Looks the series up and keeps its rows in memory.
    ///
    /// # Errors
    /// [`QueryError::NoSeries`](crate::QueryError::NoSeries) where the company does not report the metric so;
    /// [`QueryError::AmbiguousUnit`](crate::QueryError::AmbiguousUnit) where it does in several units and none was named; [`Error::Store`]
    /// where the database cannot be read. A series of which nothing was published by [`SeriesQuery::as_of`]
    /// is no error: it is empty.
    pub fn load(&self) -> Result<Series, Error> {
        let snapshot = self.reader.view();
        match self.kept(&snapshot) {
            Some(series) => Ok(series),
            None => self.read(&snapshot),
        }
    }

    /// See [`Series::at`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::at`].
    pub fn at(&self, when: impl When) -> Result<Option<Point>, Error> {
        let snapshot = self.reader.view();
        match self.kept(&snapshot) {
            Some(series) => series.at(when),
            None if self.is_better_loaded() => self.read(&snapshot)?.at(when),
            None => self.at_in_place(&snapshot, &when),
        }
    }

    /// See [`Series::quarters`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::quarters`].
    pub fn quarters(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.load()?.quarters(range)
    }

    /// See [`Series::halves`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::quarters`].
    pub fn halves(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.load()?.halves(range)
    }

    /// See [`Series::nine_months`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::quarters`].
    pub fn nine_months(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.load()?.nine_months(range)
    }

    /// See [`Series::years`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::quarters`].
    pub fn years(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.load()?.years(range)
    }

    /// See [`Series::instants`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`] and [`Series::quarters`].
    pub fn instants(&self, range: impl FiscalRange) -> Result<Points, Error> {
        self.load()?.instants(range)
    }

    /// See [`Series::all`].
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`].
    pub fn all(&self) -> Result<Points, Error> {
        Ok(self.load()?.all())
    }

    /// The restatements of the series by the days and documents of this question: every value that was followed by
    /// another one, the earliest first. Comparators and [`SeriesQuery::first_reported`] do not matter here. Of a standard
    /// metric, they are those of every tag by itself; what the tags say against each other is
    /// [`SeriesQuery::disagreements`].
    ///
    /// ```
    /// # use kessan::{Database, Release, Scenario};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2009-02-12-3q08-results")?)?;
    /// let target = db.series("iij", "revenue")?.scenario(Scenario::Target);
    /// for restatement in &target.restatements()? {
    ///     assert_eq!(restatement.change.to_string(), "-5.1%");
    ///     assert_eq!(restatement.new.to_string(), "FY2008  69.3 billion JPY");
    /// }
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`].
    pub fn restatements(&self) -> Result<Restatements, Error> {
        let snapshot = self.reader.snapshot();
        let mut found = Vec::new();
        for (id, key) in self.resolve(&snapshot)?.parts {
            let about = self.about(key);
            found.extend(restatement::of_series(&snapshot, &self.reader, id, &about)?);
        }
        Ok(Restatements::new(found))
    }

    /// The database as the question sees it.
    pub(super) fn view(&self) -> Cow<'_, Snapshot> {
        self.reader.view()
    }

    fn question(&self) -> Question {
        Question {
            company: self.number,
            metrics: self.meant.numbers(),
            scenario: self.scenario,
            scope: self.scope.clone(),
            unit: self.unit.clone(),
        }
    }

    /// What the points of a series share; `key` is that of the question, or of a series that stands in for it.
    pub(crate) fn about(&self, key: SeriesKey) -> About {
        let standard = self.meant.as_standard();
        About {
            standard: standard.filter(|standard| *standard != key.metric),
            key,
            kind: self.meant.kind,
            company: Arc::clone(&self.company),
            known: self.known,
            head: self.reader.last_commit(),
            apart: None,
            told_again: Vec::new(),
        }
    }

    /// The same, with which of its figures are on an older share basis than that of their day.
    pub(crate) fn about_basis(
        &self,
        snapshot: &Snapshot,
        key: SeriesKey,
    ) -> Result<About, StoreError> {
        self.about(key).with_share_basis(snapshot, &self.reader)
    }

    /// All observations that this question takes into account, by fact, publication, document and cell.
    pub(crate) fn observations(&self) -> Result<(Vec<Observation>, Snapshot), Error> {
        let snapshot = self.reader.snapshot();
        let resolved = self.resolve(&snapshot)?;
        let documents = self.reader.document_cache();
        if let [(id, _)] = resolved.parts.as_slice() {
            let observations = self.known.observations(&snapshot, &self.reader, *id)?;
            return Ok((observations, snapshot));
        }
        let whatever_kind = Known {
            supersede: Supersede::All,
            ..self.known
        };
        let parts = resolved
            .parts
            .iter()
            .map(|(id, _)| whatever_kind.observations(&snapshot, &self.reader, *id))
            .collect::<Result<Vec<_>, _>>()?;
        let order = snapshot.document_order(&parts.concat())?;
        let mut observations = stitch::observations(parts, &order);
        if self.known.supersede == Supersede::Periodic {
            observations = documents.periodic(&snapshot, &observations)?;
        }
        Ok((observations, snapshot))
    }

    /// The other series of this company, metric and scenario, as this question knows them: each with its dates.
    pub(crate) fn siblings(&self) -> Result<Vec<(SeriesKey, Vec<Period>)>, Error> {
        let snapshot = self.reader.snapshot();
        let own = self.resolve(&snapshot)?.parts;
        let mut siblings = Vec::new();
        for metric in self.meant.metrics() {
            for id in snapshot.series_of_metric(&self.company.id, metric) {
                let key = snapshot.series_key(id)?;
                if own.iter().all(|(own, _)| *own != id) && key.scenario == self.scenario {
                    let rows = self.known.rows(&snapshot, &self.reader, id)?;
                    siblings.push((key, rows.iter().map(|row| row.observation.period).collect()));
                }
            }
        }
        siblings.sort_unstable();
        Ok(siblings)
    }

    pub(crate) fn documents(&self) -> &Documents {
        self.reader.document_cache()
    }

    pub(crate) fn calendar(&self) -> &FiscalCalendar {
        &self.company.calendar
    }
}

/// All series of a company, in order.
pub(crate) fn series_of(snapshot: &Snapshot, company: &Id) -> Result<Vec<SeriesKey>, Error> {
    let mut keys = snapshot
        .series_of(company)
        .into_iter()
        .map(|id| snapshot.series_key(id))
        .collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    Ok(keys)
}
