//! Tests of the store, by scenario.

mod clock;
mod commits;
mod companies;
mod crashes;
mod damage;
mod groups;
mod naive;
mod opening;
mod readers;
mod series;
mod support;
