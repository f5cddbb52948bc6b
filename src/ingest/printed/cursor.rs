//! A place in a text.

/// What is left to read of a text. A copy is a bookmark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(self) -> Option<char> {
        self.rest.chars().next()
    }

    /// The character after the next one.
    pub(super) fn peek_second(self) -> Option<char> {
        self.rest.chars().nth(1)
    }

    pub(super) fn skip(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    /// Passes one character if it is the given one.
    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Passes a text if it comes next, in whatever ASCII case.
    pub(super) fn eat_text(&mut self, wanted: &str) -> bool {
        match self.rest.split_at_checked(wanted.len()) {
            Some((text, rest)) if text.eq_ignore_ascii_case(wanted) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Passes spaces of any kind; whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        !self.take(is_space).is_empty()
    }

    /// Passes and returns the characters that fit.
    pub(super) fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        taken
    }

    /// Passes and returns what comes before the given character, and passes that character; nothing is
    /// passed where it does not come.
    pub(super) fn take_until(&mut self, end: char) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(taken)
    }
}

/// The two spaces of plain text: one that may part figures, and one that ties.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | super::plain::TIE)
}
