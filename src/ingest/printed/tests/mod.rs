//! What occurs in releases, and what must never be read; expected values are worked out by hand.

mod good;
mod properties;
mod refused;

use super::{LONGEST, Printed, PrintedError, PrintedNumber, Qualifier, Reading, read, read_all};
use crate::model::Currency;

const POINT: Reading = Reading {
    decimal_comma: false,
};
const COMMA: Reading = Reading {
    decimal_comma: true,
};

/// A number of so many digits, the last `places` of them after the point.
fn number(mantissa: i128, places: u32) -> PrintedNumber {
    PrintedNumber {
        mantissa,
        places,
        ..PrintedNumber::default()
    }
}

impl PrintedNumber {
    fn percent(mut self) -> Self {
        self.percent = true;
        self
    }

    fn points(mut self) -> Self {
        self.points = true;
        self
    }

    fn of(mut self, code: &str) -> Self {
        self.currency = Some(code.parse().unwrap());
        self
    }

    fn scale(mut self, power: u32) -> Self {
        self.scale = Some(power);
        self
    }

    fn noun(mut self, noun: &str) -> Self {
        self.noun = Some(noun.into());
        self
    }

    fn note(mut self, note: &str) -> Self {
        self.notes.push(note.into());
        self
    }

    fn being(mut self, qualifier: Qualifier) -> Self {
        self.qualifier = Some(qualifier);
        self
    }
}
