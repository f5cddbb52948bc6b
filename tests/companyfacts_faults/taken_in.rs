//! What a database makes of files: with refused facts, facts that are told twice or contradict each other, and files
//! that come again with more in them.

use kessan::{CalendarNote, Database, LabelStyle, Outcome, YearEnd};

use super::{FACT, read, revenue};

/// All of a file, or what can be kept of it.
#[test]
fn the_caller_chooses_whether_a_file_with_refused_facts_is_taken_in() {
    let bad = FACT.replace("1250", "1e400");
    let facts = read(&revenue(&[FACT, &bad]));
    let db = Database::temporary().unwrap();
    assert!(facts.clone().strict().is_err());
    assert_eq!(db.ingest(&facts).unwrap().figures().len(), 1);
    assert!(read(&revenue(&[FACT])).strict().is_ok());
}

/// Two values in one filing that no rounding reconciles. 1,250 and 1,300 may be one value, the other rounded to hundreds.
#[test]
fn a_filing_that_contradicts_itself_is_kept_as_conflicting_or_not_taken_in() {
    let other = |value: &str| FACT.replace("1250", value);
    let facts = read(&revenue(&[FACT, &other("99900")]));
    let db = Database::temporary().unwrap();
    let done = db.ingest(&facts).unwrap();
    let outcomes: Vec<Outcome> = done.figures().iter().map(|figure| figure.outcome).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Conflicting]);
    let error = facts.strict().unwrap_err();
    assert_eq!(
        error.to_string(),
        "file: row \"us-gaap:Revenues\", column \"USD, 2023-01-01..2023-12-31\", text \"99900\": it contradicts another \
         fact of 0000000123-24-000001 (\"1250\") about us_gaap.revenues.flow 2023-01-01..2023-12-31"
    );
    assert!(read(&revenue(&[FACT, &other("1300")])).strict().is_ok());
    // Another filing may say otherwise.
    let later = other("99900").replace("24-000001", "24-000002");
    assert!(read(&revenue(&[FACT, &later])).strict().is_ok());
}

#[test]
fn a_filing_that_contradicts_itself_is_flagged() {
    let of = |value: &str| FACT.replace("1250", value);
    let db = Database::temporary().unwrap();
    db.ingest(read(&revenue(&[&of("100"), &of("100"), &of("-5")])))
        .unwrap();
    let revenue = db.series("CIK0000000123", "us_gaap.revenues.flow").unwrap();
    let point = revenue.at("FY2023").unwrap().unwrap();
    assert!(point.is_conflicting());
    assert_eq!(db.candidates(&point).unwrap().len(), 3);
}

#[test]
fn a_fact_that_is_told_twice_is_taken_in_twice() {
    let facts = read(&revenue(&[FACT, FACT]));
    let db = Database::temporary().unwrap();
    let ingested = db.ingest(&facts).unwrap();
    assert_eq!(ingested.figures().len(), 2);
    assert_eq!(ingested.count(Outcome::Created), 1);
    assert_eq!(ingested.count(Outcome::Unchanged), 1);
}

#[test]
fn a_newer_file_brings_only_what_is_new() {
    let amended = FACT
        .replace("24-000001", "24-000009")
        .replace("10-K", "10-K/A");
    let amended = amended
        .replace("1250", "1300")
        .replace("2024-02-20", "2024-05-01");
    let marked_no_more = FACT.replace(r#","frame":"CY2023""#, "");
    let before = read(&revenue(&[FACT]));
    // SEC puts facts in between, moves its mark, and writes the company's present name.
    let after = revenue(&[&amended, &marked_no_more])
        .replace("Minato Foods Inc.", "Minato Group Inc.")
        .replace(
            r#""description":null"#,
            r#""description":"Income from customers""#,
        );
    let after = read(&after);

    let db = Database::temporary().unwrap();
    db.ingest(&before).unwrap();
    let ingested = db.ingest(&after).unwrap();
    assert_eq!(
        db.company("CIK0000000123").unwrap().name,
        "Minato Group Inc."
    );
    assert_eq!(ingested.count(Outcome::Unchanged), 1);
    assert_eq!(ingested.count(Outcome::ChangedPrecisionUnknown), 1);
    let series = db
        .series("CIK0000000123", "us_gaap.revenues.flow")
        .unwrap()
        .load()
        .unwrap();
    let point = series.at("2023-01-01..2023-12-31").unwrap().unwrap();
    assert_eq!(
        point.document().as_str(),
        "CIK0000000123/0000000123-24-000009"
    );
    assert_eq!(db.observations(&point).unwrap().len(), 2);
}

#[test]
fn a_company_may_have_an_id_and_calendar_of_its_own() {
    let facts = read(&revenue(&[FACT]));
    let mut company = facts.company().clone();
    company.id = "minato".parse().unwrap();
    company.calendar = kessan::FiscalCalendar::month_end(12, kessan::YearNaming::Start).unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(facts.with_company(company)).unwrap();
    let series = db
        .series("minato", "us_gaap.revenues.flow")
        .unwrap()
        .load()
        .unwrap();
    let point = series.at("FY2023").unwrap().unwrap();
    assert_eq!(point.to_string(), "FY2023  1,250 USD");
    assert_eq!(
        point.document().as_str(),
        "CIK0000000123/0000000123-24-000001"
    );
    let cell = db.cell(&point).unwrap();
    assert_eq!(cell.row, "us-gaap:Revenues");
    assert_eq!(cell.column, "USD, 2023-01-01..2023-12-31");
    assert_eq!(
        (cell.place.as_str(), cell.text.as_str()),
        ("10-K, fy 2023, fp FY", "1250")
    );
}

#[test]
fn a_company_without_a_year_has_calendar_years_and_says_so() {
    let quarter = FACT
        .replace("2023-01-01", "2023-10-01")
        .replace("10-K", "10-Q");
    let facts = read(&revenue(&[&quarter]));
    assert_eq!(facts.calendar_notes(), [CalendarNote::NoYears]);
    let rule = &facts.company().calendar.rules()[0];
    assert_eq!(rule.year_end, YearEnd::MonthEnd { month: 12 });
    assert_eq!(rule.labels, LabelStyle::FiscalYearQuarter);
    // One year is a rule, and said to be one.
    let facts = read(&revenue(&[FACT]));
    let end = kessan::parse_date("2023-12-31").unwrap();
    assert_eq!(facts.calendar_notes(), [CalendarNote::OneYear { end }]);
    let known = facts.company().clone();
    assert!(facts.with_company(known).calendar_notes().is_empty());
}

#[test]
fn a_tag_of_two_shapes_is_two_metrics_whichever_company_comes_first() {
    let instant = FACT.replace(r#""start":"2023-01-01","#, "");
    let first = read(&revenue(&[FACT]));
    let other = revenue(&[&instant]).replace(r#""cik":123"#, r#""cik":456"#);
    let other = read(&other.replace("Minato", "Hama"));
    for order in [[&first, &other], [&other, &first]] {
        let db = Database::temporary().unwrap();
        for facts in order {
            db.ingest(facts).unwrap();
        }
        let paths: Vec<String> = db.metrics().iter().map(|m| m.path.to_string()).collect();
        assert_eq!(paths.len(), 2);
        for path in ["us_gaap.revenues.flow", "us_gaap.revenues.stock"] {
            assert!(paths.iter().any(|found| found == path), "{paths:?}");
        }
    }
}
