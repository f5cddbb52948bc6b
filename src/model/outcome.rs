//! What taking in a figure did.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What became of one figure of an ingested document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first observation of its fact.
    Created,
    /// Known already: the same cell again, or another one that says the same.
    Unchanged,
    /// Agrees with what was known, and is more precise.
    MorePrecise,
    /// Agrees with what was known, and is less precise.
    LessPrecise,
    /// Says something else than what was known, beyond rounding: of the two, the one published later is the
    /// restatement.
    Restated,
    /// Says something else, and at least one side's precision is unknown: on another day, or so that one may be a rounding
    /// of the other.
    ChangedPrecisionUnknown,
    /// [Contradicts](crate::Figure::contradicts) another figure of its fact that was published on the same day, by its own
    /// document or another.
    Conflicting,
}

impl Outcome {
    /// All outcomes, in the order in which reports list them.
    pub const ALL: [Outcome; 7] = [
        Outcome::Created,
        Outcome::Unchanged,
        Outcome::MorePrecise,
        Outcome::LessPrecise,
        Outcome::Restated,
        Outcome::ChangedPrecisionUnknown,
        Outcome::Conflicting,
    ];
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Created => "created",
            Outcome::Unchanged => "unchanged",
            Outcome::MorePrecise => "more precise",
            Outcome::LessPrecise => "less precise but consistent",
            Outcome::Restated => "restated",
            Outcome::ChangedPrecisionUnknown => "changed (precision unknown)",
            Outcome::Conflicting => "conflicting",
        })
    }
}
