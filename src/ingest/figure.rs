//! From a printed number to a figure in base units, with its precision and the meaning of its sign.

use rust_decimal::Decimal;

use crate::model::{
    Amount, Dimension, Figure, Metric, Nil, Precision, Rounding, Unit, is_within_digits,
};

use super::error::IngestReason;
use super::manifest::{BoundWord, Decimals, Direction, Scale};
use super::printed::{Printed, PrintedNumber, Qualifier};

/// What is declared about a figure: by itself, its row or its column (`own`), or by its table.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    pub(super) own_unit: Option<Unit>,
    pub(super) table_unit: Option<Unit>,
    pub(super) own_scale: Option<Scale>,
    pub(super) table_scale: Option<Scale>,
    pub(super) decimals: Option<Decimals>,
    pub(super) rounding: Rounding,
    pub(super) nil: Option<Nil>,
    pub(super) bound: Option<BoundWord>,
    pub(super) approximate: bool,
    pub(super) direction: Option<Direction>,
    /// The printed sign means the opposite of the metric's.
    pub(super) turned: bool,
}

/// A figure as read: in base units, with the power of ten of its printed scale.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) figure: Figure,
    pub(super) unit: Unit,
    pub(super) power: u32,
}

impl Declared {
    /// A figure of a metric.
    pub(super) fn figure(&self, printed: &Printed, metric: &Metric) -> Result<Read, IngestReason> {
        without_points(printed)?;
        self.of_metric(printed, metric)
    }

    fn of_metric(&self, printed: &Printed, metric: &Metric) -> Result<Read, IngestReason> {
        let read = self.any(printed)?;
        if read.unit.dimension() == metric.dimension {
            Ok(read)
        } else {
            Err(IngestReason::WrongDimension {
                path: metric.path.clone(),
                dimension: metric.dimension,
                unit: read.unit,
            })
        }
    }

    /// A printed percentage: a growth rate or a share.
    pub(super) fn percentage(&self, printed: &Printed) -> Result<Read, IngestReason> {
        without_points(printed)?;
        let percent = Declared {
            own_unit: Some(Unit::Percent),
            own_scale: Some(Scale::Ones),
            turned: false,
            ..self.clone()
        };
        percent.any(printed)
    }

    /// A printed difference of two figures of a metric: in its unit, or in points.
    pub(super) fn difference(
        &self,
        printed: &Printed,
        metric: &Metric,
    ) -> Result<Read, IngestReason> {
        if metric.dimension != Dimension::Percent {
            return self.figure(printed, metric);
        }
        let percent = Declared {
            own_unit: self.own_unit.clone().or(Some(Unit::Percent)),
            own_scale: self.own_scale.or(Some(Scale::Ones)),
            ..self.clone()
        };
        percent.of_metric(printed, metric)
    }

    fn any(&self, printed: &Printed) -> Result<Read, IngestReason> {
        let read = match printed {
            Printed::Number(number) => self.number(number)?,
            Printed::Range(low, high) => self.range(low, high)?,
            Printed::Nil => self.nil(self.nil.ok_or(IngestReason::NilNotDeclared)?)?,
            Printed::NotMeaningful | Printed::NotApplicable => self.nil(Nil::NotApplicable)?,
            Printed::Empty => return Err(IngestReason::NotAFigure),
        };
        let decrease = self.direction == Some(Direction::Decrease);
        Ok(Read {
            figure: if decrease == self.turned {
                read.figure
            } else {
                read.figure.negated()
            },
            ..read
        })
    }

    fn nil(&self, nil: Nil) -> Result<Read, IngestReason> {
        if self.direction.is_some() || self.is_limited() {
            return Err(IngestReason::ContradictsWords);
        }
        let unit = self.own_unit.as_ref().or(self.table_unit.as_ref());
        let scale = self.own_scale.or(self.table_scale);
        Ok(Read {
            figure: Figure::Nil(nil),
            unit: unit.cloned().ok_or(IngestReason::MissingUnit)?,
            power: scale.ok_or(IngestReason::MissingScale)?.power(),
        })
    }

    /// A range is neither a bound nor approximate.
    fn range(&self, low: &PrintedNumber, high: &PrintedNumber) -> Result<Read, IngestReason> {
        if self.is_limited() {
            return Err(IngestReason::ContradictsWords);
        }
        let (low, high) = (self.plain(low)?, self.plain(high)?);
        Ok(Read {
            figure: Figure::Range {
                low: low.amount,
                high: high.amount,
            },
            unit: low.unit,
            power: low.power,
        })
    }

    fn is_limited(&self) -> bool {
        self.bound.is_some() || self.approximate
    }

    fn number(&self, number: &PrintedNumber) -> Result<Read, IngestReason> {
        let Plain {
            amount,
            unit,
            power,
        } = self.plain(number)?;
        let declared = match (self.bound, self.approximate) {
            (Some(_), true) => return Err(IngestReason::ContradictsWords),
            (Some(BoundWord::MoreThan), false) => Some(Qualifier::MoreThan),
            (Some(BoundWord::AtLeast), false) => Some(Qualifier::AtLeast),
            (Some(BoundWord::LessThan), false) => Some(Qualifier::LessThan),
            (Some(BoundWord::AtMost), false) => Some(Qualifier::AtMost),
            (None, true) => Some(Qualifier::Approximate),
            (None, false) => None,
        };
        let qualifier = match (declared, number.qualifier) {
            (Some(declared), Some(printed)) if declared != printed => {
                return Err(IngestReason::ContradictsWords);
            }
            (declared, printed) => declared.or(printed),
        };
        let figure = match qualifier {
            None => Figure::Amount(amount),
            Some(Qualifier::Approximate) => Figure::Approximate(amount),
            Some(Qualifier::MoreThan) => Figure::MoreThan(amount),
            Some(Qualifier::AtLeast) => Figure::AtLeast(amount),
            Some(Qualifier::AtMost) => Figure::AtMost(amount),
            Some(Qualifier::LessThan) => Figure::LessThan(amount),
        };
        Ok(Read {
            figure,
            unit,
            power,
        })
    }

    fn plain(&self, number: &PrintedNumber) -> Result<Plain, IngestReason> {
        if self.direction.is_some() && number.mantissa < 0 {
            return Err(IngestReason::DirectionAndSign);
        }
        let unit = self.unit(number)?;
        let power = self.power(number, &unit)?;
        let value = scaled(number.mantissa, number.places, power)?;
        let printed = i64::from(number.places) - i64::from(power);
        let precision = match self.decimals {
            Some(Decimals(Precision::Decimals(declared))) if i64::from(declared) > printed => {
                return Err(IngestReason::FinerThanPrinted { declared, printed });
            }
            Some(Decimals(precision)) => precision,
            None => {
                Precision::Decimals(i8::try_from(printed).map_err(|_| IngestReason::TooManyDigits)?)
            }
        };
        Ok(Plain {
            amount: Amount::new(value, precision, self.rounding)?,
            unit,
            power,
        })
    }

    /// The unit: what is printed, where it does not contradict what the figure itself declares.
    fn unit(&self, number: &PrintedNumber) -> Result<Unit, IngestReason> {
        let declared = self.own_unit.as_ref().or(self.table_unit.as_ref());
        let contradicts = |printed: String, unit: &Unit| {
            Err(IngestReason::ContradictsUnit {
                printed,
                unit: unit.clone(),
            })
        };
        if number.percent || number.points {
            return match &self.own_unit {
                Some(own) if *own != Unit::Percent => {
                    let printed = if number.percent { "%" } else { "points" };
                    contradicts(printed.into(), own)
                }
                _ => Ok(Unit::Percent),
            };
        }
        if let Some(currency) = number.currency {
            return match (declared, &self.own_unit) {
                (Some(unit), _) if unit.currency() == Some(currency) => Ok(unit.clone()),
                (_, Some(own)) => contradicts(currency.to_string(), own),
                _ => Ok(Unit::Money(currency)),
            };
        }
        if let Some(noun) = &number.noun {
            let printed: Unit = noun.parse()?;
            return match declared {
                Some(unit) if *unit != printed => contradicts(noun.clone(), unit),
                _ => Ok(printed),
            };
        }
        declared.cloned().ok_or(IngestReason::MissingUnit)
    }

    /// A table's scale is that of its own unit: "in thousands" says nothing of the shares in it.
    fn table_scale_holds(&self, unit: &Unit) -> bool {
        self.table_unit
            .as_ref()
            .is_none_or(|table| table.dimension() == unit.dimension())
    }

    /// The power of ten of the scale: the printed word, else what is declared. A percentage has none.
    fn power(&self, number: &PrintedNumber, unit: &Unit) -> Result<u32, IngestReason> {
        if *unit == Unit::Percent {
            return match (number.scale, self.own_scale.map_or(0, Scale::power)) {
                (None, 0) => Ok(0),
                (None, declared) => Err(IngestReason::ContradictsScale {
                    printed: 0,
                    declared,
                }),
                (Some(_), _) => Err(IngestReason::ContradictsUnit {
                    printed: "a scale word".into(),
                    unit: unit.clone(),
                }),
            };
        }
        match (number.scale, self.own_scale) {
            (Some(printed), Some(own)) if printed != own.power() => {
                Err(IngestReason::ContradictsScale {
                    printed,
                    declared: own.power(),
                })
            }
            (Some(printed), _) => Ok(printed),
            (None, Some(own)) => Ok(own.power()),
            (None, None) => self
                .table_scale
                .filter(|_| self.table_scale_holds(unit))
                .map(Scale::power)
                .ok_or(IngestReason::MissingScale),
        }
    }
}

/// Points are what percentages differ by; no figure of another sort is printed in them.
fn without_points(printed: &Printed) -> Result<(), IngestReason> {
    match printed {
        Printed::Number(number) | Printed::Range(number, _) if number.points => {
            Err(IngestReason::Points)
        }
        _ => Ok(()),
    }
}

struct Plain {
    amount: Amount,
    unit: Unit,
    power: u32,
}

/// mantissa x 10^(power - places), exactly.
pub(super) fn scaled(mantissa: i128, places: u32, power: u32) -> Result<Decimal, IngestReason> {
    let beyond = || IngestReason::TooManyDigits;
    let lift = power.saturating_sub(places);
    let mantissa = 10_i128
        .checked_pow(lift)
        .and_then(|factor| mantissa.checked_mul(factor))
        .ok_or_else(beyond)?;
    Decimal::try_from_i128_with_scale(mantissa, places.saturating_sub(power))
        .ok()
        .filter(|value| is_within_digits(*value))
        .ok_or_else(beyond)
}
