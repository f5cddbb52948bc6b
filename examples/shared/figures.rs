//! Figures in columns.

use kessan::{AnswerChange, ChangeKind, Fraction};
use rust_decimal::Decimal;

/// In what the amounts of a column are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scale {
    Units,
    Thousands,
    Millions,
}

impl Scale {
    /// The largest in which the middle one of some amounts has three digits before the point.
    pub(crate) fn of(amounts: impl Iterator<Item = Fraction>) -> Self {
        let mut sizes: Vec<Fraction> = amounts.filter_map(|amount| amount.abs().ok()).collect();
        sizes.sort_unstable();
        let middle = sizes.get(sizes.len() / 2);
        let fits = |scale: &Scale| middle.is_some_and(|m| *m >= Fraction::from(100 * scale.unit()));
        let scales = [Scale::Millions, Scale::Thousands];
        scales.into_iter().find(fits).unwrap_or(Scale::Units)
    }

    fn unit(self) -> i64 {
        match self {
            Scale::Units => 1,
            Scale::Thousands => 1_000,
            Scale::Millions => 1_000_000,
        }
    }

    /// For a head: `USD millions`.
    pub(crate) fn head(self, unit: &str) -> String {
        match self {
            Scale::Units => unit.to_owned(),
            Scale::Thousands => format!("{unit} thousands"),
            Scale::Millions => format!("{unit} millions"),
        }
    }

    /// An amount to the whole unit of this scale; a small one to two digits.
    pub(crate) fn text(self, amount: Fraction) -> String {
        let scaled = amount.over(self.unit().into());
        let text = scaled.ok().and_then(|scaled| {
            let size = scaled.abs().ok()?;
            let mut places = 0;
            let mut two_digits = Fraction::from(10);
            while size.signum() > 0 && size < two_digits && places < 6 {
                places += 1;
                two_digits = two_digits.over(10.into()).ok()?;
            }
            Some(grouped(scaled.rounded(places)?))
        });
        text.unwrap_or_else(|| amount.to_string())
    }
}

/// With a comma between thousands.
pub(crate) fn grouped(value: Decimal) -> String {
    let text = value.to_string();
    let unsigned = text.trim_start_matches('-');
    let (whole, rest) = unsigned.split_at(unsigned.find('.').unwrap_or(unsigned.len()));
    let mut out = String::from(if text.len() > unsigned.len() { "-" } else { "" });
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// A value as it is: a decimal, or a fraction of two numbers where it is none.
pub(crate) fn exact(value: Fraction) -> String {
    let decimal = value.decimal();
    decimal.map_or_else(|| value.to_string(), |value| value.normalize().to_string())
}

/// A change for a column: `+2.1%`, `-3.4 points`, `turned negative`; `-` where there is nothing to compare with.
pub(crate) fn change_text(change: &AnswerChange) -> String {
    match &change.change.kind {
        ChangeKind::NoComparator => "-".to_owned(),
        ChangeKind::Points(_) => match (change.change.difference_quantity(), change_points(change))
        {
            (Some(points), Some(rounded)) if points.interval().is_none() => {
                let plus = if rounded > Decimal::ZERO { "+" } else { "" };
                format!("{plus}{rounded} points")
            }
            _ => change.change_text(),
        },
        _ => change.change_text(),
    }
}

fn change_points(change: &AnswerChange) -> Option<Decimal> {
    change.change.difference_quantity()?.value().rounded(1)
}
