//! The quarters of a company as a table with its notes, or as CSV.

use std::collections::BTreeSet;
use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use kessan::{Answer, AnswerChange, ChangeKind, Company, Fraction, NotDerivable, Obstacle};

use crate::quarters::{Cell, Line, Quarters, conflicting, formula, is_missing, root};
use crate::rows::Row;
use crate::shared::figures::{Scale, change_text, exact};

/// What stands for each metric: figure, mark, change, twelve months.
const COLUMNS: usize = 4;

pub(crate) fn print(company: &Company, quarters: &Quarters, out: &mut dyn Write) -> io::Result<()> {
    let known: Vec<(&Line, &Vec<Cell>)> = quarters
        .lines
        .iter()
        .filter_map(|line| Some((line, line.cells.as_ref().ok()?)))
        .collect();
    let mut units: Vec<String> = known
        .iter()
        .filter_map(|(line, _)| Some(line.unit.as_ref()?.to_string()))
        .collect();
    units.dedup();
    let figures = known.iter().flat_map(|(_, cells)| cells.iter());
    let scale = Scale::of(figures.filter_map(|cell| value(&cell.figure).or(value(&cell.ttm))));
    let one_unit = (units.len() == 1).then(|| scale.head(&units.concat()));
    write!(out, "\n{}  {}", company.name, company.id)?;
    if let Some(unit) = &one_unit {
        write!(out, "  {unit}")?;
    }
    writeln!(out)?;

    if !quarters.rows.is_empty() {
        let mut header = vec![quarters.span.to_owned(), "ends".to_owned()];
        for (line, _) in &known {
            let unit = match (&one_unit, &line.unit) {
                (None, Some(unit)) => format!(", {}", scale.head(&unit.to_string())),
                _ => String::new(),
            };
            let names = [&format!("{}{unit}", line.name), "", "YoY", "TTM"];
            header.extend(names.map(str::to_owned));
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(header);
        for (place, row) in quarters.rows.iter().enumerate() {
            let cells: Vec<(&Line, &Cell)> = known
                .iter()
                .filter_map(|(line, cells)| Some((*line, cells.get(place)?)))
                .collect();
            let reported = cells.iter().find_map(|(_, cell)| cell.figure.as_ref().ok());
            let end = reported.map(|answer| answer.period().end());
            let end = end.or_else(|| Some(row.period(company)?.end()));
            let mut texts_of_row = vec![
                row.label(company),
                end.map_or_else(String::new, |end| end.to_string()),
            ];
            let texts = cells
                .into_iter()
                .flat_map(|(line, cell)| texts(line, cell, scale));
            texts_of_row.extend(texts);
            table.add_row(texts_of_row);
        }
        for (number, column) in table.column_iter_mut().enumerate() {
            let of_metric = number.checked_sub(2).map(|number| number % COLUMNS);
            column.set_padding((0, if of_metric == Some(0) { 0 } else { 2 }));
            if !matches!(of_metric, None | Some(1)) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "{}", table.trim_fmt())?;
    }
    notes(company, quarters, out)
}

fn value(answer: &Result<Answer, NotDerivable>) -> Option<Fraction> {
    answer.as_ref().ok()?.value()
}

fn texts(line: &Line, cell: &Cell, scale: Scale) -> [String; COLUMNS] {
    let figure = |answer: &Result<Answer, NotDerivable>| match answer {
        Ok(answer) => match answer.value() {
            Some(value) => scale.text(value),
            None => answer.figure_text(),
        },
        Err(not) if is_missing(not) => "-".to_owned(),
        Err(_) => "refused".to_owned(),
    };
    let derived = cell.figure.as_ref().is_ok_and(Answer::is_derived);
    let slip = |answer: Option<&Answer>| match answer {
        Some(answer) if !line.slips(answer).is_empty() || !conflicting(answer).is_empty() => "!",
        _ => "",
    };
    let [of_figure, of_base, of_ttm] = answers(cell).map(slip);
    let yoy = cell.yoy.as_ref();
    let of_yoy = if of_figure.is_empty() {
        of_base
    } else {
        of_figure
    };
    let of_yoy = if yoy.is_some_and(has_base) {
        of_yoy
    } else {
        ""
    };
    [
        figure(&cell.figure),
        format!("{}{of_figure}", if derived { "*" } else { "" }),
        yoy.map_or_else(|| "-".to_owned(), change_text) + of_yoy,
        figure(&cell.ttm) + of_ttm,
    ]
}

fn has_base(yoy: &AnswerChange) -> bool {
    matches!(yoy.base, Some(Ok(_)))
}

/// The figure, what it is compared with, and the twelve months.
fn answers(cell: &Cell) -> [Option<&Answer>; 3] {
    let base = cell.yoy.as_ref().and_then(|yoy| yoy.base.as_ref());
    [
        cell.figure.as_ref().ok(),
        base.and_then(|base| base.as_ref().ok()),
        cell.ttm.as_ref().ok(),
    ]
}

/// What there is to know about the figures, each said once, with the quarters it is true of.
#[derive(Default)]
struct Notes(Vec<(String, Vec<String>)>);

impl Notes {
    fn add(&mut self, about: String, of: String) {
        match self.0.iter_mut().find(|(other, _)| *other == about) {
            Some((_, all)) => {
                if !all.contains(&of) {
                    all.push(of);
                }
            }
            None => self.0.push((about, vec![of])),
        }
    }
}

fn notes(company: &Company, quarters: &Quarters, out: &mut dyn Write) -> io::Result<()> {
    let (mut derived, mut missing, mut lengths) =
        (Notes::default(), Notes::default(), Notes::default());
    for line in &quarters.lines {
        let cells = match &line.cells {
            Ok(cells) => cells,
            Err(reason) => {
                writeln!(out, "{}: {reason}", line.name)?;
                continue;
            }
        };
        let mut refused = Notes::default();
        for cell in cells {
            match &cell.figure {
                Ok(Answer::Derived(figure)) => {
                    let how = format!("{} = {}", line.name, formula(figure));
                    derived.add(how, cell.label.clone());
                }
                Err(not) if is_missing(not) => {
                    missing.add(line.name.to_owned(), cell.label.clone());
                }
                _ => {}
            }
            let base = cell
                .yoy
                .as_ref()
                .and_then(|yoy| yoy.base.as_ref()?.as_ref().err());
            for (what, not) in [
                ("", cell.figure.as_ref().err()),
                ("YoY ", base.map(AsRef::as_ref)),
                ("TTM ", cell.ttm.as_ref().err()),
            ] {
                if let Some(not) = not.filter(|not| !is_missing(not)) {
                    refused.add(reason(not), format!("{what}{}", cell.label));
                }
            }
            if let Some(yoy) = cell.yoy.as_ref().filter(|yoy| yoy.length_differs)
                && let Some(Ok(base)) = &yoy.base
                && let Some((now, then)) = yoy.current.period().days().zip(base.period().days())
            {
                let text = format!("YoY compares {now} days with {then}");
                lengths.add(text, cell.label.clone());
            }
            if let Some(yoy) = &cell.yoy
                && let ChangeKind::TagsDisagree(tags) = &yoy.change.kind
            {
                refused.add(tags.to_string(), format!("YoY {}", cell.label));
            }
        }
        notes_on_versions(company, line, cells, out)?;
        for (reason, of) in refused.0 {
            writeln!(out, "refused: {} {}: {reason}", of.join(", "), line.name)?;
        }
    }
    for (name, of) in missing.0 {
        let of = match of.len() {
            all if all == quarters.rows.len() => format!("all {all} {}s", quarters.span),
            _ => of.join(", "),
        };
        writeln!(
            out,
            "-  neither reported nor derivable from what is: {name} of {of}"
        )?;
    }
    for (how, of) in derived.0 {
        writeln!(out, "*  derived: {how} in {}", of.join(", "))?;
    }
    for row in &quarters.rows {
        if let Row::Slot(year) = row
            && company.calendar.is_short_year(*year)
            && let Some(days) = row.period(company).and_then(|own| own.days())
        {
            let label = row.label(company);
            writeln!(
                out,
                "{label} has {days} days: a change of year end cut it short"
            )?;
        }
    }
    for (text, of) in lengths.0 {
        writeln!(out, "{text}: {}", of.join(", "))?;
    }
    Ok(())
}

/// Why there is no figure; that tags disagree is said once for all that rests on it.
fn reason(not: &NotDerivable) -> String {
    match &root(not).obstacle {
        Obstacle::TagsDisagree { tags, .. } => tags.to_string(),
        _ => root(not).to_string(),
    }
}

/// What the figures of a line are besides what they say: slips of scale, and tags.
fn notes_on_versions(
    company: &Company,
    line: &Line,
    cells: &[Cell],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut slips = Vec::new();
    let mut conflicts = BTreeSet::new();
    let mut tags = Notes::default();
    for cell in cells {
        for answer in answers(cell).into_iter().flatten() {
            conflicts.extend(conflicting(answer));
            for slip in line.slips(answer) {
                if !slips.contains(&slip) {
                    slips.push(slip);
                }
            }
        }
        for leaf in cell.figure.iter().flat_map(Answer::leaves) {
            tags.add(leaf.metric().to_string(), cell.label.clone());
        }
    }
    for slip in slips {
        writeln!(out, "!  {}: {slip}", line.name)?;
    }
    for label in conflicts {
        let name = line.name;
        writeln!(
            out,
            "!  {name}: conflicting: {label} has several values in one filing"
        )?;
    }
    if tags.0.len() > 1 {
        for (tag, of) in tags.0 {
            writeln!(out, "{} is {tag} in {}", line.name, of.join(", "))?;
        }
    }
    if let Some(last) = line.disagreements.last() {
        let placed = company.calendar.place(&last.period);
        let label = placed.map_or_else(
            || last.period.to_string(),
            |placed| company.calendar.label(placed.fiscal),
        );
        let told: Vec<String> = last
            .points
            .iter()
            .map(|point| format!("{} {}", point.metric(), point.figure()))
            .collect();
        writeln!(
            out,
            "tags disagree: {} of {} periods, {label} the last: {}",
            line.name,
            line.disagreements.len(),
            told.join(", ")
        )?;
    }
    Ok(())
}

pub(crate) fn csv() -> csv::Writer<Vec<u8>> {
    csv::Writer::from_writer(Vec::new())
}

/// The quarters of a company, one metric and quarter a record.
pub(crate) fn records(
    csv: &mut csv::Writer<Vec<u8>>,
    company: &Company,
    quarters: &Quarters,
) -> Result<(), csv::Error> {
    for line in &quarters.lines {
        let cells = match &line.cells {
            Ok(cells) => cells,
            Err(reason) => {
                csv.serialize(Record {
                    company: company.id.as_str(),
                    name: &company.name,
                    metric: line.name,
                    refused: Some(reason.clone()),
                    ..Record::default()
                })?;
                continue;
            }
        };
        for cell in cells {
            let period = cell.figure.as_ref().ok().map(Answer::period);
            let derived = |answer: &Result<Answer, NotDerivable>| {
                let derived = answer.as_ref().ok()?.derived()?;
                Some(derived.formula.clone())
            };
            let yoy = cell.yoy.as_ref();
            let figure = cell.figure.as_ref().ok();
            let mut tags: Vec<String> = figure
                .iter()
                .flat_map(|answer| answer.leaves())
                .map(|leaf| leaf.metric().to_string())
                .collect();
            tags.sort_unstable();
            tags.dedup();
            let slips = answers(cell).into_iter().flatten();
            let slips = slips.flat_map(|answer| line.slips(answer));
            let mut slips: Vec<String> = slips.map(ToString::to_string).collect();
            slips.dedup();
            let conflicts = answers(cell).into_iter().flatten().flat_map(conflicting);
            let conflicts: BTreeSet<String> = conflicts.collect();
            csv.serialize(Record {
                company: company.id.as_str(),
                name: &company.name,
                metric: line.name,
                quarter: &cell.label,
                start: period.and_then(|p| Some(p.start()?.to_string())),
                end: period.map(|p| p.end().to_string()),
                unit: line.unit.as_ref().map(ToString::to_string),
                value: value(&cell.figure).map(exact),
                formula: derived(&cell.figure),
                yoy: yoy.map(change_text),
                yoy_percent: yoy.and_then(|yoy| Some(yoy.change.percent(4)?.to_string())),
                ttm: value(&cell.ttm).map(exact),
                ttm_formula: derived(&cell.ttm),
                refused: cell.figure.as_ref().err().map(ToString::to_string),
                ttm_refused: cell.ttm.as_ref().err().map(ToString::to_string),
                tags: tags.join(" "),
                slips: slips.join("; "),
                conflicting: conflicts.into_iter().collect::<Vec<_>>().join("; "),
            })?;
        }
    }
    Ok(())
}

#[derive(Default, serde::Serialize)]
struct Record<'a> {
    company: &'a str,
    name: &'a str,
    metric: &'a str,
    quarter: &'a str,
    start: Option<String>,
    end: Option<String>,
    unit: Option<String>,
    /// In base units.
    value: Option<String>,
    /// Of a derived figure; a reported one has none.
    formula: Option<String>,
    yoy: Option<String>,
    yoy_percent: Option<String>,
    ttm: Option<String>,
    ttm_formula: Option<String>,
    refused: Option<String>,
    ttm_refused: Option<String>,
    /// Those that the figure is from.
    tags: String,
    /// Figures that look like slips of scale, under the figure, the one a year before or the twelve months.
    slips: String,
    /// Figures for which their filing gives several values, likewise.
    conflicting: String,
}
