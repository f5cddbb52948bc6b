//! A mutation test of the audit: every printed figure of the tables of the bundled releases is spoilt in turn.
//!
//! `printed` spoils the text of a cell. `bundled` has a release read with the spoilt text and puts what was read into
//! what an audit looks at. `redundancy` and `reckoning` say, without the audit, what must be
//! found; `tally` counts and prints.

mod bundled;
mod mutants;
mod printed;
mod reckoning;
mod redundancy;
mod tally;
