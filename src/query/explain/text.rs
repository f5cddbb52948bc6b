//! Explanations as an indented tree.

use std::fmt::{self, Write as _};

use super::{Basis, Computed, Excluded, Explanation, Subject, Value, Version, Versions};
use crate::model::{Change, ChangeKind, Precision, Rank, Rounding, SafeDigits, Scenario};

const INDENT: &str = "  ";

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines::default();
        lines.explanation(self, None);
        f.pad(&lines.lines.join("\n"))
    }
}

/// Lines under construction.
#[derive(Default)]
struct Lines {
    depth: usize,
    lines: Vec<String>,
}

impl Lines {
    fn push(&mut self, text: &str) {
        let line = format!("{}{text}", INDENT.repeat(self.depth));
        self.lines.push(line.trim_end().to_owned());
    }

    fn explanation(&mut self, node: &Explanation, above: Option<&Subject>) {
        self.push(&format!("{}: {}", heading(node, above), node.text));
        self.depth += 1;
        if let Some(rounding) = rounding(node) {
            self.push(&rounding);
        }
        for note in &node.notes {
            self.push(&format!("note: {note}"));
        }
        match &node.basis {
            Basis::Reported(reported) => self.reported(reported),
            Basis::Computed(computed) => self.computed(computed, &node.subject),
            Basis::NotReported => {}
        }
        self.depth -= 1;
    }

    fn computed(&mut self, computed: &Computed, subject: &Subject) {
        if let Some(formula) = &computed.formula {
            self.push(&format!("= {formula}"));
        }
        for rule in &computed.rules {
            self.push(&format!("rule: {rule}"));
        }
        for operand in &computed.operands {
            self.explanation(operand, Some(subject));
        }
    }

    fn reported(&mut self, versions: &Versions) {
        self.push(&format!("shown: {}", versions.why));
        let edition = |version: &Version| (version.published, version.document.clone());
        let table = table(&versions.considered);
        let mut rows = table.iter();
        for printed in versions
            .considered
            .chunk_by(|a, b| edition(a) == edition(b))
        {
            if let Some(first) = printed.first() {
                let told = if first.issued == first.published {
                    String::new()
                } else {
                    format!(" (told on {})", first.issued)
                };
                self.push(&format!(
                    "{}{told} {} {}, recorded {}",
                    first.published,
                    first.document,
                    quoted(&first.title),
                    first.recorded.format("%Y-%m-%d")
                ));
            }
            self.depth += 1;
            for row in rows.by_ref().take(printed.len()) {
                self.push(row);
            }
            self.depth -= 1;
        }
        for Excluded { why, count } in &versions.excluded {
            self.push(&format!("not considered: {count} {}", why.text()));
        }
    }
}

/// What a node is: all of it at the top, below that only what differs from the node above.
fn heading(node: &Explanation, above: Option<&Subject>) -> String {
    let subject = &node.subject;
    let series = |subject: &Subject| {
        let mut text = format!("{} {}", subject.company, subject.metric);
        if !subject.scope.is_total() {
            let _ = write!(text, "[{}]", subject.scope);
        }
        if subject.scenario != Scenario::Actual {
            let _ = write!(text, " ({})", subject.scenario);
        }
        text
    };
    let mut words = Vec::new();
    match above {
        None => words.extend([series(subject), subject.label.clone()]),
        Some(above) => {
            words.push(node.name.clone());
            if series(above) != series(subject) && node.name != subject.metric {
                words.push(series(subject));
            }
            if above.label != subject.label && node.name != subject.label {
                words.push(subject.label.clone());
            }
        }
    }
    if let Some(period) = subject.period
        && above.is_none_or(|above| above.period != Some(period))
        && subject.label != period.to_string()
    {
        words.push(format!("({period})"));
    }
    let text = words.join(" ");
    match &subject.measure {
        Some(measure) => format!("{text}, {measure}"),
        None => text,
    }
}

/// How a figure was rounded, or to which place a result is safe, and where the true value lies.
fn rounding(node: &Explanation) -> Option<String> {
    let quantity = node.quantity?;
    if let Some(Value::Figure(figure)) = &node.value {
        let amount = figure.amount()?;
        return Some(match amount.precision() {
            Precision::Exact => "exact".to_owned(),
            Precision::Unknown => "precision unknown".to_owned(),
            Precision::Decimals(decimals) => {
                let how = match amount.rounding() {
                    Rounding::Nearest => "rounded",
                    Rounding::Truncated => "truncated",
                };
                let ends = quantity.interval_text(places(decimals, 1));
                format!("{how} {}{}", place(decimals), within(ends, ""))
            }
        });
    }
    let percent = node.in_percent;
    let points = matches!(
        &node.value,
        Some(Value::Change(Change {
            kind: ChangeKind::Points(_),
            ..
        }))
    );
    let (safe, unit) = match (percent, points) {
        (true, _) => (quantity.safe_percent(), " %"),
        (_, true) => (quantity.safe_digits(), " points"),
        _ => (quantity.safe_digits(), ""),
    };
    let ends = |places| {
        if percent {
            quantity.percent_interval_text(places)
        } else {
            quantity.interval_text(places)
        }
    };
    Some(match safe {
        SafeDigits::Unknown => "precision unknown".to_owned(),
        SafeDigits::All => "exact".to_owned(),
        SafeDigits::None => format!("no digit is safe{}", within(ends(2), unit)),
        SafeDigits::Places(safe) => {
            let ends = ends(places(safe, 2));
            let counted = match unit {
                " %" if safe < 0 => " per cent",
                " points" if safe < 0 => " points",
                _ => "",
            };
            format!("safe {}{counted}{}", place(safe), within(ends, unit))
        }
    })
}

/// Where the true value lies. Its ends are set apart by a semicolon, as their digits are grouped by commas.
fn within(ends: Option<String>, unit: &str) -> String {
    ends.map_or_else(String::new, |ends| {
        format!(": within {}{unit}", ends.replace(", ", "; "))
    })
}

/// So many decimal places and some more, as far as there are any.
fn places(decimals: i8, more: i8) -> u32 {
    u32::try_from(i32::from(decimals) + i32::from(more)).unwrap_or(0)
}

/// To which place.
fn place(decimals: i8) -> String {
    match decimals {
        1 => "to 1 decimal place".to_owned(),
        2.. => format!("to {decimals} decimal places"),
        0 => "to the unit".to_owned(),
        ..0 => format!("to the {}", power(decimals.unsigned_abs().into())),
    }
}

/// A power of ten in words.
fn power(power: u32) -> String {
    match power {
        1 => "ten".into(),
        2 => "hundred".into(),
        3 => "thousand".into(),
        4 => "ten thousand".into(),
        5 => "hundred thousand".into(),
        6 => "million".into(),
        7 => "ten million".into(),
        8 => "hundred million".into(),
        9 => "billion".into(),
        12 => "trillion".into(),
        other => format!("10^{other}"),
    }
}

/// One line a version: the printed text and scale, what was read, and where it stands, in columns.
fn table(versions: &[Version]) -> Vec<String> {
    let rows: Vec<[String; 6]> = versions
        .iter()
        .map(|version| {
            let cell = &version.cell;
            let mark = if version.shown { ">" } else { " " };
            let scale = match cell.scale {
                0 => String::new(),
                scale => format!("({}s)", power(scale)),
            };
            let at = |word: &str, text: &str| match text {
                "" => String::new(),
                text => format!("{word} {}", quoted(text)),
            };
            [
                format!("{mark} {} {scale}", quoted(&cell.text)),
                format!("= {}", version.figure),
                rank(version.rank).to_owned(),
                plain(&cell.place),
                at("row", &cell.row),
                at("column", &cell.column),
            ]
        })
        .collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = text.trim_end().chars().count().max(*width);
        }
    }
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .filter(|(_, width)| *width > 0)
                .map(|(text, width)| format!("{:width$}", text.trim_end()))
                .collect();
            cells.join("  ")
        })
        .collect()
}

fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Statement => "statement",
        Rank::Table => "table",
        Rank::Prose => "prose",
    }
}

/// A printed text on one line.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", plain(text))
}
