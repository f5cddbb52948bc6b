//! Tests of the store, by scenario.

mod commits;
mod companies;
mod crashes;
mod damage;
mod groups;
mod naive;
mod older;
mod opening;
mod readers;
mod series;
mod support;
