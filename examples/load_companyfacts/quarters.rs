//! The quarters of a company: what was reported, what is derived, and what is refused.

use kessan::{
    Answer, AnswerChange, Company, Currency, Derivations, Derived, Error, FiscalPeriod,
    NotDerivable, Obstacle, Reader, Unit,
};

/// What is shown, by its standard name.
pub(crate) const METRICS: [(&str, &str); 3] = [
    ("revenue", "revenue"),
    ("net income", "net_income"),
    ("operating cash flow", "net_cash.operating"),
];

/// The last quarters of a company.
pub(crate) struct Quarters {
    /// The slots, in order.
    pub(crate) slots: Vec<FiscalPeriod>,
    /// Each of the metrics, in their order.
    pub(crate) lines: Vec<Line>,
}

/// A metric with its quarters.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// One for each slot, or why there is no such series.
    pub(crate) cells: Result<Vec<Cell>, String>,
    pub(crate) unit: Option<Unit>,
}

/// One quarter of a metric.
pub(crate) struct Cell {
    pub(crate) label: String,
    pub(crate) figure: Result<Answer, NotDerivable>,
    /// Where there is a figure.
    pub(crate) yoy: Option<AnswerChange>,
    pub(crate) ttm: Result<Answer, NotDerivable>,
}

pub(crate) fn of(
    reader: &Reader,
    company: &Company,
    count: usize,
    currency: Option<Currency>,
) -> Result<Quarters, Error> {
    let mut found = Vec::new();
    for (name, metric) in METRICS {
        let series = reader.series(&company.id, metric).and_then(|query| {
            let query = match currency {
                Some(currency) => query.unit(Unit::Money(currency)),
                None => query,
            };
            query.derived()
        });
        match series {
            Ok(series) => found.push((name, Ok(series))),
            Err(Error::Query(reason)) => found.push((name, Err(reason.to_string()))),
            Err(error) => return Err(error),
        }
    }
    let slots = slots(company, &found, count)?;
    let mut lines = Vec::new();
    for (name, series) in found {
        lines.push(match series {
            Ok(series) => Line {
                name,
                unit: Some(series.series().key().unit.clone()),
                cells: Ok(slots
                    .iter()
                    .map(|slot| cell(company, &series, *slot))
                    .collect::<Result<_, _>>()?),
            },
            Err(reason) => Line {
                name,
                unit: None,
                cells: Err(reason),
            },
        });
    }
    Ok(Quarters { slots, lines })
}

/// The last quarters up to the last one of any metric, and none before the first.
fn slots(
    company: &Company,
    found: &[(&str, Result<Derivations, String>)],
    count: usize,
) -> Result<Vec<FiscalPeriod>, Error> {
    let mut known = Vec::new();
    for (_, series) in found {
        if let Ok(series) = series {
            let quarters = series.quarters(..)?;
            let slot = |quarter: &Result<Answer, Box<NotDerivable>>| match quarter {
                Ok(answer) => answer.fiscal(),
                Err(not) => company.calendar.parse(&not.label).ok(),
            };
            known.extend(quarters.iter().filter_map(slot));
        }
    }
    known.sort_unstable();
    known.dedup();
    Ok(known.split_off(known.len().saturating_sub(count)))
}

fn cell(company: &Company, series: &Derivations, slot: FiscalPeriod) -> Result<Cell, Error> {
    let figure = refused(series.at(slot))?;
    Ok(Cell {
        label: company.calendar.label(slot),
        yoy: figure.is_ok().then(|| series.yoy(slot)).transpose()?,
        figure,
        ttm: refused(series.ttm(slot))?,
    })
}

fn refused(answer: Result<Answer, Error>) -> Result<Result<Answer, NotDerivable>, Error> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(Error::Query(kessan::QueryError::NotDerivable(not))) => Ok(Err(*not)),
        Err(error) => Err(error),
    }
}

/// What stands in the way at the bottom of it: the refusal of an operand is the reason of what is built on it.
pub(crate) fn root(not: &NotDerivable) -> &NotDerivable {
    match &not.obstacle {
        Obstacle::Operand(inner) => root(inner),
        _ => not,
    }
}

/// Whether nothing was reported from which it could come. Anything else is a figure that is refused.
pub(crate) fn is_missing(not: &NotDerivable) -> bool {
    matches!(
        root(not).obstacle,
        Obstacle::Missing { .. }
            | Obstacle::NoFormula
            | Obstacle::Gap { .. }
            | Obstacle::NoSlot { .. }
    )
}

/// How a quarter was derived, in slots of its own year: `FY - 9M`; other operands keep their names.
pub(crate) fn formula(derived: &Derived) -> String {
    let Some(year) = derived.fiscal.map(|fiscal| fiscal.year) else {
        return derived.formula.clone();
    };
    let mut text = String::new();
    for operand in &derived.operands {
        let own = operand.answer.fiscal().filter(|fiscal| fiscal.year == year);
        let name = own.map_or(operand.name.clone(), |fiscal| slot_name(fiscal).to_owned());
        let taken_off = operand.weight.is_some_and(|weight| weight.signum() < 0);
        match (text.is_empty(), taken_off) {
            (true, false) => {}
            (true, true) => text.push('-'),
            (false, false) => text.push_str(" + "),
            (false, true) => text.push_str(" - "),
        }
        text.push_str(&name);
    }
    text
}

fn slot_name(fiscal: FiscalPeriod) -> &'static str {
    use kessan::Slot;
    match fiscal.slot {
        Slot::Q1 => "Q1",
        Slot::Q2 => "Q2",
        Slot::Q3 => "Q3",
        Slot::Q4 => "Q4",
        Slot::H1 => "H1",
        Slot::H2 => "H2",
        Slot::NineMonths => "9M",
        Slot::Year => "FY",
    }
}
