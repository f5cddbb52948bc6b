//! The two small files beside sled: MANIFEST, which never changes, and HEAD, which names the last commit.

use super::read::Reader;
use super::{CodecError, FORMAT_VERSION, is_known};

/// The first bytes of a MANIFEST.
pub(crate) const MAGIC: [u8; 8] = *b"KESSANDB";
/// The length of a MANIFEST of this version.
pub(crate) const MANIFEST_LENGTH: usize = 40;
/// The first bytes of a slot of HEAD.
pub(crate) const SLOT_MAGIC: [u8; 4] = *b"KSHD";
/// The length of a slot: what a disk writes whole.
pub(crate) const SLOT_LENGTH: usize = 512;

/// What a database is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Manifest {
    /// The identity of the database.
    pub(crate) id: [u8; 16],
    /// When it was created: seconds since 1970-01-01 UTC.
    pub(crate) created: i64,
}

impl Manifest {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let version = u32::from(FORMAT_VERSION);
        let mut bytes = [
            MAGIC.as_slice(),
            &version.to_be_bytes(),
            &self.id,
            &self.created.to_be_bytes(),
        ]
        .concat();
        let checksum = crc32fast::hash(&bytes);
        bytes.extend(checksum.to_be_bytes());
        bytes
    }

    /// Reads a MANIFEST. Of every version it begins with the magic bytes and the version, and ends with the
    /// checksum of what is before it, so that another version is told from damage.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Manifest, CodecError> {
        let mut reader = Reader::new(bytes);
        if reader.array().ok_or(CodecError::Length)? != MAGIC {
            return Err(CodecError::Magic);
        }
        let (content, checksum) = bytes.split_last_chunk().ok_or(CodecError::Length)?;
        if crc32fast::hash(content) != u32::from_be_bytes(*checksum) {
            return Err(CodecError::Checksum);
        }
        let version = reader.u32().ok_or(CodecError::Length)?;
        if !is_known(version) {
            return Err(CodecError::Version { found: version });
        }
        if bytes.len() != MANIFEST_LENGTH {
            return Err(CodecError::Length);
        }
        Ok(Manifest {
            id: reader.array().ok_or(CodecError::Length)?,
            created: reader
                .array()
                .map(i64::from_be_bytes)
                .ok_or(CodecError::Length)?,
        })
    }
}

/// The last commit that was made durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    /// The database, as in its MANIFEST.
    pub(crate) database: [u8; 16],
    pub(crate) sequence: u64,
    /// The hash of its record.
    pub(crate) chain: [u8; 32],
}

impl Head {
    /// The slot of this commit: the number of the slot, and its bytes.
    pub(crate) fn to_slot(self) -> (u64, Vec<u8>) {
        let version = u32::from(FORMAT_VERSION);
        let mut bytes = [
            SLOT_MAGIC.as_slice(),
            &version.to_be_bytes(),
            &self.database,
            &self.sequence.to_be_bytes(),
            &self.chain,
        ]
        .concat();
        let checksum = crc32fast::hash(&bytes);
        bytes.extend(checksum.to_be_bytes());
        bytes.resize(SLOT_LENGTH, 0);
        (self.sequence % 2, bytes)
    }

    /// Reads one slot.
    pub(crate) fn parse_slot(bytes: &[u8]) -> Option<Head> {
        let mut reader = Reader::new(bytes);
        let content = bytes.get(..64)?;
        if bytes.len() != SLOT_LENGTH || reader.array()? != SLOT_MAGIC {
            return None;
        }
        if !is_known(reader.u32()?) {
            return None;
        }
        let head = Head {
            database: reader.array()?,
            sequence: reader.u64()?,
            chain: reader.array()?,
        };
        (reader.u32()? == crc32fast::hash(content)).then_some(head)
    }

    /// The later of the two slots of a HEAD file, or the one that is whole.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Head> {
        if bytes.len() != 2 * SLOT_LENGTH {
            return None;
        }
        let (first, second) = bytes.split_at_checked(SLOT_LENGTH)?;
        [first, second]
            .into_iter()
            .filter_map(Head::parse_slot)
            .max_by_key(|head| head.sequence)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: Head = Head {
        database: [7; 16],
        sequence: 41,
        chain: [9; 32],
    };

    fn file(first: &[u8], second: &[u8]) -> Vec<u8> {
        [first, second].concat()
    }

    #[test]
    fn the_later_whole_slot_counts() {
        let (at, odd) = HEAD.to_slot();
        assert_eq!(at, 1);
        let next = Head {
            sequence: 42,
            ..HEAD
        };
        let (at, even) = next.to_slot();
        assert_eq!(at, 0);
        assert_eq!(Head::parse(&file(&even, &odd)), Some(next));
        let empty = vec![0; SLOT_LENGTH];
        assert_eq!(Head::parse(&file(&empty, &odd)), Some(HEAD));
        for byte in 0..68 {
            let mut torn = even.clone();
            torn[byte] ^= 0x10;
            assert_eq!(Head::parse(&file(&torn, &odd)), Some(HEAD), "byte {byte}");
        }
        assert_eq!(Head::parse(&file(&empty, &empty)), None);
        assert_eq!(Head::parse(&even), None);
    }

    #[test]
    fn a_manifest_reads_back_and_tells_damage_from_another_version() {
        let manifest = Manifest {
            id: [3; 16],
            created: 1_700_000_000,
        };
        let bytes = manifest.to_bytes();
        assert_eq!(bytes.len(), MANIFEST_LENGTH);
        assert_eq!(Manifest::parse(&bytes), Ok(manifest));
        for byte in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 1;
            let expected = if byte < 8 {
                CodecError::Magic
            } else {
                CodecError::Checksum
            };
            assert_eq!(Manifest::parse(&damaged), Err(expected));
        }
        let mut other = bytes[..36].to_vec();
        other[11] = 9;
        other.extend([0; 5]);
        other.extend(crc32fast::hash(&other).to_be_bytes());
        assert_eq!(
            Manifest::parse(&other),
            Err(CodecError::Version { found: 9 })
        );
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_fail(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Manifest::parse(&bytes);
            let _ = Head::parse_slot(&bytes);
            let _ = Head::parse(&bytes);
        }
    }
}
