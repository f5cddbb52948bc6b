//! A filing of a data set as a package.

use crate::ingest::DataSetFiling;

use super::Package;

impl From<DataSetFiling> for Package {
    /// What was read. Rows that were [refused](DataSetFiling::refused) are not in it.
    fn from(filing: DataSetFiling) -> Self {
        let evidence = filing.evidence();
        let (company, metrics, filing) = filing.into_parts();
        Package {
            companies: vec![company],
            metrics,
            filings: vec![filing],
            evidence,
        }
    }
}
