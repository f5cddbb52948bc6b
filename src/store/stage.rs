//! From a package to everything a commit will write. Reads only.

use std::collections::btree_map;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::State;
use super::catalog::{self, Created};
use super::definitions::{Described, metric_differs};
use super::engine::Tree;
use super::error::StoreError;
use super::merge::{self, Merged, Said, merge};
use super::names::Names;
use super::order::{self, DocumentOrder};
use super::package::{DocumentOutcome, Kept, Package, PackageDocument, Standing};
use super::recent::{self, OfCompany, Waiting};
use crate::codec::addition::{Addition, AdditionsRecord};
use crate::codec::check::{CheckRecord, ChecksRecord};
use crate::codec::record::{
    CompanyRecord, DocumentNumber, DocumentRecord, Totals, Variant, digest_of, pack, split_by_size,
    unpack,
};
use crate::codec::{Key, SeriesId, cells};
use crate::model::{Company, Id, Metric, MetricPath, Outcome, SeriesKey};

/// A key that a commit changes.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) key: Key,
    /// `None` removes the key.
    pub(super) payload: Option<Vec<u8>>,
}

impl Write {
    pub(super) fn put(key: Key, payload: Vec<u8>) -> Write {
        Write {
            key,
            payload: Some(payload),
        }
    }

    pub(super) fn remove(key: Key) -> Write {
        Write { key, payload: None }
    }
}

/// Everything that a commit changes.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) names: Names,
    pub(super) totals: Totals,
    /// How many additions there are to all companies.
    pub(super) additions: u64,
    /// Keys that belong into one batch, in the order to write them.
    pub(super) groups: Vec<Vec<Write>>,
    /// Definitions that are written anew: with the commit record, so that an aborted commit leaves the old ones.
    pub(super) replaced: Vec<Write>,
    pub(super) series: Vec<SeriesId>,
    /// Others, whose recent rows go to their blocks.
    pub(super) settled: Vec<SeriesId>,
    /// Those of the first that are new, with the commit.
    pub(super) created: Vec<Created>,
    /// The number of documents and observations that are new.
    pub(super) new_documents: u32,
    pub(super) new_rows: u64,
    pub(super) digest: [u8; 32],
    pub(super) outcomes: Vec<DocumentOutcome>,
    pub(super) kept: Vec<Kept>,
}

/// The most definitions that one commit may write anew.
const REPLACED: usize = 100;

/// Works out what a package changes, as commit `sequence`. What it says of one company may become recent rows of up to `room` bytes.
pub(super) fn stage(
    tree: &dyn Tree,
    state: &State,
    package: &Package,
    sequence: u64,
    room: Option<usize>,
) -> Result<Staged, StoreError> {
    let mut stager = Stager {
        tree,
        sequence,
        before: state.totals,
        names: state.names.clone(),
        totals: state.totals,
        additions: state.additions,
        created: Vec::new(),
        listed: HashMap::new(),
        order: DocumentOrder::default(),
        recent: BTreeMap::new(),
        room: None,
        groups: Vec::new(),
        replaced: Vec::new(),
        settled: Vec::new(),
        staged: HashMap::new(),
        digests: Vec::new(),
        kept: Vec::new(),
    };
    let standings: Vec<Standing> = package
        .documents
        .iter()
        .map(|document| stager.standing(document, package.by_document))
        .collect::<Result<_, _>>()?;
    let unused = metrics_passed_over(package, &standings);
    let used = |metric: &&Metric| !unused.contains(&metric.path);
    stager.metrics(package.metrics.iter().filter(used))?;
    stager.companies(package)?;
    let mut numbers = Vec::with_capacity(package.documents.len());
    for (document, standing) in package.documents.iter().zip(&standings) {
        numbers.push(match standing {
            Standing::New => Some(stager.document(document)?),
            Standing::Known | Standing::Differs => None,
        });
    }
    let mut outcomes: Vec<DocumentOutcome> = package
        .documents
        .iter()
        .zip(&standings)
        .map(|(document, standing)| DocumentOutcome {
            standing: *standing,
            outcomes: match standing {
                Standing::New | Standing::Known => vec![Outcome::Unchanged; document.facts.len()],
                Standing::Differs => Vec::new(),
            },
        })
        .collect();
    let facts = stager.facts(package, &numbers)?;
    stager.room = room.filter(|_| facts.are_few());
    let new_rows = u64::try_from(facts.all.len()).unwrap_or(u64::MAX);
    let series: Vec<SeriesId> = facts.series.iter().map(|(id, _)| *id).collect();
    let mut new: Vec<Said<'_>> = Vec::new();
    for (id, range) in facts.series {
        let numbers = facts.by_series.get(range).unwrap_or_default();
        let placed = || numbers.iter().filter_map(|number| facts.all.get(*number));
        new.clear();
        new.extend(placed().map(|placed| placed.said));
        let merged = stager.series(id, &new)?;
        for (placed, outcome) in placed().zip(merged) {
            let slot = outcomes
                .get_mut(placed.document)
                .and_then(|document| document.outcomes.get_mut(placed.place));
            if let Some(slot) = slot {
                *slot = outcome;
            }
        }
    }
    if stager.replaced.len() > REPLACED {
        let what = "changed definitions in one commit";
        return Err(StoreError::Full { what });
    }
    stager.recent_rows()?;
    let listed = catalog::list(&stager.created)?;
    stager
        .groups
        .extend(listed.into_iter().map(|write| vec![write]));
    stager.totals.companies = stager.names.companies.len();
    stager.totals.metrics = stager.names.metrics.len();
    stager.totals.variants = stager.names.variants.len();
    stager.totals.rows = stager.totals.rows.saturating_add(new_rows);
    Ok(Staged {
        new_documents: stager.totals.documents - state.totals.documents,
        new_rows,
        digest: digest_of(&stager.digests),
        names: stager.names,
        totals: stager.totals,
        additions: stager.additions,
        groups: stager.groups,
        replaced: stager.replaced,
        series,
        settled: stager.settled,
        created: stager.created,
        outcomes,
        kept: stager.kept,
    })
}

/// The metrics that only documents which are passed over have figures of.
fn metrics_passed_over<'a>(
    package: &'a Package,
    standings: &[Standing],
) -> HashSet<&'a MetricPath> {
    let of = |differs: bool| -> HashSet<&MetricPath> {
        let documents = package.documents.iter().zip(standings);
        documents
            .filter(|(_, standing)| (**standing == Standing::Differs) == differs)
            .flat_map(|(document, _)| &document.facts)
            .map(|fact| &fact.series.metric)
            .collect()
    };
    let mut passed_over = of(true);
    if !passed_over.is_empty() {
        let used = of(false);
        passed_over.retain(|path| !used.contains(path));
    }
    passed_over
}

/// The facts of new documents.
struct Facts<'a> {
    /// In the order of the package.
    all: Vec<Placed<'a>>,
    /// The numbers of all, series by series, and in their order for each.
    by_series: Vec<usize>,
    /// Where those of each series are, by id.
    series: Vec<(SeriesId, Range<usize>)>,
}

impl Facts<'_> {
    /// Whether they are of one company, and no more than there is room for among its recent rows.
    fn are_few(&self) -> bool {
        let mut companies = self.series.iter().map(|(id, _)| id.company);
        let first = companies.next();
        companies.all(|company| Some(company) == first) && self.all.len() <= recent::ROWS
    }
}

/// A fact with the numbers of its document and of itself in the package.
struct Placed<'a> {
    said: Said<'a>,
    document: usize,
    place: usize,
}

/// A series that a package speaks of.
struct Found<'a> {
    key: &'a SeriesKey,
    id: SeriesId,
    facts: usize,
    /// The one that came after it when it came last.
    next: usize,
}

/// The recent rows of a company.
#[derive(Default)]
struct RecentRows {
    series: OfCompany,
    changed: bool,
}

struct Stager<'a> {
    tree: &'a dyn Tree,
    sequence: u64,
    /// As the commit before left them.
    before: Totals,
    additions: u64,
    names: Names,
    totals: Totals,
    created: Vec<Created>,
    /// The series that companies have already, as far as that was asked.
    listed: HashMap<u32, HashSet<SeriesId>>,
    order: DocumentOrder,
    /// The recent rows of companies, as far as they were needed.
    recent: BTreeMap<u32, RecentRows>,
    /// How many bytes of them there may be, where new ones are added.
    room: Option<usize>,
    groups: Vec<Vec<Write>>,
    /// Definitions that are written anew, and recent rows.
    replaced: Vec<Write>,
    settled: Vec<SeriesId>,
    /// Documents of this package.
    staged: HashMap<&'a Id, [u8; 32]>,
    digests: Vec<[u8; 32]>,
    /// Inferred definitions that do not stand.
    kept: Vec<Kept>,
}

impl<'a> Stager<'a> {
    /// How a document stands to the one of its id that is there, or comes before it in the package.
    fn standing(
        &mut self,
        package: &'a PackageDocument,
        by_document: bool,
    ) -> Result<Standing, StoreError> {
        let id = &package.document.id;
        match self.known_digest(id)? {
            None => {
                self.staged.insert(id, package.digest);
                Ok(Standing::New)
            }
            Some(digest) if digest == package.digest => Ok(Standing::Known),
            // Taken in by a format version that made other digests.
            Some(digest) if package.content().is_older(&digest) => Ok(Standing::Known),
            Some(_) if by_document => Ok(Standing::Differs),
            Some(_) => Err(StoreError::DocumentDiffers { id: id.clone() }),
        }
    }

    fn metrics<'m>(&mut self, metrics: impl Iterator<Item = &'m Metric>) -> Result<(), StoreError> {
        for metric in metrics {
            match self.names.metrics.by_name(&metric.path) {
                Some(known) if known == metric => {}
                Some(known) => {
                    let merged = known
                        .merged(metric)
                        .ok_or_else(|| metric_differs(known, metric))?;
                    if merged != *known
                        && let Some(number) = self.names.metrics.number(&metric.path)
                    {
                        let payload = pack(&merged)?;
                        self.replaced.push(Write::put(Key::Metric(number), payload));
                        self.names.metrics.replace(number, merged);
                    }
                }
                None => {
                    let payload = pack(metric)?;
                    let number = self.names.metrics.push(metric.clone());
                    let number = number.ok_or(StoreError::Full { what: "metrics" })?;
                    self.groups
                        .push(vec![Write::put(Key::Metric(number), payload)]);
                }
            }
        }
        Ok(())
    }

    fn companies(&mut self, package: &Package) -> Result<(), StoreError> {
        let mut added: BTreeMap<u32, Vec<Addition>> = BTreeMap::new();
        for company in &package.companies {
            let known = self.names.companies.number(&company.id);
            let number = match known {
                Some(number) => number,
                None => self.new_company(company)?,
            };
            let Some(before) = self.names.companies.get(number).cloned() else {
                continue;
            };
            let basis = self.names.basis(number, &before);
            let mut now = Described::new(before.clone(), basis.clone());
            if known.is_none() {
                now.rest_on(package.evidence);
            }
            let id = || company.id.clone();
            now.describe(company, package.evidence, package.inferred)
                .map_err(|what| StoreError::CompanyDiffers { id: id(), what })?;
            let kept = now.kept.into_iter();
            self.kept.extend(kept.map(|what| Kept {
                company: id(),
                what,
            }));
            if now.company.name != before.name || now.company.calendar != before.calendar {
                let recent = self.names.has_recent(number);
                let payload = pack(&CompanyRecord::of(&now.company, recent))?;
                self.replaced
                    .push(Write::put(Key::Company(number), payload));
            }
            if now.basis != basis {
                self.names.set_basis(number, now.basis)?;
            }
            if now.company != before {
                self.names.companies.replace(number, now.company);
            }
            if !now.added.is_empty() {
                added.entry(number).or_default().extend(now.added);
            }
        }
        for (company, additions) in added {
            let count = u64::try_from(additions.len()).unwrap_or(u64::MAX);
            self.additions = self.additions.saturating_add(count);
            let runs = split_by_size("what is added to a company", &additions)?;
            for (chunk, run) in (0_u16..).zip(runs) {
                let key = Key::Additions {
                    company,
                    commit: self.sequence,
                    chunk,
                };
                self.groups
                    .push(vec![Write::put(key, pack(&AdditionsRecord(run))?)]);
            }
        }
        Ok(())
    }

    /// Adds a company without its identities and splits.
    fn new_company(&mut self, company: &Company) -> Result<u32, StoreError> {
        let payload = pack(&CompanyRecord::of(company, false))?;
        let bare = Company {
            identities: Vec::new(),
            splits: Vec::new(),
            ..company.clone()
        };
        let number = self.names.companies.push(bare);
        let number = number.ok_or(StoreError::Full { what: "companies" })?;
        self.groups
            .push(vec![Write::put(Key::Company(number), payload)]);
        Ok(number)
    }

    /// Numbers a new document and writes its cells and checks.
    fn document(&mut self, package: &PackageDocument) -> Result<u32, StoreError> {
        let id = &package.document.id;
        let count =
            |what, length: usize| u32::try_from(length).map_err(|_| StoreError::Full { what });
        let cells = count("cells of a document", package.cells.len())?;
        let cited = package.facts.iter().map(|fact| fact.cell);
        for cell in cited.chain(package.checks.iter().map(|check| check.cell)) {
            if cell >= cells {
                return Err(StoreError::NoSuchCell {
                    document: id.clone(),
                    cell,
                });
            }
        }
        let number = self.totals.documents;
        let full = StoreError::Full { what: "documents" };
        self.totals.documents = number.checked_add(1).ok_or(full)?;
        let record = DocumentRecord {
            document: package.document.clone(),
            digest: package.digest,
            commit: self.sequence,
            cells,
            facts: count("facts of a document", package.facts.len())?,
            checks: count("checks of a document", package.checks.len())?,
        };
        self.groups.push(vec![
            Write::put(Key::Document(number), pack(&record)?),
            Write::put(
                Key::DocumentIndex(id.clone()),
                pack(&DocumentNumber(number))?,
            ),
        ]);
        self.cells(number, package)?;
        self.checks(number, package)?;
        self.order.add(number, id.clone());
        self.digests.push(package.digest);
        Ok(number)
    }

    fn known_digest(&self, id: &Id) -> Result<Option<[u8; 32]>, StoreError> {
        if let Some(digest) = self.staged.get(id) {
            return Ok(Some(*digest));
        }
        document_number(self.tree, id)?
            .map(|number| Ok(order::document(self.tree, number)?.digest))
            .transpose()
    }

    fn cells(&mut self, document: u32, package: &PackageDocument) -> Result<(), StoreError> {
        let mut first: u32 = 0;
        for record in cells::split(&package.cells)? {
            let key = Key::Cells { document, first };
            self.groups.push(vec![Write::put(key, pack(&record)?)]);
            first = first.saturating_add(u32::try_from(record.len()).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    fn checks(&mut self, document: u32, package: &PackageDocument) -> Result<(), StoreError> {
        let checks: Vec<CheckRecord> = package.checks.iter().map(CheckRecord::from).collect();
        for (chunk, checks) in (0..).zip(split_by_size("a check", &checks)?) {
            let key = Key::Checks { document, chunk };
            self.groups
                .push(vec![Write::put(key, pack(&ChecksRecord(checks))?)]);
        }
        Ok(())
    }

    /// Sorts the facts of new documents by series.
    fn facts<'p>(
        &mut self,
        package: &'p Package,
        numbers: &[Option<u32>],
    ) -> Result<Facts<'p>, StoreError> {
        let new = || package.documents.iter().zip(numbers).enumerate();
        let count = new().filter(|(_, (_, number))| number.is_some());
        let count = count.map(|(_, (document, _))| document.facts.len()).sum();
        let mut all = Vec::with_capacity(count);
        let mut of: Vec<usize> = Vec::with_capacity(count);
        let mut series: Vec<Found<'p>> = Vec::new();
        let mut found: HashMap<&SeriesKey, usize> = HashMap::new();
        let mut last = 0;
        for (nth, (document, number)) in new() {
            let Some(number) = *number else { continue };
            for (place, fact) in document.facts.iter().enumerate() {
                let key = &fact.series;
                // Often the next fact is of the same series, or of the one that came after it in the document before.
                let after = series.get(last).map_or(last, |last| last.next);
                let is_of = |index: &usize| series.get(*index).is_some_and(|one| *one.key == *key);
                let guess = [last, after].into_iter().find(is_of);
                let index = if let Some(index) = guess.or_else(|| found.get(key).copied()) {
                    index
                } else {
                    series.push(Found {
                        key,
                        id: self.series_id(key)?,
                        facts: 0,
                        next: series.len(),
                    });
                    *found.entry(key).or_insert(series.len() - 1)
                };
                if index != last
                    && let Some(last) = series.get_mut(last)
                {
                    last.next = index;
                }
                last = index;
                if let Some(series) = series.get_mut(index) {
                    series.facts += 1;
                }
                of.push(index);
                all.push(Placed {
                    said: Said {
                        fact,
                        document: number,
                    },
                    document: nth,
                    place,
                });
            }
        }
        let mut begin = 0;
        let mut begins = Vec::with_capacity(series.len());
        let mut ranges = Vec::with_capacity(series.len());
        for one in &series {
            begins.push(begin);
            ranges.push((one.id, begin..begin + one.facts));
            begin += one.facts;
        }
        let mut by_series = vec![0; all.len()];
        for (number, index) in of.into_iter().enumerate() {
            if let Some(begin) = begins.get_mut(index) {
                if let Some(slot) = by_series.get_mut(*begin) {
                    *slot = number;
                }
                *begin += 1;
            }
        }
        ranges.sort_unstable_by_key(|(id, _)| *id);
        Ok(Facts {
            all,
            by_series,
            series: ranges,
        })
    }

    /// The numbers of a series; a new variant gets one.
    fn series_id(&mut self, key: &SeriesKey) -> Result<SeriesId, StoreError> {
        let company = self.names.companies.number(&key.company);
        let company = company.ok_or_else(|| StoreError::UnknownCompany {
            id: key.company.clone(),
        })?;
        let metric = self.names.metrics.number(&key.metric);
        let metric = metric.ok_or_else(|| StoreError::UnknownMetric {
            path: key.metric.clone(),
        })?;
        let variant = Variant {
            scenario: key.scenario,
            scope: key.scope.clone(),
            unit: key.unit.clone(),
        };
        let variant = if let Some(number) = self.names.variants.number(&variant) {
            number
        } else {
            let payload = pack(&variant)?;
            let number = self.names.variants.push(variant);
            let number = number.ok_or(StoreError::Full { what: "variants" })?;
            self.groups
                .push(vec![Write::put(Key::Variant(number), payload)]);
            number
        };
        Ok(SeriesId {
            metric,
            variant,
            company,
        })
    }

    /// Whether the database may have a series: not if its company, metric or variant is new.
    fn may_exist(&self, id: SeriesId) -> bool {
        let Totals {
            companies,
            metrics,
            variants,
            ..
        } = self.before;
        id.company < companies && id.metric < metrics && id.variant < variants
    }

    /// Whether a company has a series already.
    fn is_listed(&mut self, id: SeriesId) -> Result<bool, StoreError> {
        let listed = match self.listed.entry(id.company) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let all = catalog::of_company(self.tree, id.company)?;
                place.insert(all.into_iter().map(|(id, _)| id).collect())
            }
        };
        Ok(listed.contains(&id))
    }

    fn series(&mut self, id: SeriesId, new: &[Said<'_>]) -> Result<Vec<Outcome>, StoreError> {
        let may_exist = self.may_exist(id);
        let place = merge::Place {
            waiting: self.waiting(id)?,
            stays: self.room.is_some(),
        };
        let Merged {
            outcomes,
            writes,
            created,
            waiting,
        } = merge(
            self.tree,
            &mut self.order,
            id,
            may_exist,
            place,
            new,
            self.sequence,
        )?;
        if created && may_exist && self.is_listed(id)? {
            let chunk = 0;
            let key = Key::Current { series: id, chunk };
            return Err(StoreError::damaged_at(&key, "it is missing"));
        }
        if created {
            self.created.push((id, self.sequence));
            self.totals.series = self.totals.series.saturating_add(1);
        }
        self.groups.push(writes);
        if let Some(waiting) = waiting {
            let of_company = self.recent.entry(id.company).or_default();
            of_company.series.insert((id.metric, id.variant), waiting);
            of_company.changed = true;
        }
        Ok(outcomes)
    }

    /// Takes the recent rows of a series.
    fn waiting(&mut self, id: SeriesId) -> Result<Option<Waiting>, StoreError> {
        let of_company = match self.recent.entry(id.company) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(_) if !self.names.has_recent(id.company) => return Ok(None),
            btree_map::Entry::Vacant(place) => place.insert(RecentRows {
                series: recent::of_company(self.tree, id.company)?,
                changed: false,
            }),
        };
        let waiting = of_company.series.remove(&(id.metric, id.variant));
        of_company.changed |= waiting.is_some();
        Ok(waiting)
    }

    /// Writes the recent rows of the companies that the package speaks of.
    fn recent_rows(&mut self) -> Result<(), StoreError> {
        for (company, rows) in std::mem::take(&mut self.recent) {
            let RecentRows {
                mut series,
                changed: true,
            } = rows
            else {
                continue;
            };
            let Some(room) = self.room else {
                // After the blocks that they went to: if the commit is cut off in between, they are in both.
                self.groups.push(vec![recent::write(company, &series)?]);
                continue;
            };
            let (over, payload) = recent::overflow(&mut series, room)?;
            for ((metric, variant), waiting) in over {
                let id = SeriesId {
                    metric,
                    variant,
                    company,
                };
                let writes = recent::settle(self.tree, id, waiting, self.sequence)?;
                self.groups.push(writes);
                self.settled.push(id);
            }
            // With the commit record: of a commit that is cut off, there are none.
            self.replaced
                .push(Write::put(Key::Recent(company), payload));
            if !self.names.has_recent(company)
                && let Some(known) = self.names.companies.get(company)
            {
                let record = pack(&CompanyRecord::of(known, true))?;
                self.replaced
                    .push(Write::put(Key::Company(company), record));
                self.names.set_recent(company)?;
            }
        }
        Ok(())
    }
}

/// The number of the document with an id, visible or not.
pub(super) fn document_number(tree: &dyn Tree, id: &Id) -> Result<Option<u32>, StoreError> {
    let key = Key::DocumentIndex(id.clone());
    let Some(value) = tree.get(&key)? else {
        return Ok(None);
    };
    let DocumentNumber(number) =
        unpack(&value).map_err(|error| StoreError::decoding(&key, &error))?;
    Ok(Some(number))
}
