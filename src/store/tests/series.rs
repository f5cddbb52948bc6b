//! Long series and long histories take several values, and read as one.

use super::support::*;
use crate::codec::Key;
use crate::model::versions::shown as choose;
use crate::store::Store;

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
        store
            .commit(&simple(&format!("d{n}"), &published(n), &facts(n)))
            .unwrap();
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
