//! What the tags of a standard metric say against each other, and which of them a company used when.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::error::Error;
use crate::model::versions::is_absence;
use crate::model::{Period, SeriesKey};

use super::apart::disagree;
use super::point::Point;
use super::request::SeriesQuery;
use super::slot::Dated;

/// A period for which several tags of a standard metric have figures, and not all the same: beyond rounding, or where
/// that cannot be told as a precision is unknown.
///
/// It is a finding, not an error: the tags may mean different things, or the company restated the figure under another
/// tag. An answer shows the first, and reckons with no figures of two tags that disagree for any period: see
/// [`ChangeKind::TagsDisagree`](crate::ChangeKind) and [`Obstacle::TagsDisagree`](crate::Obstacle).
///
/// Printed as `FY2015  us_gaap.revenues.flow 100 USD [2016-02-20 in CIK0000000123/0000000123-16-000001] |
/// us_gaap.sales_revenue_net.flow 90 USD [...]` on one line.
///
/// ```
/// use kessan::{CompanyFacts, ConceptMap, Database};
/// let fact = |value: u64| format!(
///     r#"{{"units": {{"USD": [{{"start": "2015-01-01", "end": "2015-12-31", "val": {value}, "accn":
///      "0000000123-16-000001", "fy": 2015, "fp": "FY", "form": "10-K", "filed": "2016-02-20"}}]}}}}"#);
/// let json = format!(
///     r#"{{"cik": 123, "entityName": "Minato Foods Inc.", "facts": {{"us-gaap": {{"Revenues": {}, "SalesRevenueNet": {}}}}}}}"#,
///     fact(100), fact(90));
/// let db = Database::temporary()?;
/// db.ingest(CompanyFacts::from_reader(json.as_bytes(), "CIK0000000123.json")?)?;
/// let revenue = db.with_concepts(ConceptMap::standard()?).series("CIK0000000123", "revenue")?;
/// assert_eq!(
///     revenue.disagreements()?[0].to_string(),
///     "FY2015  us_gaap.revenues.flow 100 USD [2016-02-20 in CIK0000000123/0000000123-16-000001] | \
///      us_gaap.sales_revenue_net.flow 90 USD [2016-02-20 in CIK0000000123/0000000123-16-000001]"
/// );
/// assert_eq!(revenue.at("FY2015")?.unwrap().to_string(), "FY2015  100 USD");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Disagreement {
    /// The dates.
    pub period: Period,
    /// The figure of every tag that has one, as known to the question, in the order of preference.
    pub points: Vec<Point>,
}

/// One of the series that answer a question about a standard metric together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct SeriesPart {
    /// The series.
    pub series: SeriesKey,
    /// How many facts it has, as known to the question.
    pub facts: usize,
    /// How many of them the answer shows; others stand under a preferred tag too.
    pub shown: usize,
    /// The first period for which it has a fact, by the end; `None` where nothing was known yet.
    pub first: Option<Period>,
    /// The last one.
    pub last: Option<Period>,
}

impl SeriesQuery {
    /// Where the tags of a standard metric disagree, by period. A metric that stands for itself has no such.
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`].
    pub fn disagreements(&self) -> Result<Vec<Disagreement>, Error> {
        let series = self.load()?;
        let mut by_period: BTreeMap<Period, Vec<Point>> = BTreeMap::new();
        for (_, rows) in self.rows_of_parts()? {
            for row in rows {
                let period = row.period();
                // Each stands where the fact that is shown stands.
                let shown = series.at_dates(&period);
                let standing = shown.and_then(|shown| shown.standing().cloned());
                if !is_absence(&row.current.observation.figure) {
                    let point = Point::new(row, standing);
                    by_period.entry(period).or_default().push(point);
                }
            }
        }
        let differ = |points: &[Point]| {
            let others = |at: usize| points.iter().skip(at + 1);
            let pairs = points.iter().enumerate();
            pairs
                .flat_map(|(at, one)| others(at).map(move |other| (one, other)))
                .any(|(one, other)| disagree(one.current(), other.current()))
        };
        Ok(by_period
            .into_iter()
            .filter(|(_, points)| differ(points))
            .map(|(period, points)| Disagreement { period, points })
            .collect())
    }

    /// The series that answer this question together, in the order of preference: under which tags the company reported a
    /// standard metric, and for which periods. Of a metric that stands for itself, that one.
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`].
    pub fn parts_used(&self) -> Result<Vec<SeriesPart>, Error> {
        let all = self.load()?.all();
        let parts = self.rows_of_parts()?;
        Ok(parts
            .into_iter()
            .map(|(about, rows)| SeriesPart {
                facts: rows.len(),
                shown: all
                    .points()
                    .filter(|point| *point.series() == about.key)
                    .count(),
                first: rows.first().map(Dated::period),
                last: rows.last().map(Dated::period),
                series: about.key.clone(),
            })
            .collect())
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self
            .points
            .iter()
            .map(|point| {
                let (figure, metric) = (point.figure_text(), point.metric());
                let (published, document) = (point.published(), point.document());
                format!("{metric} {figure} [{published} in {document}]")
            })
            .collect();
        let label = self
            .points
            .first()
            .map_or_else(|| self.period.to_string(), Point::label);
        f.pad(&format!("{label}  {}", told.join(" | ")))
    }
}
