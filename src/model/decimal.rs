//! Decimals without the silent rounding that their library allows.

use rust_decimal::Decimal;

use super::ModelError;

/// Reads a plain decimal such as `-119.87`: digits, perhaps a point between digits, perhaps a minus sign.
pub(crate) fn parse_exact(text: &str) -> Result<Decimal, ModelError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    Some(text)
        .filter(|_| plain(whole) && plain(fraction))
        .and_then(|text| Decimal::from_str_exact(text).ok())
        .ok_or_else(|| ModelError::Number { text: text.into() })
}

/// A sum without rounding, or `None`.
pub(crate) fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    let lift = |d: Decimal| {
        d.mantissa()
            .checked_mul(10_i128.checked_pow(scale - d.scale())?)
    };
    Decimal::try_from_i128_with_scale(lift(a)?.checked_add(lift(b)?)?, scale)
        .ok()
        .map(|sum| sum.normalize())
}

/// Writes a decimal with thousands separators: `8,344,046`, `-43.98`.
pub(crate) fn grouped(value: Decimal) -> String {
    let plain = value.to_string();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals_are_read() {
        assert_eq!(parse_exact("119.87").unwrap(), Decimal::new(11987, 2));
        assert_eq!(parse_exact("-5").unwrap(), Decimal::from(-5));
        for bad in [
            "",
            "-",
            "1.",
            ".5",
            "1_000",
            "1e3",
            "+1",
            "1,000",
            "NaN",
            "0.00000000000000000000000000001",
        ] {
            assert!(parse_exact(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sum_is_exact_or_none() {
        let tiny = Decimal::new(1, 28);
        assert_eq!(
            exact_sum(Decimal::MAX, tiny),
            None,
            "the library would round"
        );
        assert_eq!(
            exact_sum(Decimal::new(15, 1), Decimal::new(5, 1)),
            Some(Decimal::from(2))
        );
    }
}
