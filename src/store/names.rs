//! The names of companies, metrics and variants, in memory.
//!
//! A table only grows, and every commit that brings names makes a new one that shares what the old one
//! holds: items lie in runs of shrinking length, and a new item is merged with the runs before it that are
//! not many times as long. Adding a name costs as much as the logarithm of their number, on average.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use quick_cache::DefaultHashBuilder;

use super::basis::Basis;
use super::error::StoreError;
use crate::codec::record::Variant;
use crate::model::{Company, Id, Metric, MetricPath};

/// Something with a name that is unique in its table.
pub(crate) trait Named: Clone + Debug {
    type Name: Clone + Debug + Eq + Hash;
    fn name(&self) -> &Self::Name;
}

impl Named for Company {
    type Name = Id;
    fn name(&self) -> &Id {
        &self.id
    }
}

impl Named for Metric {
    type Name = MetricPath;
    fn name(&self) -> &MetricPath {
        &self.path
    }
}

impl Named for Variant {
    type Name = Variant;
    fn name(&self) -> &Variant {
        self
    }
}

/// Named items, numbered from 0 in the order they were added.
#[derive(Debug)]
pub(crate) struct Table<T: Named> {
    runs: Vec<Run<T>>,
    /// How often an item was put in the place of another.
    replaced: u64,
}

#[derive(Debug)]
struct Run<T: Named> {
    /// The number of its first item.
    first: u32,
    items: Arc<Vec<Arc<T>>>,
    numbers: Arc<HashMap<T::Name, u32, DefaultHashBuilder>>,
}

impl<T: Named> Clone for Run<T> {
    fn clone(&self) -> Self {
        Self {
            first: self.first,
            items: Arc::clone(&self.items),
            numbers: Arc::clone(&self.numbers),
        }
    }
}

impl<T: Named> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            runs: self.runs.clone(),
            replaced: self.replaced,
        }
    }
}

impl<T: Named> Default for Table<T> {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            replaced: 0,
        }
    }
}

impl<T: Named> Table<T> {
    /// How many items there are, which is the number of the next one.
    pub(crate) fn len(&self) -> u32 {
        self.runs.last().map_or(0, |run| {
            run.first + u32::try_from(run.items.len()).unwrap_or(u32::MAX)
        })
    }

    /// Adds an item and gives its number; `None` where numbers are used up. Its name must be new.
    pub(crate) fn push(&mut self, item: T) -> Option<u32> {
        let number = self.len();
        if number == u32::MAX {
            return None;
        }
        let mut last = Run {
            first: number,
            numbers: Arc::new(HashMap::from_iter([(item.name().clone(), number)])),
            items: Arc::new(vec![Arc::new(item)]),
        };
        let merges = |run: &mut Run<T>, len: usize| run.items.len() <= RATIO * len;
        while let Some(mut before) = self.runs.pop_if(|run| merges(run, last.items.len())) {
            let names = last
                .numbers
                .iter()
                .map(|(name, number)| (name.clone(), *number));
            Arc::make_mut(&mut before.numbers).extend(names);
            Arc::make_mut(&mut before.items).extend(last.items.iter().cloned());
            last = before;
        }
        self.runs.push(last);
        Some(number)
    }

    /// Puts an item of the same name in the place of another.
    pub(crate) fn replace(&mut self, number: u32, item: T) {
        for run in &mut self.runs {
            let index = number
                .checked_sub(run.first)
                .and_then(|n| usize::try_from(n).ok());
            if let Some(index) = index
                && index < run.items.len()
                && let Some(place) = Arc::make_mut(&mut run.items).get_mut(index)
            {
                *place = Arc::new(item);
                self.replaced += 1;
                return;
            }
        }
    }

    /// The number of a name.
    pub(crate) fn number<Q>(&self, name: &Q) -> Option<u32>
    where
        T::Name: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.runs
            .iter()
            .find_map(|run| run.numbers.get(name).copied())
    }

    /// The item with a number.
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.shared(number).map(Arc::as_ref)
    }

    /// The item with a number, to keep.
    pub(crate) fn shared(&self, number: u32) -> Option<&Arc<T>> {
        let behind = self.runs.partition_point(|run| run.first <= number);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let index = usize::try_from(number.checked_sub(run.first)?).ok()?;
        run.items.get(index)
    }

    /// The item with a name.
    pub(crate) fn by_name<Q>(&self, name: &Q) -> Option<&T>
    where
        T::Name: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.get(self.number(name)?)
    }

    /// All items by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.runs
            .iter()
            .flat_map(|run| (run.first..).zip(run.items.iter().map(Arc::as_ref)))
    }
}

/// The number of a company that has a value of recent rows.
#[derive(Clone, Debug)]
pub(super) struct HasRecent(u32);

impl Named for HasRecent {
    type Name = u32;
    fn name(&self) -> &u32 {
        &self.0
    }
}

/// A run is merged with the one behind it unless it is more than so many times as long: a name is looked up in every
/// run, so they are to be few.
const RATIO: usize = 8;

/// All names of a database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) companies: Table<Company>,
    pub(crate) metrics: Table<Metric>,
    pub(crate) variants: Table<Variant>,
    /// Of companies that are not wholly declared.
    pub(super) bases: Table<Basis>,
    /// The companies that have recent rows.
    pub(super) recent: Table<HasRecent>,
}

impl Names {
    /// How often a definition was replaced.
    pub(crate) fn replaced(&self) -> u64 {
        self.companies.replaced + self.metrics.replaced
    }

    /// On what the definition of a company rests.
    pub(super) fn basis(&self, number: u32, company: &Company) -> Basis {
        let known = self.bases.by_name(&number).cloned();
        known.unwrap_or_else(|| Basis::declared(number, company.splits.clone()))
    }

    /// Whether a company has a value of recent rows.
    pub(super) fn has_recent(&self, company: u32) -> bool {
        self.recent.number(&company).is_some()
    }

    /// The companies that have a value of recent rows.
    pub(super) fn with_recent(&self) -> impl Iterator<Item = u32> {
        self.recent.iter().map(|(_, HasRecent(company))| *company)
    }

    pub(super) fn set_recent(&mut self, company: u32) -> Result<(), StoreError> {
        if !self.has_recent(company) {
            let full = StoreError::Full { what: "companies" };
            self.recent.push(HasRecent(company)).ok_or(full)?;
        }
        Ok(())
    }

    pub(super) fn set_basis(&mut self, number: u32, basis: Basis) -> Result<(), StoreError> {
        if let Some(place) = self.bases.number(&number) {
            self.bases.replace(place, basis);
        } else if !basis.is_declared() {
            let full = StoreError::Full { what: "companies" };
            self.bases.push(basis).ok_or(full)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(n: u32) -> Variant {
        Variant {
            scenario: crate::model::Scenario::Actual,
            scope: format!("segment=s{n}").parse().unwrap(),
            unit: crate::model::Unit::Pure,
        }
    }

    #[test]
    fn tables_share_what_they_hold_and_stay_few_runs() {
        let mut table: Table<Variant> = Table::default();
        let mut earlier = Vec::new();
        for n in 0..1000 {
            assert_eq!(table.push(variant(n)), Some(n));
            if n % 100 == 0 {
                earlier.push(table.clone());
            }
        }
        assert!(table.runs.len() <= 10, "{} runs", table.runs.len());
        for (table, len) in [(&table, 1000), (&earlier[3], 301), (&earlier[0], 1)] {
            assert_eq!(table.len(), len);
            for n in 0..len {
                assert_eq!(table.number(&variant(n)), Some(n));
                assert_eq!(table.get(n), Some(&variant(n)));
            }
            assert_eq!(table.get(len), None);
            assert_eq!(table.number(&variant(len)), None);
            let all: Vec<u32> = table.iter().map(|(number, _)| number).collect();
            assert_eq!(all, (0..len).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn a_replaced_item_is_seen_in_the_new_table_only() {
        let metric = |positive: &str| Metric {
            path: "revenue".parse().unwrap(),
            kind: crate::model::MetricKind::Flow,
            dimension: crate::model::Dimension::Money,
            positive: positive.into(),
            negative: None,
        };
        let mut old = Table::default();
        old.push(metric("a"));
        let mut new = old.clone();
        new.replace(0, metric("b"));
        assert_eq!(old.get(0), Some(&metric("a")));
        assert_eq!(new.by_name("revenue"), Some(&metric("b")));
    }

    #[test]
    fn each_company_keeps_what_its_own_definition_rests_on() {
        use crate::model::{CalendarEvidence, FiscalCalendar, NameEvidence, YearNaming};
        let company = Company {
            id: "a".parse().unwrap(),
            name: "A".into(),
            calendar: FiscalCalendar::month_end(3, YearNaming::Start).unwrap(),
            identities: Vec::new(),
            splits: Vec::new(),
        };
        let names_and_calendars = [
            (NameEvidence::Assumed, CalendarEvidence::Declared),
            (NameEvidence::Declared, CalendarEvidence::Declared),
            (NameEvidence::Declared, CalendarEvidence::Assumed),
        ];
        let mut names = Names::default();
        // Whatever a company rested on before.
        for turn in 0..3 {
            let now: Vec<Basis> = (0..3)
                .map(|number| {
                    let (name, calendar) = names_and_calendars[(number as usize + turn) % 3];
                    let mut basis = Basis::declared(number, Vec::new());
                    (basis.name, basis.calendar) = (name, calendar);
                    basis
                })
                .collect();
            for (number, basis) in (0..).zip(&now) {
                names.set_basis(number, basis.clone()).unwrap();
            }
            for (number, basis) in (0..).zip(&now) {
                assert_eq!(&names.basis(number, &company), basis, "turn {turn}");
            }
        }
    }
}
