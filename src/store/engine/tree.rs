//! Reading values: from the tree as it is, or as it will be.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Batch, Engine, Entry, Value, unknown};
use crate::codec::Key;
use crate::store::error::StoreError;

/// What values are read from: the tree as it is, or as it will be.
pub(crate) trait Tree {
    /// The value of a key.
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError>;

    /// The entries of a range of keys, in order.
    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError>;
}

impl Tree for Engine {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        Engine::range(self, range)?.collect()
    }
}

impl Tree for Arc<Engine> {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        Engine::get(self, key)
    }

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        Engine::range(self, range)?.collect()
    }
}

/// The tree as it will be once batches are written, those that are not yet and those that perhaps are.
#[derive(Debug)]
pub(crate) struct Ahead<'a> {
    pub(crate) engine: &'a Engine,
    /// The last one first.
    pub(crate) batches: Vec<&'a Batch>,
}

impl Tree for Ahead<'_> {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let bytes = key.to_bytes();
        match self.batches.iter().find_map(|batch| batch.0.get(&bytes)) {
            Some(value) => Ok(value.clone().map(Value)),
            None => self.engine.get(key),
        }
    }

    fn range(&self, range: RangeInclusive<Key>) -> Result<Vec<Entry>, StoreError> {
        let mut all: BTreeMap<Key, Value> =
            Engine::range(self.engine, range.clone())?.collect::<Result<_, _>>()?;
        let bytes = range.start().to_bytes()..=range.end().to_bytes();
        for batch in self.batches.iter().rev() {
            for (key, value) in batch.0.range(bytes.clone()) {
                let key = Key::parse(key).map_err(|error| unknown(key, &error))?;
                match value {
                    Some(value) => all.insert(key, Value(value.clone())),
                    None => all.remove(&key),
                };
            }
        }
        Ok(all.into_iter().collect())
    }
}
