//! Recent rows: the figures of packages that come alone, in one value for each company until they go to their blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use super::crashes::begin;
use super::support::*;
use crate::codec::{Key, Row, SeriesId, block};
use crate::model::Reported;
use crate::store::commit::encode;
use crate::store::engine::Value;
use crate::store::recent::{self, BOUND, OfCompany, ROWS};
use crate::store::write::Write;
use crate::store::{Incomplete, Package, Snapshot, Store, StoreError, UpkeepProgress};

pub(super) fn go_on(_: &UpkeepProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What a company says of some metrics for the nth quarter: `1000 n` and the number of the metric.
pub(super) fn release(company: &str, n: u32, metrics: Range<u32>) -> Package {
    let name = |metric: u32| format!("w{metric}");
    let facts: Vec<Reported> = metrics
        .clone()
        .map(|metric| {
            let value = figure(i64::from(1000 * n + metric), 0);
            fact(company, &name(metric), quarter(n), value)
        })
        .collect();
    let id = format!("{company}{n}-{}", metrics.start);
    let mut package = package(vec![document(&id, "2040-01-01", facts)]);
    package.metrics.extend(metrics.map(|n| metric(&name(n))));
    package
}

fn store_with(place: &Place, room: usize) -> Store {
    let mut store = Store::create(&place.path()).unwrap();
    store.room = room;
    store
}

pub(super) fn value(store: &Store, company: u32) -> Option<Value> {
    store.engine.get(&Key::Recent(company)).unwrap()
}

pub(super) fn waiting(store: &Store, company: u32) -> OfCompany {
    value(store, company).map_or(OfCompany::new(), |value| recent::decode(&value).unwrap())
}

/// The commits that the blocks of company `a` are of, by metric.
pub(super) fn blocks(store: &Store) -> BTreeMap<u32, u64> {
    let id = |company| SeriesId {
        metric: company,
        variant: company,
        company,
    };
    let first = |series, chunk| Key::Current { series, chunk };
    let range = first(id(0), 0)..=first(id(u32::MAX), u16::MAX);
    let entries = store.engine.range(range).unwrap().map(Result::unwrap);
    entries
        .filter(|(key, _)| key.series().unwrap().company == 0)
        .map(|(key, value)| {
            let (header, _) = crate::codec::series::parse(&value).unwrap();
            (key.series().unwrap().metric, header.commit)
        })
        .collect()
}

#[track_caller]
pub(super) fn assert_sound(store: &Store) {
    let report = store.verify(&digest, &mut go_on).unwrap();
    assert!(report.is_sound(), "{report}");
}

pub(super) fn faults(store: &Store) -> Vec<String> {
    let report = store.verify(&digest, &mut go_on).unwrap();
    report.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_package_that_comes_alone_writes_one_value_and_those_that_waited_longest_go_to_their_blocks() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut written = Vec::new();
    let mut before = BTreeMap::new();
    for n in 0..12 {
        store.commit(&release("a", n, 0..100)).unwrap();
        let now = blocks(&store);
        let moved: BTreeSet<u32> = now
            .iter()
            .filter(|(metric, commit)| before.get(*metric) != Some(*commit))
            .map(|(metric, _)| *metric)
            .collect();
        let recent = waiting(&store, 0);
        assert!(value(&store, 0).unwrap().len() <= BOUND);
        let staying: Vec<u64> = recent
            .values()
            .filter_map(recent::Waiting::oldest)
            .collect();
        let newest_moved = moved.iter().filter_map(|metric| before.get(metric)).max();
        // Of those that stay, none has waited longer than one that went.
        let oldest = staying.iter().min();
        assert!(
            newest_moved.is_none_or(|commit| oldest.is_none_or(|oldest| oldest > commit)),
            "{n}: {newest_moved:?} {oldest:?}"
        );
        written.push(moved.len());
        before = now;
    }
    assert_eq!(written[..2], [0, 0], "the value has room for two releases");
    let later: usize = written[4..].iter().sum();
    assert!((40..280).contains(&later), "{written:?}");
    assert_sound(&store);
    let snapshot = store.snapshot();
    for metric in 0..100 {
        let values: Vec<String> = (0..12).map(|n| (1000 * n + metric).to_string()).collect();
        assert_eq!(shown(&snapshot, "a", &format!("w{metric}")), values);
    }
}

#[test]
fn large_packages_packages_of_several_companies_and_those_of_a_load_write_blocks() {
    let rows = u32::try_from(ROWS).unwrap();
    let of_two = {
        let mut package = release("a", 0, 0..3);
        let more = release("b", 0, 0..3);
        package.documents.extend(more.documents);
        package
    };
    for (package, alone, expected) in [
        (release("a", 0, 0..3), true, true),
        (release("a", 0, 0..3), false, false),
        (release("a", 0, 0..rows), true, true),
        (release("a", 0, 0..rows + 1), true, false),
        (of_two, true, false),
    ] {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        if alone {
            store.commit(&package).unwrap();
        } else {
            commit_to_blocks(&store, &package).unwrap();
        }
        assert_eq!(value(&store, 0).is_some(), expected);
        assert_sound(&store);
    }
}

#[test]
fn what_is_said_again_takes_a_series_out_of_the_recent_rows() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&release("a", 0, 0..3)).unwrap();
    store.commit(&release("a", 1, 0..3)).unwrap();
    let metrics = |store: &Store| -> Vec<u32> {
        waiting(store, 0)
            .into_keys()
            .map(|(metric, _)| metric)
            .collect()
    };
    assert_eq!(metrics(&store).len(), 3);
    let number = |store: &Store, metric: &str| {
        let id = store.snapshot().series_id(&series("a", metric));
        id.unwrap().metric
    };
    // A restatement, and a new fact beside it.
    let facts = vec![
        fact("a", "w1", quarter(1), figure(7, 0)),
        fact("a", "w1", quarter(2), figure(8, 0)),
        fact("a", "w2", quarter(2), figure(9, 0)),
    ];
    let again = package(vec![document("again", "2041-01-01", facts)]);
    store.commit(&again).unwrap();
    let (w0, w1, w2) = (
        number(&store, "w0"),
        number(&store, "w1"),
        number(&store, "w2"),
    );
    assert_eq!(metrics(&store), [w0, w2]);
    assert_eq!(blocks(&store), BTreeMap::from([(w1, 3)]));
    assert_eq!(shown(&store.snapshot(), "a", "w1"), ["1", "7v", "8"]);
    assert_sound(&store);
    // The same of one that comes with others, which adds no recent rows.
    let facts = vec![
        fact("a", "w2", quarter(3), figure(5, 0)),
        fact("a", "w1", quarter(3), figure(6, 0)),
    ];
    let more = package(vec![document("more", "2041-01-02", facts)]);
    commit_to_blocks(&store, &more).unwrap();
    assert_eq!(metrics(&store), [w0]);
    assert_eq!(shown(&store.snapshot(), "a", "w2"), ["2", "1002", "9", "5"]);
    assert_eq!(shown(&store.snapshot(), "a", "w1"), ["1", "7v", "8", "6"]);
    assert_sound(&store);
    // An older period than those that the block has, and one in between.
    let place = Place::new();
    let store = store_with(&place, 0);
    for n in [4, 8] {
        store.commit(&release("a", n, 0..1)).unwrap();
    }
    let mut store = store;
    store.room = BOUND;
    for n in [6, 2, 9] {
        store.commit(&release("a", n, 0..1)).unwrap();
        assert_sound(&store);
    }
    let expected = ["2000", "4000", "6000", "8000", "9000"];
    assert_eq!(shown(&store.snapshot(), "a", "w0"), expected);
    assert_eq!(
        panel(&store.snapshot(), &metric("w0").path, 0)[0].1.len(),
        5
    );
    store.room = 0;
    store.commit(&release("a", 10, 0..1)).unwrap();
    assert_eq!(waiting(&store, 0).len(), 0);
    assert_eq!(shown(&store.snapshot(), "a", "w0")[..5], expected);
    assert_sound(&store);
}

/// Releases of which recent rows are left as well as blocks with and without such rows.
pub(super) fn filled(place: &Place) -> Store {
    let store = store_with(place, 900);
    for n in 0..5 {
        store.commit(&release("a", n, 0..40)).unwrap();
    }
    store.commit(&release("b", 0, 0..10)).unwrap();
    commit_to_blocks(&store, &release("c", 0, 0..10)).unwrap();
    let recent = waiting(&store, 0);
    let on_block = recent.values().filter(|waiting| waiting.on_block).count();
    assert!(0 < on_block && on_block < recent.len(), "{recent:?}");
    assert!(blocks(&store).len() > on_block);
    assert_sound(&store);
    store
}

/// Packages of more than one batch: one that comes alone, with recent rows and series that go to their blocks; one with a first value
/// of recent rows; one that is too large.
fn long_packages() -> [Package; 3] {
    let with_companies = |mut package: Package, count: u32| {
        package
            .companies
            .extend((0..count).map(|n| company(&format!("x{n}"))));
        package
    };
    [
        with_companies(release("a", 5, 0..40), 242),
        with_companies(release("d", 5, 0..40), 260),
        release("a", 5, 0..300),
    ]
}

#[test]
fn a_commit_with_recent_rows_that_is_cut_off_is_undone() {
    let place = Place::new();
    let store = filled(&place);
    let before = everything(&store);
    let rows = waiting(&store, 0);
    drop(store);
    for package in long_packages() {
        let mut finished = None;
        let mut batches = 0;
        loop {
            let copy = place.copy();
            let mut store = Store::open(&copy.path()).unwrap();
            store.room = 900;
            let all = begin(&store, &package, batches);
            assert!(all >= 3, "{all} batches");
            assert_eq!(
                everything(&store),
                before,
                "{batches} of {all}, before closing"
            );
            drop(store);
            let mut store = Store::open(&copy.path()).unwrap();
            store.room = 900;
            if batches < all {
                assert_eq!(everything(&store), before, "{batches} of {all}");
                assert_sound(&store);
                let left = waiting(&store, 0);
                assert!(left.keys().all(|pair| rows.contains_key(pair)));
                assert_eq!(store.commit(&package).unwrap().commit, Some(8));
            }
            assert_sound(&store);
            let after = everything(&store);
            assert_eq!(finished.get_or_insert_with(|| after.clone()), &after);
            drop(store);
            assert_eq!(everything(&Store::open(&copy.path()).unwrap()), after);
            if batches == all {
                break;
            }
            batches += 1;
        }
    }
}

#[test]
fn an_undo_of_recent_rows_that_is_cut_off_is_done_again() {
    let place = Place::new();
    let store = filled(&place);
    let before = everything(&store);
    let [package, _, large] = long_packages();
    drop(store);
    for package in [package, large] {
        let copy = place.copy();
        let mut store = Store::open(&copy.path()).unwrap();
        store.room = 900;
        let all = begin(&store, &package, 0);
        begin(&store, &package, all - 1);
        let written = blocks(&store);
        assert!(written.values().any(|commit| *commit == 8), "{written:?}");
        // Every other series is undone, and then the lights go out again.
        let mut undone: Vec<Write> = Vec::new();
        for (metric, _) in written
            .into_iter()
            .filter(|(_, commit)| *commit == 8)
            .step_by(2)
        {
            let id = SeriesId {
                metric,
                variant: 0,
                company: 0,
            };
            let stripped = crate::store::recover::strip(&store.engine, id, 7).unwrap();
            undone.extend(stripped.unwrap_or_default());
        }
        assert!(!undone.is_empty());
        for batch in encode(vec![undone]).unwrap() {
            store.engine.apply(&batch).unwrap();
        }
        drop(store);
        let store = Store::open(&copy.path()).unwrap();
        assert_eq!(everything(&store), before);
        assert_sound(&store);
    }
}

/// What one snapshot shows of company `a`: as many rows of each metric as there were releases.
fn check(snapshot: &Snapshot, metrics: u32) {
    let releases = usize::try_from(snapshot.sequence()).unwrap();
    let expected: Vec<String> = (0..releases).map(|n| (1000 * n).to_string()).collect();
    assert_eq!(shown(snapshot, "a", "w0"), expected);
    let ids = snapshot.series_of(&"a".parse().unwrap());
    let count = if releases == 0 { 0 } else { metrics as usize };
    assert_eq!(ids.len(), count);
    for id in ids {
        assert_eq!(snapshot.current(id).unwrap().len(), releases);
        assert_eq!(snapshot.observations(id).unwrap().len(), releases);
        let in_place = snapshot.in_place(id, |current| current.all().map(|rows| rows.len()));
        assert_eq!(in_place, Ok(releases));
    }
    let mut swept = 0;
    let sweep = snapshot.sweep(None, |_, current| {
        assert_eq!(current.len(), releases);
        swept += 1;
        Ok::<_, StoreError>(())
    });
    sweep.unwrap();
    assert_eq!(swept, count);
}

/// Rows go to blocks all the time.
#[test]
fn readers_miss_no_row_that_goes_to_its_block() {
    const METRICS: u32 = 20;
    let place = Place::new();
    let store = store_with(&place, 900);
    let done = AtomicBool::new(false);
    let mut pinned = vec![store.snapshot()];
    let reads = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !done.load(Ordering::Acquire) || reads == 0 {
                        check(&store.snapshot(), METRICS);
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        for n in 0..60 {
            store.commit(&release("a", n, 0..METRICS)).unwrap();
            if n % 7 == 0 {
                pinned.push(store.snapshot());
            }
        }
        done.store(true, Ordering::Release);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum::<usize>()
    });
    assert!(reads > 5, "{reads} reads");
    for snapshot in pinned {
        check(&snapshot, METRICS);
    }
    assert!(!waiting(&store, 0).is_empty() && !blocks(&store).is_empty());
}

#[test]
fn copies_of_a_database_with_recent_rows_are_what_it_is() {
    let place = Place::new();
    let store = filled(&place);
    let all = everything(&store);
    let folder = tempfile::tempdir().unwrap();
    let [copy, loaded, restored, saved] =
        ["copy", "loaded", "restored", "saved"].map(|name| folder.path().join(name));
    store.backup(&copy, &digest, &mut go_on).unwrap();
    let mut text = Vec::new();
    store.snapshot().dump(&mut text, &mut go_on).unwrap();
    Store::load_dump(&mut text.as_slice(), &loaded, &digest, &mut go_on).unwrap();
    let rows = waiting(&store, 0);
    drop(store);
    Store::restore(&place.path(), &restored, &digest, &mut go_on).unwrap();
    let next = release("a", 7, 0..40);
    let mut after = None;
    for path in [&copy, &restored, &loaded, &place.path()] {
        let mut store = Store::open(path).unwrap();
        store.room = 900;
        assert_eq!(everything(&store), all, "{path:?}");
        let expected = if *path == loaded {
            OfCompany::new()
        } else {
            rows.clone()
        };
        assert_eq!(waiting(&store, 0), expected);
        store.commit(&next).unwrap();
        assert_sound(&store);
        let now = everything(&store);
        assert_eq!(after.get_or_insert_with(|| now.clone()), &now, "{path:?}");
    }
    let keep = Incomplete::LeaveOut;
    let salvaged = Store::salvage(&place.path(), &saved, keep, &digest, &mut go_on).unwrap();
    assert_eq!(salvaged.faults, []);
    assert_eq!((salvaged.whole, salvaged.incomplete.len()), (8, 0));
}

#[test]
fn a_backup_beside_releases_is_what_some_whole_commit_left() {
    let place = Place::new();
    let store = store_with(&place, 900);
    let releases: Vec<Package> = (0..40).map(|n| release("a", n, 0..20)).collect();
    let over = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let mut backups = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for release in &releases {
                store.commit(release).unwrap();
            }
            over.store(true, Ordering::Release);
        });
        while !over.load(Ordering::Acquire) || backups.is_empty() {
            let path = folder.path().join(backups.len().to_string());
            let report = store.backup(&path, &digest, &mut go_on).unwrap();
            backups.push((path, report.commit));
        }
    });
    for (path, commit) in backups {
        let copy = Store::open(&path).unwrap();
        assert_eq!(copy.snapshot().sequence(), commit);
        check(&copy.snapshot(), 20);
        for release in &releases[usize::try_from(commit).unwrap()..] {
            copy.commit(release).unwrap();
        }
        check(&copy.snapshot(), 20);
        assert_sound(&copy);
    }
}

#[test]
fn rows_that_go_to_their_blocks_are_those_of_a_load() {
    let (alone, load) = (Place::new(), Place::new());
    let packages: Vec<Package> = (0..6).map(|n| release("a", n, 0..30)).collect();
    let first = store_with(&alone, 0);
    for package in &packages {
        first.commit(package).unwrap();
    }
    let second = Store::create(&load.path()).unwrap();
    for package in &packages {
        commit_to_blocks(&second, package).unwrap();
    }
    let blocks = |store: &Store| -> Vec<(Key, Vec<u8>)> {
        let entries = store.engine.range(
            Key::Current {
                series: SeriesId {
                    metric: 0,
                    variant: 0,
                    company: 0,
                },
                chunk: 0,
            }..=Key::Catalog {
                company: u32::MAX,
                commit: u64::MAX,
                chunk: u16::MAX,
            },
        );
        entries
            .unwrap()
            .map(|entry| entry.map(|(key, value)| (key, value.to_vec())).unwrap())
            .collect()
    };
    assert!(blocks(&first) == blocks(&second));
    let rows: Vec<Row> = first
        .snapshot()
        .current(SeriesId {
            metric: 2,
            variant: 0,
            company: 0,
        })
        .unwrap();
    assert_eq!(block::borrowed(&rows).len(), 6);
}
