//! Copies of a database: one that is open, at a commit; and one that is closed, file by file.
//!
//! The files of an open database cannot be copied: a copy would have pages of several moments. Its keys can, as far as they are of
//! one commit; what a later commit has changed meanwhile is made as it was.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::catalog;
use super::engine::{Engine, Value};
use super::error::StoreError;
use super::fresh::{Builder, Fresh};
use super::open::read_manifest;
use super::progress::{Meter, UpkeepProgress, UpkeepStep, UpkeepTask};
use super::recent::{self, OfCompany, Waiting};
use super::recover::{additions, strip, sums};
use super::verify::{Digest, VerifyReport};
use super::{State, Store};
use crate::codec::record::{CompanyRecord, DocumentRecord, pack, unpack};
use crate::codec::{Key, SeriesHeader, SeriesId, series};

/// How often a series is read again when a writer came between.
const TRIES: usize = 1000;

/// Copies a database as of its last commit to a new folder, verifies the copy, and says what was verified.
pub(super) fn backup(
    store: &Store,
    target: &Path,
    digest: &Digest<'_>,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<VerifyReport, StoreError> {
    let fresh = Fresh::new(target)?;
    let state = store.state();
    let head = state.head;
    let manifest = read_manifest(store.engine.folder())?;
    let mut copy = Copy {
        engine: &store.engine,
        state,
        builder: Builder::new(&fresh.folder())?,
        meter: Meter::new(UpkeepTask::Copy, progress),
    };
    copy.definitions()?;
    copy.commits()?;
    copy.documents()?;
    copy.series()?;
    copy.builder.end(&manifest, head)?;
    fresh.finish(Some(head), digest, progress)
}

/// Copies a database that nobody has open to a new folder, verifies the copy, and says what was verified. The original is only
/// read.
pub(super) fn restore(
    backup: &Path,
    target: &Path,
    digest: &Digest<'_>,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<VerifyReport, StoreError> {
    read_manifest(backup)?;
    check_apart(backup, target)?;
    let fresh = Fresh::new(target)?;
    copy_files(backup, &fresh.folder(), progress)?;
    fresh.finish(None, digest, progress)
}

/// The parts of a copy at one commit.
struct Copy<'a> {
    engine: &'a Engine,
    state: Arc<State>,
    builder: Builder,
    meter: Meter<'a>,
}

impl Copy<'_> {
    /// Companies, metrics and variants as they were then: a later commit writes some of them anew.
    fn definitions(&mut self) -> Result<(), StoreError> {
        let state = Arc::clone(&self.state);
        let names = &state.names;
        let totals = state.totals;
        let all = [totals.companies, totals.metrics, totals.variants];
        let all = all.into_iter().map(u64::from).sum();
        self.meter.begin(UpkeepStep::Definitions, Some(all))?;
        for (number, company) in names.companies.iter() {
            let recent = names.has_recent(number);
            let record = pack(&CompanyRecord::of(company, recent))?;
            self.builder.put(&Key::Company(number), &record)?;
            for key in [sums as fn(u32, u64, u16) -> Key, additions] {
                self.range(
                    key(number, 0, 0),
                    key(number, state.head.sequence, u16::MAX),
                )?;
            }
            self.meter.tick()?;
        }
        for (number, metric) in names.metrics.iter() {
            self.builder.put(&Key::Metric(number), &pack(metric)?)?;
            self.meter.tick()?;
        }
        for (number, variant) in names.variants.iter() {
            self.builder.put(&Key::Variant(number), &pack(variant)?)?;
            self.meter.tick()?;
        }
        Ok(())
    }

    fn commits(&mut self) -> Result<(), StoreError> {
        let head = self.state.head.sequence;
        self.meter
            .begin(UpkeepStep::Commits, Some(head.saturating_add(1)))?;
        for sequence in 0..=head {
            self.one(&Key::Commit(sequence))?;
            self.meter.tick()?;
        }
        Ok(())
    }

    fn documents(&mut self) -> Result<(), StoreError> {
        let count = self.state.totals.documents;
        self.meter
            .begin(UpkeepStep::Documents, Some(count.into()))?;
        for document in 0..count {
            let key = Key::Document(document);
            let value = self.one(&key)?;
            let record: DocumentRecord =
                unpack(&value).map_err(|error| StoreError::decoding(&key, &error))?;
            self.one(&Key::DocumentIndex(record.document.id))?;
            let cells = |first| Key::Cells { document, first };
            self.range(cells(0), cells(u32::MAX))?;
            let checks = |chunk| Key::Checks { document, chunk };
            self.range(checks(0), checks(u32::MAX))?;
            self.meter.tick()?;
        }
        Ok(())
    }

    fn series(&mut self) -> Result<(), StoreError> {
        let head = self.state.head.sequence;
        self.meter
            .begin(UpkeepStep::Series, Some(self.state.totals.series))?;
        for company in 0..self.state.totals.companies {
            self.of_company(company, head)?;
        }
        Ok(())
    }

    fn of_company(&mut self, company: u32, head: u64) -> Result<(), StoreError> {
        // Before the blocks, as what is in it may go there meanwhile.
        let mut recent = if self.state.names.has_recent(company) {
            Some(recent::of_company(self.engine, company)?)
        } else {
            None
        };
        for waiting in recent.iter_mut().flat_map(OfCompany::values_mut) {
            waiting.until(head);
        }
        for (key, value) in catalog::values_of(self.engine, company)? {
            let listed = catalog::read(&key, &value);
            let listed = listed.map_err(|error| StoreError::decoding(&key, &error))?;
            // A value of the catalog lists what one commit created.
            if listed.iter().any(|(_, created)| *created > head) {
                continue;
            }
            self.builder.copy(&key, &value)?;
            for (id, _) in listed {
                let pair = (id.metric, id.variant);
                let waiting = recent.as_mut().and_then(|recent| recent.get_mut(&pair));
                self.one_series(id, waiting)?;
                self.meter.tick()?;
            }
        }
        if let Some(mut recent) = recent {
            recent.retain(|_, waiting| !waiting.rows.is_empty());
            let payload = recent::payload(&recent)?;
            self.builder.put(&Key::Recent(company), &payload)?;
        }
        Ok(())
    }

    /// Copies the blocks of a series; where a later commit has written them, makes them as they were. Leaves those of its recent rows
    /// that they do not have.
    fn one_series(
        &mut self,
        id: SeriesId,
        waiting: Option<&mut Waiting>,
    ) -> Result<(), StoreError> {
        let first = Key::Current {
            series: id,
            chunk: 0,
        };
        let alone = |waiting: &&mut Waiting| !waiting.on_block && !waiting.rows.is_empty();
        for _ in 0..TRIES {
            let value = self.engine.get(&first)?;
            if value.is_none() && waiting.as_ref().is_some_and(alone) {
                return Ok(());
            }
            let missing = || StoreError::damaged_at(&first, "it is missing");
            let value = value.ok_or_else(missing)?;
            let header = header_of(&first, &value)?;
            let head = self.state.head.sequence;
            if header.commit > head {
                if let Some(waiting) = waiting {
                    waiting.rows.clear();
                }
                return self.earlier(id);
            }
            let rest = self.rest_of(id, &header)?;
            // All that a commit changes of a series is changed at once: if the first chunk is the same, so was all of it.
            let again = required(self.engine, &first)?;
            if *again == *value
                && let Some(rest) = rest
            {
                self.builder.copy(&first, &value)?;
                for (key, value) in rest {
                    self.builder.copy(&key, &value)?;
                }
                if let Some(waiting) = waiting {
                    waiting.beyond(&header);
                    waiting.on_block = true;
                }
                return Ok(());
            }
            if *again == *value {
                return Err(StoreError::damaged_at(
                    &first,
                    "a chunk of its series is missing",
                ));
            }
        }
        Err(StoreError::damaged_at(
            &first,
            "the chunks of its series do not belong together",
        ))
    }

    /// What a series has behind the first chunk of its current block; `None` where something is missing.
    fn rest_of(
        &self,
        id: SeriesId,
        header: &SeriesHeader,
    ) -> Result<Option<Vec<(Key, Value)>>, StoreError> {
        let current = (1..header.chunks).map(|chunk| Key::Current { series: id, chunk });
        let history = (0..header.history_chunks).map(|chunk| Key::History { series: id, chunk });
        let mut rest = Vec::new();
        for key in current.chain(history) {
            match self.engine.get(&key)? {
                Some(value) => rest.push((key, value)),
                None => return Ok(None),
            }
        }
        Ok(Some(rest))
    }

    fn earlier(&mut self, id: SeriesId) -> Result<(), StoreError> {
        let writes = strip(self.engine, id, self.state.head.sequence)?;
        for write in writes.into_iter().flatten() {
            if let Some(payload) = write.payload {
                self.builder.put(&write.key, &payload)?;
            }
        }
        Ok(())
    }

    fn one(&mut self, key: &Key) -> Result<Value, StoreError> {
        let value = required(self.engine, key)?;
        self.builder.copy(key, &value)?;
        Ok(value)
    }

    fn range(&mut self, first: Key, last: Key) -> Result<(), StoreError> {
        let engine = self.engine;
        for entry in engine.range(first..=last)? {
            let (key, value) = entry?;
            self.builder.copy(&key, &value)?;
        }
        Ok(())
    }
}

fn required(engine: &Engine, key: &Key) -> Result<Value, StoreError> {
    let value = engine.get(key)?;
    value.ok_or_else(|| StoreError::damaged_at(key, "it is missing"))
}

fn header_of(key: &Key, value: &Value) -> Result<SeriesHeader, StoreError> {
    let parsed = series::parse(value);
    let (header, _) = parsed.map_err(|error| StoreError::decoding(key, &error))?;
    Ok(header)
}

/// Passes a target that is not within the folder that is copied, which is to stay as it is.
pub(super) fn check_apart(from: &Path, target: &Path) -> Result<(), StoreError> {
    let found = fs::canonicalize(from).map_err(|error| StoreError::io("find", from, &error))?;
    let absolute =
        std::path::absolute(target).map_err(|error| StoreError::io("find", target, &error))?;
    let mut around = absolute.ancestors();
    if around.any(|path| fs::canonicalize(path).is_ok_and(|path| path == found)) {
        return Err(StoreError::Exists {
            path: target.to_owned(),
        });
    }
    Ok(())
}

/// How many bytes are copied between two reports.
const RUN: u64 = 4 << 20;

/// Copies the files of a database that nobody has open.
fn copy_files(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let failed = |path: &Path, error: io::Error| StoreError::io("copy", path, &error);
    for entry in fs::read_dir(from).map_err(|error| failed(from, error))? {
        let entry = entry.map_err(|error| failed(from, error))?;
        let path = entry.path();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().map_err(|error| failed(&path, error))?;
        if kind.is_dir() {
            fs::create_dir(&target).map_err(|error| failed(&path, error))?;
            copy_files(&path, &target, progress)?;
        } else if kind.is_file() {
            copy_file(&path, &target, progress)?;
        } else {
            return Err(StoreError::NotAFile { path });
        }
    }
    Ok(())
}

fn copy_file(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(&UpkeepProgress) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::io("copy", from, &error);
    let mut meter = Meter::new(UpkeepTask::Copy, progress);
    let mut source = File::open(from).map_err(failed)?;
    let mut copy = File::create_new(to).map_err(failed)?;
    let length = source.metadata().map_err(failed)?.len();
    meter.begin(UpkeepStep::Files, Some(length))?;
    loop {
        let run = io::copy(&mut (&mut source).take(RUN), &mut copy).map_err(failed)?;
        if run == 0 {
            break;
        }
        meter.advance(run)?;
    }
    copy.flush().and_then(|()| copy.sync_all()).map_err(failed)
}
