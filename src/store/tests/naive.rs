//! The store against the simplest one there is: a list of all observations.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::recent::waiting;
use super::support::*;
use crate::codec::SeriesId;
use crate::model::versions::{outcome, shown as choose};
use crate::model::{Figure, Nil, Observation, Outcome, Period, Rank, SeriesKey, Source};
use crate::store::recent::BOUND;
use crate::store::{CurrentRow, Package, Snapshot, Store};

#[derive(Clone, Debug)]
struct Naive {
    ids: Vec<String>,
    facts: BTreeMap<(SeriesKey, Period), Vec<Observation>>,
}

impl Naive {
    fn new() -> Self {
        Self {
            ids: Vec::new(),
            facts: BTreeMap::new(),
        }
    }

    fn commit(&mut self, package: &Package, sequence: u64) -> Vec<Vec<Outcome>> {
        let mut all = Vec::new();
        let first = u32::try_from(self.ids.len()).unwrap();
        for document in &package.documents {
            self.ids.push(document.document.id.to_string());
        }
        for (number, document) in (first..).zip(&package.documents) {
            let mut outcomes = Vec::new();
            for fact in &document.facts {
                let observation = Observation {
                    period: fact.period,
                    figure: fact.figure.clone(),
                    published: fact.published,
                    source: Source {
                        document: number,
                        cell: fact.cell,
                    },
                    rank: fact.rank,
                    commit: sequence,
                };
                let ids = &self.ids;
                let known = self
                    .facts
                    .entry((fact.series.clone(), fact.period))
                    .or_default();
                outcomes.push(outcome(known, &observation, |a, b| {
                    ids[a as usize].cmp(&ids[b as usize])
                }));
                known.push(observation);
            }
            all.push(outcomes);
        }
        all
    }

    fn rows(&self, key: &SeriesKey) -> Vec<CurrentRow> {
        let of_series = self.facts.iter().filter(|((series, _), _)| series == key);
        of_series
            .map(|(_, known)| {
                let order = |a: u32, b: u32| self.ids[a as usize].cmp(&self.ids[b as usize]);
                let chosen = choose(known, order).unwrap();
                CurrentRow {
                    observation: known[chosen.index].clone(),
                    conflicting: chosen.conflicting,
                    versions: known.len() > 1,
                }
            })
            .collect()
    }

    fn check(&self, snapshot: &Snapshot) {
        for company in ["a", "b", "c"] {
            for metric in ["m", "n"] {
                let key = series(company, metric);
                let expected = self.rows(&key);
                let Some(id) = snapshot.series_id(&key) else {
                    assert!(expected.is_empty());
                    continue;
                };
                assert_eq!(snapshot.current(id).unwrap(), expected);
                assert_eq!(snapshot.series_key(id).unwrap(), key);
                let mut observations: Vec<Observation> = self
                    .facts
                    .iter()
                    .filter(|((series, _), _)| *series == key)
                    .flat_map(|(_, known)| known.clone())
                    .collect();
                observations.sort_by_key(|o| {
                    let id = self.ids[o.source.document as usize].clone();
                    (o.period, o.published, id, o.source.cell)
                });
                assert_eq!(snapshot.observations(id).unwrap(), observations);
                let panel = panel(snapshot, &key.metric, id.variant);
                let found = panel.iter().find(|(company, _)| *company == id.company);
                assert_eq!(found.map(|(_, rows)| rows), Some(&expected));
            }
        }
    }
}

fn any_figure() -> impl Strategy<Value = Figure> {
    prop_oneof![
        8 => (prop_oneof![Just(1000_i64), Just(1040), Just(1400), Just(2000)], -3_i8..=0)
            .prop_map(|(value, decimals)| figure(value, decimals)),
        1 => Just(Figure::Nil(Nil::NotApplicable)),
        1 => Just(Figure::Qualitative("break-even".into())),
    ]
}

type Fact = ((usize, usize, u32), Figure, Rank);

fn any_document() -> impl Strategy<Value = (u32, Vec<Fact>)> {
    let place = (0..3_usize, 0..2_usize, 0..6_u32);
    let rank = prop_oneof![Just(Rank::Prose), Just(Rank::Table), Just(Rank::Statement)];
    (
        0..4_u32,
        proptest::collection::vec((place, any_figure(), rank), 1..8),
    )
}

/// Packages of documents whose ids do not follow the order they come in.
fn any_packages() -> impl Strategy<Value = Vec<Package>> {
    let packages = proptest::collection::vec(proptest::collection::vec(any_document(), 1..4), 1..7);
    (packages, any::<u32>()).prop_map(|(packages, seed)| {
        let mut count: u32 = 0;
        packages
            .into_iter()
            .map(|documents| {
                let documents = documents
                    .into_iter()
                    .map(|(month, facts)| {
                        count += 1;
                        let scrambled = count.wrapping_mul(seed | 1) % 89;
                        let facts = facts
                            .into_iter()
                            .map(|((company, metric, period), figure, rank)| {
                                let company = ["a", "b", "c"][company];
                                let metric = ["m", "n"][metric];
                                let mut fact = fact(company, metric, quarter(period), figure);
                                fact.rank = rank;
                                fact
                            })
                            .collect();
                        let published = format!("2001-{:02}-01", month + 1);
                        document(&format!("d{scrambled}-{count}"), &published, facts)
                    })
                    .collect();
                package(documents)
            })
            .collect()
    })
}

/// The series with recent rows, as scans go by them.
fn unsettled(store: &Store) -> BTreeSet<SeriesId> {
    let all = |number| SeriesId {
        metric: number,
        variant: number,
        company: number,
    };
    let range = all(0)..=all(u32::MAX);
    let unsettled = store.unsettled.of(range, &store.engine);
    unsettled.unwrap().into_iter().collect()
}

/// The series with recent rows, as their values have them.
fn waiting_series(store: &Store) -> BTreeSet<SeriesId> {
    let companies = 0..store.state().names.companies.len();
    let of = |company| {
        let pairs = waiting(store, company).into_keys();
        pairs.map(move |(metric, variant)| SeriesId {
            metric,
            variant,
            company,
        })
    };
    companies.flat_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_snapshot_shows_what_a_list_of_observations_says(
        packages in any_packages(),
        room in prop_oneof![Just(0), 60..400_usize, Just(BOUND)],
        together in proptest::collection::vec(any::<bool>(), 7),
    ) {
        let place = Place::new();
        let mut store = Store::create(&place.path()).unwrap();
        store.room = room;
        let mut naive = Naive::new();
        let mut seen = vec![(store.snapshot(), naive.clone())];
        for (package, together) in packages.iter().zip(together) {
            let sequence = store.snapshot().sequence() + 1;
            let outcomes = naive.commit(package, sequence);
            // What does not come alone goes to the blocks.
            let (done, ended) = if together {
                store.commit_all(&[package.clone(), Package::default()])
            } else {
                store.commit_all(std::slice::from_ref(package))
            };
            ended.unwrap();
            prop_assert_eq!(done[0].commit, Some(sequence));
            let found: Vec<_> = done[0].documents.iter().map(|d| d.outcomes.clone()).collect();
            prop_assert_eq!(found, outcomes);
            naive.check(&store.snapshot());
            seen.push((store.snapshot(), naive.clone()));
        }
        let report = store.verify(&digest, &mut |_| ControlFlow::Continue(())).unwrap();
        prop_assert!(report.is_sound(), "{}", report);
        prop_assert_eq!(unsettled(&store), waiting_series(&store));
        for (snapshot, naive) in &seen {
            naive.check(snapshot);
        }
        let before = everything(&store);
        seen.clear();
        drop(store);
        let store = Store::open(&place.path()).unwrap();
        prop_assert_eq!(everything(&store), before);
        naive.check(&store.snapshot());
    }
}
