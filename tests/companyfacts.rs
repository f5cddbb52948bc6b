//! Company facts of the SEC: every fact of three companies' files is taken in or refused with its place, what is
//! shown is what SEC marks, and calendars are those the companies have.
//!
//! The files are read a second time here, by derived structs that keep every value as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kessan::{
    CalendarNote, CompanyFacts, Concept, Database, DocumentKind, FactFault, Package, Period,
    Precision, SeriesKey,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The file of a company, where the shared data are.
fn file(cik: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let path = shared.join(format!("data/companyfacts/CIK{cik}.json"));
    if !path.exists() {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            path.display()
        );
        return None;
    }
    Some(path)
}

const APPLE: &str = "0000320193";
const NVIDIA: &str = "0001045810";
const LPA: &str = "0001997711";

#[derive(Deserialize)]
struct File {
    facts: BTreeMap<String, BTreeMap<String, Tag>>,
}

#[derive(Deserialize)]
struct Tag {
    units: BTreeMap<String, Vec<Told>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    start: Option<String>,
    end: String,
    val: Box<RawValue>,
    accn: String,
    fy: Option<u16>,
    fp: Option<String>,
    form: String,
    filed: String,
    frame: Option<String>,
}

/// A fact with all that its file says of it, but for the mark: concept, unit, dates, value, filing, fy, fp, form, filed.
type Line = [String; 9];

impl Told {
    fn dates(&self) -> String {
        match &self.start {
            Some(start) => format!("{start}..{}", self.end),
            None => self.end.clone(),
        }
    }
}

/// Every fact of a file with its place and mark.
fn told(path: &Path) -> Vec<(String, Line, Option<String>)> {
    let file: File = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut lines = Vec::new();
    for (taxonomy, tags) in file.facts {
        for (tag, Tag { units }) in tags {
            for (unit, facts) in units {
                for (nth, fact) in facts.into_iter().enumerate() {
                    let pointer = unit.replace('/', "~1");
                    let place = format!("/facts/{taxonomy}/{tag}/units/{pointer}/{nth}");
                    let line = [
                        format!("{taxonomy}:{tag}"),
                        unit.clone(),
                        fact.dates(),
                        fact.val.get().to_owned(),
                        fact.accn,
                        fact.fy.map_or("null".into(), |year| year.to_string()),
                        fact.fp.unwrap_or("null".into()),
                        fact.form,
                        fact.filed,
                    ];
                    lines.push((place, line, fact.frame));
                }
            }
        }
    }
    lines
}

/// The facts of a package, from its documents and cells alone.
fn exported(package: &Package) -> Vec<Line> {
    let mut lines = Vec::new();
    for filing in &package.filings {
        let (_, accession) = filing.document.id.as_str().split_once('/').unwrap();
        assert_eq!(filing.facts.len(), filing.cells.len());
        for fact in &filing.facts {
            let cell = &filing.cells[usize::try_from(fact.cell).unwrap()];
            let (rest, fp) = cell.place.split_once(", fp ").unwrap();
            let (form, fy) = rest.split_once(", fy ").unwrap();
            let concept = Concept::of(&fact.series.metric).unwrap().to_string();
            assert_eq!(cell.row, concept);
            assert_eq!(
                cell.column,
                format!("{}, {}", fact.series.unit, fact.period)
            );
            assert_eq!(fact.published, filing.document.published);
            let amount = fact.figure.amount().unwrap();
            assert_eq!(amount.precision(), Precision::Unknown);
            lines.push([
                concept,
                fact.series.unit.to_string(),
                fact.period.to_string(),
                cell.text.clone(),
                accession.to_owned(),
                fy.to_owned(),
                fp.to_owned(),
                form.to_owned(),
                filing.document.published.to_string(),
            ]);
        }
    }
    lines
}

/// What is taken in and what is refused together are the file, fact by fact.
fn accounted_for(cik: &str, expected: usize, refused: &[(&str, &str, &str)]) {
    let Some(path) = file(cik) else { return };
    let facts = CompanyFacts::read(&path).unwrap();
    assert_eq!(facts.len() + facts.refused().len(), expected);
    let found: BTreeSet<&str> = facts
        .refused()
        .iter()
        .map(|fact| fact.place.as_str())
        .collect();
    let all = told(&path);
    assert_eq!(all.len(), expected);

    let mut kept: Vec<Line> = Vec::new();
    let mut left: Vec<(String, String, String)> = Vec::new();
    for (place, line, _) in all {
        if found.contains(place.as_str()) {
            left.push((line[0].clone(), line[2].clone(), line[8].clone()));
        } else {
            kept.push(line);
        }
    }
    left.sort();
    let expected = refused
        .iter()
        .map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into()));
    assert_eq!(left, expected.collect::<Vec<_>>());
    for fact in facts.refused() {
        assert!(
            matches!(fact.fault, FactFault::NotYetEnded { .. }),
            "{fact}"
        );
    }
    assert_eq!(facts.clone().strict().is_ok(), refused.is_empty());

    let mut exported = exported(&Package::from(&facts));
    kept.sort();
    exported.sort();
    assert!(
        kept == exported,
        "the package says something else than the file"
    );
    // What was read says the same as the package, and has the marks.
    let mut marked: Vec<(Line, Option<String>)> = facts
        .facts()
        .map(|fact| {
            assert_eq!(fact.value, fact.text.parse().unwrap());
            let or_null = |word: Option<&str>| word.unwrap_or("null").to_owned();
            let line = [
                fact.concept.to_string(),
                fact.unit.to_string(),
                fact.period.to_string(),
                fact.text.to_owned(),
                fact.accession.to_owned(),
                or_null(fact.fiscal_year),
                or_null(fact.fiscal_period),
                fact.form.to_owned(),
                fact.filed.to_string(),
            ];
            (line, fact.frame.map(str::to_owned))
        })
        .collect();
    let mut expected: Vec<(Line, Option<String>)> = told(&path)
        .into_iter()
        .filter(|(place, ..)| !found.contains(place.as_str()))
        .map(|(_, line, frame)| (line, frame))
        .collect();
    marked.sort();
    expected.sort();
    assert!(
        marked == expected,
        "what was read is not what the file says"
    );
}

#[test]
fn every_fact_of_apple_is_taken_in() {
    accounted_for(APPLE, 24_579, &[]);
}

#[test]
fn every_fact_of_nvidia_is_taken_in_or_had_not_ended() {
    let refused = [
        ("dei:EntityPublicFloat", "2011-08-01", "2011-05-27"),
        (
            "us-gaap:AcceleratedShareRepurchasesSettlementPaymentOrReceipt",
            "2013-07-28",
            "2013-05-22",
        ),
        (
            "us-gaap:CommonStockDividendsPerShareDeclared",
            "2013-10-28..2014-01-26",
            "2013-11-19",
        ),
        (
            "us-gaap:StockRepurchaseProgramRemainingAuthorizedRepurchaseAmount",
            "2013-10-28..2014-01-26",
            "2013-11-19",
        ),
        (
            "us-gaap:StockRepurchasedDuringPeriodShares",
            "2014-01-27..2014-04-27",
            "2014-03-13",
        ),
    ];
    accounted_for(NVIDIA, 26_903, &refused);
}

#[test]
fn every_fact_of_lpa_is_taken_in() {
    accounted_for(LPA, 768, &[]);
}

/// For each period that SEC marks with `frame`, the fact that kessan shows is the one with the mark: by its document,
/// its concept, unit, dates and text.
fn shows_what_is_marked(cik: &str, marks: usize) {
    let Some(path) = file(cik) else { return };
    let facts = CompanyFacts::read(&path).unwrap();
    let db = Database::temporary().unwrap();
    let ingested = db.ingest(&facts).unwrap();
    assert_eq!(ingested.figures().len(), facts.len());
    assert!(db.ingest(&facts).unwrap().unchanged());

    let refused: BTreeSet<&str> = facts
        .refused()
        .iter()
        .map(|fact| fact.place.as_str())
        .collect();
    let mut shown = BTreeMap::new();
    let mut cells = BTreeMap::new();
    for key in db.series_list(&facts.company().id).unwrap() {
        let points = db.series_of(&key).unwrap().load().unwrap().all();
        for point in points.points() {
            let cells = cells
                .entry(point.document().clone())
                .or_insert_with_key(|document| db.cells(document).unwrap());
            let cell = &cells[usize::try_from(point.source().cell).unwrap()];
            let found = [
                &cell.row,
                &cell.column,
                &cell.text,
                point.document().as_str(),
            ];
            let found = found.map(str::to_owned);
            shown.insert((key.clone(), point.period()), found);
        }
    }
    let mut compared = 0;
    for (place, line, frame) in told(&path) {
        if frame.is_none() || refused.contains(place.as_str()) {
            continue;
        }
        let [concept, unit, dates, text, accession, ..] = line;
        let period: Period = dates.parse().unwrap();
        let parsed: Concept = concept.parse().unwrap();
        let key = SeriesKey {
            company: facts.company().id.clone(),
            metric: parsed.metric(&unit.parse().unwrap(), &period).unwrap().path,
            scenario: kessan::Scenario::Actual,
            scope: kessan::Scope::total(),
            unit: unit.parse().unwrap(),
        };
        let document = format!("CIK{cik}/{accession}");
        let marked = [concept, format!("{unit}, {dates}"), text, document];
        assert_eq!(shown.get(&(key, period)), Some(&marked), "{place}");
        compared += 1;
    }
    assert_eq!(compared, marks);
}

#[test]
fn apple_is_shown_as_sec_marks_it() {
    shows_what_is_marked(APPLE, 9_635);
}

/// Of 11,884 marks three are on facts that had not ended when they were filed.
#[test]
fn nvidia_is_shown_as_sec_marks_it() {
    shows_what_is_marked(NVIDIA, 11_881);
}

#[test]
fn lpa_is_shown_as_sec_marks_it() {
    shows_what_is_marked(LPA, 568);
}

/// Labels and dates as the companies' own reports have them.
fn has_calendar(cik: &str, notes: &[CalendarNote], slots: &[(&str, &str)]) {
    let Some(path) = file(cik) else { return };
    let facts = CompanyFacts::read(path).unwrap();
    let calendar = &facts.company().calendar;
    for (label, dates) in slots {
        let fiscal = calendar.parse(label).unwrap();
        assert_eq!(
            calendar.period(fiscal).unwrap().to_string(),
            *dates,
            "{label}"
        );
    }
    assert_eq!(facts.calendar_notes(), notes);
    assert_eq!(calendar.rules().len(), 1);
    // Whatever many facts of a filing have for dates, and is a quarter or a year, is one to the day.
    let mut told: BTreeMap<(Period, &str), usize> = BTreeMap::new();
    for fact in facts.facts() {
        let sorts = [DocumentKind::AnnualReport, DocumentKind::QuarterlyReport];
        if sorts.contains(&fact.document_kind()) {
            *told.entry((fact.period, fact.accession)).or_default() += 1;
        }
    }
    for ((period, accession), facts) in told {
        let days = period.days().unwrap_or(0);
        if facts >= 20 && ((84..=98).contains(&days) || (357..=371).contains(&days)) {
            let placed = calendar.place(&period).map(|placement| placement.off_by);
            assert_eq!(placed, Some(0), "{period} in {accession}");
        }
    }
}

#[test]
fn years_of_apple_end_on_the_last_saturday_of_september() {
    let slots = [
        // Form 10-K for 2009: the fiscal years ended September 26, 2009, September 27, 2008, September 29, 2007.
        ("FY2007", "2006-10-01..2007-09-29"),
        ("FY2008", "2007-09-30..2008-09-27"),
        ("FY2009", "2008-09-28..2009-09-26"),
        // Years of 53 weeks, whose first quarter has 14.
        ("FY2012", "2011-09-25..2012-09-29"),
        ("FY2012 Q1", "2011-09-25..2011-12-31"),
        ("FY2017", "2016-09-25..2017-09-30"),
        ("FY2017 Q1", "2016-09-25..2016-12-31"),
        ("FY2017 Q2", "2017-01-01..2017-04-01"),
        ("FY2023 Q1", "2022-09-25..2022-12-31"),
        ("FY2023 9M", "2022-09-25..2023-07-01"),
        ("FY2024 Q3", "2024-03-31..2024-06-29"),
    ];
    has_calendar(APPLE, &[], &slots);
}

#[test]
fn years_of_nvidia_end_on_the_last_sunday_of_january() {
    let slots = [
        // The 53 weeks ended January 31, 2010, 2016 and 2021; the fourth quarter has 14.
        ("FY2010", "2009-01-26..2010-01-31"),
        ("FY2016", "2015-01-26..2016-01-31"),
        ("FY2016 Q3", "2015-07-27..2015-10-25"),
        ("FY2016 Q4", "2015-10-26..2016-01-31"),
        ("FY2021", "2020-01-27..2021-01-31"),
        ("FY2024", "2023-01-30..2024-01-28"),
        ("FY2025 Q1", "2024-01-29..2024-04-28"),
    ];
    has_calendar(NVIDIA, &[], &slots);
}

#[test]
fn years_of_lpa_are_calendar_years() {
    let slots = [
        ("FY2024", "2024-01-01..2024-12-31"),
        ("FY2022", "2022-01-01..2022-12-31"),
    ];
    has_calendar(LPA, &[], &slots);
}
