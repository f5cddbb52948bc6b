//! How long a text may be, so that every record fits in a page of the store; and how much a document may have.

/// The longest text of a cell: printed text, labels, place and address, in bytes each.
pub const CELL_TEXT_LIMIT: usize = 1000;
/// The longest title of a document, in bytes.
pub const TITLE_LIMIT: usize = 1000;
/// The longest name of a company or issuer, in bytes.
pub const NAME_LIMIT: usize = 500;
/// The longest word that says what a metric's sign means, or what period a document reports on, in bytes.
pub const WORD_LIMIT: usize = 200;
/// The most cells of a document, and the most claims: a document is read and verified as a whole.
pub(crate) const DOCUMENT_LIMIT: usize = 1 << 20;
