//! The HEAD file: the last durable commit, in two slots written in turn.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::opening::{LOCK_PATIENCE, check_file};
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

    /// Creates the file with a first head, down to the disk, and locked.
    pub(crate) fn create(folder: &Path, head: Head) -> Result<HeadFile, StoreError> {
        let exists = || StoreError::Exists {
            path: folder.to_owned(),
        };
        let path = Self::path(folder);
        let created = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path);
        let file = created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => StoreError::io("create HEAD", folder, &error),
        })?;
        let mut created = HeadFile { file, path };
        // Somebody else may already have taken it for what a creation left that was cut off.
        created.lock(folder)?;
        if !created.is_blank() {
            return Err(exists());
        }
        let filled = created.fill(head);
        if filled.is_err() {
            let _ = fs::remove_file(&created.path);
        }
        filled.map(|()| created)
    }

    /// Makes a first head its only content, down to the disk.
    pub(crate) fn fill(&mut self, head: Head) -> Result<(), StoreError> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.set_len(2 * SLOT_LENGTH as u64))
            .map_err(|e| StoreError::io("create HEAD", &self.path, &e))?;
        self.write(head)?;
        self.file
            .sync_all()
            .map_err(|e| StoreError::io("fsync HEAD", &self.path, &e))
    }

    /// Opens the file for reading and writing.
    pub(crate) fn open(folder: &Path) -> Result<HeadFile, StoreError> {
        let path = Self::path(folder);
        check_file(&path)?;
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => Ok(HeadFile { file, path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(StoreError::damaged("HEAD is missing"))
            }
            Err(error) => Err(StoreError::io("open HEAD", folder, &error)),
        }
    }

    /// A file that can be written no more, as on a full disk.
    #[cfg(all(test, target_os = "linux"))]
    pub(crate) fn full() -> HeadFile {
        let path = PathBuf::from("/dev/full");
        let file = OpenOptions::new().read(true).write(true).open(&path);
        HeadFile {
            file: file.unwrap(),
            path,
        }
    }

    /// Keeps others from creating a database here, as whoever is creating one does.
    pub(crate) fn lock(&self, folder: &Path) -> Result<(), StoreError> {
        let deadline = Instant::now() + LOCK_PATIENCE;
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Locked {
                        path: folder.to_owned(),
                    });
                }
                Err(TryLockError::Error(error)) => {
                    return Err(StoreError::io("lock HEAD", &self.path, &error));
                }
            }
        }
    }

    /// Ends what [`HeadFile::lock`] began.
    pub(crate) fn unlock(&self) -> Result<(), StoreError> {
        self.file
            .unlock()
            .map_err(|e| StoreError::io("unlock HEAD", &self.path, &e))
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
        check_file(&path)?;
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
