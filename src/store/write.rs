//! What a commit does to one key.

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
