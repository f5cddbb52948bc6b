//! Random histories of publications, taken in in random order and random packages: every answer of the database is
//! that of a naive model which has all observations in a list.
//!
//! Asked are: what was known on every day, first and latest, by all documents and by periodic reports only, at every
//! commit; in series, in panels and as comparators; what was seen and the candidates of each answer;
//! restatements; and what became of every figure as it was taken in.

mod naive;

use kessan::{
    Amount, Cell, Company, Database, Dimension, Document, DocumentKind, Evidence, Figure, Filing,
    FiscalCalendar, Metric, MetricKind, Nil, Observation, Package, Point, Precision, Rank,
    Reported, RestatementKind, Rounding, Scenario, Scope, SeriesKey, Supersede, YearNaming,
    parse_date,
};
use naive::{Answer, Known, Said, Seen};
use proptest::prelude::*;

/// Two companies and a target, of two years each.
const SERIES: [(&str, Scenario); 3] = [
    ("minato", Scenario::Actual),
    ("tsuki", Scenario::Actual),
    ("minato", Scenario::Target),
];
const PERIODS: [&str; 2] = ["2020-04-01..2020-06-30", "2021-04-01..2021-06-30"];
const FACTS: usize = SERIES.len() * PERIODS.len();
const DAYS: u32 = 6;

fn series_key(fact: usize) -> SeriesKey {
    let (company, scenario) = SERIES[fact / PERIODS.len()];
    SeriesKey {
        company: company.parse().unwrap(),
        metric: "income".parse().unwrap(),
        scenario,
        scope: Scope::total(),
        unit: "JPY".parse().unwrap(),
    }
}

fn date(day: u32) -> chrono::NaiveDate {
    parse_date(&format!("2022-03-{:02}", day + 10)).unwrap()
}

fn figure(said: Said) -> Figure {
    match said {
        Said::Number(value, known) => {
            let (precision, rounding) = match known {
                Known::Exactly => (Precision::Exact, Rounding::Nearest),
                Known::Unknown => (Precision::Unknown, Rounding::Nearest),
                Known::To(power, cut_off) => {
                    let decimals = -i8::try_from(power).unwrap();
                    let rounding = if cut_off {
                        Rounding::Truncated
                    } else {
                        Rounding::Nearest
                    };
                    (Precision::Decimals(decimals), rounding)
                }
            };
            Figure::Amount(Amount::new(value.into(), precision, rounding).unwrap())
        }
        Said::Zero => Figure::Nil(Nil::Zero),
        Said::None => Figure::Nil(Nil::None),
        Said::NotApplicable => Figure::Nil(Nil::NotApplicable),
    }
}

fn said() -> impl Strategy<Value = Said> {
    let known = prop_oneof![
        1 => Just(Known::Exactly),
        2 => Just(Known::Unknown),
        6 => (0_u8..3, any::<bool>()).prop_map(|(power, cut_off)| Known::To(power, cut_off)),
    ];
    // Few values, at and around halves of a hundred, so that many agree and touch.
    let value = prop_oneof![
        Just(0_i64),
        Just(49),
        Just(50),
        Just(51),
        Just(100),
        Just(149),
        Just(150),
        Just(155),
        Just(200),
        Just(-50),
        Just(-100),
        Just(-149),
    ];
    prop_oneof![
        12 => (value, known).prop_map(|(value, known)| Said::Number(value, known)),
        1 => Just(Said::Zero),
        1 => Just(Said::None),
        1 => Just(Said::NotApplicable),
    ]
}

/// One document: its day, its kind, and what its cells say (fact, figure, rank, days published before).
#[derive(Clone, Debug)]
struct Paper {
    day: u32,
    periodic: bool,
    cells: Vec<(usize, Said, u8, u32)>,
}

/// Papers in the order they are taken in, the order of their ids, and where one package ends and another begins.
#[derive(Clone, Debug)]
struct History {
    papers: Vec<Paper>,
    ids: Vec<usize>,
    ends: Vec<bool>,
}

fn history() -> impl Strategy<Value = History> {
    let cell = (
        0..FACTS,
        said(),
        0_u8..3,
        prop_oneof![5 => Just(0_u32), 1 => 1_u32..3],
    );
    let paper = (
        0..DAYS,
        prop::bool::weighted(0.7),
        prop::collection::vec(cell, 1..6),
    )
        .prop_map(|(day, periodic, cells)| Paper {
            day,
            periodic,
            cells,
        });
    prop::collection::vec(paper, 1..9).prop_flat_map(|papers| {
        let count = papers.len();
        (
            Just(papers),
            Just((0..count).collect::<Vec<_>>()).prop_shuffle(),
            prop::collection::vec(any::<bool>(), count),
        )
            .prop_map(|(papers, ids, ends)| History { papers, ids, ends })
    })
}

fn filing(paper: &Paper, id: &str) -> Filing {
    let kind = match (paper.periodic, paper.day % 2) {
        (true, 0) => DocumentKind::Results,
        (true, _) => DocumentKind::QuarterlyReport,
        (false, 0) => DocumentKind::Proxy,
        (false, _) => DocumentKind::Notice,
    };
    Filing {
        document: Document {
            id: id.parse().unwrap(),
            title: "A paper".into(),
            issuer: "Somebody".into(),
            kind,
            published: date(paper.day),
            utc_offset: None,
            reports: None,
        },
        cells: (0..paper.cells.len())
            .map(|number| Cell {
                address: format!("t1!R{}C1", number + 1),
                place: "Table 1".into(),
                row: "Income".into(),
                column: "1Q".into(),
                text: "1".into(),
                scale: 0,
                unplaced: None,
            })
            .collect(),
        facts: (0..)
            .zip(&paper.cells)
            .map(|(cell, (fact, said, rank, before))| Reported {
                series: series_key(*fact),
                period: PERIODS[fact % PERIODS.len()].parse().unwrap(),
                figure: figure(*said),
                published: date(paper.day.saturating_sub(*before)),
                cell,
                rank: [Rank::Prose, Rank::Table, Rank::Statement][usize::from(*rank)],
            })
            .collect(),
        checks: vec![],
    }
}

fn definitions() -> Package {
    Package {
        companies: ["minato", "tsuki"]
            .map(|id| Company {
                id: id.parse().unwrap(),
                name: id.into(),
                calendar: FiscalCalendar::month_end(3, YearNaming::Start).unwrap(),
                identities: vec![],
                splits: vec![],
            })
            .into(),
        metrics: vec![Metric {
            path: "income".parse().unwrap(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: "income".into(),
            negative: Some("loss".into()),
        }],
        filings: vec![],
        evidence: Evidence::default(),
    }
}

/// Takes a history in, and checks what became of every figure.
fn take_in(history: &History) -> Result<(Database, Vec<Seen>), TestCaseError> {
    let db = Database::temporary().unwrap();
    let mut all: Vec<Seen> = Vec::new();
    let mut package = definitions();
    let mut pending: Vec<Seen> = Vec::new();
    let mut last = None;
    let count = history.papers.len();
    for (nth, paper) in history.papers.iter().enumerate() {
        let id = format!("paper-{}", history.ids[nth]);
        package.filings.push(filing(paper, &id));
        for (cell, (fact, said, rank, before)) in (0..).zip(&paper.cells) {
            pending.push(Seen {
                fact: *fact,
                said: *said,
                day: paper.day.saturating_sub(*before),
                document: id.clone(),
                cell,
                rank: *rank,
                periodic: paper.periodic,
                commit: 0,
            });
        }
        if history.ends[nth] || nth + 1 == count {
            let next = Package {
                filings: std::mem::take(&mut package.filings),
                ..definitions()
            };
            let ingested = db.ingest(next.clone()).unwrap();
            let commit = ingested.commit().unwrap();
            prop_assert_eq!(ingested.figures().len(), pending.len());
            for (mut new, told) in pending.drain(..).zip(ingested.figures()) {
                let known: Vec<&Seen> = all.iter().filter(|s| s.fact == new.fact).collect();
                prop_assert_eq!(
                    told.outcome.to_string(),
                    naive::outcome(&known, &new),
                    "{:?}",
                    &new
                );
                new.commit = commit;
                all.push(new);
            }
            last = Some(next);
        }
    }
    let again = db.ingest(last.unwrap()).unwrap();
    prop_assert!(again.unchanged());
    prop_assert!(
        again
            .figures()
            .iter()
            .all(|f| f.outcome == kessan::Outcome::Unchanged)
    );
    Ok((db, all))
}

/// One way to ask.
#[derive(Clone, Copy, Debug)]
struct Question {
    day: Option<u32>,
    commit: Option<u64>,
    policy: Supersede,
    first: bool,
}

impl Question {
    /// What the model takes into account of a fact, by day, document and cell.
    fn considered(self, all: &[Seen], fact: usize) -> Vec<&Seen> {
        let mut seen: Vec<&Seen> = all
            .iter()
            .filter(|s| s.fact == fact)
            .filter(|s| self.day.is_none_or(|day| s.day <= day))
            .filter(|s| self.commit.is_none_or(|commit| s.commit <= commit))
            .collect();
        if self.policy == Supersede::Periodic {
            naive::periodic_only(&mut seen);
        }
        seen.sort_by_key(|s| (s.day, &s.document, s.cell));
        seen
    }

    fn answer<'a>(self, seen: &[&'a Seen]) -> Option<Answer<'a>> {
        if self.first {
            naive::first(seen)
        } else {
            naive::latest(seen)
        }
    }

    fn series(self, db: &Database, fact: usize) -> kessan::SeriesQuery {
        let mut query = db
            .series_of(&series_key(fact))
            .unwrap()
            .supersede(self.policy);
        if let Some(day) = self.day {
            query = query.as_of(date(day));
        }
        if let Some(commit) = self.commit {
            query = query.recorded_by(commit);
        }
        if self.first {
            query.first_reported()
        } else {
            query.latest()
        }
    }

    fn panel(self, db: &Database, scenario: Scenario) -> kessan::PanelQuery {
        let mut query = db
            .panel("income")
            .unwrap()
            .scenario(scenario)
            .supersede(self.policy);
        if let Some(day) = self.day {
            query = query.as_of(date(day));
        }
        if let Some(commit) = self.commit {
            query = query.recorded_by(commit);
        }
        if self.first {
            query.first_reported()
        } else {
            query.latest()
        }
    }
}

type Place = (String, u32);

fn place(seen: &Seen) -> Place {
    (seen.document.clone(), seen.cell)
}

fn place_of(db: &Database, observation: &Observation) -> Place {
    let document = db.document_of(observation).unwrap();
    (document.id.to_string(), observation.source.cell)
}

fn point_place(point: &Point) -> Place {
    (point.document().to_string(), point.source().cell)
}

fn check(db: &Database, all: &[Seen], question: Question) -> Result<(), TestCaseError> {
    for series in 0..SERIES.len() {
        let first_fact = series * PERIODS.len();
        if !all.iter().any(|s| s.fact / PERIODS.len() == series) {
            continue;
        }
        let loaded = question.series(db, first_fact).load().unwrap();
        let mut found = 0;
        for (nth, period) in PERIODS.iter().enumerate() {
            let seen = question.considered(all, first_fact + nth);
            let expected = question.answer(&seen);
            let point = loaded.at(period).unwrap();
            prop_assert_eq!(
                point.as_ref().map(point_place),
                expected.as_ref().map(|answer| place(answer.shown)),
                "{:?} of fact {}",
                question,
                first_fact + nth
            );
            if let (Some(point), Some(answer)) = (point, expected) {
                found += 1;
                prop_assert_eq!(point.figure(), &figure(answer.shown.said));
                prop_assert_eq!(point.published(), date(answer.shown.day));
                prop_assert_eq!(point.is_conflicting(), answer.conflicting);
                prop_assert_eq!(point.has_versions(), seen.len() > 1);
                let places = |told: Vec<Observation>| -> Vec<Place> {
                    told.iter().map(|o| place_of(db, o)).collect()
                };
                prop_assert_eq!(
                    places(db.observations(&point).unwrap()),
                    seen.iter().map(|s| place(s)).collect::<Vec<_>>()
                );
                prop_assert_eq!(
                    places(db.candidates(&point).unwrap()),
                    answer
                        .candidates
                        .iter()
                        .map(|s| place(s))
                        .collect::<Vec<_>>()
                );
            }
        }
        prop_assert_eq!(loaded.len(), found);
        if let Some(delta) = loaded.yoy(PERIODS[1]).unwrap() {
            let before = question.answer(&question.considered(all, first_fact));
            prop_assert_eq!(
                delta.base.as_ref().map(point_place),
                before.map(|answer| place(answer.shown))
            );
        }
    }
    for scenario in [Scenario::Actual, Scenario::Target] {
        for (nth, period) in PERIODS.iter().enumerate() {
            let Ok(panel) = question.panel(db, scenario).at(*period) else {
                prop_assert!(
                    !all.iter()
                        .any(|s| SERIES[s.fact / PERIODS.len()].1 == scenario)
                );
                continue;
            };
            for row in &panel {
                let series = SERIES
                    .iter()
                    .position(|known| *known == (row.company.as_str(), scenario))
                    .unwrap();
                let seen = question.considered(all, series * PERIODS.len() + nth);
                prop_assert_eq!(
                    row.point.as_ref().map(point_place),
                    question.answer(&seen).map(|answer| place(answer.shown))
                );
            }
        }
    }
    Ok(())
}

/// Old, new, and whether they differ beyond rounding, of all series of a company.
fn check_restatements(
    db: &Database,
    all: &[Seen],
    company: &str,
    question: Question,
) -> Result<(), TestCaseError> {
    let mut expected: Vec<(u32, SeriesKey, usize, Place, Place, bool)> = Vec::new();
    for fact in (0..FACTS).filter(|fact| SERIES[fact / PERIODS.len()].0 == company) {
        for (old, new, beyond) in naive::restatements(&question.considered(all, fact)) {
            expected.push((
                new.day,
                series_key(fact),
                fact,
                place(old),
                place(new),
                beyond,
            ));
        }
    }
    expected.sort_by_key(|(day, series, fact, ..)| (*day, series.clone(), *fact));
    let mut query = db.restatements(company).unwrap().supersede(question.policy);
    if let Some(day) = question.day {
        query = query.as_of(date(day));
    }
    if let Some(commit) = question.commit {
        query = query.recorded_by(commit);
    }
    let found = query.load().unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|restated| {
            let beyond = restated.kind == RestatementKind::Restated;
            (
                point_place(&restated.old),
                point_place(&restated.new),
                beyond,
            )
        })
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|(_, _, _, old, new, beyond)| (old.clone(), new.clone(), *beyond))
        .collect();
    prop_assert_eq!(told, wanted, "{:?}", question);
    let since = expected.iter().filter(|(day, ..)| *day >= 3).count();
    prop_assert_eq!(found.since(date(3)).len(), since);
    for (series, (of, _)) in SERIES.iter().enumerate() {
        if *of == company && all.iter().any(|s| s.fact / PERIODS.len() == series) {
            let fact = series * PERIODS.len();
            let own = question.series(db, fact).restatements().unwrap();
            let of_series = expected
                .iter()
                .filter(|(_, key, ..)| *key == series_key(fact));
            prop_assert_eq!(own.len(), of_series.count());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_the_naive_model(history in history()) {
        let (db, all) = take_in(&history)?;
        let days: Vec<Option<u32>> = (0..DAYS).map(Some).chain([None]).collect();
        let commits: Vec<Option<u64>> = (0..=db.last_commit()).map(Some).chain([None]).collect();
        for policy in [Supersede::All, Supersede::Periodic] {
            for (d, day) in days.iter().enumerate() {
                for (c, commit) in commits.iter().enumerate() {
                    // Every day and every commit; of the pairs, some.
                    if day.is_some() && commit.is_some() && (d + c) % 3 > 0 {
                        continue;
                    }
                    for first in [false, true] {
                        check(&db, &all, Question { day: *day, commit: *commit, policy, first })?;
                    }
                    if day.is_none() || commit.is_none() {
                        let question = Question { day: *day, commit: *commit, policy, first: false };
                        for company in ["minato", "tsuki"] {
                            check_restatements(&db, &all, company, question)?;
                        }
                    }
                }
            }
        }
    }
}
