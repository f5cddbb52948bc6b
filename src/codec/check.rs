//! Checks, several to a record.
//!
//! Mirrors of the model's types: a decimal is stored as mantissa and scale, whatever form its crate's
//! features give it elsewhere.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::{CodecError, check_length, code};
use crate::model::date::check_date;
use crate::model::{Amount, Check, Claim, Currency, Figure, Nil, Operand};

/// Consecutive checks of one document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ChecksRecord(pub(crate) Vec<CheckRecord>);

impl ChecksRecord {
    /// The checks.
    pub(crate) fn checks(&self) -> Result<Vec<Check>, CodecError> {
        let checks: Option<_> = self.0.iter().map(CheckRecord::check).collect();
        checks.ok_or(CodecError::Record)
    }
}

impl Record for ChecksRecord {
    fn check(&self) -> Result<(), CodecError> {
        for check in self.checks()? {
            if let Figure::Qualitative(text) = &check.figure {
                check_length("a qualitative figure", text, Figure::TEXT_LIMIT)?;
            }
        }
        Ok(())
    }
}

/// One check.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CheckRecord {
    cell: u32,
    claim: ClaimRecord,
    figure: FigureRecord,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum ClaimRecord {
    Growth {
        of: Operand,
        over: Operand,
    },
    Difference {
        of: Operand,
        over: Operand,
    },
    Share {
        part: Operand,
        whole: Operand,
    },
    Translation {
        of: Operand,
        into: Currency,
        rate: DecimalRecord,
    },
    Revision {
        of: Operand,
        from: chrono::NaiveDate,
        to: chrono::NaiveDate,
    },
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum FigureRecord {
    Amount(AmountRecord),
    Approximate(AmountRecord),
    AtLeast(AmountRecord),
    MoreThan(AmountRecord),
    AtMost(AmountRecord),
    LessThan(AmountRecord),
    Range {
        low: AmountRecord,
        high: AmountRecord,
    },
    Qualitative(String),
    NilZero,
    NilNone,
    NilNotApplicable,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct DecimalRecord {
    mantissa: i128,
    scale: u32,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct AmountRecord {
    value: DecimalRecord,
    precision: i8,
    rounding: u8,
}

impl From<Decimal> for DecimalRecord {
    fn from(value: Decimal) -> Self {
        Self {
            mantissa: value.mantissa(),
            scale: value.scale(),
        }
    }
}

impl DecimalRecord {
    fn decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.mantissa, self.scale).ok()
    }
}

impl From<&Amount> for AmountRecord {
    fn from(amount: &Amount) -> Self {
        Self {
            value: amount.value().into(),
            precision: i8::try_from(code::precision(amount.precision())).unwrap_or(i8::MAX),
            rounding: u8::try_from(code::rounding(amount.rounding())).unwrap_or(u8::MAX),
        }
    }
}

impl AmountRecord {
    fn amount(self) -> Option<Amount> {
        let precision = code::precision_of(self.precision.into())?;
        let rounding = code::rounding_of(self.rounding.into())?;
        Amount::new(self.value.decimal()?, precision, rounding).ok()
    }
}

impl From<&Figure> for FigureRecord {
    fn from(figure: &Figure) -> Self {
        match figure {
            Figure::Amount(a) => Self::Amount(a.into()),
            Figure::Approximate(a) => Self::Approximate(a.into()),
            Figure::AtLeast(a) => Self::AtLeast(a.into()),
            Figure::MoreThan(a) => Self::MoreThan(a.into()),
            Figure::AtMost(a) => Self::AtMost(a.into()),
            Figure::LessThan(a) => Self::LessThan(a.into()),
            Figure::Range { low, high } => Self::Range {
                low: low.into(),
                high: high.into(),
            },
            Figure::Qualitative(text) => Self::Qualitative(text.clone()),
            Figure::Nil(Nil::Zero) => Self::NilZero,
            Figure::Nil(Nil::None) => Self::NilNone,
            Figure::Nil(Nil::NotApplicable) => Self::NilNotApplicable,
        }
    }
}

impl FigureRecord {
    fn figure(&self) -> Option<Figure> {
        Some(match self {
            Self::Amount(a) => Figure::Amount(a.amount()?),
            Self::Approximate(a) => Figure::Approximate(a.amount()?),
            Self::AtLeast(a) => Figure::AtLeast(a.amount()?),
            Self::MoreThan(a) => Figure::MoreThan(a.amount()?),
            Self::AtMost(a) => Figure::AtMost(a.amount()?),
            Self::LessThan(a) => Figure::LessThan(a.amount()?),
            Self::Range { low, high } => Figure::Range {
                low: low.amount()?,
                high: high.amount()?,
            },
            Self::Qualitative(text) => Figure::Qualitative(text.clone()),
            Self::NilZero => Figure::Nil(Nil::Zero),
            Self::NilNone => Figure::Nil(Nil::None),
            Self::NilNotApplicable => Figure::Nil(Nil::NotApplicable),
        })
    }
}

impl From<&Claim> for ClaimRecord {
    fn from(claim: &Claim) -> Self {
        match claim.clone() {
            Claim::Growth { of, over } => Self::Growth { of, over },
            Claim::Difference { of, over } => Self::Difference { of, over },
            Claim::Share { part, whole } => Self::Share { part, whole },
            Claim::Translation { of, into, rate } => Self::Translation {
                of,
                into,
                rate: rate.into(),
            },
            Claim::Revision { of, from, to } => Self::Revision { of, from, to },
        }
    }
}

impl ClaimRecord {
    fn claim(&self) -> Option<Claim> {
        Some(match self.clone() {
            Self::Growth { of, over } => Claim::Growth { of, over },
            Self::Difference { of, over } => Claim::Difference { of, over },
            Self::Share { part, whole } => Claim::Share { part, whole },
            Self::Translation { of, into, rate } => Claim::Translation {
                of,
                into,
                rate: rate.decimal()?,
            },
            Self::Revision { of, from, to } => Claim::Revision {
                of,
                from: check_date(from).ok()?,
                to: check_date(to).ok()?,
            },
        })
    }
}

impl From<&Check> for CheckRecord {
    fn from(check: &Check) -> Self {
        Self {
            cell: check.cell,
            claim: (&check.claim).into(),
            figure: (&check.figure).into(),
        }
    }
}

impl CheckRecord {
    fn check(&self) -> Option<Check> {
        Some(Check {
            cell: self.cell,
            claim: self.claim.claim()?,
            figure: self.figure.figure()?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::block::tests::{any_date, any_figure, any_period};
    use crate::codec::record::{pack, unpack};
    use crate::model::{Period, Scenario, Scope};

    fn any_operand() -> BoxedStrategy<Operand> {
        let scope = prop_oneof![Just(""), Just("segment=network")];
        let scenario = prop_oneof![Just("actual"), Just("target"), Just("pro_forma")];
        (any_period(), scope, scenario)
            .prop_map(|(period, scope, scenario)| Operand {
                company: "iij".parse().unwrap(),
                metric: "revenue.connectivity".parse().unwrap(),
                scenario: scenario.parse().unwrap(),
                scope: scope.parse().unwrap(),
                period,
            })
            .boxed()
    }

    pub(crate) fn any_check() -> BoxedStrategy<Check> {
        let two = || (any_operand(), any_operand());
        let rate = (any::<i64>(), 0_u32..29).prop_map(|(m, scale)| Decimal::new(m, scale));
        let claim =
            prop_oneof![
                two().prop_map(|(of, over)| Claim::Growth { of, over }),
                two().prop_map(|(of, over)| Claim::Difference { of, over }),
                two().prop_map(|(part, whole)| Claim::Share { part, whole }),
                (any_operand(), rate).prop_map(|(of, rate)| Claim::Translation {
                    of,
                    into: Currency::USD,
                    rate
                }),
                (any_operand(), any_date(), any_date())
                    .prop_map(|(of, from, to)| Claim::Revision { of, from, to }),
            ];
        (any::<u32>(), claim.boxed(), any_figure())
            .prop_map(|(cell, claim, figure)| Check {
                cell,
                claim,
                figure,
            })
            .boxed()
    }

    proptest! {
        #[test]
        fn checks_read_back(checks in proptest::collection::vec(any_check(), 0..8)) {
            let record = ChecksRecord(checks.iter().map(CheckRecord::from).collect());
            let read: ChecksRecord = unpack(&pack(&record).unwrap()).unwrap();
            prop_assert_eq!(read.checks(), Ok(checks));
        }

        #[test]
        fn any_bytes_are_checks_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack::<ChecksRecord>(&bytes);
        }
    }

    #[test]
    fn a_long_text_is_refused() {
        let date = "2003-03-31".parse().unwrap();
        let period = Period::instant(date).unwrap();
        let of = Operand {
            company: "iij".parse().unwrap(),
            metric: "cash".parse().unwrap(),
            scenario: Scenario::Actual,
            scope: Scope::total(),
            period,
        };
        let packed = |length| {
            let check = Check {
                cell: 0,
                claim: Claim::Revision {
                    of: of.clone(),
                    from: date,
                    to: date,
                },
                figure: Figure::Qualitative("x".repeat(length)),
            };
            pack(&ChecksRecord(vec![CheckRecord::from(&check)]))
        };
        assert!(packed(256).is_ok());
        assert!(matches!(
            packed(257),
            Err(CodecError::TooLong {
                length: 257,
                limit: 256,
                ..
            })
        ));
    }
}
