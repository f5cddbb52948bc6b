//! The load itself.

use std::ops::ControlFlow;

use super::{LoadEnd, LoadFailure, LoadItem, LoadProgress, LoadReport, OnFailure};
use crate::error::Error;
use crate::store::{Snapshot, Store};

pub(crate) fn run<I>(
    store: &Store,
    snapshot: impl Fn() -> Snapshot,
    items: I,
    on_failure: OnFailure,
    mut progress: impl FnMut(&LoadProgress) -> ControlFlow<()>,
) -> Result<LoadReport, Error>
where
    I: Iterator<Item = Result<LoadItem, Error>> + Send,
{
    let mut report = LoadReport::default();
    let of_packages = match items.size_hint() {
        (least, Some(most)) if least == most => Some(least),
        _ => None,
    };
    let mut done = LoadProgress {
        of_packages,
        ..LoadProgress::default()
    };
    for item in items {
        done.packages += 1;
        match item {
            Ok(item) => {
                report.bytes = report.bytes.saturating_add(item.bytes);
                report.refused.extend(item.refused);
                let facts = item.package.filings.iter().map(|f| f.facts.len()).sum();
                let facts: usize = facts;
                let staged = item.package.staged(&snapshot());
                match staged.and_then(|staged| Ok(store.commit(&staged)?)) {
                    Ok(committed) => {
                        match committed.commit {
                            Some(_) => report.committed += 1,
                            None => report.unchanged += 1,
                        }
                        for document in committed.documents {
                            match document.known_before {
                                true => report.known_documents += 1,
                                false => report.new_documents += 1,
                            }
                            for outcome in document.outcomes {
                                report.add(outcome);
                            }
                        }
                    }
                    Err(error) => report.failed.push(LoadFailure {
                        source: item.source,
                        facts: facts as u64,
                        error,
                    }),
                }
            }
            Err(error) => report.failed.push(LoadFailure {
                source: String::new(),
                facts: 0,
                error,
            }),
        }
        done.bytes = report.bytes;
        done.facts = report.facts();
        done.refused = report.refused.len();
        done.failed = report.failed.len();
        if on_failure == OnFailure::Stop && !report.failed.is_empty() {
            report.end = LoadEnd::Stopped;
            break;
        }
        if progress(&done).is_break() {
            report.end = LoadEnd::Cancelled;
            break;
        }
    }
    Ok(report)
}
