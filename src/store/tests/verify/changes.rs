//! Any change to any database: it is found, or changes no answer.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{any_packages, assert_sound, plant, report};
use crate::codec::Key;
use crate::store::Store;
use crate::store::engine::Batch;
use crate::store::tests::support::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// One value changed, removed or put under another key, as a fault of the library itself would do it: with a checksum
    /// that fits. It is found, or changes no answer.
    #[test]
    fn whatever_changes_an_answer_is_found(
        packages in any_packages(), trials in proptest::collection::vec((any::<Index>(), any::<Index>(), 0..4_u8, 1..=255_u8), 24),
    ) {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        for package in &packages {
            store.commit(package).unwrap();
        }
        assert_sound(&store);
        let before = everything(&store);
        let entries: Vec<_> = store.engine.scan(..).unwrap().map(Result::unwrap).collect();
        let entries: Vec<(Key, Vec<u8>)> = entries
            .into_iter()
            .map(|raw| (Key::parse(&raw.key).unwrap(), raw.value().unwrap().to_vec()))
            .collect();
        for (which, at, how, flip) in trials {
            let (key, payload) = &entries[which.index(entries.len())];
            let (other, _) = &entries[at.index(entries.len())];
            let mut changed = payload.clone();
            let at = at.index(changed.len());
            changed[at] ^= flip;
            let mut undo = Batch::default();
            undo.insert(key, payload).unwrap();
            plant(&store, |batch| match how {
                0 => batch.remove(key),
                1 if other != key => {
                    let (_, displaced) = entries.iter().find(|(known, _)| known == other).unwrap();
                    undo.insert(other, displaced).unwrap();
                    batch.insert(other, payload).unwrap();
                }
                _ => batch.insert(key, &changed).unwrap(),
            });
            let report = report(&store);
            if report.is_sound() {
                prop_assert_eq!(&everything(&store), &before, "{:?} {} {}", key, how, at);
            }
            store.engine.apply(&undo).unwrap();
        }
        assert_sound(&store);
    }
}
