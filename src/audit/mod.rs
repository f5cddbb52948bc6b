//! Audit: a document recomputed from its own figures.
//!
//! A document repeats itself: growth rates, shares, differences, totals, translations, the same figure in running
//! text, table and statement. [`Reader::audit`] recomputes all of it with rounding intervals.
//!
//! `material` gathers what the document prints, `printing` says what a printed figure is and which printings of a fact
//! agree. `claims`, `repeats`, `pairs`, `identities`, `tiling` and `across` find what can be recomputed, each as a `case`; `formula`
//! computes, `judge` compares, `causes` looks for the one mistake that explains a gap. `suspects` says which cell most
//! speaks against, `report` prints.

mod across;
mod case;
mod causes;
mod claims;
mod columns;
mod conventions;
mod explain;
mod finding;
mod formula;
mod identities;
mod judge;
mod material;
mod pairs;
mod partial;
mod printing;
mod repeats;
mod report;
mod suspects;
#[cfg(test)]
mod tests;
mod tiling;
mod titles;

pub use finding::{
    Audit, Cause, CauseKind, Class, Finding, GrowthConvention, Relation, Undecided, Used,
};
pub use printing::Printing;

use crate::error::Error;
use crate::query::Reader;
use crate::query::reader::find_document;

use material::Material;

impl Reader {
    /// Recomputes everything that a document says twice: its growth rates, shares, differences, translations and
    /// revisions, the facts it prints several times, what its company's [identities](crate::Identity) say, its quarters
    /// against half years and years, and the facts that earlier documents gave.
    ///
    /// A figure is compared by rounding intervals: it is consistent if what is printed and what is recomputed can be
    /// roundings of one value.
    ///
    /// ```
    /// use kessan::{Class, Database, Release};
    /// let db = Database::temporary()?;
    /// db.ingest(&Release::read("data/iij/2003-08-13-1q03-results")?)?;
    /// let audit = db.audit("iij-2003-08-13-1q03-results")?;
    /// assert!(audit.count(Class::Consistent) > 300);
    /// for finding in audit.findings() {
    ///     println!("{finding}");
    /// }
    /// # Ok::<(), kessan::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`QueryError::UnknownDocument`](crate::QueryError::UnknownDocument), or [`Error::Store`] where the database
    /// cannot be read.
    pub fn audit(&self, document: impl AsRef<str>) -> Result<Audit, Error> {
        self.audited(document.as_ref(), false)
    }

    /// As [`Reader::audit`], and also compares each fact with what the next later document says about it.
    ///
    /// # Errors
    /// As of [`Reader::audit`].
    pub fn audit_with_later(&self, document: impl AsRef<str>) -> Result<Audit, Error> {
        self.audited(document.as_ref(), true)
    }

    fn audited(&self, document: &str, later: bool) -> Result<Audit, Error> {
        let snapshot = self.snapshot();
        let number = find_document(&snapshot, document)?;
        let material = Material::gather(&snapshot, number)?;
        let (findings, incomplete) = recompute(&material, later);
        Ok(Audit::new(material.document, findings, incomplete))
    }
}

/// Judges everything that can be recomputed; also tells how many identities are incomplete.
fn recompute(material: &Material, later: bool) -> (Vec<Finding>, usize) {
    let mut cases = Vec::new();
    claims::collect(material, &mut cases);
    claims::repeated(material, &mut cases);
    repeats::collect(material, &mut cases);
    pairs::collect(material, &mut cases);
    let incomplete = identities::collect(material, &mut cases);
    tiling::collect(material, &mut cases);
    across::collect(material, later, &mut cases);
    let mut findings: Vec<Finding> = cases
        .iter()
        .map(|case| judge::judge(material, case))
        .collect();
    conventions::compare(&mut findings);
    suspects::name(&mut findings, &cases);
    (findings, incomplete)
}
