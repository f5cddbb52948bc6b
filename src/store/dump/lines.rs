//! The lines of a text that is read as a dump, one after the other.

use std::io::{BufRead, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::line::Line;
use super::{DumpFault, VERSION};
use crate::store::error::StoreError;

/// The longest line: much longer than what a database can hold of anything.
const LIMIT: u64 = 1 << 20;
/// How much of a line an error repeats, in bytes.
const ECHO: usize = 200;

/// Where lines come from.
pub(super) struct Lines<'a> {
    from: &'a mut dyn BufRead,
    pub(super) hasher: Sha256,
    /// The number of the last line that was read.
    pub(super) line: u64,
    /// A line that was read and is still to be taken.
    ahead: Option<Line>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            from,
            hasher: Sha256::new(),
            line: 0,
            ahead: None,
        }
    }

    pub(super) fn fail<T>(&self, fault: DumpFault) -> Result<T, StoreError> {
        Err(StoreError::Dump {
            line: self.line,
            fault,
        })
    }

    /// The text of the next line, without its end; `None` at the end of the text.
    pub(super) fn text(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let mut text = Vec::new();
        let read = (&mut self.from).take(LIMIT).read_until(b'\n', &mut text);
        read.map_err(|error| StoreError::io("read", Path::new("the dump"), &error))?;
        if text.is_empty() {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        if text.pop_if(|byte| *byte == b'\n').is_some() {
            return Ok(Some(text));
        }
        let long = u64::try_from(text.len()) == Ok(LIMIT);
        self.fail(if long {
            DumpFault::TooLong
        } else {
            DumpFault::CutOff
        })
    }

    pub(super) fn next(&mut self) -> Result<Line, StoreError> {
        if let Some(line) = self.ahead.take() {
            return Ok(line);
        }
        let Some(text) = self.text()? else {
            self.line = self.line.saturating_add(1);
            return self.fail(DumpFault::CutOff);
        };
        if self.line == 1 {
            self.check_version(&text)?;
        }
        let line: Line = match serde_json::from_slice(&text) {
            Ok(line) => line,
            Err(error) => {
                let message = what_is_wrong(&error);
                return self.fail(DumpFault::Malformed { message });
            }
        };
        // Whatever else the text has, this version would lose.
        if serde_json::to_vec(&line).ok().as_ref() != Some(&text) {
            return self.fail(DumpFault::Unusual);
        }
        if !matches!(line, Line::End(_)) {
            self.hasher.update(&text);
            self.hasher.update(b"\n");
        }
        Ok(line)
    }

    /// The version of a dump is in its first line, whatever else is there.
    fn check_version(&self, text: &[u8]) -> Result<(), StoreError> {
        let line: Result<serde_json::Value, _> = serde_json::from_slice(text);
        let line = line.unwrap_or_default();
        let version = line.get("kessan_dump").and_then(|dump| dump.get("version"));
        let version = version.and_then(serde_json::Value::as_u64);
        match version.and_then(|version| u32::try_from(version).ok()) {
            Some(1..=VERSION) => Ok(()),
            Some(found) => self.fail(DumpFault::Version {
                found,
                expected: VERSION,
            }),
            None => self.fail(DumpFault::NotADump),
        }
    }

    /// A line that was read but belongs to what comes next.
    pub(super) fn put_back(&mut self, line: Line) {
        self.ahead = Some(line);
    }

    pub(super) fn unexpected<T>(
        &self,
        line: &Line,
        expected: &'static str,
    ) -> Result<T, StoreError> {
        self.fail(DumpFault::Order {
            found: line.name(),
            expected,
        })
    }
}

/// What is wrong with a line, with no more of it than helps, and where in the line.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, at) = match text.rsplit_once(" at line 1 column ") {
        Some((what, column)) => (what, format!(" at byte {column}")),
        None => (text.as_str(), String::new()),
    };
    let end = (0..=ECHO.min(what.len())).rfind(|end| what.is_char_boundary(*end));
    let begin = what.get(..end.unwrap_or(0)).unwrap_or_default();
    let more = if begin.len() < what.len() { " ..." } else { "" };
    format!("{begin}{more}{at}")
}
