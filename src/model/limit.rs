//! How long a text may be, so that every record fits in a page of the store.

/// The longest text of a cell: printed text, labels, place and address, in bytes each.
pub const CELL_TEXT_LIMIT: usize = 1000;
/// The longest title of a document, in bytes.
pub const TITLE_LIMIT: usize = 1000;
/// The longest name of a company or issuer, in bytes.
pub const NAME_LIMIT: usize = 500;
/// The longest word that says what a metric's sign means, or what period a document reports on, in bytes.
pub const WORD_LIMIT: usize = 200;
