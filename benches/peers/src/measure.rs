//! Times of the same questions, peers in turn.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::answer::{Answer, Question};
use crate::facts::World;
use crate::peers::Peer;
use crate::reckoning;

/// How long a sample takes at least, so that the clock is good enough for it.
const SAMPLE: Duration = Duration::from_millis(3);
/// No question list is asked whole where one pass takes longer than this.
const LONGEST: Duration = Duration::from_millis(40);
/// How many answers of each peer and line are compared before, and after.
const COMPARED: usize = 200;
const COMPARED_AFTER: usize = 1000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Seconds,
    FactsPerSecond,
    Bytes,
    BytesPerFact,
}

/// One work, with the samples of each peer.
#[derive(Clone, Debug)]
pub struct Line {
    pub work: String,
    pub unit: Unit,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub peer: String,
    pub samples: Vec<f64>,
}

impl Line {
    pub fn new(work: impl Into<String>, unit: Unit) -> Self {
        Self {
            work: work.into(),
            unit,
            cells: Vec::new(),
        }
    }

    /// Adds a sample of a peer.
    pub fn add(&mut self, peer: &str, sample: f64) {
        match self.cells.iter_mut().find(|cell| cell.peer == peer) {
            Some(cell) => cell.samples.push(sample),
            None => self.cells.push(Cell {
                peer: peer.to_owned(),
                samples: vec![sample],
            }),
        }
    }

    pub fn cell(&self, peer: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.peer == peer)
    }
}

impl Cell {
    /// The median and the quartiles below and above.
    pub fn quartiles(&self) -> [f64; 3] {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a handful of samples"
        )]
        let at = |part: f64| {
            let place = part * (sorted.len() - 1) as f64;
            let (below, above) = (sorted[place as usize], sorted[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        [at(0.5), at(0.25), at(0.75)]
    }
}

/// How often a sample asks its questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Once,
    /// As often as the clock needs.
    Often,
}

/// Asks all peers the same questions, round by round: each answers those of a round before the next begins, and the first
/// of one round is the second of the next. Answers are compared before, to the first of those of the first round, and after, to those
/// of the last round, by peers that have kept by then what they keep.
pub fn line(
    work: &str,
    world: &World,
    peers: &mut [Box<dyn Peer>],
    rounds: usize,
    asked: Asked,
    mut questions: impl FnMut(usize) -> Vec<Question>,
) -> Result<Line> {
    let mut line = Line::new(work, Unit::Seconds);
    let first = questions(0);
    let can = |peer: &dyn Peer| first.iter().all(|question| peer.can(question));
    let mut taking_part: Vec<_> = peers.iter_mut().filter(|peer| can(peer.as_ref())).collect();
    let mut plans = Vec::new();
    for peer in &mut taking_part {
        let compared = &first[..first.len().min(COMPARED)];
        compare(world, peer.as_mut(), compared)?;
        peer.prepare(&first)?;
        let pass = peer.time(&first, 1)?.max(Duration::from_nanos(100));
        let mut plan = Plan::new(pass, first.len());
        if asked == Asked::Once {
            plan.times = 1;
        }
        plans.push(plan);
    }
    for round in 0..rounds {
        let list = questions(round);
        for turn in 0..taking_part.len() {
            let index = (turn + round) % taking_part.len();
            let (peer, plan) = (&mut taking_part[index], &plans[index]);
            let list = &list[..plan.questions.min(list.len())];
            peer.prepare(list)?;
            let time = peer.time(list, plan.times)?;
            let count = u32::try_from(list.len())? * plan.times;
            line.add(peer.name(), time.as_secs_f64() / f64::from(count));
        }
    }
    if let Some(last) = rounds.checked_sub(1) {
        let list = questions(last);
        for (peer, plan) in taking_part.iter_mut().zip(&plans) {
            let compared = &list[..plan.questions.min(list.len()).min(COMPARED_AFTER)];
            compare(world, peer.as_mut(), compared)?;
        }
    }
    let order = |cell: &Cell| peers.iter().position(|peer| peer.name() == cell.peer);
    line.cells.sort_by_key(order);
    Ok(line)
}

/// Holds the answers of a peer against what they must be.
pub fn compare(world: &World, peer: &mut dyn Peer, questions: &[Question]) -> Result<()> {
    peer.prepare(questions)?;
    for question in questions {
        let mut answer = Answer::default();
        peer.ask(question, &mut answer)
            .and_then(|()| reckoning::check(world, question, &answer))
            .with_context(|| format!("{} answers {question:?}", peer.name()))?;
    }
    Ok(())
}

/// How much of a list of questions makes a sample.
struct Plan {
    questions: usize,
    times: u32,
}

impl Plan {
    fn new(pass: Duration, questions: usize) -> Self {
        let times = SAMPLE.as_nanos().div_ceil(pass.as_nanos());
        let part = questions as u128 * LONGEST.as_nanos() / pass.as_nanos();
        Self {
            questions: usize::try_from(part)
                .unwrap_or(questions)
                .clamp(1, questions),
            times: u32::try_from(times).unwrap_or(1).max(1),
        }
    }
}
