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
    let series = snapshot.series_id(&series("a", "m")).unwrap();
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
    let id = snapshot.series_id(&series("a", "m")).unwrap();
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
    let id = snapshot.series_id(&series("a", "m")).unwrap();
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

#[test]
fn a_later_fact_is_added_to_a_long_series() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let even: Vec<(u32, i64, i8)> = (0..900).map(|n| (2 * n, i64::from(n), 0)).collect();
    store.commit(&simple("d1", "2001-01-01", &even)).unwrap();
    let (current, _) = chunks(&store);
    assert!(current > 1);
    let mut expected: BTreeMap<u32, i64> = even.iter().map(|&(n, value, _)| (n, value)).collect();
    // After the last row; before it, but after those of the first chunk; and far before.
    for (id, n) in [("d2", 1801), ("d3", 1795), ("d4", 3), ("d5", 1900)] {
        store
            .commit(&simple(id, "2001-01-02", &[(n, 7, 0)]))
            .unwrap();
        expected.insert(n, 7);
        let values: Vec<String> = expected.values().map(ToString::to_string).collect();
        assert_eq!(shown(&store.snapshot(), "a", "m"), values, "{id}");
    }
}

/// An older release is taken in later: what is shown stays as it was, and the block is newer than any of its rows.
#[test]
fn a_fact_is_added_after_a_commit_that_changed_the_history_alone() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for (id, published, facts) in [
        ("d1", "2001-01-01", &[(0, 1, 0), (1, 2, 0)][..]),
        ("d2", "2000-01-01", &[(0, 5, 0)]),
        ("d3", "2002-01-01", &[(2, 3, 0)]),
    ] {
        store.commit(&simple(id, published, facts)).unwrap();
    }
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["1v", "2", "3"]);
}

#[test]
fn the_last_chunk_of_a_history_is_filled_up() {
    use crate::codec::envelope::PAYLOAD_LIMIT;
    use crate::codec::{Block, Row, block};

    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts = |value: i64| -> Vec<(u32, i64, i8)> { (0..900).map(|n| (n, value, 0)).collect() };
    store
        .commit(&simple("d1", "2001-01-01", &facts(1)))
        .unwrap();
    store
        .commit(&simple("d2", "2002-01-01", &[(0, 2, 0)]))
        .unwrap();
    store
        .commit(&simple("d3", "2003-01-01", &facts(3)))
        .unwrap();
    let series = store.snapshot().series_id(&series("a", "m")).unwrap();
    let rows = |chunk| -> Vec<Row> {
        let value = store.engine.get(&Key::History { series, chunk }).unwrap();
        value.map_or(Vec::new(), |value| {
            Block::parse(&value).unwrap().rows().unwrap()
        })
    };
    let all: Vec<Vec<Row>> = (0..9)
        .map(rows)
        .take_while(|rows| !rows.is_empty())
        .collect();
    // Three observations of quarter 0, two of each other one.
    assert_eq!(all.iter().map(Vec::len).sum::<usize>(), 3 + 899 * 2);
    assert!(all.len() > 1);
    let mut one_more = all[0].clone();
    assert!(block::encode(&one_more).unwrap().len() <= PAYLOAD_LIMIT);
    one_more.push(all[1][0].clone());
    assert!(block::encode(&one_more).unwrap().len() > PAYLOAD_LIMIT);
}
