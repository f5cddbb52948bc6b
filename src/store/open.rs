//! Creating and opening a database.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;

use super::engine::{Batch, Engine, sync_path};
use super::error::StoreError;
use super::head::HeadFile;
use super::listed::Listed;
use super::names::Names;
use super::opening::check_file;
use super::{State, Store, recover};
use crate::codec::key::Space;
use crate::codec::manifest::{Head, MANIFEST_LENGTH, Manifest};
use crate::codec::record::{CommitRecord, Totals, chain, digest_of, pack};
use crate::codec::{CodecError, FORMAT_VERSION, Key, envelope};

const MANIFEST: &str = "MANIFEST";
const NEW_MANIFEST: &str = "MANIFEST.new";

/// Creates a database in a new or empty folder, or where a creation was cut off; or leaves what was there before. It is as old
/// as it is told: seconds since 1970-01-01 UTC.
pub(super) fn create(path: &Path, created: i64) -> Result<Store, StoreError> {
    let new = match fs::create_dir(path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            check_vacant(path)?;
            false
        }
        Err(error) => return Err(StoreError::io("create the folder", path, &error)),
    };
    let filled = fill(path, created);
    if filled.is_err() && new {
        // What somebody else has put there meanwhile stays.
        let _ = fs::remove_dir(path);
    }
    filled
}

/// Makes the files of a database in an empty folder. MANIFEST is the last: without it, the folder is not a database yet.
fn fill(path: &Path, created: i64) -> Result<Store, StoreError> {
    let manifest = Manifest {
        id: new_id(),
        created,
    };
    let record = CommitRecord {
        previous: [0; 32],
        sequence: 0,
        recorded: manifest.created,
        documents: 0,
        rows: 0,
        digest: first_digest(&manifest),
        totals: Totals::default(),
        additions: Some(0),
    };
    let payload = pack(&record)?;
    let head = Head {
        database: manifest.id,
        sequence: 0,
        chain: chain(&payload),
    };
    // Of two that create at once, one makes it; from then on, what is in the folder is of its making.
    let head_file = if is_unfinished(path) {
        take_over(path, head)?
    } else {
        HeadFile::create(path, head)?
    };
    let filled = fill_tree(path, &manifest, &payload).and_then(|engine| {
        head_file.unlock()?;
        Ok(engine)
    });
    if filled.is_err() {
        let _ = fs::remove_file(path.join(MANIFEST));
        let _ = fs::remove_file(path.join(NEW_MANIFEST));
        let _ = fs::remove_dir_all(path.join("sled"));
        let _ = fs::remove_file(HeadFile::path(path));
    }
    let state = State {
        head,
        recorded: record.recorded,
        totals: record.totals,
        additions: 0,
        names: Names::default(),
    };
    Ok(Store::new(filled?, head_file, state, Listed::default()))
}

/// Clears away what a creation left that was cut off, but for its HEAD, which gets a first head.
fn take_over(path: &Path, head: Head) -> Result<HeadFile, StoreError> {
    let exists = || StoreError::Exists {
        path: path.to_owned(),
    };
    let mut file = HeadFile::open(path)?;
    file.lock(path)?;
    // Whoever had the lock may have finished it.
    if !is_unfinished(path) {
        return Err(exists());
    }
    if file.is_blank() {
        file.fill(head)?;
    }
    // Or given up, and removed the file, and somebody else has made another.
    if HeadFile::look(path).map(|found| found.database) != file.read().map(|own| own.database) {
        return Err(exists());
    }
    let cleared = |error: io::Error| StoreError::io("delete what was unfinished", path, &error);
    remove(fs::remove_file(path.join(NEW_MANIFEST))).map_err(cleared)?;
    remove(fs::remove_dir_all(path.join("sled"))).map_err(cleared)?;
    // A HEAD that is not whole is taken for unfinished only where it is alone.
    sync_path(path)?;
    file.fill(head)?;
    Ok(file)
}

/// What removing something came to, where it need not have been there.
fn remove(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The tree with its first commit, and MANIFEST.
fn fill_tree(path: &Path, manifest: &Manifest, payload: &[u8]) -> Result<Engine, StoreError> {
    // Where there is a tree, there is a HEAD.
    sync_path(path)?;
    // Commit 0, so that a tree that lost everything is told from a new one.
    let mut first = Batch::default();
    first.insert(&Key::Commit(0), payload)?;
    let engine = Engine::create(path, &first)?;
    sync_path(path)?;
    write_manifest(path, manifest)?;
    Ok(engine)
}

/// Commit 0 names the database, so that the data of one do not pass for those of another.
pub(super) fn first_digest(manifest: &Manifest) -> [u8; 32] {
    let mut digest = [0; 32];
    for (to, from) in digest.iter_mut().zip(manifest.id) {
        *to = from;
    }
    digest
}

fn check_vacant(path: &Path) -> Result<(), StoreError> {
    let exists = || StoreError::Exists {
        path: path.to_owned(),
    };
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(exists()),
        Err(error) => return Err(StoreError::io("read the folder", path, &error)),
    };
    match entries.next() {
        Some(_) if !is_unfinished(path) => Err(exists()),
        _ => Ok(()),
    }
}

/// Whether a folder holds the beginnings of a database: a HEAD without commits, or none of its bytes, no MANIFEST yet, and no document.
fn is_unfinished(path: &Path) -> bool {
    let Ok(mut head) = HeadFile::open(path) else {
        return false;
    };
    let alone = || fs::read_dir(path).is_ok_and(|entries| entries.count() == 1);
    let begun = match head.read() {
        Ok(head) => head.sequence == 0,
        Err(_) => alone() && head.is_blank(),
    };
    begun && !path.join(MANIFEST).exists() && !has_documents(path)
}

/// Whether the log of a database has the record of a document, or cannot be read. MANIFEST and an older HEAD can be lost; what is
/// taken for unfinished is deleted.
fn has_documents(path: &Path) -> bool {
    let log = path.join("sled/db");
    if check_file(&log).is_err() {
        return true;
    }
    let search = || -> io::Result<bool> {
        let log = match File::open(&log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let mut bytes = Vec::new();
        loop {
            // A header may lie across two pieces.
            bytes.drain(..bytes.len().saturating_sub(envelope::HEADER));
            if (&log).take(1 << 16).read_to_end(&mut bytes)? == 0 {
                return Ok(false);
            }
            let mut places = bytes.windows(envelope::HEADER);
            if places.any(|bytes| envelope::is_of(bytes, Space::Document)) {
                return Ok(true);
            }
        }
    };
    search().unwrap_or(true)
}

pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let new = path.join(NEW_MANIFEST);
    File::create_new(&new)
        .and_then(|mut file| {
            file.write_all(&manifest.to_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path.join(MANIFEST)))
        .map_err(|e| StoreError::io("write MANIFEST", path, &e))?;
    sync_path(path)?;
    let absolute = std::path::absolute(path).map_err(|e| StoreError::io("fsync", path, &e))?;
    match absolute.parent() {
        Some(parent) => sync_path(parent),
        None => Ok(()),
    }
}

/// 16 bytes that no other database has.
fn new_id() -> [u8; 16] {
    // The standard library's source of randomness: the keys of its hash maps.
    let random = || RandomState::new().build_hasher().finish().to_be_bytes();
    let mut seed = [0; 32];
    let nanos = chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default();
    let parts = [
        random(),
        random(),
        nanos.to_be_bytes(),
        u64::from(std::process::id()).to_be_bytes(),
    ];
    for (to, from) in seed.iter_mut().zip(parts.into_iter().flatten()) {
        *to = from;
    }
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest_of([&seed])) {
        *to = from;
    }
    id
}

/// Opens a database. Nothing is created where there is none.
pub(super) fn open(path: &Path) -> Result<Store, StoreError> {
    let manifest = match read_manifest(path) {
        // Somebody may be creating it at this moment.
        Err(StoreError::Unfinished { .. }) => {
            HeadFile::open(path)?.lock(path)?;
            read_manifest(path)?
        }
        found => found?,
    };
    // Before sled, which reports a folder that cannot be written in many ways.
    let mut head_file = HeadFile::open(path)?;
    let engine = Engine::open(path)?;
    let state = recover::recover(&engine, &mut head_file, &manifest)?;
    let listed = Listed::read(&engine, state.head.sequence, state.totals.series)?;
    Ok(Store::new(engine, head_file, state, listed))
}

pub(super) fn read_manifest(path: &Path) -> Result<Manifest, StoreError> {
    let not_a_database = || StoreError::NotADatabase {
        path: path.to_owned(),
    };
    check_file(&path.join(MANIFEST))?;
    let mut bytes = Vec::new();
    let read = File::open(path.join(MANIFEST)).and_then(|file| {
        file.take(64 * MANIFEST_LENGTH as u64)
            .read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => {}
        Err(error) => {
            return Err(match error.kind() {
                io::ErrorKind::NotFound if is_unfinished(path) => StoreError::Unfinished {
                    path: path.to_owned(),
                },
                io::ErrorKind::NotFound if HeadFile::path(path).is_file() => {
                    StoreError::damaged("MANIFEST is missing")
                }
                io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::IsADirectory => not_a_database(),
                _ => StoreError::io("read MANIFEST", path, &error),
            });
        }
    }
    Manifest::parse(&bytes).map_err(|error| match error {
        CodecError::Magic => not_a_database(),
        CodecError::Version { found } => StoreError::FormatVersion {
            found,
            expected: FORMAT_VERSION.into(),
        },
        other => StoreError::damaged(format!("MANIFEST: {other}")),
    })
}
