//! What a company gains over time stays, in order, whatever the order and version in which it came.

use super::older::commits_of_version_5;
use super::support::*;
use crate::codec::Key;
use crate::codec::addition::{SumRecord, SumsRecord};
use crate::codec::record::pack;
use crate::model::{
    CalendarEvidence, Evidence, FiscalCalendar, Identity, NameEvidence, Scope, Split,
    SplitEvidence, YearEnd, YearNaming,
};
use crate::store::engine::Batch;
use crate::store::{Package, Store, StoreError};

fn identity(metric: &str, equals: &str) -> Identity {
    Identity {
        metric: metric.parse().unwrap(),
        scope: Scope::total(),
        equals: equals.parse().unwrap(),
    }
}

#[test]
fn a_company_gains_identities_and_keeps_them() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let with = |identities: &[(&str, &str)]| {
        let mut company = company("a");
        company.identities = identities.iter().map(|(m, e)| identity(m, e)).collect();
        Package {
            companies: vec![company],
            ..Package::default()
        }
    };
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        let company = snapshot.company_by_number(0).unwrap();
        company.identities.clone()
    };
    let (m, b) = (("m", "x - y"), ("b", "x + z"));
    store.commit(&with(&[m])).unwrap();
    let old = store.snapshot();
    assert_eq!(store.commit(&with(&[m])).unwrap().commit, None);
    assert_eq!(store.commit(&with(&[m, b])).unwrap().commit, Some(2));
    assert_eq!(store.commit(&with(&[])).unwrap().commit, None);
    assert_eq!(
        known(&store),
        [identity("b", "x + z"), identity("m", "x - y")]
    );
    assert_eq!(old.company_by_number(0).unwrap().identities.len(), 1);
    // More than one value holds.
    let many: Vec<String> = (0..2000).map(|n| format!("total_{n}")).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|total| (total.as_str(), "part_one + part_two"))
        .collect();
    store.commit(&with(&many)).unwrap();
    drop((store, old));
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store).len(), 2002);
    assert!(known(&store).is_sorted());
}

#[test]
fn a_company_gains_splits_and_keeps_them() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let with = |splits: &[(&str, u32)]| {
        let mut company = company("a");
        let split = |&(day, new): &(&str, u32)| Split::new(date(day), new, 1).unwrap();
        company.splits = splits.iter().map(split).collect();
        Package {
            companies: vec![company],
            ..Package::default()
        }
    };
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        let splits = &snapshot.company_by_number(0).unwrap().splits;
        splits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (early, late) = (("2003-01-01", 3), ("2014-06-09", 7));
    store.commit(&with(&[late])).unwrap();
    assert_eq!(store.commit(&with(&[late])).unwrap().commit, None);
    // In the order of their dates, whatever the order in which they come.
    assert_eq!(store.commit(&with(&[early])).unwrap().commit, Some(2));
    assert_eq!(known(&store), ["2003-01-01 3:1", "2014-06-09 7:1"]);
    let other = with(&[("2003-02-02", 2), ("2014-06-09", 5)]);
    let refused = StoreError::CompanyDiffers {
        id: "a".parse().unwrap(),
        what: "share splits",
    };
    assert_eq!(store.commit(&other), Err(refused));
    assert_eq!(known(&store).len(), 2);
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store), ["2003-01-01 3:1", "2014-06-09 7:1"]);
}

/// A package of what is said of company `a`, and on what it rests.
fn said(
    calendar: &str,
    of: CalendarEvidence,
    splits: &[(&str, u32)],
    from: Option<u64>,
) -> Package {
    let mut company = company("a");
    let month = calendar.parse().unwrap();
    company.calendar = FiscalCalendar::month_end(month, YearNaming::End).unwrap();
    let split = |&(day, new): &(&str, u32)| Split::new(date(day), new, 1).unwrap();
    company.splits = splits.iter().map(split).collect();
    Package {
        companies: vec![company],
        inferred: of != CalendarEvidence::Declared,
        evidence: Evidence {
            name: NameEvidence::Declared,
            calendar: of,
            splits: from.map(|facts| SplitEvidence {
                last: date("2020-01-01") + chrono::Days::new(facts),
                facts,
                first: date("2009-01-01"),
            }),
        },
        ..Package::default()
    }
}

/// What files let infer changes with the filings in them: the splits that stand are those of the most filings.
#[test]
fn splits_that_more_filings_tell_replace_what_fewer_told() {
    let place = Place::new();
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        let known = &snapshot.company_by_number(0).unwrap().splits;
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        known.join(", ")
    };
    let store = Store::create(&place.path()).unwrap();
    let kept = |package: &Package| {
        let done = store.commit(package).unwrap();
        let kept: Vec<&str> = done.kept.iter().map(|kept| kept.what).collect();
        (kept, known(&store))
    };
    let of = CalendarEvidence::Assumed;
    let inferred = |facts, splits: &[_]| said("12", of, splits, Some(facts));
    let (first, moved) = (("2021-06-03", 4), ("2021-07-19", 4));
    let early = inferred(600, &[first]);
    assert_eq!(kept(&early), (vec![], "2021-06-03 4:1".into()));
    assert_eq!(store.commit(&early).unwrap().commit, None);
    let both = "2021-07-19 4:1, 2024-06-07 10:1";
    let full = inferred(2000, &[moved, ("2024-06-07", 10)]);
    assert_eq!(kept(&full), (vec![], both.into()));
    // The earlier file again says less than is known.
    let day = "day of a share split";
    assert_eq!(kept(&early), (vec![day], both.into()));
    let slips = inferred(500, &[("2024-06-01", 5), ("2015-01-01", 2)]);
    let expected = vec!["ratio of a share split", "list of share splits"];
    assert_eq!(kept(&slips), (expected, both.into()));
    // A declared split stands over all that is inferred, and never gives way to it.
    let declared = said("12", CalendarEvidence::Declared, &[("2021-07-20", 4)], None);
    let with_declared = "2021-07-20 4:1, 2024-06-07 10:1";
    assert_eq!(kept(&declared), (vec![], with_declared.into()));
    let fuller = inferred(3000, &[moved, ("2024-06-10", 10)]);
    let last = "2021-07-20 4:1, 2024-06-10 10:1";
    assert_eq!(kept(&fuller).1, last);
    drop(store);
    assert_eq!(known(&Store::open(&place.path()).unwrap()), last);
}

#[test]
fn the_calendar_that_stands_is_the_one_with_the_greatest_evidence_whatever_came_first() {
    let inferred = |year_ends, last| CalendarEvidence::Inferred {
        year_ends,
        last: date(last),
    };
    // Each takes the place of those before it.
    let all = [
        said("12", CalendarEvidence::Assumed, &[], None),
        said("3", inferred(1, "2020-01-01"), &[], None),
        said("5", inferred(1, "2020-04-01"), &[], None),
        said("4", inferred(2, "2019-01-01"), &[], None),
        // As much evidence, and it is the same which one is taken.
        said("6", inferred(2, "2019-01-01"), &[], None),
        said("7", CalendarEvidence::Declared, &[], None),
    ];
    let month = |store: &Store| {
        let snapshot = store.snapshot();
        let calendar = &snapshot.company_by_number(0).unwrap().calendar;
        calendar.rules()[0].year_end.clone()
    };
    let standing = |order: &[usize]| {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        for (nth, at) in order.iter().enumerate() {
            let done = store.commit(&all[*at]).unwrap();
            let stands = order[..=nth].iter().max() == Some(at);
            assert_eq!(done.kept.is_empty(), stands, "{order:?}: {at}");
            assert_eq!(store.commit(&all[*at]).unwrap().commit, None);
        }
        let known = month(&store);
        drop(store);
        assert_eq!(month(&Store::open(&place.path()).unwrap()), known);
        known
    };
    let of_month = |month| YearEnd::MonthEnd { month };
    for (order, expected) in [
        (&[0, 1, 2][..], 5),
        (&[2, 0, 1], 5),
        (&[1, 2, 0], 5),
        (&[0, 2, 3], 4),
        (&[3, 2, 1], 4),
        (&[3, 4], 6),
        (&[4, 3], 6),
        (&[0, 1, 2, 3, 4, 5], 7),
        (&[5, 4, 3, 2, 1, 0], 7),
        (&[3, 5, 0], 7),
    ] {
        assert_eq!(standing(order), of_month(expected), "{order:?}");
    }
    // Without `inferred` what contradicts a declared calendar is refused, unless nobody stands up for it.
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&all[5]).unwrap();
    let refused = |package: &Package| {
        let strict = Package {
            inferred: false,
            ..package.clone()
        };
        store.commit(&strict).is_err()
    };
    assert!(!refused(&all[0]) && refused(&all[4]));
    assert!(refused(&said("8", CalendarEvidence::Declared, &[], None)));
    assert_eq!(month(&store), of_month(7));
}

/// A database of version 1: its company has a sum, which is read as an identity, known when it comes again, and beside
/// which others are added.
#[test]
fn sums_of_version_1_are_identities() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let bare = Package {
        companies: vec![company("a")],
        ..Package::default()
    };
    store.commit(&bare).unwrap();
    let sum = SumRecord {
        total: "m".into(),
        parts: vec!["x".into(), "-y".into()],
    };
    let key = Key::Sums {
        company: 0,
        commit: 1,
        chunk: 0,
    };
    let mut batch = Batch::default();
    batch
        .insert(&key, &pack(&SumsRecord(vec![sum])).unwrap())
        .unwrap();
    store.engine.apply(&batch).unwrap();
    drop(store);
    commits_of_version_5(&place);

    let store = Store::open(&place.path()).unwrap();
    let known = |store: &Store| {
        let snapshot = store.snapshot();
        snapshot.company_by_number(0).unwrap().identities.clone()
    };
    assert_eq!(known(&store), [identity("m", "x - y")]);
    let mut more = bare;
    more.companies[0].identities = vec![identity("m", "x - y"), identity("m", "z")];
    assert_eq!(store.commit(&more).unwrap().commit, Some(2));
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(known(&store), [identity("m", "z"), identity("m", "x - y")]);
}

#[test]
fn an_addition_that_is_lost_is_noticed_at_opening() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut package = simple("d1", "2001-01-01", &[(0, 1, 0)]);
    package.companies[0].identities = vec![identity("m", "x + y")];
    store.commit(&package).unwrap();
    let mut later = simple("d2", "2002-01-01", &[(4, 1, 0)]);
    later.companies[0].splits = vec![Split::new(date("2001-06-01"), 2, 1).unwrap()];
    later.companies[0].identities = vec![identity("m", "z")];
    store.commit(&later).unwrap();
    drop(store);
    for (commit, left) in [(1, 2), (2, 1)] {
        let copy = place.copy();
        let store = Store::open(&copy.path()).unwrap();
        let mut batch = Batch::default();
        batch.remove(&Key::Additions {
            company: 0,
            commit,
            chunk: 0,
        });
        store.engine.apply(&batch).unwrap();
        drop(store);
        let error = Store::open(&copy.path()).unwrap_err();
        let counted = format!("{left} additions to companies, there should be 3");
        assert!(error.to_string().contains(&counted), "{error}");
    }
}
