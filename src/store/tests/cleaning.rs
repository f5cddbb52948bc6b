//! After how many keys sled's log is cleaned.

use super::support::*;
use crate::store::Store;

#[test]
fn the_log_is_cleaned_once_enough_keys_were_written() {
    for (alone, limit) in [(true, 150), (false, 1000)] {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        let commit = |n: u32| {
            let package = simple(&format!("d{n}"), "2001-01-01", &[(n, 1, 0)]);
            if alone {
                store.commit(&package).unwrap();
            } else {
                commit_to_blocks(&store, &package).unwrap();
            }
            store.writer.lock().unwrap().uncleaned
        };
        let first = commit(0);
        let keys = commit(1) - first;
        assert!(0 < keys && keys <= first, "{first} {keys}");
        assert_eq!(commit(2), first + 2 * keys);
        let after = |uncleaned: usize, n: u32| {
            store.writer.lock().unwrap().uncleaned = uncleaned;
            commit(n)
        };
        assert_eq!(after(limit - keys - 1, 3), limit - 1);
        assert_eq!(after(limit - keys, 4), 0);
        assert_eq!(after(limit, 5), 0);
        assert_eq!(commit(6), keys);
    }
}
