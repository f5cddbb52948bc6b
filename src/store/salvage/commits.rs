//! Which commits there were.

use std::collections::BTreeMap;

use super::ruin::Ruin;
use crate::codec::Key;
use crate::codec::key::Space;
use crate::codec::manifest::Head;
use crate::codec::record::{CommitRecord, chain, unpack};
use crate::store::error::StoreError;
use crate::store::open::{first_digest, read_manifest};
use crate::store::verify::{Fault, FaultKind, FaultPlace, Part};

/// The commits of a database.
#[derive(Default)]
pub(super) struct Commits {
    pub(super) records: BTreeMap<u64, CommitRecord>,
    /// The last one that HEAD knows.
    head: Option<u64>,
}

/// A record, and its chain hash.
type Hashed = (CommitRecord, [u8; 32]);

impl Commits {
    /// Reads the records of the commits: of several with one number, the one that the chain names. What follows the last one in the
    /// chain is not of this database.
    pub(super) fn read(ruin: &mut Ruin, head: Option<Head>) -> Result<Commits, StoreError> {
        let mut found: BTreeMap<u64, Vec<Hashed>> = BTreeMap::new();
        for key in ruin.keys(Space::Commit) {
            for state in ruin.states(&key)? {
                match unpack::<CommitRecord>(&state) {
                    Ok(record) if key == Key::Commit(record.sequence) => {
                        let records = found.entry(record.sequence).or_default();
                        records.push((record, chain(&state)));
                    }
                    Ok(_) => ruin.fault(&key, FaultKind::Differs { what: "its number" }),
                    Err(error) => ruin.fault(&key, FaultKind::unreadable(&error)),
                }
            }
        }
        let newest = found.last_key_value().map(|(sequence, _)| *sequence);
        let known = head.filter(|head| {
            let records = found.get(&head.sequence);
            records.is_none_or(|records| records.iter().any(|(_, hash)| *hash == head.chain))
        });
        let mut records = BTreeMap::new();
        // Up from HEAD, as far as each names the one before.
        let mut last = known.map(|head| (head.sequence, head.chain));
        while let Some((sequence, hash)) = last {
            let above = sequence.saturating_add(1);
            let next = found.get(&above).into_iter().flatten();
            let next = next.copied().find(|(record, _)| record.previous == hash);
            last = next.map(|(record, hash)| {
                records.insert(above, record);
                (above, hash)
            });
        }
        // Down from there.
        let mut wanted = known.map(|head| head.chain);
        let top = known.map_or(newest, |head| Some(head.sequence));
        for (sequence, states) in found.range(..=top.unwrap_or(0)).rev() {
            let below = records.first_key_value();
            let next_is_there = below.is_none_or(|(next, _)| *next == sequence.saturating_add(1));
            let named = wanted.filter(|_| next_is_there);
            let right = states.iter().find(|(_, hash)| Some(*hash) == named);
            if let Some((record, _)) = right.or(states.first()) {
                wanted = Some(record.previous);
                records.insert(*sequence, *record);
            }
        }
        Ok(Commits {
            records,
            head: head.map(|head| head.sequence),
        })
    }

    /// The last commit that something tells of.
    pub(super) fn last(&self) -> Option<u64> {
        self.records.keys().next_back().copied().max(self.head)
    }

    /// Whether HEAD says nothing of a commit, although it tells of others.
    pub(super) fn is_beyond_head(&self, commit: u64) -> bool {
        self.head.is_some_and(|head| commit > head)
    }

    /// The record of the last commit, if it can be read.
    pub(super) fn latest(&self) -> Option<&CommitRecord> {
        let (sequence, record) = self.records.last_key_value()?;
        (Some(*sequence) == self.last()).then_some(record)
    }

    /// Lists the commits that HEAD knows and that are not there, and whether these are those of another database.
    pub(super) fn lacking(&self, ruin: &mut Ruin) {
        let found = self.records.keys().next_back().copied();
        if let Some(head) = self
            .head
            .filter(|head| found.is_none_or(|found| found < *head))
        {
            ruin.faults.push(Fault {
                place: FaultPlace::new(Part::Head, ""),
                kind: FaultKind::unreadable(&StoreError::SledBehindHead { head, found }),
            });
        }
        if let Ok(manifest) = read_manifest(&ruin.folder)
            && let Some(first) = self.records.get(&0)
            && first.digest != first_digest(&manifest)
        {
            let what = "the identity of the database";
            ruin.faults.push(Fault {
                place: FaultPlace::new(Part::Manifest, ""),
                kind: FaultKind::Differs { what },
            });
        }
    }
}
