//! What facts make of the recent rows of their companies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Staged;
use crate::codec::record::{CompanyRecord, pack};
use crate::codec::{Key, SeriesId};
use crate::store::engine::Tree;
use crate::store::error::StoreError;
use crate::store::listed::Pair;
use crate::store::names::Names;
use crate::store::recent::{self, OfCompany, Waiting};
use crate::store::unsettled::Turn;
use crate::store::write::Write;

/// The recent rows of companies, as far as they were needed.
pub(super) struct Recent<'a> {
    tree: &'a dyn Tree,
    /// How many bytes of them a company may have, where new ones are added.
    room: Option<usize>,
    companies: BTreeMap<u32, Rows>,
}

/// The recent rows of a company.
#[derive(Default)]
struct Rows {
    series: OfCompany,
    /// Those that had some before.
    before: Vec<Pair>,
    changed: bool,
}

impl<'a> Recent<'a> {
    /// Those that there are, of up to `room` bytes with what is added.
    pub(super) fn new(tree: &'a dyn Tree, room: Option<usize>) -> Self {
        Self {
            tree,
            room,
            companies: BTreeMap::new(),
        }
    }

    /// Whether new ones are added.
    pub(super) fn stay(&self) -> bool {
        self.room.is_some()
    }

    /// Takes the recent rows of a series.
    pub(super) fn take(
        &mut self,
        names: &Names,
        id: SeriesId,
    ) -> Result<Option<Waiting>, StoreError> {
        let of_company = match self.companies.entry(id.company) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if !names.has_recent(id.company) => return Ok(None),
            Entry::Vacant(place) => {
                let series = recent::of_company(self.tree, id.company)?;
                place.insert(Rows {
                    before: series.keys().copied().collect(),
                    series,
                    changed: false,
                })
            }
        };
        let waiting = of_company.series.remove(&(id.metric, id.variant));
        of_company.changed |= waiting.is_some();
        Ok(waiting)
    }

    /// Gives a series recent rows.
    pub(super) fn put(&mut self, id: SeriesId, waiting: Waiting) {
        let of_company = self.companies.entry(id.company).or_default();
        of_company.series.insert((id.metric, id.variant), waiting);
        of_company.changed = true;
    }

    /// Writes those of the companies where they changed.
    pub(super) fn write(self, staged: &mut Staged) -> Result<(), StoreError> {
        for (company, rows) in self.companies {
            let Rows {
                mut series,
                before,
                changed: true,
            } = rows
            else {
                continue;
            };
            let Some(room) = self.room else {
                // After the blocks that they went to: if the commit is cut off in between, they are in both.
                staged.groups.push(vec![recent::write(company, &series)?]);
                turn(&mut staged.written.turns, company, &before, &series);
                continue;
            };
            let (over, payload) = recent::overflow(&mut series, room)?;
            for ((metric, variant), waiting) in over {
                let id = SeriesId {
                    metric,
                    variant,
                    company,
                };
                let writes = recent::settle(self.tree, id, waiting, staged.sequence)?;
                staged.groups.push(writes);
                staged.settled.push(id);
            }
            turn(&mut staged.written.turns, company, &before, &series);
            // With the commit record: of a commit that is cut off, there are none.
            staged
                .replaced
                .push(Write::put(Key::Recent(company), payload));
            if !staged.names.has_recent(company)
                && let Some(known) = staged.names.companies.get(company)
            {
                let record = pack(&CompanyRecord::of(known, true))?;
                staged
                    .replaced
                    .push(Write::put(Key::Company(company), record));
                staged.names.set_recent(company)?;
            }
        }
        Ok(())
    }
}

/// Notes which series of a company have recent rows now, and had none before, and the other way round.
fn turn(turns: &mut Vec<Turn>, company: u32, before: &[Pair], now: &OfCompany) {
    let of = |&(metric, variant): &Pair| SeriesId {
        metric,
        variant,
        company,
    };
    let gone = before.iter().filter(|pair| !now.contains_key(pair));
    turns.extend(gone.map(|pair| (of(pair), false)));
    let come = now
        .keys()
        .filter(|pair| before.binary_search(pair).is_err());
    turns.extend(come.map(|pair| (of(pair), true)));
}
