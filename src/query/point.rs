//! Points: facts as an answer shows them.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::model::calendar::is_short_year;
use crate::model::{
    Amount, FactKey, Figure, FiscalPeriod, Id, MetricPath, Nil, Observation, Period, Precision,
    Scenario, Scope, SeriesKey, Source, Unit,
};

use crate::store::CurrentRow;

use super::cycle::{self, Tells};
use super::dated_amount::DatedAmount;
use super::rows::{About, Row, Standing};

/// A fact as it is shown: its figure with unit and precision, its dates and its place in the company's
/// calendar, and where it was published.
///
/// A point is plain data: it outlives the database it came from. Two points are equal if they show the same
/// figure of the same fact from the same cell of the same document, in the same place of the calendar.
///
/// Printed as `1Q03  8,344,046 thousand JPY`, with remarks in brackets where there are any.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let point = db.series("iij", "revenue")?.at("1Q03")?.unwrap();
/// assert_eq!(point.to_string(), "1Q03  8,344,046 thousand JPY");
/// assert_eq!(point.period().to_string(), "2003-04-01..2003-06-30");
/// assert_eq!(point.document().as_str(), "iij-2003-08-13-1q03-results");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone)]
pub struct Point(Arc<Placed>);

/// A row in its place.
struct Placed {
    row: Row,
    standing: Option<Standing>,
}

impl Point {
    /// How many bytes one takes beside its own, with the two counts of an `Arc`.
    pub(crate) const WEIGHT: usize = size_of::<Placed>() + 2 * size_of::<usize>();

    pub(crate) fn new(row: Row, standing: Option<Standing>) -> Self {
        Self(Arc::new(Placed { row, standing }))
    }

    pub(crate) fn current(&self) -> &CurrentRow {
        &self.0.row.current
    }

    fn observation(&self) -> &Observation {
        &self.current().observation
    }

    pub(crate) fn about(&self) -> &About {
        &self.0.row.about
    }

    pub(crate) fn standing(&self) -> Option<&Standing> {
        self.0.standing.as_ref()
    }

    /// The fact: series and dates.
    #[must_use]
    pub fn fact(&self) -> FactKey {
        FactKey {
            series: self.series().clone(),
            period: self.period(),
        }
    }

    /// What the figure is, but for its dates.
    #[must_use]
    pub fn series(&self) -> &SeriesKey {
        &self.about().key
    }

    /// The company the figure is about.
    #[must_use]
    pub fn company(&self) -> &Id {
        &self.about().key.company
    }

    /// What is measured. In an answer about a standard metric, the tag that the figure is from.
    #[must_use]
    pub fn metric(&self) -> &MetricPath {
        &self.about().key.metric
    }

    /// The standard metric of a [concept map](crate::ConceptMap) that was asked for; `None` where the question was
    /// about [`Point::metric`] itself.
    #[must_use]
    pub fn standard_metric(&self) -> Option<&MetricPath> {
        self.about().standard.as_ref()
    }

    /// Actual, target, plan or pro forma.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        self.about().key.scenario
    }

    /// Which part of the company.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.about().key.scope
    }

    /// What is counted.
    #[must_use]
    pub fn unit(&self) -> &Unit {
        &self.about().key.unit
    }

    /// The dates.
    #[must_use]
    pub fn period(&self) -> Period {
        self.observation().period
    }

    /// The slot of the company's calendar for which this is the figure. `None` for dates that fit no slot,
    /// and for those of which another fact of the series fits it better.
    #[must_use]
    pub fn fiscal(&self) -> Option<FiscalPeriod> {
        self.0
            .standing
            .as_ref()
            .map(|standing| standing.target.fiscal)
    }

    /// The label of [`Point::fiscal`] as the company writes it, else the dates.
    #[must_use]
    pub fn label(&self) -> String {
        match self.fiscal() {
            Some(fiscal) => self.about().company.calendar.label(fiscal),
            None => self.period().to_string(),
        }
    }

    /// Whether this is the figure of a fiscal year that a change of year end cut short, as
    /// [`FiscalCalendar::is_short_year`](crate::FiscalCalendar::is_short_year): its label is that of a year, and an amount of it is
    /// not one of twelve months. How many days they are is [`Period::days`].
    #[must_use]
    pub fn is_short_year(&self) -> bool {
        self.fiscal()
            .is_some_and(|fiscal| is_short_year(fiscal, &self.period()))
    }

    /// The figure, in base units, with its precision.
    #[must_use]
    pub fn figure(&self) -> &Figure {
        &self.observation().figure
    }

    /// The figure where it is a plain amount.
    #[must_use]
    pub fn amount(&self) -> Option<&Amount> {
        self.figure().amount()
    }

    /// The value in base units where the figure is a plain amount, exact or rounded.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        self.amount().map(Amount::value)
    }

    /// How exactly the figure was published, where it is a plain amount.
    #[must_use]
    pub fn precision(&self) -> Option<Precision> {
        self.amount().map(Amount::precision)
    }

    /// The point in brief, where it is a plain amount.
    #[must_use]
    pub fn dated_amount(&self) -> Option<DatedAmount> {
        DatedAmount::new(self.current(), self.fiscal())
    }

    /// The day the figure was published.
    #[must_use]
    pub fn published(&self) -> NaiveDate {
        self.observation().published
    }

    /// The day on whose share basis the figure is: that of its publication, unless it was told again after a split as it was.
    pub(crate) fn share_basis(&self) -> NaiveDate {
        let about = self.about();
        about.basis_of_figure(self.period(), self.published(), self.figure())
    }

    /// The commit that recorded it in this database.
    #[must_use]
    pub fn commit(&self) -> u64 {
        self.observation().commit
    }

    /// The document that printed it.
    #[must_use]
    pub fn document(&self) -> &Id {
        &self.0.row.document.id
    }

    /// How many fiscal years the document that printed the figure reports on after the fact's own: 0 where it was
    /// reported for its own year, 1 in the comparative columns of the year after, negative where it lay ahead
    /// (a target). `None` where the company's calendar has no such years.
    ///
    /// A document reports on the period that it [says](crate::Document::reports). One that does not say reports, by
    /// its day of publication, on the last quarter that had ended, or, if it is an annual report, on the last
    /// year, one cut short by a change of year end included; so does the earlier publication that a later document gives
    /// evidence for. Figures of the first months of a year that goes on are of the cycle 0 in an annual report too: of a
    /// transition period, before it is known that the year ended with it.
    #[must_use]
    pub fn reporting_cycle(&self) -> Option<i32> {
        cycle::reporting_cycle(
            &self.about().company.calendar,
            &self.0.row.document,
            self.observation(),
            Tells::AtLeast(&self.period()),
        )
    }

    /// Whether the figure stands in a comparative column: the document that printed it reports on a period that
    /// ends later than the fact's, by more than [`PLACEMENT_TOLERANCE`](crate::PLACEMENT_TOLERANCE) days. What
    /// it reports on is said at [`Point::reporting_cycle`].
    #[must_use]
    pub fn is_comparative(&self) -> bool {
        cycle::is_comparative(
            &self.about().company.calendar,
            &self.0.row.document,
            self.observation(),
        )
    }

    /// The numbers, in this database, of the document and its cell.
    #[must_use]
    pub fn source(&self) -> Source {
        self.observation().source
    }

    /// Whether figures of this fact published on the day of the document that speaks contradict each other beyond
    /// rounding, be they of that document or of several: by [`Figure::contradicts`](crate::Figure::contradicts), also where
    /// a precision is unknown. The figures are
    /// [`Reader::candidates`](crate::Reader::candidates).
    #[must_use]
    pub fn is_conflicting(&self) -> bool {
        self.0.row.current.conflicting
    }

    /// Whether the query took more than one observation of the fact into account. All of them are
    /// [`Reader::observations`](crate::Reader::observations).
    #[must_use]
    pub fn has_versions(&self) -> bool {
        self.0.row.current.versions
    }

    /// How many days the dates lie from the calendar's own, both ends added up; 0 where they have no slot.
    #[must_use]
    pub fn off_by(&self) -> i64 {
        self.0
            .standing
            .as_ref()
            .map_or(0, |standing| standing.fit.off_by)
    }

    /// The dates of other facts of the same slot, which fit it less well.
    #[must_use]
    pub fn also(&self) -> &[Period] {
        self.0
            .standing
            .as_ref()
            .map_or(&[], |standing| &standing.also)
    }

    /// What a reader should know besides the figure.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.is_conflicting() {
            remarks.push("conflicting".to_owned());
        }
        if self.about().known.first && self.is_comparative() {
            remarks.push("comparative column".to_owned());
        }
        remarks.extend(self.remarks_on_dates());
        remarks
    }

    /// How the dates stand in the calendar, where that is worth saying.
    pub(crate) fn remarks_on_dates(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        remarks.extend(short_year(self.is_short_year(), &self.period()));
        if let Some(standing) = &self.0.standing {
            if standing.fit.nominal {
                remarks.push("placed by its month-end".to_owned());
            } else if standing.fit.off_by > 0 {
                remarks.push(format!("dates {}", self.period()));
            }
            if !standing.also.is_empty() {
                let dates: Vec<String> = standing.also.iter().map(Period::to_string).collect();
                remarks.push(format!("also {}", dates.join(", ")));
            }
        }
        remarks
    }

    /// The figure as it stands alone: `8,344,046 thousand JPY`, `5.7%`, `break-even`.
    pub(crate) fn figure_text(&self) -> String {
        let figure = self.figure();
        match (figure, self.unit()) {
            (Figure::Qualitative(_) | Figure::Nil(Nil::None | Nil::NotApplicable), _)
            | (_, Unit::Pure) => figure.to_string(),
            (_, Unit::Percent) => format!("{figure}%"),
            (_, unit) => format!("{figure} {unit}"),
        }
    }
}

/// What is said of a short year.
pub(crate) fn short_year(is_short: bool, dates: &Period) -> Option<String> {
    let days = dates.days().filter(|_| is_short);
    days.map(|days| format!("short year, {days} days"))
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remarks = match self.remarks().as_slice() {
            [] => String::new(),
            remarks => format!("  [{}]", remarks.join("; ")),
        };
        f.pad(&format!(
            "{}  {}{remarks}",
            self.label(),
            self.figure_text()
        ))
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Point")
            .field("series", self.series())
            .field("row", &self.0.row)
            .field("standing", &self.0.standing)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        let said = |point: &Point| {
            (
                point.period(),
                point.published(),
                point.source().cell,
                point.is_conflicting(),
                point.has_versions(),
            )
        };
        said(self) == said(other)
            && self.figure() == other.figure()
            && self.document() == other.document()
            && self.0.standing == other.0.standing
            && self.series() == other.series()
    }
}

impl Eq for Point {}

/// How a point is written with serde.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own")]
struct Written<'a> {
    #[serde(flatten)]
    series: &'a SeriesKey,
    label: String,
    fiscal: Option<FiscalPeriod>,
    period: Period,
    short_year: bool,
    figure: &'a Figure,
    published: NaiveDate,
    document: &'a Id,
    cell: u32,
    commit: u64,
    reporting_cycle: Option<i32>,
    comparative: bool,
    conflicting: bool,
    versions: bool,
    off_by: i64,
    also: &'a [Period],
}

impl Serialize for Point {
    /// A map of all that the point's methods tell, but the document's number in this database.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            series: self.series(),
            label: self.label(),
            fiscal: self.fiscal(),
            period: self.period(),
            short_year: self.is_short_year(),
            figure: self.figure(),
            published: self.published(),
            document: self.document(),
            cell: self.source().cell,
            commit: self.commit(),
            reporting_cycle: self.reporting_cycle(),
            comparative: self.is_comparative(),
            conflicting: self.is_conflicting(),
            versions: self.has_versions(),
            off_by: self.off_by(),
            also: self.also(),
        }
        .serialize(serializer)
    }
}
