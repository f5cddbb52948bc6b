//! All companies with their columns, those that can be ranked in order.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use kessan::{Company, Currency, Error, Fraction, QueryError, Reader, Unit};

use crate::Arguments;
use crate::column::{Column, Value, Values};
use crate::reason::Reason;

/// What is shown unless something is asked for.
const USUAL: [&str; 4] = [
    "revenue",
    "yoy revenue",
    "operating_income / revenue",
    "net_income / revenue",
];

/// The companies of a database, screened.
pub(crate) struct Screen {
    pub(crate) columns: Vec<Column>,
    /// Those that have what is sorted by, and for which the conditions are true, in order.
    pub(crate) ranked: Vec<Row>,
    /// How many have what is sorted by and conditions ask for, and fail a condition.
    pub(crate) filtered: usize,
    /// Those that cannot be placed, with the column that is missing, and why.
    pub(crate) unplaced: Vec<(Row, Column, Reason, String)>,
}

/// A company with its columns.
pub(crate) struct Row {
    pub(crate) company: Company,
    pub(crate) cells: Vec<Result<Value, (Reason, String)>>,
}

impl Row {
    /// A figure of the row, for its dates.
    pub(crate) fn any(&self) -> Option<&Value> {
        self.cells.iter().find_map(|cell| cell.as_ref().ok())
    }
}

impl Screen {
    pub(crate) fn new(
        reader: &Reader,
        arguments: &Arguments,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let reader = reader.pinned();
        let ask = |column: &Column| column.ask(&reader, arguments.at, arguments.currency);
        let (mut columns, mut shown) = (arguments.show.clone(), Vec::new());
        for column in &arguments.show {
            shown.push(ask(column)?);
        }
        if columns.is_empty() {
            for column in USUAL {
                let column: Column = column.parse()?;
                match ask(&column) {
                    Ok(values) => {
                        shown.push(values);
                        columns.push(column);
                    }
                    Err(Error::Query(QueryError::UnknownMetric { metric, .. })) => {
                        eprintln!("no column {column}: nobody reports {metric}");
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        }
        let sort = ask(&arguments.sort)?;
        one_unit(&arguments.sort, &sort)?;
        let mut conditions = Vec::new();
        for filter in &arguments.filters {
            let values = ask(&filter.column)?;
            one_unit(&filter.column, &values)?;
            conditions.push((filter, values));
        }

        let mut screen = Self {
            columns,
            ranked: Vec::new(),
            filtered: 0,
            unplaced: Vec::new(),
        };
        let mut ranked: Vec<(Fraction, Row)> = Vec::new();
        for company in reader.companies() {
            let of_company = |values| cell(values, &company, arguments.currency);
            let cells = shown.iter().map(of_company).collect();
            let number = |values| number(&cell(values, &company, arguments.currency)?);
            let key = number(&sort);
            let mut met = Ok(true);
            for (filter, values) in &conditions {
                match number(values) {
                    Ok(value) => met = met.map(|met| met && filter.holds(value)),
                    Err(missing) => met = met.and(Err((filter.column.clone(), missing))),
                }
            }
            let row = Row { company, cells };
            match (key, met) {
                (Ok(key), Ok(true)) => ranked.push((key, row)),
                (Ok(_), Ok(false)) => screen.filtered += 1,
                (Err((reason, text)), _) => {
                    let column = arguments.sort.clone();
                    screen.unplaced.push((row, column, reason, text));
                }
                (Ok(_), Err((column, (reason, text)))) => {
                    screen.unplaced.push((row, column, reason, text));
                }
            }
        }
        // Companies of one value stay in the order of their ids.
        if arguments.ascending {
            ranked.sort_by_key(|(key, _)| *key);
        } else {
            ranked.sort_by_key(|(key, _)| Reverse(*key));
        }
        screen.ranked = ranked.into_iter().map(|(_, row)| row).collect();
        Ok(screen)
    }

    /// How many companies there are.
    pub(crate) fn companies(&self) -> usize {
        self.ranked.len() + self.filtered + self.unplaced.len()
    }
}

/// The value of a company, or why there is none: in words for all companies, and in its own.
fn cell(
    values: &Values,
    company: &Company,
    currency: Option<Currency>,
) -> Result<Value, (Reason, String)> {
    match values.get(&company.id) {
        Some(Ok(value)) => match value.no_base() {
            Some(not) => Err((Reason::no_base(not), not.to_string())),
            None => Ok(value.clone()),
        },
        Some(Err(error)) => Err((Reason::of(error), error.to_string())),
        None => {
            let reason = Reason::nothing_reported(currency);
            let text = reason.to_string();
            Err((reason, text))
        }
    }
}

/// What a company is sorted by.
fn number(value: &Value) -> Result<Fraction, (Reason, String)> {
    value.rank().map_err(|reason| {
        let text = reason.to_string();
        (reason, text)
    })
}

/// Amounts are compared in one unit.
fn one_unit(column: &Column, values: &Values) -> Result<(), String> {
    let values = values.values().filter_map(|value| value.as_ref().ok());
    let units: BTreeSet<&Unit> = values.filter_map(Value::own_unit).collect();
    if units.len() < 2 {
        return Ok(());
    }
    let units: Vec<String> = units.iter().map(ToString::to_string).collect();
    Err(format!(
        "companies report {column} in {}, which cannot be compared: name the --currency",
        units.join(", ")
    ))
}
