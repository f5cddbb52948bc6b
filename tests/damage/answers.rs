//! Every question that is asked of a database, with its answers.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::ControlFlow;

use kessan::{Database, DeltaKind, Error, Reader, SeriesKey, StoreError};

use crate::said::{COMPANIES, METRICS, Packages, Said, wide};

/// What was answered, or what reading failed with. What is refused for another reason is an answer like any other.
pub(crate) type Answers = Vec<(String, Result<String, StoreError>)>;

struct Asked {
    answers: Answers,
}

impl Asked {
    fn ask<T: Debug>(&mut self, question: impl Into<String>, answer: Result<T, Error>) {
        let answer = match answer {
            Ok(answer) => Ok(format!("{answer:?}")),
            Err(Error::Store(error)) => Err(error),
            Err(other) => Ok(format!("refused: {other}")),
        };
        self.answers.push((question.into(), answer));
    }
}

/// All answers of a database that had the first `count` packages, from a part of the questions on.
pub(crate) fn answers(db: &Database, packages: Packages, count: u32, from: usize) -> Answers {
    let mut asked = Asked {
        answers: Vec::new(),
    };
    let parts: [fn(&mut Asked, &Reader, Packages, u32); 6] =
        [names, documents, series, panels, sweeps, audits];
    for part in 0..parts.len() {
        parts[(part + from) % parts.len()](&mut asked, db, packages, count);
    }
    asked.answers.sort_by(|a, b| a.0.cmp(&b.0));
    asked.answers
}

/// Why the answers are what they are, which has the times of commits in it.
pub(crate) fn explained(db: &Database) -> Answers {
    let mut asked = Asked {
        answers: Vec::new(),
    };
    for company in COMPANIES {
        for metric in METRICS {
            let key = crate::said::series(company, metric);
            let explained = db.series_of(&key).and_then(|query| {
                let point = query.at("2Q01")?;
                point.map(|point| db.explain(&point)).transpose()
            });
            asked.ask(format!("why {key}"), explained);
        }
    }
    for commit in 0..=db.last_commit() {
        asked.ask(format!("commit {commit}"), db.recorded(commit));
    }
    asked.answers
}

/// The text of a database, which has the times of its commits in it.
pub(crate) fn dump(db: &Database) -> Result<String, StoreError> {
    let mut text = Vec::new();
    match db.dump(&mut text, |_| ControlFlow::Continue(())) {
        Ok(_) => Ok(String::from_utf8(text).unwrap()),
        Err(Error::Store(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn names(asked: &mut Asked, db: &Reader, _: Packages, _: u32) {
    asked.ask("last commit", Ok(db.last_commit()));
    asked.ask("companies", Ok(db.companies()));
    asked.ask("metrics", Ok(db.metrics()));
    for company in COMPANIES {
        asked.ask(format!("series of {company}"), db.series_list(company));
    }
}

fn documents(asked: &mut Asked, db: &Reader, packages: Packages, count: u32) {
    asked.ask("documents", db.documents());
    for id in packages.documents(count) {
        asked.ask(format!("document {id}"), db.document(&id));
        asked.ask(format!("cells of {id}"), db.cells(&id));
        asked.ask(format!("checks of {id}"), db.checks(&id));
    }
}

fn keys() -> Vec<SeriesKey> {
    let mut keys: Vec<SeriesKey> = COMPANIES
        .iter()
        .flat_map(|company| METRICS.map(|metric| crate::said::series(company, metric)))
        .collect();
    keys.extend(wide().map(|metric| crate::said::series(COMPANIES[0], &metric)));
    keys
}

fn series(asked: &mut Asked, db: &Reader, _: Packages, _: u32) {
    let day = kessan::parse_date("2002-12-31").unwrap();
    for key in keys() {
        let brief = db
            .series_of(&key)
            .and_then(|query| query.amounts("1Q01"..="4Q02"));
        let brief = brief.map(|brief| brief.iter().copied().collect::<Vec<_>>());
        asked.ask(format!("{key} in brief"), brief);
        let all = db.series_of(&key).and_then(|query| query.all());
        let points = all
            .as_ref()
            .map(|all| all.points().cloned().collect::<Vec<_>>());
        let points = points.unwrap_or_default();
        asked.ask(format!("{key}"), all.map(|all| all.amounts().into_owned()));
        let wide = key.metric.as_str().starts_with("wide");
        // Of the many that are alike, all have their point asked for, and some the rest.
        let rest = !wide || key.metric.as_str().ends_with('7');
        for (nth, point) in points.iter().enumerate().take_while(|_| rest) {
            let name = format!("{key} {}", point.label());
            asked.ask(format!("{name} observations"), db.observations(point));
            if nth == 0 {
                asked.ask(format!("{name} cell"), db.cell(point));
            }
        }
        if wide {
            continue;
        }
        let query = || db.series_of(&key);
        let as_of = query().and_then(|query| query.as_of(day).all());
        let as_of = as_of.map(|all| all.amounts().into_owned());
        asked.ask(format!("{key} as of {day}"), as_of);
        let first = query().and_then(|query| query.first_reported().all());
        asked.ask(
            format!("{key} first"),
            first.map(|all| all.amount_changes(DeltaKind::YearOnYear).into_owned()),
        );
    }
    for company in COMPANIES {
        let restated = db.restatements(company).and_then(|query| query.load());
        let restated = restated.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        asked.ask(format!("restatements of {company}"), restated);
        let margin = db.expression(company, "income / revenue");
        let margin = margin.and_then(|query| query.at("2Q02"));
        asked.ask(
            format!("margin of {company}"),
            margin.map(|answer| answer.to_string()),
        );
    }
}

fn panels(asked: &mut Asked, db: &Reader, _: Packages, _: u32) {
    let day = kessan::parse_date("2002-12-31").unwrap();
    for metric in METRICS {
        for period in ["CY2001Q3", "2Q02"] {
            let brief = db.panel(metric).and_then(|query| query.amounts(period));
            asked.ask(format!("panel of {metric} {period} in brief"), brief);
            let panel = db.panel(metric).and_then(|query| query.at(period));
            let panel = panel.map(|panel| (panel.to_string(), panel.amounts().to_vec()));
            asked.ask(format!("panel of {metric} {period}"), panel);
        }
        let before = db
            .panel(metric)
            .and_then(|query| query.as_of(day).at("CY2001Q3"));
        asked.ask(
            format!("panel of {metric} as of {day}"),
            before.map(|panel| panel.to_string()),
        );
        let kind = DeltaKind::YearOnYear;
        let changes = db
            .panel(metric)
            .and_then(|query| query.changes("CY2002Q3", kind));
        asked.ask(format!("changes of {metric}"), changes);
    }
    for metric in wide().step_by(20) {
        let panel = db.panel(&metric).and_then(|query| query.at("CY2002Q3"));
        asked.ask(
            format!("panel of {metric}"),
            panel.map(|panel| panel.amounts().to_vec()),
        );
    }
    let ratio = db.expression_panel("income / revenue");
    let ratio = ratio.and_then(|query| query.at("CY2002Q3"));
    asked.ask("panel of a ratio", ratio.map(|panel| panel.to_string()));
}

fn sweeps(asked: &mut Asked, db: &Reader, _: Packages, _: u32) {
    let mut found = Vec::new();
    let swept =
        db.each_series(|series| found.push((series.key().clone(), series.amounts().to_vec())));
    asked.ask("every series", swept.map(|()| found));
    let mut found = Vec::new();
    let swept = db.each_series_of("income", |series| {
        found.push((
            series.key().clone(),
            series.changes(DeltaKind::YearOnYear).count(),
        ));
    });
    asked.ask("every series of income", swept.map(|()| found));
}

fn audits(asked: &mut Asked, db: &Reader, packages: Packages, count: u32) {
    for id in packages.documents(count).iter().step_by(3) {
        let audit = db.audit(id);
        asked.ask(
            format!("audit of {id}"),
            audit.map(|audit| audit.to_string()),
        );
    }
}

/// What a database shows of every fact, and all observations of it, by the days of their documents.
pub(crate) fn said(db: &Database) -> Said {
    let mut said = Said::new();
    for company in db.companies() {
        for key in db.series_list(&company.id).unwrap() {
            for point in db.series_of(&key).unwrap().all().unwrap().points() {
                let number = |value: rust_decimal::Decimal| i64::try_from(value).unwrap();
                let mut all: Vec<_> = db
                    .observations(point)
                    .unwrap()
                    .iter()
                    .map(|observation| {
                        let by = db.document_of(observation).unwrap().id.to_string();
                        let value = number(observation.figure.amount().unwrap().value());
                        (observation.published, by, value)
                    })
                    .collect();
                all.sort();
                // Of figures of one precision, the one published last is shown.
                assert_eq!(
                    Some(number(point.value().unwrap())),
                    all.last().map(|last| last.2)
                );
                said.insert((key.clone(), point.period()), all);
            }
        }
    }
    said
}

/// How the answers of a damaged database differ from the right ones.
#[derive(Default)]
pub(crate) struct Difference {
    /// Questions that reading failed for, with the error.
    pub(crate) failed: Vec<(String, StoreError)>,
    /// Questions with another answer.
    pub(crate) wrong: Vec<String>,
}

pub(crate) fn compare(right: &Answers, found: Answers) -> Difference {
    let mut difference = Difference::default();
    let right: BTreeMap<&str, &str> = right
        .iter()
        .map(|(question, answer)| (question.as_str(), answer.as_ref().unwrap().as_str()))
        .collect();
    let mut rest = right.clone();
    for (question, answer) in found {
        rest.remove(question.as_str());
        match answer {
            Err(error) => difference.failed.push((question, error)),
            Ok(text) if right.get(question.as_str()) == Some(&text.as_str()) => {}
            Ok(text) => {
                let expected = right.get(question.as_str()).copied().unwrap_or_default();
                let same = text.bytes().zip(expected.bytes());
                let at = same.take_while(|(a, b)| a == b).count().saturating_sub(60);
                let part = |text: &str| text.get(at..(at + 160).min(text.len())).map(str::to_owned);
                let (text, expected) = (part(&text), part(expected));
                difference
                    .wrong
                    .push(format!("{question}: {text:?} for {expected:?}"));
            }
        }
    }
    // What a series that cannot be read has points of is not asked.
    let failed = |question: &str| {
        let mut of = difference.failed.iter().map(|(failed, _)| failed.as_str());
        of.any(|failed| {
            question
                .strip_prefix(failed)
                .is_some_and(|rest| rest.starts_with(' '))
        })
    };
    let missing = rest.into_keys().filter(|question| !failed(question));
    let missing: Vec<String> = missing
        .map(|question| format!("not asked: {question}"))
        .collect();
    difference.wrong.extend(missing);
    difference
}
