//! Decimals without the silent rounding that their library allows.

use rust_decimal::Decimal;

use super::ModelError;

/// The digits that a number taken in may have, before and after the point together: a [`Decimal`] holds every such
/// number, and only some of 29 digits.
const DIGITS: u32 = 28;

/// Whether a number has at most 28 digits, zeros at its ends but for those of a whole number not counted.
pub(crate) fn is_within_digits(number: Decimal) -> bool {
    number.normalize().mantissa().unsigned_abs() < 10_u128.pow(DIGITS)
}

/// Reads a plain decimal such as `-119.87`: digits, perhaps a point between digits, perhaps a minus sign; of at most 28
/// digits ([`is_within_digits`]).
pub(crate) fn parse_exact(text: &str) -> Result<Decimal, ModelError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // The library counts zeros behind the point as digits.
    let short = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
        None => text,
    };
    Some(text)
        .filter(|_| plain(whole) && plain(fraction))
        .and_then(|text| {
            let read = Decimal::from_str_exact(text);
            read.or_else(|_| Decimal::from_str_exact(short)).ok()
        })
        .filter(|number| is_within_digits(*number))
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
            // Of 29 digits; a decimal would hold the first two.
            "12345678901234567890123456789",
            "-1.2345678901234567890123456789",
            "99999999999999999999999999999",
            "10000000000000000000000000000",
            "0.12345678901234567890123456789",
        ] {
            assert!(parse_exact(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn zeros_at_the_ends_are_no_digits() {
        let nines = "9".repeat(28);
        for (text, expected) in [
            (nines.clone(), nines.clone()),
            (format!("{nines}.0"), nines.clone()),
            (format!("-00{nines}"), format!("-{nines}")),
            (format!("0.{nines}0000"), format!("0.{nines}")),
            (format!("1.{}", "0".repeat(40)), "1".into()),
            (format!("0.{}", "0".repeat(40)), "0".into()),
            (
                "0.0000000000000000000000000001".into(),
                "0.0000000000000000000000000001".into(),
            ),
        ] {
            let found = parse_exact(&text).unwrap();
            assert_eq!(found.normalize().to_string(), expected, "{text}");
        }
        // What was written within them stays as it was written.
        assert_eq!(parse_exact("119.870").unwrap().to_string(), "119.870");
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
