//! Rows of blocks that do not fit what there is beside them are named.

use chrono::Days;

use super::{AM, change, current, found, rows};
use crate::codec::{Block, Key, Row, SeriesHeader, SeriesId, block, series as series_codec};
use crate::model::Period;
use crate::store::tests::support::*;

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

fn with_header(header: SeriesHeader, rows: &[Row]) -> Vec<u8> {
    let mut payload = series_codec::encode(header, &block::borrowed(rows))
        .unwrap()
        .remove(0);
    payload[18..22].copy_from_slice(&header.rows.to_be_bytes());
    payload
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
    let unlisted = "catalog (metric 5, variant 0, company 0) of a: it is missing".to_owned();
    assert!(stray.contains(&unlisted), "{stray:?}");
}
