//! Numbers of JSON, exactly.

use rust_decimal::Decimal;

/// The digits that exact arithmetic keeps, before and after the point together.
const DIGITS: u32 = 28;

/// The value of a JSON number such as `391035000000`, `-0.07` or `1.5e3`; `None` where it is none, or has more
/// than 28 digits written out without an exponent.
pub(super) fn exact(text: &str) -> Option<Decimal> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (plain, exponent) = match rest.split_once(['e', 'E']) {
        Some((plain, exponent)) => (plain, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match plain.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (plain, None),
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !is_number(whole) || leading_zero || !fraction.is_none_or(is_number) {
        return None;
    }
    let shift = exponent.map_or(Some(0), power)?;
    let fraction = fraction.unwrap_or_default();
    // The digits without zeros at either end, times a power of ten.
    let digits: String = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(Decimal::ZERO);
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let power = i64::try_from(zeros)
        .ok()?
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(shift)?;
    let length = u32::try_from(significant.len()).ok()?;
    let (lift, scale) = match u32::try_from(power) {
        Ok(lift) => (lift, 0),
        Err(_) => (0, u32::try_from(power.checked_neg()?).ok()?),
    };
    if length.checked_add(lift)? > DIGITS || scale > DIGITS {
        return None;
    }
    let mantissa: i128 = significant.parse().ok()?;
    let mantissa = mantissa.checked_mul(10_i128.checked_pow(lift)?)?;
    let signed = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(signed, scale).ok()
}

/// The exponent of a number: digits, perhaps with a sign.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // One that is beyond these bounds is beyond every decimal, unless the number is zero.
    let value = digits.parse::<i64>().unwrap_or(i64::MAX / 4);
    let value = value.min(i64::MAX / 4);
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_json() {
        for (text, expected) in [
            ("391035000000", Some("391035000000")),
            ("-0.07", Some("-0.07")),
            ("0", Some("0")),
            ("-0", Some("0")),
            ("-0.000", Some("0")),
            ("5.30", Some("5.3")),
            ("1.5e3", Some("1500")),
            ("1E+2", Some("100")),
            ("12300e-5", Some("0.123")),
            ("0e400", Some("0")),
            ("0e99999999999999999999", Some("0")),
            ("1000e-400", None),
            ("1e27", Some("1000000000000000000000000000")),
            ("1e28", None),
            ("1e400", None),
            ("1e99999999999999999999", None),
            ("1e-28", Some("0.0000000000000000000000000001")),
            ("1e-29", None),
            (
                "9999999999999999999999999999",
                Some("9999999999999999999999999999"),
            ),
            ("12345678901234567890123456789", None),
            ("0.12345678901234567890123456789", None),
            ("1.0000000000000000000000000000000000", Some("1")),
            ("", None),
            ("-", None),
            ("1.", None),
            (".5", None),
            ("1e", None),
            ("1e+", None),
            ("+1", None),
            ("01", None),
            ("1_000", None),
            ("NaN", None),
            ("1e1e1", None),
            ("１", None),
        ] {
            let found = exact(text).map(|value| value.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        /// Shifting the point and correcting it by the exponent changes nothing.
        #[test]
        fn an_exponent_only_moves_the_point(mantissa in any::<i64>(), scale in 0_u32..9) {
            let value = Decimal::new(mantissa, scale);
            let written = format!("{mantissa}e-{scale}");
            prop_assert_eq!(exact(&written), Some(value));
            prop_assert_eq!(exact(&value.to_string()), Some(value));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+.eE0-9]{0,40}") {
            let _ = exact(&text);
        }
    }
}
