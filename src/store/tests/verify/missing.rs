//! What is missing, what nothing knows, and what cannot be read is named.

use super::{AM, assert_sound, current, found, plant, report, rich};
use crate::codec::record::{
    CatalogRecord, CommitRecord, CompanyRecord, DocumentNumber, IntentRecord, Totals, pack,
};
use crate::codec::{Key, block};
use crate::store::catalog;
use crate::store::tests::support::*;
use crate::store::{Fault, FaultKind, Part, Store, VerifyEnd};

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
            "document 1: it is missing",
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
    assert_eq!(missing(added), [format!("additions 0 of a: {what}")]);
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
        totals: Totals::default(),
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
