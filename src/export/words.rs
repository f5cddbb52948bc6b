//! How the words of the model are written in a table.

use serde::Serialize;

use crate::model::{Amount, Figure, Nil, Precision};

/// The name of one of a few choices, as its serialised form has it.
pub(super) fn word<T: Serialize>(choice: T) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}

/// A text that may be absent: nothing where it is, so that an empty text needs a mark.
pub(super) fn escaped(text: Option<&String>) -> String {
    match text {
        None => String::new(),
        Some(text) if text.is_empty() || text.starts_with('\\') => format!("\\{text}"),
        Some(text) => text.clone(),
    }
}

/// The cells of a figure: its sort, value, decimals and rounding, and those of the upper end of a range.
pub(super) fn figure(figure: &Figure) -> [String; 7] {
    let none = || [String::new(), String::new(), String::new()];
    let (sort, low, high) = match figure {
        Figure::Amount(a) => ("amount", amount(a), none()),
        Figure::Approximate(a) => ("approximate", amount(a), none()),
        Figure::AtLeast(a) => ("at_least", amount(a), none()),
        Figure::MoreThan(a) => ("more_than", amount(a), none()),
        Figure::AtMost(a) => ("at_most", amount(a), none()),
        Figure::LessThan(a) => ("less_than", amount(a), none()),
        Figure::Range { low, high } => ("range", amount(low), amount(high)),
        Figure::Qualitative(words) => (
            "qualitative",
            [words.clone(), String::new(), String::new()],
            none(),
        ),
        Figure::Nil(Nil::Zero) => ("nil_zero", none(), none()),
        Figure::Nil(Nil::None) => ("nil_none", none(), none()),
        Figure::Nil(Nil::NotApplicable) => ("nil_not_applicable", none(), none()),
    };
    let ([value, decimals, rounding], [high, high_decimals, high_rounding]) = (low, high);
    [
        sort.to_owned(),
        value,
        decimals,
        rounding,
        high,
        high_decimals,
        high_rounding,
    ]
}

fn amount(amount: &Amount) -> [String; 3] {
    let decimals = match amount.precision() {
        Precision::Exact => "exact".to_owned(),
        Precision::Decimals(decimals) => decimals.to_string(),
        Precision::Unknown => "unknown".to_owned(),
    };
    [
        amount.value().to_string(),
        decimals,
        word(amount.rounding()),
    ]
}
