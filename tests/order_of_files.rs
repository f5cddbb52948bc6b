//! What is worked out from the files of a company, its calendar and its splits, is the same whatever the order in which
//! they are loaded; and what was declared stands over it.

mod common;

use std::ops::ControlFlow;
use std::path::Path;

use common::Folder;
use kessan::{
    ChangeKind, CompanyFacts, Database, Evidence, LikelyCause, LoadItem, LoadReport, OnFailure,
    Period, Release, YearEnd,
};
use serde_json::Value;

/// A file as it was when this was the last day of filing.
fn filed_by(whole: &Value, day: &str) -> LoadItem {
    let mut all = whole.clone();
    let taxonomies = all["facts"].as_object_mut().unwrap();
    for tags in taxonomies.values_mut() {
        let tags = tags.as_object_mut().unwrap();
        tags.retain(|_, tag| {
            let units = tag["units"].as_object_mut().unwrap();
            for facts in units.values_mut() {
                let facts = facts.as_array_mut().unwrap();
                facts.retain(|fact| fact["filed"].as_str().unwrap() <= day);
            }
            units.retain(|_, facts| !facts.as_array().unwrap().is_empty());
            !units.is_empty()
        });
    }
    let name = format!("{day}.json");
    let facts = CompanyFacts::from_reader(all.to_string().as_bytes(), &name).unwrap();
    facts.into()
}

fn load<'a>(db: &Database, items: impl IntoIterator<Item = &'a LoadItem>) -> LoadReport {
    let items: Vec<_> = items.into_iter().cloned().map(Ok).collect();
    let go_on = |_: &_| ControlFlow::Continue(());
    let report = db.load(items, OnFailure::Stop, go_on).unwrap();
    assert!(report.failed.is_empty(), "{}", report.failed[0]);
    report
}

/// Every order of some things.
fn orders<T: Copy>(of: &[T]) -> Vec<Vec<T>> {
    let Some((last, others)) = of.split_last() else {
        return vec![vec![]];
    };
    let insert = |order: Vec<T>| {
        (0..=order.len()).map(move |at| {
            let mut order = order.clone();
            order.insert(at, *last);
            order
        })
    };
    orders(others).into_iter().flat_map(insert).collect()
}

fn splits(db: &Database) -> Vec<String> {
    let company = &db.companies()[0];
    company.splits.iter().map(ToString::to_string).collect()
}

/// How many restatements are explained by splits.
fn explained(db: &Database) -> usize {
    let company = db.companies()[0].id.to_string();
    let found = db.restatements(&company).unwrap().load().unwrap();
    let by_splits = |cause: &LikelyCause| cause.scale.is_none() && !cause.splits.is_empty();
    let causes = found.iter().filter_map(|one| one.cause.as_ref());
    causes.filter(|cause| by_splits(cause)).count()
}

/// NVIDIA's file as it was at ten days: before any annual report, with one, and before and after each of its splits was
/// told and told better.
const DAYS: [&str; 10] = [
    "2009-12-31",
    "2010-03-31",
    "2013-12-31",
    "2021-08-25",
    "2021-12-01",
    "2022-04-01",
    "2024-06-10",
    "2024-09-01",
    "2025-06-15",
    "9999-12-31",
];

/// 4:1 in July 2021 and 10:1 in June 2024. By the file alone, of facts in shares or US dollars per share, 52 have a value
/// before the first and four times it, or a quarter of it, after, and 54 so across the second.
#[test]
fn nvidia_is_the_same_company_in_one_file_and_in_ten_of_any_order() {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let path = shared.join("data/companyfacts/CIK0001045810.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            path.display()
        );
        return;
    };
    let whole: Value = serde_json::from_str(&text).unwrap();
    let files = DAYS.map(|day| filed_by(&whole, day));
    let once = Database::temporary().unwrap();
    load(&once, [&files[9]]);
    assert_eq!(splits(&once), ["2021-07-19 4:1", "2024-06-30 10:1"]);
    assert_eq!(explained(&once), 52 + 54);
    for order in [&[3, 9][..], &[9, 3], &[4, 0, 8, 2, 9, 3, 6, 1, 7, 5]] {
        let db = Database::temporary().unwrap();
        for at in order {
            load(&db, [&files[*at]]);
        }
        assert_eq!(*db.companies(), *once.companies(), "{order:?}");
        assert_eq!(explained(&db), 52 + 54, "{order:?}");
    }
}

/// A fact of the invented company: tag, unit, dates, value, form, day of filing.
type Told<'a> = (&'a str, &'a str, &'a str, u32, &'a str, &'a str);

fn file(told: &[Told<'_>]) -> Value {
    let mut facts = serde_json::Map::new();
    for (tag, unit, dates, value, form, filed) in told {
        let period: Period = dates.parse().unwrap();
        let digits = filed.replace('-', "");
        let mut fact = serde_json::json!({
            "end": period.end().to_string(),
            "val": value,
            "accn": format!("00{digits}-{}-000001", &filed[2..4]),
            "fy": 2020,
            "fp": "Q1",
            "form": form,
            "filed": filed,
        });
        if let Some(start) = period.start() {
            fact["start"] = start.to_string().into();
        }
        let tag = facts
            .entry(*tag)
            .or_insert(serde_json::json!({"units": {}}));
        let units = tag["units"].as_object_mut().unwrap();
        let list = units.entry(*unit).or_insert(Value::Array(vec![]));
        list.as_array_mut().unwrap().push(fact);
    }
    serde_json::json!({"cik": 7, "entityName": "Minato", "facts": {"us-gaap": facts}})
}

/// What filings tell of the day changes: that of the decision, then that on which it was done.
#[test]
fn splits_are_the_same_in_every_order_of_the_files() {
    const RATIO: &str = "StockholdersEquityNoteStockSplitConversionRatio1";
    const SHARES: &str = "CommonStockSharesOutstanding";
    let shares = |day, value, filed| (SHARES, "shares", day, value, "10-Q", filed);
    let ratio = |day, value, filed| (RATIO, "pure", day, value, "10-Q", filed);
    let whole = file(&[
        shares("2021-04-30", 1000, "2021-05-20"),
        shares("2021-04-30", 4000, "2021-08-20"),
        ratio("2021-06-03", 4, "2021-08-20"),
        ratio("2021-07-19", 4, "2022-03-20"),
        shares("2024-04-30", 5000, "2024-05-29"),
        shares("2024-04-30", 50000, "2024-08-28"),
        ratio("2024-06-07", 10, "2024-08-28"),
    ]);
    let days = ["2021-06-30", "2021-09-01", "2022-04-01", "2024-09-01"];
    let files = days.map(|day| filed_by(&whole, day));
    let told = files
        .each_ref()
        .map(|file| file.package.companies[0].splits.len());
    assert_eq!(told, [0, 1, 1, 2]);
    let all = orders(&[0, 1, 2, 3]);
    assert_eq!(all.len(), 24);
    for order in all {
        let db = Database::temporary().unwrap();
        // One by one, and several at once, which share a write.
        let (first, others) = order.split_at(order[0]);
        load(&db, first.iter().map(|at| &files[*at]));
        load(&db, others.iter().map(|at| &files[*at]));
        let expected = ["2021-07-19 4:1", "2024-06-07 10:1"];
        assert_eq!(splits(&db), expected, "{order:?}");
        assert_eq!(explained(&db), 2, "{order:?}");
    }
}

/// No filing tells the split when it restates the year before; a later one tells its day.
#[test]
fn splits_that_are_only_seen_in_figures_are_the_same_in_every_order_of_the_files() {
    const RATIO: &str = "StockholdersEquityNoteStockSplitConversionRatio1";
    const YEARS: [&str; 4] = [
        "2018-01-01..2018-12-31",
        "2019-01-01..2019-12-31",
        "2020-01-01..2020-12-31",
        "2021-01-01..2021-12-31",
    ];
    let earned = |year: usize, value, filed| {
        let tag = "EarningsPerShareDiluted";
        (tag, "USD/shares", YEARS[year], value, "10-K", filed)
    };
    let [first, second, third] = ["2020-02-20", "2021-02-20", "2022-02-20"];
    let whole = file(&[
        earned(0, 66, first),
        earned(1, 72, first),
        earned(1, 72, second),
        earned(2, 75, second),
        earned(1, 24, third),
        earned(2, 25, third),
        earned(3, 26, third),
        (RATIO, "pure", "2021-06-15", 3, "10-K", "2023-02-20"),
    ]);
    let files = ["2021-12-31", "2022-12-31", "2023-12-31"].map(|day| filed_by(&whole, day));
    let seen = |order: &[usize]| {
        let db = Database::temporary().unwrap();
        for at in order {
            load(&db, [&files[*at]]);
        }
        let metric = "us_gaap.earnings_per_share_diluted.per_share";
        let series = db.series("CIK0000000007", metric).unwrap();
        let series = series.load().unwrap();
        let is_across = |year| {
            let change = series.yoy(year).unwrap().unwrap().change;
            change.kind == ChangeKind::ShareBasisDiffers
        };
        let across = ["FY2019", "FY2020"].map(is_across);
        (splits(&db), explained(&db), across)
    };
    assert_eq!(seen(&[0]), (vec![], 0, [false, false]));
    // Of 2018 there is only what was printed before the split.
    let across = [true, false];
    for order in orders(&[0, 1]) {
        let dated = vec!["2022-02-20 3:1".to_owned()];
        assert_eq!(seen(&order), (dated, 2, across), "{order:?}");
    }
    for order in orders(&[0, 1, 2]) {
        let dated = vec!["2021-06-15 3:1".to_owned()];
        assert_eq!(seen(&order), (dated, 2, across), "{order:?}");
    }
}

/// A company that was renamed has its last name, and keeps it, whatever came first.
#[test]
fn the_last_name_stands_in_every_order_of_the_files() {
    let flow = |dates, filed| ("Revenues", "USD", dates, 500, "10-K", filed);
    let whole = file(&[
        flow("2020-01-01..2020-12-31", "2021-02-20"),
        flow("2021-01-01..2021-12-31", "2022-02-20"),
        flow("2022-01-01..2022-12-31", "2023-02-20"),
    ]);
    let named = |day, name: Option<&str>| {
        let mut whole = whole.clone();
        whole["entityName"] = name.into();
        filed_by(&whole, day)
    };
    let mut files = vec![
        // Nothing tells a name.
        named("9999-12-31", None),
        named("2021-12-31", Some("Zwirn")),
        named("2022-12-31", Some("Minato")),
        // As late a filing as that.
        named("2022-12-31", Some("Minato Foods")),
        named("2023-12-31", Some("Aoba")),
    ];
    let go_on = |_: &_| ControlFlow::Continue(());
    let other = "CIK0000000007 is known with another name, which stands";
    let stands = |files: &[LoadItem], order: &[usize]| {
        let below = tempfile::tempdir().unwrap();
        let folder = below.path().join("db");
        let db = Database::create(&folder).unwrap();
        for (nth, at) in order.iter().enumerate() {
            let report = load(&db, [&files[*at]]);
            let kept: Vec<String> = report
                .kept_definitions
                .iter()
                .map(ToString::to_string)
                .collect();
            let gives_way = order[..=nth].iter().max() != Some(at);
            assert_eq!(
                kept.iter().any(|kept| kept == other),
                gives_way,
                "{order:?} {at}"
            );
        }
        let name = |db: &Database| db.companies()[0].name.clone();
        let known = name(&db);
        drop(db);
        let db = Database::open(&folder).unwrap();
        assert_eq!(name(&db), known, "{order:?}");
        let faults = db.verify(go_on).unwrap().faults;
        assert!(faults.is_empty(), "{faults:?}");
        let mut dump = Vec::new();
        db.dump(&mut dump, go_on).unwrap();
        let copy = below.path().join("copy");
        Database::load_dump(&dump[..], &copy, go_on).unwrap();
        let copy = Database::open(&copy).unwrap();
        let mut again = Vec::new();
        copy.dump(&mut again, go_on).unwrap();
        assert_eq!(dump, again, "{order:?}");
        // What is loaded into the copy stands by the same evidence.
        load(&copy, [&files[1]]);
        assert_eq!(name(&copy), known, "{order:?}");
        known
    };
    assert_eq!(stands(&files, &[1, 0]), "Zwirn");
    assert_eq!(stands(&files, &[3, 2]), "Minato Foods");
    for order in orders(&[1, 2, 4]) {
        assert_eq!(stands(&files, &order), "Aoba", "{order:?}");
    }
    // Declared by somebody who knows it.
    let mut declared = named("2021-12-31", Some("Midori"));
    declared.package.evidence = Evidence::default();
    files.push(declared);
    for order in orders(&[2, 4, 5]) {
        assert_eq!(stands(&files, &order), "Midori", "{order:?}");
    }
}

/// Files of one company: a quarterly report alone; with the first annual report; with the second.
fn growing(quarter: &str, years: [&str; 2]) -> [LoadItem; 3] {
    let flow = |dates, form, filed| ("Revenues", "USD", dates, 500, form, filed);
    let whole = file(&[
        flow(quarter, "10-Q", "2020-11-10"),
        flow(years[0], "10-K", "2021-12-20"),
        flow(years[1], "10-K", "2022-12-20"),
    ]);
    ["2020-12-31", "2021-12-31", "2022-12-31"].map(|day| filed_by(&whole, day))
}

#[test]
fn an_assumed_calendar_gives_way_in_every_order_of_the_files() {
    for (quarter, years, assumed, right) in [
        (
            "2020-07-01..2020-09-30",
            ["2020-07-01..2021-06-30", "2021-07-01..2022-06-30"],
            "FY2020 Q3",
            "FY2021 Q1",
        ),
        // Years to the last Saturday of September: one alone is no rule, so that only the third file tells it.
        (
            "2020-06-28..2020-09-26",
            ["2020-09-27..2021-09-25", "2021-09-26..2022-09-24"],
            "FY2020 Q3",
            "FY2020 Q4",
        ),
    ] {
        let files = growing(quarter, years);
        let period: Period = quarter.parse().unwrap();
        let label = |db: &Database| {
            let revenue = db.series("CIK0000000007", "us_gaap.revenues.flow").unwrap();
            let series = revenue.load().unwrap();
            let point = series
                .all()
                .iter()
                .find(|at| at.period() == period)
                .cloned();
            point.unwrap().label().clone()
        };
        let alone = Database::temporary().unwrap();
        load(&alone, [&files[0]]);
        assert_eq!(label(&alone), assumed);
        for order in orders(&[0, 1, 2]) {
            let below = tempfile::tempdir().unwrap();
            let folder = below.path().join("db");
            let db = Database::create(&folder).unwrap();
            for at in &order {
                load(&db, [&files[*at]]);
            }
            assert_eq!(label(&db), right, "{order:?}");
            drop(db);
            let db = Database::open(&folder).unwrap();
            assert_eq!(label(&db), right, "{order:?}");
            // Found by its label, and the years stand in their slots.
            let revenue = db.series("CIK0000000007", "us_gaap.revenues.flow").unwrap();
            let series = revenue.load().unwrap();
            assert_eq!(series.at(right).unwrap().unwrap().period(), period);
            for (label, dates) in ["FY2021", "FY2022"].into_iter().zip(years) {
                let year = series.at(label).unwrap().unwrap();
                assert_eq!(year.period().to_string(), dates, "{order:?}");
            }
        }
    }
}

/// The release folder of Minato says that its years end in December; annual reports, that they end in June.
#[test]
fn a_declared_calendar_is_never_overridden_by_files() {
    let below = tempfile::tempdir().unwrap();
    let release = || Release::read(Folder::good().place(below.path())).unwrap();
    let years = ["2020-07-01..2021-06-30", "2021-07-01..2022-06-30"];
    let files = growing("2020-07-01..2020-09-30", years).map(|mut file| {
        // The same company under the id that the folder gives it.
        let company = release().company().clone();
        file.package.companies[0].id = company.id.clone();
        file.package.companies[0].name = company.name;
        for filing in &mut file.package.filings {
            for fact in &mut filing.facts {
                fact.series.company = company.id.clone();
            }
        }
        file
    });
    let december = YearEnd::MonthEnd { month: 12 };
    for first in 0..=files.len() {
        let db = Database::temporary().unwrap();
        load(&db, &files[..first]);
        if first > 1 {
            let known = &db.companies()[0].calendar;
            assert_eq!(known.rules()[0].year_end, YearEnd::MonthEnd { month: 6 });
        }
        db.ingest(&release()).unwrap();
        let report = load(&db, &files[first..]);
        let company = db.companies()[0].clone();
        assert_eq!(company.calendar, release().company().calendar);
        assert_eq!(company.calendar.rules().len(), 1);
        assert_eq!(company.calendar.rules()[0].year_end, december);
        let kept = report.kept_definitions.iter().map(|kept| kept.what);
        let expected: &[&str] = if first < 3 { &["fiscal calendar"] } else { &[] };
        assert_eq!(kept.collect::<Vec<_>>(), expected, "{first}");
    }
}
