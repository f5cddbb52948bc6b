//! The files beside the tree.

use std::fs;

use super::{Fault, FaultKind, FaultPlace, Part, Verify};
use crate::store::error::StoreError;
use crate::store::head::HeadFile;
use crate::store::open::read_manifest;

impl Verify<'_> {
    /// MANIFEST and HEAD, read again from the disk, and the folder that must stay empty.
    pub(super) fn files(&mut self) -> Result<(), StoreError> {
        self.look(|this| Ok((this.manifest(), ())))?;
        self.look(|this| Ok((this.head(), ())))?;
        self.look(|this| Ok((this.blobs(), ())))
    }

    fn manifest(&self) -> Vec<Fault> {
        let fault = |kind| Fault {
            place: FaultPlace::new(Part::Manifest, ""),
            kind,
        };
        match read_manifest(self.engine.folder()) {
            Ok(manifest) if manifest.id == self.state.head.database => Vec::new(),
            Ok(_) => vec![fault(FaultKind::Differs {
                what: "the identity of the database",
            })],
            Err(error) => vec![fault(FaultKind::unreadable(&error))],
        }
    }

    fn head(&self) -> Vec<Fault> {
        let fault = |kind| Fault {
            place: FaultPlace::new(Part::Head, ""),
            kind,
        };
        match HeadFile::look(self.engine.folder()) {
            Ok(head) if head == self.now().head => Vec::new(),
            Ok(_) => vec![fault(FaultKind::Differs {
                what: "the last commit",
            })],
            Err(error) => vec![fault(FaultKind::unreadable(&error))],
        }
    }

    fn blobs(&self) -> Vec<Fault> {
        let folder = self.engine.folder().join("sled").join("blobs");
        let fault = |name: String, kind| Fault {
            place: FaultPlace::new(Part::Blobs, name),
            kind,
        };
        let mut faults = Vec::new();
        match fs::read_dir(&folder) {
            Ok(entries) => {
                for entry in entries {
                    faults.push(match entry {
                        Ok(entry) => {
                            let name = entry.file_name().to_string_lossy().into_owned();
                            fault(name, FaultKind::Surplus)
                        }
                        Err(error) => fault(String::new(), FaultKind::unreadable(&error)),
                    });
                }
            }
            Err(error) => faults.push(fault(String::new(), FaultKind::unreadable(&error))),
        }
        faults
    }
}
