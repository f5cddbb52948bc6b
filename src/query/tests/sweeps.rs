//! Passes over a database with a thread that reads ahead, and without.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::build::*;
use crate::model::{Dimension, Figure, MetricKind};
use crate::{Database, DatedAmount, Error, SeriesKey};

const SERIES: usize = 300;

/// Many series of some quarters, a few of words only.
fn many() -> Database {
    let mut book = Book::new().company("iij", march());
    for metric in 0..SERIES {
        book = book.metric(&path(metric), MetricKind::Flow, Dimension::Money);
    }
    book = book.document("d", "2010-01-01");
    for metric in 0..SERIES {
        let series = format!("iij {} JPY", path(metric));
        for year in 2000..2005 + i64::try_from(metric % 7).unwrap() {
            let dates = format!("{year}-04-01..{year}-06-30");
            book = if metric % 11 == 0 {
                book.figure(&series, &dates, Figure::Qualitative("some".into()))
            } else {
                book.figure(&series, &dates, rounded(year * 3, 0))
            };
        }
    }
    book.database()
}

fn path(metric: usize) -> String {
    format!("m.m{metric}")
}

type Shown = Vec<(SeriesKey, Vec<DatedAmount>)>;

/// What a pass shows before it ends, and how it ends.
fn shown(db: &Database, ahead: bool) -> (Shown, Result<(), Error>) {
    let mut shown = Vec::new();
    let ended = db.sweep_by(None, ahead, |series| {
        shown.push((series.key().clone(), series.amounts().to_vec()));
    });
    (shown, ended)
}

#[test]
fn a_damaged_series_ends_a_pass_after_all_before_it() {
    let db = many();
    let (whole, ended) = shown(&db, true);
    ended.unwrap();
    assert_eq!(whole.len(), SERIES);
    assert_eq!(shown(&db, false).0, whole);
    // From behind, so that the first that is damaged is another each time.
    for place in [SERIES - 1, 250, 7, 0] {
        let id = db.snapshot().series_id(&whole[place].0).unwrap();
        db.store().spoil(id);
        for ahead in [true, false] {
            let (before, ended) = shown(&db, ahead);
            assert_eq!(before, whole[..place]);
            let Err(Error::Store(error)) = ended else {
                panic!("{place} {ahead}: {ended:?}");
            };
            assert!(error.to_string().contains("damaged"), "{error}");
        }
    }
}

#[test]
fn a_caller_that_panics_ends_a_pass() {
    let db = many();
    for ahead in [true, false] {
        let mut met = 0;
        let ended = catch_unwind(AssertUnwindSafe(|| {
            db.sweep_by(None, ahead, |_| {
                met += 1;
                assert!(met < 20, "this panic is a part of the test");
            })
        }));
        assert!(ended.is_err());
        assert_eq!(met, 20);
    }
    assert_eq!(shown(&db, true).0.len(), SERIES);
}
