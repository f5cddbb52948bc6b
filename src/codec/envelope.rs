//! What surrounds every value of the tree: magic, version, kind, length, and a checksum bound to its key.

use super::key::Space;
use super::read::Reader;
use super::{CodecError, FORMAT_VERSION, VALUE_LIMIT, is_known};

/// The first bytes of every value.
pub(crate) const MAGIC: [u8; 2] = *b"KS";

/// Magic, version, kind, length, checksum.
pub(crate) const HEADER: usize = 12;

/// The longest payload.
pub(crate) const PAYLOAD_LIMIT: usize = VALUE_LIMIT - HEADER;

/// Wraps a payload to be stored under `key`.
pub(crate) fn seal(key: &[u8], payload: &[u8]) -> Result<Vec<u8>, CodecError> {
    let too_long = || CodecError::TooLong {
        what: "a stored value",
        length: payload.len(),
        limit: PAYLOAD_LIMIT,
    };
    let kind = *key.first().ok_or(CodecError::Key)?;
    let length = u32::try_from(payload.len()).map_err(|_| too_long())?;
    if payload.len() > PAYLOAD_LIMIT {
        return Err(too_long());
    }
    let mut value = Vec::with_capacity(HEADER + payload.len());
    value.extend(MAGIC);
    value.push(FORMAT_VERSION);
    value.push(kind);
    value.extend(length.to_be_bytes());
    let checksum = checksum(key, &value, payload);
    value.extend(checksum.to_be_bytes());
    value.extend(payload);
    Ok(value)
}

/// The payload of a value that was stored under `key`.
pub(crate) fn open<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], CodecError> {
    if value.len() > VALUE_LIMIT {
        return Err(CodecError::Length);
    }
    let mut reader = Reader::new(value);
    if reader.array().ok_or(CodecError::Length)? != MAGIC {
        return Err(CodecError::Magic);
    }
    let [version, kind] = reader.array().ok_or(CodecError::Length)?;
    let length = reader.u32().ok_or(CodecError::Length)?;
    let stored = reader.u32().ok_or(CodecError::Length)?;
    let payload = reader.rest();
    if usize::try_from(length) != Ok(payload.len()) {
        return Err(CodecError::Length);
    }
    let header = value.get(..HEADER - 4).ok_or(CodecError::Length)?;
    if checksum(key, header, payload) != stored {
        return Err(CodecError::Checksum);
    }
    // After the checksum: a flipped bit is damage, not another format.
    if !is_known(version.into()) {
        return Err(CodecError::Version {
            found: version.into(),
        });
    }
    if key.first() != Some(&kind) {
        return Err(CodecError::Kind);
    }
    Ok(payload)
}

/// A value that was found somewhere, of a key that is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    space: Space,
    /// Of all of it.
    length: usize,
    stored: u32,
    /// The checksum of what follows the key.
    rest: u32,
}

impl Found {
    /// The value that bytes begin with.
    pub(crate) fn begin(bytes: &[u8]) -> Option<Found> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != MAGIC {
            return None;
        }
        let [version, kind] = reader.array()?;
        let payload = usize::try_from(reader.u32()?).ok()?;
        let stored = reader.u32()?;
        let space = Space::of(kind).filter(|_| is_known(version.into()))?;
        if payload > PAYLOAD_LIMIT {
            return None;
        }
        let payload = reader.bytes(payload)?;
        Some(Found {
            space,
            length: HEADER + payload.len(),
            stored,
            rest: checksum(&[], bytes.get(..HEADER - 4)?, payload),
        })
    }

    /// The key space of its key.
    pub(crate) fn space(&self) -> Space {
        self.space
    }

    /// The length of the value, envelope included.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What tells it from other values of its key.
    pub(crate) fn checksum(&self) -> u32 {
        self.stored
    }

    /// Whether it is the value of a key, and whole.
    pub(crate) fn is_of(&self, key: &[u8]) -> bool {
        if key.first() != Some(&self.space.byte()) {
            return false;
        }
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(key);
        let length = self.length.saturating_sub(4);
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        hasher.combine(&crc32fast::Hasher::new_with_initial_len(self.rest, length));
        hasher.finalize() == self.stored
    }
}

/// Whether bytes begin as a value of a key space does.
pub(crate) fn is_of(bytes: &[u8], space: Space) -> bool {
    let mut reader = Reader::new(bytes);
    reader.array() == Some(MAGIC)
        && reader
            .array()
            .is_some_and(|[version, kind]| is_known(version.into()) && kind == space.byte())
}

/// CRC-32 over key, header without checksum, payload.
fn checksum(key: &[u8], header: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(header);
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::key::tests::any_key;

    fn payload() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..300)
    }

    proptest! {
        #[test]
        fn payloads_read_back(key in any_key(), payload in payload()) {
            let key = key.to_bytes();
            let value = seal(&key, &payload).unwrap();
            prop_assert_eq!(open(&key, &value), Ok(payload.as_slice()));
        }

        #[test]
        fn a_changed_byte_is_found(
            key in any_key(), payload in payload(), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
        ) {
            let key = key.to_bytes();
            let mut value = seal(&key, &payload).unwrap();
            let at = at.index(value.len());
            value[at] ^= flip;
            prop_assert!(open(&key, &value).is_err());
        }

        #[test]
        fn a_cut_or_lengthened_value_is_found(
            key in any_key(), payload in payload(), cut in any::<prop::sample::Index>(), more in payload(),
        ) {
            let key = key.to_bytes();
            let value = seal(&key, &payload).unwrap();
            let cut = cut.index(value.len());
            prop_assert!(open(&key, &value[..cut]).is_err());
            if !more.is_empty() {
                prop_assert!(open(&key, &[value, more].concat()).is_err());
            }
        }

        #[test]
        fn a_value_under_another_key_is_found(a in any_key(), b in any_key(), payload in payload()) {
            prop_assume!(a != b);
            let value = seal(&a.to_bytes(), &payload).unwrap();
            prop_assert!(open(&b.to_bytes(), &value).is_err());
        }

        #[test]
        fn what_is_found_is_of_its_key_alone(a in any_key(), b in any_key(), payload in payload(), more in payload()) {
            prop_assume!(a != b);
            let (a, b) = (a.to_bytes(), b.to_bytes());
            let value = seal(&a, &payload).unwrap();
            let found = Found::begin(&[&value[..], &more].concat()).unwrap();
            prop_assert_eq!(found.length(), value.len());
            prop_assert_eq!((found.is_of(&a), found.is_of(&b)), (true, false));
            prop_assert_eq!(Found::begin(&value[..value.len() - 1]), None);
        }

        #[test]
        fn what_is_found_changed_is_of_no_key(key in any_key(), payload in payload(), bit in any::<prop::sample::Index>()) {
            let key = key.to_bytes();
            let mut value = seal(&key, &payload).unwrap();
            let bit = bit.index(value.len() * 8);
            value[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Found::begin(&value).is_none_or(|found| found.length() != value.len() || !found.is_of(&key)));
        }

        #[test]
        fn any_bytes_open_or_fail(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = open(&[0x10], &bytes);
        }
    }

    #[test]
    fn a_value_is_at_most_six_kibibytes() {
        let value = seal(&[0x10], &vec![0; PAYLOAD_LIMIT]).unwrap();
        assert_eq!(value.len(), 6144);
        assert!(open(&[0x10], &value).is_ok());
        assert_eq!(
            seal(&[0x10], &vec![0; PAYLOAD_LIMIT + 1]),
            Err(CodecError::TooLong {
                what: "a stored value",
                length: PAYLOAD_LIMIT + 1,
                limit: PAYLOAD_LIMIT
            })
        );
    }

    #[test]
    fn a_value_of_another_version_says_so() {
        let mut value = seal(&[0x10], b"x").unwrap();
        value[2] = 9;
        let sum = checksum(&[0x10], &value[..8], b"x");
        value[8..12].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(open(&[0x10], &value), Err(CodecError::Version { found: 9 }));
    }
}
