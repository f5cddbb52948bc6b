//! Values, and batches of them, as sled has them: each in its envelope.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::codec::{CodecError, Key, envelope};
use crate::store::error::StoreError;

/// A key and its value.
pub(crate) type Entry = (Key, Value);

/// A value of the tree, its envelope checked.
#[derive(Clone, Debug)]
pub(crate) struct Value(pub(super) sled::IVec);

impl Value {
    pub(super) fn check(key: &[u8], value: sled::IVec) -> Result<Value, CodecError> {
        envelope::open(key, &value)?;
        Ok(Value(value))
    }
}

impl Deref for Value {
    type Target = [u8];

    /// The payload.
    fn deref(&self) -> &[u8] {
        self.0.get(envelope::HEADER..).unwrap_or_default()
    }
}

/// A key and its value as they lie in the tree, whatever they are.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) key: sled::IVec,
    pub(super) value: sled::IVec,
}

impl Raw {
    /// The length of the value, envelope included.
    pub(crate) fn len(&self) -> usize {
        self.value.len()
    }

    /// The value, its envelope checked.
    pub(crate) fn value(self) -> Result<Value, CodecError> {
        Value::check(&self.key, self.value)
    }
}

/// What is written at once: for each key its value, or that it is removed.
#[derive(Debug, Default)]
pub(crate) struct Batch(pub(super) BTreeMap<Vec<u8>, Option<sled::IVec>>);

impl Batch {
    pub(crate) fn insert(&mut self, key: &Key, payload: &[u8]) -> Result<(), StoreError> {
        let key = key.to_bytes();
        let value = envelope::seal(&key, payload)?;
        self.0.insert(key, Some(value.into()));
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.0.insert(key.to_bytes(), None);
    }

    /// Adds a value as it lies in another tree, with its envelope.
    pub(crate) fn copy(&mut self, key: &Key, value: &Value) {
        self.0.insert(key.to_bytes(), Some(value.0.clone()));
    }

    /// Bytes under a key, for tests of what such bytes do.
    #[cfg(test)]
    pub(crate) fn insert_raw(&mut self, key: &[u8], value: &[u8]) {
        self.0.insert(key.to_vec(), Some(value.into()));
    }

    /// How many keys it writes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds what is to be written after it.
    pub(crate) fn append(&mut self, mut later: Batch) {
        self.0.append(&mut later.0);
    }
}
