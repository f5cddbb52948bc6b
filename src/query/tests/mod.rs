//! What questions answer, on a data set made by hand. Expected values are worked out by hand too.

mod brief;
mod build;
mod calendars;
mod changes;
mod concepts;
mod databases;
mod derived;
mod errors;
mod explain;
mod expressions;
mod first_reported;
mod kept;
mod panels;
mod ranges;
mod recorded;
mod restatements;
mod splits;
mod supersede;
mod sweeps;
mod tags;
mod versions;
