//! Fiscal calendars: from labels to dates and back.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::date::{FIRST_YEAR, LAST_YEAR, check_date};
use super::fiscal::{FiscalPeriod, LabelStyle, Slot, parse_label};
use super::period::{Period, PeriodKind};
use super::year_end::YearEnd;

/// How far (in days, at either end) dates may lie from a slot's own and still be placed in it.
pub const PLACEMENT_TOLERANCE: i64 = 10;

/// The fewest days of a fiscal year that no change of year end cut short, weeks and a change by days allowed for.
pub(crate) const SHORTEST_YEAR: i64 = 350;

/// The year ends of a company, and how it names and writes its fiscal years: a dated list of rules,
/// so that a change of year end never relabels history.
///
/// ```
/// use kessan::{CalendarRule, FiscalCalendar, LabelStyle, YearEnd, YearNaming};
/// let calendar = FiscalCalendar::new(vec![CalendarRule {
///     from: None,
///     year_end: YearEnd::MonthEnd { month: 3 },
///     named_by: YearNaming::Start,
///     labels: LabelStyle::QuarterShortYear,
/// }])?;
/// let quarter = calendar.parse("1Q03")?;
/// assert_eq!(calendar.period(quarter).unwrap().to_string(), "2003-04-01..2003-06-30");
/// assert_eq!(calendar.label(quarter.previous()), "4Q02");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<CalendarRule>", into = "Vec<CalendarRule>")]
pub struct FiscalCalendar {
    rules: Vec<CalendarRule>,
}

/// One rule of a [`FiscalCalendar`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarRule {
    /// The first day of the first fiscal year under this rule; `None` for the first rule only.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// When the year ends.
    pub year_end: YearEnd,
    /// Which calendar year names the fiscal year.
    pub named_by: YearNaming,
    /// How the company writes its periods.
    #[serde(default)]
    pub labels: LabelStyle,
}

/// Which calendar year names a fiscal year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearNaming {
    /// The one in which it starts: the year ended 2004-03-31 is FY2003.
    Start,
    /// The one of its nominal year-end month: the year ended 2004-03-31 is FY2004, and a year whose
    /// nominal end is December 2020 is FY2020 even if it ends on 2021-01-03.
    End,
}

/// Where dates stand in a calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Placement {
    /// The slot. An instant is placed at the quarter it closes.
    pub fiscal: FiscalPeriod,
    /// How many days the dates lie from the calendar's own, both ends added up.
    pub off_by: i64,
    /// True where the period has nominal dates only, so that the match rests on the calendar.
    pub nominal: bool,
}

impl FiscalCalendar {
    /// A calendar of one or more rules, oldest first.
    ///
    /// # Errors
    /// [`ModelError::Calendar`] where there is no rule, a rule is impossible, the first rule has a `from`,
    /// a later one has none or is not after the rule before it, or its `from` is not the first day of a
    /// fiscal year under it (within a week of it, for years that end on a weekday).
    pub fn new(rules: Vec<CalendarRule>) -> Result<Self, ModelError> {
        let bad = |reason| Err(ModelError::Calendar { reason });
        for rule in &rules {
            rule.year_end.check()?;
            rule.from.map(check_date).transpose()?;
        }
        match rules.split_first() {
            None => bad("a fiscal calendar has at least one rule"),
            Some((first, _)) if first.from.is_some() => {
                bad("the first rule of a fiscal calendar has no from date")
            }
            Some((_, later)) if later.iter().any(|rule| rule.from.is_none()) => {
                bad("every rule but the first has a from date")
            }
            Some((_, later)) if !later.is_sorted_by(|a, b| a.from < b.from) => {
                bad("the rules of a fiscal calendar are not in order of their from dates")
            }
            Some((_, later)) if !later.iter().all(starts_a_year) => {
                bad("a rule's from is not the first day of a fiscal year under it")
            }
            Some(_) => Ok(Self { rules }),
        }
    }

    /// Whether this calendar is the other one with later rules added to it, or equal to it.
    #[must_use]
    pub fn extends(&self, other: &FiscalCalendar) -> bool {
        self.rules.starts_with(&other.rules)
    }

    /// A calendar of one rule whose years end on the last day of `month`, written as `1Q03`.
    ///
    /// # Errors
    /// [`ModelError::Calendar`] where `month` is not 1 to 12.
    pub fn month_end(month: u32, named_by: YearNaming) -> Result<Self, ModelError> {
        Self::new(vec![CalendarRule {
            from: None,
            year_end: YearEnd::MonthEnd { month },
            named_by,
            labels: LabelStyle::default(),
        }])
    }

    /// The rules, oldest first.
    #[must_use]
    pub fn rules(&self) -> &[CalendarRule] {
        &self.rules
    }

    /// Reads a label: `1Q03`, `1Q2003`, `Q1 FY2003`, `FY2003 Q1`, `2003Q1`, `FY03`, `FY2003`, `1H08`,
    /// `2H08`, `9M08`.
    ///
    /// Two-digit years pivot at 70: `70` to `99` are 1970-1999, `00` to `69` are 2000-2069. The year is
    /// the company's own: whether FY2003 starts or ends in 2003 is this calendar's business.
    ///
    /// # Errors
    /// [`ModelError::Label`] for anything else, or a slot this calendar does not have.
    pub fn parse(&self, label: &str) -> Result<FiscalPeriod, ModelError> {
        parse_label(label)
            .filter(|period| self.has(*period))
            .ok_or_else(|| ModelError::Label { text: label.into() })
    }

    /// Writes a fiscal period as the company does.
    #[must_use]
    pub fn label(&self, fiscal: FiscalPeriod) -> String {
        let style = self
            .rule_of(fiscal)
            .map_or_else(LabelStyle::default, |(rule, ..)| rule.labels);
        style.label(fiscal)
    }

    /// Writes a period as the company does if it has a name in this calendar, else its dates. An instant
    /// at a quarter's end is written as that quarter.
    #[must_use]
    pub fn label_of(&self, period: &Period) -> String {
        match self.place(period) {
            Some(placement) if placement.off_by == 0 || placement.nominal => {
                self.label(placement.fiscal)
            }
            _ => period.to_string(),
        }
    }

    /// The dates of a fiscal period; `None` where this calendar has no such slot (a fourth quarter cut
    /// off by a change of year end). The year before such a change ends early, on the day before it.
    ///
    /// A change by days, between weeks and months or from one weekday to another, cuts nothing: what ends within
    /// [`PLACEMENT_TOLERANCE`] days of the first year under the new rule keeps its slot, and the one begins where the other
    /// ends. A full year ends on its own last day, and the first new year begins on the day after it (as in SEC Rule
    /// 13a-10, by which a change between a month end and a 52/53-week year within seven days of it has no transition
    /// period); a quarter of a year that is cut ends on the day before the new year.
    #[must_use]
    pub fn period(&self, fiscal: FiscalPeriod) -> Option<Period> {
        let (rule, from, until) = self.rule_of(fiscal)?;
        let year = rule.end_year(fiscal.year)?;
        let (first, last) = fiscal.slot.quarters();
        let start = rule.year_end.boundary(year, first.checked_sub(1)?)?;
        let after = rule.year_end.boundary(year, last)?;
        let start = from
            .filter(|from| days_apart(start, *from) <= PLACEMENT_TOLERANCE)
            .unwrap_or(start);
        let after = match until {
            Some(until) if days_apart(after, until) <= PLACEMENT_TOLERANCE => until,
            Some(until) if after > until => {
                if fiscal.slot != Slot::Year {
                    return None;
                }
                until
            }
            _ => after,
        };
        Period::duration(start, after.pred_opt()?).ok()
    }

    /// Whether this calendar has such a slot.
    pub(crate) fn has(&self, fiscal: FiscalPeriod) -> bool {
        // One rule divides all years alike, but for the first and the last that have dates.
        let amid = (FIRST_YEAR + 3..LAST_YEAR - 3).contains(&fiscal.year);
        (amid && self.rules.len() == 1) || self.period(fiscal).is_some()
    }

    /// Whether a change of year end cut this fiscal year short: it ends on the day before the first year under the next
    /// rule, and is no twelve months. False for the parts of a year, and for a year that this calendar does not have.
    ///
    /// ```
    /// use kessan::{CalendarRule, FiscalCalendar, FiscalPeriod, LabelStyle, Slot, YearEnd, YearNaming};
    /// let rule = |from: Option<&str>, month| CalendarRule {
    ///     from: from.map(|day| day.parse().unwrap()),
    ///     year_end: YearEnd::MonthEnd { month },
    ///     named_by: YearNaming::End,
    ///     labels: LabelStyle::FiscalYearQuarter,
    /// };
    /// let calendar = FiscalCalendar::new(vec![rule(None, 12), rule(Some("2015-04-01"), 3)])?;
    /// let year = |number| FiscalPeriod::new(number, Slot::Year);
    /// assert_eq!(calendar.period(year(2015)).unwrap().to_string(), "2015-01-01..2015-03-31");
    /// assert!(calendar.is_short_year(year(2015)));
    /// assert!(!calendar.is_short_year(year(2016)));
    /// # Ok::<(), kessan::ModelError>(())
    /// ```
    #[must_use]
    pub fn is_short_year(&self, fiscal: FiscalPeriod) -> bool {
        let own = self.period(fiscal);
        own.is_some_and(|own| is_short_year(fiscal, &own))
    }

    /// The instant at which a fiscal period closes.
    #[must_use]
    pub fn closing(&self, fiscal: FiscalPeriod) -> Option<Period> {
        self.period(fiscal).map(|period| period.closing())
    }

    /// The slot that dates belong to: the one whose own dates they fit best, at most
    /// [`PLACEMENT_TOLERANCE`] days off at either end. An instant is placed at the quarter it closes, a
    /// nominal period by its month-end and number of quarters.
    #[must_use]
    pub fn place(&self, period: &Period) -> Option<Placement> {
        let around = period.end().year();
        let slots: &[Slot] = match (period.kind(), period.nominal_quarters()) {
            (PeriodKind::Instant, _) | (_, Some(0 | 1)) => {
                &[Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4]
            }
            (_, Some(2)) => &[Slot::H1, Slot::H2],
            (_, Some(3)) => &[Slot::NineMonths],
            (_, Some(4)) => &[Slot::Year],
            (_, Some(_)) => &[],
            (_, None) => &Slot::ALL,
        };
        // A rounded month-end may lie half a month from the true end.
        let tolerance = match period.kind() {
            PeriodKind::Nominal => 16,
            _ => PLACEMENT_TOLERANCE,
        };
        let mut best: Option<Placement> = None;
        for year in around.saturating_sub(1)..=around.saturating_add(1) {
            for &slot in slots {
                let fiscal = FiscalPeriod::new(year, slot);
                let Some(own) = self.period(fiscal) else {
                    continue;
                };
                let end_off = days_apart(period.end(), own.end());
                let start_off = match (period.start(), own.start()) {
                    (Some(a), Some(b)) => days_apart(a, b),
                    _ => 0,
                };
                let off_by = start_off + end_off;
                if start_off.max(end_off) <= tolerance
                    && best.is_none_or(|found| off_by < found.off_by)
                {
                    best = Some(Placement {
                        fiscal,
                        off_by,
                        nominal: period.kind() == PeriodKind::Nominal,
                    });
                }
            }
        }
        best
    }

    /// The rule under which a fiscal period stands, its first day if another was before it, and that of the next rule. Where
    /// two rules give the year the same number, the later one whose year starts under it wins.
    fn rule_of(
        &self,
        fiscal: FiscalPeriod,
    ) -> Option<(&CalendarRule, Option<NaiveDate>, Option<NaiveDate>)> {
        let start = |rule: &CalendarRule| {
            let end_year = rule.end_year(fiscal.year)?;
            rule.year_end.start(end_year)
        };
        self.rules
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, rule)| {
                let start = start(rule)?;
                let begun = rule.first_start().is_none_or(|first| start >= first);
                let until = self.begins(index.checked_add(1)?);
                let over = until.is_some_and(|until| start >= until);
                (begun && !over).then(|| (rule, self.begins(index), until))
            })
    }

    /// The first day of the first year under a rule: the day after the last year under the rule before, where that ended
    /// within days of it; `None` for the first rule.
    fn begins(&self, index: usize) -> Option<NaiveDate> {
        let own = self.rules.get(index)?.first_start()?;
        let before = self.rules.get(index.checked_sub(1)?)?;
        Some(
            before
                .year_end
                .start_near(own, PLACEMENT_TOLERANCE)
                .unwrap_or(own),
        )
    }
}

/// Whether a rule holds from the first day of one of its own years.
fn starts_a_year(rule: &CalendarRule) -> bool {
    rule.from.is_none() || rule.first_start().is_some()
}

/// Whether these dates of a slot are a year that a change of year end cut short.
pub(crate) fn is_short_year(fiscal: FiscalPeriod, dates: &Period) -> bool {
    fiscal.slot == Slot::Year && dates.days().is_some_and(|days| days < SHORTEST_YEAR)
}

fn days_apart(a: NaiveDate, b: NaiveDate) -> i64 {
    a.signed_duration_since(b).num_days().abs()
}

impl CalendarRule {
    /// The first day of the first year under this rule, by the rule alone. Its `from` may be given as a month start
    /// although the year starts on a weekday near it.
    fn first_start(&self) -> Option<NaiveDate> {
        let from = self.from?;
        self.year_end
            .start_near(from, 7)
            .filter(|start| match self.year_end {
                YearEnd::MonthEnd { .. } => *start == from,
                YearEnd::Weekly { .. } => true,
            })
    }

    /// The calendar year of the nominal year end of a fiscal year.
    fn end_year(&self, fiscal_year: i32) -> Option<i32> {
        match self.named_by {
            YearNaming::End => Some(fiscal_year),
            YearNaming::Start if self.year_end.month() == 12 => Some(fiscal_year),
            YearNaming::Start => fiscal_year.checked_add(1),
        }
    }
}

impl TryFrom<Vec<CalendarRule>> for FiscalCalendar {
    type Error = ModelError;
    fn try_from(rules: Vec<CalendarRule>) -> Result<Self, ModelError> {
        Self::new(rules)
    }
}

impl From<FiscalCalendar> for Vec<CalendarRule> {
    fn from(calendar: FiscalCalendar) -> Self {
        calendar.rules
    }
}

#[cfg(test)]
mod tests;
