//! What a commit brings is there, whole, and stays; what cannot be taken in leaves nothing behind.

use super::support::*;
use crate::model::{Check, Claim, Operand, Outcome, Reported, Scenario, Scope, Source};
use crate::store::package::{DocumentOutcome, Standing};
use crate::store::{Store, StoreError};

#[test]
fn a_database_is_created_filled_and_opened_again() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    assert_eq!(store.snapshot().sequence(), 0);
    let first = simple("d1", "2001-01-01", &[(0, 10, 0), (1, 20, 0)]);
    let done = store.commit(&first).unwrap();
    assert_eq!(done.commit, Some(1));
    assert_eq!(done.documents[0].outcomes, [Outcome::Created; 2]);
    let done = store
        .commit(&simple("d2", "2002-01-01", &[(1, 21, 0), (2, 30, 0)]))
        .unwrap();
    assert_eq!(
        done.documents[0].outcomes,
        [Outcome::Restated, Outcome::Created]
    );
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["10", "21v", "30"]);
    let before = everything(&store);
    drop(store);
    let store = Store::open(&place.path()).unwrap();
    assert_eq!(everything(&store), before);
    assert_eq!(store.snapshot().sequence(), 2);
}

#[test]
fn a_commit_of_many_batches_is_one_commit() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let wide = wide_package("d1", 1, 600);
    assert_eq!(store.commit(&wide).unwrap().commit, Some(1));
    let snapshot = store.snapshot();
    assert_eq!(
        snapshot.series_of(&"a".parse().unwrap()).unwrap().len(),
        600
    );
    assert_eq!(shown(&snapshot, "a", "w599"), ["1"]);
    assert_eq!(intents(&store), 0, "the announcement is removed");
    let before = everything(&store);
    drop((store, snapshot));
    assert_eq!(everything(&Store::open(&place.path()).unwrap()), before);
    assert_no_blobs(&place);
}

#[test]
fn the_same_document_again_changes_nothing() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let first = simple("d1", "2001-01-01", &[(0, 10, 0), (1, 20, 0)]);
    store.commit(&first).unwrap();
    let before = everything(&store);
    let again = store.commit(&first).unwrap();
    assert_eq!(again.commit, None);
    assert_eq!(
        again.documents,
        [DocumentOutcome {
            standing: Standing::Known,
            outcomes: vec![Outcome::Unchanged; 2]
        }]
    );
    assert_eq!(everything(&store), before);
    // Beside a new document, the known one is left alone.
    let mut both = first.clone();
    both.documents
        .extend(simple("d2", "2002-01-01", &[(0, 11, 0)]).documents);
    let done = store.commit(&both).unwrap();
    assert_eq!(done.commit, Some(2));
    let standings: Vec<Standing> = done.documents.iter().map(|d| d.standing).collect();
    assert_eq!(standings, [Standing::Known, Standing::New]);
    assert_eq!(done.documents[1].outcomes, [Outcome::Restated]);
    // Twice in one package is once.
    let mut twice = simple("d3", "2003-01-01", &[(0, 12, 0)]);
    twice.documents.extend(twice.documents.clone());
    let done = store.commit(&twice).unwrap();
    let standings: Vec<Standing> = done.documents.iter().map(|d| d.standing).collect();
    assert_eq!(standings, [Standing::New, Standing::Known]);
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["12v", "20"]);
}

#[test]
fn a_document_that_differs_is_passed_over_alone_where_that_is_wanted() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    let before = everything(&store);
    let known_otherwise = |metric: &str| {
        let facts = vec![fact("a", metric, quarter(0), figure(11, 0))];
        document("d1", "2001-01-01", facts)
    };
    let by_document = |documents, metrics: &[&str]| {
        let mut package = package(documents);
        package.by_document = true;
        package
            .metrics
            .extend(metrics.iter().map(|path| metric(path)));
        package
    };
    // Alone, it changes nothing: not even a metric that it brings.
    let done = store
        .commit(&by_document(vec![known_otherwise("new")], &["new"]))
        .unwrap();
    assert_eq!(done.commit, None);
    let passed_over = DocumentOutcome {
        standing: Standing::Differs,
        outcomes: vec![],
    };
    assert_eq!(done.documents, std::slice::from_ref(&passed_over));
    assert_eq!(everything(&store), before);
    // Between others, it is as if it were not there.
    let of_other = |id: &str, published: &str, value| {
        let facts = vec![fact("a", "m", quarter(0), figure(value, 0))];
        document(id, published, facts)
    };
    let others = || {
        [
            of_other("d0", "2000-01-01", 9),
            of_other("d2", "2002-01-01", 12),
        ]
    };
    let [first, last] = others();
    let done = store
        .commit(&by_document(
            vec![first, known_otherwise("new"), last],
            &["new"],
        ))
        .unwrap();
    let [first, second, third] = done.documents.as_slice() else {
        panic!("{done:?}");
    };
    assert_eq!(second, &passed_over);
    assert_eq!(first.outcomes, [Outcome::Restated]);
    assert_eq!(third.outcomes, [Outcome::Restated]);
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["12v"]);
    let other = Place::new();
    let without = Store::create(&other.path()).unwrap();
    without
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    without.commit(&package(others().into())).unwrap();
    assert_eq!(everything(&store), everything(&without));
}

#[test]
fn what_contradicts_the_database_is_refused_and_leaves_it_as_it_was() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    let before = everything(&store);
    let new = || simple("d2", "2002-01-01", &[(0, 11, 0)]);
    let id = |text: &str| text.parse().unwrap();

    let other_content = simple("d1", "2001-01-01", &[(0, 11, 0)]);
    let mut other_metric = new();
    other_metric.metrics[0].positive = "cost".into();
    let mut other_name = new();
    other_name.companies[1].name = "Other".into();
    let mut other_calendar = new();
    other_calendar.companies[1].calendar =
        crate::model::FiscalCalendar::month_end(12, crate::model::YearNaming::End).unwrap();
    let mut no_company = new();
    no_company.documents[0].facts[0].series.company = id("nobody");
    let mut no_metric = new();
    no_metric.documents[0].facts[0].series.metric = "nothing".parse().unwrap();
    let mut no_cell = new();
    no_cell.documents[0].facts[0].cell = 1;
    let mut twice = new();
    let fact = Reported {
        figure: figure(12, 0),
        ..twice.documents[0].facts[0].clone()
    };
    twice.documents[0].facts.push(fact);
    let mut long = new();
    long.documents[0].document.title = "x".repeat(1001);
    let mut long_cell = new();
    long_cell.documents[0].cells[0].text = "x".repeat(1001);
    for (package, expected) in [
        (other_content, StoreError::DocumentDiffers { id: id("d1") }),
        (
            other_metric,
            StoreError::MetricDiffers {
                path: "m".parse().unwrap(),
                what: "positive",
                known: "\"income\"".into(),
                new: "\"cost\"".into(),
            },
        ),
        (
            other_name,
            StoreError::CompanyDiffers {
                id: id("b"),
                what: "name",
            },
        ),
        (
            other_calendar,
            StoreError::CompanyDiffers {
                id: id("b"),
                what: "fiscal calendar",
            },
        ),
        (no_company, StoreError::UnknownCompany { id: id("nobody") }),
        (
            no_metric,
            StoreError::UnknownMetric {
                path: "nothing".parse().unwrap(),
            },
        ),
        (
            no_cell,
            StoreError::NoSuchCell {
                document: id("d2"),
                cell: 1,
            },
        ),
        (
            twice,
            StoreError::CellTwice {
                document: id("d2"),
                cell: 0,
            },
        ),
        (
            long,
            StoreError::TooLong {
                what: "the title of a document",
                length: 1001,
                limit: 1000,
            },
        ),
        (
            long_cell,
            StoreError::TooLong {
                what: "the text of a cell",
                length: 1001,
                limit: 1000,
            },
        ),
    ] {
        assert_eq!(store.commit(&package), Err(expected));
        assert_eq!(everything(&store), before);
    }
    // A refusal is no failure: the next commit goes through.
    assert_eq!(store.commit(&new()).unwrap().commit, Some(2));
}

#[test]
fn contradictions_within_one_document_are_flagged() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let mut package = simple(
        "d1",
        "2001-01-01",
        &[(0, 10, 0), (0, 12, 0), (1, 5, 0), (1, 5, 0)],
    );
    package.documents[0].facts[1].rank = crate::model::Rank::Statement;
    let done = store.commit(&package).unwrap();
    assert_eq!(
        done.documents[0].outcomes,
        [
            Outcome::Created,
            Outcome::Conflicting,
            Outcome::Created,
            Outcome::Unchanged
        ]
    );
    assert_eq!(shown(&store.snapshot(), "a", "m"), ["12cv", "5v"]);
}

#[test]
fn cells_and_checks_are_found_by_number() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    let facts: Vec<(u32, i64, i8)> = (0..900).map(|n| (n % 300, i64::from(n), 0)).collect();
    let mut package = simple("d1", "2001-01-01", &facts);
    let operand = |n| Operand {
        company: "a".parse().unwrap(),
        metric: "m".parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: quarter(n),
    };
    package.documents[0].checks = (0..200)
        .map(|n| Check {
            cell: n,
            claim: Claim::Growth {
                of: operand(n + 4),
                over: operand(n),
            },
            figure: figure(n.into(), 1),
        })
        .collect();
    store.commit(&package).unwrap();
    store
        .commit(&simple("d2", "2001-01-01", &[(0, 1, 0)]))
        .unwrap();
    let snapshot = store.snapshot();
    let expected = &package.documents[0];
    assert_eq!(snapshot.cells(0).unwrap(), expected.cells);
    assert_eq!(snapshot.checks(0).unwrap(), expected.checks);
    let at = |document, cell| snapshot.cell(Source { document, cell });
    for (number, cell) in (0..).zip(&expected.cells) {
        assert_eq!(&at(0, number).unwrap(), cell);
    }
    let no_such = |what, number| Err(StoreError::NoSuchNumber { what, number });
    assert_eq!(at(0, 900), no_such("cell", 900));
    assert_eq!(at(1, 1), no_such("cell", 1));
    assert_eq!(at(2, 0), no_such("document", 2));
    assert_eq!(
        snapshot.cells(2),
        Err(no_such("document", 2).unwrap_err() as StoreError)
    );
}

#[test]
fn names_and_times_are_found() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    let snapshot = store.snapshot();
    assert_eq!(snapshot.company(&"b".parse().unwrap()), Some(&company("b")));
    assert_eq!(snapshot.company(&"nobody".parse().unwrap()), None);
    assert_eq!(snapshot.metric(&"n".parse().unwrap()), Some(&metric("n")));
    assert_eq!(snapshot.variants().count(), 1);
    assert_eq!(snapshot.series_id(&series("b", "m")).unwrap(), None);
    assert_eq!(snapshot.series_of(&"b".parse().unwrap()).unwrap(), []);
    assert_eq!(
        snapshot.document_number(&"d2".parse().unwrap()).unwrap(),
        None
    );
    let now = chrono::Utc::now();
    assert!((now - snapshot.recorded(1).unwrap()).num_seconds() < 60);
    assert!(snapshot.recorded(2).is_err());
}

#[test]
fn loads_of_documents_leave_no_blobs() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    for n in 0..12_u32 {
        let facts = (0..400)
            .map(|k| {
                let metric = if k % 2 == 0 { "m" } else { "n" };
                fact("a", metric, quarter(k / 2), figure(i64::from(n * k), 0))
            })
            .collect();
        let id = format!("d{n}");
        store
            .commit(&package(vec![document(&id, "2001-01-01", facts)]))
            .unwrap();
    }
    drop(store);
    assert_no_blobs(&place);
    drop(Store::open(&place.path()).unwrap());
    assert_no_blobs(&place);
}

#[test]
fn databases_and_snapshots_are_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Store>();
    shared::<crate::store::Snapshot>();
}

#[test]
fn later_calendar_rules_and_meanings_of_negative_are_taken_in_whichever_comes_first() {
    let march =
        crate::model::FiscalCalendar::month_end(3, crate::model::YearNaming::Start).unwrap();
    let mut rules = march.rules().to_vec();
    rules.push(crate::model::CalendarRule {
        from: Some(crate::model::parse_date("2015-01-01").unwrap()),
        year_end: crate::model::YearEnd::MonthEnd { month: 12 },
        ..rules[0].clone()
    });
    let longer = crate::model::FiscalCalendar::new(rules).unwrap();
    let package = |document: &str, extended: bool| {
        let mut package = simple(document, "2001-01-01", &[(0, 10, 0)]);
        package.companies[0].calendar = if extended {
            longer.clone()
        } else {
            march.clone()
        };
        package.metrics[0].negative = extended.then(|| "loss".into());
        package
    };
    let company = package("d", true).companies[0].id.clone();
    let metric = package("d", true).metrics[0].path.clone();
    for order in [[false, true], [true, false]] {
        let place = Place::new();
        let store = Store::create(&place.path()).unwrap();
        for (nth, extended) in order.into_iter().enumerate() {
            store
                .commit(&package(&format!("d{nth}"), extended))
                .unwrap();
        }
        // A known document with a longer calendar beside it changes the calendar alone.
        let known = store.commit(&package("d0", true));
        assert_eq!(known.unwrap().documents[0].standing, Standing::Known);
        drop(store);
        let store = Store::open(&place.path()).unwrap();
        let snapshot = store.snapshot();
        assert_eq!(
            snapshot.company(&company).unwrap().calendar,
            longer,
            "{order:?}"
        );
        assert_eq!(
            snapshot.metric(&metric).unwrap().negative.as_deref(),
            Some("loss")
        );
    }
}

/// A metric that a document which is passed over shares with one that is taken in.
#[test]
fn a_metric_of_a_document_that_is_taken_in_is_taken_in() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store
        .commit(&simple("d1", "2001-01-01", &[(0, 10, 0)]))
        .unwrap();
    let of = |id: &str, value| {
        let facts = vec![fact("a", "new", quarter(0), figure(value, 0))];
        document(id, "2001-01-01", facts)
    };
    let mut both = package(vec![of("d1", 11), of("d2", 12)]);
    both.by_document = true;
    both.metrics.push(metric("new"));
    let done = store.commit(&both).unwrap();
    let standings: Vec<Standing> = done.documents.iter().map(|d| d.standing).collect();
    assert_eq!(standings, [Standing::Differs, Standing::New]);
    assert_eq!(shown(&store.snapshot(), "a", "new"), ["12"]);
}

#[test]
fn a_commit_changes_a_hundred_definitions_at_most() {
    let place = Place::new();
    let store = Store::create(&place.path()).unwrap();
    store.commit(&wide_package("w", 0, 202)).unwrap();
    let before = everything(&store);
    let changed = |numbers: std::ops::Range<u32>| {
        let metrics = numbers.map(|n| {
            let mut metric = metric(&format!("w{n}"));
            metric.negative = Some("loss".into());
            metric
        });
        crate::store::Package {
            metrics: metrics.collect(),
            ..crate::store::Package::default()
        }
    };
    let full = StoreError::Full {
        what: "changed definitions in one commit",
    };
    for many in [0..101, 0..202] {
        assert_eq!(store.commit(&changed(many)), Err(full.clone()));
        assert_eq!(everything(&store), before);
    }
    for (commit, numbers) in [(2, 0..100), (3, 100..200), (4, 200..202)] {
        let done = store.commit(&changed(numbers)).unwrap();
        assert_eq!(done.commit, Some(commit));
    }
}
