//! What is derived, and what is refused. Expected values are worked out by hand.

mod growth;
mod model;
mod printed;
mod slots;
mod stubs;
mod traps;
mod twelve_months;
mod vintages;

use crate::error::{Error, NotDerivable, Obstacle, QueryError};
use crate::query::answer::Answer;
use crate::{Database, Derivations};

fn revenue(db: &Database, company: &str) -> Derivations {
    db.series(company, "revenue").unwrap().derived().unwrap()
}

/// What an answer says, or why there is none.
fn said(answer: Result<Answer, Error>) -> String {
    match answer {
        Ok(answer) => answer.to_string(),
        Err(error) => error.to_string(),
    }
}

fn refused(answer: Result<Answer, Error>) -> NotDerivable {
    match answer {
        Err(Error::Query(QueryError::NotDerivable(not))) => *not,
        other => panic!("not refused: {other:?}"),
    }
}

fn obstacle(answer: Result<Answer, Error>) -> Obstacle {
    refused(answer).obstacle
}
