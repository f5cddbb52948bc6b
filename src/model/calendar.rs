//! Fiscal calendars: from labels to dates and back.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::date::check_date;
use super::fiscal::{FiscalPeriod, LabelStyle, Slot, parse_label};
use super::period::{Period, PeriodKind};
use super::year_end::YearEnd;

/// How far (in days, at either end) dates may lie from a slot's own and still be placed in it.
pub const PLACEMENT_TOLERANCE: i64 = 10;

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
            .filter(|period| self.period(*period).is_some())
            .ok_or_else(|| ModelError::Label { text: label.into() })
    }

    /// Writes a fiscal period as the company does.
    #[must_use]
    pub fn label(&self, fiscal: FiscalPeriod) -> String {
        let style = self
            .rule_of(fiscal)
            .map_or_else(LabelStyle::default, |(rule, _)| rule.labels);
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
    #[must_use]
    pub fn period(&self, fiscal: FiscalPeriod) -> Option<Period> {
        let (rule, next_from) = self.rule_of(fiscal)?;
        let year = rule.end_year(fiscal.year)?;
        let (first, last) = fiscal.slot.quarters();
        let start = rule.year_end.boundary(year, first.checked_sub(1)?)?;
        let mut end = rule.year_end.boundary(year, last)?.pred_opt()?;
        if let Some(cut) = next_from
            && end >= cut
        {
            if fiscal.slot != Slot::Year {
                return None;
            }
            end = cut.pred_opt()?;
        }
        Period::duration(start, end).ok()
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
        let distance = |a: NaiveDate, b: NaiveDate| a.signed_duration_since(b).num_days().abs();
        let mut best: Option<Placement> = None;
        for year in around.saturating_sub(1)..=around.saturating_add(1) {
            for &slot in slots {
                let fiscal = FiscalPeriod::new(year, slot);
                let Some(own) = self.period(fiscal) else {
                    continue;
                };
                let end_off = distance(period.end(), own.end());
                let start_off = match (period.start(), own.start()) {
                    (Some(a), Some(b)) => distance(a, b),
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

    /// The rule under which a fiscal period stands, and the day from which the next rule holds. Where two
    /// rules give the year the same number, the later one whose year starts under it wins.
    fn rule_of(&self, fiscal: FiscalPeriod) -> Option<(&CalendarRule, Option<NaiveDate>)> {
        let next_from = |index: usize| self.rules.get(index + 1).and_then(|rule| rule.from);
        let start = |rule: &CalendarRule| {
            let end_year = rule.end_year(fiscal.year)?;
            rule.year_end.date(end_year.checked_sub(1)?)?.succ_opt()
        };
        self.rules
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, rule)| {
                let start = start(rule)?;
                let begun = rule
                    .from
                    .is_none_or(|from| start >= from || within_a_week(start, from));
                let over = next_from(index).is_some_and(|next| start >= next);
                (begun && !over).then(|| (rule, next_from(index)))
            })
    }
}

/// Whether a rule holds from the first day of one of its own years.
fn starts_a_year(rule: &CalendarRule) -> bool {
    rule.from.is_none_or(|from| {
        let year = from.year();
        (year.saturating_sub(1)..=year.saturating_add(1)).any(|end_year| {
            let start = rule.year_end.date(end_year).and_then(|end| end.succ_opt());
            start.is_some_and(|start| match rule.year_end {
                YearEnd::MonthEnd { .. } => start == from,
                YearEnd::Weekly { .. } => start.signed_duration_since(from).num_days().abs() <= 7,
            })
        })
    })
}

/// A rule's `from` may be given as a month start although the year starts on a weekday near it.
fn within_a_week(start: NaiveDate, from: NaiveDate) -> bool {
    from.signed_duration_since(start).num_days() <= 7
}

impl CalendarRule {
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
mod tests {
    use super::*;
    use crate::model::WeekdayPick;
    use chrono::Weekday;

    fn japanese() -> FiscalCalendar {
        FiscalCalendar::month_end(3, YearNaming::Start).unwrap()
    }

    fn dates(calendar: &FiscalCalendar, label: &str) -> String {
        let fiscal = calendar.parse(label).unwrap();
        calendar.period(fiscal).unwrap().to_string()
    }

    #[test]
    fn labels_of_a_march_year_named_by_its_start() {
        let calendar = japanese();
        for (label, expected) in [
            ("1Q03", "2003-04-01..2003-06-30"),
            ("1Q2003", "2003-04-01..2003-06-30"),
            ("Q1 FY2003", "2003-04-01..2003-06-30"),
            ("FY2003 Q1", "2003-04-01..2003-06-30"),
            ("2003Q1", "2003-04-01..2003-06-30"),
            ("4Q02", "2003-01-01..2003-03-31"),
            ("FY03", "2003-04-01..2004-03-31"),
            ("FY2003", "2003-04-01..2004-03-31"),
            ("1H08", "2008-04-01..2008-09-30"),
            ("2H08", "2008-10-01..2009-03-31"),
            ("9M08", "2008-04-01..2008-12-31"),
            ("3Q99", "1999-10-01..1999-12-31"),
            ("3Q69", "2069-10-01..2069-12-31"),
            ("3Q70", "1970-10-01..1970-12-31"),
        ] {
            assert_eq!(dates(&calendar, label), expected, "{label}");
        }
        for bad in [
            "",
            "Q5 FY2003",
            "1Q3",
            "03Q1",
            "FY",
            "1Q003",
            "2003",
            "1Q+3",
            "Q1 Q2",
            "１Q03",
        ] {
            assert!(calendar.parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_dates_have_another_name_where_the_year_is_named_by_its_end() {
        let calendar = FiscalCalendar::month_end(3, YearNaming::End).unwrap();
        assert_eq!(dates(&calendar, "FY2004 Q1"), "2003-04-01..2003-06-30");
        assert_eq!(dates(&calendar, "FY2004"), "2003-04-01..2004-03-31");
    }

    fn weekly(
        month: u32,
        weekday: Weekday,
        pick: WeekdayPick,
        weeks: [u8; 4],
        long_quarter: u8,
    ) -> FiscalCalendar {
        FiscalCalendar::new(vec![CalendarRule {
            from: None,
            year_end: YearEnd::Weekly {
                month,
                weekday,
                pick,
                weeks,
                long_quarter,
            },
            named_by: YearNaming::End,
            labels: LabelStyle::FiscalYearQuarter,
        }])
        .unwrap()
    }

    #[test]
    fn weeks_of_apple() {
        // Apple 10-K: fiscal 2012 was the 53 weeks ended 2012-09-29, its first quarter the 14 weeks
        // ended 2011-12-31; fiscal 2013 the 52 weeks ended 2013-09-28.
        let calendar = weekly(9, Weekday::Sat, WeekdayPick::Last, [13; 4], 1);
        assert_eq!(dates(&calendar, "FY2012"), "2011-09-25..2012-09-29");
        assert_eq!(dates(&calendar, "FY2012 Q1"), "2011-09-25..2011-12-31");
        assert_eq!(dates(&calendar, "FY2012 Q2"), "2012-01-01..2012-03-31");
        assert_eq!(dates(&calendar, "FY2013 Q4"), "2013-06-30..2013-09-28");
    }

    #[test]
    fn the_nominal_year_end_names_the_year() {
        // Johnson & Johnson: the Sunday nearest to the end of December; fiscal 2020 ended 2021-01-03.
        let calendar = weekly(12, Weekday::Sun, WeekdayPick::Nearest, [13; 4], 4);
        assert_eq!(dates(&calendar, "FY2020"), "2019-12-30..2021-01-03");
        assert_eq!(dates(&calendar, "FY2021"), "2021-01-04..2022-01-02");
    }

    #[test]
    fn quarters_of_12_12_12_and_16_weeks() {
        // Costco: the Sunday nearest to the end of August; fiscal 2017 was the 53 weeks ended 2017-09-03,
        // its fourth quarter the 17 weeks from 2017-05-08.
        let calendar = weekly(8, Weekday::Sun, WeekdayPick::Nearest, [12, 12, 12, 16], 4);
        assert_eq!(dates(&calendar, "FY2017"), "2016-08-29..2017-09-03");
        assert_eq!(dates(&calendar, "FY2017 Q4"), "2017-05-08..2017-09-03");
        assert_eq!(dates(&calendar, "FY2017 Q1"), "2016-08-29..2016-11-20");
    }

    #[test]
    fn a_change_of_year_end_keeps_the_labels_of_history() {
        let rule = |from, month| CalendarRule {
            from,
            year_end: YearEnd::MonthEnd { month },
            named_by: YearNaming::Start,
            labels: LabelStyle::QuarterShortYear,
        };
        let from = NaiveDate::from_ymd_opt(2015, 1, 1);
        let calendar = FiscalCalendar::new(vec![rule(None, 3), rule(from, 12)]).unwrap();
        assert_eq!(dates(&calendar, "1Q13"), "2013-04-01..2013-06-30");
        assert_eq!(dates(&calendar, "3Q14"), "2014-10-01..2014-12-31");
        assert!(calendar.parse("4Q14").is_err(), "cut off by the change");
        assert_eq!(dates(&calendar, "FY2014"), "2014-04-01..2014-12-31");
        assert_eq!(dates(&calendar, "1Q15"), "2015-01-01..2015-03-31");
    }

    #[test]
    fn dates_are_placed_in_the_slot_they_fit_best() {
        let calendar = japanese();
        let place = |text: &str| {
            calendar
                .place(&text.parse().unwrap())
                .map(|p| (calendar.label(p.fiscal), p.off_by, p.nominal))
        };
        let at = |label: &str, off_by, nominal| Some((label.to_owned(), off_by, nominal));
        assert_eq!(place("2003-04-01..2003-06-30"), at("1Q03", 0, false));
        assert_eq!(place("2008-04-01..2008-12-31"), at("9M08", 0, false));
        assert_eq!(place("2003-04-02..2003-06-28"), at("1Q03", 3, false));
        assert_eq!(place("2003-06-30"), at("1Q03", 0, false));
        assert_eq!(place("2003-05-31"), None);
        assert_eq!(
            place("2007-06-01..2007-12-31"),
            None,
            "seven months have no slot"
        );
        assert_eq!(place("~2009-06-30/1q"), at("1Q09", 0, true));
        assert_eq!(place("~2009-12-31/3q"), at("9M09", 0, true));
        assert_eq!(
            place("~2009-12-31/2q"),
            None,
            "no half year ends in December"
        );
    }

    #[test]
    fn a_rule_begins_with_a_year_of_its_own() {
        let rule = |from: Option<&str>, month| CalendarRule {
            from: from.map(|day| crate::model::parse_date(day).unwrap()),
            year_end: YearEnd::MonthEnd { month },
            named_by: YearNaming::Start,
            labels: LabelStyle::default(),
        };
        let with = |from| FiscalCalendar::new(vec![rule(None, 3), rule(Some(from), 12)]);
        assert!(with("2015-01-01").is_ok());
        // What lies between the old year's end and the first new year is a transition period.
        for bad in ["2014-04-01", "2015-01-02", "2014-05-17"] {
            assert!(with(bad).is_err(), "{bad}");
        }
        let before = FiscalCalendar::new(vec![rule(None, 3)]).unwrap();
        assert!(with("2015-01-01").unwrap().extends(&before));
        assert!(!before.extends(&with("2015-01-01").unwrap()));
    }

    #[test]
    fn impossible_rules_are_refused() {
        assert!(FiscalCalendar::new(vec![]).is_err());
        assert!(FiscalCalendar::month_end(13, YearNaming::End).is_err());
        assert!(FiscalCalendar::month_end(0, YearNaming::End).is_err());
    }
}
