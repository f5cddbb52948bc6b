//! Whether a database holds what it must: every package that was done, each whole, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;
use kessan::{Database, Error, Figure, StoreError};

use crate::facts::{Name, Shape};
use crate::journal::{Journal, Known};

/// How many after the next a release of one company reports again what a release in several batches moves to its blocks. If that was
/// undone, their commits have one number.
const REPORTS_WHAT_MOVED: u32 = 3;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// A database with everything that was done.
    Whole,
    /// No database, or one that says its creation was not finished, and none was promised.
    Unfinished,
}

/// What a document says of a fact.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Seen {
    published: NaiveDate,
    document: String,
    cell: u32,
    figure: String,
}

/// By series and period.
type Facts = BTreeMap<(String, String), BTreeSet<Seen>>;

/// Judges the database of a folder by the journal beside it, and goes on with it: takes in one more package, and opens it
/// once more.
pub fn judge(folder: &Path, seed: u64) -> Result<Outcome> {
    let known = Known::read(folder)?;
    let path = folder.join("db");
    let journal = Journal::open(folder)?;
    let nothing = fs::read_dir(&path).map_or(true, |mut entries| entries.next().is_none());
    let mut outcome = Outcome::Whole;
    let db = if known.created {
        Database::open(&path).context("opening")?
    } else if nothing {
        outcome = Outcome::Unfinished;
        Database::open_or_create(&path).context("creating it anew")?
    } else {
        match Database::open(&path) {
            Ok(db) => db,
            Err(Error::Store(StoreError::Unfinished { .. })) => {
                outcome = Outcome::Unfinished;
                Database::open_or_create(&path).context("creating it where it was cut off")?
            }
            Err(error) => return Err(error).context("opening what was not finished"),
        }
    };
    if !known.created {
        journal.created()?;
    }
    let mut present = whole(&db, &known, seed)?;
    copies(folder, &known, &present, seed)?;

    let next = known.next();
    let last = known.begun.iter().max_by_key(|name| name.number);
    let (number, shape) = match last {
        Some(last) if last.shape == Shape::Recent => (next + REPORTS_WHAT_MOVED, Shape::Recent),
        _ => (next, Shape::Release),
    };
    let more = Name { number, shape };
    journal.begin(&[more])?;
    db.ingest(more.package(seed)?).context("the next commit")?;
    journal.done(&[more])?;
    present.insert(more);
    db.close();
    let db = Database::open(&path).context("opening once more")?;
    commits(&db, present.len())
        .and_then(|()| check(&db, &present, seed))
        .context("after the next commit")?;
    db.close();
    ensure!(
        fs::read_dir(path.join("sled/blobs"))?.next().is_none(),
        "a page became a blob"
    );
    Ok(outcome)
}

/// Checks that copies that were done are whole, and that no other folder has the name of one before it is. A copy has the packages
/// before the one of which it has the number.
fn copies(folder: &Path, known: &Known, present: &BTreeSet<Name>, seed: u64) -> Result<()> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // What was under way when it ended has a name of its own.
        if ["db", "journal", "judgement"].contains(&name.as_str()) || name.ends_with(".unfinished")
        {
            continue;
        }
        let (how, packages) = name.split_once('-').with_context(|| name.clone())?;
        let packages: u32 = packages.parse()?;
        let db = Database::open(folder.join(&name)).with_context(|| format!("opening {name}"))?;
        let then = present.iter().filter(|of| of.number < packages);
        let then: BTreeSet<Name> = then.copied().collect();
        // What is salvaged has one more, of companies and metrics alone.
        commits(&db, then.len() + usize::from(how == "salvaged"))
            .and_then(|()| check(&db, &then, seed))
            .with_context(|| name.clone())?;
        db.close();
        found.insert(name);
    }
    if let Some(lost) = known.copies.difference(&found).next() {
        bail!("{lost} was done, and is lost");
    }
    Ok(())
}

/// Checks that what was done is there, and of what was begun all of a package or nothing.
fn whole(db: &Database, known: &Known, seed: u64) -> Result<BTreeSet<Name>> {
    let mut present = BTreeSet::new();
    for document in db.documents()? {
        present.insert(document.id.as_str().parse::<Name>()?);
    }
    if let Some(lost) = known.done.difference(&present).next() {
        bail!("{lost} was done, and is lost");
    }
    if let Some(stray) = present.difference(&known.begun).next() {
        bail!("{stray} is there, and was never begun");
    }
    commits(db, present.len())?;
    check(db, &present, seed)?;
    Ok(present)
}

/// Checks that a database has so many commits.
fn commits(db: &Database, count: usize) -> Result<()> {
    let last = db.last_commit();
    ensure!(last == count as u64, "{count} packages, and commit {last}");
    Ok(())
}

/// Checks that a database holds these packages and nothing else.
fn check(db: &Database, present: &BTreeSet<Name>, seed: u64) -> Result<()> {
    let report = db.verify(|_| ControlFlow::Continue(()))?;
    ensure!(report.is_sound(), "{:?}", report.faults.first());
    let mut facts = Facts::new();
    for name in present {
        let package = name.package(seed)?;
        let filing = &package.filings[0];
        let cells = db.cells(filing.document.id.as_str())?;
        ensure!(cells == filing.cells, "the cells of {name} differ");
        for fact in &filing.facts {
            let of = (fact.series.to_string(), fact.period.to_string());
            facts.entry(of).or_default().insert(Seen {
                published: fact.published,
                document: name.to_string(),
                cell: fact.cell,
                figure: text(&fact.figure),
            });
        }
    }
    let found = read(db)?;
    ensure!(
        facts.len() == found.len(),
        "{} facts are there, and should be {}",
        found.len(),
        facts.len()
    );
    for ((of, should), (other, is)) in facts.iter().zip(&found) {
        ensure!(of == other, "{other:?} is there, and should be {of:?}");
        ensure!(
            should == is,
            "of {of:?} there is {is:?}, and should be {should:?}"
        );
    }
    Ok(())
}

fn text(figure: &Figure) -> String {
    format!("{figure:?}")
}

fn read(db: &Database) -> Result<Facts> {
    let mut facts = Facts::new();
    for company in db.companies() {
        for key in db.series_list(&company.id)? {
            for point in db.series_of(&key)?.all()?.points() {
                let shown = Seen {
                    published: point.published(),
                    document: point.document().to_string(),
                    cell: point.source().cell,
                    figure: text(point.figure()),
                };
                let mut seen = BTreeSet::new();
                if point.has_versions() {
                    for one in db.observations(point)? {
                        seen.insert(Seen {
                            published: one.published,
                            document: db.document_of(&one)?.id.to_string(),
                            cell: one.source.cell,
                            figure: text(&one.figure),
                        });
                    }
                    ensure!(
                        seen.last() == Some(&shown),
                        "{key} {} shows {shown:?}",
                        point.period()
                    );
                } else {
                    seen.insert(shown);
                }
                facts.insert((key.to_string(), point.period().to_string()), seen);
            }
        }
    }
    Ok(facts)
}
