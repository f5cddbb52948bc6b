//! Text that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// The text of a CSV cell such that no spreadsheet takes it for a formula: with an apostrophe before it where it begins with
/// `=`, `+`, `-`, `@`, one of these in full width, a tab or a line end, and is not a plain decimal such as `-5.3`.
///
/// Names and printed texts come from documents, and a document may say `=HYPERLINK(...)`. What is read back has the
/// apostrophe.
///
/// ```
/// use kessan::formula_safe;
/// assert_eq!(formula_safe("=1+1"), "'=1+1");
/// assert_eq!(formula_safe("-5.3%"), "'-5.3%");
/// assert_eq!(formula_safe("-5.3"), "-5.3");
/// assert_eq!(formula_safe("Minato Foods Inc."), "Minato Foods Inc.");
/// ```
#[must_use]
pub fn formula_safe(text: &str) -> Cow<'_, str> {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
    if text.starts_with(signs) && !is_decimal(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_decimal(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-1", "-0.50", "12", "-9999999999999999999999999999"] {
            assert_eq!(formula_safe(number), number);
        }
        for formula in [
            "-",
            "-1-1",
            "-1.",
            "-.5",
            "-1.2.3",
            "-1e5",
            "+1",
            "@SUM(A1)",
            "\t=1",
            "-2+3",
            "--1",
            "＝HYPERLINK(1)",
            "＋1",
            "－1",
            "＠SUM",
        ] {
            assert_eq!(formula_safe(formula), format!("'{formula}"));
        }
    }
}
