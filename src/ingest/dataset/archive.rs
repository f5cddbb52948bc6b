//! The zip archive of a data set: its files as streams that end where they say.

use std::io::{self, Read, Seek};

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::super::error::{IngestError, Place};
use super::error::DataSetError;

/// How many times larger than in its archive a file may be. Deflate reaches 1,000 with one letter repeated, the files of
/// data sets 5 to 12.
const RATIO_LIMIT: u64 = 200;
/// Files that are no harm whatever their ratio, in bytes.
const SMALL: u64 = 1 << 20;

/// An archive whose list of files has been read.
#[derive(Debug)]
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    name: String,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive and checks the names in it. `name` names it in errors.
    pub(super) fn open(reader: R, name: &str) -> Result<Self, IngestError> {
        let at = |error: DataSetError| error.at(name, None);
        let zip = ZipArchive::new(reader).map_err(|error| at(unreadable(&error)))?;
        if zip.has_duplicate_names() {
            return Err(at(DataSetError::NameTwice));
        }
        let outside = |name: &&[u8]| {
            let parts = || name.split(|b| matches!(b, b'/' | b'\\'));
            let drive = name.get(1) == Some(&b':');
            drive
                || parts().next().is_some_and(<[u8]>::is_empty)
                || parts().any(|part| part == b"..")
        };
        if let Some(name) = zip.file_names_raw().find(outside) {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(at(DataSetError::Outside { name }));
        }
        let name = name.to_owned();
        Ok(Self { zip, name })
    }

    /// The names of the files that are not among those.
    pub(super) fn others(&self, known: &[&str]) -> Vec<String> {
        let names = self.zip.file_names_raw();
        names
            .filter(|name| !known.iter().any(|known| known.as_bytes() == *name))
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    /// A file of no more than so many bytes.
    pub(super) fn file(
        &mut self,
        file: &'static str,
        limit: u64,
    ) -> Result<Member<'_, R>, IngestError> {
        let name = &self.name;
        let at = |error: DataSetError| error.at(name, Some(file));
        let index = self.zip.index_for_name_raw(file.as_bytes());
        let index = index.ok_or_else(|| at(DataSetError::Missing))?;
        let (encrypted, method, length, packed) = {
            let entry = self.zip.by_index_data(index);
            let entry = entry.map_err(|error| at(unreadable(&error)))?;
            let sizes = (entry.size(), entry.compressed_size());
            (entry.encrypted(), entry.compression(), sizes.0, sizes.1)
        };
        if encrypted {
            return Err(at(DataSetError::Encrypted));
        }
        if !matches!(
            method,
            CompressionMethod::Stored | CompressionMethod::DEFLATE
        ) {
            let method = method.to_string();
            return Err(at(DataSetError::Compression { method }));
        }
        if length > limit {
            return Err(at(DataSetError::TooLarge { length, limit }));
        }
        if length > packed.saturating_mul(RATIO_LIMIT).max(SMALL) {
            let limit = RATIO_LIMIT;
            return Err(at(DataSetError::Ratio {
                packed,
                length,
                limit,
            }));
        }
        let inner = self.zip.by_index(index);
        let inner = inner.map_err(|error| at(unreadable(&error)))?;
        Ok(Member {
            inner,
            left: length,
        })
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads a file to its end: whether it agrees with what the archive says of it. A file that is not read for another
    /// reason has no damage.
    pub(super) fn damage(&mut self, file: &'static str, limit: u64) -> Option<IngestError> {
        let mut member = self.file(file, limit).ok()?;
        let message = io::copy(&mut member, &mut io::sink()).err()?.to_string();
        drop(member);
        Some(DataSetError::Damaged { message }.at(&self.name, Some(file)))
    }
}

fn unreadable(error: &ZipError) -> DataSetError {
    let message = error.to_string();
    DataSetError::Archive { message }
}

/// A file of an archive. The zip reader refuses more bytes than the archive says and another checksum; fewer bytes are
/// an error, too.
pub(super) struct Member<'a, R: Read> {
    inner: ZipFile<'a, R>,
    left: u64,
}

impl<R: Read> Read for Member<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let length = u64::try_from(read).map_err(io::Error::other)?;
        self.left = self.left.saturating_sub(length);
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            let kind = io::ErrorKind::UnexpectedEof;
            return Err(io::Error::new(kind, "it is shorter than the archive says"));
        }
        Ok(read)
    }
}

impl DataSetError {
    /// This, of an archive or a file in it.
    pub(super) fn at(self, archive: &str, file: Option<&str>) -> IngestError {
        super::super::error::IngestReason::from(self).at(&Place {
            document: archive.to_owned(),
            table: file.map(str::to_owned),
            ..Place::default()
        })
    }
}
