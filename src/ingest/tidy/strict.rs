//! What the CSV reader lets pass and a table of figures must not: quotes that do not pair, blank lines, rows
//! without end.

use std::io::{self, Read};

use super::error::TableError;
use crate::ingest::error::IngestReason;

/// The longest row, in bytes.
pub(super) const ROW_LIMIT: usize = 1 << 16;

/// Passes on the bytes of a well-formed table, with lines that end in a line feed alone.
#[derive(Debug)]
pub(super) struct Strict<R> {
    inner: R,
    separator: u8,
    /// Whether a quote is more than a character.
    quoting: bool,
    state: State,
    /// A carriage return outside quotes has been seen and not been passed on.
    returned: bool,
    line: usize,
    /// The line on which the row begins.
    row: usize,
    length: usize,
    fault: Option<(usize, IngestReason)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    RowStart,
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: the end of the cell, or the first of two quotes.
    Quote,
}

impl<R: Read> Strict<R> {
    pub(super) fn new(inner: R, separator: u8, quoting: bool) -> Self {
        Self {
            inner,
            separator,
            quoting,
            state: State::RowStart,
            returned: false,
            line: 1,
            row: 1,
            length: 0,
            fault: None,
        }
    }

    /// Why reading failed, if it is the table's fault, and on which line.
    pub(super) fn fault(&self) -> Option<&(usize, IngestReason)> {
        self.fault.as_ref()
    }

    /// Whether a byte is passed on.
    fn take(&mut self, byte: u8) -> Result<bool, (usize, IngestReason)> {
        let here = self.line;
        let bad = |reason: TableError| Err((here, reason.into()));
        self.length += 1;
        if self.length > ROW_LIMIT {
            let limit = ROW_LIMIT;
            return Err((self.row, TableError::TooLong { limit }.into()));
        }
        if self.state == State::Quoted {
            match byte {
                b'"' => self.state = State::Quote,
                b'\n' => self.line += 1,
                _ => {}
            }
            return Ok(true);
        }
        if self.returned && byte != b'\n' {
            return bad(TableError::CarriageReturn);
        }
        match byte {
            b'\n' if self.state == State::RowStart => {
                return Err((here, IngestReason::BlankLine { line: here }));
            }
            b'\n' => {
                self.state = State::RowStart;
                self.line += 1;
                self.row = self.line;
                self.length = 0;
                self.returned = false;
            }
            b'\r' => {
                self.returned = true;
                return Ok(false);
            }
            _ if byte == self.separator => self.state = State::CellStart,
            b'"' if self.quoting => {
                self.state = match self.state {
                    State::RowStart | State::CellStart | State::Quote => State::Quoted,
                    State::Plain | State::Quoted => return bad(TableError::Quote),
                }
            }
            _ if self.state == State::Quote => return bad(TableError::Quote),
            _ => self.state = State::Plain,
        }
        Ok(true)
    }

    fn finish(&self) -> Result<(), (usize, IngestReason)> {
        if self.state == State::Quoted {
            return Err((self.row, TableError::OpenQuote.into()));
        }
        if self.returned {
            return Err((self.line, TableError::CarriageReturn.into()));
        }
        if self.state != State::RowStart {
            return Err((self.row, TableError::OpenLine.into()));
        }
        Ok(())
    }
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut chunk = vec![0; buffer.len()];
        loop {
            let read = self.inner.read(&mut chunk)?;
            let mut kept = 0;
            let mut checked = if read == 0 { self.finish() } else { Ok(()) };
            for byte in chunk.iter().take(read) {
                match self.take(*byte) {
                    Ok(true) => {
                        if let Some(place) = buffer.get_mut(kept) {
                            *place = *byte;
                            kept += 1;
                        }
                    }
                    Ok(false) => {}
                    Err(fault) => {
                        checked = Err(fault);
                        break;
                    }
                }
            }
            if let Err(fault) = checked {
                self.fault = Some(fault);
                return Err(io::ErrorKind::InvalidData.into());
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}
