//! Companies, metrics and variants: numbers and names, one to one.

use super::{FaultKind, Found, Look, Part, Verify};
use crate::codec::Key;
use crate::codec::addition::{Addition, AdditionsRecord, SumsRecord};
use crate::codec::record::{CompanyRecord, unpack};
use crate::model::Metric;
use crate::store::basis::Basis;
use crate::store::error::StoreError;
use crate::store::names::{Named, Table};
use crate::store::progress::UpkeepStep;
use crate::store::recent;
use crate::store::recover::{additions, sums};
use crate::store::{State, Variant};

impl Verify<'_> {
    /// Every number has its record, which says what the open database takes it for.
    pub(super) fn definitions(&mut self) -> Result<(), StoreError> {
        let totals = self.state.totals;
        let all = [totals.companies, totals.metrics, totals.variants];
        let all = all.into_iter().map(u64::from).sum();
        self.meter.begin(UpkeepStep::Definitions, Some(all))?;
        for number in 0..totals.companies {
            self.look(|this| this.company(number))?;
            self.report.companies = self.report.companies.saturating_add(1);
            self.meter.tick()?;
        }
        for number in 0..totals.metrics {
            self.look(|this| {
                let same =
                    |stored: &Metric, state: &State| is_named(&state.names.metrics, number, stored);
                this.definition(&Key::Metric(number), same)
            })?;
            self.report.metrics = self.report.metrics.saturating_add(1);
            self.meter.tick()?;
        }
        for number in 0..totals.variants {
            self.look(|this| {
                let same = |stored: &Variant, state: &State| {
                    is_named(&state.names.variants, number, stored)
                };
                this.definition(&Key::Variant(number), same)
            })?;
            self.report.variants = self.report.variants.saturating_add(1);
            self.meter.tick()?;
        }
        Ok(())
    }

    fn definition<T: crate::codec::record::Record>(
        &self,
        key: &Key,
        same: impl Fn(&T, &State) -> bool,
    ) -> Look<()> {
        let mut faults = Vec::new();
        let stored: Option<T> = self.required(key, &mut faults)?;
        if stored.is_some_and(|stored| !same(&stored, &self.now())) {
            let what = "its definition";
            faults.push(self.fault(key, FaultKind::Differs { what }));
        }
        Ok((faults, ()))
    }

    fn company(&self, number: u32) -> Look<()> {
        let key = Key::Company(number);
        let (mut faults, ()) = self.definition(&key, |stored: &CompanyRecord, state| {
            let companies = &state.names.companies;
            let known = companies.get(number);
            companies.number(&stored.id) == Some(number)
                && known.is_some_and(|known| {
                    CompanyRecord::of(known, state.names.has_recent(number)) == *stored
                })
        })?;
        let recent = Key::Recent(number);
        match (self.now().names.has_recent(number), self.value(&recent)?) {
            (true, Found::Missing) => faults.push(self.fault(&recent, FaultKind::Missing)),
            (false, Found::Value(_)) => faults.push(self.fault(&recent, FaultKind::Surplus)),
            (true, Found::Value(value)) => {
                if let Err(error) = recent::decode(&value) {
                    faults.push(self.unreadable(&recent, &error));
                }
            }
            // What cannot be opened has been reported with all values.
            (_, Found::Bad) | (false, Found::Missing) => {}
        }
        let mut all: Vec<Addition> = Vec::new();
        let mut whole = true;
        let ranges = [sums as fn(u32, u64, u16) -> Key, additions];
        for key in ranges {
            for entry in self
                .engine
                .scan(key(number, 0, 0)..=key(number, u64::MAX, u16::MAX))?
            {
                let Ok(key) = Key::parse(&entry?.key) else {
                    continue;
                };
                // What cannot be opened has been reported with all values.
                let Found::Value(value) = self.value(&key)? else {
                    whole = false;
                    continue;
                };
                let added = match key {
                    Key::Sums { .. } => unpack::<SumsRecord>(&value)
                        .and_then(|record| record.identities())
                        .map(|sums| sums.into_iter().map(Addition::Identity).collect()),
                    _ => unpack::<AdditionsRecord>(&value).map(|record| record.0),
                };
                match added {
                    Ok(added) => all.extend(added),
                    Err(error) => {
                        whole = false;
                        faults.push(self.unreadable(&key, &error));
                    }
                }
            }
        }
        let (identities, basis) = Basis::of(number, all);
        let now = self.now();
        let same = now.names.companies.get(number).is_some_and(|known| {
            known.identities == identities
                && known.splits == basis.splits()
                && now.names.basis(number, known) == basis
        });
        if whole && !same {
            let what = "what was added to the company";
            let mut fault = self.fault(&Key::Company(number), FaultKind::Differs { what });
            fault.place.part = Part::Additions;
            faults.push(fault);
        }
        Ok((faults, ()))
    }
}

/// Whether a stored definition is the one that a table has under that number, and the only one of its name.
fn is_named<T: Named + PartialEq>(table: &Table<T>, number: u32, stored: &T) -> bool {
    table.get(number) == Some(stored) && table.number(stored.name()) == Some(number)
}
