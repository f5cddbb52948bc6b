//! Bulk load: every package is whole or not at all, every fact is accounted for, and what was broken off is continued.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kessan::{
    CalendarNote, CompanyFacts, Database, DefinitionNote, Error, Evidence, FactFault, IngestReason,
    LoadEnd, LoadItem, LoadProgress, LoadReport, OnFailure, Outcome, Package, StoreError,
    TidyExport,
};

#[path = "../benches/generator/companyfacts.rs"]
mod generated;

/// Two tags of a company: small files, so that many of them share a write.
fn file(company: usize, years: u32) -> String {
    generated::file(company, years, 2)
}

fn item(company: usize) -> Result<LoadItem, Error> {
    parse(&file(company, 2), &format!("{company}.json"))
}

fn parse(json: &str, name: &str) -> Result<LoadItem, Error> {
    Ok(CompanyFacts::from_reader(json.as_bytes(), name)?.into())
}

fn go_on(_: &LoadProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn load(db: &Database, items: impl IntoIterator<Item = Result<LoadItem, Error>>) -> LoadReport {
    let items: Vec<_> = items.into_iter().collect();
    db.load(items, OnFailure::Continue, go_on).unwrap()
}

/// A database as tables: the same facts, versions and sources are the same bytes.
fn tables(db: &Database) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = tempfile::tempdir().unwrap();
    let folder = below.path().join("tables");
    TidyExport::new(db).to_folder(&folder).unwrap();
    fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().into(), fs::read(path).unwrap()))
        .collect()
}

/// How many facts a file has, by its text: each has one accession number.
fn facts_of(json: &str) -> u64 {
    json.matches("\"accn\"").count().try_into().unwrap()
}

#[test]
fn a_load_is_what_its_packages_are_one_by_one() {
    let (one_by_one, loaded) = (
        Database::temporary().unwrap(),
        Database::temporary().unwrap(),
    );
    let mut created = 0;
    let mut facts = 0;
    for company in 0..30 {
        let json = file(company, 2);
        facts += facts_of(&json);
        let package = CompanyFacts::from_reader(json.as_bytes(), "x.json").unwrap();
        created += one_by_one.ingest(package).unwrap().count(Outcome::Created);
    }
    let report = load(&loaded, (0..30).map(item));
    assert_eq!(tables(&loaded), tables(&one_by_one));
    assert_eq!(report.end, LoadEnd::Complete);
    assert_eq!((report.committed, report.unchanged), (30, 0));
    assert_eq!(report.facts(), facts);
    assert_eq!(
        usize::try_from(report.count(Outcome::Created)).unwrap(),
        created
    );
    assert!(report.count(Outcome::ChangedPrecisionUnknown) > 0);
    let all: u64 = Outcome::ALL.iter().map(|one| report.count(*one)).sum();
    assert_eq!(all, facts);
    // A commit a package, in their order.
    assert_eq!(loaded.last_commit(), 30);
    let companies: Vec<String> = loaded
        .companies()
        .iter()
        .map(|company| company.id.to_string())
        .collect();
    let expected: Vec<String> = (0..30)
        .map(|company| format!("CIK{}", generated::cik(company)))
        .collect();
    assert_eq!(companies, expected);
}

#[test]
fn a_load_that_was_broken_off_is_continued_by_loading_again() {
    let (whole, below) = (Database::temporary().unwrap(), tempfile::tempdir().unwrap());
    let expected = load(&whole, (0..150).map(item));
    let folder = below.path().join("db");
    let mut told = Vec::new();
    for run in 0..2 {
        // A process that was killed leaves what its last write left, and so does a database that is closed.
        let db = Database::open_or_create(&folder).unwrap();
        let report = db
            .load((0..150).map(item), OnFailure::Continue, |progress| {
                told.push(*progress);
                // The second time it gets further: what it skips was known.
                if progress.packages > 64 * run && progress.packages > 0 {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(report.end, LoadEnd::Cancelled);
        let done = report.committed + report.unchanged;
        assert_eq!(told.last().unwrap().packages, done);
        assert!(done < 150, "broken off at {done}");
        assert_eq!(usize::try_from(db.last_commit()).unwrap(), done);
        assert_eq!(db.companies().len(), done);
        assert_eq!(report.unchanged > 0, run > 0);
    }
    let db = Database::open(&folder).unwrap();
    let known = db.companies().len();
    let report = load(&db, (0..150).map(item));
    assert_eq!(report.end, LoadEnd::Complete);
    assert_eq!(
        (report.committed, report.unchanged),
        (150 - known, known),
        "nothing twice"
    );
    assert_eq!(report.facts(), expected.facts());
    assert_eq!(tables(&db), tables(&whole));
    assert_eq!(db.last_commit(), whole.last_commit());
    // Once more, everything is known.
    let report = load(&db, (0..150).map(item));
    assert_eq!((report.committed, report.unchanged), (0, 150));
    assert_eq!(report.count(Outcome::Unchanged), expected.facts());
    assert_eq!(report.known_documents, expected.new_documents);
    assert_eq!(db.last_commit(), 150);
}

#[test]
fn progress_tells_what_is_done_and_never_less() {
    let db = Database::temporary().unwrap();
    let mut told: Vec<LoadProgress> = Vec::new();
    let bytes: usize = (0..150).map(|n| file(n, 2).len()).sum();
    let report = db
        .load((0..150).map(item), OnFailure::Continue, |progress| {
            // What is counted can be read.
            let committed = db.last_commit();
            assert_eq!(usize::try_from(committed).unwrap(), progress.packages);
            told.push(*progress);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(told.len() > 1, "{} calls", told.len());
    assert!(told.is_sorted_by_key(|progress| (progress.packages, progress.bytes, progress.facts)));
    let last = told.last().unwrap();
    assert_eq!((last.packages, last.of_packages), (150, Some(150)));
    assert_eq!(usize::try_from(last.bytes).unwrap(), bytes);
    assert_eq!((last.bytes, last.facts), (report.bytes, report.facts()));
    // An iterator that does not know how many there are.
    let items = (0..3).filter(|n| *n != 1).map(item);
    db.load(items, OnFailure::Continue, |progress| {
        assert_eq!(progress.of_packages, None);
        ControlFlow::Continue(())
    })
    .unwrap();
}

/// Between good packages: a file that is cut off, a document that is known with other content, a figure that does not fit
/// its metric.
fn spoilt() -> Vec<Result<LoadItem, Error>> {
    let json = file(1, 2);
    let cut_off = parse(&json[..json.len() / 2], "cut-off.json");
    let mut differs = item(0).unwrap();
    differs.source = "differs".into();
    differs.by_document = false;
    differs.package.filings[1].document.title = "Another title".into();
    let mut misfit = item(2).unwrap();
    misfit.source = "misfit".into();
    misfit.package.filings[0].facts[0].series.unit = "shares".parse().unwrap();
    vec![
        item(0),
        cut_off,
        item(3),
        Ok(differs),
        item(4),
        Ok(misfit),
        item(5),
    ]
}

#[test]
fn packages_that_fail_are_listed_and_spoil_no_others() {
    let db = Database::temporary().unwrap();
    let report = load(&db, spoilt());
    assert_eq!(report.end, LoadEnd::Complete);
    assert_eq!(report.committed, 4);
    let failed: Vec<(&str, u64)> = report
        .failed
        .iter()
        .map(|failure| (failure.source.as_str(), failure.facts))
        .collect();
    let of = |company| facts_of(&file(company, 2));
    assert_eq!(failed, [("", 0), ("differs", of(0)), ("misfit", of(2))]);
    let [cut_off, differs, misfit] = report.failed.as_slice() else {
        panic!("{:?}", report.failed);
    };
    assert!(
        matches!(&cut_off.error, Error::Ingest(error) if error.place.document == "cut-off.json"
            && matches!(*error.reason, IngestReason::Json { .. })),
        "{cut_off}"
    );
    assert!(
        cut_off.to_string().starts_with("cut-off.json: "),
        "{cut_off}"
    );
    assert!(
        matches!(
            &differs.error,
            Error::Store(StoreError::DocumentDiffers { .. })
        ),
        "{differs}"
    );
    assert!(
        differs.to_string().starts_with("differs: document "),
        "{differs}"
    );
    assert!(matches!(&misfit.error, Error::Ingest(_)), "{misfit}");
    // Every fact is accounted for: those of the failed, too.
    let read: u64 = [0, 3, 0, 4, 2, 5].map(of).iter().sum();
    assert_eq!(report.facts(), read);
    let expected = Database::temporary().unwrap();
    load(&expected, [0, 3, 4, 5].map(item));
    assert_eq!(tables(&db), tables(&expected));
}

#[test]
fn a_load_stops_at_the_first_that_fails_where_that_is_wanted() {
    let from = |first: usize| spoilt().into_iter().skip(first).collect::<Vec<_>>();
    for (items, companies) in [(from(0), 1), (from(2), 2), (from(4), 2)] {
        let db = Database::temporary().unwrap();
        // For the second: what the document differs from.
        load(&db, [item(0)]);
        let report = db.load(items, OnFailure::Stop, go_on).unwrap();
        assert_eq!(report.end, LoadEnd::Stopped);
        assert_eq!(report.failed.len(), 1);
        assert_eq!(report.committed + report.unchanged, 1);
        assert_eq!(db.companies().len(), companies, "nothing after it");
    }
}

#[test]
fn what_a_reader_refused_is_listed_with_its_place() {
    let json = file(0, 2);
    let spoilt = json
        .replacen("\"val\":", "\"val\":\"x\",\"was\":", 1)
        .replacen("\"end\":\"2018-12-31\"", "\"end\":\"2018-13-31\"", 1);
    let db = Database::temporary().unwrap();
    let items = vec![item(1), parse(&spoilt, "CIK7.json"), item(2)];
    let report = load(&db, items);
    let places: Vec<String> = report
        .refused
        .iter()
        .map(|refused| {
            format!(
                "{} {}",
                refused.place.document,
                refused.place.table.as_deref().unwrap()
            )
        })
        .collect();
    assert_eq!(places.len(), 2);
    assert_eq!(places[0], "CIK7.json /facts/us-gaap/Revenues/units/USD/0");
    assert!(
        places[1].starts_with("CIK7.json /facts/us-gaap/"),
        "{places:?}"
    );
    for refused in &report.refused {
        assert!(
            matches!(&*refused.reason, IngestReason::RefusedFact(_)),
            "{refused}"
        );
        assert!(refused.place.text.is_some());
    }
    assert!(matches!(
        &*report.refused[1].reason,
        IngestReason::RefusedFact(FactFault::Dates(_))
    ));
    let all: u64 = (0..3).map(|n| facts_of(&file(n, 2))).sum();
    assert_eq!(report.facts(), all);
    let taken: u64 = Outcome::ALL.iter().map(|one| report.count(*one)).sum();
    assert_eq!(taken + 2, all);
}

#[test]
fn a_later_name_stands_over_an_earlier_one_and_a_declared_one_over_both() {
    let db = Database::temporary().unwrap();
    load(&db, [item(0)]);
    let known = db.companies()[0].clone();
    // A newer file: a year more, another name.
    let renamed = file(0, 3).replace("Generated 0 Inc.", "Renamed Inc.");
    let newer = || parse(&renamed, "newer.json");
    // In one write with another package of the company, and with one that comes first of all.
    let fresh = Database::temporary().unwrap();
    let kept = |report: &LoadReport| -> Vec<String> {
        assert!(report.failed.is_empty(), "{:?}", report.failed);
        let kept = report.kept_definitions.iter();
        kept.map(ToString::to_string).collect()
    };
    let other = format!("{} is known with another name, which stands", known.id);
    for (db, items) in [(&db, vec![newer()]), (&fresh, vec![item(0), newer()])] {
        let report = load(db, items);
        assert!(!kept(&report).contains(&other));
        assert_eq!(db.companies()[0].name, "Renamed Inc.");
        assert!(db.companies()[0].calendar.extends(&known.calendar));
    }
    assert_eq!(tables(&fresh), tables(&db));
    // The older file tells the older name.
    let report = load(&db, [item(0)]);
    assert!(kept(&report).contains(&other));
    assert_eq!(db.companies()[0].name, "Renamed Inc.");
    // One that is declared stands from then on.
    let declared = |name: &str| {
        let mut item = newer().unwrap();
        item.inferred = false;
        item.package.evidence = Evidence::default();
        item.package.companies[0] = db.companies()[0].clone();
        item.package.companies[0].name = name.into();
        [Ok(item)]
    };
    assert_eq!(
        kept(&load(&db, declared("Declared Inc."))),
        Vec::<String>::new()
    );
    assert!(kept(&load(&db, [newer()])).contains(&other));
    assert_eq!(db.companies()[0].name, "Declared Inc.");
    // Another that is declared is no guess: the package fails.
    let report = load(&db, declared("Renamed Inc."));
    assert!(matches!(
        report.failed[0].error,
        Error::Store(StoreError::CompanyDiffers { what: "name", .. })
    ));
}

/// A calendar that no annual report shows is assumed, and the report says so, with the file.
#[test]
fn what_could_not_be_inferred_is_said() {
    let file = |form: &str, start: &str, end: &str| {
        format!(
            r#"{{"cik": 7, "entityName": "Half Inc.", "facts": {{"us-gaap": {{"Revenues": {{"units": {{"USD": [
                {{"start": "{start}", "end": "{end}", "val": 5, "accn": "0000000007-24-000001", "fy": 2024,
                 "fp": "Q1", "form": "{form}", "filed": "2024-08-10"}}]}}}}}}}}}}"#
        )
    };
    let notes = |json: &str| {
        let report = load(&Database::temporary().unwrap(), [parse(json, "half.json")]);
        assert!(report.failed.is_empty());
        report.notes
    };
    let assumed = notes(&file("10-Q", "2024-04-01", "2024-06-30"));
    let found: Vec<_> = assumed
        .iter()
        .map(|note| (&*note.source, &note.note))
        .collect();
    assert_eq!(
        found,
        [(
            "half.json",
            &DefinitionNote::Calendar(CalendarNote::NoYears)
        )]
    );
    // A year end that is shown once is inferred, and said to rest on that.
    let annual = notes(&file("10-K", "2023-07-01", "2024-06-30"));
    assert!(!annual.is_empty());
    let no_years = DefinitionNote::Calendar(CalendarNote::NoYears);
    assert!(
        annual.iter().all(|note| note.note != no_years),
        "{annual:?}"
    );
}

#[test]
fn a_package_may_use_what_one_before_it_brought() {
    let db = Database::temporary().unwrap();
    let whole = item(0).unwrap();
    let (mut first, mut second) = (whole.clone(), whole.clone());
    let filings = whole.package.filings;
    first.package.filings = filings[..2].to_vec();
    second.package = Package {
        filings: filings[2..].to_vec(),
        ..Package::default()
    };
    let report = load(&db, [item(1), Ok(first.clone()), Ok(second.clone())]);
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    let together = Database::temporary().unwrap();
    load(&together, [item(0), item(1)]);
    assert_eq!(tables(&db), tables(&together));
    // The other way round it has no company yet.
    let report = load(&Database::temporary().unwrap(), [Ok(second), Ok(first)]);
    assert_eq!((report.failed.len(), report.committed), (1, 1));
}

#[test]
fn a_load_of_nothing_is_complete() {
    let db = Database::temporary().unwrap();
    let report = load(&db, []);
    assert_eq!((report.end, report.facts()), (LoadEnd::Complete, 0));
    assert_eq!(db.last_commit(), 0);
}

#[test]
fn real_files_are_accounted_for() {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let files = [
        ("CIK0000320193.json", 24_579),
        ("CIK0001045810.json", 26_903),
        ("CIK0001997711.json", 768),
    ]
    .map(|(name, facts)| (shared.join("data/companyfacts").join(name), facts));
    if let Some((missing, _)) = files.iter().find(|(path, _)| !path.exists()) {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            missing.display()
        );
        return;
    }
    let db = Database::temporary().unwrap();
    let items = files
        .iter()
        .map(|(path, _)| Ok(CompanyFacts::read(path)?.into()));
    let report = db.load(items, OnFailure::Stop, go_on).unwrap();
    assert_eq!(report.end, LoadEnd::Complete);
    assert_eq!(
        report.facts(),
        files.iter().map(|(_, facts)| facts).sum::<u64>()
    );
    let bytes: u64 = files
        .iter()
        .map(|(path, _)| path.metadata().unwrap().len())
        .sum();
    assert_eq!(report.bytes, bytes);
}

/// One filing of a year: its number, its value as it stands in the file.
fn filing(year: u32, value: &str) -> String {
    format!(
        r#"{{"start":"{year}-01-01","end":"{year}-12-31","val":{value},"accn":"0000000123-{:02}-000001","fy":{year},"fp":"FY","form":"10-K","filed":"{}-02-20"}}"#,
        year - 1999,
        year + 1
    )
}

fn revenue(facts: &[String]) -> String {
    let facts = facts.join(",");
    format!(
        r#"{{"cik":123,"entityName":"Minato","facts":{{"us-gaap":{{"Revenues":{{"units":{{"USD":[{facts}]}}}}}}}}}}"#
    )
}

#[test]
fn a_filing_that_changed_locks_nothing_else_out() {
    let assets = filing(2022, "7").replace("\"start\":\"2022-01-01\",", "");
    let first = revenue(&[filing(2022, "100"), filing(2022, "\"x\"")]);
    // The refused fact is a good one now, and there is a filing more.
    let second = revenue(&[filing(2022, "100"), assets, filing(2023, "300")]);
    let db = Database::temporary().unwrap();
    let report = load(&db, [parse(&first, "123.json")]);
    assert_eq!((report.committed, report.refused.len()), (1, 1));
    for again in [false, true] {
        let report = load(&db, [parse(&second, "123.json")]);
        assert!(report.failed.is_empty());
        assert_eq!(report.facts(), 3);
        let taken = [Outcome::Created, Outcome::Unchanged].map(|one| report.count(one));
        assert_eq!(taken, if again { [0, 1] } else { [1, 0] });
        let [differing] = report.differing_documents.as_slice() else {
            panic!("{:?}", report.differing_documents);
        };
        assert_eq!(
            differing.to_string(),
            "123.json: document CIK0000000123/0000000123-23-000001 is known with other content, which stands; \
             its facts (2) are refused"
        );
        let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
        assert_eq!(refused.len(), 2);
        assert!(
            refused.iter().all(|one| one
                .starts_with("123.json: CIK0000000123/0000000123-23-000001, row ")
                && one.ends_with("the document is known with other content, which stands")),
            "{refused:?}"
        );
        assert!(refused.iter().any(|one| one.contains("text \"7\"")));
    }
    let revenue = db.series("CIK0000000123", "us_gaap.revenues.flow").unwrap();
    for (year, value) in [("FY2022", "100 USD"), ("FY2023", "300 USD")] {
        let point = revenue.at(year).unwrap().unwrap();
        assert!(point.to_string().contains(value), "{point}");
    }
    // The whole file or nothing, where that is wanted.
    let db = Database::temporary().unwrap();
    load(&db, [parse(&first, "123.json")]);
    let strict = CompanyFacts::from_reader(second.as_bytes(), "123.json").unwrap();
    let strict = strict.strict().unwrap();
    let report = load(&db, [Ok(strict.clone().into())]);
    assert_eq!((report.failed.len(), report.failed[0].facts), (1, 3));
    assert!(report.differing_documents.is_empty());
    assert!(db.ingest(strict).is_err());
    assert_eq!(db.last_commit(), 1);
}

/// One fact of the first file is refused, two of the second contradict each other: neither is taken in, and each of their
/// facts is in the report.
#[test]
fn facts_of_files_refused_whole_are_counted() {
    let fact = |year: i32, value: &str| {
        format!(
            r#"{{"start":"{year}-01-01","end":"{year}-12-31","val":{value},"accn":"0000000123-24-000001",
            "fy":{year},"fp":"FY","form":"10-K","filed":"2024-02-20"}}"#
        )
    };
    let strict = |name: &str, facts: &[String]| {
        let json = format!(
            r#"{{"cik":123,"facts":{{"us-gaap":{{"Revenues":{{"units":{{"USD":[{}]}}}}}}}}}}"#,
            facts.join(",")
        );
        let facts = CompanyFacts::from_reader(json.as_bytes(), name)?;
        Ok(LoadItem::strict_facts(facts))
    };
    let db = Database::temporary().unwrap();
    let refused = [fact(2021, "90"), fact(2022, "100"), fact(2023, "\"x\"")];
    let contradicting = [fact(2022, "102"), fact(2022, "77")];
    let good = [fact(2020, "80").replace("24-000001", "24-000002")];
    let report = load(
        &db,
        [
            strict("refused.json", &refused),
            strict("contradicting.json", &contradicting),
            strict("good.json", &good),
        ],
    );
    let failed: Vec<u64> = report.failed.iter().map(|failed| failed.facts).collect();
    assert_eq!(failed, [2, 2]);
    assert_eq!(report.failed[0].source, "refused.json");
    assert!(matches!(
        &report.failed[1].error,
        Error::Ingest(error) if matches!(&*error.reason, IngestReason::Contradiction { .. })
    ));
    assert_eq!(report.refused.len(), 1);
    assert_eq!(report.count(Outcome::Created), 1);
    assert_eq!((report.facts(), report.committed), (6, 1));
}
