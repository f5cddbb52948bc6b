//! Packages made up for tests, and folders to keep them in.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::codec::Key;
use crate::codec::key::Space;
use crate::model::{
    Amount, Cell, Company, Dimension, Document, DocumentKind, Evidence, Figure, FiscalCalendar,
    Metric, MetricKind, MetricPath, Period, Precision, Rank, Reported, Rounding, Scenario, Scope,
    SeriesKey, Unit, YearNaming,
};
use crate::store::engine::{Batch, Engine};
use crate::store::{Committed, CurrentRow, Package, PackageDocument, Snapshot, Store, StoreError};

/// A folder that is deleted when it is dropped, with a path in it for a database.
pub(super) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("db")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Copies the database, which must be closed.
    pub(super) fn copy(&self) -> Place {
        let copy = Place::new();
        copy_folder(&self.path(), &copy.path());
        copy
    }
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Says what is not tried here, past what keeps the words of a test that passes.
pub(super) fn skipped(what: &str) {
    use std::io::Write as _;
    let mut terminal = std::io::stderr();
    writeln!(terminal, "skipped: {what}").unwrap();
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn company(id: &str) -> Company {
    Company {
        id: id.parse().unwrap(),
        name: format!("{id} Inc."),
        calendar: FiscalCalendar::month_end(3, YearNaming::Start).unwrap(),
        identities: Vec::new(),
        splits: Vec::new(),
    }
}

pub(super) fn metric(path: &str) -> Metric {
    Metric {
        path: path.parse().unwrap(),
        kind: MetricKind::Flow,
        dimension: Dimension::Money,
        positive: "income".into(),
        negative: None,
    }
}

pub(super) fn series(company: &str, metric: &str) -> SeriesKey {
    SeriesKey {
        company: company.parse().unwrap(),
        metric: metric.parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        unit: Unit::Money(crate::model::Currency::JPY),
    }
}

/// The nth quarter from 2000 on.
pub(super) fn quarter(n: u32) -> Period {
    let day = |n: u32| {
        NaiveDate::from_ymd_opt(2000 + i32::try_from(n / 4).unwrap(), n % 4 * 3 + 1, 1).unwrap()
    };
    Period::duration(day(n), day(n + 1).pred_opt().unwrap()).unwrap()
}

pub(super) fn figure(value: i64, decimals: i8) -> Figure {
    let precision = Precision::Decimals(decimals);
    Figure::Amount(Amount::new(Decimal::from(value), precision, Rounding::Nearest).unwrap())
}

pub(super) fn fact(company: &str, metric: &str, period: Period, figure: Figure) -> Reported {
    Reported {
        series: series(company, metric),
        period,
        figure,
        published: date("2000-01-01"),
        cell: 0,
        rank: Rank::Table,
    }
}

/// A document with one cell for each of its facts.
pub(super) fn document(id: &str, published: &str, facts: Vec<Reported>) -> PackageDocument {
    let published = date(published);
    let cells = (0..facts.len())
        .map(|n| Cell {
            address: format!("t1!R{n}C1"),
            place: "Table 1".into(),
            row: format!("row {}", n / 4),
            column: format!("column {}", n % 4),
            text: n.to_string(),
            scale: 3,
            unplaced: None,
        })
        .collect();
    let facts: Vec<Reported> = (0..)
        .zip(facts)
        .map(|(cell, fact)| Reported {
            published,
            cell,
            ..fact
        })
        .collect();
    let document = Document {
        id: id.parse().unwrap(),
        title: format!("Document {id}"),
        issuer: "Issuer".into(),
        kind: DocumentKind::Results,
        published,
        utc_offset: Some("+09:00".parse().unwrap()),
        reports: None,
    };
    digested(PackageDocument {
        digest: [0; 32],
        document,
        cells,
        facts,
        checks: Vec::new(),
    })
}

/// A document with the digest of what is in it.
pub(super) fn digested(document: PackageDocument) -> PackageDocument {
    let digest = digest(&document).unwrap();
    PackageDocument { digest, ..document }
}

/// The digest that documents of these tests have. Facts are numbered by cell.
#[allow(
    clippy::unnecessary_wraps,
    reason = "there are digests that cannot be made"
)]
pub(super) fn digest(document: &PackageDocument) -> Option<[u8; 32]> {
    let mut document = document.clone();
    document.facts.sort_by_key(|fact| fact.cell);
    document.digest = [0; 32];
    Some(Sha256::digest(format!("{document:?}")).into())
}

/// A package with companies `a` to `d` and metrics `m` and `n`.
pub(super) fn package(documents: Vec<PackageDocument>) -> Package {
    Package {
        companies: ["a", "b", "c", "d"].map(company).to_vec(),
        metrics: ["m", "n"].map(metric).to_vec(),
        documents,
        inferred: false,
        by_document: false,
        evidence: Evidence::default(),
        recorded: None,
    }
}

/// A document of company `a`, metric `m`.
pub(super) fn simple(id: &str, published: &str, facts: &[(u32, i64, i8)]) -> Package {
    let facts = facts
        .iter()
        .map(|&(n, value, decimals)| fact("a", "m", quarter(n), figure(value, decimals)))
        .collect();
    package(vec![document(id, published, facts)])
}

/// Writes a database anew, which must be closed, with something changed: its log has nothing else then, of before.
pub(super) fn write_anew(place: &Place, change: impl FnOnce(&mut Batch)) {
    let engine = Engine::open(&place.path()).unwrap();
    let mut batch = Batch::default();
    for space in Space::ALL {
        for raw in engine.space(space).unwrap() {
            let raw = raw.unwrap();
            let key = Key::parse(&raw.key).unwrap();
            batch.copy(&key, &raw.value().unwrap());
        }
    }
    drop(engine);
    std::fs::remove_dir_all(place.file("sled")).unwrap();
    change(&mut batch);
    drop(Engine::create(&place.path(), &batch).unwrap());
}

/// What a snapshot shows of a series: values by quarter, and flags (c conflicting, v versions).
pub(super) fn shown(snapshot: &Snapshot, company: &str, metric: &str) -> Vec<String> {
    let Some(id) = snapshot.series_id(&series(company, metric)) else {
        return Vec::new();
    };
    let rows = snapshot.current(id).unwrap();
    rows.iter()
        .map(|row| {
            let value = row.observation.figure.amount().unwrap().value();
            let conflicting = if row.conflicting { "c" } else { "" };
            let versions = if row.versions { "v" } else { "" };
            format!("{value}{conflicting}{versions}")
        })
        .collect()
}

/// Everything that can be read, as text.
pub(super) fn everything(store: &Store) -> String {
    let snapshot = store.snapshot();
    let mut lines = vec![format!("head {}", snapshot.sequence())];
    for company in snapshot.companies() {
        lines.push(format!("{company:?}"));
        for id in snapshot.series_of(&company.id) {
            lines.push(snapshot.series_key(id).unwrap().to_string());
            lines.push(format!("{:?}", snapshot.current(id).unwrap()));
            lines.push(format!("{:?}", snapshot.observations(id).unwrap()));
        }
    }
    for metric in snapshot.metrics() {
        lines.push(format!("{metric:?}"));
        for (variant, _) in snapshot.variants() {
            lines.push(format!("{:?}", panel(&snapshot, &metric.path, variant)));
        }
    }
    for (number, variant) in snapshot.variants() {
        lines.push(format!("{number} {variant:?}"));
    }
    for (number, document) in (0..).zip(snapshot.documents().unwrap()) {
        assert_eq!(
            snapshot.document_number(&document.id).unwrap(),
            Some(number)
        );
        lines.push(format!("{document:?}"));
        lines.push(format!("{:?}", snapshot.cells(number).unwrap()));
        lines.push(format!("{:?}", snapshot.checks(number).unwrap()));
    }
    lines.join("\n")
}

/// A package that gives each of so many series of company `a` the same value for one quarter.
pub(super) fn wide_package(id: &str, value: i64, width: usize) -> Package {
    let name = |n: usize| format!("w{n}");
    let facts = (0..width)
        .map(|n| fact("a", &name(n), quarter(0), figure(value, 0)))
        .collect();
    let mut package = package(vec![document(
        id,
        &format!("{:04}-01-01", 2000 + value),
        facts,
    )]);
    package.metrics.extend((0..width).map(|n| metric(&name(n))));
    package
}

/// Takes in a package as one of several, so that its figures go to blocks.
pub(super) fn commit_to_blocks(store: &Store, package: &Package) -> Result<Committed, StoreError> {
    let (committed, ended) = store.commit_all(&[package.clone(), Package::default()]);
    ended?;
    Ok(committed.into_iter().next().unwrap())
}

/// How many intent records there are.
pub(super) fn intents(store: &Store) -> usize {
    store
        .engine
        .range(Key::Intent(0)..=Key::Intent(u32::MAX))
        .unwrap()
        .count()
}

pub(super) fn assert_no_blobs(place: &Place) {
    let blobs = std::fs::read_dir(place.file("sled/blobs")).unwrap();
    assert_eq!(blobs.count(), 0, "sled never fsyncs its blobs");
}

/// The rows of a panel, by company. What is read in place is what is read in full.
pub(super) fn panel(
    snapshot: &Snapshot,
    metric: &MetricPath,
    variant: u32,
) -> Vec<(u32, Vec<CurrentRow>)> {
    let mut panel = Vec::new();
    let read = snapshot.panel(metric, variant, |company, current| {
        let all = current.all()?;
        assert_eq!(current.len(), all.len());
        for (index, row) in all.iter().enumerate() {
            assert_eq!(current.row(index)?.as_ref(), Some(row));
            let end = row.observation.period.end();
            for (first, last) in [(end, end), (end - Days::new(40), end + Days::new(1))] {
                let within = |day: NaiveDate| first <= day && day <= last;
                let periods = all.iter().map(|row| row.observation.period);
                let expected: Vec<Period> = periods.filter(|p| within(p.end())).collect();
                let (start, found) = current.ending(first, last)?;
                assert_eq!(found, expected);
                assert_eq!(
                    Some(&found[0]),
                    all.get(start).map(|row| &row.observation.period)
                );
            }
        }
        assert_eq!(current.row(all.len())?, None);
        let instant = |row: &CurrentRow| row.observation.period.start().is_none();
        assert_eq!(current.are_instants()?, all.iter().all(instant));
        panel.push((company, all));
        Ok::<_, StoreError>(())
    });
    read.unwrap();
    panel
}
