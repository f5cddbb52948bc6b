//! Changes from one fact of a series to another.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::change::change_of_ratios;
use crate::model::{Change, ChangeKind, Convention, Figure, MetricKind, Unit, change_between};

use super::partner::{LENGTH_TOLERANCE, Partner, lengths_apart};
use super::point::Point;
use super::rows::About;

/// Which comparison a [`Delta`] makes. Comparators are found by fiscal slot, never by row offset, in the whole
/// series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeltaKind {
    /// With the same slot of the fiscal year before, where that lies a year before: after a change of year
    /// end it does not. Then, and for dates that fit no slot, with the fact that ends within
    /// [`PLACEMENT_TOLERANCE`](crate::PLACEMENT_TOLERANCE) days of a year earlier and is as long, give or
    /// take 5 days.
    YearOnYear,
    /// With the quarter before. For discrete quarters, and for instants at quarter ends.
    QuarterOnQuarter,
    /// With the end of the fiscal year before. For instants.
    SinceYearEnd,
}

impl DeltaKind {
    /// That of three things which belongs to this comparison.
    pub(crate) fn of<T>(self, [yoy, qoq, since]: &[T; 3]) -> &T {
        match self {
            DeltaKind::YearOnYear => yoy,
            DeltaKind::QuarterOnQuarter => qoq,
            DeltaKind::SinceYearEnd => since,
        }
    }
}

impl fmt::Display for DeltaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            DeltaKind::YearOnYear => "YoY",
            DeltaKind::QuarterOnQuarter => "QoQ",
            DeltaKind::SinceYearEnd => "since year end",
        })
    }
}

/// Whether there was something to compare with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    /// There was.
    Found,
    /// It was not reported.
    Gap,
    /// This kind of period has no such comparison: the quarter before of nine months or a year, or of dates that fit
    /// no slot; the year end before of anything but an instant.
    NotApplicable,
}

/// The change of a fact, with the fact it is compared with.
///
/// Printed as an analyst writes it: `1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)`.
///
/// ```
/// use kessan::{Comparator, Database};
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
/// let delta = db.series("iij", "revenue")?.load()?.yoy("1Q03")?.unwrap();
/// assert_eq!(delta.to_string(), "1Q03  8,344,046 thousand JPY   -15.3%  (1Q02 9,849,202)");
/// assert_eq!(delta.comparator, Comparator::Found);
/// // "Ratio minus one", as some companies print it, is there whatever the signs:
/// assert_eq!(delta.change.ratio_minus_one.unwrap().percent(1).unwrap().to_string(), "-15.3");
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Delta {
    /// Which comparison it is.
    pub kind: DeltaKind,
    /// The later fact.
    pub current: Point,
    /// The fact it is compared with, if [`Comparator::Found`].
    pub base: Option<Point>,
    /// Whether there is a base, and if not, why.
    pub comparator: Comparator,
    /// The label of the slot that was looked up and not reported, if [`Comparator::Gap`] and it has one.
    pub missing: Option<String>,
    /// The change; [`ChangeKind::NoComparator`] where there is no base.
    pub change: Change,
    /// Whether the two durations differ by 5 days or more: 14 weeks against 13, a short year.
    pub length_differs: bool,
    /// Whether a target, plan or pro forma figure is compared with an actual one.
    pub against_actual: bool,
}

impl Delta {
    pub(crate) fn new(kind: DeltaKind, current: &Point, partner: &Partner) -> Self {
        let (base, comparator, missing) = match partner {
            Partner::Fact(point) => (Some(point.clone()), Comparator::Found, None),
            Partner::Gap(slot) => (None, Comparator::Gap, *slot),
            Partner::NotApplicable => (None, Comparator::NotApplicable, None),
        };
        let change = match &base {
            Some(base) if let Some(tags) = current.about().tags_apart(base.about()) => {
                Change::none(ChangeKind::TagsDisagree(Box::new(tags)))
            }
            Some(base) => {
                let bases = [base.share_basis(), current.share_basis()];
                change_in_series(current.about(), current.figure(), base.figure(), bases)
            }
            None => Change::none(ChangeKind::NoComparator),
        };
        let of_base = |test: fn(&Point, &Point) -> bool| {
            base.as_ref().is_some_and(|base| test(current, base))
        };
        Self {
            length_differs: of_base(|current, base| {
                lengths_apart(&current.period(), &base.period()) >= LENGTH_TOLERANCE
            }),
            against_actual: of_base(|current, base| current.scenario() != base.scenario()),
            missing: missing.map(|slot| current.about().company.calendar.label(slot)),
            kind,
            current: current.clone(),
            base,
            comparator,
            change,
        }
    }

    /// The change in words: `-15.3%`, `+128.3% over |base|`, `no comparator (1Q02 was not reported)`.
    #[must_use]
    pub fn change_text(&self) -> String {
        match self.comparator {
            Comparator::NotApplicable => format!("has no {}", self.kind),
            Comparator::Gap => match &self.missing {
                Some(slot) => format!("{} ({slot} was not reported)", self.change),
                None => self.change.to_string(),
            },
            Comparator::Found => match self.change.kind {
                ChangeKind::Relative {
                    convention: Convention::OverAbsoluteBase,
                    ..
                } => format!("{} over |base|", self.change),
                _ => self.change.to_string(),
            },
        }
    }

    /// The base as it stands behind the change: `1Q02 9,849,202`, `FY2007 actual 57.2`.
    fn base_text(&self, base: &Point) -> String {
        let (figure, current) = (base.figure().to_string(), self.current.figure().to_string());
        let figure = short_beside(&figure, &current);
        let scenario = if self.against_actual {
            format!("{} ", base.scenario())
        } else {
            String::new()
        };
        let sign = match base.unit() {
            Unit::Percent => "%",
            _ => "",
        };
        format!("{} {scenario}{figure}{sign}", base.label())
    }
}

/// The change from one figure of a series to another; of pure ratios in percentage points.
pub(crate) fn change_of_points(current: &Point, base: &Point) -> Change {
    change_of_figures(current.about(), current.figure(), base.figure())
}

fn change_of_figures(about: &About, now: &Figure, then: &Figure) -> Change {
    if about.kind == MetricKind::Ratio
        && about.key.unit == Unit::Pure
        && let (Some(now), Some(then)) = (now.quantity(), then.quantity())
    {
        return change_of_ratios(now, then);
    }
    change_between(now, then, about.kind)
}

/// The same, of figures on the share bases of these days, perhaps on two sides of a split.
pub(crate) fn change_in_series(
    about: &About,
    now: &Figure,
    then: &Figure,
    [earlier, later]: [NaiveDate; 2],
) -> Change {
    let mut change = change_of_figures(about, now, then);
    // Difference and raw ratio stay; of figures that are no amounts there is nothing to say.
    if change.difference.is_some() && about.split_between(earlier, later) {
        change.kind = ChangeKind::ShareBasisDiffers;
    }
    change
}

/// A figure without its scale word, where the one it stands beside has the same.
pub(crate) fn short_beside<'a>(figure: &'a str, current: &str) -> &'a str {
    let scale = |text: &'a str| text.rsplit_once(' ').filter(|(_, word)| power(word) > 0);
    match scale(figure) {
        Some((number, word)) if current.ends_with(&format!(" {word}")) => number,
        _ => figure,
    }
}

/// The power of ten of a scale word; 0 for anything else.
pub(crate) fn power(word: &str) -> u32 {
    match word {
        "thousand" => 3,
        "million" => 6,
        "billion" => 9,
        _ => 0,
    }
}

/// Which tags disagree, where a change says so.
pub(crate) fn tags_told(change: &Change) -> Option<String> {
    match &change.kind {
        ChangeKind::TagsDisagree(tags) => Some(format!("[{tags}]")),
        _ => None,
    }
}

/// What is to be said beside a change: that the durations differ in length, that the base is conflicting.
pub(crate) fn doubts(lengths: Option<(i64, i64)>, conflicting: bool) -> Vec<String> {
    let lengths = lengths.map(|(now, then)| format!("[{now} days against {then}]"));
    let conflicting = conflicting.then(|| "[base conflicting]".to_owned());
    lengths.into_iter().chain(conflicting).collect()
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![format!("{}   {}", self.current, self.change_text())];
        if let Some(base) = &self.base {
            parts.push(format!("({})", self.base_text(base)));
            let lengths = self.current.period().days().zip(base.period().days());
            let lengths = lengths.filter(|_| self.length_differs);
            parts.extend(tags_told(&self.change));
            parts.extend(doubts(lengths, base.is_conflicting()));
        }
        f.pad(&parts.join("  "))
    }
}
