//! What opening does before anything is read: the chain of commits, and what a crash left behind.
//!
//! A crash between the write of a commit and that of HEAD leaves the tree ahead of HEAD by whole commits:
//! HEAD moves on. A crash inside a commit of several batches leaves its intent record: everything newer
//! than the head is taken out again. A tree that is behind HEAD has lost durable commits: an error.

use std::collections::{BTreeMap, BTreeSet};

use super::State;
use super::basis::Basis;
use super::catalog;
use super::commit::{BATCH, encode, fill};
use super::engine::{Engine, Entry, Tree};
use super::error::StoreError;
use super::head::HeadFile;
use super::merge::write_current;
use super::names::{Named, Names, Table};
use super::open::first_digest;
use super::order::DocumentOrder;
use super::recent;
use super::series;
use super::write::Write;
use crate::codec::addition::{Addition, AdditionsRecord, SumsRecord};
use crate::codec::envelope::PAYLOAD_LIMIT;
use crate::codec::manifest::{Head, Manifest};
use crate::codec::record::{
    CommitRecord, CompanyRecord, DocumentRecord, IntentRecord, Record, chain, unpack,
};
use crate::codec::{Key, Row, SeriesHeader, SeriesId, block};
use crate::model::{Id, Observation, Period, Split};

/// Brings tree and HEAD together, and reads what is kept in memory.
pub(super) fn recover(
    engine: &Engine,
    head_file: &mut HeadFile,
    manifest: &Manifest,
) -> Result<State, StoreError> {
    let durable = head_file.read()?;
    if durable.database != manifest.id {
        return Err(StoreError::damaged("HEAD is that of another database"));
    }
    check_first(engine, manifest)?;
    let (head, record) = follow_chain(engine, durable)?;
    advance(head_file, durable, head, record.previous)?;
    undo(engine, head.sequence, &record)?;
    let (names, additions) = read_names(engine, &record)?;
    if let Some(expected) = record.additions.filter(|expected| *expected != additions) {
        let what = format!("{additions} additions to companies, there should be {expected}");
        return Err(StoreError::damaged_at(&Key::Commit(head.sequence), what));
    }
    Ok(State {
        head,
        recorded: record.recorded,
        totals: record.totals,
        additions,
        names,
    })
}

/// Moves HEAD on, and mends a slot that is not whole. What is written first is not written over the slot that counts.
fn advance(
    head_file: &mut HeadFile,
    durable: Head,
    head: Head,
    previous: [u8; 32],
) -> Result<(), StoreError> {
    let before = head.sequence.checked_sub(1).map(|sequence| Head {
        sequence,
        chain: previous,
        ..head
    });
    let both = head.sequence % 2 == durable.sequence % 2;
    if let Some(before) = before
        && both
        && (head != durable || !head_file.has_slot_of(before)?)
    {
        head_file.write(before)?;
    }
    if head != durable {
        head_file.write(head)?;
    }
    Ok(())
}

/// Checks that commit 0 is there and of this database.
fn check_first(engine: &Engine, manifest: &Manifest) -> Result<(), StoreError> {
    match commit_record(engine, 0)? {
        Some((record, _)) if record.digest == first_digest(manifest) => Ok(()),
        Some(_) => Err(StoreError::damaged(
            "the data are those of another database",
        )),
        // What is lost is told by the chain.
        None => Ok(()),
    }
}

/// A commit record and its chain hash.
pub(super) fn commit_record(
    engine: &Engine,
    sequence: u64,
) -> Result<Option<(CommitRecord, [u8; 32])>, StoreError> {
    let key = Key::Commit(sequence);
    let Some(payload) = engine.get(&key)? else {
        return Ok(None);
    };
    let record: CommitRecord = unpack(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
    if record.sequence != sequence {
        return Err(StoreError::damaged_at(&key, "it has another number"));
    }
    Ok(Some((record, chain(&payload))))
}

/// Finds the durable commit, and the whole commits after it.
fn follow_chain(engine: &Engine, durable: Head) -> Result<(Head, CommitRecord), StoreError> {
    let last = match engine.last(Key::Commit(0)..=Key::Commit(u64::MAX))? {
        Some((Key::Commit(sequence), _)) => Some(sequence),
        _ => None,
    };
    if last.is_none_or(|last| last < durable.sequence) {
        return Err(StoreError::SledBehindHead {
            head: durable.sequence,
            found: last,
        });
    }
    let missing = |sequence| StoreError::damaged_at(&Key::Commit(sequence), "it is missing");
    let found = commit_record(engine, durable.sequence)?;
    let (mut record, hash) = found.ok_or_else(|| missing(durable.sequence))?;
    if hash != durable.chain {
        return Err(StoreError::damaged(
            "HEAD names another history of commits than the data have",
        ));
    }
    let mut head = durable;
    while last != Some(head.sequence) {
        let sequence = head.sequence.saturating_add(1);
        let (next, hash) = commit_record(engine, sequence)?.ok_or_else(|| missing(sequence))?;
        if next.previous != head.chain {
            let key = Key::Commit(sequence);
            return Err(StoreError::damaged_at(
                &key,
                "it does not follow the commit before it",
            ));
        }
        record = next;
        head = Head {
            sequence,
            chain: hash,
            ..head
        };
    }
    Ok((head, record))
}

/// Takes out what a commit that was interrupted has written.
fn undo(engine: &Engine, head: u64, record: &CommitRecord) -> Result<(), StoreError> {
    let mut intents = Vec::new();
    for entry in engine.range(Key::Intent(0)..=Key::Intent(u32::MAX))? {
        let (key, payload) = entry?;
        let intent: IntentRecord = unpack(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
        intents.push((key, intent));
    }
    // Without its first record nothing was announced, or all of it is done.
    if let Some((Key::Intent(0), first)) = intents.first() {
        let whole = intents.iter().zip(0..).all(|((key, intent), chunk)| {
            *key == Key::Intent(chunk)
                && (intent.sequence, intent.chunks) == (first.sequence, first.chunks)
        });
        let count = u32::try_from(intents.len()).ok();
        if !whole || count != Some(first.chunks) || first.sequence != head.saturating_add(1) {
            let key = Key::Intent(0);
            return Err(StoreError::damaged_at(
                &key,
                "it does not fit the last commit",
            ));
        }
        let mut groups = newer_names(engine, head, record)?;
        groups.extend(newer_documents(engine, record)?);
        write(engine, groups)?;
        let mut groups = Vec::new();
        for id in intents.iter().flat_map(|(_, intent)| intent.series()) {
            groups.extend(strip(engine, id, head)?);
            // Not all at once: a commit can have touched a great many series.
            if groups.len() >= BATCH {
                write(engine, std::mem::take(&mut groups))?;
            }
        }
        write(engine, groups)?;
        let series = intents.iter().flat_map(|(_, intent)| intent.series());
        let companies: BTreeSet<u32> = series.map(|id| id.company).collect();
        for company in companies {
            write(engine, settled(engine, company)?)?;
        }
    }
    // The first record goes last: until then, a crash here begins this again.
    let removals = intents
        .into_iter()
        .rev()
        .map(|(key, _)| vec![Write::remove(key)]);
    write(engine, removals.collect())
}

fn write(engine: &Engine, groups: Vec<Vec<Write>>) -> Result<(), StoreError> {
    let batches = encode(fill(groups, BATCH))?;
    batches
        .into_iter()
        .try_for_each(|batch| engine.apply(&batch))
}

fn removals(
    engine: &Engine,
    first: Key,
    last: Key,
    newer: impl Fn(&Key) -> bool,
) -> Result<Vec<Vec<Write>>, StoreError> {
    let mut groups = Vec::new();
    for entry in engine.range(first..=last)? {
        let (key, _) = entry?;
        if newer(&key) {
            groups.push(vec![Write::remove(key)]);
        }
    }
    Ok(groups)
}

/// Companies, metrics and variants beyond the head's, and what was added to companies after it, series among it.
fn newer_names(
    engine: &Engine,
    head: u64,
    record: &CommitRecord,
) -> Result<Vec<Vec<Write>>, StoreError> {
    let totals = record.totals;
    let mut groups = Vec::new();
    for (key, first) in [
        (Key::Company as fn(u32) -> Key, totals.companies),
        (Key::Metric, totals.metrics),
        (Key::Variant, totals.variants),
    ] {
        groups.extend(removals(engine, key(first), key(u32::MAX), |_| true)?);
    }
    for key in [sums as fn(u32, u64, u16) -> Key, additions, catalog::record] {
        let newer = |key: &Key| match key {
            Key::Sums { commit, .. }
            | Key::Additions { commit, .. }
            | Key::Catalog { commit, .. } => *commit > head,
            _ => false,
        };
        let (first, last) = (key(0, 0, 0), key(u32::MAX, u64::MAX, u16::MAX));
        groups.extend(removals(engine, first, last, newer)?);
    }
    Ok(groups)
}

pub(super) fn sums(company: u32, commit: u64, chunk: u16) -> Key {
    Key::Sums {
        company,
        commit,
        chunk,
    }
}

pub(super) fn additions(company: u32, commit: u64, chunk: u16) -> Key {
    Key::Additions {
        company,
        commit,
        chunk,
    }
}

/// Documents beyond the head's, with their cells and checks.
fn newer_documents(engine: &Engine, record: &CommitRecord) -> Result<Vec<Vec<Write>>, StoreError> {
    let first = record.totals.documents;
    let mut groups = Vec::new();
    for entry in engine.range(Key::Document(first)..=Key::Document(u32::MAX))? {
        let (key, payload) = entry?;
        let document: DocumentRecord =
            unpack(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
        let index = Key::DocumentIndex(document.document.id);
        groups.push(vec![Write::remove(index), Write::remove(key)]);
    }
    let cells = |document, first| Key::Cells { document, first };
    let checks = |document, chunk| Key::Checks { document, chunk };
    groups.extend(removals(
        engine,
        cells(first, 0),
        cells(u32::MAX, u32::MAX),
        |_| true,
    )?);
    groups.extend(removals(
        engine,
        checks(first, 0),
        checks(u32::MAX, u32::MAX),
        |_| true,
    )?);
    Ok(groups)
}

/// Takes the rows after the head out of a series; `None` where it has none.
pub(super) fn strip(
    engine: &Engine,
    id: SeriesId,
    head: u64,
) -> Result<Option<Vec<Write>>, StoreError> {
    let Some(stored) = series::read(engine, id)? else {
        return Ok(None);
    };
    let header = stored.header;
    if header.commit <= head {
        return Ok(None);
    }
    let history = series::read_history(engine, id, &header, |_| true)?;
    let mut facts: BTreeMap<Period, Vec<Observation>> = BTreeMap::new();
    for observation in series::all_until(head, &stored.rows, history) {
        facts
            .entry(observation.period)
            .or_default()
            .push(observation);
    }
    let mut writes = Vec::new();
    if facts.is_empty() {
        writes.push(Write::remove(Key::entry(id)));
        let current = (0..header.chunks).map(|chunk| Key::Current { series: id, chunk });
        writes.extend(current.map(Write::remove));
        let history = (0..header.history_chunks).map(|chunk| Key::History { series: id, chunk });
        writes.extend(history.map(Write::remove));
        return Ok(Some(writes));
    }
    let header = SeriesHeader {
        commit: head,
        ..header
    };
    let made = series_of(engine, id, header, facts)?;
    let surplus = made.history_chunks..header.history_chunks;
    writes.extend(made.writes);
    writes.extend(surplus.map(|chunk| Write::remove(Key::History { series: id, chunk })));
    Ok(Some(writes))
}

/// Takes those rows out of the recent rows of a company that a commit which was cut off has left in blocks.
fn settled(engine: &Engine, company: u32) -> Result<Vec<Vec<Write>>, StoreError> {
    if engine.get(&Key::Recent(company))?.is_none() {
        return Ok(Vec::new());
    }
    let all = recent::of_company(engine, company)?;
    let mut left = recent::OfCompany::new();
    for (&(metric, variant), waiting) in &all {
        let series = SeriesId {
            metric,
            variant,
            company,
        };
        let mut waiting = waiting.clone();
        let key = Key::Current { series, chunk: 0 };
        if let Some(value) = engine.get(&key)? {
            let parsed = crate::codec::series::parse(&value);
            let (header, _) = parsed.map_err(|error| StoreError::decoding(&key, &error))?;
            waiting.beyond(&header);
            waiting.on_block = true;
        }
        if !waiting.rows.is_empty() {
            left.insert((metric, variant), waiting);
        }
    }
    if left == all {
        return Ok(Vec::new());
    }
    Ok(vec![vec![recent::write(company, &left)?]])
}

/// A series made of all its observations.
pub(super) struct Made {
    pub(super) writes: Vec<Write>,
    history_chunks: u32,
}

/// Makes the blocks of a series of its facts. `header` tells its commits, and how many chunks of the current block are there
/// already.
pub(super) fn series_of(
    tree: &dyn Tree,
    id: SeriesId,
    header: SeriesHeader,
    facts: BTreeMap<Period, Vec<Observation>>,
) -> Result<Made, StoreError> {
    let mut writes = Vec::new();
    let mut order = DocumentOrder::default();
    let mut rows = Vec::with_capacity(facts.len());
    let mut kept: Vec<Row> = Vec::new();
    for observations in facts.into_values() {
        // A fact with one observation is not in the history.
        if observations.len() > 1 {
            kept.extend(observations.iter().cloned().map(Row::from));
        }
        order.learn(tree, &observations)?;
        rows.push(series::row_of(observations, &order)?);
    }
    let payloads = if kept.is_empty() {
        Vec::new()
    } else {
        block::encode_split(&block::borrowed(&kept), PAYLOAD_LIMIT)?
    };
    let mut history_chunks: u32 = 0;
    for payload in payloads {
        let key = Key::History {
            series: id,
            chunk: history_chunks,
        };
        writes.push(Write::put(key, payload));
        history_chunks = history_chunks.saturating_add(1);
    }
    let header = SeriesHeader {
        history_chunks,
        history_rows: u64::try_from(kept.len()).unwrap_or(u64::MAX),
        ..header
    };
    write_current(id, header, &block::borrowed(&rows), &mut writes)?;
    Ok(Made {
        writes,
        history_chunks,
    })
}

/// Reads the names of companies, metrics and variants, and counts what was added to companies.
fn read_names(engine: &Engine, record: &CommitRecord) -> Result<(Names, u64), StoreError> {
    let totals = record.totals;
    let mut with_recent: Vec<Id> = Vec::new();
    let mut names = Names {
        companies: read_table(
            engine,
            Key::Company,
            totals.companies,
            |record: CompanyRecord| {
                if record.recent {
                    with_recent.push(record.id.clone());
                }
                record.into_company()
            },
        )?,
        bases: Table::default(),
        recent: Table::default(),
        metrics: read_table(engine, Key::Metric, totals.metrics, |metric| metric)?,
        variants: read_table(engine, Key::Variant, totals.variants, |variant| variant)?,
    };
    for id in with_recent {
        if let Some(number) = names.companies.number(&id) {
            names.set_recent(number)?;
        }
    }
    let mut added: BTreeMap<u32, Vec<Addition>> = BTreeMap::new();
    for entry in engine.range(sums(0, 0, 0)..=sums(u32::MAX, u64::MAX, u16::MAX))? {
        let (key, payload) = entry?;
        let identities = unpack::<SumsRecord>(&payload)
            .and_then(|record| record.identities())
            .map_err(|e| StoreError::decoding(&key, &e))?;
        if let Key::Sums { company, .. } = key {
            let identities = identities.into_iter().map(Addition::Identity);
            added.entry(company).or_default().extend(identities);
        }
    }
    for entry in engine.range(additions(0, 0, 0)..=additions(u32::MAX, u64::MAX, u16::MAX))? {
        let (key, payload) = entry?;
        let AdditionsRecord(record) =
            unpack(&payload).map_err(|e| StoreError::decoding(&key, &e))?;
        if let Key::Additions { company, .. } = key {
            added.entry(company).or_default().extend(record);
        }
    }
    let additions = added.values().map(Vec::len).sum::<usize>();
    for (number, added) in added {
        let known = names.companies.get(number).cloned();
        let Some(mut company) = known else {
            return Err(StoreError::damaged_at(
                &Key::Company(number),
                "it is missing",
            ));
        };
        let (identities, basis) = Basis::of(number, added);
        company.identities = identities;
        let twice = |pair: &[Split]| matches!(pair, [a, b] if a.date() == b.date());
        if basis.declared.windows(2).any(twice) {
            return Err(StoreError::damaged_at(
                &Key::Company(number),
                "it has two splits on one day",
            ));
        }
        company.splits = basis.splits();
        names.set_basis(number, basis)?;
        names.companies.replace(number, company);
    }
    Ok((names, u64::try_from(additions).unwrap_or(u64::MAX)))
}

fn read_table<R: Record, T: Named>(
    engine: &Engine,
    key: fn(u32) -> Key,
    count: u32,
    mut item: impl FnMut(R) -> T,
) -> Result<Table<T>, StoreError> {
    let mut table = Table::default();
    for entry in engine.range(key(0)..=key(u32::MAX))? {
        let (found, payload): Entry = entry?;
        let next = table.len();
        if next >= count {
            return Err(StoreError::damaged_at(
                &found,
                "the last commit does not know it",
            ));
        }
        if found != key(next) {
            return Err(StoreError::damaged_at(&key(next), "it is missing"));
        }
        let record: R = unpack(&payload).map_err(|e| StoreError::decoding(&found, &e))?;
        let item = item(record);
        if table.number(item.name()).is_some() {
            return Err(StoreError::damaged_at(&found, "its name is there twice"));
        }
        table.push(item);
    }
    if table.len() != count {
        return Err(StoreError::damaged_at(&key(table.len()), "it is missing"));
    }
    Ok(table)
}
