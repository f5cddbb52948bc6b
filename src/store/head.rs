//! The HEAD file: the last durable commit, in two slots written in turn.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use crate::codec::manifest::{Head, SLOT_LENGTH};

/// The open HEAD file of a database. Only the writer has it.
#[derive(Debug)]
pub(crate) struct HeadFile {
    file: File,
    path: PathBuf,
}

impl HeadFile {
    /// Where it is, in a database's folder.
    pub(crate) fn path(folder: &Path) -> PathBuf {
        folder.join("HEAD")
    }

    /// Creates the file with a first head, down to the disk.
    pub(crate) fn create(folder: &Path, head: Head) -> Result<HeadFile, StoreError> {
        let path = Self::path(folder);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|e| StoreError::io("create HEAD", folder, &e))?;
        let mut created = HeadFile { file, path };
        let filled = created.fill(head);
        if filled.is_err() {
            let _ = fs::remove_file(&created.path);
        }
        filled.map(|()| created)
    }

    fn fill(&mut self, head: Head) -> Result<(), StoreError> {
        self.file
            .set_len(2 * SLOT_LENGTH as u64)
            .map_err(|e| StoreError::io("create HEAD", &self.path, &e))?;
        self.write(head)?;
        self.file
            .sync_all()
            .map_err(|e| StoreError::io("fsync HEAD", &self.path, &e))
    }

    /// Opens the file for reading and writing.
    pub(crate) fn open(folder: &Path) -> Result<HeadFile, StoreError> {
        let path = Self::path(folder);
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => Ok(HeadFile { file, path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreError::damaged("HEAD is missing"))
            }
            Err(error) => Err(StoreError::io("open HEAD", folder, &error)),
        }
    }

    /// The last durable commit.
    pub(crate) fn read(&mut self) -> Result<Head, StoreError> {
        Head::parse(&self.bytes()?).ok_or_else(|| StoreError::damaged("HEAD has no whole slot"))
    }

    /// Whether the slot of a commit is whole, whatever commit it has.
    pub(crate) fn has_slot_of(&mut self, head: Head) -> Result<bool, StoreError> {
        let bytes = self.bytes()?;
        let (slot, _) = head.to_slot();
        let slot = usize::try_from(slot)
            .ok()
            .and_then(|slot| bytes.chunks(SLOT_LENGTH).nth(slot));
        Ok(slot.is_some_and(|slot| Head::parse_slot(slot).is_some()))
    }

    /// Whether nothing was written to it yet.
    pub(crate) fn is_blank(&mut self) -> bool {
        self.bytes().is_ok_and(|bytes| {
            bytes.len() <= 2 * SLOT_LENGTH && bytes.iter().all(|byte| *byte == 0)
        })
    }

    fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| {
                (&self.file)
                    .take(4 * SLOT_LENGTH as u64)
                    .read_to_end(&mut bytes)
            })
            .map_err(|e| StoreError::io("read HEAD", &self.path, &e))?;
        Ok(bytes)
    }

    /// The last durable commit of a folder, read without opening it for writing.
    pub(crate) fn look(folder: &Path) -> Result<Head, StoreError> {
        let path = Self::path(folder);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(4 * SLOT_LENGTH as u64).read_to_end(&mut bytes))
            .map_err(|e| StoreError::io("read HEAD", &path, &e))?;
        Head::parse(&bytes).ok_or_else(|| StoreError::damaged("HEAD has no whole slot"))
    }

    /// Writes a head to its slot, and returns when it survives a power cut.
    pub(crate) fn write(&mut self, head: Head) -> Result<(), StoreError> {
        let (slot, bytes) = head.to_slot();
        self.file
            .seek(SeekFrom::Start(slot * SLOT_LENGTH as u64))
            .and_then(|_| self.file.write_all(&bytes))
            .and_then(|()| self.file.sync_data())
            .map_err(|e| StoreError::io("write HEAD", &self.path, &e))
    }
}
