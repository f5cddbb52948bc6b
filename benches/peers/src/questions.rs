//! Lists of questions, the same for every peer.

use std::path::Path;
use std::rc::Rc;

use anyhow::Result;
use chrono::Datelike;

use crate::answer::{Answer, Question};
use crate::facts::{Key, Named, Random, World};
use crate::peers::Kind;

/// Series in use where questions come back to the same ones.
const IN_USE: u32 = 1000;
/// Questions in a list, of those about a point, and about a panel.
pub const POINTS: usize = 2000;
pub const PANELS: usize = 20;

/// The numbers below one, in an order that follows from a seed.
pub fn shuffled(count: u32, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    let mut all: Vec<u32> = (0..count).collect();
    for last in (1..count).rev() {
        all.swap(last as usize, random.below(last + 1) as usize);
    }
    all
}

pub fn some_key(world: &World, random: &mut Random) -> Key {
    Key {
        company: random.below(world.companies),
        metric: random.below(world.metrics),
    }
}

/// Questions about the same thousand series, always.
pub fn in_use(
    world: &World,
    count: usize,
    question: impl Fn(Key, &mut Random) -> Question,
) -> Vec<Question> {
    let mut random = Random::new(3);
    let in_use = IN_USE.min(world.companies * world.metrics);
    let keys: Vec<Key> = (0..in_use).map(|_| some_key(world, &mut random)).collect();
    (0..count)
        .map(|_| {
            let key = keys[random.below(in_use) as usize];
            question(key, &mut random)
        })
        .collect()
}

/// Twenty quarters as of days from one before the first version, when nothing was known, to the last.
pub fn as_of_questions(world: &World, count: usize) -> Vec<Question> {
    in_use(world, count, |key, random| {
        let first = random.below(world.quarters - 19);
        let version = random.below(world.versions + 1);
        let day = match version.checked_sub(1) {
            Some(version) => world.published(version).num_days_from_ce() + 3,
            None => world.published(0).num_days_from_ce() - 1,
        };
        Question::AsOf {
            key,
            first,
            last: first + 19,
            day,
        }
    })
}

/// Questions about any series, in each round about others as far as there are any.
pub fn any(
    world: &World,
    round: usize,
    count: usize,
    question: impl Fn(Key, &mut Random) -> Question,
) -> Vec<Question> {
    let mut random = Random::new(1000 + round as u64);
    (0..count)
        .map(|_| {
            let key = some_key(world, &mut random);
            question(key, &mut random)
        })
        .collect()
}

/// Twenty questions about metrics and quarters that have a year before.
pub fn some(world: &World, question: impl Fn(u32, u32) -> Question) -> Vec<Question> {
    let mut random = Random::new(11);
    (0..PANELS)
        .map(|_| {
            let metric = random.below(world.metrics);
            question(metric, 4 + random.below(world.quarters - 4))
        })
        .collect()
}
/// Asks a loaded database all questions of a run, those about series in use and about any.
pub fn ask_everything(kind: Kind, world: &World, folder: &Path) -> Result<()> {
    let names = Rc::new(Named::new(*world));
    let mut peer = kind.open_one(folder, &names)?;
    let last = world.quarters - 1;
    let point = |key, random: &mut Random| Question::Point {
        key,
        quarter: random.below(world.quarters),
    };
    let whole = |key, _: &mut Random| Question::Range {
        key,
        first: 0,
        last,
    };
    let growth = |key, _: &mut Random| Question::Growth { key };
    let panel = |metric, quarter| Question::Panel { metric, quarter };
    let top = |metric, quarter| Question::Top {
        metric,
        quarter,
        count: 10,
    };
    let mut questions = vec![some(world, panel), some(world, top)];
    for round in 0..5 {
        questions.push(in_use(world, POINTS, point));
        questions.push(in_use(world, POINTS, whole));
        questions.push(in_use(world, POINTS, growth));
        questions.push(any(world, round, POINTS, point));
        questions.push(any(world, round, POINTS, whole));
    }
    let mut answer = Answer::default();
    for question in questions.iter().flatten() {
        answer.clear();
        peer.ask(question, &mut answer)?;
    }
    peer.growth_of_all(false)?;
    Ok(())
}
