//! The numbers by which blocks and checks store the model's enumerations.

use crate::model::{Precision, Rank, Rounding};

const EXACT: i128 = 100;
const UNKNOWN: i128 = 101;

/// Decimals as they are (-28 to 28), exact as 100, unknown as 101.
pub(crate) fn precision(precision: Precision) -> i128 {
    match precision {
        Precision::Decimals(decimals) => decimals.into(),
        Precision::Exact => EXACT,
        Precision::Unknown => UNKNOWN,
    }
}

/// The precision of a stored number.
pub(crate) fn precision_of(code: i128) -> Option<Precision> {
    match code {
        EXACT => Some(Precision::Exact),
        UNKNOWN => Some(Precision::Unknown),
        decimals => i8::try_from(decimals)
            .ok()
            .filter(|d| (-Precision::LIMIT..=Precision::LIMIT).contains(d))
            .map(Precision::Decimals),
    }
}

pub(crate) fn rounding(rounding: Rounding) -> i128 {
    match rounding {
        Rounding::Nearest => 0,
        Rounding::Truncated => 1,
    }
}

pub(crate) fn rounding_of(code: i128) -> Option<Rounding> {
    match code {
        0 => Some(Rounding::Nearest),
        1 => Some(Rounding::Truncated),
        _ => None,
    }
}

pub(crate) fn rank(rank: Rank) -> i128 {
    match rank {
        Rank::Prose => 0,
        Rank::Table => 1,
        Rank::Statement => 2,
    }
}

pub(crate) fn rank_of(code: i128) -> Option<Rank> {
    match code {
        0 => Some(Rank::Prose),
        1 => Some(Rank::Table),
        2 => Some(Rank::Statement),
        _ => None,
    }
}
