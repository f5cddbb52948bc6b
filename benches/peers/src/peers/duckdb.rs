//! DuckDB, in a process of its Python package: `duckdb_peer.py`, which measures itself.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Peer;
use crate::answer::{Answer, FloatGrowth, Growth, Question, Ratio, Tally, Word};
use crate::facts::{Key, Release, Row, World, company_name, document_name, metric_name};
use crate::machine;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/duckdb_peer.py");

/// Python with the package, which the script `run` names.
pub fn python() -> Option<PathBuf> {
    std::env::var_os("KESSAN_PEERS_PYTHON").map(PathBuf::from)
}

fn command() -> Result<Command> {
    let mut command = Command::new(python().context("KESSAN_PEERS_PYTHON is not set")?);
    command.arg(SCRIPT);
    Ok(command)
}

/// The version of the package.
pub fn version() -> Result<String> {
    let output = command()?.arg("version").output()?;
    ensure!(output.status.success(), "Python has no duckdb");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// How long a load took, and the most memory of its process.
#[derive(Deserialize)]
struct Loaded {
    seconds: f64,
    peak_kilobytes: u64,
}

/// Loads a world from files of comma-separated values, whose writing is not counted. The most memory is in kilobytes.
pub fn load(folder: &Path, world: &World) -> Result<(Duration, u64)> {
    std::fs::create_dir_all(folder)?;
    let tables = folder.join("tables");
    write_tables(&tables, world)?;
    let output = command()?
        .arg("load")
        .arg(folder)
        .arg(&tables)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "DuckDB did not load");
    std::fs::remove_dir_all(&tables)?;
    let loaded: Loaded = serde_json::from_slice(&output.stdout)?;
    Ok((
        Duration::from_secs_f64(loaded.seconds),
        loaded.peak_kilobytes,
    ))
}

pub fn create(folder: &Path) -> Result<()> {
    let status = command()?.arg("create").arg(folder).status()?;
    ensure!(status.success(), "DuckDB made no database");
    Ok(())
}

/// The columns of a fact as DuckDB has them.
fn columns(key: Key, row: &Row) -> [i64; 10] {
    let power = |exponent: u8| 10_i64.pow(exponent.into());
    let thousandths = row.mantissa * power(3 - row.scale);
    let half = power((3 - row.precision).unsigned_abs());
    [
        key.company.into(),
        key.metric.into(),
        row.at.into(),
        thousandths,
        row.scale.into(),
        row.precision.into(),
        half,
        row.unit.into(),
        row.published.into(),
        row.source.into(),
    ]
}

fn write_tables(folder: &Path, world: &World) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = |name: &str| -> Result<_> { Ok(BufWriter::new(File::create(folder.join(name))?)) };
    let mut companies = file("companies.csv")?;
    for company in 0..world.companies {
        writeln!(companies, "{company},{}", company_name(company))?;
    }
    let mut metrics = file("metrics.csv")?;
    for metric in 0..world.metrics {
        writeln!(metrics, "{metric},{}", metric_name(metric))?;
    }
    let mut documents = file("documents.csv")?;
    for document in 0..world.documents() {
        writeln!(documents, "{document},{}", document_name(document))?;
    }
    let mut facts = file("facts.csv")?;
    let mut versions = file("versions.csv")?;
    let write = |file: &mut BufWriter<File>, key, row: &Row| -> Result<()> {
        let [company, metric, rest @ ..] = columns(key, row);
        write!(file, "{company},{metric}")?;
        for column in rest {
            write!(file, ",{column}")?;
        }
        Ok(writeln!(file)?)
    };
    for company in 0..world.companies {
        for metric in 0..world.metrics {
            let key = Key { company, metric };
            for row in world.series(key, world.versions - 1) {
                write(&mut facts, key, &row)?;
            }
            for version in 0..world.versions {
                for row in world.series(key, version) {
                    if world.versions > 1 {
                        write(&mut versions, key, &row)?;
                    }
                }
            }
        }
    }
    for mut file in [companies, metrics, documents, facts, versions] {
        file.flush()?;
    }
    Ok(())
}

pub fn open(folder: &Path) -> Result<Vec<Box<dyn Peer>>> {
    let mut child = command()?
        .arg("serve")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut process = Process {
        requests: child.stdin.take(),
        replies: BufReader::new(child.stdout.take().context("no output")?),
        child,
    };
    let Value::Object(_) = process.reply()? else {
        bail!("DuckDB did not start");
    };
    let process = Rc::new(RefCell::new(process));
    Ok(vec![
        Box::new(Duckdb {
            process: Rc::clone(&process),
            exact: false,
        }),
        Box::new(Duckdb {
            process,
            exact: true,
        }),
    ])
}

struct Process {
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Process {
    fn reply<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        serde_json::from_str(&line).context("DuckDB gave no answer")
    }

    fn request<T: DeserializeOwned>(&mut self, request: &Value) -> Result<T> {
        let requests = self.requests.as_mut().context("no input")?;
        writeln!(requests, "{request}")?;
        requests.flush()?;
        self.reply()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends when there is no more to read.
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// Changes in floats, or exactly in 128-bit integers.
struct Duckdb {
    process: Rc<RefCell<Process>>,
    exact: bool,
}

#[derive(Deserialize)]
struct Timed {
    seconds: f64,
}

#[derive(Deserialize)]
struct Answers {
    answers: Vec<Vec<Vec<Value>>>,
}

#[derive(Deserialize)]
struct TimedTally {
    seconds: f64,
    words: [u64; Word::ALL],
    digest: i128,
}

impl Duckdb {
    /// The name of a question in the script, and what it is about.
    fn named(&self, question: &Question) -> Result<(&'static str, Vec<i64>)> {
        let of = |numbers: &[u32]| numbers.iter().map(|number| i64::from(*number)).collect();
        Ok(match *question {
            Question::Point { key, quarter } => ("point", of(&[key.company, key.metric, quarter])),
            Question::Named { .. } => bail!("names are not looked up here"),
            Question::Range { key, first, last } => {
                ("range", of(&[key.company, key.metric, first, last]))
            }
            Question::AsOf {
                key,
                first,
                last,
                day,
            } => {
                let mut with: Vec<i64> = of(&[key.company, key.metric, first, last]);
                with.push(day.into());
                ("as_of", with)
            }
            Question::Growth { key } if self.exact => {
                ("growth_exact", of(&[key.company, key.metric]))
            }
            Question::Growth { key } => ("growth", of(&[key.company, key.metric])),
            Question::Panel { metric, quarter } => ("panel", of(&[metric, quarter])),
            Question::Top {
                metric,
                quarter,
                count,
            } => ("top", of(&[metric, quarter, u32::try_from(count)?])),
        })
    }

    fn request<T: DeserializeOwned>(&self, questions: &[Question], times: u32) -> Result<T> {
        let named = questions.iter().map(|question| self.named(question));
        let named: Vec<_> = named.collect::<Result<_>>()?;
        let (name, _) = named.first().context("no question")?;
        let with: Vec<_> = named.iter().map(|(_, with)| with).collect();
        let request = json!({
            "do": "ask", "question": name, "with": with, "times": times, "answers": times == 0,
            "processor": machine::uses_processor_time(),
        });
        self.process.borrow_mut().request(&request)
    }
}

fn row(columns: &[Value]) -> Result<Row> {
    let whole = |index: usize| columns[index].as_i64().context("a whole number");
    Ok(Row {
        at: u32::try_from(whole(0)?)?,
        mantissa: whole(1)?,
        scale: u8::try_from(whole(2)?)?,
        precision: i8::try_from(whole(3)?)?,
        unit: u8::try_from(whole(4)?)?,
        published: i32::try_from(whole(5)?)?,
        source: u32::try_from(whole(6)?)?,
    })
}

fn word(number: i64) -> Result<Word> {
    Ok(match number {
        0 => Word::NoComparator,
        1 => Word::OverBase,
        2 => Word::OverAbsoluteBase,
        3 => Word::TurnedPositive,
        4 => Word::TurnedNegative,
        5 => Word::FromZero,
        6 => Word::ToZero,
        7 => Word::Unchanged,
        8 => Word::BaseNotDistinctFromZero,
        _ => bail!("no word has the number {number}"),
    })
}

impl Peer for Duckdb {
    fn name(&self) -> &'static str {
        if self.exact { "DuckDB exact" } else { "DuckDB" }
    }

    fn can(&self, question: &Question) -> bool {
        match question {
            Question::Named { .. } => false,
            Question::Growth { .. } => true,
            _ => !self.exact,
        }
    }

    fn ask(&mut self, question: &Question, answer: &mut Answer) -> Result<()> {
        let Answers { answers } = self.request(std::slice::from_ref(question), 0)?;
        let rows = answers.first().context("no answer")?;
        for columns in rows {
            let whole = |index: usize| columns[index].as_i64().context("a whole number");
            match question {
                Question::Growth { .. } if !self.exact => {
                    let word = word(whole(1)?)?;
                    let relative = matches!(word, Word::OverBase | Word::OverAbsoluteBase);
                    let float = |index: usize| {
                        let none = (!relative).then_some(0.0);
                        columns[index].as_f64().or(none).context("a number")
                    };
                    answer.floats.push(FloatGrowth {
                        at: u32::try_from(whole(0)?)?,
                        word,
                        ratio: float(2)?,
                        low: float(3)?,
                        high: float(4)?,
                    });
                }
                Question::Growth { .. } | Question::Top { .. } => {
                    let ratio = |index: usize| -> Result<Ratio> {
                        Ok(Ratio {
                            numerator: whole(index)?.into(),
                            denominator: whole(index + 1)?.into(),
                        })
                    };
                    let word = word(whole(1)?)?;
                    let at = u32::try_from(whole(0)?)?;
                    answer.growths.push(match word {
                        Word::OverBase | Word::OverAbsoluteBase => Growth {
                            at,
                            word,
                            ratio: ratio(2)?,
                            low: ratio(4)?,
                            high: ratio(6)?,
                        },
                        _ => Growth::word(at, word),
                    });
                }
                _ => answer.rows.push(row(columns)?),
            }
        }
        Ok(())
    }

    fn time(&mut self, questions: &[Question], times: u32) -> Result<Duration> {
        let Timed { seconds } = self.request(questions, times)?;
        Ok(Duration::from_secs_f64(seconds))
    }

    fn growth_of_all(&mut self, _: bool) -> Result<Option<(Duration, Tally)>> {
        let request = json!({
            "do": "growth_of_all", "exact": self.exact, "processor": machine::uses_processor_time(),
        });
        let done: TimedTally = self.process.borrow_mut().request(&request)?;
        let tally = Tally {
            words: done.words,
            digest: done.digest,
        };
        Ok(Some((Duration::from_secs_f64(done.seconds), tally)))
    }

    fn release(&mut self, release: &Release) -> Result<Option<Duration>> {
        if self.exact {
            return Ok(None);
        }
        let Release {
            company, document, ..
        } = *release;
        let mut companies = Vec::new();
        if release.new_company {
            companies.push((company, company_name(company)));
        }
        let mut metrics = Vec::new();
        let mut facts = vec![Vec::new(); 10];
        for (metric, row) in (0..).zip(&release.rows) {
            if release.new_metrics {
                metrics.push((metric, metric_name(metric)));
            }
            for (column, value) in facts.iter_mut().zip(columns(Key { company, metric }, row)) {
                column.push(value);
            }
        }
        let request = json!({
            "do": "release", "companies": companies, "metrics": metrics,
            "documents": [(document, document_name(document))], "facts": facts,
        });
        let Timed { seconds } = self.process.borrow_mut().request(&request)?;
        Ok(Some(Duration::from_secs_f64(seconds)))
    }
}
