//! The load itself: one thread reads, one makes digests, one writes.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::{
    DefinitionNote, DifferingDocument, KeptDefinition, LoadEnd, LoadFailure, LoadItem, LoadNote,
    LoadProgress, LoadReport, OnFailure,
};
use crate::error::Error;
use crate::ingest::{IngestError, IngestReason, Place};
use crate::package::{Digested, Package};
use crate::store;
use crate::store::{PackageDocument, Snapshot, Standing, Store, StoreError};

/// How many facts are handed to the writer at once, unless a single package has more.
const FACTS: usize = 16_384;
/// How many packages are.
const PACKAGES: usize = 64;

/// Reads all items and takes them in, in their order.
pub(crate) fn run(
    store: &Store,
    items: impl Iterator<Item = Result<LoadItem, Error>> + Send,
    on_failure: OnFailure,
    mut progress: impl FnMut(&LoadProgress) -> ControlFlow<()>,
) -> Result<LoadReport, Error> {
    let of_packages = match items.size_hint() {
        (least, Some(most)) if least == most => Some(most),
        _ => None,
    };
    let mut load = Load {
        store,
        stop: on_failure == OnFailure::Stop,
        report: LoadReport::default(),
        packages: 0,
    };
    // At most five runs of packages are in memory: three that are worked on, two that wait.
    let (to_digest, read) = sync_channel(1);
    let (to_write, ready) = sync_channel(1);
    thread::scope(|scope| {
        let failed = |error| StoreError::no_thread(&error);
        // The one that gets nothing to do first: without the other, nothing is read.
        let digesting = thread::Builder::new()
            .spawn_scoped(scope, move || digest_all(store, read, &to_write))
            .map_err(failed)?;
        let loading = thread::Builder::new()
            .spawn_scoped(scope, move || read_all(items, &to_digest))
            .map_err(failed)?;
        let ended = load.write(ready, of_packages, &mut progress);
        for thread in [digesting, loading] {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
        ended
    })?;
    Ok(load.report)
}

/// Items that are handed on together.
type Run = Vec<Result<LoadItem, Error>>;

/// A package that is read, or why it could not be.
struct Ready {
    about: About,
    package: Result<Digested, Error>,
    /// Whether it fits the metrics that the database had then, and so those that it has later.
    checked: bool,
}

/// What a report tells of a package.
#[derive(Default)]
struct About {
    source: String,
    bytes: u64,
    facts: usize,
    refused: Vec<IngestError>,
    notes: Vec<DefinitionNote>,
}

/// Reads until there is no more, or nobody takes it any more.
fn read_all(items: impl Iterator<Item = Result<LoadItem, Error>>, taker: &SyncSender<Run>) {
    let mut run = Vec::new();
    let mut facts: usize = 0;
    for item in items {
        if let Ok(item) = &item {
            facts = facts.saturating_add(facts_of(&item.package));
        }
        run.push(item);
        if facts >= FACTS || run.len() >= PACKAGES {
            facts = 0;
            if taker.send(std::mem::take(&mut run)).is_err() {
                return;
            }
        }
    }
    if !run.is_empty() {
        // Nobody takes it where the load was broken off.
        let _ = taker.send(run);
    }
}

/// Digests and checks what is read, until there is no more, or nobody takes it any more.
fn digest_all(store: &Store, runs: Receiver<Run>, taker: &SyncSender<Vec<Ready>>) {
    for run in runs {
        let known = store.snapshot();
        let ready = run.into_iter().map(|item| digest(item, &known));
        if taker.send(ready.collect()).is_err() {
            return;
        }
    }
}

fn digest(item: Result<LoadItem, Error>, known: &Snapshot) -> Ready {
    match item {
        Ok(item) => Ready {
            checked: item.package.check(known).is_ok(),
            about: About {
                source: item.source,
                bytes: item.bytes,
                facts: facts_of(&item.package),
                refused: item.refused,
                notes: item.notes,
            },
            package: match item.fault {
                Some(fault) => Err(fault.into()),
                None => item.package.digested(item.inferred, item.by_document),
            },
        },
        Err(error) => Ready {
            about: About::default(),
            package: Err(error),
            checked: false,
        },
    }
}

fn facts_of(package: &Package) -> usize {
    let filings = package.filings.iter();
    filings.map(|filing| filing.facts.len()).sum()
}

/// A load while it goes on.
struct Load<'a> {
    store: &'a Store,
    stop: bool,
    report: LoadReport,
    packages: usize,
}

impl Load<'_> {
    fn write(
        &mut self,
        runs: Receiver<Vec<Ready>>,
        of_packages: Option<usize>,
        progress: &mut impl FnMut(&LoadProgress) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        for run in runs {
            let stopped = self.run(run)?.is_break();
            let far = LoadProgress {
                packages: self.packages,
                of_packages,
                bytes: self.report.bytes,
                facts: self.report.facts(),
                refused: self.report.refused.len(),
                failed: self.report.failed.len(),
            };
            let cancelled = progress(&far).is_break();
            if stopped || cancelled {
                self.report.end = if stopped {
                    LoadEnd::Stopped
                } else {
                    LoadEnd::Cancelled
                };
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes in a run of packages. It breaks off where one fails and the load is to stop then.
    fn run(&mut self, run: Vec<Ready>) -> Result<ControlFlow<()>, Error> {
        let mut waiting = Waiting::default();
        for Ready {
            about,
            package,
            checked,
        } in run
        {
            let checked = match package {
                Ok(package) if checked => Ok(package.staged()),
                Ok(package) => {
                    let mut checked = package.check(&self.store.snapshot());
                    if checked.is_err() && !waiting.packages.is_empty() {
                        // It may need a metric that one of those brings.
                        if self.take_in(&mut waiting)?.is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                        checked = package.check(&self.store.snapshot());
                    }
                    checked.map(|()| package.staged())
                }
                Err(error) => Err(error),
            };
            match checked {
                Ok(package) => {
                    waiting.abouts.push(about);
                    waiting.packages.push(package);
                }
                Err(error) => {
                    // In their order: those before it are taken in, those after it may not be.
                    if self.take_in(&mut waiting)?.is_break()
                        || self.failed(about, error).is_break()
                    {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        self.take_in(&mut waiting)
    }

    /// Takes in what waits.
    fn take_in(&mut self, waiting: &mut Waiting) -> Result<ControlFlow<()>, Error> {
        let Waiting { abouts, packages } = std::mem::take(waiting);
        let mut abouts = abouts.into_iter();
        let mut rest = packages.as_slice();
        while !rest.is_empty() {
            let (committed, ended) = self.store.commit_all(rest);
            let mut taken = committed.len();
            for ((committed, package), about) in
                committed.into_iter().zip(rest).zip(abouts.by_ref())
            {
                self.committed(about, package, committed);
            }
            match ended {
                Ok(()) => {}
                Err(refusal) if refusal.is_refusal() => {
                    taken = taken.saturating_add(1);
                    if let Some(about) = abouts.next()
                        && self.failed(about, refusal.into()).is_break()
                    {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Err(error) => return Err(error.into()),
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Counts a package.
    fn done(&mut self, bytes: u64, refused: Vec<IngestError>) {
        self.packages = self.packages.saturating_add(1);
        self.report.bytes = self.report.bytes.saturating_add(bytes);
        self.report.refused.extend(refused);
    }

    fn failed(&mut self, about: About, error: Error) -> ControlFlow<()> {
        self.done(about.bytes, about.refused);
        self.report.failed.push(LoadFailure {
            source: about.source,
            facts: u64::try_from(about.facts).unwrap_or(u64::MAX),
            error,
        });
        if self.stop {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn committed(&mut self, about: About, package: &store::Package, committed: store::Committed) {
        self.done(about.bytes, about.refused);
        let report = &mut self.report;
        let source = &about.source;
        let notes = about.notes.into_iter().map(|note| LoadNote {
            source: source.clone(),
            note,
        });
        report.notes.extend(notes);
        let whole = match committed.commit {
            Some(_) => &mut report.committed,
            None => &mut report.unchanged,
        };
        *whole = whole.saturating_add(1);
        for (document, became) in package.documents.iter().zip(committed.documents) {
            let documents = match became.standing {
                Standing::New => &mut report.new_documents,
                Standing::Known => &mut report.known_documents,
                Standing::Differs => {
                    report.refused.extend(refused(&about.source, document));
                    report.differing_documents.push(DifferingDocument {
                        source: about.source.clone(),
                        document: document.document.id.clone(),
                        facts: u64::try_from(document.facts.len()).unwrap_or(u64::MAX),
                    });
                    continue;
                }
            };
            *documents = documents.saturating_add(1);
            for outcome in became.outcomes {
                report.add(outcome);
            }
        }
        let kept = committed.kept.into_iter();
        report
            .kept_definitions
            .extend(kept.map(|kept| KeptDefinition {
                company: kept.company,
                what: kept.what,
            }));
    }
}

/// The facts of a document that is known with other content.
fn refused(source: &str, document: &PackageDocument) -> impl Iterator<Item = IngestError> {
    document.facts.iter().map(move |fact| {
        let cell = usize::try_from(fact.cell).ok();
        let cell = cell.and_then(|number| document.cells.get(number));
        IngestReason::KnownOtherwise.at(&Place {
            document: source.to_owned(),
            table: Some(document.document.id.to_string()),
            row: cell.map(|cell| cell.row.clone()),
            line: None,
            column: cell.map(|cell| cell.column.clone()),
            text: cell.map(|cell| cell.text.clone()),
        })
    })
}

/// Packages that are checked.
#[derive(Default)]
struct Waiting {
    abouts: Vec<About>,
    packages: Vec<store::Package>,
}
