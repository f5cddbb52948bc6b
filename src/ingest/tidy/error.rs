//! What can be wrong with a tidy table.

use chrono::NaiveDate;

use crate::model::Id;

/// What is wrong with a tidy table; the [`Place`](crate::Place) of its error names file, line and column.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A column that such a table does not have.
    #[error("there is no such column; the columns are {}", .known.join(", "))]
    UnknownColumn {
        /// The columns there are.
        known: Vec<&'static str>,
    },
    /// Two columns of one name.
    #[error("the table has the column twice")]
    ColumnTwice,
    /// A column that is needed.
    #[error("the table has no column {column}, and none is declared for all rows")]
    MissingColumn {
        /// The column.
        column: &'static str,
    },
    /// A column that is declared for all rows, and in the table.
    #[error("the column is declared for all rows, but the table has it")]
    DeclaredBeside,
    /// Two columns that say the same in different ways.
    #[error("the table has the column beside {other}: one of them says it")]
    Beside {
        /// The other column.
        other: &'static str,
    },
    /// An empty cell where something is needed.
    #[error("the cell is empty")]
    Empty,
    /// Something in a cell that must be empty.
    #[error("a figure that is {figure} has nothing here")]
    NotEmpty {
        /// The sort of figure.
        figure: String,
    },
    /// A word that is none of those there are.
    #[error("{message}")]
    Word {
        /// Which there are.
        message: String,
    },
    /// A number of decimals that is none.
    #[error("decimals are a whole number from -28 to 28, exact or unknown")]
    Decimals,
    /// Not a whole number from 0.
    #[error("a whole number from 0 is expected")]
    WholeNumber,
    /// A company that is defined nowhere.
    #[error("company {company} is not defined, neither beside the table nor in the database")]
    UnknownCompany {
        /// The company.
        company: Id,
    },
    /// A document that `documents.csv` does not have.
    #[error("the documents beside the table have no {source_id}")]
    NoDocument {
        /// The document.
        source_id: Id,
    },
    /// A cell that `cells.csv` does not have.
    #[error("cell {cell} of {source_id} is not there; it has {count} cells")]
    NoCell {
        /// The document.
        source_id: Id,
        /// The cell.
        cell: u32,
        /// How many there are.
        count: usize,
    },
    /// A cell whose number does not follow the one before it.
    #[error("cells are numbered from 0, and number {number} of this document is not there")]
    CellBefore {
        /// The number that is missing.
        number: usize,
    },
    /// A cell number where no cells are given.
    #[error("cells are numbered here, but cells.csv is not beside the table")]
    NoCells,
    /// A second row of what there can be one of.
    #[error("line {line} says it already")]
    Twice {
        /// The line of the other row.
        line: usize,
    },
    /// Rows of one document, published on different days, and nothing that says on which day the document was.
    #[error(
        "other rows of {source_id} were published on {other}: give each day its own source, or the documents in documents.csv"
    )]
    Published {
        /// The document.
        source_id: Id,
        /// The day of another row.
        other: NaiveDate,
    },
    /// Rows of one document about several companies, and nothing that says which of them issued it.
    #[error(
        "other rows of {source_id} are about {other}: give the documents with their issuers in documents.csv"
    )]
    Issuer {
        /// The document.
        source_id: Id,
        /// The company of another row.
        other: Id,
    },
    /// A quote inside a cell that does not begin with one, or text behind the closing quote.
    #[error("a quote stands inside a cell: write the cell in quotes, and each quote in it twice")]
    Quote,
    /// A quote that is not closed.
    #[error("the file ends inside a quoted cell that begins here")]
    OpenQuote,
    /// A last line without a line feed: its last cell may be cut short, and nothing else would show it.
    #[error(
        "the last line has no line feed: the file may be cut short; if it is whole, end it with one"
    )]
    OpenLine,
    /// A carriage return that ends no line.
    #[error("a carriage return stands alone; lines end with a line feed, or both")]
    CarriageReturn,
    /// A row longer than any row is.
    #[error("the row is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("the row is not UTF-8 text: save the table as UTF-8")]
    NotUtf8,
    /// UTF-16.
    #[error("the file is UTF-16: save the table as UTF-8")]
    Utf16,
}
