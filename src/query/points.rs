//! A stretch of a series.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::model::{FiscalPeriod, Period, Span};

use super::amount_change::AmountChange;
use super::dated_amount::DatedAmount;
use super::delta::{Delta, DeltaKind};
use super::point::Point;
use super::select::{Ends, When};
use super::series::Series;

/// A stretch of a series, in order: one entry for every fiscal slot of the range, so that gaps show.
///
/// Printed one entry a line.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let revenue = db.series("iij", "revenue")?.quarters("1Q02"..="1Q03")?;
/// assert_eq!(revenue.len(), 5);
/// let last = revenue.yoy().pop().unwrap();
/// assert_eq!(last.to_string(), "1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Points {
    series: Series,
    stretch: Stretch,
}

#[derive(Clone, Debug)]
enum Stretch {
    /// Some of what the series keeps.
    Kept(Which, Range<usize>),
    Entries(Vec<Entry>),
    /// Quarters of which only the plain amounts were looked up. The entries are when they are asked for.
    Brief {
        ends: Ends,
        amounts: Vec<DatedAmount>,
        entries: OnceLock<Vec<Entry>>,
    },
}

/// What a series keeps of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Which {
    Quarters,
    Facts,
}

/// One period of [`Points`]: its fact, or a gap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry(Kind);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    Fact(Point),
    Gap {
        label: String,
        fiscal: FiscalPeriod,
        period: Period,
    },
}

impl Entry {
    pub(crate) fn gap(label: String, fiscal: FiscalPeriod, period: Period) -> Self {
        Self(Kind::Gap {
            label,
            fiscal,
            period,
        })
    }

    /// The label as the company writes it, else the dates.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.0 {
            Kind::Fact(point) => point.label(),
            Kind::Gap { label, .. } => label.clone(),
        }
    }

    /// The slot of the company's calendar, where there is one.
    #[must_use]
    pub fn fiscal(&self) -> Option<FiscalPeriod> {
        match &self.0 {
            Kind::Fact(point) => point.fiscal(),
            Kind::Gap { fiscal, .. } => Some(*fiscal),
        }
    }

    /// The dates of the fact; of a gap, those of the calendar.
    #[must_use]
    pub fn period(&self) -> Period {
        match &self.0 {
            Kind::Fact(point) => point.period(),
            Kind::Gap { period, .. } => *period,
        }
    }

    /// The fact; `None` for a gap.
    #[must_use]
    pub fn point(&self) -> Option<&Point> {
        match &self.0 {
            Kind::Fact(point) => Some(point),
            Kind::Gap { .. } => None,
        }
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        self.point().is_none()
    }
}

impl From<Point> for Entry {
    fn from(point: Point) -> Self {
        Self(Kind::Fact(point))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fact(point) => point.fmt(f),
            Kind::Gap { label, .. } => f.pad(&format!("{label}  not reported")),
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    label: String,
    period: Period,
    point: Option<&'a Point>,
}

impl Serialize for Entry {
    /// A map of `label`, `period` and `point`, which is null for a gap.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            label: self.label(),
            period: self.period(),
            point: self.point(),
        }
        .serialize(serializer)
    }
}

impl Points {
    pub(crate) fn new(series: Series, entries: Vec<Entry>) -> Self {
        Self {
            series,
            stretch: Stretch::Entries(entries),
        }
    }

    /// Quarters of a series that has no plain amounts in them but these.
    pub(crate) fn in_brief(series: Series, ends: Ends, amounts: Vec<DatedAmount>) -> Self {
        Self {
            series,
            stretch: Stretch::Brief {
                ends,
                amounts,
                entries: OnceLock::new(),
            },
        }
    }

    /// A stretch of what a series keeps.
    pub(crate) fn of_shelf(series: Series, which: Which, stretch: Range<usize>) -> Self {
        Self {
            series,
            stretch: Stretch::Kept(which, stretch),
        }
    }

    fn entries(&self) -> &[Entry] {
        match &self.stretch {
            Stretch::Kept(which, range) => {
                let kept = self.series.shelf(*which).entries();
                kept.get(range.clone()).unwrap_or_default()
            }
            Stretch::Entries(entries) => entries,
            Stretch::Brief { ends, entries, .. } => entries.get_or_init(|| {
                let shape = self.series.label_shape();
                let entries = self.series.entries(*ends, Span::Quarter, shape);
                entries.unwrap_or_default()
            }),
        }
    }

    /// The whole series of which this is a stretch.
    #[must_use]
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The entries, gaps included, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries().iter()
    }

    /// How many entries there are, gaps included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether the range holds no period at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The facts, in order.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = &Point> {
        self.entries().iter().filter_map(Entry::point)
    }

    /// The facts that are plain amounts, in order and in brief: those of a series that is asked again lie beside each other
    /// in memory, so that walking them is quicker than walking [`Points::points`].
    ///
    /// ```
    /// # use kessan::{Database, Release};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let revenue = db.series("iij", "revenue")?.quarters("1Q02"..="1Q03")?;
    /// let values: Vec<String> = revenue.amounts().iter().map(|fact| fact.amount.value().to_string()).collect();
    /// assert_eq!(values, ["9849202000", "13036439000", "8344046000"]);
    /// # Ok::<(), kessan::Error>(())
    /// ```
    #[must_use]
    pub fn amounts(&self) -> Cow<'_, [DatedAmount]> {
        match &self.stretch {
            Stretch::Kept(which, range) => Cow::Borrowed(self.series.kept_amounts(*which, range)),
            Stretch::Brief { amounts, .. } => Cow::Borrowed(amounts),
            Stretch::Entries(_) => self.points().filter_map(Point::dated_amount).collect(),
        }
    }

    /// The changes of the facts that are plain amounts, in order and in brief: as [`Points::deltas`], and quicker.
    #[must_use]
    pub fn amount_changes(&self, kind: DeltaKind) -> Cow<'_, [AmountChange]> {
        let series = &self.series;
        match &self.stretch {
            Stretch::Kept(which, range) => series.compare_amounts(kind, *which, range),
            Stretch::Entries(_) | Stretch::Brief { .. } => {
                let points = self.points();
                let changes = points.filter_map(|point| series.compare_amount(kind, point));
                changes.collect()
            }
        }
    }

    /// One fact of the series, whether in this stretch or not. See [`Series::at`].
    ///
    /// # Errors
    /// As of [`Series::at`].
    pub fn at(&self, when: impl When) -> Result<Option<Point>, Error> {
        self.series.at(when)
    }

    /// The change of every fact over the same slot of the fiscal year before, which is looked up in the whole
    /// series. See [`DeltaKind::YearOnYear`].
    #[must_use]
    pub fn yoy(&self) -> Vec<Delta> {
        self.deltas(DeltaKind::YearOnYear)
    }

    /// The change of every fact over the quarter before. See [`DeltaKind::QuarterOnQuarter`].
    #[must_use]
    pub fn qoq(&self) -> Vec<Delta> {
        self.deltas(DeltaKind::QuarterOnQuarter)
    }

    /// The change of every instant since the end of the fiscal year before. See
    /// [`DeltaKind::SinceYearEnd`].
    #[must_use]
    pub fn since_year_end(&self) -> Vec<Delta> {
        self.deltas(DeltaKind::SinceYearEnd)
    }

    /// The change of every fact, in order; gaps have none.
    #[must_use]
    pub fn deltas(&self, kind: DeltaKind) -> Vec<Delta> {
        match &self.stretch {
            Stretch::Kept(which, range) => self.series.compare_kept(kind, *which, range),
            Stretch::Entries(_) | Stretch::Brief { .. } => self
                .points()
                .map(|point| self.series.compare(kind, point))
                .collect(),
        }
    }
}

impl<'a> IntoIterator for &'a Points {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Points {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        match self.stretch {
            Stretch::Entries(entries) => entries.into_iter(),
            Stretch::Kept(..) | Stretch::Brief { .. } => self.entries().to_vec().into_iter(),
        }
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, entry) in self.entries().iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{entry}")?;
        }
        Ok(())
    }
}

impl Serialize for Points {
    /// A sequence of the entries.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries().serialize(serializer)
    }
}
