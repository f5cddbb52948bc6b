//! Several packages in one write are what they would be one by one, through any crash.
//!
//! A group is one batch and one HEAD. What a crash can leave of it is made from the files before and after: the data of all
//! of it with the HEAD of before, or with either slot of HEAD torn.

use std::fs;

use super::support::*;
use crate::codec::Key;
use crate::store::{Package, Store, StoreError};

/// Small packages that touch the same series, names and documents one after the other: new facts, restatements, a history,
/// a document again, a company that grows.
fn small() -> Vec<Package> {
    let mut grown = simple("g4", "2005-01-01", &[(9, 90, 0)]);
    grown.companies.push(company("e"));
    grown.companies[0].identities.push(crate::model::Identity {
        metric: "m".parse().unwrap(),
        scope: crate::model::Scope::total(),
        equals: "n".parse().unwrap(),
    });
    grown.metrics[0].negative = Some("loss".into());
    vec![
        simple("g1", "2002-01-01", &[(0, 10, 0), (1, 20, 0)]),
        simple("g2", "2003-01-01", &[(0, 11, 0), (2, 30, 0)]),
        simple("g3", "2003-01-01", &[(0, 12, 0), (1, 20, 0)]),
        simple("g1", "2002-01-01", &[(0, 10, 0), (1, 20, 0)]),
        grown,
        wide_package("wide-0", 0, 40),
        wide_package("wide-1", 1, 40),
    ]
}

#[test]
fn a_group_is_what_its_packages_are_one_by_one() {
    let (one_by_one, together) = (Place::new(), Place::new());
    let packages = [small(), vec![wide_package("wide-2", 2, 300)], small()].concat();
    let first = Store::create(&one_by_one.path()).unwrap();
    let expected: Vec<_> = packages
        .iter()
        .map(|package| commit_to_blocks(&first, package).unwrap())
        .collect();
    let second = Store::create(&together.path()).unwrap();
    let (committed, ended) = second.commit_all(&packages);
    assert_eq!(ended, Ok(()));
    assert_eq!(committed, expected);
    let commits: Vec<Option<u64>> = committed.iter().map(|done| done.commit).collect();
    let numbers: Vec<Option<u64>> = [1, 2, 3, 0, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0]
        .map(|n| (n > 0).then_some(n))
        .to_vec();
    assert_eq!(commits, numbers, "a commit each, in order");
    assert_eq!(everything(&second), everything(&first));
    for sequence in 0..=7 {
        assert!(second.snapshot().recorded(sequence).is_ok());
    }
    drop((first, second));
    let first = Store::open(&one_by_one.path()).unwrap();
    let second = Store::open(&together.path()).unwrap();
    assert_eq!(everything(&second), everything(&first));
    // Not only what can be read: every value of the tree, but for the times and what is hashed over them.
    let entries = |store: &Store| -> Vec<(Key, Vec<u8>)> {
        let all = Key::Current {
            series: crate::codec::SeriesId {
                metric: 0,
                variant: 0,
                company: 0,
            },
            chunk: 0,
        }..=Key::Checks {
            document: u32::MAX,
            chunk: u32::MAX,
        };
        let entries = store.engine.range(all).unwrap();
        entries
            .map(|entry| entry.map(|(key, value)| (key, value.to_vec())).unwrap())
            .collect()
    };
    assert_eq!(entries(&second), entries(&first));
    assert_eq!(intents(&second), 0);
    assert_no_blobs(&together);
}

/// Every package changes what those before it wrote, and is worked out while that is written, in one batch or in several; the last is
/// refused.
#[test]
fn commits_worked_out_beside_a_write_are_what_they_are_one_by_one() {
    for widths in [[60; 8], [300, 300, 60, 60, 300, 60, 300, 300]] {
        beside_a_write(widths);
    }
}

fn beside_a_write(widths: [usize; 8]) {
    let (one_by_one, together) = (Place::new(), Place::new());
    let mut packages: Vec<Package> = (0..)
        .zip(widths)
        .map(|(n, width)| wide_package(&format!("wide-{n}"), n, width))
        .collect();
    let first = Store::create(&one_by_one.path()).unwrap();
    let expected: Vec<_> = packages
        .iter()
        .map(|package| first.commit(package).unwrap())
        .collect();
    packages.push(wide_package("wide-3", 9, 60));
    let second = Store::create(&together.path()).unwrap();
    let (committed, ended) = second.commit_all(&packages);
    assert!(matches!(ended, Err(StoreError::DocumentDiffers { .. })));
    assert_eq!(committed, expected);
    assert_eq!(everything(&second), everything(&first));
    drop((first, second));
    let first = Store::open(&one_by_one.path()).unwrap();
    let second = Store::open(&together.path()).unwrap();
    assert_eq!(everything(&second), everything(&first));
    assert_eq!(second.snapshot().sequence(), 8);
}

#[test]
fn small_packages_share_a_write() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let packages: Vec<Package> = (0..10)
        .map(|n| simple(&format!("d{n}"), "2001-01-01", &[(n, 1, 0)]))
        .collect();
    let (committed, ended) = store.commit_all(&packages);
    assert_eq!((committed.len(), ended), (10, Ok(())));
    drop(store);
    // HEAD was written at creation, and for the last two of the ten: the ninth only to leave a whole slot.
    let head = fs::read(place.file("HEAD")).unwrap();
    let sequence = |slot: usize| {
        let at = slot * 512 + 24;
        u64::from_be_bytes(head[at..at + 8].try_into().unwrap())
    };
    assert_eq!((sequence(0), sequence(1)), (10, 9));
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit_all(&packages[..9]).1.unwrap();
    drop(store);
    let head = fs::read(place.file("HEAD")).unwrap();
    let sequence = |slot: usize| {
        let at = slot * 512 + 24;
        u64::from_be_bytes(head[at..at + 8].try_into().unwrap())
    };
    assert_eq!(
        (sequence(0), sequence(1)),
        (0, 9),
        "1 to 8 were never written"
    );
}

#[test]
fn a_group_survives_a_head_that_was_not_written_or_torn() {
    for commits in 1..=5_u32 {
        let place = Place::new();
        drop(Store::create(&place.path()).unwrap());
        let old_head = fs::read(place.file("HEAD")).unwrap();
        let store = Store::open(&place.path()).unwrap();
        let packages: Vec<Package> = (0..commits)
            .map(|n| simple(&format!("d{n}"), "2001-01-01", &[(n % 2, n.into(), 0)]))
            .collect();
        store.commit_all(&packages).1.unwrap();
        let after = everything(&store);
        drop(store);
        let new_head = fs::read(place.file("HEAD")).unwrap();
        // The slots in the order they are written: of an even number, the one of the other parity is first.
        let last = usize::try_from(commits % 2).unwrap();
        let mut between = new_head.clone();
        between[last * 512..(last + 1) * 512]
            .copy_from_slice(&old_head[last * 512..(last + 1) * 512]);
        let torn = |head: &[u8], slot: usize| {
            let mut torn = head.to_vec();
            torn[slot * 512 + 20..(slot + 1) * 512].fill(0xff);
            torn
        };
        let heads = [
            ("not written", old_head.clone()),
            ("first of two written", between.clone()),
            ("last torn", torn(&new_head, last)),
            ("first of two torn", torn(&between, 1 - last)),
        ];
        for (what, head) in heads {
            if what == "first of two torn" && commits % 2 == 1 {
                // There is only one, and the other slot is as it was.
                continue;
            }
            fs::write(place.file("HEAD"), head).unwrap();
            let store = Store::open(&place.copy().path()).unwrap();
            assert_eq!(everything(&store), after, "{commits} commits, {what}");
            let next = simple("next", "2009-01-01", &[(0, 99, 0)]);
            let next = store.commit(&next).unwrap().commit;
            assert_eq!(next, Some(u64::from(commits) + 1));
        }
    }
}

#[test]
fn a_long_commit_after_a_group_is_cut_off_alone() {
    use crate::store::commit::prepare;

    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit_all(&small()).1.unwrap();
    let before = everything(&store);
    let long = wide_package("long", 7, 400);
    let batches = prepare(&store.engine, &store.state(), &long, None)
        .unwrap()
        .batches;
    let batches = batches.unwrap();
    let batches: Vec<_> = batches.intent.into_iter().chain(batches.data).collect();
    let count = batches.len();
    for batch in batches.into_iter().take(count - 1) {
        store.engine.apply(&batch).unwrap();
    }
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), before);
    // Again, in one call with small ones before and after it.
    let packages = [
        simple("h1", "2006-01-01", &[(0, 13, 0)]),
        long,
        simple("h2", "2007-01-01", &[(0, 14, 0)]),
    ];
    let (committed, ended) = store.commit_all(&packages);
    assert_eq!(ended, Ok(()));
    let commits: Vec<Option<u64>> = committed.iter().map(|done| done.commit).collect();
    assert_eq!(commits, [Some(7), Some(8), Some(9)]);
}

#[test]
fn a_refused_package_ends_the_group_and_spoils_nothing_before_it() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut nobody = simple("d2", "2002-01-01", &[(1, 20, 0)]);
    nobody.documents[0].facts[0].series.company = "nobody".parse().unwrap();
    // It would bring a company, a metric and a document before it is refused.
    nobody.companies.push(company("z"));
    nobody.metrics.push(metric("z"));
    let other = simple("d1", "2001-01-01", &[(0, 11, 0)]);
    let packages = [
        simple("d1", "2001-01-01", &[(0, 10, 0)]),
        nobody,
        simple("d3", "2003-01-01", &[(2, 30, 0)]),
        // Known with other content, from this very group.
        other,
        simple("d4", "2004-01-01", &[(3, 40, 0)]),
    ];
    let (committed, ended) = store.commit_all(&packages);
    assert_eq!(committed.len(), 1);
    assert_eq!(
        ended,
        Err(StoreError::UnknownCompany {
            id: "nobody".parse().unwrap()
        })
    );
    let (committed, ended) = store.commit_all(&packages[2..]);
    assert_eq!(committed.len(), 1);
    assert_eq!(
        ended,
        Err(StoreError::DocumentDiffers {
            id: "d1".parse().unwrap()
        })
    );
    assert_eq!(store.commit_all(&packages[4..]).1, Ok(()));
    let check = |store: &Store| {
        let snapshot = store.snapshot();
        assert_eq!(snapshot.sequence(), 3);
        assert_eq!(shown(&snapshot, "a", "m"), ["10", "30", "40"]);
        assert_eq!(snapshot.company(&"z".parse().unwrap()), None);
        assert_eq!(snapshot.metric(&"z".parse().unwrap()), None);
        assert_eq!(snapshot.document_count(), 3);
    };
    check(&store);
    drop(store);
    check(&Store::open(&place.path()).unwrap());
}

/// A HEAD that cannot be written: the data are there, and nobody was told so.
#[cfg(target_os = "linux")]
#[test]
fn a_group_whose_write_fails_is_acknowledged_in_no_part() {
    use crate::store::head::HeadFile;

    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d0", "2000-01-01", &[(0, 1, 0)]))
        .unwrap();
    let before = everything(&store);
    store.writer.lock().unwrap().head = HeadFile::full();
    let (committed, ended) = store.commit_all(&small());
    assert_eq!(committed, []);
    assert!(matches!(ended, Err(StoreError::Io { .. })), "{ended:?}");
    assert_eq!(everything(&store), before);
    assert_eq!(store.commit_all(&small()).1, Err(StoreError::Halted));
    drop(store);
    // Opened again, they are all there: a crash before HEAD is written.
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(store.snapshot().sequence(), 7);
    let (committed, ended) = store.commit_all(&small());
    assert_eq!(ended, Ok(()));
    assert!(committed.iter().all(|done| done.commit.is_none()));
}

#[test]
fn readers_beside_groups_see_whole_commits() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let packages: Vec<Package> = (0..200_i64)
        .map(|n| {
            let facts: Vec<(u32, i64, i8)> = (0..5).map(|quarter| (quarter, n, 0)).collect();
            let day = date("2001-01-01") + chrono::Days::new(n.try_into().unwrap());
            simple(&format!("d{n:03}"), &day.to_string(), &facts)
        })
        .collect();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for group in packages.chunks(7) {
                store.commit_all(group).1.unwrap();
            }
        });
        let mut last = 0;
        while !writer.is_finished() || last < 200 {
            let snapshot = store.snapshot();
            let sequence = snapshot.sequence();
            assert!(sequence >= last && (sequence.is_multiple_of(7) || sequence == 200));
            last = sequence;
            let shown = shown(&snapshot, "a", "m");
            if let Some(newest) = sequence.checked_sub(1) {
                let versions = if newest > 0 { "v" } else { "" };
                assert_eq!(shown, vec![format!("{newest}{versions}"); 5]);
            } else {
                assert!(shown.is_empty());
            }
        }
    });
}

/// A write has 250 keys at most. These packages write some 200 each: 100 series with their histories.
#[test]
fn packages_that_are_too_long_together_are_written_apart() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&wide_package("w0", 0, 100)).unwrap();
    let packages: Vec<Package> = (1..=3)
        .map(|n| wide_package(&format!("w{n}"), n, 100))
        .collect();
    store.commit_all(&packages).1.unwrap();
    drop(store);
    let head = fs::read(place.file("HEAD")).unwrap();
    let slots = [&head[..512], &head[512..]].map(crate::codec::manifest::Head::parse_slot);
    // Together, three commits would have written the slot of commit 4 alone.
    let sequences = slots.map(|slot| slot.unwrap().sequence);
    assert_eq!(sequences, [4, 3]);
}
