//! All keys and values, as bytes.

use super::{Fault, FaultKind, FaultPlace, Part, Verify};
use crate::codec::Key;
use crate::store::State;
use crate::store::error::StoreError;
use crate::store::progress::UpkeepStep;

impl Verify<'_> {
    /// Every key is one of this format, and of something that a commit knows; every value is what was written under it.
    pub(super) fn values(&mut self) -> Result<(), StoreError> {
        self.meter.begin(UpkeepStep::Values, None)?;
        for entry in self.engine.scan(..)? {
            self.meter.tick()?;
            let raw = entry?;
            let bytes = raw.key.len().saturating_add(raw.len());
            self.report.values = self.report.values.saturating_add(1);
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.report.bytes = self.report.bytes.saturating_add(bytes);
            let key = match Key::parse(&raw.key) {
                Ok(key) => key,
                Err(error) => {
                    let name: Vec<String> = raw.key.iter().map(|b| format!("{b:02x}")).collect();
                    self.report.add(Fault {
                        place: FaultPlace::new(Part::Key, name.join(" ")),
                        kind: FaultKind::unreadable(&error),
                    });
                    continue;
                }
            };
            if let Err(error) = raw.value() {
                let fault = self.unreadable(&key, &error);
                self.report.add(fault);
            }
            if is_beyond(&key, &self.now()) {
                self.look(|this| {
                    let there = this.engine.look(&key)?.is_some();
                    let surplus = there && is_beyond(&key, &this.now());
                    let fault = surplus.then(|| this.fault(&key, FaultKind::Surplus));
                    Ok((fault.into_iter().collect(), ()))
                })?;
            }
        }
        Ok(())
    }
}

/// Whether a key is of something that comes after a commit. Series are looked at by themselves.
fn is_beyond(key: &Key, state: &State) -> bool {
    let totals = state.totals;
    match key {
        Key::Recent(company) => *company >= totals.companies,
        Key::Company(number) => *number >= totals.companies,
        Key::Metric(number) => *number >= totals.metrics,
        Key::Variant(number) => *number >= totals.variants,
        Key::Catalog {
            company, commit, ..
        }
        | Key::Sums {
            company, commit, ..
        }
        | Key::Additions {
            company, commit, ..
        } => *company >= totals.companies || *commit > state.head.sequence,
        Key::Document(number)
        | Key::Cells {
            document: number, ..
        }
        | Key::Checks {
            document: number, ..
        } => *number >= totals.documents,
        Key::Commit(sequence) => *sequence > state.head.sequence,
        Key::Intent(_) => true,
        Key::DocumentIndex(_) | Key::Current { .. } | Key::History { .. } | Key::Entry { .. } => {
            false
        }
    }
}
