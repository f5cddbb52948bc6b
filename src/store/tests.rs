//! Tests of the store, by scenario.

mod backup;
mod clock;
mod commits;
mod companies;
mod crashes;
mod cuts;
mod damage;
mod dump;
mod groups;
mod head;
mod naive;
mod older;
mod opening;
mod readers;
mod recent;
mod recent_damage;
mod salvage;
mod series;
mod support;
mod verify;
