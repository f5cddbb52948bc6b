//! Arithmetic of metrics, of one company or of all.

use std::error::Error;
use std::io::Write as _;

use kessan::{
    Answer, AnswerChange, Database, DeltaKind, ExpressionSeries, Fraction, Quantity, Scope, Unit,
    parse_date,
};

use crate::output::print;
use crate::{Arguments, Explained, Format, Spans, bound};

const FIELDS: [&str; 10] = [
    "company", "period", "result", "interval", "yoy", "qoq", "unit", "dates", "value", "remark",
];

pub(crate) fn ask(db: &Database, text: &str, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.explain.is_some() && arguments.format != Format::Table {
        return Err("an expression is explained below a table, not in other formats".into());
    }
    let Some(company) = &arguments.company else {
        return of_all(db, text, arguments);
    };
    let scope: Scope = arguments.scope.parse()?;
    let mut query = db.expression(company, text)?;
    query = query.scenario(arguments.scenario).scope(scope);
    if let Some(day) = &arguments.as_of {
        query = query.as_of(parse_date(day)?);
    }
    if arguments.against_actual {
        query = query.against_actual();
    }
    let series = query.load()?;
    let mut rows = Vec::new();
    let mut explanations = Vec::new();
    for found in results(arguments, &series)? {
        match found {
            Ok(answer) => {
                let yoy = series.yoy(answer.period())?;
                let qoq = series.qoq(answer.period())?;
                explanations.extend(match arguments.explain {
                    None => None,
                    Some(Explained::Figure) => Some(db.explain(&answer)?),
                    Some(Explained::Yoy) => Some(db.explain(&yoy)?),
                    Some(Explained::Qoq) => Some(db.explain(&qoq)?),
                });
                rows.push(row(company, &answer, &[yoy, qoq]));
            }
            Err(reason) => rows.push(refusal(company, &reason.label, reason.obstacle.to_string())),
        }
    }
    print(&FIELDS, &[2, 3, 4, 5], rows, arguments.format)?;
    for explanation in explanations {
        writeln!(std::io::stdout(), "\n{explanation}")?;
    }
    Ok(())
}

fn of_all(db: &Database, text: &str, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Some(at) = &arguments.at else {
        return Err("an expression of all companies needs a period: --at".into());
    };
    let scope: Scope = arguments.scope.parse()?;
    let mut query = db.expression_panel(text)?;
    query = query.scenario(arguments.scenario).scope(scope);
    if let Some(day) = &arguments.as_of {
        query = query.as_of(parse_date(day)?);
    }
    let panel = query.at(at.as_str())?;
    let rows = panel.iter().map(|found| match &found.answer {
        Ok(answer) => row(found.company.as_str(), answer, &[]),
        Err(reason) => refusal(found.company.as_str(), at, reason.to_string()),
    });
    print(&FIELDS, &[2, 3, 4, 5], rows.collect(), arguments.format)
}

type Found = Result<Answer, Box<kessan::NotDerivable>>;

fn results(arguments: &Arguments, series: &ExpressionSeries) -> Result<Vec<Found>, Box<dyn Error>> {
    if let Some(at) = &arguments.at {
        return match series.at(at.as_str()) {
            Ok(answer) => Ok(vec![Ok(answer)]),
            Err(kessan::Error::Query(kessan::QueryError::NotDerivable(reason))) => {
                Ok(vec![Err(reason)])
            }
            Err(error) => Err(error.into()),
        };
    }
    let range = (bound(arguments.from.as_ref()), bound(arguments.to.as_ref()));
    let stretch = match arguments.span.unwrap_or(Spans::Quarters) {
        Spans::Quarters => series.quarters(range)?,
        Spans::Halves => series.halves(range)?,
        Spans::NineMonths => series.nine_months(range)?,
        Spans::Years => series.years(range)?,
        Spans::Instants => series.instants(range)?,
        Spans::All => return Err("an expression has no facts of its own: name another span".into()),
    };
    Ok(stretch.iter().cloned().collect())
}

fn row(company: &str, answer: &Answer, changes: &[AnswerChange]) -> [String; 10] {
    let of_kind = |kind: DeltaKind| {
        let change = changes.iter().find(|change| change.kind == kind);
        let compared = change.filter(|change| matches!(change.base, Some(Ok(_))));
        compared.map_or_else(String::new, AnswerChange::change_text)
    };
    let interval = answer
        .quantity()
        .and_then(|quantity| interval(&quantity, answer.unit()));
    let days = answer.period().days().filter(|_| answer.is_short_year());
    [
        company.to_owned(),
        answer.label(),
        answer.figure_text(),
        interval.unwrap_or_default(),
        of_kind(DeltaKind::YearOnYear),
        of_kind(DeltaKind::QuarterOnQuarter),
        answer.unit().to_string(),
        answer.period().to_string(),
        answer.value().map_or_else(String::new, exact),
        days.map_or_else(String::new, |days| format!("short year, {days} days")),
    ]
}

fn refusal(company: &str, period: &str, reason: String) -> [String; 10] {
    let mut row = [company, period, "", "", "", "", "", "", "", ""].map(str::to_owned);
    row[9] = reason;
    row
}

/// A ratio's in per cent.
fn interval(quantity: &Quantity, unit: &Unit) -> Option<String> {
    match unit {
        Unit::Pure => quantity.percent_interval_text(4).map(|text| text + "%"),
        _ => quantity.interval_text(0),
    }
}

/// As a decimal where it is one, else as a ratio.
fn exact(value: Fraction) -> String {
    match value.decimal() {
        Some(decimal) => decimal.normalize().to_string(),
        None => format!("{}/{}", value.numerator(), value.denominator()),
    }
}
