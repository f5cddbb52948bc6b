//! The documents of a package: which are new, and what is written of those.

use std::collections::HashMap;

use super::Staged;
use crate::codec::check::{CheckRecord, ChecksRecord};
use crate::codec::record::{DocumentNumber, DocumentRecord, digest_of, pack, split_by_size};
use crate::codec::{Key, cells};
use crate::model::{Id, Outcome};
use crate::store::engine::Tree;
use crate::store::error::StoreError;
use crate::store::order::{self, DocumentOrder};
use crate::store::package::{DocumentOutcome, Package, PackageDocument, Standing};
use crate::store::write::Write;

/// How each document stands to the one of its id that is there, or comes before it in the package.
pub(super) fn standings(tree: &dyn Tree, package: &Package) -> Result<Vec<Standing>, StoreError> {
    let mut new: HashMap<&Id, [u8; 32]> = HashMap::new();
    let standing = |document| standing(tree, &mut new, document, package.by_document);
    package.documents.iter().map(standing).collect()
}

fn standing<'a>(
    tree: &dyn Tree,
    new: &mut HashMap<&'a Id, [u8; 32]>,
    document: &'a PackageDocument,
    by_document: bool,
) -> Result<Standing, StoreError> {
    let id = &document.document.id;
    let known = match new.get(id) {
        Some(digest) => Some(*digest),
        None => order::document_number(tree, id)?
            .map(|number| Ok::<_, StoreError>(order::document(tree, number)?.digest))
            .transpose()?,
    };
    match known {
        None => {
            new.insert(id, document.digest);
            Ok(Standing::New)
        }
        Some(digest) if digest == document.digest => Ok(Standing::Known),
        // Taken in by a format version that made other digests.
        Some(digest) if document.content().is_older(&digest) => Ok(Standing::Known),
        Some(_) if by_document => Ok(Standing::Differs),
        Some(_) => Err(StoreError::DocumentDiffers { id: id.clone() }),
    }
}

/// Writes the documents that are new. Gives the numbers of these.
pub(super) fn add(
    staged: &mut Staged,
    order: &mut DocumentOrder,
    package: &Package,
    standings: &[Standing],
) -> Result<Vec<Option<u32>>, StoreError> {
    let mut numbers = Vec::with_capacity(package.documents.len());
    let mut digests = Vec::new();
    for (document, standing) in package.documents.iter().zip(standings) {
        numbers.push(match standing {
            Standing::New => {
                let number = write(staged, document)?;
                order.add(number, document.document.id.clone());
                digests.push(document.digest);
                Some(number)
            }
            Standing::Known | Standing::Differs => None,
        });
    }
    staged.digest = digest_of(&digests);
    Ok(numbers)
}

/// What becomes of documents and their facts, as far as it is known before these are merged.
pub(super) fn outcomes(package: &Package, standings: &[Standing]) -> Vec<DocumentOutcome> {
    package
        .documents
        .iter()
        .zip(standings)
        .map(|(document, standing)| DocumentOutcome {
            standing: *standing,
            outcomes: match standing {
                Standing::New | Standing::Known => vec![Outcome::Unchanged; document.facts.len()],
                Standing::Differs => Vec::new(),
            },
        })
        .collect()
}

/// Numbers a new document, and writes its record, cells and checks.
fn write(staged: &mut Staged, document: &PackageDocument) -> Result<u32, StoreError> {
    let id = &document.document.id;
    let count = |what, length: usize| u32::try_from(length).map_err(|_| StoreError::Full { what });
    let cells = count("cells of a document", document.cells.len())?;
    let cited = document.facts.iter().map(|fact| fact.cell);
    for cell in cited.chain(document.checks.iter().map(|check| check.cell)) {
        if cell >= cells {
            return Err(StoreError::NoSuchCell {
                document: id.clone(),
                cell,
            });
        }
    }
    let number = staged.totals.documents;
    let full = StoreError::Full { what: "documents" };
    staged.totals.documents = number.checked_add(1).ok_or(full)?;
    let record = DocumentRecord {
        document: document.document.clone(),
        digest: document.digest,
        commit: staged.sequence,
        cells,
        facts: count("facts of a document", document.facts.len())?,
        checks: count("checks of a document", document.checks.len())?,
    };
    staged.groups.push(vec![
        Write::put(Key::Document(number), pack(&record)?),
        Write::put(
            Key::DocumentIndex(id.clone()),
            pack(&DocumentNumber(number))?,
        ),
    ]);
    write_cells(staged, number, document)?;
    write_checks(staged, number, document)?;
    Ok(number)
}

fn write_cells(
    staged: &mut Staged,
    number: u32,
    document: &PackageDocument,
) -> Result<(), StoreError> {
    let mut first: u32 = 0;
    for record in cells::split(&document.cells)? {
        let key = Key::Cells {
            document: number,
            first,
        };
        staged.put(key, pack(&record)?);
        first = first.saturating_add(u32::try_from(record.len()).unwrap_or(u32::MAX));
    }
    Ok(())
}

fn write_checks(
    staged: &mut Staged,
    number: u32,
    document: &PackageDocument,
) -> Result<(), StoreError> {
    let checks: Vec<CheckRecord> = document.checks.iter().map(CheckRecord::from).collect();
    for (chunk, checks) in (0..).zip(split_by_size("a check", &checks)?) {
        let key = Key::Checks {
            document: number,
            chunk,
        };
        staged.put(key, pack(&ChecksRecord(checks))?);
    }
    Ok(())
}
