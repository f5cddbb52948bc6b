//! Where a stream is no UTF-8 text.

use std::io::{self, Read};
use std::str::from_utf8;

/// Passes bytes on as they are, and remembers the first that is not UTF-8: the JSON reader tells only that there is one.
#[derive(Debug)]
pub(super) struct Watched<R> {
    inner: R,
    /// How many bytes are UTF-8.
    good: u64,
    /// The beginning of a character that goes on in what is read next.
    begun: Vec<u8>,
    found: bool,
}

impl<R> Watched<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            good: 0,
            begun: Vec::new(),
            found: false,
        }
    }

    pub(super) fn inner(&self) -> &R {
        &self.inner
    }

    /// The first byte, from 0, that is not UTF-8, as far as was read.
    pub(super) fn not_utf8(&self) -> Option<u64> {
        self.found.then_some(self.good)
    }

    fn watch(&mut self, bytes: &[u8]) {
        if self.found {
            return;
        }
        if self.begun.is_empty() {
            return self.check(bytes);
        }
        let mut joined = std::mem::take(&mut self.begun);
        joined.extend_from_slice(bytes);
        self.check(&joined);
    }

    fn check(&mut self, bytes: &[u8]) {
        let good = match from_utf8(bytes) {
            Ok(text) => text.len(),
            Err(error) => {
                let good = error.valid_up_to();
                self.found = error.error_len().is_some();
                if !self.found {
                    self.begun = bytes.get(good..).unwrap_or_default().to_vec();
                }
                good
            }
        };
        let good = u64::try_from(good).unwrap_or(u64::MAX);
        self.good = self.good.saturating_add(good);
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.watch(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader of so many bytes at once.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }

    #[test]
    fn the_first_bad_byte_is_found_wherever_reading_is_cut() {
        for (bytes, expected) in [
            (&b"plain"[..], None),
            ("決算 Müller \u{1f4b9}".as_bytes(), None),
            (b"M\xfcller", Some(1)),
            ("決算\u{1f4b9}x".as_bytes(), None),
            (b"\xe6\xb1\xba\x8c\x88", Some(3)),
            (b"ab\xe6\xb1x", Some(2)),
            // Cut off inside of a character: it ends early.
            (b"ab\xe6\xb1", None),
        ] {
            for step in 1..=bytes.len() {
                let mut watched = Watched::new(Drops(bytes, step));
                let mut passed = Vec::new();
                watched.read_to_end(&mut passed).unwrap();
                assert_eq!(passed, bytes);
                assert_eq!(watched.not_utf8(), expected, "{bytes:?} by {step}");
            }
        }
    }
}
