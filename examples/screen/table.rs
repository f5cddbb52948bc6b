//! A screen as a table with what is missing below it, or as CSV.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use kessan::{PanelPeriod, PeriodKind, Unit};

use crate::Arguments;
use crate::column::{Column, Value};
use crate::reason::Reason;
use crate::screen::{Row, Screen};
use crate::shared::figures::{Scale, change_text, exact};

/// How many letters of a name are shown.
const NAME: usize = 36;

pub(crate) fn print(screen: &Screen, arguments: &Arguments, out: &mut dyn Write) -> io::Result<()> {
    let order = if arguments.ascending {
        "least"
    } else {
        "greatest"
    };
    writeln!(
        out,
        "{}: {} first",
        title(arguments.at),
        arguments.sort_text(order)
    )?;
    let rows: Vec<&Row> = screen.ranked.iter().take(arguments.top).collect();
    let styles: Vec<Style> = (0..screen.columns.len())
        .map(|at| Style::of(&rows, at))
        .collect();
    let mut table = Table::new();
    let mut header = ["", "company", "id", "period", "ends"]
        .map(str::to_owned)
        .to_vec();
    let heads = screen.columns.iter().zip(&styles);
    header.extend(heads.map(|(column, style)| style.head(column)));
    table.load_preset(presets::NOTHING).set_header(header);
    for (place, row) in rows.iter().enumerate() {
        let mut cells = vec![(place + 1).to_string(), short(&row.company.name)];
        cells.push(row.company.id.to_string());
        let [label, end] = dates(row);
        let days = row.any().and_then(Value::short_year);
        cells.push(days.map_or(label.clone(), |days| format!("{label}, {days} days")));
        cells.push(end);
        let texts = row.cells.iter().zip(&styles);
        cells.extend(texts.map(|(cell, style)| match cell {
            Ok(value) => style.text(value) + marks(value),
            Err(_) => "-".to_owned(),
        }));
        table.add_row(cells);
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if number == 0 || number > 4 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "{}\n", table.trim_fmt())?;
    summary(screen, arguments, &rows, out)
}

const DOUBTFUL: &str = "!";
const OTHER_LENGTH: &str = "~";

fn marks(value: &Value) -> &'static str {
    if value.is_doubtful() {
        DOUBTFUL
    } else if value.is_of_other_length() || value.short_year().is_some() {
        OTHER_LENGTH
    } else {
        ""
    }
}

fn title(at: PanelPeriod) -> String {
    match at {
        PanelPeriod::CalendarQuarter(quarter) => format!(
            "{quarter}, each company's fiscal quarter of which most days lie in {}",
            quarter.period()
        ),
        PanelPeriod::Fiscal(fiscal) => format!("what each company calls {fiscal}"),
        other => other.to_string(),
    }
}

impl Arguments {
    fn sort_text(&self, order: &str) -> String {
        format!("by {}, the {order}", self.sort)
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let cut: String = name.chars().take(NAME - 1).collect();
    cut.trim_end().to_owned() + "…"
}

/// What the company calls the period, and its end.
fn dates(row: &Row) -> [String; 2] {
    row.any().map_or_else(Default::default, |value| {
        let (answer, period) = (value.answer(), value.answer().period());
        let rounded = if period.kind() == PeriodKind::Nominal {
            "~"
        } else {
            ""
        };
        [answer.label(), format!("{rounded}{}", period.end())]
    })
}

/// How the figures of a column are printed.
struct Style {
    scale: Scale,
    /// Where all are of one.
    unit: Option<Unit>,
}

impl Style {
    fn of(rows: &[&Row], column: usize) -> Self {
        let values = || {
            rows.iter()
                .filter_map(|row| row.cells.get(column)?.as_ref().ok())
        };
        let units: BTreeSet<&Unit> = values().filter_map(Value::own_unit).collect();
        let amounts = values().filter(|value| matches!(value.own_unit(), Some(Unit::Money(_))));
        Self {
            scale: Scale::of(amounts.filter_map(|value| value.number().ok())),
            unit: units
                .first()
                .filter(|_| units.len() == 1)
                .map(|unit| (*unit).clone()),
        }
    }

    fn head(&self, column: &Column) -> String {
        let Some(unit) = self.unit.as_ref().filter(|_| !column.is_change) else {
            return column.to_string();
        };
        format!("{column}, {}", self.scale.head(&unit.to_string()))
    }

    fn text(&self, value: &Value) -> String {
        match value {
            Value::Change(change) => change_text(change),
            Value::Figure(answer) if answer.interval().is_none() && value.is_percent() => {
                let percent = answer.value().and_then(|value| value.percent(1));
                percent.map_or_else(|| answer.figure_text(), |percent| format!("{percent}%"))
            }
            Value::Figure(answer) => match (answer.unit(), answer.value()) {
                (Unit::Money(currency), Some(amount)) if self.unit.is_none() => {
                    format!(
                        "{} {}",
                        self.scale.text(amount),
                        self.scale.head(currency.code())
                    )
                }
                (Unit::Money(_), Some(amount)) => self.scale.text(amount),
                _ => answer.figure_text(),
            },
        }
    }
}

fn summary(
    screen: &Screen,
    arguments: &Arguments,
    rows: &[&Row],
    out: &mut dyn Write,
) -> io::Result<()> {
    let ends = screen.ranked.iter().filter_map(|row| {
        let period = row.any()?.answer().period();
        Some(period.end())
    });
    let ends: BTreeSet<_> = ends.collect();
    writeln!(
        out,
        "{} of {} companies shown, of {} in the database{}",
        rows.len(),
        screen.ranked.len(),
        screen.companies(),
        match (ends.first(), ends.last()) {
            (Some(first), Some(last)) if first != last => {
                format!("; their periods end from {first} to {last}")
            }
            _ => String::new(),
        }
    )?;
    for (mark, meaning) in [
        (
            DOUBTFUL,
            "rests on a figure for which its filing gives two values",
        ),
        (
            OTHER_LENGTH,
            "of a year that a change of year end cut short, or a change between periods whose lengths differ by 5 days or more",
        ),
    ] {
        let cells = rows.iter().flat_map(|row| &row.cells);
        if cells.flatten().any(|value| marks(value) == mark) {
            writeln!(out, "{mark}  {meaning}")?;
        }
    }
    if screen.filtered > 0 {
        let filters: Vec<String> = arguments.filters.iter().map(ToString::to_string).collect();
        writeln!(out, "{} fail {}", screen.filtered, filters.join(", "))?;
    }
    let mut reasons: BTreeMap<String, BTreeMap<&Reason, usize>> = BTreeMap::new();
    for (_, column, reason, _) in &screen.unplaced {
        let counts = reasons.entry(column.to_string()).or_default();
        *counts.entry(reason).or_default() += 1;
    }
    for (column, counts) in reasons {
        let all: usize = counts.values().sum();
        writeln!(out, "{all} cannot be placed by {column}:")?;
        print_counts(&counts, out)?;
    }
    for (at, column) in screen.columns.iter().enumerate() {
        let mut counts: BTreeMap<&Reason, usize> = BTreeMap::new();
        for row in &screen.ranked {
            if let Some(Err((reason, _))) = row.cells.get(at) {
                *counts.entry(reason).or_default() += 1;
            }
        }
        let all: usize = counts.values().sum();
        if all > 0 {
            let of = screen.ranked.len();
            writeln!(out, "{all} of the {of} have no {column}:")?;
            print_counts(&counts, out)?;
        }
    }
    if arguments.missing {
        missing(screen, out)?;
    } else if !screen.unplaced.is_empty() {
        writeln!(out, "--missing names them")?;
    }
    Ok(())
}

fn print_counts(counts: &BTreeMap<&Reason, usize>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: Vec<(&&Reason, &usize)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (reason, count) in counts {
        writeln!(out, "{count:>6}  {reason}")?;
    }
    Ok(())
}

/// Every company without a figure, with the reason in full.
fn missing(screen: &Screen, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    for (row, column, _, text) in &screen.unplaced {
        writeln!(
            out,
            "{}  {}  {column}: {text}",
            row.company.id, row.company.name
        )?;
    }
    for row in &screen.ranked {
        for (column, cell) in screen.columns.iter().zip(&row.cells) {
            if let Err((_, text)) = cell {
                writeln!(
                    out,
                    "{}  {}  {column}: {text}",
                    row.company.id, row.company.name
                )?;
            }
        }
    }
    Ok(())
}

/// Which columns of a row are to be taken with care, and why.
fn doubts(screen: &Screen, row: &Row) -> String {
    let cells = screen.columns.iter().zip(&row.cells);
    let told = cells.filter_map(|(column, cell)| {
        let value = cell.as_ref().ok()?;
        if value.is_doubtful() {
            Some(format!("{column}: its filing gives two values"))
        } else if let Some(days) = value.short_year() {
            Some(format!("{column}: a short year, {days} days"))
        } else if value.is_of_other_length() {
            Some(format!("{column}: the lengths of the periods differ"))
        } else {
            None
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Every company, those in order first: amounts exactly, in base units; ratios and changes as numbers (0.05 is 5%), rounded
/// to six places, points as points.
pub(crate) fn csv(screen: &Screen) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut header = ["place", "company", "name", "period", "end", "unit"]
        .map(str::to_owned)
        .to_vec();
    header.extend(screen.columns.iter().map(ToString::to_string));
    header.extend(["missing", "doubts"].map(str::to_owned));
    out.write_record(&header)?;
    let ranked = screen.ranked.iter().enumerate();
    let ranked = ranked.map(|(place, row)| ((place + 1).to_string(), row, String::new()));
    let unplaced = screen.unplaced.iter();
    let unplaced = unplaced.map(|(row, _, _, text)| (String::new(), row, text.clone()));
    for (place, row, mut missing) in ranked.chain(unplaced) {
        let units: BTreeSet<String> = row
            .cells
            .iter()
            .filter_map(|cell| Some(cell.as_ref().ok()?.own_unit()?.to_string()))
            .collect();
        let [label, end] = dates(row);
        let mut record = vec![
            place,
            row.company.id.to_string(),
            row.company.name.clone(),
            label,
            end,
            units.into_iter().collect::<Vec<_>>().join(" "),
        ];
        for cell in &row.cells {
            let number = match cell {
                Ok(value) => value
                    .number()
                    .map(|number| match value.own_unit() {
                        Some(_) => exact(number),
                        None => number.rounded(6).map_or_else(
                            || number.to_string(),
                            |number| number.normalize().to_string(),
                        ),
                    })
                    .map_err(|reason| reason.to_string()),
                Err((_, text)) => Err(text.clone()),
            };
            record.push(match number {
                Ok(number) => number,
                Err(reason) => {
                    if missing.is_empty() {
                        missing = reason;
                    }
                    String::new()
                }
            });
        }
        record.push(missing);
        record.push(doubts(screen, row));
        out.write_record(&record)?;
    }
    Ok(out.into_inner()?)
}
