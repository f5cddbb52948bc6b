//! Whether a recording of releases of one company shows what it is for: series that go from its recent rows to their blocks.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

use crate::journal::Known;
use crate::model::Disk;

const BLOCK: u8 = 0x10;
const RECENT: u8 = 0x14;
const INTENT: u8 = 0x41;

/// Before the payload of a value: `KS`, format version, key space, length and checksum.
const ENVELOPE: usize = 12;

/// A value that is almost full.
const FULL: usize = 5000;

/// How many commits did what.
#[derive(Default, Debug)]
struct Reached {
    /// Wrote a value that is almost full, and more blocks than there are facts that they restate.
    settled: usize,
    /// The same in several batches.
    in_batches: usize,
    /// The same in one, with sled's log cleaned after it.
    cleaned: usize,
}

/// Checks that series went to their blocks in most commits of a recording, in one batch and in several, and that sled's log was
/// cleaned between.
pub fn check(disk: &Disk, rounds: u32) -> Result<()> {
    let reached = Reached::of(disk)?;
    let rounds = rounds as usize;
    ensure!(
        reached.settled >= rounds / 2
            && reached.in_batches >= rounds / 8
            && reached.cleaned >= rounds / 4,
        "too few of {rounds} commits did what this plan is for: {reached:?}"
    );
    Ok(())
}

impl Reached {
    fn of(disk: &Disk) -> Result<Self> {
        let log = disk.node("db/sled/db").context("sled has no log")?;
        let journal = String::from_utf8(disk.journal(disk.len()))?;
        let lines: Vec<_> = disk.lines().collect();
        // After the creation, each package has two lines.
        let (packages, rest) = lines.get(1..).unwrap_or_default().as_chunks();
        let names = Known::parse(&journal)?.begun;
        ensure!(
            packages.len() == names.len() && rest.is_empty(),
            "packages did not come one by one"
        );
        let mut reached = Self::default();
        let mut before = BTreeSet::new();
        let mut facts = BTreeSet::new();
        for (commit, (name, [begun, done])) in (1_u64..).zip(names.iter().zip(packages)) {
            let values: BTreeSet<Value> = values(&disk.log[begun.1..done.1]).collect();
            let new = || values.iter().filter(|value| !before.contains(*value));
            let has = |space| new().any(|value| value.space == space);
            let full = new().any(|value| value.space == RECENT && value.length > FULL);
            // The payload of a block begins with the commit that wrote it.
            let is_block = |value: &&Value| value.space == BLOCK && value.first == commit;
            let blocks = new().filter(is_block).count();
            let again = name.facts().into_iter().filter(|fact| !facts.insert(*fact));
            if full && blocks > again.count() {
                reached.settled += 1;
                let within = |(begin, end): &&(usize, usize)| *begin > begun.0 && *end < done.0;
                match (has(INTENT), log.syncs.iter().filter(within).count()) {
                    (true, _) => reached.in_batches += 1,
                    (false, 2..) => reached.cleaned += 1,
                    _ => {}
                }
            }
            before.extend(values);
        }
        Ok(reached)
    }
}

/// A value, as it stands among what was written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Value {
    space: u8,
    length: usize,
    /// Of the key, too.
    checksum: [u8; 4],
    /// The first bytes of the payload.
    first: u64,
}

fn values(bytes: &[u8]) -> impl Iterator<Item = Value> {
    let windows = bytes.windows(ENVELOPE + 8);
    windows.filter_map(|window| match *window {
        [
            b'K',
            b'S',
            _,
            space @ (BLOCK | RECENT | INTENT),
            l0,
            l1,
            l2,
            l3,
            c0,
            c1,
            c2,
            c3,
            ..,
        ] => {
            let first = window.last_chunk()?;
            Some(Value {
                space,
                length: u32::from_be_bytes([l0, l1, l2, l3]) as usize,
                checksum: [c0, c1, c2, c3],
                first: u64::from_be_bytes(*first),
            })
        }
        _ => None,
    })
}
