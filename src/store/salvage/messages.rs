//! A segment of sled's log, read without sled: what its messages say of keys, also those that are damaged in part.
//!
//! A segment has a header of 20 bytes and messages. A message has a checksum, a kind, its length, the number of its segment, and that of
//! its page: so it tells its age, wherever it lies. It is a page (its lowest key, of which a part is the prefix that its keys lack;
//! then all keys, then all values), or one change of a page. Where a message is not whole, the next one is looked for byte by byte; and
//! what was to be it is read as far as the checksums of its values go.

use std::ops::Range;

use crate::codec::CodecError;
use crate::codec::envelope::{self, Found};

/// The length of a segment.
pub(super) const SEGMENT: usize = 512 << 10;
const HEADER: usize = 20;
/// The kinds of messages that say something of keys.
const PAGE: u8 = 8;
const CHANGE: u8 = 10;
/// The last kind that there is.
const LAST: u8 = 11;
/// How many bytes of a segment may be summed up in vain. Damage that was not made on purpose takes some ten million at most.
const EFFORT: usize = 256 << 20;
/// What it costs to try a key.
const TRY: usize = 256;

/// No key is longer.
const KEY_LIMIT: usize = 129;

/// What a segment says.
#[derive(Debug)]
pub(super) enum Said<'a> {
    /// What the keys of changes of a page lack.
    Prefix {
        page: u64,
        whole: bool,
        prefix: &'a [u8],
    },
    /// A page has no keys of a range but those it is said to have. Nothing is its end where it has none.
    Range {
        lowest: &'a [u8],
        end: &'a [u8],
        keys: &'a [Vec<u8>],
    },
    /// A value that is whole, and where it begins.
    Value {
        key: Vec<u8>,
        at: usize,
        found: Found,
    },
    /// A key whose value is not whole.
    Broken { key: Vec<u8>, error: CodecError },
    /// A change of a page: the key without its prefix; nothing, where the key is removed.
    Change {
        page: u64,
        /// Whether all of it is certain, not its value alone.
        whole: bool,
        key: &'a [u8],
        value: Option<Result<(usize, Found), CodecError>>,
    },
    /// What may be a value, of a key that is not said.
    Stray { at: usize, found: Found },
}

/// Reads a segment. Gives what is said, with its age, to `say`; and returns where bytes lie between two messages of the same age that are none
/// themselves.
pub(super) fn read(segment: &[u8], say: &mut dyn FnMut(u64, Said<'_>)) -> Vec<Range<usize>> {
    let mut reading = Reading {
        effort: EFFORT,
        say,
    };
    let mut number = number_of(segment);
    let mut gap = None;
    let mut gaps = Vec::new();
    let mut place = HEADER;
    while place < segment.len() {
        let message = Message::begin(segment, place);
        let whole = message.as_ref().filter(|message| {
            let worth = gap.is_none() || reading.spend(message.body.bytes.len() - place);
            message.fits && worth && message.is_whole()
        });
        if let Some(message) = whole {
            if let Some(begin) = gap.take() {
                reading.strays(segment, begin..place, age(number, begin));
                if number == Some(message.number) {
                    gaps.push(begin..place);
                }
            }
            number = Some(message.number);
            let of = Of {
                page: message.page,
                age: age(number, place),
                whole: true,
            };
            match message.kind {
                PAGE => reading.page(of, message.body),
                CHANGE => reading.change(of, message.body),
                _ => None,
            };
            place = message.body.bytes.len();
            continue;
        }
        if gap.is_none() {
            gap = Some(place);
            if let Some(message) = message {
                let of = Of {
                    page: message.page,
                    age: age(number, place),
                    whole: false,
                };
                // Its kind and its length may be what is damaged.
                let body = Reader {
                    bytes: segment,
                    ..message.body
                };
                reading.page(of, body);
                reading.change(of, body);
            }
        }
        place += 1;
    }
    if let Some(begin) = gap {
        reading.strays(segment, begin..segment.len(), age(number, begin));
    }
    gaps
}

/// How many bytes of the log were written before.
fn age(number: Option<u64>, place: usize) -> u64 {
    let before = number.unwrap_or(0).saturating_mul(SEGMENT as u64);
    before.saturating_add(u64::try_from(place).unwrap_or(u64::MAX))
}

/// The number that the header of a segment gives it.
fn number_of(segment: &[u8]) -> Option<u64> {
    let (sum, rest) = segment.get(..HEADER)?.split_first_chunk()?;
    let (begin, _) = rest.split_first_chunk()?;
    let whole = u32::from_le_bytes(*sum) == !sum_of(&[rest]);
    let begin = u64::from_le_bytes(*begin) ^ 0x7fff_ffff_ffff_ffff;
    whole.then_some(begin / SEGMENT as u64)
}

fn sum_of(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// Reads what sled has written, from a place in a segment up to an end.
#[derive(Clone, Copy)]
struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.place.checked_add(count)?;
        let taken = self.bytes.get(self.place..end)?;
        self.place = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A number: of one byte to 240, of two to 2287, of three to 67823; else a byte that says how many follow, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        match first {
            0..=240 => Some(first.into()),
            241..=248 => Some((u64::from(first) - 241) * 256 + u64::from(self.byte()?) + 240),
            249 => Some(u64::from(self.byte()?) * 256 + u64::from(self.byte()?) + 2288),
            250.. => {
                let mut number = [0; 8];
                let bytes = self.take(usize::from(first - 247))?;
                number.get_mut(..bytes.len())?.copy_from_slice(bytes);
                Some(u64::from_le_bytes(number))
            }
        }
    }

    /// As many bytes as are said.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

struct Message<'a> {
    sum: u32,
    kind: u8,
    number: u64,
    page: u64,
    /// Its header without the checksum.
    header: &'a [u8],
    /// From its beginning on, up to its end.
    body: Reader<'a>,
    /// Whether a message can be like that.
    fits: bool,
}

impl<'a> Message<'a> {
    fn begin(segment: &'a [u8], place: usize) -> Option<Message<'a>> {
        let mut reader = Reader {
            bytes: segment,
            place,
        };
        let (sum, _) = reader.take(4)?.split_first_chunk()?;
        let header = reader.place;
        let kind = reader.byte()?;
        let length = usize::try_from(reader.number()?).ok()?;
        let number = reader.number()?;
        let page = reader.number()?;
        let body = reader.place;
        let bytes = segment.get(..body.saturating_add(length));
        Some(Message {
            sum: u32::from_le_bytes(*sum),
            kind,
            number,
            page,
            header: segment.get(header..body)?,
            body: Reader {
                bytes: bytes.unwrap_or(segment),
                place: body,
            },
            fits: bytes.is_some() && (1..=LAST).contains(&kind),
        })
    }

    fn is_whole(&self) -> bool {
        let body = self.body.bytes.get(self.body.place..);
        self.sum == !sum_of(&[body.unwrap_or_default(), self.header])
    }
}

/// What something is said of.
#[derive(Clone, Copy)]
struct Of {
    page: u64,
    age: u64,
    /// Whether the checksum of the message vouches for all of it.
    whole: bool,
}

struct Reading<'s> {
    effort: usize,
    say: &'s mut dyn FnMut(u64, Said<'_>),
}

impl Reading<'_> {
    /// Whether so many bytes may be summed up.
    fn spend(&mut self, bytes: usize) -> bool {
        let left = self.effort.checked_sub(bytes);
        self.effort = left.unwrap_or(0);
        left.is_some()
    }

    fn change(&mut self, of: Of, mut reader: Reader<'_>) -> Option<()> {
        let kind = reader.byte()?;
        let key = reader.bytes()?;
        let value = match kind {
            0 => {
                let value = reader.bytes()?;
                let found = Found::begin(value).filter(|found| found.length() == value.len());
                match found {
                    Some(found) => Some(Ok((reader.place - value.len(), found))),
                    None if of.whole => Some(Err(broken(key, value))),
                    None if value.len() < envelope::HEADER => return None,
                    None => Some(Err(CodecError::Checksum)),
                }
            }
            1 if of.whole => None,
            _ => return None,
        };
        let Of { page, age, whole } = of;
        let change = Said::Change {
            page,
            whole,
            key,
            value,
        };
        (self.say)(age, change);
        Some(())
    }

    fn page(&mut self, of: Of, mut reader: Reader<'_>) -> Option<()> {
        let (_next, _merging_child) = (reader.number()?, reader.number()?);
        let (_merging, prefix) = (reader.byte()?, reader.byte()?);
        let (lowest, end) = (reader.bytes()?, reader.bytes()?);
        let prefix = lowest.get(..usize::from(prefix))?;
        if reader.byte()? != 0 {
            return None;
        }
        let count = reader.number()?;
        let Of { page, age, whole } = of;
        let said = Said::Prefix {
            page,
            whole,
            prefix,
        };
        (self.say)(age, said);
        let mut keys = Vec::new();
        for _ in 0..count {
            match reader.bytes() {
                Some(key) if prefix.len() + key.len() > KEY_LIMIT => keys.push(Vec::new()),
                Some(key) => keys.push([prefix, key].concat()),
                None => break,
            }
        }
        if of.whole {
            let keys = keys.as_slice();
            (self.say)(of.age, Said::Range { lowest, end, keys });
        }
        let mut keys = keys.into_iter();
        while let Some(key) = keys.as_slice().first() {
            let here = reader;
            let value = reader.bytes().unwrap_or_default();
            let found = Found::begin(value)
                .filter(|found| found.length() == value.len() && found.is_of(key));
            if let Some(found) = found {
                let at = reader.place - value.len();
                let key = keys.next()?;
                (self.say)(of.age, Said::Value { key, at, found });
            } else if of.whole {
                let error = broken(key, value);
                let key = keys.next()?;
                (self.say)(of.age, Said::Broken { key, error });
            } else {
                let next = self.look_on(here, keys.as_slice());
                let passed = next.as_ref().map_or(usize::MAX, |next| next.passed);
                for key in keys.by_ref().take(passed) {
                    let error = CodecError::Checksum;
                    (self.say)(of.age, Said::Broken { key, error });
                }
                let Next { at, found, .. } = next?;
                let key = keys.next()?;
                (self.say)(of.age, Said::Value { key, at, found });
                reader.place = at + found.length();
            }
        }
        Some(())
    }

    /// The next value that is of one of some keys.
    fn look_on(&mut self, from: Reader<'_>, keys: &[Vec<u8>]) -> Option<Next> {
        for at in from.place..from.bytes.len() {
            let Some(found) = from.bytes.get(at..).and_then(Found::begin) else {
                continue;
            };
            if !self.spend(found.length()) {
                return None;
            }
            for (passed, key) in keys.iter().enumerate() {
                if !self.spend(TRY) {
                    return None;
                }
                if found.is_of(key) {
                    return Some(Next { passed, at, found });
                }
            }
        }
        None
    }

    /// Says what may be values among bytes that are no message.
    fn strays(&mut self, segment: &[u8], range: Range<usize>, age: u64) {
        let bytes = segment.get(..range.end).unwrap_or_default();
        for at in range {
            let Some(found) = bytes.get(at..).and_then(Found::begin) else {
                continue;
            };
            if !self.spend(found.length()) {
                return;
            }
            (self.say)(age, Said::Stray { at, found });
        }
    }
}

/// A value that was looked for.
struct Next {
    /// How many keys are passed over.
    passed: usize,
    at: usize,
    found: Found,
}

/// Why a value is not whole.
fn broken(key: &[u8], value: &[u8]) -> CodecError {
    envelope::open(key, value)
        .err()
        .unwrap_or(CodecError::Checksum)
}
