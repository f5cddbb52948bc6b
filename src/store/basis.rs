//! On what the definition of a company rests: what is declared, and what is only inferred or assumed.

use chrono::NaiveDate;

use super::names::Named;
use crate::codec::addition::{Addition, SplitInference};
use crate::model::{CalendarEvidence, Identity, NameEvidence, Split};

/// Inferred splits of one ratio are one where their days are no farther apart: the evidence leaves the days between two
/// filings, or between an announcement and the day a split took effect.
const ONE_SPLIT: i64 = 370;

/// No two splits of a company follow each other as closely: an inferred one so near to a declared one of another ratio is
/// a slip.
const TOO_CLOSE: i64 = 31;

/// On what the name, the calendar and the splits of a company rest. A company without one has declared ones.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Basis {
    company: u32,
    pub(super) name: NameEvidence,
    pub(super) calendar: CalendarEvidence,
    /// Declared splits, one a day, by date.
    pub(super) declared: Vec<Split>,
    /// None is covered by another; the latest first.
    inferred: Vec<SplitInference>,
}

impl Named for Basis {
    type Name = u32;
    fn name(&self) -> &u32 {
        &self.company
    }
}

impl Basis {
    pub(super) fn declared(company: u32, splits: Vec<Split>) -> Self {
        Self {
            company,
            name: NameEvidence::Declared,
            calendar: CalendarEvidence::Declared,
            declared: splits,
            inferred: Vec::new(),
        }
    }

    /// What was added to a company, in the order of commits: its identities, sorted, and its basis.
    pub(super) fn of(
        company: u32,
        added: impl IntoIterator<Item = Addition>,
    ) -> (Vec<Identity>, Self) {
        let mut basis = Self::declared(company, Vec::new());
        let mut identities = Vec::new();
        for addition in added {
            match addition {
                Addition::Identity(identity) => identities.push(identity),
                Addition::Split(split) => basis.declared.push(split),
                Addition::Inferred(inference) => {
                    basis.add(inference);
                }
                Addition::Calendar(evidence) => basis.calendar = evidence,
                Addition::Name(evidence) => basis.name = evidence,
            }
        }
        identities.sort();
        // Two sums of version 1 may be one identity.
        identities.dedup();
        basis.declared.sort();
        (identities, basis)
    }

    pub(super) fn is_declared(&self) -> bool {
        self.name == NameEvidence::Declared
            && self.calendar == CalendarEvidence::Declared
            && self.inferred.is_empty()
    }

    /// Adds what was inferred from some filings, and takes out what was inferred from less; `false` where as much is known.
    /// What is known afterwards does not depend on the order in which it came.
    pub(super) fn add(&mut self, new: SplitInference) -> bool {
        if self.inferred.iter().any(|known| covers(known, &new)) {
            return false;
        }
        self.inferred.retain(|known| !covers(&new, known));
        self.inferred.push(new);
        self.inferred.sort_by(|a, b| rank(b).cmp(&rank(a)));
        true
    }

    /// What stands otherwise than an inferred split; `None` where that one stands.
    pub(super) fn otherwise(&self, split: &Split) -> Option<&'static str> {
        let standing = self.splits();
        if standing.contains(split) {
            None
        } else if standing.iter().any(|other| is_same(other, split)) {
            Some("day of a share split")
        } else if standing
            .iter()
            .any(|other| apart(other, split) <= TOO_CLOSE)
        {
            Some("ratio of a share split")
        } else {
            Some("list of share splits")
        }
    }

    /// Whether a declared split stands against an inferred one.
    fn contradicts(&self, split: &Split) -> bool {
        let against = |declared: &Split| {
            ratio(declared) != ratio(split) && apart(declared, split) <= TOO_CLOSE
        };
        self.declared.iter().any(against)
    }

    /// The splits that stand, by date: those that are declared, and the inferred ones that are others.
    pub(super) fn splits(&self) -> Vec<Split> {
        let mut splits = self.declared.clone();
        for inference in &self.inferred {
            let others = splits.len();
            for split in &inference.splits {
                let known = splits.iter().take(others).any(|of| is_same(of, split));
                let taken = splits.iter().any(|other| other.date() == split.date());
                if !known && !taken && !self.contradicts(split) {
                    splits.push(*split);
                }
            }
        }
        splits.sort();
        splits
    }
}

fn covers(one: &SplitInference, other: &SplitInference) -> bool {
    one.from.covers(&other.from) && (one.from != other.from || one.splits >= other.splits)
}

/// What covers another ranks before it.
fn rank(of: &SplitInference) -> impl Ord {
    let from = of.from;
    let early = std::cmp::Reverse(from.first);
    (from.last, from.facts, early, of.splits.clone())
}

fn is_same(one: &Split, other: &Split) -> bool {
    ratio(one) == ratio(other) && apart(one, other) <= ONE_SPLIT
}

fn ratio(split: &Split) -> (u32, u32) {
    (split.new_shares(), split.old_shares())
}

fn apart(one: &Split, other: &Split) -> i64 {
    let days = |one: NaiveDate, other| one.signed_duration_since(other).num_days();
    days(one.date(), other.date()).abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::SplitEvidence;

    fn split(day: &str, new: u32) -> Split {
        Split::new(day.parse().unwrap(), new, 1).unwrap()
    }

    fn inferred(first: &str, last: &str, facts: u64, splits: &[Split]) -> SplitInference {
        SplitInference {
            from: SplitEvidence {
                last: last.parse().unwrap(),
                facts,
                first: first.parse().unwrap(),
            },
            splits: splits.to_vec(),
        }
    }

    #[test]
    fn the_fuller_evidence_stands() {
        let mut basis = Basis::declared(0, Vec::new());
        let (early, late) = (split("2021-06-03", 4), split("2021-07-19", 4));
        assert!(basis.add(inferred("2009-01-01", "2021-08-25", 5, &[early])));
        assert_eq!(basis.splits(), [early]);
        let full = inferred("2009-01-01", "2025-01-01", 9, &[late]);
        assert!(basis.add(full.clone()));
        assert_eq!(basis.splits(), [late]);
        assert!(!basis.add(full));
        assert!(!basis.add(inferred("2010-01-01", "2021-08-25", 5, &[early])));
        assert_eq!(basis.splits(), [late]);
        // It tells of no split: there was none.
        assert!(basis.add(inferred("2009-01-01", "2025-01-02", 9, &[])));
        assert_eq!(basis.splits(), []);
        // Later filings, but fewer facts: what they do not tell, they do not deny.
        let other = split("2013-01-01", 2);
        assert!(basis.add(inferred("2009-01-01", "2020-01-01", 10, &[other, early])));
        assert_eq!(basis.splits(), [other, early]);
        assert!(basis.add(inferred("2020-01-01", "2026-01-01", 3, &[late])));
        assert_eq!(basis.splits(), [other, late]);
    }

    #[test]
    fn declared_splits_stand_over_inferred_ones() {
        let declared = vec![split("2014-06-09", 7)];
        let mut basis = Basis::declared(0, declared.clone());
        let slips = [split("2014-06-09", 5), split("2014-06-30", 70)];
        for slip in &slips {
            assert!(basis.contradicts(slip), "{slip}");
        }
        let same = split("2014-06-06", 7);
        let later = split("2020-08-31", 4);
        assert!(!basis.contradicts(&same) && !basis.contradicts(&later));
        let all = [same, slips[0], slips[1], later];
        assert!(basis.add(inferred("2009-01-01", "2025-01-01", 9, &all)));
        assert_eq!(basis.splits(), [declared[0], later]);
    }

    fn any_split() -> impl Strategy<Value = Split> {
        (0..12_i64, 2..5_u32).prop_map(|(step, new)| {
            let day: NaiveDate = "2020-01-01".parse().unwrap();
            Split::new(day + chrono::Duration::days(step * 97), new, 1).unwrap()
        })
    }

    fn any_inference() -> impl Strategy<Value = SplitInference> {
        let splits = proptest::collection::btree_set(any_split(), 0..4);
        (0..4_i64, 0..4_i64, 0..4_u64, splits).prop_map(|(first, length, facts, splits)| {
            let day = |years| NaiveDate::default() + chrono::Duration::days(365 * years);
            SplitInference {
                from: SplitEvidence {
                    last: day(first + length),
                    facts,
                    first: day(first),
                },
                splits: splits.into_iter().collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(
            inferred in proptest::collection::vec(any_inference(), 0..6)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
            declared in proptest::option::of(any_split()),
        ) {
            let declared: Vec<Split> = declared.into_iter().collect();
            let mut one = Basis::declared(0, declared.clone());
            for inference in inferred.0 {
                one.add(inference);
            }
            // Declared before, between or after: it is the same.
            let mut other = Basis::declared(0, Vec::new());
            for inference in inferred.1 {
                other.add(inference);
            }
            other.declared = declared;
            prop_assert_eq!(one.splits(), other.splits());
            let twice = |pair: &[Split]| pair[0].date() == pair[1].date();
            prop_assert!(!one.splits().windows(2).any(twice));
        }
    }
}
