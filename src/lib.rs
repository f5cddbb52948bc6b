//! **kessan** (決算, the closing of accounts): an embedded investor-relations time-series database.
#![allow(dead_code, unused_imports, reason = "nothing calls the store yet")]
#![cfg_attr(
    not(test),
    deny(
        clippy::float_arithmetic,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

mod codec;
mod model;
mod store;

pub use model::*;
pub use store::StoreError;
