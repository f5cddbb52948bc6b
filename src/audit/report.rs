//! The audit as a report.

use std::fmt;

use crate::model::{Fraction, Interval, Precision, Quantity, Unit};

use super::case::Case;
use super::finding::{Audit, Cause, Class, Finding};
use super::formula::Formula;
use super::printing::Printing;

/// The arithmetic of a case in words.
pub(crate) fn arithmetic(
    case: &Case,
    recomputed: Option<&Quantity>,
    allowed: Option<&Interval>,
) -> String {
    let operands: Vec<String> = case
        .operands
        .iter()
        .map(
            |slot| match slot.known.as_ref().and_then(|known| known.first()) {
                Some(printing) => with_sign(printing),
                None => slot.name.clone(),
            },
        )
        .collect();
    let negative_base = case
        .operands
        .get(1)
        .and_then(|slot| slot.known.as_ref()?.quantity)
        .is_some_and(|quantity| quantity.value().signum() < 0);
    let formula = case.formula.text(&operands, negative_base);
    let Some(recomputed) = recomputed else {
        return formula;
    };
    if matches!(case.formula, Formula::Same | Formula::Direction) {
        return format!("{} beside {formula}", with_sign(&case.subject));
    }
    let scale = Scale::of(&case.subject);
    let result = format!("{formula} = {}", scale.text(recomputed));
    let allowed = allowed.and_then(|allowed| {
        let allowed = Quantity::new(Fraction::ZERO, Some(*allowed));
        scale.interval(&allowed)
    });
    match allowed {
        Some(allowed) => format!(
            "{result}, printed {} in {allowed}",
            case.subject.figure_text()
        ),
        None => result,
    }
}

impl Printing {
    /// The figure, with its sign for per cent.
    pub(crate) fn figure_text(&self) -> String {
        match self.unit {
            Some(Unit::Percent) => format!("{}%", self.figure),
            _ => self.figure.to_string(),
        }
    }
}

/// A figure, in brackets where it is negative so that it can stand in arithmetic.
fn with_sign(printing: &Printing) -> String {
    let text = printing.figure_text();
    if text.starts_with('-') {
        format!("({text})")
    } else {
        text
    }
}

/// How results are written beside a printed figure.
struct Scale {
    power: u32,
    word: &'static str,
    places: u32,
}

impl Scale {
    fn of(printing: &Printing) -> Self {
        let percent = printing.unit == Some(Unit::Percent);
        let power = if percent { 0 } else { printing.cell.scale };
        let (power, word) = match power {
            3 => (3, " thousand"),
            6 => (6, " million"),
            9 => (9, " billion"),
            _ => (0, if percent { "%" } else { "" }),
        };
        let decimals = match printing
            .figure
            .number()
            .map(crate::model::Amount::precision)
        {
            Some(Precision::Decimals(decimals)) => i64::from(decimals),
            _ => 0,
        };
        let places = u32::try_from((decimals + i64::from(power)).max(0)).unwrap_or(0) + 2;
        Self {
            power,
            word,
            places,
        }
    }

    fn scaled(&self, quantity: &Quantity) -> Option<Quantity> {
        let factor = Fraction::new(10_i128.checked_pow(self.power)?, 1).ok()?;
        quantity.over(Quantity::exact(factor)).ok()
    }

    fn interval(&self, quantity: &Quantity) -> Option<String> {
        self.scaled(quantity)?.interval_text(self.places)
    }

    /// The value, and the interval where it is wider than what is shown of it.
    fn text(&self, quantity: &Quantity) -> String {
        let Some(scaled) = self.scaled(quantity) else {
            return quantity.value().to_string();
        };
        let value = match scaled.value().rounded(self.places) {
            Some(value) => format!("{}{}", crate::model::decimal::grouped(value), self.word),
            None => scaled.value().to_string(),
        };
        match scaled.interval() {
            Some(interval) if interval.single().is_none() => {
                match scaled.interval_text(self.places) {
                    Some(interval) => format!("{value} in {interval}"),
                    None => value,
                }
            }
            _ => value,
        }
    }
}

impl fmt::Display for Printing {
    /// Where it stands and what is printed there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = &self.cell;
        f.write_str(&cell.place)?;
        for (name, label) in [("row", &cell.row), ("column", &cell.column)] {
            if !label.is_empty() {
                write!(f, ", {name} {label:?}")?;
            }
        }
        write!(f, ": {:?}", cell.text)
    }
}

impl fmt::Display for Finding {
    /// What it is about, the cells and the arithmetic, each on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.title)?;
        write!(f, "\n  printed   {}", self.printed)?;
        for used in &self.operands {
            for (number, printing) in used.printings.iter().enumerate() {
                let head = if number == 0 { "from" } else { "  and" };
                write!(f, "\n  {head:<9} {printing}")?;
                if printing.document != self.printed.document {
                    write!(f, " ({})", printing.document)?;
                }
            }
            let others = used.contradicted_by.iter();
            for printing in others.filter(|other| !other.is_at(&self.printed)) {
                write!(f, "\n    but     {printing}")?;
            }
        }
        for missing in &self.missing {
            write!(f, "\n  missing   {missing}")?;
        }
        if !self.arithmetic.is_empty() {
            write!(f, "\n  that is   {}", self.arithmetic)?;
        }
        if let Some(convention) = self.convention {
            write!(f, "\n  by        {convention}")?;
        }
        if let Some(reason) = self.undecided {
            write!(f, "\n  because   {reason}")?;
        }
        match (self.cause(), self.causes.as_slice()) {
            (_, []) => {}
            (Some(cause), _) => write!(f, "\n  cause     {}: {}", cause.kind, cause.printed)?,
            (None, several) => {
                f.write_str("\n  perhaps")?;
                for (number, cause) in several.iter().enumerate() {
                    let head = if number == 0 { "   " } else { "\n            " };
                    write!(f, "{head}{}: {}", cause.kind, cause.printed)?;
                }
            }
        }
        if let Some(suspect) = &self.suspect {
            write!(f, "\n  suspect   {suspect}")?;
        }
        Ok(())
    }
}

impl Audit {
    /// One line: how many relations are of which class.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts: Vec<String> = Class::ALL
            .iter()
            .filter_map(|class| match self.count(*class) {
                0 => None,
                count => Some(format!("{count} {class}")),
            })
            .collect();
        format!(
            "{} relations: {}",
            self.relations().len(),
            if counts.is_empty() {
                "none".to_owned()
            } else {
                counts.join(", ")
            }
        )
    }
}

impl fmt::Display for Audit {
    /// A summary line, then every finding, the graver first. Findings of one suspect row stand together.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.document();
        write!(
            f,
            "{} ({}, {})",
            document.title, document.id, document.published
        )?;
        write!(f, "\n{}", self.summary())?;
        let incomplete = self.incomplete_identities();
        if incomplete > 0 {
            write!(
                f,
                "\n{incomplete} times an identity is printed in part: it is passed over"
            )?;
        }
        for class in [
            Class::Irreconcilable,
            Class::SignInDoubt,
            Class::LastDigit,
            Class::Restated,
        ] {
            for story in stories(self.of(class)) {
                if let [first, _, ..] = story.as_slice() {
                    let (place, row) = blamed(first);
                    let row = if row.is_empty() {
                        String::new()
                    } else {
                        format!(", row {row:?}")
                    };
                    write!(f, "\n\n{} findings: {class}: {place}{row}", story.len())?;
                }
                for finding in story {
                    write!(f, "\n\n{finding}")?;
                }
            }
        }
        for class in [Class::Convention, Class::OperandsMissing, Class::Undecided] {
            let findings: Vec<&Finding> = self.of(class).collect();
            if !findings.is_empty() {
                write!(f, "\n\n{}: {class}", findings.len())?;
            }
            for finding in findings {
                write!(f, "\n  {}", in_a_line(finding))?;
            }
        }
        Ok(())
    }
}

/// Place and row of what a finding speaks against: the suspect, the cause, or else the judged cell.
fn blamed(finding: &Finding) -> (&str, &str) {
    let suspect = finding.suspect.as_ref().map(|suspect| &suspect.cell);
    let cause = finding.cause().map(|cause: &Cause| &cause.printed.cell);
    let cell = suspect.or(cause).unwrap_or(&finding.printed.cell);
    (&cell.place, &cell.row)
}

/// Findings by what they speak against, in the order of the first of each.
fn stories<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Vec<&'f Finding>> {
    let mut stories: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let about = |story: &&mut Vec<&Finding>| {
            story
                .first()
                .is_some_and(|first| blamed(first) == blamed(finding))
        };
        match stories.iter_mut().find(about) {
            Some(story) => story.push(finding),
            None => stories.push(vec![finding]),
        }
    }
    stories
}

/// A finding that is no fault, in one line.
fn in_a_line(finding: &Finding) -> String {
    let printed = &finding.printed;
    let mut parts = vec![format!(
        "{}: {:?}, {}",
        finding.title, printed.cell.text, printed.cell.place
    )];
    parts.extend(finding.convention.map(|convention| convention.to_string()));
    parts.extend(finding.undecided.map(|reason| reason.to_string()));
    if !finding.missing.is_empty() {
        parts.push(format!("missing {}", finding.missing.join(" and ")));
    }
    parts.join("; ")
}
