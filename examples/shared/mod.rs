//! What the examples that load filings share.

mod end;
pub(crate) mod figures;
pub(crate) mod load;

pub(crate) use end::end;
