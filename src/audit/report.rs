//! The audit as a report.

use std::fmt;

use crate::model::{Claim, Fraction, Interval, Precision, Quantity, Unit};

use super::case::Case;
use super::finding::{Audit, Class, Finding, Relation};
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
        .map(|slot| match slot.known.as_ref().and_then(|known| known.first()) {
            Some(printing) => with_sign(printing),
            None => slot.name.clone(),
        })
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
        return formula;
    }
    let scale = Scale::of(&case.subject);
    let mut text = format!("{formula} = {}", scale.text(recomputed));
    if let Some(allowed) = allowed
        && let Some(allowed) = scale.interval(&Quantity::new(Fraction::ZERO, Some(*allowed)))
    {
        text.push_str(&format!(", printed {} in {allowed}", case.subject.figure));
    }
    text
}

/// A figure, in brackets where it is negative so that it can stand in arithmetic.
fn with_sign(printing: &Printing) -> String {
    let text = printing.figure.to_string();
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
        let decimals = match printing.figure.number().map(crate::model::Amount::precision) {
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
            Some(interval) if interval.single().is_none() => match scaled.interval_text(self.places)
            {
                Some(interval) => format!("{value} in {interval}"),
                None => value,
            },
            _ => value,
        }
    }
}

/// Where a figure stands and what is printed there.
fn cell(printing: &Printing) -> String {
    let cell = &printing.cell;
    let mut text = cell.place.clone();
    for (name, label) in [("row", &cell.row), ("column", &cell.column)] {
        if !label.is_empty() {
            text.push_str(&format!(", {name} {label:?}"));
        }
    }
    text.push_str(&format!(": {:?}", cell.text));
    text
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Relation::Claim(claim) => claim_text(claim, f),
            Relation::RepeatedClaim(claim) => {
                claim_text(claim, f)?;
                f.write_str(", printed twice")
            }
            Relation::GrowthAndDifference { of, over } => {
                write!(f, "growth and difference of {of} over {}", over.period)
            }
            Relation::RepeatedFact(fact) => write!(f, "{fact}, printed twice"),
            Relation::Tiling { whole, parts } => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                write!(f, "{whole}, made up of {}", parts.join(" and "))
            }
            Relation::EarlierDocument(fact) => write!(f, "{fact}, given by an earlier document"),
        }
    }
}

fn claim_text(claim: &Claim, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match claim {
        Claim::Growth { of, over } if of.metric == over.metric && of.scope == over.scope => {
            write!(f, "growth of {of} over {}", over.period)
        }
        Claim::Growth { of, over } => write!(f, "growth of {of} over {over}"),
        Claim::Difference { of, over } if of.metric == over.metric && of.scope == over.scope => {
            write!(f, "difference of {of} to {}", over.period)
        }
        Claim::Difference { of, over } => write!(f, "difference of {of} to {over}"),
        Claim::Share { part, whole } => write!(f, "share of {part} in {}", whole.metric),
        Claim::Translation { of, into, rate } => write!(f, "{of} in {into} at {rate}"),
        Claim::Revision { of, from, to } => write!(f, "revision of {of} from {from} to {to}"),
    }
}

impl fmt::Display for Finding {
    /// What it is about, the cells and the arithmetic, each on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.relation)?;
        write!(f, "\n  printed   {}", cell(&self.printed))?;
        for used in &self.operands {
            for (number, printing) in used.printings.iter().enumerate() {
                let head = if number == 0 { "from" } else { "  and" };
                write!(f, "\n  {head:<9} {}", cell(printing))?;
                if printing.document != self.printed.document {
                    write!(f, " ({})", printing.document)?;
                }
            }
            for printing in &used.contradicted_by {
                write!(f, "\n    but     {}", cell(printing))?;
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
        match self.causes.as_slice() {
            [] => {}
            [cause] => write!(f, "\n  cause     {}: {}", cause.kind, place(&cause.cell))?,
            several => {
                f.write_str("\n  perhaps")?;
                for (number, cause) in several.iter().enumerate() {
                    let head = if number == 0 { "   " } else { "\n            " };
                    write!(f, "{head}{}: {}", cause.kind, place(&cause.cell))?;
                }
            }
        }
        if let Some(suspect) = &self.suspect {
            write!(f, "\n  suspect   {}", cell(suspect))?;
        }
        Ok(())
    }
}

fn place(cell: &crate::model::Cell) -> String {
    let mut text = cell.place.clone();
    for label in [&cell.row, &cell.column] {
        if !label.is_empty() {
            text.push_str(&format!(", {label:?}"));
        }
    }
    text.push_str(&format!(", {:?}", cell.text));
    text
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
    /// A summary line, then every finding, the graver first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.document();
        write!(f, "{} ({})\n{}", document.title, document.id, self.summary())?;
        for class in [
            Class::Irreconcilable,
            Class::LastDigit,
            Class::Restated,
            Class::Convention,
            Class::OperandsMissing,
            Class::Undecided,
        ] {
            for finding in self.of(class) {
                write!(f, "\n\n{finding}")?;
            }
        }
        Ok(())
    }
}
