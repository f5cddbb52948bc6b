//! Documents about kessan itself.

#[doc = include_str!("audit.md")]
pub mod audit {}

#[doc = include_str!("dependencies.md")]
pub mod dependencies {}

#[doc = include_str!("design.md")]
pub mod design {}

#[doc = include_str!("dump.md")]
pub mod dump {}

#[doc = include_str!("durability.md")]
pub mod durability {}

#[doc = include_str!("filings.md")]
pub mod filings {}

#[doc = include_str!("format.md")]
pub mod format {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("performance.md")]
pub mod performance {}

#[doc = include_str!("reliability.md")]
pub mod reliability {}

#[doc = include_str!("tidy.md")]
pub mod tidy {}
