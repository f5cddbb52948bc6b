//! Financial statement data sets of the SEC: every row of a real one is a fact or refused with its line, a filing means
//! what its rows say, and spoilt archives, files and rows are errors of their own.

mod archives;
mod filings;
mod random;
mod real;
mod rows;
mod support;
