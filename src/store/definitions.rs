//! Definitions that are known and come again: what they have more, which of two stands, and in what they differ.

use std::cmp::Ordering;

use super::basis::Basis;
use super::error::StoreError;
use crate::codec::addition::{Addition, SplitInference};
use crate::codec::record::{CompanyRecord, pack};
use crate::model::{
    CalendarEvidence, Company, Evidence, FiscalCalendar, Metric, NameEvidence, Split,
};

/// A known company, as other descriptions change it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) company: Company,
    pub(super) basis: Basis,
    /// What the descriptions added.
    pub(super) added: Vec<Addition>,
    /// What of them does not stand.
    pub(super) kept: Vec<&'static str>,
}

impl Described {
    pub(super) fn new(company: Company, basis: Basis) -> Self {
        Self {
            company,
            basis,
            added: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Notes what tells the name and the calendar.
    pub(super) fn rest_on(&mut self, evidence: Evidence) {
        self.rest_name_on(evidence.name);
        self.rest_calendar_on(evidence.calendar);
    }

    fn rest_name_on(&mut self, name: NameEvidence) {
        if self.basis.name != name {
            self.basis.name = name;
            self.added.push(Addition::Name(name));
        }
    }

    fn rest_calendar_on(&mut self, calendar: CalendarEvidence) {
        if self.basis.calendar != calendar {
            self.basis.calendar = calendar;
            self.added.push(Addition::Calendar(calendar));
        }
    }

    /// Takes in another description; where it is not `inferred`, an error names what contradicts a declared one.
    pub(super) fn describe(
        &mut self,
        new: &Company,
        evidence: Evidence,
        inferred: bool,
    ) -> Result<(), &'static str> {
        for identity in &new.identities {
            if let Err(place) = self.company.identities.binary_search(identity) {
                self.company.identities.insert(place, identity.clone());
                self.added.push(Addition::Identity(identity.clone()));
            }
        }
        self.name(&new.name, evidence.name, inferred)?;
        self.calendar(&new.calendar, evidence.calendar, inferred)?;
        match evidence.splits {
            Some(from) => {
                let inference = SplitInference {
                    from,
                    splits: new.splits.clone(),
                };
                if self.basis.add(inference.clone()) {
                    self.added.push(Addition::Inferred(inference));
                }
                let otherwise = new.splits.iter().filter_map(|of| self.basis.otherwise(of));
                self.kept.extend(otherwise);
            }
            None => self.declared_splits(&new.splits, inferred)?,
        }
        self.company.splits = self.basis.splits();
        Ok(())
    }

    fn name(
        &mut self,
        new: &str,
        evidence: NameEvidence,
        inferred: bool,
    ) -> Result<(), &'static str> {
        let known = (self.basis.name, self.company.name.as_str());
        let both_declared = evidence.min(known.0) == NameEvidence::Declared;
        if !both_declared && (evidence, new) > known {
            self.rest_name_on(evidence);
            new.clone_into(&mut self.company.name);
        } else if known.1 != new {
            let gives_way = known.0 != NameEvidence::Declared || evidence == NameEvidence::Assumed;
            self.differs("name", inferred || gives_way)?;
        }
        Ok(())
    }

    fn calendar(
        &mut self,
        new: &FiscalCalendar,
        evidence: CalendarEvidence,
        inferred: bool,
    ) -> Result<(), &'static str> {
        let both_declared = evidence.min(self.basis.calendar) == CalendarEvidence::Declared;
        let replaces = match evidence.cmp(&self.basis.calendar) {
            Ordering::Greater => true,
            Ordering::Equal if both_declared => new.extends(&self.company.calendar),
            // Any order does, if it is always the same.
            Ordering::Equal => self.packed(new) > self.packed(&self.company.calendar),
            Ordering::Less => false,
        };
        if replaces {
            self.rest_calendar_on(evidence);
            self.company.calendar = new.clone();
        } else if !self.company.calendar.extends(new) {
            let gives_way = match self.basis.calendar {
                CalendarEvidence::Declared => evidence == CalendarEvidence::Assumed,
                CalendarEvidence::Inferred { .. } | CalendarEvidence::Assumed => true,
            };
            self.differs("fiscal calendar", inferred || gives_way)?;
        }
        Ok(())
    }

    fn packed(&self, calendar: &FiscalCalendar) -> Option<Vec<u8>> {
        let record = CompanyRecord {
            calendar: calendar.clone(),
            ..CompanyRecord::of(&self.company, false)
        };
        pack(&record).ok()
    }

    fn declared_splits(&mut self, splits: &[Split], inferred: bool) -> Result<(), &'static str> {
        for split in splits {
            let declared = &mut self.basis.declared;
            match declared.binary_search_by_key(&split.date(), Split::date) {
                Ok(place) if declared.get(place) == Some(split) => {}
                Ok(_) if inferred => self.kept.push("ratio of a share split"),
                Ok(_) => return Err("share splits"),
                Err(place) => {
                    declared.insert(place, *split);
                    self.added.push(Addition::Split(*split));
                }
            }
        }
        Ok(())
    }

    fn differs(&mut self, what: &'static str, gives_way: bool) -> Result<(), &'static str> {
        if !gives_way {
            return Err(what);
        }
        self.kept.push(what);
        Ok(())
    }
}

/// The first thing in which two definitions of one metric differ.
pub(super) fn metric_differs(known: &Metric, new: &Metric) -> StoreError {
    let quoted = |word: &Option<String>| word.as_ref().map_or("none".into(), |w| format!("{w:?}"));
    let (what, known, new_word) = if known.kind != new.kind {
        ("kind", known.kind.to_string(), new.kind.to_string())
    } else if known.dimension != new.dimension {
        (
            "dimension",
            known.dimension.to_string(),
            new.dimension.to_string(),
        )
    } else if known.positive != new.positive {
        (
            "positive",
            format!("{:?}", known.positive),
            format!("{:?}", new.positive),
        )
    } else {
        ("negative", quoted(&known.negative), quoted(&new.negative))
    };
    StoreError::MetricDiffers {
        path: new.path.clone(),
        what,
        known,
        new: new_word,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{NameEvidence, SplitEvidence, YearNaming};

    fn company(name: &str, month: u32, splits: &[(u64, u32)]) -> Company {
        let day = |days| chrono::NaiveDate::default() + chrono::Days::new(97 * days);
        let split = |&(days, new): &(u64, u32)| Split::new(day(days), new, 1).unwrap();
        Company {
            id: "a".parse().unwrap(),
            name: name.into(),
            calendar: FiscalCalendar::month_end(month, YearNaming::End).unwrap(),
            identities: Vec::new(),
            splits: splits.iter().map(split).collect(),
        }
    }

    /// A description that was inferred: its splits are of different days.
    fn inferred() -> impl Strategy<Value = (Company, Evidence)> {
        let day = |days: u64| chrono::NaiveDate::default() + chrono::Days::new(days);
        let splits = proptest::collection::btree_map(0..12_u64, 2..5_u32, 0..4);
        let evidence = (0..3_u32, 0..3_u64, 0..3_u64, 0..3_u64);
        ("[AB]", 1..=12_u32, splits, evidence).prop_map(move |(name, month, splits, of)| {
            let (year_ends, first, length, facts) = of;
            let last = day(first + length);
            let told = match facts {
                0 => NameEvidence::Assumed,
                _ => NameEvidence::Inferred { last },
            };
            let calendar = match year_ends {
                0 => CalendarEvidence::Assumed,
                _ => CalendarEvidence::Inferred { year_ends, last },
            };
            let evidence = Evidence {
                name: told,
                calendar,
                splits: Some(SplitEvidence {
                    last,
                    facts,
                    first: day(first),
                }),
            };
            let splits: Vec<(u64, u32)> = splits.into_iter().collect();
            (company(&name, month, &splits), evidence)
        })
    }

    /// What is known after all of these, of which the first makes the company.
    fn known(descriptions: &[(Company, Evidence)]) -> Company {
        let (first, evidence) = &descriptions[0];
        let bare = Company {
            splits: Vec::new(),
            ..first.clone()
        };
        let mut known = Described::new(bare, Basis::declared(0, Vec::new()));
        known.rest_on(*evidence);
        for (company, evidence) in descriptions {
            known.describe(company, *evidence, true).unwrap();
        }
        known.company
    }

    /// Some that were inferred, and one that was declared or none, in two orders.
    fn orders() -> impl Strategy<Value = [Vec<(Company, Evidence)>; 2]> {
        let splits = proptest::collection::vec((0..12_u64, 2..5_u32), 0..2);
        let declared = (1..=12_u32, splits)
            .prop_map(|(month, splits)| (company("AB", month, &splits), Evidence::default()));
        let inferred = proptest::collection::vec(inferred(), 1..6);
        (inferred, proptest::option::of(declared))
            .prop_map(|(inferred, declared)| inferred.into_iter().chain(declared).collect())
            .prop_flat_map(|all: Vec<_>| (Just(all.clone()), Just(all).prop_shuffle()))
            .prop_map(|(one, other)| [one, other])
    }

    /// What a description makes of a company of the name `A` that is known: what is kept as it was, or the refusal; and its name.
    fn described(
        known: NameEvidence,
        name: &str,
        by: NameEvidence,
        inferred: bool,
    ) -> (Result<Vec<&'static str>, &'static str>, String) {
        let evidence = |name| Evidence {
            name,
            ..Evidence::default()
        };
        let mut now = Described::new(company("A", 3, &[]), Basis::declared(0, Vec::new()));
        now.rest_on(evidence(known));
        let ended = now.describe(&company(name, 3, &[]), evidence(by), inferred);
        (ended.map(|()| now.kept), now.company.name)
    }

    #[test]
    fn only_what_is_told_can_contradict_a_declared_name() {
        use NameEvidence::{Assumed, Declared, Inferred};
        let [early, late] = [17, 18].map(|days| Inferred {
            last: chrono::NaiveDate::default() + chrono::Days::new(days),
        });
        let kept = || Ok(vec!["name"]);
        for (known, by, expected, name) in [
            // The greater evidence stands; what gives way to it is told.
            (Assumed, early, Ok(vec![]), "B"),
            (Assumed, Declared, Ok(vec![]), "B"),
            (early, late, Ok(vec![]), "B"),
            (early, Declared, Ok(vec![]), "B"),
            (early, Assumed, kept(), "A"),
            (late, early, kept(), "A"),
            (Declared, Assumed, kept(), "A"),
            // Somebody says otherwise than somebody who knows it.
            (Declared, early, Err("name"), "A"),
            (Declared, Declared, Err("name"), "A"),
        ] {
            let strict = described(known, "B", by, false);
            assert_eq!(strict, (expected.clone(), name.into()), "{known:?} {by:?}");
            // Where that is wanted, it is passed over.
            let inferred = described(known, "B", by, true);
            let expected = expected.or_else(|what| Ok(vec![what]));
            assert_eq!(inferred, (expected, name.into()), "{known:?} {by:?}");
            assert_eq!(described(known, "A", by, false).0, Ok(vec![]));
        }
    }

    #[test]
    fn another_ratio_on_the_day_of_a_declared_split_is_refused_or_passed_over() {
        let first = company("A", 3, &[(1, 2)]);
        for (splits, inferred, expected, stand) in [
            (&[(1, 2)][..], false, Ok(vec![]), &[(1, 2)][..]),
            (&[(2, 3)], false, Ok(vec![]), &[(1, 2), (2, 3)]),
            (&[(1, 3)], false, Err("share splits"), &[(1, 2)]),
            (
                &[(1, 3), (2, 3)],
                true,
                Ok(vec!["ratio of a share split"]),
                &[(1, 2), (2, 3)],
            ),
        ] {
            let mut now = Described::new(first.clone(), Basis::declared(0, first.splits.clone()));
            let ended = now.describe(&company("A", 3, splits), Evidence::default(), inferred);
            assert_eq!(ended.map(|()| now.kept), expected);
            assert_eq!(now.company.splits, company("A", 3, stand).splits);
        }
    }

    proptest! {
        #[test]
        fn a_company_is_the_same_in_every_order_of_what_is_said_of_it([one, other] in orders()) {
            let company = known(&one);
            prop_assert_eq!(&company, &known(&other));
            let declared = one.iter().find(|(_, evidence)| *evidence == Evidence::default());
            if let Some((declared, _)) = declared {
                prop_assert_eq!(&company.name, &declared.name);
                prop_assert_eq!(&company.calendar, &declared.calendar);
                prop_assert!(declared.splits.iter().all(|split| company.splits.contains(split)));
            }
        }
    }
}
