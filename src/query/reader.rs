//! The handle that reads.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::error::{Error, QueryError};
use crate::model::{
    Cell, Check, Company, ConceptMap, Document, Id, Metric, Observation, SeriesKey,
};
use crate::store::{Snapshot, Store, StoreError};

use super::cache::Cache;
use super::documents::Documents;
use super::expression::{ExpressionPanelQuery, ExpressionQuery, checked};
use super::near::near;
use super::panel::PanelQuery;
use super::point::Point;
use super::request::{SeriesQuery, series_of};
use super::restatement::RestatementQuery;
use super::stitch::Meant;

/// A handle that reads a database and cannot write to it. Cheap to clone, and may be used from many threads.
///
/// Every question sees whole commits only. A reader follows the database: what is taken in is seen by the
/// next question; [`Reader::pinned`] gives one that stays where it is. Answers do not depend on the order in
/// which documents were taken in.
///
/// A reader, and a question made with it, keeps the database open.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let reader = db.reader();
/// let worker = std::thread::spawn(move || {
///     reader.series("iij", "revenue")?.at("1Q03")
/// });
/// assert!(worker.join().unwrap()?.is_some());
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone)]
pub struct Reader {
    pinned: Option<Snapshot>,
    concepts: Option<Arc<ConceptMap>>,
    // Dropped after the snapshot: the last one closes the store.
    open: Arc<Open>,
}

/// An open store, and the folder to delete when it is closed.
pub(crate) struct Open {
    // Dropped in this order: the store first, its folder last.
    pub(crate) store: Store,
    pub(crate) path: PathBuf,
    pub(crate) _folder: Option<TempDir>,
    pub(crate) documents: Documents,
    pub(crate) cache: Cache,
}

impl Reader {
    pub(crate) fn new(open: Open) -> Self {
        Self {
            pinned: None,
            concepts: None,
            open: Arc::new(open),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.open.store
    }

    pub(crate) fn document_cache(&self) -> &Documents {
        &self.open.documents
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.open.cache
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.view().into_owned()
    }

    /// The snapshot of a question; that of a pinned reader is at hand.
    pub(crate) fn view(&self) -> Cow<'_, Snapshot> {
        match &self.pinned {
            Some(snapshot) => Cow::Borrowed(snapshot),
            None => Cow::Owned(self.open.store.snapshot()),
        }
    }

    /// The folder of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.open.path
    }

    /// A reader that stays at the last commit that is visible now, whatever is taken in later.
    #[must_use]
    pub fn pinned(&self) -> Reader {
        self.pinned_at(self.snapshot())
    }

    fn pinned_at(&self, snapshot: Snapshot) -> Reader {
        Reader {
            pinned: Some(snapshot),
            concepts: self.concepts.clone(),
            open: Arc::clone(&self.open),
        }
    }

    /// A reader that answers questions about the standard metrics of a map from all the tags under which companies
    /// report them: [`Reader::series`], [`Reader::panel`] and [`Reader::expression`], and all that is asked of them, take
    /// `revenue` as they take any metric. Raw tags can be asked for by their own names, as before.
    ///
    /// ```
    /// use kessan::{CompanyFacts, ConceptMap, Database};
    /// let fact = |year: u16, value: u64| format!(
    ///     r#"{{"start": "{year}-01-01", "end": "{year}-12-31", "val": {value}, "accn": "0000000123-{}-000001",
    ///      "fy": {year}, "fp": "FY", "form": "10-K", "filed": "{}-02-20"}}"#, year - 1999, year + 1);
    /// let json = format!(
    ///     r#"{{"cik": 123, "entityName": "Minato Foods Inc.", "facts": {{"us-gaap": {{
    ///         "SalesRevenueNet": {{"units": {{"USD": [{}]}}}}, "Revenues": {{"units": {{"USD": [{}]}}}}}}}}}}"#,
    ///     fact(2016, 1000), fact(2017, 1100));
    /// let db = Database::temporary()?;
    /// db.ingest(CompanyFacts::from_reader(json.as_bytes(), "CIK0000000123.json")?)?;
    ///
    /// let reader = db.with_concepts(ConceptMap::standard()?);
    /// let revenue = reader.series("CIK0000000123", "revenue")?.load()?;
    /// let change = revenue.yoy("FY2017")?.unwrap();
    /// assert_eq!(change.to_string(), "FY2017  1,100 USD   +10.0%  (FY2016 1,000)");
    /// assert_eq!(change.current.metric().as_str(), "us_gaap.revenues.flow");
    /// assert_eq!(change.base.unwrap().metric().as_str(), "us_gaap.sales_revenue_net.flow");
    /// # Ok::<(), kessan::Error>(())
    /// ```
    #[must_use]
    pub fn with_concepts(&self, map: ConceptMap) -> Reader {
        Reader {
            concepts: Some(Arc::new(map)),
            ..self.clone()
        }
    }

    /// The metric of a name: a standard one where this reader's map names it, else one that the database has.
    pub(crate) fn meant(&self, snapshot: &Snapshot, name: &str) -> Result<Meant, QueryError> {
        let standard = self.concepts.as_ref().and_then(|map| {
            let path = name.parse().ok()?;
            Meant::standard(map, snapshot, &path)
        });
        match standard {
            Some(standard) => Ok(standard),
            None => Ok(Meant::plain(find_metric(snapshot, name)?)),
        }
    }

    /// The number of the last commit that is visible; 0 for an empty database.
    #[must_use]
    pub fn last_commit(&self) -> u64 {
        self.snapshot().sequence()
    }

    /// All companies, by id.
    #[must_use]
    pub fn companies(&self) -> Vec<Company> {
        let mut companies: Vec<Company> = self.snapshot().companies().cloned().collect();
        companies.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        companies
    }

    /// One company.
    ///
    /// # Errors
    /// [`QueryError::UnknownCompany`].
    pub fn company(&self, id: impl AsRef<str>) -> Result<Company, Error> {
        let snapshot = self.snapshot();
        let (_, company) = find_company(&snapshot, id.as_ref())?;
        Ok(company.as_ref().clone())
    }

    /// The number of a company in this database, by which answers in brief name it. It stays the same; another database has
    /// other numbers.
    ///
    /// # Errors
    /// [`QueryError::UnknownCompany`].
    pub fn company_number(&self, id: impl AsRef<str>) -> Result<u32, Error> {
        let snapshot = self.snapshot();
        Ok(find_company(&snapshot, id.as_ref())?.0)
    }

    pub(crate) fn metric_number(&self, path: &str) -> Result<u32, QueryError> {
        let snapshot = self.snapshot();
        Ok(find_metric(&snapshot, path)?.0)
    }

    /// All metrics, by path.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        let mut metrics: Vec<Metric> = self.snapshot().metrics().cloned().collect();
        metrics.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        metrics
    }

    /// One metric; of a name that this reader's [concept map](Reader::with_concepts) has, the standard one.
    ///
    /// # Errors
    /// [`QueryError::UnknownMetric`].
    pub fn metric(&self, path: impl AsRef<str>) -> Result<Metric, Error> {
        let (snapshot, name) = (self.snapshot(), path.as_ref());
        let meant = self.meant(&snapshot, name)?;
        let standard = self.concepts.as_ref().filter(|_| meant.is_standard());
        match standard.and_then(|map| map.get(&meant.metric)) {
            Some(standard) => Ok(standard.metric.clone()),
            None => Ok(find_metric(&snapshot, name)?.1.clone()),
        }
    }

    /// All documents, by day of publication and id.
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn documents(&self) -> Result<Vec<Document>, Error> {
        let mut documents = self.snapshot().documents()?;
        documents.sort_unstable_by(|a, b| (a.published, &a.id).cmp(&(b.published, &b.id)));
        Ok(documents)
    }

    /// One document.
    ///
    /// # Errors
    /// [`QueryError::UnknownDocument`], or [`Error::Store`] where the database cannot be read.
    pub fn document(&self, id: impl AsRef<str>) -> Result<Document, Error> {
        let snapshot = self.snapshot();
        let number = find_document(&snapshot, id.as_ref())?;
        Ok(snapshot.document(number)?)
    }

    /// The cells of a document, as printed, in the order of their numbers.
    ///
    /// # Errors
    /// As of [`Reader::document`].
    pub fn cells(&self, document: impl AsRef<str>) -> Result<Vec<Cell>, Error> {
        let snapshot = self.snapshot();
        let number = find_document(&snapshot, document.as_ref())?;
        Ok(snapshot.cells(number)?)
    }

    /// The printed figures of a document that repeat what others say: growth rates, shares, translations.
    ///
    /// # Errors
    /// As of [`Reader::document`].
    pub fn checks(&self, document: impl AsRef<str>) -> Result<Vec<Check>, Error> {
        let snapshot = self.snapshot();
        let number = find_document(&snapshot, document.as_ref())?;
        Ok(snapshot.checks(number)?)
    }

    /// The printed cell that a point shows.
    ///
    /// # Errors
    /// [`QueryError::UnknownDocument`] where this database has not the point's document; [`Error::Store`]
    /// where it cannot be read.
    pub fn cell(&self, point: &Point) -> Result<Cell, Error> {
        let snapshot = self.snapshot();
        let mut source = point.source();
        // The number is that of the database the point came from; the id holds everywhere.
        source.document = find_document(&snapshot, point.document().as_str())?;
        Ok(snapshot.cell(source)?)
    }

    /// When a commit was recorded: when this database took its figures in, to the second, by the clock of the machine. Times
    /// never run backwards: where the clock was set back, a commit has the time of the one before it.
    ///
    /// # Errors
    /// [`Error::Store`] where there is no such commit, or the database cannot be read.
    pub fn recorded(&self, commit: u64) -> Result<DateTime<Utc>, Error> {
        Ok(self.snapshot().recorded(commit)?)
    }

    /// The printed cell of an observation of this database.
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn cell_of(&self, observation: &Observation) -> Result<Cell, Error> {
        Ok(self.snapshot().cell(observation.source)?)
    }

    /// The document of an observation of this database.
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn document_of(&self, observation: &Observation) -> Result<Document, Error> {
        Ok(self.snapshot().document(observation.source.document)?)
    }

    /// All series of a company, by metric, scenario, scope and unit.
    ///
    /// # Errors
    /// [`QueryError::UnknownCompany`], or [`Error::Store`] where the database cannot be read.
    pub fn series_list(&self, company: impl AsRef<str>) -> Result<Vec<SeriesKey>, Error> {
        let snapshot = self.snapshot();
        let (_, company) = find_company(&snapshot, company.as_ref())?;
        series_of(&snapshot, &company.id)
    }

    /// Begins a question about one metric of one company: actual figures, of the total, as known latest,
    /// unless the question says otherwise.
    ///
    /// # Errors
    /// [`QueryError::UnknownCompany`] and [`QueryError::UnknownMetric`], with names near to what was asked.
    pub fn series(
        &self,
        company: impl AsRef<str>,
        metric: impl AsRef<str>,
    ) -> Result<SeriesQuery, Error> {
        let snapshot = self.snapshot();
        let (number, company) = find_company(&snapshot, company.as_ref())?;
        let company = (number, Arc::clone(company));
        let meant = self.meant(&snapshot, metric.as_ref())?;
        Ok(SeriesQuery::new(self.pinned_at(snapshot), company, meant))
    }

    /// Begins a question about a series by its key, as [`Reader::series_list`] gives it.
    ///
    /// # Errors
    /// As [`Reader::series`].
    pub fn series_of(&self, key: &SeriesKey) -> Result<SeriesQuery, Error> {
        let reader = self.pinned();
        let snapshot = reader.snapshot();
        let (number, company) = find_company(&snapshot, key.company.as_str())?;
        let company = (number, Arc::clone(company));
        let meant = Meant::plain(find_metric(&snapshot, key.metric.as_str())?);
        let query = SeriesQuery::new(reader, company, meant);
        Ok(query
            .scenario(key.scenario)
            .scope(key.scope.clone())
            .unit(key.unit.clone()))
    }

    /// Begins a question about one metric of all companies.
    ///
    /// # Errors
    /// [`QueryError::UnknownMetric`], with names near to what was asked.
    pub fn panel(&self, metric: impl AsRef<str>) -> Result<PanelQuery, Error> {
        let reader = self.pinned();
        let snapshot = reader.snapshot();
        let meant = reader.meant(&snapshot, metric.as_ref())?;
        Ok(PanelQuery::new(reader, meant))
    }

    /// Begins a question about arithmetic of the metrics of one company, such as
    /// `(revenue - cost_of_revenue) / revenue`. See [`Expression`](crate::Expression) for what can be written.
    ///
    /// # Errors
    /// [`QueryError::Expression`] where the text is no expression or means nothing, with its place;
    /// [`QueryError::UnknownCompany`] and [`QueryError::UnknownMetric`], with names near to what was asked.
    pub fn expression(
        &self,
        company: impl AsRef<str>,
        text: impl AsRef<str>,
    ) -> Result<ExpressionQuery, Error> {
        let reader = self.pinned();
        let checked = checked(&reader, text.as_ref())?;
        ExpressionQuery::new(&reader, company.as_ref(), checked)
    }

    /// Begins a question about arithmetic of metrics, of all companies.
    ///
    /// # Errors
    /// As of [`Reader::expression`].
    pub fn expression_panel(&self, text: impl AsRef<str>) -> Result<ExpressionPanelQuery, Error> {
        let reader = self.pinned();
        let checked = checked(&reader, text.as_ref())?;
        Ok(ExpressionPanelQuery::new(reader, checked))
    }

    /// Begins a question about the restatements of a company.
    ///
    /// # Errors
    /// [`QueryError::UnknownCompany`], with names near to what was asked.
    pub fn restatements(&self, company: impl AsRef<str>) -> Result<RestatementQuery, Error> {
        let reader = self.pinned();
        let snapshot = reader.snapshot();
        let (_, company) = find_company(&snapshot, company.as_ref())?;
        let company = Arc::clone(company);
        Ok(RestatementQuery::new(reader, company))
    }

    /// All that the question of a point took into account about its fact, the earliest publication first: what
    /// was published and recorded by its dates, of the documents that it lets
    /// [supersede](crate::Supersede) each other.
    ///
    /// # Errors
    /// [`Error::Store`] where the database cannot be read.
    pub fn observations(&self, point: &Point) -> Result<Vec<Observation>, Error> {
        let snapshot = self.snapshot();
        Ok(self.observations_of(&snapshot, point)?)
    }

    /// The figures among which a [conflicting](Point::is_conflicting) point was chosen: what was
    /// printed for it on the day of the document that speaks about the fact, by document and cell. That is the
    /// last one which gives a figure, or the first where the question was for what was
    /// [first reported](SeriesQuery::first_reported).
    ///
    /// # Errors
    /// As of [`Reader::observations`].
    pub fn candidates(&self, point: &Point) -> Result<Vec<Observation>, Error> {
        let snapshot = self.snapshot();
        let mut observations = self.observations_of(&snapshot, point)?;
        let order = snapshot.document_order(&observations)?;
        let speaker = point
            .about()
            .known
            .shown(&observations, &order)
            .and_then(|shown| observations.get(shown.speaker))
            .map(|speaker| speaker.published);
        observations.retain(|seen| Some(seen.published) == speaker);
        Ok(observations)
    }

    fn observations_of(
        &self,
        snapshot: &Snapshot,
        point: &Point,
    ) -> Result<Vec<Observation>, StoreError> {
        let Some(id) = snapshot.series_id(point.series()) else {
            return Ok(Vec::new());
        };
        let known = point.about().known;
        let mut observations = known.observations(snapshot, self, id)?;
        observations.retain(|seen| seen.period == point.period());
        Ok(observations)
    }
}

/// The company of an id, with its number.
pub(crate) fn find_company<'a>(
    snapshot: &'a Snapshot,
    id: &str,
) -> Result<(u32, &'a Arc<Company>), QueryError> {
    snapshot
        .numbered_company(id)
        .ok_or_else(|| QueryError::UnknownCompany {
            company: id.to_owned(),
            near: near(id, snapshot.companies().map(|company| company.id.as_str())),
        })
}

/// The metric of a path, with its number.
fn find_metric<'a>(snapshot: &'a Snapshot, path: &str) -> Result<(u32, &'a Metric), QueryError> {
    snapshot
        .numbered_metric(path)
        .ok_or_else(|| QueryError::UnknownMetric {
            metric: path.to_owned(),
            near: near(path, snapshot.metrics().map(|metric| metric.path.as_str())),
        })
}

pub(crate) fn find_document(snapshot: &Snapshot, id: &str) -> Result<u32, Error> {
    let number = match id.parse::<Id>() {
        Ok(id) => snapshot.document_number(&id)?,
        Err(_) => None,
    };
    if let Some(number) = number {
        return Ok(number);
    }
    let documents = snapshot.documents()?;
    Err(QueryError::UnknownDocument {
        document: id.to_owned(),
        near: near(id, documents.iter().map(|document| document.id.as_str())),
    }
    .into())
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path())
            .field("last_commit", &self.last_commit())
            .finish_non_exhaustive()
    }
}
