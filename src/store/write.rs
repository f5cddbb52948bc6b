//! What a commit does to one key.

use super::error::StoreError;
use crate::codec::Key;

/// A key that a commit changes.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) key: Key,
    /// `None` removes the key.
    pub(super) payload: Option<Vec<u8>>,
}

impl Write {
    pub(super) fn put(key: Key, payload: Vec<u8>) -> Write {
        Write {
            key,
            payload: Some(payload),
        }
    }

    pub(super) fn remove(key: Key) -> Write {
        Write { key, payload: None }
    }
}

/// Numbers the values that something is split into.
pub(super) fn chunks<T>(
    what: &'static str,
    runs: Vec<T>,
) -> Result<impl Iterator<Item = (u16, T)>, StoreError> {
    if runs.len() > usize::from(u16::MAX) + 1 {
        return Err(StoreError::Full { what });
    }
    Ok((0..=u16::MAX).zip(runs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_chunks_as_there_are_numbers() {
        let all = chunks("x", vec![(); 65_536]).unwrap();
        assert!(all.map(|(chunk, ())| u32::from(chunk)).eq(0..65_536));
        let full = chunks("x", vec![(); 65_537]).err();
        assert_eq!(full, Some(StoreError::Full { what: "x" }));
    }
}
