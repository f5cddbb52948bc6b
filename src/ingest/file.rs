//! Files that are read: regular ones, and those of a release folder: bounded, UTF-8, one form of line end.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use super::error::{IngestError, IngestReason, Place};

/// The largest file of a release, in bytes.
pub(crate) const FILE_LIMIT: u64 = 16 << 20;

/// The path of a file that a manifest names, which must be a plain name.
pub(super) fn inside(folder: &Path, name: &str, place: &Place) -> Result<PathBuf, IngestError> {
    let plain = !name.is_empty()
        && !name.starts_with('.')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '));
    if plain {
        Ok(folder.join(name))
    } else {
        Err(IngestReason::OutsideFolder { file: name.into() }.at(place))
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Passes a regular file that stands in its folder, be it by a link inside it. A pipe would never end.
fn check_regular(path: &Path) -> std::io::Result<Result<(), IngestReason>> {
    let file = file_name(path);
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !path.canonicalize()?.starts_with(folder.canonicalize()?) {
        return Ok(Err(IngestReason::LinkOutside { file }));
    }
    if !path.metadata()?.is_file() {
        return Ok(Err(IngestReason::NotAFile { file }));
    }
    Ok(Ok(()))
}

/// A regular file of no more than so many bytes.
pub(super) fn open_regular(path: &Path, limit: u64, place: &Place) -> Result<File, IngestError> {
    let file = file_name(path);
    let failed = |error: std::io::Error| {
        IngestReason::File {
            file: file.clone(),
            message: error.to_string(),
        }
        .at(place)
    };
    check_regular(path)
        .map_err(failed)?
        .map_err(|reason| reason.at(place))?;
    let opened = File::open(path).map_err(failed)?;
    if opened.metadata().map_err(failed)?.len() > limit {
        return Err(IngestReason::TooLarge { file, limit }.at(place));
    }
    Ok(opened)
}

/// How long a file is and when it was last written to: another one afterwards tells that what was read may be half of
/// one content and half of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct State {
    length: u64,
    modified: SystemTime,
}

impl State {
    pub(super) fn of(file: &File) -> std::io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            length: metadata.len(),
            modified: metadata.modified()?,
        })
    }
}

/// What is read from a regular file that nobody writes to meanwhile. Errors name it by its path.
pub(super) fn read_unchanged<T>(
    path: &Path,
    read: impl FnOnce(&File, &str) -> Result<T, IngestError>,
) -> Result<T, IngestError> {
    let name = path.display().to_string();
    let place = Place {
        document: name.clone(),
        ..Place::default()
    };
    let failed = |error: std::io::Error| {
        let message = error.to_string();
        let file = name.clone();
        IngestReason::File { file, message }.at(&place)
    };
    // Asked before it is opened: opening a pipe would wait for ever.
    if !path.metadata().map_err(failed)?.is_file() {
        let file = name.clone();
        return Err(IngestReason::NotAFile { file }.at(&place));
    }
    let file = File::open(path).map_err(failed)?;
    let before = State::of(&file).map_err(failed)?;
    let result = read(&file, &name);
    if State::of(&file).map_err(failed)? != before {
        let file = name.clone();
        return Err(IngestReason::Changed { file }.at(&place));
    }
    result
}

/// The text of a file of a release, or why it is not one.
pub(super) fn read_text(path: &Path, place: &Place) -> Result<String, IngestError> {
    read_text_within(path, FILE_LIMIT, place)
}

/// The text of a file of no more than so many bytes.
pub(super) fn read_text_within(
    path: &Path,
    limit: u64,
    place: &Place,
) -> Result<String, IngestError> {
    let file = file_name(path);
    let failed = |error: std::io::Error| {
        IngestReason::File {
            file: file.clone(),
            message: error.to_string(),
        }
        .at(place)
    };
    let opened = open_regular(path, limit, place)?;
    let before = State::of(&opened).map_err(failed)?;
    let mut bytes = Vec::new();
    let mut reader = opened.take(limit + 1);
    reader.read_to_end(&mut bytes).map_err(failed)?;
    if State::of(reader.get_ref()).map_err(failed)? != before {
        return Err(IngestReason::Changed { file }.at(place));
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(IngestReason::TooLarge { file, limit }.at(place));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        IngestReason::NotUtf8 {
            file: file.clone(),
            position: error.utf8_error().valid_up_to(),
        }
        .at(place)
    })?;
    if text.starts_with('\u{feff}') {
        return Err(IngestReason::ByteOrderMark { file }.at(place));
    }
    if let Some(position) = text.find('\r') {
        let line = text.get(..position).map_or(0, |t| t.matches('\n').count()) + 1;
        return Err(IngestReason::CarriageReturn { file, line }.at(place));
    }
    Ok(text)
}

/// A TOML file as a typed value.
pub(super) fn read_toml<T: DeserializeOwned>(path: &Path, place: &Place) -> Result<T, IngestError> {
    parse_toml(path, &read_text(path, place)?, place)
}

/// The text of a TOML file as a typed value.
pub(super) fn parse_toml<T: DeserializeOwned>(
    path: &Path,
    text: &str,
    place: &Place,
) -> Result<T, IngestError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        IngestReason::Toml {
            file: file_name(path),
            line: before.map_or(0, |before| before.matches('\n').count()) + 1,
            message: error.message().to_owned(),
        }
        .at(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_file_that_is_written_to_while_it_is_read_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path();
        let write = |_: &File, name: &str| {
            assert_eq!(name, path.display().to_string());
            file.as_file().write_all(b"more").unwrap();
            Ok(())
        };
        let error = read_unchanged(path, write).unwrap_err();
        assert!(matches!(*error.reason, IngestReason::Changed { .. }));
        assert!(read_unchanged(path, |_, _| Ok(())).is_ok());
        // Over what was there, so that the length is the same.
        let overwrite = |_: &File, _: &str| {
            file.as_file().set_modified(SystemTime::UNIX_EPOCH).unwrap();
            Ok(())
        };
        let error = read_unchanged(path, overwrite).unwrap_err();
        assert!(matches!(*error.reason, IngestReason::Changed { .. }));
        let folder = path.parent().unwrap();
        let error = read_unchanged(folder, |_, _| Ok(())).unwrap_err();
        assert!(matches!(*error.reason, IngestReason::NotAFile { .. }));
    }
}
