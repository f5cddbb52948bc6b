//! What a company gains over time: identities, splits, and on what its definition rests; in version 1 sums.

use serde::{Deserialize, Serialize};

use super::CodecError;
use super::record::Record;
use crate::model::date::check_date;
use crate::model::{
    CalendarEvidence, Expression, ExpressionError, ExpressionNode, Identity, LeafKind, MetricPath,
    NameEvidence, Scope, Split, SplitEvidence,
};

/// Something that a commit added to a company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Addition {
    Identity(Identity),
    /// Declared, and before version 3 inferred.
    Split(Split),
    Inferred(SplitInference),
    /// What tells the calendar from this commit on. Without it, the calendar is declared.
    Calendar(CalendarEvidence),
    /// What tells the name from this commit on. Without it, the name is declared.
    Name(NameEvidence),
}

/// The splits that were inferred from some filings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SplitInference {
    pub(crate) from: SplitEvidence,
    pub(crate) splits: Vec<Split>,
}

/// What one commit added to a company, several to a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct AdditionsRecord(pub(crate) Vec<Addition>);

impl Record for AdditionsRecord {
    fn check(&self) -> Result<(), CodecError> {
        let days = self.0.iter().flat_map(|addition| match addition {
            Addition::Inferred(SplitInference { from, .. }) => [Some(from.first), Some(from.last)],
            Addition::Calendar(evidence) => [evidence.last(), None],
            Addition::Name(evidence) => [evidence.last(), None],
            Addition::Identity(_) | Addition::Split(_) => [None, None],
        });
        days.flatten()
            .try_for_each(|day| check_date(day).map(|_| ()).map_err(|_| CodecError::Record))
    }
}

/// Sums that a commit of version 1 added to a company. They are read as identities, and not written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SumsRecord(pub(crate) Vec<SumRecord>);

/// A total and its parts: metrics, perhaps of a scope, with a minus sign where they are taken off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SumRecord {
    pub(crate) total: String,
    pub(crate) parts: Vec<String>,
}

impl SumsRecord {
    /// The sums as identities.
    pub(crate) fn identities(&self) -> Result<Vec<Identity>, CodecError> {
        self.0.iter().map(SumRecord::identity).collect()
    }
}

impl Record for SumsRecord {
    fn check(&self) -> Result<(), CodecError> {
        Ok(())
    }
}

impl SumRecord {
    fn identity(&self) -> Result<Identity, CodecError> {
        let (negative, metric, scope) = term(&self.total)?;
        let mut sum = String::new();
        for part in &self.parts {
            term(part)?;
            match (sum.is_empty(), part.strip_prefix('-')) {
                (true, _) => sum.push_str(part),
                (false, None) => sum.extend([" + ", part]),
                (false, Some(part)) => sum.extend([" - ", part]),
            }
        }
        if negative {
            sum = format!("-({sum})");
        }
        Ok(Identity {
            metric,
            scope,
            equals: sum.parse().map_err(|error| match error {
                ExpressionError::TooLong { .. } | ExpressionError::TooDeep { .. } => {
                    CodecError::Sum {
                        total: self.total.clone(),
                    }
                }
                _ => CodecError::Record,
            })?,
        })
    }
}

/// Whether it is taken off, the metric and the scope of a term.
fn term(text: &str) -> Result<(bool, MetricPath, Scope), CodecError> {
    let (negative, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let expression: Expression = name.parse().map_err(|_| CodecError::Record)?;
    match expression.node() {
        ExpressionNode::Leaf(leaf) if leaf.of == LeafKind::Plain => {
            Ok((negative, leaf.metric.clone(), leaf.scope.clone()))
        }
        _ => Err(CodecError::Record),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::record::{pack, unpack};

    fn identities(total: &str, parts: &[&str]) -> Result<Vec<String>, CodecError> {
        let sum = SumRecord {
            total: total.into(),
            parts: parts.iter().map(ToString::to_string).collect(),
        };
        let record: SumsRecord = unpack(&pack(&SumsRecord(vec![sum]))?)?;
        let identities = record.identities()?;
        Ok(identities.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_sum_of_version_1_is_an_identity() {
        for (total, parts, identity) in [
            (
                "gross_profit",
                &["revenue", "-cost_of_revenue"][..],
                "gross_profit = revenue - cost_of_revenue",
            ),
            ("a", &["-b", "c", "-d"], "a = -b + c - d"),
            ("-a", &["b", "c"], "a = -(b + c)"),
            ("a[x=y]", &["a[x=z]", "-a[x=w]"], "a[x=y] = a[x=z] - a[x=w]"),
        ] {
            assert_eq!(identities(total, parts), Ok(vec![identity.to_owned()]));
        }
        for (total, parts) in [
            ("a", &[][..]),
            ("", &["b"]),
            ("a", &["b + c"]),
            ("a", &["opening(b)"]),
            ("a", &["--b"]),
            ("2", &["b"]),
        ] {
            assert_eq!(identities(total, parts), Err(CodecError::Record), "{total}");
        }
        let most = Expression::DEPTH_LIMIT;
        assert!(identities("a", &vec!["b"; most]).is_ok());
        let error = Err(CodecError::Sum { total: "a".into() });
        assert_eq!(identities("a", &vec!["b"; most + 1]), error);
        let long = "b".repeat(200);
        assert_eq!(identities("a", &[long.as_str(); 20]), error);
    }

    #[test]
    fn evidence_of_a_day_out_of_range_is_no_record() {
        let day = |year| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let inferred = |first, last| {
            let from = SplitEvidence {
                last: day(last),
                facts: 1,
                first: day(first),
            };
            let splits = Vec::new();
            Addition::Inferred(SplitInference { from, splits })
        };
        let calendar = |last| {
            let last = day(last);
            Addition::Calendar(CalendarEvidence::Inferred { year_ends: 1, last })
        };
        let name = |last| Addition::Name(NameEvidence::Inferred { last: day(last) });
        for (year, holds) in [(1799, false), (1800, true), (2999, true), (3000, false)] {
            for addition in [
                inferred(year, 2020),
                inferred(2020, year),
                calendar(year),
                name(year),
            ] {
                let packed = pack(&AdditionsRecord(vec![addition]));
                assert_eq!(packed.is_ok(), holds, "{year}");
            }
        }
    }

    fn any_addition() -> impl Strategy<Value = Addition> {
        let identity = prop_oneof![
            Just(("cash", "", "opening(cash) + net_cash.change")),
            Just(("price", "by=a", "shares[by=a] * 1.5")),
        ];
        let identity = identity.prop_map(|(metric, scope, equals)| {
            Addition::Identity(Identity {
                metric: metric.parse().unwrap(),
                scope: scope.parse().unwrap(),
                equals: equals.parse().unwrap(),
            })
        });
        let split = (crate::codec::block::tests::any_date(), 1..1000_u32)
            .prop_map(|(date, new)| Addition::Split(Split::new(date, new + 1, 1).unwrap()));
        let inferred = (
            crate::codec::block::tests::any_date(),
            crate::codec::block::tests::any_date(),
            any::<u64>(),
            proptest::collection::vec(2..9_u32, 0..3),
        );
        let inferred = inferred.prop_map(|(first, last, facts, ratios)| {
            let split = |ratio| Split::new(last, ratio, 1).unwrap();
            Addition::Inferred(SplitInference {
                from: SplitEvidence { last, facts, first },
                splits: ratios.into_iter().map(split).collect(),
            })
        });
        let calendar = (any::<u32>(), crate::codec::block::tests::any_date());
        let calendar = calendar.prop_map(|(year_ends, last)| {
            Addition::Calendar(CalendarEvidence::Inferred { year_ends, last })
        });
        let other = [CalendarEvidence::Assumed, CalendarEvidence::Declared];
        let other = proptest::sample::select(other.to_vec()).prop_map(Addition::Calendar);
        let name = crate::codec::block::tests::any_date();
        let name = name.prop_map(|last| Addition::Name(NameEvidence::Inferred { last }));
        let unnamed = [NameEvidence::Assumed, NameEvidence::Declared];
        let unnamed = proptest::sample::select(unnamed.to_vec()).prop_map(Addition::Name);
        prop_oneof![identity, split, inferred, calendar, other, name, unnamed]
    }

    proptest! {
        #[test]
        fn additions_read_back(additions in proptest::collection::vec(any_addition(), 0..8)) {
            let record = AdditionsRecord(additions);
            prop_assert_eq!(unpack::<AdditionsRecord>(&pack(&record).unwrap()).unwrap(), record);
        }

        #[test]
        fn any_bytes_are_additions_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = unpack::<AdditionsRecord>(&bytes);
            if let Ok(sums) = unpack::<SumsRecord>(&bytes) {
                let _ = sums.identities();
            }
        }
    }
}
