//! Salvage reads sled's log without sled: it has what sled has, and where bytes are damaged, what the other bytes say.
//!
//! What should be found is worked out of the values that sled gave before the damage: their bytes are looked for in the damaged log.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::crashes::begin;
use super::recent::{filled, release};
use super::salvage::answers;
use super::support::*;
use super::verify::rich;
use crate::codec::key::Space;
use crate::codec::record::{CompanyRecord, pack};
use crate::codec::{Key, envelope};
use crate::store::engine::{Batch, Engine};
use crate::store::salvage::payloads;
use crate::store::{Incomplete, Package, Salvaged, Store, StoreError, UpkeepProgress};

fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn salvage(from: &Path, to: &Place) -> Salvaged {
    let keep = Incomplete::Keep;
    Store::salvage(from, &to.path(), keep, &digest, &mut go_on).unwrap()
}

fn words(salvaged: &Salvaged) -> Vec<String> {
    salvaged.faults.iter().map(ToString::to_string).collect()
}

fn documents(place: &Place) -> Vec<String> {
    let snapshot = Store::open(&place.path()).unwrap().snapshot();
    let documents = snapshot.documents().unwrap();
    documents.iter().map(|one| one.id.to_string()).collect()
}

/// What sled has of a database that is closed.
fn of_sled(place: &Place) -> BTreeMap<Key, Vec<u8>> {
    let engine = Engine::open(&place.copy().path()).unwrap();
    let mut all = BTreeMap::new();
    for raw in Space::ALL
        .map(|space| engine.space(space).unwrap())
        .into_iter()
        .flatten()
    {
        let raw = raw.unwrap();
        let key = Key::parse(&raw.key).unwrap();
        all.insert(key, raw.value().unwrap().to_vec());
    }
    all
}

/// Where bytes are in others.
fn places_of(part: &[u8], bytes: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(part.len()).enumerate();
    let same = windows.filter(|(_, window)| *window == part);
    same.map(|(at, _)| at).collect()
}

/// Damages a value wherever the log has it. Gives how often that is.
fn destroy(place: &Place, key: &Key, payload: &[u8]) -> usize {
    let sealed = envelope::seal(&key.to_bytes(), payload).unwrap();
    let mut log = fs::read(place.file("sled/db")).unwrap();
    let places = places_of(&sealed, &log);
    for at in &places {
        log[at + sealed.len() - 1] ^= 1;
    }
    fs::write(place.file("sled/db"), log).unwrap();
    places.len()
}

#[test]
fn the_log_has_what_sled_has() {
    let same = |place: &Place, what: &str| {
        let (found, expected) = (payloads(&place.path()), of_sled(place));
        assert!(
            found == expected,
            "{what}: {} of {}",
            found.len(),
            expected.len()
        );
    };
    let place = Place::new();
    let store = rich(&place);
    let count = begin(&store, &wide_package("wide", 1, 300), 0);
    begin(&store, &wide_package("wide", 1, 300), count - 1);
    drop(store);
    same(&place, "a commit that was cut off");
    drop(Store::open(&place.path()).unwrap());
    same(&place, "one that was undone");

    let place = Place::new();
    drop(filled(&place));
    same(&place, "recent rows");

    // Every segment is written again and again, and cleaned.
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for round in 0..12 {
        store
            .commit(&wide_package(&format!("w{round}"), round, 400))
            .unwrap();
    }
    drop(store);
    let values = of_sled(&place);
    let bytes: usize = values.values().map(Vec::len).sum();
    let log = fs::metadata(place.file("sled/db")).unwrap().len();
    assert!(
        log > 3 * 512 * 1024 && log > 2 * bytes as u64,
        "{log}, {bytes}"
    );
    same(&place, "many segments");
    let mut store = Store::open(&place.path()).unwrap();
    for round in 12..17 {
        store.commit(&release("a", round, 0..40)).unwrap();
        if round % 3 == 0 {
            drop(store);
            same(&place, "opened again");
            store = Store::open(&place.path()).unwrap();
        }
    }
    drop(store);
    same(&place, "at last");
}

#[test]
fn damage_at_the_beginning_of_the_log_costs_nothing_behind_it() {
    let place = Place::new();
    let store = rich(&place);
    let expected = answers(&store);
    drop(store);
    let values = of_sled(&place).len() as u64;
    let log = fs::read(place.file("sled/db")).unwrap();
    for at in 0..64 {
        let mut damaged = log.clone();
        damaged[at] ^= 4;
        fs::write(place.file("sled/db"), damaged).unwrap();
        let saved = Place::new();
        let salvaged = salvage(&place.path(), &saved);
        assert_eq!((salvaged.whole, salvaged.incomplete.len()), (3, 0), "{at}");
        assert_eq!((salvaged.values, salvaged.earlier), (values, 0), "{at}");
        assert_eq!(answers(&Store::open(&saved.path()).unwrap()), expected);
    }
}

/// A third each of flipped bits, sectors of zeros, and logs that are cut off.
#[test]
fn damage_to_the_files_of_the_engine_is_survived_or_said() {
    let place = Place::new();
    let store = rich(&place);
    let expected = answers(&store);
    drop(store);
    let values = of_sled(&place);
    let log = fs::read(place.file("sled/db")).unwrap();
    let used = log.iter().rposition(|byte| *byte != 0).unwrap();
    let (mut whole, mut unfound) = ([0_u64; 3], [0_u32; 3]);
    for trial in 0..90 {
        let kind = trial % 3;
        let copy = place.copy();
        let mut damaged = log.clone();
        let at = (trial * 7919 + 13) * 104_729 % used;
        match kind {
            0 => damaged[at] ^= 1 << (trial % 8),
            1 => damaged[at..(at + 512).min(used)].fill(0),
            _ => damaged.truncate(at),
        }
        fs::write(copy.file("sled/db"), &damaged).unwrap();
        let saved = Place::new();
        let keep = Incomplete::Keep;
        let ended = Store::salvage(&copy.path(), &saved.path(), keep, &digest, &mut go_on);
        // The original is as it was.
        assert_eq!(fs::read(copy.file("sled/db")).unwrap(), damaged);
        let found = payloads(&copy.path());
        let Ok(salvaged) = ended else {
            assert!(found.is_empty() && !saved.path().exists());
            continue;
        };
        for (key, payload) in &values {
            let sealed = envelope::seal(&key.to_bytes(), payload).unwrap();
            if found.get(key) != Some(payload) && !places_of(&sealed, &damaged).is_empty() {
                unfound[kind] += 1;
            }
        }
        whole[kind] += salvaged.whole;
        if found == values {
            assert_eq!(salvaged.whole, 3, "trial {trial}");
        }
        if salvaged.whole == 3 {
            let shown = answers(&Store::open(&saved.path()).unwrap());
            assert_eq!(shown, expected, "trial {trial}");
        } else {
            assert!(!salvaged.faults.is_empty() || !salvaged.incomplete.is_empty());
        }
    }
    // Of 90 documents each; sled lays out its log by chance, and what the end of a log has is gone with it.
    assert!(whole[0] > 80 && whole[1] > 60 && whole[2] > 5, "{whole:?}");
    // A value is there and cannot be found where its key is hit beside it.
    assert!(unfound.iter().sum::<u32>() < 30, "{unfound:?}");
}

/// Of values that are there once, and whose keys are beside others.
#[test]
fn a_value_that_is_hit_costs_no_other() {
    let place = Place::new();
    drop(filled(&place));
    write_anew(&place, |_| {});
    let values = of_sled(&place);
    let log = fs::read(place.file("sled/db")).unwrap();
    for (key, payload) in &values {
        let hit = place.copy();
        if destroy(&hit, key, payload) == 0 {
            continue;
        }
        let mut expected = values.clone();
        expected.remove(key);
        assert_eq!(payloads(&hit.path()), expected, "{key:?}");
        fs::write(place.file("sled/db"), &log).unwrap();
    }
}

#[test]
fn a_later_state_of_a_value_counts_and_an_earlier_one_is_told() {
    let place = Place::new();
    let store = rich(&place);
    let mut last = company("d");
    let before = last.name.clone();
    last.name = "renamed".into();
    let payload = pack(&CompanyRecord::of(&last, false)).unwrap();
    let key = Key::Company(3);
    let mut batch = Batch::default();
    batch.insert(&key, &payload).unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    let name = |place: &Place| {
        let snapshot = Store::open(&place.path()).unwrap().snapshot();
        snapshot.company_by_number(3).unwrap().name.clone()
    };
    let saved = Place::new();
    let salvaged = salvage(&place.path(), &saved);
    assert_eq!((name(&saved), salvaged.earlier), ("renamed".into(), 0));
    assert_eq!(words(&salvaged), [""; 0]);

    assert!(destroy(&place, &key, &payload) > 0);
    let saved = Place::new();
    let salvaged = salvage(&place.path(), &saved);
    assert_eq!((name(&saved), salvaged.whole), (before, 3));
    assert_eq!(salvaged.earlier, 1);
    assert_eq!(words(&salvaged), ["company 3: its checksum is wrong"]);
}

/// A package of several batches, which restates what is there, and one that takes its place.
fn undone_and_real() -> (Package, Package) {
    let mut undone = wide_package("undone", 1, 300);
    let more = simple("more", "2003-01-01", &[(0, 21, 0), (1, 30, 0), (9, 40, 0)]);
    undone.documents.splice(0..0, more.documents);
    (
        undone,
        simple("real", "2003-01-01", &[(0, 33, 0), (1, 30, 0), (5, 50, 0)]),
    )
}

#[test]
fn what_a_commit_that_was_cut_off_wrote_is_not_saved() {
    let place = Place::new();
    let store = rich(&place);
    let (undone, real) = undone_and_real();
    let expected = answers(&store);
    let count = begin(&store, &undone, 0);
    assert!(count > 3);
    begin(&store, &undone, count - 1);
    drop(store);
    let expect = |place: &Place, ids: &[&str], answers_of: &[Vec<String>]| {
        let saved = Place::new();
        let salvaged = salvage(&place.path(), &saved);
        assert_eq!(words(&salvaged), [""; 0]);
        assert_eq!(
            (salvaged.whole, salvaged.incomplete),
            (ids.len() as u64, vec![])
        );
        assert_eq!(documents(&saved), ids);
        assert_eq!(salvaged.verified.metrics, 2);
        assert_eq!(answers(&Store::open(&saved.path()).unwrap()), answers_of);
    };
    expect(&place, &["d1", "d2", "d3"], &expected);
    let left = payloads(&place.path());

    // Undone; then another commit has its number, and its document that of one that was undone.
    let store = Store::open(&place.path()).unwrap();
    store.commit(&real).unwrap();
    let expected = answers(&store);
    drop(store);
    expect(&place, &["d1", "d2", "d3", "real"], &expected);

    // What is left of the document that was undone does not take the place of the real one.
    let record = Key::Document(3);
    let of_real = payloads(&place.path())[&record].clone();
    assert_ne!(left[&record], of_real);
    let hit = place.copy();
    assert!(destroy(&hit, &record, &of_real) > 0);
    let saved = Place::new();
    let salvaged = salvage(&hit.path(), &saved);
    assert_eq!(documents(&saved), ["d1", "d2", "d3"]);
    let lost = &salvaged.incomplete[..];
    assert_eq!(lost.len(), 1);
    assert_eq!((lost[0].document.as_str(), lost[0].facts), ("real", None));

    // Not even where nothing else tells of it but the digest in the record of the commit.
    write_anew(&place, |batch| {
        let index = Key::DocumentIndex("more".parse().unwrap());
        for key in [&record, &index] {
            batch.insert(key, &left[key]).unwrap();
        }
        batch.remove(&Key::DocumentIndex("real".parse().unwrap()));
    });
    let saved = Place::new();
    let salvaged = salvage(&place.path(), &saved);
    assert_eq!(documents(&saved), ["d1", "d2", "d3"]);
    let other = "commit 4: the digest of its documents is not what it should be";
    assert_eq!(words(&salvaged), [other]);
    assert_eq!(salvaged.incomplete.len(), 1);
}

#[test]
fn a_link_is_followed_by_salvage_and_named_by_restore() {
    let place = Place::new();
    drop(rich(&place));
    let elsewhere = tempfile::tempdir().unwrap();
    let log = place.file("sled/db");
    fs::rename(&log, elsewhere.path().join("db")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("db"), &log).unwrap();
    let restored = Place::new();
    let error = Store::restore(&place.path(), &restored.path(), &digest, &mut go_on).unwrap_err();
    assert_eq!(error, StoreError::NotAFile { path: log.clone() });
    assert!(!restored.path().exists());
    assert_eq!(salvage(&place.path(), &Place::new()).whole, 3);

    fs::remove_file(elsewhere.path().join("db")).unwrap();
    let keep = Incomplete::Keep;
    let error = Store::salvage(&place.path(), &restored.path(), keep, &digest, &mut go_on);
    assert_eq!(
        error.unwrap_err(),
        StoreError::EngineFileMissing { path: log }
    );
}

#[test]
fn a_log_without_values_gives_no_database() {
    let place = Place::new();
    drop(rich(&place));
    for log in [vec![], vec![0; 1 << 20], b"nothing".to_vec()] {
        fs::write(place.file("sled/db"), log).unwrap();
        let saved = Place::new();
        let keep = Incomplete::Keep;
        let error = Store::salvage(&place.path(), &saved.path(), keep, &digest, &mut go_on);
        let nothing = "nothing of a database can be read of sled/db";
        assert_eq!(error.unwrap_err(), StoreError::damaged(nothing));
        assert!(!saved.path().exists());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No bytes are a value that was not written.
    #[test]
    fn any_damage_leaves_what_was_written(
        damages in proptest::collection::vec((any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 1..700)), 1..6),
    ) {
        static SOUND: LazyLock<(Place, BTreeMap<Key, Vec<u8>>)> = LazyLock::new(|| {
            let place = Place::new();
            drop(rich(&place));
            let written = of_sled(&place);
            (place, written)
        });
        let (sound, written) = &*SOUND;
        let place = sound.copy();
        let mut log = fs::read(place.file("sled/db")).unwrap();
        let used = log.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for (at, bytes) in damages {
            let at = at.index(used);
            let end = (at + bytes.len()).min(used);
            log[at..end].copy_from_slice(&bytes[..end - at]);
        }
        fs::write(place.file("sled/db"), log).unwrap();
        let immutable = |key: &Key| matches!(key.space(), Space::Document | Space::Cells | Space::Commit | Space::Metric);
        for (key, payload) in payloads(&place.path()) {
            if immutable(&key) {
                prop_assert_eq!(Some(&payload), written.get(&key));
            }
        }
    }
}
