//! Figures derived from reported ones: discrete out of cumulative ones and back, twelve months, averages, growth.
//!
//! `path` finds which reported durations add up to a stretch of time, by their dates; `slots` and `twelve_months` choose
//! among them; `combine` adds up; `vintage` says whether what is added up belongs together.

mod changes;
mod combine;
mod growth;
mod path;
mod slots;
mod twelve_months;
mod vintage;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::error::{Error, NotDerivable, Obstacle};
use crate::model::calendar::SHORTEST_YEAR;
use crate::model::{FiscalPeriod, Period, SeriesKey, Span};

use super::answer::{Answer, Vintage};
use super::panel_period::CalendarQuarter;
use super::request::SeriesQuery;
use super::select::{Asked, FiscalRange, When};
use super::series::Series;
use super::slot::{self, Shape};

pub use changes::AnswerChange;
pub use growth::Growth;

pub(crate) use combine::{check_shares, check_tags};
pub(crate) use vintage::{Seen, together};

use vintage::History;

use path::Ways;

/// A series with what can be derived from it, as it was known when it was looked up.
///
/// Every figure is an [`Answer`]: reported, or derived with formula and operands. A reported figure wins. What can be
/// neither is refused with a [`NotDerivable`] that says why; nothing is estimated.
///
/// - **Only flows add up over time**: not stocks, ratios, averages or figures per share.
/// - **Periods are dates.** A formula is used where the dates of its operands add up to the day: 4Q08 = FY2008 - 9M08
///   if both begin on the same day, and the result is the fourth quarter of the company's calendar (give or take the
///   [days](crate::PLACEMENT_TOLERANCE) a reported quarter may be off), 70 to 120 days long (a half year 150 to
///   200, nine months 240 to 310, a year 350 to 380). Labels do not matter; nominal periods, whose days are not
///   known, are never operands. Of several formulas the one of fewest operands is taken that has an answer.
/// - **What has no place in the calendar** counts two at a time, with one first or one last day: the fourth quarter of a
///   company founded in August is what it told of the year less what it told by September. It never leads on to another: a
///   predecessor's figure and its successor's are not added up.
/// - **Years of weeks move by days.** Where a change of year end leaves nothing of the same label a year earlier, changes go by dates, and
///   take what lies within the [days](crate::PLACEMENT_TOLERANCE) of them and is as long, give or take five; so does a quarter without a
///   name in twelve months. What is added up still meets to the day.
/// - **One vintage.** A restated year and unrestated nine months are refused: see [`Vintage`].
/// - **One meaning.** Figures of a standard metric under tags that [disagree](SeriesQuery::disagreements) for any period are
///   not added up: see [`Obstacle::TagsDisagree`](crate::Obstacle), whatever the vintage.
/// - Operands and vintages are what the question takes into account, as of its day.
///
/// [`SeriesQuery::derived`] makes one. It is cheap to clone and plain data.
///
/// ```
/// use kessan::Database;
/// # use kessan::Release;
/// let db = Database::temporary()?;
/// db.ingest(&Release::read("data/iij/2009-02-12-3q08-results")?)?;
/// let revenue = db.series("iij", "revenue")?.derived()?;
/// assert_eq!(revenue.at("9M08")?.to_string(), "9M08  50,789 million JPY");
/// let refused = revenue.at("4Q08").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "4Q08 of iij revenue cannot be derived as FY2008 - 9M08: FY2008 was not reported"
/// );
/// # Ok::<(), kessan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Derivations {
    series: Series,
    history: Arc<History>,
    ways: Arc<Ways>,
    /// The other units and scopes in which the metric is reported, with their dates.
    siblings: Arc<[(SeriesKey, Vec<Period>)]>,
    vintage: Vintage,
    always_derive: bool,
}

impl SeriesQuery {
    /// Looks the series up with what can be derived from it. This reads all observations of the series; what
    /// needs nothing derived had better be [loaded](SeriesQuery::load).
    ///
    /// # Errors
    /// As of [`SeriesQuery::load`].
    pub fn derived(&self) -> Result<Derivations, Error> {
        let series = self.load()?;
        let history = self.history()?;
        let ways = Ways::new(series.calendar(), series.periods());
        Ok(Derivations {
            series,
            history: Arc::new(history),
            ways: Arc::new(ways),
            siblings: self.siblings()?.into(),
            vintage: Vintage::One,
            always_derive: false,
        })
    }
}

impl Derivations {
    /// Says whether operands may be of different vintage.
    #[must_use]
    pub fn vintage(mut self, policy: Vintage) -> Self {
        self.vintage = policy;
        self
    }

    /// Derives fourth quarters and second halves from the year even where they were reported, and twelve months from
    /// four quarters even at the end of a year. What cannot be derived is still answered as reported.
    #[must_use]
    pub fn always_derive(mut self) -> Self {
        self.always_derive = true;
        self
    }

    /// The series as reported.
    #[must_use]
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The figure of one period, reported or derived. Labels and dates mean what they do in [`Series::at`].
    ///
    /// # Errors
    /// [`QueryError::NotDerivable`](crate::QueryError::NotDerivable) where it was not reported and cannot be
    /// derived; otherwise as of [`Series::at`].
    pub fn at(&self, when: impl When) -> Result<Answer, Error> {
        Ok(match self.series.asked(when)? {
            Asked::Slot(fiscal) => self.slot(fiscal)?,
            Asked::Dates(period) => self.at_period(&period)?,
        })
    }

    /// The discrete quarters of a range, each with its figure or why there is none; of a stock, the instants at their
    /// ends. An open end is that of the series' own facts, of whatever length.
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn quarters(
        &self,
        range: impl FiscalRange,
    ) -> Result<Vec<Result<Answer, Box<NotDerivable>>>, Error> {
        self.range(range, Span::Quarter)
    }

    /// The halves of a range, as [`Derivations::quarters`].
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn halves(
        &self,
        range: impl FiscalRange,
    ) -> Result<Vec<Result<Answer, Box<NotDerivable>>>, Error> {
        self.range(range, Span::Half)
    }

    /// The fiscal years of a range, as [`Derivations::quarters`].
    ///
    /// # Errors
    /// As of [`Series::quarters`].
    pub fn years(
        &self,
        range: impl FiscalRange,
    ) -> Result<Vec<Result<Answer, Box<NotDerivable>>>, Error> {
        self.range(range, Span::Year)
    }

    /// The twelve months that end with a slot: at the end of a fiscal year the year itself; else the year before, and
    /// what was done since, less what was done by the same time of the year before (`FY2007 + 1H08 - 1H07`); else the sum
    /// of four consecutive quarters. Each operand may be derived in its turn; all are of one vintage. The result has
    /// 350 to 380 days.
    ///
    /// A year that a change of year end has cut short ends with one of its quarters, or within one: then its twelve months
    /// are what adds up to them by dates. Dates that are of no slot are asked for by the day on which they end.
    ///
    /// # Errors
    /// As of [`Derivations::at`].
    pub fn ttm(&self, when: impl When) -> Result<Answer, Error> {
        let (end, label) = self.asked_end(when)?;
        Ok(self.twelve_months_to(end, &label)?)
    }

    /// The figure of a quarter of the calendar year, where figures begin and end with it to the day. Where fiscal
    /// quarters do not, it is refused: a figure weighted by months or days would be an estimate.
    ///
    /// # Errors
    /// As of [`Derivations::at`].
    pub fn calendar_quarter(&self, quarter: CalendarQuarter) -> Result<Answer, Error> {
        Ok(self.of_calendar_quarter(quarter)?)
    }

    /// The figure of a calendar year, as [`Derivations::calendar_quarter`]: where figures add up to it to the day
    /// (`FY2007 + 9M08 - 9M07` for a company whose year ends in March), or its four quarters do.
    ///
    /// # Errors
    /// As of [`Derivations::at`].
    pub fn calendar_year(&self, year: i32) -> Result<Answer, Error> {
        Ok(self.of_calendar_year(year)?)
    }

    /// A reported figure beside what is derived for the same slot from others, where both exist: a difference beyond
    /// rounding is a finding. `None` where one of them does not.
    #[must_use]
    pub fn beside_reported(&self, fiscal: FiscalPeriod) -> Option<(Answer, Answer)> {
        let shape = self.series.label_shape();
        let reported = self.series.at_slot(fiscal, shape)?;
        let derived = self.derived_slot(fiscal, shape).ok()?;
        Some((reported.into(), derived))
    }

    /// The reported figures below an answer of this series, with all that was said about their facts, to be held
    /// against those of other series with [`together`].
    pub(crate) fn seen<'a>(&'a self, answer: &'a Answer) -> Vec<Seen<'a>> {
        let leaves = answer.leaves().into_iter();
        leaves.map(|point| self.history.seen(point)).collect()
    }

    fn at_period(&self, period: &Period) -> Result<Answer, Box<NotDerivable>> {
        self.dates(&period.to_string(), period)
    }

    /// The day with which twelve months are to end, and what they are called.
    fn asked_end(&self, when: impl When) -> Result<(NaiveDate, String), Error> {
        let calendar = self.series.calendar();
        let asked = self.series.asked(when)?;
        let fiscal = match &asked {
            Asked::Slot(fiscal) => Some(*fiscal),
            Asked::Dates(period) => calendar.place(period).map(|placement| placement.fiscal),
        };
        let end =
            fiscal.and_then(|fiscal| Some((calendar.period(fiscal)?.end(), self.ending(fiscal))));
        Ok(match (end, asked) {
            (Some(found), _) => found,
            (None, Asked::Dates(period)) => (period.end(), format!("TTM {period}")),
            (None, Asked::Slot(fiscal)) => {
                let slot = calendar.label(fiscal);
                let obstacle = Obstacle::NoSlot { slot };
                return Err(self
                    .not_derivable(&self.ending(fiscal), None, obstacle)
                    .into());
            }
        })
    }

    fn asked_slot(&self, when: impl When) -> Result<FiscalPeriod, Error> {
        let stop = |period: Period| {
            let slot = period.to_string();
            self.not_derivable(&slot.clone(), None, Obstacle::NoSlot { slot })
        };
        Ok(match self.series.asked(when)? {
            Asked::Slot(fiscal) => fiscal,
            Asked::Dates(period) => {
                let placement = self.series.calendar().place(&period);
                placement.ok_or_else(|| stop(period))?.fiscal
            }
        })
    }

    fn range(
        &self,
        range: impl FiscalRange,
        span: Span,
    ) -> Result<Vec<Result<Answer, Box<NotDerivable>>>, Error> {
        let slots = self.slots(range, span)?;
        Ok(slots.into_iter().map(|fiscal| self.slot(fiscal)).collect())
    }

    /// The slots of a span in a range that the calendar has.
    pub(crate) fn slots(
        &self,
        range: impl FiscalRange,
        span: Span,
    ) -> Result<Vec<FiscalPeriod>, Error> {
        let (calendar, shape) = (self.series.calendar(), self.series.label_shape());
        let placed = |period: &Period| {
            let placement = calendar.place(period)?;
            (Shape::of(period) == shape).then_some(placement.fiscal)
        };
        let periods: Vec<Period> = self.series.periods().collect();
        let slots: Vec<FiscalPeriod> = periods
            .iter()
            .filter_map(placed)
            .chain(self.within_others(&periods))
            .collect();
        let first = || {
            let fiscal = slots
                .iter()
                .copied()
                .min_by_key(|fiscal| first_quarter(*fiscal))?;
            slot::slots_of(span)
                .map(|slot| FiscalPeriod::new(fiscal.year, slot))
                .find(|slot| first_quarter(*slot) >= first_quarter(fiscal))
        };
        let last = || {
            let fiscal = slots
                .iter()
                .copied()
                .max_by_key(|fiscal| last_quarter(*fiscal))?;
            slot::slots_of(span)
                .map(|slot| FiscalPeriod::new(fiscal.year, slot))
                .filter(|slot| last_quarter(*slot) <= last_quarter(fiscal))
                .last()
                .or_else(|| {
                    slot::slots_of(span)
                        .last()
                        .map(|slot| FiscalPeriod::new(fiscal.year - 1, slot))
                })
        };
        let slots = self.series.slots_within(range, span, first, last)?;
        Ok(slots
            .into_iter()
            .filter(|fiscal| calendar.period(*fiscal).is_some())
            .collect())
    }
}

impl Derivations {
    /// The quarters that are derived from what has no place in the calendar, as the last ones of a year within which the
    /// company was founded.
    fn within_others(&self, periods: &[Period]) -> Vec<FiscalPeriod> {
        let calendar = self.series.calendar();
        let others = periods.iter().filter(|period| {
            let within_a_year = period.days().is_some_and(|days| days < SHORTEST_YEAR);
            within_a_year && calendar.place(period).is_none()
        });
        let mut quarters: Vec<FiscalPeriod> = others
            .flat_map(|other| {
                let years = slot::years_around(other.end());
                let quarters = years.flat_map(|year| {
                    slot::slots_of(Span::Quarter).map(move |slot| FiscalPeriod::new(year, slot))
                });
                quarters.filter(|quarter| {
                    calendar
                        .period(*quarter)
                        .is_some_and(|own| own.start() >= other.start() && own.end() <= other.end())
                })
            })
            .collect();
        quarters.sort_unstable();
        quarters.dedup();
        quarters.retain(|quarter| self.slot(*quarter).is_ok());
        quarters
    }
}

fn first_quarter(fiscal: FiscalPeriod) -> (i32, u8) {
    (fiscal.year, fiscal.slot.quarters().0)
}

fn last_quarter(fiscal: FiscalPeriod) -> (i32, u8) {
    (fiscal.year, fiscal.slot.quarters().1)
}

impl SeriesQuery {
    /// What was said about every fact of the series.
    pub(crate) fn history(&self) -> Result<History, Error> {
        let (observations, snapshot) = self.observations()?;
        let order = snapshot.document_order(&observations)?;
        let cache = self.documents();
        let mut documents = BTreeMap::new();
        for seen in &observations {
            let number = seen.source.document;
            if let Entry::Vacant(entry) = documents.entry(number) {
                entry.insert(cache.look_up(&snapshot, number)?);
            }
        }
        Ok(History::new(
            &observations,
            &order,
            self.calendar(),
            &documents,
        ))
    }
}
