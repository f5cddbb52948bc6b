//! Loading a data set.

use std::collections::BTreeSet;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

use kessan::{DataSetOptions, Database, IngestError, IngestReason, LoadItem, LoadReport, RowFault};

use crate::shared::load::{Care, bar};

/// Loads the filings of a data set: what became of them, and the rows that are of no filing.
pub(crate) fn load(
    db: &Database,
    file: &Path,
    ignored: &[String],
    care: Care,
) -> Result<(LoadReport, Vec<IngestError>), Box<dyn Error>> {
    let options = ignored
        .iter()
        .fold(DataSetOptions::new(), DataSetOptions::ignore);
    let set = options.open(file)?;
    let set = if care.strict { set.strict()? } else { set };
    if !set.layout().is_known() {
        eprintln!("note: {}: {}", file.display(), set.layout());
    }
    let strays = set.refused().to_vec();
    let bar = bar(
        u64::try_from(set.len())?,
        "{wide_bar} {pos} of {len} filings, {msg}, {eta} left",
    )?;
    let items = set.map(|filing| {
        let filing = filing?;
        Ok(if care.strict {
            LoadItem::strict_filing(filing)
        } else {
            LoadItem::from(filing)
        })
    });
    let report = db.load(items, care.on_failure(), |progress| {
        bar.set_position(progress.packages.try_into().unwrap_or(u64::MAX));
        let seconds = bar.elapsed().as_secs().max(1);
        let speed = progress.facts / seconds;
        bar.set_message(format!("{} facts, {speed} a second", progress.facts));
        ControlFlow::Continue(())
    })?;
    bar.finish_and_clear();
    Ok((report, strays))
}

/// What can be done about columns that are not known, where rows were refused for them.
pub(crate) fn hint(refused: &[IngestError]) {
    let unknown = |refused: &IngestError| match &*refused.reason {
        IngestReason::Row(RowFault::UnknownColumn { column }) => Some(column.clone()),
        _ => None,
    };
    let unknown: BTreeSet<String> = refused.iter().filter_map(unknown).collect();
    for column in unknown {
        eprintln!(
            "note: if the column {column:?} does not change what a value means: --ignore-column {column}"
        );
    }
}
