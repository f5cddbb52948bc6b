//! Verifying: sound databases are found sound, and whatever is not as it should be is found and named.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Days;
use proptest::prelude::*;
use proptest::sample::Index;

use super::support::*;
use crate::codec::cells::CellsRecord;
use crate::codec::record::{
    CatalogRecord, CommitRecord, CompanyRecord, DocumentNumber, DocumentRecord, IntentRecord, pack,
    unpack,
};
use crate::codec::{Block, Key, Row, SeriesHeader, SeriesId, block, series as series_codec};
use crate::model::{Check, Claim, Identity, Operand, Period, Reported, Scenario, Scope, Split};
use crate::store::catalog;
use crate::store::engine::Batch;
use crate::store::verify::verify;
use crate::store::{Fault, FaultKind, Part, Store, VerifyEnd, VerifyReport};

pub(super) fn report(store: &Store) -> VerifyReport {
    store
        .verify(&digest, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

fn assert_sound(store: &Store) -> VerifyReport {
    let report = report(store);
    assert!(report.is_sound(), "{report}");
    report
}

/// Two companies, three documents, restated and contradicted facts, a check, an identity and a split.
pub(super) fn rich(place: &Place) -> Store {
    let store = Store::create(&place.path()).unwrap();
    let first = vec![
        fact("a", "m", quarter(0), figure(100, -1)),
        fact("a", "m", quarter(1), figure(110, 0)),
        fact("a", "n", quarter(0), figure(7, 0)),
        fact("b", "m", quarter(0), figure(50, 0)),
    ];
    let mut results = document("d1", "2001-01-01", first);
    let operand = |n| Operand {
        company: "a".parse().unwrap(),
        metric: "m".parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: quarter(n),
    };
    results.checks.push(Check {
        cell: 1,
        claim: Claim::Growth {
            of: operand(1),
            over: operand(0),
        },
        figure: figure(10, 0),
    });
    let mut package = package(vec![digested(results)]);
    package.companies[0].identities.push(Identity {
        metric: "m".parse().unwrap(),
        scope: Scope::total(),
        equals: "n".parse().unwrap(),
    });
    package.companies[0]
        .splits
        .push(Split::new(date("2005-01-01"), 2, 1).unwrap());
    store.commit(&package).unwrap();
    for (id, published, value) in [("d2", "2001-04-01", 104), ("d3", "2001-04-01", 90)] {
        store
            .commit(&simple(id, published, &[(0, value, 0), (2, value, 0)]))
            .unwrap();
    }
    store
}

#[test]
fn sound_databases_are_found_sound_and_counted() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let empty = assert_sound(&store);
    assert_eq!((empty.commits, empty.values), (0, 1));
    drop(store);

    let place = Place::new();
    let store = rich(&place);
    let report = assert_sound(&store);
    // Worked out from what `rich` takes in.
    assert_eq!((report.commit, report.commits, report.documents), (3, 3, 3));
    assert_eq!(
        (report.companies, report.metrics, report.variants),
        (4, 2, 1)
    );
    assert_eq!((report.cells, report.checks), (4 + 2 + 2, 1));
    // a m: quarters 0, 1, 2; a n and b m: quarter 0.
    assert_eq!((report.series, report.facts), (3, 3 + 1 + 1));
    assert_eq!(report.observations, 4 + 2 + 2);
    drop(store);
    assert_sound(&Store::open(&place.path()).unwrap());
}

#[test]
fn long_series_and_commits_of_many_batches_are_sound() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts: Vec<(u32, i64, i8)> = (0..900).map(|n| (n, i64::from(n) * 37, 0)).collect();
    for id in ["d1", "d2"] {
        store.commit(&simple(id, "2001-01-01", &facts)).unwrap();
    }
    for (id, value) in [("w1", 1), ("w2", 2)] {
        store.commit(&wide_package(id, value, 400)).unwrap();
    }
    let report = assert_sound(&store);
    assert_eq!((report.facts, report.observations), (900 + 400, 1800 + 800));
    // Digests are the same however little of a document is held at a time.
    for pending in [0, 1, 500] {
        let again = verify(&store, &digest, pending, &mut |_| ControlFlow::Continue(()));
        assert_eq!(again.unwrap(), report);
    }
}

#[test]
fn a_document_that_waits_for_another_pass_is_digested_then() {
    let place = Place::new();
    let store = rich(&place);
    let key = Key::Cells {
        document: 2,
        first: 0,
    };
    let value = store.engine.get(&key).unwrap().unwrap();
    let cells: CellsRecord = unpack(&value).unwrap();
    let mut cells: Vec<_> = cells.cells().collect();
    cells[1].text = "1,234".into();
    let changed = crate::codec::cells::split(&cells).unwrap();
    plant(&store, |batch| {
        batch.insert(&key, &pack(&changed[0]).unwrap()).unwrap();
    });
    for pending in [0, 1, 3, 1000] {
        let report = verify(&store, &digest, pending, &mut |_| ControlFlow::Continue(())).unwrap();
        let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            ["document 2 of d3: what is stored of it is not what was taken in"]
        );
    }
}

#[test]
fn verifying_is_broken_off_when_the_caller_says_so() {
    let place = Place::new();
    let store = rich(&place);
    let mut calls = 0;
    let report = store
        .verify(&digest, &mut |_| {
            calls += 1;
            if calls == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!((calls, report.end), (3, VerifyEnd::Cancelled));
    assert!(!report.is_sound() && report.faults.is_empty());
}

#[test]
fn nothing_is_blamed_on_a_writer_that_is_at_work() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&wide_package("w0", 1, 300)).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..20 {
                let id = format!("w{n}");
                store.commit(&wide_package(&id, n, 300)).unwrap();
                let facts: Vec<(u32, i64, i8)> = (0..400).map(|q| (q, n, 0)).collect();
                store
                    .commit(&simple(&format!("s{n}"), "2001-01-01", &facts))
                    .unwrap();
            }
            over.store(true, Ordering::Release);
        });
        let mut rounds = 0;
        while !over.load(Ordering::Acquire) || rounds == 0 {
            let report = assert_sound(&store);
            assert!(report.commit <= store.snapshot().sequence());
            rounds += 1;
        }
    });
    assert_sound(&store);
}

fn plant(store: &Store, write: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    write(&mut batch);
    store.engine.apply(&batch).unwrap();
}

/// What is found in a copy of a rich database once something is planted in it.
pub(super) fn found(write: impl FnOnce(&Store, &mut Batch)) -> Vec<String> {
    let place = Place::new();
    let store = rich(&place);
    let mut batch = Batch::default();
    write(&store, &mut batch);
    store.engine.apply(&batch).unwrap();
    let faults = report(&store).faults;
    faults.iter().map(ToString::to_string).collect()
}

pub(super) const AM: SeriesId = SeriesId {
    metric: 0,
    variant: 0,
    company: 0,
};

fn current(series: SeriesId) -> Key {
    Key::Current { series, chunk: 0 }
}

fn rows(store: &Store, series: SeriesId) -> (SeriesHeader, Vec<Row>) {
    let value = store.engine.get(&current(series)).unwrap().unwrap();
    let (header, block) = series_codec::parse(&value).unwrap();
    (header, block.rows().unwrap())
}

/// Writes the rows of a series anew, changed.
pub(super) fn change(
    change: impl FnOnce(&mut SeriesHeader, &mut Vec<Row>),
) -> impl FnOnce(&Store, &mut Batch) {
    |store, batch| {
        let (mut header, mut rows) = rows(store, AM);
        change(&mut header, &mut rows);
        let payloads = series_codec::encode(header, &block::borrowed(&rows)).unwrap();
        batch.insert(&current(AM), &payloads[0]).unwrap();
    }
}

fn with_header(header: SeriesHeader, rows: &[Row]) -> Vec<u8> {
    let mut payload = series_codec::encode(header, &block::borrowed(rows))
        .unwrap()
        .remove(0);
    payload[18..22].copy_from_slice(&header.rows.to_be_bytes());
    payload
}

#[test]
fn what_is_missing_is_named() {
    let missing = |key: Key| found(|_, batch| batch.remove(&key));
    let am = "a m, JPY";
    assert_eq!(
        missing(catalog::record(0, 1, 0)),
        ["m", "n"].map(|metric| format!("catalog of a {metric}, JPY: it is missing"))
    );
    let without = missing(current(AM));
    assert_eq!(
        without[0],
        format!("current block chunk 0 of {am}: it is missing")
    );
    assert!(
        without.contains(&"totals: 2 series, there should be 3".to_owned()),
        "{without:?}"
    );
    assert!(without.contains(&"totals: 2 observations, there should be 8".to_owned()));
    assert!(without.contains(&"document 0 of d1: 2 facts, there should be 4".to_owned()));
    let history = missing(Key::History {
        series: AM,
        chunk: 0,
    });
    assert_eq!(
        history[0],
        format!("history chunk 0 of {am}: it is missing")
    );
    assert_eq!(missing(Key::Company(3)), ["company 3 of d: it is missing"]);
    assert_eq!(missing(Key::Metric(1)), ["metric 1 of n: it is missing"]);
    assert_eq!(missing(Key::Variant(0)), ["variant 0: it is missing"]);
    assert_eq!(missing(Key::Commit(2)), ["commit 2: it is missing"]);
    assert_eq!(
        missing(Key::Document(1)),
        [
            "document 1 (document 1): it is missing",
            "document index of d2: it names document 1, which is not there",
        ]
    );
    let index = Key::DocumentIndex("d2".parse().unwrap());
    assert_eq!(missing(index), ["document index of d2: it is missing"]);
    let cells = Key::Cells {
        document: 0,
        first: 0,
    };
    let no_cells = ["document 0 of d1: 0 cells, there should be 4"];
    assert_eq!(missing(cells)[..1], no_cells);
    let checks = Key::Checks {
        document: 0,
        chunk: 0,
    };
    assert_eq!(
        missing(checks)[0],
        "document 0 of d1: 0 checks, there should be 1"
    );
    let added = Key::Additions {
        company: 0,
        commit: 1,
        chunk: 0,
    };
    let what = "what was added to the company is not what it should be";
    assert_eq!(
        missing(added),
        [format!("additions 0 of commit 0 (company 0) of a: {what}")]
    );
}

#[test]
fn what_nothing_knows_is_named() {
    let surplus =
        |key: Key, payload: Vec<u8>| found(|_, batch| batch.insert(&key, &payload).unwrap());
    let company = pack(&CompanyRecord::of(&company("e"), false)).unwrap();
    assert_eq!(
        surplus(Key::Company(4), company),
        ["company 4: nothing knows it"]
    );
    let metric = pack(&metric("x")).unwrap();
    assert_eq!(
        surplus(Key::Metric(2), metric),
        ["metric 2: nothing knows it"]
    );
    let intent = pack(&IntentRecord::new(4, 1, &[])).unwrap();
    assert_eq!(
        surplus(Key::Intent(0), intent),
        ["intent 0: nothing knows it"]
    );
    let commit = pack(&CommitRecord {
        previous: [0; 32],
        sequence: 4,
        recorded: 0,
        documents: 0,
        rows: 0,
        digest: [0; 32],
        totals: crate::codec::record::Totals::default(),
        additions: None,
    });
    assert_eq!(
        surplus(Key::Commit(4), commit.unwrap()),
        ["commit 4: nothing knows it"]
    );
    let number = pack(&DocumentNumber(1)).unwrap();
    assert_eq!(
        surplus(Key::DocumentIndex("d9".parse().unwrap()), number),
        ["document index of d9: it names document 1, which is not there"]
    );
    let empty = block::encode(&[]).unwrap();
    let stray = Key::History {
        series: AM,
        chunk: 7,
    };
    assert_eq!(
        surplus(stray, empty),
        ["history chunk 7 of a m, JPY: nothing knows it"]
    );
    let copied = found(|store, batch| {
        let value = store.engine.get(&current(AM)).unwrap().unwrap();
        let key = Key::Current {
            series: AM,
            chunk: 1,
        };
        batch.insert(&key, &value).unwrap();
    });
    assert_eq!(
        copied,
        ["current block chunk 1 of a m, JPY: nothing knows it"]
    );
    let listed = || pack(&CatalogRecord(vec![(1, 0)])).unwrap();
    assert_eq!(
        surplus(catalog::record(3, 1, 0), listed()),
        ["current block chunk 0 of d n, JPY: it is missing"]
    );
    for (key, place) in [
        (
            catalog::record(3, 9, 2),
            "catalog 2 of commit 9 (company 3) of d",
        ),
        (
            catalog::record(9, 1, 0),
            "catalog 0 of commit 1 (company 9)",
        ),
    ] {
        let faults = surplus(key, listed());
        assert_eq!(faults[0], format!("{place}: nothing knows it"));
    }
    let place = Place::new();
    let store = rich(&place);
    std::fs::write(place.file("sled/blobs/7"), "x").unwrap();
    let faults = report(&store).faults;
    assert_eq!(faults[0].to_string(), "sled/blobs 7: nothing knows it");
    assert_eq!(faults[0].place.part, Part::Blobs);
}

#[test]
fn a_current_block_that_does_not_fit_is_named() {
    let place = "current block chunk 0 of a m, JPY";
    let order = found(change(|_, rows| rows.swap(0, 2)));
    assert!(
        order.contains(&format!("{place}: its rows are not in order")),
        "{order:?}"
    );
    let newer = found(change(|header, _| header.commit = 1));
    let words = "it holds rows of commit 3, and says it was written by commit 1";
    assert!(newer.contains(&format!("{place}: {words}")), "{newer:?}");
    let ahead = found(change(|header, _| header.commit = 9));
    assert_eq!(
        ahead,
        [format!("{place}: it names commit 9, which is not there")]
    );
    let created = found(change(|header, _| header.created = 0));
    assert_eq!(
        created,
        [format!(
            "{place}: the commit that created it is not what it should be"
        )]
    );
    let counted = found(|store, batch| {
        let (header, rows) = rows(store, AM);
        let header = SeriesHeader { rows: 4, ..header };
        batch
            .insert(&current(AM), &with_header(header, &rows))
            .unwrap();
    });
    assert_eq!(counted, [format!("{place}: 3 rows, there should be 4")]);
    let lost = found(change(|_, rows| {
        rows.remove(1);
    }));
    assert!(
        lost.contains(&"document 0 of d1: 3 facts, there should be 4".to_owned()),
        "{lost:?}"
    );
    let kept = found(change(|header, _| header.history_rows = 9));
    assert_eq!(
        kept,
        [format!("{place}: 5 rows in the history, there should be 9")]
    );
}

#[test]
fn a_fact_that_does_not_show_its_observations_is_named() {
    let not_current = |quarter: &Period| {
        format!(
            "current block chunk 0 of a m, JPY, {quarter}: it does not show what its observations say"
        )
    };
    let value = found(change(|_, rows| {
        rows[0].observation.figure = figure(104, -1);
    }));
    assert_eq!(value, [not_current(&quarter(0))]);
    let flag = found(change(|_, rows| rows[0].conflicting = !rows[0].conflicting));
    assert_eq!(flag, [not_current(&quarter(0))]);
    let alone = found(change(|_, rows| rows[1].conflicting = true));
    assert_eq!(alone, [not_current(&quarter(1))]);
    let versions = found(change(|_, rows| rows[1].versions = true));
    assert!(versions.contains(&not_current(&quarter(1))), "{versions:?}");
    // A figure that only its document's digest can tell.
    let single = found(change(|_, rows| {
        rows[1].observation.figure = figure(111, 0);
    }));
    assert_eq!(
        single,
        ["document 0 of d1: what is stored of it is not what was taken in"]
    );
    let history = found(|store, batch| {
        let key = Key::History {
            series: AM,
            chunk: 0,
        };
        let value = store.engine.get(&key).unwrap().unwrap();
        let mut rows = Block::parse(&value).unwrap().rows().unwrap();
        rows[0].observation.figure = figure(99, -1);
        batch.insert(&key, &block::encode(&rows).unwrap()).unwrap();
    });
    assert_eq!(
        history,
        ["document 0 of d1: what is stored of it is not what was taken in"]
    );
}

#[test]
fn what_a_row_names_must_be_there() {
    let at = |quarter: Period, words: &str| {
        format!("current block chunk 0 of a m, JPY, {quarter}: {words}")
    };
    let cell = found(change(|_, rows| rows[1].observation.source.cell = 4));
    let words = "it names cell 4, which is not there";
    assert!(cell.contains(&at(quarter(1), words)), "{cell:?}");
    let document = found(change(|_, rows| rows[1].observation.source.document = 3));
    let words = "it names document 3, which is not there";
    assert!(document.contains(&at(quarter(1), words)), "{document:?}");
    let commit = found(change(|_, rows| rows[1].observation.commit = 2));
    let words = "the commit of a row is not what it should be";
    assert!(commit.contains(&at(quarter(1), words)), "{commit:?}");
    let day = found(change(|_, rows| {
        let published = &mut rows[1].observation.published;
        *published = *published + Days::new(1);
    }));
    let words = "its day of publication does not fit its metric";
    assert!(day.contains(&at(quarter(1), words)), "{day:?}");
    // The block of a m under a metric that there is not.
    let other = SeriesId { metric: 5, ..AM };
    let stray = found(|store, batch| {
        let value = store.engine.get(&current(AM)).unwrap().unwrap();
        batch.insert(&current(other), &value).unwrap();
    });
    let numbered = "chunk 0 (metric 5, variant 0, company 0) of a";
    assert!(
        stray.contains(&format!(
            "current block {numbered}: it names metric 5, which is not there"
        )),
        "{stray:?}"
    );
}

#[test]
fn definitions_documents_and_commits_that_changed_are_named() {
    let renamed = found(|_, batch| {
        let record = CompanyRecord::of(&company("a"), false);
        batch
            .insert(&Key::Company(1), &pack(&record).unwrap())
            .unwrap();
    });
    let words = "its definition is not what it should be";
    assert_eq!(renamed, [format!("company 1 of b: {words}")]);
    let metric = found(|_, batch| {
        batch
            .insert(&Key::Metric(1), &pack(&metric("m")).unwrap())
            .unwrap();
    });
    assert_eq!(metric, [format!("metric 1 of n: {words}")]);
    let swapped = found(|_, batch| {
        let index = Key::DocumentIndex("d2".parse().unwrap());
        batch
            .insert(&index, &pack(&DocumentNumber(0)).unwrap())
            .unwrap();
    });
    assert_eq!(
        swapped,
        [
            "document index of d2: its number is not what it should be",
            "document index of d2: it names document 0, which is not there",
        ]
    );
    let document = |change: fn(&mut DocumentRecord)| {
        found(|store, batch| {
            let key = Key::Document(1);
            let mut record: DocumentRecord =
                unpack(&store.engine.get(&key).unwrap().unwrap()).unwrap();
            change(&mut record);
            batch.insert(&key, &pack(&record).unwrap()).unwrap();
        })
    };
    let titled = document(|record| record.document.title = "x".into());
    assert_eq!(
        titled,
        ["document 1 of d2: what is stored of it is not what was taken in"]
    );
    let digest = document(|record| record.digest[0] ^= 1);
    assert_eq!(
        digest[0],
        "commit 2: the digest of its documents is not what it should be"
    );
    let commit = document(|record| record.commit = 3);
    assert!(
        commit.contains(
            &"document 1 of d2: the commit that recorded it is not what it should be".to_owned()
        ),
        "{commit:?}"
    );
    let facts = document(|record| record.facts = 3);
    assert!(
        facts.contains(&"commit 2: 3 facts in its documents, there should be 2".to_owned()),
        "{facts:?}"
    );
    let commit = |change: fn(&mut CommitRecord)| {
        found(|store, batch| {
            let key = Key::Commit(2);
            let mut record: CommitRecord =
                unpack(&store.engine.get(&key).unwrap().unwrap()).unwrap();
            change(&mut record);
            batch.insert(&key, &pack(&record).unwrap()).unwrap();
        })
    };
    let chained = "commit 3: the hash of the commit before it is not what it should be";
    let earlier = commit(|record| record.recorded = 0);
    assert_eq!(
        earlier,
        ["commit 2: its time is not what it should be", chained]
    );
    let counted = commit(|record| record.totals.rows += 1);
    assert_eq!(
        counted[..1],
        ["commit 2: what it counts is not what it should be"]
    );
    assert!(counted.contains(&chained.to_owned()));
}

#[test]
fn files_beside_the_tree_are_read_again() {
    let place = Place::new();
    let store = rich(&place);
    let manifest = std::fs::read(place.file("MANIFEST")).unwrap();
    let head = std::fs::read(place.file("HEAD")).unwrap();
    let parts = |store: &Store| -> Vec<Part> {
        report(store)
            .faults
            .iter()
            .map(|fault| fault.place.part)
            .collect()
    };
    let mut flipped = manifest.clone();
    flipped[20] ^= 1;
    std::fs::write(place.file("MANIFEST"), flipped).unwrap();
    assert_eq!(parts(&store), [Part::Manifest]);
    let other = Place::new();
    drop(Store::create(&other.path()).unwrap());
    std::fs::copy(other.file("MANIFEST"), place.file("MANIFEST")).unwrap();
    assert_eq!(parts(&store), [Part::Manifest]);
    std::fs::write(place.file("MANIFEST"), manifest).unwrap();
    // The slot of the last commit, 3, is the second.
    let mut torn = head.clone();
    torn[512 + 40] ^= 1;
    std::fs::write(place.file("HEAD"), torn).unwrap();
    assert_eq!(parts(&store), [Part::Head]);
    std::fs::write(place.file("HEAD"), &head[..700]).unwrap();
    assert_eq!(parts(&store), [Part::Head]);
    std::fs::write(place.file("HEAD"), head).unwrap();
    assert_sound(&store);
}

#[test]
fn a_value_that_cannot_be_opened_does_not_hide_the_others() {
    let place = Place::new();
    let store = rich(&place);
    let broken = [
        Key::Commit(1),
        Key::Document(2),
        current(AM),
        catalog::record(0, 1, 0),
    ];
    plant(&store, |batch| {
        for key in &broken {
            batch.insert_raw(&key.to_bytes(), b"KS\x02 broken");
        }
        batch.insert_raw(&[0x7f, 1], b"what is this");
    });
    let report = report(&store);
    let unreadable = |part: Part| {
        let of_part = report
            .faults
            .iter()
            .filter(|fault| fault.place.part == part);
        of_part
            .filter(|fault| matches!(fault.kind, FaultKind::Unreadable { .. }))
            .count()
    };
    for part in [
        Part::Commit,
        Part::Document,
        Part::Current,
        Part::Catalog,
        Part::Key,
    ] {
        assert_eq!(unreadable(part), 1, "{report}");
    }
    let missing = |fault: &&Fault| fault.kind == FaultKind::Missing;
    assert_eq!(report.faults.iter().filter(missing).count(), 0, "{report}");
    assert_eq!(report.end, VerifyEnd::Complete);
}

/// Facts of two companies that come in any order, restated any number of times.
pub(super) fn any_packages() -> impl Strategy<Value = Vec<crate::store::Package>> {
    let new = (0..2_u32, 0..2_u32, 0..6_u32, 90..110_i64, -1..1_i8).prop_map(
        |(company, metric, n, value, decimals)| {
            let company = ["a", "b"][company as usize];
            let metric = ["m", "n"][metric as usize];
            fact(company, metric, quarter(n), figure(value, decimals))
        },
    );
    let facts = proptest::collection::vec(new, 1..8);
    proptest::collection::vec((facts, 0..3_u32), 1..6).prop_map(|documents| {
        let with_number = (0..).zip(documents);
        with_number
            .map(|(nth, (facts, day)): (u32, (Vec<Reported>, u32))| {
                let published = format!("2003-01-{:02}", day + 1);
                package(vec![document(&format!("d{nth}"), &published, facts)])
            })
            .collect()
    })
}

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
