//! The quarters of a company: what was reported, what is derived, and what is refused.

use kessan::{
    Answer, AnswerChange, Company, Currency, Derivations, Derived, Disagreement, Error,
    FiscalPeriod, NotDerivable, Obstacle, Point, QueryError, Reader, Restatement, SeriesQuery,
    Unit,
};

use crate::rows::{self, Row};

/// What is shown, by its standard name.
pub(crate) const METRICS: [(&str, &str); 3] = [
    ("revenue", "revenue"),
    ("net income", "net_income"),
    ("operating cash flow", "net_cash.operating"),
];

/// The last quarters of a company.
pub(crate) struct Quarters {
    /// What the rows are about, in order.
    pub(crate) rows: Vec<Row>,
    /// What they are called: quarters, or half years or years where there are none.
    pub(crate) span: &'static str,
    /// Each of the metrics, in their order.
    pub(crate) lines: Vec<Line>,
}

/// A metric with its quarters.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// One for each row, or why there is no such series.
    pub(crate) cells: Result<Vec<Cell>, String>,
    pub(crate) unit: Option<Unit>,
    /// Where what was published last looks like a slip of scale, or like the correction of one.
    slips: Vec<Restatement>,
    /// Where tags say different things.
    pub(crate) disagreements: Vec<Disagreement>,
}

impl Line {
    /// The slips among the figures of an answer.
    pub(crate) fn slips(&self, answer: &Answer) -> Vec<&Restatement> {
        let leaves = answer.leaves();
        let shown = |slip: &&Restatement| leaves.iter().any(|leaf| is_shown(slip, leaf));
        self.slips.iter().filter(shown).collect()
    }
}

/// The periods of the figures behind an answer for which their filing gives several values.
pub(crate) fn conflicting(answer: &Answer) -> Vec<String> {
    let leaves = answer.leaves().into_iter();
    leaves
        .filter(|leaf| leaf.is_conflicting())
        .map(Point::label)
        .collect()
}

fn is_shown(slip: &Restatement, point: &Point) -> bool {
    slip.fact() == point.fact()
        && slip.new.document() == point.document()
        && slip.new.figure() == point.figure()
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
        let query = reader
            .series(&company.id, metric)
            .map(|query| match currency {
                Some(currency) => query.unit(Unit::Money(currency)),
                None => query,
            });
        match query.and_then(|query| Ok((query.derived()?, query))) {
            Ok(series) => found.push((name, Ok(series))),
            Err(Error::Query(reason)) => found.push((name, Err(why_not(&reason)))),
            Err(error) => return Err(error),
        }
    }
    let series = found.iter().filter_map(|(_, series)| series.as_ref().ok());
    let series: Vec<&Derivations> = series.map(|(series, _)| series).collect();
    let rows = rows::of(company, &series, count)?;
    let mut lines = Vec::new();
    for (name, series) in found {
        lines.push(match series {
            Ok((series, query)) => Line {
                name,
                unit: Some(series.series().key().unit.clone()),
                cells: Ok(rows
                    .all
                    .iter()
                    .map(|row| cell(company, &series, *row))
                    .collect::<Result<_, _>>()?),
                slips: slips(&query)?,
                disagreements: query.disagreements()?,
            },
            Err(reason) => Line {
                name,
                unit: None,
                cells: Err(reason),
                slips: Vec::new(),
                disagreements: Vec::new(),
            },
        });
    }
    Ok(Quarters {
        rows: rows.all,
        span: rows.span,
        lines,
    })
}

/// Why there is no series, in the words of this program.
fn why_not(reason: &QueryError) -> String {
    match reason {
        QueryError::AmbiguousUnit { units, .. } => {
            let units: Vec<String> = units.iter().map(Unit::to_string).collect();
            format!(
                "reported in {}: name one with --currency",
                units.join(" and ")
            )
        }
        QueryError::UnknownMetric { .. } => NOT_REPORTED.to_owned(),
        QueryError::NoSeries(none) if none.existing.is_empty() => NOT_REPORTED.to_owned(),
        other => other.to_string(),
    }
}

const NOT_REPORTED: &str = "not reported under any of its tags";

/// The restatements that look like a slip of scale, but for values that came back to what they were.
fn slips(query: &SeriesQuery) -> Result<Vec<Restatement>, Error> {
    let found = query.restatements()?.with_likely_cause();
    let is_back = |slip: &Restatement| {
        found.iter().any(|before| {
            before.fact() == slip.fact()
                && before.published() < slip.published()
                && before.old.figure() == slip.new.figure()
        })
    };
    let of_scale = |slip: &&Restatement| slip.cause.as_ref().is_some_and(|c| c.scale.is_some());
    let slips = found.iter().filter(of_scale);
    Ok(slips.filter(|slip| !is_back(slip)).cloned().collect())
}

fn cell(company: &Company, series: &Derivations, row: Row) -> Result<Cell, Error> {
    let (figure, ttm) = match row {
        Row::Slot(slot) => (series.at(slot), series.ttm(slot)),
        Row::Dates(period) => (series.at(period), series.ttm(period)),
    };
    let figure = refused(figure)?;
    let yoy = figure.is_ok().then(|| match row {
        Row::Slot(slot) => series.yoy(slot),
        Row::Dates(period) => series.yoy(period),
    });
    Ok(Cell {
        label: row.label(company),
        yoy: yoy.transpose()?,
        figure,
        ttm: refused(ttm)?,
    })
}

fn refused(answer: Result<Answer, Error>) -> Result<Result<Answer, NotDerivable>, Error> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(Error::Query(QueryError::NotDerivable(not))) => Ok(Err(*not)),
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
