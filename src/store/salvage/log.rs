//! The values in sled's log, whether sled could still find them or not.
//!
//! The log is read once, segment by segment, for where the values are; then value by value. What is kept in memory is where each
//! value is, and in which states it is there: sled writes values again and again, and frees what it wrote before only where it
//! needs the place.
//!
//! A value is of a key if its checksum says so, and of two whole ones the one is newer that sled has written later. A key that was removed after
//! its last value is not there: a change says so, or a page that should have it.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::messages::{self, SEGMENT, Said};
use crate::codec::envelope::{self, Found};
use crate::codec::key::Space;
use crate::codec::{CodecError, Key};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::progress::{Meter, UpkeepStep};

/// How many keys are tried for values whose keys are not said beside them.
const TRIES: usize = 20_000_000;
/// How many numbers beyond the last one that is there are tried.
const NEXT: u64 = 64;

/// A value as it lies in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    at: u64,
    found: Found,
}

/// What the log has of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    Whole(Place),
    Broken(CodecError),
    Removed,
}

/// A change of a page, its key without the prefix of the page.
struct Change {
    page: u64,
    age: u64,
    /// Whether all of it is certain, not its value alone.
    whole: bool,
    key: Vec<u8>,
    state: State,
}

/// The values of a log.
pub(super) struct Log {
    file: File,
    path: PathBuf,
    /// In what states the log has a key, the newest first.
    keys: BTreeMap<Space, BTreeMap<Key, Vec<(u64, State)>>>,
    /// Where bytes lie that should be messages and are not.
    pub(super) gaps: Vec<Range<u64>>,
}

impl Log {
    /// Reads where the values of a database are.
    pub(super) fn read(folder: &Path, meter: &mut Meter<'_>) -> Result<Log, StoreError> {
        let path = Engine::log_path(folder);
        let failed = |error: io::Error| StoreError::io("read", &path, &error);
        // Not a pipe, which would be waited for.
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => return Err(StoreError::EngineFileMissing { path }),
        }
        let mut file = File::open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        meter.begin(UpkeepStep::Files, Some(length))?;
        let mut gathered = Gathered::default();
        let mut gaps = Vec::new();
        let mut segment = Vec::with_capacity(SEGMENT);
        let mut begin = 0;
        loop {
            segment.clear();
            (&mut file)
                .take(SEGMENT as u64)
                .read_to_end(&mut segment)
                .map_err(failed)?;
            let read = u64::try_from(segment.len()).unwrap_or(u64::MAX);
            if read == 0 {
                break;
            }
            let at = |place: usize| begin + u64::try_from(place).unwrap_or(u64::MAX);
            let gaps_here = messages::read(&segment, &mut |age, said| {
                gathered.add(age, said, &at);
            });
            gaps.extend(gaps_here.into_iter().map(|gap| at(gap.start)..at(gap.end)));
            begin += read;
            meter.advance(read)?;
        }
        gathered.settle();
        Ok(Log {
            file,
            path,
            keys: gathered.keys,
            gaps,
        })
    }

    /// The keys of a key space that are there, or of which it is known that they were; those that were removed are not.
    pub(super) fn keys(&self, space: Space) -> Vec<Key> {
        let keys = self.keys.get(&space).into_iter().flatten();
        let there = keys.filter(|(_, states)| {
            let newest = states.first().map(|(_, state)| state);
            newest.is_some_and(|state| *state != State::Removed)
        });
        there.map(|(key, _)| key.clone()).collect()
    }

    /// Why the newest state of a key cannot be read, if so.
    pub(super) fn broken(&self, key: &Key) -> Option<&CodecError> {
        match self.states(key).first() {
            Some((_, State::Broken(error))) => Some(error),
            _ => None,
        }
    }

    /// The payloads of a key since it was removed last, the newest first.
    pub(super) fn payloads(&mut self, key: &Key) -> Result<Vec<Vec<u8>>, StoreError> {
        let states = self.states(key).iter().map(|(_, state)| state);
        let states = states.take_while(|state| **state != State::Removed);
        let whole = states.filter_map(|state| match state {
            State::Whole(place) => Some(*place),
            _ => None,
        });
        let places: Vec<Place> = whole.collect();
        let bytes = key.to_bytes();
        let mut payloads = Vec::new();
        for place in places {
            let mut value = vec![0; place.found.length()];
            self.file
                .seek(SeekFrom::Start(place.at))
                .and_then(|_| self.file.read_exact(&mut value))
                .map_err(|error| StoreError::io("read", &self.path, &error))?;
            // Somebody may write to it meanwhile.
            if envelope::open(&bytes, &value).is_ok() {
                value.drain(..envelope::HEADER);
                payloads.push(value);
            }
        }
        Ok(payloads)
    }

    fn states(&self, key: &Key) -> &[(u64, State)] {
        let keys = self.keys.get(&key.space());
        keys.and_then(|keys| keys.get(key))
            .map_or(&[], Vec::as_slice)
    }
}

/// What is gathered while the log is read.
#[derive(Default)]
struct Gathered {
    keys: BTreeMap<Space, BTreeMap<Key, Vec<(u64, State)>>>,
    /// The prefixes of each page, by their ages.
    pages: HashMap<u64, BTreeMap<u64, Vec<u8>>>,
    /// Those of pages that are damaged.
    doubted: BTreeSet<Vec<u8>>,
    changes: Vec<Change>,
    /// Values whose keys are not known.
    strays: Vec<(u64, Place)>,
    /// What pages are of, by their lowest keys.
    ranges: BTreeMap<Vec<u8>, Vec<Covering>>,
}

/// Up to which key a page was all that there was, and when. Without a key, up to the last.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Covering {
    age: u64,
    end: Vec<u8>,
}

impl Gathered {
    fn add(&mut self, age: u64, said: Said<'_>, at: &dyn Fn(usize) -> u64) {
        let place = |(place, found)| {
            State::Whole(Place {
                at: at(place),
                found,
            })
        };
        match said {
            Said::Prefix {
                page,
                whole: true,
                prefix,
            } => {
                let of_page = self.pages.entry(page).or_default();
                of_page.insert(age, prefix.into());
            }
            Said::Prefix { prefix, .. } => {
                self.doubted.insert(prefix.into());
            }
            // Of the pages of other trees, one that has no keys yet cannot be told.
            Said::Range { lowest, end, keys } => {
                if !keys.is_empty() && keys.iter().all(|key| Key::parse(key).is_ok()) {
                    let end = end.to_vec();
                    let ranges = self.ranges.entry(lowest.into()).or_default();
                    ranges.push(Covering { age, end });
                }
            }
            Said::Value { key, at, found } => self.put(&key, age, place((at, found))),
            Said::Broken { key, error } => self.put(&key, age, State::Broken(error)),
            Said::Change {
                page,
                whole,
                key,
                value,
            } => self.changes.push(Change {
                page,
                age,
                whole,
                key: key.into(),
                state: match value {
                    None => State::Removed,
                    Some(Ok(value)) => place(value),
                    Some(Err(error)) => State::Broken(error),
                },
            }),
            Said::Stray { at: place, found } => self.strays.push((
                age,
                Place {
                    at: at(place),
                    found,
                },
            )),
        }
    }

    /// Adds a state of a key, if it can be one of kessan's.
    fn put(&mut self, key: &[u8], age: u64, state: State) {
        if let Ok(key) = Key::parse(key) {
            let keys = self.keys.entry(key.space()).or_default();
            keys.entry(key).or_default().push((age, state));
        }
    }

    /// Finds the keys of changes, puts states in order, and leaves one of those that are the same.
    fn settle(&mut self) {
        let mut all = std::mem::take(&mut self.doubted);
        all.extend(self.pages.values().flat_map(BTreeMap::values).cloned());
        let mut tries = TRIES;
        for change in std::mem::take(&mut self.changes) {
            let Change {
                page,
                age,
                whole,
                key,
                state,
            } = change;
            let of_page = self.pages.get(&page);
            let before = of_page.and_then(|pages| pages.range(..age).next_back());
            let with = |prefix: &Vec<u8>| [prefix, key.as_slice()].concat();
            let base = before.map(|(_, prefix)| with(prefix));
            let State::Whole(place) = state else {
                if let Some(base) = base {
                    self.put(&base, age, state);
                }
                continue;
            };
            let others = of_page.into_iter().flat_map(BTreeMap::values).chain(&all);
            let is_of = |key: &Vec<u8>| {
                tries = tries.saturating_sub(1);
                tries > 0 && place.found.is_of(key)
            };
            let right = base.clone().filter(|key| place.found.is_of(key));
            let key = right.or_else(|| others.map(with).find(is_of));
            match (key, base) {
                (Some(key), _) => self.put(&key, age, state),
                (None, Some(base)) if !whole => {
                    self.put(&base, age, State::Broken(CodecError::Checksum));
                }
                (None, _) => self.strays.push((age, place)),
            }
        }
        for (age, place) in std::mem::take(&mut self.strays) {
            if let Some(key) = self.numbered(&place.found, &mut tries) {
                self.put(&key, age, State::Whole(place));
            }
        }
        let mut ranges = std::mem::take(&mut self.ranges).into_iter().peekable();
        let mut covering = BinaryHeap::new();
        for (key, states) in self.keys.values_mut().flatten() {
            let key = key.to_bytes();
            while let Some((_, begun)) = ranges.next_if(|(lowest, _)| *lowest <= key) {
                covering.extend(begun);
            }
            let is_over = |page: &Covering| !page.end.is_empty() && page.end <= key;
            while covering.peek().is_some_and(is_over) {
                covering.pop();
            }
            let newest = states.iter().map(|(age, _)| *age).max();
            if let Some(page) = covering.peek()
                && newest < Some(page.age)
            {
                states.push((page.age, State::Removed));
            }
            settle(states);
        }
    }
}

impl Gathered {
    /// The key of a value of which no key is said: its number is that of one that is there, or one of the next.
    fn numbered(&self, found: &Found, tries: &mut usize) -> Option<Vec<u8>> {
        let space = found.space();
        let width = match space {
            Space::Company | Space::Metric | Space::Variant | Space::Recent | Space::Document => 4,
            Space::Commit => 8,
            _ => return None,
        };
        let key = |number: u64| {
            let bytes = number.to_be_bytes();
            let number = bytes.get(bytes.len().saturating_sub(width)..)?;
            Some([&[space.byte()], number].concat())
        };
        let last = self.keys.get(&space).and_then(|keys| keys.last_key_value());
        let last = last.map_or(0, |(key, _)| {
            let number = key.to_bytes().into_iter().skip(1);
            number.fold(0_u64, |number, byte| number << 8 | u64::from(byte))
        });
        let numbers = 0..=last.saturating_add(NEXT);
        numbers
            .map_while(key)
            .find(|key| {
                *tries = tries.saturating_sub(1);
                *tries == 0 || found.is_of(key)
            })
            .filter(|_| *tries > 0)
    }
}

/// Puts states in order, the newest first, and leaves the newest of those that are the same.
fn settle(states: &mut Vec<(u64, State)>) {
    states.sort_by_key(|(age, _)| std::cmp::Reverse(*age));
    let mut seen = BTreeSet::new();
    states.retain(|(_, state)| match state {
        State::Whole(Place { found, .. }) => seen.insert((found.length(), found.checksum())),
        State::Broken(_) | State::Removed => true,
    });
}
