//! Looking after a database: verifying it, copying it, writing it as text and back.

mod backup;
mod dump;
mod support;
mod verify;
