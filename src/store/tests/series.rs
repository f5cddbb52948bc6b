//! Long series and long histories take several values, and read as one.

use std::collections::BTreeMap;

use chrono::Days;
use proptest::prelude::*;

use super::support::*;
use crate::codec::Key;
use crate::model::versions::shown as choose;
use crate::store::{Package, Store};

/// How many values a series takes: current chunks and history chunks.
fn chunks(store: &Store) -> (usize, usize) {
    let snapshot = store.snapshot();
    let series = snapshot.series_id(&series("a", "m")).unwrap().unwrap();
    let current = |chunk| Key::Current { series, chunk };
    let history = |chunk| Key::History { series, chunk };
    let engine = &store.engine;
    (
        engine
            .range(current(0)..=current(u16::MAX))
            .unwrap()
            .map(Result::unwrap)
            .count(),
        engine
            .range(history(0)..=history(u32::MAX))
            .unwrap()
            .map(Result::unwrap)
            .count(),
    )
}

#[test]
fn a_long_series_is_split_and_shrinks_again() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts = |scale: i64| -> Vec<(u32, i64, i8)> {
        (0..2000_u32)
            .map(|n| (n, i64::from(n) * scale, 0))
            .collect()
    };
    store
        .commit(&simple("d1", "2001-01-01", &facts(1)))
        .unwrap();
    let (narrow, history) = chunks(&store);
    assert!(narrow > 1 && history == 0, "{narrow} and {history} chunks");
    store
        .commit(&simple("d2", "2600-01-01", &facts(1_000_000_007)))
        .unwrap();
    let (wide, history) = chunks(&store);
    assert!(wide > narrow && history > 1, "{wide} and {history} chunks");
    store
        .commit(&simple("d3", "2700-01-01", &facts(1)))
        .unwrap();
    let (again, _) = chunks(&store);
    assert!(again < wide, "{again} chunks");
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    let snapshot = store.snapshot();
    let id = snapshot.series_id(&series("a", "m")).unwrap().unwrap();
    let rows = snapshot.current(id).unwrap();
    assert_eq!(rows.len(), 2000);
    for (n, row) in (0..).zip(&rows) {
        assert_eq!(row.observation.period, quarter(n));
        assert_eq!(row.observation.figure, figure(n.into(), 0));
        assert!(row.versions);
    }
    let panel = panel(&snapshot, &"m".parse().unwrap(), 0);
    assert_eq!(panel, [(0, rows)]);
    assert_eq!(snapshot.observations(id).unwrap().len(), 6000);
    assert_no_blobs(&place);
}

#[test]
fn many_versions_of_a_few_facts_fill_history_chunk_by_chunk() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts = |n: i64| -> Vec<(u32, i64, i8)> { (0..20).map(|q| (q, n * 10, 0)).collect() };
    let published = |n: i64| format!("{}-01-01", 2000 + n);
    let mut last = 0;
    for n in 0..150 {
        commit_to_blocks(&store, &simple(&format!("d{n}"), &published(n), &facts(n))).unwrap();
        let (current, history) = chunks(&store);
        assert_eq!(current, 1);
        assert!(
            history == last || history == last + 1,
            "{last} then {history} chunks"
        );
        last = history;
    }
    assert!(
        (3..12).contains(&last),
        "{last} history chunks for 3000 rows"
    );
    let snapshot = store.snapshot();
    let id = snapshot.series_id(&series("a", "m")).unwrap().unwrap();
    let all = snapshot.observations(id).unwrap();
    assert_eq!(all.len(), 3000);
    // As known at the start of a year.
    for n in [0, 1, 17, 149] {
        let day = date(&published(n));
        let known: Vec<_> = all
            .iter()
            .filter(|o| o.period == quarter(3) && o.published <= day)
            .cloned()
            .collect();
        let order = snapshot.document_order(&known).unwrap();
        let chosen = choose(&known, |a, b| order.compare(a, b)).unwrap();
        assert_eq!(known[chosen.index].figure, figure(n * 10, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Which series a fact is of is guessed from the order in which documents speak.
    #[test]
    fn facts_in_any_order_are_found_in_their_series(
        documents in prop::collection::vec(
            prop::collection::vec((0..8_usize, 0..4_u32), 0..24), 1..6,
        ),
        together in any::<bool>(),
    ) {
        let keys: Vec<(&str, &str)> =
            ["a", "b", "c", "d"].into_iter().flat_map(|company| [(company, "m"), (company, "n")]).collect();
        let mut expected: BTreeMap<(usize, u32), (i64, bool)> = BTreeMap::new();
        let mut made = Vec::new();
        for (nth, facts) in (0_u32..).zip(&documents) {
            let mut said = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for (index, n) in facts.iter().filter(|fact| seen.insert(**fact)) {
                let value = i64::from(nth) * 1000 + i64::try_from(said.len()).unwrap();
                let versions = expected.contains_key(&(*index, *n));
                expected.insert((*index, *n), (value, versions));
                let (company, metric) = keys[*index];
                said.push(fact(company, metric, quarter(*n), figure(value, 0)));
            }
            let day = date("2010-01-01") + Days::new(nth.into());
            made.push(document(&format!("d{nth}"), &day.to_string(), said));
        }
        let packages: Vec<Package> = if together {
            vec![package(made)]
        } else {
            made.into_iter().map(|document| package(vec![document])).collect()
        };
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        store.commit_all(&packages).1.unwrap();
        for (index, (company, metric)) in keys.into_iter().enumerate() {
            let own = expected.range((index, 0)..(index + 1, 0));
            let own = own.map(|(_, (value, versions))| format!("{value}{}", if *versions { "v" } else { "" }));
            prop_assert_eq!(shown(&store.snapshot(), company, metric), own.collect::<Vec<_>>());
        }
    }
}
