//! The table on the screen, the same as CSV, and a chart of the ratios.

use std::fs::File;
use std::path::Path;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use plotters::prelude::*;

use crate::measure::{Cell, Line, Unit};

/// What all ratios are to.
const BASE: &str = "SQLite";

/// All peers of some lines, in the order in which they come.
fn peers(lines: &[Line]) -> Vec<&str> {
    let mut peers: Vec<&str> = Vec::new();
    for cell in lines.iter().flat_map(|line| &line.cells) {
        if !peers.contains(&cell.peer.as_str()) {
            peers.push(&cell.peer);
        }
    }
    peers
}

fn ratio(line: &Line, cell: &Cell) -> Option<f64> {
    let [base, ..] = line.cell(BASE)?.quartiles();
    let [median, ..] = cell.quartiles();
    (base > 0.0).then_some(median / base)
}

/// A table with the median, the spread as quartiles in per cent of it, and the ratio to SQLite.
pub fn table(lines: &[Line]) -> Table {
    let peers = peers(lines);
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    let header = std::iter::once("").chain(peers.iter().copied());
    table.set_header(header);
    for line in lines {
        let mut row = vec![line.work.clone()];
        for peer in &peers {
            row.push(line.cell(peer).map_or(String::new(), |cell| {
                let [median, low, high] = cell.quartiles();
                let spread = if cell.samples.len() > 1 {
                    format!(
                        " {:+.0}{:+.0}%",
                        (low / median - 1.0) * 100.0,
                        (high / median - 1.0) * 100.0
                    )
                } else {
                    String::new()
                };
                let ratio = ratio(line, cell).filter(|_| *peer != BASE);
                let ratio = ratio.map_or(String::new(), |ratio| format!(" x{}", digits(ratio)));
                format!("{}{spread}{ratio}", amount(line.unit, median))
            }));
        }
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Three digits.
fn digits(number: f64) -> String {
    match number {
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        1.0.. => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

fn amount(unit: Unit, number: f64) -> String {
    match unit {
        Unit::Seconds if number < 1e-6 => format!("{} ns", digits(number * 1e9)),
        Unit::Seconds if number < 1e-3 => format!("{} us", digits(number * 1e6)),
        Unit::Seconds if number < 1.0 => format!("{} ms", digits(number * 1e3)),
        Unit::Seconds => format!("{} s", digits(number)),
        Unit::FactsPerSecond => format!("{} k/s", digits(number / 1e3)),
        Unit::Bytes => format!("{} MB", digits(number / 1e6)),
        Unit::BytesPerFact => format!("{} B/fact", digits(number)),
    }
}

/// A row for each work and peer.
pub fn csv(lines: &[Line], path: &Path) -> Result<()> {
    let mut out = csv::Writer::from_writer(File::create(path)?);
    out.write_record([
        "work",
        "unit",
        "peer",
        "median",
        "quartile_1",
        "quartile_3",
        "mean",
        "samples",
        "to_sqlite",
    ])?;
    for line in lines {
        for cell in &line.cells {
            let [median, low, high] = cell.quartiles();
            let count = u32::try_from(cell.samples.len())?;
            let mean = cell.samples.iter().sum::<f64>() / f64::from(count);
            let unit = match line.unit {
                Unit::Seconds => "s",
                Unit::FactsPerSecond => "facts/s",
                Unit::Bytes => "bytes",
                Unit::BytesPerFact => "bytes/fact",
            };
            let ratio = ratio(line, cell).map_or(String::new(), |ratio| format!("{ratio:.4}"));
            out.write_record([
                line.work.as_str(),
                unit,
                &cell.peer,
                &format!("{median:.4e}"),
                &format!("{low:.4e}"),
                &format!("{high:.4e}"),
                &format!("{mean:.4e}"),
                &count.to_string(),
                &ratio,
            ])?;
        }
    }
    out.flush()?;
    Ok(())
}

const COLOURS: [RGBColor; 8] = [
    RGBColor(200, 30, 30),
    RGBColor(240, 140, 20),
    RGBColor(30, 30, 30),
    RGBColor(130, 130, 130),
    RGBColor(30, 100, 200),
    RGBColor(40, 150, 60),
    RGBColor(150, 60, 170),
    RGBColor(210, 130, 220),
];
const LEFT: i32 = 400;
const WIDTH: i32 = 1100;
const STEP: i32 = 22;
const TOP: i32 = 70;

/// The ratios to SQLite on a logarithmic axis, a line for each work. Less is better but for facts a second.
pub fn chart(lines: &[Line], title: &str, path: &Path) -> Result<()> {
    let peers = peers(lines);
    let lines: Vec<&Line> = lines.iter().filter(|l| l.cell(BASE).is_some()).collect();
    let height = TOP + STEP * i32::try_from(lines.len())? + 50;
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let root = SVGBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    let text = ("sans-serif", 13).into_font();
    root.draw(&Text::new(title.to_owned(), (10, 10), ("sans-serif", 16)))?;
    // From a thousandth to a thousand times.
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    let across = |ratio: f64| {
        let part = (ratio.clamp(1e-3, 1e3).log10() + 3.0) / 6.0;
        LEFT + (part * f64::from(WIDTH - LEFT - 30)) as i32
    };
    let bottom = height - 30;
    for power in -3..=3 {
        let x = across(10_f64.powi(power));
        let style = if power == 0 {
            BLACK
        } else {
            RGBColor(210, 210, 210)
        };
        root.draw(&PathElement::new([(x, TOP - 10), (x, bottom)], style))?;
        let label = format!("{}", 10_f64.powi(power));
        root.draw(&Text::new(label, (x - 8, bottom + 6), text.clone()))?;
    }
    for ((x, peer), colour) in (20..).step_by(130).zip(&peers).zip(COLOURS) {
        root.draw(&Circle::new((x, 44), 5, colour.filled()))?;
        root.draw(&Text::new((*peer).to_owned(), (x + 10, 38), text.clone()))?;
    }
    for (number, line) in (0..).zip(&lines) {
        let y = TOP + STEP * number;
        let work = match line.unit {
            Unit::FactsPerSecond => format!("{} (more is better)", line.work),
            _ => line.work.clone(),
        };
        root.draw(&Text::new(work, (10, y - 6), text.clone()))?;
        for (number, peer) in peers.iter().enumerate() {
            let Some(ratio) = line.cell(peer).and_then(|cell| ratio(line, cell)) else {
                continue;
            };
            let colour = COLOURS[number % COLOURS.len()];
            root.draw(&Circle::new((across(ratio), y), 5, colour.filled()))?;
        }
    }
    root.present()?;
    Ok(())
}
