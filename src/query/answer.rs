//! Answers: figures as reported, or derived from reported ones.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::model::calendar::is_short_year;
use crate::model::decimal::grouped;
use crate::model::{
    Amount, FiscalPeriod, Fraction, Id, Interval, Measure, MetricKind, Period, Precision, Quantity,
    Rounding, SafeDigits, Scenario, Scope, SeriesKey, Unit,
};

use super::delta::power;
use super::point::{Point, short_year};

/// A figure that was reported, or one that was derived from reported figures.
///
/// Plain data, as a [`Point`] is. Printed as `4Q08  18,942 million JPY`, a derived figure with its formula behind it:
/// `4Q08  18,942 million JPY  [FY2008 - 9M08]`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Published as it is.
    Reported(Point),
    /// Computed, with its operands.
    Derived(Box<Derived>),
}

/// Whether figures of different vintage may be combined.
///
/// A restated full year less an unrestated nine months is a fourth quarter that never was. The *reporting cycle* of an
/// observation is the fiscal year that its document reports on minus that of the fact: 0 where it is first reported, 1
/// in the comparative columns of the year after. A year that a change of year end cut short is one that a document reports on
/// only if it tells of it.
///
/// Figures are of one vintage if in some cycle each of them was observed with the value that is used, and none was
/// changed in that cycle after the last observation of another. Figures of one document always are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vintage {
    /// All operands are of one vintage, or there is no answer.
    #[default]
    One,
    /// Operands are taken whatever their vintage. The answer says where that was needed: see [`Derived::together`].
    Any,
}

/// In what the operands of a derived figure stand together: why they are of one [`Vintage`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// In one reporting cycle: the first one in which they do, or the only operand's own.
    Cycle(i32),
    /// In one document.
    Document,
    /// In nothing: they are of different vintage, and [`Vintage::Any`] was needed to combine them.
    Nothing,
}

/// A figure computed from others. It names its operands and its formula, and its interval follows from theirs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Derived {
    /// What it measures.
    pub measure: Measure,
    /// The company it is about.
    pub company: Id,
    /// Actual, target, plan or pro forma.
    pub scenario: Scenario,
    /// Which part of the company.
    pub scope: Scope,
    /// What is counted.
    pub unit: Unit,
    /// How it behaves in time.
    pub kind: MetricKind,
    /// Its label as the company writes it, else its dates: `4Q08`, `TTM 4Q08`.
    pub label: String,
    /// The slot of the company's calendar for which this is the figure, where there is one.
    pub fiscal: Option<FiscalPeriod>,
    /// Its dates.
    pub period: Period,
    /// How it was computed, over the names of its operands: `FY2008 - 9M08`.
    pub formula: String,
    /// What it was computed from.
    pub operands: Vec<DerivedOperand>,
    /// The exact result on the values of its operands, in base units, with the interval that rounding allows.
    pub quantity: Quantity,
    /// Whether operands of different vintage were allowed.
    pub vintage: Vintage,
    /// In what the reported figures below it stand together.
    pub together: Together,
}

/// What a derived figure was computed from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct DerivedOperand {
    /// Its name in the formula.
    pub name: String,
    /// What it is multiplied by where the formula is a plain sum: 1, -1, 1/2. `None` in any other formula.
    pub weight: Option<Fraction>,
    /// The figure itself, reported or derived in its turn.
    pub answer: Answer,
}

impl DerivedOperand {
    pub(crate) fn new(name: String, weight: Option<Fraction>, answer: Answer) -> Self {
        Self {
            name,
            weight,
            answer,
        }
    }
}

impl Derived {
    /// The series it belongs to; `None` for arithmetic of several.
    #[must_use]
    pub fn series(&self) -> Option<SeriesKey> {
        match &self.measure {
            Measure::Metric(metric) => Some(SeriesKey {
                company: self.company.clone(),
                metric: metric.clone(),
                scenario: self.scenario,
                scope: self.scope.clone(),
                unit: self.unit.clone(),
            }),
            Measure::Expression(_) => None,
        }
    }
}

impl Answer {
    /// The figure as it was reported; `None` for a derived one.
    #[must_use]
    pub fn reported(&self) -> Option<&Point> {
        match self {
            Answer::Reported(point) => Some(point),
            Answer::Derived(_) => None,
        }
    }

    /// The figure with its formula and operands; `None` for a reported one.
    #[must_use]
    pub fn derived(&self) -> Option<&Derived> {
        match self {
            Answer::Reported(_) => None,
            Answer::Derived(derived) => Some(derived),
        }
    }

    /// Whether it was computed.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.derived().is_some()
    }

    /// The company the figure is about.
    #[must_use]
    pub fn company(&self) -> &Id {
        match self {
            Answer::Reported(point) => point.company(),
            Answer::Derived(derived) => &derived.company,
        }
    }

    /// Actual, target, plan or pro forma.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        match self {
            Answer::Reported(point) => point.scenario(),
            Answer::Derived(derived) => derived.scenario,
        }
    }

    /// Which part of the company.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        match self {
            Answer::Reported(point) => point.scope(),
            Answer::Derived(derived) => &derived.scope,
        }
    }

    /// What is counted.
    #[must_use]
    pub fn unit(&self) -> &Unit {
        match self {
            Answer::Reported(point) => point.unit(),
            Answer::Derived(derived) => &derived.unit,
        }
    }

    /// How the figure behaves in time.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        match self {
            Answer::Reported(point) => point.about().kind,
            Answer::Derived(derived) => derived.kind,
        }
    }

    /// The label as the company writes it, else the dates.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Answer::Reported(point) => point.label(),
            Answer::Derived(derived) => derived.label.clone(),
        }
    }

    /// The slot of the company's calendar for which this is the figure.
    #[must_use]
    pub fn fiscal(&self) -> Option<FiscalPeriod> {
        match self {
            Answer::Reported(point) => point.fiscal(),
            Answer::Derived(derived) => derived.fiscal,
        }
    }

    /// Whether this is the figure of a fiscal year that a change of year end cut short: see [`Point::is_short_year`].
    #[must_use]
    pub fn is_short_year(&self) -> bool {
        self.fiscal()
            .is_some_and(|fiscal| is_short_year(fiscal, &self.period()))
    }

    /// The dates.
    #[must_use]
    pub fn period(&self) -> Period {
        match self {
            Answer::Reported(point) => point.period(),
            Answer::Derived(derived) => derived.period,
        }
    }

    /// The figure as an operand of arithmetic, in base units. `None` where it was reported as something other than
    /// a plain amount or zero.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        match self {
            Answer::Reported(point) => point.figure().quantity(),
            Answer::Derived(derived) => Some(derived.quantity),
        }
    }

    /// The exact value in base units; `None` as for [`Answer::quantity`].
    #[must_use]
    pub fn value(&self) -> Option<Fraction> {
        self.quantity().map(|quantity| quantity.value())
    }

    /// The exact value as a decimal; `None` also where it has none, as a third has.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        self.value().and_then(|value| value.decimal())
    }

    /// Where the true value lies; `None` where that is not known.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        self.quantity().and_then(|quantity| quantity.interval())
    }

    /// The reported figures at the bottom of it, in the order of the formulas, as often as they stand there; of a
    /// reported figure, itself.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Point> {
        match self {
            Answer::Reported(point) => vec![point],
            Answer::Derived(derived) => derived
                .operands
                .iter()
                .flat_map(|operand| operand.answer.leaves())
                .collect(),
        }
    }
}

impl Answer {
    /// The figure as it stands alone, with its unit: `8,344,046 thousand JPY`. A computed figure is rounded to the place of
    /// the coarsest figure below it that counts in its unit, with its interval in the same scale where the true value may
    /// lie more than one unit of that place away: `140 JPY [138.5; 141.5]`; [`Answer::value`] is exact. A computed ratio is in per cent, to 1 to 4
    /// places as far as they are safe, with its interval where not even the whole per cent is: `19.4% [19.0, 19.8]`.
    #[must_use]
    pub fn figure_text(&self) -> String {
        match self {
            Answer::Reported(point) => point.figure_text(),
            Answer::Derived(derived) => derived.figure_text(),
        }
    }
}

impl Answer {
    /// The figure with its scale word, and its sign for per cent, but no other unit.
    pub(crate) fn number_text(&self) -> String {
        match (self, self.unit()) {
            (Answer::Derived(derived), _) if derived.in_percent() => derived.percent(),
            (Answer::Derived(derived), Unit::Percent) => derived.figure_text(),
            (Answer::Derived(derived), _) => derived.number().0,
            (Answer::Reported(point), Unit::Percent) => point.figure_text(),
            (Answer::Reported(point), _) => point.figure().to_string(),
        }
    }
}

impl From<Point> for Answer {
    fn from(point: Point) -> Self {
        Answer::Reported(point)
    }
}

impl From<Derived> for Answer {
    fn from(derived: Derived) -> Self {
        Answer::Derived(Box::new(derived))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Reported(point) => point.fmt(f),
            Answer::Derived(derived) => derived.fmt(f),
        }
    }
}

impl Derived {
    /// The place of the coarsest of the figures below it that are of its unit: no finer digit of it is known. `None`
    /// where all are exact, the precision of one is unknown, or there are none.
    fn place(&self) -> Option<i8> {
        let leaves = self.operands.iter().flat_map(|o| o.answer.leaves());
        let mut coarsest = None;
        for point in leaves.filter(|point| *point.unit() == self.unit) {
            match point.precision() {
                Some(Precision::Unknown) => return None,
                Some(Precision::Decimals(decimals)) => {
                    coarsest = Some(coarsest.map_or(decimals, |other: i8| other.min(decimals)));
                }
                Some(Precision::Exact) | None => {}
            }
        }
        coarsest
    }

    /// The value at the place of the coarsest figure below it, and the interval that goes behind its unit, in the
    /// number's own scale, where the true value may lie more than one unit of that place away.
    fn number(&self) -> (String, String) {
        let value = self.quantity.value();
        let place = self.place();
        // A mean is known better than what it is the mean of.
        let split = |operand: &DerivedOperand| operand.weight.is_some_and(|w| w.denominator() > 1);
        let finer = i8::from(self.operands.iter().any(split));
        let printed = match place {
            Some(place) => rounded_to(value, place.saturating_add(finer)),
            None => value.decimal(),
        };
        let precision = place.map_or(Precision::Exact, Precision::Decimals);
        let amount = printed.and_then(|v| Amount::new(v, precision, Rounding::Nearest).ok());
        let Some(amount) = amount else {
            let number = rounded(value, places_of(self.quantity.safe_digits()));
            return (number, String::new());
        };
        let text = amount.to_string();
        let doubt = place.and_then(|place| self.doubt(amount.value(), place, &text));
        (text, doubt.unwrap_or_default())
    }

    fn doubt(&self, printed: Decimal, place: i8, text: &str) -> Option<String> {
        let unit = power_of_ten(-i32::from(place))?;
        let interval = self.quantity.interval()?;
        let far = |end: Fraction| {
            let off = end.minus(printed.into()).and_then(Fraction::abs);
            off.is_ok_and(|off| off > unit)
        };
        let ends = [interval.low(), interval.high()].map(|end| end.value());
        let lost = printed.is_zero() && self.quantity.value() != Fraction::ZERO;
        let close = ends.iter().all(|end| end.is_some_and(|(end, _)| !far(end)));
        if close && !lost {
            return None;
        }
        let power = text.rsplit_once(' ').map_or(0, |(_, word)| power(word));
        let scale = power_of_ten(i32::try_from(power).ok()?)?;
        let scaled = self.quantity.over(Quantity::exact(scale)).ok()?;
        let places = i32::from(place) + i32::try_from(power).ok()? + 1;
        let ends = scaled.interval_text(u32::try_from(places).unwrap_or(0))?;
        Some(format!(" {}", ends.replace(", ", "; ")))
    }

    /// Whether it is a ratio that is written in per cent.
    pub(crate) fn in_percent(&self) -> bool {
        self.unit == Unit::Pure && self.kind == MetricKind::Ratio
    }

    /// A ratio in per cent.
    fn percent(&self) -> String {
        let text = self.quantity.percent_text();
        text.map_or_else(
            || self.quantity.to_string(),
            |(percent, interval)| format!("{}%{interval}", grouped(percent)),
        )
    }

    /// The figure with its unit: `18,942 million JPY`.
    pub(crate) fn figure_text(&self) -> String {
        if self.in_percent() {
            return self.percent();
        }
        let (number, doubt) = self.number();
        match &self.unit {
            Unit::Percent => format!("{number}%{doubt}"),
            Unit::Pure => format!("{number}{doubt}"),
            unit => format!("{number} {unit}{doubt}"),
        }
    }
}

/// Rounded half away from zero to a place, which may be left of the point.
fn rounded_to(value: Fraction, place: i8) -> Option<Decimal> {
    if let Ok(places) = u32::try_from(place) {
        return value.rounded(places);
    }
    let unit = power_of_ten(-i32::from(place))?;
    let units = Fraction::from(value.over(unit).ok()?.rounded(0)?);
    units.times(unit).ok()?.decimal()
}

fn power_of_ten(power: i32) -> Option<Fraction> {
    let factor = 10_i128.checked_pow(power.unsigned_abs())?;
    let (numerator, denominator) = if power < 0 { (1, factor) } else { (factor, 1) };
    Fraction::new(numerator, denominator).ok()
}

/// To how many places a result is written that is no decimal or a ratio.
fn places_of(safe: SafeDigits) -> u32 {
    match safe {
        SafeDigits::Places(places) => u32::try_from(places.clamp(1, 4)).unwrap_or(1),
        SafeDigits::All => 4,
        SafeDigits::None | SafeDigits::Unknown => 1,
    }
}

fn rounded(value: Fraction, places: u32) -> String {
    value
        .rounded(places)
        .map_or_else(|| value.to_string(), grouped)
}

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mixed = match self.together {
            Together::Nothing => "; of different vintage",
            _ => "",
        };
        let (label, figure, formula) = (&self.label, self.figure_text(), &self.formula);
        let is_short = |fiscal| is_short_year(fiscal, &self.period);
        let short = short_year(self.fiscal.is_some_and(is_short), &self.period);
        let short = short.map_or_else(String::new, |short| format!("; {short}"));
        f.pad(&format!("{label}  {figure}  [{formula}{mixed}{short}]"))
    }
}
