//! Packages whose figures sum to a known total, and scenes that have a process of their own.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use kessan::{
    Amount, Cell, Company, Currency, Database, Dimension, Document, DocumentKind, Evidence, Figure,
    Filing, FiscalCalendar, Metric, MetricKind, Outcome, Package, Period, Precision, Rank, Reader,
    Reported, Rounding, Scenario, Scope, SeriesKey, StoreError, Unit, YearNaming,
};

/// How many parts there are.
pub(crate) const PARTS: i64 = 8;
/// What they sum to, in every commit.
pub(crate) const TOTAL: i64 = 1_000_000;
/// The quarter they are reported for.
pub(crate) const QUARTER: &str = "2003-04-01..2003-06-30";

/// The parts as the nth package has them: no two packages have one part alike.
pub(crate) fn parts(n: u32) -> Vec<i64> {
    let mut parts: Vec<i64> = (1..PARTS).map(|k| i64::from(n) * 10 + k).collect();
    parts.push(TOTAL - parts.iter().sum::<i64>());
    parts
}

/// The nth restatement of all parts, in a document of so many further cells of a thousand bytes.
pub(crate) fn package(n: u32, cells: usize) -> Package {
    let published = kessan::parse_date("2003-08-13").unwrap() + chrono::Days::new(n.into());
    let cell = |text: String| Cell {
        address: "t1!R1C1".into(),
        place: "Table 1".into(),
        row: "Part".into(),
        column: "1Q03".into(),
        text,
        scale: 0,
        unplaced: None,
    };
    let facts = (0..).zip(parts(n)).map(|(part, value)| Reported {
        series: series(part),
        period: QUARTER.parse::<Period>().unwrap(),
        figure: Figure::Amount(
            Amount::new(value.into(), Precision::Decimals(0), Rounding::Nearest).unwrap(),
        ),
        published,
        cell: 0,
        rank: Rank::Table,
    });
    Package {
        evidence: Evidence::default(),
        companies: vec![Company {
            id: "minato".parse().unwrap(),
            name: "Minato Foods KK".into(),
            calendar: FiscalCalendar::month_end(3, YearNaming::Start).unwrap(),
            identities: vec![],
            splits: vec![],
        }],
        metrics: (0..PARTS)
            .map(|part| Metric {
                path: series(part).metric,
                kind: MetricKind::Flow,
                dimension: Dimension::Money,
                positive: "amount".into(),
                negative: Some("minus".into()),
            })
            .collect(),
        filings: vec![Filing {
            document: Document {
                id: format!("d{n:05}").parse().unwrap(),
                title: format!("Restatement {n}"),
                issuer: "Minato Foods KK".into(),
                kind: DocumentKind::Results,
                published,
                utc_offset: None,
                reports: None,
            },
            cells: std::iter::once(cell("1".into()))
                .chain((0..cells).map(|k| cell(format!("{k:01000}"))))
                .collect(),
            facts: facts.collect(),
            checks: vec![],
        }],
    }
}

pub(crate) fn series(part: i64) -> SeriesKey {
    SeriesKey {
        company: "minato".parse().unwrap(),
        metric: format!("part.p{part}").parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        unit: Unit::Money(Currency::JPY),
    }
}

/// The parts that a reader shows; none before the first package.
pub(crate) fn shown(reader: &Reader) -> Vec<i64> {
    let known = reader.metrics().len();
    let part = |part: i64| {
        let point = reader
            .series_of(&series(part))
            .unwrap()
            .at(QUARTER)
            .unwrap();
        point.unwrap().value().unwrap().try_into().unwrap()
    };
    (0..PARTS).take(known).map(part).collect()
}

/// Checks that a pinned reader shows a package whole, and gives its number.
pub(crate) fn whole(reader: &Reader) -> Option<u32> {
    let shown = shown(reader);
    let first = shown.first()?;
    assert_eq!(shown.iter().sum::<i64>(), TOTAL, "{shown:?}");
    let n = u32::try_from((first - 1) / 10).unwrap();
    assert_eq!(shown, parts(n));
    Some(n)
}

/// Checks that the packages from 0 on, so many of them and perhaps those that were being written, are there whole, with all
/// their documents.
pub(crate) fn check(db: &Database, acknowledged: u32) -> u32 {
    let reader = db.pinned();
    let found = whole(&reader).map_or(0, |n| n + 1);
    assert!(
        (acknowledged..acknowledged + 64).contains(&found),
        "{acknowledged} were acknowledged, {found} are there"
    );
    let documents = reader.documents().unwrap();
    assert_eq!(documents.len(), usize::try_from(found).unwrap());
    for document in &documents {
        assert!(!reader.cells(document.id.as_str()).unwrap().is_empty());
    }
    for part in (0..PARTS).take(reader.metrics().len()) {
        let point = reader
            .series_of(&series(part))
            .unwrap()
            .at(QUARTER)
            .unwrap()
            .unwrap();
        assert_eq!(reader.observations(&point).unwrap().len(), documents.len());
    }
    found
}

/// Takes in the nth package.
pub(crate) fn ingest(db: &Database, n: u32) {
    let done = db.ingest(package(n, 0)).unwrap();
    assert_eq!(done.figures().len(), usize::try_from(PARTS).unwrap());
    assert_eq!(done.count(Outcome::Unchanged), 0);
    assert_eq!(whole(&db.pinned()), Some(n));
}

pub(crate) fn store_error(error: kessan::Error) -> StoreError {
    match error {
        kessan::Error::Store(error) => error,
        other => panic!("{other}"),
    }
}

/// Says what is not tried here, past what keeps the words of a test that passes.
pub(crate) fn skipped(what: &str) {
    let mut terminal = io::stderr();
    writeln!(terminal, "skipped: {what}").unwrap();
}

/// Where a scene is told which folder it is about.
const FOLDER: &str = "KESSAN_SCENE_FOLDER";

/// What a scene has to begin with: its folder, or nothing where no test runs it.
pub(crate) fn stage() -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: a scene of another test, which runs it");
    }
    folder
}

/// A scene of this program as a process of its own, behind the words of another command.
pub(crate) fn scene(before: &[&str], program: &Path, name: &str, folder: &Path) -> Command {
    let mut words = before.iter().map(|word| (*word).to_owned().into());
    let mut all: Vec<std::ffi::OsString> = words.by_ref().collect();
    all.push(program.into());
    let mut command = Command::new(&all[0]);
    command
        .args(&all[1..])
        .args([
            name,
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder);
    command
}

pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Runs a scene to its end.
pub(crate) fn play(mut scene: Command) {
    let output = scene.output().unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{}: {told}", output.status);
    assert!(told.contains("1 passed"), "the scene was not found: {told}");
    told.lines()
        .filter_map(|line| line.strip_prefix("skipped: "))
        .for_each(skipped);
}
